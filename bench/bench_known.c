/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `bench known`: loops of which everybody can tell the instructions, the accesses and the misses; tests/check/cycles holds the
 * plug-in (bench/cycles) to them. One instruction for the access, two for the loop.
 */
#include "bench.h"

#include "board/memory.h"
#include "common/marks.h"

#define LINE 64U
#define BYTES (UINT64_C(2) << 20)

/* Each line once, in order, between two reads of the clock; the code in a line of its own. */
#define SWEEP(access)                                                       \
	__asm__ volatile(".balign 64\n\tisb\n\tmrs x9, cntpct_el0\n"        \
			 "1:\t" access "\n\tsubs %1, %1, #1\n\tb.ne 1b\n\t" \
			 "isb\n\tmrs x9, cntpct_el0"                        \
			 : "+r"(at), "+r"(lines)                            \
			 :                                                  \
			 : "x9", "cc", "memory")

static void __attribute__((noinline)) load(uint64_t at, uint64_t lines)
{
	MARK(MARK_SENDER);
	SWEEP("ldr x9, [%0], #64");
	MARK(MARK_ROW);
}

static void __attribute__((noinline)) store(uint64_t at, uint64_t lines)
{
	MARK(MARK_RECEIVER);
	SWEEP("str x9, [%0], #64");
	MARK(MARK_ROW);
}

void bench_known(void)
{
	uint64_t at = memory_alloc_run(BYTES);

	CHECK(at != 0);
	MARK(MARK_DROP);
	for (uint64_t bytes = 32 << 10; bytes <= BYTES; bytes *= 8)
		for (unsigned int i = 0; i < 2; i++)
			load(at, bytes / LINE);
	store(at, BYTES / LINE);
}
