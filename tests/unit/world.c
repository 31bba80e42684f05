/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unit tests' world (world.h): a well-behaved host, and run.h for realms that are a test's puppets.
 */
#include "world.h"

#include "call/rmi.h"
#include "csm/csm.h"
#include "model/realm.h"
#include "model/rec.h"
#include "run/run.h"

static uint64_t free_list[WORLD_GRANULES];
static size_t num_free;

void world_reset(void)
{
	sim_reset(WORLD_GRANULES);
	world_set_exit(RMI_EXIT_IRQ);
	assert_true(registry_init());
	num_free = 0;
	/* The last one is handed out first: addresses go down, so that nothing relies on their order. */
	for (size_t i = 0; i < WORLD_GRANULES; i++)
		free_list[num_free++] = SIM_DRAM_BASE + i * GRANULE_SIZE;
}

/* --- Granules ------------------------------------------------------------------------------------------ */

void *world_mem(uint64_t addr)
{
	return sim_mem(pa(addr));
}

uint64_t world_ns(void)
{
	uint64_t addr;

	assert_true(num_free > 0);
	addr = free_list[--num_free];
	memset(world_mem(addr), 0, GRANULE_SIZE);
	return addr;
}

void world_free(uint64_t addr)
{
	assert_int_equal(world_state(addr), GRANULE_UNDELEGATED);
	free_list[num_free++] = addr;
}

uint64_t world_delegated(void)
{
	uint64_t addr = world_ns();

	memset(world_mem(addr), 0x5a, GRANULE_SIZE);
	assert_int_equal(rmi(RMI_GRANULE_DELEGATE, addr), RMI_SUCCESS);
	return addr;
}

void world_undelegate(uint64_t addr)
{
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, addr), RMI_SUCCESS);
	assert_true(world_is_zero(addr));
	world_free(addr);
}

void world_take_back(struct smc_regs out)
{
	assert_int_equal(out.x[0], RMI_SUCCESS);
	world_undelegate(out.x[1]);
}

void world_take_aux(uint64_t aux[RMI_MAX_AUX])
{
	memset(aux, 0, RMI_MAX_AUX * sizeof(aux[0]));
	for (unsigned int i = 0; i < REALM_REC_AUX_COUNT; i++)
		aux[i] = world_delegated();
}

void world_give_aux(const uint64_t aux[RMI_MAX_AUX])
{
	for (unsigned int i = 0; i < REALM_REC_AUX_COUNT; i++)
		world_undelegate(aux[i]);
}

bool world_is_zero(uint64_t addr)
{
	const uint64_t *words = world_mem(addr);

	for (size_t i = 0; i < GRANULE_SIZE / sizeof(*words); i++) {
		if (words[i] != 0)
			return false;
	}
	return true;
}

enum granule_state world_state(uint64_t addr)
{
	return granule_state(granule_find(pa(addr)));
}

static uint64_t hash_word(uint64_t hash, uint64_t word)
{
	return (hash ^ word) * UINT64_C(0x100000001b3); /* FNV */
}

uint64_t world_fingerprint(void)
{
	uint64_t hash = 0;

	for (uint32_t i = 0; i < WORLD_GRANULES; i++) {
		const struct granule *g = granule_at(i);
		const uint64_t *words = world_mem(granule_pa(g).v);

		hash = hash_word(hash, (uint64_t)granule_state(g) << 32 | granule_refs(g));
		for (size_t k = 0;
		     granule_state(g) != GRANULE_UNDELEGATED && k < GRANULE_SIZE / sizeof(*words); k++)
			hash = hash_word(hash, words[k]);
	}
	return hash;
}

void world_check_all_back(void)
{
	assert_int_equal(num_free, WORLD_GRANULES);
	for (size_t i = 0; i < WORLD_GRANULES; i++) {
		struct granule *g = granule_at((uint32_t)i);

		assert_int_equal(granule_state(g), GRANULE_UNDELEGATED);
		assert_int_equal(granule_refs(g), 0);
	}
	assert_int_equal(port_held_locks()->count, 0);
}

