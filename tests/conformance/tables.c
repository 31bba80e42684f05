/* SPDX-License-Identifier: BSD-3-Clause */
#include "tables.h"

const int64_t conf_no_table_levels[CONF_NO_TABLE_LEVELS] = {
	0, -1, -2, 4, 5, 63, 0x100, 0x103, 0x100000003, INT64_MIN, INT64_MIN + 3, INT64_MAX,
};

static const struct {
	const char *name;
	uint64_t state, ripas;
	bool unprotected;
} kinds[CONF_KINDS] = {
	[KIND_EMPTY] = { "UNASSIGNED, EMPTY", RMI_UNASSIGNED, RMI_EMPTY, false },
	[KIND_RAM] = { "UNASSIGNED, RAM", RMI_UNASSIGNED, RMI_RAM, false },
	[KIND_DESTROYED] = { "UNASSIGNED, DESTROYED", RMI_UNASSIGNED, RMI_DESTROYED, false },
	[KIND_ASSIGNED_EMPTY] = { "ASSIGNED, EMPTY", RMI_ASSIGNED, RMI_EMPTY, false },
	[KIND_ASSIGNED_RAM] = { "ASSIGNED, RAM", RMI_ASSIGNED, RMI_RAM, false },
	[KIND_ASSIGNED_DESTROYED] = { "ASSIGNED, DESTROYED", RMI_ASSIGNED, RMI_DESTROYED, false },
	[KIND_NS] = { "UNASSIGNED_NS", RMI_UNASSIGNED, RMI_EMPTY, true },
	[KIND_ASSIGNED_NS] = { "ASSIGNED_NS", RMI_ASSIGNED, RMI_EMPTY, true },
};

const char *kind_name(enum conf_kind kind)
{
	return kinds[kind].name;
}

bool kind_is_assigned(enum conf_kind kind)
{
	return kinds[kind].state == RMI_ASSIGNED;
}

bool kind_is_unprotected(enum conf_kind kind)
{
	return kinds[kind].unprotected;
}

uint64_t kind_state(enum conf_kind kind)
{
	return kinds[kind].state;
}

uint64_t kind_ripas(enum conf_kind kind)
{
	return kinds[kind].ripas;
}

/* --- Filling ----------------------------------------------------------------------------------------- */

static uint64_t align_down(uint64_t value, uint64_t size)
{
	return value & ~(size - 1);
}

void conf_destroyed(struct conf_realm *realm, uint64_t ipa, int64_t level)
{
	uint64_t rtt, top;

	conf_tables(realm, ipa, level);
	ipa = align_down(ipa, level_size(level - 1));
	conf_expect_ok("RMI_RTT_DESTROY", conf_text("the table at level %d, IPA 0x%lx", (int)level, ipa),
		       host_rmi_rtt_destroy(&rmm, realm->rd, ipa, level, &rtt, &top));
	conf_take_back(rtt, 1);
}

static uint64_t map_all(struct conf_realm *realm, uint64_t base, int64_t level)
{
	/* Aligned to the whole table: that of level 1 covers 512 GiB, so nothing but 0 is in reach of all. */
	uint64_t pa = level == 1 ? 0 : CONF_NS_PA;

	for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
		uint64_t offset = i * level_size(level);

		conf_expect_ok("RMI_RTT_MAP_UNPROTECTED",
			       conf_text("level %d, IPA 0x%lx", (int)level, base + offset),
			       host_rmi_rtt_map_unprotected(&rmm, realm->rd, base + offset, level,
							    (pa + offset) | CONF_NS_ATTRIBUTES));
	}
	return pa;
}

uint64_t conf_fill(struct conf_realm *realm, uint64_t ipa, int64_t level, enum conf_kind kind)
{
	uint64_t base = align_down(ipa, level_size(level - 1));

	if (!kind_is_unprotected(kind) && kind_ripas(kind) == RMI_DESTROYED)
		conf_destroyed(realm, base, level);
	conf_tables(realm, base, level);
	if (!kind_is_unprotected(kind) && kind_ripas(kind) == RMI_RAM)
		conf_ram(realm, base, base + level_size(level - 1));
	if (kind == KIND_ASSIGNED_NS)
		return map_all(realm, base, level);
	return kind_is_assigned(kind) ? conf_data_run(realm, base) : 0;
}

/* --- Looking ----------------------------------------------------------------------------------------- */

static uint64_t desc_of(enum conf_kind kind, uint64_t pa)
{
	if (kind == KIND_ASSIGNED_NS)
		return pa | CONF_NS_ATTRIBUTES;
	return kind_is_assigned(kind) ? pa : 0;
}

bool conf_check_table(const char *rule, const char *text, struct conf_realm *realm, uint64_t ipa,
		      int64_t level, enum conf_kind kind, uint64_t pa)
{
	uint64_t base = align_down(ipa, level_size(level - 1));
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
		uint64_t offset = i * level_size(level);
		struct host_rmi_rtt_entry e;

		wrong += host_rmi_rtt_read_entry(&rmm, realm->rd, base + offset, level, &e) != RMI_SUCCESS ||
			 e.level != level || e.state != kind_state(kind) || e.ripas != kind_ripas(kind) ||
			 e.desc != desc_of(kind, pa + offset);
	}
	return conf_check(rule, conf_text("%s: entries that aren't %s", text, kind_name(kind)), wrong, 0);
}

bool conf_check_kind(const char *rule, const char *text, struct conf_realm *realm, uint64_t ipa,
		     int64_t level, enum conf_kind kind, uint64_t pa)
{
	return conf_check_entry_is(rule, conf_text("%s: %s", text, kind_name(kind)), realm, ipa, level, level,
				   kind_state(kind), desc_of(kind, pa), kind_ripas(kind));
}

bool conf_check_delegated(const char *rule, const char *text, uint64_t pa)
{
	uint64_t result = host_rmi_granule_undelegate(&rmm, pa);

	if (result == RMI_SUCCESS)
		result = host_rmi_granule_delegate(&rmm, pa);
	return conf_check_status(rule, conf_text("%s is DELEGATED", text), result, RMI_SUCCESS);
}

bool conf_check_in_use(const char *rule, const char *text, uint64_t pa)
{
	return conf_check_status(rule, conf_text("%s is neither UNDELEGATED nor DELEGATED", text),
				 host_rmi_granule_undelegate(&rmm, pa), RMI_ERROR_INPUT) &&
	       host_rmi_granule_delegate(&rmm, pa) == RMI_ERROR_INPUT;
}
