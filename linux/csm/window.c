// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The window: addresses above RAM that the device tree names, given out in pieces of 2 MiB, first
 * fit.
 */
#include <linux/bitmap.h>
#include <linux/math.h>
#include <linux/sizes.h>

#include "csm.h"

static phys_addr_t window_base;
static unsigned long window_units, *window_used;
static DEFINE_MUTEX(window_lock);

int csm_window_init(phys_addr_t base, u64 size)
{
	if (!size || !IS_ALIGNED(base, CSM_ALIGN) || !IS_ALIGNED(size, CSM_ALIGN))
		return -EINVAL;
	window_base = base;
	window_units = size / CSM_ALIGN;
	window_used = bitmap_zalloc(window_units, GFP_KERNEL);
	return window_used ? 0 : -ENOMEM;
}

void csm_window_exit(void)
{
	bitmap_free(window_used);
}

int csm_window_alloc(u64 size, phys_addr_t *base)
{
	unsigned long units, at;

	if (size > (u64)window_units * CSM_ALIGN)
		return -ENOSPC;
	units = DIV_ROUND_UP_ULL(size, CSM_ALIGN);
	mutex_lock(&window_lock);
	at = bitmap_find_next_zero_area(window_used, window_units, 0, units, 0);
	if (at < window_units)
		bitmap_set(window_used, at, units);
	mutex_unlock(&window_lock);
	if (at >= window_units)
		return -ENOSPC;
	*base = window_base + at * CSM_ALIGN;
	return 0;
}

void csm_window_free(phys_addr_t base, u64 size)
{
	mutex_lock(&window_lock);
	bitmap_clear(window_used, (base - window_base) / CSM_ALIGN, DIV_ROUND_UP_ULL(size, CSM_ALIGN));
	mutex_unlock(&window_lock);
}

void csm_window_info(struct caec_csm_info *info)
{
	mutex_lock(&window_lock);
	info->window_base = window_base;
	info->window_size = (u64)window_units * CSM_ALIGN;
	info->window_free = (u64)(window_units - bitmap_weight(window_used, window_units)) * CSM_ALIGN;
	mutex_unlock(&window_lock);
}
