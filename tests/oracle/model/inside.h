/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the model's files share among themselves.
 */
#ifndef ORACLE_MODEL_INSIDE_H
#define ORACLE_MODEL_INSIDE_H

#include <assert.h>
#include <string.h>

#include "oracle/model/model.h"

#define IS_ALIGNED(value, size) (((value) & ((size)-1)) == 0)
#define ALIGN_DOWN(value, size) ((value) & ~((size)-1))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define PAGE ((uint64_t)GRANULE_SIZE)
#define BLOCK (UINT64_C(1) << 21)
#define LEVEL_PAGE 3
#define LEVEL_BLOCK 2

/* The command may fail with this. */
void may_fail(struct oracle_answer *a, bool condition, uint64_t code);
static inline bool fails(const struct oracle_answer *a)
{
	return a->num_codes != 0;
}

/* rd. NULL: the command fails. */
struct oracle_realm *find_realm(uint64_t rd, struct oracle_answer *a);
static inline int realm_number(const struct oracle_realm *r)
{
	return (int)(r - oracle.realm);
}
/* The REC's number that the MPIDR in a realm's register names; UINT64_MAX: none that is, or was. */
uint64_t rec_number(const struct oracle_realm *r, uint64_t mpidr);

static inline uint64_t rtt_code(int level)
{
	return rmi_result(RMI_ERROR_RTT, (unsigned int)level);
}

static inline bool same_rid(struct csm_rid a, struct csm_rid b)
{
	return a.lo == b.lo && a.hi == b.hi;
}

/* --- Memory, tables (memory.c, tables.c) -------------------------------------------------------------------------- */

bool granule_is(uint64_t pa, enum oracle_state state);
bool is_host_memory(uint64_t pa); /* Non-secure, as far as the host's commands need it */
void set_state(struct oracle_granule *g, enum oracle_state state);
void new_table(struct oracle_granule *g, int level, uint64_t base, struct oracle_entry first, uint64_t step);
void put_entry(const struct oracle_place *p, struct oracle_entry e);
void set_ripas(const struct oracle_place *p, uint8_t ripas);
/* The first live entry from `ipa` on in the place's table, or the table's end. */
uint64_t skip_non_live(const struct oracle_realm *r, const struct oracle_place *p, uint64_t ipa);
bool is_counted(const struct oracle_entry *e);
static inline bool is_mapped(const struct oracle_entry *e)
{
	return e->what == ORACLE_FOREIGN || e->what == ORACLE_NS ||
	       (e->what == ORACLE_OWN && e->ripas == RMI_RAM);
}
/* The granule at the address, if the entry has one of the realm's own that it can use. */
struct oracle_granule *usable_page(const struct oracle_place *p, uint64_t ipa);

/* --- Commands, by file ----------------------------------------------------------------------------------------------- */

typedef void command(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a);
command granule_delegate, granule_undelegate, data_create_unknown, data_destroy;
command realm_activate, realm_destroy, rec_aux_count, rec_destroy, psci_complete;
command rtt_create, rtt_destroy, rtt_fold, rtt_map, rtt_unmap, rtt_read, init_ripas, set_ripas_command;
command host_csm;
void data_create(const uint64_t *x, const struct oracle_hint *hint, struct oracle_answer *a);
void realm_create(const uint64_t *x, const struct rmi_realm_params *p, const struct oracle_hint *hint,
		  struct oracle_answer *a);
void rec_create(const uint64_t *x, const struct rmi_rec_params *p, struct oracle_answer *a);
/* `smc`: 18 registers of what the realm calls, should it come to run; NULL: nothing. */
void rec_enter(const uint64_t *x, const struct rmi_rec_enter *enter, const uint64_t *smc,
	       const struct oracle_hint *hint, struct oracle_answer *a);

/* --- A realm's calls --------------------------------------------------------------------------------------------------- */

/* One entry of a REC: what it is asked, and what leaves. */
struct entry {
	struct oracle_rec *rec;
	struct oracle_realm *realm;
	const struct oracle_hint *hint;
	struct rmi_rec_exit *exit;
	long irq;
	bool writes_later; /* the call that comes behind what is resumed */
};

