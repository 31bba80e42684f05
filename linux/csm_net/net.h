/* SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause */
/*
 * An Ethernet interface to one peer realm (docs/linux-csm.md). The interface stays; links come and
 * go.
 */
#ifndef LINUX_CSM_NET_NET_H
#define LINUX_CSM_NET_NET_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/workqueue.h>

#include <linux/caec_csm.h>

#include "ring.h"

/* Counted where the comment says, read anywhere: ethtool. */
struct csm_net_counts {
	u64 tx_bells; /* under the queue's lock, as tx_full */
	u64 tx_full;
	u64 rx_bells; /* NAPI, as the next two */
	u64 rx_polls;
	u64 rx_no_memory;
	u64 bells_heard; /* the notifier */
	u64 links;       /* the work, as all below */
	u64 links_lost;
	u64 links_broken;
};

/*
 * `running` and `ring` change only under RTNL while neither the queue nor NAPI is at work; so these
 * need no lock. What else a link has belongs to the work, and to the control device while that is
 * disabled.
 */
struct csm_net {
	struct list_head node;
	struct net_device *dev;
	struct napi_struct napi;
	bool running;
	struct csm_ring ring;
	bool must_ring;      /* the peer sleeps, and a frame for it waits: the queue's lock */
	bool broken;         /* the peer was found to lie */
	struct file *own;    /* NULL: no link */
	struct file *theirs; /* NULL: not attached yet */
	struct csm_memory own_memory;
	struct caec_csm_net terms;
	struct notifier_block on_own, on_theirs;
	struct delayed_work work;
	struct csm_net_counts counts;
};

/* device.c */
struct csm_net *csm_net_make(const char *name);
void csm_net_stop(struct csm_net *net); /* RTNL: neither NAPI nor the queue is at work */
void csm_net_go_on(struct csm_net *net);
void csm_net_poll_soon(struct csm_net *net); /* in a context that may sleep */

/* link.c */
void csm_net_link_init(struct csm_net *net);
int csm_net_link(struct csm_net *net, struct file *region,
		 const struct caec_csm_net *terms); /* -EEXIST: it has one */
int csm_net_set_number(struct csm_net *net,
		       u64 peer_n); /* -EBUSY: there is no link that waits for the peer */
void csm_net_unlink_for_good(struct csm_net *net);
void csm_net_is_broken(struct csm_net *net); /* in any context */

/* statistics.c */
extern const struct ethtool_ops csm_net_ethtool_ops;

#endif
