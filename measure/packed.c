/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compressed files, known by their first bytes (packed.h).
 */
#include "packed.h"

#include <string.h>

static const struct {
	const char *name, *magic;
	size_t offset, size;
} formats[] = {
	{ "gzip", "\x1f\x8b", 0, 2 },
	{ "xz",
	  "\xfd"
	  "7zXZ",
	  0, 6 },
	{ "bzip2", "BZh", 0, 3 },
	{ "zstd", "\x28\xb5\x2f\xfd", 0, 4 },
	{ "lz4", "\x04\x22\x4d\x18", 0, 4 },
	{ "lz4", "\x02\x21\x4c\x18", 0, 4 },
	{ "EFI zboot", "zimg", 4, 4 },
};

const char *packed_as(const void *content, size_t size)
{
	const char *bytes = content;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (size >= formats[i].offset + formats[i].size &&
		    memcmp(bytes + formats[i].offset, formats[i].magic, formats[i].size) == 0)
			return formats[i].name;
	}
	return NULL;
}
