/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every register that a realm can change and that something at NS-EL2 can read, and every register of EL2 that the monitor
 * writes: the host finds its own value after the realm has run, the realm finds its own after the host has, and another
 * realm finds neither. Vectors and predicates: test_run.c, test_sve.c. What is trapped or undefined in a realm:
 * realm_hidden_registers, pmu_hidden, debug_registers.
 */
#include "machine.h"
#include "puppet/script.h"

#define ALL UINT64_MAX
#define HOST_ONLY 0

/* GIC (IHI0069), RAS: EL2's register is what EL1's name stands for in a realm. */
#define ICH_AP0R0_EL2 "s3_4_c12_c8_0"
#define ICH_AP1R0_EL2 "s3_4_c12_c9_0"
#define ICH_VMCR_EL2 "s3_4_c12_c11_7"
#define VDISR_EL2 "s3_4_c12_c1_1"

/*
 * As the host names it, its bits that may be anything; as the realm names it, and the bits that its program can do
 * without. Bits that do not exist are found by reading back.
 */
#define EL1_ROWS(f)                                                                                          \
	f("sp_el0", ALL, SYSREG(3, 0, 4, 1, 0), ALL) f("elr_el1", ALL, SYSREG(3, 0, 4, 0, 1), ALL) f(        \
		"spsr_el1", 0xf00003cf, SYSREG(3, 0, 4, 0, 0),                                               \
		0xf00003cf) f("sctlr_el1", ALL, SYSREG(3, 0, 1, 0, 0),                                       \
			      0xc000) f("actlr_el1", ALL, SYSREG(3, 0, 1, 0, 1),                             \
					ALL) f("cpacr_el1", ALL, SYSREG(3, 0, 1, 0, 2), 0x10000000)          \
		f("ttbr0_el1", ALL, SYSREG(3, 0, 2, 0, 0), 0xff000000000000) f(                              \
			"ttbr1_el1", ALL, SYSREG(3, 0, 2, 0, 1),                                             \
			ALL) f("tcr_el1", ALL, SYSREG(3, 0, 2, 0, 2),                                        \
			       0x4000000000) f("mair_el1", ALL, SYSREG(3, 0, 10, 2, 0), 0xffffffffffffff00)  \
			f("amair_el1", ALL, SYSREG(3, 0, 10, 3, 0),                                          \
			  ALL) f("esr_el1", ALL, SYSREG(3, 0, 5, 2, 0),                                      \
				 ALL) f("far_el1", ALL, SYSREG(3, 0, 6, 0, 0),                               \
					ALL) f("afsr0_el1", ALL, SYSREG(3, 0, 5, 1, 0),                      \
					       ALL) f("afsr1_el1", ALL, SYSREG(3, 0, 5, 1, 1),               \
						      ALL) f("par_el1", ALL, SYSREG(3, 0, 7, 4, 0), ALL)     \
				f("vbar_el1", ALL, SYSREG(3, 0, 12, 0, 0),                                   \
				  HOST_ONLY) f("contextidr_el1", ALL, SYSREG(3, 0, 13, 0, 1),                \
					       ALL) f("cntkctl_el1", 0x3ff, SYSREG(3, 0, 14, 1, 0),          \
						      0x3ff) f("csselr_el1", 0xf, SYSREG(3, 2, 0, 0, 0),     \
							       0xf) f("mdscr_el1", 0x1000,                   \
								      SYSREG(2, 0, 0, 2, 2), 0x1000)         \
					f("tpidr_el0", ALL, SYSREG(3, 3, 13, 0, 2), ALL) f(                  \
						"tpidrro_el0", ALL, SYSREG(3, 3, 13, 0, 3),                  \
						ALL) f("tpidr_el1", ALL, SYSREG(3, 0, 13, 0, 4),             \
						       HOST_ONLY) f("sp_el1", ALL, SYSREG(3, 4, 4, 1, 0),    \
								    HOST_ONLY)                               \
						f("cntp_cval_el0", ALL, SYSREG(3, 3, 14, 2, 2),              \
						  ALL) f("cntv_cval_el0", ALL, SYSREG(3, 3, 14, 3, 2),       \
							 ALL) f("cntp_ctl_el0", 0x2, SYSREG(3, 3, 14, 2, 1), \
								0x2) f("cntv_ctl_el0",                       \
								       0x2, SYSREG(3, 3, 14, 3, 1), 0x2)     \
							f("fpcr", 0x03c00000, SYSREG(3, 3, 4, 4, 0),         \
							  0x03c00000) f("fpsr", 0x0800009f,                  \
									SYSREG(3, 3, 4, 4, 1),               \
									0x0800009f) f("s3_0_c2_c1_0", ALL,   \
										      SYSREG(3, 0, 2, 1, 0), \
										      ALL)                   \
								f("s3_0_c2_c1_1", ALL,                       \
								  SYSREG(3, 0, 2, 1, 1),                     \
								  ALL) f("s3_0_c2_c1_2", ALL,                \
									 SYSREG(3, 0, 2, 1, 2),              \
									 ALL) f("s3_0_c2_c1_3", ALL,         \
										SYSREG(3, 0, 2, 1, 3), ALL)  \
									f("s3_0_c2_c2_0", ALL,               \
									  SYSREG(3, 0, 2, 2, 0),             \
									  ALL) f("s3_0_c2_c2_1", ALL,        \
										 SYSREG(3, 0, 2, 2, 1),      \
										 ALL) f("s3_0_c2_c2_2", ALL, \
											SYSREG(3, 0,         \
											       2, 2, 2),     \
											ALL)                 \
										f("s3_0_c2_c2_3", ALL,       \
										  SYSREG(3, 0, 2, 2, 3),     \
										  ALL) f("s3_0_c2_c3_0",     \
											 ALL,                \
											 SYSREG(3, 0, 2, 3,  \
												0),          \
											 ALL)                \
											f("s3_0_c2_c3_1",    \
											  ALL,               \
											  SYSREG(3, 0, 2, 3, \
												 1),         \
											  ALL)

