/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a token says (docs/attestation.md), as libcbor and OpenSSL see it; and what EL3 may fail to give.
 */
#include "token_world.h"

#include "attest/claims.h"
#include "csm/apt.h"

/* Entries of an APT that a token looks at: CSM_STEP (csm/csm.h). */
#define LOOKED_AT 512U

/* Where the platform token begins: behind the tag, the map, its key and the head of a byte string. */
#define PLATFORM_AT 10U

static struct world_realm r;
static struct token t;

static struct realm *realm(void)
{
	return realm_of(granule_find(pa(r.rd)));
}

static void begin(const struct world_options *options)
{
	world_reset();
	token_boot();
	world_realm(&r, options);
	world_ram(&r, WORLD_RAM, GRANULE_SIZE);
	world_populate(&r, WORLD_RAM, GRANULE_SIZE);
	world_activate(&r);
}

static void end(void)
{
	token_close(&t);
	world_end(&r);
	world_check_all_back();
}

static void check_bytes(struct token_bytes bytes, const void *expected, size_t size)
{
	assert_int_equal(bytes.size, size);
	assert_memory_equal(bytes.at, expected, size);
}

/* --- Claims ------------------------------------------------------------------------------------------------ */

static void test_claims(void **state)
{
	uint8_t challenge[64], digest[32];

	(void)state;
	for (uint8_t algo = 0; algo < 2; algo++) {
		size_t h = algo == RMI_HASH_SHA_256 ? 32 : 64;

		begin(&(struct world_options){ .hash_algo = algo });
		for (size_t i = 0; i < 64; i++)
			realm()->rpv[i] = (uint8_t)(200 - i);
		for (uint64_t i = 1; i < 5; i++) {
			for (uint64_t k = 0; k < i; k++)
				assert_int_equal(smc(&r, RSI_MEASUREMENT_EXTEND, i, 8, i), RSI_SUCCESS);
		}
		token_fetch(&r, WORLD_RAM, 1, &t);
		fill_challenge(challenge, 1);
		check_bytes(t.challenge, challenge, 64);
		check_bytes(t.personalization, realm()->rpv, 64);
		assert_string_equal(t.hash_algorithm, algo == RMI_HASH_SHA_256 ? "sha-256" : "sha-512");
		check_bytes(t.rim, realm()->measurement[0], h);
		for (size_t i = 0; i < 4; i++) {
			check_bytes(t.rem[i], realm()->measurement[1 + i], h);
			for (size_t k = 0; k < i; k++)
				assert_memory_not_equal(t.rem[i].at, t.rem[k].at, h);
		}
		assert_true(t.has_profile);
		assert_false(t.has_csm);
		check_bytes(t.platform, sim_el3()->token, SIM_PLATFORM_TOKEN_SIZE);
		/* The platform vouches for the key that the realm token is signed with. */
		token_sha256(t.public_key, digest);
		assert_memory_equal(digest, sim_el3()->challenge, 32);
		end();
	}
}

/* A token is of the moment of INIT, whatever comes before it is read; the next one is not. */
static void test_moment(void **state)
{
	static uint8_t bytes[TOKEN_ROOM];
	uint8_t before[32];
	size_t size;

	(void)state;
	begin(&(struct world_options){ .apt = 1 });
	memcpy(before, realm()->measurement[2], 32);
	size = token_init(&r, 2);
	assert_int_equal(smc(&r, RSI_MEASUREMENT_EXTEND, 2, 64, 1, 2, 3, 4, 5, 6, 7, 8), RSI_SUCCESS);
	assert_int_equal(token_read(&r, WORLD_RAM, 1000, bytes), size);
	assert_null(token_open(&t, bytes, size));
	check_bytes(t.rem[1], before, 32);
	token_close(&t);
	token_fetch(&r, WORLD_RAM, 2, &t);
	assert_memory_not_equal(t.rem[1].at, before, 32);
	check_bytes(t.rem[1], realm()->measurement[2], 32);
	end();
}

