/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the owner may ask of its realm (command.h): a region that it provides to one peer, or that it attaches of one.
 * The owner is trusted, the peer is not: what is in the region is read once and checked.
 */
#include "command.h"

#include <caec/tenant.h>

#include "lib/csm.h"
#include "common/string.h"

#ifndef REGION_BASE /* the unit test has it elsewhere: where there is nothing of the sanitizer's */
#define REGION_BASE ABI_U64(0x100000000)
#endif
#define REGION_SIZE (16 * GRANULE_SIZE)

/* Where the region is mapped once it is. */
static bool mapped;

/* The text in the region: its length, then that many bytes. */
struct note {
	uint64_t length;
	uint8_t text[TENANT_TEXT_MAX];
};

static volatile struct note *note(void)
{
	return (volatile struct note *)(uintptr_t)REGION_BASE;
}

static uint64_t get_number(const uint8_t *from)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < 8; i++)
		value = value << 8 | from[i];
	return value;
}

static void put_number(uint8_t *to, uint64_t value)
{
	for (unsigned int i = 0; i < 8; i++)
		to[i] = (uint8_t)(value >> (56 - 8 * i));
}

/* As it is written: the high half first. */
static struct csm_rid get_rid(const uint8_t *from)
{
	return (struct csm_rid){ .lo = get_number(from + 8), .hi = get_number(from) };
}

/* Each returns the length of what follows the status. */

static size_t share(const uint8_t *argument, uint8_t *result, uint64_t *status)
{
	struct csm_rid peer = get_rid(argument);
	uint64_t id, n = 0, features;

	*status = realm_csm_find(&features);
	if (*status == CSM_OK)
		*status = realm_csm_create(REGION_BASE, REGION_SIZE, &id);
	if (*status != CSM_OK)
		return 0;
	mapped = true;
	*status = realm_csm_share(id, &peer, (enum csm_permission)argument[TENANT_RID_SIZE], &n);
	if (*status != CSM_OK)
		return 0;
	put_number(result, n);
	return 8;
}

static size_t attach(const uint8_t *argument, uint8_t *result, uint64_t *status)
{
	struct csm_rid peer = get_rid(argument);
	uint64_t n = get_number(argument + TENANT_RID_SIZE), features;
	struct realm_csm_attachment attachment;

	*status = realm_csm_find(&features);
	if (*status == CSM_OK)
		*status = realm_csm_reserve(&peer, n, REGION_BASE, REGION_SIZE, 0);
	if (*status != CSM_OK)
		return 0;
	*status = realm_csm_attach(&peer, n, &attachment);
	if (*status != CSM_OK) {
		realm_csm_detach(&peer, n);
		return 0;
	}
	mapped = true;
	put_number(result, attachment.pages);
	return 8;
}

static void put(const uint8_t *text, size_t size, uint64_t *status)
{
	volatile struct note *to = note();

	for (size_t i = 0; i < size; i++)
		to->text[i] = text[i];
	to->length = size;
	*status = CSM_OK;
}

static size_t get(uint8_t *result, uint64_t *status)
{
	volatile const struct note *from = note();
	uint64_t length = from->length;

	if (length > TENANT_TEXT_MAX) {
		*status = CSM_ERROR_STATE;
		return 0;
	}
	for (uint64_t i = 0; i < length; i++)
		result[i] = from->text[i];
	*status = CSM_OK;
	return length;
}

size_t command_run(const uint8_t *command, size_t size, uint8_t answer[COMMAND_ANSWER_MAX])
{
	uint64_t status = TENANT_STATUS_COMMAND;
	size_t length = 0;

	if (size == 2 + TENANT_RID_SIZE && command[0] == TENANT_SHARE && !mapped)
		length = share(command + 1, answer + 8, &status);
	else if (size == 1 + TENANT_RID_SIZE + 8 && command[0] == TENANT_ATTACH && !mapped)
		length = attach(command + 1, answer + 8, &status);
	else if (size >= 1 && size <= 1 + TENANT_TEXT_MAX && command[0] == TENANT_PUT && mapped)
		put(command + 1, size - 1, &status);
	else if (size == 1 && command[0] == TENANT_GET && mapped)
		length = get(answer + 8, &status);
	put_number(answer, status);
	return 8 + length;
}
