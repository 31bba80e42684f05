/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Steps on the monitor and on the model at once (trial.c, look.c), and where they come from (generate.c).
 */
#ifndef ORACLE_TRIAL_H
#define ORACLE_TRIAL_H

#include "oracle/step.h"

/* Of each function: how often it was called, and did what it is for. */
struct tally {
	unsigned long calls, successes;
};

#define TALLY_NAMES 128U
#define TALLY_OPERATIONS 8U

/* A fresh machine and a fresh model. */
void trial_begin(void);
/* What differs ends the process, with a message. */
void trial_step(const struct step *s);
/* All that can be compared, as it stands. */
void trial_look(void);
/* Everything was taken apart: every granule is the host's. */
void trial_check_all_back(void);
extern struct tally trial_tally[TALLY_NAMES];          /* by step_names[] */
extern struct tally trial_csm_tally[TALLY_OPERATIONS]; /* by operation of RMI_CSM */

/* From now on the n-th success of this function is said to differ. */
void trial_lie(uint64_t fid, unsigned int n);

/* look.c: the state that both have. `thorough`: all of it, not what has changed alone. */
void look(bool thorough);
void look_begin(void);
__attribute__((format(printf, 1, 2), noreturn)) void differs(const char *format, ...);
/* The same command on both, which must agree. */
void trial_quietly(uint64_t fid, const uint64_t *arg, unsigned int num);

/* generate.c: what comes next, of the model's state and of chance. */
void generate_begin(uint64_t seed);
/* From now on the input is the chance; and whether it has no more. */
void generate_from(const uint8_t *input, size_t size);
bool generate_is_over(void);
struct step generate(void);
/* A step towards the end of everything; false: nothing is left. */
bool generate_end(struct step *s);

#endif
