/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio block device on a store elsewhere: a thread takes requests, does them, and finishes them, while the driver does
 * what it likes. The thread is the test.
 */
#include "virtio_world.h"

#include "devices/virtio_block.h"

#define SECTOR VIRTIO_BLOCK_SECTOR
#define SECTORS 24
#define HEADER_AT (DATA + 14 * PAGE - 7)
#define STATUS_AT (DATA + 15 * PAGE - 1)

struct machine {
	struct vworld w;
	struct virtio_block block;
	unsigned int wakes;
	uint8_t content[SECTORS * SECTOR]; /* what the thread reads and writes */
};

static void wake(void *context)
{
	((struct machine *)context)->wakes++;
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	vworld_init(&m->w);
	virtio_block_init_store(&m->block, BASE, INTID, &m->w.platform, SECTORS * SECTOR, false, "store",
				wake, m);
	m->w.device = &m->block.virtio.device;
	start(&m->w, 1, 16);
	*state = m;
	return 0;
}

/* Makes a request available, with one part of data; its head. */
static uint16_t ask(struct vworld *w, uint32_t type, uint64_t sector, uint32_t bytes)
{
	struct part parts[3] = { { HEADER_AT, 16, 0 },
				 { DATA, bytes, type == VIRTIO_BLK_T_OUT ? 0 : D_WRITE },
				 { STATUS_AT, 1, D_WRITE } };
	const uint32_t header[2] = { type, 0 };

	poke(w, HEADER_AT, header, sizeof(header));
	poke(w, HEADER_AT + 8, &sector, sizeof(sector));
	*at(w, STATUS_AT) = 0xee;
	if (bytes == 0)
		parts[1] = parts[2];
	return offer(w, 0, parts, bytes == 0 ? 2 : 3);
}

static void expect_request(struct machine *m, struct virtio_block_request *request, uint32_t type,
			   uint64_t offset, uint32_t bytes)
{
	assert_true(virtio_block_take(&m->block, request));
	assert_int_equal(request->type, type);
	assert_int_equal(request->offset, offset);
	assert_int_equal(request->bytes, bytes);
}

/* Nothing is done where the driver asks: its vCPU goes on at once. */
static void test_waits_for_its_thread(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;
	struct virtio_block_request request;
	uint16_t head = ask(w, VIRTIO_BLK_T_IN, 3, 2 * SECTOR);

	assert_int_equal(m->wakes, 0);
	kick(w, 0);
	assert_int_equal(m->wakes, 1);
	expect_nothing_used(w, 0);
	expect_request(m, &request, VIRTIO_BLK_T_IN, 3 * SECTOR, 2 * SECTOR);
	expect_nothing_used(w, 0);
	memset(m->content, 'r', 2 * SECTOR);
	virtio_block_finish(&m->block, &request, m->content, true);
	expect_used(w, 0, head, 2 * SECTOR + 1);
	expect_interrupt(w, VIRTIO_INTERRUPT_USED);
	assert_int_equal(*at(w, STATUS_AT), VIRTIO_BLK_S_OK);
	assert_memory_equal(at(w, DATA), m->content, 2 * SECTOR);
	assert_false(virtio_block_take(&m->block, &request));
}

static void test_write_and_flush(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;
	struct virtio_block_request request;
	uint16_t head;

	memset(at(w, DATA), 'w', SECTOR);
	head = ask(w, VIRTIO_BLK_T_OUT, SECTORS - 1, SECTOR);
	kick(w, 0);
	expect_request(m, &request, VIRTIO_BLK_T_OUT, (SECTORS - 1) * SECTOR, SECTOR);
	assert_true(virtio_block_content(&m->block, &request, m->content));
	for (unsigned int i = 0; i < SECTOR; i++)
		assert_int_equal(m->content[i], 'w');
	virtio_block_finish(&m->block, &request, NULL, true);
	expect_used(w, 0, head, 1);
	assert_int_equal(*at(w, STATUS_AT), VIRTIO_BLK_S_OK);

	/* A flush is the thread's, too: what it says is what the driver hears. */
	for (unsigned int done = 0; done < 2; done++) {
		head = ask(w, VIRTIO_BLK_T_FLUSH, 0, 0);
		kick(w, 0);
		expect_request(m, &request, VIRTIO_BLK_T_FLUSH, 0, 0);
		virtio_block_finish(&m->block, &request, NULL, done);
		expect_used(w, 0, head, 1);
		assert_int_equal(*at(w, STATUS_AT), done ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR);
	}
}

