/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm's call finds in its tables: the buffer of a call (call/rsi_memory.c; DEN0137 A5.2.4), RSI_IPA_STATE_GET (B5.3.6).
 * A walk ends in any table, at any level, with any entries; `rtt-walk` is about the way there.
 */
#define realm_memory_get realm_memory_any /* calling_rec.h has a contract for it */
#define realm_memory_put realm_memory_let_go
#include "calling_rec.h"
#undef realm_memory_get
#undef realm_memory_put

#include <caec/arm.h>

#include "rsi_return.h"

enum realm_memory realm_memory_get(struct rec *rec, struct ipa addr, void **mem, struct rmi_rec_exit *exit);
void realm_memory_put(struct rec *rec);

#include "call/rsi_memory.c"
#include "call/rsi_ripas.c"
#include "model/rtte.c"

static struct rtte table[RTT_ENTRIES];
static struct rtt_walk the_walk;
static bool is_table_locked;
static uint64_t asked_of_memory;
static uint8_t some_memory;

void rtt_lock(const struct s2 *s2)
{
	CLAIM(s2 == &the_realm.s2 && !is_table_locked);
	is_table_locked = true;
}

void rtt_unlock(const struct s2 *s2)
{
	CLAIM(s2 == &the_realm.s2 && is_table_locked);
	is_table_locked = false;
}

struct rtt_walk rtt_walk(const struct s2 *s2, struct ipa addr, int level)
{
	CLAIM(s2 == &the_realm.s2 && is_table_locked && addr.v < s2_size(s2) / 2 && level == RTT_LEVEL_PAGE);
	the_walk.level = any_from_to(0, RTT_LEVEL_PAGE);
	the_walk.table = table;
	the_walk.addr = addr.v;
	the_walk.index = (unsigned int)(addr.v >> rtt_entry_shift(the_walk.level)) % RTT_ENTRIES;
	the_walk.entry = table[the_walk.index];
	ASSUME(rtte_kind(the_walk.entry, the_walk.level) != RTTE_TABLE);
	return the_walk;
}

void *port_mem(struct pa addr)
{
	asked_of_memory = addr.v;
	return &some_memory;
}

bool csm_range_overlaps(struct granule *g, uint64_t base, uint64_t top)
{
	(void)g;
	(void)base;
	(void)top;
	return any_bool();
}

static void any_table(void)
{
	any_caller();
	for (unsigned int i = 0; i < RTT_ENTRIES; i++)
		table[i].v = any_u64();
}

/* OK: memory that the realm may write, at its place in its page or block; the tables stay locked. Else they are not. */
void prove_realm_memory(void)
{
	struct ipa addr = ipa(any_u64());
	enum realm_memory result;
	void *mem = NULL;
	int level;

	any_table();
	ASSUME(addr.v < s2_size(&the_realm.s2) / 2);
	result = realm_memory_get(&the_rec, addr, &mem, &record);
	level = the_walk.level;
	REACHES(result == REALM_MEMORY_OK);
	REACHES(result == REALM_MEMORY_INPUT && rtte_is_mapped(the_walk.entry, level));
	REACHES(result == REALM_MEMORY_INPUT && !rtte_is_mapped(the_walk.entry, level));
	REACHES(result == REALM_MEMORY_FAULT);
	CLAIM(is_table_locked == (result == REALM_MEMORY_OK));
	CLAIM((result == REALM_MEMORY_OK) == rtte_is_writable(the_walk.entry, level));
	if (result == REALM_MEMORY_OK) {
		CLAIM(mem == &some_memory &&
		      asked_of_memory ==
			      rtte_pa(the_walk.entry, level).v + (addr.v & (rtt_entry_size(level) - 1)));
		return;
	}
	CLAIM(mem == NULL &&
	      (result == REALM_MEMORY_INPUT) == (rtte_is_mapped(the_walk.entry, level) ||
						 rtte_ripas(the_walk.entry, level) == RMI_EMPTY));
	if (result != REALM_MEMORY_FAULT)
		return;
	/* A data abort of a lower level (0x24), translation fault; nothing that lets the host answer it. */
	CLAIM(record.exit_reason == RMI_EXIT_SYNC &&
	      record.esr == (UINT64_C(0x24) << 26 | 4 | (uint64_t)level));
	CLAIM(record.far == 0 && record.hpfar == (addr.v & ~UINT64_C(0xfff)) >> 8);
}

/* Some address up to where the call says: in the same table, with the RIPAS that it says. */
static void claim_ripas(uint64_t at)
{
	unsigned int shift = rtt_entry_shift(the_walk.level);
	uint64_t i = the_walk.index + ((at >> shift) - (rec_before.gprs[1] >> shift));

	CLAIM(i < RTT_ENTRIES);
	CLAIM(rtte_kind(table[i], the_walk.level) != RTTE_TABLE);
	CLAIM(rtte_ripas(table[i], the_walk.level) == the_rec.gprs[2]);
}

void prove_ipa_state_get(void)
{
	uint64_t base, top, at = any_u64();
	bool goes_on;

	any_table();
	base = the_rec.gprs[1];
	top = the_rec.gprs[2];
	goes_on = rsi_ipa_state_get(&the_rec, &record);
	REACHES(the_rec.gprs[0] == RSI_ERROR_INPUT);
	REACHES(the_rec.gprs[0] == RSI_SUCCESS && the_rec.gprs[1] == top);
	REACHES(the_rec.gprs[0] == RSI_SUCCESS && the_rec.gprs[1] < top);
	claim_rest();
	CLAIM(goes_on && is_skipped() && is_same(4, 30) && the_rec.gprs[3] == 0 && !is_table_locked);
	/* base_align, end_align, size_valid, rgn_bound. */
	if (base % 4096 != 0 || top % 4096 != 0 || top <= base || top > s2_size(&the_realm.s2) / 2) {
		CLAIM(the_rec.gprs[0] == RSI_ERROR_INPUT && the_rec.gprs[1] == 0 && the_rec.gprs[2] == 0);
		return;
	}
	CLAIM(the_rec.gprs[0] == RSI_SUCCESS && base < the_rec.gprs[1] && the_rec.gprs[1] <= top);
	if (base <= at && at < the_rec.gprs[1])
		claim_ripas(at);
}
