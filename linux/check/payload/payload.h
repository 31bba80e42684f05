/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the realm of host-check does: one task, said in x0 at its entry with arguments in x1-x3, and then PSCI SYSTEM_OFF. It
 * talks by a device of two registers.
 */
#ifndef LINUX_CHECK_PAYLOAD_H
#define LINUX_CHECK_PAYLOAD_H

#define PAYLOAD_IPA_BITS 34
#define PAYLOAD_ALIAS 0x200000000 /* what makes an address unprotected */
#define PAYLOAD_RAM 0x80000000
#define PAYLOAD_STACKS 0x80080000  /* top of REC 0's; each has 16 KiB */
#define PAYLOAD_WINDOW 0x100000000 /* where P has its region; C 1 GiB further on */

/* Unprotected. */
#define PAYLOAD_GIC_DIST (PAYLOAD_ALIAS + 0x8000000)
#define PAYLOAD_GIC_REDIST (PAYLOAD_ALIAS + 0x80a0000)
#define PAYLOAD_DEVICE (PAYLOAD_ALIAS + 0x9000000)
#define PAYLOAD_OUT 0      /* written: something for the test to know */
#define PAYLOAD_IN 8       /* read: what the test has to say */
#define PAYLOAD_PANIC 16   /* written: an exception's ESR_EL1 */
#define PAYLOAD_BELL 0x100 /* written: the ioeventfd */
#define PAYLOAD_SHARED (PAYLOAD_ALIAS + 0x80100000)

#define PAYLOAD_SPI 45

#define PAYLOAD_BEGIN 0xbe919
#define PAYLOAD_END 0xe9d

#ifndef __ASSEMBLER__
enum payload_task {
	TASK_OFF,
	TASK_RESET,
	TASK_MMIO,   /* each size: what is read from IN goes to OUT; then a read that aborts */
	TASK_CALL,   /* a host call: its gprs, doubled by the host, to OUT */
	TASK_SHARED, /* x1 words at SHARED, 4096 bytes apart, become their complement */
	TASK_TIMER,  /* x1 sleeps of x2 ticks (x3: awake): how long they took to OUT */
	TASK_SPI,    /* waits for x1 of PAYLOAD_SPI: each to OUT; x2: rings BELL before */
	TASK_TOUCH, /* writes to a word in each x2 bytes of x1 bytes of RAM from 4 MiB on; OUT when done. x3: again for ever */
	TASK_SPIN,    /* OUT, then for ever */
	TASK_CPUS,    /* REC 0 turns the x1 - 1 others on, each of which counts; OUT the sum */
	TASK_RIPAS,   /* gives 2 MiB up, uses the alias, takes it back: the states to OUT */
	TASK_OUTSIDE, /* loads from where no RAM is */
	TASK_EXEC,    /* branches to unprotected memory */
	TASK_EXITS,   /* x3 times: BEGIN to OUT, x2 exits of the kind x1 (enum payload_exit), END to OUT */
	TASK_PROVIDER,
	TASK_CONSUMER,
};

enum payload_exit {
	EXIT_NONE,
	EXIT_READ,  /* of IN */
	EXIT_WRITE, /* of OUT */
	EXIT_CALL,  /* a host call */
	EXIT_GIC,   /* a read of the distributor's type */
	EXIT_BELL,  /* a write of BELL */
};
#endif

#endif
