/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libcaec-verify's interface: every truncation and every changed byte of a good token, what the accessors say, and
 * memory that runs out at each allocation in turn. In this program calloc() and malloc() of the library are replaced
 * (CMakeLists.txt: --wrap), those of OpenSSL and jansson by their own hooks.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <jansson.h>
#include <openssl/crypto.h>

#include "corpus.h"

#define NONCE_SIZE 64U

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

/* Allocations until one fails; 0: none does. All of them count, whoever asks. */
static unsigned long countdown;
static bool has_failed;

static bool fails_now(void)
{
	if (countdown == 0 || --countdown != 0)
		return false;
	has_failed = true;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : __real_calloc(count, size);
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return __wrap_malloc(size);
}

static void *openssl_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails_now() ? NULL : realloc(old, size);
}

static void openssl_free(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	free(memory);
}

static void fail_at(unsigned long allocation)
{
	countdown = allocation;
	has_failed = false;
}

struct fixture {
	struct bytes token;
	struct caec_policy *policy;
	uint8_t nonce[NONCE_SIZE];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->token = corpus_file("policy-base.cbor");
	f->policy = corpus_policy("base.json");
	for (unsigned int i = 0; i < NONCE_SIZE; i++)
		f->nonce[i] = (uint8_t)i;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fail_at(0);
	caec_policy_free(f->policy);
	free(f->token.data);
	free(f);
	return 0;
}

static struct caec_result *verify(const struct fixture *f, const void *token, size_t size)
{
	return caec_verify(token, size, f->policy, f->nonce, sizeof(f->nonce));
}

static struct caec_result *verify_by(const struct caec_policy *policy, const struct fixture *f,
				     struct bytes token)
{
	return caec_verify(token.data, token.size, policy, f->nonce, sizeof(f->nonce));
}

static enum caec_verdict verdict_of(const struct fixture *f, const void *token, size_t size)
{
	struct caec_result *result = verify(f, token, size);
	enum caec_verdict verdict = caec_result_verdict(result);

	caec_result_free(result);
	return verdict;
}

static void test_every_truncation(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(verdict_of(f, f->token.data, f->token.size), CAEC_ACCEPTED);
	for (size_t size = 0; size < f->token.size; size++) {
		uint8_t *copy = malloc(size ? size : 1);

		memcpy(copy, f->token.data, size);
		assert_int_equal(verdict_of(f, copy, size), CAEC_MALFORMED);
		free(copy);
	}
}

/* Each byte of the token means something: whichever bit is changed, it is not accepted, and never for want of memory. */
static void test_every_byte(void **state)
{
	const struct fixture *f = *state;

	for (size_t i = 0; i < f->token.size; i++) {
		uint8_t bit = (uint8_t)(1U << i % 8);
		enum caec_verdict verdict;

		f->token.data[i] ^= bit;
		verdict = verdict_of(f, f->token.data, f->token.size);
		f->token.data[i] ^= bit;
		if (verdict != CAEC_MALFORMED && verdict != CAEC_SIGNATURE && verdict != CAEC_BINDING &&
		    verdict != CAEC_UNSUPPORTED)
			fail_msg("byte %zu: %s", i, caec_verdict_name(verdict));
	}
}

/*
 * How long a token takes is bounded by its size, not by how its parts are multiplied: with each label of one header the
 * other read again these take four seconds here (with sanitizers), else a twentieth of one. CPU time, not the clock's.
 */
static void test_time_is_bounded(void **state)
{
	static const char *const names[] = { "header-large.cbor", "header-large-both.cbor" };
	const struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bytes token = corpus_file(names[i]);
		clock_t start = clock();
		enum caec_verdict verdict = verdict_of(f, token.data, token.size);

		assert_true(clock() - start < CLOCKS_PER_SEC);
		assert_int_equal(verdict, i == 0 ? CAEC_ACCEPTED : CAEC_MALFORMED);
		free(token.data);
	}
}

