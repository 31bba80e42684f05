/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What CAEC's own small realm programs and its own bare host say to each other through RSI_HOST_CALL.
 * Not part of any specification: a convention of host/bare and realm/bare, written once.
 *
 * `imm` selects the service; gprs[0].. are arguments, and results on return.
 */
#ifndef CAEC_HOSTCALL_H
#define CAEC_HOSTCALL_H

#include <caec/abi.h>

/* Largest text of one HOSTCALL_PRINT: it travels in gprs[1..30]. */
#define HOSTCALL_TEXT_MAX 240

/* Where the host loads a realm image, and the register state at its first instruction. */
#define REALM_IMAGE_IPA ABI_U64(0x80000000)
/* x0 program (enum realm_program), x1 argument, x2 IPA width in bits; the rest zero. */

#ifndef __ASSEMBLER__

enum hostcall {
	HOSTCALL_PRINT = 1,  /* gprs[0] length, gprs[1..30] text: a line (or part) for the console */
	HOSTCALL_EXIT = 2,   /* gprs[0] status (0: the program did what it should). Does not return */
	HOSTCALL_REPORT = 3, /* gprs[0] tag, gprs[1..6] values: the realm tells the host's script something */
	HOSTCALL_ASK = 4,    /* gprs[0] tag -> gprs[0..6] values: the realm asks; the host may let it wait */
	HOSTCALL_YIELD = 5,  /* nothing to do: let others run */
};

/* The programs in the realm image (realm/bare), as x0 at boot. */
enum realm_program {
	REALM_PROGRAM_HELLO = 0,    /* prints, exits */
	REALM_PROGRAM_SCRIPT = 1,   /* does what HOSTCALL_ASK tells it, one operation at a time: tests */
	REALM_PROGRAM_PROVIDER = 2, /* the demo's P */
	REALM_PROGRAM_CONSUMER = 3, /* the demo's C */
	REALM_PROGRAM_INTRUDER = 4, /* the demo's third realm */
	REALM_PROGRAM_BENCH = 5,    /* the realm half of the benchmarks */
};

/*
 * REALM_PROGRAM_SCRIPT: HOSTCALL_ASK with tag SCRIPT_NEXT returns gprs[0] = operation, gprs[1..5] = arguments;
 * the answer goes back as HOSTCALL_REPORT with tag SCRIPT_DONE and up to six result values.
 */
#define SCRIPT_NEXT 0x5c01
#define SCRIPT_DONE 0x5c02

enum script_op {
	SCRIPT_EXIT = 0,
	SCRIPT_SMC = 1,       /* x0.. of the SMC in args 1-6 words -> x0-x5 (see SCRIPT_SMC_WIDE) */
	SCRIPT_READ64 = 2,    /* address -> value, fault (0, or ESR_EL1 of the abort taken) */
	SCRIPT_WRITE64 = 3,   /* address, value -> fault */
	SCRIPT_EXEC = 4,      /* address: calls the code there -> x0, fault */
	SCRIPT_FILL = 5,      /* address, bytes, seed: writes a pattern -> checksum */
	SCRIPT_CHECK = 6,     /* address, bytes -> checksum, fault */
	SCRIPT_COPY = 7,      /* to, from, bytes -> fault */
	SCRIPT_SPIN = 8,      /* address, value: reads until it is `value` or faults -> value, fault */
	SCRIPT_SMC_WIDE = 9,  /* address of 18 words, in x0-x17 and out; the words live in realm memory */
	SCRIPT_SYSREG = 10,   /* number (realm/bare/script.c) -> value, fault */
};

#endif /* __ASSEMBLER__ */

#endif
