/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's half of CSM: a realm's Access Policy Table, the memory that regions need, and what exits
 * for CSM ask for (docs/csm.md "Host interface"). Locks as in memory.h.
 */
#ifndef HOST_LIB_CSM_H
#define HOST_LIB_CSM_H

#include <caec/csm.h>

#include "memory.h"

/* The virtual interrupt by which a realm hears that there is news (an SPI, edge-triggered). */
#define HOST_DOORBELL_INTID 40

/* What an exit for CSM asks of us, read once from the exit record. */
struct host_csm_request {
	enum csm_event event;
	uint64_t base, size;
	uint64_t argument;
	uint64_t ring; /* the RD of a realm whose doorbell to ring, in its REC `ring_rec`; 0: none */
	uint64_t ring_rec;
};

/* The host may refuse it. What has happened can't be refused. */
static inline bool host_csm_is_request(enum csm_event event)
{
	return event != CSM_EVENT_REMOVE && event != CSM_EVENT_NOTIFY;
}

/* Gives the realm an APT of `granules` granules, or as many more if it has one. */
uint64_t host_csm_enable(struct host_realm *realm, unsigned int granules);

/* Takes the APT back, with all that is in it. The realm must have no REC. */
uint64_t host_csm_disable(struct host_realm *realm);

/* Does the request's duty. Anything but success: refuse it (RMI_REC_ENTER_FLAG_CSM_REJECT). */
uint64_t host_csm_serve(struct host_realm *realm, const struct host_csm_request *request);

/*
 * Rings the doorbell of the realm with this RD: HOST_DOORBELL_INTID in its REC `rec` (0 if it has none of that number), at
 * that REC's next entry, which comes at once (host_ops.kick) if a thread runs it; or what host_realm.doorbell does. Any
 * thread may call this. HOST_ERROR_RMM: there is no such realm.
 */
uint64_t host_csm_ring(struct host *host, uint64_t rd, uint64_t rec);

/* The same with what the RMM says of a doorbell: rd 0 is none, and the realm named may be gone by now. */
void host_csm_ring_if_named(struct host *host, uint64_t rd, uint64_t rec);

/* The doorbell rang and the REC has not been told yet. For the thread that runs it: before it sleeps on its behalf. */
bool host_csm_was_rung(const struct host_rec *rec);

/* Breaks what the realm has mapped as a consumer in [base, base + size), one of its ranges or its end. */
uint64_t host_csm_unmap(struct host_realm *realm, uint64_t base, uint64_t size);

/* Maps what the provider has by now, at `ipa` at least. HOST_ERROR_STATE: it has nothing there. */
uint64_t host_csm_fill(struct host_realm *realm, uint64_t ipa);

/* `ipa` lies in a range that the realm has reserved as a consumer, where nothing is its own any more. */
bool host_csm_consumer_holds(struct host_realm *realm, uint64_t ipa);

#endif
