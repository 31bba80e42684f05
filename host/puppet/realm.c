/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realms for tests: start and end, and the handlers for their exits.
 */
#include "script.h"
#include "script_handlers.h"

#define REALMS_MAX 16

static struct test_realm realms[REALMS_MAX];
static const char *const names[REALMS_MAX] = {
	"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P",
};

static struct test_realm *take_realm(void)
{
	for (unsigned int i = 0; i < REALMS_MAX; i++) {
		if (!realms[i].in_use) {
			memset(&realms[i], 0, sizeof(realms[i]));
			realms[i].in_use = true;
			return &realms[i];
		}
	}
	verdict_fail("a test has no more than %u realms at a time", REALMS_MAX);
}

struct test_realm *realm_start_as(const struct host_realm_config *config)
{
	struct test_realm *realm = take_realm();
	struct host_realm_config named = *config;

	if (named.name == NULL)
		named.name = names[realm - realms];
	CHECK_OK(host_realm_build(&rmm, &realm->realm, &named));
	CHECK_EQ(realm->realm.ipa_bits, config->gprs[2]); /* x2 is part of what is measured, so it is fixed */
	realm->realm.owner = realm;
	return realm;
}

struct test_realm *realm_start(enum realm_program program, const struct realm_options *options)
{
	static const struct realm_options defaults;
	const struct realm_options *o = options != NULL ? options : &defaults;
	struct host_realm_config config = {
		.name = o->name,
		.flags = o->flags,
		.ipa_bits = o->ipa_bits,
		.sve_vl = o->sve_vl,
		.pmu_num_ctrs = o->pmu_num_ctrs,
		.hash_algo = o->hash_algo,
		.image = realm_image_begin,
		.image_size = (size_t)(realm_image_end - realm_image_begin),
		.ram_base = REALM_IMAGE_IPA,
		.ram_size = o->ram_size != 0 ? o->ram_size : TEST_RAM_SIZE,
		.populate = o->populate,
		.recs = o->recs,
		.entry = REALM_IMAGE_IPA,
		.gprs = { program, o->argument, o->ipa_bits != 0 ? o->ipa_bits : HOST_DEFAULT_IPA_BITS },
		.apt_granules = o->apt_granules,
	};

	return realm_start_as(&config);
}

void realm_end(struct test_realm *realm)
{
	for (unsigned int i = 0; i < realm->realm.rec_count; i++)
		print_flush(&realm->scripts[i].line, realm->realm.name);
	CHECK_OK(host_realm_destroy(&realm->realm));
	realm->in_use = false;
}

/* --- Handlers ---------------------------------------------------------------------------------------- */

static bool handle_mmio(struct host_rec *rec, struct host_mmio *access)
{
	struct test_realm *realm = puppet_of(rec);

	return realm->mmio != NULL && realm->mmio(realm, access);
}

static bool handle_unprotected(struct host_rec *rec, uint64_t ipa)
{
	struct test_realm *realm = puppet_of(rec);

	return realm->unprotected != NULL && realm->unprotected(realm, ipa);
}

static bool handle_ripas(struct host_rec *rec, uint64_t base, uint64_t top, enum rmi_ripas ripas)
{
	struct test_realm *realm = puppet_of(rec);

	return realm->ripas == NULL || realm->ripas(realm, base, top, ripas);
}

static bool handle_csm(struct host_rec *rec, const struct host_csm_request *request)
{
	struct test_realm *realm = puppet_of(rec);

	if (realm->event_count < TEST_EVENTS_MAX)
		realm->events[realm->event_count] = *request;
	realm->event_count++;
	if (realm->csm != NULL)
		return realm->csm(realm, request);
	return host_csm_serve(rec->realm, request) == RMI_SUCCESS;
}

static enum host_action handle_fault(struct host_rec *rec, uint64_t ipa)
{
	struct test_realm *realm = puppet_of(rec);

	__atomic_fetch_add(&realm->faults, 1, __ATOMIC_RELAXED);
	if (realm->fault != NULL)
		return realm->fault(realm, ipa);
	return host_serve_fault(rec->realm, ipa) == RMI_SUCCESS ? HOST_RESUME : HOST_STOP;
}

static enum host_action handle_interrupt(struct host_rec *rec)
{
	struct test_realm *realm = puppet_of(rec);

	__atomic_fetch_add(&realm->interrupts, 1, __ATOMIC_RELAXED);
	gic_handle();
	return realm->interrupt != NULL ? realm->interrupt(realm) : HOST_RESUME;
}

static enum host_action handle_sysreg(struct host_rec *rec, uint64_t esr, uint64_t value)
{
	struct test_realm *realm = puppet_of(rec);

	return realm->sysreg != NULL ? realm->sysreg(realm, esr, value) : HOST_RESUME;
}

/* Nobody runs the new REC: the test does, when it pleases. */
static void handle_cpu_on(struct host_rec *target)
{
	__atomic_fetch_or(&puppet_of(target)->cpu_ons, 1U << target->index, __ATOMIC_RELEASE);
}

static enum host_action handle_idle(struct host_rec *rec)
{
	struct test_realm *realm = puppet_of(rec);

	gic_handle();
	return realm->idle != NULL ? realm->idle(realm) : HOST_RESUME;
}

const struct host_handlers test_handlers = {
	.host_call = script_host_call,
	.interrupt = handle_interrupt,
	.mmio = handle_mmio,
	.unprotected = handle_unprotected,
	.cpu_on = handle_cpu_on,
	.ripas = handle_ripas,
	.csm = handle_csm,
	.fault = handle_fault,
	.sysreg = handle_sysreg,
	.idle = handle_idle,
};
