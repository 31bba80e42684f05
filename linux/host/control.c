// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * /dev/caec: what there is, and new realms.
 */
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "host.h"

int caec_copy_in(void *to, unsigned long argument, size_t size)
{
	if (copy_from_user(to, (const void __user *)argument, size))
		return -EFAULT;
	return *(const u32 *)to == CAEC_HOST_VERSION ? 0 : -EINVAL;
}

int caec_give_fd(struct file *file, s32 *number, unsigned long to, const void *answer, size_t size)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0) {
		fput(file);
		return fd;
	}
	*number = fd;
	if (copy_to_user((void __user *)to, answer, size)) {
		put_unused_fd(fd);
		fput(file);
		return -EFAULT;
	}
	fd_install(fd, file);
	return 0;
}

static long info(unsigned long argument)
{
	struct caec_host_info info;
	int error = caec_copy_in(&info, argument, sizeof(info));

	if (error)
		return error;
	if (info.reserved)
		return -EINVAL;
	info = (struct caec_host_info){
		.version = CAEC_HOST_VERSION,
		.rmi_version = RMI_ABI_VERSION,
		.rmi_features = caec_host.features,
		.csm_features = caec_csm_features,
		.max_recs = CAEC_HOST_MAX_RECS,
		.realms = caec_realm_count(),
		.granules = READ_ONCE(caec_host.delegated),
		.lost = caec_lost(),
	};
	return copy_to_user((void __user *)argument, &info, sizeof(info)) ? -EFAULT : 0;
}

static long create(unsigned long argument)
{
	struct caec_host_create create;
	struct caec_realm *realm;
	struct file *file;
	int error = caec_copy_in(&create, argument, sizeof(create));

	if (error)
		return error;
	realm = caec_realm_create(&create);
	if (IS_ERR(realm))
		return PTR_ERR(realm);
	file = caec_realm_file(realm);
	if (IS_ERR(file)) {
		caec_realm_put(realm);
		return PTR_ERR(file);
	}
	return caec_give_fd(file, &create.fd, argument, &create, sizeof(create));
}

static long control_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	switch (command) {
	case CAEC_HOST_INFO:
		return info(argument);
	case CAEC_HOST_CREATE_REALM:
		return create(argument);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "caec",
	.fops = &fops,
	.mode = 0660,
};

int caec_control_init(void)
{
	return misc_register(&device);
}

void caec_control_exit(void)
{
	misc_deregister(&device);
}
