/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A step of a run: one thing that the host does, written as a line of text.
 *
 *	RMI_RTT_CREATE 0x80002000 0x80009000 0x40000000 0x2
 *	RMI_REC_ENTER 0x80004000 0x80101000 0x0 -1 RSI_CSM_CREATE 0x40000000 0x2000 0x0
 *	SECURE 0x80009000 0x1
 *
 * What a page of arguments holds follows the registers; REC_ENTER has flags, and at which question an interrupt is pending,
 * and then what the realm calls. Where a call has a RID, or the measurement of a share, the realm's RD stands for it.
 */
#ifndef ORACLE_STEP_H
#define ORACLE_STEP_H

#include <stdio.h>

#include <caec/smccc.h>

#define STEP_ARGS 24U
#define STEP_SMC 5U /* of REC_ENTER: where the realm's registers begin; none: the realm calls nothing */

struct step {
	uint64_t fid; /* of RMI; STEP_SECURE */
	unsigned int num;
	uint64_t arg[STEP_ARGS];
};

/* EL3 takes a granule (1) or gives it back (0); no function of RMI. */
#define STEP_SECURE UINT64_C(0)

void step_print(FILE *out, const struct step *s);
/* False: not understood. */
bool step_parse(const char *line, struct step *s);

/* Every function of RMI, RSI, PSCI and CSM that steps use; and for the tally. */
struct step_name {
	uint64_t fid;
	const char *name;
	int rid; /* which register has a RID, low half first; 0: none */
};
extern const struct step_name step_names[];
extern const unsigned int num_step_names;
const struct step_name *step_name(uint64_t fid);

#endif
