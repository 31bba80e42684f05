/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's own memory: RMI_DATA_CREATE, DATA_CREATE_UNKNOWN, DATA_DESTROY, RTT_INIT_RIPAS, RTT_SET_RIPAS
 * (DEN0137 B4.3.5 - B4.3.7, B4.3.18, B4.3.21).
 */
#include "world.h"

#include "model/realm.h"

#define MIB2 UINT64_C(0x200000)
#define NS_BASE UINT64_C(0x100000000)
#define RTT_ERROR(level) rmi_result(RMI_ERROR_RTT, level)

static struct world_realm r;

static int setup(void **state)
{
	(void)state;
	world_reset();
	world_realm(&r, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_end(&r);
	world_check_all_back();
	return 0;
}

static void check_entry(uint64_t ipa, enum rmi_rtt_entry_state state, enum rmi_ripas ripas)
{
	struct world_entry e = world_entry(&r, ipa);

	assert_int_equal(e.state, state);
	assert_int_equal(e.ripas, ripas);
}

static bool is_reached(uint64_t ipa)
{
	uint64_t pa, desc;

	return world_translate(&r, ipa, &pa, &desc);
}

/* --- DATA_CREATE ------------------------------------------------------------------------------------------- */

static void test_create(void **state)
{
	uint64_t data = world_delegated(), source = world_ns();
	uint64_t pa, desc;

	(void)state;
	world_tables(&r, WORLD_RAM, MIB2);
	memset(world_mem(source), 0x42, GRANULE_SIZE);
	assert_int_equal(rmi(RMI_DATA_CREATE, r.rd, data, WORLD_RAM, source, 1), RMI_SUCCESS);
	assert_int_equal(world_state(data), GRANULE_DATA);
	assert_memory_equal(world_mem(data), world_mem(source), GRANULE_SIZE);
	check_entry(WORLD_RAM, RMI_ASSIGNED, RMI_RAM); /* whatever the RIPAS was */
	assert_true(world_translate(&r, WORLD_RAM, &pa, &desc));
	assert_int_equal(pa, data);
	assert_int_equal(desc >> 2 & 7, 6);    /* Normal Write-Back */
	assert_int_equal(desc >> 6 & 3, 3);    /* read and write */
	assert_int_equal(desc >> 53 & 0x7, 0); /* executable, Realm PAS */
	world_free(source);
}

static void test_create_refused(void **state)
{
	uint64_t data = world_delegated(), source = world_ns();
	uint8_t rim[RSI_MEASUREMENT_SIZE];
	const struct realm *realm = realm_of(granule_find((struct pa){ r.rd }));
	const struct {
		uint64_t data, ipa, source, flags, result;
	} bad[] = {
		{ data, WORLD_RAM, source, 2, RMI_ERROR_INPUT },
		{ data, WORLD_RAM, source, UINT64_C(1) << 32, RMI_ERROR_INPUT },
		{ data, WORLD_RAM, source + 8, 0, RMI_ERROR_INPUT },
		{ data, WORLD_RAM, 0x1000, 0, RMI_ERROR_INPUT },
		{ data, WORLD_RAM, data, 0, RMI_ERROR_INPUT },
		{ data, WORLD_RAM, r.rd, 0, RMI_ERROR_INPUT },
		{ data + 8, WORLD_RAM, source, 0, RMI_ERROR_INPUT },
		{ source, WORLD_RAM, source, 0, RMI_ERROR_INPUT },
		{ r.rd, WORLD_RAM, source, 0, RMI_ERROR_INPUT },
		{ r.rtt, WORLD_RAM, source, 0, RMI_ERROR_INPUT },
		{ data, WORLD_RAM + 8, source, 0, RMI_ERROR_INPUT },
		{ data, NS_BASE, source, 0, RMI_ERROR_INPUT },
		{ data, UINT64_C(1) << 33, source, 0, RMI_ERROR_INPUT },
		{ data, UINT64_MAX - 0xfff, source, 0, RMI_ERROR_INPUT },
		{ data, WORLD_RAM + MIB2, source, 0, RTT_ERROR(2) },
		{ data, WORLD_CSM, source, 0, RTT_ERROR(1) },
		{ data, WORLD_RAM + 0x1000, source, 0, RTT_ERROR(3) },
	};

	(void)state;
	world_populate(&r, WORLD_RAM + 0x1000, GRANULE_SIZE);
	memcpy(rim, realm->measurement[0], sizeof(rim));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(rmi(RMI_DATA_CREATE, r.rd, bad[i].data, bad[i].ipa, bad[i].source,
				     bad[i].flags),
				 bad[i].result);
		assert_int_equal(world_state(data), GRANULE_DELEGATED);
	}
	/* The source goes away while it is read: nothing of it is left. */
	memset(world_mem(source), 0x42, GRANULE_SIZE);
	for (long at = 0; at < (long)GRANULE_SIZE; at += 1000) {
		host_fault_ns_after(at);
		assert_int_equal(rmi(RMI_DATA_CREATE, r.rd, data, WORLD_RAM, source, 1), RMI_ERROR_INPUT);
		host_fault_ns_after(-1);
		assert_int_equal(world_state(data), GRANULE_DELEGATED);
		assert_true(world_is_zero(data));
		check_entry(WORLD_RAM, RMI_UNASSIGNED, RMI_EMPTY);
	}
	host_set_ns((struct pa){ source }, false);
	assert_int_equal(rmi(RMI_DATA_CREATE, r.rd, data, WORLD_RAM, source, 1), RMI_ERROR_INPUT);
	host_set_ns((struct pa){ source }, true);
	assert_memory_equal(rim, realm->measurement[0], sizeof(rim));
	/* Not once the realm is ACTIVE, and that comes before what the tables say. */
	world_activate(&r);
	assert_int_equal(rmi(RMI_DATA_CREATE, r.rd, data, WORLD_RAM, source, 1), RMI_ERROR_REALM);
	assert_int_equal(rmi(RMI_DATA_CREATE, r.rd, data, WORLD_CSM, source, 1), RMI_ERROR_REALM);
	assert_int_equal(rmi(RMI_DATA_CREATE, r.rd + 8, data, WORLD_RAM, source, 1), RMI_ERROR_INPUT);
	world_undelegate(data);
	world_free(source);
}

