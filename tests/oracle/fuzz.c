/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `./caec fuzz`: the monitor against the executable specification, from a seed, until something differs.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "oracle/session.h"

#define LENGTH 4000U

static const char usage[] =
	"usage: caec fuzz [--seed N] [--steps N] [--length N] [--tally] [--script FILE]\n"
	"       caec fuzz --replay FILE\n"
	"Random commands of a host and of several realms, on the monitor and on the model of its "
	"specification at once\n"
	"(docs/oracle.md), until they differ. Then the run is shrunk, and printed as a script.\n"
	"  --seed N       where to begin; printed if none is given\n"
	"  --steps N      ends after so many steps (0: never)\n"
	"  --length N     steps of one run (4000), from a fresh machine until everything is taken apart\n"
	"  --tally        says at the end how often each command was called, and succeeded\n"
	"  --script FILE  where the shrunk run is written (build/fuzz.script)\n"
	"  --replay FILE  runs such a script\n"
	"Exit status: 0 nothing differed, 1 something did, or could not be done.\n";

struct options {
	uint64_t seed, steps, length;
	const char *script, *replay;
	bool tally;
};

static _Noreturn void bad_usage(const char *what, const char *value)
{
	fprintf(stderr, "fuzz: %s%s\n%s", what, value, usage);
	exit(1);
}

static uint64_t number(const char *option, const char *text)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno != 0 || *text == 0 || *text == '-' || *end != 0) {
		fprintf(stderr, "fuzz: --%s wants a number, not \"%s\"\n", option, text);
		exit(1);
	}
	return value;
}

static struct options parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "seed", required_argument, NULL, 's' },   { "steps", required_argument, NULL, 'n' },
		{ "length", required_argument, NULL, 'l' }, { "tally", no_argument, NULL, 't' },
		{ "script", required_argument, NULL, 'o' }, { "replay", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 }
	};
	struct options o = { .seed = (uint64_t)time(NULL), .length = LENGTH, .script = "build/fuzz.script" };

	for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
		switch (c) {
		case 's':
			o.seed = number("seed", optarg);
			break;
		case 'n':
			o.steps = number("steps", optarg);
			break;
		case 'l':
			o.length = number("length", optarg);
			break;
		case 't':
			o.tally = true;
			break;
		case 'o':
			o.script = optarg;
			break;
		case 'r':
			o.replay = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			bad_usage("not understood", "");
		}
	}
	if (optind != argc)
		bad_usage("not understood: ", argv[optind]);
	if (o.length == 0 || o.length > SESSION_STEPS / 2)
		bad_usage("--length is from 1 to 32768", "");
	return o;
}

/* --- Replay ------------------------------------------------------------------------------------------------------------- */

static struct step script[SESSION_STEPS];

static size_t read_script(const char *name)
{
	FILE *in = fopen(name, "r");
	unsigned int line = 0;
	size_t num = 0;
	char text[1024];

	if (in == NULL) {
		fprintf(stderr, "fuzz: %s: %s\n", name, strerror(errno));
		exit(1);
	}
	while (fgets(text, sizeof(text), in) != NULL) {
		line++;
		if (text[0] == '#' || text[0] == '\n')
			continue;
		if (num == SESSION_STEPS || !step_parse(text, &script[num++])) {
			fprintf(stderr, "fuzz: %s:%u: not understood: %s", name, line, text);
			exit(1);
		}
	}
	fclose(in);
	return num;
}

static int replay(struct session *s, const char *name)
{
	size_t num = read_script(name);
	bool agree = session_replay(s, script, num);

	if (agree)
		printf("fuzz: %zu steps, nothing differs\n", num);
	else
		printf("%sfuzz: differs in step %zu of %zu\n", s->message, s->num, num);
	return !agree;
}

/* --- What differs -------------------------------------------------------------------------------------------------------- */

static void say_left(size_t left)
{
	fprintf(stderr, "\rfuzz: shrinking: %zu steps left   ", left);
}

static void write_script(const char *name, const struct step *step, size_t num)
{
	FILE *out = fopen(name, "w");

	if (out == NULL) {
		fprintf(stderr, "fuzz: %s: %s\n", name, strerror(errno));
		exit(1);
	}
	for (size_t i = 0; i < num; i++)
		step_print(out, &step[i]);
	fclose(out);
}

static void report(struct session *s, const struct options *o, uint64_t seed)
{
	size_t num = s->num;

	printf("%sfuzz: seed %" PRIu64 " differs in step %zu\n", s->message, seed, num);
	memcpy(script, s->step, num * sizeof(script[0]));
	if (session_replay(s, script, num)) {
		printf("fuzz: it does not when replayed without its end; the last steps were:\n");
		for (size_t i = num > 8 ? num - 8 : 0; i < num; i++)
			step_print(stdout, &script[i]);
		return;
	}
	num = shrink(s, script, num, say_left);
	fputc('\n', stderr);
	printf("# seed %" PRIu64 ", %zu steps\n", seed, num);
	for (size_t i = 0; i < num; i++)
		step_print(stdout, &script[i]);
	printf("%sfuzz: caec fuzz --replay %s\n", s->message, o->script);
	write_script(o->script, script, num);
}

/* --- Runs ----------------------------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void progress(uint64_t runs, uint64_t steps, const struct timespec *start)
{
	struct timespec now;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
	fprintf(stderr, "\rfuzz: %" PRIu64 " runs, %" PRIu64 " steps, %.0f a second   ", runs, steps,
		(double)steps / seconds);
}

static int fuzz(struct session *s, const struct options *o)
{
	struct session *sum = session_new();
	struct timespec start;
	uint64_t runs = 0, steps = 0;
	bool agree = true;

	signal(SIGINT, stop);
	printf("fuzz: from seed %" PRIu64 "\n", o->seed);
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (agree && !stopped && (o->steps == 0 || steps < o->steps)) {
		agree = session_generate(s, o->seed + runs, o->length);
		runs++;
		steps += s->num;
		add_tally(sum, s);
		progress(runs, steps, &start);
	}
	fputc('\n', stderr);
	if (o->tally)
		print_tally(stdout, sum);
	if (stopped)
		agree = true; /* the run was ended with us */
	if (!agree)
		report(s, o, o->seed + runs - 1);
	else
		printf("fuzz: %" PRIu64 " runs, %" PRIu64 " steps, nothing differs\n", runs, steps);
	return !agree;
}

int main(int argc, char **argv)
{
	struct options o = parse(argc, argv);
	struct session *s = session_new();

	return o.replay != NULL ? replay(s, o.replay) : fuzz(s, &o);
}
