/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_DESTROY: conditions, liveness, and the next live address (DEN0137 A5.5.8, A5.5.9, B4.3.16).
 */
#include "tables.h"

#define IPA ABI_U64(0x80000000) /* where a table of level 2 begins */
#define UNPROTECTED (ABI_U64(1) << 39)

static struct conf_realm realm;

static struct conf_command command(uint64_t ipa, int64_t level)
{
	return (struct conf_command){ CONF_COMMAND(RMI_RTT_DESTROY), { 0, realm.rd, ipa, (uint64_t)level } };
}

/* A failure, with its top. */
static void fails(const struct conf_command *c, const char *condition, const char *text, uint64_t expected,
		  uint64_t top)
{
	struct host_rmi_regs regs = conf_fails(c, condition, text, expected);

	conf_check(conf_text("%s.%s", c->name, condition), conf_text("%s: top", text), regs.x[2], top);
}

/* Success, with its outputs, and what becomes of the parent's entry. */
static void destroys(const char *text, uint64_t ipa, int64_t level, uint64_t rtt, uint64_t top)
{
	const struct conf_command c = command(ipa, level);
	struct host_rmi_regs regs = conf_works(&c);

	if (regs.x[0] != RMI_SUCCESS)
		return;
	conf_check("RMI_RTT_DESTROY.rtt", conf_text("%s: its address", text), regs.x[1], rtt);
	conf_check("RMI_RTT_DESTROY.top", conf_text("%s: top", text), regs.x[2], top);
	conf_check_delegated("RMI_RTT_DESTROY.rtt_state", text, rtt);
	if (ipa < conf_unprotected(&realm))
		conf_check_kind("RMI_RTT_DESTROY.ripas", text, &realm, ipa, level - 1, KIND_DESTROYED, 0);
}

/* --- Conditions -------------------------------------------------------------------------------------- */

/* Top is 0 whenever there was no walk. */
static void broken(const struct conf_command *good, const char *condition, unsigned int n, uint64_t bad)
{
	struct host_rmi_regs regs = conf_break(good, condition, n, bad, RMI_ERROR_INPUT);

	conf_check(conf_text("%s.%s", good->name, condition), conf_text("x%u = 0x%lx: top", n, bad),
		   regs.x[2], 0);
}

static void conditions(void)
{
	struct conf_command good;
	uint64_t rtt;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 2);
	rtt = conf_table(&realm, IPA, 3);
	good = command(IPA, 3);
	conf_break_rd(&good);
	broken(&good, "rd_align", 1, realm.rd + 1);
	broken(&good, "rd_bound", 1, CONF_NO_MEMORY);
	broken(&good, "rd_state", 1, conf_granule_in[CONF_UNDELEGATED]);
	for (unsigned int i = 0; i < CONF_NO_TABLE_LEVELS; i++)
		broken(&good, "level_bound", 3, (uint64_t)conf_no_table_levels[i]);
	for (uint64_t off = 1; off < 0x200000; off <<= 1)
		broken(&good, "ipa_align", 2, IPA + off);
	broken(&good, "ipa_bound", 2, conf_ipa_end(&realm));
	broken(&good, "ipa_bound", 2, ABI_U64(1) << 63);
	destroys("the only table of level 3", IPA, 3, rtt, IPA + 0x40000000);
	fails(&good, "rtte_state", "a second time", rmi_result(RMI_ERROR_RTT, 2), IPA + 0x40000000);
}

static void order(void)
{
	struct conf_command c;

	conf_realm_make(&realm);
	c = command(IPA, 3);
	conf_fails(&c, "rtt_walk", "no table of level 1", rmi_result(RMI_ERROR_RTT, 0));
	conf_break_rd_first(&c, "rtt_walk");
	for (unsigned int i = 0; i < CONF_NO_TABLE_LEVELS; i++)
		conf_break2(&c, "level_bound", 3, (uint64_t)conf_no_table_levels[i], "rtt_walk", 2, IPA,
			    RMI_ERROR_INPUT);
	conf_break2(&c, "ipa_bound", 2, conf_ipa_end(&realm), "rtt_walk", 3, 3, RMI_ERROR_INPUT);
	c = command(0, 1);
	conf_fails(&c, "rtte_state", "an entry that is UNASSIGNED", rmi_result(RMI_ERROR_RTT, 0));
	conf_break_rd_first(&c, "rtte_state");
	conf_tables(&realm, 0, 2);
	conf_fails(&c, "rtt_live", "a table with a table", rmi_result(RMI_ERROR_RTT, 1));
	conf_break_rd_first(&c, "rtt_live");
}

