/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Realm Descriptor: what the monitor keeps of a realm, in the granule that the host gave for it
 * (DEN0137 A2.1), and the registry of live realms by RID and VMID.
 */
#ifndef MODEL_REALM_H
#define MODEL_REALM_H

#include <stdatomic.h>

#include <caec/csm.h>
#include <caec/rsi.h>

#include "model/granule.h"
#include "model/rtt.h"

enum realm_state {
	REALM_NEW = 0,
	REALM_ACTIVE = 1,
	REALM_SYSTEM_OFF = 2,
};

/*
 * Everything is written under the RD's lock. `rid`, `s2` and the parameters never change after
 * REALM_CREATE; `state` and `rec_index` may be read without the lock by a REC that runs.
 */
struct realm {
	struct csm_rid rid;
	struct s2 s2;
	_Atomic uint32_t state;     /* enum realm_state */
	_Atomic uint32_t rec_index; /* index of the next REC; never goes down */
	uint32_t num_recs;          /* RECs that exist */
	uint8_t hash_algo;          /* enum rmi_hash_algorithm */
	uint8_t num_bps;            /* minus one */
	uint8_t num_wps;            /* minus one */
	bool has_sve;
	uint8_t sve_vl; /* as ZCR_ELx.LEN */
	bool has_pmu;
	uint8_t pmu_num_ctrs;
	/* Aligned: copied word by word. */
	_Alignas(8) uint8_t rpv[64];
	_Alignas(8) uint8_t measurement[RSI_NUM_MEASUREMENTS][RSI_MEASUREMENT_SIZE]; /* RIM, REM 1-4 */
	struct granule *apt; /* root of the Access Policy Table; NULL: no CSM for this realm */
	uint32_t doorbell;   /* index of the REC in which the realm wants CSM's doorbell */
};
_Static_assert(sizeof(struct realm) <= GRANULE_SIZE, "struct realm must fit a granule");

#define REALM_MAX_RECS_ORDER 10
#define REALM_MAX_RECS ((UINT32_C(1) << REALM_MAX_RECS_ORDER) - 1)
#define REALM_MIN_IPA_BITS 32

/* What the auxiliary granules of a REC are for. */
enum rec_aux {
	REC_AUX_SIMD = 0,    /* SIMD state (run/aarch64/simd.c) */
	REC_AUX_ARENA = 1,   /* the signature that is being made (attest/arena.h) */
	REC_AUX_TOKEN = 2,   /* the realm token (attest/token.c) */
	REC_AUX_VECTORS = 4, /* of a realm with SVE: two for its vectors */
};
#define REC_TOKEN_GRANULES 2
#define REALM_REC_AUX_COUNT 4U
#define REALM_REC_AUX_COUNT_SVE 6U

static inline struct realm *realm_of(const struct granule *rd)
{
	return granule_mem(rd);
}

static inline uint32_t realm_rec_aux_count(const struct realm *realm)
{
	return realm->has_sve ? REALM_REC_AUX_COUNT_SVE : REALM_REC_AUX_COUNT;
}

/* --- Registry (registry.c) ------------------------------------------------------------------- */

/* Draws the key under which realm identifiers are made. False: no entropy. Once, at boot. */
bool registry_init(void);

/* Takes `vmid` for a realm to be. False: in use, or wider than the machine's VMIDs. */
bool registry_reserve_vmid(uint16_t vmid);
void registry_release_vmid(uint16_t vmid);

/* A realm identifier that was never given before in this boot (csm.md I7). */
struct csm_rid registry_new_rid(void);

/* Makes the realm known by its RID; its RD is locked by the caller. And the inverse. */
void registry_add(struct granule *rd);
void registry_remove(struct granule *rd);

/* The RD of the realm with this RID, or NULL. The answer may be stale at once: lock, then compare. */
struct granule *registry_find(struct csm_rid rid);

static inline bool rid_equal(struct csm_rid a, struct csm_rid b)
{
	return a.lo == b.lo && a.hi == b.hi;
}

#endif
