/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A world for unit tests: a simulated machine (sim/), a host that issues RMI commands, and realms that
 * issue one SMC at a time.
 *
 *	struct world_realm p;
 *
 *	world_reset();
 *	world_realm(&p, &(struct world_options){ .apt = 1 });
 *	world_activate(&p);
 *	assert_int_equal(world_smc(&p, RSI_VERSION, RSI_ABI_VERSION).x[0], RSI_SUCCESS);
 *	world_end(&p);                  // and every granule is back, zero
 *
 * Functions that should work fail the test if they do not.
 */
#ifndef TESTS_UNIT_WORLD_H
#define TESTS_UNIT_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <caec/csm.h>
#include <caec/psci.h>
#include <caec/rmi.h>
#include <caec/rsi.h>

#include "model/granule.h"
#include "sim/sim.h"

#ifndef WORLD_GRANULES
#define WORLD_GRANULES 16384U
#endif
#define WORLD_MAX_RECS 4U

/* Where tests put things: RAM, and CSM ranges above it. */
#define WORLD_RAM UINT64_C(0x10000000)
#define WORLD_CSM UINT64_C(0x40000000)
#define PAGES(n) ((uint64_t)(n)*GRANULE_SIZE)

struct world_realm {
	uint64_t rd;
	uint64_t rtt;
	unsigned int num_roots;
	unsigned int num_recs;
	uint64_t rec[WORLD_MAX_RECS];
	uint64_t aux[WORLD_MAX_RECS][RMI_MAX_AUX];
	uint64_t run; /* RmiRecRun */
	uint16_t vmid;
	bool apt;
};

/* Zero means the default. */
struct world_options {
	unsigned int ipa_bits; /* 33 */
	int64_t start;         /* 1 */
	bool start_at_0;
	unsigned int roots; /* 1 */
	unsigned int recs;  /* 1; the first is runnable */
	unsigned int apt;   /* granules for the APT; 0: none */
	uint8_t hash_algo;
};

void world_reset(void);

/* --- Granules ------------------------------------------------------------------------------------------ */

uint64_t world_ns(void); /* Non-secure, zeroed */
uint64_t world_delegated(void);
void world_undelegate(uint64_t addr);
void world_free(uint64_t addr); /* a Non-secure granule */
void *world_mem(uint64_t addr);
bool world_is_zero(uint64_t pa);
enum granule_state world_state(uint64_t addr);

/* A value that changes if any granule's state or references do, or the content of one in the Realm PAS. */
uint64_t world_fingerprint(void);

/* The auxiliary granules of a REC to be: as many as the monitor wants; and those of one that is gone. */
void world_take_aux(uint64_t aux[RMI_MAX_AUX]);
void world_give_aux(const uint64_t aux[RMI_MAX_AUX]);

/* --- The host ------------------------------------------------------------------------------------------- */

#define world_rmi(fid, ...) world_rmi_args(fid, (const uint64_t[8]){ __VA_ARGS__ })
struct smc_regs world_rmi_args(uint64_t fid, const uint64_t args[8]);
/* The result only. */
#define rmi(...) (world_rmi(__VA_ARGS__).x[0])
/* What a command answered that gives a granule back, in x1: it succeeded, and the granule is the host's again. */
void world_take_back(struct smc_regs out);

void world_realm(struct world_realm *r, const struct world_options *options);
void world_activate(struct world_realm *r);
/* All tables down to `level`, or to pages, for [base, base + size). */
void world_tables_to(struct world_realm *r, uint64_t base, uint64_t size, uint64_t level);
void world_tables(struct world_realm *r, uint64_t base, uint64_t size);
/* DATA_CREATE_UNKNOWN for pages that are not there. */
void world_populate(struct world_realm *r, uint64_t base, uint64_t size);
/* DATA_DESTROY of what is there. */
void world_unpopulate(struct world_realm *r, uint64_t base, uint64_t size);
/* INIT_RIPAS: RAM. The realm is NEW. */
void world_ram(struct world_realm *r, uint64_t base, uint64_t size);
/* Everything back, in the order that the interface allows; all granules zero. */
void world_end(struct world_realm *r);
/* Its RECs alone: they and their auxiliary granules are back. */
void world_end_recs(struct world_realm *r);
/* Every granule is the host's again. */
void world_check_all_back(void);

