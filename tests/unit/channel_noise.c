/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Steps of a channel with a hostile peer (channel_noise.h).
 */
#include "channel_noise.h"

/* What a peer that means harm would try: values near the right ones as often as far from them. */
static uint64_t bad_value(struct noise *n)
{
	uint64_t around[] = { n->p.tx.own, n->p.rx.own, 0, CAPACITY, LENGTHS, SKIP };
	uint64_t r = choose_word(&n->chance);

	switch (r % 4) {
	case 0:
		return choose_word(&n->chance);
	case 1:
		return (r >> 8) % (2 * CAPACITY);
	default:
		return around[(r >> 8) % 6] + 8 * ((r >> 16) % 40) - 8 * ((r >> 24) % 40) + (r % 8 == 2);
	}
}

static void write_noise(struct noise *n)
{
	uint64_t r = choose_word(&n->chance), value = bad_value(n);

	switch (r % 16) {
	case 0:
		n->p.ring->head = value;
		break;
	case 1:
		n->p.ring->tail = value;
		break;
	case 2:
		n->p.ring->consumer_sleeps = value;
		n->p.ring->producer_sleeps = value;
		break;
	case 3:
	case 4:
		*word_at(&n->p, r >> 8 & ~UINT64_C(7)) = value;
		break;
	case 5:
		*word_at(&n->p, n->p.rx.own) = value;
		break;
	default:
		break;
	}
}

static void check_piece(struct noise *n, const void *data, size_t length)
{
	assert_true(pair_holds(&n->p, data, length));
	for (size_t i = 0; i < length; i++)
		n->sum += ((const uint8_t *)data)[i];
}

static enum channel_result produce(struct noise *n, uint64_t r)
{
	enum channel_result result;
	size_t length = r % (LENGTHS + 20);
	void *to;

	if ((r >> 16) % 8 == 0) {
		result = channel_reserve_bytes(&n->p.tx, length, &to, &length);
		n->p.tx.own &= ~UINT64_C(7); /* messages and bytes are not for one end: here they are */
		length &= ~UINT64_C(7);
		n->p.tx.pending &= ~UINT64_C(7);
	} else {
		result = channel_reserve(&n->p.tx, length, &to);
	}
	if (result == CHANNEL_OK) {
		check_piece(n, to, length);
		memset(to, (int)r, length);
	}
	return result;
}

static enum channel_result consume(struct noise *n, uint64_t r)
{
	uint8_t *buffer = malloc(100);
	enum channel_result result;
	size_t length = 0;
	const void *from;
	bool wake;

	if (r % 4 == 0) {
		result = channel_receive(&n->p.rx, buffer, 100, &length, &wake);
		assert_true(length <= 100);
		for (size_t i = 0; i < length; i++)
			n->sum += buffer[i];
	} else {
		result = channel_next(&n->p.rx, &from, &length);
		if (result == CHANNEL_OK)
			check_piece(n, from, length);
	}
	free(buffer);
	return result;
}

void noise_step(struct noise *n)
{
	enum channel_result result = CHANNEL_OK;
	uint64_t r;

	write_noise(n);
	r = choose_word(&n->chance) >> 3;

	switch (r % 8) {
	case 0:
	case 1:
		n->seen[result = produce(n, r >> 8)]++;
		break;
	case 2:
		channel_commit(&n->p.tx);
		break;
	case 3:
	case 4:
		n->seen[result = consume(n, r >> 8)]++;
		break;
	case 5:
		channel_release(&n->p.rx);
		break;
	case 6:
		channel_sleep_consumer(&n->p.rx);
		channel_awake_consumer(&n->p.rx);
		break;
	default:
		channel_sleep_producer(&n->p.tx);
		channel_awake_producer(&n->p.tx);
		break;
	}
	if (result == CHANNEL_BROKEN)
		pair_reopen(&n->p);
}
