/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Notifications between the sides of a share, and what they may know of each other: RSI_CSM_NOTIFY, PENDING,
 * PEER_MEASUREMENT, shares bound to a measurement (docs/csm.md).
 */
#include "csm_world.h"
#include "csm/apt.h"
#include "model/realm.h"

#define PROVIDER 0
#define CONSUMER 1

/* --- NOTIFY, PENDING --------------------------------------------------------------------------------------- */

static uint64_t pending(struct world_realm *r, uint64_t first)
{
	struct smc_regs out = world_smc(r, RSI_CSM_PENDING, first);

	assert_int_equal(out.x[0], RSI_SUCCESS);
	return out.x[1];
}

/* The host hears of it whether or not the entry is pending already, and of nobody but the realm notified. */
static void notify(struct world_realm *from, struct world_realm *to, struct csm_rid to_rid, uint64_t n,
		   uint64_t role)
{
	const uint64_t x[18] = { RSI_CSM_NOTIFY, to_rid.lo, to_rid.hi, n, role, 0x55 };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_true(world_smc_exits(from, 0, x, &out, &exit));
	assert_int_equal(exit.exit_reason, RMI_EXIT_CSM);
	assert_int_equal(exit.csm_event, CSM_EVENT_NOTIFY);
	assert_int_equal(exit.csm_base, 0);
	assert_int_equal(exit.csm_size, 0);
	assert_int_equal(exit.csm_argument, to->rd);
	/* What the host says to it does not matter: the peer has been notified. */
	assert_false(world_resume(from, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[5], 0x55);
}

/* The peer and number of the entry at `index`. */
static void check_entry(struct world_realm *r, uint64_t index, enum csm_role role, struct csm_rid peer,
			uint64_t n)
{
	struct smc_regs out = world_smc(r, RSI_CSM_QUERY, index);

	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], role);
	assert_int_equal(out.x[3], peer.lo);
	assert_int_equal(out.x[4], peer.hi);
	assert_int_equal(out.x[5], n);
}

static void test_notify(void **state)
{
	struct csm_world w;

	(void)state;
	csm_share_all(&w, 1, CSM_PERM_RW);
	assert_true(pending(&w.p, 0) == CSM_INDEX_NONE);
	assert_true(pending(&w.c, 0) == CSM_INDEX_NONE);
	notify(&w.p, &w.c, w.c_rid, w.n, PROVIDER);
	notify(&w.p, &w.c, w.c_rid, w.n, PROVIDER);
	assert_true(pending(&w.p, 0) == CSM_INDEX_NONE);
	check_entry(&w.c, pending(&w.c, 0), CSM_ROLE_CONSUMER, w.p_rid, w.n);
	assert_true(pending(&w.c, 0) == CSM_INDEX_NONE);
	notify(&w.c, &w.p, w.p_rid, w.n, CONSUMER);
	check_entry(&w.p, pending(&w.p, 0), CSM_ROLE_SHARE, w.c_rid, w.n);
	assert_true(pending(&w.p, 0) == CSM_INDEX_NONE);
	csm_end(&w);
}

