/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The structure of a realm's tables: RMI_RTT_CREATE, RMI_RTT_DESTROY, RMI_RTT_FOLD, RMI_RTT_READ_ENTRY
 * (DEN0137 B4.3.15 - B4.3.20).
 *
 * The tables' lock is held from the walk to the commit: an entry that maps another realm's granule can
 * go at any time that this lock is free.
 */
#include "call/rmi.h"
#include "csm/csm.h"
#include "model/realm.h"

/* Arguments of a command that makes or removes the table of `level` for `addr`. */
struct table_args {
	struct granule *rd; /* locked */
	const struct s2 *s2;
	struct ipa addr;
	int level;
};

/* rd_*, level_bound, ipa_align, ipa_bound. On success the RD is locked. */
static uint64_t decode_table(struct pa rd, uint64_t addr, uint64_t level, struct table_args *a)
{
	int64_t l = (int64_t)level;

	a->rd = granule_find_lock(rd, GRANULE_RD);
	if (a->rd == NULL)
		return RMI_ERROR_INPUT;
	a->s2 = &realm_of(a->rd)->s2;
	a->addr = ipa(addr);
	if (l <= a->s2->start || l > RTT_LEVEL_PAGE || !is_aligned(addr, rtt_entry_size((int)l - 1)) ||
	    addr >= s2_size(a->s2)) {
		granule_unlock(a->rd);
		return RMI_ERROR_INPUT;
	}
	a->level = (int)l;
	return RMI_SUCCESS;
}

static uint64_t rtt_error(int level)
{
	return rmi_result(RMI_ERROR_RTT, (unsigned int)level);
}

/* --- RMI_RTT_CREATE ------------------------------------------------------------------------------ */

/* The new table `rtt` takes over what `w` says of its range. */
static void unfold(const struct s2 *s2, struct rtt_walk *w, struct ipa addr, struct granule *rtt)
{
	bool counted = rtte_is_counted(w->entry, w->level);

	rtte_split(w->entry, w->level, granule_mem(rtt));
	granule_unlock_as(rtt, GRANULE_RTT);
	if (counted)
		granule_get(rtt, RTT_ENTRIES);
	if (rtte_kind(w->entry, w->level) == RTTE_CSM)
		csm_block_split(rtte_pa(w->entry, w->level));
	/* Break before make: no walker may see the block and the table at once (DDI0487 D8.16). */
	rtt_break(s2, w, addr, rtte_unassigned(RMI_EMPTY));
	port_publish();
	rtt_set(w, rtte_table(granule_pa(rtt)));
	port_publish();
}

static uint64_t create_locked(const struct table_args *a, struct granule *rtt)
{
	struct rtt_walk w = rtt_walk(a->s2, a->addr, a->level - 1);

	if (w.level < a->level - 1 || rtte_kind(w.entry, w.level) == RTTE_TABLE)
		return rtt_error(w.level);
	if (!granule_lock(rtt, GRANULE_DELEGATED))
		return RMI_ERROR_INPUT;
	unfold(a->s2, &w, a->addr, rtt);
	return RMI_SUCCESS;
}

uint64_t rmi_rtt_create(const uint64_t *arg, uint64_t *out)
{
	struct pa rd = pa(arg[1]), rtt_pa = pa(arg[2]);
	uint64_t addr = arg[3], level = arg[4];
	struct table_args a;
	struct granule *rtt;
	uint64_t result = decode_table(rd, addr, level, &a);

	(void)out;
	if (result != RMI_SUCCESS)
		return result;
	rtt = granule_find_delegated(rtt_pa);
	if (rtt == NULL) {
		granule_unlock(a.rd);
		return RMI_ERROR_INPUT;
	}
	rtt_lock(a.s2);
	result = create_locked(&a, rtt);
	rtt_unlock(a.s2);
	granule_unlock(a.rd);
	return result;
}

/* --- RMI_RTT_DESTROY ----------------------------------------------------------------------------- */

static uint64_t destroy_locked(const struct table_args *a, uint64_t *out)
{
	struct rtt_walk w = rtt_walk(a->s2, a->addr, a->level - 1);
	bool is_protected = s2_is_protected(a->s2, a->addr.v);
	struct granule *rtt;

	if (w.level < a->level - 1 || rtte_kind(w.entry, w.level) != RTTE_TABLE) {
		out[2] = rtt_skip_non_live(a->s2, &w, a->addr);
		return rtt_error(w.level);
	}
	rtt = granule_find(rtte_pa(w.entry, w.level));
	if (granule_refs(rtt) != 0) {
		out[2] = a->addr.v;
		return rtt_error(a->level);
	}

	rtt_set(&w, is_protected ? rtte_unassigned(RMI_DESTROYED) : rtte_unassigned_ns());
	port_tlb_begin(s2_vttbr(a->s2));
	if (is_protected)
		port_tlb_table(a->addr);
	else
		port_tlb_realm(); /* Non-secure mappings vanish with their table */
	port_tlb_end();
	granule_retire(rtt);
	out[1] = granule_pa(rtt).v;
	out[2] = rtt_skip_non_live(a->s2, &w, a->addr);
	return RMI_SUCCESS;
}

