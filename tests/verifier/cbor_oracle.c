/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libcbor, as a second opinion on what is CBOR (cbor_oracle.h).
 */
#include "cbor_oracle.h"

#include <cbor.h>

enum oracle_answer oracle_ask(const uint8_t *bytes, size_t size, size_t *length)
{
	struct cbor_load_result result;
	cbor_item_t *item = cbor_load(bytes, size, &result);

	if (!item) {
		size_t at = result.error.position;
		bool tag = result.error.code == CBOR_ERR_MALFORMATED && at < size && bytes[at] >= 0xc6 &&
			   bytes[at] <= 0xd4;

		return tag ? ORACLE_SILENT : ORACLE_REFUSES;
	}
	*length = result.read;
	cbor_decref(&item);
	return ORACLE_READS;
}
