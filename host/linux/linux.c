/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `linux [script] [yank] [realms=N] [csm=none|refused]`: Debian's own kernel in one or two realms, each with two vCPUs, a
 * shell on its console. With `yank` realm A is robbed of pages.
 */
#include "board/command.h"
#include "board/console.h"
#include "board/cpu.h"
#include "board/gic.h"
#include "linux_machine.h"
#include "linux_yank.h"
#include "board/memory.h"
#include "board/platform.h"
#include "board/rmm.h"
#include "board/smp.h"
#include "common/string.h"

#define MAX_REALMS 2U
#define CPUS 2U
#define RAM_SIZE ABI_U64(0x20000000)

static struct linux_machine machines[MAX_REALMS];
static struct linux_console terminals[MAX_REALMS] = { { .name = "A" }, { .name = "B" } };

static struct linux_yank yank;

struct options {
	bool script, yank;
	unsigned int realms;
	enum linux_csm csm;
};

/* The next word of `*text`, which moves on. False: no more. */
static bool next_word(const char **text, char *word, size_t size)
{
	size_t length = 0;

	while (**text == ' ')
		(*text)++;
	for (; **text != '\0' && **text != ' '; (*text)++)
		if (length < size - 1)
			word[length++] = **text;
	word[length] = '\0';
	return length != 0;
}

static struct options parse(const char *argument)
{
	struct options options = { .realms = 1 };
	char word[32];

	while (next_word(&argument, word, sizeof(word))) {
		if (strcmp(word, "script") == 0)
			options.script = true;
		else if (strcmp(word, "yank") == 0)
			options.yank = true;
		else if (strcmp(word, "realms=1") == 0 || strcmp(word, "realms=2") == 0)
			options.realms = (unsigned int)(word[7] - '0');
		else if (strcmp(word, "csm=none") == 0)
			options.csm = LINUX_CSM_NONE;
		else if (strcmp(word, "csm=refused") == 0)
			options.csm = LINUX_CSM_REFUSED;
		else
			verdict_fail("linux: what is '%s'?", word);
	}
	return options;
}

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
	default:
		print("realm %s: it broke off\n", machine->realm.name);
		return false;
	}
}

static void make(struct linux_machine *machine, struct linux_console *terminal, unsigned int index,
		 const struct options *options)
{
	const struct linux_config config = {
		.name = terminal->name,
		.cpus = CPUS,
		.first_cpu = CPUS * index,
		.ram_size = RAM_SIZE,
		.csm = options->csm,
		.terminal = terminal,
	};

	terminal->cpu = config.first_cpu;
	linux_machine_make(machine, &config);
}

/* FEAT_LPA2, which 52 bits of address take with 4 KiB granules: ID_AA64MMFR0_EL1.TGran4. */
static bool has_lpa2(void)
{
	return (sysreg_read(id_aa64mmfr0_el1) >> 28 & 0xf) == 1;
}

void linux_main(const char *argument)
{
	struct options options = parse(argument);
	bool good = true;

	if (cpu_count() < CPUS * options.realms)
		verdict_fail("linux: %u CPUs are needed", CPUS * options.realms);
	print("CPUs with%s LPA2\n", has_lpa2() ? "" : "out");
	rmm_init();
	rmm.check_wiped = false;
	linux_console_init(terminals, options.realms, options.script);
	for (unsigned int i = 0; i < options.realms; i++)
		make(&machines[i], &terminals[i], i, &options);
	if (options.yank)
		machines[0].yank = &yank;
	gic_enable_spi(PLATFORM_INTID_UART, 0);
	console_listen();
	for (unsigned int i = options.realms; i-- > 0;)
		linux_machine_start(&machines[i]);
	/* A CPU of one that still runs listens to the console. */
	for (unsigned int i = 0; i < options.realms; i++) {
		gic_enable_spi(PLATFORM_INTID_UART, machines[i].first_cpu);
		linux_machine_wait(&machines[i]);
	}
	console_interrupt(false);
	for (unsigned int i = 0; i < options.realms; i++)
		good = report(&machines[i]) && good;
	if (rmm.delegated != 0 || memory_in_use() != 0)
		verdict_fail("linux: %lu granules not back, %lu not freed", rmm.delegated, memory_in_use());
	if (!good)
		verdict_fail("a realm did not end as it should");
}
