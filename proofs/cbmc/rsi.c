/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of a realm (DEN0137 B5.3) from any state of its REC: MEASUREMENT_READ and _EXTEND, REALM_CONFIG, HOST_CALL,
 * IPA_STATE_SET, with what their next entry makes of them. What the realm finds in its registers, what the host hears, and that
 * all else is as it was. Tables, hashes and CSM are functions that may give anything.
 */
#include "calling_rec.h"

#include "call/rsi.c"
#include "call/rsi_ripas.c"

/* --- Contracts --- */

static struct rsi_host_call the_call, call_before;
static struct rsi_realm_config the_config;
static bool is_extended;

/* A hash of what was there and of the first bytes of x3-x10. */
void measurement_extend_rem(struct realm *realm, unsigned int index, const uint8_t *value, size_t size)
{
	CLAIM(realm == &the_realm && machine[rd].is_locked && index == rec_before.gprs[1] && index >= 1 &&
	      index <= 4);
	CLAIM(size == rec_before.gprs[2] && size <= 64);
	CLAIM(value[some_byte] == (uint8_t)(rec_before.gprs[3 + some_byte / 8] >> (some_byte % 8 * 8)));
	is_extended = true;
}

static bool is_csm;

bool csm_range_overlaps(struct granule *g, uint64_t base, uint64_t top)
{
	CLAIM(g == &storage[rd] && machine[rd].is_locked && base == rec_before.gprs[1] &&
	      top == rec_before.gprs[2]);
	return is_csm;
}

bool rsi_csm_call(struct rec *rec, uint32_t fid, struct rmi_rec_exit *exit)
{
	(void)rec;
	(void)fid;
	(void)exit;
	CLAIM(false);
	return false;
}

void prove_measurement_read(void)
{
	bool goes_on;
	uint64_t index;

	any_caller();
	index = the_rec.gprs[1];
	goes_on = measurement_read(&the_rec, &record);
	REACHES(the_rec.gprs[0] == RSI_ERROR_INPUT);
	REACHES(the_rec.gprs[0] == RSI_SUCCESS && index == 4);
	claim_rest();
	if (index > 4) {
		claim_result(goes_on, RSI_ERROR_INPUT, 0);
		return;
	}
	CLAIM(goes_on && is_skipped() && the_rec.gprs[0] == RSI_SUCCESS && is_same(9, 30));
	CLAIM((uint8_t)(the_rec.gprs[1 + some_byte / 8] >> (some_byte % 8 * 8)) ==
	      realm_before.measurement[index][some_byte]);
}

void prove_measurement_extend(void)
{
	bool goes_on, is_valid;

	any_caller();
	is_valid = the_rec.gprs[1] >= 1 && the_rec.gprs[1] <= 4 && the_rec.gprs[2] <= 64;
	goes_on = measurement_extend(&the_rec, &record);
	REACHES(the_rec.gprs[0] == RSI_ERROR_INPUT);
	REACHES(the_rec.gprs[0] == RSI_SUCCESS);
	claim_rest();
	claim_result(goes_on, is_valid ? RSI_SUCCESS : RSI_ERROR_INPUT, 0);
	CLAIM(is_extended == is_valid);
}

/* addr_align, addr_bound; then A5.2.4 and what follows: the call is made again, when the host has given the page. */
static bool buffer_fails(bool goes_on, uint64_t size)
{
	uint64_t addr = rec_before.gprs[1];

	if (addr % size != 0 || addr >= s2_size(&the_realm.s2) / 2 || found == REALM_MEMORY_INPUT) {
		claim_result(goes_on, RSI_ERROR_INPUT, 0);
		return true;
	}
	if (found == REALM_MEMORY_OK)
		return false;
	CLAIM(!goes_on && the_rec.pc == rec_before.pc && is_same(0, 30));
	return true;
}

void prove_realm_config(void)
{
	const uint8_t *bytes = (const uint8_t *)&the_config;
	unsigned int at = (unsigned int)any_from_to(9, 4095);
	bool goes_on;

	any_caller();
	buffer = &the_config;
	buffer_size = sizeof(the_config);
	__CPROVER_havoc_object(&the_config);
	goes_on = realm_config(&the_rec, &record);
	REACHES(goes_on && the_rec.gprs[0] == RSI_ERROR_INPUT);
	REACHES(!goes_on);
	REACHES(goes_on && the_rec.gprs[0] == RSI_SUCCESS);
	claim_rest();
	if (buffer_fails(goes_on, 4096))
		return;
	claim_result(goes_on, RSI_SUCCESS, 0);
	CLAIM(the_config.ipa_width == the_realm.s2.ipa_bits && the_config.hash_algo == the_realm.hash_algo);
	CLAIM(the_config.rpv[some_byte] == the_realm.rpv[some_byte]);
	CLAIM((at >= 0x200 && at < 0x240) || bytes[at] == 0);
}

static void any_call(void)
{
	the_call.imm = (uint16_t)any_u32();
	for (unsigned int i = 0; i < 31; i++)
		the_call.gprs[i] = any_u64();
	call_before = the_call;
	buffer = &the_call;
	buffer_size = sizeof(the_call);
}

