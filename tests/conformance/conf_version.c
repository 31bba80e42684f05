/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_VERSION, RMI_FEATURES, and what is true of all commands (DEN0137 B1.3, B2, B4.1, B4.3.4, B4.3.23).
 */
#include "commands.h"

/* --- RMI_VERSION ------------------------------------------------------------------------------------- */

#define VERSION(major, minor) ((uint64_t)(major) << 16 | (minor))

static void version_supported(void)
{
	uint64_t lower, higher;

	conf_need_status("RMI_VERSION", "1.0 asked for",
			 host_rmi_version(&rmm, VERSION(1, 0), &lower, &higher), RMI_SUCCESS);
	conf_check("RMI_VERSION", "1.0 asked for: the lower revision is it", lower, VERSION(1, 0));
	conf_check_true("RMI_VERSION", "1.0 asked for: the higher is not less", higher >= lower);
	conf_check("RmiInterfaceVersion[63:31]", "of both outputs", (lower | higher) >> 31, 0);
}

/* A revision above all that there are: outcome (b) of B2.1, whatever else is supported. */
static void version_too_high(uint64_t requested, uint64_t highest)
{
	const char *text = conf_text("%lu.%lu asked for", requested >> 16, requested & 0xffff);
	uint64_t lower, higher;

	conf_check_status("RMI_VERSION", text, host_rmi_version(&rmm, requested, &lower, &higher),
			  RMI_ERROR_INPUT);
	conf_check("RMI_VERSION", conf_text("%s: lower revision", text), lower, highest);
	conf_check("RMI_VERSION", conf_text("%s: higher revision", text), higher, highest);
}

/* One below 1.0: it is there, or nothing as low is. */
static void version_low(uint64_t requested, uint64_t highest)
{
	const char *text = conf_text("%lu.%lu asked for", requested >> 16, requested & 0xffff);
	uint64_t lower, higher, result = host_rmi_version(&rmm, requested, &lower, &higher);

	conf_check_status_any("RMI_VERSION", text, result, RMI_SUCCESS, RMI_ERROR_INPUT);
	conf_check("RMI_VERSION", conf_text("%s: higher revision", text), higher, highest);
	conf_check_true("RMI_VERSION", conf_text("%s: lower revision", text),
			result == RMI_SUCCESS ? lower == requested : lower < requested || lower == higher);
}

static void version_others(void)
{
	uint64_t lower, highest;

	host_rmi_version(&rmm, VERSION(1, 0), &lower, &highest);
	version_too_high(highest + 1, highest);
	version_too_high(highest + VERSION(1, 0), highest);
	version_too_high(highest + VERSION(1, 1), highest);
	version_too_high(VERSION(0x7fff, 0xffff), highest);
	version_low(VERSION(0, 0), highest);
	version_low(VERSION(0, 1), highest);
	version_low(VERSION(0, 0xffff), highest);
}

/* --- RMI_FEATURES ------------------------------------------------------------------------------------ */

static void features(void)
{
	uint64_t value;

	conf_need_status("RMI_FEATURES", "index 0", host_rmi_features(&rmm, 0, &value), RMI_SUCCESS);
	conf_check("RmiFeatureRegister0[63:42]", "reserved", value >> 42, 0);
	conf_check_true("RmiFeatureRegister0.NUM_BPS", "0 is reserved",
			host_feature(&rmm, RMI_FEATURE0_NUM_BPS_SHIFT, RMI_FEATURE0_NUM_BPS_WIDTH) != 0);
	conf_check_true("RmiFeatureRegister0.NUM_WPS", "0 is reserved",
			host_feature(&rmm, RMI_FEATURE0_NUM_WPS_SHIFT, RMI_FEATURE0_NUM_WPS_WIDTH) != 0);
	conf_check_true("RmiFeatureRegister0.HASH_SHA_256", "a hash algorithm is there",
			host_feature(&rmm, RMI_FEATURE0_HASH_SHA_256_SHIFT, 2) != 0);
	conf_check_true("RmiFeatureRegister0.MAX_RECS_ORDER", "a realm can have a REC",
			host_feature(&rmm, RMI_FEATURE0_MAX_RECS_ORDER_SHIFT,
				     RMI_FEATURE0_MAX_RECS_ORDER_WIDTH) != 0);
	/* DDI0487 D8.2: more than 48 bits with 4 KiB granules take LPA2. */
	conf_check_true("RmiFeatureRegister0.S2SZ", "at most 48 without LPA2, 52 with",
			(value & 0xff) <= (host_feature(&rmm, RMI_FEATURE0_LPA2_SHIFT, 1) ? 52 : 48));
	conf_check("RMI_FEATURES", "twice the same", ({
			   uint64_t again;
			   host_rmi_features(&rmm, 0, &again);
			   again;
		   }),
		   value);
}

static void features_index(void)
{
	static const uint64_t others[] = { 1, 2, 3, 0x100, ABI_U64(0x100000000), ~ABI_U64(0) };

	for (unsigned int i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		uint64_t value;
		const char *text = conf_text("index 0x%lx", others[i]);

		conf_check_status("RMI_FEATURES.index", text, host_rmi_features(&rmm, others[i], &value),
				  RMI_SUCCESS);
		conf_check("RMI_FEATURES.index", conf_text("%s: value", text), value, 0);
	}
}

/* --- All commands ------------------------------------------------------------------------------------ */

static void check_unused(const char *text, const struct host_rmi_regs *regs, unsigned int from)
{
	for (unsigned int i = from; i <= 4; i++)
		conf_check("RKBWJD", conf_text("%s: x%u is no output", text, i), regs->x[i], 0);
}

/* EL3 hands x0 to x4 over. Inputs that aren't any should be zero (RSTJHR), and outputs must be. */
static void unused_outputs(void)
{
	uint64_t pa = conf_granule();
	struct host_rmi_regs regs;

	regs = host_rmi_call(&rmm, RMI_VERSION, RMI_ABI_VERSION, 0, 0, 0, 0);
	check_unused("RMI_VERSION", &regs, 3);
	regs = host_rmi_call(&rmm, RMI_FEATURES, 0, 0, 0, 0, 0);
	check_unused("RMI_FEATURES", &regs, 2);
	regs = host_rmi_call(&rmm, RMI_GRANULE_DELEGATE, pa, 0, 0, 0, 0);
	check_unused("RMI_GRANULE_DELEGATE", &regs, 1);
	regs = host_rmi_call(&rmm, RMI_GRANULE_UNDELEGATE, pa, 0, 0, 0, 0);
	check_unused("RMI_GRANULE_UNDELEGATE", &regs, 1);
	memory_free(pa);
}

/* Holes in the table of ids (B4.3). */
static void unused_ids(void)
{
	static const uint64_t holes[] = { 0xc4000156, 0xc4000160, 0xc4000163 };

	for (unsigned int i = 0; i < sizeof(holes) / sizeof(holes[0]); i++)
		conf_check("SMCCC.unknown", conf_text("0x%lx is no command", holes[i]),
			   host_rmi_call(&rmm, holes[i], 0, 0, 0, 0, 0).x[0], SMCCC_NOT_SUPPORTED);
}

CONF_GROUP(version, .about = "RMI_VERSION, RMI_FEATURES, and what is true of all commands")
{
	conf_case(version_supported);
	conf_case(version_others);
	conf_case(features);
	conf_case(features_index);
	conf_case(unused_outputs);
	conf_case(unused_ids);
}
