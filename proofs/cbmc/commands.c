/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands of the host from any state: of the GRANULES granules of one bank each is anything, and unlocked; so is what EL3
 * answers. A command that fails changes nothing; one that succeeds changes what it says.
 */
#include "prove.h"

#include "call/rmi_granule.c"
#include "model/granule.c"

static struct granule storage[GRANULES], before[GRANULES];
static uint64_t content[GRANULES], content_before[GRANULES]; /* a word of each stands for all */
static bool is_realm[GRANULES], is_realm_before[GRANULES];   /* by EL3's table */
static bool el3_refused;

void *port_mem(struct pa addr)
{
	CLAIM(granule_find(addr) != NULL);
	return &content[granule_find(addr) - storage];
}

/* The monitor writes only where EL3 lets it. */
void port_wipe(void *granule)
{
	CLAIM(is_realm[(uint64_t *)granule - content]);
	*(uint64_t *)granule = 0;
}

void port_relax(void)
{
	CLAIM(false); /* one processor: no lock is held */
}

bool port_gpt_delegate(struct pa granule)
{
	struct granule *g = granule_find(granule);

	CLAIM(g != NULL && (g->word & LOCK_BIT));
	el3_refused = is_realm[g - storage] || any_bool();
	if (!el3_refused)
		is_realm[g - storage] = true;
	return !el3_refused;
}

void port_gpt_undelegate(struct pa granule)
{
	struct granule *g = granule_find(granule);

	CLAIM(g != NULL && (g->word & LOCK_BIT));
	CLAIM(is_realm[g - storage] && content[g - storage] == 0);
	is_realm[g - storage] = false;
}

/* What holds of a granule at every moment that no command is under way (I2). */
static bool is_sane(unsigned int i)
{
	enum granule_state state = granule_state(&storage[i]);
	bool is_ours = state != GRANULE_UNDELEGATED;

	return !(storage[i].word & LOCK_BIT) && (!is_ours || is_realm[i]) &&
	       (state != GRANULE_DELEGATED || content[i] == 0) &&
	       ((state != GRANULE_DELEGATED && is_ours) || granule_refs(&storage[i]) == 0);
}

static void any_machine(void)
{
	struct granule_bank bank = { pa(any_u64()), GRANULES * GRANULE_SIZE };

	ASSUME(granule_init(&bank, 1, storage, GRANULES));
	for (unsigned int i = 0; i < GRANULES; i++) {
		storage[i].word = any_u32();
		content[i] = any_u64();
		is_realm[i] = any_bool();
		ASSUME(is_sane(i));
		before[i].word = storage[i].word;
		content_before[i] = content[i];
		is_realm_before[i] = is_realm[i];
	}
}

/* Nothing but granule `but` (GRANULES: nothing at all) is different now, and all is sane. */
static void unchanged(unsigned int but)
{
	for (unsigned int i = 0; i < GRANULES; i++) {
		CLAIM(is_sane(i));
		CLAIM(i == but || storage[i].word == before[i].word);
		CLAIM(i == but || content[i] == content_before[i]);
		CLAIM(i == but || is_realm[i] == is_realm_before[i]);
	}
}

void prove_delegate(void)
{
	uint64_t arg[7] = { [1] = any_u64() }, out[5] = { 0 }, result;
	struct granule *g;

	any_machine();
	result = rmi_granule_delegate(arg, out);
	g = granule_find(pa(arg[1]));
	CLAIM(result == RMI_SUCCESS || result == RMI_ERROR_INPUT);
	if (result != RMI_SUCCESS) {
		unchanged(GRANULES);
		CLAIM(g == NULL || granule_state(g) != GRANULE_UNDELEGATED || el3_refused);
		return;
	}
	unchanged((unsigned int)(g - storage));
	CLAIM(before[g - storage].word == GRANULE_UNDELEGATED << STATE_SHIFT);
	CLAIM(granule_state(g) == GRANULE_DELEGATED);
}

void prove_undelegate(void)
{
	uint64_t arg[7] = { [1] = any_u64() }, out[5] = { 0 }, result;
	struct granule *g;

	any_machine();
	result = rmi_granule_undelegate(arg, out);
	g = granule_find(pa(arg[1]));
	CLAIM(result == RMI_SUCCESS || result == RMI_ERROR_INPUT);
	if (result != RMI_SUCCESS) {
		unchanged(GRANULES);
		CLAIM(g == NULL || granule_state(g) != GRANULE_DELEGATED);
		return;
	}
	unchanged((unsigned int)(g - storage));
	CLAIM(before[g - storage].word == GRANULE_DELEGATED << STATE_SHIFT);
	CLAIM(granule_state(g) == GRANULE_UNDELEGATED && !is_realm[g - storage]);
}
