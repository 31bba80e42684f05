/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two runs of what RMI_REC_ENTER hands to the host (call/rmi_rec_enter.c): a record that says the same of what its exit carries, by
 * DEN0137 A4.4 and docs/csm.md, and differs in all else, as the monitor's stack may, which has a realm's registers. The host's page
 * does not differ.
 */
#include "prove.h"

/* Word by word. */
static void *clear_words(void *to, int value, size_t bytes)
{
	CLAIM(value == 0);
	for (size_t i = 0; i < bytes / 8; i++)
		((uint64_t *)to)[i] = 0;
	return to;
}

#define __builtin_memset clear_words

#include "call/rmi_rec_enter.c"

#define WORDS (sizeof(struct rmi_rec_exit) / 8)
#define WORD(field) (offsetof(struct rmi_rec_exit, field) / 8)

static uint64_t seen[2]; /* one word of the host's page, any of them, in each run */
static unsigned int at;
static bool is_second; /* run */
static struct port_features features;

const struct port_features *port_features(void)
{
	return &features;
}

static const struct pa page = { UINT64_C(0x80000000) };

static bool has_page(struct pa where, size_t bytes)
{
	uint64_t exit = page.v + offsetof(struct rmi_rec_run, exit);

	return where.v >= exit && where.v - exit + bytes <= sizeof(struct rmi_rec_exit) &&
	       is_aligned(where.v | bytes, 8);
}

bool port_ns_zero(struct pa where, size_t bytes)
{
	CLAIM(has_page(where, bytes) && bytes == sizeof(struct rmi_rec_exit));
	seen[is_second] = 0;
	return true;
}

bool port_ns_write(struct pa where, const void *from, size_t bytes)
{
	uint64_t first = (where.v - page.v - offsetof(struct rmi_rec_run, exit)) / 8;

	CLAIM(has_page(where, bytes));
	if (at >= first && at - first < bytes / 8)
		seen[is_second] = ((const uint64_t *)from)[at - first];
	return true;
}

/* Of words that an exit carries for some reason alone. */
static bool is_carried(unsigned int word, uint64_t reason)
{
	switch (reason) {
	case RMI_EXIT_SYNC:
	case RMI_EXIT_SERROR:
		return word == WORD(esr) || word == WORD(far) || word == WORD(hpfar) || word == WORD(gprs);
	case RMI_EXIT_PSCI:
		return word >= WORD(gprs) && word < WORD(gprs) + 4;
	case RMI_EXIT_HOST_CALL:
		return word == WORD(imm) || (word >= WORD(gprs) && word < WORD(gprs) + RMI_NUM_GPRS);
	case RMI_EXIT_RIPAS_CHANGE:
		return word >= WORD(ripas_base) && word <= WORD(ripas_value);
	case RMI_EXIT_CSM:
		return word >= WORD(csm_event) && word <= WORD(csm_ring_rec);
	default:
		return false;
	}
}

/* And of those that each has. */
static bool is_for_the_host(unsigned int word, uint64_t reason)
{
	return word == WORD(exit_reason) || word == WORD(pmu_ovf_status) || word == WORD(gicv3_hcr) ||
	       (word >= WORD(gicv3_lrs) && word <= WORD(gicv3_lrs) + features.num_lrs) ||
	       word == WORD(gicv3_misr) || word == WORD(gicv3_vmcr) ||
	       (word >= WORD(cntp_ctl) && word <= WORD(cntv_cval)) || is_carried(word, reason);
}

static uint64_t a[WORDS], b[WORDS]; /* the two records */

static void any_records(void)
{
	uint64_t one[WORDS], other[WORDS]; /* not set: any */

	__CPROVER_array_replace(a, one);
	__CPROVER_array_replace(b, other);
	at = (unsigned int)any_from_to(0, WORDS - 1);
}

void prove_rec_exit(void)
{
	uint8_t reason;

	any_records();
	reason = (uint8_t)a[0];
	features.num_lrs = any_u8();
	ASSUME(features.num_lrs < RMI_NUM_LRS);
	ASSUME(a[0] == reason && b[0] == reason);
	ASSUME(!is_for_the_host(at, reason) || a[at] == b[at]);
	CLAIM(write_exit((const void *)a, page));
	is_second = true;
	CLAIM(write_exit((const void *)b, page));
	CLAIM(seen[0] == seen[1]);
	/* What is carried comes, and nothing else does. */
	CLAIM(seen[0] == (is_for_the_host(at, reason) ? a[at] : 0));
	REACHES(reason == RMI_EXIT_HOST_CALL && at == WORD(gprs) + 30 && seen[0] != 0);
	REACHES(reason == RMI_EXIT_SYNC && at == WORD(gprs) && seen[0] != 0);
	REACHES(reason == RMI_EXIT_PSCI && at == WORD(gprs) + 3 && seen[0] != 0);
	REACHES(reason == RMI_EXIT_IRQ && at == WORD(gprs) && a[at] != 0 && seen[0] == 0);
	REACHES(reason == RMI_EXIT_CSM && at == WORD(csm_ring_rec) && seen[0] != 0);
	REACHES(reason == RMI_EXIT_RIPAS_CHANGE && at == WORD(ripas_top) && seen[0] != 0);
}

/* Of what a handler may leave as it is, the stack's is gone: all but what run_end() and HOST_CALL fill. */
void prove_exit_cleared(void)
{
	uint8_t reason = any_u8();

	any_records();
	clear_exit((void *)a);
	CLAIM(a[WORD(exit_reason)] == 0 && a[WORD(pmu_ovf_status)] == 0);
	CLAIM(!is_carried(at, reason) || (reason == RMI_EXIT_HOST_CALL && at != WORD(imm)) || a[at] == 0);
	REACHES(is_carried(at, reason) && reason == RMI_EXIT_CSM);
	REACHES(is_carried(at, reason) && reason == RMI_EXIT_HOST_CALL && a[at] != 0);
}
