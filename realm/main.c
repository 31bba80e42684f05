/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a realm program begins, on its first REC and on others.
 */
#include "lib/console.h"
#include "lib/hostcall.h"
#include "lib/rsi.h"
#include "bare/mmu.h"
#include "bare/program.h"

void primary_main(uint64_t program, uint64_t argument, uint64_t ipa_bits) __attribute__((noreturn));
void secondary_main(void) __attribute__((noreturn));

/* What all RECs but the first do. */
static const struct program *current;

static void hello(uint64_t argument)
{
	print("hello from a realm, argument %lu\n", argument);
	hostcall_exit(0);
}

void primary_main(uint64_t program, uint64_t argument, uint64_t ipa_bits)
{
	static const struct program *const programs[] = {
		[REALM_PROGRAM_SCRIPT] = &script_program,     [REALM_PROGRAM_PROVIDER] = &provider_program,
		[REALM_PROGRAM_CONSUMER] = &consumer_program, [REALM_PROGRAM_INTRUDER] = &intruder_program,
		[REALM_PROGRAM_BENCH] = &bench_program,       [REALM_PROGRAM_PEER] = &peer_program,
	};

	if (!realm_rsi_present() || !mmu_init(ipa_bits))
		hostcall_exit(STATUS_NOT_A_REALM);
	if (program == REALM_PROGRAM_HELLO)
		hello(argument);
	if (program >= sizeof(programs) / sizeof(programs[0]))
		hostcall_exit(STATUS_UNKNOWN_PROGRAM);
	current = programs[program];
	serve_steps(current);
}

void secondary_main(void)
{
	serve_steps(current);
}
