/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a realm's command runs (csm/steps.c): of up to STEPS steps that do anything, interrupts are let in between any two (I8), and the
 * host's answer counts for the first. And that no entry is made without room for it (I8).
 */
#include "prove.h"

#include "csm/steps.c"

struct apt {
	uint32_t room;
};

static struct csm_args args;
static struct csm_call call;
static struct csm_answer answer; /* of the last step */
static unsigned int steps, looks;
static bool is_last, is_pending;

bool port_irq_pending(void)
{
	CLAIM(!is_last && ++looks == steps);
	is_pending = any_bool();
	return is_pending;
}

static void any_answer(struct csm_answer *a)
{
	a->outcome = (enum csm_outcome)any_from_to(CSM_DONE, CSM_TELL);
	a->status = any_u64();
	a->num_values = any_u8();
	a->event = any_u8();
	a->base = any_u64();
}

static enum csm_step any_step(const struct csm_call *c, struct csm_answer *a)
{
	CLAIM(!is_last && !is_pending && looks == steps);
	CLAIM(c->rd == call.rd && c->args == &args && c->rejected == call.rejected);
	CLAIM(c->asked == (steps == 0 ? call.asked : 0));
	steps++;
	is_last = steps == STEPS || any_bool();
	any_answer(a);
	answer = *a;
	return is_last ? CSM_STEP_END : CSM_STEP_MORE;
}

static bool same_answer(const struct csm_answer *a, const struct csm_answer *b)
{
	return a->outcome == b->outcome && a->status == b->status && a->num_values == b->num_values &&
	       a->event == b->event && a->base == b->base;
}

void prove_run(void)
{
	struct csm_answer a = { 0 };

	call = (struct csm_call){ .args = &args, .asked = any_u8(), .rejected = any_bool() };
	csm_run(any_step, &call, &a);
	CLAIM(is_last != is_pending);
	REACHES(is_pending && steps == 1);
	REACHES(is_pending && steps > 1);
	REACHES(is_last && steps == 1);
	REACHES(is_last && steps > 1);
	if (is_last)
		CLAIM(same_answer(&a, &answer));
	else
		CLAIM(a.outcome == CSM_DONE && a.status == RSI_INCOMPLETE && a.num_values == 0);
}

bool apt_has_room(const struct apt *apt, uint32_t count)
{
	return apt->room >= count;
}

void prove_room(void)
{
	struct apt apt = { any_u32() };
	uint32_t count = any_u32();
	struct csm_answer a;
	bool has_room;

	call = (struct csm_call){ .args = &args, .asked = any_u8(), .rejected = any_bool() };
	any_answer(&a);
	answer = a;
	has_room = csm_need_room(&apt, count, &call, &a);
	CLAIM(has_room == (apt.room >= count));
	REACHES(has_room);
	REACHES(!has_room && a.outcome == CSM_ASK);
	REACHES(!has_room && a.outcome == CSM_DONE);
	if (has_room)
		CLAIM(same_answer(&a, &answer));
	else if (call.asked == CSM_EVENT_APT_FULL) /* the host was asked, and gave nothing */
		CLAIM(a.outcome == CSM_DONE && a.status == RSI_CSM_ERROR_MEMORY && a.num_values == 0);
	else
		CLAIM(a.outcome == CSM_ASK && a.event == CSM_EVENT_APT_FULL && a.base == 0 && a.size == 0 &&
		      a.argument == 0 && a.doorbell.rd == 0);
}
