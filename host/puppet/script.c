/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The conversation with realm programs, over RSI_HOST_CALL.
 */
#include "script.h"
#include "script_handlers.h"

static struct script *script_of(const struct host_rec *rec)
{
	return &puppet_of(rec)->scripts[rec->index];
}

/* --- Host calls -------------------------------------------------------------------------------------- */

static void print_text(struct host_rec *rec, const uint64_t gprs[RMI_NUM_GPRS])
{
	size_t length = gprs[0] < HOSTCALL_TEXT_MAX ? gprs[0] : HOSTCALL_TEXT_MAX;

	print_part(&script_of(rec)->line, rec->realm->name, (const char *)&gprs[1], length);
}

static enum host_action report(struct host_rec *rec, const uint64_t gprs[RMI_NUM_GPRS])
{
	struct test_realm *realm = puppet_of(rec);
	struct script *s = script_of(rec);

	if (gprs[0] == SCRIPT_DONE) {
		memcpy(s->result.x, &gprs[1], sizeof(s->result.x));
		s->done = true;
		return HOST_STOP;
	}
	realm->report_tag = gprs[0];
	memcpy(realm->report, &gprs[1], sizeof(realm->report));
	return HOST_RESUME;
}

static enum host_action ask(struct host_rec *rec, uint64_t gprs[RMI_NUM_GPRS])
{
	struct test_realm *realm = puppet_of(rec);
	struct script *s = script_of(rec);

	if (gprs[0] != SCRIPT_NEXT)
		return realm->ask != NULL ? realm->ask(realm, gprs) : HOST_STOP;
	if (!s->requested) {
		s->asking = true;
		return HOST_STOP;
	}
	memcpy(gprs, s->request, sizeof(s->request));
	s->requested = false;
	return HOST_RESUME;
}

enum host_action script_host_call(struct host_rec *rec, unsigned int imm, uint64_t gprs[RMI_NUM_GPRS])
{
	struct test_realm *realm = puppet_of(rec);

	switch (imm) {
	case HOSTCALL_PRINT:
		print_text(rec, gprs);
		return HOST_RESUME;
	case HOSTCALL_EXIT:
		realm->exited = true;
		realm->status = gprs[0];
		return HOST_STOP;
	case HOSTCALL_REPORT:
		return report(rec, gprs);
	case HOSTCALL_ASK:
		return ask(rec, gprs);
	case HOSTCALL_YIELD:
		return HOST_RESUME;
	default:
		verdict_fail("realm %s: unknown host call %u", rec->realm->name, imm);
	}
}

/* --- Running ----------------------------------------------------------------------------------------- */

enum host_stop realm_run(struct test_realm *realm, unsigned int rec)
{
	struct script *s = &realm->scripts[rec];

	CHECK(rec < realm->realm.rec_count);
	s->stop = host_rec_run(&realm->realm.recs[rec], &test_handlers, &s->error);
	return s->stop;
}

/* Puts the request where the realm finds it: it may have asked before there was one. */
static void place_request(struct test_realm *realm, unsigned int rec, const uint64_t request[7])
{
	struct script *s = &realm->scripts[rec];

	CHECK(rec < realm->realm.rec_count);
	s->done = false;
	if (s->asking) {
		memcpy(realm->realm.recs[rec].run->enter.gprs, request, sizeof(s->request));
		s->asking = false;
	} else {
		memcpy(s->request, request, sizeof(s->request));
		s->requested = true;
	}
}

bool script_try_run(struct test_realm *realm, unsigned int rec, struct script_result *result,
		    const uint64_t request[7])
{
	place_request(realm, rec, request);
	realm_run(realm, rec);
	if (realm->scripts[rec].done)
		*result = realm->scripts[rec].result;
	return realm->scripts[rec].done;
}

static struct script_result finished(struct test_realm *realm, unsigned int rec, uint64_t operation)
{
	const struct script *s = &realm->scripts[rec];

	if (!s->done)
		verdict_fail("realm %s, REC %u, operation %lu: stopped (%d), %s, status %lu",
			     realm->realm.name, rec, operation, s->stop, host_result_name(s->error),
			     realm->status);
	return s->result;
}

struct script_result script_run(struct test_realm *realm, unsigned int rec, const uint64_t request[7])
{
	place_request(realm, rec, request);
	realm_run(realm, rec);
	return finished(realm, rec, request[0]);
}

static void run_on_this_cpu(void *argument)
{
	struct host_rec *rec = argument;

	realm_run(puppet_of(rec), rec->index);
}

void script_begin_run(struct test_realm *realm, unsigned int rec, unsigned int cpu, const uint64_t request[7])
{
	place_request(realm, rec, request);
	realm->scripts[rec].cpu = cpu;
	cpu_run(cpu, run_on_this_cpu, &realm->realm.recs[rec]);
}

struct script_result script_end(struct test_realm *realm, unsigned int rec)
{
	cpu_wait(realm->scripts[rec].cpu);
	return finished(realm, rec, realm->scripts[rec].request[0]);
}

/* --- Conveniences ------------------------------------------------------------------------------------ */

uint64_t realm_read64(struct test_realm *realm, uint64_t ipa, uint64_t *value)
{
	struct script_result result = script(realm, SCRIPT_READ64, ipa);

	*value = result.x[0];
	return result.x[1];
}

uint64_t realm_write64(struct test_realm *realm, uint64_t ipa, uint64_t value)
{
	return script(realm, SCRIPT_WRITE64, ipa, value).x[0];
}

void realm_smc_wide(struct test_realm *realm, uint64_t x[18])
{
	uint64_t words = realm->realm.ram_base + realm->realm.ram_size - GRANULE_SIZE;

	for (unsigned int i = 0; i < 18; i++)
		CHECK_EQ(realm_write64(realm, words + i * sizeof(x[0]), x[i]), 0);
	script(realm, SCRIPT_SMC_WIDE, words);
	for (unsigned int i = 0; i < 18; i++)
		CHECK_EQ(realm_read64(realm, words + i * sizeof(x[0]), &x[i]), 0);
}

bool is_external_abort(uint64_t esr)
{
	return (esr >> 26) == 0x25 && (esr & 0x3f) == 0x10;
}

bool realm_execute(struct test_realm *realm, struct script_result *result, const uint32_t *code, size_t words)
{
	for (size_t i = 0; i < words; i += 2)
		CHECK_EQ(realm_write64(realm, test_ram(realm) + 4 * (uint64_t)i,
				       code[i] | (uint64_t)(i + 1 < words ? code[i + 1] : 0) << 32),
			 0);
	return script_try(realm, 0, result, SCRIPT_EXEC, test_ram(realm));
}

uint64_t realm_read_sysreg(struct test_realm *realm, unsigned int number, uint64_t *value)
{
	struct script_result r = script(realm, SCRIPT_SYSREG, number);

	*value = r.x[0];
	return r.x[1];
}

uint64_t realm_write_sysreg(struct test_realm *realm, unsigned int number, uint64_t value)
{
	return script(realm, SCRIPT_SYSREG, number, 1, value).x[1];
}
