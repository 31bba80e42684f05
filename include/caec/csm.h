/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Confidential Shared Memory 1.0: CAEC's extension of RMI and RSI (docs/csm.md).
 *
 * P is the realm that provides a region, C one that consumes it. A realm without an Access Policy
 * Table (APT) sees none of the realm calls, and a host that never calls RMI_CSM sees none of this.
 */
#ifndef CAEC_CSM_H
#define CAEC_CSM_H

#include <caec/abi.h>
#include <caec/smccc.h>

#define CSM_ABI_VERSION ABI_VERSION(1, 0)

/* Feature bits of CSM_VERSION, in x3. */
#define CSM_FEATURE_RX ABI_U64(0x1)           /* permission RX */
#define CSM_FEATURE_NOTIFY ABI_U64(0x2)       /* NOTIFY, PENDING */
#define CSM_FEATURE_LOCAL_ATTEST ABI_U64(0x4) /* PEER_MEASUREMENT, MEASURED shares */
#define CSM_FEATURE_BLOCKS ABI_U64(0x8)       /* tables of P and C may be folded to blocks */
#define CSM_FEATURE_ENDS_AS_RAM ABI_U64(0x10) /* RESERVE's flag RAM */
#define CSM_FEATURE_NEWS ABI_U64(0x20)        /* PENDING tells of ends, too; the host hears whom to ring */
#define CSM_FEATURE_DOORBELL ABI_U64(0x40)    /* DOORBELL: the realm chooses the REC that is rung */
#define CSM_FEATURE_ATTACH_BLOCKS \
	ABI_U64(0x80) /* ATTACH and CSM_FILL map blocks; RESERVE asks for no finer tables */

/* --- Host side: one function id, the operation in x1 (docs/csm.md "Host interface"). --- */
#define RMI_CSM 0xc4000182

/* RmiRecEnter.flags: the host refuses what the last exit for CSM asked for. */
#define RMI_REC_ENTER_FLAG_CSM_REJECT ABI_U64(0x8000000000000000)

/* RmiRecExit.exit_reason of an exit for CSM. */
#define RMI_EXIT_CSM 0xca

/* RmiStatusCode of RMI_DATA_DESTROY: consumers remain, call again; nothing is destroyed yet. */
#define RMI_CSM_AGAIN 0x40

/* --- Realm side: vendor-specific hypervisor services (SMCCC owner 6). --- */
#define RSI_CSM_CALL_UID 0x8600ff01
#define RSI_CSM_CALL_REVISION 0x8600ff03
#define RSI_CSM_VERSION 0xc6000100
#define RSI_CSM_REALM_ID 0xc6000101
#define RSI_CSM_CREATE 0xc6000102
#define RSI_CSM_SHARE 0xc6000103
#define RSI_CSM_REVOKE 0xc6000104
#define RSI_CSM_DESTROY 0xc6000105
#define RSI_CSM_RESERVE 0xc6000106
#define RSI_CSM_ATTACH 0xc6000107
#define RSI_CSM_DETACH 0xc6000108
#define RSI_CSM_NOTIFY 0xc6000109
#define RSI_CSM_PENDING 0xc600010a
#define RSI_CSM_QUERY 0xc600010b
#define RSI_CSM_PEER_MEASUREMENT 0xc600010c
#define RSI_CSM_DOORBELL 0xc600010d

/* The service's UUID, 64e3187b-e4f3-4fbd-8e5b-6fb49e0a3b47, as the four words that CALL_UID returns. */
#define RSI_CSM_UID_0 0x7b18e364
#define RSI_CSM_UID_1 0xbd4ff3e4
#define RSI_CSM_UID_2 0xb46f5b8e
#define RSI_CSM_UID_3 0x473b0a9e

#ifndef __ASSEMBLER__

