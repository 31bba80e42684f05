/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A message of N bytes from one realm to another, in instructions of both: through a channel in confidential shared
 * memory, copied in and out, or made and used in place; encrypted through memory that the host sees; and as plain text
 * there, for what the channel itself costs. The rows are a figure (tools/bench).
 */
#include "bench.h"

#include "puppet/csm_realms.h"
#include "common/marks.h"

#define REGION ABI_U64(0x40000)
#define COUNT 8U
#define SEED ABI_U64(0x5eed)

static uint64_t base; /* of what both share; the same in both */

struct pair {
	struct test_realm *p, *c;
};

/* One message by two steps, checked; what it took. */
static uint64_t copied(struct pair *r, uint64_t bytes, uint64_t seed)
{
	struct script_result in, out;

	script(r->p, BENCH_FILL, bytes, seed);
	script(r->c, BENCH_FILL, bytes, 0);
	in = script(r->p, BENCH_SEND, bytes);
	out = script(r->c, BENCH_RECEIVE);
	CHECK_EQ(in.x[1], 0);
	CHECK_EQ(out.x[1], 0);
	CHECK_EQ(out.x[2], bytes);
	CHECK_EQ(script(r->c, BENCH_CHECKSUM, bytes).x[0], script(r->p, BENCH_CHECKSUM, bytes).x[0]);
	return in.x[0] + out.x[0];
}

static uint64_t in_place(struct pair *r, uint64_t bytes, uint64_t seed)
{
	struct script_result in = script(r->p, BENCH_PRODUCE, bytes, seed), out = script(r->c, BENCH_CONSUME);

	CHECK_EQ(in.x[1], 0);
	CHECK_EQ(out.x[1], 0);
	CHECK_EQ(out.x[2], bytes);
	CHECK_EQ(out.x[3], seed);
	CHECK_EQ(out.x[4], ~seed);
	return in.x[0] + out.x[0];
}

/* As above, but that the one writes every word there and the other reads it. */
static uint64_t in_place_words(struct pair *r, uint64_t bytes, uint64_t seed)
{
	struct script_result in = script(r->p, BENCH_PRODUCE_WORDS, bytes, seed);
	struct script_result out = script(r->c, BENCH_CONSUME_WORDS);
	uint64_t words = bytes / sizeof(uint64_t);

	CHECK_EQ(in.x[1], 0);
	CHECK_EQ(out.x[1], 0);
	CHECK_EQ(out.x[2], bytes);
	CHECK_EQ(out.x[3], words * seed + words * (words - 1) / 2);
	return in.x[0] + out.x[0];
}

static uint64_t encrypted_by(struct pair *r, uint64_t bytes, uint64_t seed, bool portable)
{
	struct script_result in, out;

	script(r->p, BENCH_FILL, bytes, seed);
	script(r->c, BENCH_FILL, bytes, 0);
	in = script(r->p, BENCH_SEAL, base, bytes, portable);
	out = script(r->c, BENCH_UNSEAL, base, bytes, portable);
	CHECK_EQ(in.x[1], 0);
	CHECK_EQ(out.x[1], 0);
	CHECK_EQ(script(r->c, BENCH_CHECKSUM, bytes).x[0], script(r->p, BENCH_CHECKSUM, bytes).x[0]);
	return in.x[0] + out.x[0];
}

static uint64_t encrypted(struct pair *r, uint64_t bytes, uint64_t seed)
{
	return encrypted_by(r, bytes, seed, false);
}

static uint64_t encrypted_portably(struct pair *r, uint64_t bytes, uint64_t seed)
{
	return encrypted_by(r, bytes, seed, true);
}

/* Instructions of the longest message. */
static uint64_t rows(struct pair *r, const char *name, uint64_t (*message)(struct pair *, uint64_t, uint64_t))
{
	uint64_t longest = 0;

	for (uint64_t bytes = 64; bytes <= 32768; bytes *= 2) {
		uint64_t ticks = 0;

		message(r, bytes, 1); /* what is set up at the first use */
		MARK(MARK_DROP);
		for (uint64_t i = 0; i < COUNT; i++)
			ticks += message(r, bytes, SEED + i);
		MARK(MARK_ROW);
		bench_row_n(name, bytes, "bytes", bench_instructions(ticks), COUNT);
		longest = bench_instructions(ticks) / COUNT;
	}
	return longest;
}

static struct pair start(void)
{
	return (struct pair){ bench_realm(NULL, 1), bench_realm(NULL, 1) };
}

static void end(struct pair *r)
{
	realm_end(r->c);
	realm_end(r->p);
}

