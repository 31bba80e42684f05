/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_INIT_RIPAS and RMI_RTT_SET_RIPAS (DEN0137 B4.3.18, B4.3.21). Each works on the entries of one
 * table, so on at most 512, and says how far it came.
 */
#include "call/rmi.h"
#include "csm/csm.h"
#include "model/measurement.h"
#include "model/realm.h"
#include "model/rec.h"

/* --- RMI_RTT_INIT_RIPAS -------------------------------------------------------------------------- */

static uint64_t init_ripas_locked(struct realm *realm, uint64_t base, uint64_t top, uint64_t *out)
{
	struct rtt_walk w;
	uint64_t size, addr;

	if (!s2_range_is_protected(&realm->s2, base, top) || !is_aligned(top, GRANULE_SIZE))
		return RMI_ERROR_INPUT;
	if (atomic_load(&realm->state) != REALM_NEW)
		return RMI_ERROR_REALM;
	w = rtt_walk(&realm->s2, ipa(base), RTT_LEVEL_PAGE);
	size = rtt_entry_size(w.level);
	if (!is_aligned(base, size))
		return rmi_result(RMI_ERROR_RTT, (unsigned int)w.level);

	/* Stops at what is not UNASSIGNED: the host sees how far it got, then the error. */
	port_hash_begin();
	for (addr = base; w.index < RTT_ENTRIES && top - addr >= size; w.index++, addr += size) {
		w.entry = w.table[w.index];
		if (rtte_kind(w.entry, w.level) != RTTE_UNASSIGNED)
			break;
		rtt_set(&w, rtte_unassigned(RMI_RAM));
		measurement_extend_ripas(realm, addr, addr + size);
	}
	port_hash_end();
	if (addr == base)
		return rmi_result(RMI_ERROR_RTT, (unsigned int)w.level);
	out[1] = addr;
	return RMI_SUCCESS;
}

uint64_t rmi_rtt_init_ripas(const uint64_t *arg, uint64_t *out)
{
	struct granule *rd = granule_find_lock(pa(arg[1]), GRANULE_RD);
	uint64_t base = arg[2], top = arg[3];
	struct realm *realm;
	uint64_t result;

	if (rd == NULL)
		return RMI_ERROR_INPUT;
	realm = realm_of(rd);
	rtt_lock(&realm->s2);
	result = init_ripas_locked(realm, base, top, out);
	rtt_unlock(&realm->s2);
	granule_unlock(rd);
	return result;
}

/* --- RMI_RTT_SET_RIPAS --------------------------------------------------------------------------- */

/* Gives the entry the RIPAS that the realm asked for. True: an entry that was mapped no longer is. */
static bool change_ripas(struct rtt_walk *w, enum rmi_ripas ripas)
{
	bool was_mapped = rtte_is_mapped(w->entry, w->level);

	if (rtte_kind(w->entry, w->level) == RTTE_ASSIGNED)
		rtt_set(w, rtte_assigned(rtte_pa(w->entry, w->level), w->level, ripas));
	else
		rtt_set(w, rtte_unassigned(ripas));
	return was_mapped && ripas != RMI_RAM;
}

/*
 * An entry that the request may change: not a table, not DESTROYED unless the realm allowed that, and
 * not in a CSM range: the realm may have made one after it asked (docs/csm.md "RIPAS").
 */
static bool may_change(struct granule *rd, const struct rec *rec, const struct rtt_walk *w, uint64_t addr,
		       uint64_t size)
{
	enum rtte_kind kind = rtte_kind(w->entry, w->level);

	if (kind != RTTE_UNASSIGNED && kind != RTTE_ASSIGNED)
		return false;
	if (rtte_ripas(w->entry, w->level) == RMI_DESTROYED && !rec->ripas_destroyed)
		return false;
	return !csm_range_overlaps(rd, addr, addr + size);
}

/* Changes what it can from `base` on. Returns the end of what now has the wanted RIPAS. */
static uint64_t change_range(struct granule *rd, const struct rec *rec, struct rtt_walk *w, uint64_t base,
			     uint64_t top)
{
	const struct s2 *s2 = &realm_of(rd)->s2;
	enum rmi_ripas ripas = (enum rmi_ripas)rec->ripas_value;
	uint64_t size = rtt_entry_size(w->level);
	uint64_t addr = base;
	bool unmapped = false;

	for (; w->index < RTT_ENTRIES && addr < top; w->index++) {
		uint64_t start = align_down(addr, size);

		w->entry = w->table[w->index];
		if (!may_change(rd, rec, w, start, size))
			break;
		if (rtte_ripas(w->entry, w->level) != ripas) {
			/* Only whole entries can change; part of one that is right already is right. */
			if (addr != start || top - start < size)
				break;
			if (change_ripas(w, ripas)) {
				if (!unmapped)
					port_tlb_begin(s2_vttbr(s2));
				unmapped = true;
				port_tlb_leaf(ipa(start));
			}
		}
		addr = min_u64(start + size, top);
	}
	if (unmapped)
		port_tlb_end();
	port_publish();
	return addr;
}

static uint64_t set_ripas_locked(struct granule *rd, struct rec *rec, uint64_t base, uint64_t top,
				 uint64_t *out)
{
	const struct s2 *s2 = &realm_of(rd)->s2;
	struct rtt_walk w;
	uint64_t reached;
	int level;

	if (top <= base || base != rec->ripas_base || top > rec->ripas_top || !is_aligned(top, GRANULE_SIZE))
		return RMI_ERROR_INPUT;
	rtt_lock(s2);
	w = rtt_walk(s2, ipa(base), RTT_LEVEL_PAGE);
	level = w.level;
	reached = change_range(rd, rec, &w, base, top);
	rtt_unlock(s2);
	if (reached == base)
		return rmi_result(RMI_ERROR_RTT, (unsigned int)level);
	rec->ripas_base = reached;
	out[1] = reached;
	return RMI_SUCCESS;
}

uint64_t rmi_rtt_set_ripas(const uint64_t *arg, uint64_t *out)
{
	struct granule *rd = granule_find_lock(pa(arg[1]), GRANULE_RD);
	struct pa rec_pa = pa(arg[2]);
	uint64_t base = arg[3], top = arg[4];
	struct granule *g;
	uint64_t result = RMI_ERROR_REC;

	if (rd == NULL)
		return RMI_ERROR_INPUT;
	g = granule_find_lock(rec_pa, GRANULE_REC);
	if (g == NULL) {
		granule_unlock(rd);
		return RMI_ERROR_INPUT;
	}
	if (granule_refs(g) == 0 && rec_of(g)->rd == rd)
		result = set_ripas_locked(rd, rec_of(g), base, top, out);
	granule_unlock(g);
	granule_unlock(rd);
	return result;
}
