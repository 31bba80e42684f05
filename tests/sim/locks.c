/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What locks protect (model/granule.h; docs/architecture.md "Locks"). Within a command the monitor asks for a granule's content
 * only while it holds a lock that keeps it as it is, and changes an entry of a realm's tables only under their lock and an
 * RD's. Where locks are left one by one (sim_unlocked()), addresses of tables,
 * APTs and pages end with the last of them, under ASan; those of RDs and RECs do not, as a REC that runs has both.
 */
#include "sim/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/rtt.h"

static bool holds(const struct granule *g)
{
	const struct held_locks *held = &sim_pe()->held;

	for (uint32_t i = 0; i < held->count; i++) {
		if (held->lock[i].granule == g)
			return true;
	}
	return false;
}

static bool holds_any(enum granule_state state)
{
	const struct held_locks *held = &sim_pe()->held;

	for (uint32_t i = 0; i < held->count; i++) {
		if (granule_state(held->lock[i].granule) == state)
			return true;
	}
	return false;
}

/* The lock of the granule itself, of the RD, or of the tables: what there is for each state. */
static bool is_protected(const struct granule *g, enum granule_state state)
{
	switch (state) {
	case GRANULE_RTT:
	case GRANULE_DATA:
		return holds_any(GRANULE_RD) || holds_any(GRANULE_RTT);
	case GRANULE_APT:
		return holds_any(GRANULE_RD);
	case GRANULE_REC:
		return holds(g) || granule_refs(g) != 0; /* or it runs */
	case GRANULE_UNDELEGATED:
	case GRANULE_DELEGATED:
		return holds(g);
	default:
		return true; /* a REC's, which runs or is locked; an RD, which its RECs keep */
	}
}

static bool ends_with_locks(enum granule_state state)
{
	return state == GRANULE_RTT || state == GRANULE_DATA || state == GRANULE_APT;
}

void sim_look(size_t n)
{
	const struct granule *g = granule_at((uint32_t)n);
	enum granule_state state = granule_state(g);
	struct sim_pe *pe = sim_pe();
	uint8_t bit = (uint8_t)(1U << pe->number);

	if (!pe->in_command || sim_machine.threads)
		return;
	if (!is_protected(g, state))
		fail_msg("granule %zu, in state %u, is looked at without a lock that keeps it so", n, state);
	if (!ends_with_locks(state) || (sim_machine.lookers[n] & bit))
		return;
	sim_machine.lookers[n] |= bit;
	if (pe->num_looks < SIM_LOOKS_MAX)
		pe->look[pe->num_looks++] = (uint32_t)n;
}

void sim_not_yet(size_t n)
{
	const struct granule *g = granule_at((uint32_t)n);

	if (sim_pe()->in_command && !sim_machine.threads)
		assert_true(granule_state(g) == GRANULE_DELEGATED && holds(g));
}

void sim_overlook(size_t n)
{
	sim_machine.lookers[n] = 0;
}

/*
 * Each lock that is left, one way or another. Who puts something else there (-Wl,--wrap) does without, or calls
 * sim_unlocked() itself.
 */
void __real_granule_unlock(struct granule *g);
void __wrap_granule_unlock(struct granule *g);
void __real_granule_unlock_as(struct granule *g, enum granule_state state);
void __wrap_granule_unlock_as(struct granule *g, enum granule_state state);
void __real_granule_unlock_wiped(struct granule *g);
void __real_rtt_set(struct rtt_walk *w, struct rtte e);
void __wrap_rtt_set(struct rtt_walk *w, struct rtte e);
void __real_rtt_break(const struct s2 *s2, struct rtt_walk *w, struct ipa addr, struct rtte e);
void __wrap_rtt_break(const struct s2 *s2, struct rtt_walk *w, struct ipa addr, struct rtte e);
void __wrap_granule_unlock_wiped(struct granule *g);

__attribute__((weak)) void __wrap_granule_unlock(struct granule *g)
{
	__real_granule_unlock(g);
	sim_unlocked();
}

__attribute__((weak)) void __wrap_granule_unlock_as(struct granule *g, enum granule_state state)
{
	__real_granule_unlock_as(g, state);
	if (state == GRANULE_RTT)
		sim_table_made(granule_pa(g));
	sim_unlocked();
}

__attribute__((weak)) void __wrap_granule_unlock_wiped(struct granule *g)
{
	__real_granule_unlock_wiped(g);
	sim_unlocked();
}

static void check_change(const struct rtt_walk *w)
{
	const struct granule *root = sim_tlb_root(sim_number_of(w->table_pa));

	if (sim_pe()->in_command && !sim_machine.threads && root != NULL &&
	    !(holds(root) && holds_any(GRANULE_RD)))
		fail_msg("the entry for 0x%lx changes without its locks", (unsigned long)w->addr);
}

void __wrap_rtt_set(struct rtt_walk *w, struct rtte e)
{
	check_change(w);
	sim_written(e.v, w->level);
	__real_rtt_set(w, e);
}

void __wrap_rtt_break(const struct s2 *s2, struct rtt_walk *w, struct ipa addr, struct rtte e)
{
	check_change(w);
	__real_rtt_break(s2, w, addr, e);
}

void sim_unlocked(void)
{
	struct sim_pe *pe = sim_pe();
	uint8_t bit = (uint8_t)(1U << pe->number);

	if (pe->held.count != 0 || sim_machine.threads)
		return;
	while (pe->num_looks > 0) {
		uint32_t n = pe->look[--pe->num_looks];

		if (sim_machine.lookers[n] == bit)
			sim_unmap(n);
		else
			sim_machine.lookers[n] &= (uint8_t)~bit;
	}
}
