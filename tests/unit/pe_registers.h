/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PEs' system registers and vectors for unit tests of monitor/run/aarch64 and monitor/port/aarch64: those of the table
 * tests/registers/registers.def. An access that the hardware would not admit fails the test: to a register that the table
 * has not, or this CPU (its ID registers say what it has), a write to one that is read only, vectors behind CPTR_EL2.
 */
#ifndef TESTS_UNIT_PE_REGISTERS_H
#define TESTS_UNIT_PE_REGISTERS_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PE_CPUS 2U

enum pe_kind {
	PE_SWITCHED,
	PE_LIST,
	PE_CLEARS, /* another name of `of` */
	PE_CONTROL,
	PE_READ_ONLY,
	PE_LOCK, /* another name of OSLSR_EL1 */
	PE_LOCK_STATE,
};

/* What a CPU must have; `n` counts from 0. */
enum pe_group {
	PE_ALWAYS,
	PE_KEYS,
	PE_PRIORITIES,
	PE_LISTS,
	PE_SIMD,
	PE_SVE,
	PE_BREAKPOINTS,
	PE_WATCHPOINTS,
	PE_PMU,
	PE_COUNTERS,
	PE_HCX,
	PE_FGT2,
	PE_MPAM,
	PE_MPAMHCR,
};

struct pe_register {
	const char *name; /* the architecture's */
	const char *run;  /* the monitor's */
	enum pe_kind kind;
	enum pe_group group;
	unsigned int n;
	const char *of;
};

extern const struct pe_register pe_registers[];
extern const size_t pe_register_count;
#define PE_REGISTERS_MAX 320U /* no fewer than there are */

/* All zero, nothing recorded; the first PE. */
void pe_registers_reset(void);
/* From now on it is this PE that runs. */
void pe_use(unsigned int number);
unsigned int pe_cpu(void);

/* By the monitor's name, whatever the rules of the register: for the test. */
uint64_t pe_read(const char *run);
void pe_write(const char *run, uint64_t value);
/* The same by place in the table. */
uint64_t pe_value(size_t i);
void pe_set_value(size_t i, uint64_t value);
/* Whether this CPU has it, and it is no other name of one. */
bool pe_has(size_t i);

/* --- What the monitor did ------------------------------------------------------------------------------------- */

/*
 * In its order, since the last pe_forget_events(): writes by the register's name, and instructions ("isb", "dsb ish",
 * "tlbi vmalle1"), with their operand. All are counted, the first PE_EVENTS_MAX are kept.
 */
struct pe_event {
	const char *what;
	uint64_t value;
};
#define PE_EVENTS_MAX 2048U
extern struct pe_event pe_events[PE_EVENTS_MAX];
extern size_t pe_event_count;
void pe_forget_events(void);

#define PE_NEVER SIZE_MAX
/* The place of the n-th such event, from 0 on. It fails the test if there were more than are kept. */
size_t pe_event(const char *what, unsigned int n);

/* Where the test goes on when the monitor has stopped (it waits for ever); NULL: it must not. */
extern jmp_buf *pe_stopped;

/* What RNDR gives next; 0: nothing. */
extern uint64_t pe_random;

/* AT S1E1R finds no translation. */
extern bool pe_stage1_fails;

/* --- Vectors ---------------------------------------------------------------------------------------------------- */

#define PE_VL 64U /* bytes, the longest of this CPU */

struct pe_vectors {
	uint8_t z[32][PE_VL];
	uint8_t p[17][PE_VL / 8]; /* the last is FFR */
};
extern struct pe_vectors pe_vectors[PE_CPUS];

#endif
