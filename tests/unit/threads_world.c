/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What realms on several PEs call, and their host (threads_world.h).
 */
#include "threads_world.h"

#include <pthread.h>
#include <stdlib.h>

struct threads_realm realms[REALMS_MAX];
unsigned int num_realms;
bool threads_have_blocks;

/* What each REC has called last: only the PE that runs it looks. */
static uint64_t last_call[REALMS_MAX][RECS];

/* What one offered another last: owners tell each other such things. Number and size may be of two offers. */
static struct {
	_Atomic uint64_t n, size;
} offers[REALMS_MAX][REALMS_MAX];

_Atomic unsigned int attached, revoked, blocks;

/* Non-secure granules, of all PEs. */
static uint64_t pool[WORLD_GRANULES];
static unsigned int pool_count;
static pthread_mutex_t pool_mutex = PTHREAD_MUTEX_INITIALIZER;

static struct pe pes[PES];
_Thread_local struct pe *pe;

unsigned int pick(unsigned int limit)
{
	return choose(&pe->chance, limit);
}

void threads_note_rid(unsigned int r, struct csm_rid rid)
{
	atomic_store(&realms[r].rid_lo, rid.lo);
	atomic_store(&realms[r].rid_hi, rid.hi);
}

/* The halves may be of two lives: nobody's, then. */
struct csm_rid threads_rid(unsigned int r)
{
	return (struct csm_rid){ atomic_load(&realms[r].rid_lo), atomic_load(&realms[r].rid_hi) };
}

void threads_forget(unsigned int r)
{
	for (unsigned int i = 0; i < RECS; i++)
		last_call[r][i] = 0;
}

void threads_fill_pool(unsigned int count)
{
	for (pool_count = 0; pool_count < count; pool_count++)
		pool[pool_count] = world_ns();
}

void threads_empty_pool(void)
{
	while (pool_count != 0)
		world_free(pool[--pool_count]);
}

/* --- Realms ---------------------------------------------------------------------------------------------- */

static unsigned int number_of(const struct rec *rec)
{
	unsigned int r = 0;

	while (granule_find(pa(realms[r].r.rd)) != rec->rd)
		r++;
	return r;
}

/* A call about an entry of the realm's table, as QUERY has reported it in x1 to x9. */
static void say_about_entry(struct rec *rec, unsigned int r)
{
	uint64_t x[10];

	memcpy(x, rec->gprs, sizeof(x));
	switch (x[1]) {
	case CSM_ROLE_REGION:
		if (x[2] == CSM_STATE_CREATING)
			say_next(rec, say(RSI_CSM_CREATE, x[7], x[8], 0));
		else if (pick(16) == 0)
			say_next(rec, say(RSI_CSM_DESTROY, x[6]));
		else
			say_next(rec,
				 say_share(x[6], threads_rid(pick(num_realms)), CSM_PERM_RO + pick(3), 0));
		break;
	case CSM_ROLE_SHARE:
		for (unsigned int q = 0; q < num_realms; q++) {
			if (x[3] == atomic_load(&realms[q].rid_lo) && x[2] == CSM_STATE_OFFERED) {
				atomic_store(&offers[r][q].n, x[5]);
				atomic_store(&offers[r][q].size, x[8]);
			}
		}
		if (pick(8) == 0)
			say_next(rec, say(RSI_CSM_REVOKE, x[3], x[4], x[5]));
		else
			say_next(rec, say(RSI_CSM_NOTIFY, x[3], x[4], x[5], 0));
		break;
	default:
		if (x[2] == CSM_STATE_CREATING)
			say_next(rec, say(RSI_CSM_RESERVE, x[3], x[4], x[5], x[7], x[8], pick(2)));
		else if (x[2] == CSM_STATE_REVOKED || x[2] == CSM_STATE_BROKEN || pick(8) == 0)
			say_next(rec, say(RSI_CSM_DETACH, x[3], x[4], x[5]));
		else
			say_next(rec, say(RSI_CSM_ATTACH, x[3], x[4], x[5]));
		break;
	}
}

