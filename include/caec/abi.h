/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every ABI header shares: fixed-width types and compile-time layout checks.
 *
 * The headers in this folder are the one place where an identifier, an offset or an encoding of an
 * interface is written down. Monitor, hosts, realms, tests and tools include them; they include
 * nothing of ours but each other. Constants are usable from assembly (no casts, no suffixes that an
 * assembler rejects) as long as ABI_U64() is used for them.
 */
#ifndef CAEC_ABI_H
#define CAEC_ABI_H

#ifdef __ASSEMBLER__
#define ABI_U64(x) x
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#define ABI_U64(x) x##ULL
#define ABI_OFFSET(type, field, offset) \
	_Static_assert(offsetof(struct type, field) == (offset), #type "." #field " is misplaced")
#define ABI_SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type " has the wrong size")
#endif

/* The granule: the unit in which memory changes hands (DEN0137 A2.2). */
#define GRANULE_SHIFT 12
#define GRANULE_SIZE 4096

#endif
