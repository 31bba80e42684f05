/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * REALM_PROGRAM_BENCH: messages, from one realm's private memory to the other's. What is shared is a region, or memory of
 * the host's; the steps don't know.
 */
#include <mbedtls/gcm.h>

#include "bench.h"
#include "lib/channel.h"
#include "common/marks.h"
#include "common/string.h"

#define MESSAGE_MAX 0x10000
#define NONCE_SIZE 12
#define TAG_SIZE 16

/* The time at which a piece of that side's begins. */
#define BEGIN(side)         \
	({                  \
		MARK(side); \
		ticks();    \
	})

/* portable.c */
typeof(mbedtls_gcm_setkey) portable_gcm_setkey;
typeof(mbedtls_gcm_crypt_and_tag) portable_gcm_crypt_and_tag;
typeof(mbedtls_gcm_auth_decrypt) portable_gcm_auth_decrypt;

static struct channel channel; /* the one end that this realm has */
static uint64_t message[MESSAGE_MAX / sizeof(uint64_t)] __attribute__((aligned(64), section(".noinit")));

void bench_open(const uint64_t a[6], uint64_t r[6])
{
	r[0] = channel_open(&channel, (void *)a[0], a[1]);
}

void bench_fill(const uint64_t a[6], uint64_t r[6])
{
	(void)r;
	for (uint64_t i = 0; i < a[0] / sizeof(message[0]); i++)
		message[i] = (a[1] + i) * UINT64_C(0x9e3779b97f4a7c15);
}

/* Also of the words' order. */
void bench_checksum(const uint64_t a[6], uint64_t r[6])
{
	for (uint64_t i = 0; i < a[0] / sizeof(message[0]); i++)
		r[0] = ((r[0] << 7) | (r[0] >> 57)) ^ message[i];
}

/* --- Through a channel --------------------------------------------------------------------------- */

void bench_send(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start;
	bool wake;

	if (a[0] > sizeof(message)) {
		r[1] = CHANNEL_TOO_LONG;
		return;
	}
	start = BEGIN(MARK_SENDER);
	r[1] = channel_send(&channel, message, a[0], &wake);
	r[0] = ticks() - start;
}

void bench_receive(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = BEGIN(MARK_RECEIVER);
	size_t length = 0;
	bool wake;

	(void)a;
	r[1] = channel_receive(&channel, message, sizeof(message), &length, &wake);
	r[0] = ticks() - start;
	r[2] = length;
}

/*
 * Made where it is read. What the two do with the words is their own business, as it is when the message is copied: here
 * they write and read the first and the last one.
 */
void bench_produce(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = BEGIN(MARK_SENDER);
	void *data;

	r[1] = channel_reserve(&channel, a[0], &data);
	if (r[1] != CHANNEL_OK)
		return;
	((uint64_t *)data)[0] = a[1];
	((uint64_t *)data)[a[0] / sizeof(uint64_t) - 1] = ~a[1];
	channel_commit(&channel);
	r[0] = ticks() - start;
}

void bench_consume(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = BEGIN(MARK_RECEIVER);
	const void *data;
	size_t length;

	(void)a;
	r[1] = channel_next(&channel, &data, &length);
	if (r[1] != CHANNEL_OK)
		return;
	r[3] = ((const uint64_t *)data)[0];
	r[4] = ((const uint64_t *)data)[length / sizeof(uint64_t) - 1];
	channel_release(&channel);
	r[0] = ticks() - start;
	r[2] = length;
}

/*
 * The same with the least that work on all of a message is: each word is stored once by the one and loaded once by the
 * other, which adds them up.
 */
void bench_produce_words(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = BEGIN(MARK_SENDER);
	uint64_t count = a[0] / sizeof(uint64_t), seed = a[1];
	void *data;

	r[1] = channel_reserve(&channel, a[0], &data);
	if (r[1] != CHANNEL_OK)
		return;
	for (uint64_t i = 0; i < count; i++)
		((volatile uint64_t *)data)[i] = seed + i;
	channel_commit(&channel);
	r[0] = ticks() - start;
}

