// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Regions and attachments: made, shared, and taken apart when their last reference goes.
 */
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "csm.h"

LIST_HEAD(csm_objects);
DEFINE_MUTEX(csm_lock); /* of the list */

static bool trust_peers;
module_param(trust_peers, bool, 0444);
MODULE_PARM_DESC(trust_peers, "attach also where a provider can stop this kernel by taking its memory back");

#define OBJECT_FLAGS (CAEC_CSM_KEEP | CAEC_CSM_DAX | CAEC_CSM_SIGBUS)

/* --- Making ----------------------------------------------------------------------------------- */

static struct csm_peer *new_peer(const struct caec_csm_rid *rid, u64 n, u32 state)
{
	struct csm_peer *peer = kzalloc(sizeof(*peer), GFP_KERNEL_ACCOUNT);

	if (peer) {
		peer->rid = *rid;
		peer->n = n;
		peer->state = state;
	}
	return peer;
}

static bool arguments_are_valid(u64 size, u32 flags)
{
	return size && IS_ALIGNED(size, PAGE_SIZE) && !(flags & ~OBJECT_FLAGS) &&
	       (!(flags & CAEC_CSM_DAX) || IS_ALIGNED(size, CSM_ALIGN));
}

/* An object with a range of its own, and with kernel mappings if wanted, but no CSM range yet. */
static struct csm_object *prepare(u32 role, u64 size, u32 flags)
{
	struct csm_object *object;
	int error;

	if (!arguments_are_valid(size, flags))
		return ERR_PTR(-EINVAL);
	object = kzalloc(sizeof(*object), GFP_KERNEL_ACCOUNT);
	if (!object)
		return ERR_PTR(-ENOMEM);
	object->role = role;
	object->size = size;
	object->flags = flags & ~CAEC_CSM_KEEP;
	INIT_LIST_HEAD(&object->node);
	INIT_LIST_HEAD(&object->peers);
	mutex_init(&object->lock);
	init_waitqueue_head(&object->wait);
	init_rwsem(&object->gone_lock);
	BLOCKING_INIT_NOTIFIER_HEAD(&object->chain);
	error = csm_window_alloc(size, &object->base);
	if (!error && (flags & CAEC_CSM_DAX)) {
		error = csm_memory_map(object);
		if (error)
			csm_window_free(object->base, size);
	}
	if (error) {
		kfree(object);
		return ERR_PTR(error);
	}
	return object;
}

/* @ended: the monitor has no CSM range there any more. Otherwise the addresses are lost. */
static void unprepare(struct csm_object *object, bool ended)
{
	struct csm_peer *peer, *next;

	list_for_each_entry_safe(peer, next, &object->peers, node)
		kfree(peer);
	csm_memory_unmap(object);
	if (ended) {
		csm_call_release(object->base, round_up(object->size, CSM_ALIGN));
		csm_window_free(object->base, object->size);
	}
	kfree(object);
}

/* From here on the file is the object. */
static struct csm_object *publish(struct csm_object *object, u32 flags)
{
	object->file = csm_file_make(object);
	if (IS_ERR(object->file))
		return ERR_CAST(object->file);
	mutex_lock(&csm_lock);
	list_add_tail(&object->node, &csm_objects);
	mutex_unlock(&csm_lock);
	if (flags & CAEC_CSM_KEEP)
		csm_object_keep(object, true);
	csm_events_start();
	return object;
}

struct csm_object *csm_object_create(struct caec_csm_create *create)
{
	struct csm_object *object = prepare(CAEC_CSM_ROLE_REGION, create->size, create->flags), *published;
	int error;

	if (IS_ERR(object))
		return object;
	error = csm_call_create(object->base, object->size, &object->id);
	if (error) {
		unprepare(object, true);
		return ERR_PTR(error);
	}
	object->permission = CAEC_CSM_RW;
	create->id = object->id;
	error = csm_memory_clear(object);
	published = error ? ERR_PTR(error) : publish(object, create->flags);
	if (IS_ERR(published))
		unprepare(object, !csm_call_destroy(object->id));
	return published;
}

