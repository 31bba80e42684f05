/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * /dev/csm: confidential shared memory for programs in a realm (csm(4)).
 *
 * An open /dev/csm makes objects: a region that this realm provides, or an attachment to another realm's. Each is a file
 * descriptor of its own: mmap(), poll(), read() and the ioctls for objects. Every structure begins with the version of
 * this interface; what is reserved is zero.
 */
#ifndef _UAPI_LINUX_CAEC_CSM_H
#define _UAPI_LINUX_CAEC_CSM_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define CAEC_CSM_VERSION 1

/* A realm's identifier: 128 bits, low half first; written as 32 hex digits, high half first. */
struct caec_csm_rid {
	__u64 lo;
	__u64 hi;
};

/* Permissions of a share. */
#define CAEC_CSM_RO 1
#define CAEC_CSM_RW 2
#define CAEC_CSM_RX 3

/* Roles and states, as the monitor has them (docs/csm.md). */
#define CAEC_CSM_ROLE_REGION 0
#define CAEC_CSM_ROLE_SHARE 1
#define CAEC_CSM_ROLE_CONSUMER 2

#define CAEC_CSM_STATE_CREATING 0
#define CAEC_CSM_STATE_CREATED 1
#define CAEC_CSM_STATE_OFFERED 2
#define CAEC_CSM_STATE_RESERVED 3
#define CAEC_CSM_STATE_ATTACHED 4
#define CAEC_CSM_STATE_REVOKED 5
#define CAEC_CSM_STATE_BROKEN 6
#define CAEC_CSM_STATE_DESTROYING 7

/* Flags of objects. */
#define CAEC_CSM_KEEP (1U << 0)   /* outlives its last descriptor; CAEC_CSM_OPEN finds it */
#define CAEC_CSM_DAX (1U << 1)    /* has page structures: csm_blk can take it. 2 MiB aligned size */
#define CAEC_CSM_SIGBUS (1U << 2) /* attachment: when it ends an access is a SIGBUS. Else it reads zeros */

/* --- /dev/csm --- */

struct caec_csm_info {
	__u32 version;
	__u32 reserved;
	struct caec_csm_rid rid; /* this realm's */
	__u64 features;          /* of the monitor: feature bits of CSM_VERSION */
	__u64 window_base;       /* where regions and attachments lie */
	__u64 window_size;
	__u64 window_free;
};

struct caec_csm_create {
	__u32 version;
	__u32 flags;
	__u64 size; /* a multiple of 4 KiB */
	__u64 id;   /* out */
	__s32 fd;   /* out */
	__u32 reserved;
};

struct caec_csm_attach {
	__u32 version;
	__u32 flags;
	struct caec_csm_rid provider;
	__u64 n;
	__u64 size;       /* the region's */
	__u64 pages;      /* out: mapped */
	__u64 holes;      /* out: pages that the provider has not got yet */
	__u32 permission; /* out */
	__s32 fd;         /* out */
};

/* A kept object, found again: a region by its id, an attachment by provider and number. */
struct caec_csm_open {
	__u32 version;
	__u32 role;
	struct caec_csm_rid provider;
	__u64 n;
	__u64 id;
	__s32 fd; /* out */
	__u32 reserved;
};

/* What the monitor knows of this realm. Fails with ENOENT where there is no more. */
struct caec_csm_entry {
	__u32 version;
	__u32 role;  /* out, as all below but `index` */
	__u64 index; /* in: from where to look; out: from where to go on */
	struct caec_csm_rid peer;
	__u64 n;
	__u64 id;
	__u64 base;
	__u64 size;
	__u32 state;
	__u32 permission;
};

struct caec_csm_measurement {
	__u32 version;
	__u32 index; /* 0: initial measurement; 1 to 4: extensible ones; 5: personalization value */
	struct caec_csm_rid peer;
	__u8 value[64];  /* out, padded with zeroes */
	__u64 algorithm; /* out: 0 SHA-256, 1 SHA-512 */
};

