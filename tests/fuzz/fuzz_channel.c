/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz target for channels in shared memory, whose peer writes what it likes at any moment: a ring of bytes or messages, or two
 * regions with Ethernet frames, as csm_net has them. What is handed out lies inside the ring, and a frame has a frame's length;
 * what is broken stays so.
 */
#include "channel_noise.h"
#include "ring.h"
#include "target.h"

/* Most that can go wrong takes a while: what an input leaves open follows from it. */
#define STEPS_MIN 100U
#define STEPS_MAX 2000U

static void try_ring(struct chance chance)
{
	static struct noise n;

	n = (struct noise){ .chance = chance };
	pair_open(&n.p, CAPACITY);
	for (unsigned int i = 0; i < STEPS_MIN || (i < STEPS_MAX && !chance_is_over(&n.chance)); i++)
		noise_step(&n);
	pair_close(&n.p);
}

/* --- Frames ------------------------------------------------------------------------------------------------- */

/* The least ring for frames. */
#define FRAMES UINT64_C(262144)
#define REGION (sizeof(struct channel_ring) + FRAMES)

struct net {
	struct chance chance;
	struct channel_ring *own, *peer;
	struct csm_ring ring;
	unsigned int sum;
};

/* Where this end looks next, a number that may be a length, or anything. */
static uint64_t bad_word(struct net *n)
{
	const uint64_t near[] = { n->ring.rx.own, n->ring.tx.own, n->ring.tx.own - n->ring.tx.pending, 0 };
	static const uint64_t bounds[] = { 1, CSM_FRAME_SHORTEST - 1, CSM_FRAME_SHORTEST, CSM_FRAME_LONGEST,
					   CSM_FRAME_LONGEST + 1 };
	uint64_t word;

	switch (choose(&n->chance, 5)) {
	case 0:
		return choose_word(&n->chance);
	case 1:
		return UINT64_MAX;
	case 2:
		return choose(&n->chance, 2 * CSM_FRAME_LONGEST);
	case 3:
		return bounds[choose(&n->chance, 5)];
	default:
		word = near[choose(&n->chance, 4)];
		return word + 8 * (uint64_t)choose(&n->chance, 1U << 16);
	}
}

static void write_bad(struct net *n)
{
	uint64_t word = bad_word(n);

	switch (choose(&n->chance, 6)) {
	case 0:
	case 1:
		n->peer->head = word;
		break;
	case 2:
		n->peer->tail = word;
		break;
	case 3:
		n->peer->producer_sleeps = n->peer->consumer_sleeps = word;
		break;
	default:
		memcpy(&n->peer->data[n->ring.rx.own % FRAMES & ~UINT64_C(7)], &word, sizeof(word));
		break;
	}
}

static void check_frame(const struct channel *end, const struct channel_ring *ring, const void *frame,
			size_t length)
{
	uint64_t offset = (uint64_t)((const uint8_t *)frame - ring->data);

	EXPECT(length >= CSM_FRAME_SHORTEST && length <= CSM_FRAME_LONGEST);
	EXPECT(offset < FRAMES && length <= FRAMES - offset);
	EXPECT(!end->broken);
}

static void take(struct net *n)
{
	const void *frame;
	size_t length;

	if (csm_ring_next(&n->ring, &frame, &length) != CHANNEL_OK)
		return;
	check_frame(&n->ring.rx, n->peer, frame, length);
	n->sum += ((const uint8_t *)frame)[0] + ((const uint8_t *)frame)[length - 1];
	channel_release(&n->ring.rx);
}

static void put(struct net *n)
{
	size_t length = CSM_FRAME_SHORTEST + choose(&n->chance, CSM_FRAME_LONGEST - CSM_FRAME_SHORTEST + 1);
	void *frame;

	if (csm_ring_is_full(&n->ring) || csm_ring_reserve(&n->ring, length, &frame) != CHANNEL_OK)
		return;
	check_frame(&n->ring.tx, n->own, frame, length);
	memset(frame, 0x5a, length);
	channel_commit(&n->ring.tx);
}

static void net_step(struct net *n)
{
	bool broken = n->ring.rx.broken;

	write_bad(n);
	switch (choose(&n->chance, 3)) {
	case 0:
		put(n);
		break;
	case 1:
		take(n);
		break;
	default:
		(void)csm_ring_has_room(&n->ring);
		channel_sleep_consumer(&n->ring.rx);
		channel_awake_consumer(&n->ring.rx);
		break;
	}
	EXPECT(!broken || n->ring.rx.broken);
}

static void try_frames(struct chance chance)
{
	struct net n = { .chance = chance,
			 .own = aligned_alloc(64, REGION),
			 .peer = aligned_alloc(64, REGION) };

	memset(n.own, 0, REGION);
	memset(n.peer, 0, REGION);
	EXPECT(csm_ring_open(&n.ring, n.own, REGION, n.peer, REGION));
	for (unsigned int i = 0; i < STEPS_MIN || (i < STEPS_MAX && !chance_is_over(&n.chance)); i++)
		net_step(&n);
	free(n.own);
	free(n.peer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chance chance = chance_of_input(data, size);

	chance.goes_on = true;
	if (choose(&chance, 2) == 0)
		try_ring(chance);
	else
		try_frames(chance);
	return 0;
}
