/* SPDX-License-Identifier: BSD-3-Clause */
#include "pe.h"

#include "port/aarch64/percpu.h"

static struct percpu cpus[PE_CPUS];
static unsigned int granules_used;

/* What is to come of the realm that runs. */
static struct {
	const struct pe_exception *exceptions;
	unsigned int next, count;
	void (*inside)(struct rec *rec, unsigned int i);
} plan;

/* --- What run/ has beside C ------------------------------------------------------------------------------- */

unsigned int run_enter(struct rec *rec);

unsigned int run_enter(struct rec *rec)
{
	unsigned int i = plan.next++;
	const struct pe_exception *e = &plan.exceptions[i];

	assert_true(i < plan.count); /* the realm must not run on */
	assert_ptr_equal(this_cpu()->rec, rec);
	if (plan.inside != NULL)
		plan.inside(rec, i);
	pe_write("esr_el2", e->esr);
	pe_write("far_el2", e->far);
	pe_write("hpfar_el2", e->ipa >> 12 << 4);
	return e->kind;
}

/* --- Realms ----------------------------------------------------------------------------------------------- */

struct granule *pe_granule(enum granule_state state)
{
	struct pa at = pa(SIM_DRAM_BASE + granules_used++ * GRANULE_SIZE);
	struct granule *g = granule_find_lock(at, GRANULE_UNDELEGATED);

	assert_non_null(g);
	assert_true(port_gpt_delegate(at));
	port_wipe(port_mem(at));
	granule_unlock_as(g, state);
	return g;
}

static void make_realm(struct granule *rd, struct granule *rtt)
{
	struct realm *realm = realm_of(rd);

	realm->s2 = (struct s2){ .root = granule_pa(rtt),
				 .lock = rtt,
				 .num_roots = 1,
				 .start = 1,
				 .ipa_bits = PE_IPA_BITS,
				 .vmid = 7 };
	rtt_init_roots(&realm->s2);
	((struct rtte *)granule_mem(rtt))[PE_RAM >> 30] = rtte_unassigned(RMI_RAM);
	realm->num_bps = 5;
	realm->num_wps = 3;
	atomic_store(&realm->state, REALM_ACTIVE);
}

static struct rec *make_rec(struct granule *rd)
{
	struct rec *rec = rec_of(pe_granule(GRANULE_REC));

	rec->rd = rd;
	rec->realm = realm_of(rd);
	rec->runnable = true;
	rec->pc = 0x1000;
	rec->num_aux = REALM_REC_AUX_COUNT_SVE;
	for (unsigned int i = 0; i < rec->num_aux; i++)
		rec->aux[i] = pe_granule(GRANULE_REC_AUX);
	return rec;
}

struct rec *pe_add_realm(void)
{
	struct granule *rd = pe_granule(GRANULE_RD);

	make_realm(rd, pe_granule(GRANULE_RTT));
	return make_rec(rd);
}

struct rec *pe_add_rec(const struct rec *of)
{
	return make_rec(of->rd);
}

void pe_map(const struct rec *rec, uint64_t at, struct rtte page)
{
	const struct s2 *s2 = &rec->realm->s2;
	struct rtt_walk w;

	rtt_lock(s2);
	for (w = rtt_walk(s2, ipa(at), RTT_LEVEL_PAGE); w.level < RTT_LEVEL_PAGE;
	     w = rtt_walk(s2, ipa(at), RTT_LEVEL_PAGE))
		rtt_set(&w, rtte_table(granule_pa(pe_granule(GRANULE_RTT))));
	rtt_set(&w, page);
	rtt_unlock(s2);
}

/* --- The CPU ------------------------------------------------------------------------------------------------ */

static void make_cpu(unsigned int cpu)
{
	pe_use(cpu);
	cpus[cpu] = (struct percpu){ .index = cpu };
	pe_write("tpidr_el2", (uintptr_t)&cpus[cpu]);
	pe_write("id_aa64mmfr0_el1", UINT64_C(2) << 56 | 5);        /* FGT2, 48 bits of PA */
	pe_write("id_aa64mmfr1_el1", UINT64_C(1) << 40);            /* HCX */
	pe_write("id_aa64isar1_el1", 0x10);                         /* APA */
	pe_write("id_aa64dfr0_el1", 5U << 12 | 3U << 20 | 1U << 8); /* 6, 4, PMU */
	pe_write("hcr_el2", HCR_E2H);                               /* boot.S */
	pe_write("pmcr_el0", 6U << 11);
	pe_write("ich_vtr_el2", UINT64_C(4) << 29 | UINT64_C(4) << 26 | 3);
}

struct rec *pe_reset(void)
{
	sim_reset(PE_GRANULES);
	granules_used = 0;
	memset(&plan, 0, sizeof(plan));
	pe_registers_reset();
	for (unsigned int cpu = PE_CPUS; cpu-- > 0;)
		make_cpu(cpu);
	return pe_add_realm();
}

void pe_boot(void)
{
	unsigned int cpu = pe_cpu();

	assert_null(run_machine_init());
	for (unsigned int i = 0; i < PE_CPUS; i++) {
		pe_use(i);
		run_cpu_init();
	}
	pe_use(cpu);
}

void pe_enter(struct rec *rec)
{
	static const struct rmi_rec_enter nothing;

	pe_boot();
	run_context_init(rec);
	run_begin(rec, &nothing);
}

enum run_event pe_run_each(struct rec *rec, const struct pe_exception *e, unsigned int count,
			   void (*inside)(struct rec *rec, unsigned int i), struct rmi_rec_exit *exit)
{
	enum run_event event;

	memset(exit, 0, sizeof(*exit));
	plan.exceptions = e;
	plan.next = 0;
	plan.count = count;
	plan.inside = inside;
	event = run_realm(rec, exit);
	assert_int_equal(plan.next, count);
	return event;
}

enum run_event pe_run(struct rec *rec, const struct pe_exception *e, struct rmi_rec_exit *exit)
{
	return pe_run_each(rec, e, 1, NULL, exit);
}

struct pe_exception pe_access(unsigned int number, bool is_read, unsigned int rt)
{
	uint64_t op0 = number >> 14 & 3, op1 = number >> 11 & 7, crn = number >> 7 & 15,
		 crm = number >> 3 & 15, op2 = number & 7;

	return (struct pe_exception){ .kind = RUN_EXIT_SYNC,
				      .esr = (uint64_t)EC_SYSREG << ESR_EC_SHIFT | ESR_IL | op0 << 20 |
					     op2 << 17 | op1 << 14 | crn << 10 | rt << 5 | crm << 1 |
					     (is_read ? 1 : 0) };
}
