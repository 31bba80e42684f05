/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Confidential Shared Memory: the rules (docs/csm.md; its invariants I1-I10 are cited as such).
 *
 * Three kinds of functions: the realm's commands (provider.c, consumer.c), the host's operations
 * (host_operations.c), and what the base commands ask when they touch a realm that has an APT (base_commands.c).
 *
 * Locks. Whatever concerns P and C holds both RDs, taken in ascending order (pair.c). Mappings of
 * P's granules in C change only under P's RD lock and C's table lock; so P's lock alone is enough to find
 * and remove them all (DATA_DESTROY), and an APT share entry that says ATTACHED keeps C's RD alive.
 */
#ifndef CSM_CSM_H
#define CSM_CSM_H

#include <caec/csm.h>
#include <caec/rmi.h>
#include <caec/rsi.h>

#include "csm/apt.h"
#include "model/realm.h"

/*
 * Work done under locks before they are let go: table entries, or list entries of that order. A test has it smaller, so
 * that all calls take several steps.
 */
#ifndef CSM_STEP
#define CSM_STEP 512U
#endif

/* What VERSION reports on both interfaces. */
#define CSM_FEATURES_OFFERED                                                                   \
	(CSM_FEATURE_RX | CSM_FEATURE_NOTIFY | CSM_FEATURE_LOCAL_ATTEST | CSM_FEATURE_BLOCKS | \
	 CSM_FEATURE_ENDS_AS_RAM | CSM_FEATURE_NEWS | CSM_FEATURE_DOORBELL | CSM_FEATURE_ATTACH_BLOCKS)

/* Consumers that one DATA_CREATE_UNKNOWN or DATA_DESTROY serves: a walk of tables each. */
#define CSM_STEP_CONSUMERS (CSM_STEP / 8)

/* Shares that go in a step: a removal from a balanced tree each. */
#define CSM_STEP_REMOVALS (CSM_STEP / 16)

/* --- The realm's commands -------------------------------------------------------------------------- */

/* A realm that has news: the host is to ring its doorbell. */
struct csm_doorbell {
	uint64_t rd; /* 0: nobody has */
	uint64_t rec;
};

enum csm_outcome {
	CSM_DONE, /* `status` and the values are the result */
	CSM_ASK,  /* the host must act first: the event goes out, the command is called again */
	CSM_TELL, /* the event goes out, then the command is a success */
};

struct csm_answer {
	enum csm_outcome outcome;
	uint64_t status;    /* rsi_status, rsi_csm_status, or SMCCC_NOT_SUPPORTED */
	uint64_t value[10]; /* x1.. of the result */
	uint32_t num_values;
	uint8_t event; /* enum csm_event */
	uint64_t base;
	uint64_t size;
	uint64_t argument;
	struct csm_doorbell doorbell;
};

/* The arguments of a command, by name (docs/csm.md "Realm interface"); those that it has not are zero. */
struct csm_args {
	struct csm_rid peer;
	uint64_t n;  /* of the share, as the pair counts them */
	uint64_t id; /* of a region */
	uint64_t base;
	uint64_t size;
	uint64_t permission; /* enum csm_permission, once it is checked */
	uint64_t flags;
	uint64_t role;  /* 0: the caller provides; 1: it consumes */
	uint64_t index; /* of an entry, or of a measurement */
	uint64_t mpidr;
	const uint64_t *rim; /* 8 words */
	uint64_t version;
};

/* What a command knows of its caller. */
struct csm_call {
	struct granule *rd; /* of the calling realm; not locked, alive because the caller is */
	const struct csm_args *args;
	uint8_t asked; /* the event that the host has answered; 0: first time */
	bool rejected; /* its answer */
};

typedef void csm_command(const struct csm_call *call, struct csm_answer *answer);

csm_command csm_realm_id, csm_query;
csm_command csm_create, csm_share, csm_revoke, csm_destroy;
csm_command csm_reserve, csm_attach, csm_detach;
csm_command csm_notify, csm_pending, csm_doorbell, csm_peer_measurement;

