/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm's process can't do any more. Each case in a process of its own, as there is no way back; it ends by _exit(), for
 * sanitizers do at an end what is not allowed.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

/* Of a configuration with sockets, beside those of `net`. */
#define VSOCK 0x10

static bool enter(int net)
{
	const struct config config = { .net = (enum config_net)(net & ~VSOCK),
				       .vsock = (net & VSOCK) != 0 ? 3 : 0 };
	struct sandbox_user user;
	struct fault fault;

	return sandbox_user(&config, &user, &fault) && sandbox_enter(&config, &user, &fault);
}

/* The status of a process that does `what` in a sandbox, as waitpid() has it. */
static int in_sandbox(int net, int (*what)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(enter(net) ? what() : 99);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

#define EXPECT_EXIT(net, what, wanted)                          \
	do {                                                    \
		int status_ = in_sandbox(net, what);            \
		assert_true(WIFEXITED(status_));                \
		assert_int_equal(WEXITSTATUS(status_), wanted); \
	} while (0)

/* --- What goes on ---------------------------------------------------------------------------------------- */

static int work(void)
{
	char *memory = malloc(4U << 20);
	int pipe_fds[2] = { STDERR_FILENO, STDERR_FILENO };

	if (memory == NULL || write(pipe_fds[1], "", 0) != 0 || fcntl(0, F_GETFD) < 0)
		return 1;
	memory[4095] = 1;
	return memory[4095] == 1 ? 0 : 1;
}

/* --- What does not --------------------------------------------------------------------------------------- */

static int errno_of(long result)
{
	return result < 0 ? errno : 0;
}

static int opens_to_read(void)
{
	return errno_of(syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY));
}

static int opens_to_write(void)
{
	return errno_of(syscall(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY));
}

static int creates(void)
{
	return errno_of(syscall(SYS_openat, AT_FDCWD, "/tmp/caec-sandbox", O_RDONLY | O_CREAT, 0600));
}

static int connects(void)
{
	return errno_of(syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
}

static int connects_here(void)
{
	return errno_of(syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0));
}

static int maps_code(void)
{
	return errno_of(
		syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static int makes_code(void)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return errno_of(syscall(SYS_mprotect, at, 4096, PROT_READ | PROT_EXEC));
}

static int forks(void)
{
	return errno_of(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
}

static int is_root(void)
{
	return geteuid() == 0 || getegid() == 0 || setuid(0) == 0;
}

static int execs(void)
{
	syscall(SYS_execve, "/bin/true", NULL, NULL);
	return 0;
}

static int traces(void)
{
	syscall(SYS_ptrace, PTRACE_TRACEME, 0, NULL, NULL);
	return 0;
}

static void test_work_goes_on(void **state)
{
	(void)state;
	EXPECT_EXIT(CONFIG_NET_NONE, work, 0);
	EXPECT_EXIT(CONFIG_NET_USER, work, 0);
}

static void test_files(void **state)
{
	(void)state;
	EXPECT_EXIT(CONFIG_NET_NONE, opens_to_read, EPERM);
	EXPECT_EXIT(CONFIG_NET_USER, opens_to_read, 0); /* /etc/resolv.conf */
	EXPECT_EXIT(CONFIG_NET_NONE, opens_to_write, EPERM);
	EXPECT_EXIT(CONFIG_NET_USER, opens_to_write, EPERM);
	EXPECT_EXIT(CONFIG_NET_USER, creates, EPERM);
}

static void test_sockets(void **state)
{
	(void)state;
	EXPECT_EXIT(CONFIG_NET_NONE, connects, EPERM);
	EXPECT_EXIT(CONFIG_NET_TAP, connects, EPERM);
	EXPECT_EXIT(CONFIG_NET_USER, connects, 0);
	EXPECT_EXIT(CONFIG_NET_NONE, connects_here, EPERM);
	EXPECT_EXIT(CONFIG_NET_NONE | VSOCK, connects_here, 0);
	EXPECT_EXIT(CONFIG_NET_TAP | VSOCK, connects, EPERM);
	EXPECT_EXIT(CONFIG_NET_USER | VSOCK, connects, 0);
	EXPECT_EXIT(CONFIG_NET_NONE | VSOCK, opens_to_read, EPERM);
}

static void test_code(void **state)
{
	(void)state;
	EXPECT_EXIT(CONFIG_NET_NONE, maps_code, EPERM);
	EXPECT_EXIT(CONFIG_NET_NONE, makes_code, EPERM);
}

static void test_programs(void **state)
{
	int status;

	(void)state;
	EXPECT_EXIT(CONFIG_NET_NONE, forks, EPERM);
	status = in_sandbox(CONFIG_NET_NONE, execs);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	status = in_sandbox(CONFIG_NET_USER, traces);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

static void test_rights(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	EXPECT_EXIT(CONFIG_NET_USER, is_root, 0);
}

/* --- Threads --------------------------------------------------------------------------------------------- */

static int go[2];

static void *late(void *argument)
{
	char byte;

	*(int *)argument = read(go[0], &byte, 1) == 1 ? opens_to_write() : -1;
	return NULL;
}

/* A thread that was there before is bound as well. */
static void test_threads(void **state)
{
	int status, result = -1;
	pthread_t thread;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(go), 0);
	child = fork();
	if (child == 0) {
		if (pthread_create(&thread, NULL, late, &result) != 0 || !enter(CONFIG_NET_NONE) ||
		    write(go[1], "", 1) != 1)
			_exit(99);
		pthread_join(thread, NULL);
		_exit(result);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EPERM);
	close(go[0]);
	close(go[1]);
}

static void test_users(void **state)
{
	char name[] = "no-such-user-here";
	const struct config nobody = { .user = name };
	struct sandbox_user user;
	struct fault fault;

	(void)state;
	assert_false(sandbox_user(&nobody, &user, &fault));
	assert_int_equal(fault.status, VMM_USAGE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_work_goes_on), cmocka_unit_test(test_files),
		cmocka_unit_test(test_sockets),      cmocka_unit_test(test_code),
		cmocka_unit_test(test_programs),     cmocka_unit_test(test_rights),
		cmocka_unit_test(test_threads),      cmocka_unit_test(test_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
