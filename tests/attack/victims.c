/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whom attacks are aimed at, and what must be true of them afterwards (attack.h).
 */
#include "attack.h"

struct test_realm *victim(const char *name)
{
	struct test_realm *realm = puppet_csm_realm(name);

	CHECK_EQ(realm_write64(realm, test_ram(realm), SECRET), 0);
	return realm;
}

void check_victim(struct test_realm *realm)
{
	CHECK_EQ(read_word(realm, test_ram(realm)), SECRET);
}

void share_secret(struct puppet_csm_setup *s, uint64_t pages, enum csm_permission permission)
{
	puppet_csm_setup(s, pages, permission);
	CHECK_EQ(realm_write64(s->p, CSM_WINDOW, SECRET), 0);
	CHECK_EQ(pa_of(s->p, CSM_WINDOW), pa_of(s->c, CSM_WINDOW));
	check_shared(s);
}

void check_shared(struct puppet_csm_setup *s)
{
	CHECK_EQ(read_word(s->p, CSM_WINDOW), SECRET);
	CHECK_EQ(read_word(s->c, CSM_WINDOW), SECRET);
}

void end_both(struct puppet_csm_setup *s)
{
	realm_end(s->p);
	realm_end(s->c);
}

enum host_action stop_at_fault(struct test_realm *realm, uint64_t ipa)
{
	(void)realm, (void)ipa;
	return HOST_STOP;
}

enum host_action stop_at_interrupt(struct test_realm *realm)
{
	(void)realm;
	return HOST_STOP;
}

uint64_t pa_of(struct test_realm *realm, uint64_t ipa)
{
	uint64_t pa;

	CHECK_OK(host_translate(&realm->realm, ipa, &pa));
	return pa;
}

void check_out_of_reach(uint64_t pa)
{
	uint64_t value = 0;

	CHECK_EQ(probe_read64(pa, &value), ESR_GRANULE_PROTECTION_FAULT);
	CHECK(value != SECRET);
	CHECK_EQ(probe_write64(pa, 0), ESR_GRANULE_PROTECTION_FAULT | ESR_WNR);
}

uint64_t read_word(struct test_realm *realm, uint64_t ipa)
{
	uint64_t value;

	CHECK_EQ(realm_read64(realm, ipa, &value), 0);
	return value;
}

void check_aborts(struct test_realm *realm, uint64_t ipa)
{
	uint64_t value = 0;

	CHECK(is_external_abort(realm_read64(realm, ipa, &value)));
	CHECK(value != SECRET);
	CHECK(is_external_abort(realm_write64(realm, ipa, 0)));
}

uint64_t take_share(struct test_realm *realm, struct csm_rid provider, uint64_t n, uint64_t base,
		    uint64_t size)
{
	uint64_t result = puppet_csm_reserve(realm, provider, n, base, size);
	struct script_result r;

	return result != RSI_SUCCESS ? result : puppet_csm_attach(realm, provider, n, &r);
}

uint64_t reserve_as_ram(struct test_realm *realm, struct csm_rid provider, uint64_t n, uint64_t base,
			uint64_t size)
{
	uint64_t x[18] = { RSI_CSM_RESERVE, provider.lo, provider.hi, n, base, size, CSM_RESERVE_FLAG_RAM };

	realm_smc_wide(realm, x);
	return x[0];
}

struct window open_window(struct test_realm *realm)
{
	struct window w = { .ipa = host_unprotected_base(&realm->realm), .pa = test_granule() };

	CHECK_OK(host_map_unprotected(&realm->realm, w.ipa, w.pa, GRANULE_SIZE, HOST_UNPROTECTED_WB_RW));
	CHECK_EQ(read_word(realm, w.ipa), 0);
	return w;
}

void close_window(struct window *window)
{
	test_granule_free(window->pa);
}

/* Of the checks of RTT_SET_RIPAS this comes first; with no request pending the next one fails. */
static bool is_running(const struct host_rec *rec)
{
	uint64_t top;

	return host_rmi_rtt_set_ripas(&rmm, rec->realm->rd, rec->pa, 0, GRANULE_SIZE, &top) == RMI_ERROR_REC;
}

void spin_on_cpu1(struct test_realm *realm, uint64_t ipa, uint64_t value)
{
	/* Once here: what it needs of its own is there then, and its translation is made soon. */
	CHECK_EQ(script(realm, SCRIPT_SPIN, ipa, read_word(realm, ipa)).x[1], 0);
	script_begin(realm, 0, 1, SCRIPT_SPIN, ipa, value);
	CHECK(WAIT_FOR(!__atomic_load_n(&realm->scripts[0].requested, __ATOMIC_ACQUIRE)));
	CHECK(WAIT_FOR(is_running(&realm->realm.recs[0])));
	for (uint64_t end = counter_now() + sysreg_read(cntfrq_el0) / 50; counter_now() < end;)
		;
}
