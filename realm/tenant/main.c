/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A tenant realm: does what its owner says, and nobody else. The host hands it messages and gets answers, in memory
 * that the host can see; what is in a message is copied once and then looked at.
 */
#include "bare/mmu.h"
#include "bare/program.h"
#include "command.h"
#include "mbedtls_config.h"
#include "lib/hostcall.h"
#include "lib/rsi.h"
#include "session.h"
#include "common/string.h"

void primary_main(uint64_t program, uint64_t argument, uint64_t ipa_bits) __attribute__((noreturn));
void secondary_main(void) __attribute__((noreturn));

/* Mbed TLS's allocator has found its own memory overwritten. */
void session_broken(int status)
{
	(void)status;
	hostcall_exit(STATUS_EXCEPTION);
}

/* The plain text never leaves the realm. */
static int answer_sealed(const uint8_t *message, size_t size, uint8_t *to, size_t room, size_t *length)
{
	static uint8_t command[TENANT_MESSAGE_MAX], answer[COMMAND_ANSWER_MAX];
	size_t command_size = 0, answer_size;
	int refusal = session_open(message, size, command, &command_size);

	if (refusal != 0)
		return refusal;
	answer_size = command_run(command, command_size, answer);
	return session_seal(answer, answer_size, to, room, length);
}

static int respond(const uint8_t *message, size_t size, uint8_t *to, size_t room, size_t *length)
{
	if (size != 0 && message[0] == TENANT_HELLO)
		return session_hello(message, size, to, room, length);
	if (size != 0 && message[0] == TENANT_SEALED)
		return answer_sealed(message, size, to, room, length);
	return TENANT_BAD_MESSAGE;
}

static uint64_t unprotected_base;

/* In the half of the IPA space that is the host's anyway: it must not have us write to our own memory. */
static bool is_shared(uint64_t ipa, uint64_t size)
{
	return ipa >= unprotected_base && ipa < 2 * unprotected_base && size <= 2 * unprotected_base - ipa;
}

static void step_message(const uint64_t a[6], uint64_t r[6])
{
	static uint8_t message[TENANT_MESSAGE_MAX], response[TENANT_MESSAGE_MAX];
	size_t length = 0;
	int refusal;

	if (!is_shared(a[0], sizeof(message)) || a[1] > sizeof(message) || a[2] < sizeof(response))
		hostcall_exit(STATUS_UNKNOWN_STEP);
	memcpy(message, (const void *)a[0], a[1]);
	refusal = respond(message, a[1], response, sizeof(response), &length);
	if (refusal != 0) {
		response[0] = TENANT_REFUSED;
		response[1] = (uint8_t)refusal;
		length = 2;
	}
	memcpy((void *)a[0], response, length);
	r[0] = length;
}

static const struct program_step steps[] = {
	{ TENANT_STEP_MESSAGE, step_message },
};
static const struct program tenant = PROGRAM(steps);

void primary_main(uint64_t program, uint64_t argument, uint64_t ipa_bits)
{
	const struct tenant_config *config = (const struct tenant_config *)(uintptr_t)TENANT_CONFIG_IPA;

	(void)program;
	(void)argument;
	if (!realm_rsi_present() || !mmu_init(ipa_bits))
		hostcall_exit(STATUS_NOT_A_REALM);
	if (memcmp(config->magic, TENANT_CONFIG_MAGIC, sizeof(config->magic)) != 0)
		hostcall_exit(STATUS_UNKNOWN_PROGRAM);
	unprotected_base = ABI_U64(1) << (ipa_bits - 1);
	session_init(config->owner_key);
	serve_steps(&tenant);
}

/* Nobody turns another REC on. */
void secondary_main(void)
{
	hostcall_exit(STATUS_EXCEPTION);
}
