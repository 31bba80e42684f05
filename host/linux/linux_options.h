/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the command line of the machine says about Linux realms.
 */
#ifndef HOST_LINUX_LINUX_OPTIONS_H
#define HOST_LINUX_LINUX_OPTIONS_H

#include "linux_machine.h"

#define LINUX_MAX_REALMS 4U

struct linux_options {
	enum linux_console_kind console;
	bool yank;
	bool host;    /* H is a terminal, too: what is typed there this host does (linux_control.h) */
	bool visible; /* there is memory that all realms and this host see */
	unsigned int realms, cpus; /* vCPUs of each */
	uint64_t ram_size;         /* of each */
	enum linux_csm csm;
	enum linux_disk_kind disk;
};

/* The words of `argument`; what is not named is as `./caec linux` has it. A word that means nothing is fatal. */
struct linux_options linux_options_parse(const char *argument);

#endif
