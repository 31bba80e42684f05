// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * A link: this realm's region, which the peer attaches, and the peer's, attached here. It is made
 * by the first news that the peer has shared, carries while both are attached, and ends for good
 * when either is not, or when the peer was found to write what can't be. All of that is one work,
 * which asks the monitor how things stand; whatever happens only starts it.
 */
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "net.h"

#define RETRY (5 * HZ)
#define SETTLES_MS 100 /* by then a revocation that is under way has an end to show, mostly */
#define RID_FORMAT "%016llx%016llx"

static void look(struct csm_net *net)
{
	mod_delayed_work(system_percpu_wq, &net->work, 0);
}

/* The carrier stops at once; who asks the monitor why is the work. */
void csm_net_is_broken(struct csm_net *net)
{
	WRITE_ONCE(net->broken, true);
	netif_carrier_off(net->dev);
	look(net);
}

/* --- News ------------------------------------------------------------------------------------- */

/* A ring while the link carries is about frames. */
static int own_news(struct notifier_block *block, unsigned long event, void *data)
{
	struct csm_net *net = container_of(block, struct csm_net, on_own);

	if (event == CAEC_CSM_EVENT_RUNG && READ_ONCE(net->running)) {
		net->counts.bells_heard++;
		csm_net_poll_soon(net);
	} else {
		look(net);
	}
	return NOTIFY_OK;
}

static int their_news(struct notifier_block *block, unsigned long event, void *data)
{
	look(container_of(block, struct csm_net, on_theirs));
	return NOTIFY_OK;
}

/* --- The work --------------------------------------------------------------------------------- */

/* That the peer has shared is told by its ring. Everything else may pass. */
static void try_again(struct csm_net *net, int error)
{
	if (error == -EACCES)
		return;
	netdev_warn_once(net->dev, "the peer's region can't be attached: error %d\n", -error);
	mod_delayed_work(system_percpu_wq, &net->work, RETRY);
}

/* The peer looks at its end when it hears the ring. */
static bool attach(struct csm_net *net)
{
	struct file *theirs = csm_object_attach_to(&net->terms.peer, net->terms.peer_n, net->terms.peer_size);

	if (IS_ERR(theirs)) {
		try_again(net, PTR_ERR(theirs));
		return false;
	}
	csm_object_watch(theirs, &net->on_theirs);
	net->theirs = theirs;
	csm_object_ring(theirs);
	return true;
}

static bool open_ring(struct csm_net *net)
{
	struct csm_memory theirs;

	return !csm_object_memory(net->theirs, &theirs) &&
	       csm_ring_open(&net->ring, net->own_memory.address, net->own_memory.size, theirs.address,
			     theirs.size);
}

static void begin(struct csm_net *net)
{
	rtnl_lock();
	csm_net_stop(net);
	net->running = open_ring(net);
	net->must_ring = false;
	if (net->running) {
		net->counts.links++;
		netif_carrier_on(net->dev);
	}
	csm_net_go_on(net);
	rtnl_unlock();
	if (net->running)
		netdev_info(net->dev, "linked with realm " RID_FORMAT "\n", net->terms.peer.hi,
			    net->terms.peer.lo);
}

static bool peer_is_attached(struct csm_net *net)
{
	return csm_object_is_attached(net->own, &net->terms.peer, net->terms.own_n);
}

static bool has_ended(struct csm_net *net)
{
	return (net->theirs && csm_object_is_gone(net->theirs)) || (net->running && !peer_is_attached(net));
}

/*
 * An end is no lie: memory that was taken away reads as zeros, also before the monitor says that it
 * was.
 */
static bool has_lied(struct csm_net *net)
{
	if (has_ended(net))
		return false;
	msleep(SETTLES_MS);
	return !has_ended(net);
}

static void let_go(struct file **object, struct notifier_block *block)
{
	if (!*object)
		return;
	csm_object_unwatch(*object, block);
	fput(*object);
	*object = NULL;
}

static void unlink(struct csm_net *net)
{
	rtnl_lock();
	netif_carrier_off(net->dev);
	csm_net_stop(net);
	net->running = false;
	csm_net_go_on(net);
	rtnl_unlock();
	let_go(&net->theirs, &net->on_theirs);
	let_go(&net->own, &net->on_own);
}

static void end(struct csm_net *net)
{
	bool lied = has_lied(net);

	unlink(net);
	if (lied) {
		net->counts.links_broken++;
		netdev_err(net->dev,
			   "realm " RID_FORMAT " broke the rules of the ring: the link is given up\n",
			   net->terms.peer.hi, net->terms.peer.lo);
	} else {
		net->counts.links_lost++;
		netdev_info(net->dev, "realm " RID_FORMAT " is gone\n", net->terms.peer.hi,
			    net->terms.peer.lo);
	}
}

static void work(struct work_struct *work)
{
	struct csm_net *net = container_of(work, struct csm_net, work.work);

	if (!net->own)
		return;
	if (has_ended(net) || READ_ONCE(net->broken))
		end(net);
	else if (!net->running && (net->theirs || attach(net)) && peer_is_attached(net))
		begin(net);
}

/* --- For the control device ------------------------------------------------------------------- */

void csm_net_link_init(struct csm_net *net)
{
	net->on_own.notifier_call = own_news;
	net->on_theirs.notifier_call = their_news;
	INIT_DELAYED_WORK(&net->work, work);
}

static int accept(struct csm_net *net, struct file *region, const struct caec_csm_net *terms)
{
	int error = csm_object_memory(region, &net->own_memory);

	if (error)
		return error;
	if (!net->own_memory.is_region)
		return -EINVAL;
	net->terms = *terms;
	net->broken = false;
	net->own = region;
	csm_object_watch(region, &net->on_own);
	return 0;
}

/* The region is the link's from here on; on failure it is still the caller's. */
int csm_net_link(struct csm_net *net, struct file *region, const struct caec_csm_net *terms)
{
	int error;

	disable_delayed_work_sync(&net->work);
	error = net->own ? -EEXIST : accept(net, region, terms);
	enable_delayed_work(&net->work);
	look(net);
	return error;
}

int csm_net_set_number(struct csm_net *net, u64 peer_n)
{
	int error = -EBUSY;

	disable_delayed_work_sync(&net->work);
	if (net->own && !net->theirs) {
		net->terms.peer_n = peer_n;
		error = 0;
	}
	enable_delayed_work(&net->work);
	look(net);
	return error;
}

void csm_net_unlink_for_good(struct csm_net *net)
{
	disable_delayed_work_sync(&net->work);
	unlink(net);
}
