/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands (commands.h). A realm's call is that of the PE's own REC, and takes all entries that it needs.
 */
#include "between/commands.h"
#include "between/scene.h"
#include "model/rec.h"

#define ENTRIES_MAX 12U

/* --- The host serves ----------------------------------------------------------------------------------------- */

/* A delegated granule, if there is one, that `command` may take. */
static void give(struct pe *pe, uint64_t fid, uint64_t rd, uint64_t second, uint64_t third)
{
	uint64_t granule = pe->spent < POOL ? s.pool[pe->index][pe->spent] : 0;

	if (granule != 0 && rmi(fid, rd, granule, second, third) == RMI_SUCCESS)
		pe->spent++;
}

static void give_tables(struct pe *pe, struct world_realm *r, uint64_t base, uint64_t size, uint64_t level)
{
	for (uint64_t at = base & ~UINT64_C(0x1fffff); at < base + size; at += PAGES(512)) {
		give(pe, RMI_RTT_CREATE, r->rd, at & ~UINT64_C(0x3fffffff), 2);
		if (level == 3)
			give(pe, RMI_RTT_CREATE, r->rd, at, 3);
	}
}

/* On from one to what is there next, as the monitor says. */
static void take_pages(struct world_realm *r, uint64_t base, uint64_t size)
{
	for (uint64_t at = base; at < base + size;) {
		struct smc_regs out = world_rmi(RMI_DATA_DESTROY, r->rd, at);

		at = out.x[2] > at ? out.x[2] : at + GRANULE_SIZE;
	}
}

void serve(struct pe *pe, struct world_realm *r, const struct rmi_rec_exit *exit)
{
	uint64_t base = exit->csm_base, size = exit->csm_size;

	switch (exit->csm_event) {
	case CSM_EVENT_P_REALM:
		give_tables(pe, r, base, size, 3);
		for (uint64_t at = base; at < base + size; at += GRANULE_SIZE)
			give(pe, RMI_DATA_CREATE_UNKNOWN, r->rd, at, 0);
		break;
	case CSM_EVENT_C_REALM:
		give_tables(pe, r, base, size, exit->csm_argument);
		take_pages(r, base, size);
		break;
	case CSM_EVENT_RTT_NEEDED:
		give_tables(pe, r, base, size, exit->csm_argument);
		break;
	case CSM_EVENT_APT_FULL:
		if (pe->spent < POOL &&
		    rmi(RMI_CSM, RMI_CSM_APT_EXTEND, r->rd, s.pool[pe->index][pe->spent]) == RMI_SUCCESS)
			pe->spent++;
		break;
	default:
		break;
	}
}

/* --- Realms run ------------------------------------------------------------------------------------------------ */

static bool program(struct rec *rec)
{
	struct pe *pe = running();

	if (pe == NULL)
		return false;
	assert_int_equal(granule_refs(granule_find(pa(pe->rec))), 1);
	sim_point(); /* its REC is RUNNING */
	if (!pe->armed) {
		pe->result = rec->gprs[0];
		return false;
	}
	pe->armed = false;
	memcpy(rec->gprs, pe->x, sizeof(pe->x));
	return true;
}

void commands_init(void)
{
	world_set_program(program);
}

static bool enter(struct pe *pe, uint64_t rec)
{
	pe->rec = rec;
	if (world_state(s.run[pe->index]) == GRANULE_UNDELEGATED) /* another PE may have delegated it */
		memset(world_mem(s.run[pe->index]), 0, sizeof(struct rmi_rec_run));
	return rmi(RMI_REC_ENTER, rec, s.run[pe->index]) == RMI_SUCCESS;
}

/* True: the call returned RSI_SUCCESS, or left for the host to do what is not CSM's. */
static bool call(struct pe *pe, struct world_realm *r, struct smc_regs command)
{
	struct rmi_rec_exit *exit = &((struct rmi_rec_run *)world_mem(s.run[pe->index]))->exit;

	memcpy(pe->x, command.x, sizeof(pe->x));
	pe->armed = true;
	pe->result = UINT64_MAX;
	for (unsigned int i = 0; i < ENTRIES_MAX; i++) {
		if (!enter(pe, r->rec[pe->index]))
			return false;
		if (exit->exit_reason != RMI_EXIT_CSM)
			return exit->exit_reason == RMI_EXIT_IRQ ? pe->result == RSI_SUCCESS
								 : exit->exit_reason != RMI_EXIT_SYNC;
		serve(pe, r, exit);
	}
	return false;
}

