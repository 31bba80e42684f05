/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Access Policy Table of a realm: its CSM metadata, in granules that the host gave (docs/csm.md
 * "Metadata"). One root granule and any number of extensions; entries of fixed size, found by key or by
 * IPA in logarithmic time.
 *
 * Everything here is protected by the lock of the realm's RD, but for what the comment of a field says.
 */
#ifndef CSM_APT_H
#define CSM_APT_H

#include <caec/csm.h>

#include "model/granule.h"

/* An entry is named by its index; APT_NONE is no entry. */
#define APT_NONE UINT32_MAX

enum apt_kind {
	APT_FREE = 0,
	APT_REGION = 1,   /* a range that the realm provides */
	APT_SHARE = 2,    /* consent to one consumer of a region */
	APT_CONSUMER = 3, /* a range that the realm set aside for another's region */
	APT_PEER = 4,     /* how many shares were ever made to one consumer */
	APT_RIM = 5,      /* the measurement that a share is bound to; in no tree */
};

/* A command that takes several steps: what it does now. The step's position is `cursor`. */
enum apt_phase {
	APT_PHASE_NONE = 0,
	APT_PHASE_SCAN,    /* is the range fit for it? */
	APT_PHASE_ASK,     /* the host is to prepare the range */
	APT_PHASE_CHECK,   /* did it? */
	APT_PHASE_CONVERT, /* change the RIPAS of the range */
	APT_PHASE_MAP,     /* map the provider's pages */
	APT_PHASE_RELEASE, /* of a region: the page at `cursor` is on its way out, and is a hole for consumers */
};

/* Of a consumer: its provider is taking the share back, or has. What is unmapped stays so. */
#define APT_FLAG_ENDING 0x8000U

/* Position of an entry in one of the two search trees (apt_tree.c). */
struct apt_link {
	uint32_t child[2];
	uint32_t height;
};

enum apt_tree {
	APT_BY_KEY, /* every entry in use */
	APT_BY_IPA, /* regions and consumers */
	APT_TREES,
};

/* The list of pending entries: RSI_CSM_PENDING takes them off. */
struct apt_pending {
	uint32_t next;
	uint32_t prev;
	uint32_t is_listed; /* 0 or 1 */
};

/* What one kind of entry alone has. */
struct apt_region {
	uint64_t id;    /* CSM id */
	uint32_t first; /* its shares, oldest first */
	uint32_t last;
	uint32_t release; /* where APT_PHASE_RELEASE goes on in that list */
};

struct apt_share {
	uint64_t mapped; /* pages now mapped in the consumer */
	uint32_t region; /* its region's entry */
	uint32_t next;   /* in the region's list */
	uint32_t prev;
	uint32_t rim;      /* its entry of kind APT_RIM, or APT_NONE */
	uint32_t consumer; /* granule index of the consumer's RD while attached; else APT_NONE */
};

struct apt_consumer {
	uint16_t flags; /* CSM_RESERVE_FLAG_*, APT_FLAG_ENDING */
};

struct apt_free {
	uint32_t next; /* in the list of free entries */
};

/* Fields that several kinds have mean the same in each. */
struct apt_entry {
	uint8_t kind;       /* enum apt_kind */
	uint8_t state;      /* enum csm_state */
	uint8_t phase;      /* enum apt_phase */
	uint8_t permission; /* share: enum csm_permission; consumer: that of its share, once attached */
	uint32_t index;     /* of this entry */
	struct apt_link link[APT_TREES];
	struct csm_rid peer;        /* share, consumer, peer: the other realm */
	uint64_t n;                 /* share, consumer: share number; peer: the next one */
	uint64_t base;              /* region, consumer: IPA; share: IPA in the consumer, while attached */
	uint64_t size;              /* region, consumer, share: bytes */
	uint64_t cursor;            /* region, share, consumer: how far a command came, from the base */
	struct apt_pending pending; /* share, consumer */
	union {
		struct apt_region as_region;
		struct apt_share as_share;
		struct apt_consumer as_consumer;
		struct apt_free as_free;
	};
};

/* An entry of kind APT_RIM. It begins as all do, and is in no tree and no list. */
struct apt_rim {
	uint8_t kind;
	uint8_t unused[3];
	uint32_t index;
	uint8_t rim[64];
};
_Static_assert(offsetof(struct apt_rim, index) == offsetof(struct apt_entry, index),
	       "all begin the same way");
_Static_assert(sizeof(struct apt_rim) <= sizeof(struct apt_entry), "it has the place of an entry");
_Static_assert(sizeof(struct apt_entry) <= 128, "32 entries must fit a granule");

/* What to look for in the tree by key. */
struct apt_key {
	enum apt_kind kind;
	uint64_t a; /* region: id; else low half of the peer's RID */
	uint64_t b; /* high half */
	uint64_t n;
};

