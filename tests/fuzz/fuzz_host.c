/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz target for the host's entry: commands with any arguments among those that can succeed. What is asserted: that the
 * monitor does what the model of its specification does, and the invariants (commands.h).
 */
#include <string.h>

#include "commands.h"
#include "target.h"

#define REGISTERS 7U

/* A command that there is, or any number; all that it could read. */
static struct step any_command(void)
{
	const struct step_name *name = &step_names[pick(num_step_names)];
	struct step s = { .fid = name->fid, .num = REGISTERS };

	if (one_in(8))
		s.fid = any_word();
	if (s.fid == RMI_REALM_CREATE || s.fid == RMI_REC_CREATE || s.fid == RMI_REC_ENTER)
		s.num = STEP_ARGS;
	for (unsigned int i = 0; i < s.num; i++)
		s.arg[i] = any_word();
	return s;
}

/* What could succeed, but for some arguments. */
static struct step spoilt_command(void)
{
	struct step s = generate();

	for (unsigned int i = 0; i < s.num; i++) {
		if (one_in(4))
			s.arg[i] = any_word();
	}
	return s;
}

static struct step next(void)
{
	switch (pick(4)) {
	case 0:
		return any_command();
	case 1:
		return spoilt_command();
	default:
		return generate();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	commands_begin();
	commands_run(data, size, next);
	return 0;
}
