/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running a REC: enter, deal with the exit, enter again, until a handler or the realm itself says stop.
 */
#ifndef HOST_LIB_REC_H
#define HOST_LIB_REC_H

#include "csm.h"
#include "memory.h"
#include "realm.h"

/* Why host_rec_run() came back. */
enum host_stop {
	HOST_STOP_HANDLER,    /* a handler said so */
	HOST_STOP_CPU_OFF,    /* PSCI_CPU_OFF: another REC may turn it on again */
	HOST_STOP_SYSTEM_OFF, /* PSCI_SYSTEM_OFF or _RESET: the realm never runs again */
	HOST_STOP_FAULT,      /* an access that nobody can serve: run->exit has it */
	HOST_STOP_SERROR,
	HOST_STOP_ERROR, /* RMI_REC_ENTER failed, or the exit is none of the known: *result says how */
};

enum host_action { HOST_RESUME, HOST_STOP };

/* An emulatable access (DEN0137 A4.3.4.2). */
struct host_mmio {
	uint64_t ipa;
	unsigned int bytes; /* 1, 2, 4, 8 */
	bool is_write;
	uint64_t value; /* written by the realm, or to be read by it */
};

/*
 * What the caller wants to decide itself. A NULL handler stands for what its comment says. Handlers run
 * with no lock held, may change rec->run->enter, and find the exit in rec->run->exit (which they read
 * once: it is memory that the RMM writes only while the REC runs).
 */
struct host_handlers {
	/* Before each entry: fills in what the entry takes (list registers), or says that there is to be none.
	 * NULL: host_rec_load_interrupts(). */
	enum host_action (*enter)(struct host_rec *rec);

	/* After each RMI_REC_ENTER, before anything else is done about it. `ran`: there is an exit; else the RMM
	 * refused. NULL: nothing. */
	void (*leave)(struct host_rec *rec, bool ran);

	/* RSI_HOST_CALL: gprs as the realm sent them; what is in them afterwards goes back. NULL: stop. */
	enum host_action (*host_call)(struct host_rec *rec, unsigned int imm, uint64_t gprs[RMI_NUM_GPRS]);

	/* The physical CPU has an interrupt (IRQ or FIQ). NULL: go on. */
	enum host_action (*interrupt)(struct host_rec *rec);

	/* A data access to an unprotected page that is not there, or not mapped for it. True: now it is, have the realm
	 * try again. False, NULL: `mmio` where the access can be emulated, else an external abort in the realm. */
	bool (*unprotected)(struct host_rec *rec, uint64_t ipa);

	/* The same, to be emulated. False, NULL: external abort in the realm. */
	bool (*mmio)(struct host_rec *rec, struct host_mmio *access);

	/* `target` is runnable now: run it, on whichever CPU. It may have been all along (the realm is told
	 * ALREADY_ON then, we are not); one that runs already can't be entered twice. NULL: CPU_ON is refused
	 * (PSCI DENIED). */
	void (*cpu_on)(struct host_rec *target);

	/* A change of RIPAS: false refuses it (RIPAS RAM only). NULL: allowed, as far as the RMM does. */
	bool (*ripas)(struct host_rec *rec, uint64_t base, uint64_t top, enum rmi_ripas ripas);

	/* It was made; what became EMPTY has been taken back. NULL: nothing. */
	void (*ripas_changed)(struct host_rec *rec, uint64_t base, uint64_t top, enum rmi_ripas ripas);

	/* An exit for CSM: false refuses. NULL: host_csm_serve() decides. */
	bool (*csm)(struct host_rec *rec, const struct host_csm_request *request);

	/* A protected page that is not there. NULL: host_serve_fault(), stop where that can't help. */
	enum host_action (*fault)(struct host_rec *rec, uint64_t ipa);

	/* A trapped system register (ICC_SGI1R_EL1 ...): ESR and the value. NULL: the write is lost. */
	enum host_action (*sysreg)(struct host_rec *rec, uint64_t esr, uint64_t value);

	/* WFI or WFE, if trapped, and PSCI_CPU_SUSPEND. NULL: go on. */
	enum host_action (*idle)(struct host_rec *rec);
};

/* Runs `rec` on this CPU. `result`: the RmiCommandReturnCode of the last REC_ENTER, or HOST_ERROR_*. */
enum host_stop host_rec_run(struct host_rec *rec, const struct host_handlers *handlers, uint64_t *result);

/*
 * The answer to an exit for MMIO whose handler has said true, and did not know yet what to say: it has run stop before the
 * next entry (enter). `done`: access->value is what a read gets; else an external abort.
 */
void host_rec_answer_mmio(struct host_rec *rec, const struct host_mmio *access, bool done);

/* The next entries inject virtual interrupt `intid` once. False: too many are waiting. */
bool host_rec_interrupt(struct host_rec *rec, uint32_t intid);

/* Fills the list registers of the next entry from the last exit, the timers, and what is waiting. */
void host_rec_load_interrupts(struct host_rec *rec);

/* When the realm's timers want this REC, by CNTPCT_EL0, as of its last exit. UINT64_MAX: they don't. */
uint64_t host_rec_next_timer(const struct host_rec *rec);

/* The IPA of the abort in the exit record, to the byte where it is emulatable. */
static inline uint64_t host_exit_ipa(const struct rmi_rec_exit *exit)
{
	/* HPFAR_EL2.FIPA [47:4] is IPA [55:12]. */
	return (exit->hpfar >> 4 << GRANULE_SHIFT) | (exit->far & (GRANULE_SIZE - 1));
}

#endif
