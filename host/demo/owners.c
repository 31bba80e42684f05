/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `owners`: tenant realms (realm/tenant) for owners on the build machine, who talk to them through this console. This
 * host does what the console says, a line at a time, whoever is at its other end:
 *
 *	start NAME KEY [changed]  a realm for the owner with this public key; `changed`: with another image
 *	message NAME HEX          appends to the message for a realm,
 *	send NAME                 which it is given then; the answer comes as lines `SAID NAME HEX`
 *	misplace NAME             tells the realm that its message lies at its own first page
 *	end NAME
 *	quit
 *
 * Each ends with a line `OK`, with what it has to tell, or `ERROR why`. tools/owners is who uses it.
 */
#include <caec/tenant.h>

#include "puppet/script.h"
#include "board/command.h"
#include "board/gic.h"
#include "board/platform.h"

#define TENANTS 4
#define LINE_MAX 320
#define SAID_BYTES 96 /* in one line */
#define MESSAGE_PAGES (TENANT_MESSAGE_MAX / GRANULE_SIZE)

static struct tenant {
	char name[8];
	struct test_realm *realm;
	uint64_t buffer_pa;
	uint8_t message[TENANT_MESSAGE_MAX];
	size_t length;
} tenants[TENANTS];

/* --- Words ------------------------------------------------------------------------------------------------ */

static char line[LINE_MAX];

static void read_line(void)
{
	size_t length = 0;
	char c;

	for (;;) {
		if (!console_read(&c)) {
			console_interrupt(true);
			wfi();
			gic_handle();
			continue;
		}
		if (c == '\n' || c == '\r')
			break;
		if (length == sizeof(line) - 1)
			verdict_fail("owners: a line is too long");
		line[length++] = c;
	}
	line[length] = '\0';
}