static void assert_claim(const struct caec_result *result, enum caec_claim claim, size_t size, uint8_t first)
{
	const uint8_t *data;
	size_t got;

	assert_true(caec_result_claim(result, claim, &data, &got));
	assert_int_equal(got, size);
	assert_int_equal(data[0], first);
}

static void test_accessors(void **state)
{
	const struct fixture *f = *state;
	struct caec_result *result = verify(f, f->token.data, f->token.size);
	struct caec_sharing sharing;
	const uint8_t *data;
	size_t size;

	assert_string_equal(caec_result_reason(result), "accepted");
	assert_null(caec_result_warning(result, 0));
	assert_claim(result, CAEC_CLAIM_CHALLENGE, 64, 0);
	assert_claim(result, CAEC_CLAIM_PERSONALIZATION, 64, 'p');
	assert_claim(result, CAEC_CLAIM_RIM, 32, 0x15);
	assert_claim(result, CAEC_CLAIM_REM1, 32, 0xb1);
	assert_claim(result, CAEC_CLAIM_REM4, 32, 0xfb);
	assert_claim(result, CAEC_CLAIM_RID, 16, 0x00);
	assert_claim(result, CAEC_CLAIM_IMPLEMENTATION_ID, 32, 'i');
	assert_claim(result, CAEC_CLAIM_INSTANCE_ID, 33, 0x01);
	assert_false(caec_result_claim(result, CAEC_CLAIM_INSTANCE_ID + 1, &data, &size));
	assert_int_equal(caec_result_sharing_count(result), 2);
	assert_true(caec_result_sharing(result, 0, &sharing));
	assert_true(!sharing.consumer && sharing.permission == 2 && sharing.size == 0x200000 &&
		    sharing.peer[1] == 0xa1);
	assert_true(caec_result_sharing(result, 1, &sharing));
	assert_true(sharing.consumer && sharing.permission == 1 && sharing.size == 0x1000 &&
		    sharing.peer[15] == 0xbf);
	assert_false(caec_result_sharing(result, 2, &sharing));
	caec_result_free(result);
}

/* A plain realm has no RID, and of what is malformed nothing is given out at all. */
static void test_absent_claims(void **state)
{
	const struct fixture *f = *state;
	struct bytes plain = corpus_file("policy-caec-required.cbor");
	struct caec_result *result = caec_examine(plain.data, plain.size, f->policy, NULL, 0);
	struct caec_sharing sharing;
	const uint8_t *data;
	size_t size;

	assert_int_equal(caec_result_verdict(result), CAEC_ACCEPTED);
	assert_non_null(caec_result_warning(result, 0));
	assert_false(caec_result_claim(result, CAEC_CLAIM_RID, &data, &size));
	assert_int_equal(caec_result_sharing_count(result), 0);
	caec_result_free(result);
	result = verify(f, f->token.data, f->token.size - 1);
	assert_false(caec_result_claim(result, CAEC_CLAIM_CHALLENGE, &data, &size));
	assert_int_equal(caec_result_sharing_count(result), 0);
	assert_false(caec_result_sharing(result, 0, &sharing));
	caec_result_free(result);
	free(plain.data);
}

/* caec_examine() without anchors says that it did not check, and does check the nonce that it is given. */
static void test_examine(void **state)
{
	const struct fixture *f = *state;
	struct bytes forged = corpus_file("keys-forged.cbor");
	uint8_t other[NONCE_SIZE] = { 1 };
	struct caec_result *result;

	result = caec_examine(forged.data, forged.size, NULL, f->nonce, sizeof(f->nonce));
	assert_int_equal(caec_result_verdict(result), CAEC_ACCEPTED);
	assert_non_null(strstr(caec_result_warning(result, 0), "NOT CHECKED"));
	caec_result_free(result);
	result = caec_examine(forged.data, forged.size, f->policy, f->nonce, sizeof(f->nonce));
	assert_int_equal(caec_result_verdict(result), CAEC_SIGNATURE);
	caec_result_free(result);
	result = caec_examine(f->token.data, f->token.size, f->policy, other, sizeof(other));
	assert_int_equal(caec_result_verdict(result), CAEC_NONCE);
	caec_result_free(result);
	result = caec_examine(f->token.data, f->token.size, f->policy, f->nonce, 65);
	assert_int_equal(caec_result_verdict(result), CAEC_NONCE);
	caec_result_free(result);
	free(forged.data);
}

