/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz target for virtio devices: which of them, and then what a driver, whoever changes its rings meanwhile, and whoever is
 * behind the device do. The device stays within its memory and its rules (tests/unit/virtio_storm.h).
 */
#include "target.h"
#include "virtio_storm.h"

/* Most that can go wrong takes a while: what an input leaves open follows from it. */
#define STEPS_MIN 60U
#define STEPS_MAX 400U

static struct virtio *any_device(struct machine *m)
{
	switch (choose(&m->chance, 7)) {
	case 0:
		return &m->console.virtio;
	case 1:
		return &m->entropy.virtio;
	case 2:
		return &m->net.virtio;
	case 3:
		machine_writable(m);
		return &m->block.virtio;
	case 4:
		machine_store(m);
		return &m->block.virtio;
	case 5:
		return &m->block.virtio;
	default:
		return &m->vsock.virtio;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct machine m;
	struct virtio *virtio;

	machine_init(&m);
	m.chance = chance_of_input(data, size);
	m.chance.goes_on = true;
	virtio = any_device(&m);
	m.w.device = &virtio->device;
	for (unsigned int i = 0; i < STEPS_MIN || (i < STEPS_MAX && !chance_is_over(&m.chance)); i++)
		storm_step(&m, virtio);
	EXPECT(!m.block.read_only || memcmp(m.image, m.before, sizeof(m.before)) == 0);
	machine_free(&m);
	return 0;
}
