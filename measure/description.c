/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm described in text (description.h).
 */
#include "description.h"

#include "common/hostcall.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "numbers.h"
#include "rim.h"

enum key {
	KEY_HASH,
	KEY_FLAGS,
	KEY_IPA_BITS,
	KEY_SVE_VL,
	KEY_NUM_BPS,
	KEY_NUM_WPS,
	KEY_PMU_NUM_CTRS,
	KEY_RAM_BASE,
	KEY_RAM_SIZE,
	KEY_ENTRY,
	KEY_X0,
	KEY_X7 = KEY_X0 + 7,
	KEY_IMAGE,
	KEY_LOAD,
	KEY_LOAD_UNMEASURED,
	KEY_RAM,
};

static const struct name keys[] = {
	{ "hash", KEY_HASH },
	{ "flags", KEY_FLAGS },
	{ "ipa-bits", KEY_IPA_BITS },
	{ "sve-vl", KEY_SVE_VL },
	{ "num-bps", KEY_NUM_BPS },
	{ "num-wps", KEY_NUM_WPS },
	{ "pmu-num-ctrs", KEY_PMU_NUM_CTRS },
	{ "ram-base", KEY_RAM_BASE },
	{ "ram-size", KEY_RAM_SIZE },
	{ "entry", KEY_ENTRY },
	{ "x0", KEY_X0 },
	{ "x1", KEY_X0 + 1 },
	{ "x2", KEY_X0 + 2 },
	{ "x3", KEY_X0 + 3 },
	{ "x4", KEY_X0 + 4 },
	{ "x5", KEY_X0 + 5 },
	{ "x6", KEY_X0 + 6 },
	{ "x7", KEY_X7 },
	{ "image", KEY_IMAGE },
	{ "load", KEY_LOAD },
	{ "load-unmeasured", KEY_LOAD_UNMEASURED },
	{ "ram", KEY_RAM },
};
#define REPEATED (UINT32_C(1) << KEY_LOAD | UINT32_C(1) << KEY_LOAD_UNMEASURED | UINT32_C(1) << KEY_RAM)
#define NUM_KEYS (sizeof(keys) / sizeof(keys[0]))

static const struct name hashes[] = { { "sha-256", RMI_HASH_SHA_256 }, { "sha-512", RMI_HASH_SHA_512 } };
static const struct name flags[] = { { "lpa2", RMI_REALM_FLAG_LPA2 },
				     { "sve", RMI_REALM_FLAG_SVE },
				     { "pmu", RMI_REALM_FLAG_PMU } };

__attribute__((format(printf, 2, 3))) static bool fail(struct description *d, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(d->fault, sizeof(d->fault), format, arguments);
	va_end(arguments);
	d->status = STATUS_MALFORMED;
	return false;
}

static bool cannot_read(struct description *d, const char *path, const char *why)
{
	fail(d, "cannot read '%s': %s", path, why);
	d->status = STATUS_FAILURE;
	return false;
}

void description_init(struct description *d)
{
	*d = (struct description){ .config = {
					   .ipa_bits = HOST_DEFAULT_IPA_BITS,
					   .num_bps = RIM_DEFAULT_NUM_BPS,
					   .num_wps = RIM_DEFAULT_NUM_WPS,
					   .ram_base = REALM_IMAGE_IPA,
				   } };
}

void description_next_source(struct description *d)
{
	d->given_here = 0;
}

/* --- Pieces ------------------------------------------------------------------------------------------ */

static char *join(const char *folder, const char *path)
{
	size_t size;
	char *all;

	if (folder == NULL || path[0] == '/')
		return strdup(path);
	size = strlen(folder) + strlen(path) + 2;
	all = malloc(size);
	if (all != NULL)
		snprintf(all, size, "%s/%s", folder, path);
	return all;
}

static bool read_piece(struct description *d, const char *path, const char *folder, struct file *file)
{
	char *all = join(folder, path);

	*file = all != NULL ? file_read(all) : (struct file){ .fault = "there is not enough memory" };
	free(all);
	if (file->bytes == NULL)
		return cannot_read(d, path, file->fault);
	if (file->size != 0)
		return true;
	free(file->bytes);
	return fail(d, "'%s' is empty", path);
}

