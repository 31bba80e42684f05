/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bench/cycles: known accesses have known misses, known words known kinds, and pieces begin and end where the clock is read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/marks.h"
#include "count.h"

/* L1: 4 sets of 2 ways; L2: 8 sets of 4; LLC: 32 sets of 4. */
static const struct sizes small = {
	.l1 = 512,
	.l1_ways = 2,
	.l2 = 2048,
	.l2_ways = 4,
	.llc = 8192,
	.llc_ways = 4,
};

/* --- One cache ----------------------------------------------------------------------------------- */

static void test_least_recently_used_goes(void **state)
{
	struct cache c;

	(void)state;
	cache_begin(&c, 512, 2);
	assert_false(cache_use(&c, 0));
	assert_false(cache_use(&c, 4));
	assert_true(cache_use(&c, 0)); /* now 4 is the older one */
	assert_false(cache_use(&c, 8));
	assert_true(cache_has(&c, 0));
	assert_false(cache_has(&c, 4));
	assert_true(cache_has(&c, 8));
	cache_end(&c);
}

static void test_sets_do_not_disturb_each_other(void **state)
{
	struct cache c;

	(void)state;
	cache_begin(&c, 512, 2);
	for (uint64_t line = 0; line < 8; line++)
		assert_false(cache_use(&c, line));
	for (uint64_t line = 0; line < 8; line++)
		assert_true(cache_use(&c, line));
	assert_false(cache_use(&c, 9));
	assert_false(cache_has(&c, 1)); /* of its set, and nobody else */
	assert_true(cache_has(&c, 0));
	assert_true(cache_has(&c, 2));
	cache_end(&c);
}

static void test_dropped_line_leaves_room(void **state)
{
	struct cache c;

	(void)state;
	cache_begin(&c, 512, 2);
	cache_use(&c, 0);
	cache_use(&c, 4);
	assert_true(cache_drop(&c, 4));
	assert_false(cache_drop(&c, 4));
	cache_use(&c, 8);
	assert_true(cache_has(&c, 0)); /* the free place was taken */
	cache_end(&c);
}

/* --- The hierarchy ------------------------------------------------------------------------------- */

static unsigned int passes(struct hierarchy *h, unsigned int lines, enum level wanted)
{
	unsigned int found = 0;

	for (uint64_t line = 0; line < lines; line++)
		found += hierarchy_load(h, 0, line) == wanted;
	return found;
}

/* A loop over more than a cache has, in order, misses it each time; over what it has, never. */
static void test_loops_have_known_misses(void **state)
{
	struct hierarchy h;

	(void)state;
	hierarchy_begin(&h, &small);
	assert_int_equal(passes(&h, 8, IN_MEMORY), 8);
	assert_int_equal(passes(&h, 8, IN_L1), 8);
	assert_int_equal(passes(&h, 32, IN_MEMORY), 24);
	assert_int_equal(passes(&h, 32, IN_L2), 32);
	assert_int_equal(passes(&h, 128, IN_MEMORY), 96);
	assert_int_equal(passes(&h, 128, IN_LLC), 128);
	assert_int_equal(passes(&h, 256, IN_MEMORY), 128);
	assert_int_equal(passes(&h, 256, IN_MEMORY), 256);
	hierarchy_end(&h);
}

static void test_line_that_the_other_wrote_comes_from_it(void **state)
{
	struct hierarchy h;

	(void)state;
	hierarchy_begin(&h, &small);
	assert_int_equal(hierarchy_store(&h, 0, 5), IN_MEMORY);
	assert_int_equal(hierarchy_store(&h, 0, 5), IN_L1);
	assert_int_equal(hierarchy_load(&h, 1, 5), IN_OTHER);
	assert_int_equal(hierarchy_load(&h, 1, 5), IN_L1);
	assert_int_equal(hierarchy_load(&h, 0, 5), IN_L1);     /* both have it */
	assert_int_equal(hierarchy_store(&h, 0, 5), IN_OTHER); /* not any more */
	assert_int_equal(hierarchy_load(&h, 1, 5), IN_OTHER);
	hierarchy_end(&h);
}

