/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The channel between a tenant realm and its owner: the realm's end (realm/tenant/session.c, Mbed TLS) against the owner's
 * (owner/owner_session.c, OpenSSL), and against a host that changes, replays, mixes and makes up messages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/rsi.h"
#include "owner_session.h"
#include "tenant/mbedtls_config.h"
#include "tenant/random.h"
#include "tenant/session.h"

#define HELLO_SIZE (1 + TENANT_NONCE_SIZE + TENANT_KEY_SIZE)
#define TOKEN_SIZE 777
#define OVERHEAD (1 + TENANT_COUNTER_SIZE + TENANT_TAG_SIZE)

/* --- The realm's surroundings ---------------------------------------------------------------------------- */

static bool has_token, has_entropy;
static uint8_t asked_for[TENANT_CHALLENGE_SIZE];

/* A token is its challenge and some more. */
enum rsi_status realm_rsi_attestation_token(const uint8_t challenge[64], void *page, uint8_t *token,
					    size_t size, size_t *length)
{
	(void)page;
	memcpy(asked_for, challenge, sizeof(asked_for));
	if (!has_token)
		return RSI_ERROR_UNKNOWN;
	if (size < TOKEN_SIZE)
		return RSI_ERROR_INPUT;
	memset(token, 0x7e, TOKEN_SIZE);
	memcpy(token, challenge, 64);
	*length = TOKEN_SIZE;
	return RSI_SUCCESS;
}

int tenant_random(void *context, unsigned char *bytes, size_t count)
{
	(void)context;
	return has_entropy && owner_random(bytes, count) ? 0 : -1;
}

void session_broken(int status)
{
	fail_msg("Mbed TLS ends with %d", status);
	abort();
}

/* --- An owner, and what it says -------------------------------------------------------------------------- */

struct owner {
	struct owner_key *key, *ephemeral;
	uint8_t public[TENANT_KEY_SIZE], ephemeral_public[TENANT_KEY_SIZE], nonce[TENANT_NONCE_SIZE];
	struct owner_session session;
};

static struct owner owner, stranger;

static void make_owner(struct owner *o)
{
	o->key = owner_key_new();
	o->ephemeral = owner_key_new();
	assert_true(o->key && o->ephemeral && owner_key_public(o->key, o->public) &&
		    owner_key_public(o->ephemeral, o->ephemeral_public) &&
		    owner_random(o->nonce, sizeof(o->nonce)));
}

static void make_hello(const struct owner *o, uint8_t message[HELLO_SIZE])
{
	message[0] = TENANT_HELLO;
	memcpy(message + 1, o->nonce, TENANT_NONCE_SIZE);
	memcpy(message + 1 + TENANT_NONCE_SIZE, o->ephemeral_public, TENANT_KEY_SIZE);
}

/* HELLO and EVIDENCE; the owner's half is ready then, whoever the owner is. */
static void meet(struct owner *o, const uint8_t owner_key[TENANT_KEY_SIZE])
{
	uint8_t hello[HELLO_SIZE], evidence[TENANT_MESSAGE_MAX], challenge[TENANT_CHALLENGE_SIZE];
	const uint8_t *realm_key = evidence + 1;
	size_t length = 0;

	make_hello(o, hello);
	assert_int_equal(session_hello(hello, sizeof(hello), evidence, sizeof(evidence), &length), 0);
	assert_int_equal(length, 1 + TENANT_KEY_SIZE + TOKEN_SIZE);
	assert_int_equal(evidence[0], TENANT_EVIDENCE);
	assert_true(owner_challenge(o->nonce, owner_key, o->ephemeral_public, realm_key, challenge));
	assert_memory_equal(asked_for, challenge, sizeof(challenge));
	assert_memory_equal(evidence + 1 + TENANT_KEY_SIZE, challenge, sizeof(challenge));
	assert_true(owner_session_derive(&o->session, o->key, o->ephemeral, realm_key, challenge));
}

static int setup(void **state)
{
	(void)state;
	has_token = has_entropy = true;
	make_owner(&owner);
	make_owner(&stranger);
	session_init(owner.public);
	return 0;
}

static int teardown(void **state)
{
	uint8_t bad[HELLO_SIZE] = { 0 }, to[256];
	size_t length;

	(void)state;
	/* No session is left for the next test. */
	session_hello(bad, sizeof(bad), to, sizeof(to), &length);
	owner_key_free(owner.key);
	owner_key_free(owner.ephemeral);
	owner_key_free(stranger.key);
	owner_key_free(stranger.ephemeral);
	return 0;
}

