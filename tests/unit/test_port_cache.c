/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port/aarch64/cache.c: which cache maintenance each CTR_EL0 gets. QEMU has no caches that could show it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "port/aarch64/cache.h"
#include "port/port.h"

#define VIPT (UINT64_C(2) << 14)
#define PIPT (UINT64_C(3) << 14)
#define IDC (UINT64_C(1) << 28)
#define DIC (UINT64_C(1) << 29)
#define LINES(d_words, i_words) ((uint64_t)(d_words) << 16 | (uint64_t)(i_words)) /* log2 */

static uint8_t granule[GRANULE_SIZE] __attribute__((aligned(GRANULE_SIZE)));

static uint64_t ctr;
static unsigned int cleaned[GRANULE_SIZE / 4], dropped[GRANULE_SIZE / 4], all_dropped;
static char order[64]; /* the kinds of operations, a letter for each run */

static void note(char what)
{
	size_t n = 0;

	while (order[n] != '\0')
		n++;
	if (n > 0 && order[n - 1] == what && what != 'w')
		return;
	assert_true(n + 1 < sizeof(order));
	order[n] = what;
	order[n + 1] = '\0';
}

static void note_line(unsigned int *lines, uint64_t va)
{
	uint64_t offset = va - (uintptr_t)granule;

	assert_true(offset < GRANULE_SIZE);
	lines[offset / 4]++;
}

uint64_t cache_type(void)
{
	return ctr;
}

void cache_clean_line(uint64_t va)
{
	note('c');
	note_line(cleaned, va);
}

void cache_drop_line(uint64_t va)
{
	note('i');
	note_line(dropped, va);
}

void cache_drop_all(void)
{
	note('a');
	all_dropped++;
}

void cache_wait(void)
{
	note('w');
}

/* Every line of `bytes` once, or (0) none. */
static void check_lines(const unsigned int *lines, size_t bytes)
{
	for (size_t i = 0; i < GRANULE_SIZE / 4; i++)
		assert_int_equal(lines[i], bytes != 0 && i * 4 % bytes == 0);
}

/*
 * Data first, then a barrier, or instruction caches fill again with what was there before; and a barrier at the end, so
 * that no PE can use what was dropped.
 */
static void test_each_kind(void **state)
{
	static const struct {
		uint64_t ctr;
		const char *order;
		size_t d_line, i_line;
		unsigned int all;
	} cases[] = {
		{ PIPT | LINES(4, 4), "cwiw", 64, 64, 0 },
		{ PIPT | LINES(3, 5), "cwiw", 32, 128, 0 },
		{ PIPT | LINES(5, 2), "cwiw", 128, 16, 0 },
		{ PIPT | LINES(4, 4) | IDC, "wiw", 0, 64, 0 },
		{ PIPT | LINES(4, 4) | DIC, "cw", 64, 0, 0 },
		{ PIPT | LINES(4, 4) | IDC | DIC, "w", 0, 0, 0 },
		{ VIPT | LINES(4, 4), "cwaw", 64, 0, 1 },
		{ VIPT | LINES(4, 4) | IDC, "waw", 0, 0, 1 },
		{ VIPT | LINES(4, 4) | DIC, "cw", 64, 0, 0 },
		{ VIPT | LINES(4, 4) | IDC | DIC, "w", 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ctr = cases[i].ctr;
		order[0] = '\0';
		all_dropped = 0;
		for (size_t line = 0; line < GRANULE_SIZE / 4; line++)
			cleaned[line] = dropped[line] = 0;
		port_sync_code(granule);
		assert_string_equal(order, cases[i].order);
		check_lines(cleaned, cases[i].d_line);
		check_lines(dropped, cases[i].i_line);
		assert_int_equal(all_dropped, cases[i].all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_each_kind) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