/* Break- and watchpoints off; counters; the realm has a PMU. Bits of the ...SET registers can't be cleared by name. */
#define DEBUG_ROWS(f)                                                                                        \
	f("dbgbvr0_el1", 0x7ffffffffffc, SYSREG(2, 0, 0, 0, 4),                                              \
	  0x7ffffffffffc) f("dbgbcr0_el1", 0x1e6, SYSREG(2, 0, 0, 0, 5),                                     \
			    0x1e6) f("dbgwvr0_el1", 0x7ffffffffff8, SYSREG(2, 0, 0, 0, 6),                   \
				     0x7ffffffffff8) f("dbgwcr0_el1", 0x1ff6, SYSREG(2, 0, 0, 0, 7), 0x1ff6) \
		f("dbgbvr5_el1", 0x7ffffffffffc, SYSREG(2, 0, 0, 5, 4),                                      \
		  0x7ffffffffffc) f("dbgwvr3_el1", 0x7ffffffffff8, SYSREG(2, 0, 0, 3, 6),                    \
				    0x7ffffffffff8) f("pmccntr_el0", ALL, SYSREG(3, 3, 9, 13, 0), ALL)       \
			f("pmccfiltr_el0", 0xc0000000, SYSREG(3, 3, 14, 15, 7),                              \
			  0xc0000000) f("pmevcntr0_el0", UINT32_MAX, SYSREG(3, 3, 14, 8, 0),                 \
					UINT32_MAX) f("pmevtyper0_el0", 0x1f, SYSREG(3, 3, 14, 12, 0), 0x1f) \
				f("pmevcntr1_el0", UINT32_MAX, SYSREG(3, 3, 14, 8, 1),                       \
				  UINT32_MAX) f("pmselr_el0", 0x1f, SYSREG(3, 3, 9, 12, 5), 0x1f)            \
					f("pmuserenr_el0", 0xf, SYSREG(3, 3, 9, 14, 0), 0xf)                 \
						f("pmcntenset_el0", 0x3, SYSREG(3, 3, 9, 12, 1), 0x3)        \
							f("pmovsset_el0", 0x3, SYSREG(3, 3, 9, 14, 3), 0x3)

