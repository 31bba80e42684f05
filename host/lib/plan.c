/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What of building a realm is measured, and in which order (plan.h).
 */
#include "plan.h"

#define MAX_START_TABLES 16
#define MIN_IPA_BITS 32
#define MAX_IPA_BITS 48

bool host_geometry(unsigned int ipa_bits, int64_t *start_level, unsigned int *start_count)
{
	for (int64_t level = 2; level >= 0; level--) {
		unsigned int covered = GRANULE_SHIFT + 9 * (4 - (unsigned int)level);
		unsigned int extra = ipa_bits > covered ? ipa_bits - covered : 0;

		if (ABI_U64(1) << extra <= MAX_START_TABLES) {
			*start_level = level;
			*start_count = 1U << extra;
			return true;
		}
	}
	return false;
}

uint64_t host_ripas_run(int64_t start_level, uint64_t base, uint64_t top, int64_t *level)
{
	uint64_t size, table_end, end;

	for (*level = start_level; *level < HOST_LEVEL_PAGE; ++*level) {
		size = host_level_size(*level);
		if (base % size == 0 && top - base >= size)
			break;
	}
	size = host_level_size(*level);
	table_end = host_align_down(base, 512 * size) + 512 * size;
	end = host_align_down(top, size);
	return end < table_end ? end : table_end;
}

void host_plan_params(const struct host_realm_config *config, struct rmi_realm_params *params)
{
	params->flags = config->flags;
	params->s2sz = (uint8_t)config->ipa_bits;
	params->sve_vl = (uint8_t)config->sve_vl;
	params->num_bps = (uint8_t)config->num_bps;
	params->num_wps = (uint8_t)config->num_wps;
	params->pmu_num_ctrs = (uint8_t)config->pmu_num_ctrs;
	params->hash_algo = (uint8_t)config->hash_algo;
}

/* --- Pieces -------------------------------------------------------------------------------------- */

unsigned int host_piece_count(const struct host_realm_config *config)
{
	return (config->image_size != 0) + config->piece_count;
}

struct host_piece host_piece(const struct host_realm_config *config, unsigned int n)
{
	if (config->image_size == 0)
		return config->pieces[n];
	if (n > 0)
		return config->pieces[n - 1];
	return (struct host_piece){ config->ram_base, config->image, config->image_size };
}

/* --- Faults -------------------------------------------------------------------------------------- */

/* The last page is whole. The piece lies in RAM, whose end does not wrap. */
static uint64_t end_of(const struct host_piece *piece)
{
	return piece->ipa + host_align_down(piece->size + GRANULE_SIZE - 1, GRANULE_SIZE);
}

static bool lies_in_ram(const struct host_piece *piece, const struct host_realm_config *config)
{
	return piece->ipa >= config->ram_base && piece->ipa - config->ram_base < config->ram_size &&
	       piece->size <= config->ram_size - (piece->ipa - config->ram_base);
}

static const char *piece_fault(const struct host_realm_config *config, unsigned int n)
{
	struct host_piece piece = host_piece(config, n);

	if (piece.size == 0)
		return "a piece is empty";
	if (piece.ipa % GRANULE_SIZE != 0)
		return "a piece does not begin at a multiple of 4096";
	if (!lies_in_ram(&piece, config))
		return "a piece does not lie in RAM";
	for (unsigned int i = 0; i < n; i++) {
		struct host_piece other = host_piece(config, i);

		if (piece.ipa < end_of(&other) && other.ipa < end_of(&piece))
			return "two pieces have a page in common";
	}
	return NULL;
}

const char *host_plan_fault(const struct host_realm_config *config)
{
	const char *fault = NULL;

	if (config->ipa_bits < MIN_IPA_BITS || config->ipa_bits > MAX_IPA_BITS)
		return "the IPA width is not 32 to 48 bits";
	if (config->hash_algo != RMI_HASH_SHA_256 && config->hash_algo != RMI_HASH_SHA_512)
		return "there is no such hash algorithm";
	if ((config->sve_vl | config->num_bps | config->num_wps | config->pmu_num_ctrs) > UINT8_MAX)
		return "a parameter is larger than its field";
	if (!host_range_is_valid(config->ram_base, config->ram_size, ABI_U64(1) << (config->ipa_bits - 1)))
		return "RAM is not made of pages in the lower, protected half of the IPA space";
	if (host_piece_count(config) == 0)
		return "there is nothing to load";
	for (unsigned int i = 0; i < host_piece_count(config) && fault == NULL; i++)
		fault = piece_fault(config, i);
	return fault;
}

/* --- Steps --------------------------------------------------------------------------------------- */

void host_plan_begin(struct host_plan *plan, const struct host_realm_config *config)
{
	unsigned int count;

	*plan = (struct host_plan){ .config = config, .kind = HOST_STEP_RIPAS, .at = config->ram_base };
	host_geometry(config->ipa_bits, &plan->start_level, &count);
}

static void next_ripas(struct host_plan *plan, struct host_step *step)
{
	uint64_t top = plan->config->ram_base + plan->config->ram_size;

	step->base = plan->at;
	step->top = host_ripas_run(plan->start_level, plan->at, top, &step->level);
	plan->at = step->top;
	if (plan->at == top) {
		plan->kind = HOST_STEP_DATA;
		plan->at = 0;
	}
}

static void next_data(struct host_plan *plan, struct host_step *step)
{
	struct host_piece piece = host_piece(plan->config, plan->piece);
	size_t left = piece.size - plan->at;

	step->base = piece.ipa + plan->at;
	step->top = step->base + GRANULE_SIZE;
	step->content = (const uint8_t *)piece.content + plan->at;
	step->size = left < GRANULE_SIZE ? left : GRANULE_SIZE;
	plan->at += step->size;
	if (plan->at < piece.size)
		return;
	plan->at = 0;
	if (++plan->piece == host_piece_count(plan->config))
		plan->kind = HOST_STEP_REC;
}

bool host_plan_next(struct host_plan *plan, struct host_step *step)
{
	if (plan->done)
		return false;
	*step = (struct host_step){ .kind = plan->kind };
	if (plan->kind == HOST_STEP_RIPAS)
		next_ripas(plan, step);
	else if (plan->kind == HOST_STEP_DATA)
		next_data(plan, step);
	else
		plan->done = true;
	return true;
}
