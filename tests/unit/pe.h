/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A PE for unit tests of monitor/run/aarch64: system registers by name, which keep what is written, and one realm with one REC on
 * it. What the hardware would do about a register it does not do; the tests say what an exception left.
 */
#ifndef TESTS_UNIT_PE_H
#define TESTS_UNIT_PE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/sim.h"
#include "run/aarch64/context.h"
#include "run/aarch64/init.h"
#include "run/run.h"

/* IPAs of the realm by what is there; PE_IPA_BITS of IPA space. */
#define PE_IPA_BITS 39
#define PE_EMPTY UINT64_C(0)
#define PE_RAM (UINT64_C(1) << 30) /* RIPAS RAM, no page */
#define PE_UNPROTECTED (UINT64_C(1) << (PE_IPA_BITS - 1))

/* All registers zero but those by which run/ finds a CPU with all it needs; a realm that is ACTIVE. */
struct rec *pe_reset(void);
/* Boots run/ and enters the realm, on registers as they are now. */
void pe_enter(struct rec *rec);

/* The realm runs until an exception to EL2: `kind` (RUN_EXIT_*), with the registers that it leaves. */
struct pe_exception {
	unsigned int kind;
	uint64_t esr, far, ipa;
};
enum run_event pe_run(struct rec *rec, const struct pe_exception *e, struct rmi_rec_exit *exit);

/* How often stage 1 of the realm was forgotten on this PE (TLBI VMALLE1). */
extern unsigned int pe_flushes;

#endif
