/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a device with threads of its own is plugged in.
 */
#ifndef LINUX_VMM_PLACE_H
#define LINUX_VMM_PLACE_H

#include <pthread.h>

#include "devices/device.h"

struct device_place {
	uint64_t base; /* of its registers */
	unsigned int intid;
	const struct device_platform *platform;
	pthread_mutex_t *lock; /* of all devices */
};

#endif
