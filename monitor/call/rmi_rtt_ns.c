/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mappings of Non-secure memory at unprotected IPAs: RMI_RTT_MAP_UNPROTECTED and
 * RMI_RTT_UNMAP_UNPROTECTED (DEN0137 B4.3.19, B4.3.22).
 *
 * Whether the memory is Non-secure, or memory at all, is for the granule protection check to say on
 * each access: EL3 may change it at any time.
 */
#include "call/rmi.h"
#include "model/realm.h"

/* level_bound, ipa_align, ipa_bound. */
static bool unprotected_entry_is_valid(const struct s2 *s2, uint64_t addr, int64_t level)
{
	return level >= RTT_MIN_BLOCK_LEVEL && level >= s2->start && level <= RTT_LEVEL_PAGE &&
	       is_aligned(addr, rtt_entry_size((int)level)) && addr < s2_size(s2) &&
	       !s2_is_protected(s2, addr);
}

static uint64_t map_locked(const struct s2 *s2, struct ipa addr, int level, uint64_t desc)
{
	struct rtt_walk w = rtt_walk(s2, addr, level);

	if (w.level < level || rtte_kind(w.entry, w.level) != RTTE_UNASSIGNED_NS)
		return rmi_result(RMI_ERROR_RTT, (unsigned int)w.level);
	rtt_set(&w, rtte_assigned_ns(desc, level));
	port_publish();
	return RMI_SUCCESS;
}

uint64_t rmi_rtt_map_unprotected(const uint64_t *arg, uint64_t *out)
{
	struct granule *rd = granule_find_lock(pa(arg[1]), GRANULE_RD);
	uint64_t addr = arg[2], desc = arg[4];
	int64_t level = (int64_t)arg[3];
	uint64_t result = RMI_ERROR_INPUT;
	const struct s2 *s2;

	(void)out;
	if (rd == NULL)
		return RMI_ERROR_INPUT;
	s2 = &realm_of(rd)->s2;
	/* attr_valid, addr_align and addr_bound follow the level: their code is the same. */
	if (unprotected_entry_is_valid(s2, addr, level) && rtte_ns_desc_is_valid(desc, (int)level)) {
		rtt_lock(s2);
		result = map_locked(s2, ipa(addr), (int)level, desc);
		rtt_unlock(s2);
	}
	granule_unlock(rd);
	return result;
}

static uint64_t unmap_locked(const struct s2 *s2, struct ipa addr, int level, uint64_t *out)
{
	struct rtt_walk w = rtt_walk(s2, addr, level);
	uint64_t result = RMI_SUCCESS;

	if (w.level < level || rtte_kind(w.entry, w.level) != RTTE_ASSIGNED_NS)
		result = rmi_result(RMI_ERROR_RTT, (unsigned int)w.level);
	else
		rtt_break(s2, &w, addr, rtte_unassigned_ns());
	out[1] = rtt_skip_non_live(s2, &w, addr);
	return result;
}

uint64_t rmi_rtt_unmap_unprotected(const uint64_t *arg, uint64_t *out)
{
	struct granule *rd = granule_find_lock(pa(arg[1]), GRANULE_RD);
	uint64_t addr = arg[2];
	int64_t level = (int64_t)arg[3];
	uint64_t result = RMI_ERROR_INPUT;
	const struct s2 *s2;

	if (rd == NULL)
		return RMI_ERROR_INPUT;
	s2 = &realm_of(rd)->s2;
	if (unprotected_entry_is_valid(s2, addr, level)) {
		rtt_lock(s2);
		result = unmap_locked(s2, ipa(addr), (int)level, out);
		rtt_unlock(s2);
	}
	granule_unlock(rd);
	return result;
}
