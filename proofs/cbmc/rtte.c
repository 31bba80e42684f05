/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stage 2 descriptors (model/rtte.c). What the hardware makes of a descriptor is written down here a second time, from
 * DDI0487 D8.3.
 */
#include "prove.h"

#include "model/rtte.c"

#define HW_VALID(v) (((v)&1) != 0)
#define HW_READ(v) (((v) >> 6 & 1) != 0)
#define HW_WRITE(v) (((v) >> 7 & 1) != 0)
#define HW_XN(v) ((v) >> 53 & 3) /* 0: executable; 2: not, at EL1 and EL0 */
#define HW_NS(v) (((v) >> 55 & 1) != 0)
#define HW_TYPE(v) ((v)&3) /* of a leaf: 3 at page level, 1 above */
#define HW_ADDRESS(v) ((v)&UINT64_C(0xfffffffff000))

/* A descriptor that the hardware walks to at `level` maps something, or is invalid. */
static bool is_leaf(struct rtte e, int level)
{
	return !HW_VALID(e.v) || HW_TYPE(e.v) == (level == RTT_LEVEL_PAGE ? 3 : 1);
}

static int any_level(void)
{
	return any_from_to(0, RTT_LEVEL_PAGE);
}

static int any_leaf_level(void)
{
	return any_from_to(RTT_MIN_BLOCK_LEVEL, RTT_LEVEL_PAGE);
}

/* Where an entry of `level` may lead. */
static struct pa any_output(int level)
{
	struct pa addr = pa(any_u64());

	ASSUME(HW_ADDRESS(addr.v) == addr.v && is_aligned(addr.v, rtt_entry_size(level)));
	return addr;
}

static enum rmi_ripas any_ripas(void)
{
	return (enum rmi_ripas)any_from_to(RMI_EMPTY, RMI_DESTROYED);
}

/* What the monitor makes of the entry is what the hardware does; for each of the 2^64. */
void prove_any_descriptor(void)
{
	struct rtte e = { any_u64() };
	int level = any_level();
	enum rtte_kind kind = rtte_kind(e, level);

	CLAIM(kind <= RTTE_TABLE);
	CLAIM((kind == RTTE_TABLE) == rtte_is_table(e, level));
	CLAIM(rtte_is_table(e, level) == (level < 3 && (e.v & 3) == 3));
	CLAIM(rtte_is_mapped(e, level) == (HW_VALID(e.v) && kind != RTTE_TABLE));
	CLAIM(!rtte_is_mapped(e, level) || kind == RTTE_ASSIGNED || kind == RTTE_CSM ||
	      kind == RTTE_ASSIGNED_NS);
	CLAIM(!rtte_is_mapped(e, level) || HW_NS(e.v) == (kind == RTTE_ASSIGNED_NS));
	CLAIM(!rtte_is_mapped(e, level) || HW_WRITE(e.v) == rtte_is_writable(e, level));
	CLAIM(!rtte_is_counted(e, level) || rtte_is_live(e, level));
	CLAIM(kind != RTTE_CSM || HW_VALID(e.v));
	CLAIM(rtte_pa(e, level).v == HW_ADDRESS(e.v));
	if (kind != RTTE_ASSIGNED && kind != RTTE_UNASSIGNED)
		CLAIM(rtte_ripas(e, level) == (kind == RTTE_CSM ? RMI_RAM : RMI_EMPTY));
}

/* What is encoded is what is decoded: entries of a realm's own, at every level, for every address. */
void prove_own_entries(void)
{
	int level = any_leaf_level();
	struct pa addr = any_output(level);
	enum rmi_ripas ripas = any_ripas();
	struct rtte e = rtte_assigned(addr, level, ripas);

	CLAIM(rtte_kind(e, level) == RTTE_ASSIGNED);
	CLAIM(rtte_ripas(e, level) == ripas);
	CLAIM(rtte_pa(e, level).v == addr.v);
	CLAIM(rtte_is_mapped(e, level) == (ripas == RMI_RAM));
	CLAIM(rtte_is_mapped(e, level) == rtte_is_writable(e, level));
	CLAIM(!HW_VALID(e.v) || (!HW_NS(e.v) && is_leaf(e, level)));
	e = rtte_unassigned(ripas);
	CLAIM(rtte_kind(e, level) == RTTE_UNASSIGNED && rtte_ripas(e, level) == ripas && !HW_VALID(e.v));
	CLAIM(!rtte_is_live(e, level));
	e = rtte_unassigned_ns();
	CLAIM(rtte_kind(e, level) == RTTE_UNASSIGNED_NS && !HW_VALID(e.v) && !rtte_is_live(e, level));
}

void prove_tables(void)
{
	int level = any_from_to(0, RTT_LEVEL_PAGE - 1);
	struct pa addr = any_output(RTT_LEVEL_PAGE);
	struct rtte e = rtte_table(addr);

	CLAIM(rtte_kind(e, level) == RTTE_TABLE && rtte_pa(e, level).v == addr.v);
	CLAIM(rtte_is_counted(e, level) && !rtte_is_mapped(e, level));
}

