/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Granules (DEN0137 A2.2), and what all commands have in common.
 */
#include <stdlib.h>

#include "oracle/model/inside.h"

struct oracle oracle;

void oracle_reset(void)
{
	for (unsigned int i = 0; i < ORACLE_GRANULES; i++)
		free(oracle.granule[i].table);
	memset(&oracle, 0, sizeof(oracle));
}

void may_fail(struct oracle_answer *a, bool condition, uint64_t code)
{
	if (!condition)
		return;
	assert(a->num_codes < ORACLE_CODES);
	a->code[a->num_codes++] = code;
}

struct oracle_granule *oracle_granule(uint64_t pa)
{
	uint64_t number = (pa - ORACLE_BASE) / PAGE;

	return IS_ALIGNED(pa, PAGE) && pa >= ORACLE_BASE && number < ORACLE_GRANULES ? &oracle.granule[number]
										     : NULL;
}

uint64_t oracle_pa(const struct oracle_granule *g)
{
	return ORACLE_BASE + (uint64_t)(g - oracle.granule) * PAGE;
}

bool granule_is(uint64_t pa, enum oracle_state state)
{
	const struct oracle_granule *g = oracle_granule(pa);

	return g != NULL && g->state == state;
}

bool is_host_memory(uint64_t pa)
{
	return granule_is(pa, ORACLE_UNDELEGATED) && !oracle_granule(pa)->is_secure;
}

void set_state(struct oracle_granule *g, enum oracle_state state)
{
	assert(g->mappings == 0);
	g->state = state;
	g->changed = true;
	if (g->table != NULL && state != ORACLE_RTT) {
		free(g->table);
		g->table = NULL;
	}
}

bool oracle_set_secure(uint64_t pa, bool secure)
{
	if (!granule_is(pa, ORACLE_UNDELEGATED))
		return false;
	oracle_granule(pa)->is_secure = secure;
	return true;
}

/* Of a table its live entries, of a page its mappings elsewhere; a REC runs in no state that is looked at. */
uint32_t oracle_references(const struct oracle_granule *g)
{
	uint32_t count = g->mappings;

	for (unsigned int i = 0; g->table != NULL && i < ORACLE_ENTRIES; i++)
		count += is_counted(&g->table->entry[i]);
	return count;
}

void oracle_changes_seen(void)
{
	for (unsigned int i = 0; i < ORACLE_GRANULES; i++) {
		struct oracle_granule *g = &oracle.granule[i];

		g->changed = false;
		if (g->table != NULL && g->table->is_changed) {
			g->table->is_changed = false;
			memset(g->table->changed, 0, sizeof(g->table->changed));
		}
	}
	for (unsigned int i = 0; i < ORACLE_ITEMS; i++)
		oracle.item[i].changed = false;
}

void granule_delegate(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	(void)hint;
	may_fail(a, !is_host_memory(x[1]), RMI_ERROR_INPUT);
	if (!fails(a))
		set_state(oracle_granule(x[1]), ORACLE_DELEGATED);
}

void granule_undelegate(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	(void)hint;
	may_fail(a, !granule_is(x[1], ORACLE_DELEGATED), RMI_ERROR_INPUT);
	if (!fails(a))
		set_state(oracle_granule(x[1]), ORACLE_UNDELEGATED);
}

/* --- Commands -------------------------------------------------------------------------------------------------------- */

static void version(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	(void)hint;
	may_fail(a, x[1] != RMI_ABI_VERSION, RMI_ERROR_INPUT);
	a->x[1] = a->x[2] = RMI_ABI_VERSION;
}

static void features(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	(void)hint;
	a->x[1] = x[1] == 0 ? oracle.feature0 : 0;
}

static void unknown(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a)
{
	(void)hint;
	may_fail(a, true, SMCCC_NOT_SUPPORTED);
	memcpy(&a->x[1], &x[1], 4 * sizeof(x[0]));
}

static command *find_command(uint32_t fid)
{
	switch (fid) {
	case RMI_VERSION:
		return version;
	case RMI_FEATURES:
		return features;
	case RMI_GRANULE_DELEGATE:
		return granule_delegate;
	case RMI_GRANULE_UNDELEGATE:
		return granule_undelegate;
	case RMI_DATA_CREATE:
		return data_create;
	case RMI_DATA_CREATE_UNKNOWN:
		return data_create_unknown;
	case RMI_DATA_DESTROY:
		return data_destroy;
	case RMI_REALM_ACTIVATE:
		return realm_activate;
	case RMI_REALM_DESTROY:
		return realm_destroy;
	case RMI_REC_AUX_COUNT:
		return rec_aux_count;
	case RMI_REC_DESTROY:
		return rec_destroy;
	case RMI_PSCI_COMPLETE:
		return psci_complete;
	case RMI_RTT_CREATE:
		return rtt_create;
	case RMI_RTT_DESTROY:
		return rtt_destroy;
	case RMI_RTT_FOLD:
		return rtt_fold;
	case RMI_RTT_MAP_UNPROTECTED:
		return rtt_map;
	case RMI_RTT_UNMAP_UNPROTECTED:
		return rtt_unmap;
	case RMI_RTT_READ_ENTRY:
		return rtt_read;
	case RMI_RTT_INIT_RIPAS:
		return init_ripas;
	case RMI_RTT_SET_RIPAS:
		return set_ripas_command;
	case RMI_CSM:
		return host_csm;
	default:
		return unknown;
	}
}

void oracle_rmi(const uint64_t x[8], const void *page, const uint64_t *smc, const struct oracle_hint *hint,
		struct oracle_answer *a)
{
	uint32_t fid = (uint32_t)x[0] & ~(uint32_t)SMCCC_SVE_HINT;

	memset(a, 0, sizeof(*a));
	a->x[4] = x[4];
	switch (fid) {
	case RMI_REALM_CREATE:
		realm_create(x, page, hint, a);
		break;
	case RMI_REC_CREATE:
		rec_create(x, page, a);
		break;
	case RMI_REC_ENTER:
		rec_enter(x, page, smc, hint, a);
		break;
	default:
		find_command(fid)(x, hint, a);
	}
}