/* Cuts the next word off; "" if there is none. */
static const char *next_word(char **rest)
{
	char *word = *rest;

	while (*word == ' ')
		word++;
	for (*rest = word; **rest != '\0' && **rest != ' '; (*rest)++)
		;
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return word;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes that `hex` stands for, at most `room`. False: it is no such thing. */
static bool read_hex(const char *hex, uint8_t *to, size_t room, size_t *size)
{
	for (*size = 0; *hex != '\0'; hex += 2) {
		int high = digit(hex[0]), low = high < 0 ? -1 : digit(hex[1]);

		if (low < 0 || *size == room)
			return false;
		to[(*size)++] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static void say(const char *name, const uint8_t *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * SAID_BYTES + 1];

	for (size_t done = 0; done < size; done += SAID_BYTES) {
		size_t part = size - done < SAID_BYTES ? size - done : SAID_BYTES;

		for (size_t i = 0; i < part; i++) {
			text[2 * i] = digits[bytes[done + i] >> 4];
			text[2 * i + 1] = digits[bytes[done + i] & 0xf];
		}
		text[2 * part] = '\0';
		print("SAID %s %s\n", name, text);
	}
}

/* --- Tenants --------------------------------------------------------------------------------------------- */

static struct tenant *find(const char *name)
{
	for (unsigned int i = 0; i < TENANTS; i++)
		if (tenants[i].realm != NULL && strcmp(tenants[i].name, name) == 0)
			return &tenants[i];
	return NULL;
}

static uint64_t buffer_ipa(const struct tenant *t)
{
	return host_unprotected_base(&t->realm->realm);
}

static const char *start(const char *name, const char *key, bool changed)
{
	struct tenant_config owner = { .magic = TENANT_CONFIG_MAGIC };
	const struct host_piece piece = { TENANT_CONFIG_IPA, &owner, sizeof(owner), false };
	size_t image_size = (size_t)(tenant_image_end - tenant_image_begin), size;
	/* What follows the image is not zero, so one byte more is another image. */
	struct host_realm_config config = {
		.image = tenant_image_begin,
		.image_size = image_size + (changed ? 1 : 0),
		.pieces = &piece,
		.piece_count = 1,
		.ram_base = REALM_IMAGE_IPA,
		.ram_size = TEST_RAM_SIZE,
		.entry = REALM_IMAGE_IPA,
		.gprs = { 0, 0, HOST_DEFAULT_IPA_BITS },
		.apt_granules = 1,
	};
	struct tenant *t = tenants;

	while (t < tenants + TENANTS && t->realm != NULL)
		t++;
	if (t == tenants + TENANTS || find(name) != NULL || *name == '\0' || strlen(name) >= sizeof(t->name))
		return "no place for a realm of that name";
	if (!read_hex(key, owner.owner_key, sizeof(owner.owner_key), &size) ||
	    size != sizeof(owner.owner_key))
		return "that is no key";
	memcpy(t->name, name, strlen(name) + 1);
	t->length = 0;
	config.name = t->name;
	t->realm = realm_start_as(&config);
	t->buffer_pa = memory_alloc(MESSAGE_PAGES);
	if (t->buffer_pa == 0)
		verdict_fail("owners: no memory");
	CHECK_OK(host_map_unprotected(&t->realm->realm, buffer_ipa(t), t->buffer_pa, TENANT_MESSAGE_MAX,
				      HOST_UNPROTECTED_WB_RW));
	print("OK rd 0x%lx\n", t->realm->realm.rd);
	return NULL;
}

static const char *message(struct tenant *t, const char *hex)
{
	size_t size;

	if (!read_hex(hex, t->message + t->length, sizeof(t->message) - t->length, &size))
		return "no hexadecimal digits, or too many";
	t->length += size;
	print("OK\n");
	return NULL;
}

static const char *send(struct tenant *t)
{
	uint8_t *buffer = (uint8_t *)(uintptr_t)t->buffer_pa;
	struct script_result result;
	size_t length = t->length;

	memcpy(buffer, t->message, length);
	t->length = 0;
	if (!script_try(t->realm, 0, &result, TENANT_STEP_MESSAGE, buffer_ipa(t), length, TENANT_MESSAGE_MAX))
		return "the realm has stopped";
	if (result.x[0] > TENANT_MESSAGE_MAX)
		return "the realm says that its answer is too long";
	say(t->name, buffer, result.x[0]);
	print("OK\n");
	return NULL;
}

/* A realm that takes the host's word for where a message is reads and writes its own memory for it. */
static const char *misplace(struct tenant *t)
{
	struct script_result result;
	bool answered = script_try(t->realm, 0, &result, TENANT_STEP_MESSAGE, REALM_IMAGE_IPA, 64,
				   TENANT_MESSAGE_MAX);

	print("OK %s\n", answered ? "answered" : t->realm->exited ? "ended" : "stopped");
	return NULL;
}

static const char *end(struct tenant *t)
{
	CHECK_OK(host_unmap_unprotected(&t->realm->realm, buffer_ipa(t), TENANT_MESSAGE_MAX));
	for (unsigned int i = 0; i < MESSAGE_PAGES; i++)
		memory_free(t->buffer_pa + i * GRANULE_SIZE);
	realm_end(t->realm);
	t->realm = NULL;
	print("OK\n");
	return NULL;
}

/* NULL if it was done. */
static const char *obey(const char *verb, char *rest)
{
	const char *name = next_word(&rest), *argument = next_word(&rest), *option = next_word(&rest);
	struct tenant *t = find(name);

	if (strcmp(verb, "start") == 0)
		return start(name, argument, strcmp(option, "changed") == 0);
	if (t == NULL)
		return "no such realm, or no such command";
	if (strcmp(verb, "message") == 0)
		return message(t, argument);
	if (strcmp(verb, "send") == 0)
		return send(t);
	if (strcmp(verb, "misplace") == 0)
		return misplace(t);
	if (strcmp(verb, "end") == 0)
		return end(t);
	return "no such command";
}

void owners_main(const char *argument)
{
	if (*argument != '\0')
		verdict_fail("owners takes no argument");
	rmm_init();
	gic_enable_spi(PLATFORM_INTID_UART, 0);
	console_listen();
	print("READY\n");
	for (;;) {
		char *rest = line;
		const char *verb, *error;

		read_line();
		verb = next_word(&rest);
		if (*verb == '\0')
			continue;
		if (strcmp(verb, "quit") == 0)
			break;
		error = obey(verb, rest);
		if (error != NULL)
			print("ERROR %s\n", error);
	}
	console_interrupt(false);
	for (unsigned int i = 0; i < TENANTS; i++)
		if (tenants[i].realm != NULL)
			end(&tenants[i]);
	if (rmm.delegated != 0 || memory_in_use() != 0)
		verdict_fail("owners: %lu granules not back, %lu not freed", rmm.delegated, memory_in_use());
}
