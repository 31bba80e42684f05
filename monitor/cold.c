/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cold boot (cold.h). Plain C: tests/unit/test_port_boot.c boots it on simulated machines.
 */
#include "cold.h"

#include <string.h>

#include "attest/keys.h"
#include "model/realm.h"
#include "port/aarch64/attest.h"
#include "port/aarch64/layout.h"
#include "port/aarch64/log.h"
#include "port/aarch64/machine.h"
#include "port/aarch64/mmu.h"
#include "port/aarch64/percpu.h"
#include "port/port.h"
#include "run/aarch64/init.h"

#define INTERFACE_MAJOR 0U
#define INTERFACE_MINOR 4U

/* Behind the image (monitor.ld): as much of it as the manifest's DRAM takes is mapped and cleared. */
extern struct granule granule_table[];

struct range {
	uint64_t base, top;
};

/* --- What EL3 speaks ----------------------------------------------------------------------------------------- */

/*
 * Versions of the interface and of the manifest: a higher minor number only adds to a lower one, a higher major number may
 * change everything.
 */
static bool version_serves(const char *what, uint64_t version, uint64_t major, uint64_t minor)
{
	uint64_t its_major = version >> 16, its_minor = version & 0xffff;

	if (its_major != major || its_minor < minor) {
		log_line(LOG_ERROR,
			 "%s is of version %lu.%lu; this monitor knows %lu.%lu and what adds to it", what,
			 its_major, its_minor, major, minor);
		return false;
	}
	if (its_minor > minor)
		log_line(LOG_NOTICE, "%s is of version %lu.%lu, used as %lu.%lu", what, its_major, its_minor,
			 major, minor);
	return true;
}

/* Without one nobody is told anything. Whatever the version is: the list's sum says whether it is where we look. */
static void open_console(const struct cold_args *args, const void *page)
{
	uint64_t console = manifest_console(page, args->shared_pa);

	if (console != 0 && is_aligned(console, GRANULE_SIZE) &&
	    mmu_map(LAYOUT_CONSOLE, console, GRANULE_SIZE, MMU_DEVICE))
		log_init(LAYOUT_CONSOLE);
}

static enum boot_error check_args(const struct cold_args *args, const void *page)
{
	bool good_page = args->shared_pa != 0 && is_aligned(args->shared_pa, GRANULE_SIZE) &&
			 args->shared_pa >> LAYOUT_PA_BITS == 0;

	if (good_page)
		open_console(args, page);
	if (!version_serves("EL3's interface", args->version, INTERFACE_MAJOR, INTERFACE_MINOR))
		return BOOT_VERSION_NOT_VALID;
	if (args->cpus == 0 || args->cpus > PORT_MAX_CPUS) {
		log_line(LOG_ERROR, "EL3 may start %lu PEs; this monitor has room for %u", args->cpus,
			 PORT_MAX_CPUS);
		return BOOT_CPUS_OUT_OF_RANGE;
	}
	return good_page ? BOOT_SUCCESS : BOOT_INVALID_SHARED_BUFFER;
}

static enum boot_error read_manifest(const struct cold_args *args, const void *page, struct manifest *m)
{
	const char *wrong;

	if (!version_serves("the boot manifest", manifest_version(page), MANIFEST_MAJOR, MANIFEST_MINOR))
		return BOOT_MANIFEST_VERSION_NOT_SUPPORTED;
	wrong = manifest_read(page, args->shared_pa, m);
	if (wrong != NULL) {
		log_line(LOG_ERROR, "the boot manifest %s", wrong);
		return BOOT_MANIFEST_DATA_ERROR;
	}
	return BOOT_SUCCESS;
}

/* --- Memory -------------------------------------------------------------------------------------------------- */

/* Both direct maps of [base, top). */
static bool map_dram(uint64_t base, uint64_t top)
{
	return base >= top || (mmu_map(PORT_MEM_REALM_BASE + base, base, top - base, MMU_DATA) &&
			       mmu_map(LAYOUT_NS_BASE + base, base, top - base, MMU_NS));
}

/* A bank but for what lies in `hole`, by ascending address: there it would have an alias. */
static bool map_bank(const struct granule_bank *bank, const struct range hole[2])
{
	uint64_t at = bank->base.v, top = bank->base.v + bank->size;

	if (top >> LAYOUT_PA_BITS != 0)
		return false;
	for (unsigned int i = 0; i < 2; i++) {
		if (hole[i].top <= at || hole[i].base >= top)
			continue;
		if (!map_dram(at, hole[i].base))
			return false;
		at = hole[i].top;
	}
	return map_dram(at, top);
}

