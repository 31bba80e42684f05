/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's memory while it runs: protected pages on demand and out of the host's reach, RIPAS changes,
 * memory shared with the host.
 */
#include <caec/arm.h>

#include "machine.h"
#include "puppet/script.h"

/* A page that isn't there: the exit says which, the host brings one, and the access works. */
MACHINE_TEST(fault_populates)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t ipa = test_ram(realm) + 0x4000, value, pa;
	unsigned int before;

	CHECK_EQ(realm_smc(realm, RSI_VERSION, RSI_ABI_VERSION).x[0], RSI_SUCCESS);
	before = realm->faults;
	CHECK_EQ(host_translate(&realm->realm, ipa, &pa), HOST_ERROR_ARGUMENT);
	CHECK_EQ(realm_write64(realm, ipa + 0x28, 0x1234), 0);
	CHECK_EQ(realm->faults, before + 1);
	CHECK_EQ(realm->realm.recs[0].run->exit.exit_reason, RMI_EXIT_HOST_CALL);
	CHECK_EQ(realm_read64(realm, ipa + 0x28, &value), 0);
	CHECK_EQ(value, 0x1234);
	CHECK_EQ(realm->faults, before + 1);

	/* The granule is there, and not for us. */
	CHECK_OK(host_translate(&realm->realm, ipa, &pa));
	CHECK_EQ(probe_read64(pa + 0x28, &value), ESR_GRANULE_PROTECTION_FAULT);
	CHECK_EQ(probe_write64(pa + 0x28, 0), ESR_GRANULE_PROTECTION_FAULT | ESR_WNR);
	CHECK_RMI(host_rmi_granule_undelegate(&rmm, pa), RMI_ERROR_INPUT);
	CHECK_EQ(realm_read64(realm, ipa + 0x28, &value), 0);
	CHECK_EQ(value, 0x1234);
	realm_end(realm);
	CHECK_EQ(probe_read64(pa + 0x28, &value), 0);
	CHECK_EQ(value, 0);
}

static enum host_action stop_at_fault(struct test_realm *realm, uint64_t ipa)
{
	*(uint64_t *)realm->owner = ipa;
	return HOST_STOP;
}

/* What an exit for a protected page says: nothing but the page (DEN0137 A4.3.4). */
MACHINE_TEST(fault_record)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t ipa = test_ram(realm) + 0x7000, seen = 0;
	const struct rmi_rec_exit *exit;
	struct script_result result;

	realm->owner = &seen;
	CHECK_EQ(realm_smc(realm, RSI_VERSION, RSI_ABI_VERSION).x[0], RSI_SUCCESS);
	realm->fault = stop_at_fault;
	CHECK(!script_try(realm, 0, &result, SCRIPT_WRITE64, ipa + 0x128, 1));
	CHECK_EQ(realm->scripts[0].stop, HOST_STOP_HANDLER);
	CHECK_EQ(seen, ipa);

	exit = &realm->realm.recs[0].run->exit;
	CHECK_EQ(exit->exit_reason, RMI_EXIT_SYNC);
	CHECK_EQ(exit->esr, 0x90000007); /* EC 0x24, translation fault, level 3 */
	CHECK_EQ(exit->far, 0);
	CHECK_EQ(exit->hpfar, ipa >> 8);
	for (unsigned int i = 0; i < RMI_NUM_GPRS; i++)
		CHECK_EQ(exit->gprs[i], 0);
	realm_end(realm);
}

/* A page that the host takes away is DESTROYED: new memory doesn't pass for the old. */
MACHINE_TEST(reclaimed_page_is_lost)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t ipa = test_ram(realm), pa;
	struct script_result result;
	struct host_rmi_rtt_entry entry;

	CHECK_EQ(realm_write64(realm, ipa, 1), 0);
	CHECK_OK(host_translate(&realm->realm, ipa, &pa));
	CHECK_OK(host_reclaim(&realm->realm, ipa, GRANULE_SIZE));
	CHECK(is_zero_granule(pa));
	CHECK_RMI(host_rmi_rtt_read_entry(&rmm, realm->realm.rd, ipa, 3, &entry), RMI_SUCCESS);
	CHECK_EQ(entry.state, RMI_UNASSIGNED);
	CHECK_EQ(entry.ripas, RMI_DESTROYED);
	CHECK_OK(host_populate(&realm->realm, ipa, GRANULE_SIZE));
	CHECK(!script_try(realm, 0, &result, SCRIPT_READ64, ipa));
	CHECK_EQ(realm->scripts[0].stop, HOST_STOP_HANDLER);
	realm_end(realm);
}

/* --- RIPAS ------------------------------------------------------------------------------------------- */

