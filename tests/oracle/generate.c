/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What comes next (trial.h). Mostly what can succeed, by the model's state: what nobody could do tests nothing. One argument
 * in so many is spoilt. Now and then a realm is condemned, and all of it is taken apart; some runs begin with a block.
 */
#include "oracle/generate.h"

#include <string.h>

#include "unit/chance.h"

#define SPOIL 9U     /* one step in so many has a wrong argument */
#define CONDEMN 700U /* steps from one realm's end to the next */
#define REALMS_WANTED 4U
#define SPARE_WANTED 24U
#define CROWD 200U /* pages of realms: more are not given */

static struct {
	struct chance chance;
	int condemned;      /* a realm, or ORACLE_NONE */
	unsigned int pages; /* of the block to be that are there */
	bool wants_block;
	uint16_t vmid;
} g;

unsigned int pick(unsigned int limit)
{
	return choose(&g.chance, limit);
}

bool one_in(unsigned int n)
{
	return pick(n) == 0;
}

/* --- Steps ------------------------------------------------------------------------------------------------------------------ */

struct step step_of(uint64_t fid, unsigned int num, const uint64_t *arg)
{
	struct step s = { .fid = fid, .num = num };

	memcpy(s.arg, arg, num * sizeof(arg[0]));
	return s;
}

/* --- Granules -------------------------------------------------------------------------------------------------------------- */

static uint64_t number_pa(unsigned int number)
{
	return ORACLE_BASE + (uint64_t)number * GRANULE_SIZE;
}

uint64_t any_granule(void)
{
	return number_pa(pick(POOL + 4));
}

/* The first such behind `first`. */
static uint64_t granule_from(unsigned int first, enum oracle_state state)
{

	for (unsigned int i = 0; i < POOL; i++) {
		unsigned int number = (first + i) % POOL;

		if (oracle.granule[number].state == state && !oracle.granule[number].is_secure)
			return number_pa(number);
	}
	return any_granule();
}

uint64_t granule_in(enum oracle_state state)
{
	return granule_from(pick(POOL), state);
}

static unsigned int count_in(enum oracle_state state)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < POOL; i++)
		count += oracle.granule[i].state == state;
	return count;
}

static struct step delegate(uint64_t pa)
{
	return STEP(RMI_GRANULE_DELEGATE, pa);
}

/* --- Realms ---------------------------------------------------------------------------------------------------------------- */

static bool realm_is(const struct oracle_realm *r, int state)
{
	return r->live && (state < 0 || (int)r->state == state);
}

int any_realm(int state)
{
	unsigned int first = pick(ORACLE_REALMS);

	for (unsigned int i = 0; i < ORACLE_REALMS; i++) {
		int realm = (int)((first + i) % ORACLE_REALMS);

		if (realm_is(&oracle.realm[realm], state))
			return realm;
	}
	return ORACLE_NONE;
}

uint64_t rd_of(int realm)
{
	return realm == ORACLE_NONE ? any_granule() : oracle.realm[realm].rd;
}

static unsigned int count_realms(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < ORACLE_REALMS; i++)
		count += oracle.realm[i].live;
	return count;
}

/* Of a geometry: IPA bits, starting level, tables. */
static const uint64_t geometries[][3] = { { 33, 1, 1 }, { 33, 1, 1 }, { 33, 1, 1 }, { 32, 2, 4 },
					  { 40, 1, 2 }, { 40, 0, 1 }, { 36, 1, 1 } };

/* A run of granules that are free, aligned as its length; or the step that makes one. */
static bool find_run(uint64_t count, uint64_t *first, struct step *s)
{
	unsigned int at = pick(POOL / (unsigned int)count) * (unsigned int)count;

	for (unsigned int tries = 0; tries < POOL; tries++, at = (at + (unsigned int)count) % POOL) {
		unsigned int good = 0, missing = 0;

		for (unsigned int i = at; i < at + count; i++) {
			good += oracle.granule[i].state <= ORACLE_DELEGATED;
			missing = oracle.granule[i].state == ORACLE_UNDELEGATED ? i + 1 : missing;
		}
		if (good < count)
			continue;
		*first = number_pa(at);
		if (missing == 0)
			return true;
		*s = delegate(number_pa(missing - 1));
		return false;
	}
	*first = any_granule();
	return true;
}

static struct step create_realm(void)
{
	const uint64_t *geometry = geometries[pick(sizeof(geometries) / sizeof(geometries[0]))];
	uint64_t root, rd, vmid;
	struct step s;

