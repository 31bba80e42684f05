/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Realm Management Interface 1.0 (Arm DEN0137 1.0-rel0, B4): host (NS-EL2) to RMM.
 *
 * An SMC64 fast call: x0 function id, x1.. arguments; x0 returns an RmiCommandReturnCode, x1-x4 outputs.
 * All structures are little-endian, 4 KiB, in Non-secure memory; bytes not named are zero (SBZ).
 */
#ifndef CAEC_RMI_H
#define CAEC_RMI_H

#include <caec/abi.h>
#include <caec/smccc.h>

#define RMI_ABI_VERSION ABI_VERSION(1, 0)

/* Function ids. */
#define RMI_VERSION 0xc4000150
#define RMI_GRANULE_DELEGATE 0xc4000151
#define RMI_GRANULE_UNDELEGATE 0xc4000152
#define RMI_DATA_CREATE 0xc4000153
#define RMI_DATA_CREATE_UNKNOWN 0xc4000154
#define RMI_DATA_DESTROY 0xc4000155
#define RMI_REALM_ACTIVATE 0xc4000157
#define RMI_REALM_CREATE 0xc4000158
#define RMI_REALM_DESTROY 0xc4000159
#define RMI_REC_CREATE 0xc400015a
#define RMI_REC_DESTROY 0xc400015b
#define RMI_REC_ENTER 0xc400015c
#define RMI_RTT_CREATE 0xc400015d
#define RMI_RTT_DESTROY 0xc400015e
#define RMI_RTT_MAP_UNPROTECTED 0xc400015f
#define RMI_RTT_READ_ENTRY 0xc4000161
#define RMI_RTT_UNMAP_UNPROTECTED 0xc4000162
#define RMI_PSCI_COMPLETE 0xc4000164
#define RMI_FEATURES 0xc4000165
#define RMI_RTT_FOLD 0xc4000166
#define RMI_REC_AUX_COUNT 0xc4000167
#define RMI_RTT_INIT_RIPAS 0xc4000168
#define RMI_RTT_SET_RIPAS 0xc4000169

/* The range of ids that EL3 forwards to the RMM; the last one is the RMM's answer to EL3. */
#define RMI_FID_FIRST 0xc4000150
#define RMI_FID_LAST 0xc400018f

/* RmiFeatureRegister0 (B4.4.4): position and width of each field. */
#define RMI_FEATURE0_S2SZ_SHIFT 0
#define RMI_FEATURE0_S2SZ_WIDTH 8
#define RMI_FEATURE0_LPA2_SHIFT 8
#define RMI_FEATURE0_SVE_EN_SHIFT 9
#define RMI_FEATURE0_SVE_VL_SHIFT 10
#define RMI_FEATURE0_SVE_VL_WIDTH 4
#define RMI_FEATURE0_NUM_BPS_SHIFT 14
#define RMI_FEATURE0_NUM_BPS_WIDTH 6
#define RMI_FEATURE0_NUM_WPS_SHIFT 20
#define RMI_FEATURE0_NUM_WPS_WIDTH 6
#define RMI_FEATURE0_PMU_EN_SHIFT 26
#define RMI_FEATURE0_PMU_NUM_CTRS_SHIFT 27
#define RMI_FEATURE0_PMU_NUM_CTRS_WIDTH 5
#define RMI_FEATURE0_HASH_SHA_256_SHIFT 32
#define RMI_FEATURE0_HASH_SHA_512_SHIFT 33
#define RMI_FEATURE0_GICV3_NUM_LRS_SHIFT 34
#define RMI_FEATURE0_GICV3_NUM_LRS_WIDTH 4
#define RMI_FEATURE0_MAX_RECS_ORDER_SHIFT 38
#define RMI_FEATURE0_MAX_RECS_ORDER_WIDTH 4

/* RmiRealmFlags. */
#define RMI_REALM_FLAG_LPA2 ABI_U64(0x1)
#define RMI_REALM_FLAG_SVE ABI_U64(0x2)
#define RMI_REALM_FLAG_PMU ABI_U64(0x4)

#define RMI_REC_CREATE_FLAG_RUNNABLE ABI_U64(0x1)
#define RMI_DATA_FLAG_MEASURE ABI_U64(0x1)

/* RmiRecEnterFlags. Bit 63 is CSM's (csm.h). */
#define RMI_REC_ENTER_FLAG_EMUL_MMIO ABI_U64(0x1)
#define RMI_REC_ENTER_FLAG_INJECT_SEA ABI_U64(0x2)
#define RMI_REC_ENTER_FLAG_TRAP_WFI ABI_U64(0x4)
#define RMI_REC_ENTER_FLAG_TRAP_WFE ABI_U64(0x8)
#define RMI_REC_ENTER_FLAG_RIPAS_REJECT ABI_U64(0x10)

/* RmiPmuOverflowStatus. */
#define RMI_PMU_OVERFLOW_NOT_ACTIVE 0
#define RMI_PMU_OVERFLOW_ACTIVE 1

