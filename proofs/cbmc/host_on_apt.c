/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_APT_CREATE, APT_EXTEND and a step of APT_DESTROY (csm/host_operations.c), for any addresses and any state of a realm and two
 * granules, in which others do what they may to what is not locked, or do nothing. What a table does with its granules, and how its
 * ranges go (`csm-close-unused`, `csm-drop-consumer`), is any.
 */
#include "prove.h"

#include "csm/host_operations.c"

#define GRANULES \
	3U /* 0: the RD, as a rule; 1: what the host gives, as a rule; 2: a table that the realm has */

struct apt {
	uint32_t granules;
};

static struct granule storage[GRANULES];
static enum granule_state state[GRANULES];
static bool is_locked[GRANULES];
static struct realm realm;
static struct apt apt;
static bool is_alone;
static struct granule *apt_before;
static struct granule *given;   /* becomes a part of a table */
static struct granule *retired; /* goes back to the host */
static bool has_grown;

struct pa granule_pa(const struct granule *g)
{
	return pa((g == &storage[0] ? 1 : g == &storage[1] ? 2 : 3) * GRANULE_SIZE);
}

static uint32_t number(const struct granule *g)
{
	return g == &storage[0] ? 0 : g == &storage[1] ? 1 : 2;
}

void *port_mem(struct pa where)
{
	uint64_t i = where.v / GRANULE_SIZE - 1;

	CLAIM(i < GRANULES && (state[i] == GRANULE_RD ? is_locked[i] : state[i] == GRANULE_APT));
	return state[i] == GRANULE_RD ? (void *)&realm : (void *)&apt;
}

static enum granule_state any_state(void)
{
	return (enum granule_state)any_from_to(GRANULE_UNDELEGATED, GRANULE_APT);
}

/* Where the realm is locked its table is safe. */
static bool is_safe(uint32_t i)
{
	return is_locked[i] || (&storage[i] == realm.apt && (is_locked[0] || is_locked[1]));
}

static void others_act(void)
{
	for (uint32_t i = 0; i < GRANULES && !is_alone; i++) {
		if (!is_safe(i))
			state[i] = any_state();
	}
}

static struct granule *find(struct pa addr, enum granule_state wanted)
{
	for (uint32_t i = 0; i < GRANULES; i++) {
		if (addr.v == (i + 1) * GRANULE_SIZE && state[i] == wanted)
			return &storage[i];
	}
	return NULL;
}

struct granule *granule_find_delegated(struct pa addr)
{
	return find(addr, GRANULE_DELEGATED);
}

/* One that has another state than it must have is not waited for. */
bool granule_lock(struct granule *g, enum granule_state wanted)
{
	others_act();
	if (state[number(g)] != wanted)
		return false;
	CLAIM(!is_locked[number(g)]);
	is_locked[number(g)] = true;
	return true;
}

/* The realm has a table, or none: that is its own. */
struct granule *granule_find_lock(struct pa addr, enum granule_state wanted)
{
	struct granule *g;

	CLAIM(wanted == GRANULE_RD);
	others_act();
	g = find(addr, wanted);
	if (g == NULL)
		return NULL;
	is_locked[number(g)] = true;
	if (realm.apt != NULL) {
		ASSUME(g != &storage[2]);
		state[2] = GRANULE_APT;
	}
	return g;
}

void granule_unlock(struct granule *g)
{
	CLAIM(is_locked[number(g)]);
	is_locked[number(g)] = false;
}

/* I8: of the state of one granule alone is anything else then: of the one that the host gave. */
void granule_unlock_as(struct granule *g, enum granule_state to)
{
	CLAIM(state[number(g)] == GRANULE_DELEGATED && is_locked[number(g)] && given == NULL);
	CLAIM(has_grown == (to == GRANULE_APT) && (has_grown || to == GRANULE_DELEGATED));
	given = has_grown ? g : NULL;
	state[number(g)] = to;
	granule_unlock(g);
}

