/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realms entered by hand (conf_vm.h).
 */
#include "conf_vm.h"

#include "board/gic.h"
#include "board/platform.h"

/* What a record is full of before an entry. */
#define RUBBISH 0xa5

/* Interrupts on the way of one entry, before that is taken for a fault of its own. */
#define MAX_IRQS 1000

/* --- Start and end ---------------------------------------------------------------------------------------- */

/* host/lib has a list of them, so those of a case that is left stay where they are. */
#define REALMS_MAX 64
static struct host_realm realms[REALMS_MAX];

static struct host_realm *take_realm(void)
{
	for (unsigned int i = 0; i < REALMS_MAX; i++)
		if (realms[i].host == NULL)
			return &realms[i];
	verdict_fail("a group has no more than %u realms at a time", REALMS_MAX);
}

static void configure(struct host_realm_config *config, const struct vm_options *o)
{
	*config = (struct host_realm_config){
		.name = "vm",
		.flags = o->flags,
		.ipa_bits = o->ipa_bits,
		.sve_vl = o->sve_vl,
		.pmu_num_ctrs = o->pmu_num_ctrs,
		.num_bps = o->num_bps,
		.num_wps = o->num_wps,
		.hash_algo = o->hash_algo,
		.image = realm_image_begin,
		.image_size = (size_t)(realm_image_end - realm_image_begin),
		.ram_base = REALM_IMAGE_IPA,
		.ram_size = VM_RAM_SIZE,
		.populate = true,
		.recs = o->recs,
		.entry = REALM_IMAGE_IPA,
	};
	for (unsigned int i = 0; i < sizeof(config->rpv); i++)
		config->rpv[i] = (uint8_t)(o->rpv + i);
	memcpy(config->gprs, o->gprs, sizeof(config->gprs));
	config->gprs[0] = REALM_PROGRAM_SCRIPT;
	config->gprs[1] = 0;
}

static uint64_t furnish(struct vm *vm, const struct host_realm_config *config)
{
	struct host_realm *realm = vm->realm;
	static const uint64_t none[8];
	uint64_t gprs[8], result = host_init_ripas(realm, config->ram_base, config->ram_size + VM_HOLE_SIZE);

	memcpy(gprs, config->gprs, sizeof(gprs));
	gprs[2] = realm->ipa_bits;
	if (result == RMI_SUCCESS)
		result = host_load(realm, config->ram_base, config->image, config->image_size, true);
	if (result == RMI_SUCCESS)
		result = host_realm_add_rec(realm, RMI_REC_CREATE_FLAG_RUNNABLE, config->entry, gprs);
	for (unsigned int i = 1; i < config->recs && result == RMI_SUCCESS; i++)
		result = host_realm_add_rec(realm, 0, 0, none);
	if (result == RMI_SUCCESS)
		result = host_populate(realm, config->ram_base, config->ram_size);
	if (result == RMI_SUCCESS)
		result = host_map_unprotected(realm, vm_shared(vm), vm->shared_pa, GRANULE_SIZE,
					      HOST_UNPROTECTED_WB_RW);
	return result;
}

void vm_create(struct vm *vm, const struct vm_options *options)
{
	static const struct vm_options defaults;
	struct host_realm_config config;

	memset(vm, 0, sizeof(*vm));
	vm->realm = take_realm();
	configure(&config, options != NULL ? options : &defaults);
	vm->shared_pa = conf_granule();
	conf_expect_ok("set-up", "a realm is created", host_realm_create(&rmm, vm->realm, &config));
	conf_expect_ok("set-up", "a realm is furnished with memory and RECs", furnish(vm, &config));
}

void vm_build(struct vm *vm, const struct vm_options *options)
{
	vm_create(vm, options);
	conf_expect_ok("set-up", "a realm is activated", host_realm_activate(vm->realm));
}

void vm_start(struct vm *vm, const struct vm_options *options)
{
	vm_build(vm, options);
	vm_boot(vm, 0);
}

void vm_end(struct vm *vm)
{
	conf_expect_ok("set-up", "a realm is taken apart", host_realm_destroy(vm->realm));
	memory_free(vm->shared_pa);
	memset(vm->realm, 0, sizeof(*vm->realm));
}

/* --- Running ---------------------------------------------------------------------------------------------- */

uint64_t vm_enter(struct vm *vm, unsigned int rec)
{
	struct host_rec *r = &vm->realm->recs[rec];
	uint64_t result;

	memset(&r->run->exit, RUBBISH, sizeof(r->run->exit));
	result = host_rmi_rec_enter(&rmm, r->pa, r->run_pa);
	if (result == RMI_SUCCESS)
		r->run->enter.flags = 0;
	return result;
}

