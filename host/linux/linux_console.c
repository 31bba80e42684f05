/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Terminals (linux_console.h).
 */
#include "linux_console.h"

#include "board/cpu.h"
#include "board/gic.h"
#include "common/string.h"

static struct spinlock lock;

static struct {
	struct linux_console *consoles;
	unsigned int count;
	unsigned int to; /* whose the line is that is being typed */
	char word[16];   /* its beginning, while it may still name somebody else */
	unsigned int length;
	bool in_line;
	bool begun;
} all;

void linux_console_init(struct linux_console *consoles, unsigned int count, bool script)
{
	all.consoles = consoles;
	all.count = count;
	for (unsigned int i = 0; i < count; i++) {
		consoles[i].prefix = count > 1;
		consoles[i].script = script;
	}
}

/* --- Output ---------------------------------------------------------------------------------------------- */

static void look_for_prompt(struct linux_console *console, char c)
{
	if (c != LINUX_PROMPT[console->prompt])
		console->prompt = 0;
	if (c == LINUX_PROMPT[console->prompt])
		console->prompt++;
	if (LINUX_PROMPT[console->prompt] == '\0') {
		console->prompt = 0;
		console->ready = true;
		if (console->ready_at == 0)
			console->ready_at = sysreg_read(cntpct_el0);
	}
}

uint64_t linux_console_ready_at(struct linux_console *console)
{
	uint64_t at;

	spin_lock(&lock);
	at = console->ready_at;
	spin_unlock(&lock);
	return at;
}

void linux_console_output(struct linux_console *console, const char *bytes, size_t count)
{
	spin_lock(&lock);
	for (size_t i = 0; i < count; i++) {
		look_for_prompt(console, bytes[i]);
		if (console->prefix && bytes[i] != '\r')
			print_part(&console->line, console->name, &bytes[i], 1);
	}
	spin_unlock(&lock);
	if (!console->prefix)
		console_put(bytes, count);
}

/* --- Input ----------------------------------------------------------------------------------------------- */

static bool has_room(void)
{
	for (unsigned int i = 0; i < all.count; i++)
		if (all.consoles[i].count + sizeof(all.word) >= LINUX_TYPED)
			return false;
	return true;
}

static void append(struct linux_console *console, char c)
{
	console->typed[(console->first + console->count) % LINUX_TYPED] = c;
	console->count++;
	if (console->cpu != cpu_id())
		gic_kick(console->cpu);
}

static void flush_word(unsigned int to)
{
	for (unsigned int i = 0; i < all.length; i++)
		append(&all.consoles[to], all.word[i]);
	all.length = 0;
	all.in_line = true;
	all.to = to;
}

/* The realm that the word is the name of, or -1. */
static int named(void)
{
	for (unsigned int i = 0; i < all.count; i++)
		if (strcmp(all.word, all.consoles[i].name) == 0)
			return (int)i;
	return -1;
}

static void typed(char c)
{
	/* A script begins with empty lines, of which it can't tell whether they arrive (console_listen()). */
	if (!all.begun && all.consoles[0].script && c == '\n')
		return;
	all.begun = true;
	if (all.count == 1 || all.in_line) {
		append(&all.consoles[all.to], c);
		if (c == '\n' || c == '\r')
			all.in_line = false;
		return;
	}
	if (c == ':') {
		int to;

		all.word[all.length] = '\0';
		to = named();
		if (to >= 0) {
			all.length = 0;
			all.in_line = true;
			all.to = (unsigned int)to;
			return;
		}
	}
	all.word[all.length++] = c;
	if (all.length == sizeof(all.word) - 1 || c < ' ' || c == ':')
		flush_word(0);
	if (c == '\n' || c == '\r')
		all.in_line = false;
}

void linux_console_poll(void)
{
	char c;

	spin_lock(&lock);
	while (has_room() && console_get(&c))
		typed(c);
	console_interrupt(has_room());
	spin_unlock(&lock);
}

bool linux_console_peek(struct linux_console *console, char *c)
{
	bool there;

	spin_lock(&lock);
	there = console->count != 0 && (!console->script || console->ready);
	*c = console->typed[console->first];
	spin_unlock(&lock);
	return there;
}

void linux_console_take(struct linux_console *console)
{
	spin_lock(&lock);
	if (console->typed[console->first] == '\n')
		console->ready = false;
	console->first = (console->first + 1) % LINUX_TYPED;
	console->count--;
	spin_unlock(&lock);
}
