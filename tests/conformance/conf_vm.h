/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm under the microscope: entered by hand, exit by exit, told what to do by the operations of REALM_PROGRAM_SCRIPT
 * (common/hostcall.h).
 *
 *	struct vm vm;
 *
 *	vm_start(&vm, NULL);
 *	vm_begin(&vm, 0, CONFORM_ACCESS, CONFORM_LDR_X, ipa);          // the first exit that it causes: vm_exit()
 *	vm_record(&vm, 0, "RYQWST", "...", &(struct rmi_rec_exit){ .exit_reason = RMI_EXIT_SYNC, ... });
 *	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;     // the answer
 *	vm_finish(&vm, 0, r);                                          // what the operation reports
 *	vm_end(&vm);
 *
 * Between operations a REC is parked: in the host call with which its program asks for the next one. A REC that
 * does anything else than the operation says is a failed check, and ends the case (conf_leave_unless()).
 */
#ifndef TESTS_CONFORMANCE_CONF_VM_H
#define TESTS_CONFORMANCE_CONF_VM_H

#include <caec/arm.h>
#include <caec/psci.h>
#include <caec/rsi.h>

#include "common/hostcall.h"
#include "conformance.h"

#include "lib/memory.h"
#include "lib/realm.h"

struct vm {
	struct host_realm *realm; /* outlives a case that is left */
	bool want_irq;            /* IRQ exits come back as any other; else they are dealt with on the way */
	uint64_t shared_pa;       /* a page of ours at vm_shared() in the realm: buffers */
	unsigned int irqs;        /* IRQ exits so far */
};

/* Zero means the default. */
struct vm_options {
	uint64_t flags; /* RMI_REALM_FLAG_* */
	unsigned int ipa_bits;
	unsigned int sve_vl, pmu_num_ctrs; /* with their flags */
	unsigned int num_bps, num_wps;     /* as in RmiRealmParams, minus one */
	enum rmi_hash_algorithm hash_algo;
	unsigned int recs;
	uint64_t gprs[8]; /* x3-x7 of REC 0 at its first instruction */
	uint8_t rpv;      /* the first byte of it; the others count up */
};

#define VM_RAM_SIZE ABI_U64(0x200000)

/* RAM that the image doesn't use: the upper half. */
static inline uint64_t vm_ram(const struct vm *vm)
{
	return vm->realm->ram_base + VM_RAM_SIZE / 2;
}

/* RIPAS RAM that nothing is assigned to: VM_HOLE_SIZE bytes. */
#define VM_HOLE_SIZE ABI_U64(0x200000)
static inline uint64_t vm_hole(const struct vm *vm)
{
	return vm->realm->ram_base + VM_RAM_SIZE;
}

/* Protected, and EMPTY from the start; as far as the eye can see. */
static inline uint64_t vm_empty(const struct vm *vm)
{
	return vm->realm->ram_base + ABI_U64(0x10000000);
}

static inline uint64_t vm_unprotected(const struct vm *vm)
{
	return host_unprotected_base(vm->realm);
}

/* An unprotected page is there, and no other: `vm_shared() + n * 2 MiB` has no table either. */
static inline uint64_t vm_shared(const struct vm *vm)
{
	return vm_unprotected(vm);
}

/* Its words, as the host sees them. */
static inline volatile uint64_t *vm_words(const struct vm *vm)
{
	return (volatile uint64_t *)(uintptr_t)vm->shared_pa;
}

static inline struct rmi_rec_enter *vm_enter_of(const struct vm *vm, unsigned int rec)
{
	return &vm->realm->recs[rec].run->enter;
}

static inline const struct rmi_rec_exit *vm_exit(const struct vm *vm, unsigned int rec)
{
	return &vm->realm->recs[rec].run->exit;
}

/* Builds a realm of the script program with all its RAM, and runs REC 0 until it is parked. NULL: the defaults. */
void vm_start(struct vm *vm, const struct vm_options *options);

/* The same, step by step: vm_build() leaves it ACTIVE and not entered yet, vm_create() NEW, with its RECs. */
void vm_create(struct vm *vm, const struct vm_options *options);
void vm_build(struct vm *vm, const struct vm_options *options);
void vm_boot(struct vm *vm, unsigned int rec);

