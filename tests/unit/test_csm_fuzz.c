/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random sequences of what realms and host can do with CSM, against a naive model of what they may see. After
 * every step each page that any realm reaches must be explained by the model (I1-I4, I6), and each granule's count
 * of foreign mappings must be right (I2, I5).
 *
 * The sequences are fixed by their seeds. More: test_csm_fuzz FIRST_SEED LAST_SEED.
 */
#include <stdio.h>
#include <stdlib.h>

#include "csm_world.h"

#define REALMS 4U
#define WINDOW 24U /* pages in which ranges lie */
#define MAX 64U
#define STEPS 600U
#define SEEDS 24U

/* --- The naive model ------------------------------------------------------------------------------------- */

struct region {
	bool live;
	unsigned int realm;
	uint64_t id;
	unsigned int base, size; /* pages from WORLD_CSM */
};

struct share {
	bool live;
	unsigned int region; /* in regions[] */
	unsigned int realm;  /* of the consumer */
	uint64_t n;
	enum csm_permission permission;
	int consumer; /* attached: in consumers[]; else -1 */
};

struct consumer {
	bool live;
	unsigned int realm, provider;
	uint64_t n;
	unsigned int base, size;
	enum csm_state state;
	uint64_t flags;
};

static struct {
	struct world_realm realm[REALMS];
	struct csm_rid rid[REALMS];
	uint64_t next_n[REALMS][REALMS];
	struct region regions[MAX];
	struct share shares[MAX];
	struct consumer consumers[MAX];
	uint64_t random;
} m;

static unsigned int pick(unsigned int limit)
{
	m.random = m.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned int)(m.random >> 33) % limit;
}

static bool overlaps(unsigned int realm, unsigned int base, unsigned int size)
{
	for (unsigned int i = 0; i < MAX; i++) {
		const struct region *r = &m.regions[i];
		const struct consumer *c = &m.consumers[i];

		if (r->live && r->realm == realm && r->base < base + size && base < r->base + r->size)
			return true;
		if (c->live && c->realm == realm && c->base < base + size && base < c->base + c->size)
			return true;
	}
	return false;
}

static struct share *find_share(unsigned int provider, unsigned int realm, uint64_t n)
{
	for (unsigned int i = 0; i < MAX; i++) {
		struct share *s = &m.shares[i];

		if (s->live && m.regions[s->region].realm == provider && s->realm == realm && s->n == n)
			return s;
	}
	return NULL;
}

static struct consumer *find_consumer(unsigned int realm, unsigned int provider, uint64_t n)
{
	for (unsigned int i = 0; i < MAX; i++) {
		struct consumer *c = &m.consumers[i];

		if (c->live && c->realm == realm && c->provider == provider && c->n == n)
			return c;
	}
	return NULL;
}

#define FREE_OF(array)                                     \
	({                                                 \
		unsigned int free_ = 0;                    \
		while (free_ < MAX && (array)[free_].live) \
			free_++;                           \
		free_;                                     \
	})

/* The share is gone: whoever was attached is revoked. */
static void model_revoke(struct share *s)
{
	if (s->consumer >= 0)
		m.consumers[s->consumer].state = CSM_STATE_REVOKED;
	s->live = false;
}

/* --- Invariants -------------------------------------------------------------------------------------------- */

#define DESC_FOREIGN (UINT64_C(1) << 56)

/* The page of `realm` at `page` is another's: the model must say whose and why. */
static void check_foreign(unsigned int realm, unsigned int page, uint64_t pa, uint64_t desc)
{
	for (unsigned int i = 0; i < MAX; i++) {
		const struct share *s = &m.shares[i];
		const struct region *r = &m.regions[s->region];
		const struct consumer *c;
		uint64_t own, own_desc;

		if (!s->live || s->realm != realm || s->consumer < 0)
			continue;
		c = &m.consumers[s->consumer];
		if (page < c->base || page >= c->base + c->size)
			continue;
		/* I3: page i of C is page i of P. I6: which is P's own. */
		assert_true(world_translate(&m.realm[r->realm], WORLD_CSM + PAGES(r->base + page - c->base),
					    &own, &own_desc));
		assert_int_equal(own, pa);
		assert_false(own_desc & DESC_FOREIGN);
		/* I4. */
		assert_int_equal((desc >> 7 & 1) != 0, s->permission == CSM_PERM_RW);
		assert_int_equal((desc >> 53 & 3) == 0, s->permission == CSM_PERM_RX);
		return;
	}
	fail_msg("realm %u reaches page %u, and nobody agreed to that", realm, page);
}

