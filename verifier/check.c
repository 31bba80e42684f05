/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The claims of a genuine token against the policy. All are compared, also behind a refusal: who repairs a policy
 * wants to see everything that does not fit.
 */
#include "result.h"

/* One claim whose accepted values the policy lists; bytes or text. An absent one is not among any values. */
static void check_values(struct caec_result *result, enum check_id id, struct span value,
			 const struct values *accepted, bool is_text)
{
	char text[DETAIL_SIZE - 32];

	if (!value.data)
		snprintf(text, sizeof(text), "absent");
	else if (is_text)
		printable(text, sizeof(text), value);
	else
		hex(text, sizeof(text), value);
	if (accepted->count == 0)
		check_skipped(result, id, "%s", text);
	else if (value.data && values_allow(accepted, value))
		check_ok(result, id, "%s", text);
	else
		check_refused(result, id, CAEC_POLICY, "%s: not accepted", text);
}

static void check_lifecycle(struct caec_result *result, unsigned int accepted)
{
	uint32_t lifecycle = result->platform.lifecycle;
	unsigned int state = lifecycle_state(lifecycle);
	unsigned int secured = 1U << lifecycle_state(0x3000);

	if (!((accepted ? accepted : secured) & 1U << state))
		check_refused(result, CHECK_LIFECYCLE, CAEC_POLICY, "%s (0x%04x): not accepted",
			      lifecycle_name(state), lifecycle);
	else
		check_ok(result, CHECK_LIFECYCLE, "%s (0x%04x)", lifecycle_name(state), lifecycle);
	if (1U << state != secured)
		warn(result, "the platform is not in the secured state");
}

/* "-99, \"name\"": the first ones. */
static const char *show_labels(char *to, size_t size, const struct other_claims *other)
{
	size_t length = 0;
	char text[80];

	for (size_t i = 0; i < other->count && i < OTHERS_SHOWN && length < size; i++) {
		struct cbor_reader r = cbor_open(other->label[i]);
		struct cbor_item label;

		cbor_next(&r, &label);
		length += (size_t)snprintf(to + length, size - length, "%s%s", i ? ", " : "",
					   cbor_show(text, sizeof(text), &label));
	}
	return to;
}

static void check_other(struct caec_result *result, enum check_id id, const struct other_claims *other,
			bool refuse_them)
{
	char text[DETAIL_SIZE - 64];

	if (refuse_them && other->count != 0)
		check_refused(result, id, CAEC_POLICY, "%zu claims that are not known: %s%s", other->count,
			      show_labels(text, sizeof(text), other),
			      other->count > OTHERS_SHOWN ? "..." : "");
	else if (refuse_them)
		check_ok(result, id, "none");
	else
		check_skipped(result, id, "%zu ignored", other->count);
}

static void check_platform(struct caec_result *result, const struct platform_policy *policy)
{
	const struct platform_claims *claims = &result->platform;

	check_values(result, CHECK_IMPLEMENTATION_ID, claims->implementation_id, &policy->implementation_id,
		     false);
	check_values(result, CHECK_INSTANCE_ID, claims->instance_id, &policy->instance_id, false);
	check_values(result, CHECK_CONFIG, claims->config, &policy->config, false);
	check_lifecycle(result, policy->lifecycles);
	check_values(result, CHECK_PLATFORM_HASH, claims->hash_algo, &policy->hash_algo, true);
	check_values(result, CHECK_SERVICE, claims->service, &policy->service, true);
	check_components(result, &policy->components);
	check_other(result, CHECK_PLATFORM_OTHER, &claims->other, policy->refuse_other);
}

static void check_rems(struct caec_result *result, const struct values accepted[NUM_REMS])
{
	unsigned int compared = 0;
	char text[2 * DIGEST_MAX + 1];

	for (unsigned int i = 0; i < NUM_REMS; i++) {
		struct span rem = result->realm.rem[i];

		compared += accepted[i].count != 0;
		if (!values_allow(&accepted[i], rem)) {
			check_refused(result, CHECK_REMS, CAEC_POLICY, "[%u] %s: not accepted", i,
				      hex(text, sizeof(text), rem));
			return;
		}
	}
	if (compared == 0)
		check_skipped(result, CHECK_REMS, "4 measurements");
	else
		check_ok(result, CHECK_REMS, "%u of 4 compared", compared);
}

