/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The smaller half of port.h on this machine: what the CPU offers, interrupts, entropy, Non-secure copies, EL3.
 */
#include "port/aarch64/machine.h"

#include "port/aarch64/layout.h"
#include "port/aarch64/percpu.h"
#include "port/aarch64/simd.h"
#include "port/aarch64/smc.h"
#include "port/attest.h"
#include "port/port.h"

#define DCZID_64_BYTES 4U

static struct port_features features;
static struct arena *current_arena[PORT_MAX_CPUS];

/* The longest vector that all of EL3 and the CPU let us have. */
static void find_sve(void)
{
	uint64_t cptr;

	features.has_sve = simd_has_sve();
	if (!features.has_sve)
		return;
	cptr = simd_open(true);
	write_sysreg(ZCR_EL2, ZCR_LEN_MAX);
	isb();
	features.sve_vl = (uint8_t)(simd_vl() / 16 - 1);
	write_sysreg("cptr_el2", cptr);
	isb();
}

/* PMUVer: 0 none, 15 not Arm's. */
static void find_pmu(uint64_t dfr0)
{
	unsigned int version = id_field(dfr0, DFR0_PMU_VER);

	features.has_pmu = version != 0 && version != PMU_VER_OTHER;
	if (!features.has_pmu)
		return;
	features.pmu_num_ctrs = (uint8_t)PMCR_N(read_sysreg("pmcr_el0"));
	features.has_hpmn0 = id_field(dfr0, DFR0_HPMN0) == 1;
}

static const char *what_is_missing(void)
{
	if (id_field(read_sysreg("id_aa64mmfr1_el1"), MMFR1_VH) == 0)
		return "the CPU lacks virtualization host extensions (FEAT_VHE)";
	if (id_field(read_sysreg("id_aa64mmfr2_el1"), MMFR2_FWB) == 0)
		return "the CPU lacks stage 2 forced write-back (FEAT_S2FWB)";
	if (id_field(read_sysreg("id_aa64isar0_el1"), ISAR0_SHA2) < 2)
		return "the CPU lacks SHA-512 instructions (FEAT_SHA512)";
	if (read_sysreg("dczid_el0") != DCZID_64_BYTES)
		return "the CPU's DC ZVA does not write 64 bytes";
	return NULL;
}

const char *machine_init(void)
{
	static const uint8_t pa_bits[] = { 32, 36, 40, 42, 44, 48 };
	uint64_t mmfr0 = read_sysreg("id_aa64mmfr0_el1");
	uint64_t dfr0 = read_sysreg("id_aa64dfr0_el1");
	unsigned int range = id_field(mmfr0, MMFR0_PARANGE);

	features.pa_bits = range < ARRAY_SIZE(pa_bits) ? pa_bits[range] : 48;
	features.vmid_bits = id_field(read_sysreg("id_aa64mmfr1_el1"), MMFR1_VMIDBITS) == 2 ? 16 : 8;
	features.num_bps = (uint8_t)id_field(dfr0, DFR0_BRPS);
	features.num_wps = (uint8_t)id_field(dfr0, DFR0_WRPS);
	features.num_lrs = (uint8_t)(read_sysreg("ich_vtr_el2") & 0xf);
	find_sve();
	find_pmu(dfr0);
	return what_is_missing();
}

const struct port_features *port_features(void)
{
	return &features;
}

bool port_irq_pending(void)
{
	return read_sysreg("isr_el1") != 0;
}

void port_relax(void)
{
	yield();
}

struct arena **port_current_arena(void)
{
	return &current_arena[this_cpu()->index];
}

#ifdef CAEC_DEBUG
struct held_locks *port_held_locks(void)
{
	return &this_cpu()->held;
}
#endif

bool machine_has_random(void)
{
	return id_field(read_sysreg("id_aa64isar0_el1"), 60) != 0;
}

bool machine_random(uint64_t *word)
{
	return read_random(word);
}

/* --- Non-secure memory (memory.S) ------------------------------------------------------------------------ */

uint32_t ns_copy(void *to, const void *from, size_t size);
uint32_t ns_zero(void *to, size_t size);

bool port_ns_read(void *to, struct pa ns, size_t size)
{
	return ns_copy(to, (const void *)(LAYOUT_NS_BASE + ns.v), size) != 0;
}

bool port_ns_write(struct pa ns, const void *from, size_t size)
{
	return ns_copy((void *)(LAYOUT_NS_BASE + ns.v), from, size) != 0;
}

bool port_ns_zero(struct pa ns, size_t size)
{
	return ns_zero((void *)(LAYOUT_NS_BASE + ns.v), size) != 0;
}

/* --- Granule protection table ------------------------------------------------------------------------------- */

bool port_gpt_delegate(struct pa granule)
{
	uint64_t x[8] = { EL3_GTSI_DELEGATE, granule.v };

	el3_call(x);
	return x[0] == 0;
}

void port_gpt_undelegate(struct pa granule)
{
	uint64_t x[8] = { EL3_GTSI_UNDELEGATE, granule.v };

	el3_call(x);
	REQUIRE(x[0] == 0);
}
