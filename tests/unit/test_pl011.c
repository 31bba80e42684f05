/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The PL011: what a driver finds, what it writes and reads, its interrupts; and accesses at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "devices/pl011.h"

#define BASE UINT64_C(0x9000000)
#define INTID 33

#define DR 0x000
#define RSR 0x004
#define FR 0x018
#define ILPR 0x020
#define IBRD 0x024
#define FBRD 0x028
#define LCR_H 0x02c
#define CR 0x030
#define IFLS 0x034
#define IMSC 0x038
#define RIS 0x03c
#define MIS 0x040
#define ICR 0x044
#define DMACR 0x048

#define MODEM 0x07 /* DCD, DSR, CTS */
#define BUSY 0x08
#define RXFE 0x10
#define TXFF 0x20
#define RXFF 0x40
#define TXFE 0x80

#define RX 0x10
#define TX 0x20
#define RT 0x40

#define FEN 0x10
#define ON 0x301

struct machine {
	struct pl011 uart;
	struct device *device;
	struct device_platform platform;
	bool line;
	unsigned int line_changes;
	uint8_t output[100];
	unsigned int output_count; /* of all, the last ones are in `output` */
};

static void set_irq(void *context, unsigned int intid, bool level)
{
	struct machine *m = context;

	assert_int_equal(intid, INTID);
	assert_true(level != m->line);
	m->line = level;
	m->line_changes++;
}

static void output(void *context, uint8_t byte)
{
	struct machine *m = context;

	m->output[m->output_count++ % sizeof(m->output)] = byte;
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	m->platform = (struct device_platform){ .context = m, .set_irq = set_irq };
	pl011_init(&m->uart, BASE, INTID, &m->platform, output, m);
	m->device = &m->uart.device;
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static uint32_t get(struct machine *m, uint64_t offset)
{
	uint64_t value = UINT64_MAX;

	assert_true(device_access(&m->device, 1, BASE + offset, 4, false, &value));
	assert_true(value <= UINT32_MAX);
	return (uint32_t)value;
}

static void set(struct machine *m, uint64_t offset, uint32_t value)
{
	uint64_t v = value;

	assert_true(device_access(&m->device, 1, BASE + offset, 4, true, &v));
}

/* --- Registers -------------------------------------------------------------------------------------------- */

/* What the AMBA bus looks for: the part number and the cell's. */
static void test_ids(void **state)
{
	struct machine *m = *state;
	uint32_t part = 0, cell = 0;

	for (unsigned int i = 0; i < 4; i++) {
		part |= get(m, 0xfe0 + 4 * i) << 8 * i;
		cell |= get(m, 0xff0 + 4 * i) << 8 * i;
	}
	assert_int_equal(part & 0xfffff, 0x41011);
	assert_int_equal(part >> 20 & 0xf, 3);
	assert_int_equal(cell, 0xb105f00d);
	set(m, 0xfe0, 0xff);
	assert_int_equal(get(m, 0xfe0), 0x11);
}

/* As firmware leaves it, so that an early console can write at once and a driver can tell the speed. */
static void test_comes_up(void **state)
{
	struct machine *m = *state;

	assert_int_equal(get(m, CR), ON);
	assert_int_equal(get(m, LCR_H), 0x70);
	assert_int_equal(PL011_CLOCK * UINT64_C(4) / (64 * get(m, IBRD) + get(m, FBRD)) / 100, 1152);
	assert_int_equal(get(m, FR), MODEM | RXFE | TXFE);
	assert_int_equal(get(m, IFLS), 0x12);
	assert_int_equal(get(m, IMSC), 0);
	assert_int_equal(get(m, RIS), 0);
	assert_int_equal(m->line_changes, 0);
}

static void test_stored(void **state)
{
	static const struct {
		uint16_t offset;
		uint16_t bits;
	} stored[] = { { ILPR, 0xff }, { IBRD, 0xffff }, { FBRD, 0x3f },  { LCR_H, 0xff },
		       { CR, 0xff87 }, { IFLS, 0x3f },   { IMSC, 0x7ff }, { DMACR, 7 } };
	struct machine *m = *state;

	for (unsigned int i = 0; i < sizeof(stored) / sizeof(stored[0]); i++) {
		set(m, stored[i].offset, UINT32_MAX);
		assert_int_equal(get(m, stored[i].offset), stored[i].bits);
		set(m, stored[i].offset, 0xffffa5a5);
		assert_int_equal(get(m, stored[i].offset), stored[i].bits & 0xa5a5);
		set(m, stored[i].offset, 0);
		assert_int_equal(get(m, stored[i].offset), 0);
	}
}

static void test_nothing_there(void **state)
{
	struct machine *m = *state;
	struct pl011 before;

	set(m, IMSC, 0x7ff);
	assert_true(pl011_input(&m->uart, 'x'));
	before = m->uart;
	for (uint32_t offset = 0x04c; offset < 0xfe0; offset += 4) {
		set(m, offset, UINT32_MAX);
		assert_int_equal(get(m, offset), 0);
	}
	set(m, RSR, UINT32_MAX);
	assert_int_equal(get(m, RSR), 0);
	set(m, FR, UINT32_MAX);
	set(m, RIS, UINT32_MAX);
	set(m, MIS, UINT32_MAX);
	assert_int_equal(get(m, ICR), 0);
	assert_memory_equal(&before, &m->uart, sizeof(before));
}

/* Words, halves and bytes at a register's own offset; a refused access does nothing. */
static void test_sizes(void **state)
{
	static const unsigned int sizes[] = { 0, 1, 2, 3, 4, 5, 8, 0x80000000 };
	struct machine *m = *state;
	uint64_t value;

	for (uint64_t offset = 0; offset < PL011_SIZE; offset++) {
		for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			bool good = offset % 4 == 0 && (sizes[i] == 1 || sizes[i] == 2 || sizes[i] == 4);

			value = 0x5555555555555555;
			assert_int_equal(device_access(&m->device, 1, BASE + offset, sizes[i], false, &value),
					 good);
			assert_true(good ? value <= UINT32_MAX : value == 0x5555555555555555);
			if (!good)
				assert_false(m->device->access(m->device, offset, sizes[i], true, &value));
		}
	}
	assert_int_equal(m->output_count, 0);
	assert_false(m->device->access(m->device, PL011_SIZE, 4, false, &value));
	assert_false(m->device->access(m->device, UINT64_MAX - 3, 4, false, &value));

	value = 0xffffffffffff1234;
	assert_true(device_access(&m->device, 1, BASE + IBRD, 1, true, &value));
	assert_int_equal(get(m, IBRD), 0x34);
	assert_true(device_access(&m->device, 1, BASE + IBRD, 2, true, &value));
	assert_int_equal(get(m, IBRD), 0x1234);
	assert_true(device_access(&m->device, 1, BASE + IBRD, 1, false, &value));
	assert_int_equal(value, 0x34);
}

