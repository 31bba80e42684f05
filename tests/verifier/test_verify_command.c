/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command caec-verify: exit status, standard output and standard error. What each token comes to is the other
 * tests' subject; here there is one of each kind. COMMAND is the program, CORPUS the folder with its files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "corpus.h"

#define NONCE                                                              \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" \
	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

#define TEXT_MAX 65536U

struct outcome {
	int status;
	char out[TEXT_MAX], err[TEXT_MAX];
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct outcome));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void read_back(FILE *file, char text[TEXT_MAX])
{
	size_t size;

	rewind(file);
	size = fread(text, 1, TEXT_MAX - 1, file);
	text[size] = 0;
	fclose(file);
}

/* Runs the command with these words, in the corpus folder, with `input` (or nothing) as standard input. */
static void run_from(struct outcome *o, const char *input, FILE *out, const char *words)
{
	char line[2048];
	FILE *err = tmpfile();
	int status;
	pid_t child;

	snprintf(line, sizeof(line), "cd '%s' && exec '%s' %s <%s", CORPUS, COMMAND, words, input);
	fflush(NULL);
	child = fork();
	if (child == 0) {
		setsid(); /* no terminal: who wants to ask somebody has to ask standard input */
		dup2(fileno(out), STDOUT_FILENO);
		dup2(fileno(err), STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", line, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	o->status = WEXITSTATUS(status);
	read_back(out, o->out);
	read_back(err, o->err);
}

static void run(struct outcome *o, const char *words)
{
	run_from(o, "/dev/null", tmpfile(), words);
}

/* One line, of the form `caec-verify: <verdict>: ...`, with the words in it. */
static void assert_one_line(const struct outcome *o, const char *verdict, const char *part)
{
	char start[64];

	snprintf(start, sizeof(start), "caec-verify: %s: ", verdict);
	if (strncmp(o->err, start, strlen(start)) != 0 || !strstr(o->err, part))
		fail_msg("standard error is: %s", o->err);
	assert_ptr_equal(strchr(o->err, '\n'), o->err + strlen(o->err) - 1);
}

static void test_each_status(void **state)
{
	static const struct {
		int status;
		const char *words, *verdict, *part;
	} cases[] = {
		{ 2, "outer-truncated.cbor --policy base.json --nonce " NONCE, "malformed",
		  "malformed: encoding: CCA token: a string longer" },
		{ 3, "keys-forged.cbor --policy base.json --nonce " NONCE, "signature",
		  "platform-signature: by none" },
		{ 3, "realm-signature-bit-0.cbor --policy base.json --nonce " NONCE, "signature",
		  "realm-signature: not" },
		{ 4, "binding-attacker.cbor --policy base.json --nonce " NONCE, "binding",
		  "is not the hash" },
		{ 5, "policy-base.cbor --policy base.json --nonce 00", "nonce",
		  "cca-realm-challenge is another" },
		{ 5, "policy-base.cbor --policy base.json", "nonce", "none given" },
		{ 6, "policy-rim.cbor --policy base.json --nonce " NONCE, "policy",
		  "cca-realm-initial-measurement" },
		{ 9, "realm-alg-eddsa.cbor --policy base.json --nonce " NONCE, "unsupported",
		  "unsupported: encoding: realm token: an algorithm other" },
	};
	struct outcome *o = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run(o, cases[i].words);
		assert_int_equal(o->status, cases[i].status);
		assert_one_line(o, cases[i].verdict, cases[i].part);
		/* The table is written, and does not say that the token is accepted. */
		assert_non_null(strstr(o->out, cases[i].verdict));
		assert_null(strstr(o->out, "accepted ("));
	}
}

static void test_accepted(void **state)
{
	struct outcome *o = *state;

	run(o, "policy-base.cbor --policy base.json --nonce " NONCE);
	assert_int_equal(o->status, 0);
	assert_string_equal(o->err, "");
	assert_non_null(strstr(o->out, "accepted (0)"));
	assert_non_null(
		strstr(o->out, "provider, peer a0a1a2a3a4a5a6a7a8a9aaabacadaeaf, rw, 0x200000 bytes"));
}

/* Loudly: on standard error and in the table. */
static void test_warnings(void **state)
{
	struct outcome *o = *state;

	run(o, "sample.cbor --policy sample-not-checked.json --nonce " NONCE);
	assert_int_equal(o->status, 0);
	assert_non_null(strstr(o->err, "caec-verify: warning: THE PLATFORM'S SIGNATURE WAS NOT CHECKED"));
	assert_non_null(strstr(o->out, "THE PLATFORM'S SIGNATURE WAS NOT CHECKED"));
	assert_non_null(strstr(o->out, "VALUE, NOT AUTHENTICATED"));
	run(o, "sample.cbor --policy sample.json --nonce " NONCE);
	assert_int_equal(o->status, 0);
	assert_string_equal(o->err, "");
	assert_null(strstr(o->out, "NOT AUTHENTICATED"));
}

static void test_usage(void **state)
{
	static const struct {
		const char *words, *why;
	} wrong[] = {
		{ "", "no TOKEN" },
		{ "policy-base.cbor", "there is no policy" },
		{ "--policy base.json", "no TOKEN" },
		{ "policy-base.cbor sample.cbor --policy base.json", "more than one TOKEN" },
		{ "policy-base.cbor --policy", "--policy: a value is wanted" },
		{ "policy-base.cbor --policy base.json --unknown", "--unknown: there is no such option" },
		{ "policy-base.cbor --policy base.json -x", "-x: there is no such option" },
		{ "policy-base.cbor --policy base.json --json=3", "--json=3: there is no such option" },
		{ "policy-base.cbor --learn --json", "do not go together" },
		{ "- --policy -", "both be standard input" },
		{ "policy-base.cbor --policy base.json --nonce ''", "1 to 64 bytes" },
		{ "policy-base.cbor --policy base.json --nonce 123", "1 to 64 bytes" },
		{ "policy-base.cbor --policy base.json --nonce 0x", "1 to 64 bytes" },
		{ "policy-base.cbor --policy base.json --nonce " NONCE "00", "1 to 64 bytes" },
		{ "policy-base.cbor --policy base.json --nonce g0", "1 to 64 bytes" },
	};
	struct outcome *o = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		run(o, wrong[i].words);
		if (o->status != 1 || strncmp(o->err, "caec-verify: usage: ", 20) != 0 ||
		    !strstr(o->err, wrong[i].why))
			fail_msg("`%s`: status %d, %s", wrong[i].words, o->status, o->err);
		assert_string_equal(o->out, "");
	}
	run(o, "--help");
	assert_int_equal(o->status, 0);
	assert_non_null(strstr(o->out, "usage: caec-verify TOKEN --policy POLICY"));
}

