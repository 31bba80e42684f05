/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EL3's half of attestation (port/attest.h) on this machine.
 */
#ifndef PORT_AARCH64_ATTEST_H
#define PORT_AARCH64_ATTEST_H

#include <stdint.h>

/*
 * The page shared with EL3: its physical address, and where it is mapped. The boot manifest, which came
 * in it, has been read. Once, at cold boot.
 */
void attest_port_init(uint64_t shared_pa, void *mapped_at);

#endif
