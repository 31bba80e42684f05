/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realm measurements: the RIM and the REMs (DEN0137 A7.1, B4.4 descriptor types). The caller holds the
 * RD's lock.
 */
#ifndef MODEL_MEASUREMENT_H
#define MODEL_MEASUREMENT_H

#include <caec/rmi.h>

#include "model/realm.h"

/* The initial RIM: a hash of the parameters that count (flags .. hash_algo). REMs are zeroed. */
void measurement_init(struct realm *realm, const struct rmi_realm_params *params);

/* Extensions of the RIM. `content` is the granule as the realm will see it. */
void measurement_extend_data(struct realm *realm, struct ipa ipa, uint64_t flags, const void *content);
void measurement_extend_rec(struct realm *realm, const struct rmi_rec_params *params);
void measurement_extend_ripas(struct realm *realm, uint64_t base, uint64_t top);

/* Extends REM `index` (1-4) with `size` (0-64) bytes. */
void measurement_extend_rem(struct realm *realm, unsigned int index, const uint8_t *value, size_t size);

#endif
