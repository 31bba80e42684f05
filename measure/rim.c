/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Realm Initial Measurement of a configuration (rim.h).
 */
#include "rim.h"

#include <string.h>

#include "model/measurement.h"

static struct rim current(const struct realm *realm, uint64_t extensions)
{
	struct rim rim = { .size = realm->hash_algo == RMI_HASH_SHA_256 ? 32 : 64, .extensions = extensions };

	memcpy(rim.value, realm->measurement[0], rim.size);
	return rim;
}

/* The RMM measures each entry by itself. Returns how many there are. */
static uint64_t add_ripas(struct realm *realm, const struct host_step *step)
{
	uint64_t size = host_level_size(step->level), count = 0;

	for (uint64_t at = step->base; at < step->top; at += size, count++)
		measurement_extend_ripas(realm, at, at + size);
	return count;
}

static void add_data(struct realm *realm, const struct host_step *step)
{
	uint64_t flags = step->unmeasured ? 0 : (uint64_t)RMI_DATA_FLAG_MEASURE;
	uint8_t page[GRANULE_SIZE];

	host_fill_page(page, step->before, step->content, step->size);
	measurement_extend_data(realm, ipa(step->base), flags, page);
}

static void add_rec(struct realm *realm, const struct host_realm_config *config)
{
	struct rmi_rec_params params = { .flags = RMI_REC_CREATE_FLAG_RUNNABLE, .pc = config->entry };

	memcpy(params.gprs, config->gprs, sizeof(params.gprs));
	measurement_extend_rec(realm, &params);
}

static uint64_t add(struct realm *realm, const struct host_realm_config *config, const struct host_step *step)
{
	switch (step->kind) {
	case HOST_STEP_RIPAS:
		return add_ripas(realm, step);
	case HOST_STEP_DATA:
		add_data(realm, step);
		return 1;
	case HOST_STEP_REC:
		add_rec(realm, config);
		return 1;
	}
	PANIC("a step of no kind");
}

struct rim rim_compute(const struct host_realm_config *config, rim_trace trace)
{
	struct realm realm = { .hash_algo = (uint8_t)config->hash_algo };
	struct rmi_realm_params params = { 0 };
	uint64_t extensions = 0;
	struct host_step step;
	struct host_plan plan;
	struct rim rim;

	host_plan_params(config, &params);
	measurement_init(&realm, &params);
	rim = current(&realm, 0);
	if (trace != NULL)
		trace(NULL, &rim);
	host_plan_begin(&plan, config);
	while (host_plan_next(&plan, &step)) {
		extensions += add(&realm, config, &step);
		rim = current(&realm, extensions);
		if (trace != NULL)
			trace(&step, &rim);
	}
	return rim;
}
