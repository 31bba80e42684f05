/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_MAP_UNPROTECTED and RMI_RTT_UNMAP_UNPROTECTED (DEN0137 A5.5.11, B4.3.19, B4.3.22).
 */
#include "tables.h"

#define BASE (ABI_U64(1) << 39) /* where the unprotected half begins */
#define PROTECTED ABI_U64(0x80000000)

static struct conf_realm realm;

static const int64_t no_levels[] = { 0, -1, -2, 4, 5, 0x100, 0x103, 0x100000003, INT64_MIN, INT64_MIN + 3 };
#define NO_LEVELS (sizeof(no_levels) / sizeof(no_levels[0]))

static struct conf_command map(uint64_t ipa, int64_t level, uint64_t desc)
{
	return (struct conf_command){ CONF_COMMAND(RMI_RTT_MAP_UNPROTECTED),
				      { 0, realm.rd, ipa, (uint64_t)level, desc } };
}

static struct conf_command unmap(uint64_t ipa, int64_t level)
{
	return (struct conf_command){ CONF_COMMAND(RMI_RTT_UNMAP_UNPROTECTED),
				      { 0, realm.rd, ipa, (uint64_t)level } };
}

/* --- MAP --------------------------------------------------------------------------------------------- */

static void map_conditions(void)
{
	struct conf_command good;

	conf_realm_make(&realm);
	conf_tables(&realm, BASE, 3);
	conf_tables(&realm, PROTECTED, 3);
	good = map(BASE, 3, CONF_NS_PA | CONF_NS_ATTRIBUTES);
	conf_break_rd(&good);
	for (unsigned int i = 0; i < NO_LEVELS; i++)
		conf_break(&good, "level_bound", 3, (uint64_t)no_levels[i], RMI_ERROR_INPUT);
	conf_break(&good, "ipa_align", 2, BASE + 1, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_align", 2, BASE + 0x800, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, PROTECTED, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, 0, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, BASE - GRANULE_SIZE, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, conf_ipa_end(&realm), RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, BASE | ABI_U64(1) << 48, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, BASE | ABI_U64(1) << 63, RMI_ERROR_INPUT);
	conf_break(&good, "addr_bound", 4, good.x[4] | ABI_U64(1) << 48, RMI_ERROR_INPUT);
	conf_break(&good, "addr_bound", 4, good.x[4] | ABI_U64(1) << 49, RMI_ERROR_INPUT);
	conf_works(&good);
	conf_check_kind("RMI_RTT_MAP_UNPROTECTED.rtte_contents", "level 3", &realm, BASE, 3, KIND_ASSIGNED_NS,
			CONF_NS_PA);
	conf_fails(&good, "rtte_state", "a second time", rmi_result(RMI_ERROR_RTT, 3));
	conf_break_rd_first(&good, "rtte_state");
	conf_check_entry_is("RWZYBV", "the next page", &realm, BASE + GRANULE_SIZE, 3, 3, RMI_UNASSIGNED, 0,
			    RMI_EMPTY);
}

/* Whatever in a descriptor isn't the host's must be zero, and what is must be valid (B3.56). */
static void map_attributes(void)
{
	struct conf_command good;
	uint64_t top;

	conf_realm_make(&realm);
	conf_tables(&realm, BASE, 3);
	good = map(BASE, 3, CONF_NS_PA | CONF_NS_ATTRIBUTES);
	for (unsigned int bit = 0; bit < 64; bit++) {
		bool is_address = bit >= 12 && bit < 50;
		bool is_attribute = (bit >= 2 && bit <= 4) || bit == 6 || bit == 7;

		if (!is_address && !is_attribute)
			conf_break(&good, "attr_valid", 4, good.x[4] | ABI_U64(1) << bit, RMI_ERROR_INPUT);
	}
	/* MemAttr[2:0] with FEAT_S2FWB (DDI0487 D8.6): 4 is reserved. */
	conf_break(&good, "attr_valid", 4, CONF_NS_PA | 4 << 2 | 3 << 6, RMI_ERROR_INPUT);
	for (uint64_t memory = 0; memory < 8; memory++) {
		for (uint64_t access = 0; access < 4; access++) {
			uint64_t desc = CONF_NS_PA | memory << 2 | access << 6;

			if (memory == 4)
				continue;
			conf_check_status("RMI_RTT_MAP_UNPROTECTED",
					  conf_text("MemAttr %lu, S2AP %lu", memory, access),
					  host_rmi_rtt_map_unprotected(&rmm, realm.rd, BASE, 3, desc),
					  RMI_SUCCESS);
			conf_check_entry_is("RMI_RTT_READ_ENTRY.state_unprot",
					    conf_text("MemAttr %lu, S2AP %lu", memory, access), &realm, BASE,
					    3, 3, RMI_ASSIGNED, desc, RMI_EMPTY);
			conf_expect_ok("RMI_RTT_UNMAP_UNPROTECTED", "that page",
				       host_rmi_rtt_unmap_unprotected(&rmm, realm.rd, BASE, 3, &top));
		}
	}
	conf_works(&good);
}

static void map_alignment(void)
{
	conf_realm_make(&realm);
	for (int64_t level = 1; level <= 3; level++) {
		struct conf_command good =
			map(BASE + level_size(1), level, level_size(1) | CONF_NS_ATTRIBUTES);
		uint64_t top;

		conf_tables(&realm, good.x[2], level);
		for (uint64_t off = GRANULE_SIZE; off < level_size(level); off <<= 1) {
			conf_break(&good, "ipa_align", 2, good.x[2] + off, RMI_ERROR_INPUT);
			conf_break(&good, "addr_align", 4, good.x[4] + off, RMI_ERROR_INPUT);
		}
		conf_works(&good);
		conf_check_kind("RMI_RTT_MAP_UNPROTECTED.rtte_contents", conf_text("level %d", (int)level),
				&realm, good.x[2], level, KIND_ASSIGNED_NS, level_size(1));
		conf_expect_ok("RMI_RTT_UNMAP_UNPROTECTED", "it",
			       host_rmi_rtt_unmap_unprotected(&rmm, realm.rd, good.x[2], level, &top));
	}
}

static void map_walks(void)
{
	struct conf_command c;

	conf_realm_make(&realm);
	for (int64_t have = 0; have < 3; have++) {
		conf_tables(&realm, BASE, have);
		for (int64_t level = have + 1; level <= 3; level++) {
			c = map(BASE, level, CONF_NS_PA | CONF_NS_ATTRIBUTES);
			conf_fails(&c, "rtt_walk",
				   conf_text("level %d, tables down to %d", (int)level, (int)have),
				   rmi_result(RMI_ERROR_RTT, (unsigned int)have));
			conf_break_rd_first(&c, "rtt_walk");
		}
	}
	c = map(BASE, 3, CONF_NS_PA | CONF_NS_ATTRIBUTES);
	for (unsigned int i = 0; i < NO_LEVELS; i++)
		conf_break2(&c, "level_bound", 3, (uint64_t)no_levels[i], "rtt_walk", 2, BASE + 0x40000000,
			    RMI_ERROR_INPUT);
	conf_break2(&c, "ipa_bound", 2, PROTECTED, "rtt_walk", 3, 2, RMI_ERROR_INPUT);
	conf_break2(&c, "ipa_bound", 2, conf_ipa_end(&realm), "rtt_walk", 3, 2, RMI_ERROR_INPUT);
	/* Of the protected half is nothing UNASSIGNED_NS, in whatever state it is. */
	conf_data(&realm, PROTECTED);
	conf_break2(&c, "ipa_bound", 2, PROTECTED, "rtte_state", 3, 3, RMI_ERROR_INPUT);
	/* A TABLE is where the block would be. */
	conf_tables(&realm, BASE, 3);
	c = map(BASE, 2, CONF_NS_PA | CONF_NS_ATTRIBUTES);
	conf_fails(&c, "rtte_state", "a table of level 3 is there", rmi_result(RMI_ERROR_RTT, 2));
	c = map(BASE, 1, CONF_NS_PA | CONF_NS_ATTRIBUTES);
	conf_fails(&c, "rtte_state", "a table of level 2 is there", rmi_result(RMI_ERROR_RTT, 1));
	/* A block is where the page would be. */
	c = map(BASE + 0x200000, 2, CONF_NS_PA | CONF_NS_ATTRIBUTES);
	conf_works(&c);
	conf_fails(&c, "rtte_state", "a second time", rmi_result(RMI_ERROR_RTT, 2));
	c = map(BASE + 0x201000, 3, CONF_NS_PA | CONF_NS_ATTRIBUTES);
	conf_fails(&c, "rtt_walk", "a page in a block", rmi_result(RMI_ERROR_RTT, 2));
}

/* In a realm that starts at level 2 there is no level 1 to map at. */
static void lower_start(void)
{
	struct conf_command c;
	uint64_t base;

	conf_realm_make_as(&realm, 34, 2, 16);
	base = conf_unprotected(&realm);
	c = map(base, 2, CONF_NS_PA | CONF_NS_ATTRIBUTES);
	conf_break(&c, "level_bound", 3, 1, RMI_ERROR_INPUT);
	conf_break(&c, "level_bound", 3, 0, RMI_ERROR_INPUT);
	/* In each of the upper eight starting tables. */
	for (uint64_t ipa = base; ipa < conf_ipa_end(&realm); ipa += 0x40000000) {
		c.x[2] = ipa;
		conf_works(&c);
		c.x[2] = ipa + 0x3fe00000;
		conf_works(&c);
	}
	c = unmap(base, 2);
	conf_break(&c, "level_bound", 3, 1, RMI_ERROR_INPUT);
	conf_break(&c, "level_bound", 3, 0, RMI_ERROR_INPUT);
	/* What is next is within one starting table. */
	conf_check("RMI_RTT_UNMAP_UNPROTECTED.top", "top: the last entry of the same starting table",
		   conf_works(&c).x[1], base + 0x3fe00000);
	c.x[2] = base + 0x3fe00000;
	conf_check("RMI_RTT_UNMAP_UNPROTECTED.top", "top: its end", conf_works(&c).x[1], base + 0x40000000);
}

/* --- UNMAP ------------------------------------------------------------------------------------------- */

static void unmap_broken(const struct conf_command *good, const char *condition, unsigned int n, uint64_t bad)
{
	struct host_rmi_regs regs = conf_break(good, condition, n, bad, RMI_ERROR_INPUT);

	conf_check(conf_text("%s.%s", good->name, condition), conf_text("x%u = 0x%lx: top", n, bad),
		   regs.x[1], 0);
}

static void unmap_conditions(void)
{
	struct conf_command good;

	conf_realm_make(&realm);
	conf_fill(&realm, BASE, 3, KIND_ASSIGNED_NS);
	conf_data(&realm, PROTECTED);
	good = unmap(BASE, 3);
	conf_break_rd(&good);
	unmap_broken(&good, "rd_align", 1, realm.rd + 8);
	unmap_broken(&good, "rd_bound", 1, CONF_NO_MEMORY);
	unmap_broken(&good, "rd_state", 1, conf_granule_in[CONF_RTT]);
	for (unsigned int i = 0; i < NO_LEVELS; i++)
		unmap_broken(&good, "level_bound", 3, (uint64_t)no_levels[i]);
	unmap_broken(&good, "ipa_align", 2, BASE + 1);
	unmap_broken(&good, "ipa_align", 2, BASE + 0x800);
	unmap_broken(&good, "ipa_bound", 2, PROTECTED);
	unmap_broken(&good, "ipa_bound", 2, 0);
	unmap_broken(&good, "ipa_bound", 2, BASE - GRANULE_SIZE);
	unmap_broken(&good, "ipa_bound", 2, conf_ipa_end(&realm));
	unmap_broken(&good, "ipa_bound", 2, BASE | ABI_U64(1) << 63);
	conf_works(&good);
	conf_check_kind("RMI_RTT_UNMAP_UNPROTECTED.rtte_state", "it can be seen", &realm, BASE, 3, KIND_NS,
			0);
	conf_check_kind("RWZYBV", "and nothing of the next page", &realm, BASE + GRANULE_SIZE, 3,
			KIND_ASSIGNED_NS, CONF_NS_PA + GRANULE_SIZE);
}

static void check_unmap(const char *condition, const char *text, uint64_t ipa, int64_t level,
			uint64_t expected, uint64_t top)
{
	const struct conf_command c = unmap(ipa, level);
	struct host_rmi_regs regs = conf_fails(&c, condition, text, expected);

	conf_check(conf_text("RMI_RTT_UNMAP_UNPROTECTED.%s", condition), conf_text("%s: top", text),
		   regs.x[1], top);
}

static void unmap_walks(void)
{
	struct conf_command c;
	struct host_rmi_regs regs;

	conf_realm_make(&realm);
	c = unmap(BASE, 3);
	conf_fails(&c, "rtt_walk", "no tables", rmi_result(RMI_ERROR_RTT, 0));
	conf_break_rd_first(&c, "rtt_walk");
	for (unsigned int i = 0; i < NO_LEVELS; i++)
		conf_break2(&c, "level_bound", 3, (uint64_t)no_levels[i], "rtt_walk", 2, BASE,
			    RMI_ERROR_INPUT);
	conf_break2(&c, "ipa_bound", 2, PROTECTED, "rtt_walk", 3, 3, RMI_ERROR_INPUT);
	conf_break2(&c, "ipa_bound", 2, conf_ipa_end(&realm), "rtt_walk", 3, 3, RMI_ERROR_INPUT);
	conf_tables(&realm, BASE, 1);
	conf_tables(&realm, BASE + 0x40000000, 3);
	check_unmap("rtt_walk", "no table of level 2", BASE, 3, rmi_result(RMI_ERROR_RTT, 1),
		    BASE + 0x40000000);
	check_unmap("rtte_state", "not mapped, level 1", BASE, 1, rmi_result(RMI_ERROR_RTT, 1),
		    BASE + 0x40000000);
	check_unmap("rtte_state", "a TABLE, level 1", BASE + 0x40000000, 1, rmi_result(RMI_ERROR_RTT, 1),
		    BASE + 0x40000000);
	check_unmap("rtte_state", "a TABLE, level 2", BASE + 0x40000000, 2, rmi_result(RMI_ERROR_RTT, 2),
		    BASE + 0x40000000);
	check_unmap("rtte_state", "not mapped, level 3", BASE + 0x40000000, 3, rmi_result(RMI_ERROR_RTT, 3),
		    BASE + 0x40200000);
	check_unmap("rtt_walk", "nothing to the end of the table of level 2", BASE + 0x40200000, 3,
		    rmi_result(RMI_ERROR_RTT, 2), BASE + 0x80000000);
	conf_tables(&realm, PROTECTED, 3);
	c = unmap(PROTECTED, 3);
	conf_break2(&c, "ipa_bound", 2, PROTECTED, "rtte_state", 3, 3, RMI_ERROR_INPUT);
	c = unmap(BASE + 0x40000000, 3);
	conf_break_rd_first(&c, "rtte_state");
	/* A block that is asked for at a lower level: it doesn't go. */
	c = map(BASE + 0x40200000, 2, CONF_NS_PA | CONF_NS_ATTRIBUTES);
	conf_works(&c);
	check_unmap("rtt_walk", "a block, as a page", BASE + 0x40200000, 3, rmi_result(RMI_ERROR_RTT, 2),
		    BASE + 0x40200000);
	c = unmap(BASE + 0x40201000, 3);
	regs = conf_fails(&c, "rtt_walk", "the middle of a block", rmi_result(RMI_ERROR_RTT, 2));
	/* As in conf_rtt_destroy.c: B3.76 aligns, the table of outcomes has `ipa`. */
	conf_check_any("RMI_RTT_UNMAP_UNPROTECTED.rtt_walk", "the middle of a block: top", regs.x[1],
		       BASE + 0x40200000, BASE + 0x40201000);
	conf_check_kind("RWZYBV", "the block is still there", &realm, BASE + 0x40200000, 2, KIND_ASSIGNED_NS,
			CONF_NS_PA);
}

/* Mappings here and there: a host that walks along meets each of them, and the end. */
static void unmap_tops(void)
{
	static const unsigned int at[] = { 0, 7, 8, 200, 511 };

	conf_realm_make(&realm);
	conf_tables(&realm, BASE, 3);
	for (unsigned int i = 0; i < 5; i++)
		conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", "one of five pages",
			       host_rmi_rtt_map_unprotected(&rmm, realm.rd, BASE + at[i] * GRANULE_SIZE, 3,
							    CONF_NS_PA | CONF_NS_ATTRIBUTES));
	check_unmap("rtte_state", "entry 9 of 0, 7, 8, 200, 511", BASE + 9 * GRANULE_SIZE, 3,
		    rmi_result(RMI_ERROR_RTT, 3), BASE + 200 * GRANULE_SIZE);
	for (unsigned int i = 0; i < 5; i++) {
		const struct conf_command c = unmap(BASE + at[i] * GRANULE_SIZE, 3);
		uint64_t next = BASE + (i < 4 ? at[i + 1] : 512) * GRANULE_SIZE;

		conf_check("RMI_RTT_UNMAP_UNPROTECTED.top", conf_text("top from entry %u", at[i]),
			   conf_works(&c).x[1], next);
	}
}

CONF_GROUP(rtt_unprotected, .about = "RMI_RTT_MAP_UNPROTECTED, RMI_RTT_UNMAP_UNPROTECTED")
{
	conf_case(map_conditions);
	conf_case(map_attributes);
	conf_case(map_alignment);
	conf_case(map_walks);
	conf_case(lower_start);
	conf_case(unmap_conditions);
	conf_case(unmap_walks);
	conf_case(unmap_tops);
}
