/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attestation tokens on the machine: with EL3's key and platform token. `token_print` puts two of them on the console
 * for tests/check/token, which has OpenSSL; none of this is secret.
 */
#include "machine.h"
#include "puppet/csm_realms.h"

#define TOKEN_MAX 8192U
#define LINE_BYTES 32U

static uint8_t tokens[3][TOKEN_MAX];

/* Two pages for the token, and that much RAM behind them that stays as it is. */
static uint64_t buffer_of(const struct test_realm *realm)
{
	return test_ram(realm);
}

/* INIT with a challenge of consecutive bytes; returns the size that it reports. */
static uint64_t token_init(struct test_realm *realm, unsigned int first)
{
	uint64_t x[18] = { RSI_ATTESTATION_TOKEN_INIT };
	uint8_t *challenge = (uint8_t *)&x[1];

	for (unsigned int i = 0; i < 64; i++)
		challenge[i] = (uint8_t)(first + i);
	x[9] = 0x123456789abcdef0;
	realm_smc_wide(realm, x);
	CHECK_EQ(x[0], RSI_SUCCESS);
	CHECK(x[1] > 2000 && x[1] <= TOKEN_MAX);
	CHECK_EQ(x[9], 0x123456789abcdef0);
	return x[1];
}

static void read_memory(struct test_realm *realm, uint64_t ipa, uint8_t *to, uint64_t size)
{
	for (uint64_t at = 0; at < size; at += sizeof(uint64_t)) {
		uint64_t value;

		CHECK_EQ(realm_read64(realm, ipa + at, &value), 0);
		memcpy(to + at, &value, sizeof(value));
	}
}

/* The token, at most `chunk` bytes per call, one behind the other from buffer_of() on. */
static void token_read(struct test_realm *realm, uint64_t size, uint64_t chunk, uint8_t *to)
{
	uint64_t done = 0;
	struct script_result r;

	do {
		uint64_t offset = done % GRANULE_SIZE;
		uint64_t room = GRANULE_SIZE - offset;

		r = realm_smc(realm, RSI_ATTESTATION_TOKEN_CONTINUE, buffer_of(realm) + done - offset, offset,
			      chunk < room ? chunk : room);
		CHECK(r.x[0] == RSI_SUCCESS || r.x[0] == RSI_INCOMPLETE);
		CHECK(r.x[1] <= chunk && r.x[1] <= room);
		if (r.x[0] == RSI_INCOMPLETE && r.x[1] == 0)
			continue; /* an interrupt */
		CHECK_EQ(r.x[2], 0);
		CHECK_EQ(r.x[3], 0);
		done += r.x[1];
		CHECK(done <= size);
		CHECK_EQ(r.x[0], done == size ? RSI_SUCCESS : RSI_INCOMPLETE);
	} while (r.x[0] == RSI_INCOMPLETE);
	CHECK_EQ(realm_smc(realm, RSI_ATTESTATION_TOKEN_CONTINUE, buffer_of(realm), 0, 1).x[0],
		 RSI_ERROR_STATE);
	read_memory(realm, buffer_of(realm), to, size);
}

static uint64_t get16(const uint8_t *at)
{
	return (uint64_t)at[0] << 8 | at[1];
}

/* The frame, as far as it can be told without decoding: everything adds up. */
static void check_frame(const uint8_t *token, uint64_t size)
{
	static const uint8_t front[] = { 0xd9, 0x01, 0x8f, 0xa2, 0x19, 0xac, 0xca, 0x59 };
	static const uint8_t middle[] = { 0x19, 0xac, 0xd1, 0x59 };
	static const uint8_t sign1[] = { 0xd2, 0x84, 0x44, 0xa1, 0x01, 0x38, 0x22 };
	uint64_t platform, realm_token;

	for (unsigned int i = 0; i < sizeof(front); i++)
		CHECK_EQ(token[i], front[i]);
	platform = get16(token + 8);
	token += 10;
	for (unsigned int i = 0; i < sizeof(sign1); i++)
		CHECK_EQ(token[i], sign1[i]); /* EL3's is ES384, too */
	token += platform;
	for (unsigned int i = 0; i < sizeof(middle); i++)
		CHECK_EQ(token[i], middle[i]);
	realm_token = get16(token + 4);
	CHECK_EQ(10 + platform + 6 + realm_token, size);
	token += 6;
	for (unsigned int i = 0; i < sizeof(sign1); i++)
		CHECK_EQ(token[i], sign1[i]);
	CHECK_EQ(token[sizeof(sign1)], 0xa0);     /* unprotected */
	CHECK_EQ(token[sizeof(sign1) + 1], 0x59); /* payload */
	CHECK_EQ(get16(token + 9) + 11 + 98, realm_token);
	CHECK_EQ(get16(token + 11 + get16(token + 9)), 0x5860); /* signature */
}

