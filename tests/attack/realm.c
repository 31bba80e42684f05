/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hostile realm, at the monitor and at whoever else is there: it guesses, and calls with what makes no sense.
 */
#include "attack.h"

/* --- Identifiers ---------------------------------------------------------------------------------------- */

/* P shares with C; X tries RIDs that are nearly P's, and others. All look the same to it. */
void attack_guess_rids(void)
{
	struct test_realm *p = victim("P"), *x = victim("X");
	struct csm_rid p_rid = puppet_csm_rid_of(p), x_rid = puppet_csm_rid_of(x), guess;
	uint64_t id, n;

	CHECK(p_rid.lo != x_rid.lo && p_rid.hi != x_rid.hi);
	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, GRANULE_SIZE, &id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(p, id, x_rid, CSM_PERM_RO, &n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_create(x, CSM_WINDOW, GRANULE_SIZE, &id), RSI_SUCCESS);
	for (unsigned int bit = 0; bit < 128; bit += 3) {
		guess = p_rid;
		if (bit < 64)
			guess.lo ^= ABI_U64(1) << bit;
		else
			guess.hi ^= ABI_U64(1) << (bit - 64);
		CHECK_EQ(puppet_csm_share(x, id, guess, CSM_PERM_RO, &n), RSI_CSM_ERROR_DENIED);
		CHECK_EQ(realm_smc(x, RSI_CSM_PEER_MEASUREMENT, guess.lo, guess.hi, 0).x[0],
			 RSI_CSM_ERROR_DENIED);
	}
	guess = (struct csm_rid){ p_rid.hi, p_rid.lo };
	CHECK_EQ(puppet_csm_share(x, id, guess, CSM_PERM_RO, &n), RSI_CSM_ERROR_DENIED);
	guess = (struct csm_rid){ x_rid.lo + 1, x_rid.hi };
	CHECK_EQ(puppet_csm_share(x, id, guess, CSM_PERM_RO, &n), RSI_CSM_ERROR_DENIED);
	realm_end(x);
	realm_end(p);
}

/* RIDs of realms made one after the other have nothing in common, and none comes again. */
void attack_predict_rids(void)
{
	struct csm_rid rids[8];

	for (unsigned int i = 0; i < 8; i++) {
		struct test_realm *realm = puppet_csm_realm("A");

		rids[i] = puppet_csm_rid_of(realm);
		realm_end(realm);
		for (unsigned int k = 0; k < i; k++) {
			CHECK(rids[i].lo != rids[k].lo && rids[i].hi != rids[k].hi);
			/* Half the bits, more or less: 64 with a deviation of 5.7. */
			CHECK(__builtin_popcountll(rids[i].lo ^ rids[k].lo) +
				      __builtin_popcountll(rids[i].hi ^ rids[k].hi) >
			      25);
		}
	}
}

void attack_share_with_oneself(void)
{
	struct test_realm *realm = victim("A");
	struct csm_rid own = puppet_csm_rid_of(realm);
	uint64_t id, n;

	CHECK_EQ(puppet_csm_create(realm, CSM_WINDOW, 0x2000, &id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(realm, id, own, CSM_PERM_RW, &n), RSI_ERROR_INPUT);
	CHECK_EQ(puppet_csm_reserve(realm, own, 0, CSM_WINDOW + 0x10000, 0x2000), RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_CSM_ATTACH, own.lo, own.hi, 0).x[0], RSI_CSM_ERROR_DENIED);
	check_aborts(realm, CSM_WINDOW + 0x10000);
	CHECK_EQ(read_word(realm, CSM_WINDOW), 0);
	realm_end(realm);
}

/* --- Ranges --------------------------------------------------------------------------------------------- */

