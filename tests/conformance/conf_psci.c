/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PSCI as realms have it (A4.3.7, B6), on one CPU: what the RMM answers, what the host hears, and what a REC finds at its
 * first instruction. RMI_PSCI_COMPLETE's conditions are in conf_psci_complete.c.
 */
#include "conf_vm.h"

static uint64_t psci(enum psci_status status)
{
	return (uint64_t)(int64_t)status;
}

/* --- Version, features ------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	uint32_t fid;
} offered[] = {
	{ "PSCI_VERSION", PSCI_VERSION },         { "PSCI_CPU_SUSPEND", PSCI_CPU_SUSPEND },
	{ "PSCI_CPU_OFF", PSCI_CPU_OFF },         { "PSCI_CPU_ON", PSCI_CPU_ON },
	{ "PSCI_AFFINITY_INFO", PSCI_AFFINITY_INFO }, { "PSCI_SYSTEM_OFF", PSCI_SYSTEM_OFF },
	{ "PSCI_SYSTEM_RESET", PSCI_SYSTEM_RESET }, { "PSCI_FEATURES", PSCI_FEATURES },
}, not_offered[] = {
	{ "MIGRATE", 0x84000005 },           { "MIGRATE64", 0xc4000005 },
	{ "MIGRATE_INFO_TYPE", 0x84000006 }, { "MIGRATE_INFO_UP_CPU", 0xc4000007 },
	{ "CPU_FREEZE", 0x8400000b },        { "CPU_DEFAULT_SUSPEND", 0xc400000c },
	{ "NODE_HW_STATE", 0xc400000d },     { "SYSTEM_SUSPEND", 0xc400000e },
	{ "SYSTEM_SUSPEND32", 0x8400000e },  { "SET_SUSPEND_MODE", 0x8400000f },
	{ "STAT_RESIDENCY", 0xc4000010 },    { "STAT_COUNT", 0xc4000011 },
	{ "SYSTEM_RESET2", 0xc4000012 },     { "MEM_PROTECT", 0x84000013 },
	{ "MEM_PROTECT_CHECK_RANGE", 0xc4000014 }, { "SYSTEM_OFF2", 0xc4000015 },
	{ "an id at the end of PSCI's", 0x8400001f },
};

static void features(void)
{
	struct vm vm;
	uint64_t version;

	vm_start(&vm, NULL);
	version = vm_smc(&vm, 0, PSCI_VERSION).x[0];
	conf_check_true("RTFCVF", conf_text("PSCI_VERSION is 0x%lx", version),
			version >= PSCI_VERSION_1_1 && version >> 31 == 0);
	for (unsigned int i = 0; i < sizeof(offered) / sizeof(offered[0]); i++)
		conf_check("B6.3.5", conf_text("PSCI_FEATURES of %s", offered[i].name),
			   vm_smc(&vm, 0, PSCI_FEATURES, offered[i].fid).x[0], PSCI_SUCCESS);
	conf_check_true("B1.1 SDFNMZ", "PSCI_FEATURES of SMCCC_VERSION says that it is there",
			(int64_t)vm_smc(&vm, 0, PSCI_FEATURES, SMCCC_VERSION).x[0] >= 0);
	for (unsigned int i = 0; i < sizeof(not_offered) / sizeof(not_offered[0]); i++) {
		const char *name = not_offered[i].name;

		conf_check("B6.3.5", conf_text("PSCI_FEATURES of %s", name),
			   vm_smc(&vm, 0, PSCI_FEATURES, not_offered[i].fid).x[0], psci(PSCI_NOT_SUPPORTED));
		conf_check("IVBJXY", conf_text("%s itself", name), vm_smc(&vm, 0, not_offered[i].fid, 1).x[0],
			   psci(PSCI_NOT_SUPPORTED));
	}
	vm_end(&vm);
}

/* --- Records ---------------------------------------------------------------------------------------------- */

