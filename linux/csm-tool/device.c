/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Objects of /dev/csm by their names, and the control devices of the drivers that use them.
 */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <string.h>
#include <unistd.h>

void object_argument(int argc, char **argv, struct csm *o)
{
	struct caec_csm_rid provider;

	if (argc == 1) {
		check(csm_find_region(csm, number_argument(argv[0]), o), argv[0]);
		return;
	}
	provider = rid_argument(argv[0]);
	check(csm_find_attachment(csm, &provider, number_argument(argv[1]), o), argv[0]);
}

int control_at(const char *device, const char *module, unsigned long command, void *argument)
{
	int fd = open(device, O_RDWR | O_CLOEXEC), error;

	if (fd < 0)
		fail(STATUS_NO_CSM, "%s: %s (is %s loaded?)", device, strerror(errno), module);
	*(uint32_t *)argument = CAEC_CSM_VERSION;
	error = ioctl(fd, command, argument) == 0 ? 0 : -errno;
	close(fd);
	return error;
}
