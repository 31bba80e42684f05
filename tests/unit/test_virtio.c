/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio transport: registers, negotiation, reset, queues, interrupts; by a driver that keeps the rules.
 * The device is one that writes a pattern into each buffer.
 */
#include "virtio_world.h"

#include "devices/virtio_entropy.h"

struct machine {
	struct vworld w;
	struct virtio_entropy entropy;
};

static bool pattern(void *context, uint8_t *bytes, uint32_t count)
{
	(void)context;
	for (uint32_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(i + 1);
	return true;
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	vworld_init(&m->w);
	virtio_entropy_init(&m->entropy, BASE, INTID, &m->w.platform, pattern, NULL);
	m->w.device = &m->entropy.virtio.device;
	*state = m;
	return 0;
}

static struct vworld *world(void **state)
{
	return &((struct machine *)*state)->w;
}

static const struct part ten = { DATA + PAGE - 5, 10, D_WRITE };

/* --- Registers -------------------------------------------------------------------------------------------- */

static void test_identity(void **state)
{
	struct vworld *w = world(state);

	assert_int_equal(reg(w, R_MAGIC), 0x74726976);
	assert_int_equal(reg(w, R_VERSION), 2);
	assert_int_equal(reg(w, R_DEVICE_ID), VIRTIO_ID_ENTROPY);
	assert_int_equal(reg(w, R_STATUS), 0);
	assert_int_equal(reg(w, R_INTERRUPT_STATUS), 0);
	assert_int_equal(reg(w, R_CONFIG_GENERATION), 0);
	for (uint64_t i = 0; i < 4; i++) /* no shared memory region */
		assert_int_equal(reg(w, R_SHM_LEN_LOW + 4 * i), UINT32_MAX);
	assert_true(offered(w) == (VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM));
	set_reg(w, R_DEVICE_FEATURES_SEL, 2);
	assert_int_equal(reg(w, R_DEVICE_FEATURES), 0);
	set_reg(w, R_DEVICE_FEATURES_SEL, UINT32_MAX);
	assert_int_equal(reg(w, R_DEVICE_FEATURES), 0);
}

/* Registers that only exist in one direction, or not at all. */
static void test_nothing_there(void **state)
{
	static const uint16_t unreadable[] = {
		0x014, 0x018, 0x01c, 0x020, 0x024, 0x030, 0x038, 0x03c, 0x040,
		0x050, 0x064, 0x080, 0x0a4, 0x0ac, 0x0c0, 0x0f8, 0x100, 0x1fc
	};
	static const uint16_t unwritable[] = {
		0x000, 0x004, 0x008, 0x00c, 0x010, 0x034, 0x060, 0x0fc, 0x100
	};
	struct vworld *w = world(state);
	struct virtio before;

	for (unsigned int i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++)
		assert_int_equal(reg(w, unreadable[i]), 0);
	before = ((struct machine *)*state)->entropy.virtio;
	for (unsigned int i = 0; i < sizeof(unwritable) / sizeof(unwritable[0]); i++)
		set_reg(w, unwritable[i], UINT32_MAX);
	assert_memory_equal(&before, &((struct machine *)*state)->entropy.virtio, sizeof(before));
}

/* Registers take aligned words only, the configuration any byte, half or word; a refused access does nothing. */
static void test_sizes(void **state)
{
	static const unsigned int sizes[] = { 0, 1, 2, 3, 4, 5, 8, 16, 0x80000000 };
	struct vworld *w = world(state);

	for (uint64_t offset = 0; offset < VIRTIO_MMIO_SIZE; offset++) {
		for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unsigned int bytes = sizes[i];
			bool inside = offset + bytes <= VIRTIO_MMIO_SIZE;
			bool good = offset < R_CONFIG ? bytes == 4 && offset % 4 == 0
						      : inside && (bytes == 1 || bytes == 2 || bytes == 4);
			uint64_t value = 0x5555555555555555;

			assert_int_equal(device_access(&w->device, 1, BASE + offset, bytes, false, &value),
					 good);
			assert_true(good ? value <= UINT32_MAX : value == 0x5555555555555555);
			value = 0;
			assert_int_equal(w->device->access(w->device, offset, bytes, true, &value), good);
		}
	}
	assert_false(w->device->access(w->device, VIRTIO_MMIO_SIZE, 4, false, &(uint64_t){ 0 }));
	assert_false(w->device->access(w->device, UINT64_MAX - 3, 4, false, &(uint64_t){ 0 }));
}

