/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * REALM_PROGRAM_INTRUDER: the demo's third realm, which nobody shares anything with. It has the same calls
 * to try as everybody else.
 */
#include "bare/program.h"

static const struct program_step steps[] = {
	{ SCRIPT_READ64, step_read64 }, { SCRIPT_WRITE64, step_write64 }, { DEMO_IDENTIFY, step_identify },
	{ DEMO_ATTACH, step_attach },   { DEMO_DETACH, step_detach },
};
const struct program intruder_program = PROGRAM(steps);
