/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Building a realm.
 */
#include "csm.h"
#include "realm.h"
#include "tables.h"

/* --- Geometry ------------------------------------------------------------------------------------ */

#define MAX_START_TABLES 16

/*
 * The deepest starting level that up to 16 concatenated tables can do (DEN0137 A5.5): fewer levels to
 * walk, fewer granules to lend.
 */
static bool choose_geometry(struct host_realm *realm)
{
	for (int64_t level = 2; level >= 0; level--) {
		unsigned int covered = GRANULE_SHIFT + 9 * (4 - (unsigned int)level);
		unsigned int extra = realm->ipa_bits > covered ? realm->ipa_bits - covered : 0;

		if (ABI_U64(1) << extra <= MAX_START_TABLES) {
			realm->start_level = level;
			realm->start_count = 1U << extra;
			return true;
		}
	}
	return false;
}

static unsigned int default_ipa_bits(const struct host *host)
{
	unsigned int offered = host_feature(host, RMI_FEATURE0_S2SZ_SHIFT, RMI_FEATURE0_S2SZ_WIDTH);

	return offered < HOST_DEFAULT_IPA_BITS ? offered : HOST_DEFAULT_IPA_BITS;
}

/* --- The list of realms, and VMIDs --------------------------------------------------------------- */

static bool vmid_is_free(const struct host *host, uint16_t vmid)
{
	for (const struct host_realm *r = host->realms; r != NULL; r = r->next)
		if (r->vmid == vmid)
			return false;
	return true;
}

/* VMIDs go round, so that one is used again as late as possible. 0 is left to whatever is not a realm. */
static uint64_t enlist(struct host *host, struct host_realm *realm)
{
	uint64_t result = HOST_ERROR_MEMORY;

	host->ops->lock(host->context, &host->lock);
	for (unsigned int i = 0; i < UINT16_MAX; i++) {
		if (++host->last_vmid == 0)
			continue;
		if (vmid_is_free(host, host->last_vmid)) {
			realm->vmid = host->last_vmid;
			realm->next = host->realms;
			host->realms = realm;
			result = RMI_SUCCESS;
			break;
		}
	}
	host->ops->unlock(host->context, &host->lock);
	return result;
}

struct host_realm *host_realm_find(struct host *host, uint64_t rd)
{
	struct host_realm *realm;

	host->ops->lock(host->context, &host->lock);
	for (realm = host->realms; realm != NULL && realm->rd != rd; realm = realm->next)
		;
	host->ops->unlock(host->context, &host->lock);
	return realm;
}

/* --- Create -------------------------------------------------------------------------------------- */

static void fill_params(const struct host_realm *realm, const struct host_realm_config *config,
			struct rmi_realm_params *params)
{
	const struct host *host = realm->host;

	__builtin_memset(params, 0, sizeof(*params));
	params->flags = config->flags;
	params->s2sz = (uint8_t)realm->ipa_bits;
	params->sve_vl = (uint8_t)config->sve_vl;
	params->pmu_num_ctrs = (uint8_t)config->pmu_num_ctrs;
	params->num_bps = (uint8_t)config->num_bps;
	if (config->num_bps == 0)
		params->num_bps = (uint8_t)host_feature(host, RMI_FEATURE0_NUM_BPS_SHIFT,
							RMI_FEATURE0_NUM_BPS_WIDTH);
	params->num_wps = (uint8_t)config->num_wps;
	if (config->num_wps == 0)
		params->num_wps = (uint8_t)host_feature(host, RMI_FEATURE0_NUM_WPS_SHIFT,
							RMI_FEATURE0_NUM_WPS_WIDTH);
	params->hash_algo = (uint8_t)config->hash_algo;
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

	result = host_granule_get(host, &realm->rd);
	if (result != RMI_SUCCESS)
		return result;
	result = host_granules_get(host, realm->start_count, &realm->start_pa);
	if (result != RMI_SUCCESS)
		return result;
	params = host->ops->alloc(host->context, 1);
	if (params == 0)
		return HOST_ERROR_MEMORY;
	fill_params(realm, config, host->ops->map(host->context, params));
	result = rmi_realm_create(host, realm->rd, params);
	realm->created = result == RMI_SUCCESS;
	host->ops->free(host->context, params);
	return host_fail(host, RMI_REALM_CREATE, result);
}

uint64_t host_realm_create(struct host *host, struct host_realm *realm,
			   const struct host_realm_config *config)
{
	uint64_t result;

	*realm = (struct host_realm){ .host = host, .name = config->name };
	realm->ipa_bits = config->ipa_bits != 0 ? config->ipa_bits : default_ipa_bits(host);
	realm->ram_base = config->ram_base;
	realm->ram_size = config->ram_size;
	if (!choose_geometry(realm))
		return HOST_ERROR_ARGUMENT;
	result = enlist(host, realm);
	if (result == RMI_SUCCESS)
		result = create(realm, config);
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

	result = host_fail(host, RMI_REC_AUX_COUNT, rmi_rec_aux_count(host, rec->realm->rd, &count));
	if (result != RMI_SUCCESS)
		return result;
	if (count > RMI_MAX_AUX)
		return HOST_ERROR_RMM;
	while (rec->aux_count < count) {
		result = host_granule_get(host, &rec->aux[rec->aux_count]);
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
		result = host_granule_get(host, &rec->pa);
	if (result != RMI_SUCCESS)
		return result;
	fill_rec_params(rec, flags, pc, gprs, (struct rmi_rec_params *)(void *)rec->run);
	result = rmi_rec_create(host, rec->realm->rd, rec->pa, rec->run_pa);
	if (result != RMI_SUCCESS) {
		host_granule_put(host, rec->pa);
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
	return host_fail(realm->host, RMI_REALM_ACTIVATE, rmi_realm_activate(realm->host, realm->rd));
}

static uint64_t add_recs(struct host_realm *realm, const struct host_realm_config *config)
{
	static const uint64_t none[8];
	uint64_t result =
		host_realm_add_rec(realm, RMI_REC_CREATE_FLAG_RUNNABLE, config->entry, config->gprs);

	for (unsigned int i = 1; i < config->recs && result == RMI_SUCCESS; i++)
		result = host_realm_add_rec(realm, 0, 0, none);
	return result;
}

static uint64_t furnish(struct host_realm *realm, const struct host_realm_config *config)
{
	uint64_t result = host_init_ripas(realm, config->ram_base, config->ram_size);

	if (result == RMI_SUCCESS)
		result = host_load(realm, config->ram_base, config->image, config->image_size, true);
	if (result == RMI_SUCCESS)
		result = add_recs(realm, config);
	if (result == RMI_SUCCESS && config->populate)
		result = host_populate(realm, config->ram_base, config->ram_size);
	if (result == RMI_SUCCESS && config->apt_granules != 0)
		result = host_csm_enable(realm, config->apt_granules);
	if (result == RMI_SUCCESS)
		result = host_realm_activate(realm);
	return result;
}

uint64_t host_realm_build(struct host *host, struct host_realm *realm, const struct host_realm_config *config)
{
	uint64_t result;

	if (config->image_size == 0 || config->image_size > config->ram_size)
		return HOST_ERROR_ARGUMENT;
	result = host_realm_create(host, realm, config);
	if (result != RMI_SUCCESS)
		return result;
	result = furnish(realm, config);
	if (result != RMI_SUCCESS)
		host_realm_destroy(realm);
	return result;
}
