/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REC_ENTER (DEN0137 B4.3.14) from any state of a REC and its realm, up to the realm's first instruction and from its last
 * on: who may run, with what of the host's page; when the host's page is written. What runs in between is run/'s and RSI's.
 */
#include "host_machine.h"

#include "call/rmi_rec_enter.c"

static unsigned int rec_at;
static struct rec the_rec, rec_before;
static uint64_t page;
static bool may_run, is_running, was_not_ns, gic_is_valid;

static const struct port_features features = { .num_lrs = LRS - 1 };

const struct port_features *port_features(void)
{
	return &features;
}

/* A granule that is the host's is not looked for where realms' are. */
void *port_mem(struct pa addr)
{
	CLAIM(named(addr.v) == rec_at && machine[rec_at].is_locked && machine[rec_at].state == GRANULE_REC);
	return &the_rec;
}

static void becomes(unsigned int i, enum granule_state state)
{
	CLAIM(i == GRANULES && state == GRANULE_DELEGATED); /* none does */
}

/* What others make of the machine. The REC that runs is this PE's. */
static void others(void)
{
	for (unsigned int i = 0; i < GRANULES; i++) {
		if (!machine[i].is_locked && !(is_running && i == rec_at))
			any_granule(i);
	}
}

/* --- The host's page: other bytes whenever it is read, or none at all --- */

static struct {
	uint64_t flags, gprs[RMI_NUM_GPRS], gic[LRS + 1];
} seen; /* flags, gicv3_hcr and list registers, gprs: once each */
static bool has_flags, has_gic, has_gprs, has_failed;

static void fill(uint64_t *to, uint64_t *copy, size_t words)
{
	for (size_t i = 0; i < words; i++)
		copy[i] = to[i] = any_u64();
}

bool port_ns_read(void *to, struct pa ns, size_t size)
{
	uint64_t offset = ns.v - page;

	CLAIM(!is_running && !has_failed);
	if (offset == 0) {
		CLAIM(size == 8 && !has_flags);
		has_flags = true;
		fill(to, &seen.flags, 1);
	} else if (offset == 0x300) {
		CLAIM(size == 8 * (LRS + 1) && !has_gic);
		has_gic = true;
		fill(to, seen.gic, LRS + 1);
	} else {
		CLAIM(offset == 0x200 && !has_gprs && (size == 8 || size == 8 * RMI_NUM_GPRS));
		has_gprs = true;
		fill(to, seen.gprs, size == 8 ? 1 : RMI_NUM_GPRS);
	}
	has_failed = any_bool();
	return !has_failed;
}

static bool has_run, is_written;

/* The exit's half alone, and of a REC that has run. */
static bool write(struct pa ns, size_t size)
{
	CLAIM(ns.v >= page + 0x800 && size <= 0x800 && ns.v + size <= page + 0x1000 && has_run);
	is_written = any_bool();
	return is_written;
}

bool port_ns_zero(struct pa ns, size_t size)
{
	CLAIM(ns.v == page + 0x800 && size == 0x800);
	return write(ns, size);
}

bool port_ns_write(struct pa ns, const void *from, size_t size)
{
	CLAIM(__CPROVER_r_ok(from, size));
	return write(ns, size);
}

/* --- run/ and RSI --- */

bool run_gic_is_valid(const struct rmi_rec_enter *enter)
{
	unsigned int i = (unsigned int)any_from_to(0, LRS - 1);

	CLAIM(enter->gicv3_hcr == seen.gic[0] && enter->gicv3_lrs[i] == seen.gic[1 + i]);
	return gic_is_valid;
}

/* rec_state, realm_new, system_off, rec_runnable, rec_psci, rec_gicv3, rec_mmio: no order among them. */
static bool mmio_is_wrong(void)
{
	return (seen.flags & 1) != 0 && (seen.flags & 2) == 0 && !rec_before.emulatable_abort;
}

static bool rec_is_wrong(void)
{
	return before[rec_at].refs != 0 || !rec_before.runnable || rec_before.psci_pending || !gic_is_valid ||
	       mmio_is_wrong();
}

void run_begin(struct rec *rec, const struct rmi_rec_enter *enter)
{
	CLAIM(rec == &the_rec && before[rec_at].state == GRANULE_REC && !rec_is_wrong() &&
	      the_realm.state == REALM_ACTIVE);
	CLAIM(machine[rec_at].refs == 1 && !machine[rec_at].is_locked);
	CLAIM(has_flags && has_gic && has_gprs && !has_failed && enter->flags == seen.flags);
	is_running = true;
	others();
}

/* The host's answer to the last exit, once, of the kind that the exit admits. */
static bool is_answered;

void run_inject_sea(struct rec *rec)
{
	CLAIM(rec == &the_rec && (seen.flags & 2) != 0 && rec_before.unprotected_abort && !is_answered);
	is_answered = true;
}