static void test_notify_denied(void **state)
{
	struct csm_world w;
	struct world_realm plain;

	(void)state;
	csm_share_all(&w, 1, CSM_PERM_RW);
	assert_int_equal(status_of(&w.p, say_notify(w.c_rid, w.n, 2)), RSI_ERROR_INPUT);
	assert_int_equal(status_of(&w.p, say_notify(w.c_rid, w.n, CONSUMER)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.c, say_notify(w.p_rid, w.n, PROVIDER)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.p, say_notify(w.c_rid, w.n + 1, PROVIDER)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.p, say_notify(w.p_rid, w.n, PROVIDER)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.x, say_notify(w.c_rid, w.n, PROVIDER)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.x, say_notify(w.p_rid, w.n, CONSUMER)), RSI_CSM_ERROR_DENIED);
	/* Offered, or reserved, is not attached. */
	assert_int_equal(status_of(&w.p, say_share(w.id, w.x_rid, CSM_PERM_RO, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.p, say_notify(w.x_rid, 0, PROVIDER)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.x, say_reserve(w.p_rid, 0, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.p, say_notify(w.x_rid, 0, PROVIDER)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.x, say_notify(w.p_rid, 0, CONSUMER)), RSI_CSM_ERROR_DENIED);
	/* Unmapped by the host: broken. */
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_UNMAP, w.c.rd, WORLD_CSM), RMI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_notify(w.p_rid, w.n, CONSUMER)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.p, say_notify(w.c_rid, w.n, PROVIDER)), RSI_CSM_ERROR_DENIED);
	/* Of the end itself both hear; of the calls that were refused nobody does. */
	check_entry(&w.c, pending(&w.c, 0), CSM_ROLE_CONSUMER, w.p_rid, w.n);
	check_entry(&w.p, pending(&w.p, 0), CSM_ROLE_SHARE, w.c_rid, w.n);
	assert_true(pending(&w.c, 0) == CSM_INDEX_NONE);
	assert_true(pending(&w.p, 0) == CSM_INDEX_NONE);
	csm_end(&w);

	csm_share_all(&w, 1, CSM_PERM_RW);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_notify(w.p_rid, w.n, CONSUMER)), RSI_CSM_ERROR_REVOKED);
	assert_int_equal(status_of(&w.p, say_notify(w.c_rid, w.n, PROVIDER)), RSI_CSM_ERROR_DENIED);
	csm_end(&w);

	world_reset();
	world_realm(&plain, &(struct world_options){ 0 });
	world_activate(&plain);
	assert_int_equal(smc(&plain, RSI_CSM_NOTIFY, 0, 0, 0, 0), SMCCC_NOT_SUPPORTED);
	assert_int_equal(smc(&plain, RSI_CSM_PENDING, 0), SMCCC_NOT_SUPPORTED);
	assert_int_equal(smc(&plain, RSI_CSM_PEER_MEASUREMENT, 0, 0, 0), SMCCC_NOT_SUPPORTED);
	world_end(&plain);
}

/* P's REVOKE is under way: the share has ended for both, though C's range is attached yet. */
static void test_notify_while_revoking(void **state)
{
	struct csm_world w;

	(void)state;
	csm_share_all(&w, 600, CSM_PERM_RW);
	csm_begin(&w.p, say_revoke(w.c_rid, w.n));
	assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_ATTACHED);
	assert_int_equal(status_of(&w.c, say_notify(w.p_rid, w.n, CONSUMER)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.p, say_notify(w.c_rid, w.n, PROVIDER)), RSI_CSM_ERROR_REVOKED);
	assert_true(pending(&w.c, 0) == CSM_INDEX_NONE);
	assert_true(pending(&w.p, 0) == CSM_INDEX_NONE);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	csm_end(&w);
}

#define SHARES 5
#define LOOKED_AT 512 /* docs/csm.md */
#define MANY (LOOKED_AT + 2)

/* Several shares to C, each attached. */
static void share_several(struct csm_world *w, unsigned int count)
{
	csm_realms(w);
	for (unsigned int i = 0; i < count; i++) {
		uint64_t base = WORLD_CSM + PAGES(i);
		struct smc_regs out = world_smc(&w->p, RSI_CSM_CREATE, base, PAGES(1), 0);

		assert_int_equal(out.x[0], RSI_SUCCESS);
		out = world_say(&w->p, say_share(out.x[1], w->c_rid, CSM_PERM_RO, 0));
		assert_int_equal(out.x[0], RSI_SUCCESS);
		assert_int_equal(out.x[1], i);
		assert_int_equal(status_of(&w->c, say_reserve(w->p_rid, i, base, PAGES(1), 0)), RSI_SUCCESS);
		assert_int_equal(status_of(&w->c, say_attach(w->p_rid, i)), RSI_SUCCESS);
	}
}

/* First come, first told; entries that go are pending no more, from any place in the line. */
static void test_pending_order(void **state)
{
	static const unsigned int order[SHARES] = { 3, 0, 4, 1, 2 };

	(void)state;
	for (unsigned int gone = 0; gone < SHARES; gone++) {
		struct csm_world w;
		uint64_t index;

		share_several(&w, SHARES);
		for (unsigned int i = 0; i < SHARES; i++)
			notify(&w.p, &w.c, w.c_rid, order[i], PROVIDER);
		assert_int_equal(status_of(&w.c, say_detach(w.p_rid, order[gone])), RSI_SUCCESS);
		for (unsigned int i = 0; i < SHARES; i++) {
			if (i == gone)
				continue;
			index = pending(&w.c, 0);
			check_entry(&w.c, index, CSM_ROLE_CONSUMER, w.p_rid, order[i]);
		}
		assert_true(pending(&w.c, 0) == CSM_INDEX_NONE);
		csm_end(&w);
	}
}

