/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIMD registers of the host and of realms (DEN0137 A3.1.3). Nobody else switches them: EL3 does not. A
 * realm's first use after an entry is trapped; only then the host's are put away, SVE's included, because
 * writing a Q register clears the rest of its Z register.
 */
#include "run/aarch64/context.h"

#include "port/aarch64/simd.h"

/* Q registers, or Z, P and FFR. */
struct host_simd {
	_Alignas(16) uint8_t vectors[2 * SIMD_HALF];
	_Alignas(16) uint8_t predicates[17 * (SIMD_MAX_VL / 8)];
	uint64_t fpcr, fpsr;
	uint64_t zcr, zcr_el1;
};

/* In an auxiliary granule of a REC. With SVE the vectors are in two more. */
struct realm_simd {
	union {
		uint8_t vectors[512];
		uint8_t predicates[17 * (SIMD_MAX_VL / 8)];
	};
	uint64_t fpcr, fpsr;
	uint64_t zcr_el1;
};
_Static_assert(SIMD_HALF == GRANULE_SIZE, "half the vectors fill a granule");

static struct host_simd host_simd[PORT_MAX_CPUS];
static bool has_sve;

void simd_init(void)
{
	has_sve = simd_has_sve();
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
	h->zcr_el1 = read_sysreg(ZCR_EL12);
	h->zcr = read_sysreg(ZCR_EL2);
	write_sysreg(ZCR_EL2, ZCR_LEN_MAX);
	isb();
	simd_z_save(h->vectors, h->vectors + SIMD_HALF);
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
	write_sysreg(ZCR_EL12, h->zcr_el1);
	write_sysreg(ZCR_EL2, ZCR_LEN_MAX);
	isb();
	simd_z_load(h->vectors, h->vectors + SIMD_HALF);
	simd_p_load(h->predicates);
	write_sysreg(ZCR_EL2, h->zcr);
}

static void save_realm(const struct rec *rec)
{
	struct realm_simd *r = granule_mem(rec->aux[REC_AUX_SIMD]);

	r->fpcr = read_sysreg("fpcr");
	r->fpsr = read_sysreg("fpsr");
	if (!rec->realm->has_sve) {
		simd_q_save(r->vectors);
		return;
	}
	r->zcr_el1 = read_sysreg(ZCR_EL12);
	simd_z_save(granule_mem(rec->aux[REC_AUX_VECTORS]), granule_mem(rec->aux[REC_AUX_VECTORS + 1]));
	simd_p_save(r->predicates);
}

static void load_realm(const struct rec *rec)
{
	const struct realm_simd *r = granule_mem(rec->aux[REC_AUX_SIMD]);

	write_sysreg("fpcr", r->fpcr);
	write_sysreg("fpsr", r->fpsr);
	if (!rec->realm->has_sve) {
		simd_q_load(r->vectors);
		return;
	}
	/* What the hardware has beyond this length is the host's; the realm can't reach it. */
	write_sysreg(ZCR_EL12, r->zcr_el1);
	write_sysreg(ZCR_EL2, rec->realm->sve_vl);
	isb();
	simd_z_load(granule_mem(rec->aux[REC_AUX_VECTORS]), granule_mem(rec->aux[REC_AUX_VECTORS + 1]));
	simd_p_load(r->predicates);
}

void simd_give(struct rec *rec)
{
	uint64_t cptr = simd_open(has_sve);

	save_host(&host_simd[this_cpu()->index]);
	load_realm(rec);
	context_of(rec)->simd_live = true;
	write_sysreg("cptr_el2", cptr | CPTR_FPEN | (rec->realm->has_sve ? CPTR_ZEN : 0));
}

void simd_take_back(struct rec *rec)
{
	uint64_t cptr;

	if (!context_of(rec)->simd_live)
		return;
	cptr = simd_open(has_sve);
	save_realm(rec);
	load_host(&host_simd[this_cpu()->index]);
	context_of(rec)->simd_live = false;
	write_sysreg("cptr_el2", cptr & ~(CPTR_FPEN | CPTR_ZEN));
}
