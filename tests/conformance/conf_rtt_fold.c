/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_FOLD: conditions, and what is homogeneous (DEN0137 A5.5.6, B4.3.17).
 */
#include "tables.h"

#define IPA ABI_U64(0x80000000)
#define UNPROTECTED (ABI_U64(1) << 39)

static struct conf_realm realm;

static struct conf_command command(uint64_t ipa, int64_t level)
{
	return (struct conf_command){ CONF_COMMAND(RMI_RTT_FOLD), { 0, realm.rd, ipa, (uint64_t)level } };
}

static uint64_t not_homogeneous(int64_t level)
{
	return rmi_result(RMI_ERROR_RTT, (unsigned int)level);
}

/* --- Conditions -------------------------------------------------------------------------------------- */

static void conditions(void)
{
	struct conf_command good;
	struct host_rmi_regs regs;
	uint64_t rtt;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 2);
	rtt = conf_table(&realm, IPA, 3);
	good = command(IPA, 3);
	conf_break_rd(&good);
	for (unsigned int i = 0; i < CONF_NO_TABLE_LEVELS; i++)
		conf_break(&good, "level_bound", 3, (uint64_t)conf_no_table_levels[i], RMI_ERROR_INPUT);
	for (uint64_t off = 1; off < 0x200000; off <<= 1)
		conf_break(&good, "ipa_align", 2, IPA + off, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, conf_ipa_end(&realm), RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, ABI_U64(1) << 63, RMI_ERROR_INPUT);
	conf_break(&good, "rtte_state", 2, IPA + 0x200000, rmi_result(RMI_ERROR_RTT, 2));
	conf_break(&good, "rtt_homo", 3, 2, not_homogeneous(2));
	regs = conf_works(&good);
	conf_check("RMI_RTT_FOLD.rtt", "the table's address", regs.x[1], rtt);
	conf_check_delegated("RMI_RTT_FOLD.rtt_state", "the table", rtt);
	conf_fails(&good, "rtte_state", "a second time", rmi_result(RMI_ERROR_RTT, 2));
}

static void walks(void)
{
	struct conf_command c;

	conf_realm_make(&realm);
	for (int64_t have = 0; have < 3; have++) {
		conf_tables(&realm, IPA, have);
		for (int64_t level = have + 1; level <= 3; level++) {
			c = command(level == 1 ? 0 : IPA, level);
			conf_fails(&c, level == have + 1 ? "rtte_state" : "rtt_walk",
				   conf_text("level %d, tables down to %d", (int)level, (int)have),
				   rmi_result(RMI_ERROR_RTT, (unsigned int)have));
			conf_break_rd_first(&c, level == have + 1 ? "rtte_state" : "rtt_walk");
		}
	}
	c = command(UNPROTECTED, 3);
	conf_fails(&c, "rtt_walk", "no table of level 1 in the upper half", rmi_result(RMI_ERROR_RTT, 0));
	for (unsigned int i = 0; i < CONF_NO_TABLE_LEVELS; i++)
		conf_break2(&c, "level_bound", 3, (uint64_t)conf_no_table_levels[i], "rtt_walk", 2,
			    UNPROTECTED, RMI_ERROR_INPUT);
	conf_break2(&c, "ipa_bound", 2, conf_ipa_end(&realm), "rtt_walk", 3, 2, RMI_ERROR_INPUT);
	/* Homogeneous or not doesn't matter to who has no RD. */
	conf_table(&realm, IPA, 3);
	c = command(IPA, 2);
	conf_fails(&c, "rtt_homo", "a TABLE in it", not_homogeneous(2));
	conf_break_rd_first(&c, "rtt_homo");
}

/* --- Homogeneous ------------------------------------------------------------------------------------- */

struct fold {
	int64_t level;
	enum conf_kind kind;
};

