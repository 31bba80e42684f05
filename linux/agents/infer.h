/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A language model, by llama.cpp. Always the word that is likeliest: the same text makes the same answer.
 */
#ifndef AGENTS_INFER_H
#define AGENTS_INFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct infer;

/* NULL: there is no such model, or no memory for it. */
struct infer *infer_open(const char *path);
void infer_close(struct infer *infer);

/*
 * So many tokens that go on from `prompt`, as text that fits `size`. `digest` is carried on over each token and the bits of its
 * value. False: they do not fit, or llama.cpp refused.
 */
bool infer_text(struct infer *infer, const char *prompt, unsigned int tokens, char *text, size_t size,
		uint64_t *digest);

#endif
