/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The monitor against the executable specification (docs/oracle.md): steps of chance from fixed seeds, on two processors; and
 * whether what should be noticed is, and shrunk to what matters.
 */
#define _GNU_SOURCE /* open_memstream() */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <caec/csm.h>
#include <caec/rmi.h>
#include <caec/rsi.h>

#include "oracle/session.h"

#define WORKERS 2U
#define LENGTH 4000U
#define STEPS_WANTED 150000U

static struct session *shared[WORKERS];
static size_t done[WORKERS]; /* steps; of a worker's own copy */

/* --- Steps ------------------------------------------------------------------------------------------------------ */

/* Every WORKERS-th seed. */
static void work(unsigned int worker)
{
	struct session *s = session_new(), *sum = shared[worker];

	for (uint64_t seed = worker; done[worker] < STEPS_WANTED / WORKERS; seed += WORKERS) {
		if (!session_generate(s, seed, LENGTH)) {
			printf("seed %lu, step %zu:\n%s\n./caec fuzz --seed %lu --steps 1\n",
			       (unsigned long)seed, s->num, s->message, (unsigned long)seed);
			fflush(stdout);
			_exit(1);
		}
		done[worker] += s->num;
		add_tally(sum, s);
	}
	sum->num = done[worker];
	_exit(0);
}

static void test_steps(void **state)
{
	bool agree = true;
	size_t steps = 0;

	(void)state;
	fflush(NULL);
	for (unsigned int i = 0; i < WORKERS; i++) {
		shared[i] = session_new();
		if (fork() == 0)
			work(i);
	}
	for (unsigned int i = 0; i < WORKERS; i++) {
		int status;

		assert_true(wait(&status) > 0);
		agree &= status == 0;
	}
	assert_true(agree);
	for (unsigned int i = 0; i < WORKERS; i++)
		steps += shared[i]->num;
	assert_true(steps >= STEPS_WANTED);
}

/* A function that never succeeds is not tested: but for these, which have none that counts as such. */
static bool can_succeed(uint64_t fid)
{
	return fid != STEP_SECURE && fid != RSI_ATTESTATION_TOKEN_CONTINUE && fid != RSI_CSM_CALL_REVISION;
}

static void test_tally(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < WORKERS; i++)
		add_tally(shared[0], shared[i]);
	print_tally(stdout, shared[0]);
	for (unsigned int i = 0; i < num_step_names; i++) {
		const struct tally *t = &shared[0]->tally[i];

		if (can_succeed(step_names[i].fid) && t->successes < 10)
			fail_msg("%s succeeds %lu times in %lu calls", step_names[i].name, t->successes,
				 t->calls);
	}
	for (unsigned int i = RMI_CSM_VERSION; i <= RMI_CSM_ENTRY_READ; i++) {
		if (shared[0]->csm[i].successes < 10)
			fail_msg("RMI_CSM's operation %u succeeds %lu times in %lu calls", i,
				 shared[0]->csm[i].successes, shared[0]->csm[i].calls);
	}
}

/* --- What is noticed ---------------------------------------------------------------------------------------------------------- */

static void say_nothing(size_t left)
{
	(void)left;
}

/* A table was folded: what that needs is a realm, two tables, and a granule for each part. */
#define NEEDED 12U

static void test_shrink(void **state)
{
	static struct step step[SESSION_STEPS];
	struct session *s = session_new();
	size_t num;

	(void)state;
	trial_lie(RMI_RTT_FOLD, 1);
	assert_false(session_generate(s, 1, LENGTH));
	assert_non_null(strstr(s->message, "so says the test"));
	num = s->num;
	memcpy(step, s->step, num * sizeof(step[0]));
	num = shrink(s, step, num, say_nothing);
	if (num > NEEDED)
		fail_msg("%zu steps are left", num);
	assert_int_equal(step[num - 1].fid, RMI_RTT_FOLD);
	assert_false(session_replay(s, step, num));
	trial_lie(0, 0);
	assert_true(session_replay(s, step, num));
}

/* What is printed is what is read. */
static void test_script(void **state)
{
	struct session *s = session_new();
	size_t lines = 0, size;
	char *text, *at, *line;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_true(session_generate(s, 2, LENGTH));
	for (size_t i = 0; i < s->num; i++)
		step_print(out, &s->step[i]);
	fclose(out);
	for (at = text; (line = strsep(&at, "\n")) != NULL && *line != 0; lines++) {
		struct step step;

		assert_true(step_parse(line, &step));
		assert_memory_equal(&step, &s->step[lines], sizeof(step));
	}
	assert_int_equal(lines, s->num);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_tally),
		cmocka_unit_test(test_shrink),
		cmocka_unit_test(test_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
