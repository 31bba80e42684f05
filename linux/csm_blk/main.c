// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Regions and attachments as disks: /dev/csmblk-control makes /dev/csmblkN of an object's
 * descriptor, and removes it.
 */
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>

#include <linux/caec_csm.h>
#include <uapi/linux/caec_csm.h>

#include "disk.h"

#define MAX_DISKS 256

static DEFINE_XARRAY_ALLOC(disks); /* by minor; an entry that is zero is being made or removed */
static DEFINE_MUTEX(lock);

/* A disk holds the module: with its disks it would have to take mounted file systems away. */
static int add_disk_of(struct file *object, u32 *minor)
{
	struct csm_disk *disk;
	int error = xa_alloc(&disks, minor, NULL, XA_LIMIT(0, MAX_DISKS - 1), GFP_KERNEL);

	if (error)
		return error == -EBUSY ? -ENOSPC : error;
	disk = csm_disk_make(object, *minor);
	if (IS_ERR(disk)) {
		xa_erase(&disks, *minor);
		return PTR_ERR(disk);
	}
	xa_store(&disks, *minor, disk, GFP_KERNEL);
	__module_get(THIS_MODULE);
	return 0;
}

static int remove_disk(u32 minor)
{
	struct csm_disk *disk = xa_load(&disks, minor);
	int error;

	if (!disk)
		return -ENODEV;
	error = csm_disk_remove(disk);
	if (!error) {
		xa_erase(&disks, minor);
		module_put(THIS_MODULE);
	}
	return error;
}

static long add(struct caec_csm_blk *in, void __user *to)
{
	struct file *object = csm_object_get(in->fd);
	int error;

	if (IS_ERR(object))
		return PTR_ERR(object);
	error = add_disk_of(object, &in->minor);
	if (error) {
		fput(object);
		return error;
	}
	if (copy_to_user(to, in, sizeof(*in))) {
		remove_disk(in->minor);
		return -EFAULT;
	}
	return 0;
}

static long control_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	void __user *user = (void __user *)argument;
	struct caec_csm_blk in;
	long error;

	if (command != CAEC_CSM_BLK_ADD && command != CAEC_CSM_BLK_REMOVE)
		return -ENOTTY;
	if (copy_from_user(&in, user, sizeof(in)))
		return -EFAULT;
	if (in.version != CAEC_CSM_VERSION || in.reserved)
		return -EINVAL;
	mutex_lock(&lock);
	error = command == CAEC_CSM_BLK_ADD ? add(&in, user) : remove_disk(in.minor);
	mutex_unlock(&lock);
	return error;
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.unlocked_ioctl = control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice control = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "csmblk-control",
	.fops = &control_fops,
	.mode = 0660,
};
module_misc_device(control);

MODULE_DESCRIPTION("Confidential shared memory of realms as block devices with DAX");
MODULE_LICENSE("Dual BSD/GPL");