/* --- The host ------------------------------------------------------------------------------------------- */

/* What the compiler puts into variables that nobody has written yet (CMakeLists.txt). It must not come out. */
#ifdef __clang__
#define STAIN UINT32_C(0xaaaaaaaa)
#else
#define STAIN UINT32_C(0xfefefefe)
#endif

static void check_outputs(const uint64_t *word, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if ((uint32_t)word[i] == STAIN || word[i] >> 32 == STAIN)
			fail_msg("output %zu was never written: 0x%lx", i, (unsigned long)word[i]);
	}
}

/* The record, and the registers with which the realm goes on. */
static void check_exit(uint64_t rec, uint64_t run)
{
	const struct rmi_rec_run *record = world_mem(run);

	check_outputs((const uint64_t *)&record->exit, sizeof(record->exit) / sizeof(uint64_t));
	/* (With threads it may be another PE's by now, or nobody's.) */
	if (!sim_has_threads() && world_state(rec) == GRANULE_REC)
		check_outputs(((const struct rec *)world_mem(rec))->gprs, 31);
}

struct smc_regs world_rmi_args(uint64_t fid, const uint64_t args[8])
{
	struct smc_regs regs = { { fid } };

	memcpy(&regs.x[1], args, 7 * sizeof(args[0]));
	sim_command_begin();
	rmi_call(&regs);
	assert_int_equal(port_held_locks()->count, 0); /* whatever happened, no lock is left */
	assert_int_equal(sim_open_hashes(), 0);
	if (fid == RMI_REALM_CREATE && regs.x[0] == RMI_SUCCESS && world_state(args[0]) == GRANULE_RD)
		sim_tlb_watch(args[0]);
	if (fid == RMI_REC_ENTER && regs.x[0] == RMI_SUCCESS)
		check_exit(args[0], args[1]);
	check_outputs(regs.x, 5);
	sim_command_end();
	return regs;
}

#define OK(...) assert_int_equal(rmi(__VA_ARGS__), RMI_SUCCESS)

static void create_rec(struct world_realm *r, unsigned int index)
{
	uint64_t params_pa = world_ns();
	struct rmi_rec_params *p = world_mem(params_pa);

	p->flags = index == 0 ? RMI_REC_CREATE_FLAG_RUNNABLE : 0;
	p->mpidr = index;
	p->pc = WORLD_RAM;
	p->num_aux = REALM_REC_AUX_COUNT;
	world_take_aux(r->aux[index]);
	memcpy(p->aux, r->aux[index], sizeof(p->aux));
	r->rec[index] = world_delegated();
	OK(RMI_REC_CREATE, r->rd, r->rec[index], params_pa);
	world_free(params_pa);
}

static uint64_t delegated_run(unsigned int count)
{
	unsigned int taken = 0;
	uint64_t first;

	/* Contiguous and aligned to its size: look for it at the low end of what is free. */
	for (first = SIM_DRAM_BASE;; first += (uint64_t)count * GRANULE_SIZE) {
		unsigned int found = 0;

		for (size_t i = 0; i < num_free && found < count; i++)
			found += free_list[i] - first < (uint64_t)count * GRANULE_SIZE;
		if (found == count)
			break;
	}
	for (size_t i = 0; i < num_free && taken < count;) {
		if (free_list[i] - first < (uint64_t)count * GRANULE_SIZE) {
			OK(RMI_GRANULE_DELEGATE, free_list[i]);
			free_list[i] = free_list[--num_free];
			taken++;
		} else {
			i++;
		}
	}
	return first;
}

