/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realms and RECs: their lives (DEN0137 B4.3.7, B4.3.9 - B4.3.14).
 */
#include "oracle/model/inside.h"

#define SMALLEST_IPA_BITS 32

static uint64_t feature(unsigned int shift, unsigned int width)
{
	return oracle.feature0 >> shift & ((UINT64_C(1) << width) - 1);
}

int oracle_realm_at(uint64_t rd)
{
	for (int i = 0; i < (int)ORACLE_REALMS; i++) {
		if (oracle.realm[i].live && oracle.realm[i].rd == rd)
			return i;
	}
	return ORACLE_NONE;
}

struct oracle_realm *find_realm(uint64_t rd, struct oracle_answer *a)
{
	int realm = oracle_realm_at(rd);

	may_fail(a, realm == ORACLE_NONE, RMI_ERROR_INPUT);
	return realm == ORACLE_NONE ? NULL : &oracle.realm[realm];
}

int oracle_realm_of_rid(struct csm_rid rid)
{
	for (int i = 0; i < (int)ORACLE_REALMS; i++) {
		if (oracle.realm[i].live && same_rid(oracle.realm[i].rid, rid))
			return i;
	}
	return ORACLE_NONE;
}

/* --- REALM_CREATE --------------------------------------------------------------------------------------------------- */

static bool vectors_are_supported(const struct rmi_realm_params *p)
{
	return !(p->flags & RMI_REALM_FLAG_SVE) ||
	       (feature(RMI_FEATURE0_SVE_EN_SHIFT, 1) &&
		p->sve_vl <= feature(RMI_FEATURE0_SVE_VL_SHIFT, RMI_FEATURE0_SVE_VL_WIDTH));
}

/* No counter at all takes FEAT_HPMN0, which this machine does not have. */
static bool counters_are_supported(const struct rmi_realm_params *p)
{
	return !(p->flags & RMI_REALM_FLAG_PMU) ||
	       (feature(RMI_FEATURE0_PMU_EN_SHIFT, 1) && p->pmu_num_ctrs != 0 &&
		p->pmu_num_ctrs <= feature(RMI_FEATURE0_PMU_NUM_CTRS_SHIFT, RMI_FEATURE0_PMU_NUM_CTRS_WIDTH));
}

static bool is_supported(const struct rmi_realm_params *p)
{
	uint64_t bps = feature(RMI_FEATURE0_NUM_BPS_SHIFT, RMI_FEATURE0_NUM_BPS_WIDTH);
	uint64_t wps = feature(RMI_FEATURE0_NUM_WPS_SHIFT, RMI_FEATURE0_NUM_WPS_WIDTH);

	/* What is saved for SVE and PMU is not the model's subject. */
	return (p->flags & ~(RMI_REALM_FLAG_SVE | RMI_REALM_FLAG_PMU)) == 0 && vectors_are_supported(p) &&
	       counters_are_supported(p) && p->hash_algo <= RMI_HASH_SHA_512 &&
	       p->s2sz >= SMALLEST_IPA_BITS &&
	       p->s2sz <= feature(RMI_FEATURE0_S2SZ_SHIFT, RMI_FEATURE0_S2SZ_WIDTH) && p->num_bps >= 1 &&
	       p->num_bps <= bps && p->num_wps >= 1 && p->num_wps <= wps;
}

/* A table of the starting level, or up to 16 of them side by side; a level lower would not do. */
static bool geometry_is_valid(const struct rmi_realm_params *p)
{
	int64_t start = p->rtt_level_start;
	uint64_t tables;

	if (start < 0 || start > 2)
		return false;
	if (p->s2sz <= 12 + 9 * (3 - start))
		return false;
	tables = p->s2sz <= 12 + 9 * (4 - start) ? 1 : UINT64_C(1) << (p->s2sz - (12 + 9 * (4 - start)));
	return tables <= ORACLE_ROOTS && p->rtt_num_start == tables && IS_ALIGNED(p->rtt_base, tables * PAGE);
}

static bool granules_are_free(uint64_t rd, const struct rmi_realm_params *p)
{
	if (!granule_is(rd, ORACLE_DELEGATED))
		return false;
	for (uint64_t i = 0; i < p->rtt_num_start; i++) {
		uint64_t table = p->rtt_base + i * PAGE;

		if (table == rd || !granule_is(table, ORACLE_DELEGATED))
			return false;
	}
	return true;
}

static bool vmid_is_free(uint16_t vmid)
{
	for (unsigned int i = 0; i < ORACLE_REALMS; i++) {
		if (oracle.realm[i].live && oracle.realm[i].vmid == vmid)
			return false;
	}
	return true;
}

static struct oracle_realm *free_realm(void)
{
	for (unsigned int i = 0; i < ORACLE_REALMS; i++) {
		if (!oracle.realm[i].live)
			return &oracle.realm[i];
	}
	assert(false);
	return NULL;
}