void prove_host_call(void)
{
	bool goes_on;

	any_caller();
	any_call();
	goes_on = host_call(&the_rec, &record);
	REACHES(goes_on);
	REACHES(!goes_on && !the_rec.host_call_pending);
	REACHES(!goes_on && the_rec.host_call_pending);
	claim_rest();
	CLAIM(the_call.gprs[x] == call_before.gprs[x] && the_call.imm == call_before.imm);
	if (buffer_fails(goes_on, 256)) {
		CLAIM(!the_rec.host_call_pending);
		return;
	}
	CLAIM(!goes_on && is_skipped() && is_same(0, 30));
	CLAIM(the_rec.host_call_pending && the_rec.host_call.v == rec_before.gprs[1]);
	CLAIM(record.exit_reason == RMI_EXIT_HOST_CALL && record.imm == call_before.imm &&
	      record.gprs[x] == call_before.gprs[x]);
}

/* The entry behind it: the registers come in memory alone, x0 says whether they came. */
void prove_host_call_resume(void)
{
	uint64_t gprs[31];
	bool goes_on;

	any_caller();
	any_call();
	for (unsigned int i = 0; i < 31; i++)
		gprs[i] = any_u64();
	the_rec.host_call_pending = true;
	the_rec.host_call = ipa(any_u64() & 0xffffff00);
	ASSUME(the_rec.host_call.v < s2_size(&the_realm.s2) / 2);
	goes_on = rsi_host_call_resume(&the_rec, gprs, &record);
	REACHES(!goes_on);
	REACHES(the_rec.gprs[0] == RSI_ERROR_INPUT && goes_on);
	claim_rest();
	CLAIM(the_rec.pc == rec_before.pc && is_same(1, 30));
	CLAIM(goes_on == (found != REALM_MEMORY_FAULT) && the_rec.host_call_pending == !goes_on);
	CLAIM(the_call.imm == call_before.imm);
	CLAIM(the_call.gprs[x] == (found == REALM_MEMORY_OK ? gprs[x] : call_before.gprs[x]));
	CLAIM(the_rec.gprs[0] == (found == REALM_MEMORY_OK      ? RSI_SUCCESS
				  : found == REALM_MEMORY_INPUT ? RSI_ERROR_INPUT
								: rec_before.gprs[0]));
}

/* base_align, top_align, size_valid, rgn_bound, ripas_valid; docs/csm.md: not of a region or a reservation. */
static bool change_is_valid(void)
{
	uint64_t base = rec_before.gprs[1], top = rec_before.gprs[2];
	uint8_t ripas = (uint8_t)rec_before.gprs[3];

	return base % 4096 == 0 && top % 4096 == 0 && base < top && top <= s2_size(&the_realm.s2) / 2 &&
	       ripas <= 1 && !is_csm;
}

void prove_ipa_state_set(void)
{
	bool goes_on;

	any_caller();
	is_csm = any_bool();
	goes_on = rsi_ipa_state_set(&the_rec, &record);
	REACHES(goes_on);
	REACHES(!goes_on);
	claim_rest();
	if (!change_is_valid()) {
		claim_result(goes_on, RSI_ERROR_INPUT, 0);
		CLAIM(!the_rec.ripas_pending && the_rec.ripas_top == 0);
		return;
	}
	CLAIM(!goes_on && is_skipped() && is_same(0, 30) && the_rec.ripas_pending);
	CLAIM(the_rec.ripas_base == rec_before.gprs[1] && the_rec.ripas_top == rec_before.gprs[2]);
	CLAIM(the_rec.ripas_value == (uint8_t)rec_before.gprs[3]);
	CLAIM(the_rec.ripas_destroyed == ((rec_before.gprs[4] & 1) != 0));
	CLAIM(record.exit_reason == RMI_EXIT_RIPAS_CHANGE && record.ripas_base == rec_before.gprs[1] &&
	      record.ripas_top == rec_before.gprs[2] && record.ripas_value == (uint8_t)rec_before.gprs[3]);
}

/* The entry behind it: how far it came; RAM alone can be refused, and only what is left (A5.4). */
void prove_ipa_state_resume(void)
{
	uint64_t base = any_u64(), top = any_u64();
	bool rejected = any_bool();

	any_caller();
	the_rec.ripas_pending = any_bool();
	the_rec.ripas_base = base;
	the_rec.ripas_top = top;
	the_rec.ripas_value = (uint8_t)any_from_to(RMI_EMPTY, RMI_RAM);
	rec_before = the_rec;
	rsi_ripas_resume(&the_rec, rejected);
	REACHES(rec_before.ripas_pending && the_rec.gprs[2] == RSI_REJECT);
	REACHES(rec_before.ripas_pending && the_rec.gprs[2] == RSI_ACCEPT && rejected);
	claim_rest();
	CLAIM(the_rec.pc == rec_before.pc && is_same(4, 30) && !the_rec.ripas_pending);
	if (!rec_before.ripas_pending) {
		CLAIM(is_same(0, 30) && the_rec.ripas_base == base && the_rec.ripas_top == top);
		return;
	}
	CLAIM(the_rec.gprs[0] == RSI_SUCCESS && the_rec.gprs[1] == base && the_rec.gprs[3] == 0);
	CLAIM(the_rec.gprs[2] == (rejected && rec_before.ripas_value == RMI_RAM && base != top ? 1 : 0));
	CLAIM(the_rec.ripas_base == 0 && the_rec.ripas_top == 0);
}
