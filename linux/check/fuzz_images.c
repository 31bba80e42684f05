/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Images with lies in them, in superblock, inodes and directories. Whoever mounts one may see errors or nonsense; the kernel
 * must live, and the program that looks must come to its end.
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "../csm-tool/erofs.h"

#define SUPER 1024
#define SUPER_SIZE 128
#define DEPTH_MAX 5
#define ENTRIES_MAX 64 /* of a directory */
#define VISITS_MAX 400 /* of an image: directories may lie in each other */
#define READ_MAX (256 * 1024)
#define PATIENCE 30 /* seconds for one image */

/* --- Lies ------------------------------------------------------------------------------------------------- */

struct image {
	uint8_t *clean;
	uint64_t size;
	uint64_t
		told; /* bytes that say where things are: up to the last that is not zero before the large file */
};

static bool make_image(const char *directory, struct image *image)
{
	char *where = NULL;
	struct erofs_tree *tree = erofs_scan(directory, &where);

	if (tree == NULL)
		return false;
	image->size = (erofs_size(tree) + 2 * MIB - 1) / (2 * MIB) * (2 * MIB);
	image->clean = calloc(1, image->size);
	if (image->clean == NULL || erofs_write(tree, image->clean) != 0)
		return false;
	erofs_free(tree);
	for (image->told = 2 * MIB; image->told > 0 && image->clean[image->told - 1] == 0;)
		image->told--;
	return true;
}

/* One to eight fields of one to eight bytes. */
static void change(uint8_t *to, const struct image *image)
{
	for (uint64_t changes = 1 + random_word() % 8; changes > 0; changes--) {
		size_t width = (size_t)1 << random_word() % 4;
		uint64_t value = random_value(), place;

		switch (random_word() % 4) {
		case 0:
			place = SUPER + random_word() % SUPER_SIZE;
			break;
		case 1: /* inodes are behind it */
			place = SUPER + SUPER_SIZE + random_word() % (PAGE - SUPER - SUPER_SIZE);
			break;
		default:
			place = SUPER + random_word() % (image->told - SUPER);
			break;
		}
		place = place / width * width;
		/* Half of them near to what was there: a block further, a bit. */
		if (random_word() % 2 == 0)
			to[place] ^= (uint8_t)(1U << random_word() % 8);
		else
			memcpy(to + place, &value, width);
	}
}

/* --- Looking ---------------------------------------------------------------------------------------------- */

static sigjmp_buf escape;
static unsigned int visits;

static void on_bus(int number)
{
	(void)number;
	siglongjmp(escape, 1);
}

static void touch(int fd, off_t from, size_t length)
{
	const volatile uint8_t *p = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, from);

	if (p == MAP_FAILED)
		return;
	if (sigsetjmp(escape, 1) == 0)
		for (size_t i = 0; i < length; i += PAGE)
			(void)p[i];
	munmap((void *)(uintptr_t)p, length);
}

static void touch_file(int fd, off_t size)
{
	size_t length = size > READ_MAX ? READ_MAX : (size_t)size;

	touch(fd, (off_t)(random_value() / PAGE * PAGE) & INT64_MAX, length);
	touch(fd, 0, length);
}

static void read_file(const char *path)
{
	static uint8_t buffer[READ_MAX];
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return;
	if (fstat(fd, &status) == 0 && status.st_size > 0 && read(fd, buffer, sizeof(buffer)) >= 0 &&
	    pread(fd, buffer, PAGE, status.st_size - 10) >= 0)
		touch_file(fd, status.st_size);
	close(fd);
}

static void visit(const char *path, unsigned int depth);

static void read_directory(const char *path, unsigned int depth)
{
	DIR *directory = opendir(path);
	unsigned int entries = 0;
	struct dirent *entry;
	char child[1024];

	while (directory != NULL && entries++ < ENTRIES_MAX && (entry = readdir(directory)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    snprintf(child, sizeof(child), "%s/%s", path, entry->d_name) < (int)sizeof(child))
			visit(child, depth + 1);
	if (directory != NULL)
		closedir(directory);
}

static void visit(const char *path, unsigned int depth)
{
	char buffer[4096];
	struct stat status;

	if (visits++ > VISITS_MAX || depth > DEPTH_MAX || lstat(path, &status) != 0)
		return;
	if (llistxattr(path, buffer, sizeof(buffer)) < 0 && errno == ERANGE)
		lgetxattr(path, "user.x", buffer, sizeof(buffer));
	if (S_ISDIR(status.st_mode))
		read_directory(path, depth);
	else if (S_ISREG(status.st_mode))
		read_file(path);
	else if (S_ISLNK(status.st_mode) && readlink(path, buffer, sizeof(buffer)) > 0)
		stat(path, &status);
}

/* In a process of its own. Status 0: it could be mounted. */
static int look_at(const char *device, const char *mount_point)
{
	if (mount(device, mount_point, "erofs", MS_RDONLY | MS_NODEV | MS_NOSUID | MS_NOEXEC, "dax=always") !=
	    0)
		return 1;
	signal(SIGBUS, on_bus);
	visit(mount_point, 0);
	return umount(mount_point) == 0 ? 0 : 2;
}

enum outcome { MOUNTED, REFUSED, STUCK, KILLED, OUTCOMES };

static bool ended(pid_t child, int *status, unsigned int seconds)
{
	for (unsigned int i = 0; i < seconds * 50; i++) {
		if (waitpid(child, status, WNOHANG) == child)
			return true;
		usleep(20000);
	}
	return false;
}

static enum outcome try_image(const char *device, const char *mount_point)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(look_at(device, mount_point));
	if (!ended(child, &status, PATIENCE)) {
		kill(child, SIGKILL);
		return ended(child, &status, PATIENCE) ? STUCK : KILLED;
	}
	return !WIFEXITED(status)         ? KILLED
	       : WEXITSTATUS(status) == 2 ? STUCK
	       : WEXITSTATUS(status)      ? REFUSED
					  : MOUNTED;
}

