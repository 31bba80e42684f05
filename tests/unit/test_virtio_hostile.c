/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio driver that breaks the rules: one by one, then at random. The device fails where it has to, touches
 * no memory that it wasn't given, and works again after a reset.
 */
#include "virtio_storm.h"

#define SIZE 8 /* of the queue, but for the storm's */

static int setup(void **state)
{
	*state = malloc(sizeof(struct machine));
	machine_init(*state);
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	assert_memory_equal(m->image, m->before, sizeof(m->before));
	machine_free(m);
	free(m);
	return 0;
}

static const struct part ten = { DATA, 10, D_WRITE };

static struct vworld *fresh(void **state)
{
	struct machine *m = *state;

	start(&m->w, 1, SIZE);
	return &m->w;
}

/* The notification makes the device fail and gives nothing back; after a reset all is well. */
static void expect_kick_fails(struct vworld *w)
{
	unsigned int calls;

	kick(w, 0);
	expect_failed(w);
	expect_nothing_used(w, 0);
	calls = w->guest_calls;
	kick(w, 0); /* it stays away from the queue */
	assert_int_equal(w->guest_calls, calls);
	set_reg(w, R_STATUS, S_STARTED | S_DRIVER_OK); /* and doesn't come back by itself */
	expect_failed(w);

	start(w, 1, SIZE);
	assert_false(w->line);
	offer(w, 0, &ten, 1);
	kick(w, 0);
	expect_used(w, 0, 0, 10);
	expect_interrupt(w, VIRTIO_INTERRUPT_USED);
}

/* --- Queues ----------------------------------------------------------------------------------------------- */

static void test_bad_queues(void **state)
{
	static const struct {
		uint64_t desc, avail, used;
		uint32_t size;
	} bad[] = {
		{ MEMORY, MEMORY, MEMORY, 0 },          { MEMORY, MEMORY, MEMORY, 3 },
		{ MEMORY, MEMORY, MEMORY, 127 },        { MEMORY, MEMORY, MEMORY, 256 },
		{ MEMORY, MEMORY, MEMORY, 0x8000 },     { MEMORY, MEMORY, MEMORY, 0x10000 },
		{ MEMORY, MEMORY, MEMORY, 0x10008 }, /* 8 in 16 bits */
		{ MEMORY, MEMORY, MEMORY, 0x80000000 }, { MEMORY, MEMORY, MEMORY, UINT32_MAX },
		{ MEMORY + 8, MEMORY, MEMORY, 8 },      { MEMORY, MEMORY + 1, MEMORY, 8 },
		{ MEMORY, MEMORY, MEMORY + 2, 8 },      { UINT64_MAX - 15, MEMORY, MEMORY, 8 },
		{ MEMORY, UINT64_MAX - 5, MEMORY, 8 },  { MEMORY, MEMORY, UINT64_MAX - 11, 8 },
	};
	struct vworld *w = fresh(state);

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(negotiate(w, offered(w)));
		set_reg(w, R_QUEUE_SEL, 0);
		set_reg(w, R_QUEUE_NUM, bad[i].size);
		set_reg64(w, R_QUEUE_DESC, bad[i].desc);
		set_reg64(w, R_QUEUE_DRIVER, bad[i].avail);
		set_reg64(w, R_QUEUE_DEVICE, bad[i].used);
		set_reg(w, R_QUEUE_READY, 1);
		assert_int_equal(reg(w, R_QUEUE_READY), 0);
		assert_int_equal(reg(w, R_STATUS), S_STARTED | S_NEEDS_RESET);
		assert_false(w->line); /* nobody listens before DRIVER_OK */
		w->guest_calls = 0;
		set_reg(w, R_STATUS, S_STARTED | S_DRIVER_OK);
		kick(w, 0);
		assert_int_equal(w->guest_calls, 0);
	}
	set_reg(w, R_STATUS, 0);
	start(w, 1, SIZE);
}

/* Each part of the queue in turn is not in shared memory. */
static void test_rings_not_shared(void **state)
{
	for (unsigned int part = 0; part < 3; part++) {
		struct vworld *w = fresh(state);
		struct vqueue *q = &w->queues[0];

		set_reg(w, R_QUEUE_READY, 0);
		set_reg64(w, part == 0 ? R_QUEUE_DESC : part == 1 ? R_QUEUE_DRIVER : R_QUEUE_DEVICE, NOWHERE);
		set_reg(w, R_QUEUE_READY, 1);
		assert_int_equal(reg(w, R_QUEUE_READY), 1);
		offer(w, 0, &ten, 1);
		assert_int_equal(peek16(w, q->avail + 2), 1);
		expect_kick_fails(w);
	}
}

