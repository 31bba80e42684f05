// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The network device: frames out, frames in. Each frame is copied once on either side: into the
 * ring together with its checksum, and out of it before anybody looks at it, since the peer may
 * write to it at any moment. What was received carries no promise about checksums: the stack
 * verifies them, so that zeros in place of what a peer took away are not taken for data.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "net.h"

/* Longer frames lie in pages: their headers come first. */
#define LINEAR 256

/* --- Out -------------------------------------------------------------------------------------- */

static enum channel_result put(struct csm_net *net, const struct sk_buff *skb)
{
	enum channel_result result;
	void *frame;

	result = csm_ring_reserve(&net->ring, skb->len, &frame);
	if (result == CHANNEL_OK) {
		skb_copy_and_csum_dev(skb, frame);
		net->must_ring |= channel_commit(&net->ring.tx);
	}
	return result;
}

/* First the queue stops, then the peer is asked to ring. */
static void stop_if_full(struct csm_net *net)
{
	if (csm_ring_has_room(&net->ring))
		return;
	netif_stop_queue(net->dev);
	if (csm_ring_is_full(&net->ring))
		net->counts.tx_full++;
	else
		netif_start_queue(net->dev);
}

static void count_and_free(struct net_device *dev, struct sk_buff *skb, bool sent)
{
	if (!sent) {
		DEV_STATS_INC(dev, tx_dropped);
		dev_kfree_skb_any(skb);
		return;
	}
	dev_sw_netstats_tx_add(dev, 1, skb->len);
	skb_tx_timestamp(skb);
	dev_consume_skb_any(skb);
}

/* While more frames follow the bell waits, unless no frame can follow. */
static void ring_if_due(struct csm_net *net)
{
	if (!net->must_ring || (netdev_xmit_more() && !netif_queue_stopped(net->dev)))
		return;
	net->must_ring = false;
	net->counts.tx_bells++;
	csm_object_ring(net->theirs);
}

static netdev_tx_t transmit(struct sk_buff *skb, struct net_device *dev)
{
	struct csm_net *net = netdev_priv(dev);
	enum channel_result result;

	if (!net->running) {
		count_and_free(dev, skb, false);
		return NETDEV_TX_OK;
	}
	result = put(net, skb);
	if (result == CHANNEL_BROKEN)
		csm_net_is_broken(net);
	if (result != CHANNEL_WAIT)
		count_and_free(dev, skb, result == CHANNEL_OK);
	stop_if_full(net);
	ring_if_due(net);
	return result == CHANNEL_WAIT ? NETDEV_TX_BUSY : NETDEV_TX_OK;
}

/* The peer has taken something. */
static void go_on_sending(struct csm_net *net)
{
	if (!netif_queue_stopped(net->dev))
		return;
	netif_tx_lock(net->dev);
	if (netif_queue_stopped(net->dev) && !csm_ring_is_full(&net->ring))
		netif_wake_queue(net->dev);
	netif_tx_unlock(net->dev);
}

/* --- In --------------------------------------------------------------------------------------- */

static struct sk_buff *new_skb(struct csm_net *net, size_t length)
{
	size_t linear = min_t(size_t, length, LINEAR);
	struct sk_buff *skb;
	int error;

