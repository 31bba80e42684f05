/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What was mapped once isn't mapped any more: the realm has used a page, so the CPU may remember where it was; the host
 * changes that; the next access must find the change (DEN0137 A5.2.3, A5.2.6, A5.3.1).
 */
#include "guest.h"

#define BLOCK ABI_U64(0x200000)
#define IPA (GUEST_IPA + BLOCK)
#define CONTENT ABI_U64(0x5ec2e7c0ffee0001)

static struct conf_guest guest;

/* A NEW guest with RIPAS RAM in the 2 MiB at IPA, and a table of level 3 for it. */
static void begin(void)
{
	conf_guest_prepare(&guest);
	conf_guest_load(&guest);
	conf_ram(&guest.realm, IPA, IPA + BLOCK);
	conf_tables(&guest.realm, IPA, 3);
}

/* The realm uses the address: from now on a TLB may have it. */
static void use(uint64_t ipa)
{
	uint64_t value, fault = 1;

	conf_need_true("RQSQLF", "the realm writes to it",
		       conf_guest_store64(&guest, ipa, CONTENT, &fault) && fault == 0);
	conf_need_true("RQSQLF", "and reads it",
		       conf_guest_load64(&guest, ipa, &value, &fault) && fault == 0 && value == CONTENT);
}

/* The next load leaves the realm with a data abort at this address. */
static void leaves(const char *rule, const char *text, uint64_t ipa)
{
	uint64_t value, fault;

	if (!conf_check_true(rule, conf_text("%s: the realm can't read it", text),
			     !conf_guest_load64(&guest, ipa, &value, &fault)))
		return;
	conf_check(rule, conf_text("%s: exit reason", text), guest.run->exit.exit_reason, RMI_EXIT_SYNC);
	conf_check(rule, conf_text("%s: exception class, a data abort", text), guest.run->exit.esr >> 26,
		   0x24);
	conf_check(rule, conf_text("%s: the page", text), guest.run->exit.hpfar >> 4 << GRANULE_SHIFT,
		   ipa & ~(uint64_t)(GRANULE_SIZE - 1));
}

static void works(const char *rule, const char *text, uint64_t ipa, uint64_t expected)
{
	uint64_t value = 0, fault = 1;

	conf_check_true(rule, conf_text("%s: the realm can read it", text),
			conf_guest_load64(&guest, ipa, &value, &fault) && fault == 0);
	conf_check(rule, conf_text("%s: it finds", text), value, expected);
}

static void destroyed_page(void)
{
	uint64_t pa, top;

	begin();
	conf_data(&guest.realm, IPA);
	conf_guest_start(&guest);
	use(IPA);
	conf_expect_ok("RMI_DATA_DESTROY", "the page",
		       host_rmi_data_destroy(&rmm, guest.realm.rd, IPA, &pa, &top));
	leaves("RCLVKF", "after DATA_DESTROY", IPA);
}

/* A page out of what was a block when it was used. */
static void page_of_block(void)
{
	uint64_t rtt, pa, top;

	begin();
	conf_data_run(&guest.realm, IPA);
	conf_expect_ok("RMI_RTT_FOLD", "512 pages", host_rmi_rtt_fold(&rmm, guest.realm.rd, IPA, 3, &rtt));
	conf_guest_start(&guest);
	use(IPA + 8);
	use(IPA + 300 * GRANULE_SIZE);
	conf_expect_ok("RMI_RTT_CREATE", "of the block",
		       host_rmi_rtt_create(&rmm, guest.realm.rd, rtt, IPA, 3));
	conf_expect_ok("RMI_DATA_DESTROY", "one page",
		       host_rmi_data_destroy(&rmm, guest.realm.rd, IPA + 300 * GRANULE_SIZE, &pa, &top));
	works("RWZYBV", "the block's first page, after DATA_DESTROY of another", IPA + 8, CONTENT);
	leaves("RCLVKF", "a page of what was a block", IPA + 300 * GRANULE_SIZE);
}

/* The realm gives a page up, and the host agrees. */
static void emptied(void)
{
	uint64_t x[GUEST_GPRS] = { RSI_IPA_STATE_SET, IPA, IPA + GRANULE_SIZE, RSI_EMPTY, 0 };
	uint64_t top, value, fault = 0;

	begin();
	conf_data(&guest.realm, IPA);
	conf_guest_start(&guest);
	use(IPA);
	conf_need_true("RSI_IPA_STATE_SET", "the request leaves the realm", !conf_guest_smc(&guest, x));
	conf_expect_ok("RMI_RTT_SET_RIPAS", "EMPTY",
		       host_rmi_rtt_set_ripas(&rmm, guest.realm.rd, guest.rec.pa, IPA, IPA + GRANULE_SIZE,
					      &top));
	memset(&guest.run->enter, 0, sizeof(guest.run->enter));
	conf_guest_enter(&guest);
	conf_need_true("RSI_IPA_STATE_SET", "the realm goes on", conf_guest_back(&guest, x));
	conf_check_true("RJVQQR", "an access to what is EMPTY now comes back to the realm",
			conf_guest_load64(&guest, IPA, &value, &fault));
	/* A data abort from EL1, synchronous external, not on a walk, EA (RVKNJW). */
	conf_check("RJVQQR", "as a synchronous external abort: class", fault >> 26, 0x25);
	conf_check("RJVQQR", "as a synchronous external abort: EA and DFSC", fault & 0x23f, 0x210);
}

