/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause */
/*
 * /dev/caec: realms of a Linux host (caec_host(4)).
 *
 * An open /dev/caec makes realms. A realm is a file descriptor, each of its RECs (vCPUs) is another. The last of them that
 * goes, however its process ends, takes the realm apart and gives every page back.
 *
 * The order of building is part of what is measured:
 *
 *	CREATE_REALM, INIT_RIPAS for each range of RAM, POPULATE for each piece of content, CREATE_REC for each REC, ACTIVATE
 *
 * then RUN for each REC, from a thread of its own.
 *
 * Every structure begins with the version of this interface. What is reserved, and flags that are not named, must be zero
 * (EINVAL). Pointers are 64 bits wide. All ioctls return 0 or -1 with errno; what is the same for all of them: EFAULT, a
 * pointer is wrong; EINVAL, an argument is; ENOTTY, not an ioctl of this descriptor; ENOMEM, there is no memory, or the
 * caller's memory cgroup has none left, or the realm has reached its limit; EINTR, a signal that kills; ESHUTDOWN, the
 * machine is going down; EIO, the RMM refused what it should not have refused.
 */
#ifndef _UAPI_LINUX_CAEC_HOST_H
#define _UAPI_LINUX_CAEC_HOST_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define CAEC_HOST_VERSION 1

#define CAEC_HOST_MAX_RECS 16
#define CAEC_HOST_NAME_SIZE 32 /* with the zero at its end */

/* --- /dev/caec --- */

struct caec_host_info {
	__u32 version;
	__u32 reserved;
	__u64 rmi_version;  /* out, as all below: of the RMM, major << 16 | minor */
	__u64 rmi_features; /* RmiFeatureRegister0 (DEN0137 B4.4.4) */
	__u64 csm_features; /* feature bits of CSM_VERSION (docs/csm.md); 0: an RMM without CSM */
	__u32 max_recs;     /* of one realm */
	__u32 realms;       /* there are now, of all processes */
	__u64 granules;     /* pages that are with the RMM now, of all realms */
	__u64 lost;         /* pages that the RMM did not give back: a fault of the RMM, or of the module */
};

#define CAEC_HOST_INFO _IOWR(0xca, 0x40, struct caec_host_info)

/* Flags of CREATE_REALM. */
#define CAEC_HOST_REALM_SVE (1U << 0)
#define CAEC_HOST_REALM_PMU (1U << 1)
#define CAEC_HOST_REALM_CSM (1U << 2) /* the realm has confidential shared memory, see CAEC_HOST_CSM_POLICY */

#define CAEC_HOST_HASH_SHA256 0
#define CAEC_HOST_HASH_SHA512 1

/*
 * A new realm without memory. EEXIST: another realm has that name. EOPNOTSUPP: the RMM does not offer a flag or a number.
 *
 * All but name, memory, recs and the GIC's addresses is measured, with what is filled in for zeroes.
 */
struct caec_host_create {
	__u32 version;
	__u32 flags;    /* CAEC_HOST_REALM_* */
	__u32 ipa_bits; /* 32 to what the RMM offers; 0: 40, or less where that is not offered. Out: as it is */
	__u32 hash;     /* CAEC_HOST_HASH_* */
	__u32 sve_vl;   /* with SVE: vector length as ZCR_ELx.LEN; else 0 */
	__u32 pmu_counters; /* with PMU: event counters; else 0 */
	__u32 num_bps;      /* breakpoints, minus one; 0: as many as offered. Out: as it is */
	__u32 num_wps;      /* watchpoints, likewise */
	__u32 recs;         /* how many RECs it will have, 1 to CAEC_HOST_MAX_RECS: what its GIC has */
	__s32 fd;           /* out: the realm, O_CLOEXEC */
	__u64 memory;       /* bytes of protected memory that it may have at most, beside regions of CSM */
	__u64 gic_dist;     /* unprotected IPA of the GICv3 distributor, 64 KiB aligned */
	__u64 gic_redist;   /* and of the redistributors, 128 KiB for each REC, 64 KiB aligned */
	__u8 rpv[64];       /* Realm Personalization Value */
	char name
		[CAEC_HOST_NAME_SIZE]; /* for people and policies: A-Z a-z 0-9 - _ . (not empty, ends with zero) */
	__u64 reserved[4];
};