/* RMI_CSM operations (x1); arguments from x2. */
enum rmi_csm_op {
	RMI_CSM_VERSION = 0,     /* requested -> x1 lower, x2 higher, x3 features */
	RMI_CSM_APT_CREATE = 1,  /* rd, granule */
	RMI_CSM_APT_EXTEND = 2,  /* rd, granule */
	RMI_CSM_APT_DESTROY = 3, /* rd -> x1 granule released or 0, x2 granules still held, x3, x4 as UNMAP */
	RMI_CSM_UNMAP = 4,       /* rd, ipa -> x1 next ipa, x3 RD of a realm to ring or 0, x4 in which REC */
	RMI_CSM_FILL = 5,        /* rd, ipa -> x1 next ipa, x2 pages mapped */
	RMI_CSM_ENTRY_READ = 6,  /* rd, index -> x1 role | state << 8, x2 base, x3 size, x4 next index */
};

/*
 * What an exit for CSM asks of the host: RmiRecExit.csm_event. Whatever the event: if RmiRecExit.csm_ring is not 0, ring
 * the doorbell of the realm with that RD, in its REC number csm_ring_rec.
 */
enum csm_event {
	CSM_EVENT_P_REALM = 1,    /* base, size: create RTTs and populate */
	CSM_EVENT_C_REALM = 2,    /* base, size: unpopulate; RTTs down to level `argument` */
	CSM_EVENT_REMOVE = 3,     /* base, size in the realm with RD `argument`: may reclaim */
	CSM_EVENT_APT_FULL = 4,   /* RMI_CSM_APT_EXTEND, or reject */
	CSM_EVENT_RTT_NEEDED = 5, /* base, size left: RTT_CREATE to level `argument` */
	CSM_EVENT_NOTIFY = 6,     /* the realm with RD `argument` (csm_ring, too) was notified */
};

/* Results of RSI_CSM_*: rsi_status, and these. */
enum rsi_csm_status {
	RSI_CSM_ERROR_DENIED = 0x10,  /* no such share for you */
	RSI_CSM_ERROR_MEMORY = 0x11,  /* the APT is full and the host gave nothing */
	RSI_CSM_ERROR_HOST = 0x12,    /* the host refused */
	RSI_CSM_ERROR_REVOKED = 0x13, /* the provider took its consent back */
};

enum csm_permission {
	CSM_PERM_RO = 1,
	CSM_PERM_RW = 2,
	CSM_PERM_RX = 3,
};

/* Roles and states, as QUERY and ENTRY_READ report them. */
enum csm_role {
	CSM_ROLE_REGION = 0,   /* a region that the realm provides */
	CSM_ROLE_SHARE = 1,    /* a share that the realm made */
	CSM_ROLE_CONSUMER = 2, /* a reservation or attachment that the realm holds */
};

enum csm_state {
	CSM_STATE_CREATING = 0,  /* region or reservation, not complete: call again */
	CSM_STATE_CREATED = 1,   /* region */
	CSM_STATE_OFFERED = 2,   /* share */
	CSM_STATE_RESERVED = 3,  /* consumer */
	CSM_STATE_ATTACHED = 4,  /* share, consumer */
	CSM_STATE_REVOKED = 5,   /* consumer; share while its revocation is not complete */
	CSM_STATE_BROKEN = 6,    /* consumer, share: the host unmapped it */
	CSM_STATE_DESTROYING = 7 /* region, not complete: call again; consumer whose DETACH is not */
};

/* SHARE flags. */
#define CSM_SHARE_FLAG_MEASURED ABI_U64(0x1)

/* RESERVE flags. RAM: what the provider takes away becomes ordinary memory. */
#define CSM_RESERVE_FLAG_RAM ABI_U64(0x1)

/* The end of a QUERY or ENTRY_READ walk, and PENDING's "nothing". */
#define CSM_INDEX_NONE ABI_U64(0xffffffffffffffff)

/* A realm identifier: 128 bits, low half first. */
struct csm_rid {
	uint64_t lo;
	uint64_t hi;
};

#endif /* __ASSEMBLER__ */

#endif