void apt_init(struct granule *root)
{
	CLAIM(state[number(root)] == GRANULE_DELEGATED && is_locked[number(root)] && !has_grown);
	has_grown = true;
}

bool apt_extend(struct apt *table, struct granule *g)
{
	CLAIM(table == &apt && is_locked[0] + is_locked[1] + is_locked[2] == 2);
	CLAIM(state[number(g)] == GRANULE_DELEGATED && is_locked[number(g)] && !has_grown);
	has_grown = any_bool();
	return has_grown;
}

static struct pa rd_pa, granule;

static void any_call(void)
{
	for (uint32_t i = 0; i < GRANULES; i++)
		state[i] = any_state();
	is_alone = any_bool();
	realm.rid = any_rid();
	realm.state = (uint32_t)any_from_to(REALM_NEW, REALM_SYSTEM_OFF);
	realm.num_recs = any_u32();
	realm.apt = any_bool() ? &storage[2] : NULL;
	apt_before = realm.apt;
	apt.granules = any_u32();
	rd_pa = pa(any_u64());
	granule = pa(any_u64());
}

static void all_is_free(void)
{
	CLAIM(!is_locked[0] && !is_locked[1] && !is_locked[2]);
}

/* docs/csm.md, failure conditions of APT_CREATE and APT_EXTEND, in their order, if nobody else does anything. */
static uint64_t specified(bool realm_may)
{
	struct pa where = realm.apt == NULL ? pa(0) : granule_pa(realm.apt);

	if (find(granule, GRANULE_DELEGATED) == NULL || find(rd_pa, GRANULE_RD) == NULL)
		return RMI_ERROR_INPUT;
	ASSUME(where.v == 0 || (where.v != granule.v && where.v != rd_pa.v)); /* it is in state APT */
	return realm_may ? RMI_SUCCESS : RMI_ERROR_REALM;
}

void prove_apt_create(void)
{
	bool realm_may;
	uint64_t wanted, result;

	any_call();
	realm_may = realm.apt == NULL && realm.state != REALM_SYSTEM_OFF;
	wanted = specified(realm_may);
	result = csm_apt_create(rd_pa, granule);
	all_is_free();
	CLAIM(!is_alone || result == wanted);
	REACHES(is_alone && result == RMI_ERROR_INPUT);
	REACHES(is_alone && result == RMI_ERROR_REALM);
	REACHES(result == RMI_SUCCESS);
	REACHES(wanted == RMI_SUCCESS && result == RMI_ERROR_INPUT);
	if (result == RMI_SUCCESS) {
		CLAIM(realm_may && given != NULL && realm.apt == given && granule_pa(given).v == granule.v);
		return;
	}
	CLAIM(given == NULL && !has_grown && realm.apt == apt_before);
	CLAIM(result == RMI_ERROR_INPUT || (result == RMI_ERROR_REALM && !realm_may));
}

void prove_apt_extend(void)
{
	uint64_t wanted, result;

	any_call();
	wanted = specified(realm.apt != NULL);
	result = csm_apt_extend(rd_pa, granule);
	all_is_free();
	CLAIM(realm.apt == apt_before);
	CLAIM(!is_alone || result == wanted ||
	      (wanted == RMI_SUCCESS && result == RMI_ERROR_REALM && !has_grown)); /* full for good */
	REACHES(is_alone && result == RMI_ERROR_INPUT);
	REACHES(result == RMI_ERROR_REALM && apt_before == NULL);
	REACHES(result == RMI_ERROR_REALM && apt_before != NULL);
	REACHES(result == RMI_SUCCESS);
	REACHES(wanted == RMI_SUCCESS && result == RMI_ERROR_INPUT);
	CLAIM((result == RMI_SUCCESS) == (given != NULL));
	CLAIM(given == NULL || (apt_before != NULL && granule_pa(given).v == granule.v));
}

/* --- APT_DESTROY --- */

static struct apt_entry range;
static bool has_range;
static struct granule *shrunk;
static struct csm_gone closed;
static bool has_closed, has_dropped;
static uint32_t left;

