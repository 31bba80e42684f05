/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Free DRAM, a bit per granule.
 */
#include "memory.h"
#include "platform.h"
#include "spinlock.h"

#define GRANULES ((PLATFORM_FREE_TOP - PLATFORM_FREE_BASE) / GRANULE_SIZE)
#define WORD_BITS 64

static struct spinlock lock;
static uint64_t used[GRANULES / WORD_BITS];
static uint64_t used_count;
static uint64_t first_hint; /* no granule below is free */

static bool is_used(uint64_t n)
{
	return (used[n / WORD_BITS] >> (n % WORD_BITS) & 1) != 0;
}

static bool run_is_free(uint64_t n, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (is_used(n + i))
			return false;
	return true;
}

static void set_used(uint64_t n, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		used[(n + i) / WORD_BITS] |= UINT64_C(1) << ((n + i) % WORD_BITS);
	used_count += count;
}

/* PLATFORM_FREE_BASE is aligned to more than any `count` asked for, so alignment of `n` is enough. */
uint64_t memory_alloc(unsigned int count)
{
	uint64_t found = 0;

	spin_lock(&lock);
	for (uint64_t n = (first_hint + count - 1) / count * count; n + count <= GRANULES; n += count) {
		if (run_is_free(n, count)) {
			set_used(n, count);
			if (count == 1)
				first_hint = n + 1;
			found = PLATFORM_FREE_BASE + n * GRANULE_SIZE;
			break;
		}
	}
	spin_unlock(&lock);
	return found;
}

/* From the top down, where no small piece is yet. */
uint64_t memory_alloc_run(uint64_t bytes)
{
	uint64_t count = (bytes + GRANULE_SIZE - 1) / GRANULE_SIZE, length = 0, n = GRANULES;

	spin_lock(&lock);
	while (length < count && n-- > 0)
		length = is_used(n) ? 0 : length + 1;
	if (length == count)
		set_used(n, count);
	spin_unlock(&lock);
	return length == count ? PLATFORM_FREE_BASE + n * GRANULE_SIZE : 0;
}

void memory_free_run(uint64_t pa, uint64_t bytes)
{
	for (uint64_t done = 0; done < bytes; done += GRANULE_SIZE)
		memory_free(pa + done);
}

bool memory_free(uint64_t pa)
{
	uint64_t n = (pa - PLATFORM_FREE_BASE) / GRANULE_SIZE;
	bool was_used;

	if (pa < PLATFORM_FREE_BASE || pa >= PLATFORM_FREE_TOP || pa % GRANULE_SIZE != 0)
		return false;
	spin_lock(&lock);
	was_used = is_used(n);
	if (was_used) {
		used[n / WORD_BITS] &= ~(UINT64_C(1) << (n % WORD_BITS));
		used_count--;
		if (n < first_hint)
			first_hint = n;
	}
	spin_unlock(&lock);
	return was_used;
}

uint64_t memory_in_use(void)
{
	return __atomic_load_n(&used_count, __ATOMIC_RELAXED);
}

uint64_t memory_free_bytes(void)
{
	return (GRANULES - memory_in_use()) * GRANULE_SIZE;
}
