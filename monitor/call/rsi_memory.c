/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Access to a realm's memory for the buffer of a call (rsi.h).
 */
#include "call/rsi.h"

#include <caec/arm.h>

/* HPFAR_EL2: bits [51:12] of the IPA from bit 4 up. */
static uint64_t hpfar_of(struct ipa addr)
{
	return align_down(addr.v, GRANULE_SIZE) >> HPFAR_TO_IPA;
}

/* As if the realm had accessed the page itself: the host supplies it, and the call is executed again. */
static void report_fault(struct ipa addr, int level, struct rmi_rec_exit *exit)
{
	exit->exit_reason = RMI_EXIT_SYNC;
	exit->esr = (uint64_t)EC_DATA_ABORT_LOWER << ESR_EC_SHIFT | FSC_TRANSLATION | (uint64_t)level;
	exit->hpfar = hpfar_of(addr);
}

enum realm_memory realm_memory_get(struct rec *rec, struct ipa addr, void **mem, struct rmi_rec_exit *exit)
{
	const struct s2 *s2 = &rec->realm->s2;
	struct rtt_walk w;

	rtt_lock(s2);
	w = rtt_walk(s2, addr, RTT_LEVEL_PAGE);
	if (rtte_is_writable(w.entry, w.level)) {
		uint64_t offset = addr.v & (rtt_entry_size(w.level) - 1);

		*mem = port_mem(pa(rtte_pa(w.entry, w.level).v + offset));
		return REALM_MEMORY_OK;
	}
	rtt_unlock(s2);
	/* Given away, or shared with this realm for reading. */
	if (rtte_ripas(w.entry, w.level) == RMI_EMPTY || rtte_is_mapped(w.entry, w.level))
		return REALM_MEMORY_INPUT;
	report_fault(addr, w.level, exit);
	return REALM_MEMORY_FAULT;
}

void realm_memory_put(struct rec *rec)
{
	rtt_unlock(&rec->realm->s2);
}