static void open(struct pair *r)
{
	CHECK_EQ(script(r->p, BENCH_OPEN, base, REGION).x[0], true);
	CHECK_EQ(script(r->c, BENCH_OPEN, base, REGION).x[0], true);
}

static void through_csm(void)
{
	struct pair r = start();
	struct csm_rid p = bench_rid(r.p), c = bench_rid(r.c);
	uint64_t id, n;

	base = CSM_WINDOW;
	id = script(r.p, BENCH_SMC, RSI_CSM_CREATE, base, REGION, 0).x[2];
	n = script(r.p, BENCH_SMC, RSI_CSM_SHARE, id, c.lo, c.hi, CSM_PERM_RW, 0).x[2];
	script(r.c, BENCH_SMC, RSI_CSM_RESERVE, p.lo, p.hi, n, base, REGION);
	CHECK_EQ(script(r.c, BENCH_SMC, RSI_CSM_ATTACH, p.lo, p.hi, n).x[1], RSI_SUCCESS);
	open(&r);
	rows(&r, "channel_copy", copied);
	rows(&r, "channel_in_place", in_place);
	rows(&r, "channel_in_place_words", in_place_words);
	end(&r);
}

/* Where the realm's steps put it: the nonce, this, and 4 bytes that are unused before the text. */
#define TAG_OFFSET 12
#define TAG_SIZE 16
#define TEXT_OFFSET 32

/*
 * The baseline has to be one: it is AES-256-GCM, by what another implementation (OpenSSL) makes of the first message, and
 * what the host changed is refused. Both realms have just been started: the nonce is 1, little endian.
 */
static void check_seal(struct pair *r, uint64_t pa, bool portable)
{
	static const uint8_t text[16] = { 0x08, 0x45, 0x1f, 0x26, 0x95, 0x26, 0xf5, 0xb8,
					  0xbb, 0x4a, 0x61, 0x1b, 0x4e, 0x45, 0x78, 0xa8 };
	static const uint8_t tag[TAG_SIZE] = { 0x6f, 0x9b, 0xce, 0x6e, 0xe1, 0xa8, 0x76, 0x90,
					       0x65, 0x9b, 0x59, 0x09, 0xc7, 0x99, 0xcc, 0x57 };
	volatile uint8_t *shared = (volatile uint8_t *)(uintptr_t)pa;

	script(r->p, BENCH_FILL, 64, SEED);
	CHECK_EQ(script(r->p, BENCH_SEAL, base, 64, portable).x[1], 0);
	CHECK(memcmp((const void *)(uintptr_t)(pa + TAG_OFFSET), tag, TAG_SIZE) == 0);
	CHECK(memcmp((const void *)(uintptr_t)(pa + TEXT_OFFSET), text, sizeof(text)) == 0);
	shared[40] ^= 1;
	CHECK_EQ(script(r->c, BENCH_UNSEAL, base, 64, portable).x[1], 1);
	shared[40] ^= 1;
	CHECK_EQ(script(r->c, BENCH_UNSEAL, base, 64, portable).x[1], 0);
}

static void through_host_memory(void)
{
	const unsigned int pages = REGION / GRANULE_SIZE;
	struct pair r = start();
	uint64_t pa = memory_alloc(pages);

	CHECK(pa != 0);
	memset((void *)(uintptr_t)pa, 0, REGION);
	base = host_unprotected_base(&r.p->realm);
	CHECK_OK(host_map_unprotected(&r.p->realm, base, pa, REGION, HOST_UNPROTECTED_WB_RW));
	CHECK_OK(host_map_unprotected(&r.c->realm, base, pa, REGION, HOST_UNPROTECTED_WB_RW));
	check_seal(&r, pa, false);
	check_seal(&r, pa, true);
	/* With the AES and PMULL instructions it is half of that; tables in memory take several times as much. */
	CHECK(rows(&r, "aes_256_gcm", encrypted) < 32 * 32768);
	CHECK(rows(&r, "aes_256_gcm_portable", encrypted_portably) > 32 * 32768);
	memset((void *)(uintptr_t)pa, 0, REGION);
	open(&r);
	rows(&r, "host_visible_copy", copied);
	CHECK_OK(host_unmap_unprotected(&r.p->realm, base, REGION));
	CHECK_OK(host_unmap_unprotected(&r.c->realm, base, REGION));
	end(&r);
	for (unsigned int i = 0; i < pages; i++)
		memory_free(pa + i * GRANULE_SIZE);
}

void bench_message(void)
{
	through_csm();
	through_host_memory();
}
