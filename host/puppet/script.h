/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realms for tests: started, told what to do one operation at a time (REALM_PROGRAM_SCRIPT,
 * common/hostcall.h), watched, and taken apart.
 *
 *	struct test_realm *p = realm_start(REALM_PROGRAM_SCRIPT, &(struct realm_options){ .apt_granules = 1 });
 *	uint64_t value;
 *
 *	CHECK_EQ(realm_write64(p, test_ram(p), 42), 0);               // no fault
 *	CHECK_EQ(realm_read64(p, test_ram(p), &value), 0);
 *	CHECK_EQ(realm_smc(p, RSI_VERSION, RSI_ABI_VERSION).x[0], RSI_SUCCESS);
 *	realm_end(p);
 *
 * Exits are answered as host/lib does by default, unless the test sets a hook; CSM events are written
 * down in `events`. Everything is synchronous, on this CPU, but for script_begin().
 */
#ifndef HOST_PUPPET_SCRIPT_H
#define HOST_PUPPET_SCRIPT_H

#include <caec/psci.h>
#include <caec/rsi.h>

#include "common/hostcall.h"
#include "check.h"

#define TEST_EVENTS_MAX 32

/* What SCRIPT_DONE reported. */
struct script_result {
	uint64_t x[6];
};

/* One REC's conversation. */
struct script {
	uint64_t request[7]; /* operation, arguments */
	bool requested;      /* there is a request that the realm hasn't fetched */
	bool asking;         /* the realm has asked, and waits in a host call for the answer */
	bool done;           /* `result` is there */
	struct script_result result;
	enum host_stop stop; /* how the last run ended */
	uint64_t error;      /* and its result */
	unsigned int cpu;
	struct console_line line;
};

struct test_realm {
	struct host_realm realm;
	struct script scripts[HOST_MAX_RECS];
	bool in_use;

	/* Seen. */
	bool exited; /* HOSTCALL_EXIT, with: */
	uint64_t status;
	uint64_t report_tag; /* the last HOSTCALL_REPORT that wasn't SCRIPT_DONE */
	uint64_t report[6];
	unsigned int faults;      /* accesses to protected pages that were not there */
	unsigned int interrupts;  /* IRQ exits */
	unsigned int cpu_ons;     /* bit n: REC n was turned on */
	unsigned int event_count; /* CSM events, the first TEST_EVENTS_MAX of them in: */
	struct host_csm_request events[TEST_EVENTS_MAX];

	/* Hooks: NULL for host/lib's way. `csm`, `ripas`: false refuses. */
	bool (*mmio)(struct test_realm *realm, struct host_mmio *access);
	bool (*unprotected)(struct test_realm *realm, uint64_t ipa);
	bool (*ripas)(struct test_realm *realm, uint64_t base, uint64_t top, enum rmi_ripas ripas);
	bool (*csm)(struct test_realm *realm, const struct host_csm_request *request);
	enum host_action (*fault)(struct test_realm *realm, uint64_t ipa);
	enum host_action (*interrupt)(struct test_realm *realm);
	enum host_action (*ask)(struct test_realm *realm, uint64_t gprs[RMI_NUM_GPRS]); /* not SCRIPT_NEXT */
	enum host_action (*sysreg)(struct test_realm *realm, uint64_t esr, uint64_t value);
	enum host_action (*idle)(struct test_realm *realm); /* WFI, if trapped */
	void *owner;                                        /* the test's own */
};

/* Zero means the default. */
struct realm_options {
	const char *name;  /* on the console; "A", "B", ... by default */
	uint64_t argument; /* the program's x1 */
	uint64_t flags;
	unsigned int ipa_bits;
	unsigned int sve_vl, pmu_num_ctrs; /* with their flags */
	enum rmi_hash_algorithm hash_algo;
	uint64_t ram_size; /* TEST_RAM_SIZE */
	bool populate;     /* all RAM at the start, not when it is touched */
	unsigned int recs;
	unsigned int apt_granules; /* 0: no CSM */
};

