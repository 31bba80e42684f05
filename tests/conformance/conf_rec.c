/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REC_CREATE, RMI_REC_DESTROY, RMI_REC_AUX_COUNT (DEN0137 A2.3, B4.3.11 to B4.3.13). What takes a REC that runs:
 * conf_running.c.
 */
#include "tables.h"

static struct conf_realm realm;
static struct conf_rec rec;

static struct conf_command begin(unsigned int index)
{
	conf_rec_prepare(&rec, &realm, index);
	return (struct conf_command){ CONF_COMMAND(RMI_REC_CREATE), { 0, realm.rd, rec.pa, rec.params_pa } };
}

/* --- CREATE ------------------------------------------------------------------------------------------ */

static void create_conditions(void)
{
	struct conf_command good;
	unsigned int in_use = 0;

	conf_realm_make(&realm);
	good = begin(0);
	conf_break_rd(&good);
	conf_break_granule(&good, "rec", "rec_state", 2, CONF_DELEGATED);
	conf_break_ns(&good, "params", 3);
	conf_works(&good);
	conf_check_in_use("RMI_REC_CREATE.rec_gran_state", "the REC", rec.pa);
	for (unsigned int i = 0; i < rec.aux_count; i++)
		in_use += host_rmi_granule_undelegate(&rmm, rec.params->aux[i]) == RMI_ERROR_INPUT;
	conf_check("RMI_REC_CREATE.rec_aux_state", "auxiliary granules in use", in_use, rec.aux_count);
	conf_fails(&good, "rec_state", "a second time", RMI_ERROR_INPUT);
	conf_rec_unmake(&rec);
}

static void mpidr_order(void)
{
	static const uint64_t not_zero[] = { 1, 2, 0xf, 0x100, 0x10000, 0x1000000, 0xff0f, 0xffffff0f };
	struct conf_command good;

	conf_realm_make(&realm);
	good = begin(0);
	for (unsigned int i = 0; i < sizeof(not_zero) / sizeof(not_zero[0]); i++) {
		rec.params->mpidr = not_zero[i];
		conf_fails(&good, "mpidr_index", conf_text("the first REC as 0x%lx", not_zero[i]),
			   RMI_ERROR_INPUT);
	}
	rec.params->mpidr = 0;
	conf_works(&good);
	good = begin(1);
	rec.params->mpidr = 0;
	conf_fails(&good, "mpidr_index", "the second as the first", RMI_ERROR_INPUT);
	rec.params->mpidr = 2;
	conf_fails(&good, "mpidr_index", "the second as the third", RMI_ERROR_INPUT);
	rec.params->mpidr = 0x100;
	conf_fails(&good, "mpidr_index", "the second as the seventeenth", RMI_ERROR_INPUT);
	rec.params->mpidr = 1;
	conf_works(&good);
}

/* Aff0 has four bits: the seventeenth REC is 0.0.1.0. */
static void mpidr_carry(void)
{
	struct conf_command good;

	conf_realm_make(&realm);
	for (unsigned int i = 0; i < 16; i++)
		conf_rec_make(&rec, &realm, i);
	good = begin(16);
	rec.params->mpidr = 16;
	conf_fails(&good, "mpidr_index", "the seventeenth as 0.0.0.16: Aff0[7:4] is no part of it",
		   RMI_ERROR_INPUT);
	rec.params->mpidr = 0x10000;
	conf_fails(&good, "mpidr_index", "as 0.1.0.0", RMI_ERROR_INPUT);
	rec.params->mpidr = 0x100;
	conf_works(&good);
}

/* The index goes up and never down, whichever RECs are destroyed in between. */
static void index_grows(void)
{
	struct conf_rec first;
	struct conf_command good;

	conf_realm_make(&realm);
	conf_rec_make(&first, &realm, 0);
	conf_rec_unmake(&first);
	good = begin(0);
	conf_fails(&good, "mpidr_index", "0 after REC 0 has come and gone", RMI_ERROR_INPUT);
	rec.params->mpidr = 1;
	conf_works(&good);
}

