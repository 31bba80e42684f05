/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The NS-EL2 program: does what `-fw_cfg name=opt/caec/cmd,string=...` says, gives its verdict, and turns
 * the machine off.
 */
#include "command.h"
#include "console.h"
#include "cpu.h"
#include "fw_cfg.h"
#include "gic.h"
#include "platform.h"
#include "smp.h"
#include "common/string.h"

/* The first word of the command; the rest is the function's argument. */
static const struct command {
	const char *name;
	void (*run)(const char *argument); /* returns if all is well; else verdict_fail() */
} commands[] = {
	/* clang-format off */
	{ "attack", attack_main },
	{ "bench", bench_main },
	{ "conformance", conformance_main },
	{ "demo", demo_main },
	{ "endurance", endurance_main },
	{ "linux", linux_main },
	{ "list", list_main },
	{ "measure", measure_main },
	{ "owners", owners_main },
	{ "test", test_main },
	/* clang-format on */
};

void primary_main(void) __attribute__((noreturn));
void exception_report(uint64_t vector, uint64_t esr, uint64_t elr, uint64_t far) __attribute__((noreturn));

/* Cuts `line` after its first word; returns what follows. */
static char *split(char *line)
{
	for (; *line != '\0' && *line != ' '; line++)
		;
	if (*line != '\0')
		*line++ = '\0';
	for (; *line == ' '; line++)
		;
	return line;
}

void primary_main(void)
{
	char line[256], *argument;
	uint64_t word;

	print("CAEC-BEGIN\n");
	if (!fw_cfg_string("opt/caec/cmd", line, sizeof(line)))
		verdict_fail("no command: -fw_cfg name=opt/caec/cmd,string=...");
	if (probe_read64(PLATFORM_FREE_TOP - sizeof(word), &word) != 0)
		verdict_fail("no memory at 0x%lx; TF-A takes 3 GiB for granted (-m 3G)",
			     (unsigned long)(PLATFORM_FREE_TOP - sizeof(word)));
	gic_start();
	gic_start_cpu();
	smp_start();

	argument = split(line);
	for (unsigned int i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(line, commands[i].name) == 0) {
			commands[i].run(argument);
			verdict_pass();
		}
	}
	verdict_fail("unknown command '%s'", line);
}

/* From vectors.S: an exception that nobody expected. */
void exception_report(uint64_t vector, uint64_t esr, uint64_t elr, uint64_t far)
{
	verdict_fail("exception at NS-EL2, CPU %u: vector %lu, ESR 0x%lx, ELR 0x%lx, FAR 0x%lx", cpu_id(),
		     vector, esr, elr, far);
}