static void test_find(void **state)
{
	struct vworld *w = world(state);
	struct virtio_entropy other;
	struct device *both[2] = { w->device, &other.virtio.device };
	uint64_t value;

	virtio_entropy_init(&other, UINT64_MAX - VIRTIO_MMIO_SIZE + 1, INTID + 1, &w->platform, pattern,
			    NULL);
	assert_ptr_equal(device_find(both, 2, BASE), both[0]);
	assert_ptr_equal(device_find(both, 2, BASE + VIRTIO_MMIO_SIZE - 1), both[0]);
	assert_null(device_find(both, 2, BASE + VIRTIO_MMIO_SIZE));
	assert_null(device_find(both, 2, BASE - 1));
	assert_ptr_equal(device_find(both, 2, UINT64_MAX), both[1]);
	assert_null(device_find(both, 0, BASE));
	assert_false(device_access(both, 2, BASE - 2, 4, false, &value));
	assert_false(device_access(both, 2, BASE + VIRTIO_MMIO_SIZE - 2, 4, false, &value));
	assert_false(device_access(both, 2, UINT64_MAX, 4, false, &value));
}

/* --- Negotiation ------------------------------------------------------------------------------------------ */

static void test_features(void **state)
{
	struct vworld *w = world(state);
	uint64_t all = offered(w);

	assert_true(negotiate(w, all));
	assert_false(negotiate(w, 0));
	assert_false(negotiate(w, all & ~VIRTIO_F_VERSION_1));
	assert_false(negotiate(w, all & ~VIRTIO_F_ACCESS_PLATFORM));
	for (unsigned int bit = 0; bit < 64; bit++)
		assert_int_equal(negotiate(w, all | UINT64_C(1) << bit), (all >> bit & 1) != 0);
	assert_true(negotiate(w, all));
}

/* A refusal leaves the driver free to accept less. */
static void test_features_second_try(void **state)
{
	struct vworld *w = world(state);

	assert_false(negotiate(w, offered(w) | 1));
	assert_int_equal(reg(w, R_STATUS), S_ACKNOWLEDGE | S_DRIVER);
	set_reg(w, R_DRIVER_FEATURES_SEL, 0);
	set_reg(w, R_DRIVER_FEATURES, 0);
	set_reg(w, R_STATUS, S_STARTED);
	assert_int_equal(reg(w, R_STATUS), S_STARTED);
}

static void test_features_beyond_64(void **state)
{
	struct vworld *w = world(state);

	assert_false(negotiate(w, 0));
	set_reg(w, R_DRIVER_FEATURES_SEL, 1);
	set_reg(w, R_DRIVER_FEATURES, 3);
	set_reg(w, R_DRIVER_FEATURES_SEL, 2);
	set_reg(w, R_DRIVER_FEATURES, 0);
	set_reg(w, R_DRIVER_FEATURES_SEL, 77);
	set_reg(w, R_DRIVER_FEATURES, 1);
	set_reg(w, R_STATUS, S_STARTED);
	assert_int_equal(reg(w, R_STATUS), S_ACKNOWLEDGE | S_DRIVER);
	assert_true(negotiate(w, offered(w)));
}

static void test_features_are_settled(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;

	assert_true(negotiate(w, offered(w)));
	set_reg(w, R_DRIVER_FEATURES_SEL, 0);
	set_reg(w, R_DRIVER_FEATURES, UINT32_MAX);
	set_reg(w, R_DRIVER_FEATURES_SEL, 3);
	set_reg(w, R_DRIVER_FEATURES, UINT32_MAX);
	assert_true(m->entropy.virtio.features == offered(w));
	assert_false(m->entropy.virtio.accepts_unknown);
}

/* --- Status ----------------------------------------------------------------------------------------------- */