void world_realm(struct world_realm *r, const struct world_options *options)
{
	static const struct world_options defaults;
	static uint16_t vmid;
	const struct world_options *o = options != NULL ? options : &defaults;
	uint64_t params_pa = world_ns();
	struct rmi_realm_params *p = world_mem(params_pa);

	*r = (struct world_realm){ .num_roots = o->roots ? o->roots : 1, .num_recs = o->recs ? o->recs : 1 };
	r->rtt = delegated_run(r->num_roots);
	r->rd = world_delegated();
	r->vmid = ++vmid;
	p->s2sz = (uint8_t)(o->ipa_bits ? o->ipa_bits : 33);
	p->num_bps = 1;
	p->num_wps = 1;
	p->hash_algo = o->hash_algo;
	p->vmid = r->vmid;
	p->rtt_base = r->rtt;
	p->rtt_level_start = o->start || o->start_at_0 ? o->start : 1;
	p->rtt_num_start = r->num_roots;
	OK(RMI_REALM_CREATE, r->rd, params_pa);
	world_free(params_pa);
	for (unsigned int i = 0; i < r->num_recs; i++)
		create_rec(r, i);
	r->run = world_ns();
	for (unsigned int i = 0; i < o->apt; i++) {
		OK(RMI_CSM, r->apt ? RMI_CSM_APT_EXTEND : RMI_CSM_APT_CREATE, r->rd, world_delegated());
		r->apt = true;
	}
}

void world_activate(struct world_realm *r)
{
	OK(RMI_REALM_ACTIVATE, r->rd);
}

void world_tables_to(struct world_realm *r, uint64_t base, uint64_t size, uint64_t level)
{
	for (uint64_t at = base; at < base + size; at = (at | 0x1fffff) + 1) {
		struct world_entry e;

		for (e = world_entry(r, at); e.level < level; e = world_entry(r, at)) {
			uint64_t span = UINT64_C(1) << (12 + 9 * (3 - e.level));

			OK(RMI_RTT_CREATE, r->rd, world_delegated(), at & ~(span - 1), e.level + 1);
		}
	}
}

void world_tables(struct world_realm *r, uint64_t base, uint64_t size)
{
	world_tables_to(r, base, size, 3);
}

void world_populate(struct world_realm *r, uint64_t base, uint64_t size)
{
	world_tables(r, base, size);
	for (uint64_t at = base; at < base + size; at += GRANULE_SIZE) {
		if (world_entry(r, at).state == RMI_UNASSIGNED)
			OK(RMI_DATA_CREATE_UNKNOWN, r->rd, world_delegated(), at);
	}
}

void world_unpopulate(struct world_realm *r, uint64_t base, uint64_t size)
{
	for (uint64_t at = base; at < base + size; at += GRANULE_SIZE) {
		struct smc_regs out;

		do
			out = world_rmi(RMI_DATA_DESTROY, r->rd, at);
		while (out.x[0] == RMI_CSM_AGAIN);
		if (out.x[0] == RMI_SUCCESS)
			world_undelegate(out.x[1]);
	}
}

void world_ram(struct world_realm *r, uint64_t base, uint64_t size)
{
	world_tables(r, base, size);
	for (uint64_t at = base; at < base + size;) {
		struct smc_regs out = world_rmi(RMI_RTT_INIT_RIPAS, r->rd, at, base + size);

		assert_int_equal(out.x[0], RMI_SUCCESS);
		assert_true(out.x[1] > at);
		at = out.x[1];
	}
}

void world_give_run(struct world_realm *r, uint64_t base, uint64_t pages)
{
	for (uint64_t i = 0; i < pages; i++) {
		OK(RMI_GRANULE_DELEGATE, WORLD_RUN + PAGES(i));
		OK(RMI_DATA_CREATE_UNKNOWN, r->rd, WORLD_RUN + PAGES(i), base + PAGES(i));
	}
}

void world_fold(struct world_realm *r, uint64_t at)
{
	world_take_back(world_rmi(RMI_RTT_FOLD, r->rd, at, 3));
}

struct world_entry world_entry(struct world_realm *r, uint64_t at)
{
	struct smc_regs out = world_rmi(RMI_RTT_READ_ENTRY, r->rd, at & ~UINT64_C(0xfff), 3);

	assert_int_equal(out.x[0], RMI_SUCCESS);
	return (struct world_entry){ out.x[1], out.x[2], out.x[3], out.x[4] };
}