static void test_bad_policy(void **state)
{
	struct outcome *o = *state;

	run(o, "policy-base.cbor --policy bad-syntax.json --nonce " NONCE);
	assert_int_equal(o->status, 7);
	assert_one_line(o, "bad-policy", "bad-syntax.json: line 3, column ");
	assert_string_equal(o->out, "");
	run(o, "policy-base.cbor --policy bad-unknown-share.json --json --nonce " NONCE);
	assert_int_equal(o->status, 7);
	assert_one_line(o, "bad-policy", "caec.caec-sharing.allow[1].perm");
	assert_string_equal(o->out, "");
	/* Also where nothing of the policy but the keys is used. */
	run(o, "policy-base.cbor --policy bad-unknown-realm.json --learn");
	assert_int_equal(o->status, 7);
}

/* A key is public or it is no key: nobody is asked for a password, also if one would come. */
static void test_no_password(void **state)
{
	struct outcome *o = *state;
	static const char path[] = CORPUS "/password";
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs("secret\n", file);
	assert_int_equal(fclose(file), 0);
	run_from(o, path, tmpfile(),
		 "policy-base.cbor --policy bad-key-pem-public-encrypted.json --nonce " NONCE);
	unlink(path);
	assert_int_equal(o->status, 7);
	assert_one_line(o, "bad-policy", "platform.keys[1].pem: not a PUBLIC KEY in PEM");
}

