/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_ATTESTATION_TOKEN_INIT and CONTINUE: every failure condition, any buffer, pages that are not there, interrupts
 * (DEN0137 B5.3.1, B5.3.2).
 */
#include "token_world.h"

#include "attest/arena.h"

/* Pages of the realm's RAM. PAGE is there, MISSING is not, EMPTY is not RAM. */
#define PAGE WORLD_RAM
#define MISSING (WORLD_RAM + PAGES(1))
#define EMPTY (WORLD_RAM + PAGES(2))
#define TOP (UINT64_C(1) << 32) /* the first unprotected IPA */

static struct world_realm r;
static uint8_t expected[TOKEN_ROOM], actual[TOKEN_ROOM];

static struct rec *rec(unsigned int index)
{
	return rec_of(granule_find(pa(r.rec[index])));
}

static struct arena *arena(unsigned int index)
{
	return granule_mem(rec(index)->aux[REC_AUX_ARENA]);
}

static int setup(void **state)
{
	(void)state;
	world_reset();
	token_boot();
	world_realm(&r, &(struct world_options){ .recs = 2 });
	world_ram(&r, PAGE, PAGES(2));
	world_populate(&r, PAGE, GRANULE_SIZE);
	world_activate(&r);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sim_irq_after(-1);
	world_end(&r);
	world_check_all_back();
	return 0;
}

/* The token of that challenge, in one piece. Returns its size. */
static size_t expect_token(unsigned int seed)
{
	size_t size = token_init(&r, seed);
	struct token t;

	assert_int_equal(token_read(&r, PAGE, GRANULE_SIZE, expected), size);
	assert_null(token_open(&t, expected, size));
	token_close(&t);
	return size;
}

static void check_fails(uint64_t addr, uint64_t offset, uint64_t size, enum rsi_status status)
{
	uint64_t pc = rec(0)->pc;
	struct smc_regs out = world_smc(&r, RSI_ATTESTATION_TOKEN_CONTINUE, addr, offset, size, 44, 55);

	assert_int_equal(out.x[0], status);
	for (unsigned int i = 1; i < 4; i++)
		assert_int_equal(out.x[i], 0);
	assert_int_equal(out.x[4], 44);
	assert_int_equal(out.x[5], 55);
	assert_int_equal(rec(0)->pc, pc + 4);
}

/* --- Failure conditions ------------------------------------------------------------------------------------ */

/* Each alone is an error, whether or not a token is in progress. */
static void check_inputs(void)
{
	const uint64_t addrs[] = {
		PAGE + 1,   PAGE + 8,          PAGE + 0x800,       PAGE + 0xfff, TOP,
		TOP | PAGE, TOP - 1,           TOP + GRANULE_SIZE, 2 * TOP,      PAGE | UINT64_C(1) << 63,
		UINT64_MAX, UINT64_MAX - 0xfff
	};
	const struct {
		uint64_t offset, size;
	} ranges[] = { { 4096, 0 },          { 4096, 1 },       { 4097, 0 },
		       { UINT64_MAX, 0 },    { UINT64_MAX, 1 }, { UINT64_MAX, 2 },
		       { 0, 4097 },          { 1, 4096 },       { 4095, 2 },
		       { 0, UINT64_MAX },    { 1, UINT64_MAX }, { 4095, UINT64_MAX - 4094 },
		       { 8, UINT64_MAX - 7 } };

	for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++)
		check_fails(addrs[i], 0, 4096, RSI_ERROR_INPUT);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		check_fails(PAGE, ranges[i].offset, ranges[i].size, RSI_ERROR_INPUT);
}

