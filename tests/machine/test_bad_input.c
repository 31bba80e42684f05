/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every RMI command with every kind of bad address, and with arguments that alias, overflow or set
 * reserved bits: the specified error, nothing changed, and a monitor that goes on. The same for every call
 * of a realm.
 */
#include "machine.h"
#include "puppet/csm_realms.h"
#include "realm_code.h"

/* Addresses that are no granule of the kind a command wants. */
static const uint64_t bad_addresses[] = {
	0x1,        /* misaligned, and no memory */
	0x60000001, /* misaligned, in DRAM */
	0x60000800,
	0x0,                /* flash: not delegable */
	0x09000000,         /* a device */
	0x0e000000,         /* Secure RAM */
	0x40100000,         /* the RMM's image */
	0x418ff000,         /* the page it shares with EL3 */
	0x3ffffffff000,     /* beyond DRAM */
	0xfffffffffffff000, /* and beyond any address */
	0x1000000060000000, /* high bits on a good one */
	0x8000000060000000,
};

#define BAD_COUNT (sizeof(bad_addresses) / sizeof(bad_addresses[0]))

/* A command with one address argument that is bad, the others good: it must fail with INPUT. */
struct bad_case {
	uint64_t fid;
	unsigned int argument; /* which of x1-x5 is bad */
	uint64_t good[6];      /* x1-x5; [0] unused */
};

/*
 * Memory that is tracked but not Non-secure is found out by the access. DATA_CREATE may look at the state of the
 * realm first: DEN0137 B4.3.5 gives the two conditions no order.
 */
static bool may_fail_otherwise(const struct bad_case *c, uint64_t bad)
{
	return c->fid == RMI_DATA_CREATE && c->argument == 4 && bad >= 0x40100000 && bad < 0x41900000;
}

static void check_one(const struct bad_case *c, uint64_t bad)
{
	uint64_t x[6];
	struct host_rmi_regs regs;

	if (may_fail_otherwise(c, bad))
		return;
	memcpy(x, c->good, sizeof(x));
	x[c->argument] = bad;
	regs = host_rmi_call(&rmm, c->fid, x[1], x[2], x[3], x[4], x[5]);
	if (regs.x[0] != RMI_ERROR_INPUT)
		verdict_fail("command %lx, x%u = %lx: %s", c->fid, c->argument, bad,
			     host_result_name(regs.x[0]));
}

static void check_case(const struct bad_case *c, const uint64_t *more, unsigned int more_count)
{
	for (unsigned int i = 0; i < BAD_COUNT; i++)
		check_one(c, bad_addresses[i]);
	for (unsigned int i = 0; i < more_count; i++)
		check_one(c, more[i]);
}

