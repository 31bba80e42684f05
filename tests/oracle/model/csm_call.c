/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's call for CSM: in steps, out to the host, and back (docs/csm.md "Realm interface", "REC exits"); what realms and
 * hosts may ask about entries ("Notifications", "Attestation").
 */
#include "oracle/model/inside.h"

/* --- Replies ------------------------------------------------------------------------------------------------------------- */

enum step reply_with(struct csm_reply *r, uint64_t status)
{
	*r = (struct csm_reply){ .outcome = DONE, .status = status };
	return END;
}

enum step give_up(struct oracle_item *item, struct csm_reply *r, uint64_t status)
{
	end_item(item);
	return reply_with(r, status);
}

enum step reply_ask(struct csm_reply *r, uint64_t event, uint64_t base, uint64_t size, uint64_t argument)
{
	r->outcome = ASK;
	r->event = event;
	r->base = base;
	r->size = size;
	r->argument = argument;
	return END;
}

void reply_ring(struct csm_reply *r, int realm)
{
	r->ring = oracle.realm[realm].rd;
	r->ring_rec = oracle.realm[realm].doorbell;
}

bool range_is_valid(const struct oracle_realm *r, uint64_t base, uint64_t size)
{
	uint64_t limit = oracle_size(r) / 2;

	return IS_ALIGNED(base | size, PAGE) && size != 0 && base < limit && size <= limit - base;
}

/* --- Questions ------------------------------------------------------------------------------------------------------------- */

static enum step reply_values(struct csm_reply *r, const uint64_t *value, unsigned int count)
{
	reply_with(r, RSI_SUCCESS);
	memcpy(r->value, value, count * sizeof(value[0]));
	r->values = count;
	return END;
}

static enum step csm_version(struct csm_asked *c, struct csm_reply *r)
{
	const uint64_t value[] = { CSM_ABI_VERSION, CSM_ABI_VERSION, oracle.csm_features };

	reply_values(r, value, 3);
	r->status = c->x[1] == CSM_ABI_VERSION ? RSI_SUCCESS : RSI_ERROR_INPUT;
	return END;
}

static enum step csm_uid(struct csm_asked *c, struct csm_reply *r)
{
	const uint64_t value[] = { RSI_CSM_UID_1, RSI_CSM_UID_2, RSI_CSM_UID_3 };

	(void)c;
	reply_values(r, value, 3);
	r->status = RSI_CSM_UID_0;
	return END;
}

static enum step csm_revision(struct csm_asked *c, struct csm_reply *r)
{
	const uint64_t value[] = { 0 };

	(void)c;
	reply_values(r, value, 1);
	r->status = 1;
	return END;
}

static enum step csm_realm_id(struct csm_asked *c, struct csm_reply *r)
{
	const struct csm_rid rid = oracle.realm[c->self].rid;
	const uint64_t value[] = { rid.lo, rid.hi };

	return reply_values(r, value, 2);
}

enum step do_query(struct csm_asked *c, struct csm_reply *r)
{
	uint64_t index = c->x[1], slots = oracle_slots(&oracle.realm[c->self]);
	uint64_t value[10] = { CSM_INDEX_NONE };
	const struct oracle_item *item, *range;

	if (index >= slots)
		return reply_with(r, RSI_ERROR_INPUT);
	item = oracle_next_index(c->self, &index);
	if (item != NULL) {
		range = range_of(item);
		value[0] = item->role;
		value[1] = item->state;
		value[2] = item->peer.lo;
		value[3] = item->peer.hi;
		value[4] = item->n;
		value[5] = range->id;
		value[6] = range->base;
		value[7] = range->size;
		value[8] = item->permission;
	}
	value[9] = index < slots ? index : CSM_INDEX_NONE;
	return reply_values(r, value, 10);
}

/* --- Notifications ---------------------------------------------------------------------------------------------------------- */

static bool is_attached(const struct oracle_item *item)
{
	return item != NULL && item->state == CSM_STATE_ATTACHED;
}

enum step do_notify(struct csm_asked *c, struct csm_reply *r)
{
	struct csm_rid self = oracle.realm[c->self].rid, rid = { c->x[1], c->x[2] };
	uint64_t n = c->x[3], role = c->x[4];
	const struct oracle_item *own;
	struct oracle_item *other = NULL;
	int peer = oracle_realm_of_rid(rid);

	if (role > 1)
		return reply_with(r, RSI_ERROR_INPUT);
	own = role == 0 ? oracle_find_share(c->self, rid, n) : oracle_find_consumer(c->self, rid, n);
	if (peer != ORACLE_NONE)
		other = role == 0 ? oracle_find_consumer(peer, self, n) : oracle_find_share(peer, self, n);
	if (own != NULL && own->state == CSM_STATE_REVOKED)
		return reply_with(r, RSI_CSM_ERROR_REVOKED);
	if (!is_attached(own) || !is_attached(other))
		return reply_with(r, RSI_CSM_ERROR_DENIED);
	make_pending(other);
	reply_with(r, RSI_SUCCESS);
	reply_ask(r, CSM_EVENT_NOTIFY, 0, 0, oracle.realm[peer].rd);
	r->outcome = TELL;
	reply_ring(r, peer);
	return END;
}

/* The one that has waited longest, behind `after`. */
static struct oracle_item *next_pending(int realm, uint64_t after)
{
	struct oracle_item *next = NULL;

	for (struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		if (i->live && i->realm == realm && i->pending > after &&
		    (next == NULL || i->pending < next->pending))
			next = i;
	}
	return next;
}

enum step do_pending(struct csm_asked *c, struct csm_reply *r)
{
	struct oracle_item *item = next_pending(c->self, 0);
	uint64_t value[] = { CSM_INDEX_NONE };

