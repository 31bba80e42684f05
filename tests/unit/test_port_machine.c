/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port/aarch64 on a PE that is a table of registers: what it finds of a CPU, what it asks EL3 and does with each answer, TLB
 * maintenance instruction by instruction, vector registers that it borrows, and how it stops.
 */
#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pe_registers.h"
#include "port/aarch64/fault.h"
#include "port/aarch64/layout.h"
#include "port/aarch64/log.h"
#include "port/aarch64/machine.h"
#include "port/aarch64/simd.h"
#include "port/aarch64/smc.h"
#include "port/attest.h"
#include "port/port.h"

static struct percpu cpus[PE_CPUS];

/* --- What is beside C ----------------------------------------------------------------------------------------------- */

static uint64_t el3_asked[8], el3_answer;
static unsigned int el3_calls;

void el3_call(uint64_t x[8])
{
	memcpy(el3_asked, x, sizeof(el3_asked));
	el3_calls++;
	memset(x, 0x77, 8 * sizeof(x[0]));
	x[0] = el3_answer;
}

static char logged[2048];

void log_line(enum log_level level, const char *format, ...)
{
	size_t used = strlen(logged);
	va_list arguments;

	assert_int_equal(level, LOG_ERROR);
	va_start(arguments, format);
	vsnprintf(logged + used, sizeof(logged) - used, format, arguments);
	va_end(arguments);
	strncat(logged, "\n", sizeof(logged) - strlen(logged) - 1);
}

uint32_t ns_copy(void *to, const void *from, size_t size);
uint32_t ns_zero(void *to, size_t size);

/* The answer of an access, and which it was. */
static uint32_t ns_answer;
static uint64_t ns_to, ns_from, ns_size;

uint32_t ns_copy(void *to, const void *from, size_t size)
{
	ns_to = (uintptr_t)to;
	ns_from = (uintptr_t)from;
	ns_size = size;
	return ns_answer;
}

uint32_t ns_zero(void *to, size_t size)
{
	return ns_copy(to, NULL, size);
}

static int setup(void **state)
{
	(void)state;
	pe_registers_reset();
	for (unsigned int i = PE_CPUS; i-- > 0;) {
		pe_use(i);
		cpus[i] = (struct percpu){ .index = i };
		pe_write("tpidr_el2", (uintptr_t)&cpus[i]);
		pe_write("id_aa64mmfr1_el1", 1U << 8);           /* VH */
		pe_write("id_aa64mmfr2_el1", UINT64_C(1) << 40); /* FWB */
		pe_write("id_aa64isar0_el1", 2U << 12);          /* SHA2 */
		pe_write("dczid_el0", 4);
	}
	el3_calls = 0;
	el3_answer = 0;
	logged[0] = '\0';
	atomic_store(&fault_stopped, false);
	return 0;
}

/* Does it stop the monitor? */
#define STOPS(statement)                     \
	({                                   \
		jmp_buf stopped_;            \
		volatile bool stops_ = true; \
		pe_stopped = &stopped_;      \
		if (setjmp(stopped_) == 0) { \
			statement;           \
			stops_ = false;      \
		}                            \
		pe_stopped = NULL;           \
		stops_;                      \
	})

/* --- EL3: granules move between worlds ------------------------------------------------------------------------------ */

static void check_asked(uint64_t function, uint64_t granule)
{
	assert_int_equal(el3_calls, 1);
	assert_int_equal(el3_asked[0], function);
	assert_int_equal(el3_asked[1], granule);
	for (unsigned int i = 2; i < 8; i++)
		assert_int_equal(el3_asked[i], 0);
}

static const uint64_t refusals[] = { 1, UINT64_MAX, (uint64_t)-2, 0xfffffffe, UINT64_C(1) << 32, 7 };

static void test_delegate(void **state)
{
	assert_true(port_gpt_delegate(pa(0x88123000)));
	check_asked(0xc40001b0, 0x88123000);
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		setup(state);
		el3_answer = refusals[i];
		assert_false(port_gpt_delegate(pa(0x88124000)));
		check_asked(0xc40001b0, 0x88124000);
	}
	assert_false(atomic_load(&fault_stopped));
}

