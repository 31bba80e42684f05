/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The conversation with the host, and the steps that several programs know.
 */
#include "lib/console.h"
#include "lib/csm.h"
#include "lib/hostcall.h"
#include "probe.h"
#include "program.h"

static const struct program_step *find_step(const struct program *program, uint64_t operation)
{
	for (unsigned int i = 0; i < program->count; i++)
		if (program->steps[i].operation == operation)
			return &program->steps[i];
	return NULL;
}

void serve_steps(const struct program *program)
{
	for (;;) {
		uint64_t request[7] = { SCRIPT_NEXT }, results[6] = { 0 };
		const struct program_step *step;

		if (!hostcall_ask(request))
			hostcall_exit(STATUS_HOST_CALL_REFUSED);
		if (request[0] == SCRIPT_EXIT)
			hostcall_exit(request[1]);
		step = find_step(program, request[0]);
		if (step == NULL) {
			print("there is no step 0x%lx\n", request[0]);
			hostcall_exit(STATUS_UNKNOWN_STEP);
		}
		step->run(&request[1], results);
		hostcall_report(SCRIPT_DONE, results);
	}
}

void step_read64(const uint64_t a[6], uint64_t r[6])
{
	r[1] = probe_read64(a[0], &r[0]);
}

void step_write64(const uint64_t a[6], uint64_t r[6])
{
	r[0] = probe_write64(a[0], a[1]);
}

void step_identify(const uint64_t a[6], uint64_t r[6])
{
	struct csm_rid rid = { 0, 0 };

	(void)a;
	r[0] = realm_csm_find(&r[3]);
	if (r[0] == CSM_OK)
		r[0] = realm_csm_realm_id(&rid);
	r[1] = rid.lo;
	r[2] = rid.hi;
}

/* Both calls are made, whatever the first says: an intruder may as well try. */
void step_attach(const uint64_t a[6], uint64_t r[6])
{
	struct csm_rid provider = { a[0], a[1] };
	struct realm_csm_attachment attachment = { 0 };

	r[0] = realm_csm_reserve(&provider, a[2], a[3], a[4], a[5]);
	r[1] = realm_csm_attach(&provider, a[2], &attachment);
	r[2] = attachment.permission;
	r[3] = attachment.pages;
	r[4] = attachment.holes;
	print("reserve: %s, attach: %s\n", realm_csm_error_name((enum csm_error)r[0]),
	      realm_csm_error_name((enum csm_error)r[1]));
}

void step_detach(const uint64_t a[6], uint64_t r[6])
{
	struct csm_rid provider = { a[0], a[1] };

	r[0] = realm_csm_detach(&provider, a[2]);
}
