/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * In place of monitor/port/aarch64/sysreg.h: the registers of a PE that is a table (pe_registers.h), and instructions that
 * are recorded there.
 */
#ifndef PORT_SYSREG_H
#define PORT_SYSREG_H

#include <stdbool.h>
#include <stdint.h>

uint64_t pe_mrs(const char *run);
void pe_msr(const char *run, uint64_t value);
void pe_instruction(const char *what, uint64_t operand);

#define read_sysreg(name) pe_mrs(name)
#define write_sysreg(name, value) pe_msr(name, value)

void at_s1e1r(uint64_t va);
void wait_interrupt(void);
bool read_random(uint64_t *word);

#define PE_INSTRUCTION(name, what)       \
	static inline void name(void)    \
	{                                \
		pe_instruction(what, 0); \
	}
PE_INSTRUCTION(isb, "isb")
PE_INSTRUCTION(dsb_ish, "dsb ish")
PE_INSTRUCTION(dsb_ishst, "dsb ishst")
PE_INSTRUCTION(tlbi_vmalle1, "tlbi vmalle1")
PE_INSTRUCTION(tlbi_vmalls12e1is, "tlbi vmalls12e1is")
PE_INSTRUCTION(tlbi_vmalle1is, "tlbi vmalle1is")
PE_INSTRUCTION(yield, "yield")

static inline void tlbi_ipas2e1is(uint64_t page)
{
	pe_instruction("tlbi ipas2e1is", page);
}

static inline void clean_to_memory(const void *at)
{
	pe_instruction("dc civac", (uintptr_t)at);
}

static inline unsigned int id_field(uint64_t value, unsigned int shift)
{
	return (unsigned int)(value >> shift) & 0xfU;
}

#endif
