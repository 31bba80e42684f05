/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_CREATE (DEN0137 A5.5.7, B4.3.15).
 */
#include "tables.h"

#define IPA ABI_U64(0x80000000) /* protected; aligned to 1 GiB */

static struct conf_realm realm;

static struct conf_command begin(int64_t level)
{
	conf_realm_make(&realm);
	conf_tables(&realm, IPA, level - 1);
	return (struct conf_command){ CONF_COMMAND(RMI_RTT_CREATE),
				      { 0, realm.rd, conf_delegated(), IPA, (uint64_t)level } };
}

static void conditions(void)
{
	const struct conf_command good = begin(3);
	const uint64_t no_ipas[] = { conf_ipa_end(&realm), conf_ipa_end(&realm) + IPA, ABI_U64(1) << 48,
				     ABI_U64(1) << 63, ~(ABI_U64(0x200000) - 1) };

	conf_break_rd(&good);
	conf_break_granule(&good, "rtt", "rtt_state", 2, CONF_DELEGATED);
	for (unsigned int i = 0; i < CONF_NO_TABLE_LEVELS; i++)
		conf_break(&good, "level_bound", 4, (uint64_t)conf_no_table_levels[i], RMI_ERROR_INPUT);
	for (uint64_t off = 1; off < 0x200000; off <<= 1)
		conf_break(&good, "ipa_align", 3, IPA + off, RMI_ERROR_INPUT);
	for (unsigned int i = 0; i < sizeof(no_ipas) / sizeof(no_ipas[0]); i++)
		conf_break(&good, "ipa_bound", 3, no_ipas[i], RMI_ERROR_INPUT);
	conf_works(&good);
	conf_check_entry_is("RMI_RTT_CREATE.rtte_state", "the parent is a TABLE", &realm, IPA, 2, 2,
			    RMI_TABLE, good.x[2], 0);
	conf_check_in_use("RMI_RTT_CREATE.rtt_state", "the table", good.x[2]);
}

/* Alignment is that of an entry of the level above. */
static void alignment(void)
{
	for (int64_t level = 1; level <= 3; level++) {
		const struct conf_command good = begin(level);
		struct conf_command c = good;

		c.x[3] = 0;
		conf_break(&c, "ipa_align", 3, level_size(level), RMI_ERROR_INPUT);
		conf_break(&c, "ipa_align", 3, level_size(level - 1) / 2, RMI_ERROR_INPUT);
		if (level > 1)
			conf_works(&good);
		else
			conf_works(&c);
	}
}

/* The walk ends early, or too late; and what precedes that. */
static void walks(void)
{
	struct conf_command good = begin(1), c;

	for (int64_t level = 1; level <= 3; level++) {
		good.x[3] = 0;
		good.x[4] = (uint64_t)level;
		/* Nothing of what it needs is there. */
		for (int64_t deeper = level + 1; deeper <= 3; deeper++)
			conf_break(&good, "rtt_walk", 4, (uint64_t)deeper,
				   rmi_result(RMI_ERROR_RTT, (unsigned int)(level - 1)));
		conf_works(&good);
		/* It is there already. */
		c = good;
		c.x[2] = conf_delegated();
		conf_fails(&c, "rtte_state", conf_text("there is a table at level %d", (int)level),
			   rmi_result(RMI_ERROR_RTT, (unsigned int)(level - 1)));
		conf_break_rd_first(&c, "rtte_state");
		good.x[2] = c.x[2];
	}
	c = good;
	c.x[3] = ABI_U64(1) << 39; /* the upper half, where there is no table */
	conf_fails(&c, "rtt_walk", "no table of level 1 in the upper half", rmi_result(RMI_ERROR_RTT, 0));
	conf_break_rd_first(&c, "rtt_walk");
	for (unsigned int i = 0; i < CONF_NO_TABLE_LEVELS; i++)
		conf_break2(&c, "level_bound", 4, (uint64_t)conf_no_table_levels[i], "rtt_walk", 3, c.x[3],
			    RMI_ERROR_INPUT);
	conf_break2(&c, "ipa_bound", 3, conf_ipa_end(&realm), "rtt_walk", 4, 3, RMI_ERROR_INPUT);
	conf_break2(&c, "ipa_bound", 3, conf_ipa_end(&realm) * 2, "rtt_walk", 4, 2, RMI_ERROR_INPUT);
}

