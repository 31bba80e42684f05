/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIMD registers of the host and of realms (DEN0137 A3.1.2). Nobody else switches them: EL3 does not. A
 * realm's first use after an entry is trapped; only then the host's are put away, SVE's included, because
 * writing a Q register clears the rest of its Z register.
 */
#include "run/context.h"

#include "port/aarch64/percpu.h"

/* With E2H (DDI0487 D24.2.35): 0b11 in FPEN and ZEN: no trap. */
#define CPTR_FPEN (UINT64_C(3) << 20)
#define CPTR_ZEN (UINT64_C(3) << 16)

#define MAX_VL_BYTES 256U
#define ZCR_LEN_MAX UINT64_C(0xf)

/* Q registers, or Z, P and FFR. */
struct host_simd {
	_Alignas(16) uint8_t vectors[32 * MAX_VL_BYTES + 17 * (MAX_VL_BYTES / 8)];
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

void simd_q_save(void *to);
void simd_q_load(const void *from);
void simd_z_save(void *to);
void simd_z_load(const void *from);

void simd_init(void)
{
	has_sve = id_field(read_sysreg("id_aa64pfr0_el1"), 32) != 0;
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
	h->zcr = read_sysreg("s3_4_c1_c2_0");
	write_sysreg("s3_4_c1_c2_0", ZCR_LEN_MAX);
	isb();
	simd_z_save(h->vectors);
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
	write_sysreg("s3_4_c1_c2_0", h->zcr);
}

/* Opens or closes the registers to the monitor, and with it FP to the realm. SVE stays closed to it. */
static uint64_t open_simd(void)
{
	uint64_t cptr = read_sysreg("cptr_el2");

	write_sysreg("cptr_el2", cptr | CPTR_FPEN | (has_sve ? CPTR_ZEN : 0));
	isb();
	return cptr;
}

void simd_give(struct rec *rec)
{
	const struct realm_simd *r = realm_simd(rec);
	uint64_t cptr = open_simd();

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
	cptr = open_simd();
	simd_q_save(r->vectors);
	r->fpcr = read_sysreg("fpcr");
	r->fpsr = read_sysreg("fpsr");
	load_host(&host_simd[this_cpu()->index]);
	context_of(rec)->simd_live = false;
	write_sysreg("cptr_el2", cptr & ~(CPTR_FPEN | CPTR_ZEN));
}
