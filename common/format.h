/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text: printf()'s part that this program needs. %s %c %d %u %x %p %%, with l and ll, width, 0 and -.
 */
#ifndef COMMON_FORMAT_H
#define COMMON_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Like vsnprintf(): at most `size` bytes with the final zero; returns the length it would have liked. */
size_t format_va(char *to, size_t size, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));
size_t format_text(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
