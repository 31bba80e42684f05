/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What realms are measured by (model/measurement.c; DEN0137 A7.1, B4.3.9.4, B4.3.12.4): the bytes that are
 * hashed, each of them, and where the hash goes. The hash itself may be any.
 */
#include <string.h>

#include "prove.h"

#include "model/measurement.c"

static struct realm the_realm, realm_before;
static unsigned int at; /* some byte of what is hashed: any, so each */
static unsigned int num_hashes;
static struct {
	uint8_t byte;
	size_t size;
	uint8_t digest[64];
} hashed[2];

static void hash_of(const void *data, size_t size, uint8_t *digest, unsigned int digest_size)
{
	CLAIM(num_hashes < 2 && __CPROVER_r_ok(data, size) && __CPROVER_w_ok(digest, digest_size));
	hashed[num_hashes].size = size;
	hashed[num_hashes].byte = at < size ? ((const uint8_t *)data)[at] : 0;
	for (unsigned int i = 0; i < digest_size; i++)
		hashed[num_hashes].digest[i] = digest[i] = any_u8();
	num_hashes++;
}

void port_sha256(const void *data, size_t size, uint8_t digest[32])
{
	CLAIM(the_realm.hash_algo == RMI_HASH_SHA_256);
	hash_of(data, size, digest, 32);
}

void port_sha512(const void *data, size_t size, uint8_t digest[64])
{
	CLAIM(the_realm.hash_algo == RMI_HASH_SHA_512);
	hash_of(data, size, digest, 64);
}

static int num_open;

void port_hash_begin(void)
{
	num_open++;
}

void port_hash_end(void)
{
	num_open--;
}

static uint8_t byte_of(uint64_t value, unsigned int offset)
{
	return (uint8_t)(value >> (offset % 8 * 8));
}

static bool is_in(unsigned int first, unsigned int size)
{
	return at >= first && at < first + size;
}

ANY(struct realm, realm)

/* A SHA-256 value leaves the upper half of its place zero. */
static void any_measured(unsigned int size)
{
	the_realm = any_realm();
	the_realm.hash_algo = (uint8_t)any_from_to(RMI_HASH_SHA_256, RMI_HASH_SHA_512);
	for (unsigned int i = 0; i < RSI_NUM_MEASUREMENTS; i++) {
		if (the_realm.hash_algo == RMI_HASH_SHA_256)
			memset(&the_realm.measurement[i][32], 0, 32);
	}
	realm_before = the_realm;
	at = (unsigned int)any_from_to(0, (int)size - 1);
}

/* Only measurement `index` has changed; it is the last hash. */
static void claim_measurement(unsigned int index)
{
	unsigned int i = (unsigned int)any_from_to(0, RSI_NUM_MEASUREMENTS - 1),
		     k = (unsigned int)any_from_to(0, 63);
	uint8_t wanted = realm_before.measurement[i][k];

	if (i == index)
		wanted = the_realm.hash_algo == RMI_HASH_SHA_256 && k >= 32
				 ? 0
				 : hashed[num_hashes - 1].digest[k];
	CLAIM(the_realm.measurement[i][k] == wanted && num_open == 0);
}

/* RmmMeasurementDescriptor*: type, length, the RIM so far; what follows is the kind's. */
static void claim_descriptor(unsigned int index, uint8_t type, uint8_t rest)
{
	uint8_t wanted = rest;

	if (at == 0)
		wanted = type;
	else if (at < 16)
		wanted = at < 8 ? 0 : byte_of(0x100, at);
	else if (is_in(0x10, 64))
		wanted = realm_before.measurement[0][at - 0x10];
	CLAIM(num_hashes == index + 1 && hashed[index].size == 0x100 && hashed[index].byte == wanted);
	claim_measurement(0);
}

ANY(struct rmi_realm_params, realm_params)
ANY(struct rmi_rec_params, rec_params)

/* RimInit: flags .. hash_algo, all else zero. REMs are zero. */
void prove_init(void)
{
	struct rmi_realm_params params = any_realm_params();
	unsigned int k = (unsigned int)any_from_to(0, 63);
	uint8_t wanted = 0;

	any_measured(4096);
	params.hash_algo = the_realm.hash_algo;
	memset(&realm_before.measurement, 0, sizeof(realm_before.measurement));
	measurement_init(&the_realm, &params);
	REACHES(num_hashes == 1);
	if (at < 8)
		wanted = byte_of(params.flags, at);
	else if (at < 0x38 && at % 8 == 0)
		wanted = at == 0x08   ? params.s2sz
			 : at == 0x10 ? params.sve_vl
			 : at == 0x18 ? params.num_bps
			 : at == 0x20 ? params.num_wps
			 : at == 0x28 ? params.pmu_num_ctrs
				      : params.hash_algo;
	CLAIM(num_hashes == 1 && hashed[0].size == 4096 && hashed[0].byte == wanted);
	claim_measurement(0);
	CLAIM(the_realm.rpv[k] == realm_before.rpv[k]);
}

/* Two hashes: gprs, pc, flags of the parameters, all else zero; and a descriptor of type 1 with that. */
void prove_extend_rec(void)
{
	struct rmi_rec_params params = any_rec_params();
	uint8_t wanted = 0;

	any_measured(4096);
	measurement_extend_rec(&the_realm, &params);
	REACHES(num_hashes == 2);
	if (at < 8)
		wanted = byte_of(params.flags, at);
	else if (is_in(0x200, 8))
		wanted = byte_of(params.pc, at);
	else if (is_in(0x300, 64))
		wanted = byte_of(params.gprs[(at - 0x300) / 8], at);
	CLAIM(hashed[0].size == 4096 && hashed[0].byte == wanted);
	if (at < 0x100)
		claim_descriptor(1, 1,
				 is_in(0x50, the_realm.hash_algo == RMI_HASH_SHA_256 ? 32 : 64)
					 ? hashed[0].digest[(at - 0x50) % 64]
					 : 0);
}

/* A descriptor of type 2: base, top. */
void prove_extend_ripas(void)
{
	uint64_t base = any_u64(), top = any_u64();

	any_measured(0x100);
	measurement_extend_ripas(&the_realm, base, top);
	REACHES(num_hashes == 1);
	claim_descriptor(0, 2, is_in(0x50, 8) ? byte_of(base, at) : is_in(0x58, 8) ? byte_of(top, at) : 0);
}