/* The REC did what it should not: nothing that follows would make sense. */
static void misconduct(const struct vm *vm, unsigned int rec, const char *what)
{
	const struct rmi_rec_exit *exit = vm_exit(vm, rec);

	conf_need_true("conduct",
		       conf_text("REC %u %s: exit %u, esr 0x%lx, far 0x%lx, hpfar 0x%lx, imm %u, x0 0x%lx",
				 rec, what, exit->exit_reason, exit->esr, exit->far, exit->hpfar, exit->imm,
				 exit->gprs[0]),
		       false);
}

void vm_resume(struct vm *vm, unsigned int rec)
{
	for (unsigned int i = 0; i < MAX_IRQS; i++) {
		uint64_t flags = vm_enter_of(vm, rec)->flags;

		conf_expect_ok("conduct", "a REC is entered", vm_enter(vm, rec));
		if (vm_exit(vm, rec)->exit_reason != RMI_EXIT_IRQ)
			return;
		vm->irqs++;
		if (vm->want_irq)
			return;
		gic_handle();
		/* Traps are for one entry; answers have been given. */
		vm_enter_of(vm, rec)->flags =
			flags & (RMI_REC_ENTER_FLAG_TRAP_WFI | RMI_REC_ENTER_FLAG_TRAP_WFE);
	}
	misconduct(vm, rec, "does nothing but IRQ exits");
}

static bool is_host_call(const struct vm *vm, unsigned int rec, enum hostcall service, uint64_t tag)
{
	const struct rmi_rec_exit *exit = vm_exit(vm, rec);

	return exit->exit_reason == RMI_EXIT_HOST_CALL && exit->imm == service && exit->gprs[0] == tag;
}

void vm_boot(struct vm *vm, unsigned int rec)
{
	vm_resume(vm, rec);
	if (!is_host_call(vm, rec, HOSTCALL_ASK, SCRIPT_NEXT))
		misconduct(vm, rec, "does not ask what to do");
}

void vm_begin_with(struct vm *vm, unsigned int rec, const uint64_t request[7])
{
	memcpy(vm_enter_of(vm, rec)->gprs, request, 7 * sizeof(request[0]));
	vm_resume(vm, rec);
}

bool vm_is_done(const struct vm *vm, unsigned int rec)
{
	return is_host_call(vm, rec, HOSTCALL_REPORT, SCRIPT_DONE);
}

void vm_finish(struct vm *vm, unsigned int rec, uint64_t r[6])
{
	if (!vm_is_done(vm, rec))
		vm_resume(vm, rec);
	if (!vm_is_done(vm, rec))
		misconduct(vm, rec, "has one more exit than it should");
	memcpy(r, &vm_exit(vm, rec)->gprs[1], 6 * sizeof(r[0]));
	vm_boot(vm, rec);
}

void vm_do_with(struct vm *vm, unsigned int rec, uint64_t r[6], const uint64_t request[7])
{
	vm_begin_with(vm, rec, request);
	if (!vm_is_done(vm, rec))
		misconduct(vm, rec, "has an exit that it should not");
	vm_finish(vm, rec, r);
}

/* --- Exit records ----------------------------------------------------------------------------------------- */

/* Every exit reports these: they are taken as they are. */
static void take_common(struct rmi_rec_exit *to, const struct rmi_rec_exit *from)
{
	to->gicv3_hcr = from->gicv3_hcr;
	memcpy(to->gicv3_lrs, from->gicv3_lrs, sizeof(to->gicv3_lrs));
	to->gicv3_misr = from->gicv3_misr;
	to->gicv3_vmcr = from->gicv3_vmcr;
	to->cntp_ctl = from->cntp_ctl;
	to->cntp_cval = from->cntp_cval;
	to->cntv_ctl = from->cntv_ctl;
	to->cntv_cval = from->cntv_cval;
	to->pmu_ovf_status = from->pmu_ovf_status;
}

bool vm_record(const struct vm *vm, unsigned int rec, const char *id, const char *what,
	       const struct rmi_rec_exit *expected)
{
	static struct rmi_rec_exit wanted;
	const uint64_t *a = (const uint64_t *)(const void *)vm_exit(vm, rec);
	const uint64_t *b = (const uint64_t *)(const void *)&wanted;

	memcpy(&wanted, expected, sizeof(wanted));
	take_common(&wanted, vm_exit(vm, rec));
	for (unsigned int i = 0; i < sizeof(wanted) / sizeof(*a); i++) {
		if (a[i] != b[i]) {
			return conf_check(id,
					  conf_text("%s: exit record, offset 0x%lx", what, i * sizeof(*a)),
					  a[i], b[i]);
		}
	}
	return conf_check_true(id, what, true);
}

