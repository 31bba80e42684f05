/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ranges that a realm names (csm/range.c).
 */
#include "prove.h"

#include "csm/range.c"

/* A range that is taken is not empty, does not wrap, and lies in the protected half: for all 2^128. */
void prove_range(void)
{
	struct realm realm;
	uint64_t base = any_u64(), size = any_u64(), byte = any_u64();

	realm.s2.ipa_bits = any_u8();
	ASSUME(realm.s2.ipa_bits >= REALM_MIN_IPA_BITS && realm.s2.ipa_bits <= 48);
	if (!csm_range_is_valid(&realm, base, size))
		return;
	CLAIM(size >= GRANULE_SIZE && base % GRANULE_SIZE == 0 && size % GRANULE_SIZE == 0);
	CLAIM(base + size > base);
	ASSUME(byte >= base && byte - base < size);
	CLAIM(byte < UINT64_C(1) << (realm.s2.ipa_bits - 1));
}

static struct apt_entry found; /* what has the greatest base that is not above what is asked for */

struct apt_entry *apt_find_ipa(struct apt *apt, uint64_t addr)
{
	(void)apt;
	return found.base <= addr ? &found : NULL;
}

/* What is said to overlap does, and what does is said to: they have a byte in common. */
void prove_overlap(void)
{
	uint64_t base = any_u64(), top = any_u64();
	struct apt_entry *e;

	found.base = any_u64();
	found.size = any_u64();
	ASSUME(base < top && found.size > 0 && found.base + found.size > found.base);
	e = csm_find_overlap(NULL, base, top);
	CLAIM((e != NULL) == (found.base < top && base < found.base + found.size));
}
