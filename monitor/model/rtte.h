/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One entry of a Realm Translation Table: what it means (DEN0137 A5.5) and how the stage 2 descriptor
 * encodes it (Arm ARM DDI0487 D8.3).
 *
 * A descriptor that the hardware finds invalid (bit 0 clear) is the monitor's to use: bits [4:2] hold
 * the HIPAS, [6:5] the RIPAS, and an ASSIGNED entry keeps its address. A valid leaf that maps another
 * realm's granule has bit 56 set (ignored by hardware).
 */
#ifndef MODEL_RTTE_H
#define MODEL_RTTE_H

#include <caec/csm.h>
#include <caec/rmi.h>

#include "model/types.h"

#define RTT_LEVEL_PAGE 3
#define RTT_LEVEL_BLOCK 2 /* of 2 MiB */
#define RTT_MIN_BLOCK_LEVEL 1
#ifndef RTT_ENTRIES /* a proof looks at the first ones of a table (proofs/cbmc) */
#define RTT_ENTRIES 512U
#endif

enum rtte_kind {
	RTTE_UNASSIGNED,    /* protected, nothing there */
	RTTE_ASSIGNED,      /* protected, a DATA granule of the realm's own */
	RTTE_CSM,           /* protected, a granule that another realm shares with this one */
	RTTE_UNASSIGNED_NS, /* unprotected, nothing there */
	RTTE_ASSIGNED_NS,   /* unprotected, memory of the host's choice */
	RTTE_TABLE,
};

struct rtte {
	uint64_t v;
};

#define RTT_INDEX_BITS 9U

/* The number of bytes that an entry of `level` covers, and its logarithm. */
static inline unsigned int rtt_entry_shift(int level)
{
	return GRANULE_SHIFT + RTT_INDEX_BITS * (unsigned int)(RTT_LEVEL_PAGE - level);
}

static inline uint64_t rtt_entry_size(int level)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): no level is above 3 */
	return UINT64_C(1) << rtt_entry_shift(level);
}

enum rtte_kind rtte_kind(struct rtte e, int level);
bool rtte_is_table(struct rtte e, int level);
/* Of UNASSIGNED and ASSIGNED entries. A CSM mapping is RAM; other kinds have none and give EMPTY. */
enum rmi_ripas rtte_ripas(struct rtte e, int level);
/* The output address of ASSIGNED, CSM, ASSIGNED_NS and TABLE entries. */
struct pa rtte_pa(struct rtte e, int level);

/* Live entries keep their RTT from being destroyed, or hide something in it (DEN0137 A5.5.6). */
bool rtte_is_live(struct rtte e, int level);
/* Live in the sense of RTT_DESTROY: counted in the RTT granule's references. */
bool rtte_is_counted(struct rtte e, int level);
/* The hardware may translate through this leaf. */
bool rtte_is_mapped(struct rtte e, int level);

struct rtte rtte_unassigned(enum rmi_ripas ripas);
struct rtte rtte_unassigned_ns(void);
struct rtte rtte_assigned(struct pa addr, int level, enum rmi_ripas ripas);
struct rtte rtte_csm(struct pa addr, int level, enum csm_permission permission);
/* The realm may write through this leaf; through those of its own memory it always may. */
bool rtte_is_writable(struct rtte e, int level);
struct rtte rtte_table(struct pa addr);

/* The host's descriptor of RMI_RTT_MAP_UNPROTECTED: which bits it may set, and both directions. */
bool rtte_ns_desc_is_valid(uint64_t desc, int level);
struct rtte rtte_assigned_ns(uint64_t desc, int level);
uint64_t rtte_ns_desc(struct rtte e, int level);

/*
 * The RTT_ENTRIES entries of `level` + 1 that mean the same as the block or empty entry `e`; `parts` is zeroed
 * memory.
 */
void rtte_split(struct rtte e, int level, struct rtte *parts);
/* The inverse: true and the whole, if `parts` (RTT_ENTRIES entries of `level` + 1) have one meaning. */
bool rtte_whole(const struct rtte *parts, int level, struct rtte *whole);

#endif
