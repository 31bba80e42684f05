/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * /dev/csm and its objects.
 */
#include "libcsm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

const char *csm_error_text(int error)
{
	switch (error < 0 ? -error : error) {
	case EACCES:
		return "DENIED: there is no such share for this realm, or its size is another";
	case EKEYREVOKED:
		return "REVOKED: the provider took its consent back";
	case EPIPE:
		return "GONE: the peer let go, or is no more";
	case EREMOTEIO:
		return "HOST: the host refused";
	case EBUSY:
		return "STATE: it is in use, or not in a state for this";
	case EOPNOTSUPP:
		return "this monitor would let a provider stop this kernel (caec_csm, trust_peers)";
	case ENOSPC:
		return "the window of addresses is full";
	case ENODEV:
	case ENXIO:
		return "there is no confidential shared memory here";
	default:
		return strerror(error < 0 ? -error : error);
	}
}

/* --- Identifiers ------------------------------------------------------------------------------------------ */

static bool parse_half(const char *text, uint64_t *half)
{
	*half = 0;
	for (int i = 0; i < 16; i++) {
		const char *digits = "0123456789abcdef0123456789ABCDEF";
		const char *digit = text[i] != '\0' ? strchr(digits, text[i]) : NULL;

		if (digit == NULL)
			return false;
		*half = *half << 4 | (uint64_t)((digit - digits) % 16);
	}
	return true;
}

bool csm_rid_parse(const char *text, struct caec_csm_rid *rid)
{
	uint64_t hi, lo;

	if (strlen(text) != 32 || !parse_half(text, &hi) || !parse_half(text + 16, &lo))
		return false;
	*rid = (struct caec_csm_rid){ .lo = lo, .hi = hi };
	return true;
}

void csm_rid_format(const struct caec_csm_rid *rid, char text[CSM_RID_TEXT])
{
	snprintf(text, CSM_RID_TEXT, "%016llx%016llx", (unsigned long long)rid->hi,
		 (unsigned long long)rid->lo);
}

/* --- /dev/csm --------------------------------------------------------------------------------------------- */

static int control(int fd, unsigned long command, void *argument)
{
	return ioctl(fd, command, argument) == 0 ? 0 : -errno;
}

