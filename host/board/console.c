/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The console, and the end of a run.
 */
#include <stdbool.h>
#include <stdint.h>

#include <caec/psci.h>

#include "console.h"
#include "cpu.h"
#include "common/format.h"
#include "platform.h"
#include "spinlock.h"

/* PL011 (DDI0183): TF-A has set the rate and enabled it. */
#define UART_DR (PLATFORM_UART + 0x00)
#define UART_FR (PLATFORM_UART + 0x18)
#define UART_IMSC (PLATFORM_UART + 0x38)
#define UART_ICR (PLATFORM_UART + 0x44)
#define UART_INT_RX 0x10
#define UART_INT_RT 0x40
#define UART_FR_RXFE 0x10
#define UART_FR_BUSY 0x08
#define UART_FR_TXFF 0x20

static struct spinlock lock;

static void put(char c)
{
	while ((mmio_read32(UART_FR) & UART_FR_TXFF) != 0)
		;
	mmio_write32(UART_DR, (uint8_t)c);
}

static void put_text(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			put('\r');
		put(*text);
	}
}

void print(const char *format, ...)
{
	char text[CONSOLE_LINE_MAX];
	va_list arguments;

	va_start(arguments, format);
	format_va(text, sizeof(text), format, arguments);
	va_end(arguments);
	spin_lock(&lock);
	put_text(text);
	spin_unlock(&lock);
}

/* --- Bytes ------------------------------------------------------------------------------------------- */

void console_write(const char *bytes, size_t count)
{
	spin_lock(&lock);
	for (size_t i = 0; i < count; i++)
		put(bytes[i]);
	spin_unlock(&lock);
}

bool console_read(char *c)
{
	if ((mmio_read32(UART_FR) & UART_FR_RXFE) != 0)
		return false;
	*c = (char)mmio_read32(UART_DR);
	return true;
}

/*
 * TF-A's change of the FIFO's mode has emptied it. QEMU offers it more only after a read: otherwise what was typed
 * before stays with QEMU until something else is. The read may take a byte that has just come.
 */
void console_listen(void)
{
	(void)mmio_read32(UART_DR);
	console_interrupt(true);
}

/*
 * Reading does not always take the interrupt back: what was typed before TF-A changed the FIFO's mode is gone, its
 * interrupt is not. So it is cleared, before anybody looks into the FIFO: what comes after raises it again.
 */
void console_interrupt(bool on)
{
	mmio_write32(UART_IMSC, on ? UART_INT_RX | UART_INT_RT : 0);
	if (!on)
		mmio_write32(UART_ICR, UART_INT_RX | UART_INT_RT);
}

/* --- Realms -------------------------------------------------------------------------------------- */

void print_flush(struct console_line *line, const char *name)
{
	if (line->length == 0)
		return;
	line->text[line->length] = '\0';
	line->length = 0;
	print("[%s] %s\n", name, line->text);
}

void print_part(struct console_line *line, const char *name, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		bool printable = text[i] >= ' ' && text[i] <= '~';

		if (line->length == sizeof(line->text) - 1)
			print_flush(line, name);
		if (text[i] == '\n')
			print_flush(line, name);
		else
			line->text[line->length++] = printable ? text[i] : '?';
	}
}

/* --- The end ------------------------------------------------------------------------------------- */

static void __attribute__((noreturn)) power_off(void)
{
	uint64_t x[6] = { PSCI_SYSTEM_OFF };

	while ((mmio_read32(UART_FR) & UART_FR_BUSY) != 0)
		;
	smc(x);
	for (;;)
		wfi();
}

/*
 * The first verdict stands. It is printed without waiting long for the lock: the CPU that holds it may be
 * the one that failed, in the middle of printing.
 */
static void __attribute__((noreturn)) finish(const char *text)
{
	static uint32_t finished;

	if (__atomic_exchange_n(&finished, 1, __ATOMIC_ACQ_REL) != 0)
		for (;;)
			wfi();
	spin_lock_patiently(&lock, 1000000);
	put_text("CAEC-RESULT: ");
	put_text(text);
	put_text("\n");
	power_off();
}

void verdict_pass(void)
{
	finish("PASS");
}

/* `word` has four letters and a blank. */
static void __attribute__((noreturn, format(printf, 2, 0)))
finish_with_reason(const char *word, const char *format, va_list arguments)
{
	enum { LENGTH = 5 };
	char text[CONSOLE_LINE_MAX];

	format_text(text, sizeof(text), "%s", word);
	format_va(text + LENGTH, sizeof(text) - LENGTH, format, arguments);
	finish(text);
}

void verdict_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	finish_with_reason("FAIL ", format, arguments);
}

void verdict_skip(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	finish_with_reason("SKIP ", format, arguments);
}