static void test_cores_share_the_last_level(void **state)
{
	struct hierarchy h;

	(void)state;
	hierarchy_begin(&h, &small);
	passes(&h, 128, IN_MEMORY);
	assert_int_equal(hierarchy_load(&h, 1, 0), IN_LLC); /* core 0 has lost it, the LLC not */
	assert_int_equal(hierarchy_fetch(&h, 1, 1000), IN_MEMORY);
	assert_int_equal(hierarchy_fetch(&h, 1, 1000), IN_L1);
	hierarchy_end(&h);
}

/* --- Words --------------------------------------------------------------------------------------- */

/* As the assembler writes them. */
static void test_words_have_kinds(void **state)
{
	static const struct {
		uint32_t word;
		unsigned int kind;
	} words[] = {
		{ 0x8b020020, ORDINARY }, /* add x0, x1, x2 */
		{ 0x8b000e00, ORDINARY }, /* add x0, x16, x0, lsl #3: no hint, with the bits of a mark */
		{ 0xd503201f, ORDINARY }, /* nop */
		{ 0xd503233f, ORDINARY }, /* paciasp */
		{ 0x14000001, BRANCH },
		{ 0xd65f03c0, BRANCH }, /* ret */
		{ 0x54000001, BRANCH }, /* b.ne */
		{ 0x9b027c20, MULTIPLY },
		{ 0x9bc27c20, MULTIPLY }, /* umulh */
		{ 0x9ac20820, DIVIDE },   /* udiv */
		{ 0xf9400020, MEMORY },
		{ 0xf9000020, MEMORY }, /* ldr, str */
		{ 0xa9400440, MEMORY },
		{ 0x3dc00020, MEMORY }, /* ldp; ldr q0 */
		{ 0xf8e10040, MEMORY },
		{ 0xc8dffc20, MEMORY }, /* ldaddal; ldar */
		{ 0x4e284820, CRYPTO },
		{ 0x4e286820, CRYPTO }, /* aese, aesmc */
		{ 0x0ee2e020, CRYPTO },
		{ 0x4ee2e020, CRYPTO }, /* pmull, pmull2 */
		{ 0x6e221c20, SIMD },
		{ 0x1e622820, SIMD }, /* eor v; fadd d */
		{ 0xd5033bbf, BARRIER },
		{ 0xd503399f, BARRIER }, /* dmb ish; dsb ishld */
		{ 0xd5033fdf, CLOCK_BARRIER },
		{ 0xd53be043, CLOCK }, /* isb; mrs x3, cntvct_el0 */
		{ 0xd53bd040, SYSTEM },
		{ 0xd4000001, SYSTEM },                              /* mrs x0, tpidr_el0; svc */
		{ 0xd5032e1f, FIRST_MARK },                          /* hint #112 */
		{ 0xd5032ebf, FIRST_MARK + MARK_LAST - MARK_FIRST }, /* hint #117 */
		{ 0xd5032edf, ORDINARY },                            /* hint #118 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_int_equal(decode(words[i].word), words[i].kind);
}

/* --- Pieces -------------------------------------------------------------------------------------- */

#define PROGRAM UINT64_C(0x80000000)
#define KERNEL UINT64_C(0xffff800000000000)

static char *text;
static size_t text_size;

static struct counter start(void)
{
	struct counter c;

	counter_begin(&c, &small, open_memstream(&text, &text_size));
	assert_true(counter_space(&c, PROGRAM, PROGRAM + 0xffff));
	assert_true(counter_space(&c, KERNEL, UINT64_MAX));
	return c;
}

static void end(struct counter *c)
{
	fclose(c->out);
	counter_end(c);
	free(text);
}

static void mark(struct counter *c, unsigned int number)
{
	counter_instruction(c, 0, FIRST_MARK + number - MARK_FIRST, PROGRAM);
}

static void clock(struct counter *c, uint64_t at)
{
	counter_instruction(c, 0, CLOCK_BARRIER, at);
	counter_instruction(c, 0, CLOCK, at);
}

static void test_piece_is_between_two_clocks(void **state)
{
	struct counter c = start();

	(void)state;
	counter_instruction(&c, 0, ORDINARY, PROGRAM);
	clock(&c, PROGRAM);
	counter_instruction(&c, 0, ORDINARY, PROGRAM); /* no mark: nobody counts */
	mark(&c, MARK_SENDER);
	counter_instruction(&c, 0, ORDINARY, PROGRAM);
	counter_access(&c, 0, 0x1000, 8, false);
	clock(&c, PROGRAM);
	for (unsigned int i = 0; i < 20; i++)
		counter_instruction(&c, 0, MEMORY, PROGRAM + 4 * i);
	counter_access(&c, 0, 0x1000, 8, false);
	counter_access(&c, 0, 0x103c, 8, true); /* of two lines */
	clock(&c, PROGRAM);
	counter_instruction(&c, 0, ORDINARY, PROGRAM);
	counter_access(&c, 0, 0x1000, 8, false);
	assert_int_equal(c.counts.pieces, 1);
	assert_int_equal(c.counts.kinds[MEMORY], 20);
	assert_int_equal(c.counts.kinds[ORDINARY], 0);
	assert_int_equal(c.counts.spaces[0], 20);
	assert_int_equal(c.counts.fetches[IN_MEMORY], 2);
	assert_int_equal(c.counts.loads[IN_MEMORY], 1);
	assert_int_equal(c.counts.stores[IN_L1], 1);
	assert_int_equal(c.counts.stores[IN_MEMORY], 1);
	end(&c);
}

/* An interrupt's kernel has barriers of its own, and so does the other vCPU. */
static void test_interrupt_does_not_end_a_piece(void **state)
{
	struct counter c = start();

	(void)state;
	mark(&c, MARK_RECEIVER);
	clock(&c, PROGRAM);
	clock(&c, KERNEL);
	counter_instruction(&c, 1, CLOCK_BARRIER, PROGRAM);
	counter_instruction(&c, 1, ORDINARY, PROGRAM);
	counter_instruction(&c, 0, ORDINARY, PROGRAM);
	assert_int_equal(c.core, 1);
	assert_int_equal(c.counts.spaces[0], 1);
	assert_int_equal(c.counts.spaces[1], 2);
	end(&c);
}

static void test_between_the_marks_of_all_everybody_counts(void **state)
{
	struct counter c = start();

	(void)state;
	mark(&c, MARK_ALL);
	clock(&c, PROGRAM);
	counter_instruction(&c, 1, ORDINARY, KERNEL);
	counter_instruction(&c, 1, ORDINARY, 0x100);
	counter_access(&c, 1, 0x1000, 8, false);
	mark(&c, MARK_ALL_END);
	counter_instruction(&c, 1, ORDINARY, KERNEL);
	assert_int_equal(c.counts.spaces[0], 2);
	assert_int_equal(c.counts.spaces[1], 1);
	assert_int_equal(c.counts.spaces[2], 1);
	assert_int_equal(c.counts.loads[IN_MEMORY], 0);
	end(&c);
}

static void test_rows_are_printed_and_forgotten(void **state)
{
	struct counter c = start();

	(void)state;
	mark(&c, MARK_SENDER);
	clock(&c, PROGRAM);
	counter_instruction(&c, 0, CRYPTO, PROGRAM);
	clock(&c, PROGRAM);
	mark(&c, MARK_ROW);
	assert_string_equal(text, "{\"core\": 0, \"pieces\": 1, \"kinds\": [0, 0, 0, 0, 0, 1, 0, 0, 0], "
				  "\"spaces\": [1, 0, 0], \"fetches\": [0, 0, 0, 0, 1], "
				  "\"loads\": [0, 0, 0, 0, 0], \"stores\": [0, 0, 0, 0, 0]}\n");
	assert_int_equal(c.counts.kinds[CRYPTO], 0);
	mark(&c, MARK_SENDER);
	clock(&c, PROGRAM);
	counter_instruction(&c, 0, CRYPTO, PROGRAM);
	clock(&c, PROGRAM);
	assert_int_equal(c.counts.fetches[IN_L1], 1); /* caches are as they were */
	mark(&c, MARK_DROP);
	assert_int_equal(c.counts.fetches[IN_L1], 0);
	end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least_recently_used_goes),
		cmocka_unit_test(test_sets_do_not_disturb_each_other),
		cmocka_unit_test(test_dropped_line_leaves_room),
		cmocka_unit_test(test_loops_have_known_misses),
		cmocka_unit_test(test_line_that_the_other_wrote_comes_from_it),
		cmocka_unit_test(test_cores_share_the_last_level),
		cmocka_unit_test(test_words_have_kinds),
		cmocka_unit_test(test_piece_is_between_two_clocks),
		cmocka_unit_test(test_interrupt_does_not_end_a_piece),
		cmocka_unit_test(test_between_the_marks_of_all_everybody_counts),
		cmocka_unit_test(test_rows_are_printed_and_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
