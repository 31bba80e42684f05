/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Accesses and instruction fetches in the protected half, by RIPAS and HIPAS, and outside the IPA space (A4.3.4.2,
 * A4.3.4.3, A5.2.3, A5.2.7, A5.2.8).
 */
#include "conf_vm.h"

#define RET 0xd65f03c0

#define TTBR1_EL1 SYSREG(3, 0, 2, 0, 1)
#define TCR_EL1 SYSREG(3, 0, 2, 0, 2)
#define TLBI_VMALLE1 SYSREG(1, 0, 8, 7, 0)
#define ID_AA64MMFR0_EL1 SYSREG(3, 0, 0, 7, 0)
#define FAR_EL1 SYSREG(3, 0, 6, 0, 0)
#define ELR_EL1 SYSREG(3, 0, 4, 0, 1)

static const struct {
	const char *name;
	unsigned int kind;
} accesses[] = {
	{ "ldr", CONFORM_LDR_X },
	{ "ldrb", CONFORM_LDRB_W },
	{ "str", CONFORM_STR_X },
	{ "ldp", CONFORM_LDP_X },
};
#define ACCESSES (sizeof(accesses) / sizeof(accesses[0]))

static uint64_t level_of(const struct vm *vm, uint64_t ipa)
{
	struct host_rmi_rtt_entry entry = { 0 };

	conf_expect_ok("RMI_RTT_READ_ENTRY", "an IPA",
		       host_rmi_rtt_read_entry(&rmm, vm->realm->rd, ipa & ~ABI_U64(0xfff), 3, &entry));
	return (uint64_t)entry.level;
}

/* --- Exits ------------------------------------------------------------------------------------------------ */

static void check_data_exit(const struct vm *vm, uint64_t ipa, const char *what)
{
	vm_record(vm, 0, "RRYVFL", what,
		  &(struct rmi_rec_exit){
			  .exit_reason = RMI_EXIT_SYNC,
			  .esr = (uint64_t)EC_DATA_ABORT_LOWER << 26 | FSC_TRANSLATION | level_of(vm, ipa),
			  .hpfar = ipa >> 12 << 4,
		  });
}

static void check_fetch_exit(const struct vm *vm, uint64_t ipa, const char *what)
{
	vm_record(vm, 0, "RMGWRC", what,
		  &(struct rmi_rec_exit){
			  .exit_reason = RMI_EXIT_SYNC,
			  .esr = (uint64_t)EC_INSTRUCTION_ABORT_LOWER << 26 | FSC_TRANSLATION |
				 level_of(vm, ipa),
			  .hpfar = ipa >> 12 << 4,
		  });
}

/* The exit comes back however the host answers, as long as there is nothing at the IPA. */
static void check_answers(struct vm *vm, uint64_t ipa, const char *what)
{
	conf_need_status("RLJWRK", conf_text("%s: an entry without an answer", what), vm_enter(vm, 0),
			 RMI_SUCCESS);
	check_data_exit(vm, ipa, conf_text("%s, again", what));
	vm_enter_of(vm, 0)->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	conf_check_status("RMI_REC_ENTER.rec_mmio", conf_text("%s: emul_mmio", what),
			  host_rmi_rec_enter(&rmm, vm->realm->recs[0].pa, vm->realm->recs[0].run_pa),
			  RMI_ERROR_REC);
	vm_enter_of(vm, 0)->flags = RMI_REC_ENTER_FLAG_INJECT_SEA;
	conf_need_status("RQSQLF", conf_text("%s: inject_sea at a protected IPA", what), vm_enter(vm, 0),
			 RMI_SUCCESS);
	check_data_exit(vm, ipa, conf_text("%s: the realm takes no external abort", what));
}

static uint64_t give_data(struct vm *vm, uint64_t ipa)
{
	uint64_t data = conf_delegated();

	conf_expect_ok("RMI_DATA_CREATE_UNKNOWN", "a granule for the realm",
		       host_rmi_data_create_unknown(&rmm, vm->realm->rd, data, ipa));
	return data;
}

