/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm's process tells of it: a JSON object, to everybody who connects to the socket "info" in the realm's folder.
 */
#ifndef LINUX_VMM_INFO_H
#define LINUX_VMM_INFO_H

#include "machine.h"

/* The socket; -1 and a fault: there is none. */
int info_open(int folder, struct fault *fault);

/* Somebody is there: answers, and closes the connection. */
void info_serve(int listener, struct machine *machine);

#endif
