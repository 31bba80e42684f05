/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REALM_CREATE (DEN0137 B4.3.9), with any parameters, for any machine, with up to ROOTS starting tables. All failures are
 * RMI_ERROR_INPUT. Which geometries there are is `rtt-geometry`'s; here any may be.
 */
#include "host_machine.h"

#include "call/rmi_realm.c"

static struct port_features features;

const struct port_features *port_features(void)
{
	return &features;
}

/* The host's page when it was read. */
static struct {
	uint64_t flags, rtt_base;
	int64_t level;
	uint32_t num_roots;
	uint16_t vmid;
	uint8_t s2sz, sve_vl, num_bps, num_wps, pmu_num_ctrs, hash_algo, rpv;
} params;
static unsigned int some_byte; /* of the RPV: any, so each */
static bool geometry_is_legal, vmid_is_free, has_vmid, has_rid, is_registered;
static bool has_tables, is_measured, is_published;

ANY(struct rmi_realm_params, params)

bool port_ns_read(void *to, struct pa ns, size_t size)
{
	struct rmi_realm_params *p = to;

	*p = any_params();
	if (!is_first_look(ns, size, sizeof(*p)))
		return is_read;
	params.flags = p->flags;
	params.rtt_base = p->rtt_base;
	params.level = p->rtt_level_start;
	params.num_roots = p->rtt_num_start;
	params.vmid = p->vmid;
	params.s2sz = p->s2sz;
	params.sve_vl = p->sve_vl;
	params.num_bps = p->num_bps;
	params.num_wps = p->num_wps;
	params.pmu_num_ctrs = p->pmu_num_ctrs;
	params.hash_algo = p->hash_algo;
	params.rpv = p->rpv[some_byte];
	return is_read;
}

bool s2_geometry_is_valid(unsigned int ipa_bits, int64_t start, uint64_t num_roots)
{
	CLAIM(ipa_bits == params.s2sz && start == params.level && num_roots == params.num_roots);
	ASSUME(!geometry_is_legal || (start >= 0 && start <= 2 && num_roots >= 1 && num_roots <= ROOTS &&
				      (num_roots & (num_roots - 1)) == 0));
	return geometry_is_legal;
}

static bool is_root(unsigned int i)
{
	uint64_t addr = granule_pa(&storage[i]).v;

	return addr >= params.rtt_base && (addr - params.rtt_base) / GRANULE_SIZE < params.num_roots;
}

static void others(void)
{
	for (unsigned int i = 0; i < GRANULES; i++) {
		if (!machine[i].is_locked)
			any_granule(i);
	}
}

/* The one that comes last: another realm's host has it no more. */
bool registry_reserve_vmid(uint16_t vmid)
{
	CLAIM(vmid == params.vmid && !has_vmid);
	has_vmid = vmid_is_free;
	return has_vmid;
}

struct csm_rid registry_new_rid(void)
{
	CLAIM(!has_rid);
	has_rid = true;
	return realm_before.rid;
}

void registry_add(struct granule *g)
{
	CLAIM(g == &storage[rd] && machine[rd].is_locked && rid_equal(the_realm.rid, realm_before.rid));
	is_registered = true;
}

/* RimInit: of exactly these; REMs are zero. */
void measurement_init(struct realm *realm, const struct rmi_realm_params *p)
{
	CLAIM(realm == &the_realm && !is_measured);
	CLAIM(p->flags == params.flags && p->s2sz == params.s2sz && p->sve_vl == params.sve_vl &&
	      p->num_bps == params.num_bps && p->num_wps == params.num_wps &&
	      p->pmu_num_ctrs == params.pmu_num_ctrs && p->hash_algo == params.hash_algo);
	is_measured = true;
}

/* The protected half is UNASSIGNED, EMPTY, the other UNASSIGNED_NS. */
void rtt_init_roots(const struct s2 *s2)
{
	CLAIM(s2 == &the_realm.s2 && s2->root.v == params.rtt_base && s2->num_roots == params.num_roots &&
	      s2->start == params.level && s2->ipa_bits == params.s2sz);
	for (unsigned int i = 0; i < GRANULES; i++) {
		CLAIM(!is_root(i) || (machine[i].is_locked && machine[i].state == GRANULE_DELEGATED));
		machine[i].is_dirty |= is_root(i);
	}
	has_tables = true;
}

void port_publish(void)
{
	is_published = has_tables;
}