/* --- Commands ---------------------------------------------------------------------------------------------------- */

#define HOST(name, ...)                                 \
	static bool name(struct pe *pe)                 \
	{                                               \
		(void)pe;                               \
		return rmi(__VA_ARGS__) == RMI_SUCCESS; \
	}

#define REALM(name, realm, command)                 \
	static bool name(struct pe *pe)             \
	{                                           \
		return call(pe, &s.realm, command); \
	}

HOST(host_version, RMI_VERSION, RMI_ABI_VERSION)
HOST(host_features, RMI_FEATURES, 0)
HOST(delegate, RMI_GRANULE_DELEGATE, s.ns)
HOST(undelegate, RMI_GRANULE_UNDELEGATE, s.spare[0])
HOST(undelegate_made, RMI_GRANULE_UNDELEGATE, s.ns)
HOST(delegate_again, RMI_GRANULE_DELEGATE, s.spare[0])
HOST(undelegate_table, RMI_GRANULE_UNDELEGATE, s.spare[SECOND_SPARE])
HOST(undelegate_aux, RMI_GRANULE_UNDELEGATE, s.aux[1])
HOST(delegate_run, RMI_GRANULE_DELEGATE, s.run[pe->index ^ 1])
HOST(realm_create, RMI_REALM_CREATE, s.spare[0], s.realm_params)
HOST(realm_create_other, RMI_REALM_CREATE, s.spare[1], s.realm_params)
HOST(realm_create_twin, RMI_REALM_CREATE, s.spare[1], s.twin_params)
HOST(realm_create_third, RMI_REALM_CREATE, s.spare[1], s.other_params)
HOST(realm_destroy_made, RMI_REALM_DESTROY, s.spare[0])
HOST(realm_activate, RMI_REALM_ACTIVATE, s.n.rd)
HOST(realm_destroy, RMI_REALM_DESTROY, s.z.rd)
HOST(rec_aux_count, RMI_REC_AUX_COUNT, s.p.rd)
HOST(rec_create, RMI_REC_CREATE, s.n.rd, s.spare[0], s.rec_params)
HOST(rec_create_again, RMI_REC_CREATE, s.n.rd, s.n.rec[0], s.rec_params)
HOST(rec_destroy_made, RMI_REC_DESTROY, s.spare[0])
HOST(rec_destroy_n, RMI_REC_DESTROY, s.n.rec[0])
HOST(rec_destroy_p, RMI_REC_DESTROY, s.p.rec[0])
HOST(rec_destroy_c, RMI_REC_DESTROY, s.c.rec[1])
HOST(psci_complete, RMI_PSCI_COMPLETE, s.p.rec[0], s.p.rec[2], PSCI_SUCCESS)
HOST(data_create, RMI_DATA_CREATE, s.n.rd, s.spare[0], WORLD_RAM + PAGES(1), s.source, 1)
HOST(data_create_of_p, RMI_DATA_CREATE_UNKNOWN, s.p.rd, s.spare[0], AT_SHARED)
HOST(data_create_of_c, RMI_DATA_CREATE_UNKNOWN, s.c.rd, s.spare[0], AT_SECOND + PAGES(2))
HOST(data_create_in_new, RMI_DATA_CREATE_UNKNOWN, s.p.rd, s.spare[0], AT_NEW)
HOST(data_create_in_reserved, RMI_DATA_CREATE_UNKNOWN, s.c.rd, s.spare[0], AT_NEW)
HOST(data_destroy_made, RMI_DATA_DESTROY, s.n.rd, WORLD_RAM + PAGES(1))
HOST(data_destroy_new, RMI_DATA_DESTROY, s.p.rd, AT_NEW)
HOST(data_destroy_last, RMI_DATA_DESTROY, s.p.rd, AT_SHARED + PAGES(SHARED_PAGES - 1))
HOST(data_destroy_of_c, RMI_DATA_DESTROY, s.c.rd, AT_BACK)
HOST(data_destroy_of_d, RMI_DATA_DESTROY, s.d.rd, AT_BACK)
HOST(data_destroy_ended, RMI_DATA_DESTROY, s.c.rd, AT_SECOND + PAGES(1))
HOST(data_destroy_private, RMI_DATA_DESTROY, s.c.rd, WORLD_RAM)
HOST(rtt_create, RMI_RTT_CREATE, s.c.rd, s.spare[0], AT_NOTHING, 3)
HOST(rtt_create_of_p, RMI_RTT_CREATE, s.p.rd, s.spare[0], AT_SHARED, 3)
HOST(rtt_create_of_c, RMI_RTT_CREATE, s.c.rd, s.spare[1], AT_SHARED, 3)
HOST(rtt_create_of_e, RMI_RTT_CREATE, s.e.rd, s.spare[1], AT_SECOND, 3)
HOST(rtt_create_again, RMI_RTT_CREATE, s.c.rd, s.spare[1], AT_EMPTY, 3)
HOST(rtt_destroy, RMI_RTT_DESTROY, s.c.rd, AT_EMPTY, 3)
HOST(rtt_destroy_made, RMI_RTT_DESTROY, s.c.rd, AT_NOTHING, 3)
HOST(rtt_destroy_reserved, RMI_RTT_DESTROY, s.c.rd, AT_SECOND, 3)
HOST(rtt_fold_of_p, RMI_RTT_FOLD, s.p.rd, AT_SHARED, 3)
HOST(rtt_fold_of_c, RMI_RTT_FOLD, s.c.rd, AT_SHARED, 3)
HOST(rtt_fold_empty, RMI_RTT_FOLD, s.c.rd, AT_EMPTY, 3)
HOST(rtt_read, RMI_RTT_READ_ENTRY, s.c.rd, AT_SHARED, 3)
HOST(map_unprotected, RMI_RTT_MAP_UNPROTECTED, s.c.rd, AT_HOST + (UINT64_C(1) << 30), 1, 0xdc)
HOST(unmap_unprotected, RMI_RTT_UNMAP_UNPROTECTED, s.c.rd, AT_HOST, 1)
HOST(init_ripas, RMI_RTT_INIT_RIPAS, s.n.rd, WORLD_RAM + PAGES(2), WORLD_RAM + PAGES(3))
HOST(set_ripas, RMI_RTT_SET_RIPAS, s.c.rd, s.c.rec[0], WORLD_RAM, WORLD_RAM + PAGES(4))
HOST(csm_version, RMI_CSM, RMI_CSM_VERSION, CSM_ABI_VERSION)
HOST(apt_create, RMI_CSM, RMI_CSM_APT_CREATE, s.n.rd, s.spare[0])
HOST(apt_create_z, RMI_CSM, RMI_CSM_APT_CREATE, s.z.rd, s.spare[0])
HOST(apt_extend_p, RMI_CSM, RMI_CSM_APT_EXTEND, s.p.rd, s.spare[0])
HOST(apt_extend_c, RMI_CSM, RMI_CSM_APT_EXTEND, s.c.rd, s.spare[1])
HOST(apt_extend_d, RMI_CSM, RMI_CSM_APT_EXTEND, s.d.rd, s.spare[0])
HOST(apt_destroy_z, RMI_CSM, RMI_CSM_APT_DESTROY, s.z.rd)
HOST(apt_destroy_d, RMI_CSM, RMI_CSM_APT_DESTROY, s.d.rd)
HOST(unmap_c, RMI_CSM, RMI_CSM_UNMAP, s.c.rd, AT_SHARED)
HOST(unmap_second, RMI_CSM, RMI_CSM_UNMAP, s.c.rd, AT_SECOND)
HOST(unmap_made, RMI_CSM, RMI_CSM_UNMAP, s.c.rd, AT_NEW)
HOST(unmap_from_d, RMI_CSM, RMI_CSM_UNMAP, s.c.rd, AT_OF_D)
HOST(unmap_d, RMI_CSM, RMI_CSM_UNMAP, s.d.rd, AT_SHARED)
HOST(fill_c, RMI_CSM, RMI_CSM_FILL, s.c.rd, AT_SHARED)
HOST(fill_e, RMI_CSM, RMI_CSM_FILL, s.e.rd, AT_SHARED)
HOST(fill_d, RMI_CSM, RMI_CSM_FILL, s.d.rd, AT_SHARED)
HOST(entry_read, RMI_CSM, RMI_CSM_ENTRY_READ, s.c.rd, 0)

