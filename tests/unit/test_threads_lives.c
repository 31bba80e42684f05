/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several PEs, each a thread, run the RECs of realms that share memory, blocks of 2 MiB among it, and any of them takes one of
 * the realms apart and makes another of its granules, while the others go on: entering it, serving it, giving it memory, folding
 * its tables. No assertion of the monitor fails, locks are taken in their order, nobody waits for ever, and in the end every granule
 * is back, empty.
 *
 * The interleavings are the machine's: another run has others.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "threads_world.h"

#include "model/realm.h"

#define REALMS 4U
#define POOL 200U
#define ROUNDS 60000U
#define SPAN UINT64_C(0x40000000) /* of a table of blocks */

/* The granules of a realm, in each of its lives, and who makes or ends it now. */
static struct slot {
	pthread_mutex_t mutex;
	uint64_t params;
	bool lives;
} slots[REALMS];

static _Atomic unsigned int entries, lives, folds;
static unsigned int rounds = ROUNDS;

/* --- Birth -------------------------------------------------------------------------------------------------- */

static void must(uint64_t status)
{
	if (status != RMI_SUCCESS)
		abort();
}

static void make_recs(unsigned int r)
{
	const struct world_realm *realm = &realms[r].r;
	struct rmi_rec_params *p = sim_mem(pa(slots[r].params));

	for (unsigned int i = 0; i < RECS; i++) {
		*p = (struct rmi_rec_params){ .flags = RMI_REC_CREATE_FLAG_RUNNABLE,
					      .mpidr = i,
					      .pc = WORLD_RAM,
					      .num_aux = REALM_REC_AUX_COUNT };
		memcpy(p->aux, realm->aux[i], sizeof(p->aux));
		must(rmi(RMI_REC_CREATE, realm->rd, realm->rec[i], slots[r].params));
	}
}

/* The first one's memory in one piece: tables and pages may go again at once, others are at it. */
static void give_block(unsigned int r)
{
	for (uint64_t at = 0; at < BLOCK_SIZE; at += GRANULE_SIZE) {
		must(rmi(RMI_GRANULE_DELEGATE, WORLD_RUN + at));
		if (rmi(RMI_DATA_CREATE_UNKNOWN, realms[r].r.rd, WORLD_RUN + at, BLOCK_AT + at) !=
		    RMI_SUCCESS)
			must(rmi(RMI_GRANULE_UNDELEGATE, WORLD_RUN + at));
	}
}

static void make(unsigned int r)
{
	const struct world_realm *realm = &realms[r].r;
	struct rmi_realm_params *p = sim_mem(pa(slots[r].params));

	*p = (struct rmi_realm_params){ .s2sz = 33,
					.rtt_num_start = 1,
					.rtt_level_start = 1,
					.rtt_base = realm->rtt,
					.num_bps = 1,
					.num_wps = 1,
					.vmid = (uint16_t)(100 + r) };
	must(rmi(RMI_REALM_CREATE, realm->rd, slots[r].params));
	make_recs(r);
	threads_note_rid(r, realm_of(granule_find(pa(realm->rd)))->rid);
	lend_to(RMI_CSM, realm->rd, 0, 0); /* too soon: there is no APT to extend */
	for (uint64_t apt = 0; apt == 0; sched_yield()) {
		apt = lend();
		if (apt != 0)
			must(rmi(RMI_CSM, RMI_CSM_APT_CREATE, realm->rd, apt));
	}
	make_tables(r);
	if (r == 0) {
		lend_to(RMI_RTT_CREATE, realm->rd, BLOCK_AT, 3);
		give_block(r);
	}
	must(rmi(RMI_REALM_ACTIVATE, realm->rd));
	slots[r].lives = true;
	lives++;
}

/* --- Death -------------------------------------------------------------------------------------------------- */

/* Each is somebody's until its PE leaves it. */
static void end_recs(unsigned int r)
{
	for (unsigned int i = 0; i < RECS; i++) {
		while (rmi(RMI_REC_DESTROY, realms[r].r.rec[i]) != RMI_SUCCESS)
			sched_yield();
	}
	threads_forget(r);
}

/* What others' memory it sees goes, then its table, as long as there is one. */
static void end_apt(unsigned int r)
{
	uint64_t rd = realms[r].r.rd;
	struct smc_regs out;

	for (uint64_t at = WORLD_CSM; at < WORLD_CSM + PAGES(WINDOW); at += GRANULE_SIZE)
		(void)rmi(RMI_CSM, RMI_CSM_UNMAP, rd, at);
	(void)rmi(RMI_CSM, RMI_CSM_UNMAP, rd, BLOCK_AT);
	do {
		out = world_rmi(RMI_CSM, RMI_CSM_APT_DESTROY, rd);
		if (out.x[0] == RMI_SUCCESS && out.x[1] != 0)
			take(out.x[1]);
	} while (out.x[0] == RMI_SUCCESS);
}

