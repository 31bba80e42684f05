/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registry, with its state at hand: it is the only one of the monitor that no granule holds (schedule.h).
 */
#include "model/registry.c" /* NOLINT(bugprone-suspicious-include): that is what this file is for */

#include <string.h>

#include "between/schedule.h"

static typeof(registry) saved;
static bool is_touched;

void registry_reset(void)
{
	memset(&registry, 0, sizeof(registry));
}

void registry_save(void)
{
	saved = registry;
	is_touched = false;
}

void registry_restore(void)
{
	if (is_touched)
		registry = saved;
	is_touched = false;
}

void registry_touch(void)
{
	is_touched = true;
}

/* RIDs are in the RDs; a VMID that is left in use is nowhere else. */
uint64_t registry_changes(void)
{
	uint64_t hash = 0;

	for (size_t i = 0; is_touched && i < ARRAY_SIZE(registry.vmid_used); i++)
		hash = hash * UINT64_C(0x9fb21c651e98df25) + (registry.vmid_used[i] ^ saved.vmid_used[i]);
	return hash;
}

void registry_check_empty(void)
{
	assert_int_equal(registry.lock, 0);
	for (size_t i = 0; i < ARRAY_SIZE(registry.vmid_used); i++)
		assert_int_equal(registry.vmid_used[i], 0);
	for (size_t i = 0; i < SLOTS; i++)
		assert_int_equal(registry.slot[i], SLOT_FREE);
}
