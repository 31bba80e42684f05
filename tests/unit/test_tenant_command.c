/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a tenant realm's owner may ask of it (realm/tenant/command.c), with the RMM faked and the region in this process.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <caec/tenant.h>

#include "lib/csm.h"
#include "tenant/command.h"

#define REGION ((uint64_t)REGION_BASE)
#define SIZE 0x10000
#define FAILED 0xbadULL

static struct csm_rid named;
static uint64_t number, detached;
static enum csm_permission permission;
static enum csm_error answers[5]; /* find, create, share, reserve, attach */

enum csm_error realm_csm_find(uint64_t *features)
{
	*features = 0;
	return answers[0];
}

enum csm_error realm_csm_create(uint64_t base, uint64_t size, uint64_t *id)
{
	assert_int_equal(base, REGION);
	assert_int_equal(size, SIZE);
	*id = 77;
	return answers[1];
}

enum csm_error realm_csm_share(uint64_t id, const struct csm_rid *peer, enum csm_permission p, uint64_t *n)
{
	assert_int_equal(id, 77);
	named = *peer;
	permission = p;
	*n = 0x0102030405060708;
	return answers[2];
}

enum csm_error realm_csm_reserve(const struct csm_rid *provider, uint64_t n, uint64_t base, uint64_t size,
				 uint64_t flags)
{
	(void)flags;
	assert_int_equal(base, REGION);
	assert_int_equal(size, SIZE);
	named = *provider;
	number = n;
	return answers[3];
}

enum csm_error realm_csm_attach(const struct csm_rid *provider, uint64_t n,
				struct realm_csm_attachment *attachment)
{
	assert_int_equal(provider->lo, named.lo);
	assert_int_equal(n, number);
	attachment->pages = 16;
	return answers[4];
}

enum csm_error realm_csm_detach(const struct csm_rid *provider, uint64_t n)
{
	(void)provider;
	detached = n;
	return CSM_OK;
}

static uint8_t answer[COMMAND_ANSWER_MAX];
static size_t length;

/* The status; what follows is in `answer` from its ninth byte on. */
static uint64_t run(const void *command, size_t size)
{
	uint64_t status = 0;

	memset(answer, 0xee, sizeof(answer));
	length = command_run(command, size, answer);
	assert_true(length >= 8 && length <= sizeof(answer));
	for (unsigned int i = 0; i < 8; i++)
		status = status << 8 | answer[i];
	return status;
}

static const uint8_t share[] = { TENANT_SHARE, 1,  2,  3,  4,  5,  6,  7,          8, 9,
				 10,           11, 12, 13, 14, 15, 16, CSM_PERM_RO };
static const uint8_t attach[] = {
	TENANT_ATTACH, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 0, 0, 0, 0, 0, 1, 2
};
static const uint8_t put[] = { TENANT_PUT, 'h', 'i' };
static const uint8_t get[] = { TENANT_GET };

static void test_nothing_before_sharing(void **state)
{
	static const uint8_t longer[COMMAND_ANSWER_MAX] = { TENANT_SHARE };

	(void)state;
	assert_int_equal(run(put, sizeof(put)), TENANT_STATUS_COMMAND);
	assert_int_equal(run(get, sizeof(get)), TENANT_STATUS_COMMAND);
	assert_int_equal(run(NULL, 0), TENANT_STATUS_COMMAND);
	for (size_t size = 1; size < sizeof(attach) + 2; size++) {
		uint8_t command[sizeof(attach) + 2] = { 0 };

		for (unsigned int verb = 0; verb < 256; verb++) {
			command[0] = (uint8_t)verb;
			if ((verb == TENANT_SHARE && size == sizeof(share)) ||
			    (verb == TENANT_ATTACH && size == sizeof(attach)))
				continue;
			assert_int_equal(run(command, size), TENANT_STATUS_COMMAND);
			assert_int_equal(length, 8);
		}
	}
	assert_int_equal(run(longer, sizeof(longer)), TENANT_STATUS_COMMAND);
}

/* Whatever fails leaves the realm as it was: it can try again. */
static void test_failures(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		bool sharing = i < 3;

		answers[i] = (enum csm_error)FAILED;
		detached = 0;
		if (sharing && i < 2)
			assert_int_equal(run(share, sizeof(share)), FAILED);
		if (!sharing || i == 0)
			assert_int_equal(run(attach, sizeof(attach)), FAILED);
		assert_int_equal(detached, i == 4 ? 0x102 : 0);
		assert_int_equal(length, i == 2 ? length : 8);
		answers[i] = CSM_OK;
		assert_int_equal(run(get, sizeof(get)), TENANT_STATUS_COMMAND);
	}
}

static void test_attach_and_text(void **state)
{
	static uint8_t text[1 + TENANT_TEXT_MAX + 1] = { TENANT_PUT };
	volatile uint64_t *region = (volatile uint64_t *)REGION;

	(void)state;
	assert_int_equal(run(attach, sizeof(attach)), CSM_OK);
	assert_int_equal(length, 16);
	assert_int_equal(answer[15], 16);
	assert_int_equal(named.hi, 0x0102030405060708);
	assert_int_equal(named.lo, 0x090a0b0c0d0e0f10);
	assert_int_equal(number, 0x102);
	/* Once only: there is one region. */
	assert_int_equal(run(attach, sizeof(attach)), TENANT_STATUS_COMMAND);
	assert_int_equal(run(share, sizeof(share)), TENANT_STATUS_COMMAND);

	assert_int_equal(run(put, sizeof(put)), CSM_OK);
	assert_int_equal(run(get, sizeof(get)), CSM_OK);
	assert_int_equal(length, 10);
	assert_memory_equal(answer + 8, "hi", 2);
	memset(text + 1, 'x', sizeof(text) - 1);
	assert_int_equal(run(text, sizeof(text)), TENANT_STATUS_COMMAND);
	assert_int_equal(run(text, sizeof(text) - 1), CSM_OK);
	assert_int_equal(run(get, sizeof(get)), CSM_OK);
	assert_int_equal(length, 8 + TENANT_TEXT_MAX);
	/* The peer writes what it likes. */
	region[0] = TENANT_TEXT_MAX + 1;
	assert_int_equal(run(get, sizeof(get)), CSM_ERROR_STATE);
	assert_int_equal(length, 8);
	region[0] = UINT64_MAX;
	assert_int_equal(run(get, sizeof(get)), CSM_ERROR_STATE);
	region[0] = 0;
	assert_int_equal(run(get, sizeof(get)), CSM_OK);
	assert_int_equal(length, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_before_sharing),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_attach_and_text),
	};
	void *region = mmap((void *)REGION, SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (region != (void *)REGION)
		return 2; /* no test has run */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
