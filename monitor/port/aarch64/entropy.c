/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random numbers of the CPU (FEAT_RNG). RNDR may fail now and then, when others ask for many: it is
 * asked again, though not for ever.
 */
#include "port/aarch64/machine.h"
#include "port/port.h"

#define TRIES 1000U

static bool random_word(uint64_t *word)
{
	for (unsigned int i = 0; i < TRIES; i++) {
		if (machine_random(word))
			return true;
		port_relax();
	}
	return false;
}

bool port_entropy(void *to, size_t size)
{
	uint8_t *bytes = to;
	uint64_t word = 0;

	if (!machine_has_random())
		return false;
	for (size_t i = 0; i < size; i++) {
		if (i % sizeof(word) == 0 && !random_word(&word))
			return false;
		bytes[i] = (uint8_t)(word >> (i % sizeof(word) * 8));
	}
	return true;
}
