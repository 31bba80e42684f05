/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libcaec-verify on tokens and policies that make_tokens.py wrote: one case for each line of its manifest. Whatever the
 * verdict, the reports have to be well-formed and harmless; a token that is accepted has to be accepted by the policy
 * learned from it as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "corpus.h"

static void assert_json_report(const struct caec_result *result)
{
	struct bytes text = report_json(result);
	json_t *report =
		json_loadb((char *)text.data, text.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	enum caec_verdict verdict = caec_result_verdict(result);

	assert_non_null(report);
	assert_int_equal(json_integer_value(json_object_get(report, "status")), verdict);
	assert_string_equal(json_string_value(json_object_get(report, "verdict")),
			    caec_verdict_name(verdict));
	assert_string_equal(json_string_value(json_object_get(report, "reason")), caec_result_reason(result));
	assert_int_equal(json_array_size(json_object_get(report, "checks")), 25);
	/* A refusal has a check that refused; an acceptance has none that did, or that was not reached. */
	for (size_t i = 0, refused = 0; i < 25; i++) {
		const json_t *check = json_array_get(json_object_get(report, "checks"), i);
		const char *outcome = json_string_value(json_object_get(check, "outcome"));

		refused += strcmp(outcome, "refused") == 0;
		if (verdict == CAEC_ACCEPTED)
			assert_true(strcmp(outcome, "ok") == 0 || strcmp(outcome, "not-checked") == 0);
		if (i == 24)
			assert_int_equal(refused != 0, verdict != CAEC_ACCEPTED);
	}
	json_decref(report);
	for (size_t i = 0; i < text.size; i++)
		assert_true(text.data[i] == '\n' || (text.data[i] >= 0x20 && text.data[i] <= 0x7f));
	free(text.data);
}

/* Nothing but printable ASCII and line feeds gets to a terminal. */
static void assert_table(const struct caec_result *result)
{
	struct bytes text = report_table(result);

	assert_true(text.size > 0);
	for (size_t i = 0; i < text.size; i++)
		assert_true(text.data[i] == '\n' || (text.data[i] >= 0x20 && text.data[i] <= 0x7e));
	free(text.data);
}

/* The policy learned from the token, with the nonce that is in the token. */
static void assert_learned(struct bytes token, const struct caec_policy *anchors)
{
	struct caec_result *examined = caec_examine(token.data, token.size, anchors, NULL, 0), *again;
	const uint8_t *challenge;
	struct caec_policy *policy;
	size_t size;

	assert_int_equal(caec_result_verdict(examined), CAEC_ACCEPTED);
	policy = learn(examined, anchors);
	assert_true(caec_result_claim(examined, CAEC_CLAIM_CHALLENGE, &challenge, &size));
	again = caec_verify(token.data, token.size, policy, challenge, size);
	if (caec_result_verdict(again) != CAEC_ACCEPTED)
		fail_msg("the learned policy refuses its token: %s", caec_result_reason(again));
	caec_result_free(again);
	again = caec_verify(token.data, token.size, policy, NULL, 0);
	assert_int_equal(caec_result_verdict(again), CAEC_NONCE);
	caec_result_free(again);
	caec_policy_free(policy);
	caec_result_free(examined);
}

/* What an accepted token is accepted with: the words in one of the warnings, or none expected. */
static bool has_warning(const struct caec_result *result, const char *part)
{
	for (size_t i = 0; caec_result_warning(result, i); i++) {
		if (strstr(caec_result_warning(result, i), part))
			return true;
	}
	return false;
}

static void assert_verdict(const struct corpus_case *c, const struct caec_result *result)
{
	const char *reason = caec_result_reason(result);

	if (caec_result_verdict(result) != c->status)
		fail_msg("verdict %d where %d is expected: %s", (int)caec_result_verdict(result),
			 (int)c->status, reason);
	if (c->status == CAEC_ACCEPTED && c->reason[0])
		assert_true(has_warning(result, c->reason));
	if (c->status != CAEC_ACCEPTED && !strstr(reason, c->reason))
		fail_msg("\"%s\" where \"%s\" is expected", reason, c->reason);
}

static void test_case(void **state)
{
	const struct corpus_case *c = *state;
	struct bytes token = corpus_file(c->token), json = corpus_file(c->policy);
	char error[256];
	struct caec_policy *policy = caec_policy_load((char *)json.data, json.size, error, sizeof(error));
	struct caec_result *result;

	if (c->status == CAEC_BAD_POLICY) {
		assert_null(policy);
		if (!strstr(error, c->reason))
			fail_msg("\"%s\" where \"%s\" is expected", error, c->reason);
	} else {
		if (!policy)
			fail_msg("%s: %s", c->policy, error);
		result = caec_verify(token.data, token.size, policy, c->nonce_size ? c->nonce : NULL,
				     c->nonce_size);
		assert_verdict(c, result);
		assert_json_report(result);
		assert_table(result);
		if (c->status == CAEC_ACCEPTED)
			assert_learned(token, policy);
		caec_result_free(result);
		caec_policy_free(policy);
	}
	free(token.data);
	free(json.data);
}

int main(void)
{
	struct corpus corpus;
	struct CMUnitTest *tests;
	int failed;

	corpus_open(&corpus);
	tests = calloc(corpus.count, sizeof(*tests));
	for (size_t i = 0; i < corpus.count; i++)
		tests[i] = (struct CMUnitTest){ corpus.item[i].name, test_case, NULL, NULL, &corpus.item[i] };
	failed = _cmocka_run_group_tests("tokens", tests, corpus.count, NULL, NULL);
	free(tests);
	corpus_close(&corpus);
	return failed;
}
