/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Options of a command line that have a value: --KEY=VALUE or --KEY VALUE.
 */
#ifndef MEASURE_OPTION_H
#define MEASURE_OPTION_H

#include <stdbool.h>

#define OPTION_KEY_MAX 32

struct option {
	char key[OPTION_KEY_MAX];
	const char *value; /* the argument's; not NULL */
};

/*
 * The option at arguments[*n], of a list that ends in NULL. `*n` moves on if the value is an argument of its own. False: it is
 * none, its key is too long, or there is no value.
 */
bool option_get(char **arguments, int *n, struct option *option);

#endif
