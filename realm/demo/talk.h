/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The demo's conversation between P and C, over two channels: P's requests go through the lower half of the
 * region, C's replies through the upper one. Message i has a length and content that both ends can compute,
 * and a reply is its request with all bits turned over, so that each end checks every byte it gets.
 */
#ifndef REALM_DEMO_TALK_H
#define REALM_DEMO_TALK_H

#include <caec/abi.h>

struct talk {
	uint64_t good, bad; /* messages received */
	uint64_t bytes;     /* in the good ones */
	uint64_t ticks;
};

/* Each stops early if the other end is silent for TALK_PATIENCE seconds. */
#define TALK_PATIENCE 5
void talk_as_provider(uint64_t base, uint64_t size, uint64_t messages, struct talk *talk);
void talk_as_consumer(uint64_t base, uint64_t size, uint64_t messages, struct talk *talk);

#endif
