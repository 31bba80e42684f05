/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REC_CREATE, RMI_REC_DESTROY, RMI_REC_AUX_COUNT (DEN0137 B4.3.11 - B4.3.13), from any state of a realm and a REC with up
 * to AUX auxiliary granules, whatever other PEs make of what is not locked, each time that a lock is taken.
 */
#include "host_machine.h"

/* AUX, or one less. */
static inline uint32_t aux_count(const struct realm *realm)
{
	return realm->has_sve ? AUX : AUX - 1;
}

#define realm_rec_aux_count aux_count

static inline struct rec *rec_of(const struct granule *g);

#include "call/rmi_rec.c"
#include "model/rec.c"

static unsigned int rec_at;
static struct rec the_rec;
static bool has_run, was_another; /* at a moment when a lock was taken: the REC; what is in its granule */
static bool was_taken[GRANULES];  /* at such a moment: not DELEGATED */
static bool creates;

/* In a granule that is DELEGATED a new REC is made. */
static inline struct rec *rec_of(const struct granule *g)
{
	CLAIM(place_of(g) == rec_at && machine[rec_at].is_locked);
	machine[rec_at].is_dirty = true;
	return &the_rec;
}

static void becomes(unsigned int i, enum granule_state state)
{
	CLAIM(state != GRANULE_REC ||
	      (i == rec_at && the_rec.rd != NULL)); /* whoever locks it looks for its RD */
}

/* Its realm lives, its auxiliary granules are there. */
static bool rec_is_sane(void)
{
	unsigned int owner = place_of(the_rec.rd);

	if (machine[rec_at].state != GRANULE_REC)
		return true;
	if (machine[owner].state != GRANULE_RD || (owner == rd && the_realm.num_recs == 0))
		return false;
	for (uint32_t i = 0; i < the_rec.num_aux; i++) {
		if (machine[place_of(the_rec.aux[i])].state != GRANULE_REC_AUX)
			return false;
		for (uint32_t j = 0; j < i; j++) {
			if (the_rec.aux[i] == the_rec.aux[j])
				return false;
		}
	}
	return true;
}

static void any_rec(void)
{
	the_rec.rd = &storage[any_index()];
	the_rec.num_aux = any_u32();
	ASSUME(the_rec.num_aux <= AUX);
	for (unsigned int i = 0; i < AUX; i++)
		the_rec.aux[i] = &storage[any_index()];
}

/* Of realms the command looks into one: the REC's when it is first seen. */
static void others_on_rec(void)
{
	static bool is_known;

	if (!machine[rec_at].is_locked)
		any_rec();
	ASSUME(rec_is_sane());
	ASSUME(is_known || machine[rec_at].state != GRANULE_REC || the_rec.rd == &storage[rd]);
	is_known = true;
	has_run |= machine[rec_at].state == GRANULE_REC && machine[rec_at].refs != 0;
	was_another |= machine[rec_at].state != GRANULE_REC || the_rec.rd != &storage[rd];
}

/* What is not locked is anything now. A realm whose RD is locked keeps its RECs; they may run. */
static void others(void)
{
	for (unsigned int i = 0; i < GRANULES; i++) {
		if (!machine[i].is_locked)
			any_granule(i);
		was_taken[i] |= machine[i].state != GRANULE_DELEGATED;
	}
	if (!machine[rd].is_locked)
		realm_before.num_recs = the_realm.num_recs = any_u32();
	ASSUME(the_realm.num_recs <= REALM_MAX_RECS && the_realm.num_recs <= the_realm.rec_index);
	if (!creates)
		others_on_rec();
}

static bool is_aux(unsigned int i)
{
	bool is = false;

	for (unsigned int k = 0; k < AUX; k++)
		is = is || (k < the_rec.num_aux && the_rec.aux[k] == &storage[i]);
	return is;
}