/* --- Liveness ---------------------------------------------------------------------------------------- */

static const unsigned int positions[] = { 0, 1, 300, 511 };
#define POSITIONS (sizeof(positions) / sizeof(positions[0]))

static void live(void)
{
	struct conf_command c;
	uint64_t data, top, rtt;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 2);
	for (unsigned int i = 0; i < POSITIONS; i++) {
		uint64_t page = IPA + positions[i] * GRANULE_SIZE;

		conf_tables(&realm, IPA, 3);
		rtt = conf_entry(&realm, IPA, 2).desc;
		conf_data(&realm, page);
		c = command(IPA, 3);
		fails(&c, "rtt_live", conf_text("entry %u is ASSIGNED", positions[i]),
		      rmi_result(RMI_ERROR_RTT, 3), IPA);
		c = command(IPA, 2);
		fails(&c, "rtt_live", "its parent has a TABLE", rmi_result(RMI_ERROR_RTT, 2), IPA);
		conf_check_kind("RWZYBV", "the page is still there", &realm, page, 3,
				i == 0 ? KIND_ASSIGNED_EMPTY : KIND_ASSIGNED_DESTROYED,
				conf_entry(&realm, page, 3).desc);
		conf_expect_ok("RMI_DATA_DESTROY", "the only page",
			       host_rmi_data_destroy(&rmm, realm.rd, page, &data, &top));
		destroys("all pages gone", IPA, 3, rtt, IPA + 0x40000000);
	}
}

/* No more live than it was, whatever else is in it: RIPAS, unprotected mappings (IMXJNY), a mixture (IMDFQN). */
static void not_live(const void *argument)
{
	const enum conf_kind *kind = argument;
	uint64_t ipa = kind_is_unprotected(*kind) ? UNPROTECTED : IPA, rtt;

	conf_realm_make(&realm);
	conf_fill(&realm, ipa, 3, *kind);
	rtt = conf_entry(&realm, ipa, 2).desc;
	destroys(conf_text("all of it %s", kind_name(*kind)), ipa, 3, rtt, ipa + 0x40000000);
	if (!kind_is_unprotected(*kind))
		return;
	conf_check_status(
		"RMI_RTT_DESTROY.rtte_state", "an unprotected entry is UNASSIGNED_NS: it can be mapped",
		host_rmi_rtt_map_unprotected(&rmm, realm.rd, ipa, 2, CONF_NS_PA | CONF_NS_ATTRIBUTES),
		RMI_SUCCESS);
}

static void not_lives(void)
{
	for (enum conf_kind kind = 0; kind < CONF_KINDS; kind++)
		if (!kind_is_assigned(kind) || kind_is_unprotected(kind))
			conf_case_with(not_live, &kind);
	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 3);
	conf_ram(&realm, IPA + 0x3000, IPA + 0x9000);
	destroys("a mixture of RIPAS", IPA, 3, conf_entry(&realm, IPA, 2).desc, IPA + 0x40000000);
}

static void levels(void)
{
	uint64_t rtt;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 2);
	rtt = conf_entry(&realm, IPA, 1).desc;
	destroys("level 2", IPA, 2, rtt, ABI_U64(1) << 39);
	rtt = conf_entry(&realm, 0, 0).desc;
	{
		const struct conf_command c = command(0, 1);
		struct host_rmi_regs regs = conf_works(&c);

		conf_check("RMI_RTT_DESTROY.rtt", "level 1: its address", regs.x[1], rtt);
		/* The starting table has 512 entries, two of them within 40 bits. */
		conf_check_any("RMI_RTT_DESTROY.top", "level 1: top", regs.x[2], ABI_U64(1) << 48,
			       ABI_U64(1) << 40);
		conf_check_kind("RMI_RTT_DESTROY.ripas", "level 1", &realm, 0, 0, KIND_DESTROYED, 0);
	}
}

/* --- The next live address --------------------------------------------------------------------------- */

