/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * csm-pair: two realms find out who the other is and share memory (csm-pair(1), docs/pairing.md). `csm pair` runs it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "../csm-tool/tool.h"
#include "pair.h"
#include "stream.h"
#include "tsm.h"

#define TIMEOUT 120 /* seconds */

struct options {
	const char *policy, *path, *command;
	int fd; /* -1: none */
	unsigned int timeout;
	bool has_peer;
	uint8_t peer[PAIR_RID_SIZE];
};

int csm = -1;

static struct stream stream;
static struct csm object; /* the provider's region, or the consumer's attachment */
static uint32_t permission;

static const char usage_text[] =
	"usage: csm pair --policy FILE [option...] share ID ro|rw|rx\n"
	"       csm pair --policy FILE [option...] attach [--dax] [--sigbus]\n"
	"       csm pair --policy FILE [option...] accept\n"
	"Exchanges attestation tokens with a peer, and shares a region with it or attaches its region.\n"
	"  --policy FILE    what the peer has to be (docs/verifier.md)\n"
	"  --peer RID       and that it has to be this realm\n"
	"  --on PATH        the stream to it: a terminal, device, pipe or Unix socket;\n"
	"                   vsock:CID:PORT, the host is 2; vsock:PORT: the one that comes there\n"
	"  --exec COMMAND   ... or a command's standard input and output\n"
	"  --fd N           ... or a descriptor. Without: standard input and output\n"
	"  --timeout S      gives up after so many seconds (120)\n"
	"  --json           the answer as an object\n"
	"share lets the peer attach the region; attach does that and keeps it; accept only prints\n"
	"what is offered.\n"
	"Prints the peer's RID, N, SIZE and the permission.\n";

/* --- Realm identifiers: bytes in the order of the digits -------------------------------------------------- */

static void rid_to_bytes(const struct caec_csm_rid *rid, uint8_t bytes[PAIR_RID_SIZE])
{
	for (unsigned int i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)(rid->hi >> (56 - 8 * i));
		bytes[8 + i] = (uint8_t)(rid->lo >> (56 - 8 * i));
	}
}

static struct caec_csm_rid rid_of_bytes(const uint8_t bytes[PAIR_RID_SIZE])
{
	struct caec_csm_rid rid = { 0, 0 };

	for (unsigned int i = 0; i < 8; i++) {
		rid.hi = rid.hi << 8 | bytes[i];
		rid.lo = rid.lo << 8 | bytes[8 + i];
	}
	return rid;
}

/* --- What the session wants of this realm ----------------------------------------------------------------- */

static int attest(void *context, const uint8_t challenge[PAIR_CHALLENGE_SIZE], uint8_t token[PAIR_TOKEN_MAX],
		  size_t *size, const char **why)
{
	int error = tsm_report(challenge, token, PAIR_TOKEN_MAX, size);

	(void)context;
	*why = error == -ENOENT ? "the kernel has no TSM reports (configfs, arm-cca-guest)"
				: strerror(-error);
	return error == 0 ? STATUS_OK : STATUS_FAILED;
}

static int share(void *context, const uint8_t rid[PAIR_RID_SIZE], struct pair_offer *offer, const char **why)
{
	struct caec_csm_rid peer = rid_of_bytes(rid);
	int error = csm_share(&object, &peer, permission, NULL, &offer->n);

	(void)context;
	offer->size = object.size;
	offer->permission = (uint8_t)permission;
	*why = csm_error_text(error);
	return status_of(error);
}

static void warn(void *context, const char *warning)
{
	(void)context;
	fprintf(stderr, "csm: pair: warning: %s\n", warning);
}

static const struct pair_ops ops = {
	.context = &stream,
	.read = stream_read,
	.write = stream_write,
	.attest = attest,
	.share = share,
	.warn = warn,
};

/* --- Options ---------------------------------------------------------------------------------------------- */

static _Noreturn void misuse(const char *what)
{
	fprintf(stderr, "csm: pair: %s\n", what);
	fputs(usage_text, stderr);
	exit(STATUS_USAGE);
}

static int small_number(const char *text, int most)
{
	uint64_t value = number_argument(text);

	if (value > (uint64_t)most)
		fail(STATUS_USAGE, "pair: '%s' is too much: at most %d", text, most);
	return (int)value;
}

static void read_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "policy", required_argument, NULL, 'p' },
		{ "peer", required_argument, NULL, 'r' },
		{ "on", required_argument, NULL, 'o' },
		{ "exec", required_argument, NULL, 'e' },
		{ "fd", required_argument, NULL, 'f' },
		{ "timeout", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct caec_csm_rid rid;
	int option;

	while ((option = getopt_long(argc, argv, "+", known, NULL)) != -1) {
		switch (option) {
		case 'p':
			o->policy = optarg;
			break;
		case 'r':
			rid = rid_argument(optarg);
			rid_to_bytes(&rid, o->peer);
			o->has_peer = true;
			break;
		case 'o':
			o->path = optarg;
			break;
		case 'e':
			o->command = optarg;
			break;
		case 'f':
			o->fd = small_number(optarg, 1 << 20);
			break;
		case 't':
			o->timeout = (unsigned int)small_number(optarg, 86400);
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(usage_text, stdout);
			exit(STATUS_OK);
		default:
			misuse("an option that there is not, or that wants a value");
		}
	}
	if (o->policy == NULL)
		misuse("there is no --policy: then anybody would do");
	if ((o->path != NULL) + (o->command != NULL) + (o->fd >= 0) > 1)
		misuse("--on, --exec or --fd, not several: there is one stream");
}

