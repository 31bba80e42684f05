/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_DATA_CREATE, RMI_DATA_CREATE_UNKNOWN, RMI_DATA_DESTROY (DEN0137 A5.2.4, A5.3.5, B4.3.1 to B4.3.3). What is
 * measured: conf_measurement.c. What a realm finds in its pages: conf_data_content.c.
 */
#include "tables.h"

#define IPA ABI_U64(0x80000000) /* protected; aligned to 1 GiB */
#define BLOCK ABI_U64(0x200000)

static struct conf_realm realm;

/* The two creations have most of their conditions in common. */
struct creation {
	const char *name;
	uint64_t fid;
};
static const struct creation creations[] = {
	{ CONF_COMMAND(RMI_DATA_CREATE) },
	{ CONF_COMMAND(RMI_DATA_CREATE_UNKNOWN) },
};
#define HAS_SOURCE(c) ((c)->fid == RMI_DATA_CREATE) /* and measures */

static struct conf_command command(const struct creation *creation, uint64_t ipa)
{
	return (struct conf_command){ creation->name,
				      creation->fid,
				      { 0, realm.rd, conf_delegated(), ipa,
					HAS_SOURCE(creation) ? conf_granule() : 0, 0 } };
}

/* What is there after a creation where the RIPAS was `ripas`. */
static void check_created(const struct conf_command *good, uint64_t ripas_before)
{
	uint64_t ripas = HAS_SOURCE(good) ? RMI_RAM : ripas_before;

	conf_check_entry_is(conf_text("%s.rtte_addr", good->name),
			    conf_text("ASSIGNED, RIPAS was %lu", ripas_before), &realm, good->x[3], 3, 3,
			    RMI_ASSIGNED, good->x[2], ripas);
	conf_check_in_use(conf_text("%s.data_state", good->name), "its granule", good->x[2]);
}

static void create_conditions(const void *argument)
{
	struct conf_command good;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 3);
	conf_tables(&realm, conf_unprotected(&realm), 3);
	good = command(argument, IPA);
	conf_break_rd(&good);
	conf_break_granule(&good, "data", "data_state", 2, CONF_DELEGATED);
	if (HAS_SOURCE(&good)) {
		conf_break_ns(&good, "src", 4);
		conf_break(&good, "data_state", 2, good.x[4], RMI_ERROR_INPUT);
		conf_break(&good, "src_pas", 4, good.x[2], RMI_ERROR_INPUT);
	}
	conf_break(&good, "ipa_align", 3, IPA + 1, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_align", 3, IPA + 0x800, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 3, conf_unprotected(&realm), RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 3, conf_ipa_end(&realm), RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 3, IPA | ABI_U64(1) << 48, RMI_ERROR_INPUT);
	conf_break(&good, "ipa_bound", 3, IPA | ABI_U64(1) << 63, RMI_ERROR_INPUT);
	conf_break(&good, "rtt_walk", 3, IPA + BLOCK, rmi_result(RMI_ERROR_RTT, 2));
	conf_works(&good);
	check_created(&good, RMI_EMPTY);
	conf_fails(&good, "data_state", "a second time", RMI_ERROR_INPUT);
	good.x[2] = conf_delegated();
	conf_fails(&good, "rtte_state", "another granule at the same IPA", rmi_result(RMI_ERROR_RTT, 3));
	conf_break_rd_first(&good, "rtte_state");
	good.x[3] = IPA + GRANULE_SIZE;
	conf_works(&good);
}