struct apt_entry *apt_any_range(struct apt *table)
{
	CLAIM(table == &apt);
	return has_range ? &range : NULL;
}

/* The last one is the root. */
struct granule *apt_shrink(struct granule *root)
{
	CLAIM(root == realm.apt && !has_range && shrunk == NULL);
	shrunk = apt.granules == 1 ? root : &storage[1];
	state[number(shrunk)] = GRANULE_APT;
	apt.granules--;
	return shrunk;
}

uint32_t apt_num_granules(const struct apt *table)
{
	CLAIM(table == &apt && realm.apt != NULL);
	return table->granules;
}

void granule_retire(struct granule *g)
{
	CLAIM(g == shrunk && retired == NULL && state[number(g)] == GRANULE_APT);
	retired = g;
	state[number(g)] = GRANULE_DELEGATED;
}

enum csm_step csm_region_close(struct granule *rd, struct csm_rid rid, uint64_t id, struct csm_gone *gone)
{
	CLAIM(granule_pa(rd).v == rd_pa.v && rid_equal(rid, realm.rid) && id == range.as_region.id);
	CLAIM(has_range && range.kind == APT_REGION && !has_closed);
	all_is_free();
	has_closed = true;
	closed.doorbell = (struct csm_doorbell){ any_u64(), any_u64() };
	*gone = closed;
	return any_bool() ? CSM_STEP_MORE : CSM_STEP_END;
}

/* From here on it is `csm-drop-consumer`: here the realm is gone. */
bool csm_lock_pair(struct granule *self, struct csm_rid self_rid, struct csm_rid rid, struct granule **peer)
{
	(void)peer;
	CLAIM(granule_pa(self).v == rd_pa.v && rid_equal(self_rid, realm.rid) && rid_equal(rid, range.peer));
	CLAIM(has_range && range.kind == APT_CONSUMER && !has_dropped);
	all_is_free();
	has_dropped = true;
	return false;
}

/* One granule goes back, once there is no range left, the root last; the host is told which, and how many there are. */
static void has_shrunk(uint64_t released, uint64_t held)
{
	CLAIM(retired == shrunk && released == granule_pa(retired).v && held == apt.granules);
	CLAIM((realm.apt == NULL) == (held == 0) && (realm.apt == NULL) == (retired == apt_before));
}

void prove_apt_destroy(void)
{
	uint64_t released = 0, held = 0, result;
	struct csm_doorbell doorbell = { 0, 0 };
	bool may;

	any_call();
	has_range = any_bool();
	range = (struct apt_entry){ .kind = any_bool() ? APT_REGION : APT_CONSUMER, .peer = any_rid() };
	range.as_region.id = any_u64();
	ASSUME(apt.granules > 0);
	may = realm.apt != NULL && realm.num_recs == 0;
	result = csm_apt_destroy(rd_pa, &released, &held, &doorbell);
	all_is_free();
	REACHES(result == RMI_ERROR_INPUT && !has_dropped);
	REACHES(result == RMI_ERROR_REALM && apt_before == NULL);
	REACHES(result == RMI_ERROR_REALM && apt_before != NULL);
	REACHES(has_closed);
	REACHES(has_dropped);
	REACHES(shrunk != NULL && held > 0);
	REACHES(shrunk != NULL && held == 0);
	CLAIM(doorbell.rd == closed.doorbell.rd && doorbell.rec == closed.doorbell.rec);
	if (shrunk != NULL) {
		CLAIM(result == RMI_SUCCESS && may && !has_range);
		has_shrunk(released, held);
		return;
	}
	CLAIM(realm.apt == apt_before && retired == NULL && released == 0);
	CLAIM(held == (has_closed || has_dropped ? apt.granules : 0));
	CLAIM(has_closed == (result == RMI_SUCCESS) && (may || (!has_closed && !has_dropped)));
	CLAIM(result != RMI_ERROR_REALM || !may);
}
