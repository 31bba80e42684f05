/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Emulated devices: accesses to unprotected pages that are not there (DEN0137 A4.3.4.2, A4.2.2).
 */
#include "machine.h"
#include "realm_code.h"

/* What the host's device saw, and what it answers. */
struct device {
	struct host_mmio last;
	unsigned int accesses;
	uint64_t answer;
	bool absent;
};

static bool device_access(struct test_realm *realm, struct host_mmio *access)
{
	struct device *device = realm->owner;

	if (device->absent)
		return false;
	device->accesses++;
	device->last = *access;
	if (!access->is_write)
		access->value = device->answer;
	return true;
}

static struct test_realm *start(struct device *device)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);

	realm->owner = device;
	realm->mmio = device_access;
	return realm;
}

/* --- A few instructions that the realm's program doesn't have ------------------------------------------- */

#define MOVZ(reg, value, hw) (0xd2800000U | (unsigned int)(hw) << 21 | (unsigned int)(value) << 5 | (reg))
#define MOVK(reg, value, hw) (MOVZ(reg, value, hw) | 0x20000000U)
#define HALF(value, hw) (((value) >> (16 * (hw))) & 0xffff)
#define RET 0xd65f03c0U

/* Loads x1 with `address` and x2 with `value`, does `instruction`, and returns x0. */
static struct script_result execute(struct test_realm *realm, uint32_t instruction, uint64_t address,
				    uint64_t value)
{
	uint64_t code = test_ram(realm);
	uint32_t program[10];

	for (unsigned int hw = 0; hw < 4; hw++) {
		program[hw] = hw == 0 ? MOVZ(1, HALF(address, 0), 0) : MOVK(1, HALF(address, hw), hw);
		program[4 + hw] = hw == 0 ? MOVZ(2, HALF(value, 0), 0) : MOVK(2, HALF(value, hw), hw);
	}
	program[8] = instruction;
	program[9] = RET;
	for (unsigned int i = 0; i < 10; i += 2)
		CHECK_EQ(realm_write64(realm, code + i * 4, program[i] | (uint64_t)program[i + 1] << 32), 0);
	return script(realm, SCRIPT_EXEC, code);
}

/* --- Tests ------------------------------------------------------------------------------------------- */

MACHINE_TEST(mmio_words)
{
	struct device device = { .answer = 0x8877665544332211 };
	struct test_realm *realm = start(&device);
	uint64_t ipa = host_unprotected_base(&realm->realm) + 0x9000018, value;

	CHECK_EQ(realm_read64(realm, ipa, &value), 0);
	CHECK_EQ(value, 0x8877665544332211);
	CHECK_EQ(device.last.ipa, ipa);
	CHECK_EQ(device.last.bytes, 8);
	CHECK(!device.last.is_write);

	CHECK_EQ(realm_write64(realm, ipa + 8, 0x123456789abcdef0), 0);
	CHECK_EQ(device.last.ipa, ipa + 8);
	CHECK_EQ(device.last.bytes, 8);
	CHECK(device.last.is_write);
	CHECK_EQ(device.last.value, 0x123456789abcdef0);
	CHECK_EQ(device.accesses, 2);
	realm_end(realm);
}

MACHINE_TEST(mmio_absent)
{
	struct device device = { .absent = true };
	struct test_realm *realm = start(&device);
	uint64_t ipa = host_unprotected_base(&realm->realm) + 0x9000018, value;

	CHECK(is_external_abort(realm_read64(realm, ipa, &value)));
	CHECK(is_external_abort(realm_write64(realm, ipa, 1)));
	realm_end(realm);
}

