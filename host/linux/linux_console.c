/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Terminals (linux_console.h).
 */
#include "linux_console.h"

#include "board/cpu.h"
#include "board/gic.h"
#include "common/format.h"
#include "common/string.h"

static struct spinlock lock;

static struct {
	struct linux_console *consoles;
	unsigned int count;
	enum linux_console_kind kind;
	bool begun;
	unsigned int part; /* of LINUX_BYTE_OF, name, byte: how many have come */
	char name;

	/* A line for this host: whole, from its newline until it has been done. */
	void (*obey)(const char *line);
	char command[LINUX_COMMAND];
	unsigned int length;
	bool whole, taken;
} all;

void linux_console_init(struct linux_console *consoles, unsigned int count, enum linux_console_kind kind)
{
	if (count > 1 && kind != LINUX_CONSOLE_EACH)
		verdict_fail("linux: %u realms need a terminal each", count);
	all.consoles = consoles;
	all.count = count;
	all.kind = kind;
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
			console->ready_at = counter_now();
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

static void put_each(const char *name, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		console_write((const char[]){ LINUX_BYTE_OF, name[0], bytes[i] }, 3);
}

void linux_console_say(const char *format, ...)
{
	char text[CONSOLE_LINE_MAX];
	va_list arguments;

	va_start(arguments, format);
	format_va(text, sizeof(text), format, arguments);
	va_end(arguments);
	put_each(LINUX_HOST, text, strlen(text));
}

void linux_console_output(struct linux_console *console, const char *bytes, size_t count)
{
	spin_lock(&lock);
	for (size_t i = 0; i < count; i++)
		look_for_prompt(console, bytes[i]);
	spin_unlock(&lock);
	if (all.kind == LINUX_CONSOLE_EACH)
		put_each(console->name, bytes, count);
	else
		console_write(bytes, count);
}

/* --- Input ----------------------------------------------------------------------------------------------- */

static bool has_room(void)
{
	if (all.whole)
		return false;
	for (unsigned int i = 0; i < all.count; i++)
		if (all.consoles[i].count == LINUX_TYPED)
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

/* What is too long for a command is cut off. */
static void typed_command(char c)
{
	all.whole = c == '\n';
	if (!all.whole && all.length < LINUX_COMMAND - 1)
		all.command[all.length++] = c;
	all.command[all.length] = '\0';
}

/* A byte that is not of three is nobody's, and so is one behind a name that nobody has. */
static void typed_each(char c)
{
	if (all.part == 2) {
		if (all.name == LINUX_HOST[0] && all.obey != NULL)
			typed_command(c);
		for (unsigned int i = 0; i < all.count; i++)
			if (all.consoles[i].name[0] == all.name)
				append(&all.consoles[i], c);
		all.part = 0;
	} else if (all.part == 1) {
		all.name = c;
		all.part = 2;
	} else if (c == LINUX_BYTE_OF) {
		all.part = 1;
	}
}

static void typed(char c)
{
	struct linux_console *console = &all.consoles[0];

	/* A script begins with empty lines, of which it can't tell whether they arrive (console_listen()). */
	if (!all.begun && all.kind == LINUX_CONSOLE_SCRIPT && c == '\n')
		return;
	all.begun = true;
	append(console, c);
}

/* True: this CPU is to do the command. Until it has, nothing more is read. */
static bool take_command(void)
{
	bool take;

	spin_lock(&lock);
	take = all.whole && !all.taken;
	all.taken = all.whole;
	spin_unlock(&lock);
	return take;
}

static void end_command(void)
{
	spin_lock(&lock);
	all.length = 0;
	all.whole = all.taken = false;
	console_interrupt(has_room());
	spin_unlock(&lock);
}

void linux_console_obey(void (*obey)(const char *line))
{
	all.obey = obey;
}

void linux_console_poll(void)
{
	char c;

	spin_lock(&lock);
	while (has_room() && console_read(&c)) {
		if (all.kind == LINUX_CONSOLE_EACH)
			typed_each(c);
		else
			typed(c);
	}
	console_interrupt(has_room());
	spin_unlock(&lock);
	if (take_command()) {
		all.obey(all.command);
		end_command();
	}
}

bool linux_console_peek(struct linux_console *console, char *c)
{
	bool there;

	spin_lock(&lock);
	there = console->count != 0 && (all.kind != LINUX_CONSOLE_SCRIPT || console->ready);
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