/* --- Taking a realm apart ---------------------------------------------------------------------------------- */

/* Of nobody that is to hear of it no REC is named. */
static void check_doorbell(const struct smc_regs *out)
{
	assert_true(out->x[3] != 0 || out->x[4] == 0);
}

static void end_apt(struct world_realm *r)
{
	struct smc_regs out;

	/* What it consumes first: the entries say where. */
	for (uint64_t index = 0; index != CSM_INDEX_NONE;) {
		struct smc_regs e = world_rmi(RMI_CSM, RMI_CSM_ENTRY_READ, r->rd, index);
		uint64_t next;

		assert_int_equal(e.x[0], RMI_SUCCESS);
		index = e.x[4];
		if ((e.x[1] & 0xff) != CSM_ROLE_CONSUMER)
			continue;
		for (next = e.x[2]; next < e.x[2] + e.x[3];) {
			out = world_rmi(RMI_CSM, RMI_CSM_UNMAP, r->rd, next);
			assert_int_equal(out.x[0], RMI_SUCCESS);
			assert_true(out.x[1] > next);
			check_doorbell(&out);
			next = out.x[1];
		}
	}
	do {
		out = world_rmi(RMI_CSM, RMI_CSM_APT_DESTROY, r->rd);
		assert_int_equal(out.x[0], RMI_SUCCESS);
		check_doorbell(&out);
		if (out.x[1] != 0)
			world_undelegate(out.x[1]);
	} while (out.x[2] != 0);
	r->apt = false;
}

/* All data and tables under the table of `level` at `base`. */
static void end_table(struct world_realm *r, uint64_t base, uint64_t level)
{
	uint64_t span = UINT64_C(1) << (12 + 9 * (3 - level));

	for (uint64_t i = 0; i < 512; i++) {
		uint64_t at = base + i * span;
		struct smc_regs e = world_rmi(RMI_RTT_READ_ENTRY, r->rd, at, level);

		if (e.x[0] != RMI_SUCCESS)
			return; /* beyond the IPA space */
		if (e.x[2] == RMI_TABLE) {
			end_table(r, at, level + 1);
			world_take_back(world_rmi(RMI_RTT_DESTROY, r->rd, at, level + 1));
		} else if (e.x[2] == RMI_ASSIGNED && level == 3) {
			world_unpopulate(r, at, GRANULE_SIZE);
		} else if (e.x[2] == RMI_ASSIGNED) {
			/* A block: its pages are destroyed one by one. */
			OK(RMI_RTT_CREATE, r->rd, world_delegated(), at, level + 1);
			i--;
		}
	}
}

void world_end_recs(struct world_realm *r)
{
	for (unsigned int i = 0; i < r->num_recs; i++) {
		OK(RMI_REC_DESTROY, r->rec[i]);
		world_undelegate(r->rec[i]);
		world_give_aux(r->aux[i]);
	}
	r->num_recs = 0;
}

void world_end(struct world_realm *r)
{
	world_end_recs(r);
	if (r->apt)
		end_apt(r);
	for (unsigned int i = 0; i < r->num_roots; i++)
		end_table(r, (uint64_t)i << 39, 1);
	OK(RMI_REALM_DESTROY, r->rd);
	world_undelegate(r->rd);
	for (unsigned int i = 0; i < r->num_roots; i++)
		world_undelegate(r->rtt + (uint64_t)i * GRANULE_SIZE);
	world_free(r->run);
}

/* --- The hardware's view ------------------------------------------------------------------------------------- */

uint64_t world_vttbr(const struct world_realm *r)
{
	return r->rtt | (uint64_t)r->vmid << 48;
}

