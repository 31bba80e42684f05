/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's own stage 1 tables (DDI0487 D8.2, D8.3), walked in software for one purpose: the hardware does not tell EL2 at
 * which level stage 1 came upon an address outside the realm's IPA space, and the realm's fault is to say so (DEN0137
 * A5.2.8). The tables are the realm's memory, which it may write meanwhile: a wrong answer is its own affair.
 */
#include "run/aarch64/context.h"

#define TABLE_ADDRESS UINT64_C(0x0000ffffffffffff)

#define LAST_LEVEL 3

/* One table of the walk: its IPA, and which bits of the VA select the entry. */
struct step {
	uint64_t table;
	unsigned int grain; /* bits within a page */
	unsigned int bits;  /* of the VA that are translated, from 0 up */
	int level;
};

/* Bits that one full table resolves. */
static unsigned int stride(const struct step *s)
{
	return s->grain - 3;
}

static unsigned int lowest_bit(const struct step *s)
{
	return s->grain + stride(s) * (unsigned int)(LAST_LEVEL - s->level);
}

/* From TCR_EL1 and TTBR<n>_EL1. False: they say nothing that could be followed. */
static bool begin(uint64_t va, struct step *s)
{
	static const uint8_t low_grains[] = { 12, 16, 14, 0 }, high_grains[] = { 0, 14, 12, 16 };
	bool high = (va & VA_IS_HIGH) != 0;
	uint64_t tcr = read_sysreg("tcr_el12");
	uint64_t ttbr = high ? read_sysreg("ttbr1_el12") : read_sysreg("ttbr0_el12");
	unsigned int size = high ? TCR_T1SZ(tcr) : TCR_T0SZ(tcr);

	s->grain = high ? high_grains[TCR_TG1(tcr)] : low_grains[TCR_TG0(tcr)];
	if (s->grain == 0 || size < (s->grain == 16 ? 12U : 16U) || size > 47)
		return false;
	s->bits = 64 - size;
	s->level = LAST_LEVEL + 1 - (int)((s->bits - s->grain + stride(s) - 1) / stride(s));
	/* The first table is aligned to its size. */
	s->table = ttbr & TABLE_ADDRESS & ~((UINT64_C(8) << (s->bits - lowest_bit(s))) - 1);
	return true;
}

static uint64_t entry_address(const struct step *s, uint64_t va)
{
	unsigned int low = lowest_bit(s), high = low + stride(s) < s->bits ? low + stride(s) : s->bits;

	return s->table + ((va >> low) & ((UINT64_C(1) << (high - low)) - 1)) * sizeof(uint64_t);
}

/* A word of the realm's protected memory. False: it is not there (any more). */
static bool read_word(const struct s2 *s2, uint64_t addr, uint64_t *word)
{
	bool there = false;
	struct rtt_walk w;

	if (!s2_is_protected(s2, addr))
		return false;
	rtt_lock(s2);
	w = rtt_walk(s2, ipa(addr), RTT_LEVEL_PAGE);
	if (rtte_is_mapped(w.entry, w.level)) {
		uint64_t offset = addr & (rtt_entry_size(w.level) - 1);

		*word = *(const volatile uint64_t *)port_mem(pa(rtte_pa(w.entry, w.level).v + offset));
		there = true;
	}
	rtt_unlock(s2);
	return there;
}

unsigned int stage1_fault_level(const struct s2 *s2, uint64_t va)
{
	uint64_t sctlr = read_sysreg("sctlr_el12");
	unsigned int level = 0; /* of what gave the address that is looked at: first, TTBR<n>_EL1 */
	uint64_t entry;
	struct step s;

	if (!(sctlr & SCTLR_M) || !begin(va, &s))
		return 0;
	for (; s.level <= LAST_LEVEL; s.level++) {
		if (s.table >= s2_size(s2))
			return level;
		if (!read_word(s2, entry_address(&s, va), &entry))
			return 0;
		if (sctlr & SCTLR_EE)
			entry = __builtin_bswap64(entry);
		level = (unsigned int)s.level;
		if (s.level == LAST_LEVEL || (entry & DESC_TYPE) != DESC_TABLE)
			break;
		s.table = entry & TABLE_ADDRESS & ~((UINT64_C(1) << s.grain) - 1);
	}
	return level;
}