/* Only the page with the later entries is gone. */
static void test_ring_ends_too_soon(void **state)
{
	struct vworld *w = fresh(state);

	set_reg(w, R_QUEUE_READY, 0);
	w->queues[0].desc = RINGS(1) + PAGE - 32;
	assert_true(enable_queue(w, 0));
	unshare_page(w, RINGS(1) + PAGE); /* descriptors from the third on */
	offer(w, 0, &ten, 1);
	offer(w, 0, &ten, 1);
	kick(w, 0);
	expect_used(w, 0, 0, 10);
	expect_used(w, 0, 1, 10);
	make_available(w, 0, 2);
	kick(w, 0);
	expect_failed(w);
	expect_nothing_used(w, 0);
}

static void test_available_index_jumps(void **state)
{
	static const uint16_t jumps[] = { SIZE + 1, 2 * SIZE, 0x7fff, 0x8000, 0xffff };

	for (unsigned int i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		struct vworld *w = fresh(state);

		set_desc(w, 0, 0, DATA, 10, D_WRITE, 0); /* every entry of the ring is a good buffer */
		poke16(w, w->queues[0].avail + 2, jumps[i]);
		expect_kick_fails(w);
	}
}

/* Also back, from where it was. */
static void test_available_index_goes_back(void **state)
{
	struct vworld *w = fresh(state);

	offer(w, 0, &ten, 1);
	kick(w, 0);
	expect_used(w, 0, 0, 10);
	poke16(w, w->queues[0].avail + 2, 0);
	expect_kick_fails(w);
}

/* --- Chains ----------------------------------------------------------------------------------------------- */

static void test_bad_heads(void **state)
{
	static const uint16_t heads[] = { SIZE, SIZE + 1, 0x7fff, 0x8000, 0xffff };

	for (unsigned int i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct vworld *w = fresh(state);

		set_desc(w, 0, 0, DATA, 10, D_WRITE, 0);
		set_desc(w, 0, SIZE, DATA, 10, D_WRITE, 0); /* good ones, but they aren't in the table */
		set_desc(w, 0, SIZE + 1, DATA, 10, D_WRITE, 0);
		make_available(w, 0, heads[i]);
		expect_kick_fails(w);
	}
}

static void test_next_out_of_range(void **state)
{
	static const uint16_t nexts[] = { SIZE, 0x8000, 0xffff };

	for (unsigned int i = 0; i < sizeof(nexts) / sizeof(nexts[0]); i++) {
		struct vworld *w = fresh(state);

		set_desc(w, 0, 0, DATA, 10, D_WRITE | D_NEXT, nexts[i]);
		set_desc(w, 0, SIZE, DATA, 10, D_WRITE, 0);
		make_available(w, 0, 0);
		expect_kick_fails(w);
	}
}

/* Loops of every length that a queue can have, also with empty descriptors, which no sum of bytes ends. */
static void test_loops(void **state)
{
	for (uint16_t length = 1; length <= SIZE; length++) {
		for (uint32_t bytes = 0; bytes < 2; bytes++) {
			struct vworld *w = fresh(state);

			for (uint16_t i = 0; i < length; i++)
				set_desc(w, 0, i, DATA, bytes, D_WRITE | D_NEXT,
					 (uint16_t)((i + 1) % length));
			make_available(w, 0, 0);
			w->guest_calls = 0;
			kick(w, 0);
			assert_int_equal(w->guest_calls, 2 + SIZE); /* index, head, descriptors */
			expect_kick_fails(w);
		}
	}
}

static void test_indirect(void **state)
{
	for (uint16_t flags = 0; flags < 4; flags++) {
		struct vworld *w = fresh(state);

		set_desc(w, 0, 0, DATA, 16, (uint16_t)(D_INDIRECT | flags), 1);
		set_desc(w, 0, 1, DATA, 16, D_WRITE, 0);
		make_available(w, 0, 0);
		expect_kick_fails(w);
	}
}

/* A block device: it would find all that it needs. */
static void test_readable_after_writable(void **state)
{
	static const struct part parts[] = { { DATA, 16, 0 },
					     { DATA + 100, 1, D_WRITE },
					     { DATA + 200, 10, 0 } };
	struct machine *m = *state;
	struct vworld *w = &m->w;

	m->w.device = &m->block.virtio.device;
	start(w, 1, SIZE);
	offer(w, 0, parts, 3);
	kick(w, 0);
	expect_failed(w);
	expect_nothing_used(w, 0);
}

