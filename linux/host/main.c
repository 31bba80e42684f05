// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * caec_host: realms of this machine as file descriptors (docs/host-linux.md).
 */
#include <linux/module.h>

#include "host.h"

static int __init caec_init(void)
{
	int error = caec_platform_init();

	if (error)
		return error;
	error = caec_power_init();
	if (error)
		return error;
	error = caec_control_init();
	if (error)
		caec_power_exit();
	return error;
}

/* Nobody has a file of ours open, so that there is no realm. */
static void __exit caec_exit(void)
{
	caec_control_exit();
	caec_power_exit();
	if (caec_host.delegated)
		pr_err("caec_host: %llu pages are lost\n", caec_host.delegated);
}

module_init(caec_init);
module_exit(caec_exit);
MODULE_LICENSE("Dual BSD/GPL");
MODULE_DESCRIPTION("Realms of Arm CCA, with confidential shared memory");
