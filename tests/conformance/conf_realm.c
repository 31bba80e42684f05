/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REALM_ACTIVATE and RMI_REALM_DESTROY: conditions, and what keeps a realm alive (DEN0137 A2.1.4, A2.1.5,
 * B4.3.8, B4.3.10). The state SYSTEM_OFF takes a realm that runs: conf_running.c.
 */
#include "commands.h"

static struct conf_realm realm;

static struct conf_command command(const char *name, uint64_t fid)
{
	return (struct conf_command){ name, fid, { 0, realm.rd } };
}
#define ACTIVATE command(CONF_COMMAND(RMI_REALM_ACTIVATE))
#define DESTROY command(CONF_COMMAND(RMI_REALM_DESTROY))

/* --- ACTIVATE ---------------------------------------------------------------------------------------- */

static void activate(void)
{
	struct conf_command good;

	conf_realm_make(&realm);
	good = ACTIVATE;
	conf_break_rd(&good);
	conf_works(&good); /* a realm needs no REC for it */
	conf_fails(&good, "realm_state", "the realm is ACTIVE", RMI_ERROR_REALM);
	conf_break_rd_first(&good, "realm_state");
	conf_realm_unmake(&realm);
}

/* What only a NEW realm can do ends with it, by the same condition in each command. */
static void activated(void)
{
	struct conf_rec rec;
	struct conf_command c;
	uint64_t data = conf_delegated(), source = conf_granule();

	conf_realm_make(&realm);
	conf_tables(&realm, 0, 3);
	conf_ram(&realm, 0, GRANULE_SIZE);
	conf_rec_prepare(&rec, &realm, 0);
	conf_expect_ok("RMI_REALM_ACTIVATE", "for the case", host_rmi_realm_activate(&rmm, realm.rd));

	c = (struct conf_command){ CONF_COMMAND(RMI_DATA_CREATE), { 0, realm.rd, data, 0, source, 0 } };
	conf_fails(&c, "realm_state", "the realm is ACTIVE", RMI_ERROR_REALM);
	conf_break_rd_first(&c, "realm_state");
	c = (struct conf_command){ CONF_COMMAND(RMI_RTT_INIT_RIPAS),
				   { 0, realm.rd, GRANULE_SIZE, 2 * GRANULE_SIZE } };
	conf_fails(&c, "realm_state", "the realm is ACTIVE", RMI_ERROR_REALM);
	conf_break_rd_first(&c, "realm_state");
	c = (struct conf_command){ CONF_COMMAND(RMI_REC_CREATE), { 0, realm.rd, rec.pa, rec.params_pa } };
	conf_fails(&c, "realm_state", "the realm is ACTIVE", RMI_ERROR_REALM);
	conf_break_rd_first(&c, "realm_state");

	conf_check_entry_is("RWZYBV", "the page that was not made", &realm, 0, 3, 3, RMI_UNASSIGNED, 0,
			    RMI_RAM);
	conf_check_entry_is("RWZYBV", "nor its neighbour made RAM", &realm, GRANULE_SIZE, 3, 3,
			    RMI_UNASSIGNED, 0, RMI_EMPTY);
	conf_rec_release(&rec);
	conf_take_back(data, 1);
}

/* --- DESTROY ----------------------------------------------------------------------------------------- */

static void check_free(const char *text)
{
	const struct conf_command good = DESTROY;
	unsigned int count = realm.params->rtt_num_start, back = 0;

	if (!conf_check_status("RMI_REALM_DESTROY", text, host_rmi_realm_destroy(&rmm, realm.rd),
			       RMI_SUCCESS))
		return;
	conf_fails(&good, "rd_state", "a second time", RMI_ERROR_INPUT);
	conf_check_status("RMI_REALM_DESTROY.rd_state", "its RD is DELEGATED",
			  host_rmi_granule_undelegate(&rmm, realm.rd), RMI_SUCCESS);
	for (unsigned int i = 0; i < count; i++)
		back += host_rmi_granule_undelegate(&rmm, realm.params->rtt_base + i * GRANULE_SIZE) ==
			RMI_SUCCESS;
	conf_check("RMI_REALM_DESTROY.rtt_state", "its tables that are DELEGATED", back, count);
}

