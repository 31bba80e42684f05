/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm described in a JSON file: an object whose members are options. Values are texts, numbers, true and false (on, off);
 * several disks are an array.
 */
#include "config.h"

#include <jansson.h>
#include <stdio.h>

static bool set_value(struct config *config, const char *key, const json_t *value, struct fault *fault)
{
	char number[32];

	if (json_is_string(value))
		return config_set(config, key, json_string_value(value), fault);
	if (json_is_boolean(value))
		return config_set(config, key, json_is_true(value) ? "on" : "off", fault);
	if (!json_is_integer(value))
		return fault_set(fault, VMM_MALFORMED, "%s: neither a text, a whole number nor a truth", key);
	snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
	return config_set(config, key, number, fault);
}

static bool set_member(struct config *config, const char *key, const json_t *value, struct fault *fault)
{
	if (!json_is_array(value))
		return set_value(config, key, value, fault);
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!set_value(config, key, json_array_get(value, i), fault))
			return false;
	return true;
}

static bool set_members(struct config *config, json_t *object, struct fault *fault)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (!config_has(key))
			return fault_set(fault, VMM_MALFORMED, "there is no '%s'", key);
		if (!set_member(config, key, value, fault))
			return false;
	}
	return true;
}

/* Whatever is wrong in a file is the file's fault, not the command line's. */
static bool blame(const char *path, struct fault *fault)
{
	struct fault inner = *fault;

	return fault_set(fault, inner.status == VMM_FAILURE ? VMM_FAILURE : VMM_MALFORMED, "%.200s: %.250s",
			 path, inner.text);
}

bool config_read(struct config *config, const char *path, struct fault *fault)
{
	json_error_t error;
	json_t *object = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	bool ok;

	if (object == NULL && error.line <= 0)
		return fault_set(fault, VMM_FAILURE, "cannot read '%.200s': %.200s", path, error.text);
	if (object == NULL)
		return fault_set(fault, VMM_MALFORMED, "%.200s:%d: %.200s", path, error.line, error.text);
	if (!json_is_object(object))
		ok = fault_set(fault, VMM_MALFORMED, "not an object");
	else
		ok = set_members(config, object, fault);
	json_decref(object);
	return ok || blame(path, fault);
}