static void expect_outcomes(const unsigned int count[OUTCOMES])
{
	printf("%u images were mounted, %u refused\n", count[MOUNTED], count[REFUSED]);
	expect("some lies are found when the image is mounted", count[REFUSED] != 0);
	expect("some later", count[MOUNTED] != 0);
	expect("whoever reads comes to the end, and can unmount", count[STUCK] == 0);
	expect("and lives", count[KILLED] == 0);
}

/* --- Commands --------------------------------------------------------------------------------------------- */

static int control(unsigned long command, struct caec_csm_blk *blk)
{
	int fd = open("/dev/csmblk-control", O_RDWR | O_CLOEXEC), result;

	blk->version = CAEC_CSM_VERSION;
	result = ioctl(fd, command, blk);
	close(fd);
	return result;
}

void fuzz_images(const char *directory, const char *mount_point, unsigned int seeds)
{
	unsigned int count[OUTCOMES] = { 0 };
	struct caec_csm_blk blk = { 0 };
	struct image image;
	char device[32];
	struct csm o;

	expect("an image, and a disk for it",
	       make_image(directory, &image) && csm_create(csm, image.size, CAEC_CSM_DAX, &o) == 0 &&
		       csm_map(&o) == 0 && (blk.fd = o.fd, control(CAEC_CSM_BLK_ADD, &blk) == 0));
	snprintf(device, sizeof(device), "/dev/csmblk%u", blk.minor);
	memcpy(o.base, image.clean, image.size);
	expect("without lies it is mounted", try_image(device, mount_point) == MOUNTED);
	for (unsigned int seed = 0; seed < seeds; seed++) {
		enum outcome outcome;

		seed_random(seed);
		memcpy(o.base, image.clean, image.told);
		change(o.base, &image);
		outcome = try_image(device, mount_point);
		count[outcome]++;
		if (outcome == STUCK || outcome == KILLED)
			printf("seed %u: outcome %d\n", seed, (int)outcome);
	}
	expect_outcomes(count);
	memcpy(o.base, image.clean, image.told);
	expect("without lies it is mounted, still", try_image(device, mount_point) == MOUNTED);
	expect("the disk can be removed", control(CAEC_CSM_BLK_REMOVE, &blk) == 0);
	csm_close(&o);
}

/* The truth, half of the time: else nobody would get far. */
void lie(uint64_t id, const char *directory, unsigned int seconds)
{
	time_t end = time(NULL) + seconds;
	unsigned long rounds = 0;
	struct image image;
	struct csm o;

	expect("an image in the region", make_image(directory, &image) && csm_find_region(csm, id, &o) == 0 &&
						 csm_map(&o) == 0 && image.size <= o.size);
	memcpy(o.base, image.clean, image.size);
	puts("READY");
	fflush(stdout);
	seed_random(1);
	while (time(NULL) < end) {
		memcpy(o.base, image.clean, image.told);
		usleep((useconds_t)(random_word() % 20000));
		change(o.base, &image);
		usleep((useconds_t)(random_word() % 20000));
		rounds++;
	}
	expect("it changed all the time", rounds > 10);
}

void look(const struct share *share, const char *mount_point, unsigned int rounds)
{
	unsigned int count[OUTCOMES] = { 0 };
	struct caec_csm_blk blk = { 0 };
	char device[32];
	struct csm o;

	expect("a disk of the peer's",
	       csm_attach(csm, &share->provider, share->n, share->size, CAEC_CSM_DAX, &o) == 0 &&
		       (blk.fd = o.fd, control(CAEC_CSM_BLK_ADD, &blk) == 0));
	snprintf(device, sizeof(device), "/dev/csmblk%u", blk.minor);
	seed_random(2);
	for (unsigned int i = 0; i < rounds; i++)
		count[try_image(device, mount_point)]++;
	expect_outcomes(count);
	expect("the disk can be removed", control(CAEC_CSM_BLK_REMOVE, &blk) == 0);
	csm_close(&o);
}