/* Whoever locks an RD relies on all that it names. */
static void becomes(unsigned int i, enum granule_state state)
{
	CLAIM(is_published && is_registered);
	for (unsigned int k = 0; k < GRANULES; k++)
		CLAIM(state != GRANULE_RD || !is_root(k) || machine[k].state == GRANULE_RTT);
	CLAIM(state == (i == rd ? GRANULE_RD : GRANULE_RTT));
}

/* params_supp, params_valid: RmiRealmParams against RmiFeatureRegister0. LPA2 is not offered. */
static bool is_supported(void)
{
	bool sve = (params.flags & 2) != 0, pmu = (params.flags & 4) != 0;

	return (params.flags & ~UINT64_C(6)) == 0 &&
	       (!sve || (features.has_sve && params.sve_vl <= features.sve_vl)) &&
	       (!pmu || (features.has_pmu && params.pmu_num_ctrs <= features.pmu_num_ctrs)) &&
	       !(pmu && params.pmu_num_ctrs == 0 && !features.has_hpmn0) && params.s2sz >= 32 &&
	       params.s2sz <= features.pa_bits && params.num_bps >= 1 && params.num_bps <= features.num_bps &&
	       params.num_wps >= 1 && params.num_wps <= features.num_wps && params.hash_algo <= 1;
}

/* alias, rd_align, rd_bound, rd_state, rtt_align, rtt_num_level, rtt_state. */
static bool granules_are_valid(uint64_t rd_addr)
{
	if (!geometry_is_legal || (params.level == 0 && features.pa_bits < 44) ||
	    (params.rtt_base & (params.num_roots * GRANULE_SIZE - 1)) != 0 ||
	    !names(rd_addr, GRANULE_DELEGATED) || is_root(named(rd_addr)))
		return false;
	for (unsigned int i = 0; i < ROOTS; i++) {
		if (i < params.num_roots && !names(params.rtt_base + i * GRANULE_SIZE, GRANULE_DELEGATED))
			return false;
	}
	return true;
}

static void claim_realm(void)
{
	const struct realm *r = &the_realm;

	CLAIM(r->state == REALM_NEW && r->rec_index == 0 && r->num_recs == 0 && r->apt == NULL &&
	      is_measured);
	CLAIM(r->s2.lock == granule_find(pa(params.rtt_base)) && r->s2.vmid == params.vmid);
	CLAIM(r->hash_algo == params.hash_algo && r->rpv[some_byte] == params.rpv);
	CLAIM(r->num_bps == params.num_bps && r->num_wps == params.num_wps);
	CLAIM(r->has_sve == ((params.flags & 2) != 0) && r->has_pmu == ((params.flags & 4) != 0));
	CLAIM(!r->has_sve || r->sve_vl == params.sve_vl);
	CLAIM(!r->has_pmu || r->pmu_num_ctrs == params.pmu_num_ctrs);
}

void prove_realm_create(void)
{
	uint64_t arg[7] = { [1] = any_u64(), any_u64() }, out[5] = { 0 }, result;
	bool page_is_ns, is_valid;

	features = (struct port_features){ any_u8(),   any_u8(), any_u8(),   any_u8(), any_u8(),
					   any_bool(), any_u8(), any_bool(), any_u8(), any_bool() };
	geometry_is_legal = any_bool();
	vmid_is_free = any_bool();
	some_byte = (unsigned int)any_from_to(0, 63);
	any_machine();
	rd = any_index();
	ASSUME(named(arg[1]) == rd || named(arg[1]) == GRANULES);
	realm_before.rid = any_rid();
	page_is_ns = granule_is_ns(pa(arg[2]));
	result = rmi_realm_create(arg, out);
	is_valid = page_is_ns && is_read && is_supported() && granules_are_valid(arg[1]) && vmid_is_free;
	REACHES(result == RMI_ERROR_INPUT && is_read);
	REACHES(result == RMI_SUCCESS && params.num_roots == ROOTS);
	CLAIM(result == (is_valid ? RMI_SUCCESS : RMI_ERROR_INPUT));
	CLAIM(has_vmid == is_valid && has_rid == is_valid && is_registered == is_valid);
	for (unsigned int i = 0; i < GRANULES; i++) {
		CLAIM(is_sane(&machine[i]));
		if (is_valid && (i == rd || is_root(i)))
			CLAIM(machine[i].state == (i == rd ? GRANULE_RD : GRANULE_RTT) &&
			      machine[i].is_dirty);
		else
			CLAIM(is_unchanged(i));
	}
	if (is_valid)
		claim_realm();
}