#define CAEC_HOST_CREATE_REALM _IOWR(0xca, 0x41, struct caec_host_create)

/* --- A realm: building. EBUSY: it is active already, or what is asked for is there already. --- */

/* The range gets RIPAS RAM. Multiples of 4 KiB in the protected (lower) half of the IPA space. */
struct caec_host_range {
	__u32 version;
	__u32 reserved;
	__u64 ipa;
	__u64 size;
};

#define CAEC_HOST_INIT_RIPAS _IOW(0xca, 0x42, struct caec_host_range)

#define CAEC_HOST_POPULATE_UNMEASURED \
	(1U << 0) /* the RIM says that there is something, and where, but not what */

/*
 * Content, copied from the caller's memory. `ipa` and `size` may be anything in RAM: what is before and behind in its first
 * and last page is zero. A page can be populated once.
 */
struct caec_host_populate {
	__u32 version;
	__u32 flags;
	__u64 ipa;
	__u64 size;    /* not 0 */
	__u64 content; /* a pointer */
};

#define CAEC_HOST_POPULATE _IOW(0xca, 0x43, struct caec_host_populate)

#define CAEC_HOST_REC_RUNNABLE \
	(1U << 0) /* from the start; else it waits for PSCI_CPU_ON. Runnable RECs are measured */

/* RECs are made in the order of their numbers: 0, 1 ... recs - 1. */
struct caec_host_create_rec {
	__u32 version;
	__u32 flags;
	__u64 mpidr; /* of that number: number % 16 | number / 16 << 8 */
	__u64 pc;
	__u64 gprs[8];
	__s32 fd; /* out: the REC, O_CLOEXEC */
	__u32 reserved;
};

#define CAEC_HOST_CREATE_REC _IOWR(0xca, 0x44, struct caec_host_create_rec)

/* From here on the realm can run, and nothing of the above is possible. It has all its RECs (else EINVAL). */
#define CAEC_HOST_ACTIVATE _IO(0xca, 0x45)

/* --- A realm: devices. At any time. --- */

#define CAEC_HOST_SHARED_REMOVE \
	(1U << 0) /* takes a range away; `ipa` and `size` as it was set, fd -1, offset 0 */

/*
 * Part of a memfd appears at an unprotected IPA, to read and to write. Its pages are charged as the memfd's always are; each
 * is pinned when the realm first touches it, until the range is removed, or the realm makes the page of the same number in
 * the protected half its own (RIPAS RAM). Ranges do not overlap (EEXIST), nor the GIC; there are 64 at most (ENOSPC).
 * Accesses of the realm elsewhere in the unprotected half are CAEC_HOST_EXIT_MMIO.
 */
struct caec_host_shared {
	__u32 version;
	__u32 flags;
	__u64 ipa; /* multiples of 4 KiB, all three */
	__u64 size;
	__u64 offset; /* in the memfd */
	__s32 fd;     /* a memfd; can be closed afterwards */
	__u32 reserved;
};

#define CAEC_HOST_SET_SHARED _IOW(0xca, 0x46, struct caec_host_shared)

#define CAEC_HOST_IRQ_LOW 0
#define CAEC_HOST_IRQ_HIGH 1
#define CAEC_HOST_IRQ_PULSE 2 /* an edge, whole */

struct caec_host_irq {
	__u32 version;
	__u32 intid; /* an SPI: 32 to 95 */
	__u32 level; /* CAEC_HOST_IRQ_*; the line's level stays until it is set anew */
	__u32 reserved;
};

#define CAEC_HOST_IRQ_LINE _IOW(0xca, 0x47, struct caec_host_irq)

#define CAEC_HOST_EVENTFD_REMOVE (1U << 0) /* ends what was set with the same arguments; else ENOENT */
#define CAEC_HOST_EVENTFD_MATCH (1U << 1)  /* IOEVENTFD: only if `data` is written */

/* What is written to the eventfd is an edge of the SPI. One SPI may have several; 64 at most in a realm (ENOSPC). */
struct caec_host_irqfd {
	__u32 version;
	__u32 flags;
	__s32 fd;
	__u32 intid; /* 32 to 95 */
};

