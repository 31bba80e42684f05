/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The same again, many times: realms that come and go, RECs that are preempted and moved at random. The tests do a
 * little of it, `endurance realms N` and `endurance preempt SECONDS` as much as asked for.
 */
#include "machine.h"
#include "board/command.h"
#include "puppet/script.h"

/* xorshift64: the same sequence on every run. */
static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % limit;
}

/* --- Realms ------------------------------------------------------------------------------------------ */

static struct realm_options random_options(void)
{
	static const unsigned int widths[] = { 33, 34, 36, 39, 40, 42, 44, 48 };
	struct realm_options o = {
		.ipa_bits = widths[random_below(8)],
		.hash_algo = random_below(2) ? RMI_HASH_SHA_512 : RMI_HASH_SHA_256,
		.recs = (unsigned int)random_below(4),
		.populate = random_below(4) == 0,
		.apt_granules = (unsigned int)random_below(3),
	};

	if (random_below(2) && host_feature(&rmm, RMI_FEATURE0_SVE_EN_SHIFT, 1)) {
		o.flags |= RMI_REALM_FLAG_SVE;
		o.sve_vl = (unsigned int)random_below(
			host_feature(&rmm, RMI_FEATURE0_SVE_VL_SHIFT, RMI_FEATURE0_SVE_VL_WIDTH) + 1);
	}
	if (random_below(2) && host_feature(&rmm, RMI_FEATURE0_PMU_EN_SHIFT, 1)) {
		o.flags |= RMI_REALM_FLAG_PMU;
		o.pmu_num_ctrs =
			1 + (unsigned int)random_below(host_feature(&rmm, RMI_FEATURE0_PMU_NUM_CTRS_SHIFT,
								    RMI_FEATURE0_PMU_NUM_CTRS_WIDTH));
	}
	return o;
}

/* One in eight is taken apart before it has run, the others in the middle of a conversation. */
static void one_realm(void)
{
	struct realm_options options = random_options();
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, &options);
	uint64_t value, seed = random_below(UINT64_MAX);

	if (random_below(8) != 0) {
		CHECK_EQ(realm_read64(realm, test_ram(realm), &value), 0);
		CHECK_EQ(value, 0);
		CHECK_EQ(realm_write64(realm, test_ram(realm), seed), 0);
		CHECK_EQ(realm_read64(realm, test_ram(realm), &value), 0);
		CHECK_EQ(value, seed);
	}
	realm_end(realm);
}

static void many_realms(uint64_t count)
{
	uint64_t in_use = memory_in_use();

	random_state = 0x9e3779b97f4a7c15;
	for (uint64_t i = 0; i < count; i++) {
		one_realm();
		CHECK_EQ(rmm.delegated, 0);
		CHECK_EQ(rmm.not_wiped, 0);
		CHECK_EQ(memory_in_use(), in_use);
		if (i % 1000 == 999)
			print("%lu realms made, run and destroyed\n", i + 1);
	}
}

MACHINE_TEST(endurance_realms)
{
	many_realms(50);
}

/* --- RECs -------------------------------------------------------------------------------------------- */

#define RECS 8U
#define CPUS 4U
#define ROUNDS 20
#define SPINS 3000

static struct {
	struct test_realm *realm;
	uint32_t taken; /* bit n: some CPU has REC n (atomic) */
	uint64_t end;   /* of CNTPCT_EL0 */
	bool in_progress[RECS];
	uint64_t done[RECS], preempted[RECS], moved[RECS];
	unsigned int cpu[RECS];
	uint64_t random[CPUS];
} field;

static enum host_action preempted(struct test_realm *realm)
{
	(void)realm;
	return HOST_STOP;
}

/* The CPU has REC `r` until its time is over or the work is done. */
static void run_slice(unsigned int r)
{
	struct test_realm *realm = field.realm;
	struct script_result result;

	if (field.in_progress[r]) {
		realm_run(realm, r);
	} else {
		field.in_progress[r] = true;
		script_try(realm, r, &result, SCRIPT_WORK, field.done[r] * ROUNDS + r * 0x1000000, ROUNDS,
			   SPINS, test_ram(realm) + r * sizeof(uint64_t));
	}
	if (realm->scripts[r].done) {
		CHECK_EQ(realm->scripts[r].result.x[0], 0);
		realm->scripts[r].done = false;
		field.in_progress[r] = false;
		field.done[r]++;
	} else {
		CHECK_EQ(realm->scripts[r].stop, HOST_STOP_HANDLER);
		field.preempted[r]++;
	}
}

