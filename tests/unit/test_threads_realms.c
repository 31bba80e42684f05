/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several PEs, each a thread, run the RECs of three realms, which share memory with each other and make whatever calls they
 * like; between entries the host answers, or does something else. No assertion of the monitor fails, locks are
 * taken in their order, nobody waits for ever, and in the end every granule is back, empty.
 *
 * The interleavings are the machine's: another run has others.
 */
#include <pthread.h>
#include <stdlib.h>

#include "threads_world.h"

#define PES 4U
#define ROUNDS 300000U /* of each PE, if no argument says another number */
#define REALMS 3U
#define POOL 200U /* granules to build with */

static _Atomic unsigned int entries;
static unsigned int rounds = ROUNDS;

static void enter_one(void)
{
	unsigned int r = pick(REALMS), i = pick(RECS);
	struct rmi_rec_run *run = sim_mem(pa(pe->run));
	uint64_t flags[] = { 0, 0, 0, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, RMI_REC_ENTER_FLAG_RIPAS_REJECT };

	memset(&run->enter, 0, sizeof(run->enter));
	run->enter.flags = flags[pick(6)];
	if (rmi(RMI_REC_ENTER, realms[r].r.rec[i], pe->run) != RMI_SUCCESS)
		return;
	entries++;
	if (run->exit.exit_reason == RMI_EXIT_CSM)
		serve_csm(r, &run->exit);
	if (run->exit.exit_reason == RMI_EXIT_RIPAS_CHANGE)
		(void)rmi(RMI_RTT_SET_RIPAS, realms[r].r.rd, realms[r].r.rec[i], run->exit.ripas_base,
			  run->exit.ripas_top);
	if (run->exit.exit_reason == RMI_EXIT_PSCI)
		(void)rmi(RMI_PSCI_COMPLETE, realms[r].r.rec[i], realms[r].r.rec[1 - i], PSCI_SUCCESS);
}

static void disturb(void)
{
	unsigned int r = pick(REALMS);
	uint64_t at = WORLD_CSM + PAGES(pick(WINDOW));

	switch (pick(9)) {
	case 0:
		if (pick(4) == 0)
			take_by(RMI_DATA_DESTROY, realms[r].r.rd, at, 0);
		break;
	case 1:
		lend_to(RMI_DATA_CREATE_UNKNOWN, realms[r].r.rd, at, 0);
		break;
	case 2:
		if (pick(16) == 0)
			(void)rmi(RMI_CSM, RMI_CSM_UNMAP, realms[r].r.rd, at);
		break;
	case 3:
		take_by(RMI_RTT_FOLD, realms[r].r.rd, WORLD_CSM, 3);
		break;
	case 4:
		if (pick(64) == 0) /* all of it is DESTROYED then */
			take_by(RMI_RTT_DESTROY, realms[r].r.rd, WORLD_CSM, 3);
		break;
	case 5:
		make_tables(r);
		break;
	case 6:
		(void)rmi(RMI_RTT_READ_ENTRY, realms[r].r.rd, at, 3);
		break;
	default:
		(void)rmi(RMI_CSM, RMI_CSM_FILL, realms[r].r.rd, at);
		break;
	}
}

static void *work(void *argument)
{
	pe = argument;
	world_set_program(threads_next_call);
	for (unsigned int i = 0; i < rounds; i++) {
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
	struct csm_rid rid;

	world_realm(&realms[r].r, &(struct world_options){ .apt = 1, .recs = RECS });
	world_activate(&realms[r].r);
	world_tables(&realms[r].r, WORLD_CSM, PAGES(WINDOW));
	rid = rid_of(&realms[r].r);
	atomic_store(&realms[r].rid_lo, rid.lo);
	atomic_store(&realms[r].rid_hi, rid.hi);
	for (uint64_t i = 1; i < RECS; i++) {
		const uint64_t on[18] = { PSCI_CPU_ON, i, WORLD_RAM, 0 };

		assert_true(world_smc_exits(&realms[r].r, 0, on, &out, &exit));
		assert_int_equal(rmi(RMI_PSCI_COMPLETE, realms[r].r.rec[0], realms[r].r.rec[i], PSCI_SUCCESS),
				 RMI_SUCCESS);
	}
}

static void test_realms(void **state)
{
	struct pe pes[PES];
	pthread_t thread[PES];

	(void)state;
	world_reset();
	num_realms = REALMS;
	for (unsigned int r = 0; r < REALMS; r++)
		start(r);
	threads_fill_pool(POOL);
	for (unsigned int i = 0; i < PES; i++)
		pes[i] = (struct pe){ .random = i + 1, .run = world_ns() };
	sim_threads(true);
	for (unsigned int i = 0; i < PES; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, work, &pes[i]), 0);
	for (unsigned int i = 0; i < PES; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	sim_threads(false);

	print_message("%u entries, %u attached, %u revoked\n", entries, attached, revoked);
	assert_true(entries > PES * rounds / 8 && attached > 100 && revoked > 100);
	for (unsigned int i = 0; i < PES; i++)
		world_free(pes[i].run);
	threads_empty_pool();
	for (unsigned int r = 0; r < REALMS; r++)
		world_end(&realms[r].r);
	world_check_all_back();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_realms) };

	if (argc > 1)
		rounds = (unsigned int)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
