/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REC_AUX_COUNT, RMI_REC_CREATE, RMI_REC_DESTROY (DEN0137 B4.3.12 - B4.3.14).
 */
#include <string.h>

#include "call/rmi.h"
#include "model/measurement.h"
#include "model/rec.h"
#include "run/run.h"

/* RmiRecMpidr: aff0 is 4 bits; [7:4] and [63:32] SBZ. */
#define RMI_MPIDR_MASK UINT64_C(0xffffff0f)

uint64_t rmi_rec_aux_count(const uint64_t *arg, uint64_t *out)
{
	struct granule *rd = granule_find_lock(pa(arg[1]), GRANULE_RD);

	if (rd == NULL)
		return RMI_ERROR_INPUT;
	out[1] = realm_rec_aux_count(realm_of(rd));
	granule_unlock(rd);
	return RMI_SUCCESS;
}

/* The REC's granule and its auxiliary granules. */
struct new_rec {
	struct granule *rec;
	struct granule *aux[RMI_MAX_AUX];
	struct granule *sorted[RMI_MAX_AUX + 1]; /* all, in the order of locks */
	uint32_t count;
};

/* Puts the granule in its place. False: it is there already (aux_alias). */
static bool insert_sorted(struct new_rec *n, struct granule *g)
{
	uint32_t at = n->count;

	for (; at > 0 && n->sorted[at - 1] >= g; at--) {
		if (n->sorted[at - 1] == g)
			return false;
		n->sorted[at] = n->sorted[at - 1];
	}
	n->sorted[at] = g;
	n->count++;
	return true;
}

/* num_aux, aux_align, aux_alias, aux_state (locking decides). */
static bool find_aux(struct new_rec *n, const struct rmi_rec_params *p, uint32_t num_aux)
{
	if (p->num_aux != num_aux)
		return false;
	n->count = 0;
	insert_sorted(n, n->rec);
	for (uint32_t i = 0; i < num_aux; i++) {
		n->aux[i] = granule_find_delegated(pa(p->aux[i]));
		if (n->aux[i] == NULL || !insert_sorted(n, n->aux[i]))
			return false;
	}
	return true;
}

static bool lock_new_rec(struct new_rec *n)
{
	for (uint32_t i = 0; i < n->count; i++) {
		if (granule_lock(n->sorted[i], GRANULE_DELEGATED))
			continue;
		while (i > 0)
			granule_unlock(n->sorted[--i]);
		return false;
	}
	return true;
}

static void fill_rec(struct rec *rec, struct granule *rd, const struct rmi_rec_params *p,
		     const struct new_rec *n)
{
	memcpy(rec->gprs, p->gprs, sizeof(p->gprs));
	rec->pc = p->pc;
	rec->rd = rd;
	rec->realm = realm_of(rd);
	rec->num_aux = (uint32_t)p->num_aux;
	memcpy(rec->aux, n->aux, sizeof(rec->aux));
	rec->mpidr = rec_mpidr(p->mpidr);
	rec->runnable = (p->flags & RMI_REC_CREATE_FLAG_RUNNABLE) != 0;
	run_context_init(rec);
}

static uint64_t rec_create_locked(struct granule *rd, struct new_rec *n, const struct rmi_rec_params *p)
{
	struct realm *realm = realm_of(rd);
	uint32_t index = atomic_load(&realm->rec_index);

	if (atomic_load(&realm->state) != REALM_NEW || realm->num_recs == REALM_MAX_RECS)
		return RMI_ERROR_REALM;
	if ((p->mpidr & ~RMI_MPIDR_MASK) != 0 || rec_index_of_rmi_mpidr(p->mpidr) != index)
		return RMI_ERROR_INPUT;
	if (!find_aux(n, p, realm_rec_aux_count(realm)) || !lock_new_rec(n))
		return RMI_ERROR_INPUT;

	fill_rec(rec_of(n->rec), rd, p, n);
	if (p->flags & RMI_REC_CREATE_FLAG_RUNNABLE)
		measurement_extend_rec(realm, p);
	atomic_store(&realm->rec_index, index + 1);
	realm->num_recs++;
	for (uint32_t i = 0; i < n->count; i++)
		granule_unlock_as(n->sorted[i], n->sorted[i] == n->rec ? GRANULE_REC : GRANULE_REC_AUX);
	return RMI_SUCCESS;
}

uint64_t rmi_rec_create(const uint64_t *arg, uint64_t *out)
{
	struct pa rd_pa = pa(arg[1]), params = pa(arg[3]);
	struct new_rec n = { .rec = granule_find_delegated(pa(arg[2])) };
	struct rmi_rec_params p;
	struct granule *rd;
	uint64_t result;

	(void)out;
	if (!granule_is_ns(params) || !port_ns_read(&p, params, sizeof(p)) || n.rec == NULL)
		return RMI_ERROR_INPUT;
	rd = granule_find_lock(rd_pa, GRANULE_RD);
	if (rd == NULL)
		return RMI_ERROR_INPUT;
	result = rec_create_locked(rd, &n, &p);
	granule_unlock(rd);
	return result;
}

/* The RD of the REC at `g`; the REC is not locked on return, so it may be gone by then. */
static uint64_t find_owner(struct granule *g, struct granule **rd)
{
	uint64_t result = RMI_SUCCESS;

	if (!granule_lock(g, GRANULE_REC))
		return RMI_ERROR_INPUT;
	if (granule_refs(g) != 0)
		result = RMI_ERROR_REC;
	*rd = rec_of(g)->rd;
	granule_unlock(g);
	return result;
}

/* Unlocks `g`. */
static uint64_t rec_destroy_locked(struct granule *rd, struct granule *g)
{
	const struct rec *rec = rec_of(g);

	/* Since the look it may have become another realm's REC, or run. */
	if (rec->rd != rd || granule_refs(g) != 0) {
		uint64_t result = rec->rd != rd ? RMI_ERROR_INPUT : RMI_ERROR_REC;

		granule_unlock(g);
		return result;
	}
	for (uint32_t i = 0; i < rec->num_aux; i++)
		granule_retire(rec->aux[i]);
	realm_of(rd)->num_recs--;
	granule_unlock_wiped(g);
	return RMI_SUCCESS;
}

uint64_t rmi_rec_destroy(const uint64_t *arg, uint64_t *out)
{
	struct granule *g = granule_find(pa(arg[1]));
	struct granule *rd;
	uint64_t result;

	(void)out;
	if (g == NULL)
		return RMI_ERROR_INPUT;
	/* The RD's lock comes before the REC's, and only the REC tells which RD: look, let go, lock both. */
	result = find_owner(g, &rd);
	if (result != RMI_SUCCESS)
		return result;
	if (!granule_lock(rd, GRANULE_RD))
		return RMI_ERROR_INPUT;
	result = RMI_ERROR_INPUT;
	if (granule_lock(g, GRANULE_REC))
		result = rec_destroy_locked(rd, g);
	granule_unlock(rd);
	return result;
}