static void say_csm(struct rec *rec, unsigned int r)
{
	uint64_t base = WORLD_CSM + PAGES(pick(WINDOW - 4)), size = PAGES(1 + pick(4));
	unsigned int q = pick(num_realms);
	uint64_t offered = atomic_load(&offers[q][r].size);

	switch (pick(12)) {
	case 0:
		if (threads_have_blocks && r == 0 && pick(2) == 0)
			say_next(rec, say(RSI_CSM_CREATE, BLOCK_AT, BLOCK_SIZE, 0));
		else
			say_next(rec, say(RSI_CSM_CREATE, base, size, 0));
		break;
	case 1:
	case 2:
		say_next(rec, say_reserve(threads_rid(q), atomic_load(&offers[q][r].n),
					  offered == BLOCK_SIZE ? BLOCK_AT : base, offered, pick(2)));
		break;
	case 3:
		say_next(rec, say_peer_measurement(threads_rid(q), pick(6)));
		break;
	case 4:
		say_next(rec, say(RSI_CSM_PENDING, 0));
		break;
	case 5:
		say_next(rec, say(RSI_CSM_DOORBELL, pick(RECS)));
		break;
	default:
		say_next(rec, say(RSI_CSM_QUERY, pick(15)));
		break;
	}
}

static void say_other(struct rec *rec)
{
	uint64_t at = WORLD_CSM + PAGES(pick(WINDOW));

	switch (pick(12)) {
	default: /* what the host has destroyed is memory again */
		say_next(rec, say(RSI_IPA_STATE_SET, at, at + PAGES(1), RSI_RAM, 1));
		break;
	case 1:
		say_next(rec, say(RSI_IPA_STATE_GET, at, at + PAGES(4)));
		break;
	case 2:
		say_next(rec, say(RSI_HOST_CALL, at));
		break;
	case 3:
		say_next(rec, say(RSI_REALM_CONFIG, at));
		break;
	case 4:
		say_next(rec, say(RSI_MEASUREMENT_EXTEND, 1 + pick(4), 64, pick(9)));
		break;
	case 5:
		say_next(rec, say(PSCI_AFFINITY_INFO, pick(RECS), 0));
		break;
	}
}

bool threads_next_call(struct rec *rec)
{
	unsigned int r = number_of(rec);
	uint64_t *last = &last_call[r][rec->mpidr & 1];
	bool knows = *last == RSI_CSM_QUERY && rec->gprs[0] == RSI_SUCCESS && rec->gprs[1] != CSM_INDEX_NONE;

	attached += *last == RSI_CSM_ATTACH && rec->gprs[0] == RSI_SUCCESS;
	blocks += *last == RSI_CSM_ATTACH && rec->gprs[0] == RSI_SUCCESS &&
		  rec->gprs[2] == BLOCK_SIZE / GRANULE_SIZE;
	revoked += *last == RSI_CSM_REVOKE && rec->gprs[0] == RSI_SUCCESS;
	*last = 0;
	if (pick(6) == 0)
		return false;
	if (knows)
		say_about_entry(rec, r);
	else if (pick(4) != 0)
		say_csm(rec, r);
	else
		say_other(rec);
	*last = rec->gprs[0];
	return true;
}

/* --- The host -------------------------------------------------------------------------------------------- */

/* A granule from the pool, delegated; 0: there is none. */
uint64_t lend(void)
{
	uint64_t granule = 0;

	pthread_mutex_lock(&pool_mutex);
	if (pool_count != 0)
		granule = pool[--pool_count];
	pthread_mutex_unlock(&pool_mutex);
	if (granule != 0 && rmi(RMI_GRANULE_DELEGATE, granule) != RMI_SUCCESS)
		abort();
	return granule;
}

/* And back. */
void take(uint64_t granule)
{
	if (rmi(RMI_GRANULE_UNDELEGATE, granule) != RMI_SUCCESS || !world_is_zero(granule))
		abort();
	if (threads_have_blocks && granule - WORLD_RUN < BLOCK_SIZE)
		return; /* it is the block's */
	pthread_mutex_lock(&pool_mutex);
	pool[pool_count++] = granule;
	pthread_mutex_unlock(&pool_mutex);
}

