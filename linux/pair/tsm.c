/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TSM reports: a folder made for one, its inblob written, its outblob read (Documentation/ABI/testing/configfs-tsm-report).
 */
#include "tsm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPORTS "/sys/kernel/config/tsm/report"

static int open_in(const char *folder, const char *name, int how)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, how | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int write_in(const char *folder, const uint8_t *bytes, size_t size)
{
	int fd = open_in(folder, "inblob", O_WRONLY), error = 0;
	ssize_t done;

	if (fd < 0)
		return fd;
	done = write(fd, bytes, size);
	if (done < 0)
		error = -errno;
	else if ((size_t)done != size)
		error = -EIO;
	if (close(fd) != 0 && error == 0) /* the kernel takes it here */
		error = -errno;
	return error;
}

static int read_out(const char *folder, uint8_t *bytes, size_t room, size_t *size)
{
	int fd = open_in(folder, "outblob", O_RDONLY), error = 0;
	ssize_t got = 1;

	if (fd < 0)
		return fd;
	*size = 0;
	while (got > 0 && *size != room) {
		got = read(fd, bytes + *size, room - *size);
		*size += got > 0 ? (size_t)got : 0;
	}
	if (got < 0)
		error = -errno;
	else if (got > 0)
		error = -EFBIG;
	close(fd);
	return error;
}

int tsm_report(const uint8_t challenge[64], uint8_t *token, size_t room, size_t *size)
{
	char folder[64];
	int error;

	snprintf(folder, sizeof(folder), REPORTS "/csm-pair-%ld", (long)getpid());
	if (mkdir(folder, 0700) != 0)
		return -errno;
	error = write_in(folder, challenge, 64);
	if (error == 0)
		error = read_out(folder, token, room, size);
	rmdir(folder);
	return error;
}