bool world_translate(struct world_realm *r, uint64_t at, uint64_t *out, uint64_t *desc)
{
	uint64_t table = r->rtt + (at >> 39) * GRANULE_SIZE;

	for (unsigned int level = 1;; level++) {
		unsigned int shift = 12 + 9 * (3 - level);
		const uint64_t *entries = sim_mem(pa(table));
		uint64_t e = entries[at >> shift & 511];

		if (!(e & 1) || (level == 3 && (e & 3) != 3))
			return false;
		if (level < 3 && (e & 3) == 3) {
			table = e & UINT64_C(0xfffffffff000);
			continue;
		}
		*out = (e & UINT64_C(0xfffffffff000)) + (at & ((UINT64_C(1) << shift) - 1));
		*desc = e;
		return true;
	}
}

/* --- Realms: run.h ---------------------------------------------------------------------------------------------- */

/* What the realm does next on this PE: one SMC; after it, an interrupt of the host ends the entry. */
static _Thread_local struct {
	bool armed;
	uint64_t x[18];
} next_smc;

/* Or what this says. */
static _Thread_local world_program *program;

void world_set_program(world_program *next)
{
	program = next;
}

static uint8_t exit_reason = RMI_EXIT_IRQ;

void world_set_exit(uint8_t reason)
{
	exit_reason = reason;
}

void say_next(struct rec *rec, struct smc_regs command)
{
	memcpy(rec->gprs, command.x, sizeof(command.x));
	memset(&rec->gprs[ARRAY_SIZE(command.x)], 0, sizeof(rec->gprs) - sizeof(command.x));
}

void run_context_init(struct rec *rec)
{
	rec->pstate = 0x3c5;
}

void run_context_power_on(struct rec *target, const struct rec *caller)
{
	(void)caller;
	target->pstate = 0x3c5;
}

/* Its registers are on a PE, between run_begin() and run_end(). */
static bool *is_loaded(struct rec *rec)
{
	return (bool *)rec->context;
}

void run_begin(struct rec *rec, const struct rmi_rec_enter *enter)
{
	(void)enter;
	assert_false(*is_loaded(rec));
	*is_loaded(rec) = true;
}

/* Of list registers, those that there are. */
void run_end(struct rec *rec, struct rmi_rec_exit *exit)
{
	assert_true(*is_loaded(rec));
	*is_loaded(rec) = false;
	exit->gicv3_hcr = 0;
	memset(exit->gicv3_lrs, 0, (port_features()->num_lrs + 1U) * sizeof(exit->gicv3_lrs[0]));
	exit->gicv3_misr = exit->gicv3_vmcr = 0;
	exit->cntp_ctl = exit->cntp_cval = exit->cntv_ctl = exit->cntv_cval = 0;
}

void run_inject_sea(struct rec *rec)
{
	rec->pc = 0xdead;
}

void run_complete_mmio(struct rec *rec, uint64_t value)
{
	rec->gprs[0] = value;
	rec->pc += 4;
}

bool run_gic_is_valid(const struct rmi_rec_enter *enter)
{
	return (enter->gicv3_hcr & ~RMI_GICV3_HCR_ENTER_MASK) == 0;
}

enum run_event run_realm(struct rec *rec, struct rmi_rec_exit *exit)
{
	assert_true(*is_loaded(rec));
	sim_check_published();
	if (program != NULL && program(rec))
		return RUN_SMC;
	if (!next_smc.armed) {
		exit->exit_reason = exit_reason;
		return RUN_EXIT;
	}
	next_smc.armed = false;
	memcpy(rec->gprs, next_smc.x, sizeof(next_smc.x));
	return RUN_SMC;
}

struct csm_rid rid_of(struct world_realm *r)
{
	struct smc_regs out = world_smc(r, RSI_CSM_REALM_ID);

	assert_int_equal(out.x[0], RSI_SUCCESS);
	return (struct csm_rid){ out.x[1], out.x[2] };
}

const uint64_t *world_gprs(struct world_realm *r, unsigned int rec)
{
	return rec_of(granule_find(pa(r->rec[rec])))->gprs;
}

struct rmi_rec_run *world_run(struct world_realm *r)
{
	return world_mem(r->run);
}