void attack_wrap_ranges(void)
{
	struct test_realm *realm = victim("A");
	const uint64_t half = host_unprotected_base(&realm->realm), page = GRANULE_SIZE;
	const struct {
		uint64_t base, size;
	} bad[] = {
		{ CSM_WINDOW, 0 },
		{ CSM_WINDOW, 1 },
		{ CSM_WINDOW + 8, page },
		{ CSM_WINDOW, -CSM_WINDOW },
		{ CSM_WINDOW, ~ABI_U64(0xfff) },
		{ CSM_WINDOW, half },
		{ half - page, 2 * page },
		{ half, page },
		{ ~ABI_U64(0xfff), page },
		{ ABI_U64(1) << 63, page },
		{ CSM_WINDOW | ABI_U64(1) << 56, page },
	};
	uint64_t id;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(puppet_csm_create(realm, bad[i].base, bad[i].size, &id), RSI_ERROR_INPUT);
		CHECK_EQ(puppet_csm_reserve(realm, (struct csm_rid){ 1, 2 }, 0, bad[i].base, bad[i].size),
			 RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_IPA_STATE_SET, bad[i].base, bad[i].base + bad[i].size, RSI_RAM,
				   0)
				 .x[0],
			 RSI_ERROR_INPUT);
	}
	CHECK_EQ(realm->event_count, 0); /* the host has heard of none of it */
	CHECK_EQ(puppet_csm_state_of(realm, CSM_ROLE_REGION), CSM_INDEX_NONE);
	check_aborts(realm, CSM_WINDOW);
	check_victim(realm);
	realm_end(realm);
}

/* RIPAS changes in a region, or around it: what consumers see would go away under them. */
void attack_ripas_of_region(void)
{
	struct puppet_csm_setup s;
	const uint64_t page = GRANULE_SIZE;

	share_secret(&s, 2, CSM_PERM_RO);
	CHECK_EQ(realm_smc(s.p, RSI_IPA_STATE_SET, CSM_WINDOW, CSM_WINDOW + page, RSI_EMPTY, 0).x[0],
		 RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(s.p, RSI_IPA_STATE_SET, CSM_WINDOW - page, CSM_WINDOW + page, RSI_EMPTY, 0).x[0],
		 RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(s.p, RSI_IPA_STATE_SET, CSM_WINDOW + page, CSM_WINDOW + 9 * page, RSI_RAM, 0).x[0],
		 RSI_ERROR_INPUT);
	check_shared(&s);
	end_both(&s);
}

/* The same in a consumer's range, attached and revoked: RAM there would be a page of the host's in place of P's. */
void attack_ripas_of_consumer_range(void)
{
	struct puppet_csm_setup s;
	const uint64_t page = GRANULE_SIZE;

	share_secret(&s, 2, CSM_PERM_RO);
	CHECK_EQ(realm_smc(s.c, RSI_IPA_STATE_SET, CSM_WINDOW, CSM_WINDOW + page, RSI_EMPTY, 0).x[0],
		 RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(s.c, RSI_IPA_STATE_SET, CSM_WINDOW - page, CSM_WINDOW + page, RSI_RAM, 0).x[0],
		 RSI_ERROR_INPUT);
	check_shared(&s);
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(realm_smc(s.c, RSI_IPA_STATE_SET, CSM_WINDOW, CSM_WINDOW + page, RSI_RAM, 0).x[0],
		 RSI_ERROR_INPUT);
	check_aborts(s.c, CSM_WINDOW);
	end_both(&s);
}

/* --- Arguments ------------------------------------------------------------------------------------------ */

void attack_invent_permissions(void)
{
	struct puppet_csm_setup s;
	static const uint64_t permissions[] = { 0, 4, 7, 0x82, ABI_U64(0x100000002), ~ABI_U64(0) };
	uint64_t n, flags[] = { 2, ABI_U64(1) << 63 };

	share_secret(&s, 1, CSM_PERM_RO);
	for (unsigned int i = 0; i < sizeof(permissions) / sizeof(permissions[0]); i++)
		CHECK_EQ(puppet_csm_share(s.p, s.id, s.c_rid, permissions[i], &n), RSI_ERROR_INPUT);
	for (unsigned int i = 0; i < 2; i++)
		CHECK_EQ(realm_smc(s.p, RSI_CSM_SHARE, s.id, s.c_rid.lo, s.c_rid.hi, CSM_PERM_RO, flags[i])
				 .x[0],
			 RSI_ERROR_INPUT);
	/* None of them has taken a number. */
	CHECK_EQ(puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RO, &n), RSI_SUCCESS);
	CHECK_EQ(n, s.n + 1);
	check_shared(&s);
	end_both(&s);
}