static void test_status_bits(void **state)
{
	struct vworld *w = world(state);

	set_reg(w, R_STATUS, ~S_FEATURES_OK);
	assert_int_equal(reg(w, R_STATUS), S_ACKNOWLEDGE | S_DRIVER | S_DRIVER_OK | VIRTIO_STATUS_FAILED);
	set_reg(w, R_STATUS, S_ACKNOWLEDGE); /* nothing is taken back */
	assert_int_equal(reg(w, R_STATUS), S_ACKNOWLEDGE | S_DRIVER | S_DRIVER_OK | VIRTIO_STATUS_FAILED);
	set_reg(w, R_STATUS, 0);
	assert_int_equal(reg(w, R_STATUS), 0);
	set_reg(w, R_STATUS, S_NEEDS_RESET);
	assert_int_equal(reg(w, R_STATUS), 0);
	assert_false(w->line);
}

static void test_reset(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;
	struct virtio fresh = m->entropy.virtio;

	start(w, 1, 8);
	offer(w, 0, &ten, 1);
	kick(w, 0);
	assert_true(w->line);
	set_reg(w, R_DEVICE_FEATURES_SEL, 1);
	set_reg(w, R_STATUS, 0);
	assert_false(w->line);
	fresh.chain = m->entropy.virtio.chain; /* nobody's until the next buffer */
	assert_int_not_equal(fresh.epoch, m->entropy.virtio.epoch);
	fresh.epoch = m->entropy.virtio.epoch;
	assert_memory_equal(&fresh, &m->entropy.virtio, sizeof(fresh));

	offer(w, 0, &ten, 1); /* nobody looks at the queue now */
	w->guest_calls = 0;
	kick(w, 0);
	assert_int_equal(w->guest_calls, 0);

	start(w, 1, 8);
	offer(w, 0, &ten, 1);
	kick(w, 0);
	expect_used(w, 0, 0, 10);
}

/* --- Setting up queues ------------------------------------------------------------------------------------ */

static void test_queue_sizes(void **state)
{
	struct vworld *w = world(state);

	for (uint16_t size = 1; size <= VIRTIO_QUEUE_SIZE; size *= 2) {
		start(w, 1, size);
		for (unsigned int i = 0; i < 3U * size; i++) {
			uint16_t head = offer(w, 0, &ten, 1);

			kick(w, 0);
			expect_used(w, 0, head, 10);
		}
		expect_nothing_used(w, 0);
	}
}

static void test_queue_that_is_not_there(void **state)
{
	static const uint32_t absent[] = { 1, 2, 0x10000, UINT32_MAX };
	struct vworld *w = world(state);

	start(w, 1, 8);
	set_reg(w, R_QUEUE_SEL, 0);
	assert_int_equal(reg(w, R_QUEUE_NUM_MAX), VIRTIO_QUEUE_SIZE);
	for (unsigned int i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		set_reg(w, R_QUEUE_SEL, absent[i]);
		assert_int_equal(reg(w, R_QUEUE_NUM_MAX), 0);
		set_reg(w, R_QUEUE_NUM, 8);
		set_reg64(w, R_QUEUE_DESC, MEMORY);
		set_reg(w, R_QUEUE_READY, 1);
		assert_int_equal(reg(w, R_QUEUE_READY), 0);
		offer(w, 0, &ten, 1);
		w->guest_calls = 0;
		kick(w, absent[i]);
		assert_int_equal(w->guest_calls, 0);
	}
	assert_int_equal(reg(w, R_STATUS), S_STARTED | S_DRIVER_OK);
}

/* What a queue is stands as long as it is ready; turning it off and on starts it anew. */
static void test_queue_is_settled(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;
	struct virtio_queue before;

	start(w, 1, 8);
	offer(w, 0, &ten, 1);
	kick(w, 0);
	before = m->entropy.virtio.queues[0];
	assert_int_equal(before.taken, 1);
	set_reg(w, R_QUEUE_NUM, 4);
	for (uint64_t offset = R_QUEUE_DESC; offset < R_QUEUE_DEVICE + 8; offset += 4)
		set_reg(w, offset, 0x1000);
	set_reg(w, R_QUEUE_READY, 1);
	assert_memory_equal(&before, &m->entropy.virtio.queues[0], sizeof(before));

	set_reg(w, R_QUEUE_READY, 0);
	assert_int_equal(reg(w, R_QUEUE_READY), 0);
	w->guest_calls = 0;
	kick(w, 0);
	assert_int_equal(w->guest_calls, 0);
	make_queue(w, 0, 4);
	assert_true(enable_queue(w, 0));
	offer(w, 0, &ten, 1);
	kick(w, 0);
	expect_used(w, 0, 0, 10);
}

