/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Boot, from the point where the MMU is on, and the loop that serves EL3 (RMM-EL3 interface 0.4).
 */
#include "attest/keys.h"
#include "call/rmi.h"
#include "model/realm.h"
#include "port/aarch64/attest.h"
#include "port/aarch64/fault.h"
#include "port/aarch64/layout.h"
#include "port/aarch64/log.h"
#include "port/aarch64/machine.h"
#include "port/aarch64/manifest.h"
#include "port/aarch64/mmu.h"
#include "port/aarch64/percpu.h"
#include "port/aarch64/smc.h"
#include "port/port.h"
#include "run/aarch64/init.h"

#define INTERFACE_MAJOR 0U
#define INTERFACE_MINOR 4U

/* DRAM that can be tracked: 4 GiB. */
#define MAX_GRANULES (UINT64_C(4) << (30 - GRANULE_SHIFT))

struct percpu percpu[PORT_MAX_CPUS];
const uint64_t percpu_size = sizeof(struct percpu);

/* Read by boot.S without the MMU, and before .bss is clear: it comes with the image. */
uint32_t boot_is_cold_done __attribute__((section(".data"))) = 0;

static struct granule granules[MAX_GRANULES];
static uint32_t num_cpus;

void monitor_main(uint64_t cpu, uint64_t version, uint64_t cpus, uint64_t shared_pa, bool warm);

/* Both direct maps of [base, top), without the monitor's own pages. */
static bool map_dram(uint64_t base, uint64_t top)
{
	return base >= top || (mmu_map(PORT_MEM_REALM_BASE + base, base, top - base, MMU_DATA) &&
			       mmu_map(LAYOUT_NS_BASE + base, base, top - base, MMU_NS));
}

/* The image and the shared page are in a bank, too: writable or executable there they would have an alias. */
static bool map_bank(const struct granule_bank *bank, uint64_t shared_pa)
{
	uint64_t image = mmu_image_pa();
	uint64_t hole[2][2] = { { image, image + mmu_image_size() },
				{ shared_pa, shared_pa + GRANULE_SIZE } };
	uint64_t at = bank->base.v, top = bank->base.v + bank->size;

	if (top >> LAYOUT_PA_BITS != 0)
		return false;
	if (hole[0][0] > hole[1][0]) {
		uint64_t first[2] = { hole[1][0], hole[1][1] };

		hole[1][0] = hole[0][0];
		hole[1][1] = hole[0][1];
		hole[0][0] = first[0];
		hole[0][1] = first[1];
	}
	for (unsigned int i = 0; i < 2; i++) {
		if (hole[i][1] <= at || hole[i][0] >= top)
			continue;
		if (!map_dram(at, hole[i][0]))
			return false;
		at = hole[i][1];
	}
	return map_dram(at, top);
}

/* Without them everything works but RSI_ATTESTATION_TOKEN_CONTINUE. */
static void get_attestation_keys(uint64_t shared_pa)
{
	static const char *const lacking[] = {
		[ATTEST_BOOT_NO_KEY] = "EL3 gave no realm attestation key",
		[ATTEST_BOOT_BAD_KEY] = "EL3's realm attestation key is not one of P-384",
		[ATTEST_BOOT_NO_TOKEN] = "EL3 gave no platform token, or too long a one",
	};
	enum attest_boot result;

	attest_port_init(shared_pa, (void *)LAYOUT_SHARED);
	result = attest_boot();
	if (result != ATTEST_BOOT_OK)
		log_line(LOG_ERROR, "%s: no attestation tokens", lacking[result]);
}

static enum boot_error cold_boot(uint64_t version, uint64_t cpus, uint64_t shared_pa)
{
	const char *wrong;
	struct manifest m;
	enum boot_error error;

	if (version >> 16 != INTERFACE_MAJOR || (version & 0xffff) < INTERFACE_MINOR)
		return BOOT_VERSION_NOT_VALID;
	if (cpus == 0 || cpus > PORT_MAX_CPUS)
		return BOOT_CPUS_OUT_OF_RANGE;
	if (shared_pa == 0 || !is_aligned(shared_pa, GRANULE_SIZE) || shared_pa >> LAYOUT_PA_BITS != 0)
		return BOOT_INVALID_SHARED_BUFFER;
	num_cpus = (uint32_t)cpus;
	error = manifest_read((const void *)LAYOUT_SHARED, shared_pa, &m);
	if (error != BOOT_SUCCESS)
		return error;
	if (m.console_pa != 0) {
		if (!mmu_map(LAYOUT_CONSOLE, m.console_pa, GRANULE_SIZE, MMU_DEVICE))
			return BOOT_MANIFEST_DATA_ERROR;
		log_init(LAYOUT_CONSOLE);
	}
	if (!granule_init(m.bank, m.num_banks, granules, MAX_GRANULES)) {
		log_line(LOG_ERROR, "the manifest's DRAM is misaligned or more than %lu MiB",
			 MAX_GRANULES >> (20 - GRANULE_SHIFT));
		return BOOT_MANIFEST_DATA_ERROR;
	}
	for (size_t i = 0; i < m.num_banks; i++) {
		if (!map_bank(&m.bank[i], shared_pa)) {
			log_line(LOG_ERROR, "no room to map DRAM at %lx", m.bank[i].base.v);
			return BOOT_MANIFEST_DATA_ERROR;
		}
	}
	wrong = machine_init();
	if (wrong == NULL)
		wrong = run_machine_init();
	if (wrong == NULL && !registry_init())
		wrong = "the CPU has no random numbers (FEAT_RNG), or gave none";
	if (wrong != NULL) {
		log_line(LOG_ERROR, "%s", wrong);
		return BOOT_UNKNOWN;
	}
	get_attestation_keys(shared_pa);
	log_line(LOG_NOTICE, "CAEC monitor " CAEC_VERSION ", RMI 1.0, CSM 1.0, %u PEs at most", num_cpus);
	return BOOT_SUCCESS;
}

/* Other PEs look at the flag before they have the MMU: it must be in memory, not in a cache. */
static void cold_boot_done(void)
{
	boot_is_cold_done = 1;
	__asm__ volatile("dsb sy\n\tdc civac, %0\n\tdsb sy" : : "r"(&boot_is_cold_done) : "memory");
}

/* Answers EL3 and takes its next call, for ever. */
static _Noreturn void serve(void)
{
	uint64_t x[8] = { EL3_BOOT_COMPLETE, BOOT_SUCCESS };
	struct smc_regs regs = { { 0 } };

	el3_call(x);
	for (unsigned int i = 0; i < 8; i++)
		regs.x[i] = x[i];
	for (;;) {
		if (atomic_load_explicit(&fault_stopped, memory_order_relaxed))
			fault_park();
		rmi_call(&regs);
		el3_reply(&regs);
	}
}

void monitor_main(uint64_t cpu, uint64_t version, uint64_t cpus, uint64_t shared_pa, bool warm)
{
	enum boot_error error = BOOT_SUCCESS;

	this_cpu()->index = (uint32_t)cpu;
	if (!warm)
		error = cold_boot(version, cpus, shared_pa);
	if (error == BOOT_SUCCESS && cpu >= num_cpus)
		error = BOOT_CPU_ID_OUT_OF_RANGE;
	if (error == BOOT_SUCCESS) {
		run_cpu_init();
		if (!warm)
			cold_boot_done();
		serve();
	}
	for (;;) {
		uint64_t x[8] = { EL3_BOOT_COMPLETE, (uint64_t)(int64_t)error };

		el3_call(x);
	}
}
