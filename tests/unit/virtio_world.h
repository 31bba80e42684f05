/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio driver on the build machine, and the guest memory it shares with the device: pages that are each an
 * allocation of their own, so that ASan sees what crosses one, with pages between them that are not shared.
 */
#ifndef TESTS_UNIT_VIRTIO_WORLD_H
#define TESTS_UNIT_VIRTIO_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "devices/virtio.h"

/* Registers (VIRTIO 1.2, 4.2.2). */
#define R_MAGIC 0x000
#define R_VERSION 0x004
#define R_DEVICE_ID 0x008
#define R_VENDOR_ID 0x00c
#define R_DEVICE_FEATURES 0x010
#define R_DEVICE_FEATURES_SEL 0x014
#define R_DRIVER_FEATURES 0x020
#define R_DRIVER_FEATURES_SEL 0x024
#define R_QUEUE_SEL 0x030
#define R_QUEUE_NUM_MAX 0x034
#define R_QUEUE_NUM 0x038
#define R_QUEUE_READY 0x044
#define R_QUEUE_NOTIFY 0x050
#define R_INTERRUPT_STATUS 0x060
#define R_INTERRUPT_ACK 0x064
#define R_STATUS 0x070
#define R_QUEUE_DESC 0x080
#define R_QUEUE_DRIVER 0x090
#define R_QUEUE_DEVICE 0x0a0
#define R_SHM_LEN_LOW 0x0b0
#define R_CONFIG_GENERATION 0x0fc
#define R_CONFIG 0x100

#define S_ACKNOWLEDGE 1U
#define S_DRIVER 2U
#define S_DRIVER_OK 4U
#define S_FEATURES_OK 8U
#define S_NEEDS_RESET 64U
#define S_STARTED (S_ACKNOWLEDGE | S_DRIVER | S_FEATURES_OK)

#define D_NEXT 1
#define D_WRITE 2
#define D_INDIRECT 4

#define BASE UINT64_C(0xa003e00) /* of the device */
#define INTID 44

#define PAGE UINT64_C(4096)
#define MEMORY (UINT64_C(1) << 40) /* first shared page */
#define RING_PAGES 4               /* for the rings of a queue */
#define PAGES (RING_PAGES * VIRTIO_QUEUES + 16)
#define RINGS(queue) (MEMORY + (queue)*RING_PAGES * PAGE)
#define DATA RINGS(VIRTIO_QUEUES)    /* the other pages */
#define NOWHERE (MEMORY - 64 * PAGE) /* not shared */

/* What the driver knows of a queue. */
struct vqueue {
	uint64_t desc, avail, used;
	uint16_t size, next_desc, avail_idx, used_idx;
};

struct vworld {
	struct device_platform platform;
	struct device *device;
	uint8_t *pages[PAGES]; /* NULL: not shared */
	struct vqueue queues[VIRTIO_QUEUES];
	bool line;
	unsigned int line_changes;
	unsigned int guest_calls;
	/* Before the device gets its pointer: another vCPU at work. */
	void (*on_guest)(struct vworld *w, uint64_t ipa, uint64_t bytes);
};

static inline void vworld_irq(void *context, unsigned int intid, bool level)
{
	struct vworld *w = context;

	assert_int_equal(intid, INTID);
	assert_true(level != w->line);
	w->line = level;
	w->line_changes++;
}

static inline void *vworld_guest(void *context, uint64_t ipa, uint64_t bytes)
{
	struct vworld *w = context;
	uint64_t page = (ipa - MEMORY) / PAGE;

	assert_true(bytes >= 1 && bytes <= PAGE - ipa % PAGE);
	w->guest_calls++;
	if (w->on_guest != NULL)
		w->on_guest(w, ipa, bytes);
	return ipa >= MEMORY && page < PAGES && w->pages[page] != NULL ? w->pages[page] + ipa % PAGE : NULL;
}

static inline void vworld_init(struct vworld *w)
{
	memset(w, 0, sizeof(*w));
	w->platform = (struct device_platform){ .context = w, .set_irq = vworld_irq, .guest = vworld_guest };
	for (unsigned int i = 0; i < PAGES; i++)
		w->pages[i] = calloc(1, PAGE);
}

static inline void vworld_free(struct vworld *w)
{
	for (unsigned int i = 0; i < PAGES; i++)
		free(w->pages[i]);
}

/* Of a test whose state begins with its world, and has nothing else to give back. */
static inline int vworld_teardown(void **state)
{
	vworld_free(*state);
	free(*state);
	return 0;
}