/* --- Output ----------------------------------------------------------------------------------------------- */

static void test_output(void **state)
{
	struct machine *m = *state;

	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(get(m, FR) & (TXFF | BUSY), 0);
		set(m, DR, 0xf00 | (i + 0x80));
	}
	assert_int_equal(m->output_count, 100);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(m->output[i], (uint8_t)(i + 0x80));
}

/* While it is off the FIFO fills; what doesn't fit is lost. */
static void test_output_while_off(void **state)
{
	static const uint16_t off[] = { 0, 0x300, 0x201 };
	struct machine *m = *state;

	for (unsigned int round = 0; round < 3; round++) {
		m->output_count = 0;
		set(m, CR, off[round]);
		for (uint32_t i = 0; i < PL011_FIFO; i++) {
			assert_int_equal(get(m, FR) & TXFF, 0);
			set(m, DR, 'a' + i % 26);
			assert_int_equal(get(m, FR) & (BUSY | TXFE), BUSY);
		}
		assert_int_equal(get(m, FR) & TXFF, TXFF);
		set(m, DR, '!');
		assert_int_equal(m->output_count, 0);
		set(m, CR, ON);
		assert_int_equal(m->output_count, PL011_FIFO);
		for (unsigned int i = 0; i < PL011_FIFO; i++)
			assert_int_equal(m->output[i], 'a' + i % 26);
		assert_int_equal(get(m, FR) & (BUSY | TXFE | TXFF), TXFE);
	}
}

