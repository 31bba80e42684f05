/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Formatting text.
 */
#include <stdbool.h>
#include <stdint.h>

#include "format.h"

struct sink {
	char *to;
	size_t size;
	size_t length;
};

static void put(struct sink *sink, char c)
{
	if (sink->length + 1 < sink->size)
		sink->to[sink->length] = c;
	sink->length++;
}

struct spec {
	unsigned int width;
	bool zero, left;
	unsigned int longs;
};

static const char *parse(const char *p, struct spec *spec)
{
	*spec = (struct spec){ 0 };
	for (; *p == '0' || *p == '-'; p++) {
		spec->zero = spec->zero || *p == '0';
		spec->left = spec->left || *p == '-';
	}
	for (; *p >= '0' && *p <= '9'; p++)
		spec->width = spec->width * 10 + (unsigned int)(*p - '0');
	for (; *p == 'l' || *p == 'z'; p++)
		spec->longs++;
	return p;
}

/* `text` in the field; a sign goes before zeros. */
static void put_field(struct sink *sink, const struct spec *spec, const char *text, size_t length)
{
	size_t padding = spec->width > length ? spec->width - length : 0;

	if (spec->zero && !spec->left && length != 0 && *text == '-') {
		put(sink, *text++);
		length--;
	}
	if (!spec->left)
		for (; padding > 0; padding--)
			put(sink, spec->zero ? '0' : ' ');
	while (length-- > 0)
		put(sink, *text++);
	for (; padding > 0; padding--)
		put(sink, ' ');
}

static void put_number(struct sink *sink, const struct spec *spec, uint64_t value, unsigned int base,
		       bool negative)
{
	char digits[24], *p = digits + sizeof(digits);

	do {
		*--p = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	if (negative)
		*--p = '-';
	put_field(sink, spec, p, (size_t)(digits + sizeof(digits) - p));
}

static size_t length_of(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0')
		length++;
	return length;
}

size_t format_va(char *to, size_t size, const char *format, va_list arguments)
{
	struct sink sink = { to, size, 0 };
	struct spec spec;

	for (const char *p = format; *p != '\0'; p++) {
		const char *text;
		int64_t number;
		char c;

		if (*p != '%') {
			put(&sink, *p);
			continue;
		}
		p = parse(p + 1, &spec);
		switch (*p) {
		case 's':
			text = va_arg(arguments, const char *);
			put_field(&sink, &spec, text, length_of(text));
			break;
		case 'c':
			c = (char)va_arg(arguments, int);
			put_field(&sink, &spec, &c, 1);
			break;
		case 'd':
			number = spec.longs != 0 ? va_arg(arguments, long) : va_arg(arguments, int);
			put_number(&sink, &spec, number < 0 ? -(uint64_t)number : (uint64_t)number, 10,
				   number < 0);
			break;
		case 'u':
		case 'x':
			put_number(&sink, &spec,
				   spec.longs != 0 ? va_arg(arguments, unsigned long)
						   : va_arg(arguments, unsigned int),
				   *p == 'x' ? 16 : 10, false);
			break;
		case 'p':
			put_number(&sink, &spec, (uintptr_t)va_arg(arguments, void *), 16, false);
			break;
		default:
			put(&sink, *p);
			break;
		}
	}
	if (size != 0)
		to[sink.length < size ? sink.length : size - 1] = '\0';
	return sink.length;
}

size_t format_text(char *to, size_t size, const char *format, ...)
{
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = format_va(to, size, format, arguments);
	va_end(arguments);
	return length;
}
