/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_CSM_PEER_MEASUREMENT (csm/peer.c), from any state of the caller and of the realm that it asks about: it is told the one
 * measurement of a realm that consented, and else nothing, not even whether there is such a realm.
 */
#include "prove.h"

#include "csm/peer.c"

/* Word by word: CBMC's own goes by bytes, which is a large formula. */
void *memcpy(void *to, const void *from, size_t size)
{
	CLAIM(size == RSI_MEASUREMENT_SIZE);
	for (unsigned int i = 0; i < RSI_MEASUREMENT_SIZE / 8; i++)
		((uint64_t *)to)[i] = ((const uint64_t *)from)[i];
	return to;
}

/* What a table says of the other realm. */
struct apt {
	bool shares, reserves;
};

static struct granule self_rd, peer_rd, self_root, peer_root;
static struct realm self, peers[2]; /* another peer in the second run */
static struct apt self_apt, peer_apts[2];
static bool peer_lives[2], is_locked, is_pair_locked;
static unsigned int run;

static const struct realm *peer(void)
{
	return run == 0 ? &peers[0] : &peers[1];
}

static struct apt *peer_apt(void)
{
	return run == 0 ? &peer_apts[0] : &peer_apts[1];
}

struct pa granule_pa(const struct granule *g)
{
	return pa((uint64_t)(g == &self_rd ? 1 : g == &peer_rd ? 2 : g == &self_root ? 3 : 4) * GRANULE_SIZE);
}

void *port_mem(struct pa where)
{
	CLAIM(is_locked);
	switch (where.v / GRANULE_SIZE) {
	case 1:
		return &self;
	case 3:
		return &self_apt;
	case 2:
		CLAIM(is_pair_locked);
		return run == 0 ? (void *)&peers[0] : (void *)&peers[1];
	default:
		CLAIM(is_pair_locked);
		return peer_apt();
	}
}

/* `pair-lock-call`: of a realm that is not there, or the caller itself, nothing is locked. */
struct granule *csm_lock_call(const struct csm_call *call, struct csm_rid rid)
{
	CLAIM(call->rd == &self_rd && !is_locked);
	is_locked = true;
	is_pair_locked = peer_lives[run] && rid_equal(rid, peer()->rid);
	return is_pair_locked ? &peer_rd : NULL;
}

void csm_unlock_pair(struct granule *own, struct granule *other)
{
	CLAIM(own == &self_rd && is_locked && other == (is_pair_locked ? &peer_rd : NULL));
	is_locked = is_pair_locked = false;
}

static struct apt_entry found;

/* `apt-find-key`, `apt-order`: an entry of that kind and realm, if there is one; else none, or one that is not. */
struct apt_entry *apt_find_from(struct apt *apt, struct apt_key key)
{
	const struct csm_rid other = apt == &self_apt ? peer()->rid : self.rid;

	CLAIM(key.a == other.lo && key.b == other.hi && key.n == 0);
	CLAIM(key.kind == APT_SHARE || key.kind == APT_CONSUMER);
	found = (struct apt_entry){ .kind = any_u8(), .peer = any_rid(), .n = any_u64() };
	if (key.kind == APT_SHARE ? apt->shares : apt->reserves) {
		found.kind = (uint8_t)key.kind;
		found.peer = other;
		return &found;
	}
	ASSUME(found.kind != key.kind || !rid_equal(found.peer, other));
	return any_bool() ? &found : NULL;
}

/* docs/csm.md, "Attestation": who consented to be known. A realm without a table has not. */
static bool consents(void)
{
	return peer()->apt != NULL && (peer_apt()->shares || (self_apt.shares && peer_apt()->reserves));
}

static struct csm_args args;
static struct csm_answer answers[2];

static void any_peer(struct realm *realm, struct apt *apt)
{
	struct realm any; /* not set: any */

	*realm = any;
	realm->rid = args.peer;
	ASSUME(realm->apt == NULL || realm->apt == &peer_root);
	*apt = (struct apt){ any_bool(), any_bool() };
}

