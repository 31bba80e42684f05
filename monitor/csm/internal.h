/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the CSM files share among themselves.
 */
#ifndef CSM_INTERNAL_H
#define CSM_INTERNAL_H

#include "csm/csm.h"

/* --- Answers ----------------------------------------------------------------------------------------- */

static inline void csm_done(struct csm_answer *a, uint64_t status)
{
	a->outcome = CSM_DONE;
	a->status = status;
	a->num_values = 0;
}

static inline void csm_ask(struct csm_answer *a, enum csm_event event, uint64_t base, uint64_t size,
			   uint64_t argument)
{
	a->outcome = CSM_ASK;
	a->event = (uint8_t)event;
	a->base = base;
	a->size = size;
	a->argument = argument;
	a->doorbell = (struct csm_doorbell){ 0, 0 };
}

/* The event is told, and the command is a success. */
static inline void csm_tell(struct csm_answer *a, enum csm_event event, uint64_t base, uint64_t size,
			    uint64_t argument)
{
	csm_ask(a, event, base, size, argument);
	a->outcome = CSM_TELL;
	a->status = RSI_SUCCESS;
	a->num_values = 0;
}

/* There is news in an entry of a realm's table: PENDING will say so. Its RD is locked, as for csm_doorbell_of(). */
static inline void csm_make_pending(struct granule *rd, struct apt_entry *e)
{
	apt_pending_add(apt_of(realm_of(rd)->apt), e);
}

static inline struct csm_doorbell csm_doorbell_of(const struct granule *rd)
{
	return (struct csm_doorbell){ granule_pa(rd).v, realm_of(rd)->doorbell };
}

/* --- Steps (steps.c) -------------------------------------------------------------------------------------- */

/* One bounded part of a command, done under locks that are free again when it returns. */
enum csm_step {
	CSM_STEP_END,  /* the answer is there */
	CSM_STEP_MORE, /* call again, unless an interrupt is pending */
};

typedef enum csm_step csm_step_fn(const struct csm_call *call, struct csm_answer *a);

/* Steps until the end, or INCOMPLETE when an interrupt is pending (I8). */
void csm_run(csm_step_fn *step, const struct csm_call *call, struct csm_answer *a);

/* Room for `count` entries, or the answer that says there is none (the host is asked once). */
bool csm_need_room(struct apt *apt, uint32_t count, const struct csm_call *call, struct csm_answer *a);

/* --- Two realms (pair.c) ----------------------------------------------------------------------------- */

/*
 * Locks the RD of the realm `self_rid`, at `self`, and that of the live realm `rid`, in ascending order.
 * `*peer` is the latter, or NULL if there is none. False, and nothing locked: `self` is no longer that
 * realm, which can't be when the realm itself is calling.
 */
bool csm_lock_pair(struct granule *self, struct csm_rid self_rid, struct csm_rid rid, struct granule **peer);
void csm_unlock_pair(struct granule *self, struct granule *peer);

/* The same for a command of a realm: the caller is alive. Returns the peer. */
struct granule *csm_lock_call(const struct csm_call *call, struct csm_rid rid);

/* The realm's APT, or NULL. The RD is locked. */
static inline struct apt *csm_apt(const struct granule *rd)
{
	const struct granule *root = realm_of(rd)->apt;

	return root == NULL ? NULL : apt_of(root);
}

/* The share that provider `p` (may be NULL) made to the realm `c` under number `n`, or NULL. */
struct apt_entry *csm_find_share(struct granule *p, const struct granule *c, uint64_t n);

/* --- Shares (share.c) --------------------------------------------------------------------------- */

/* P's share has no consumer any more: back to OFFERED, of which P hears, or waiting for REVOKE to collect it. */
void csm_share_detached(struct granule *p, struct apt_entry *share);

/* The RIPAS of what a consumer loses to its provider. */
enum rmi_ripas csm_ending(const struct apt_entry *consumer);

/* Binds a new share to the initial measurement in eight registers; there is room for the entry. */
void csm_share_bind(struct apt *apt, struct apt_entry *share, const uint64_t rim[8]);

/* The realm is what the share is bound to, if it is bound. */
bool csm_share_admits(struct apt *apt, const struct apt_entry *share, const struct realm *consumer);

/* Frees a share without consumer, and takes it from its region's list. */
void csm_share_remove(struct apt *apt, struct apt_entry *share);

