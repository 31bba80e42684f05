/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How an emulated device is plugged into a realm's machine: what it offers (struct device) and what it needs
 * (struct device_platform).
 *
 * Portable: no hardware is touched by a device. Everything that comes from the realm (offsets, sizes, values,
 * guest memory) may be anything, and guest memory may change at any time; a device reads each thing once.
 *
 * Locks. Devices have none. There is one lock for all devices of a machine, and the caller holds it around
 * every access, input and poll function of every device; initialising a device needs no lock as long as
 * nobody else knows it. The callbacks below are called with this lock held, so that they must not take it.
 *
 * Ownership. A device's memory is the caller's, who may drop it when no vCPU runs any more; there is nothing
 * to release.
 */
#ifndef HOST_DEVICES_DEVICE_H
#define HOST_DEVICES_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE_PAGE_SIZE 4096

/* What a device gets from the machine. The same one serves all devices, and outlives them. */
struct device_platform {
	void *context;

	/* Level of the device's interrupt line (level-triggered): only called when it changes. Low at the
	 * start. `intid` is what the device was given when it was made. */
	void (*set_irq)(void *context, unsigned int intid, bool level);

	/* The realm's unprotected (shared) memory at `ipa`, of `bytes` bytes (1..DEVICE_PAGE_SIZE) that do
	 * not cross the end of a page. `ipa` is the address as the realm wrote it into a ring: whether it has
	 * the bit that makes an IPA unprotected is up to the callback. NULL: that isn't shared memory. The
	 * pointer is aligned as `ipa` is, up to a page.
	 *
	 * The memory stays mapped until the device's function returns; the device doesn't keep the pointer
	 * longer. NULL in a platform without devices that access memory. */
	void *(*guest)(void *context, uint64_t ipa, uint64_t bytes);
};

struct device {
	const char *name;
	uint64_t base, size; /* unprotected IPA and bytes */

	/*
	 * One access of `bytes` (1, 2, 4 or 8) at `offset` < size. A write takes the lower `bytes` of *value;
	 * a read sets it, zero-extended. False: the device doesn't do that, the access is to abort; nothing
	 * was done and *value is as it was.
	 */
	bool (*access)(struct device *device, uint64_t offset, unsigned int bytes, bool is_write,
		       uint64_t *value);
};

/* The structure that `member` is a part of. */
#define DEVICE_OF(type, member, pointer) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* The device at `ipa`, or NULL. */
static inline struct device *device_find(struct device *const *devices, unsigned int count, uint64_t ipa)
{
	for (unsigned int i = 0; i < count; i++)
		if (ipa >= devices[i]->base && ipa - devices[i]->base < devices[i]->size)
			return devices[i];
	return NULL;
}

/*
 * An access by the realm: finds the device, and keeps from it what no device has to expect. False: the access
 * is to abort. Arguments as struct device.access has them.
 */
static inline bool device_access(struct device *const *devices, unsigned int count, uint64_t ipa,
				 unsigned int bytes, bool is_write, uint64_t *value)
{
	struct device *device = device_find(devices, count, ipa);
	uint64_t offset;

	if (device == NULL || (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8))
		return false;
	offset = ipa - device->base;
	if (bytes > device->size - offset)
		return false;
	return device->access(device, offset, bytes, is_write, value);
}

#endif
