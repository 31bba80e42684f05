/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * csm-pair's session (linux/pair/pair.h) with a peer and a host that are played here. The peer's tokens are made as those of
 * the verifier's tests; its challenges are computed here, from docs/pairing.md.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made_token.h"
#include "pair/pair.h"
#include "target.h"

#define STREAM_MAX (4U * PAIR_LINE_MAX)
#define PERMISSION_AT 16

enum cheat {
	HONEST,
	REFLECTS_HELLO,
	SAME_ROLE,
	NO_ROLE,
	OUR_RID,
	SWAPS_RID,   /* the host, in the hello on its way */
	SWAPS_NONCE, /* so does it */
	OLD_NONCE,   /* evidence of an earlier session */
	LOOK_ALIKE,  /* a genuine realm's, for this session, but another's than said hello */
	OTHER_IMAGE,
	NO_RID,
	OUR_ROLE,     /* a token for the challenge that is ours to answer */
	CHANGED_BYTE, /* in the signature */
	CUT,
	EMPTY,
	TOO_LONG,
	BAD_DIGIT,
	UPPER_CASE,
	ODD,
	UNKNOWN_KIND,
	TOKEN_FIRST,
	GIVES_UP,
	GIVES_UP_LATE,
	SILENT_AT_FIRST,
	SILENT,
	SILENT_LATE,
	SLOW,
	CHANGES_N,
	CHANGES_SIZE,
	CHANGES_PERMISSION,
	NO_PERMISSION,
	OTHER_EVIDENCE,
	OLD_OFFER,
	NOISE,
	TOO_MUCH_NOISE,
	ENDLESS_LINE,
	RETURNS,
};

/* The peer, and the host between. */
struct world {
	enum cheat cheat;
	struct pair *pair; /* the side that is tested */
	uint8_t hello[2][PAIR_HELLO_SIZE];
	uint8_t evidence[64];
	char *stream; /* on its way to that side */
	size_t at, end;
	size_t part;  /* bytes per read; 0: all */
	bool changes; /* the host changes this byte on its way */
	size_t changed;
	unsigned int shares;
	uint8_t shared_with[PAIR_RID_SIZE];
	int share_fails, attest_fails;
	struct pair_reader reader;
	struct pair_message message;
	bool heard_end;
	uint8_t heard_status;
};

static const uint8_t our_rid[PAIR_RID_SIZE] = "our realm's own", their_rid[PAIR_RID_SIZE] = "the peer's name";
static const uint8_t third_rid[PAIR_RID_SIZE] = "somebody else's";
static const struct pair_offer offered = { 3, 0x200000, 2 };

/* --- The peer --------------------------------------------------------------------------------------------- */

static enum pair_role peer_role(const struct world *w)
{
	return w->pair->role == PAIR_PROVIDER ? PAIR_CONSUMER : PAIR_PROVIDER;
}

static void put_text(struct world *w, const char *text, size_t length)
{
	assert_true(length <= STREAM_MAX - w->end);
	memcpy(w->stream + w->end, text, length);
	w->end += length;
}

static void put_line(struct world *w, const char *name, const uint8_t *body, size_t size)
{
	char *line = malloc(64 + 2 * size);
	size_t length = (size_t)sprintf(line, "csm-pair 1 %s ", w->cheat == UNKNOWN_KIND ? "token" : name);

	for (size_t i = 0; i < size; i++)
		length += (size_t)sprintf(line + length, w->cheat == UPPER_CASE ? "%02X" : "%02x", body[i]);
	length -= w->cheat == ODD;
	if (w->cheat == BAD_DIGIT)
		line[length - 3] = 'g';
	length += (size_t)sprintf(line + length, w->cheat == RETURNS ? "\r\n" : "\n");
	put_text(w, line, length);
	free(line);
}

