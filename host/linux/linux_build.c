/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making the machine of a Linux realm, and taking it apart (linux_machine.h).
 */
#include "board/console.h"
#include "board/fw_cfg.h"
#include "linux_devices.h"
#include "linux_tree.h"
#include "board/memory.h"
#include "board/rmm.h"
#include "common/string.h"

#define APPENDED_MAX 1024

#define CHECK_OK(result, what)                                                      \
	do {                                                                        \
		uint64_t result_ = (result);                                        \
		if (result_ != RMI_SUCCESS)                                         \
			verdict_fail("realm %s: %s: %s", machine->realm.name, what, \
				     host_result_name(result_));                    \
	} while (0)

/* A file of QEMU's command line, in pieces through a buffer of ours, measured. Returns its size. */
static uint64_t load_file(struct linux_machine *machine, const char *file, uint64_t base, uint64_t top)
{
	const uint64_t piece = 512 * GRANULE_SIZE;
	uint64_t buffer = memory_alloc(512);
	size_t size;

	if (!fw_cfg_open(file, &size))
		verdict_fail("there is no %s: -fw_cfg name=%s,file=...", file, file);
	if (size > top - base)
		verdict_fail("%s has %lu bytes; there is room for %lu", file, (unsigned long)size,
			     top - base);
	if (buffer == 0)
		verdict_fail("no memory to load %s", file);
	for (uint64_t done = 0; done < size; done += piece) {
		uint64_t part = size - done < piece ? size - done : piece;

		if (!fw_cfg_read((void *)(uintptr_t)buffer, part))
			verdict_fail("%s can't be read", file);
		CHECK_OK(host_load(&machine->realm, base + done, (void *)(uintptr_t)buffer, part, true),
			 file);
	}
	for (unsigned int i = 0; i < 512; i++)
		memory_free(buffer + i * GRANULE_SIZE);
	return size;
}

/* The kernel's command line: ours, and what QEMU's adds to it. */
static const char *arguments(void)
{
	static char text[sizeof(LINUX_ARGUMENTS) + APPENDED_MAX] = LINUX_ARGUMENTS;
	char *more = text + sizeof(LINUX_ARGUMENTS) - 1;
	size_t size;

	if (!fw_cfg_open("opt/caec/append", &size))
		return text;
	if (size >= APPENDED_MAX)
		verdict_fail("linux: %lu bytes to append to the kernel's command line, more than %u",
			     (unsigned long)size, APPENDED_MAX - 1);
	*more++ = ' ';
	fw_cfg_string("opt/caec/append", more, APPENDED_MAX);
	return text;
}

static void load_tree(struct linux_machine *machine, uint64_t initrd_size)
{
	static uint64_t text[LINUX_TREE_SIZE / sizeof(uint64_t)];
	size_t size;
	const struct linux_tree tree = {
		.ram_size = machine->ram_size,
		.cpus = machine->cpus,
		.initrd_size = initrd_size,
		.arguments = arguments(),
		.virtio_count = LINUX_VIRTIO_COUNT,
		.csm = machine->csm != LINUX_CSM_NONE,
	};

	size = linux_tree_make(&tree, text);
	if (size == 0)
		verdict_fail("the device tree has no room");
	CHECK_OK(host_load(&machine->realm, LINUX_RAM_BASE + LINUX_TREE_OFFSET, text, size, true),
		 "the device tree");
}

static void make_realm(struct linux_machine *machine, const char *name)
{
	const struct host_realm_config config = {
		.name = name,
		.ipa_bits = LINUX_IPA_BITS,
		.ram_base = LINUX_RAM_BASE,
		.ram_size = machine->ram_size,
	};

	CHECK_OK(host_realm_create(&rmm, &machine->realm, &config), "REALM_CREATE");
	machine->realm.owner = machine;
	if (machine->csm != LINUX_CSM_NONE)
		CHECK_OK(host_csm_enable(&machine->realm, 1), "APT_CREATE");
	CHECK_OK(host_init_ripas(&machine->realm, LINUX_RAM_BASE, machine->ram_size), "INIT_RIPAS");
}

static void add_vcpus(struct linux_machine *machine)
{
	const uint64_t start[8] = { LINUX_RAM_BASE + LINUX_TREE_OFFSET }, none[8] = { 0 };

	for (unsigned int i = 0; i < machine->cpus; i++) {
		CHECK_OK(host_realm_add_rec(&machine->realm, i == 0 ? RMI_REC_CREATE_FLAG_RUNNABLE : 0,
					    i == 0 ? LINUX_RAM_BASE : 0, i == 0 ? start : none),
			 "REC_CREATE");
		machine->realm.recs[i].trap_wfi = true;
	}
}

/* One word for each page. */
static void make_shared(struct linux_machine *machine)
{
	uint64_t words = linux_machine_pages(machine), table = memory_alloc_run(words * sizeof(uint64_t));

	if (table == 0)
		verdict_fail("no memory for realm %s", machine->realm.name);
	machine->shared = (uint64_t *)(uintptr_t)table;
	memset(machine->shared, 0, words * sizeof(uint64_t));
}

void linux_machine_make(struct linux_machine *machine, const struct linux_config *config)
{
	*machine = (struct linux_machine){
		.cpus = config->cpus,
		.first_cpu = config->first_cpu,
		.ram_size = config->ram_size,
		.csm = config->csm,
		.terminal = config->terminal,
		.visible = config->visible,
	};
	make_realm(machine, config->name);
	make_shared(machine);
	if (machine->visible != 0)
		CHECK_OK(host_map_unprotected(&machine->realm, LINUX_ALIAS + LINUX_VISIBLE_BASE,
					      machine->visible, LINUX_VISIBLE_SIZE, HOST_UNPROTECTED_WB_RW),
			 "memory of the host");
	linux_devices_make(machine, config->disk);
	load_file(machine, "opt/caec/kernel", LINUX_RAM_BASE, LINUX_RAM_BASE + LINUX_TREE_OFFSET);
	load_tree(machine, load_file(machine, "opt/caec/initrd", LINUX_RAM_BASE + LINUX_INITRD_OFFSET,
				     LINUX_RAM_BASE + machine->ram_size));
	add_vcpus(machine);
	CHECK_OK(host_realm_activate(&machine->realm), "REALM_ACTIVATE");
}

void linux_machine_destroy(struct linux_machine *machine)
{
	for (uint64_t page = 0; page < linux_machine_pages(machine); page++)
		if (machine->shared[page] != 0)
			linux_machine_unshare(machine, page);
	if (machine->visible != 0)
		host_unmap_unprotected(&machine->realm, LINUX_ALIAS + LINUX_VISIBLE_BASE, LINUX_VISIBLE_SIZE);
	CHECK_OK(host_realm_destroy(&machine->realm), "taking it apart");
	linux_devices_destroy(machine);
	memory_free_run((uintptr_t)machine->shared, linux_machine_pages(machine) * sizeof(uint64_t));
}
