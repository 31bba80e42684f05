/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A Realm Execution Context (DEN0137 A2.3): a virtual CPU of a realm, in the granule the host gave.
 *
 * A REC that does not run is protected by its granule's lock. While it runs (the granule has one
 * reference, the lock is free) it belongs to the PE that runs it.
 */
#ifndef MODEL_REC_H
#define MODEL_REC_H

#include <caec/arm.h>
#include <caec/csm.h>
#include <caec/rmi.h>

#include "model/granule.h"
#include "model/realm.h"

/* A call of RSI_CSM_* that waits for the host; the REC's registers still hold its arguments. */
struct rec_csm {
	bool pending;
	bool done;     /* the command is complete: on the next entry the realm hears of its success */
	uint8_t event; /* enum csm_event that was reported */
};

/*
 * The attestation token that the REC is reading (attest/token.c). DEN0137's attest_state is NO_ATTEST_IN_PROGRESS for
 * the first state and ATTEST_IN_PROGRESS for all others.
 */
enum rec_attest_state {
	REC_ATTEST_NONE = 0,
	REC_ATTEST_SIGNING, /* everything is there but the signature */
	REC_ATTEST_READY,
	REC_ATTEST_FAILED, /* no signature could be made */
};

struct rec_attest {
	uint8_t state;      /* enum rec_attest_state */
	uint32_t length;    /* of the realm token with its head, in the auxiliary granules */
	uint32_t position;  /* bytes of the whole token that the realm has had */
	uint8_t digest[48]; /* what is signed */
};

/* The register state that run/ keeps; its layout is run/'s business (run/aarch64/context.h). */
#define REC_CONTEXT_SIZE 2048

struct rec {
	/* General-purpose state. Assembly relies on the position of these (run/aarch64/context.h). */
	uint64_t gprs[31];
	uint64_t pc;
	uint64_t pstate;

	struct granule *rd;  /* owner */
	struct realm *realm; /* the same, where the monitor sees it */
	struct granule *aux[RMI_MAX_AUX];
	uint32_t num_aux;
	uint64_t mpidr; /* MPIDR_EL1 form, bit 31 set */
	bool runnable;

	bool psci_pending; /* CPU_ON or AFFINITY_INFO waits for RMI_PSCI_COMPLETE */

	bool host_call_pending;
	struct ipa host_call; /* the RsiHostCall structure */

	/* The request of RSI_IPA_STATE_SET; base = top = 0: none. `ripas_base` advances. */
	uint64_t ripas_base;
	uint64_t ripas_top;
	uint8_t ripas_value;  /* enum rmi_ripas */
	bool ripas_destroyed; /* DESTROYED pages may change too */
	bool ripas_pending;   /* the realm waits for the answer */

	/* The last exit was a data abort: what an answer to it may do. */
	bool emulatable_abort;
	bool unprotected_abort;
	uint64_t abort_esr; /* ESR_EL2, FAR_EL2, HPFAR_EL2 of that exit */
	uint64_t abort_far;
	uint64_t abort_hpfar;

	struct rec_csm csm;
	struct rec_attest attest;

	_Alignas(16) uint8_t context[REC_CONTEXT_SIZE];
};
_Static_assert(sizeof(struct rec) <= GRANULE_SIZE, "struct rec must fit a granule");

static inline struct rec *rec_of(const struct granule *g)
{
	return granule_mem(g);
}

#define PSTATE_BTYPE (UINT64_C(3) << 10)

/* The instruction at `pc` was executed on the realm's behalf: what that does to PC and PSTATE. */
static inline void rec_skip(struct rec *rec)
{
	rec->pc += 4;
	rec->pstate &= ~(PSTATE_BTYPE | PSTATE_SS);
}

/* RmiRecMpidr and MPIDR_EL1 to the index of a REC in its realm (DEN0137 A2.3.2, B4.4.17). */
uint64_t rec_index_of_rmi_mpidr(uint64_t mpidr);
uint64_t rec_index_of_mpidr(uint64_t mpidr);
/* Affinity fields of an MPIDR that a realm names a REC by: Aff0 has four bits (DEN0137 A2.3.3). */
#define REC_MPIDR_AFFINITY UINT64_C(0xff00ffff0f)
/* The realm has, or had, a REC with it. */
bool rec_mpidr_is_used(const struct realm *realm, uint64_t mpidr);
/* RmiRecMpidr to the value of MPIDR_EL1. */
uint64_t rec_mpidr(uint64_t rmi_mpidr);

#endif