static void test_inputs(void **state)
{
	size_t size = expect_token(1);

	(void)state;
	check_inputs();
	token_init(&r, 1);
	check_inputs();
	assert_int_equal(rec(0)->attest.state, REC_ATTEST_SIGNING); /* nothing was worked on */
	token_continue(&r, PAGE, 0, 1);
	check_inputs();
	actual[0] = realm_bytes(&r, PAGE)[0];
	assert_int_equal(token_read(&r, PAGE, 4096, actual + 1), size - 1);
	assert_memory_equal(actual, expected, size);
	/* At the ends of what is allowed. */
	token_init(&r, 1);
	assert_int_equal(token_continue(&r, PAGE, 4095, 1).x[1], 1);
	assert_int_equal(token_continue(&r, PAGE, 4095, 0).x[1], 0);
	assert_int_equal(token_continue(&r, PAGE, 0, 4096).x[0], RSI_SUCCESS);
}

static void test_state(void **state)
{
	size_t size;

	(void)state;
	check_fails(PAGE, 0, 4096, RSI_ERROR_STATE);
	check_fails(EMPTY, 0, 4096, RSI_ERROR_STATE); /* before the buffer is looked at */
	check_fails(MISSING, 0, 4096, RSI_ERROR_STATE);
	size = expect_token(2);
	check_fails(PAGE, 0, 4096, RSI_ERROR_STATE);
	/* A new INIT forgets the token that is read, */
	token_init(&r, 3);
	token_continue(&r, PAGE, 0, 100);
	assert_int_equal(token_init(&r, 2), size);
	assert_int_equal(token_read(&r, PAGE, 4096, actual), size);
	assert_memory_equal(actual, expected, size);
	/* and the one that is signed. */
	token_init(&r, 3);
	sim_irq_after(0);
	assert_int_equal(token_continue(&r, PAGE, 0, 100).x[0], RSI_INCOMPLETE);
	assert_int_not_equal(arena(0)->used, 0);
	sim_irq_after(-1);
	assert_int_equal(token_init(&r, 2), size);
	assert_int_equal(arena(0)->used, 0);
	assert_int_equal(token_read(&r, PAGE, 4096, actual), size);
	assert_memory_equal(actual, expected, size);
}

/* The registers that are no results stay, for both calls; the hint about SVE is no part of the name. */
static void test_registers(void **state)
{
	uint64_t x[18] = { RSI_ATTESTATION_TOKEN_INIT | SMCCC_SVE_HINT };
	uint8_t challenge[64];
	struct smc_regs out;
	struct token t;
	uint64_t pc;

	(void)state;
	for (unsigned int i = 1; i < 18; i++)
		x[i] = UINT64_C(0x0706050403020100) + i * UINT64_C(0x0808080808080808);
	pc = rec(0)->pc;
	out = world_smc_args(&r, x);
	assert_int_equal(rec(0)->pc, pc + 4);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_in_range(out.x[1], 2000, 4096);
	assert_int_equal(out.x[2], 0);
	assert_int_equal(out.x[3], 0);
	for (unsigned int i = 4; i < 18; i++)
		assert_int_equal(out.x[i], x[i]);
	x[0] = RSI_ATTESTATION_TOKEN_CONTINUE | SMCCC_SVE_HINT;
	x[1] = PAGE;
	x[2] = 0;
	x[3] = 4096;
	pc = rec(0)->pc;
	out = world_smc_args(&r, x);
	assert_int_equal(rec(0)->pc, pc + 4);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[2], 0);
	assert_int_equal(out.x[3], 0);
	for (unsigned int i = 4; i < 18; i++)
		assert_int_equal(out.x[i], x[i]);
	/* x1 first, low byte first: the challenge as the relying party has it, 8, 9, 10, ... */
	for (unsigned int i = 0; i < 64; i++)
		challenge[i] = (uint8_t)(8 + i);
	assert_null(token_open(&t, realm_bytes(&r, PAGE), out.x[1]));
	assert_memory_equal(t.challenge.at, challenge, 64);
	token_close(&t);
}

/* --- Buffers --------------------------------------------------------------------------------------------------- */

/* One call: the bytes go where they should, and nowhere else. */
static struct smc_regs check_part(uint64_t offset, uint64_t size, size_t position)
{
	uint8_t *page = realm_bytes(&r, PAGE);
	struct smc_regs out;

