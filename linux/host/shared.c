// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * What a realm shares with user space: pages of memfds at unprotected IPAs, pinned when they are
 * touched.
 *
 * A memfd counts its writable mappings, and can't be sealed against writing while there is one; a
 * range here is one.
 */
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>

#include "host.h"

#define MAX_RANGES 64

struct shared {
	struct list_head node;
	u64 ipa, size, offset;
	struct file *memfd;
};

/* --- Pages: with shared_lock ------------------------------------------------------------------ */

static struct page *pin(const struct shared *shared, u64 ipa)
{
	loff_t at = shared->offset + (ipa - shared->ipa);
	struct folio *folio;
	pgoff_t offset;
	long count = memfd_pin_folios(shared->memfd, at, at + PAGE_SIZE - 1, &folio, 1, &offset);

	if (count != 1)
		return ERR_PTR(count < 0 ? count : -EFAULT);
	return folio_page(folio, offset >> PAGE_SHIFT);
}

/* The realm may have written to it. */
static void unpin(struct page *page)
{
	unpin_user_page_range_dirty_lock(page, 1, true);
}

static int map(struct caec_realm *realm, u64 ipa, struct page *page)
{
	int error = xa_err(xa_store(&realm->pinned, ipa >> PAGE_SHIFT, page, CAEC_GFP));

	if (error)
		return error;
	error = caec_errno(host_map_unprotected(&realm->realm, ipa, page_to_phys(page), PAGE_SIZE,
						HOST_UNPROTECTED_WB_RW));
	if (error)
		xa_erase(&realm->pinned, ipa >> PAGE_SHIFT);
	else
		atomic64_inc(&realm->pinned_count);
	return error;
}

static int pin_and_map(struct caec_realm *realm, const struct shared *shared, u64 ipa)
{
	struct page *page;
	int error;

	if (xa_load(&realm->pinned, ipa >> PAGE_SHIFT)) /* another REC's fault was first */
		return 0;
	page = pin(shared, ipa);
	if (IS_ERR(page))
		return PTR_ERR(page);
	error = map(realm, ipa, page);
	if (error)
		unpin(page);
	return error;
}

/* A page that the RMM does not let go stays pinned. True: there is none. */
static bool drop(struct caec_realm *realm, u64 ipa, u64 size)
{
	unsigned long index, last = (ipa + size - 1) >> PAGE_SHIFT;
	struct page *page;
	bool all = true;

	xa_for_each_range(&realm->pinned, index, page, ipa >> PAGE_SHIFT, last) {
		if (host_unmap_unprotected(&realm->realm, (u64)index << PAGE_SHIFT, PAGE_SIZE) !=
		    RMI_SUCCESS) {
			pr_err("caec_host: realm %s keeps a shared page\n", realm->name);
			all = false;
			continue;
		}
		xa_erase(&realm->pinned, index);
		atomic64_dec(&realm->pinned_count);
		unpin(page);
	}
	return all;
}

void caec_shared_drop(struct caec_realm *realm, u64 ipa, u64 size)
{
	mutex_lock(&realm->shared_lock);
	drop(realm, ipa, size);
	mutex_unlock(&realm->shared_lock);
}

static struct shared *find(struct caec_realm *realm, u64 ipa)
{
	struct shared *shared;

	list_for_each_entry(shared, &realm->shared, node)
		if (ipa >= shared->ipa && ipa - shared->ipa < shared->size)
			return shared;
	return NULL;
}

int caec_shared_fault(struct caec_realm *realm, u64 ipa)
{
	struct shared *shared;
	int error = -ENOENT;

	mutex_lock(&realm->shared_lock);
	shared = find(realm, ipa);
	if (shared)
		error = pin_and_map(realm, shared, ipa & PAGE_MASK);
	mutex_unlock(&realm->shared_lock);
	/* Whatever is wrong with the memfd: the range is there, and has no page. */
	return error == -ENOENT && shared ? -EFAULT : error;
}

/* --- Ranges ----------------------------------------------------------------------------------- */

static bool is_well_formed(const struct caec_realm *realm, const struct caec_host_shared *set)
{
	return !(set->flags & ~CAEC_HOST_SHARED_REMOVE) && !set->reserved &&
	       host_range_is_unprotected(&realm->realm, set->ipa, set->size) &&
	       set->offset % PAGE_SIZE == 0 && set->offset <= S64_MAX - set->size;
}

static bool is_taken(const struct caec_realm *realm, u64 ipa, u64 size)
{
	const struct shared *other;

	list_for_each_entry(other, &realm->shared, node)
		if (caec_overlap(ipa, size, other->ipa, other->size))
			return true;
	return caec_gic_overlaps(realm, ipa, size);
}

/* A memfd that is open for writing, and not sealed against it, and will not be. */
static struct file *get_memfd(int fd)
{
	struct file *file = fget(fd);
	int error;

	if (!file)
		return ERR_PTR(-EBADF);
	error = shmem_file(file) ? 0 : -EINVAL;
	if (!error && !(file->f_mode & FMODE_WRITE))
		error = -EACCES;
	if (!error && SHMEM_I(file_inode(file))->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		error = -EPERM;
	if (!error)
		error = mapping_map_writable(file->f_mapping);
	if (!error)
		return file;
	fput(file);
	return ERR_PTR(error);
}

static int add(struct caec_realm *realm, const struct caec_host_shared *set)
{
	struct shared *shared;

	if (is_taken(realm, set->ipa, set->size))
		return -EEXIST;
	if (realm->shared_count == MAX_RANGES)
		return -ENOSPC;
	shared = kmalloc(sizeof(*shared), CAEC_GFP);
	if (!shared)
		return -ENOMEM;
	*shared = (struct shared){ .ipa = set->ipa, .size = set->size, .offset = set->offset };
	shared->memfd = get_memfd(set->fd);
	if (IS_ERR(shared->memfd)) {
		int error = PTR_ERR(shared->memfd);

		kfree(shared);
		return error;
	}
	list_add_tail(&shared->node, &realm->shared);
	realm->shared_count++;
	return 0;
}

static void forget(struct caec_realm *realm, struct shared *shared)
{
	list_del(&shared->node);
	realm->shared_count--;
	mapping_unmap_writable(shared->memfd->f_mapping);
	fput(shared->memfd);
	kfree(shared);
}

static int remove(struct caec_realm *realm, const struct caec_host_shared *set)
{
	struct shared *shared = find(realm, set->ipa);

	if (set->fd != -1 || set->offset)
		return -EINVAL;
	if (!shared || shared->ipa != set->ipa || shared->size != set->size)
		return -ENOENT;
	if (!drop(realm, shared->ipa, shared->size))
		return -EIO;
	forget(realm, shared);
	return 0;
}

int caec_shared_set(struct caec_realm *realm, const struct caec_host_shared *set)
{
	int error;

	if (!is_well_formed(realm, set))
		return -EINVAL;
	mutex_lock(&realm->shared_lock);
	error = set->flags & CAEC_HOST_SHARED_REMOVE ? remove(realm, set) : add(realm, set);
	mutex_unlock(&realm->shared_lock);
	return error;
}

void caec_shared_release(struct caec_realm *realm)
{
	struct shared *shared, *next;

	mutex_lock(&realm->shared_lock);
	list_for_each_entry_safe(shared, next, &realm->shared, node) {
		drop(realm, shared->ipa, shared->size);
		forget(realm, shared);
	}
	mutex_unlock(&realm->shared_lock);
}
