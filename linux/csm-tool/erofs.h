/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A directory as an EROFS image: uncompressed, every file's data in whole blocks of its own, so that all of it can be
 * mapped in place. Files of 2 MiB and more begin at a multiple of that: they are mapped by blocks. Owner root, no times:
 * the same directory makes the same bytes.
 */
#ifndef CSM_TOOL_EROFS_H
#define CSM_TOOL_EROFS_H

#include <stdint.h>

struct erofs_tree;

/* Reads names, kinds and sizes. NULL: errno says why, *where (if it is not NULL) the path. */
struct erofs_tree *erofs_scan(const char *directory, char **where);

/* Bytes that the image takes, a multiple of 4 KiB. */
uint64_t erofs_size(const struct erofs_tree *tree);

/* Writes the image to memory that is zero. -1: errno. */
int erofs_write(const struct erofs_tree *tree, void *image);

void erofs_free(struct erofs_tree *tree);

#endif