MACHINE_TEST(ripas_set)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t base = test_ram(realm), top = base + 4 * GRANULE_SIZE, value, pa;
	struct script_result result;

	CHECK_EQ(realm_write64(realm, base, 0x600d), 0);
	result = realm_smc(realm, RSI_IPA_STATE_GET, base, top);
	CHECK_EQ(result.x[0], RSI_SUCCESS);
	CHECK_EQ(result.x[1], top);
	CHECK_EQ(result.x[2], RSI_RAM);

	result = realm_smc(realm, RSI_IPA_STATE_SET, base, top, RSI_EMPTY, 0);
	CHECK_EQ(result.x[0], RSI_SUCCESS);
	CHECK_EQ(result.x[1], top);
	CHECK_EQ(result.x[2], RSI_ACCEPT);
	CHECK_EQ(host_translate(&realm->realm, base, &pa), HOST_ERROR_ARGUMENT);
	CHECK(is_external_abort(realm_read64(realm, base, &value)));
	CHECK(is_external_abort(realm_write64(realm, top - 8, 1)));
	CHECK_EQ(realm_write64(realm, top, 1), 0);

	result = realm_smc(realm, RSI_IPA_STATE_SET, base, top, RSI_RAM, 0);
	CHECK_EQ(result.x[0], RSI_SUCCESS);
	CHECK_EQ(result.x[1], top);
	CHECK_EQ(realm_read64(realm, base, &value), 0);
	CHECK_EQ(value, 0);
	realm_end(realm);
}

/* Above the realm's RAM, where there are no tables yet, over more than one of them. */
MACHINE_TEST(ripas_set_far)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t base = ABI_U64(0x100000000) - 3 * GRANULE_SIZE, top = base + 0x400000, value;
	struct script_result result;

	CHECK(is_external_abort(realm_read64(realm, base, &value)));
	result = realm_smc(realm, RSI_IPA_STATE_SET, base, top, RSI_RAM, 0);
	CHECK_EQ(result.x[0], RSI_SUCCESS);
	CHECK_EQ(result.x[1], top);
	CHECK_EQ(result.x[2], RSI_ACCEPT);
	CHECK_EQ(realm_write64(realm, base, 1), 0);
	CHECK_EQ(realm_write64(realm, top - 8, 2), 0);
	CHECK_EQ(realm_read64(realm, base + 0x200000, &value), 0);
	CHECK(is_external_abort(realm_read64(realm, top, &value)));
	CHECK(is_external_abort(realm_read64(realm, base - 8, &value)));
	realm_end(realm);
}

static bool refuse_ripas(struct test_realm *realm, uint64_t base, uint64_t top, enum rmi_ripas ripas)
{
	(void)realm, (void)base, (void)top, (void)ripas;
	return false;
}

MACHINE_TEST(ripas_refused)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t base = ABI_U64(0x100000000), top = base + GRANULE_SIZE;
	struct script_result result;

	realm->ripas = refuse_ripas;
	result = realm_smc(realm, RSI_IPA_STATE_SET, base, top, RSI_RAM, 0);
	CHECK_EQ(result.x[0], RSI_SUCCESS);
	CHECK_EQ(result.x[1], base);
	CHECK_EQ(result.x[2], RSI_REJECT);

	/* That can't be refused: no answer but "not done". */
	result = realm_smc(realm, RSI_IPA_STATE_SET, base, top, RSI_EMPTY, 0);
	CHECK_EQ(result.x[0], RSI_SUCCESS);
	CHECK_EQ(result.x[1], base);
	CHECK_EQ(result.x[2], RSI_ACCEPT);
	realm_end(realm);
}

/* --- Memory shared with the host --------------------------------------------------------------------- */

MACHINE_TEST(unprotected_shared)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t ipa = host_unprotected_base(&realm->realm) + 0x12345000, pa = test_granule(), value;

	CHECK_OK(host_map_unprotected(&realm->realm, ipa, pa, GRANULE_SIZE, HOST_UNPROTECTED_WB_RW));
	words_of(pa)[5] = 0xfeed;
	CHECK_EQ(realm_read64(realm, ipa + 40, &value), 0);
	CHECK_EQ(value, 0xfeed);
	CHECK_EQ(realm_write64(realm, ipa + 48, 0xbeef), 0);
	CHECK_EQ(words_of(pa)[6], 0xbeef);

	/* Code from there is never run (DEN0137 A5.4). */
	words_of(pa)[0] = 0xd65f03c0; /* ret */
	CHECK_EQ(script(realm, SCRIPT_EXEC, ipa).x[1] >> 26, 0x21);

	CHECK_OK(host_unmap_unprotected(&realm->realm, ipa, GRANULE_SIZE));
	CHECK(is_external_abort(realm_read64(realm, ipa, &value)));
	realm_end(realm);
	test_granule_free(pa);
}

/* A granule that becomes the Realm world's under the realm's mapping: no one reads it that way. */
MACHINE_TEST(unprotected_delegated)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t ipa = host_unprotected_base(&realm->realm), pa = test_granule(), value;

	CHECK_OK(host_map_unprotected(&realm->realm, ipa, pa, GRANULE_SIZE, HOST_UNPROTECTED_WB_RW));
	CHECK_EQ(realm_read64(realm, ipa, &value), 0);
	CHECK_RMI(host_rmi_granule_delegate(&rmm, pa), RMI_SUCCESS);
	CHECK(realm_read64(realm, ipa, &value) != 0);
	CHECK(realm_write64(realm, ipa, 1) != 0);
	CHECK_RMI(host_rmi_granule_undelegate(&rmm, pa), RMI_SUCCESS);
	CHECK_EQ(realm_read64(realm, ipa, &value), 0);
	CHECK_EQ(value, 0);
	realm_end(realm);
	test_granule_free(pa);
}
