/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks the tokens that the machine test `token_print` puts on the console:
 *
 *	check_token NAME... <console
 *
 * Each NAME must be there with a token that verifies (token.h), that the platform token vouches for, and that says what
 * the realm knows of itself. Exit status 0 if all of this is so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "token.h"

#define MAX_NAMES 8
#define MAX_TOKEN 32768U
#define MAX_SHARED 4

/* What the console says of one realm. */
struct seen {
	const char *name;
	uint8_t token[MAX_TOKEN];
	size_t token_size;
	uint8_t challenge[64], rim[64], rem1[64], rid[16];
	size_t challenge_size, rim_size, rem1_size, rid_size;
	struct token_shared shared[MAX_SHARED];
	size_t num_shared;
};

static struct seen seen[MAX_NAMES];
static int num_names;

static void __attribute__((noreturn)) give_up(const char *name, const char *what)
{
	fprintf(stderr, "check_token: %s: %s\n", name, what);
	exit(1);
}

static struct seen *find(const char *name)
{
	for (int i = 0; i < num_names; i++) {
		if (strcmp(seen[i].name, name) == 0)
			return &seen[i];
	}
	return NULL;
}

/* Appends the bytes that `hex` stands for. */
static void append(const struct seen *s, const char *hex, uint8_t *to, size_t room, size_t *size)
{
	for (; *hex != '\0'; hex += 2) {
		unsigned int byte;

		if (*size == room || sscanf(hex, "%2x", &byte) != 1 || hex[1] == '\0')
			give_up(s->name, "a line with too many bytes, or not in hex");
		to[(*size)++] = (uint8_t)byte;
	}
}

static void read_shared(struct seen *s, const char *hex, const char *rest)
{
	struct token_shared *shared = &s->shared[s->num_shared++];
	size_t size = 0;

	if (s->num_shared > MAX_SHARED)
		give_up(s->name, "too many lines SHARED");
	append(s, hex, shared->peer, sizeof(shared->peer), &size);
	if (sscanf(rest, "%lu %lu %lu", &shared->role, &shared->permission, &shared->size) != 3)
		give_up(s->name, "a line SHARED without numbers");
}

static void read_line(const char *line)
{
	char what[16], name[16], hex[140], rest[64] = "";
	struct seen *s;

	if (sscanf(line, "%15s %15s %139s %63[0-9 ]", what, name, hex, rest) < 3)
		return;
	s = find(name);
	if (s == NULL)
		return;
	if (strcmp(what, "TOKEN") == 0)
		append(s, hex, s->token, sizeof(s->token), &s->token_size);
	else if (strcmp(what, "CHALLENGE") == 0)
		append(s, hex, s->challenge, sizeof(s->challenge), &s->challenge_size);
	else if (strcmp(what, "RIM") == 0)
		append(s, hex, s->rim, sizeof(s->rim), &s->rim_size);
	else if (strcmp(what, "REM1") == 0)
		append(s, hex, s->rem1, sizeof(s->rem1), &s->rem1_size);
	else if (strcmp(what, "RID") == 0)
		append(s, hex, s->rid, sizeof(s->rid), &s->rid_size);
	else if (strcmp(what, "SHARED") == 0)
		read_shared(s, hex, rest);
}

static bool equal(struct token_bytes a, const uint8_t *b, size_t size)
{
	return a.size == size && size != 0 && memcmp(a.at, b, size) == 0;
}

static void check_sharing(const struct seen *s, const struct token *t)
{
	if (t->has_csm != (s->rid_size != 0))
		give_up(s->name, "claims of CSM without CSM, or the reverse");
	if (!t->has_csm)
		return;
	if (memcmp(t->rid, s->rid, sizeof(t->rid)) != 0 || s->rid_size != sizeof(t->rid))
		give_up(s->name, "another RID");
	if (t->num_shared != s->num_shared || t->shared_cut_off)
		give_up(s->name, "another number of shares");
	for (size_t i = 0; i < t->num_shared; i++) {
		if (t->shared[i].role != s->shared[i].role ||
		    t->shared[i].permission != s->shared[i].permission ||
		    t->shared[i].size != s->shared[i].size ||
		    memcmp(t->shared[i].peer, s->shared[i].peer, sizeof(t->shared[i].peer)) != 0)
			give_up(s->name, "another share");
	}
}

static void check(const struct seen *s)
{
	uint8_t digest[32], challenge[64];
	size_t challenge_size;
	const char *wrong;
	struct token t;

	if (s->token_size == 0)
		give_up(s->name, "no token on the console");
	wrong = token_open(&t, s->token, s->token_size);
	if (wrong != NULL)
		give_up(s->name, wrong);
	token_sha256(t.public_key, digest);
	if (!token_platform_challenge(t.platform, challenge, sizeof(challenge), &challenge_size))
		give_up(s->name, "the platform token has no challenge");
	if (challenge_size != sizeof(digest) || memcmp(challenge, digest, sizeof(digest)) != 0)
		give_up(s->name, "the platform token vouches for another key");
	if (!equal(t.challenge, s->challenge, s->challenge_size))
		give_up(s->name, "another challenge");
	if (!equal(t.rim, s->rim, s->rim_size) || !equal(t.rem[0], s->rem1, s->rem1_size))
		give_up(s->name, "another measurement");
	check_sharing(s, &t);
	printf("%s: %zu bytes, %s, signature right, bound to the platform token, %s\n", s->name,
	       s->token_size, t.hash_algorithm, t.has_csm ? "with CSM" : "without CSM");
	token_close(&t);
}

int main(int argc, char **argv)
{
	char line[512];

	num_names = argc - 1;
	if (num_names < 1 || num_names > MAX_NAMES) {
		fprintf(stderr, "usage: check_token NAME... <console\n");
		return 2;
	}
	for (int i = 0; i < num_names; i++)
		seen[i].name = argv[1 + i];
	while (fgets(line, sizeof(line), stdin) != NULL)
		read_line(line);
	for (int i = 0; i < num_names; i++)
		check(&seen[i]);
	return 0;
}
