/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One realm, for proofs about the host's commands on its memory (call/rmi_data.c, rmi_rtt.c, rmi_rtt_ns.c, rmi_ripas.c). There
 * are five granules: the RD, the first starting table, the table in which a walk ends, what its entry leads to, and another;
 * the last two, if nothing leads to them, in any state. Of a table RTT_ENTRIES entries are there. How a walk gets to where it
 * ends is `rtt-walk-*`; what the bits of an entry say, `rtte-*`.
 *
 * Failure conditions and their order, and what a success does, are the book's: DEN0137 1.0-rel0, B4.3.
 */
#ifndef ONE_REALM_H
#define ONE_REALM_H

#include "prove.h"

#include "call/rmi.h"
#include "csm/csm.h"
#include "model/realm.h"

static void write_entry(uint64_t *place, uint64_t value);

#define rtt_walk(s2, addr, level) walk_of_the_monitor(s2, addr, level)
#define rtt_skip_non_live(s2, w, addr) skip_of_the_monitor(s2, w, addr)
#define __atomic_store_n(place, value, order) write_entry(place, value)
#include "model/rtt.c"
#undef rtt_walk
#undef rtt_skip_non_live
#undef __atomic_store_n
#include "model/rtte.c"

enum { RD, ROOT, TABLE, LED, OTHER, GRANULES };
#include "granules.h"

static struct realm realm;

/* A walk for `where.addr` to level `to` ends at table[where.index]; of the table's other entries `rest` are live. */
static struct rtt_walk where;
static struct rtte table[RTT_ENTRIES], table_before[RTT_ENTRIES];
static uint32_t rest;
static uint64_t next_live; /* where the first of them is, or the table's end */
static bool can_walk;
static int to;

/* The granule that a command takes or gives back, and what it holds. */
static unsigned int page;
static struct rtte words[RTT_ENTRIES], words_before[RTT_ENTRIES];

static void *rec_memory; /* what OTHER holds, if it is a REC */

static uint64_t arg[7], out[5], out_before, result;
static uint32_t realm_before; /* its state */

static uint64_t address(unsigned int g)
{
	return BANK + g * GRANULE_SIZE;
}

void *port_mem(struct pa addr)
{
	if (addr.v == address(RD))
		return &realm;
	if (addr.v == address(TABLE))
		return table;
	if (addr.v == address(OTHER) && machine[OTHER].state == GRANULE_REC)
		return rec_memory;
	CLAIM(addr.v == address(page));
	return words;
}

/* --- What walkers of other processors see, and TLBs have --- */

static struct rtte seen[RTT_ENTRIES], seen_of_page[RTT_ENTRIES]; /* as of the last barrier */
static bool is_code;                                             /* what the page held then is fetched */
static unsigned int stale[RTT_ENTRIES], cleaned[RTT_ENTRIES];    /* of each entry */
static bool in_batch;

enum { LEAF = 1, WALK = 2, BELOW = 4 };

void port_publish(void)
{
	for (unsigned int i = 0; i < RTT_ENTRIES; i++) {
		seen[i] = table[i];
		seen_of_page[i] = words[i];
	}
}

static bool page_is_seen(void)
{
	bool all = true;

	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		all = all && seen_of_page[i].v == words[i].v;
	return all;
}

void port_sync_code(const void *granule)
{
	CLAIM(granule == words);
	port_publish();
	is_code = true;
}

void port_tlb_begin(uint64_t vttbr)
{
	CLAIM(!in_batch && vttbr == (address(ROOT) | (uint64_t)realm.s2.vmid << 48));
	in_batch = true;
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		cleaned[i] = 0;
}

/* Which entry is about the address, if that is not in front of where the walk ended. */
static uint64_t entry_at(uint64_t addr)
{
	unsigned int shift = rtt_entry_shift(where.level);

	return where.index + (addr >> shift) - (where.addr >> shift);
}

/* What is cleaned is what was stale by then. */
static void clean(unsigned int i, unsigned int what)
{
	CLAIM(in_batch);
	cleaned[i] |= stale[i] & what;
}

void port_tlb_leaf(struct ipa addr)
{
	uint64_t at = entry_at(addr.v);

	if (at < RTT_ENTRIES)
		clean((unsigned int)at, LEAF);
}

void port_tlb_table(struct ipa addr)
{
	uint64_t at = entry_at(addr.v);

	if (at < RTT_ENTRIES)
		clean((unsigned int)at, LEAF | WALK);
}

void port_tlb_realm(void)
{
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		clean(i, LEAF | WALK | BELOW);
}

void port_tlb_end(void)
{
	CLAIM(in_batch);
	port_publish();
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		stale[i] &= ~cleaned[i];
	in_batch = false;
}

static bool tlbs_are_clean(void)
{
	bool all = !in_batch;

	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		all = all && stale[i] == 0;
	return all;
}

