/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A plain guest of KVM's in the place of a realm, for comparison: this instead of linux/vmm/realm.c, under the rest of caec-vmm,
 * makes kvm-guest. What a thread asks of a REC's descriptor is asked of KVM's vCPU; its exits are told in the words of
 * caec_host.h. Devices' memory is the guest's own.
 */
#include "realm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "devices/vgic.h"

static struct {
	int kvm, vm, gic;
	const struct boot *boot;
	struct kvm_run *run[CONFIG_MAX_CPUS];
	struct realm *realm;
} guest;

int __real_ioctl(int fd, unsigned long request, void *argument);
int __wrap_ioctl(int fd, unsigned long request, ...);

static bool refused(struct fault *fault, const char *what)
{
	return fault_set(fault, VMM_HOST, "KVM: %s: %s", what, strerror(errno));
}

/* --- The machine ----------------------------------------------------------------------------------------- */

bool realm_host(struct caec_host_info *info, struct fault *fault)
{
	*info = (struct caec_host_info){ 0 };
	return fault_set(fault, VMM_UNSUPPORTED, "there is no RMM");
}

static bool set_gic(uint32_t group, uint64_t attribute, const void *value)
{
	struct kvm_device_attr attr = { .group = group, .attr = attribute, .addr = (uintptr_t)value };

	return __real_ioctl(guest.gic, KVM_SET_DEVICE_ATTR, &attr) == 0;
}

static bool make_gic(void)
{
	struct kvm_create_device create = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	uint64_t dist = LINUX_GIC_DIST, redist = LINUX_GIC_REDIST;
	uint32_t interrupts = VGIC_IRQS;

	if (__real_ioctl(guest.vm, KVM_CREATE_DEVICE, &create) != 0)
		return false;
	guest.gic = (int)create.fd;
	return set_gic(KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &interrupts) &&
	       set_gic(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &dist) &&
	       set_gic(KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &redist);
}

bool realm_create(struct realm *realm, const struct config *config, struct boot *boot, struct fault *fault)
{
	(void)config;
	*realm = (struct realm){ .fd = -1 };
	guest.realm = realm;
	guest.boot = boot;
	guest.kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (guest.kvm < 0)
		return refused(fault, "/dev/kvm");
	guest.vm = __real_ioctl(guest.kvm, KVM_CREATE_VM, NULL);
	if (guest.vm < 0)
		return refused(fault, "a machine");
	realm->fd = guest.vm;
	return true;
}

static bool set_register(int vcpu, uint64_t offset, uint64_t value)
{
	struct kvm_one_reg reg = { .id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
					 offset / sizeof(uint32_t),
				   .addr = (uintptr_t)&value };

	return __real_ioctl(vcpu, KVM_SET_ONE_REG, &reg) == 0;
}

static bool begin(int vcpu, const struct boot *boot)
{
	return set_register(vcpu, offsetof(struct kvm_regs, regs.pc), boot->realm.entry) &&
	       set_register(vcpu, offsetof(struct kvm_regs, regs.regs[0]), boot->realm.gprs[0]);
}

static bool add_vcpu(struct realm *realm, const struct boot *boot)
{
	unsigned int n = realm->recs;
	int vcpu = __real_ioctl(guest.vm, KVM_CREATE_VCPU, (void *)(uintptr_t)n);
	int size = __real_ioctl(guest.kvm, KVM_GET_VCPU_MMAP_SIZE, NULL);
	struct kvm_vcpu_init init = { 0 };
	void *run =
		size < 0 ? MAP_FAILED : mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);

	if (vcpu < 0 || run == MAP_FAILED || __real_ioctl(guest.vm, KVM_ARM_PREFERRED_TARGET, &init) != 0)
		return false;
	init.features[0] |= 1U << KVM_ARM_VCPU_PSCI_0_2 | (n != 0 ? 1U << KVM_ARM_VCPU_POWER_OFF : 0);
	realm->run[n] = calloc(1, CAEC_HOST_RUN_SIZE);
	realm->rec_fds[n] = vcpu;
	guest.run[n] = run;
	realm->recs++;
	return realm->run[n] != NULL && __real_ioctl(vcpu, KVM_ARM_VCPU_INIT, &init) == 0 &&
	       (n != 0 || begin(vcpu, boot));
}

