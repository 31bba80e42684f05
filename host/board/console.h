/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The console (PL011), a line at a time whichever CPU prints; and how a run ends.
 */
#ifndef HOST_BOARD_CONSOLE_H
#define HOST_BOARD_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

/* One call, one piece of text that no other CPU's text gets into. At most CONSOLE_LINE_MAX bytes. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define CONSOLE_LINE_MAX 320

/* Text of a realm, in parts: each line comes out whole, behind "[name] ". Other than printable: '?'. */
struct console_line {
	size_t length;
	char text[CONSOLE_LINE_MAX - 64];
};
void print_part(struct console_line *line, const char *name, const char *text, size_t length);
void print_flush(struct console_line *line, const char *name); /* what has no newline yet */

/* Bytes as they are, and what was typed, a byte at a time; false: nothing more at the moment. */
void console_write(const char *bytes, size_t count);
bool console_read(char *c);
/* Once, before the first console_read(). Of what was typed so far the first two bytes may be lost. */
void console_listen(void);
/* PLATFORM_INTID_UART while something typed waits. */
void console_interrupt(bool on);

/* The last line of a run, after which the machine is off. */
void verdict_pass(void) __attribute__((noreturn));
void verdict_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* This machine lacks what it takes: neither. */
void verdict_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
