/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Disks on files (disk.h).
 */
#define _GNU_SOURCE
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/fs.h>

/* --- Requests -------------------------------------------------------------------------------------------- */

/* All of it, or false. */
static bool read_all(int fd, uint8_t *to, size_t size, off_t offset)
{
	while (size > 0) {
		ssize_t got = pread(fd, to, size, offset);

		if (got <= 0) {
			if (got < 0 && errno == EINTR)
				continue;
			return false;
		}
		to += got;
		offset += got;
		size -= (size_t)got;
	}
	return true;
}

static bool write_all(int fd, const uint8_t *from, size_t size, off_t offset)
{
	while (size > 0) {
		ssize_t put = pwrite(fd, from, size, offset);

		if (put <= 0) {
			if (put < 0 && errno == EINTR)
				continue;
			return false;
		}
		from += put;
		offset += put;
		size -= (size_t)put;
	}
	return true;
}

static bool perform(struct disk *disk, const struct virtio_block_request *request)
{
	switch (request->type) {
	case VIRTIO_BLK_T_IN:
		return read_all(disk->fd, disk->buffer, request->bytes, (off_t)request->offset);
	case VIRTIO_BLK_T_OUT:
		return write_all(disk->fd, disk->buffer, request->bytes, (off_t)request->offset);
	default:
		return fdatasync(disk->fd) == 0;
	}
}

/* One request; false: there is none. The lock is not held while the file is worked on. */
static bool serve(struct disk *disk)
{
	struct virtio_block_request request;
	bool done = false;

	pthread_mutex_lock(disk->lock);
	if (!virtio_block_take(&disk->block, &request)) {
		pthread_mutex_unlock(disk->lock);
		return false;
	}
	if (request.type != VIRTIO_BLK_T_OUT || virtio_block_content(&disk->block, &request, disk->buffer)) {
		pthread_mutex_unlock(disk->lock);
		done = perform(disk, &request);
		pthread_mutex_lock(disk->lock);
	}
	virtio_block_finish(&disk->block, &request, disk->buffer, done);
	pthread_mutex_unlock(disk->lock);
	return true;
}

static void *run(void *argument)
{
	struct disk *disk = argument;
	eventfd_t count;

	while (!__atomic_load_n(&disk->over, __ATOMIC_ACQUIRE)) {
		if (eventfd_read(disk->wake_fd, &count) != 0 && errno != EINTR)
			break;
		while (!__atomic_load_n(&disk->over, __ATOMIC_ACQUIRE) && serve(disk))
			;
	}
	return NULL;
}

/* --- Opening --------------------------------------------------------------------------------------------- */

static void wake(void *context)
{
	eventfd_write(((struct disk *)context)->wake_fd, 1);
}

/* Bytes of a file or a block device; 0: it is neither, or has none. */
static uint64_t size_of(int fd)
{
	struct stat status;
	uint64_t bytes = 0;

	if (fstat(fd, &status) != 0)
		return 0;
	if (S_ISREG(status.st_mode))
		return (uint64_t)status.st_size;
	if (S_ISBLK(status.st_mode) && ioctl(fd, BLKGETSIZE64, &bytes) == 0)
		return bytes;
	return 0;
}

static bool open_file(struct disk *disk, const struct config_disk *config, struct fault *fault)
{
	disk->fd = open(config->path, (config->read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (disk->fd < 0)
		return fault_set(fault, VMM_FAILURE, "disk: cannot open '%s': %s", config->path,
				 strerror(errno));
	if (flock(disk->fd, (config->read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0)
		return fault_set(fault, VMM_FAILURE, "disk: '%s' is another realm's, too%s", config->path,
				 config->read_only ? "" : ": ',ro' for both");
	return true;
}

void disk_init(struct disk *disk)
{
	*disk = (struct disk){ .fd = -1, .wake_fd = -1 };
}

bool disk_open(struct disk *disk, const struct config_disk *config, const struct device_place *place,
	       struct fault *fault)
{
	const char *slash = strrchr(config->path, '/');
	uint64_t bytes;

	if (!open_file(disk, config, fault))
		return false;
	bytes = size_of(disk->fd);
	if (bytes < VIRTIO_BLOCK_SECTOR)
		return fault_set(fault, VMM_MALFORMED,
				 "disk: '%s' is neither a file nor a block device of at least one sector",
				 config->path);
	disk->wake_fd = eventfd(0, EFD_CLOEXEC);
	disk->buffer = malloc(VIRTIO_CHAIN_BYTES);
	if (disk->wake_fd < 0 || disk->buffer == NULL)
		return fault_set(fault, VMM_FAILURE, "disk: there is not enough memory");
	disk->lock = place->lock;
	virtio_block_init_store(&disk->block, place->base, place->intid, place->platform, bytes,
				config->read_only, slash != NULL ? slash + 1 : config->path, wake, disk);
	return true;
}

bool disk_start(struct disk *disk, struct fault *fault)
{
	if (disk->fd < 0)
		return true;
	if (pthread_create(&disk->thread, NULL, run, disk) != 0)
		return fault_set(fault, VMM_FAILURE, "disk: no thread");
	disk->runs = true;
	return true;
}

void disk_close(struct disk *disk)
{
	if (disk->runs) {
		__atomic_store_n(&disk->over, true, __ATOMIC_RELEASE);
		wake(disk);
		pthread_join(disk->thread, NULL);
	}
	if (disk->wake_fd >= 0)
		close(disk->wake_fd);
	if (disk->fd >= 0)
		close(disk->fd);
	free(disk->buffer);
	disk_init(disk);
}