/* Commands of the host's, of EL3's, of nobody; and its own with bits that are none of the identifier. */
void attack_call_what_is_not_its_own(void)
{
	struct test_realm *realm = victim("A");

	for (uint64_t fid = RMI_FID_FIRST; fid <= RMI_FID_LAST; fid++)
		CHECK_EQ(realm_smc(realm, fid, pa_of(realm, test_ram(realm)), 0, 0, 0, 0).x[0],
			 SMCCC_NOT_SUPPORTED);
	CHECK_EQ(realm_smc(realm, RMI_CSM, RMI_CSM_UNMAP, realm->realm.rd, CSM_WINDOW).x[0],
		 SMCCC_NOT_SUPPORTED);
	for (uint64_t fid = 0xc40001b0; fid <= 0xc40001cf; fid++)
		CHECK_EQ(realm_smc(realm, fid, realm->realm.rd).x[0], SMCCC_NOT_SUPPORTED);
	CHECK_EQ(realm_smc(realm, 0xc6000100 + 0xff).x[0], SMCCC_NOT_SUPPORTED);
	CHECK_EQ(realm_smc(realm, 0xdeadbeef).x[0], SMCCC_NOT_SUPPORTED);
	check_victim(realm);
	realm_end(realm);
}

void attack_csm_without_table(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);

	for (uint64_t fid = RSI_CSM_VERSION; fid <= RSI_CSM_DOORBELL; fid++)
		CHECK_EQ(realm_smc(realm, fid, CSM_WINDOW, GRANULE_SIZE, 0, 0, 0).x[0], SMCCC_NOT_SUPPORTED);
	CHECK_EQ(realm_smc(realm, RSI_CSM_CALL_UID).x[0], SMCCC_NOT_SUPPORTED);
	CHECK_EQ(realm->event_count, 0);
	check_aborts(realm, CSM_WINDOW);
	realm_end(realm);
}

/* Buffers that are no protected memory of its own. */
void attack_buffers_elsewhere(void)
{
	struct test_realm *realm = victim("A");
	struct window w = open_window(realm);
	uint64_t x[18] = { RSI_ATTESTATION_TOKEN_INIT }, half = w.ipa;
	const uint64_t bad[] = { half,       test_ram(realm) + 8, half * 2,
				 CSM_WINDOW, ~ABI_U64(0xfff),     ABI_U64(1) << 63 };

	realm_smc_wide(realm, x);
	CHECK_EQ(x[0], RSI_SUCCESS);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(realm_smc(realm, RSI_REALM_CONFIG, bad[i]).x[0], RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_HOST_CALL, bad[i]).x[0], RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_ATTESTATION_TOKEN_CONTINUE, bad[i], 0, 64).x[0],
			 RSI_ERROR_INPUT);
	}
	CHECK(is_zero_granule(w.pa));
	check_victim(realm);
	realm_end(realm);
	close_window(&w);
}

/* Indexes and sizes beyond what there is. */
void attack_index_beyond(void)
{
	struct test_realm *realm = victim("A");
	static const uint64_t indexes[] = { 15, 512, ABI_U64(1) << 32, ABI_U64(1) << 63, CSM_INDEX_NONE };
	uint64_t before[18] = { RSI_MEASUREMENT_READ, 1 }, after[18] = { RSI_MEASUREMENT_READ, 1 };

	realm_smc_wide(realm, before);
	for (unsigned int i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
		CHECK_EQ(realm_smc(realm, RSI_CSM_QUERY, indexes[i]).x[0], RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_CSM_DESTROY, indexes[i]).x[0], RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_MEASUREMENT_READ, indexes[i]).x[0], RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_MEASUREMENT_EXTEND, indexes[i], 8, 1).x[0], RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_MEASUREMENT_EXTEND, 1, indexes[i] | 128, 1).x[0],
			 RSI_ERROR_INPUT);
	}
	CHECK_EQ(realm_smc(realm, RSI_MEASUREMENT_EXTEND, 0, 8, 1).x[0], RSI_ERROR_INPUT);
	realm_smc_wide(realm, after);
	for (unsigned int i = 0; i < 9; i++)
		CHECK_EQ(after[i], before[i]);
	realm_end(realm);
}

