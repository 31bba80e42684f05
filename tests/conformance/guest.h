/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm with a program of one page (guest_code.S), made and entered with single RMI commands: it does the SMCs, loads
 * and stores that it is told to. Nothing of it depends on host/lib or realm/bare, and all that is measured of it is known
 * here.
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

#include "measure.h"
#include "tables.h"

#define GUEST_IPA ABI_U64(0x80000000) /* its page; the table of level 3 there is for the case's pages too */
#define GUEST_GPRS 18

struct conf_guest {
	struct conf_realm realm;
	struct conf_rec rec;
	uint64_t run_pa;
	struct rmi_rec_run *run;
	struct conf_measurement rim; /* what it should be, as of what these functions do */
};

/*
 * Step by step, for those who want something in between: a NEW realm with its page (parameters may be changed after
 * prepare), the REC, ACTIVE and come to its first request.
 */
void conf_guest_prepare(struct conf_guest *guest);
void conf_guest_load(struct conf_guest *guest);
void conf_guest_start(struct conf_guest *guest);
void conf_guest_make(struct conf_guest *guest);

/* REC_ENTER as run->enter says, till an exit that isn't for an interrupt of ours. Leaves the case if it fails. */
void conf_guest_enter(struct conf_guest *guest);

/* After conf_guest_enter(): the program has come back from what it was told, x has its registers. */
bool conf_guest_back(struct conf_guest *guest, uint64_t x[GUEST_GPRS]);

/* The program does an SMC with these registers. False: another exit came first, see run->exit. */
bool conf_guest_smc(struct conf_guest *guest, uint64_t x[GUEST_GPRS]);

/* It loads or stores 8 bytes: *fault is 0 or the ESR_EL1 of the exception that it took. False as above. */
bool conf_guest_load64(struct conf_guest *guest, uint64_t ipa, uint64_t *value, uint64_t *fault);
bool conf_guest_store64(struct conf_guest *guest, uint64_t ipa, uint64_t value, uint64_t *fault);

/*
 * The program writes 1 to the word at `started` and waits until that at `go_on` isn't 0: what enter.gprs is to be for
 * that, for whoever enters it (on another CPU).
 */
void conf_guest_order_wait(struct conf_guest *guest, uint64_t started, uint64_t go_on);

#endif