/* --- The host's GIC --------------------------------------------------------------------------------------- */

/* SGI_base frame of this CPU's redistributor (IHI0069 12.11). */
#define GICR_SGI_FRAME 0x10000
#define GICR_ISENABLER0 0x100
#define GICR_ICENABLER0 0x180
#define GICR_ISPENDR0 0x200
#define GICR_IPRIORITYR 0x400
#define INTID_MAINTENANCE 25
#define PRIORITY 0x80

static uintptr_t redistributor(void)
{
	return PLATFORM_GICR + cpu_id() * PLATFORM_GICR_STRIDE + GICR_SGI_FRAME;
}

void vm_enable_maintenance(bool enable)
{
	*(volatile uint8_t *)(redistributor() + GICR_IPRIORITYR + INTID_MAINTENANCE) = PRIORITY;
	mmio_write32(redistributor() + (enable ? GICR_ISENABLER0 : GICR_ICENABLER0),
		     UINT32_C(1) << INTID_MAINTENANCE);
	dsb();
}

bool vm_maintenance_is_pending(void)
{
	return (mmio_read32(redistributor() + GICR_ISPENDR0) >> INTID_MAINTENANCE & 1) != 0;
}

/* --- Operations ------------------------------------------------------------------------------------------- */

struct vm_value vm_read(struct vm *vm, unsigned int rec, unsigned int sysreg)
{
	uint64_t r[6];

	vm_do(vm, rec, r, SCRIPT_SYSREG, sysreg, 0);
	return (struct vm_value){ .value = r[0], .fault = r[1] };
}

uint64_t vm_write(struct vm *vm, unsigned int rec, unsigned int sysreg, uint64_t value)
{
	uint64_t r[6];

	vm_do(vm, rec, r, SCRIPT_SYSREG, sysreg, 1, value);
	return r[1];
}

struct vm_smc vm_smc_with(struct vm *vm, unsigned int rec, const uint64_t x[6])
{
	struct vm_smc result;

	vm_do(vm, rec, result.x, SCRIPT_SMC, x[0], x[1], x[2], x[3], x[4], x[5]);
	return result;
}

struct vm_registers vm_smc_wide(struct vm *vm, unsigned int rec, const struct vm_registers *in)
{
	volatile uint64_t *words = vm_words(vm);
	struct vm_registers out;
	uint64_t r[6];

	for (unsigned int i = 0; i < 31; i++)
		words[i] = in->x[i];
	words[31] = 0;
	vm_do(vm, rec, r, CONFORM_REGISTERS, CONFORM_SMC, vm_shared(vm));
	for (unsigned int i = 0; i < 31; i++)
		out.x[i] = words[32 + i];
	return out;
}

void vm_copy_in(struct vm *vm, uint64_t ipa, const void *from, size_t bytes)
{
	for (size_t done = 0; done < bytes; done += VM_COPY_MAX) {
		size_t part = bytes - done < VM_COPY_MAX ? bytes - done : VM_COPY_MAX;
		uint64_t r[6];

		memcpy((void *)(uintptr_t)(vm->shared_pa + VM_COPY_AT), (const uint8_t *)from + done, part);
		vm_do(vm, 0, r, SCRIPT_COPY, ipa + done, vm_shared(vm) + VM_COPY_AT, part);
	}
}

void vm_copy_out(struct vm *vm, void *to, uint64_t ipa, size_t bytes)
{
	for (size_t done = 0; done < bytes; done += VM_COPY_MAX) {
		size_t part = bytes - done < VM_COPY_MAX ? bytes - done : VM_COPY_MAX;
		uint64_t r[6];

		vm_do(vm, 0, r, SCRIPT_COPY, vm_shared(vm) + VM_COPY_AT, ipa + done, part);
		memcpy((uint8_t *)to + done, (const void *)(uintptr_t)(vm->shared_pa + VM_COPY_AT), part);
	}
}

uint64_t vm_store(struct vm *vm, unsigned int rec, uint64_t ipa, uint64_t value)
{
	uint64_t r[6];

	vm_do(vm, rec, r, SCRIPT_WRITE64, ipa, value);
	return r[0];
}

struct vm_value vm_load(struct vm *vm, unsigned int rec, uint64_t ipa)
{
	uint64_t r[6];

	vm_do(vm, rec, r, SCRIPT_READ64, ipa);
	return (struct vm_value){ .value = r[0], .fault = r[1] };
}
