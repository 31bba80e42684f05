/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio devices: console, block, entropy. What each does with good requests, and how it refuses others.
 */
#include "virtio_world.h"

#include "devices/virtio_block.h"
#include "devices/virtio_console.h"
#include "devices/virtio_entropy.h"

#define SECTOR VIRTIO_BLOCK_SECTOR
#define SECTORS 24
#define RX VIRTIO_CONSOLE_RECEIVEQ
#define TX VIRTIO_CONSOLE_TRANSMITQ

#define STATUS_AT (DATA + 15 * PAGE - 1)
#define HEADER_AT (DATA + 14 * PAGE - 7) /* across two pages */

struct machine {
	struct vworld w;
	struct virtio_block block;
	struct virtio_console console;
	struct virtio_entropy entropy;
	uint8_t *image; /* exactly SECTORS sectors: ASan sees what goes beyond */
	char output[20000];
	size_t output_count;
	uint32_t random_count;
	bool no_random;
};

static void output(void *context, const uint8_t *bytes, uint32_t count)
{
	struct machine *m = context;

	assert_true(count >= 1 && m->output_count + count <= sizeof(m->output));
	memcpy(m->output + m->output_count, bytes, count);
	m->output_count += count;
}

static bool random_bytes(void *context, uint8_t *bytes, uint32_t count)
{
	struct machine *m = context;

	assert_true(count >= 1 && count <= VIRTIO_ENTROPY_MAX);
	m->random_count += count;
	memset(bytes, 0xa5, count);
	return !m->no_random;
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	vworld_init(&m->w);
	m->image = malloc(SECTORS * SECTOR);
	for (unsigned int i = 0; i < SECTORS * SECTOR; i++)
		m->image[i] = (uint8_t)(i / SECTOR * 31 + i);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	vworld_free(&m->w);
	free(m->image);
	free(m);
	return 0;
}

/* --- Block ------------------------------------------------------------------------------------------------ */

static struct vworld *start_block(struct machine *m, bool read_only)
{
	virtio_block_init(&m->block, BASE, INTID, &m->w.platform, m->image, SECTORS * SECTOR + 511, read_only,
			  "disk 0");
	m->w.device = &m->block.virtio.device;
	start(&m->w, 1, 16);
	return &m->w;
}

/* One request with `count` parts of data; returns the status, and the used length must be `used`. */
static uint8_t request_parts(struct vworld *w, uint32_t type, uint64_t sector, const struct part *data,
			     unsigned int count, uint32_t used)
{
	struct part parts[10] = { { HEADER_AT, 16, 0 } };
	uint32_t reserved = 0x12345678;
	uint16_t head;

	poke(w, HEADER_AT, &type, 4);
	poke(w, HEADER_AT + 4, &reserved, 4);
	poke(w, HEADER_AT + 8, &sector, 8);
	*at(w, STATUS_AT) = 0xee;
	for (unsigned int i = 0; i < count; i++)
		parts[1 + i] = data[i];
	parts[1 + count] = (struct part){ STATUS_AT, 1, D_WRITE };
	head = offer(w, 0, parts, count + 2);
	kick(w, 0);
	expect_used(w, 0, head, used);
	expect_interrupt(w, VIRTIO_INTERRUPT_USED);
	return *at(w, STATUS_AT);
}

static uint8_t request(struct vworld *w, uint32_t type, uint64_t sector, uint64_t address, uint32_t bytes,
		       uint16_t flags, uint32_t used)
{
	const struct part data = { address, bytes, flags };

	return request_parts(w, type, sector, &data, 1, used);
}