static void test_files(void **state)
{
	struct outcome *o = *state;

	run(o, "no-such-token --policy base.json --nonce " NONCE);
	assert_int_equal(o->status, 8);
	assert_one_line(o, "failure", "no-such-token: No such file");
	run(o, "policy-base.cbor --policy no-such-policy --nonce " NONCE);
	assert_int_equal(o->status, 8);
	assert_one_line(o, "failure", "no-such-policy: No such file");
	run(o, "\"$(printf 'no\\nfile\\033[2J')\" --policy base.json --nonce " NONCE);
	assert_int_equal(o->status, 8);
	assert_one_line(o, "failure", "no?file?[2J: No such file");
	run(o, ". --policy base.json --nonce " NONCE);
	assert_int_equal(o->status, 8);
	assert_one_line(o, "failure", "Is a directory");
	/* An OpenSSL that is set up to have nothing to verify signatures with. */
	setenv("OPENSSL_CONF", CORPUS "/no-openssl.cnf", 1);
	run(o, "policy-base.cbor --policy base.json --nonce " NONCE);
	unsetenv("OPENSSL_CONF");
	assert_int_equal(o->status, 8);
	assert_one_line(o, "failure", "platform-signature: OpenSSL could not do it");
	run_from(o, "policy-base.cbor", tmpfile(), "- --policy base.json --nonce " NONCE);
	assert_int_equal(o->status, 0);
	run_from(o, "/dev/zero", tmpfile(), "- --policy base.json --nonce " NONCE);
	assert_int_equal(o->status, 2);
	assert_one_line(o, "malformed", "more than 65536");
}

/* Accepted, but nobody is told: that is a failure. */
static void test_output_full(void **state)
{
	static const char *const words[] = { "", "--json", "--learn" };
	struct outcome *o = *state;
	char line[512];

	for (size_t i = 0; i < 3; i++) {
		snprintf(line, sizeof(line), "policy-base.cbor --policy base.json --nonce %s %s", NONCE,
			 words[i]);
		run_from(o, "/dev/null", fopen("/dev/full", "r+"), line);
		assert_int_equal(o->status, 8);
		assert_one_line(o, "failure", "can't be written");
	}
}

