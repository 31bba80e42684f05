/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory functions that the compiler calls (built without turning their loops into calls of themselves).
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WORD sizeof(uint64_t)

/* Eight words at once: pairs of registers. */
#define BLOCK (8 * WORD)

/* memory.S */
void copy_words(void *to, const void *from, size_t size);

static inline void fill_block(uint64_t *t, uint64_t word)
{
	t[0] = word;
	t[1] = word;
	t[2] = word;
	t[3] = word;
	t[4] = word;
	t[5] = word;
	t[6] = word;
	t[7] = word;
}

static int words_fit(const void *a, const void *b)
{
	return (((uintptr_t)a | (uintptr_t)b) & (WORD - 1)) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	if (words_fit(to, from)) {
		size_t words = size & ~(WORD - 1);

		copy_words(t, f, words);
		t += words;
		f += words;
		size -= words;
	}
	while (size-- > 0)
		*t++ = *f++;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	if ((uintptr_t)t - (uintptr_t)f >= size)
		return memcpy(to, from, size);
	while (size-- > 0)
		t[size] = f[size];
	return to;
}

void *memset(void *to, int value, size_t size)
{
	uint64_t word = 0x0101010101010101 * (uint8_t)value;
	uint8_t *t = to;

	while (size > 0 && ((uintptr_t)t & (WORD - 1)) != 0) {
		*t++ = (uint8_t)value;
		size--;
	}
	for (; size >= BLOCK; size -= BLOCK, t += BLOCK)
		fill_block((void *)t, word);
	for (; size >= WORD; size -= WORD, t += WORD)
		*(uint64_t *)(void *)t = word;
	while (size-- > 0)
		*t++ = (uint8_t)value;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;

	for (; size > 0; size--, x++, y++) {
		if (*x != *y)
			return *x < *y ? -1 : 1;
	}
	return 0;
}