	memset(page, 0x3c, GRANULE_SIZE);
	out = token_continue(&r, PAGE, offset, size);
	assert_memory_equal(page + offset, expected + position, out.x[1]);
	for (size_t i = 0; i < GRANULE_SIZE; i++) {
		if (i < offset || i >= offset + out.x[1])
			assert_int_equal(page[i], 0x3c);
	}
	return out;
}

static void test_sizes(void **state)
{
	const uint64_t sizes[] = { 1, 2, 3, 7, 64, 511, 1531, 1532, 1533, 2000, 4095, 4096 };
	size_t total = expect_token(4);

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t position = 0, round = 0;
		struct smc_regs out;

		token_init(&r, 4);
		do {
			out = check_part(round++ * 13 % (GRANULE_SIZE - sizes[i] + 1), sizes[i], position);
			position += out.x[1];
			/* SUCCESS comes with the last byte, not one call later. */
			assert_int_equal(out.x[0], position == total ? RSI_SUCCESS : RSI_INCOMPLETE);
			assert_true(position == total || out.x[1] == sizes[i]);
		} while (out.x[0] == RSI_INCOMPLETE);
		check_fails(PAGE, 0, 4096, RSI_ERROR_STATE);
	}
	/* Sizes in turns, none among them, and the very last byte alone. */
	token_init(&r, 4);
	assert_int_equal(check_part(5, 0, 0).x[0], RSI_INCOMPLETE);
	assert_int_equal(check_part(5, 1000, 0).x[1], 1000);
	assert_int_equal(check_part(0, 0, 1000).x[1], 0);
	assert_int_equal(check_part(4095, 1, 1000).x[1], 1);
	assert_int_equal(check_part(1, total - 1002, 1001).x[0], RSI_INCOMPLETE);
	assert_int_equal(check_part(0, 0, total - 1).x[0], RSI_INCOMPLETE);
	assert_int_equal(check_part(77, 1, total - 1).x[0], RSI_SUCCESS);
}

/* A token longer than a granule: platform token and sharing state decide. */
static void test_long(void **state)
{
	size_t total;

	(void)state;
	sim_el3()->token_size = ATTEST_PLATFORM_MAX;
	assert_int_equal(attest_boot(), ATTEST_BOOT_OK);
	total = expect_token(4);
	assert_true(total > 2 * GRANULE_SIZE);
	token_init(&r, 4);
	assert_int_equal(token_read(&r, PAGE, 999, actual), total);
	assert_memory_equal(actual, expected, total);
}

static void test_empty(void **state)
{
	(void)state;
	token_init(&r, 5);
	for (unsigned int i = 0; i < 2; i++)
		check_fails(EMPTY, 0, 4096, RSI_ERROR_INPUT);
	check_fails(EMPTY, 0, 0, RSI_ERROR_INPUT);
	/* It was only the buffer. */
	assert_int_equal(token_continue(&r, PAGE, 0, 4096).x[0], RSI_SUCCESS);
}

/* The host supplies the page, and the call is executed again; what the realm sees is one call. */
static void test_missing(void **state)
{
	const uint64_t x[18] = { RSI_ATTESTATION_TOKEN_CONTINUE, MISSING, 16, 4000, 44 };
	size_t size = expect_token(6);
	uint64_t pc;
	struct rmi_rec_exit exit;
	struct smc_regs out;

	(void)state;
	token_init(&r, 6);
	for (unsigned int i = 0; i < 3; i++) {
		pc = rec(0)->pc;
		assert_true(world_smc_exits(&r, 0, x, &out, &exit));
		assert_int_equal(exit.exit_reason, RMI_EXIT_SYNC);
		assert_int_equal(exit.esr, UINT64_C(0x90000007));
		assert_int_equal(exit.far, 0);
		assert_int_equal(exit.hpfar, MISSING >> 8);
		for (unsigned int k = 0; k < 31; k++)
			assert_int_equal(exit.gprs[k], 0);
		assert_int_equal(rec(0)->pc, pc);
		assert_memory_equal(rec(0)->gprs, x, 5 * sizeof(x[0]));
		assert_int_equal(rec(0)->attest.position, 0);
	}
	world_run(&r)->enter.flags =
		RMI_REC_ENTER_FLAG_EMUL_MMIO; /* not an access that the host may emulate */
	assert_int_equal(rmi(RMI_REC_ENTER, r.rec[0], r.run), RMI_ERROR_REC);
	world_populate(&r, MISSING, GRANULE_SIZE);
	out = world_smc_args(&r, x);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], size);
	assert_memory_equal(realm_bytes(&r, MISSING) + 16, expected, size);
}