	if (!find_run(geometry[2], &root, &s))
		return s;
	do
		rd = granule_in(ORACLE_DELEGATED);
	while (rd >= root && rd < root + geometry[2] * GRANULE_SIZE && !one_in(8));
	vmid = one_in(16) ? pick(4) : ++g.vmid;
	return STEP(RMI_REALM_CREATE, rd, HOST_PAGE, geometry[0], geometry[1], geometry[2], root, vmid,
		    pick(2), 1 + pick(3), 0);
}

static struct step create_rec(int realm)
{
	const struct oracle_realm *r = &oracle.realm[realm];
	uint64_t free[8];

	for (unsigned int i = 0; i < 5; i++) {
		free[i] = granule_in(ORACLE_DELEGATED);
		for (unsigned int k = 0; k < i && !one_in(32); k++) {
			if (free[k] == free[i]) {
				free[i] = granule_in(ORACLE_DELEGATED);
				k = UINT32_MAX;
			}
		}
	}
	return STEP(RMI_REC_CREATE, r->rd, free[0], HOST_PAGE, r->next_rec == 0 || one_in(2), r->next_rec,
		    0x1000 * pick(9), oracle.num_aux, free[1], free[2], free[3], free[4], 0, 0);
}

/* --- Addresses ------------------------------------------------------------------------------------------------------------- */

static uint64_t top_of(int realm)
{
	return realm == ORACLE_NONE ? UINT64_C(1) << 32 : oracle_size(&oracle.realm[realm]) / 2;
}

/* Pages at the edges of tables, and where a block may lie. */
uint64_t any_ipa(int realm)
{
	switch (pick(16)) {
	case 0:
		return pick(4) * PAGE;
	case 1:
		return top_of(realm) - (1 + pick(4)) * PAGE;
	case 2:
	case 3:
	case 4:
		return NEAR + UINT64_C(0x200000) + pick(12) * PAGE - 4 * PAGE;
	case 5:
		return BLOCK_AT + pick(5) * UINT64_C(0x200000) + pick(4) * PAGE;
	default:
		/* Of 48 pages each, with room for any of these sizes. */
		return NEAR + pick(9) * 48 * PAGE + pick(6) * PAGE - 4 * PAGE;
	}
}

static uint64_t unprotected_ipa(int realm)
{
	return top_of(realm) + (one_in(3) ? pick(3) * UINT64_C(0x200000) : pick(5) * PAGE);
}

static uint64_t entry_size(int level)
{
	return level < 0 || level > 3 ? PAGE : oracle_entry_size(level);
}

/* --- Tables ----------------------------------------------------------------------------------------------------------------- */

/* Downwards from where the tables end. */
struct step create_table(int realm, uint64_t ipa)
{
	struct oracle_place p = oracle_walk(&oracle.realm[realm], ipa, 3);

	return STEP(RMI_RTT_CREATE, rd_of(realm), granule_in(ORACLE_DELEGATED), p.start,
		    (uint64_t)p.level + 1);
}

static struct step on_table(uint64_t fid, int realm, uint64_t ipa)
{
	struct oracle_place p = oracle_walk(&oracle.realm[realm], ipa, 3);

	for (unsigned int i = 0; fid == RMI_RTT_FOLD && i < 8; i++) {
		if (p.level > oracle.realm[realm].start && oracle_is_homogeneous(p.table))
			break;
		ipa = one_in(3) ? unprotected_ipa(realm) : any_ipa(realm);
		p = oracle_walk(&oracle.realm[realm], ipa, 3);
	}
	if (one_in(fid == RMI_RTT_FOLD ? 8 : 4))
		p.level = (int)pick(4);
	return STEP(fid, rd_of(realm), ipa & ~(entry_size(p.level - 1) - 1), (uint64_t)p.level);
}

static struct step map_unprotected(int realm)
{
	uint64_t ipa = unprotected_ipa(realm);
	struct oracle_place p = oracle_walk(&oracle.realm[realm], ipa, 3);

	return STEP(RMI_RTT_MAP_UNPROTECTED, rd_of(realm), p.start, (uint64_t)p.level,
		    (number_pa(pick(POOL)) & ~(p.size - 1)) | pick(4) << 6 | pick(8) << 2);
}

static struct step unmap_unprotected(int realm)
{
	uint64_t ipa = unprotected_ipa(realm);
	struct oracle_place p = oracle_walk(&oracle.realm[realm], ipa, 3);

