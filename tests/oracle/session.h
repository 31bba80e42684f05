/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs of steps, each in a process of its own: what ends it does not end the one who asked (session.c, shrink.c).
 */
#ifndef ORACLE_SESSION_H
#define ORACLE_SESSION_H

#include <stddef.h>

#include "oracle/trial.h"

#define SESSION_STEPS 65536U
#define SESSION_MESSAGE 4096U

/* Shared with the process that runs. */
struct session {
	size_t num; /* steps that were begun */
	struct step step[SESSION_STEPS];
	struct tally tally[TALLY_NAMES];    /* by step_names[] */
	struct tally csm[TALLY_OPERATIONS]; /* by operation of RMI_CSM */
	char message[SESSION_MESSAGE];      /* what differed */
};

struct session *session_new(void);
/* So many steps by chance, then everything is taken apart. False: `message` says what differed in the last step. */
bool session_generate(struct session *s, uint64_t seed, size_t steps);
/* These steps. */
bool session_replay(struct session *s, const struct step *step, size_t num);

/* Leaves out steps as long as something still differs; `say` hears how many are left. Returns how many are. */
size_t shrink(struct session *s, struct step *step, size_t num, void (*say)(size_t left));

/* The tallies of `s` are added to those of `sum`. */
void add_tally(struct session *sum, const struct session *s);
void print_tally(FILE *out, const struct session *s);

#endif
