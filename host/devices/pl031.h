/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A PL031 real time clock (Arm DDI0224): seconds, which the realm may set for itself, an alarm, the identification
 * registers. The host's clock is whatever the callback says: a realm that has to trust the time must have it from elsewhere.
 *
 * There is no timer in it: the alarm's interrupt comes with the first access after its time.
 *
 * Locks: device.h. Accesses of 4 bytes at a register's own offset; all others abort.
 */
#ifndef HOST_DEVICES_PL031_H
#define HOST_DEVICES_PL031_H

#include "device.h"

#define PL031_SIZE 0x1000

struct pl031 {
	struct device device;
	const struct device_platform *platform;
	unsigned int intid;

	/* Seconds since 1970. Under the lock, inside an access. */
	uint32_t (*now)(void *context);
	void *context;

	uint32_t offset; /* what the realm's time is ahead of the host's */
	uint32_t match;
	bool set;  /* the alarm has been set and not gone off */
	bool mask; /* the alarm's interrupt is let through */
	bool raw, line;
};

/* `platform` outlives the device; its `guest` isn't used. */
void pl031_init(struct pl031 *rtc, uint64_t base, unsigned int intid, const struct device_platform *platform,
		uint32_t (*now)(void *context), void *context);

#endif
