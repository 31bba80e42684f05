/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm, or the host beside it, may do to the PE that the monitor's run/ must withstand.
 */
#include "machine.h"
#include "realm_code.h"

/* A realm's EL0 in AArch32, which the ID registers do not offer: the realm's own problem, nobody else's. */
MACHINE_TEST(realm_aarch32)
{
	static const uint32_t code[] = {
		0xd5381001, /* mrs x1, sctlr_el1 */
		0x927ff821, /* and x1, x1, #~1: stage 1 off */
		0xd5181001, /* msr sctlr_el1, x1 */
		0xd5033fdf, /* isb */
		0x100000c2, /* adr x2, a32 */
		0xd5184022, /* msr elr_el1, x2 */
		0xd2803a03, /* mov x3, #0x1d0 */
		0xd5184003, /* msr spsr_el1, x3 */
		0xd5033fdf, /* isb */
		0xd69f03e0, /* eret */
		0xe3a00000, /* a32: mov r0, #0 */
		0xe5901000, /* ldr r1, [r0]: RIPAS EMPTY */
		0xeafffffe, /* b . */
		0xeafffffe,
	};
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	struct test_realm *other = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	struct script_result result;
	uint64_t value;

	/* Its exception handler gives up. */
	CHECK(!realm_execute(realm, &result, code, 14));
	CHECK(realm->exited);
	CHECK_EQ(realm_write64(other, test_ram(other), 7), 0);
	CHECK_EQ(realm_read64(other, test_ram(other), &value), 0);
	CHECK_EQ(value, 7);
	realm_end(other);
	realm_end(realm);
}

/* Breakpoints of the host are not the realm's: it runs through them, and the host finds them again. */
MACHINE_TEST(host_debug_state)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	/* msr daifclr, #8; mov x0, #42; msr daifset, #8; ret */
	static const uint32_t code[] = { 0xd50348ff, 0xd2800540, 0xd50348df, 0xd65f03c0 };
	struct script_result result;
	uint64_t mdscr;

	__asm__ volatile("msr oslar_el1, xzr\n\tmsr osdlr_el1, xzr\n\tisb");
	__asm__ volatile("msr dbgbvr0_el1, %0" : : "r"(test_ram(realm) + 4));
	/* Enabled, all bytes, EL0 and EL1, any security state. */
	__asm__ volatile("msr dbgbcr0_el1, %0" : : "r"(UINT64_C(0x1e7)));
	__asm__ volatile("msr mdscr_el1, %0\n\tisb" : : "r"(UINT64_C(0xa000))); /* KDE, MDE */
	CHECK(realm_execute(realm, &result, code, 4));
	CHECK_EQ(result.x[0], 42);
	CHECK_EQ(result.x[1], 0);
	__asm__ volatile("mrs %0, mdscr_el1" : "=r"(mdscr));
	CHECK_EQ(mdscr, 0xa000);
	__asm__ volatile("msr dbgbcr0_el1, xzr\n\tmsr mdscr_el1, xzr\n\tisb");
	realm_end(realm);
}

/* A hole in the bus: beyond all that QEMU's `virt` has, within the PAs that the GPT covers. */
#define BUS_HOLE ABI_U64(0x0e000000)

/*
 * The host maps what is no memory, the realm goes there: its own fault, and nobody else's. (QEMU takes the abort to EL1
 * in spite of HCR_EL2.TEA; what the monitor does with one is test_run_exits.c's.)
 */
MACHINE_TEST(bus_hole)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	struct test_realm *other = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t ipa = host_unprotected_base(&realm->realm), value;

	CHECK_OK(host_map_unprotected(&realm->realm, ipa, BUS_HOLE, GRANULE_SIZE, HOST_UNPROTECTED_WB_RW));
	CHECK(is_external_abort(realm_write64(realm, ipa, 1)));
	CHECK(is_external_abort(realm_read64(realm, ipa, &value)));
	CHECK_EQ(realm_write64(other, test_ram(other), 7), 0);
	CHECK_EQ(realm_read64(other, test_ram(other), &value), 0);
	CHECK_EQ(value, 7);
	realm_end(other);
	realm_end(realm);
}

#define TTBR0_EL1 SYSREG(3, 0, 2, 0, 0)
#define TLBI_VAAE1 SYSREG(1, 0, 8, 7, 3)
#define TABLE_ADDRESS ABI_U64(0xfffffffff000)
#define ALIAS (ABI_U64(16) << 30)

/* The entry of the realm's stage 1 tables (realm/bare/mmu.c: blocks of 1 GiB) for a VA. */
static uint64_t stage1_entry(struct test_realm *realm, uint64_t va)
{
	uint64_t ttbr, table;

	CHECK_EQ(realm_read_sysreg(realm, TTBR0_EL1, &ttbr), 0);
	CHECK_EQ(realm_read64(realm, ttbr & TABLE_ADDRESS, &table), 0);
	return (table & TABLE_ADDRESS) + 8 * (va >> 30);
}

/*
 * TLB maintenance that a REC means for its own PE alone reaches the one on which it may have been before (HCR_EL2.FB):
 * another REC, on another CPU all the time, reads through a translation until that is gone.
 */
