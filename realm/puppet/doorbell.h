/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The doorbell as a realm hears it: steps of REALM_PROGRAM_SCRIPT (common/hostcall.h).
 */
#ifndef REALM_PUPPET_DOORBELL_H
#define REALM_PUPPET_DOORBELL_H

#include <caec/abi.h>

void doorbell_await(const uint64_t a[6], uint64_t r[6]);
void doorbell_send(const uint64_t a[6], uint64_t r[6]);
void doorbell_receive(const uint64_t a[6], uint64_t r[6]);

#endif
