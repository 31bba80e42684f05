/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of several realms and of the host, each left in the middle while others go on: at an interrupt, out at the
 * host, for ever. The monitor here takes steps of 16 entries (CSM_STEP), so that every call has a middle. After each
 * step the invariants hold (docs/csm.md; I5 is the simulated machine's to check).
 *
 * No model says what should happen: test_csm_fuzz.c has one. The sequences are fixed by their seeds. More:
 * test_csm_steps FIRST_SEED LAST_SEED.
 */
#include <stdio.h>
#include <stdlib.h>

#include "csm/internal.h"
#include "csm_check.h"
#include "world.h"

#define REALMS 4U
#define RECS 3U
#define WINDOW 1024U /* pages in which ranges lie: two tables */
#define STEPS 2500U
#define SEEDS 10U

/* Realm r has page p of its window in this granule, so that its tables can be folded. */
#define POOL(r, p) (SIM_DRAM_BASE + 0x400000 + PAGES((r)*WINDOW + (p)))

#define DESC_FOREIGN (UINT64_C(1) << 56)
#define BLOCK PAGES(512)

/* What a REC is in the middle of. */
struct rec_call {
	enum { CALL_NONE, CALL_AT_HOST, CALL_INCOMPLETE } state;
	uint64_t x[18];
	struct rmi_rec_exit exit;
};

static struct {
	struct world_realm realm[REALMS];
	struct csm_rid rid[REALMS];
	bool dying[REALMS];
	struct rec_call call[REALMS][RECS];
	uint64_t random;
} m;

/* How often something happened, in all seeds: what never did has not been tested. */
static struct {
	unsigned int incomplete, at_host, attached, revoked, detached, again, destroyed, folded, unmapped,
		deaths;
} seen;

static unsigned int pick(unsigned int limit)
{
	m.random = m.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned int)(m.random >> 33) % limit;
}

static struct granule *rd_of(unsigned int r)
{
	return granule_find(pa(m.realm[r].rd));
}

static unsigned int page_of(uint64_t addr)
{
	return (unsigned int)((addr - WORLD_CSM) / GRANULE_SIZE);
}

/* --- The host's hands ------------------------------------------------------------------------------------ */

static void make_tables(unsigned int r, unsigned int p)
{
	for (uint64_t level = 2; level <= 3; level++) {
		uint64_t span = level == 2 ? UINT64_C(1) << 30 : BLOCK;
		uint64_t table = world_delegated();

		if (rmi(RMI_RTT_CREATE, m.realm[r].rd, table, align_down(WORLD_CSM + PAGES(p), span),
			level) != RMI_SUCCESS)
			world_undelegate(table);
	}
}

static void put_page(unsigned int r, unsigned int p)
{
	uint64_t page = POOL(r, p);

	if (world_state(page) != GRANULE_UNDELEGATED)
		return;
	assert_int_equal(rmi(RMI_GRANULE_DELEGATE, page), RMI_SUCCESS);
	if (rmi(RMI_DATA_CREATE_UNKNOWN, m.realm[r].rd, page, WORLD_CSM + PAGES(p)) != RMI_SUCCESS)
		assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, page), RMI_SUCCESS);
}

/* False: not yet. */
static bool take_page(unsigned int r, unsigned int p)
{
	struct smc_regs out = world_rmi(RMI_DATA_DESTROY, m.realm[r].rd, WORLD_CSM + PAGES(p));

	if (out.x[0] == RMI_CSM_AGAIN) {
		seen.again++;
		return false;
	}
	if (out.x[0] == RMI_SUCCESS) {
		assert_true(world_is_zero(out.x[1]));
		assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, out.x[1]), RMI_SUCCESS);
	}
	return true;
}