	if (length <= SKB_MAX_ORDER(NET_SKB_PAD + NET_IP_ALIGN, 0)) {
		skb = napi_alloc_skb(&net->napi, length);
		if (skb)
			skb_put(skb, length);
		return skb;
	}
	skb = alloc_skb_with_frags(NET_SKB_PAD + NET_IP_ALIGN + linear, length - linear,
				   PAGE_ALLOC_COSTLY_ORDER, &error, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_put(skb, linear);
	skb->data_len = length - linear;
	skb->len = length;
	skb->dev = net->dev;
	return skb;
}

static void pass_on(struct csm_net *net, const void *frame, size_t length)
{
	struct sk_buff *skb = new_skb(net, length);

	if (!skb) {
		net->counts.rx_no_memory++;
		DEV_STATS_INC(net->dev, rx_dropped);
		return;
	}
	skb_store_bits(skb, 0, frame, length);
	skb->protocol = eth_type_trans(skb, net->dev);
	dev_sw_netstats_rx_add(net->dev, length);
	napi_gro_receive(&net->napi, skb);
}

/* Up to @budget frames; -1: the peer lies. */
static int take(struct csm_net *net, int budget)
{
	enum channel_result result = CHANNEL_OK;
	bool must_ring = false;
	const void *frame;
	size_t length;
	int done = 0;

	while (done < budget) {
		result = csm_ring_next(&net->ring, &frame, &length);
		if (result != CHANNEL_OK)
			break;
		pass_on(net, frame, length);
		must_ring |= channel_release(&net->ring.rx);
		done++;
	}
	if (must_ring) {
		net->counts.rx_bells++;
		csm_object_ring(net->theirs);
	}
	return result == CHANNEL_BROKEN ? -1 : done;
}

/* Nothing came, and the peer rings when something does. */
static bool may_sleep(struct csm_net *net)
{
	return channel_sleep_consumer(&net->ring.rx) || net->ring.rx.broken;
}

static int poll(struct napi_struct *napi, int budget)
{
	struct csm_net *net = container_of(napi, struct csm_net, napi);
	int done = 0;

	net->counts.rx_polls++;
	if (net->running) {
		channel_awake_consumer(&net->ring.rx);
		go_on_sending(net);
		done = take(net, budget);
		if (done == budget || (done >= 0 && !may_sleep(net)))
			return budget;
		if (net->ring.rx.broken || net->ring.tx.broken)
			csm_net_is_broken(net);
	}
	napi_complete_done(napi, max(done, 0));
	return max(done, 0);
}

/* --- The device ------------------------------------------------------------------------------- */

void csm_net_poll_soon(struct csm_net *net)
{
	local_bh_disable();
	napi_schedule(&net->napi);
	local_bh_enable();
}

/* NAPI first: it wakes the queue. */
void csm_net_stop(struct csm_net *net)
{
	if (netif_running(net->dev))
		napi_disable(&net->napi);
	netif_tx_disable(net->dev);
}

void csm_net_go_on(struct csm_net *net)
{
	if (!netif_running(net->dev))
		return;
	napi_enable(&net->napi);
	netif_wake_queue(net->dev);
	/* Whatever came in the meantime rang for nobody. */
	csm_net_poll_soon(net);
}

static int open(struct net_device *dev)
{
	struct csm_net *net = netdev_priv(dev);

	napi_enable(&net->napi);
	netif_start_queue(dev);
	csm_net_poll_soon(net);
	return 0;
}

static int stop(struct net_device *dev)
{
	struct csm_net *net = netdev_priv(dev);

	napi_disable(&net->napi);
	netif_tx_disable(dev);
	return 0;
}

static const struct net_device_ops device_ops = {
	.ndo_open = open,
	.ndo_stop = stop,
	.ndo_start_xmit = transmit,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_get_stats64 = dev_get_tstats64,
};

static void setup(struct net_device *dev)
{
	struct csm_net *net = netdev_priv(dev);

	ether_setup(dev);
	dev->netdev_ops = &device_ops;
	dev->ethtool_ops = &csm_net_ethtool_ops;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = CSM_MTU_MAX;
	dev->mtu = CSM_MTU_MAX;
	/* Frames in pieces are copied as they are, and checksums come with the copy. */
	dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM;
	dev->features = dev->hw_features | NETIF_F_HIGHDMA;
	dev->vlan_features = dev->hw_features;
	eth_hw_addr_random(dev);
	netif_napi_add(dev, &net->napi, poll);
	netif_carrier_off(dev);
	net->dev = dev;
}

struct csm_net *csm_net_make(const char *name)
{
	struct net_device *dev = alloc_netdev(sizeof(struct csm_net), name, NET_NAME_USER, setup);

	return dev ? netdev_priv(dev) : NULL;
}