static void test_block_config(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_block(m, false);
	uint64_t value;

	assert_int_equal(reg(w, R_DEVICE_ID), VIRTIO_ID_BLOCK);
	assert_int_equal(reg(w, R_CONFIG), SECTORS);
	assert_int_equal(reg(w, R_CONFIG + 4), 0);
	assert_int_equal(reg(w, R_CONFIG + 8), VIRTIO_BLOCK_SIZE_MAX);
	assert_int_equal(reg(w, R_CONFIG + 12), VIRTIO_BLOCK_SEG_MAX);
	assert_int_equal(reg(w, R_CONFIG + 16), 0);
	assert_true(device_access(&w->device, 1, BASE + R_CONFIG + 14, 4, false, &value));
	assert_int_equal(value, VIRTIO_BLOCK_SEG_MAX >> 16);
	assert_true(device_access(&w->device, 1, BASE + R_CONFIG + 10, 1, false, &value));
	assert_int_equal(value, VIRTIO_BLOCK_SIZE_MAX >> 16);
	set_reg(w, R_CONFIG, 1000);
	assert_int_equal(reg(w, R_CONFIG), SECTORS);
	assert_true(offered(w) == (VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_BLK_F_SIZE_MAX |
				   VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_FLUSH));
	start_block(m, true);
	assert_true((offered(w) & VIRTIO_BLK_F_RO) != 0);
}

static void test_block_read(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_block(m, true);
	uint8_t got[4 * SECTOR];

	assert_int_equal(request(w, VIRTIO_BLK_T_IN, 3, DATA + PAGE - 700, 4 * SECTOR, D_WRITE,
				 4 * SECTOR + 1),
			 VIRTIO_BLK_S_OK);
	peek(w, DATA + PAGE - 700, got, sizeof(got));
	assert_memory_equal(got, m->image + 3 * SECTOR, sizeof(got));
	assert_int_equal(request(w, VIRTIO_BLK_T_IN, 0, DATA, SECTORS * SECTOR, D_WRITE,
				 SECTORS * SECTOR + 1),
			 VIRTIO_BLK_S_OK);
	for (unsigned int i = 0; i < SECTORS; i++) {
		peek(w, DATA + i * SECTOR, got, SECTOR);
		assert_memory_equal(got, m->image + i * SECTOR, SECTOR);
	}
}

/* Message framing is the driver's choice (2.7.4): header, data and status cut anywhere. */
static void test_block_any_layout(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_block(m, false);
	const struct part read[] = { { HEADER_AT, 3, 0 },          { HEADER_AT + 3, 13, 0 },
				     { DATA, 1, D_WRITE },         { DATA + PAGE - 10, 500, D_WRITE },
				     { DATA + 4000, 12, D_WRITE }, /* data and status in one */ };
	struct part write[] = { { DATA, 16 + 100, 0 }, { DATA + PAGE, 412, 0 }, { STATUS_AT, 1, D_WRITE } };
	uint32_t type = VIRTIO_BLK_T_IN;
	uint64_t sector = 7;
	uint8_t got[SECTOR];

	poke(w, HEADER_AT, &type, 4);
	poke(w, HEADER_AT + 8, &sector, 8);
	offer(w, 0, read, 5);
	kick(w, 0);
	expect_used(w, 0, 0, SECTOR + 1);
	got[0] = *at(w, DATA);
	peek(w, DATA + PAGE - 10, got + 1, 500);
	peek(w, DATA + 4000, got + 501, 11);
	assert_memory_equal(got, m->image + 7 * SECTOR, SECTOR);
	assert_int_equal(*at(w, DATA + 4011), VIRTIO_BLK_S_OK);

	type = VIRTIO_BLK_T_OUT;
	poke(w, DATA, &type, 4);
	poke(w, DATA + 8, &sector, 8);
	memset(at(w, DATA + 16), 'x', 100);
	memset(at(w, DATA + PAGE), 'y', 412);
	*at(w, STATUS_AT) = 0xee;
	offer(w, 0, write, 3);
	kick(w, 0);
	expect_used(w, 0, 5, 1);
	assert_int_equal(*at(w, STATUS_AT), VIRTIO_BLK_S_OK);
	memset(got, 'x', 100);
	memset(got + 100, 'y', 412);
	assert_memory_equal(got, m->image + 7 * SECTOR, SECTOR);
}

