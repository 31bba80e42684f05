// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * A realm's descriptor: its ioctls.
 */
#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "host.h"

/* --- Building: all with the realm's lock ------------------------------------------------------------------- */

static int check_new(const struct caec_realm *realm)
{
	return realm->state == CAEC_HOST_STATE_NEW ? 0 : -EBUSY;
}

static int init_ripas(struct caec_realm *realm, unsigned long argument)
{
	struct caec_host_range range;
	int error = caec_copy_in(&range, argument, sizeof(range));

	if (error)
		return error;
	if (range.reserved)
		return -EINVAL;
	error = check_new(realm);
	return error ? error : caec_errno(host_init_ripas(&realm->realm, range.ipa, range.size));
}

#define PIECE SZ_64K

/* Piece by piece; where one ends a page ends. */
static int copy_content(struct caec_realm *realm, const struct caec_host_populate *p, void *buffer)
{
	bool measure = !(p->flags & CAEC_HOST_POPULATE_UNMEASURED);
	int error = 0;

	for (u64 done = 0, part; done < p->size && !error; done += part) {
		part = min(p->size - done, PIECE - (p->ipa + done) % PAGE_SIZE);
		if (fatal_signal_pending(current))
			return -EINTR;
		if (copy_from_user(buffer, u64_to_user_ptr(p->content + done), part))
			return -EFAULT;
		error = caec_errno(host_load(&realm->realm, p->ipa + done, buffer, part, measure));
	}
	return error;
}

