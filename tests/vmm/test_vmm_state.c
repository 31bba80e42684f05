/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The folders of realms that run: who has a name, who is gone. Processes of the test play realms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state.h"

static char root[] = "/tmp/caec-state-XXXXXX";
static char all[64];

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/caec-state-XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(all, sizeof(all), "%s/all", root);
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

/* A process that claims the name and waits, or ends at once if it can't have it. */
static pid_t begin(const char *name)
{
	int ready[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		struct state own;
		struct fault fault;

		state_init(&own);
		if (!state_claim(&own, all, name, &fault) || write(ready[1], "", 1) != 1)
			_exit((int)fault.status);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		waitpid(child, NULL, 0);
		child = 0;
	}
	close(ready[0]);
	return child;
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static size_t count_names(void)
{
	struct fault fault = { VMM_OK, "" };
	char **names;
	size_t count = state_names(all, &names, &fault);

	assert_int_equal(fault.status, VMM_OK);
	state_free_names(names, count);
	return count;
}

static bool exists(const char *name)
{
	char path[128];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%s", all, name);
	return lstat(path, &status) == 0;
}

static void test_one_owner(void **state)
{
	struct state own;
	struct fault fault;
	pid_t first = begin("a");

	(void)state;
	assert_true(first > 0);
	assert_int_equal(state_owner(all, "a"), first);
	assert_int_equal(begin("a"), 0);
	state_init(&own);
	assert_false(state_claim(&own, all, "a", &fault));
	assert_int_equal(fault.status, VMM_HOST);
	state_release(&own, all, "a");
	assert_int_equal(state_owner(all, "a"), first); /* what failed takes nothing away */
	assert_true(exists("a/lock"));
	end(first);
}

/* A process that is killed has told nobody. */
static void test_killed(void **state)
{
	pid_t first = begin("a"), second;

	(void)state;
	end(first);
	assert_int_equal(state_owner(all, "a"), 0);
	second = begin("a");
	assert_true(second > 0);
	assert_int_equal(state_owner(all, "a"), second);
	end(second);
	assert_true(exists("a"));
	assert_int_equal(count_names(), 0);
	assert_false(exists("a"));
}

static void test_names(void **state)
{
	pid_t children[3] = { begin("c"), begin("a"), begin("b") };
	struct fault fault;
	char **names;

	(void)state;
	assert_int_equal(state_names(all, &names, &fault), 3);
	for (unsigned int i = 0; i < 3; i++) {
		const char name[2] = { (char)('a' + i), '\0' };

		assert_string_equal(names[i], name);
	}
	state_free_names(names, 3);
	end(children[1]);
	assert_int_equal(count_names(), 2);
	end(children[0]);
	end(children[2]);
	assert_int_equal(count_names(), 0);
}

static void test_release(void **state)
{
	struct state own;
	struct fault fault;

	(void)state;
	state_init(&own);
	assert_true(state_claim(&own, all, "mine", &fault));
	assert_true(exists("mine/lock"));
	state_release(&own, all, "mine");
	assert_false(exists("mine"));
	assert_int_equal(count_names(), 0);
}

static void leave_file(const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", all, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
}

/* Programs that listened for the realm's streams, and were killed, leave their sockets; what is nobody's here stays. */
static void test_sockets_left(void **state)
{
	struct state own;
	struct fault fault;
	pid_t first = begin("a");

	(void)state;
	leave_file("a/vsock.sock");
	leave_file("a/vsock.sock_7000");
	leave_file("a/vsock.sock_4294967295");
	end(first);
	assert_int_equal(count_names(), 0);
	assert_false(exists("a"));
	state_init(&own);
	assert_true(state_claim(&own, all, "b", &fault));
	leave_file("b/vsock.sock_1");
	leave_file("b/other");
	state_release(&own, all, "b");
	assert_false(exists("b/vsock.sock_1"));
	assert_true(exists("b/other"));
}

/* A process that gave up the rights to its folder's place can't remove it. The next who looks can, and does. */
static void test_rights_given_up(void **state)
{
	struct state own;
	struct fault fault;
	pid_t child;
	int status;

	(void)state;
	child = fork();
	if (child == 0) {
		state_init(&own);
		if (!state_claim(&own, all, "a", &fault) || chmod(root, 0755) != 0 || chmod(all, 0555) != 0)
			_exit(1);
		if (geteuid() == 0 && (!state_give(&own, 65534, 65534, &fault) || setuid(65534) != 0))
			_exit(1);
		state_release(&own, all, "a");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(chmod(all, 0755), 0);
	assert_true(exists("a"));
	assert_int_equal(state_owner(all, "a"), 0);
	assert_int_equal(count_names(), 0);
	assert_false(exists("a"));
}

/* Names that lead elsewhere, and folders that are links. */
static void test_bad_names(void **state)
{
	struct state own;
	struct fault fault;
	char link[128];

	(void)state;
	assert_int_equal(state_owner(all, "../all"), 0);
	assert_int_equal(state_owner(all, ""), 0);
	assert_int_equal(count_names(), 0); /* no folder of all yet */
	assert_int_equal(mkdir(all, 0755), 0);
	snprintf(link, sizeof(link), "%s/link", all);
	assert_int_equal(symlink("/tmp", link), 0);
	state_init(&own);
	assert_false(state_claim(&own, all, "link", &fault));
	assert_int_equal(fault.status, VMM_FAILURE);
	state_release(&own, all, "link");
	assert_int_equal(count_names(), 0);
	assert_true(exists("link"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_owner, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_release, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sockets_left, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rights_given_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_names, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
