// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * An object as a file: mmap, poll, read, ioctl. The file systems of device nodes and of anonymous
 * inodes will not do: each object needs a mapping of its own, to take its pages away from programs,
 * and permission RX needs one that may hold code.
 */
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/poll.h>
#include <linux/pseudo_fs.h>
#include <linux/uaccess.h>

#include "csm.h"

static const struct file_operations object_fops;

struct csm_object *csm_file_object(struct file *file)
{
	return file->f_op == &object_fops ? file->private_data : NULL;
}

static int object_release(struct inode *inode, struct file *file)
{
	csm_object_destroy(file->private_data);
	return 0;
}

/* --- mmap ------------------------------------------------------------------------------------- */

static bool whole_block(const struct vm_fault *vmf, const struct csm_object *object, pgoff_t *first)
{
	unsigned long start = vmf->address & PMD_MASK;
	unsigned long before = (vmf->address - start) >> PAGE_SHIFT;

	if (start < vmf->vma->vm_start || start + PMD_SIZE > vmf->vma->vm_end || before > vmf->pgoff)
		return false;
	*first = vmf->pgoff - before;
	return IS_ALIGNED(*first, PTRS_PER_PMD) && *first + PTRS_PER_PMD <= object->size >> PAGE_SHIFT;
}

static vm_fault_t insert(struct vm_fault *vmf, struct csm_object *object, unsigned int order)
{
	unsigned long frame = PHYS_PFN(object->base);
	pgoff_t first;

	if (vmf->pgoff >= object->size >> PAGE_SHIFT)
		return VM_FAULT_SIGBUS;
	if (object->gone && (object->flags & CAEC_CSM_SIGBUS))
		return VM_FAULT_SIGBUS;
	if (!order)
		return vmf_insert_pfn(vmf->vma, vmf->address, frame + vmf->pgoff);
	if (order != PMD_ORDER || !whole_block(vmf, object, &first))
		return VM_FAULT_FALLBACK;
	return vmf_insert_pfn_pmd(vmf, frame + first, vmf->flags & FAULT_FLAG_WRITE);
}

static vm_fault_t object_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	struct csm_object *object = vmf->vma->vm_file->private_data;
	vm_fault_t result;

	down_read(&object->gone_lock);
	result = insert(vmf, object, order);
	up_read(&object->gone_lock);
	return result;
}

static vm_fault_t object_fault(struct vm_fault *vmf)
{
	return object_huge_fault(vmf, 0);
}

static const struct vm_operations_struct object_vm_ops = {
	.fault = object_fault,
	.huge_fault = object_huge_fault,
};

/*
 * Shared mappings only, and never more than the share permits: what is not granted now can't be had
 * by mprotect() either. The file is read-only unless the permission is RW, so the kernel's own rule
 * refuses PROT_WRITE.
 */
static int object_mmap(struct file *file, struct vm_area_struct *vma)
{
	const struct csm_object *object = file->private_data;
	bool executable = object->permission == CAEC_CSM_RX || object->role == CAEC_CSM_ROLE_REGION;

	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_pgoff + vma_pages(vma) < vma->vm_pgoff ||
	    vma->vm_pgoff + vma_pages(vma) > object->size >> PAGE_SHIFT)
		return -ENXIO;
	if (!executable && (vma->vm_flags & VM_EXEC))
		return -EACCES;
	if (!executable)
		vm_flags_clear(vma, VM_MAYEXEC);
	vm_flags_set(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP | VM_HUGEPAGE);
	vma->vm_ops = &object_vm_ops;
	return 0;
}

/* --- poll, read ------------------------------------------------------------------------------- */

static bool is_ready(const struct csm_object *object)
{
	return READ_ONCE(object->news) || READ_ONCE(object->gone);
}

/* Who has something to read anyway asks the monitor for nothing more. */
static void listen(const struct csm_object *object)
{
	if (!is_ready(object))
		csm_events_scan();
}

static __poll_t object_poll(struct file *file, poll_table *wait)
{
	struct csm_object *object = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &object->wait, wait);
	listen(object);
	if (READ_ONCE(object->news))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(object->gone))
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLHUP;
	return mask;
}