bool realm_build(struct realm *realm, const struct boot *boot, void (*progress)(const char *what),
		 struct fault *fault)
{
	(void)progress;
	if (!make_gic())
		return refused(fault, "a GIC");
	for (unsigned int i = 0; i < boot->realm.recs; i++)
		if (!add_vcpu(realm, boot))
			return refused(fault, "a vCPU");
	return set_gic(KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL) ||
	       refused(fault, "the GIC");
}

void realm_close(struct realm *realm)
{
	/* The process is about to end. */
	*realm = (struct realm){ .fd = -1 };
}

/* --- What devices need ----------------------------------------------------------------------------------- */

/* This memory is all that the guest has: what it boots with is put there. */
bool realm_share(struct realm *realm, int memfd, uint64_t bytes, struct fault *fault)
{
	char *ram = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	struct kvm_userspace_memory_region region = { .guest_phys_addr = LINUX_RAM_BASE,
						      .memory_size = bytes,
						      .userspace_addr = (uintptr_t)ram };

	(void)realm;
	if (ram == MAP_FAILED || __real_ioctl(guest.vm, KVM_SET_USER_MEMORY_REGION, &region) != 0)
		return refused(fault, "memory");
	for (unsigned int i = 0; i < guest.boot->realm.piece_count; i++) {
		const struct host_piece *piece = &guest.boot->realm.pieces[i];

		memcpy(ram + (piece->ipa - LINUX_RAM_BASE), piece->content, piece->size);
	}
	return true;
}

bool realm_listen(struct realm *realm, int eventfd, uint64_t ipa, struct fault *fault)
{
	struct kvm_ioeventfd doorbell = { .addr = ipa & ~LINUX_ALIAS, .len = 4, .fd = eventfd };

	(void)realm;
	return __real_ioctl(guest.vm, KVM_IOEVENTFD, &doorbell) == 0 || refused(fault, "a doorbell");
}

void realm_set_irq(struct realm *realm, unsigned int intid, bool level)
{
	struct kvm_irq_level irq = { .irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | intid,
				     .level = level };

	(void)realm;
	(void)__real_ioctl(guest.vm, KVM_IRQ_LINE, &irq);
}

/* --- Running --------------------------------------------------------------------------------------------- */

static void answer(const struct caec_host_run *told, struct kvm_run *run)
{
	if (told->exit_reason == CAEC_HOST_EXIT_MMIO && !told->mmio.is_write)
		memcpy(run->mmio.data, &told->mmio.data, sizeof(run->mmio.data));
}

/* Devices are at the alias that a realm's kernel uses. */
static void tell(struct caec_host_run *told, const struct kvm_run *run)
{
	told->exit_reason = CAEC_HOST_EXIT_ERROR;
	if (run->exit_reason == KVM_EXIT_MMIO) {
		told->exit_reason = CAEC_HOST_EXIT_MMIO;
		told->mmio = (struct caec_host_run_mmio){ .ipa = run->mmio.phys_addr | LINUX_ALIAS,
							  .size = run->mmio.len,
							  .is_write = run->mmio.is_write };
		memcpy(&told->mmio.data, run->mmio.data, run->mmio.len);
	} else if (run->exit_reason == KVM_EXIT_SYSTEM_EVENT) {
		told->exit_reason = run->system_event.type == KVM_SYSTEM_EVENT_SHUTDOWN
					    ? CAEC_HOST_EXIT_SYSTEM_OFF
					    : CAEC_HOST_EXIT_SYSTEM_RESET;
	}
}

static int run_vcpu(unsigned int n)
{
	struct caec_host_run *told = guest.realm->run[n];

	answer(told, guest.run[n]);
	guest.run[n]->immediate_exit = told->immediate_exit != 0;
	told->exit_reason = CAEC_HOST_EXIT_INTR;
	if (__real_ioctl(guest.realm->rec_fds[n], KVM_RUN, NULL) != 0)
		return -1;
	tell(told, guest.run[n]);
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	for (unsigned int n = 0; request == CAEC_HOST_RUN && n < guest.realm->recs; n++)
		if (guest.realm->rec_fds[n] == fd)
			return run_vcpu(n);
	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return __real_ioctl(fd, request, argument);
}
