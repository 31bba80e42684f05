/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exceptions that a realm takes on the monitor's word, against the architecture's rules for one that a PE takes to EL1
 * (DDI0487 D1.3.1, and each feature's own), in every state of PSTATE. The same against the emulator: exceptions_as_taken.
 */
#include "pe.h"

#include "run/aarch64/esr.h"

#define BIT(n) (UINT64_C(1) << (n))
#define DAIF UINT64_C(0x3c0)
#define EL0T UINT64_C(0x0)
#define EL1T UINT64_C(0x4)
#define EL1H UINT64_C(0x5)
#define A32_USER UINT64_C(0x10)

#define NZCV (UINT64_C(0xf) << 28)
#define TCO BIT(25)
#define DIT BIT(24)
#define UAO BIT(23)
#define PAN BIT(22)
#define SS BIT(21)
#define IL BIT(20)
#define ALLINT BIT(13)
#define SSBS BIT(12)
#define BTYPE (UINT64_C(3) << 10)

#define VBAR UINT64_C(0xffff800000080000)
#define FAR UINT64_C(0x1234567890)

/* PSTATE's bits that the states are made of. */
static const uint64_t free_bits[] = {
	BIT(28), BIT(30), TCO, DIT, UAO, PAN, SS, SSBS, BIT(10), BIT(11), BIT(7)
};
static const uint64_t sctlr_bits[] = { SCTLR_SPAN, SCTLR_DSSBS, SCTLR_SPINTMASK };
static const uint64_t modes[] = { EL0T, EL1T, EL1H, A32_USER };

static uint64_t combination(const uint64_t *bits, size_t count, unsigned int number)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value |= (number >> i & 1) != 0 ? bits[i] : 0;
	return value;
}

/* What the CPU has of FEAT_MTE (the least of it has TCO) and FEAT_NMI. */
struct cpu {
	bool mte, nmi;
};

static uint64_t new_pstate(uint64_t old, uint64_t sctlr, struct cpu cpu)
{
	uint64_t pstate = EL1H | DAIF; /* and UAO, BTYPE, SS, IL are 0 */

	pstate |= old & NZCV;
	pstate |= old & DIT;
	pstate |= (sctlr & SCTLR_SPAN) != 0 ? old & PAN : PAN;
	pstate |= (sctlr & SCTLR_DSSBS) != 0 ? SSBS : 0;
	pstate |= cpu.mte ? TCO : 0;
	pstate |= cpu.nmi && (sctlr & SCTLR_SPINTMASK) == 0 ? ALLINT : 0;
	return pstate;
}

static uint64_t vector_of(uint64_t old)
{
	switch (old & 0x1f) {
	case EL1T:
		return VBAR + 0x000;
	case EL1H:
		return VBAR + 0x200;
	case EL0T:
		return VBAR + 0x400;
	default:
		return VBAR + 0x600;
	}
}

static void check(struct rec *rec, uint64_t old, uint64_t sctlr, struct cpu cpu, uint64_t esr)
{
	if (pe_read("spsr_el12") != old || pe_read("elr_el12") != 0x4000 || pe_read("esr_el12") != esr ||
	    rec->pc != vector_of(old) || rec->pstate != new_pstate(old, sctlr, cpu))
		fail_msg("PSTATE 0x%lx, SCTLR_EL1 0x%lx: SPSR_EL1 0x%lx, ELR_EL1 0x%lx, ESR_EL1 0x%lx, PC "
			 "0x%lx, "
			 "PSTATE 0x%lx, not 0x%lx",
			 (unsigned long)old, (unsigned long)sctlr, (unsigned long)pe_read("spsr_el12"),
			 (unsigned long)pe_read("elr_el12"), (unsigned long)pe_read("esr_el12"),
			 (unsigned long)rec->pc, (unsigned long)rec->pstate,
			 (unsigned long)new_pstate(old, sctlr, cpu));
}

static void prepare(struct rec *rec, uint64_t pstate)
{
	rec->pc = 0x4000;
	rec->pstate = pstate;
}

/* From EL0 the class is another than from EL1 itself. */
static uint64_t class_of(unsigned int ec, uint64_t old)
{
	return (uint64_t)((old & 0xf) == 0 ? ec : ec | 1) << 26;
}

static void check_state(struct rec *rec, uint64_t old, uint64_t sctlr, struct cpu cpu)
{
	const uint64_t data = UINT64_C(0x24) << 26, fetch = UINT64_C(0x20) << 26, il = BIT(25), wnr = BIT(6),
		       ea = BIT(9);

	pe_write("sctlr_el12", sctlr);
	prepare(rec, old);
	inject_undefined(rec);
	check(rec, old, sctlr, cpu, il);
	prepare(rec, old);
	inject_external_abort(rec, data | il | wnr | 0x1c3f007, FAR);
	check(rec, old, sctlr, cpu, class_of(0x24, old) | il | wnr | ea | 0x10);
	assert_int_equal(pe_read("far_el12"), FAR);
	prepare(rec, old);
	inject_external_abort(rec, fetch | il | wnr | 0x7, FAR + 4);
	check(rec, old, sctlr, cpu, class_of(0x20, old) | il | ea | 0x10);
	assert_int_equal(pe_read("far_el12"), FAR + 4);
	prepare(rec, old);
	inject_address_size_fault(rec, data | 0x7, FAR, 2);
	check(rec, old, sctlr, cpu, class_of(0x24, old) | 2);
}

static void test_states(void **state)
{
	static const struct cpu cpus[] = {
		{ false, false }, { true, false }, { false, true }, { true, true }
	};
	struct rec *rec = pe_reset();

	(void)state;
	pe_write("vbar_el12", VBAR);
	for (size_t c = 0; c < ARRAY_SIZE(cpus); c++) {
		pe_write("id_aa64pfr1_el1", (cpus[c].mte ? BIT(8) : 0) | (cpus[c].nmi ? BIT(36) : 0));
		for (unsigned int s = 0; s < 1U << ARRAY_SIZE(sctlr_bits); s++)
			for (unsigned int n = 0; n < 1U << ARRAY_SIZE(free_bits); n++)
				for (size_t m = 0; m < ARRAY_SIZE(modes); m++)
					check_state(
						rec,
						combination(free_bits, ARRAY_SIZE(free_bits), n) | modes[m],
						combination(sctlr_bits, ARRAY_SIZE(sctlr_bits), s) | SCTLR_M,
						cpus[c]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
