/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_CREATE, RMI_RTT_DESTROY, RMI_RTT_FOLD and RMI_RTT_READ_ENTRY (call/rmi_rtt.c), from any state of one realm
 * (one_realm.h), by DEN0137 B4.3.15 - B4.3.17, B4.3.20.
 */
#include "one_realm.h"

#include "call/rmi_rtt.c"

static bool is_split, is_made, overlaps_consumer, covers_consumer;

/* Before another processor could find it so. */
void csm_block_split(struct pa first)
{
	CLAIM(machine[ROOT].is_locked && first.v == rtte_pa(where.entry, where.level).v && !is_split);
	CLAIM(entry().v == where.entry.v);
	is_split = true;
}

void csm_block_made(struct pa first)
{
	CLAIM(machine[ROOT].is_locked && first.v == rtte_pa(words_before[0], where.level + 1).v && !is_made);
	is_made = true;
}

static bool is_of_the_fold(struct granule *rd, uint64_t base, uint64_t top)
{
	return rd == &storage[RD] && machine[RD].is_locked && base == arg[2] &&
	       top - base == rtt_entry_size((int)(arg[3] - 1));
}

bool csm_consumer_overlaps(struct granule *rd, uint64_t base, uint64_t top)
{
	CLAIM(is_of_the_fold(rd, base, top));
	return overlaps_consumer;
}

bool csm_consumer_covers(struct granule *rd, uint64_t base, uint64_t top)
{
	CLAIM(is_of_the_fold(rd, base, top));
	return covers_consumer;
}

static bool is_bad_rd, is_bad_level,
	is_bound; /* the RD and the level are good, and the address is the realm's */

/* The conditions of a command on the table of that level; the walk is to the level above. */
static void table_fails(uint64_t addr, int64_t level)
{
	is_bad_rd = !names(arg[1], GRANULE_RD);
	is_bad_level = !is_bad_rd && (level <= realm.s2.start || level > RTT_LEVEL_PAGE);
	is_bound = !is_bad_rd && !is_bad_level && addr < s2_size(&realm.s2);
	FAILS_IF(is_bad_rd, RMI_ERROR_INPUT);
	FAILS_IF(is_bad_level, RMI_ERROR_INPUT);
	FAILS_IF(is_bound && addr % (UINT64_C(4096) << 9 * (4 - level)) != 0, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && addr >= s2_size(&realm.s2), RMI_ERROR_INPUT);
	FAILS_IF(is_bound && where.level < level - 1, rmi_result(RMI_ERROR_RTT, where.level));
}

static enum rtte_kind kind_before(void)
{
	return rtte_kind(where.entry, where.level);
}

/* Part `i` is what `whole` is there, by what it says and by what the hardware makes of it. */
static bool is_part(struct rtte part, struct rtte whole, unsigned int i)
{
	int level = where.level;
	enum rtte_kind kind = rtte_kind(whole, level);
	bool leads = kind == RTTE_ASSIGNED || kind == RTTE_ASSIGNED_NS || kind == RTTE_CSM;

	return rtte_kind(part, level + 1) == kind &&
	       rtte_ripas(part, level + 1) == rtte_ripas(whole, level) &&
	       rtte_is_mapped(part, level + 1) == rtte_is_mapped(whole, level) &&
	       rtte_is_writable(part, level + 1) == rtte_is_writable(whole, level) &&
	       (kind != RTTE_ASSIGNED_NS || ((part.v ^ whole.v) & 0xdc) == 0) && /* MemAttr, S2AP */
	       (!leads ||
		rtte_pa(part, level + 1).v == rtte_pa(whole, level).v + i * rtt_entry_size(level + 1));
}

static bool are_parts(const struct rtte *parts, struct rtte whole)
{
	bool all = true;

	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		all = all && is_part(parts[i], whole, i);
	return all;
}

void prove_create(void)
{
	any_realm();
	any_page();
	any_walk(arg[3], (int64_t)(arg[4] - 1));
	ASSUME(is_aligned(rtte_pa(where.entry, where.level).v, rtt_entry_size(where.level)) ||
	       kind_before() == RTTE_TABLE);
	result = rmi_rtt_create(arg, out);
	table_fails(arg[3], (int64_t)arg[4]);
	FAILS_IF(!names(arg[2], GRANULE_DELEGATED), RMI_ERROR_INPUT);
	FAILS_IF(is_bound && kind_before() == RTTE_TABLE, rmi_result(RMI_ERROR_RTT, where.level));
	if (!has_succeeded()) {
		nothing_changed(0, 0);
		CLAIM(!is_split);
		return;
	}
	CLAIM(entry().v == rtte_table(pa(arg[2])).v && arg[2] == address(page));
	CLAIM(machine[page].state == GRANULE_RTT && machine[page].refs == count_below());
	CLAIM(are_parts(words, where.entry));
	CLAIM(is_split == (kind_before() == RTTE_CSM));
	rest_is_unchanged(page);
	has_outputs(0, 0);
}

