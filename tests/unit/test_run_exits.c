/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the host is told of an exception, field by field (DEN0137 A4.3): each bit of the syndrome that is not named there
 * stays the realm's, so each exception comes with all of them set, and with every second: a register's number that is all
 * ones names none. And errors of the hardware, by severity.
 */
#include "pe.h"

#include "run/aarch64/esr.h"

/* Fields of ESR_EL2 (DDI0487 D24.2.40). */
#define EC (UINT64_C(0x3f) << 26)
#define IL (UINT64_C(1) << 25)
#define ALL_ISS UINT64_C(0x1ffffff)
#define TI UINT64_C(0x3)
#define FSC UINT64_C(0x3f)
#define WNR (UINT64_C(1) << 6)
#define EA (UINT64_C(1) << 9)
#define FNV (UINT64_C(1) << 10)
#define SET (UINT64_C(3) << 11)
#define SF (UINT64_C(1) << 15)
#define SRT (UINT64_C(0x1f) << 16)
#define SAS (UINT64_C(3) << 22)
#define ISV (UINT64_C(1) << 24)
#define IDS (UINT64_C(1) << 24)
#define AET (UINT64_C(7) << 10)
#define SYSREG_NAME (UINT64_C(0x3ffc1e)) /* Op0, Op2, Op1, CRn, CRm */
#define DIRECTION UINT64_C(0x1)
#define RT (UINT64_C(0x1f) << 5)

