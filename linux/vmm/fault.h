/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What went wrong, for people, and the exit status that it comes to (docs/exit-status.md).
 */
#ifndef LINUX_VMM_FAULT_H
#define LINUX_VMM_FAULT_H

#include <stdbool.h>

enum vmm_status {
	VMM_OK = 0,
	VMM_USAGE = 1,
	VMM_MALFORMED = 2,
	VMM_POLICY = 6,
	VMM_FAILURE = 8,
	VMM_UNSUPPORTED = 9,
	VMM_NOT_FOUND = 12,
	VMM_HOST = 13,
	VMM_ENDED = 15,
};

struct fault {
	enum vmm_status status; /* VMM_OK: nothing went wrong */
	char text[512];
};

/* False, always. */
__attribute__((format(printf, 3, 4))) bool fault_set(struct fault *fault, enum vmm_status status,
						     const char *format, ...);

/* Says so on standard error, in one line; the status. */
int fault_report(const struct fault *fault);

#endif