/* RAM, UNASSIGNED: the host supplies the page, and the access is executed again. */
static void ram_unassigned(void)
{
	uint64_t ipa, r[6];
	struct vm vm;

	vm_start(&vm, NULL);
	ipa = vm_hole(&vm) + 0x3008;
	for (unsigned int i = 0; i < ACCESSES; i++) {
		uint64_t page = ipa + i * GRANULE_SIZE;

		vm_begin(&vm, 0, CONFORM_ACCESS, accesses[i].kind, page, 0x55);
		check_data_exit(&vm, page, conf_text("%s, RIPAS RAM, UNASSIGNED", accesses[i].name));
		check_answers(&vm, page, accesses[i].name);
		conf_expect_ok("set-up", "tables for the page",
			       host_make_tables(vm.realm, page & ~ABI_U64(0xfff), GRANULE_SIZE, 3));
		check_answers(&vm, page, accesses[i].name); /* at level 3, now */
		give_data(&vm, page & ~ABI_U64(0xfff));
		vm_finish(&vm, 0, r);
		conf_check("IPGHBT", conf_text("%s, once the page is there: fault", accesses[i].name), r[1],
			   0);
	}
	conf_check("IPGHBT", "what was stored is there", vm_load(&vm, 0, ipa + 2 * GRANULE_SIZE).value, 0x55);
	vm_end(&vm);
}

static void fetch_ram_unassigned(void)
{
	uint64_t ipa, r[6];
	struct vm vm;

	vm_start(&vm, NULL);
	ipa = vm_hole(&vm) + 0x5000;
	vm_begin(&vm, 0, SCRIPT_EXEC, ipa);
	check_fetch_exit(&vm, ipa, "instruction fetch, RIPAS RAM, UNASSIGNED");
	vm_enter_of(&vm, 0)->flags = RMI_REC_ENTER_FLAG_INJECT_SEA;
	conf_need_status("RFCJCP", "inject_sea after an instruction abort", vm_enter(&vm, 0), RMI_SUCCESS);
	check_fetch_exit(&vm, ipa, "instruction fetch, again: the realm takes no external abort");
	conf_expect_ok("set-up", "tables for the page", host_make_tables(vm.realm, ipa, GRANULE_SIZE, 3));
	give_data(&vm, ipa);
	vm_finish(&vm, 0, r);
	/* The content is undefined, so it may be anything that does not exit; here, zeros: UDF. */
	conf_check("IXHKQY", "once the page is there, the fetch causes no exit: the REC is parked",
		   vm_exit(&vm, 0)->exit_reason, RMI_EXIT_HOST_CALL);
	conf_check("IXHKQY", "what is stored there", vm_store(&vm, 0, ipa, RET), 0);
	vm_do(&vm, 0, r, SCRIPT_EXEC, ipa);
	conf_check("RFCJCP", "is executed: fault", r[1], 0);
	vm_end(&vm);
}

/* Takes the page away from the realm, whose RIPAS becomes DESTROYED with that. */
static void destroy(struct vm *vm, uint64_t ipa)
{
	uint64_t data, top;

	conf_check("set-up", "a page before it is destroyed: fault", vm_store(vm, 0, ipa, RET), 0);
	conf_expect_ok("RMI_DATA_DESTROY", "a page",
		       host_rmi_data_destroy(&rmm, vm->realm->rd, ipa, &data, &top));
	conf_take_back(data, 1);
}

/* A new page makes no difference: it stays DESTROYED until the realm says otherwise. */
static void destroyed(void)
{
	struct vm vm;
	uint64_t ipa;

	vm_start(&vm, NULL);
	ipa = vm_ram(&vm) + 0x7000;
	destroy(&vm, ipa);
	vm_begin(&vm, 0, CONFORM_ACCESS, CONFORM_LDR_X, ipa);
	check_data_exit(&vm, ipa, "ldr, RIPAS DESTROYED, UNASSIGNED");
	check_answers(&vm, ipa, "ldr, UNASSIGNED");
	give_data(&vm, ipa);
	check_answers(&vm, ipa, "ldr, ASSIGNED");
	vm_end(&vm);
}

static void fetch_destroyed(void)
{
	struct vm vm;
	uint64_t ipa;

	vm_start(&vm, NULL);
	ipa = vm_ram(&vm) + 0x7000;
	destroy(&vm, ipa);
	vm_begin(&vm, 0, SCRIPT_EXEC, ipa);
	check_fetch_exit(&vm, ipa, "instruction fetch, RIPAS DESTROYED, UNASSIGNED");
	give_data(&vm, ipa);
	conf_need_status("RMZYQT", "an entry with a new page there", vm_enter(&vm, 0), RMI_SUCCESS);
	check_fetch_exit(&vm, ipa, "instruction fetch, RIPAS DESTROYED, ASSIGNED");
	vm_end(&vm);
}

/* A table that goes takes the RIPAS of all its pages with it. */
static void destroyed_table(void)
{
	uint64_t ipa, rtt, top;
	struct vm vm;

	vm_start(&vm, NULL);
	ipa = vm_hole(&vm);
	conf_expect_ok("set-up", "tables", host_make_tables(vm.realm, ipa, GRANULE_SIZE, 3));
	conf_expect_ok("RMI_RTT_DESTROY", "a table",
		       host_rmi_rtt_destroy(&rmm, vm.realm->rd, ipa, 3, &rtt, &top));
	conf_take_back(rtt, 1);
	vm_begin(&vm, 0, CONFORM_ACCESS, CONFORM_STR_X, ipa + 0x18);
	check_data_exit(&vm, ipa + 0x18, "str, under a table that was destroyed");
	vm_end(&vm);
}

