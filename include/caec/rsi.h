/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realm Services Interface 1.0 (Arm DEN0137 1.0-rel0, B5): realm (EL1) to RMM, by SMC #0.
 * Outputs not named by a command keep their register's value, but for x1-x3, which read zero.
 */
#ifndef CAEC_RSI_H
#define CAEC_RSI_H

#include <caec/abi.h>
#include <caec/smccc.h>

#define RSI_ABI_VERSION ABI_VERSION(1, 0)

#define RSI_VERSION 0xc4000190
#define RSI_FEATURES 0xc4000191
#define RSI_MEASUREMENT_READ 0xc4000192
#define RSI_MEASUREMENT_EXTEND 0xc4000193
#define RSI_ATTESTATION_TOKEN_INIT 0xc4000194
#define RSI_ATTESTATION_TOKEN_CONTINUE 0xc4000195
#define RSI_REALM_CONFIG 0xc4000196
#define RSI_IPA_STATE_SET 0xc4000197
#define RSI_IPA_STATE_GET 0xc4000198
#define RSI_HOST_CALL 0xc4000199

#define RSI_IPA_STATE_FLAG_DESTROYED ABI_U64(0x1)

#define RSI_NUM_MEASUREMENTS 5 /* 0 = RIM, 1-4 = REM */
#define RSI_MEASUREMENT_SIZE 64

#ifndef __ASSEMBLER__

enum rsi_status {
	RSI_SUCCESS = 0,
	RSI_ERROR_INPUT = 1,
	RSI_ERROR_STATE = 2,
	RSI_INCOMPLETE = 3,
	RSI_ERROR_UNKNOWN = 4,
};

enum rsi_ripas {
	RSI_EMPTY = 0,
	RSI_RAM = 1,
	RSI_DESTROYED = 2,
};

enum rsi_response {
	RSI_ACCEPT = 0,
	RSI_REJECT = 1,
};

/* RsiRealmConfig (B5.4.5). */
struct rsi_realm_config {
	uint64_t ipa_width;
	uint8_t hash_algo; /* enum rmi_hash_algorithm */
	uint8_t mbz0[0x200 - 0x9];
	uint8_t rpv[64];
	uint8_t mbz1[0x1000 - 0x240];
};
ABI_OFFSET(rsi_realm_config, hash_algo, 0x8);
ABI_OFFSET(rsi_realm_config, rpv, 0x200);
ABI_SIZE(rsi_realm_config, 0x1000);

/* RsiHostCall (B5.4.3): 256-byte aligned. */
struct rsi_host_call {
	uint16_t imm;
	uint8_t sbz0[6];
	uint64_t gprs[31];
};
ABI_OFFSET(rsi_host_call, gprs, 0x8);
ABI_SIZE(rsi_host_call, 0x100);

#endif /* __ASSEMBLER__ */

#endif
