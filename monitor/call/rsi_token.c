/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_ATTESTATION_TOKEN_INIT and RSI_ATTESTATION_TOKEN_CONTINUE (DEN0137 B5.3.1, B5.3.2, A7.2.2).
 */
#include "attest/token.h"
#include "call/rsi.h"

bool rsi_attestation_token_init(struct rec *rec, struct rmi_rec_exit *exit)
{
	/* Doublewords, byte 0 in bits [7:0] of x1: registers and bytes are both little-endian. */
	const uint64_t *from = &rec->gprs[1];
	uint8_t challenge[CLAIMS_CHALLENGE_SIZE];

	(void)exit;
	__builtin_memcpy(challenge, from, sizeof(challenge));
	return rsi_return(rec, RSI_SUCCESS, attest_begin(rec, challenge), 0);
}

/* addr_align, addr_bound, offset_bound, size_overflow, size_bound. */
static bool buffer_is_valid(const struct rec *rec, uint64_t addr, uint64_t offset, uint64_t size)
{
	return is_aligned(addr, GRANULE_SIZE) && s2_is_protected(&rec->realm->s2, addr) &&
	       offset < GRANULE_SIZE && size <= GRANULE_SIZE - offset;
}

/*
 * Signs until there is a signature, or an interrupt is pending. There is progress in each call, however often
 * it is interrupted.
 */
static enum attest_step sign(struct rec *rec)
{
	enum attest_step step;

	do
		step = attest_step(rec);
	while (step == ATTEST_MORE && !port_irq_pending());
	return step;
}

static bool read_token(struct rec *rec, struct ipa addr, uint64_t offset, uint64_t size,
		       struct rmi_rec_exit *exit)
{
	size_t done;
	void *mem;
	bool end;

	switch (realm_memory_get(rec, addr, &mem, exit)) {
	case REALM_MEMORY_FAULT:
		return false; /* called again from the same registers; what is signed stays signed */
	case REALM_MEMORY_INPUT:
		return rsi_return(rec, RSI_ERROR_INPUT, 0, 0);
	default:
		break;
	}
	done = attest_read(rec, (uint8_t *)mem + offset, size, &end);
	realm_memory_put(rec);
	return rsi_return(rec, end ? RSI_SUCCESS : RSI_INCOMPLETE, done, 0);
}

bool rsi_attestation_token_continue(struct rec *rec, struct rmi_rec_exit *exit)
{
	struct ipa addr = ipa(rec->gprs[1]);
	uint64_t offset = rec->gprs[2], size = rec->gprs[3];

	if (!buffer_is_valid(rec, addr.v, offset, size))
		return rsi_return(rec, RSI_ERROR_INPUT, 0, 0);
	if (!attest_in_progress(rec))
		return rsi_return(rec, RSI_ERROR_STATE, 0, 0);
	switch (sign(rec)) {
	case ATTEST_FAILED:
		return rsi_return(rec, RSI_ERROR_UNKNOWN, 0, 0);
	case ATTEST_MORE:
		/*
		 * The interrupt is taken as soon as the realm runs: the REC exits with the reason that it is,
		 * and has this result when it is entered again (A7.2.2).
		 */
		return rsi_return(rec, RSI_INCOMPLETE, 0, 0);
	default:
		return read_token(rec, addr, offset, size, exit);
	}
}
