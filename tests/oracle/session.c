/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs in processes of their own (session.h).
 */
#define _GNU_SOURCE /* memfd_create() */
#include "oracle/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LOOK_EVERY 256U /* steps from one thorough look to the next */
#define LIMIT 300U      /* seconds: longer, and the monitor hangs */

struct session *session_new(void)
{
	struct session *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (s == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return s;
}

/* --- In the process that runs ------------------------------------------------------------------------------------------- */

static struct {
	struct session *s;
	uint64_t seed;
	size_t steps;
	const struct step *given; /* NULL: by chance */
} job;

static void take(const struct step *step)
{
	if (job.s->num == SESSION_STEPS)
		differs("the run does not end");
	job.s->step[job.s->num++] = *step;
	trial_step(step);
	if (job.s->num % LOOK_EVERY == 0)
		trial_look();
}

static void run_job(void **state)
{
	struct step step;

	(void)state;
	trial_begin();
	for (size_t i = 0; job.given != NULL && i < job.steps; i++)
		take(&job.given[i]);
	if (job.given != NULL) {
		trial_look();
		return;
	}
	generate_begin(job.seed);
	for (size_t i = 0; i < job.steps; i++) {
		step = generate();
		take(&step);
	}
	while (generate_end(&step))
		take(&step);
	trial_check_all_back();
}

/* Where lines are counted (./caec coverage): the counts of a process that does not end by itself. */
extern void __gcov_dump(void) __attribute__((weak));

static _Noreturn void child(int output)
{
	const struct CMUnitTest test = { "run", run_job, NULL, NULL, NULL };
	int failed;

	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	alarm(LIMIT);
	failed = _cmocka_run_group_tests("run", &test, 1, NULL, NULL);
	memcpy(job.s->tally, trial_tally, sizeof(job.s->tally));
	memcpy(job.s->csm, trial_csm_tally, sizeof(job.s->csm));
	fflush(NULL);
	if (__gcov_dump != NULL)
		__gcov_dump();
	_exit(failed != 0);
}

/* --- In the one that asked ---------------------------------------------------------------------------------------------- */

/* What the process said, without what the test library has around it. */
static void take_message(int output, char *message)
{
	FILE *in = fdopen(output, "r");
	char line[512];

	message[0] = 0;
	rewind(in);
	while (fgets(line, sizeof(line), in) != NULL) {
		bool ours = line[0] != '[' || strncmp(line, "[  ERROR", 8) == 0 ||
			    strncmp(line, "[   LINE", 8) == 0;

		if (ours && line[0] != '\n' && strstr(line, "FAILED TEST") == NULL &&
		    strlen(message) + strlen(line) < SESSION_MESSAGE)
			strcat(message, line);
	}
	fclose(in);
}

static bool run(struct session *s)
{
	int output = memfd_create("output", 0), status;
	pid_t pid;

	job.s = s;
	s->num = 0;
	fflush(NULL);
	pid = fork();
	if (pid < 0 || output < 0) {
		perror("fork");
		exit(1);
	}
	if (pid == 0)
		child(output);
	waitpid(pid, &status, 0);
	take_message(output, s->message);
	if (WIFSIGNALED(status))
		snprintf(s->message + strlen(s->message), SESSION_MESSAGE - strlen(s->message),
			 "ended by signal %d\n", WTERMSIG(status));
	return status == 0;
}

bool session_generate(struct session *s, uint64_t seed, size_t steps)
{
	job.given = NULL;
	job.seed = seed;
	job.steps = steps;
	return run(s);
}

bool session_replay(struct session *s, const struct step *step, size_t num)
{
	job.given = step;
	job.steps = num;
	return run(s);
}

static void add_rows(struct tally *sum, const struct tally *t, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		sum[i].calls += t[i].calls;
		sum[i].successes += t[i].successes;
	}
}

void add_tally(struct session *sum, const struct session *s)
{
	add_rows(sum->tally, s->tally, TALLY_NAMES);
	add_rows(sum->csm, s->csm, TALLY_OPERATIONS);
}

static void print_row(FILE *out, const char *name, const struct tally *t)
{
	if (t->calls != 0)
		fprintf(out, "%-32s %9lu calls %9lu succeed %5.1f %%\n", name, t->calls, t->successes,
			100.0 * (double)t->successes / (double)t->calls);
}

void print_tally(FILE *out, const struct session *s)
{
	static const char *const operation[] = { "RMI_CSM VERSION",    "RMI_CSM APT_CREATE",
						 "RMI_CSM APT_EXTEND", "RMI_CSM APT_DESTROY",
						 "RMI_CSM UNMAP",      "RMI_CSM FILL",
						 "RMI_CSM ENTRY_READ" };

	for (unsigned int i = 1; i < num_step_names; i++)
		print_row(out, step_names[i].name, &s->tally[i]);
	for (unsigned int i = 0; i < sizeof(operation) / sizeof(operation[0]); i++)
		print_row(out, operation[i], &s->csm[i]);
}
