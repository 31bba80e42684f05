/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the groups build their arguments from: realms, tables, data and RECs, made with single RMI commands
 * whose parameters a case may change before the command is given. A failure of any of these leaves the case
 * (it is no check of its own). Granules aren't given back but where a function says so.
 */
#ifndef TESTS_CONFORMANCE_OBJECTS_H
#define TESTS_CONFORMANCE_OBJECTS_H

#include "conformance.h"

/* Bytes that an entry of a table at `level` (-1 to 3) covers. */
static inline uint64_t level_size(int64_t level)
{
	return ABI_U64(1) << (GRANULE_SHIFT + 9 * (unsigned int)(3 - level));
}

/* --- Realms ------------------------------------------------------------------------------------------ */

struct conf_realm {
	uint64_t rd;
	uint64_t params_pa;
	struct rmi_realm_params *params; /* at params_pa */
};

/* The widest tree of four levels: 40 bits of IPA, starting at level 0. An RMM that offers fewer has none. */
#define CONF_IPA_BITS 40
#define CONF_START_LEVEL 0

/* Granules and parameters for a realm that CONF_IPA_BITS describe; REALM_CREATE would succeed. */
void conf_realm_prepare(struct conf_realm *realm);

/* The same with a geometry of the caller's. */
void conf_realm_prepare_as(struct conf_realm *realm, unsigned int ipa_bits, int64_t start_level,
			   unsigned int start_count);

/* REALM_CREATE after either of them. */
void conf_realm_create(struct conf_realm *realm);
void conf_realm_make(struct conf_realm *realm);
void conf_realm_make_as(struct conf_realm *realm, unsigned int ipa_bits, int64_t start_level,
			unsigned int start_count);

/* REALM_DESTROY of a realm that isn't live; its granules go back to memory. */
void conf_realm_unmake(struct conf_realm *realm);

/* The granules of a realm that isn't, or no more, go back to memory. */
void conf_realm_release(struct conf_realm *realm);

/* First unprotected IPA, and the first IPA that is none. */
static inline uint64_t conf_unprotected(const struct conf_realm *realm)
{
	return ABI_U64(1) << (realm->params->s2sz - 1);
}
static inline uint64_t conf_ipa_end(const struct conf_realm *realm)
{
	return ABI_U64(1) << realm->params->s2sz;
}

/* --- Tables and data --------------------------------------------------------------------------------- */

/* RTT_CREATE of one table; its address. */
uint64_t conf_table(struct conf_realm *realm, uint64_t ipa, int64_t level);

/* Whatever is missing of the tables down to `level` for `ipa`. */
void conf_tables(struct conf_realm *realm, uint64_t ipa, int64_t level);

/* DATA_CREATE_UNKNOWN of a new granule, or DATA_CREATE without measuring, with what tables are missing. */
uint64_t conf_data(struct conf_realm *realm, uint64_t ipa);
uint64_t conf_data_content(struct conf_realm *realm, uint64_t ipa, const void *content);

/* DATA_CREATE_UNKNOWN of 512 contiguous granules, aligned, at the table of level 3 for `ipa`. */
uint64_t conf_data_run(struct conf_realm *realm, uint64_t ipa);

/* INIT_RIPAS of exactly [base, top), tables for the ends included. */
void conf_ram(struct conf_realm *realm, uint64_t base, uint64_t top);

/* RTT_READ_ENTRY. */
struct host_rmi_rtt_entry conf_entry(struct conf_realm *realm, uint64_t ipa, int64_t level);

/*
 * One check: RTT_READ_ENTRY of `ipa` at `level` ends at `walk` and says the rest. RIPAS isn't looked at
 * where the entry is a table (the specification doesn't say it then).
 */
bool conf_check_entry(const char *rule, const char *text, struct conf_realm *realm, uint64_t ipa,
		      int64_t level, const struct host_rmi_rtt_entry *expected);
#define conf_check_entry_is(rule, text, realm, ipa, level, walk, state, desc, ripas) \
	conf_check_entry(rule, text, realm, ipa, level,                              \
			 &(const struct host_rmi_rtt_entry){ walk, state, desc, ripas })

/* --- RECs -------------------------------------------------------------------------------------------- */

struct conf_rec {
	uint64_t pa;
	uint64_t params_pa;
	struct rmi_rec_params *params; /* with aux_count delegated granules in aux */
	uint64_t aux_count;
};

/* Granules and parameters for the realm's REC of this index, runnable; REC_CREATE would succeed. */
void conf_rec_prepare(struct conf_rec *rec, struct conf_realm *realm, unsigned int index);
void conf_rec_make(struct conf_rec *rec, struct conf_realm *realm, unsigned int index);

/* REC_DESTROY, and its granules go back to memory; or the latter alone. */
void conf_rec_unmake(struct conf_rec *rec);
void conf_rec_release(struct conf_rec *rec);

/* --- A granule in each state (A2.2.3) ---------------------------------------------------------------- */

enum conf_state {
	CONF_UNDELEGATED,
	CONF_DELEGATED,
	CONF_RD,
	CONF_REC,
	CONF_REC_AUX,
	CONF_DATA,
	CONF_RTT,
	CONF_STATES
};

/* 0: there is none (REC_AUX, if RECs need no auxiliary granules). */
extern uint64_t conf_granule_in[CONF_STATES];
extern struct conf_realm conf_zoo_realm; /* whose they are; NEW, with one REC */

/* Makes them, once per group. */
void conf_zoo(void);
const char *conf_state_name(enum conf_state state);

#endif