/* The same claims are the same token; another challenge is another. */
static void test_deterministic(void **state)
{
	static uint8_t first[TOKEN_ROOM], second[TOKEN_ROOM];
	size_t size;

	(void)state;
	begin(NULL);
	size = token_init(&r, 3);
	token_read(&r, WORLD_RAM, GRANULE_SIZE, first);
	assert_int_equal(token_init(&r, 3), size);
	token_read(&r, WORLD_RAM, 7, second);
	assert_memory_equal(first, second, size);
	assert_int_equal(token_init(&r, 4), size);
	token_read(&r, WORLD_RAM, GRANULE_SIZE, second);
	assert_memory_not_equal(first, second, size);
	assert_null(token_open(&t, first, size));
	end();
}

/* Each bit counts: the checker that other tests rely on finds any change outside of the platform token. */
static void test_checker(void **state)
{
	static uint8_t bytes[TOKEN_ROOM];
	size_t size, platform;
	const char *wrong;
	struct token bad;

	(void)state;
	begin(&(struct world_options){ .apt = 1 });
	size = token_init(&r, 5);
	token_read(&r, WORLD_RAM, GRANULE_SIZE, bytes);
	assert_null(token_open(&t, bytes, size));
	platform = PLATFORM_AT + t.platform.size;
	for (size_t i = 0; i < size; i += i == PLATFORM_AT ? platform - PLATFORM_AT : 1) {
		for (unsigned int bit = 0; bit < 8; bit += 3) {
			bytes[i] ^= (uint8_t)(1U << bit);
			wrong = token_open(&bad, bytes, size);
			assert_int_equal(wrong == NULL, i == PLATFORM_AT);
			token_close(&bad);
			bytes[i] ^= (uint8_t)(1U << bit);
		}
	}
	assert_non_null(token_open(&bad, bytes, size - 1));
	token_close(&bad);
	assert_non_null(token_open(&bad, bytes, size + 1));
	token_close(&bad);
	end();
}

/* --- The sharing state ---------------------------------------------------------------------------------------- */

static void rid_bytes(struct csm_rid rid, uint8_t bytes[16])
{
	for (unsigned int i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)(rid.hi >> (56 - 8 * i));
		bytes[8 + i] = (uint8_t)(rid.lo >> (56 - 8 * i));
	}
}

static void check_rid(const uint8_t *actual, struct csm_rid rid)
{
	uint8_t expected[16];

	rid_bytes(rid, expected);
	assert_memory_equal(actual, expected, 16);
}

/* The item with that role and peer; there is exactly one. */
static const struct token_shared *find_shared(uint64_t role, struct csm_rid peer)
{
	const struct token_shared *found = NULL;
	uint8_t bytes[16];

	rid_bytes(peer, bytes);
	for (size_t i = 0; i < t.num_shared; i++) {
		if (t.shared[i].role != role || memcmp(t.shared[i].peer, bytes, 16) != 0)
			continue;
		assert_null(found);
		found = &t.shared[i];
	}
	assert_non_null(found);
	return found;
}