/*
 * Takes back one share of P: unmaps up to CSM_STEP entries of its consumer. `c` is the consumer's RD if
 * the share has one. MORE: call again. END: the share is gone, the consumer entry REVOKED.
 */
enum csm_step csm_share_close(struct granule *p, struct granule *c, struct apt_entry *share);

/* What a step of taking a region apart has ended. */
struct csm_gone {
	enum apt_kind kind; /* APT_FREE: nothing; APT_SHARE: one that had a consumer; APT_REGION: all */
	uint64_t base;      /* of the region, or of the consumer's range */
	uint64_t size;
	struct csm_doorbell doorbell; /* the consumer's, which has news */
};

/*
 * One step of taking a region of the realm apart: its shares, then itself. END: the region is gone (kind APT_FREE: there
 * was none with this id).
 */
enum csm_step csm_region_close(struct granule *rd, struct csm_rid rid, uint64_t id, struct csm_gone *gone);

/* --- Ranges of a realm's own (range.c) ---------------------------------------------------------------- */

/* The region or consumer entry that holds any byte of [base, top), or NULL. */
struct apt_entry *csm_find_overlap(struct apt *apt, uint64_t base, uint64_t top);

/* base and size of a range argument: aligned, not empty, no wrap, inside the protected half. */
bool csm_range_is_valid(const struct realm *realm, uint64_t base, uint64_t size);

/* What a scan of a range found. */
enum csm_scan {
	CSM_SCAN_DONE,   /* the whole range is as wanted */
	CSM_SCAN_MORE,   /* so far, so good: `cursor` advanced */
	CSM_SCAN_COARSE, /* the entry at `cursor` spans more than the range: it needs a table */
	CSM_SCAN_BAD,    /* the entry at `cursor` is not as wanted */
};

/* What the entries of the range must be. */
enum csm_want {
	CSM_WANT_REGION,      /* RIPAS EMPTY or RAM */
	CSM_WANT_REGION_FINE, /* the same, and EMPTY ones can be changed to RAM */
	CSM_WANT_VACANT,      /* UNASSIGNED, and RIPAS can be changed */
};

/* Looks at up to CSM_STEP entries from base + *cursor on. The RD is locked. */
enum csm_scan csm_scan(const struct s2 *s2, uint64_t base, uint64_t size, uint64_t *cursor,
		       enum csm_want want);

/* Gives up to CSM_STEP entries from *cursor on the RIPAS, where they are the realm's own. True: done. */
bool csm_set_ripas(const struct s2 *s2, uint64_t base, uint64_t size, uint64_t *cursor, enum rmi_ripas ripas);

/* --- Mappings of P's pages in C (map.c): P's RD is locked ---------------------------------------------- */

/* Tables that C lacks for what P has: of which level, from the cursor on, for how many bytes. */
struct csm_lack {
	uint64_t level;
	uint64_t size;
};

/*
 * Looks at up to CSM_STEP entries of `c` from *cursor on: is there a place for what P has in the region, a block for a block, pages
 * for the rest? COARSE: not at *cursor. Both RDs are locked.
 */
enum csm_scan csm_scan_places(struct granule *p, const struct apt_entry *region, struct granule *c,
			      uint64_t c_base, uint64_t *cursor, struct csm_lack *lack);

/*
 * The same of one place, `offset` into the region; `*level` is that at which C's tables end there. Both RDs are locked.
 */
bool csm_has_place(struct granule *p, const struct apt_entry *region, struct granule *c, uint64_t c_base,
		   uint64_t offset, int *level);

/* P's granule at `addr` of a region; NULL: a hole. */
struct granule *csm_provider_page(struct granule *p, uint64_t addr);

/* Maps what P has, in up to CSM_STEP entries of C from *cursor on. True: the whole range was seen. */
bool csm_map_step(struct granule *p, struct apt_entry *region, struct apt_entry *share, uint64_t *cursor,
		  uint64_t *mapped);

/*
 * Unmaps up to CSM_STEP entries of the share's range in C from *cursor on; entries become UNASSIGNED with
 * `ripas`. True: the whole range was seen. The TLBs are clean when it returns.
 */
bool csm_unmap_step(struct apt_entry *share, uint64_t *cursor, enum rmi_ripas ripas);

/* One page of the region, to or from the share's consumer. Unmapping leaves a hole. */
void csm_map_page(struct granule *p, struct apt_entry *region, struct apt_entry *share, uint64_t offset);
void csm_unmap_page(struct apt_entry *share, uint64_t offset, struct granule *data);

#endif
