/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Geometry of a realm's tables (model/rtt.c).
 */
#include "prove.h"

#include "model/rtt.c"

/* The starting tables have exactly the entries that the IPA space needs: no fewer, and none could go. */
void prove_geometry(void)
{
	unsigned int bits = any_u32();
	int64_t start = any_i64();
	uint64_t roots = any_u64(), entries;

	if (!s2_geometry_is_valid(bits, start, roots))
		return;
	CLAIM(start >= 0 && start <= 2);
	CLAIM(roots >= 1 && roots <= 16 && (roots & (roots - 1)) == 0);
	CLAIM(bits < 64);
	entries = (UINT64_C(1) << bits) / rtt_entry_size((int)start);
	CLAIM(roots == 1 ? entries >= 2 && entries <= RTT_ENTRIES : entries == roots * RTT_ENTRIES);
}

/* A geometry, and an address in the IPA space: the index of its entry is inside the starting tables. */
void prove_starting_index(void)
{
	struct s2 s2 = { .num_roots = any_u32(), .start = (int8_t)any_from_to(-1, 4), .ipa_bits = any_u8() };
	uint64_t addr = any_u64();

	ASSUME(s2.ipa_bits <= 48 && s2_geometry_is_valid(s2.ipa_bits, s2.start, s2.num_roots));
	ASSUME(addr < s2_size(&s2));
	CLAIM((addr >> rtt_entry_shift(s2.start)) / RTT_ENTRIES < s2.num_roots);
	CLAIM(s2_is_protected(&s2, addr) == (addr < UINT64_C(1) << (s2.ipa_bits - 1)));
}

/* The end of a table is after the address, in the IPA space, and no further than its 512 entries. */
void prove_table_end(void)
{
	struct s2 s2 = { .num_roots = any_u32(), .start = (int8_t)any_from_to(-1, 4), .ipa_bits = any_u8() };
	struct rtt_walk w = { .addr = any_u64() };
	uint64_t end;

	ASSUME(s2.ipa_bits <= 48 && s2_geometry_is_valid(s2.ipa_bits, s2.start, s2.num_roots));
	ASSUME(w.addr < s2_size(&s2));
	w.level = any_from_to(s2.start, RTT_LEVEL_PAGE);
	w.index = (unsigned int)(w.addr >> rtt_entry_shift(w.level)) % RTT_ENTRIES;
	end = rtt_table_end(&s2, &w, ipa(w.addr));
	CLAIM(end > w.addr && end <= s2_size(&s2));
	CLAIM(((end - align_down(w.addr, rtt_entry_size(w.level))) >> rtt_entry_shift(w.level)) <=
	      RTT_ENTRIES - w.index);
}