	for (unsigned int i = 1; item != NULL && item->index < c->x[1] && i < ORACLE_STEP; i++)
		item = next_pending(c->self, item->pending);
	if (item != NULL && item->index >= c->x[1]) {
		value[0] = item->index;
		item->pending = 0;
	}
	return reply_values(r, value, 1);
}

enum step do_doorbell(struct csm_asked *c, struct csm_reply *r)
{
	struct oracle_realm *self = &oracle.realm[c->self];
	uint64_t number = rec_number(self, c->x[1]);

	if (number == UINT64_MAX)
		return reply_with(r, RSI_ERROR_INPUT);
	self->doorbell = (uint32_t)number;
	return reply_with(r, RSI_SUCCESS);
}

static bool names(int realm, enum csm_role role, struct csm_rid rid)
{
	for (const struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		if (i->live && i->realm == realm && i->role == role && same_rid(i->peer, rid))
			return true;
	}
	return false;
}

enum step do_measurement(struct csm_asked *c, struct csm_reply *r)
{
	struct csm_rid self = oracle.realm[c->self].rid, rid = { c->x[1], c->x[2] };
	int peer = oracle_realm_of_rid(rid);
	uint64_t index = c->x[3], value[9];

	if (index > 5)
		return reply_with(r, RSI_ERROR_INPUT);
	/* A realm that asks of itself gets no more than one that asks of nobody. */
	if (peer == ORACLE_NONE || peer == c->self ||
	    !(names(peer, CSM_ROLE_SHARE, self) ||
	      (names(c->self, CSM_ROLE_SHARE, rid) && names(peer, CSM_ROLE_CONSUMER, self))))
		return reply_with(r, RSI_CSM_ERROR_DENIED);
	if (oracle.realm[peer].state == ORACLE_NEW && index == 0)
		return reply_values(r, &c->entry->hint->gprs[1], 9); /* it grows still */
	memcpy(value,
	       index == 5 ? (const void *)oracle.realm[peer].rpv : oracle.realm[peer].measurement[index], 64);
	value[8] = oracle.realm[peer].hash_algo;
	return reply_values(r, value, 9);
}

/* --- Calls ------------------------------------------------------------------------------------------------------------------ */

static csm_step *find_call(uint32_t fid)
{
	switch (fid) {
	case RSI_CSM_CALL_UID:
		return csm_uid;
	case RSI_CSM_CALL_REVISION:
		return csm_revision;
	case RSI_CSM_VERSION:
		return csm_version;
	case RSI_CSM_REALM_ID:
		return csm_realm_id;
	case RSI_CSM_CREATE:
		return do_create;
	case RSI_CSM_SHARE:
		return do_share;
	case RSI_CSM_REVOKE:
		return do_revoke;
	case RSI_CSM_DESTROY:
		return do_destroy;
	case RSI_CSM_RESERVE:
		return do_reserve;
	case RSI_CSM_ATTACH:
		return do_attach;
	case RSI_CSM_DETACH:
		return do_detach;
	case RSI_CSM_NOTIFY:
		return do_notify;
	case RSI_CSM_PENDING:
		return do_pending;
	case RSI_CSM_QUERY:
		return do_query;
	case RSI_CSM_PEER_MEASUREMENT:
		return do_measurement;
	case RSI_CSM_DOORBELL:
		return do_doorbell;
	default:
		return NULL;
	}
}

static bool finish(struct entry *e, uint64_t status, const uint64_t *value, unsigned int values)
{
	for (unsigned int i = 0; i < values; i++)
		e->rec->gprs[1 + i] = value[i];
	e->rec->gprs[0] = status;
	e->rec->pc += 4;
	return true;
}

static bool leave(struct entry *e, const struct csm_reply *r)
{
	struct oracle_rec *rec = e->rec;

	rec->csm_pending = true;
	rec->csm_done = r->outcome == TELL;
	rec->csm_event = e->exit->csm_event = r->event;
	rec->csm_base = e->exit->csm_base = r->base;
	rec->csm_size = e->exit->csm_size = r->size;
	rec->csm_argument = e->exit->csm_argument = r->argument;
	rec->csm_status = r->status;
	memcpy(rec->csm_value, r->value, sizeof(rec->csm_value));
	rec->csm_values = r->values;
	e->exit->exit_reason = RMI_EXIT_CSM;
	e->exit->csm_ring = r->ring;
	e->exit->csm_ring_rec = r->ring_rec;
	return false;
}

static bool run(struct entry *e, uint64_t answered, bool rejected)
{
	csm_step *step = find_call((uint32_t)e->rec->gprs[0] & ~(uint32_t)SMCCC_SVE_HINT);
	struct csm_asked c = { .entry = e,
			       .self = e->rec->realm,
			       .x = e->rec->gprs,
			       .answered = answered,
			       .rejected = rejected };
	struct csm_reply r = { .outcome = DONE };

	if (step == NULL || !e->realm->has_apt)
		return finish(e, SMCCC_NOT_SUPPORTED, NULL, 0);
	while (step(&c, &r) == MORE) {
		c.answered = 0;
		if (irq_pending(e)) {
			reply_with(&r, RSI_INCOMPLETE);
			break;
		}
	}
	if (r.outcome != DONE)
		return leave(e, &r);
	return finish(e, r.status, r.value, r.values);
}

bool do_csm_call(struct entry *e)
{
	return run(e, 0, false);
}

bool do_csm_resume(struct entry *e, bool rejected)
{
	e->rec->csm_pending = false;
	if (e->rec->csm_done)
		return finish(e, e->rec->csm_status, e->rec->csm_value, e->rec->csm_values);
	return run(e, e->rec->csm_event, rejected);
}