#define TEST_RAM_SIZE ABI_U64(0x200000)

/* Builds a realm from the realm image and activates it. `options` may be NULL. Fails the test or works. */
struct test_realm *realm_start(enum realm_program program, const struct realm_options *options);

/* The same of a configuration that runs a realm image, with the IPA width in x2. Without a name it is given one. */
struct test_realm *realm_start_as(const struct host_realm_config *config);

/* Takes it apart; every granule comes back. */
void realm_end(struct test_realm *realm);

/* Runs a REC until it stops of its own: for programs other than REALM_PROGRAM_SCRIPT. */
enum host_stop realm_run(struct test_realm *realm, unsigned int rec);

/* RAM that the image doesn't use: TEST_RAM_FREE bytes of it, but for the last page (see realm_smc_wide). */
#define TEST_RAM_FREE ABI_U64(0x100000)
static inline uint64_t test_ram(const struct test_realm *realm)
{
	return realm->realm.ram_base + realm->realm.ram_size - TEST_RAM_FREE;
}

/* --- Scripts ----------------------------------------------------------------------------------------- */

/* Does one operation in REC 0 or in any: script(realm, SCRIPT_FILL, ipa, bytes, seed). */
#define script(realm, ...) script_rec(realm, 0, __VA_ARGS__)
#define script_rec(realm, rec, ...) script_run(realm, rec, (const uint64_t[7]){ __VA_ARGS__ })
struct script_result script_run(struct test_realm *realm, unsigned int rec, const uint64_t request[7]);

/* The same, but the REC may stop instead: true if the operation was done. `scripts[rec].stop` says why. */
#define script_try(realm, rec, result, ...) \
	script_try_run(realm, rec, result, (const uint64_t[7]){ __VA_ARGS__ })
bool script_try_run(struct test_realm *realm, unsigned int rec, struct script_result *result,
		    const uint64_t request[7]);

/* The same on another CPU, which is busy until script_end(). */
#define script_begin(realm, rec, cpu, ...) \
	script_begin_run(realm, rec, cpu, (const uint64_t[7]){ __VA_ARGS__ })
void script_begin_run(struct test_realm *realm, unsigned int rec, unsigned int cpu,
		      const uint64_t request[7]);
struct script_result script_end(struct test_realm *realm, unsigned int rec);

/* An SMC in the realm: x0-x5 in, x0-x5 out. */
#define realm_smc(realm, ...) script(realm, SCRIPT_SMC, __VA_ARGS__)

/* One with all of x0-x17, in and out. The registers travel through the realm's last page of RAM. */
void realm_smc_wide(struct test_realm *realm, uint64_t x[18]);

/* An access by the realm: 0, or the ESR_EL1 of the abort that it took. */
uint64_t realm_read64(struct test_realm *realm, uint64_t ipa, uint64_t *value);
uint64_t realm_write64(struct test_realm *realm, uint64_t ipa, uint64_t value);

/*
 * Copies `words` instructions to the start of the realm's free RAM and has REC 0 call them: x0 and the fault are in
 * `result`. False: the realm stopped instead.
 */
bool realm_execute(struct test_realm *realm, struct script_result *result, const uint32_t *code,
		   size_t words);

/* SCRIPT_SYSREG's name of a register, and an access: 0 or the ESR_EL1 of the exception that it took. */
#define SYSREG(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
uint64_t realm_read_sysreg(struct test_realm *realm, unsigned int number, uint64_t *value);
uint64_t realm_write_sysreg(struct test_realm *realm, unsigned int number, uint64_t value);

/* ESR_EL1 of an undefined instruction: EC 0, IL. */
#define ESR_UNDEFINED 0x2000000

/* A synchronous external abort in the realm, data, from EL1 itself: EC 0x25, IL, DFSC 0x10 (EA aside). */
bool is_external_abort(uint64_t esr);

#endif