static inline void unshare_page(struct vworld *w, uint64_t ipa)
{
	free(w->pages[(ipa - MEMORY) / PAGE]);
	w->pages[(ipa - MEMORY) / PAGE] = NULL;
}

/* --- The driver's own accesses to memory ------------------------------------------------------------------ */

static inline uint8_t *at(struct vworld *w, uint64_t ipa)
{
	assert_true(ipa >= MEMORY && ipa < MEMORY + PAGES * PAGE);
	assert_non_null(w->pages[(ipa - MEMORY) / PAGE]);
	return w->pages[(ipa - MEMORY) / PAGE] + ipa % PAGE;
}

static inline void poke(struct vworld *w, uint64_t ipa, const void *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		*at(w, ipa + i) = ((const uint8_t *)from)[i];
}

static inline void peek(struct vworld *w, uint64_t ipa, void *to, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((uint8_t *)to)[i] = *at(w, ipa + i);
}

static inline void poke16(struct vworld *w, uint64_t ipa, uint16_t value)
{
	poke(w, ipa, &value, sizeof(value));
}

static inline uint16_t peek16(struct vworld *w, uint64_t ipa)
{
	uint16_t value;

	peek(w, ipa, &value, sizeof(value));
	return value;
}

static inline uint32_t peek32(struct vworld *w, uint64_t ipa)
{
	uint32_t value;

	peek(w, ipa, &value, sizeof(value));
	return value;
}

/* --- Registers -------------------------------------------------------------------------------------------- */

static inline uint32_t reg(struct vworld *w, uint64_t offset)
{
	uint64_t value = UINT64_MAX;

	assert_true(device_access(&w->device, 1, BASE + offset, 4, false, &value));
	assert_true(value <= UINT32_MAX);
	return (uint32_t)value;
}

static inline void set_reg(struct vworld *w, uint64_t offset, uint32_t value)
{
	uint64_t v = value;

	assert_true(device_access(&w->device, 1, BASE + offset, 4, true, &v));
}

static inline void set_reg64(struct vworld *w, uint64_t offset, uint64_t value)
{
	set_reg(w, offset, (uint32_t)value);
	set_reg(w, offset + 4, (uint32_t)(value >> 32));
}

static inline uint64_t offered(struct vworld *w)
{
	uint64_t features;

	set_reg(w, R_DEVICE_FEATURES_SEL, 1);
	features = (uint64_t)reg(w, R_DEVICE_FEATURES) << 32;
	set_reg(w, R_DEVICE_FEATURES_SEL, 0);
	return features | reg(w, R_DEVICE_FEATURES);
}

/* Everything up to FEATURES_OK; false: it did not stick. */
static inline bool negotiate(struct vworld *w, uint64_t features)
{
	set_reg(w, R_STATUS, 0);
	set_reg(w, R_STATUS, S_ACKNOWLEDGE);
	set_reg(w, R_STATUS, S_ACKNOWLEDGE | S_DRIVER);
	set_reg(w, R_DRIVER_FEATURES_SEL, 0);
	set_reg(w, R_DRIVER_FEATURES, (uint32_t)features);
	set_reg(w, R_DRIVER_FEATURES_SEL, 1);
	set_reg(w, R_DRIVER_FEATURES, (uint32_t)(features >> 32));
	set_reg(w, R_STATUS, S_STARTED);
	return reg(w, R_STATUS) == S_STARTED;
}

/* Gives the device a queue as it stands in w->queues; true: it is ready. */
static inline bool enable_queue(struct vworld *w, unsigned int queue)
{
	struct vqueue *q = &w->queues[queue];

	set_reg(w, R_QUEUE_SEL, queue);
	set_reg(w, R_QUEUE_NUM, q->size);
	set_reg64(w, R_QUEUE_DESC, q->desc);
	set_reg64(w, R_QUEUE_DRIVER, q->avail);
	set_reg64(w, R_QUEUE_DEVICE, q->used);
	set_reg(w, R_QUEUE_READY, 1);
	return reg(w, R_QUEUE_READY) == 1;
}

/* An empty queue. Each of its parts lies across the end of a page, as does the first entry of the used ring. */
static inline void make_queue(struct vworld *w, unsigned int queue, uint16_t size)
{
	static const uint8_t zero[PAGE];

	for (unsigned int i = 0; i < 4; i++)
		poke(w, RINGS(queue) + i * PAGE, zero, PAGE);
	w->queues[queue] = (struct vqueue){
		.desc = RINGS(queue) + PAGE - 32,
		.avail = RINGS(queue) + 2 * PAGE - 6,
		.used = RINGS(queue) + 3 * PAGE - 8,
		.size = size,
	};
}

