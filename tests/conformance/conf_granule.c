/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_GRANULE_DELEGATE, RMI_GRANULE_UNDELEGATE, and who can reach a granule (DEN0137 A2.2, B4.3.5, B4.3.6).
 */
#include <caec/arm.h>

#include "commands.h"

#include "board/platform.h"

static void delegate_conditions(void)
{
	const struct conf_command good = { CONF_COMMAND(RMI_GRANULE_DELEGATE), { 0, conf_granule() } };

	conf_break_granule(&good, "gran", "gran_state", 1, CONF_UNDELEGATED);
	conf_works(&good);
	conf_fails(&good, "gran_state", "a second time", RMI_ERROR_INPUT);
	conf_take_back(good.x[1], 1);
}

static void undelegate_conditions(void)
{
	const struct conf_command good = { CONF_COMMAND(RMI_GRANULE_UNDELEGATE), { 0, conf_delegated() } };

	conf_break_granule(&good, "gran", "gran_state", 1, CONF_DELEGATED);
	conf_works(&good);
	conf_fails(&good, "gran_state", "a second time", RMI_ERROR_INPUT);
	memory_free(good.x[1]);
}

/* Memory of the Realm world that isn't ours to delegate: what the RMM itself runs from. */
static void delegate_gpt(void)
{
	static const uint64_t addresses[] = { 0x40100000, 0x40101000, 0x418fe000, 0x418ff000 };

	for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		const struct conf_command c = { CONF_COMMAND(RMI_GRANULE_DELEGATE), { 0, addresses[i] } };
		const struct conf_command d = { CONF_COMMAND(RMI_GRANULE_UNDELEGATE), { 0, addresses[i] } };

		conf_fails(&c, "gran_gpt", conf_text("0x%lx is the RMM's", addresses[i]), RMI_ERROR_INPUT);
		conf_fails(&d, "gran_state", conf_text("0x%lx is the RMM's", addresses[i]), RMI_ERROR_INPUT);
	}
}

/* --- Who reaches it ---------------------------------------------------------------------------------- */

static bool is_granule_protection_fault(uint64_t esr)
{
	return (esr & ~(uint64_t)ESR_WNR) == ESR_GRANULE_PROTECTION_FAULT;
}

static void check_closed(const char *rule, const char *text, uint64_t pa)
{
	uint64_t value;

	conf_check_true(rule, conf_text("%s: a load takes a granule protection fault", text),
			is_granule_protection_fault(probe_read64(pa, &value)));
	conf_check_true(rule, conf_text("%s: so does a store to its end", text),
			is_granule_protection_fault(probe_write64(pa + GRANULE_SIZE - 8, 1)));
}

static void reach(void)
{
	uint64_t pa = conf_granules(4), value;

	for (unsigned int i = 0; i < 4; i++)
		memset(conf_content(pa + i * GRANULE_SIZE), 0x5a, GRANULE_SIZE);
	conf_expect_ok("RMI_GRANULE_DELEGATE", "the second of four",
		       host_rmi_granule_delegate(&rmm, pa + GRANULE_SIZE));
	check_closed("RMI_GRANULE_DELEGATE.gran_gpt", "delegated", pa + GRANULE_SIZE);
	conf_check("RWZYBV", "the granule before it can still be read",
		   probe_read64(pa + GRANULE_SIZE - 8, &value), 0);
	conf_check("RWZYBV", "and is as it was", value, ABI_U64(0x5a5a5a5a5a5a5a5a));
	conf_check("RWZYBV", "the granule behind it can still be read",
		   probe_read64(pa + 2 * GRANULE_SIZE, &value), 0);
	conf_check("RWZYBV", "and is as it was", value, ABI_U64(0x5a5a5a5a5a5a5a5a));
	conf_expect_ok("RMI_GRANULE_UNDELEGATE", "the second of four",
		       host_rmi_granule_undelegate(&rmm, pa + GRANULE_SIZE));
	conf_check("RMI_GRANULE_UNDELEGATE.gran_gpt", "undelegated: a load works",
		   probe_read64(pa + GRANULE_SIZE, &value), 0);
	conf_check("RMI_GRANULE_UNDELEGATE.gran_gpt", "and a store", probe_write64(pa + GRANULE_SIZE, 1), 0);
	for (unsigned int i = 0; i < 4; i++)
		memory_free(pa + i * GRANULE_SIZE);
}

/* In whatever state but UNDELEGATED, a granule's GPT entry is GPT_REALM (A2.2.3). */
static void reach_all_states(void)
{
	conf_zoo();
	for (enum conf_state s = 0; s < CONF_STATES; s++)
		if (s != CONF_UNDELEGATED && conf_granule_in[s] != 0)
			check_closed("DMPLGT", conf_state_name(s), conf_granule_in[s]);
}

/* The content of one state can't be seen in the next (RTMGSL); not that it must be zero (IMRPCQ). */
static void wiping(void)
{
	uint64_t pa = conf_granule(), *words = conf_content(pa);
	unsigned int left = 0;

	for (unsigned int i = 0; i < GRANULE_SIZE / 8; i++)
		words[i] = ABI_U64(0x9e3779b97f4a7c15) * (i + 1);
	conf_expect_ok("RMI_GRANULE_DELEGATE", "a granule with content", host_rmi_granule_delegate(&rmm, pa));
	conf_expect_ok("RMI_GRANULE_UNDELEGATE", "and back", host_rmi_granule_undelegate(&rmm, pa));
	for (unsigned int i = 0; i < GRANULE_SIZE / 8; i++)
		left += words[i] == ABI_U64(0x9e3779b97f4a7c15) * (i + 1);
	conf_check("RTMGSL", "words that survive DELEGATED", left, 0);
	memory_free(pa);
}

/* All of memory that the host has, a granule here and there. */
static void far_apart(void)
{
	for (uint64_t pa = PLATFORM_FREE_TOP - GRANULE_SIZE; pa > PLATFORM_FREE_TOP - 0x80000000;
	     pa -= 0x1fff1000) {
		conf_check_status("RMI_GRANULE_DELEGATE", conf_text("0x%lx", pa),
				  host_rmi_granule_delegate(&rmm, pa), RMI_SUCCESS);
		conf_check_status("RMI_GRANULE_UNDELEGATE", conf_text("0x%lx", pa),
				  host_rmi_granule_undelegate(&rmm, pa), RMI_SUCCESS);
	}
}

CONF_GROUP(granule, .about = "RMI_GRANULE_DELEGATE, RMI_GRANULE_UNDELEGATE")
{
	conf_case(delegate_conditions);
	conf_case(undelegate_conditions);
	conf_case(delegate_gpt);
	conf_case(reach);
	conf_case(reach_all_states);
	conf_case(wiping);
	conf_case(far_apart);
}
