/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several PEs, each a thread, run the RECs of three realms, which share memory with each other and make whatever calls they
 * like; between entries the host answers, or does something else. No assertion of the monitor fails, locks are
 * taken in their order, nobody waits for ever, and in the end every granule is back, empty.
 *
 * The interleavings are the machine's: another run has others.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "world.h"

#include "model/rec.h"

#define PES 4U
#define ROUNDS 300000U
#define REALMS 3U
#define RECS 2U
#define WINDOW 48U /* pages in which ranges lie */
#define POOL 200U  /* granules to build with */

static struct world_realm realms[REALMS];
static struct csm_rid rids[REALMS];

/* What each REC has called last: only the PE that runs it looks. */
static uint64_t last_call[REALMS][RECS];

/* What one offered another last: owners tell each other such things. Number and size may be of two offers. */
static struct {
	_Atomic uint64_t n, size;
} offers[REALMS][REALMS];

static _Atomic unsigned int attached, revoked, entries;

/* Non-secure granules, of all PEs. */
static uint64_t pool[WORLD_GRANULES];
static unsigned int pool_count;
static pthread_mutex_t pool_mutex = PTHREAD_MUTEX_INITIALIZER;

struct pe {
	uint64_t random;
	uint64_t run;
};

static _Thread_local struct pe *pe;

static unsigned int pick(unsigned int limit)
{
	pe->random = pe->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned int)(pe->random >> 33) % limit;
}

/* --- Realms ---------------------------------------------------------------------------------------------- */

static unsigned int number_of(const struct rec *rec)
{
	unsigned int r = 0;

	while (granule_find(pa(realms[r].rd)) != rec->rd)
		r++;
	return r;
}

/* A call about an entry of the realm's table, as QUERY has reported it in x1 to x9. */
static void say_about_entry(struct rec *rec, unsigned int r)
{
	uint64_t x[10];

	memcpy(x, rec->gprs, sizeof(x));
	switch (x[1]) {
	case CSM_ROLE_REGION:
		if (x[2] == CSM_STATE_CREATING)
			say_next(rec, say(RSI_CSM_CREATE, x[7], x[8], 0));
		else if (pick(16) == 0)
			say_next(rec, say(RSI_CSM_DESTROY, x[6]));
		else
			say_next(rec, say_share(x[6], rids[pick(REALMS)], CSM_PERM_RO + pick(3), 0));
		break;
	case CSM_ROLE_SHARE:
		for (unsigned int q = 0; q < REALMS; q++) {
			if (x[3] == rids[q].lo && x[2] == CSM_STATE_OFFERED) {
				atomic_store(&offers[r][q].n, x[5]);
				atomic_store(&offers[r][q].size, x[8]);
			}
		}
		if (pick(8) == 0)
			say_next(rec, say(RSI_CSM_REVOKE, x[3], x[4], x[5]));
		else
			say_next(rec, say(RSI_CSM_NOTIFY, x[3], x[4], x[5], 0));
		break;
	default:
		if (x[2] == CSM_STATE_CREATING)
			say_next(rec, say(RSI_CSM_RESERVE, x[3], x[4], x[5], x[7], x[8], pick(2)));
		else if (x[2] == CSM_STATE_REVOKED || x[2] == CSM_STATE_BROKEN || pick(8) == 0)
			say_next(rec, say(RSI_CSM_DETACH, x[3], x[4], x[5]));
		else
			say_next(rec, say(RSI_CSM_ATTACH, x[3], x[4], x[5]));
		break;
	}
}

static void say_csm(struct rec *rec, unsigned int r)
{
	uint64_t base = WORLD_CSM + PAGES(pick(WINDOW - 4)), size = PAGES(1 + pick(4));
	unsigned int q = pick(REALMS);

	switch (pick(12)) {
	case 0:
		say_next(rec, say(RSI_CSM_CREATE, base, size, 0));
		break;
	case 1:
	case 2:
		say_next(rec, say_reserve(rids[q], atomic_load(&offers[q][r].n), base,
					  atomic_load(&offers[q][r].size), pick(2)));
		break;
	case 3:
		say_next(rec, say_peer_measurement(rids[q], pick(6)));
		break;
	case 4:
		say_next(rec, say(RSI_CSM_PENDING, 0));
		break;
	case 5:
		say_next(rec, say(RSI_CSM_DOORBELL, pick(RECS)));
		break;
	default:
		say_next(rec, say(RSI_CSM_QUERY, pick(15)));
		break;
	}
}

