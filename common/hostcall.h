/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What CAEC's own small realm programs and its own bare host say to each other through RSI_HOST_CALL.
 * Not part of any specification: a convention of host/ and realm/, written once.
 *
 * `imm` selects the service; gprs[0].. are arguments, and results on return.
 */
#ifndef COMMON_HOSTCALL_H
#define COMMON_HOSTCALL_H

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

/* The programs in the realm image (realm/main.c), as x0 at boot. */
enum realm_program {
	REALM_PROGRAM_HELLO = 0,    /* prints, exits */
	REALM_PROGRAM_SCRIPT = 1,   /* does what HOSTCALL_ASK tells it, one operation at a time: tests */
	REALM_PROGRAM_PROVIDER = 2, /* the demo's P */
	REALM_PROGRAM_CONSUMER = 3, /* the demo's C */
	REALM_PROGRAM_INTRUDER = 4, /* the demo's third realm */
	REALM_PROGRAM_BENCH = 5,    /* the realm half of the benchmarks */
	REALM_PROGRAM_PEER = 6,     /* the demo's A, B and L, which look for their own kind */
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
	SCRIPT_SYSREG = 10,   /* number, 0 or 1 to write, value to write -> value read, fault */
	SCRIPT_FP_LOAD = 11,  /* seed: a pattern into q0-q31 */
	SCRIPT_FP_CHECK = 12, /* seed -> how many of the 64 halves don't hold that pattern */
	/* seed, rounds, spins, address of a counter (+1 each round) -> registers that changed by themselves */
	SCRIPT_WORK = 32,
	/* address of a challenge, of a page to work in, for the token, its room -> error (rsi_status), length */
	SCRIPT_TOKEN = 33,
	/* ms: waits in WFI for an interrupt that isn't the timer's, that long -> its INTID or 0, number of WFIs, status and
	 * entry of RSI_CSM_PENDING */
	SCRIPT_AWAIT_DOORBELL = 34,
	/*
	 * base, size, messages | ms << 32, RID of the peer, n: sends or receives through a channel (realm/lib/channel.h) in
	 * zeroed memory, P sending to C; sleeps where there is nothing to do until its doorbell rings, ms at most.
	 * -> good messages, sleeps, how many of them the timer ended, how often it notified the peer, how often PENDING
	 * told of the peer's notifying, error (enum channel_result | enum csm_error << 8)
	 */
	SCRIPT_SEND = 35,
	SCRIPT_RECEIVE = 36,
	/* number of the first of 64: a bit for each that can be read; of these, is not zero; has no plain exception */
	SCRIPT_SYSREGS = 37,
};

/*
 * SCRIPT_SYSREG's number is op0:op1:CRn:CRm:op2, 16 bits, as in bits [20:5] of an MRS (not TPIDR_EL1, which is
 * the program's own); or this: the address for PSCI_CPU_ON at which another REC goes on with the same program
 * (context: ignored).
 */
#define SCRIPT_SECONDARY_ENTRY 0x100

/*
 * More of REALM_PROGRAM_SCRIPT, for the conformance suite (tests/conformance): what a realm does at a REC exit, and what
 * it finds after it. A buffer is memory that the host can see: an unprotected page.
 */