/* --- DATA_CREATE_UNKNOWN, DATA_DESTROY ---------------------------------------------------------------------- */

static void test_unknown(void **state)
{
	uint64_t data = world_delegated();

	(void)state;
	world_ram(&r, WORLD_RAM, GRANULE_SIZE);
	world_populate(&r, WORLD_RAM, 2 * GRANULE_SIZE);
	/* RIPAS is the realm's business: the page is reached only where it is RAM. */
	check_entry(WORLD_RAM, RMI_ASSIGNED, RMI_RAM);
	assert_true(is_reached(WORLD_RAM));
	check_entry(WORLD_RAM + 0x1000, RMI_ASSIGNED, RMI_EMPTY);
	assert_false(is_reached(WORLD_RAM + 0x1000));
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, data, WORLD_RAM), RTT_ERROR(3));
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, data, WORLD_RAM + MIB2), RTT_ERROR(2));
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, data, WORLD_RAM + 4), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, data, NS_BASE), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, data, data, WORLD_RAM), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, r.rec[0], WORLD_RAM), RMI_ERROR_INPUT);
	world_undelegate(data);
}

static void test_destroy(void **state)
{
	struct smc_regs out;

	(void)state;
	world_ram(&r, WORLD_RAM, GRANULE_SIZE);
	world_populate(&r, WORLD_RAM, 2 * GRANULE_SIZE);
	world_populate(&r, WORLD_RAM + 0x5000, GRANULE_SIZE);
	host_tlb_note(world_vttbr(&r), (struct ipa){ WORLD_RAM });
	memset(world_mem(world_entry(&r, WORLD_RAM).desc), 0x11, GRANULE_SIZE);
	out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[2], WORLD_RAM + 0x1000); /* the next live entry */
	assert_false(host_tlb_holds(world_vttbr(&r), (struct ipa){ WORLD_RAM }));
	check_entry(WORLD_RAM, RMI_UNASSIGNED, RMI_DESTROYED);
	world_undelegate(out.x[1]); /* which finds it zero */
	out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM + 0x1000);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[2], WORLD_RAM + 0x5000);
	check_entry(WORLD_RAM + 0x1000, RMI_UNASSIGNED, RMI_EMPTY); /* the realm did not count on it */
	world_undelegate(out.x[1]);
	/* A DESTROYED page does not come back. */
	world_populate(&r, WORLD_RAM, GRANULE_SIZE);
	check_entry(WORLD_RAM, RMI_ASSIGNED, RMI_DESTROYED);
	assert_false(is_reached(WORLD_RAM));
	out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM);
	check_entry(WORLD_RAM, RMI_UNASSIGNED, RMI_DESTROYED);
	world_undelegate(out.x[1]);
	/* Nothing there. */
	out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM);
	assert_int_equal(out.x[0], RTT_ERROR(3));
	assert_int_equal(out.x[1], 0);
	assert_int_equal(out.x[2], WORLD_RAM + 0x5000);
	out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM + 0x6000);
	assert_int_equal(out.x[0], RTT_ERROR(3));
	assert_int_equal(out.x[2], WORLD_RAM + MIB2);
	out = world_rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM + MIB2 + 0x1000);
	assert_int_equal(out.x[0], RTT_ERROR(2));
	assert_int_equal(out.x[2], UINT64_C(0x40000000));
	out = world_rmi(RMI_DATA_DESTROY, r.rd, NS_BASE);
	assert_int_equal(out.x[0], RMI_ERROR_INPUT);
	assert_int_equal(out.x[2], 0);
	assert_int_equal(rmi(RMI_DATA_DESTROY, r.rd, WORLD_RAM + 1), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_DATA_DESTROY, r.rtt, WORLD_RAM), RMI_ERROR_INPUT);
}