/* --- What is not there ---------------------------------------------------------------------------------- */

void attack_hidden_registers(void)
{
	static const uint16_t hidden[] = {
		SYSREG(3, 4, 1, 1, 0),   /* HCR_EL2 */
		SYSREG(3, 4, 2, 1, 0),   /* VTTBR_EL2 */
		SYSREG(3, 6, 1, 1, 0),   /* SCR_EL3 */
		SYSREG(3, 6, 2, 1, 6),   /* GPCCR_EL3 */
		SYSREG(3, 4, 12, 12, 0), /* ICH_LR0_EL2 */
		SYSREG(3, 4, 14, 2, 1),  /* CNTHP_CTL_EL2 */
		SYSREG(3, 3, 9, 13, 0),  /* PMCCNTR_EL0 */
		SYSREG(3, 0, 5, 3, 0),   /* ERRIDR_EL1 */
		SYSREG(3, 0, 1, 0, 6),   /* GCR_EL1 */
		SYSREG(2, 1, 1, 1, 4),   /* TRCOSLSR */
	};
	struct test_realm *realm = victim("A");

	for (unsigned int i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		CHECK_EQ(script(realm, SCRIPT_SYSREG, hidden[i]).x[1], ESR_UNDEFINED);
		CHECK_EQ(script(realm, SCRIPT_SYSREG, hidden[i], 1, ~ABI_U64(0)).x[1], ESR_UNDEFINED);
	}
	check_victim(realm);
	realm_end(realm);
}

