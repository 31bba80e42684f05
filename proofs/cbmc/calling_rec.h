/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A REC that calls the monitor, in any state; its realm is alive, and its RD is the machine's one granule. What it finds in its
 * registers is compared with what it had.
 */
#ifndef CALLING_REC_H
#define CALLING_REC_H

#include "host_machine.h"

#include "call/rsi.h"

static struct rec the_rec, rec_before;
static struct rmi_rec_exit record; /* zero, where an exit of its kind need not fill it */

static void others(void)
{
}

static void becomes(unsigned int i, enum granule_state state)
{
	CLAIM(i == GRANULES && state == GRANULE_DELEGATED); /* none does */
}

static unsigned int some_byte; /* of 64; and */
static unsigned int x;         /* some register: any, so each */

static void any_caller(void)
{
	any_realm();
	machine[rd].state = GRANULE_RD;
	ASSUME(the_realm.s2.ipa_bits >= 32 && the_realm.s2.ipa_bits <= 48);
	for (unsigned int i = 0; i < 31; i++)
		the_rec.gprs[i] = any_u64();
	the_rec.pc = any_u64();
	the_rec.pstate = any_u64();
	the_rec.mpidr = any_u64();
	the_rec.rd = &storage[rd];
	the_rec.realm = &the_realm;
	the_rec.runnable = true;
	rec_before = the_rec;
	some_byte = (unsigned int)any_from_to(0, 63);
	x = (unsigned int)any_from_to(0, 30);
}

/* Registers `from` to `to` have not changed. */
static bool is_same(unsigned int from, unsigned int to)
{
	return x < from || x > to || the_rec.gprs[x] == rec_before.gprs[x];
}

static bool is_skipped(void)
{
	return the_rec.pc == rec_before.pc + 4;
}

/* --- The buffer of a call (`realm-memory`) --- */

static enum realm_memory found;
static bool has_tables;
static void *buffer;
static uint64_t buffer_size; /* and its alignment */

/* What it finds is up to host and realm. The realm's tables are locked while it is looked at. */
enum realm_memory realm_memory_get(struct rec *rec, struct ipa addr, void **mem, struct rmi_rec_exit *exit)
{
	CLAIM(rec == &the_rec && exit == &record && !has_tables);
	CLAIM(is_aligned(addr.v, buffer_size) && addr.v < s2_size(&the_realm.s2) / 2);
	found = (enum realm_memory)any_from_to(REALM_MEMORY_OK, REALM_MEMORY_FAULT);
	has_tables = found == REALM_MEMORY_OK;
	*mem = buffer;
	return found;
}

void realm_memory_put(struct rec *rec)
{
	CLAIM(rec == &the_rec && has_tables);
	has_tables = false;
}

/* --- What is claimed of all calls --- */

/* The result, and x1-x3: the outputs, or zero. */
static void claim_result(bool goes_on, uint64_t x0, uint64_t x1)
{
	CLAIM(goes_on && is_skipped() && the_rec.gprs[0] == x0 && !has_tables);
	CLAIM(the_rec.gprs[1] == x1 && the_rec.gprs[2] == 0 && the_rec.gprs[3] == 0 && is_same(4, 30));
}

/* What no call touches. */
static void claim_rest(void)
{
	CLAIM(!machine[rd].is_locked && machine[rd].state == GRANULE_RD && realm_is_unchanged());
	CLAIM(the_rec.rd == &storage[rd] && the_rec.realm == &the_realm && the_rec.mpidr == rec_before.mpidr);
}

#endif