void run_complete_mmio(struct rec *rec, uint64_t value)
{
	CLAIM(rec == &the_rec && (seen.flags & 3) == 1 && rec_before.emulatable_abort && !is_answered);
	CLAIM(value == seen.gprs[0]);
	is_answered = true;
}

void rsi_ripas_resume(struct rec *rec, bool rejected)
{
	CLAIM(rec == &the_rec && rejected == ((seen.flags & 0x10) != 0));
}

bool rsi_host_call_resume(struct rec *rec, const uint64_t *gprs, struct rmi_rec_exit *exit)
{
	unsigned int i = (unsigned int)any_from_to(0, RMI_NUM_GPRS - 1);

	(void)exit;
	CLAIM(rec == &the_rec && rec_before.host_call_pending && gprs[i] == seen.gprs[i]);
	return any_bool();
}

bool rsi_csm_resume(struct rec *rec, bool rejected, struct rmi_rec_exit *exit)
{
	(void)exit;
	CLAIM(rec == &the_rec && rec->csm.pending && rejected == (seen.flags >> 63 != 0));
	return any_bool();
}

enum run_event run_realm(struct rec *rec, struct rmi_rec_exit *exit)
{
	CLAIM(rec == &the_rec && is_running && machine[rec_at].refs == 1);
	CLAIM(!rec->emulatable_abort && !rec->unprotected_abort); /* an answer is for one exit */
	CLAIM(is_answered || !((seen.flags & 2) != 0 && rec_before.unprotected_abort));
	exit->exit_reason = any_u8();
	others();
	return RUN_EXIT;
}

bool realm_call(struct rec *rec, struct rmi_rec_exit *exit)
{
	(void)rec;
	(void)exit;
	CLAIM(false);
	return false;
}

void run_end(struct rec *rec, struct rmi_rec_exit *exit)
{
	(void)exit;
	CLAIM(rec == &the_rec && is_running);
	has_run = true;
}

static void any_rec(void)
{
	the_rec.realm = &the_realm;
	the_rec.rd = &storage[any_index()];
	the_rec.runnable = any_bool();
	the_rec.psci_pending = any_bool();
	the_rec.host_call_pending = any_bool();
	the_rec.csm.pending = any_bool();
	the_rec.emulatable_abort = any_bool();
	the_rec.unprotected_abort = any_bool();
	rec_before = the_rec;
	the_realm.state = (uint32_t)any_from_to(REALM_NEW, REALM_SYSTEM_OFF);
	gic_is_valid = any_bool();
}

static bool rec_is_unchanged(void)
{
	return the_rec.runnable == rec_before.runnable && the_rec.psci_pending == rec_before.psci_pending &&
	       the_rec.host_call_pending == rec_before.host_call_pending &&
	       the_rec.csm.pending == rec_before.csm.pending &&
	       the_rec.emulatable_abort == rec_before.emulatable_abort &&
	       the_rec.unprotected_abort == rec_before.unprotected_abort;
}

/* What the book has for a REC that did not run. */
static bool may_say(uint64_t result, const uint64_t *arg, bool page_is_ns)
{
	bool is_input = !page_is_ns || has_failed || !names(arg[1], GRANULE_REC);

	if (result == RMI_ERROR_INPUT)
		return is_input;
	if (is_input)
		return false;
	if (result == rmi_result(RMI_ERROR_REALM, 0))
		return the_realm.state == REALM_NEW;
	if (result == rmi_result(RMI_ERROR_REALM, 1))
		return the_realm.state == REALM_SYSTEM_OFF;
	return result == RMI_ERROR_REC && rec_is_wrong();
}

void prove_rec_enter(void)
{
	uint64_t arg[7] = { [1] = any_u64(), any_u64() }, out[5] = { 0 }, result;
	bool page_is_ns;

	any_machine();
	rec_at = any_index();
	ASSUME(named(arg[1]) == rec_at || named(arg[1]) == GRANULES);
	any_rec();
	page = arg[2];
	page_is_ns = granule_is_ns(pa(page));
	result = rmi_rec_enter(arg, out);
	REACHES(result == RMI_ERROR_INPUT && !has_run && has_gprs);
	REACHES(result == RMI_ERROR_INPUT && has_run);
	REACHES(result == RMI_ERROR_REC && before[rec_at].refs == 0);
	REACHES(result == rmi_result(RMI_ERROR_REALM, 1));
	REACHES(result == RMI_SUCCESS && is_answered);
	if (!has_run) {
		CLAIM(result != RMI_SUCCESS && may_say(result, arg, page_is_ns));
		CLAIM(rec_is_unchanged());
		for (unsigned int i = 0; i < GRANULES; i++)
			CLAIM(is_unchanged(i));
		return;
	}
	CLAIM(result == RMI_ERROR_INPUT || (result == RMI_SUCCESS && is_written));
	CLAIM(machine[rec_at].refs == 0 && machine[rec_at].state == GRANULE_REC &&
	      !machine[rec_at].is_locked);
	CLAIM(!the_rec.emulatable_abort && !the_rec.unprotected_abort);
}