static bool enter(struct world_realm *r, unsigned int rec, uint64_t flags, struct smc_regs *out,
		  struct rmi_rec_exit *exit)
{
	world_run(r)->enter.flags = flags;
	OK(RMI_REC_ENTER, r->rec[rec], r->run);
	*exit = world_run(r)->exit;
	memcpy(out->x, world_gprs(r, rec), sizeof(out->x));
	return exit->exit_reason != RMI_EXIT_IRQ;
}

bool world_smc_exits(struct world_realm *r, unsigned int rec, const uint64_t x[18], struct smc_regs *out,
		     struct rmi_rec_exit *exit)
{
	memcpy(next_smc.x, x, sizeof(next_smc.x));
	next_smc.armed = true;
	return enter(r, rec, 0, out, exit);
}

bool world_resume(struct world_realm *r, unsigned int rec, uint64_t flags, struct smc_regs *out,
		  struct rmi_rec_exit *exit)
{
	return enter(r, rec, flags, out, exit);
}

bool world_serve(struct world_realm *r, const struct rmi_rec_exit *exit)
{
	assert_int_equal(exit->exit_reason, RMI_EXIT_CSM);
	switch (exit->csm_event) {
	case CSM_EVENT_P_REALM:
		assert_int_equal(exit->csm_argument, 0);
		world_populate(r, exit->csm_base, exit->csm_size);
		return true;
	case CSM_EVENT_C_REALM:
		world_tables_to(r, exit->csm_base, exit->csm_size, exit->csm_argument);
		world_unpopulate(r, exit->csm_base, exit->csm_size);
		return true;
	case CSM_EVENT_RTT_NEEDED:
		world_tables_to(r, exit->csm_base, exit->csm_size, exit->csm_argument);
		return true;
	case CSM_EVENT_APT_FULL:
		assert_int_equal(exit->csm_base | exit->csm_size | exit->csm_argument, 0);
		OK(RMI_CSM, RMI_CSM_APT_EXTEND, r->rd, world_delegated());
		return true;
	case CSM_EVENT_REMOVE:
		return true;
	default:
		return false;
	}
}

struct smc_regs world_smc_args(struct world_realm *r, const uint64_t x[18])
{
	struct rmi_rec_exit exit;
	struct smc_regs out;
	bool left = world_smc_exits(r, 0, x, &out, &exit);

	while (left && exit.exit_reason == RMI_EXIT_CSM)
		left = world_resume(r, 0, world_serve(r, &exit) ? 0 : RMI_REC_ENTER_FLAG_CSM_REJECT, &out,
				    &exit);
	assert_false(left);
	return out;
}

/* --- Commands with a RID ---------------------------------------------------------------------------------- */

struct smc_regs world_say(struct world_realm *r, struct smc_regs command)
{
	return world_smc_args(r, command.x);
}

struct smc_regs say_share(uint64_t id, struct csm_rid peer, uint64_t permission, uint64_t flags)
{
	return say(RSI_CSM_SHARE, id, peer.lo, peer.hi, permission, flags);
}

struct smc_regs say_revoke(struct csm_rid peer, uint64_t n)
{
	return say(RSI_CSM_REVOKE, peer.lo, peer.hi, n);
}

struct smc_regs say_reserve(struct csm_rid peer, uint64_t n, uint64_t base, uint64_t size, uint64_t flags)
{
	return say(RSI_CSM_RESERVE, peer.lo, peer.hi, n, base, size, flags);
}

struct smc_regs say_attach(struct csm_rid peer, uint64_t n)
{
	return say(RSI_CSM_ATTACH, peer.lo, peer.hi, n);
}

struct smc_regs say_detach(struct csm_rid peer, uint64_t n)
{
	return say(RSI_CSM_DETACH, peer.lo, peer.hi, n);
}

struct smc_regs say_notify(struct csm_rid peer, uint64_t n, uint64_t role)
{
	return say(RSI_CSM_NOTIFY, peer.lo, peer.hi, n, role);
}

struct smc_regs say_peer_measurement(struct csm_rid peer, uint64_t index)
{
	return say(RSI_CSM_PEER_MEASUREMENT, peer.lo, peer.hi, index);
}