/* [base, base + size) and its table of pages. A block is taken apart by another table. */
static void end_range(unsigned int r, uint64_t base, uint64_t size)
{
	uint64_t rd = realms[r].r.rd;

	lend_to(RMI_RTT_CREATE, rd, base, 3);
	for (uint64_t at = base; at < base + size; at += GRANULE_SIZE)
		(void)take_by(RMI_DATA_DESTROY, rd, at, 0);
	(void)take_by(RMI_RTT_DESTROY, rd, base, 3);
}

/* Until nothing of it is left; the others may add to it meanwhile. */
static void end(unsigned int r)
{
	uint64_t rd = realms[r].r.rd;

	if (!slots[r].lives)
		return;
	slots[r].lives = false;
	end_recs(r);
	while (rmi(RMI_REALM_DESTROY, rd) != RMI_SUCCESS) {
		end_apt(r);
		end_range(r, WORLD_CSM, PAGES(WINDOW));
		end_range(r, BLOCK_AT, BLOCK_SIZE);
		(void)take_by(RMI_RTT_DESTROY, rd, align_down(WORLD_CSM, SPAN), 2);
		sched_yield();
	}
}

/* --- The others --------------------------------------------------------------------------------------------- */

static void enter_one(void)
{
	unsigned int r = pick(REALMS), i = pick(RECS);

	entries += enter_and_serve(r, i, pick(8) == 0 ? RMI_REC_ENTER_FLAG_CSM_REJECT : 0);
}

static void disturb(void)
{
	unsigned int r = pick(REALMS);
	uint64_t rd = realms[r].r.rd, at = WORLD_CSM + PAGES(pick(WINDOW));

	switch (pick(8)) {
	case 0:
	case 1:
		folds += take_by(RMI_RTT_FOLD, rd, BLOCK_AT, 3);
		break;
	case 2:
		lend_to(RMI_RTT_CREATE, rd, BLOCK_AT, 3);
		break;
	case 3:
		(void)rmi(RMI_CSM, RMI_CSM_FILL, rd, pick(2) ? at : BLOCK_AT);
		break;
	case 4:
		if (pick(16) == 0)
			(void)rmi(RMI_CSM, RMI_CSM_UNMAP, rd, pick(2) ? at : BLOCK_AT);
		break;
	case 5:
		if (pick(4) == 0)
			(void)take_by(RMI_DATA_DESTROY, rd, at, 0);
		break;
	case 6:
		(void)rmi(RMI_RTT_READ_ENTRY, rd, at, 3);
		break;
	default:
		make_tables(r);
		break;
	}
}

/* One life ends, another begins; unless somebody else is at it. */
static void renew(void)
{
	unsigned int r = pick(REALMS);

	if (pthread_mutex_trylock(&slots[r].mutex) != 0)
		return;
	end(r);
	make(r);
	pthread_mutex_unlock(&slots[r].mutex);
}

static void work(void)
{
	for (unsigned int i = 0; i < rounds; i++) {
		if (pick(400) == 0)
			renew();
		else if (pick(4) != 0)
			enter_one();
		else
			disturb();
	}
}

/* --- The test ----------------------------------------------------------------------------------------------- */

static void start(unsigned int r)
{
	struct world_realm *realm = &realms[r].r;

	pthread_mutex_init(&slots[r].mutex, NULL);
	slots[r].params = world_ns();
	realm->rd = world_delegated();
	realm->rtt = world_delegated();
	for (unsigned int i = 0; i < RECS; i++) {
		realm->rec[i] = world_delegated();
		world_take_aux(realm->aux[i]);
	}
	make(r);
}

static void stop(unsigned int r)
{
	struct world_realm *realm = &realms[r].r;

	end(r);
	for (unsigned int i = 0; i < RECS; i++) {
		world_undelegate(realm->rec[i]);
		world_give_aux(realm->aux[i]);
	}
	world_undelegate(realm->rd);
	world_undelegate(realm->rtt);
	world_free(slots[r].params);
}

static void test_lives(void **state)
{
	(void)state;
	world_reset();
	num_realms = REALMS;
	threads_have_blocks = true;
	threads_fill_pool(POOL);
	threads_take_pes();
	for (unsigned int r = 0; r < REALMS; r++)
		start(r);
	threads_run(work);

	print_message("%u lives, %u entries, %u attached (%u of 2 MiB), %u revoked, %u folds\n", lives,
		      entries, attached, blocks, revoked, folds);
	assert_true(lives > rounds / 1000 && entries > rounds / 8 && attached > rounds / 2000 && blocks > 0 &&
		    folds > 4);
	for (unsigned int r = 0; r < REALMS; r++)
		stop(r);
	threads_give_pes();
	threads_empty_pool();
	world_check_all_back();
}

/* An argument: how often each PE does something, for runs that are longer. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lives) };

	if (argc > 1)
		rounds = (unsigned int)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