static bool same(const uint8_t *a, const uint8_t *b, uint64_t size)
{
	for (uint64_t i = 0; i < size; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

/* --- Tests ------------------------------------------------------------------------------------------- */

MACHINE_TEST(token_sizes)
{
	static const uint64_t chunks[] = { 4096, 1, 100, 2311 };
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t size;

	/* Vector registers are the realm's: signing borrows them. */
	script(realm, SCRIPT_FP_LOAD, 5);
	CHECK_EQ(realm_smc(realm, RSI_ATTESTATION_TOKEN_CONTINUE, buffer_of(realm), 0, 1).x[0],
		 RSI_ERROR_STATE);
	for (unsigned int i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		size = token_init(realm, 7);
		token_read(realm, size, chunks[i], tokens[i != 0]);
		check_frame(tokens[i != 0], size);
		CHECK(same(tokens[0], tokens[i != 0], size));
		CHECK_EQ(script(realm, SCRIPT_FP_CHECK, 5).x[0], 0);
	}
	CHECK_EQ(token_init(realm, 8), size);
	token_read(realm, size, 4096, tokens[1]);
	CHECK(!same(tokens[0], tokens[1], size));
	realm_end(realm);
}

/* The realm's library fetches the same token by itself. */
MACHINE_TEST(token_library)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t buffer = buffer_of(realm), size = token_init(realm, 9);
	uint64_t challenge = buffer + 4 * GRANULE_SIZE, page = challenge + GRANULE_SIZE;
	struct script_result r;

	token_read(realm, size, 4096, tokens[0]);
	for (uint64_t i = 0; i < 64; i += 8)
		CHECK_EQ(realm_write64(realm, challenge + i,
				       0x0706050403020100 + (9 + i) * 0x0101010101010101),
			 0);
	CHECK_EQ(script(realm, SCRIPT_FILL, buffer, 2 * GRANULE_SIZE, 1).x[1], 0);
	r = script(realm, SCRIPT_TOKEN, challenge, page, buffer, size);
	CHECK_EQ(r.x[0], RSI_SUCCESS);
	CHECK_EQ(r.x[1], size);
	read_memory(realm, buffer, tokens[1], size);
	CHECK(same(tokens[0], tokens[1], size));
	CHECK_EQ(script(realm, SCRIPT_TOKEN, challenge, page, buffer, size - 1).x[0], RSI_ERROR_INPUT);
	realm_end(realm);
}

#define PSTATE_DIT SYSREG(3, 3, 4, 2, 5) /* MRS and MSR */
#define DIT_ON (ABI_U64(1) << 24)

/*
 * A realm's PSTATE.DIT is its own: where it is off, the monitor's is on all the same when it signs, and when it makes the
 * next realm's identifier (it stops otherwise: port_timing_is_constant()).
 */
MACHINE_TEST(token_timing)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t value;

	CHECK_EQ(realm_read_sysreg(realm, PSTATE_DIT, &value), 0);
	CHECK_EQ(value, DIT_ON); /* the realm's own start */
	CHECK_EQ(realm_write_sysreg(realm, PSTATE_DIT, 0), 0);
	token_read(realm, token_init(realm, 3), 4096, tokens[0]);
	CHECK_EQ(realm_read_sysreg(realm, PSTATE_DIT, &value), 0);
	CHECK_EQ(value, 0);
	realm_end(realm_start(REALM_PROGRAM_SCRIPT, NULL));
	realm_end(realm);
}