static void test_block_write(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_block(m, false);
	uint8_t *expected = malloc(SECTORS * SECTOR);
	const struct part parts[] = { { DATA + 2 * PAGE - 100, 2 * SECTOR - 7, 0 },
				      { DATA + 5 * PAGE, 7, 0 } };

	memcpy(expected, m->image, SECTORS * SECTOR);
	memset(expected + (SECTORS - 2) * SECTOR, 'w', 2 * SECTOR);
	for (unsigned int i = 0; i < 2 * SECTOR - 7; i++)
		*at(w, DATA + 2 * PAGE - 100 + i) = 'w';
	memset(at(w, DATA + 5 * PAGE), 'w', 7);
	assert_int_equal(request_parts(w, VIRTIO_BLK_T_OUT, SECTORS - 2, parts, 2, 1), VIRTIO_BLK_S_OK);
	assert_memory_equal(m->image, expected, SECTORS * SECTOR);
	assert_int_equal(request_parts(w, VIRTIO_BLK_T_FLUSH, 0, NULL, 0, 1), VIRTIO_BLK_S_OK);
	assert_memory_equal(m->image, expected, SECTORS * SECTOR);
	free(expected);
}

static void test_block_read_only(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_block(m, true);
	uint8_t before = m->image[0];

	memset(at(w, DATA), before ^ 0xff, SECTOR);
	assert_int_equal(request(w, VIRTIO_BLK_T_OUT, 0, DATA, SECTOR, 0, 1), VIRTIO_BLK_S_IOERR);
	assert_int_equal(m->image[0], before);
	assert_int_equal(request_parts(w, VIRTIO_BLK_T_FLUSH, 0, NULL, 0, 1), VIRTIO_BLK_S_OK);
}

static void test_block_out_of_range(void **state)
{
	static const struct {
		uint64_t sector;
		uint32_t bytes;
	} bad[] = {
		{ SECTORS, SECTOR },
		{ SECTORS - 1, 2 * SECTOR },
		{ 0, (SECTORS + 1) * SECTOR },
		{ SECTORS + 1, 0 },
		{ UINT64_MAX, SECTOR },
		{ UINT64_MAX / SECTOR, 2 * SECTOR },
		{ UINT64_C(1) << 55, SECTOR }, /* * 512 is 0 modulo 2^64 */
		{ UINT64_C(1) << 63, SECTOR },
		{ 0, SECTOR - 1 },
		{ 0, 1 },
		{ 1, SECTOR + 1 },
	};
	struct machine *m = *state;
	struct vworld *w = start_block(m, false);
	uint8_t *before = malloc(SECTORS * SECTOR);

	memcpy(before, m->image, SECTORS * SECTOR);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		/* No data was written: nothing that the driver may look at but the status. */
		uint32_t used = bad[i].bytes == 0 ? 1 : 0;

		*at(w, DATA) = 0x77;
		assert_int_equal(request(w, VIRTIO_BLK_T_IN, bad[i].sector, DATA, bad[i].bytes, D_WRITE,
					 used),
				 VIRTIO_BLK_S_IOERR);
		assert_int_equal(*at(w, DATA), 0x77);
		assert_int_equal(request(w, VIRTIO_BLK_T_OUT, bad[i].sector, DATA, bad[i].bytes, 0, 1),
				 VIRTIO_BLK_S_IOERR);
	}
	assert_memory_equal(before, m->image, SECTORS * SECTOR);
	/* The edge itself. */
	assert_int_equal(request(w, VIRTIO_BLK_T_IN, SECTORS - 1, DATA, SECTOR, D_WRITE, SECTOR + 1),
			 VIRTIO_BLK_S_OK);
	assert_int_equal(request(w, VIRTIO_BLK_T_IN, SECTORS, DATA, 0, D_WRITE, 1), VIRTIO_BLK_S_OK);
	free(before);
}

