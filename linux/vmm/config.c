/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys and values (config.h).
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "linux/linux_layout.h"
#include "measure/numbers.h"

#define MIB (UINT64_C(1) << 20)

enum key {
	KEY_NAME,
	KEY_KERNEL,
	KEY_INITRD,
	KEY_APPEND,
	KEY_MEMORY,
	KEY_CPUS,
	KEY_DISK,
	KEY_NET,
	KEY_VSOCK,
	KEY_CONSOLE,
	KEY_CONSOLE_DEVICE,
	KEY_CSM,
	KEY_CSM_ALLOW,
	KEY_CSM_LIMIT,
	KEY_HASH,
	KEY_NUM_BPS,
	KEY_NUM_WPS,
	KEY_EXPECT_RIM,
	KEY_USER,
	KEY_STATE,
};

static const struct name keys[] = {
	{ "name", KEY_NAME },
	{ "kernel", KEY_KERNEL },
	{ "initrd", KEY_INITRD },
	{ "append", KEY_APPEND },
	{ "memory", KEY_MEMORY },
	{ "cpus", KEY_CPUS },
	{ "disk", KEY_DISK },
	{ "net", KEY_NET },
	{ "vsock", KEY_VSOCK },
	{ "console", KEY_CONSOLE },
	{ "console-device", KEY_CONSOLE_DEVICE },
	{ "csm", KEY_CSM },
	{ "csm-allow", KEY_CSM_ALLOW },
	{ "csm-limit", KEY_CSM_LIMIT },
	{ "hash", KEY_HASH },
	{ "num-bps", KEY_NUM_BPS },
	{ "num-wps", KEY_NUM_WPS },
	{ "expect-rim", KEY_EXPECT_RIM },
	{ "user", KEY_USER },
	{ "state", KEY_STATE },
};
#define NUM_KEYS (sizeof(keys) / sizeof(keys[0]))

static const struct name hashes[] = { { "sha-256", RMI_HASH_SHA_256 }, { "sha-512", RMI_HASH_SHA_512 } };
static const struct name consoles[] = { { "stdio", CONFIG_STDIO },
					{ "pty", CONFIG_PTY },
					{ "socket", CONFIG_SOCKET } };
static const struct name console_devices[] = { { "pl011", false }, { "virtio", true } };
static const struct name switches[] = { { "off", false }, { "on", true } };

/* --- Values ---------------------------------------------------------------------------------------------- */

static bool set_text(char **text, const char *value, struct fault *fault)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return fault_set(fault, VMM_FAILURE, "there is not enough memory");
	free(*text);
	*text = copy;
	return true;
}

static bool set_path(char **text, const char *key, const char *value, struct fault *fault)
{
	if (*value == '\0')
		return fault_set(fault, VMM_USAGE, "%s: a file is wanted", key);
	return set_text(text, value, fault);
}

bool config_is_name(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > CONFIG_MAX_NAME || !isalnum((unsigned char)name[0]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)name[i]) && strchr("._-", name[i]) == NULL)
			return false;
	return true;
}

static bool set_name(struct config *c, const char *value, struct fault *fault)
{
	if (!config_is_name(value))
		return fault_set(
			fault, VMM_USAGE,
			"name: '%s' is not 1 to %d letters, digits, '.', '_', '-', the first of them a "
			"letter or a digit",
			value, CONFIG_MAX_NAME);
	return set_text(&c->name, value, fault);
}

/* MiB, unless there is a letter behind it. */
static bool set_memory(struct config *c, const char *value, struct fault *fault)
{
	uint64_t bytes, mib;

	if (number_parse(value, false, &mib) && mib <= LINUX_RAM_MAX / MIB)
		bytes = mib * MIB;
	else if (!number_parse(value, true, &bytes))
		bytes = 0;
	if (bytes < LINUX_RAM_MIN || bytes > LINUX_RAM_MAX || bytes % (2 * MIB) != 0)
		return fault_set(fault, VMM_USAGE,
				 "memory: '%s' is not from %llu to %llu MiB, a multiple of 2 MiB", value,
				 (unsigned long long)(LINUX_RAM_MIN / MIB),
				 (unsigned long long)(LINUX_RAM_MAX / MIB));
	c->memory = bytes;
	return true;
}

static bool set_number(const char *key, const char *value, uint64_t least, uint64_t most, uint64_t *number,
		       struct fault *fault)
{
	if (number_parse(value, false, number) && *number >= least && *number <= most)
		return true;
	return fault_set(fault, VMM_USAGE, "%s: '%s' is not a number from %llu to %llu", key, value,
			 (unsigned long long)least, (unsigned long long)most);
}

