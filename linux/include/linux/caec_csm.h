/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
/*
 * Confidential shared memory for drivers: an object of /dev/csm is an open file, and who holds the file holds the object.
 */
#ifndef _LINUX_CAEC_CSM_H
#define _LINUX_CAEC_CSM_H

#include <linux/fs.h>
#include <linux/notifier.h>

struct dev_pagemap;

struct csm_memory {
	phys_addr_t base;
	u64 size;
	void *address; /* in the linear map */
	struct dev_pagemap *pagemap;
	bool writable;
};

/* The object behind a descriptor, to be given back by fput(). ERR_PTR: it is none. */
struct file *csm_object_get(int fd);

/* Its memory, where it was made with CAEC_CSM_DAX. -EOPNOTSUPP: it was not. */
int csm_object_memory(struct file *object, struct csm_memory *memory);

/* The provider took it back, or is no more, as the monitor says now: what is read is nobody's data. */
bool csm_object_is_gone(struct file *object);

/* Calls @block, in a context that may sleep, once the object is gone; not if it was by then. */
void csm_object_watch(struct file *object, struct notifier_block *block);
void csm_object_unwatch(struct file *object, struct notifier_block *block);

#endif
