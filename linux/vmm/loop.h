/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The first thread, once the realm runs: terminal, signals, and who asks how it is.
 */
#ifndef LINUX_VMM_LOOP_H
#define LINUX_VMM_LOOP_H

#include "machine.h"

/* SIGTERM, SIGINT and SIGHUP come to the returned descriptor from here on. Before there are threads. -1: it can't be. */
int loop_signals(void);

/* Until the machine is over. */
void loop_run(struct machine *machine, int signals, int info);

#endif