/* The virtual CPU interface (DEN0137 A6.1 lets the host's be lost; a realm's active priorities are still nobody's). */
#define GIC_ROWS(f)                                                              \
	f(ICH_AP0R0_EL2, UINT32_MAX, SYSREG(3, 0, 12, 8, 4), UINT32_MAX)         \
		f(ICH_AP1R0_EL2, UINT32_MAX, SYSREG(3, 0, 12, 9, 0), UINT32_MAX) \
			f(ICH_VMCR_EL2, 0xf8ffc000, SYSREG(3, 0, 4, 6, 0), 0xf8) \
				f(VDISR_EL2, 0x80000000, SYSREG(3, 0, 12, 1, 1), 0x80000000)

/* EL2's own, which the monitor writes on this PE: EL3 switches them. */
#define EL2_ROWS(f)                                                                                         \
	f("hcr_el2", 0x38000, 0, HOST_ONLY) f("vttbr_el2", 0xfffffffff000, 0, HOST_ONLY)                    \
		f("vtcr_el2", 0x3f, 0, HOST_ONLY) f("vmpidr_el2", UINT32_MAX, 0, HOST_ONLY)                 \
			f("vpidr_el2", UINT32_MAX, 0, HOST_ONLY) f("mdcr_el2", 0x20, 0, HOST_ONLY) f(       \
				"cptr_el2", 0x40000000, 0, HOST_ONLY) f("cnthctl_el2", 0x3, 0, HOST_ONLY)   \
				f("cntvoff_el2", ALL, 0, HOST_ONLY) f("s3_4_c1_c1_4", 0xff, 0, HOST_ONLY)   \
					f("s3_4_c1_c1_5", 0xff, 0, HOST_ONLY)                               \
						f("s3_4_c1_c1_6", 0xff, 0, HOST_ONLY) f("s3_4_c3_c1_4",     \
											0xff, 0, HOST_ONLY) \
							f("s3_4_c3_c1_5", 0xff, 0, HOST_ONLY)               \
								f("s3_4_c1_c2_2", 0x1f, 0, HOST_ONLY)

#define ROWS(f) EL1_ROWS(f) DEBUG_ROWS(f) GIC_ROWS(f) EL2_ROWS(f)

struct row {
	const char *name;
	uint64_t host_mask;
	unsigned int number;
	uint64_t realm_mask;
};
#define ROW(name, host_mask, number, realm_mask) { name, host_mask, number, realm_mask },
static const struct row rows[] = { ROWS(ROW) };
#define COUNT (sizeof(rows) / sizeof(rows[0]))

struct values {
	uint64_t v[COUNT];
};

#define READ(name, host_mask, number, realm_mask)                                        \
	__asm__ volatile(".arch_extension pauth\n\tmrs %0, " name : "=r"(values->v[n])); \
	n++;
#define WRITE(name, host_mask, number, realm_mask)                                           \
	__asm__ volatile(".arch_extension pauth\n\tmsr " name ", %0" : : "r"(values->v[n])); \
	n++;

static void host_get(struct values *values)
{
	unsigned int n = 0;

	ROWS(READ)
}

static void host_set(const struct values *values)
{
	unsigned int n = 0;

	ROWS(WRITE)
	isb();
}

/* The realm's is the complement of the host's, so that they differ in the smallest field. */
static uint64_t pattern(size_t n)
{
	uint64_t x = (n + 1001) * UINT64_C(0x9e3779b97f4a7c15);

	return x ^ (x >> 29);
}

/* What the host has from now on: as much of the pattern as there is. */
static void host_fill(struct values *values)
{
	host_get(values);
	for (size_t i = 0; i < COUNT; i++)
		values->v[i] = (values->v[i] & ~rows[i].host_mask) | (pattern(i) & rows[i].host_mask);
	host_set(values);
	host_get(values);
}

static void host_check(const struct values *expected, const char *when)
{
	struct values now;

	host_get(&now);
	for (size_t i = 0; i < COUNT; i++)
		if (((now.v[i] ^ expected->v[i]) & rows[i].host_mask) != 0)
			verdict_fail("%s: the host's %s is 0x%lx, not 0x%lx", when, rows[i].name, now.v[i],
				     expected->v[i]);
}