static void check_realm(struct caec_result *result, const struct realm_policy *policy)
{
	const struct realm_claims *claims = &result->realm;

	if (claims->profile.data)
		check_ok(result, CHECK_PROFILE, REALM_PROFILE);
	else if (policy->profile_required)
		check_refused(result, CHECK_PROFILE, CAEC_POLICY, "absent");
	else
		check_ok(result, CHECK_PROFILE, "absent: that of the platform token");
	check_values(result, CHECK_RIM, claims->rim, &policy->rim, false);
	if (policy->rim.count == 0)
		warn(result, "any realm image is accepted: its initial measurement was not compared");
	check_rems(result, policy->rem);
	check_values(result, CHECK_RPV, claims->rpv, &policy->rpv, false);
	check_values(result, CHECK_REALM_HASH, claims->hash_algo, &policy->hash_algo, true);
	check_values(result, CHECK_KEY_HASH, claims->key_hash_algo, &policy->key_hash_algo, true);
	check_other(result, CHECK_REALM_OTHER, &claims->other, policy->refuse_other);
}

static void check_version(struct caec_result *result, const struct numbers *accepted)
{
	uint64_t version = result->realm.caec.version;
	unsigned int major = (unsigned int)(version >> 16), minor = (unsigned int)version & 0xffff;

	for (size_t i = 0; i < accepted->count; i++) {
		if (accepted->item[i] == version) {
			check_ok(result, CHECK_VERSION, "%u.%u", major, minor);
			return;
		}
	}
	if (accepted->count == 0)
		check_skipped(result, CHECK_VERSION, "%u.%u", major, minor);
	else
		check_refused(result, CHECK_VERSION, CAEC_POLICY, "%u.%u: not accepted", major, minor);
}

/* Without CAEC's claims there is no RID and nothing shared, and what the policy wants of them is not fulfilled. */
static void check_caec_absent(struct caec_result *result, const struct caec_rules *policy)
{
	if (policy->presence == PRESENCE_REQUIRED)
		check_refused(result, CHECK_CAEC, CAEC_POLICY, "absent");
	else
		check_ok(result, CHECK_CAEC, "absent");
	check_values(result, CHECK_RID, result->realm.caec.rid, &policy->rid, false);
	if (policy->version.count != 0)
		check_refused(result, CHECK_VERSION, CAEC_POLICY, "absent: not accepted");
	else
		check_skipped(result, CHECK_VERSION, "absent");
	check_sharing(result, &policy->sharing);
}

static void check_caec(struct caec_result *result, const struct caec_rules *policy)
{
	if (result->realm.caec.seen == 0) {
		check_caec_absent(result, policy);
		return;
	}
	if (policy->presence == PRESENCE_FORBIDDEN)
		check_refused(result, CHECK_CAEC, CAEC_POLICY, "present");
	else
		check_ok(result, CHECK_CAEC, "present");
	check_values(result, CHECK_RID, result->realm.caec.rid, &policy->rid, false);
	check_version(result, &policy->version);
	check_sharing(result, &policy->sharing);
}

void check_claims(struct caec_result *result, const struct caec_policy *policy)
{
	check_platform(result, &policy->platform);
	check_realm(result, &policy->realm);
	check_caec(result, &policy->caec);
}

bool check_profiles(struct caec_result *result, const struct caec_policy *policy)
{
	enum profile profile = result->platform.known_profile;
	unsigned int admitted = policy && policy->profiles ? policy->profiles : 1U << PROFILE_RMM_1_0;

	if (!(admitted & 1U << profile))
		return check_refused(result, CHECK_PROFILES, CAEC_UNSUPPORTED,
				     "%s is not among \"profiles\" of the policy", profile_name(profile));
	check_ok(result, CHECK_PROFILES, "%s", profile_name(profile));
	if (profile != PROFILE_RMM_1_0)
		warn(result, "the token is of a profile older than RMM 1.0");
	if (result->platform.sizes_unknown)
		warn(result,
		     "a hash algorithm of the platform's is not known: a measurement may have any size");
	return true;
}