/* Arguments in the record are sanitised (RSXGJK): each is what the realm passed, or 0. */
static void check_record(const struct vm *vm, unsigned int rec, uint64_t fid, bool has_target,
			 const uint64_t arguments[3], const char *what)
{
	struct rmi_rec_exit expected = { .exit_reason = RMI_EXIT_PSCI, .gprs = { fid } };

	for (unsigned int i = 0; i < 3; i++)
		if ((i == 0 && has_target) || vm_exit(vm, rec)->gprs[1 + i] == arguments[i])
			expected.gprs[1 + i] = arguments[i];
	vm_record(vm, rec, "RPBKVB", what, &expected);
}

static void suspend(void)
{
	const uint64_t arguments[3] = { 0x10000, UINT64_C(0x1234567), UINT64_C(0x7777) };
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	vm_begin(&vm, 0, SCRIPT_SMC, PSCI_CPU_SUSPEND, arguments[0], arguments[1], arguments[2]);
	check_record(&vm, 0, PSCI_CPU_SUSPEND, false, arguments, "PSCI_CPU_SUSPEND");
	vm_finish(&vm, 0, r);
	conf_check("RNMSFT", "PSCI_CPU_SUSPEND goes on behind the call: x0", r[0], PSCI_SUCCESS);
	vm_end(&vm);
}

static void off_records(void)
{
	static const struct {
		const char *name;
		uint32_t fid;
	} calls[] = { { "PSCI_CPU_OFF", PSCI_CPU_OFF },
		      { "PSCI_SYSTEM_OFF", PSCI_SYSTEM_OFF },
		      { "PSCI_SYSTEM_RESET", PSCI_SYSTEM_RESET } };

	for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		static const uint64_t none[3];
		struct vm vm;

		vm_start(&vm, NULL);
		vm_begin(&vm, 0, SCRIPT_SMC, calls[i].fid, 5, 6, 7);
		check_record(&vm, 0, calls[i].fid, false, none, calls[i].name);
		vm_end(&vm);
	}
}

/* --- CPU_ON, AFFINITY_INFO: refused ----------------------------------------------------------------------- */

static uint64_t secondary_entry(struct vm *vm)
{
	uint64_t r[6];

	vm_do(vm, 0, r, SCRIPT_SYSREG, CONFORM_SECONDARY_ENTRY);
	return r[0];
}

static void cpu_on_errors(void)
{
	static const uint64_t unused[] = { 3, 0xf, 0x100, 0x10000, ABI_U64(1) << 32 };
	uint64_t entry, half;
	struct vm vm;

	vm_start(&vm, &(struct vm_options){ .recs = 3 });
	entry = secondary_entry(&vm);
	half = vm_unprotected(&vm);
	for (unsigned int i = 0; i < sizeof(unused) / sizeof(unused[0]); i++)
		conf_check("PSCI_CPU_ON.mpidr", conf_text("MPIDR 0x%lx, which no REC has", unused[i]),
			   vm_smc(&vm, 0, PSCI_CPU_ON, unused[i], entry, 0).x[0],
			   psci(PSCI_INVALID_PARAMETERS));
	conf_check("PSCI_CPU_ON.entry", "entry at the first unprotected address",
		   vm_smc(&vm, 0, PSCI_CPU_ON, 1, half, 0).x[0], psci(PSCI_INVALID_ADDRESS));
	conf_check("PSCI_CPU_ON.entry", "entry at the last address of the IPA space",
		   vm_smc(&vm, 0, PSCI_CPU_ON, 1, 2 * half - 4, 0).x[0], psci(PSCI_INVALID_ADDRESS));
	conf_check("PSCI_CPU_ON.entry", "entry outside the IPA space",
		   vm_smc(&vm, 0, PSCI_CPU_ON, 1, 2 * half, 0).x[0], psci(PSCI_INVALID_ADDRESS));
	conf_check("PSCI_CPU_ON.entry", "entry at 2^64 - 4",
		   vm_smc(&vm, 0, PSCI_CPU_ON, 1, -UINT64_C(4), 0).x[0], psci(PSCI_INVALID_ADDRESS));
	conf_check_any("PSCI_CPU_ON", "bad entry and bad MPIDR, which are not ordered",
		       vm_smc(&vm, 0, PSCI_CPU_ON, 9, half, 0).x[0], psci(PSCI_INVALID_ADDRESS),
		       psci(PSCI_INVALID_PARAMETERS));
	/* The host could not complete it (RMI_PSCI_COMPLETE.alias). */
	conf_check("PSCI_CPU_ON.on", "the calling REC itself", vm_smc(&vm, 0, PSCI_CPU_ON, 0, entry, 0).x[0],
		   psci(PSCI_ALREADY_ON));
	vm_end(&vm);
}