/* Until no consumer has it. */
static bool data_destroy_of_p(struct pe *pe)
{
	uint64_t result = RMI_CSM_AGAIN;

	(void)pe;
	for (unsigned int i = 0; i < 4 && result == RMI_CSM_AGAIN; i++)
		result = rmi(RMI_DATA_DESTROY, s.p.rd, AT_SHARED + PAGES(1));
	return result == RMI_SUCCESS;
}

/* The host takes a whole realm away: D's APT, ranges and all, and then D. */
static bool end_of_d(struct pe *pe)
{
	struct smc_regs out;

	(void)pe;
	world_rmi(RMI_CSM, RMI_CSM_UNMAP, s.d.rd, AT_SHARED);
	world_rmi(RMI_CSM, RMI_CSM_UNMAP, s.d.rd, AT_SHARED + PAGES(16));
	for (unsigned int i = 0; i < 12; i++) {
		out = world_rmi(RMI_CSM, RMI_CSM_APT_DESTROY, s.d.rd);
		if (out.x[0] != RMI_SUCCESS || (out.x[1] != 0 && out.x[2] == 0))
			break;
	}
	return out.x[0] == RMI_SUCCESS;
}

/* Pages and tables, as far as nobody else has taken them; then the realm. */
static bool end_realm(const struct world_realm *r, const uint64_t *page, unsigned int pages)
{
	static const uint64_t base[] = { WORLD_RAM, WORLD_CSM };

	for (unsigned int i = 0; i < pages; i++)
		world_rmi(RMI_DATA_DESTROY, r->rd, page[i]);
	for (unsigned int i = 0; i < ARRAY_SIZE(base); i++) {
		world_rmi(RMI_RTT_DESTROY, r->rd, base[i], 3);
		world_rmi(RMI_RTT_DESTROY, r->rd, base[i] & ~UINT64_C(0x3fffffff), 2);
	}
	return rmi(RMI_REALM_DESTROY, r->rd) == RMI_SUCCESS;
}

