/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the owner may ask of its realm (enum tenant_command).
 */
#ifndef REALM_TENANT_COMMAND_H
#define REALM_TENANT_COMMAND_H

#include <stddef.h>
#include <stdint.h>

/* An answer is at most as long as this. */
#define COMMAND_ANSWER_MAX 2048

/* Does the command, writes the answer; returns its length. */
size_t command_run(const uint8_t *command, size_t size, uint8_t answer[COMMAND_ANSWER_MAX]);

#endif
