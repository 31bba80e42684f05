/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "erofs.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK UINT64_C(4096)
#define HUGE (UINT64_C(2) << 20)
#define PIECE (UINT64_C(1) << 20)
#define MAGIC 0xe0f5e1e2
#define SUPER_OFFSET 1024
#define SLOT 32U                  /* inode numbers count these */
#define INODE_SLOTS 2U            /* an extended inode */
#define FORMAT_EXTENDED_PLAIN 0x1 /* bit 0: extended; layout 0: data in whole blocks, in one piece */

/* The format is little-endian, as every machine is that has realms. */
struct super_block {
	uint32_t magic, checksum, feature_compat;
	uint8_t block_bits, ext_slots;
	uint16_t root_nid;
	uint64_t inodes, epoch;
	uint32_t fixed_nsec, blocks, meta_block, xattr_block;
	uint8_t uuid[16], volume[16];
	uint32_t feature_incompat;
	uint8_t rest[44];
};

struct inode {
	uint16_t format, xattr_count, mode, unused;
	uint64_t size;
	uint32_t block, ino, uid, gid;
	uint64_t mtime;
	uint32_t mtime_nsec, links;
	uint8_t rest[16];
};

struct entry {
	uint64_t nid;
	uint16_t name_offset;
	uint8_t type, unused;
} __attribute__((packed));

_Static_assert(sizeof(struct super_block) == 128, "super block");
_Static_assert(sizeof(struct inode) == SLOT * INODE_SLOTS, "inode");
_Static_assert(sizeof(struct entry) == 12, "entry");

/* Types of entries, as in other file systems. */
enum { TYPE_FILE = 1, TYPE_DIRECTORY = 2, TYPE_LINK = 7 };

struct node {
	char *name, *path;
	struct node *parent, **children;
	size_t child_count;
	mode_t mode;
	uint64_t size; /* of the data, also of a directory's */
	uint64_t nid, block;
	struct node *next; /* all of them, in the order of their numbers */
};

struct erofs_tree {
	struct node *root, *last;
	uint64_t count, blocks;
};

/* --- Scan ------------------------------------------------------------------------------------------------- */

/* NOLINTNEXTLINE(misc-no-recursion): below scan() */
static void free_node(struct node *node)
{
	if (node == NULL)
		return;
	for (size_t i = 0; i < node->child_count; i++)
		free_node(node->children[i]);
	free(node->children);
	free(node->name);
	free(node->path);
	free(node);
}

void erofs_free(struct erofs_tree *tree)
{
	if (tree != NULL)
		free_node(tree->root);
	free(tree);
}

static bool add_child(struct node *parent, struct node *child)
{
	struct node **more = realloc(parent->children, (parent->child_count + 1) * sizeof(struct node *));

	if (more == NULL)
		return false;
	parent->children = more;
	more[parent->child_count++] = child;
	child->parent = parent;
	return true;
}

static struct node *scan(struct erofs_tree *tree, char *path, const char *name, struct node *parent,
			 char **where);

/* NOLINTBEGIN(misc-no-recursion): a path that is longer than PATH_MAX does not open */
static bool scan_child(struct erofs_tree *tree, struct node *node, const char *name, char **where)
{
	char *path = NULL;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return true;
	if (asprintf(&path, "%s/%s", node->path, name) < 0)
		return false;
	return scan(tree, path, name, node, where) != NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct node *const *)a)->name, (*(struct node *const *)b)->name);
}

static bool scan_directory(struct erofs_tree *tree, struct node *node, char **where)
{
	DIR *directory = opendir(node->path);
	struct dirent *entry;
	bool good = directory != NULL;

	while (good && (errno = 0, entry = readdir(directory)) != NULL)
		good = scan_child(tree, node, entry->d_name, where);
	good = good && errno == 0;
	if (directory != NULL)
		closedir(directory);
	if (good && node->child_count != 0)
		qsort(node->children, node->child_count, sizeof(struct node *), by_name);
	return good;
}

static struct node *new_node(struct erofs_tree *tree, char *path, const char *name, struct node *parent)
{
	struct node *node = calloc(1, sizeof(*node));

