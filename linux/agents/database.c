/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SQLite (database.h).
 */
#include "database.h"

#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

struct database {
	sqlite3 *db;
	sqlite3_stmt *find, *count;
};

static const char table[] = "CREATE TABLE IF NOT EXISTS facts (word TEXT PRIMARY KEY, fact TEXT NOT NULL, "
			    "asked INTEGER NOT NULL DEFAULT 0)";
static const char put[] = "INSERT INTO facts (word, fact) VALUES (?1, ?2)";
static const char find[] =
	"SELECT * FROM (SELECT rowid, fact, asked FROM facts WHERE word >= ?1 ORDER BY word LIMIT 1) UNION "
	"ALL "
	"SELECT * FROM (SELECT rowid, fact, asked FROM facts ORDER BY word LIMIT 1) LIMIT 1";
static const char count[] = "UPDATE facts SET asked = asked + 1 WHERE rowid = ?1";

/* --- Facts: the same ones every time ---------------------------------------------------------------------- */

static void letters(char *text, unsigned int number, unsigned int length)
{
	for (unsigned int i = length; i-- > 0; number /= 26)
		text[i] = (char)('a' + number % 26);
	text[length] = '\0';
}

/* Words of three letters, some 17 apart; what is known of one are three words of four. */
static bool put_fact(sqlite3_stmt *statement, unsigned int i)
{
	char word[4], fact[16], part[5];
	int length = 0;

	letters(word, i * 17, 3);
	for (unsigned int n = 1; n <= 3; n++) {
		letters(part, (i * 7919 + n * 104729) % 456976, 4);
		length += snprintf(fact + length, sizeof(fact) - (size_t)length, n == 1 ? "%s" : " %s", part);
	}
	return sqlite3_bind_text(statement, 1, word, -1, SQLITE_TRANSIENT) == SQLITE_OK &&
	       sqlite3_bind_text(statement, 2, fact, -1, SQLITE_TRANSIENT) == SQLITE_OK &&
	       sqlite3_step(statement) == SQLITE_DONE && sqlite3_reset(statement) == SQLITE_OK;
}

static bool put_facts(sqlite3 *db)
{
	sqlite3_stmt *statement;
	bool done = sqlite3_prepare_v2(db, put, -1, &statement, NULL) == SQLITE_OK;

	for (unsigned int i = 0; done && i < DATABASE_FACTS; i++)
		done = put_fact(statement, i);
	sqlite3_finalize(statement);
	return done;
}

static bool run(sqlite3 *db, const char *text)
{
	return sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK;
}

static bool is_empty(sqlite3 *db)
{
	sqlite3_stmt *statement = NULL;
	bool empty = sqlite3_prepare_v2(db, "SELECT 1 FROM facts", -1, &statement, NULL) == SQLITE_OK &&
		     sqlite3_step(statement) == SQLITE_DONE;

	sqlite3_finalize(statement);
	return empty;
}

static bool prepare(struct database *d, const char *path)
{
	return sqlite3_open(path, &d->db) == SQLITE_OK && run(d->db, "BEGIN IMMEDIATE") &&
	       run(d->db, table) && (!is_empty(d->db) || put_facts(d->db)) && run(d->db, "COMMIT") &&
	       sqlite3_prepare_v2(d->db, find, -1, &d->find, NULL) == SQLITE_OK &&
	       sqlite3_prepare_v2(d->db, count, -1, &d->count, NULL) == SQLITE_OK;
}

/* --- Use -------------------------------------------------------------------------------------------------- */

struct database *database_open(const char *path)
{
	struct database *d = calloc(1, sizeof(*d));

	if (d != NULL && prepare(d, path))
		return d;
	database_close(d);
	return NULL;
}

void database_close(struct database *d)
{
	if (d == NULL)
		return;
	sqlite3_finalize(d->find);
	sqlite3_finalize(d->count);
	sqlite3_close(d->db);
	free(d);
}

static bool take_fact(struct database *d, char *fact, size_t size, unsigned int *asked, sqlite3_int64 *row)
{
	int length;

	if (sqlite3_step(d->find) != SQLITE_ROW)
		return false;
	*row = sqlite3_column_int64(d->find, 0);
	*asked = (unsigned int)sqlite3_column_int(d->find, 2) + 1;
	length = snprintf(fact, size, "%s", (const char *)sqlite3_column_text(d->find, 1));
	return length >= 0 && (size_t)length < size;
}

bool database_find(struct database *d, const char *word, char *fact, size_t size, unsigned int *asked)
{
	sqlite3_int64 row = 0;
	bool found = sqlite3_bind_text(d->find, 1, word, -1, SQLITE_STATIC) == SQLITE_OK &&
		     take_fact(d, fact, size, asked, &row);

	sqlite3_reset(d->find);
	sqlite3_clear_bindings(d->find);
	if (!found)
		return false;
	found = sqlite3_bind_int64(d->count, 1, row) == SQLITE_OK && sqlite3_step(d->count) == SQLITE_DONE;
	sqlite3_reset(d->count);
	return found;
}
