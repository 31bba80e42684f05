/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The network of a realm: a virtio device, a thread, and behind it a tap interface of the host, or a network in user mode
 * (libslirp), which needs no rights and translates addresses.
 */
#ifndef LINUX_VMM_NET_H
#define LINUX_VMM_NET_H

#include <poll.h>

#include "config.h"
#include "devices/virtio_net.h"
#include "place.h"

#define NET_MAX_FDS 1024

struct Slirp;

struct net {
	struct virtio_net device; /* under the devices' lock, as is `slirp` */
	pthread_mutex_t *lock;
	int wake_fd; /* an eventfd: a doorbell, or something to look at anew; -1: no network */
	int tap;     /* -1: none */
	struct Slirp *slirp;
	struct pollfd fds[NET_MAX_FDS]; /* the thread's */
	unsigned int fd_count;
	pthread_t thread;
	bool runs;
	bool over; /* (atomic) */
};

void net_init(struct net *net);
bool net_open(struct net *net, const struct config *config, const struct device_place *place,
	      struct fault *fault);
bool net_start(struct net *net, struct fault *fault);
void net_close(struct net *net);

/* net_user.c. Called with the lock held. */
bool net_user_open(struct net *net, bool host, struct fault *fault);
void net_user_close(struct net *net);
void net_user_send(struct net *net, const uint8_t *frame, uint32_t bytes);
void net_user_fill(struct net *net, uint32_t *timeout); /* adds to net->fds */
void net_user_poll(struct net *net, bool failed);

#endif
