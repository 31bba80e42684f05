/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The executable specification: what DEN0137 and docs/csm.md say that a monitor does, as plain lists of granules, realms,
 * table entries and ranges, each found by looking at all of them. It shares no code with the monitor, only the interface
 * headers, and knows nothing of locks, descriptors or processors.
 *
 * A command comes with what the monitor answered: the model says whether it may answer so, and follows it where the
 * specification leaves the choice to the monitor (struct oracle_hint).
 */
#ifndef ORACLE_MODEL_MODEL_H
#define ORACLE_MODEL_MODEL_H

#include <caec/csm.h>
#include <caec/psci.h>
#include <caec/rmi.h>
#include <caec/rsi.h>

#define ORACLE_BASE UINT64_C(0x80000000) /* of memory */
#define ORACLE_GRANULES 1536U
#define ORACLE_REALMS 16U
#define ORACLE_RECS 32U
#define ORACLE_ITEMS 192U
#define ORACLE_PEERS 256U
#define ORACLE_ENTRIES 512U /* of a table */
#define ORACLE_ROOTS 16U
#define ORACLE_NONE (-1)

/* How much a command does before others get their turn: a parameter of the specification ("at most 512 entries"). */
#define ORACLE_STEP 16U

/* --- Granules, tables ----------------------------------------------------------------------------------------- */

enum oracle_state {
	ORACLE_UNDELEGATED,
	ORACLE_DELEGATED,
	ORACLE_RD,
	ORACLE_REC,
	ORACLE_AUX,
	ORACLE_RTT,
	ORACLE_DATA,
	ORACLE_APT,
};

enum oracle_what {
	ORACLE_NOTHING,    /* protected */
	ORACLE_OWN,        /* a page or block of the realm's own */
	ORACLE_FOREIGN,    /* one that another realm shares */
	ORACLE_NS_NOTHING, /* unprotected */
	ORACLE_NS,
	ORACLE_TABLE,
};

struct oracle_entry {
	uint8_t what;
	uint8_t ripas;      /* of NOTHING, OWN */
	uint8_t permission; /* of FOREIGN */
	uint64_t pa;        /* of NS: the host's descriptor */
};

struct oracle_table {
	uint64_t pa;
	int level;
	uint64_t base;
	bool is_changed; /* since oracle_changes_seen(); then these are: */
	bool changed[ORACLE_ENTRIES];
	struct oracle_entry entry[ORACLE_ENTRIES];
};

struct oracle_granule {
	enum oracle_state state;
	bool is_secure; /* EL3 has it, though it is UNDELEGATED */
	bool changed;
	uint32_t mappings; /* of DATA: leaves of other realms that begin with it */
	struct oracle_table *table;
};

/* --- CSM: a realm's table is a list of items ---------------------------------------------------------------------- */

enum oracle_phase {
	ORACLE_IDLE,
	ORACLE_SCAN,
	ORACLE_ASK,
	ORACLE_CHECK,
	ORACLE_CONVERT,
	ORACLE_MAP,
	ORACLE_RELEASE,
};

struct oracle_item {
	bool live;
	bool changed;
	enum csm_role role;
	enum csm_state state;
	enum oracle_phase phase;
	int realm;        /* whose */
	uint64_t order;   /* older items have less */
	uint64_t index;   /* in the realm's table; the monitor chooses */
	uint64_t pending; /* 0: not; else since when */
	uint64_t base;    /* a share's: in its consumer */
	uint64_t size;
	uint64_t cursor;
	uint64_t id; /* of a region */
	int release; /* of a region: the share that loses a page next */
	struct csm_rid peer;
	uint64_t n;
	uint64_t permission;
	uint64_t flags;  /* of a consumer */
	bool is_ending;  /* of a consumer: the provider takes it back, or has */
	int region;      /* of a share */
	int consumer;    /* of a share: the realm, while attached */
	uint64_t mapped; /* of a share: pages */
	bool is_measured;
	uint64_t rim[8];
};

/* --- Realms --------------------------------------------------------------------------------------------------- */

enum oracle_realm_state { ORACLE_NEW, ORACLE_ACTIVE, ORACLE_OFF };

struct oracle_peer {
	bool live;
	struct csm_rid rid;
	uint64_t next;
};

struct oracle_realm {
	bool live;
	enum oracle_realm_state state;
	uint64_t rd;
	struct csm_rid rid;
	uint64_t root;
	uint32_t num_roots;
	int start;
	unsigned int ipa_bits;
	uint16_t vmid;
	uint8_t hash_algo;
	bool has_sve;
	uint8_t rpv[64];
	uint64_t measurement[RSI_NUM_MEASUREMENTS][8]; /* [0], the RIM: as the monitor says at ACTIVATE */
	uint32_t num_recs;
	uint64_t next_rec;
	uint32_t doorbell;
	bool has_apt;
	uint64_t apt_root;
	uint64_t extension[64];
	uint32_t num_extensions;
	uint64_t last_id;
	struct oracle_peer peer[ORACLE_PEERS];
};

