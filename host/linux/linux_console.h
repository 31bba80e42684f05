/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The terminals of Linux realms on the one console of the machine.
 *
 * LINUX_CONSOLE_PLAIN: one realm, bytes pass as they are. LINUX_CONSOLE_SCRIPT: the same, but each line that is typed waits
 * until the realm's shell has prompted for it, so that nothing is lost to a program that is not ready to read.
 *
 * LINUX_CONSOLE_EACH is for a program at the other end that has a terminal for each realm (tools/linux): a byte of realm X,
 * either way, is three, LINUX_BYTE_OF, 'X' and the byte. All else that comes out is the host's. LINUX_HOST is a realm's
 * name that no realm has: who is typed at there is this host (linux_console_obey()).
 */
#ifndef HOST_LINUX_LINUX_CONSOLE_H
#define HOST_LINUX_LINUX_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "board/console.h"
#include "board/spinlock.h"

#define LINUX_PROMPT "realm# "
#define LINUX_TYPED 4096

#define LINUX_BYTE_OF '\x10'
#define LINUX_HOST "H"
#define LINUX_COMMAND 128

enum linux_console_kind { LINUX_CONSOLE_PLAIN, LINUX_CONSOLE_SCRIPT, LINUX_CONSOLE_EACH };

struct linux_console {
	const char *name;
	unsigned int cpu; /* to wake when there is something for the realm */

	/* Protected by the lock of all terminals, in linux_console.c. */
	unsigned int prompt; /* characters of the prompt seen in a row */
	bool ready;          /* a prompt waits for a line */
	uint64_t ready_at;   /* when the first prompt came (CNTPCT_EL0); 0: not yet */
	char typed[LINUX_TYPED];
	uint32_t first, count;
};

/* The terminals of this run; more than one only with LINUX_CONSOLE_EACH. */
void linux_console_init(struct linux_console *consoles, unsigned int count, enum linux_console_kind kind);

/* When the realm's shell asked for its first line (CNTPCT_EL0); 0: it has not. */
uint64_t linux_console_ready_at(struct linux_console *console);

/* The realm's output. */
void linux_console_output(struct linux_console *console, const char *bytes, size_t count);

/* Takes what was typed from the machine's console, as long as there is room for it. With no lock held. */
void linux_console_poll(void);

/* Each line typed at LINUX_HOST is done by `obey`, one at a time, by whichever CPU takes it. */
void linux_console_obey(void (*obey)(const char *line));

/* At most CONSOLE_LINE_MAX bytes of answer to that. */
void linux_console_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The next byte for the realm, and, once it was taken, the one after that. */
bool linux_console_peek(struct linux_console *console, char *c);
void linux_console_take(struct linux_console *console);

#endif
