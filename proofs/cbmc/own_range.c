/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A step of RSI_CSM_CREATE and of RSI_CSM_RESERVE (csm/provider.c, consumer.c): how a realm sets a range aside, from any state of
 * what its table has there. What is valid, what overlaps and what a scan finds is any: `range-valid`, `range-overlap` and tests
 * are about them.
 */
#include "one_rd.h"

#include "csm/internal.h"

#include "csm/consumer.c"
#include "csm/provider.c"
#include "csm/steps.c"

struct apt {
	uint32_t room;
};

static struct realm realm;
static struct apt apt;
static bool is_valid, is_unique, is_scanned, is_converted;
static struct apt_entry old, new; /* what overlaps, or has the number; what is made */
static struct apt_entry *there, *by_number, before;
static bool is_made, is_removed, is_new_id;
static enum csm_scan found;
static enum rmi_ripas complete_as; /* what the range becomes */

void *port_mem(struct pa where)
{
	CLAIM(is_locked);
	return where.v == GRANULE_SIZE ? (void *)&realm : (void *)&apt;
}

static struct csm_args args;

bool csm_range_is_valid(const struct realm *r, uint64_t base, uint64_t size)
{
	CLAIM(r == &realm && base == args.base && size == args.size);
	return is_valid;
}

struct apt_entry *csm_find_overlap(struct apt *table, uint64_t base, uint64_t top)
{
	CLAIM(table == &apt && is_valid && base == args.base && top == base + args.size);
	return there;
}

struct apt_entry *apt_find(struct apt *table, struct apt_key key)
{
	CLAIM(table == &apt && key.kind == APT_CONSUMER && key.a == args.peer.lo && key.b == args.peer.hi &&
	      key.n == args.n);
	return by_number;
}

bool apt_has_room(const struct apt *table, uint32_t count)
{
	return table->room >= count;
}

uint64_t apt_new_id(struct apt *table)
{
	CLAIM(table == &apt && !is_new_id);
	is_new_id = true;
	return 77;
}

struct apt_entry *apt_alloc(struct apt *table, enum apt_kind kind)
{
	CLAIM(table->room > 0 && there == NULL && is_valid);
	new = (struct apt_entry){ .kind = (uint8_t)kind, .index = 1 };
	return &new;
}

/* I3, I6: what goes in is what was asked for, valid, and overlaps nothing. */
bool apt_insert(struct apt *table, struct apt_entry *e)
{
	CLAIM(table == &apt && e == &new &&is_valid &&there == NULL &&by_number == NULL);
	CLAIM(e->base == args.base && e->size == args.size && e->state == CSM_STATE_CREATING);
	is_made = is_unique;
	return is_made;
}

void apt_remove(struct apt *table, struct apt_entry *e)
{
	CLAIM(table == &apt && !is_removed && (e == &old || (e == &new &&is_made)) &&
	      e->state == CSM_STATE_CREATING);
	is_removed = true;
}

enum csm_scan csm_scan(const struct s2 *s2, uint64_t base, uint64_t size, uint64_t *cursor,
		       enum csm_want want)
{
	(void)want;
	CLAIM(s2 == &realm.s2 && base == args.base && size == args.size && !is_converted);
	is_scanned = true;
	found = (enum csm_scan)any_from_to(CSM_SCAN_DONE, CSM_SCAN_BAD);
	*cursor = any_u64();
	return found;
}

/* RIPAS changes only in a range that was scanned, in a step before. */
bool csm_set_ripas(const struct s2 *s2, uint64_t base, uint64_t size, uint64_t *cursor, enum rmi_ripas ripas)
{
	CLAIM(s2 == &realm.s2 && base == args.base && size == args.size && !is_scanned && !is_made);
	CLAIM(ripas == complete_as);
	CLAIM(before.phase != APT_PHASE_ASK && before.phase != APT_PHASE_CHECK);
	*cursor = any_u64();
	is_converted = any_bool();
	return is_converted;
}

static struct csm_call call;
static struct csm_answer a;

static void any_state(enum apt_kind kind)
{
	realm.rid = any_rid();
	realm.apt = any_bool() ? &root : NULL;
	apt.room = any_u32();
	is_valid = any_bool();
	is_unique = any_bool();
	args = (struct csm_args){
		.peer = any_rid(), .n = any_u64(), .base = any_u64(), .size = any_u64(), .flags = any_u64()
	};
	call = (struct csm_call){ .rd = &rd, .args = &args, .asked = any_u8(), .rejected = any_bool() };
	old = (struct apt_entry){ .kind = any_bool() ? (uint8_t)kind : (uint8_t)APT_REGION,
				  .state = any_u8(),
				  .phase = any_u8(),
				  .base = any_u64(),
				  .size = any_u64(),
				  .cursor = any_u64() };
	if (old.kind == APT_REGION)
		old.as_region.id = any_u64();
	else
		old.as_consumer.flags = (uint16_t)any_u32();
	there = any_bool() ? &old : NULL;
	before = old;
}

