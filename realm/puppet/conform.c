/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm does at the exits that the conformance suite looks at, and what it finds after them (enum conform_op).
 * Nothing here judges.
 */
#include "common/hostcall.h"

#include "conform.h"
#include "bare/entry.h"
#include "bare/mmu.h"
#include "bare/program.h"
#include "bare/rec.h"
#include "common/string.h"

#define READ(name)                                                 \
	({                                                         \
		uint64_t value_;                                   \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
		value_;                                            \
	})

/* conform.S. */
extern const uint8_t conform_accesses[], conform_read_mmu_off_access[], conform_user_return[];
extern probe_function *const conform_instructions[CONFORM_INSTRUCTION_COUNT];
uint64_t conform_read_mmu_off(uint64_t value, uint64_t address, uint64_t x1);
uint64_t conform_user(uint64_t call, uint64_t b, uint64_t c);
uint64_t conform_sve_length(uint64_t a, uint64_t b, uint64_t c);
uint64_t conform_sve_load(uint64_t buffer, uint64_t b, uint64_t c);
uint64_t conform_sve_store(uint64_t buffer, uint64_t b, uint64_t c);

/* --- Accesses -------------------------------------------------------------------------------------------- */

static void note_access(uint64_t r[6], uint64_t instruction, uint64_t address, uint64_t x1)
{
	if (r[1] != 0) {
		r[2] = READ(far_el1);
		r[3] = READ(elr_el1) - instruction;
		r[4] = READ(spsr_el1);
	}
	r[5] = x1 - address;
}

void conform_access(const uint64_t a[6], uint64_t r[6])
{
	uintptr_t instruction = (uintptr_t)conform_accesses + a[0] * CONFORM_ACCESS_STRIDE;
	uint64_t x1 = a[1];

	r[0] = a[2];
	r[1] = probe((probe_function *)instruction, a[2], a[1], (uintptr_t)&x1, &r[0]);
	note_access(r, instruction, a[1], x1);
}

void conform_access_mmu_off(const uint64_t a[6], uint64_t r[6])
{
	uint64_t sctlr = READ(sctlr_el1), x1 = a[0];

	r[1] = probe(conform_read_mmu_off, 0, a[0], (uintptr_t)&x1, &r[0]);
	__asm__ volatile("msr sctlr_el1, %0; isb" : : "r"(sctlr) : "memory");
	note_access(r, (uintptr_t)conform_read_mmu_off_access, a[0], x1);
}

/* --- EL0 ------------------------------------------------------------------------------------------------- */

/* Assembly knows the layout. Addresses are EL0's. */
struct user_call {
	uint64_t pc, lr;
	uint64_t x[3];
};

static uint64_t user_address(const void *address)
{
	return MMU_USER + (uintptr_t)address;
}

/* x0 and the fault; FAR_EL1 and ELR_EL1 as IPAs. */
static void run_user(struct user_call *call, uint64_t r[6])
{
	static bool mapped;
	uint64_t nothing = 0;

	if (!mapped)
		mmu_add_user();
	mapped = true;
	call->lr = user_address(conform_user_return);
	__asm__ volatile("dsb ish; ic ialluis; dsb ish; isb" ::: "memory");
	r[1] = probe(conform_user, (uintptr_t)call, 0, 0, &nothing);
	r[0] = this_rec()->user_result;
	if (r[1] != 0) {
		r[2] = READ(far_el1) - MMU_USER;
		r[3] = READ(elr_el1) - MMU_USER;
		r[4] = READ(spsr_el1);
	}
}

void conform_access_el0(const uint64_t a[6], uint64_t r[6])
{
	const uint8_t *instruction = conform_accesses + a[0] * CONFORM_ACCESS_STRIDE;
	uint64_t x1 = MMU_USER + a[1];
	struct user_call call = { .pc = user_address(instruction), .x = { a[2], x1, user_address(&x1) } };

	run_user(&call, r);
	if (r[1] != 0)
		r[3] -= (uintptr_t)instruction;
	r[5] = x1 - MMU_USER - a[1];
}

void conform_exec_el0(const uint64_t a[6], uint64_t r[6])
{
	struct user_call call = { .pc = MMU_USER + a[0] };

	run_user(&call, r);
}

/* --- Registers ------------------------------------------------------------------------------------------- */

void conform_registers(const uint64_t a[6], uint64_t r[6])
{
	uint64_t nothing;

	r[0] = probe(conform_instructions[a[0]], a[1], 0, 0, &nothing);
}

void conform_entry(const uint64_t a[6], uint64_t r[6])
{
	(void)r;
	memcpy((void *)a[0], entry_records[READ(mpidr_el1) & (REC_MAX - 1)], sizeof(struct conform_entry));
}

void conform_counters(const uint64_t a[6], uint64_t r[6])
{
	(void)a;
	__asm__ volatile("isb; mrs %0, cntvct_el0; isb; mrs %1, cntpct_el0; isb; mrs %2, cntvct_el0"
			 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2])
			 :
			 : "memory");
}

void conform_sve(const uint64_t a[6], uint64_t r[6])
{
	static probe_function *const functions[] = {
		[CONFORM_SVE_LENGTH] = conform_sve_length,
		[CONFORM_SVE_LOAD] = conform_sve_load,
		[CONFORM_SVE_STORE] = conform_sve_store,
	};

	r[1] = probe(functions[a[0]], a[1], 0, 0, &r[0]);
}

/* --- Interrupts and time --------------------------------------------------------------------------------- */

void conform_interrupts(const uint64_t a[6], uint64_t r[6])
{
	struct bare_rec *rec = this_rec();
	uint64_t end = ticks() + a[0];

	rec->irq_count = 0;
	rec->irq_keep = a[2];
	memset(rec->irq_ids, 0, sizeof(rec->irq_ids));
	__asm__ volatile("msr daifclr, #3; isb" ::: "memory");
	while (__atomic_load_n(&rec->irq_count, __ATOMIC_RELAXED) < a[1] && ticks() < end)
		;
	__asm__ volatile("msr daifset, #3" ::: "memory");
	r[0] = rec->irq_count;
	memcpy(&r[1], rec->irq_ids, 4 * sizeof(r[0]));
}

void conform_wait(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = ticks();

	do {
		r[0] = ticks() - start;
	} while (r[0] < a[0]);
}

void conform_meet(const uint64_t a[6], uint64_t r[6])
{
	(void)r;
	*(volatile uint64_t *)a[0] = 1;
	while (*(volatile uint64_t *)a[1] == 0)
		;
}
