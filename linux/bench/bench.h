/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * csm-bench: what programs of two Linux realms pay to exchange messages. One process in each realm; they take turns, so that
 * while one counts the other sleeps. Under -icount a tick of the counter stands for a fixed number of instructions
 * (docs/bench.md); a row's instructions are those of both sides, added by who runs them (tools/bench).
 */
#ifndef LINUX_BENCH_BENCH_H
#define LINUX_BENCH_BENCH_H

#include "libcsm.h"

/* For messages one way. The ring's capacity is half of it. */
#define REGION (UINT64_C(8) << 20)
#define LONGEST (UINT64_C(1) << 20)
/* What both share: for both ways as much. */
#define SHARED (2 * REGION)

/* One of the two. */
struct side {
	int csm;
	bool provides;
	struct caec_csm_rid peer;
	struct csm o; /* what both have, SHARED bytes */
	uint64_t n;
	uint8_t *visible; /* memory that the host sees, REGION bytes */
	bool brief;       /* few messages: each instruction is followed (tools/counted.py) */
};

/* Says why and ends the program. */
_Noreturn void broken(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline void need(int error, const char *what)
{
	if (error < 0)
		broken("%s: %s", what, csm_error_text(error));
}

uint64_t ticks(void);

/* A row of this side's, printed when all is over: printing would be counted. `bytes` 0: no number in the name. */
void row(const char *name, uint64_t bytes, uint64_t ticks_taken, uint64_t count);

/* It is the other's turn; it is ours, and the other sleeps. */
void pass(const struct side *s);
void take_turn(const struct side *s);

void bench_messages(struct side *s);
void bench_portable(
	struct side *s); /* OpenSSL's ciphers without the CPU's instructions for them, and no more */
void bench_asleep(struct side *s);
void bench_objects(struct side *s);

/* What messages are long in rows. */
extern const size_t sizes[];
size_t size_count(const struct side *s);

/* With a key of 256 bits that is set up once. A sealed message is SEAL_MORE bytes longer: the nonce, the tag, 4 unused bytes. */
#define SEAL_MORE 32
#define NONCE 12
#define TAG 16
struct cipher {
	void (*begin)(void);
	void (*seal)(uint8_t *to, const uint8_t *text, size_t size);
	bool (*unseal)(uint8_t *text, const uint8_t *from, size_t size);
};
extern const struct cipher openssl_gcm, openssl_siv, mbedtls_gcm, mbedtls_portable;

/* The same for both: it is a bench. */
extern const uint8_t seal_key[32];
/* The next one, never the same, also written to the message. */
void seal_nonce(uint8_t nonce[NONCE], uint8_t *to);

#endif
