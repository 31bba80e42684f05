/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The machine of a realm (machine.h): its devices, and what they need of it.
 */
#define _GNU_SOURCE
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* --- What devices need ----------------------------------------------------------------------------------- */

static void set_irq(void *context, unsigned int intid, bool level)
{
	struct machine *machine = context;

	realm_set_irq(&machine->realm, intid, level);
}

/* Rings hold addresses with or without the bit that makes them unprotected. What the realm has not shared is memory of ours that
 * it never sees: no harm, and it counts as this process's. */
static void *guest(void *context, uint64_t ipa, uint64_t bytes)
{
	struct machine *machine = context;
	uint64_t offset = (ipa & (LINUX_ALIAS - 1)) - LINUX_RAM_BASE;

	if (ipa >= 2 * LINUX_ALIAS || offset >= machine->config->memory ||
	    bytes > machine->config->memory - offset)
		return NULL;
	return machine->shared + offset;
}

static void uart_output(void *context, uint8_t byte)
{
	struct machine *machine = context;

	terminal_output(&machine->terminal, byte);
}

static void console_output(void *context, const uint8_t *bytes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		uart_output(context, bytes[i]);
}

static uint32_t now(void *context)
{
	(void)context;
	return (uint32_t)time(NULL);
}

static bool random_bytes(void *context, uint8_t *bytes, uint32_t count)
{
	(void)context;
	return getrandom(bytes, count, 0) == (ssize_t)count;
}

static bool input(struct machine *machine, uint8_t byte)
{
	return machine->config->console_virtio ? virtio_console_input(&machine->console, &byte, 1) == 1
					       : pl011_input(&machine->uart, byte);
}

void machine_feed(struct machine *machine)
{
	uint8_t byte;

	while (terminal_peek(&machine->terminal, &byte) && input(machine, byte))
		terminal_take(&machine->terminal);
}

/* --- The end --------------------------------------------------------------------------------------------- */

void machine_stop(struct machine *machine, enum machine_end end, const struct caec_host_run_error *error)
{
	pthread_mutex_lock(&machine->end_lock);
	if (machine->end == MACHINE_RUNS) {
		machine->end = end;
		if (error != NULL)
			machine->error = *error;
	}
	pthread_cond_broadcast(&machine->gate);
	pthread_mutex_unlock(&machine->end_lock);
	eventfd_write(machine->stop_fd, 1);
}

bool machine_is_over(struct machine *machine)
{
	bool over;

	pthread_mutex_lock(&machine->end_lock);
	over = machine->end != MACHINE_RUNS;
	pthread_mutex_unlock(&machine->end_lock);
	return over;
}

/* --- Making ---------------------------------------------------------------------------------------------- */

