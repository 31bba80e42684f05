/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The first thread (loop.h).
 */
#define _GNU_SOURCE
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "info.h"

enum { FD_SIGNALS, FD_STOP, FD_INFO, FD_TERMINAL };

int loop_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* What was typed may go on at once. */
static void feed(struct machine *machine)
{
	pthread_mutex_lock(&machine->lock);
	machine_feed(machine);
	pthread_mutex_unlock(&machine->lock);
}

static void serve(struct machine *machine, const struct pollfd *fds, unsigned int count)
{
	if ((fds[FD_SIGNALS].revents & POLLIN) != 0)
		machine_stop(machine, MACHINE_STOPPED, NULL);
	if ((fds[FD_INFO].revents & POLLIN) != 0)
		info_serve(fds[FD_INFO].fd, machine);
	if (!terminal_serve(&machine->terminal, fds + FD_TERMINAL, count - FD_TERMINAL))
		machine_stop(machine, MACHINE_STOPPED, NULL);
	feed(machine);
}

void loop_run(struct machine *machine, int signals, int info)
{
	struct pollfd fds[FD_TERMINAL + TERMINAL_FDS];

	while (!machine_is_over(machine)) {
		unsigned int count = FD_TERMINAL;

		fds[FD_SIGNALS] = (struct pollfd){ .fd = signals, .events = POLLIN };
		fds[FD_STOP] = (struct pollfd){ .fd = machine->stop_fd, .events = POLLIN };
		fds[FD_INFO] = (struct pollfd){ .fd = info, .events = POLLIN };
		count += terminal_prepare(&machine->terminal, fds + FD_TERMINAL);
		if (poll(fds, count, -1) > 0)
			serve(machine, fds, count);
	}
	terminal_flush(&machine->terminal);
}