struct apt; /* the root granule */

static inline struct apt *apt_of(const struct granule *root)
{
	return granule_mem(root);
}

/* Makes an empty table in the zeroed root granule. */
void apt_init(struct granule *root);

/* Adds a granule: DELEGATED, so zero, and locked; the caller makes its state APT. False: the table has all that it can address. */
bool apt_extend(struct apt *apt, struct granule *g);

/* How many granules the table has, the root included. */
uint32_t apt_num_granules(const struct apt *apt);

/*
 * Takes the table apart, once no region and no consumer is left: one granule per call, the root last.
 * The granule returned is no longer used; the caller retires it. NULL: it was the last one before.
 */
struct granule *apt_shrink(struct granule *root);

/* True if `count` more entries can be made without another granule. */
bool apt_has_room(const struct apt *apt, uint32_t count);

/*
 * A new entry of `kind`, zero but for kind, index and its unset links; the caller fills in what its key
 * and IPA are and then inserts it. There is room (apt_has_room()).
 */
struct apt_entry *apt_alloc(struct apt *apt, enum apt_kind kind);
/* False: there is one with that key, or at that IPA; `e` is free again. */
bool apt_insert(struct apt *apt, struct apt_entry *e);

/* Removes the entry from the trees and the list of pending ones, and frees it. */
void apt_remove(struct apt *apt, struct apt_entry *e);

/* A new entry of kind APT_RIM; there is room. */
struct apt_rim *apt_alloc_rim(struct apt *apt);
/* The one with this index, or NULL. */
struct apt_rim *apt_find_rim(struct apt *apt, uint32_t index);
void apt_free_rim(struct apt *apt, struct apt_rim *rim);

/* The entry with this index; NULL for APT_NONE. */
struct apt_entry *apt_entry(struct apt *apt, uint32_t index);

/* For walks over all entries: indexes run from 0 to this number; entries may be free. */
uint32_t apt_num_slots(const struct apt *apt);

struct apt_entry *apt_find(struct apt *apt, struct apt_key key);
/* The entry with the least key that is not less than `key`; NULL: all are less. */
struct apt_entry *apt_find_from(struct apt *apt, struct apt_key key);
/* The region or consumer with the greatest base that is not above `addr`. */
struct apt_entry *apt_find_ipa(struct apt *apt, uint64_t addr);
/* Any region or consumer; NULL if there is none. */
struct apt_entry *apt_any_range(struct apt *apt);

/*
 * A walk over all entries in use, in the order of their keys: which a table of the same entries always has. The table
 * does not change meanwhile. NULL: that was the last.
 */
#define APT_MAX_DEPTH 40U /* of a tree: 1.44 log2(2^23) = 34 links from the root */

struct apt_walk {
	uint32_t
		path[APT_MAX_DEPTH]; /* entries whose turn comes when those below them on the left are done */
	uint32_t depth;
};

void apt_walk_begin(struct apt *apt, struct apt_walk *w);
struct apt_entry *apt_walk_next(struct apt *apt, struct apt_walk *w);

/* The list of pending shares and consumers: once each, the one that has waited longest first. */
void apt_pending_add(struct apt *apt, struct apt_entry *e);
struct apt_entry *apt_pending_first(struct apt *apt);
void apt_pending_remove(struct apt *apt, struct apt_entry *e);

/* A number never given before by this table. */
uint64_t apt_new_id(struct apt *apt);

/* Where the search for forgettable entries of kind APT_PEER goes on (provider.c). */
uint32_t *apt_peer_hand(struct apt *apt);

static inline struct apt_key apt_region_key(uint64_t id)
{
	return (struct apt_key){ APT_REGION, id, 0, 0 };
}

static inline struct apt_key apt_rid_key(enum apt_kind kind, struct csm_rid rid, uint64_t n)
{
	return (struct apt_key){ kind, rid.lo, rid.hi, n };
}

/* --- Trees (apt_tree.c): AVL trees of entries, linked by index --------------------------------------- */

struct apt_key apt_entry_key(const struct apt_entry *e);
/* False: the tree has an entry with that key, or at that IPA. */
bool apt_tree_insert(struct apt *apt, enum apt_tree tree, uint32_t *root, struct apt_entry *e);
void apt_tree_remove(struct apt *apt, enum apt_tree tree, uint32_t *root, struct apt_entry *e);
uint32_t apt_tree_find(struct apt *apt, uint32_t root, const struct apt_key *key);
uint32_t apt_tree_ceiling(struct apt *apt, uint32_t root, const struct apt_key *key);
uint32_t apt_tree_floor(struct apt *apt, uint32_t root, uint64_t addr);
/* Puts the entry `from` and what leads from it to the smallest key on the walk's path. */
void apt_tree_descend(struct apt *apt, uint32_t from, struct apt_walk *w);

#endif
