/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one realm that a command is about, for proofs of those that lock no other: its RD, and the root of its table. What they
 * hold is the harness's (port_mem()).
 */
#ifndef ONE_RD_H
#define ONE_RD_H

#include "prove.h"

#include "model/granule.h"

static struct granule rd, root;
static bool is_locked; /* the RD */

bool granule_lock(struct granule *g, enum granule_state state)
{
	CLAIM(g == &rd && state == GRANULE_RD && !is_locked);
	is_locked = true;
	return true;
}

void granule_unlock(struct granule *g)
{
	CLAIM(g == &rd && is_locked);
	is_locked = false;
}

struct pa granule_pa(const struct granule *g)
{
	return pa(g == &rd ? GRANULE_SIZE : 2 * GRANULE_SIZE);
}

#endif
