/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host that issues commands from several PEs at once, each a thread: one makes a realm and takes it apart, over and
 * over at the same address; the others do to it whatever can be done. No assertion of the monitor fails, locks are
 * taken in their order, nobody waits for ever, and in the end every granule is back, empty.
 *
 * The interleavings are the machine's: another run has others.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "world.h"

#include "model/realm.h"

#define OTHERS 3U
#define LIVES 40000U

/* Sixteen starting tables or fewer, the RD behind or before them, and what the others build with. */
#define TABLES (SIM_DRAM_BASE + PAGES(16))
#define MAX_TABLES 16U
#define RD_BEFORE SIM_DRAM_BASE
#define RD_BEHIND (TABLES + PAGES(MAX_TABLES))
#define POOL (RD_BEHIND + PAGES(1))
#define POOL_SIZE 24U
#define PAPERS (POOL + PAGES(POOL_SIZE)) /* Non-secure: parameters, one page for each thread */

static const uint64_t ipas[] = { 0, PAGES(1), PAGES(512), PAGES(513), PAGES(512 * 512) };
#define IPAS (sizeof(ipas) / sizeof(ipas[0]))

static _Atomic bool over;

struct pe {
	uint64_t random;
	uint64_t papers;
	unsigned int succeeded;
};

static unsigned int pick(struct pe *pe, unsigned int limit)
{
	pe->random = pe->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned int)(pe->random >> 33) % limit;
}

static uint64_t any(struct pe *pe)
{
	return POOL + PAGES(pick(pe, POOL_SIZE));
}

static uint64_t any_rd(struct pe *pe)
{
	return pick(pe, 2) ? RD_BEFORE : RD_BEHIND;
}

static uint64_t create_rec(struct pe *pe, uint64_t rd)
{
	struct rmi_rec_params *p = sim_mem(pa(pe->papers));
	unsigned int first = pick(pe, POOL_SIZE);

	*p = (struct rmi_rec_params){ .mpidr = pick(pe, 2),
				      .num_aux = REALM_REC_AUX_COUNT,
				      .flags = pick(pe, 2) };
	for (unsigned int i = 0; i < REALM_REC_AUX_COUNT; i++)
		p->aux[i] = POOL + PAGES((first + i) % POOL_SIZE);
	return rmi(RMI_REC_CREATE, rd, any(pe), pe->papers);
}

static uint64_t about_tables(struct pe *pe, uint64_t rd)
{
	uint64_t at = ipas[pick(pe, IPAS)], level = 2 + pick(pe, 2);
	uint64_t block = at & ~(level == 2 ? PAGES(512 * 512) - 1 : PAGES(512) - 1);

	switch (pick(pe, 8)) {
	case 0:
	case 1:
		return rmi(RMI_RTT_CREATE, rd, any(pe), block, level);
	case 2:
		return rmi(RMI_RTT_DESTROY, rd, block, level);
	case 3:
		return rmi(RMI_RTT_FOLD, rd, block, level);
	case 4:
		return rmi(RMI_RTT_READ_ENTRY, rd, at, 3);
	case 5:
		return rmi(RMI_RTT_INIT_RIPAS, rd, at, at + PAGES(1));
	case 6:
		return rmi(RMI_RTT_MAP_UNPROTECTED, rd, PAGES(512 * 512 * 256) + at, 3, pe->papers | 0x3c8);
	default:
		return rmi(RMI_RTT_UNMAP_UNPROTECTED, rd, PAGES(512 * 512 * 256) + at, 3);
	}
}

static uint64_t one_command(struct pe *pe)
{
	uint64_t rd = any_rd(pe), at = ipas[pick(pe, IPAS)];

	switch (pick(pe, 16)) {
	case 0:
	case 1:
		return rmi(RMI_GRANULE_DELEGATE, any(pe));
	case 2:
		return rmi(RMI_GRANULE_UNDELEGATE, any(pe));
	case 3:
		return create_rec(pe, rd);
	case 4:
		return rmi(RMI_REC_DESTROY, any(pe));
	case 5:
		return rmi(RMI_DATA_CREATE_UNKNOWN, rd, any(pe), at);
	case 6:
		return rmi(RMI_DATA_CREATE, rd, any(pe), at, pe->papers, pick(pe, 2));
	case 7:
		return rmi(RMI_DATA_DESTROY, rd, at);
	case 8:
		return rmi(RMI_CSM, RMI_CSM_APT_CREATE, rd, any(pe));
	case 9:
		return rmi(RMI_CSM, pick(pe, 2) ? RMI_CSM_APT_EXTEND : RMI_CSM_APT_DESTROY, rd, any(pe));
	case 10:
		return pick(pe, 2) ? rmi(RMI_REALM_ACTIVATE, rd) : rmi(RMI_REALM_DESTROY, rd);
	default:
		return about_tables(pe, rd);
	}
}

