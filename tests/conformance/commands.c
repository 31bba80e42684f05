/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands.h"

uint64_t conf_any_index(uint64_t result)
{
	return rmi_result_status(result) == RMI_ERROR_REALM ? result & ~ABI_U64(0xff00) : result;
}

static struct host_rmi_regs give(const struct conf_command *c)
{
	return host_rmi_call(&rmm, c->fid, c->x[1], c->x[2], c->x[3], c->x[4], c->x[5]);
}

static struct host_rmi_regs check(const struct conf_command *c, const char *rule, const char *text,
				  uint64_t expected)
{
	struct host_rmi_regs regs = give(c);

	conf_check_status(rule, text, conf_any_index(regs.x[0]), expected);
	return regs;
}

struct host_rmi_regs conf_break(const struct conf_command *good, const char *condition, unsigned int n,
				uint64_t bad, uint64_t expected)
{
	struct conf_command c = *good;

	c.x[n] = bad;
	return check(&c, conf_text("%s.%s", c.name, condition), conf_text("x%u = 0x%lx", n, bad), expected);
}

struct host_rmi_regs conf_break2(const struct conf_command *good, const char *first, unsigned int n,
				 uint64_t bad_n, const char *second, unsigned int m, uint64_t bad_m,
				 uint64_t expected)
{
	struct conf_command c = *good;

	c.x[n] = bad_n;
	c.x[m] = bad_m;
	return check(&c, conf_text("%s.[%s<%s]", c.name, first, second),
		     conf_text("x%u = 0x%lx, x%u = 0x%lx", n, bad_n, m, bad_m), expected);
}

struct host_rmi_regs conf_works(const struct conf_command *good)
{
	return check(good, good->name, "with all arguments good", RMI_SUCCESS);
}

struct host_rmi_regs conf_fails(const struct conf_command *command, const char *condition, const char *text,
				uint64_t expected)
{
	return check(command, conf_text("%s.%s", command->name, condition), text, expected);
}

/* x19-x28 are preserved (SMCCC), so that the pointer is safe in one of them. */
void conf_smc(struct conf_registers *registers)
{
	__asm__ volatile(
		"mov x19, %0\n\t"
		"ldp x0, x1, [x19]\n\tldp x2, x3, [x19, #16]\n\tldp x4, x5, [x19, #32]\n\t"
		"ldp x6, x7, [x19, #48]\n\tldp x8, x9, [x19, #64]\n\tldp x10, x11, [x19, #80]\n\t"
		"ldp x12, x13, [x19, #96]\n\tldp x14, x15, [x19, #112]\n\tldp x16, x17, [x19, #128]\n\t"
		"smc #0\n\t"
		"stp x0, x1, [x19]\n\tstp x2, x3, [x19, #16]\n\tstp x4, x5, [x19, #32]\n\t"
		"stp x6, x7, [x19, #48]\n\tstp x8, x9, [x19, #64]\n\tstp x10, x11, [x19, #80]\n\t"
		"stp x12, x13, [x19, #96]\n\tstp x14, x15, [x19, #112]\n\tstp x16, x17, [x19, #128]\n\t"
		:
		: "r"(registers->x)
		: "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
		  "x14", "x15", "x16", "x17", "x19", "memory", "cc");
}

/* --- Kinds of arguments ------------------------------------------------------------------------------ */

static void break_address(const struct conf_command *good, const char *name, unsigned int n)
{
	static const uint64_t no_memory[] = {
		0x0,                        /* flash */
		CONF_NO_MEMORY,             /* a device */
		CONF_BEYOND_MEMORY,         /* nothing */
		ABI_U64(0xfffffffffffff000) /* nothing, and more bits than an address has */
	};
	static const uint64_t off[] = { 1, 8, GRANULE_SIZE / 2 };

	for (unsigned int i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		conf_break(good, conf_text("%s_align", name), n, good->x[n] + off[i], RMI_ERROR_INPUT);
	for (unsigned int i = 0; i < sizeof(no_memory) / sizeof(no_memory[0]); i++)
		conf_break(good, conf_text("%s_bound", name), n, no_memory[i], RMI_ERROR_INPUT);
	/* A good one with a bit too many. */
	for (unsigned int bit = 48; bit < 64; bit += 5)
		conf_break(good, conf_text("%s_bound", name), n, good->x[n] | ABI_U64(1) << bit,
			   RMI_ERROR_INPUT);
}

static void break_state(const struct conf_command *good, const char *condition, unsigned int n,
			enum conf_state state)
{
	struct conf_command c = *good;

	if (conf_granule_in[state] == 0)
		return;
	c.x[n] = conf_granule_in[state];
	check(&c, conf_text("%s.%s", c.name, condition), conf_text("x%u is %s", n, conf_state_name(state)),
	      RMI_ERROR_INPUT);
}

void conf_break_granule(const struct conf_command *good, const char *name, const char *state, unsigned int n,
			enum conf_state wanted)
{
	conf_zoo();
	break_address(good, name, n);
	for (enum conf_state s = 0; state != NULL && s < CONF_STATES; s++)
		if (s != wanted)
			break_state(good, state, n, s);
}

void conf_break_rd(const struct conf_command *good)
{
	conf_break_granule(good, "rd", "rd_state", 1, CONF_RD);
}

void conf_break_ns(const struct conf_command *good, const char *name, unsigned int n)
{
	conf_zoo();
	break_address(good, name, n);
	for (enum conf_state s = 0; s < CONF_STATES; s++)
		if (s != CONF_UNDELEGATED)
			break_state(good, conf_text("%s_pas", name), n, s);
}

void conf_break_rd_first(const struct conf_command *bad, const char *later)
{
	struct conf_command c = *bad;
	const char *bound = conf_text("%s.[rd_bound<%s]", c.name, later);

	conf_zoo();
	c.x[1] = CONF_NO_MEMORY;
	check(&c, bound, "x1 is a device", RMI_ERROR_INPUT);
	for (enum conf_state s = 0; s < CONF_STATES; s++) {
		c.x[1] = conf_granule_in[s];
		if (s != CONF_RD && c.x[1] != 0)
			check(&c, conf_text("%s.[rd_state<%s]", c.name, later),
			      conf_text("x1 is %s", conf_state_name(s)), RMI_ERROR_INPUT);
	}
}
