/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm boots with (boot.h).
 */
#include "boot.h"

#include <stdlib.h>
#include <string.h>

#include "measure/files.h"
#include "measure/packed.h"

#define MIB (UINT64_C(1) << 20)

/* --- Devices --------------------------------------------------------------------------------------------- */

struct boot_slots boot_slots(const struct config *config)
{
	struct boot_slots slots = { .net = BOOT_NO_SLOT, .vsock = BOOT_NO_SLOT, .console = BOOT_NO_SLOT };

	slots.entropy = slots.count++;
	for (unsigned int i = 0; i < CONFIG_MAX_DISKS; i++)
		slots.disk[i] = i < config->disk_count ? slots.count++ : BOOT_NO_SLOT;
	if (config->net != CONFIG_NET_NONE)
		slots.net = slots.count++;
	if (config->vsock != 0)
		slots.vsock = slots.count++;
	if (config->console_virtio)
		slots.console = slots.count++;
	return slots;
}

_Static_assert(1 + CONFIG_MAX_DISKS + 3 <= LINUX_VIRTIO_MAX, "the tree has room for all devices");

/* --- Pieces ---------------------------------------------------------------------------------------------- */

/* Linux's Documentation/arch/arm64/booting: le64 image_size at 16, "ARM\x64" at 56. */
#define IMAGE_HEADER 64

static bool check_kernel(const char *path, const char *content, size_t size, struct fault *fault)
{
	uint64_t needed = size;

	if (packed_as(content, size) != NULL)
		return fault_set(fault, VMM_MALFORMED, "kernel: '%s' is compressed (%s); unpack it first",
				 path, packed_as(content, size));
	if (size < IMAGE_HEADER || memcmp(content + 56, "ARMd", 4) != 0)
		return fault_set(fault, VMM_MALFORMED, "kernel: '%s' is not an arm64 Image", path);
	memcpy(&needed, content + 16, sizeof(needed));
	if (needed > LINUX_TREE_OFFSET || size > LINUX_TREE_OFFSET)
		return fault_set(fault, VMM_MALFORMED, "kernel: '%s' takes more than %llu MiB when it runs",
				 path, (unsigned long long)(LINUX_TREE_OFFSET / MIB));
	return true;
}

static bool add_file(struct boot *boot, const char *key, const char *path, uint64_t offset, char **content,
		     struct fault *fault)
{
	struct file file = file_read(path);

	if (file.bytes == NULL)
		return fault_set(fault, VMM_FAILURE, "%s: cannot read '%s': %s", key, path, file.fault);
	*content = file.bytes;
	if (file.size == 0)
		return fault_set(fault, VMM_MALFORMED, "%s: '%s' is empty", key, path);
	if (file.size > boot->realm.ram_size - offset)
		return fault_set(fault, VMM_MALFORMED,
				 "%s: '%s' has %zu MiB, and there is room for %llu: --memory", key, path,
				 file.size / MIB + 1,
				 (unsigned long long)((boot->realm.ram_size - offset) / MIB));
	boot->pieces[boot->realm.piece_count++] =
		(struct host_piece){ LINUX_RAM_BASE + offset, file.bytes, file.size, false };
	return true;
}

/* --- The tree -------------------------------------------------------------------------------------------- */

static bool join_arguments(struct boot *boot, const struct config *config, struct fault *fault)
{
	const char *first = config->console_virtio ? LINUX_ARGUMENTS_VIRTIO : LINUX_ARGUMENTS;
	const char *more = config->append;
	size_t size = strlen(first) + 2 + (more != NULL ? strlen(more) : 0);

	boot->arguments = malloc(size);
	if (boot->arguments == NULL)
		return fault_set(fault, VMM_FAILURE, "there is not enough memory");
	strcpy(boot->arguments, first);
	if (more != NULL && more[0] != '\0')
		strcat(strcat(boot->arguments, " "), more);
	return true;
}

static bool add_tree(struct boot *boot, const struct config *config, struct fault *fault)
{
	struct linux_tree tree = {
		.ram_size = config->memory,
		.cpus = config->cpus,
		.initrd_size = boot->realm.piece_count > 1 ? boot->pieces[1].size : 0,
		.virtio_count = boot_slots(config).count,
		.csm = config->csm,
	};

	if (!join_arguments(boot, config, fault))
		return false;
	tree.arguments = boot->arguments;
	boot->dtb_size = linux_tree_make(&tree, boot->dtb);
	if (boot->dtb_size == 0)
		return fault_set(fault, VMM_FAILURE, "the device tree has no room");
	boot->pieces[boot->realm.piece_count++] =
		(struct host_piece){ LINUX_RAM_BASE + LINUX_TREE_OFFSET, boot->dtb, boot->dtb_size, false };
	return true;
}

/* --- The whole ------------------------------------------------------------------------------------------- */

bool boot_make(struct boot *boot, const struct config *config, struct fault *fault)
{
	*boot = (struct boot){ .realm = {
				       .name = config->name,
				       .ipa_bits = LINUX_IPA_BITS,
				       .num_bps = config->num_bps,
				       .num_wps = config->num_wps,
				       .hash_algo = config->hash,
				       .pieces = boot->pieces,
				       .ram_base = LINUX_RAM_BASE,
				       .ram_size = config->memory,
				       .recs = config->cpus,
				       .entry = LINUX_RAM_BASE,
				       .gprs = { LINUX_RAM_BASE + LINUX_TREE_OFFSET },
			       } };
	if (!add_file(boot, "kernel", config->kernel, 0, &boot->kernel, fault) ||
	    !check_kernel(config->kernel, boot->kernel, boot->pieces[0].size, fault))
		return false;
	if (config->initrd != NULL &&
	    !add_file(boot, "initrd", config->initrd, LINUX_INITRD_OFFSET, &boot->initrd, fault))
		return false;
	return add_tree(boot, config, fault);
}

void boot_free(struct boot *boot)
{
	free(boot->kernel);
	free(boot->initrd);
	free(boot->arguments);
	boot->kernel = boot->initrd = boot->arguments = NULL;
}