/* What was reached is wiped, and the host's, when no TLB has it. */
static void becomes(unsigned int g, enum granule_state state)
{
	CLAIM(g == page);
	if (state != GRANULE_DELEGATED)
		return;
	CLAIM(tlbs_are_clean());
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		words[i].v = 0;
}

/* Of the table that the entry leads to: the hardware could have a leaf. */
static bool is_mapped_below(void)
{
	bool any = false;

	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		any = any || rtte_is_mapped(words[i], where.level + 1);
	return any;
}

/*
 * An entry is written: under both locks; never one that is valid over what a TLB may have; and what it leads to can be seen.
 * A page that comes to be the realm's is fetched as it is.
 */
static void write_entry(uint64_t *place, uint64_t value)
{
	unsigned int i = (unsigned int)((struct rtte *)place - table);
	struct rtte old, new = { value };

	CLAIM(machine[RD].is_locked && machine[ROOT].is_locked && i < RTT_ENTRIES);
	old = table[i];
	if (rtte_is_mapped(old, where.level))
		stale[i] |= LEAF;
	if (rtte_is_table(old, where.level))
		stale[i] |= WALK | (is_mapped_below() ? BELOW : 0);
	CLAIM(!(value & 1) || stale[i] == 0);
	if (rtte_is_table(new, where.level))
		CLAIM(page_is_seen());
	if (rtte_kind(new, where.level) == RTTE_ASSIGNED && rtte_kind(old, where.level) == RTTE_UNASSIGNED &&
	    where.level == RTT_LEVEL_PAGE)
		CLAIM(page_is_seen() && is_code);
	table[i] = new;
}

/* --- Walks: any that the claims about them leave open --- */

struct rtt_walk rtt_walk(const struct s2 *s2, struct ipa addr, int level)
{
	CLAIM(can_walk && machine[RD].is_locked && s2 == &realm.s2 && addr.v == where.addr && level == to);
	return where;
}

static struct rtte entry(void)
{
	return table[where.index];
}

/* RttSkipNonLiveEntries (B3.72) of the table as it is now; for a live entry the tables of outcomes have the address itself. */
static uint64_t walk_top(void)
{
	return rtte_is_live(entry(), where.level) ? where.addr : next_live;
}

uint64_t rtt_skip_non_live(const struct s2 *s2, const struct rtt_walk *w, struct ipa addr)
{
	CLAIM(s2 == &realm.s2 && addr.v == where.addr && w->table == table && w->index == where.index &&
	      w->level == where.level && w->entry.v == entry().v);
	return walk_top();
}

/* --- The state before --- */

/* Another processor takes the page that the host gives, before it is locked. */
static void others(void)
{
	if (page == OTHER && !machine[page].is_locked && machine[page].state == GRANULE_DELEGATED &&
	    any_bool()) {
		any_granule(page);
		ASSUME(machine[page].state != GRANULE_RD);
	}
}

/* The references of a table are its live entries. */
static bool is_counted(void)
{
	return machine[TABLE].refs == rest + rtte_is_counted(entry(), where.level);
}

static uint32_t count_below(void)
{
	uint32_t count = 0;

	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		count += rtte_is_counted(words[i], where.level + 1);
	return count;
}

/* An entry is one of its half of the addresses, and maps a whole block or page. */
static bool is_entry(struct rtte e, int level)
{
	bool is_protected = s2_is_protected(&realm.s2, where.addr);

	switch (rtte_kind(e, level)) {
	case RTTE_UNASSIGNED:
		return is_protected && rtte_ripas(e, level) <= RMI_DESTROYED;
	case RTTE_ASSIGNED:
		return is_protected && rtte_ripas(e, level) <= RMI_DESTROYED && level >= RTT_MIN_BLOCK_LEVEL;
	case RTTE_CSM:
		return is_protected && level >= RTT_LEVEL_BLOCK;
	case RTTE_UNASSIGNED_NS:
		return !is_protected;
	case RTTE_ASSIGNED_NS:
		return !is_protected && level >= RTT_MIN_BLOCK_LEVEL;
	default:
		return true;
	}
}

/* The table that the entry leads to has entries of the same half, and counts them. */
static bool is_led_table(void)
{
	bool all = true;

	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		all = all && is_entry(words[i], where.level + 1);
	return all && machine[LED].state == GRANULE_RTT && machine[LED].refs == count_below();
}

/* What the walk's entry says is so. */
static bool is_led(struct rtte e)
{
	enum rtte_kind kind = rtte_kind(e, where.level);
	bool is_there = rtte_pa(e, where.level).v == address(LED);

	if (kind == RTTE_TABLE)
		return is_there && is_led_table();
	if (kind == RTTE_ASSIGNED && where.level == RTT_LEVEL_PAGE)
		return is_there && machine[LED].state == GRANULE_DATA;
	return true;
}

