/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stage 2 TLB maintenance (port.h; DDI0487 D8.17). Operations act on the VMID in VTTBR_EL2, so that of the
 * realm concerned is put there for the batch.
 */
#include "port/aarch64/percpu.h"
#include "port/port.h"

void port_tlb_begin(uint64_t vttbr)
{
	this_cpu()->vttbr = read_sysreg("vttbr_el2");
	write_sysreg("vttbr_el2", vttbr);
	isb();
}

/* Entries written so far are seen by every walk that starts after the maintenance that follows. */
static void settle(void)
{
	dsb_ishst();
}

void port_tlb_leaf(struct ipa ipa)
{
	settle();
	tlbi_ipas2e1is(ipa.v >> GRANULE_SHIFT);
}

void port_tlb_table(struct ipa ipa)
{
	/* Without TTL hint and "last level": walk caches of all levels too. */
	port_tlb_leaf(ipa);
}

void port_tlb_realm(void)
{
	settle();
	tlbi_vmalls12e1is();
}

void port_tlb_end(void)
{
	/* Entries that combine both stages are reached only by the second operation, after the first. */
	dsb_ish();
	tlbi_vmalle1is();
	dsb_ish();
	isb();
	write_sysreg("vttbr_el2", this_cpu()->vttbr);
	isb();
}

void port_publish(void)
{
	dsb_ishst();
}
