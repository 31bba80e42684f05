// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * What programs have mapped in place of a disk that is dead: it would go on reading as zeros, and
 * nobody would know. For EROFS, which is what `csm mount` mounts.
 */
#include <linux/blkdev.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "disk.h"

/* An inode that is held keeps its place in the list. */
static void unmap_inodes(struct super_block *super)
{
	struct inode *inode, *held = NULL;

	spin_lock(&super->s_inode_list_lock);
	list_for_each_entry(inode, &super->s_inodes, i_sb_list) {
		if (!igrab(inode))
			continue;
		spin_unlock(&super->s_inode_list_lock);
		unmap_mapping_range(inode->i_mapping, 0, 0, 1);
		iput(held);
		held = inode;
		cond_resched();
		spin_lock(&super->s_inode_list_lock);
	}
	spin_unlock(&super->s_inode_list_lock);
	iput(held);
}

static void unmap_if_of(struct super_block *super, void *device)
{
	if (super->s_bdev == device)
		unmap_inodes(super);
}

/* Where nothing has the disk open no file system is asked for, or its module would be loaded. */
void csm_unmap_files(struct block_device *device)
{
	struct file_system_type *type;

	if (!disk_openers(device->bd_disk))
		return;
	type = get_fs_type("erofs");
	if (!type)
		return;
	iterate_supers_type(type, unmap_if_of, device);
	module_put(type->owner);
}