void attack_look_around(void)
{
	struct test_realm *realm = victim("A");
	struct window w = open_window(realm);
	const uint64_t half = w.ipa;
	const uint64_t nothing[] = { 0,          0x09000000, 0x40100000,       realm->realm.ram_base - 8,
				     CSM_WINDOW, half - 8,   half + 0x1000000, 2 * half - 8 };

	for (unsigned int i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		check_aborts(realm, nothing[i]);
	check_victim(realm);
	realm_end(realm);
	close_window(&w);
}

/* --- The PE --------------------------------------------------------------------------------------------- */

/* With all interrupts masked it keeps the PE: the host's timer takes it back. */
void attack_keep_the_cpu(void)
{
	static const uint32_t code[] = { 0xd5034fdf, 0x14000000 }; /* msr daifset, #15; b . */
	struct test_realm *realm = victim("A"), *other = victim("B");
	struct script_result r;

	realm->interrupt = stop_at_interrupt;
	CHECK_EQ(realm_write64(realm, test_ram(realm) + GRANULE_SIZE, code[0] | (uint64_t)code[1] << 32), 0);
	timer_preempt_after(sysreg_read(cntfrq_el0) / 100);
	CHECK(!script_try(realm, 0, &r, SCRIPT_EXEC, test_ram(realm) + GRANULE_SIZE));
	CHECK_EQ(realm->scripts[0].stop, HOST_STOP_HANDLER);
	CHECK_EQ(realm->realm.recs[0].run->exit.exit_reason, RMI_EXIT_IRQ);
	check_victim(other);
	realm_end(other);
	realm_end(realm);
}

void attack_psci_games(void)
{
	struct test_realm *realm = realm_start(
		REALM_PROGRAM_SCRIPT, &(struct realm_options){ .name = "A", .recs = 2, .apt_granules = 1 });
	static const uint64_t targets[] = {
		2, 15, 0x100, ABI_U64(1) << 32, ABI_U64(0xff00000000), ~ABI_U64(0)
	};
	uint64_t entry = script(realm, SCRIPT_SYSREG, SCRIPT_SECONDARY_ENTRY).x[0];
	struct script_result r;

	for (unsigned int i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		CHECK_EQ(realm_smc(realm, PSCI_CPU_ON, targets[i], entry, 0).x[0],
			 (uint64_t)PSCI_INVALID_PARAMETERS);
	CHECK_EQ(realm_smc(realm, PSCI_CPU_ON, 0, entry, 0).x[0], (uint64_t)PSCI_ALREADY_ON);
	/* An entry that is none of its protected memory. */
	CHECK_EQ(realm_smc(realm, PSCI_CPU_ON, 1, host_unprotected_base(&realm->realm), 0).x[0],
		 (uint64_t)PSCI_INVALID_ADDRESS);
	CHECK_EQ(realm->cpu_ons, 0);
	CHECK_RMI(host_rmi_rec_enter(&rmm, realm->realm.recs[1].pa, realm->realm.recs[1].run_pa),
		  RMI_ERROR_REC);
	CHECK(!script_try(realm, 0, &r, SCRIPT_SMC, PSCI_SYSTEM_RESET));
	CHECK_RMI(host_rmi_rec_enter(&rmm, realm->realm.recs[0].pa, realm->realm.recs[0].run_pa),
		  rmi_result(RMI_ERROR_REALM, 1));
	realm_end(realm);
}

/* EL0 in AArch32, which no ID register offers: its own problem. */
void attack_aarch32(void)
{
	static const uint32_t code[] = {
		0xd5381001, 0x927ff821, 0xd5181001, 0xd5033fdf, /* stage 1 off */
		0x100000c2, 0xd5184022,                         /* ELR_EL1: below */
		0xd2803a03, 0xd5184003, 0xd5033fdf, 0xd69f03e0, /* SPSR_EL1: AArch32; eret */
		0xe3a00000, 0xe5901000, 0xeafffffe, 0xeafffffe, /* ldr r1, [0] */
	};
	struct test_realm *realm = victim("A"), *other = victim("B");
	struct script_result r;

	CHECK(!realm_execute(realm, &r, code, 14));
	CHECK(realm->exited);
	check_victim(other);
	realm_end(other);
	realm_end(realm);
}

/* SGIs to everybody: each is an exit that says so, and nothing reaches another realm or the host's CPUs. */
static enum host_action count_sgi(struct test_realm *realm, uint64_t esr, uint64_t value)
{
	(void)esr, (void)value;
	++*(unsigned int *)realm->owner;
	return HOST_RESUME;
}

void attack_sgis_to_everybody(void)
{
	struct test_realm *realm = victim("A"), *other = victim("B");
	unsigned int count = 0, interrupts = other->interrupts;

	realm->owner = &count;
	realm->sysreg = count_sgi;
	for (unsigned int i = 0; i < 16; i++)
		CHECK_EQ(realm_write_sysreg(realm, SYSREG(3, 0, 12, 11, 5),
					    ABI_U64(1) << 40 | (uint64_t)i << 24 | 0xffff),
			 0);
	CHECK_EQ(count, 16);
	check_victim(other);
	CHECK_EQ(other->interrupts, interrupts);
	realm_end(other);
	realm_end(realm);
}

/* --- Memory of the monitor ------------------------------------------------------------------------------ */

static bool give_nothing(struct test_realm *realm, const struct host_csm_request *request)
{
	return request->event != CSM_EVENT_APT_FULL && host_csm_serve(&realm->realm, request) == RMI_SUCCESS;
}

/* Regions without end: the realm's table is full some time, and nobody else has less. */
void attack_exhaust_table(void)
{
	struct test_realm *realm = victim("A"), *other = puppet_csm_realm("B");
	uint64_t id, first = 0, made = 0, result;

	realm->csm = give_nothing;
	do {
		result = puppet_csm_create(realm, CSM_WINDOW + made * 0x1000, 0x1000, &id);
		first = made == 0 ? id : first;
	} while (result == RSI_SUCCESS && ++made < 20);
	CHECK_EQ(result, RSI_CSM_ERROR_MEMORY);
	CHECK_EQ(made, 15);
	CHECK_EQ(puppet_csm_reserve(realm, (struct csm_rid){ 1, 2 }, 0, CSM_WINDOW + 0x100000, 0x1000),
		 RSI_CSM_ERROR_MEMORY);
	CHECK_EQ(puppet_csm_create(other, CSM_WINDOW, 0x1000, &id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_destroy(realm, first), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_create(realm, CSM_WINDOW + 0x200000, 0x1000, &id), RSI_SUCCESS);
	check_victim(realm);
	realm_end(other);
	realm_end(realm);
}
