/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A network in user mode: 10.0.2.0/24 with a gateway and DHCP at 10.0.2.2, names at 10.0.2.3, the realm at 10.0.2.15. What the
 * realm sends to the outside comes from this process's own sockets.
 */
#include "net.h"

#include <arpa/inet.h>
#include <libslirp.h>
#include <stdlib.h>
#include <time.h>

/* --- What libslirp asks for ------------------------------------------------------------------------------ */

/* A frame that there is no room for is lost: TCP sends it again. */
static ssize_t send_packet(const void *frame, size_t bytes, void *opaque)
{
	struct net *net = opaque;

	if (bytes <= VIRTIO_NET_FRAME_MAX)
		virtio_net_receive(&net->device, frame, (uint32_t)bytes);
	return (ssize_t)bytes;
}

/* What a realm does wrong is its own affair. */
static void guest_error(const char *what, void *opaque)
{
	(void)what;
	(void)opaque;
}

static int64_t clock_get_ns(void *opaque)
{
	struct timespec now;

	(void)opaque;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Only IPv6 has timers, which is off. */
static void *timer_new(SlirpTimerCb callback, void *callback_opaque, void *opaque)
{
	(void)callback;
	(void)callback_opaque;
	(void)opaque;
	return NULL;
}

static void timer_free(void *timer, void *opaque)
{
	(void)timer;
	(void)opaque;
}

static void timer_mod(void *timer, int64_t expires, void *opaque)
{
	(void)timer;
	(void)expires;
	(void)opaque;
}

/* Descriptors are told anew before each wait. */
static void poll_fd(int fd, void *opaque)
{
	(void)fd;
	(void)opaque;
}

static void notify(void *opaque)
{
	(void)opaque;
}

static const SlirpCb callbacks = {
	.send_packet = send_packet,
	.guest_error = guest_error,
	.clock_get_ns = clock_get_ns,
	.timer_new = timer_new,
	.timer_free = timer_free,
	.timer_mod = timer_mod,
	.register_poll_fd = poll_fd,
	.unregister_poll_fd = poll_fd,
	.notify = notify,
};

/* --- What it is asked ------------------------------------------------------------------------------------ */

static struct in_addr address(uint8_t last)
{
	return (struct in_addr){ htonl(0x0a000200U | last) };
}

bool net_user_open(struct net *net, bool host, struct fault *fault)
{
	const SlirpConfig config = {
		.version = 1,
		.in_enabled = true,
		.vnetwork = address(0),
		.vnetmask = { htonl(0xffffff00U) },
		.vhost = address(2),
		.vnameserver = address(3),
		.vdhcp_start = address(15),
		.disable_host_loopback = !host,
	};

	net->slirp = slirp_new(&config, &callbacks, net);
	return net->slirp != NULL || fault_set(fault, VMM_FAILURE, "net: libslirp refuses");
}

void net_user_close(struct net *net)
{
	if (net->slirp != NULL)
		slirp_cleanup(net->slirp);
	net->slirp = NULL;
}

void net_user_send(struct net *net, const uint8_t *frame, uint32_t bytes)
{
	slirp_input(net->slirp, frame, (int)bytes);
}

static int add_poll(int fd, int events, void *opaque)
{
	struct net *net = opaque;
	short wanted = 0;

	if (net->fd_count == NET_MAX_FDS)
		return -1;
	if ((events & SLIRP_POLL_IN) != 0)
		wanted |= POLLIN;
	if ((events & SLIRP_POLL_OUT) != 0)
		wanted |= POLLOUT;
	if ((events & SLIRP_POLL_PRI) != 0)
		wanted |= POLLPRI;
	net->fds[net->fd_count] = (struct pollfd){ .fd = fd, .events = wanted };
	return (int)net->fd_count++;
}

static int get_revents(int index, void *opaque)
{
	const struct net *net = opaque;
	short found;
	int events = 0;

	if (index < 0 || (unsigned int)index >= net->fd_count)
		return 0;
	found = net->fds[index].revents;
	if ((found & POLLIN) != 0)
		events |= SLIRP_POLL_IN;
	if ((found & POLLOUT) != 0)
		events |= SLIRP_POLL_OUT;
	if ((found & POLLPRI) != 0)
		events |= SLIRP_POLL_PRI;
	if ((found & POLLERR) != 0)
		events |= SLIRP_POLL_ERR;
	if ((found & POLLHUP) != 0)
		events |= SLIRP_POLL_HUP;
	return events;
}

void net_user_fill(struct net *net, uint32_t *timeout)
{
	slirp_pollfds_fill(net->slirp, timeout, add_poll, net);
}

void net_user_poll(struct net *net, bool failed)
{
	slirp_pollfds_poll(net->slirp, failed, get_revents, net);
}