/* All of them: world_end() would take the pool's for its own. Whatever was begun before, it comes to an end (I9). */
static void take_all_pages(unsigned int r)
{
	for (unsigned int p = 0; p < WINDOW; p++) {
		unsigned int calls = 0;

		if (p % 512 == 0)
			make_tables(r, p);
		while (!take_page(r, p))
			assert_true(++calls < 100);
	}
}

/* What an exit asks; `fully` or with omissions. */
static void serve(unsigned int r, const struct rmi_rec_exit *exit, bool fully)
{
	unsigned int first = page_of(exit->csm_base);
	unsigned int count = (unsigned int)(exit->csm_size / GRANULE_SIZE);

	if (exit->csm_event == CSM_EVENT_APT_FULL) {
		uint64_t page = world_delegated();

		if (rmi(RMI_CSM, RMI_CSM_APT_EXTEND, m.realm[r].rd, page) != RMI_SUCCESS)
			world_undelegate(page);
		return;
	}
	if (exit->csm_event == CSM_EVENT_REMOVE || exit->csm_event == CSM_EVENT_NOTIFY)
		return;
	for (unsigned int p = first; p < first + count; p++) {
		if (p == first || p % 512 == 0)
			make_tables(r, p);
		if (!fully && pick(20) == 0)
			continue;
		if (exit->csm_event == CSM_EVENT_P_REALM)
			put_page(r, p);
		if (exit->csm_event == CSM_EVENT_C_REALM)
			take_page(r, p);
	}
}

/* --- Calls of realms ------------------------------------------------------------------------------------- */

static void note_result(const struct rec_call *call, uint64_t status)
{
	if (status != RSI_SUCCESS)
		return;
	seen.attached += call->x[0] == RSI_CSM_ATTACH;
	seen.revoked += call->x[0] == RSI_CSM_REVOKE;
	seen.detached += call->x[0] == RSI_CSM_DETACH;
	seen.destroyed += call->x[0] == RSI_CSM_DESTROY;
}

static void note_end(struct rec_call *call, bool left, const struct smc_regs *out)
{
	sim_irq_after(-1);
	if (left) {
		assert_int_equal(call->exit.exit_reason, RMI_EXIT_CSM);
		call->state = CALL_AT_HOST;
		seen.at_host++;
	} else if (out->x[0] == RSI_INCOMPLETE) {
		call->state = CALL_INCOMPLETE;
		seen.incomplete++;
	} else {
		call->state = CALL_NONE;
		note_result(call, out->x[0]);
	}
}

static void make_call(unsigned int r, unsigned int i)
{
	struct rec_call *call = &m.call[r][i];
	struct smc_regs out;

	sim_irq_after(pick(3) != 0 ? (long)pick(4) : -1);
	note_end(call, world_smc_exits(&m.realm[r], i, call->x, &out, &call->exit), &out);
}

/* The host lets the REC go on, having done what it was asked, in part, not at all, or with a refusal. */
static void answer_call(unsigned int r, unsigned int i)
{
	struct rec_call *call = &m.call[r][i];
	unsigned int how = pick(16);
	struct smc_regs out;

	if (how < 14)
		serve(r, &call->exit, how < 9);
	sim_irq_after(pick(3) != 0 ? (long)pick(4) : -1);
	note_end(call,
		 world_resume(&m.realm[r], i, how == 15 ? RMI_REC_ENTER_FLAG_CSM_REJECT : 0, &out,
			      &call->exit),
		 &out);
}

/* An entry of this kind in the realm's table. NULL: none found. */
static const struct apt_entry *any_entry(unsigned int r, enum apt_kind kind)
{
	struct apt *apt = csm_apt(rd_of(r));

	for (unsigned int tries = 0; apt != NULL && tries < 60; tries++) {
		const struct apt_entry *e = apt_entry(apt, pick(apt_num_slots(apt)));

		if (e->kind == kind)
			return e;
	}
	return NULL;
}

/* The registers of the call that was chosen. */
static bool ask(uint64_t x[18], struct smc_regs command)
{
	memcpy(x, command.x, sizeof(command.x));
	return true;
}

