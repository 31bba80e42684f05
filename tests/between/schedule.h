/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several PEs in one thread: each runs one command on a stack of its own, and another goes on where the test says. A PE
 * comes to a point wherever another could notice what it has done, or do what it will notice (hooks.c); there it can be
 * stopped. One that waits for a lock goes on when the others have come to their next point.
 */
#ifndef BETWEEN_SCHEDULE_H
#define BETWEEN_SCHEDULE_H

#include "world.h"

#define PES 3U
#define POOL 16U

struct pe;

struct command {
	const char *name;
	bool (*run)(struct pe *pe); /* true: it succeeded */
	unsigned int kind;          /* KIND_* */
	const char *against;        /* at every point of this one it is in the slice; NULL: of none as such */
};

enum pe_state {
	PE_FREE, /* it has no command, or has done it */
	PE_AT_POINT,
	PE_WAITS, /* for a lock */
};

struct pe {
	struct sim_pe sim;
	unsigned int index;
	const struct command *command;
	enum pe_state state;
	unsigned int points; /* that it has come to */
	unsigned int stop;   /* it lets others go on when it has come to that many */
	bool waited;
	bool succeeded;
	/* The REC that it runs, and what that does next. */
	uint64_t rec;
	bool armed;
	uint64_t x[18];
	uint64_t result; /* its x0 behind that */
	/* The host's: delegated granules of this PE alone. */
	unsigned int spent;
};

extern struct pe pes[PES];

#define NEVER UINT32_MAX

/* Once. */
void schedule_init(void);

/* A PE begins a command; it stops before its point number `stop` at the latest. */
void start(unsigned int index, const struct command *command, unsigned int stop);
/* It goes on: to its stop, its end, or a lock that it must wait for. */
void resume(struct pe *pe);
/* All go on until all are done, the last one first wherever it can. A circle of waits fails. */
void finish(void);

/* The PE that runs; NULL: none, the test itself does. */
struct pe *running(void);

/* What else than granules is kept of a scene (registry.c). */
void registry_reset(void);
void registry_save(void);
void registry_restore(void);
/* A hash of what is different in the registry; 0: nothing. */
uint64_t registry_changes(void);
/* It knows the realms that there are, each by an RID and a VMID of its own, and no others. */
void registry_check(void);

#endif
