/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What becomes of an access to a register that is trapped: all encodings, read and written. The table has what the monitor
 * emulates; all else that could come here is undefined.
 */
#include "pe.h"

#define RT 5U
#define XZR 31U
#define PC UINT64_C(0x1000)
#define VBAR UINT64_C(0xffff800000080000)
#define GPR(n) (UINT64_C(0x1122334455660000) + 3 * (n)) /* bit 0 is on in some */

enum becomes {
	IS_UNDEFINED,
	IS_ID,      /* read: idreg.c's value */
	IS_ZERO,    /* nothing to read, nothing to write */
	IS_LOCK,    /* written: the OS lock */
	IS_LOCKED,  /* read: whether it is on */
	IS_BROUGHT, /* the breakpoints are brought, and the access is made again */
	IS_EXIT,    /* written: an exit */
};

#define FOR_ALWAYS IS_UNDEFINED /* not trapped */
#define FOR_KEYS IS_UNDEFINED
#define FOR_PRIORITIES IS_UNDEFINED
#define FOR_SIMD IS_UNDEFINED
#define FOR_SVE IS_UNDEFINED
#define FOR_PMU IS_UNDEFINED
#define FOR_COUNTERS IS_UNDEFINED
#define FOR_BREAKPOINTS IS_BROUGHT
#define FOR_WATCHPOINTS IS_BROUGHT
#define NO_NAME 0

static const struct row {
	const char *name;
	unsigned int number;
	enum becomes becomes;
} rows[] = {
	{ "MDSCR_EL1", SYSREG(2, 0, 0, 2, 2), IS_BROUGHT }, /* switched always, and trapped until then */
#define SWITCHED(group, n, name, run, host, host_bits, number, realm_bits) { name, number, FOR_##group },
#define SWITCHED_BEYOND(group, n, name, run, number) { name, number, FOR_##group },
#define ID(group, name, run, number) { name, number, IS_ID },
#define ZERO(name, number) { name, number, IS_ZERO },
#define ZERO_BEYOND(name, number) { name, number, IS_ZERO },
#define LOCK(name, run, number) { name, number, IS_LOCK },
#define LOCK_STATE(name, run, number) { name, number, IS_LOCKED },
#define EXIT(name, number) { name, number, IS_EXIT },
#define UNDEFINED(name, number) { name, number, IS_UNDEFINED },
#include "registers/registers.def"
};

static struct rec *rec;

static enum becomes by_table(unsigned int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].number == number)
			return rows[i].becomes;
	if (number >= SYSREG(3, 0, 0, 1, 0) && number <= SYSREG(3, 0, 0, 7, 7))
		return IS_ID;
	/* Debug registers without a name, EL1's and the channel's: no CPU traps them. */
	if (number < SYSREG(2, 0, 8, 0, 0) ||
	    (number >= SYSREG(2, 3, 0, 0, 0) && number < SYSREG(2, 3, 1, 0, 0)))
		return IS_ZERO;
	return IS_UNDEFINED;
}

static enum becomes becomes_of(unsigned int number, bool is_read)
{
	enum becomes becomes = by_table(number);

	if ((becomes == IS_ID && !is_read) || (becomes == IS_EXIT && is_read))
		return IS_UNDEFINED;
	return becomes;
}

/* --- What is left ------------------------------------------------------------------------------------------------- */

/* The realm is where it was, or behind the instruction, and has this in its register. */
static bool went_on(uint64_t pc, unsigned int rt, uint64_t value)
{
	for (unsigned int i = 0; i < 31; i++)
		if (rec->gprs[i] != (i == rt ? value : GPR(i)))
			return false;
	return rec->pc == pc && rec->pstate == PSTATE_EL1H;
}

static bool took_undefined(void)
{
	for (unsigned int i = 0; i < 31; i++)
		if (rec->gprs[i] != GPR(i))
			return false;
	return rec->pc == VBAR + 0x200 && pe_read("elr_el12") == PC && pe_read("esr_el12") == ESR_IL;
}

static uint64_t value_of(unsigned int number, enum becomes becomes)
{
	if (becomes == IS_ID)
		return idreg_value(rec->realm, number >> 3 & 15, number & 7);
	return becomes == IS_LOCKED ? UINT64_C(8) | context_of(rec)->os_lock << 1 : 0;
}

static bool is_right(unsigned int number, bool is_read, unsigned int rt, const struct rmi_rec_exit *exit)
{
	enum becomes becomes = becomes_of(number, is_read);
	struct rmi_rec_exit expected = { .exit_reason = RMI_EXIT_IRQ };

	if (becomes == IS_EXIT) {
		expected.exit_reason = RMI_EXIT_SYNC;
		expected.esr = pe_read("esr_el2") & ~(ESR_IL | UINT64_C(0x1f) << 5);
		expected.gprs[0] = rt == XZR ? 0 : GPR(rt);
	}
	if (memcmp(exit, &expected, sizeof(expected)) != 0)
		return false;
	if (context_of(rec)->debug_live != (becomes == IS_BROUGHT))
		return false;
	if (becomes == IS_UNDEFINED)
		return took_undefined();
	if (becomes == IS_BROUGHT)
		return went_on(PC, XZR, 0);
	if (becomes == IS_LOCK && !is_read && context_of(rec)->os_lock != (rt == XZR ? 0 : GPR(rt) & 1))
		return false;
	return went_on(PC + 4, is_read ? rt : XZR, value_of(number, becomes));
}

static void start(void)
{
	rec = pe_reset();
	pe_write("id_aa64isar0_el1", 0x123456789abcdef0);
	pe_write("id_aa64mmfr2_el1", 0x1111111111111111);
	pe_enter(rec);
}

static void check(unsigned int number, bool is_read, unsigned int rt)
{
	static const struct rmi_rec_enter nothing;
	struct pe_exception e[] = { pe_access(number, is_read, rt), { .kind = RUN_EXIT_IRQ } };
	struct rmi_rec_exit exit, end;

	rec->pc = PC;
	rec->pstate = PSTATE_EL1H;
	for (unsigned int i = 0; i < 31; i++)
		rec->gprs[i] = GPR(i);
	pe_write("vbar_el12", VBAR);
	pe_run_each(rec, e, becomes_of(number, is_read) == IS_EXIT ? 1 : 2, NULL, &exit);
	if (!is_right(number, is_read, rt, &exit))
		fail_msg("%s of S%u_%u_C%u_C%u_%u, x%u: not as the table has it", is_read ? "read" : "write",
			 number >> 14, number >> 11 & 7, number >> 7 & 15, number >> 3 & 15, number & 7, rt);
	if (context_of(rec)->debug_live) {
		run_end(rec, &end);
		run_begin(rec, &nothing);
	}
}

static void test_all_encodings(void **state)
{
	(void)state;
	start();
	for (unsigned int number = SYSREG(2, 0, 0, 0, 0); number <= SYSREG(3, 7, 15, 15, 7); number++) {
		check(number, true, RT);
		check(number, false, RT);
	}
}

/* From and to each register, XZR too. */
static void test_all_rows(void **state)
{
	(void)state;
	start();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].number == NO_NAME)
			continue;
		for (unsigned int rt = 0; rt < 32; rt++) {
			check(rows[i].number, false, rt);
			check(rows[i].number, true, rt);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_encodings),
		cmocka_unit_test(test_all_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