/* A granule that EL3 does not take back is one that the monitor is wrong about: it goes on no more. */
static void test_undelegate(void **state)
{
	port_gpt_undelegate(pa(0x88123000));
	check_asked(0xc40001b1, 0x88123000);
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		setup(state);
		el3_answer = refusals[i];
		assert_true(STOPS(port_gpt_undelegate(pa(0x88124000))));
		check_asked(0xc40001b1, 0x88124000);
		assert_true(atomic_load(&fault_stopped));
		assert_non_null(strstr(logged, "does not hold on PE 0; stopped"));
	}
}

/* --- Non-secure memory ---------------------------------------------------------------------------------------------- */

static void check_ns(uint64_t to, uint64_t from, uint64_t size)
{
	assert_int_equal(ns_to, to);
	assert_int_equal(ns_from, from);
	assert_int_equal(ns_size, size);
}

static void test_non_secure(void **state)
{
	const uint64_t there = LAYOUT_NS_BASE + UINT64_C(0x90001000);
	uint64_t word = 0;

	(void)state;
	for (ns_answer = 0; ns_answer < 2; ns_answer++) {
		assert_int_equal(port_ns_read(&word, pa(0x90001000), 8), ns_answer != 0);
		check_ns((uintptr_t)&word, there, 8);
		assert_int_equal(port_ns_write(pa(0x90001000), &word, 16), ns_answer != 0);
		check_ns(there, (uintptr_t)&word, 16);
		assert_int_equal(port_ns_zero(pa(0x90001000), 512), ns_answer != 0);
		check_ns(there, 0, 512);
	}
}

/* --- TLBs: which instructions, in which order ------------------------------------------------------------------------- */

static void check_events(const struct pe_event *expected, size_t count)
{
	for (size_t i = 0; i < count && i < pe_event_count; i++)
		if (strcmp(pe_events[i].what, expected[i].what) != 0 ||
		    pe_events[i].value != expected[i].value)
			fail_msg("%zu: %s 0x%lx, not %s 0x%lx", i, pe_events[i].what,
				 (unsigned long)pe_events[i].value, expected[i].what,
				 (unsigned long)expected[i].value);
	assert_int_equal(pe_event_count, count);
	pe_forget_events();
}
#define CHECK_EVENTS(...)                                                   \
	do {                                                                \
		static const struct pe_event expected_[] = { __VA_ARGS__ }; \
		check_events(expected_, ARRAY_SIZE(expected_));             \
	} while (0)

#define REALM_VTTBR UINT64_C(0x0042000088000000)
#define OTHER_VTTBR UINT64_C(0x0007000089000000)

/*
 * The realm's VMID is in force before the first, entries are in memory before each; at the end stage 2 is done before the
 * combined entries go, and all is done before the VMID changes.
 */
static void test_tlb_batch(void **state)
{
	(void)state;
	pe_write("vttbr_el2", OTHER_VTTBR);
	port_tlb_begin(REALM_VTTBR);
	CHECK_EVENTS({ "vttbr_el2", REALM_VTTBR }, { "isb", 0 });
	port_tlb_leaf(ipa(0x12345000));
	CHECK_EVENTS({ "dsb ishst", 0 }, { "tlbi ipas2e1is", 0x12345 });
	port_tlb_table(ipa(UINT64_C(0xffff00000000)));
	CHECK_EVENTS({ "dsb ishst", 0 }, { "tlbi ipas2e1is", UINT64_C(0xffff00000) });
	port_tlb_realm();
	CHECK_EVENTS({ "dsb ishst", 0 }, { "tlbi vmalls12e1is", 0 });
	assert_int_equal(pe_read("vttbr_el2"), REALM_VTTBR);
	port_tlb_end();
	CHECK_EVENTS({ "dsb ish", 0 }, { "tlbi vmalle1is", 0 }, { "dsb ish", 0 }, { "isb", 0 },
		     { "vttbr_el2", OTHER_VTTBR }, { "isb", 0 });
	port_publish();
	CHECK_EVENTS({ "dsb ishst", 0 });
}

