/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realm measurements, computed here from the specification's structures (DEN0137 A7.1, C1.11 to C1.13), to compare with
 * the RMM's. Mbed TLS hashes, in portable C.
 */
#ifndef TESTS_CONFORMANCE_MEASURE_H
#define TESTS_CONFORMANCE_MEASURE_H

#include <caec/rmi.h>

struct conf_measurement {
	enum rmi_hash_algorithm algorithm;
	uint8_t value[64]; /* zeros behind a hash that is shorter */
};

/* B4.3.9.4: the initial RIM. */
void conf_measure_realm(struct conf_measurement *rim, const struct rmi_realm_params *params);

/* B4.3.1.4: `content` is looked at if the flags say so. */
void conf_measure_data(struct conf_measurement *rim, uint64_t ipa, uint64_t flags, const void *content);

/* B4.3.12.4: nothing if the REC isn't runnable. */
void conf_measure_rec(struct conf_measurement *rim, const struct rmi_rec_params *params);

/* B4.3.18.4: one entry, [base, top). */
void conf_measure_ripas(struct conf_measurement *rim, uint64_t base, uint64_t top);

/*
 * B3.42, A7.1.2: a REM after RSI_MEASUREMENT_EXTEND with `size` bytes. The specification can be read in two ways: what is
 * hashed behind the old value are these bytes, or 64, zeros behind these (`padded`).
 */
void conf_measure_extend(struct conf_measurement *rem, const void *value, size_t size, bool padded);

#endif