static void say_other(struct rec *rec)
{
	uint64_t at = WORLD_CSM + PAGES(pick(WINDOW));

	switch (pick(12)) {
	default: /* what the host has destroyed is memory again */
		say_next(rec, say(RSI_IPA_STATE_SET, at, at + PAGES(1), RSI_RAM, 1));
		break;
	case 1:
		say_next(rec, say(RSI_IPA_STATE_GET, at, at + PAGES(4)));
		break;
	case 2:
		say_next(rec, say(RSI_HOST_CALL, at));
		break;
	case 3:
		say_next(rec, say(RSI_REALM_CONFIG, at));
		break;
	case 4:
		say_next(rec, say(RSI_MEASUREMENT_EXTEND, 1 + pick(4), 64, pick(9)));
		break;
	case 5:
		say_next(rec, say(PSCI_AFFINITY_INFO, pick(RECS), 0));
		break;
	}
}

static bool next_call(struct rec *rec)
{
	unsigned int r = number_of(rec);
	uint64_t *last = &last_call[r][rec->mpidr & 1];
	bool knows = *last == RSI_CSM_QUERY && rec->gprs[0] == RSI_SUCCESS && rec->gprs[1] != CSM_INDEX_NONE;

	attached += *last == RSI_CSM_ATTACH && rec->gprs[0] == RSI_SUCCESS;
	revoked += *last == RSI_CSM_REVOKE && rec->gprs[0] == RSI_SUCCESS;
	*last = 0;
	if (pick(6) == 0)
		return false;
	if (knows)
		say_about_entry(rec, r);
	else if (pick(4) != 0)
		say_csm(rec, r);
	else
		say_other(rec);
	*last = rec->gprs[0];
	return true;
}

/* --- The host -------------------------------------------------------------------------------------------- */

/* A granule from the pool, delegated; 0: there is none. */
static uint64_t lend(void)
{
	uint64_t granule = 0;

	pthread_mutex_lock(&pool_mutex);
	if (pool_count != 0)
		granule = pool[--pool_count];
	pthread_mutex_unlock(&pool_mutex);
	if (granule != 0 && rmi(RMI_GRANULE_DELEGATE, granule) != RMI_SUCCESS)
		abort();
	return granule;
}

/* And back. */
static void take(uint64_t granule)
{
	if (rmi(RMI_GRANULE_UNDELEGATE, granule) != RMI_SUCCESS || !world_is_zero(granule))
		abort();
	pthread_mutex_lock(&pool_mutex);
	pool[pool_count++] = granule;
	pthread_mutex_unlock(&pool_mutex);
}

/* A command whose x1 is a granule that comes back. */
static void take_by(uint64_t fid, uint64_t rd, uint64_t at, uint64_t level)
{
	struct smc_regs out = world_rmi(fid, rd, at, level);

	if (out.x[0] == RMI_SUCCESS)
		take(out.x[1]);
}

static void lend_to(uint64_t fid, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t granule = lend();

	if (granule == 0)
		return;
	if (fid == RMI_CSM ? rmi(RMI_CSM, RMI_CSM_APT_EXTEND, a, granule) : rmi(fid, a, granule, b, c))
		take(granule);
}

static void make_tables(unsigned int r)
{
	lend_to(RMI_RTT_CREATE, realms[r].rd, align_down(WORLD_CSM, PAGES(512 * 512)), 2);
	lend_to(RMI_RTT_CREATE, realms[r].rd, WORLD_CSM, 3);
}

static void serve_csm(unsigned int r, const struct rmi_rec_exit *exit)
{
	make_tables(r);
	if (exit->csm_event == CSM_EVENT_APT_FULL)
		lend_to(RMI_CSM, realms[r].rd, 0, 0);
	if (exit->csm_event != CSM_EVENT_P_REALM && exit->csm_event != CSM_EVENT_C_REALM)
		return;
	for (uint64_t at = exit->csm_base; at < exit->csm_base + exit->csm_size; at += GRANULE_SIZE) {
		if (exit->csm_event == CSM_EVENT_P_REALM)
			lend_to(RMI_DATA_CREATE_UNKNOWN, realms[r].rd, at, 0);
		else
			take_by(RMI_DATA_DESTROY, realms[r].rd, at, 0);
	}
}

