/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz target for what caec-vmm reads that others have written: a realm's description (a JSON file, or options), names of realms
 * in the folder of all, what a realm's process tells of itself and how it answers a call. The first byte says which. What is
 * accepted is within its bounds; what people are told is text, whatever it was about.
 */
#define _GNU_SOURCE
#include "client.c" /* NOLINT(bugprone-suspicious-include): what others say goes to static functions */
#define failed call_failed
#include "client_vsock.c" /* NOLINT(bugprone-suspicious-include): the same */
#undef failed

#include <limits.h>
#include <sys/mman.h>

#include "config.h"
#include "target.h"

/* No control characters: C0, DEL, and C1 as UTF-8 has them. */
static bool is_text(const char *text, bool lines)
{
	const unsigned char *c = (const unsigned char *)text;

	for (; *c != 0; c++) {
		if ((*c < 0x20 && !(lines && *c == '\n')) || *c == 0x7f ||
		    (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0))
			return false;
	}
	return true;
}

/* --- Descriptions ------------------------------------------------------------------------------------------- */

static void check_config(const struct config *c)
{
	EXPECT(config_is_name(c->name) && c->kernel[0] != 0 && c->state[0] != 0);
	EXPECT(c->cpus >= 1 && c->cpus <= CONFIG_MAX_CPUS && c->memory != 0 && c->memory % (2 * MIB) == 0);
	EXPECT(c->disk_count <= CONFIG_MAX_DISKS && c->peer_count <= CONFIG_MAX_PEERS);
	for (unsigned int i = 0; i < c->disk_count; i++)
		EXPECT(c->disks[i].path[0] != 0);
	for (unsigned int i = 0; i < c->peer_count; i++)
		EXPECT(config_is_name(c->peers[i]));
	EXPECT(c->append == NULL || strlen(c->append) <= CONFIG_MAX_APPEND);
	EXPECT(c->rim_size == 0 || c->rim_size == 32 || c->rim_size == 64);
	EXPECT(c->num_bps <= 63 && c->num_wps <= 63 && (c->net == CONFIG_NET_TAP) == (c->tap != NULL));
}

static void finish(struct config *c, bool good, struct fault *fault)
{
	if (good && config_finish(c, fault))
		check_config(c);
	else
		EXPECT(fault->status != VMM_OK && fault->text[0] != 0 && is_text(fault->text, false));
	config_free(c);
}

static void try_json(const char *text, size_t size)
{
	int fd = memfd_create("config", MFD_CLOEXEC);
	struct fault fault = { VMM_OK, "" };
	struct config c;
	char path[32];

	EXPECT(fd >= 0 && write(fd, text, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	config_init(&c);
	finish(&c, config_read(&c, path, &fault), &fault);
	close(fd);
}

/* A line each. */
static void try_options(char *text)
{
	struct fault fault = { VMM_OK, "" };
	bool good = true;
	struct config c;
	char *line;

	config_init(&c);
	while (good && (line = strsep(&text, "\n")) != NULL) {
		char *key = strsep(&line, "=");

		good = config_set(&c, key, line != NULL ? line : "", &fault);
	}
	finish(&c, good, &fault);
}

/* --- The folder of all realms ------------------------------------------------------------------------------- */

/* Only a realm's own folder, and only if nobody has it, goes. */
static void try_name(char *name)
{
	char root[] = "/tmp/caec-fuzz-XXXXXX", path[600], **names;
	struct fault fault = { VMM_OK, "" };
	int all;

	name[strcspn(name, "/")] = 0;
	if (strlen(name) > NAME_MAX || name[0] == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	EXPECT(mkdtemp(root) != NULL);
	all = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/lock", name);
	EXPECT(mkdirat(all, name, 0700) == 0);
	close(openat(all, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	EXPECT(state_owner(root, name) == 0);
	EXPECT(state_names(root, &names, &fault) == 0 && names == NULL);
	EXPECT((faccessat(all, path, F_OK, 0) != 0) == config_is_name(name));
	unlinkat(all, path, 0);
	unlinkat(all, name, AT_REMOVEDIR);
	EXPECT(rmdir(root) == 0);
	close(all);
}

/* --- A realm's process -------------------------------------------------------------------------------------- */

static void try_info(const char *bytes, size_t size)
{
	json_t *object = json_loadb(bytes, size, 0, NULL);
	FILE *real = stdout;
	size_t length;
	char *text;

	if (object == NULL)
		return;
	stdout = open_memstream(&text, &length);
	print_line("a", 1, object);
	print_text("", object);
	EXPECT(fclose(stdout) == 0 && strlen(text) == length && is_text(text, true));
	stdout = real;
	free(text);
	json_decref(object);
}

/* What is behind the line is the stream's, all of it. */
static void try_answer(const char *bytes, size_t size)
{
	const char *end = memchr(bytes, '\n', size);
	bool accepted;
	int ends[2];
	char rest[8];

	if (size > 4096 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return;
	EXPECT(write(ends[0], bytes, size) == (ssize_t)size);
	shutdown(ends[0], SHUT_WR);
	accepted = is_accepted(ends[1]);
	EXPECT(!accepted || (end != NULL && end - bytes < VSOCK_LINE && memcmp(bytes, "OK ", 3) == 0));
	if (accepted)
		EXPECT(read(ends[1], rest, 1) == (ssize_t)(end + 1 < bytes + size));
	close(ends[0]);
	close(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	switch ((data[0] - '0') & 7) { /* a digit, in those that people have written */
	case 0:
		try_json((const char *)data + 1, size - 1);
		break;
	case 1:
		try_options(text);
		break;
	case 2:
		try_name(text);
		break;
	case 3:
		try_info((const char *)data + 1, size - 1);
		break;
	default:
		try_answer((const char *)data + 1, size - 1);
		break;
	}
	free(text);
	return 0;
}
