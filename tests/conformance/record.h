/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an RMM answers, all of it: every output register of every RMI command of a group, and every exit record, in one
 * number. Two RMMs of the same number have answered alike, also where no check looks.
 */
#ifndef TESTS_CONFORMANCE_RECORD_H
#define TESTS_CONFORMANCE_RECORD_H

/* From now on, on this CPU alone. */
void conf_record_begin(void);

/* Prints how many commands there were, and the number. */
void conf_record_end(const char *group);

#endif
