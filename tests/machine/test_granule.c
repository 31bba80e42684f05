/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RMM answers, and granules change hands (DEN0137 A2.2).
 */
#include <caec/arm.h>

#include "machine.h"

MACHINE_TEST(boot)
{
	uint64_t lower, higher, value;

	CHECK_RMI(host_rmi_version(&rmm, ABI_VERSION(1, 0), &lower, &higher), RMI_SUCCESS);
	CHECK_EQ(lower, ABI_VERSION(1, 0));
	CHECK_EQ(higher, ABI_VERSION(1, 0));
	for (unsigned int major = 0; major < 4; major++) {
		if (major == 1)
			continue;
		CHECK_RMI(host_rmi_version(&rmm, ABI_VERSION(major, 0), &lower, &higher), RMI_ERROR_INPUT);
		CHECK_EQ(lower, ABI_VERSION(1, 0));
		CHECK_EQ(higher, ABI_VERSION(1, 0));
	}

	CHECK_RMI(host_rmi_features(&rmm, 0, &value), RMI_SUCCESS);
	CHECK(host_feature(&rmm, RMI_FEATURE0_S2SZ_SHIFT, RMI_FEATURE0_S2SZ_WIDTH) >= HOST_DEFAULT_IPA_BITS);
	CHECK_EQ(host_feature(&rmm, RMI_FEATURE0_HASH_SHA_256_SHIFT, 1), 1);
	CHECK_EQ(host_feature(&rmm, RMI_FEATURE0_HASH_SHA_512_SHIFT, 1), 1);
	CHECK(host_feature(&rmm, RMI_FEATURE0_NUM_BPS_SHIFT, RMI_FEATURE0_NUM_BPS_WIDTH) != 0);
	CHECK(host_feature(&rmm, RMI_FEATURE0_NUM_WPS_SHIFT, RMI_FEATURE0_NUM_WPS_WIDTH) != 0);
	CHECK_EQ(value >> 42, 0);
	for (uint64_t index = 1; index < 5; index++) {
		CHECK_RMI(host_rmi_features(&rmm, index, &value), RMI_SUCCESS);
		CHECK_EQ(value, 0);
	}
}

/* The holes of RMM 1.0 among the ids that EL3 forwards, without CSM's. */
MACHINE_TEST(unknown_commands)
{
	static const uint64_t holes[] = { 0xc4000156, 0xc4000160, 0xc4000163,
					  0xc400016a, 0xc4000181, 0xc400018e };

	for (unsigned int i = 0; i < sizeof(holes) / sizeof(holes[0]); i++)
		CHECK_RMI(host_rmi_call(&rmm, holes[i], 0, 0, 0, 0, 0).x[0], SMCCC_NOT_SUPPORTED);
}

MACHINE_TEST(delegate)
{
	uint64_t pa = test_granule(), value;

	for (unsigned int i = 0; i < GRANULE_SIZE / sizeof(uint64_t); i++)
		words_of(pa)[i] = 0x5ec2e7 + i;
	CHECK_EQ(probe_read64(pa, &value), 0);
	CHECK_EQ(value, 0x5ec2e7);
	CHECK_EQ(probe_write64(pa + 8, 1), 0);

	CHECK_RMI(host_rmi_granule_delegate(&rmm, pa), RMI_SUCCESS);
	CHECK_EQ(probe_read64(pa, &value), ESR_GRANULE_PROTECTION_FAULT);
	CHECK_EQ(probe_write64(pa + 0xff8, 1), ESR_GRANULE_PROTECTION_FAULT | ESR_WNR);
	CHECK_RMI(host_rmi_granule_delegate(&rmm, pa), RMI_ERROR_INPUT);

	CHECK_RMI(host_rmi_granule_undelegate(&rmm, pa), RMI_SUCCESS);
	CHECK_EQ(probe_read64(pa, &value), 0);
	CHECK(is_zero_granule(pa));
	CHECK_RMI(host_rmi_granule_undelegate(&rmm, pa), RMI_ERROR_INPUT);
	test_granule_free(pa);
}

/* What isn't a granule of Non-secure DRAM. */
MACHINE_TEST(delegate_bad_address)
{
	uint64_t pa = test_granule();
	const uint64_t bad[] = { /* Not aligned; more than an address. */
				 pa + 1, pa + 8, pa + 0x800, pa | ABI_U64(0x1000000000000),
				 pa | ABI_U64(0x8000000000000000),
				 /* Flash, devices, Secure RAM and EL3's own. */
				 0, 0x1000, 0x08000000, 0x09000000, 0x0e000000, 0x0e001000,
				 /* The RMM's image, and the page that it shares with EL3. */
				 0x40100000, 0x418fe000, 0x418ff000,
				 /* Behind DRAM. */
				 ABI_U64(0x100000000), ABI_U64(0xfffffffff000), ABI_U64(0xfffffffffffff000),
				 ABI_U64(0xffffffffffffffff)
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t result = host_rmi_granule_delegate(&rmm, bad[i]);

		if (result != RMI_ERROR_INPUT)
			verdict_fail("GRANULE_DELEGATE of 0x%lx: %s", bad[i], host_result_name(result));
		result = host_rmi_granule_undelegate(&rmm, bad[i]);
		if (result != RMI_ERROR_INPUT)
			verdict_fail("GRANULE_UNDELEGATE of 0x%lx: %s", bad[i], host_result_name(result));
	}
	/* It still works where it should. */
	CHECK_RMI(host_rmi_granule_delegate(&rmm, pa), RMI_SUCCESS);
	CHECK_RMI(host_rmi_granule_undelegate(&rmm, pa), RMI_SUCCESS);
	test_granule_free(pa);
}
