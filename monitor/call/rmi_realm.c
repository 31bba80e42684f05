/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REALM_CREATE, RMI_REALM_ACTIVATE, RMI_REALM_DESTROY (DEN0137 B4.3.9 - B4.3.11).
 */
#include <string.h>

#include "call/rmi.h"
#include "model/measurement.h"
#include "model/realm.h"

#define MAX_ROOTS 16U

/* A starting level of 0 needs more physical address bits than the smallest machines have (DDI0487 D8.2.8). */
#define LEVEL0_MIN_PA_BITS 44

static bool sve_is_supported(const struct rmi_realm_params *p, const struct port_features *f)
{
	return !(p->flags & RMI_REALM_FLAG_SVE) || (f->has_sve && p->sve_vl <= f->sve_vl);
}

static bool pmu_is_supported(const struct rmi_realm_params *p, const struct port_features *f)
{
	return !(p->flags & RMI_REALM_FLAG_PMU) ||
	       (f->has_pmu && p->pmu_num_ctrs <= f->pmu_num_ctrs && (p->pmu_num_ctrs != 0 || f->has_hpmn0));
}

/* params_valid, params_supp. */
static bool params_are_supported(const struct rmi_realm_params *p)
{
	const struct port_features *f = port_features();

	return (p->flags & ~(RMI_REALM_FLAG_SVE | RMI_REALM_FLAG_PMU)) == 0 && sve_is_supported(p, f) &&
	       pmu_is_supported(p, f) &&
	       (p->hash_algo == RMI_HASH_SHA_256 || p->hash_algo == RMI_HASH_SHA_512) &&
	       p->s2sz >= REALM_MIN_IPA_BITS && p->s2sz <= f->pa_bits && p->num_bps != 0 &&
	       p->num_bps <= f->num_bps && p->num_wps != 0 && p->num_wps <= f->num_wps;
}

/* rtt_align, rtt_num_level. */
static bool geometry_is_valid(const struct rmi_realm_params *p)
{
	return s2_geometry_is_valid(p->s2sz, p->rtt_level_start, p->rtt_num_start) &&
	       is_aligned(p->rtt_base, (uint64_t)p->rtt_num_start * GRANULE_SIZE) &&
	       (p->rtt_level_start > 0 || port_features()->pa_bits >= LEVEL0_MIN_PA_BITS);
}

/* All granules of a realm to be, locked in ascending order. */
struct new_realm {
	struct granule *granule[MAX_ROOTS + 1];
	uint32_t count;
};

static bool lock_next(struct new_realm *n, struct pa addr)
{
	struct granule *g = granule_find_lock(addr, GRANULE_DELEGATED);

	if (g != NULL)
		n->granule[n->count++] = g;
	return g != NULL;
}

static void unlock_all(struct new_realm *n)
{
	while (n->count > 0)
		granule_unlock(n->granule[--n->count]);
}

/* rd_state, rtt_state: the RD comes before or behind the starting tables; it is not among them (alias). */
static bool lock_all(struct new_realm *n, struct pa rd, const struct rmi_realm_params *p)
{
	bool ok = true;

	n->count = 0;
	if (rd.v < p->rtt_base)
		ok = lock_next(n, rd);
	for (uint32_t i = 0; ok && i < p->rtt_num_start; i++)
		ok = lock_next(n, pa(p->rtt_base + (uint64_t)i * GRANULE_SIZE));
	if (ok && rd.v > p->rtt_base)
		ok = lock_next(n, rd);
	if (!ok)
		unlock_all(n);
	return ok;
}

