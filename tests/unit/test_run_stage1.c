/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * At which level a realm's own tables lead out of its IPA space: all granule sizes, starting levels and both halves; and
 * tables that cannot be followed, which a hostile realm may have.
 */
#include "pe.h"

#define TABLES (UINT64_C(2) << 30) /* the realm's, from this IPA on */
#define OUTSIDE (UINT64_C(1) << PE_IPA_BITS)
#define HIGH_VA (UINT64_C(1) << 55)

struct regime {
	unsigned int grain; /* bits of a page */
	uint64_t size;      /* T0SZ, T1SZ */
	uint64_t tg0, tg1;
	unsigned int start; /* level */
};

static const struct regime regimes[] = {
	{ 12, 16, 0, 2, 0 }, { 12, 24, 0, 2, 0 }, { 12, 25, 0, 2, 1 }, { 12, 34, 0, 2, 2 },
	{ 12, 43, 0, 2, 3 }, { 14, 16, 2, 1, 0 }, { 14, 17, 2, 1, 1 }, { 14, 28, 2, 1, 2 },
	{ 14, 39, 2, 1, 3 }, { 16, 12, 1, 3, 1 }, { 16, 21, 1, 3, 1 }, { 16, 22, 1, 3, 2 },
	{ 16, 35, 1, 3, 3 },
};

static struct rec *rec;
static bool swapped;

/* --- The realm's memory ------------------------------------------------------------------------------------------- */

static struct rtt_walk walk_to(uint64_t addr)
{
	const struct s2 *s2 = &rec->realm->s2;
	struct rtt_walk w;

	rtt_lock(s2);
	w = rtt_walk(s2, ipa(addr), RTT_LEVEL_PAGE);
	rtt_unlock(s2);
	return w;
}

static uint8_t *memory_at(uint64_t addr)
{
	struct rtt_walk w = walk_to(addr);

	if (!rtte_is_mapped(w.entry, w.level)) {
		pe_map(rec, addr,
		       rtte_assigned(granule_pa(pe_granule(GRANULE_DATA)), RTT_LEVEL_PAGE, RMI_RAM));
		w = walk_to(addr);
	}
	return (uint8_t *)port_mem(rtte_pa(w.entry, w.level)) + addr % GRANULE_SIZE;
}

/* A page of the host's, there. (The monitor's own access to it fails.) */
static void share_host_page(uint64_t addr)
{
	pe_map(rec, addr, rtte_assigned_ns(PE_HOST_PAGE, RTT_LEVEL_PAGE));
}

static void put(uint64_t addr, uint64_t word)
{
	if (swapped)
		word = __builtin_bswap64(word);
	memcpy(memory_at(addr), &word, sizeof(word));
}

/* --- Its tables ----------------------------------------------------------------------------------------------------- */

static uint64_t va_of(const struct regime *r, bool high)
{
	uint64_t low = UINT64_C(0x5a5aa5a5ad5ba123) & ((UINT64_C(1) << (64 - r->size)) - 1);

	return high ? low | ~((UINT64_C(1) << (64 - r->size)) - 1) : low;
}

/* Each table has a place that is aligned to the largest. */
static uint64_t table_at(unsigned int level)
{
	return TABLES + ((uint64_t)level << 16);
}

static uint64_t entry_at(const struct regime *r, uint64_t va, unsigned int level)
{
	unsigned int stride = r->grain - 3, shift = r->grain + stride * (3 - level);
	uint64_t index = (va & ((UINT64_C(1) << (64 - r->size)) - 1)) >> shift;

	return table_at(level) + 8 * (index & ((UINT64_C(1) << stride) - 1));
}

