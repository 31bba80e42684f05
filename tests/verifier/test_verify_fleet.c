/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A policy with a key for each machine of a fleet: the one of the token's instance id is found, and how many others
 * there are does not matter to what a verification does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "corpus.h"
#include "crypto.h"

#define MACHINES 100000U
#define SOME 300U
#define OURS 54321U /* the position of the token's platform */
#define OUR_ID "01000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

#define PLATFORM_AND_REALM 2U /* the signatures of a token */

struct fixture {
	struct bytes token;
	json_t *ours, *others; /* two keys: of the token's platform and of another */
	uint8_t nonce[CAEC_NONCE_MAX];
};

static json_t *first_key(const char *policy)
{
	struct bytes text = corpus_file(policy);
	json_t *root = json_loadb((char *)text.data, text.size, 0, NULL);
	json_t *keys = json_object_get(json_object_get(root, "platform"), "keys");
	json_t *key = json_incref(json_array_get(keys, 0));

	json_decref(root);
	free(text.data);
	assert_non_null(key);
	return key;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->token = corpus_file("policy-base.cbor");
	f->ours = first_key("k-hex.json");
	f->others = first_key("k-hex-other.json");
	for (unsigned int i = 0; i < CAEC_NONCE_MAX; i++)
		f->nonce[i] = (uint8_t)i;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	json_decref(f->ours);
	json_decref(f->others);
	free(f->token.data);
	free(f);
	return 0;
}

static const char *member(const json_t *key, const char *name)
{
	return json_string_value(json_object_get(key, name));
}

static void put_key(FILE *out, const json_t *key, const char *id, bool is_first)
{
	fprintf(out, "%s{\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\",\"cca-platform-instance-id\":\"%s\"}\n",
		is_first ? "" : ",", member(key, "crv"), member(key, "x"), member(key, "y"), id);
}

/* Ids in no order, so that it is for the policy's reader to sort them; ours is at `ours` unless that is too large. */
static FILE *fleet(const struct fixture *f, unsigned int machines, unsigned int ours)
{
	FILE *out = tmpfile();
	char id[67];

	fprintf(out, "{\"caec-policy\":1,\"platform\":{\"keys\":[");
	for (unsigned int i = 0; i < machines; i++) {
		snprintf(id, sizeof(id), "01%08x%056x", i * 2654435761U, i);
		put_key(out, i == ours ? f->ours : f->others, i == ours ? OUR_ID : id, i == 0);
	}
	fprintf(out, "]},\"realm\":{\"cca-realm-initial-measurement\":\"any\"},"
		     "\"caec\":{\"caec-sharing\":{\"allow\":\"any\"}}}");
	rewind(out);
	return out;
}

static struct caec_policy *fleet_policy(const struct fixture *f, unsigned int machines, unsigned int ours)
{
	FILE *file = fleet(f, machines, ours);
	char error[256] = "";
	struct caec_policy *policy = caec_policy_read(file, error, sizeof(error));

	fclose(file);
	if (!policy)
		fail_msg("%s", error);
	return policy;
}

static struct caec_result *verify(const struct fixture *f, const struct caec_policy *policy)
{
	return caec_verify(f->token.data, f->token.size, policy, f->nonce, sizeof(f->nonce));
}

/* Of all that a verification does only this takes long; it is counted, as a clock also tells what else the machine does. */
static unsigned int signatures;

enum signature_outcome __real_signature_check(const struct public_key *key, const struct span *part,
					      size_t parts, struct span signature);
enum signature_outcome __wrap_signature_check(const struct public_key *key, const struct span *part,
					      size_t parts, struct span signature);

enum signature_outcome __wrap_signature_check(const struct public_key *key, const struct span *part,
					      size_t parts, struct span signature)
{
	signatures++;
	return __real_signature_check(key, part, parts, signature);
}

static unsigned int signatures_of(const struct fixture *f, const struct caec_policy *policy,
				  enum caec_verdict verdict)
{
	struct caec_result *result;

	signatures = 0;
	result = verify(f, policy);
	assert_int_equal(caec_result_verdict(result), verdict);
	caec_result_free(result);
	return signatures;
}

/* Of a fleet that is tried through in a moment: were it tried, the large one would take minutes to say so. */
static void test_work_is_flat_early(void **state)
{
	const struct fixture *f = *state;
	struct caec_policy *some = fleet_policy(f, SOME, SOME / 2);

	assert_int_equal(signatures_of(f, some, CAEC_ACCEPTED), PLATFORM_AND_REALM);
	caec_policy_free(some);
}

static void test_work_is_flat(void **state)
{
	const struct fixture *f = *state;
	struct caec_policy *many = fleet_policy(f, MACHINES, OURS);
	struct caec_result *result = verify(f, many);
	struct bytes report = report_table(result);

	assert_int_equal(signatures_of(f, many, CAEC_ACCEPTED), PLATFORM_AND_REALM);
	assert_non_null(strstr((char *)report.data, "ES384, key 54321 of the policy"));
	free(report.data);
	caec_result_free(result);
	caec_policy_free(many);
}

/* A machine that is not in the fleet costs no signature at all, and 99,999 other keys do not speak for it. */
static void test_stranger(void **state)
{
	const struct fixture *f = *state;
	struct caec_policy *others = fleet_policy(f, MACHINES, MACHINES);
	struct caec_result *result = verify(f, others);

	assert_int_equal(caec_result_verdict(result), CAEC_SIGNATURE);
	assert_non_null(strstr(caec_result_reason(result),
			       "no key of the policy (of 100000) is for ES384 and instance id " OUR_ID));
	caec_result_free(result);
	assert_int_equal(signatures_of(f, others, CAEC_SIGNATURE), 0);
	caec_policy_free(others);
}

/* At either end and in the middle of fleets of every small size. */
static void test_every_position(void **state)
{
	const struct fixture *f = *state;

	for (unsigned int machines = 1; machines < 9; machines++) {
		for (unsigned int ours = 0; ours <= machines; ours++) {
			struct caec_policy *policy = fleet_policy(f, machines, ours);
			struct caec_result *result = verify(f, policy);

			assert_int_equal(caec_result_verdict(result),
					 ours < machines ? CAEC_ACCEPTED : CAEC_SIGNATURE);
			caec_result_free(result);
			caec_policy_free(policy);
		}
	}
}

/* More than that is not looked at: the size alone says so. */
static void test_longest_policy(void **state)
{
	char error[256] = "";

	(void)state;
	assert_null(caec_policy_load("{}", (size_t)CAEC_POLICY_MAX + 1, error, sizeof(error)));
	assert_string_equal(error, "policy: 1073741825 bytes, more than 1073741824");
}

static void test_file_that_cannot_be_read(void **state)
{
	char error[256] = "";
	FILE *folder = fopen("/", "rb");

	(void)state;
	assert_non_null(folder);
	assert_null(caec_policy_read(folder, error, sizeof(error)));
	assert_string_equal(error, "Is a directory");
	fclose(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_work_is_flat_early, setup, teardown),
		cmocka_unit_test_setup_teardown(test_work_is_flat, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stranger, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_position, setup, teardown),
		cmocka_unit_test(test_longest_policy),
		cmocka_unit_test(test_file_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
