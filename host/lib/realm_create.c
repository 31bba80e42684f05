/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Building a realm.
 */
#include "csm.h"
#include "realm.h"
#include "realm_list.h"
#include "tables.h"

/* --- What the configuration leaves open ----------------------------------------------------------- */

static unsigned int default_ipa_bits(const struct host *host)
{
	unsigned int offered = host_feature(host, RMI_FEATURE0_S2SZ_SHIFT, RMI_FEATURE0_S2SZ_WIDTH);

	return offered < HOST_DEFAULT_IPA_BITS ? offered : HOST_DEFAULT_IPA_BITS;
}

struct host_realm_config host_complete(const struct host *host, const struct host_realm_config *config)
{
	struct host_realm_config complete = *config;

	if (complete.ipa_bits == 0)
		complete.ipa_bits = default_ipa_bits(host);
	if (complete.num_bps == 0)
		complete.num_bps = host_feature(host, RMI_FEATURE0_NUM_BPS_SHIFT, RMI_FEATURE0_NUM_BPS_WIDTH);
	if (complete.num_wps == 0)
		complete.num_wps = host_feature(host, RMI_FEATURE0_NUM_WPS_SHIFT, RMI_FEATURE0_NUM_WPS_WIDTH);
	return complete;
}

/* --- Create -------------------------------------------------------------------------------------- */

static void fill_params(const struct host_realm *realm, const struct host_realm_config *config,
			struct rmi_realm_params *params)
{
	__builtin_memset(params, 0, sizeof(*params));
	host_plan_params(config, params);
	__builtin_memcpy(params->rpv, config->rpv, sizeof(params->rpv));
	params->vmid = realm->vmid;
	params->rtt_base = realm->start_pa;
	params->rtt_level_start = realm->start_level;
	params->rtt_num_start = realm->start_count;
}

static uint64_t create(struct host_realm *realm, const struct host_realm_config *config)
{
	struct host *host = realm->host;
	uint64_t params, result;

	result = host_realm_lend(realm, 1, &realm->rd);
	if (result != RMI_SUCCESS)
		return result;
	result = host_realm_lend(realm, realm->start_count, &realm->start_pa);
	if (result != RMI_SUCCESS)
		return result;
	params = host->ops->alloc(host->context, 1);
	if (params == 0)
		return HOST_ERROR_MEMORY;
	fill_params(realm, config, host->ops->map(host->context, params));
	result = host_rmi_realm_create(host, realm->rd, params);
	realm->created = result == RMI_SUCCESS;
	host->ops->free(host->context, params);
	return host_fail(host, RMI_REALM_CREATE, result);
}

uint64_t host_realm_create(struct host *host, struct host_realm *realm,
			   const struct host_realm_config *config)
{
	struct host_realm_config complete = host_complete(host, config);
	uint64_t result;

	*realm = (struct host_realm){ .host = host, .name = config->name };
	realm->ipa_bits = complete.ipa_bits;
	realm->ram_base = config->ram_base;
	realm->ram_size = config->ram_size;
	realm->granules_max = config->granules_max;
	realm->blocks = config->blocks;
	if (!host_geometry(realm->ipa_bits, &realm->start_level, &realm->start_count))
		return HOST_ERROR_ARGUMENT;
	result = host_enlist(host, realm);
	if (result == RMI_SUCCESS)
		result = create(realm, &complete);
	if (result != RMI_SUCCESS)
		host_realm_destroy(realm);
	return result;
}

/* --- RECs ---------------------------------------------------------------------------------------- */

/* RmiRecMpidr of the n-th REC: 16 to a cluster (DEN0137 B4.4.13). */
static uint64_t mpidr_of(unsigned int index)
{
	return (index & 0xf) | ((uint64_t)(index >> 4) << 8);
}

static void fill_rec_params(const struct host_rec *rec, uint64_t flags, uint64_t pc, const uint64_t gprs[8],
			    struct rmi_rec_params *params)
{
	__builtin_memset(params, 0, sizeof(*params));
	params->flags = flags;
	params->mpidr = mpidr_of(rec->index);
	params->pc = pc;
	__builtin_memcpy(params->gprs, gprs, sizeof(params->gprs));
	params->num_aux = rec->aux_count;
	__builtin_memcpy(params->aux, rec->aux, sizeof(params->aux));
}

static uint64_t lend_aux(struct host_rec *rec)
{
	struct host *host = rec->realm->host;
	uint64_t count, result;

	result = host_fail(host, RMI_REC_AUX_COUNT, host_rmi_rec_aux_count(host, rec->realm->rd, &count));
	if (result != RMI_SUCCESS)
		return result;
	if (count > RMI_MAX_AUX)
		return HOST_ERROR_RMM;
	while (rec->aux_count < count) {
		result = host_realm_lend(rec->realm, 1, &rec->aux[rec->aux_count]);
		if (result != RMI_SUCCESS)
			return result;
		rec->aux_count++;
	}
	return RMI_SUCCESS;
}