void bench_consume_words(const uint64_t a[6], uint64_t r[6])
{
	uint64_t start = BEGIN(MARK_RECEIVER), sum = 0;
	const void *data;
	size_t length;

	(void)a;
	r[1] = channel_next(&channel, &data, &length);
	if (r[1] != CHANNEL_OK)
		return;
	for (uint64_t i = 0; i < length / sizeof(uint64_t); i++)
		sum += ((const volatile uint64_t *)data)[i];
	channel_release(&channel);
	r[0] = ticks() - start;
	r[2] = length;
	r[3] = sum;
}

/* --- Encrypted ----------------------------------------------------------------------------------- */

/* What lies in shared memory. */
struct sealed {
	uint8_t nonce[NONCE_SIZE];
	uint8_t tag[TAG_SIZE];
	uint8_t unused[4];
	uint8_t text[];
};

/* By the CPU's instructions, or in C alone (portable.c). */
static struct cipher {
	typeof(mbedtls_gcm_setkey) *setkey;
	typeof(mbedtls_gcm_crypt_and_tag) *seal;
	typeof(mbedtls_gcm_auth_decrypt) *unseal;
	mbedtls_gcm_context gcm;
	bool ready;
	uint64_t counter; /* for the nonce */
} ciphers[2] = {
	{ .setkey = mbedtls_gcm_setkey,
	  .seal = mbedtls_gcm_crypt_and_tag,
	  .unseal = mbedtls_gcm_auth_decrypt },
	{ .setkey = portable_gcm_setkey,
	  .seal = portable_gcm_crypt_and_tag,
	  .unseal = portable_gcm_auth_decrypt },
};

/* Set up once, as a session would. */
static struct cipher *cipher(bool portable)
{
	static const uint8_t key[32] = { 0xca, 0xec };
	struct cipher *c = &ciphers[portable];

	if (!c->ready) {
		mbedtls_gcm_init(&c->gcm);
		c->ready = c->setkey(&c->gcm, MBEDTLS_CIPHER_ID_AES, key, 256) == 0;
	}
	return c;
}

void bench_seal(const uint64_t a[6], uint64_t r[6])
{
	struct sealed *to = (struct sealed *)a[0];
	struct cipher *c = cipher(a[2] != 0);
	uint8_t nonce[NONCE_SIZE] = { 0 };
	uint64_t start;

	bench_use_fp(); /* not a part of the message */
	start = BEGIN(MARK_SENDER);
	c->counter++;
	memcpy(nonce, &c->counter, sizeof(c->counter));
	memcpy(to->nonce, nonce, sizeof(nonce));
	r[1] = c->seal(&c->gcm, MBEDTLS_GCM_ENCRYPT, a[1], nonce, sizeof(nonce), NULL, 0,
		       (const uint8_t *)message, to->text, TAG_SIZE, to->tag) != 0;
	r[0] = ticks() - start;
}

/* Without the copy that would be needed against a host that changes the text between the hash and the cipher. */
void bench_unseal(const uint64_t a[6], uint64_t r[6])
{
	const struct sealed *from = (const struct sealed *)a[0];
	struct cipher *c = cipher(a[2] != 0);
	uint8_t nonce[NONCE_SIZE], tag[TAG_SIZE];
	uint64_t start;

	bench_use_fp(); /* not a part of the message */
	start = BEGIN(MARK_RECEIVER);
	memcpy(nonce, from->nonce, sizeof(nonce));
	memcpy(tag, from->tag, sizeof(tag));
	r[1] = c->unseal(&c->gcm, a[1], nonce, sizeof(nonce), NULL, 0, tag, sizeof(tag), from->text,
			 (uint8_t *)message) != 0;
	r[0] = ticks() - start;
}