/* SHA-512 of the label, the role, both hellos; of a provider's also the evidence's digest and the offer. */
static void compute_challenge(const struct world *w, enum pair_role role, const uint8_t *offer,
			      uint8_t to[64])
{
	static const uint8_t nothing[PAIR_OFFER_SIZE];
	uint8_t text[512];
	size_t size = 0;

#define ADD(bytes, length) (memcpy(text + size, bytes, length), size += (length))
	ADD("CAEC csm pair 1", 15);
	text[size++] = (uint8_t)role;
	ADD(w->hello[PAIR_CONSUMER], PAIR_HELLO_SIZE);
	ADD(w->hello[PAIR_PROVIDER], PAIR_HELLO_SIZE);
	if (role == PAIR_PROVIDER) {
		ADD(w->evidence, 64);
		ADD(offer ? offer : nothing, PAIR_OFFER_SIZE);
	}
#undef ADD
	assert_int_equal(EVP_Q_digest(NULL, "SHA512", NULL, text, size, to, NULL), 1);
}

static size_t peer_token(struct world *w, const uint8_t *offer, uint8_t *to)
{
	uint8_t challenge[64];
	struct made_token made = {
		.template = w->cheat == NO_RID ? "pair-plain.cbor" : "pair-realm.cbor",
		.challenge = challenge,
		.rid = w->cheat == NO_RID       ? NULL
		       : w->cheat == LOOK_ALIKE ? third_rid
						: their_rid,
		.other_image = w->cheat == OTHER_IMAGE,
	};
	size_t size;

	if (w->cheat == OLD_NONCE || w->cheat == OLD_OFFER)
		w->hello[w->pair->role][PAIR_HELLO_SIZE - 1] ^= 1;
	if (w->cheat == OTHER_EVIDENCE)
		w->evidence[0] ^= 1;
	compute_challenge(w, w->cheat == OUR_ROLE ? w->pair->role : peer_role(w), offer, challenge);
	size = make_token(&made, to);
	to[size - 1] ^= w->cheat == CHANGED_BYTE;
	return w->cheat == CUT ? size - 1 : size;
}

static void say_hello(struct world *w)
{
	uint8_t *hello = w->hello[peer_role(w)];

	hello[0] = (uint8_t)peer_role(w);
	memcpy(hello + 1, their_rid, PAIR_RID_SIZE);
	memset(hello + 1 + PAIR_RID_SIZE, 0x77, PAIR_NONCE_SIZE);
}

/* What comes of the peer's hello on its way. */
static void put_hello(struct world *w)
{
	uint8_t hello[PAIR_HELLO_SIZE];

	memcpy(hello, w->hello[w->cheat == REFLECTS_HELLO ? w->pair->role : peer_role(w)], sizeof(hello));
	if (w->cheat == SAME_ROLE)
		hello[0] = (uint8_t)w->pair->role;
	if (w->cheat == NO_ROLE)
		hello[0] = 2;
	if (w->cheat == OUR_RID)
		memcpy(hello + 1, our_rid, PAIR_RID_SIZE);
	if (w->cheat == SWAPS_RID)
		memcpy(hello + 1, third_rid, PAIR_RID_SIZE);
	hello[PAIR_HELLO_SIZE - 1] ^= w->cheat == SWAPS_NONCE;
	put_line(w, "hello", hello, sizeof(hello));
}

static void put_evidence(struct world *w)
{
	static uint8_t token[PAIR_TOKEN_MAX + 1];
	size_t size = peer_token(w, NULL, token);

	EVP_Q_digest(NULL, "SHA512", NULL, token, size, w->evidence, NULL);
	put_line(w, "evidence", token, w->cheat == EMPTY ? 0 : w->cheat == TOO_LONG ? sizeof(token) : size);
}

