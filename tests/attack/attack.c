/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runner: `attack` (all), `attack ID...`, `attack from ID` (that and what follows it). The first that fails ends the
 * run with its verdict; tools/attack starts a new machine behind it.
 */
#include "attack.h"

#include "board/command.h"

static const struct attack {
	const char *id;
	void (*run)(void);
} attacks[] = {
#define ATTACK(id, attacker, invariant, goal, steps, seen) { #id, attack_##id },
#include "attacks.def"
#undef ATTACK
};

#define ATTACKS (sizeof(attacks) / sizeof(attacks[0]))

static void run(const struct attack *attack)
{
	print("ATTACK %s\n", attack->id);
	attack->run();
	CHECK_EQ(rmm.delegated, 0);
	CHECK_EQ(rmm.not_wiped, 0);
	CHECK_EQ(memory_in_use(), 0);
	print("HELD %s\n", attack->id);
}

/* The word at *text, which moves on behind it, is `word`. */
static bool take(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (memcmp(*text, word, length) != 0 || ((*text)[length] != ' ' && (*text)[length] != '\0'))
		return false;
	*text += length + ((*text)[length] == ' ');
	return true;
}

static size_t take_attack(const char **text)
{
	for (size_t i = 0; i < ATTACKS; i++) {
		if (take(text, attacks[i].id))
			return i;
	}
	verdict_fail("there is no attack '%s'", *text);
}

void attack_main(const char *argument)
{
	if (cpu_count() < 2)
		verdict_fail("attacks need 2 CPUs");
	rmm_init();
	if (*argument == '\0' || take(&argument, "from")) {
		for (size_t i = *argument == '\0' ? 0 : take_attack(&argument); i < ATTACKS; i++)
			run(&attacks[i]);
		return;
	}
	while (*argument != '\0')
		run(&attacks[take_attack(&argument)]);
}
