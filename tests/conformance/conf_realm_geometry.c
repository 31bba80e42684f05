/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REALM_CREATE: which IPA widths go with which starting levels and numbers of tables (DEN0137 A5.5.3, B3.55;
 * DDI0487 D8.2 "Translation table walk properties": 4 KiB granule, at most 16 concatenated tables).
 */
#include "commands.h"

#define TABLES_MAX 32

static struct conf_realm realm;
static uint64_t tables; /* TABLES_MAX of them, DELEGATED and aligned to all */

/* ID_AA64MMFR0_EL1.PARange: bits of a physical address. */
static unsigned int pa_bits(void)
{
	static const unsigned int bits[] = { 32, 36, 40, 42, 44, 48, 52, 56 };

	return bits[sysreg_read(id_aa64mmfr0_el1) & 7];
}

/* Tables that a width takes at a starting level; 0: it can't start there. */
static unsigned int tables_for(unsigned int ipa_bits, int64_t level)
{
	unsigned int one, first;

	if (level < 0 || level > 2) /* without LPA2; level 3 would take less than any RMM's least width */
		return 0;
	one = GRANULE_SHIFT + 9 * (unsigned int)(4 - level); /* what one table resolves */
	first = one - 9 + 1;                                 /* what needs no level less; for level 0, all */
	if (level == 0 && pa_bits() < 44)
		return 0;
	if (ipa_bits < first || ipa_bits > one + 4)
		return 0;
	return ipa_bits > one ? 1U << (ipa_bits - one) : 1;
}

static uint64_t attempt(unsigned int ipa_bits, int64_t level, unsigned int count)
{
	uint64_t result;

	realm.params->s2sz = (uint8_t)ipa_bits;
	realm.params->rtt_level_start = level;
	realm.params->rtt_num_start = count;
	result = host_rmi_realm_create(&rmm, realm.rd, realm.params_pa);
	if (result == RMI_SUCCESS)
		conf_expect_ok("RMI_REALM_DESTROY", "right after its creation",
			       host_rmi_realm_destroy(&rmm, realm.rd));
	return result;
}

/* The right number of tables does, no other does. */
static void one_level(unsigned int ipa_bits, int64_t level)
{
	unsigned int right = tables_for(ipa_bits, level), refused = 0, tried = 0;

	if (right != 0)
		conf_check_status("RMI_REALM_CREATE",
				  conf_text("%u bits from level %d: %u tables", ipa_bits, (int)level, right),
				  attempt(ipa_bits, level, right), RMI_SUCCESS);
	for (unsigned int count = 0; count <= TABLES_MAX; count++) {
		if (count == right)
			continue;
		tried++;
		refused += attempt(ipa_bits, level, count) == RMI_ERROR_INPUT;
	}
	conf_check("RMI_REALM_CREATE.rtt_num_level",
		   conf_text("%u bits from level %d: other numbers that are refused", ipa_bits, (int)level),
		   refused, tried);
}

static void begin(void)
{
	conf_realm_prepare(&realm);
	tables = conf_delegated_run(TABLES_MAX);
	realm.params->rtt_base = tables;
}

/*
 * From 32 bits up: an RMM may refuse less ("smaller than the minimum supported", RSZVDK), and the
 * specification doesn't say what its minimum is; 32 is asked for as the least that is of any use.
 */
static void widths(void)
{
	unsigned int most = host_feature(&rmm, RMI_FEATURE0_S2SZ_SHIFT, RMI_FEATURE0_S2SZ_WIDTH);

	begin();
	for (unsigned int bits = 32; bits <= most && bits <= 48; bits++)
		for (int64_t level = -1; level <= 3; level++)
			one_level(bits, level);
}

static void no_widths(void)
{
	static const unsigned int never[] = { 0, 1, 11, 12, 53, 64, 0x80, 0xff };
	unsigned int most = host_feature(&rmm, RMI_FEATURE0_S2SZ_SHIFT, RMI_FEATURE0_S2SZ_WIDTH);

	begin();
	for (unsigned int i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		for (int64_t level = 0; level <= 2; level++)
			conf_check_status("RSZVDK", conf_text("%u bits from level %d", never[i], (int)level),
					  attempt(never[i], level, 1), RMI_ERROR_INPUT);
	/* One bit too many, in a geometry that is right otherwise. */
	for (int64_t level = 0; level <= 2; level++) {
		unsigned int count = tables_for(most + 1, level);

		if (most < 48 && count != 0)
			conf_check_status("RMI_REALM_CREATE.params_supp",
					  conf_text("%u bits of %u from level %d", most + 1, most,
						    (int)level),
					  attempt(most + 1, level, count), RMI_ERROR_INPUT);
	}
	if (most >= 48)
		conf_check_status("RMI_REALM_CREATE.params_supp", "49 bits without LPA2, from level 0",
				  attempt(49, 0, 2), RMI_ERROR_INPUT);
}

static void no_levels(void)
{
	static const int64_t never[] = {
		-2, -1, 3, 4, 0x100, 0x100000000, 0x100000001, INT64_MIN, INT64_MAX
	};

	begin();
	for (unsigned int i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		conf_check_status("RMI_REALM_CREATE.rtt_num_level",
				  conf_text("40 bits from level 0x%lx", (uint64_t)never[i]),
				  attempt(40, never[i], 1), RMI_ERROR_INPUT);
	conf_check_status("RMI_REALM_CREATE.rtt_num_level", "a number of tables with 32 bits: 0x80000001",
			  attempt(40, 0, 0x80000001), RMI_ERROR_INPUT);
	conf_check_status("RMI_REALM_CREATE.rtt_num_level", "and 0xffffffff", attempt(40, 0, 0xffffffff),
			  RMI_ERROR_INPUT);
	conf_check_status("RMI_REALM_CREATE", "and none of that has changed anything", attempt(40, 0, 1),
			  RMI_SUCCESS);
}

CONF_GROUP(realm_geometry, .about = "RMI_REALM_CREATE: IPA widths, starting levels, concatenated tables")
{
	conf_case(widths);
	conf_case(no_widths);
	conf_case(no_levels);
}