/* rtte_state: no table is there to be removed. */
static void no_table_fails(void)
{
	FAILS_IF(is_bound && kind_before() != RTTE_TABLE, rmi_result(RMI_ERROR_RTT, where.level));
}

/* The table is the host's again, zero, and nothing leads to it. */
static void is_gone(uint64_t top)
{
	CLAIM(machine[LED].state == GRANULE_DELEGATED);
	rest_is_unchanged(LED);
	has_outputs(address(LED), top);
}

void prove_destroy(void)
{
	bool is_protected, is_live, is_there;

	any_realm();
	any_walk(arg[2], (int64_t)(arg[3] - 1));
	is_protected = s2_is_protected(&realm.s2, arg[2]);
	is_live = count_below() != 0; /* B3.66: ASSIGNED or TABLE */
	result = rmi_rtt_destroy(arg, out);
	table_fails(arg[2], (int64_t)arg[3]);
	no_table_fails();
	is_there = is_bound && kind_before() == RTTE_TABLE;
	FAILS_IF(is_there && is_live, rmi_result(RMI_ERROR_RTT, (unsigned int)arg[3]));
	if (!has_succeeded()) {
		if (rmi_result_status(result) != RMI_ERROR_RTT)
			nothing_changed(0, 0);
		else
			nothing_changed(0, kind_before() == RTTE_TABLE ? arg[2] : walk_top());
		return;
	}
	REACHES(is_protected);
	REACHES(!is_protected);
	CLAIM(entry().v == (is_protected ? rtte_unassigned(RMI_DESTROYED) : rtte_unassigned_ns()).v);
	is_gone(walk_top());
}

/* RttIsHomogeneous: the entries are the parts of one, which an entry of the level above may be. */
static bool is_homogeneous(void)
{
	struct rtte whole;

	return rtte_whole(words_before, where.level, &whole);
}

void prove_fold(void)
{
	enum rtte_kind kind;
	bool is_there, is_allowed;

	any_realm();
	any_walk(arg[2], (int64_t)(arg[3] - 1));
	overlaps_consumer = any_bool();
	covers_consumer = any_bool();
	kind = rtte_kind(words_before[0], where.level + 1);
	is_allowed = (!overlaps_consumer || covers_consumer) &&
		     (kind != RTTE_CSM || where.level == RTT_LEVEL_BLOCK);
	result = rmi_rtt_fold(arg, out);
	table_fails(arg[2], (int64_t)arg[3]);
	no_table_fails();
	is_there = is_bound && kind_before() == RTTE_TABLE;
	FAILS_IF(is_there && !is_homogeneous(), rmi_result(RMI_ERROR_RTT, (unsigned int)arg[3]));
	FAILS_IF(is_there && !is_allowed, rmi_result(RMI_ERROR_RTT, (unsigned int)arg[3]));
	if (!has_succeeded()) {
		nothing_changed(0, 0);
		CLAIM(!is_made);
		return;
	}
	REACHES(rtte_is_mapped(entry(), where.level));
	CLAIM(are_parts(words_before, entry()));
	CLAIM(is_made == (kind == RTTE_CSM));
	is_gone(0);
}

void prove_read_entry(void)
{
	int64_t level;
	enum rtte_kind kind;

	any_realm();
	level = (int64_t)arg[3];
	any_walk(arg[2], level);
	kind = kind_before();
	result = rmi_rtt_read_entry(arg, out);
	is_bad_rd = !names(arg[1], GRANULE_RD);
	is_bad_level = !is_bad_rd && (level < realm.s2.start || level > RTT_LEVEL_PAGE);
	FAILS_IF(is_bad_rd, RMI_ERROR_INPUT);
	FAILS_IF(is_bad_level, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && !is_bad_level && arg[2] % (UINT64_C(4096) << 9 * (3 - level)) != 0,
		 RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && arg[2] >= s2_size(&realm.s2), RMI_ERROR_INPUT);
	out_before = 0;
	if (!has_succeeded()) {
		nothing_changed(0, 0);
		return;
	}
	rest_is_unchanged(GRANULES);
	CLAIM(is_unchanged(TABLE) && entry().v == where.entry.v);
	CLAIM(out[1] == (uint64_t)where.level);
	switch (kind) {
	case RTTE_UNASSIGNED:
	case RTTE_UNASSIGNED_NS:
		CLAIM(out[2] == RMI_UNASSIGNED && out[3] == 0);
		break;
	case RTTE_ASSIGNED_NS:
		CLAIM(out[2] == RMI_ASSIGNED && out[3] == (where.entry.v & UINT64_C(0xfffffffff0dc)));
		break;
	default:
		CLAIM(out[2] == (kind == RTTE_TABLE ? RMI_TABLE : RMI_ASSIGNED));
		CLAIM(out[3] == (where.entry.v & UINT64_C(0xfffffffff000)));
		break;
	}
	CLAIM(out[4] == (kind == RTTE_CSM ? RMI_RAM
			 : kind == RTTE_ASSIGNED || kind == RTTE_UNASSIGNED
				 ? rtte_ripas(where.entry, where.level)
				 : 0));
}
