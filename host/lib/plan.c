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
	return (struct host_piece){ config->ram_base, config->image, config->image_size, false };
}

/* --- RAM ----------------------------------------------------------------------------------------- */

static unsigned int ram_count(const struct host_realm_config *config)
{
	return 1 + config->more_ram_count;
}

static struct host_range ram(const struct host_realm_config *config, unsigned int n)
{
	return n == 0 ? (struct host_range){ config->ram_base, config->ram_size } : config->more_ram[n - 1];
}

/* [ipa, ipa + size) is part of `range`. */
static bool lies_in(struct host_range range, uint64_t ipa, uint64_t size)
{
	return ipa >= range.base && ipa - range.base < range.size && size <= range.size - (ipa - range.base);
}

static bool is_ram(const struct host_realm_config *config, uint64_t ipa, uint64_t size)
{
	for (unsigned int n = 0; n < ram_count(config); n++) {
		if (lies_in(ram(config, n), ipa, size))
			return true;
	}
	return false;
}

/* --- Faults -------------------------------------------------------------------------------------- */

static const char *ram_fault(const struct host_realm_config *config, unsigned int n)
{
	struct host_range range = ram(config, n);

	if (!host_range_is_valid(range.base, range.size, ABI_U64(1) << (config->ipa_bits - 1)))
		return "RAM is not made of pages in the lower, protected half of the IPA space";
	for (unsigned int i = 0; i < n; i++) {
		if (range.base < ram(config, i).base + ram(config, i).size &&
		    ram(config, i).base < range.base + range.size)
			return "two ranges of RAM have a page in common";
	}
	return NULL;
}

static uint64_t first_page(const struct host_piece *piece)
{
	return host_align_down(piece->ipa, GRANULE_SIZE);
}

/* The piece lies in RAM, whose end does not wrap. */
static uint64_t end_of(const struct host_piece *piece)
{
	return host_align_down(piece->ipa + piece->size + GRANULE_SIZE - 1, GRANULE_SIZE);
}

static struct host_fault piece_fault(const struct host_realm_config *config, unsigned int n)
{
	struct host_piece piece = host_piece(config, n);

	if (piece.size == 0)
		return (struct host_fault){ "a piece is empty", 1, { n } };
	if (!is_ram(config, piece.ipa, piece.size))
		return (struct host_fault){ "a piece does not lie in RAM", 1, { n } };
	for (unsigned int i = 0; i < n; i++) {
		struct host_piece other = host_piece(config, i);

		if (first_page(&piece) < end_of(&other) && first_page(&other) < end_of(&piece))
			return (struct host_fault){ "two pieces have a page in common", 2, { i, n } };
	}
	return (struct host_fault){ NULL, 0, { 0 } };
}

/* What no RMM takes: more than RmiFeatureRegister0 has bits for, or none of what every CPU has. */
static const char *parameter_fault(const struct host_realm_config *config)
{
	if (config->ipa_bits < MIN_IPA_BITS || config->ipa_bits > MAX_IPA_BITS)
		return "the IPA width is not 32 to 48 bits";
	if (config->hash_algo != RMI_HASH_SHA_256 && config->hash_algo != RMI_HASH_SHA_512)
		return "there is no such hash algorithm";
	if (config->sve_vl >> RMI_FEATURE0_SVE_VL_WIDTH != 0)
		return "the SVE vector length is not 0 to 15";
	if (config->num_bps == 0 || config->num_bps >> RMI_FEATURE0_NUM_BPS_WIDTH != 0)
		return "the number of breakpoints, minus one, is not 1 to 63";
	if (config->num_wps == 0 || config->num_wps >> RMI_FEATURE0_NUM_WPS_WIDTH != 0)
		return "the number of watchpoints, minus one, is not 1 to 63";
	if (config->pmu_num_ctrs >> RMI_FEATURE0_PMU_NUM_CTRS_WIDTH != 0)
		return "the number of PMU counters is not 0 to 31";
	return NULL;
}

static const char *entry_fault(const struct host_realm_config *config)
{
	if (config->entry % 4 != 0)
		return "the entry point is not a multiple of 4";
	return is_ram(config, config->entry, 4) ? NULL : "the entry point does not lie in RAM";
}

struct host_fault host_plan_fault(const struct host_realm_config *config)
{
	struct host_fault fault = { parameter_fault(config), 0, { 0 } };

	for (unsigned int n = 0; n < ram_count(config) && fault.what == NULL; n++)
		fault.what = ram_fault(config, n);
	if (fault.what == NULL && host_piece_count(config) == 0)
		fault.what = "there is nothing to load";
	for (unsigned int n = 0; n < host_piece_count(config) && fault.what == NULL; n++)
		fault = piece_fault(config, n);
	if (fault.what == NULL)
		fault.what = entry_fault(config);
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
	struct host_range range = ram(plan->config, plan->range);
	uint64_t top = range.base + range.size;

	step->base = plan->at;
	step->top = host_ripas_run(plan->start_level, plan->at, top, &step->level);
	plan->at = step->top;
	if (plan->at < top)
		return;
	if (++plan->range < ram_count(plan->config)) {
		plan->at = ram(plan->config, plan->range).base;
	} else {
		plan->kind = HOST_STEP_DATA;
		plan->at = 0;
	}
}

static void next_data(struct host_plan *plan, struct host_step *step)
{
	struct host_piece piece = host_piece(plan->config, plan->piece);
	size_t left = piece.size - plan->at, room;

	step->base = host_align_down(piece.ipa + plan->at, GRANULE_SIZE);
	step->top = step->base + GRANULE_SIZE;
	step->before = piece.ipa + plan->at - step->base;
	room = GRANULE_SIZE - step->before;
	step->content = (const uint8_t *)piece.content + plan->at;
	step->size = left < room ? left : room;
	step->unmeasured = piece.unmeasured;
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
