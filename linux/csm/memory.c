// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * How the kernel itself reaches an object's memory. The window has no page structures and is not in
 * the linear map; programs map it by frame numbers. An object with CAEC_CSM_DAX gets both, at 1.6 %
 * of its size.
 */
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "csm.h"

/*
 * Before the range is made a CSM range: the kernel maps device pages as shared with the host, and
 * to have them mapped as protected means to set their RIPAS, which the monitor refuses for CSM
 * ranges.
 */
int csm_memory_map(struct csm_object *object)
{
	u64 size = round_up(object->size, CSM_ALIGN);
	struct dev_pagemap *pagemap;
	int error;

	pagemap = kzalloc(sizeof(*pagemap), GFP_KERNEL);
	if (!pagemap)
		return -ENOMEM;
	pagemap->type = MEMORY_DEVICE_FS_DAX;
	pagemap->range.start = object->base;
	pagemap->range.end = object->base + size - 1;
	pagemap->nr_range = 1;
	object->address = memremap_pages(pagemap, NUMA_NO_NODE);
	if (IS_ERR(object->address)) {
		kfree(pagemap);
		return PTR_ERR(object->address);
	}
	error = set_memory_encrypted((unsigned long)object->address, size >> PAGE_SHIFT);
	if (error) {
		memunmap_pages(pagemap);
		kfree(pagemap);
		return error;
	}
	object->pagemap = pagemap;
	return 0;
}

void csm_memory_unmap(struct csm_object *object)
{
	if (!object->pagemap)
		return;
	memunmap_pages(object->pagemap);
	kfree(object->pagemap);
	object->pagemap = NULL;
}

/* A view of up to 2 MiB at a time of what has no address. */
static int clear_by_view(phys_addr_t base, u64 size)
{
	unsigned long *frames = kmalloc_array(CSM_ALIGN >> PAGE_SHIFT, sizeof(*frames), GFP_KERNEL);
	int error = frames ? 0 : -ENOMEM;

	for (u64 done = 0; done < size && !error;) {
		u64 part = min_t(u64, size - done, CSM_ALIGN);
		void *view;

		for (u64 i = 0; i < part >> PAGE_SHIFT; i++)
			frames[i] = PHYS_PFN(base + done) + i;
		view = vmap_pfn(frames, part >> PAGE_SHIFT, PAGE_KERNEL);
		if (view)
			memset(view, 0, part);
		else
			error = -ENOMEM;
		vunmap(view);
		done += part;
		cond_resched();
	}
	kfree(frames);
	return error;
}

/* What the range held before must not get to a consumer. */
int csm_memory_clear(struct csm_object *object)
{
	if (!object->pagemap)
		return clear_by_view(object->base, object->size);
	memset(object->address, 0, object->size);
	return 0;
}