#define CAEC_CSM_INFO _IOWR(0xca, 0x00, struct caec_csm_info)
#define CAEC_CSM_CREATE _IOWR(0xca, 0x01, struct caec_csm_create)
#define CAEC_CSM_ATTACH _IOWR(0xca, 0x02, struct caec_csm_attach)
#define CAEC_CSM_OPEN _IOWR(0xca, 0x03, struct caec_csm_open)
#define CAEC_CSM_QUERY _IOWR(0xca, 0x04, struct caec_csm_entry)
#define CAEC_CSM_MEASUREMENT _IOWR(0xca, 0x05, struct caec_csm_measurement)

/* --- Objects --- */

struct caec_csm_object {
	__u32 version;
	__u32 role; /* out, as all below */
	__u32 state;
	__u32 permission;
	__u32 flags;
	__u32 reserved;
	struct caec_csm_rid provider; /* attachment */
	__u64 n;
	__u64 id;   /* region */
	__u64 base; /* guest physical address */
	__u64 size;
};

struct caec_csm_share {
	__u32 version;
	__u32 permission;
	__u32 measured; /* 1: only for a peer with this initial measurement */
	__u32 reserved;
	struct caec_csm_rid peer;
	__u64 n; /* out */
	__u8 rim[64];
};

/* One share of a region. Of an attachment: all zero. */
struct caec_csm_peer {
	__u32 version;
	__u32 reserved;
	struct caec_csm_rid peer;
	__u64 n;
};

struct caec_csm_keep {
	__u32 version;
	__u32 keep; /* 0 or 1 */
};

/* What read() returns, as many as fit. The same thing told twice before it is read is told once. */
#define CAEC_CSM_EVENT_RUNG (1U << 0)     /* the peer notified */
#define CAEC_CSM_EVENT_ATTACHED (1U << 1) /* region: the peer has attached */
#define CAEC_CSM_EVENT_GONE (1U << 2)     /* the peer let go, or revoked, or is no more */

struct caec_csm_event {
	__u32 events;
	__u32 reserved;
	struct caec_csm_rid peer;
	__u64 n;
};

#define CAEC_CSM_OBJECT _IOWR(0xca, 0x10, struct caec_csm_object)
#define CAEC_CSM_SHARE _IOWR(0xca, 0x11, struct caec_csm_share)
#define CAEC_CSM_REVOKE _IOW(0xca, 0x12, struct caec_csm_peer)
#define CAEC_CSM_NOTIFY _IOW(0xca, 0x13, struct caec_csm_peer)
#define CAEC_CSM_SET_KEEP _IOW(0xca, 0x14, struct caec_csm_keep)

/* --- csm_blk: /dev/csmblk-control --- */

/* Makes /dev/csmblkN of an object with CAEC_CSM_DAX; it keeps the object. */
struct caec_csm_blk {
	__u32 version;
	__s32 fd;    /* CAEC_CSM_BLK_ADD: the object */
	__u32 minor; /* N: out of ADD, in of REMOVE */
	__u32 reserved;
};

#define CAEC_CSM_BLK_ADD _IOWR(0xca, 0x20, struct caec_csm_blk)
#define CAEC_CSM_BLK_REMOVE _IOW(0xca, 0x21, struct caec_csm_blk)

/* --- csm_net: /dev/csmnet-control --- */

/*
 * An Ethernet interface to a peer. Each side fills a region that the other attaches; the interface keeps the region, attaches
 * the peer's when it is there, and has a carrier while both are attached. UP with the name of an interface whose link has
 * ended gives it a new one; without a region it says another number to one that has not attached the peer's yet.
 */
struct caec_csm_net {
	__u32 version;
	__s32 fd; /* UP: the region, with CAEC_CSM_DAX; -1: only peer_n counts */
	char name[16];
	struct caec_csm_rid peer;
	__u64 own_n;     /* UP: the region's share with the peer */
	__u64 peer_n;    /* UP: the number of the peer's share with this realm */
	__u64 peer_size; /* UP: the size of the peer's region */
};

#define CAEC_CSM_NET_UP _IOW(0xca, 0x30, struct caec_csm_net)
#define CAEC_CSM_NET_DOWN _IOW(0xca, 0x31, struct caec_csm_net)

#endif