	if (node == NULL) {
		free(path);
		return NULL;
	}
	node->path = path;
	node->name = strdup(name);
	if (node->name == NULL || (parent != NULL && !add_child(parent, node))) {
		free_node(node);
		return NULL;
	}
	if (parent == NULL)
		tree->root = node;
	return node;
}

/* Files, directories and symbolic links; anything else is refused. */
static bool fill_node(struct erofs_tree *tree, struct node *node, char **where)
{
	struct stat status;

	if (lstat(node->path, &status) != 0)
		return false;
	node->mode = status.st_mode;
	if (S_ISDIR(status.st_mode))
		return scan_directory(tree, node, where);
	node->size = (uint64_t)status.st_size;
	if (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode))
		return true;
	errno = EINVAL;
	return false;
}

/* Takes `path` over. The innermost path that fails is told. */
static struct node *scan(struct erofs_tree *tree, char *path, const char *name, struct node *parent,
			 char **where)
{
	struct node *node = new_node(tree, path, name, parent);

	if (node == NULL)
		return NULL;
	if (fill_node(tree, node, where))
		return node;
	if (*where == NULL)
		*where = strdup(node->path);
	return NULL;
}
/* NOLINTEND(misc-no-recursion) */

/* --- Layout ----------------------------------------------------------------------------------------------- */

/* Directory blocks: entries first, then their names; a name is not cut at a block's end. */
struct row {
	const char *name;
	const struct node *target;
};

