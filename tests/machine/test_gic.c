/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtual interrupts: the host injects them, the realm's timers raise them, SGIs are the host's to deliver
 * (DEN0137 A6).
 */
#include "machine.h"
#include "realm_code.h"

/* Numbers for SCRIPT_SYSREG. */
#define SYSREG(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define ICC_PMR_EL1 SYSREG(3, 0, 4, 6, 0)
#define ICC_SGI1R_EL1 SYSREG(3, 0, 12, 11, 5)
#define ICC_IAR1_EL1 SYSREG(3, 0, 12, 12, 0)
#define ICC_EOIR1_EL1 SYSREG(3, 0, 12, 12, 1)
#define ICC_IGRPEN1_EL1 SYSREG(3, 0, 12, 12, 7)
#define CNTP_CTL_EL0 SYSREG(3, 3, 14, 2, 1)
#define CNTP_CVAL_EL0 SYSREG(3, 3, 14, 2, 2)
#define CNTV_CTL_EL0 SYSREG(3, 3, 14, 3, 1)
#define CNTV_CVAL_EL0 SYSREG(3, 3, 14, 3, 2)

#define INTID_NONE 1023
#define TIMER_ENABLE 1

static uint64_t read_register(struct test_realm *realm, unsigned int number)
{
	struct script_result result = script(realm, SCRIPT_SYSREG, number, 0);

	CHECK_EQ(result.x[1], 0);
	return result.x[0];
}

static void write_register(struct test_realm *realm, unsigned int number, uint64_t value)
{
	CHECK_EQ(script(realm, SCRIPT_SYSREG, number, 1, value).x[1], 0);
}

/* A realm that takes interrupts, by looking: its PSTATE has them masked. */
static struct test_realm *start(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);

	write_register(realm, ICC_PMR_EL1, 0xff);
	write_register(realm, ICC_IGRPEN1_EL1, 1);
	CHECK_EQ(read_register(realm, ICC_IAR1_EL1), INTID_NONE);
	return realm;
}

MACHINE_TEST(interrupt_injected)
{
	struct test_realm *realm = start();
	struct host_rec *rec = &realm->realm.recs[0];

	CHECK(host_rec_interrupt(rec, 40));
	CHECK(host_rec_interrupt(rec, 41));
	CHECK_EQ(read_register(realm, ICC_IAR1_EL1), 40);
	/* Active: it keeps those of its priority waiting, over any number of exits. */
	CHECK_EQ(read_register(realm, ICC_IAR1_EL1), INTID_NONE);
	write_register(realm, ICC_EOIR1_EL1, 40);
	CHECK_EQ(read_register(realm, ICC_IAR1_EL1), 41);
	write_register(realm, ICC_EOIR1_EL1, 41);
	CHECK_EQ(read_register(realm, ICC_IAR1_EL1), INTID_NONE);
	realm_end(realm);
}

/* No more than there is room for, and none is lost: what waits comes when a list register is free. */
MACHINE_TEST(interrupts_wait)
{
	struct test_realm *realm = start();
	struct host_rec *rec = &realm->realm.recs[0];
	uint64_t seen = 0;

	for (unsigned int round = 0; round < 2; round++) {
		for (uint32_t intid = 0; intid < HOST_VCPU_IRQS; intid++)
			CHECK(host_rec_interrupt(rec, 32 + round * HOST_VCPU_IRQS + intid));
		CHECK(!host_rec_interrupt(rec, 63));
		/* The first time they all go into list registers, of which there are not so many left then. */
		CHECK_EQ(realm_smc(realm, RSI_VERSION, RSI_ABI_VERSION).x[0], RSI_SUCCESS);
	}
	for (unsigned int i = 0; i < 2 * HOST_VCPU_IRQS; i++) {
		uint64_t intid = read_register(realm, ICC_IAR1_EL1);

		CHECK(intid >= 32 && intid < 32 + 2 * HOST_VCPU_IRQS);
		CHECK_EQ(seen >> intid & 1, 0);
		seen |= UINT64_C(1) << intid;
		write_register(realm, ICC_EOIR1_EL1, intid);
	}
	CHECK_EQ(read_register(realm, ICC_IAR1_EL1), INTID_NONE);
	realm_end(realm);
}

/* A timer's condition is reported, raises its interrupt, and takes it away again. */
static void check_timer(struct test_realm *realm, unsigned int ctl, unsigned int cval, uint32_t intid)
{
	const struct rmi_rec_exit *exit = &realm->realm.recs[0].run->exit;
	unsigned int interrupts = realm->interrupts;

	write_register(realm, cval, 1);
	write_register(realm, ctl, TIMER_ENABLE);
	CHECK_EQ(intid == 27 ? exit->cntv_ctl : exit->cntp_ctl, 5); /* ENABLE, ISTATUS */
	CHECK_EQ(intid == 27 ? exit->cntv_cval : exit->cntp_cval, 1);
	CHECK_EQ(read_register(realm, ICC_IAR1_EL1), intid);
	/* The host hears of it once, not for as long as it lasts. */
	CHECK(realm->interrupts <= interrupts + 1);

	write_register(realm, ctl, 0);
	write_register(realm, ICC_EOIR1_EL1, intid);
	CHECK_EQ(read_register(realm, ICC_IAR1_EL1), INTID_NONE);
	CHECK_EQ(intid == 27 ? exit->cntv_ctl : exit->cntp_ctl, 0);
}

MACHINE_TEST(timer_interrupts)
{
	struct test_realm *realm = start();

	check_timer(realm, CNTV_CTL_EL0, CNTV_CVAL_EL0, 27);
	check_timer(realm, CNTP_CTL_EL0, CNTP_CVAL_EL0, 30);
	realm_end(realm);
}

struct sgi {
	uint64_t esr, value;
	unsigned int count;
};

static enum host_action note_sgi(struct test_realm *realm, uint64_t esr, uint64_t value)
{
	struct sgi *sgi = realm->owner;

	*sgi = (struct sgi){ .esr = esr, .value = value, .count = sgi->count + 1 };
	return HOST_RESUME;
}

MACHINE_TEST(sgi_exits)
{
	struct test_realm *realm = start();
	struct sgi sgi = { 0 };

	realm->owner = &sgi;
	realm->sysreg = note_sgi;
	write_register(realm, ICC_SGI1R_EL1, 0x5000002);
	CHECK_EQ(sgi.count, 1);
	CHECK_EQ(sgi.value, 0x5000002);
	/* EC, and ICC_SGI1R_EL1 written: not from which register. */
	CHECK_EQ(sgi.esr, 0x603a3016);
	CHECK_EQ(realm_run_code(realm, code_sgi_x17).x[1], 0);
	CHECK_EQ(sgi.count, 2);
	CHECK_EQ(sgi.value, 0x5000001);
	CHECK_EQ(sgi.esr, 0x603a3016);
	realm_end(realm);
}
