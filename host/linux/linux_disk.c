/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Disks in memory (linux_disk.h).
 */
#include "linux_disk.h"

#include <stddef.h>

#include "board/console.h"
#include "board/fw_cfg.h"
#include "board/memory.h"
#include "common/string.h"
#include "devices/virtio_block.h"

#define EMPTY_BYTES ABI_U64(0x100000)
#define FILE_NAME "opt/caec/disk"

static struct linux_disk fixed;
static unsigned int fixed_users; /* (atomic) */

/* Zeroes. */
static struct linux_disk room(enum linux_disk_kind kind, uint64_t bytes)
{
	uint64_t pa = memory_alloc_run(bytes);

	if (pa == 0)
		verdict_fail("linux: no memory for a disk of %lu KiB", bytes / 1024);
	return (struct linux_disk){ kind, memset((void *)(uintptr_t)pa, 0, bytes), bytes };
}

static struct linux_disk load(enum linux_disk_kind kind)
{
	struct linux_disk disk;
	size_t size;

	if (!fw_cfg_open(FILE_NAME, &size))
		verdict_fail("there is no %s: -fw_cfg name=%s,file=...", FILE_NAME, FILE_NAME);
	/* Whole sectors: what is behind the file's end reads as zero. */
	disk = room(kind, (size + VIRTIO_BLOCK_SECTOR - 1) / VIRTIO_BLOCK_SECTOR * VIRTIO_BLOCK_SECTOR);
	if (!fw_cfg_read(disk.image, size))
		verdict_fail("%s can't be read", FILE_NAME);
	return disk;
}

struct linux_disk linux_disk_open(enum linux_disk_kind kind)
{
	switch (kind) {
	case LINUX_DISK_COPY:
		return load(kind);
	case LINUX_DISK_FIXED:
		if (__atomic_fetch_add(&fixed_users, 1, __ATOMIC_SEQ_CST) == 0)
			fixed = load(kind);
		return fixed;
	default:
		return room(kind, EMPTY_BYTES);
	}
}

void linux_disk_close(const struct linux_disk *disk)
{
	if (disk->kind == LINUX_DISK_FIXED && __atomic_sub_fetch(&fixed_users, 1, __ATOMIC_SEQ_CST) != 0)
		return;
	memory_free_run((uintptr_t)disk->image, disk->bytes);
}
