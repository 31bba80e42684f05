/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * csm-netperf: round trips and streams of TCP, or of vsock, checked byte by byte, and counted.
 *
 *	csm-netperf serve PORT | vsock:PORT           serves one client after the other
 *	csm-netperf echo ADDRESS PORT SIZE COUNT      COUNT round trips of SIZE bytes
 *	csm-netperf send ADDRESS PORT SIZE COUNT      a stream of COUNT pieces of SIZE bytes to the server
 *	csm-netperf take ADDRESS PORT SIZE COUNT      and one from it
 *
 * ADDRESS is an IPv4 address, or "vsock:CID". The client prints what, SIZE, COUNT, nanoseconds, wrong bytes at either end, tab-separated. SIZE is up to 1 MiB. Byte i of
 * a stream is a function of i, so that what is lost, doubled or torn is seen. Instructions are for whoever counts outside: of
 * 0 and of COUNT turns, the difference.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#define LONGEST (1U << 20)
#define PERIOD 65521U /* no power of two: a piece in the place of another is seen */

struct request {
	uint32_t what; /* 'e', 's' or 't' */
	uint32_t size;
	uint64_t count;
};

static uint8_t pattern[LONGEST + PERIOD], buffer[LONGEST];

static void make_pattern(void)
{
	uint32_t state = 1;

	for (uint32_t i = 0; i < sizeof(pattern); i++) {
		state = i % PERIOD == 0 ? 1 : state * 1664525U + 1013904223U;
		pattern[i] = (uint8_t)(state >> 24);
	}
}

static bool put(int fd, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	while (size != 0) {
		ssize_t done = write(fd, bytes, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		size -= (size_t)done;
	}
	return true;
}

static bool get(int fd, void *data, size_t size)
{
	uint8_t *bytes = data;

	while (size != 0) {
		ssize_t done = read(fd, bytes, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		size -= (size_t)done;
	}
	return true;
}

static uint64_t wrong_bytes(uint32_t size, uint64_t at)
{
	const uint8_t *right = &pattern[at % PERIOD];
	uint64_t wrong = 0;

	if (memcmp(buffer, right, size) != 0)
		for (uint32_t i = 0; i < size; i++)
			wrong += buffer[i] != right[i];
	return wrong;
}

static bool send_stream(int fd, const struct request *r)
{
	for (uint64_t i = 0; i < r->count; i++)
		if (!put(fd, &pattern[i * r->size % PERIOD], r->size))
			return false;
	return true;
}

static bool take_stream(int fd, const struct request *r, uint64_t *wrong)
{
	for (uint64_t i = 0; i < r->count; i++) {
		if (!get(fd, buffer, r->size))
			return false;
		*wrong += wrong_bytes(r->size, i * r->size);
	}
	return true;
}

/* --- Addresses ------------------------------------------------------------------------------------------------ */

struct place {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_vm vm;
	};
	socklen_t size;
};

/* What is behind "vsock:"; NULL: that is not there. */
static const char *behind_vsock(const char *text)
{
	return strncmp(text, "vsock:", 6) == 0 ? text + 6 : NULL;
}

static struct place vsock_place(unsigned int cid, unsigned int port)
{
	return (struct place){ .vm = { .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port },
			       .size = sizeof(struct sockaddr_vm) };
}

static struct place tcp_place(in_addr_t address, unsigned int port)
{
	return (struct place){ .in = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = address },
			       .size = sizeof(struct sockaddr_in) };
}

static int stream_to(const struct place *place)
{
	return socket(place->any.sa_family, SOCK_STREAM, 0);
}

/* --- Server ------------------------------------------------------------------------------------------------- */

static bool echo(int fd, const struct request *r)
{
	for (uint64_t i = 0; i < r->count; i++)
		if (!get(fd, buffer, r->size) || !put(fd, buffer, r->size))
			return false;
	return true;
}

/* The last word is the server's: how many bytes were wrong. */
static void serve_one(int fd)
{
	struct request r;
	uint64_t wrong = 0;
	bool good;

	if (!get(fd, &r, sizeof(r)) || r.size > LONGEST)
		return;
	good = r.what == 'e'   ? echo(fd, &r)
	       : r.what == 's' ? take_stream(fd, &r, &wrong)
			       : send_stream(fd, &r);
	if (good)
		put(fd, &wrong, sizeof(wrong));
}

static int at_once(int fd)
{
	int one = 1;

	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static int serve(const char *where)
{
	const char *port = behind_vsock(where);
	struct place place = port != NULL ? vsock_place(VMADDR_CID_ANY, (unsigned int)atoi(port))
					  : tcp_place(INADDR_ANY, (unsigned int)atoi(where));
	int fd = stream_to(&place), one = 1, client;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &place.any, place.size) != 0 || listen(fd, 4) != 0) {
		perror("csm-netperf: listen");
		return 1;
	}
	puts("SERVING");
	fflush(stdout);
	while ((client = at_once(accept(fd, NULL, NULL))) >= 0) {
		serve_one(client);
		close(client);
	}
	return 1;
}

/* --- Client --------------------------------------------------------------------------------------------------- */

static bool round_trips(int fd, const struct request *r, uint64_t *wrong)
{
	for (uint64_t i = 0; i < r->count; i++) {
		if (!put(fd, &pattern[i * r->size % PERIOD], r->size) || !get(fd, buffer, r->size))
			return false;
		*wrong += wrong_bytes(r->size, i * r->size);
	}
	return true;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

static int reach(const char *address, unsigned int port)
{
	const char *cid = behind_vsock(address);
	struct place place = cid != NULL ? vsock_place((unsigned int)atoi(cid), port)
					 : tcp_place(inet_addr(address), port);
	int fd = at_once(stream_to(&place));

	if (connect(fd, &place.any, place.size) != 0) {
		perror("csm-netperf: connect");
		exit(1);
	}
	return fd;
}

static int ask(int fd, const char *name, const struct request *r)
{
	uint64_t start = now(), wrong = 0, there = 0;
	bool good = put(fd, r, sizeof(*r));

	good = good && (r->what == 'e'   ? round_trips(fd, r, &wrong)
			: r->what == 's' ? send_stream(fd, r)
					 : take_stream(fd, r, &wrong));
	if (!good || !get(fd, &there, sizeof(there))) {
		perror("csm-netperf");
		return 1;
	}
	printf("%s\t%u\t%llu\t%llu\t%llu\n", name, r->size, (unsigned long long)r->count,
	       (unsigned long long)(now() - start), (unsigned long long)(wrong + there));
	return wrong + there != 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct request r;

	signal(SIGPIPE, SIG_IGN);
	make_pattern();
	if (strcmp(what, "serve") == 0 && argc == 3)
		return serve(argv[2]);
	if (argc == 6 &&
	    (strcmp(what, "echo") == 0 || strcmp(what, "send") == 0 || strcmp(what, "take") == 0)) {
		r = (struct request){ (uint8_t)what[0], (uint32_t)strtoul(argv[4], NULL, 0),
				      strtoull(argv[5], NULL, 0) };
		if (r.size <= LONGEST)
			return ask(reach(argv[2], (unsigned int)atoi(argv[3])), what, &r);
	}
	fputs("usage: csm-netperf serve PORT|vsock:PORT | echo|send|take ADDRESS PORT SIZE COUNT\n", stderr);
	return 1;
}
