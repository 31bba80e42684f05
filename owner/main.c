/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * caec-owner: the owner of a tenant realm (docs/owners.md). It trusts nothing that it reads, as all of it comes by way of
 * the host and the network: its realm's token, the peer's token, and everything that is sealed has to prove itself.
 * What is refused changes nothing.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <caec_verify.h>

#include "owner_session.h"

#define LINE_MAX (4 * CAEC_TOKEN_MAX)
#define PARTS (3 * TENANT_KEY_SIZE) /* in front of the token in what owners tell each other */

static const char usage_text[] =
	"usage: caec-owner --new-key FILE\n"
	"       caec-owner provider|consumer KEY POLICY PEER-KEY PEER-POLICY\n"
	"       caec-owner --help | --version\n"
	"The first makes the key of an owner in a new file and prints its public half. The second is the "
	"owner of a realm "
	"that provides\n"
	"or consumes shared memory: KEY is its file, POLICY says what its realm's attestation token has to "
	"be, PEER-KEY is\n"
	"the public key of the other owner, PEER-POLICY what the other realm has to be. Commands are read "
	"from standard\n"
	"input, a line each; bytes are hex digits:\n"
	"  peer-nonce HEX   the other owner's part of the nonce; ours is printed at the start\n"
	"  realm HEX        what our realm said\n"
	"  peer HEX         what the other owner says its realm said (EVIDENCE)\n"
	"  share PERM       tell the realm to share with the peer: 1 read, 2 read and write\n"
	"  attach N         tell the realm to attach share N of the peer\n"
	"  put TEXT, get    tell the realm to write to, to read from, the shared region\n"
	"Answers: NONCE HEX, SEND HEX (for the realm), EVIDENCE HEX (for the other owner), ACCEPTED, "
	"REFUSED, ANSWER.\n"
	"What a token is accepted without is a warning on standard error.\n"
	"Exit status: 0 at the end of the input, 1 usage, 2 not a key, 7 bad policy, 8 failure (a file, "
	"memory, "
	"OpenSSL).\n";

struct owner {
	bool provider;
	struct owner_key *key, *ephemeral;
	uint8_t public[TENANT_KEY_SIZE], ephemeral_public[TENANT_KEY_SIZE], peer_public[TENANT_KEY_SIZE];
	struct caec_policy *policy, *peer_policy;
	uint8_t nonce[TENANT_NONCE_SIZE]; /* our part */
	uint8_t joint[TENANT_NONCE_SIZE];
	bool has_joint, has_session, has_peer;
	bool is_answered; /* the last HELLO has been: it opens one session */
	struct owner_session session;
	uint8_t peer_rid[TENANT_RID_SIZE];
};

/* The exit statuses are caec-verify's: docs/exit-status.md. */
static void __attribute__((noreturn, format(printf, 2, 3)))
give_up_as(enum caec_verdict status, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "caec-owner: %s: ", caec_verdict_name(status));
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs(status == CAEC_USAGE ? "\nTry: caec-owner --help\n" : "\n", stderr);
	exit((int)status);
}

#define give_up(...) give_up_as(CAEC_FAILURE, __VA_ARGS__)

/* --- Lines ----------------------------------------------------------------------------------------------- */

static void tell(const char *what, const uint8_t *bytes, size_t size)
{
	fputs(what, stdout);
	fputc(' ', stdout);
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	fputc('\n', stdout);
}