/* Each chooses a call of realm `r`. False: there is nothing to call for. */
typedef bool choose_call(unsigned int r, uint64_t x[18]);

/* The first table's range, or a small one in the second. */
static void choose_range(uint64_t *base, uint64_t *size)
{
	if (pick(4) == 0) {
		*base = WORLD_CSM;
		*size = BLOCK;
	} else {
		*size = PAGES(1 + pick(20));
		*base = WORLD_CSM + BLOCK + PAGES(pick(512 - 20));
	}
}

static bool choose_create(unsigned int r, uint64_t x[18])
{
	const struct apt_entry *region = any_entry(r, APT_REGION);
	uint64_t base, size;

	if (region != NULL && region->state == CSM_STATE_CREATING && pick(2) == 0)
		return ask(x, say(RSI_CSM_CREATE, region->base, region->size, 0));
	if (region != NULL && pick(6) != 0) /* few, so that some have many consumers */
		return false;
	choose_range(&base, &size);
	return ask(x, say(RSI_CSM_CREATE, base, size, 0));
}

static bool choose_share(unsigned int r, uint64_t x[18])
{
	const struct apt_entry *region = any_entry(r, APT_REGION);

	if (region == NULL || apt_num_slots(csm_apt(rd_of(r))) > 300)
		return false;
	return ask(x, say_share(region->as_region.id, m.rid[pick(REALMS)], CSM_PERM_RO + pick(3), 0));
}

static bool choose_revoke(unsigned int r, uint64_t x[18])
{
	const struct apt_entry *share = any_entry(r, APT_SHARE);

	if (share == NULL || pick(6) != 0)
		return false;
	return ask(x, say_revoke(share->peer, share->n));
}

static bool choose_destroy(unsigned int r, uint64_t x[18])
{
	const struct apt_entry *region = any_entry(r, APT_REGION);

	if (region == NULL || pick(8) != 0)
		return false;
	return ask(x, say(RSI_CSM_DESTROY, region->as_region.id));
}

static bool choose_reserve(unsigned int r, uint64_t x[18])
{
	unsigned int from = pick(REALMS);
	const struct apt_entry *share = any_entry(from, APT_SHARE);
	uint64_t base, size;

	if (share == NULL || !rid_equal(share->peer, m.rid[r]))
		return false;
	choose_range(&base, &size);
	if (pick(12) != 0) /* mostly what fits */
		size = apt_entry(csm_apt(rd_of(from)), share->as_share.region)->size;
	if (size == BLOCK)
		base = WORLD_CSM;
	if (base + size > WORLD_CSM + PAGES(WINDOW))
		return false;
	return ask(x, say_reserve(m.rid[from], share->n, base, size, pick(2) ? CSM_RESERVE_FLAG_RAM : 0));
}

static bool choose_attach(unsigned int r, uint64_t x[18])
{
	const struct apt_entry *consumer = any_entry(r, APT_CONSUMER);

	if (consumer == NULL)
		return false;
	if (consumer->state == CSM_STATE_CREATING && pick(2) == 0)
		return ask(x, say_reserve(consumer->peer, consumer->n, consumer->base, consumer->size, 0));
	return ask(x, say_attach(consumer->peer, consumer->n));
}

static bool choose_detach(unsigned int r, uint64_t x[18])
{
	const struct apt_entry *consumer = any_entry(r, APT_CONSUMER);

	if (consumer == NULL || (pick(8) != 0 && consumer->state == CSM_STATE_ATTACHED))
		return false;
	return ask(x, say_detach(consumer->peer, consumer->n));
}

static bool choose_notify(unsigned int r, uint64_t x[18])
{
	const struct apt_entry *e = any_entry(r, pick(2) != 0 ? APT_CONSUMER : APT_SHARE);

	if (e == NULL)
		return ask(x, say(RSI_CSM_PENDING, 0));
	return ask(x, say_notify(e->peer, e->n, e->kind == APT_CONSUMER));
}