static bool set_count(const char *key, const char *value, unsigned int most, unsigned int *count,
		      struct fault *fault)
{
	uint64_t number;

	if (!set_number(key, value, 1, most, &number, fault))
		return false;
	*count = (unsigned int)number;
	return true;
}

/* 0 to 2 are not a realm's, and the last is nobody's. */
static bool set_cid(struct config *c, const char *value, struct fault *fault)
{
	uint64_t number;

	if (!set_number("vsock", value, 3, UINT32_MAX - 1, &number, fault))
		return false;
	c->vsock = (uint32_t)number;
	return true;
}

static bool set_choice(const char *key, const char *value, const struct name *names, unsigned int count,
		       uint64_t *choice, struct fault *fault)
{
	char all[64] = "";

	if (name_parse(value, names, count, choice))
		return true;
	for (unsigned int i = 0; i < count; i++) {
		strcat(all, i == 0 ? "" : i == count - 1 ? " nor " : ", ");
		strcat(all, names[i].name);
	}
	return fault_set(fault, VMM_USAGE, "%s: '%s' is neither %s", key, value, all);
}

/* FILE[,ro] */
static bool add_disk(struct config *c, const char *value, struct fault *fault)
{
	size_t length = strlen(value);
	bool read_only = length > 3 && strcmp(value + length - 3, ",ro") == 0;
	struct config_disk *disk = &c->disks[c->disk_count];

	if (c->disk_count == CONFIG_MAX_DISKS)
		return fault_set(fault, VMM_USAGE, "disk: there are more than %d", CONFIG_MAX_DISKS);
	if (!set_path(&disk->path, "disk", value, fault))
		return false;
	if (read_only)
		disk->path[length - 3] = '\0';
	disk->read_only = read_only;
	c->disk_count++;
	return true;
}

/* Interfaces of Linux have names of at most 15 bytes. */
#define TAP_MAX 15