/* A read that failed gives the driver nothing of what the thread's buffer had. */
static void test_failed_read(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;
	struct virtio_block_request request;
	uint16_t head = ask(w, VIRTIO_BLK_T_IN, 0, SECTOR);

	memset(at(w, DATA), 0x77, SECTOR);
	memset(m->content, 's', SECTOR);
	kick(w, 0);
	assert_true(virtio_block_take(&m->block, &request));
	virtio_block_finish(&m->block, &request, m->content, false);
	expect_used(w, 0, head, 0);
	assert_int_equal(*at(w, STATUS_AT), VIRTIO_BLK_S_IOERR);
	assert_int_equal(*at(w, DATA), 0x77);
}

/* What needs no store never gets to the thread. */
static void test_refused_on_the_way(void **state)
{
	struct machine *m = *state;
	struct vworld *w = &m->w;
	struct virtio_block_request request;

	ask(w, VIRTIO_BLK_T_IN, SECTORS, SECTOR);
	kick(w, 0);
	assert_false(virtio_block_take(&m->block, &request));
	expect_used(w, 0, 0, 0);
	assert_int_equal(*at(w, STATUS_AT), VIRTIO_BLK_S_IOERR);
	ask(w, 4711, 0, SECTOR);
	kick(w, 0);
	assert_false(virtio_block_take(&m->block, &request));
	assert_int_equal(*at(w, STATUS_AT), VIRTIO_BLK_S_UNSUPP);
	ask(w, VIRTIO_BLK_T_GET_ID, 0, VIRTIO_BLOCK_ID);
	kick(w, 0);
	assert_false(virtio_block_take(&m->block, &request));
	assert_int_equal(*at(w, STATUS_AT), VIRTIO_BLK_S_OK);
	assert_memory_equal(at(w, DATA), "store", 6);
}

/* The driver takes the queue away while the thread works: the buffer is not the device's any more. */
static void test_reset_meanwhile(void **state)
{
	for (unsigned int how = 0; how < 3; how++) {
		struct machine *m = *state;
		struct vworld *w = &m->w;
		struct virtio_block_request request;

		ask(w, VIRTIO_BLK_T_IN, 0, SECTOR);
		kick(w, 0);
		assert_true(virtio_block_take(&m->block, &request));
		if (how == 0) {
			set_reg(w, R_STATUS, 0);
		} else if (how == 1) {
			start(w, 1, 16);
		} else {
			set_reg(w, R_QUEUE_READY, 0);
			make_queue(w, 0, 16);
			assert_true(enable_queue(w, 0));
		}
		memset(at(w, DATA), 0x77, SECTOR);
		memset(m->content, 's', SECTOR);
		w->guest_calls = 0;
		assert_false(virtio_block_content(&m->block, &request, m->content));
		virtio_block_finish(&m->block, &request, m->content, true);
		assert_int_equal(w->guest_calls, 0);
		assert_int_equal(*at(w, DATA), 0x77);
		assert_int_equal(*at(w, STATUS_AT), 0xee);
		assert_int_equal(peek16(w, w->queues[0].used + 2), 0);
		start(w, 1, 16);
	}
}

static void test_bad_request(void **state)
{
	struct machine *m = *state;
	const struct part header = { HEADER_AT, 16, 0 };
	struct virtio_block_request request;

	offer(&m->w, 0, &header, 1);
	kick(&m->w, 0);
	assert_false(virtio_block_take(&m->block, &request));
	expect_failed(&m->w);
	assert_false(virtio_block_take(&m->block, &request));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_waits_for_its_thread, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_write_and_flush, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_failed_read, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_refused_on_the_way, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_reset_meanwhile, setup, vworld_teardown),
		cmocka_unit_test_setup_teardown(test_bad_request, setup, vworld_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