static void step_realm(void)
{
	static choose_call *const choices[] = {
		choose_create,  choose_share,   choose_share,   choose_share,   choose_share,
		choose_reserve, choose_reserve, choose_reserve, choose_reserve, choose_reserve,
		choose_reserve, choose_reserve, choose_attach,  choose_attach,  choose_attach,
		choose_attach,  choose_attach,  choose_revoke,  choose_destroy, choose_notify,
		choose_detach,
	};
	unsigned int r = pick(REALMS), i = pick(RECS);
	struct rec_call *call = &m.call[r][i];

	if (m.dying[r])
		return;
	if (call->state == CALL_AT_HOST)
		answer_call(r, i);
	else if ((call->state == CALL_INCOMPLETE && pick(8) != 0) ||
		 choices[pick(sizeof(choices) / sizeof(choices[0]))](r, call->x))
		make_call(r, i); /* one that was incomplete may be forgotten */
}

/* --- Lives of realms ------------------------------------------------------------------------------------- */

static void start_realm(unsigned int r)
{
	const uint64_t none[18] = { RSI_VERSION, RSI_ABI_VERSION };
	struct world_realm *realm = &m.realm[r];
	struct rmi_rec_exit exit;
	struct smc_regs out;

	world_realm(realm, &(struct world_options){ .apt = 2, .recs = RECS });
	world_activate(realm);
	for (uint64_t i = 1; i < RECS; i++) {
		const uint64_t on[18] = { PSCI_CPU_ON, i, WORLD_RAM, 0 };

		assert_true(world_smc_exits(realm, 0, on, &out, &exit));
		assert_int_equal(rmi(RMI_PSCI_COMPLETE, realm->rec[0], realm->rec[i], PSCI_SUCCESS),
				 RMI_SUCCESS);
	}
	assert_false(world_smc_exits(realm, 0, none, &out, &exit));
	m.rid[r] = rid_of(realm);
	m.dying[r] = false;
	memset(m.call[r], 0, sizeof(m.call[r]));
}

static void kill_realm(unsigned int r)
{
	world_end_recs(&m.realm[r]);
	m.dying[r] = true;
	seen.deaths++;
}

/* A part of what has to go before the realm can. */
static void take_apart(unsigned int r)
{
	struct world_realm *realm = &m.realm[r];

	for (unsigned int i = 0; i < 4 && realm->apt; i++) {
		struct smc_regs out = world_rmi(RMI_CSM, RMI_CSM_APT_DESTROY, realm->rd);

		if (out.x[0] != RMI_SUCCESS)
			break;
		if (out.x[1] != 0)
			world_undelegate(out.x[1]);
		realm->apt = out.x[2] != 0;
	}
	if (pick(6) == 0) {
		take_all_pages(r);
		world_end(realm);
		start_realm(r);
	}
}

/* --- The host by itself ---------------------------------------------------------------------------------- */

/* With what the provider has by now, if the table is a consumer's. */
static void fold(unsigned int r, unsigned int p)
{
	uint64_t base = align_down(WORLD_CSM + PAGES(p), BLOCK), page, desc;
	struct smc_regs out;

	for (uint64_t at = base; at < base + BLOCK; at += PAGES(CSM_STEP))
		world_rmi(RMI_CSM, RMI_CSM_FILL, m.realm[r].rd, at);
	out = world_rmi(RMI_RTT_FOLD, m.realm[r].rd, base, 3);
	if (out.x[0] != RMI_SUCCESS)
		return;
	world_undelegate(out.x[1]);
	seen.folded += world_translate(&m.realm[r], base, &page, &desc) && (desc & DESC_FOREIGN);
}

