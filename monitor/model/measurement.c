/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realm measurements (measurement.h; DEN0137 A7.1, B4.4.x).
 */
#include <string.h>

#include "model/measurement.h"

#define SHA256_SIZE 32U

enum descriptor_type {
	DESC_DATA = 0,
	DESC_REC = 1,
	DESC_RIPAS = 2,
};

/* The 256-byte descriptors whose hash is the next RIM. */
struct descriptor {
	uint8_t type;
	uint8_t mbz0[7];
	uint64_t len;
	uint8_t rim[RSI_MEASUREMENT_SIZE];
	union {
		struct {
			uint64_t ipa;
			uint64_t flags;
			uint8_t content[RSI_MEASUREMENT_SIZE];
		} data;
		struct {
			uint8_t content[RSI_MEASUREMENT_SIZE];
		} rec;
		struct {
			uint64_t base;
			uint64_t top;
		} ripas;
		uint8_t all[0x100 - 0x50];
	};
};
ABI_OFFSET(descriptor, len, 0x8);
ABI_OFFSET(descriptor, rim, 0x10);
ABI_OFFSET(descriptor, data.ipa, 0x50);
ABI_OFFSET(descriptor, data.content, 0x60);
ABI_OFFSET(descriptor, ripas.top, 0x58);
ABI_SIZE(descriptor, 0x100);

/* Hashes into the first bytes of a slot. What a shorter digest leaves of it is zero from the start. */
static void hash(const struct realm *realm, const void *data, size_t size, uint8_t slot[RSI_MEASUREMENT_SIZE])
{
	if (realm->hash_algo == RMI_HASH_SHA_256)
		port_sha256(data, size, slot);
	else
		port_sha512(data, size, slot);
}

/* RIM := H(descriptor with the RIM so far). */
static void extend_rim(struct realm *realm, struct descriptor *d, enum descriptor_type type)
{
	d->type = (uint8_t)type;
	d->len = sizeof(*d);
	memcpy(d->rim, realm->measurement[0], RSI_MEASUREMENT_SIZE);
	hash(realm, d, sizeof(*d), realm->measurement[0]);
}

void measurement_init(struct realm *realm, const struct rmi_realm_params *params)
{
	struct rmi_realm_params measured = { 0 };

	measured.flags = params->flags;
	measured.s2sz = params->s2sz;
	measured.sve_vl = params->sve_vl;
	measured.num_bps = params->num_bps;
	measured.num_wps = params->num_wps;
	measured.pmu_num_ctrs = params->pmu_num_ctrs;
	measured.hash_algo = params->hash_algo;
	memset(realm->measurement, 0, sizeof(realm->measurement));
	hash(realm, &measured, sizeof(measured), realm->measurement[0]);
}

void measurement_extend_data(struct realm *realm, struct ipa ipa, uint64_t flags, const void *content)
{
	struct descriptor d = { 0 };

	d.data.ipa = ipa.v;
	d.data.flags = flags;
	port_hash_begin();
	if (flags & RMI_DATA_FLAG_MEASURE)
		hash(realm, content, GRANULE_SIZE, d.data.content);
	extend_rim(realm, &d, DESC_DATA);
	port_hash_end();
}

void measurement_extend_rec(struct realm *realm, const struct rmi_rec_params *params)
{
	struct rmi_rec_params measured = { 0 };
	struct descriptor d = { 0 };

	measured.flags = params->flags;
	measured.pc = params->pc;
	memcpy(measured.gprs, params->gprs, sizeof(measured.gprs));
	port_hash_begin();
	hash(realm, &measured, sizeof(measured), d.rec.content);
	extend_rim(realm, &d, DESC_REC);
	port_hash_end();
}

void measurement_extend_ripas(struct realm *realm, uint64_t base, uint64_t top)
{
	struct descriptor d = { 0 };

	d.ripas.base = base;
	d.ripas.top = top;
	extend_rim(realm, &d, DESC_RIPAS);
}

void measurement_extend_rem(struct realm *realm, unsigned int index, const uint8_t *value, size_t size)
{
	uint8_t input[2 * RSI_MEASUREMENT_SIZE];
	size_t h = realm->hash_algo == RMI_HASH_SHA_256 ? SHA256_SIZE : RSI_MEASUREMENT_SIZE;

	/* The old value, then exactly the bytes given (DEN0137 leaves padding open; docs/limits.md). */
	memcpy(input, realm->measurement[index], h);
	memcpy(input + h, value, size);
	hash(realm, input, h + size, realm->measurement[index]);
}