/* The monitor's own memory, and the page shared with EL3. */
static bool map_banks(const struct manifest *m, struct range own, struct range shared)
{
	const struct range hole[2] = { own.base < shared.base ? own : shared,
				       own.base < shared.base ? shared : own };

	for (size_t i = 0; i < m->num_banks; i++) {
		if (!map_bank(&m->bank[i], hole)) {
			log_line(LOG_ERROR, "no room to map the DRAM at %lx", m->bank[i].base.v);
			return false;
		}
	}
	return true;
}

/* How many granules the manifest has. */
static uint64_t count_granules(const struct manifest *m)
{
	uint64_t count = 0;

	for (size_t i = 0; i < m->num_banks; i++)
		count += m->bank[i].size >> GRANULE_SHIFT; /* four terms of 52 bits */
	return count;
}

/* The table grows from the image's end; what the platform reserves for the monitor is its limit (docs/porting.md). */
static bool table_serves(const struct manifest *m)
{
	uint64_t room = (LAYOUT_MEMORY - mmu_image_size()) / sizeof(struct granule);
	uint64_t count = count_granules(m);

	if (count > room) {
		log_line(LOG_ERROR,
			 "the manifest has %lu MiB of DRAM; this monitor's memory can track %lu MiB",
			 count >> (20 - GRANULE_SHIFT), room >> (20 - GRANULE_SHIFT));
		return false;
	}
	if (!granule_init(m->bank, m->num_banks, granule_table, (size_t)count)) {
		log_line(LOG_ERROR, "the manifest's DRAM is misaligned, empty, or overlaps itself");
		return false;
	}
	return true;
}

/* Maps and clears it. What the monitor then has: `own`. */
static bool make_table(const struct manifest *m, struct range shared, struct range *own)
{
	uint64_t image = mmu_image_pa(), table = image + mmu_image_size();
	uint64_t size = count_granules(m) * sizeof(struct granule);

	size = align_down(size + GRANULE_SIZE - 1, GRANULE_SIZE);
	*own = (struct range){ image, table + size };
	if (shared.base < own->top && shared.top > own->base) {
		log_line(LOG_ERROR,
			 "the page shared with EL3, at %lx, lies in the monitor's memory, %lx to %lx",
			 shared.base, own->base, own->top);
		return false;
	}
	if (!mmu_map((uint64_t)(uintptr_t)granule_table, table, size, MMU_DATA)) {
		log_line(LOG_ERROR, "no room to map the granule table");
		return false;
	}
	memset(granule_table, 0, size);
	return true;
}

static bool take_memory(const struct cold_args *args, const struct manifest *m)
{
	struct range shared = { args->shared_pa, args->shared_pa + GRANULE_SIZE };
	struct range own;

	return table_serves(m) && make_table(m, shared, &own) && map_banks(m, own, shared);
}

/* --- The rest ------------------------------------------------------------------------------------------------ */

/* NULL, or why nothing can run here. */
static const char *take_machine(void)
{
	const char *wrong = machine_init();

	if (wrong == NULL)
		wrong = run_machine_init();
	if (wrong == NULL && !registry_init())
		wrong = "the CPU has no random numbers (FEAT_RNG), or gave none";
	return wrong;
}

/* Without them everything works but RSI_ATTESTATION_TOKEN_CONTINUE. */
static void get_attestation_keys(uint64_t shared_pa, void *page)
{
	static const char *const lacking[] = {
		[ATTEST_BOOT_NO_KEY] = "EL3 gave no realm attestation key",
		[ATTEST_BOOT_BAD_KEY] = "EL3's realm attestation key is not one of P-384",
		[ATTEST_BOOT_NO_TOKEN] = "EL3 gave no platform token, or too long a one",
	};
	enum attest_boot result;

	attest_port_init(shared_pa, page);
	result = attest_boot();
	if (result != ATTEST_BOOT_OK)
		log_line(LOG_ERROR, "%s: no attestation tokens", lacking[result]);
}

enum boot_error cold_boot(const struct cold_args *args, void *page)
{
	enum boot_error error = check_args(args, page);
	struct manifest m;
	const char *wrong;

	if (error == BOOT_SUCCESS)
		error = read_manifest(args, page, &m);
	if (error != BOOT_SUCCESS)
		return error;
	if (!take_memory(args, &m))
		return BOOT_MANIFEST_DATA_ERROR;
	wrong = take_machine();
	if (wrong != NULL) {
		log_line(LOG_ERROR, "%s", wrong);
		return BOOT_UNKNOWN;
	}
	get_attestation_keys(args->shared_pa, page);
	log_line(LOG_NOTICE, "CAEC monitor " CAEC_VERSION ", RMI 1.0, CSM 1.0, %lu PEs at most", args->cpus);
	return BOOT_SUCCESS;
}
