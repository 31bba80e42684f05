/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The test bench itself: CPUs, timer, probes, text.
 */
#include "common/format.h"
#include "machine.h"

static void note_cpu(void *argument)
{
	*(unsigned int *)argument = cpu_id() + 100;
}

MACHINE_TEST(bench_cpus, .smp = 2)
{
	for (unsigned int round = 0; round < 50; round++) {
		unsigned int seen = 0;

		cpu_run(1, note_cpu, &seen);
		cpu_wait(1);
		CHECK_EQ(seen, 101);
		CHECK(!cpu_is_busy(1));
	}
}

/* --- Work that another CPU gave ----------------------------------------------------------------------- */

struct errand {
	bool awaited; /* (atomic) somebody is about to wait for it */
	bool done;
};

/* Done only when whoever waits is asleep by all odds. */
static void run_errand(void *argument)
{
	struct errand *errand = argument;
	uint64_t start;

	while (!__atomic_load_n(&errand->awaited, __ATOMIC_ACQUIRE))
		__asm__ volatile("yield");
	start = counter_now();
	while (counter_now() - start < sysreg_read(cntfrq_el0) / 20)
		__asm__ volatile("yield");
	errand->done = true;
}

static void give_errand(void *argument)
{
	cpu_run(2, run_errand, argument);
}

/* CPU 1 gives CPU 2 its work and is idle itself: it is CPU 0 that waits, so it is CPU 0 that must be told. */
MACHINE_TEST(bench_wait_for_work_of_another, .smp = 3)
{
	for (unsigned int round = 0; round < 3; round++) {
		struct errand errand = { 0 };

		cpu_run(1, give_errand, &errand);
		cpu_wait(1);
		__atomic_store_n(&errand.awaited, true, __ATOMIC_RELEASE);
		cpu_wait(2);
		CHECK(errand.done);
	}
}

/* Who does not wait is not kicked: a REC would leave for nothing. */
MACHINE_TEST(bench_no_kick_without_a_wait, .smp = 2)
{
	unsigned int seen = 0;
	uint64_t start;

	cpu_run(1, note_cpu, &seen);
	while (cpu_is_busy(1))
		__asm__ volatile("yield");
	CHECK_EQ(seen, 101);
	start = counter_now();
	timer_preempt_after(sysreg_read(cntfrq_el0) / 20);
	wfi();
	CHECK(counter_now() - start >= sysreg_read(cntfrq_el0) / 20);
	CHECK(gic_handle());
}

MACHINE_TEST(bench_timer)
{
	timer_preempt_after(sysreg_read(cntfrq_el0) / 1000);
	wfi();
	CHECK(gic_handle());
	CHECK(!gic_handle());
}

MACHINE_TEST(bench_probe)
{
	uint64_t value;

	/* Behind the last block of the page table: a translation fault of this program's own. */
	CHECK_EQ(probe_read64(ABI_U64(0x100000000), &value) >> 26, 0x25);
	CHECK_EQ(probe_write64(ABI_U64(0x100000000), 0) >> 26, 0x25);
}

MACHINE_TEST(bench_format)
{
	char text[32];

	CHECK_EQ(format_text(text, sizeof(text), "%d %u %lx|%4x|%-4d|%04d|%s%c%%", -5, 7U, 0xabcUL, 0x1fU, 3,
			     -12, "ab", 'c'),
		 28);
	CHECK_EQ(strcmp(text, "-5 7 abc|  1f|3   |-012|abc%"), 0);
	CHECK_EQ(format_text(text, 4, "%s", "abcdef"), 6);
	CHECK_EQ(strcmp(text, "abc"), 0);
}