/* A command there and an answer back, of these sizes. */
static void converse(struct owner *o, size_t command_size, size_t answer_size)
{
	static uint8_t command[2048], answer[2048], message[4096], text[4096];
	size_t length = 0, got = 0;

	assert_true(owner_random(command, sizeof(command)) && owner_random(answer, sizeof(answer)));
	assert_true(owner_session_seal(&o->session, command, command_size, message, &length));
	assert_int_equal(length, command_size + OVERHEAD);
	assert_int_equal(session_open(message, length, text, &got), 0);
	assert_int_equal(got, command_size);
	assert_memory_equal(text, command, command_size);
	assert_int_equal(session_seal(answer, answer_size, message, sizeof(message), &length), 0);
	assert_int_equal(length, answer_size + OVERHEAD);
	assert_true(owner_session_open(&o->session, message, length, text, &got));
	assert_int_equal(got, answer_size);
	assert_memory_equal(text, answer, answer_size);
}

/* --- Tests ----------------------------------------------------------------------------------------------- */

static void test_both_ends_agree(void **state)
{
	(void)state;
	meet(&owner, owner.public);
	for (size_t size = 0; size < 70; size++)
		converse(&owner, size, 70 - size);
	converse(&owner, 2048, 2048);
	/* A new session, with everything as before: new keys, counters from 1. */
	meet(&owner, owner.public);
	assert_int_equal(owner.session.counter, 0);
	converse(&owner, 16, 16);
}

/* Anybody can say HELLO; only the owner can go on. */
static void test_stranger(void **state)
{
	uint8_t message[128], text[128];
	size_t length, got;

	(void)state;
	meet(&stranger, owner.public);
	assert_true(owner_session_seal(&stranger.session, (const uint8_t *)"open", 4, message, &length));
	assert_int_equal(session_open(message, length, text, &got), TENANT_BAD_SEAL);
	meet(&owner, owner.public);
	converse(&owner, 4, 4);
}

static void test_no_session(void **state)
{
	uint8_t message[128] = { TENANT_SEALED }, text[128];
	size_t length;

	(void)state;
	assert_int_equal(session_open(message, sizeof(message), text, &length), TENANT_NO_SESSION);
	meet(&owner, owner.public);
	/* A HELLO that fails ends what there was: it is the host's to interrupt, not to keep half of. */
	has_token = false;
	make_hello(&owner, message);
	assert_int_equal(session_hello(message, HELLO_SIZE, (uint8_t[1024]){ 0 }, 1024, &length),
			 TENANT_NO_TOKEN);
	assert_int_equal(session_open(message, sizeof(message), text, &length), TENANT_NO_SESSION);
}

static void test_hello_is_checked(void **state)
{
	static const struct {
		unsigned int at;
		uint8_t value;
	} spoilt[] = { { 0, 0x02 }, { 0, 0x00 }, { 0, 0x05 }, { 64, 0 } };
	uint8_t hello[HELLO_SIZE + 1] = { 0 }, to[1024], *key = hello + 1 + TENANT_NONCE_SIZE;
	size_t length;

	(void)state;
	make_hello(&owner, hello);
	for (size_t size = 0; size <= HELLO_SIZE + 1; size++) {
		if (size != HELLO_SIZE)
			assert_int_equal(session_hello(hello, size, to, sizeof(to), &length),
					 TENANT_BAD_MESSAGE);
	}
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		make_hello(&owner, hello);
		key[spoilt[i].at] = key[spoilt[i].at] == spoilt[i].value ? 1 : spoilt[i].value;
		assert_int_equal(session_hello(hello, HELLO_SIZE, to, sizeof(to), &length), TENANT_BAD_KEY);
	}
	memset(key + 1, 0, TENANT_KEY_SIZE - 1);
	assert_int_equal(session_hello(hello, HELLO_SIZE, to, sizeof(to), &length), TENANT_BAD_KEY);
	memset(key + 1, 0xff, TENANT_KEY_SIZE - 1);
	assert_int_equal(session_hello(hello, HELLO_SIZE, to, sizeof(to), &length), TENANT_BAD_KEY);
}

static void test_what_may_be_missing(void **state)
{
	uint8_t hello[HELLO_SIZE], to[1024], answer[64] = { 0 };
	size_t length;

	(void)state;
	make_hello(&owner, hello);
	has_entropy = false;
	assert_int_equal(session_hello(hello, sizeof(hello), to, sizeof(to), &length), TENANT_NO_RANDOM);
	has_entropy = true;
	for (size_t room = 0; room < 1 + TENANT_KEY_SIZE + TOKEN_SIZE; room++)
		assert_int_equal(session_hello(hello, sizeof(hello), to, room, &length), TENANT_NO_TOKEN);
	meet(&owner, owner.public);
	for (size_t room = 0; room < sizeof(answer) + OVERHEAD; room++)
		assert_int_equal(session_seal(answer, sizeof(answer), to, room, &length), TENANT_BAD_MESSAGE);
	assert_int_equal(session_seal(answer, sizeof(answer), to, sizeof(answer) + OVERHEAD, &length), 0);
}

