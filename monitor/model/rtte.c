/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Encoding of Realm Translation Table entries (rtte.h).
 */
#include "model/rtte.h"

/* Stage 2 descriptor fields (DDI0487 D8.3.1, D8.3.2), 4 KiB granule, 48-bit output addresses. */
#define DESC_VALID UINT64_C(0x1)
#define DESC_TYPE UINT64_C(0x3)
#define DESC_TABLE UINT64_C(0x3)
#define DESC_PAGE UINT64_C(0x3)
#define DESC_BLOCK UINT64_C(0x1)
#define DESC_MEMATTR (UINT64_C(0x7) << 2)
#define DESC_MEMATTR_NORMAL_WB (UINT64_C(0x6) << 2) /* with FEAT_S2FWB: Normal Write-Back, forced */
#define DESC_MEMATTR_S1 (UINT64_C(0x7) << 2)        /* as stage 1 says */
#define DESC_MEMATTR_RESERVED (UINT64_C(0x4) << 2)
#define DESC_S2AP (UINT64_C(0x3) << 6)
#define DESC_S2AP_READ (UINT64_C(0x1) << 6)
#define DESC_S2AP_WRITE (UINT64_C(0x2) << 6)
#define DESC_SH_OUTER (UINT64_C(0x2) << 8)
#define DESC_SH_INNER (UINT64_C(0x3) << 8)
#define DESC_AF (UINT64_C(0x1) << 10)
#define DESC_ADDR UINT64_C(0x0000fffffffff000)
#define DESC_XN (UINT64_C(0x2) << 53) /* not executable at EL1 and EL0 */
#define DESC_NS (UINT64_C(0x1) << 55)
#define DESC_SW_CSM (UINT64_C(0x1) << 56) /* ignored by hardware: maps another realm's granule */

/* Of entries that the hardware finds invalid. All zero is UNASSIGNED, RIPAS EMPTY. */
#define SW_HIPAS (UINT64_C(0x7) << 2)
#define SW_HIPAS_ASSIGNED (UINT64_C(0x1) << 2)
#define SW_HIPAS_UNASSIGNED_NS (UINT64_C(0x2) << 2)
#define SW_RIPAS_SHIFT 5
#define SW_RIPAS (UINT64_C(0x3) << SW_RIPAS_SHIFT)

/* What the host may say of an unprotected mapping (DEN0137 A5.5.5, RMI_RTT_MAP_UNPROTECTED). */
#define NS_DESC_HOST (DESC_MEMATTR | DESC_S2AP | DESC_ADDR)

static uint64_t leaf_type(int level)
{
	return level == RTT_LEVEL_PAGE ? DESC_PAGE : DESC_BLOCK;
}

bool rtte_is_table(struct rtte e, int level)
{
	return level < RTT_LEVEL_PAGE && (e.v & DESC_TYPE) == DESC_TABLE;
}

enum rtte_kind rtte_kind(struct rtte e, int level)
{
	if (!(e.v & DESC_VALID)) {
		switch (e.v & SW_HIPAS) {
		case SW_HIPAS_ASSIGNED:
			return RTTE_ASSIGNED;
		case SW_HIPAS_UNASSIGNED_NS:
			return RTTE_UNASSIGNED_NS;
		default:
			return RTTE_UNASSIGNED;
		}
	}
	if (rtte_is_table(e, level))
		return RTTE_TABLE;
	if (e.v & DESC_NS)
		return RTTE_ASSIGNED_NS;
	return (e.v & DESC_SW_CSM) ? RTTE_CSM : RTTE_ASSIGNED;
}

enum rmi_ripas rtte_ripas(struct rtte e, int level)
{
	switch (rtte_kind(e, level)) {
	case RTTE_CSM:
		return RMI_RAM;
	case RTTE_ASSIGNED:
		if (e.v & DESC_VALID)
			return RMI_RAM;
		return (enum rmi_ripas)((e.v & SW_RIPAS) >> SW_RIPAS_SHIFT);
	case RTTE_UNASSIGNED:
		return (enum rmi_ripas)((e.v & SW_RIPAS) >> SW_RIPAS_SHIFT);
	default:
		return RMI_EMPTY;
	}
}

struct pa rtte_pa(struct rtte e, int level)
{
	(void)level;
	return pa(e.v & DESC_ADDR);
}

bool rtte_is_counted(struct rtte e, int level)
{
	enum rtte_kind kind = rtte_kind(e, level);

	return kind == RTTE_ASSIGNED || kind == RTTE_CSM || kind == RTTE_TABLE;
}

bool rtte_is_live(struct rtte e, int level)
{
	return rtte_is_counted(e, level) || rtte_kind(e, level) == RTTE_ASSIGNED_NS;
}

