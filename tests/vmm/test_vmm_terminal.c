/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's console on a pseudo-terminal and on a socket: who comes reads what the realm says, and types.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state.h"
#include "terminal.h"

#define MUCH 40000 /* more than a pseudo-terminal holds */

struct place {
	char name[40];
	int folder;
	struct terminal terminal;
	pthread_t loop;
	bool over; /* (atomic) */
};

/* The loop's part. */
static void *run(void *argument)
{
	struct place *p = argument;
	struct pollfd fds[TERMINAL_FDS];

	while (!__atomic_load_n(&p->over, __ATOMIC_ACQUIRE)) {
		unsigned int count = terminal_prepare(&p->terminal, fds);

		if (poll(fds, count, 10) > 0)
			terminal_serve(&p->terminal, fds, count);
	}
	return NULL;
}

static void open_place(struct place *p, enum config_console kind)
{
	struct fault fault;

	strcpy(p->name, "/tmp/caec-terminal-XXXXXX");
	assert_non_null(mkdtemp(p->name));
	p->folder = open(p->name, O_RDONLY | O_DIRECTORY);
	p->over = false;
	terminal_init(&p->terminal);
	assert_true(terminal_open(&p->terminal, kind, p->folder, &fault));
	assert_int_equal(pthread_create(&p->loop, NULL, run, p), 0);
}

static void close_place(struct place *p)
{
	char command[64];

	__atomic_store_n(&p->over, true, __ATOMIC_RELEASE);
	pthread_join(p->loop, NULL);
	terminal_close(&p->terminal);
	close(p->folder);
	snprintf(command, sizeof(command), "rm -r %s", p->name);
	assert_int_equal(system(command), 0);
}

/* As a vCPU. */
static void say(struct place *p, const char *text)
{
	for (; *text != '\0'; text++)
		terminal_output(&p->terminal, (uint8_t)*text);
}

static void expect(int fd, const char *text)
{
	for (; *text != '\0'; text++) {
		struct pollfd one = { .fd = fd, .events = POLLIN };
		char byte;

		assert_int_equal(poll(&one, 1, 5000), 1);
		assert_int_equal(read(fd, &byte, 1), 1);
		assert_int_equal(byte, *text);
	}
}

/* The realm reads what was typed. */
static void expect_typed(struct place *p, const char *text)
{
	uint8_t byte;

	for (; *text != '\0'; text++) {
		for (unsigned int i = 0; i < 5000 && !terminal_peek(&p->terminal, &byte); i++)
			usleep(1000);
		assert_true(terminal_peek(&p->terminal, &byte));
		assert_int_equal(byte, *text);
		terminal_take(&p->terminal);
	}
}

static void talk(struct place *p, int fd)
{
	say(p, "prompt# ");
	expect(fd, "prompt# ");
	assert_int_equal(write(fd, "exit\n\x04", 6), 6);
	expect_typed(p, "exit\n\x04");
}

static int open_pty(const struct place *p)
{
	int fd = openat(p->folder, "console", O_RDWR | O_NOCTTY);

	assert_true(fd >= 0);
	return fd;
}

/* Nothing is echoed or changed on the way; who leaves can come again. */
static void test_pty(void **state)
{
	static struct place p;

	(void)state;
	open_place(&p, CONFIG_PTY);
	say(&p, "before\r\n");
	for (unsigned int i = 0; i < 2; i++) {
		int fd = open_pty(&p);

		expect(fd, i == 0 ? "before\r\n" : "");
		talk(&p, fd);
		close(fd);
	}
	close_place(&p);
}

/* More than fits waits for who comes. */
static void test_pty_full(void **state)
{
	static struct place p;
	int fd;

	(void)state;
	open_place(&p, CONFIG_PTY);
	for (unsigned int i = 0; i < MUCH; i++)
		say(&p, i % 100 == 99 ? "\n" : "x");
	fd = open_pty(&p);
	for (unsigned int i = 0; i < MUCH; i++)
		expect(fd, i % 100 == 99 ? "\n" : "x");
	talk(&p, fd);
	close(fd);
	close_place(&p);
}

static void test_socket(void **state)
{
	static struct place p;

	(void)state;
	open_place(&p, CONFIG_SOCKET);
	say(&p, "before\r\n");
	for (unsigned int i = 0; i < 2; i++) {
		int fd = state_connect(p.folder, "console", 0);

		assert_true(fd >= 0);
		expect(fd, i == 0 ? "before\r\n" : "before\r\nprompt# "); /* what was said is shown again */
		talk(&p, fd);
		close(fd);
	}
	close_place(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pty),
		cmocka_unit_test(test_pty_full),
		cmocka_unit_test(test_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
