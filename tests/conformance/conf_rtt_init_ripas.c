/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_INIT_RIPAS: conditions, and how far it goes (DEN0137 A5.2.4, B3.75, B4.3.18).
 */
#include "tables.h"

#define IPA ABI_U64(0x80000000) /* protected; aligned to 1 GiB */
#define END (ABI_U64(1) << 39)  /* of what is protected */
#define BLOCK ABI_U64(0x200000)

static struct conf_realm realm;

static struct conf_command command(uint64_t base, uint64_t top)
{
	return (struct conf_command){ CONF_COMMAND(RMI_RTT_INIT_RIPAS), { 0, realm.rd, base, top } };
}

static void reaches(const char *text, uint64_t base, uint64_t top, uint64_t out_top)
{
	const struct conf_command c = command(base, top);
	struct host_rmi_regs regs = conf_fails(&c, "out_top", text, RMI_SUCCESS);

	conf_check("RMI_RTT_INIT_RIPAS.out_top", conf_text("%s: out_top", text), regs.x[1], out_top);
}

static void stops(const char *condition, const char *text, uint64_t base, uint64_t top, unsigned int level)
{
	const struct conf_command c = command(base, top);

	conf_fails(&c, condition, text, rmi_result(RMI_ERROR_RTT, level));
}

/* --- Conditions -------------------------------------------------------------------------------------- */

static void conditions(void)
{
	struct conf_command good;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 3);
	good = command(IPA, IPA + 2 * GRANULE_SIZE);
	conf_break_rd(&good);
	conf_break(&good, "size_valid", 3, IPA, RMI_ERROR_INPUT);
	conf_break(&good, "size_valid", 3, IPA - GRANULE_SIZE, RMI_ERROR_INPUT);
	conf_break(&good, "size_valid", 3, GRANULE_SIZE, RMI_ERROR_INPUT);
	conf_break(&good, "size_valid", 3, 0, RMI_ERROR_INPUT);
	conf_break(&good, "top_bound", 3, END + GRANULE_SIZE, RMI_ERROR_INPUT);
	conf_break(&good, "top_bound", 3, conf_ipa_end(&realm), RMI_ERROR_INPUT);
	conf_break(&good, "top_bound", 3, ABI_U64(1) << 63, RMI_ERROR_INPUT);
	conf_break(&good, "top_bound", 3, ~(uint64_t)(GRANULE_SIZE - 1), RMI_ERROR_INPUT);
	conf_break(&good, "top_gran_align", 3, IPA + GRANULE_SIZE + 1, RMI_ERROR_INPUT);
	conf_break(&good, "top_gran_align", 3, IPA + GRANULE_SIZE + 0x800, RMI_ERROR_INPUT);
	/* A base that isn't aligned to a granule isn't to the entry of level 3 where the walk ends either. */
	conf_break(&good, "base_align", 2, IPA + 1, rmi_result(RMI_ERROR_RTT, 3));
	conf_break(&good, "base_align", 2, IPA + 0x800, rmi_result(RMI_ERROR_RTT, 3));
	conf_check("RMI_RTT_INIT_RIPAS.out_top", "all of the range", conf_works(&good).x[1],
		   IPA + 2 * GRANULE_SIZE);
	conf_check_kind("RMI_RTT_INIT_RIPAS.rtte_ripas", "the first page", &realm, IPA, 3, KIND_RAM, 0);
	conf_check_kind("RMI_RTT_INIT_RIPAS.rtte_ripas", "the last", &realm, IPA + GRANULE_SIZE, 3, KIND_RAM,
			0);
	conf_check_kind("RWZYBV", "the one behind", &realm, IPA + 2 * GRANULE_SIZE, 3, KIND_EMPTY, 0);
	reaches("a second time", IPA, IPA + 2 * GRANULE_SIZE, IPA + 2 * GRANULE_SIZE);
}

/* The walk ends at an entry of level 2, which a page is not. */
static void entries_too_large(void)
{
	struct conf_command c;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 2);
	stops("base_align", "the second page of an entry of level 2", IPA + GRANULE_SIZE, IPA + BLOCK, 2);
	stops("no_progress", "less than an entry of level 2", IPA, IPA + GRANULE_SIZE, 2);
	stops("no_progress", "all but a page of it", IPA, IPA + BLOCK - GRANULE_SIZE, 2);
	stops("no_progress", "less than an entry of level 1", IPA + 0x40000000, IPA + 0x40000000 + BLOCK, 1);
	stops("base_align", "from the middle of it", IPA + 0x60000000, IPA + 0x80000000, 1);
	c = command(IPA, IPA + GRANULE_SIZE);
	conf_break2(&c, "top_gran_align", 3, IPA + 0x800, "no_progress", 2, IPA, RMI_ERROR_INPUT);
	conf_break2(&c, "top_gran_align", 3, IPA + GRANULE_SIZE + 1, "no_progress", 2, IPA, RMI_ERROR_INPUT);
	conf_break_rd_first(&c, "no_progress");
	c = command(IPA + GRANULE_SIZE, IPA + BLOCK);
	conf_break_rd_first(&c, "base_align");
	conf_check_kind("RWZYBV", "the entry", &realm, IPA, 2, KIND_EMPTY, 0);
	reaches("a whole entry", IPA, IPA + BLOCK, IPA + BLOCK);
	conf_check_kind("RMI_RTT_INIT_RIPAS.rtte_ripas", "level 2", &realm, IPA, 2, KIND_RAM, 0);
	reaches("an entry and a part of the next", IPA + BLOCK, IPA + 2 * BLOCK + GRANULE_SIZE,
		IPA + 2 * BLOCK);
	reaches("a whole entry of level 1", IPA + 0x40000000, IPA + 0x80000000, IPA + 0x80000000);
	conf_check_kind("RMI_RTT_INIT_RIPAS.rtte_ripas", "level 1", &realm, IPA + 0x40000000, 1, KIND_RAM, 0);
}