#define CAEC_HOST_IRQFD _IOW(0xca, 0x48, struct caec_host_irqfd)

/* A write of the realm to this unprotected IPA is added to the eventfd, and is no exit. 64 at most (ENOSPC); EEXIST. */
struct caec_host_ioeventfd {
	__u32 version;
	__u32 flags;
	__s32 fd;
	__u32 size; /* bytes of the access: 1, 2, 4, 8; 0: any */
	__u64 ipa;
	__u64 data; /* with MATCH */
};

#define CAEC_HOST_IOEVENTFD _IOW(0xca, 0x49, struct caec_host_ioeventfd)

/* --- A realm: confidential shared memory --- */

#define CAEC_HOST_CSM_REFUSE 0 /* the realm's calls that need the host fail with ERROR_HOST */
#define CAEC_HOST_CSM_SERVE 1  /* at first, with 65536 pages and 64 regions and reservations */
#define CAEC_HOST_CSM_NAMES 2  /* served, with realms of these names only */

#define CAEC_HOST_CSM_MAX_NAMES 16

/*
 * What the host grants from now on; what is there stays. The RMM tells no host who shares with whom before it is done, nor
 * RIDs. With NAMES a sharing that either side's policy does not want is broken as soon as it shows (CSM_UNMAP): at the
 * consumer's next exit, or, where it begins with a hole, at one of the next, as a few places are looked at each time. A consumer
 * that touches it all the same ends with CAEC_HOST_ERROR_FAULT. EOPNOTSUPP: the realm has no CSM.
 */
struct caec_host_csm_policy {
	__u32 version;
	__u32 mode;        /* CAEC_HOST_CSM_* */
	__u64 max_pages;   /* that the host gives for regions of this realm beyond its memory */
	__u32 max_entries; /* regions and reservations at a time */
	__u32 count;       /* names */
	char names[CAEC_HOST_CSM_MAX_NAMES][CAEC_HOST_NAME_SIZE];
};

#define CAEC_HOST_CSM_POLICY _IOW(0xca, 0x4a, struct caec_host_csm_policy)

/* What CSM_ENTRY_READ tells (docs/csm.md). ENOENT: there is no more. EOPNOTSUPP: the realm has no CSM. */
struct caec_host_csm_entry {
	__u32 version;
	__u32 role;  /* out, as all below but `index`: 0 region, 1 share, 2 consumer */
	__u64 index; /* in: from where to look; out: from where to go on */
	__u32 state; /* as CSM_STATE_* of caec/csm.h */
	__u32 reserved;
	__u64 base;
	__u64 size;
};

#define CAEC_HOST_CSM_ENTRY _IOWR(0xca, 0x4b, struct caec_host_csm_entry)

/* --- A realm: what it is and does --- */

#define CAEC_HOST_STATE_NEW 0
#define CAEC_HOST_STATE_ACTIVE 1
#define CAEC_HOST_STATE_OFF 2    /* SYSTEM_OFF */
#define CAEC_HOST_STATE_RESET 3  /* SYSTEM_RESET: to be built anew by who wants that */
#define CAEC_HOST_STATE_BROKEN 4 /* an error, see the run page of one of its RECs */

#define CAEC_HOST_COUNT_EXITS 0   /* all that follow */
#define CAEC_HOST_COUNT_IRQ 1     /* physical interrupts */
#define CAEC_HOST_COUNT_FAULT 2   /* protected pages that were not there */
#define CAEC_HOST_COUNT_SHARED 3  /* unprotected ones */
#define CAEC_HOST_COUNT_GIC 4     /* MMIO of the GIC, SGIs */
#define CAEC_HOST_COUNT_EVENTFD 5 /* MMIO of ioeventfds */
#define CAEC_HOST_COUNT_MMIO 6    /* for user space */
#define CAEC_HOST_COUNT_WFI 7
#define CAEC_HOST_COUNT_PSCI 8
#define CAEC_HOST_COUNT_RIPAS 9
#define CAEC_HOST_COUNT_HOST_CALL 10
#define CAEC_HOST_COUNT_CSM 11
#define CAEC_HOST_COUNT_SLEEPS 12  /* WFIs that slept: not an exit of their own */
#define CAEC_HOST_COUNT_RETURNS 13 /* of RUN */
#define CAEC_HOST_COUNT_TICKS 14   /* no exits: ticks of the counter, each RMI_REC_ENTER to its return */
#define CAEC_HOST_COUNTS 16

