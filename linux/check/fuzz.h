/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * csm-fuzz: hostile arguments and hostile images, the same ones in each run. One line per expectation, as csm-check has
 * them; what the kernel says of it is for whoever reads its log (tests/check/linux-csm).
 */
#ifndef LINUX_CHECK_FUZZ_H
#define LINUX_CHECK_FUZZ_H

#include "expect.h"
#include "random.h"

/* fuzz_ioctl.c: COUNT calls each by two processes; `attachable`: a share that this realm may attach, or NULL. */
struct share {
	struct caec_csm_rid provider;
	uint64_t n, size;
};
void fuzz_ioctl(unsigned long count, const struct share *attachable);

/* fuzz_images.c */
void fuzz_images(const char *directory, const char *mount_point, unsigned int seeds);
void lie(uint64_t id, const char *directory, unsigned int seconds);
void look(const struct share *share, const char *mount_point, unsigned int rounds);

#endif
