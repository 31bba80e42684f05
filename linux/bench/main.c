/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * csm-bench offer RID [brief | portable]     the provider; prints "N n"
 * csm-bench take RID N [brief | portable]    the consumer
 * csm-bench attach RID N SIZE [dax]   attaching, and no more
 *
 * At the end: "TICKS name ticks count" for each row, and "FREQUENCY hz".
 */
#include "bench.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROWS_MAX 128
#define ASLEEP_US 20000

static struct {
	char name[64];
	uint64_t ticks, count;
} rows[ROWS_MAX];
static unsigned int row_count;

void broken(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("csm-bench: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	exit(1);
}

uint64_t ticks(void)
{
	uint64_t value;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value)::"memory");
	return value;
}

void row(const char *name, uint64_t bytes, uint64_t ticks_taken, uint64_t count)
{
	if (row_count == ROWS_MAX)
		broken("too many rows");
	if (bytes != 0)
		snprintf(rows[row_count].name, sizeof(rows[0].name), "%s_%llu_bytes", name,
			 (unsigned long long)bytes);
	else
		snprintf(rows[row_count].name, sizeof(rows[0].name), "%s", name);
	rows[row_count].ticks = ticks_taken;
	rows[row_count++].count = count;
}

static void print_rows(void)
{
	uint64_t frequency;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
	for (unsigned int i = 0; i < row_count; i++)
		printf("TICKS %s %llu %llu\n", rows[i].name, (unsigned long long)rows[i].ticks,
		       (unsigned long long)rows[i].count);
	printf("FREQUENCY %llu\n", (unsigned long long)frequency);
}

void pass(const struct side *s)
{
	need(csm_notify(&s->o, &s->peer, s->n), "notify");
}

void take_turn(const struct side *s)
{
	struct caec_csm_event event = { 0 };

	while ((event.events & CAEC_CSM_EVENT_RUNG) == 0)
		need(csm_wait(&s->o, 60000, &event), "the other side");
	usleep(ASLEEP_US);
}

static uint8_t *map_visible(void)
{
	int fd = open("/dev/csm-bench-visible", O_RDWR);
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		broken("no memory that the host sees");
	return p;
}

static void offer(struct side *s)
{
	s->provides = true;
	need(csm_create(s->csm, SHARED, 0, &s->o), "create");
	need(csm_map(&s->o), "map");
	need(csm_share(&s->o, &s->peer, CAEC_CSM_RW, NULL, &s->n), "share");
	printf("N %llu\n", (unsigned long long)s->n);
	fflush(stdout);
	take_turn(s);
}

static void take(struct side *s, const char *n)
{
	s->n = strtoull(n, NULL, 10);
	need(csm_attach(s->csm, &s->peer, s->n, SHARED, 0, &s->o), "attach");
	need(csm_map(&s->o), "map");
	pass(s);
}

/* With page structures, as for a disk, if `dax`. */
static void attach(struct side *s, const char *n, const char *size, bool dax)
{
	uint64_t start = ticks();

	need(csm_attach(s->csm, &s->peer, strtoull(n, NULL, 10), strtoull(size, NULL, 10),
			dax ? CAEC_CSM_DAX : 0, &s->o),
	     "attach");
	row(dax ? "attach_dax" : "attach", 0, ticks() - start, 1);
	print_rows();
}

/* OpenSSL looks for the CPU's instructions when it is loaded, unless it is told before that there are none. */
static void without_instructions(char **argv)
{
	if (getenv("OPENSSL_armcap") != NULL)
		return;
	setenv("OPENSSL_armcap", "0", 1);
	execv("/proc/self/exe", argv);
	broken("it can't run itself again");
}

static void bench(struct side *s, bool portable)
{
	if (portable) {
		bench_portable(s);
	} else {
		bench_messages(s);
		if (!s->brief)
			bench_objects(s);
		bench_asleep(s);
	}
	print_rows();
}

int main(int argc, char **argv)
{
	struct side s = { .csm = csm_open() };
	bool takes = argc > 1 && strcmp(argv[1], "take") == 0;
	int words = takes ? 4 : 3; /* that have to be there */
	const char *how = argc > words ? argv[words] : "";
	bool portable = strcmp(how, "portable") == 0;

	need(s.csm, "/dev/csm");
	if (argc < 3 || !csm_rid_parse(argv[2], &s.peer))
		broken("which peer?");
	if (strcmp(argv[1], "attach") == 0 && (argc == 5 || (argc == 6 && strcmp(argv[5], "dax") == 0))) {
		attach(&s, argv[3], argv[4], argc == 6);
		return 0;
	}
	s.brief = strcmp(how, "brief") == 0;
	if ((!takes && strcmp(argv[1], "offer") != 0) || argc < words || argc > words + (portable || s.brief))
		broken("offer RID [HOW], take RID N [HOW] (brief, portable), or attach RID N SIZE [dax]");
	if (portable)
		without_instructions(argv);
	s.visible = map_visible();
	if (takes)
		take(&s, argv[3]);
	else
		offer(&s);
	bench(&s, portable);
	return 0;
}
