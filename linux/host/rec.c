// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * A REC's descriptor: its run page, RUN; and kicks.
 */
#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "host.h"

void caec_rec_init(struct caec_rec *rec, struct caec_realm *realm)
{
	rec->realm = realm;
	mutex_init(&rec->run_lock);
	spin_lock_init(&rec->kick_lock);
}

/*
 * First what there is to see, then the look at who runs it; the runner does it the other way round
 * (run.c). A runner in the realm comes out by the interrupt of kick_process(), one that sleeps is
 * woken.
 */
void caec_rec_kick(struct caec_rec *rec)
{
	unsigned long flags;

	WRITE_ONCE(rec->kicked, true);
	spin_lock_irqsave(&rec->kick_lock, flags);
	smp_mb__after_spinlock();
	if (rec->runner) {
		if (rec->asleep)
			wake_up_process(rec->runner);
		kick_process(rec->runner);
	}
	spin_unlock_irqrestore(&rec->kick_lock, flags);
}

/* --- The answers of user space ---------------------------------------------------------------- */

static int take_mmio(struct caec_rec *rec)
{
	u32 abort = READ_ONCE(rec->run->mmio.abort);

	if (abort > 1)
		return -EINVAL;
	if (!rec->mmio.is_write) {
		rec->mmio.value = READ_ONCE(rec->run->mmio.data);
		if (rec->mmio.bytes < sizeof(u64))
			rec->mmio.value &= (1ULL << rec->mmio.bytes * 8) - 1;
	}
	host_rec_answer_mmio(rec->rec, &rec->mmio, !abort);
	return 0;
}

static void take_call(struct caec_rec *rec)
{
	for (unsigned int i = 0; i < RMI_NUM_GPRS; i++)
		rec->rec->run->enter.gprs[i] = READ_ONCE(rec->run->call.gprs[i]);
}

static int take_answer(struct caec_rec *rec)
{
	int error = 0;

	if (rec->asked == CAEC_HOST_EXIT_MMIO)
		error = take_mmio(rec);
	else if (rec->asked == CAEC_HOST_EXIT_HOST_CALL)
		take_call(rec);
	if (!error)
		rec->asked = CAEC_HOST_EXIT_NONE;
	return error;
}

static long run(struct caec_rec *rec)
{
	int error;

	if (READ_ONCE(rec->realm->state) == CAEC_HOST_STATE_NEW)
		return -EINVAL;
	if (!mutex_trylock(&rec->run_lock))
		return -EBUSY;
	error = take_answer(rec);
	if (!error)
		error = caec_run(rec);
	mutex_unlock(&rec->run_lock);
	return error;
}

/* --- The file --------------------------------------------------------------------------------- */

static long rec_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	return command == CAEC_HOST_RUN ? run(file->private_data) : -ENOTTY;
}

static int rec_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct caec_rec *rec = file->private_data;

	if (vma->vm_pgoff || vma->vm_end - vma->vm_start != PAGE_SIZE || !(vma->vm_flags & VM_SHARED) ||
	    (vma->vm_flags & VM_EXEC))
		return -EINVAL;
	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYEXEC);
	return vm_insert_page(vma, vma->vm_start, rec->page);
}

static int rec_release(struct inode *inode, struct file *file)
{
	struct caec_rec *rec = file->private_data;

	caec_realm_put(rec->realm);
	return 0;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = rec_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = rec_mmap,
	.release = rec_release,
	.llseek = noop_llseek,
};

/* --- Making ----------------------------------------------------------------------------------- */

static int make_page(struct caec_rec *rec)
{
	if (!rec->page)
		rec->page = alloc_page(CAEC_GFP | __GFP_ZERO);
	if (!rec->page)
		return -ENOMEM;
	rec->run = page_address(rec->page);
	rec->run->version = CAEC_HOST_VERSION;
	return 0;
}

static int make(struct caec_realm *realm, struct caec_rec *rec, const struct caec_host_create_rec *create)
{
	bool runnable = create->flags & CAEC_HOST_REC_RUNNABLE;
	int error = make_page(rec);

	if (error)
		return error;
	error = caec_errno(host_realm_add_rec(&realm->realm, runnable ? RMI_REC_CREATE_FLAG_RUNNABLE : 0,
					      create->pc, create->gprs));
	if (error)
		return error;
	rec->rec = &realm->realm.recs[realm->realm.rec_count - 1];
	rec->rec->owner = rec;
	rec->rec->trap_wfi = true;
	rec->on = runnable;
	return 0;
}

struct file *caec_rec_create(struct caec_realm *realm, const struct caec_host_create_rec *create)
{
	unsigned int number = realm->realm.rec_count;
	struct caec_rec *rec;
	struct file *file;
	int error;

	if (number >= realm->recs || create->mpidr != vgic_affinity(number) || create->reserved ||
	    create->flags & ~CAEC_HOST_REC_RUNNABLE)
		return ERR_PTR(-EINVAL);
	rec = &realm->vcpus[number];
	error = make(realm, rec, create);
	if (error)
		return ERR_PTR(error);
	file = anon_inode_getfile("caec-rec", &fops, rec, O_RDWR | O_CLOEXEC);
	if (!IS_ERR(file))
		kref_get(&realm->refs);
	return file;
}
