/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a host may try (linux_control.h).
 */
#include "linux_control.h"

#include "board/cpu.h"
#include "board/rmm.h"
#include "common/string.h"
#include "lib/csm.h"
#include "lib/plan.h"
#include "lib/rmi_call.h"
#include "lib/rmi_csm_call.h"
#include "linux_words.h"

#define WORD_MAX 32
#define ARGUMENTS_MAX 3

static struct {
	struct linux_machine *machines;
	unsigned int count;
} all;

/* NULL: no realm of that name runs. */
static struct linux_machine *named(const char *name)
{
	for (unsigned int i = 0; i < all.count; i++)
		if (strcmp(all.machines[i].realm.name, name) == 0 && !linux_machine_is_over(&all.machines[i]))
			return &all.machines[i];
	return NULL;
}

/* --- Commands -------------------------------------------------------------------------------------------- */

/* A realm, if the command is about one, and numbers, as many as it takes. */
struct arguments {
	struct linux_machine *machine;
	uint64_t number[ARGUMENTS_MAX];
};

static void find(const struct arguments *a)
{
	uint64_t pa = 0;

	if (host_translate(&a->machine->realm, a->number[0], &pa) == RMI_SUCCESS)
		linux_console_say("0x%lx\n", pa);
}

static void load(const struct arguments *a)
{
	uint64_t value = 0, esr = probe_read64(a->number[0], &value);

	linux_console_say("0x%lx 0x%lx\n", esr, value);
}

static void store(const struct arguments *a)
{
	linux_console_say("0x%lx 0\n", probe_write64(a->number[0], 0));
}

static void say_result(const char *command, uint64_t result)
{
	linux_console_say("%s %s\n", command, host_result_name(result));
}

/* The last page of the window: realms take it from the other end. */
#define UNUSED_IPA (LINUX_WINDOW_BASE + LINUX_WINDOW_SIZE - GRANULE_SIZE)

static void claim(const struct arguments *a)
{
	uint64_t pa = a->number[0], rd = a->machine->realm.rd;

	say_result("GRANULE_UNDELEGATE", host_rmi_granule_undelegate(&rmm, pa));
	say_result("GRANULE_DELEGATE", host_rmi_granule_delegate(&rmm, pa));
	say_result("DATA_CREATE_UNKNOWN", host_rmi_data_create_unknown(&rmm, rd, pa, UNUSED_IPA));
	say_result("RTT_CREATE", host_rmi_rtt_create(&rmm, rd, pa, UNUSED_IPA, 3));
	say_result("APT_EXTEND", host_rmi_csm_apt_extend(&rmm, rd, pa));
}

static void ring(const struct arguments *a)
{
	for (uint64_t i = 0; i < a->number[0] && i < 1000; i++)
		a->machine->realm.doorbell(&a->machine->realm);
}

static void refuse(const struct arguments *a)
{
	__atomic_store_n(&a->machine->refuse, (uint32_t)a->number[0], __ATOMIC_RELAXED);
}

static void take(const struct arguments *a)
{
	struct host_realm *realm = &a->machine->realm;

	if (host_csm_consumer_holds(realm, a->number[0]))
		say_result("CSM_UNMAP", host_csm_unmap(realm, a->number[0], a->number[1]));
	else
		say_result("DATA_DESTROY", host_reclaim(realm, a->number[0], a->number[1]));
}

static void count(const struct arguments *a)
{
	const struct host_realm *realm = &a->machine->realm;

	linux_console_say("%lu %lu\n", __atomic_load_n(&realm->granules, __ATOMIC_RELAXED),
			  __atomic_load_n(&realm->granules_peak, __ATOMIC_RELAXED));
}

static void entries(const struct arguments *a)
{
	uint64_t ipa = a->number[0], end = ipa + a->number[1], mapped[2] = { 0, 0 };
	struct host_rmi_rtt_entry entry;

	while (ipa < end && host_rmi_rtt_read_entry(&rmm, a->machine->realm.rd, ipa, HOST_LEVEL_PAGE,
						    &entry) == RMI_SUCCESS) {
		if (entry.state == RMI_ASSIGNED)
			mapped[entry.level == HOST_LEVEL_PAGE]++;
		ipa = host_level_end(ipa, entry.level);
	}
	linux_console_say("%lu %lu\n", mapped[0], mapped[1]);
}

static const struct {
	const char *name;
	const char *takes; /* 'r' a realm, 'n' a number */
	void (*run)(const struct arguments *a);
} commands[] = {
	{ "find", "rn", find },   { "load", "n", load },   { "store", "n", store },
	{ "claim", "nr", claim }, { "ring", "rn", ring },  { "refuse", "rn", refuse },
	{ "take", "rnn", take },  { "count", "r", count }, { "entries", "rnn", entries },
};

/* --- Lines ----------------------------------------------------------------------------------------------- */

static bool parse(const char *takes, const char *line, struct arguments *a)
{
	unsigned int numbers = 0;
	char word[WORD_MAX];

	for (; *takes != '\0'; takes++) {
		if (!linux_next_word(&line, word, sizeof(word)))
			return false;
		if (*takes == 'r' && (a->machine = named(word)) == NULL)
			return false;
		if (*takes == 'n' && !linux_number(word, &a->number[numbers++]))
			return false;
	}
	return !linux_next_word(&line, word, sizeof(word));
}

static void obey(const char *line)
{
	struct arguments a = { 0 };
	char name[WORD_MAX];

	linux_next_word(&line, name, sizeof(name));
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (parse(commands[i].takes, line, &a))
			commands[i].run(&a);
		else
			linux_console_say("%s: not with these arguments\n", name);
		linux_console_say("done\n");
		return;
	}
	linux_console_say("what is '%s'?\ndone\n", name);
}

void linux_control_start(struct linux_machine *machines, unsigned int count)
{
	all.machines = machines;
	all.count = count;
	linux_console_obey(obey);
}
