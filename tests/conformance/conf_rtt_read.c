/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_READ_ENTRY: conditions, and what it says of each kind of entry wherever the walk ends (DEN0137 A5.5.5,
 * B4.3.20).
 */
#include "tables.h"

#define IPA ABI_U64(0x80000000)
#define UNPROTECTED (ABI_U64(1) << 39)

static struct conf_realm realm;

static void conditions(void)
{
	static const int64_t no_levels[] = { -1, -2, 4, 5, 0x100, 0x103, 0x100000003, INT64_MIN, INT64_MAX };
	struct conf_command good;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 3);
	good = (struct conf_command){ CONF_COMMAND(RMI_RTT_READ_ENTRY), { 0, realm.rd, IPA, 3 } };
	conf_break_rd(&good);
	for (unsigned int i = 0; i < sizeof(no_levels) / sizeof(no_levels[0]); i++)
		conf_break(&good, "level_bound", 3, (uint64_t)no_levels[i], RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, conf_ipa_end(&realm), RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, conf_ipa_end(&realm) + IPA, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, ABI_U64(1) << 63, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 2, ~(uint64_t)(GRANULE_SIZE - 1), RMI_ERROR_INPUT);
	for (int64_t level = 0; level <= 3; level++) {
		struct conf_command c = good;

		c.x[2] = 0;
		c.x[3] = (uint64_t)level;
		for (uint64_t off = 1; off < level_size(level); off <<= 4)
			conf_break(&c, "ipa_align", 2, off, RMI_ERROR_INPUT);
		conf_break(&c, "ipa_align", 2, level_size(level) / 2, RMI_ERROR_INPUT);
		conf_works(&c);
	}
	conf_works(&good);
}

static void levels_of_a_lower_start(void)
{
	struct conf_command c;

	conf_realm_make_as(&realm, 34, 2, 16);
	c = (struct conf_command){ CONF_COMMAND(RMI_RTT_READ_ENTRY), { 0, realm.rd, 0, 2 } };
	conf_break(&c, "level_bound", 3, 1, RMI_ERROR_INPUT);
	conf_break(&c, "level_bound", 3, 0, RMI_ERROR_INPUT);
	conf_works(&c);
}

/* Asked for at each level from above its own down to 3. */
static void seen_from(int64_t level, uint64_t ipa, enum conf_kind kind, uint64_t pa)
{
	for (int64_t asked = level; asked <= 3; asked++)
		conf_check_entry_is(kind_is_unprotected(kind) ? "RMI_RTT_READ_ENTRY.ripas_unprot"
							      : "RMI_RTT_READ_ENTRY.ripas_prot",
				    conf_text("%s at level %d, asked for level %d", kind_name(kind),
					      (int)level, (int)asked),
				    &realm, ipa, asked, level, kind_state(kind),
				    kind == KIND_ASSIGNED_NS ? pa | CONF_NS_ATTRIBUTES : pa,
				    kind_ripas(kind));
}

struct seen {
	int64_t level;
	enum conf_kind kind;
};

static void kinds(const void *argument)
{
	const struct seen *s = argument;
	uint64_t ipa = kind_is_unprotected(s->kind) ? UNPROTECTED : IPA, pa, rtt;

	conf_realm_make(&realm);
	pa = conf_fill(&realm, ipa, s->level + (s->level != 3), s->kind);
	if (s->level != 3) /* one level up, by folding */
		conf_expect_ok("RMI_RTT_FOLD", kind_name(s->kind),
			       host_rmi_rtt_fold(&rmm, realm.rd, ipa, s->level + 1, &rtt));
	seen_from(s->level, ipa, s->kind, pa);
}

static void all_kinds(void)
{
	for (int64_t level = 1; level <= 3; level++) {
		for (enum conf_kind kind = 0; kind < CONF_KINDS; kind++) {
			struct seen s = { level, kind };

			if (level > 1 || !kind_is_assigned(kind) || kind_is_unprotected(kind))
				conf_case_with(kinds, &s);
		}
	}
}

/* A path of tables, seen from each level; what is beside it, seen through it. */
static void tables(void)
{
	uint64_t rtts[4];

	conf_realm_make(&realm);
	for (int64_t level = 1; level <= 3; level++)
		rtts[level] = conf_table(&realm, IPA, level);
	for (int64_t level = 0; level < 3; level++)
		conf_check_entry_is("RMI_RTT_READ_ENTRY.state_prot", conf_text("TABLE, level %d", (int)level),
				    &realm, IPA & ~(level_size(level) - 1), level, level, RMI_TABLE,
				    rtts[level + 1], 0);
	conf_check_entry_is("RMI_RTT_READ_ENTRY.state", "its last page", &realm, IPA + 0x1ff000, 3, 3,
			    RMI_UNASSIGNED, 0, RMI_EMPTY);
	conf_check_entry_is("RMI_RTT_READ_ENTRY.state", "the page behind it", &realm, IPA + 0x200000, 3, 2,
			    RMI_UNASSIGNED, 0, RMI_EMPTY);
	conf_check_entry_is("RMI_RTT_READ_ENTRY.state", "the page behind the table of level 2", &realm,
			    IPA + 0x40000000, 3, 1, RMI_UNASSIGNED, 0, RMI_EMPTY);
	conf_check_entry_is("RMI_RTT_READ_ENTRY.state", "the page before it", &realm, IPA - GRANULE_SIZE, 3,
			    1, RMI_UNASSIGNED, 0, RMI_EMPTY);
	conf_check_entry_is("RMI_RTT_READ_ENTRY.state", "the last page of all", &realm,
			    conf_ipa_end(&realm) - GRANULE_SIZE, 3, 0, RMI_UNASSIGNED, 0, RMI_EMPTY);
}

/* Each starting table has its own entries: one page in each. */
static void concatenated(const void *argument)
{
	const unsigned int *g = argument; /* bits, level, tables */
	uint64_t each, pas[16];

	conf_realm_make_as(&realm, g[0], g[1], g[2]);
	each = level_size((int64_t)g[1] - 1);
	for (unsigned int i = 0; i < g[2] / 2; i++)
		pas[i] = conf_data(&realm, i * each + 0x5000);
	for (unsigned int i = 0; i < g[2] / 2; i++)
		conf_check_entry_is("RMI_RTT_READ_ENTRY.state",
				    conf_text("%u bits, a page in starting table %u of %u", g[0], i + 1,
					      g[2]),
				    &realm, i * each + 0x5000, 3, 3, RMI_ASSIGNED, pas[i], RMI_EMPTY);
	for (unsigned int i = g[2] / 2; i < g[2]; i++)
		conf_check_entry_is("RMI_RTT_READ_ENTRY.state",
				    conf_text("%u bits, nothing in table %u", g[0], i + 1), &realm,
				    i * each + 0x5000, 3, g[1], RMI_UNASSIGNED, 0, RMI_EMPTY);
}

CONF_GROUP(rtt_read, .about = "RMI_RTT_READ_ENTRY: conditions, each kind of entry from each level")
{
	static const unsigned int geometries[][3] = {
		{ 40, 1, 2 }, { 43, 1, 16 }, { 32, 2, 4 }, { 34, 2, 16 }
	};

	conf_case(conditions);
	conf_case(levels_of_a_lower_start);
	conf_case(all_kinds);
	conf_case(tables);
	for (unsigned int i = 0; i < sizeof(geometries) / sizeof(geometries[0]); i++)
		conf_case_with(concatenated, geometries[i]);
}