/* A page of the realm's for the token. */
static void give_buffer(struct world_realm *realm)
{
	const uint64_t x[18] = { RSI_IPA_STATE_SET, WORLD_RAM, WORLD_RAM + GRANULE_SIZE, RSI_RAM };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	world_tables(realm, WORLD_RAM, GRANULE_SIZE);
	assert_true(world_smc_exits(realm, 0, x, &out, &exit));
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, realm->rd, realm->rec[0], WORLD_RAM,
			     WORLD_RAM + GRANULE_SIZE),
			 RMI_SUCCESS);
	assert_false(world_resume(realm, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	world_populate(realm, WORLD_RAM, GRANULE_SIZE);
}

static void check_shared(struct world_realm *realm, size_t count, bool cut_off)
{
	token_close(&t);
	token_fetch(realm, WORLD_RAM, 9, &t);
	assert_true(t.has_csm);
	assert_int_equal(t.caec_version, CSM_ABI_VERSION);
	check_rid(t.rid, rid_of(realm));
	assert_int_equal(t.num_shared, count);
	assert_int_equal(t.shared_cut_off, cut_off);
}

static void test_sharing(void **state)
{
	const struct token_shared *s;
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	token_boot();
	give_buffer(&w.p);
	give_buffer(&w.c);
	check_shared(&w.p, 0, false);
	/* Offered: P has consented, C has not. */
	csm_offer(&w, 3, CSM_PERM_RX);
	check_shared(&w.p, 1, false);
	s = find_shared(0, w.c_rid);
	assert_int_equal(s->permission, CSM_PERM_RX);
	assert_int_equal(s->size, PAGES(3));
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	check_shared(&w.c, 0, false); /* reserved: nothing is shared with C yet */
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, w.n)), RSI_SUCCESS);
	check_shared(&w.p, 1, false);
	check_shared(&w.c, 1, false);
	s = find_shared(1, w.p_rid);
	assert_int_equal(s->permission, CSM_PERM_RX);
	assert_int_equal(s->size, PAGES(3));
	/* The other way round, too, with another permission. */
	{
		uint64_t base = WORLD_CSM + PAGES(16), id, n;
		struct smc_regs out = world_smc(&w.c, RSI_CSM_CREATE, base, PAGES(2), 0);

		assert_int_equal(out.x[0], RSI_SUCCESS);
		id = out.x[1];
		out = world_say(&w.c, say_share(id, w.p_rid, CSM_PERM_RW, 0));
		n = out.x[1];
		check_shared(&w.c, 2, false);
		assert_int_equal(find_shared(0, w.p_rid)->permission, CSM_PERM_RW);
		assert_int_equal(find_shared(0, w.p_rid)->size, PAGES(2));
		assert_int_equal(find_shared(1, w.p_rid)->permission, CSM_PERM_RX);
		assert_int_equal(status_of(&w.c, say_revoke(w.p_rid, n)), RSI_SUCCESS);
		check_shared(&w.c, 1, false);
	}
	/* Detached, P's consent stands; revoked, it does not. */
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	check_shared(&w.c, 0, false);
	check_shared(&w.p, 1, false);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	check_shared(&w.p, 0, false);
	token_close(&t);
	memset(&t, 0, sizeof(t));
	csm_end(&w);
}

/* What is not complete counts as long as a page may be left. */
static void test_sharing_halfway(void **state)
{
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	token_boot();
	give_buffer(&w.p);
	give_buffer(&w.c);
	csm_offer(&w, 1200, CSM_PERM_RW);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	/* The host breaks a part of it. */
	out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_true(out.x[1] < WORLD_CSM + w.size);
	check_shared(&w.c, 1, false);
	check_shared(&w.p, 1, false);
	/* A detach that an interrupt has cut in two. */
	csm_begin(&w.c, say_detach(w.p_rid, w.n));
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_DESTROYING);
	check_shared(&w.c, 1, false);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	check_shared(&w.c, 0, false);
	/* The same with a revocation: both sides say so until it is complete. */
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	csm_begin(&w.p, say_revoke(w.c_rid, w.n));
	check_shared(&w.p, 1, false);
	check_shared(&w.c, 1, false);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	check_shared(&w.p, 0, false);
	check_shared(&w.c, 0, false);
	/* And with the end of the region, which is nothing that is shared itself. */
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	csm_share(&w, CSM_PERM_RW);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	csm_begin(&w.p, say(RSI_CSM_DESTROY, w.id));
	assert_int_equal(csm_state(&w.p, CSM_ROLE_REGION), CSM_STATE_DESTROYING);
	check_shared(&w.p, 1, false);
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
	check_shared(&w.p, 0, false);
	token_close(&t);
	memset(&t, 0, sizeof(t));
	csm_end(&w);
}

static void share_again(struct csm_world *w)
{
	struct smc_regs out = world_say(&w->p, say_share(w->id, w->c_rid, CSM_PERM_RO, 0));

	assert_int_equal(out.x[0], RSI_SUCCESS);
}

/* As many as a token has room for, one more, and more than are looked at. */
static void test_sharing_many(void **state)
{
	struct csm_world w;
	size_t count;

	(void)state;
	csm_realms(&w);
	token_boot();
	give_buffer(&w.p);
	csm_offer(&w, 1, CSM_PERM_RO);
	for (count = 1; count < CLAIMS_MAX_SHARED; count++)
		share_again(&w);
	check_shared(&w.p, CLAIMS_MAX_SHARED, false);
	for (size_t i = 0; i < t.num_shared; i++) {
		check_rid(t.shared[i].peer, w.c_rid);
		assert_int_equal(t.shared[i].role, 0);
		assert_int_equal(t.shared[i].permission, CSM_PERM_RO);
		assert_int_equal(t.shared[i].size, PAGES(1));
	}
	share_again(&w);
	check_shared(&w.p, CLAIMS_MAX_SHARED, true);
	token_close(&t);
	memset(&t, 0, sizeof(t));
	csm_end(&w);
}

