/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libcsm: confidential shared memory for programs in a Linux realm (libcsm(3)).
 *
 * A region is memory of this realm that it shares; an attachment is another realm's, mapped here. Either is an object:
 *
 *	provider                                     consumer
 *	csm_create(csm, size, 0, &o)                 csm_attach(csm, &provider, n, size, 0, &o)
 *	csm_map(&o)                                  csm_map(&o)
 *	csm_share(&o, &peer, CAEC_CSM_RW, NULL, &n)
 *	... both use o.base[0 .. o.size-1], csm_notify(), csm_wait() ...
 *	csm_close(&o)                                csm_close(&o)
 *
 * Functions return 0, or an error number of errno(3) with a minus. What the memory holds is as trustworthy as the realm at
 * its other end: read each word once, check the copy, use the copy.
 */
#ifndef LIBCSM_H
#define LIBCSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/caec_csm.h>

#include "channel.h"

struct csm {
	int fd;
	uint32_t role, permission;
	uint64_t id;                  /* region */
	struct caec_csm_rid provider; /* attachment: whose */
	uint64_t n;                   /* and which share */
	size_t size;
	void *base; /* NULL: not mapped */
};

/* "DENIED: there is no such share for this realm" */
const char *csm_error_text(int error);

/* 32 hex digits, high half first. False: that is no identifier. */
#define CSM_RID_TEXT 33
bool csm_rid_parse(const char *text, struct caec_csm_rid *rid);
void csm_rid_format(const struct caec_csm_rid *rid, char text[CSM_RID_TEXT]);

/* --- /dev/csm: csm_open() returns its descriptor. --- */

int csm_open(void);
int csm_info(int csm, struct caec_csm_info *info);

/* The first entry from entry->index on, which moves on. -ENOENT: no more. */
int csm_query(int csm, struct caec_csm_entry *entry);

/* Measurement `index` of a peer that this realm shares with: docs/csm.md "Attestation". */
int csm_measurement(int csm, const struct caec_csm_rid *peer, unsigned int index,
		    struct caec_csm_measurement *measurement);

/* --- Objects. `flags`: CAEC_CSM_KEEP, CAEC_CSM_DAX, CAEC_CSM_SIGBUS. --- */

int csm_create(int csm, uint64_t size, uint32_t flags, struct csm *o);
int csm_attach(int csm, const struct caec_csm_rid *provider, uint64_t n, uint64_t size, uint32_t flags,
	       struct csm *o);

/* Those that were kept. */
int csm_find_region(int csm, uint64_t id, struct csm *o);
int csm_find_attachment(int csm, const struct caec_csm_rid *provider, uint64_t n, struct csm *o);

/* All of it at o->base, writable where the permission is RW. */
int csm_map(struct csm *o);

/* Unmaps and closes; unless it is kept, or used otherwise, this is its end. */
void csm_close(struct csm *o);
int csm_keep(const struct csm *o, bool keep);

/* `rim`: 64 bytes, only a peer with this initial measurement may attach; or NULL. */
int csm_share(const struct csm *o, const struct caec_csm_rid *peer, uint32_t permission, const uint8_t *rim,
	      uint64_t *n);
int csm_revoke(const struct csm *o, const struct caec_csm_rid *peer, uint64_t n);

/* Rings at the other end. Of an attachment: `peer` and `n` are not used. */
int csm_notify(const struct csm *o, const struct caec_csm_rid *peer, uint64_t n);

/* The next event, for up to `timeout` ms (-1: for ever). -ETIMEDOUT; -EPIPE: the peer of an attachment is gone. */
int csm_wait(const struct csm *o, int timeout, struct caec_csm_event *event);

/* --- Links: two channels (channel.h) between two realms. --- */

struct csm_link {
	const struct csm *o;    /* what tells of the peer */
	const struct csm *bell; /* by which the peer is rung */
	struct caec_csm_rid peer;
	uint64_t n;
	bool attached; /* provider: the peer has been seen */
	bool gone;
	struct channel tx, rx;
};

/* In one region with permission RW, the provider's output in its first half. The object is mapped. `peer` and `n` name the share, of
 * a region. */
int csm_link_open(struct csm_link *link, const struct csm *o, const struct caec_csm_rid *peer, uint64_t n);

/*
 * In two, of which each realm provides one: permission RO is enough, and is all that is asked for. `own` is a region, shared with
 * `peer` as `n`; `theirs` the attachment of the peer's. Both are mapped, and new.
 */
int csm_link_open_two(struct csm_link *link, const struct csm *own, const struct caec_csm_rid *peer,
		      uint64_t n, const struct csm *theirs);

/* Whole messages of up to channel_longest(&link->tx) bytes; these sleep. -EPIPE: the peer is gone; -EPROTO: it lies. */
int csm_link_send(struct csm_link *link, const void *data, size_t length);
int csm_link_receive(struct csm_link *link, void *data, size_t size, size_t *length);

#endif
