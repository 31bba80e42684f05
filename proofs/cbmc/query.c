/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_CSM_ENTRY_READ, RSI_CSM_QUERY and RSI_CSM_REALM_ID (csm/query.c): two runs on tables that differ in all that the one who
 * asks is not told. Host or realm see no difference; what a realm is told is what docs/csm.md says.
 */
#include "one_rd.h"

#include "csm/query.c"

#define SLOTS 3

struct apt {
	struct apt_entry *entry[SLOTS];
};

static struct apt_entry a0, a1, a2, b0, b1, b2;
static struct apt tables[2] = { { { &a0, &a1, &a2 } }, { { &b0, &b1, &b2 } } };
static struct realm realms[2];
static unsigned int run;
static bool is_rd;

struct granule *granule_find_lock(struct pa addr, enum granule_state expected)
{
	CLAIM(!is_locked && expected == GRANULE_RD);
	is_locked = addr.v == GRANULE_SIZE && is_rd;
	return is_locked ? &rd : NULL;
}

void *port_mem(struct pa where)
{
	CLAIM(is_locked || where.v == GRANULE_SIZE); /* where an RD is may be worked out before */
	return where.v == GRANULE_SIZE ? (void *)(run == 0 ? &realms[0] : &realms[1])
				       : (void *)(run == 0 ? &tables[0] : &tables[1]);
}

uint32_t apt_num_slots(const struct apt *apt)
{
	(void)apt;
	return SLOTS;
}

struct apt_entry *apt_entry(struct apt *apt, uint32_t index)
{
	CLAIM(index < SLOTS);
	return index == 0 ? apt->entry[0] : index == 1 ? apt->entry[1] : apt->entry[2];
}

/* What nobody is told: how far a command is; of a share, where the consumer has it, how much of it, and who that is. */
static void any_inside(struct apt_entry *e)
{
	e->index = any_u32();
	e->phase = any_u8();
	e->cursor = any_u64();
	e->pending.is_listed = any_u32();
	if (e->kind == APT_SHARE) {
		e->base = any_u64();
		e->size = any_u64();
		e->as_share.mapped = any_u64();
		e->as_share.rim = any_u32();
		e->as_share.consumer = any_u32();
	}
}

/* What the realm is told, and the host is not. */
static void any_secrets(struct apt_entry *e)
{
	any_inside(e);
	e->peer = any_rid();
	e->n = any_u64();
	e->permission = any_u8();
	if (e->kind == APT_REGION)
		e->as_region.id = any_u64();
	else if (e->kind == APT_CONSUMER)
		e->as_consumer.flags = (uint16_t)any_u32();
}

/* What whoever asks may know is the same in both. */
static void any_entry(struct apt_entry *a, struct apt_entry *b, void (*hide)(struct apt_entry *e))
{
	*a = (struct apt_entry){ .kind = (uint8_t)any_from_to(APT_FREE, APT_RIM),
				 .state = any_u8(),
				 .base = any_u64(),
				 .size = any_u64() };
	any_secrets(a);
	if (a->kind == APT_SHARE)
		a->as_share.region = (uint32_t)any_from_to(0, SLOTS - 1);
	*b = *a;
	hide(b);
}

static bool is_region(uint32_t index)
{
	return apt_entry(&tables[0], index)->kind == APT_REGION;
}

static bool shares_have_regions(void)
{
	return (a0.kind != APT_SHARE || is_region(a0.as_share.region)) &&
	       (a1.kind != APT_SHARE || is_region(a1.as_share.region)) &&
	       (a2.kind != APT_SHARE || is_region(a2.as_share.region));
}

static void any_tables(void (*hide)(struct apt_entry *e))
{
	any_entry(&a0, &b0, hide);
	any_entry(&a1, &b1, hide);
	any_entry(&a2, &b2, hide);
	ASSUME(shares_have_regions());
	realms[0].apt = realms[1].apt = any_bool() ? &root : NULL;
	realms[0].rid = realms[1].rid = any_rid();
	realms[0].doorbell = any_u32();
	realms[1].doorbell = any_u32();
}