#define RMI_MAX_AUX 16
#define RMI_NUM_GPRS 31
#define RMI_NUM_LRS 16

#ifndef __ASSEMBLER__

/* RmiStatusCode: bits [7:0] of an RmiCommandReturnCode; bits [15:8] are an index. */
enum rmi_status {
	RMI_SUCCESS = 0,
	RMI_ERROR_INPUT = 1,
	RMI_ERROR_REALM = 2,
	RMI_ERROR_REC = 3,
	RMI_ERROR_RTT = 4,
};

static inline uint64_t rmi_result(unsigned int status, unsigned int index)
{
	return (uint64_t)(status & 0xffU) | ((uint64_t)(index & 0xffU) << 8);
}

static inline unsigned int rmi_result_status(uint64_t result)
{
	return (unsigned int)(result & 0xffU);
}

static inline unsigned int rmi_result_index(uint64_t result)
{
	return (unsigned int)((result >> 8) & 0xffU);
}

enum rmi_hash_algorithm {
	RMI_HASH_SHA_256 = 0,
	RMI_HASH_SHA_512 = 1,
};

enum rmi_ripas {
	RMI_EMPTY = 0,
	RMI_RAM = 1,
	RMI_DESTROYED = 2,
};

/* RmiRttEntryState, as RMI_RTT_READ_ENTRY reports it. */
enum rmi_rtt_entry_state {
	RMI_UNASSIGNED = 0,
	RMI_ASSIGNED = 1,
	RMI_TABLE = 2,
};

enum rmi_exit_reason {
	RMI_EXIT_SYNC = 0,
	RMI_EXIT_IRQ = 1,
	RMI_EXIT_FIQ = 2,
	RMI_EXIT_PSCI = 3,
	RMI_EXIT_RIPAS_CHANGE = 4,
	RMI_EXIT_HOST_CALL = 5,
	RMI_EXIT_SERROR = 6,
};

/* RmiRealmParams (B4.4.12). The one-byte fields stand in eight-byte slots. */
struct rmi_realm_params {
	uint64_t flags; /* RMI_REALM_FLAG_* */
	uint8_t s2sz;   /* IPA width in bits */
	uint8_t sbz0[7];
	uint8_t sve_vl; /* as ZCR_ELx.LEN */
	uint8_t sbz1[7];
	uint8_t num_bps; /* breakpoints minus one; 0 reserved */
	uint8_t sbz2[7];
	uint8_t num_wps; /* watchpoints minus one; 0 reserved */
	uint8_t sbz3[7];
	uint8_t pmu_num_ctrs;
	uint8_t sbz4[7];
	uint8_t hash_algo; /* enum rmi_hash_algorithm */
	uint8_t sbz5[0x400 - 0x31];
	uint8_t rpv[64]; /* Realm Personalization Value */
	uint8_t sbz6[0x800 - 0x440];
	uint16_t vmid;
	uint8_t sbz7[6];
	uint64_t rtt_base; /* PA of the first starting-level RTT */
	int64_t rtt_level_start;
	uint32_t rtt_num_start;
	uint8_t sbz8[0x1000 - 0x81c];
};
ABI_OFFSET(rmi_realm_params, s2sz, 0x8);
ABI_OFFSET(rmi_realm_params, sve_vl, 0x10);
ABI_OFFSET(rmi_realm_params, num_bps, 0x18);
ABI_OFFSET(rmi_realm_params, num_wps, 0x20);
ABI_OFFSET(rmi_realm_params, pmu_num_ctrs, 0x28);
ABI_OFFSET(rmi_realm_params, hash_algo, 0x30);
ABI_OFFSET(rmi_realm_params, rpv, 0x400);
ABI_OFFSET(rmi_realm_params, vmid, 0x800);
ABI_OFFSET(rmi_realm_params, rtt_base, 0x808);
ABI_OFFSET(rmi_realm_params, rtt_level_start, 0x810);
ABI_OFFSET(rmi_realm_params, rtt_num_start, 0x818);
ABI_SIZE(rmi_realm_params, 0x1000);

/* RmiRecParams (B4.4.16). */
struct rmi_rec_params {
	uint64_t flags; /* RMI_REC_CREATE_FLAG_* */
	uint8_t sbz0[0x100 - 0x8];
	uint64_t mpidr; /* RmiRecMpidr: aff0 [3:0], aff1 [15:8], aff2 [23:16], aff3 [31:24] */
	uint8_t sbz1[0x200 - 0x108];
	uint64_t pc;
	uint8_t sbz2[0x300 - 0x208];
	uint64_t gprs[8];
	uint8_t sbz3[0x800 - 0x340];
	uint64_t num_aux;
	uint64_t aux[RMI_MAX_AUX];
	uint8_t sbz4[0x1000 - 0x888];
};
ABI_OFFSET(rmi_rec_params, mpidr, 0x100);
ABI_OFFSET(rmi_rec_params, pc, 0x200);
ABI_OFFSET(rmi_rec_params, gprs, 0x300);
ABI_OFFSET(rmi_rec_params, num_aux, 0x800);
ABI_OFFSET(rmi_rec_params, aux, 0x808);
ABI_SIZE(rmi_rec_params, 0x1000);

