/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm programs (realm/main.c) do what common/hostcall.h says, and what a realm has in its
 * registers is its own.
 */
#include "machine.h"
#include "puppet/csm_realms.h"

/* realm/bare/program.h */
#define STATUS_UNKNOWN_STEP 3
#define STATUS_EXCEPTION 5

/* As in bits [20:5] of an MRS. */
#define SYSREG_MIDR_EL1 0xc000
#define SYSREG_TPIDR_EL0 0xde82
#define SYSREG_SCTLR_EL2 0xe080

static void expect_exit(struct test_realm *realm, const uint64_t request[7], uint64_t status)
{
	struct script_result result;

	CHECK(!script_try_run(realm, 0, &result, request));
	CHECK_EQ(realm->scripts[0].stop, HOST_STOP_HANDLER);
	CHECK(realm->exited);
	CHECK_EQ(realm->status, status);
	realm_end(realm);
}

MACHINE_TEST(program_exits)
{
	expect_exit(realm_start(REALM_PROGRAM_SCRIPT, NULL), (const uint64_t[7]){ SCRIPT_EXIT, 42 }, 42);
	expect_exit(realm_start(REALM_PROGRAM_SCRIPT, NULL), (const uint64_t[7]){ 0xbad },
		    STATUS_UNKNOWN_STEP);
	/* An abort that is not a probe's: the words of this SMC are nowhere. */
	expect_exit(realm_start(REALM_PROGRAM_SCRIPT, NULL),
		    (const uint64_t[7]){ SCRIPT_SMC_WIDE, CSM_WINDOW }, STATUS_EXCEPTION);
}

MACHINE_TEST(program_memory)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t from = test_ram(realm), to = from + 0x4000, value;
	struct script_result filled = script(realm, SCRIPT_FILL, from, 0x3000, 7), checked;

	CHECK_EQ(filled.x[1], 0);
	checked = script(realm, SCRIPT_CHECK, from, 0x3000);
	CHECK_EQ(checked.x[1], 0);
	CHECK_EQ(checked.x[0], filled.x[0]);
	CHECK(script(realm, SCRIPT_CHECK, to, 0x3000).x[0] != filled.x[0]);
	CHECK_EQ(script(realm, SCRIPT_COPY, to, from, 0x3000).x[0], 0);
	CHECK_EQ(script(realm, SCRIPT_CHECK, to, 0x3000).x[0], filled.x[0]);
	CHECK_EQ(realm_read64(realm, to + 0x1008, &value), 0);
	CHECK_EQ(realm_write64(realm, to + 0x1008, value ^ 1), 0);
	CHECK(script(realm, SCRIPT_CHECK, to, 0x3000).x[0] != filled.x[0]);
	CHECK(is_external_abort(script(realm, SCRIPT_FILL, CSM_WINDOW, 0x1000, 7).x[1]));
	CHECK(is_external_abort(script(realm, SCRIPT_COPY, CSM_WINDOW, from, 0x1000).x[0]));
	realm_end(realm);
}

MACHINE_TEST(program_system_registers)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	struct script_result r = script(realm, SCRIPT_SYSREG, SYSREG_MIDR_EL1);

	CHECK_EQ(r.x[1], 0);
	CHECK_EQ(r.x[0], sysreg_read(midr_el1));
	CHECK_EQ(script(realm, SCRIPT_SYSREG, SYSREG_TPIDR_EL0, 1, 0x1234).x[1], 0);
	CHECK_EQ(script(realm, SCRIPT_SYSREG, SYSREG_TPIDR_EL0).x[0], 0x1234);
	/* Undefined at EL1: EC 0. */
	CHECK_EQ(script(realm, SCRIPT_SYSREG, SYSREG_SCTLR_EL2).x[1], 0x2000000);
	realm_end(realm);
}