static void check_invariants(void)
{
	static unsigned int foreign[WORLD_GRANULES];

	memset(foreign, 0, sizeof(foreign));
	for (unsigned int realm = 0; realm < REALMS; realm++) {
		for (unsigned int page = 0; page < WINDOW; page++) {
			uint64_t pa, desc;

			if (!world_translate(&m.realm[realm], WORLD_CSM + PAGES(page), &pa, &desc))
				continue;
			/* I2. */
			assert_true(sim_is_realm((struct pa){ pa }));
			assert_int_equal(world_state(pa), GRANULE_DATA);
			if (desc & DESC_FOREIGN) {
				check_foreign(realm, page, pa, desc);
				foreign[(pa - SIM_DRAM_BASE) / GRANULE_SIZE]++;
			}
		}
	}
	for (size_t i = 0; i < WORLD_GRANULES; i++) {
		struct granule *g = granule_at((uint32_t)i);

		if (granule_state(g) == GRANULE_DATA)
			assert_int_equal(granule_refs(g), foreign[i]);
	}
}

/* What ended as memory is the realm's to have, and never ends in an abort. */
static void check_endings(void)
{
	for (unsigned int i = 0; i < MAX; i++) {
		const struct consumer *c = &m.consumers[i];

		if (!c->live || c->state != CSM_STATE_REVOKED || !(c->flags & CSM_RESERVE_FLAG_RAM))
			continue;
		for (unsigned int page = c->base; page < c->base + c->size; page++)
			assert_int_not_equal(world_entry(&m.realm[c->realm], WORLD_CSM + PAGES(page)).ripas,
					     RMI_EMPTY);
	}
}

/* The host gave the realm a page: not in the place of another's, but where another's has ended. */
static void check_admitted(unsigned int realm, unsigned int page)
{
	for (unsigned int i = 0; i < MAX; i++) {
		const struct consumer *c = &m.consumers[i];

		if (c->live && c->realm == realm && page >= c->base && page < c->base + c->size)
			assert_true(c->state == CSM_STATE_REVOKED && (c->flags & CSM_RESERVE_FLAG_RAM));
	}
}

/* Pages of others that the realm reaches in its range. */
static unsigned int foreign_pages(const struct consumer *c)
{
	unsigned int count = 0;

	for (unsigned int page = c->base; page < c->base + c->size; page++) {
		uint64_t pa, desc;

		count += world_translate(&m.realm[c->realm], WORLD_CSM + PAGES(page), &pa, &desc) &&
			 (desc & DESC_FOREIGN);
	}
	return count;
}

/* A call of a realm, with interrupts at random; in the middle the invariants hold as before it. */
static struct smc_regs call(unsigned int realm, struct smc_regs command)
{
	struct smc_regs out;

	do {
		sim_irq_after(pick(4) == 0 ? 0 : -1);
		out = world_say(&m.realm[realm], command);
		sim_irq_after(-1);
		if (out.x[0] == RSI_INCOMPLETE)
			check_invariants();
	} while (out.x[0] == RSI_INCOMPLETE);
	return out;
}

/* --- Steps --------------------------------------------------------------------------------------------------- */

static bool has_destroyed(unsigned int realm, unsigned int base, unsigned int size)
{
	for (unsigned int i = base; i < base + size; i++) {
		if (world_entry(&m.realm[realm], WORLD_CSM + PAGES(i)).ripas == RMI_DESTROYED)
			return true;
	}
	return false;
}

static void step_create(void)
{
	unsigned int realm = pick(REALMS), size = 1 + pick(5), base = pick(WINDOW - size),
		     slot = FREE_OF(m.regions);
	struct smc_regs out;

	if (slot == MAX)
		return;
	out = call(realm, say(RSI_CSM_CREATE, WORLD_CSM + PAGES(base), PAGES(size), 0));
	if (overlaps(realm, base, size) || out.x[0] == RSI_ERROR_INPUT) {
		assert_int_equal(out.x[0], RSI_ERROR_INPUT);
		assert_true(overlaps(realm, base, size) || has_destroyed(realm, base, size));
		return;
	}
	assert_int_equal(out.x[0], RSI_SUCCESS);
	m.regions[slot] = (struct region){ true, realm, out.x[1], base, size };
}