bool rtte_is_mapped(struct rtte e, int level)
{
	return (e.v & DESC_VALID) && !rtte_is_table(e, level);
}

struct rtte rtte_unassigned(enum rmi_ripas ripas)
{
	return (struct rtte){ (uint64_t)ripas << SW_RIPAS_SHIFT };
}

struct rtte rtte_unassigned_ns(void)
{
	return (struct rtte){ SW_HIPAS_UNASSIGNED_NS };
}

struct rtte rtte_assigned(struct pa addr, int level, enum rmi_ripas ripas)
{
	if (ripas != RMI_RAM)
		return (struct rtte){ addr.v | SW_HIPAS_ASSIGNED | ((uint64_t)ripas << SW_RIPAS_SHIFT) };
	return (struct rtte){ addr.v | DESC_MEMATTR_NORMAL_WB | DESC_S2AP_READ | DESC_S2AP_WRITE |
			      DESC_SH_INNER | DESC_AF | leaf_type(level) };
}

/*
 * A consumer may execute only what is shared as RX, and never what it or anybody in the share may
 * write (csm.md I4).
 */
struct rtte rtte_csm(struct pa addr, int level, enum csm_permission permission)
{
	uint64_t v = addr.v | DESC_MEMATTR_NORMAL_WB | DESC_S2AP_READ | DESC_SH_INNER | DESC_AF |
		     DESC_SW_CSM | leaf_type(level);

	if (permission == CSM_PERM_RW)
		v |= DESC_S2AP_WRITE;
	if (permission != CSM_PERM_RX)
		v |= DESC_XN;
	return (struct rtte){ v };
}

bool rtte_is_writable(struct rtte e, int level)
{
	return rtte_is_mapped(e, level) && (e.v & DESC_S2AP_WRITE);
}

struct rtte rtte_table(struct pa addr)
{
	return (struct rtte){ addr.v | DESC_TABLE };
}

bool rtte_ns_desc_is_valid(uint64_t desc, int level)
{
	return (desc & ~NS_DESC_HOST) == 0 && (desc & DESC_MEMATTR) != DESC_MEMATTR_RESERVED &&
	       is_aligned(desc & DESC_ADDR, rtt_entry_size(level));
}

struct rtte rtte_assigned_ns(uint64_t desc, int level)
{
	uint64_t memattr = desc & DESC_MEMATTR;
	bool cacheable = memattr == DESC_MEMATTR_NORMAL_WB || memattr == DESC_MEMATTR_S1;

	return (struct rtte){ desc | (cacheable ? DESC_SH_INNER : DESC_SH_OUTER) | DESC_AF | DESC_XN |
			      DESC_NS | leaf_type(level) };
}

uint64_t rtte_ns_desc(struct rtte e, int level)
{
	(void)level;
	return e.v & NS_DESC_HOST;
}

/* The entry has an output address that advances from part to part. */
static bool has_address(enum rtte_kind kind)
{
	return kind == RTTE_ASSIGNED || kind == RTTE_CSM || kind == RTTE_ASSIGNED_NS;
}

/* The first part of `e`, and what each further one has more. */
static uint64_t first_part(struct rtte e, int level, struct rtte *first)
{
	*first = e;
	if (!has_address(rtte_kind(e, level)))
		return 0;
	if ((e.v & DESC_VALID) && level + 1 == RTT_LEVEL_PAGE)
		first->v |= DESC_PAGE;
	return rtt_entry_size(level + 1);
}

void rtte_split(struct rtte e, int level, struct rtte *parts)
{
	struct rtte part;
	uint64_t step = first_part(e, level, &part);

	if (part.v == 0)
		return; /* UNASSIGNED, RIPAS EMPTY: zero is what is there */
	for (unsigned int i = 0; i < RTT_ENTRIES; i++, part.v += step)
		parts[i] = part;
}

bool rtte_whole(const struct rtte *parts, int level, struct rtte *whole)
{
	struct rtte e = parts[0], part;
	enum rtte_kind kind = rtte_kind(e, level + 1);
	uint64_t step;

	if (kind == RTTE_TABLE)
		return false;
	if (has_address(kind)) {
		if (level < RTT_MIN_BLOCK_LEVEL || !is_aligned(e.v & DESC_ADDR, rtt_entry_size(level)))
			return false;
		if (e.v & DESC_VALID)
			e.v = (e.v & ~DESC_TYPE) | DESC_BLOCK;
	}
	step = first_part(e, level, &part);
	for (unsigned int i = 0; i < RTT_ENTRIES; i++, part.v += step) {
		if (parts[i].v != part.v)
			return false;
	}
	*whole = e;
	return true;
}