static void enter_one(void)
{
	unsigned int r = pick(REALMS), i = pick(RECS);
	struct rmi_rec_run *run = sim_mem(pa(pe->run));
	uint64_t flags[] = { 0, 0, 0, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, RMI_REC_ENTER_FLAG_RIPAS_REJECT };

	memset(&run->enter, 0, sizeof(run->enter));
	run->enter.flags = flags[pick(6)];
	if (rmi(RMI_REC_ENTER, realms[r].rec[i], pe->run) != RMI_SUCCESS)
		return;
	entries++;
	if (run->exit.exit_reason == RMI_EXIT_CSM)
		serve_csm(r, &run->exit);
	if (run->exit.exit_reason == RMI_EXIT_RIPAS_CHANGE)
		(void)rmi(RMI_RTT_SET_RIPAS, realms[r].rd, realms[r].rec[i], run->exit.ripas_base,
			  run->exit.ripas_top);
	if (run->exit.exit_reason == RMI_EXIT_PSCI)
		(void)rmi(RMI_PSCI_COMPLETE, realms[r].rec[i], realms[r].rec[1 - i], PSCI_SUCCESS);
}

static void disturb(void)
{
	unsigned int r = pick(REALMS);
	uint64_t at = WORLD_CSM + PAGES(pick(WINDOW));

	switch (pick(9)) {
	case 0:
		if (pick(4) == 0)
			take_by(RMI_DATA_DESTROY, realms[r].rd, at, 0);
		break;
	case 1:
		lend_to(RMI_DATA_CREATE_UNKNOWN, realms[r].rd, at, 0);
		break;
	case 2:
		if (pick(16) == 0)
			(void)rmi(RMI_CSM, RMI_CSM_UNMAP, realms[r].rd, at);
		break;
	case 3:
		take_by(RMI_RTT_FOLD, realms[r].rd, WORLD_CSM, 3);
		break;
	case 4:
		if (pick(64) == 0) /* all of it is DESTROYED then */
			take_by(RMI_RTT_DESTROY, realms[r].rd, WORLD_CSM, 3);
		break;
	case 5:
		make_tables(r);
		break;
	case 6:
		(void)rmi(RMI_RTT_READ_ENTRY, realms[r].rd, at, 3);
		break;
	default:
		(void)rmi(RMI_CSM, RMI_CSM_FILL, realms[r].rd, at);
		break;
	}
}

static void *work(void *argument)
{
	pe = argument;
	world_set_program(next_call);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		if (pick(4) != 0)
			enter_one();
		else
			disturb();
	}
	return NULL;
}

/* --- The test -------------------------------------------------------------------------------------------- */

static void start(unsigned int r)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	world_realm(&realms[r], &(struct world_options){ .apt = 1, .recs = RECS });
	world_activate(&realms[r]);
	world_tables(&realms[r], WORLD_CSM, PAGES(WINDOW));
	rids[r] = rid_of(&realms[r]);
	for (uint64_t i = 1; i < RECS; i++) {
		const uint64_t on[18] = { PSCI_CPU_ON, i, WORLD_RAM, 0 };

		assert_true(world_smc_exits(&realms[r], 0, on, &out, &exit));
		assert_int_equal(rmi(RMI_PSCI_COMPLETE, realms[r].rec[0], realms[r].rec[i], PSCI_SUCCESS),
				 RMI_SUCCESS);
	}
}

static void test_realms(void **state)
{
	struct pe pes[PES];
	pthread_t thread[PES];

	(void)state;
	world_reset();
	for (unsigned int r = 0; r < REALMS; r++)
		start(r);
	for (pool_count = 0; pool_count < POOL; pool_count++)
		pool[pool_count] = world_ns();
	for (unsigned int i = 0; i < PES; i++)
		pes[i] = (struct pe){ .random = i + 1, .run = world_ns() };
	sim_threads(true);
	for (unsigned int i = 0; i < PES; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, work, &pes[i]), 0);
	for (unsigned int i = 0; i < PES; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	sim_threads(false);

	print_message("%u entries, %u attached, %u revoked\n", entries, attached, revoked);
	assert_true(entries > PES * ROUNDS / 8 && attached > 100 && revoked > 100);
	for (unsigned int i = 0; i < PES; i++)
		world_free(pes[i].run);
	while (pool_count != 0)
		world_free(pool[--pool_count]);
	for (unsigned int r = 0; r < REALMS; r++)
		world_end(&realms[r]);
	world_check_all_back();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_realms) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