static void test_block_unsupported(void **state)
{
	static const uint32_t types[] = {
		2, 3, 5, 7, 9, 10, 11, 13, 14, 15, 16, 0x100, 0x80000000, UINT32_MAX
	};
	struct machine *m = *state;
	struct vworld *w = start_block(m, false);

	for (unsigned int i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_int_equal(request(w, types[i], 0, DATA, SECTOR, D_WRITE, 0), VIRTIO_BLK_S_UNSUPP);
		assert_int_equal(request_parts(w, types[i], 0, NULL, 0, 1), VIRTIO_BLK_S_UNSUPP);
	}
}

static void test_block_id(void **state)
{
	static const char expected[VIRTIO_BLOCK_ID] = "disk 0";
	struct machine *m = *state;
	struct vworld *w = start_block(m, false);
	struct virtio_block *other;

	memset(at(w, DATA), 0xee, 40);
	assert_int_equal(request(w, VIRTIO_BLK_T_GET_ID, 0, DATA, 20, D_WRITE, 21), VIRTIO_BLK_S_OK);
	assert_memory_equal(at(w, DATA), expected, 20);
	assert_int_equal(*at(w, DATA + 20), 0xee);
	assert_int_equal(request(w, VIRTIO_BLK_T_GET_ID, 0, DATA, 19, D_WRITE, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(w, VIRTIO_BLK_T_GET_ID, 0, DATA, 21, D_WRITE, 0), VIRTIO_BLK_S_IOERR);

	other = malloc(sizeof(*other)); /* ASan sees what goes beyond it */
	virtio_block_init(other, BASE, INTID, &w->platform, m->image, SECTOR, false,
			  "a name that is longer than it may be");
	w->device = &other->virtio.device;
	start(w, 1, 8);
	assert_int_equal(request(w, VIRTIO_BLK_T_GET_ID, 0, DATA, 20, D_WRITE, 21), VIRTIO_BLK_S_OK);
	assert_memory_equal(at(w, DATA), "a name that is longer than it may be", 20);
	free(other);
}

/* Data that is not in shared memory is an error of the request, not of the device. */
static void test_block_data_not_shared(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_block(m, false);
	uint8_t before[SECTOR];

	memcpy(before, m->image, SECTOR);
	unshare_page(w, DATA + PAGE);
	assert_int_equal(request(w, VIRTIO_BLK_T_IN, 0, NOWHERE, SECTOR, D_WRITE, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(w, VIRTIO_BLK_T_OUT, 0, NOWHERE, SECTOR, 0, 1), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(w, VIRTIO_BLK_T_IN, 0, DATA + PAGE - 10, SECTOR, D_WRITE, 0),
			 VIRTIO_BLK_S_IOERR);
	assert_int_equal(request(w, VIRTIO_BLK_T_IN, 0, UINT64_MAX - SECTOR, SECTOR, D_WRITE, 0),
			 VIRTIO_BLK_S_IOERR);
	assert_memory_equal(before, m->image, SECTOR);
	assert_int_equal(request(w, VIRTIO_BLK_T_IN, 0, DATA, SECTOR, D_WRITE, SECTOR + 1), VIRTIO_BLK_S_OK);
}

/* Requests that can't even be answered. */
static void test_block_no_request(void **state)
{
	const struct part bad[][3] = {
		{ { HEADER_AT, 16, 0 } },                                         /* no status */
		{ { HEADER_AT, 15, 0 }, { STATUS_AT, 1, D_WRITE } },              /* no header */
		{ { DATA, 600, D_WRITE } },                                       /* neither */
		{ { HEADER_AT, 16, 0 }, { DATA, 0, D_WRITE } },                   /* an empty status */
		{ { HEADER_AT, 16, 0 }, { NOWHERE, 1, D_WRITE } },                /* one that is not shared */
		{ { NOWHERE, 16, 0 }, { STATUS_AT, 1, D_WRITE } },                /* such a header */
		{ { DATA, 8, 0 }, { NOWHERE, 8, 0 }, { STATUS_AT, 1, D_WRITE } }, /* half of one */
	};
	static const unsigned int counts[] = { 1, 2, 1, 2, 2, 2, 3 };
	struct machine *m = *state;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vworld *w = start_block(m, false);

		w->line = false;
		offer(w, 0, bad[i], counts[i]);
		kick(w, 0);
		expect_failed(w);
		expect_nothing_used(w, 0);
	}
}

/* A write that nobody could be told about isn't done. */
static void test_block_write_without_status(void **state)
{
	const struct part parts[] = { { HEADER_AT, 16, 0 }, { DATA, SECTOR, 0 } };
	struct machine *m = *state;
	struct vworld *w = start_block(m, false);
	uint8_t type = VIRTIO_BLK_T_OUT, before = m->image[0];

	poke(w, HEADER_AT, &type, 1);
	memset(at(w, DATA), before ^ 0xff, SECTOR);
	offer(w, 0, parts, 2);
	kick(w, 0);
	expect_failed(w);
	assert_int_equal(m->image[0], before);
}

/* --- Console ---------------------------------------------------------------------------------------------- */

static struct vworld *make_console(struct machine *m)
{
	virtio_console_init(&m->console, BASE, INTID, &m->w.platform, output, m);
	m->w.device = &m->console.virtio.device;
	return &m->w;
}

static struct vworld *start_console(struct machine *m)
{
	make_console(m);
	start(&m->w, 2, 8);
	return &m->w;
}

static uint32_t input(struct machine *m, const char *text)
{
	return virtio_console_input(&m->console, (const uint8_t *)text, (uint32_t)strlen(text));
}

static void test_console_output(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_console(m);
	const struct part hello[] = { { DATA + PAGE - 2, 5, 0 }, { DATA, 0, 0 }, { DATA + 30, 7, 0 } };
	const struct part much = { DATA, 10000, 0 };

	assert_int_equal(reg(w, R_DEVICE_ID), VIRTIO_ID_CONSOLE);
	poke(w, DATA + PAGE - 2, "hello", 5);
	poke(w, DATA + 30, " world!", 7);
	offer(w, TX, hello, 3);
	kick(w, TX);
	expect_used(w, TX, 0, 0);
	expect_interrupt(w, VIRTIO_INTERRUPT_USED);
	assert_int_equal(m->output_count, 12);
	assert_memory_equal(m->output, "hello world!", 12);

	for (unsigned int i = 0; i < 10000; i++)
		*at(w, DATA + i) = (uint8_t)(i * 7);
	m->output_count = 0;
	offer(w, TX, &much, 1);
	kick(w, TX);
	expect_used(w, TX, 3, 0);
	assert_int_equal(m->output_count, 10000);
	for (unsigned int i = 0; i < 10000; i++)
		assert_int_equal((uint8_t)m->output[i], (uint8_t)(i * 7));
}

static void test_console_input(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_console(m);
	const struct part buffers[] = { { DATA + PAGE - 2, 4, D_WRITE }, { DATA, 10, D_WRITE } };

	offer(w, RX, buffers, 1);
	offer(w, RX, buffers + 1, 1);
	offer(w, RX, buffers + 1, 1); /* not needed */
	kick(w, RX);
	expect_nothing_used(w, RX);
	expect_interrupt(w, 0);
	assert_int_equal(input(m, "abcdef"), 6);
	expect_used(w, RX, 0, 4);
	expect_used(w, RX, 1, 2);
	expect_nothing_used(w, RX);
	expect_interrupt(w, VIRTIO_INTERRUPT_USED);
	assert_memory_equal(at(w, DATA + PAGE - 2), "ab", 2);
	assert_memory_equal(at(w, DATA + PAGE), "cd", 2);
	assert_memory_equal(at(w, DATA), "ef", 3); /* and nothing after it */
}

static void test_console_input_before_buffers(void **state)
{
	struct machine *m = *state;
	struct vworld *w = make_console(m);
	const struct part buffer = { DATA, 4, D_WRITE };

	assert_int_equal(input(m, "early"), 5); /* before there is a driver */
	assert_int_equal(reg(w, R_STATUS), 0);
	assert_int_equal(w->guest_calls, 0);
	start(w, 2, 8);
	assert_int_equal(input(m, " bird"), 5); /* before there is a buffer */
	assert_int_equal(w->line_changes, 0);
	for (unsigned int i = 0; i < 2; i++)
		offer(w, RX, &buffer, 1);
	kick(w, RX);
	expect_used(w, RX, 0, 4);
	expect_used(w, RX, 1, 4);
	assert_memory_equal(at(w, DATA), "y bi", 4);
	offer(w, RX, &buffer, 1);
	kick(w, RX);
	expect_used(w, RX, 2, 2);
	assert_memory_equal(at(w, DATA), "rdbi", 4);
	offer(w, RX, &buffer, 1);
	kick(w, RX);
	expect_nothing_used(w, RX);
}

static void test_console_input_full(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_console(m);
	const struct part buffer = { DATA, 1000, D_WRITE };
	uint8_t bytes[VIRTIO_CONSOLE_INPUT + 10];

	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 3);
	assert_int_equal(virtio_console_input(&m->console, bytes, 200), 200);
	assert_int_equal(virtio_console_input(&m->console, bytes + 200, sizeof(bytes) - 200),
			 VIRTIO_CONSOLE_INPUT - 200);
	assert_int_equal(virtio_console_input(&m->console, bytes, 1), 0);
	offer(w, RX, &buffer, 1);
	kick(w, RX);
	expect_used(w, RX, 0, VIRTIO_CONSOLE_INPUT);
	assert_memory_equal(at(w, DATA), bytes, VIRTIO_CONSOLE_INPUT);
	assert_int_equal(virtio_console_input(&m->console, bytes, 1), 1);
}

