/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What gcc expects to find, and comparing strings.
 */
#include <stdint.h>

#include "string.h"

void *memcpy(void *to, const void *from, size_t size)
{
	const uint8_t *f = from;
	uint8_t *t = to;

	if ((((uintptr_t)t | (uintptr_t)f) & 7) == 0)
		for (; size >= 8; size -= 8, t += 8, f += 8)
			*(uint64_t *)(void *)t = *(const uint64_t *)(const void *)f;
	while (size-- > 0)
		*t++ = *f++;
	return to;
}

void *memset(void *to, int value, size_t size)
{
	uint64_t word = (uint8_t)value * UINT64_C(0x0101010101010101);
	uint8_t *t = to;

	if (((uintptr_t)t & 7) == 0)
		for (; size >= 8; size -= 8, t += 8)
			*(uint64_t *)(void *)t = word;
	while (size-- > 0)
		*t++ = (uint8_t)value;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	const uint8_t *f = from;
	uint8_t *t = to;

	if (t <= f || t >= f + size)
		return memcpy(to, from, size);
	while (size-- > 0)
		t[size] = f[size];
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;

	for (size_t i = 0; i < size; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

int strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return (uint8_t)*a - (uint8_t)*b;
}

size_t strlen(const char *s)
{
	size_t length = 0;

	while (s[length] != '\0')
		length++;
	return length;
}
