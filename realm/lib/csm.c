/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Confidential Shared Memory: regions, shares, attachments.
 */
#include "csm_call.h"
#include "common/string.h"

const char *realm_csm_error_name(enum csm_error error)
{
	switch (error) {
	case CSM_OK:
		return "CSM_OK";
	case CSM_ERROR_INPUT:
		return "CSM_ERROR_INPUT";
	case CSM_ERROR_STATE:
		return "CSM_ERROR_STATE";
	case CSM_ERROR_UNKNOWN:
		return "CSM_ERROR_UNKNOWN";
	case CSM_ERROR_DENIED:
		return "CSM_ERROR_DENIED";
	case CSM_ERROR_MEMORY:
		return "CSM_ERROR_MEMORY";
	case CSM_ERROR_HOST:
		return "CSM_ERROR_HOST";
	case CSM_ERROR_REVOKED:
		return "CSM_ERROR_REVOKED";
	case CSM_ERROR_NOT_SUPPORTED:
		return "CSM_ERROR_NOT_SUPPORTED";
	}
	return "not a csm_error";
}

static enum csm_error error_of(uint64_t x0)
{
	switch (x0) {
	case RSI_SUCCESS:
	case RSI_ERROR_INPUT:
	case RSI_ERROR_STATE:
	case RSI_CSM_ERROR_DENIED:
	case RSI_CSM_ERROR_MEMORY:
	case RSI_CSM_ERROR_HOST:
	case RSI_CSM_ERROR_REVOKED:
		return (enum csm_error)x0;
	case SMCCC_NOT_SUPPORTED:
		return CSM_ERROR_NOT_SUPPORTED;
	default:
		return CSM_ERROR_UNKNOWN;
	}
}

enum csm_error realm_csm_call(struct smc_regs *regs)
{
	struct smc_regs attempt;

	do {
		attempt = *regs;
		smc(&attempt);
	} while (attempt.x[0] == RSI_INCOMPLETE);
	*regs = attempt;
	return error_of(attempt.x[0]);
}

enum csm_error realm_csm_find(uint64_t *features)
{
	struct smc_regs uid = { { RSI_CSM_CALL_UID } };
	struct smc_regs version = { { RSI_CSM_VERSION, CSM_ABI_VERSION } };
	enum csm_error error;

	/* On a plain RMM, x0 is -1: no UUID's first word (SMCCC "UID query"). */
	smc(&uid);
	if (uid.x[0] != RSI_CSM_UID_0 || uid.x[1] != RSI_CSM_UID_1 || uid.x[2] != RSI_CSM_UID_2 ||
	    uid.x[3] != RSI_CSM_UID_3)
		return CSM_ERROR_NOT_SUPPORTED;
	error = realm_csm_call(&version);
	if (error == CSM_OK)
		*features = version.x[3];
	return error;
}

enum csm_error realm_csm_realm_id(struct csm_rid *rid)
{
	struct smc_regs regs = { { RSI_CSM_REALM_ID } };
	enum csm_error error = realm_csm_call(&regs);

	if (error == CSM_OK)
		*rid = (struct csm_rid){ regs.x[1], regs.x[2] };
	return error;
}

/* --- Provider ------------------------------------------------------------------------------------ */

/* Cleared when it is the region and all its pages are there, and before anybody else can see it. */
enum csm_error realm_csm_create(uint64_t base, uint64_t size, uint64_t *id)
{
	struct smc_regs regs = { { RSI_CSM_CREATE, base, size } };
	enum csm_error error = realm_csm_call(&regs);

	if (error != CSM_OK)
		return error;
	memset((void *)base, 0, size);
	*id = regs.x[1];
	return CSM_OK;
}

enum csm_error realm_csm_share(uint64_t id, const struct csm_rid *peer, enum csm_permission permission,
			       uint64_t *n)
{
	struct smc_regs regs = { { RSI_CSM_SHARE, id, peer->lo, peer->hi, permission } };
	enum csm_error error = realm_csm_call(&regs);

	if (error == CSM_OK)
		*n = regs.x[1];
	return error;
}

enum csm_error realm_csm_share_measured(uint64_t id, const struct csm_rid *peer,
					enum csm_permission permission,
					const uint8_t rim[RSI_MEASUREMENT_SIZE], uint64_t *n)
{
	struct smc_regs regs = { { RSI_CSM_SHARE, id, peer->lo, peer->hi, permission,
				   CSM_SHARE_FLAG_MEASURED } };
	enum csm_error error;

	memcpy(&regs.x[6], rim, RSI_MEASUREMENT_SIZE);
	error = realm_csm_call(&regs);
	if (error == CSM_OK)
		*n = regs.x[1];
	return error;
}

enum csm_error realm_csm_revoke(const struct csm_rid *peer, uint64_t n)
{
	struct smc_regs regs = { { RSI_CSM_REVOKE, peer->lo, peer->hi, n } };

	return realm_csm_call(&regs);
}

enum csm_error realm_csm_destroy(uint64_t id)
{
	struct smc_regs regs = { { RSI_CSM_DESTROY, id } };

	return realm_csm_call(&regs);
}

/* --- Consumer ------------------------------------------------------------------------------------ */

enum csm_error realm_csm_reserve(const struct csm_rid *provider, uint64_t n, uint64_t base, uint64_t size,
				 uint64_t flags)
{
	struct smc_regs regs = { { RSI_CSM_RESERVE, provider->lo, provider->hi, n, base, size, flags } };

	return realm_csm_call(&regs);
}

enum csm_error realm_csm_attach(const struct csm_rid *provider, uint64_t n,
				struct realm_csm_attachment *attachment)
{
	struct smc_regs regs = { { RSI_CSM_ATTACH, provider->lo, provider->hi, n } };
	enum csm_error error = realm_csm_call(&regs);

	if (error == CSM_OK)
		*attachment =
			(struct realm_csm_attachment){ (enum csm_permission)regs.x[1], regs.x[2], regs.x[3] };
	return error;
}

enum csm_error realm_csm_detach(const struct csm_rid *provider, uint64_t n)
{
	struct smc_regs regs = { { RSI_CSM_DETACH, provider->lo, provider->hi, n } };

	return realm_csm_call(&regs);
}
