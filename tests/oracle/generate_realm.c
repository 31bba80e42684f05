/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What realms call, and how the host serves them (generate.h).
 */
#include <string.h>

#include "oracle/generate.h"

#define RARE 16U /* one in so many calls is of what is not there */

/* A call: the function and its arguments; none: num is 0. */
struct call {
	unsigned int num;
	uint64_t x[18];
};

static struct call call_of(unsigned int num, const uint64_t *x)
{
	struct call c = { .num = num };

	memcpy(c.x, x, num * sizeof(x[0]));
	return c;
}

#define CALL(...)                                                             \
	call_of(sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t), \
		(const uint64_t[]){ __VA_ARGS__ })

static struct step enter(const struct oracle_rec *rec, uint64_t flags, const struct call *c)
{
	struct step s = { .fid = RMI_REC_ENTER,
			  .num = STEP_SMC + (c == NULL ? 0 : c->num),
			  .arg = { rec->pa, HOST_PAGE, flags,
				   one_in(3) || (c != NULL && c->x[0] == RSI_ATTESTATION_TOKEN_CONTINUE)
					   ? pick(5)
					   : UINT64_MAX,
				   one_in(60) ? UINT64_C(1) << pick(16) : 0 } };

	if (c != NULL)
		memcpy(&s.arg[STEP_SMC], c->x, c->num * sizeof(c->x[0]));
	return s;
}

/* --- CSM ------------------------------------------------------------------------------------------------------------------- */

/* The RD stands for the RID; of a realm that is gone, a granule. */
static uint64_t rd_of_rid(struct csm_rid rid)
{
	int realm = oracle_realm_of_rid(rid);

	return realm == ORACLE_NONE ? any_granule() : oracle.realm[realm].rd;
}

static uint64_t any_size(void)
{
	if (one_in(12))
		return (512 + pick(3)) * PAGE;
	/* More than one step of the monitor's, or a few pages. */
	return one_in(2) ? (ORACLE_STEP + 1 + pick(24)) * PAGE : (1 + pick(4)) * PAGE;
}

/* Where the realm has no range yet, mostly. */
static uint64_t free_base(int realm, uint64_t size)
{
	uint64_t base = any_ipa(realm);

	for (unsigned int i = 0; i < 12 && oracle_range_at(realm, base, base + size) != NULL; i++)
		base = any_ipa(realm);
	return base;
}

static struct call create(int realm)
{
	uint64_t size = any_size();

	if (one_in(10))
		return CALL(RSI_CSM_CREATE, BLOCK_AT, 512 * PAGE, 0);
	return CALL(RSI_CSM_CREATE, free_base(realm, size), size, 0);
}

static struct call share(int realm)
{
	const struct oracle_item *region =
		any_item(realm, CSM_ROLE_REGION, one_in(8) ? -1 : CSM_STATE_CREATED);
	uint64_t id = region == NULL ? pick(4) : region->id, peer = rd_of(any_realm(-1));
	uint64_t permission = one_in(16) ? pick(6) : 1 + pick(3);

	if (region == NULL && !one_in(RARE))
		return (struct call){ 0 };
	for (unsigned int i = 0; i < 6 && peer == rd_of(realm); i++)
		peer = rd_of(any_realm(ORACLE_ACTIVE));
	if (one_in(6))
		return CALL(RSI_CSM_SHARE, id, peer, 0, permission, 1, one_in(4) ? any_granule() : peer, 0, 0,
			    0, 0, 0, 0, 0);
	return CALL(RSI_CSM_SHARE, id, peer, 0, permission, 0);
}

/* A share that names the realm and that it has not reserved. */
static const struct oracle_item *offered_to(int realm)
{
	unsigned int first = pick(ORACLE_ITEMS);

	for (unsigned int i = 0; i < ORACLE_ITEMS; i++) {
		const struct oracle_item *s = &oracle.item[(first + i) % ORACLE_ITEMS];

		if (s->live && s->role == CSM_ROLE_SHARE && oracle_realm_of_rid(s->peer) == realm &&
		    oracle_find_consumer(realm, oracle.realm[s->realm].rid, s->n) == NULL)
			return s;
	}
	return NULL;
}

static struct call reserve(int realm)
{
	const struct oracle_item *s = offered_to(realm);
	uint64_t base, size = any_size();

	if (s != NULL && !one_in(8))
		size = oracle.item[s->region].size;
	base = free_base(realm, size);
	if (size >= 512 * PAGE && one_in(2))
		base = BLOCK_AT + pick(5) * UINT64_C(0x200000);
	return CALL(RSI_CSM_RESERVE, s == NULL ? rd_of(any_realm(-1)) : rd_of(s->realm), 0,
		    s == NULL ? pick(4) : s->n, base, size, one_in(2));
}

