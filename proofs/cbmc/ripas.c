/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_INIT_RIPAS and RMI_RTT_SET_RIPAS (call/rmi_ripas.c), from any state of one realm (one_realm.h), by DEN0137 B4.3.18,
 * B4.3.21. They go through entries as far as their table has any: here RTT_ENTRIES at most.
 */
#include "one_realm.h"

#include "call/rmi_ripas.c"

static uint64_t size, start; /* of an entry; of the one where the walk ended */

static uint64_t base_of(unsigned int i)
{
	return start + (i - where.index) * size;
}

/* Entries from where the walk ended on are such as the monitor makes, in the protected half. */
static void any_entries(uint64_t addr)
{
	any_walk(addr, RTT_LEVEL_PAGE);
	size = rtt_entry_size(where.level);
	start = align_down(where.addr, size);
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		ASSUME(i < where.index || is_entry(table[i], where.level));
}

static enum rmi_ripas ripas_before(unsigned int i)
{
	return rtte_ripas(table_before[i], where.level);
}

static enum rtte_kind kind_before(unsigned int i)
{
	return rtte_kind(table_before[i], where.level);
}

/* The whole entry is in the range. */
static bool is_inside(unsigned int i, uint64_t base, uint64_t top)
{
	return i >= where.index && base_of(i) >= base && base_of(i) < top && top - base_of(i) >= size;
}

/* --- INIT_RIPAS --- */

static unsigned int hashing;
static uint64_t measured; /* up to here */

void port_hash_begin(void)
{
	hashing++;
}

void port_hash_end(void)
{
	CLAIM(hashing == 1);
	hashing--;
}

/* B4.3.18.4: each entry, in their order. */
void measurement_extend_ripas(struct realm *r, uint64_t base, uint64_t top)
{
	CLAIM(r == &realm && machine[RD].is_locked && base == measured && top == base + size &&
	      top <= arg[3]);
	measured = top;
}

void prove_init(void)
{
	bool is_bad_rd, is_range, can_begin;
	uint64_t base, top, reached;

	any_realm();
	base = measured = arg[2];
	top = arg[3];
	any_entries(base);
	result = rmi_rtt_init_ripas(arg, out);
	is_bad_rd = !names(arg[1], GRANULE_RD);
	is_range = !is_bad_rd && base < top && top - GRANULE_SIZE < s2_size(&realm.s2) / 2;
	can_begin = base % size == 0 && kind_before(where.index) == RTTE_UNASSIGNED;
	FAILS_IF(is_bad_rd, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && top <= base, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && top - GRANULE_SIZE >= s2_size(&realm.s2) / 2, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && top % GRANULE_SIZE != 0, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rd && realm_before != REALM_NEW, RMI_ERROR_REALM);
	FAILS_IF(is_range && base % size != 0, rmi_result(RMI_ERROR_RTT, where.level));
	FAILS_IF(is_range && kind_before(where.index) != RTTE_UNASSIGNED,
		 rmi_result(RMI_ERROR_RTT, where.level));
	FAILS_IF(is_range && can_begin && top % GRANULE_SIZE == 0 && top - base < size,
		 rmi_result(RMI_ERROR_RTT, where.level));
	CLAIM(hashing == 0);
	if (!has_succeeded()) {
		nothing_changed(0, 0);
		CLAIM(measured == base);
		return;
	}
	reached = out[1];
	REACHES(reached < top);
	CLAIM(reached > base && reached <= top && reached == measured);
	for (unsigned int i = 0; i < RTT_ENTRIES; i++) {
		bool is_done = is_inside(i, base, reached);

		CLAIM(!is_done || kind_before(i) == RTTE_UNASSIGNED);
		CLAIM(table[i].v == (is_done ? rtte_unassigned(RMI_RAM) : table_before[i]).v);
		/* It went as far as it could. */
		CLAIM(is_done || !is_inside(i, base, top) || base_of(i) != reached ||
		      kind_before(i) != RTTE_UNASSIGNED);
	}
	CLAIM(is_unchanged(TABLE));
	granules_are_unchanged(GRANULES);
	has_outputs(reached, 0);
}

/* --- SET_RIPAS --- */

static struct rec rec;
static bool in_csm_range[RTT_ENTRIES];

bool csm_range_overlaps(struct granule *rd, uint64_t base, uint64_t top)
{
	uint64_t i = entry_at(base);

	CLAIM(rd == &storage[RD] && machine[RD].is_locked && i < RTT_ENTRIES &&
	      base == base_of((unsigned int)i) && top == base + size);
	return in_csm_range[i];
}

