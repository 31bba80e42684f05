/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
/*
 * What the files of caec_host share. A realm lives as long as an open file of it or of one of its
 * RECs.
 *
 * Locks, in this order: a REC's run_lock; a realm's lock; that of the list of realms; csm_lock;
 * shared_lock, eventfd_lock; those of host/lib, which sleep; gic_lock, and a REC's kick_lock, which
 * do not. Who holds the list's takes one realm's csm_lock after the other's: neither is held while
 * user space's memory is touched, which may never come.
 */
#ifndef LINUX_HOST_HOST_H
#define LINUX_HOST_HOST_H

#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>

#include <uapi/linux/caec_host.h>

#include "devices/vgic.h"
#include "lib/rec.h"

struct caec_realm;

/*
 * Where the caller's cgroup has its limit, or there is no memory, the caller hears of it; the OOM
 * killer is not for that.
 */
#define CAEC_GFP (GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)

struct caec_rec {
	struct caec_realm *realm;
	struct host_rec *rec; /* NULL: not created */
	/* Of who runs it: all that follows up to kick_lock, and the answers in the run page. */
	struct mutex run_lock;
	struct page *page;
	struct caec_host_run *run; /* the page: what user space writes there is read once */
	bool on;                   /* it is not waiting for CPU_ON */
	bool ran;                  /* since it is on */
	u32 stop;                  /* the exit for user space that is due: CAEC_HOST_EXIT_*; NONE */
	u32 asked;                 /* whose answer the next RUN takes */
	struct host_mmio mmio;
	u64 entered; /* when, by the system counter */

	spinlock_t kick_lock;       /* of the three below */
	struct task_struct *runner; /* who is in RUN; NULL */
	bool asleep;                /* its runner waits for a kick */
	bool kicked;                /* (atomic) its interrupts are to be looked at */
	bool turned_on;             /* (atomic) by CPU_ON, and its runner has not seen it */
};

struct caec_realm {
	struct list_head node; /* the list of realms */
	struct kref refs;
	char name[CAEC_HOST_NAME_SIZE];
	u32 state;                        /* (atomic) CAEC_HOST_STATE_* */
	struct caec_host_run_error error; /* why it is BROKEN: set before `state` is */

	struct mutex lock; /* building it, and whether it is `gone` */
	bool gone;         /* taken apart before its files were closed: the machine goes down */
	unsigned int recs;
	struct host_realm realm;
	struct caec_rec vcpus[CAEC_HOST_MAX_RECS];

	spinlock_t gic_lock; /* of vgic */
	unsigned long gic_flags;
	struct vgic vgic;
	u64 gic_dist, gic_redist;

	struct mutex shared_lock; /* of the ranges, and of what is pinned */
	struct list_head shared;
	unsigned int shared_count;
	struct xarray pinned; /* by the number of the unprotected page */
	atomic64_t pinned_count;

	struct rw_semaphore eventfd_lock;
	struct list_head irqfds, ioeventfds;
	unsigned int irqfd_count, ioeventfd_count;

	/* Also of taking it apart: with it, not NEW and not `gone`, its entries can be read. */
	struct mutex csm_lock;
	struct caec_host_csm_policy policy;
	u64 granules_base; /* of its limit: what is not CSM's */
	bool csm_watched;  /* (atomic) a reservation was made: who its provider is has to be seen */
	u64 csm_looked;    /* (atomic) from where its attachments are looked at next, modulo their size */

	atomic64_t counts[CAEC_HOST_COUNTS];
};

/* platform.c: the kernel for host/lib. */
extern struct host caec_host;
extern u64 caec_csm_features;
int caec_platform_init(void);
int caec_errno(u64 result); /* of an RMI result, or HOST_ERROR_* */

/* control.c: /dev/caec. */
int caec_control_init(void);
void caec_control_exit(void);

/* Copies an ioctl's structure in, and looks at its version. */
int caec_copy_in(void *to, unsigned long argument, size_t size);

/*
 * A descriptor for `file`: *number is set and the answer copied out before it can be used. Takes
 * the reference, always.
 */
int caec_give_fd(struct file *file, s32 *number, unsigned long to, const void *answer, size_t size);

/* realm.c: its life. */
extern struct list_head caec_realms;
extern struct mutex caec_realms_lock;
extern bool caec_going_down; /* under caec_realms_lock */
struct caec_realm *caec_realm_create(struct caec_host_create *create);
void caec_realm_put(struct caec_realm *realm);
void caec_realm_end(struct caec_realm *realm, u32 state); /* the first reason stands; all its RECs come out */
void caec_realm_break(struct caec_realm *realm, const struct caec_host_run_error *error);
void caec_realm_take_apart(struct caec_realm *realm); /* no REC runs, none can */
unsigned int caec_realm_count(void);
u64 caec_lost(void); /* pages */

static inline void caec_count(struct caec_realm *realm, unsigned int what)
{
	atomic64_inc(&realm->counts[what]);
}

static inline bool caec_realm_is_over(const struct caec_realm *realm)
{
	/* After it: what was set before `state` was. */
	return smp_load_acquire(&realm->state) != CAEC_HOST_STATE_ACTIVE;
}

/* Of ranges that do not wrap. */
static inline bool caec_overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* realm_ioctl.c, rec.c: their files. */
struct file *caec_realm_file(struct caec_realm *realm);
struct file *caec_rec_create(struct caec_realm *realm,
			     const struct caec_host_create_rec *create); /* with its lock */
void caec_rec_init(struct caec_rec *rec, struct caec_realm *realm);
void caec_rec_kick(struct caec_rec *rec);

/* run.c: with run_lock. 0 or -EINTR; the run page says what is to be done. */
int caec_run(struct caec_rec *rec);

/* gic.c */
int caec_gic_init(struct caec_realm *realm, const struct caec_host_create *create);
bool caec_gic_overlaps(const struct caec_realm *realm, u64 ipa, u64 size);
/* True: it is the GIC's. *done: false, the access is to abort. */
bool caec_gic_access(struct caec_realm *realm, struct host_mmio *access, bool *done);
bool caec_intid_is_spi(u32 intid);

/* shared.c */
int caec_shared_set(struct caec_realm *realm, const struct caec_host_shared *set);
/* 0: the page is there now. -ENOENT: nothing is shared there. */
int caec_shared_fault(struct caec_realm *realm, u64 ipa);
void caec_shared_drop(struct caec_realm *realm, u64 ipa, u64 size);
void caec_shared_release(struct caec_realm *realm); /* all of it, and the ranges */

/* eventfd.c */
int caec_irqfd(struct caec_realm *realm, const struct caec_host_irqfd *set);
int caec_ioeventfd(struct caec_realm *realm, const struct caec_host_ioeventfd *set);
bool caec_ioeventfd_signal(struct caec_realm *realm, const struct host_mmio *access);
void caec_eventfd_release(struct caec_realm *realm);

/* csm.c */
int caec_csm_init(struct caec_realm *realm);
int caec_csm_policy(struct caec_realm *realm, const struct caec_host_csm_policy *policy);
int caec_csm_entry(struct caec_realm *realm, struct caec_host_csm_entry *entry);
void caec_csm_stats(struct caec_realm *realm, struct caec_host_stats *stats);
bool caec_csm_serve(struct caec_realm *realm, const struct host_csm_request *request);
void caec_csm_watch(struct caec_realm *realm); /* csm_names.c: breaks what the policy does not want */

/* power.c */
int caec_power_init(void);
void caec_power_exit(void);

#endif