/* Only entries from an index on; the others keep waiting. */
static void test_pending_first(void **state)
{
	struct csm_world w;
	uint64_t index[SHARES];

	(void)state;
	share_several(&w, SHARES);
	for (unsigned int i = 0; i < SHARES; i++)
		notify(&w.p, &w.c, w.c_rid, i, PROVIDER);
	for (unsigned int i = 0; i < SHARES; i++) {
		index[i] = pending(&w.c, 0);
		notify(&w.p, &w.c, w.c_rid, i, PROVIDER);
	}
	assert_true(pending(&w.c, index[SHARES - 1] + 1) == CSM_INDEX_NONE);
	assert_true(pending(&w.c, UINT64_MAX) == CSM_INDEX_NONE);
	assert_true(pending(&w.c, index[2]) == index[2]);
	assert_true(pending(&w.c, index[2]) == index[3]);
	assert_true(pending(&w.c, 0) == index[0]);
	assert_true(pending(&w.c, 0) == index[1]);
	assert_true(pending(&w.c, 0) == index[4]);
	assert_true(pending(&w.c, 0) == CSM_INDEX_NONE);
	csm_end(&w);
}

/* With an index to begin from, so many of those that wait are looked at, and not one more. */
static void test_pending_is_bounded(void **state)
{
	static uint64_t index[MANY];
	struct csm_world w;

	(void)state;
	share_several(&w, MANY);
	for (unsigned int i = 0; i < MANY; i++) {
		notify(&w.p, &w.c, w.c_rid, i, PROVIDER);
		index[i] = pending(&w.c, 0);
		assert_true(i == 0 || index[i] > index[i - 1]);
	}
	for (unsigned int i = 0; i < MANY; i++)
		notify(&w.p, &w.c, w.c_rid, i, PROVIDER);
	assert_true(pending(&w.c, index[LOOKED_AT]) == CSM_INDEX_NONE);
	assert_true(pending(&w.c, index[LOOKED_AT - 1]) == index[LOOKED_AT - 1]);
	assert_true(pending(&w.c, index[LOOKED_AT]) == index[LOOKED_AT]);
	assert_true(pending(&w.c, 0) == index[0]);
	csm_end(&w);
}

/* --- Measurements ------------------------------------------------------------------------------------------- */

static const uint8_t *measurement(struct world_realm *r, unsigned int index)
{
	const struct realm *realm = realm_of(granule_find(pa(r->rd)));

	return index == 5 ? realm->rpv : realm->measurement[index];
}

static void check_measurements(struct world_realm *asker, struct world_realm *peer, struct csm_rid rid,
			       enum rmi_hash_algorithm algorithm)
{
	for (unsigned int index = 0; index <= 5; index++) {
		struct smc_regs out = world_smc(asker, RSI_CSM_PEER_MEASUREMENT, rid.lo, rid.hi, index, 4, 5,
						6, 7, 8, 9, 0x77);

		assert_int_equal(out.x[0], RSI_SUCCESS);
		assert_memory_equal(&out.x[1], measurement(peer, index), 64);
		assert_int_equal(out.x[9], algorithm);
		assert_int_equal(out.x[10], 0x77);
	}
	assert_int_equal(status_of(asker, say_peer_measurement(rid, 6)), RSI_ERROR_INPUT);
	assert_int_equal(status_of(asker, say_peer_measurement(rid, UINT64_MAX)), RSI_ERROR_INPUT);
}