/* Two realms by turns on one CPU; a third one that comes later finds nothing of theirs. */
MACHINE_TEST(program_fp_registers)
{
	struct test_realm *a = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	struct test_realm *b = realm_start(REALM_PROGRAM_SCRIPT, NULL), *c;

	script(a, SCRIPT_FP_LOAD, 1);
	CHECK_EQ(script(a, SCRIPT_FP_CHECK, 1).x[0], 0);
	CHECK_EQ(script(b, SCRIPT_FP_CHECK, 1).x[0], 64);
	script(b, SCRIPT_FP_LOAD, 2);
	for (unsigned int i = 0; i < 3; i++) {
		CHECK_EQ(script(a, SCRIPT_FP_CHECK, 1).x[0], 0);
		CHECK_EQ(script(b, SCRIPT_FP_CHECK, 2).x[0], 0);
	}
	c = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	CHECK_EQ(script(c, SCRIPT_FP_CHECK, 1).x[0], 64);
	CHECK_EQ(script(c, SCRIPT_FP_CHECK, 2).x[0], 64);
	CHECK_EQ(script(a, SCRIPT_FP_CHECK, 1).x[0], 0);
	realm_end(c);
	realm_end(b);
	realm_end(a);
}

/* The realm half of the benchmarks: messages through a region, and times that are times. */
MACHINE_TEST(program_bench, .icount = true)
{
	static const uint64_t sizes[] = { 64, 1024, 32768 };
	const struct realm_options options = { .apt_granules = 1 };
	struct test_realm *p = realm_start(REALM_PROGRAM_BENCH, &options);
	struct test_realm *c = realm_start(REALM_PROGRAM_BENCH, &options);
	struct script_result p_rid = script(p, BENCH_SMC, RSI_CSM_REALM_ID), r;
	struct script_result c_rid = script(c, BENCH_SMC, RSI_CSM_REALM_ID);
	uint64_t size = ABI_U64(40) * GRANULE_SIZE, id; /* two messages of 32 KiB fit */

	CHECK_EQ(script(p, BENCH_CLOCK).x[0], sysreg_read(cntfrq_el0));
	r = script(p, BENCH_SMC, RSI_VERSION, RSI_ABI_VERSION);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	CHECK_EQ(r.x[5], 1);
	CHECK(r.x[0] > 0);
	CHECK(script(p, BENCH_SMC_LOOP, RSI_VERSION, RSI_ABI_VERSION, 100).x[0] > 20 * r.x[0]);
	CHECK(script(p, BENCH_HOST_CALL, 10).x[0] > 10 * r.x[0]);

	r = script(p, BENCH_SMC, RSI_CSM_CREATE, CSM_WINDOW, size, 0);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	id = r.x[2];
	r = script(p, BENCH_SMC, RSI_CSM_SHARE, id, c_rid.x[2], c_rid.x[3], CSM_PERM_RW, 0);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	r = script(c, BENCH_SMC, RSI_CSM_RESERVE, p_rid.x[2], p_rid.x[3], 0, CSM_WINDOW, size);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	r = script(c, BENCH_SMC, RSI_CSM_ATTACH, p_rid.x[2], p_rid.x[3], 0);
	CHECK_EQ(r.x[1], RSI_SUCCESS);
	CHECK_EQ(r.x[3], 40);

	CHECK(script(p, BENCH_TOUCH, CSM_WINDOW, size).x[0] > 0);
	CHECK_EQ(realm_write64(p, CSM_WINDOW, 0), 0);
	CHECK_EQ(script(p, BENCH_OPEN, CSM_WINDOW, size).x[0], true);
	CHECK_EQ(script(c, BENCH_OPEN, CSM_WINDOW, size).x[0], true);
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		r = script(p, BENCH_SEND, sizes[i]);
		CHECK_EQ(r.x[1], 0);
		CHECK(r.x[0] > sizes[i] / 8);
		r = script(c, BENCH_RECEIVE);
		CHECK_EQ(r.x[1], 0);
		CHECK_EQ(r.x[2], sizes[i]);
	}
	CHECK(script(c, BENCH_RECEIVE).x[1] != 0);
	realm_end(c);
	realm_end(p);
}
