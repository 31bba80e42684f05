/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making and running the machine of a Linux realm (linux_machine.h).
 */
#include "linux_machine.h"

#include "console.h"
#include "cpu.h"
#include "fw_cfg.h"
#include "gic.h"
#include "linux_tree.h"
#include "linux_yank.h"
#include "memory.h"
#include "platform.h"
#include "rmm.h"
#include "smp.h"
#include "string.h"

/* Where devices are, as the device tree has it; the realm reaches them at the unprotected alias. */
#define GIC_DIST ABI_U64(0x8000000)
#define GIC_REDIST ABI_U64(0x80a0000)
#define UART ABI_U64(0x9000000)
#define VIRTIO(n) (ABI_U64(0xa000000) + ABI_U64(0x1000) * (n))
#define UART_INTID 33
#define VIRTIO_INTID(n) (48U + (n))
#define DISK_PAGES 256U

#define ALIAS (ABI_U64(1) << (LINUX_IPA_BITS - 1))

/* The early console knows nothing of realms: it gets the alias. */
static const char arguments[] = "console=ttyAMA0 earlycon=pl011,0x109000000 swiotlb=8192,1 panic=-1";

static struct linux_machine *machine_of(const struct host_rec *rec)
{
	return rec->realm->owner;
}

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
	struct linux_machine *machine = context;

	__asm__ volatile("yield" ::: "memory");
	return __atomic_load_n(&machine->end, __ATOMIC_ACQUIRE) == LINUX_RUNS;
}