static void aux_number(void)
{
	struct conf_command good;

	conf_realm_make(&realm);
	good = begin(0);
	for (uint64_t n = 0; n <= RMI_MAX_AUX + 1; n++) {
		if (n == rec.aux_count)
			continue;
		rec.params->num_aux = n;
		conf_fails(&good, "num_aux", conf_text("%lu of %lu", n, rec.aux_count), RMI_ERROR_INPUT);
	}
	rec.params->num_aux = rec.aux_count | ABI_U64(1) << 32;
	conf_fails(&good, "num_aux", "bit 32 too", RMI_ERROR_INPUT);
	rec.params->num_aux = ~ABI_U64(0);
	conf_fails(&good, "num_aux", "all ones", RMI_ERROR_INPUT);
	rec.params->num_aux = rec.aux_count;
	conf_works(&good);
}

/* Each auxiliary granule in turn is something else. */
static void aux_one(const struct conf_command *good, unsigned int i)
{
	static const uint64_t no_memory[] = { 0, CONF_NO_MEMORY, CONF_BEYOND_MEMORY };
	uint64_t right = rec.params->aux[i], *aux = &rec.params->aux[i];

	*aux = right + 8;
	conf_fails(good, "aux_align", conf_text("aux[%u] + 8", i), RMI_ERROR_INPUT);
	*aux = right + 0x800;
	conf_fails(good, "aux_align", conf_text("aux[%u] + 0x800", i), RMI_ERROR_INPUT);
	for (unsigned int k = 0; k < 3; k++) {
		*aux = no_memory[k];
		conf_fails(good, "aux_state", conf_text("aux[%u] = 0x%lx", i, *aux), RMI_ERROR_INPUT);
	}
	*aux = rec.pa;
	conf_fails(good, "aux_alias", conf_text("aux[%u] is the REC", i), RMI_ERROR_INPUT);
	for (unsigned int k = 0; k < i; k++) {
		*aux = rec.params->aux[k];
		conf_fails(good, "aux_alias", conf_text("aux[%u] is aux[%u]", i, k), RMI_ERROR_INPUT);
	}
	for (enum conf_state s = 0; s < CONF_STATES; s++) {
		if (s == CONF_DELEGATED)
			continue;
		*aux = conf_granule_in[s];
		conf_fails(good, "aux_state", conf_text("aux[%u] is %s", i, conf_state_name(s)),
			   RMI_ERROR_INPUT);
	}
	*aux = right;
}

static void aux_granules(void)
{
	struct conf_command good;

	conf_zoo();
	conf_realm_make(&realm);
	good = begin(0);
	if (rec.aux_count == 0)
		conf_skip("RMI_REC_CREATE.aux_state", "RECs of this RMM have no auxiliary granules");
	for (unsigned int i = 0; i < rec.aux_count; i++)
		aux_one(&good, i);
	/* What is behind the last one that counts is no address of anything. */
	for (uint64_t i = rec.aux_count; i < RMI_MAX_AUX; i++)
		rec.params->aux[i] = CONF_NO_MEMORY + 1;
	conf_works(&good);
	conf_rec_unmake(&rec);
}

/* As many as MAX_RECS_ORDER says, if memory does; the next one is too many. */
static void all_recs(void)
{
	unsigned int order =
		host_feature(&rmm, RMI_FEATURE0_MAX_RECS_ORDER_SHIFT, RMI_FEATURE0_MAX_RECS_ORDER_WIDTH);
	unsigned int most = (1U << order) - 1;
	struct conf_command good;
	struct conf_rec last;

	if (order > 12) { /* more than conf_rec_prepare() has MPIDRs for, and than memory holds */
		conf_skip("RMI_REC_CREATE.num_recs", conf_text("%u RECs are a lot", most));
		return;
	}
	conf_realm_make(&realm);
	for (unsigned int i = 0; i < most; i++)
		conf_rec_make(&last, &realm, i);
	good = begin(most);
	conf_fails(&good, "num_recs", conf_text("one more than %u", most), RMI_ERROR_REALM);
	conf_break_rd_first(&good, "num_recs");
	/* It is how many there are that counts; an index is never used again. */
	conf_rec_unmake(&last);
	conf_works(&good);
}