static void fill_realm(struct realm *realm, const struct rmi_realm_params *p)
{
	realm->rid = registry_new_rid();
	realm->s2 = (struct s2){
		.root = pa(p->rtt_base),
		.lock = granule_find(pa(p->rtt_base)),
		.num_roots = p->rtt_num_start,
		.start = (int8_t)p->rtt_level_start,
		.ipa_bits = p->s2sz,
		.vmid = p->vmid,
	};
	atomic_store(&realm->state, REALM_NEW);
	realm->hash_algo = p->hash_algo;
	realm->num_bps = p->num_bps;
	realm->num_wps = p->num_wps;
	realm->has_sve = (p->flags & RMI_REALM_FLAG_SVE) != 0;
	realm->sve_vl = p->sve_vl;
	realm->has_pmu = (p->flags & RMI_REALM_FLAG_PMU) != 0;
	realm->pmu_num_ctrs = p->pmu_num_ctrs;
	memcpy(realm->rpv, p->rpv, sizeof(realm->rpv));
	measurement_init(realm, p);
	rtt_init_roots(&realm->s2);
}

uint64_t rmi_realm_create(const uint64_t *arg, uint64_t *out)
{
	struct pa rd_pa = pa(arg[1]), params = pa(arg[2]);
	struct rmi_realm_params p;
	struct granule *rd;
	struct new_realm n;

	(void)out;
	if (!granule_is_ns(params) || !port_ns_read(&p, params, sizeof(p)))
		return RMI_ERROR_INPUT;
	if (!params_are_supported(&p) || !geometry_is_valid(&p))
		return RMI_ERROR_INPUT;
	if (rd_pa.v >= p.rtt_base && rd_pa.v - p.rtt_base < (uint64_t)p.rtt_num_start * GRANULE_SIZE)
		return RMI_ERROR_INPUT;
	if (!lock_all(&n, rd_pa, &p))
		return RMI_ERROR_INPUT;
	if (!registry_reserve_vmid(p.vmid)) {
		unlock_all(&n);
		return RMI_ERROR_INPUT;
	}

	rd = granule_find(rd_pa);
	fill_realm(realm_of(rd), &p);
	registry_add(rd);
	port_publish();
	/* The RD last: whoever locks it relies on the tables' being such. */
	while (n.count > 0) {
		struct granule *g = n.granule[--n.count];

		if (g != rd)
			granule_unlock_as(g, GRANULE_RTT);
	}
	granule_unlock_as(rd, GRANULE_RD);
	return RMI_SUCCESS;
}

uint64_t rmi_realm_activate(const uint64_t *arg, uint64_t *out)
{
	struct granule *rd = granule_find_lock(pa(arg[1]), GRANULE_RD);
	uint64_t result = RMI_ERROR_REALM;

	(void)out;
	if (rd == NULL)
		return RMI_ERROR_INPUT;
	if (atomic_load(&realm_of(rd)->state) == REALM_NEW) {
		atomic_store(&realm_of(rd)->state, REALM_ACTIVE);
		result = RMI_SUCCESS;
	}
	granule_unlock(rd);
	return result;
}

uint64_t rmi_realm_destroy(const uint64_t *arg, uint64_t *out)
{
	struct granule *rd = granule_find_lock(pa(arg[1]), GRANULE_RD);
	struct realm *realm;
	struct s2 s2;

	(void)out;
	if (rd == NULL)
		return RMI_ERROR_INPUT;
	realm = realm_of(rd);
	if (realm->num_recs != 0 || realm->apt != NULL || rtt_roots_are_live(&realm->s2)) {
		granule_unlock(rd);
		return RMI_ERROR_REALM;
	}

	s2 = realm->s2;
	registry_remove(rd);
	/* Blocks of Non-secure memory may still be mapped at the starting level. */
	port_tlb_begin(s2_vttbr(&s2));
	port_tlb_realm();
	port_tlb_end();
	for (uint32_t i = 0; i < s2.num_roots; i++)
		granule_retire(granule_find(pa(s2.root.v + (uint64_t)i * GRANULE_SIZE)));
	registry_release_vmid(s2.vmid);
	granule_unlock_wiped(rd);
	return RMI_SUCCESS;
}
