/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pages that a Linux realm shares with us: the unprotected alias of its RAM.
 */
#include "linux_machine.h"

#include "board/memory.h"
#include "common/string.h"
#include "lib/memory.h"

bool linux_machine_share(struct linux_machine *machine, uint64_t page)
{
	uint64_t pa = memory_alloc(1);

	if (pa == 0)
		return false;
	memset((void *)(uintptr_t)pa, 0, GRANULE_SIZE);
	if (host_map_unprotected(&machine->realm, LINUX_ALIAS + LINUX_RAM_BASE + page * GRANULE_SIZE, pa,
				 GRANULE_SIZE, HOST_UNPROTECTED_WB_RW) != RMI_SUCCESS) {
		memory_free(pa);
		return false;
	}
	machine->shared[page] = pa;
	return true;
}

void linux_machine_unshare(struct linux_machine *machine, uint64_t page)
{
	host_unmap_unprotected(&machine->realm, LINUX_ALIAS + LINUX_RAM_BASE + page * GRANULE_SIZE,
			       GRANULE_SIZE);
	memory_free(machine->shared[page]);
	machine->shared[page] = 0;
}
