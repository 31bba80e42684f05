/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Operations of REALM_PROGRAM_SCRIPT for the conformance suite (enum conform_op): between conform.c, conform.S, and
 * the files that know about them. Shared with assembly.
 */
#ifndef REALM_PUPPET_CONFORM_H
#define REALM_PUPPET_CONFORM_H

#define CONFORM_ACCESS_STRIDE 16

#ifndef __ASSEMBLER__
#include "bare/probe.h"

/* Steps of the script program (program.h). */
void conform_access(const uint64_t a[6], uint64_t r[6]);
void conform_access_mmu_off(const uint64_t a[6], uint64_t r[6]);
void conform_registers(const uint64_t a[6], uint64_t r[6]);
void conform_interrupts(const uint64_t a[6], uint64_t r[6]);
void conform_entry(const uint64_t a[6], uint64_t r[6]);
void conform_counters(const uint64_t a[6], uint64_t r[6]);
void conform_sve(const uint64_t a[6], uint64_t r[6]);
void conform_access_el0(const uint64_t a[6], uint64_t r[6]);
void conform_exec_el0(const uint64_t a[6], uint64_t r[6]);
void conform_wait(const uint64_t a[6], uint64_t r[6]);
void conform_meet(const uint64_t a[6], uint64_t r[6]);
#endif

#endif