MACHINE_TEST(tlb_broadcast, .smp = 2)
{
	struct test_realm *realm =
		realm_start(REALM_PROGRAM_SCRIPT, &(struct realm_options){ .recs = 2, .populate = true });
	uint64_t word = test_ram(realm), alias = ALIAS | (word & ((ABI_U64(1) << 30) - 1)), entry, block;
	struct script_result r;

	CHECK_EQ(realm_smc(realm, PSCI_CPU_ON, 1, script(realm, SCRIPT_SYSREG, SCRIPT_SECONDARY_ENTRY).x[0],
			   1)
			 .x[0],
		 PSCI_SUCCESS);
	CHECK_EQ(realm_write64(realm, word, 1), 0);
	CHECK_EQ(realm_read64(realm, stage1_entry(realm, word), &block), 0);
	entry = stage1_entry(realm, alias);
	CHECK_EQ(realm_write64(realm, entry, block), 0);
	CHECK_EQ(realm_write_sysreg(realm, TLBI_VAAE1, alias >> 12), 0);
	script_begin(realm, 1, 1, SCRIPT_SPIN, alias, 2);
	WAIT_FOR(false); /* one second: it has its translation by now */

	CHECK_EQ(realm_write64(realm, entry, 0), 0);
	CHECK_EQ(realm_write_sysreg(realm, TLBI_VAAE1, alias >> 12), 0);
	WAIT_FOR(false);
	/* With the translation still in force, it ends when it reads this. */
	CHECK_EQ(realm_write64(realm, word, 2), 0);
	r = script_end(realm, 1);
	CHECK_EQ(r.x[1] & 0xfc00003f, 0x94000005); /* data abort, translation, level 1 */
	realm_end(realm);
}

#define VECTOR_BYTES 256

/* SIMD registers, SVE's included, are the host's again after a realm has used them; the realm's are its own. */
MACHINE_TEST(host_simd_state, .sve = true)
{
	struct test_realm *a = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	struct test_realm *b = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	static uint8_t in[3][VECTOR_BYTES], out[3][VECTOR_BYTES];
	uint64_t length, zcr, fpcr, predicate[2][4] = { { 0 } };

	for (unsigned int i = 0; i < 3 * VECTOR_BYTES; i++)
		in[i / VECTOR_BYTES][i % VECTOR_BYTES] = (uint8_t)(i * 7 + 1);
	__asm__ volatile("msr cptr_el2, %0\n\tisb" : : "r"(UINT64_C(0x32ff))); /* no traps of SVE and FP */
	__asm__ volatile("msr s3_4_c1_c2_0, %0\n\tisb" : : "r"(UINT64_C(3)));  /* 512 bits */
	__asm__ volatile("msr fpcr, %0" : : "r"(UINT64_C(0x01000000)));
	__asm__ volatile(".arch_extension sve\n\t"
			 "rdvl %0, #1\n\tldr z0, [%1]\n\tldr z17, [%2]\n\tldr z31, [%3]\n\t"
			 "ptrue p0.s\n\twrffr p0.b\n\tptrue p7.d\n\t"
			 : "=&r"(length)
			 : "r"(in[0]), "r"(in[1]), "r"(in[2])
			 : "memory");
	CHECK_EQ(length, 64);
	script(a, SCRIPT_FP_LOAD, 5);
	script(b, SCRIPT_FP_LOAD, 9);
	/* Hashing borrows the registers: of the host for a new realm, and on a realm's own call. */
	realm_end(realm_start(REALM_PROGRAM_SCRIPT, NULL));
	CHECK_EQ(realm_smc(a, RSI_MEASUREMENT_EXTEND, 1, 8, 42).x[0], RSI_SUCCESS);
	CHECK_EQ(script(a, SCRIPT_FP_CHECK, 5).x[0], 0);
	CHECK_EQ(script(b, SCRIPT_FP_CHECK, 9).x[0], 0);
	__asm__ volatile(".arch_extension sve\n\t"
			 "str z0, [%0]\n\tstr z17, [%1]\n\tstr z31, [%2]\n\t"
			 "str p7, [%4]\n\trdffr p0.b\n\tstr p0, [%3]"
			 :
			 : "r"(out[0]), "r"(out[1]), "r"(out[2]), "r"(predicate[0]), "r"(predicate[1])
			 : "memory");
	for (unsigned int r = 0; r < 3; r++)
		for (unsigned int i = 0; i < length; i++)
			CHECK_EQ(out[r][i], in[r][i]);
	CHECK_EQ(predicate[0][0], ABI_U64(0x1111111111111111));
	CHECK_EQ(predicate[1][0], ABI_U64(0x0101010101010101));
	__asm__ volatile("mrs %0, s3_4_c1_c2_0" : "=r"(zcr));
	CHECK_EQ(zcr, 3);
	__asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
	CHECK_EQ(fpcr, 0x01000000);
	/* SVE is not for these realms, whatever their EL1 allows (CPACR_EL1.ZEN, FPEN; ZCR_EL1). */
	CHECK_EQ(script(a, SCRIPT_SYSREG, SYSREG(3, 0, 1, 0, 2), 1, 0x330000).x[1], 0);
	CHECK_EQ(script(a, SCRIPT_SYSREG, SYSREG(3, 0, 1, 2, 0)).x[1], ESR_UNDEFINED);
	CHECK_EQ(script(a, SCRIPT_SYSREG, SYSREG(3, 0, 0, 4, 0)).x[0] >> 32 & 0xf, 0); /* ID_AA64PFR0_EL1 */
	realm_end(a);
	realm_end(b);
}

/* An exception that the monitor injects is like one that the CPU takes by itself, in 4,096 states (and test_run_inject.c). */
MACHINE_TEST(exceptions_as_taken)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	struct script_result r = realm_run_code(realm, code_exceptions);

	CHECK_EQ(r.x[1], 0);
	CHECK_EQ(r.x[0], 4096);
	realm_end(realm);
}
