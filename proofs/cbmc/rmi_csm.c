/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_CSM (call/rmi_csm.c): for any registers, which operation runs, on what, and what the host finds in x1 to x4. An operation
 * writes what it likes of what docs/csm.md has for it, or nothing.
 */
#include "prove.h"

#include "call/rmi_csm.c"

static uint64_t arg[5], x[5]; /* of the host; x: what it is to find */
static uint64_t status;       /* of the operation */
static unsigned int runs;

/* An operation on a realm: which it is, and its second argument. */
static uint64_t run(enum rmi_csm_op operation, struct pa rd, uint64_t second, bool has_second)
{
	CLAIM(arg[1] == operation && rd.v == arg[2] && (!has_second || second == arg[3]));
	CLAIM(runs++ == 0);
	status = any_u64();
	return status;
}

/* What it says by a pointer, and in which register that goes to the host. */
static void say(uint64_t *place, unsigned int i)
{
	if (any_bool())
		return;
	x[i] = any_u64();
	*place = x[i];
}

static void say_doorbell(struct csm_doorbell *doorbell)
{
	say(&doorbell->rd, 3);
	say(&doorbell->rec, 4);
}

uint64_t csm_apt_create(struct pa rd, struct pa granule)
{
	return run(RMI_CSM_APT_CREATE, rd, granule.v, true);
}

uint64_t csm_apt_extend(struct pa rd, struct pa granule)
{
	return run(RMI_CSM_APT_EXTEND, rd, granule.v, true);
}

uint64_t csm_apt_destroy(struct pa rd, uint64_t *released, uint64_t *held, struct csm_doorbell *doorbell)
{
	say(released, 1);
	say(held, 2);
	say_doorbell(doorbell);
	return run(RMI_CSM_APT_DESTROY, rd, 0, false);
}

uint64_t csm_unmap(struct pa rd, uint64_t addr, uint64_t *next, struct csm_doorbell *doorbell)
{
	say(next, 1);
	say_doorbell(doorbell);
	return run(RMI_CSM_UNMAP, rd, addr, true);
}

uint64_t csm_fill(struct pa rd, uint64_t addr, uint64_t *next, uint64_t *mapped)
{
	say(next, 1);
	say(mapped, 2);
	return run(RMI_CSM_FILL, rd, addr, true);
}

uint64_t csm_entry_read(struct pa rd, uint64_t index, struct csm_host_entry *entry)
{
	say(&entry->role_and_state, 1);
	say(&entry->base, 2);
	say(&entry->size, 3);
	say(&entry->next, 4);
	return run(RMI_CSM_ENTRY_READ, rd, index, true);
}

void prove_rmi_csm(void)
{
	uint64_t out[5] = { 0 }, result; /* rmi_call() clears them */

	for (unsigned int i = 0; i < 5; i++)
		arg[i] = any_u64();
	result = rmi_csm(arg, out);
	REACHES(arg[1] == RMI_CSM_VERSION && result == RMI_SUCCESS);
	REACHES(arg[1] == RMI_CSM_VERSION && result == RMI_ERROR_INPUT);
	REACHES(arg[1] > RMI_CSM_ENTRY_READ);
	REACHES(arg[1] == RMI_CSM_APT_CREATE && runs == 1);
	REACHES(arg[1] == RMI_CSM_APT_EXTEND && runs == 1);
	REACHES(arg[1] == RMI_CSM_APT_DESTROY && x[4] != 0);
	REACHES(arg[1] == RMI_CSM_UNMAP && x[4] != 0);
	REACHES(arg[1] == RMI_CSM_FILL && x[2] != 0);
	REACHES(arg[1] == RMI_CSM_ENTRY_READ && x[3] != 0);
	if (arg[1] == RMI_CSM_VERSION) {
		CLAIM(runs == 0 && result == (arg[2] == 0x10000 ? RMI_SUCCESS : RMI_ERROR_INPUT));
		CLAIM(out[1] == 0x10000 && out[2] == 0x10000 && out[3] == 0xff && out[4] == 0);
		return;
	}
	CLAIM(runs == (arg[1] <= RMI_CSM_ENTRY_READ));
	CLAIM(result == (runs == 0 ? RMI_ERROR_INPUT : status));
	for (unsigned int i = 1; i < 5; i++)
		CLAIM(out[i] == x[i]);
}
