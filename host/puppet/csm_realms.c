/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_CSM_* in scripted realms (csm_realms.h).
 */
#include "csm_realms.h"

struct test_realm *puppet_csm_realm(const char *name)
{
	return realm_start(REALM_PROGRAM_SCRIPT, &(struct realm_options){ .name = name, .apt_granules = 1 });
}

/* INCOMPLETE means "again": an interrupt came. */
#define RETRY(result, call)        \
	do {                       \
		(result) = (call); \
	} while ((result).x[0] == RSI_INCOMPLETE)

struct csm_rid puppet_csm_rid_of(struct test_realm *realm)
{
	struct script_result r = realm_smc(realm, RSI_CSM_REALM_ID);

	CHECK_EQ(r.x[0], RSI_SUCCESS);
	return (struct csm_rid){ r.x[1], r.x[2] };
}

uint64_t puppet_csm_create(struct test_realm *realm, uint64_t base, uint64_t size, uint64_t *id)
{
	struct script_result r;

	RETRY(r, realm_smc(realm, RSI_CSM_CREATE, base, size, 0));
	*id = r.x[1];
	return r.x[0];
}

uint64_t puppet_csm_share(struct test_realm *realm, uint64_t id, struct csm_rid peer, uint64_t permission,
			  uint64_t *n)
{
	struct script_result r = realm_smc(realm, RSI_CSM_SHARE, id, peer.lo, peer.hi, permission, 0);

	*n = r.x[1];
	return r.x[0];
}

uint64_t puppet_csm_revoke(struct test_realm *realm, struct csm_rid peer, uint64_t n)
{
	struct script_result r;

	RETRY(r, realm_smc(realm, RSI_CSM_REVOKE, peer.lo, peer.hi, n));
	return r.x[0];
}

uint64_t puppet_csm_destroy(struct test_realm *realm, uint64_t id)
{
	struct script_result r;

	RETRY(r, realm_smc(realm, RSI_CSM_DESTROY, id));
	return r.x[0];
}

uint64_t puppet_csm_reserve(struct test_realm *realm, struct csm_rid peer, uint64_t n, uint64_t base,
			    uint64_t size)
{
	struct script_result r;

	RETRY(r, realm_smc(realm, RSI_CSM_RESERVE, peer.lo, peer.hi, n, base, size));
	return r.x[0];
}

uint64_t puppet_csm_attach(struct test_realm *realm, struct csm_rid peer, uint64_t n,
			   struct script_result *result)
{
	RETRY(*result, realm_smc(realm, RSI_CSM_ATTACH, peer.lo, peer.hi, n));
	return result->x[0];
}

uint64_t puppet_csm_detach(struct test_realm *realm, struct csm_rid peer, uint64_t n)
{
	struct script_result r;

	RETRY(r, realm_smc(realm, RSI_CSM_DETACH, peer.lo, peer.hi, n));
	return r.x[0];
}

void puppet_csm_setup(struct puppet_csm_setup *s, uint64_t pages, enum csm_permission permission)
{
	struct script_result r;

	s->p = puppet_csm_realm("P");
	s->c = puppet_csm_realm("C");
	s->p_rid = puppet_csm_rid_of(s->p);
	s->c_rid = puppet_csm_rid_of(s->c);
	s->size = pages * GRANULE_SIZE;
	CHECK_EQ(puppet_csm_create(s->p, CSM_WINDOW, s->size, &s->id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(s->p, s->id, s->c_rid, permission, &s->n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_reserve(s->c, s->p_rid, s->n, CSM_WINDOW, s->size), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(s->c, s->p_rid, s->n, &r), RSI_SUCCESS);
	CHECK_EQ(r.x[1], permission);
	CHECK_EQ(r.x[2], pages);
	CHECK_EQ(r.x[3], 0);
}

uint64_t puppet_csm_state_of(struct test_realm *realm, enum csm_role role)
{
	uint64_t index = 0;

	while (index != CSM_INDEX_NONE) {
		uint64_t x[18] = { RSI_CSM_QUERY, index };

		realm_smc_wide(realm, x);
		CHECK_EQ(x[0], RSI_SUCCESS);
		if (x[1] == role)
			return x[2];
		index = x[10];
	}
	return CSM_INDEX_NONE;
}

const struct host_csm_request *puppet_csm_event_of(const struct test_realm *realm, enum csm_event event)
{
	for (unsigned int i = 0; i < realm->event_count && i < TEST_EVENTS_MAX; i++) {
		if (realm->events[i].event == event)
			return &realm->events[i];
	}
	return NULL;
}
