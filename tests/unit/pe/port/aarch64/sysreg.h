/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * In place of monitor/port/aarch64/sysreg.h: the registers of a PE that is a table (pe_registers.h), and instructions that
 * are recorded there.
 */
#ifndef PORT_SYSREG_H
#define PORT_SYSREG_H

#include <stdint.h>

uint64_t pe_mrs(const char *run);
void pe_msr(const char *run, uint64_t value);
void pe_instruction(const char *what, uint64_t operand);

#define read_sysreg(name) pe_mrs(name)
#define write_sysreg(name, value) pe_msr(name, value)

static inline void isb(void)
{
	pe_instruction("isb", 0);
}

void at_s1e1r(uint64_t va);

static inline void tlbi_vmalle1(void)
{
	pe_instruction("tlbi vmalle1", 0);
}

static inline unsigned int id_field(uint64_t value, unsigned int shift)
{
	return (unsigned int)(value >> shift) & 0xfU;
}

#endif
