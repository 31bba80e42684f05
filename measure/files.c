/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole files in memory (files.h). Read to the end rather than for a size asked for before: pipes work too.
 */
#include "files.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 65536U

/* Room for more, and for the zero byte. */
static bool grow(struct file *file, size_t *room)
{
	size_t wanted = *room == 0 ? FIRST_SIZE : 2 * *room;
	char *bytes = realloc(file->bytes, wanted + 1);

	if (bytes == NULL)
		return false;
	file->bytes = bytes;
	*room = wanted;
	return true;
}

static const char *read_all(FILE *stream, struct file *file)
{
	size_t room = 0;

	do {
		if (file->size == room && !grow(file, &room))
			return "there is not enough memory for it";
		file->size += fread(file->bytes + file->size, 1, room - file->size, stream);
		if (ferror(stream))
			return strerror(errno);
		if (file->size > FILE_MAX)
			return "it is larger than 4 GiB";
	} while (!feof(stream));
	file->bytes[file->size] = '\0';
	return NULL;
}

struct file file_read(const char *path)
{
	struct file file = { 0 };
	FILE *stream = fopen(path, "rb");

	if (stream == NULL) {
		file.fault = strerror(errno);
		return file;
	}
	file.fault = read_all(stream, &file);
	fclose(stream);
	if (file.fault != NULL) {
		free(file.bytes);
		file.bytes = NULL;
	}
	return file;
}
