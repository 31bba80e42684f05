/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lists of a token, software components and sharing state, against the patterns of the policy.
 */
#include "result.h"

#include <inttypes.h>

const char *permission_name(unsigned int permission)
{
	static const char *const name[] = { "none", "ro", "rw", "rx" };

	return permission < COUNT(name) ? name[permission] : name[0];
}

const char *role_name(bool consumer)
{
	return consumer ? "consumer" : "provider";
}

/* A part that the component may lack: then only a pattern that says nothing of it matches. */
static bool part_matches(const struct values *accepted, struct span value)
{
	return value.data ? values_allow(accepted, value) : accepted->count == 0;
}

static bool component_matches(const struct component_pattern *p, const struct component *c)
{
	return part_matches(&p->type, c->type) && part_matches(&p->measurement, c->measurement) &&
	       part_matches(&p->version, c->version) && part_matches(&p->signer, c->signer) &&
	       part_matches(&p->hash_algo, c->hash_algo);
}

static bool any_component_pattern(const struct component_patterns *patterns, const struct component *c)
{
	for (size_t i = 0; i < patterns->count; i++) {
		if (component_matches(&patterns->item[i], c))
			return true;
	}
	return false;
}

static bool refuse_component(struct caec_result *result, size_t index, const char *why)
{
	const struct component *c = &result->platform.component[index];
	char type[40], measurement[24];

	return check_refused(result, CHECK_COMPONENTS, CAEC_POLICY, "[%zu] type \"%s\", measurement %s: %s",
			     index, c->type.data ? printable(type, sizeof(type), c->type) : "",
			     hex(measurement, sizeof(measurement), c->measurement), why);
}

static bool components_fit(struct caec_result *result, const struct component_rules *rules)
{
	const struct platform_claims *claims = &result->platform;

	for (size_t i = 0; i < claims->components; i++) {
		const struct component *c = &claims->component[i];

		if (any_component_pattern(&rules->forbid, c))
			return refuse_component(result, i, "forbidden");
		if (!rules->allow_any && !any_component_pattern(&rules->allow, c) &&
		    !any_component_pattern(&rules->require, c))
			return refuse_component(result, i, "not allowed");
	}
	for (size_t i = 0; i < rules->require.count; i++) {
		bool found = false;

		for (size_t j = 0; j < claims->components && !found; j++)
			found = component_matches(&rules->require.item[i], &claims->component[j]);
		if (!found)
			return check_refused(result, CHECK_COMPONENTS, CAEC_POLICY,
					     "no component as require[%zu] wants, of %zu", i,
					     claims->components);
	}
	return true;
}

void check_components(struct caec_result *result, const struct component_rules *rules)
{
	size_t count = result->platform.components;

	if (!rules->given)
		check_skipped(result, CHECK_COMPONENTS, "%zu components", count);
	else if (components_fit(result, rules))
		check_ok(result, CHECK_COMPONENTS, "%zu components%s", count,
			 rules->allow_any ? ", others allowed" : "");
}

static bool share_matches(const struct share_pattern *p, const struct caec_sharing *s)
{
	return values_allow(&p->peer, (struct span){ s->peer, CAEC_RID_SIZE }) &&
	       (p->roles & 1U << s->consumer) && (p->permissions & 1U << s->permission) &&
	       s->size >= p->min_size && s->size <= p->max_size;
}

static bool any_share_pattern(const struct share_patterns *patterns, const struct caec_sharing *s)
{
	for (size_t i = 0; i < patterns->count; i++) {
		if (share_matches(&patterns->item[i], s))
			return true;
	}
	return false;
}

static bool refuse_share(struct caec_result *result, size_t index, const char *why)
{
	const struct caec_sharing *s = &result->realm.caec.share[index];
	char peer[2 * CAEC_RID_SIZE + 1];

	return check_refused(result, CHECK_SHARING, CAEC_POLICY,
			     "[%zu] %s, peer %s, %s, 0x%" PRIx64 " bytes: %s", index, role_name(s->consumer),
			     hex(peer, sizeof(peer), (struct span){ s->peer, CAEC_RID_SIZE }),
			     permission_name(s->permission), s->size, why);
}

static bool sharing_fits(struct caec_result *result, const struct share_rules *rules)
{
	const struct caec_claims *caec = &result->realm.caec;

	if (caec->seen != 0 && !caec->complete && !rules->accept_incomplete)
		return check_refused(result, CHECK_SHARING, CAEC_POLICY,
				     "%zu items and more that the token has no room for", caec->shares);
	for (size_t i = 0; i < caec->shares; i++) {
		if (any_share_pattern(&rules->forbid, &caec->share[i]))
			return refuse_share(result, i, "forbidden");
		if (!rules->allow_any && !any_share_pattern(&rules->allow, &caec->share[i]) &&
		    !any_share_pattern(&rules->require, &caec->share[i]))
			return refuse_share(result, i, "not allowed");
	}
	for (size_t i = 0; i < rules->require.count; i++) {
		bool found = false;

		for (size_t j = 0; j < caec->shares && !found; j++)
			found = share_matches(&rules->require.item[i], &caec->share[j]);
		if (!found)
			return check_refused(result, CHECK_SHARING, CAEC_POLICY,
					     "nothing as require[%zu] wants, of %zu items", i, caec->shares);
	}
	return true;
}

void check_sharing(struct caec_result *result, const struct share_rules *rules)
{
	const struct caec_claims *caec = &result->realm.caec;

	if (!sharing_fits(result, rules))
		return;
	check_ok(result, CHECK_SHARING, "%zu items%s", caec->shares,
		 rules->allow_any ? ", others allowed" : "");
	if (caec->seen != 0 && !caec->complete)
		warn(result, "the sharing state is not complete: more is shared than the token says");
}
