/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The folders of realms (state.h).
 */
#define _GNU_SOURCE
#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config.h"

#define LOCK "lock"
static const char *const files[] = { "info", "console", "vsock.sock", LOCK }; /* the lock is the last */
#define FILES (sizeof(files) / sizeof(files[0]))
/* Of programs that listen for the realm's streams. Who is killed does not take his with him. */
#define LISTENERS "vsock.sock_"

static bool failed(struct fault *fault, const char *root, const char *name)
{
	return fault_set(fault, VMM_FAILURE, "%.200s/%s: %s", root, name, strerror(errno));
}

/* --- Locks ----------------------------------------------------------------------------------------------- */

static struct flock whole_file(void)
{
	return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
}

/* Who holds the lock; 0: nobody. */
static pid_t holder_of(int fd)
{
	struct flock lock = whole_file();

	return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}

/* The file that is called "lock" is the one that is open: nobody has cleared it away in between. */
static bool is_current(int folder, int fd)
{
	struct stat named, opened;

	return fstatat(folder, LOCK, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(fd, &opened) == 0 &&
	       named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

static bool take_lock(struct state *state, const char *name, struct fault *fault)
{
	int fd = openat(state->folder, LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct flock lock = whole_file();

	if (fd < 0)
		return failed(fault, name, "lock");
	if (fcntl(fd, F_SETLK, &lock) != 0 || !is_current(state->folder, fd)) {
		fault_set(fault, VMM_HOST, "realm '%s' runs already (process %ld): --name", name,
			  (long)holder_of(fd));
		close(fd);
		return false;
	}
	state->lock = fd;
	return true;
}

/* --- Folders --------------------------------------------------------------------------------------------- */

void state_init(struct state *state)
{
	*state = (struct state){ .folder = -1, .lock = -1 };
}

bool state_claim(struct state *state, const char *root, const char *name, struct fault *fault)
{
	int all;

	if (mkdir(root, 0755) != 0 && errno != EEXIST)
		return failed(fault, root, "");
	all = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (all < 0)
		return failed(fault, root, "");
	if (mkdirat(all, name, 0700) != 0 && errno != EEXIST) {
		close(all);
		return failed(fault, root, name);
	}
	state->folder = openat(all, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	close(all);
	if (state->folder < 0)
		return failed(fault, root, name);
	return take_lock(state, name, fault);
}

bool state_give(const struct state *state, uid_t uid, gid_t gid, struct fault *fault)
{
	for (size_t i = 0; i < FILES; i++)
		if (fchownat(state->folder, files[i], uid, gid, AT_SYMLINK_NOFOLLOW) != 0 && errno != ENOENT)
			return failed(fault, "the realm's folder", files[i]);
	return fchown(state->folder, uid, gid) == 0 || failed(fault, "the realm's folder", "");
}

static void clear_listeners(int folder)
{
	int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
	DIR *all = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent *entry;

	if (all == NULL) {
		if (copy >= 0)
			close(copy);
		return;
	}
	rewinddir(all);
	while ((entry = readdir(all)) != NULL)
		if (strncmp(entry->d_name, LISTENERS, strlen(LISTENERS)) == 0)
			unlinkat(folder, entry->d_name, 0);
	closedir(all);
}

/* With its lock. Who has no rights to the folder's place leaves the lock there: by that the next one knows the folder. */
static void clear(int folder, const char *root, const char *name)
{
	char path[4096];

	clear_listeners(folder);
	for (size_t i = 0; i < FILES - 1; i++)
		unlinkat(folder, files[i], 0);
	snprintf(path, sizeof(path), "%s/%s", root, name);
	if (unlinkat(AT_FDCWD, path, AT_REMOVEDIR) != 0 && errno != EACCES && errno != EPERM) {
		unlinkat(folder, LOCK, 0);
		unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
	}
}

void state_release(struct state *state, const char *root, const char *name)
{
	if (state->lock >= 0) {
		clear(state->folder, root, name);
		close(state->lock);
	}
	if (state->folder >= 0)
		close(state->folder);
	state_init(state);
}

static int open_lock(const char *root, const char *name, int *folder)
{
	char path[4096];
	int lock;

	*folder = -1;
	if (!config_is_name(name) || snprintf(path, sizeof(path), "%s/%s", root, name) >= (int)sizeof(path))
		return -1;
	*folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (*folder < 0)
		return -1;
	lock = openat(*folder, LOCK, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	return lock;
}

pid_t state_owner(const char *root, const char *name)
{
	int folder, lock = open_lock(root, name, &folder);
	pid_t owner = lock >= 0 ? holder_of(lock) : 0;

	if (lock >= 0)
		close(lock);
	if (folder >= 0)
		close(folder);
	return owner;
}

/* A folder whose process is gone without clearing it. Under its lock: nobody claims it meanwhile. */
static void clear_stale(const char *root, const char *name)
{
	struct flock lock = whole_file();
	int folder, fd = open_lock(root, name, &folder);

	if (fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0)
		clear(folder, root, name);
	if (fd >= 0)
		close(fd);
	if (folder >= 0)
		close(folder);
}

/* --- Sockets --------------------------------------------------------------------------------------------- */

/* By way of /proc: the folder's path may be longer than an address has room for. */
static struct sockaddr_un address_of(int folder, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", folder, name);
	return address;
}

static int close_failed(int s)
{
	int error = errno;

	close(s);
	errno = error;
	return -1;
}

int state_listen(int folder, const char *name, int backlog)
{
	struct sockaddr_un address = address_of(folder, name);
	int s;

	unlinkat(folder, name, 0);
	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s < 0 || (bind(s, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(s, backlog) == 0))
		return s;
	return close_failed(s);
}

int state_connect(int folder, const char *name, int flags)
{
	struct sockaddr_un address = address_of(folder, name);
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	if (s < 0 || connect(s, (struct sockaddr *)&address, sizeof(address)) == 0)
		return s;
	return close_failed(s);
}

/* --- All of them ----------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool append(char ***names, size_t *count, const char *name)
{
	char **more = realloc(*names, (*count + 1) * sizeof(**names)), *copy = strdup(name);

	if (more != NULL)
		*names = more;
	if (more == NULL || copy == NULL) {
		free(copy);
		return false;
	}
	(*names)[(*count)++] = copy;
	return true;
}

size_t state_names(const char *root, char ***names, struct fault *fault)
{
	DIR *all = opendir(root);
	struct dirent *entry;
	size_t count = 0;

	*names = NULL;
	if (all == NULL) {
		if (errno != ENOENT)
			failed(fault, root, "");
		return 0;
	}
	while ((entry = readdir(all)) != NULL) {
		if (!config_is_name(entry->d_name))
			continue;
		if (state_owner(root, entry->d_name) == 0)
			clear_stale(root, entry->d_name);
		else if (!append(names, &count, entry->d_name))
			fault_set(fault, VMM_FAILURE, "there is not enough memory");
	}
	closedir(all);
	if (count > 1)
		qsort(*names, count, sizeof(**names), by_name);
	return count;
}

void state_free_names(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}