enum conform_op {
	/* enum conform_access, address, value -> x0 after it, fault, FAR_EL1, ELR_EL1 - the access's own address, SPSR_EL1,
	 * x1 - address */
	CONFORM_ACCESS = 0x300,
	CONFORM_ACCESS_MMU_OFF = 0x301, /* address: reads 64 bits -> as above */
	/* enum conform_instruction, buffer: x0-x30 from words 0-30 and NZCV from word 31, the instruction, x0-x30 and NZCV
	 * to words 32-63 -> fault */
	CONFORM_REGISTERS = 0x302,
	/* ticks, number, keep: waits with interrupts unmasked for that many, or so long -> number taken, the first
	 * eight INTIDs (two to a word); keep: they stay active */
	CONFORM_INTERRUPTS = 0x303,
	/* buffer -> of this REC's first instruction: struct conform_entry to the buffer */
	CONFORM_ENTRY = 0x304,
	CONFORM_COUNTERS = 0x305,   /* -> CNTVCT_EL0, CNTPCT_EL0, CNTVCT_EL0, one after the other */
	CONFORM_SVE = 0x306,        /* enum conform_sve, buffer -> bytes of a vector register, fault */
	CONFORM_WAIT = 0x307,       /* ticks -> ticks it took */
	CONFORM_ACCESS_EL0 = 0x308, /* CONFORM_ACCESS at EL0; FAR_EL1 as an IPA */
	CONFORM_EXEC_EL0 = 0x309,   /* IPA of code that returns -> x0, fault, FAR_EL1, ELR_EL1, SPSR_EL1 */
	CONFORM_MEET = 0x30a,       /* two addresses: writes 1 to the one, waits until the other isn't 0 */
};

/* The instruction that CONFORM_ACCESS executes: x0/w0 is read or written, x1 has the address. */
enum conform_access {
	CONFORM_LDRB_W,
	CONFORM_LDRSB_W,
	CONFORM_LDRSB_X,
	CONFORM_LDRH_W,
	CONFORM_LDRSH_W,
	CONFORM_LDRSH_X,
	CONFORM_LDR_W,
	CONFORM_LDRSW_X,
	CONFORM_LDR_X,
	CONFORM_LDAR_W,
	CONFORM_LDR_XZR,
	CONFORM_STRB,
	CONFORM_STRH,
	CONFORM_STR_W,
	CONFORM_STR_X,
	CONFORM_STR_XZR,
	/* From here on without a valid instruction syndrome (ESR_EL2.ISV). */
	CONFORM_LDR_X_POST, /* x1 += 8 */
	CONFORM_STR_X_PRE,  /* x1 += 8 */
	CONFORM_LDP_X,
	CONFORM_STP_X,
	CONFORM_LDR_Q,
	CONFORM_LDADD_X,
	CONFORM_DC_ZVA,
	CONFORM_ACCESS_COUNT,
};

/* CONFORM_REGISTERS: what is executed with all registers in place. */
enum conform_instruction {
	CONFORM_WFI,
	CONFORM_WFE,
	CONFORM_WFIT,  /* until x3 */
	CONFORM_WFET,  /* until x3 */
	CONFORM_STORE, /* x0 to [x1] */
	CONFORM_LOAD,  /* x0 from [x1] */
	CONFORM_SPIN,  /* reads [x1] until it isn't zero; x0 has it then */
	CONFORM_SMC,
	CONFORM_HVC,
	CONFORM_SGI, /* x2 to ICC_SGI1R_EL1 */
	CONFORM_INSTRUCTION_COUNT,
};

enum conform_sve {
	CONFORM_SVE_LENGTH,
	CONFORM_SVE_LOAD,  /* z0-z31, p0-p15 and FFR from the buffer, each of them a full register long */
	CONFORM_SVE_STORE, /* and to it */
};

/* The registers of a REC at its first instruction. */
struct conform_entry {
	uint64_t x[31];
	uint64_t pc;
	uint64_t current_el; /* CurrentEL */
	uint64_t daif;
	uint64_t spsel;
	uint64_t sctlr; /* SCTLR_EL1 */
	uint64_t mpidr; /* MPIDR_EL1 */
};

/* SCRIPT_SYSREG: the address for PSCI_CPU_ON at which a REC writes its registers down, then goes on as with the above. */
#define CONFORM_SECONDARY_ENTRY 0x101

/*
 * REALM_PROGRAM_PROVIDER (P), _CONSUMER (C), _INTRUDER (I): the same conversation, with the steps of the demo.
 * An error is an RSI_CSM_* status; a RID takes two values. All know SCRIPT_EXIT, _READ64 and _WRITE64.
 */