/* Tables of level 3 at these entries of one of level 2; then, in order, what a host meets that walks along. */
static void tops(void)
{
	static const unsigned int at[] = { 3, 4, 100, 511 };
	struct conf_command c;
	uint64_t rtts[4], end = IPA + 0x40000000;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 2);
	for (unsigned int i = 0; i < 4; i++)
		rtts[i] = conf_table(&realm, IPA + at[i] * 0x200000, 3);
	c = command(IPA, 3);
	fails(&c, "rtte_state", "the next table is at entry 3", rmi_result(RMI_ERROR_RTT, 2),
	      IPA + 3 * 0x200000);
	c = command(IPA + 5 * 0x200000, 3);
	fails(&c, "rtte_state", "from entry 5 on, at entry 100", rmi_result(RMI_ERROR_RTT, 2),
	      IPA + 100 * 0x200000);
	for (unsigned int i = 0; i < 4; i++) {
		uint64_t next = i < 3 ? IPA + at[i + 1] * 0x200000 : end;

		destroys(conf_text("table %u of 4", i + 1), IPA + at[i] * 0x200000, 3, rtts[i], next);
	}
	c = command(IPA + 6 * 0x200000, 3);
	fails(&c, "rtte_state", "nothing is left in this table", rmi_result(RMI_ERROR_RTT, 2), end);
	c = command(IPA + 0x40000000, 3);
	fails(&c, "rtt_walk", "nor in the next of level 1, which has none", rmi_result(RMI_ERROR_RTT, 1),
	      ABI_U64(1) << 39);
	c = command(0, 3);
	fails(&c, "rtt_walk", "but from 0 on there is one of level 2", rmi_result(RMI_ERROR_RTT, 1), IPA);
}

/* Tables under both ends of each of four starting tables. */
static void concatenated(void)
{
	uint64_t rtts[8], ipas[8];

	conf_realm_make_as(&realm, 32, 2, 4);
	for (unsigned int i = 0; i < 8; i++) {
		ipas[i] = i / 2 * 0x40000000 + (i % 2 != 0 ? 0x3fe00000 : 0);
		rtts[i] = conf_table(&realm, ipas[i], 3);
	}
	for (unsigned int i = 0; i < 8; i++)
		destroys(conf_text("table %u of 8", i + 1), ipas[i], 3, rtts[i],
			 i < 7 ? ipas[i + 1] : conf_ipa_end(&realm));
	conf_realm_unmake(&realm);
}

/*
 * An address in a block, not at its beginning: the condition's walk_top is aligned to the block (B3.76), the
 * table of outcomes in B4.3.16.1.3 has `ipa`.
 */
static void middle(uint64_t ipa, uint64_t block)
{
	const struct conf_command c = command(ipa, 3);
	struct host_rmi_regs regs =
		conf_fails(&c, "rtt_walk", "the middle of a block", rmi_result(RMI_ERROR_RTT, 1));

	conf_check_any("RMI_RTT_DESTROY.rtt_walk", "the middle of a block: top", regs.x[2], block, ipa);
}

/* A block above the table's place is live itself. */
static void blocks(void)
{
	struct conf_command c;
	uint64_t rtt, top;

	conf_realm_make(&realm);
	conf_fill(&realm, IPA + 0x200000, 3, KIND_ASSIGNED_RAM);
	conf_expect_ok("RMI_RTT_FOLD", "512 pages",
		       host_rmi_rtt_fold(&rmm, realm.rd, IPA + 0x200000, 3, &rtt));
	c = command(IPA + 0x200000, 3);
	fails(&c, "rtte_state", "a block of data", rmi_result(RMI_ERROR_RTT, 2), IPA + 0x200000);
	c = command(IPA, 3);
	fails(&c, "rtte_state", "the entry before it", rmi_result(RMI_ERROR_RTT, 2), IPA + 0x200000);
	c = command(IPA, 2);
	fails(&c, "rtt_live", "a table with a block of data", rmi_result(RMI_ERROR_RTT, 2), IPA);

	conf_tables(&realm, UNPROTECTED, 1);
	conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", "a block of 1 GiB",
		       host_rmi_rtt_map_unprotected(&rmm, realm.rd, UNPROTECTED + 0x40000000, 1,
						    CONF_NS_PA | CONF_NS_ATTRIBUTES));
	c = command(UNPROTECTED + 0x40000000, 2);
	fails(&c, "rtte_state", "an unprotected block", rmi_result(RMI_ERROR_RTT, 1),
	      UNPROTECTED + 0x40000000);
	middle(UNPROTECTED + 0x60000000, UNPROTECTED + 0x40000000);
	c = command(UNPROTECTED, 2);
	fails(&c, "rtte_state", "the entry before it", rmi_result(RMI_ERROR_RTT, 1),
	      UNPROTECTED + 0x40000000);
	host_rmi_rtt_unmap_unprotected(&rmm, realm.rd, UNPROTECTED + 0x40000000, 1, &top);
}

CONF_GROUP(rtt_destroy, .about = "RMI_RTT_DESTROY: conditions, liveness, next live address")
{
	conf_case(conditions);
	conf_case(order);
	conf_case(live);
	conf_case(not_lives);
	conf_case(levels);
	conf_case(tops);
	conf_case(concatenated);
	conf_case(blocks);
}