int csm_open(void)
{
	int fd = open("/dev/csm", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	return fd;
}

int csm_info(int csm, struct caec_csm_info *info)
{
	*info = (struct caec_csm_info){ .version = CAEC_CSM_VERSION };
	return control(csm, CAEC_CSM_INFO, info);
}

int csm_query(int csm, struct caec_csm_entry *entry)
{
	*entry = (struct caec_csm_entry){ .version = CAEC_CSM_VERSION, .index = entry->index };
	return control(csm, CAEC_CSM_QUERY, entry);
}

int csm_measurement(int csm, const struct caec_csm_rid *peer, unsigned int index,
		    struct caec_csm_measurement *measurement)
{
	*measurement =
		(struct caec_csm_measurement){ .version = CAEC_CSM_VERSION, .index = index, .peer = *peer };
	return control(csm, CAEC_CSM_MEASUREMENT, measurement);
}

/* --- Objects ---------------------------------------------------------------------------------------------- */

int csm_create(int csm, uint64_t size, uint32_t flags, struct csm *o)
{
	struct caec_csm_create create = { .version = CAEC_CSM_VERSION, .flags = flags, .size = size };
	int error = control(csm, CAEC_CSM_CREATE, &create);

	if (error == 0)
		*o = (struct csm){ .fd = create.fd,
				   .role = CAEC_CSM_ROLE_REGION,
				   .permission = CAEC_CSM_RW,
				   .id = create.id,
				   .size = size };
	return error;
}

int csm_attach(int csm, const struct caec_csm_rid *provider, uint64_t n, uint64_t size, uint32_t flags,
	       struct csm *o)
{
	struct caec_csm_attach attach = {
		.version = CAEC_CSM_VERSION, .flags = flags, .provider = *provider, .n = n, .size = size
	};
	int error = control(csm, CAEC_CSM_ATTACH, &attach);

	if (error == 0)
		*o = (struct csm){ .fd = attach.fd,
				   .role = CAEC_CSM_ROLE_CONSUMER,
				   .permission = attach.permission,
				   .provider = *provider,
				   .n = n,
				   .size = size };
	return error;
}

static int find(int csm, struct caec_csm_open *which, struct csm *o)
{
	struct caec_csm_object object = { .version = CAEC_CSM_VERSION };
	int error;

	which->version = CAEC_CSM_VERSION;
	error = control(csm, CAEC_CSM_OPEN, which);
	if (error != 0)
		return error;
	error = control(which->fd, CAEC_CSM_OBJECT, &object);
	if (error != 0) {
		close(which->fd);
		return error;
	}
	*o = (struct csm){ .fd = which->fd,
			   .role = object.role,
			   .permission = object.permission,
			   .id = object.id,
			   .provider = object.provider,
			   .n = object.n,
			   .size = object.size };
	return 0;
}

int csm_find_region(int csm, uint64_t id, struct csm *o)
{
	struct caec_csm_open which = { .role = CAEC_CSM_ROLE_REGION, .id = id };

	return find(csm, &which, o);
}

int csm_find_attachment(int csm, const struct caec_csm_rid *provider, uint64_t n, struct csm *o)
{
	struct caec_csm_open which = { .role = CAEC_CSM_ROLE_CONSUMER, .provider = *provider, .n = n };

	return find(csm, &which, o);
}

int csm_map(struct csm *o)
{
	int protection = PROT_READ | (o->permission == CAEC_CSM_RW ? PROT_WRITE : 0) |
			 (o->permission == CAEC_CSM_RX ? PROT_EXEC : 0);
	void *base = mmap(NULL, o->size, protection, MAP_SHARED, o->fd, 0);

	if (base == MAP_FAILED)
		return -errno;
	o->base = base;
	return 0;
}

void csm_close(struct csm *o)
{
	if (o->base != NULL)
		munmap(o->base, o->size);
	close(o->fd);
	*o = (struct csm){ .fd = -1 };
}

int csm_keep(const struct csm *o, bool keep)
{
	struct caec_csm_keep argument = { CAEC_CSM_VERSION, keep };

	return control(o->fd, CAEC_CSM_SET_KEEP, &argument);
}

int csm_share(const struct csm *o, const struct caec_csm_rid *peer, uint32_t permission, const uint8_t *rim,
	      uint64_t *n)
{
	struct caec_csm_share share = {
		.version = CAEC_CSM_VERSION, .permission = permission, .measured = rim != NULL, .peer = *peer
	};
	int error;

	if (rim != NULL)
		memcpy(share.rim, rim, sizeof(share.rim));
	error = control(o->fd, CAEC_CSM_SHARE, &share);
	if (error == 0)
		*n = share.n;
	return error;
}

int csm_revoke(const struct csm *o, const struct caec_csm_rid *peer, uint64_t n)
{
	struct caec_csm_peer which = { .version = CAEC_CSM_VERSION, .peer = *peer, .n = n };

	return control(o->fd, CAEC_CSM_REVOKE, &which);
}

int csm_notify(const struct csm *o, const struct caec_csm_rid *peer, uint64_t n)
{
	struct caec_csm_peer which = { .version = CAEC_CSM_VERSION, .n = n };

	if (o->role == CAEC_CSM_ROLE_REGION)
		which.peer = *peer;
	return control(o->fd, CAEC_CSM_NOTIFY, &which);
}

int csm_wait(const struct csm *o, int timeout, struct caec_csm_event *event)
{
	struct pollfd poller = { .fd = o->fd, .events = POLLIN };
	ssize_t got;
	int ready = poll(&poller, 1, timeout);

	if (ready < 0)
		return -errno;
	if (ready == 0)
		return -ETIMEDOUT;
	got = read(o->fd, event, sizeof(*event));
	if (got < 0)
		return -errno;
	return got == 0 ? -EPIPE : 0;
}