	return STEP(RMI_RTT_UNMAP_UNPROTECTED, rd_of(realm), p.start, (uint64_t)p.level);
}

static struct step change_tables(int realm)
{
	bool protected = !one_in(4);
	uint64_t ipa = protected ? any_ipa(realm) : unprotected_ipa(realm);

	switch (pick(12)) {
	case 0:
	case 1:
	case 2:
	case 3:
		return create_table(realm, ipa);
	case 4:
	case 5:
		return on_table(RMI_RTT_DESTROY, realm, ipa);
	case 6:
	case 7:
		return on_table(RMI_RTT_FOLD, realm, ipa);
	case 8:
		return STEP(RMI_RTT_READ_ENTRY, rd_of(realm), ipa, pick(4));
	case 9:
	case 10:
		return map_unprotected(realm);
	default:
		return unmap_unprotected(realm);
	}
}

/* --- Pages ------------------------------------------------------------------------------------------------------------------- */

struct step create_data(int realm, uint64_t ipa)
{
	/* The first granule more often: what is counted of a block is counted there. */
	uint64_t data = granule_from(one_in(4) ? 0 : pick(POOL), ORACLE_DELEGATED);

	if (realm != ORACLE_NONE && oracle.realm[realm].state == ORACLE_NEW && !one_in(3))
		return STEP(RMI_DATA_CREATE, rd_of(realm), data, ipa, SOURCE_PAGE, pick(2));
	return STEP(RMI_DATA_CREATE_UNKNOWN, rd_of(realm), data, ipa);
}

/* Most often a page of a region: it is mapped in consumers, or CREATE waits for the host. */
static uint64_t ipa_for_data(int *realm)
{
	int state = one_in(2) ? (int)CSM_STATE_CREATED : (int)CSM_STATE_CREATING;
	const struct oracle_item *region = one_in(2) ? any_item(ORACLE_NONE, CSM_ROLE_REGION, state) : NULL;
	int fresh = any_realm(ORACLE_NEW);

	if (region != NULL) {
		*realm = region->realm;
		return region->base +
		       pick(one_in(2) ? 4 : (unsigned int)(region->size / PAGE)) * PAGE % region->size;
	}
	if (fresh != ORACLE_NONE && one_in(2))
		*realm = fresh;
	return any_ipa(*realm);
}

static struct step change_data(int realm)
{
	uint64_t ipa = ipa_for_data(&realm);
	struct oracle_place p;

	p = oracle_walk(&oracle.realm[realm], ipa, 3);
	if (p.level < 3 && !one_in(6))
		return create_table(realm, ipa);
	if (p.entry->what == ORACLE_OWN && (one_in(2) || count_in(ORACLE_DATA) > CROWD))
		return STEP(RMI_DATA_DESTROY, rd_of(realm), ipa);
	return create_data(realm, ipa);
}

static struct step change_ripas(int realm)
{
	uint64_t base;

	for (unsigned int i = 0; i < ORACLE_RECS; i++) {
		const struct oracle_rec *rec = &oracle.rec[i];

		if (!rec->live || !rec->ripas_pending || one_in(3))
			continue;
		base = rec->ripas_base;
		return STEP(RMI_RTT_SET_RIPAS, rd_of(rec->realm), rec->pa, base,
			    one_in(3) ? base + (1 + pick(4)) * PAGE : rec->ripas_top);
	}
	if (!one_in(8))
		realm = any_realm(ORACLE_NEW);
	if (realm == ORACLE_NONE)
		return change_data(any_realm(-1));
	base = any_ipa(realm);
	if (!one_in(3)) {
		struct oracle_place p = oracle_walk(&oracle.realm[realm], base, 3);

		return STEP(RMI_RTT_INIT_RIPAS, rd_of(realm), p.start, p.start + p.size * (1 + pick(4)));
	}
	return STEP(RMI_RTT_INIT_RIPAS, rd_of(realm), base, base + (one_in(4) ? 512 : 1 + pick(8)) * PAGE);
}

/* --- CSM, the host ------------------------------------------------------------------------------------------------------------ */

const struct oracle_item *any_item(int realm, enum csm_role role, int state)
{
	unsigned int first = pick(ORACLE_ITEMS);

	for (unsigned int i = 0; i < ORACLE_ITEMS; i++) {
		const struct oracle_item *item = &oracle.item[(first + i) % ORACLE_ITEMS];

		if (item->live && (realm == ORACLE_NONE || item->realm == realm) && item->role == role &&
		    (state < 0 || (int)item->state == state))
			return item;
	}
	return NULL;
}