/* Any realm, and any arguments. */
static void any_realm(void)
{
	any_machine();
	ASSUME(machine[RD].state == GRANULE_RD && machine[ROOT].state == GRANULE_RTT &&
	       machine[TABLE].state == GRANULE_RTT && machine[LED].state != GRANULE_RD &&
	       machine[LED].state != GRANULE_REC && machine[OTHER].state != GRANULE_RD);
	realm.s2 = (struct s2){ .root = pa(address(ROOT)),
				.lock = &storage[ROOT],
				.start = (int8_t)any_from_to(0, RTT_LEVEL_BLOCK),
				.ipa_bits = any_u8(),
				.vmid = (uint16_t)any_u32() };
	ASSUME(realm.s2.ipa_bits >= REALM_MIN_IPA_BITS && realm.s2.ipa_bits <= 48);
	realm.state = (uint32_t)any_from_to(REALM_NEW, REALM_SYSTEM_OFF);
	realm_before = realm.state;
	for (unsigned int i = 1; i < ARRAY_SIZE(arg); i++)
		arg[i] = any_u64();
	out[4] = out_before = any_u64();
	page = LED;
}

/* The command takes a granule from the host: OTHER, if that is DELEGATED. */
static void any_page(void)
{
	page = OTHER;
	ASSUME(machine[LED].state != GRANULE_DELEGATED);
}

/* At which entry, of which level: a bound of proofs that would be too large. */
#ifndef AT
#define AT (unsigned int)any_from_to(0, RTT_ENTRIES - 1)
#endif
#ifndef LEVEL
#define LEVEL any_from_to(realm.s2.start, to)
#endif

/* And where a walk for `addr` to `level` ends, if there is one. */
static void any_walk(uint64_t addr, int64_t level)
{
	can_walk = addr < s2_size(&realm.s2) && level >= realm.s2.start && level <= RTT_LEVEL_PAGE;
	to = can_walk ? (int)level : RTT_LEVEL_PAGE;
	for (unsigned int i = 0; i < RTT_ENTRIES; i++) {
		table[i].v = table_before[i].v = any_u64();
		words[i].v = words_before[i].v = machine[page].is_dirty ? any_u64() : 0;
	}
	where = (struct rtt_walk){ .addr = can_walk ? addr : 0,
				   .level = LEVEL,
				   .index = AT,
				   .table = table,
				   .table_pa = pa(address(TABLE)) };
	where.entry = entry();
	rest = (uint32_t)any_from_to(0, 511);
	next_live = any_u64();
	ASSUME(where.level >= realm.s2.start && where.level <= to);
	ASSUME(where.level == to || rtte_kind(where.entry, where.level) != RTTE_TABLE);
	ASSUME(is_entry(where.entry, where.level) && is_led(where.entry) && is_counted());
	port_publish();
}

/* --- Claims --- */

static bool is_failure, is_explained;

/* A failure condition. Where there is an order the caller has those before it in the condition, too. */
#define FAILS_IF(condition, code)                                \
	do {                                                     \
		REACHES((condition) && result == (code));        \
		is_failure |= (condition);                       \
		is_explained |= (condition) && result == (code); \
	} while (0)

/* But for this one, and the table. */
static void granules_are_unchanged(unsigned int but)
{
	for (unsigned int g = 0; g < GRANULES; g++)
		CLAIM(g == but || g == TABLE || is_unchanged(g));
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		CLAIM(but == page || words[i].v == words_before[i].v);
	CLAIM(realm.state == realm_before);
}

/* But for this one, and the entry. */
static void rest_is_unchanged(unsigned int but)
{
	granules_are_unchanged(but);
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		CLAIM(i == where.index || table[i].v == table_before[i].v);
}

static void has_outputs(uint64_t first, uint64_t second)
{
	CLAIM(out[1] == first && out[2] == second && out[3] == 0 && out[4] == out_before);
}

/*
 * The command has ended, with an error for one of the conditions that FAILS_IF() had, or with SUCCESS if there was none. Then
 * all granules are sane, nothing is locked, no TLB has what is gone, and what a walk may find is there to be seen.
 */
static bool has_succeeded(void)
{
	CLAIM(is_failure ? is_explained : result == RMI_SUCCESS);
	CLAIM(tlbs_are_clean() && is_counted());
	for (unsigned int g = 0; g < GRANULES; g++)
		CLAIM(is_sane(&machine[g]));
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		CLAIM(!(table[i].v & 1) || seen[i].v == table[i].v);
	REACHES(result == RMI_SUCCESS);
	return !is_failure;
}

/* A failure changes nothing. */
static void nothing_changed(uint64_t first, uint64_t second)
{
	CLAIM(is_unchanged(TABLE) && entry().v == where.entry.v);
	rest_is_unchanged(GRANULES);
	has_outputs(first, second);
}

#endif