void prove_entry_read(void)
{
	struct csm_host_entry seen[2] = { { 0 }, { 0 } };
	uint64_t index = any_u64(), addr = any_u64(), result[2];

	is_rd = any_bool();
	any_tables(any_secrets);
	result[0] = csm_entry_read(pa(addr), index, &seen[0]);
	run = 1;
	result[1] = csm_entry_read(pa(addr), index, &seen[1]);
	CLAIM(!is_locked && result[0] == result[1]);
	CLAIM(seen[0].role_and_state == seen[1].role_and_state && seen[0].next == seen[1].next);
	CLAIM(seen[0].base == seen[1].base && seen[0].size == seen[1].size);
	CLAIM(index < SLOTS || result[0] != RMI_SUCCESS);
	CLAIM(result[0] == RMI_SUCCESS || seen[0].role_and_state == 0);
	REACHES(result[0] == RMI_ERROR_REALM);
	REACHES(result[0] == RMI_ERROR_INPUT && is_rd);
	REACHES(seen[0].role_and_state == CSM_INDEX_NONE);
	REACHES(result[0] == RMI_SUCCESS && (seen[0].role_and_state & 0xff) == CSM_ROLE_SHARE);
}

/* --- Of the realm itself --- */

static struct csm_answer answers[2];

/* The same command in both runs. */
static void ask_both(csm_command *command, const struct csm_args *args)
{
	struct csm_call call = { .rd = &rd, .args = args, .asked = any_u8(), .rejected = any_bool() };

	for (run = 0; run < 2; run++)
		command(&call, run == 0 ? &answers[0] : &answers[1]);
	CLAIM(!is_locked && answers[0].outcome == CSM_DONE && answers[1].outcome == CSM_DONE);
	CLAIM(answers[0].status == answers[1].status && answers[0].num_values == answers[1].num_values);
	for (unsigned int i = 0; i < 10; i++)
		CLAIM(i >= answers[0].num_values || answers[0].value[i] == answers[1].value[i]);
}

static bool is_reported(uint64_t index)
{
	const struct apt_entry *e = apt_entry(&tables[0], (uint32_t)index);

	return e->kind >= APT_REGION && e->kind <= APT_CONSUMER;
}

/* docs/csm.md: the first entry from `index` on among CSM_STEP slots, with the addresses of its region if it is a share. */
static void is_first_from(uint64_t index, const uint64_t *value)
{
	uint64_t end = min_u64(SLOTS, index + CSM_STEP), at = index;
	const struct apt_entry *e, *range;

	while (at < end && !is_reported(at))
		at++;
	if (at == end) {
		CLAIM(value[0] == CSM_INDEX_NONE && value[9] == (end == SLOTS ? CSM_INDEX_NONE : end));
		for (unsigned int i = 1; i < 9; i++)
			CLAIM(value[i] == 0);
		return;
	}
	e = apt_entry(&tables[0], (uint32_t)at);
	range = e->kind == APT_SHARE ? apt_entry(&tables[0], e->as_share.region) : e;
	CLAIM(value[0] == (uint64_t)(e->kind - APT_REGION) && value[1] == e->state);
	CLAIM(value[2] == e->peer.lo && value[3] == e->peer.hi && value[4] == e->n);
	CLAIM(value[5] == (e->kind == APT_CONSUMER ? 0 : range->as_region.id));
	CLAIM(value[6] == range->base && value[7] == range->size && value[8] == e->permission);
	CLAIM(value[9] == (at + 1 == SLOTS ? CSM_INDEX_NONE : at + 1));
	REACHES(e->kind == APT_SHARE && at > index);
}

void prove_query(void)
{
	const struct csm_args args = { .index = any_u64() };
	const struct csm_answer *a = &answers[0];

	any_tables(any_inside);
	ask_both(csm_query, &args);
	if (a->status == RSI_SUCCESS) {
		CLAIM(a->num_values == 10 && realms[0].apt != NULL && args.index < SLOTS);
		is_first_from(args.index, a->value);
	} else {
		CLAIM(a->num_values == 0);
		CLAIM(a->status == (realms[0].apt == NULL ? (uint64_t)SMCCC_NOT_SUPPORTED : RSI_ERROR_INPUT));
		CLAIM(realms[0].apt == NULL || args.index >= SLOTS);
	}
	REACHES(a->status == (uint64_t)SMCCC_NOT_SUPPORTED);
	REACHES(a->status == RSI_ERROR_INPUT);
	REACHES(a->status == RSI_SUCCESS && a->value[0] == CSM_INDEX_NONE);
}

void prove_realm_id(void)
{
	const struct csm_args args = { 0 };
	const struct csm_answer *a = &answers[0];

	any_tables(any_secrets);
	ask_both(csm_realm_id, &args);
	if (realms[0].apt == NULL)
		CLAIM(a->status == (uint64_t)SMCCC_NOT_SUPPORTED && a->num_values == 0);
	else
		CLAIM(a->status == RSI_SUCCESS && a->num_values == 2 && a->value[0] == realms[0].rid.lo &&
		      a->value[1] == realms[0].rid.hi);
	REACHES(a->status == (uint64_t)SMCCC_NOT_SUPPORTED);
	REACHES(a->status == RSI_SUCCESS);
}