/* The host takes the page away between two parts. */
static void test_lost(void **state)
{
	const uint64_t x[18] = { RSI_ATTESTATION_TOKEN_CONTINUE, MISSING, 0, 100 };
	size_t size = expect_token(7);
	struct rmi_rec_exit exit;
	struct smc_regs out;

	(void)state;
	world_populate(&r, MISSING, GRANULE_SIZE);
	token_init(&r, 7);
	assert_int_equal(world_smc_args(&r, x).x[1], 100);
	world_unpopulate(&r, MISSING, GRANULE_SIZE);
	assert_true(world_smc_exits(&r, 0, x, &out, &exit));
	assert_int_equal(exit.exit_reason, RMI_EXIT_SYNC);
	/* Nothing is lost but the page. */
	assert_int_equal(token_read(&r, PAGE, 4096, actual), size - 100);
	assert_memory_equal(actual, expected + 100, size - 100);
}

/* Memory of another realm is a buffer if the share says so. */
static void test_shared(void **state)
{
	const enum csm_permission permissions[] = { CSM_PERM_RO, CSM_PERM_RX, CSM_PERM_RW };
	struct csm_world w;
	struct smc_regs out;
	struct token t;

	(void)state;
	teardown(NULL);
	for (size_t i = 0; i < 3; i++) {
		bool rw = permissions[i] == CSM_PERM_RW;

		csm_share_all(&w, 1, permissions[i]);
		token_boot();
		token_init(&w.c, 1);
		out = token_continue(&w.c, WORLD_CSM, 0, 4096);
		assert_int_equal(out.x[0], rw ? RSI_SUCCESS : RSI_ERROR_INPUT);
		if (rw) {
			assert_null(token_open(&t, realm_bytes(&w.p, WORLD_CSM), out.x[1]));
			assert_int_equal(t.num_shared, 1);
			token_close(&t);
		} else {
			assert_int_equal(realm_bytes(&w.p, WORLD_CSM)[0], 0);
		}
		csm_end(&w);
	}
	setup(NULL);
}

/* --- Interrupts ------------------------------------------------------------------------------------------------- */

/* CONTINUE as long as it is INCOMPLETE with no bytes. Returns how often it was called. */
static unsigned int call_until_bytes(unsigned int rec_index, uint64_t addr, struct smc_regs *out)
{
	const uint64_t x[18] = { RSI_ATTESTATION_TOKEN_CONTINUE, addr, 0, 4096, 44 };
	unsigned int calls = 0;
	struct rmi_rec_exit exit;

	do {
		assert_false(world_smc_exits(&r, rec_index, x, out, &exit));
		assert_int_equal(exit.exit_reason, RMI_EXIT_IRQ);
		assert_int_equal(out->x[2], 0);
		assert_int_equal(out->x[3], 0);
		assert_int_equal(out->x[4], 44);
		assert_true(++calls < 100);
	} while (out->x[0] == RSI_INCOMPLETE && out->x[1] == 0);
	return calls;
}

