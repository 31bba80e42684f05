// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * /dev/csm: what makes and finds objects.
 */
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "csm.h"

static long info(struct caec_csm_info *info)
{
	int error;

	if (info->reserved)
		return -EINVAL;
	info->features = csm_features;
	error = csm_call_realm_id(&info->rid);
	csm_window_info(info);
	return error;
}

/*
 * The object as a new descriptor: *fd is set and the answer copied out before it can be used. On
 * failure the file's reference is dropped, and with it what was made.
 */
static long give_away(struct file *file, s32 *fd, void __user *to, const void *answer, size_t size)
{
	int new = get_unused_fd_flags(O_CLOEXEC);

	if (new < 0) {
		fput(file);
		return new;
	}
	*fd = new;
	if (copy_to_user(to, answer, size)) {
		put_unused_fd(new);
		fput(file);
		return -EFAULT;
	}
	fd_install(new, file);
	return 0;
}

/* What was made to be kept and can't be given away is not kept. */
static long give_new(struct csm_object *object, s32 *fd, void __user *to, const void *answer, size_t size)
{
	struct file *file = get_file(object->file);
	long error = give_away(object->file, fd, to, answer, size);

	if (error)
		csm_object_keep(object, false);
	fput(file);
	return error;
}

static long create(struct caec_csm_create *in, void __user *to)
{
	struct csm_object *object;

	if (in->reserved)
		return -EINVAL;
	object = csm_object_create(in);
	return IS_ERR(object) ? PTR_ERR(object) : give_new(object, &in->fd, to, in, sizeof(*in));
}

static long attach(struct caec_csm_attach *in, void __user *to)
{
	struct csm_object *object = csm_object_attach(in);

	return IS_ERR(object) ? PTR_ERR(object) : give_new(object, &in->fd, to, in, sizeof(*in));
}

static long open_kept(struct caec_csm_open *in, void __user *to)
{
	struct file *file;

	if (in->reserved)
		return -EINVAL;
	file = csm_object_find(in);
	return IS_ERR(file) ? PTR_ERR(file) : give_away(file, &in->fd, to, in, sizeof(*in));
}

union argument {
	u32 version;
	struct caec_csm_info info;
	struct caec_csm_create create;
	struct caec_csm_attach attach;
	struct caec_csm_open open;
	struct caec_csm_entry entry;
	struct caec_csm_measurement measurement;
};

/* Those without a descriptor: the answer is the structure. */
static long simple(unsigned int command, union argument *in)
{
	switch (command) {
	case CAEC_CSM_INFO:
		return info(&in->info);
	case CAEC_CSM_QUERY:
		return csm_call_query(&in->entry);
	case CAEC_CSM_MEASUREMENT:
		return csm_call_measurement(&in->measurement);
	default:
		return -ENOTTY;
	}
}

static bool is_known(unsigned int command)
{
	switch (command) {
	case CAEC_CSM_INFO:
	case CAEC_CSM_CREATE:
	case CAEC_CSM_ATTACH:
	case CAEC_CSM_OPEN:
	case CAEC_CSM_QUERY:
	case CAEC_CSM_MEASUREMENT:
		return true;
	default:
		return false;
	}
}

static long control_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	void __user *user = (void __user *)argument;
	union argument in = {};
	long error;

	if (!is_known(command))
		return -ENOTTY;
	if (copy_from_user(&in, user, _IOC_SIZE(command)))
		return -EFAULT;
	if (in.version != CAEC_CSM_VERSION)
		return -EINVAL;
	switch (command) {
	case CAEC_CSM_CREATE:
		return create(&in.create, user);
	case CAEC_CSM_ATTACH:
		return attach(&in.attach, user);
	case CAEC_CSM_OPEN:
		return open_kept(&in.open, user);
	}
	error = simple(command, &in);
	if (!error && copy_to_user(user, &in, _IOC_SIZE(command)))
		error = -EFAULT;
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
	.name = "csm",
	.fops = &control_fops,
	.mode = 0660,
};

int csm_control_init(void)
{
	return misc_register(&control);
}

void csm_control_exit(void)
{
	misc_deregister(&control);
}