static bool set_image(struct description *d, const char *path, const char *folder)
{
	struct file file;

	if (!read_piece(d, path, folder, &file))
		return false;
	free(d->image_name);
	d->image_name = strdup(path);
	d->config.image = file.bytes;
	d->config.image_size = file.size;
	return true;
}

/* FILE@IPA */
static bool add_piece(struct description *d, const char *value, const char *folder, bool unmeasured)
{
	const char *at = strrchr(value, '@');
	struct host_piece *piece;
	struct file file;
	uint64_t ipa;
	char *path;
	bool ok;

	if (at == NULL || at == value || !number_parse(at + 1, false, &ipa))
		return fail(d, "'%s' is not FILE@IPA", value);
	if (d->config.piece_count == DESCRIPTION_MAX_PIECES)
		return fail(d, "there are more than %d pieces", DESCRIPTION_MAX_PIECES);
	path = strndup(value, (size_t)(at - value));
	if (path == NULL)
		return cannot_read(d, value, "there is not enough memory");
	ok = read_piece(d, path, folder, &file);
	if (!ok) {
		free(path);
		return false;
	}
	d->names[d->config.piece_count] = path;
	piece = &d->pieces[d->config.piece_count++];
	*piece = (struct host_piece){ ipa, file.bytes, file.size, unmeasured };
	d->config.pieces = d->pieces;
	return true;
}

/* --- Keys -------------------------------------------------------------------------------------------- */

/* IPA+SIZE */
static bool add_ram(struct description *d, const char *value)
{
	const char *plus = strchr(value, '+');
	char *base = plus ? strndup(value, (size_t)(plus - value)) : NULL;
	struct host_range range;
	bool ok = base && number_parse(base, false, &range.base) && number_parse(plus + 1, true, &range.size);

	free(base);
	if (!ok)
		return fail(d, "'%s' is not IPA+SIZE", value);
	if (d->config.more_ram_count == DESCRIPTION_MAX_RAM)
		return fail(d, "there are more than %d ranges of RAM", DESCRIPTION_MAX_RAM);
	d->more_ram[d->config.more_ram_count++] = range;
	d->config.more_ram = d->more_ram;
	return true;
}

/* A field of RmiRealmParams, of one byte. */
static bool set_field(struct description *d, const char *value, unsigned int *field)
{
	uint64_t number;

	if (!number_parse(value, false, &number))
		return fail(d, "'%s' is not a number", value);
	if (number > UINT8_MAX)
		return fail(d, "%s is more than 255", value);
	*field = (unsigned int)number;
	return true;
}

static bool set_number(struct description *d, const char *value, uint64_t *number)
{
	return number_parse(value, true, number) || fail(d, "'%s' is not a number", value);
}

static bool set_hash(struct description *d, const char *value)
{
	uint64_t hash;

	if (!name_parse(value, hashes, 2, &hash))
		return fail(d, "'%s' is neither sha-256 nor sha-512", value);
	d->config.hash_algo = (enum rmi_hash_algorithm)hash;
	return true;
}

static bool set_flags(struct description *d, const char *value)
{
	return names_parse(value, flags, 3, &d->config.flags) ||
	       fail(d, "'%s' is not 'none', nor a list of lpa2, sve, pmu", value);
}

static bool set_key(struct description *d, enum key key, const char *value, const char *folder)
{
	struct host_realm_config *c = &d->config;

	switch (key) {
	case KEY_HASH:
		return set_hash(d, value);
	case KEY_FLAGS:
		return set_flags(d, value);
	case KEY_IPA_BITS:
		return set_field(d, value, &c->ipa_bits);
	case KEY_SVE_VL:
		return set_field(d, value, &c->sve_vl);
	case KEY_NUM_BPS:
		return set_field(d, value, &c->num_bps);
	case KEY_NUM_WPS:
		return set_field(d, value, &c->num_wps);
	case KEY_PMU_NUM_CTRS:
		return set_field(d, value, &c->pmu_num_ctrs);
	case KEY_RAM_BASE:
		return set_number(d, value, &c->ram_base);
	case KEY_RAM_SIZE:
		return set_number(d, value, &c->ram_size);
	case KEY_ENTRY:
		return set_number(d, value, &c->entry);
	case KEY_IMAGE:
		return set_image(d, value, folder);
	case KEY_LOAD:
		return add_piece(d, value, folder, false);
	case KEY_LOAD_UNMEASURED:
		return add_piece(d, value, folder, true);
	case KEY_RAM:
		return add_ram(d, value);
	default:
		return set_number(d, value, &c->gprs[key - KEY_X0]);
	}
}

