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

static bool has_csm(void)
{
	uint64_t lower, higher, features;

	return host_rmi_csm_version(&rmm, CSM_ABI_VERSION, &lower, &higher, &features) == RMI_SUCCESS;
}

static void calls(void)
{
	bench_calls();
	bench_calls_csm();
}

static void all(void)
{
	bench_rmi();
	bench_calls();
	bench_exit();
	bench_token();
	bench_masked();
	if (has_csm()) {
		bench_calls_csm();
		bench_csm();
		bench_notify();
		bench_message();
		bench_token_csm();
		bench_masked_csm();
	}
}

/* What `bench` may be told to do. `wiped`: the host reads each granule that comes back, which is then in figures of that. */
static const struct {
	const char *name;
	void (*run)(void);
	bool wiped;
} parts[] = {
	{ "", all, false },
	{ "calls", calls, false },
	{ "cpus", bench_cpus, true },
	{ "known", bench_known, false },
	{ "messages", bench_message, false },
	{ "profile", bench_profile, true },
	{ "realms", bench_realms, false },
	{ "scale", bench_scale, true },
};

void bench_main(const char *argument)
{
	size_t i = 0;

	while (i < sizeof(parts) / sizeof(parts[0]) && strcmp(argument, parts[i].name) != 0)
		i++;
	if (i == sizeof(parts) / sizeof(parts[0]))
		verdict_fail("bench: what is '%s'?", argument);
	rmm_init();
	rmm.check_wiped = parts[i].wiped;
	parts[i].run();
}
