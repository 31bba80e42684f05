/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI commands: one function each. `arg[1]`.. are the caller's x1.., `out[1]`..`out[4]` its x1-x4 on return;
 * the result is x0. `out` arrives with x1-x3 zero and x4 as the caller had it.
 *
 * Each command decodes, checks every failure condition in the specification's order without changing
 * anything, then commits; the commit can't fail.
 */
#ifndef CALL_RMI_H
#define CALL_RMI_H

#include <caec/csm.h>
#include <caec/rmi.h>

/* Runs the command in regs->x[0]; x0-x4 return its results. Called with no lock held. */
void rmi_call(struct smc_regs *regs);

typedef uint64_t rmi_command(const uint64_t *arg, uint64_t *out);

rmi_command rmi_version, rmi_features;
rmi_command rmi_granule_delegate, rmi_granule_undelegate;
rmi_command rmi_realm_create, rmi_realm_activate, rmi_realm_destroy;
rmi_command rmi_rec_aux_count, rmi_rec_create, rmi_rec_destroy, rmi_rec_enter, rmi_psci_complete;
rmi_command rmi_data_create, rmi_data_create_unknown, rmi_data_destroy;
rmi_command rmi_rtt_create, rmi_rtt_destroy, rmi_rtt_fold, rmi_rtt_read_entry;
rmi_command rmi_rtt_map_unprotected, rmi_rtt_unmap_unprotected;
rmi_command rmi_rtt_init_ripas, rmi_rtt_set_ripas;
rmi_command rmi_csm;

#endif