static uint64_t realm_get(struct test_realm *realm, size_t i)
{
	uint64_t value, fault = realm_read_sysreg(realm, rows[i].number, &value);

	if (fault != 0)
		verdict_fail("a realm's %s: fault 0x%lx", rows[i].name, fault);
	return value & rows[i].realm_mask;
}

static void realm_fill(struct test_realm *realm, struct values *values)
{
	uint64_t old;

	for (size_t i = 0; i < COUNT; i++) {
		if (rows[i].realm_mask == HOST_ONLY)
			continue;
		CHECK_EQ(realm_read_sysreg(realm, rows[i].number, &old), 0);
		CHECK_EQ(realm_write_sysreg(realm, rows[i].number,
					    (old & ~rows[i].realm_mask) | (~pattern(i) & rows[i].realm_mask)),
			 0);
		values->v[i] = realm_get(realm, i);
	}
}

static void realm_check(struct test_realm *realm, const struct values *expected)
{
	for (size_t i = 0; i < COUNT; i++)
		if (rows[i].realm_mask != HOST_ONLY && realm_get(realm, i) != expected->v[i])
			verdict_fail("the realm's %s is 0x%lx, not 0x%lx", rows[i].name, realm_get(realm, i),
				     expected->v[i]);
}

/* Rows that can tell one owner's value from the other's. Not on QEMU: ACTLR_EL1, AMAIR_EL1, AFSR0_EL1, AFSR1_EL1. */
#define TELLING 53

static unsigned int telling(const struct values *host, const struct values *realm)
{
	unsigned int count = 0;

	for (size_t i = 0; i < COUNT; i++)
		count += rows[i].realm_mask != HOST_ONLY && (host->v[i] & rows[i].realm_mask) != realm->v[i];
	return count;
}

/* A value of so many bits is no coincidence; fewer must at least not be those of both. */
static void check_not_leaked(struct test_realm *realm, const struct values *host, const struct values *other)
{
	for (size_t i = 0; i < COUNT; i++) {
		uint64_t value;

		if (rows[i].realm_mask == HOST_ONLY || rows[i].realm_mask < UINT16_MAX)
			continue;
		value = realm_get(realm, i);
		if (value != 0 && (value == (host->v[i] & rows[i].realm_mask) || value == other->v[i]))
			verdict_fail("a new realm finds 0x%lx in %s", value, rows[i].name);
	}
}

static struct test_realm *start(void)
{
	return realm_start(REALM_PROGRAM_SCRIPT,
			   &(struct realm_options){ .flags = RMI_REALM_FLAG_PMU, .pmu_num_ctrs = 2 });
}

MACHINE_TEST(registers_both_ways)
{
	static struct values before, host, realm_a;
	struct test_realm *a = start(), *b = start();

	__asm__ volatile("msr cptr_el2, %0\n\tisb" : : "r"(UINT64_C(0x32ff))); /* no traps of FP */
	host_get(&before);
	host_fill(&host);
	realm_fill(a, &realm_a);
	host_check(&host, "after a realm");
	CHECK(telling(&host, &realm_a) >= TELLING);
	realm_check(a, &realm_a);
	check_not_leaked(b, &host, &realm_a);
	host_check(&host, "after another realm");
	realm_check(a, &realm_a);
	sysreg_write(pmcntenclr_el0, 3);
	sysreg_write(pmovsclr_el0, 3);
	host_set(&before);
	realm_end(b);
	realm_end(a);
}

/* What the realm was given stays in the record: no list register has it after the exit. */
MACHINE_TEST(list_registers_cleared)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	struct host_rec *rec = &realm->realm.recs[0];
	uint64_t lr;

	CHECK(host_rec_interrupt(rec, 40));
	CHECK_EQ(realm_smc(realm, RSI_VERSION, RSI_ABI_VERSION).x[0], RSI_SUCCESS);
	CHECK_EQ(rec->run->exit.gicv3_lrs[0] & UINT32_MAX, 40);
	__asm__ volatile("mrs %0, s3_4_c12_c12_0" : "=r"(lr));
	CHECK_EQ(lr, 0);
	realm_end(realm);
}