/* Reserved and attached in one go: a reservation alone is of no use to a program. */
static int reserve_and_attach(struct csm_object *object, struct caec_csm_attach *attach, bool *ended)
{
	struct csm_peer *peer = new_peer(&attach->provider, attach->n, CAEC_CSM_STATE_ATTACHED);
	int error;

	*ended = true;
	if (!peer)
		return -ENOMEM;
	list_add(&peer->node, &object->peers);
	error = csm_call_reserve(&attach->provider, attach->n, object->base, object->size);
	if (error)
		return error;
	error = csm_call_attach(attach);
	if (error)
		*ended = !csm_call_detach(&attach->provider, attach->n);
	object->permission = attach->permission;
	return error;
}

struct csm_object *csm_object_attach(struct caec_csm_attach *attach)
{
	struct csm_object *object, *published;
	bool ended;
	int error;

	if (!csm_ends_as_ram() && !trust_peers)
		return ERR_PTR(-EOPNOTSUPP);
	object = prepare(CAEC_CSM_ROLE_CONSUMER, attach->size, attach->flags);
	if (IS_ERR(object))
		return object;
	error = reserve_and_attach(object, attach, &ended);
	if (error) {
		unprepare(object, ended);
		return ERR_PTR(error);
	}
	published = publish(object, attach->flags);
	if (IS_ERR(published))
		unprepare(object, !csm_call_detach(&attach->provider, attach->n));
	return published;
}

/* --- Ending ----------------------------------------------------------------------------------- */

static int end(struct csm_object *object)
{
	struct csm_peer *peer;

	if (object->role == CAEC_CSM_ROLE_REGION)
		return csm_call_destroy(object->id);
	peer = list_first_entry(&object->peers, struct csm_peer, node);
	return csm_call_detach(&peer->rid, peer->n);
}

void csm_object_destroy(struct csm_object *object)
{
	int error;

	mutex_lock(&csm_lock);
	list_del(&object->node);
	mutex_unlock(&csm_lock);
	error = end(object);
	if (error)
		pr_err("caec_csm: the range at %pa can't be given back: error %d\n", &object->base, -error);
	unprepare(object, !error);
}

/* --- What is done with them ------------------------------------------------------------------- */

static struct csm_peer *find_peer(struct csm_object *object, const struct caec_csm_rid *rid, u64 n)
{
	struct csm_peer *peer;

	list_for_each_entry(peer, &object->peers, node)
		if (peer->n == n && csm_rid_equal(&peer->rid, rid))
			return peer;
	return NULL;
}

int csm_object_share(struct csm_object *object, struct caec_csm_share *share)
{
	struct csm_peer *peer;
	int error;

	if (object->role != CAEC_CSM_ROLE_REGION)
		return -EPERM;
	peer = new_peer(&share->peer, 0, CAEC_CSM_STATE_OFFERED);
	if (!peer)
		return -ENOMEM;
	mutex_lock(&object->lock);
	error = csm_call_share(object->id, share);
	if (error) {
		kfree(peer);
	} else {
		peer->n = share->n;
		list_add_tail(&peer->node, &object->peers);
	}
	mutex_unlock(&object->lock);
	return error;
}

int csm_object_revoke(struct csm_object *object, const struct caec_csm_rid *rid, u64 n)
{
	struct csm_peer *peer;
	int error = -ENOENT;

	if (object->role != CAEC_CSM_ROLE_REGION)
		return -EPERM;
	mutex_lock(&object->lock);
	peer = find_peer(object, rid, n);
	if (peer)
		error = csm_call_revoke(rid, n);
	/* DENIED: there is no such share any more. */
	if (!error || (peer && error == -EACCES)) {
		list_del(&peer->node);
		kfree(peer);
	}
	mutex_unlock(&object->lock);
	return error;
}

int csm_object_notify(struct csm_object *object, const struct caec_csm_rid *rid, u64 n)
{
	struct caec_csm_rid to = *rid;
	struct csm_peer *peer;

	mutex_lock(&object->lock);
	if (object->role == CAEC_CSM_ROLE_CONSUMER) {
		peer = list_first_entry(&object->peers, struct csm_peer, node);
		to = peer->rid;
		n = peer->n;
	} else if (!find_peer(object, rid, n)) {
		mutex_unlock(&object->lock);
		return -ENOENT;
	}
	mutex_unlock(&object->lock);
	return csm_call_notify(&to, n, object->role == CAEC_CSM_ROLE_CONSUMER);
}

