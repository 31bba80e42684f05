// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Interrupts by eventfd, and eventfds by MMIO: for what serves devices outside the VMM's threads,
 * or outside it.
 */
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "host.h"

#define MAX_EVENTFDS 64

/* The file's reference keeps the eventfd from going while we are in its wait queue. */
struct irqfd {
	struct list_head node;
	struct caec_realm *realm;
	u32 intid;
	struct file *file;
	struct eventfd_ctx *eventfd;
	wait_queue_entry_t wait;
	poll_table table;
};

struct ioeventfd {
	struct list_head node;
	struct eventfd_ctx *eventfd;
	u64 ipa, data;
	u32 size;
	bool match;
};

/* --- IRQFD ------------------------------------------------------------------------------------ */

/* With the eventfd's lock, in any context. */
static int on_signal(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct irqfd *irqfd = container_of(wait, struct irqfd, wait);
	u64 count;

	if (key_to_poll(key) & EPOLLIN) {
		eventfd_ctx_do_read(irqfd->eventfd, &count);
		vgic_pulse_spi(&irqfd->realm->vgic, irqfd->intid);
	}
	return 0;
}

static void on_queue(struct file *file, wait_queue_head_t *head, poll_table *table)
{
	add_wait_queue(head, &container_of(table, struct irqfd, table)->wait);
}

static void free_irqfd(struct irqfd *irqfd)
{
	if (!IS_ERR_OR_NULL(irqfd->eventfd))
		eventfd_ctx_put(irqfd->eventfd);
	if (!IS_ERR_OR_NULL(irqfd->file))
		fput(irqfd->file);
	kfree(irqfd);
}

static struct irqfd *make_irqfd(struct caec_realm *realm, const struct caec_host_irqfd *set)
{
	struct irqfd *irqfd = kzalloc(sizeof(*irqfd), CAEC_GFP);
	int error;

	if (!irqfd)
		return ERR_PTR(-ENOMEM);
	irqfd->realm = realm;
	irqfd->intid = set->intid;
	irqfd->file = eventfd_fget(set->fd);
	irqfd->eventfd = IS_ERR(irqfd->file) ? ERR_CAST(irqfd->file) : eventfd_ctx_fileget(irqfd->file);
	if (!IS_ERR(irqfd->eventfd))
		return irqfd;
	error = PTR_ERR(irqfd->eventfd);
	free_irqfd(irqfd);
	return ERR_PTR(error);
}

static int add_irqfd(struct caec_realm *realm, const struct caec_host_irqfd *set)
{
	struct irqfd *irqfd;

	if (realm->irqfd_count == MAX_EVENTFDS)
		return -ENOSPC;
	irqfd = make_irqfd(realm, set);
	if (IS_ERR(irqfd))
		return PTR_ERR(irqfd);
	list_add_tail(&irqfd->node, &realm->irqfds);
	realm->irqfd_count++;
	init_waitqueue_func_entry(&irqfd->wait, on_signal);
	init_poll_funcptr(&irqfd->table, on_queue);
	/* Written to before now: that is an edge, too. */
	if (vfs_poll(irqfd->file, &irqfd->table) & EPOLLIN)
		vgic_pulse_spi(&realm->vgic, irqfd->intid);
	return 0;
}

static void forget_irqfd(struct irqfd *irqfd)
{
	u64 count;

	eventfd_ctx_remove_wait_queue(irqfd->eventfd, &irqfd->wait, &count);
	list_del(&irqfd->node);
	irqfd->realm->irqfd_count--;
	free_irqfd(irqfd);
}

static int remove_irqfd(struct caec_realm *realm, const struct caec_host_irqfd *set)
{
	struct eventfd_ctx *eventfd = eventfd_ctx_fdget(set->fd);
	struct irqfd *irqfd, *next;
	int error = -ENOENT;

	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	list_for_each_entry_safe(irqfd, next, &realm->irqfds, node) {
		if (error && irqfd->eventfd == eventfd && irqfd->intid == set->intid) {
			forget_irqfd(irqfd);
			error = 0;
		}
	}
	eventfd_ctx_put(eventfd);
	return error;
}

int caec_irqfd(struct caec_realm *realm, const struct caec_host_irqfd *set)
{
	int error;

	if (set->flags & ~CAEC_HOST_EVENTFD_REMOVE || !caec_intid_is_spi(set->intid))
		return -EINVAL;
	down_write(&realm->eventfd_lock);
	error = set->flags & CAEC_HOST_EVENTFD_REMOVE ? remove_irqfd(realm, set) : add_irqfd(realm, set);
	up_write(&realm->eventfd_lock);
	return error;
}