/* A command on an existing table: rd, ipa, level. */
static uint64_t with_table(const uint64_t *arg, uint64_t *out,
			   uint64_t (*command)(const struct table_args *a, uint64_t *out))
{
	struct pa rd = pa(arg[1]);
	uint64_t addr = arg[2], level = arg[3];
	struct table_args a;
	uint64_t result = decode_table(rd, addr, level, &a);

	if (result != RMI_SUCCESS)
		return result;
	rtt_lock(a.s2);
	result = command(&a, out);
	rtt_unlock(a.s2);
	granule_unlock(a.rd);
	return result;
}

uint64_t rmi_rtt_destroy(const uint64_t *arg, uint64_t *out)
{
	return with_table(arg, out, destroy_locked);
}

/* --- RMI_RTT_FOLD -------------------------------------------------------------------------------- */

/*
 * A consumer's range is folded only as a whole: a block that spans its end would tie the fate of the
 * pages outside to a revocation inside. And what another realm shares is folded to 2 MiB at most: taking a
 * block away must be one bounded step (docs/csm.md "Folding").
 */
static bool csm_allows_fold(const struct table_args *a, struct rtte whole)
{
	uint64_t base = a->addr.v;
	uint64_t top = base + rtt_entry_size(a->level - 1);

	if (rtte_kind(whole, a->level - 1) == RTTE_CSM && a->level < RTT_LEVEL_PAGE)
		return false;
	return !csm_consumer_overlaps(a->rd, base, top) || csm_consumer_covers(a->rd, base, top);
}

static uint64_t fold_locked(const struct table_args *a, uint64_t *out)
{
	struct rtt_walk w = rtt_walk(a->s2, a->addr, a->level - 1);
	const struct rtte *parts;
	struct granule *rtt;
	struct rtte whole;

	if (w.level < a->level - 1 || rtte_kind(w.entry, w.level) != RTTE_TABLE)
		return rtt_error(w.level);
	rtt = granule_find(rtte_pa(w.entry, w.level));
	parts = granule_mem(rtt);
	if (!rtte_whole(parts, w.level, &whole) || !csm_allows_fold(a, whole))
		return rtt_error(a->level);

	if (rtte_is_counted(whole, w.level))
		granule_put(rtt, RTT_ENTRIES);
	if (rtte_kind(whole, w.level) == RTTE_CSM)
		csm_block_made(rtte_pa(whole, w.level));
	rtt_set(&w, rtte_unassigned(RMI_EMPTY));
	port_tlb_begin(s2_vttbr(a->s2));
	if (rtte_is_mapped(whole, w.level))
		port_tlb_realm(); /* 512 leaves and the walk caches above them */
	else
		port_tlb_table(a->addr);
	port_tlb_end();
	rtt_set(&w, whole);
	port_publish();
	granule_retire(rtt);
	out[1] = granule_pa(rtt).v;
	return RMI_SUCCESS;
}

uint64_t rmi_rtt_fold(const uint64_t *arg, uint64_t *out)
{
	return with_table(arg, out, fold_locked);
}

/* --- RMI_RTT_READ_ENTRY -------------------------------------------------------------------------- */

static void report_entry(const struct rtt_walk *w, uint64_t *out)
{
	uint64_t address = rtte_pa(w->entry, w->level).v;

	out[1] = (uint64_t)w->level;
	switch (rtte_kind(w->entry, w->level)) {
	case RTTE_UNASSIGNED:
		out[2] = RMI_UNASSIGNED;
		out[4] = rtte_ripas(w->entry, w->level);
		break;
	case RTTE_ASSIGNED:
	case RTTE_CSM:
		out[2] = RMI_ASSIGNED;
		out[3] = address;
		out[4] = rtte_ripas(w->entry, w->level);
		break;
	case RTTE_UNASSIGNED_NS:
		out[2] = RMI_UNASSIGNED;
		break;
	case RTTE_ASSIGNED_NS:
		out[2] = RMI_ASSIGNED;
		out[3] = rtte_ns_desc(w->entry, w->level);
		break;
	case RTTE_TABLE:
		out[2] = RMI_TABLE;
		out[3] = address;
		break;
	}
}

uint64_t rmi_rtt_read_entry(const uint64_t *arg, uint64_t *out)
{
	struct granule *rd = granule_find_lock(pa(arg[1]), GRANULE_RD);
	uint64_t addr = arg[2];
	int64_t level = (int64_t)arg[3];
	uint64_t result = RMI_ERROR_INPUT;
	const struct s2 *s2;

	out[4] = 0;
	if (rd == NULL)
		return RMI_ERROR_INPUT;
	s2 = &realm_of(rd)->s2;
	if (level >= s2->start && level <= RTT_LEVEL_PAGE && is_aligned(addr, rtt_entry_size((int)level)) &&
	    addr < s2_size(s2)) {
		struct rtt_walk w = rtt_walk(s2, ipa(addr), (int)level);

		report_entry(&w, out);
		result = RMI_SUCCESS;
	}
	granule_unlock(rd);
	return result;
}
