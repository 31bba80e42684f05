/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The session (pair.h, docs/pairing.md).
 *
 *	consumer                         provider
 *	hello (role, RID, nonce)   <->   hello
 *	evidence (token)            ->   verifies, shares
 *	verifies, attaches         <-    offer (n, size, permission, token)
 *	end                         ->
 *
 * Each token's challenge names both hellos, the role, and what was said before it.
 */
#include "pair.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <string.h>

#define LABEL "CAEC csm pair 1"
#define DIGEST_SIZE 64U

static const char *const role_names[] = { "provider", "consumer" };

static int refuse(struct pair *pair, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct pair *pair, int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(pair->reason, sizeof(pair->reason), format, arguments);
	va_end(arguments);
	return status;
}

static const char *rid_hex(const uint8_t rid[PAIR_RID_SIZE], char text[2 * PAIR_RID_SIZE + 1])
{
	for (unsigned int i = 0; i < PAIR_RID_SIZE; i++)
		snprintf(&text[2 * i], 3, "%02x", rid[i]);
	return text;
}

/* --- Messages --------------------------------------------------------------------------------------------- */

/* One message that is in pair->message. */
static int transmit(struct pair *pair)
{
	size_t length = pair_format(&pair->message, pair->line);
	int error = pair->ops->write(pair->ops->context, pair->line, length);

	return error == 0 ? PAIR_OK : refuse(pair, CAEC_FAILURE, "writing: %s", strerror(-error));
}

static int fill(struct pair *pair)
{
	long got = pair->ops->read(pair->ops->context, pair->bytes, sizeof(pair->bytes));

	if (got == -ETIMEDOUT)
		return refuse(pair, CAEC_FAILURE, "the peer did not answer in time");
	if (got < 0)
		return refuse(pair, CAEC_FAILURE, "reading: %s", strerror((int)-got));
	if (got == 0)
		return refuse(pair, PAIR_GONE, "the stream ended before the peer had answered");
	pair->at = 0;
	pair->have = (size_t)got;
	return PAIR_OK;
}

static int next_message(struct pair *pair)
{
	enum pair_taken taken = PAIR_MORE;
	const char *why;
	int status;

	while (taken == PAIR_MORE) {
		status = pair->at == pair->have ? fill(pair) : PAIR_OK;
		if (status != PAIR_OK)
			return status;
		taken = pair_take(&pair->reader, pair->bytes[pair->at++], &pair->message, &why);
	}
	return taken == PAIR_MESSAGE ? PAIR_OK : refuse(pair, CAEC_MALFORMED, "malformed: %s", why);
}

/* The next message, which must be of this kind. */
static int receive(struct pair *pair, enum pair_kind kind)
{
	int status = next_message(pair);

	if (status != PAIR_OK || pair->message.kind == kind)
		return status;
	if (pair->message.kind != PAIR_END)
		return refuse(pair, CAEC_MALFORMED, "malformed: \"%s\" where \"%s\" should be",
			      pair_kind_name(pair->message.kind), pair_kind_name(kind));
	pair->peer_ended = true;
	return refuse(pair, PAIR_PEER, "the peer gave up, with status %u", pair->message.body[0]);
}

static void put(struct pair *pair, const void *bytes, size_t size)
{
	memcpy(pair->message.body + pair->message.size, bytes, size);
	pair->message.size += size;
}

/* Only a word: whoever carries it can say it, too. */
void pair_end(struct pair *pair, int status)
{
	uint8_t byte = (uint8_t)status;

	pair->message.kind = PAIR_END;
	pair->message.size = 0;
	put(pair, &byte, 1);
	pair->ops->write(pair->ops->context, pair->line, pair_format(&pair->message, pair->line));
}

/* --- Hello ------------------------------------------------------------------------------------------------ */

static int send_hello(struct pair *pair)
{
	uint8_t *hello = pair->hello[pair->role];

	hello[0] = (uint8_t)pair->role;
	memcpy(hello + 1, pair->rid, PAIR_RID_SIZE);
	memcpy(hello + 1 + PAIR_RID_SIZE, pair->nonce, PAIR_NONCE_SIZE);
	pair->message.kind = PAIR_HELLO;
	pair->message.size = 0;
	put(pair, hello, PAIR_HELLO_SIZE);
	return transmit(pair);
}

static const uint8_t *peer_hello(const struct pair *pair)
{
	return pair->hello[1 - pair->role];
}