/* --- INIT_RIPAS ------------------------------------------------------------------------------------------------ */

static void test_init_ripas(void **state)
{
	const uint64_t page = WORLD_RAM;
	struct smc_regs out;

	(void)state;
	assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, page, page), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, page, page - 0x1000), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, page, page + 0x800), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, page, NS_BASE + 0x1000), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, page, UINT64_MAX & ~UINT64_C(0xfff)), RMI_ERROR_INPUT);
	/* The entry is 1 GiB: not aligned, or more than was asked for. */
	assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, page, page + 0x1000), RTT_ERROR(1));
	assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, WORLD_CSM, WORLD_CSM + 0x1000), RTT_ERROR(1));
	check_entry(WORLD_CSM, RMI_UNASSIGNED, RMI_EMPTY);
	out = world_rmi(RMI_RTT_INIT_RIPAS, r.rd, WORLD_CSM, NS_BASE);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], NS_BASE);
	/* As far as the table goes, and to what is not UNASSIGNED. */
	world_tables(&r, page, MIB2);
	world_populate(&r, page + 0x4000, GRANULE_SIZE);
	out = world_rmi(RMI_RTT_INIT_RIPAS, r.rd, page + 0x1000, page + MIB2);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], page + 0x4000);
	check_entry(page, RMI_UNASSIGNED, RMI_EMPTY);
	check_entry(page + 0x3000, RMI_UNASSIGNED, RMI_RAM);
	check_entry(page + 0x4000, RMI_ASSIGNED, RMI_EMPTY);
	assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, page + 0x4000, page + MIB2), RTT_ERROR(3));
	out = world_rmi(RMI_RTT_INIT_RIPAS, r.rd, page + 0x5000, page + 2 * MIB2);
	assert_int_equal(out.x[1], page + MIB2);
	world_activate(&r);
	assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, page, page + 0x1000), RMI_ERROR_REALM);
	assert_int_equal(rmi(RMI_RTT_INIT_RIPAS, r.rd, page, page), RMI_ERROR_INPUT);
}

/* --- SET_RIPAS ------------------------------------------------------------------------------------------------- */

static void ask(uint64_t base, uint64_t top, enum rsi_ripas ripas, uint64_t flags)
{
	const uint64_t x[18] = { RSI_IPA_STATE_SET, base, top, ripas, flags };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_true(world_smc_exits(&r, 0, x, &out, &exit));
	assert_int_equal(exit.exit_reason, RMI_EXIT_RIPAS_CHANGE);
	assert_int_equal(exit.ripas_base, base);
	assert_int_equal(exit.ripas_top, top);
	assert_int_equal(exit.ripas_value, ripas);
}

