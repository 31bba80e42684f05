/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A command whose arguments are good, so that a case can break one of them, or two.
 *
 *	const struct conf_command good = { CONF_COMMAND(RMI_RTT_FOLD), { 0, rd, ipa, level } };
 *
 *	conf_break_rd(&good, 1);
 *	conf_break(&good, "ipa_bound", 2, conf_ipa_end(realm), RMI_ERROR_INPUT);
 *	conf_works(&good);       // so none of the above has changed anything
 */
#ifndef TESTS_CONFORMANCE_COMMANDS_H
#define TESTS_CONFORMANCE_COMMANDS_H

#include "objects.h"

struct conf_command {
	const char *name;
	uint64_t fid;
	uint64_t x[6]; /* x[1] to x[5] */
};
#define CONF_COMMAND(fid) #fid, fid

/* With argument x`n` changed to `bad`: `expected`, for the condition `condition`. Returns all outputs. */
struct host_rmi_regs conf_break(const struct conf_command *good, const char *condition, unsigned int n,
				uint64_t bad, uint64_t expected);

/*
 * With xn and xm changed, which breaks both conditions: that of `first`, which precedes `second` in the
 * command's order of failure conditions.
 */
struct host_rmi_regs conf_break2(const struct conf_command *good, const char *first, unsigned int n,
				 uint64_t bad_n, const char *second, unsigned int m, uint64_t bad_m,
				 uint64_t expected);

/* The command as it stands; a check that it succeeds. */
struct host_rmi_regs conf_works(const struct conf_command *good);

/* The command as it stands, for a condition that isn't about an argument. */
struct host_rmi_regs conf_fails(const struct conf_command *command, const char *condition, const char *text,
				uint64_t expected);

/*
 * Argument xn is the address of a granule in state `wanted`: breaks its alignment (`name`_align), takes it
 * out of memory (`name`_bound) and puts it in each other state (`state`). All are RMI_ERROR_INPUT. `state`
 * is NULL if there is no such condition.
 */
void conf_break_granule(const struct conf_command *good, const char *name, const char *state, unsigned int n,
			enum conf_state wanted);

/* The same for x1, an RD: rd_align, rd_bound, rd_state. */
void conf_break_rd(const struct conf_command *good);

/* The same for an address of Non-secure memory: `name`_align, `name`_bound, `name`_pas. */
void conf_break_ns(const struct conf_command *good, const char *name, unsigned int n);

/*
 * [rd_bound, rd_state] < [...]: `bad` already breaks what `later` says, and now x1 is no RD either.
 */
void conf_break_rd_first(const struct conf_command *bad, const char *later);

/* An SMC with all the registers that SMCCC has for arguments and results, x0 to x17, in and out. */
struct conf_registers {
	uint64_t x[18];
};
void conf_smc(struct conf_registers *registers);

/* RMI_ERROR_REALM with whatever index, where the specification gives the index no meaning (B4.2). */
uint64_t conf_any_index(uint64_t result);

/* Addresses that are no memory which can be delegated (A2.2): a device, and beyond the end of DRAM. */
#define CONF_NO_MEMORY ABI_U64(0x09000000)
#define CONF_BEYOND_MEMORY ABI_U64(0x200000000000)

#endif
