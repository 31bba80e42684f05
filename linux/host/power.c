// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * The machine goes down, or to sleep. The next kernel (kexec) knows nothing of pages that are the
 * RMM's: they come back before it starts. An image for hibernation can't have a realm in it.
 */
#include <linux/reboot.h>
#include <linux/suspend.h>

#include "host.h"

static struct caec_realm *next_realm(void)
{
	struct caec_realm *realm, *found = NULL;

	mutex_lock(&caec_realms_lock);
	caec_going_down = true;
	list_for_each_entry(realm, &caec_realms, node) {
		if (!READ_ONCE(realm->gone) && kref_get_unless_zero(&realm->refs)) {
			found = realm;
			break;
		}
	}
	mutex_unlock(&caec_realms_lock);
	return found;
}

/* All its RECs come out, and stay out. */
static void end(struct caec_realm *realm)
{
	const struct caec_host_run_error error = { .why = CAEC_HOST_ERROR_SHUTDOWN };

	caec_realm_break(realm, &error);
	for (unsigned int i = 0; i < realm->recs; i++)
		mutex_lock(&realm->vcpus[i].run_lock);
	caec_realm_take_apart(realm);
	for (unsigned int i = 0; i < realm->recs; i++)
		mutex_unlock(&realm->vcpus[i].run_lock);
}

static int on_reboot(struct notifier_block *block, unsigned long event, void *data)
{
	struct caec_realm *realm;

	while ((realm = next_realm())) {
		end(realm);
		caec_realm_put(realm);
	}
	return NOTIFY_DONE;
}

static int on_sleep(struct notifier_block *block, unsigned long event, void *data)
{
	bool images = event == PM_HIBERNATION_PREPARE || event == PM_RESTORE_PREPARE;

	return images && caec_realm_count() ? notifier_from_errno(-EBUSY) : NOTIFY_DONE;
}

static struct notifier_block reboot_block = { .notifier_call = on_reboot };
static struct notifier_block sleep_block = { .notifier_call = on_sleep };

int caec_power_init(void)
{
	int error = register_reboot_notifier(&reboot_block);

	if (error)
		return error;
	error = register_pm_notifier(&sleep_block);
	if (error)
		unregister_reboot_notifier(&reboot_block);
	return error;
}

void caec_power_exit(void)
{
	unregister_pm_notifier(&sleep_block);
	unregister_reboot_notifier(&reboot_block);
}
