/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exceptions and probes, the parts in C.
 */
#include "lib/hostcall.h"
#include "lib/console.h"
#include "probe.h"
#include "program.h"

void exception_fatal(uint64_t vector, uint64_t esr, uint64_t elr, uint64_t far) __attribute__((noreturn));

/* From vectors.S. */
void exception_fatal(uint64_t vector, uint64_t esr, uint64_t elr, uint64_t far)
{
	print("exception: vector %lu, ESR 0x%lx, ELR 0x%lx, FAR 0x%lx\n", vector, esr, elr, far);
	hostcall_exit(STATUS_EXCEPTION);
}

static uint64_t read64(uint64_t address, uint64_t b, uint64_t c)
{
	(void)b;
	(void)c;
	return *(volatile uint64_t *)address;
}

static uint64_t write64(uint64_t address, uint64_t value, uint64_t c)
{
	(void)c;
	*(volatile uint64_t *)address = value;
	return 0;
}

/* What was written before is to be what is executed. */
static uint64_t execute(uint64_t address, uint64_t b, uint64_t c)
{
	uint64_t (*code)(void) = (uint64_t(*)(void))address;

	(void)b;
	(void)c;
	__asm__ volatile("dsb ish; ic ialluis; dsb ish; isb" ::: "memory");
	return code();
}

uint64_t probe_read64(uint64_t address, uint64_t *value)
{
	*value = 0;
	return probe(read64, address, 0, 0, value);
}

uint64_t probe_write64(uint64_t address, uint64_t value)
{
	uint64_t nothing;

	return probe(write64, address, value, 0, &nothing);
}

uint64_t probe_execute(uint64_t address, uint64_t *result)
{
	*result = 0;
	return probe(execute, address, 0, 0, result);
}