static void fold(const void *argument)
{
	const struct fold *f = argument;
	uint64_t base = kind_is_unprotected(f->kind) ? UNPROTECTED : 0;
	const char *text = conf_text("level %d, all %s", (int)f->level, kind_name(f->kind));
	uint64_t pa, rtt = 0;
	struct host_rmi_rtt_entry before;

	conf_realm_make(&realm);
	pa = conf_fill(&realm, base, f->level, f->kind);
	before = conf_entry(&realm, base, f->level - 1);
	if (!conf_check_status("RMI_RTT_FOLD", text, host_rmi_rtt_fold(&rmm, realm.rd, base, f->level, &rtt),
			       RMI_SUCCESS))
		return;
	conf_check("RMI_RTT_FOLD.rtt", conf_text("%s: its address", text), rtt, before.desc);
	conf_check_delegated("RMI_RTT_FOLD.rtt_state", text, rtt);
	conf_check_kind(kind_is_assigned(f->kind)      ? "RMI_RTT_FOLD.rtte_addr"
			: kind_is_unprotected(f->kind) ? "RMI_RTT_FOLD.rtte_state"
						       : "RMI_RTT_FOLD.rtte_ripas",
			conf_text("%s: the parent", text), &realm, base, f->level - 1, f->kind, pa);
}

static void folds(void)
{
	for (int64_t level = 1; level <= 3; level++) {
		for (enum conf_kind kind = 0; kind < CONF_KINDS; kind++) {
			struct fold f = { level, kind };
			bool costly = kind_is_assigned(kind) && !kind_is_unprotected(kind) && level < 3;

			/* A level 1 full of mappings can't fold; one of data would take 512 GiB. */
			if (!costly && !(level == 1 && kind_is_assigned(kind)))
				conf_case_with(fold, &f);
		}
	}
}

/* Into an entry of each of the starting tables. */
static void fold_concatenated(void)
{
	conf_realm_make_as(&realm, 34, 2, 16);
	for (uint64_t base = 0; base < conf_ipa_end(&realm); base += 0x40000000) {
		bool up = base >= conf_unprotected(&realm);
		struct conf_command c = command(base + 0x3fe00000, 3);
		uint64_t rtt = conf_table(&realm, c.x[2], 3);

		if (!up)
			conf_ram(&realm, c.x[2], c.x[2] + 0x200000);
		conf_check("RMI_RTT_FOLD.rtt", conf_text("IPA 0x%lx", c.x[2]), conf_works(&c).x[1], rtt);
		conf_check_kind("RMI_RTT_FOLD.rtte_ripas", "the parent", &realm, c.x[2], 2,
				up ? KIND_NS : KIND_RAM, 0);
		conf_fails(&c, "rtte_state", "a second time", rmi_result(RMI_ERROR_RTT, 2));
	}
	conf_realm_unmake(&realm);
}

/* A block or page table of level 1 never becomes a block: "Level is 2 or 3". */
static void fold_level_1(void)
{
	struct conf_command c;

	conf_realm_make(&realm);
	conf_fill(&realm, UNPROTECTED, 1, KIND_ASSIGNED_NS);
	c = command(UNPROTECTED, 1);
	conf_fails(&c, "rtt_homo", "level 1, all ASSIGNED_NS, contiguous", not_homogeneous(1));
}

/* --- Not homogeneous --------------------------------------------------------------------------------- */

/* Each of these entries at a time is another than all the rest. */
static const unsigned int odd_ones[] = { 0, 1, 255, 511 };
#define ODD_ONES (sizeof(odd_ones) / sizeof(odd_ones[0]))

static void check_odd(const char *text, uint64_t base, unsigned int index)
{
	const struct conf_command c = command(base, 3);

	conf_fails(&c, "rtt_homo", conf_text("%s, entry %u", text, index), not_homogeneous(3));
}

