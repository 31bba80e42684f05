/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers and lists of names from text.
 */
#ifndef MEASURE_NUMBERS_H
#define MEASURE_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

/* All of `text`: decimal, or hexadecimal with 0x; with `suffix`, K, M or G behind it. False: it is none, or over 64 bits. */
bool number_parse(const char *text, bool suffix, uint64_t *value);

struct name {
	const char *name;
	uint64_t value;
};

/* One of `count` names. */
bool name_parse(const char *text, const struct name *names, unsigned int count, uint64_t *value);

/* Names joined by commas, or "none": their values or-ed. */
bool names_parse(const char *text, const struct name *names, unsigned int count, uint64_t *value);

#endif