enum demo_step {
	DEMO_IDENTIFY = 0x100, /* -> error, RID, features */
	DEMO_CREATE = 0x101,   /* P: base, size -> error, id */
	DEMO_SHARE = 0x102,    /* P: id, RID of C, permission -> error, n */
	DEMO_DESTROY = 0x103,  /* P: id -> error */
	/* C, I: RID of P, n, base, size -> errors of RESERVE and of ATTACH, permission, pages, holes */
	DEMO_ATTACH = 0x104,
	DEMO_DETACH = 0x105, /* C, I: RID of P, n -> error */
	/* P, C: base, size, messages -> good ones, bad ones, bytes, ticks, ticks per second */
	DEMO_TALK = 0x106,
	/* C: address of a word: writes 1, 2, ... until that faults -> last value written, fault */
	DEMO_USE = 0x107,
	/* P: RID of C, n, address of that word: waits until it moves, revokes -> the word before, error, the word
	 * after, the word a while later */
	DEMO_REVOKE_USED = 0x108,
	/* The rest: PEER. id, RID of the peer, permission: if the peer's RIM is ours -> error, n */
	DEMO_SHARE_OWN_KIND = 0x109,
	/* RID of a peer -> error, 1 if its RIM is ours, the first bytes of ours, and of its */
	DEMO_CHECK_PEER = 0x10a,
	DEMO_NOTIFY = 0x10b, /* RID of the peer, n: RSI_CSM_NOTIFY -> error */
};

/*
 * REALM_PROGRAM_BENCH: the same conversation again. Times are in ticks of CNTVCT_EL0, whose length BENCH_CLOCK
 * tells; under `-icount shift=0`, with 1,000,000,000 ticks per second, each is an instruction.
 */
enum bench_op {
	BENCH_CLOCK = 0x200, /* -> ticks per second, ticks of an empty measurement */
	/* x0-x5 -> ticks until it was no longer INCOMPLETE, x0-x3, number of calls */
	BENCH_SMC = 0x201,
	BENCH_SMC_LOOP = 0x202, /* x0, x1, count -> ticks of all, x0 of the last */
	BENCH_HOST_CALL =
		0x203, /* count, enum bench_use: HOSTCALL_YIELD, after that use each time -> ticks of all */
	BENCH_OPEN =
		0x205, /* base, size: one end of a channel (realm/lib/channel.h) in zeroed memory -> true */
	BENCH_SEND = 0x206,    /* bytes: copies them in -> ticks, enum channel_result */
	BENCH_RECEIVE = 0x207, /* copies them out -> ticks, enum channel_result, bytes */
	BENCH_TOUCH = 0x208,   /* address, bytes: writes a word to each page -> ticks */
	BENCH_PRODUCE =
		0x209, /* bytes, seed: a message made in the ring, its ends written -> ticks, channel_result */
	BENCH_CONSUME = 0x20a,  /* reads its ends there -> ticks, enum channel_result, bytes, both words */
	BENCH_FILL = 0x20b,     /* bytes, seed: the private message that is sent */
	BENCH_CHECKSUM = 0x20c, /* bytes -> sum of the private message's words */
	BENCH_SEAL =
		0x20d, /* address, bytes, in C alone?: AES-256-GCM of the private message -> ticks, failed */
	BENCH_UNSEAL =
		0x20e, /* address, bytes, in C alone?: and back -> ticks, failed (then nothing is of use) */
	BENCH_LOAD = 0x20f,  /* address, count -> sum */
	BENCH_STORE = 0x210, /* address, count */
	/* RID of the peer, n, enum csm_role, count: PENDING and NOTIFY, the provider NOTIFY first -> failures */
	BENCH_PING = 0x211,
	/* bytes, seed: a message made in the ring, every word of it -> ticks, enum channel_result */
	BENCH_PRODUCE_WORDS = 0x212,
	/* reads every word there -> ticks, enum channel_result, bytes, their sum */
	BENCH_CONSUME_WORDS = 0x213,
};

/* What BENCH_HOST_CALL does before each call. */
enum bench_use {
	BENCH_USE_NOTHING,
	BENCH_USE_FP,  /* writes a vector register */
	BENCH_USE_SVE, /* writes a predicate register */
};

#endif /* __ASSEMBLER__ */

#endif