/* A command whose x1 is a granule that comes back. */
bool take_by(uint64_t fid, uint64_t rd, uint64_t at, uint64_t level)
{
	struct smc_regs out = world_rmi(fid, rd, at, level);

	if (out.x[0] == RMI_SUCCESS)
		take(out.x[1]);
	return out.x[0] == RMI_SUCCESS;
}

void lend_to(uint64_t fid, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t granule = lend();

	if (granule == 0)
		return;
	if (fid == RMI_CSM ? rmi(RMI_CSM, RMI_CSM_APT_EXTEND, a, granule) : rmi(fid, a, granule, b, c))
		take(granule);
}

void make_tables(unsigned int r)
{
	lend_to(RMI_RTT_CREATE, realms[r].r.rd, align_down(WORLD_CSM, PAGES(512 * 512)), 2);
	lend_to(RMI_RTT_CREATE, realms[r].r.rd, WORLD_CSM, 3);
	if (threads_have_blocks && pick(2) == 0)
		lend_to(RMI_RTT_CREATE, realms[r].r.rd, BLOCK_AT, 3);
}

static void serve_csm(unsigned int r, const struct rmi_rec_exit *exit)
{
	make_tables(r);
	if (exit->csm_event == CSM_EVENT_APT_FULL)
		lend_to(RMI_CSM, realms[r].r.rd, 0, 0);
	if (exit->csm_event != CSM_EVENT_P_REALM && exit->csm_event != CSM_EVENT_C_REALM)
		return;
	for (uint64_t at = exit->csm_base; at < exit->csm_base + exit->csm_size; at += GRANULE_SIZE) {
		if (exit->csm_event == CSM_EVENT_P_REALM)
			lend_to(RMI_DATA_CREATE_UNKNOWN, realms[r].r.rd, at, 0);
		else
			take_by(RMI_DATA_DESTROY, realms[r].r.rd, at, 0);
	}
}

bool enter_and_serve(unsigned int r, unsigned int i, uint64_t flags)
{
	const struct world_realm *realm = &realms[r].r;
	struct rmi_rec_run *run = sim_mem(pa(pe->run));

	memset(&run->enter, 0, sizeof(run->enter));
	run->enter.flags = flags;
	if (rmi(RMI_REC_ENTER, realm->rec[i], pe->run) != RMI_SUCCESS)
		return false;
	if (run->exit.exit_reason == RMI_EXIT_CSM)
		serve_csm(r, &run->exit);
	if (run->exit.exit_reason == RMI_EXIT_RIPAS_CHANGE)
		(void)rmi(RMI_RTT_SET_RIPAS, realm->rd, realm->rec[i], run->exit.ripas_base,
			  run->exit.ripas_top);
	if (run->exit.exit_reason == RMI_EXIT_PSCI)
		(void)rmi(RMI_PSCI_COMPLETE, realm->rec[i], realm->rec[1 - i], PSCI_SUCCESS);
	return true;
}

/* --- PEs ------------------------------------------------------------------------------------------------- */

void threads_take_pes(void)
{
	for (unsigned int i = 0; i < PES; i++)
		pes[i] = (struct pe){ .chance = chance_of_seed(i + 1), .run = world_ns() };
	pe = &pes[0];
}

void threads_give_pes(void)
{
	for (unsigned int i = 0; i < PES; i++)
		world_free(pes[i].run);
}

static void (*what_to_do)(void);

static void *thread(void *argument)
{
	pe = argument;
	world_set_program(threads_next_call);
	what_to_do();
	return NULL;
}

void threads_run(void (*work)(void))
{
	pthread_t threads[PES];

	what_to_do = work;
	sim_threads(true);
	for (unsigned int i = 0; i < PES; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, thread, &pes[i]), 0);
	for (unsigned int i = 0; i < PES; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	sim_threads(false);
}