MACHINE_TEST(bad_rmi_addresses)
{
	struct test_realm *realm = puppet_csm_realm("A");
	uint64_t ns = test_granule(), spare = test_granule();
	uint64_t rd = realm->realm.rd, rec = realm->realm.recs[0].pa;
	uint64_t value;

	CHECK_OK(host_rmi_granule_delegate(&rmm, spare));
	CHECK_OK(host_make_tables(&realm->realm, CSM_WINDOW, GRANULE_SIZE, 3));
	{
		/* Granules that exist, in the wrong state for the argument. */
		const uint64_t not_rd[] = { ns, spare, rec, realm->realm.start_pa };
		const uint64_t not_rec[] = { ns, spare, rd, realm->realm.start_pa };
		const uint64_t not_delegated[] = { ns, rd, rec, realm->realm.start_pa };
		const uint64_t not_ns[] = { spare, rd, rec };
		const struct bad_case rds[] = {
			{ RMI_DATA_CREATE, 1, { 0, rd, spare, CSM_WINDOW, ns, 0 } },
			{ RMI_DATA_CREATE_UNKNOWN, 1, { 0, rd, spare, CSM_WINDOW } },
			{ RMI_DATA_DESTROY, 1, { 0, rd, CSM_WINDOW } },
			{ RMI_REALM_ACTIVATE, 1, { 0, rd } },
			{ RMI_REALM_DESTROY, 1, { 0, rd } },
			{ RMI_REC_AUX_COUNT, 1, { 0, rd } },
			{ RMI_REC_CREATE, 1, { 0, rd, spare, ns } },
			{ RMI_RTT_CREATE, 1, { 0, rd, spare, CSM_WINDOW + 0x200000, 3 } },
			{ RMI_RTT_DESTROY, 1, { 0, rd, CSM_WINDOW, 3 } },
			{ RMI_RTT_FOLD, 1, { 0, rd, CSM_WINDOW, 3 } },
			{ RMI_RTT_READ_ENTRY, 1, { 0, rd, CSM_WINDOW, 3 } },
			{ RMI_RTT_MAP_UNPROTECTED,
			  1,
			  { 0, rd, host_unprotected_base(&realm->realm), 3, ns } },
			{ RMI_RTT_UNMAP_UNPROTECTED, 1, { 0, rd, host_unprotected_base(&realm->realm), 3 } },
			{ RMI_RTT_INIT_RIPAS, 1, { 0, rd, CSM_WINDOW, CSM_WINDOW + GRANULE_SIZE } },
			{ RMI_RTT_SET_RIPAS, 1, { 0, rd, rec, CSM_WINDOW, CSM_WINDOW + GRANULE_SIZE } },
			{ RMI_CSM, 2, { 0, RMI_CSM_APT_CREATE, rd, spare } },
			{ RMI_CSM, 2, { 0, RMI_CSM_APT_EXTEND, rd, spare } },
			{ RMI_CSM, 2, { 0, RMI_CSM_APT_DESTROY, rd } },
			{ RMI_CSM, 2, { 0, RMI_CSM_UNMAP, rd, CSM_WINDOW } },
			{ RMI_CSM, 2, { 0, RMI_CSM_FILL, rd, CSM_WINDOW } },
			{ RMI_CSM, 2, { 0, RMI_CSM_ENTRY_READ, rd, 0 } },
		};
		const struct bad_case recs[] = {
			{ RMI_REC_DESTROY, 1, { 0, rec } },
			{ RMI_REC_ENTER, 1, { 0, rec, ns } },
			{ RMI_PSCI_COMPLETE, 1, { 0, rec, rec, 0 } },
			{ RMI_PSCI_COMPLETE, 2, { 0, rec, rec, 0 } },
			{ RMI_RTT_SET_RIPAS, 2, { 0, rd, rec, CSM_WINDOW, CSM_WINDOW + GRANULE_SIZE } },
		};
		const struct bad_case delegated[] = {
			{ RMI_GRANULE_UNDELEGATE, 1, { 0, spare } },
			{ RMI_DATA_CREATE_UNKNOWN, 2, { 0, rd, spare, CSM_WINDOW } },
			{ RMI_DATA_CREATE, 2, { 0, rd, spare, CSM_WINDOW, ns, 0 } },
			{ RMI_RTT_CREATE, 2, { 0, rd, spare, CSM_WINDOW + 0x200000, 3 } },
			{ RMI_CSM, 3, { 0, RMI_CSM_APT_CREATE, rd, spare } },
			{ RMI_CSM, 3, { 0, RMI_CSM_APT_EXTEND, rd, spare } },
			{ RMI_REALM_CREATE, 1, { 0, spare, ns } },
			{ RMI_REC_CREATE, 2, { 0, rd, spare, ns } },
		};
		const struct bad_case non_secure[] = {
			{ RMI_GRANULE_DELEGATE, 1, { 0, ns } },
			{ RMI_DATA_CREATE, 4, { 0, rd, spare, CSM_WINDOW, ns, 0 } },
			{ RMI_REALM_CREATE, 2, { 0, spare, ns } },
			{ RMI_REC_CREATE, 3, { 0, rd, spare, ns } },
			{ RMI_REC_ENTER, 2, { 0, rec, ns } },
		};

		for (unsigned int i = 0; i < sizeof(rds) / sizeof(rds[0]); i++)
			check_case(&rds[i], not_rd, 4);
		for (unsigned int i = 0; i < sizeof(recs) / sizeof(recs[0]); i++)
			check_case(&recs[i], not_rec, 4);
		for (unsigned int i = 0; i < sizeof(delegated) / sizeof(delegated[0]); i++)
			check_case(&delegated[i], not_delegated, 4);
		for (unsigned int i = 0; i < sizeof(non_secure) / sizeof(non_secure[0]); i++)
			check_case(&non_secure[i], not_ns, 3);
	}
	/* Nothing has changed, and the realm still works. */
	CHECK_OK(host_rmi_granule_undelegate(&rmm, spare));
	CHECK_EQ(probe_read64(spare, &value), 0);
	CHECK_EQ(realm_smc(realm, RSI_VERSION, RSI_ABI_VERSION).x[0], RSI_SUCCESS);
	test_granule_free(spare);
	test_granule_free(ns);
	realm_end(realm);
}

