/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PEs as coroutines (schedule.h).
 */
#include "between/schedule.h"

#include <ucontext.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#else
#define __sanitizer_start_switch_fiber(fake, bottom, size) ((void)(fake), (void)(bottom), (void)(size))
#define __sanitizer_finish_switch_fiber(fake, bottom, size) ((void)(fake), (void)(bottom), (void)(size))
#endif

#define STACK_SIZE (256U * 1024)

struct pe pes[PES];

/* Where a PE, or the test (the last one), is left. */
static struct {
	ucontext_t context;
	void *fake;
	const void *bottom;
	size_t size;
} place[PES + 1];
#define TEST PES

static unsigned int at = TEST;

struct pe *running(void)
{
	return at == TEST ? NULL : &pes[at];
}

/* Returns when somebody goes to where this leaves. */
static void go(unsigned int to)
{
	unsigned int from = at;
	const void *bottom;
	size_t size;

	__sanitizer_start_switch_fiber(&place[from].fake, place[to].bottom, place[to].size);
	at = to;
	swapcontext(&place[from].context, &place[to].context);
	at = from;
	__sanitizer_finish_switch_fiber(place[from].fake, &bottom, &size);
}

static void leave(enum pe_state state)
{
	running()->state = state;
	go(TEST);
}

static void run_commands(void)
{
	/* The first time: where the test's stack is. */
	__sanitizer_finish_switch_fiber(NULL, &place[TEST].bottom, &place[TEST].size);
	for (;;) {
		struct pe *pe = running();

		pe->succeeded = pe->command->run(pe);
		leave(PE_FREE);
	}
}

static bool somebody_waits(void)
{
	for (unsigned int i = 0; i < PES; i++) {
		if (pes[i].state == PE_WAITS)
			return true;
	}
	return false;
}

static void point(void)
{
	struct pe *pe = running();

	if (pe == NULL)
		return;
	if (pe->points++ == pe->stop || somebody_waits())
		leave(PE_AT_POINT);
}

static void wait(void)
{
	if (running() == NULL)
		fail_msg("a lock is held, and no PE is at work");
	running()->waited = true;
	leave(PE_WAITS);
}

static ucontext_t fresh;

static void make_place(unsigned int i)
{
	static _Alignas(64) char stacks[PES][STACK_SIZE];

	place[i].context = fresh;
	place[i].bottom = stacks[i];
	place[i].size = STACK_SIZE;
	place[i].context.uc_stack.ss_sp = stacks[i];
	place[i].context.uc_stack.ss_size = STACK_SIZE;
	makecontext(&place[i].context, run_commands, 0);
}

void schedule_init(void)
{
	getcontext(&fresh);
	for (unsigned int i = 0; i < PES; i++)
		make_place(i);
	sim_at_points(point, wait);
}

void start(unsigned int index, const struct command *command, unsigned int stop)
{
	pes[index] = (struct pe){
		.index = index, .sim.number = index, .command = command, .stop = stop, .state = PE_AT_POINT
	};
}

void resume(struct pe *pe)
{
	pe->state = PE_AT_POINT;
	sim_run_as(&pe->sim);
	go(pe->index);
	sim_run_as(NULL);
}

/* One of them goes on, the last first. False: each waits for another, or all are done. */
static bool one_goes_on(void)
{
	for (unsigned int i = PES; i-- > 0;) {
		if (pes[i].state == PE_FREE)
			continue;
		resume(&pes[i]);
		if (pes[i].state != PE_WAITS)
			return true;
	}
	return false;
}

void finish(void)
{
	while (one_goes_on())
		;
	for (unsigned int i = 0; i < PES; i++) {
		if (pes[i].state != PE_FREE)
			fail_msg("%s waits in a circle", pes[i].command->name);
	}
}
