/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A transport by its name (transport.h).
 */
#include "transport.h"

#include <errno.h>
#include <string.h>

#include "pair/stream.h"

static int open_tls(const char *path, bool serves, struct transport **transport)
{
	struct stream stream;
	int error = stream_path(&stream, path);

	return error != 0 ? error : transport_tls(stream.in, serves, transport);
}

/* What is behind the prefix, or NULL. */
static const char *after(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0 ? name + strlen(prefix) : NULL;
}

int transport_open(const char *name, struct transport **transport)
{
	const char *rest;

	if ((rest = after(name, "csm:")) != NULL)
		return transport_csm(rest, transport);
	if ((rest = after(name, "tls-server:")) != NULL)
		return open_tls(rest, true, transport);
	if ((rest = after(name, "tls-client:")) != NULL)
		return open_tls(rest, false, transport);
	return -EINVAL;
}