static void test_transmit_interrupt(void **state)
{
	struct machine *m = *state;

	set(m, IMSC, TX);
	set(m, CR, ON);
	assert_int_equal(get(m, RIS), 0); /* not before something was sent */
	assert_false(m->line);
	set(m, DR, 'x');
	assert_int_equal(get(m, RIS), TX);
	assert_int_equal(get(m, MIS), TX);
	assert_true(m->line);
	set(m, DR, 'y'); /* down and up at once: nobody has to see that */
	assert_int_equal(m->line_changes, 1);
	set(m, ICR, ~(uint32_t)TX);
	assert_true(m->line);
	set(m, ICR, TX);
	assert_false(m->line);
	assert_int_equal(get(m, RIS), 0);
	set(m, CR, 0);
	set(m, DR, 'z');
	assert_int_equal(get(m, RIS), 0);
	set(m, CR, ON);
	assert_true(m->line);
	set(m, IMSC, 0);
	assert_false(m->line);
	assert_int_equal(get(m, RIS), TX);
	assert_int_equal(get(m, MIS), 0);
}

/* --- Input ------------------------------------------------------------------------------------------------ */

static void test_input(void **state)
{
	struct machine *m = *state;

	/* Several rounds: the FIFO goes round. */
	for (unsigned int round = 0; round < 5; round++) {
		for (unsigned int i = 0; i < PL011_FIFO; i++) {
			assert_int_equal(get(m, FR) & RXFF, 0);
			assert_true(pl011_input(&m->uart, (uint8_t)(round * 50 + i)));
			assert_int_equal(get(m, FR) & RXFE, 0);
		}
		assert_int_equal(get(m, FR) & RXFF, RXFF);
		assert_false(pl011_input(&m->uart, 'x'));
		for (unsigned int i = 0; i < PL011_FIFO - round; i++)
			assert_int_equal(get(m, DR), (uint8_t)(round * 50 + i));
		assert_int_equal(get(m, FR) & (RXFE | RXFF), round == 0 ? RXFE : 0);
		for (unsigned int i = PL011_FIFO - round; i < PL011_FIFO; i++)
			assert_int_equal(get(m, DR), (uint8_t)(round * 50 + i));
		assert_int_equal(get(m, FR) & (RXFE | RXFF), RXFE);
		assert_int_equal(get(m, DR), 0);
		assert_true(pl011_input(&m->uart, 'y'));
		assert_int_equal(get(m, DR), 'y');
	}
}

static void test_input_while_off(void **state)
{
	static const uint16_t off[] = { 0, 0x300, 0x101 };
	struct machine *m = *state;

	for (unsigned int i = 0; i < 3; i++) {
		set(m, CR, off[i]);
		assert_false(pl011_input(&m->uart, 'x'));
		assert_int_equal(get(m, FR) & RXFE, RXFE);
	}
	set(m, CR, ON);
	assert_true(pl011_input(&m->uart, 'x'));
}

/* With the FIFOs off there is room for one. */
static void test_holding_register(void **state)
{
	struct machine *m = *state;

	assert_true(pl011_input(&m->uart, 'a'));
	set(m, LCR_H, 0x60);
	assert_int_equal(get(m, FR) & RXFE, RXFE); /* flushed */
	assert_int_equal(get(m, RIS), 0);
	assert_true(pl011_input(&m->uart, 'b'));
	assert_int_equal(get(m, FR) & (RXFE | RXFF), RXFF);
	assert_int_equal(get(m, RIS) & RX, RX);
	assert_false(pl011_input(&m->uart, 'c'));
	assert_int_equal(get(m, DR), 'b');
	assert_int_equal(get(m, RIS), 0);
	set(m, CR, 0);
	set(m, DR, 'd');
	assert_int_equal(get(m, FR) & TXFF, TXFF);
	set(m, LCR_H, 0x70);
	assert_int_equal(get(m, FR) & (TXFF | TXFE), TXFE);
	set(m, CR, ON);
	assert_int_equal(m->output_count, 0);
	set(m, LCR_H, 0x7f); /* no change of FEN: nothing is flushed */
	assert_true(pl011_input(&m->uart, 'e'));
	set(m, LCR_H, 0x70);
	assert_int_equal(get(m, DR), 'e');
}

static void test_receive_interrupts(void **state)
{
	static const struct {
		uint32_t ifls;
		unsigned int trigger;
	} levels[] = { { 0 << 3, 4 },  { 1 << 3, 8 },  { 2 << 3, 16 }, { 3 << 3, 24 },
		       { 4 << 3, 28 }, { 5 << 3, 28 }, { 6 << 3, 28 }, { 7 << 3, 28 } };
	struct machine *m = *state;

	set(m, IMSC, RX);
	for (unsigned int i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		unsigned int trigger = levels[i].trigger;

		set(m, IFLS, levels[i].ifls | 2);
		for (unsigned int count = 1; count <= PL011_FIFO; count++) {
			assert_true(pl011_input(&m->uart, 'x'));
			assert_int_equal(get(m, RIS), count >= trigger ? RX | RT : RT);
			assert_int_equal(get(m, MIS), count >= trigger ? RX : 0);
			assert_int_equal(m->line, count >= trigger);
		}
		for (unsigned int count = PL011_FIFO; count-- > 0;) {
			get(m, DR);
			assert_int_equal(get(m, RIS), count >= trigger ? RX | RT : count > 0 ? RT : 0);
			assert_int_equal(m->line, count >= trigger);
		}
	}
}