/* RIPAS: one is RAM among EMPTY; then all, and it is homogeneous again. */
static void odd_ripas(void)
{
	const struct conf_command good = command(IPA, 3);

	for (unsigned int i = 0; i < ODD_ONES; i++) {
		uint64_t page = IPA + odd_ones[i] * GRANULE_SIZE;
		struct conf_command c = good;

		conf_realm_make(&realm);
		c.x[1] = realm.rd;
		conf_tables(&realm, IPA, 3);
		conf_ram(&realm, page, page + GRANULE_SIZE);
		check_odd("one RAM among EMPTY", IPA, odd_ones[i]);
		conf_ram(&realm, IPA, IPA + 0x200000);
		conf_works(&c);
	}
}

static void odd_destroyed(void)
{
	uint64_t data, top;

	for (unsigned int i = 0; i < ODD_ONES; i++) {
		uint64_t page = IPA + odd_ones[i] * GRANULE_SIZE;

		conf_realm_make(&realm);
		conf_tables(&realm, IPA, 3);
		conf_ram(&realm, IPA, IPA + 0x200000);
		conf_data(&realm, page);
		check_odd("one ASSIGNED among UNASSIGNED, all RAM", IPA, odd_ones[i]);
		conf_expect_ok("RMI_DATA_DESTROY", "the only page",
			       host_rmi_data_destroy(&rmm, realm.rd, page, &data, &top));
		check_odd("one DESTROYED among RAM", IPA, odd_ones[i]);
	}
}

static void odd_unassigned(void)
{
	uint64_t data, top, pages;

	conf_realm_make(&realm);
	pages = conf_fill(&realm, IPA, 3, KIND_ASSIGNED_EMPTY);
	for (unsigned int i = 0; i < ODD_ONES; i++) {
		uint64_t page = IPA + odd_ones[i] * GRANULE_SIZE;

		conf_expect_ok("RMI_DATA_DESTROY", "one page",
			       host_rmi_data_destroy(&rmm, realm.rd, page, &data, &top));
		check_odd("one UNASSIGNED among ASSIGNED", IPA, odd_ones[i]);
		conf_expect_ok("RMI_DATA_CREATE_UNKNOWN", "the same again",
			       host_rmi_data_create_unknown(&rmm, realm.rd, data, page));
	}
	/* The same data in another order: all ASSIGNED, not contiguous. */
	for (unsigned int i = 0; i < 2; i++)
		conf_expect_ok("RMI_DATA_DESTROY", "two pages",
			       host_rmi_data_destroy(&rmm, realm.rd, IPA + i * GRANULE_SIZE, &data, &top));
	for (unsigned int i = 0; i < 2; i++)
		conf_expect_ok("RMI_DATA_CREATE_UNKNOWN", "the other way round",
			       host_rmi_data_create_unknown(&rmm, realm.rd, pages + (1 - i) * GRANULE_SIZE,
							    IPA + i * GRANULE_SIZE));
	check_odd("two output addresses exchanged", IPA, 0);
}

/* One of 512 contiguous pages is RAM, where the others are EMPTY. */
static void odd_assigned_ripas(void)
{
	uint64_t page = IPA + 511 * GRANULE_SIZE;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 3);
	conf_ram(&realm, page, page + GRANULE_SIZE);
	conf_data_run(&realm, IPA);
	check_odd("one RAM among EMPTY, all ASSIGNED", IPA, 511);
}

/* Contiguous, but not where a block could begin. */
static void misaligned(void)
{
	uint64_t first = conf_delegated_run(512), second = conf_delegated_run(512);

	conf_realm_make(&realm);
	conf_need_true("RMI_RTT_FOLD.rtt_homo", "two runs of granules side by side, to begin with",
		       second == first + 0x200000);
	conf_tables(&realm, IPA, 3);
	for (unsigned int i = 0; i < 512; i++)
		conf_expect_ok("RMI_DATA_CREATE_UNKNOWN", "contiguous from the second granule",
			       host_rmi_data_create_unknown(&rmm, realm.rd, first + (i + 1) * GRANULE_SIZE,
							    IPA + i * GRANULE_SIZE));
	check_odd("contiguous, not aligned to 2 MiB", IPA, 0);
}

