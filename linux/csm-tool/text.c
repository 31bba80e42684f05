/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How commands of csm say what went wrong, read their arguments, and answer.
 */
#include "tool.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool json;

/* --- Errors ----------------------------------------------------------------------------------------------- */

void fail(int status, const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	va_start(arguments, format);
	fputs("csm: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(status);
}

int status_of(int error)
{
	switch (-error) {
	case 0:
		return STATUS_OK;
	case EACCES:
		return STATUS_DENIED;
	case EKEYREVOKED:
	case EPIPE:
		return STATUS_GONE;
	case ENODEV:
	case ENXIO:
	case EOPNOTSUPP:
		return STATUS_NO_CSM;
	case ENOENT:
		return STATUS_NOT_FOUND;
	case EREMOTEIO:
		return STATUS_HOST;
	default:
		return STATUS_FAILED;
	}
}

void check(int error, const char *what)
{
	if (error < 0)
		fail(status_of(error), "%s: %s", what, csm_error_text(error));
}

/* --- Arguments -------------------------------------------------------------------------------------------- */

struct caec_csm_rid rid_argument(const char *text)
{
	struct caec_csm_rid rid;

	if (!csm_rid_parse(text, &rid))
		fail(STATUS_USAGE, "'%s' is no realm identifier: 32 hex digits", text);
	return rid;
}

static unsigned int shift_of(const char *unit)
{
	const char *units = "KMG", *found = unit[0] != '\0' ? strchr(units, unit[0]) : NULL;

	return unit[0] == '\0'                    ? 0
	       : found != NULL && unit[1] == '\0' ? 10 * (unsigned int)(found - units + 1)
						  : 64;
}

uint64_t number_argument(const char *text)
{
	unsigned long long value;
	unsigned int shift;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	shift = shift_of(end);
	if (end == text || text[0] == '-' || errno != 0 || shift > 30 || value > UINT64_MAX >> shift)
		fail(STATUS_USAGE, "'%s' is no number", text);
	return value << shift;
}

static const char *const permissions[] = { "-", "ro", "rw", "rx" };

uint32_t permission_argument(const char *text)
{
	for (uint32_t permission = CAEC_CSM_RO; permission <= CAEC_CSM_RX; permission++)
		if (strcmp(text, permissions[permission]) == 0)
			return permission;
	fail(STATUS_USAGE, "'%s' is no permission: ro, rw or rx", text);
}

bool take_number(const char **text, unsigned int *number)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	value = strtoul(*text, &end, 10);
	*text = end;
	*number = (unsigned int)value;
	return value <= UINT_MAX;
}

bool object_flag(const char *text, uint32_t *flags)
{
	if (strcmp(text, "--dax") == 0)
		*flags |= CAEC_CSM_DAX;
	else if (strcmp(text, "--sigbus") == 0)
		*flags |= CAEC_CSM_SIGBUS;
	else
		return false;
	return true;
}

/* --- Answers ---------------------------------------------------------------------------------------------- */

const char *number_text(uint64_t value)
{
	static char texts[8][24];
	static unsigned int next;
	char *text = texts[next++ % 8];

	snprintf(text, sizeof(texts[0]), "%llu", (unsigned long long)value);
	return text;
}

const char *rid_text(const struct caec_csm_rid *rid)
{
	static char text[CSM_RID_TEXT];

	csm_rid_format(rid, text);
	return text;
}

const char *permission_text(uint32_t permission)
{
	return permission <= CAEC_CSM_RX ? permissions[permission] : "?";
}

void row(const char *name, ...)
{
	const char *value, *separator = "";
	va_list arguments;

	va_start(arguments, name);
	fputs(json ? "{" : "", stdout);
	for (; name != NULL; name = va_arg(arguments, const char *)) {
		value = va_arg(arguments, const char *);
		if (json)
			printf("%s\"%s\": \"%s\"", separator, name, value);
		else
			printf("%s%s", separator, value);
		separator = json ? ", " : "\t";
	}
	va_end(arguments);
	puts(json ? "}" : "");
	fflush(stdout);
}
