/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every point between two processors. One PE begins a command; at each point of it (schedule.h) another PE runs a command
 * to its end, or until it must wait for the first. So for every ordered pair of commands, in every scene. Then the
 * invariants hold, and the host takes everything apart. And three PEs: at two points of a command of CSM, two of those
 * that take away what others use.
 *
 * Two cases that leave the same state are taken apart once. A run takes a slice of the cases, always the same;
 * `test_between pairs` takes all pairs, `test_between all` threes, too, those below (THREES_POINTS). The rest is for
 * repeating one that failed, in the words of its message:
 *
 *	test_between SCENE [FIRST [POINT [SECOND [POINT THIRD]]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "between/commands.h"
#include "between/scene.h"
#include "csm_check.h"

#define STATES_MAX (UINT32_C(1) << 18)
#define POINTS_MAX 512U
#define COMMANDS_MAX 256U

/*
 * One in so many is run: of the pairs whose second takes something, of the others, of the threes. But of the former all
 * whose first works on tables to which another RD leads, too; and all pairs of a command with what it is against.
 */
#define TAKING_SLICE 6U
#define PAIRS_SLICE 151U
#define THREES_SLICE 2003U
#define THREES_POINTS 24U /* the third begins so many points behind the second at most */

/* --- What has been seen -------------------------------------------------------------------------------------- */

struct tally {
	char what[256]; /* the case that was under way when the process ended */
	unsigned long cases, waits, ends;
	struct {
		unsigned long alone, cases, waits, succeeded;
	} of[COMMANDS_MAX];
};

static struct tally seen;

/* Final states of this scene, by their hashes: open addressing. */
static uint64_t states[STATES_MAX];
static unsigned int num_states;

/* False: it was there. */
static bool add_state(uint64_t hash)
{
	uint64_t at = hash % STATES_MAX;

	hash += hash == 0;
	while (states[at] != 0 && states[at] != hash)
		at = (at + 1) % STATES_MAX;
	if (states[at] == hash)
		return false;
	assert_true(++num_states < STATES_MAX / 2);
	states[at] = hash;
	return true;
}

/* --- Cases ----------------------------------------------------------------------------------------------------- */

/* In the scene's tally. */
#define WHAT_SIZE sizeof(((struct tally *)NULL)->what)
static char *what;

static void check_end(void)
{
	if (!add_state(sim_changes() ^ registry_changes()))
		return;
	seen.ends++;
	csm_check_all();
	registry_check();
	take_all_apart();
}

static void begin_case(const struct command *first, unsigned int stop)
{
	registry_restore();
	sim_restore();
	memset(pes, 0, sizeof(pes));
	start(0, first, stop);
}

static void count(const struct pe *pe)
{
	size_t i = (size_t)(pe->command - commands);

	seen.of[i].cases++;
	seen.of[i].waits += pe->waited;
	seen.of[i].succeeded += pe->succeeded;
}

static void end_case(void)
{
	finish();
	seen.cases++;
	seen.waits += pes[0].waited || pes[1].waited || pes[2].waited;
	for (unsigned int i = 0; i < PES; i++) {
		if (pes[i].command != NULL)
			count(&pes[i]);
	}
	check_end();
}

/* The points that the command comes to by itself. */
static unsigned int run_alone(const struct command *first)
{
	snprintf(what, WHAT_SIZE, "%s", first->name);
	begin_case(first, NEVER);
	finish();
	seen.of[first - commands].alone += pes[0].succeeded;
	check_end();
	return pes[0].points;
}

static void run_pair(const struct command *first, unsigned int point, const struct command *second)
{
	snprintf(what, WHAT_SIZE, "%s %u %s", first->name, point, second->name);
	begin_case(first, point);
	resume(&pes[0]);
	start(1, second, NEVER);
	end_case();
}

/* The third begins at a later point of the first, or where that must wait for the second. */
static void run_three(const struct command *first, unsigned int point, const struct command *second,
		      unsigned int later, const struct command *third)
{
	snprintf(what, WHAT_SIZE, "%s %u %s %u %s", first->name, point, second->name, later, third->name);
	begin_case(first, point);
	resume(&pes[0]);
	start(1, second, NEVER);
	resume(&pes[1]);
	pes[0].stop = later;
	if (pes[0].state != PE_FREE)
		resume(&pes[0]);
	start(2, third, NEVER);
	end_case();
}

/* --- Runs ------------------------------------------------------------------------------------------------------ */

static const char *arg[6]; /* what is wanted, by position; NULL: whatever it is */
static bool all, all_pairs;

static bool is_wanted(unsigned int position, const char *name)
{
	return arg[position] == NULL || strcmp(arg[position], name) == 0;
}

static bool is_wanted_point(unsigned int position, unsigned int point)
{
	return arg[position] == NULL || strtoul(arg[position], NULL, 10) == point;
}

/* Whether this case is in the slice; what is asked for by name is. */
static bool is_next(unsigned int slice)
{
	static unsigned long number;

	/* Of what the number mixes to, so that no command is always the one that is left out. */
	return all || arg[0] != NULL || (++number * UINT64_C(0x9fb21c651e98df25) >> 32) % slice == 0;
}

static bool is_against(const struct command *second, const struct command *first)
{
	return second->against != NULL && strcmp(second->against, first->name) == 0;
}

static bool is_next_pair(const struct command *first, const struct command *second)
{
	if (all_pairs || is_against(second, first))
		return true;
	if (first->against != NULL || !(second->kind & (KIND_ENDS | KIND_TAKES)))
		return is_next(PAIRS_SLICE);
	return (first->kind & KIND_REACHES) || is_next(TAKING_SLICE);
}

static void pairs_of(const struct command *first)
{
	unsigned int points = run_alone(first);

	for (unsigned int point = 0; point < points && point < POINTS_MAX; point++) {
		for (unsigned int i = 0; i < num_commands; i++) {
			if (is_wanted_point(2, point) && is_wanted(3, commands[i].name) &&
			    is_next_pair(first, &commands[i]))
				run_pair(first, point, &commands[i]);
		}
	}
}

static void threes_at(const struct command *first, unsigned int points, unsigned int point,
		      const struct command *second)
{
	for (unsigned int later = point; later < points && later < point + THREES_POINTS; later++) {
		for (unsigned int i = 0; i < num_commands; i++) {
			if ((commands[i].kind & KIND_ENDS) && is_wanted_point(4, later) &&
			    is_wanted(5, commands[i].name) && is_next(THREES_SLICE))
				run_three(first, point, second, later, &commands[i]);
		}
	}
}

static void threes_of(const struct command *first)
{
	unsigned int points = run_alone(first);

	for (unsigned int point = 0; point < points && point < POINTS_MAX; point++) {
		for (unsigned int i = 0; i < num_commands; i++) {
			if ((commands[i].kind & KIND_ENDS) && is_wanted_point(2, point) &&
			    is_wanted(3, commands[i].name))
				threes_at(first, points, point, &commands[i]);
		}
	}
}

static void make_scene(const struct scene_kind *kind)
{
	registry_reset();
	kind->make();
	sim_save();
	registry_save();
	memset(states, 0, sizeof(states));
	num_states = 0;
	schedule_init();
}

static void test_scene(void **state)
{
	const struct scene_kind *kind = *state;
	struct tally before = seen;

	make_scene(kind);
	for (unsigned int i = 0; i < num_commands; i++) {
		if (!is_wanted(1, commands[i].name) || (commands[i].kind & KIND_SECOND))
			continue;
		if (arg[4] == NULL)
			pairs_of(&commands[i]);
		if ((commands[i].kind & KIND_CSM) && (arg[0] == NULL || arg[4] != NULL))
			threes_of(&commands[i]);
	}
	what[0] = 0;
	print_message("%s: %lu cases, %lu waits, %lu different ends\n", kind->name, seen.cases - before.cases,
		      seen.waits - before.waits, seen.ends - before.ends);
}

/*
 * A command that nowhere succeeds by itself, or after that which it is against, tests nothing; nor does a hook that makes
 * nobody wait.
 */
static void test_tally(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < num_commands; i++)
		print_message("%-24s alone %3lu, of %lu cases: %lu waits, %lu successes\n", commands[i].name,
			      seen.of[i].alone, seen.of[i].cases, seen.of[i].waits, seen.of[i].succeeded);
	for (unsigned int i = 0; i < num_commands; i++) {
		if (seen.of[i].alone == 0 && (commands[i].against == NULL || seen.of[i].succeeded == 0))
			fail_msg("%s never succeeds", commands[i].name);
	}
	assert_true(seen.waits > 0);
}

/* --- In parallel ------------------------------------------------------------------------------------------------ */

static int run_scene(const struct scene_kind *kind)
{
	const struct CMUnitTest test = { kind->name, test_scene, NULL, NULL, (void *)(uintptr_t)kind };

	return _cmocka_run_group_tests(kind->name, &test, 1, NULL, NULL);
}

static void add_tally(const struct tally *t)
{
	seen.cases += t->cases;
	seen.waits += t->waits;
	seen.ends += t->ends;
	for (unsigned int i = 0; i < num_commands; i++) {
		seen.of[i].alone += t->of[i].alone;
		seen.of[i].cases += t->of[i].cases;
		seen.of[i].waits += t->of[i].waits;
		seen.of[i].succeeded += t->of[i].succeeded;
	}
}

/* Each scene in a process of its own, so that one that fails leaves the others alone. */
static pid_t fork_scene(unsigned int i, struct tally *tally)
{
	pid_t pid = fork();

	if (pid == 0) {
		int failures;

		what = tally->what;
		failures = run_scene(&scene_kinds[i]);
		memcpy(&tally->cases, &seen.cases, sizeof(seen) - offsetof(struct tally, cases));
		exit(failures != 0);
	}
	return pid;
}

/* As many at a time as there are processors. */
static int run_scenes(struct tally *tally)
{
	long room = sysconf(_SC_NPROCESSORS_ONLN);
	int failures = 0, status;

	/* The last take longest. */
	for (unsigned int i = num_scene_kinds; i-- > 0;) {
		if (!is_wanted(0, scene_kinds[i].name))
			continue;
		if (room-- <= 0 && wait(&status) > 0)
			failures += status != 0;
		if (fork_scene(i, &tally[i]) < 0)
			failures++;
	}
	while (wait(&status) > 0)
		failures += status != 0;
	for (unsigned int i = 0; i < num_scene_kinds; i++) {
		if (tally[i].what[0] != 0)
			print_message("that was: test_between %s %s\n", scene_kinds[i].name, tally[i].what);
		add_tally(&tally[i]);
	}
	return failures;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_tally) };
	struct tally *tally = mmap(NULL, num_scene_kinds * sizeof(*tally), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int failures;

	all = argc == 2 && strcmp(argv[1], "all") == 0;
	all_pairs = argc == 2 && strcmp(argv[1], "pairs") == 0;
	for (int i = 1; i < argc && i <= 6 && !all && !all_pairs; i++)
		arg[i - 1] = argv[i];
	if (tally == MAP_FAILED || num_commands > COMMANDS_MAX)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	commands_init();
	failures = run_scenes(tally);
	if (arg[0] == NULL)
		failures += cmocka_run_group_tests(tests, NULL, NULL);
	print_message("%lu cases, %lu waits, %lu different ends\n", seen.cases, seen.waits, seen.ends);
	return failures != 0;
}