/* Wherever interrupts come, and however many: the same token, and progress each time. */
static void test_interrupted(void **state)
{
	size_t size = expect_token(8);
	struct smc_regs out;
	unsigned int steps;

	(void)state;
	token_init(&r, 8);
	sim_irq_after(0); /* from now on always */
	steps = call_until_bytes(0, PAGE, &out);
	assert_in_range(steps, 50, 90);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_int_equal(out.x[1], size);
	assert_memory_equal(realm_bytes(&r, PAGE), expected, size);
	for (long after = 1; after <= (long)steps; after++) {
		memset(realm_bytes(&r, PAGE), 0, GRANULE_SIZE);
		token_init(&r, 8);
		sim_irq_after(after);
		out = token_continue(&r, PAGE, 0, 4096);
		sim_irq_after(-1);
		if (after < (long)steps) {
			assert_int_equal(out.x[0], RSI_INCOMPLETE);
			assert_int_equal(out.x[1], 0);
			assert_int_equal(realm_bytes(&r, PAGE)[0], 0);
			assert_int_equal(call_until_bytes(0, PAGE, &out), 1);
		}
		assert_int_equal(out.x[0], RSI_SUCCESS);
		assert_memory_equal(realm_bytes(&r, PAGE), expected, size);
	}
}

/* An interrupt while bytes are copied makes no difference: that is short. */
static void test_not_interrupted(void **state)
{
	(void)state;
	token_init(&r, 9);
	assert_int_equal(token_continue(&r, PAGE, 0, 10).x[1], 10);
	sim_irq_after(0);
	assert_int_equal(token_continue(&r, PAGE, 0, 10).x[1], 10);
	assert_int_equal(token_continue(&r, PAGE, 0, 4096).x[0], RSI_SUCCESS);
}

/* Two RECs sign in turns: neither knows of the other, and one that is given up leaves nothing behind. */
static void test_two_recs(void **state)
{
	uint64_t init[18] = { RSI_ATTESTATION_TOKEN_INIT };
	const uint64_t step[18] = { RSI_ATTESTATION_TOKEN_CONTINUE, PAGE, 0, 4096 };
	size_t size = expect_token(10);
	struct rmi_rec_exit exit;
	struct smc_regs out;
	struct token t;

	(void)state;
	rec(1)->runnable = true;
	fill_challenge((uint8_t *)&init[1], 11);
	token_init(&r, 10);
	world_smc_exits(&r, 1, init, &out, &exit);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	sim_irq_after(0);
	for (unsigned int i = 0; i < 10; i++) {
		for (unsigned int k = 0; k < 2; k++) {
			world_smc_exits(&r, k, step, &out, &exit);
			assert_int_equal(out.x[0], RSI_INCOMPLETE);
		}
	}
	sim_irq_after(-1);
	world_smc_exits(&r, 1, step, &out, &exit);
	assert_int_equal(out.x[0], RSI_SUCCESS);
	assert_null(token_open(&t, realm_bytes(&r, PAGE), out.x[1]));
	assert_memory_equal(t.challenge.at, &init[1], 64);
	token_close(&t);
	assert_int_equal(rec(0)->attest.state, REC_ATTEST_SIGNING);
	assert_int_equal(token_read(&r, PAGE, 4096, actual), size);
	assert_memory_equal(actual, expected, size);
	/* Destroyed in the middle: teardown sees that every granule comes back zero. */
	token_init(&r, 10);
	sim_irq_after(0);
	world_smc_exits(&r, 0, step, &out, &exit);
	assert_int_not_equal(arena(0)->used, 0);
}

/* --- A signature that can't be made ------------------------------------------------------------------------------- */

