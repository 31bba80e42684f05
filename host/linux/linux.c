/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `linux [script|each] [realms=N] [cpus=N] [memory=MIB] [disk=fixed|copy] [csm=none|refused] [yank] [host] [visible]`: Debian's
 * own kernel in realms, a shell on its console. With `yank` realm A is robbed of pages, with `host` this host has a terminal,
 * too, and with `visible` there is memory that it sees as all realms do.
 */
#include "board/command.h"
#include "board/console.h"
#include "board/cpu.h"
#include "board/gic.h"
#include "linux_control.h"
#include "linux_machine.h"
#include "linux_options.h"
#include "linux_yank.h"
#include "board/memory.h"
#include "board/platform.h"
#include "board/rmm.h"
#include "board/smp.h"
#include "common/string.h"

/* For tables, devices, and what realms share with each other. */
#define RESERVE_MIB 64

static struct linux_machine machines[LINUX_MAX_REALMS];
static struct linux_console terminals[LINUX_MAX_REALMS] = {
	{ .name = "A" },
	{ .name = "B" },
	{ .name = "C" },
	{ .name = "D" },
};

static struct linux_yank yank;

/* Robbed of pages, a realm may come to need one of those; nothing else may happen to it. */
static bool report_yank(const struct linux_machine *machine)
{
	print("realm %s: %u pages were taken away\n", machine->realm.name, machine->yank->count);
	if (machine->yank->count == 0 || machine->end == LINUX_BROKEN)
		return false;
	if (machine->end == LINUX_OFF)
		return true;
	print("realm %s: it stopped at IPA 0x%lx, which %s one of them\n", machine->realm.name,
	      machine->fault_ipa, linux_yank_took(machine->yank, machine->fault_ipa) ? "is" : "is not");
	return linux_yank_took(machine->yank, machine->fault_ipa);
}

static void report_start(const struct linux_machine *machine)
{
	uint64_t ready = linux_console_ready_at(machine->terminal);

	if (ready != 0)
		print("realm %s: a shell %lu us after the first instruction, by this machine's clock\n",
		      machine->realm.name, (ready - machine->started) / (sysreg_read(cntfrq_el0) / 1000000));
}

/* True if it ended as it should. */
static bool report(const struct linux_machine *machine)
{
	report_start(machine);
	if (machine->yank != NULL)
		return report_yank(machine);
	switch (machine->end) {
	case LINUX_OFF:
		return true;
	case LINUX_FAULT:
		print("realm %s: stopped at IPA 0x%lx, which is not there\n", machine->realm.name,
		      machine->fault_ipa);
		return false;
	case LINUX_NO_MEMORY:
		print("realm %s: stopped, as this machine has no memory left for it\n", machine->realm.name);
		return false;
	default:
		print("realm %s: it broke off\n", machine->realm.name);
		return false;
	}
}

static void make(unsigned int index, const struct linux_options *options, uint64_t visible)
{
	const struct linux_config config = {
		.name = terminals[index].name,
		.cpus = options->cpus,
		.first_cpu = options->cpus * index,
		.ram_size = options->ram_size,
		.csm = options->csm,
		.disk = options->disk,
		.terminal = &terminals[index],
		.visible = visible,
	};

	terminals[index].cpu = config.first_cpu;
	linux_machine_make(&machines[index], &config);
}

/* FEAT_LPA2, which 52 bits of address take with 4 KiB granules: ID_AA64MMFR0_EL1.TGran4. */
static bool has_lpa2(void)
{
	return (sysreg_read(id_aa64mmfr0_el1) >> 28 & 0xf) == 1;
}

/* A realm gets its memory as it touches it: what is not there would be missed much later. */
static void check_machine(const struct linux_options *options)
{
	uint64_t free = memory_free_bytes() >> 20, wanted = options->realms * options->ram_size >> 20;

	if (cpu_count() < options->cpus * options->realms)
		verdict_fail("linux: %u CPUs are needed, this machine has %u",
			     options->cpus * options->realms, cpu_count());
	if (wanted + RESERVE_MIB > free)
		verdict_fail("linux: %lu MiB are needed, this machine has %lu", wanted + RESERVE_MIB, free);
}

static uint64_t make_visible(void)
{
	uint64_t pa = memory_alloc_run(LINUX_VISIBLE_SIZE);

	if (pa == 0)
		verdict_fail("linux: no memory that realms and host see");
	memset((void *)(uintptr_t)pa, 0, LINUX_VISIBLE_SIZE);
	return pa;
}

static void make_all(const struct linux_options *options, uint64_t visible)
{
	linux_console_init(terminals, options->realms, options->console);
	for (unsigned int i = 0; i < options->realms; i++)
		make(i, options, visible);
	if (options->yank)
		machines[0].yank = &yank;
	if (options->host)
		linux_control_start(machines, options->realms);
}

static void run_all(unsigned int realms)
{
	gic_enable_spi(PLATFORM_INTID_UART, 0);
	console_listen();
	for (unsigned int i = realms; i-- > 0;)
		linux_machine_start(&machines[i]);
	/* A CPU of one that still runs listens to the console. */
	for (unsigned int i = 0; i < realms; i++) {
		gic_enable_spi(PLATFORM_INTID_UART, machines[i].first_cpu);
		linux_machine_wait(&machines[i]);
	}
	console_interrupt(false);
}

void linux_main(const char *argument)
{
	struct linux_options options = linux_options_parse(argument);
	uint64_t visible;
	bool good = true;

	check_machine(&options);
	print("CPUs with%s LPA2\n", has_lpa2() ? "" : "out");
	rmm_init();
	rmm.check_wiped = false;
	visible = options.visible ? make_visible() : 0;
	make_all(&options, visible);
	run_all(options.realms);
	for (unsigned int i = 0; i < options.realms; i++)
		good = report(&machines[i]) && good;
	if (visible != 0)
		memory_free_run(visible, LINUX_VISIBLE_SIZE);
	if (rmm.delegated != 0 || memory_in_use() != 0)
		verdict_fail("linux: %lu granules not back, %lu not freed", rmm.delegated, memory_in_use());
	if (!good)
		verdict_fail("a realm did not end as it should");
}
