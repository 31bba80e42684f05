/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Local attestation on the machine: what a realm is told of its peer is what the peer reads itself, and a share bound to a
 * RIM opens to that RIM only.
 */
#include "machine.h"
#include "puppet/csm_realms.h"

#define INDEX_RIM 0
#define INDEX_RPV 5

/* A realm of its own kind: x1 is measured. */
static struct test_realm *realm_of_kind(const char *name, uint64_t kind, enum rmi_hash_algorithm hash_algo)
{
	return realm_start(REALM_PROGRAM_SCRIPT, &(struct realm_options){ .name = name,
									  .argument = kind,
									  .hash_algo = hash_algo,
									  .apt_granules = 1 });
}

/* RSI_MEASUREMENT_READ, by the realm itself. */
static void own_measurement(struct test_realm *realm, uint64_t index, uint64_t value[8])
{
	uint64_t x[18] = { RSI_MEASUREMENT_READ, index };

	realm_smc_wide(realm, x);
	CHECK_EQ(x[0], RSI_SUCCESS);
	memcpy(value, &x[1], 8 * sizeof(value[0]));
}

static uint64_t peer_measurement(struct test_realm *realm, struct csm_rid peer, uint64_t index,
				 uint64_t value[8], uint64_t *algorithm)
{
	uint64_t x[18] = { RSI_CSM_PEER_MEASUREMENT, peer.lo, peer.hi, index };

	realm_smc_wide(realm, x);
	memcpy(value, &x[1], 8 * sizeof(value[0]));
	*algorithm = x[9];
	return x[0];
}

static bool is_zero(const uint64_t value[8])
{
	uint64_t all = 0;

	for (unsigned int i = 0; i < 8; i++)
		all |= value[i];
	return all == 0;
}

/* What `realm` is told of `peer`, RIM and REMs, is what that reads; an RPV of zero is what realm_start() gives. */
static void check_peer(struct test_realm *realm, struct test_realm *peer, struct csm_rid rid,
		       enum rmi_hash_algorithm hash_algo)
{
	uint64_t expected[8], found[8], algorithm;

	for (uint64_t index = INDEX_RIM; index < INDEX_RPV; index++) {
		own_measurement(peer, index, expected);
		CHECK_EQ(peer_measurement(realm, rid, index, found, &algorithm), RSI_SUCCESS);
		CHECK(memcmp(found, expected, sizeof(found)) == 0);
		CHECK_EQ(is_zero(found), index != INDEX_RIM && index != 2);
		CHECK_EQ(algorithm, hash_algo);
	}
	CHECK_EQ(peer_measurement(realm, rid, INDEX_RPV, found, &algorithm), RSI_SUCCESS);
	CHECK(is_zero(found));
	CHECK_EQ(peer_measurement(realm, rid, INDEX_RPV + 1, found, &algorithm), RSI_ERROR_INPUT);
}

