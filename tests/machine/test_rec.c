/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RECs run, stop, and run again: host calls, PSCI, interrupts.
 */
#include "machine.h"
#include "puppet/script.h"

/* --- Host calls -------------------------------------------------------------------------------------- */

/* Arguments reach the host, and its answer the realm: each operation of a script is such a call. */
MACHINE_TEST(host_call)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	const struct rmi_rec_exit *exit;
	uint64_t value;

	CHECK_EQ(realm_write64(realm, test_ram(realm), 0xabcdef), 0);
	CHECK_EQ(realm_read64(realm, test_ram(realm), &value), 0);
	CHECK_EQ(value, 0xabcdef);
	exit = &realm->realm.recs[0].run->exit;
	CHECK_EQ(exit->exit_reason, RMI_EXIT_HOST_CALL);
	CHECK_EQ(exit->imm, HOSTCALL_REPORT);
	CHECK_EQ(exit->gprs[0], SCRIPT_DONE);
	CHECK_EQ(exit->gprs[1], 0xabcdef);
	CHECK_EQ(exit->esr, 0);
	CHECK_EQ(exit->hpfar, 0);
	realm_end(realm);
}

/* --- PSCI -------------------------------------------------------------------------------------------- */

static uint64_t cpu_on(struct test_realm *realm, uint64_t mpidr)
{
	uint64_t entry = script(realm, SCRIPT_SYSREG, SCRIPT_SECONDARY_ENTRY).x[0];

	return realm_smc(realm, PSCI_CPU_ON, mpidr, entry, mpidr).x[0];
}

MACHINE_TEST(psci_cpu_on, .smp = 2)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, &(struct realm_options){ .recs = 2 });
	struct script_result result;
	uint64_t word = test_ram(realm);

	/* Not before it is asked for. */
	CHECK_RMI(host_rmi_rec_enter(&rmm, realm->realm.recs[1].pa, realm->realm.recs[1].run_pa),
		  RMI_ERROR_REC);
	CHECK_EQ(realm_smc(realm, PSCI_AFFINITY_INFO, 1, 0).x[0], PSCI_AFFINITY_OFF);
	CHECK_EQ(cpu_on(realm, 2), (uint64_t)PSCI_INVALID_PARAMETERS);
	CHECK_EQ(cpu_on(realm, 0), (uint64_t)PSCI_ALREADY_ON);
	CHECK_EQ(realm->cpu_ons, 0);
	CHECK_EQ(cpu_on(realm, 1), PSCI_SUCCESS);
	CHECK_EQ(realm->cpu_ons, 1U << 1);
	CHECK_EQ(realm_smc(realm, PSCI_AFFINITY_INFO, 1, 0).x[0], PSCI_AFFINITY_ON);
	CHECK_EQ(cpu_on(realm, 1), (uint64_t)PSCI_ALREADY_ON);

	/* Both at once, on a CPU each: one waits for what the other writes. */
	CHECK_EQ(realm_write64(realm, word, 0), 0);
	script_begin(realm, 1, 1, SCRIPT_SPIN, word, 77);
	CHECK_EQ(realm_write64(realm, word, 77), 0);
	CHECK_EQ(script_end(realm, 1).x[0], 77);

	/* The second one on this CPU, too. */
	CHECK_EQ(script_rec(realm, 1, SCRIPT_READ64, word).x[0], 77);

	/* Off, and on again. */
	CHECK(!script_try(realm, 1, &result, SCRIPT_SMC, PSCI_CPU_OFF));
	CHECK_EQ(realm->scripts[1].stop, HOST_STOP_CPU_OFF);
	CHECK_RMI(host_rmi_rec_enter(&rmm, realm->realm.recs[1].pa, realm->realm.recs[1].run_pa),
		  RMI_ERROR_REC);
	CHECK_EQ(realm_smc(realm, PSCI_AFFINITY_INFO, 1, 0).x[0], PSCI_AFFINITY_OFF);
	CHECK_EQ(cpu_on(realm, 1), PSCI_SUCCESS);
	CHECK_EQ(script_rec(realm, 1, SCRIPT_READ64, word).x[0], 77);
	realm_end(realm);
}

MACHINE_TEST(psci_system_off)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	struct script_result result;

	CHECK_EQ(realm_smc(realm, PSCI_VERSION).x[0], PSCI_VERSION_1_1);
	CHECK(!script_try(realm, 0, &result, SCRIPT_SMC, PSCI_SYSTEM_OFF));
	CHECK_EQ(realm->scripts[0].stop, HOST_STOP_SYSTEM_OFF);
	CHECK_RMI(host_rmi_rec_enter(&rmm, realm->realm.recs[0].pa, realm->realm.recs[0].run_pa),
		  rmi_result(RMI_ERROR_REALM, 1));
	realm_end(realm);
}

