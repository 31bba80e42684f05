/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libllama (infer.h).
 */
#include "infer.h"

#include <stdlib.h>
#include <string.h>

#include <ggml-backend.h>
#include <llama.h>

#define CONTEXT 256
#define PROMPT_TOKENS 192
#define PIECE 64

struct infer {
	struct llama_model *model;
	struct llama_context *context;
	const struct llama_vocab *words;
};

static void say_nothing(enum ggml_log_level level, const char *text, void *data)
{
	(void)level, (void)text, (void)data;
}

/* One thread; weights as they are in the file, where they stay. */
static bool load(struct infer *infer, const char *path)
{
	struct llama_model_params of_model = llama_model_default_params();
	struct llama_context_params of_context = llama_context_default_params();

	of_model.use_extra_bufts = false;
	of_context.n_ctx = of_context.n_batch = of_context.n_ubatch = CONTEXT;
	of_context.n_threads = of_context.n_threads_batch = 1;
	infer->model = llama_model_load_from_file(path, of_model);
	if (infer->model == NULL)
		return false;
	infer->words = llama_model_get_vocab(infer->model);
	infer->context = llama_init_from_model(infer->model, of_context);
	return infer->context != NULL;
}

struct infer *infer_open(const char *path)
{
	struct infer *infer = calloc(1, sizeof(*infer));

	llama_log_set(say_nothing, NULL);
	ggml_backend_load_all();
	llama_backend_init();
	if (infer != NULL && load(infer, path))
		return infer;
	infer_close(infer);
	return NULL;
}

void infer_close(struct infer *infer)
{
	if (infer != NULL && infer->context != NULL)
		llama_free(infer->context);
	if (infer != NULL && infer->model != NULL)
		llama_model_free(infer->model);
	free(infer);
}

/* FNV-1a. */
static void digest_bytes(uint64_t *digest, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		*digest = (*digest ^ bytes[i]) * UINT64_C(0x100000001b3);
}

static llama_token likeliest(const struct infer *infer, uint64_t *digest)
{
	const float *values = llama_get_logits_ith(infer->context, -1);
	llama_token best = 0;

	for (llama_token i = 1; i < llama_vocab_n_tokens(infer->words); i++)
		best = values[i] > values[best] ? i : best;
	digest_bytes(digest, &best, sizeof(best));
	digest_bytes(digest, &values[best], sizeof(float));
	return best;
}

/* How long the text is then; SIZE_MAX: it does not fit. */
static size_t append(const struct infer *infer, llama_token token, char *text, size_t length, size_t size)
{
	char piece[PIECE];
	int32_t got = llama_token_to_piece(infer->words, token, piece, PIECE, 0, false);

	if (got < 0 || length + (size_t)got >= size)
		return SIZE_MAX;
	memcpy(text + length, piece, (size_t)got);
	text[length + (size_t)got] = '\0';
	return length + (size_t)got;
}

bool infer_text(struct infer *infer, const char *prompt, unsigned int tokens, char *text, size_t size,
		uint64_t *digest)
{
	llama_token given[PROMPT_TOKENS], token;
	int32_t count = llama_tokenize(infer->words, prompt, (int32_t)strlen(prompt), given, PROMPT_TOKENS,
				       false, false);
	size_t length = 0;

	text[0] = '\0';
	if (count <= 0 || (unsigned int)count + tokens > CONTEXT)
		return false;
	llama_memory_clear(llama_get_memory(infer->context), true);
	if (llama_decode(infer->context, llama_batch_get_one(given, count)) != 0)
		return false;
	for (; tokens != 0; tokens--) {
		token = likeliest(infer, digest);
		length = append(infer, token, text, length, size);
		if (length == SIZE_MAX)
			return false;
		if (tokens > 1 && llama_decode(infer->context, llama_batch_get_one(&token, 1)) != 0)
			return false;
	}
	return true;
}