/* Entries that are not in the token are looked at, too: the look has a bound, and the token says that it was reached. */
static void test_sharing_looked_at(void **state)
{
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	token_boot();
	give_buffer(&w.c);
	for (uint64_t i = 0; i < LOOKED_AT; i++)
		assert_int_equal(smc(&w.c, RSI_CSM_RESERVE, 1000 + i, 7, 0, WORLD_CSM + PAGES(i), PAGES(1)),
				 RSI_SUCCESS);
	check_shared(&w.c, 0, false);
	assert_int_equal(smc(&w.c, RSI_CSM_RESERVE, 999, 7, 0, WORLD_CSM + PAGES(LOOKED_AT), PAGES(1)),
			 RSI_SUCCESS);
	check_shared(&w.c, 0, true);
	token_close(&t);
	memset(&t, 0, sizeof(t));
	csm_end(&w);
}

/* The largest token that there can be fits: all sizes and numbers at their longest. */
static void test_largest(void **state)
{
	static uint8_t claims[CLAIMS_MAX_SIZE];
	struct cbor c = { .part = { { claims, sizeof(claims) } } };
	uint8_t challenge[64] = { 0 };
	struct csm_world w;
	struct apt *apt;

	(void)state;
	csm_realms(&w);
	token_boot();
	csm_offer(&w, 1, CSM_PERM_RO);
	for (size_t count = 1; count <= CLAIMS_MAX_SHARED; count++)
		share_again(&w);
	realm_of(granule_find(pa(w.p.rd)))->hash_algo = RMI_HASH_SHA_512;
	apt = apt_of(realm_of(granule_find(pa(w.p.rd)))->apt);
	apt_find(apt, apt_region_key(w.id))->size = UINT64_MAX;
	assert_true(granule_lock(granule_find(pa(w.p.rd)), GRANULE_RD));
	claims_write(&c, granule_find(pa(w.p.rd)), challenge);
	granule_unlock(granule_find(pa(w.p.rd)));
	assert_true(cbor_fits(&c));
	assert_true(c.length > CLAIMS_MAX_SIZE - 64); /* the bound is not far off, so it was reached */
	apt_find(apt, apt_region_key(w.id))->size = PAGES(1);
	realm_of(granule_find(pa(w.p.rd)))->hash_algo = RMI_HASH_SHA_256;
	csm_end(&w);
}

/* --- EL3 --------------------------------------------------------------------------------------------------------- */

/* INIT succeeds all the same (it has no failure conditions), CONTINUE has nothing to give. */
static void check_no_tokens(void)
{
	token_init(&r, 1);
	for (unsigned int i = 0; i < 2; i++) {
		struct smc_regs out = token_continue(&r, WORLD_RAM, 0, GRANULE_SIZE);

		assert_int_equal(out.x[0], RSI_ERROR_UNKNOWN);
		assert_int_equal(out.x[1], 0);
	}
	/* The parameters are looked at first. */
	assert_int_equal(token_continue(&r, WORLD_RAM + 1, 0, 1).x[0], RSI_ERROR_INPUT);
}

static void test_el3_fails(void **state)
{
	(void)state;
	begin(NULL);
	sim_el3()->has_key = false;
	assert_int_equal(attest_boot(), ATTEST_BOOT_NO_KEY);
	assert_false(attest_is_ready());
	assert_int_equal(attest_head().size, 0); /* nothing is left of a boot before */
	check_no_tokens();
	sim_el3_reset();
	memset(sim_el3()->key, 0xff, 48);
	assert_int_equal(attest_boot(), ATTEST_BOOT_BAD_KEY);
	check_no_tokens();
	sim_el3_reset();
	sim_el3()->has_token = false;
	assert_int_equal(attest_boot(), ATTEST_BOOT_NO_TOKEN);
	check_no_tokens();
	sim_el3_reset();
	sim_el3()->token_size = ATTEST_PLATFORM_MAX + 1;
	assert_int_equal(attest_boot(), ATTEST_BOOT_NO_TOKEN);
	check_no_tokens();
	sim_el3()->token_size = 0;
	assert_int_equal(attest_boot(), ATTEST_BOOT_NO_TOKEN);
	check_no_tokens();
	token_boot();
	assert_true(attest_is_ready());
	token_fetch(&r, WORLD_RAM, 1, &t);
	end();
}