static int check_hello(struct pair *pair)
{
	const uint8_t *hello = pair->message.body, *rid = hello + 1;
	char was[2 * PAIR_RID_SIZE + 1], wanted[2 * PAIR_RID_SIZE + 1];

	if (memcmp(hello, pair->hello[pair->role], PAIR_HELLO_SIZE) == 0)
		return refuse(pair, PAIR_PEER, "peer: what came back is this realm's own message");
	if (hello[0] > PAIR_CONSUMER)
		return refuse(pair, CAEC_MALFORMED, "malformed: there is no role %u", hello[0]);
	if (hello[0] == (uint8_t)pair->role)
		return refuse(pair, PAIR_PEER, "peer: both sides are the %s", role_names[pair->role]);
	if (memcmp(rid, pair->rid, PAIR_RID_SIZE) == 0)
		return refuse(pair, PAIR_PEER, "peer: it says that it is this realm");
	if (pair->wanted != NULL && memcmp(rid, pair->wanted, PAIR_RID_SIZE) != 0)
		return refuse(pair, PAIR_PEER, "peer: it is realm %s, and not %s", rid_hex(rid, was),
			      rid_hex(pair->wanted, wanted));
	memcpy(pair->hello[1 - pair->role], hello, PAIR_HELLO_SIZE);
	return PAIR_OK;
}

static int exchange_hellos(struct pair *pair)
{
	int status = send_hello(pair);

	if (status == PAIR_OK)
		status = receive(pair, PAIR_HELLO);
	return status == PAIR_OK ? check_hello(pair) : status;
}

/* --- Challenges ------------------------------------------------------------------------------------------- */

struct part {
	const void *bytes;
	size_t size;
};