/* State of a list register (ICH_LR<n>_EL2.State): invalid, pending, active, or both; gicv3_lrs below. */
#define RMI_GICV3_LR_STATE ABI_U64(0xc000000000000000)

/* RmiRecEnter (B4.4.14): the host's half of RmiRecRun. */
struct rmi_rec_enter {
	uint64_t flags; /* RMI_REC_ENTER_FLAG_* */
	uint8_t sbz0[0x200 - 0x8];
	uint64_t gprs[RMI_NUM_GPRS];
	uint8_t sbz1[0x300 - 0x2f8];
	uint64_t gicv3_hcr;
	uint64_t gicv3_lrs[RMI_NUM_LRS];
	uint8_t sbz2[0x800 - 0x388];
};
ABI_OFFSET(rmi_rec_enter, gprs, 0x200);
ABI_OFFSET(rmi_rec_enter, gicv3_hcr, 0x300);
ABI_OFFSET(rmi_rec_enter, gicv3_lrs, 0x308);
ABI_SIZE(rmi_rec_enter, 0x800);

/* RmiRecExit (B4.4.15): the RMM's half. The csm_* fields are CSM's and zero without it. */
struct rmi_rec_exit {
	uint8_t exit_reason; /* enum rmi_exit_reason, or RMI_EXIT_CSM */
	uint8_t sbz0[0x100 - 0x1];
	uint64_t esr;
	uint64_t far;
	uint64_t hpfar;
	uint8_t sbz1[0x200 - 0x118];
	uint64_t gprs[RMI_NUM_GPRS];
	uint8_t sbz2[0x300 - 0x2f8];
	uint64_t gicv3_hcr;
	uint64_t gicv3_lrs[RMI_NUM_LRS];
	uint64_t gicv3_misr;
	uint64_t gicv3_vmcr;
	uint8_t sbz3[0x400 - 0x398];
	uint64_t cntp_ctl;
	uint64_t cntp_cval;
	uint64_t cntv_ctl;
	uint64_t cntv_cval;
	uint8_t sbz4[0x500 - 0x420];
	uint64_t ripas_base;
	uint64_t ripas_top;
	uint8_t ripas_value; /* enum rmi_ripas */
	uint8_t sbz5[0x600 - 0x511];
	uint16_t imm;
	uint8_t sbz6[0x640 - 0x602];
	uint64_t csm_event; /* enum csm_event */
	uint64_t csm_base;
	uint64_t csm_size;
	uint64_t csm_argument;
	uint64_t csm_ring;     /* RD of a realm to ring the doorbell of; 0: none */
	uint64_t csm_ring_rec; /* in which of its RECs, in the order of REC_CREATE */
	uint8_t sbz7[0x700 - 0x670];
	uint8_t pmu_ovf_status;
	uint8_t sbz8[0x800 - 0x701];
};
ABI_OFFSET(rmi_rec_exit, esr, 0x100);
ABI_OFFSET(rmi_rec_exit, far, 0x108);
ABI_OFFSET(rmi_rec_exit, hpfar, 0x110);
ABI_OFFSET(rmi_rec_exit, gprs, 0x200);
ABI_OFFSET(rmi_rec_exit, gicv3_hcr, 0x300);
ABI_OFFSET(rmi_rec_exit, gicv3_lrs, 0x308);
ABI_OFFSET(rmi_rec_exit, gicv3_misr, 0x388);
ABI_OFFSET(rmi_rec_exit, gicv3_vmcr, 0x390);
ABI_OFFSET(rmi_rec_exit, cntp_ctl, 0x400);
ABI_OFFSET(rmi_rec_exit, cntv_ctl, 0x410);
ABI_OFFSET(rmi_rec_exit, ripas_base, 0x500);
ABI_OFFSET(rmi_rec_exit, ripas_value, 0x510);
ABI_OFFSET(rmi_rec_exit, imm, 0x600);
ABI_OFFSET(rmi_rec_exit, csm_event, 0x640);
ABI_OFFSET(rmi_rec_exit, csm_argument, 0x658);
ABI_OFFSET(rmi_rec_exit, csm_ring, 0x660);
ABI_OFFSET(rmi_rec_exit, pmu_ovf_status, 0x700);
ABI_SIZE(rmi_rec_exit, 0x800);

/* RmiRecRun (B4.4.18). */
struct rmi_rec_run {
	struct rmi_rec_enter enter;
	struct rmi_rec_exit exit;
};
ABI_OFFSET(rmi_rec_run, exit, 0x800);
ABI_SIZE(rmi_rec_run, 0x1000);

#endif /* __ASSEMBLER__ */

/* Bits of gicv3_hcr that the host may set, and those that an exit reports (DEN0137 A6.1). */
#define RMI_GICV3_HCR_ENTER_MASK ABI_U64(0x40fe)
#define RMI_GICV3_HCR_EXIT_MASK ABI_U64(0xf80040fe)

#endif
