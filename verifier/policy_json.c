/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tools to read a policy's JSON (policy_json.h).
 */
#include "policy_json.h"

#include <stdarg.h>
#include <stdlib.h>

void *policy_memory(struct caec_policy *policy, size_t count, size_t size)
{
	struct block *block;
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - sizeof(*block) - 1)
		return NULL;
	block = calloc(1, sizeof(*block) + bytes + 1);
	if (!block)
		return NULL;
	block->next = policy->blocks;
	policy->blocks = block;
	return block->data;
}

void caec_policy_free(struct caec_policy *policy)
{
	while (policy && policy->blocks) {
		struct block *block = policy->blocks;

		policy->blocks = block->next;
		free(block);
	}
	free(policy);
}

bool values_allow(const struct values *values, struct span value)
{
	for (size_t i = 0; i < values->count; i++) {
		if (span_equal(values->item[i], value))
			return true;
	}
	return values->count == 0;
}

/* "platform.keys[1].x"; names that the policy's author chose are made printable. */
/* NOLINTNEXTLINE(misc-no-recursion): a place is as deep as what the functions load_* know */
static size_t put_place(char *to, size_t size, const struct place *at)
{
	size_t length = at->up ? put_place(to, size, at->up) : 0;
	char name[64];
	int n = 0;

	if (length >= size)
		return length;
	if (at->name)
		n = snprintf(to + length, size - length, "%s%s", length ? "." : "",
			     printable(name, sizeof(name), span_of_text(at->name)));
	else if (at->up)
		n = snprintf(to + length, size - length, "[%zu]", at->index);
	return length + (size_t)n;
}

bool bad(const struct loader *l, const struct place *at, const char *format, ...)
{
	char place[REASON_SIZE] = "", message[REASON_SIZE];
	va_list args;

	put_place(place, sizeof(place), at);
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	snprintf(l->error, l->error_size, "%s: %s", place[0] ? place : "policy", message);
	return false;
}

bool unable(const struct loader *l, const struct place *at, const char *why)
{
	*l->undecided = true;
	return bad(l, at, "%s", why);
}

void *take_memory(const struct loader *l, const struct place *at, size_t count, size_t size)
{
	void *memory = policy_memory(l->policy, count, size);

	if (!memory)
		unable(l, at, "no memory");
	return memory;
}

struct span json_span(const json_t *string)
{
	return (struct span){ (const uint8_t *)json_string_value(string), json_string_length(string) };
}

const char *json_show(char *to, size_t size, const json_t *value)
{
	static const char *const type[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",  [JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number", [JSON_REAL] = "a number", [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",      [JSON_NULL] = "null",
	};
	char text[64];

	if (json_is_string(value))
		snprintf(to, size, "\"%s\"", printable(text, sizeof(text), json_span(value)));
	else
		snprintf(to, size, "%s", value ? type[json_typeof(value)] : "nothing");
	return to;
}

bool is_any(const json_t *value)
{
	return json_is_string(value) && span_equal(json_span(value), span_of_text("any"));
}

static const struct member *find_member(const struct member *table, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	}
	return NULL;
}

bool load_members(const struct loader *l, const struct place *at, const json_t *value,
		  const struct member *table, size_t count, void *to)
{
	const char *name;
	json_t *child;

	if (!json_is_object(value))
		return bad(l, at, "an object is expected");
	json_object_foreach((json_t *)(uintptr_t)value, name, child)
	{
		const struct member *member = find_member(table, count, name);
		struct place here = { at, name, 0 };

		if (!member)
			return bad(l, &here, "not a member known here");
		if (!member->load(l, &here, child, (uint8_t *)to + member->offset, member->size))
			return false;
	}
	for (size_t i = 0; i < count; i++) {
		struct place here = { at, table[i].name, 0 };

		if (table[i].mandatory && !json_object_get(value, table[i].name))
			return bad(l, &here, "missing");
	}
	return true;
}

bool load_list(const struct loader *l, const struct place *at, const json_t *value, size_t size, void **array,
	       size_t *count,
	       bool (*load)(const struct loader *l, const struct place *at, const json_t *value, void *to,
			    size_t extra),
	       size_t extra)
{
	size_t n = json_array_size(value);

	if (!json_is_array(value))
		return bad(l, at, "a list is expected");
	*array = take_memory(l, at, n, size);
	if (!*array)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct place here = { at, NULL, i };

		if (!load(l, &here, json_array_get(value, i), (uint8_t *)*array + i * size, extra))
			return false;
	}
	*count = n;
	return true;
}