MACHINE_TEST(bad_rmi_ipas)
{
	struct test_realm *realm = puppet_csm_realm("A");
	uint64_t rd = realm->realm.rd, spare = test_granule();
	uint64_t half = host_unprotected_base(&realm->realm);
	const uint64_t bad[] = { 1,
				 0x800,
				 CSM_WINDOW + 8,
				 2 * half,
				 2 * half + GRANULE_SIZE,
				 ~ABI_U64(0),
				 ABI_U64(1) << 63,
				 ~ABI_U64(0xfff) };
	const int64_t bad_levels[] = { -2, -1, 4, 5, 99, INT64_MIN, INT64_MAX, 0x100000003 };

	CHECK_OK(host_rmi_granule_delegate(&rmm, spare));
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t ipa = bad[i];

#define REFUSED(fid, ...) CHECK_RMI(host_rmi_call(&rmm, fid, rd, __VA_ARGS__).x[0], RMI_ERROR_INPUT)
		REFUSED(RMI_DATA_CREATE_UNKNOWN, spare, ipa, 0, 0);
		REFUSED(RMI_DATA_DESTROY, ipa, 0, 0, 0);
		REFUSED(RMI_RTT_CREATE, spare, ipa, 3, 0);
		REFUSED(RMI_RTT_DESTROY, ipa, 3, 0, 0);
		REFUSED(RMI_RTT_FOLD, ipa, 3, 0, 0);
		REFUSED(RMI_RTT_READ_ENTRY, ipa, 3, 0, 0);
		REFUSED(RMI_RTT_MAP_UNPROTECTED, ipa, 3, 0, 0);
		REFUSED(RMI_RTT_UNMAP_UNPROTECTED, ipa, 3, 0, 0);
		CHECK_RMI(host_rmi_call(&rmm, RMI_CSM, RMI_CSM_UNMAP, rd, ipa, 0, 0).x[0], RMI_ERROR_INPUT);
		CHECK_RMI(host_rmi_call(&rmm, RMI_CSM, RMI_CSM_FILL, rd, ipa, 0, 0).x[0], RMI_ERROR_INPUT);
	}
	/* Data only in the protected half, Non-secure memory only in the other. */
	REFUSED(RMI_DATA_CREATE_UNKNOWN, spare, half, 0, 0);
	REFUSED(RMI_DATA_DESTROY, half, 0, 0, 0);
	REFUSED(RMI_RTT_MAP_UNPROTECTED, half - GRANULE_SIZE, 3, 0, 0);
	REFUSED(RMI_RTT_UNMAP_UNPROTECTED, half - GRANULE_SIZE, 3, 0, 0);
	for (unsigned int i = 0; i < sizeof(bad_levels) / sizeof(bad_levels[0]); i++) {
		uint64_t level = (uint64_t)bad_levels[i];

		REFUSED(RMI_RTT_CREATE, spare, 0, level, 0);
		REFUSED(RMI_RTT_DESTROY, 0, level, 0, 0);
		REFUSED(RMI_RTT_FOLD, 0, level, 0, 0);
		REFUSED(RMI_RTT_READ_ENTRY, 0, level, 0, 0);
		REFUSED(RMI_RTT_MAP_UNPROTECTED, half, level, 0, 0);
		REFUSED(RMI_RTT_UNMAP_UNPROTECTED, half, level, 0, 0);
	}
	/* Bits of a descriptor that are not the host's. */
	for (unsigned int bit = 0; bit < 64; bit++) {
		if ((bit >= 2 && bit <= 4) || (bit >= 6 && bit <= 7) || (bit >= 12 && bit < 48))
			continue;
		REFUSED(RMI_RTT_MAP_UNPROTECTED, half, 3, ABI_U64(1) << bit, 0);
	}
	REFUSED(RMI_RTT_MAP_UNPROTECTED, half, 3, ABI_U64(4) << 2, 0);
#undef REFUSED
	CHECK_RMI(host_rmi_call(&rmm, RMI_CSM, 7, rd, 0, 0, 0).x[0], RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_call(&rmm, RMI_CSM, ~ABI_U64(0), rd, 0, 0, 0).x[0], RMI_ERROR_INPUT);
	CHECK_OK(host_rmi_granule_undelegate(&rmm, spare));
	test_granule_free(spare);
	realm_end(realm);
}