/* --- IOEVENTFD -------------------------------------------------------------------------------- */

static bool is_same(const struct ioeventfd *a, const struct caec_host_ioeventfd *b)
{
	return a->ipa == b->ipa && a->size == b->size && a->match == !!(b->flags & CAEC_HOST_EVENTFD_MATCH) &&
	       a->data == b->data;
}

static struct ioeventfd *find_ioeventfd(struct caec_realm *realm, const struct caec_host_ioeventfd *set)
{
	struct ioeventfd *io;

	list_for_each_entry(io, &realm->ioeventfds, node)
		if (is_same(io, set))
			return io;
	return NULL;
}

static int add_ioeventfd(struct caec_realm *realm, const struct caec_host_ioeventfd *set,
			 struct eventfd_ctx *eventfd)
{
	struct ioeventfd *io;

	if (find_ioeventfd(realm, set))
		return -EEXIST;
	if (realm->ioeventfd_count == MAX_EVENTFDS)
		return -ENOSPC;
	io = kmalloc(sizeof(*io), CAEC_GFP);
	if (!io)
		return -ENOMEM;
	*io = (struct ioeventfd){
		.eventfd = eventfd,
		.ipa = set->ipa,
		.data = set->data,
		.size = set->size,
		.match = set->flags & CAEC_HOST_EVENTFD_MATCH,
	};
	list_add_tail(&io->node, &realm->ioeventfds);
	realm->ioeventfd_count++;
	return 0;
}

static void forget_ioeventfd(struct caec_realm *realm, struct ioeventfd *io)
{
	list_del(&io->node);
	realm->ioeventfd_count--;
	eventfd_ctx_put(io->eventfd);
	kfree(io);
}

static int remove_ioeventfd(struct caec_realm *realm, const struct caec_host_ioeventfd *set,
			    const struct eventfd_ctx *eventfd)
{
	struct ioeventfd *io = find_ioeventfd(realm, set);

	if (!io || io->eventfd != eventfd)
		return -ENOENT;
	forget_ioeventfd(realm, io);
	return 0;
}

static bool is_well_formed(const struct caec_realm *realm, const struct caec_host_ioeventfd *set)
{
	const u32 flags = CAEC_HOST_EVENTFD_REMOVE | CAEC_HOST_EVENTFD_MATCH;

	return !(set->flags & ~flags) && (set->size == 0 || (is_power_of_2(set->size) && set->size <= 8)) &&
	       host_range_is_unprotected(&realm->realm, set->ipa & PAGE_MASK, PAGE_SIZE) &&
	       (set->data == 0 || (set->flags & CAEC_HOST_EVENTFD_MATCH));
}

int caec_ioeventfd(struct caec_realm *realm, const struct caec_host_ioeventfd *set)
{
	bool removes = set->flags & CAEC_HOST_EVENTFD_REMOVE;
	struct eventfd_ctx *eventfd;
	int error;

	if (!is_well_formed(realm, set))
		return -EINVAL;
	eventfd = eventfd_ctx_fdget(set->fd);
	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	down_write(&realm->eventfd_lock);
	error = removes ? remove_ioeventfd(realm, set, eventfd) : add_ioeventfd(realm, set, eventfd);
	up_write(&realm->eventfd_lock);
	if (error || removes)
		eventfd_ctx_put(eventfd);
	return error;
}

static bool concerns(const struct ioeventfd *io, const struct host_mmio *access)
{
	return access->ipa == io->ipa && (io->size == 0 || io->size == access->bytes) &&
	       (!io->match || io->data == access->value);
}

bool caec_ioeventfd_signal(struct caec_realm *realm, const struct host_mmio *access)
{
	struct ioeventfd *io;
	bool found = false;

	if (!access->is_write)
		return false;
	down_read(&realm->eventfd_lock);
	list_for_each_entry(io, &realm->ioeventfds, node) {
		if (concerns(io, access)) {
			eventfd_signal(io->eventfd);
			found = true;
			break;
		}
	}
	up_read(&realm->eventfd_lock);
	return found;
}

void caec_eventfd_release(struct caec_realm *realm)
{
	struct irqfd *irqfd, *next_irqfd;
	struct ioeventfd *io, *next;

	down_write(&realm->eventfd_lock);
	list_for_each_entry_safe(irqfd, next_irqfd, &realm->irqfds, node)
		forget_irqfd(irqfd);
	list_for_each_entry_safe(io, next, &realm->ioeventfds, node)
		forget_ioeventfd(realm, io);
	up_write(&realm->eventfd_lock);
}