static void create_walks(const void *argument)
{
	struct conf_command c;

	conf_realm_make(&realm);
	c = command(argument, IPA);
	for (int64_t have = 0; have < 3; have++) {
		conf_tables(&realm, IPA, have);
		conf_fails(&c, "rtt_walk", conf_text("tables down to level %d", (int)have),
			   rmi_result(RMI_ERROR_RTT, (unsigned int)have));
	}
	conf_break_rd_first(&c, "rtt_walk");
	/* The unprotected half has no tables here, and then no entry that is UNASSIGNED. */
	conf_break(&c, "[ipa_bound<rtt_walk]", 3, conf_unprotected(&realm), RMI_ERROR_INPUT);
	conf_break(&c, "[ipa_bound<rtt_walk]", 3, conf_ipa_end(&realm), RMI_ERROR_INPUT);
	conf_tables(&realm, conf_unprotected(&realm), 3);
	conf_break(&c, "[ipa_bound<rtte_state]", 3, conf_unprotected(&realm), RMI_ERROR_INPUT);
	conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", "a page",
		       host_rmi_rtt_map_unprotected(&rmm, realm.rd, conf_unprotected(&realm), 3,
						    CONF_NS_PA | CONF_NS_ATTRIBUTES));
	conf_break(&c, "[ipa_bound<rtte_state]", 3, conf_unprotected(&realm), RMI_ERROR_INPUT);
	conf_tables(&realm, IPA, 3);
	conf_works(&c);
}

/* Where there is a block already. */
static void create_in_block(const void *argument)
{
	struct conf_command c;
	uint64_t rtt;

	conf_realm_make(&realm);
	conf_fill(&realm, IPA, 3, KIND_ASSIGNED_EMPTY);
	conf_expect_ok("RMI_RTT_FOLD", "512 pages", host_rmi_rtt_fold(&rmm, realm.rd, IPA, 3, &rtt));
	c = command(argument, IPA);
	conf_fails(&c, "rtt_walk", "a block of data is there", rmi_result(RMI_ERROR_RTT, 2));
	c.x[3] = IPA + GRANULE_SIZE;
	conf_fails(&c, "rtt_walk", "at its second page", rmi_result(RMI_ERROR_RTT, 2));
}

/* It succeeds on an entry of each RIPAS (A5.3.5). */
static void create_on(const struct creation *creation, uint64_t ripas)
{
	static const enum conf_kind kinds[] = { KIND_EMPTY, KIND_RAM, KIND_DESTROYED };
	struct conf_command good;

	conf_realm_make(&realm);
	conf_fill(&realm, IPA, 3, kinds[ripas]);
	good = command(creation, IPA + 9 * GRANULE_SIZE);
	conf_works(&good);
	check_created(&good, ripas);
	conf_check_kind("RWZYBV", "the page before", &realm, IPA + 8 * GRANULE_SIZE, 3, kinds[ripas], 0);
	conf_check_kind("RWZYBV", "the page behind", &realm, IPA + 10 * GRANULE_SIZE, 3, kinds[ripas], 0);
}

static void create_on_ripas(const void *argument)
{
	for (uint64_t ripas = RMI_EMPTY; ripas <= RMI_DESTROYED; ripas++)
		create_on(argument, ripas);
}

/* At both ends of what is protected, and with flags. */
static void create_edges(const void *argument)
{
	struct conf_command good;

	conf_realm_make(&realm);
	conf_tables(&realm, 0, 3);
	conf_tables(&realm, conf_unprotected(&realm) - GRANULE_SIZE, 3);
	good = command(argument, 0);
	conf_works(&good);
	check_created(&good, RMI_EMPTY);
	good = command(argument, conf_unprotected(&realm) - GRANULE_SIZE);
	if (HAS_SOURCE(&good))
		good.x[5] = RMI_DATA_FLAG_MEASURE;
	conf_works(&good);
	check_created(&good, RMI_EMPTY);
}

/* Only DATA_CREATE needs a NEW realm. */
static void create_active(void)
{
	struct conf_command c;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 3);
	conf_expect_ok("RMI_REALM_ACTIVATE", "for the case", host_rmi_realm_activate(&rmm, realm.rd));
	c = command(&creations[0], IPA);
	conf_fails(&c, "realm_state", "the realm is ACTIVE", RMI_ERROR_REALM);
	c = command(&creations[1], IPA);
	conf_works(&c);
	check_created(&c, RMI_EMPTY);
}

/* --- DESTROY ----------------------------------------------------------------------------------------- */

static struct conf_command destroy(uint64_t ipa)
{
	return (struct conf_command){ CONF_COMMAND(RMI_DATA_DESTROY), { 0, realm.rd, ipa } };
}