static void regime_on(const struct regime *r, bool high, uint64_t ttbr)
{
	pe_write("sctlr_el12", SCTLR_M | (swapped ? SCTLR_EE : 0));
	/* The other half has other values. */
	pe_write("tcr_el12", high ? r->size << 16 | r->tg1 << 30 | 60 | UINT64_C(3) << 14
				  : r->size | r->tg0 << 14 | UINT64_C(60) << 16);
	pe_write("ttbr0_el12", high ? OUTSIDE : ttbr | UINT64_C(0x1234) << 48);
	pe_write("ttbr1_el12", high ? ttbr | UINT64_C(0x1234) << 48 : OUTSIDE);
}

static void start(const struct regime *r, bool high, uint64_t ttbr)
{
	rec = pe_reset();
	regime_on(r, high, ttbr);
}

static unsigned int level_of(const struct regime *r, bool high)
{
	return stage1_fault_level(&rec->realm->s2, va_of(r, high));
}

/* Tables from the first to that of `level`, whose entry is `last`. */
static void chain(const struct regime *r, bool high, unsigned int level, uint64_t last)
{
	start(r, high, table_at(r->start));
	for (unsigned int l = r->start; l < level; l++)
		put(entry_at(r, va_of(r, high), l), table_at(l + 1) | UINT64_C(3));
	put(entry_at(r, va_of(r, high), level), last);
}

static void check_regime(const struct regime *r, bool high)
{
	start(r, high, OUTSIDE);
	assert_int_equal(level_of(r, high), 0);
	for (unsigned int level = r->start; level <= 3; level++) {
		/* A block or a page; a table; nothing at all, by now. */
		chain(r, high, level, OUTSIDE | (level == 3 ? 3 : 1));
		assert_int_equal(level_of(r, high), level);
		chain(r, high, level, OUTSIDE | UINT64_C(3));
		assert_int_equal(level_of(r, high), level);
		chain(r, high, level, 0);
		assert_int_equal(level_of(r, high), level);
	}
}

static void test_levels(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(regimes); i++) {
		for (unsigned int n = 0; n < 4; n++) {
			swapped = (n & 1) != 0;
			check_regime(&regimes[i], (n & 2) != 0);
		}
	}
	swapped = false;
}

/* --- What cannot be followed ----------------------------------------------------------------------------------------- */

static void test_no_tables(void **state)
{
	const struct regime *r = &regimes[0];

	(void)state;
	start(r, false, OUTSIDE);
	pe_write("sctlr_el12", 0);
	assert_int_equal(level_of(r, false), 0);
	/* Not the realm's memory: nothing there, unprotected, the end of its space. */
	start(r, false, TABLES);
	assert_int_equal(level_of(r, false), 0);
	start(r, false, PE_UNPROTECTED);
	assert_int_equal(level_of(r, false), 0);
	share_host_page(PE_UNPROTECTED);
	assert_int_equal(stage1_fault_level(&rec->realm->s2, 0), 0);
	start(r, false, OUTSIDE - GRANULE_SIZE);
	assert_int_equal(level_of(r, false), 0);
	chain(r, false, 1, PE_EMPTY | UINT64_C(3));
	assert_int_equal(level_of(r, false), 0);
}

/* Sizes and granules that no table has are not followed; where they are, the first table leads out at its level. */
static void test_controls(void **state)
{
	static const unsigned int least[] = { 16, 12, 16, 64 }, grains[] = { 12, 16, 14, 0 };

	(void)state;
	for (uint64_t size = 0; size < 64; size++) {
		for (uint64_t tg = 0; tg < 4; tg++) {
			bool good = size >= least[tg] && size <= 47;
			unsigned int bits = 64 - (unsigned int)size - grains[tg], stride = grains[tg] - 3;

			start(&regimes[0], false, TABLES);
			pe_write("tcr_el12", size | tg << 14);
			put(TABLES, OUTSIDE | 3); /* for VA 0 */
			assert_int_equal(stage1_fault_level(&rec->realm->s2, 0),
					 good ? 4 - (bits + stride - 1) / stride : 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_no_tables),
		cmocka_unit_test(test_controls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
