/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hashes of the firmware itself: one extension of a REM, against values computed elsewhere (DEN0137 A7.1.2; the
 * 32 bytes 01 02 ... 20 after a REM of zeroes).
 */
#include "machine.h"
#include "puppet/script.h"

static void check_extension(enum rmi_hash_algorithm algorithm, const uint64_t *expected, unsigned int words)
{
	struct test_realm *realm =
		realm_start(REALM_PROGRAM_SCRIPT, &(struct realm_options){ .hash_algo = algorithm });
	uint64_t extend[18] = {
		RSI_MEASUREMENT_EXTEND, 2, 32, 0x0807060504030201, 0x100f0e0d0c0b0a09, 0x1817161514131211,
		0x201f1e1d1c1b1a19
	};
	uint64_t read[18] = { RSI_MEASUREMENT_READ, 2 };

	realm_smc_wide(realm, extend);
	CHECK_EQ(extend[0], RSI_SUCCESS);
	realm_smc_wide(realm, read);
	CHECK_EQ(read[0], RSI_SUCCESS);
	for (unsigned int i = 0; i < 8; i++)
		CHECK_EQ(read[1 + i], i < words ? __builtin_bswap64(expected[i]) : 0);
	/* The others are as they were. */
	read[0] = RSI_MEASUREMENT_READ;
	read[1] = 1;
	realm_smc_wide(realm, read);
	for (unsigned int i = 0; i < 8; i++)
		CHECK_EQ(read[1 + i], 0);
	realm_end(realm);
}

MACHINE_TEST(measurement_sha256)
{
	static const uint64_t expected[] = { 0x0b8f4c5b6adc4c08, 0x7ab9f43aaeb60070, 0x84c264adcaa3cb07,
					     0x176b792342850412 };

	check_extension(RMI_HASH_SHA_256, expected, 4);
}

MACHINE_TEST(measurement_sha512)
{
	static const uint64_t expected[] = { 0x45f803944fa5dff2, 0x42947e1a9d4b7e6c, 0x8cf40eb842e4be8b,
					     0x2a309410214d7222, 0xf6b5f9faec854fe4, 0xa63db8f868180a6f,
					     0x9e4704f563f2d388, 0x6710fd9bf0610342 };

	check_extension(RMI_HASH_SHA_512, expected, 8);
}