static void test_unknown(void **state)
{
	size_t size = expect_token(12);

	(void)state;
	token_init(&r, 12);
	assert_non_null(arena_alloc(arena(0), ARENA_UNIT * (ARENA_UNITS - 10)));
	check_fails(PAGE, 0, 4096, RSI_ERROR_UNKNOWN);
	check_fails(PAGE, 0, 4096, RSI_ERROR_UNKNOWN);
	check_fails(MISSING, 0, 4096, RSI_ERROR_UNKNOWN); /* no exit for a page that is not needed */
	check_fails(EMPTY, 0, 4096, RSI_ERROR_UNKNOWN);
	check_fails(PAGE + 1, 0, 4096, RSI_ERROR_INPUT);
	token_init(&r, 12);
	assert_int_equal(token_read(&r, PAGE, 4096, actual), size);
	assert_memory_equal(actual, expected, size);
}

/* --- Anything in any order ------------------------------------------------------------------------------------------ */

#define SEEDS 3U

static uint8_t whole[SEEDS][TOKEN_ROOM];

/* What a test knows of the token in progress. */
struct model {
	bool in_progress;
	unsigned int seed;
	size_t position;
	size_t size;
};

static uint32_t next_random(void)
{
	static uint32_t random = 12345;

	random = random * 1664525 + 1013904223;
	return random >> 8;
}

static void random_init(struct model *m)
{
	m->in_progress = true;
	m->seed = next_random() % SEEDS;
	m->position = 0;
	assert_int_equal(token_init(&r, m->seed), m->size);
}

/* One call with any arguments; the model says what must come of it. */
static void random_continue(struct model *m)
{
	const uint64_t addrs[] = { PAGE, PAGE, PAGE, PAGE, PAGE, PAGE + 8, EMPTY, TOP };
	uint64_t addr = addrs[next_random() % 8], offset = next_random() % 4100;
	uint64_t size = next_random() % 8 == 0 ? 4096 : next_random() % 1000;
	uint8_t *page = realm_bytes(&r, PAGE);
	long irq = (long)(next_random() % 40) - 20;
	struct smc_regs out;

	memset(page, 0x11, GRANULE_SIZE);
	sim_irq_after(irq < 0 ? -1 : irq);
	out = token_continue(&r, addr, offset, size);
	sim_irq_after(-1);
	if (addr == PAGE + 8 || addr == TOP || offset >= 4096 || offset + size > 4096) {
		assert_int_equal(out.x[0], RSI_ERROR_INPUT);
	} else if (!m->in_progress) {
		assert_int_equal(out.x[0], RSI_ERROR_STATE);
	} else if (irq >= 0 && m->position == 0 && out.x[0] == RSI_INCOMPLETE && out.x[1] == 0) {
		assert_int_equal(page[offset < 4096 ? offset : 0],
				 0x11); /* it was interrupted, or had no room */
		return;
	} else if (addr == EMPTY) {
		assert_int_equal(out.x[0], RSI_ERROR_INPUT);
	} else {
		uint64_t count = min_u64(size, m->size - m->position);

		assert_int_equal(out.x[1], count);
		assert_memory_equal(page + offset, whole[m->seed] + m->position, count);
		memset(page + offset, 0x11, count);
		m->position += count;
		m->in_progress = m->position != m->size;
		assert_int_equal(out.x[0], m->in_progress ? RSI_INCOMPLETE : RSI_SUCCESS);
	}
	for (size_t i = 0; i < GRANULE_SIZE; i++)
		assert_int_equal(page[i], 0x11);
}

static void test_anything(void **state)
{
	struct model m = { 0 };
	unsigned int finished = 0;

	(void)state;
	for (unsigned int seed = 0; seed < SEEDS; seed++) {
		m.size = token_init(&r, seed);
		assert_int_equal(token_read(&r, PAGE, GRANULE_SIZE, whole[seed]), m.size);
	}
	for (unsigned int i = 0; i < 3000; i++) {
		bool before = m.in_progress;

		if (next_random() % 16 == 0)
			random_init(&m);
		else
			random_continue(&m);
		finished += before && !m.in_progress;
	}
	assert_true(finished > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_inputs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state, setup, teardown),
		cmocka_unit_test_setup_teardown(test_registers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shared, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interrupted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_interrupted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_recs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_anything, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