static bool set_net(struct config *c, const char *value, struct fault *fault)
{
	c->net_host = strcmp(value, "user,host") == 0;
	if (strcmp(value, "none") == 0 || strcmp(value, "user") == 0 || c->net_host) {
		c->net = value[0] == 'n' ? CONFIG_NET_NONE : CONFIG_NET_USER;
		return true;
	}
	if (strncmp(value, "tap=", 4) != 0 || value[4] == '\0' || strlen(value + 4) > TAP_MAX ||
	    strchr(value + 4, '/') != NULL)
		return fault_set(fault, VMM_USAGE,
				 "net: '%s' is neither none, user, user,host nor tap=INTERFACE", value);
	c->net = CONFIG_NET_TAP;
	return set_text(&c->tap, value + 4, fault);
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool set_rim(struct config *c, const char *value, struct fault *fault)
{
	size_t length = strlen(value);

	if (length != 64 && length != 128)
		return fault_set(fault, VMM_USAGE, "expect-rim: %zu characters, not 64 or 128", length);
	for (size_t i = 0; i < length; i += 2) {
		int high = digit(value[i]), low = digit(value[i + 1]);

		if (high < 0 || low < 0)
			return fault_set(fault, VMM_USAGE, "expect-rim: '%.2s' is not hexadecimal",
					 value + i);
		c->rim[i / 2] = (uint8_t)(high << 4 | low);
	}
	c->rim_size = length / 2;
	return true;
}

static bool set_append(struct config *c, const char *value, struct fault *fault)
{
	if (strlen(value) > CONFIG_MAX_APPEND)
		return fault_set(fault, VMM_USAGE, "append: %zu bytes, more than %d", strlen(value),
				 CONFIG_MAX_APPEND);
	return set_text(&c->append, value, fault);
}

/* NAME,... */
static bool add_peers(struct config *c, const char *value, struct fault *fault)
{
	char *names = strdup(value), *next = names;

	if (names == NULL)
		return fault_set(fault, VMM_FAILURE, "there is not enough memory");
	for (char *name = strsep(&next, ","); name != NULL; name = strsep(&next, ",")) {
		if (!config_is_name(name))
			fault_set(fault, VMM_USAGE, "csm-allow: '%s' is not a realm's name", name);
		else if (c->peer_count == CONFIG_MAX_PEERS)
			fault_set(fault, VMM_USAGE, "csm-allow: more than %d names", CONFIG_MAX_PEERS);
		else if (set_text(&c->peers[c->peer_count], name, fault))
			c->peer_count++;
	}
	free(names);
	return fault->status == VMM_OK;
}

static bool set_csm_limit(struct config *c, const char *value, struct fault *fault)
{
	if (number_parse(value, true, &c->csm_limit) && c->csm_limit != 0)
		return true;
	return fault_set(fault, VMM_USAGE, "csm-limit: '%s' is not a size", value);
}

/* --- Keys ------------------------------------------------------------------------------------------------ */

static bool set_chosen(struct config *c, enum key key, const char *value, struct fault *fault)
{
	uint64_t choice = 0;
	bool ok;

	if (key == KEY_CONSOLE) {
		ok = set_choice("console", value, consoles, 3, &choice, fault);
		c->console = (enum config_console)choice;
	} else if (key == KEY_CONSOLE_DEVICE) {
		ok = set_choice("console-device", value, console_devices, 2, &choice, fault);
		c->console_virtio = choice != 0;
	} else if (key == KEY_CSM) {
		ok = set_choice("csm", value, switches, 2, &choice, fault);
		c->csm = choice != 0;
	} else {
		ok = set_choice("hash", value, hashes, 2, &choice, fault);
		c->hash = (enum rmi_hash_algorithm)choice;
	}
	return ok;
}

static bool set_key(struct config *c, enum key key, const char *value, struct fault *fault)
{
	switch (key) {
	case KEY_NAME:
		return set_name(c, value, fault);
	case KEY_KERNEL:
		return set_path(&c->kernel, "kernel", value, fault);
	case KEY_INITRD:
		return set_path(&c->initrd, "initrd", value, fault);
	case KEY_APPEND:
		return set_append(c, value, fault);
	case KEY_MEMORY:
		return set_memory(c, value, fault);
	case KEY_CPUS:
		return set_count("cpus", value, CONFIG_MAX_CPUS, &c->cpus, fault);
	case KEY_DISK:
		return add_disk(c, value, fault);
	case KEY_NET:
		return set_net(c, value, fault);
	case KEY_VSOCK:
		return set_cid(c, value, fault);
	case KEY_CSM_ALLOW:
		return add_peers(c, value, fault);
	case KEY_CSM_LIMIT:
		return set_csm_limit(c, value, fault);
	case KEY_NUM_BPS:
		return set_count("num-bps", value, 63, &c->num_bps, fault);
	case KEY_NUM_WPS:
		return set_count("num-wps", value, 63, &c->num_wps, fault);
	case KEY_EXPECT_RIM:
		return set_rim(c, value, fault);
	case KEY_USER:
		return set_path(&c->user, "user", value, fault);
	case KEY_STATE:
		return set_path(&c->state, "state", value, fault);
	default:
		return set_chosen(c, key, value, fault);
	}
}

bool config_has(const char *key)
{
	uint64_t number;

	return name_parse(key, keys, NUM_KEYS, &number);
}

bool config_set(struct config *c, const char *key, const char *value, struct fault *fault)
{
	uint64_t number;

	if (!name_parse(key, keys, NUM_KEYS, &number))
		return fault_set(fault, VMM_USAGE, "there is no such option: --%s", key);
	if (number != KEY_DISK && (c->given_here >> number & 1) != 0)
		return fault_set(fault, VMM_USAGE, "%s is there twice", key);
	c->given_here |= UINT32_C(1) << number;
	return set_key(c, (enum key)number, value, fault);
}

void config_next_source(struct config *c)
{
	c->given_here = 0;
}

void config_init(struct config *c)
{
	*c = (struct config){ .memory = 512 * MIB, .cpus = 2, .csm = true };
}

void config_free(struct config *c)
{
	free(c->name);
	free(c->kernel);
	free(c->initrd);
	free(c->append);
	free(c->tap);
	free(c->user);
	free(c->state);
	for (unsigned int i = 0; i < c->disk_count; i++)
		free(c->disks[i].path);
	for (unsigned int i = 0; i < c->peer_count; i++)
		free(c->peers[i]);
}

bool config_finish(struct config *c, struct fault *fault)
{
	if (c->kernel == NULL)
		return fault_set(fault, VMM_USAGE, "there is no --kernel");
	if (c->name == NULL && !set_text(&c->name, "realm", fault))
		return false;
	if (c->state == NULL && !set_text(&c->state, CONFIG_STATE, fault))
		return false;
	if (!c->csm && (c->peer_count != 0 || c->csm_limit != 0))
		return fault_set(fault, VMM_USAGE, "csm-allow and csm-limit are nothing without csm");
	if (c->rim_size != 0 && c->rim_size != (c->hash == RMI_HASH_SHA_256 ? 32U : 64U))
		return fault_set(fault, VMM_USAGE, "expect-rim: %zu bytes are not of that --hash",
				 c->rim_size);
	return true;
}
