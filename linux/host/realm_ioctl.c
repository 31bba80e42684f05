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

/*
 * What user space gives is here before a lock is taken: its memory may be of a kind that never
 * comes.
 */
union argument {
	struct caec_host_range range;
	struct caec_host_populate content;
	struct caec_host_create_rec rec;
	struct caec_host_shared shared;
	struct caec_host_irq irq;
	struct caec_host_irqfd irqfd;
	struct caec_host_ioeventfd ioeventfd;
	struct caec_host_csm_policy policy;
	struct caec_host_csm_entry entry;
	struct caec_host_stats stats;
};

static int lock(struct caec_realm *realm)
{
	if (mutex_lock_killable(&realm->lock))
		return -EINTR;
	if (!realm->gone)
		return 0;
	mutex_unlock(&realm->lock);
	return -ESHUTDOWN;
}

static void unlock(struct caec_realm *realm)
{
	mutex_unlock(&realm->lock);
}

/* --- Building --------------------------------------------------------------------------------- */

static int check_new(const struct caec_realm *realm)
{
	return READ_ONCE(realm->state) == CAEC_HOST_STATE_NEW ? 0 : -EBUSY;
}

static int init_ripas(struct caec_realm *realm, const struct caec_host_range *range)
{
	int error;

	if (range->reserved)
		return -EINVAL;
	error = check_new(realm);
	return error ? error : caec_errno(host_init_ripas(&realm->realm, range->ipa, range->size));
}

#define PIECE SZ_64K

static int load(struct caec_realm *realm, u64 ipa, const void *content, size_t size, bool measure)
{
	int error = lock(realm);

	if (error)
		return error;
	error = check_new(realm);
	if (!error)
		error = caec_errno(host_load(&realm->realm, ipa, content, size, measure));
	unlock(realm);
	return error;
}

/* Piece by piece, with the lock for each; where one ends a page ends. */
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
		error = load(realm, p->ipa + done, buffer, part, measure);
	}
	return error;
}

/* Without the lock. */
static int populate(struct caec_realm *realm, const struct caec_host_populate *p)
{
	u64 top = host_unprotected_base(&realm->realm);
	void *buffer;
	int error;

	if (p->flags & ~CAEC_HOST_POPULATE_UNMEASURED || p->size == 0 || p->ipa >= top ||
	    p->size > top - p->ipa)
		return -EINVAL;
	error = check_new(realm);
	if (error)
		return error;
	buffer = kvmalloc(PIECE, CAEC_GFP);
	if (!buffer)
		return -ENOMEM;
	error = copy_content(realm, p, buffer);
	kvfree(buffer);
	return error;
}

/*
 * Without the lock; the descriptor, too, is for user space. One that can't be given leaves a REC
 * that nobody can run.
 */
static int create_rec(struct caec_realm *realm, struct caec_host_create_rec *create, unsigned long argument)
{
	struct file *file;
	int error = lock(realm);

	if (error)
		return error;
	error = check_new(realm);
	file = error ? ERR_PTR(error) : caec_rec_create(realm, create);
	unlock(realm);
	return IS_ERR(file) ? PTR_ERR(file)
			    : caec_give_fd(file, &create->fd, argument, create, sizeof(*create));
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
		smp_store_release(&realm->state, CAEC_HOST_STATE_ACTIVE); /* after all that built it */
	return error;
}

/* --- Others ----------------------------------------------------------------------------------- */

/* Without the lock: a line is set often, and the GIC has its own. */
static int irq_line(struct caec_realm *realm, const struct caec_host_irq *irq)
{
	if (irq->reserved || irq->level > CAEC_HOST_IRQ_PULSE || !caec_intid_is_spi(irq->intid))
		return -EINVAL;
	if (irq->level == CAEC_HOST_IRQ_PULSE)
		vgic_pulse_spi(&realm->vgic, irq->intid);
	else
		vgic_set_spi(&realm->vgic, irq->intid, irq->level == CAEC_HOST_IRQ_HIGH);
	return 0;
}

static int stats(struct caec_realm *realm, struct caec_host_stats *s)
{
	*s = (struct caec_host_stats){
		.version = CAEC_HOST_VERSION,
		.state = READ_ONCE(realm->state),
		.granules = READ_ONCE(realm->realm.granules),
		.granules_peak = READ_ONCE(realm->realm.granules_peak),
		.granules_max = READ_ONCE(realm->realm.granules_max),
		.shared_pages = atomic64_read(&realm->pinned_count),
		.recs = realm->recs,
	};
	for (unsigned int i = 0; i < CAEC_HOST_COUNTS; i++)
		s->counts[i] = atomic64_read(&realm->counts[i]);
	strscpy(s->name, realm->name);
	caec_csm_stats(realm, s);
	return 0;
}

/* --- The file --------------------------------------------------------------------------------- */

static bool is_known(unsigned int command)
{
	switch (command) {
	case CAEC_HOST_INIT_RIPAS:
	case CAEC_HOST_POPULATE:
	case CAEC_HOST_CREATE_REC:
	case CAEC_HOST_ACTIVATE:
	case CAEC_HOST_SET_SHARED:
	case CAEC_HOST_IRQ_LINE:
	case CAEC_HOST_IRQFD:
	case CAEC_HOST_IOEVENTFD:
	case CAEC_HOST_CSM_POLICY:
	case CAEC_HOST_CSM_ENTRY:
	case CAEC_HOST_STATS:
		return true;
	default:
		return false;
	}
}

/* With the lock. */
static int locked(struct caec_realm *realm, unsigned int command, union argument *in)
{
	switch (command) {
	case CAEC_HOST_INIT_RIPAS:
		return init_ripas(realm, &in->range);
	case CAEC_HOST_ACTIVATE:
		return activate(realm);
	case CAEC_HOST_SET_SHARED:
		return caec_shared_set(realm, &in->shared);
	case CAEC_HOST_IRQFD:
		return caec_irqfd(realm, &in->irqfd);
	case CAEC_HOST_IOEVENTFD:
		return caec_ioeventfd(realm, &in->ioeventfd);
	case CAEC_HOST_CSM_POLICY:
		return caec_csm_policy(realm, &in->policy);
	case CAEC_HOST_CSM_ENTRY:
		return caec_csm_entry(realm, &in->entry);
	case CAEC_HOST_STATS:
		return stats(realm, &in->stats);
	default:
		return -ENOTTY;
	}
}

static long realm_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct caec_realm *realm = file->private_data;
	union argument in = {};
	int error;

	if (!is_known(command))
		return -ENOTTY;
	error = _IOC_SIZE(command) ? caec_copy_in(&in, argument, _IOC_SIZE(command)) : 0;
	if (error)
		return error;
	switch (command) {
	case CAEC_HOST_POPULATE:
		return populate(realm, &in.content);
	case CAEC_HOST_CREATE_REC:
		return create_rec(realm, &in.rec, argument);
	case CAEC_HOST_IRQ_LINE:
		return irq_line(realm, &in.irq);
	}
	error = lock(realm);
	if (error)
		return error;
	error = locked(realm, command, &in);
	unlock(realm);
	if (!error && (_IOC_DIR(command) & _IOC_READ) &&
	    copy_to_user((void __user *)argument, &in, _IOC_SIZE(command)))
		error = -EFAULT;
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