static struct call of_pair(uint64_t fid, const struct oracle_item *item)
{
	if (item == NULL && !one_in(RARE))
		return (struct call){ 0 };
	if (item == NULL)
		return CALL(fid, rd_of(any_realm(-1)), 0, pick(4), pick(2));
	return CALL(fid, rd_of_rid(item->peer), 0, item->n, item->role == CSM_ROLE_CONSUMER);
}

/* A range whose share is there and fits. */
static const struct oracle_item *ready_to_attach(int realm)
{
	unsigned int first = pick(ORACLE_ITEMS);

	for (unsigned int i = 0; i < ORACLE_ITEMS; i++) {
		const struct oracle_item *range = &oracle.item[(first + i) % ORACLE_ITEMS], *s;
		int provider = oracle_realm_of_rid(range->peer);

		if (!range->live || range->realm != realm || range->role != CSM_ROLE_CONSUMER ||
		    range->state != CSM_STATE_RESERVED || provider == ORACLE_NONE)
			continue;
		s = oracle_find_share(provider, oracle.realm[realm].rid, range->n);
		if (s != NULL && oracle.item[s->region].size == range->size)
			return range;
	}
	return NULL;
}

static struct call attach(int realm)
{
	const struct oracle_item *range = one_in(8) ? NULL : ready_to_attach(realm);

	if (range == NULL)
		range = any_item(realm, CSM_ROLE_CONSUMER, one_in(4) ? -1 : CSM_STATE_ATTACHED);
	return of_pair(RSI_CSM_ATTACH, range);
}

static struct call notify(int realm)
{
	enum csm_role role = one_in(2) ? CSM_ROLE_SHARE : CSM_ROLE_CONSUMER;

	return of_pair(RSI_CSM_NOTIFY, any_item(realm, role, one_in(8) ? -1 : CSM_STATE_ATTACHED));
}

static struct call destroy(int realm)
{
	const struct oracle_item *region = any_item(realm, CSM_ROLE_REGION, -1);

	if (region == NULL && !one_in(RARE))
		return (struct call){ 0 };
	return CALL(RSI_CSM_DESTROY, region == NULL ? pick(8) : region->id);
}

static struct call peer_measurement(int realm)
{
	const struct oracle_item *item = any_item(realm, one_in(2) ? CSM_ROLE_SHARE : CSM_ROLE_CONSUMER, -1);

	return CALL(RSI_CSM_PEER_MEASUREMENT, item == NULL ? rd_of(any_realm(-1)) : rd_of_rid(item->peer), 0,
		    pick(7));
}

static struct call ask_csm(int realm)
{
	switch (pick(9)) {
	case 0:
		return CALL(RSI_CSM_CALL_UID);
	case 1:
		return CALL(RSI_CSM_CALL_REVISION);
	case 2:
		return CALL(RSI_CSM_VERSION, one_in(2) ? CSM_ABI_VERSION : pick(1 << 20));
	case 3:
		return CALL(RSI_CSM_REALM_ID);
	case 4:
		return peer_measurement(realm);
	case 5:
		return CALL(RSI_CSM_DOORBELL, pick(3));
	case 6:
		return CALL(RSI_CSM_QUERY, pick(oracle.realm[realm].num_extensions ? 50 : 16));
	default:
		return CALL(RSI_CSM_PENDING, one_in(2) ? 0 : pick(40));
	}
}

/* What was begun and is not complete: the same call goes on with it. */
static bool go_on(int realm, struct call *c)
{
	const struct oracle_item *item = any_item(realm, CSM_ROLE_REGION, CSM_STATE_CREATING);

	if (item != NULL && one_in(2)) {
		*c = CALL(RSI_CSM_CREATE, item->base, item->size, 0);
		return true;
	}
	item = any_item(realm, CSM_ROLE_REGION, CSM_STATE_DESTROYING);
	if (item != NULL && one_in(2)) {
		*c = CALL(RSI_CSM_DESTROY, item->id);
		return true;
	}
	item = any_item(realm, CSM_ROLE_CONSUMER, CSM_STATE_CREATING);
	if (item != NULL && one_in(2)) {
		*c = CALL(RSI_CSM_RESERVE, rd_of_rid(item->peer), 0, item->n, item->base, item->size,
			  item->flags);
		return true;
	}
	item = any_item(realm, CSM_ROLE_CONSUMER, CSM_STATE_DESTROYING);
	if (item != NULL && one_in(2)) {
		*c = of_pair(RSI_CSM_DETACH, item);
		return true;
	}
	item = any_item(realm, CSM_ROLE_SHARE, CSM_STATE_REVOKED);
	if (item != NULL && one_in(2))
		*c = of_pair(RSI_CSM_REVOKE, item);
	return item != NULL && c->num != 0;
}

