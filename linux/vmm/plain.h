/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What others have written (a description, a realm's process), on a terminal: text, and nothing that moves its cursor or changes its
 * title.
 */
#ifndef LINUX_VMM_PLAIN_H
#define LINUX_VMM_PLAIN_H

/* A control character becomes '?'. */
void plain_make(char *text);

/* Prints it so. */
void plain_print(const char *text);

#endif
