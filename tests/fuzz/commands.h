/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For the fuzz targets of the monitor's two entries: commands of a host, calls of realms, on the monitor and on the model of its
 * specification at once (tests/oracle). An input is what happens, from the first choice to the last.
 */
#ifndef FUZZ_COMMANDS_H
#define FUZZ_COMMANDS_H

#include "oracle/generate.h"

/* A fresh machine. */
void commands_begin(void);

/* Three realms that are ACTIVE and may share, each with RECs that can be entered; nothing of it is chosen by the input. */
void commands_make_realms(void);

/* Until the input is over: what `next` says. Then everything is taken apart, and every granule is the host's again. */
void commands_run(const uint8_t *data, size_t size, struct step (*next)(void));

/* An argument of any kind: an address, a size, a flag, what other arguments were, anything. */
uint64_t any_word(void);

#endif
