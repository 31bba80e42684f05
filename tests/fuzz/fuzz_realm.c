/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz target for realms' entry: three realms that are there call anything with any arguments, of RSI, PSCI and CSM; between
 * calls the host does what it is asked for, or something else. What is asserted is that of fuzz_host.c.
 */
#include "commands.h"
#include "target.h"

#define CALL_ARGS 12U

/* A function that there is, or any number. */
static uint64_t any_function(void)
{
	const struct step_name *name = &step_names[pick(num_step_names)];

	if (name->fid == STEP_SECURE || one_in(16))
		return any_word();
	return name->fid;
}

/* The realm's registers of a step that enters a REC: some of them, or all. */
static void spoil_call(struct step *s)
{
	bool is_new = s->num <= STEP_SMC || one_in(2);

	if (is_new) {
		s->arg[STEP_SMC] = any_function();
		s->num = STEP_SMC + 1 + CALL_ARGS;
	}
	for (unsigned int i = STEP_SMC + 1; i < s->num; i++) {
		if (is_new || one_in(4))
			s->arg[i] = any_word();
	}
}

static struct step next(void)
{
	struct step s = one_in(8) ? generate() : realm_step();

	if (s.fid == RMI_REC_ENTER && !one_in(3))
		spoil_call(&s);
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	commands_begin();
	commands_make_realms();
	commands_run(data, size, next);
	return 0;
}