static void test_lengths(void **state)
{
	static const struct part bad[][2] = {
		{ { UINT64_MAX - 8, 10, D_WRITE }, { DATA, 1, D_WRITE } }, /* wraps */
		{ { UINT64_MAX, 2, D_WRITE }, { DATA, 1, D_WRITE } },
		{ { DATA, 300, D_WRITE }, { UINT64_MAX - 8, 10, D_WRITE } }, /* where no data goes */
		{ { DATA, UINT32_MAX, D_WRITE }, { DATA, 1, D_WRITE } },     /* the sum wraps */
		{ { DATA, UINT32_MAX, D_WRITE }, { DATA, 2, D_WRITE } },
		{ { DATA, 0x80000000, D_WRITE }, { DATA, 0x80000000, D_WRITE } },
		{ { DATA, VIRTIO_CHAIN_BYTES, D_WRITE },
		  { DATA, UINT32_MAX - VIRTIO_CHAIN_BYTES + 2, D_WRITE } },
		{ { DATA, VIRTIO_CHAIN_BYTES, D_WRITE }, { DATA, 1, D_WRITE } }, /* too much */
		{ { DATA, VIRTIO_CHAIN_BYTES, 0 }, { DATA, 1, D_WRITE } },
		{ { DATA, VIRTIO_CHAIN_BYTES + 1, 0 }, { DATA, 0, D_WRITE } },
		{ { NOWHERE, 10, D_WRITE }, { DATA, 1, D_WRITE } }, /* not shared */
		{ { UINT64_MAX - 100, 10, D_WRITE }, { DATA, 1, D_WRITE } },
		{ { DATA + 16 * PAGE - 5, 10, D_WRITE }, { DATA, 1, D_WRITE } }, /* shared, then not */
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vworld *w = fresh(state);

		offer(w, 0, bad[i], 2);
		expect_kick_fails(w);
	}
}

/* One bad buffer among good ones: what came before is given back, what comes after isn't touched. A device that
 * needs a reset sends no used buffer notification (2.1.2). */
static void test_bad_one_in_the_middle(void **state)
{
	static const struct part bad[] = { { NOWHERE, 10, D_WRITE }, { DATA, 10, D_WRITE | D_INDIRECT } };
	static const struct part last = { DATA + 100, 10, D_WRITE };

	for (unsigned int i = 0; i < 2; i++) {
		struct vworld *w = fresh(state);

		offer(w, 0, &ten, 1);
		offer(w, 0, &bad[i], 1);
		offer(w, 0, &last, 1);
		kick(w, 0);
		expect_failed(w);
		assert_int_equal(reg(w, R_INTERRUPT_STATUS), VIRTIO_INTERRUPT_CONFIG);
		expect_used(w, 0, 0, 10);
		expect_nothing_used(w, 0);
		assert_int_equal(*at(w, DATA + 100), 0);
	}
}

/* The same descriptors in several buffers, and the rings as data: foolish, but nobody's harm but its own. */
static void test_rings_as_data(void **state)
{
	struct vworld *w = fresh(state);
	struct vqueue *q = &w->queues[0];

	set_desc(w, 0, 0, q->desc, SIZE * 16, D_WRITE, 0);
	for (unsigned int i = 0; i < SIZE; i++)
		make_available(w, 0, 0);
	kick(w, 0);
	expect_failed(w); /* the second one was read from what the first one had left there */
	expect_used(w, 0, 0, SIZE * 16);
	expect_nothing_used(w, 0);

	w = fresh(state);
	set_desc(w, 0, 0, q->used, 4 + SIZE * 8, D_WRITE, 0);
	make_available(w, 0, 0);
	kick(w, 0);
	assert_int_equal(peek16(w, q->used + 2), 1); /* the device knows its own index */
	expect_used(w, 0, 0, 4 + SIZE * 8);
}

/* --- Read once -------------------------------------------------------------------------------------------- */

static struct {
	unsigned int fetches[SIZE]; /* of each descriptor */
	unsigned int header, ring, index;
} reads;

static void count_reads(struct vworld *w, uint64_t ipa, uint64_t bytes)
{
	struct vqueue *q = &w->queues[0];

	if (ipa >= q->desc && ipa < q->desc + 16 * (uint64_t)q->size)
		reads.fetches[(ipa - q->desc) / 16]++;
	if (ipa >= DATA && ipa < DATA + 16)
		reads.header += (unsigned int)bytes;
	if (ipa == q->avail + 2)
		reads.index++;
	if (ipa == q->avail + 4)
		reads.ring++;
}

