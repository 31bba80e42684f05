/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Block devices, and directories offered and mounted through them.
 */
#define _GNU_SOURCE
#include "tool.h"

#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "erofs.h"

#define ALIGN (UINT64_C(2) << 20)
#define DEVICE "/dev/csmblk"

static int block_control(unsigned long command, struct caec_csm_blk *argument)
{
	return control_at(DEVICE "-control", "csm_blk", command, argument);
}

static unsigned int add_block(const struct csm *o)
{
	struct caec_csm_blk block = { .fd = o->fd };

	check(block_control(CAEC_CSM_BLK_ADD, &block), "block");
	return block.minor;
}

int command_block(int argc, char **argv)
{
	char device[32];
	struct csm o;

	object_argument(argc, argv, &o);
	snprintf(device, sizeof(device), DEVICE "%u", add_block(&o));
	row("device", device, NULL);
	return STATUS_OK;
}

/* False: `name` is not DEVICE and a number. */
static bool minor_of(const char *name, unsigned int *minor)
{
	const size_t length = strlen(DEVICE);

	if (strncmp(name, DEVICE, length) != 0)
		return false;
	name += length;
	return take_number(&name, minor) && *name == '\0';
}

int command_unblock(int argc, char **argv)
{
	struct caec_csm_blk block = { 0 };

	(void)argc;
	if (!minor_of(argv[0], &block.minor))
		fail(STATUS_USAGE, "'%s' is no " DEVICE "N", argv[0]);
	check(block_control(CAEC_CSM_BLK_REMOVE, &block), argv[0]);
	return STATUS_OK;
}

/* --- A directory ------------------------------------------------------------------------------------------ */

static void make_image(const char *directory, uint32_t flags, struct csm *o)
{
	char *where;
	struct erofs_tree *tree = erofs_scan(directory, &where);

	if (tree == NULL)
		fail(STATUS_FAILED, "%s: %s", where != NULL ? where : directory, strerror(errno));
	check(csm_create(csm, (erofs_size(tree) + ALIGN - 1) / ALIGN * ALIGN, flags, o), "serve");
	check(csm_map(o), "serve");
	if (erofs_write(tree, o->base) != 0)
		fail(STATUS_FAILED, "%s: %s", directory, strerror(errno));
	erofs_free(tree);
}

/* Kept only when all is well: on any failure it goes with this process. */
int command_serve(int argc, char **argv)
{
	uint32_t flags = 0;
	struct csm o;

	while (argc > 1 && object_flag(argv[argc - 1], &flags))
		argc--;
	for (int i = 1; i < argc; i++)
		rid_argument(argv[i]);
	make_image(argv[0], flags, &o);
	if (argc == 1) /* to be shared later */
		row("id", number_text(o.id), "size", number_text(o.size), NULL);
	for (int i = 1; i < argc; i++) {
		struct caec_csm_rid peer = rid_argument(argv[i]);
		uint64_t n;

		check(csm_share(&o, &peer, CAEC_CSM_RO, NULL, &n), argv[i]);
		row("id", number_text(o.id), "peer", argv[i], "n", number_text(n), "size",
		    number_text(o.size), NULL);
	}
	check(csm_keep(&o, true), "serve");
	return STATUS_OK;
}

/* The disk keeps the attachment, and the mount the disk. */
int command_mount(int argc, char **argv)
{
	struct caec_csm_rid provider = rid_argument(argv[0]);
	struct caec_csm_blk block = { 0 };
	char device[32];
	struct csm o;
	int error;

	(void)argc;
	check(csm_attach(csm, &provider, number_argument(argv[1]), number_argument(argv[2]), CAEC_CSM_DAX,
			 &o),
	      "mount");
	block.minor = add_block(&o);
	snprintf(device, sizeof(device), DEVICE "%u", block.minor);
	if (mount(device, argv[3], "erofs", MS_RDONLY | MS_NODEV | MS_NOSUID, "dax=always") != 0) {
		error = errno;
		block_control(CAEC_CSM_BLK_REMOVE, &block);
		fail(STATUS_FAILED, "%s on %s: %s", device, argv[3], strerror(error));
	}
	row("device", device, NULL);
	return STATUS_OK;
}

/* The minor of what is mounted at `path`; false: nothing of ours. */
static bool find_mount(const char *path, unsigned int *minor)
{
	char *real = realpath(path, NULL);
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	bool found = false;
	struct mntent *entry;

	while (real != NULL && mounts != NULL && (entry = getmntent(mounts)) != NULL)
		if (strcmp(entry->mnt_dir, real) == 0)
			found = minor_of(entry->mnt_fsname, minor);
	if (mounts != NULL)
		endmntent(mounts);
	free(real);
	return found;
}

int command_umount(int argc, char **argv)
{
	struct caec_csm_blk block = { 0 };

	(void)argc;
	if (!find_mount(argv[0], &block.minor))
		fail(STATUS_NOT_FOUND, "%s: no image of another realm is mounted there", argv[0]);
	if (umount(argv[0]) != 0)
		fail(STATUS_FAILED, "%s: %s", argv[0], strerror(errno));
	check(block_control(CAEC_CSM_BLK_REMOVE, &block), "umount");
	return STATUS_OK;
}
