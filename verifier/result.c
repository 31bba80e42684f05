/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Results (result.h): what came of each check, and the accessors of the public interface.
 */
#include "result.h"

#include <stdarg.h>
#include <stdlib.h>

const char *check_name(enum check_id id)
{
	static const char *const name[NUM_CHECKS] = {
		[CHECK_ENCODING] = "encoding",
		[CHECK_PROFILES] = "profiles",
		[CHECK_PLATFORM_SIGNATURE] = "platform-signature",
		[CHECK_BINDING] = "binding",
		[CHECK_REALM_SIGNATURE] = "realm-signature",
		[CHECK_NONCE] = "nonce",
		[CHECK_IMPLEMENTATION_ID] = "cca-platform-implementation-id",
		[CHECK_INSTANCE_ID] = "cca-platform-instance-id",
		[CHECK_CONFIG] = "cca-platform-config",
		[CHECK_LIFECYCLE] = "cca-platform-lifecycle",
		[CHECK_PLATFORM_HASH] = "cca-platform-hash-algo-id",
		[CHECK_SERVICE] = "cca-platform-verification-service",
		[CHECK_COMPONENTS] = "cca-platform-sw-components",
		[CHECK_PLATFORM_OTHER] = "platform-other-claims",
		[CHECK_PROFILE] = "cca-realm-profile",
		[CHECK_RIM] = "cca-realm-initial-measurement",
		[CHECK_REMS] = "cca-realm-extensible-measurements",
		[CHECK_RPV] = "cca-realm-personalization-value",
		[CHECK_REALM_HASH] = "cca-realm-hash-algo-id",
		[CHECK_KEY_HASH] = "cca-realm-public-key-hash-algo-id",
		[CHECK_REALM_OTHER] = "realm-other-claims",
		[CHECK_CAEC] = "caec-presence",
		[CHECK_RID] = "caec-realm-id",
		[CHECK_VERSION] = "caec-version",
		[CHECK_SHARING] = "caec-sharing",
	};

	return name[id];
}

const char *outcome_name(enum outcome outcome)
{
	static const char *const name[] = { "not reached", "ok", "not checked", "REFUSED" };

	return name[outcome];
}

static void __attribute__((format(printf, 4, 0)))
note(struct caec_result *result, enum check_id id, enum outcome outcome, const char *format, va_list args)
{
	struct check *check = &result->check[id];

	check->outcome = outcome;
	vsnprintf(check->detail, sizeof(check->detail), format, args);
}

void check_ok(struct caec_result *result, enum check_id id, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(result, id, OUTCOME_OK, format, args);
	va_end(args);
}

void check_skipped(struct caec_result *result, enum check_id id, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(result, id, OUTCOME_NOT_CHECKED, format, args);
	va_end(args);
}

bool check_refused(struct caec_result *result, enum check_id id, enum caec_verdict verdict,
		   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(result, id, OUTCOME_REFUSED, format, args);
	va_end(args);
	return refuse(&result->refusal, verdict, "%s: %s", check_name(id), result->check[id].detail);
}

void warn(struct caec_result *result, const char *warning)
{
	if (result->warnings < WARNINGS_MAX)
		result->warning[result->warnings++] = warning;
}

struct caec_result *result_new(const void *token, size_t size)
{
	size_t kept = size <= CAEC_TOKEN_MAX ? size : 0;
	struct caec_result *result = calloc(1, sizeof(*result) + kept);

	if (!result)
		return NULL;
	if (kept)
		memcpy(result->bytes, token, kept);
	result->token = (struct span){ result->bytes, kept };
	if (kept != size)
		check_refused(result, CHECK_ENCODING, CAEC_MALFORMED, "%zu bytes, more than %u", size,
			      CAEC_TOKEN_MAX);
	return result;
}

void caec_result_free(struct caec_result *result)
{
	free(result);
}

enum caec_verdict caec_result_verdict(const struct caec_result *result)
{
	return result->refusal.verdict;
}

const char *caec_result_reason(const struct caec_result *result)
{
	return result->refusal.verdict == CAEC_ACCEPTED ? "accepted" : result->refusal.reason;
}

const char *caec_result_warning(const struct caec_result *result, size_t index)
{
	return index < result->warnings ? result->warning[index] : NULL;
}

bool caec_result_claim(const struct caec_result *result, enum caec_claim claim, const uint8_t **data,
		       size_t *size)
{
	const struct realm_claims *realm = &result->realm;
	const struct span value[] = {
		[CAEC_CLAIM_CHALLENGE] = realm->challenge,
		[CAEC_CLAIM_PERSONALIZATION] = realm->rpv,
		[CAEC_CLAIM_RIM] = realm->rim,
		[CAEC_CLAIM_REM1] = realm->rem[0],
		[CAEC_CLAIM_REM2] = realm->rem[1],
		[CAEC_CLAIM_REM3] = realm->rem[2],
		[CAEC_CLAIM_REM4] = realm->rem[3],
		[CAEC_CLAIM_RID] = realm->caec.rid,
		[CAEC_CLAIM_IMPLEMENTATION_ID] = result->platform.implementation_id,
		[CAEC_CLAIM_INSTANCE_ID] = result->platform.instance_id,
	};

	if (!result->parsed || (size_t)claim >= COUNT(value) || !value[claim].data)
		return false;
	*data = value[claim].data;
	*size = value[claim].size;
	return true;
}

size_t caec_result_sharing_count(const struct caec_result *result)
{
	return result->parsed ? result->realm.caec.shares : 0;
}

bool caec_result_sharing(const struct caec_result *result, size_t index, struct caec_sharing *sharing)
{
	if (index >= caec_result_sharing_count(result))
		return false;
	*sharing = result->realm.caec.share[index];
	return true;
}
