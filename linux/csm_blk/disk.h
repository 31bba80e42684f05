/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
#ifndef LINUX_CSM_BLK_DISK_H
#define LINUX_CSM_BLK_DISK_H

#include <linux/fs.h>
#include <linux/list.h>

struct csm_disk;

/*
 * /dev/csmblk<index>. The disk owns the object's reference from then on; on failure it is still the
 * caller's.
 */
struct csm_disk *csm_disk_make(struct file *object, unsigned int index);

/*
 * Programs keep no page of the files on a disk that is dead, nor get one again: an access is a
 * SIGBUS.
 */
void csm_unmap_files(struct block_device *device);

/* -EBUSY: somebody has it open. */
int csm_disk_remove(struct csm_disk *disk);

#endif