/* Each PE gives back its own. */
static void test_tlb_batches(void **state)
{
	(void)state;
	pe_write("vttbr_el2", OTHER_VTTBR);
	port_tlb_begin(REALM_VTTBR);
	pe_use(1);
	pe_write("vttbr_el2", 1);
	port_tlb_begin(2);
	pe_use(0);
	port_tlb_end();
	assert_int_equal(pe_read("vttbr_el2"), OTHER_VTTBR);
	pe_use(1);
	port_tlb_end();
	assert_int_equal(pe_read("vttbr_el2"), 1);
}

/* --- What the CPU offers -------------------------------------------------------------------------------------------- */

static void test_features(void **state)
{
	static const uint8_t pa_bits[16] = { 32, 36, 40, 42, 44, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48 };
	const struct port_features *f = port_features();

	(void)state;
	for (uint64_t n = 0; n < 16; n++) {
		pe_write("id_aa64mmfr0_el1", n);
		pe_write("id_aa64mmfr1_el1", 1U << 8 | n << 4);
		pe_write("ich_vtr_el2", UINT64_C(4) << 29 | n);
		pe_write("id_aa64dfr0_el1", n << 12 | (15 - n) << 20 | n << 8 | n << 60);
		pe_write("pmcr_el0", (n + 3) << 11 | 0x40);
		assert_null(machine_init());
		assert_int_equal(f->pa_bits, pa_bits[n]);
		assert_int_equal(f->vmid_bits, n == 2 ? 16 : 8);
		assert_int_equal(f->num_lrs, n);
		assert_int_equal(f->num_bps, n);
		assert_int_equal(f->num_wps, 15 - n);
		assert_int_equal(f->has_pmu, n != 0 && n != 15);
		if (f->has_pmu) {
			assert_int_equal(f->pmu_num_ctrs, n + 3);
			assert_int_equal(f->has_hpmn0, n == 1);
		}
		assert_false(f->has_sve);
	}
}

/* The longest that there is; and the trap is as it was. */
static void test_vector_length(void **state)
{
	(void)state;
	pe_write("id_aa64pfr0_el1", UINT64_C(1) << 32);
	pe_write("cptr_el2", CPTR_TAM);
	assert_null(machine_init());
	assert_true(port_features()->has_sve);
	assert_int_equal(port_features()->sve_vl, PE_VL / 16 - 1);
	assert_int_equal(pe_read("cptr_el2"), CPTR_TAM);
}