/* All but the REC and its auxiliary granules, which have the states. */
static void claim_states(enum granule_state of_rec, enum granule_state of_aux)
{
	for (unsigned int i = 0; i < GRANULES; i++) {
		CLAIM(is_sane(&machine[i]));
		if (i == rec_at)
			CLAIM(machine[i].state == of_rec && machine[i].refs == 0);
		else if (is_aux(i))
			CLAIM(machine[i].state == of_aux && machine[i].refs == 0);
		else
			CLAIM(is_unchanged(i));
	}
}

void prove_destroy(void)
{
	uint64_t arg[7] = { [1] = any_u64() }, out[5] = { 0 }, result;

	any_machine();
	any_realm();
	rec_at = any_index();
	ASSUME(named(arg[1]) == rec_at || named(arg[1]) == GRANULES);
	result = rmi_rec_destroy(arg, out);
	REACHES(result == RMI_ERROR_INPUT);
	REACHES(result == RMI_ERROR_REC);
	REACHES(result == RMI_SUCCESS && the_rec.num_aux == AUX);
	CLAIM(result == RMI_SUCCESS || result == RMI_ERROR_INPUT || result == RMI_ERROR_REC);
	if (result != RMI_SUCCESS) {
		CLAIM(result == RMI_ERROR_REC ? has_run : named(arg[1]) == GRANULES || was_another);
		nothing_changed();
		return;
	}
	/* rec_bound, rec_gran_state, rec_state. */
	CLAIM(named(arg[1]) == rec_at && before[rec_at].state == GRANULE_REC && before[rec_at].refs == 0);
	CLAIM(the_rec.rd == &storage[rd] && the_realm.num_recs == realm_before.num_recs - 1);
	claim_states(GRANULE_DELEGATED, GRANULE_DELEGATED);
	the_realm.num_recs++;
	CLAIM(realm_is_unchanged());
}

/* --- RMI_REC_CREATE --- */

ANY(struct rmi_rec_params, params)

/* The host's page when it was read. */
static struct {
	uint64_t flags, mpidr, pc, gprs[8], num_aux, aux[AUX];
} params;
static bool is_measured, is_reset;

bool port_ns_read(void *to, struct pa ns, size_t size)
{
	struct rmi_rec_params *p = to;

	*p = any_params();
	if (!is_first_look(ns, size, sizeof(*p)))
		return is_read;
	params.flags = p->flags;
	params.mpidr = p->mpidr;
	params.pc = p->pc;
	params.num_aux = p->num_aux;
	for (unsigned int i = 0; i < 8; i++)
		params.gprs[i] = p->gprs[i];
	for (unsigned int i = 0; i < AUX; i++)
		params.aux[i] = p->aux[i];
	return is_read;
}

/* RimExtendRec: gprs, pc, flags. Whatever it makes of the RIM, nobody looks. */
void measurement_extend_rec(struct realm *realm, const struct rmi_rec_params *p)
{
	unsigned int i = any_u32() % 8;

	CLAIM(realm == &the_realm && machine[rd].is_locked && !is_measured);
	CLAIM(p->flags == params.flags && p->pc == params.pc && p->gprs[i] == params.gprs[i]);
	is_measured = true;
}

void run_context_init(struct rec *rec)
{
	CLAIM(rec == &the_rec);
	is_reset = true;
}

/* The one RmiRecMpidr of a REC (A2.3.3, B4.4.17), as long as there are any. */
static bool is_mpidr_of(uint64_t mpidr, uint32_t index)
{
	return index < UINT32_C(1) << 28 &&
	       mpidr == ((index & 0xf) | (index >> 4 & 0xff) << 8 | (index >> 12 & 0xff) << 16 |
			 (index >> 20 & 0xff) << 24);
}

/* rec_align, ...; aux_align, aux_state: there is such a granule, DELEGATED (or: at each moment). */
static bool is_granule(uint64_t addr, bool always)
{
	unsigned int i = named(addr);

	return i < GRANULES && (always ? !was_taken[i] : before[i].state == GRANULE_DELEGATED);
}

