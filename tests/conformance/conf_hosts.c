/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What hypervisors rely on that were written for RMM 1.0, Linux KVM's first of all, where DEN0137 leaves it open, can be
 * read in two ways, or says something else (docs/conformance.md "What others rely on").
 */
#include "conf_vm.h"
#include "tables.h"

/* --- x4 and up survive a command -------------------------------------------------------------------------- */

/*
 * DEN0137 (RKBWJD) has all of x1 to x16 zero that are no output. SMCCC has a call keep x4 to x17 where they are no result,
 * and a compiler that inlines the SMC keeps its own values there. x1 to x3 may be zero or as before.
 */
static uint64_t keeps(const char *name, unsigned int first, const uint64_t args[6])
{
	struct conf_registers in = { { args[0] } }, out;
	unsigned int changed = 0;

	for (unsigned int i = 1; i < 18; i++)
		in.x[i] = i < 6 && args[i] != 0 ? args[i] : UINT64_C(0xface000000000000) + i;
	out = in;
	conf_smc(&out);
	for (unsigned int i = first; i < 18; i++)
		changed += out.x[i] != in.x[i];
	conf_check("SMCCC.x4-x17",
		   conf_text("%s, %s: registers from x%u on that changed", name, conf_status_name(out.x[0]),
			     first),
		   changed, 0);
	return out.x[0];
}
#define KEEPS(fid, first, ...) keeps(#fid, first, (const uint64_t[6]){ fid, __VA_ARGS__ })
#define KEEPS_OK(fid, ...)                                \
	conf_expect_ok(#fid, "with all registers in use", \
		       keeps(#fid, 4, (const uint64_t[6]){ fid, __VA_ARGS__ }))

/* No address is a multiple of a granule and 8, no command has such an index or revision. */
static void kept_by_failures(void)
{
	KEEPS(RMI_VERSION, 4, 8);
	KEEPS(RMI_GRANULE_DELEGATE, 4, 8);
	KEEPS(RMI_GRANULE_UNDELEGATE, 4, 8);
	KEEPS(RMI_DATA_CREATE, 4, 8);
	KEEPS(RMI_DATA_CREATE_UNKNOWN, 4, 8);
	KEEPS(RMI_DATA_DESTROY, 4, 8);
	KEEPS(RMI_REALM_ACTIVATE, 4, 8);
	KEEPS(RMI_REALM_CREATE, 4, 8);
	KEEPS(RMI_REALM_DESTROY, 4, 8);
	KEEPS(RMI_REC_CREATE, 4, 8);
	KEEPS(RMI_REC_DESTROY, 4, 8);
	KEEPS(RMI_REC_ENTER, 4, 8);
	KEEPS(RMI_RTT_CREATE, 4, 8);
	KEEPS(RMI_RTT_DESTROY, 4, 8);
	KEEPS(RMI_RTT_MAP_UNPROTECTED, 4, 8);
	KEEPS(RMI_RTT_READ_ENTRY, 5, 8); /* x4 is an output */
	KEEPS(RMI_RTT_UNMAP_UNPROTECTED, 4, 8);
	KEEPS(RMI_PSCI_COMPLETE, 4, 8);
	KEEPS(RMI_FEATURES, 4, 8);
	KEEPS(RMI_RTT_FOLD, 4, 8);
	KEEPS(RMI_REC_AUX_COUNT, 4, 8);
	KEEPS(RMI_RTT_INIT_RIPAS, 4, 8);
	KEEPS(RMI_RTT_SET_RIPAS, 4, 8);
}

static void kept_by_memory_commands(const struct conf_realm *realm)
{
	uint64_t rd = realm->rd, base = conf_unprotected(realm), page = conf_delegated();

	KEEPS_OK(RMI_DATA_CREATE, rd, page, GRANULE_SIZE, conf_granule(), RMI_DATA_FLAG_MEASURE);
	KEEPS_OK(RMI_DATA_DESTROY, rd, GRANULE_SIZE);
	KEEPS_OK(RMI_DATA_CREATE_UNKNOWN, rd, page, GRANULE_SIZE);
	KEEPS_OK(RMI_DATA_DESTROY, rd, GRANULE_SIZE);
	KEEPS_OK(RMI_RTT_MAP_UNPROTECTED, rd, base, 3, CONF_NS_PA | CONF_NS_ATTRIBUTES);
	KEEPS_OK(RMI_RTT_UNMAP_UNPROTECTED, rd, base, 3);
	conf_expect_ok("RMI_RTT_READ_ENTRY", "with all registers in use",
		       KEEPS(RMI_RTT_READ_ENTRY, 5, rd, GRANULE_SIZE, 3));
}

static void kept_by_successes(void)
{
	struct conf_realm realm;
	struct conf_rec rec;
	uint64_t pa = conf_granule();

	KEEPS_OK(RMI_VERSION, RMI_ABI_VERSION);
	KEEPS_OK(RMI_FEATURES, 1);
	KEEPS_OK(RMI_GRANULE_DELEGATE, pa);
	conf_realm_prepare(&realm);
	KEEPS_OK(RMI_REALM_CREATE, realm.rd, realm.params_pa);
	conf_tables(&realm, 0, 2);
	KEEPS_OK(RMI_RTT_CREATE, realm.rd, pa, ABI_U64(0x200000), 3);
	KEEPS_OK(RMI_RTT_INIT_RIPAS, realm.rd, ABI_U64(0x200000), ABI_U64(0x400000));
	KEEPS_OK(RMI_RTT_FOLD, realm.rd, ABI_U64(0x200000), 3);
	KEEPS_OK(RMI_RTT_CREATE, realm.rd, pa, ABI_U64(0x200000), 3);
	KEEPS_OK(RMI_RTT_DESTROY, realm.rd, ABI_U64(0x200000), 3);
	KEEPS_OK(RMI_GRANULE_UNDELEGATE, pa);
	conf_tables(&realm, 0, 3);
	conf_tables(&realm, conf_unprotected(&realm), 3);
	kept_by_memory_commands(&realm);
	KEEPS_OK(RMI_REC_AUX_COUNT, realm.rd);
	conf_rec_prepare(&rec, &realm, 0);
	KEEPS_OK(RMI_REC_CREATE, realm.rd, rec.pa, rec.params_pa);
	KEEPS_OK(RMI_REALM_ACTIVATE, realm.rd);
	KEEPS_OK(RMI_REC_DESTROY, rec.pa);
}

/* The realm's registers hold something else while it runs. */
static void kept_by_rec_enter(void)
{
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	vm_enter_of(&vm, 0)->gprs[0] = CONFORM_COUNTERS;
	KEEPS_OK(RMI_REC_ENTER, vm.realm->recs[0].pa, vm.realm->recs[0].run_pa);
	vm_finish(&vm, 0, r);
	vm_end(&vm);
}

/* --- The GIC ---------------------------------------------------------------------------------------------- */

#define LR1(intid) (ABI_U64(1) << 62 | ABI_U64(1) << 60 | ABI_U64(0xa0) << 48 | (intid))

/*
 * The field is the number of list registers minus one. A host that takes it for the number itself uses one less: that must
 * be some, and what it has there is delivered.
 */
static void list_registers_as_a_count(void)
{
	unsigned int active = 0, count = host_feature(&rmm, RMI_FEATURE0_GICV3_NUM_LRS_SHIFT,
						      RMI_FEATURE0_GICV3_NUM_LRS_WIDTH);
	struct vm vm;
	uint64_t r[6];

	conf_check_true("RmiFeatureRegister0.GICV3_NUM_LRS", "as a count it is not 0", count != 0);
	vm_start(&vm, NULL);
	vm_write(&vm, 0, SYSREG(3, 0, 4, 6, 0), 0xff); /* ICC_PMR_EL1 */
	vm_write(&vm, 0, SYSREG(3, 0, 12, 12, 7), 1);  /* ICC_IGRPEN1_EL1 */
	for (unsigned int n = 0; n < count; n++)
		vm_enter_of(&vm, 0)->gicv3_lrs[n] = LR1(32 + n);
	vm_begin(&vm, 0, CONFORM_INTERRUPTS, sysreg_read(cntfrq_el0), count, 0);
	for (unsigned int n = 0; n < RMI_NUM_LRS; n++) {
		active += (vm_exit(&vm, 0)->gicv3_lrs[n] & RMI_GICV3_LR_STATE) != 0;
		vm_enter_of(&vm, 0)->gicv3_lrs[n] = 0;
	}
	vm_finish(&vm, 0, r);
	conf_check("RmiFeatureRegister0.GICV3_NUM_LRS", "so many interrupts, and the realm takes", r[0],
		   count);
	conf_check("RmiFeatureRegister0.GICV3_NUM_LRS", "list registers that are in use afterwards", active,
		   0);
	vm_end(&vm);
}

/* All that a host may ask for: ICH_HCR_EL2's UIE, LRENPIE, NPIE, VGrp{0,1}{E,D}IE and TDIR. */
static void hcr(void)
{
	struct vm vm;
	uint64_t r[6];

	vm_enable_maintenance(false);
	vm_start(&vm, NULL);
	vm_enter_of(&vm, 0)->gicv3_hcr = 0x40fe;
	vm_enter_of(&vm, 0)->gprs[0] = CONFORM_COUNTERS;
	conf_need_status("RMI_REC_ENTER.rec_gicv3", "gicv3_hcr = 0x40fe", vm_enter(&vm, 0), RMI_SUCCESS);
	conf_check("RSNVZH", "gicv3_hcr at the exit", vm_exit(&vm, 0)->gicv3_hcr, 0x40fe);
	vm_enter_of(&vm, 0)->gicv3_hcr = 0;
	vm_finish(&vm, 0, r);
	vm_end(&vm);
}

/* --- Taking memory back ----------------------------------------------------------------------------------- */

/* Tables go with the unprotected mappings in them: no host unmaps these first (IMXJNY). */
static void tables_of_shared_memory(void)
{
	struct conf_realm realm;
	uint64_t base, rtt[3], pa, top;

	conf_realm_make(&realm);
	base = conf_unprotected(&realm);
	for (unsigned int i = 0; i < 3; i++)
		rtt[i] = conf_table(&realm, base, i + 1);
	/* At level 3 a page; at level 2 a block of 2 MiB; at level 1 one of 1 GiB. */
	for (int64_t level = 3; level >= 1; level--)
		conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", conf_text("at level %d", (int)level),
			       host_rmi_rtt_map_unprotected(&rmm, realm.rd, base + level_size(level), level,
							    CONF_NS_PA | CONF_NS_ATTRIBUTES));
	for (int64_t level = 3; level >= 1; level--) {
		conf_need_status("RMI_RTT_DESTROY",
				 conf_text("a mapping is in the table at level %d", (int)level),
				 host_rmi_rtt_destroy(&rmm, realm.rd, base, level, &pa, &top), RMI_SUCCESS);
		conf_check("RMI_RTT_DESTROY.rtt", "it is that table", pa, rtt[level - 1]);
	}
	conf_check_status("RMI_REALM_DESTROY", "nothing is left", host_rmi_realm_destroy(&rmm, realm.rd),
			  RMI_SUCCESS);
}

/* Here and there from the first to the last page of a half of 39 bits. */
static const uint64_t places[] = {
	0, 0x1000, 0x1ff000, 0x200000, 0x3ffff000, 0x40000000, 0x1234567000, 0x7ffffff000,
};
#define PLACES (sizeof(places) / sizeof(places[0]))

/* One place is reached from the one before by leaving three levels of tables and going down three, at most. */
#define MAX_STEPS (PLACES * 7)

/* A host that walks along: what is there goes, and what is not there says where the next may be. */
static void walk(const char *command, uint64_t base, uint64_t (*destroy)(uint64_t ipa, uint64_t *top))
{
	uint64_t end = base + (ABI_U64(1) << (CONF_IPA_BITS - 1)), ipa = base, top = 0;
	unsigned int found = 0, steps = 0, missed = 0;

	for (; ipa < end && steps < MAX_STEPS; ipa = top, steps++) {
		uint64_t result = destroy(ipa, &top);

		if (result == RMI_SUCCESS)
			missed += found >= PLACES || base + places[found++] != ipa;
		else if (rmi_result_status(result) != RMI_ERROR_RTT || top <= ipa)
			conf_need_status(command, conf_text("IPA 0x%lx, where nothing is", ipa), result,
					 RMI_ERROR_RTT);
	}
	conf_check_true(conf_text("%s.top", command), conf_text("%u steps lead to the end", steps),
			ipa >= end);
	conf_check(conf_text("%s.top", command), "pages that are met on the way", found, PLACES);
	conf_check(conf_text("%s.top", command), "of them not where they should be", missed, 0);
}

static struct conf_realm walked;

static uint64_t destroy_data(uint64_t ipa, uint64_t *top)
{
	uint64_t pa;

	return host_rmi_data_destroy(&rmm, walked.rd, ipa, &pa, top);
}

static uint64_t unmap(uint64_t ipa, uint64_t *top)
{
	return host_rmi_rtt_unmap_unprotected(&rmm, walked.rd, ipa, 3, top);
}

static void walks(void)
{
	uint64_t base;

	conf_realm_make(&walked);
	base = conf_unprotected(&walked);
	for (unsigned int i = 0; i < PLACES; i++) {
		conf_data(&walked, places[i]);
		conf_tables(&walked, base + places[i], 3);
		conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", "one of some pages",
			       host_rmi_rtt_map_unprotected(&rmm, walked.rd, base + places[i], 3,
							    CONF_NS_PA | CONF_NS_ATTRIBUTES));
	}
	walk("RMI_DATA_DESTROY", 0, destroy_data);
	walk("RMI_RTT_UNMAP_UNPROTECTED", base, unmap);
}

CONF_GROUP(hosts, .about = "what hypervisors rely on beyond the specification's words")
{
	conf_case(kept_by_failures);
	conf_case(kept_by_rec_enter);
	conf_case(kept_by_successes);
	conf_case(list_registers_as_a_count);
	conf_case(hcr);
	conf_case(tables_of_shared_memory);
	conf_case(walks);
}