/* All 64 bytes of it, and which algorithm they are of. */
static void test_peer_measurement_long(void **state)
{
	struct world_realm provider;
	struct csm_world w;
	struct smc_regs out;

	(void)state;
	csm_realms(&w);
	world_realm(&provider, &(struct world_options){ .apt = 1, .hash_algo = RMI_HASH_SHA_512 });
	world_activate(&provider);
	out = world_smc(&provider, RSI_CSM_CREATE, WORLD_CSM, PAGES(1), 0);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(status_of(&provider, say_share(out.x[1], w.c_rid, CSM_PERM_RO, 0)), RSI_SUCCESS);
	assert_int_not_equal(measurement(&provider, 0)[63], 0);
	check_measurements(&w.c, &provider, rid_of(&provider), RMI_HASH_SHA_512);
	world_end(&provider);
	csm_end(&w);
}

static void test_peer_measurement(void **state)
{
	struct csm_world w;
	const struct {
		struct world_realm *asker;
		struct csm_rid *peer;
	} strangers[] = { { &w.x, &w.p_rid }, { &w.x, &w.c_rid }, { &w.p, &w.x_rid },
			  { &w.c, &w.x_rid }, { &w.p, &w.p_rid }, { &w.p, &w.c_rid } };
	struct csm_rid nobody = { 1, 2 };

	(void)state;
	csm_realms(&w);
	/* So that there is something to see. */
	assert_int_equal(smc(&w.p, RSI_MEASUREMENT_EXTEND, 2, 8, 42), RSI_SUCCESS);
	assert_int_equal(smc(&w.c, RSI_MEASUREMENT_EXTEND, 4, 8, 43), RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_peer_measurement(w.p_rid, 0)), RSI_CSM_ERROR_DENIED);
	csm_offer(&w, 1, CSM_PERM_RO);
	/* P named C: C may look. C has not named P. */
	check_measurements(&w.c, &w.p, w.p_rid, RMI_HASH_SHA_256);
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		assert_int_equal(status_of(strangers[i].asker, say_peer_measurement(*strangers[i].peer, 0)),
				 RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.p, say_peer_measurement(nobody, 0)), RSI_CSM_ERROR_DENIED);
	/* A reservation alone says nothing: anybody can make one. */
	assert_int_equal(status_of(&w.x, say_reserve(w.p_rid, 0, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.x, say_peer_measurement(w.p_rid, 0)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.p, say_peer_measurement(w.x_rid, 0)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	check_measurements(&w.p, &w.c, w.c_rid, RMI_HASH_SHA_256);
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.p, say_peer_measurement(w.c_rid, 0)), RSI_CSM_ERROR_DENIED);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_peer_measurement(w.p_rid, 0)), RSI_CSM_ERROR_DENIED);
	csm_end(&w);
}

/* Nor does a reservation for a RID that begins like P's come before C's entry for P. */
static void test_peer_of_similar_name(void **state)
{
	struct csm_rid similar;
	struct csm_world w;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 1, CSM_PERM_RO);
	w.n = world_say(&w.p, say_share(w.id, w.c_rid, CSM_PERM_RO, 0)).x[1];
	assert_int_equal(w.n, 1);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	similar = (struct csm_rid){ w.p_rid.lo, UINT64_MAX };
	assert_int_equal(status_of(&w.c, say_reserve(similar, 0, WORLD_CSM + PAGES(1), PAGES(1), 0)),
			 RSI_SUCCESS);
	check_measurements(&w.p, &w.c, w.c_rid, RMI_HASH_SHA_256);
	csm_end(&w);
}

/* Of two realms one comes after the other in P's table, and is not taken for it, whichever it is. */
static void test_peer_of_another(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct csm_world w;
		struct smc_regs out;

		csm_realms(&w);
		out = world_smc(&w.p, RSI_CSM_CREATE, WORLD_CSM, PAGES(1), 0);
		assert_int_equal(out.x[0], RSI_SUCCESS);
		out = world_say(&w.p, say_share(out.x[1], i == 0 ? w.c_rid : w.x_rid, CSM_PERM_RO, 0));
		assert_int_equal(out.x[0], RSI_SUCCESS);
		check_measurements(i == 0 ? &w.c : &w.x, &w.p, w.p_rid, RMI_HASH_SHA_256);
		out = world_say(i == 0 ? &w.x : &w.c, say_peer_measurement(w.p_rid, 0));
		assert_int_equal(out.x[0], RSI_CSM_ERROR_DENIED);
		csm_end(&w);
	}
}