static int populate(struct caec_realm *realm, unsigned long argument)
{
	u64 top = host_unprotected_base(&realm->realm);
	struct caec_host_populate p;
	void *buffer;
	int error = caec_copy_in(&p, argument, sizeof(p));

	if (error)
		return error;
	if (p.flags & ~CAEC_HOST_POPULATE_UNMEASURED || p.size == 0 || p.ipa >= top || p.size > top - p.ipa)
		return -EINVAL;
	error = check_new(realm);
	if (error)
		return error;
	buffer = kvmalloc(PIECE, GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return -ENOMEM;
	error = copy_content(realm, &p, buffer);
	kvfree(buffer);
	return error;
}

static int create_rec(struct caec_realm *realm, unsigned long argument)
{
	struct caec_host_create_rec create;
	int error = caec_copy_in(&create, argument, sizeof(create));

	if (error)
		return error;
	error = check_new(realm);
	return error ? error : caec_rec_create(realm, &create, argument);
}

static int activate(struct caec_realm *realm)
{
	int error = check_new(realm);

	if (error)
		return error;
	if (realm->realm.rec_count != realm->recs)
		return -EINVAL;
	error = caec_errno(host_realm_activate(&realm->realm));
	if (!error)
		smp_store_release(&realm->state, CAEC_HOST_STATE_ACTIVE);
	return error;
}

/* --- Devices ----------------------------------------------------------------------------------------------- */

static int set_shared(struct caec_realm *realm, unsigned long argument)
{
	struct caec_host_shared set;
	int error = caec_copy_in(&set, argument, sizeof(set));

	return error ? error : caec_shared_set(realm, &set);
}

static int irq_line(struct caec_realm *realm, unsigned long argument)
{
	struct caec_host_irq irq;
	int error = caec_copy_in(&irq, argument, sizeof(irq));

	if (error)
		return error;
	if (irq.reserved || irq.level > CAEC_HOST_IRQ_PULSE || !caec_intid_is_spi(irq.intid))
		return -EINVAL;
	if (irq.level == CAEC_HOST_IRQ_PULSE)
		vgic_pulse_spi(&realm->vgic, irq.intid);
	else
		vgic_set_spi(&realm->vgic, irq.intid, irq.level == CAEC_HOST_IRQ_HIGH);
	return 0;
}

static int irqfd(struct caec_realm *realm, unsigned long argument)
{
	struct caec_host_irqfd set;
	int error = caec_copy_in(&set, argument, sizeof(set));

	return error ? error : caec_irqfd(realm, &set);
}

static int ioeventfd(struct caec_realm *realm, unsigned long argument)
{
	struct caec_host_ioeventfd set;
	int error = caec_copy_in(&set, argument, sizeof(set));

	return error ? error : caec_ioeventfd(realm, &set);
}

/* --- CSM, statistics --------------------------------------------------------------------------------------- */

static int csm_policy(struct caec_realm *realm, unsigned long argument)
{
	struct caec_host_csm_policy *policy = kmalloc(sizeof(*policy), GFP_KERNEL);
	int error;

	if (!policy)
		return -ENOMEM;
	error = caec_copy_in(policy, argument, sizeof(*policy));
	if (!error)
		error = caec_csm_policy(realm, policy);
	kfree(policy);
	return error;
}

static int csm_entry(struct caec_realm *realm, unsigned long argument)
{
	struct caec_host_csm_entry entry;
	int error = caec_copy_in(&entry, argument, sizeof(entry));

	if (!error)
		error = caec_csm_entry(realm, &entry);
	if (!error && copy_to_user((void __user *)argument, &entry, sizeof(entry)))
		error = -EFAULT;
	return error;
}

static int stats(struct caec_realm *realm, unsigned long argument)
{
	struct caec_host_stats s;
	int error = caec_copy_in(&s, argument, sizeof(s));

	if (error)
		return error;
	s = (struct caec_host_stats){
		.version = CAEC_HOST_VERSION,
		.state = READ_ONCE(realm->state),
		.granules = READ_ONCE(realm->realm.granules),
		.granules_peak = READ_ONCE(realm->realm.granules_peak),
		.granules_max = READ_ONCE(realm->realm.granules_max),
		.shared_pages = atomic64_read(&realm->pinned_count),
		.recs = realm->recs,
	};
	for (unsigned int i = 0; i < CAEC_HOST_COUNTS; i++)
		s.counts[i] = atomic64_read(&realm->counts[i]);
	strscpy(s.name, realm->name);
	caec_csm_stats(realm, &s);
	return copy_to_user((void __user *)argument, &s, sizeof(s)) ? -EFAULT : 0;
}

/* --- The file ---------------------------------------------------------------------------------------------- */

static int dispatch(struct caec_realm *realm, unsigned int command, unsigned long argument)
{
	switch (command) {
	case CAEC_HOST_INIT_RIPAS:
		return init_ripas(realm, argument);
	case CAEC_HOST_POPULATE:
		return populate(realm, argument);
	case CAEC_HOST_CREATE_REC:
		return create_rec(realm, argument);
	case CAEC_HOST_ACTIVATE:
		return activate(realm);
	case CAEC_HOST_SET_SHARED:
		return set_shared(realm, argument);
	case CAEC_HOST_IRQFD:
		return irqfd(realm, argument);
	case CAEC_HOST_IOEVENTFD:
		return ioeventfd(realm, argument);
	case CAEC_HOST_CSM_POLICY:
		return csm_policy(realm, argument);
	case CAEC_HOST_CSM_ENTRY:
		return csm_entry(realm, argument);
	case CAEC_HOST_STATS:
		return stats(realm, argument);
	default:
		return -ENOTTY;
	}
}

/* A line is set often, and the GIC has its own lock. */
static long realm_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct caec_realm *realm = file->private_data;
	int error;

	if (command == CAEC_HOST_IRQ_LINE)
		return irq_line(realm, argument);
	if (mutex_lock_killable(&realm->lock))
		return -EINTR;
	error = realm->gone ? -ESHUTDOWN : dispatch(realm, command, argument);
	mutex_unlock(&realm->lock);
	return error;
}

static int realm_release(struct inode *inode, struct file *file)
{
	caec_realm_put(file->private_data);
	return 0;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = realm_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = realm_release,
	.llseek = noop_llseek,
};

struct file *caec_realm_file(struct caec_realm *realm)
{
	return anon_inode_getfile("caec-realm", &fops, realm, O_RDWR | O_CLOEXEC);
}
