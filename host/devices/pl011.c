/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PL011 UART. Names of registers and bits: DDI0183G chapter 3 "Programmers Model".
 */
#include "pl011.h"

#define UARTDR 0x000
#define UARTFR 0x018
#define UARTILPR 0x020
#define UARTIBRD 0x024
#define UARTFBRD 0x028
#define UARTLCR_H 0x02c
#define UARTCR 0x030
#define UARTIFLS 0x034
#define UARTIMSC 0x038
#define UARTRIS 0x03c
#define UARTMIS 0x040
#define UARTICR 0x044
#define UARTDMACR 0x048
#define UARTPERIPHID0 0xfe0

#define FR_CTS 0x001U
#define FR_DSR 0x002U
#define FR_DCD 0x004U
#define FR_BUSY 0x008U
#define FR_RXFE 0x010U
#define FR_TXFF 0x020U
#define FR_RXFF 0x040U
#define FR_TXFE 0x080U

#define LCR_H_FEN 0x10U
#define LCR_H_WLEN_8 0x60U

#define CR_UARTEN 0x001U
#define CR_TXE 0x100U
#define CR_RXE 0x200U

#define IFLS_RXIFLSEL(ifls) ((ifls) >> 3 & 7)
#define IFLS_RESET 0x12U /* both at half */

/* Of UARTIMSC, UARTRIS, UARTMIS and UARTICR. */
#define INT_RX 0x010U
#define INT_TX 0x020U
#define INT_RT 0x040U

/* 24 MHz / (16 * 115200) = 13 + 1/64 */
#define IBRD_115200 13
#define FBRD_115200 1

/* UARTPeriphID0-3 (part 0x011, designer 0x41, revision 3: r1p5) and UARTPCellID0-3. */
static const uint8_t ids[] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

/* --- FIFOs ----------------------------------------------------------------------------------------------- */

/* Disabled, a FIFO is a holding register. */
static unsigned int capacity(const struct pl011 *uart)
{
	return (uart->lcr_h & LCR_H_FEN) != 0 ? PL011_FIFO : 1;
}

static void put(struct pl011_fifo *fifo, uint8_t byte)
{
	fifo->bytes[(fifo->first + fifo->count++) % PL011_FIFO] = byte;
}

static uint8_t take(struct pl011_fifo *fifo)
{
	uint8_t byte = fifo->bytes[fifo->first];

	fifo->first = (fifo->first + 1) % PL011_FIFO;
	fifo->count--;
	return byte;
}

/* Bytes at which the receive FIFO asks for attention. */
static unsigned int receive_trigger(const struct pl011 *uart)
{
	static const uint8_t levels[8] = {
		PL011_FIFO / 8,     PL011_FIFO / 4,     PL011_FIFO / 2,     PL011_FIFO * 3 / 4,
		PL011_FIFO * 7 / 8, PL011_FIFO * 7 / 8, PL011_FIFO * 7 / 8, PL011_FIFO * 7 / 8, /* reserved */
	};

	return (uart->lcr_h & LCR_H_FEN) != 0 ? levels[IFLS_RXIFLSEL(uart->ifls)] : 1;
}

static bool is_on(const struct pl011 *uart, unsigned int direction)
{
	return (uart->cr & (CR_UARTEN | direction)) == (CR_UARTEN | direction);
}

/* --- What happens ---------------------------------------------------------------------------------------- */

static void update_line(struct pl011 *uart)
{
	bool line = (uart->ris & uart->imsc) != 0;

	if (line != uart->line) {
		uart->line = line;
		uart->platform->set_irq(uart->platform->context, uart->intid, line);
	}
}

/* The interrupt is due whenever the FIFO runs empty. On the hardware it is when the level falls through
 * UARTIFLS.TXIFLSEL, but without time there is no level to see. */
static void transmit(struct pl011 *uart)
{
	if (!is_on(uart, CR_TXE) || uart->transmit.count == 0)
		return;
	while (uart->transmit.count > 0)
		uart->output(uart->context, take(&uart->transmit));
	uart->ris |= INT_TX;
}

static void write_data(struct pl011 *uart, uint8_t byte)
{
	if (uart->transmit.count < capacity(uart)) {
		uart->ris &= (uint16_t)~INT_TX;
		put(&uart->transmit, byte);
		transmit(uart);
	}
}

static uint8_t read_data(struct pl011 *uart)
{
	uint8_t byte = uart->receive.count > 0 ? take(&uart->receive) : 0;

	if (uart->receive.count < receive_trigger(uart))
		uart->ris &= (uint16_t)~INT_RX;
	if (uart->receive.count == 0)
		uart->ris &= (uint16_t)~INT_RT;
	return byte;
}

