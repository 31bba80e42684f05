/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm is to be: from options of the command line, or from a JSON file with the same names and values.
 */
#ifndef LINUX_VMM_CONFIG_H
#define LINUX_VMM_CONFIG_H

#include <stdint.h>

#include <caec/rmi.h>

#include "fault.h"

#define CONFIG_MAX_DISKS 4
#define CONFIG_MAX_CPUS 8
#define CONFIG_MAX_NAME 31
#define CONFIG_MAX_PEERS 16
#define CONFIG_MAX_APPEND 1024
#define CONFIG_MAX_RIM 64
#define CONFIG_STATE "/run/caec"

enum config_net { CONFIG_NET_NONE, CONFIG_NET_USER, CONFIG_NET_TAP };
enum config_console { CONFIG_STDIO, CONFIG_PTY, CONFIG_SOCKET };

struct config_disk {
	char *path;
	bool read_only;
};

struct config {
	char *name, *kernel, *initrd, *append;
	uint64_t memory; /* bytes */
	unsigned int cpus;
	struct config_disk disks[CONFIG_MAX_DISKS];
	unsigned int disk_count;
	enum config_net net;
	char *tap;
	bool net_host;  /* user: the host's own loopback can be reached, as the gateway */
	uint32_t vsock; /* the realm's CID; 0: no sockets */
	enum config_console console;
	bool console_virtio; /* not the UART */
	bool csm;
	char *peers[CONFIG_MAX_PEERS]; /* whom the host lets it share with */
	unsigned int peer_count;       /* 0: anybody */
	uint64_t csm_limit;            /* bytes of regions, beside its memory; 0: the host's own limit */
	enum rmi_hash_algorithm hash;
	unsigned int num_bps, num_wps; /* 0: as many as are offered */
	uint8_t rim[CONFIG_MAX_RIM];   /* expected */
	size_t rim_size;               /* 0: any */
	char *user;                    /* whose rights it runs with, if it is started as root */
	char *state;                   /* folder of all realms */
	uint32_t given_here;           /* bit n: key n was given by this source */
};

void config_init(struct config *config);
void config_free(struct config *config);

bool config_has(const char *key);

/*
 * A key and its value. A later source changes what an earlier one said; one and the same does not say a thing twice (but for disks,
 * which add up).
 */
bool config_set(struct config *config, const char *key, const char *value, struct fault *fault);

/* Another source begins. */
void config_next_source(struct config *config);

/* A source of its own: a JSON object whose members are keys. */
bool config_read(struct config *config, const char *path, struct fault *fault);

/* What has to be there is, and fits together. */
bool config_finish(struct config *config, struct fault *fault);

/* May a realm be called that? It names a folder, too. */
bool config_is_name(const char *name);

#endif
