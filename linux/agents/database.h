/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tool knows: facts by words, in SQLite. Statements are prepared once; what is asked for is only ever bound to them.
 */
#ifndef AGENTS_DATABASE_H
#define AGENTS_DATABASE_H

#include <stdbool.h>
#include <stddef.h>

struct database;

#define DATABASE_FACTS 1000U

/* Makes and fills it where it is not there yet. NULL: it can't be used. */
struct database *database_open(const char *path);
void database_close(struct database *database);

/* The fact of the first word from `word` on (behind the last one: the first of all), and how often it was asked for, this time too. */
bool database_find(struct database *database, const char *word, char *fact, size_t size, unsigned int *asked);

#endif