/* num_aux, aux_align, aux_alias, aux_state. */
static bool aux_is_valid(bool always)
{
	bool valid = params.num_aux == aux_count(&realm_before);

	for (unsigned int i = 0; i < AUX; i++) {
		if (i >= params.num_aux)
			break;
		valid = valid && is_granule(params.aux[i], always) && named(params.aux[i]) != rec_at;
		for (unsigned int j = 0; j < i; j++)
			valid = valid && params.aux[j] != params.aux[i];
	}
	return valid;
}

/* All that is RMI_ERROR_INPUT. */
static bool input_is_valid(const uint64_t *arg, bool page_is_ns, bool always)
{
	return page_is_ns && is_read && names(arg[1], GRANULE_RD) && is_granule(arg[2], always) &&
	       is_mpidr_of(params.mpidr, realm_before.rec_index) && aux_is_valid(always);
}

/* realm_state, num_recs. */
static bool realm_is_valid(void)
{
	return realm_before.state == REALM_NEW && realm_before.num_recs < 1023;
}

static void claim_rec(void)
{
	unsigned int i = (unsigned int)any_from_to(0, AUX - 1), x = (unsigned int)any_from_to(0, 30);

	CLAIM(the_rec.rd == &storage[rd] && the_rec.realm == &the_realm && is_reset);
	CLAIM(the_rec.attest.state == REC_ATTEST_NONE && !the_rec.host_call_pending && !the_rec.psci_pending);
	CLAIM(the_rec.ripas_base == 0 && the_rec.ripas_top == 0 && !the_rec.ripas_pending);
	CLAIM(!the_rec.csm.pending && !the_rec.emulatable_abort && !the_rec.unprotected_abort);
	CLAIM(rec_index_of_mpidr(the_rec.mpidr) == realm_before.rec_index);
	CLAIM(the_rec.runnable == ((params.flags & 1) != 0) && the_rec.pc == params.pc);
	CLAIM(the_rec.gprs[x] == (x < 8 ? params.gprs[x % 8] : 0));
	CLAIM(the_rec.num_aux == params.num_aux);
	CLAIM(i >= params.num_aux || the_rec.aux[i] == granule_find(pa(params.aux[i])));
}

void prove_create(void)
{
	uint64_t arg[7] = { [1] = any_u64(), any_u64(), any_u64() }, out[5] = { 0 }, result;
	bool page_is_ns;

	creates = true;
	any_machine();
	any_realm();
	rec_at = any_index();
	ASSUME(named(arg[1]) == rd || named(arg[1]) == GRANULES);
	ASSUME(named(arg[2]) == rec_at || named(arg[2]) == GRANULES);
	for (unsigned int i = 0; i < GRANULES; i++)
		was_taken[i] = machine[i].state != GRANULE_DELEGATED;
	page_is_ns = granule_is_ns(pa(arg[3]));
	result = rmi_rec_create(arg, out);
	REACHES(result == RMI_ERROR_INPUT);
	REACHES(result == RMI_ERROR_INPUT && is_read && params.num_aux == AUX - 1);
	REACHES(result == RMI_ERROR_REALM);
	REACHES(result == RMI_SUCCESS && is_measured);
	REACHES(result == RMI_SUCCESS && the_rec.num_aux == AUX);
	CLAIM(result == RMI_SUCCESS || result == RMI_ERROR_INPUT || result == RMI_ERROR_REALM);
	if (result != RMI_SUCCESS) {
		CLAIM(result == RMI_ERROR_INPUT ? !input_is_valid(arg, page_is_ns, true)
						: names(arg[1], GRANULE_RD) && !realm_is_valid());
		CLAIM(!is_measured);
		nothing_changed();
		return;
	}
	CLAIM(input_is_valid(arg, page_is_ns, false) && realm_is_valid());
	CLAIM(is_measured == ((params.flags & 1) != 0));
	claim_rec();
	claim_states(GRANULE_REC, GRANULE_REC_AUX);
	the_realm.num_recs--;
	the_realm.rec_index--;
	CLAIM(realm_is_unchanged());
}