/* --- DESTROY ----------------------------------------------------------------------------------------- */

static void destroy_conditions(void)
{
	struct conf_command good;
	unsigned int delegated = 0;

	conf_realm_make(&realm);
	conf_rec_make(&rec, &realm, 0);
	good = (struct conf_command){ CONF_COMMAND(RMI_REC_DESTROY), { 0, rec.pa } };
	conf_break_granule(&good, "rec", "rec_gran_state", 1, CONF_REC);
	conf_works(&good);
	conf_check_delegated("RMI_REC_DESTROY.rec_gran_state", "the REC", rec.pa);
	for (unsigned int i = 0; i < rec.aux_count; i++)
		delegated += host_rmi_granule_undelegate(&rmm, rec.params->aux[i]) == RMI_SUCCESS;
	conf_check("RMI_REC_DESTROY.rec_aux_state", "auxiliary granules that are DELEGATED", delegated,
		   rec.aux_count);
	conf_fails(&good, "rec_gran_state", "a second time", RMI_ERROR_INPUT);
	conf_check_status("RMI_REC_DESTROY.num_recs", "the realm isn't live any more",
			  host_rmi_realm_destroy(&rmm, realm.rd), RMI_SUCCESS);
}

/* One of three, whichever; in an ACTIVE realm too. */
static void destroy_any(void)
{
	static const unsigned int order[] = { 1, 0, 2 };
	struct conf_rec recs[3];

	conf_realm_make(&realm);
	for (unsigned int i = 0; i < 3; i++)
		conf_rec_make(&recs[i], &realm, i);
	conf_expect_ok("RMI_REALM_ACTIVATE", "for the case", host_rmi_realm_activate(&rmm, realm.rd));
	for (unsigned int i = 0; i < 3; i++) {
		conf_check_status("RMI_REALM_DESTROY.realm_live", conf_text("%u RECs are left", 3 - i),
				  conf_any_index(host_rmi_realm_destroy(&rmm, realm.rd)), RMI_ERROR_REALM);
		conf_check_status("RMI_REC_DESTROY", conf_text("REC %u of an ACTIVE realm", order[i]),
				  host_rmi_rec_destroy(&rmm, recs[order[i]].pa), RMI_SUCCESS);
	}
	conf_check_status("RMI_REALM_DESTROY", "no RECs are left", host_rmi_realm_destroy(&rmm, realm.rd),
			  RMI_SUCCESS);
}

/* --- AUX_COUNT --------------------------------------------------------------------------------------- */

static void aux_count(void)
{
	struct conf_command good;
	uint64_t count, again;

	conf_realm_make(&realm);
	good = (struct conf_command){ CONF_COMMAND(RMI_REC_AUX_COUNT), { 0, realm.rd } };
	conf_break_rd(&good);
	count = conf_works(&good).x[1];
	conf_check_true("RMI_REC_AUX_COUNT.aux_count", "at most 16", count <= RMI_MAX_AUX);
	conf_rec_make(&rec, &realm, 0);
	host_rmi_rec_aux_count(&rmm, realm.rd, &again);
	conf_check("RMMBNR", "the same when there is a REC", again, count);
	conf_expect_ok("RMI_REALM_ACTIVATE", "for the case", host_rmi_realm_activate(&rmm, realm.rd));
	host_rmi_rec_aux_count(&rmm, realm.rd, &again);
	conf_check("RMMBNR", "and in an ACTIVE realm", again, count);
}

CONF_GROUP(rec, .about = "RMI_REC_CREATE, RMI_REC_DESTROY, RMI_REC_AUX_COUNT")
{
	conf_case(create_conditions);
	conf_case(mpidr_order);
	conf_case(mpidr_carry);
	conf_case(index_grows);
	conf_case(aux_number);
	conf_case(aux_granules);
	conf_case(all_recs);
	conf_case(destroy_conditions);
	conf_case(destroy_any);
	conf_case(aux_count);
}