#define CLASS(ec) ((uint64_t)(ec) << 26)
#define NUMBER(op0, op2, op1, crn, crm) \
	((uint64_t)(op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)

#define FAR UINT64_C(0xffff000012345abc)
#define GPR(n) (UINT64_C(0x1122334455660000) + (n))

/* `fixed` of the bits `steering` decides which row it is; every other bit of the syndrome is 1, or 0. */
static const struct row {
	const char *what, *rule;
	unsigned int kind;
	uint64_t ec, steering, fixed;
	uint64_t ipa;
	uint64_t told;  /* which bits of the syndrome the host gets */
	uint64_t hpfar; /* the rest of the record */
	uint64_t far, gpr0;
	uint8_t reason;
} rows[] = {
	{ "WFI", "RYQWST", RUN_EXIT_SYNC, 0x01, TI, 0, 0, EC | TI, 0, 0, 0, RMI_EXIT_SYNC },
	{ "WFE", "RYQWST", RUN_EXIT_SYNC, 0x01, TI, 1, 0, EC | TI, 0, 0, 0, RMI_EXIT_SYNC },
	{ "WFIT x3", "RBPYBC", RUN_EXIT_SYNC, 0x01, TI | RT, 2 | 3 << 5, 0, EC | TI, 0, 0, GPR(3),
	  RMI_EXIT_SYNC },
	{ "WFET xzr", "RBPYBC", RUN_EXIT_SYNC, 0x01, TI | RT, 3 | RT, 0, EC | TI, 0, 0, 0, RMI_EXIT_SYNC },
	{ "fetch, protected", "RMGWRC", RUN_EXIT_SYNC, 0x20, FSC, 5, PE_RAM, EC | SET | EA | FSC, PE_RAM >> 8,
	  0, 0, RMI_EXIT_SYNC },
	{ "data, protected", "RRYVFL", RUN_EXIT_SYNC, 0x24, FSC, 5, PE_RAM, EC | SET | FNV | EA | FSC,
	  PE_RAM >> 8, 0, 0, RMI_EXIT_SYNC },
	{ "load, emulatable", "A4.3.4.3", RUN_EXIT_SYNC, 0x24, ISV | WNR | FSC, ISV | 6, PE_UNPROTECTED,
	  EC | SET | FNV | EA | FSC | ISV | SAS | SF | WNR, PE_UNPROTECTED >> 8, FAR & 0xfff, 0,
	  RMI_EXIT_SYNC },
	{ "store of x5, 8 bytes", "RFFNHW", RUN_EXIT_SYNC, 0x24, ISV | WNR | SAS | SRT | FSC,
	  ISV | WNR | SAS | 5 << 16 | 6, PE_UNPROTECTED, EC | SET | FNV | EA | FSC | ISV | SAS | SF | WNR,
	  PE_UNPROTECTED >> 8, FAR & 0xfff, GPR(5), RMI_EXIT_SYNC },
	{ "store of w5, 2 bytes", "RFFNHW", RUN_EXIT_SYNC, 0x24, ISV | WNR | SAS | SRT | FSC,
	  ISV | WNR | UINT64_C(1) << 22 | 5 << 16 | 6, PE_UNPROTECTED,
	  EC | SET | FNV | EA | FSC | ISV | SAS | SF | WNR, PE_UNPROTECTED >> 8, FAR & 0xfff, GPR(5) & 0xffff,
	  RMI_EXIT_SYNC },
	{ "store of xzr", "RFFNHW", RUN_EXIT_SYNC, 0x24, ISV | WNR | SAS | SRT | FSC,
	  ISV | WNR | SAS | SRT | 6, PE_UNPROTECTED, EC | SET | FNV | EA | FSC | ISV | SAS | SF | WNR,
	  PE_UNPROTECTED >> 8, FAR & 0xfff, 0, RMI_EXIT_SYNC },
	{ "data, not emulatable", "A4.3.4.3", RUN_EXIT_SYNC, 0x24, ISV | FSC, 6, PE_UNPROTECTED,
	  EC | IL | SET | FNV | EA | FSC, PE_UNPROTECTED >> 8, 0, 0, RMI_EXIT_SYNC },
	/* An error in memory has no IPA; the specification does not say more of it. */
	{ "data, external", "RRYVFL", RUN_EXIT_SYNC, 0x24, FSC, 0x10, PE_RAM, EC | SET | FNV | EA | FSC, 0, 0,
	  0, RMI_EXIT_SYNC },
	{ "fetch, external", "RMGWRC", RUN_EXIT_SYNC, 0x20, FSC, 0x10, PE_RAM, EC | SET | EA | FSC, 0, 0, 0,
	  RMI_EXIT_SYNC },
	{ "SError", "RLRCFP", RUN_EXIT_SERROR, 0x2f, FSC, 0x11, 0, EC | IDS | AET | EA | FSC, 0, 0, 0,
	  RMI_EXIT_SERROR },
	/* Not in the specification, so all of it that does not name the register is zero (RPNWZV). */
	{ "ICC_SGI1R_EL1 from x17", "RPNWZV", RUN_EXIT_SYNC, 0x18, SYSREG_NAME | DIRECTION | RT,
	  NUMBER(3, 5, 0, 12, 11) | 17 << 5, 0, EC | SYSREG_NAME | DIRECTION, 0, 0, GPR(17), RMI_EXIT_SYNC },
	{ "ICC_ASGI1R_EL1 from x0", "RPNWZV", RUN_EXIT_SYNC, 0x18, SYSREG_NAME | DIRECTION | RT,
	  NUMBER(3, 6, 0, 12, 11), 0, EC | SYSREG_NAME | DIRECTION, 0, 0, GPR(0), RMI_EXIT_SYNC },
	{ "ICC_SGI0R_EL1 from x30", "RPNWZV", RUN_EXIT_SYNC, 0x18, SYSREG_NAME | DIRECTION | RT,
	  NUMBER(3, 7, 0, 12, 11) | 30 << 5, 0, EC | SYSREG_NAME | DIRECTION, 0, 0, GPR(30), RMI_EXIT_SYNC },
	{ "ICC_DIR_EL1 from xzr", "RPNWZV", RUN_EXIT_SYNC, 0x18, SYSREG_NAME | DIRECTION | RT,
	  NUMBER(3, 1, 0, 12, 11) | RT, 0, EC | SYSREG_NAME | DIRECTION, 0, 0, 0, RMI_EXIT_SYNC },
	{ "IRQ", "RCSQXV", RUN_EXIT_IRQ, 0x3f, 0, 0, 0, 0, 0, 0, 0, RMI_EXIT_IRQ },
	{ "FIQ", "RGXZRF", RUN_EXIT_FIQ, 0x3f, 0, 0, 0, 0, 0, 0, 0, RMI_EXIT_FIQ },
};

static struct rec *start(void)
{
	struct rec *rec = pe_reset();

	for (unsigned int i = 0; i < 31; i++)
		rec->gprs[i] = GPR(i);
	pe_enter(rec);
	return rec;
}

/* What the monitor keeps of an abort, for the host's answer. */
static void check_kept(const struct rec *rec, const struct row *row, uint64_t esr)
{
	bool unprotected = row->ec == 0x24 && row->ipa == PE_UNPROTECTED;

	assert_int_equal(rec->unprotected_abort, unprotected);
	assert_int_equal(rec->emulatable_abort, unprotected && (esr & ISV) != 0);
	assert_int_equal(rec->abort_esr, unprotected ? esr : 0);
	assert_int_equal(rec->abort_far, unprotected ? FAR : 0);
	assert_int_equal(rec->abort_hpfar, unprotected ? row->hpfar : 0);
}

static void check_row(const struct row *row, uint64_t other_bits)
{
	uint64_t esr = CLASS(row->ec) | row->fixed | ((IL | ALL_ISS) & other_bits & ~row->steering);
	struct rmi_rec_exit exit, expected = { .exit_reason = row->reason };
	struct rec *rec = start();

	expected.esr = esr & row->told;
	expected.hpfar = row->hpfar;
	expected.far = row->far;
	expected.gprs[0] = row->gpr0;
	if (pe_run(rec, &(struct pe_exception){ row->kind, esr, FAR, row->ipa }, &exit) != RUN_EXIT)
		fail_msg("%s: no exit", row->what);
	if (exit.esr != expected.esr)
		fail_msg("%s (%s): exit.esr 0x%lx, not 0x%lx, for 0x%lx", row->what, row->rule,
			 (unsigned long)exit.esr, (unsigned long)expected.esr, (unsigned long)esr);
	if (memcmp(&exit, &expected, sizeof(exit)) != 0)
		fail_msg("%s (%s): something else in the record", row->what, row->rule);
	check_kept(rec, row, esr);
}

static void test_syndromes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_row(&rows[i], ~UINT64_C(0));
		check_row(&rows[i], UINT64_C(0xaaaaaaaa));
		check_row(&rows[i], UINT64_C(0x55555555));
		check_row(&rows[i], 0);
	}
}