/* One granule in two roles. */
MACHINE_TEST(bad_rmi_aliases)
{
	struct test_realm *realm = puppet_csm_realm("A");
	uint64_t rd = realm->realm.rd, rec = realm->realm.recs[0].pa, spare = test_granule();
	struct rmi_realm_params *params = (void *)(uintptr_t)test_granule();
	uint64_t params_pa = (uint64_t)(uintptr_t)params;

	CHECK_OK(host_rmi_granule_delegate(&rmm, spare));
	CHECK_RMI(host_rmi_data_create_unknown(&rmm, rd, rd, CSM_WINDOW), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rtt_create(&rmm, rd, rd, CSM_WINDOW, 2), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_create(&rmm, rd, rd, params_pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_csm_apt_create(&rmm, rd, rd), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_enter(&rmm, rec, rec), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_call(&rmm, RMI_PSCI_COMPLETE, rec, rec, 0, 0, 0).x[0], RMI_ERROR_INPUT);
	/* The RD as its own table. */
	memset(params, 0, sizeof(*params));
	params->s2sz = 39;
	params->num_bps = 1;
	params->num_wps = 1;
	params->vmid = 77;
	params->rtt_base = spare;
	params->rtt_level_start = 1;
	params->rtt_num_start = 1;
	CHECK_RMI(host_rmi_realm_create(&rmm, spare, params_pa), RMI_ERROR_INPUT);
	/* The parameters in the granule that becomes the RD. */
	CHECK_RMI(host_rmi_realm_create(&rmm, params_pa, params_pa), RMI_ERROR_INPUT);
	CHECK_OK(host_rmi_granule_undelegate(&rmm, spare));
	CHECK(is_zero_granule(spare));
	test_granule_free(spare);
	test_granule_free(params_pa);
	realm_end(realm);
}

/* Calls of a realm with addresses and sizes that wrap, are unaligned, or are not the realm's. */
MACHINE_TEST(bad_realm_arguments)
{
	struct test_realm *realm = puppet_csm_realm("A");
	uint64_t half = host_unprotected_base(&realm->realm);
	const uint64_t bad[] = { 1,
				 0xfff,
				 CSM_WINDOW + 0x80,
				 half,
				 half + GRANULE_SIZE,
				 2 * half,
				 ABI_U64(1) << 63,
				 ~ABI_U64(0xfff),
				 ~ABI_U64(0) };
	struct csm_rid own = puppet_csm_rid_of(realm);

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t a = bad[i];

		CHECK_EQ(realm_smc(realm, RSI_REALM_CONFIG, a).x[0], RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_HOST_CALL, a).x[0], RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_IPA_STATE_GET, a, a + GRANULE_SIZE).x[0], RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_IPA_STATE_SET, a, a + GRANULE_SIZE, RSI_RAM, 0).x[0],
			 RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_CSM_CREATE, a, GRANULE_SIZE, 0).x[0], RSI_ERROR_INPUT);
		CHECK_EQ(realm_smc(realm, RSI_CSM_RESERVE, 1, 2, 0, a, GRANULE_SIZE).x[0], RSI_ERROR_INPUT);
		if (a < half)
			CHECK_EQ(realm_smc(realm, RSI_CSM_CREATE, CSM_WINDOW, a, 0).x[0], RSI_ERROR_INPUT);
	}
	CHECK_EQ(realm_smc(realm, RSI_CSM_CREATE, CSM_WINDOW, 0, 0).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_CSM_CREATE, CSM_WINDOW, -CSM_WINDOW, 0).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_CSM_CREATE, half - GRANULE_SIZE, 2 * GRANULE_SIZE, 0).x[0],
		 RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_CSM_CREATE, CSM_WINDOW, GRANULE_SIZE, 1).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_CSM_RESERVE, own.lo, own.hi, 0, CSM_WINDOW, GRANULE_SIZE).x[0],
		 RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_CSM_SHARE, 1, 2, 3, CSM_PERM_RO, 0).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_CSM_DESTROY, 1).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_CSM_REVOKE, 1, 2, 3).x[0], RSI_CSM_ERROR_DENIED);
	CHECK_EQ(realm_smc(realm, RSI_CSM_ATTACH, 1, 2, 3).x[0], RSI_CSM_ERROR_DENIED);
	CHECK_EQ(realm_smc(realm, RSI_CSM_DETACH, 1, 2, 3).x[0], RSI_CSM_ERROR_DENIED);
	CHECK_EQ(realm_smc(realm, RSI_CSM_QUERY, 1000000).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_IPA_STATE_SET, CSM_WINDOW, CSM_WINDOW, RSI_RAM, 0).x[0],
		 RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_IPA_STATE_SET, CSM_WINDOW, CSM_WINDOW + GRANULE_SIZE, RSI_DESTROYED, 0)
			 .x[0],
		 RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_MEASUREMENT_READ, 5).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_MEASUREMENT_EXTEND, 0, 8).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_MEASUREMENT_EXTEND, 5, 8).x[0], RSI_ERROR_INPUT);
	CHECK_EQ(realm_smc(realm, RSI_MEASUREMENT_EXTEND, 1, 65).x[0], RSI_ERROR_INPUT);
	/* What isn't there, RMI included. */
	CHECK_EQ(realm_smc(realm, RMI_VERSION, RMI_ABI_VERSION).x[0], SMCCC_NOT_SUPPORTED);
	CHECK_EQ(realm_smc(realm, 0xc40001b0, 0x60000000).x[0], SMCCC_NOT_SUPPORTED);
	CHECK_EQ(realm_smc(realm, 0xdeadbeef).x[0], SMCCC_NOT_SUPPORTED);
	CHECK_EQ(realm_run_code(realm, code_smc_1).x[0], SMCCC_NOT_SUPPORTED);
	realm_end(realm);
}