static void play(void *argument)
{
	unsigned int cpu = cpu_id();
	uint64_t *x = &field.random[cpu];

	(void)argument;
	while (counter_now() < field.end) {
		unsigned int r;

		*x ^= *x << 13;
		*x ^= *x >> 7;
		*x ^= *x << 17;
		r = *x % RECS;
		if (__atomic_fetch_or(&field.taken, 1U << r, __ATOMIC_ACQUIRE) & 1U << r)
			continue;
		if (field.cpu[r] != cpu)
			field.moved[r]++;
		field.cpu[r] = cpu;
		timer_preempt_after(1 + (*x >> 8) % (sysreg_read(cntfrq_el0) / 2000));
		run_slice(r);
		timer_stop();
		__atomic_fetch_and(&field.taken, ~(1U << r), __ATOMIC_RELEASE);
	}
}

static void start_recs(void)
{
	struct test_realm *realm = field.realm;
	uint64_t entry = script(realm, SCRIPT_SYSREG, SCRIPT_SECONDARY_ENTRY).x[0];

	for (unsigned int r = 1; r < RECS; r++) {
		CHECK_EQ(realm_smc(realm, PSCI_CPU_ON, r, entry, r).x[0], PSCI_SUCCESS);
		CHECK(realm->cpu_ons & 1U << r);
	}
	realm->interrupt = preempted;
}

static void preempt_for(uint64_t ticks)
{
	uint64_t value;

	memset(&field, 0, sizeof(field));
	field.realm = realm_start(REALM_PROGRAM_SCRIPT, &(struct realm_options){ .recs = RECS });
	start_recs();
	for (unsigned int c = 0; c < CPUS; c++)
		field.random[c] = 0x1234567 + c;
	field.end = counter_now() + ticks;
	for (unsigned int c = 1; c < CPUS; c++)
		cpu_run(c, play, NULL);
	play(NULL);
	for (unsigned int c = 1; c < CPUS; c++)
		cpu_wait(c);

	field.realm->interrupt = NULL;
	for (unsigned int r = 0; r < RECS; r++) {
		while (field.in_progress[r])
			run_slice(r);
		print("REC %u: %lu pieces of work, preempted %lu times, moved %lu times\n", r, field.done[r],
		      field.preempted[r], field.moved[r]);
		CHECK(field.done[r] > 0 && field.preempted[r] > 0 && field.moved[r] > 0);
	}
	for (unsigned int r = 0; r < RECS; r++) {
		CHECK_EQ(realm_read64(field.realm, test_ram(field.realm) + r * sizeof(value), &value), 0);
		CHECK_EQ(value, field.done[r] * ROUNDS);
	}
	realm_end(field.realm);
}

MACHINE_TEST(endurance_preempt, .smp = CPUS)
{
	preempt_for(2 * sysreg_read(cntfrq_el0));
}

/* --- The command ------------------------------------------------------------------------------------- */

static uint64_t number(const char *text)
{
	uint64_t value = 0;

	CHECK(*text >= '0' && *text <= '9');
	for (; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	CHECK(*text == '\0');
	return value;
}

/* What follows `word` in the argument, or NULL. */
static const char *after(const char *argument, const char *word)
{
	while (*word != '\0') {
		if (*argument++ != *word++)
			return NULL;
	}
	return argument;
}

void endurance_main(const char *argument)
{
	const char *realms = after(argument, "realms "), *preempt = after(argument, "preempt ");

	rmm_init();
	if (realms != NULL) {
		many_realms(number(realms));
	} else if (preempt != NULL) {
		if (cpu_count() < CPUS)
			verdict_fail("endurance preempt needs %u CPUs", CPUS);
		preempt_for(number(preempt) * sysreg_read(cntfrq_el0));
	} else {
		verdict_fail("endurance: `realms N` or `preempt SECONDS`, not '%s'", argument);
	}
	CHECK_EQ(rmm.delegated, 0);
	CHECK_EQ(rmm.not_wiped, 0);
	CHECK_EQ(memory_in_use(), 0);
}