static void put_offer(struct world *w)
{
	static uint8_t offer[PAIR_BODY_MAX + 1];
	size_t size;

	memset(offer, 0, PAIR_OFFER_SIZE);
	offer[7] = (uint8_t)offered.n;
	offer[13] = (uint8_t)(offered.size >> 16);
	offer[PERMISSION_AT] = w->cheat == NO_PERMISSION ? 4 : offered.permission;
	size = PAIR_OFFER_SIZE + peer_token(w, offer, offer + PAIR_OFFER_SIZE);
	/* The host, on its way. */
	offer[7] ^= w->cheat == CHANGES_N;
	offer[13] ^= w->cheat == CHANGES_SIZE;
	offer[PERMISSION_AT] ^= w->cheat == CHANGES_PERMISSION;
	put_line(w, "offer", offer,
		 w->cheat == EMPTY      ? PAIR_OFFER_SIZE
		 : w->cheat == TOO_LONG ? sizeof(offer)
					: size);
}

static void put_end(struct world *w, uint8_t status)
{
	put_line(w, "end", &status, 1);
}

static void put_noise(struct world *w)
{
	static const char line[] =
		"[    1.234567] csm-pair: this is no message\n\r\nrealm# csm-pair 1 end 00\ncsm-pair 1\n";

	put_text(w, line, sizeof(line) - 1);
	for (size_t i = 0; w->cheat == TOO_MUCH_NOISE && i < 2 * PAIR_NOISE_MAX; i += sizeof(line) - 1)
		put_text(w, line, sizeof(line) - 1);
	for (size_t i = 0; w->cheat == ENDLESS_LINE && i < 2 * PAIR_LINE_MAX; i++)
		put_text(w, &"csm-pair 1 offer 0"[i < 17 ? i : 17], 1);
}

/* What the peer does when it hears the other side. */
static void react_to_hello(struct world *w)
{
	memcpy(w->hello[w->pair->role], w->message.body, PAIR_HELLO_SIZE);
	if (w->cheat == NOISE || w->cheat == TOO_MUCH_NOISE || w->cheat == ENDLESS_LINE)
		put_noise(w);
	say_hello(w);
	if (w->cheat != TOKEN_FIRST)
		put_hello(w);
	if (w->cheat == GIVES_UP)
		put_end(w, 6);
	else if (w->cheat != SILENT && w->pair->role == PAIR_PROVIDER)
		put_evidence(w);
	else if (w->cheat == TOKEN_FIRST)
		put_offer(w);
}

static void react(struct world *w)
{
	if (w->message.kind == PAIR_HELLO && w->cheat != SILENT_AT_FIRST && w->cheat != SLOW) {
		react_to_hello(w);
	} else if (w->message.kind == PAIR_EVIDENCE && w->cheat != SILENT && w->cheat != TOKEN_FIRST &&
		   w->cheat != GIVES_UP) {
		EVP_Q_digest(NULL, "SHA512", NULL, w->message.body, w->message.size, w->evidence, NULL);
		put_offer(w);
	} else if (w->message.kind == PAIR_OFFER && w->cheat != SILENT_LATE) {
		put_end(w, w->cheat == GIVES_UP_LATE ? 9 : 0);
	} else if (w->message.kind == PAIR_END) {
		w->heard_end = true;
		w->heard_status = w->message.body[0];
	}
}

/* --- The side that is tested ------------------------------------------------------------------------------ */

static long hear(void *context, char *bytes, size_t size)
{
	struct world *w = context;
	size_t there = w->end - w->at, most = w->part && w->part < size ? w->part : size;

	if (there == 0)
		return w->cheat == SLOW ? -ETIMEDOUT : 0;
	there = there < most ? there : most;
	memcpy(bytes, w->stream + w->at, there);
	if (w->changes && w->changed >= w->at && w->changed < w->at + there)
		bytes[w->changed - w->at] ^= 1;
	w->at += there;
	return (long)there;
}

static int say(void *context, const char *bytes, size_t size)
{
	struct world *w = context;
	const char *why = "";

	for (size_t i = 0; i < size; i++) {
		enum pair_taken taken = pair_take(&w->reader, bytes[i], &w->message, &why);

		assert_int_not_equal(taken, PAIR_BAD);
		if (taken == PAIR_MESSAGE)
			react(w);
	}
	return 0;
}