static bool load_one_text(const struct loader *l, const struct place *at, const json_t *value, void *to,
			  size_t size)
{
	struct span *item = to, text;
	uint8_t *copy;

	(void)size;
	if (!json_is_string(value))
		return bad(l, at, "a string is expected");
	text = json_span(value);
	copy = take_memory(l, at, text.size, 1);
	if (!copy)
		return false;
	memcpy(copy, text.data, text.size);
	*item = (struct span){ copy, text.size };
	return true;
}

static bool load_one_hex(const struct loader *l, const struct place *at, const json_t *value, void *to,
			 size_t size)
{
	struct span *item = to, digits;
	char found[80];
	uint8_t *bytes;

	if (!json_is_string(value))
		return bad(l, at, "a string of hex digits is expected");
	digits = json_span(value);
	bytes = take_memory(l, at, digits.size / 2, 1);
	if (!bytes)
		return false;
	item->data = bytes;
	if (!unhex(digits, bytes, digits.size / 2, &item->size))
		return bad(l, at, "not an even number of hex digits: %s",
			   json_show(found, sizeof(found), value));
	if (size == SIZE_HASH && item->size != 32 && item->size != 48 && item->size != 64)
		return bad(l, at, "%zu bytes where 32, 48 or 64 are expected", item->size);
	if (size > SIZE_HASH && item->size != size)
		return bad(l, at, "%zu bytes where %zu are expected", item->size, size);
	return true;
}

/* A string, or a list of at least one; "any" leaves the values empty. */
static bool load_values(const struct loader *l, const struct place *at, const json_t *value,
			struct values *values,
			bool (*load)(const struct loader *l, const struct place *at, const json_t *value,
				     void *to, size_t size),
			size_t size)
{
	void *array;

	if (json_is_string(value)) {
		if (is_any(value))
			return true;
		values->item = take_memory(l, at, 1, sizeof(struct span));
		values->count = 1;
		return values->item && load(l, at, value, values->item, size);
	}
	if (!json_is_array(value))
		return bad(l, at, "a string or a list of strings is expected");
	if (json_array_size(value) == 0)
		return bad(l, at, "an empty list accepts nothing");
	if (!load_list(l, at, value, sizeof(struct span), &array, &values->count, load, size))
		return false;
	values->item = array;
	return true;
}

bool load_text(const struct loader *l, const struct place *at, const json_t *value, void *to, size_t size)
{
	return load_values(l, at, value, to, load_one_text, size);
}

bool load_hex(const struct loader *l, const struct place *at, const json_t *value, void *to, size_t size)
{
	return load_values(l, at, value, to, load_one_hex, size);
}

int load_word(const struct loader *l, const struct place *at, const json_t *value, const char *const *words,
	      size_t count)
{
	char all[REASON_SIZE - 100] = "", found[80];
	size_t length = 0;

	for (size_t i = 0; i < count; i++) {
		if (json_is_string(value) && span_equal(json_span(value), span_of_text(words[i])))
			return (int)i;
	}
	for (size_t i = 0; i < count && length < sizeof(all); i++)
		length += (size_t)snprintf(all + length, sizeof(all) - length, "%s\"%s\"", i ? ", " : "",
					   words[i]);
	bad(l, at, "one of %s is expected, not %s", all, json_show(found, sizeof(found), value));
	return -1;
}

bool load_choice(const struct loader *l, const struct place *at, const json_t *value, void *to,
		 const char *const words[2])
{
	int index = load_word(l, at, value, words, 2);

	*(bool *)to = index == 1;
	return index >= 0;
}

bool load_set(const struct loader *l, const struct place *at, const json_t *value, unsigned int *to,
	      const char *const *words, size_t count, unsigned int first)
{
	int index;

	if (is_any(value)) {
		*to = ((1U << count) - 1) << first;
		return true;
	}
	*to = 0;
	if (!json_is_array(value)) {
		index = load_word(l, at, value, words, count);
		*to = index < 0 ? 0 : 1U << (first + (unsigned int)index);
		return index >= 0;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		struct place here = { at, NULL, i };

		index = load_word(l, &here, json_array_get(value, i), words, count);
		if (index < 0)
			return false;
		*to |= 1U << (first + (unsigned int)index);
	}
	return *to != 0 || bad(l, at, "an empty list accepts nothing");
}

bool load_number(const struct loader *l, const struct place *at, const json_t *value, void *to, size_t size)
{
	(void)size;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return bad(l, at, "an integer, not negative, is expected");
	*(uint64_t *)to = (uint64_t)json_integer_value(value);
	return true;
}
