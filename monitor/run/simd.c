/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIMD registers of the host and of realms (DEN0137 A3.1.2). Nobody else switches them: EL3 does not. A
 * realm's first use after an entry is trapped; only then the host's are put away, SVE's included, because
 * writing a Q register clears the rest of its Z register.
 */
#include "run/context.h"

#include "port/aarch64/simd.h"

/* Q registers, or Z, P and FFR. */
struct host_simd {
	_Alignas(16) uint8_t vectors[32 * SIMD_MAX_VL];
	_Alignas(16) uint8_t predicates[17 * (SIMD_MAX_VL / 8)];
	uint64_t fpcr, fpsr;
	uint64_t zcr;
};

/* In auxiliary granule 0 of a REC. */
struct realm_simd {
	uint8_t vectors[512];
	uint64_t fpcr, fpsr;
};

static struct host_simd host_simd[PORT_MAX_CPUS];
static bool has_sve;

void simd_init(void)
{
	has_sve = simd_has_sve();
}

static struct realm_simd *realm_simd(const struct rec *rec)
{
	return granule_mem(rec->aux[0]);
}

static void save_host(struct host_simd *h)
{
	h->fpcr = read_sysreg("fpcr");
	h->fpsr = read_sysreg("fpsr");
	if (!has_sve) {
		simd_q_save(h->vectors);
		return;
	}
	/* All that the hardware has, whatever length the host uses now. */
	h->zcr = read_sysreg(ZCR_EL2);
	write_sysreg(ZCR_EL2, ZCR_LEN_MAX);
	isb();
	simd_z_save(h->vectors);
	simd_p_save(h->predicates);
}

static void load_host(const struct host_simd *h)
{
	write_sysreg("fpcr", h->fpcr);
	write_sysreg("fpsr", h->fpsr);
	if (!has_sve) {
		simd_q_load(h->vectors);
		return;
	}
	simd_z_load(h->vectors);
	simd_p_load(h->predicates);
	write_sysreg(ZCR_EL2, h->zcr);
}

void simd_give(struct rec *rec)
{
	const struct realm_simd *r = realm_simd(rec);
	uint64_t cptr = simd_open(has_sve);

	save_host(&host_simd[this_cpu()->index]);
	simd_q_load(r->vectors);
	write_sysreg("fpcr", r->fpcr);
	write_sysreg("fpsr", r->fpsr);
	context_of(rec)->simd_live = true;
	write_sysreg("cptr_el2", cptr | CPTR_FPEN);
}

void simd_take_back(struct rec *rec)
{
	struct realm_simd *r = realm_simd(rec);
	uint64_t cptr;

	if (!context_of(rec)->simd_live)
		return;
	cptr = simd_open(has_sve);
	simd_q_save(r->vectors);
	r->fpcr = read_sysreg("fpcr");
	r->fpsr = read_sysreg("fpsr");
	load_host(&host_simd[this_cpu()->index]);
	context_of(rec)->simd_live = false;
	write_sysreg("cptr_el2", cptr & ~(CPTR_FPEN | CPTR_ZEN));
}
