/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
/*
 * Confidential shared memory for drivers: an object of /dev/csm is an open file, and who holds the file holds the object.
 */
#ifndef _LINUX_CAEC_CSM_H
#define _LINUX_CAEC_CSM_H

#include <linux/fs.h>
#include <linux/notifier.h>

#include <uapi/linux/caec_csm.h>

struct csm_memory {
	phys_addr_t base;
	u64 size;
	void *address; /* in the linear map */
	bool writable;
	bool is_region; /* of this realm; else an attachment */
};

/* The object behind a descriptor, to be given back by fput(). ERR_PTR: it is none. */
struct file *csm_object_get(int fd);

/* Its memory, where it was made with CAEC_CSM_DAX. -EOPNOTSUPP: it was not. */
int csm_object_memory(struct file *object, struct csm_memory *memory);

/* The provider took it back, or is no more, as the monitor says now: what is read is nobody's data. */
bool csm_object_is_gone(struct file *object);

/* Attaches share @n of @provider, with CAEC_CSM_DAX. The attachment lives until fput(). ERR_PTR(-EACCES): no such share. */
struct file *csm_object_attach_to(const struct caec_csm_rid *provider, u64 n, u64 size);

/* A region's share is attached at its other end, as the monitor says now. */
bool csm_object_is_attached(struct file *region, const struct caec_csm_rid *peer, u64 n);

/* Rings at the provider of an attachment. In any context. */
int csm_object_ring(struct file *attachment);

/*
 * Calls @block with CAEC_CSM_EVENT_* of any peer of the object as they are heard of, in a context that may sleep. What was
 * before is not told; what is said is a reason to ask.
 */
void csm_object_watch(struct file *object, struct notifier_block *block);
void csm_object_unwatch(struct file *object, struct notifier_block *block);

#endif