/* The next line, however long it is: what does not fit is not the next one. False: there is none. */
static bool read_line(char line[LINE_MAX], size_t *size)
{
	int c;

	for (*size = 0; (c = getchar()) != EOF && c != '\n'; ++*size) {
		if (*size < LINE_MAX)
			line[*size] = (char)c;
	}
	line[*size < LINE_MAX ? *size : LINE_MAX - 1] = '\0';
	return c != EOF || *size != 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place. False: no hex digits. */
static bool read_hex(char *text, size_t *size)
{
	uint8_t *to = (uint8_t *)text;

	for (*size = 0; *text != '\0'; text += 2, ++*size) {
		int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

		if (low < 0)
			return false;
		to[*size] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static void refuse(const char *whom, const char *why)
{
	printf("REFUSED %s: %s\n", whom, why);
}

/* --- Tokens ---------------------------------------------------------------------------------------------- */

static void accepted(const char *whom, const uint8_t rid[TENANT_RID_SIZE])
{
	printf("ACCEPTED %s", whom);
	tell("", rid, TENANT_RID_SIZE);
}

/* What a token has to say by this policy; its RID. */
static bool token_is_good(const char *whom, const uint8_t *token, size_t size,
			  const struct caec_policy *policy, const uint8_t challenge[TENANT_CHALLENGE_SIZE],
			  uint8_t rid[TENANT_RID_SIZE])
{
	struct caec_result *result = caec_verify(token, size, policy, challenge, TENANT_CHALLENGE_SIZE);
	const uint8_t *data;
	size_t length;
	bool good = false;

	if (!result)
		give_up("no memory");
	if (caec_result_verdict(result) != CAEC_ACCEPTED) {
		printf("REFUSED %s: %s: %s\n", whom, caec_verdict_name(caec_result_verdict(result)),
		       caec_result_reason(result));
	} else if (!caec_result_claim(result, CAEC_CLAIM_RID, &data, &length)) {
		refuse(whom, "policy: it has no realm identifier");
	} else {
		/* A policy that does not look at signatures accepts anybody's token: that is not to go unseen. */
		for (size_t i = 0; caec_result_warning(result, i); i++)
			fprintf(stderr, "caec-owner: warning: %s: %s\n", whom,
				caec_result_warning(result, i));
		memcpy(rid, data, TENANT_RID_SIZE);
		good = true;
	}
	caec_result_free(result);
	return good;
}

/* EVIDENCE: key, token. */
static void own_realm(struct owner *o, const uint8_t *message, size_t size)
{
	uint8_t challenge[TENANT_CHALLENGE_SIZE], rid[TENANT_RID_SIZE];
	static uint8_t evidence[PARTS + TENANT_MESSAGE_MAX];
	const uint8_t *key = message + 1, *token = key + TENANT_KEY_SIZE;

	if (size <= 1 + TENANT_KEY_SIZE || size > TENANT_MESSAGE_MAX || !o->has_joint) {
		refuse("own", "malformed: no evidence, or not now");
		return;
	}
	size -= 1 + TENANT_KEY_SIZE;
	if (!owner_challenge(o->joint, o->public, o->ephemeral_public, key, challenge))
		give_up("no challenge");
	if (!token_is_good("own", token, size, o->policy, challenge, rid))
		return;
	/* Evidence that comes again would give the same keys, and the counter would begin again. */
	if (o->is_answered) {
		refuse("own", "nonce: the HELLO has been answered");
		return;
	}
	if (!owner_session_derive(&o->session, o->key, o->ephemeral, key, challenge)) {
		refuse("own", "malformed: not a key");
		return;
	}
	o->has_session = o->is_answered = true;
	accepted("own", rid);
	memcpy(evidence, o->public, TENANT_KEY_SIZE);
	memcpy(evidence + TENANT_KEY_SIZE, o->ephemeral_public, TENANT_KEY_SIZE);
	memcpy(evidence + 2 * TENANT_KEY_SIZE, key, TENANT_KEY_SIZE + size);
	tell("EVIDENCE", evidence, PARTS + size);
}

static void peer_realm(struct owner *o, const uint8_t *evidence, size_t size)
{
	uint8_t challenge[TENANT_CHALLENGE_SIZE], rid[TENANT_RID_SIZE];

	if (size <= PARTS || !o->has_joint) {
		refuse("peer", "malformed: no evidence, or not now");
		return;
	}
	if (memcmp(evidence, o->peer_public, TENANT_KEY_SIZE) != 0) {
		refuse("peer", "policy: a realm of another owner");
		return;
	}
	if (!owner_challenge(o->joint, evidence, evidence + TENANT_KEY_SIZE, evidence + 2 * TENANT_KEY_SIZE,
			     challenge))
		give_up("no challenge");
	if (token_is_good("peer", evidence + PARTS, size - PARTS, o->peer_policy, challenge, rid)) {
		accepted("peer", rid);
		memcpy(o->peer_rid, rid, sizeof(rid));
		o->has_peer = true;
	}
}

/* --- Conversation with the realm --------------------------------------------------------------------------- */

/* With a new key each time, whatever the nonce is: an answer to an earlier HELLO is none to this one. */
static void hello(struct owner *o, const uint8_t *nonce, size_t size)
{
	uint8_t message[1 + TENANT_NONCE_SIZE + TENANT_KEY_SIZE];

	if (size != TENANT_NONCE_SIZE) {
		refuse("nonce", "malformed: its size");
		return;
	}
	if (!owner_join_nonces(o->provider ? o->nonce : nonce, o->provider ? nonce : o->nonce, o->joint))
		give_up("no nonce");
	owner_key_free(o->ephemeral);
	o->ephemeral = owner_key_new();
	if (!o->ephemeral || !owner_key_public(o->ephemeral, o->ephemeral_public))
		give_up("no ephemeral key");
	o->has_joint = true;
	o->is_answered = false;
	message[0] = TENANT_HELLO;
	memcpy(message + 1, o->joint, TENANT_NONCE_SIZE);
	memcpy(message + 1 + TENANT_NONCE_SIZE, o->ephemeral_public, TENANT_KEY_SIZE);
	tell("SEND", message, sizeof(message));
}

static void answer(const struct owner *o, const uint8_t *message, size_t size)
{
	uint8_t text[TENANT_MESSAGE_MAX];
	size_t length;

	if (!o->has_session || size > sizeof(text) ||
	    !owner_session_open(&o->session, message, size, text, &length)) {
		refuse("answer", "our realm didn't say that");
		return;
	}
	tell("ANSWER", text, length);
}

static void realm_said(struct owner *o, const uint8_t *message, size_t size)
{
	if (size != 0 && message[0] == TENANT_EVIDENCE)
		own_realm(o, message, size);
	else if (size != 0 && message[0] == TENANT_SEALED)
		answer(o, message, size);
	else
		refuse("answer", "our realm, or somebody else, says no");
}

/* Seals a command of `size` bytes. */
static void command(struct owner *o, const uint8_t *bytes, size_t size)
{
	uint8_t message[TENANT_MESSAGE_MAX];
	size_t length;

	if (!o->has_session) {
		refuse("command", "our realm has not proved anything yet");
		return;
	}
	if (!owner_session_seal(&o->session, bytes, size, message, &length))
		give_up("no seal");
	tell("SEND", message, length);
}

/* One that names the peer: nobody tells the realm of a peer that has not been verified. */
static void command_peer(struct owner *o, enum tenant_command verb, const uint8_t *argument, size_t size)
{
	uint8_t bytes[1 + TENANT_RID_SIZE + 8] = { (uint8_t)verb };

	if (!o->has_peer) {
		refuse("command", "the peer has not proved anything yet");
		return;
	}
	memcpy(bytes + 1, o->peer_rid, TENANT_RID_SIZE);
	memcpy(bytes + 1 + TENANT_RID_SIZE, argument, size);
	command(o, bytes, 1 + TENANT_RID_SIZE + size);
}

static void command_put(struct owner *o, const char *text)
{
	uint8_t bytes[1 + TENANT_TEXT_MAX] = { TENANT_PUT };
	size_t size = strlen(text);

	if (size > TENANT_TEXT_MAX) {
		refuse("command", "the text is too long");
		return;
	}
	memcpy(bytes + 1, text, size);
	command(o, bytes, 1 + size);
}

/* Decimal digits and nothing else, at most `most`: another number than was typed is nobody's command. */
static bool read_number(const char *text, uint64_t most, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number <= most)
		return true;
	refuse("command", "not a number, or too large");
	return false;
}

static void command_share(struct owner *o, const char *text)
{
	uint64_t number;
	uint8_t permission;

	if (!read_number(text, UINT8_MAX, &number))
		return;
	permission = (uint8_t)number;
	command_peer(o, TENANT_SHARE, &permission, 1);
}

static void command_attach(struct owner *o, const char *text)
{
	uint64_t number;
	uint8_t bytes[8];

	if (!read_number(text, UINT64_MAX, &number))
		return;
	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(number >> (56 - 8 * i));
	command_peer(o, TENANT_ATTACH, bytes, sizeof(bytes));
}

static void obey(struct owner *o, const char *verb, char *argument)
{
	static const uint8_t get = TENANT_GET;
	size_t size;

	if (strcmp(verb, "put") == 0) {
		command_put(o, argument);
	} else if (strcmp(verb, "get") == 0) {
		command(o, &get, 1);
	} else if (strcmp(verb, "share") == 0) {
		command_share(o, argument);
	} else if (strcmp(verb, "attach") == 0) {
		command_attach(o, argument);
	} else if (!read_hex(argument, &size)) {
		refuse("line", "malformed: no hex digits");
	} else if (strcmp(verb, "peer-nonce") == 0) {
		hello(o, (const uint8_t *)argument, size);
	} else if (strcmp(verb, "realm") == 0) {
		realm_said(o, (const uint8_t *)argument, size);
	} else if (strcmp(verb, "peer") == 0) {
		peer_realm(o, (const uint8_t *)argument, size);
	} else {
		refuse("line", "malformed: no such command");
	}
}

/* --- Start ------------------------------------------------------------------------------------------------- */

static struct caec_policy *load_policy(const char *name)
{
	char error[256];
	FILE *file = fopen(name, "r");
	struct caec_policy *policy;

	if (!file)
		give_up("%s: %s", name, strerror(errno));
	policy = caec_policy_read(file, error, sizeof(error));
	fclose(file);
	if (!policy)
		give_up_as(errno ? CAEC_FAILURE : CAEC_BAD_POLICY, "%s: %s", name, error);
	return policy;
}

static int new_key(const char *file)
{
	struct owner_key *key = owner_key_new();
	uint8_t point[TENANT_KEY_SIZE];

	if (!key || !owner_key_public(key, point))
		give_up("no key can be made");
	if (!owner_key_write(key, file))
		give_up("%s: the key can't be written: %s", file, strerror(errno));
	tell("KEY", point, sizeof(point));
	if (fflush(stdout) != 0) {
		unlink(file); /* nobody knows its public half */
		give_up("the public key can't be printed");
	}
	owner_key_free(key);
	return 0;
}

static struct owner_key *read_key(const char *name, uint8_t public[TENANT_KEY_SIZE])
{
	struct owner_key *key = owner_key_read(name);

	if (!key && errno)
		give_up("%s: %s", name, strerror(errno));
	if (!key)
		give_up_as(CAEC_MALFORMED, "%s: not a private key in PEM", name);
	if (!owner_key_public(key, public))
		give_up_as(CAEC_MALFORMED, "%s: not a key of P-256", name);
	return key;
}

static void start(struct owner *o, char **arguments)
{
	size_t size;

	o->provider = strcmp(arguments[0], "provider") == 0;
	if (!o->provider && strcmp(arguments[0], "consumer") != 0)
		give_up_as(CAEC_USAGE, "%s is no role: provider or consumer", arguments[0]);
	o->key = read_key(arguments[1], o->public);
	if (!owner_random(o->nonce, sizeof(o->nonce)))
		give_up("no random numbers");
	o->policy = load_policy(arguments[2]);
	if (!read_hex(arguments[3], &size) || size != TENANT_KEY_SIZE)
		give_up_as(CAEC_USAGE, "PEER-KEY is not the public key of an owner, %d hex digits",
			   2 * TENANT_KEY_SIZE);
	memcpy(o->peer_public, arguments[3], TENANT_KEY_SIZE);
	o->peer_policy = load_policy(arguments[4]);
}

static void finish(struct owner *o)
{
	caec_policy_free(o->peer_policy);
	caec_policy_free(o->policy);
	owner_key_free(o->ephemeral);
	owner_key_free(o->key);
}

int main(int argc, char **argv)
{
	static struct owner owner;
	static char line[LINE_MAX];
	size_t size;

	if (argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("caec-owner " CAEC_VERSION);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "--new-key") == 0)
		return new_key(argv[2]);
	if (argc != 6)
		give_up_as(CAEC_USAGE, "--new-key FILE is wanted, or ROLE KEY POLICY PEER-KEY PEER-POLICY");
	start(&owner, argv + 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	tell("NONCE", owner.nonce, sizeof(owner.nonce));
	while (read_line(line, &size)) {
		char *argument;

		if (size >= sizeof(line)) {
			refuse("line", "malformed: too long");
			continue;
		}
		argument = strchr(line, ' ');
		if (argument)
			*argument++ = '\0';
		obey(&owner, line, argument ? argument : line + strlen(line));
	}
	finish(&owner);
	if (fflush(stdout) != 0 || ferror(stdout))
		give_up("the answers can't be written");
	return 0;
}
