/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz target for the sockets of caec-vmm: programs of the host connect, say anything, read, and go; the realm's driver does
 * anything; the thread that serves both is called, instead of running. Nothing is read beyond its buffer, and each socket is
 * closed in the end.
 */
#define _GNU_SOURCE
#include "vsock.c" /* NOLINT(bugprone-suspicious-include): its thread is played */

#include <dirent.h>

#include "target.h"
#include "virtio_storm.h"

#define STEPS_MIN 40U
#define STEPS_MAX 300U
#define PROGRAMS 6U

static struct machine m;
static struct vsock vsock;
static pthread_mutex_t devices = PTHREAD_MUTEX_INITIALIZER;
static int program[PROGRAMS]; /* a program's end; -1: none */

static unsigned int any(uint32_t limit)
{
	return choose(&m.chance, limit);
}

/* As greet() does it, with a socket that has no name. */
static void connect_program(unsigned int i)
{
	unsigned int slot = 0;
	int ends[2];

	while (slot < VSOCK_GREETINGS && vsock.greetings[slot].fd >= 0)
		slot++;
	if (slot == VSOCK_GREETINGS || program[i] >= 0)
		return;
	EXPECT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
	program[i] = ends[0];
	vsock.greetings[slot] = (struct vsock_greeting){ .fd = ends[1] };
}

/* A line that is good, one that might be, or bytes. */
static void speak(int fd)
{
	char text[2 * VSOCK_LINE];
	size_t size = 0;

	switch (any(3)) {
	case 0:
		size = (size_t)snprintf(text, sizeof(text), "CONNECT %u\n", any(4));
		break;
	case 1:
		size = (size_t)snprintf(text, sizeof(text), "CONNECT ");
		break;
	default:
		break;
	}
	for (unsigned int more = any(3) ? 0 : any(sizeof(text) - 20); more != 0; more--)
		text[size++] = (char)any(256);
	(void)!send(fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void act_as_program(void)
{
	unsigned int i = any(PROGRAMS);
	char text[256];

	if (program[i] < 0) {
		connect_program(i);
		return;
	}
	switch (any(5)) {
	case 0:
		close_fd(&program[i]);
		break;
	case 1:
		shutdown(program[i], any(2) ? SHUT_WR : SHUT_RD);
		break;
	case 2:
		(void)!recv(program[i], text, 1 + any(sizeof(text)), MSG_DONTWAIT);
		break;
	default:
		speak(program[i]);
		break;
	}
}

/* One turn of the thread. */
static void turn(void)
{
	prepare(&vsock);
	(void)poll(vsock.fds, sizeof(vsock.fds) / sizeof(vsock.fds[0]), 0);
	serve(&vsock);
}

static unsigned int count_open(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned int count = 0;

	EXPECT(folder != NULL);
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

static void begin(const uint8_t *data, size_t size)
{
	const struct device_place place = { BASE, INTID, &m.w.platform, &devices };
	struct fault fault;

	machine_init(&m);
	m.chance = chance_of_input(data, size);
	m.chance.goes_on = true;
	vsock_init(&vsock);
	EXPECT(vsock_open(&vsock, CID, &place, &fault));
	m.w.device = &vsock.device.virtio.device;
	memset(program, -1, sizeof(program));
}

static void end(void)
{
	for (unsigned int i = 0; i < PROGRAMS; i++)
		close_fd(&program[i]);
	vsock_close(&vsock);
	machine_free(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int before = count_open();

	begin(data, size);
	for (unsigned int i = 0; i < STEPS_MIN || (i < STEPS_MAX && !chance_is_over(&m.chance)); i++) {
		if (any(2) == 0)
			storm_step(&m, &vsock.device.virtio);
		else
			act_as_program();
		if (any(2) == 0)
			turn();
		storm_check_streams(&vsock.device);
	}
	end();
	EXPECT(count_open() == before);
	return 0;
}