static struct caec_policy *read_policy(const char *name)
{
	char error[512];
	FILE *file = fopen(name, "rb");
	struct caec_policy *policy;

	if (file == NULL)
		fail(STATUS_FAILED, "pair: %s: %s", name, strerror(errno));
	policy = caec_policy_read(file, error, sizeof(error));
	if (policy == NULL)
		fail(errno != 0 ? STATUS_FAILED : CAEC_BAD_POLICY, "pair: %s: %s", name, error);
	fclose(file);
	return policy;
}

/* Where the session has standard output, answers go to standard error. */
static int open_standard(void)
{
	int in = dup(STDIN_FILENO), out = dup(STDOUT_FILENO);

	dup2(STDERR_FILENO, STDOUT_FILENO);
	return in < 0 || out < 0 ? -errno : stream_descriptor(&stream, in, out);
}

static void open_stream(const struct options *o)
{
	const char *name = o->path != NULL ? o->path : o->command != NULL ? o->command : "the stream";
	int error = o->path != NULL      ? stream_path(&stream, o->path)
		    : o->command != NULL ? stream_command(&stream, o->command)
		    : o->fd >= 0         ? stream_descriptor(&stream, o->fd, o->fd)
					 : open_standard();

	if (error != 0)
		fail(STATUS_FAILED, "pair: %s: %s", name, strerror(-error));
}

/* --- Actions ---------------------------------------------------------------------------------------------- */

static void begin(struct pair *pair, const struct options *o, enum pair_role role)
{
	struct caec_csm_info info;

	check(csm_info(csm, &info), "pair");
	rid_to_bytes(&info.rid, pair->rid);
	if (getrandom(pair->nonce, sizeof(pair->nonce), 0) != (ssize_t)sizeof(pair->nonce))
		fail(STATUS_FAILED, "pair: no random numbers: %s", strerror(errno));
	pair->role = role;
	pair->policy = read_policy(o->policy);
	pair->wanted = o->has_peer ? o->peer : NULL;
	pair->ops = &ops;
	stream_limit(o->timeout);
	open_stream(o);
}

static void answer(const struct pair *pair)
{
	struct caec_csm_rid peer = rid_of_bytes(pair->peer);

	row("peer", rid_text(&peer), "n", number_text(pair->offer.n), "size", number_text(pair->offer.size),
	    "permission", permission_text(pair->offer.permission), NULL);
}

static _Noreturn void give_up(struct pair *pair, int status)
{
	stream_close(&stream);
	fail(status, "pair: %s", pair->reason);
}

static int run_share(struct pair *pair)
{
	int status = pair_run(pair);

	if (status != PAIR_OK && pair->shared) {
		struct caec_csm_rid peer = rid_of_bytes(pair->peer);

		csm_revoke(&object, &peer, pair->offer.n);
	}
	if (status != PAIR_OK)
		give_up(pair, status);
	return status;
}

/* What the provider said that it offers must be what the monitor has. */
static int attach(struct pair *pair, uint32_t flags)
{
	struct caec_csm_rid peer = rid_of_bytes(pair->peer);
	int error = csm_attach(csm, &peer, pair->offer.n, pair->offer.size, flags, &object);

	if (error != 0) {
		snprintf(pair->reason, sizeof(pair->reason), "attach: %s", csm_error_text(error));
		return status_of(error);
	}
	if (object.permission != pair->offer.permission) {
		snprintf(pair->reason, sizeof(pair->reason), "peer: it offered %s, and the share is %s",
			 permission_text(pair->offer.permission), permission_text(object.permission));
		return STATUS_PEER;
	}
	error = csm_keep(&object, true);
	if (error != 0)
		snprintf(pair->reason, sizeof(pair->reason), "keep: %s", csm_error_text(error));
	return status_of(error);
}

static int run_consume(struct pair *pair, bool attaches, uint32_t flags)
{
	int status = pair_run(pair);

	if (status == PAIR_OK) {
		status = attaches ? attach(pair, flags) : PAIR_OK;
		pair_end(pair, status);
	}
	if (status != PAIR_OK)
		give_up(pair, status);
	return status;
}

static uint32_t attach_flags(int argc, char **argv)
{
	uint32_t flags = 0;

	for (int i = 0; i < argc; i++) {
		if (!object_flag(argv[i], &flags))
			misuse("attach has the options --dax and --sigbus");
	}
	return flags;
}

int main(int argc, char **argv)
{
	static struct pair pair; /* too large for a stack */
	struct options o = { .fd = -1, .timeout = TIMEOUT };
	const char *action;

	read_options(argc, argv, &o);
	action = optind < argc ? argv[optind++] : "";
	argc -= optind;
	argv += optind;
	csm = csm_open();
	check(csm, "/dev/csm");
	if (strcmp(action, "share") == 0 && argc == 2) {
		permission = permission_argument(argv[1]);
		check(csm_find_region(csm, number_argument(argv[0]), &object), argv[0]);
		begin(&pair, &o, PAIR_PROVIDER);
		run_share(&pair);
	} else if (strcmp(action, "attach") == 0) {
		uint32_t flags = attach_flags(argc, argv);

		begin(&pair, &o, PAIR_CONSUMER);
		run_consume(&pair, true, flags);
	} else if (strcmp(action, "accept") == 0 && argc == 0) {
		begin(&pair, &o, PAIR_CONSUMER);
		run_consume(&pair, false, 0);
	} else {
		misuse("what is wanted is share ID PERMISSION, attach, or accept");
	}
	stream_close(&stream);
	answer(&pair);
	return STATUS_OK;
}