static void step_share(void)
{
	unsigned int i = pick(MAX), to = pick(REALMS), slot = FREE_OF(m.shares);
	enum csm_permission permission = (enum csm_permission)(1 + pick(3));
	const struct region *r = &m.regions[i];
	struct smc_regs out;

	if (!r->live || slot == MAX)
		return;
	out = call(r->realm, say_share(r->id, m.rid[to], permission, 0));
	if (to == r->realm) {
		assert_int_equal(out.x[0], RSI_ERROR_INPUT);
		return;
	}
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], m.next_n[r->realm][to]++);
	m.shares[slot] = (struct share){ true, i, to, out.x[1], permission, -1 };
}

static void step_revoke(void)
{
	unsigned int from = pick(REALMS), to = pick(REALMS);
	uint64_t n = m.next_n[from][to] ? pick((unsigned int)m.next_n[from][to]) : 0;
	struct share *s = find_share(from, to, n);
	struct smc_regs out = call(from, say_revoke(m.rid[to], n));

	assert_int_equal(out.x[0], s != NULL ? (uint64_t)RSI_SUCCESS : RSI_CSM_ERROR_DENIED);
	if (s != NULL)
		model_revoke(s);
}

static void step_destroy(void)
{
	unsigned int i = pick(MAX);
	struct region *r = &m.regions[i];

	if (!r->live)
		return;
	assert_int_equal(call(r->realm, say(RSI_CSM_DESTROY, r->id)).x[0], RSI_SUCCESS);
	for (unsigned int k = 0; k < MAX; k++) {
		if (m.shares[k].live && m.shares[k].region == i)
			model_revoke(&m.shares[k]);
	}
	r->live = false;
}

static void step_reserve(void)
{
	unsigned int realm = pick(REALMS), provider = pick(REALMS), slot = FREE_OF(m.consumers);
	unsigned int size = 1 + pick(5), base;
	uint64_t n = pick((unsigned int)m.next_n[provider][realm] + 2);
	const struct share *s = find_share(provider, realm, n);
	struct smc_regs out;
	uint64_t flags;

	if (slot == MAX)
		return;
	if (s != NULL && pick(4) != 0)
		size = m.regions[s->region].size; /* mostly what fits */
	base = pick(WINDOW - size);
	flags = pick(2) ? CSM_RESERVE_FLAG_RAM : 0;
	out = call(realm, say_reserve(m.rid[provider], n, WORLD_CSM + PAGES(base), PAGES(size), flags));
	if (provider == realm) {
		assert_int_equal(out.x[0], RSI_ERROR_INPUT);
	} else if (find_consumer(realm, provider, n) != NULL) {
		assert_int_equal(out.x[0], RSI_ERROR_STATE);
	} else if (overlaps(realm, base, size)) {
		assert_int_equal(out.x[0], RSI_ERROR_INPUT);
	} else {
		assert_int_equal(out.x[0], RSI_SUCCESS);
		m.consumers[slot] =
			(struct consumer){ true, realm, provider, n, base, size, CSM_STATE_RESERVED, flags };
	}
}

static uint64_t expected_attach(const struct consumer *c, const struct share *s)
{
	if (c == NULL)
		return RSI_CSM_ERROR_DENIED;
	if (c->state == CSM_STATE_REVOKED)
		return RSI_CSM_ERROR_REVOKED;
	if (c->state == CSM_STATE_BROKEN)
		return RSI_ERROR_STATE;
	if (s == NULL || m.regions[s->region].size != c->size)
		return RSI_CSM_ERROR_DENIED;
	return RSI_SUCCESS;
}

static void step_attach(void)
{
	unsigned int realm = pick(REALMS), provider = pick(REALMS);
	uint64_t n = pick((unsigned int)m.next_n[provider][realm] + 1);
	struct consumer *c = find_consumer(realm, provider, n);
	struct share *s = find_share(provider, realm, n);
	struct smc_regs out;
	uint64_t expected = expected_attach(c, s);

	if (expected == RSI_SUCCESS) {
		/* In the middle of the call pages may be mapped already. */
		s->consumer = (int)(c - m.consumers);
		c->state = CSM_STATE_ATTACHED;
	}
	out = call(realm, say_attach(m.rid[provider], n));
	assert_int_equal(out.x[0], expected);
	if (expected == RSI_SUCCESS) {
		assert_int_equal(out.x[1], s->permission);
		assert_int_equal(out.x[2] + out.x[3], c->size);
		assert_int_equal(out.x[2],
				 pages_reached(&m.realm[realm], WORLD_CSM + PAGES(c->base), PAGES(c->size)));
	}
}