static void destroy(void)
{
	struct conf_command good;

	conf_realm_make_as(&realm, 43, 1, 16);
	good = DESTROY;
	conf_break_rd(&good);
	check_free("a NEW realm");

	conf_realm_make_as(&realm, 34, 2, 16);
	conf_expect_ok("RMI_REALM_ACTIVATE", "for the case", host_rmi_realm_activate(&rmm, realm.rd));
	check_free("an ACTIVE realm");
}

/* It isn't destroyed now: whoever is broken about x1 comes first. */
static void check_live(const char *what)
{
	const struct conf_command c = DESTROY;

	conf_fails(&c, "realm_live", what, RMI_ERROR_REALM);
	conf_break_rd_first(&c, "realm_live");
}

static void live_rec(void)
{
	struct conf_rec recs[2];

	conf_realm_make(&realm);
	for (unsigned int i = 0; i < 2; i++)
		conf_rec_make(&recs[i], &realm, i);
	check_live("it has two RECs");
	conf_rec_unmake(&recs[0]);
	check_live("it has a REC");
	conf_rec_unmake(&recs[1]);
	check_free("its RECs are gone");
}

static void live_table(void)
{
	uint64_t rtt, top, ipa;

	conf_realm_make_as(&realm, 32, 2, 4);
	/* In each of the starting tables: none is overlooked. Of both halves. */
	for (ipa = 0x3fe00000; ipa < conf_ipa_end(&realm); ipa += 0x40000000) {
		conf_table(&realm, ipa, 3);
		check_live(conf_text("it has a table for 0x%lx", ipa));
		conf_expect_ok("RMI_RTT_DESTROY", "the only table",
			       host_rmi_rtt_destroy(&rmm, realm.rd, ipa, 3, &rtt, &top));
	}
	check_free("its tables are gone");
}

/* A block of data in the starting table, with no table below: DATA comes as pages only, which fold. */
static void live_block(void)
{
	uint64_t rtt, top, data;

	conf_realm_make_as(&realm, 32, 2, 4);
	conf_data_run(&realm, 0x200000);
	conf_expect_ok("RMI_RTT_FOLD", "512 pages", host_rmi_rtt_fold(&rmm, realm.rd, 0x200000, 3, &rtt));
	check_live("it has a block of data");
	conf_table(&realm, 0x200000, 3);
	for (uint64_t ipa = 0x200000; ipa < 0x400000; ipa += GRANULE_SIZE) {
		conf_expect_ok("RMI_DATA_DESTROY", conf_text("IPA 0x%lx", ipa),
			       host_rmi_data_destroy(&rmm, realm.rd, ipa, &data, &top));
		if (ipa == 0x3fe000)
			check_live("it has a page left");
	}
	conf_expect_ok("RMI_RTT_DESTROY", "the only table",
		       host_rmi_rtt_destroy(&rmm, realm.rd, 0x200000, 3, &rtt, &top));
	check_free("all of its data is gone");
}

/* Unprotected mappings own nothing: DYPSLW has ASSIGNED and TABLE, not ASSIGNED_NS. */
static void not_live(void)
{
	uint64_t pa = 0x80000000, attributes = 6 << 2 | 3 << 6;

	conf_realm_make_as(&realm, 32, 2, 4);
	conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", "a block of 2 MiB",
		       host_rmi_rtt_map_unprotected(&rmm, realm.rd, conf_unprotected(&realm), 2,
						    pa | attributes));
	conf_ram(&realm, 0, 0x40000000);
	check_free("with an unprotected mapping, and RIPAS RAM, but nothing owned");
}

CONF_GROUP(realm, .about = "RMI_REALM_ACTIVATE, RMI_REALM_DESTROY, liveness")
{
	conf_case(activate);
	conf_case(activated);
	conf_case(destroy);
	conf_case(live_rec);
	conf_case(live_table);
	conf_case(live_block);
	conf_case(not_live);
}
