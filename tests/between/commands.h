/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One of each command of RMI, RSI, PSCI and CSM, and more where another argument takes another way (commands.c).
 */
#ifndef BETWEEN_COMMANDS_H
#define BETWEEN_COMMANDS_H

#include "between/schedule.h"

#define KIND_CSM 1U     /* of CSM */
#define KIND_ENDS 2U    /* takes away what others use */
#define KIND_TAKES 4U   /* takes what others would take */
#define KIND_REACHES 8U /* works on tables to which another RD leads, too */
#define KIND_SECOND 16U /* two commands, which are firsts by themselves: of a pair only the second */

extern const struct command commands[];
extern const unsigned int num_commands;

/* Once: who runs realms on the PEs. */
void commands_init(void);

#endif
