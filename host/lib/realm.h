/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm as its host sees it: made by host_realm_build(), lent memory (memory.h), run REC by REC
 * (rec.h), and taken apart by host_realm_destroy(), which works on a realm in any state, half built too.
 */
#ifndef HOST_LIB_REALM_H
#define HOST_LIB_REALM_H

#include "host.h"

#define HOST_MAX_RECS 16
#define HOST_VCPU_IRQS 4

/* Something to load, page by page; what is before it in its first page and behind it in its last is zero. */
struct host_piece {
	uint64_t ipa;
	const void *content;
	size_t size;
	bool unmeasured; /* the RIM says that there is something, and where, but not what */
};

struct host_range {
	uint64_t base, size; /* multiples of a granule */
};

/* What the RIM depends on is said in plan.h; docs/measurement.md. */
struct host_realm_config {
	const char *name;              /* for people; not copied */
	uint64_t flags;                /* RMI_REALM_FLAG_* */
	unsigned int ipa_bits;         /* 0: HOST_DEFAULT_IPA_BITS, or less where that is not offered */
	unsigned int sve_vl;           /* with RMI_REALM_FLAG_SVE: as ZCR_ELx.LEN */
	unsigned int pmu_num_ctrs;     /* with RMI_REALM_FLAG_PMU: event counters */
	unsigned int num_bps, num_wps; /* breakpoints, watchpoints, minus one; 0: as many as are offered */
	enum rmi_hash_algorithm hash_algo;
	uint8_t rpv[64];

	const void *image; /* the first piece, at ram_base; may be all there is, or none */
	size_t image_size;
	const struct host_piece *pieces; /* further ones, in this order */
	unsigned int piece_count;
	uint64_t ram_base, ram_size;       /* multiples of a granule; RIPAS RAM from the start */
	const struct host_range *more_ram; /* for firmware, say; in this order, after the above */
	unsigned int more_ram_count;
	bool populate; /* give all of RAM at once rather than when it is touched */

	unsigned int recs; /* 0: one. REC 0 is runnable, the others wait for PSCI_CPU_ON */
	uint64_t entry;    /* REC 0's pc; */
	uint64_t gprs[8];  /* and its x0-x7 */

	unsigned int apt_granules; /* 0: the realm sees nothing of CSM */

	uint64_t granules_max; /* that it may be lent, tables and all; 0: no limit */
	bool blocks; /* what it touches it gets in blocks of 2 MiB, where nothing of one is there yet */
};

#define HOST_DEFAULT_IPA_BITS 40

struct host_rec {
	struct host_realm *realm;
	unsigned int index;
	uint64_t pa;
	unsigned int aux_count;
	uint64_t aux[RMI_MAX_AUX];
	uint64_t run_pa;
	struct rmi_rec_run *run;          /* shared with the RMM */
	uint64_t exits;                   /* REC_ENTERs that came back */
	bool trap_wfi;                    /* have WFI exit */
	uint32_t runner;                  /* the thread that runs it, plus one; 0: none (atomic) */
	uint64_t doorbells;               /* how often its doorbell rang here (atomic) */
	uint64_t doorbells_passed;        /* how many of them it was told of: its runner's own */
	uint32_t pending[HOST_VCPU_IRQS]; /* INTIDs to inject; 0: free. See host_rec_interrupt() */
	void *owner;                      /* the caller's own */
};

struct host_realm {
	struct host *host;
	struct host_realm *next;
	const char *name;
	uint64_t rd;  /* 0: none */
	bool created; /* the RD granule is one */
	unsigned int ipa_bits;
	int64_t start_level;
	unsigned int start_count;
	uint64_t start_pa; /* 0: none */
	uint16_t vmid;
	uint64_t ram_base, ram_size;
	unsigned int rec_count;
	struct host_rec recs[HOST_MAX_RECS];
	bool has_apt;
	bool blocks;
	bool ending;            /* host_realm_destroy() was called */
	uint64_t granules;      /* lent to it now (atomic) */
	uint64_t granules_peak; /* about: the most so far */
	uint64_t granules_max;  /* 0: no limit. May be changed at any time */

	/* The doorbell rings: raise HOST_DOORBELL_INTID in an interrupt controller of the caller's own. With host.lock held, from
	 * any thread. NULL: host_rec_load_interrupts() injects it. */
	void (*doorbell)(struct host_realm *realm);

	struct host_lock lock;
	void *owner; /* the caller's own */
};

/* The configuration with what it leaves open filled in: this is what is measured, see plan.h. */
struct host_realm_config host_complete(const struct host *host, const struct host_realm_config *config);

/*
 * Builds a realm, ACTIVE at the end. On failure nothing of it is left. The order of the commands is that of plan.h, as
 * it is part of what is measured.
 */
uint64_t host_realm_build(struct host *host, struct host_realm *realm,
			  const struct host_realm_config *config);

/*
 * The steps of the above one by one, for whoever wants another order. host_realm_create() leaves the
 * realm NEW and empty. After a failure of any later one host_realm_destroy() is called for.
 */
uint64_t host_realm_create(struct host *host, struct host_realm *realm,
			   const struct host_realm_config *config);
uint64_t host_realm_add_rec(struct host_realm *realm, uint64_t flags, uint64_t pc, const uint64_t gprs[8]);
uint64_t host_realm_activate(struct host_realm *realm);

/*
 * Takes a realm apart, whatever state it is in, and every granule back. No REC of it may be running.
 * The first failure is returned, after all that could be done was.
 */
uint64_t host_realm_destroy(struct host_realm *realm);

/*
 * `count` contiguous granules (a power of two), aligned to their size, for a realm, and back: counted with it.
 * HOST_ERROR_MEMORY: it has its limit.
 */
uint64_t host_realm_lend(struct host_realm *realm, unsigned int count, uint64_t *pa);
uint64_t host_realm_take_back(struct host_realm *realm, uint64_t pa, unsigned int count);

/* One REC and its granules; no effect on one that is gone. */
uint64_t host_rec_destroy(struct host_rec *rec);

/* The realm with this RD, or NULL. With host.lock held, as long as which it is not destroyed. */
struct host_realm *host_realm_find_locked(struct host *host, uint64_t rd);

/* First IPA that is not protected: the upper half belongs to both (DEN0137 A5.2). */
static inline uint64_t host_unprotected_base(const struct host_realm *realm)
{
	return ABI_U64(1) << (realm->ipa_bits - 1);
}

#endif
