/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The devices of a Linux realm's machine: what they need of this one, and how the realm reaches them.
 */
#include "linux_devices.h"

#include "board/console.h"
#include "board/cpu.h"
#include "board/gic.h"
#include "board/platform.h"
#include "board/rmm.h"
#include "common/string.h"

/* --- Locks, wake-ups ------------------------------------------------------------------------------------- */

static void gic_lock(void *context)
{
	spin_lock(&((struct linux_machine *)context)->gic_lock);
}

static void gic_unlock(void *context)
{
	spin_unlock(&((struct linux_machine *)context)->gic_lock);
}

static void kick(void *context, unsigned int cpu)
{
	struct linux_machine *machine = context;

	gic_kick(machine->first_cpu + cpu);
}

static bool relax(void *context)
{
	__asm__ volatile("yield" ::: "memory");
	return !linux_machine_is_over(context);
}

/* --- What devices need ----------------------------------------------------------------------------------- */

static void set_irq(void *context, unsigned int intid, bool level)
{
	struct linux_machine *machine = context;

	vgic_set_spi(&machine->vgic, intid, level);
}

/* Rings hold addresses with or without the bit that makes them unprotected. */
static void *guest(void *context, uint64_t ipa, uint64_t bytes)
{
	const struct linux_machine *machine = context;
	uint64_t offset = (ipa & (LINUX_ALIAS - 1)) - LINUX_RAM_BASE;
	uint64_t page;

	if (offset >= machine->ram_size || bytes > GRANULE_SIZE - offset % GRANULE_SIZE)
		return NULL;
	page = machine->shared[offset / GRANULE_SIZE];
	return page == 0 ? NULL : (void *)(uintptr_t)(page + offset % GRANULE_SIZE);
}

static void uart_output(void *context, uint8_t byte)
{
	struct linux_machine *machine = context;
	char c = (char)byte;

	linux_console_output(machine->terminal, &c, 1);
}

static void virtio_output(void *context, const uint8_t *bytes, uint32_t count)
{
	struct linux_machine *machine = context;

	linux_console_output(machine->terminal, (const char *)bytes, count);
}

/* This machine's own clock, as QEMU has it from whoever runs it. */
static uint32_t now(void *context)
{
	(void)context;
	return mmio_read32(PLATFORM_RTC);
}

static bool random_bytes(void *context, uint8_t *bytes, uint32_t count)
{
	uint64_t word = 0;

	(void)context;
	for (uint32_t i = 0; i < count; i++) {
		if (i % sizeof(word) == 0 && !cpu_random(&word))
			return false;
		bytes[i] = (uint8_t)(word >> (i % sizeof(word) * 8));
	}
	return true;
}

/* What was typed goes into the UART as far as it takes it. The lock is held. */
static void feed_locked(struct linux_machine *machine)
{
	char c;

	while (linux_console_peek(machine->terminal, &c) && pl011_input(&machine->uart, (uint8_t)c))
		linux_console_take(machine->terminal);
}

void linux_machine_feed(struct linux_machine *machine)
{
	linux_console_poll();
	spin_lock(&machine->lock);
	feed_locked(machine);
	spin_unlock(&machine->lock);
}

/* --- Accesses -------------------------------------------------------------------------------------------- */

bool linux_devices_access(struct host_rec *rec, struct host_mmio *access)
{
	struct linux_machine *machine = rec->realm->owner;
	uint64_t at = access->ipa - LINUX_ALIAS;
	bool done;

	/* Not under the lock: this may wait for another vCPU. */
	if (at >= LINUX_GIC_DIST && at - LINUX_GIC_DIST < VGIC_DIST_SIZE)
		return vgic_dist_access(&machine->vgic, at - LINUX_GIC_DIST, access->bytes, access->is_write,
					&access->value);
	if (at >= LINUX_GIC_REDIST && at - LINUX_GIC_REDIST < (uint64_t)VGIC_REDIST_SIZE * machine->cpus)
		return vgic_redist_access(&machine->vgic, at - LINUX_GIC_REDIST, access->bytes,
					  access->is_write, &access->value);
	linux_console_poll();
	spin_lock(&machine->lock);
	done = device_access(machine->devices, LINUX_DEVICES, access->ipa, access->bytes, access->is_write,
			     &access->value);
	feed_locked(machine);
	spin_unlock(&machine->lock);
	return done;
}

/* --- Making ---------------------------------------------------------------------------------------------- */

/* The realm's doorbell, in its own GIC. */
static void ring(struct host_realm *realm)
{
	vgic_pulse_spi(&((struct linux_machine *)realm->owner)->vgic, HOST_DOORBELL_INTID);
}

static void make_gic(struct linux_machine *machine)
{
	const struct vgic_ops ops = { gic_lock, gic_unlock, kick, relax, machine };
	unsigned int num_lrs =
		host_feature(&rmm, RMI_FEATURE0_GICV3_NUM_LRS_SHIFT, RMI_FEATURE0_GICV3_NUM_LRS_WIDTH) + 1;

	if (!vgic_init(&machine->vgic, machine->cpus, num_lrs, &ops))
		verdict_fail("realm %s: no GIC for %u CPUs", machine->realm.name, machine->cpus);
	machine->realm.doorbell = ring;
}

static void make_virtio(struct linux_machine *machine)
{
	const struct linux_disk *disk = &machine->disk_content;

	virtio_console_init(&machine->console, LINUX_ALIAS + LINUX_VIRTIO(0), LINUX_VIRTIO_INTID(0),
			    &machine->platform, virtio_output, machine);
	virtio_block_init(&machine->disk, LINUX_ALIAS + LINUX_VIRTIO(1), LINUX_VIRTIO_INTID(1),
			  &machine->platform, disk->image, disk->bytes, disk->kind == LINUX_DISK_FIXED,
			  "caec");
	virtio_entropy_init(&machine->entropy, LINUX_ALIAS + LINUX_VIRTIO(2), LINUX_VIRTIO_INTID(2),
			    &machine->platform, random_bytes, machine);
}

void linux_devices_make(struct linux_machine *machine, enum linux_disk_kind disk)
{
	make_gic(machine);
	machine->platform = (struct device_platform){ machine, set_irq, guest };
	machine->disk_content = linux_disk_open(disk);
	pl011_init(&machine->uart, LINUX_ALIAS + LINUX_UART, LINUX_UART_INTID, &machine->platform,
		   uart_output, machine);
	pl031_init(&machine->rtc, LINUX_ALIAS + LINUX_RTC, LINUX_RTC_INTID, &machine->platform, now, machine);
	make_virtio(machine);
	machine->devices[0] = &machine->uart.device;
	machine->devices[1] = &machine->console.virtio.device;
	machine->devices[2] = &machine->disk.virtio.device;
	machine->devices[3] = &machine->entropy.virtio.device;
	machine->devices[4] = &machine->rtc.device;
}

void linux_devices_destroy(struct linux_machine *machine)
{
	linux_disk_close(&machine->disk_content);
}