static void step_detach(void)
{
	unsigned int i = pick(MAX);
	struct consumer *c = &m.consumers[i];
	struct share *s;

	if (!c->live)
		return;
	assert_int_equal(call(c->realm, say_detach(m.rid[c->provider], c->n)).x[0], RSI_SUCCESS);
	s = find_share(c->provider, c->realm, c->n);
	if (s != NULL && s->consumer == (int)i)
		s->consumer = -1;
	c->live = false;
	assert_int_equal(foreign_pages(c), 0);
}

/* The host: takes pages, gives pages, unmaps, fills. Whatever it does, the invariants hold. */
static void step_host(void)
{
	unsigned int realm = pick(REALMS), number = pick(WINDOW);
	struct world_realm *r = &m.realm[realm];
	uint64_t at = WORLD_CSM + PAGES(number);
	struct smc_regs out;

	switch (pick(4)) {
	case 0:
		out = world_rmi(RMI_DATA_DESTROY, r->rd, at);
		if (out.x[0] == RMI_SUCCESS)
			world_undelegate(out.x[1]);
		break;
	case 1: {
		uint64_t page = world_delegated();

		if (rmi(RMI_DATA_CREATE_UNKNOWN, r->rd, page, at) != RMI_SUCCESS)
			world_undelegate(page);
		else
			check_admitted(realm, number);
		break;
	}
	case 2:
		world_rmi(RMI_CSM, RMI_CSM_FILL, r->rd, at);
		break;
	default:
		out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, r->rd, at);
		if (out.x[0] != RMI_SUCCESS)
			break;
		for (unsigned int i = 0; i < MAX; i++) {
			struct consumer *c = &m.consumers[i];
			struct share *s;
			uint64_t base = WORLD_CSM + PAGES(c->base);

			if (!c->live || &m.realm[c->realm] != r || at < base || at >= base + PAGES(c->size) ||
			    c->state != CSM_STATE_ATTACHED)
				continue;
			c->state = CSM_STATE_BROKEN;
			/* Emptied as a whole or not: what is left is explained by the share. */
			s = find_share(c->provider, c->realm, c->n);
			if (s != NULL && foreign_pages(c) == 0 && c->flags == 0)
				s->consumer = -1;
		}
		break;
	}
}

static void run_seed(uint64_t seed)
{
	static void (*const steps[])(void) = { step_create,  step_share,   step_share,   step_revoke,
					       step_destroy, step_reserve, step_reserve, step_attach,
					       step_attach,  step_attach,  step_detach,  step_host,
					       step_host };

	memset(&m, 0, sizeof(m));
	m.random = seed * UINT64_C(0x9e3779b97f4a7c15);
	world_reset();
	for (unsigned int i = 0; i < REALMS; i++) {
		world_realm(&m.realm[i], &(struct world_options){ .apt = 1 });
		world_activate(&m.realm[i]);
		world_tables(&m.realm[i], WORLD_CSM, PAGES(WINDOW));
		m.rid[i] = rid_of(&m.realm[i]);
	}
	for (unsigned int i = 0; i < STEPS; i++) {
		steps[pick(sizeof(steps) / sizeof(steps[0]))]();
		check_invariants();
		check_endings();
	}
	for (unsigned int i = 0; i < REALMS; i++)
		world_end(&m.realm[(i + seed) % REALMS]);
	world_check_all_back();
}

static uint64_t first_seed = 1, last_seed = SEEDS;

static void test_seeds(void **state)
{
	(void)state;
	for (uint64_t seed = first_seed; seed <= last_seed; seed++) {
		print_message("seed %lu\n", (unsigned long)seed);
		run_seed(seed);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_seeds) };

	if (argc == 3) {
		first_seed = strtoull(argv[1], NULL, 0);
		last_seed = strtoull(argv[2], NULL, 0);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
