/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * REALM_PROGRAM_SCRIPT: single operations, for tests. Nothing here judges: what happened is reported.
 */
#include "lib/rsi.h"
#include "lib/smc.h"
#include "conform.h"
#include "doorbell.h"
#include "bare/entry.h"
#include "bare/probe.h"
#include "bare/program.h"
#include "common/string.h"

extern const uint8_t secondary_entry[];
void fp_load(const uint64_t words[64]);
void fp_store(uint64_t words[64]);

/* The n-th word of the pattern with this seed (SplitMix64's mixer). */
static uint64_t pattern(uint64_t seed, uint64_t n)
{
	uint64_t x = (seed + n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint64_t add_to_checksum(uint64_t checksum, uint64_t word)
{
	return ((checksum << 7) | (checksum >> 57)) ^ word;
}

/* --- SMC ----------------------------------------------------------------------------------------- */

static void smc_short(const uint64_t a[6], uint64_t r[6])
{
	struct smc_regs regs = smc_call(a[0], a[1], a[2], a[3], a[4], a[5]);

	memcpy(r, regs.x, 6 * sizeof(r[0]));
}

static void smc_wide(const uint64_t a[6], uint64_t r[6])
{
	struct smc_regs *words = (struct smc_regs *)a[0], regs = *words;

	(void)r;
	smc(&regs);
	*words = regs;
}

/* --- Attestation --------------------------------------------------------------------------------- */

static void token(const uint64_t a[6], uint64_t r[6])
{
	size_t length = 0;

	r[0] = realm_rsi_attestation_token((const uint8_t *)a[0], (void *)a[1], (uint8_t *)a[2], a[3],
					   &length);
	r[1] = length;
}

/* --- Memory -------------------------------------------------------------------------------------- */

static void execute(const uint64_t a[6], uint64_t r[6])
{
	r[1] = probe_execute(a[0], &r[0]);
}

static uint64_t fill_words(uint64_t address, uint64_t count, uint64_t seed)
{
	volatile uint64_t *word = (volatile uint64_t *)address;
	uint64_t checksum = 0;

	for (uint64_t i = 0; i < count; i++) {
		word[i] = pattern(seed, i);
		checksum = add_to_checksum(checksum, pattern(seed, i));
	}
	return checksum;
}

static uint64_t check_words(uint64_t address, uint64_t count, uint64_t c)
{
	volatile uint64_t *word = (volatile uint64_t *)address;
	uint64_t checksum = 0;

	(void)c;
	for (uint64_t i = 0; i < count; i++)
		checksum = add_to_checksum(checksum, word[i]);
	return checksum;
}

static uint64_t copy_words(uint64_t to, uint64_t from, uint64_t count)
{
	volatile uint64_t *t = (volatile uint64_t *)to, *f = (volatile uint64_t *)from;

	for (uint64_t i = 0; i < count; i++)
		t[i] = f[i];
	return 0;
}

static uint64_t spin_until(uint64_t address, uint64_t value, uint64_t c)
{
	volatile uint64_t *word = (volatile uint64_t *)address;
	uint64_t found;

	(void)c;
	do {
		found = *word;
	} while (found != value);
	return found;
}

static void fill(const uint64_t a[6], uint64_t r[6])
{
	r[1] = probe(fill_words, a[0], a[1] / sizeof(uint64_t), a[2], &r[0]);
}

static void check(const uint64_t a[6], uint64_t r[6])
{
	r[1] = probe(check_words, a[0], a[1] / sizeof(uint64_t), 0, &r[0]);
}

static void copy(const uint64_t a[6], uint64_t r[6])
{
	uint64_t nothing;

	r[0] = probe(copy_words, a[0], a[1], a[2] / sizeof(uint64_t), &nothing);
}

static void spin(const uint64_t a[6], uint64_t r[6])
{
	r[1] = probe(spin_until, a[0], a[1], 0, &r[0]);
}

/* --- Registers ----------------------------------------------------------------------------------- */

#define MRS_X0 UINT32_C(0xd5200000)
#define MSR_X0 UINT32_C(0xd5000000)
#define RET UINT32_C(0xd65f03c0)

/* Runs `MRS x0, <number>` or `MSR <number>, x0`, assembled on the stack. */
static uint64_t access_register(uint64_t number, uint64_t is_write, uint64_t value)
{
	uint32_t code[2] = { (is_write != 0 ? MSR_X0 : MRS_X0) | (uint32_t)((number & 0xffff) << 5), RET };
	uint64_t (*function)(uint64_t) = (uint64_t(*)(uint64_t))(uintptr_t)code;

	__asm__ volatile("dc cvau, %0; dsb ish; ic ialluis; dsb ish; isb" : : "r"(code) : "memory");
	return function(value);
}

static void system_register(const uint64_t a[6], uint64_t r[6])
{
	if (a[0] == SCRIPT_SECONDARY_ENTRY)
		r[0] = (uintptr_t)secondary_entry;
	else if (a[0] == CONFORM_SECONDARY_ENTRY)
		r[0] = (uintptr_t)entry_secondary_recorded;
	else
		r[1] = probe(access_register, a[0], a[1], a[2], &r[0]);
}

#define ESR_UNDEFINED UINT64_C(0x2000000) /* IL and nothing else */

static void system_registers(const uint64_t a[6], uint64_t r[6])
{
	for (unsigned int i = 0; i < 64; i++) {
		uint64_t value = 0, fault = probe(access_register, a[0] + i, 0, 0, &value);

		r[0] |= (uint64_t)(fault == 0) << i;
		r[1] |= (uint64_t)(fault == 0 && value != 0) << i;
		r[2] |= (uint64_t)(fault != 0 && fault != ESR_UNDEFINED) << i;
	}
}

static void fp_load_pattern(const uint64_t a[6], uint64_t r[6])
{
	uint64_t words[64];

	(void)r;
	for (unsigned int i = 0; i < 64; i++)
		words[i] = pattern(a[0], i);
	fp_load(words);
}

static void fp_check_pattern(const uint64_t a[6], uint64_t r[6])
{
	uint64_t words[64];

	fp_store(words);
	for (unsigned int i = 0; i < 64; i++)
		if (words[i] != pattern(a[0], i))
			r[0]++;
}

uint64_t work_registers(uint64_t seed, uint64_t spins);

/* 64 bits wide each, and nothing to the program. */
/* clang-format off */
#define EL_REGISTERS(f) \
	f(tpidr_el0, 0) f(tpidrro_el0, 1) f(far_el1, 2) f(elr_el1, 3) f(sp_el0, 4) f(cntv_cval_el0, 5) \
	f(cntp_cval_el0, 6)
/* clang-format on */
#define REGISTER_SET(name, n) __asm__ volatile("msr " #name ", %0" : : "r"(pattern(seed, 100 + (n))));
#define REGISTER_CHECK(name, n)                                    \
	({                                                         \
		uint64_t value_;                                   \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
		wrong += value_ != pattern(seed, 100 + (n));       \
	});

/* One round: registers of every kind filled, time passes, registers looked at. */
static uint64_t work_once(uint64_t seed, uint64_t spins)
{
	uint64_t words[64], wrong = 0, before = ticks();

	for (unsigned int i = 0; i < 64; i++)
		words[i] = pattern(seed, i);
	fp_load(words);
	EL_REGISTERS(REGISTER_SET)
	wrong += work_registers(pattern(seed, 99), spins);
	EL_REGISTERS(REGISTER_CHECK)
	fp_store(words);
	for (unsigned int i = 0; i < 64; i++)
		wrong += words[i] != pattern(seed, i);
	return wrong + (ticks() < before);
}

static void work(const uint64_t a[6], uint64_t r[6])
{
	for (uint64_t i = 0; i < a[1]; i++) {
		r[0] += work_once(a[0] + i, a[2]);
		__atomic_fetch_add((uint64_t *)a[3], 1, __ATOMIC_RELAXED);
	}
}

static const struct program_step steps[] = {
	{ CONFORM_ACCESS, conform_access },
	{ CONFORM_ACCESS_MMU_OFF, conform_access_mmu_off },
	{ CONFORM_REGISTERS, conform_registers },
	{ CONFORM_INTERRUPTS, conform_interrupts },
	{ CONFORM_ENTRY, conform_entry },
	{ CONFORM_COUNTERS, conform_counters },
	{ CONFORM_SVE, conform_sve },
	{ CONFORM_WAIT, conform_wait },
	{ CONFORM_ACCESS_EL0, conform_access_el0 },
	{ CONFORM_EXEC_EL0, conform_exec_el0 },
	{ CONFORM_MEET, conform_meet },
	{ SCRIPT_SMC, smc_short },
	{ SCRIPT_READ64, step_read64 },
	{ SCRIPT_WRITE64, step_write64 },
	{ SCRIPT_EXEC, execute },
	{ SCRIPT_FILL, fill },
	{ SCRIPT_CHECK, check },
	{ SCRIPT_COPY, copy },
	{ SCRIPT_SPIN, spin },
	{ SCRIPT_SMC_WIDE, smc_wide },
	{ SCRIPT_SYSREG, system_register },
	{ SCRIPT_SYSREGS, system_registers },
	{ SCRIPT_FP_LOAD, fp_load_pattern },
	{ SCRIPT_FP_CHECK, fp_check_pattern },
	{ SCRIPT_WORK, work },
	{ SCRIPT_TOKEN, token },
	{ SCRIPT_AWAIT_DOORBELL, doorbell_await },
	{ SCRIPT_SEND, doorbell_send },
	{ SCRIPT_RECEIVE, doorbell_receive },
};
const struct program script_program = PROGRAM(steps);
