/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Data aborts at unprotected IPAs: what the host hears, and what its answers do (A4.3.4.3, A4.2.3, A4.4, A5.2.6).
 */
#include "conf_vm.h"

/* Fields of ESR_EL2 in an exit record (A4.3.4.3). */
#define ESR_DATA_ABORT ((uint64_t)EC_DATA_ABORT_LOWER << 26)
#define ESR_SAS_SHIFT 22

#define ANSWER ABI_U64(0xf8e7d6c5b4a39281)
#define VALUE ABI_U64(0x123456789abcdef0)

static const struct access {
	const char *name;
	unsigned int sas;
	bool sf, write;
	uint64_t
		result; /* of a load that is answered with ANSWER, x0 having been VALUE; what a store shows */
} accesses[CONFORM_ACCESS_COUNT] = {
	[CONFORM_LDRB_W] = { "ldrb w0", 0, false, false, 0x81 },
	[CONFORM_LDRSB_W] = { "ldrsb w0", 0, false, false, 0xffffff81 },
	[CONFORM_LDRSB_X] = { "ldrsb x0", 0, true, false, 0xffffffffffffff81 },
	[CONFORM_LDRH_W] = { "ldrh w0", 1, false, false, 0x9281 },
	[CONFORM_LDRSH_W] = { "ldrsh w0", 1, false, false, 0xffff9281 },
	[CONFORM_LDRSH_X] = { "ldrsh x0", 1, true, false, 0xffffffffffff9281 },
	[CONFORM_LDR_W] = { "ldr w0", 2, false, false, 0xb4a39281 },
	[CONFORM_LDRSW_X] = { "ldrsw x0", 2, true, false, 0xffffffffb4a39281 },
	[CONFORM_LDR_X] = { "ldr x0", 3, true, false, ANSWER },
	[CONFORM_LDAR_W] = { "ldar w0", 2, false, false, 0xb4a39281 },
	[CONFORM_LDR_XZR] = { "ldr xzr", 3, true, false, VALUE },
	[CONFORM_STRB] = { "strb w0", 0, false, true, 0xf0 },
	[CONFORM_STRH] = { "strh w0", 1, false, true, 0xdef0 },
	[CONFORM_STR_W] = { "str w0", 2, false, true, 0x9abcdef0 },
	[CONFORM_STR_X] = { "str x0", 3, true, true, VALUE },
	[CONFORM_STR_XZR] = { "str xzr", 3, true, true, 0 },
	[CONFORM_LDR_X_POST] = { .name = "ldr x0, [x1], #8" },
	[CONFORM_STR_X_PRE] = { .name = "str x0, [x1, #8]!", .write = true },
	[CONFORM_LDP_X] = { .name = "ldp" },
	[CONFORM_STP_X] = { .name = "stp", .write = true },
	[CONFORM_LDR_Q] = { .name = "ldr q0" },
	[CONFORM_LDADD_X] = { .name = "ldadd" },
	[CONFORM_DC_ZVA] = { .name = "dc zva", .write = true },
};

static uint64_t hole(const struct vm *vm)
{
	return vm_unprotected(vm) + 0x200000;
}

/* Where the walk for `ipa` ends. */
static uint64_t level_of(const struct vm *vm, uint64_t ipa)
{
	struct host_rmi_rtt_entry entry;
	uint64_t result = host_rmi_rtt_read_entry(&rmm, vm->realm->rd, ipa & ~ABI_U64(0xfff), 3, &entry);

	return result == RMI_SUCCESS ? (uint64_t)entry.level : 0;
}

/* --- Emulatable ------------------------------------------------------------------------------------------- */

static uint64_t emulatable_esr(const struct access *a, uint64_t fsc)
{
	return ESR_DATA_ABORT | ESR_ISV | (uint64_t)a->sas << ESR_SAS_SHIFT | (a->sf ? ESR_SF : 0) |
	       (a->write ? ESR_WNR : 0) | fsc;
}