static void any_two_realms(void)
{
	args.peer = any_rid();
	args.index = any_u64();
	self.rid = any_rid();
	ASSUME(!rid_equal(self.rid, args.peer));
	self.apt = any_bool() ? &self_root : NULL;
	self_apt = (struct apt){ any_bool(), any_bool() };
	any_peer(&peers[0], &peer_apts[0]);
	peer_lives[0] = any_bool();
}

/* A copy from an open place is a large formula: of the indexes there are, one is asked for. */
static void ask(struct csm_answer *a)
{
	struct csm_args known = args;
	const struct csm_call of_known = { .rd = &self_rd, .args = &known };
	const struct csm_call of_none = { .rd = &self_rd, .args = &args };

	known.index = INDEX;
	ASSUME(args.index == INDEX || args.index > 5);
	if (args.index == INDEX)
		csm_peer_measurement(&of_known, a);
	else
		csm_peer_measurement(&of_none, a);
	CLAIM(!is_locked && !is_pair_locked && a->outcome == CSM_DONE);
}

/* Register x1 + i of an answer about this realm. */
static uint64_t told(const struct realm *realm, unsigned int i)
{
	const uint64_t *words = (const void *)(INDEX == 5 ? realm->rpv : realm->measurement[INDEX % 5]);

	return i == 8 ? realm->hash_algo : words[i];
}

/* docs/csm.md, failure conditions of PEER_MEASUREMENT, in their order. */
static uint64_t specified(void)
{
	if (self.apt == NULL)
		return SMCCC_NOT_SUPPORTED;
	if (args.index > 5)
		return RSI_ERROR_INPUT;
	return peer_lives[0] && consents() ? RSI_SUCCESS : RSI_CSM_ERROR_DENIED;
}

void prove_measurement(void)
{
	const struct csm_answer *a = &answers[0];

	any_two_realms();
	ask(&answers[0]);
	CLAIM(a->status == specified());
	CLAIM(a->num_values == (a->status == RSI_SUCCESS ? 9 : 0));
	for (unsigned int i = 0; i < 9; i++)
		CLAIM(a->status != RSI_SUCCESS || a->value[i] == told(&peers[0], i));
	REACHES(a->status == (uint64_t)SMCCC_NOT_SUPPORTED);
	REACHES(a->status == RSI_ERROR_INPUT);
	REACHES(a->status == RSI_CSM_ERROR_DENIED && peer_lives[0] && self_apt.shares && self_apt.reserves);
	REACHES(a->status == RSI_SUCCESS && self_apt.shares && !peer_apts[0].shares);
	REACHES(a->status == RSI_SUCCESS && !self_apt.shares);
}

/* Another peer, or none: of one that consented, only what is asked for is the same. */
static void any_other_peer(bool consented)
{
	any_peer(&peers[1], &peer_apts[1]);
	peer_lives[1] = any_bool();
	run = 1;
	ASSUME((peer_lives[1] && consents()) == consented);
	if (consented && answers[0].status == RSI_SUCCESS) {
		for (unsigned int i = 0; i < 9; i++)
			ASSUME(told(&peers[1], i) == told(&peers[0], i));
	}
}

void prove_blind(void)
{
	bool consented;

	any_two_realms();
	consented = peer_lives[0] && consents();
	ask(&answers[0]);
	any_other_peer(consented);
	ask(&answers[1]);
	CLAIM(answers[0].status == answers[1].status && answers[0].num_values == answers[1].num_values);
	for (unsigned int i = 0; i < 9; i++)
		CLAIM(answers[0].value[i] == answers[1].value[i]);
	REACHES(consented && answers[0].status == RSI_SUCCESS);
	REACHES(!consented && self.apt != NULL && peer_lives[0] != peer_lives[1]);
	REACHES(!consented && peer_lives[0] && peer_apts[0].reserves && !peer_apts[1].reserves);
}
