/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Log lines on a PL011 (Arm DDI0183; log.h).
 */
#include "port/aarch64/log.h"

#include <stdarg.h>
#include <stdatomic.h>

#include "port/port.h"

#define PL011_DR 0x00
#define PL011_FR 0x18
#define PL011_FR_TXFF (1U << 5)

#define LOCK_TRIES 10000000U

static uint64_t uart; /* 0: none */
static _Atomic uint32_t line_lock;

void log_init(uint64_t base)
{
	uart = base;
}

static void put_char(char c)
{
	while (*(volatile uint32_t *)(uart + PL011_FR) & PL011_FR_TXFF)
		port_relax();
	*(volatile uint32_t *)(uart + PL011_DR) = (uint8_t)c;
}

static void put_string(const char *s)
{
	while (*s != '\0')
		put_char(*s++);
}

static void put_number(uint64_t value, unsigned int base)
{
	char digits[20];
	unsigned int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	while (count > 0)
		put_char(digits[--count]);
}

static void put_signed(int value)
{
	if (value < 0)
		put_char('-');
	put_number(value < 0 ? -(uint64_t)(int64_t)value : (uint64_t)value, 10);
}

/* One conversion; `f` points behind the '%'. Returns what follows it. */
static const char *convert(const char *f, va_list *args)
{
	bool is_long = *f == 'l';

	if (is_long)
		f++;
	switch (*f) {
	case 's':
		put_string(va_arg(*args, const char *));
		break;
	case 'd':
		put_signed(va_arg(*args, int));
		break;
	case 'u':
	case 'x':
		put_number(is_long ? va_arg(*args, uint64_t) : va_arg(*args, unsigned int),
			   *f == 'x' ? 16 : 10);
		break;
	default:
		put_char(*f);
		break;
	}
	return f + 1;
}

void log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	if (level > LOG_MAX || uart == 0)
		return;
	/* Not for ever: the line may have been left by a fault of the PE that now reports it. */
	for (unsigned int i = 0; i < LOCK_TRIES; i++) {
		if (atomic_exchange_explicit(&line_lock, 1, memory_order_acquire) == 0)
			break;
		port_relax();
	}
	va_start(args, format);
	put_string(level == LOG_ERROR ? "rmm: error: " : "rmm: ");
	while (*format != '\0') {
		if (*format == '%')
			format = convert(format + 1, &args);
		else
			put_char(*format++);
	}
	put_string("\r\n");
	va_end(args);
	atomic_store_explicit(&line_lock, 0, memory_order_release);
}
