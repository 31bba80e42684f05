/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
/*
 * What the files of caec_csm share. An object is a region or an attachment; it lives as long as its
 * open file. The file is its reference: descriptors and mappings hold it, and so do a kept object's
 * own list entry and drivers.
 */
#ifndef LINUX_CSM_CSM_H
#define LINUX_CSM_CSM_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rwsem.h>
#include <linux/wait.h>

#include <linux/caec_csm.h>
#include <uapi/linux/caec_csm.h>

struct dev_pagemap;

/*
 * Calls to the monitor (call.c): 0 or an errno; outputs on success only. Interrupted calls are
 * carried on with, whatever signals wait: half a region is of no use, and each call is short.
 */

int csm_call_find(void);    /* -ENODEV: no CSM here */
extern u64 csm_features;    /* of the monitor's CSM, from then on */
bool csm_ends_as_ram(void); /* the monitor can make what is taken away ordinary memory */
int csm_call_realm_id(struct caec_csm_rid *rid);
int csm_call_create(phys_addr_t base, u64 size, u64 *id);
int csm_call_share(u64 id, struct caec_csm_share *share);
int csm_call_revoke(const struct caec_csm_rid *peer, u64 n);
int csm_call_destroy(u64 id);
int csm_call_reserve(const struct caec_csm_rid *provider, u64 n, phys_addr_t base, u64 size);
int csm_call_attach(struct caec_csm_attach *attach);
int csm_call_detach(const struct caec_csm_rid *provider, u64 n);
int csm_call_notify(const struct caec_csm_rid *peer, u64 n, bool consumer);
int csm_call_pending(u64 *index);                 /* -ENOENT: none */
int csm_call_query(struct caec_csm_entry *entry); /* -ENOENT: no more */
int csm_call_measurement(struct caec_csm_measurement *m);
void csm_call_release(phys_addr_t base, u64 size); /* the range's memory is the host's */

static inline bool csm_rid_equal(const struct caec_csm_rid *a, const struct caec_csm_rid *b)
{
	return a->lo == b->lo && a->hi == b->hi;
}

/* --- The window of addresses (window.c) --- */

#define CSM_ALIGN SZ_2M

int csm_window_init(phys_addr_t base, u64 size);
void csm_window_exit(void);
int csm_window_alloc(u64 size, phys_addr_t *base); /* -ENOSPC */
void csm_window_free(phys_addr_t base, u64 size);
void csm_window_info(struct caec_csm_info *info);

/* --- Objects --- */

/* The realm at the other end of one share of a region, or of an attachment. */
struct csm_peer {
	struct list_head node;
	struct caec_csm_rid rid;
	u64 n;
	u64 index; /* where its entry was last seen */
	u32 state;
	u32 events; /* not yet read */
};

struct csm_object {
	struct list_head node; /* csm_objects */
	struct file *file;
	u32 role, flags, permission;
	u64 id;
	phys_addr_t base;
	u64 size;
	struct mutex lock; /* peers, flags */
	struct list_head peers;
	wait_queue_head_t wait;
	bool news;                     /* a peer has events */
	struct rw_semaphore gone_lock; /* held for reading while a page is mapped */
	bool gone;
	struct blocking_notifier_head chain;
	struct dev_pagemap *pagemap; /* CAEC_CSM_DAX */
	void *address;
};

extern struct list_head csm_objects;
extern struct mutex csm_lock; /* csm_objects; comes before an object's */

/* object.c. The new object is in the list; who made it gives it away or calls fput(). */
struct csm_object *csm_object_create(struct caec_csm_create *create);
struct csm_object *csm_object_attach(struct caec_csm_attach *attach);
void csm_object_destroy(struct csm_object *object); /* the file's last reference went */
int csm_object_share(struct csm_object *object, struct caec_csm_share *share);
int csm_object_revoke(struct csm_object *object, const struct caec_csm_rid *peer, u64 n);
int csm_object_notify(struct csm_object *object, const struct caec_csm_rid *peer, u64 n);
void csm_object_keep(struct csm_object *object, bool keep);
struct file *
csm_object_find(const struct caec_csm_open *which); /* a kept one, with a reference; or ERR_PTR */

/* memory.c */
int csm_memory_map(struct csm_object *object);
void csm_memory_unmap(struct csm_object *object);
int csm_memory_clear(struct csm_object *object);

/* events.c */
void csm_events_start(void);
void csm_events_stop(void);
void csm_events_scan(void);    /* who rang */
void csm_events_refresh(void); /* and whose state changed */
void csm_events_refresh_one(struct csm_object *object);
bool csm_events_is_gone(struct csm_object *object); /* asks the monitor */
bool csm_events_is_attached(struct csm_object *object, const struct caec_csm_rid *rid, u64 n); /* and this */
bool csm_events_take(struct csm_object *object, struct caec_csm_event *event);

/* file.c */
int csm_file_init(void);
void csm_file_exit(void);
struct file *csm_file_make(struct csm_object *object);
struct csm_object *csm_file_object(struct file *file); /* NULL: it is another file */

/* control.c */
int csm_control_init(void);
void csm_control_exit(void);

#endif