/* Nobody looks at our own token here but for what it is for. */
static int attest(void *context, const uint8_t challenge[PAIR_CHALLENGE_SIZE], uint8_t token[PAIR_TOKEN_MAX],
		  size_t *size, const char **why)
{
	struct world *w = context;
	uint8_t wanted[64];

	*why = "this realm has none";
	if (w->attest_fails)
		return w->attest_fails;
	if (w->cheat == HONEST && !w->changes) {
		uint8_t *offer = token - PAIR_OFFER_SIZE;

		compute_challenge(w, w->pair->role, w->pair->role == PAIR_PROVIDER ? offer : NULL, wanted);
		assert_memory_equal(challenge, wanted, sizeof(wanted));
	}
	memset(token, 0x11, 100);
	*size = 100;
	return 0;
}

static int share(void *context, const uint8_t rid[PAIR_RID_SIZE], struct pair_offer *offer, const char **why)
{
	struct world *w = context;

	*why = "no room";
	if (w->share_fails)
		return w->share_fails;
	w->shares++;
	memcpy(w->shared_with, rid, PAIR_RID_SIZE);
	*offer = offered;
	return 0;
}

static void warn(void *context, const char *warning)
{
	(void)context;
	(void)warning;
}

/* A session; the world is what came of it. The stream is the caller's, or its own. */
static int run(struct world *w, struct pair *pair, enum pair_role role, enum cheat cheat)
{
	static struct caec_policy *policy;
	struct pair_ops ops = { w, hear, say, attest, share, warn };
	char *own = w->stream ? NULL : malloc(STREAM_MAX);
	int status;

	if (!policy)
		policy = corpus_policy("pair.json");
	pair->role = role;
	pair->policy = policy;
	pair->ops = &ops;
	memcpy(pair->rid, our_rid, sizeof(pair->rid));
	memset(pair->nonce, 0x55, sizeof(pair->nonce));
	w->cheat = cheat;
	w->pair = pair;
	w->stream = own ? own : w->stream;
	status = pair_run(pair);
	free(own);
	return status;
}

static void expect(enum pair_role role, enum cheat cheat, int status, const char *reason)
{
	struct world *w = calloc(1, sizeof(*w));
	struct pair *pair = calloc(1, sizeof(*pair));
	int came = run(w, pair, role, cheat);

	if (came != status || !strstr(pair->reason, reason))
		fail_msg("role %d, cheat %d: status %d (%s), not %d (%s)", role, cheat, came, pair->reason,
			 status, reason);
	/* Nobody is shared with before its token is accepted; who refuses says so. */
	assert_int_equal(w->shares, role == PAIR_PROVIDER && (status == 0 || pair->shared));
	assert_true(status == 0 || pair->peer_ended || (w->heard_end && w->heard_status == status));
	free(pair);
	free(w);
}

static void test_honest(void **state)
{
	static const enum cheat good[] = { HONEST, NOISE, RETURNS };

	(void)state;
	for (unsigned int role = 0; role < 2; role++)
		for (unsigned int i = 0; i < 3; i++) {
			struct world *w = calloc(1, sizeof(*w));
			struct pair *pair = calloc(1, sizeof(*pair));

			w->part = i == 0 ? 1 : 0;
			assert_int_equal(run(w, pair, role, good[i]), PAIR_OK);
			assert_memory_equal(pair->peer, their_rid, PAIR_RID_SIZE);
			assert_memory_equal(&pair->offer, &offered, sizeof(offered));
			assert_int_equal(w->shares, role == PAIR_PROVIDER);
			if (role == PAIR_PROVIDER)
				assert_memory_equal(w->shared_with, their_rid, PAIR_RID_SIZE);
			free(pair);
			free(w);
		}
}