/* Takes it apart, in whatever state. */
void vm_end(struct vm *vm);

/* RMI_REC_ENTER, once, as `enter` stands. The record is full of rubbish before. After a success the flags are 0. */
uint64_t vm_enter(struct vm *vm, unsigned int rec);

/* Enters a REC that waits, until an exit that is not an IRQ (but see want_irq). */
void vm_resume(struct vm *vm, unsigned int rec);

/* A parked REC begins an operation and comes to its first exit. */
#define vm_begin(vm, rec, ...) vm_begin_with(vm, rec, (const uint64_t[7]){ __VA_ARGS__ })
void vm_begin_with(struct vm *vm, unsigned int rec, const uint64_t request[7]);

/* The REC reports the end of its operation, with these results, and parks. */
void vm_finish(struct vm *vm, unsigned int rec, uint64_t r[6]);

/* An operation with no exit of its own. */
#define vm_do(vm, rec, r, ...) vm_do_with(vm, rec, r, (const uint64_t[7]){ __VA_ARGS__ })
void vm_do_with(struct vm *vm, unsigned int rec, uint64_t r[6], const uint64_t request[7]);

/* True if the last exit was the end of an operation: the operation caused none of its own. */
bool vm_is_done(const struct vm *vm, unsigned int rec);

/* Compares the whole exit record with `expected`, but for what every exit reports: gicv3_*, cnt*, pmu_ovf_status. */
bool vm_record(const struct vm *vm, unsigned int rec, const char *id, const char *what,
	       const struct rmi_rec_exit *expected);

/*
 * Whether the GIC's maintenance interrupt comes to this CPU (PPI 25, as every Arm system has it: BSA). Where it does, a
 * condition that the host asks for in gicv3_hcr ends each entry with an IRQ exit as long as it holds.
 */
void vm_enable_maintenance(bool enable);
bool vm_maintenance_is_pending(void);

/* --- Operations, with their results taken apart ------------------------------------------------------------- */

/* SCRIPT_SYSREG's name of a register. */
#define SYSREG(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

/* A system register of the realm. The fault is 0, or the ESR_EL1 of the exception that the access took. */
struct vm_value {
	uint64_t value;
	uint64_t fault;
};
struct vm_value vm_read(struct vm *vm, unsigned int rec, unsigned int sysreg);
uint64_t vm_write(struct vm *vm, unsigned int rec, unsigned int sysreg, uint64_t value);

/* SMC: x0-x5 in and out. No exit may come of it. */
struct vm_smc {
	uint64_t x[6];
};
#define vm_smc(vm, rec, ...) vm_smc_with(vm, rec, (const uint64_t[6]){ __VA_ARGS__ })
struct vm_smc vm_smc_with(struct vm *vm, unsigned int rec, const uint64_t x[6]);

/* SMC with x0-x30 in and out. No exit may come of it. Through the shared page: its first 64 words. */
struct vm_registers {
	uint64_t x[31];
};
struct vm_registers vm_smc_wide(struct vm *vm, unsigned int rec, const struct vm_registers *in);

/* Copies between the realm's memory and the shared page, from its second half on, `bytes` a multiple of 8. */
#define VM_COPY_AT 0x800
#define VM_COPY_MAX 0x800
void vm_copy_in(struct vm *vm, uint64_t ipa, const void *from, size_t bytes);
void vm_copy_out(struct vm *vm, void *to, uint64_t ipa, size_t bytes);

/* Memory of the realm, 64 bits: the fault as above. */
uint64_t vm_store(struct vm *vm, unsigned int rec, uint64_t ipa, uint64_t value);
struct vm_value vm_load(struct vm *vm, unsigned int rec, uint64_t ipa);

/* ESR_EL1 of what realms may find. */
#define ESR_UNDEFINED 0x2000000 /* EC 0, IL */

/* A synchronous external abort, not on a table walk, from EL1 itself, with EA set (RVKNJW). */
static inline bool is_sea(uint64_t esr, unsigned int ec)
{
	return ESR_EC(esr) == ec && ESR_FSC(esr) == 0x10 && (esr & ESR_EA) != 0;
}

#endif