/* The rule says the register's value; whether more of it than was stored is left open. */
static uint64_t stored(const struct access *a, uint64_t shown, uint64_t register_value)
{
	if (!a->write)
		return 0;
	return shown == register_value || shown == (uint32_t)register_value ? shown : a->result;
}

static void check_record(const struct vm *vm, const struct access *a, uint64_t ipa, uint64_t fsc)
{
	uint64_t value = a == &accesses[CONFORM_STR_XZR] ? 0 : VALUE;
	const struct rmi_rec_exit expected = {
		.exit_reason = RMI_EXIT_SYNC,
		.esr = emulatable_esr(a, fsc),
		.far = ipa & 0xfff,
		.hpfar = ipa >> 12 << 4,
		.gprs = { stored(a, vm_exit(vm, 0)->gprs[0], value) },
	};

	vm_record(vm, 0, a->write ? "RFFNHW" : "RRYVFL", conf_text("%s at 0x%lx, emulatable", a->name, ipa),
		  &expected);
}

static void check_emulation(struct vm *vm, unsigned int kind, uint64_t ipa)
{
	const struct access *a = &accesses[kind];
	uint64_t r[6];

	vm_begin(vm, 0, CONFORM_ACCESS, kind, ipa, VALUE);
	check_record(vm, a, ipa, FSC_TRANSLATION | level_of(vm, ipa));
	vm_enter_of(vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	memset(vm_enter_of(vm, 0)->gprs, 0xee, sizeof(vm_enter_of(vm, 0)->gprs));
	vm_enter_of(vm, 0)->gprs[0] = ANSWER;
	vm_finish(vm, 0, r);
	conf_check("RBWZKH", conf_text("%s, emulated: the fault that the realm takes", a->name), r[1], 0);
	conf_check(a->write ? "RBWZKH" : "RSCJWG", conf_text("%s, emulated: x0 afterwards", a->name), r[0],
		   a->write ? VALUE : a->result);
	conf_check("RRZRRM", conf_text("%s, emulated: x1 afterwards", a->name), r[5], 0);
}

/* --- Not emulatable --------------------------------------------------------------------------------------- */

static void check_injected(const char *name, uint64_t ipa, bool write, const uint64_t r[6])
{
	conf_check_true("RLJWRK", conf_text("%s: the realm takes an external abort", name),
			is_sea(r[1], EC_DATA_ABORT));
	conf_check("RVKNJW", conf_text("%s: ESR_EL1.EA", name), r[1] & ESR_EA, ESR_EA);
	conf_check("RLJWRK", conf_text("%s: ESR_EL1.WnR", name), (r[1] & ESR_WNR) != 0, write);
	conf_check("RLJWRK", conf_text("%s: FAR_EL1", name), r[2], ipa);
	conf_check("RLJWRK", conf_text("%s: ELR_EL1, from the access", name), r[3], 0);
	conf_check("RLJWRK", conf_text("%s: SPSR_EL1.M", name), r[4] & 0x1f, 0x5);
}

static void check_no_syndrome(struct vm *vm, unsigned int kind)
{
	const struct access *a = &accesses[kind];
	uint64_t ipa = hole(vm) + 0x100, at = kind == CONFORM_STR_X_PRE ? ipa + 8 : ipa, r[6];
	const struct rmi_rec_exit expected = {
		.exit_reason = RMI_EXIT_SYNC,
		.esr = ESR_DATA_ABORT | ESR_IL | FSC_TRANSLATION | level_of(vm, ipa),
		.hpfar = ipa >> 12 << 4,
	};

	vm_begin(vm, 0, CONFORM_ACCESS, kind, ipa, VALUE);
	vm_record(vm, 0, "RRYVFL", conf_text("%s, non-emulatable", a->name), &expected);
	vm_enter_of(vm, 0)->flags = RMI_REC_ENTER_FLAG_INJECT_SEA;
	vm_finish(vm, 0, r);
	check_injected(a->name, at, a->write, r);
	conf_check("RRZRRM", conf_text("%s: no write-back", a->name), r[5], 0);
}

/*
 * DEN0137 A4.3.4.3: at a non-emulatable abort at an unprotected IPA exit.esr.IL is ESR_EL2's, and that is 1 for a data abort
 * without a valid syndrome. At any other data abort it is among the fields that are zero. A suite that asks for 0 at the
 * first is mistaken.
 */
static void check_il(struct vm *vm, unsigned int kind, uint64_t ipa, uint64_t il, const char *where)
{
	uint64_t r[6];

	vm_begin(vm, 0, CONFORM_ACCESS, kind, ipa, VALUE);
	conf_check("RRYVFL", conf_text("%s at %s: exit.esr.IL", accesses[kind].name, where),
		   vm_exit(vm, 0)->esr & ESR_IL, il);
	if (ipa < vm_unprotected(vm))
		conf_expect_ok("set-up", "a page", host_populate(vm->realm, ipa, GRANULE_SIZE));
	else
		vm_enter_of(vm, 0)->flags = RMI_REC_ENTER_FLAG_INJECT_SEA;
	vm_finish(vm, 0, r);
}

static void check_sea(struct vm *vm, unsigned int kind)
{
	const struct access *a = &accesses[kind];
	uint64_t ipa = hole(vm) + 0x340, r[6];

	vm_begin(vm, 0, CONFORM_ACCESS, kind, ipa, VALUE);
	vm_enter_of(vm, 0)->flags = RMI_REC_ENTER_FLAG_INJECT_SEA;
	vm_enter_of(vm, 0)->gprs[0] = ANSWER;
	vm_finish(vm, 0, r);
	check_injected(a->name, ipa, a->write, r);
	conf_check("RLJWRK", conf_text("%s: x0 afterwards", a->name), r[0], VALUE);
}

/* --- A page that is there --------------------------------------------------------------------------------- */

#define ATTRIBUTES(s2ap) (ABI_U64(6) << 2 | (uint64_t)(s2ap) << 6)
#define S2AP_NONE 0
#define S2AP_RO 1
#define S2AP_WO 2

/* The host maps a page instead, and has the access executed again. */
static void check_mapped_later(struct vm *vm, uint64_t pa)
{
	uint64_t ipa = hole(vm) + 0x40, r[6];

	*(volatile uint64_t *)(uintptr_t)(pa + 0x40) = ANSWER;
	vm_begin(vm, 0, CONFORM_ACCESS, CONFORM_LDP_X, ipa, 0);
	conf_expect_ok("ISVYDC", "a page is mapped at the address of the abort",
		       host_map_unprotected(vm->realm, hole(vm), pa, GRANULE_SIZE, ATTRIBUTES(3)));
	vm_finish(vm, 0, r);
	conf_check("ISVYDC", "the access, executed again: fault", r[1], 0);
	conf_check("ISVYDC", "the access, executed again: value", r[0], ANSWER);
	conf_check("A5.2.6", "a store through the mapping: fault", vm_store(vm, 0, ipa, VALUE), 0);
	conf_check("A5.2.6", "a store through the mapping, as the host sees it",
		   *(volatile uint64_t *)(uintptr_t)(pa + 0x40), VALUE);
	host_unmap_unprotected(vm->realm, hole(vm), GRANULE_SIZE);
	vm_begin(vm, 0, CONFORM_ACCESS, CONFORM_LDR_X, ipa, 0);
	conf_check("RMI_RTT_UNMAP_UNPROTECTED", "after unmapping, an access exits: hpfar",
		   vm_exit(vm, 0)->hpfar, ipa >> 12 << 4);
	vm_enter_of(vm, 0)->flags = RMI_REC_ENTER_FLAG_INJECT_SEA;
	vm_finish(vm, 0, r);
}

static void check_permission(struct vm *vm, uint64_t pa, unsigned int s2ap)
{
	static const unsigned int kinds[] = { CONFORM_LDR_X, CONFORM_LDRB_W, CONFORM_STR_X, CONFORM_STRH };
	static const char *const names[] = { "no access", "read-only", "write-only" };
	uint64_t ipa = hole(vm) + 0x80, r[6];

	host_map_unprotected(vm->realm, hole(vm), pa, GRANULE_SIZE, ATTRIBUTES(s2ap));
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct access *a = &accesses[kinds[i]];
		bool allowed = a->write ? (s2ap & S2AP_WO) != 0 : (s2ap & S2AP_RO) != 0;

		vm_begin(vm, 0, CONFORM_ACCESS, kinds[i], ipa, VALUE);
		conf_check("A5.2.6", conf_text("%s at a page that is %s: no exit", a->name, names[s2ap]),
			   vm_is_done(vm, 0), allowed);
		if (!allowed) {
			check_record(vm, a, ipa, FSC_PERMISSION | 3);
			vm_enter_of(vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
			vm_enter_of(vm, 0)->gprs[0] = ANSWER;
		}
		vm_finish(vm, 0, r);
		conf_check("RBWZKH", conf_text("%s at a page that is %s: fault", a->name, names[s2ap]), r[1],
			   0);
		if (!a->write && !allowed)
			conf_check("RSCJWG", conf_text("%s, emulated: x0", a->name), r[0], a->result);
	}
	vm_begin(vm, 0, CONFORM_ACCESS, CONFORM_LDADD_X, ipa, VALUE);
	vm_record(vm, 0, "RRYVFL", conf_text("ldadd at a page that is %s", names[s2ap]),
		  &(struct rmi_rec_exit){ .exit_reason = RMI_EXIT_SYNC,
					  .esr = ESR_DATA_ABORT | ESR_IL | FSC_PERMISSION | 3,
					  .hpfar = ipa >> 12 << 4 });
	vm_enter_of(vm, 0)->flags = RMI_REC_ENTER_FLAG_INJECT_SEA;
	vm_finish(vm, 0, r);
	/* WnR of an atomic access says whether a read would have been allowed. */
	check_injected("ldadd", ipa, s2ap == S2AP_RO, r);
	host_unmap_unprotected(vm->realm, hole(vm), GRANULE_SIZE);
}

/* The RMM does not look at what the host maps; the granule protection check does. */
static void not_ns(void)
{
	uint64_t pa = conf_delegated(), r[6];
	struct vm vm;

	vm_start(&vm, NULL);
	conf_expect_ok("IKQJML", "a granule that is not Non-secure is mapped",
		       host_map_unprotected(vm.realm, hole(&vm), pa, GRANULE_SIZE, ATTRIBUTES(3)));
	for (unsigned int i = 0; i < 2; i++) {
		const char *name = i == 0 ? "load" : "store";

		vm_begin(&vm, 0, CONFORM_ACCESS, i == 0 ? CONFORM_LDR_X : CONFORM_STR_X, hole(&vm), VALUE);
		conf_need_true("SZZBQF", conf_text("%s: no exit", name), vm_is_done(&vm, 0));
		vm_finish(&vm, 0, r);
		conf_check("SZZBQF", conf_text("%s: class of the fault that the realm takes", name),
			   ESR_EC(r[1]), EC_DATA_ABORT);
		conf_check_any("SZZBQF", conf_text("%s: its fault status code", name), ESR_FSC(r[1]), 0x10,
			       0x28);
	}
	host_unmap_unprotected(vm.realm, hole(&vm), GRANULE_SIZE);
	conf_take_back(pa, 1);
	vm_end(&vm);
}

/* Code in the host's memory is never executed, mapped or not. */
static void check_fetch(struct vm *vm, uint64_t ipa, const char *what)
{
	uint64_t r[6];

	vm_begin(vm, 0, SCRIPT_EXEC, ipa);
	conf_check_true("RXLSKP", conf_text("instruction fetch, %s: no exit", what), vm_is_done(vm, 0));
	vm_finish(vm, 0, r);
	conf_check_true("RXLSKP", conf_text("instruction fetch, %s: external abort, 0x%lx", what, r[1]),
			is_sea(r[1], EC_INSTRUCTION_ABORT));
	conf_check("RXLSKP", conf_text("instruction fetch, %s: ELR_EL1", what),
		   vm_read(vm, 0, SYSREG(3, 0, 4, 0, 1)).value, ipa);
	conf_check("RXLSKP", conf_text("instruction fetch, %s: FAR_EL1", what),
		   vm_read(vm, 0, SYSREG(3, 0, 6, 0, 0)).value, ipa);
}

static void fetch(void)
{
	struct vm vm;

	vm_start(&vm, NULL);
	check_fetch(&vm, hole(&vm), "not mapped");
	vm_words(&vm)[0] = 0xd65f03c0; /* ret */
	check_fetch(&vm, vm_shared(&vm), "mapped");
	vm_end(&vm);
}

static void emulated(void)
{
	struct vm vm;

	vm_start(&vm, NULL);
	for (unsigned int kind = 0; kind < CONFORM_LDR_X_POST; kind++)
		check_emulation(&vm, kind, hole(&vm) + 0x9018);
	check_emulation(&vm, CONFORM_LDR_X, hole(&vm));
	check_emulation(&vm, CONFORM_STR_X, hole(&vm) + 0xff8);
	/* Far from all that has tables. */
	check_emulation(&vm, CONFORM_LDRB_W, vm_unprotected(&vm) + ABI_U64(0x3ffffffff));
	vm_end(&vm);
}

static void not_emulatable(void)
{
	struct vm vm;

	vm_start(&vm, NULL);
	for (unsigned int kind = CONFORM_LDR_X_POST; kind < CONFORM_ACCESS_COUNT; kind++)
		check_no_syndrome(&vm, kind);
	vm_end(&vm);
}

static void instruction_length(void)
{
	struct vm vm;

	vm_start(&vm, NULL);
	check_il(&vm, CONFORM_LDP_X, hole(&vm), ESR_IL, "an unprotected IPA, non-emulatable");
	check_il(&vm, CONFORM_STP_X, hole(&vm), ESR_IL, "an unprotected IPA, non-emulatable");
	check_il(&vm, CONFORM_STR_X, hole(&vm), 0, "an unprotected IPA, emulatable");
	check_il(&vm, CONFORM_LDP_X, vm_hole(&vm), 0, "a protected IPA");
	check_il(&vm, CONFORM_STR_X, vm_hole(&vm) + GRANULE_SIZE, 0, "a protected IPA");
	vm_end(&vm);
}

static void injected(void)
{
	struct vm vm;

	vm_start(&vm, NULL);
	check_sea(&vm, CONFORM_LDR_X);
	check_sea(&vm, CONFORM_STRB);
	vm_end(&vm);
}

static void mapped_later(void)
{
	uint64_t pa = conf_granule();
	struct vm vm;

	vm_start(&vm, NULL);
	check_mapped_later(&vm, pa);
	vm_end(&vm);
	memory_free(pa);
}

static void permissions(void)
{
	uint64_t pa = conf_granule();
	struct vm vm;

	vm_start(&vm, NULL);
	check_permission(&vm, pa, S2AP_NONE);
	check_permission(&vm, pa, S2AP_RO);
	check_permission(&vm, pa, S2AP_WO);
	vm_end(&vm);
	memory_free(pa);
}

CONF_GROUP(exit_unprotected, .about = "accesses to unprotected IPAs, emulated and refused")
{
	conf_case(emulated);
	conf_case(not_emulatable);
	conf_case(instruction_length);
	conf_case(injected);
	conf_case(mapped_later);
	conf_case(permissions);
	conf_case(not_ns);
	conf_case(fetch);
}