/* --- Aborts that the realm takes -------------------------------------------------------------------------- */

static void check_empty(struct vm *vm, uint64_t ipa, const char *what)
{
	uint64_t r[6];

	for (unsigned int i = 0; i < ACCESSES; i++) {
		const char *text = conf_text("%s, RIPAS EMPTY, %s", accesses[i].name, what);

		vm_begin(vm, 0, CONFORM_ACCESS, accesses[i].kind, ipa + 8, 0x55);
		conf_need_true("RJVQQR", conf_text("%s: no exit", text), vm_is_done(vm, 0));
		vm_finish(vm, 0, r);
		conf_check_true("RJVQQR", conf_text("%s: external abort, 0x%lx", text, r[1]),
				is_sea(r[1], EC_DATA_ABORT));
		conf_check("RJVQQR", conf_text("%s: FAR_EL1", text), r[2], ipa + 8);
		conf_check("RJVQQR", conf_text("%s: ELR_EL1, from the access", text), r[3], 0);
	}
	vm_begin(vm, 0, SCRIPT_EXEC, ipa);
	conf_need_true("RMKLSD", conf_text("instruction fetch, RIPAS EMPTY, %s: no exit", what),
		       vm_is_done(vm, 0));
	vm_finish(vm, 0, r);
	conf_check_true("RMKLSD",
			conf_text("instruction fetch, RIPAS EMPTY, %s: external abort, 0x%lx", what, r[1]),
			is_sea(r[1], EC_INSTRUCTION_ABORT));
	conf_check("RMKLSD", "ELR_EL1", vm_read(vm, 0, ELR_EL1).value, ipa);
	conf_check("RMKLSD", "FAR_EL1", vm_read(vm, 0, FAR_EL1).value, ipa);
}

static void empty(void)
{
	struct vm vm;
	uint64_t ipa;

	vm_start(&vm, NULL);
	ipa = vm_empty(&vm);
	check_empty(&vm, ipa, "UNASSIGNED, no table");
	conf_expect_ok("set-up", "tables", host_make_tables(vm.realm, ipa, GRANULE_SIZE, 3));
	check_empty(&vm, ipa, "UNASSIGNED");
	give_data(&vm, ipa);
	check_empty(&vm, ipa, "ASSIGNED");
	vm_end(&vm);
}

/* --- Outside ---------------------------------------------------------------------------------------------- */

#define S1_TABLE ABI_U64(0x3)
#define S1_BLOCK ABI_U64(0x60000000000401) /* AF, attribute 0, EL1 read and write, execute never */
#define S1_PAGE (S1_BLOCK | 0x3)

/* The lowest address that TTBR1_EL1 translates with 48 bits: entry 0 at every level. */
#define S1_ADDRESS ABI_U64(0xffff000000000000)

/* TCR_EL1: T1SZ 16, Inner Shareable Write-Back walks; TG1 and EPD1 (bit 23) are the cases'. */
#define TCR_T1 ((ABI_U64(16) << 16) | (ABI_U64(1) << 24) | (ABI_U64(1) << 26) | (ABI_U64(3) << 28))
#define TCR_T1_MASK ABI_U64(0xffff0000)

static const struct granule {
	const char *name;
	unsigned int tg1, first; /* TCR_EL1.TG1; the level of the first table */
	unsigned int shift;      /* of ID_AA64MMFR0_EL1.TGran*: 15 says no, but 0 does for 16 KiB */
	uint64_t none;
} granules[] = {
	{ "4 KiB", 2, 0, 28, 0xf },
	{ "16 KiB", 1, 0, 20, 0 },
	{ "64 KiB", 3, 1, 24, 0xf },
};

static bool is_address_size_fault(uint64_t esr)
{
	return ESR_EC(esr) == EC_DATA_ABORT && (ESR_FSC(esr) & ~ABI_U64(3)) == 0;
}

static uint64_t table_at(const struct vm *vm, unsigned int level)
{
	return vm_ram(vm) + level * 0x10000; /* as large, and aligned, as the largest */
}