/* Buffers of the wrong kind. */
static void test_console_wrong_direction(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_console(m);
	const struct part mixed[] = { { DATA, 4, 0 }, { DATA + 10, 4, D_WRITE } };

	offer(w, TX, mixed, 2);
	kick(w, TX);
	expect_failed(w);
	assert_int_equal(m->output_count, 0);

	w->line = false;
	start_console(m);
	offer(w, RX, mixed, 2);
	kick(w, RX);
	assert_int_equal(reg(w, R_STATUS) & S_NEEDS_RESET, 0); /* not looked at without input */
	assert_int_equal(input(m, "x"), 1);
	expect_failed(w);
	assert_int_equal(*at(w, DATA + 10), 0);
	/* The input is there for the next driver. */
	start(w, 2, 8);
	offer(w, RX, mixed + 1, 1);
	kick(w, RX);
	expect_used(w, RX, 0, 1);
	assert_int_equal(*at(w, DATA + 10), 'x');
}

/* A used buffer notification is not sent by a device that needs a reset (2.1.2). */
static void test_console_fails_on_the_way(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_console(m);
	const struct part buffers[] = { { DATA, 2, D_WRITE }, { NOWHERE, 2, D_WRITE } };

	offer(w, RX, buffers, 1);
	offer(w, RX, buffers + 1, 1);
	assert_int_equal(input(m, "abcd"), 4);
	expect_failed(w);
	expect_used(w, RX, 0, 2);
	expect_nothing_used(w, RX);
	assert_int_equal(reg(w, R_INTERRUPT_STATUS), VIRTIO_INTERRUPT_CONFIG);
}