MACHINE_TEST(token_inputs)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t buffer = buffer_of(realm), top = ABI_U64(1) << (realm->realm.ipa_bits - 1);
	const uint64_t bad[][3] = { { buffer + 8, 0, 1 },     { top, 0, 1 },       { top + buffer, 0, 1 },
				    { buffer, 4096, 0 },      { buffer, 1, 4096 }, { buffer, 8, ~ABI_U64(0) },
				    { ~ABI_U64(0xfff), 0, 1 } };
	uint64_t size = token_init(realm, 1);

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct script_result r =
			realm_smc(realm, RSI_ATTESTATION_TOKEN_CONTINUE, bad[i][0], bad[i][1], bad[i][2]);

		CHECK_EQ(r.x[0], RSI_ERROR_INPUT);
		CHECK_EQ(r.x[1], 0);
	}
	/* Not RAM. */
	CHECK_EQ(realm_smc(realm, RSI_ATTESTATION_TOKEN_CONTINUE, CSM_WINDOW, 0, 1).x[0], RSI_ERROR_INPUT);
	token_read(realm, size, 4096, tokens[0]);
	realm_end(realm);
}

/* The host has not given the page yet, and takes it away again. */
MACHINE_TEST(token_page_missing)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t buffer = buffer_of(realm), size = token_init(realm, 1);
	unsigned int faults = realm->faults;
	struct script_result r;

	r = realm_smc(realm, RSI_ATTESTATION_TOKEN_CONTINUE, buffer, 0, 1000);
	CHECK_EQ(r.x[0], RSI_INCOMPLETE);
	CHECK_EQ(r.x[1], 1000);
	CHECK_EQ(realm->faults, faults + 1);
	read_memory(realm, buffer, tokens[0], 1000);
	r = realm_smc(realm, RSI_ATTESTATION_TOKEN_CONTINUE, buffer + GRANULE_SIZE, 0, 4096);
	CHECK_EQ(r.x[0], RSI_SUCCESS);
	CHECK_EQ(r.x[1], size - 1000);
	CHECK_EQ(realm->faults, faults + 2);
	read_memory(realm, buffer + GRANULE_SIZE, tokens[0] + 1000, size - 1000);
	CHECK_EQ(token_init(realm, 1), size);
	token_read(realm, size, 4096, tokens[1]);
	CHECK_EQ(realm->faults, faults + 2);
	CHECK(same(tokens[0], tokens[1], size));
	realm_end(realm);
}

/* Signing takes about five million instructions; an interrupt comes every half of one. Time is counted in instructions. */
MACHINE_TEST(token_interrupted, .icount = true)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	unsigned int calls = 0, interrupts;
	struct script_result r;
	uint64_t size, value;

	size = token_init(realm, 3);
	token_read(realm, size, 4096, tokens[0]);
	CHECK_EQ(token_init(realm, 3), size);
	CHECK_EQ(realm_write64(realm, buffer_of(realm), 0x5a5a), 0);
	interrupts = realm->interrupts;
	do {
		timer_preempt_after(sysreg_read(cntfrq_el0) / 2000);
		r = realm_smc(realm, RSI_ATTESTATION_TOKEN_CONTINUE, buffer_of(realm), 0, 4096);
		if (r.x[0] == RSI_INCOMPLETE) {
			CHECK_EQ(r.x[1], 0);
			CHECK_EQ(realm_read64(realm, buffer_of(realm), &value), 0);
			CHECK_EQ(value, 0x5a5a);
			CHECK_EQ(realm->interrupts, interrupts + calls + 1);
		}
		calls++;
	} while (r.x[0] == RSI_INCOMPLETE);
	timer_stop();
	CHECK_EQ(r.x[0], RSI_SUCCESS);
	CHECK_EQ(r.x[1], size);
	CHECK(calls > 4 && calls < 20);
	read_memory(realm, buffer_of(realm), tokens[1], size);
	CHECK(same(tokens[0], tokens[1], size));
	realm_end(realm);
}

/* The rest of a token after `r`, in one page: CPUs wake each other by interrupts, which CONTINUE lets in. */
static void finish(struct test_realm *realm, struct script_result r, uint64_t size, const uint8_t *expected)
{
	while (r.x[0] == RSI_INCOMPLETE) {
		CHECK_EQ(r.x[1], 0);
		r = realm_smc(realm, RSI_ATTESTATION_TOKEN_CONTINUE, buffer_of(realm), 0, 4096);
	}
	CHECK_EQ(r.x[0], RSI_SUCCESS);
	CHECK_EQ(r.x[1], size);
	read_memory(realm, buffer_of(realm), tokens[2], size);
	CHECK(same(expected, tokens[2], size));
}

