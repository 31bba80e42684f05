/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between realm.c and script.c only.
 */
#ifndef HOST_PUPPET_SCRIPT_HANDLERS_H
#define HOST_PUPPET_SCRIPT_HANDLERS_H

#include "script.h"

extern const struct host_handlers test_handlers;

static inline struct test_realm *puppet_of(const struct host_rec *rec)
{
	return rec->realm->owner;
}

enum host_action script_host_call(struct host_rec *rec, unsigned int imm, uint64_t gprs[RMI_NUM_GPRS]);

#endif