/* --- Unprotected memory ------------------------------------------------------------------------------ */

static uint64_t share(uint64_t ipa, int64_t level, uint64_t pa)
{
	conf_tables(&guest.realm, ipa, level);
	conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", conf_text("level %d", (int)level),
		       host_rmi_rtt_map_unprotected(&rmm, guest.realm.rd, ipa, level,
						    pa | CONF_NS_ATTRIBUTES));
	return pa;
}

static void unmapped(void)
{
	uint64_t up, top;

	begin();
	up = conf_unprotected(&guest.realm);
	share(up, 3, conf_granule());
	conf_guest_start(&guest);
	use(up);
	conf_expect_ok("RMI_RTT_UNMAP_UNPROTECTED", "the page",
		       host_rmi_rtt_unmap_unprotected(&rmm, guest.realm.rd, up, 3, &top));
	leaves("IWCVBZ", "after UNMAP_UNPROTECTED", up);
}

static void unmapped_block(void)
{
	uint64_t up, top;

	begin();
	up = conf_unprotected(&guest.realm) + BLOCK;
	share(up, 2, conf_granules(512));
	conf_guest_start(&guest);
	use(up + 0x123000);
	conf_expect_ok("RMI_RTT_UNMAP_UNPROTECTED", "the block",
		       host_rmi_rtt_unmap_unprotected(&rmm, guest.realm.rd, up, 2, &top));
	leaves("IWCVBZ", "after UNMAP_UNPROTECTED of a block", up + 0x123000);
}

/* The table goes with the mappings that are in it (IMXJNY). */
static void table_destroyed(void)
{
	uint64_t up, rtt, top;

	begin();
	up = conf_unprotected(&guest.realm);
	share(up + 5 * GRANULE_SIZE, 3, conf_granule());
	conf_guest_start(&guest);
	use(up + 5 * GRANULE_SIZE);
	conf_expect_ok("RMI_RTT_DESTROY", "the table with the mapping",
		       host_rmi_rtt_destroy(&rmm, guest.realm.rd, up, 3, &rtt, &top));
	leaves("IWCVBZ", "after RTT_DESTROY", up + 5 * GRANULE_SIZE);
}

/* Another page in the place of the first. */
static void replaced(void)
{
	uint64_t up, second = conf_granule(), top;

	begin();
	up = conf_unprotected(&guest.realm);
	share(up, 3, conf_granule());
	conf_guest_start(&guest);
	use(up);
	conf_expect_ok("RMI_RTT_UNMAP_UNPROTECTED", "the page",
		       host_rmi_rtt_unmap_unprotected(&rmm, guest.realm.rd, up, 3, &top));
	*(volatile uint64_t *)conf_content(second) = ~CONTENT;
	share(up, 3, second);
	works("RMI_RTT_MAP_UNPROTECTED", "another page in its place", up, ~CONTENT);
}

/* --- Another realm with the same VMID ---------------------------------------------------------------- */

static void take_apart(void)
{
	conf_expect_ok("RMI_REC_DESTROY", "the guest's", host_rmi_rec_destroy(&rmm, guest.rec.pa));
	conf_guest_unload(&guest);
	conf_expect_ok("RMI_REALM_DESTROY", "the guest", host_rmi_realm_destroy(&rmm, guest.realm.rd));
}

static void vmid_again(void)
{
	uint64_t up, page[GRANULE_SIZE / 8] = { ~CONTENT };
	uint16_t vmid;

	begin();
	conf_data(&guest.realm, IPA);
	up = conf_unprotected(&guest.realm);
	share(up, 3, conf_granule());
	conf_guest_start(&guest);
	use(IPA);
	use(up);
	vmid = guest.realm.params->vmid;
	take_apart();

	conf_guest_prepare(&guest);
	guest.realm.params->vmid = vmid;
	conf_guest_load(&guest);
	conf_data_content(&guest.realm, IPA, page);
	conf_guest_start(&guest);
	works("RMI_REALM_DESTROY.vmid", "a page where the former realm of this VMID had one", IPA, ~CONTENT);
	leaves("RMI_REALM_DESTROY.vmid", "an unprotected page that only that one had", up);
}

CONF_GROUP(stale, .about = "what a realm has used and then lost isn't reached any more")
{
	conf_case(destroyed_page);
	conf_case(page_of_block);
	conf_case(emptied);
	conf_case(unmapped);
	conf_case(unmapped_block);
	conf_case(table_destroyed);
	conf_case(replaced);
	conf_case(vmid_again);
}
