/* SPDX-License-Identifier: BSD-3-Clause */
#include "pe.h"

#include "port/aarch64/percpu.h"

#define REGISTERS_MAX 400

static struct {
	const char *name;
	uint64_t value;
} registers[REGISTERS_MAX];
static unsigned int register_count;

static struct percpu cpu;
static struct pe_exception next;
static bool has_next;

unsigned int pe_flushes;

/* --- Registers ------------------------------------------------------------------------------------------ */

static uint64_t *find(const char *name)
{
	unsigned int i = 0;

	while (i < register_count && strcmp(registers[i].name, name) != 0)
		i++;
	assert_true(i < REGISTERS_MAX);
	if (i == register_count) {
		registers[i].name = name;
		registers[i].value = 0;
		register_count++;
	}
	return &registers[i].value;
}

uint64_t pe_read(const char *name)
{
	return *find(name);
}

void pe_write(const char *name, uint64_t value)
{
	*find(name) = value;
}

/* Stage 1 is flat. */
void at_s1e1r(uint64_t va)
{
	pe_write("par_el1", va & UINT64_C(0x0000fffffffff000));
}

void tlbi_vmalle1(void)
{
	pe_flushes++;
}

/* --- What run/ has beside C ------------------------------------------------------------------------------- */

unsigned int run_enter(struct rec *rec);

unsigned int run_enter(struct rec *rec)
{
	(void)rec;
	assert_true(has_next); /* the realm must not run on */
	has_next = false;
	return next.kind;
}

void simd_init(void)
{
}

void simd_give(struct rec *rec)
{
	(void)rec;
}

void simd_take_back(struct rec *rec)
{
	(void)rec;
}

/* --- The realm -------------------------------------------------------------------------------------------- */

static struct granule *granule_in(unsigned int number, enum granule_state state)
{
	struct pa at = pa(SIM_DRAM_BASE + number * GRANULE_SIZE);
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

struct rec *pe_reset(void)
{
	struct granule *rd, *rec_granule;
	struct rec *rec;

	sim_reset(8);
	register_count = 0;
	has_next = false;
	pe_flushes = 0;
	memset(&cpu, 0, sizeof(cpu));
	pe_write("tpidr_el2", (uintptr_t)&cpu);
	pe_write("id_aa64mmfr0_el1", UINT64_C(2) << 56 | 5); /* FGT2, 48 bits of PA */
	pe_write("id_aa64mmfr1_el1", UINT64_C(1) << 40);     /* HCX */
	pe_write("id_aa64isar1_el1", 0x10);                  /* APA */
	pe_write("ich_vtr_el2", UINT64_C(4) << 29 | UINT64_C(4) << 26 | 3);
	rd = granule_in(0, GRANULE_RD);
	make_realm(rd, granule_in(1, GRANULE_RTT));
	rec_granule = granule_in(2, GRANULE_REC);
	rec = rec_of(rec_granule);
	rec->rd = rd;
	rec->realm = realm_of(rd);
	rec->runnable = true;
	rec->pc = 0x1000;
	return rec;
}

void pe_enter(struct rec *rec)
{
	static const struct rmi_rec_enter nothing;

	assert_null(run_machine_init());
	run_cpu_init();
	run_context_init(rec);
	run_begin(rec, &nothing);
}

enum run_event pe_run(struct rec *rec, const struct pe_exception *e, struct rmi_rec_exit *exit)
{
	memset(exit, 0, sizeof(*exit));
	next = *e;
	has_next = true;
	pe_write("esr_el2", e->esr);
	pe_write("far_el2", e->far);
	pe_write("hpfar_el2", e->ipa >> 12 << 4);
	return run_realm(rec, exit);
}