static void test_console_emergency(void **state)
{
	struct machine *m = *state;
	struct vworld *w = make_console(m);
	uint64_t value = 'B';

	assert_true((offered(w) & VIRTIO_CONSOLE_F_EMERG_WRITE) != 0);
	set_reg(w, R_CONFIG + 8, 0x12345600 | 'A');
	assert_true(device_access(&w->device, 1, BASE + R_CONFIG + 8, 1, true, &value));
	assert_true(device_access(&w->device, 1, BASE + R_CONFIG + 9, 1, true, &value));
	set_reg(w, R_CONFIG, 'C');
	set_reg(w, R_CONFIG + 12, 'C');
	assert_int_equal(m->output_count, 2);
	assert_memory_equal(m->output, "AB", 2);
	assert_int_equal(reg(w, R_CONFIG + 8), 0);
}

/* --- Entropy ---------------------------------------------------------------------------------------------- */

static struct vworld *start_entropy(struct machine *m)
{
	virtio_entropy_init(&m->entropy, BASE, INTID, &m->w.platform, random_bytes, m);
	m->w.device = &m->entropy.virtio.device;
	start(&m->w, 1, 8);
	return &m->w;
}

static void test_entropy(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_entropy(m);
	const struct part small = { DATA + PAGE - 3, 7, D_WRITE }, large = { DATA, 3000, D_WRITE };

	assert_int_equal(reg(w, R_DEVICE_ID), VIRTIO_ID_ENTROPY);
	offer(w, 0, &small, 1);
	kick(w, 0);
	expect_used(w, 0, 0, 7);
	expect_interrupt(w, VIRTIO_INTERRUPT_USED);
	assert_int_equal(m->random_count, 7);
	assert_int_equal(*at(w, DATA + PAGE - 4), 0);
	for (unsigned int i = 0; i < 7; i++)
		assert_int_equal(*at(w, DATA + PAGE - 3 + i), 0xa5);
	assert_int_equal(*at(w, DATA + PAGE + 4), 0);
	offer(w, 0, &large, 1);
	kick(w, 0);
	expect_used(w, 0, 1, VIRTIO_ENTROPY_MAX);
	assert_int_equal(*at(w, DATA + VIRTIO_ENTROPY_MAX - 1), 0xa5);
	assert_int_equal(*at(w, DATA + VIRTIO_ENTROPY_MAX), 0);
}