/* The run page serves for the parameters first: both are one granule that the RMM reads. */
static uint64_t create_rec(struct host_rec *rec, uint64_t flags, uint64_t pc, const uint64_t gprs[8])
{
	struct host *host = rec->realm->host;
	uint64_t result;

	rec->run_pa = host->ops->alloc(host->context, 1);
	if (rec->run_pa == 0)
		return HOST_ERROR_MEMORY;
	rec->run = host->ops->map(host->context, rec->run_pa);
	result = lend_aux(rec);
	if (result == RMI_SUCCESS)
		result = host_realm_lend(rec->realm, 1, &rec->pa);
	if (result != RMI_SUCCESS)
		return result;
	fill_rec_params(rec, flags, pc, gprs, (struct rmi_rec_params *)(void *)rec->run);
	result = host_rmi_rec_create(host, rec->realm->rd, rec->pa, rec->run_pa);
	if (result != RMI_SUCCESS) {
		host_realm_take_back(rec->realm, rec->pa, 1);
		rec->pa = 0;
	}
	__builtin_memset(rec->run, 0, sizeof(*rec->run));
	return host_fail(host, RMI_REC_CREATE, result);
}

uint64_t host_realm_add_rec(struct host_realm *realm, uint64_t flags, uint64_t pc, const uint64_t gprs[8])
{
	struct host_rec *rec;
	uint64_t result;

	if (realm->rec_count == HOST_MAX_RECS)
		return HOST_ERROR_ARGUMENT;
	rec = &realm->recs[realm->rec_count];
	*rec = (struct host_rec){ .realm = realm, .index = realm->rec_count };
	result = create_rec(rec, flags, pc, gprs);
	if (result == RMI_SUCCESS)
		realm->rec_count++;
	else
		host_rec_destroy(rec);
	return result;
}

/* --- Build --------------------------------------------------------------------------------------- */

uint64_t host_realm_activate(struct host_realm *realm)
{
	return host_fail(realm->host, RMI_REALM_ACTIVATE, host_rmi_realm_activate(realm->host, realm->rd));
}

static uint64_t do_step(struct host_realm *realm, const struct host_realm_config *config,
			const struct host_step *step)
{
	switch (step->kind) {
	case HOST_STEP_RIPAS:
		return host_init_ripas(realm, step->base, step->top - step->base);
	case HOST_STEP_DATA:
		return host_load(realm, step->base + step->before, step->content, step->size,
				 !step->unmeasured);
	case HOST_STEP_REC:
		return host_realm_add_rec(realm, RMI_REC_CREATE_FLAG_RUNNABLE, config->entry, config->gprs);
	}
	return HOST_ERROR_ARGUMENT;
}

/* All that is measured. */
static uint64_t do_plan(struct host_realm *realm, const struct host_realm_config *config)
{
	uint64_t result = RMI_SUCCESS;
	struct host_step step;
	struct host_plan plan;

	host_plan_begin(&plan, config);
	while (result == RMI_SUCCESS && host_plan_next(&plan, &step))
		result = do_step(realm, config, &step);
	return result;
}

static uint64_t furnish(struct host_realm *realm, const struct host_realm_config *config)
{
	static const uint64_t none[8];
	uint64_t result = do_plan(realm, config);

	for (unsigned int i = 1; i < config->recs && result == RMI_SUCCESS; i++)
		result = host_realm_add_rec(realm, 0, 0, none);
	if (result == RMI_SUCCESS && config->populate)
		result = host_populate(realm, config->ram_base, config->ram_size);
	for (unsigned int i = 0; i < config->more_ram_count && config->populate && result == RMI_SUCCESS; i++)
		result = host_populate(realm, config->more_ram[i].base, config->more_ram[i].size);
	if (result == RMI_SUCCESS && config->apt_granules != 0)
		result = host_csm_enable(realm, config->apt_granules);
	if (result == RMI_SUCCESS)
		result = host_realm_activate(realm);
	return result;
}

uint64_t host_realm_build(struct host *host, struct host_realm *realm, const struct host_realm_config *config)
{
	struct host_realm_config complete = host_complete(host, config);
	uint64_t result;

	if (host_plan_fault(&complete).what != NULL)
		return HOST_ERROR_ARGUMENT;
	result = host_realm_create(host, realm, &complete);
	if (result != RMI_SUCCESS)
		return result;
	result = furnish(realm, &complete);
	if (result != RMI_SUCCESS)
		host_realm_destroy(realm);
	return result;
}
