/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * monitor/main.c: what EL3 is told of each PE's boot, cold and warm; and that each of its calls is answered once.
 */
#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call/rmi.h"
#include "cold.h"
#include "pe_registers.h"
#include "port/aarch64/fault.h"
#include "port/aarch64/layout.h"
#include "port/aarch64/percpu.h"
#include "port/aarch64/smc.h"
#include "port/port.h"
#include "run/aarch64/init.h"

void monitor_main(uint64_t cpu, uint64_t version, uint64_t cpus, uint64_t shared_pa, bool warm);
extern struct percpu percpu[];
extern uint32_t boot_is_cold_done;

/* What happened, a letter each: c cold boot, r run/ on this PE, b BOOT_COMPLETE, s a call served, a answered, p parked. */
static char story[64];
static jmp_buf done;
static enum boot_error cold_result;
static struct cold_args cold_got;
static uint64_t told;
static unsigned int calls_left, completes_left;
static bool stops_in_call;

_Atomic bool fault_stopped;

static void note(char what)
{
	size_t n = strlen(story);

	assert_true(n + 1 < sizeof(story));
	story[n] = what;
	story[n + 1] = '\0';
}

enum boot_error cold_boot(const struct cold_args *args, void *page)
{
	assert_ptr_equal(page, (void *)LAYOUT_SHARED);
	cold_got = *args;
	note('c');
	return cold_result;
}

void run_cpu_init(void)
{
	note('r');
}

_Noreturn void fault_park(void)
{
	note('p');
	longjmp(done, 1);
}

_Noreturn void port_panic(const char *file, int line, const char *what)
{
	fail_msg("%s:%d: %s", file, line, what);
	abort();
}

#define CALL(n) (UINT64_C(0xc4000150) + (n))

static void next_call(uint64_t x[8])
{
	for (unsigned int i = 0; i < 8; i++)
		x[i] = CALL(calls_left) + i;
}

/* BOOT_COMPLETE returns with the host's first call; after an error it should not return at all. */
void el3_call(uint64_t x[8])
{
	assert_int_equal(x[0], EL3_BOOT_COMPLETE);
	told = x[1];
	note('b');
	if (--completes_left == 0)
		longjmp(done, 1);
	next_call(x);
}

void rmi_call(struct smc_regs *regs)
{
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(regs->x[i], CALL(calls_left) + i);
	note('s');
	regs->x[0] = 0x1000 + calls_left;
	if (stops_in_call)
		atomic_store(&fault_stopped, true);
}

void el3_reply(struct smc_regs *regs)
{
	assert_int_equal(regs->x[0], 0x1000 + calls_left);
	note('a');
	if (--calls_left == 0)
		longjmp(done, 1);
	next_call(regs->x);
}

static void boot(uint64_t cpu, uint64_t cpus, bool warm)
{
	story[0] = '\0';
	pe_write("tpidr_el2", (uintptr_t)&percpu[cpu]);
	pe_forget_events();
	if (setjmp(done) == 0)
		monitor_main(cpu, 4, cpus, 0x8fff0000, warm);
}

static int setup(void **state)
{
	(void)state;
	pe_registers_reset();
	atomic_store(&fault_stopped, false);
	cold_result = BOOT_SUCCESS;
	calls_left = 3;
	completes_left = 2;
	stops_in_call = false;
	boot_is_cold_done = 0;
	return 0;
}

/* The flag that lets warm boots in is in memory, not in a cache, and set only when all is there. */
static void test_cold(void **state)
{
	(void)state;
	boot(0, 4, false);
	assert_string_equal(story, "crbsasasa");
	assert_int_equal(told, BOOT_SUCCESS);
	assert_int_equal(cold_got.version, 4);
	assert_int_equal(cold_got.cpus, 4);
	assert_int_equal(cold_got.shared_pa, 0x8fff0000);
	assert_int_equal(boot_is_cold_done, 1);
	assert_int_equal(pe_event_count, 1);
	assert_string_equal(pe_events[0].what, "dc civac");
	assert_int_equal(pe_events[0].value, (uintptr_t)&boot_is_cold_done);
	assert_int_equal(percpu[0].index, 0);
}

static void test_warm(void **state)
{
	(void)state;
	boot(0, 4, false);
	calls_left = 1;
	completes_left = 2;
	boot(3, 4, true);
	assert_string_equal(story, "rbsa");
	assert_int_equal(told, BOOT_SUCCESS);
	assert_int_equal(percpu[3].index, 3);
}

/* More PEs than EL3 said at cold boot. */
static void test_warm_unknown(void **state)
{
	(void)state;
	boot(0, 4, false);
	completes_left = 3;
	boot(4, 4, true);
	assert_string_equal(story, "bbb");
	assert_int_equal((int64_t)told, BOOT_CPU_ID_OUT_OF_RANGE);
}

/* Said again and again: such a PE serves no call, and lets no other in. */
static void test_cold_fails(void **state)
{
	static const enum boot_error errors[] = { BOOT_UNKNOWN, BOOT_VERSION_NOT_VALID,
						  BOOT_CPUS_OUT_OF_RANGE, BOOT_MANIFEST_DATA_ERROR };

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		setup(state);
		cold_result = errors[i];
		completes_left = 3;
		boot(0, 4, false);
		assert_string_equal(story, "cbbb");
		assert_int_equal((int64_t)told, errors[i]);
		assert_int_equal(boot_is_cold_done, 0);
	}
}

/* A monitor that has stopped on any PE serves no call more; the one that is under way is answered. */
static void test_stopped(void **state)
{
	(void)state;
	stops_in_call = true;
	boot(0, 4, false);
	assert_string_equal(story, "crbsap");
	completes_left = 2;
	boot(1, 4, true);
	assert_string_equal(story, "rbp");
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cold),       TEST(test_warm),    TEST(test_warm_unknown),
		TEST(test_cold_fails), TEST(test_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
