/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a realm finds in its pages, and what is found in them when they were someone else's (DEN0137 A2.2.4, B4.3.1,
 * B4.3.2).
 */
#include "guest.h"

#define BLOCK ABI_U64(0x200000)
#define IPA (GUEST_IPA + BLOCK)
#define WORDS (GRANULE_SIZE / 8)

static struct conf_guest guest;

static uint64_t pattern(uint64_t seed, uint64_t word)
{
	uint64_t x = (seed << 32 | word) * ABI_U64(0x9e3779b97f4a7c15);

	return x ^ x >> 29;
}

static void fill(void *content, uint64_t seed)
{
	uint64_t *words = content;

	for (unsigned int i = 0; i < WORDS; i++)
		words[i] = pattern(seed, i);
}

/* Words of the guest's page at `ipa` that hold the pattern; UINT32_MAX: it couldn't read them. Every 32nd. */
#define STEP 32
static unsigned int matching(uint64_t ipa, uint64_t seed)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < WORDS; i += STEP) {
		uint64_t value, fault;

		if (!conf_guest_load64(&guest, ipa + i * 8, &value, &fault) || fault != 0)
			return UINT32_MAX;
		count += value == pattern(seed, i);
	}
	return count;
}

static void begin(void)
{
	conf_guest_prepare(&guest);
	conf_guest_load(&guest);
	conf_ram(&guest.realm, IPA, IPA + BLOCK);
	conf_tables(&guest.realm, IPA, 3);
}

/* The host's later changes of its source are its own affair. */
static void source(void)
{
	uint64_t ns = conf_granule(), page = conf_delegated();

	begin();
	fill(conf_content(ns), 1);
	conf_expect_ok("RMI_DATA_CREATE", "a page with content",
		       host_rmi_data_create(&rmm, guest.realm.rd, page, IPA, ns, 0));
	fill(conf_content(ns), 2);
	conf_guest_start(&guest);
	conf_check("RMI_DATA_CREATE", "words that are what the source had", matching(IPA, 1), WORDS / STEP);
}

/* DATA_CREATE_UNKNOWN: whatever it is, it isn't what the host had there. */
static void unknown(void)
{
	uint64_t page = conf_granule();

	begin();
	fill(conf_content(page), 3);
	conf_expect_ok("RMI_GRANULE_DELEGATE", "a granule with content",
		       host_rmi_granule_delegate(&rmm, page));
	conf_expect_ok("RMI_DATA_CREATE_UNKNOWN", "the page",
		       host_rmi_data_create_unknown(&rmm, guest.realm.rd, page, IPA));
	conf_guest_start(&guest);
	conf_check("RMI_DATA_CREATE_UNKNOWN.data_content", "words of the host's that are left",
		   matching(IPA, 3), 0);
}

/* Nor is it what another realm had there. */
static void another_realm(void)
{
	struct conf_realm other;
	uint64_t content = conf_granule(), page, top;

	conf_realm_make(&other);
	fill(conf_content(content), 4);
	page = conf_data_content(&other, IPA, conf_content(content));
	conf_expect_ok("RMI_DATA_DESTROY", "the other realm's page",
		       host_rmi_data_destroy(&rmm, other.rd, IPA, &page, &top));
	begin();
	conf_expect_ok("RMI_DATA_CREATE_UNKNOWN", "the same granule",
		       host_rmi_data_create_unknown(&rmm, guest.realm.rd, page, IPA));
	conf_guest_start(&guest);
	conf_check("RTMGSL", "words of the other realm's that are left", matching(IPA, 4), 0);
}

/* What the realm wrote isn't what the host gets back. */
static void given_back(void)
{
	uint64_t page, top, fault, *words;
	unsigned int left = 0;

	begin();
	page = conf_data(&guest.realm, IPA);
	conf_guest_start(&guest);
	for (unsigned int i = 0; i < 16; i++)
		conf_need_true("RMI_REC_ENTER", "the guest writes",
			       conf_guest_store64(&guest, IPA + i * 8, pattern(5, i), &fault) && fault == 0);
	conf_expect_ok("RMI_DATA_DESTROY", "its page",
		       host_rmi_data_destroy(&rmm, guest.realm.rd, IPA, &page, &top));
	conf_expect_ok("RMI_GRANULE_UNDELEGATE", "the granule", host_rmi_granule_undelegate(&rmm, page));
	words = conf_content(page);
	for (unsigned int i = 0; i < 16; i++)
		left += words[i] == pattern(5, i);
	conf_check("RTMGSL", "words of the realm's that the host finds", left, 0);
}

/* Pages become a block, and the block pages: the realm notices nothing. */
static void folding(void)
{
	static const unsigned int looked_at[] = { 0, 1, 200, 511 };
	uint64_t run = conf_delegated_run(512), ns = conf_granule(), rtt = 0;

	begin();
	for (unsigned int i = 0; i < 512; i++) {
		fill(conf_content(ns), 100 + i);
		conf_expect_ok("RMI_DATA_CREATE", "one of 512 pages",
			       host_rmi_data_create(&rmm, guest.realm.rd, run + i * GRANULE_SIZE,
						    IPA + i * GRANULE_SIZE, ns, 0));
	}
	conf_guest_start(&guest);
	for (unsigned int step = 0; step < 3; step++) {
		static const char *const steps[] = { "as pages", "as a block", "as pages again" };

		if (step == 1)
			conf_expect_ok("RMI_RTT_FOLD", "512 pages",
				       host_rmi_rtt_fold(&rmm, guest.realm.rd, IPA, 3, &rtt));
		if (step == 2)
			conf_expect_ok("RMI_RTT_CREATE", "of the block",
				       host_rmi_rtt_create(&rmm, guest.realm.rd, rtt, IPA, 3));
		for (unsigned int i = 0; i < 4; i++)
			conf_check("RWZYBV", conf_text("page %u %s: words", looked_at[i], steps[step]),
				   matching(IPA + looked_at[i] * GRANULE_SIZE, 100 + looked_at[i]),
				   WORDS / STEP);
	}
}

CONF_GROUP(data_content, .about = "what a realm finds in its pages, and who else does")
{
	conf_case(source);
	conf_case(unknown);
	conf_case(another_realm);
	conf_case(given_back);
	conf_case(folding);
}