static void test_platform_sizes(void **state)
{
	const size_t sizes[] = {
		1, 23, 24, 255, 256, 4095, 4096, 4097, 5 * 1024, 9 * 1024, ATTEST_PLATFORM_MAX
	};

	(void)state;
	begin(NULL);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		token_close(&t);
		sim_el3()->token_size = sizes[i];
		assert_int_equal(attest_boot(), ATTEST_BOOT_OK);
		token_fetch(&r, WORLD_RAM, 1, &t);
		check_bytes(t.platform, sim_el3()->token, sizes[i]);
	}
	end();
}

/* However EL3 cuts the token in parts, and however busy it is: the same token; the memory it came in is given back. */
static void test_platform_parts(void **state)
{
	const size_t parts[] = { 1, 100, 1517, 1518, 1519, GRANULE_SIZE };

	(void)state;
	begin(NULL);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (unsigned int busy = 0; busy < 3; busy++) {
			token_close(&t);
			sim_el3()->part_max = parts[i];
			sim_el3()->busy = busy;
			assert_int_equal(attest_boot(), ATTEST_BOOT_OK);
			assert_false(sim_el3()->in_use);
			token_fetch(&r, WORLD_RAM, 1, &t);
			check_bytes(t.platform, sim_el3()->token, SIM_PLATFORM_TOKEN_SIZE);
		}
	}
	end();
}

static void check_no_platform_token(void)
{
	assert_int_equal(attest_boot(), ATTEST_BOOT_NO_TOKEN);
	assert_false(sim_el3()->in_use);
	assert_false(attest_is_ready());
	sim_el3_reset();
}

/* An EL3 that fails halfway, is busy for ever, or hands out parts without end. */
static void test_platform_parts_fail(void **state)
{
	(void)state;
	sim_el3_reset();
	sim_el3()->part_max = 1000;
	sim_el3()->fails_at = 1000;
	check_no_platform_token();
	sim_el3()->busy = UINT32_MAX;
	check_no_platform_token();
	sim_el3()->part_max = 0;
	check_no_platform_token();
	sim_el3()->never_ends = true; /* nothing is left, and it says there is */
	check_no_platform_token();
	sim_el3()->token_size = SIM_PLATFORM_TOKEN_MAX;
	check_no_platform_token();
	token_boot();
}

/* Another boot, another key: the token is signed with it, and says so. */
static void test_other_key(void **state)
{
	uint8_t first[107];

	(void)state;
	begin(NULL);
	token_fetch(&r, WORLD_RAM, 1, &t);
	memcpy(first, t.public_key.at, sizeof(first));
	token_close(&t);
	sim_el3()->key[5] ^= 1;
	assert_int_equal(attest_boot(), ATTEST_BOOT_OK);
	token_fetch(&r, WORLD_RAM, 1, &t);
	assert_memory_not_equal(t.public_key.at, first, sizeof(first));
	end();
}

static int reset_token(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_claims, reset_token),
		cmocka_unit_test_setup(test_moment, reset_token),
		cmocka_unit_test_setup(test_deterministic, reset_token),
		cmocka_unit_test_setup(test_checker, reset_token),
		cmocka_unit_test_setup(test_sharing, reset_token),
		cmocka_unit_test_setup(test_sharing_halfway, reset_token),
		cmocka_unit_test_setup(test_sharing_many, reset_token),
		cmocka_unit_test_setup(test_sharing_looked_at, reset_token),
		cmocka_unit_test_setup(test_largest, reset_token),
		cmocka_unit_test_setup(test_el3_fails, reset_token),
		cmocka_unit_test_setup(test_platform_sizes, reset_token),
		cmocka_unit_test_setup(test_platform_parts, reset_token),
		cmocka_unit_test_setup(test_platform_parts_fail, reset_token),
		cmocka_unit_test_setup(test_other_key, reset_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
