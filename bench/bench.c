/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command `bench`: time, rows, and what is run.
 */
#include "bench.h"

#include "board/command.h"

uint64_t bench_instructions(uint64_t ticks)
{
	return ticks * (1000000000 / sysreg_read(cntfrq_el0));
}

uint64_t bench_now(void)
{
	isb();
	return bench_instructions(counter_now());
}

void bench_row(const char *name, uint64_t instructions, uint64_t count, uint64_t reference)
{
	uint64_t value = (instructions + count / 2) / count;

	if (reference != 0)
		print("BENCH %s %lu instructions ref %lu\n", name, value, reference);
	else
		print("BENCH %s %lu instructions\n", name, value);
}

void bench_row_n(const char *name, uint64_t number, const char *suffix, uint64_t instructions, uint64_t count)
{
	print("BENCH %s_%lu_%s %lu instructions\n", name, number, suffix, (instructions + count / 2) / count);
}

void bench_main(const char *argument)
{
	uint64_t lower, higher, features;

	if (strcmp(argument, "known") == 0) {
		bench_known();
		return;
	}
	rmm_init();
	if (strcmp(argument, "profile") == 0) {
		bench_profile();
		return;
	}
	if (strcmp(argument, "scale") == 0) {
		bench_scale();
		return;
	}
	if (strcmp(argument, "cpus") == 0) {
		bench_cpus();
		return;
	}
	if (strcmp(argument, "messages") == 0) {
		rmm.check_wiped = false;
		bench_message();
		return;
	}
	if (*argument != '\0')
		verdict_fail("bench: what is '%s'?", argument);
	rmm.check_wiped = false; /* reading each granule that comes back would be in the figures */
	bench_rmi();
	bench_exit();
	bench_token();
	bench_masked();
	if (host_rmi_csm_version(&rmm, CSM_ABI_VERSION, &lower, &higher, &features) == RMI_SUCCESS) {
		bench_csm();
		bench_notify();
		bench_message();
		bench_token_csm();
		bench_masked_csm();
	}
}
