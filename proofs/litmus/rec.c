/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A REC that runs belongs to its PE, without a lock: it is taken under the lock, by a reference, and given back by its end
 * (call/rmi_rec_enter.c). Here it is one word that stands for its registers.
 */
#include "memory.h"

#include "call/rmi_rec.c"
#include "call/rmi_rec_enter.c"

#define REC (&storage[0])
#define RD (&storage[1])
#define REGISTERS (memory[0][GRANULE_SIZE / 8 - 1])

bool port_ns_read(void *to, struct pa ns, size_t size)
{
	(void)to;
	(void)ns;
	(void)size;
	return true;
}

bool run_gic_is_valid(const struct rmi_rec_enter *enter)
{
	(void)enter;
	return true;
}

/* A REC of a realm that is active, ready to run. */
static void start_rec(void)
{
	struct rec *rec;

	start_granules();
	make(0, GRANULE_REC, 0);
	make(1, GRANULE_RD, 0);
	rec = rec_of(REC);
	rec->rd = RD;
	rec->realm = realm_of(RD);
	rec->runnable = true;
	realm_of(RD)->state = REALM_ACTIVE;
	realm_of(RD)->num_recs = 1;
}

/* 0: not entered. Else what the registers were, plus 1. */
static uint64_t enter_as(uint64_t self)
{
	static struct rmi_rec_enter enter; /* nobody writes it */
	uint64_t before;

	if (!granule_lock(REC, GRANULE_REC) || begin(REC, rec_of(REC), &enter, pa(0)) != RMI_SUCCESS)
		return 0;
	before = LOAD(REGISTERS);
	STORE(REGISTERS, self);
	granule_put(REC, 1); /* as at the end of RMI_REC_ENTER */
	return 1 + before;
}

/* --- From one PE to another ----------------------------------------------------------------------------------------- */

START(rec_entered)
{
	start_rec();
}

PE(rec_entered, 0)
{
	return enter_as(1);
}

PE(rec_entered, 1)
{
	return enter_as(2);
}

/* Both at once, or the second without what the first left. */
FORBIDDEN(rec_entered)
{
	return p0 != 0 && p1 != 0 && !(p0 == 1 && p1 == 2 && REGISTERS == 2) &&
	       !(p1 == 1 && p0 == 3 && REGISTERS == 1);
}

SEEN(rec_entered)
{
	return p0 == 1 && p1 == 2;
}

/* --- One that is destroyed does not run --------------------------------------------------------------------------------- */

START(rec_destroyed)
{
	start_rec();
	REGISTERS = 7;
}

PE(rec_destroyed, 0)
{
	return enter_as(5);
}

PE(rec_destroyed, 1)
{
	if (!granule_lock(REC, GRANULE_REC))
		return 2;
	return rec_destroy_locked(RD, REC) != RMI_SUCCESS;
}

/* (The wipe is REGISTERS' too: the last word of the granule.) */
FORBIDDEN(rec_destroyed)
{
	return p1 == 0 && REGISTERS != 0;
}

SEEN(rec_destroyed)
{
	return p0 == 8 && p1 == 0;
}
