/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure.h"

#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

#include "board/console.h"
#include "common/string.h"

/* The layouts of C1.11 to C1.13 in one: what follows the RIM differs. */
struct descriptor {
	uint8_t type;
	uint8_t mbz0[7];
	uint64_t length;
	uint8_t rim[64];
	union {
		struct {
			uint64_t ipa;
			uint64_t flags;
			uint8_t content[64];
		} data;
		struct {
			uint8_t content[64];
		} rec;
		struct {
			uint64_t base;
			uint64_t top;
		} ripas;
		uint8_t bytes[0x100 - 0x50];
	};
};
ABI_OFFSET(descriptor, length, 0x8);
ABI_OFFSET(descriptor, rim, 0x10);
ABI_OFFSET(descriptor, data.ipa, 0x50);
ABI_OFFSET(descriptor, data.flags, 0x58);
ABI_OFFSET(descriptor, data.content, 0x60);
ABI_OFFSET(descriptor, rec.content, 0x50);
ABI_OFFSET(descriptor, ripas.base, 0x50);
ABI_OFFSET(descriptor, ripas.top, 0x58);
ABI_SIZE(descriptor, 0x100);

enum { DATA = 0, REC = 1, RIPAS = 2 };

static void hash(enum rmi_hash_algorithm algorithm, const void *data, size_t size, uint8_t value[64])
{
	int error;

	memset(value, 0, 64);
	if (algorithm == RMI_HASH_SHA_256)
		error = mbedtls_sha256(data, size, value, 0);
	else
		error = mbedtls_sha512(data, size, value, 0);
	if (error != 0)
		verdict_fail("Mbed TLS: %d", error);
}

static struct descriptor begin(const struct conf_measurement *rim, uint8_t type)
{
	struct descriptor d;

	memset(&d, 0, sizeof(d));
	d.type = type;
	d.length = sizeof(d);
	memcpy(d.rim, rim->value, sizeof(d.rim));
	return d;
}

static void extend(struct conf_measurement *rim, const struct descriptor *d)
{
	hash(rim->algorithm, d, sizeof(*d), rim->value);
}

void conf_measure_realm(struct conf_measurement *rim, const struct rmi_realm_params *params)
{
	static struct rmi_realm_params measured;

	memset(&measured, 0, sizeof(measured));
	measured.flags = params->flags;
	measured.s2sz = params->s2sz;
	measured.sve_vl = params->sve_vl;
	measured.num_bps = params->num_bps;
	measured.num_wps = params->num_wps;
	measured.pmu_num_ctrs = params->pmu_num_ctrs;
	measured.hash_algo = params->hash_algo;
	rim->algorithm = (enum rmi_hash_algorithm)params->hash_algo;
	hash(rim->algorithm, &measured, sizeof(measured), rim->value);
}

void conf_measure_data(struct conf_measurement *rim, uint64_t ipa, uint64_t flags, const void *content)
{
	struct descriptor d = begin(rim, DATA);

	d.data.ipa = ipa;
	d.data.flags = flags;
	if ((flags & RMI_DATA_FLAG_MEASURE) != 0)
		hash(rim->algorithm, content, GRANULE_SIZE, d.data.content);
	extend(rim, &d);
}

void conf_measure_rec(struct conf_measurement *rim, const struct rmi_rec_params *params)
{
	static struct rmi_rec_params measured;
	struct descriptor d = begin(rim, REC);

	if ((params->flags & RMI_REC_CREATE_FLAG_RUNNABLE) == 0)
		return;
	memset(&measured, 0, sizeof(measured));
	measured.flags = params->flags;
	measured.pc = params->pc;
	memcpy(measured.gprs, params->gprs, sizeof(measured.gprs));
	hash(rim->algorithm, &measured, sizeof(measured), d.rec.content);
	extend(rim, &d);
}

void conf_measure_ripas(struct conf_measurement *rim, uint64_t base, uint64_t top)
{
	struct descriptor d = begin(rim, RIPAS);

	d.ripas.base = base;
	d.ripas.top = top;
	extend(rim, &d);
}

void conf_measure_extend(struct conf_measurement *rem, const void *value, size_t size, bool padded)
{
	size_t length = rem->algorithm == RMI_HASH_SHA_256 ? 32 : 64;
	uint8_t text[128] = { 0 };

	memcpy(text, rem->value, length);
	memcpy(text + length, value, size);
	hash(rem->algorithm, text, length + (padded ? 64 : size), rem->value);
}