/* Nothing is learned from a refused token, and a refusal leaves nothing written. */
static void test_learn_refused(void **state)
{
	const struct fixture *f = *state;
	struct caec_result *result = verify(f, f->token.data, f->token.size - 1);
	FILE *file = tmpfile();

	assert_false(caec_learn(result, f->policy, file));
	assert_int_equal(ftell(file), 0);
	fclose(file);
	caec_result_free(result);
}

/* Tokens that say the same as the default one, in what a learned policy can pin. */
static bool says_the_same(const char *token)
{
	static const char *const names[] = {
		"policy-base.cbor",           /* the token itself */
		"policy-lifecycle-30ff.cbor", /* the implementation's half of the lifecycle */
		"outer-order-reversed.cbor",  /* the order of maps */
		"good-reversed.cbor",
		"good-key-order.cbor",
		"good-iak-P-384-rak-P-256.cbor", /* another realm key that this platform vouches for */
		"good-iak-P-384-rak-P-521.cbor",
		"good-full-key.cbor", /* further members of the realm's key */
		"platform-kid.cbor",  /* key ids */
		"platform-protected-kid.cbor",
		"realm-kid.cbor",
		"realm-protected-kid.cbor",
		"realm-signature-twin.cbor", /* the other signature */
		"header-large.cbor",         /* headers of much that nobody reads */
	};

	if (strncmp(token, "cmw-good-", strlen("cmw-good-")) == 0)
		return true; /* another collection around the same halves */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(token, names[i]) == 0)
			return true;
	}
	return false;
}

/* A learned policy accepts its token, and of the whole corpus only what says the same. */
static void test_learn_is_strict(void **state)
{
	const struct fixture *f = *state;
	struct caec_result *result = caec_examine(f->token.data, f->token.size, f->policy, NULL, 0);
	struct caec_policy *learned = learn(result, f->policy);
	struct corpus corpus;
	unsigned int refused = 0;

	corpus_open(&corpus);
	for (size_t i = 0; i < corpus.count; i++) {
		struct bytes token = corpus_file(corpus.item[i].token);
		struct caec_result *other = verify_by(learned, f, token);

		if ((caec_result_verdict(other) == CAEC_ACCEPTED) != says_the_same(corpus.item[i].token))
			fail_msg("%s: %s", corpus.item[i].token, caec_result_reason(other));
		refused += caec_result_verdict(other) == CAEC_POLICY;
		caec_result_free(other);
		free(token.data);
	}
	assert_true(refused > 60);
	corpus_close(&corpus);
	caec_policy_free(learned);
	caec_result_free(result);
}

/* A token with a wrong signature stays refused whichever allocation fails. */
static void test_no_memory_while_verifying(void **state)
{
	const struct fixture *f = *state;
	struct bytes wrong = corpus_file("realm-signature-bit-0.cbor");
	unsigned long at = 0;
	unsigned int undecided = 0;

	do {
		struct caec_result *result;

		fail_at(++at);
		result = verify(f, wrong.data, wrong.size);
		countdown = 0;
		if (result && caec_result_verdict(result) == CAEC_ACCEPTED)
			fail_msg("accepted when allocation %lu failed", at);
		undecided += !result || caec_result_verdict(result) == CAEC_FAILURE;
		caec_result_free(result);
	} while (has_failed);
	assert_true(at > 50 && undecided > 10);
	free(wrong.data);
}

