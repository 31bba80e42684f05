/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_PSCI_COMPLETE (DEN0137 B4.3.7) from any state of two RECs, of one realm or two: whatever other PEs make of the second
 * until it is locked, too.
 */
#include <caec/psci.h>

#include "host_machine.h"

static inline struct rec *rec_of(const struct granule *g);

#include "call/rmi_psci.c"

static unsigned int caller_at, target_at;
static struct rec caller, target, caller_before, target_before;
static bool is_powered_on;

static inline struct rec *rec_of(const struct granule *g)
{
	unsigned int i = place_of(g);

	CLAIM(machine[i].is_locked && (i == caller_at || i == target_at));
	return i == caller_at ? &caller : &target;
}

static void becomes(unsigned int i, enum granule_state state)
{
	CLAIM(i == GRANULES && state == GRANULE_DELEGATED); /* none does */
}

/* Different for RECs whose affinity fields are. */
uint64_t rec_index_of_mpidr(uint64_t mpidr)
{
	return mpidr & REC_MPIDR_AFFINITY;
}

void run_context_power_on(struct rec *on, const struct rec *by)
{
	CLAIM(on == &target && by == &caller && !is_powered_on && !on->runnable);
	is_powered_on = true;
}

static struct rec any_rec(void)
{
	struct rec rec = { .pc = any_u64(), .mpidr = (any_u64() & REC_MPIDR_AFFINITY) | UINT64_C(1) << 31 };

	for (unsigned int i = 0; i < 31; i++)
		rec.gprs[i] = any_u64();
	rec.rd = &storage[any_index()];
	rec.runnable = any_bool();
	rec.psci_pending = any_bool();
	return rec;
}

/* What the caller asked for, if anything is pending. Registers hold what the calls take (B6.3.1, B6.3.3). */
static bool asks_cpu_on(void)
{
	uint32_t fid = (uint32_t)caller_before.gprs[0] & ~(UINT32_C(1) << 16);

	return fid == 0x84000003 || fid == 0xc4000003;
}

static bool asks_sanely(void)
{
	uint32_t fid = (uint32_t)caller_before.gprs[0] & ~(UINT32_C(1) << 16);

	return asks_cpu_on() || fid == 0x84000004 || fid == 0xc4000004;
}

static void any_caller(void)
{
	caller = any_rec();
	caller_before = caller;
	ASSUME(!caller.psci_pending || asks_sanely());
}

static void any_target(void)
{
	target = any_rec();
	target_before = target;
}

/* While one of them is locked the other may become anything. */
static void others(void)
{
	bool has_caller = machine[caller_at].is_locked, has_target = machine[target_at].is_locked;

	for (unsigned int i = 0; i < GRANULES; i++) {
		if (!machine[i].is_locked)
			any_granule(i);
	}
	if (has_target && !has_caller)
		any_caller();
	if (has_caller && !has_target)
		any_target();
}

static bool target_is_on(void)
{
	return target_before.runnable || before[target_at].refs != 0;
}

/* Not alias, ..., status. A REC that runs has nothing pending. */
static bool is_valid(const uint64_t *arg)
{
	return arg[1] != arg[2] && names(arg[1], GRANULE_REC) && names(arg[2], GRANULE_REC) &&
	       caller_before.psci_pending && before[caller_at].refs == 0 &&
	       target_before.rd == caller_before.rd &&
	       ((target_before.mpidr ^ caller_before.gprs[1]) & REC_MPIDR_AFFINITY) == 0 &&
	       (arg[3] == 0 || (arg[3] == (uint64_t)-3 && asks_cpu_on() && !target_is_on()));
}

/* Success conditions: on_already, on_success, affinity_on, affinity_off, status. */
static uint64_t specified(uint64_t status)
{
	if (status != 0)
		return status;
	if (asks_cpu_on())
		return target_is_on() ? (uint64_t)-4 : 0;
	return target_is_on() ? 0 : 1;
}

static bool same(const struct rec *a, const struct rec *b, unsigned int x)
{
	return a->gprs[x] == b->gprs[x] && a->pc == b->pc && a->runnable == b->runnable &&
	       a->psci_pending == b->psci_pending && a->rd == b->rd && a->mpidr == b->mpidr;
}

/* As after reset, with the caller's context; if it is not to be switched on, as it was. */
static void claim_target(bool is_on_now, unsigned int x)
{
	CLAIM(is_powered_on == is_on_now);
	if (is_on_now) {
		CLAIM(target.gprs[x] == (x == 0 ? caller_before.gprs[3] : 0) &&
		      target.pc == caller_before.gprs[2]);
		CLAIM(target.runnable);
		target.gprs[x] = target_before.gprs[x];
		target.pc = target_before.pc;
		target.runnable = false;
	}
	CLAIM(same(&target, &target_before, x));
}

static void claim_caller(uint64_t result, unsigned int x)
{
	CLAIM(x > 3 || caller.gprs[x] == (x == 0 ? result : 0));
	CLAIM(!caller.psci_pending);
	if (x <= 3)
		caller.gprs[x] = caller_before.gprs[x];
	caller.psci_pending = true;
	CLAIM(same(&caller, &caller_before, x));
}

void prove_psci_complete(void)
{
	uint64_t arg[7] = { [1] = any_u64(), any_u64(), any_u64() }, out[5] = { 0 }, result;
	unsigned int x = (unsigned int)any_from_to(0, 30);

	any_machine();
	any_caller();
	any_target();
	caller_at = any_index();
	target_at = any_index();
	ASSUME(named(arg[1]) == caller_at || named(arg[1]) == GRANULES);
	ASSUME(named(arg[2]) == target_at || named(arg[2]) == GRANULES);
	result = rmi_psci_complete(arg, out);
	REACHES(result == RMI_ERROR_INPUT && caller_before.psci_pending && target_is_on());
	REACHES(result == RMI_SUCCESS && is_powered_on);
	REACHES(result == RMI_SUCCESS && arg[3] != 0);
	REACHES(result == RMI_SUCCESS && target_is_on() && asks_cpu_on());
	REACHES(result == RMI_SUCCESS && !asks_cpu_on());
	CLAIM(result == (is_valid(arg) ? RMI_SUCCESS : RMI_ERROR_INPUT));
	nothing_changed();
	claim_target(result == RMI_SUCCESS && asks_cpu_on() && arg[3] == 0 && !target_is_on(), x);
	if (result == RMI_SUCCESS)
		claim_caller(specified(arg[3]), x);
	else
		CLAIM(same(&caller, &caller_before, x));
}
