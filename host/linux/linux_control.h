/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host's own terminal (`linux host`): a host that does what it is told, also to its realms. A is a realm's name, numbers
 * are decimal or 0x...; the answer is a line, or several, and ends in "done".
 *
 *	find A IPA              "PA": where the realm's page lies
 *	load PA, store PA       "ESR VALUE": what comes of an access of the host's own
 *	claim PA A              "COMMAND RESULT": each command by which the granule would be the host's, or realm A's
 *	ring A COUNT            so many rings of its doorbell without news
 *	refuse A N              the Nth request of realm A from now on, and no other; 0: none
 *	take A IPA SIZE         the realm's own pages there, or what it has attached there, without being asked: "RESULT"
 *	count A                 "GRANULES MOST": what is delegated for it, tables and all, and the most that was at a time
 *	entries A IPA SIZE      "BLOCKS PAGES": the entries of its tables that map something there
 */
#ifndef HOST_LINUX_LINUX_CONTROL_H
#define HOST_LINUX_LINUX_CONTROL_H

#include "linux_machine.h"

/* Of these realms, which have been made. */
void linux_control_start(struct linux_machine *machines, unsigned int count);

#endif
