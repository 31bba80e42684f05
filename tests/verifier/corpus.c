/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The files that make_tokens.py wrote (corpus.h). CORPUS is their folder.
 */
#include "corpus.h"

#include <stdlib.h>
#include <string.h>

static void __attribute__((noreturn)) give_up(const char *what, const char *name)
{
	fprintf(stderr, "corpus: %s: %s\n", what, name);
	abort();
}

#define FILE_MOST (4U << 20)

static struct bytes read_all(FILE *file, const char *name)
{
	struct bytes bytes = { malloc(FILE_MOST), 0 };

	bytes.size = fread(bytes.data, 1, FILE_MOST - 1, file);
	if (ferror(file) || !feof(file))
		give_up("can't be read as a whole", name);
	bytes.data = realloc(bytes.data, bytes.size + 1); /* no more, so that ASan sees what goes beyond it */
	bytes.data[bytes.size] = 0;
	return bytes;
}

struct bytes corpus_path(const char *path)
{
	struct bytes bytes;
	FILE *file = fopen(path, "rb");

	if (!file)
		give_up("can't be opened", path);
	bytes = read_all(file, path);
	fclose(file);
	return bytes;
}

struct bytes corpus_file(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", CORPUS, name);
	return corpus_path(path);
}

/* Cuts the next field off, up to `end`. */
static char *field(char **at, char end)
{
	char *start = *at, *stop = strchr(start, end);

	if (!stop)
		give_up("a manifest line with a field missing", start);
	*stop = 0;
	*at = stop + 1;
	return start;
}

static void read_nonce(struct corpus_case *c, const char *text)
{
	if (strcmp(text, "-") == 0)
		return;
	for (size_t i = 0; text[2 * i]; i++) {
		unsigned int byte;

		if (i == CAEC_NONCE_MAX || sscanf(text + 2 * i, "%2x", &byte) != 1)
			give_up("not a nonce", text);
		c->nonce[c->nonce_size++] = (uint8_t)byte;
	}
}

void corpus_open(struct corpus *corpus)
{
	struct bytes manifest = corpus_file("manifest");
	char *at = (char *)manifest.data;

	*corpus = (struct corpus){ .text = at };
	for (size_t i = 0; i < manifest.size; i++)
		corpus->count += manifest.data[i] == '\n';
	corpus->item = calloc(corpus->count, sizeof(*corpus->item));
	for (size_t i = 0; i < corpus->count; i++) {
		struct corpus_case *c = &corpus->item[i];

		c->name = field(&at, '\t');
		c->token = field(&at, '\t');
		c->policy = field(&at, '\t');
		read_nonce(c, field(&at, '\t'));
		c->status = (enum caec_verdict)atoi(field(&at, '\t'));
		c->reason = field(&at, '\n');
	}
	if (corpus->count == 0)
		give_up("no case", CORPUS);
}

void corpus_close(struct corpus *corpus)
{
	free(corpus->item);
	free(corpus->text);
}

struct caec_policy *corpus_policy(const char *name)
{
	struct bytes json = corpus_file(name);
	char error[256];
	struct caec_policy *policy = caec_policy_load((char *)json.data, json.size, error, sizeof(error));

	if (!policy)
		give_up(name, error);
	free(json.data);
	return policy;
}

static struct bytes written(const char *what, bool (*write)(const struct caec_result *, FILE *),
			    const struct caec_result *result)
{
	FILE *file = tmpfile();
	struct bytes bytes;

	if (!file || !write(result, file))
		give_up("can't be written", what);
	rewind(file);
	bytes = read_all(file, what);
	fclose(file);
	return bytes;
}

struct bytes report_json(const struct caec_result *result)
{
	return written("JSON report", caec_result_json, result);
}

struct bytes report_table(const struct caec_result *result)
{
	return written("table", caec_result_table, result);
}

struct caec_policy *learn(const struct caec_result *result, const struct caec_policy *anchors)
{
	FILE *file = tmpfile();
	struct caec_policy *policy;
	struct bytes json;
	char error[256];

	if (!file || !caec_learn(result, anchors, file))
		give_up("can't be written", "learned policy");
	rewind(file);
	json = read_all(file, "learned policy");
	fclose(file);
	policy = caec_policy_load((char *)json.data, json.size, error, sizeof(error));
	if (!policy)
		give_up("learned policy", error);
	free(json.data);
	return policy;
}
