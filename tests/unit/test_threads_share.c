/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two PEs, each a thread: on one a realm P shares a region with a realm C, over and over; on the other the host makes C
 * and destroys it, over and over. C never gets two shares of one number, no assertion of the monitor fails, and in the
 * end every granule is back.
 *
 * The interleavings are the machine's: another run has others.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "world.h"

#include "model/realm.h"
#include "model/rec.h"

#define LIVES 1000U

static struct world_realm p;
static uint64_t region;
static _Atomic bool over;
static _Atomic unsigned int offers; /* that P made to the C of now */

/* C: an RD and its table, at the same addresses in each life. */
static uint64_t c_rd, c_table, params;

/* The RID of the C of now, or of one that was: the host tells P. */
static pthread_mutex_t rid_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct csm_rid c_rid;

static void set_rid(struct csm_rid rid)
{
	pthread_mutex_lock(&rid_mutex);
	c_rid = rid;
	atomic_store(&offers, 0);
	pthread_mutex_unlock(&rid_mutex);
}

static struct csm_rid get_rid(void)
{
	struct csm_rid rid;

	pthread_mutex_lock(&rid_mutex);
	rid = c_rid;
	pthread_mutex_unlock(&rid_mutex);
	return rid;
}

/* --- The host ------------------------------------------------------------------------------------------------ */

static void *live(void *argument)
{
	(void)argument;
	for (unsigned int i = 0; i < LIVES; i++) {
		if (rmi(RMI_REALM_CREATE, c_rd, params) != RMI_SUCCESS)
			abort();
		set_rid(realm_of(granule_find(pa(c_rd)))->rid);
		/* It dies when it has been offered something, while it is being offered more. */
		while (atomic_load(&offers) < 2)
			sched_yield();
		if (rmi(RMI_REALM_DESTROY, c_rd) != RMI_SUCCESS)
			abort();
	}
	atomic_store(&over, true);
	return NULL;
}

/* --- P ------------------------------------------------------------------------------------------------------- */

static struct {
	struct csm_rid rid;
	uint64_t next; /* the number of the next share */
	uint64_t revoked;
	unsigned int denied, shared;
	bool asked;
} provider;

/* What SHARE has said. */
static void learn(const struct rec *rec)
{
	if (rec->gprs[0] == RSI_SUCCESS) {
		if (rec->gprs[1] != provider.next++)
			abort();
		provider.shared++;
		atomic_fetch_add(&offers, 1);
	} else if (rec->gprs[0] == RSI_CSM_ERROR_DENIED) {
		provider.denied++;
	} else if (rec->gprs[0] != RSI_CSM_ERROR_MEMORY) {
		abort();
	}
}

/* SHARE with the C of now, until there is another: then all goes back that the one before was offered. */
static bool next_call(struct rec *rec)
{
	struct csm_rid rid = get_rid();

	if (provider.asked)
		learn(rec);
	provider.asked = false;
	if (atomic_load(&over))
		return false;
	if (provider.revoked < provider.next && (!rid_equal(rid, provider.rid) || provider.next > 8)) {
		say_next(rec, say_revoke(provider.rid, provider.revoked++));
		return true;
	}
	if (!rid_equal(rid, provider.rid)) {
		provider.rid = rid;
		provider.next = provider.revoked = 0;
	}
	say_next(rec, say_share(region, rid, CSM_PERM_RO, 0));
	provider.asked = true;
	return true;
}

/* --- The test ------------------------------------------------------------------------------------------------- */

static void make_c(void)
{
	struct rmi_realm_params *params_of_c;

	c_rd = world_delegated();
	c_table = world_delegated();
	params = world_ns();
	params_of_c = world_mem(params);
	*params_of_c = (struct rmi_realm_params){ .s2sz = 33,
						  .rtt_num_start = 1,
						  .rtt_level_start = 1,
						  .rtt_base = c_table,
						  .num_bps = 1,
						  .num_wps = 1,
						  .vmid = 1000 };
}

static void test_share(void **state)
{
	pthread_t thread;
	struct smc_regs out;

	(void)state;
	world_reset();
	world_realm(&p, &(struct world_options){ .apt = 1 });
	world_activate(&p);
	out = world_smc(&p, RSI_CSM_CREATE, WORLD_CSM, PAGES(1), 0);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	region = out.x[1];
	make_c();
	sim_threads(true);
	assert_int_equal(pthread_create(&thread, NULL, live, NULL), 0);
	world_set_program(next_call);
	while (!atomic_load(&over)) {
		/* It also leaves when its table is full; no answer is one, too. */
		if (rmi(RMI_REC_ENTER, p.rec[0], p.run) != RMI_SUCCESS)
			abort();
	}
	world_set_program(NULL);
	assert_int_equal(pthread_join(thread, NULL), 0);
	sim_threads(false);

	print_message("%u shares, %u denied\n", provider.shared, provider.denied);
	assert_true(provider.shared > LIVES);
	world_end(&p);
	world_undelegate(c_rd);
	world_undelegate(c_table);
	world_free(params);
	world_check_all_back();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_share) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