/* SHARE bound to a RIM. */
static uint64_t share_with(struct csm_world *w, const uint8_t rim[64], uint64_t flags, uint64_t *n)
{
	uint64_t x[18] = { RSI_CSM_SHARE, w->id, w->c_rid.lo, w->c_rid.hi, CSM_PERM_RW, flags };
	struct smc_regs out;

	memcpy(&x[6], rim, 64);
	out = world_smc_args(&w->p, x);
	*n = out.x[1];
	return out.x[0];
}

static void test_measured(void **state)
{
	struct csm_world w;
	uint8_t rim[64];
	uint64_t n;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 1, CSM_PERM_RO);
	memcpy(rim, measurement(&w.c, 0), sizeof(rim));
	assert_int_equal(share_with(&w, rim, 2, &n), RSI_ERROR_INPUT);
	assert_int_equal(share_with(&w, rim, CSM_SHARE_FLAG_MEASURED | 2, &n), RSI_ERROR_INPUT);
	/* Any bit that differs, in the padding too. */
	for (unsigned int bit = 0; bit < 512; bit += 73) {
		rim[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_equal(share_with(&w, rim, CSM_SHARE_FLAG_MEASURED, &n), RSI_SUCCESS);
		rim[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, n, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
		assert_int_equal(status_of(&w.c, say_attach(w.p_rid, n)), RSI_CSM_ERROR_DENIED);
		assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
		assert_int_equal(status_of(&w.c, say_detach(w.p_rid, n)), RSI_SUCCESS);
		assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, n)), RSI_SUCCESS);
	}
	assert_int_equal(share_with(&w, rim, CSM_SHARE_FLAG_MEASURED, &n), RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, n, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.c, say_attach(w.p_rid, n)), RSI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 1);
	check_same_pages(&w);
	assert_int_equal(csm_state(&w.p, CSM_ROLE_REGION), CSM_STATE_CREATED);
	csm_end(&w);
}

/* The entry for the RIM comes and goes with its share: the table of one granule never needs another. */
static void test_measured_room(void **state)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;
	struct csm_world w;
	uint64_t more[18] = { RSI_CSM_SHARE };
	uint8_t rim[64] = { 1 };
	uint64_t n;

	(void)state;
	csm_realms(&w);
	csm_offer(&w, 1, CSM_PERM_RO);
	assert_int_equal(smc(&w.p, RSI_CSM_CREATE, WORLD_CSM + PAGES(1), PAGES(1), 0),
			 RSI_SUCCESS); /* 4 of 15 entries */
	for (unsigned int i = 0; i < 40; i++) {
		assert_int_equal(share_with(&w, rim, CSM_SHARE_FLAG_MEASURED, &n), RSI_SUCCESS);
		assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, n)), RSI_SUCCESS);
	}
	/* Five more take ten entries, the last when three are left. When two are left again a sixth might need three. */
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(share_with(&w, rim, CSM_SHARE_FLAG_MEASURED, &n), RSI_SUCCESS);
	assert_int_equal(apt_num_granules(apt_of(realm_of(granule_find(pa(w.p.rd)))->apt)), 1);
	assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
	memcpy(more, say_share(w.id, w.c_rid, CSM_PERM_RO, CSM_SHARE_FLAG_MEASURED).x, 6 * sizeof(more[0]));
	assert_true(world_smc_exits(&w.p, 0, more, &out, &exit));
	assert_int_equal(exit.csm_event, CSM_EVENT_APT_FULL);
	assert_false(world_resume(&w.p, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, &out, &exit));
	assert_int_equal(out.x[0], RSI_CSM_ERROR_MEMORY);
	csm_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_notify_denied),
		cmocka_unit_test(test_notify_while_revoking),
		cmocka_unit_test(test_pending_order),
		cmocka_unit_test(test_pending_first),
		cmocka_unit_test(test_pending_is_bounded),
		cmocka_unit_test(test_peer_measurement),
		cmocka_unit_test(test_peer_measurement_long),
		cmocka_unit_test(test_measured),
		cmocka_unit_test(test_measured_room),
		cmocka_unit_test(test_peer_of_similar_name),
		cmocka_unit_test(test_peer_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