static void test_read_once(void **state)
{
	static const struct part parts[] = { { DATA, 16, 0 },
					     { DATA + 100, SECTOR, D_WRITE },
					     { DATA + 3000, 1, D_WRITE } };
	struct machine *m = *state;
	struct vworld *w = &m->w;

	m->w.device = &m->block.virtio.device;
	start(w, 1, SIZE);
	offer(w, 0, parts, 3);
	w->on_guest = count_reads;
	kick(w, 0);
	w->on_guest = NULL;
	expect_used(w, 0, 0, SECTOR + 1);
	for (unsigned int i = 0; i < SIZE; i++)
		assert_int_equal(reads.fetches[i], i < 3);
	assert_int_equal(reads.header, 16);
	assert_int_equal(reads.index, 1);
	assert_int_equal(reads.ring, 1);
}

/* As soon as the device has looked at a descriptor, another vCPU makes it point elsewhere. */
static void redirect(struct vworld *w, uint64_t ipa, uint64_t bytes)
{
	(void)bytes;
	if (ipa >= DATA && ipa < DATA + PAGE) /* the device is at the data: it has read all descriptors */
		for (uint16_t i = 0; i < SIZE; i++)
			set_desc(w, 0, i, DATA + PAGE, UINT32_MAX, D_NEXT, 0xffff);
}

static void test_changed_behind_its_back(void **state)
{
	static const struct part parts[] = { { DATA, 10, D_WRITE }, { DATA + 50, 10, D_WRITE } };
	struct vworld *w = fresh(state);

	offer(w, 0, parts, 2);
	w->on_guest = redirect;
	kick(w, 0);
	w->on_guest = NULL;
	expect_used(w, 0, 0, 20);
	assert_int_equal(*at(w, DATA + 59), 0xa5);
	assert_int_equal(*at(w, DATA + PAGE), 0);
}

/* --- At random -------------------------------------------------------------------------------------------- */

#define STEPS 100000

static void fuzz(struct machine *m, struct virtio *virtio)
{
	m->chance = chance_of_seed(virtio->class->id);
	m->w.device = &virtio->device;
	for (unsigned int i = 0; i < STEPS; i++)
		storm_step(m, virtio);
	print_message("%s: %u starts, %u buffers used, %u failures\n", virtio->class->name, m->starts,
		      m->used, m->failures);
	/* It got somewhere. */
	assert_true(m->starts > STEPS / 100 && m->used > STEPS / 100 && m->failures > STEPS / 100);
}

static void test_fuzz_block(void **state)
{
	struct machine *m = *state;

	fuzz(m, &m->block.virtio);
}

static void test_fuzz_console(void **state)
{
	struct machine *m = *state;

	fuzz(m, &m->console.virtio);
}

static void test_fuzz_entropy(void **state)
{
	struct machine *m = *state;

	fuzz(m, &m->entropy.virtio);
}

/* The same with an image that can be written. */
static void test_fuzz_writable_block(void **state)
{
	struct machine *m = *state;

	machine_writable(m);
	fuzz(m, &m->block.virtio);
	assert_memory_not_equal(m->image, m->before, sizeof(m->before));
	memcpy(m->image, m->before, sizeof(m->before));
}

static void test_fuzz_store(void **state)
{
	struct machine *m = *state;

	machine_store(m);
	fuzz(m, &m->block.virtio);
	memcpy(m->image, m->before, sizeof(m->before));
}

static void test_fuzz_net(void **state)
{
	struct machine *m = *state;

	fuzz(m, &m->net.virtio);
}

static unsigned int opened;

static void count_open(void *context)
{
	const struct machine *m = context;

	for (unsigned int i = 0; i < VIRTIO_VSOCK_STREAMS; i++)
		opened += m->vsock.streams[i].state == VIRTIO_VSOCK_OPEN && m->vsock.streams[i].received != 0;
}

static void test_fuzz_vsock(void **state)
{
	struct machine *m = *state;

	virtio_vsock_init(&m->vsock, BASE, INTID, &m->w.platform, CID, count_open, m);
	fuzz(m, &m->vsock.virtio);
	print_message("%u times a stream was open that had received\n", opened);
	assert_true(opened > STEPS / 250); /* a driver lasts about 20 steps */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bad_queues, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rings_not_shared, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ring_ends_too_soon, setup, teardown),
		cmocka_unit_test_setup_teardown(test_available_index_jumps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_available_index_goes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_heads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_next_out_of_range, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loops, setup, teardown),
		cmocka_unit_test_setup_teardown(test_indirect, setup, teardown),
		cmocka_unit_test_setup_teardown(test_readable_after_writable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lengths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_one_in_the_middle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rings_as_data, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changed_behind_its_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_block, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_console, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_entropy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_writable_block, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_store, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_net, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fuzz_vsock, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