static void assigned(void)
{
	struct conf_command c;
	struct host_rmi_regs regs;
	uint64_t pa;

	conf_realm_make(&realm);
	pa = conf_data(&realm, IPA + 4 * GRANULE_SIZE);
	stops("rtte_state", "a page that is ASSIGNED", IPA + 4 * GRANULE_SIZE, IPA + 8 * GRANULE_SIZE, 3);
	c = command(IPA + 4 * GRANULE_SIZE, IPA + 8 * GRANULE_SIZE);
	conf_break_rd_first(&c, "rtte_state");
	conf_check_kind("RWZYBV", "it", &realm, IPA + 4 * GRANULE_SIZE, 3, KIND_ASSIGNED_EMPTY, pa);
	reaches("up to that page", IPA, IPA + 4 * GRANULE_SIZE, IPA + 4 * GRANULE_SIZE);
	/* Over it: B3.75 has only a TABLE stop it, the condition is about the first entry (A5.3.5: UNASSIGNED). */
	c = command(IPA, IPA + 8 * GRANULE_SIZE);
	regs = conf_fails(&c, "out_top", "over a page that is ASSIGNED", RMI_SUCCESS);
	conf_check_any("RMI_RTT_INIT_RIPAS.out_top", "over a page that is ASSIGNED: out_top", regs.x[1],
		       IPA + 4 * GRANULE_SIZE, IPA + 8 * GRANULE_SIZE);
	conf_check_entry_is("RMI_RTT_INIT_RIPAS.rtte_ripas", "it is RAM if out_top is behind it", &realm,
			    IPA + 4 * GRANULE_SIZE, 3, 3, RMI_ASSIGNED, pa,
			    regs.x[1] > IPA + 4 * GRANULE_SIZE ? RMI_RAM : RMI_EMPTY);
}

/* Whatever the RIPAS was (A5.3.5: no dependency on it). */
static void destroyed(void)
{
	uint64_t data, top;

	conf_realm_make(&realm);
	conf_ram(&realm, IPA, IPA + BLOCK);
	conf_tables(&realm, IPA, 3);
	conf_data(&realm, IPA);
	conf_expect_ok("RMI_DATA_DESTROY", "a page of RAM",
		       host_rmi_data_destroy(&rmm, realm.rd, IPA, &data, &top));
	conf_check_kind("RMI_DATA_DESTROY.ripas_ram", "to begin with", &realm, IPA, 3, KIND_DESTROYED, 0);
	reaches("a page that is DESTROYED", IPA, IPA + GRANULE_SIZE, IPA + GRANULE_SIZE);
	conf_check_kind("RMI_RTT_INIT_RIPAS.rtte_ripas", "it", &realm, IPA, 3, KIND_RAM, 0);
	conf_destroyed(&realm, IPA, 3);
	reaches("an entry of level 2 that is DESTROYED", IPA, IPA + 2 * BLOCK, IPA + 2 * BLOCK);
	conf_check_kind("RMI_RTT_INIT_RIPAS.rtte_ripas", "it", &realm, IPA, 2, KIND_RAM, 0);
}

/* --- How far ----------------------------------------------------------------------------------------- */

static void progress(void)
{
	conf_realm_make(&realm);
	conf_tables(&realm, IPA + 5 * BLOCK, 3);
	reaches("to the TABLE at entry 5", IPA, IPA + 100 * BLOCK, IPA + 5 * BLOCK);
	reaches("to the end of that table", IPA + 5 * BLOCK, IPA + 100 * BLOCK, IPA + 6 * BLOCK);
	conf_check_table("RMI_RTT_INIT_RIPAS.rtte_ripas", "it", &realm, IPA + 5 * BLOCK, 3, KIND_RAM, 0);
	reaches("to the top", IPA + 6 * BLOCK, IPA + 100 * BLOCK, IPA + 100 * BLOCK);
	conf_check_kind("RWZYBV", "the entry behind", &realm, IPA + 100 * BLOCK, 2, KIND_EMPTY, 0);
	reaches("to the end of the table of level 2", IPA + 100 * BLOCK, IPA + 0x80000000, IPA + 0x40000000);
	reaches("to the end of what is protected", IPA + 0x40000000, END, END);
	conf_check_kind("RWZYBV", "nothing of what isn't", &realm, END, 0, KIND_NS, 0);
}

/* A level that starts: entries of each starting table. */
static void starting_tables(void)
{
	conf_realm_make_as(&realm, 34, 2, 16);
	for (uint64_t ipa = 0; ipa < conf_unprotected(&realm); ipa += 0x40000000) {
		const struct conf_command c = command(ipa, conf_unprotected(&realm));
		struct host_rmi_regs regs = conf_works(&c);

		conf_check("RMI_RTT_INIT_RIPAS.out_top", conf_text("from 0x%lx: the end of that table", ipa),
			   regs.x[1], ipa + 0x40000000);
	}
	conf_check_kind("RMI_RTT_INIT_RIPAS.rtte_ripas", "the last entry that is protected", &realm,
			conf_unprotected(&realm) - BLOCK, 2, KIND_RAM, 0);
	conf_check_kind("RWZYBV", "the first that isn't", &realm, conf_unprotected(&realm), 2, KIND_NS, 0);
	conf_realm_unmake(&realm);
}

CONF_GROUP(rtt_init_ripas, .about = "RMI_RTT_INIT_RIPAS: conditions, how far it goes")
{
	conf_case(conditions);
	conf_case(entries_too_large);
	conf_case(assigned);
	conf_case(destroyed);
	conf_case(progress);
	conf_case(starting_tables);
}
