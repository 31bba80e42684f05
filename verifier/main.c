/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * caec-verify: libcaec-verify as a command (docs/verifier.md).
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "caec_verify.h"

struct options {
	const char *token, *policy, *nonce;
	bool json, learn;
};

static const char usage_text[] =
	"usage: caec-verify TOKEN --policy POLICY [--nonce HEX] [--json]\n"
	"       caec-verify TOKEN --learn [--policy POLICY] [--nonce HEX]\n"
	"       caec-verify --help | --version\n"
	"Verifies a CCA attestation token (a file, or - for standard input) against a policy and reports as "
	"a table, or\n"
	"as JSON. With --learn: writes a policy that accepts this token; of POLICY only the platform's keys "
	"are used.\n"
	"Exit status: 0 accepted, 1 usage, 2 malformed, 3 signature, 4 binding, 5 nonce, 6 refused by the "
	"policy,\n"
	"7 bad policy, 8 failure, 9 unsupported. The reason is one line on standard error.\n";

/* One line, also if `what` is a file whose name has more. */
static int fail(enum caec_verdict status, const char *what, const char *why)
{
	fprintf(stderr, "caec-verify: %s: ", caec_verdict_name(status));
	for (; *what; what++)
		fputc(iscntrl((unsigned char)*what) ? '?' : *what, stderr);
	fprintf(stderr, "%s%s\n", why ? ": " : "", why ? why : "");
	return (int)status;
}

/* The file, or - for standard input; NULL with errno. */
static FILE *open_file(const char *name)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): main() asks for no file without a name */
	return strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
}

/* The file's bytes, allocated; one more than `max` if it has more than that. NULL with errno: can't be read. */
static char *read_file(const char *name, size_t max, size_t *size)
{
	FILE *file = open_file(name);
	char *bytes = file ? malloc(max + 1) : NULL;

	errno = bytes ? 0 : errno;
	if (bytes) {
		*size = fread(bytes, 1, max + 1, file);
		if (ferror(file)) {
			errno = errno ? errno : EIO;
			free(bytes);
			bytes = NULL;
		}
	}
	if (file && file != stdin)
		fclose(file);
	return bytes;
}

static int nibble(char c)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) % 16 : -1;
}

/* The size of the nonce, 0 if it is none. */
static size_t read_nonce(const char *text, uint8_t nonce[CAEC_NONCE_MAX])
{
	size_t length = strlen(text);

	if (length % 2 != 0 || length / 2 > CAEC_NONCE_MAX)
		return 0;
	for (size_t i = 0; i < length / 2; i++) {
		int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return 0;
		nonce[i] = (uint8_t)(high << 4 | low);
	}
	return length / 2;
}

/* Standard input can be read once. */
static bool is_twice_standard_input(const struct options *o)
{
	return o->policy && strcmp(o->policy, "-") == 0 && strcmp(o->token, "-") == 0;
}

static int usage(const char *what, const char *why)
{
	int status = fail(CAEC_USAGE, what, why);

	fputs("Try: caec-verify --help\n", stderr);
	return status;
}

/* NULL: nothing is wrong with the words as a whole. */
static const char *misuse(const struct options *o, int tokens)
{
	if (tokens != 1)
		return tokens == 0 ? "no TOKEN is named" : "more than one TOKEN is named";
	if (!o->policy && !o->learn)
		return "there is no policy: --policy POLICY is wanted, or --learn to make one";
	if (o->json && o->learn)
		return "--json and --learn do not go together";
	return is_twice_standard_input(o) ? "TOKEN and POLICY can't both be standard input" : NULL;
}

enum { POLICY = 256, NONCE, JSON, LEARN, HELP, VERSION }; /* beyond any letter */

/* What getopt_long() does not know, or has no value for. */
static const char *word_of(char **argv)
{
	static char letter[] = "-?";

	if (optopt == 0 || optopt >= POLICY)
		return argv[optind - 1];
	letter[1] = (char)optopt;
	return letter;
}

/* -1: go on. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "policy", required_argument, NULL, POLICY },
		{ "nonce", required_argument, NULL, NONCE },
		{ "json", no_argument, NULL, JSON },
		{ "learn", no_argument, NULL, LEARN },
		{ "help", no_argument, NULL, HELP },
		{ "version", no_argument, NULL, VERSION },
		{ NULL, 0, NULL, 0 },
	};
	const char *why;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		switch (option) {
		case POLICY:
			o->policy = optarg;
			break;
		case NONCE:
			o->nonce = optarg;
			break;
		case JSON:
			o->json = true;
			break;
		case LEARN:
			o->learn = true;
			break;
		case HELP:
		case 'h':
			fputs(usage_text, stdout);
			return CAEC_ACCEPTED;
		case VERSION:
			puts("caec-verify " CAEC_VERSION);
			return CAEC_ACCEPTED;
		default:
			return usage(word_of(argv),
				     option == ':' ? "a value is wanted" : "there is no such option");
		}
	}
	o->token = argv[optind];
	why = misuse(o, argc - optind);
	return why ? usage(why, NULL) : -1;
}

static int load_policy(const char *name, struct caec_policy **policy)
{
	char error[512];
	int status;
	FILE *file = open_file(name);

	if (!file)
		return fail(CAEC_FAILURE, name, strerror(errno));
	*policy = caec_policy_read(file, error, sizeof(error));
	status = *policy ? -1 : fail(errno ? CAEC_FAILURE : CAEC_BAD_POLICY, name, error);
	if (file != stdin)
		fclose(file);
	return status;
}

/* The report or the learned policy on standard output, reason and warnings on standard error. */
static int report(const struct options *o, const struct caec_result *result, const struct caec_policy *policy)
{
	enum caec_verdict verdict = caec_result_verdict(result);
	bool written = true;

	for (size_t i = 0; caec_result_warning(result, i); i++)
		fprintf(stderr, "caec-verify: warning: %s\n", caec_result_warning(result, i));
	if (o->json)
		written = caec_result_json(result, stdout);
	else if (!o->learn)
		written = caec_result_table(result, stdout);
	else if (verdict == CAEC_ACCEPTED)
		written = caec_learn(result, policy, stdout);
	else if (verdict == CAEC_UNSUPPORTED)
		written = caec_result_table(result, stderr);
	if (fflush(stdout) != 0 || !written)
		return fail(CAEC_FAILURE, "the result can't be written", NULL);
	return verdict == CAEC_ACCEPTED ? CAEC_ACCEPTED : fail(verdict, caec_result_reason(result), NULL);
}

static int verify(const struct options *o, const struct caec_policy *policy)
{
	uint8_t nonce[CAEC_NONCE_MAX];
	size_t nonce_size = o->nonce ? read_nonce(o->nonce, nonce) : 0, size;
	struct caec_result *result;
	char *token;
	int status;

	if (o->nonce && nonce_size == 0)
		return usage("the nonce is not 1 to 64 bytes as hex digits", NULL);
	token = read_file(o->token, CAEC_TOKEN_MAX, &size);
	if (!token)
		return fail(CAEC_FAILURE, o->token, strerror(errno));
	result = (o->learn ? caec_examine : caec_verify)(token, size, policy, o->nonce ? nonce : NULL,
							 nonce_size);
	free(token);
	if (!result)
		return fail(CAEC_FAILURE, "no memory", NULL);
	status = report(o, result, policy);
	caec_result_free(result);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	struct caec_policy *policy = NULL;
	int status = read_options(argc, argv, &o);

	if (status < 0 && o.policy)
		status = load_policy(o.policy, &policy);
	if (status < 0)
		status = verify(&o, policy);
	caec_policy_free(policy);
	return status;
}
