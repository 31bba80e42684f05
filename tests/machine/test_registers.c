/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every register that a realm can change and that something at NS-EL2 can read, and every register of EL2 that the monitor
 * writes: the host finds its own value after the realm has run, the realm finds its own after the host has, and another
 * realm finds neither. Which these are says the table tests/registers/registers.def, and that there are no others is
 * tried out. Vectors and predicates: test_run.c, test_sve.c.
 */
#include <caec/arm.h>

#include "machine.h"
#include "puppet/script.h"

#define ALL UINT64_MAX
#define NONE 0
#define NO_NAME 0

struct row {
	const char *name;
	uint64_t host_mask;
	unsigned int number;
	uint64_t realm_mask; /* NONE: the host's row alone */
};

static const struct row rows[] = {
#define SWITCHED(group, n, name, run, host, host_bits, number, realm_bits) \
	{ name, host_bits, number, realm_bits },
#define CONTROL(group, name, run, host, host_bits) { name, host_bits, 0, NONE },
#include "tests/registers/registers.def"
};
#define COUNT (sizeof(rows) / sizeof(rows[0]))

struct values {
	uint64_t v[COUNT];
};

#define READ(name) __asm__ volatile(".arch_extension pauth\n\tmrs %0, " name : "=r"(values->v[n++]));
#define WRITE(name) __asm__ volatile(".arch_extension pauth\n\tmsr " name ", %0" : : "r"(values->v[n++]));

static void host_get(struct values *values)
{
	unsigned int n = 0;

#define SWITCHED(group, n_, name, run, host, host_bits, number, realm_bits) READ(host)
#define CONTROL(group, name, run, host, host_bits) READ(host)
#include "tests/registers/registers.def"
}

static void host_set(const struct values *values)
{
	unsigned int n = 0;

#define SWITCHED(group, n_, name, run, host, host_bits, number, realm_bits) WRITE(host)
#define CONTROL(group, name, run, host, host_bits) WRITE(host)
#include "tests/registers/registers.def"
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
		if (rows[i].realm_mask == NONE)
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
		if (rows[i].realm_mask != NONE && realm_get(realm, i) != expected->v[i])
			verdict_fail("the realm's %s is 0x%lx, not 0x%lx", rows[i].name, realm_get(realm, i),
				     expected->v[i]);
}

/* Rows that can tell one owner's value from the other's. Not on QEMU: ACTLR_EL1, AMAIR_EL1, AFSR0_EL1, AFSR1_EL1. */
#define TELLING 70

static unsigned int telling(const struct values *host, const struct values *realm)
{
	unsigned int count = 0;

	for (size_t i = 0; i < COUNT; i++)
		count += rows[i].realm_mask != NONE && (host->v[i] & rows[i].realm_mask) != realm->v[i];
	return count;
}

/* A value of so many bits is no coincidence; fewer must at least not be those of both. */
static void check_not_leaked(struct test_realm *realm, const struct values *host, const struct values *other)
{
	for (size_t i = 0; i < COUNT; i++) {
		uint64_t value;

		if (rows[i].realm_mask == NONE || rows[i].realm_mask < UINT16_MAX)
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

MACHINE_TEST(registers_both_ways, .pmu = true)
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
	sysreg_write(pmintenclr_el1, 3);
	host_set(&before);
	realm_end(b);
	realm_end(a);
}

/* --- Every encoding ------------------------------------------------------------------------------------------------ */

#define IN_PLAIN_ALWAYS true
#define IN_PLAIN_KEYS true
#define IN_PLAIN_PRIORITIES true
#define IN_PLAIN_SIMD true
#define IN_PLAIN_BREAKPOINTS true
#define IN_PLAIN_WATCHPOINTS true
#define IN_PLAIN_PMU false
#define IN_PLAIN_COUNTERS false

/* What a realm without PMU and SVE finds. */
enum finds { UNDEF, ZERO_VALUE, VALUE };

static const struct seen {
	const char *name;
	unsigned int number;
	enum finds finds;
} seen[] = {
#define SWITCHED(group, n, name, run, host, host_bits, number, realm_bits) \
	{ name, number, IN_PLAIN_##group ? VALUE : UNDEF },
#define CLEARS(group, name, run, what, number) { name, number, IN_PLAIN_##group ? VALUE : UNDEF },
#define SAME(name, host, number) { name, number, VALUE },
#define ID(group, name, run, number) { name, number, VALUE },
#define VIEW(name, number) { name, number, VALUE },
#define LOCK_STATE(name, run, number) { name, number, VALUE },
#define ZERO(name, number) { name, number, ZERO_VALUE },
#define UNDEFINED(name, number) { name, number, UNDEF },
#include "tests/registers/registers.def"
};

static const struct seen *find(unsigned int number)
{
	static const struct seen id = { "an ID register", 0, ZERO_VALUE }, none = { "no register", 0, UNDEF };

	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		if (seen[i].number == number)
			return &seen[i];
	return number >= SYSREG(3, 0, 0, 1, 0) && number <= SYSREG(3, 0, 0, 7, 7) ? &id : &none;
}

/* An ID register that is not there has a syndrome of its own (FEAT_IDST). */
static bool is_undefined(uint64_t fault)
{
	return fault == ESR_UNDEFINED || (ESR_EC(fault) == EC_SYSREG && ESR_SYSREG_CRN(fault) == CRN_ID);
}

static void check_seen(struct test_realm *realm, unsigned int number)
{
	const struct seen *s = find(number);
	uint64_t value, fault = realm_read_sysreg(realm, number, &value);
	bool right =
		s->finds == UNDEF ? is_undefined(fault) : fault == 0 && (s->finds == VALUE || value == 0);

	if (!right)
		verdict_fail("%s, S%u_%u_C%u_C%u_%u: a realm finds 0x%lx, fault 0x%lx", s->name, number >> 14,
			     number >> 11 & 7, number >> 7 & 15, number >> 3 & 15, number & 7, value, fault);
}

static bool agrees(unsigned int number, bool is_read, bool is_odd, bool is_zero)
{
	enum finds finds = find(number)->finds;

	return !is_odd && is_read == (finds != UNDEF) && (finds != ZERO_VALUE || is_zero);
}

/* 64 at once; one by one where it is not plain that all is right. */
static void check_group(struct test_realm *realm, unsigned int first)
{
	struct script_result r = script(realm, SCRIPT_SYSREGS, first);

	for (unsigned int i = 0; i < 64; i++)
		if (!agrees(first + i, r.x[0] >> i & 1, r.x[2] >> i & 1, !(r.x[1] >> i & 1)))
			check_seen(realm, first + i);
}

/* Every encoding that there is: a realm reads what the table has for it, and nothing else is there. */
MACHINE_TEST(registers_all)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);

	/* CPACR_EL1: its own traps of FP and SVE are off. */
	CHECK_EQ(realm_write_sysreg(realm, SYSREG(3, 0, 1, 0, 2), 0x330000), 0);
	for (unsigned int number = SYSREG(2, 0, 0, 0, 0); number <= SYSREG(3, 7, 15, 15, 7); number += 64)
		check_group(realm, number);
	realm_end(realm);
}

/* What nobody can set is the same for all. */
MACHINE_TEST(registers_same)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t host, value;

#define SAME(name, host_name, number)                          \
	__asm__ volatile("mrs %0, " host_name : "=r"(host));   \
	CHECK_EQ(realm_read_sysreg(realm, number, &value), 0); \
	CHECK_EQ(value, host);
#include "tests/registers/registers.def"
	realm_end(realm);
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
