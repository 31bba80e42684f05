/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The terminals of Linux realms on the one console of the machine. With one realm, bytes pass as they are; with two,
 * each line comes behind "[name] ", and what is typed goes to the realm whose name and a colon begin the line ("B:ls"),
 * the first one if none does.
 *
 * From a script each line waits until the realm's shell has prompted for it, so that nothing is lost to a program that is
 * not ready to read.
 */
#ifndef HOST_LINUX_LINUX_CONSOLE_H
#define HOST_LINUX_LINUX_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "board/console.h"
#include "board/spinlock.h"

#define LINUX_PROMPT "realm# "
#define LINUX_TYPED 4096

struct linux_console {
	const char *name;
	bool prefix, script;
	unsigned int cpu; /* to wake when there is something for the realm */

	/* Protected by the lock of all terminals, in linux_console.c. */
	struct console_line line;
	unsigned int prompt; /* characters of the prompt seen in a row */
	bool ready;          /* a prompt waits for a line */
	uint64_t ready_at;   /* when the first prompt came (CNTPCT_EL0); 0: not yet */
	char typed[LINUX_TYPED];
	uint32_t first, count;
};

/* The terminals of this run. */
void linux_console_init(struct linux_console *consoles, unsigned int count, bool script);

/* When the realm's shell asked for its first line (CNTPCT_EL0); 0: it has not. */
uint64_t linux_console_ready_at(struct linux_console *console);

/* The realm's output. */
void linux_console_output(struct linux_console *console, const char *bytes, size_t count);

/* Takes what was typed from the machine's console, as long as there is room for it. */
void linux_console_poll(void);

/* The next byte for the realm, and, once it was taken, the one after that. */
bool linux_console_peek(struct linux_console *console, char *c);
void linux_console_take(struct linux_console *console);

#endif
