/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Results as a table and as JSON (docs/verifier.md has the fields). What a token's text contains is made harmless for
 * terminals in the table, and escaped in JSON.
 */
#include "report.h"

#include <inttypes.h>

#define REPORT_VERSION 1

json_t *json_hex(struct span bytes)
{
	json_t *string;
	char *text;

	if (!bytes.data)
		return json_null();
	/* No claim is longer than the token. */
	text = malloc(2 * bytes.size + 8);
	if (!text)
		return NULL;
	string = json_string(hex(text, 2 * bytes.size + 8, bytes));
	free(text);
	return string;
}

json_t *json_text(struct span text)
{
	return text.data ? json_stringn((const char *)text.data, text.size) : json_null();
}

void json_put(json_t **object, const char *name, json_t *value)
{
	if (json_object_set_new(*object, name, value) == 0)
		return;
	json_decref(*object);
	*object = NULL;
}

void json_add(json_t **array, json_t *value)
{
	if (json_array_append_new(*array, value) == 0)
		return;
	json_decref(*array);
	*array = NULL;
}

json_t *component_json(const struct component *c)
{
	return json_pack("{so so so so so}", "component-type", json_text(c->type), "measurement-value",
			 json_hex(c->measurement), "version", json_text(c->version), "signer-id",
			 json_hex(c->signer), "hash-algo-id", json_text(c->hash_algo));
}

static json_t *components_json(const struct platform_claims *claims)
{
	json_t *list = json_array();

	for (size_t i = 0; i < claims->components; i++)
		json_add(&list, component_json(&claims->component[i]));
	return list;
}

static json_t *platform_json(const struct platform_claims *c)
{
	return json_pack("{so so so so so si ss so so so si}", "cca-platform-profile", json_text(c->profile),
			 "cca-platform-challenge", json_hex(c->challenge), "cca-platform-implementation-id",
			 json_hex(c->implementation_id), "cca-platform-instance-id", json_hex(c->instance_id),
			 "cca-platform-config", json_hex(c->config), "cca-platform-lifecycle",
			 (int)c->lifecycle, "lifecycle-state", lifecycle_name(lifecycle_state(c->lifecycle)),
			 "cca-platform-hash-algo-id", json_text(c->hash_algo),
			 "cca-platform-verification-service", json_text(c->service),
			 "cca-platform-sw-components", components_json(c), "other-claims",
			 (int)c->other.count);
}

static json_t *realm_json(const struct realm_claims *c)
{
	json_t *rems = json_array();

	for (size_t i = 0; i < NUM_REMS; i++)
		json_add(&rems, json_hex(c->rem[i]));
	return json_pack("{so so so so so so so so si}", "cca-realm-challenge", json_hex(c->challenge),
			 "cca-realm-profile", json_text(c->profile), "cca-realm-personalization-value",
			 json_hex(c->rpv), "cca-realm-initial-measurement", json_hex(c->rim),
			 "cca-realm-extensible-measurements", rems, "cca-realm-hash-algo-id",
			 json_text(c->hash_algo), "cca-realm-public-key", json_hex(c->public_key),
			 "cca-realm-public-key-hash-algo-id", json_text(c->key_hash_algo), "other-claims",
			 (int)c->other.count);
}

static json_t *caec_json(const struct caec_claims *c)
{
	json_t *list;

	if (c->seen == 0)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < c->shares; i++) {
		const struct caec_sharing *s = &c->share[i];

		json_add(&list, json_pack("{ss so ss sI}", "role", role_name(s->consumer), "peer",
					  json_hex((struct span){ s->peer, CAEC_RID_SIZE }), "permission",
					  permission_name(s->permission), "size", (json_int_t)s->size));
	}
	return json_pack("{so si sb so}", "caec-realm-id", json_hex(c->rid), "caec-version", (int)c->version,
			 "complete", c->complete, "caec-sharing", list);
}

static json_t *checks_json(const struct caec_result *result)
{
	static const char *const outcome[] = { "not-reached", "ok", "not-checked", "refused" };
	json_t *list = json_array();

	for (unsigned int i = 0; i < NUM_CHECKS; i++) {
		const struct check *check = &result->check[i];

		json_add(&list, json_pack("{ss ss ss}", "name", check_name(i), "outcome",
					  outcome[check->outcome], "detail", check->detail));
	}
	return list;
}

bool write_json(json_t *root, size_t indent, FILE *out)
{
	/* ASCII, for terminals: C1 controls and marks of direction are harmless only when escaped. */
	bool written = root && json_dumpf(root, out, JSON_INDENT(indent) | JSON_ENSURE_ASCII) == 0 &&
		       fputc('\n', out) != EOF;

	json_decref(root);
	return written;
}