static int wait_for_news(struct file *file, struct csm_object *object)
{
	listen(object);
	if (is_ready(object))
		return 0;
	if (file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(object->wait, is_ready(object));
}

/* The end of the file is where the peer is gone and that has been read. */
static ssize_t object_read(struct file *file, char __user *to, size_t count, loff_t *position)
{
	struct csm_object *object = file->private_data;
	struct caec_csm_event event;
	size_t done = 0;
	int error;

	if (count < sizeof(event))
		return -EINVAL;
	error = wait_for_news(file, object);
	if (error)
		return error;
	while (done + sizeof(event) <= count && csm_events_take(object, &event)) {
		if (copy_to_user(to + done, &event, sizeof(event)))
			return -EFAULT;
		done += sizeof(event);
	}
	return done;
}

/* --- ioctl ------------------------------------------------------------------------------------ */

static long describe(struct csm_object *object, void __user *to)
{
	struct caec_csm_object out = {
		.version = CAEC_CSM_VERSION,
		.role = object->role,
		.state = CAEC_CSM_STATE_CREATED,
		.permission = object->permission,
		.id = object->id,
		.base = object->base,
		.size = object->size,
	};
	const struct csm_peer *peer;

	csm_events_refresh_one(object);
	mutex_lock(&object->lock);
	out.flags = object->flags;
	if (object->role == CAEC_CSM_ROLE_CONSUMER) {
		peer = list_first_entry(&object->peers, struct csm_peer, node);
		out.provider = peer->rid;
		out.n = peer->n;
		out.state = peer->state;
	}
	mutex_unlock(&object->lock);
	return copy_to_user(to, &out, sizeof(out)) ? -EFAULT : 0;
}

static long share(struct csm_object *object, void __user *argument)
{
	struct caec_csm_share in;
	int error;

	if (copy_from_user(&in, argument, sizeof(in)))
		return -EFAULT;
	if (in.version != CAEC_CSM_VERSION || in.reserved || in.measured > 1)
		return -EINVAL;
	error = csm_object_share(object, &in);
	if (error)
		return error;
	/* Without its number the share could never be taken back alone. */
	if (copy_to_user(argument, &in, sizeof(in))) {
		csm_object_revoke(object, &in.peer, in.n);
		return -EFAULT;
	}
	return 0;
}

static long with_peer(struct csm_object *object, void __user *argument,
		      int (*action)(struct csm_object *, const struct caec_csm_rid *, u64))
{
	struct caec_csm_peer in;

	if (copy_from_user(&in, argument, sizeof(in)))
		return -EFAULT;
	if (in.version != CAEC_CSM_VERSION || in.reserved)
		return -EINVAL;
	return action(object, &in.peer, in.n);
}

static long set_keep(struct csm_object *object, void __user *argument)
{
	struct caec_csm_keep in;

	if (copy_from_user(&in, argument, sizeof(in)))
		return -EFAULT;
	if (in.version != CAEC_CSM_VERSION || in.keep > 1)
		return -EINVAL;
	csm_object_keep(object, in.keep);
	return 0;
}

/* Each structure that comes in begins with its version; CAEC_CSM_OBJECT takes nothing else. */
static long object_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct csm_object *object = file->private_data;
	void __user *user = (void __user *)argument;
	u32 version;

	switch (command) {
	case CAEC_CSM_OBJECT:
		if (get_user(version, (u32 __user *)user))
			return -EFAULT;
		return version == CAEC_CSM_VERSION ? describe(object, user) : -EINVAL;
	case CAEC_CSM_SHARE:
		return share(object, user);
	case CAEC_CSM_REVOKE:
		return with_peer(object, user, csm_object_revoke);
	case CAEC_CSM_NOTIFY:
		return with_peer(object, user, csm_object_notify);
	case CAEC_CSM_SET_KEEP:
		return set_keep(object, user);
	default:
		return -ENOTTY;
	}
}

/* --- The file --------------------------------------------------------------------------------- */

static const struct file_operations object_fops = {
	.owner = THIS_MODULE,
	.release = object_release,
	.mmap = object_mmap,
	.get_unmapped_area = thp_get_unmapped_area,
	.poll = object_poll,
	.read = object_read,
	.unlocked_ioctl = object_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static int init_context(struct fs_context *context)
{
	struct pseudo_fs_context *pseudo = init_pseudo(context, 0x63736d30);

	if (!pseudo)
		return -ENOMEM;
	context->s_iflags &= ~SB_I_NOEXEC;
	return 0;
}

/* No owner: its one mount lives as long as the module, and each file holds the module by itself. */
static struct file_system_type file_system = {
	.name = "caec_csm",
	.init_fs_context = init_context,
	.kill_sb = kill_anon_super,
};

static struct vfsmount *mount;

int csm_file_init(void)
{
	mount = kern_mount(&file_system);
	return PTR_ERR_OR_ZERO(mount);
}

void csm_file_exit(void)
{
	kern_unmount(mount);
}

struct file *csm_file_make(struct csm_object *object)
{
	struct inode *inode = alloc_anon_inode(mount->mnt_sb);
	struct file *file;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	file = alloc_file_pseudo(inode, mount, "csm", object->permission == CAEC_CSM_RW ? O_RDWR : O_RDONLY,
				 &object_fops);
	if (IS_ERR(file)) {
		iput(inode);
		return file;
	}
	/* The last fput() gives it back. */
	__module_get(THIS_MODULE);
	file->private_data = object;
	return file;
}