struct caec_host_stats {
	__u32 version;
	__u32 state;    /* out, as all below: CAEC_HOST_STATE_* */
	__u64 granules; /* pages that are with the RMM for this realm: memory, tables, RECs, APT */
	__u64 granules_peak;
	__u64 granules_max; /* from `memory`, the CSM policy, and what goes with them */
	__u64 shared_pages; /* pinned */
	__u64 csm_pages;    /* given for regions beyond its memory */
	__u32 csm_entries;
	__u32 recs;
	__u64 counts[CAEC_HOST_COUNTS]; /* since the beginning, of all RECs */
	char name[CAEC_HOST_NAME_SIZE];
	__u64 reserved[4];
};

#define CAEC_HOST_STATS _IOWR(0xca, 0x4c, struct caec_host_stats)

/* --- A REC --- */

/*
 * Runs the REC until something concerns user space: 0, and the run page says what. EINTR: a signal, or immediate_exit; the run
 * page says CAEC_HOST_EXIT_INTR. EBUSY: another thread runs it. EINVAL: the realm is not active, or the run page has a wrong
 * answer. After an exit for MMIO or a host call the answer is taken from the run page at the next RUN, once. A REC that is
 * not runnable waits here until another one turns it on, or the realm ends.
 */
#define CAEC_HOST_RUN _IO(0xca, 0x60)

#define CAEC_HOST_RUN_SIZE 4096 /* mmap() this much of the REC's descriptor, shared, at offset 0 */

#define CAEC_HOST_EXIT_NONE 0 /* never ran */
#define CAEC_HOST_EXIT_INTR 1 /* call again */
#define CAEC_HOST_EXIT_MMIO 2
#define CAEC_HOST_EXIT_HOST_CALL 3  /* RSI_HOST_CALL */
#define CAEC_HOST_EXIT_SYSTEM_OFF 4 /* PSCI, by this REC or another: the realm never runs again */
#define CAEC_HOST_EXIT_SYSTEM_RESET 5
#define CAEC_HOST_EXIT_ERROR 6 /* the realm never runs again */

/* An access to an unprotected IPA where nothing is. */
struct caec_host_run_mmio {
	__u64 ipa;
	__u64 data; /* a write: what is written, zero-extended. A read: the answer is to be put here */
	__u32 size; /* bytes: 1, 2, 4, 8 */
	__u32 is_write;
	__u32 abort; /* answer: 1, there is nothing, the realm gets an external abort. 0 at first */
	__u32 reserved;
};

/* What is in `gprs` at the next RUN goes back to the realm. */
struct caec_host_run_call {
	__u64 imm;
	__u64 gprs[31];
};

#define CAEC_HOST_ERROR_FAULT 1    /* an access to protected memory that is gone: `ipa` */
#define CAEC_HOST_ERROR_MEMORY 2   /* no memory for what the realm touched, or it reached its limit: `ipa` */
#define CAEC_HOST_ERROR_SERROR 3   /* a hardware error */
#define CAEC_HOST_ERROR_SHUTDOWN 5 /* the machine goes down */
#define CAEC_HOST_ERROR_RMM 4 /* the RMM refused to run it, or told of something that can't be: `result` */

struct caec_host_run_error {
	__u32 why;
	__u32 reserved;
	__u64 ipa;
	__u64 result; /* the RMM's, or 0 */
	__u64 esr;    /* of the exit */
};

/* The run page. Only the thread in RUN writes to the fields from exit_reason on, and only while it is there. */
struct caec_host_run {
	__u32 version;        /* out: CAEC_HOST_VERSION */
	__u32 immediate_exit; /* in: not 0, RUN comes back at once with EINTR. May be set by a signal handler */
	__u32 exit_reason;    /* out: CAEC_HOST_EXIT_* */
	__u32 reserved;
	union {
		struct caec_host_run_mmio mmio;
		struct caec_host_run_call call;
		struct caec_host_run_error error;
		__u8 padding[1024];
	};
};

#endif
