/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI calls.
 */
#include "rsi.h"

#include "smc.h"
#include "common/string.h"

/* What is none of the known codes (SMCCC_NOT_SUPPORTED is the likely one) can't be dealt with by anybody. */
static enum rsi_status status_of(const struct smc_regs *regs)
{
	return regs->x[0] <= RSI_ERROR_UNKNOWN ? (enum rsi_status)regs->x[0] : RSI_ERROR_UNKNOWN;
}

bool realm_rsi_present(void)
{
	return smc_call(RSI_VERSION, RSI_ABI_VERSION, 0, 0, 0, 0).x[0] == RSI_SUCCESS;
}

enum rsi_status realm_rsi_features(uint64_t index, uint64_t *value)
{
	struct smc_regs regs = smc_call(RSI_FEATURES, index, 0, 0, 0, 0);

	if (regs.x[0] == RSI_SUCCESS)
		*value = regs.x[1];
	return status_of(&regs);
}

enum rsi_status realm_rsi_realm_config(struct rsi_realm_config *config)
{
	struct smc_regs regs = smc_call(RSI_REALM_CONFIG, (uintptr_t)config, 0, 0, 0, 0);

	return status_of(&regs);
}

/* --- Measurements -------------------------------------------------------------------------------- */

enum rsi_status realm_rsi_measurement_read(unsigned int index, uint8_t value[RSI_MEASUREMENT_SIZE])
{
	struct smc_regs regs = smc_call(RSI_MEASUREMENT_READ, index, 0, 0, 0, 0);

	if (regs.x[0] == RSI_SUCCESS)
		memcpy(value, &regs.x[1], RSI_MEASUREMENT_SIZE);
	return status_of(&regs);
}

enum rsi_status realm_rsi_measurement_extend(unsigned int index, const uint8_t *value, size_t size)
{
	struct smc_regs regs = { { RSI_MEASUREMENT_EXTEND, index, size } };

	if (size > RSI_MEASUREMENT_SIZE)
		return RSI_ERROR_INPUT;
	memcpy(&regs.x[3], value, size);
	smc(&regs);
	return status_of(&regs);
}

/* --- The host ------------------------------------------------------------------------------------ */

enum rsi_status realm_rsi_host_call(struct rsi_host_call *call)
{
	struct smc_regs regs = smc_call(RSI_HOST_CALL, (uintptr_t)call, 0, 0, 0, 0);

	return status_of(&regs);
}

/* --- IPA state ----------------------------------------------------------------------------------- */

enum rsi_status realm_rsi_ipa_state_set(uint64_t base, uint64_t top, enum rsi_ripas ripas, uint64_t flags,
					uint64_t *next, enum rsi_response *response)
{
	struct smc_regs regs = smc_call(RSI_IPA_STATE_SET, base, top, ripas, flags, 0);

	if (regs.x[0] == RSI_SUCCESS) {
		*next = regs.x[1];
		*response = (regs.x[2] & 1) != 0 ? RSI_REJECT : RSI_ACCEPT;
	}
	return status_of(&regs);
}

enum rsi_status realm_rsi_ipa_state_get(uint64_t base, uint64_t top, uint64_t *top_out, enum rsi_ripas *ripas)
{
	struct smc_regs regs = smc_call(RSI_IPA_STATE_GET, base, top, 0, 0, 0);

	if (regs.x[0] == RSI_SUCCESS) {
		*top_out = regs.x[1];
		*ripas = (enum rsi_ripas)(regs.x[2] & 0xff);
	}
	return status_of(&regs);
}

/* A host that grants nothing and refuses nothing would have us ask for ever (DEN0137 A5.4). */
enum rsi_status realm_rsi_change_ipa_state(uint64_t base, uint64_t top, enum rsi_ripas ripas, uint64_t flags,
					   uint64_t *done)
{
	*done = base;
	while (*done < top) {
		enum rsi_response response;
		uint64_t next;
		enum rsi_status status = realm_rsi_ipa_state_set(*done, top, ripas, flags, &next, &response);

		if (status != RSI_SUCCESS)
			return status;
		if (next <= *done || next > top)
			return RSI_ERROR_STATE;
		*done = next;
		if (response == RSI_REJECT && next < top)
			return RSI_ERROR_STATE;
	}
	return RSI_SUCCESS;
}

bool realm_rsi_ipa_state_is(uint64_t base, uint64_t top, enum rsi_ripas ripas)
{
	while (base < top) {
		enum rsi_ripas found;
		uint64_t next;

		if (realm_rsi_ipa_state_get(base, top, &next, &found) != RSI_SUCCESS || found != ripas ||
		    next <= base)
			return false;
		base = next;
	}
	return true;
}

/* --- Attestation --------------------------------------------------------------------------------- */

/* One granule of the token into `page`: RSI_INCOMPLETE when it is full. */
static enum rsi_status token_page(void *page, size_t *length)
{
	enum rsi_status status;

	*length = 0;
	do {
		struct smc_regs regs = smc_call(RSI_ATTESTATION_TOKEN_CONTINUE, (uintptr_t)page, *length,
						GRANULE_SIZE - *length, 0, 0);

		status = status_of(&regs);
		if (status != RSI_SUCCESS && status != RSI_INCOMPLETE)
			return status;
		if (regs.x[1] > GRANULE_SIZE - *length)
			return RSI_ERROR_UNKNOWN;
		*length += regs.x[1];
	} while (status == RSI_INCOMPLETE && *length < GRANULE_SIZE);
	return status;
}

enum rsi_status realm_rsi_attestation_token(const uint8_t challenge[64], void *page, uint8_t *token,
					    size_t size, size_t *length)
{
	struct smc_regs regs = { { RSI_ATTESTATION_TOKEN_INIT } };
	enum rsi_status status;

	memcpy(&regs.x[1], challenge, 64);
	smc(&regs);
	status = status_of(&regs);
	if (status != RSI_SUCCESS)
		return status;
	*length = 0;
	do {
		size_t part;

		status = token_page(page, &part);
		if (status != RSI_SUCCESS && status != RSI_INCOMPLETE)
			return status;
		if (part > size - *length)
			return RSI_ERROR_INPUT;
		memcpy(token + *length, page, part);
		*length += part;
	} while (status == RSI_INCOMPLETE);
	return RSI_SUCCESS;
}