/* Nothing is touched before the driver says that it is ready. */
static void test_notify_too_early(void **state)
{
	struct vworld *w = world(state);

	assert_true(negotiate(w, offered(w)));
	make_queue(w, 0, 8);
	offer(w, 0, &ten, 1);
	kick(w, 0);
	set_reg(w, R_STATUS, S_STARTED | S_DRIVER_OK);
	kick(w, 0); /* DRIVER_OK, but the queue is not ready */
	set_reg(w, R_STATUS, 0);
	assert_true(negotiate(w, offered(w)));
	assert_true(enable_queue(w, 0));
	kick(w, 0); /* ready, but no DRIVER_OK */
	set_reg(w, R_STATUS, 0);
	set_reg(w, R_STATUS, S_ACKNOWLEDGE | S_DRIVER | S_DRIVER_OK);
	assert_true(enable_queue(w, 0));
	kick(w, 0); /* no FEATURES_OK */
	assert_int_equal(w->guest_calls, 0);
	expect_nothing_used(w, 0);
	assert_int_equal(w->line_changes, 0);
}

/* --- Buffers and interrupts ------------------------------------------------------------------------------- */

static void test_content(void **state)
{
	static const struct part parts[] = {
		{ DATA + 2 * PAGE - 3, 6, D_WRITE },
		{ NOWHERE, 0, D_WRITE }, /* empty: nobody cares where */
		{ DATA + 20, 1, D_WRITE },
		{ DATA + 5 * PAGE - 2, 3, D_WRITE },
	};
	static const uint8_t expected[] = { 1, 2, 3, 4, 5, 6 };
	struct vworld *w = world(state);
	uint8_t got[8];

	start(w, 1, 8);
	memset(at(w, DATA + PAGE), 0xee, PAGE);
	memset(at(w, DATA + 2 * PAGE), 0xee, PAGE);
	offer(w, 0, parts, 4);
	kick(w, 0);
	expect_used(w, 0, 0, 10);
	peek(w, DATA + 2 * PAGE - 4, got, 8);
	assert_int_equal(got[0], 0xee);
	assert_memory_equal(got + 1, expected, 6);
	assert_int_equal(got[7], 0xee);
	assert_int_equal(*at(w, DATA + 20), 7);
	peek(w, DATA + 5 * PAGE - 2, got, 4);
	assert_int_equal(got[0], 8);
	assert_int_equal(got[2], 10);
	assert_int_equal(got[3], 0);
}

static void test_several_at_once(void **state)
{
	struct vworld *w = world(state);
	uint16_t heads[8];

	start(w, 1, 8);
	for (unsigned int i = 0; i < 8; i++)
		heads[i] = offer(w, 0, &ten, 1);
	kick(w, 0);
	for (unsigned int i = 0; i < 8; i++)
		expect_used(w, 0, heads[i], 10);
	expect_nothing_used(w, 0);
	assert_int_equal(w->line_changes, 1);
	expect_interrupt(w, VIRTIO_INTERRUPT_USED);
	kick(w, 0); /* nothing new: no interrupt */
	expect_interrupt(w, 0);
}

/* The index is told last: a driver that looks at any moment finds in the ring what the index says. */
static void look_at_used(struct vworld *w, uint64_t ipa, uint64_t bytes)
{
	const struct vqueue *q = &w->queues[0];

	(void)bytes;
	if (ipa == q->used + 2)
		assert_int_equal(peek32(w, q->used + 4 + 8 * (uint64_t)(q->used_idx % q->size) + 4), 10);
}

static void test_index_last(void **state)
{
	struct vworld *w = world(state);

	start(w, 1, 4);
	w->on_guest = look_at_used;
	for (unsigned int i = 0; i < 4; i++) {
		uint16_t head = offer(w, 0, &ten, 1);

		kick(w, 0);
		expect_used(w, 0, head, 10);
	}
	w->on_guest = NULL;
}

