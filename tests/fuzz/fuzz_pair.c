/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz target for the messages and the session of csm-pair. The first byte says which role, the rest is what the host
 * brings. No memory error is the least; what is asserted besides: a message that is taken is within its bounds, and there is
 * one way to write it; nothing is shared and nobody accepted, as a fuzzer can't sign for nonces that it does not know.
 */
#include <string.h>

#include "pair/pair.h"
#include "target.h"

struct input {
	const uint8_t *data;
	size_t size;
};

static void try_messages(struct input in)
{
	static struct pair_reader reader;
	static struct pair_message message;
	static char line[PAIR_LINE_MAX];
	const char *why = NULL;

	reader = (struct pair_reader){ 0 };
	for (size_t i = 0; i < in.size; i++) {
		enum pair_taken taken = pair_take(&reader, (char)in.data[i], &message, &why);

		EXPECT(reader.length <= PAIR_LINE_MAX && reader.noise <= PAIR_NOISE_MAX + PAIR_LINE_MAX);
		if (taken == PAIR_BAD) {
			EXPECT(why && why[0]);
			return;
		}
		if (taken == PAIR_MESSAGE) {
			size_t length = pair_format(&message, line), text = length - 1;

			EXPECT(message.kind < PAIR_KINDS && message.size <= PAIR_BODY_MAX &&
			       length <= PAIR_LINE_MAX);
			if (in.data[i - 1] != '\r' && i + 1 >= text)
				EXPECT(memcmp(line + 1, in.data + i + 1 - text, text) == 0);
		}
	}
}

static long read_input(void *context, char *bytes, size_t size)
{
	struct input *in = context;
	size_t taken = in->size < size ? in->size : size;

	memcpy(bytes, in->data, taken);
	in->data += taken;
	in->size -= taken;
	return (long)taken;
}

static int write_nowhere(void *context, const char *bytes, size_t size)
{
	(void)context;
	(void)bytes;
	EXPECT(size <= PAIR_LINE_MAX);
	return 0;
}

static int make_nothing(void *context, const uint8_t challenge[PAIR_CHALLENGE_SIZE],
			uint8_t token[PAIR_TOKEN_MAX], size_t *size, const char **why)
{
	(void)context;
	(void)why;
	memcpy(token, challenge, PAIR_CHALLENGE_SIZE);
	*size = PAIR_CHALLENGE_SIZE;
	return 0;
}

static int share_never(void *context, const uint8_t rid[PAIR_RID_SIZE], struct pair_offer *offer,
		       const char **why)
{
	(void)context;
	(void)rid;
	(void)offer;
	(void)why;
	abort();
}

static void ignore(void *context, const char *warning)
{
	(void)context;
	(void)warning;
}

/* Anybody may sign for the platform: what is left is the challenge. */
static const char policy_text[] = "{\"caec-policy\":1,\"platform\":{\"signature\":\"not-checked\"},"
				  "\"realm\":{\"cca-realm-initial-measurement\":\"any\"}}";

static void try_session(struct input in, enum pair_role role)
{
	static struct caec_policy *policy;
	static struct pair pair;
	char error[256];
	struct pair_ops ops = { .context = &in,
				.read = read_input,
				.write = write_nowhere,
				.attest = make_nothing,
				.share = share_never,
				.warn = ignore };

	if (!policy)
		policy = caec_policy_load(policy_text, sizeof(policy_text) - 1, error, sizeof(error));
	EXPECT(policy);
	memset(&pair, 0, sizeof(pair));
	pair.role = role;
	memset(pair.rid, 1, sizeof(pair.rid));
	memset(pair.nonce, 2, sizeof(pair.nonce));
	pair.policy = policy;
	pair.ops = &ops;
	EXPECT(pair_run(&pair) != PAIR_OK && pair.reason[0] != 0);
	for (const char *c = pair.reason; *c; c++)
		EXPECT(*c >= 0x20 && *c <= 0x7e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	try_messages((struct input){ data + 1, size - 1 });
	try_session((struct input){ data + 1, size - 1 }, data[0] % 2);
	return 0;
}
