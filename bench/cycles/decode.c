/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode.h"

#include <stddef.h>

#include "common/marks.h"

/* The first that fits. */
static const struct {
	uint32_t mask, value;
	enum kind kind;
} encodings[] = {
	{ 0xfffff0ff, 0xd50330df, CLOCK_BARRIER },
	{ 0xffffffe0, 0xd53be020, CLOCK },    /* CNTPCT_EL0 */
	{ 0xffffffe0, 0xd53be040, CLOCK },    /* CNTVCT_EL0 */
	{ 0xfffff01f, 0xd503301f, BARRIER },  /* DMB, DSB */
	{ 0xfffff01f, 0xd503201f, ORDINARY }, /* hints */
	{ 0xfe000000, 0xd4000000, SYSTEM },
	{ 0x1c000000, 0x14000000, BRANCH },
	{ 0x0a000000, 0x08000000, MEMORY },
	{ 0xffffcc00, 0x4e284800, CRYPTO }, /* AESE, AESD, AESMC, AESIMC */
	{ 0xbf20fc00, 0x0e20e000, CRYPTO }, /* PMULL, PMULL2 */
	{ 0x0e000000, 0x0e000000, SIMD },
	{ 0x1e000000, 0x04000000, SIMD }, /* SVE */
	{ 0x7f000000, 0x1b000000, MULTIPLY },
	{ 0x7fe0f800, 0x1ac00800, DIVIDE },
};

unsigned int decode(uint32_t word)
{
	uint32_t hint = word >> 5 & 0x7f;

	if ((word & 0xfffff01f) == 0xd503201f && hint >= MARK_FIRST && hint <= MARK_LAST)
		return FIRST_MARK + hint - MARK_FIRST;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		if ((word & encodings[i].mask) == encodings[i].value)
			return encodings[i].kind;
	return ORDINARY;
}