static void *others(void *argument)
{
	struct pe *pe = argument;

	while (!atomic_load(&over))
		pe->succeeded += one_command(pe) == RMI_SUCCESS;
	return NULL;
}

/* Until nothing of the realm is left; the others may add to it meanwhile. */
static void take_apart(uint64_t rd)
{
	while (rmi(RMI_REALM_DESTROY, rd) == RMI_ERROR_REALM) {
		for (unsigned int i = 0; i < POOL_SIZE; i++)
			(void)rmi(RMI_REC_DESTROY, POOL + PAGES(i));
		for (unsigned int i = 0; i < IPAS; i++) {
			(void)rmi(RMI_DATA_DESTROY, rd, ipas[i]);
			(void)rmi(RMI_RTT_UNMAP_UNPROTECTED, rd, PAGES(512 * 512 * 256) + ipas[i], 3);
		}
		for (uint64_t level = 3; level >= 2; level--) {
			uint64_t span = level == 2 ? PAGES(512 * 512) : PAGES(512);

			for (unsigned int i = 0; i < IPAS; i++) {
				(void)rmi(RMI_RTT_DESTROY, rd, ipas[i] & ~(span - 1), level);
				(void)rmi(RMI_RTT_DESTROY, rd,
					  PAGES(512 * 512 * 256) + (ipas[i] & ~(span - 1)), level);
			}
		}
		(void)rmi(RMI_CSM, RMI_CSM_APT_DESTROY, rd);
	}
}

static unsigned int live(struct pe *pe)
{
	static const struct {
		uint8_t bits, tables;
	} sizes[] = { { 39, 1 }, { 40, 2 }, { 43, 16 } };
	unsigned int lives = 0;

	for (unsigned int i = 0; i < LIVES; i++) {
		struct rmi_realm_params *p = sim_mem(pa(pe->papers));
		unsigned int size = pick(pe, 3);
		uint64_t rd = any_rd(pe);

		*p = (struct rmi_realm_params){
			.s2sz = sizes[size].bits,
			.rtt_num_start = sizes[size].tables,
			.rtt_level_start = 1,
			.rtt_base = TABLES,
			.num_bps = 1,
			.num_wps = 1,
			.vmid = (uint16_t)(1 + pick(pe, 3)),
		};
		lives += rmi(RMI_REALM_CREATE, rd, pe->papers) == RMI_SUCCESS;
		take_apart(rd);
	}
	return lives;
}

static void test_commands(void **state)
{
	struct pe pe[1 + OTHERS];
	pthread_t thread[OTHERS];
	unsigned int lives;

	(void)state;
	world_reset();
	for (uint64_t at = SIM_DRAM_BASE; at < PAPERS; at += GRANULE_SIZE)
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, at), RMI_SUCCESS);
	sim_threads(true);
	atomic_store(&over, false);
	for (unsigned int i = 0; i <= OTHERS; i++)
		pe[i] = (struct pe){ .random = i + 1, .papers = PAPERS + PAGES(i) };
	for (unsigned int i = 0; i < OTHERS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, others, &pe[1 + i]), 0);
	lives = live(&pe[0]);
	atomic_store(&over, true);
	for (unsigned int i = 0; i < OTHERS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	take_apart(RD_BEFORE);
	take_apart(RD_BEHIND);
	sim_threads(false);

	print_message("%u lives, %u + %u + %u commands of the others succeeded\n", lives, pe[1].succeeded,
		      pe[2].succeeded, pe[3].succeeded);
	assert_true(lives > LIVES / 2);
	for (unsigned int i = 1; i <= OTHERS; i++)
		assert_true(pe[i].succeeded > 100);
	for (uint64_t at = SIM_DRAM_BASE; at < PAPERS; at += GRANULE_SIZE) {
		if (world_state(at) != GRANULE_UNDELEGATED) {
			assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, at), RMI_SUCCESS);
			assert_true(world_is_zero(at));
		}
	}
	world_check_all_back();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_commands) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