void linux_machine_stop(struct linux_machine *machine, enum linux_end end, uint64_t ipa)
{
	uint32_t runs = LINUX_RUNS;

	if (__atomic_compare_exchange_n(&machine->end, &runs, end, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		machine->fault_ipa = ipa;
	for (unsigned int i = 0; i < machine->cpus; i++)
		if (machine->first_cpu + i != cpu_id())
			gic_kick(machine->first_cpu + i);
}

static bool is_over(const struct linux_machine *machine)
{
	return __atomic_load_n(&machine->end, __ATOMIC_ACQUIRE) != LINUX_RUNS;
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
	uint64_t offset = (ipa & (ALIAS - 1)) - LINUX_RAM_BASE;
	uint64_t page;

	if (offset >= LINUX_RAM_SIZE || bytes > GRANULE_SIZE - offset % GRANULE_SIZE)
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

/* --- Exits ----------------------------------------------------------------------------------------------- */

static void on_enter(struct host_rec *rec)
{
	vgic_load(&machine_of(rec)->vgic, rec->index, &rec->run->enter);
}

static void on_leave(struct host_rec *rec)
{
	struct linux_machine *machine = machine_of(rec);

	vgic_sync(&machine->vgic, rec->index, &rec->run->exit);
	if (machine->yank != NULL && rec->index == 0)
		linux_yank(machine->yank, machine);
}

static bool on_mmio(struct host_rec *rec, struct host_mmio *access)
{
	struct linux_machine *machine = machine_of(rec);
	uint64_t at = access->ipa - ALIAS;
	bool done;

	/* Not under the lock: this may wait for another vCPU. */
	if (at >= GIC_DIST && at - GIC_DIST < VGIC_DIST_SIZE)
		return vgic_dist_access(&machine->vgic, at - GIC_DIST, access->bytes, access->is_write,
					&access->value);
	if (at >= GIC_REDIST && at - GIC_REDIST < (uint64_t)VGIC_REDIST_SIZE * machine->cpus)
		return vgic_redist_access(&machine->vgic, at - GIC_REDIST, access->bytes, access->is_write,
					  &access->value);
	linux_console_poll();
	spin_lock(&machine->lock);
	done = device_access(machine->devices, LINUX_DEVICES, access->ipa, access->bytes, access->is_write,
			     &access->value);
	feed_locked(machine);
	spin_unlock(&machine->lock);
	return done;
}

/* ICC_SGI1R_EL1 is what is trapped of the GIC's; the others are for groups that the realm doesn't have. */
#define ESR_SYSREG_MASK ABI_U64(0x3ffc1e)
#define ESR_ICC_SGI1R ABI_U64(0x3a3016)

static enum host_action on_sysreg(struct host_rec *rec, uint64_t esr, uint64_t value)
{
	if ((esr & ESR_SYSREG_MASK) == ESR_ICC_SGI1R)
		vgic_sgi(&machine_of(rec)->vgic, rec->index, value);
	return HOST_RESUME;
}

static enum host_action on_interrupt(struct host_rec *rec)
{
	struct linux_machine *machine = machine_of(rec);

	gic_handle();
	linux_machine_feed(machine);
	return is_over(machine) ? HOST_STOP : HOST_RESUME;
}

/* CNTx_CTL_EL0: on, not masked; the condition has its own bit. */
#define TIMER_ON(ctl) (((ctl)&3) == 1)

/* When the realm's timers want it, as of its last exit. */
static uint64_t next_timer(const struct rmi_rec_exit *exit)
{
	uint64_t next = UINT64_MAX;

	if (TIMER_ON(exit->cntv_ctl))
		next = exit->cntv_cval;
	if (TIMER_ON(exit->cntp_ctl) && exit->cntp_cval < next)
		next = exit->cntp_cval;
	return next;
}

/* WFI: until there is an interrupt for it, or a timer of its runs out. */
static enum host_action on_idle(struct host_rec *rec)
{
	struct linux_machine *machine = machine_of(rec);
	uint64_t next = next_timer(&rec->run->exit), now;

	for (;;) {
		linux_machine_feed(machine);
		if (is_over(machine))
			return HOST_STOP;
		now = sysreg_read(cntpct_el0);
		if (now >= next || vgic_pending(&machine->vgic, rec->index))
			break;
		if (next != UINT64_MAX)
			timer_preempt_after(next - now);
		wfi();
		gic_handle();
	}
	timer_stop();
	return HOST_RESUME;
}

/* --- Shared pages ---------------------------------------------------------------------------------------- */

static bool share_page(struct linux_machine *machine, uint64_t page)
{
	uint64_t pa = memory_alloc(1);

	if (pa == 0)
		return false;
	memset((void *)(uintptr_t)pa, 0, GRANULE_SIZE);
	if (host_map_unprotected(&machine->realm, ALIAS + LINUX_RAM_BASE + page * GRANULE_SIZE, pa,
				 GRANULE_SIZE, HOST_UNPROTECTED_WB_RW) != RMI_SUCCESS) {
		memory_free(pa);
		return false;
	}
	machine->shared[page] = pa;
	return true;
}

static void unshare_page(struct linux_machine *machine, uint64_t page)
{
	host_unmap_unprotected(&machine->realm, ALIAS + LINUX_RAM_BASE + page * GRANULE_SIZE, GRANULE_SIZE);
	memory_free(machine->shared[page]);
	machine->shared[page] = 0;
}

/* What the realm gives up it wants to share: its DMA buffers. What it takes back is its own again. */
static void on_ripas_changed(struct host_rec *rec, uint64_t base, uint64_t top, enum rmi_ripas ripas)
{
	struct linux_machine *machine = machine_of(rec);

	spin_lock(&machine->lock);
	for (uint64_t at = base; at < top; at += GRANULE_SIZE) {
		uint64_t page = (at - LINUX_RAM_BASE) / GRANULE_SIZE;

		if (at < LINUX_RAM_BASE || page >= LINUX_PAGES)
			continue;
		if (ripas == RMI_EMPTY && machine->shared[page] == 0) {
			if (!share_page(machine, page))
				linux_machine_stop(machine, LINUX_BROKEN, 0);
		} else if (ripas == RMI_RAM && machine->shared[page] != 0) {
			unshare_page(machine, page);
		}
	}
	spin_unlock(&machine->lock);
}

static enum host_action on_fault(struct host_rec *rec, uint64_t ipa)
{
	struct linux_machine *machine = machine_of(rec);

	if (host_serve_fault(rec->realm, ipa) == RMI_SUCCESS)
		return HOST_RESUME;
	linux_machine_stop(machine, LINUX_FAULT, ipa);
	return HOST_STOP;
}

/* --- Running --------------------------------------------------------------------------------------------- */

/* From another vCPU. The target's thread takes it where it is: asleep, or on its way out of CPU_OFF. */
static void on_cpu_on(struct host_rec *target)
{
	struct linux_machine *machine = machine_of(target);

	__atomic_store_n(&machine->turned_on[target->index], true, __ATOMIC_SEQ_CST);
	kick(machine, target->index);
}

static const struct host_handlers handlers = {
	.enter = on_enter,
	.leave = on_leave,
	.interrupt = on_interrupt,
	.mmio = on_mmio,
	.cpu_on = on_cpu_on,
	.ripas_changed = on_ripas_changed,
	.fault = on_fault,
	.sysreg = on_sysreg,
	.idle = on_idle,
};

/* Until the vCPU is turned on (true), or all is over. Its CPU serves the terminal meanwhile, as it would running it. */
static bool await_cpu_on(struct linux_machine *machine, unsigned int index)
{
	while (!is_over(machine)) {
		if (__atomic_exchange_n(&machine->turned_on[index], false, __ATOMIC_SEQ_CST))
			return true;
		linux_machine_feed(machine);
		wfi();
		gic_handle();
	}
	return false;
}

/* Until it turns itself off, or all is over. */
static void run_while_on(struct linux_machine *machine, struct host_rec *rec)
{
	uint64_t result, exits = rec->exits;

	switch (host_rec_run(rec, &handlers, &result)) {
	case HOST_STOP_HANDLER:
	case HOST_STOP_CPU_OFF:
		break;
	case HOST_STOP_SYSTEM_OFF:
		linux_machine_stop(machine, LINUX_OFF, 0);
		break;
	default:
		/* Turned on while it ran, which is nothing, and off since: it can't be entered, and need not be. */
		if (result != RMI_ERROR_REC || rec->exits != exits)
			linux_machine_stop(machine, LINUX_BROKEN, 0);
		break;
	}
}

static void run_vcpu(void *argument)
{
	struct host_rec *rec = argument;
	struct linux_machine *machine = machine_of(rec);

	while (await_cpu_on(machine, rec->index))
		run_while_on(machine, rec);
}

/* Each vCPU keeps its CPU from here to the end, on or off: whoever waits for the machine waits for all of them. */
void linux_machine_start(struct linux_machine *machine)
{
	struct host_rec *own = NULL;

	machine->started = sysreg_read(cntpct_el0);
	machine->turned_on[0] = true;
	for (unsigned int i = 0; i < machine->cpus; i++) {
		if (machine->first_cpu + i == cpu_id())
			own = &machine->realm.recs[i];
		else
			cpu_run(machine->first_cpu + i, run_vcpu, &machine->realm.recs[i]);
	}
	if (own != NULL)
		run_vcpu(own);
}

void linux_machine_wait(struct linux_machine *machine)
{
	for (unsigned int i = 0; i < machine->cpus; i++)
		if (machine->first_cpu + i != cpu_id())
			cpu_wait(machine->first_cpu + i);
}

/* --- Making ---------------------------------------------------------------------------------------------- */

#define CHECK_OK(result, what)                                                      \
	do {                                                                        \
		uint64_t result_ = (result);                                        \
		if (result_ != RMI_SUCCESS)                                         \
			verdict_fail("realm %s: %s: %s", machine->realm.name, what, \
				     host_result_name(result_));                    \
	} while (0)

static void make_devices(struct linux_machine *machine)
{
	const struct vgic_ops ops = { gic_lock, gic_unlock, kick, relax, machine };
	uint64_t disk = memory_alloc(DISK_PAGES);

	if (disk == 0 || !vgic_init(&machine->vgic, machine->cpus,
				    host_feature(&rmm, RMI_FEATURE0_GICV3_NUM_LRS_SHIFT,
						 RMI_FEATURE0_GICV3_NUM_LRS_WIDTH) +
					    1,
				    &ops))
		verdict_fail("realm %s: no memory for its devices", machine->realm.name);
	memset((void *)(uintptr_t)disk, 0, DISK_PAGES * GRANULE_SIZE);
	machine->platform = (struct device_platform){ machine, set_irq, guest };
	pl011_init(&machine->uart, ALIAS + UART, UART_INTID, &machine->platform, uart_output, machine);
	virtio_console_init(&machine->console, ALIAS + VIRTIO(0), VIRTIO_INTID(0), &machine->platform,
			    virtio_output, machine);
	virtio_block_init(&machine->disk, ALIAS + VIRTIO(1), VIRTIO_INTID(1), &machine->platform,
			  (void *)(uintptr_t)disk, DISK_PAGES * GRANULE_SIZE, false, "caec");
	virtio_entropy_init(&machine->entropy, ALIAS + VIRTIO(2), VIRTIO_INTID(2), &machine->platform,
			    random_bytes, machine);
	machine->devices[0] = &machine->uart.device;
	machine->devices[1] = &machine->console.virtio.device;
	machine->devices[2] = &machine->disk.virtio.device;
	machine->devices[3] = &machine->entropy.virtio.device;
}

/* A file of QEMU's command line, in pieces through a buffer of ours, measured. Returns its size. */
static uint64_t load_file(struct linux_machine *machine, const char *file, uint64_t base)
{
	const uint64_t piece = 512 * GRANULE_SIZE;
	uint64_t buffer = memory_alloc(512);
	size_t size;

	if (!fw_cfg_open(file, &size))
		verdict_fail("there is no %s: -fw_cfg name=%s,file=...", file, file);
	if (buffer == 0)
		verdict_fail("no memory to load %s", file);
	for (uint64_t done = 0; done < size; done += piece) {
		uint64_t part = size - done < piece ? size - done : piece;

		if (!fw_cfg_read((void *)(uintptr_t)buffer, part))
			verdict_fail("%s can't be read", file);
		CHECK_OK(host_load(&machine->realm, base + done, (void *)(uintptr_t)buffer, part, true),
			 file);
	}
	for (unsigned int i = 0; i < 512; i++)
		memory_free(buffer + i * GRANULE_SIZE);
	return size;
}

static void load_tree(struct linux_machine *machine, uint64_t initrd_size)
{
	static uint64_t text[LINUX_TREE_SIZE / sizeof(uint64_t)];
	size_t size;
	struct linux_tree tree = {
		.ram_base = LINUX_RAM_BASE,
		.ram_size = LINUX_RAM_SIZE,
		.cpus = machine->cpus,
		.initrd_base = LINUX_RAM_BASE + LINUX_INITRD_OFFSET,
		.initrd_size = initrd_size,
		.arguments = arguments,
		.gic_dist = GIC_DIST,
		.gic_redist = GIC_REDIST,
		.uart = UART,
		.uart_intid = UART_INTID,
		.virtio_count = LINUX_DEVICES - 1,
	};

	for (unsigned int i = 0; i < tree.virtio_count; i++) {
		tree.virtio[i] = VIRTIO(i);
		tree.virtio_intid[i] = VIRTIO_INTID(i);
	}
	size = linux_tree_make(&tree, text);
	if (size == 0)
		verdict_fail("the device tree has no room");
	CHECK_OK(host_load(&machine->realm, LINUX_RAM_BASE + LINUX_TREE_OFFSET, text, size, true),
		 "the device tree");
}

void linux_machine_make(struct linux_machine *machine, const char *name, unsigned int cpus,
			unsigned int first_cpu, struct linux_console *terminal)
{
	const struct host_realm_config config = {
		.name = name,
		.ipa_bits = LINUX_IPA_BITS,
		.ram_base = LINUX_RAM_BASE,
		.ram_size = LINUX_RAM_SIZE,
	};
	const uint64_t start[8] = { LINUX_RAM_BASE + LINUX_TREE_OFFSET }, none[8] = { 0 };
	uint64_t initrd_size, table = memory_alloc(LINUX_PAGES * sizeof(uint64_t) / GRANULE_SIZE);

	*machine = (struct linux_machine){ .cpus = cpus, .first_cpu = first_cpu, .terminal = terminal };
	if (table == 0)
		verdict_fail("no memory for realm %s", name);
	machine->shared = (uint64_t *)(uintptr_t)table;
	memset(machine->shared, 0, LINUX_PAGES * sizeof(uint64_t));
	CHECK_OK(host_realm_create(&rmm, &machine->realm, &config), "REALM_CREATE");
	machine->realm.owner = machine;
	make_devices(machine);
	CHECK_OK(host_init_ripas(&machine->realm, LINUX_RAM_BASE, LINUX_RAM_SIZE), "INIT_RIPAS");
	load_file(machine, "opt/caec/kernel", LINUX_RAM_BASE);
	initrd_size = load_file(machine, "opt/caec/initrd", LINUX_RAM_BASE + LINUX_INITRD_OFFSET);
	load_tree(machine, initrd_size);
	for (unsigned int i = 0; i < cpus; i++) {
		CHECK_OK(host_realm_add_rec(&machine->realm, i == 0 ? RMI_REC_CREATE_FLAG_RUNNABLE : 0,
					    i == 0 ? LINUX_RAM_BASE : 0, i == 0 ? start : none),
			 "REC_CREATE");
		machine->realm.recs[i].trap_wfi = true;
	}
	CHECK_OK(host_realm_activate(&machine->realm), "REALM_ACTIVATE");
}

void linux_machine_destroy(struct linux_machine *machine)
{
	uint64_t disk = (uintptr_t)machine->disk.image;

	for (uint64_t page = 0; page < LINUX_PAGES; page++)
		if (machine->shared[page] != 0)
			unshare_page(machine, page);
	CHECK_OK(host_realm_destroy(&machine->realm), "taking it apart");
	for (unsigned int i = 0; i < DISK_PAGES; i++)
		memory_free(disk + i * GRANULE_SIZE);
	for (unsigned int i = 0; i < LINUX_PAGES * sizeof(uint64_t) / GRANULE_SIZE; i++)
		memory_free((uintptr_t)machine->shared + i * GRANULE_SIZE);
}