/* Most of the host's operations are on a range that is attached. */
static const struct oracle_item *any_consumer(void)
{
	unsigned int first = pick(ORACLE_ITEMS);

	for (unsigned int i = 0; i < ORACLE_ITEMS && !one_in(400); i++) {
		const struct oracle_item *item = &oracle.item[(first + i) % ORACLE_ITEMS];

		if (item->live && item->role == CSM_ROLE_CONSUMER && item->state == CSM_STATE_ATTACHED)
			return item;
	}
	return any_item(ORACLE_NONE, CSM_ROLE_CONSUMER, -1);
}

/* A range that its realm, or its provider, has begun to take apart and has not done with. */
static const struct oracle_item *half_ended(void)
{
	for (const struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		if (i->live && i->role == CSM_ROLE_CONSUMER &&
		    (i->state == CSM_STATE_DESTROYING || (i->is_ending && i->state != CSM_STATE_REVOKED)))
			return i;
	}
	return NULL;
}

static struct step host_csm(int realm)
{
	const struct oracle_item *half = half_ended(), *range = half != NULL ? half : any_consumer();
	uint64_t at =
		range == NULL
			? any_ipa(realm)
			: range->base + (one_in(2) ? 0 : pick((unsigned int)(range->size / PAGE)) * PAGE);
	uint64_t rd = range == NULL ? rd_of(realm) : rd_of(range->realm);

	if (half != NULL && one_in(2))
		return STEP(RMI_CSM, RMI_CSM_UNMAP, rd, at);
	switch (pick(16)) {
	case 0:
		return STEP(RMI_CSM, RMI_CSM_APT_CREATE, rd_of(realm), granule_in(ORACLE_DELEGATED));
	case 3:
		return STEP(RMI_CSM, RMI_CSM_APT_EXTEND, rd_of(realm), granule_in(ORACLE_DELEGATED));
	case 4:
		return STEP(RMI_CSM, RMI_CSM_APT_DESTROY, rd_of(one_in(4) ? realm : any_realm(ORACLE_OFF)));
	case 5:
		return STEP(RMI_CSM, RMI_CSM_UNMAP, rd, at);
	case 7:
		return STEP(RMI_CSM, RMI_CSM_VERSION, one_in(2) ? CSM_ABI_VERSION : pick(1 << 20));
	case 8:
		return STEP(RMI_CSM, RMI_CSM_ENTRY_READ, rd_of(realm), pick(60));
	default:
		return STEP(RMI_CSM, RMI_CSM_FILL, rd, at);
	}
}

/* A realm is to get an APT before it has much else. */
static bool lacks_apt(int realm)
{
	const struct oracle_realm *r = &oracle.realm[realm];

	return !r->has_apt && r->state != ORACLE_OFF && realm % 5 != 4;
}

/* --- The rest of the host ---------------------------------------------------------------------------------------------------- */

static struct step other(int realm)
{
	const struct oracle_rec *rec = &oracle.rec[pick(ORACLE_RECS)];

	switch (pick(9)) {
	case 0:
		return STEP(RMI_VERSION, one_in(2) ? RMI_ABI_VERSION : pick(1 << 20));
	case 1:
		return STEP(RMI_FEATURES, pick(3));
	case 2:
		return STEP(RMI_REC_AUX_COUNT, rd_of(realm));
	case 3:
		return STEP(STEP_SECURE, any_granule(), one_in(3));
	case 4:
		return STEP(RMI_GRANULE_UNDELEGATE, granule_in(ORACLE_DELEGATED));
	case 5:
		return STEP(RMI_REALM_ACTIVATE, rd_of(any_realm(one_in(4) ? -1 : ORACLE_NEW)));
	case 6:
		return rec->live && one_in(3) ? STEP(RMI_REC_DESTROY, rec->pa)
					      : STEP(RMI_REC_DESTROY, any_granule());
	case 7:
		return STEP(RMI_REALM_DESTROY, rd_of(realm));
	default:
		return STEP(RMI_FID_FIRST + pick(32), any_granule());
	}
}