static struct smc_regs answer(uint64_t flags)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	assert_false(world_resume(&r, 0, flags, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	return out;
}

static void test_set_ripas(void **state)
{
	const uint64_t page = WORLD_RAM;
	struct smc_regs out;

	(void)state;
	world_ram(&r, page, 8 * GRANULE_SIZE);
	world_populate(&r, page, 4 * GRANULE_SIZE);
	world_activate(&r);
	/* Nothing was asked for. */
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], 0, 0x1000), RMI_ERROR_INPUT);
	ask(page, page + 0x8000, RSI_EMPTY, 0);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page + 0x1000, page + 0x2000),
			 RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page, page + 0x9000), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page, page), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page, page + 0x800), RMI_ERROR_INPUT);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rd, page, page + 0x1000), RMI_ERROR_INPUT);
	host_tlb_note(world_vttbr(&r), (struct ipa){ page });
	host_tlb_note(world_vttbr(&r), (struct ipa){ page + 0x1000 });
	out = world_rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page, page + 0x2000);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], page + 0x2000);
	check_entry(page, RMI_ASSIGNED, RMI_EMPTY);
	assert_false(is_reached(page));
	assert_false(host_tlb_holds(world_vttbr(&r), (struct ipa){ page }));
	assert_false(host_tlb_holds(world_vttbr(&r), (struct ipa){ page + 0x1000 }));
	assert_true(is_reached(page + 0x2000));
	/* Where it came to is where it goes on. */
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page, page + 0x3000), RMI_ERROR_INPUT);
	out = world_rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page + 0x2000, page + 0x6000);
	assert_int_equal(out.x[1], page + 0x6000);
	out = answer(0);
	assert_int_equal(out.x[1], page + 0x6000);
	assert_int_equal(out.x[2], RSI_ACCEPT);
	/* The request is over. */
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page + 0x6000, page + 0x7000),
			 RMI_ERROR_INPUT);
	ask(page, page + 0x4000, RSI_RAM, 0);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page, page + 0x4000), RMI_SUCCESS);
	assert_true(is_reached(page));
	answer(0);
}

static void test_set_ripas_destroyed(void **state)
{
	const uint64_t page = WORLD_RAM;
	struct smc_regs out;

	(void)state;
	world_ram(&r, page, 4 * GRANULE_SIZE);
	world_populate(&r, page, 4 * GRANULE_SIZE);
	world_activate(&r);
	world_unpopulate(&r, page + 0x2000, GRANULE_SIZE);
	ask(page, page + 0x4000, RSI_RAM, 0);
	out = world_rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page, page + 0x4000);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], page + 0x2000); /* the realm did not allow it */
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page + 0x2000, page + 0x4000), RTT_ERROR(3));
	out = answer(RMI_REC_ENTER_FLAG_RIPAS_REJECT);
	assert_int_equal(out.x[1], page + 0x2000);
	assert_int_equal(out.x[2], RSI_REJECT);
	ask(page + 0x2000, page + 0x4000, RSI_RAM, RSI_IPA_STATE_FLAG_DESTROYED);
	out = world_rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], page + 0x2000, page + 0x4000);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], page + 0x4000);
	check_entry(page + 0x2000, RMI_UNASSIGNED, RMI_RAM);
	answer(0);
}

/* Entries that are too large for the request, or in another realm's hands. */
static void test_set_ripas_structure(void **state)
{
	struct world_realm other;
	struct smc_regs out;

	(void)state;
	world_activate(&r);
	ask(WORLD_CSM, WORLD_CSM + MIB2, RSI_RAM, 0);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], WORLD_CSM, WORLD_CSM + MIB2), RTT_ERROR(1));
	world_realm(&other, NULL);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, other.rd, r.rec[0], WORLD_CSM, WORLD_CSM + MIB2),
			 RMI_ERROR_REC);
	world_end(&other);
	world_tables(&r, WORLD_CSM + MIB2, GRANULE_SIZE); /* a table right behind */
	out = world_rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], WORLD_CSM, WORLD_CSM + MIB2);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], WORLD_CSM + MIB2);
	answer(0);
	/* Right already: there is nothing to split for. */
	ask(WORLD_CSM + 0x1000, WORLD_CSM + 0x3000, RSI_RAM, 0);
	out = world_rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], WORLD_CSM + 0x1000, WORLD_CSM + 0x3000);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(out.x[1], WORLD_CSM + 0x3000);
	answer(0);
	ask(WORLD_CSM + 0x1000, WORLD_CSM + 0x3000, RSI_EMPTY, 0);
	assert_int_equal(rmi(RMI_RTT_SET_RIPAS, r.rd, r.rec[0], WORLD_CSM + 0x1000, WORLD_CSM + 0x3000),
			 RTT_ERROR(2));
	answer(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_create, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_destroy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_init_ripas, setup, teardown),
		cmocka_unit_test_setup_teardown(test_set_ripas, setup, teardown),
		cmocka_unit_test_setup_teardown(test_set_ripas_destroyed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_set_ripas_structure, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
