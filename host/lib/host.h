/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's half of RMI, portable: what a hypervisor does to build realms, lend them memory, run them
 * and take everything back. It knows nothing of what it runs on but the callbacks below.
 *
 * Results. Functions that end in RMI calls return an RmiCommandReturnCode as the RMM gave it (0 is
 * success), or one of HOST_ERROR_* for what failed on this side. A failure that a function cannot deal
 * with itself is also handed to host_ops.report with the name of the command.
 *
 * Locks. host.lock guards the list of realms and the choice of VMIDs, host_realm.lock a realm's memory.
 * No function holds either of them while a REC runs, nor both at once. A REC belongs to the one thread
 * that runs it.
 */
#ifndef HOST_LIB_HOST_H
#define HOST_LIB_HOST_H

#include <caec/rmi.h>

/* Results beyond an RmiCommandReturnCode, whose bits [63:16] are zero. */
#define HOST_ERROR_MEMORY ABI_U64(0x10000)   /* no granule to be had */
#define HOST_ERROR_ARGUMENT ABI_U64(0x20000) /* refused by this library, before any command */
#define HOST_ERROR_RMM ABI_U64(0x30000)      /* the RMM's answers make no sense together */
#define HOST_ERROR_STATE ABI_U64(0x40000)    /* not now */

/* Registers of an SMC to the RMM: x0-x5 in, x0-x4 out. EL3 carries no more. */
struct host_rmi_regs {
	uint64_t x[6];
};

/* A lock's storage; what is in it is the platform's business. Zero is free. */
struct host_lock {
	uint32_t word;
};

struct host_ops {
	void (*smc)(void *context, struct host_rmi_regs *regs);

	/* `count` (a power of two) contiguous granules of Non-secure memory, aligned to their size.
	 * Content is undefined. 0: there are none. */
	uint64_t (*alloc)(void *context, unsigned int count);
	void (*free)(void *context, uint64_t pa);

	/* One granule, for want of which a realm can't be taken apart: never 0. NULL: alloc(), which may fail then. */
	uint64_t (*alloc_sure)(void *context);

	void *(*map)(void *context, uint64_t pa); /* the granule's address in this program */

	void (*lock)(void *context, struct host_lock *lock);
	void (*unlock)(void *context, struct host_lock *lock);

	/* The number of the calling thread, below UINT32_MAX; and have thread `number` come out of the realm that
	 * it runs, or out of its wait for something to do. It may be doing neither: then the kick comes for
	 * nothing. Called with host.lock held. Both NULL: nobody is kicked, doorbells ring at the next entry. */
	uint32_t (*thread)(void *context);
	void (*kick)(void *context, uint32_t number);

	/* A failure nobody handled: `command` as host_rmi_command_name() has it. */
	void (*report)(void *context, const char *command, uint64_t result);
};

struct host_realm;

struct host {
	const struct host_ops *ops;
	void *context;
	uint64_t features;  /* RmiFeatureRegister0 */
	bool check_wiped;   /* read each granule that comes back: it must be zero */
	uint64_t delegated; /* granules that are not ours at the moment (atomic) */
	uint64_t not_wiped; /* granules that came back with content (atomic) */
	struct host_lock lock;
	struct host_realm *realms;
	uint16_t last_vmid;
};

/* Agrees on the interface's version with the RMM and reads its features. */
uint64_t host_init(struct host *host, const struct host_ops *ops, void *context);

/* A field of the feature register, by its RMI_FEATURE0_*_SHIFT and _WIDTH. */
unsigned int host_feature(const struct host *host, unsigned int shift, unsigned int width);

/* --- Granules ------------------------------------------------------------------------------------ */

/* Allocates and delegates one granule. */
uint64_t host_granule_alloc(struct host *host, uint64_t *pa);

/* Undelegates and frees. On failure the granule is lost to us, and reported. */
uint64_t host_granule_free(struct host *host, uint64_t pa);

/* The same for `count` contiguous granules. */
uint64_t host_granules_free(struct host *host, uint64_t pa, unsigned int count);

/* --- Errors -------------------------------------------------------------------------------------- */

/* "RMI_REALM_CREATE", "RMI_CSM_APT_EXTEND". */
const char *host_rmi_command_name(uint64_t fid);
const char *host_rmi_csm_name(uint64_t operation);

/* "RMI_ERROR_RTT" or "HOST_ERROR_MEMORY"; the index is rmi_result_index(). */
const char *host_result_name(uint64_t result);

/* Reports a failure of command `fid` and returns `result`. Success passes in silence. */
uint64_t host_fail(struct host *host, uint64_t fid, uint64_t result);
uint64_t host_csm_fail(struct host *host, uint64_t operation, uint64_t result);

#endif
