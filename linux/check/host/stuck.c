/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A VMM in the middle of an ioctl, whose memory never comes.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define PATIENCE_MS 20000
#define LIFE_S 180 /* then whoever waits for it goes on, and hears that it was not killed */

/* A page that the kernel waits for: whoever touches it is told of through *fd, and stays there. */
static void *page_that_never_comes(int *fd)
{
	struct uffdio_api api = { .api = UFFD_API };
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register range = { .range = { (uintptr_t)page, PAGE },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };

	*fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (*fd < 0 || page == MAP_FAILED || ioctl(*fd, UFFDIO_API, &api) != 0 ||
	    ioctl(*fd, UFFDIO_REGISTER, &range) != 0)
		_exit(1);
	return page;
}

struct load {
	int fd;
	struct caec_host_populate populate;
};

static void *load(void *argument)
{
	struct load *load = argument;

	ioctl(load->fd, CAEC_HOST_POPULATE, &load->populate);
	_exit(2);
}

/* Says a word when it is stuck, and another one if its realm's other ioctls are not. */
static _Noreturn void be_stuck(int out)
{
	const struct wish wish = { .name = "stuck", .csm = true };
	struct caec_host_create create = creation(&wish);
	struct caec_host_stats stats = { .version = CAEC_HOST_VERSION };
	struct load content = { .populate = {
					.version = CAEC_HOST_VERSION, .ipa = PAYLOAD_RAM, .size = PAGE } };
	struct uffd_msg message;
	pthread_t thread;
	int faults;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(LIFE_S);
	if (ioctl(caec, CAEC_HOST_CREATE_REALM, &create) != 0)
		_exit(1);
	content.fd = create.fd;
	content.populate.content = (uintptr_t)page_that_never_comes(&faults);
	if (pthread_create(&thread, NULL, load, &content) != 0 ||
	    read(faults, &message, sizeof(message)) != sizeof(message) || write(out, "s", 1) != 1)
		_exit(1);
	if (ioctl(create.fd, CAEC_HOST_STATS, &stats) != 0 || write(out, "o", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* Within the patience. */
static bool hears(int in)
{
	struct pollfd poller = { .fd = in, .events = POLLIN };
	char word;

	return poll(&poller, 1, PATIENCE_MS) == 1 && read(in, &word, 1) == 1;
}

pid_t stuck_begin(void)
{
	int words[2];
	pid_t child;

	expect("a pipe", pipe(words) == 0);
	child = fork();
	if (child == 0)
		be_stuck(words[1]);
	close(words[1]);
	expect("a VMM is stuck", hears(words[0]));
	expect("in one ioctl of its realm", hears(words[0]));
	close(words[0]);
	return child;
}

void stuck_end(pid_t child)
{
	int status;

	kill(child, SIGKILL);
	expect("nobody waited for its end, and it can be killed",
	       waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}