static void broken(const struct conf_command *good, const char *condition, unsigned int n, uint64_t bad)
{
	struct host_rmi_regs regs = conf_break(good, condition, n, bad, RMI_ERROR_INPUT);

	conf_check(conf_text("%s.%s", good->name, condition), conf_text("x%u = 0x%lx: top", n, bad),
		   regs.x[2], 0);
}

static void destroy_conditions(void)
{
	struct conf_command good;
	struct host_rmi_regs regs;
	uint64_t pa;

	conf_realm_make(&realm);
	pa = conf_data(&realm, IPA);
	conf_tables(&realm, conf_unprotected(&realm), 3);
	good = destroy(IPA);
	conf_break_rd(&good);
	broken(&good, "rd_align", 1, realm.rd + 8);
	broken(&good, "rd_bound", 1, CONF_NO_MEMORY);
	broken(&good, "rd_state", 1, conf_granule_in[CONF_DATA]);
	broken(&good, "ipa_align", 2, IPA + 1);
	broken(&good, "ipa_align", 2, IPA + 0x800);
	broken(&good, "ipa_bound", 2, conf_unprotected(&realm));
	broken(&good, "ipa_bound", 2, conf_ipa_end(&realm));
	broken(&good, "ipa_bound", 2, IPA | ABI_U64(1) << 63);
	regs = conf_works(&good);
	conf_check("RMI_DATA_DESTROY.data", "the granule", regs.x[1], pa);
	conf_check("RMI_DATA_DESTROY.top", "nothing else in this table", regs.x[2], IPA + BLOCK);
	conf_check_delegated("RMI_DATA_DESTROY.data_state", "the granule", pa);
	regs = conf_fails(&good, "rtte_state", "a second time", rmi_result(RMI_ERROR_RTT, 3));
	conf_check("RMI_DATA_DESTROY.rtte_state", "a second time: top", regs.x[2], IPA + BLOCK);
	conf_break_rd_first(&good, "rtte_state");
}

static void destroy_order(void)
{
	struct conf_command c;
	uint64_t up;

	conf_realm_make(&realm);
	up = conf_unprotected(&realm);
	c = destroy(IPA);
	conf_fails(&c, "rtt_walk", "no tables", rmi_result(RMI_ERROR_RTT, 0));
	conf_break_rd_first(&c, "rtt_walk");
	conf_break(&c, "[ipa_bound<rtt_walk]", 2, up, RMI_ERROR_INPUT);
	conf_break(&c, "[ipa_bound<rtt_walk]", 2, conf_ipa_end(&realm), RMI_ERROR_INPUT);
	conf_tables(&realm, up, 3);
	conf_break(&c, "[ipa_bound<rtte_state]", 2, up, RMI_ERROR_INPUT);
	conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", "a page",
		       host_rmi_rtt_map_unprotected(&rmm, realm.rd, up, 3, CONF_NS_PA | CONF_NS_ATTRIBUTES));
	conf_break(&c, "[ipa_bound<rtte_state]", 2, up, RMI_ERROR_INPUT);
	conf_check_kind("RWZYBV", "the unprotected page", &realm, up, 3, KIND_ASSIGNED_NS, CONF_NS_PA);
}

/* EMPTY stays, RAM becomes DESTROYED (A5.3.5); so does what was DESTROYED before. */
static void destroy_ripas(void)
{
	static const struct {
		enum conf_kind before, after;
	} rows[] = { { KIND_ASSIGNED_EMPTY, KIND_EMPTY },
		     { KIND_ASSIGNED_RAM, KIND_DESTROYED },
		     { KIND_ASSIGNED_DESTROYED, KIND_DESTROYED } };

	for (unsigned int i = 0; i < 3; i++) {
		uint64_t pa;

		conf_realm_make(&realm);
		pa = conf_fill(&realm, IPA, 3, rows[i].before);
		conf_check_status("RMI_DATA_DESTROY", kind_name(rows[i].before),
				  host_rmi_call(&rmm, RMI_DATA_DESTROY, realm.rd, IPA, 0, 0, 0).x[0],
				  RMI_SUCCESS);
		conf_check_kind("IHLHZS", conf_text("from %s", kind_name(rows[i].before)), &realm, IPA, 3,
				rows[i].after, 0);
		conf_check_kind("RWZYBV", "the page behind", &realm, IPA + GRANULE_SIZE, 3, rows[i].before,
				pa + GRANULE_SIZE);
	}
}

