/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blocks of 1 GiB of data: a table of level 2 all of whose entries are blocks of 2 MiB folds, and unfolds again (DEN0137
 * A5.5.6, A5.5.7). It takes a quarter of a million pages, so it is a group of its own.
 */
#include "tables.h"

#include "board/platform.h"

#define IPA ABI_U64(0x80000000)
#define GIB ABI_U64(0x40000000)
#define BLOCK ABI_U64(0x200000)

/* Not from memory_alloc(): the second of the aligned gigabytes, which it hasn't come to. */
#define DATA ABI_U64(0x80000000)
_Static_assert(DATA >= PLATFORM_FREE_BASE && DATA + GIB <= PLATFORM_FREE_TOP, "the data are in free memory");

static struct conf_realm realm;

static void fill_block(uint64_t offset)
{
	conf_table(&realm, IPA + offset, 3);
	for (uint64_t page = offset; page < offset + BLOCK; page += GRANULE_SIZE) {
		conf_expect_ok("RMI_GRANULE_DELEGATE", "a page's granule",
			       host_rmi_granule_delegate(&rmm, DATA + page));
		conf_expect_ok("RMI_DATA_CREATE_UNKNOWN", "a page",
			       host_rmi_data_create_unknown(&rmm, realm.rd, DATA + page, IPA + page));
	}
}

static void gigabyte(void)
{
	uint64_t rtt, table, data, top;

	conf_realm_make(&realm);
	conf_tables(&realm, IPA, 2);
	conf_ram(&realm, IPA, IPA + GIB);
	for (uint64_t offset = 0; offset < GIB; offset += BLOCK) {
		fill_block(offset);
		if (offset == GIB - BLOCK)
			conf_check_status("RMI_RTT_FOLD.rtt_homo", "511 blocks and a table of level 3",
					  host_rmi_rtt_fold(&rmm, realm.rd, IPA, 2, &rtt),
					  rmi_result(RMI_ERROR_RTT, 2));
		conf_expect_ok("RMI_RTT_FOLD", "512 pages",
			       host_rmi_rtt_fold(&rmm, realm.rd, IPA + offset, 3, &rtt));
		conf_take_back(rtt, 1);
	}
	table = conf_entry(&realm, IPA, 1).desc;
	conf_need_status("RMI_RTT_FOLD", "level 2, 512 blocks, all ASSIGNED, RAM",
			 host_rmi_rtt_fold(&rmm, realm.rd, IPA, 2, &rtt), RMI_SUCCESS);
	conf_check("RMI_RTT_FOLD.rtt", "its address", rtt, table);
	conf_check_kind("RMI_RTT_FOLD.rtte_addr", "the parent", &realm, IPA, 1, KIND_ASSIGNED_RAM, DATA);
	conf_check_status("RMI_DATA_DESTROY.rtt_walk", "a page of it",
			  host_rmi_data_destroy(&rmm, realm.rd, IPA, &data, &top),
			  rmi_result(RMI_ERROR_RTT, 1));
	conf_check("RMI_DATA_DESTROY.rtt_walk", "a page of it: top", top, IPA);
	conf_check_status("RMI_RTT_CREATE", "of the block of 1 GiB",
			  host_rmi_rtt_create(&rmm, realm.rd, rtt, IPA, 2), RMI_SUCCESS);
	conf_check_table("RMI_RTT_CREATE.rtte_c_addr", "it", &realm, IPA, 2, KIND_ASSIGNED_RAM, DATA);
}

CONF_GROUP(rtt_gigabyte, .about = "RMI_RTT_FOLD and RMI_RTT_CREATE of a block of 1 GiB", .slow = true)
{
	conf_case(gigabyte);
}