static void destroy_table(unsigned int r, unsigned int p)
{
	struct smc_regs out =
		world_rmi(RMI_RTT_DESTROY, m.realm[r].rd, align_down(WORLD_CSM + PAGES(p), BLOCK), 3);

	if (out.x[0] == RMI_SUCCESS)
		world_undelegate(out.x[1]);
}

/* A page in a range, mostly. */
static unsigned int choose_page(unsigned int r)
{
	const struct apt_entry *e = any_entry(r, pick(2) != 0 ? APT_CONSUMER : APT_REGION);

	if (e == NULL || pick(4) == 0)
		return pick(WINDOW);
	return page_of(e->base) + pick((unsigned int)(e->size / GRANULE_SIZE));
}

/* Of some pages the one that most consumers have. */
static unsigned int choose_shared_page(unsigned int r)
{
	unsigned int best = choose_page(r);
	uint32_t most = 0;

	for (unsigned int tries = 0; tries < 16; tries++) {
		unsigned int p = choose_page(r);
		uint64_t page, desc;

		if (!world_translate(&m.realm[r], WORLD_CSM + PAGES(p), &page, &desc) ||
		    (desc & DESC_FOREIGN) || granule_refs(granule_find(pa(page))) <= most)
			continue;
		most = granule_refs(granule_find(pa(page)));
		best = p;
	}
	return best;
}

static void step_host(void)
{
	unsigned int r = pick(REALMS), p = choose_page(r);

	switch (pick(12)) {
	case 0:
	case 1:
	case 2:
		p = choose_shared_page(r);
		if (p >= 512 || pick(16) == 0) /* a table with a hole can't be folded */
			take_page(r, p);
		break;
	case 3:
		for (unsigned int k = 0; k < 512; k++)
			put_page(r, (p + k) % WINDOW);
		break;
	case 4:
		world_rmi(RMI_CSM, RMI_CSM_FILL, m.realm[r].rd, WORLD_CSM + PAGES(p));
		break;
	case 5:
		if (pick(4) == 0)
			seen.unmapped += rmi(RMI_CSM, RMI_CSM_UNMAP, m.realm[r].rd, WORLD_CSM + PAGES(p)) ==
					 RMI_SUCCESS;
		break;
	case 6:
	case 7:
		fold(r, pick(4) != 0 ? 0 : p);
		break;
	case 8:
		make_tables(r, p);
		break;
	case 9:
		destroy_table(r, p);
		break;
	default:
		if (m.dying[r])
			take_apart(r);
		else if (pick(60) == 0)
			kill_realm(r);
		break;
	}
}

/* --- Runs ------------------------------------------------------------------------------------------------ */

static void run_seed(uint64_t seed)
{
	memset(&m, 0, sizeof(m));
	m.random = seed * UINT64_C(0x9e3779b97f4a7c15);
	world_reset();
	for (unsigned int r = 0; r < REALMS; r++)
		start_realm(r);
	for (unsigned int i = 0; i < STEPS; i++) {
		if (pick(4) != 0)
			step_realm();
		else
			step_host();
		csm_check_all();
	}
	for (unsigned int i = 0; i < REALMS; i++) {
		unsigned int r = (i + (unsigned int)seed) % REALMS;

		take_all_pages(r);
		world_end(&m.realm[r]);
	}
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
	print_message(
		"%u incomplete, %u at the host, %u attached, %u revoked, %u detached, %u regions destroyed\n",
		seen.incomplete, seen.at_host, seen.attached, seen.revoked, seen.detached, seen.destroyed);
	print_message("%u again, %u folded, %u unmapped, %u deaths\n", seen.again, seen.folded, seen.unmapped,
		      seen.deaths);
	assert_true(seen.incomplete > 0 && seen.at_host > 0 && seen.attached > 0 && seen.revoked > 0);
	assert_true(seen.detached > 0 && seen.destroyed > 0 && seen.again > 0 && seen.folded > 0);
	assert_true(seen.unmapped > 0 && seen.deaths > 0);
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