/* The device answers with all bits of a register; the realm gets those of its access, extended its way. */
MACHINE_TEST(mmio_loads)
{
	static const struct {
		const char *name;
		uint32_t instruction; /* ... x0/w0, [x1] */
		unsigned int bytes;
		uint64_t expected;
	} loads[] = {
		{ "ldrb w0", 0x39400020, 1, 0x81 },
		{ "ldrsb w0", 0x39c00020, 1, 0xffffff81 },
		{ "ldrsb x0", 0x39800020, 1, 0xffffffffffffff81 },
		{ "ldrh w0", 0x79400020, 2, 0x9281 },
		{ "ldrsh w0", 0x79c00020, 2, 0xffff9281 },
		{ "ldrsh x0", 0x79800020, 2, 0xffffffffffff9281 },
		{ "ldr w0", 0xb9400020, 4, 0xb4a39281 },
		{ "ldrsw x0", 0xb9800020, 4, 0xffffffffb4a39281 },
		{ "ldr x0", 0xf9400020, 8, 0xf8e7d6c5b4a39281 },
	};
	struct device device = { .answer = 0xf8e7d6c5b4a39281 };
	struct test_realm *realm = start(&device);
	uint64_t ipa = host_unprotected_base(&realm->realm) + 0x20000;

	for (unsigned int i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		struct script_result result = execute(realm, loads[i].instruction, ipa, 0);

		if (result.x[1] != 0 || result.x[0] != loads[i].expected)
			verdict_fail("%s: 0x%lx, fault 0x%lx", loads[i].name, result.x[0], result.x[1]);
		CHECK_EQ(device.last.bytes, loads[i].bytes);
		CHECK_EQ(device.last.ipa, ipa);
	}
	/* A load to nowhere is an access all the same. */
	CHECK_EQ(execute(realm, 0xf940003f, ipa, 0).x[1], 0);
	CHECK_EQ(device.accesses, sizeof(loads) / sizeof(loads[0]) + 1);
	realm_end(realm);
}

/* The host sees what is stored, and no more of the register than that. */
MACHINE_TEST(mmio_stores)
{
	static const struct {
		uint32_t instruction; /* ... x2/w2, [x1] */
		unsigned int bytes;
		uint64_t expected;
	} stores[] = {
		{ 0x39000022, 1, 0xf0 },       { 0x79000022, 2, 0xdef0 },
		{ 0xb9000022, 4, 0x9abcdef0 }, { 0xf9000022, 8, 0x123456789abcdef0 },
		{ 0xf900003f, 8, 0 }, /* xzr */
	};
	struct device device = { 0 };
	struct test_realm *realm = start(&device);
	uint64_t ipa = host_unprotected_base(&realm->realm) + 0x20000;

	for (unsigned int i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		CHECK_EQ(execute(realm, stores[i].instruction, ipa, 0x123456789abcdef0).x[1], 0);
		CHECK(device.last.is_write);
		CHECK_EQ(device.last.bytes, stores[i].bytes);
		CHECK_EQ(device.last.value, stores[i].expected);
	}
	realm_end(realm);
}

/* --- Pages that the host maps when they are written to --------------------------------------------------- */

/* A page of the host's in the realm, which maps it read and write at the first access that can't be done. */
struct shared_page {
	uint64_t ipa, pa;
	unsigned int exits;
	struct rmi_rec_exit exit; /* the last one */
};

static bool map_for_writing(struct test_realm *realm, uint64_t ipa)
{
	struct shared_page *page = realm->owner;

	CHECK_EQ(ipa & ~ABI_U64(0xfff), page->ipa);
	memcpy(&page->exit, &realm->realm.recs[0].run->exit, sizeof(page->exit));
	page->exits++;
	CHECK_OK(host_unmap_unprotected(&realm->realm, page->ipa, GRANULE_SIZE));
	CHECK_OK(host_map_unprotected(&realm->realm, page->ipa, page->pa, GRANULE_SIZE,
				      HOST_UNPROTECTED_WB_RW));
	return true;
}

#define OFFSET 0x800 /* a multiple of what DC ZVA can zero */
#define FIRST 0x1111222233334444
#define SECOND 0x5555666677778888

static uint64_t word_of(unsigned int i)
{
	return 0xabc0000000000000 + i;
}

/* What an access writes, from OFFSET on. */
static const struct write {
	const char *name;
	const uint32_t *begin, *end;
	bool emulatable;
	unsigned int words; /* 0: as many as DC ZVA zeroes */
	uint64_t written[2];
} writes[] = {
	{ "str", code_str, code_str_end, true, 1, { FIRST } },
	{ "stp", code_stp, code_stp_end, false, 2, { FIRST, SECOND } },
	{ "cas", code_cas, code_cas_end, false, 1, { FIRST } },
	{ "dc zva", code_dc_zva, code_dc_zva_end, false, 0, { 0 } },
};

