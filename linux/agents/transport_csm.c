/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Confidential shared memory: a region of each realm's, which the other may read and no more.
 */
#include "transport.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcsm.h"

struct by_csm {
	struct transport transport; /* first */
	struct csm own, theirs;
	struct csm_link link;
};

static int send_message(struct transport *transport, const uint8_t *bytes, size_t size)
{
	return csm_link_send(&((struct by_csm *)transport)->link, bytes, size);
}

/* One that is longer was sent by no agent. */
static int receive_message(struct transport *transport, uint8_t bytes[MESSAGE_MAX], size_t *size)
{
	int error = csm_link_receive(&((struct by_csm *)transport)->link, bytes, MESSAGE_MAX, size);

	return error == -EMSGSIZE ? -EPROTO : error;
}

static void close_csm(struct transport *transport)
{
	struct by_csm *c = (struct by_csm *)transport;

	csm_close(&c->own);
	csm_close(&c->theirs);
	free(c);
}

/* --- "REGION,PEER,N,THEIRS" ------------------------------------------------------------------------------- */

struct name {
	uint64_t region, n, theirs;
	struct caec_csm_rid peer;
};

/* A number and what is behind it. */
static bool take(const char **text, char behind, uint64_t *value)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	errno = 0;
	*value = strtoull(*text, &end, 10);
	*text = end + 1;
	return errno == 0 && *end == behind;
}

static bool take_rid(const char **text, struct caec_csm_rid *rid)
{
	char digits[CSM_RID_TEXT] = "";

	if (strlen(*text) < CSM_RID_TEXT || (*text)[CSM_RID_TEXT - 1] != ',')
		return false;
	memcpy(digits, *text, CSM_RID_TEXT - 1);
	*text += CSM_RID_TEXT;
	return csm_rid_parse(digits, rid);
}

static bool parse(const char *text, struct name *name)
{
	return take(&text, ',', &name->region) && take_rid(&text, &name->peer) &&
	       take(&text, ',', &name->n) && take(&text, '\0', &name->theirs);
}

/* --- Opening ---------------------------------------------------------------------------------------------- */

/* Both are there since the realms were paired. What is not is left closed. */
static int open_both(int csm, struct by_csm *c, const struct name *name)
{
	int error = csm_find_region(csm, name->region, &c->own);

	if (error == 0)
		error = csm_find_attachment(csm, &name->peer, name->theirs, &c->theirs);
	if (error == 0)
		error = csm_map(&c->own);
	if (error == 0)
		error = csm_map(&c->theirs);
	if (error == 0 && c->theirs.permission != CAEC_CSM_RO)
		error = -EPERM; /* more than an agent needs */
	return error != 0 ? error : csm_link_open_two(&c->link, &c->own, &name->peer, name->n, &c->theirs);
}

int transport_csm(const char *text, struct transport **transport)
{
	struct name name;
	struct by_csm *c;
	int csm, error;

	if (!parse(text, &name))
		return -EINVAL;
	csm = csm_open();
	if (csm < 0)
		return csm;
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		close(csm);
		return -ENOMEM;
	}
	*c = (struct by_csm){ .transport = { send_message, receive_message, close_csm },
			      .own = { .fd = -1 },
			      .theirs = { .fd = -1 } };
	error = open_both(csm, c, &name);
	close(csm);
	if (error != 0)
		close_csm(&c->transport);
	else
		*transport = &c->transport;
	return error;
}
