/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's PSCI calls (DEN0137 B6.3, DEN0022), from any state of its REC: what it finds, what the host hears and what not.
 */
#include <caec/psci.h>

#include "calling_rec.h"

#include "call/psci.c"
#include "model/rec.c"

static uint32_t fid;
static uint64_t argument[3]; /* x1-x3; of an SMC32 call their low halves */

static bool is_cpu_on(void)
{
	return fid == 0x84000003 || fid == 0xc4000003;
}

static bool is_affinity_info(void)
{
	return fid == 0x84000004 || fid == 0xc4000004;
}

static bool is_system_off(void)
{
	return fid == 0x84000008 || fid == 0x84000009;
}

static bool is_suspend(void)
{
	return fid == 0x84000001 || fid == 0xc4000001;
}

static void any_psci_call(void)
{
	any_caller();
	fid = any_u32();
	for (unsigned int i = 0; i < 3; i++)
		argument[i] = fid >> 30 & 1 ? rec_before.gprs[1 + i] : (uint32_t)rec_before.gprs[1 + i];
}

/* Aff0 has four bits (A2.3.3); of the rest of MPIDR_EL1 bits [31:24] are no affinity. */
static uint64_t index_named(uint64_t mpidr)
{
	return (mpidr & 0xf) | (mpidr >> 8 & 0xff) << 4 | (mpidr >> 16 & 0xff) << 12 |
	       (mpidr >> 32 & 0xff) << 20;
}

/* invalid_mpidr. */
static bool target_is_there(void)
{
	return (argument[0] & ~UINT64_C(0xffffffff0f)) == 0 && index_named(argument[0]) < the_realm.rec_index;
}

static bool target_is_caller(void)
{
	return index_named(argument[0]) == index_named(rec_before.mpidr);
}

/* CPU_ON: invalid_entry, mpidr, already_on. Any of those that hold. */
static bool cpu_on_may_say(uint64_t x0)
{
	if (x0 == (uint64_t)-9)
		return argument[1] >= s2_size(&the_realm.s2) / 2;
	if (x0 == (uint64_t)-2)
		return !target_is_there();
	return x0 == (uint64_t)-4 && target_is_there() && target_is_caller();
}

/* AFFINITY_INFO: target_bound, level; who asks is on. */
static bool affinity_may_say(uint64_t x0)
{
	bool is_valid = (uint32_t)argument[1] == 0 && target_is_there();

	return x0 == (uint64_t)-2 ? !is_valid : x0 == 0 && is_valid && target_is_caller();
}

static bool is_function(uint32_t asked)
{
	return (asked >= 0x84000000 && asked <= 0x84000004) || (asked >= 0x84000008 && asked <= 0x8400000a) ||
	       asked == 0xc4000001 || asked == 0xc4000003 || asked == 0xc4000004 || asked == 0x80000000;
}

/* What is answered at once. */
static bool may_say(uint64_t x0)
{
	if (is_cpu_on())
		return cpu_on_may_say(x0);
	if (is_affinity_info())
		return affinity_may_say(x0);
	if (fid == 0x84000000)
		return x0 == 0x10001;
	if (fid == 0x8400000a)
		return x0 == (is_function((uint32_t)rec_before.gprs[1]) ? 0 : (uint64_t)-1);
	return x0 == (uint64_t)-1 && !is_suspend() && fid != 0x84000002 && !is_system_off();
}

/* The function, and the affinity of a target: entry points, contexts and power states stay the realm's. */
static void claim_exit(void)
{
	bool has_target = is_cpu_on() || is_affinity_info();

	CLAIM(record.exit_reason == RMI_EXIT_PSCI && record.gprs[0] == fid);
	CLAIM(record.gprs[1] == (has_target ? argument[0] & UINT64_C(0xff00ffff0f) : 0));
	CLAIM(x < 2 || record.gprs[x] == 0);
	CLAIM(the_rec.psci_pending == has_target && the_rec.runnable == (fid != 0x84000002));
	CLAIM(!has_target || (target_is_there() && !target_is_caller()));
	CLAIM(!is_cpu_on() || argument[1] < s2_size(&the_realm.s2) / 2);
	CLAIM(the_rec.gprs[0] == (is_suspend() ? 0 : rec_before.gprs[0]));
}

void prove_psci(void)
{
	bool goes_on;

	any_psci_call();
	goes_on = psci_call(&the_rec, fid, &record);
	REACHES(goes_on && the_rec.gprs[0] == (uint64_t)-9);
	REACHES(goes_on && the_rec.gprs[0] == (uint64_t)-2);
	REACHES(goes_on && the_rec.gprs[0] == (uint64_t)-4);
	REACHES(!goes_on && is_cpu_on());
	REACHES(!goes_on && is_affinity_info());
	REACHES(!goes_on && is_system_off());
	CLAIM(is_skipped() && is_same(4, 30));
	/* Of an SMC32 call the high halves are nothing: PSCI_COMPLETE finds the arguments alone. */
	CLAIM(x < 1 || x > 3 || the_rec.gprs[x] == rec_before.gprs[x] ||
	      ((is_cpu_on() || is_affinity_info()) && the_rec.gprs[x] == argument[x - 1]));
	CLAIM(!the_rec.psci_pending || x < 1 || x > 3 || the_rec.gprs[x] == argument[x - 1]);
	CLAIM(the_realm.state == (is_system_off() ? REALM_SYSTEM_OFF : realm_before.state));
	the_realm.state = realm_before.state;
	claim_rest();
	if (goes_on)
		CLAIM(may_say(the_rec.gprs[0]) && !the_rec.psci_pending && the_rec.runnable);
	else
		claim_exit();
}