static void check_fault(struct vm *vm, uint64_t address, unsigned int level, const char *text)
{
	uint64_t r[6];

	vm_begin(vm, 0, CONFORM_ACCESS, CONFORM_LDR_X, address);
	conf_need_true("RGYVZQ", conf_text("%s: no exit", text), vm_is_done(vm, 0));
	vm_finish(vm, 0, r);
	conf_check_true("RGYVZQ", conf_text("%s: address size fault, 0x%lx", text, r[1]),
			is_address_size_fault(r[1]));
	conf_check("RGYVZQ", conf_text("%s: level of the fault", text), r[1] & 3, level);
	conf_check("RGYVZQ", conf_text("%s: FAR_EL1", text), r[2], address);
}

/* Tables of this granule from the first level to `last`, whose entry gives `ipa`. */
static void map(struct vm *vm, const struct granule *g, unsigned int last, uint64_t entry)
{
	uint64_t tcr = vm_read(vm, 0, TCR_EL1).value & ~TCR_T1_MASK;

	for (unsigned int level = g->first; level < last; level++)
		vm_store(vm, 0, table_at(vm, level), table_at(vm, level + 1) | S1_TABLE);
	vm_store(vm, 0, table_at(vm, last), entry);
	vm_write(vm, 0, TTBR1_EL1, table_at(vm, g->first));
	vm_write(vm, 0, TCR_EL1, tcr | TCR_T1 | (uint64_t)g->tg1 << 30);
	vm_write(vm, 0, TLBI_VMALLE1, 0);
}

/* A leaf, a table, and the first table that are outside. */
static void check_stage1(struct vm *vm, const struct granule *g, uint64_t end)
{
	for (unsigned int level = g->first; level <= 3; level++) {
		uint64_t address = S1_ADDRESS + level * 8;

		/* No blocks at level 0, nor at level 1 but of 4 KiB granules. */
		if (level == 3 || level == 2 || (level == 1 && g->tg1 == 2)) {
			map(vm, g, level, end | (level == 3 ? S1_PAGE : S1_BLOCK));
			check_fault(vm, address, level,
				    conf_text("%s, IPA 0x%lx, leaf at level %u", g->name, end, level));
		}
		if (level < 3) {
			map(vm, g, level, end | S1_TABLE);
			check_fault(vm, address, level,
				    conf_text("%s, table at IPA 0x%lx by an entry at level %u", g->name, end,
					      level));
		}
	}
	vm_write(vm, 0, TTBR1_EL1, end);
	check_fault(vm, S1_ADDRESS + 0x40, 0, conf_text("%s, TTBR1_EL1 0x%lx", g->name, end));
}

static void outside_stage1(const void *argument)
{
	static const unsigned int widths[] = { 40, 36 };
	const struct granule *g = argument;

	for (unsigned int i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		struct vm vm;

		vm_start(&vm, &(struct vm_options){ .ipa_bits = widths[i] });
		if ((vm_read(&vm, 0, ID_AA64MMFR0_EL1).value >> g->shift & 0xf) == g->none)
			conf_skip("RGYVZQ", conf_text("this CPU has no granules of %s", g->name));
		else
			check_stage1(&vm, g, ABI_U64(1) << widths[i]);
		vm_end(&vm);
	}
}

static void outside_no_stage1(void)
{
	static const unsigned int widths[] = { 40, 36 };
	uint64_t r[6];

	for (unsigned int i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		uint64_t end = ABI_U64(1) << widths[i];
		struct vm vm;

		vm_start(&vm, &(struct vm_options){ .ipa_bits = widths[i] });
		vm_begin(&vm, 0, CONFORM_ACCESS_MMU_OFF, end);
		conf_need_true("RLSJJR", conf_text("stage 1 off, IPA 0x%lx: no exit", end),
			       vm_is_done(&vm, 0));
		vm_finish(&vm, 0, r);
		conf_check_true("RLSJJR",
				conf_text("stage 1 off, IPA 0x%lx: address size fault, 0x%lx", end, r[1]),
				is_address_size_fault(r[1]));
		conf_check("RLSJJR", "stage 1 off: level of the fault", r[1] & 3, 0);
		conf_check("RLSJJR", "stage 1 off: FAR_EL1", r[2], end);
		conf_check("RLSJJR", "stage 1 off: ELR_EL1, from the access", r[3], 0);
		vm_end(&vm);
	}
}

CONF_GROUP(exit_protected, .about = "accesses to protected IPAs and outside the IPA space")
{
	conf_case(ram_unassigned);
	conf_case(fetch_ram_unassigned);
	conf_case(destroyed);
	conf_case(fetch_destroyed);
	conf_case(destroyed_table);
	conf_case(empty);
	conf_case(outside_no_stage1);
	for (unsigned int i = 0; i < sizeof(granules) / sizeof(granules[0]); i++)
		conf_case_with(outside_stage1, &granules[i]);
}