static bool complete_psci(struct step *s)
{
	for (unsigned int i = 0; i < ORACLE_RECS; i++) {
		const struct oracle_rec *rec = &oracle.rec[i];
		uint64_t target;

		if (!rec->live || !rec->psci_pending)
			continue;
		target = (rec->gprs[1] & 0xf) | (rec->gprs[1] >> 8 & 0xffff) << 4;
		for (unsigned int k = 0; k < ORACLE_RECS; k++) {
			const struct oracle_rec *t = &oracle.rec[k];

			if (t->live && t->realm == rec->realm && (t->number == target || one_in(9))) {
				*s = STEP(RMI_PSCI_COMPLETE, rec->pa, t->pa,
					  one_in(3) ? (uint64_t)PSCI_DENIED : PSCI_SUCCESS);
				return true;
			}
		}
	}
	return false;
}

/* --- A block ------------------------------------------------------------------------------------------------------------------- */

/* Memory in one piece, page by page, then folded; for the first realm that lives. False: it is done, or can't be. */
static bool make_block(struct step *s)
{
	uint64_t pa = number_pa(RUN + g.pages), ipa = BLOCK_AT + g.pages * PAGE;
	int realm = any_realm(-1);
	struct oracle_place p;

	for (realm = 0; realm < (int)ORACLE_REALMS && !oracle.realm[realm].live; realm++)
		;
	if (!g.wants_block || realm == (int)ORACLE_REALMS || realm == g.condemned)
		return false;
	p = oracle_walk(&oracle.realm[realm], BLOCK_AT, 3);
	if (p.level < 3 && p.entry->what != ORACLE_OWN) {
		*s = create_table(realm, BLOCK_AT);
	} else if (g.pages < 512 && oracle.granule[RUN + g.pages].state == ORACLE_UNDELEGATED) {
		*s = delegate(pa);
	} else if (g.pages < 512) {
		*s = STEP(RMI_DATA_CREATE_UNKNOWN, rd_of(realm), pa, ipa);
		g.pages++;
	} else {
		*s = STEP(RMI_RTT_FOLD, rd_of(realm), BLOCK_AT, 3);
		g.wants_block = false;
	}
	return true;
}

/* --- Ends ------------------------------------------------------------------------------------------------------------------------ */

static bool end_apt(int realm, struct step *s)
{
	for (const struct oracle_item *i = oracle.item; i < oracle.item + ORACLE_ITEMS; i++) {
		uint64_t at = i->base;

		if (!i->live || i->realm != realm || i->role != CSM_ROLE_CONSUMER)
			continue;
		for (; at < i->base + i->size; at += PAGE) {
			struct oracle_place c = oracle_walk(&oracle.realm[realm], at, 3);

			if (c.entry->what == ORACLE_FOREIGN) {
				*s = STEP(RMI_CSM, RMI_CSM_UNMAP, rd_of(realm), at);
				return true;
			}
		}
	}
	if (oracle.realm[realm].has_apt)
		*s = STEP(RMI_CSM, RMI_CSM_APT_DESTROY, rd_of(realm));
	return oracle.realm[realm].has_apt;
}

/* A block's pages can be taken one by one; a granule for that is kept. */
static struct step unfold(int realm, uint64_t ipa)
{
	struct step s = create_table(realm, ipa);

	if (count_in(ORACLE_DELEGATED) != 0)
		return s;
	if (oracle_granule(SPARE_PAGE)->state == ORACLE_UNDELEGATED)
		return delegate(SPARE_PAGE);
	s.arg[1] = SPARE_PAGE;
	return s;
}

/* What lies deepest goes first. False: the table has nothing that keeps it. */
static bool end_table(int realm, const struct oracle_table *t, struct step *s)
{
	uint64_t size = oracle_entry_size(t->level);

	for (unsigned int i = 0; i < ORACLE_ENTRIES; i++) {
		const struct oracle_entry *e = &t->entry[i];
		uint64_t ipa = t->base + i * size;

		if (e->what == ORACLE_TABLE) {
			if (!end_table(realm, oracle_granule(e->pa)->table, s))
				*s = STEP(RMI_RTT_DESTROY, rd_of(realm), ipa, (uint64_t)t->level + 1);
			return true;
		}
		if (e->what == ORACLE_OWN && t->level == 3) {
			*s = STEP(RMI_DATA_DESTROY, rd_of(realm), ipa);
			return true;
		}
		if (e->what == ORACLE_OWN) {
			*s = unfold(realm, ipa);
			return true;
		}
	}
	return false;
}

/* Towards the realm's end. */
static struct step end_realm(int realm)
{
	const struct oracle_realm *r = &oracle.realm[realm];
	struct step s;