static int by_row(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

/* All entries of a directory, "." and ".." among them, in order. */
static struct row *rows_of(struct node *node, size_t *count)
{
	struct row *rows = calloc(node->child_count + 2, sizeof(*rows));

	if (rows == NULL)
		return NULL;
	*count = 0;
	rows[(*count)++] = (struct row){ ".", node };
	rows[(*count)++] = (struct row){ "..", node->parent != NULL ? node->parent : node };
	for (size_t i = 0; i < node->child_count; i++)
		rows[(*count)++] = (struct row){ node->children[i]->name, node->children[i] };
	qsort(rows, *count, sizeof(*rows), by_row);
	return rows;
}

/* How many of the rows from `first` on fit a block, and the bytes that they take. */
static size_t fit(const struct row *rows, size_t first, size_t count, uint64_t *bytes)
{
	size_t n = 0;

	*bytes = 0;
	while (first + n < count) {
		uint64_t more = sizeof(struct entry) + strlen(rows[first + n].name);

		if (*bytes + more > BLOCK)
			break;
		*bytes += more;
		n++;
	}
	return n;
}

static bool size_directory(struct node *node)
{
	size_t count, first = 0;
	struct row *rows = rows_of(node, &count);
	uint64_t bytes = 0;

	if (rows == NULL)
		return false;
	while (first < count) {
		size_t n = fit(rows, first, count, &bytes);

		first += n;
		node->size += first < count ? BLOCK : bytes;
	}
	free(rows);
	return true;
}

static uint64_t blocks_of(uint64_t size)
{
	return (size + BLOCK - 1) / BLOCK;
}

/* Numbers each node and says where its data lies; inodes come first. */
/* NOLINTNEXTLINE(misc-no-recursion): scan() has been as deep */
static bool number(struct erofs_tree *tree, struct node *node)
{
	if (S_ISDIR(node->mode) && !size_directory(node))
		return false;
	node->nid = (SUPER_OFFSET + sizeof(struct super_block)) / SLOT + tree->count++ * INODE_SLOTS;
	if (tree->last != NULL)
		tree->last->next = node;
	tree->last = node;
	for (size_t i = 0; i < node->child_count; i++)
		if (!number(tree, node->children[i]))
			return false;
	return true;
}

static void place(struct erofs_tree *tree)
{
	tree->blocks = blocks_of((tree->last->nid + INODE_SLOTS) * SLOT);
	for (struct node *node = tree->root; node != NULL; node = node->next) {
		if (S_ISREG(node->mode) && node->size >= HUGE)
			tree->blocks = (tree->blocks + HUGE / BLOCK - 1) / (HUGE / BLOCK) * (HUGE / BLOCK);
		node->block = tree->blocks;
		tree->blocks += blocks_of(node->size);
	}
}

struct erofs_tree *erofs_scan(const char *directory, char **where)
{
	struct erofs_tree *tree = calloc(1, sizeof(*tree));
	char *path = strdup(directory);
	int error;

	*where = NULL;
	errno = 0;
	if (tree != NULL && path != NULL && scan(tree, path, "", NULL, where) != NULL &&
	    S_ISDIR(tree->root->mode) && number(tree, tree->root)) {
		place(tree);
		if (tree->blocks <= UINT32_MAX)
			return tree;
		errno = EFBIG;
	}
	error = errno != 0 ? errno : ENOTDIR;
	if (tree == NULL)
		free(path);
	erofs_free(tree);
	errno = error;
	return NULL;
}

uint64_t erofs_size(const struct erofs_tree *tree)
{
	return tree->blocks * BLOCK;
}

/* --- Write ------------------------------------------------------------------------------------------------ */

static uint8_t type_of(const struct node *node)
{
	return S_ISDIR(node->mode) ? TYPE_DIRECTORY : S_ISLNK(node->mode) ? TYPE_LINK : TYPE_FILE;
}

static void write_block(uint8_t *to, const struct row *rows, size_t n)
{
	struct entry *entries = (struct entry *)to;
	size_t name = n * sizeof(*entries);

	for (size_t i = 0; i < n; i++) {
		size_t length = strlen(rows[i].name);

		entries[i] =
			(struct entry){ rows[i].target->nid, (uint16_t)name, type_of(rows[i].target), 0 };
		memcpy(to + name, rows[i].name, length);
		name += length;
	}
}

static bool write_directory(struct node *node, uint8_t *to)
{
	size_t count, first = 0;
	struct row *rows = rows_of(node, &count);

	if (rows == NULL)
		return false;
	while (first < count) {
		uint64_t bytes;
		size_t n = fit(rows, first, count, &bytes);

		write_block(to, &rows[first], n);
		first += n;
		to += BLOCK;
	}
	free(rows);
	return true;
}

/*
 * A file that shrank meanwhile ends in zeros; what it grew by is left out. What was read leaves the page cache at once: the realm
 * would be lent memory for it, and keeps that.
 */
static bool write_file(const struct node *node, uint8_t *to)
{
	int fd = open(node->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint64_t done = 0;
	ssize_t got = 1;

	if (fd < 0)
		return false;
	while (done < node->size && got > 0) {
		uint64_t left = node->size - done;

		got = read(fd, to + done, left < PIECE ? left : PIECE);
		done += got > 0 ? (uint64_t)got : 0;
		posix_fadvise(fd, 0, (off_t)done, POSIX_FADV_DONTNEED);
	}
	close(fd);
	return got >= 0;
}

static bool write_data(struct node *node, uint8_t *to)
{
	if (S_ISDIR(node->mode))
		return write_directory(node, to);
	if (S_ISLNK(node->mode))
		return readlink(node->path, (char *)to, node->size) >= 0;
	return write_file(node, to);
}

static uint32_t links_of(const struct node *node)
{
	uint32_t links = S_ISDIR(node->mode) ? 2 : 1;

	for (size_t i = 0; i < node->child_count; i++)
		links += S_ISDIR(node->children[i]->mode);
	return links;
}

static void write_inode(const struct node *node, uint8_t *image)
{
	struct inode *inode = (struct inode *)(image + node->nid * SLOT);

	*inode = (struct inode){
		.format = FORMAT_EXTENDED_PLAIN,
		.mode = (uint16_t)node->mode,
		.size = node->size,
		.block = (uint32_t)node->block,
		.ino = (uint32_t)node->nid,
		.links = links_of(node),
	};
}

int erofs_write(const struct erofs_tree *tree, void *image)
{
	struct super_block *super = (struct super_block *)((uint8_t *)image + SUPER_OFFSET);

	for (struct node *node = tree->root; node != NULL; node = node->next) {
		write_inode(node, image);
		if (!write_data(node, (uint8_t *)image + node->block * BLOCK))
			return -1;
	}
	*super = (struct super_block){
		.magic = MAGIC,
		.block_bits = 12,
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a tree has a root */
		.root_nid = (uint16_t)tree->root->nid,
		.inodes = tree->count,
		.blocks = (uint32_t)tree->blocks,
	};
	return 0;
}
