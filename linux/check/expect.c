/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Expectations (expect.h).
 */
#include "expect.h"

#include <stdio.h>

int csm = -1;
static unsigned int failures;

void expect(const char *what, bool holds)
{
	failures += !holds;
	printf("%s %s\n", holds ? "ok    " : "NOT OK", what);
	fflush(stdout);
}

uint64_t window_free(void)
{
	struct caec_csm_info info;

	return csm_info(csm, &info) == 0 ? info.window_free : UINT64_MAX;
}

int expect_end(void)
{
	printf("%u expectations not met\n", failures);
	return failures != 0;
}