static bool digest(const struct part *parts, size_t count, uint8_t to[DIGEST_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context != NULL && EVP_DigestInit_ex(context, EVP_sha512(), NULL) == 1;

	for (size_t i = 0; good && i < count; i++)
		good = EVP_DigestUpdate(context, parts[i].bytes, parts[i].size) == 1;
	good = good && EVP_DigestFinal_ex(context, to, NULL) == 1;
	EVP_MD_CTX_free(context);
	return good;
}

/*
 * What the token of `role` is for. Parts are of fixed size, and how many there are goes with the role. A provider's names
 * the evidence that it accepted and what it offers, so that a host can change neither.
 */
static int challenge(struct pair *pair, enum pair_role role, const uint8_t evidence[DIGEST_SIZE],
		     const uint8_t offer[PAIR_OFFER_SIZE], uint8_t to[PAIR_CHALLENGE_SIZE])
{
	uint8_t attester = (uint8_t)role;
	struct part parts[] = {
		{ LABEL, sizeof(LABEL) - 1 },
		{ &attester, 1 },
		{ pair->hello[PAIR_CONSUMER], PAIR_HELLO_SIZE },
		{ pair->hello[PAIR_PROVIDER], PAIR_HELLO_SIZE },
		{ evidence, DIGEST_SIZE },
		{ offer, PAIR_OFFER_SIZE },
	};

	return digest(parts, role == PAIR_PROVIDER ? 6 : 4, to)
		       ? PAIR_OK
		       : refuse(pair, CAEC_FAILURE, "OpenSSL failed");
}

static int digest_token(struct pair *pair, const uint8_t *token, size_t size, uint8_t to[DIGEST_SIZE])
{
	return digest(&(struct part){ token, size }, 1, to) ? PAIR_OK
							    : refuse(pair, CAEC_FAILURE, "OpenSSL failed");
}

/* --- Tokens ----------------------------------------------------------------------------------------------- */

/* Behind what is in the message so far. */
static int put_own_token(struct pair *pair, const uint8_t for_challenge[PAIR_CHALLENGE_SIZE])
{
	const char *why = "";
	size_t size = 0;
	int status = pair->ops->attest(pair->ops->context, for_challenge,
				       pair->message.body + pair->message.size, &size, &why);

	pair->message.size += size;
	return status == 0 ? PAIR_OK : refuse(pair, status, "this realm's own token: %s", why);
}

static int check_rid(struct pair *pair, const struct caec_result *result)
{
	const uint8_t *rid, *said = peer_hello(pair) + 1;
	char was[2 * PAIR_RID_SIZE + 1], wanted[2 * PAIR_RID_SIZE + 1];
	size_t size;

	if (!caec_result_claim(result, CAEC_CLAIM_RID, &rid, &size))
		return refuse(pair, PAIR_PEER, "peer: its token names no realm (caec-realm-id)");
	if (memcmp(rid, said, PAIR_RID_SIZE) != 0)
		return refuse(pair, PAIR_PEER,
			      "peer: the token is realm %s's, and not %s's, which said hello",
			      rid_hex(rid, was), rid_hex(said, wanted));
	memcpy(pair->peer, rid, PAIR_RID_SIZE);
	return PAIR_OK;
}

static int check_token(struct pair *pair, const uint8_t *token, size_t size,
		       const uint8_t for_challenge[PAIR_CHALLENGE_SIZE])
{
	struct caec_result *result =
		caec_verify(token, size, pair->policy, for_challenge, PAIR_CHALLENGE_SIZE);
	enum caec_verdict verdict;
	int status;

	if (result == NULL)
		return refuse(pair, CAEC_FAILURE, "no memory");
	verdict = caec_result_verdict(result);
	for (size_t i = 0; caec_result_warning(result, i) != NULL; i++)
		pair->ops->warn(pair->ops->context, caec_result_warning(result, i));
	status = verdict == CAEC_ACCEPTED ? check_rid(pair, result)
					  : refuse(pair, (int)verdict, "the peer's token: %s: %s",
						   caec_verdict_name(verdict), caec_result_reason(result));
	caec_result_free(result);
	return status;
}

/* --- Both roles ------------------------------------------------------------------------------------------- */

static void put_number(uint8_t to[8], uint64_t value)
{
	for (unsigned int i = 0; i < 8; i++)
		to[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t take_number(const uint8_t from[8])
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < 8; i++)
		value = value << 8 | from[i];
	return value;
}

static int send_evidence(struct pair *pair, uint8_t evidence[DIGEST_SIZE])
{
	uint8_t own[PAIR_CHALLENGE_SIZE];
	int status = challenge(pair, PAIR_CONSUMER, NULL, NULL, own);

	pair->message.kind = PAIR_EVIDENCE;
	pair->message.size = 0;
	if (status == PAIR_OK)
		status = put_own_token(pair, own);
	if (status == PAIR_OK)
		status = digest_token(pair, pair->message.body, pair->message.size, evidence);
	return status == PAIR_OK ? transmit(pair) : status;
}

static int take_evidence(struct pair *pair, uint8_t evidence[DIGEST_SIZE])
{
	uint8_t theirs[PAIR_CHALLENGE_SIZE];
	int status = receive(pair, PAIR_EVIDENCE);

	if (status == PAIR_OK)
		status = challenge(pair, PAIR_CONSUMER, NULL, NULL, theirs);
	if (status == PAIR_OK)
		status = check_token(pair, pair->message.body, pair->message.size, theirs);
	return status == PAIR_OK ? digest_token(pair, pair->message.body, pair->message.size, evidence)
				 : status;
}

static int send_offer(struct pair *pair, const uint8_t evidence[DIGEST_SIZE])
{
	uint8_t own[PAIR_CHALLENGE_SIZE], *offer = pair->message.body;
	int status;

	put_number(offer, pair->offer.n);
	put_number(offer + 8, pair->offer.size);
	offer[16] = pair->offer.permission;
	pair->message.kind = PAIR_OFFER;
	pair->message.size = PAIR_OFFER_SIZE;
	status = challenge(pair, PAIR_PROVIDER, evidence, offer, own);
	if (status == PAIR_OK)
		status = put_own_token(pair, own);
	return status == PAIR_OK ? transmit(pair) : status;
}

static int take_offer(struct pair *pair, const uint8_t evidence[DIGEST_SIZE])
{
	uint8_t theirs[PAIR_CHALLENGE_SIZE], *offer = pair->message.body;
	int status = receive(pair, PAIR_OFFER);

	if (status == PAIR_OK)
		status = challenge(pair, PAIR_PROVIDER, evidence, offer, theirs);
	if (status == PAIR_OK)
		status = check_token(pair, offer + PAIR_OFFER_SIZE, pair->message.size - PAIR_OFFER_SIZE,
				     theirs);
	if (status != PAIR_OK)
		return status;
	pair->offer = (struct pair_offer){ take_number(offer), take_number(offer + 8), offer[16] };
	if (pair->offer.permission < 1 || pair->offer.permission > 3)
		return refuse(pair, CAEC_MALFORMED, "malformed: there is no permission %u", offer[16]);
	return PAIR_OK;
}

static int share(struct pair *pair)
{
	const char *why = "";
	int status = pair->ops->share(pair->ops->context, pair->peer, &pair->offer, &why);

	pair->shared = status == 0;
	return status == 0 ? PAIR_OK : refuse(pair, status, "%s", why);
}

static int provide(struct pair *pair)
{
	uint8_t evidence[DIGEST_SIZE];
	int status = take_evidence(pair, evidence);

	if (status == PAIR_OK)
		status = share(pair);
	if (status == PAIR_OK)
		status = send_offer(pair, evidence);
	if (status == PAIR_OK)
		status = receive(pair, PAIR_END);
	if (status != PAIR_OK || pair->message.body[0] == 0)
		return status;
	pair->peer_ended = true;
	return refuse(pair, PAIR_PEER, "the peer gave up, with status %u", pair->message.body[0]);
}

static int consume(struct pair *pair)
{
	uint8_t evidence[DIGEST_SIZE];
	int status = send_evidence(pair, evidence);

	return status == PAIR_OK ? take_offer(pair, evidence) : status;
}

int pair_run(struct pair *pair)
{
	int status = exchange_hellos(pair);

	if (status == PAIR_OK)
		status = pair->role == PAIR_PROVIDER ? provide(pair) : consume(pair);
	if (status != PAIR_OK && !pair->peer_ended)
		pair_end(pair, status);
	return status;
}