	for (unsigned int i = 0; i < ORACLE_RECS; i++) {
		if (oracle.rec[i].live && oracle.rec[i].realm == realm)
			return STEP(RMI_REC_DESTROY, oracle.rec[i].pa);
	}
	if (end_apt(realm, &s))
		return s;
	for (uint32_t i = 0; i < r->num_roots; i++) {
		if (end_table(realm, oracle_granule(r->root + i * PAGE)->table, &s))
			return s;
	}
	return STEP(RMI_REALM_DESTROY, r->rd);
}

/* The run of the block goes back, too. */
bool generate_end(struct step *s)
{
	int realm = any_realm(-1);

	for (unsigned int i = 0; i < ORACLE_GRANULES; i++) {
		if (oracle.granule[i].is_secure) {
			*s = STEP(STEP_SECURE, number_pa(i), 0);
			return true;
		}
	}
	if (realm != ORACLE_NONE) {
		*s = end_realm(realm);
		return true;
	}
	for (unsigned int i = 0; i < ORACLE_GRANULES; i++) {
		if (oracle.granule[i].state == ORACLE_DELEGATED) {
			*s = STEP(RMI_GRANULE_UNDELEGATE, number_pa(i));
			return true;
		}
	}
	return false;
}

/* --- All together ------------------------------------------------------------------------------------------------------------- */

void generate_begin(uint64_t seed)
{
	memset(&g, 0, sizeof(g));
	g.chance = chance_of_seed(seed * UINT64_C(0x9e3779b97f4a7c15));
	pick(1);
	g.condemned = ORACLE_NONE;
	g.wants_block = one_in(4);
	g.vmid = 4;
}

void generate_from(const uint8_t *input, size_t size)
{
	g.chance = chance_of_input(input, size);
}

bool generate_is_over(void)
{
	return chance_is_over(&g.chance);
}

/* Every step has an argument. */
static void spoil(struct step *s)
{
	uint64_t *arg = &s->arg[pick(s->num)];

	switch (pick(8)) {
	case 0:
		*arg += 1;
		break;
	case 1:
		*arg ^= UINT64_C(1) << pick(64);
		break;
	case 2:
		*arg = any_granule();
		break;
	case 3:
		*arg = any_ipa(ORACLE_NONE);
		break;
	case 4:
		*arg = rd_of(any_realm(-1));
		break;
	case 5:
		*arg = 0;
		break;
	case 6:
		*arg += PAGE;
		break;
	default:
		*arg = UINT64_MAX - pick(2) * PAGE;
	}
}

/* What must be there first. */
static bool prepare(struct step *s)
{
	int fresh = any_realm(ORACLE_NEW);

	if (count_in(ORACLE_DELEGATED) < SPARE_WANTED && !one_in(4))
		*s = delegate(granule_in(ORACLE_UNDELEGATED));
	else if (count_realms() < REALMS_WANTED && one_in(2))
		*s = create_realm();
	else if (fresh != ORACLE_NONE && oracle.realm[fresh].next_rec < 2 && one_in(2))
		*s = create_rec(fresh);
	else if (fresh != ORACLE_NONE && oracle.realm[fresh].next_rec >= 2 && one_in(100))
		*s = STEP(RMI_REALM_ACTIVATE, rd_of(fresh));
	else
		return false;
	return true;
}

static struct step next_step(void)
{
	int realm = any_realm(-1);
	struct step s;

	if (prepare(&s) || (g.wants_block && one_in(2) && make_block(&s)))
		return s;
	if (realm == ORACLE_NONE)
		return other(realm);
	if (lacks_apt(realm) && one_in(2))
		return STEP(RMI_CSM, RMI_CSM_APT_CREATE, rd_of(realm), granule_in(ORACLE_DELEGATED));
	switch (pick(32)) {
	case 0:
		return other(realm);
	case 1:
	case 2:
	case 3:
		return change_tables(realm);
	case 4:
	case 5:
	case 6:
		return change_data(realm);
	case 7:
		return change_ripas(realm);
	case 8:
	case 9:
		return host_csm(realm);
	case 10:
		if (complete_psci(&s))
			return s;
		return other(realm);
	default:
		return realm_step();
	}
}

struct step generate(void)
{
	struct step s;

	if (g.condemned == ORACLE_NONE && one_in(CONDEMN))
		g.condemned = any_realm(-1);
	if (g.condemned != ORACLE_NONE && !oracle.realm[g.condemned].live)
		g.condemned = ORACLE_NONE;
	s = g.condemned != ORACLE_NONE && one_in(2) ? end_realm(g.condemned) : next_step();
	if (one_in(SPOIL))
		spoil(&s);
	return s;
}
