/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm program of conf_vm.h (REALM_PROGRAM_SCRIPT) in a realm that is made and entered with single RMI commands: all
 * that is measured of it is known here, and a case may come in between any two. Nothing of it depends on host/lib.
 *
 *	struct conf_guest guest;
 *
 *	conf_guest_make(&guest);
 *	x[0] = RSI_VERSION, x[1] = RSI_ABI_VERSION;
 *	if (conf_guest_smc(&guest, x)) ...           // it has come back; otherwise guest.run->exit says what happened
 */
#ifndef TESTS_CONFORMANCE_GUEST_H
#define TESTS_CONFORMANCE_GUEST_H

#include <caec/psci.h>
#include <caec/rsi.h>

#include "common/hostcall.h"
#include "measure.h"
#include "tables.h"

/* Its first page. From GUEST_PAGES on the table of level 3 that is there is for the case's pages. */
#define GUEST_IPA REALM_IMAGE_IPA
#define GUEST_PAGES (GUEST_IPA + 0x101000)
#define GUEST_GPRS 18

struct conf_guest {
	struct conf_realm realm;
	struct conf_rec rec;
	uint64_t run_pa;
	struct rmi_rec_run *run;
	struct conf_measurement rim; /* what it should be, as of what these functions do */
};

/*
 * Step by step, for those who want something in between: a NEW realm with its pages (parameters may be changed after
 * prepare), the REC, ACTIVE and come to its first request.
 */
void conf_guest_prepare(struct conf_guest *guest);
void conf_guest_load(struct conf_guest *guest);
void conf_guest_start(struct conf_guest *guest);
void conf_guest_make(struct conf_guest *guest);

/* conf_guest_start() in steps: the parameters of REC 0, of which x3 to x7 are free; REC 0; the first request. */
void conf_guest_rec_prepare(struct conf_guest *guest);
void conf_guest_rec_make(struct conf_guest *guest);
void conf_guest_activate(struct conf_guest *guest);

/* All data and tables; its REC is gone already. */
void conf_guest_unload(struct conf_guest *guest);

/* REC_ENTER as run->enter says, till an exit that isn't for an interrupt of ours. Leaves the case if it fails. */
void conf_guest_enter(struct conf_guest *guest);

/* After conf_guest_enter(): the program has come back from its SMC, x has its registers. */
bool conf_guest_back(struct conf_guest *guest, uint64_t x[GUEST_GPRS]);

/* The program does an SMC with these registers. False: another exit came first, see run->exit. */
bool conf_guest_smc(struct conf_guest *guest, uint64_t x[GUEST_GPRS]);

/* It loads or stores 8 bytes: *fault is 0 or the ESR_EL1 of the exception that it took. False as above. */
bool conf_guest_load64(struct conf_guest *guest, uint64_t ipa, uint64_t *value, uint64_t *fault);
bool conf_guest_store64(struct conf_guest *guest, uint64_t ipa, uint64_t value, uint64_t *fault);

/* An operation (common/hostcall.h) in run->enter, for whoever enters the REC (on another CPU). */
void conf_guest_order(struct conf_guest *guest, uint64_t operation, uint64_t a, uint64_t b);

#endif
