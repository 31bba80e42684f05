// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * Confidential shared memory of realms (docs/linux-csm.md). Finds the monitor's service by the SMC
 * calling convention's rules, and the window of addresses and the doorbell in the device tree.
 */
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_irq.h>
#include <linux/platform_device.h>

#include "csm.h"

static bool bound;

static irqreturn_t doorbell(int irq, void *unused)
{
	csm_events_scan();
	return IRQ_HANDLED;
}

/* Without an interrupt peers are heard once a second. */
static int listen(struct platform_device *pdev)
{
	int irq = platform_get_irq_optional(pdev, 0);

	if (irq == -ENXIO)
		return 0;
	if (irq < 0)
		return irq;
	return devm_request_threaded_irq(&pdev->dev, irq, NULL, doorbell, IRQF_ONESHOT, "caec_csm", NULL);
}

static int start(struct platform_device *pdev)
{
	struct resource window;
	int error = of_address_to_resource(pdev->dev.of_node, 0, &window);

	if (!error)
		error = csm_window_init(window.start, resource_size(&window));
	if (error)
		return dev_err_probe(&pdev->dev, error, "no window of whole 2 MiB\n");
	error = csm_file_init();
	if (error)
		goto no_file;
	error = listen(pdev);
	if (error)
		goto no_control;
	error = csm_control_init();
	if (error)
		goto no_control;
	dev_info(&pdev->dev, "regions and attachments in %pR\n", &window);
	return 0;

no_control:
	csm_file_exit();
no_file:
	csm_window_exit();
	return error;
}

static int csm_probe(struct platform_device *pdev)
{
	int error;

	if (bound)
		return dev_err_probe(&pdev->dev, -EBUSY, "there is a window already\n");
	error = start(pdev);
	bound = !error;
	return error;
}

/* Only when the module goes, and it does not while there is an open file. */
static void csm_remove(struct platform_device *pdev)
{
	csm_control_exit();
	csm_events_stop();
	csm_file_exit();
	csm_window_exit();
}

static const struct of_device_id csm_match[] = { { .compatible = "caec,csm" }, {} };
MODULE_DEVICE_TABLE(of, csm_match);

static struct platform_driver csm_driver = {
	.probe = csm_probe,
	.remove = csm_remove,
	.driver = {
		.name = "caec_csm",
		.of_match_table = csm_match,
		.suppress_bind_attrs = true,
	},
};

static int __init csm_init(void)
{
	int error = csm_call_find();

	if (error) {
		pr_info("caec_csm: %s\n",
			error == -ENODEV ? "this machine has no confidential shared memory"
					 : "the monitor has another version of confidential shared memory");
		return error;
	}
	error = platform_driver_register(&csm_driver);
	if (!error && !bound) {
		pr_info("caec_csm: the device tree has no usable window (caec,csm)\n");
		platform_driver_unregister(&csm_driver);
		error = -ENODEV;
	}
	return error;
}
module_init(csm_init);

static void __exit csm_exit(void)
{
	platform_driver_unregister(&csm_driver);
}
module_exit(csm_exit);

MODULE_DESCRIPTION("Confidential shared memory of realms");
MODULE_LICENSE("Dual BSD/GPL");