static void test_hellos(void **state)
{
	(void)state;
	for (unsigned int role = 0; role < 2; role++) {
		expect(role, REFLECTS_HELLO, PAIR_PEER, "this realm's own message");
		expect(role, SAME_ROLE, PAIR_PEER,
		       role ? "both sides are the consumer" : "both sides are the provider");
		expect(role, NO_ROLE, CAEC_MALFORMED, "no role 2");
		expect(role, OUR_RID, PAIR_PEER, "says that it is this realm");
		expect(role, SWAPS_RID, CAEC_NONCE, "nonce");
		expect(role, SWAPS_NONCE, CAEC_NONCE, "nonce");
	}
}

static void test_tokens(void **state)
{
	(void)state;
	for (unsigned int role = 0; role < 2; role++) {
		expect(role, OLD_NONCE, CAEC_NONCE, "nonce");
		expect(role, LOOK_ALIKE, PAIR_PEER, "the token is realm");
		expect(role, OTHER_IMAGE, CAEC_POLICY, "cca-realm-initial-measurement");
		expect(role, NO_RID, PAIR_PEER, "names no realm");
		expect(role, OUR_ROLE, CAEC_NONCE, "nonce");
		expect(role, CHANGED_BYTE, CAEC_SIGNATURE, "signature");
		expect(role, CUT, CAEC_MALFORMED, "malformed");
	}
}

static void test_offers(void **state)
{
	(void)state;
	expect(PAIR_CONSUMER, CHANGES_N, CAEC_NONCE, "nonce");
	expect(PAIR_CONSUMER, CHANGES_SIZE, CAEC_NONCE, "nonce");
	expect(PAIR_CONSUMER, CHANGES_PERMISSION, CAEC_NONCE, "nonce");
	expect(PAIR_CONSUMER, NO_PERMISSION, CAEC_MALFORMED, "no permission 4");
	expect(PAIR_CONSUMER, OTHER_EVIDENCE, CAEC_NONCE, "nonce");
	expect(PAIR_CONSUMER, OLD_OFFER, CAEC_NONCE, "nonce");
}

static void test_messages(void **state)
{
	(void)state;
	for (unsigned int role = 0; role < 2; role++) {
		expect(role, EMPTY, CAEC_MALFORMED, "too short");
		expect(role, TOO_LONG, CAEC_MALFORMED, "too long");
		expect(role, BAD_DIGIT, CAEC_MALFORMED, "hex digits");
		expect(role, UPPER_CASE, CAEC_MALFORMED, "hex digits");
		expect(role, ODD, CAEC_MALFORMED, "malformed");
		expect(role, UNKNOWN_KIND, CAEC_MALFORMED, "unknown kind");
		expect(role, TOKEN_FIRST, CAEC_MALFORMED, "where \"hello\" should be");
		expect(role, TOO_MUCH_NOISE, CAEC_MALFORMED, "too much");
		expect(role, ENDLESS_LINE, CAEC_MALFORMED, "too long");
	}
}

/* Not one byte more than there is room for. */
static void test_longest_line(void **state)
{
	static const char prefix[] = "csm-pair 1 offer ";
	struct pair_reader *reader = calloc(1, sizeof(*reader));
	struct pair_message *message = calloc(1, sizeof(*message));
	const char *why = "";

	(void)state;
	for (size_t i = 0; i < PAIR_LINE_MAX; i++)
		assert_int_equal(pair_take(reader, i < sizeof(prefix) - 1 ? prefix[i] : '0', message, &why),
				 PAIR_MORE);
	assert_int_equal(pair_take(reader, '0', message, &why), PAIR_BAD);
	free(message);
	free(reader);
}

static void test_ends(void **state)
{
	(void)state;
	for (unsigned int role = 0; role < 2; role++) {
		expect(role, GIVES_UP, PAIR_PEER, "gave up, with status 6");
		expect(role, SILENT_AT_FIRST, PAIR_GONE, "ended");
		expect(role, SILENT, PAIR_GONE, "ended");
		expect(role, SLOW, CAEC_FAILURE, "in time");
	}
	expect(PAIR_PROVIDER, GIVES_UP_LATE, PAIR_PEER, "gave up, with status 9");
	expect(PAIR_PROVIDER, SILENT_LATE, PAIR_GONE, "ended");
}