/* Indices of rings run through 16 bits. */
static void test_indices_wrap(void **state)
{
	struct vworld *w = world(state);

	start(w, 1, 4);
	for (unsigned int i = 0; i < 70000; i++) {
		uint16_t head = offer(w, 0, &ten, 1);

		kick(w, 0);
		expect_used(w, 0, head, 10);
	}
	assert_int_equal(peek16(w, w->queues[0].used + 2), 70000 % 65536);
}

static void test_interrupt_suppressed(void **state)
{
	struct vworld *w = world(state);

	start(w, 1, 8);
	poke16(w, w->queues[0].avail, 1); /* VIRTQ_AVAIL_F_NO_INTERRUPT */
	offer(w, 0, &ten, 1);
	kick(w, 0);
	expect_used(w, 0, 0, 10);
	expect_interrupt(w, 0);
	poke16(w, w->queues[0].avail, 0);
	offer(w, 0, &ten, 1);
	kick(w, 0);
	expect_interrupt(w, VIRTIO_INTERRUPT_USED);
}

static void test_acknowledge(void **state)
{
	struct vworld *w = world(state);

	start(w, 1, 8);
	offer(w, 0, &ten, 1);
	kick(w, 0);
	set_reg(w, R_INTERRUPT_ACK, ~VIRTIO_INTERRUPT_USED);
	assert_true(w->line);
	set_reg(w, R_INTERRUPT_ACK, UINT32_MAX);
	assert_false(w->line);
	set_reg(w, R_INTERRUPT_ACK, UINT32_MAX);
	assert_int_equal(w->line_changes, 2);
}

/* The longest chain, and the most bytes. */
static void test_limits(void **state)
{
	struct vworld *w = world(state);
	struct part parts[VIRTIO_QUEUE_SIZE];

	start(w, 1, VIRTIO_QUEUE_SIZE);
	for (unsigned int i = 0; i < VIRTIO_QUEUE_SIZE; i++)
		parts[i] = (struct part){ DATA + i, 2, D_WRITE };
	offer(w, 0, parts, VIRTIO_QUEUE_SIZE);
	kick(w, 0);
	expect_used(w, 0, 0, 2 * VIRTIO_QUEUE_SIZE);

	for (unsigned int i = 0; i < VIRTIO_QUEUE_SIZE; i++)
		parts[i] = (struct part){ DATA, VIRTIO_CHAIN_BYTES / VIRTIO_QUEUE_SIZE, D_WRITE };
	offer(w, 0, parts, VIRTIO_QUEUE_SIZE);
	kick(w, 0);
	expect_used(w, 0, 0, VIRTIO_ENTROPY_MAX);
}

/* The device's side: nothing is copied beyond the end of a part. */
static void test_ranges(void **state)
{
	static const struct part parts[] = { { DATA, 20, 0 }, { DATA + PAGE, 30, D_WRITE } };
	struct machine *m = *state;
	struct virtio *virtio = &m->entropy.virtio;
	uint8_t bytes[40] = { 0 };

	start(&m->w, 1, 8);
	offer(&m->w, 0, parts, 2);
	assert_int_equal(virtio_pending(virtio, 0), 1);
	assert_true(virtio_take(virtio, 0));
	assert_true(virtio_read(virtio, 5, bytes, 15) && virtio_read(virtio, 20, bytes, 0));
	assert_true(virtio_write(virtio, 5, bytes, 25) && virtio_write(virtio, 30, bytes, 0));
	m->w.guest_calls = 0;
	assert_false(virtio_read(virtio, 5, bytes, 16) || virtio_read(virtio, 21, bytes, 0));
	assert_false(virtio_read(virtio, 21, bytes, 1) || virtio_read(virtio, UINT32_MAX, bytes, 2));
	assert_false(virtio_write(virtio, 5, bytes, 26) || virtio_write(virtio, 31, bytes, 0));
	assert_false(virtio_write(virtio, 31, bytes, 1) || virtio_write(virtio, UINT32_MAX, bytes, 2));
	assert_int_equal(m->w.guest_calls, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_identity, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_nothing_there, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_find, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_features, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_features_second_try, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_features_beyond_64, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_features_are_settled, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_status_bits, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_reset, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_queue_sizes, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_queue_that_is_not_there, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_queue_is_settled, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_notify_too_early, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_content, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_several_at_once, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_index_last, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_indices_wrap, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_interrupt_suppressed, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_acknowledge, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_ranges, setup, vworld_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
