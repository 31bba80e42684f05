/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_DATA_CREATE, RMI_DATA_CREATE_UNKNOWN and RMI_DATA_DESTROY (DEN0137 B4.3.5 - B4.3.7), with what
 * they do to a CSM region (docs/csm.md "Changed RMI commands").
 *
 * The RD's lock is held throughout: with it, only entries that map another realm's granule can change
 * under us, and those are not what these commands work on.
 */
#include "call/rmi.h"
#include "csm/csm.h"
#include "model/measurement.h"
#include "model/realm.h"

static bool ipa_is_valid(const struct realm *realm, uint64_t addr)
{
	return is_aligned(addr, GRANULE_SIZE) && s2_is_protected(&realm->s2, addr);
}

/*
 * ipa_align, ipa_bound, rtt_walk, rtte_state: the entry for `addr` exists at page level, is UNASSIGNED, and is not
 * set aside for another realm's memory.
 */
static uint64_t find_unassigned(struct granule *rd, uint64_t addr, struct rtt_walk *w)
{
	const struct realm *realm = realm_of(rd);

	if (!ipa_is_valid(realm, addr))
		return RMI_ERROR_INPUT;
	*w = rtt_walk(&realm->s2, ipa(addr), RTT_LEVEL_PAGE);
	if (w->level < RTT_LEVEL_PAGE || rtte_kind(w->entry, w->level) != RTTE_UNASSIGNED ||
	    !csm_admits_data(rd, ipa(addr)))
		return rmi_result(RMI_ERROR_RTT, (unsigned int)w->level);
	return RMI_SUCCESS;
}

/*
 * The entry becomes ASSIGNED; `data` is locked and becomes DATA. That is the one way by which memory becomes a realm's to
 * execute, so what its last owner left in instruction caches goes here.
 */
static void assign(const struct realm *realm, struct rtt_walk *w, struct granule *data, enum rmi_ripas ripas)
{
	struct pa addr = granule_pa(data);

	port_sync_code(port_mem(addr));
	granule_unlock_as(data, GRANULE_DATA);
	rtt_lock(&realm->s2);
	rtt_set(w, rtte_assigned(addr, RTT_LEVEL_PAGE, ripas));
	rtt_unlock(&realm->s2);
	port_publish();
}

static uint64_t data_create_locked(struct granule *rd, struct granule *data, uint64_t addr, struct pa src,
				   uint64_t flags)
{
	struct realm *realm = realm_of(rd);
	struct rtt_walk w;
	uint64_t result;

	if (atomic_load(&realm->state) != REALM_NEW)
		return RMI_ERROR_REALM;
	result = find_unassigned(rd, addr, &w);
	if (result != RMI_SUCCESS)
		return result;
	if (!granule_lock(data, GRANULE_DELEGATED))
		return RMI_ERROR_INPUT;
	/* src_pas is known only by trying; what was copied by then is wiped again. */
	if (!port_ns_read(granule_mem(data), src, GRANULE_SIZE)) {
		granule_unlock_wiped(data);
		return RMI_ERROR_INPUT;
	}
	measurement_extend_data(realm, ipa(addr), flags, granule_mem(data));
	assign(realm, &w, data, RMI_RAM);
	return RMI_SUCCESS;
}

uint64_t rmi_data_create(const uint64_t *arg, uint64_t *out)
{
	struct pa rd_pa = pa(arg[1]), src = pa(arg[4]);
	struct granule *data = granule_find_delegated(pa(arg[2]));
	uint64_t addr = arg[3], flags = arg[5];
	struct granule *rd;
	uint64_t result;

	(void)out;
	if ((flags & ~RMI_DATA_FLAG_MEASURE) != 0 || !granule_is_ns(src) || data == NULL)
		return RMI_ERROR_INPUT;
	rd = granule_find_lock(rd_pa, GRANULE_RD);
	if (rd == NULL)
		return RMI_ERROR_INPUT;
	result = data_create_locked(rd, data, addr, src, flags);
	granule_unlock(rd);
	return result;
}

static uint64_t data_create_unknown_locked(struct granule *rd, struct granule *data, uint64_t addr)
{
	struct realm *realm = realm_of(rd);
	struct rtt_walk w;
	uint64_t result = find_unassigned(rd, addr, &w);

	if (result != RMI_SUCCESS)
		return result;
	if (!granule_lock(data, GRANULE_DELEGATED))
		return RMI_ERROR_INPUT;
	assign(realm, &w, data, rtte_ripas(w.entry, w.level));
	csm_data_created(rd, ipa(addr));
	return RMI_SUCCESS;
}

uint64_t rmi_data_create_unknown(const uint64_t *arg, uint64_t *out)
{
	struct pa rd_pa = pa(arg[1]);
	struct granule *data = granule_find_delegated(pa(arg[2]));
	uint64_t addr = arg[3];
	struct granule *rd;
	uint64_t result;

	(void)out;
	if (data == NULL)
		return RMI_ERROR_INPUT;
	rd = granule_find_lock(rd_pa, GRANULE_RD);
	if (rd == NULL)
		return RMI_ERROR_INPUT;
	result = data_create_unknown_locked(rd, data, addr);
	granule_unlock(rd);
	return result;
}

static uint64_t data_destroy_locked(struct granule *rd, uint64_t addr, uint64_t *out)
{
	struct realm *realm = realm_of(rd);
	struct granule *data;
	enum rmi_ripas ripas;
	struct rtt_walk w;

	if (!ipa_is_valid(realm, addr))
		return RMI_ERROR_INPUT;
	w = rtt_walk(&realm->s2, ipa(addr), RTT_LEVEL_PAGE);
	if (w.level < RTT_LEVEL_PAGE || rtte_kind(w.entry, w.level) != RTTE_ASSIGNED) {
		out[2] = rtt_skip_non_live(&realm->s2, &w, ipa(addr));
		return rmi_result(RMI_ERROR_RTT, (unsigned int)w.level);
	}
	data = granule_find(rtte_pa(w.entry, w.level));
	/* No consumer may have it when it is wiped (I2, I5): its references, at least, must be gone. */
	if (csm_data_is_shared(rd, data) && !csm_data_release(rd, ipa(addr), data))
		return RMI_CSM_AGAIN;

	ripas = rtte_ripas(w.entry, w.level) == RMI_EMPTY ? RMI_EMPTY : RMI_DESTROYED;
	rtt_lock(&realm->s2);
	rtt_break(&realm->s2, &w, ipa(addr), rtte_unassigned(ripas));
	out[2] = rtt_skip_non_live(&realm->s2, &w, ipa(addr));
	rtt_unlock(&realm->s2);
	REQUIRE(granule_lock(data, GRANULE_DATA));
	granule_unlock_wiped(data);
	out[1] = granule_pa(data).v;
	return RMI_SUCCESS;
}

uint64_t rmi_data_destroy(const uint64_t *arg, uint64_t *out)
{
	struct granule *rd = granule_find_lock(pa(arg[1]), GRANULE_RD);
	uint64_t addr = arg[2];
	uint64_t result;

	if (rd == NULL)
		return RMI_ERROR_INPUT;
	result = data_destroy_locked(rd, addr, out);
	granule_unlock(rd);
	return result;
}