/* --- The host's operations ------------------------------------------------------------------------- */

/*
 * Each returns an RmiCommandReturnCode (docs/csm.md "Host interface"). Addresses are as the host gave them. Results are
 * written where the operation has any to give, else they keep their values.
 */
uint64_t csm_apt_create(struct pa rd, struct pa granule);
uint64_t csm_apt_extend(struct pa rd, struct pa granule);
/* `*released` is the granule that goes back to the host (0: none yet), `*held` how many are left. */
uint64_t csm_apt_destroy(struct pa rd, uint64_t *released, uint64_t *held, struct csm_doorbell *doorbell);
uint64_t csm_unmap(struct pa rd, uint64_t addr, uint64_t *next, struct csm_doorbell *doorbell);
uint64_t csm_fill(struct pa rd, uint64_t addr, uint64_t *next, uint64_t *mapped);

/* What the host may know of an entry: neither the peer nor the permission. */
struct csm_host_entry {
	uint64_t
		role_and_state; /* role | state << 8; CSM_INDEX_NONE: no entry in use among those looked at */
	uint64_t base;
	uint64_t size;
	uint64_t next; /* index to go on from; CSM_INDEX_NONE: the end */
};
uint64_t csm_entry_read(struct pa rd, uint64_t index, struct csm_host_entry *entry);

/* --- For attestation: the caller holds the RD's lock (sharing_state.c) --------------------------------- */

/* One way in which memory of the realm, or of its peer, is shared now. */
struct csm_sharing {
	bool consumer; /* the realm uses the peer's memory; else the peer may use the realm's */
	struct csm_rid peer;
	enum csm_permission permission;
	uint64_t size; /* bytes */
};

struct csm_sharing_walk {
	struct apt *apt; /* NULL: the realm has none */
	struct apt_walk entries;
	uint32_t looked_at;
	bool cut_off; /* CSM_STEP entries were looked at and there are more: what comes is not all */
};

/*
 * The sharing state, item by item, the same as long as the lock is held. An item is a share from RSI_CSM_SHARE
 * until nothing of it is mapped any more, or an attachment from RSI_CSM_ATTACH until DETACH or revocation is
 * complete. False: no more, or cut off.
 */
void csm_sharing_begin(struct granule *rd, struct csm_sharing_walk *w);
bool csm_sharing_next(struct csm_sharing_walk *w, struct csm_sharing *item);

/* --- For the base commands: the caller holds the RD's lock ------------------------------------------- */

/* [base, top) has a byte in a CSM range of the realm, in either role; in one it holds as consumer. */
bool csm_range_overlaps(struct granule *rd, uint64_t base, uint64_t top);
bool csm_consumer_overlaps(struct granule *rd, uint64_t base, uint64_t top);
/* [base, top) lies in one range that the realm holds as consumer. */
bool csm_consumer_covers(struct granule *rd, uint64_t base, uint64_t top);

/* The realm may have a page of its own at `addr`: not where it has another's memory, or is to have it. */
bool csm_admits_data(struct granule *rd, struct ipa addr);

/* The realm got a page at `addr`: consumers of a region there get it too, if their tables reach it. */
void csm_data_created(struct granule *rd, struct ipa addr);

/* A consumer may have `data`, by itself or in a block. False: none has. */
bool csm_data_is_shared(struct granule *rd, const struct granule *data);

/*
 * Takes the realm's page `data` at `addr` away from consumers. False: some may still have it, call again.
 * True: no mapping but the owner's is left, and no TLB holds one (I5).
 */
bool csm_data_release(struct granule *rd, struct ipa addr, struct granule *data);

/*
 * A consumer's block whose first granule is at `first` becomes 512 pages, or they a block: how they are counted
 * (granule.h). Without P's RD lock: the first granule is counted at every moment, as a block or as a page.
 */
void csm_block_split(struct pa first);
void csm_block_made(struct pa first);

#endif