/* Not more than can be used: of this role so many, and of all what the model has room for. */
static bool is_wanted(int realm, enum csm_role role, unsigned int limit)
{
	unsigned int own = 0, all = 0;

	for (unsigned int i = 0; i < ORACLE_ITEMS; i++) {
		const struct oracle_item *item = &oracle.item[i];

		own += item->live && item->realm == realm && item->role == role;
		all += item->live;
	}
	return own < limit && all < ORACLE_ITEMS - 8;
}

/* One of these; none (num is 0) if there is nothing that it could be about. */
static struct call try_call(int realm)
{
	switch (pick(24)) {
	case 0:
	case 1:
		if (is_wanted(realm, CSM_ROLE_REGION, 3))
			return create(realm);
		return destroy(realm);
	case 2:
	case 3:
	case 4:
		if (is_wanted(realm, CSM_ROLE_SHARE, 16))
			return share(realm);
		return of_pair(RSI_CSM_REVOKE, any_item(realm, CSM_ROLE_SHARE, -1));
	case 5:
	case 6:
	case 7:
	case 8:
		if (is_wanted(realm, CSM_ROLE_CONSUMER, 8) && (offered_to(realm) != NULL || one_in(6)))
			return reserve(realm);
		return attach(realm);
	case 9:
	case 10:
	case 11:
	case 12:
	case 13:
		return attach(realm);
	case 14:
		return of_pair(RSI_CSM_REVOKE, any_item(realm, CSM_ROLE_SHARE, -1));
	case 15:
		return one_in(2) ? destroy(realm) : share(realm);
	case 16:
		return of_pair(RSI_CSM_DETACH, any_item(realm, CSM_ROLE_CONSUMER, -1));
	case 17:
		return of_pair(RSI_CSM_DETACH, any_item(realm, CSM_ROLE_CONSUMER, CSM_STATE_REVOKED));
	case 18:
	case 19:
	case 20:
		return notify(realm);
	default:
		return ask_csm(realm);
	}
}

static struct call call_csm(int realm)
{
	struct call c = { 0 };

	if (go_on(realm, &c))
		return c;
	for (unsigned int i = 0; i < 8; i++) {
		c = try_call(realm);
		if (c.num != 0)
			return c;
	}
	return ask_csm(realm);
}

/* --- RSI, PSCI ------------------------------------------------------------------------------------------------------------------- */

/* Where the realm can write, mostly. */
static uint64_t buffer(int realm)
{
	uint64_t ipa = any_ipa(realm);

	for (unsigned int i = 0; i < 12; i++, ipa = any_ipa(realm)) {
		const struct oracle_entry *e = oracle_walk(&oracle.realm[realm], ipa, 3).entry;

		if (e->what == ORACLE_FOREIGN || (e->what == ORACLE_OWN && e->ripas == RMI_RAM))
			break;
	}
	return ipa;
}

static struct call call_rsi(int realm)
{
	uint64_t base = any_ipa(realm), top = base + any_size();

	switch (pick(14)) {
	case 0:
		return CALL(RSI_VERSION, one_in(2) ? RSI_ABI_VERSION : pick(1 << 20));
	case 1:
		return CALL(RSI_FEATURES, pick(3));
	case 2:
		return CALL(RSI_MEASUREMENT_READ, pick(6));
	case 3:
		return CALL(RSI_MEASUREMENT_EXTEND, pick(6), pick(70), pick(1 << 30), 2, 3, 4, 5, 6, 7, 8);
	case 4:
		return CALL(RSI_ATTESTATION_TOKEN_INIT, 1, 2, 3, 4, 5, 6, 7, 8);
	case 5:
		return CALL(RSI_ATTESTATION_TOKEN_CONTINUE, buffer(realm), pick(2) * 0x800, pick(0x900));
	case 6:
		return CALL(RSI_REALM_CONFIG, buffer(realm));
	case 7: /* twice as often as its like: it goes out and comes back */
		return CALL(RSI_HOST_CALL, buffer(realm) + pick(16) * 0x100);
	case 8:
	case 9:
		return CALL(RSI_IPA_STATE_GET, base, top);
	default:
		return CALL(RSI_IPA_STATE_SET, base, top, one_in(20) ? pick(4) : !one_in(3), pick(2));
	}
}

