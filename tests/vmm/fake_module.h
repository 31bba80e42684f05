/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A module caec_host and a realm in it that the test plays: /dev/caec opens, ioctls are noted, and each RUN is the next exit of a
 * script. Instead of the functions of the C library by the same names (--wrap).
 */
#ifndef TESTS_VMM_FAKE_MODULE_H
#define TESTS_VMM_FAKE_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/caec_host.h>

/* An exit of REC 0, and for reads what the realm has to get. */
struct fake_exit {
	uint32_t reason; /* CAEC_HOST_EXIT_*; INTR: nothing happens until a signal comes */
	uint64_t ipa, data;
	uint32_t size;
	bool is_write, aborts;
};

struct fake {
	bool is_there; /* /dev/caec is */
	int refuses;   /* errno of `refused`; 0: none */
	unsigned long refused;
	const struct fake_exit *script;
	size_t script_count;
	struct caec_host_run_error error; /* of EXIT_ERROR */
	unsigned int waits_for;           /* EXIT_NONE comes when this interrupt is there */

	/* What was asked for. */
	unsigned long calls[64];
	size_t call_count;
	struct caec_host_create create;
	struct caec_host_csm_policy policy;
	struct caec_host_shared shared;
	struct caec_host_create_rec recs[8];
	unsigned int rec_count;
	uint64_t loaded_bytes, loaded_first; /* content: all of it, the first address */
	bool irq_level[96];
	unsigned int mismatches; /* reads that got something else */
};

extern struct fake fake;

void fake_reset(void);

#endif
