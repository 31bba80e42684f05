/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For realm_create.c and realm_destroy.c: a realm is in its host's list, with a VMID of its own, as long as it may have
 * anything of the RMM's. Finding one is in realm.h.
 */
#ifndef HOST_LIB_REALM_LIST_H
#define HOST_LIB_REALM_LIST_H

#include "realm.h"

/* HOST_ERROR_MEMORY: all VMIDs are in use. */
uint64_t host_enlist(struct host *host, struct host_realm *realm);
void host_delist(struct host_realm *realm);

#endif
