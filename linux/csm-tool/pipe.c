/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Standard input and output through a link between two realms. An empty message is the end; the receiver answers it with
 * one, so that the sender knows that all was taken before it gives the memory back.
 */
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SIZE (UINT64_C(1) << 20)
#define PIECE 65536

static uint64_t size_argument(int argc, char **argv, int index)
{
	return argc > index ? number_argument(argv[index]) : DEFAULT_SIZE;
}

static size_t piece_size(const struct csm_link *link)
{
	size_t longest = channel_longest(&link->tx);

	return longest < PIECE ? longest : PIECE;
}

static void write_all(const char *data, size_t length)
{
	while (length != 0) {
		ssize_t done = write(STDOUT_FILENO, data, length);

		if (done < 0 && errno != EINTR)
			fail(STATUS_FAILED, "standard output: %s", strerror(errno));
		if (done > 0) {
			data += done;
			length -= (size_t)done;
		}
	}
}

int command_send(int argc, char **argv)
{
	static char buffer[PIECE];
	struct caec_csm_rid peer = rid_argument(argv[0]);
	struct csm_link link;
	struct csm o;
	uint64_t n;
	ssize_t got;
	size_t length;

	check(csm_create(csm, size_argument(argc, argv, 1), 0, &o), "send");
	check(csm_map(&o), "send");
	check(csm_share(&o, &peer, CAEC_CSM_RW, NULL, &n), "send");
	fprintf(stderr, "%llu\n", (unsigned long long)n);
	check(csm_link_open(&link, &o, &peer, n), "send");
	do {
		got = read(STDIN_FILENO, buffer, piece_size(&link));
		if (got < 0)
			fail(STATUS_FAILED, "standard input: %s", strerror(errno));
		check(csm_link_send(&link, buffer, (size_t)got), "send");
	} while (got != 0);
	check(csm_link_receive(&link, buffer, sizeof(buffer), &length), "send");
	if (length != 0)
		check(-EPROTO, "send");
	return STATUS_OK;
}

int command_recv(int argc, char **argv)
{
	static char buffer[PIECE];
	struct caec_csm_rid provider = rid_argument(argv[0]);
	struct csm_link link;
	struct csm o;
	size_t length;

	check(csm_attach(csm, &provider, number_argument(argv[1]), size_argument(argc, argv, 2), 0, &o),
	      "recv");
	check(csm_map(&o), "recv");
	check(csm_link_open(&link, &o, NULL, 0), "recv");
	do {
		check(csm_link_receive(&link, buffer, sizeof(buffer), &length), "recv");
		write_all(buffer, length);
	} while (length != 0);
	check(csm_link_send(&link, buffer, 0), "recv");
	return STATUS_OK;
}
