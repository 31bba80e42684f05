/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Code for realm_execute() (realm_code.S): the words from `name` to `name_end`.
 */
#ifndef TESTS_REALM_CODE_H
#define TESTS_REALM_CODE_H

#include "puppet/script.h"

#define REALM_CODE(name) extern const uint32_t name[], name##_end[]

REALM_CODE(code_sve_fill);
REALM_CODE(code_sve_store);
REALM_CODE(code_breakpoint);
REALM_CODE(code_exceptions);
REALM_CODE(code_smc_1);
REALM_CODE(code_sgi_x17);
REALM_CODE(code_watchpoint);

/* One access, at the address in word 0 of their data, with words 1 and 2, and word 3 in x0. */
REALM_CODE(code_str);
REALM_CODE(code_stp);
REALM_CODE(code_cas);
REALM_CODE(code_dc_zva);

/* Where code_* keep their data. */
static inline uint64_t realm_code_data(const struct test_realm *realm)
{
	return test_ram(realm) + GRANULE_SIZE;
}

/* Runs it; the realm must come back. */
#define realm_run_code(realm, name)                                                           \
	({                                                                                    \
		struct script_result result_;                                                 \
		CHECK(realm_execute(realm, &result_, (name), (size_t)(name##_end - (name)))); \
		result_;                                                                      \
	})

#endif