static void test_entropy_none(void **state)
{
	struct machine *m = *state;
	struct vworld *w = start_entropy(m);
	const struct part buffer = { DATA, 7, D_WRITE };

	m->no_random = true;
	offer(w, 0, &buffer, 1);
	kick(w, 0);
	expect_failed(w);
	expect_nothing_used(w, 0);
	assert_int_equal(*at(w, DATA), 0); /* what the source left is not passed on */
}

static void test_entropy_bad_buffers(void **state)
{
	const struct part bad[][2] = { { { DATA, 7, 0 }, { DATA, 7, D_WRITE } },
				       { { DATA, 7, 0 } },
				       { { DATA, 0, D_WRITE } },
				       { { NOWHERE, 7, D_WRITE } } };
	static const unsigned int counts[] = { 2, 1, 1, 1 };
	struct machine *m = *state;

	for (unsigned int i = 0; i < 4; i++) {
		struct vworld *w = start_entropy(m);

		w->line = false;
		offer(w, 0, bad[i], counts[i]);
		kick(w, 0);
		expect_failed(w);
		expect_nothing_used(w, 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_block_config, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_any_layout, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_write, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_read_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_out_of_range, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_unsupported, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_id, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_data_not_shared, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_no_request, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_write_without_status, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console_output, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console_input, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console_input_before_buffers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console_input_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console_wrong_direction, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console_fails_on_the_way, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console_emergency, setup, teardown),
		cmocka_unit_test_setup_teardown(test_entropy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_entropy_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_entropy_bad_buffers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
