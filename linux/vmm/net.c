/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The network's thread, and taps (net.h).
 */
#define _GNU_SOURCE
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>

/* Frames that are taken before somebody else may have the lock. */
#define TURN 32

/* --- The realm's side ------------------------------------------------------------------------------------ */

static void wake(void *context)
{
	eventfd_write(((struct net *)context)->wake_fd, 1);
}

/* What the tap has no room for is lost, as on any wire. */
static void transmit(void *context, const uint8_t *frame, uint32_t bytes)
{
	struct net *net = context;

	if (net->slirp != NULL) {
		net_user_send(net, frame, bytes);
		/* There may be a socket more to listen to. */
		if (!net->runs || !pthread_equal(net->thread, pthread_self()))
			wake(net);
	} else if (write(net->tap, frame, bytes) < 0) {
		return;
	}
}

/* --- The thread ------------------------------------------------------------------------------------------ */

static void kick(struct net *net)
{
	eventfd_t count;

	if (eventfd_read(net->wake_fd, &count) != 0)
		return;
	pthread_mutex_lock(net->lock);
	virtio_kick(&net->device.virtio, VIRTIO_NET_TRANSMITQ);
	pthread_mutex_unlock(net->lock);
}

/* Frames wait in the tap while the realm has no room for them. */
static void receive_from_tap(struct net *net)
{
	uint8_t frame[VIRTIO_NET_FRAME_MAX + 1];

	pthread_mutex_lock(net->lock);
	for (unsigned int i = 0; i < TURN && virtio_net_has_room(&net->device); i++) {
		ssize_t bytes = read(net->tap, frame, sizeof(frame));

		if (bytes <= 0)
			break;
		virtio_net_receive(&net->device, frame, (uint32_t)bytes);
	}
	pthread_mutex_unlock(net->lock);
}

/* What to wait for; how long. */
static int prepare(struct net *net)
{
	uint32_t timeout = UINT32_MAX;

	net->fds[0] = (struct pollfd){ .fd = net->wake_fd, .events = POLLIN };
	net->fd_count = 1;
	pthread_mutex_lock(net->lock);
	if (net->slirp != NULL)
		net_user_fill(net, &timeout);
	else if (virtio_net_has_room(&net->device))
		net->fds[net->fd_count++] = (struct pollfd){ .fd = net->tap, .events = POLLIN };
	pthread_mutex_unlock(net->lock);
	return timeout > INT32_MAX ? -1 : (int)timeout;
}

static void serve(struct net *net)
{
	int timeout = prepare(net), found = poll(net->fds, net->fd_count, timeout);

	if (found > 0 && (net->fds[0].revents & POLLIN) != 0)
		kick(net);
	if (net->slirp != NULL) {
		pthread_mutex_lock(net->lock);
		net_user_poll(net, found < 0);
		pthread_mutex_unlock(net->lock);
	} else if (found > 0 && net->fd_count > 1 && net->fds[1].revents != 0) {
		receive_from_tap(net);
	}
}

static void *run(void *argument)
{
	struct net *net = argument;

	while (!__atomic_load_n(&net->over, __ATOMIC_ACQUIRE))
		serve(net);
	return NULL;
}

/* --- Opening --------------------------------------------------------------------------------------------- */

static bool open_tap(struct net *net, const char *name, struct fault *fault)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	net->tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (net->tap < 0)
		return fault_set(fault, VMM_FAILURE, "net: cannot open /dev/net/tun: %s", strerror(errno));
	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	if (ioctl(net->tap, TUNSETIFF, &request) != 0)
		return fault_set(fault, VMM_FAILURE, "net: cannot have the interface %s: %s", name,
				 strerror(errno));
	return true;
}

/* Locally administered, and another one each time. */
static bool make_mac(uint8_t mac[6])
{
	if (getrandom(mac, 6, 0) != 6)
		return false;
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 2);
	return true;
}

void net_init(struct net *net)
{
	*net = (struct net){ .wake_fd = -1, .tap = -1 };
}

bool net_open(struct net *net, const struct config *config, const struct device_place *place,
	      struct fault *fault)
{
	uint8_t mac[6];

	net->lock = place->lock;
	net->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (net->wake_fd < 0 || !make_mac(mac))
		return fault_set(fault, VMM_FAILURE, "net: %s", strerror(errno));
	virtio_net_init(&net->device, place->base, place->intid, place->platform, mac, transmit, wake, net);
	return config->net == CONFIG_NET_TAP ? open_tap(net, config->tap, fault)
					     : net_user_open(net, config->net_host, fault);
}

bool net_start(struct net *net, struct fault *fault)
{
	if (net->wake_fd < 0)
		return true;
	net->runs = true;
	if (pthread_create(&net->thread, NULL, run, net) == 0)
		return true;
	net->runs = false;
	return fault_set(fault, VMM_FAILURE, "net: no thread");
}

void net_close(struct net *net)
{
	if (net->runs) {
		__atomic_store_n(&net->over, true, __ATOMIC_RELEASE);
		wake(net);
		pthread_join(net->thread, NULL);
	}
	net_user_close(net);
	if (net->tap >= 0)
		close(net->tap);
	if (net->wake_fd >= 0)
		close(net->wake_fd);
	net_init(net);
}