MACHINE_TEST(csm_peer_measurement)
{
	struct test_realm *p = realm_of_kind("P", 1, RMI_HASH_SHA_256);
	struct test_realm *c = realm_of_kind("C", 2, RMI_HASH_SHA_512), *x = puppet_csm_realm("X");
	struct csm_rid p_rid = puppet_csm_rid_of(p), c_rid = puppet_csm_rid_of(c);
	uint64_t id, n, value[8], algorithm;

	CHECK_EQ(realm_smc(p, RSI_MEASUREMENT_EXTEND, 2, 8, 42).x[0], RSI_SUCCESS);
	CHECK_EQ(realm_smc(c, RSI_MEASUREMENT_EXTEND, 2, 8, 43).x[0], RSI_SUCCESS);
	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, GRANULE_SIZE, &id), RSI_SUCCESS);
	CHECK_EQ(peer_measurement(c, p_rid, INDEX_RIM, value, &algorithm), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(puppet_csm_share(p, id, c_rid, CSM_PERM_RO, &n), RSI_SUCCESS);
	/* Before it attaches: that is when it wants to know. */
	check_peer(c, p, p_rid, RMI_HASH_SHA_256);
	CHECK_EQ(peer_measurement(p, c_rid, INDEX_RIM, value, &algorithm), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(puppet_csm_reserve(c, p_rid, n, CSM_WINDOW, GRANULE_SIZE), RSI_SUCCESS);
	check_peer(p, c, c_rid, RMI_HASH_SHA_512);
	CHECK_EQ(peer_measurement(x, p_rid, INDEX_RIM, value, &algorithm), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(peer_measurement(x, c_rid, INDEX_RIM, value, &algorithm), RSI_CSM_ERROR_DENIED);
	CHECK_EQ(puppet_csm_revoke(p, c_rid, n), RSI_SUCCESS);
	CHECK_EQ(peer_measurement(c, p_rid, INDEX_RIM, value, &algorithm), RSI_CSM_ERROR_DENIED);
	realm_end(x);
	realm_end(c);
	realm_end(p);
}

static uint64_t share_measured(struct test_realm *p, uint64_t id, struct csm_rid peer, const uint64_t rim[8],
			       uint64_t *n)
{
	uint64_t x[18] = { RSI_CSM_SHARE, id, peer.lo, peer.hi, CSM_PERM_RW, CSM_SHARE_FLAG_MEASURED };

	memcpy(&x[6], rim, 8 * sizeof(rim[0]));
	realm_smc_wide(p, x);
	*n = x[1];
	return x[0];
}

/* The host puts another realm than P expects behind the RID that P was given: it is not let in. */
MACHINE_TEST(csm_measured_share)
{
	struct test_realm *p = realm_of_kind("P", 1, RMI_HASH_SHA_256);
	struct test_realm *c = realm_of_kind("C", 2, RMI_HASH_SHA_256);
	struct test_realm *x = realm_of_kind("X", 3, RMI_HASH_SHA_256);
	struct csm_rid p_rid = puppet_csm_rid_of(p), c_rid = puppet_csm_rid_of(c),
		       x_rid = puppet_csm_rid_of(x);
	uint64_t id, c_n, x_n, rim[8], x_rim[8], value;
	struct script_result r;

	own_measurement(c, INDEX_RIM, rim);
	own_measurement(x, INDEX_RIM, x_rim);
	CHECK(memcmp(rim, x_rim, sizeof(rim)) != 0);
	CHECK_EQ(puppet_csm_create(p, CSM_WINDOW, GRANULE_SIZE, &id), RSI_SUCCESS);
	CHECK_EQ(share_measured(p, id, c_rid, rim, &c_n), RSI_SUCCESS);
	CHECK_EQ(share_measured(p, id, x_rid, rim, &x_n), RSI_SUCCESS);
	CHECK_EQ(realm_write64(p, CSM_WINDOW, 0x5ec2e7), 0);

	CHECK_EQ(puppet_csm_reserve(x, p_rid, x_n, CSM_WINDOW, GRANULE_SIZE), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(x, p_rid, x_n, &r), RSI_CSM_ERROR_DENIED);
	CHECK(is_external_abort(realm_read64(x, CSM_WINDOW, &value)));
	CHECK_EQ(puppet_csm_reserve(c, p_rid, c_n, CSM_WINDOW, GRANULE_SIZE), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(c, p_rid, c_n, &r), RSI_SUCCESS);
	CHECK_EQ(realm_read64(c, CSM_WINDOW, &value), 0);
	CHECK_EQ(value, 0x5ec2e7);

	/* One bit in the last byte of it is another RIM (the rest of the 64 bytes is zero with SHA-256). */
	CHECK_EQ(puppet_csm_detach(c, p_rid, c_n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_revoke(p, c_rid, c_n), RSI_SUCCESS);
	rim[3] ^= ABI_U64(1) << 63;
	CHECK_EQ(share_measured(p, id, c_rid, rim, &c_n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_reserve(c, p_rid, c_n, CSM_WINDOW, GRANULE_SIZE), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(c, p_rid, c_n, &r), RSI_CSM_ERROR_DENIED);
	realm_end(c);
	realm_end(x);
	realm_end(p);
}
