/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host that takes pages away (linux_yank.h).
 */
#include "linux_yank.h"

#include "board/console.h"
#include "board/cpu.h"

/* Looks at so many pages for one that is there: a third of the RAM is, once Linux is up. */
#define ATTEMPTS 64U

/* Up to 16 ms between two, so that some dozens go before the realm needs one of them. */
#define DELAY_MS 16U

void linux_yank(struct linux_yank *yank, struct linux_machine *machine)
{
	uint64_t now = counter_now(), random, ipa, pa;

	if (now < yank->next || linux_console_ready_at(machine->terminal) == 0)
		return;
	for (unsigned int i = 0; i < ATTEMPTS; i++) {
		if (!cpu_random(&random))
			return;
		ipa = LINUX_RAM_BASE + random % linux_machine_pages(machine) * GRANULE_SIZE;
		if (host_translate(&machine->realm, ipa, &pa) != RMI_SUCCESS)
			continue;
		/* The other vCPU may have given it up meanwhile. Then there is nothing to take, and no harm. */
		if (host_reclaim(&machine->realm, ipa, GRANULE_SIZE) != RMI_SUCCESS)
			verdict_fail("realm %s: the page at 0x%lx can't be taken", machine->realm.name, ipa);
		yank->taken[(ipa - LINUX_RAM_BASE) / GRANULE_SIZE / 8] |=
			(uint8_t)(1U << (ipa / GRANULE_SIZE % 8));
		yank->count++;
		break;
	}
	yank->next = now + random % DELAY_MS * (sysreg_read(cntfrq_el0) / 1000);
}

bool linux_yank_took(const struct linux_yank *yank, uint64_t ipa)
{
	uint64_t page = (ipa - LINUX_RAM_BASE) / GRANULE_SIZE;

	return page < LINUX_RAM_MAX / GRANULE_SIZE && (yank->taken[page / 8] & 1U << page % 8) != 0;
}