/* A kept object's file has a reference that is nobody's; the file has one of the module. */
void csm_object_keep(struct csm_object *object, bool keep)
{
	bool was;

	mutex_lock(&csm_lock);
	was = object->flags & CAEC_CSM_KEEP;
	if (keep)
		object->flags |= CAEC_CSM_KEEP;
	else
		object->flags &= ~CAEC_CSM_KEEP;
	if (keep && !was)
		get_file(object->file);
	mutex_unlock(&csm_lock);
	if (!keep && was)
		fput(object->file);
}

static bool matches(struct csm_object *object, const struct caec_csm_open *which)
{
	const struct csm_peer *peer;

	if (object->role != which->role)
		return false;
	if (which->role == CAEC_CSM_ROLE_REGION)
		return object->id == which->id;
	peer = list_first_entry(&object->peers, struct csm_peer, node);
	return peer->n == which->n && csm_rid_equal(&peer->rid, &which->provider);
}

struct file *csm_object_find(const struct caec_csm_open *which)
{
	struct file *file = ERR_PTR(-ENOENT);
	struct csm_object *object;

	mutex_lock(&csm_lock);
	list_for_each_entry(object, &csm_objects, node) {
		if ((object->flags & CAEC_CSM_KEEP) && matches(object, which)) {
			file = get_file(object->file);
			break;
		}
	}
	mutex_unlock(&csm_lock);
	return file;
}

/* --- For drivers ------------------------------------------------------------------------------ */

struct file *csm_object_get(int fd)
{
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (csm_file_object(file))
		return file;
	fput(file);
	return ERR_PTR(-EINVAL);
}
EXPORT_SYMBOL_GPL(csm_object_get);

int csm_object_memory(struct file *file, struct csm_memory *memory)
{
	const struct csm_object *object = csm_file_object(file);

	if (!object->pagemap)
		return -EOPNOTSUPP;
	*memory = (struct csm_memory){
		.base = object->base,
		.size = object->size,
		.address = object->address,
		.writable = object->permission == CAEC_CSM_RW,
		.is_region = object->role == CAEC_CSM_ROLE_REGION,
	};
	return 0;
}
EXPORT_SYMBOL_GPL(csm_object_memory);

bool csm_object_is_gone(struct file *file)
{
	return csm_events_is_gone(csm_file_object(file));
}
EXPORT_SYMBOL_GPL(csm_object_is_gone);

struct file *csm_object_attach_to(const struct caec_csm_rid *provider, u64 n, u64 size)
{
	struct caec_csm_attach attach = {
		.flags = CAEC_CSM_DAX, .provider = *provider, .n = n, .size = size
	};
	struct csm_object *object = csm_object_attach(&attach);

	return IS_ERR(object) ? ERR_CAST(object) : object->file;
}
EXPORT_SYMBOL_GPL(csm_object_attach_to);

bool csm_object_is_attached(struct file *file, const struct caec_csm_rid *peer, u64 n)
{
	return csm_events_is_attached(csm_file_object(file), peer, n);
}
EXPORT_SYMBOL_GPL(csm_object_is_attached);

/*
 * Its one peer is there as long as it is itself, and the call is not one that the monitor
 * interrupts: no lock, no sleep.
 */
int csm_object_ring(struct file *file)
{
	const struct csm_object *object = csm_file_object(file);
	const struct csm_peer *peer;

	if (object->role != CAEC_CSM_ROLE_CONSUMER)
		return -EPERM;
	peer = list_first_entry(&object->peers, struct csm_peer, node);
	return csm_call_notify(&peer->rid, peer->n, true);
}
EXPORT_SYMBOL_GPL(csm_object_ring);

void csm_object_watch(struct file *file, struct notifier_block *block)
{
	blocking_notifier_chain_register(&csm_file_object(file)->chain, block);
}
EXPORT_SYMBOL_GPL(csm_object_watch);

void csm_object_unwatch(struct file *file, struct notifier_block *block)
{
	blocking_notifier_chain_unregister(&csm_file_object(file)->chain, block);
}
EXPORT_SYMBOL_GPL(csm_object_unwatch);
