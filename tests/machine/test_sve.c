/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SVE in realms (DEN0137 A3.1.3): the length they were made with, and registers of their own.
 */
#include "machine.h"
#include "realm_code.h"

#define CPACR_EL1 SYSREG(3, 0, 1, 0, 2)
#define ZCR_EL1 SYSREG(3, 0, 1, 2, 0)
#define ID_AA64PFR0_EL1 SYSREG(3, 0, 0, 4, 0)
#define ID_AA64ZFR0_EL1 SYSREG(3, 0, 0, 4, 4)
#define CPACR_FP_SVE 0x330000

#define MAX_VL 256 /* bytes */

static unsigned int machine_vl(void)
{
	return host_feature(&rmm, RMI_FEATURE0_SVE_VL_SHIFT, RMI_FEATURE0_SVE_VL_WIDTH);
}

static struct test_realm *start(unsigned int sve_vl)
{
	struct test_realm *realm =
		realm_start(REALM_PROGRAM_SCRIPT,
			    &(struct realm_options){ .flags = RMI_REALM_FLAG_SVE, .sve_vl = sve_vl });

	CHECK_EQ(realm_write_sysreg(realm, CPACR_EL1, CPACR_FP_SVE), 0);
	CHECK_EQ(realm_write_sysreg(realm, ZCR_EL1, 0xf), 0); /* as long as there is */
	return realm;
}

/* All that code_sve_* store. */
static uint64_t sum(struct test_realm *realm, uint64_t vl)
{
	struct script_result r = script(realm, SCRIPT_CHECK, realm_code_data(realm), vl * 34);

	CHECK_EQ(r.x[1], 0);
	return r.x[0];
}

/* The host's own: vectors of the greatest length. */
static uint8_t host_in[2][MAX_VL], host_out[2][MAX_VL];

static void host_fill(void)
{
	for (unsigned int i = 0; i < 2 * MAX_VL; i++)
		host_in[i / MAX_VL][i % MAX_VL] = (uint8_t)(i * 11 + 5);
	__asm__ volatile("msr cptr_el2, %0\n\tisb" : : "r"(UINT64_C(0x32ff)));
	__asm__ volatile("msr s3_4_c1_c2_0, %0\n\tisb" : : "r"(UINT64_C(0xf)));
	__asm__ volatile(".arch_extension sve\n\tmsr s3_0_c1_c2_0, %2\n\tldr z0, [%0]\n\tldr z31, [%1]\n\t"
			 "ptrue p15.h\n\tptrue p1.s\n\twrffr p1.b"
			 :
			 : "r"(host_in[0]), "r"(host_in[1]), "r"(UINT64_C(0x5))
			 : "memory");
}

static void host_check(unsigned int vl)
{
	uint64_t p[2][4] = { { 0 } }, zcr;

	__asm__ volatile(".arch_extension sve\n\tstr z0, [%0]\n\tstr z31, [%1]\n\tstr p15, [%2]\n\t"
			 "rdffr p1.b\n\tstr p1, [%3]"
			 :
			 : "r"(host_out[0]), "r"(host_out[1]), "r"(p[0]), "r"(p[1])
			 : "memory");
	for (unsigned int i = 0; i < vl; i++) {
		CHECK_EQ(host_out[0][i], host_in[0][i]);
		CHECK_EQ(host_out[1][i], host_in[1][i]);
	}
	CHECK_EQ(p[0][0], ABI_U64(0x5555555555555555));
	CHECK_EQ(p[1][0], ABI_U64(0x1111111111111111));
	__asm__ volatile("mrs %0, s3_0_c1_c2_0" : "=r"(zcr));
	CHECK_EQ(zcr, 5);
}

MACHINE_TEST(sve_registers, .sve = true)
{
	unsigned int vl = (machine_vl() + 1) * 16;
	struct test_realm *a = start(0), *b = start(machine_vl());
	struct test_realm *plain = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t sum_a, sum_b;

	host_fill();
	CHECK_EQ(realm_run_code(a, code_sve_fill).x[0], 16);
	CHECK_EQ(realm_run_code(b, code_sve_fill).x[0], vl);
	sum_a = sum(a, 16);
	sum_b = sum(b, vl);
	CHECK(sum_a != sum_b);
	script(plain, SCRIPT_FP_LOAD, 77);
	/* Hashing borrows the registers of a realm that has them. */
	CHECK_EQ(realm_smc(b, RSI_MEASUREMENT_EXTEND, 1, 8, 42).x[0], RSI_SUCCESS);

	/* Not to be found where they were. */
	CHECK_EQ(script(a, SCRIPT_FILL, realm_code_data(a), UINT64_C(0x4000), 1).x[1], 0);
	CHECK_EQ(script(b, SCRIPT_FILL, realm_code_data(b), UINT64_C(0x4000), 1).x[1], 0);
	CHECK_EQ(realm_run_code(a, code_sve_store).x[0], 0x11);
	CHECK_EQ(realm_run_code(b, code_sve_store).x[0], 0x11);
	CHECK_EQ(sum(a, 16), sum_a);
	CHECK_EQ(sum(b, vl), sum_b);
	CHECK_EQ(script(plain, SCRIPT_FP_CHECK, 77).x[0], 0);
	host_check(vl);
	realm_end(plain);
	realm_end(b);
	realm_end(a);
}

/* The ID registers tell each realm what it has, and ZCR_EL1 is its own. */
MACHINE_TEST(sve_discovery, .sve = true)
{
	struct test_realm *with = start(1);
	struct test_realm *without = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t value;

	CHECK_EQ(realm_read_sysreg(with, ID_AA64PFR0_EL1, &value), 0);
	CHECK_EQ(value >> 32 & 0xf, 1);
	CHECK_EQ(realm_read_sysreg(with, ID_AA64ZFR0_EL1, &value), 0);
	CHECK(value != 0);
	CHECK_EQ(realm_read_sysreg(with, ZCR_EL1, &value), 0);
	CHECK_EQ(value, 0xf);
	CHECK_EQ(realm_run_code(with, code_sve_fill).x[0], 32);
	CHECK_EQ(realm_write_sysreg(with, ZCR_EL1, 0), 0);
	CHECK_EQ(realm_run_code(with, code_sve_fill).x[0], 16);

	CHECK_EQ(realm_read_sysreg(without, ID_AA64PFR0_EL1, &value), 0);
	CHECK_EQ(value >> 32 & 0xf, 0);
	CHECK_EQ(realm_read_sysreg(without, ID_AA64ZFR0_EL1, &value), 0);
	CHECK_EQ(value, 0);
	CHECK_EQ(realm_write_sysreg(without, CPACR_EL1, CPACR_FP_SVE), 0);
	CHECK_EQ(realm_read_sysreg(without, ZCR_EL1, &value), ESR_UNDEFINED);
	CHECK_EQ(realm_run_code(without, code_sve_fill).x[1], ESR_UNDEFINED);
	realm_end(without);
	realm_end(with);
}