bool caec_result_json(const struct caec_result *result, FILE *out)
{
	json_t *warnings = json_array();

	for (size_t i = 0; i < result->warnings; i++)
		json_add(&warnings, json_string(result->warning[i]));
	return write_json(json_pack("{si ss si ss sb so so so so so}", "caec-verify", REPORT_VERSION,
				    "verdict", caec_verdict_name(result->refusal.verdict), "status",
				    (int)result->refusal.verdict, "reason", caec_result_reason(result),
				    "authenticated", result->authenticated, "warnings", warnings, "checks",
				    checks_json(result), "platform",
				    result->parsed ? platform_json(&result->platform) : json_null(), "realm",
				    result->parsed ? realm_json(&result->realm) : json_null(), "caec",
				    result->parsed ? caec_json(&result->realm.caec) : json_null()),
			  2, out);
}

#define NAME_WIDTH 37

static void row(FILE *out, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void row(FILE *out, const char *name, const char *format, ...)
{
	va_list args;

	fprintf(out, "%-*s", NAME_WIDTH, name);
	va_start(args, format);
	vfprintf(out, format, args);
	va_end(args);
	fputc('\n', out);
}

static void bytes_row(FILE *out, const char *name, struct span bytes)
{
	char text[4 * DIGEST_MAX];

	row(out, name, "%s", bytes.data ? hex(text, sizeof(text), bytes) : "-");
}

static void text_row(FILE *out, const char *name, struct span text)
{
	char safe[120];

	row(out, name, "%s", text.data ? printable(safe, sizeof(safe), text) : "-");
}

static void platform_table(const struct platform_claims *c, FILE *out)
{
	char type[64], version[64], measurement[2 * DIGEST_MAX + 1], signer[2 * DIGEST_MAX + 1];

	text_row(out, "cca-platform-profile", c->profile);
	bytes_row(out, "cca-platform-implementation-id", c->implementation_id);
	bytes_row(out, "cca-platform-instance-id", c->instance_id);
	bytes_row(out, "cca-platform-config", c->config);
	row(out, "cca-platform-lifecycle", "0x%04x (%s)", c->lifecycle,
	    lifecycle_name(lifecycle_state(c->lifecycle)));
	text_row(out, "cca-platform-hash-algo-id", c->hash_algo);
	text_row(out, "cca-platform-verification-service", c->service);
	for (size_t i = 0; i < c->components; i++) {
		const struct component *p = &c->component[i];

		row(out, i ? "" : "cca-platform-sw-components", "%s %s measurement %s signer %s",
		    p->type.data ? printable(type, sizeof(type), p->type) : "-",
		    p->version.data ? printable(version, sizeof(version), p->version) : "-",
		    hex(measurement, sizeof(measurement), p->measurement),
		    hex(signer, sizeof(signer), p->signer));
	}
}

static void realm_table(const struct realm_claims *c, FILE *out)
{
	char peer[2 * CAEC_RID_SIZE + 1];

	bytes_row(out, "cca-realm-challenge", c->challenge);
	text_row(out, "cca-realm-profile", c->profile);
	bytes_row(out, "cca-realm-personalization-value", c->rpv);
	text_row(out, "cca-realm-hash-algo-id", c->hash_algo);
	bytes_row(out, "cca-realm-initial-measurement", c->rim);
	for (size_t i = 0; i < NUM_REMS; i++)
		bytes_row(out, i ? "" : "cca-realm-extensible-measurements", c->rem[i]);
	bytes_row(out, "caec-realm-id", c->caec.rid);
	if (c->caec.seen != 0)
		row(out, "caec-version", "%u.%u", (unsigned int)(c->caec.version >> 16),
		    (unsigned int)c->caec.version & 0xffff);
	for (size_t i = 0; i < c->caec.shares; i++) {
		const struct caec_sharing *s = &c->caec.share[i];

		row(out, i ? "" : "caec-sharing", "%s, peer %s, %s, 0x%" PRIx64 " bytes",
		    role_name(s->consumer), hex(peer, sizeof(peer), (struct span){ s->peer, CAEC_RID_SIZE }),
		    permission_name(s->permission), s->size);
	}
	if (c->caec.seen != 0 && !c->caec.complete)
		row(out, "", "... and more that the token has no room for");
}

bool caec_result_table(const struct caec_result *result, FILE *out)
{
	row(out, "verdict", "%s (%d)", caec_verdict_name(result->refusal.verdict), result->refusal.verdict);
	row(out, "reason", "%s", caec_result_reason(result));
	for (size_t i = 0; i < result->warnings; i++)
		row(out, "warning", "%s", result->warning[i]);
	fprintf(out, "\n%-*s%-13s%s\n", NAME_WIDTH, "CHECK", "OUTCOME", "DETAIL");
	for (unsigned int i = 0; i < NUM_CHECKS; i++)
		row(out, check_name(i), "%-13s%s", outcome_name(result->check[i].outcome),
		    result->check[i].detail);
	if (result->parsed) {
		fprintf(out, "\n%-*s%s\n", NAME_WIDTH, "CLAIM",
			result->authenticated ? "VALUE" : "VALUE, NOT AUTHENTICATED");
		platform_table(&result->platform, out);
		realm_table(&result->realm, out);
	}
	return !ferror(out);
}