/* A realm that starts lower has no tables above. */
static void starting_levels(void)
{
	static const struct {
		unsigned int bits, count;
		int64_t level;
	} realms[] = { { 40, 2, 1 }, { 39, 1, 1 }, { 32, 4, 2 }, { 34, 16, 2 } };

	for (unsigned int i = 0; i < sizeof(realms) / sizeof(realms[0]); i++) {
		struct conf_command good;

		conf_realm_make_as(&realm, realms[i].bits, realms[i].level, realms[i].count);
		good = (struct conf_command){ CONF_COMMAND(RMI_RTT_CREATE),
					      { 0, realm.rd, conf_delegated(), 0,
						(uint64_t)(realms[i].level + 1) } };
		for (int64_t level = -1; level <= realms[i].level; level++)
			conf_break(&good, "level_bound", 4, (uint64_t)level, RMI_ERROR_INPUT);
		/* At both ends of each of the starting tables. */
		for (uint64_t ipa = 0; ipa < conf_ipa_end(&realm); ipa += level_size(realms[i].level - 1)) {
			uint64_t last = ipa + level_size(realms[i].level - 1) - level_size(realms[i].level);

			if (last >= conf_ipa_end(&realm))
				last = conf_ipa_end(&realm) - level_size(realms[i].level);
			good.x[3] = ipa;
			conf_works(&good);
			conf_check_entry_is("RMI_RTT_CREATE.rtte_addr", conf_text("IPA 0x%lx", ipa), &realm,
					    ipa, realms[i].level, realms[i].level, RMI_TABLE, good.x[2], 0);
			good.x[2] = conf_delegated();
			good.x[3] = last;
			conf_works(&good);
			conf_check_entry_is("RMI_RTT_CREATE.rtte_addr", conf_text("IPA 0x%lx", last), &realm,
					    last, realms[i].level, realms[i].level, RMI_TABLE, good.x[2], 0);
			good.x[2] = conf_delegated();
		}
	}
}

/* --- Unfolding --------------------------------------------------------------------------------------- */

struct unfold {
	int64_t level; /* of the new table */
	enum conf_kind kind;
};

/*
 * The parent's entry of each kind: what it says becomes what all entries of the new table say. It gets to be so by
 * folding a table of that kind.
 */
static void unfold(const void *argument)
{
	const struct unfold *u = argument;
	struct conf_command good;
	const char *text = conf_text("level %d", (int)u->level);
	uint64_t base = kind_is_unprotected(u->kind) ? ABI_U64(1) << 39 : 0, pa, rtt;

	conf_realm_make(&realm);
	pa = conf_fill(&realm, base, u->level, u->kind);
	conf_expect_ok("RMI_RTT_FOLD", kind_name(u->kind),
		       host_rmi_rtt_fold(&rmm, realm.rd, base, u->level, &rtt));
	conf_check_kind("RMI_RTT_FOLD", "the parent to start with", &realm, base, u->level - 1, u->kind, pa);
	good = (struct conf_command){ CONF_COMMAND(RMI_RTT_CREATE),
				      { 0, realm.rd, rtt, base, (uint64_t)u->level } };
	conf_leave_unless(conf_works(&good).x[0] == RMI_SUCCESS);
	conf_check_entry_is("RMI_RTT_CREATE.rtte_state", text, &realm, base, u->level - 1, u->level - 1,
			    RMI_TABLE, rtt, 0);
	conf_check_table(kind_is_assigned(u->kind) ? "RMI_RTT_CREATE.rtte_c_addr"
						   : "RMI_RTT_CREATE.rtte_c_state",
			 text, &realm, base, u->level, u->kind, pa);
	conf_check_entry_is("RWZYBV", conf_text("%s: the parent's next entry", text), &realm,
			    base + level_size(u->level - 1), u->level - 1, u->level - 1, RMI_UNASSIGNED, 0,
			    RMI_EMPTY);
}

static void unfolds(void)
{
	for (int64_t level = 2; level <= 3; level++) {
		for (enum conf_kind kind = 0; kind < CONF_KINDS; kind++) {
			struct unfold u = { level, kind };

			if (level == 3 || !kind_is_assigned(kind) || kind_is_unprotected(kind))
				conf_case_with(unfold, &u);
		}
	}
}

/* From an entry of level 0, which is UNASSIGNED or UNASSIGNED_NS, or a TABLE (IQWQSB). */
static void unfold_level_1(void)
{
	const struct conf_command good = begin(1);
	struct conf_command c = good;

	c.x[3] = 0;
	conf_works(&c);
	conf_check_table("RMI_RTT_CREATE.rtte_c_state", "level 1", &realm, 0, 1, KIND_EMPTY, 0);
	c.x[2] = conf_delegated();
	c.x[3] = ABI_U64(1) << 39;
	conf_works(&c);
	conf_check_table("RMI_RTT_CREATE.rtte_c_state", "level 1", &realm, c.x[3], 1, KIND_NS, 0);
}

CONF_GROUP(rtt_create, .about = "RMI_RTT_CREATE: conditions, walks, unfolding")
{
	conf_case(conditions);
	conf_case(alignment);
	conf_case(walks);
	conf_case(starting_levels);
	conf_case(unfolds);
	conf_case(unfold_level_1);
}