static struct call call_psci(void)
{
	switch (pick(16)) {
	case 0:
		return CALL(SMCCC_VERSION);
	case 1:
		return CALL(PSCI_VERSION);
	case 2:
		return CALL(PSCI_FEATURES, one_in(2) ? PSCI_CPU_ON : 0x84000000 + pick(32));
	case 3:
		return CALL(PSCI_CPU_SUSPEND, 0, 0, 0);
	case 4:
		return one_in(3) ? CALL(PSCI_CPU_OFF) : CALL(PSCI_CPU_ON, pick(3), 0x3000, 1);
	case 5:
	case 6:
		return CALL(PSCI_AFFINITY_INFO, pick(3), one_in(9));
	case 7:
		return CALL(PSCI_AFFINITY_INFO_32, UINT64_C(0x500000000) | pick(3), 0);
	case 8:
		return CALL(PSCI_CPU_ON_32, pick(3), 0x1000, 7);
	case 9:
		return one_in(5) ? CALL(PSCI_SYSTEM_OFF) : CALL(PSCI_VERSION);
	case 10:
		return one_in(5) ? CALL(PSCI_SYSTEM_RESET) : CALL(0x8400001f);
	case 11:
		return CALL(UINT64_C(0xc6000120) + pick(64), 1, 2, 3);
	default:
		return CALL(PSCI_CPU_ON, pick(3), one_in(9) ? UINT64_MAX : 0x2000, 9);
	}
}

/* --- The host serves ---------------------------------------------------------------------------------------------------------------- */

/* What the host was asked for and has not done yet, page by page. False: nothing. */
static bool prepare_range(const struct oracle_rec *rec, struct step *s)
{
	const struct oracle_realm *r = &oracle.realm[rec->realm];
	int level = rec->csm_event == CSM_EVENT_P_REALM ? 3 : (int)rec->csm_argument;

	for (uint64_t at = rec->csm_base; at < rec->csm_base + rec->csm_size;) {
		struct oracle_place p = oracle_walk(r, at, 3);

		if (p.level < level) {
			*s = create_table(rec->realm, at);
			return true;
		}
		if (rec->csm_event == CSM_EVENT_C_REALM && p.entry->what == ORACLE_OWN) {
			*s = p.level < 3 ? create_table(rec->realm, at) : STEP(RMI_DATA_DESTROY, r->rd, at);
			return true;
		}
		if (rec->csm_event == CSM_EVENT_P_REALM && p.entry->what == ORACLE_NOTHING &&
		    rec->csm_size <= 48 * PAGE) {
			*s = create_data(rec->realm, at);
			return true;
		}
		at = p.start + p.size;
	}
	return false;
}

static struct step serve(const struct oracle_rec *rec)
{
	struct step s;

	if (rec->csm_event == CSM_EVENT_APT_FULL && one_in(2))
		return STEP(RMI_CSM, RMI_CSM_APT_EXTEND, rd_of(rec->realm), granule_in(ORACLE_DELEGATED));
	if (!rec->csm_done && rec->csm_event != CSM_EVENT_APT_FULL && !one_in(10) && prepare_range(rec, &s))
		return s;
	return enter(rec, one_in(12) ? RMI_REC_ENTER_FLAG_CSM_REJECT : 0, NULL);
}

static const struct oracle_rec *any_rec(void)
{
	unsigned int first = pick(ORACLE_RECS);
	const struct oracle_rec *found = NULL;

	for (unsigned int i = 0; i < ORACLE_RECS; i++) {
		const struct oracle_rec *rec = &oracle.rec[(first + i) % ORACLE_RECS];

		if (!rec->live)
			continue;
		found = one_in(8) ? rec : found;
		if (oracle.realm[rec->realm].state == ORACLE_ACTIVE && rec->runnable && !rec->psci_pending)
			return rec;
	}
	return found;
}

struct step realm_step(void)
{
	const struct oracle_rec *rec = any_rec();
	uint64_t flags = one_in(3) ? RMI_REC_ENTER_FLAG_RIPAS_REJECT : 0;
	struct call c;

	if (rec == NULL)
		return STEP(RMI_GRANULE_DELEGATE, granule_in(ORACLE_UNDELEGATED));
	if (rec->csm_pending)
		return serve(rec);
	if (one_in(20))
		return enter(rec, UINT64_C(1) << pick(6), NULL);
	if (rec->ripas_pending && one_in(2))
		return STEP(RMI_RTT_SET_RIPAS, rd_of(rec->realm), rec->pa, rec->ripas_base, rec->ripas_top);
	switch (pick(8)) {
	case 0:
		c = call_rsi(rec->realm);
		break;
	case 1:
		c = call_psci();
		break;
	default:
		c = call_csm(rec->realm);
	}
	return enter(rec, flags, &c);
}
