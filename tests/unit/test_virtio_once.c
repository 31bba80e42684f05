/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio descriptor is read once: here the driver changes both its words behind each read.
 */
#include "fickle.h"

#include "virtio_world.h"

#include "devices/virtio_entropy.h"

static const struct part ten = { DATA, 10, D_WRITE };

static bool pattern(void *context, uint8_t *bytes, uint32_t count)
{
	(void)context;
	memset(bytes, 0x5a, count);
	return true;
}

/* Another address; another length, and a next one that there is not. */
static uint64_t other(const uint64_t *word, uint64_t value)
{
	return (uintptr_t)word % 16 == 0 ? value + PAGE : (value ^ (uint64_t)D_NEXT << 32) + 1;
}

static void test_descriptor(void **state)
{
	struct virtio_entropy entropy;
	struct vworld w;
	uint8_t *own;
	uint16_t head;

	(void)state;
	vworld_init(&w);
	virtio_entropy_init(&entropy, BASE, INTID, &w.platform, pattern, NULL);
	w.device = &entropy.virtio.device;
	own = w.pages[0];
	w.pages[0] = fickle_new(PAGE);
	start(&w, 1, 4);
	head = offer(&w, 0, &ten, 1);
	fickle_begin(other, NULL);
	kick(&w, 0);
	fickle_end();
	assert_int_equal(fickle.reads, 2);
	expect_used(&w, 0, head, 10);
	assert_int_equal(*at(&w, DATA + 9), 0x5a);
	assert_int_equal(*at(&w, DATA + 10), 0);
	fickle_free();
	w.pages[0] = own;
	vworld_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_descriptor) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
