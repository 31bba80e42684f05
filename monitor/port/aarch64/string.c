/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory functions that the compiler calls (built without turning their loops into calls of themselves).
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WORD sizeof(uint64_t)

/* memory.S */
void copy_words(void *to, const void *from, size_t size);
void fill_words(void *to, uint64_t word, size_t size);

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

/* The bytes up to an address that is a multiple of a word: fewer than a word. Returns that address. */
static inline uint8_t *fill_head(uint8_t *t, uint64_t word)
{
	if ((uintptr_t)t & 1)
		*t++ = (uint8_t)word;
	if ((uintptr_t)t & 2) {
		*(uint16_t *)(void *)t = (uint16_t)word;
		t += 2;
	}
	if ((uintptr_t)t & 4) {
		*(uint32_t *)(void *)t = (uint32_t)word;
		t += 4;
	}
	return t;
}

void *memset(void *to, int value, size_t size)
{
	uint64_t word = 0x0101010101010101 * (uint8_t)value;
	uint8_t *t = to;

	if (size < WORD) {
		while (size-- > 0)
			*t++ = (uint8_t)value;
		return to;
	}
	t = fill_head(t, word);
	size -= (size_t)(t - (uint8_t *)to);
	fill_words(t, word, size);
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
