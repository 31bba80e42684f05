/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ranges: what is one, whose entry has it, scans and RIPAS changes over one in the realm that it belongs to. The
 * RD is locked; each call looks at a bounded number of entries.
 */
#include "csm/internal.h"

struct apt_entry *csm_find_overlap(struct apt *apt, uint64_t base, uint64_t top)
{
	/* Ranges don't overlap each other: the last one that starts below `top` decides. */
	struct apt_entry *e = apt_find_ipa(apt, top - 1);

	return e != NULL && e->base + e->size > base ? e : NULL;
}

bool csm_range_is_valid(const struct realm *realm, uint64_t base, uint64_t size)
{
	return is_aligned(base | size, GRANULE_SIZE) && base + size >= base &&
	       s2_range_is_protected(&realm->s2, base, base + size);
}

/* What part of the range the entry where a walk stands covers. */
struct span {
	uint64_t start; /* of the entry */
	uint64_t end;
	bool within; /* the whole entry lies in the range */
};

static struct span span_of(const struct rtt_walk *w, uint64_t base, uint64_t size)
{
	uint64_t entry = rtt_entry_size(w->level);
	struct span s = { .start = align_down(w->addr, entry) };

	s.end = s.start + entry;
	s.within = s.start >= base && s.end <= base + size;
	return s;
}

static enum csm_scan judge(const struct rtt_walk *w, const struct span *s, enum csm_want want)
{
	enum rtte_kind kind = rtte_kind(w->entry, w->level);
	enum rmi_ripas ripas = rtte_ripas(w->entry, w->level);

	switch (want) {
	case CSM_WANT_REGION:
	case CSM_WANT_REGION_FINE:
		if ((kind != RTTE_UNASSIGNED && kind != RTTE_ASSIGNED) || ripas == RMI_DESTROYED)
			return CSM_SCAN_BAD;
		if (want == CSM_WANT_REGION_FINE && ripas == RMI_EMPTY && !s->within)
			return CSM_SCAN_COARSE;
		return CSM_SCAN_MORE;
	case CSM_WANT_VACANT:
		if (kind != RTTE_UNASSIGNED)
			return CSM_SCAN_BAD;
		return s->within || ripas == RMI_EMPTY ? CSM_SCAN_MORE : CSM_SCAN_COARSE;
	}
	return CSM_SCAN_BAD;
}

enum csm_scan csm_scan(const struct s2 *s2, uint64_t base, uint64_t size, uint64_t *cursor,
		       enum csm_want want)
{
	struct rtt_walk w = { 0 };

	for (unsigned int i = 0; i < CSM_STEP && *cursor < size; i++) {
		enum csm_scan verdict;
		struct span s;

		rtt_walk_on(s2, &w, ipa(base + *cursor));
		s = span_of(&w, base, size);
		verdict = judge(&w, &s, want);
		if (verdict != CSM_SCAN_MORE)
			return verdict;
		*cursor = min_u64(s.end - base, size);
	}
	return *cursor == size ? CSM_SCAN_DONE : CSM_SCAN_MORE;
}

/* True if a mapped entry was made invalid. */
static bool change_entry(struct rtt_walk *w, enum rmi_ripas ripas)
{
	bool was_mapped = rtte_is_mapped(w->entry, w->level);

	switch (rtte_kind(w->entry, w->level)) {
	case RTTE_UNASSIGNED:
		rtt_set(w, rtte_unassigned(ripas));
		return false;
	case RTTE_ASSIGNED:
		rtt_set(w, rtte_assigned(rtte_pa(w->entry, w->level), w->level, ripas));
		return was_mapped && ripas != RMI_RAM;
	default:
		return false;
	}
}

bool csm_set_ripas(const struct s2 *s2, uint64_t base, uint64_t size, uint64_t *cursor, enum rmi_ripas ripas)
{
	struct rtt_walk w = { 0 };

	rtt_lock(s2);
	for (unsigned int i = 0; i < CSM_STEP && *cursor < size; i++) {
		enum rmi_ripas now;
		struct span s;

		rtt_walk_on(s2, &w, ipa(base + *cursor));
		s = span_of(&w, base, size);
		now = rtte_ripas(w.entry, w.level);
		/*
		 * What the host changed since the scan stays: an entry that has become coarse (it is no
		 * worse than a hole) and one that the host destroyed in a region (its content is gone).
		 */
		if (s.within && now != ripas && !(ripas == RMI_RAM && now == RMI_DESTROYED))
			REQUIRE(!change_entry(&w, ripas)); /* a mapped entry is RAM already, or not ours */
		*cursor = min_u64(s.end - base, size);
	}
	rtt_unlock(s2);
	port_publish();
	return *cursor == size;
}