/* I4: whatever the permission says, the descriptor gives no more. */
void prove_permission(void)
{
	int level = any_leaf_level();
	struct pa addr = any_output(level);
	enum csm_permission permission = (enum csm_permission)any_int();
	struct rtte e = rtte_csm(addr, level, permission);

	CLAIM(rtte_kind(e, level) == RTTE_CSM && rtte_ripas(e, level) == RMI_RAM);
	CLAIM(rtte_pa(e, level).v == addr.v);
	CLAIM(HW_VALID(e.v) && is_leaf(e, level) && HW_READ(e.v) && !HW_NS(e.v));
	CLAIM(HW_WRITE(e.v) == (permission == CSM_PERM_RW));
	CLAIM(HW_XN(e.v) == (permission == CSM_PERM_RX ? 0 : 2));
	CLAIM(!(HW_WRITE(e.v) && HW_XN(e.v) == 0));
	CLAIM(rtte_is_writable(e, level) == (permission == CSM_PERM_RW));
}

/* The host's descriptors: it gets back what it gave, and never the Realm address space or code. */
void prove_ns_descriptor(void)
{
	int level = any_leaf_level();
	uint64_t desc = any_u64();
	struct rtte e = rtte_assigned_ns(desc, level);

	if (!rtte_ns_desc_is_valid(desc, level))
		return;
	CLAIM(rtte_kind(e, level) == RTTE_ASSIGNED_NS && rtte_is_mapped(e, level));
	CLAIM(rtte_ns_desc(e, level) == desc);
	CLAIM(HW_NS(e.v) && is_leaf(e, level) && HW_XN(e.v) == 2);
	CLAIM(HW_WRITE(e.v) == HW_WRITE(desc) && HW_READ(e.v) == HW_READ(desc));
	CLAIM(HW_ADDRESS(e.v) == HW_ADDRESS(desc) && is_aligned(HW_ADDRESS(e.v), rtt_entry_size(level)));
}

/* An entry that can be split: any that is not a table, as the monitor makes it. */
static struct rtte any_whole(int level)
{
	switch (any_from_to(0, 4)) {
	case 0:
		return rtte_unassigned(any_ripas());
	case 1:
		return rtte_unassigned_ns();
	case 2:
		return rtte_assigned(any_output(level), level, any_ripas());
	case 3:
		return rtte_csm(any_output(level), level,
				(enum csm_permission)any_from_to(CSM_PERM_RO, CSM_PERM_RX));
	default: {
		uint64_t desc = any_u64();

		ASSUME(rtte_ns_desc_is_valid(desc, level));
		return rtte_assigned_ns(desc, level);
	}
	}
}

/* Each part of a block that is split means what the block meant there; and the whole comes back. */
void prove_split(void)
{
	static struct rtte parts[RTT_ENTRIES];
	int level = any_from_to(RTT_MIN_BLOCK_LEVEL, RTT_LEVEL_BLOCK);
	unsigned int i = any_u32() % RTT_ENTRIES;
	struct rtte e = any_whole(level), whole = { 0 };
	bool leads = has_address(rtte_kind(e, level));

	rtte_split(e, level, parts);
	CLAIM(rtte_kind(parts[i], level + 1) == rtte_kind(e, level));
	CLAIM(rtte_ripas(parts[i], level + 1) == rtte_ripas(e, level));
	CLAIM(rtte_is_mapped(parts[i], level + 1) == rtte_is_mapped(e, level));
	CLAIM(is_leaf(parts[i], level + 1));
	CLAIM(rtte_is_writable(parts[i], level + 1) == rtte_is_writable(e, level));
	CLAIM(HW_XN(parts[i].v) == HW_XN(e.v));
	CLAIM(!leads ||
	      rtte_pa(parts[i], level + 1).v == rtte_pa(e, level).v + i * rtt_entry_size(level + 1));
	CLAIM(rtte_whole(parts, level, &whole) && whole.v == e.v);
}

/* What is said to be whole has 512 parts that mean what it means; for any 512 entries. */
void prove_fold(void)
{
	struct rtte parts[RTT_ENTRIES]; /* anything */
	int level = any_from_to(0, RTT_LEVEL_BLOCK);
	unsigned int i = any_u32() % RTT_ENTRIES;
	struct rtte whole;

	if (!rtte_whole(parts, level, &whole))
		return;
	CLAIM(rtte_kind(whole, level) == rtte_kind(parts[i], level + 1));
	CLAIM(rtte_kind(whole, level) != RTTE_TABLE);
	CLAIM(rtte_ripas(whole, level) == rtte_ripas(parts[i], level + 1));
	CLAIM(rtte_is_writable(whole, level) == rtte_is_writable(parts[i], level + 1));
	CLAIM(HW_XN(whole.v) == HW_XN(parts[i].v));
	if (!has_address(rtte_kind(whole, level)))
		return;
	CLAIM(level >= RTT_MIN_BLOCK_LEVEL && is_aligned(HW_ADDRESS(whole.v), rtt_entry_size(level)));
	CLAIM(rtte_pa(parts[i], level + 1).v == rtte_pa(whole, level).v + i * rtt_entry_size(level + 1));
}