/* Each bit of a sealed command: refused, without effect. */
static void test_every_bit(void **state)
{
	uint8_t message[64], changed[64], text[64];
	size_t length, got;

	(void)state;
	meet(&owner, owner.public);
	assert_true(owner_session_seal(&owner.session, (const uint8_t *)"command", 7, message, &length));
	for (size_t bit = 0; bit < 8 * length; bit++) {
		int expected = bit < 8                               ? TENANT_BAD_MESSAGE
			       : bit < 8 * (1 + TENANT_COUNTER_SIZE) ? TENANT_BAD_COUNTER
								     : TENANT_BAD_SEAL;

		memcpy(changed, message, length);
		changed[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_equal(session_open(changed, length, text, &got), expected);
	}
	for (size_t size = 0; size < length; size++)
		assert_int_equal(session_open(message, size, text, &got),
				 size < OVERHEAD ? TENANT_BAD_MESSAGE : TENANT_BAD_SEAL);
	assert_int_equal(session_open(message, length, text, &got), 0);
	assert_memory_equal(text, "command", 7);
	/* The same of an answer, for the owner. */
	assert_int_equal(session_seal((const uint8_t *)"answer", 6, message, sizeof(message), &length), 0);
	for (size_t bit = 0; bit < 8 * length; bit++) {
		memcpy(changed, message, length);
		changed[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_false(owner_session_open(&owner.session, changed, length, text, &got));
	}
	for (size_t size = 0; size < length; size++)
		assert_false(owner_session_open(&owner.session, message, size, text, &got));
	assert_true(owner_session_open(&owner.session, message, length, text, &got));
}

static void test_order(void **state)
{
	uint8_t first[64], second[64], text[64], answer[64];
	size_t first_size, second_size, answer_size, got;

	(void)state;
	meet(&owner, owner.public);
	assert_true(owner_session_seal(&owner.session, (const uint8_t *)"1", 1, first, &first_size));
	assert_true(owner_session_seal(&owner.session, (const uint8_t *)"2", 1, second, &second_size));
	assert_int_equal(session_open(second, second_size, text, &got), TENANT_BAD_COUNTER);
	assert_int_equal(session_open(first, first_size, text, &got), 0);
	assert_int_equal(session_open(first, first_size, text, &got), TENANT_BAD_COUNTER);
	/* The first command's answer is none to the second, which the owner has sent meanwhile. */
	assert_int_equal(session_seal((const uint8_t *)"a", 1, answer, sizeof(answer), &answer_size), 0);
	assert_false(owner_session_open(&owner.session, answer, answer_size, text, &got));
	assert_int_equal(session_open(second, second_size, text, &got), 0);
	/* What the owner sent comes back: not as an answer. */
	assert_false(owner_session_open(&owner.session, second, second_size, text, &got));
	/* Nothing of a session is of use in the next one. */
	meet(&owner, owner.public);
	assert_int_equal(session_open(first, first_size, text, &got), TENANT_BAD_SEAL);
	converse(&owner, 1, 1);
}

static void test_random_messages(void **state)
{
	uint8_t text[256];
	size_t got;

	(void)state;
	meet(&owner, owner.public);
	srand(1);
	for (unsigned int i = 0; i < 100000; i++) {
		size_t size = (size_t)rand() % 200;
		uint8_t *message = malloc(size + 1);

		for (size_t at = 0; at < size; at++)
			message[at] = (uint8_t)rand();
		/* With the right counter every other time, so that it comes to the seal. */
		if (size > TENANT_COUNTER_SIZE && i % 2 == 0) {
			memset(message, 0, 1 + TENANT_COUNTER_SIZE);
			message[0] = TENANT_SEALED;
			message[TENANT_COUNTER_SIZE] = 1;
		}
		assert_int_not_equal(session_open(message, size, text, &got), 0);
		free(message);
	}
	converse(&owner, 8, 8);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_both_ends_agree),
		TEST(test_stranger),
		TEST(test_no_session),
		TEST(test_hello_is_checked),
		TEST(test_what_may_be_missing),
		TEST(test_every_bit),
		TEST(test_order),
		TEST(test_random_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