/* --- Errors of the hardware -------------------------------------------------------------------------------- */

/* What becomes of the realm. */
enum fate { GOES_ON, TOLD, LOST };

static enum fate fate_of(const struct rec *rec)
{
	if (atomic_load(&rec->realm->state) == REALM_SYSTEM_OFF)
		return LOST;
	return (pe_read("hcr_el2") & (UINT64_C(1) << 8)) != 0 || rec->pc != 0x1000 ? TOLD : GOES_ON;
}

static void check_error(unsigned int kind, uint64_t esr, enum fate fate)
{
	struct rec *rec = start();
	struct rmi_rec_exit exit;

	assert_int_equal(pe_run(rec, &(struct pe_exception){ kind, esr, FAR, 0 }, &exit), RUN_EXIT);
	if (fate_of(rec) != fate)
		fail_msg("ESR_EL2 0x%lx: the realm's fate is %d, not %d", (unsigned long)esr, fate_of(rec),
			 fate);
	assert_int_equal(exit.exit_reason, kind == RUN_EXIT_SERROR ? RMI_EXIT_SERROR : RMI_EXIT_SYNC);
}

/* No SError stops the monitor: its syndrome says whether the realm can take it, or is lost (DDI0487, AET). */
static void test_serror(void **state)
{
	static const enum fate by_aet[] = { LOST, TOLD, GOES_ON, TOLD, LOST, LOST, GOES_ON, LOST };

	(void)state;
	for (uint64_t aet = 0; aet < 8; aet++) {
		uint64_t esr = CLASS(0x2f) | IL | aet << 10;

		check_error(RUN_EXIT_SERROR, esr | 0x11, by_aet[aet]);
		check_error(RUN_EXIT_SERROR, esr, LOST);              /* not categorised */
		check_error(RUN_EXIT_SERROR, esr | IDS | 0x11, LOST); /* not the architecture's */
	}
}

/* Nor does an abort (SET). */
static void test_external_abort(void **state)
{
	static const enum fate by_set[] = { TOLD, TOLD, LOST, GOES_ON };

	(void)state;
	for (uint64_t set = 0; set < 4; set++) {
		for (uint64_t fsc = 0x13; fsc <= 0x17; fsc++)
			check_error(RUN_EXIT_SYNC, CLASS(0x24) | IL | set << 11 | EA | fsc, by_set[set]);
		check_error(RUN_EXIT_SYNC, CLASS(0x24) | IL | set << 11 | EA | 0x10, by_set[set]);
		check_error(RUN_EXIT_SYNC, CLASS(0x20) | IL | set << 11 | EA | 0x10, by_set[set]);
	}
}

/* A virtual SError that the realm has not taken yet is there again at its next entry, whatever the host asks for. */
static void test_serror_waits(void **state)
{
	static const uint64_t flags[] = { 0, RMI_REC_ENTER_FLAG_TRAP_WFI, RMI_REC_ENTER_FLAG_TRAP_WFE };
	struct rmi_rec_exit exit;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		const struct rmi_rec_enter enter = { .flags = flags[i] };
		struct rec *rec = start();

		run_begin(rec, &enter);
		pe_run(rec, &(struct pe_exception){ RUN_EXIT_SERROR, CLASS(0x2f) | 3 << 10 | 0x11, 0, 0 },
		       &exit);
		run_end(rec, &exit);
		assert_int_equal(pe_read("hcr_el2") & (UINT64_C(1) << 8), 0);
		run_begin(rec, &enter);
		assert_int_not_equal(pe_read("hcr_el2") & (UINT64_C(1) << 8), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syndromes),
		cmocka_unit_test(test_serror),
		cmocka_unit_test(test_external_abort),
		cmocka_unit_test(test_serror_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