static void odd_table(void)
{
	conf_realm_make(&realm);
	for (unsigned int i = 0; i < ODD_ONES; i++) {
		uint64_t ipa = IPA + odd_ones[i] * level_size(2), rtt;
		const struct conf_command c = command(IPA, 2);

		conf_tables(&realm, ipa, 3);
		conf_fails(&c, "rtt_homo", conf_text("one TABLE among UNASSIGNED, entry %u", odd_ones[i]),
			   not_homogeneous(2));
		conf_expect_ok("RMI_RTT_FOLD", "that one", host_rmi_rtt_fold(&rmm, realm.rd, ipa, 3, &rtt));
	}
}

/* Unprotected: another address, access permission or memory type; or none at all. */
static void odd_mapping(void)
{
	static const struct {
		const char *text;
		uint64_t flip;
	} odd[] = {
		{ "another output address", 0x40000000 },
		{ "another S2AP", 0x80 },
		{ "another MemAttr", 0xc },
	};
	uint64_t top, rtt;

	conf_realm_make(&realm);
	conf_fill(&realm, UNPROTECTED, 3, KIND_ASSIGNED_NS);
	for (unsigned int k = 0; k < sizeof(odd) / sizeof(odd[0]); k++) {
		for (unsigned int i = 0; i < ODD_ONES; i++) {
			uint64_t offset = odd_ones[i] * GRANULE_SIZE;
			uint64_t right = (CONF_NS_PA + offset) | CONF_NS_ATTRIBUTES;

			conf_expect_ok("RMI_RTT_UNMAP_UNPROTECTED", "one page",
				       host_rmi_rtt_unmap_unprotected(&rmm, realm.rd, UNPROTECTED + offset, 3,
								      &top));
			if (k == 0)
				check_odd("one UNASSIGNED_NS among ASSIGNED_NS", UNPROTECTED, odd_ones[i]);
			conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", odd[k].text,
				       host_rmi_rtt_map_unprotected(&rmm, realm.rd, UNPROTECTED + offset, 3,
								    right ^ odd[k].flip));
			check_odd(odd[k].text, UNPROTECTED, odd_ones[i]);
			conf_expect_ok("RMI_RTT_UNMAP_UNPROTECTED", "it",
				       host_rmi_rtt_unmap_unprotected(&rmm, realm.rd, UNPROTECTED + offset, 3,
								      &top));
			conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", "as it was",
				       host_rmi_rtt_map_unprotected(&rmm, realm.rd, UNPROTECTED + offset, 3,
								    right));
		}
	}
	conf_check_status("RMI_RTT_FOLD", "all as it was",
			  host_rmi_rtt_fold(&rmm, realm.rd, UNPROTECTED, 3, &rtt), RMI_SUCCESS);
}

static void misaligned_mapping(void)
{
	conf_realm_make(&realm);
	conf_tables(&realm, UNPROTECTED, 3);
	for (unsigned int i = 0; i < 512; i++)
		conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", "contiguous from the second page",
			       host_rmi_rtt_map_unprotected(&rmm, realm.rd, UNPROTECTED + i * GRANULE_SIZE, 3,
							    (CONF_NS_PA + (i + 1) * GRANULE_SIZE) |
								    CONF_NS_ATTRIBUTES));
	check_odd("contiguous, not aligned to 2 MiB", UNPROTECTED, 0);
}

CONF_GROUP(rtt_fold, .about = "RMI_RTT_FOLD: conditions, what is homogeneous and what isn't")
{
	conf_case(conditions);
	conf_case(walks);
	conf_case(folds);
	conf_case(fold_concatenated);
	conf_case(fold_level_1);
	conf_case(odd_ripas);
	conf_case(odd_destroyed);
	conf_case(odd_unassigned);
	conf_case(odd_assigned_ripas);
	conf_case(misaligned);
	conf_case(odd_table);
	conf_case(odd_mapping);
	conf_case(misaligned_mapping);
}