/* N, its REC first; its granules are the host's again. */
static bool end_of_n(struct pe *pe)
{
	const uint64_t pages[] = { WORLD_RAM };

	(void)pe;
	world_rmi(RMI_REC_DESTROY, s.n.rec[0]);
	return end_realm(&s.n, pages, ARRAY_SIZE(pages)) &&
	       rmi(RMI_GRANULE_UNDELEGATE, s.n.rec[0]) == RMI_SUCCESS &&
	       rmi(RMI_GRANULE_UNDELEGATE, s.n.rd) == RMI_SUCCESS;
}

static bool destroy_d(struct pe *pe)
{
	const uint64_t pages[] = { WORLD_RAM, AT_BACK, AT_BACK + PAGES(1), AT_BACK + PAGES(2),
				   AT_BACK + PAGES(3) };

	return end_of_d(pe) && end_realm(&s.d, pages, ARRAY_SIZE(pages));
}

/* In its RD's granule another realm begins, with an APT. */
static bool replace_d(struct pe *pe)
{
	return destroy_d(pe) && rmi(RMI_REALM_CREATE, s.d.rd, s.other_params) == RMI_SUCCESS &&
	       rmi(RMI_CSM, RMI_CSM_APT_CREATE, s.d.rd, s.spare[1]) == RMI_SUCCESS;
}

static bool rec_enter(struct pe *pe)
{
	return enter(pe, s.c.rec[pe->index]);
}

/* Whichever PE it is. */
static bool rec_enter_first(struct pe *pe)
{
	return enter(pe, s.c.rec[0]);
}

