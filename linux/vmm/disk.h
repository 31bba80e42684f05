/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A disk: a virtio block device on a file, with a thread that reads and writes. Flush means fdatasync().
 */
#ifndef LINUX_VMM_DISK_H
#define LINUX_VMM_DISK_H

#include "config.h"
#include "devices/virtio_block.h"
#include "place.h"

struct disk {
	struct virtio_block block; /* under the devices' lock */
	pthread_mutex_t *lock;
	int fd;      /* the file; -1: none */
	int wake_fd; /* an eventfd: there may be requests, or it is over */
	uint8_t *buffer;
	pthread_t thread;
	bool runs;
	bool over; /* (atomic) */
};

void disk_init(struct disk *disk);

/* Opens the file, locks it (a disk that can be written is nobody else's), and makes the device. */
bool disk_open(struct disk *disk, const struct config_disk *config, const struct device_place *place,
	       struct fault *fault);

bool disk_start(struct disk *disk, struct fault *fault);

/* Ends the thread; what was written is in the file. */
void disk_close(struct disk *disk);

#endif
