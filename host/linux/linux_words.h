/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Words with blanks between: of the command `linux`, and of what is typed for this host.
 */
#ifndef HOST_LINUX_LINUX_WORDS_H
#define HOST_LINUX_LINUX_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The next word of `*text`, which moves on; what does not fit is cut off. False: no more. */
bool linux_next_word(const char **text, char *word, size_t size);

/* A number of decimal digits, or of hexadecimal ones behind "0x". False: the word is none, or more than 64 bits. */
bool linux_number(const char *word, uint64_t *value);

#endif
