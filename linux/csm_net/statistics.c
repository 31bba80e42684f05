// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * What ethtool shows.
 */
#include <linux/ethtool.h>
#include <linux/netdevice.h>

#include "net.h"

static const struct {
	const char *name;
	size_t offset;
} counts[] = {
	{ "tx_bells", offsetof(struct csm_net_counts, tx_bells) },
	{ "tx_full", offsetof(struct csm_net_counts, tx_full) },
	{ "rx_bells", offsetof(struct csm_net_counts, rx_bells) },
	{ "rx_polls", offsetof(struct csm_net_counts, rx_polls) },
	{ "rx_no_memory", offsetof(struct csm_net_counts, rx_no_memory) },
	{ "bells_heard", offsetof(struct csm_net_counts, bells_heard) },
	{ "links", offsetof(struct csm_net_counts, links) },
	{ "links_lost", offsetof(struct csm_net_counts, links_lost) },
	{ "links_broken", offsetof(struct csm_net_counts, links_broken) },
};

static int get_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ARRAY_SIZE(counts) : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 set, u8 *to)
{
	if (set != ETH_SS_STATS)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		ethtool_puts(&to, counts[i].name);
}

static void get_stats(struct net_device *dev, struct ethtool_stats *unused, u64 *to)
{
	struct csm_net *net = netdev_priv(dev);

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		to[i] = READ_ONCE(*(u64 *)((u8 *)&net->counts + counts[i].offset));
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	struct csm_net *net = netdev_priv(dev);

	strscpy(info->driver, "csm_net");
	snprintf(info->bus_info, sizeof(info->bus_info), "%016llx%016llx", net->terms.peer.hi,
		 net->terms.peer.lo);
}

const struct ethtool_ops csm_net_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_sset_count = get_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_stats,
};
