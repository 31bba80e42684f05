/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_IPA_STATE_SET and RSI_IPA_STATE_GET (DEN0137 A5.4, B5.3.5, B5.3.6).
 */
#include "call/rsi.h"
#include "csm/csm.h"

static bool range_is_valid(const struct realm *realm, uint64_t base, uint64_t top)
{
	return is_aligned(base | top, GRANULE_SIZE) && s2_range_is_protected(&realm->s2, base, top);
}

/* The RIPAS of what other realms see, or what they show, is not this realm's to change alone. */
static bool is_csm_range(struct rec *rec, uint64_t base, uint64_t top)
{
	bool overlaps;

	REQUIRE(granule_lock(rec->rd, GRANULE_RD));
	overlaps = csm_range_overlaps(rec->rd, base, top);
	granule_unlock(rec->rd);
	return overlaps;
}

bool rsi_ipa_state_set(struct rec *rec, struct rmi_rec_exit *exit)
{
	uint64_t base = rec->gprs[1], top = rec->gprs[2];
	uint8_t ripas = (uint8_t)rec->gprs[3]; /* [63:8] SBZ */
	uint64_t flags = rec->gprs[4];

	if (!range_is_valid(rec->realm, base, top) || (ripas != RSI_EMPTY && ripas != RSI_RAM) ||
	    is_csm_range(rec, base, top))
		return rsi_return(rec, RSI_ERROR_INPUT, 0, 0);
	rec->ripas_base = base;
	rec->ripas_top = top;
	rec->ripas_value = ripas;
	rec->ripas_destroyed = (flags & RSI_IPA_STATE_FLAG_DESTROYED) != 0;
	rec->ripas_pending = true;
	exit->exit_reason = RMI_EXIT_RIPAS_CHANGE;
	exit->ripas_base = base;
	exit->ripas_top = top;
	exit->ripas_value = ripas;
	rec_skip(rec);
	return false;
}

void rsi_ripas_resume(struct rec *rec, bool rejected)
{
	bool refused;

	if (!rec->ripas_pending)
		return;
	/* Refusing means something only for RAM, and if something is left to refuse. */
	refused = rejected && rec->ripas_value == RMI_RAM && rec->ripas_base != rec->ripas_top;
	rec->gprs[0] = RSI_SUCCESS;
	rec->gprs[1] = rec->ripas_base;
	rec->gprs[2] = refused ? RSI_REJECT : RSI_ACCEPT;
	rec->gprs[3] = 0;
	rec->ripas_pending = false;
	rec->ripas_base = 0;
	rec->ripas_top = 0;
}

/* The RIPAS at `base`, and how far it reaches in the table that holds it. */
static uint64_t scan(const struct s2 *s2, uint64_t base, uint64_t top, uint64_t *ripas)
{
	struct rtt_walk w = rtt_walk(s2, ipa(base), RTT_LEVEL_PAGE);
	enum rmi_ripas first = rtte_ripas(w.entry, w.level);
	uint64_t size = rtt_entry_size(w.level);
	uint64_t addr = align_down(base, size);

	do {
		addr += size;
		if (++w.index == RTT_ENTRIES)
			break;
		w.entry = w.table[w.index];
	} while (addr < top && rtte_kind(w.entry, w.level) != RTTE_TABLE &&
		 rtte_ripas(w.entry, w.level) == first);
	*ripas = first;
	return min_u64(addr, top);
}

bool rsi_ipa_state_get(struct rec *rec, struct rmi_rec_exit *exit)
{
	const struct s2 *s2 = &rec->realm->s2;
	uint64_t base = rec->gprs[1], top = rec->gprs[2];
	uint64_t ripas;

	(void)exit;
	if (!range_is_valid(rec->realm, base, top))
		return rsi_return(rec, RSI_ERROR_INPUT, 0, 0);
	rtt_lock(s2);
	top = scan(s2, base, top, &ripas);
	rtt_unlock(s2);
	return rsi_return(rec, RSI_SUCCESS, top, ripas);
}