/* The protected half is empty, the other half is for the host. */
static void make_roots(const struct oracle_realm *r)
{
	uint64_t table_size = oracle_entry_size(r->start) * ORACLE_ENTRIES;

	for (uint32_t i = 0; i < r->num_roots; i++) {
		struct oracle_granule *g = oracle_granule(r->root + i * PAGE);

		new_table(g, r->start, i * table_size, (struct oracle_entry){ .what = ORACLE_NOTHING }, 0);
		for (unsigned int k = 0; k < ORACLE_ENTRIES; k++) {
			uint64_t ipa = g->table->base + k * oracle_entry_size(r->start);

			if (ipa < oracle_size(r) && !oracle_is_protected(r, ipa))
				g->table->entry[k].what = ORACLE_NS_NOTHING;
		}
	}
}

/* I7: never the same twice. */
static void note_rid(struct csm_rid rid)
{
	for (size_t i = 0; i < oracle.num_given; i++)
		assert(!same_rid(oracle.given[i], rid));
	assert(oracle.num_given < sizeof(oracle.given) / sizeof(oracle.given[0]));
	oracle.given[oracle.num_given++] = rid;
}

void realm_create(const uint64_t *x, const struct rmi_realm_params *p, const struct oracle_hint *hint,
		  struct oracle_answer *a)
{
	uint64_t rd = x[1];
	struct oracle_realm *r;

	may_fail(a, !is_host_memory(x[2]), RMI_ERROR_INPUT);
	if (fails(a))
		return;
	may_fail(a,
		 !is_supported(p) || !geometry_is_valid(p) || !granules_are_free(rd, p) ||
			 !vmid_is_free(p->vmid),
		 RMI_ERROR_INPUT);
	if (fails(a))
		return;
	r = free_realm();
	*r = (struct oracle_realm){
		.live = true,
		.rd = rd,
		.rid = hint->rid,
		.root = p->rtt_base,
		.num_roots = p->rtt_num_start,
		.start = (int)p->rtt_level_start,
		.ipa_bits = p->s2sz,
		.vmid = p->vmid,
		.hash_algo = p->hash_algo,
		.has_sve = (p->flags & RMI_REALM_FLAG_SVE) != 0,
	};
	memcpy(r->rpv, p->rpv, sizeof(r->rpv));
	note_rid(r->rid);
	set_state(oracle_granule(rd), ORACLE_RD);
	make_roots(r);
}

/* --- ACTIVATE, DESTROY --------------------------------------------------------------------------------------------- */

void realm_activate(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	struct oracle_realm *r = find_realm(x[1], a);

	if (r == NULL)
		return;
	may_fail(a, r->state != ORACLE_NEW, RMI_ERROR_REALM);
	if (fails(a))
		return;
	r->state = ORACLE_ACTIVE;
	memcpy(r->measurement[0], hint->rim, sizeof(r->measurement[0]));
}

static bool is_live(const struct oracle_realm *r)
{
	for (uint32_t i = 0; i < r->num_roots; i++) {
		if (oracle_references(oracle_granule(r->root + i * PAGE)) != 0)
			return true;
	}
	return r->num_recs != 0 || r->has_apt;
}

void realm_destroy(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	struct oracle_realm *r = find_realm(x[1], a);

	(void)hint;
	if (r == NULL)
		return;
	may_fail(a, is_live(r), RMI_ERROR_REALM);
	if (fails(a))
		return;
	for (uint32_t i = 0; i < r->num_roots; i++)
		set_state(oracle_granule(r->root + i * PAGE), ORACLE_DELEGATED);
	set_state(oracle_granule(r->rd), ORACLE_DELEGATED);
	r->live = false;
}

/* --- RECs ------------------------------------------------------------------------------------------------------------ */

struct oracle_rec *oracle_rec_at(uint64_t pa)
{
	for (unsigned int i = 0; i < ORACLE_RECS; i++) {
		if (oracle.rec[i].live && oracle.rec[i].pa == pa)
			return &oracle.rec[i];
	}
	return NULL;
}

static uint32_t num_aux_of(const struct oracle_realm *r)
{
	return r->has_sve ? oracle.num_aux_sve : oracle.num_aux;
}

void rec_aux_count(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	const struct oracle_realm *r = find_realm(x[1], a);

	(void)hint;
	if (r != NULL)
		a->x[1] = num_aux_of(r);
}

/* Four fields of bits, low ones first, of 4, 8, 8 and 8; between the first two are four that are zero. */
static uint64_t number_of(uint64_t mpidr)
{
	return (mpidr & 0xf) | (mpidr >> 8 & 0xffffff) << 4;
}

