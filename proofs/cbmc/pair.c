/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Locking the two realms of a share (csm/pair.c), whatever the registry says and other processors do: each granule is, and
 * becomes, anything while nobody here has its lock. What a lock does is `granule-lock`'s claim.
 */
#include "prove.h"

#include "csm/pair.c"

#define GRANULES 3

static struct granule storage[GRANULES];    /* in the order of their addresses */
static struct realm realm0, realm1, realm2; /* not one array: CBMC is slow with an index of structures */
static bool is_locked[GRANULES], is_rd[GRANULES];
static struct granule *answer;

static unsigned int number(const struct granule *g)
{
	CLAIM(g == &storage[0] || g == &storage[1] || g == &storage[2]);
	return g == &storage[0] ? 0 : g == &storage[1] ? 1 : 2;
}

static struct realm *realm_at(unsigned int i)
{
	return i == 0 ? &realm0 : i == 1 ? &realm1 : &realm2;
}

struct pa granule_pa(const struct granule *g)
{
	return pa(number(g) * GRANULE_SIZE);
}

/* A realm is looked at where its lock is had; or where it is the caller's own, which is alive. */
static const struct granule *caller;

void *port_mem(struct pa where)
{
	unsigned int i = (unsigned int)(where.v / GRANULE_SIZE);

	CLAIM(is_locked[i] || &storage[i] == caller);
	return realm_at(i);
}

/* The wait: before it ends, another may have made the granule anything. No lock that is had is behind it, so nobody waits in a circle. */
bool granule_lock(struct granule *g, enum granule_state state)
{
	unsigned int n = number(g);

	CLAIM(state == GRANULE_RD);
	for (unsigned int i = 0; i < GRANULES; i++)
		CLAIM(!is_locked[i] || i < n);
	if (g != caller) {
		is_rd[n] = any_bool();
		realm_at(n)->rid = any_rid();
	}
	is_locked[n] = is_rd[n];
	return is_rd[n];
}

void granule_unlock(struct granule *g)
{
	CLAIM(is_locked[number(g)]);
	is_locked[number(g)] = false;
}

struct granule *registry_find(struct csm_rid rid)
{
	(void)rid;
	return answer;
}

/* No share is looked for here. */
struct apt_entry *apt_find(struct apt *apt, struct apt_key key)
{
	(void)key;
	return (struct apt_entry *)apt;
}

static struct granule *any_granule(void)
{
	int i = any_from_to(0, GRANULES - 1);

	return i == 0 ? &storage[0] : i == 1 ? &storage[1] : &storage[2];
}

static bool is_realm(const struct granule *g, struct csm_rid rid)
{
	return is_rd[number(g)] && rid_equal(realm_at(number(g))->rid, rid);
}

/* What is had is locked, an RD, and of the realm that was meant. */
static void is_had(struct granule *g, struct csm_rid rid)
{
	CLAIM(is_locked[number(g)] && is_realm(g, rid));
}

static unsigned int num_locked(void)
{
	return is_locked[0] + is_locked[1] + is_locked[2];
}

/* Both, or one because there is no such peer, or none because there is no such realm. */
void prove_lock(void)
{
	struct granule *self = any_granule(), *peer = NULL;
	struct csm_rid self_rid = any_rid(), rid = any_rid();

	answer = any_bool() ? any_granule() : NULL;
	for (unsigned int i = 0; i < GRANULES; i++) {
		is_rd[i] = any_bool();
		realm_at(i)->rid = any_rid();
	}
	if (!csm_lock_pair(self, self_rid, rid, &peer)) {
		CLAIM(num_locked() == 0 && !is_realm(self, self_rid));
		return;
	}
	is_had(self, self_rid);
	CLAIM(peer == NULL || (peer == answer && peer != self));
	if (peer != NULL)
		is_had(peer, rid);
	else
		CLAIM(answer == NULL || answer == self || !is_realm(answer, rid));
	CLAIM(num_locked() == (peer == NULL ? 1 : 2));
	csm_unlock_pair(self, peer);
	CLAIM(num_locked() == 0);
}

/* A realm that calls is alive: its own lock is always had, and no REQUIRE fails. */
void prove_lock_call(void)
{
	struct granule *self = any_granule(), *peer;
	struct csm_call call = { .rd = self };
	struct csm_rid rid = any_rid();

	caller = self;
	is_rd[number(self)] = true;
	realm_at(number(self))->rid = any_rid();
	answer = any_bool() ? any_granule() : NULL;
	peer = csm_lock_call(&call, rid);
	is_had(self, realm_at(number(self))->rid);
	if (peer != NULL)
		is_had(peer, rid);
	CLAIM(num_locked() == (peer == NULL ? 1 : 2));
}
