/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The invariants of docs/csm.md, looked up in the tables of all realms there are: no model says what should be. (I5 is the
 * simulated machine's to check.) Between two commands.
 */
#ifndef TESTS_UNIT_CSM_CHECK_H
#define TESTS_UNIT_CSM_CHECK_H

/* I1-I4, I6: each page that a realm reaches is its own or explained by a share; and each is counted as often as it is mapped. */
void csm_check_all(void);

#endif