static void test_lacking(void **state)
{
	static const struct {
		const char *name;
		uint64_t value;
		const char *says;
	} rows[] = {
		{ "id_aa64mmfr1_el1", 0x20, "FEAT_VHE" },        { "id_aa64mmfr2_el1", 0, "FEAT_S2FWB" },
		{ "id_aa64isar0_el1", 1U << 12, "FEAT_SHA512" }, { "dczid_el0", 5, "DC ZVA" },
		{ "dczid_el0", 4 | 1U << 4, "DC ZVA" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *says;

		setup(state);
		pe_write(rows[i].name, rows[i].value);
		says = machine_init();
		assert_non_null(says);
		assert_non_null(strstr(says, rows[i].says));
	}
}

static void test_questions(void **state)
{
	uint64_t word;

	(void)state;
	assert_false(port_irq_pending());
	for (unsigned int bit = 6; bit < 9; bit++) { /* F, I, A */
		pe_write("isr_el1", UINT64_C(1) << bit);
		assert_true(port_irq_pending());
	}
	assert_false(machine_has_random());
	pe_write("id_aa64isar0_el1", UINT64_C(1) << 60);
	assert_true(machine_has_random());
	pe_random = 42;
	assert_true(machine_random(&word));
	assert_int_equal(word, 42);
	assert_false(machine_random(&word));
	pe_forget_events();
	port_relax();
	CHECK_EVENTS({ "yield", 0 });
}

/* What is a PE's own. */
static void test_per_cpu(void **state)
{
	struct arena **first = port_current_arena();
	const struct held_locks *held = port_held_locks();

	(void)state;
	assert_ptr_equal(held, &cpus[0].held);
	pe_use(1);
	assert_ptr_not_equal(port_current_arena(), first);
	assert_ptr_equal(port_held_locks(), &cpus[1].held);
}

/* --- Borrowed vectors ------------------------------------------------------------------------------------------------ */

static void fill(struct pe_vectors *v, uint8_t seed)
{
	uint8_t *byte = (uint8_t *)v;

	for (size_t i = 0; i < sizeof(*v); i++)
		byte[i] = (uint8_t)(seed + i * 7);
}

/* What hashing leaves: all Q registers changed, the rest of Z cleared, other modes. */
static void use_vectors(void)
{
	static const uint8_t junk[512];

	simd_q_load(junk);
	pe_write("fpcr", 0x111);
	pe_write("fpsr", 0x222);
}

static void check_borrowed(bool sve, uint64_t cptr)
{
	struct pe_vectors before;

	pe_write("id_aa64pfr0_el1", sve ? UINT64_C(1) << 32 : 0);
	pe_write("cptr_el2", cptr);
	pe_write("fpcr", 0x3000000);
	pe_write("fpsr", 0x1f);
	pe_write(ZCR_EL2, 1);
	fill(&before, (uint8_t)cptr);
	if (!sve)
		for (unsigned int i = 0; i < 32; i++)
			memset(before.z[i] + 16, 0, PE_VL - 16);
	pe_vectors[0] = before;
	port_simd_begin();
	use_vectors();
	port_simd_begin(); /* pairs nest */
	use_vectors();
	port_simd_end();
	assert_int_not_equal(pe_read("cptr_el2") & CPTR_FPEN, 0);
	port_simd_end();
	assert_memory_equal(&pe_vectors[0], &before, sizeof(before));
	assert_int_equal(pe_read("cptr_el2"), cptr);
	assert_int_equal(pe_read("fpcr"), 0x3000000);
	assert_int_equal(pe_read("fpsr"), 0x1f);
	assert_int_equal(pe_read(ZCR_EL2), 1);
}

static void test_borrowed(void **state)
{
	(void)state;
	check_borrowed(false, CPTR_TTA | CPTR_TAM);
	check_borrowed(true, CPTR_TTA | CPTR_TAM);
	check_borrowed(true, CPTR_TTA | CPTR_TAM | CPTR_FPEN);
	check_borrowed(true, CPTR_TTA | CPTR_TAM | CPTR_FPEN | CPTR_ZEN);
}

/* --- The end ---------------------------------------------------------------------------------------------------------- */

static void test_fault(void **state)
{
	uint64_t gprs[31];

	(void)state;
	for (unsigned int i = 0; i < 31; i++)
		gprs[i] = 0x1000 + i;
	pe_use(1);
	pe_write("esr_el2", 0xe5);
	pe_write("elr_el2", 0xe1);
	pe_write("far_el2", 0xfa);
	pe_write("hpfar_el2", 0x4f);
	pe_write("spsr_el2", 0x59);
	assert_true(STOPS(monitor_fault(4, gprs)));
	assert_true(atomic_load(&fault_stopped));
	assert_string_equal(logged, "monitor fault on PE 1, vector 4\n"
				    "  esr e5 elr e1 far fa hpfar 4f spsr 59\n"
				    "  x0 1000 x1 1001 x2 1002\n"
				    "  x3 1003 x4 1004 x5 1005\n"
				    "  x6 1006 x7 1007 x8 1008\n"
				    "  x9 1009 x10 100a x11 100b\n"
				    "  x12 100c x13 100d x14 100e\n"
				    "  x15 100f x16 1010 x17 1011\n"
				    "  x18 1012 x19 1013 x20 1014\n"
				    "  x21 1015 x22 1016 x23 1017\n"
				    "  x24 1018 x25 1019 x26 101a\n"
				    "  x27 101b x28 101c x29 101d\n"
				    "  x30 101e; stopped\n");
}

static void test_panic(void **state)
{
	(void)state;
	assert_true(STOPS(port_panic("a.c", 12, "a < b")));
	assert_true(atomic_load(&fault_stopped));
	assert_string_equal(logged, "a.c:12: a < b does not hold on PE 0; stopped\n");
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_delegate),    TEST(test_undelegate), TEST(test_non_secure),    TEST(test_tlb_batch),
		TEST(test_tlb_batches), TEST(test_features),   TEST(test_vector_length), TEST(test_lacking),
		TEST(test_questions),   TEST(test_per_cpu),    TEST(test_borrowed),      TEST(test_fault),
		TEST(test_panic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