/* Up to DRIVER_OK, with queues of `size`. */
static inline void start(struct vworld *w, unsigned int queues, uint16_t size)
{
	assert_true(negotiate(w, offered(w)));
	for (unsigned int i = 0; i < queues; i++) {
		make_queue(w, i, size);
		assert_true(enable_queue(w, i));
	}
	set_reg(w, R_STATUS, S_STARTED | S_DRIVER_OK);
	assert_int_equal(reg(w, R_STATUS), S_STARTED | S_DRIVER_OK);
}

/* --- Buffers ---------------------------------------------------------------------------------------------- */

struct part {
	uint64_t address;
	uint32_t bytes;
	uint16_t flags; /* D_WRITE */
};

static inline void set_desc(struct vworld *w, unsigned int queue, uint16_t index, uint64_t address,
			    uint32_t bytes, uint16_t flags, uint16_t next)
{
	uint64_t desc = w->queues[queue].desc + 16 * (uint64_t)index;

	poke(w, desc, &address, 8);
	poke(w, desc + 8, &bytes, 4);
	poke(w, desc + 12, &flags, 2);
	poke(w, desc + 14, &next, 2);
}

/* Makes the chain at `head` available. */
static inline void make_available(struct vworld *w, unsigned int queue, uint16_t head)
{
	struct vqueue *q = &w->queues[queue];

	poke16(w, q->avail + 4 + 2 * (uint64_t)(q->avail_idx % q->size), head);
	poke16(w, q->avail + 2, ++q->avail_idx);
}

/* A buffer of `count` parts, in the next descriptors; returns its head. */
static inline uint16_t offer(struct vworld *w, unsigned int queue, const struct part *parts,
			     unsigned int count)
{
	struct vqueue *q = &w->queues[queue];
	uint16_t head = q->next_desc;

	for (unsigned int i = 0; i < count; i++) {
		uint16_t next = (uint16_t)((q->next_desc + 1) % q->size);
		bool last = i == count - 1;

		set_desc(w, queue, q->next_desc, parts[i].address, parts[i].bytes,
			 (uint16_t)(parts[i].flags | (last ? 0 : D_NEXT)), last ? 0xffff : next);
		q->next_desc = next;
	}
	make_available(w, queue, head);
	return head;
}

static inline void kick(struct vworld *w, unsigned int queue)
{
	set_reg(w, R_QUEUE_NOTIFY, queue);
}

/* Takes the next used buffer; false: there is none. */
static inline bool take_used(struct vworld *w, unsigned int queue, uint32_t *id, uint32_t *bytes)
{
	struct vqueue *q = &w->queues[queue];
	uint64_t entry = q->used + 4 + 8 * (uint64_t)(q->used_idx % q->size);

	if (peek16(w, q->used + 2) == q->used_idx)
		return false;
	*id = peek32(w, entry);
	*bytes = peek32(w, entry + 4);
	q->used_idx++;
	return true;
}

/* The next used buffer is this one. */
static inline void expect_used(struct vworld *w, unsigned int queue, uint16_t head, uint32_t bytes)
{
	uint32_t id, length;

	assert_true(take_used(w, queue, &id, &length));
	assert_int_equal(id, head);
	assert_int_equal(length, bytes);
}

static inline void expect_nothing_used(struct vworld *w, unsigned int queue)
{
	assert_int_equal(peek16(w, w->queues[queue].used + 2), w->queues[queue].used_idx);
}

/* The interrupt is up for `interrupts`, and goes when acknowledged. */
static inline void expect_interrupt(struct vworld *w, uint32_t interrupts)
{
	assert_int_equal(reg(w, R_INTERRUPT_STATUS), interrupts);
	assert_int_equal(w->line, interrupts != 0);
	set_reg(w, R_INTERRUPT_ACK, interrupts);
	assert_int_equal(reg(w, R_INTERRUPT_STATUS), 0);
	assert_false(w->line);
}

/* The device has given up, and says so. */
static inline void expect_failed(struct vworld *w)
{
	assert_int_equal(reg(w, R_STATUS), S_STARTED | S_DRIVER_OK | S_NEEDS_RESET);
	assert_int_equal(reg(w, R_INTERRUPT_STATUS) & VIRTIO_INTERRUPT_CONFIG, VIRTIO_INTERRUPT_CONFIG);
	assert_true(w->line);
}

#endif
