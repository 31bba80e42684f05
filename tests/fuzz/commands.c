/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs of steps that an input chooses (commands.h).
 */
#include "commands.h"

#include <stdlib.h>

#include "target.h"

#define STEPS_MAX 200U
#define SCENE_MAX 2000U /* steps to three realms, at most */
#define SCENE_SEED 1U

/* More than the model has room for is nobody's fault. */
#define REALMS_MAX (ORACLE_REALMS - 4U)
#define RECS_MAX (ORACLE_RECS - 4U)
#define ITEMS_MAX (ORACLE_ITEMS - 8U)
#define EXTENSIONS_MAX 48U

void commands_begin(void)
{
	setenv("CMOCKA_TEST_ABORT", "1", 0);
	trial_begin();
	generate_begin(SCENE_SEED);
}

/* --- The scene ---------------------------------------------------------------------------------------------- */

static bool can_run(int realm)
{
	for (unsigned int i = 0; i < ORACLE_RECS; i++) {
		if (oracle.rec[i].live && oracle.rec[i].realm == realm && oracle.rec[i].runnable)
			return true;
	}
	return false;
}

static unsigned int count_ready(void)
{
	unsigned int count = 0;

	for (int i = 0; i < (int)ORACLE_REALMS; i++) {
		const struct oracle_realm *r = &oracle.realm[i];

		count += r->live && r->state == ORACLE_ACTIVE && r->has_apt && can_run(i);
	}
	return count;
}

void commands_make_realms(void)
{
	for (unsigned int i = 0; count_ready() < 3; i++) {
		struct step s = generate();

		EXPECT(i < SCENE_MAX);
		trial_step(&s);
	}
}

/* --- Choices ------------------------------------------------------------------------------------------------ */

static uint64_t of_item(void)
{
	const struct oracle_item *item = &oracle.item[pick(ORACLE_ITEMS)];
	const uint64_t field[] = { item->base, item->size, item->base + item->size,
				   item->id,   item->n,    item->index };

	return field[pick(sizeof(field) / sizeof(field[0]))];
}

uint64_t any_word(void)
{
	switch (pick(16)) {
	case 0:
		return any_granule();
	case 1:
		return granule_in((enum oracle_state)pick(ORACLE_APT + 1));
	case 2:
	case 3:
		return rd_of(any_realm(-1));
	case 4:
		return oracle.rec[pick(ORACLE_RECS)].pa;
	case 5:
	case 6:
		return any_ipa(any_realm(-1));
	case 7:
		return pick(2) ? HOST_PAGE : SOURCE_PAGE;
	case 8:
		return UINT64_MAX - pick(256);
	case 9:
		return (uint64_t)pick(1U << 16) << 48 | (uint64_t)pick(1U << 16) << 16 | pick(1U << 16);
	case 10:
		return of_item();
	case 11:
		return (uint64_t)pick(256) * PAGE;
	case 12:
		return any_ipa(any_realm(-1)) + pick(4096);
	case 13:
		return any_granule() + pick(4096);
	default:
		return pick(8);
	}
}

/* --- Runs --------------------------------------------------------------------------------------------------- */

/* What the model could not follow is not done. */
static bool is_too_much(void)
{
	unsigned int realms = 0, recs = 0, items = 0, extensions = 0;

	for (unsigned int i = 0; i < ORACLE_REALMS; i++) {
		realms += oracle.realm[i].live;
		if (oracle.realm[i].num_extensions > extensions)
			extensions = oracle.realm[i].num_extensions;
	}
	for (unsigned int i = 0; i < ORACLE_RECS; i++)
		recs += oracle.rec[i].live;
	for (unsigned int i = 0; i < ORACLE_ITEMS; i++)
		items += oracle.item[i].live;
	return realms > REALMS_MAX || recs > RECS_MAX || items > ITEMS_MAX || extensions > EXTENSIONS_MAX;
}

/* The next run begins with a monitor that has nothing: its list of VMIDs is not in the machine. */
static void take_apart(void)
{
	struct step s;

	while (generate_end(&s))
		trial_step(&s);
	trial_check_all_back();
}

void commands_run(const uint8_t *data, size_t size, struct step (*next)(void))
{
	generate_from(data, size);
	for (unsigned int i = 0; i < STEPS_MAX && !generate_is_over() && !is_too_much(); i++) {
		struct step s = next();

		trial_step(&s);
	}
	trial_look();
	take_apart();
}
