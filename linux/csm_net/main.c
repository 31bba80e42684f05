// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Ethernet interfaces over confidential shared memory: /dev/csmnet-control makes and removes them.
 * An interface holds the module: its links are another realm's business.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "net.h"

static LIST_HEAD(nets);
static DEFINE_MUTEX(lock); /* nets; comes before RTNL */

static struct csm_net *find(const char *name)
{
	struct csm_net *net;

	list_for_each_entry(net, &nets, node)
		if (net_eq(dev_net(net->dev), current->nsproxy->net_ns) && !strcmp(net->dev->name, name))
			return net;
	return NULL;
}

static struct csm_net *make(const char *name)
{
	struct csm_net *net = csm_net_make(name);
	int error;

	if (!net)
		return ERR_PTR(-ENOMEM);
	csm_net_link_init(net);
	dev_net_set(net->dev, current->nsproxy->net_ns);
	error = register_netdev(net->dev);
	if (error) {
		free_netdev(net->dev);
		return ERR_PTR(error);
	}
	list_add(&net->node, &nets);
	__module_get(THIS_MODULE);
	return net;
}

static void remove(struct csm_net *net)
{
	csm_net_unlink_for_good(net);
	unregister_netdev(net->dev);
	list_del(&net->node);
	free_netdev(net->dev);
	module_put(THIS_MODULE);
}

static int set_number(const struct caec_csm_net *in)
{
	struct csm_net *net = find(in->name);

	return net ? csm_net_set_number(net, in->peer_n) : -ENODEV;
}

static int set_up(const struct caec_csm_net *in)
{
	struct file *region = csm_object_get(in->fd);
	struct csm_net *old, *net;
	int error;

	if (IS_ERR(region))
		return PTR_ERR(region);
	old = find(in->name);
	net = old ? old : make(in->name);
	error = PTR_ERR_OR_ZERO(net);
	if (!error)
		error = csm_net_link(net, region, in);
	if (error)
		fput(region);
	if (error && !old && !IS_ERR(net))
		remove(net);
	return error;
}

static int take_down(const struct caec_csm_net *in)
{
	struct csm_net *net = find(in->name);

	if (!net)
		return -ENODEV;
	remove(net);
	return 0;
}

static long control_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct caec_csm_net in;
	long error;

	if (command != CAEC_CSM_NET_UP && command != CAEC_CSM_NET_DOWN)
		return -ENOTTY;
	if (!ns_capable(current->nsproxy->net_ns->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (copy_from_user(&in, (void __user *)argument, sizeof(in)))
		return -EFAULT;
	if (in.version != CAEC_CSM_VERSION || strnlen(in.name, sizeof(in.name)) == sizeof(in.name) ||
	    !dev_valid_name(in.name) || strchr(in.name, '%'))
		return -EINVAL;
	mutex_lock(&lock);
	if (command == CAEC_CSM_NET_DOWN)
		error = take_down(&in);
	else
		error = in.fd == -1 ? set_number(&in) : set_up(&in);
	mutex_unlock(&lock);
	return error;
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.unlocked_ioctl = control_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice control = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "csmnet-control",
	.fops = &control_fops,
	.mode = 0660,
};
module_misc_device(control);

MODULE_DESCRIPTION("Ethernet between realms over confidential shared memory");
MODULE_LICENSE("Dual BSD/GPL");