static void affinity_info_errors(void)
{
	struct vm vm;

	vm_start(&vm, &(struct vm_options){ .recs = 2 });
	for (uint64_t level = 1; level <= 4; level++)
		conf_check("PSCI_AFFINITY_INFO.target_bound", conf_text("lowest affinity level %lu", level),
			   vm_smc(&vm, 0, PSCI_AFFINITY_INFO, 1, level).x[0], psci(PSCI_INVALID_PARAMETERS));
	conf_check("PSCI_AFFINITY_INFO.target_match", "MPIDR 2, which no REC has",
		   vm_smc(&vm, 0, PSCI_AFFINITY_INFO, 2, 0).x[0], psci(PSCI_INVALID_PARAMETERS));
	conf_check("PSCI_AFFINITY_INFO.target_match", "MPIDR 0x100, which no REC has",
		   vm_smc(&vm, 0, PSCI_AFFINITY_INFO, 0x100, 0).x[0], psci(PSCI_INVALID_PARAMETERS));
	/* The host could not complete it (RMI_PSCI_COMPLETE.alias). */
	conf_check("PSCI_AFFINITY_INFO.runnable", "the calling REC itself",
		   vm_smc(&vm, 0, PSCI_AFFINITY_INFO, 0, 0).x[0], PSCI_AFFINITY_ON);
	vm_end(&vm);
}

/* --- On and off ------------------------------------------------------------------------------------------- */

#define CONTEXT UINT64_C(0xc0ffee1234567890)

static uint64_t complete(const struct vm *vm, unsigned int caller, unsigned int target,
			 enum psci_status status)
{
	return host_rmi_psci_complete(&rmm, vm->realm->recs[caller].pa, vm->realm->recs[target].pa, status);
}

/* REC 0 asks for `target`, the host says `status`; what REC 0 finds in x0. */
static uint64_t ask(struct vm *vm, uint64_t fid, unsigned int target, uint64_t x2, uint64_t x3,
		    enum psci_status status)
{
	uint64_t r[6];

	vm_begin(vm, 0, SCRIPT_SMC, fid, target, x2, x3);
	check_record(vm, 0, fid, true, (const uint64_t[3]){ target, x2, x3 },
		     conf_text("%s of REC %u", fid == PSCI_CPU_ON ? "PSCI_CPU_ON" : "PSCI_AFFINITY_INFO",
			       target));
	conf_need_status("RMI_PSCI_COMPLETE", conf_text("status %d", status), complete(vm, 0, target, status),
			 RMI_SUCCESS);
	vm_finish(vm, 0, r);
	conf_check("RMI_PSCI_COMPLETE.args", "x1 in the caller", r[1], 0);
	conf_check("RMI_PSCI_COMPLETE.args", "x2 in the caller", r[2], 0);
	conf_check("RMI_PSCI_COMPLETE.args", "x3 in the caller", r[3], 0);
	return r[0];
}

static void check_off(struct vm *vm, unsigned int rec, const char *what)
{
	conf_check("RMI_PSCI_COMPLETE.affinity_off", conf_text("AFFINITY_INFO, %s", what),
		   ask(vm, PSCI_AFFINITY_INFO, rec, 0, 0, PSCI_SUCCESS), PSCI_AFFINITY_OFF);
	conf_check_status("RMI_REC_ENTER.rec_runnable", what,
			  host_rmi_rec_enter(&rmm, vm->realm->recs[rec].pa, vm->realm->recs[rec].run_pa),
			  RMI_ERROR_REC);
}