/* Each returns true if the realm goes on. */
bool realm_smc(struct entry *e);
bool psci(struct entry *e, uint32_t fid);
bool do_csm_call(struct entry *e);
bool do_csm_resume(struct entry *e, bool rejected);
bool host_call_resume(struct entry *e, const uint64_t *gprs);
void ripas_resume(struct entry *e, bool rejected);
bool irq_pending(struct entry *e);
bool give(struct entry *e, uint64_t x0, uint64_t x1, uint64_t x2);

/* --- CSM ------------------------------------------------------------------------------------------------------------- */

enum outcome { DONE, ASK, TELL };

struct csm_reply {
	enum outcome outcome;
	uint64_t status;
	uint64_t value[10];
	unsigned int values;
	uint64_t event, base, size, argument, ring, ring_rec;
};

struct csm_asked {
	struct entry *entry;
	int self;
	const uint64_t *x; /* the realm's registers */
	uint64_t answered; /* the event that the host has answered */
	bool rejected;
};

/* END: the reply is there. MORE: once more, unless an interrupt comes. */
enum step { END, MORE };
typedef enum step csm_step(struct csm_asked *c, struct csm_reply *r);
csm_step do_create, do_share, do_revoke, do_destroy, do_reserve, do_attach, do_detach;
csm_step do_notify, do_pending, do_query, do_measurement, do_doorbell;

enum step reply_with(struct csm_reply *r, uint64_t status);
/* The item goes, too. */
enum step give_up(struct oracle_item *item, struct csm_reply *r, uint64_t status);
enum step reply_ask(struct csm_reply *r, uint64_t event, uint64_t base, uint64_t size, uint64_t argument);
void reply_ring(struct csm_reply *r, int realm);

struct oracle_item *new_item(int realm, enum csm_role role);
void make_pending(struct oracle_item *item);
void end_item(struct oracle_item *item);
void set_item_state(struct oracle_item *item, enum csm_state state);
struct oracle_item *find_region(int realm, uint64_t id);
/* Shares of the region, oldest first: the first behind `after` (NULL: of all). */
struct oracle_item *next_share(const struct oracle_item *region, const struct oracle_item *after);
/* Room for `least` to `most` new entries; the monitor decides in between. False: the reply says what. */
bool need_room(struct csm_asked *c, struct csm_reply *r, unsigned int least, unsigned int most);
bool range_is_valid(const struct oracle_realm *r, uint64_t base, uint64_t size);
struct oracle_item *consumer_of(const struct oracle_item *share);
/* What the range is attached to; NULL: nothing. */
struct oracle_item *share_of(const struct oracle_item *range);
/* The region of a share; of another item, itself. */
const struct oracle_item *range_of(const struct oracle_item *item);

/* What the realm has there, at page level where tables reach it. */
struct oracle_place place_in(int realm, uint64_t ipa);
/* Of an entry that covers some of a range: where in it the next one begins, and whether it lies in it. */
uint64_t next_offset(const struct oracle_place *p, uint64_t base, uint64_t size);
bool lies_within(const struct oracle_place *p, uint64_t base, uint64_t size);

/* Up to ORACLE_STEP entries; true: the range is done. */
bool map_step(const struct oracle_item *region, struct oracle_item *share, uint64_t *cursor);
bool unmap_step(struct oracle_item *share, uint64_t *cursor, uint8_t ripas);
bool ripas_step(const struct oracle_item *range, uint64_t *cursor, uint8_t ripas);
void map_page(const struct oracle_item *region, struct oracle_item *share, uint64_t offset);
void unmap_page(struct oracle_item *share, uint64_t offset);
/* The level at which the consumer maps what the provider has there. */
int level_for(const struct oracle_item *region, uint64_t c_base, uint64_t offset);

uint8_t ending_of(const struct oracle_item *consumer);
void share_detached(struct oracle_item *share);
enum step close_share(struct oracle_item *share);
/* A step of taking a region apart: what it ended (NULL: nothing to tell), END: the region. */
struct gone {
	bool share, region;
	uint64_t base, size;
	int ring;
};
enum step close_region(struct oracle_item *region, struct gone *gone);

/* What base commands ask. */
bool admits_data(int realm, uint64_t ipa);
bool may_fold(int realm, uint64_t base, uint64_t top);
void data_created(int realm, uint64_t ipa);
/* False: consumers may have it still. */
bool data_released(int realm, uint64_t ipa, const struct oracle_granule *data);

#endif
