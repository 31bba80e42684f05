/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tools to read a policy's JSON: places for messages, members by table, lists of values.
 */
#ifndef VERIFIER_POLICY_JSON_H
#define VERIFIER_POLICY_JSON_H

#include <jansson.h>

#include "policy.h"

/* Where a value is: a chain up to the root, on the stack. Either a member's name or an index in a list. */
struct place {
	const struct place *up; /* NULL: the root */
	const char *name;       /* NULL: index */
	size_t index;
};

struct loader {
	struct caec_policy *policy;
	char *error; /* where the message goes */
	size_t error_size;
	bool *undecided; /* set if it was not the policy that failed */
	struct curve_groups *groups;
};

/* Writes the place and the message. Returns false. */
bool bad(const struct loader *l, const struct place *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same where the policy is not at fault. */
bool unable(const struct loader *l, const struct place *at, const char *why);

/* Memory of the policy; says so if there is none. */
void *take_memory(const struct loader *l, const struct place *at, size_t count, size_t size);

/* How a member is read. */
struct member {
	const char *name;
	bool mandatory;
	bool (*load)(const struct loader *l, const struct place *at, const json_t *value, void *to,
		     size_t size);
	size_t offset; /* of what is filled in, from the object's structure; handed over as `to` */
	size_t size;   /* handed over: for load_hex the size in bytes, or one of those below */
};

#define SIZE_ANY 0U
#define SIZE_HASH 1U /* 32, 48 or 64 */

/* Reads an object by its table. A member that is not in the table is refused, and a mandatory one that is missing. */
bool load_members(const struct loader *l, const struct place *at, const json_t *value,
		  const struct member *table, size_t count, void *to);

/* Reads a list into an array of `size` bytes each, made from the policy's memory. An empty one is allowed. */
bool load_list(const struct loader *l, const struct place *at, const json_t *value, size_t size, void **array,
	       size_t *count,
	       bool (*load)(const struct loader *l, const struct place *at, const json_t *value, void *to,
			    size_t extra),
	       size_t extra);

/* to: struct values. A string, or a list of at least one; the string "any" for any value. */
bool load_text(const struct loader *l, const struct place *at, const json_t *value, void *to, size_t size);
bool load_hex(const struct loader *l, const struct place *at, const json_t *value, void *to, size_t size);

/* One of several words: its index, or -1 with a message. */
int load_word(const struct loader *l, const struct place *at, const json_t *value, const char *const *words,
	      size_t count);

/* to: a bool, true for the second word. */
bool load_choice(const struct loader *l, const struct place *at, const json_t *value, void *to,
		 const char *const words[2]);

/* A word, a list of words, or "any"; bit first + n of `to` stands for words[n]. */
bool load_set(const struct loader *l, const struct place *at, const json_t *value, unsigned int *to,
	      const char *const *words, size_t count, unsigned int first);

/* to: uint64_t. */
bool load_number(const struct loader *l, const struct place *at, const json_t *value, void *to, size_t size);

struct span json_span(const json_t *string);

/* What was found, for a message: a string in quotes, else its type. Returns `to`; size >= 32. */
const char *json_show(char *to, size_t size, const json_t *value);

/* The string "any". */
bool is_any(const json_t *value);

/* to: struct component_rules, struct share_rules (policy_patterns.c). */
bool load_component_rules(const struct loader *l, const struct place *at, const json_t *value, void *to,
			  size_t size);
bool load_share_rules(const struct loader *l, const struct place *at, const json_t *value, void *to,
		      size_t size);

/* The platform keys (policy_keys.c): value is the list, `to` a struct platform_policy. */
bool load_keys(const struct loader *l, const struct place *at, const json_t *value, void *to, size_t size);

#endif
