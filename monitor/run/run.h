/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running a REC: the half of RMI_REC_ENTER that needs the machine. The caller (call/rmi_rec_enter.c)
 * decides, this room moves registers.
 *
 *   run_begin()            the PE becomes the REC's: EL1/EL0, GIC, timer registers
 *   run_realm() ...        realm code runs until something needs a decision
 *   run_end()              the PE is the host's again; the exit record gets its common fields
 *
 * Everything between run_begin() and run_end() happens on one PE, on one monitor stack, with interrupts
 * masked at EL2; the REC is RUNNING and belongs to this PE (model/rec.h).
 */
#ifndef RUN_H
#define RUN_H

#include <caec/rmi.h>

#include "model/rec.h"

enum run_event {
	RUN_SMC,  /* the realm executed SMC #0: rec->gprs has the call, rec->pc is the SMC itself */
	RUN_EXIT, /* the exit record says why; rec->pc is where the realm goes on */
};

/* State of a new REC: reset values of EL1, PSTATE of EL1h with DAIF set. `rec` is otherwise filled. */
void run_context_init(struct rec *rec);

/* State of `target` after a CPU_ON by `caller`: as reset, endianness as the caller's. Not gprs and pc. */
void run_context_power_on(struct rec *target, const struct rec *caller);

/*
 * run_begin(): enter flags TRAP_WFI and TRAP_WFE and the GIC fields are taken from `enter`, already validated.
 * run_end() fills the fields that every exit has (gicv3_*, cnt*), and pmu_ovf_status if the realm has a PMU.
 */
void run_begin(struct rec *rec, const struct rmi_rec_enter *enter);
enum run_event run_realm(struct rec *rec, struct rmi_rec_exit *exit);
void run_end(struct rec *rec, struct rmi_rec_exit *exit);

/*
 * Between run_begin() and run_realm(): the realm takes a synchronous external abort for the data
 * abort that its last exit reported (rec->abort_*), or finds its load completed with `value`.
 */
void run_inject_sea(struct rec *rec);
void run_complete_mmio(struct rec *rec, uint64_t value);

/* True if the GIC fields of `enter` may be given to a realm (DEN0137 A6.1). */
bool run_gic_is_valid(const struct rmi_rec_enter *enter);

#endif