REALM(version, p, say(RSI_VERSION, RSI_ABI_VERSION))
REALM(features, p, say(RSI_FEATURES, 0))
REALM(measurement_read, p, say(RSI_MEASUREMENT_READ, 1))
REALM(measurement_extend, p, say(RSI_MEASUREMENT_EXTEND, 1, 8, 0x1234))
REALM(token_init, p, say(RSI_ATTESTATION_TOKEN_INIT, 1, 2, 3))
REALM(realm_config, c, say(RSI_REALM_CONFIG, AT_SHARED + PAGES(1)))
REALM(realm_config_private, c, say(RSI_REALM_CONFIG, WORLD_RAM))
REALM(host_call, c, say(RSI_HOST_CALL, AT_SHARED))
REALM(state_set, p, say(RSI_IPA_STATE_SET, AT_NEW, AT_NEW + PAGES(2), RSI_RAM, 0))
REALM(state_get, c, say(RSI_IPA_STATE_GET, AT_SHARED, AT_SHARED + PAGES(4)))
REALM(psci_features, p, say(PSCI_FEATURES, PSCI_CPU_ON))
REALM(cpu_on, p, say(PSCI_CPU_ON, 2, WORLD_RAM, 0))
REALM(affinity_info, c, say(PSCI_AFFINITY_INFO, 2, 0))
REALM(cpu_suspend, c, say(PSCI_CPU_SUSPEND, 0, 0, 0))
REALM(cpu_off, e, say(PSCI_CPU_OFF))
REALM(system_off, e, say(PSCI_SYSTEM_OFF))

/* One step: an interrupt is pending. */
static bool token_continue(struct pe *pe)
{
	sim_irq_after(0);
	call(pe, &s.e, say(RSI_ATTESTATION_TOKEN_CONTINUE, WORLD_RAM, 0, 0x1000));
	sim_irq_after(-1);
	return pe->result == RSI_INCOMPLETE;
}

static bool psci_version(struct pe *pe)
{
	call(pe, &s.p, say(PSCI_VERSION));
	return pe->result == PSCI_VERSION_1_1;
}

static bool uid(struct pe *pe)
{
	call(pe, &s.p, say(RSI_CSM_CALL_UID));
	return pe->result == RSI_CSM_UID_0;
}

static bool revision(struct pe *pe)
{
	call(pe, &s.p, say(RSI_CSM_CALL_REVISION));
	return pe->result == 1;
}

REALM(realm_csm_version, p, say(RSI_CSM_VERSION, CSM_ABI_VERSION))
REALM(realm_id, c, say(RSI_CSM_REALM_ID))
REALM(create, p, say(RSI_CSM_CREATE, AT_NEW, PAGES(2), 0))
REALM(create_of_c, c, say(RSI_CSM_CREATE, AT_NEW, PAGES(2), 0))
REALM(share_to_c, p, say_share(s.p_id, s.c_rid, CSM_PERM_RO, 0))
REALM(share_measured, p,
      say(RSI_CSM_SHARE, s.p_id, s.e_rid.lo, s.e_rid.hi, CSM_PERM_RO, CSM_SHARE_FLAG_MEASURED, 1, 2))
REALM(share_to_d, p, say_share(s.p_id, s.d_rid, CSM_PERM_RO, 0))
REALM(share_to_p, c, say_share(s.c_id, s.p_rid, CSM_PERM_RX, 0))
REALM(revoke, p, say_revoke(s.c_rid, s.n_first))
REALM(revoke_second, p, say_revoke(s.c_rid, s.n_second))
REALM(revoke_d, p, say_revoke(s.d_rid, 0))
REALM(revoke_measured, p, say_revoke(s.e_rid, 1))
REALM(revoke_made, p, say_revoke(s.c_rid, s.n_second + 1))
REALM(destroy, p, say(RSI_CSM_DESTROY, s.p_id))
REALM(destroy_made, p, say(RSI_CSM_DESTROY, s.p_id + 1))
REALM(destroy_of_c, c, say(RSI_CSM_DESTROY, s.c_id))
REALM(reserve, c, say_reserve(s.p_rid, 2, AT_NEW, PAGES(2), 0))
REALM(reserve_of_p, p, say_reserve(s.c_rid, 1, AT_NEW, PAGES(2), CSM_RESERVE_FLAG_RAM))
REALM(attach, c, say_attach(s.p_rid, s.n_first))
REALM(attach_second, c, say_attach(s.p_rid, s.n_second))
REALM(attach_e, e, say_attach(s.p_rid, 0))
REALM(detach, c, say_detach(s.p_rid, s.n_first))
REALM(detach_second, c, say_detach(s.p_rid, s.n_second))
REALM(detach_made, c, say_detach(s.p_rid, 2))
REALM(detach_from_d, c, say_detach(s.d_rid, 0))
REALM(detach_of_p, p, say_detach(s.c_rid, s.n_to_p))
REALM(detach_e, e, say_detach(s.p_rid, 0))
/* P's share number n, where the realm has nothing yet. */
static bool reserve_and_attach(struct pe *pe, struct world_realm *r, uint64_t n)
{
	return call(pe, r, say_reserve(s.p_rid, n, AT_EMPTY, PAGES(s.p_pages), 0)) &&
	       call(pe, r, say_attach(s.p_rid, n));
}

