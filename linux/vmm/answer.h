/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm's process tells of itself. It is whoever has the realm: it may say nothing, or never come to an end.
 */
#ifndef LINUX_VMM_ANSWER_H
#define LINUX_VMM_ANSWER_H

#include <jansson.h>

/* The caller's, from a socket that need not block. NULL: no JSON of less than 1 MiB came within five seconds. */
json_t *answer_read(int socket);

#endif
