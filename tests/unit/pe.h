/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PEs for unit tests of monitor/run/aarch64: system registers that are a table (pe_registers.h), and realms with RECs on
 * them. What the hardware would do about a register it does not do; the tests say what an exception left.
 */
#ifndef TESTS_UNIT_PE_H
#define TESTS_UNIT_PE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pe_registers.h"
#include "sim/sim.h"
#include "run/aarch64/context.h"
#include "run/aarch64/init.h"
#include "run/run.h"

/* IPAs of a realm by what is there; PE_IPA_BITS of IPA space. */
#define PE_IPA_BITS 39
#define PE_EMPTY UINT64_C(0)
#define PE_RAM (UINT64_C(1) << 30) /* RIPAS RAM, no page */
#define PE_UNPROTECTED (UINT64_C(1) << (PE_IPA_BITS - 1))

/* All registers zero but those by which run/ finds a CPU with all it needs; a realm that is ACTIVE, and its REC. */
struct rec *pe_reset(void);
/* A further realm with a REC, and a further REC of the same realm; they are not entered yet. */
struct rec *pe_add_realm(void);
struct rec *pe_add_rec(const struct rec *of);
/* A page that stays the host's. A granule that nobody has yet, in this state. */
#define PE_GRANULES 64U
#define PE_HOST_PAGE (SIM_DRAM_BASE + (PE_GRANULES - 1) * GRANULE_SIZE)
struct granule *pe_granule(enum granule_state state);
/* The realm has this entry for a page of its IPAs, with the tables above it. */
void pe_map(const struct rec *rec, uint64_t at, struct rtte page);

/* Boots run/ on all PEs. */
void pe_boot(void);
/* That, and enters the REC for the first time, on registers as they are now. */
void pe_enter(struct rec *rec);

/* The realm runs until an exception to EL2: `kind` (RUN_EXIT_*), with the registers that it leaves. */
struct pe_exception {
	unsigned int kind;
	uint64_t esr, far, ipa;
};
enum run_event pe_run(struct rec *rec, const struct pe_exception *e, struct rmi_rec_exit *exit);
/*
 * The same for a realm that runs on after all but the last of `count` exceptions. Before exception i it does what
 * `inside(rec, i)` does.
 */
enum run_event pe_run_each(struct rec *rec, const struct pe_exception *e, unsigned int count,
			   void (*inside)(struct rec *rec, unsigned int i), struct rmi_rec_exit *exit);
/* A trapped access to a register: its encoding (SYSREG()), and the realm's. */
struct pe_exception pe_access(unsigned int number, bool is_read, unsigned int rt);

/* The encoding of a register in a syndrome. */
#define SYSREG(op0, op1, crn, crm, op2) \
	((unsigned int)(op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

#endif