static void test_wanted(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct pair *pair = calloc(1, sizeof(*pair));

	(void)state;
	pair->wanted = third_rid;
	assert_int_equal(run(w, pair, PAIR_PROVIDER, HONEST), PAIR_PEER);
	assert_non_null(strstr(pair->reason, "and not"));
	assert_int_equal(w->shares, 0);
	memset(pair, 0, sizeof(*pair));
	memset(w, 0, sizeof(*w));
	pair->wanted = their_rid;
	assert_int_equal(run(w, pair, PAIR_PROVIDER, HONEST), PAIR_OK);
	free(pair);
	free(w);
}

/* What this side can't do ends the session, and the peer hears of it. */
static void test_own_failures(void **state)
{
	(void)state;
	for (unsigned int role = 0; role < 2; role++)
		for (unsigned int which = 0; which < 2; which++) {
			struct world *w = calloc(1, sizeof(*w));
			struct pair *pair = calloc(1, sizeof(*pair));
			int status;

			w->attest_fails = which == 0 ? 8 : 0;
			w->share_fails = which == 1 ? 13 : 0;
			status = run(w, pair, role, HONEST);
			assert_int_equal(status, which == 0 ? 8 : role == PAIR_PROVIDER ? 13 : 0);
			assert_int_equal(w->heard_end, status != 0);
			/* Who shared before its own token failed has to take that back. */
			assert_int_equal(pair->shared, role == PAIR_PROVIDER && which == 0);
			free(pair);
			free(w);
		}
}

/* --- Fuzz ------------------------------------------------------------------------------------------------- */

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % n;
}

/* What the tested side hears in a session that goes well, behind a byte for its role. */
static size_t record(enum pair_role role, uint8_t *to)
{
	struct world *w = calloc(1, sizeof(*w));
	struct pair *pair = calloc(1, sizeof(*pair));
	size_t size;

	to[0] = (uint8_t)role;
	w->stream = (char *)to + 1;
	assert_int_equal(run(w, pair, role, HONEST), PAIR_OK);
	size = w->end + 1;
	free(pair);
	free(w);
	return size;
}

static void test_fuzz(void **state)
{
	uint8_t *good = malloc(STREAM_MAX + 1), *bytes = malloc(STREAM_MAX + 1);

	(void)state;
	for (unsigned int role = 0; role < 2; role++) {
		size_t whole = record(role, good);

		for (unsigned int i = 0; i < 1500; i++) {
			size_t size = i % 4 == 0 ? 1 + random_below((uint32_t)whole) : whole;

			memcpy(bytes, good, whole);
			for (unsigned int change = random_below(4); change != 0; change--)
				bytes[1 + random_below((uint32_t)whole - 1)] =
					(uint8_t) "0123456789abcdefx \n\r\xff"[random_below(21)];
			LLVMFuzzerTestOneInput(bytes, size);
		}
	}
	free(good);
	free(bytes);
}

static void test_changed_bytes(void **state)
{
	uint8_t *good = malloc(STREAM_MAX + 1);

	(void)state;
	for (unsigned int role = 0; role < 2; role++) {
		size_t whole = record(role, good) - 1;

		for (size_t at = 0; at < whole; at += 1 + random_below(60)) {
			struct world *w = calloc(1, sizeof(*w));
			struct pair *pair = calloc(1, sizeof(*pair));

			w->changes = good[1 + at] != '\n';
			w->changed = at;
			assert_int_equal(run(w, pair, role, HONEST) != PAIR_OK, w->changes);
			free(pair);
			free(w);
		}
	}
	free(good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_honest),        cmocka_unit_test(test_hellos),
		cmocka_unit_test(test_tokens),        cmocka_unit_test(test_offers),
		cmocka_unit_test(test_messages),      cmocka_unit_test(test_longest_line),
		cmocka_unit_test(test_ends),          cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_own_failures),  cmocka_unit_test(test_fuzz),
		cmocka_unit_test(test_changed_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