/*
 * Granules in one piece, aligned as blocks are, that the allocator above does not reach: the realm has `pages` of them, from
 * the first on, at `base`. They go back by hand, as world_end() would hand them out twice.
 */
#define WORLD_RUN (SIM_DRAM_BASE + UINT64_C(0x400000))
void world_give_run(struct world_realm *r, uint64_t base, uint64_t pages);
/* The table of pages at `at` becomes one entry. */
void world_fold(struct world_realm *r, uint64_t at);

/* RTT_READ_ENTRY at page level. */
struct world_entry {
	uint64_t level, state, desc, ripas;
};
struct world_entry world_entry(struct world_realm *r, uint64_t at);

/* The hardware's view: true if the realm can reach that IPA now, with `*pa` and the descriptor. */
bool world_translate(struct world_realm *r, uint64_t ipa, uint64_t *pa, uint64_t *desc);
uint64_t world_vttbr(const struct world_realm *r);

/* --- Realms --------------------------------------------------------------------------------------------- */

/* One SMC of REC 0; exits for CSM are answered by the host as it should, INCOMPLETE is returned. */
#define world_smc(r, ...) world_smc_args(r, (const uint64_t[18]){ __VA_ARGS__ })
struct smc_regs world_smc_args(struct world_realm *r, const uint64_t x[18]);

/* The same, but the first exit is returned: true if there was one, with its record in `exit`. */
bool world_smc_exits(struct world_realm *r, unsigned int rec, const uint64_t x[18], struct smc_regs *out,
		     struct rmi_rec_exit *exit);
/* Enters the REC again after such an exit. */
bool world_resume(struct world_realm *r, unsigned int rec, uint64_t flags, struct smc_regs *out,
		  struct rmi_rec_exit *exit);

/* What realms do on this PE (thread) from now on: asked whenever one runs. True: an SMC, with its registers in rec->gprs;
 * false: an interrupt of the host comes. NULL: as the calls above say. */
struct rec;
typedef bool world_program(struct rec *rec);
void world_set_program(world_program *next);
/* Where the realm leaves by itself, it is for this reason (an interrupt, after world_reset()), and the record has no more. */
void world_set_exit(uint8_t reason);

/* Does what an exit for CSM asks. False: it can't be done. */
bool world_serve(struct world_realm *r, const struct rmi_rec_exit *exit);

/* The next entry of a REC: registers and flags that the host passes, list registers zero. */
struct rmi_rec_run *world_run(struct world_realm *r);

/* The registers with which the REC runs on (gprs), and its pc, after the last entry. */
const uint64_t *world_gprs(struct world_realm *r, unsigned int rec);

/* What RSI_CSM_REALM_ID says. */
struct csm_rid rid_of(struct world_realm *r);

/* The registers of a command. Those that have a RID among their arguments have a function. */
#define say(...) ((struct smc_regs){ .x = { __VA_ARGS__ } })
struct smc_regs say_share(uint64_t id, struct csm_rid peer, uint64_t permission, uint64_t flags);
struct smc_regs say_revoke(struct csm_rid peer, uint64_t n);
struct smc_regs say_reserve(struct csm_rid peer, uint64_t n, uint64_t base, uint64_t size, uint64_t flags);
struct smc_regs say_attach(struct csm_rid peer, uint64_t n);
struct smc_regs say_detach(struct csm_rid peer, uint64_t n);
struct smc_regs say_notify(struct csm_rid peer, uint64_t n, uint64_t role);
struct smc_regs say_peer_measurement(struct csm_rid peer, uint64_t index);

/* world_smc() with such registers. */
struct smc_regs world_say(struct world_realm *r, struct smc_regs command);

/* Of a world_program: what the realm calls next, and nothing in its other registers. */
void say_next(struct rec *rec, struct smc_regs command);

#endif
