/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One step on both sides: the monitor first, then the model, which is told what the monitor did where the choice is the
 * monitor's; then whether they agree (trial.h).
 */
#include "oracle/trial.h"

#include <inttypes.h>
#include <stdlib.h>

#include "oracle/model/model.h"
#include "csm/internal.h"
#include "model/realm.h"
#include "model/rec.h"
#include "unit/csm_check.h"
#include "unit/world.h"

_Static_assert(WORLD_GRANULES == ORACLE_GRANULES && SIM_DRAM_BASE == ORACLE_BASE, "one memory");
_Static_assert(CSM_STEP == ORACLE_STEP, "one measure of work");

struct tally trial_tally[TALLY_NAMES];
struct tally trial_csm_tally[TALLY_OPERATIONS];

static struct csm_rid rid_at[ORACLE_GRANULES]; /* of the realm whose RD is, or was last, there */
static const struct step *current;

void differs(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	if (current != NULL)
		step_print(stderr, current);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

/* --- What the monitor has ------------------------------------------------------------------------------------------- */

static const void *memory(uint64_t pa)
{
	return world_mem(pa);
}

static const struct rec *monitor_rec(uint64_t pa)
{
	return rec_of(granule_find((struct pa){ pa }));
}

/* --- The realm's call ------------------------------------------------------------------------------------------------ */

static struct {
	bool armed;
	uint64_t x[18];
} smc;

static bool say_it(struct rec *rec)
{
	bool armed = smc.armed;

	if (armed)
		memcpy(rec->gprs, smc.x, sizeof(smc.x));
	smc.armed = false;
	return armed;
}

static struct csm_rid find_rid(uint64_t rd)
{
	const struct oracle_granule *g = oracle_granule(rd);

	return g == NULL ? (struct csm_rid){ rd, 1 } : rid_at[g - oracle.granule];
}

/* The RIM of the realm that is meant; of nobody else. */
static void resolve_rim(uint64_t *rim)
{
	int realm = oracle_realm_at(rim[0]);

	if (realm != ORACLE_NONE)
		memcpy(rim, oracle.realm[realm].measurement[0], RSI_MEASUREMENT_SIZE);
}

/* NULL: the realm calls nothing. */
static const uint64_t *arm(const struct step *s)
{
	const struct oracle_rec *rec = oracle_rec_at(s->arg[0]);
	const struct step_name *name;

	smc.armed = s->num > STEP_SMC && !(rec != NULL && rec->csm_pending);
	if (!smc.armed)
		return NULL;
	memset(smc.x, 0, sizeof(smc.x));
	for (unsigned int i = STEP_SMC; i < s->num; i++)
		smc.x[i - STEP_SMC] = s->arg[i];
	name = step_name(smc.x[0]);
	if (name != NULL && name->rid != 0) {
		struct csm_rid rid = find_rid(smc.x[name->rid]);

		smc.x[name->rid] = rid.lo;
		smc.x[name->rid + 1] = rid.hi;
	}
	if (smc.x[0] == RSI_CSM_SHARE && (smc.x[5] & CSM_SHARE_FLAG_MEASURED))
		resolve_rim(&smc.x[6]);
	return smc.x;
}

/* --- Pages of arguments ------------------------------------------------------------------------------------------------ */

static void fill_realm_params(const uint64_t *arg, struct rmi_realm_params *p)
{
	*p = (struct rmi_realm_params){
		.s2sz = (uint8_t)arg[0],
		.rtt_level_start = (int64_t)arg[1],
		.rtt_num_start = (uint32_t)arg[2],
		.rtt_base = arg[3],
		.vmid = (uint16_t)arg[4],
		.hash_algo = (uint8_t)arg[5],
		.num_bps = (uint8_t)arg[6],
		.sve_vl = (uint8_t)(arg[6] >> 8),
		.pmu_num_ctrs = (uint8_t)(arg[6] >> 16),
		.num_wps = 1,
		.flags = arg[7],
	};
	for (unsigned int i = 0; i < sizeof(p->rpv); i++)
		p->rpv[i] = (uint8_t)(arg[4] + i);
}

static void fill_rec_params(const uint64_t *arg, struct rmi_rec_params *p)
{
	*p = (struct rmi_rec_params){
		.flags = arg[0],
		.mpidr = arg[1],
		.pc = arg[2],
		.gprs = { arg[2], arg[1], arg[0] },
		.num_aux = arg[3],
	};
	memcpy(p->aux, &arg[4], 6 * sizeof(arg[0]));
}

static void fill_enter(const uint64_t *arg, struct rmi_rec_run *run)
{
	memset(run, 0, sizeof(*run));
	run->enter.flags = arg[0];
	run->enter.gicv3_hcr = arg[2];
	for (unsigned int i = 0; i < RMI_NUM_GPRS; i++)
		run->enter.gprs[i] = arg[0] + i;
	memset(&run->exit, 0xee, sizeof(run->exit));
}

/* The host writes what it will pass; nothing where it can't. */
static void fill_page(const struct step *s, uint64_t pa, void *page)
{
	const struct oracle_granule *g = oracle_granule(pa);

	switch (s->fid) {
	case RMI_REALM_CREATE:
		fill_realm_params(&s->arg[2], page);
		break;
	case RMI_REC_CREATE:
		fill_rec_params(&s->arg[3], page);
		break;
	default:
		fill_enter(&s->arg[2], page);
	}
	if (g != NULL && g->state == ORACLE_UNDELEGATED && !g->is_secure)
		memcpy(world_mem(pa), page, GRANULE_SIZE);
}

/* Which register names such a page; 0: none. */
static unsigned int page_register(uint64_t fid)
{
	switch (fid) {
	case RMI_REALM_CREATE:
	case RMI_REC_ENTER:
		return 2;
	case RMI_REC_CREATE:
		return 3;
	default:
		return 0;
	}
}

/* --- Agreement ------------------------------------------------------------------------------------------------------------ */

static void judge_registers(const struct oracle_answer *a, const uint64_t *x)
{
	bool allowed = a->num_codes == 0 && x[0] == RMI_SUCCESS;

	for (unsigned int i = 0; i < a->num_codes; i++)
		allowed |= x[0] == a->code[i];
	if (!allowed && a->num_codes == 0)
		differs("the monitor answers 0x%" PRIx64 ", the model SUCCESS", x[0]);
	if (!allowed)
		differs("the monitor answers 0x%" PRIx64 ", the model 0x%" PRIx64, x[0], a->code[0]);
	for (unsigned int i = 1; i < 5; i++) {
		if (x[i] != a->x[i])
			differs("x%u is 0x%" PRIx64 ", the model has 0x%" PRIx64, i, x[i], a->x[i]);
	}
}

static void judge_words(const char *what, const void *is, const void *should, size_t size)
{
	const uint64_t *a = is, *b = should;

	for (size_t i = 0; i < size / sizeof(*a); i++) {
		if (a[i] != b[i])
			differs("%s: at 0x%zx 0x%" PRIx64 ", the model has 0x%" PRIx64, what, i * sizeof(*a),
				a[i], b[i]);
	}
}

/* Whoever did something to one. */
static void judge_recs(void)
{
	for (unsigned int i = 0; i < ORACLE_RECS; i++) {
		const struct oracle_rec *r = &oracle.rec[i];
		const struct rec *rec;

		if (!r->live)
			continue;
		rec = monitor_rec(r->pa);
		judge_words("registers", rec->gprs, r->gprs, sizeof(r->gprs));
		judge_words("pc", &rec->pc, &r->pc, sizeof(r->pc));
	}
}

/* For the test of all this: what is no difference is taken for one. */
static struct {
	uint64_t fid;
	unsigned int left;
} lie;

void trial_lie(uint64_t fid, unsigned int n)
{
	lie.fid = fid;
	lie.left = n;
}

static void tell_lie(uint64_t fid)
{
	if (lie.left != 0 && fid == lie.fid && --lie.left == 0)
		differs("so says the test");
}

/* --- Tallies ---------------------------------------------------------------------------------------------------------------- */

static void count(uint64_t fid, bool success)
{
	const struct step_name *name = step_name(fid);

	if (name == NULL)
		return;
	trial_tally[name - step_names].calls++;
	trial_tally[name - step_names].successes += success;
}

static void count_step(const uint64_t *x, const struct oracle_answer *a)
{
	bool success = a->num_codes == 0;

	count(x[0], success);
	if (x[0] == RMI_CSM && x[1] < TALLY_OPERATIONS) {
		trial_csm_tally[x[1]].calls++;
		trial_csm_tally[x[1]].successes += success;
	}
}

/* A call is over when its result is in the registers, or (HOST_CALL and its like) when the host has it. */
static void count_call(struct oracle_rec *rec, const struct oracle_answer *a, const uint64_t *call)
{
	static uint64_t pending[ORACLE_RECS];
	uint64_t *fid, x0;

	if (rec == NULL || a->num_codes != 0)
		return;
	fid = &pending[rec - oracle.rec];
	if (call != NULL)
		*fid = call[0];
	x0 = rec->gprs[0];
	if (*fid == 0 || rec->csm_pending || x0 == RSI_INCOMPLETE)
		return;
	count(*fid, a->exit.exit_reason != RMI_EXIT_SYNC && (int64_t)x0 >= 0 &&
			    (x0 == RSI_SUCCESS || x0 > RSI_CSM_ERROR_REVOKED));
	*fid = 0;
}

/* --- A step ---------------------------------------------------------------------------------------------------------------- */

static void set_secure(const struct step *s)
{
	bool secure = s->arg[1] & 1;

	if (oracle_set_secure(s->arg[0], secure))
		sim_set_ns((struct pa){ s->arg[0] }, !secure);
}

/* What an APT_DESTROY would work on. */
static uint64_t next_range(uint64_t rd)
{
	int realm = oracle_realm_at(rd);
	const struct apt_entry *e;

	if (realm == ORACLE_NONE || !oracle.realm[realm].has_apt)
		return 0;
	e = apt_any_range(csm_apt(granule_find((struct pa){ rd })));
	return e == NULL ? 0 : e->index;
}

/* Behind the monitor's command, before the model's. */
static void complete_hint(const uint64_t *x, const struct smc_regs *out, struct oracle_hint *hint)
{
	static const struct rmi_rec_exit no_exit;
	static const uint64_t no_gprs[31];
	static const uint64_t no_rim[8];

	hint->exit = &no_exit;
	hint->gprs = no_gprs;
	hint->rim = no_rim;
	if (x[0] == RMI_REALM_CREATE && out->x[0] == RMI_SUCCESS) {
		hint->rid = realm_of(granule_find((struct pa){ x[1] }))->rid;
		rid_at[oracle_granule(x[1]) - oracle.granule] = hint->rid;
	}
	if (x[0] == RMI_REALM_ACTIVATE && out->x[0] == RMI_SUCCESS)
		hint->rim = (const void *)realm_of(granule_find((struct pa){ x[1] }))->measurement[0];
	if (x[0] == RMI_REC_ENTER && out->x[0] == RMI_SUCCESS) {
		hint->exit = &((const struct rmi_rec_run *)world_mem(x[2]))->exit;
		hint->gprs = monitor_rec(x[1])->gprs;
	}
}

static void run_both(const uint64_t *x, const void *page, const uint64_t *call, long irq)
{
	struct oracle_hint hint = { .irq = irq, .memory = memory, .next_range = next_range(x[2]) };
	static struct oracle_answer a;
	struct smc_regs out;

	sim_irq_after(irq);
	world_set_program(say_it);
	out = world_rmi_args(x[0], &x[1]);
	smc.armed = false;
	sim_irq_after(-1);
	hint.x = out.x;
	complete_hint(x, &out, &hint);
	oracle_rmi(x, page, call, &hint, &a);
	judge_registers(&a, out.x);
	if (x[0] == RMI_REC_ENTER && a.num_codes == 0)
		judge_words("the exit's record", hint.exit, &a.exit, sizeof(a.exit));
	if (a.num_codes == 0)
		tell_lie(x[0]);
	count_step(x, &a);
	if (x[0] == RMI_REC_ENTER)
		count_call(oracle_rec_at(x[1]), &a, call);
}

void trial_quietly(uint64_t fid, const uint64_t *arg, unsigned int num)
{
	uint64_t x[8] = { fid };

	memcpy(&x[1], arg, num * sizeof(arg[0]));
	run_both(x, NULL, NULL, -1);
}

void trial_step(const struct step *s)
{
	static uint64_t page[GRANULE_SIZE / sizeof(uint64_t)];
	unsigned int in_page = page_register(s->fid);
	uint64_t x[8] = { s->fid };
	const uint64_t *call = NULL;
	long irq = -1;

	current = s;
	for (unsigned int i = 0; i < (in_page ? in_page : 7) && i < s->num; i++)
		x[i + 1] = s->arg[i];
	if (s->fid == STEP_SECURE) {
		set_secure(s);
		return;
	}
	if (in_page != 0)
		fill_page(s, x[in_page], page);
	if (s->fid == RMI_REC_ENTER) {
		call = arm(s);
		irq = (long)s->arg[3];
	}
	run_both(x, page, call, irq);
	judge_recs();
	look(false);
	current = NULL;
}

/* --- Runs ------------------------------------------------------------------------------------------------------------------ */

static void learn(void)
{
	const uint64_t no_rd[8] = { 0 };
	uint64_t csm[8] = { RMI_CSM_VERSION, CSM_ABI_VERSION };

	oracle.feature0 = world_rmi_args(RMI_FEATURES, no_rd).x[1];
	oracle.csm_features = world_rmi_args(RMI_CSM, csm).x[3];
	oracle.num_aux = REALM_REC_AUX_COUNT;
	oracle.num_aux_sve = REALM_REC_AUX_COUNT_SVE;
}

void trial_begin(void)
{
	world_reset();
	oracle_reset();
	look_begin();
	memset(rid_at, 0xff, sizeof(rid_at));
	learn();
}

void trial_look(void)
{
	look(true);
	csm_check_all();
}

void trial_check_all_back(void)
{
	trial_look();
	for (unsigned int i = 0; i < ORACLE_GRANULES; i++) {
		if (oracle.granule[i].state != ORACLE_UNDELEGATED)
			differs("granule %u is not the host's", i);
	}
}