/* What the REC wrote down at its first instruction. */
static void check_entry(struct vm *vm, unsigned int rec, uint64_t entry, uint64_t context)
{
	const struct conform_entry *e = (const struct conform_entry *)(uintptr_t)vm->shared_pa;
	unsigned int not_zero = 0;
	uint64_t r[6];

	vm_do(vm, rec, r, CONFORM_ENTRY, vm_shared(vm));
	for (unsigned int i = 1; i < 31; i++)
		not_zero += e->x[i] != 0;
	conf_check("RMI_PSCI_COMPLETE.on_success", "x0 at the first instruction", e->x[0], context);
	conf_check("RMI_PSCI_COMPLETE.on_success", "registers of x1-x30 that are not zero", not_zero, 0);
	conf_check("RMI_PSCI_COMPLETE.on_success", "the first instruction's address", e->pc, entry);
	conf_check("RNJHQK", "CurrentEL", e->current_el, 4);
	conf_check("RNJHQK", "DAIF", e->daif, 0x3c0);
	conf_check("RNJHQK", "SPSel", e->spsel, 1);
	conf_check("RNJHQK", "SCTLR_EL1.M, C, I", e->sctlr & 0x1005, 0);
	conf_check("A2.3.3", "MPIDR_EL1", e->mpidr, ABI_U64(0x80000000) | rec);
}

static void on_and_off(void)
{
	uint64_t entry;
	struct vm vm;

	vm_start(&vm, &(struct vm_options){ .recs = 3 });
	entry = secondary_entry(&vm);
	check_off(&vm, 2, "a REC that was never on");
	for (unsigned int n = 0; n < 2; n++) {
		conf_check("RMI_PSCI_COMPLETE.on_success", "CPU_ON: x0 in the caller",
			   ask(&vm, PSCI_CPU_ON, 2, entry, CONTEXT + n, PSCI_SUCCESS), PSCI_SUCCESS);
		conf_check("RMI_PSCI_COMPLETE.affinity_on",
			   "AFFINITY_INFO of a REC that is on, not entered yet",
			   ask(&vm, PSCI_AFFINITY_INFO, 2, 0, 0, PSCI_SUCCESS), PSCI_AFFINITY_ON);
		conf_check("RMI_PSCI_COMPLETE.on_already", "CPU_ON of a REC that is on: x0 in the caller",
			   ask(&vm, PSCI_CPU_ON, 2, entry + 4, 1, PSCI_SUCCESS), psci(PSCI_ALREADY_ON));
		vm_boot(&vm, 2);
		check_entry(&vm, 2, entry, CONTEXT + n);
		conf_check("RMI_PSCI_COMPLETE.on_already", "CPU_ON of a REC that has run: x0 in the caller",
			   ask(&vm, PSCI_CPU_ON, 2, entry, 1, PSCI_SUCCESS), psci(PSCI_ALREADY_ON));
		vm_begin(&vm, 2, SCRIPT_SMC, PSCI_CPU_OFF);
		conf_check("RNTZNJ", "PSCI_CPU_OFF: exit reason", vm_exit(&vm, 2)->exit_reason,
			   RMI_EXIT_PSCI);
		check_off(&vm, 2, "a REC that turned itself off");
	}
	check_off(&vm, 1, "the REC beside it");
	vm_end(&vm);
}

/* The host's word is enough to leave a REC off. */
static void denied(void)
{
	uint64_t entry;
	struct vm vm;

	vm_start(&vm, &(struct vm_options){ .recs = 2 });
	entry = secondary_entry(&vm);
	conf_check("RMI_PSCI_COMPLETE.status", "CPU_ON denied: x0 in the caller",
		   ask(&vm, PSCI_CPU_ON, 1, entry, 0, PSCI_DENIED), psci(PSCI_DENIED));
	check_off(&vm, 1, "a REC that the host denied");
	conf_check("RMI_PSCI_COMPLETE.on_success", "CPU_ON, granted after all: x0 in the caller",
		   ask(&vm, PSCI_CPU_ON, 1, entry, 3, PSCI_SUCCESS), PSCI_SUCCESS);
	vm_boot(&vm, 1);
	check_entry(&vm, 1, entry, 3);
	vm_end(&vm);
}