static bool aux_is_valid(const struct oracle_realm *r, uint64_t rec, const struct rmi_rec_params *p)
{
	if (p->num_aux != num_aux_of(r))
		return false;
	for (uint64_t i = 0; i < p->num_aux; i++) {
		if (p->aux[i] == rec || !granule_is(p->aux[i], ORACLE_DELEGATED))
			return false;
		for (uint64_t k = 0; k < i; k++) {
			if (p->aux[k] == p->aux[i])
				return false;
		}
	}
	return true;
}

static struct oracle_rec *free_rec(void)
{
	for (unsigned int i = 0; i < ORACLE_RECS; i++) {
		if (!oracle.rec[i].live)
			return &oracle.rec[i];
	}
	assert(false);
	return NULL;
}

static void add_rec(struct oracle_realm *r, uint64_t pa, const struct rmi_rec_params *p)
{
	struct oracle_rec *rec = free_rec();

	*rec = (struct oracle_rec){
		.live = true,
		.pa = pa,
		.realm = realm_number(r),
		.num_aux = (uint32_t)p->num_aux,
		.number = r->next_rec++,
		.runnable = (p->flags & RMI_REC_CREATE_FLAG_RUNNABLE) != 0,
		.pc = p->pc,
	};
	memcpy(rec->gprs, p->gprs, sizeof(p->gprs));
	memcpy(rec->aux, p->aux, sizeof(rec->aux));
	r->num_recs++;
	set_state(oracle_granule(pa), ORACLE_REC);
	for (uint64_t i = 0; i < p->num_aux; i++)
		set_state(oracle_granule(p->aux[i]), ORACLE_AUX);
}

void rec_create(const uint64_t *x, const struct rmi_rec_params *p, struct oracle_answer *a)
{
	struct oracle_realm *r = find_realm(x[1], a);
	uint64_t pa = x[2];

	may_fail(a, !is_host_memory(x[3]) || !granule_is(pa, ORACLE_DELEGATED), RMI_ERROR_INPUT);
	if (r == NULL)
		return;
	may_fail(a, r->state != ORACLE_NEW, RMI_ERROR_REALM);
	if (!is_host_memory(x[3]))
		return;
	may_fail(a,
		 (p->mpidr & ~UINT64_C(0xffffff0f)) != 0 || number_of(p->mpidr) != r->next_rec ||
			 !aux_is_valid(r, pa, p),
		 RMI_ERROR_INPUT);
	if (!fails(a))
		add_rec(r, pa, p);
}

void rec_destroy(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	struct oracle_rec *rec = oracle_rec_at(x[1]);

	(void)hint;
	may_fail(a, rec == NULL, RMI_ERROR_INPUT);
	if (fails(a))
		return;
	for (uint32_t i = 0; i < rec->num_aux; i++)
		set_state(oracle_granule(rec->aux[i]), ORACLE_DELEGATED);
	set_state(oracle_granule(rec->pa), ORACLE_DELEGATED);
	oracle.realm[rec->realm].num_recs--;
	rec->live = false;
}

/* --- PSCI_COMPLETE ------------------------------------------------------------------------------------------------- */

/* What the caller asked of the target is done, or (DENIED) not. */
static int64_t complete_cpu_on(struct oracle_rec *caller, struct oracle_rec *target, uint64_t status)
{
	uint64_t context = caller->gprs[3];

	if (status == (uint64_t)PSCI_DENIED)
		return PSCI_DENIED;
	if (target->runnable)
		return PSCI_ALREADY_ON;
	memset(target->gprs, 0, sizeof(target->gprs));
	target->gprs[0] = context;
	target->pc = caller->gprs[2];
	target->runnable = true;
	return PSCI_SUCCESS;
}

void psci_complete(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	struct oracle_rec *caller = oracle_rec_at(x[1]), *target = oracle_rec_at(x[2]);
	uint64_t status = x[3];
	bool is_on;
	int64_t result;

	(void)hint;
	may_fail(a, caller == NULL || target == NULL || caller == target, RMI_ERROR_INPUT);
	if (fails(a))
		return;
	is_on = ((uint32_t)caller->gprs[0] & ~0x40010000U) == PSCI_CPU_ON_32;
	may_fail(a,
		 !caller->psci_pending || caller->realm != target->realm ||
			 number_of((caller->gprs[1] & 0xffffff) | (caller->gprs[1] >> 8 & 0xff000000)) !=
				 target->number ||
			 !(status == PSCI_SUCCESS ||
			   (status == (uint64_t)PSCI_DENIED && is_on && !target->runnable)),
		 RMI_ERROR_INPUT);
	if (fails(a))
		return;
	if (is_on)
		result = complete_cpu_on(caller, target, status);
	else
		result = target->runnable ? PSCI_AFFINITY_ON : PSCI_AFFINITY_OFF;
	caller->gprs[0] = (uint64_t)result;
	memset(&caller->gprs[1], 0, 3 * sizeof(caller->gprs[0]));
	caller->psci_pending = false;
}
