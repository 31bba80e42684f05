/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realms come and go: built, run, and every granule back.
 */
#include "machine.h"
#include "puppet/script.h"

static void say_hello(const struct realm_options *options)
{
	uint64_t delegated = rmm.delegated;
	struct test_realm *realm = realm_start(REALM_PROGRAM_HELLO, options);

	CHECK_EQ(realm_run(realm, 0), HOST_STOP_HANDLER);
	CHECK(realm->exited);
	CHECK_EQ(realm->status, 0);
	realm_end(realm);
	CHECK_EQ(rmm.delegated, delegated);
}

MACHINE_TEST(realm_hello)
{
	say_hello(NULL);
}

MACHINE_TEST(realm_hello_populated)
{
	say_hello(&(struct realm_options){ .populate = true, .hash_algo = RMI_HASH_SHA_512 });
}

/* One table and several at each starting level; the width at which a level is no longer enough. */
MACHINE_TEST(realm_geometries)
{
	static const unsigned int widths[] = { 33, 34, 35, 39, 40, 43, 44, 48 };

	for (unsigned int i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		say_hello(&(struct realm_options){ .ipa_bits = widths[i] });
}

/* Two realms at once, more in turn: VMIDs and granules are used again. */
MACHINE_TEST(realm_many)
{
	struct test_realm *kept = realm_start(REALM_PROGRAM_SCRIPT, NULL);
	uint64_t value;

	CHECK_EQ(realm_write64(kept, test_ram(kept), 0x4b455054), 0);
	for (unsigned int i = 0; i < 20; i++)
		say_hello(NULL);
	CHECK_EQ(realm_read64(kept, test_ram(kept), &value), 0);
	CHECK_EQ(value, 0x4b455054);
	realm_end(kept);
}

/* Taken apart at each point of its making. */
MACHINE_TEST(realm_half_built)
{
	static const uint64_t gprs[8];
	struct host_realm_config config = { .name = "half" };

	for (unsigned int steps = 0; steps < 6; steps++) {
		static struct host_realm realm;

		CHECK_OK(host_realm_create(&rmm, &realm, &config));
		if (steps > 0)
			CHECK_OK(host_init_ripas(&realm, REALM_IMAGE_IPA, 0x200000));
		if (steps > 1)
			CHECK_OK(host_load(&realm, REALM_IMAGE_IPA, realm_image_begin, 0x1800, true));
		if (steps > 2)
			CHECK_OK(host_realm_add_rec(&realm, RMI_REC_CREATE_FLAG_RUNNABLE, REALM_IMAGE_IPA,
						    gprs));
		if (steps > 3)
			CHECK_OK(host_populate(&realm, REALM_IMAGE_IPA, 0x10000));
		if (steps > 4)
			CHECK_OK(host_realm_activate(&realm));
		CHECK_OK(host_realm_destroy(&realm));
		CHECK_EQ(rmm.delegated, 0);
		CHECK_EQ(memory_in_use(), 0);
	}
}

/* What the RMM refuses is unwound. */
MACHINE_TEST(realm_refused)
{
	static struct host_realm realm;
	struct host_realm_config config = { .name = "bad", .flags = RMI_REALM_FLAG_LPA2 };

	CHECK_RMI(host_realm_create(&rmm, &realm, &config), RMI_ERROR_INPUT);
	CHECK_EQ(rmm.delegated, 0);
	CHECK_EQ(memory_in_use(), 0);
}

/* A realm that isn't ACTIVE doesn't run, nor is one that is measured any more. */
MACHINE_TEST(realm_states)
{
	static const uint64_t gprs[8];
	struct host_realm_config config = { .name = "states" };
	static struct host_realm realm;
	uint64_t top, data;

	CHECK_OK(host_realm_create(&rmm, &realm, &config));
	CHECK_OK(host_realm_add_rec(&realm, RMI_REC_CREATE_FLAG_RUNNABLE, REALM_IMAGE_IPA, gprs));
	CHECK_RMI(host_rmi_rec_enter(&rmm, realm.recs[0].pa, realm.recs[0].run_pa),
		  rmi_result(RMI_ERROR_REALM, 0));
	CHECK_RMI(host_rmi_realm_destroy(&rmm, realm.rd), rmi_result(RMI_ERROR_REALM, 0));
	CHECK_OK(host_realm_activate(&realm));
	CHECK_RMI(host_rmi_realm_activate(&rmm, realm.rd), rmi_result(RMI_ERROR_REALM, 0));
	CHECK_RMI(host_rmi_rtt_init_ripas(&rmm, realm.rd, 0, GRANULE_SIZE, &top),
		  rmi_result(RMI_ERROR_REALM, 0));
	CHECK_OK(host_granule_alloc(&rmm, &data));
	CHECK_RMI(host_rmi_data_create(&rmm, realm.rd, data, REALM_IMAGE_IPA, realm.recs[0].run_pa, 0),
		  rmi_result(RMI_ERROR_REALM, 0));
	CHECK_RMI(host_rmi_rec_create(&rmm, realm.rd, data, realm.recs[0].run_pa),
		  rmi_result(RMI_ERROR_REALM, 0));
	CHECK_OK(host_granule_free(&rmm, data));
	CHECK_OK(host_realm_destroy(&realm));
}

/* --- What a realm is lent ---------------------------------------------------------------------------- */

/* Tables count, and what is refused is lent to nobody. Taking apart needs more where a block is to be split. */
MACHINE_TEST(realm_limit)
{
	struct host_realm_config config = { .name = "limit", .granules_max = 40 };
	static struct host_realm realm;

	CHECK_OK(host_realm_create(&rmm, &realm, &config));
	CHECK_OK(host_init_ripas(&realm, REALM_IMAGE_IPA, 0x200000));
	CHECK_RMI(host_populate(&realm, REALM_IMAGE_IPA, 0x200000), HOST_ERROR_MEMORY);
	CHECK_EQ(realm.granules, 40);
	CHECK_EQ(rmm.delegated, 40);
	realm.granules_max = 1200;
	CHECK_OK(host_populate_in_blocks(&realm, REALM_IMAGE_IPA + 0x200000, 0x200000));
	realm.granules_max = 1;
	CHECK_RMI(host_populate(&realm, REALM_IMAGE_IPA + 0x400000, GRANULE_SIZE), HOST_ERROR_MEMORY);
	CHECK_OK(host_realm_destroy(&realm));
	CHECK_EQ(realm.granules, 0);
	CHECK_EQ(rmm.delegated, 0);
}

/* What is touched comes in a block where nothing of it is there yet, else in a page. */
MACHINE_TEST(realm_fault_blocks)
{
	struct host_realm_config config = { .name = "blocks", .blocks = true };
	const uint64_t ipa = REALM_IMAGE_IPA + 0x400000;
	static struct host_realm realm;
	uint64_t first, last;

	CHECK_OK(host_realm_create(&rmm, &realm, &config));
	CHECK_OK(host_init_ripas(&realm, ipa, 0x400000));
	CHECK_OK(host_populate(&realm, ipa, GRANULE_SIZE));
	CHECK_OK(host_serve_fault(&realm, ipa + 0x5000));
	CHECK_EQ(host_translate(&realm, ipa + 0x6000, &last), HOST_ERROR_ARGUMENT);
	CHECK_OK(host_serve_fault(&realm, ipa + 0x2ab123));
	CHECK_OK(host_translate(&realm, ipa + 0x200000, &first));
	CHECK_OK(host_translate(&realm, ipa + 0x3ff000, &last));
	CHECK_EQ(first % 0x200000, 0);
	CHECK_EQ(last, first + 0x1ff000);
	CHECK_OK(host_realm_destroy(&realm));
	CHECK_EQ(rmm.delegated, 0);
}

/* --- What taking apart costs ------------------------------------------------------------------------- */

static struct {
	const struct host_ops *ops;
	uint64_t calls;
} counted;

static void count_smc(void *context, struct host_rmi_regs *regs)
{
	counted.calls++;
	counted.ops->smc(context, regs);
}

/* How many SMCs host_realm_destroy() takes. */
static uint64_t count_destroy(struct host_realm *realm)
{
	struct host_ops ops = *rmm.ops;

	counted.ops = rmm.ops;
	counted.calls = 0;
	ops.smc = count_smc;
	rmm.ops = &ops;
	CHECK_OK(host_realm_destroy(realm));
	rmm.ops = counted.ops;
	return counted.calls;
}

/* Ten pages and ten unprotected ones, `stride` apart, from the beginning of each half on. */
static void map_sparsely(struct host_realm *realm, uint64_t stride, uint64_t shared)
{
	for (unsigned int i = 0; i < 10; i++) {
		CHECK_OK(host_populate(realm, i * stride, GRANULE_SIZE));
		CHECK_OK(host_map_unprotected(realm, host_unprotected_base(realm) + i * stride, shared,
					      GRANULE_SIZE, HOST_UNPROTECTED_WB_RW));
	}
}

/*
 * Each granule that the realm holds is taken back by one command and undelegated by another. Between two of them the walk
 * goes up and down the tables: a command for each level at most, and none for what is not there.
 */
static void check_destroy(unsigned int ipa_bits, uint64_t stride, uint64_t shared)
{
	static struct host_realm realm;
	struct host_realm_config config = { .name = "sparse", .ipa_bits = ipa_bits };
	uint64_t held, calls;

	CHECK_OK(host_realm_create(&rmm, &realm, &config));
	map_sparsely(&realm, stride, shared);
	held = rmm.delegated;
	calls = count_destroy(&realm);
	print("%u bits, ten pages 0x%lx apart: %lu granules, %lu SMCs\n", ipa_bits, stride, held, calls);
	CHECK(calls >= 2 * held);
	CHECK(calls <= 6 * held);
	CHECK_EQ(rmm.delegated, 0);
}

MACHINE_TEST(realm_destroy_sparse)
{
	uint64_t shared = test_granule();

	check_destroy(33, GRANULE_SIZE, shared);
	check_destroy(40, GRANULE_SIZE, shared);
	check_destroy(48, GRANULE_SIZE, shared);
	check_destroy(48, ABI_U64(0x200000), shared);
	check_destroy(48, ABI_U64(0x40000000), shared);
	check_destroy(48, ABI_U64(0x8000000000), shared);  /* an entry of the starting table each */
	check_destroy(48, ABI_U64(0xcccccccd000), shared); /* to the ends of both halves */
	test_granule_free(shared);
}