static bool nothing_changed(void)
{
	return !is_made && !is_removed && !is_converted && old.state == before.state &&
	       old.phase == before.phase && old.cursor == before.cursor && old.base == before.base &&
	       old.size == before.size;
}

/* The command ends with an error, and nothing has changed. */
static void has_failed(enum csm_step step, uint64_t status)
{
	CLAIM(step == CSM_STEP_END && a.outcome == CSM_DONE && a.status == status && nothing_changed());
}

/* There is no room for an entry: the host is asked for some, or there will be none. */
static void has_no_room(enum csm_step step)
{
	CLAIM(step == CSM_STEP_END && nothing_changed() &&
	      (a.outcome == CSM_ASK || a.status == RSI_CSM_ERROR_MEMORY));
}

/* The entry that this step is about goes on: it is removed if the host refuses or lies, and complete once RIPAS is set. */
static void has_gone_on(enum csm_step step, const struct apt_entry *e, uint8_t complete, uint64_t refused,
			uint8_t asked)
{
	bool more = step == CSM_STEP_MORE;
	uint8_t phase = e == &old ? before.phase : APT_PHASE_NONE;
	bool is_refused = call.rejected && ((phase == APT_PHASE_ASK && call.asked == asked) ||
					    (phase == APT_PHASE_CHECK && call.asked == CSM_EVENT_RTT_NEEDED));

	CLAIM(e->base == args.base && e->size == args.size);
	CLAIM(is_removed == (!more && a.outcome == CSM_DONE && a.status != RSI_SUCCESS));
	CLAIM(!is_refused || is_removed);
	CLAIM(!is_scanned || found != CSM_SCAN_BAD || is_removed);
	CLAIM(!is_removed || a.status == RSI_CSM_ERROR_HOST || a.status == refused);
	CLAIM(is_converted == (!more && a.outcome == CSM_DONE && a.status == RSI_SUCCESS));
	CLAIM(e->state == (is_converted ? complete : CSM_STATE_CREATING));
}

void prove_create(void)
{
	enum csm_step step;

	any_state(APT_CONSUMER);
	complete_as = RMI_RAM;
	step = create_step(&call, &a);
	CLAIM(!is_locked);
	if (realm.apt == NULL || args.flags != 0 || !is_valid) {
		has_failed(step, realm.apt == NULL ? (uint64_t)SMCCC_NOT_SUPPORTED : RSI_ERROR_INPUT);
	} else if (there != NULL && (before.kind != APT_REGION || before.state != CSM_STATE_CREATING ||
				     before.base != args.base || before.size != args.size)) {
		has_failed(step, RSI_ERROR_INPUT);
	} else if (there == NULL && apt.room == 0) {
		has_no_room(step);
	} else if (there == NULL && !is_unique) {
		has_failed(step, RSI_ERROR_INPUT);
	} else {
		const struct apt_entry *e = there == NULL ? &new : &old;

		has_gone_on(step, e, CSM_STATE_CREATED, RSI_ERROR_INPUT, CSM_EVENT_P_REALM);
		CLAIM(!is_converted || (a.num_values == 1 && a.value[0] == e->as_region.id));
	}
}

void prove_reserve(void)
{
	enum csm_step step;
	bool is_bad;

	any_state(APT_CONSUMER);
	complete_as = RMI_EMPTY;
	/* A range with this number is one with an IPA. */
	by_number = there != NULL && old.kind == APT_CONSUMER && any_bool() ? &old : NULL;
	is_bad = (args.flags & ~(uint64_t)CSM_RESERVE_FLAG_RAM) != 0 || !is_valid ||
		 rid_equal(args.peer, realm.rid);
	step = reserve_step(&call, &a);
	CLAIM(!is_locked);
	if (realm.apt == NULL || is_bad) {
		has_failed(step, realm.apt == NULL ? (uint64_t)SMCCC_NOT_SUPPORTED : RSI_ERROR_INPUT);
	} else if (by_number != NULL &&
		   (before.state != CSM_STATE_CREATING || before.base != args.base ||
		    before.size != args.size || before.as_consumer.flags != args.flags)) {
		has_failed(step, RSI_ERROR_STATE);
	} else if (by_number == NULL && there != NULL) {
		has_failed(step, RSI_ERROR_INPUT);
	} else if (by_number == NULL && apt.room == 0) {
		has_no_room(step);
	} else if (by_number == NULL && !is_unique) {
		has_failed(step, RSI_ERROR_INPUT);
	} else {
		const struct apt_entry *e = by_number == NULL ? &new : &old;

		has_gone_on(step, e, CSM_STATE_RESERVED, RSI_CSM_ERROR_HOST, CSM_EVENT_C_REALM);
		CLAIM(is_made == (by_number == NULL));
		CLAIM(!is_made || (rid_equal(new.peer, args.peer) &&
				   new.n == args.n &&new.as_consumer.flags == args.flags));
		CLAIM(!is_converted || before.phase != APT_PHASE_ASK);
	}
}