/* Its size is sealed: nobody's access can find it shorter. */
static bool make_shared(struct machine *machine, struct fault *fault)
{
	uint64_t size = machine->config->memory;
	void *at;

	machine->shared_fd = memfd_create("caec-shared", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (machine->shared_fd < 0 || ftruncate(machine->shared_fd, (off_t)size) != 0 ||
	    fcntl(machine->shared_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		return fault_set(fault, VMM_FAILURE, "no memory to share with the realm: %s",
				 strerror(errno));
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, machine->shared_fd, 0);
	if (at == MAP_FAILED)
		return fault_set(fault, VMM_FAILURE, "no memory to share with the realm: %s",
				 strerror(errno));
	machine->shared = at;
	/* Nothing that the realm shares is to be in a core file. */
	(void)madvise(at, size, MADV_DONTDUMP);
	return true;
}

static void add(struct machine *machine, struct device *device)
{
	machine->devices[machine->device_count++] = device;
}

/* Of a device in `slot`, or of none. */
static struct device_place place(struct machine *machine, unsigned int slot)
{
	return (struct device_place){ LINUX_ALIAS + LINUX_VIRTIO(slot), LINUX_VIRTIO_INTID(slot),
				      &machine->platform, &machine->lock };
}

static bool make_disks(struct machine *machine, struct fault *fault)
{
	for (unsigned int i = 0; i < machine->config->disk_count; i++) {
		struct device_place at = place(machine, machine->slots.disk[i]);

		if (!disk_open(&machine->disks[i], &machine->config->disks[i], &at, fault))
			return false;
		add(machine, &machine->disks[i].block.virtio.device);
	}
	return true;
}

static bool make_net(struct machine *machine, struct fault *fault)
{
	struct device_place at = place(machine, machine->slots.net);

	if (machine->config->net == CONFIG_NET_NONE)
		return true;
	if (!net_open(&machine->net, machine->config, &at, fault))
		return false;
	add(machine, &machine->net.device.virtio.device);
	return true;
}

static bool make_vsock(struct machine *machine, struct fault *fault)
{
	struct device_place at = place(machine, machine->slots.vsock);

	if (machine->config->vsock == 0)
		return true;
	if (!vsock_open(&machine->vsock, machine->config->vsock, &at, fault))
		return false;
	add(machine, &machine->vsock.device.virtio.device);
	return true;
}

static void make_board(struct machine *machine)
{
	struct device_place entropy = place(machine, machine->slots.entropy);
	struct device_place console = place(machine, machine->slots.console);

	machine->platform = (struct device_platform){ machine, set_irq, guest };
	pl011_init(&machine->uart, LINUX_ALIAS + LINUX_UART, LINUX_UART_INTID, &machine->platform,
		   uart_output, machine);
	add(machine, &machine->uart.device);
	pl031_init(&machine->rtc, LINUX_ALIAS + LINUX_RTC, LINUX_RTC_INTID, &machine->platform, now, machine);
	add(machine, &machine->rtc.device);
	virtio_entropy_init(&machine->entropy, entropy.base, entropy.intid, &machine->platform, random_bytes,
			    machine);
	add(machine, &machine->entropy.virtio.device);
	if (!machine->config->console_virtio)
		return;
	virtio_console_init(&machine->console, console.base, console.intid, &machine->platform,
			    console_output, machine);
	add(machine, &machine->console.virtio.device);
}

void machine_init(struct machine *machine)
{
	*machine = (struct machine){ .realm = { .fd = -1 },
				     .shared_fd = -1,
				     .stop_fd = -1,
				     .lock = PTHREAD_MUTEX_INITIALIZER,
				     .end_lock = PTHREAD_MUTEX_INITIALIZER,
				     .gate = PTHREAD_COND_INITIALIZER };
	for (unsigned int i = 0; i < CONFIG_MAX_DISKS; i++)
		disk_init(&machine->disks[i]);
	net_init(&machine->net);
	vsock_init(&machine->vsock);
	terminal_init(&machine->terminal);
}

bool machine_make(struct machine *machine, const struct config *config, struct fault *fault)
{
	machine->config = config;
	machine->slots = boot_slots(config);
	machine->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (machine->stop_fd < 0)
		return fault_set(fault, VMM_FAILURE, "eventfd: %s", strerror(errno));
	if (!make_shared(machine, fault))
		return false;
	make_board(machine);
	return make_disks(machine, fault) && make_net(machine, fault) && make_vsock(machine, fault);
}

/* Doorbells come as eventfds, so that a vCPU goes on at once. */
static bool listen_to(struct machine *machine, unsigned int slot, int fd, struct fault *fault)
{
	return realm_listen(&machine->realm, fd, LINUX_ALIAS + LINUX_VIRTIO(slot) + VIRTIO_MMIO_QUEUE_NOTIFY,
			    fault);
}

bool machine_plug(struct machine *machine, struct fault *fault)
{
	if (!realm_share(&machine->realm, machine->shared_fd, machine->config->memory, fault))
		return false;
	for (unsigned int i = 0; i < machine->config->disk_count; i++)
		if (!listen_to(machine, machine->slots.disk[i], machine->disks[i].wake_fd, fault))
			return false;
	if (machine->config->net != CONFIG_NET_NONE &&
	    !listen_to(machine, machine->slots.net, machine->net.wake_fd, fault))
		return false;
	return machine->config->vsock == 0 ||
	       listen_to(machine, machine->slots.vsock, machine->vsock.wake_fd, fault);
}

bool machine_start(struct machine *machine, struct fault *fault)
{
	for (unsigned int i = 0; i < machine->config->disk_count; i++)
		if (!disk_start(&machine->disks[i], fault))
			return false;
	return net_start(&machine->net, fault) && vsock_start(&machine->vsock, fault) &&
	       vcpus_start(machine, fault);
}

void machine_go(struct machine *machine)
{
	pthread_mutex_lock(&machine->end_lock);
	machine->goes = true;
	pthread_cond_broadcast(&machine->gate);
	pthread_mutex_unlock(&machine->end_lock);
}

void machine_destroy(struct machine *machine)
{
	if (machine->stop_fd >= 0)
		machine_stop(machine, MACHINE_STOPPED, NULL);
	vcpus_end(machine);
	for (unsigned int i = 0; i < CONFIG_MAX_DISKS; i++)
		disk_close(&machine->disks[i]);
	net_close(&machine->net);
	vsock_close(&machine->vsock);
	realm_close(&machine->realm);
	if (machine->shared != NULL)
		munmap(machine->shared, machine->config->memory);
	if (machine->shared_fd >= 0)
		close(machine->shared_fd);
	if (machine->stop_fd >= 0)
		close(machine->stop_fd);
}