/* A single byte makes itself known: its timeout has always passed. */
static void test_receive_timeout(void **state)
{
	struct machine *m = *state;

	set(m, IMSC, RX | RT);
	assert_true(pl011_input(&m->uart, 'a'));
	assert_int_equal(get(m, MIS), RT);
	assert_true(m->line);
	set(m, ICR, RT | RX);
	assert_false(m->line);
	assert_true(pl011_input(&m->uart, 'b'));
	assert_true(m->line);
	assert_int_equal(get(m, DR), 'a');
	assert_true(m->line);
	assert_int_equal(get(m, DR), 'b');
	assert_false(m->line);
	assert_int_equal(m->line_changes, 4);
}

static void test_unmasking(void **state)
{
	struct machine *m = *state;

	assert_true(pl011_input(&m->uart, 'a'));
	assert_false(m->line);
	set(m, IMSC, 0x7ff & ~RT);
	assert_false(m->line);
	set(m, IMSC, RT);
	assert_true(m->line);
	set(m, IMSC, 0);
	assert_false(m->line);
	assert_int_equal(get(m, RIS), RT);
}

/* --- At random -------------------------------------------------------------------------------------------- */

#define STEPS 100000

static uint32_t seed = 11;

static uint32_t any(uint32_t limit)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)seed * limit >> 32);
}

static void check(struct machine *m)
{
	const struct pl011 *uart = &m->uart;
	unsigned int capacity = (uart->lcr_h & FEN) != 0 ? PL011_FIFO : 1;

	assert_int_equal(m->line, (uart->ris & uart->imsc) != 0);
	assert_true(uart->receive.count <= capacity && uart->transmit.count <= capacity);
	assert_true(uart->receive.first < PL011_FIFO && uart->transmit.first < PL011_FIFO);
	assert_true((uart->ris & ~(RX | TX | RT)) == 0);
	/* Nothing waits in a UART that may send; no receive interrupt without a byte. */
	assert_true((uart->cr & 0x101) != 0x101 || uart->transmit.count == 0);
	assert_true(uart->receive.count > 0 || (uart->ris & (RX | RT)) == 0);
}

static void test_fuzz(void **state)
{
	struct machine *m = *state;
	unsigned int taken = 0, refused = 0, aborted = 0;

	for (unsigned int i = 0; i < STEPS; i++) {
		uint64_t offset = any(4) == 0 ? any(PL011_SIZE + 8) : 4 * any(0x50 / 4);
		uint64_t value = (uint64_t)any(UINT32_MAX) << 32 | any(UINT32_MAX);
		unsigned int bytes = any(4) == 0 ? any(10) : 4;
		bool is_write = any(2) == 0;

		if (offset == CR && any(8) != 0)
			value |= ON;
		if (any(8) == 0)
			offset = DR;
		if (any(3) == 0) {
			if (pl011_input(&m->uart, (uint8_t)value))
				taken++;
			else
				refused++;
		} else if (!device_access(&m->device, 1, BASE + offset, bytes, is_write, &value)) {
			aborted++;
		} else if (!is_write) {
			assert_true(value <= UINT64_MAX >> (64 - 8 * bytes));
		}
		check(m);
	}
	assert_true(taken > STEPS / 100 && refused > STEPS / 100 && aborted > STEPS / 100);
	assert_true(m->output_count > STEPS / 100 && m->line_changes > STEPS / 100);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ids, setup, teardown),
		cmocka_unit_test_setup_teardown(test_comes_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stored, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_output, setup, teardown),
		cmocka_unit_test_setup_teardown(test_output_while_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_transmit_interrupt, setup, teardown),
		cmocka_unit_test_setup_teardown(test_input, setup, teardown),
		cmocka_unit_test_setup_teardown(test_input_while_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_holding_register, setup, teardown),
		cmocka_unit_test_setup_teardown(test_receive_interrupts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_receive_timeout, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unmasking, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