/* Two realms sign at the same time: each as if it were alone. */
MACHINE_TEST(token_two_realms, .smp = 2)
{
	struct test_realm *a = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	struct test_realm *b = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t size = token_init(a, 1);
	struct script_result r;

	token_read(a, size, 4096, tokens[0]);
	CHECK_EQ(token_init(b, 2), size);
	token_read(b, size, 4096, tokens[1]);
	CHECK(!same(tokens[0], tokens[1], size));
	for (unsigned int i = 0; i < 10; i++) {
		CHECK_EQ(token_init(a, 1), size);
		CHECK_EQ(token_init(b, 2), size);
		script_begin(b, 0, 1, SCRIPT_SMC, RSI_ATTESTATION_TOKEN_CONTINUE, buffer_of(b), 0, 4096);
		r = realm_smc(a, RSI_ATTESTATION_TOKEN_CONTINUE, buffer_of(a), 0, 4096);
		finish(b, script_end(b, 0), size, tokens[1]);
		finish(a, r, size, tokens[0]);
	}
	realm_end(a);
	realm_end(b);
}

/* --- For the build machine --------------------------------------------------------------------------- */

static void print_bytes(const char *what, const char *name, const uint8_t *bytes, uint64_t size)
{
	static const char digits[] = "0123456789abcdef";
	char hex[2 * LINE_BYTES + 1];

	for (uint64_t at = 0; at < size; at += LINE_BYTES) {
		unsigned int i;

		for (i = 0; i < LINE_BYTES && at + i < size; i++) {
			hex[2 * i] = digits[bytes[at + i] >> 4];
			hex[2 * i + 1] = digits[bytes[at + i] & 0xf];
		}
		hex[2 * i] = '\0';
		print("%s %s %s\n", what, name, hex);
	}
}

/* A measurement, as the realm itself reads it. */
static void print_measurement(struct test_realm *realm, const char *what, const char *name, uint64_t index,
			      uint64_t size)
{
	uint64_t read[18] = { RSI_MEASUREMENT_READ, index };

	realm_smc_wide(realm, read);
	CHECK_EQ(read[0], RSI_SUCCESS);
	print_bytes(what, name, (const uint8_t *)&read[1], size);
}

/* The token, and what the realm knows of itself by other calls. */
static void print_token(struct test_realm *realm, const char *name, unsigned int first, uint64_t hash_size)
{
	uint8_t challenge[64];
	uint64_t size = token_init(realm, first);

	token_read(realm, size, 4096, tokens[0]);
	for (unsigned int i = 0; i < 64; i++)
		challenge[i] = (uint8_t)(first + i);
	print_bytes("CHALLENGE", name, challenge, sizeof(challenge));
	print_measurement(realm, "RIM", name, 0, hash_size);
	print_measurement(realm, "REM1", name, 1, hash_size);
	print_bytes("TOKEN", name, tokens[0], size);
}

static void print_rid(const char *what, const char *name, struct csm_rid rid, const char *more)
{
	print("%s %s %016lx%016lx%s\n", what, name, rid.hi, rid.lo, more);
}

MACHINE_TEST(token_print)
{
	struct test_realm *plain =
		realm_start(REALM_PROGRAM_SCRIPT, &(struct realm_options){ .hash_algo = RMI_HASH_SHA_512 });
	uint64_t extend[18] = { RSI_MEASUREMENT_EXTEND, 1, 64, 1, 2, 3, 4, 5, 6, 7, 8 };
	struct puppet_csm_setup s;

	realm_smc_wide(plain, extend);
	CHECK_EQ(extend[0], RSI_SUCCESS);
	print_token(plain, "plain", 0x10, 64);
	realm_end(plain);

	puppet_csm_setup(&s, 3, CSM_PERM_RO);
	print_token(s.p, "provider", 0x40, 32);
	print_rid("RID", "provider", s.p_rid, "");
	print_rid("SHARED", "provider", s.c_rid, " 0 1 12288");
	print_token(s.c, "consumer", 0x80, 32);
	print_rid("RID", "consumer", s.c_rid, "");
	print_rid("SHARED", "consumer", s.p_rid, " 1 1 12288");
	realm_end(s.p);
	realm_end(s.c);
}
