/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Faults (fault.h).
 */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "plain.h"

bool fault_set(struct fault *fault, enum vmm_status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	plain_make(fault->text);
	fault->status = status;
	return false;
}

static const char *name_of(enum vmm_status status)
{
	switch (status) {
	case VMM_OK:
		return "accepted";
	case VMM_USAGE:
		return "usage";
	case VMM_MALFORMED:
		return "malformed";
	case VMM_POLICY:
		return "policy";
	case VMM_FAILURE:
		return "failure";
	case VMM_UNSUPPORTED:
		return "unsupported";
	case VMM_NOT_FOUND:
		return "not-found";
	case VMM_HOST:
		return "host";
	case VMM_ENDED:
		return "ended";
	}
	return "failure";
}

int fault_report(const struct fault *fault)
{
	fprintf(stderr, "caec-vmm: %s: %s\n", name_of(fault->status), fault->text);
	if (fault->status == VMM_USAGE)
		fprintf(stderr, "Try: caec-vmm --help\n");
	return (int)fault->status;
}
