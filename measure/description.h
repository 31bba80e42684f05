/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm described in text (docs/measurement.md has the format): from a file, or as options of the command line, which
 * are the same keys with the same values.
 */
#ifndef MEASURE_DESCRIPTION_H
#define MEASURE_DESCRIPTION_H

#include "lib/plan.h"

#define DESCRIPTION_MAX_PIECES 64
#define DESCRIPTION_MAX_RAM 16
#define DESCRIPTION_MAX_FAULT 512

/* docs/exit-status.md */
enum exit_status { STATUS_USAGE = 1, STATUS_MALFORMED = 2, STATUS_FAILURE = 8 };

struct description {
	struct host_realm_config config; /* complete after description_finish() */
	struct host_piece pieces[DESCRIPTION_MAX_PIECES];
	struct host_range more_ram[DESCRIPTION_MAX_RAM];
	char *image_name, *names[DESCRIPTION_MAX_PIECES]; /* of the files, for people */
	enum exit_status status; /* after a failure: MALFORMED, or FAILURE if a file can't be read */
	char fault[DESCRIPTION_MAX_FAULT]; /* and what is wrong, for people */
	uint32_t given;                    /* bit n: key n was given by some source */
	uint32_t given_here;               /* by this one */
};

/* Everything as it is by default. Contents of files live until the program ends. */
void description_init(struct description *d);

/*
 * A key and its value. A later source changes what an earlier one said; one and the same does not say a thing twice
 * (only pieces and ranges of RAM add up). Paths begin at `folder` unless they are absolute; NULL: where the program was started.
 */
bool description_set(struct description *d, const char *key, const char *value, const char *folder);

bool description_has(const char *key);

/* Another source begins. */
void description_next_source(struct description *d);

/* A source of its own: a file with a key and its value on each line, `#` for a comment. */
bool description_read(struct description *d, const char *path);

/* Defaults that depend on other keys; then checks the whole. */
bool description_finish(struct description *d);

/* The file with the entry point in it, in `*piece`. NULL: none has. */
const char *description_start(const struct description *d, struct host_piece *piece);

#endif