/* A good token is never called a bad one because there was no memory to look at it. */
static void test_no_memory_is_no_verdict(void **state)
{
	const struct fixture *f = *state;
	unsigned long at = 0;

	do {
		struct caec_result *result;

		fail_at(++at);
		result = verify(f, f->token.data, f->token.size);
		countdown = 0;
		if (result && caec_result_verdict(result) != CAEC_ACCEPTED &&
		    caec_result_verdict(result) != CAEC_FAILURE)
			fail_msg("allocation %lu failed: %s", at, caec_result_reason(result));
		caec_result_free(result);
	} while (has_failed);
	assert_true(at > 50);
}

/* A policy that does not fit in memory is none, with a message. */
static void load_without_memory(const char *name, bool is_told_apart)
{
	struct bytes json = corpus_file(name);
	unsigned long at = 0;
	char error[256];

	do {
		struct caec_policy *policy;

		error[0] = 0;
		fail_at(++at);
		policy = caec_policy_load((char *)json.data, json.size, error, sizeof(error));
		countdown = 0;
		if (!policy && (error[0] == 0 || (is_told_apart && errno != ENOMEM)))
			fail_msg("%s, allocation %lu: errno %d, %s", name, at, errno, error);
		caec_policy_free(policy);
	} while (has_failed);
	assert_true(at > 20);
	free(json.data);
}

static void test_no_memory_while_loading(void **state)
{
	(void)state;
	load_without_memory("base.json", false);
	load_without_memory("k-pem.json", false);
	/* Jansson takes a text for another one if it has no memory, OpenSSL's reader of PEM for none. */
	json_set_alloc_funcs(__real_malloc, free);
	load_without_memory("base.json", true);
	load_without_memory("k-jwk.json", true);
	json_set_alloc_funcs(__wrap_malloc, free);
}

/* A report or a policy is written as a whole or not: a claim that is missing would be one that is not compared. */
static void assert_whole_or_nothing(const struct fixture *f,
				    bool (*write)(const struct caec_result *, FILE *))
{
	struct caec_result *result = caec_examine(f->token.data, f->token.size, f->policy, NULL, 0);
	char *whole = NULL, *text;
	size_t whole_size, size;
	FILE *file = open_memstream(&whole, &whole_size);
	unsigned long at = 0;

	assert_true(write(result, file));
	fclose(file);
	do {
		bool written;

		file = open_memstream(&text, &size);
		fail_at(++at);
		written = write(result, file);
		countdown = 0;
		fclose(file);
		if (written) {
			assert_int_equal(size, whole_size);
			assert_memory_equal(text, whole, size);
		}
		free(text);
	} while (has_failed);
	assert_true(at > 50);
	free(whole);
	caec_result_free(result);
}

static const struct caec_policy *anchors;

static bool learn_from(const struct caec_result *result, FILE *file)
{
	return caec_learn(result, anchors, file);
}

static void test_no_memory_while_writing(void **state)
{
	const struct fixture *f = *state;

	anchors = f->policy;
	assert_whole_or_nothing(f, learn_from);
	assert_whole_or_nothing(f, caec_result_json);
}

/* A full disk. */
static void test_no_room_for_the_report(void **state)
{
	const struct fixture *f = *state;
	struct caec_result *result = caec_examine(f->token.data, f->token.size, f->policy, NULL, 0);
	FILE *full = fopen("/dev/full", "w");

	setvbuf(full, NULL, _IONBF, 0);
	assert_false(caec_result_table(result, full));
	assert_false(caec_result_json(result, full));
	assert_false(caec_learn(result, f->policy, full));
	fclose(full);
	caec_result_free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_truncation, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(test_time_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_accessors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_absent_claims, setup, teardown),
		cmocka_unit_test_setup_teardown(test_examine, setup, teardown),
		cmocka_unit_test_setup_teardown(test_learn_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_learn_is_strict, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory_while_verifying, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory_is_no_verdict, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory_while_loading, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory_while_writing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_room_for_the_report, setup, teardown),
	};

	if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1)
		return 1;
	json_set_alloc_funcs(__wrap_malloc, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