/* Of the checks of RTT_SET_RIPAS this comes first; with no request pending the next one fails. */
static bool is_running(const struct host_rec *rec)
{
	uint64_t top, result = host_rmi_rtt_set_ripas(&rmm, rec->realm->rd, rec->pa, 0, GRANULE_SIZE, &top);

	CHECK(result == RMI_ERROR_REC || result == RMI_ERROR_INPUT);
	return result == RMI_ERROR_REC;
}

/* A REC runs in one place at a time, and isn't destroyed there. */
MACHINE_TEST(rec_running, .smp = 2)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t ipa = host_unprotected_base(&realm->realm), pa = test_granule(), run = test_granule();
	volatile uint64_t *word = words_of(pa);

	CHECK_OK(host_map_unprotected(&realm->realm, ipa, pa, GRANULE_SIZE, HOST_UNPROTECTED_WB_RW));
	/* Once with nothing to wait for: the second time all the realm's pages are there, and it doesn't exit. */
	word[0] = 1;
	CHECK_EQ(script(realm, SCRIPT_SPIN, ipa, 1).x[0], 1);
	word[0] = 0;
	script_begin(realm, 0, 1, SCRIPT_SPIN, ipa, 1);
	CHECK(WAIT_FOR(!__atomic_load_n(&realm->scripts[0].requested, __ATOMIC_ACQUIRE)));
	CHECK(WAIT_FOR(is_running(&realm->realm.recs[0])));

	CHECK_RMI(host_rmi_rec_destroy(&rmm, realm->realm.recs[0].pa), RMI_ERROR_REC);
	CHECK_RMI(host_rmi_rec_enter(&rmm, realm->realm.recs[0].pa, run), RMI_ERROR_REC);
	CHECK_RMI(host_rmi_realm_destroy(&rmm, realm->realm.rd), rmi_result(RMI_ERROR_REALM, 0));
	word[0] = 1;
	CHECK_EQ(script_end(realm, 0).x[0], 1);
	realm_end(realm);
	test_granule_free(pa);
	test_granule_free(run);
}

/* --- Interrupts -------------------------------------------------------------------------------------- */

static enum host_action release(struct test_realm *realm)
{
	volatile uint64_t *word = realm->owner;

	*word = 1;
	return HOST_RESUME;
}

/* A realm that never stops by itself: the host's timer takes the CPU back, and the realm notices nothing. */
MACHINE_TEST(preempt)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t ipa = host_unprotected_base(&realm->realm), pa = test_granule();
	struct script_result result;

	CHECK_OK(host_map_unprotected(&realm->realm, ipa, pa, GRANULE_SIZE, HOST_UNPROTECTED_WB_RW));
	CHECK_EQ(realm_write64(realm, ipa, 0), 0);
	realm->owner = words_of(pa);
	realm->interrupt = release;
	CHECK_EQ(realm->interrupts, 0);
	timer_preempt_after(sysreg_read(cntfrq_el0) / 200);
	result = script(realm, SCRIPT_SPIN, ipa, 1);
	CHECK_EQ(result.x[0], 1);
	CHECK_EQ(result.x[1], 0);
	CHECK_EQ(realm->interrupts, 1);
	realm_end(realm);
	test_granule_free(pa);
}

static enum host_action stop_there(struct test_realm *realm)
{
	(void)realm;
	return HOST_STOP;
}

/* What such an exit tells: nothing but that. */
MACHINE_TEST(preempt_record)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t ipa = host_unprotected_base(&realm->realm), pa = test_granule();
	const struct rmi_rec_exit *exit;
	struct script_result result;

	CHECK_OK(host_map_unprotected(&realm->realm, ipa, pa, GRANULE_SIZE, HOST_UNPROTECTED_WB_RW));
	CHECK_EQ(realm_write64(realm, ipa, 0), 0);
	realm->interrupt = stop_there;
	timer_preempt_after(sysreg_read(cntfrq_el0) / 200);
	CHECK(!script_try(realm, 0, &result, SCRIPT_SPIN, ipa, 1));
	exit = &realm->realm.recs[0].run->exit;
	CHECK_EQ(exit->exit_reason, RMI_EXIT_IRQ);
	CHECK_EQ(exit->esr, 0);
	CHECK_EQ(exit->far, 0);
	CHECK_EQ(exit->hpfar, 0);
	for (unsigned int i = 0; i < RMI_NUM_GPRS; i++)
		CHECK_EQ(exit->gprs[i], 0);
	*words_of(pa) = 1;
	CHECK_EQ(realm_run(realm, 0), HOST_STOP_HANDLER);
	CHECK(realm->scripts[0].done);
	CHECK_EQ(realm->scripts[0].result.x[0], 1);
	realm_end(realm);
	test_granule_free(pa);
}