/* Registers of the caller that are neither result nor argument. */
static void registers(void)
{
	unsigned int lost = 0;
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, &(struct vm_options){ .recs = 2 });
	for (unsigned int i = 0; i < 31; i++)
		vm_words(&vm)[i] = UINT64_C(0x1111111111111111) * i + 3;
	vm_words(&vm)[0] = PSCI_AFFINITY_INFO;
	vm_words(&vm)[1] = 1;
	vm_words(&vm)[2] = 0;
	vm_begin(&vm, 0, CONFORM_REGISTERS, CONFORM_SMC, vm_shared(&vm));
	check_record(&vm, 0, PSCI_AFFINITY_INFO, true, (const uint64_t[3]){ 1, 0, vm_words(&vm)[3] },
		     "PSCI_AFFINITY_INFO with all registers set");
	complete(&vm, 0, 1, PSCI_SUCCESS);
	memset(vm_enter_of(&vm, 0)->gprs, 0xdd, sizeof(vm_enter_of(&vm, 0)->gprs));
	vm_finish(&vm, 0, r);
	conf_check("RNMSFT", "x0", vm_words(&vm)[32], PSCI_AFFINITY_OFF);
	for (unsigned int i = 7; i < 31; i++)
		lost += vm_words(&vm)[32 + i] != vm_words(&vm)[i];
	conf_check("RNMSFT", "registers of x7-x30 that changed", lost, 0);
	vm_end(&vm);
}

/* REC 0's own first entry, with the registers that the host gave. */
static void first_entry(void)
{
	const struct conform_entry *e;
	unsigned int not_zero = 0;
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, &(struct vm_options){ .gprs = { [3] = 33, [4] = 44, [5] = 55, [6] = 66, [7] = 77 } });
	vm_do(&vm, 0, r, CONFORM_ENTRY, vm_shared(&vm));
	e = (const struct conform_entry *)(uintptr_t)vm.shared_pa;
	conf_check("RMI_REC_CREATE.rec_gprs", "x0", e->x[0], REALM_PROGRAM_SCRIPT);
	conf_check("RMI_REC_CREATE.rec_gprs", "x1", e->x[1], 0);
	conf_check("RMI_REC_CREATE.rec_gprs", "x2", e->x[2], vm.realm->ipa_bits);
	for (unsigned int i = 3; i < 8; i++)
		conf_check("RMI_REC_CREATE.rec_gprs", conf_text("x%u", i), e->x[i], 11 * i);
	for (unsigned int i = 8; i < 31; i++)
		not_zero += e->x[i] != 0;
	conf_check("RMI_REC_CREATE.rec_gprs", "registers of x8-x30 that are not zero", not_zero, 0);
	conf_check("RMI_REC_CREATE.rec_pc", "the first instruction's address", e->pc, REALM_IMAGE_IPA);
	conf_check("RNJHQK", "CurrentEL", e->current_el, 4);
	conf_check("RNJHQK", "DAIF", e->daif, 0x3c0);
	conf_check("RNJHQK", "SPSel", e->spsel, 1);
	conf_check("RNJHQK", "SCTLR_EL1.M, C, I", e->sctlr & 0x1005, 0);
	conf_check("A2.3.3", "MPIDR_EL1", e->mpidr, 0x80000000);
	vm_end(&vm);
}

CONF_GROUP(psci, .about = "PSCI in realms")
{
	conf_case(features);
	conf_case(suspend);
	conf_case(off_records);
	conf_case(cpu_on_errors);
	conf_case(affinity_info_errors);
	conf_case(on_and_off);
	conf_case(denied);
	conf_case(registers);
	conf_case(first_entry);
}