/* The request of the REC, of what RSI_IPA_STATE_SET admits. */
static void any_request(void)
{
	rec_memory = &rec;
	rec.rd = any_bool() ? &storage[RD] : &storage[ROOT]; /* or another realm's */
	rec.ripas_base = any_u64();
	rec.ripas_top = any_u64();
	rec.ripas_value = (uint8_t)any_from_to(RMI_EMPTY, RMI_RAM);
	rec.ripas_destroyed = any_bool();
	ASSUME(is_aligned(rec.ripas_base | rec.ripas_top, GRANULE_SIZE) && rec.ripas_base <= rec.ripas_top &&
	       rec.ripas_top <= s2_size(&realm.s2) / 2);
}

/* RttSkipEntriesWithRipas (B3.75) and docs/csm.md: here a change stops. */
static bool stops_at(unsigned int i)
{
	return kind_before(i) == RTTE_TABLE || in_csm_range[i] ||
	       (ripas_before(i) == RMI_DESTROYED && !rec.ripas_destroyed);
}

static uint64_t change_top(uint64_t top)
{
	uint64_t end = base_of(RTT_ENTRIES);

	for (unsigned int i = RTT_ENTRIES; i-- > where.index;) {
		if (stops_at(i))
			end = base_of(i);
	}
	return align_down(min_u64(end, top), size);
}

/* What was asked for up to there, of whole entries; where they lead is what it was. */
static void is_changed(unsigned int i, bool is_done)
{
	CLAIM(!is_done || (!stops_at(i) && rtte_ripas(table[i], where.level) == rec.ripas_value &&
			   rtte_kind(table[i], where.level) == kind_before(i)));
	CLAIM(!is_done || kind_before(i) != RTTE_ASSIGNED ||
	      rtte_pa(table[i], where.level).v == rtte_pa(table_before[i], where.level).v);
	CLAIM(is_done || table[i].v == table_before[i].v);
}

void prove_set(void)
{
	bool is_bad_rd, is_bad_rec, is_base, differs;
	uint64_t base, top, reached;

	any_realm();
	any_request();
	base = arg[3];
	top = arg[4];
	any_entries(base);
	for (unsigned int i = 0; i < RTT_ENTRIES; i++) {
		in_csm_range[i] = any_bool();
		ASSUME(kind_before(i) != RTTE_CSM || in_csm_range[i]);
	}
	reached = rec.ripas_base;
	result = rmi_rtt_set_ripas(arg, out);
	is_bad_rd = !names(arg[1], GRANULE_RD);
	is_bad_rec = !names(arg[2], GRANULE_REC);
	is_base = !is_bad_rd && !is_bad_rec && base == reached && base < rec.ripas_top;
	differs = ripas_before(where.index) != rec.ripas_value;
	FAILS_IF(is_bad_rd, RMI_ERROR_INPUT);
	FAILS_IF(is_bad_rec, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rec && before[OTHER].refs != 0, RMI_ERROR_REC);
	FAILS_IF(!is_bad_rec && rec.rd != &storage[RD], RMI_ERROR_REC);
	FAILS_IF(top <= base, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rec && base != reached, RMI_ERROR_INPUT);
	FAILS_IF(!is_bad_rec && top > rec.ripas_top, RMI_ERROR_INPUT);
	FAILS_IF(top % GRANULE_SIZE != 0, RMI_ERROR_INPUT);
	FAILS_IF(is_base && base % size != 0 && differs, rmi_result(RMI_ERROR_RTT, where.level));
	FAILS_IF(is_base && top % GRANULE_SIZE == 0 && base == change_top(top) && differs,
		 rmi_result(RMI_ERROR_RTT, where.level));
	FAILS_IF(is_base && in_csm_range[where.index], rmi_result(RMI_ERROR_RTT, where.level));
	if (!has_succeeded()) {
		nothing_changed(0, 0);
		CLAIM(rec.ripas_base == reached);
		return;
	}
	reached = out[1];
	REACHES(reached < top);
	REACHES(reached > change_top(top));
	CLAIM(reached == rec.ripas_base && base < reached && reached <= top);
	/* Part of an entry that is right already is right (IJHJGZ). */
	CLAIM(reached == change_top(top) || (reached > change_top(top) && reached == top));
	for (unsigned int i = 0; i < RTT_ENTRIES; i++) {
		is_changed(i, is_inside(i, base, reached));
		CLAIM(i < where.index || is_inside(i, base, reached) || base_of(i) >= reached ||
		      (!stops_at(i) && ripas_before(i) == rec.ripas_value));
	}
	CLAIM(is_unchanged(TABLE));
	granules_are_unchanged(GRANULES);
	has_outputs(reached, 0);
}