/* Both FIFOs are flushed when they are turned off, or when they are turned on. */
static void write_line_control(struct pl011 *uart, uint8_t value)
{
	if (((uart->lcr_h ^ value) & LCR_H_FEN) != 0) {
		uart->receive.count = 0;
		uart->transmit.count = 0;
		uart->ris &= (uint16_t) ~(INT_RX | INT_RT);
	}
	uart->lcr_h = value;
}

bool pl011_input(struct pl011 *uart, uint8_t byte)
{
	if (!is_on(uart, CR_RXE) || uart->receive.count >= capacity(uart))
		return false;
	put(&uart->receive, byte);
	if (uart->receive.count >= receive_trigger(uart))
		uart->ris |= INT_RX;
	uart->ris |= INT_RT;
	update_line(uart);
	return true;
}

/* --- Registers ------------------------------------------------------------------------------------------- */

static uint32_t flags(const struct pl011 *uart)
{
	uint32_t fr = FR_CTS | FR_DSR | FR_DCD;

	if (uart->transmit.count > 0)
		fr |= FR_BUSY;
	else
		fr |= FR_TXFE;
	if (uart->transmit.count >= capacity(uart))
		fr |= FR_TXFF;
	if (uart->receive.count == 0)
		fr |= FR_RXFE;
	if (uart->receive.count >= capacity(uart))
		fr |= FR_RXFF;
	return fr;
}

static uint32_t read_register(struct pl011 *uart, uint32_t offset)
{
	switch (offset) {
	case UARTDR:
		return read_data(uart);
	case UARTFR:
		return flags(uart);
	case UARTILPR:
		return uart->ilpr;
	case UARTIBRD:
		return uart->ibrd;
	case UARTFBRD:
		return uart->fbrd;
	case UARTLCR_H:
		return uart->lcr_h;
	case UARTCR:
		return uart->cr;
	case UARTIFLS:
		return uart->ifls;
	case UARTIMSC:
		return uart->imsc;
	case UARTRIS:
		return uart->ris;
	case UARTMIS:
		return uart->ris & uart->imsc;
	case UARTDMACR:
		return uart->dmacr;
	default:
		return offset >= UARTPERIPHID0 ? ids[(offset - UARTPERIPHID0) / 4] : 0;
	}
}

static void write_register(struct pl011 *uart, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case UARTDR:
		write_data(uart, (uint8_t)value);
		break;
	case UARTILPR:
		uart->ilpr = value & 0xff;
		break;
	case UARTIBRD:
		uart->ibrd = value & 0xffff;
		break;
	case UARTFBRD:
		uart->fbrd = value & 0x3f;
		break;
	case UARTLCR_H:
		write_line_control(uart, (uint8_t)value);
		break;
	case UARTCR:
		uart->cr = value & 0xff87;
		transmit(uart);
		break;
	case UARTIFLS:
		uart->ifls = value & 0x3f;
		break;
	case UARTIMSC:
		uart->imsc = value & 0x7ff;
		break;
	case UARTICR:
		uart->ris &= (uint16_t)~value;
		break;
	case UARTDMACR:
		uart->dmacr = value & 7;
		break;
	default:
		break;
	}
}

static bool pl011_access(struct device *device, uint64_t offset, unsigned int bytes, bool is_write,
			 uint64_t *value)
{
	struct pl011 *uart = DEVICE_OF(struct pl011, device, device);
	uint32_t mask;

	if (offset >= PL011_SIZE || offset % 4 != 0 || (bytes != 1 && bytes != 2 && bytes != 4))
		return false;
	mask = UINT32_MAX >> (32 - 8 * bytes);
	if (is_write)
		write_register(uart, (uint32_t)offset, (uint32_t)*value & mask);
	else
		*value = read_register(uart, (uint32_t)offset) & mask;
	update_line(uart);
	return true;
}

void pl011_init(struct pl011 *uart, uint64_t base, unsigned int intid, const struct device_platform *platform,
		void (*output)(void *context, uint8_t byte), void *context)
{
	*uart = (struct pl011){
		.device = { .name = "pl011", .base = base, .size = PL011_SIZE, .access = pl011_access },
		.platform = platform,
		.intid = intid,
		.output = output,
		.context = context,
		.ibrd = IBRD_115200,
		.fbrd = FBRD_115200,
		.lcr_h = LCR_H_WLEN_8 | LCR_H_FEN,
		.cr = CR_UARTEN | CR_TXE | CR_RXE,
		.ifls = IFLS_RESET,
	};
}
