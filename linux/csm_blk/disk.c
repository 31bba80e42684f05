// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * One object as a disk. File systems reach its memory in place (DAX); what goes through the page
 * cache is copied.
 */
#include <linux/blkdev.h>
#include <linux/bvec.h>
#include <linux/dax.h>
#include <linux/file.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <linux/caec_csm.h>

#include "disk.h"

struct csm_disk {
	struct gendisk *gendisk;
	struct dax_device *dax;
	struct file *object;
	struct csm_memory memory;
	struct notifier_block on_gone;
	struct work_struct bury;
	bool removing; /* under open_mutex */
};

/* --- Copies ----------------------------------------------------------------------------------- */

static void copy_segment(struct csm_disk *disk, struct bio_vec *segment, sector_t sector, bool write)
{
	void *there = disk->memory.address + (sector << SECTOR_SHIFT);
	void *here = bvec_kmap_local(segment);

	if (write)
		memcpy(there, here, segment->bv_len);
	else
		memcpy(here, there, segment->bv_len);
	kunmap_local(here);
}

static void submit(struct bio *bio)
{
	struct csm_disk *disk = bio->bi_bdev->bd_disk->private_data;
	struct bvec_iter iterator;
	struct bio_vec segment;

	if (bio_op(bio) != REQ_OP_READ && bio_op(bio) != REQ_OP_WRITE) {
		if (bio_sectors(bio))
			bio->bi_status = BLK_STS_NOTSUPP;
		bio_endio(bio);
		return;
	}
	bio_for_each_segment(segment, bio, iterator)
		copy_segment(disk, &segment, iterator.bi_sector, op_is_write(bio_op(bio)));
	/* Asked after the copy: zeros in place of what was taken away are not passed on as data. */
	if (csm_object_is_gone(disk->object))
		bio->bi_status = BLK_STS_IOERR;
	bio_endio(bio);
}

static int open_disk(struct gendisk *gendisk, blk_mode_t mode)
{
	struct csm_disk *disk = gendisk->private_data;

	return disk->removing || csm_object_is_gone(disk->object) ? -ENXIO : 0;
}

static const struct block_device_operations disk_ops = {
	.owner = THIS_MODULE,
	.open = open_disk,
	.submit_bio = submit,
};

/* --- In place --------------------------------------------------------------------------------- */

static long direct_access(struct dax_device *dax, pgoff_t page, long count, enum dax_access_mode mode,
			  void **address, unsigned long *frame)
{
	struct csm_disk *disk = dax_get_private(dax);
	u64 pages = disk->memory.size >> PAGE_SHIFT;

	if (page >= pages || csm_object_is_gone(disk->object))
		return -EIO;
	if (address)
		*address = disk->memory.address + (page << PAGE_SHIFT);
	if (frame)
		*frame = PHYS_PFN(disk->memory.base) + page;
	return pages - page;
}

static int zero_pages(struct dax_device *dax, pgoff_t page, size_t count)
{
	void *address;
	long there = dax_direct_access(dax, page, count, DAX_ACCESS, &address, NULL);

	if (there < 0 || there < count)
		return -EIO;
	memset(address, 0, count << PAGE_SHIFT);
	return 0;
}

static const struct dax_operations dax_ops = {
	.direct_access = direct_access,
	.zero_page_range = zero_pages,
};

/* --- The end of a share ----------------------------------------------------------------------- */

/* Mounted file systems are told; opens and transfers fail from here on. */
static void bury(struct work_struct *work)
{
	struct csm_disk *disk = container_of(work, struct csm_disk, bury);

	blk_mark_disk_dead(disk->gendisk);
	csm_unmap_files(disk->gendisk->part0);
}

static int on_gone(struct notifier_block *block, unsigned long event, void *data)
{
	if (event & CAEC_CSM_EVENT_GONE)
		schedule_work(&container_of(block, struct csm_disk, on_gone)->bury);
	return NOTIFY_OK;
}

/* --- Making, removing ------------------------------------------------------------------------- */

static int make_gendisk(struct csm_disk *disk, unsigned int index)
{
	struct queue_limits limits = {
		.physical_block_size = PAGE_SIZE,
		.max_hw_sectors = UINT_MAX,
		.features = BLK_FEAT_DAX | BLK_FEAT_SYNCHRONOUS,
	};

	disk->gendisk = blk_alloc_disk(&limits, NUMA_NO_NODE);
	if (IS_ERR(disk->gendisk))
		return PTR_ERR(disk->gendisk);
	disk->gendisk->fops = &disk_ops;
	disk->gendisk->private_data = disk;
	disk->gendisk->flags |= GENHD_FL_NO_PART;
	snprintf(disk->gendisk->disk_name, DISK_NAME_LEN, "csmblk%u", index);
	set_capacity(disk->gendisk, disk->memory.size >> SECTOR_SHIFT);
	set_disk_ro(disk->gendisk, !disk->memory.writable);
	return 0;
}

static int make_dax(struct csm_disk *disk)
{
	int error;

	disk->dax = alloc_dax(disk, &dax_ops);
	if (IS_ERR(disk->dax))
		return PTR_ERR(disk->dax);
	set_dax_synchronous(disk->dax);
	error = dax_add_host(disk->dax, disk->gendisk);
	if (!error) {
		error = device_add_disk(NULL, disk->gendisk, NULL);
		if (error)
			dax_remove_host(disk->gendisk);
	}
	if (error) {
		kill_dax(disk->dax);
		put_dax(disk->dax);
	}
	return error;
}

struct csm_disk *csm_disk_make(struct file *object, unsigned int index)
{
	struct csm_disk *disk = kzalloc(sizeof(*disk), GFP_KERNEL);
	int error;

	if (!disk)
		return ERR_PTR(-ENOMEM);
	disk->object = object;
	disk->on_gone.notifier_call = on_gone;
	INIT_WORK(&disk->bury, bury);
	error = csm_object_memory(object, &disk->memory);
	if (!error)
		error = make_gendisk(disk, index);
	if (error)
		goto no_gendisk;
	error = make_dax(disk);
	if (error)
		goto no_dax;
	csm_object_watch(object, &disk->on_gone);
	/* One that was gone before that is nobody's news. */
	if (csm_object_is_gone(object))
		schedule_work(&disk->bury);
	return disk;

no_dax:
	put_disk(disk->gendisk);
no_gendisk:
	kfree(disk);
	return ERR_PTR(error);
}

static bool claim(struct csm_disk *disk)
{
	bool free;

	mutex_lock(&disk->gendisk->open_mutex);
	free = !disk->removing && !disk_openers(disk->gendisk);
	if (free)
		disk->removing = true;
	mutex_unlock(&disk->gendisk->open_mutex);
	return free;
}

int csm_disk_remove(struct csm_disk *disk)
{
	if (!claim(disk))
		return -EBUSY;
	csm_object_unwatch(disk->object, &disk->on_gone);
	cancel_work_sync(&disk->bury);
	kill_dax(disk->dax);
	del_gendisk(disk->gendisk);
	dax_remove_host(disk->gendisk);
	put_dax(disk->dax);
	put_disk(disk->gendisk);
	fput(disk->object);
	kfree(disk);
	return 0;
}
