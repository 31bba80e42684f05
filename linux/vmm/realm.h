/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm, by way of /dev/caec (caec_host(4)): made, filled, run. What a call of these does not say itself is in <linux/caec_host.h>.
 */
#ifndef LINUX_VMM_REALM_H
#define LINUX_VMM_REALM_H

#include <linux/caec_host.h>

#include "boot.h"

struct realm {
	int fd; /* -1: none */
	unsigned int recs;
	int rec_fds[CONFIG_MAX_CPUS];
	struct caec_host_run *run[CONFIG_MAX_CPUS]; /* its run page */
};

/* What the module tells of the host. */
bool realm_host(struct caec_host_info *info, struct fault *fault);

/* Reads what the RMM offers, and makes a realm without memory. Fills in what `boot` leaves open. */
bool realm_create(struct realm *realm, const struct config *config, struct boot *boot, struct fault *fault);

/* Loads all of `boot` in the order that is measured, makes RECs, sets the realm free. `progress` (may be NULL) hears what is next. */
bool realm_build(struct realm *realm, const struct boot *boot, void (*progress)(const char *what),
		 struct fault *fault);

void realm_close(struct realm *realm);

/* A memfd appears at the realm's unprotected alias of its RAM. */
bool realm_share(struct realm *realm, int memfd, uint64_t bytes, struct fault *fault);

/* Writes of the realm to a virtio device's QueueNotify at `ipa` are added to the eventfd. */
bool realm_listen(struct realm *realm, int eventfd, uint64_t ipa, struct fault *fault);

/* The level of an interrupt line. */
void realm_set_irq(struct realm *realm, unsigned int intid, bool level);

#endif