struct oracle_rec {
	bool live;
	uint64_t pa;
	int realm;
	uint64_t aux[RMI_MAX_AUX];
	uint32_t num_aux;
	uint64_t number;
	bool runnable;
	uint64_t gprs[31];
	uint64_t pc;
	bool psci_pending;
	bool host_call_pending;
	uint64_t host_call;
	bool ripas_pending, ripas_destroyed;
	uint64_t ripas_base, ripas_top;
	uint8_t ripas;
	bool attests;
	/* A call for CSM that is out at the host. */
	bool csm_pending, csm_done;
	uint64_t csm_event, csm_base, csm_size, csm_argument;
	uint64_t csm_status, csm_value[10];
	unsigned int csm_values;
};

struct oracle {
	struct oracle_granule granule[ORACLE_GRANULES];
	struct oracle_realm realm[ORACLE_REALMS];
	struct oracle_rec rec[ORACLE_RECS];
	struct oracle_item item[ORACLE_ITEMS];
	struct csm_rid given[4096]; /* every RID of this boot */
	size_t num_given;
	uint64_t clock; /* of orders */
	uint64_t feature0;
	uint32_t num_aux, num_aux_sve; /* of a REC */
	uint64_t csm_features;
};
extern struct oracle oracle;

/* --- Commands -------------------------------------------------------------------------------------------------- */

/* What the monitor was seen to do: it decides where the specification does not. */
struct oracle_hint {
	const uint64_t *x;               /* its answer */
	const struct rmi_rec_exit *exit; /* of REC_ENTER: its record */
	const uint64_t *gprs;            /* of REC_ENTER: the realm's registers behind it */
	struct csm_rid rid;              /* of REALM_CREATE */
	const uint64_t *rim;             /* of REALM_ACTIVATE */
	uint64_t next_range;             /* of APT_DESTROY: the index of what its step works on */
	long irq; /* an interrupt is pending from the n-th question on; 0: at once, -1: never */
	const void *(*memory)(uint64_t pa); /* as it is behind the command */
};

#define ORACLE_CODES 8U

/* What is allowed. */
struct oracle_answer {
	uint64_t code[ORACLE_CODES]; /* it fails with one of these */
	unsigned int num_codes;      /* 0: it succeeds */
	uint64_t x[5];               /* outputs of a success, and of a failure but for x[0] */
	struct rmi_rec_exit exit;    /* of a REC_ENTER that succeeds */
};

/* All memory Non-secure, no realm. */
void oracle_reset(void);

/*
 * The host's command with x0-x6 in `x`. `page`: what is in the page of arguments that it names, if it names one. `smc`: 18
 * registers of what the realm calls, should it come to run; NULL: nothing.
 */
void oracle_rmi(const uint64_t x[8], const void *page, const uint64_t *smc, const struct oracle_hint *hint,
		struct oracle_answer *a);

/* EL3 takes the granule, or gives it back to the host. False: it is the RMM's, or no memory. */
bool oracle_set_secure(uint64_t pa, bool secure);

/* --- For who looks --------------------------------------------------------------------------------------------- */

struct oracle_place {
	struct oracle_table *table;
	struct oracle_entry *entry;
	unsigned int index;
	int level;
	uint64_t start, size; /* of what the entry covers */
};

struct oracle_granule *oracle_granule(uint64_t pa);
uint64_t oracle_pa(const struct oracle_granule *g);
uint32_t oracle_references(const struct oracle_granule *g);
int oracle_realm_at(uint64_t rd);
int oracle_realm_of_rid(struct csm_rid rid);
struct oracle_rec *oracle_rec_at(uint64_t pa);
uint64_t oracle_size(const struct oracle_realm *r);
uint64_t oracle_entry_size(int level);
bool oracle_is_protected(const struct oracle_realm *r, uint64_t ipa);
struct oracle_place oracle_walk(const struct oracle_realm *r, uint64_t ipa, int level);
bool oracle_is_homogeneous(const struct oracle_table *t);
struct oracle_item *oracle_range_at(int realm, uint64_t base, uint64_t top);
struct oracle_item *oracle_find_share(int provider, struct csm_rid consumer, uint64_t n);
struct oracle_item *oracle_find_consumer(int realm, struct csm_rid provider, uint64_t n);
struct oracle_item *oracle_find_index(int realm, uint64_t index);
/* The first from the index on, of ORACLE_STEP slots at most; the index is behind what was looked at. */
struct oracle_item *oracle_next_index(int realm, uint64_t *index);
uint64_t oracle_slots(const struct oracle_realm *r);
void oracle_changes_seen(void);

/* I1-I4, I6 on the model's own state: NULL, or what does not hold. */
const char *oracle_invariants(void);

#endif
