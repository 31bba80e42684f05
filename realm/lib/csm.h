/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Confidential Shared Memory, the realm's side (docs/csm.md): a provider creates a region and shares it;
 * a consumer reserves a range of its own address space and attaches.
 *
 * Calls that the RMM interrupts are carried on with here: none of these returns half done. Outputs are
 * stored on success only.
 *
 * What a region holds is as trustworthy as the realm at its other end. Read each word once, check the
 * copy, use the copy: the peer may change it at any moment.
 */
#ifndef REALM_LIB_CSM_H
#define REALM_LIB_CSM_H

#include <caec/csm.h>
#include <caec/rsi.h>

/* The numbers are the interface's, but for the last one. */
enum csm_error {
	CSM_OK = RSI_SUCCESS,
	CSM_ERROR_INPUT = RSI_ERROR_INPUT,         /* an argument, or a range in use */
	CSM_ERROR_STATE = RSI_ERROR_STATE,         /* not in this state */
	CSM_ERROR_UNKNOWN = RSI_ERROR_UNKNOWN,     /* or an answer that is none of the specified ones */
	CSM_ERROR_DENIED = RSI_CSM_ERROR_DENIED,   /* no such share for us */
	CSM_ERROR_MEMORY = RSI_CSM_ERROR_MEMORY,   /* the APT is full and the host gave nothing */
	CSM_ERROR_HOST = RSI_CSM_ERROR_HOST,       /* the host refused */
	CSM_ERROR_REVOKED = RSI_CSM_ERROR_REVOKED, /* the provider took its consent back */
	CSM_ERROR_NOT_SUPPORTED = 0x100,           /* no CSM here: the realm has no APT */
};

/* "CSM_ERROR_DENIED" */
const char *realm_csm_error_name(enum csm_error error);

/* Looks for the service by its UUID and agrees on version 1.0. *features: CSM_FEATURE_*. */
enum csm_error realm_csm_find(uint64_t *features);

/* This realm's identifier, to be told to peers. */
enum csm_error realm_csm_realm_id(struct csm_rid *rid);

/* --- Provider ------------------------------------------------------------------------------------ */

/*
 * Makes [base, base + size) a region and clears it: what the range held before is gone, so that nothing
 * of this realm's past gets to a consumer. The addresses must be mapped, writable, in stage 1.
 */
enum csm_error realm_csm_create(uint64_t base, uint64_t size, uint64_t *id);

/* Lets `peer` attach the region. *n is the share's number among those from us to this peer. */
enum csm_error realm_csm_share(uint64_t id, const struct csm_rid *peer, enum csm_permission permission,
			       uint64_t *n);

/* The same, if its initial measurement is `rim` when it attaches (zero-padded where the hash is shorter). */
enum csm_error realm_csm_share_measured(uint64_t id, const struct csm_rid *peer,
					enum csm_permission permission,
					const uint8_t rim[RSI_MEASUREMENT_SIZE], uint64_t *n);

/* On return no PE reaches the region through the share any more. */
enum csm_error realm_csm_revoke(const struct csm_rid *peer, uint64_t n);

/* Revokes all shares of the region and makes it plain memory again. */
enum csm_error realm_csm_destroy(uint64_t id);

/* --- Consumer ------------------------------------------------------------------------------------ */

struct realm_csm_attachment {
	enum csm_permission permission;
	uint64_t pages; /* mapped */
	uint64_t holes; /* pages of the region that the host has not provided yet */
};

/*
 * Gives [base, base + size) up for share `n` of `provider`; what it held is lost. `flags`: CSM_RESERVE_FLAG_RAM for a
 * range in which no access ever ends in an abort because the provider took its memory back: it reads zeroes then.
 */
enum csm_error realm_csm_reserve(const struct csm_rid *provider, uint64_t n, uint64_t base, uint64_t size,
				 uint64_t flags);
enum csm_error realm_csm_attach(const struct csm_rid *provider, uint64_t n,
				struct realm_csm_attachment *attachment);

/* Unmaps, and frees the entry and the range. */
enum csm_error realm_csm_detach(const struct csm_rid *provider, uint64_t n);

/* --- Both (csm_query.c) -------------------------------------------------------------------------- */

struct realm_csm_entry {
	enum csm_role role;
	enum csm_state state;
	struct csm_rid peer;
	uint64_t n;
	uint64_t id;
	uint64_t base, size;
	enum csm_permission permission;
};

/* The first entry from *index on (0 to begin with); *index moves on. CSM_ERROR_INPUT: no more. */
enum csm_error realm_csm_query(uint64_t *index, struct realm_csm_entry *entry);

/* Our share to, or our reservation from, `peer` with number `n`. CSM_ERROR_DENIED: there is none. */
enum csm_error realm_csm_find_entry(enum csm_role role, const struct csm_rid *peer, uint64_t n,
				    struct realm_csm_entry *entry);

/* Notifies the peer. `role` is ours: CSM_ROLE_SHARE as the provider, CSM_ROLE_CONSUMER. */
enum csm_error realm_csm_notify(const struct csm_rid *peer, uint64_t n, enum csm_role role);

/*
 * The first entry from `first` on of which there is news (the peer notified; or another ended it, which its state tells), and
 * then is none any more; CSM_INDEX_NONE.
 */
enum csm_error realm_csm_pending(uint64_t first, uint64_t *index);

/* Our doorbell rings in the REC with this MPIDR from now on; in REC 0 at first. */
enum csm_error realm_csm_doorbell(uint64_t mpidr);

/* Measurement `index` of a peer that we share with: 0 RIM, 1-4 REM, 5 RPV. *algorithm: RMI_HASH_*. */
enum csm_error realm_csm_peer_measurement(const struct csm_rid *peer, unsigned int index,
					  uint8_t value[RSI_MEASUREMENT_SIZE], uint64_t *algorithm);

static inline bool realm_csm_rid_equal(const struct csm_rid *a, const struct csm_rid *b)
{
	return a->lo == b->lo && a->hi == b->hi;
}

#endif
