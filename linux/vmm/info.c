/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm's process tells of it (info.h).
 */
#define _GNU_SOURCE
#include "info.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "state.h"

int info_open(int folder, struct fault *fault)
{
	int listener = state_listen(folder, "info", 4);

	if (listener < 0)
		fault_set(fault, VMM_FAILURE, "no socket in the realm's folder: %s", strerror(errno));
	return listener;
}

/* --- The object ------------------------------------------------------------------------------------------ */

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *hex(uint64_t value)
{
	return json_sprintf("0x%llx", (unsigned long long)value);
}

static const char *name_of(const char *const *names, unsigned int count, unsigned int n)
{
	return n < count ? names[n] : "unknown";
}

static json_t *exits(const struct caec_host_stats *stats)
{
	static const char *const names[] = {
		"all", "irq",  "fault", "shared",    "gic", "eventfd", "mmio",
		"wfi", "psci", "ripas", "host-call", "csm", "sleeps",  "returns"
	};
	json_t *all = json_object();

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		json_object_set_new(all, names[i], number(stats->counts[i]));
	return all;
}

/* As CSM_ENTRY_READ has them. */
static json_t *shares(const struct machine *machine)
{
	static const char *const roles[] = { "region", "share", "consumer" };
	static const char *const states[] = { "creating", "created", "offered", "reserved",
					      "attached", "revoked", "broken",  "destroying" };
	struct caec_host_csm_entry entry = { .version = CAEC_HOST_VERSION };
	json_t *all = json_array();

	while (ioctl(machine->realm.fd, CAEC_HOST_CSM_ENTRY, &entry) == 0)
		json_array_append_new(all,
				      json_pack("{s:s, s:s, s:o, s:o}", "role", name_of(roles, 3, entry.role),
						"state", name_of(states, 8, entry.state), "base",
						hex(entry.base), "size", number(entry.size)));
	return all;
}

static json_t *disks(const struct machine *machine)
{
	json_t *all = json_array();

	for (unsigned int i = 0; i < machine->config->disk_count; i++)
		json_array_append_new(
			all,
			json_pack("{s:s, s:b, s:o}", "file", machine->config->disks[i].path, "read-only",
				  machine->config->disks[i].read_only, "bytes",
				  number(machine->disks[i].block.config.capacity * VIRTIO_BLOCK_SECTOR)));
	return all;
}

static json_t *describe(const struct machine *machine)
{
	static const char *const states[] = { "new", "active", "off", "reset", "broken" };
	static const char *const nets[] = { "none", "user", "tap" };
	static const char *const consoles[] = { "stdio", "pty", "socket" };
	const struct config *config = machine->config;
	struct caec_host_stats stats = { .version = CAEC_HOST_VERSION };

	(void)ioctl(machine->realm.fd, CAEC_HOST_STATS, &stats);
	return json_pack(
		"{s:s, s:i, s:s, s:i, s:o, s:s, s:s, s:s, s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"name", config->name, "pid", (int)getpid(), "state", name_of(states, 5, stats.state), "cpus",
		(int)config->cpus, "memory", number(config->memory), "kernel", config->kernel, "console",
		consoles[config->console], "console-device", config->console_virtio ? "virtio" : "pl011",
		"net", nets[config->net], "vsock", number(config->vsock), "csm", config->csm, "pages",
		number(stats.granules), "pages-peak", number(stats.granules_peak), "pages-max",
		number(stats.granules_max), "shared-pages", number(stats.shared_pages), "exits",
		exits(&stats), "shares", shares(machine), "disks", disks(machine));
}

void info_serve(int listener, struct machine *machine)
{
	const struct timeval patience = { .tv_sec = 1 };
	int user = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	json_t *object;
	char *text;

	if (user < 0)
		return;
	setsockopt(user, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	object = describe(machine);
	text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	if (text != NULL)
		(void)!send(user, text, strlen(text), MSG_NOSIGNAL);
	free(text);
	json_decref(object);
	close(user);
}