static void test_json(void **state)
{
	struct outcome *o = *state;
	json_t *report, *caec, *item;

	run(o, "policy-base.cbor --policy base.json --json --nonce " NONCE);
	assert_int_equal(o->status, 0);
	report = json_loads(o->out, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(report);
	assert_int_equal(json_integer_value(json_object_get(report, "caec-verify")), 1);
	assert_string_equal(json_string_value(json_object_get(report, "verdict")), "accepted");
	assert_true(json_is_true(json_object_get(report, "authenticated")));
	assert_int_equal(json_array_size(json_object_get(report, "warnings")), 0);
	caec = json_object_get(report, "caec");
	assert_string_equal(json_string_value(json_object_get(caec, "caec-realm-id")),
			    "00112233445566778899aabbccddeeff");
	item = json_array_get(json_object_get(caec, "caec-sharing"), 1);
	assert_string_equal(json_string_value(json_object_get(item, "role")), "consumer");
	assert_string_equal(json_string_value(json_object_get(item, "permission")), "ro");
	assert_int_equal(json_integer_value(json_object_get(item, "size")), 4096);
	json_decref(report);

	run(o, "outer-truncated.cbor --policy base.json --json --nonce " NONCE);
	assert_int_equal(o->status, 2);
	report = json_loads(o->out, JSON_REJECT_DUPLICATES, NULL);
	assert_string_equal(json_string_value(json_object_get(report, "verdict")), "malformed");
	assert_true(json_is_null(json_object_get(report, "realm")));
	json_decref(report);
}

/* From a token to a policy to its acceptance; another token is refused. */
static void test_learn(void **state)
{
	struct outcome *o = *state;
	static const char path[] = CORPUS "/learned.json";
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	run_from(o, "/dev/null", tmpfile(), "policy-base.cbor --policy base.json --learn --nonce " NONCE);
	assert_int_equal(o->status, 0);
	assert_string_equal(o->err, "");
	fputs(o->out, file);
	assert_int_equal(fclose(file), 0);
	run(o, "policy-base.cbor --policy learned.json --nonce " NONCE);
	assert_int_equal(o->status, 0);
	run(o, "policy-rim.cbor --policy learned.json --nonce " NONCE);
	assert_int_equal(o->status, 6);
	unlink(path);

	run(o, "keys-forged.cbor --policy base.json --learn --nonce " NONCE);
	assert_int_equal(o->status, 3);
	assert_string_equal(o->out, "");
	run(o, "keys-forged.cbor --learn");
	assert_int_equal(o->status, 0);
	assert_non_null(strstr(o->err, "THE PLATFORM'S SIGNATURE WAS NOT CHECKED"));
	assert_non_null(strstr(o->err, "no nonce was compared"));
	assert_non_null(strstr(o->out, "\"signature\": \"not-checked\""));
}

/* A profile that the policy does not admit: what the token says is shown, and no policy is learned from it. */
static void test_older_profile(void **state)
{
	static const char refused[] = "unsupported: profiles: http://arm.com/CCA-SSD/1.0.0 is not among";
	struct outcome *o = *state;
	json_t *report;

	run(o, "older-raw-P-384.cbor --policy open.json --json --nonce " NONCE);
	assert_int_equal(o->status, 9);
	assert_one_line(o, "unsupported", refused);
	report = json_loads(o->out, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(json_object_get(report, "platform"),
							      "cca-platform-profile")),
			    "http://arm.com/CCA-SSD/1.0.0");
	assert_string_equal(json_string_value(json_object_get(json_object_get(report, "realm"),
							      "cca-realm-hash-algo-id")),
			    "sha-256");
	assert_true(json_is_false(json_object_get(report, "authenticated")));
	json_decref(report);

	run(o, "older-raw-P-384.cbor --learn --nonce " NONCE);
	assert_int_equal(o->status, 9);
	assert_string_equal(o->out, "");
	assert_non_null(strstr(o->err, refused));
	assert_non_null(strstr(o->err, "VALUE, NOT AUTHENTICATED"));
	assert_non_null(strstr(o->err, "cca-realm-initial-measurement        1569"));

	run(o, "older-raw-P-384.cbor --policy older.json --learn --nonce " NONCE);
	assert_int_equal(o->status, 0);
	report = json_loads(o->out, 0, NULL);
	assert_string_equal(json_string_value(json_array_get(json_object_get(report, "profiles"), 0)),
			    "http://arm.com/CCA-SSD/1.0.0");
	assert_int_equal(json_array_size(json_object_get(report, "profiles")), 1);
	json_decref(report);
}

/* The policy's other keys are for other machines. */
static void test_learn_key(void **state)
{
	struct outcome *o = *state;
	json_t *policy, *keys;

	run(o, "policy-base.cbor --policy all-keys.json --learn --nonce " NONCE);
	assert_int_equal(o->status, 0);
	policy = json_loads(o->out, JSON_REJECT_DUPLICATES, NULL);
	keys = json_object_get(json_object_get(policy, "platform"), "keys");
	assert_int_equal(json_array_size(keys), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(keys, 0), "crv")), "P-384");
	json_decref(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_status, setup, teardown),
		cmocka_unit_test_setup_teardown(test_accepted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_warnings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_usage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_policy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_password, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_output_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
		cmocka_unit_test_setup_teardown(test_learn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_older_profile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_learn_key, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
