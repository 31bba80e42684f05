/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * REALM_PROGRAM_BENCH in parts.
 */
#ifndef REALM_BENCH_BENCH_H
#define REALM_BENCH_BENCH_H

#include "bare/program.h"

/* A realm gets its vector registers from the monitor when it uses the first one after an entry. */
static inline void bench_use_fp(void)
{
	__asm__ volatile(".arch_extension fp\n\tfmov d0, xzr");
}

/* Messages (bench_message.c). */
void bench_open(const uint64_t a[6], uint64_t r[6]);
void bench_fill(const uint64_t a[6], uint64_t r[6]);
void bench_checksum(const uint64_t a[6], uint64_t r[6]);
void bench_send(const uint64_t a[6], uint64_t r[6]);
void bench_receive(const uint64_t a[6], uint64_t r[6]);
void bench_produce(const uint64_t a[6], uint64_t r[6]);
void bench_consume(const uint64_t a[6], uint64_t r[6]);
void bench_produce_words(const uint64_t a[6], uint64_t r[6]);
void bench_consume_words(const uint64_t a[6], uint64_t r[6]);
void bench_seal(const uint64_t a[6], uint64_t r[6]);
void bench_unseal(const uint64_t a[6], uint64_t r[6]);

/* Exits (bench_exit.c). */
void bench_host_call(const uint64_t a[6], uint64_t r[6]);
void bench_load(const uint64_t a[6], uint64_t r[6]);
void bench_store(const uint64_t a[6], uint64_t r[6]);
void bench_ping(const uint64_t a[6], uint64_t r[6]);

#endif
