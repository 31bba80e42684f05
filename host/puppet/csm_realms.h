/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For tests of CSM on the machine: two or three scripted realms, and RSI_CSM_* as C functions. Each returns
 * the status that the realm got in x0.
 */
#ifndef HOST_PUPPET_CSM_REALMS_H
#define HOST_PUPPET_CSM_REALMS_H

#include <caec/csm.h>

#include "script.h"

/* Above every realm's RAM. */
#define CSM_WINDOW ABI_U64(0x100000000)

struct test_realm *puppet_csm_realm(const char *name);

struct csm_rid puppet_csm_rid_of(struct test_realm *realm);
uint64_t puppet_csm_create(struct test_realm *realm, uint64_t base, uint64_t size, uint64_t *id);
uint64_t puppet_csm_share(struct test_realm *realm, uint64_t id, struct csm_rid peer, uint64_t permission,
			  uint64_t *n);
uint64_t puppet_csm_revoke(struct test_realm *realm, struct csm_rid peer, uint64_t n);
uint64_t puppet_csm_destroy(struct test_realm *realm, uint64_t id);
uint64_t puppet_csm_reserve(struct test_realm *realm, struct csm_rid peer, uint64_t n, uint64_t base,
			    uint64_t size);
uint64_t puppet_csm_attach(struct test_realm *realm, struct csm_rid peer, uint64_t n,
			   struct script_result *result);
uint64_t puppet_csm_detach(struct test_realm *realm, struct csm_rid peer, uint64_t n);

/* P shares a new region of `pages` at CSM_WINDOW with C, which attaches it at the same address. */
struct puppet_csm_setup {
	struct test_realm *p, *c;
	struct csm_rid p_rid, c_rid;
	uint64_t id, n, size;
};
void puppet_csm_setup(struct puppet_csm_setup *s, uint64_t pages, enum csm_permission permission);

/* The state of the first entry of the realm's APT that has this role, by QUERY. CSM_INDEX_NONE: none. */
uint64_t puppet_csm_state_of(struct test_realm *realm, enum csm_role role);

/* The first event of this kind that the realm's exits reported, or NULL. */
const struct host_csm_request *puppet_csm_event_of(const struct test_realm *realm, enum csm_event event);

#endif