bool description_has(const char *key)
{
	uint64_t number;

	return name_parse(key, keys, NUM_KEYS, &number);
}

bool description_set(struct description *d, const char *key, const char *value, const char *folder)
{
	uint64_t number;

	if (!name_parse(key, keys, NUM_KEYS, &number))
		return fail(d, "there is no '%s'", key);
	if (!(REPEATED >> number & 1) && (d->given_here >> number & 1))
		return fail(d, "'%s' is there twice", key);
	d->given_here |= UINT32_C(1) << number;
	d->given |= UINT32_C(1) << number;
	return set_key(d, (enum key)number, value, folder);
}

/* --- Files ------------------------------------------------------------------------------------------- */

/* Ends `text` where its first word does, and what follows where the last word does. Returns what follows. */
static char *split(char *text)
{
	char *rest = text + strcspn(text, " \t");
	size_t length;

	if (*rest != '\0')
		*rest++ = '\0';
	rest += strspn(rest, " \t");
	for (length = strlen(rest); length > 0 && strchr(" \t\r", rest[length - 1]) != NULL; length--)
		;
	rest[length] = '\0';
	return rest;
}

static bool read_line(struct description *d, char *line, const char *folder)
{
	char *value;

	line += strspn(line, " \t\r");
	if (*line == '\0' || *line == '#')
		return true;
	value = split(line);
	if (*value == '\0')
		return fail(d, "'%s' has no value", line);
	return description_set(d, line, value, folder);
}

/* Where a path in the file begins. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + (slash == path));
}

bool description_read(struct description *d, const char *path)
{
	struct file file = file_read(path);
	char fault[DESCRIPTION_MAX_FAULT];
	char *folder, *next = file.bytes;
	unsigned int number = 0;
	bool ok = true;

	if (file.bytes == NULL)
		return cannot_read(d, path, file.fault);
	if (strlen(file.bytes) != file.size) {
		free(file.bytes);
		return fail(d, "'%s' is not text", path);
	}
	folder = folder_of(path);
	description_next_source(d);
	for (char *line = strsep(&next, "\n"); line != NULL && ok; line = strsep(&next, "\n")) {
		number++;
		ok = read_line(d, line, folder);
	}
	if (!ok) {
		memcpy(fault, d->fault, sizeof(fault));
		snprintf(d->fault, sizeof(d->fault), "%.200s:%u: %.250s", path, number, fault);
	}
	free(folder);
	free(file.bytes);
	return ok;
}

/* --- The whole --------------------------------------------------------------------------------------- */

/* The name of the file that is piece n of the plan. */
static const char *name_of(const struct description *d, unsigned int n)
{
	if (d->config.image_size == 0)
		return d->names[n];
	return n == 0 ? d->image_name : d->names[n - 1];
}

static bool blame(struct description *d, const struct host_fault *fault)
{
	char culprits[2][DESCRIPTION_MAX_FAULT / 3] = { "", "" };

	for (unsigned int i = 0; i < fault->count; i++) {
		struct host_piece piece = host_piece(&d->config, fault->piece[i]);

		snprintf(culprits[i], sizeof(culprits[i]), "%s '%s' at 0x%llx, %zu bytes",
			 i == 0 ? ":" : " and", name_of(d, fault->piece[i]), (unsigned long long)piece.ipa,
			 piece.size);
	}
	return fail(d, "%s%s%s", fault->what, culprits[0], culprits[1]);
}

const char *description_start(const struct description *d, struct host_piece *piece)
{
	for (unsigned int n = 0; n < host_piece_count(&d->config); n++) {
		*piece = host_piece(&d->config, n);
		if (d->config.entry >= piece->ipa && d->config.entry - piece->ipa < piece->size)
			return name_of(d, n);
	}
	return NULL;
}

bool description_finish(struct description *d)
{
	struct host_fault fault;

	if (!(d->given >> KEY_RAM_SIZE & 1))
		return fail(d, "there is no 'ram-size'");
	if (!(d->given >> KEY_ENTRY & 1))
		d->config.entry = d->config.ram_base;
	fault = host_plan_fault(&d->config);
	return fault.what == NULL || blame(d, &fault);
}
