/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several PEs, each a thread, run the RECs of three realms, which share memory with each other and make whatever calls they
 * like; between entries the host answers, or does something else. No assertion of the monitor fails, locks are
 * taken in their order, nobody waits for ever, and in the end every granule is back, empty.
 *
 * The interleavings are the machine's: another run has others.
 */
#include <stdlib.h>

#include "threads_world.h"

#define ROUNDS 300000U /* of each PE, if no argument says another number */
#define REALMS 3U
#define POOL 200U /* granules to build with */

static _Atomic unsigned int entries;
static unsigned int rounds = ROUNDS;

static void enter_one(void)
{
	const uint64_t flags[] = {
		0, 0, 0, 0, RMI_REC_ENTER_FLAG_CSM_REJECT, RMI_REC_ENTER_FLAG_RIPAS_REJECT
	};
	unsigned int r = pick(REALMS), i = pick(RECS);

	entries += enter_and_serve(r, i, flags[pick(6)]);
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

static void work(void)
{
	for (unsigned int i = 0; i < rounds; i++) {
		if (pick(4) != 0)
			enter_one();
		else
			disturb();
	}
}

/* --- The test -------------------------------------------------------------------------------------------- */

static void start(unsigned int r)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	world_realm(&realms[r].r, &(struct world_options){ .apt = 1, .recs = RECS });
	world_activate(&realms[r].r);
	world_tables(&realms[r].r, WORLD_CSM, PAGES(WINDOW));
	threads_note_rid(r, rid_of(&realms[r].r));
	for (uint64_t i = 1; i < RECS; i++) {
		const uint64_t on[18] = { PSCI_CPU_ON, i, WORLD_RAM, 0 };

		assert_true(world_smc_exits(&realms[r].r, 0, on, &out, &exit));
		assert_int_equal(rmi(RMI_PSCI_COMPLETE, realms[r].r.rec[0], realms[r].r.rec[i], PSCI_SUCCESS),
				 RMI_SUCCESS);
	}
}

static void test_realms(void **state)
{
	(void)state;
	world_reset();
	num_realms = REALMS;
	for (unsigned int r = 0; r < REALMS; r++)
		start(r);
	threads_fill_pool(POOL);
	threads_take_pes();
	threads_run(work);

	print_message("%u entries, %u attached, %u revoked\n", entries, attached, revoked);
	assert_true(entries > PES * rounds / 8 && attached > 100 && revoked > 100);
	threads_give_pes();
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