/* DEN0137 A4.3.4.3: where, and that it is about the permission (or that nothing is there), is what the host needs. */
static void check_exit(const struct shared_page *page, const struct write *w, uint64_t fsc)
{
	const struct rmi_rec_exit *exit = &page->exit;
	uint64_t isv = ABI_U64(1) << 24, wnr = 0x40;

	CHECK_EQ(page->exits, 1);
	CHECK_EQ(exit->exit_reason, RMI_EXIT_SYNC);
	CHECK_EQ(exit->esr >> 26, 0x24);
	CHECK_EQ(exit->esr & 0x3f, fsc);
	CHECK_EQ(exit->esr & (isv | wnr), w->emulatable ? isv | wnr : 0);
	CHECK_EQ(exit->hpfar, page->ipa >> 8);
	CHECK_EQ(exit->far, w->emulatable ? OFFSET : 0);
	CHECK_EQ(exit->gprs[0], w->emulatable ? FIRST : 0);
}

/* The write has been done once, and nothing else. */
static void check_content(const struct shared_page *page, const struct write *w)
{
	unsigned int first = OFFSET / 8, count = w->words, dczid = (unsigned int)sysreg_read(dczid_el0);

	if (count == 0)
		count = (4U << (dczid & 0xf)) / 8;
	for (unsigned int i = 0; i < GRANULE_SIZE / 8; i++) {
		uint64_t expected = i < first || i >= first + count ? word_of(i)
				    : w->words == 0                 ? 0
								    : w->written[i - first];

		if (words_of(page->pa)[i] != expected)
			verdict_fail("%s: word %u is 0x%lx, not 0x%lx", w->name, i, words_of(page->pa)[i],
				     expected);
	}
}

static void check_write(struct test_realm *realm, const struct write *w, uint64_t attributes)
{
	struct shared_page *page = realm->owner;
	const uint64_t data[4] = { page->ipa + OFFSET, FIRST, SECOND, word_of(OFFSET / 8) };
	struct script_result result;
	uint64_t value;

	for (unsigned int i = 0; i < 4; i++)
		CHECK_EQ(realm_write64(realm, realm_code_data(realm) + 8 * i, data[i]), 0);
	for (unsigned int i = 0; i < GRANULE_SIZE / 8; i++)
		words_of(page->pa)[i] = word_of(i);
	page->exits = 0;
	if (attributes != 0) {
		CHECK_OK(host_map_unprotected(&realm->realm, page->ipa, page->pa, GRANULE_SIZE, attributes));
		CHECK_EQ(realm_read64(realm, data[0], &value), 0);
		CHECK_EQ(value, word_of(OFFSET / 8));
	}
	CHECK(realm_execute(realm, &result, w->begin, (size_t)(w->end - w->begin)));
	CHECK_EQ(result.x[1], 0);
	CHECK_EQ(result.x[0], data[3]); /* CAS has it from the page */
	check_exit(page, w, attributes != 0 ? 0xf : 0x7);
	check_content(page, w);
	CHECK_OK(host_unmap_unprotected(&realm->realm, page->ipa, GRANULE_SIZE));
}

/* Read only, and not there at all: the host learns which, maps it for both, and the realm never knows. */
MACHINE_TEST(mmio_mapped_for_writing)
{
	struct shared_page page = { .pa = test_granule() };
	struct test_realm *realm = realm_start(REALM_PROGRAM_SCRIPT, NULL);

	page.ipa = host_unprotected_base(&realm->realm) + 0x9000000;
	realm->owner = &page;
	realm->unprotected = map_for_writing;
	CHECK_OK(host_make_tables(&realm->realm, page.ipa, GRANULE_SIZE, 3));
	for (unsigned int i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		check_write(realm, &writes[i], HOST_UNPROTECTED_WB_RO);
		check_write(realm, &writes[i], 0);
	}
	realm_end(realm);
	test_granule_free(page.pa);
}
