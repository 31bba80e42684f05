/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * In place of monitor/port/aarch64/sysreg.h: the registers of a PE that is a table (pe.h).
 */
#ifndef PORT_SYSREG_H
#define PORT_SYSREG_H

#include <stdint.h>

uint64_t pe_read(const char *name);
void pe_write(const char *name, uint64_t value);

#define read_sysreg(name) pe_read(name)
#define write_sysreg(name, value) pe_write(name, value)

static inline void isb(void)
{
}

void at_s1e1r(uint64_t va);
void tlbi_vmalle1(void);

static inline unsigned int id_field(uint64_t value, unsigned int shift)
{
	return (unsigned int)(value >> shift) & 0xfU;
}

#endif