static void check_destroy(const char *condition, const char *text, uint64_t ipa, unsigned int level,
			  uint64_t top)
{
	const struct conf_command c = destroy(ipa);
	struct host_rmi_regs regs = conf_fails(&c, condition, text, rmi_result(RMI_ERROR_RTT, level));

	conf_check(conf_text("RMI_DATA_DESTROY.%s", condition), conf_text("%s: top", text), regs.x[2], top);
}

/* Pages here and there, met in order by a host that walks along. */
static void destroy_tops(void)
{
	static const unsigned int at[] = { 2, 3, 77, 511 };

	conf_realm_make(&realm);
	for (unsigned int i = 0; i < 4; i++)
		conf_data(&realm, IPA + at[i] * GRANULE_SIZE);
	conf_tables(&realm, IPA + 9 * BLOCK, 3);
	check_destroy("rtte_state", "before entry 2 of 2, 3, 77, 511", IPA, 3, IPA + 2 * GRANULE_SIZE);
	check_destroy("rtte_state", "before entry 77", IPA + 4 * GRANULE_SIZE, 3, IPA + 77 * GRANULE_SIZE);
	for (unsigned int i = 0; i < 4; i++) {
		const struct conf_command c = destroy(IPA + at[i] * GRANULE_SIZE);

		conf_check("RMI_DATA_DESTROY.top", conf_text("top from entry %u", at[i]), conf_works(&c).x[2],
			   IPA + (i < 3 ? at[i + 1] : 512) * GRANULE_SIZE);
	}
	check_destroy("rtt_walk", "no table at entry 1 of level 2; one at entry 9", IPA + BLOCK, 2,
		      IPA + 9 * BLOCK);
	check_destroy("rtt_walk", "none behind that", IPA + 10 * BLOCK, 2, IPA + 0x40000000);
	check_destroy("rtt_walk", "none of level 2", IPA + 0x40000000, 1, ABI_U64(1) << 39);
}

static void destroy_block(void)
{
	struct conf_command c;
	struct host_rmi_regs regs;
	uint64_t pa, rtt;

	conf_realm_make(&realm);
	pa = conf_fill(&realm, IPA + BLOCK, 3, KIND_ASSIGNED_RAM);
	conf_expect_ok("RMI_RTT_FOLD", "512 pages", host_rmi_rtt_fold(&rmm, realm.rd, IPA + BLOCK, 3, &rtt));
	check_destroy("rtt_walk", "a block", IPA + BLOCK, 2, IPA + BLOCK);
	check_destroy("rtt_walk", "the entry before it", IPA, 2, IPA + BLOCK);
	c = destroy(IPA + BLOCK + 5 * GRANULE_SIZE);
	regs = conf_fails(&c, "rtt_walk", "the middle of a block", rmi_result(RMI_ERROR_RTT, 2));
	/* B3.76 aligns; the table of outcomes in B4.3.3.1.3 has `ipa`. */
	conf_check_any("RMI_DATA_DESTROY.rtt_walk", "the middle of a block: top", regs.x[2], IPA + BLOCK,
		       IPA + BLOCK + 5 * GRANULE_SIZE);
	conf_check_kind("RWZYBV", "the block", &realm, IPA + BLOCK, 2, KIND_ASSIGNED_RAM, pa);
}

CONF_GROUP(data, .about = "RMI_DATA_CREATE, RMI_DATA_CREATE_UNKNOWN, RMI_DATA_DESTROY")
{
	for (unsigned int i = 0; i < 2; i++) {
		conf_case_with(create_conditions, &creations[i]);
		conf_case_with(create_walks, &creations[i]);
		conf_case_with(create_in_block, &creations[i]);
		conf_case_with(create_on_ripas, &creations[i]);
		conf_case_with(create_edges, &creations[i]);
	}
	conf_case(create_active);
	conf_case(destroy_conditions);
	conf_case(destroy_order);
	conf_case(destroy_ripas);
	conf_case(destroy_tops);
	conf_case(destroy_block);
}
