/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_ATTESTATION_TOKEN_INIT and RSI_ATTESTATION_TOKEN_CONTINUE (DEN0137 B5.3.1, B5.3.2) from any state of the REC. The token
 * (attest/token.h) may be in any state, its signature take up to three steps, its bytes be any.
 */
#include <string.h>

#include "rsi_return.h"

#define __builtin_memcpy memcpy
#include "call/rsi_token.c"

static bool is_in_progress, has_irq, has_ended, has_begun;
static size_t total, done;
static unsigned int num_steps;
static enum attest_step last_step;
static uint8_t the_page[GRANULE_SIZE];

/* The challenge: x1-x8, the first byte in bits [7:0] of x1. */
size_t attest_begin(struct rec *rec, const uint8_t challenge[CLAIMS_CHALLENGE_SIZE])
{
	CLAIM(rec == &the_rec && !has_begun);
	CLAIM(challenge[some_byte] == (uint8_t)(rec_before.gprs[1 + some_byte / 8] >> (some_byte % 8 * 8)));
	has_begun = true;
	return total;
}

bool attest_in_progress(const struct rec *rec)
{
	CLAIM(rec == &the_rec);
	return is_in_progress;
}

/*
 * Bounded work, in which an interrupt may come. None is done while one waits, but for the first step: no host keeps a realm
 * from its token.
 */
enum attest_step attest_step(struct rec *rec)
{
	CLAIM(rec == &the_rec && is_in_progress && (num_steps == 0 || !has_irq));
	has_irq = has_irq || any_bool();
	last_step = (enum attest_step)any_from_to(ATTEST_MORE, ATTEST_FAILED);
	ASSUME(++num_steps < 3 || last_step != ATTEST_MORE);
	return last_step;
}

bool port_irq_pending(void)
{
	return has_irq;
}

size_t attest_read(struct rec *rec, uint8_t *to, size_t size, bool *end)
{
	CLAIM(rec == &the_rec && has_tables && last_step == ATTEST_READY);
	CLAIM(to == the_page + rec_before.gprs[2] && size == rec_before.gprs[3] && __CPROVER_w_ok(to, size));
	ASSUME(done <= size);
	*end = has_ended;
	return done;
}

void prove_token_init(void)
{
	bool goes_on;

	any_caller();
	total = any_u64();
	goes_on = rsi_attestation_token_init(&the_rec, &record);
	REACHES(true);
	claim_rest();
	claim_result(goes_on, RSI_SUCCESS, total);
	CLAIM(has_begun);
}

/* addr_align, addr_bound, offset_bound, size_overflow, size_bound. */
static bool buffer_is_wrong(void)
{
	uint64_t addr = rec_before.gprs[1], offset = rec_before.gprs[2], size = rec_before.gprs[3];

	return addr % 4096 != 0 || addr >= s2_size(&the_realm.s2) / 2 || offset >= 4096 ||
	       offset + size < offset || offset + size > 4096;
}

void prove_token_continue(void)
{
	bool goes_on;

	any_caller();
	buffer = the_page;
	buffer_size = sizeof(the_page);
	is_in_progress = any_bool();
	has_irq = any_bool();
	has_ended = any_bool();
	done = any_u64();
	goes_on = rsi_attestation_token_continue(&the_rec, &record);
	REACHES(goes_on && the_rec.gprs[0] == RSI_ERROR_STATE);
	REACHES(goes_on && the_rec.gprs[0] == RSI_ERROR_UNKNOWN);
	REACHES(goes_on && the_rec.gprs[0] == RSI_INCOMPLETE && has_irq);
	REACHES(goes_on && the_rec.gprs[0] == RSI_INCOMPLETE && num_steps == 3);
	REACHES(goes_on && the_rec.gprs[0] == RSI_SUCCESS);
	REACHES(!goes_on);
	claim_rest();
	CLAIM((num_steps != 0) == (!buffer_is_wrong() && is_in_progress));
	if (buffer_is_wrong())
		claim_result(goes_on, RSI_ERROR_INPUT, 0);
	else if (!is_in_progress)
		claim_result(goes_on, RSI_ERROR_STATE, 0);
	else if (last_step == ATTEST_FAILED)
		claim_result(goes_on, RSI_ERROR_UNKNOWN, 0);
	else if (last_step == ATTEST_MORE && has_irq)
		claim_result(goes_on, RSI_INCOMPLETE, 0);
	else if (found == REALM_MEMORY_INPUT)
		claim_result(goes_on, RSI_ERROR_INPUT, 0);
	else if (found == REALM_MEMORY_OK)
		claim_result(goes_on, has_ended ? RSI_SUCCESS : RSI_INCOMPLETE, done);
	else
		CLAIM(!goes_on && the_rec.pc == rec_before.pc && is_same(0, 30)); /* it is made again */
}
