/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef PAIR_TSM_H
#define PAIR_TSM_H

#include <stddef.h>
#include <stdint.h>

/*
 * This realm's attestation token for a challenge of 64 bytes, by the kernel's TSM reports (configfs). At most `room`
 * bytes; 0, or an error of errno(3) with a minus.
 */
int tsm_report(const uint8_t challenge[64], uint8_t *token, size_t room, size_t *size);

#endif
