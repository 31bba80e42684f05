/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Network interfaces to other realms.
 */
#include "tool.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONTROL "/dev/csmnet-control"
#define DEFAULT_SIZE (UINT64_C(2) << 20)

static int net_control(unsigned long command, struct caec_csm_net *argument)
{
	return control_at(CONTROL, "csm_net", command, argument);
}

static void check_net(int error, const char *name)
{
	if (error == -ENODEV)
		fail(STATUS_NOT_FOUND, "%s: there is no such interface", name);
	if (error == -EEXIST)
		fail(STATUS_FAILED, "%s: it has a link already, or is an interface of another kind", name);
	if (error == -EBUSY)
		fail(STATUS_FAILED, "%s: it does not wait for its peer", name);
	check(error, name);
}

static void name_argument(const char *text, char name[IFNAMSIZ])
{
	if (text[0] == '\0' || strlen(text) >= IFNAMSIZ)
		fail(STATUS_USAGE, "'%s' is no name of an interface: 1 to %d characters", text, IFNAMSIZ - 1);
	strcpy(name, text);
}

/* --- What any interface has ----------------------------------------------------------------------------------- */

static int interface_control(unsigned long command, struct ifreq *request)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return -errno;
	error = ioctl(fd, command, request) == 0 ? 0 : -errno;
	close(fd);
	return error;
}

static int switch_on(const char *name)
{
	struct ifreq request = { 0 };
	int error;

	name_argument(name, request.ifr_name);
	error = interface_control(SIOCGIFFLAGS, &request);
	if (error != 0)
		return error;
	request.ifr_flags |= IFF_UP;
	return interface_control(SIOCSIFFLAGS, &request);
}

static int ethtool(const char *name, void *command)
{
	struct ifreq request = { .ifr_data = command };

	name_argument(name, request.ifr_name);
	return interface_control(SIOCETHTOOL, &request);
}

/* --- Commands --------------------------------------------------------------------------------------------------- */

static const char *option(int argc, char **argv, const char *name)
{
	for (int i = 0; i + 1 < argc; i += 2)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return NULL;
}

static void check_options(int argc, char **argv)
{
	for (int i = 0; i < argc; i += 2) {
		if (strcmp(argv[i], "--peer") != 0 && strcmp(argv[i], "--number") != 0 &&
		    strcmp(argv[i], "--size") != 0)
			fail(STATUS_USAGE, "what is '%s'?", argv[i]);
		if (i + 1 == argc)
			fail(STATUS_USAGE, "%s wants a value", argv[i]);
	}
}

/* Both regions have one size: each side reads where the other writes. The interface keeps ours. */
static void make_link(struct caec_csm_net *net)
{
	struct csm o;
	uint64_t n;

	check(csm_create(csm, net->peer_size, CAEC_CSM_DAX, &o), "net up");
	check(csm_share(&o, &net->peer, CAEC_CSM_RO, NULL, &n), "net up");
	net->fd = o.fd;
	net->own_n = n;
	check_net(net_control(CAEC_CSM_NET_UP, net), net->name);
	check(switch_on(net->name), net->name);
	row("name", net->name, "peer", rid_text(&net->peer), "n", number_text(n), "size",
	    number_text(net->peer_size), NULL);
}

/* Without --peer: the number of the peer's share, for one that waits for it. */
static int net_up(int argc, char **argv)
{
	const char *peer = option(argc - 1, argv + 1, "--peer");
	const char *number = option(argc - 1, argv + 1, "--number");
	const char *size = option(argc - 1, argv + 1, "--size");
	struct caec_csm_net net = { .fd = -1, .peer_size = DEFAULT_SIZE };

	name_argument(argv[0], net.name);
	check_options(argc - 1, argv + 1);
	if (number != NULL)
		net.peer_n = number_argument(number);
	if (size != NULL)
		net.peer_size = number_argument(size);
	if (peer != NULL) {
		net.peer = rid_argument(peer);
		make_link(&net);
	} else if (number != NULL && size == NULL) {
		check_net(net_control(CAEC_CSM_NET_UP, &net), argv[0]);
	} else {
		fail(STATUS_USAGE, "net up: --peer RID is missing");
	}
	return STATUS_OK;
}

static int net_down(int argc, char **argv)
{
	struct caec_csm_net net = { 0 };

	if (argc != 1)
		fail(STATUS_USAGE, "net down: one NAME");
	name_argument(argv[0], net.name);
	check_net(net_control(CAEC_CSM_NET_DOWN, &net), argv[0]);
	return STATUS_OK;
}

static unsigned int statistics_count(const char *name)
{
	struct {
		/* NOLINTNEXTLINE(clang-diagnostic-gnu-variable-sized-type-not-at-end): as the kernel has it */
		struct ethtool_sset_info head;
		uint32_t count;
	} sets = { .head = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = UINT64_C(1) << ETH_SS_STATS } };

	check(ethtool(name, &sets), name);
	return sets.head.sset_mask != 0 ? sets.count : 0;
}

static int net_status(int argc, char **argv)
{
	struct ethtool_value link = { .cmd = ETHTOOL_GLINK };
	struct ethtool_gstrings *names;
	struct ethtool_stats *values;
	unsigned int count;

	if (argc != 1)
		fail(STATUS_USAGE, "net status: one NAME");
	check_net(ethtool(argv[0], &link), argv[0]);
	count = statistics_count(argv[0]);
	names = calloc(1, sizeof(*names) + (size_t)count * ETH_GSTRING_LEN);
	values = calloc(1, sizeof(*values) + count * sizeof(values->data[0]));
	if (names == NULL || values == NULL)
		fail(STATUS_FAILED, "%s: %s", argv[0], csm_error_text(-ENOMEM));
	*names = (struct ethtool_gstrings){ .cmd = ETHTOOL_GSTRINGS,
					    .string_set = ETH_SS_STATS,
					    .len = count };
	*values = (struct ethtool_stats){ .cmd = ETHTOOL_GSTATS, .n_stats = count };
	check(ethtool(argv[0], names), argv[0]);
	check(ethtool(argv[0], values), argv[0]);
	row("what", "link", "value", link.data != 0 ? "1" : "0", NULL);
	for (unsigned int i = 0; i < count; i++)
		row("what", (const char *)&names->data[i * ETH_GSTRING_LEN], "value",
		    number_text(values->data[i]), NULL);
	free(names);
	free(values);
	return STATUS_OK;
}

int command_net(int argc, char **argv)
{
	if (strcmp(argv[0], "up") == 0)
		return net_up(argc - 1, argv + 1);
	if (strcmp(argv[0], "down") == 0)
		return net_down(argc - 1, argv + 1);
	if (strcmp(argv[0], "status") == 0)
		return net_status(argc - 1, argv + 1);
	fail(STATUS_USAGE, "what is 'net %s'? up, down or status", argv[0]);
}
