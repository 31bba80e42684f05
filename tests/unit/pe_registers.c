/* SPDX-License-Identifier: BSD-3-Clause */
#include "pe_registers.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <caec/arm.h>

#include "port/aarch64/sysreg.h"

const struct pe_register pe_registers[] = {
#define SWITCHED(group, n, name, run, host, host_bits, number, realm_bits) \
	{ name, run, PE_SWITCHED, PE_##group, n, NULL },
#define SWITCHED_BEYOND(group, n, name, run, number) { name, run, PE_SWITCHED, PE_##group, n, NULL },
#define LIST(n, name, run) { name, run, PE_LIST, PE_LISTS, n, NULL },
#define CLEARS(group, name, run, of, number) { name, run, PE_CLEARS, PE_##group, 0, of },
#define CONTROL(group, name, run, host, host_bits) { name, run, PE_CONTROL, PE_##group, 0, NULL },
#define CONTROL_BEYOND(group, name, run) { name, run, PE_CONTROL, PE_##group, 0, NULL },
#define READ_ONLY(group, name, run) { name, run, PE_READ_ONLY, PE_##group, 0, NULL },
#define ID(group, name, run, number) { name, run, PE_READ_ONLY, PE_##group, 0, NULL },
#define LOCK(name, run, number) { name, run, PE_LOCK, PE_ALWAYS, 0, "oslsr_el1" },
#define LOCK_STATE(name, run, number) { name, run, PE_LOCK_STATE, PE_ALWAYS, 0, NULL },
#include "registers/registers.def"
};
#define COUNT (sizeof(pe_registers) / sizeof(pe_registers[0]))
const size_t pe_register_count = COUNT;
_Static_assert(COUNT <= PE_REGISTERS_MAX, "tests have arrays of them");

static uint64_t values[PE_CPUS][COUNT];
static unsigned int cpu;

jmp_buf *pe_stopped;
uint64_t pe_random;
bool pe_stage1_fails;

struct pe_event pe_events[PE_EVENTS_MAX];
size_t pe_event_count;

/* --- By name -------------------------------------------------------------------------------------------------- */

static size_t by_name[COUNT];

static int compare(const void *a, const void *b)
{
	return strcmp(pe_registers[*(const size_t *)a].run, pe_registers[*(const size_t *)b].run);
}

static int compare_name(const void *name, const void *at)
{
	return strcmp(name, pe_registers[*(const size_t *)at].run);
}

static void sort_names(void)
{
	for (size_t i = 0; i < COUNT; i++)
		by_name[i] = i;
	qsort(by_name, COUNT, sizeof(by_name[0]), compare);
}

static size_t find(const char *run)
{
	const size_t *at = bsearch(run, by_name, COUNT, sizeof(by_name[0]), compare_name);

	if (at == NULL)
		fail_msg("%s is not in the table of registers", run);
	return *at;
}

/* --- What the CPU has ------------------------------------------------------------------------------------------- */

static unsigned int field(const char *run, unsigned int shift)
{
	return (unsigned int)(pe_read(run) >> shift) & 0xf;
}

/* Registers of active priorities, of each group. */
static unsigned int priorities(void)
{
	unsigned int bits = ICH_VTR_PREBITS(pe_read("ich_vtr_el2")) + 1;

	return bits <= 5 ? 1 : 1U << (bits - 5);
}

static bool has_pmu(void)
{
	unsigned int version = field("id_aa64dfr0_el1", 8);

	return version != 0 && version != 15;
}

static bool is_there(enum pe_group group, unsigned int n)
{
	switch (group) {
	case PE_PRIORITIES:
		return n < priorities();
	case PE_LISTS:
		return n <= ICH_VTR_LIST_REGS(pe_read("ich_vtr_el2"));
	case PE_SVE:
		return field("id_aa64pfr0_el1", 32) != 0;
	case PE_BREAKPOINTS:
		return n <= field("id_aa64dfr0_el1", 12);
	case PE_WATCHPOINTS:
		return n <= field("id_aa64dfr0_el1", 20);
	case PE_PMU:
		return has_pmu();
	case PE_COUNTERS:
		return has_pmu() && n < (pe_read("pmcr_el0") >> 11 & 0x1f);
	case PE_HCX:
		return field("id_aa64mmfr1_el1", 40) != 0;
	case PE_FGT2:
		return field("id_aa64mmfr0_el1", 56) >= 2;
	case PE_MPAM:
		return field("id_aa64pfr0_el1", 40) != 0;
	case PE_MPAMHCR:
		return is_there(PE_MPAM, 0) && (pe_read(MPAMIDR_EL1) & MPAMIDR_HAS_HCR) != 0;
	default:
		return true;
	}
}

/* EL2's own accesses are trapped, too. */
static bool is_open(enum pe_group group)
{
	uint64_t cptr = pe_read("cptr_el2");

	if (group == PE_SVE)
		return (cptr & CPTR_ZEN) == CPTR_ZEN;
	return group != PE_SIMD || (cptr & CPTR_FPEN) == CPTR_FPEN;
}

static const struct pe_register *access_to(const char *run, const char *how)
{
	const struct pe_register *r = &pe_registers[find(run)];

	if (!is_there(r->group, r->n))
		fail_msg("%s %s: this CPU has it not", how, r->name);
	if (!is_open(r->group))
		fail_msg("%s %s: trapped by CPTR_EL2", how, r->name);
	return r;
}

/* --- Accesses of the monitor ------------------------------------------------------------------------------------ */

static void note(const char *what, uint64_t value)
{
	if (pe_event_count < PE_EVENTS_MAX)
		pe_events[pe_event_count] = (struct pe_event){ what, value };
	pe_event_count++;
}

uint64_t pe_mrs(const char *run)
{
	const struct pe_register *r = access_to(run, "MRS");

	if (r->kind == PE_LOCK)
		fail_msg("MRS %s: write only", r->name);
	return pe_read(r->of != NULL ? r->of : run);
}

static bool is_set_only(const char *run)
{
	for (size_t i = 0; i < COUNT; i++)
		if (pe_registers[i].kind == PE_CLEARS && strcmp(pe_registers[i].of, run) == 0)
			return true;
	return false;
}

/* PMCR_EL0: P and C reset counters and are not kept; N is the CPU's. */
static uint64_t write_pmcr(uint64_t value)
{
	const uint64_t n = UINT64_C(0x1f) << 11;

	for (size_t i = 0; i < COUNT && (value & PMCR_P) != 0; i++)
		if (strncmp(pe_registers[i].run, "pmevcntr", 8) == 0)
			values[cpu][i] = 0;
	if (value & PMCR_C)
		pe_write("pmccntr_el0", 0);
	return (value & ~(n | PMCR_P | PMCR_C)) | (pe_read("pmcr_el0") & n);
}

void pe_msr(const char *run, uint64_t value)
{
	const struct pe_register *r = access_to(run, "MSR");

	note(r->run, value);
	if (r->kind == PE_READ_ONLY || r->kind == PE_LOCK_STATE)
		fail_msg("MSR %s: read only", r->name);
	if (r->kind == PE_CLEARS)
		pe_write(r->of, pe_read(r->of) & ~value);
	else if (r->kind == PE_LOCK)
		pe_write(r->of, (value & 1) << OSLSR_OSLK_SHIFT);
	else if (strcmp(run, "pmcr_el0") == 0)
		pe_write(run, write_pmcr(value));
	else if (r->group == PE_PMU && is_set_only(run))
		pe_write(run, pe_read(run) | value);
	else
		pe_write(run, value);
}

void pe_instruction(const char *what, uint64_t operand)
{
	note(what, operand);
}

/* Stage 1 is flat, or has nothing. */
void at_s1e1r(uint64_t va)
{
	note("at s1e1r", va);
	pe_write("par_el1", pe_stage1_fails ? 1 : va & UINT64_C(0x0000fffffffff000));
}

/* Only a monitor that has stopped does that. */
void wait_interrupt(void)
{
	if (pe_stopped == NULL)
		fail_msg("the monitor has stopped");
	longjmp(*pe_stopped, 1);
}

/* One number; the next try fails, as if others had asked for many. */
bool read_random(uint64_t *word)
{
	*word = pe_random;
	pe_random = 0;
	return *word != 0;
}

/* --- For the test ------------------------------------------------------------------------------------------------- */

void pe_registers_reset(void)
{
	sort_names();
	memset(values, 0, sizeof(values));
	memset(pe_vectors, 0, sizeof(pe_vectors));
	cpu = 0;
	pe_event_count = 0;
	pe_stopped = NULL;
	pe_random = 0;
	pe_stage1_fails = false;
}

void pe_use(unsigned int number)
{
	assert_true(number < PE_CPUS);
	cpu = number;
}

unsigned int pe_cpu(void)
{
	return cpu;
}

uint64_t pe_read(const char *run)
{
	return values[cpu][find(run)];
}

void pe_write(const char *run, uint64_t value)
{
	values[cpu][find(run)] = value;
}

uint64_t pe_value(size_t i)
{
	return values[cpu][i];
}

void pe_set_value(size_t i, uint64_t value)
{
	values[cpu][i] = value;
}

bool pe_has(size_t i)
{
	return pe_registers[i].of == NULL && is_there(pe_registers[i].group, pe_registers[i].n);
}

void pe_forget_events(void)
{
	pe_event_count = 0;
}

size_t pe_event(const char *what, unsigned int n)
{
	assert_true(pe_event_count <= PE_EVENTS_MAX); /* or PE_NEVER would be of a part of them */
	for (size_t i = 0; i < pe_event_count; i++)
		if (strcmp(pe_events[i].what, what) == 0 && n-- == 0)
			return i;
	return PE_NEVER;
}