static bool attach_made(struct pe *pe)
{
	return reserve_and_attach(pe, &s.c, s.n_second + 1);
}

/* Its measurement is another: this must not be had. */
static bool attach_measured(struct pe *pe)
{
	reserve_and_attach(pe, &s.e, 1);
	return pe->result == RSI_CSM_ERROR_DENIED;
}

REALM(notify_c, p, say_notify(s.c_rid, s.n_first, 0))
REALM(notify_p, c, say_notify(s.p_rid, s.n_first, 1))
REALM(pending, c, say(RSI_CSM_PENDING, 0))
REALM(query, c, say(RSI_CSM_QUERY, 0))
REALM(measurement_of_c, p, say_peer_measurement(s.c_rid, 0))
REALM(measurement_of_p, c, say_peer_measurement(s.p_rid, 5))
REALM(doorbell, c, say(RSI_CSM_DOORBELL, 2))

#define COMMAND(name, kind)             \
	{                               \
#name, name, kind, NULL \
	}
/* What it is about is what `first` makes, or takes away, or would take, too. */
#define RIVAL(name, first)             \
	{                              \
#name, name, 0, #first \
	}
#define ONLY_RIVAL(name, first)                  \
	{                                        \
#name, name, KIND_SECOND, #first \
	}

const struct command commands[] = {
	COMMAND(host_version, 0),
	COMMAND(host_features, 0),
	COMMAND(delegate, 0),
	COMMAND(undelegate, KIND_TAKES),
	RIVAL(undelegate_made, delegate),
	RIVAL(delegate_again, undelegate),
	COMMAND(undelegate_table, KIND_TAKES),
	COMMAND(undelegate_aux, KIND_TAKES),
	COMMAND(delegate_run, 0),
	COMMAND(realm_create, KIND_TAKES),
	COMMAND(realm_create_other, KIND_TAKES),
	RIVAL(realm_create_twin, realm_create),
	RIVAL(realm_create_third, realm_create),
	RIVAL(realm_destroy_made, realm_create),
	COMMAND(realm_activate, 0),
	COMMAND(realm_destroy, KIND_ENDS),
	COMMAND(rec_aux_count, 0),
	COMMAND(rec_create, 0),
	RIVAL(rec_create_again, rec_destroy_n),
	RIVAL(rec_destroy_made, rec_create),
	COMMAND(rec_destroy_n, KIND_TAKES),
	COMMAND(rec_destroy_p, 0),
	COMMAND(rec_destroy_c, 0),
	COMMAND(rec_enter, 0),
	COMMAND(rec_enter_first, KIND_TAKES),
	COMMAND(psci_complete, 0),
	COMMAND(data_create, 0),
	COMMAND(data_create_of_p, KIND_REACHES),
	COMMAND(data_create_of_c, 0),
	COMMAND(data_create_in_new, 0),
	COMMAND(data_create_in_reserved, 0),
	COMMAND(data_destroy_of_p, KIND_ENDS | KIND_REACHES),
	RIVAL(data_destroy_made, data_create),
	RIVAL(data_destroy_new, data_create_in_new),
	COMMAND(data_destroy_last, KIND_REACHES),
	COMMAND(data_destroy_of_c, 0),
	COMMAND(data_destroy_of_d, 0),
	COMMAND(data_destroy_ended, 0),
	COMMAND(data_destroy_private, 0),
	COMMAND(rtt_create, 0),
	RIVAL(rtt_create_again, rtt_destroy),
	COMMAND(rtt_create_of_p, 0),
	COMMAND(rtt_create_of_c, KIND_TAKES | KIND_REACHES),
	COMMAND(rtt_create_of_e, 0),
	COMMAND(rtt_destroy, 0),
	RIVAL(rtt_destroy_made, rtt_create),
	COMMAND(rtt_destroy_reserved, KIND_ENDS),
	COMMAND(rtt_fold_of_p, 0),
	COMMAND(rtt_fold_of_c, KIND_ENDS | KIND_REACHES),
	COMMAND(rtt_fold_empty, 0),
	COMMAND(rtt_read, 0),
	COMMAND(map_unprotected, 0),
	COMMAND(unmap_unprotected, 0),
	COMMAND(init_ripas, 0),
	COMMAND(set_ripas, 0),
	COMMAND(csm_version, 0),
	COMMAND(apt_create, 0),
	COMMAND(apt_create_z, 0),
	COMMAND(apt_extend_p, 0),
	COMMAND(apt_extend_c, 0),
	COMMAND(apt_extend_d, 0),
	RIVAL(apt_destroy_z, apt_create_z),
	COMMAND(apt_destroy_d, KIND_ENDS),
	COMMAND(end_of_d, KIND_ENDS),
	COMMAND(end_of_n, KIND_ENDS),
	COMMAND(destroy_d, KIND_ENDS),
	COMMAND(replace_d, KIND_ENDS),
	COMMAND(unmap_c, KIND_ENDS),
	COMMAND(unmap_second, 0),
	RIVAL(unmap_made, reserve),
	COMMAND(unmap_from_d, 0),
	COMMAND(unmap_d, 0),
	COMMAND(fill_c, KIND_CSM),
	COMMAND(fill_e, 0),
	COMMAND(fill_d, 0),
	COMMAND(entry_read, 0),
	COMMAND(version, 0),
	COMMAND(features, 0),
	COMMAND(measurement_read, 0),
	COMMAND(measurement_extend, 0),
	COMMAND(token_init, 0),
	COMMAND(token_continue, 0),
	COMMAND(realm_config, KIND_REACHES),
	COMMAND(realm_config_private, 0),
	COMMAND(host_call, 0),
	COMMAND(state_set, 0),
	COMMAND(state_get, 0),
	COMMAND(psci_version, 0),
	COMMAND(psci_features, 0),
	COMMAND(cpu_on, 0),
	COMMAND(affinity_info, 0),
	COMMAND(cpu_suspend, 0),
	COMMAND(cpu_off, 0),
	COMMAND(system_off, 0),
	COMMAND(uid, 0),
	COMMAND(revision, 0),
	COMMAND(realm_csm_version, 0),
	COMMAND(realm_id, 0),
	COMMAND(create, KIND_CSM),
	COMMAND(create_of_c, 0),
	COMMAND(share_to_c, KIND_CSM),
	COMMAND(share_measured, 0),
	COMMAND(share_to_d, KIND_CSM),
	COMMAND(share_to_p, 0),
	COMMAND(revoke, KIND_CSM),
	RIVAL(revoke_made, share_to_c),
	RIVAL(revoke_measured, share_measured),
	COMMAND(revoke_second, 0),
	COMMAND(revoke_d, KIND_CSM),
	COMMAND(destroy, KIND_CSM),
	RIVAL(destroy_made, create),
	COMMAND(destroy_of_c, 0),
	COMMAND(reserve, KIND_CSM),
	COMMAND(reserve_of_p, 0),
	COMMAND(attach, KIND_CSM),
	COMMAND(attach_second, KIND_CSM),
	COMMAND(attach_e, 0),
	COMMAND(detach, KIND_CSM),
	RIVAL(detach_made, reserve),
	ONLY_RIVAL(attach_made, share_to_c),
	ONLY_RIVAL(attach_measured, share_measured),
	COMMAND(detach_second, 0),
	COMMAND(detach_from_d, KIND_CSM),
	COMMAND(detach_of_p, 0),
	COMMAND(detach_e, 0),
	COMMAND(notify_c, KIND_CSM),
	COMMAND(notify_p, 0),
	COMMAND(pending, KIND_CSM),
	COMMAND(query, 0),
	COMMAND(measurement_of_c, KIND_CSM),
	COMMAND(measurement_of_p, 0),
	COMMAND(doorbell, KIND_CSM),
};
const unsigned int num_commands = ARRAY_SIZE(commands);
