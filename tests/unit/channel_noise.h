/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Both ends of a channel, whose peer writes what it likes into the ring between their calls, chosen by chance.h: nothing that is
 * handed out ever lies outside the ring.
 */
#ifndef TESTS_UNIT_CHANNEL_NOISE_H
#define TESTS_UNIT_CHANNEL_NOISE_H

#include "chance.h"
#include "channel_ring.h"

#define CAPACITY 256
#define LENGTHS (CAPACITY / 2 - 8)
#define SKIP UINT64_MAX

struct noise {
	struct pair p;
	struct chance chance;
	uint64_t seen[CHANNEL_BROKEN + 1]; /* results of each kind */
	uint64_t sum;                      /* so that all that is handed out is read */
};

static inline uint64_t *word_at(struct pair *p, uint64_t index)
{
	return (uint64_t *)(void *)&p->ring->data[index % CAPACITY];
}

/* The peer may write something, an end does something. A channel that is broken is opened anew. */
void noise_step(struct noise *n);

#endif
