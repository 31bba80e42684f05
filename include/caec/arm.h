/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields of Arm's registers and tables (DDI0487; IHI0069 for the GIC), each written down once for all worlds. Those
 * of one register have its name in front. Usable from assembly.
 */
#ifndef CAEC_ARM_H
#define CAEC_ARM_H

#include <caec/abi.h>

/* --- Names of registers that assemblers of Armv8.5 do not know --------------------------------------------- */

#define HFGRTR_EL2 "s3_4_c1_c1_4"
#define HFGWTR_EL2 "s3_4_c1_c1_5"
#define HFGITR_EL2 "s3_4_c1_c1_6"
#define HFGRTR2_EL2 "s3_4_c3_c1_2"
#define HFGWTR2_EL2 "s3_4_c3_c1_3"
#define HDFGRTR_EL2 "s3_4_c3_c1_4"
#define HDFGWTR_EL2 "s3_4_c3_c1_5"
#define HDFGRTR2_EL2 "s3_4_c3_c1_0"
#define HDFGWTR2_EL2 "s3_4_c3_c1_1"
#define HCRX_EL2 "s3_4_c1_c2_2"
#define MPAM2_EL2 "s3_4_c10_c5_0"
#define MPAMHCR_EL2 "s3_4_c10_c4_0"
#define MPAMIDR_EL1 "s3_0_c10_c4_4"
#define VDISR_EL2 "s3_4_c12_c1_1"
#define VSESR_EL2 "s3_4_c5_c2_3"
#define ZCR_EL2 "s3_4_c1_c2_0"
#define ZCR_EL12 "s3_5_c1_c2_0"
#define ID_AA64ZFR0_EL1 "s3_0_c0_c4_4"
/* Keys of pointer authentication. */
#define APIAKEYLO_EL1 "s3_0_c2_c1_0"
#define APIAKEYHI_EL1 "s3_0_c2_c1_1"
#define APIBKEYLO_EL1 "s3_0_c2_c1_2"
#define APIBKEYHI_EL1 "s3_0_c2_c1_3"
#define APDAKEYLO_EL1 "s3_0_c2_c2_0"
#define APDAKEYHI_EL1 "s3_0_c2_c2_1"
#define APDBKEYLO_EL1 "s3_0_c2_c2_2"
#define APDBKEYHI_EL1 "s3_0_c2_c2_3"
#define APGAKEYLO_EL1 "s3_0_c2_c3_0"
#define APGAKEYHI_EL1 "s3_0_c2_c3_1"

/* --- PSTATE, as SPSR_ELx has it (C5.2.19) -------------------------------------------------------------------- */

#define PSTATE_MODE ABI_U64(0x1f)
#define PSTATE_AARCH32 ABI_U64(0x10)
#define PSTATE_EL1T ABI_U64(0x04)
#define PSTATE_EL1H ABI_U64(0x05)
#define PSTATE_DAIF ABI_U64(0x3c0)
#define PSTATE_SSBS (ABI_U64(1) << 12)
#define PSTATE_ALLINT (ABI_U64(1) << 13)
#define PSTATE_SS (ABI_U64(1) << 21)
#define PSTATE_PAN (ABI_U64(1) << 22)
#define PSTATE_DIT (ABI_U64(1) << 24)
#define PSTATE_TCO (ABI_U64(1) << 25)
#define PSTATE_NZCV (ABI_U64(0xf) << 28)

/* Offsets of a table of vectors: where the exception came from. */
#define VECTORS_SP_EL0 0x000
#define VECTORS_SP_ELX 0x200
#define VECTORS_LOWER 0x400
#define VECTORS_LOWER_AARCH32 0x600

/* --- ESR_ELx (D24.2.40): exception classes, and fields of their syndromes -------------------------------------- */

#define ESR_EC_SHIFT 26
#define ESR_EC(esr) ((unsigned int)((esr) >> ESR_EC_SHIFT) & 0x3f)
#define ESR_IL (ABI_U64(1) << 25)

#define EC_WFX 0x01
#define EC_SIMD 0x07
#define EC_SVC64 0x15
#define EC_HVC64 0x16
#define EC_SMC64 0x17
#define EC_SYSREG 0x18
#define EC_SVE 0x19
#define EC_INSTRUCTION_ABORT_LOWER 0x20
#define EC_INSTRUCTION_ABORT 0x21
#define EC_DATA_ABORT_LOWER 0x24
#define EC_DATA_ABORT 0x25
#define EC_BREAKPOINT 0x31 /* at the same exception level, as the next */
#define EC_WATCHPOINT 0x35

/* Aborts. */
#define ESR_ISV (ABI_U64(1) << 24)
#define ESR_SAS(esr) ((unsigned int)((esr) >> 22) & 3) /* log2 of the bytes */
#define ESR_SSE (ABI_U64(1) << 21)
#define ESR_SRT(esr) ((unsigned int)((esr) >> 16) & 0x1f)
#define ESR_SF (ABI_U64(1) << 15)
#define ESR_SET(esr) ((unsigned int)((esr) >> 11) & 3)
#define SET_UNCONTAINABLE 2
#define SET_RESTARTABLE 3
#define ESR_EA (ABI_U64(1) << 9)
#define ESR_S1PTW (ABI_U64(1) << 7)
#define ESR_WNR (ABI_U64(1) << 6)
#define ESR_FSC(esr) ((unsigned int)((esr)&0x3f))
#define ESR_FSC_TYPE(esr) ((unsigned int)((esr)&0x3c)) /* without the level */
#define FSC_ADDRESS_SIZE 0x00
#define FSC_TRANSLATION 0x04
#define FSC_PERMISSION 0x0c
#define FSC_EXTERNAL 0x10
#define FSC_EXTERNAL_WALK_FIRST 0x13 /* on a walk of level -1 */
#define FSC_EXTERNAL_WALK_LAST 0x17  /* ... of level 3 */
#define FSC_SERROR 0x11

/* WFI and its kin: WFIT and WFET have a register. */
#define ESR_WFX_TIMED 2
#define ESR_WFX_RN(esr) ((unsigned int)((esr) >> 5) & 0x1f)

/* SMC. */
#define ESR_IMM16 ABI_U64(0xffff)

/* SError. */
#define ESR_IDS (ABI_U64(1) << 24)
#define ESR_AET(esr) ((unsigned int)((esr) >> 10) & 7)
#define AET_UNCONTAINABLE 0
#define AET_UNRECOVERABLE 1
#define AET_RESTARTABLE 2
#define AET_RECOVERABLE 3
#define AET_CORRECTED 6

/* MSR and MRS. */
#define ESR_SYSREG_READ ABI_U64(0x1)
#define ESR_SYSREG_CRM(esr) ((unsigned int)((esr) >> 1) & 0xf)
#define ESR_SYSREG_RT(esr) ((unsigned int)((esr) >> 5) & 0x1f)
#define ESR_SYSREG_CRN(esr) ((unsigned int)((esr) >> 10) & 0xf)
#define ESR_SYSREG_OP1(esr) ((unsigned int)((esr) >> 14) & 7)
#define ESR_SYSREG_OP2(esr) ((unsigned int)((esr) >> 17) & 7)
#define ESR_SYSREG_OP0(esr) ((unsigned int)((esr) >> 20) & 3)
#define OP0_DEBUG 2
#define OP0_SYSTEM 3
#define CRN_ID 0 /* of op0 3, op1 0, as the next */
#define CRN_GIC 12
/* A register as a syndrome names it. */
#define ESR_SYSREG(op0, op1, crn, crm, op2)                                                  \
	(ABI_U64(op0) << 20 | ABI_U64(op2) << 17 | ABI_U64(op1) << 14 | ABI_U64(crn) << 10 | \
	 ABI_U64(crm) << 1)
#define ESR_SYSREG_NAME(esr) ((esr)&ESR_SYSREG(3, 7, 15, 15, 7))
#define ESR_OSLAR_EL1 ESR_SYSREG(2, 0, 1, 0, 4)
#define ESR_OSLSR_EL1 ESR_SYSREG(2, 0, 1, 1, 4)
#define ESR_ICC_SGI1R_EL1 ESR_SYSREG(3, 0, 12, 11, 5)

/* HPFAR_EL2.FIPA, and PAR_EL1. */
#define HPFAR_FIPA ABI_U64(0x00000ffffffffff0) /* [43:4]: IPA [51:12] */
#define HPFAR_TO_IPA 8
#define PAR_FAULT ABI_U64(0x1)
#define PAR_ADDRESS ABI_U64(0x0000fffffffff000)

/* --- Controls of EL2 -------------------------------------------------------------------------------------------- */

/* HCR_EL2 (D24.2.53). */
#define HCR_VM (ABI_U64(1) << 0)
#define HCR_SWIO (ABI_U64(1) << 1)
#define HCR_PTW (ABI_U64(1) << 2)
#define HCR_FMO (ABI_U64(1) << 3)
#define HCR_IMO (ABI_U64(1) << 4)
#define HCR_AMO (ABI_U64(1) << 5)
#define HCR_VSE (ABI_U64(1) << 8)
#define HCR_FB (ABI_U64(1) << 9)
#define HCR_BSU_IS (ABI_U64(1) << 10)
#define HCR_TWI (ABI_U64(1) << 13)
#define HCR_TWE (ABI_U64(1) << 14)
#define HCR_TID3 (ABI_U64(1) << 18)
#define HCR_TSC (ABI_U64(1) << 19)
#define HCR_TIDCP (ABI_U64(1) << 20)
#define HCR_RW (ABI_U64(1) << 31)
#define HCR_E2H (ABI_U64(1) << 34)
#define HCR_TLOR (ABI_U64(1) << 35)
#define HCR_TERR (ABI_U64(1) << 36)
#define HCR_TEA (ABI_U64(1) << 37)
#define HCR_APK (ABI_U64(1) << 40)
#define HCR_API (ABI_U64(1) << 41)
#define HCR_FWB (ABI_U64(1) << 46)

/* CPTR_EL2 with E2H (D24.2.35); 0b11 in FPEN and ZEN: no trap. */
#define CPTR_ZEN (ABI_U64(3) << 16)
#define CPTR_FPEN (ABI_U64(3) << 20)
#define CPTR_TTA (ABI_U64(1) << 28)
#define CPTR_TAM (ABI_U64(1) << 30)

/* VTCR_EL2 (D24.2.198). Walks: 1 is Write-Back cacheable; 3 Inner Shareable. */
#define VTCR_T0SZ(ipa_bits) (ABI_U64(64) - (ipa_bits))
#define VTCR_SL0_SHIFT 6
#define VTCR_IRGN0_WB (ABI_U64(1) << 8)
#define VTCR_ORGN0_WB (ABI_U64(1) << 10)
#define VTCR_SH0_INNER (ABI_U64(3) << 12)
#define VTCR_PS_SHIFT 16
#define VTCR_VS (ABI_U64(1) << 19) /* VMIDs of 16 bits */
#define VTCR_NSA (ABI_U64(1) << 30)
#define VTCR_RES1 (ABI_U64(1) << 31)

/* MDCR_EL2 (D24.3.18). */
#define MDCR_TPMCR (ABI_U64(1) << 5)
#define MDCR_TPM (ABI_U64(1) << 6)
#define MDCR_TDA (ABI_U64(1) << 9)
#define MDCR_TDOSA (ABI_U64(1) << 10)
#define MDCR_TDRA (ABI_U64(1) << 11)
#define MDCR_TPMS (ABI_U64(1) << 14)
#define MDCR_HPMD (ABI_U64(1) << 17)
#define MDCR_TTRF (ABI_U64(1) << 19)
#define MDCR_HCCD (ABI_U64(1) << 23)
#define MDCR_TDCC (ABI_U64(1) << 27)

/* CNTHCTL_EL2 with E2H; the masks are RME's. */
#define CNTHCTL_EL1PCTEN (ABI_U64(1) << 10)
#define CNTHCTL_EL1PTEN (ABI_U64(1) << 11)
#define CNTHCTL_CNTVMASK (ABI_U64(1) << 18)
#define CNTHCTL_CNTPMASK (ABI_U64(1) << 19)

/* CNTP_CTL_EL0 and CNTV_CTL_EL0. */
#define CNT_CTL_ENABLE ABI_U64(0x1)
#define CNT_CTL_IMASK ABI_U64(0x2)
#define CNT_CTL_ISTATUS ABI_U64(0x4)
#define CNT_CTL_MASK (CNT_CTL_ENABLE | CNT_CTL_IMASK | CNT_CTL_ISTATUS)
#define CNT_CTL_ASSERTED (CNT_CTL_ENABLE | CNT_CTL_ISTATUS) /* of these: the interrupt is */

/* HDFGRTR_EL2 and HDFGWTR_EL2; MPAM. */
#define HDFG_DBGCLAIM (ABI_U64(1) << 5)
#define HDFG_OSECCR (ABI_U64(1) << 10)
#define MPAM2_TRAP_MPAM0 (ABI_U64(1) << 48)
#define MPAM2_TRAP_MPAM1 (ABI_U64(1) << 49)
#define MPAMHCR_TRAP_MPAMIDR (ABI_U64(1) << 31)
#define MPAMIDR_HAS_HCR (ABI_U64(1) << 17)

#define ZCR_LEN_MAX ABI_U64(0xf)

/* --- Translation: SCTLR_ELx, TCR_ELx, descriptors ------------------------------------------------------------ */

#define SCTLR_M (ABI_U64(1) << 0)
#define SCTLR_C (ABI_U64(1) << 2)
#define SCTLR_SA (ABI_U64(1) << 3)
#define SCTLR_SA0 (ABI_U64(1) << 4)
#define SCTLR_CP15BEN (ABI_U64(1) << 5)
#define SCTLR_EOS (ABI_U64(1) << 11)
#define SCTLR_I (ABI_U64(1) << 12)
#define SCTLR_NTWI (ABI_U64(1) << 16)
#define SCTLR_NTWE (ABI_U64(1) << 18)
#define SCTLR_WXN (ABI_U64(1) << 19)
#define SCTLR_TSCXT (ABI_U64(1) << 20)
#define SCTLR_EIS (ABI_U64(1) << 22)
#define SCTLR_SPAN (ABI_U64(1) << 23)
#define SCTLR_EE (ABI_U64(1) << 25)
#define SCTLR_NTLSMD (ABI_U64(1) << 28)
#define SCTLR_LSMAOE (ABI_U64(1) << 29)
#define SCTLR_DSSBS (ABI_U64(1) << 44)
#define SCTLR_SPINTMASK (ABI_U64(1) << 62)
/* What Armv8.0 has as RES1 in either, and in SCTLR_EL2 beyond that. */
#define SCTLR_RES1 (SCTLR_EOS | SCTLR_EIS | SCTLR_SPAN | SCTLR_NTLSMD | SCTLR_LSMAOE)
#define SCTLR_EL2_RES1 (SCTLR_RES1 | SCTLR_SA0 | SCTLR_CP15BEN | SCTLR_NTWI | SCTLR_NTWE)

/* MAIR_ELx: eight attributes of memory. */
#define MAIR_ATTR(n, attribute) ((attribute) << (8 * (n)))
#define MAIR_DEVICE_NGNRNE ABI_U64(0x00)
#define MAIR_DEVICE_NGNRE ABI_U64(0x04)
#define MAIR_NORMAL_WB ABI_U64(0xff)

#define CPACR_FPEN (ABI_U64(3) << 20) /* no trap of SIMD */

/* TCR_EL1, and TCR_EL2 with E2H. */
#define TCR_T0SZ(tcr) ((unsigned int)(tcr)&0x3f)
#define TCR_TG0(tcr) ((unsigned int)((tcr) >> 14) & 3)
#define TCR_T1SZ(tcr) ((unsigned int)((tcr) >> 16) & 0x3f)
#define TCR_TG1(tcr) ((unsigned int)((tcr) >> 30) & 3)
#define TCR_T0SZ_SHIFT 0
#define TCR_EPD0 (ABI_U64(1) << 7) /* no walks for the lower half */
#define TCR_IRGN0_WB (ABI_U64(1) << 8)
#define TCR_ORGN0_WB (ABI_U64(1) << 10)
#define TCR_SH0_INNER (ABI_U64(3) << 12)
#define TCR_T1SZ_SHIFT 16
#define TCR_EPD1 (ABI_U64(1) << 23)
#define TCR_IRGN1_WB (ABI_U64(1) << 24)
#define TCR_ORGN1_WB (ABI_U64(1) << 26)
#define TCR_SH1_INNER (ABI_U64(3) << 28)
#define TCR_TG1_4K (ABI_U64(2) << 30)
#define TCR_IPS_SHIFT 32
/* TCR_EL2 without E2H. */
#define TCR_EL2_PS_SHIFT 16
#define TCR_EL2_RES1 (ABI_U64(1) << 23 | ABI_U64(1) << 31)
#define VA_IS_HIGH (ABI_U64(1) << 55)

/* Descriptors of stage 1 (D8.3). */
#define DESC_TYPE ABI_U64(0x3)
#define DESC_VALID ABI_U64(0x1)
#define DESC_BLOCK ABI_U64(0x1)
#define DESC_TABLE ABI_U64(0x3)       /* above level 3 */
#define DESC_PAGE ABI_U64(0x3)        /* at level 3 */
#define DESC_ATTR_1 (ABI_U64(1) << 2) /* attribute 1 of MAIR */
#define DESC_NS (ABI_U64(1) << 5)
#define DESC_EL0 (ABI_U64(1) << 6)
#define DESC_READ_ONLY (ABI_U64(1) << 7)
#define DESC_SH_INNER (ABI_U64(3) << 8)
#define DESC_AF (ABI_U64(1) << 10)
#define DESC_PXN (ABI_U64(1) << 53)
#define DESC_UXN (ABI_U64(1) << 54)
#define DESC_ADDR ABI_U64(0x0000fffffffff000)

/* --- Debug and performance monitors ---------------------------------------------------------------------------- */

#define DBGCR_E ABI_U64(0x1) /* of DBGBCR<n>_EL1 and DBGWCR<n>_EL1 */
#define MDSCR_SS (ABI_U64(1) << 0)
#define MDSCR_KDE (ABI_U64(1) << 13)
#define MDSCR_MDE (ABI_U64(1) << 15)
#define OSLSR_OSLK ABI_U64(0x2)
#define OSLSR_OSLK_SHIFT 1
#define OSLSR_OSLM ABI_U64(0x8) /* there is an OS lock */
#define OSLAR_OSLK ABI_U64(0x1)

#define PMCR_E ABI_U64(0x1)
#define PMCR_P ABI_U64(0x2)
#define PMCR_C ABI_U64(0x4)
#define PMCR_LC ABI_U64(0x40)
#define PMCR_N(pmcr) ((unsigned int)((pmcr) >> 11) & 0x1f)

/* --- The GIC's virtual CPU interface --------------------------------------------------------------------------- */

/* ICH_LR<n>_EL2. */
#define ICH_LR_ACTIVE (ABI_U64(1) << 63)
#define ICH_LR_PENDING (ABI_U64(1) << 62)
#define ICH_LR_HW (ABI_U64(1) << 61)
#define ICH_LR_GROUP1 (ABI_U64(1) << 60)
#define ICH_LR_PRIORITY_SHIFT 48
#define ICH_LR_PRIORITY_MASK ABI_U64(0xff)
#define ICH_LR_EOI (ABI_U64(1) << 41) /* without HW: maintenance interrupt when it ends */
#define ICH_LR_PINTID (ABI_U64(0x1fff) << 32)
#define ICH_LR_VINTID ABI_U64(0xffffffff)

/* ICH_HCR_EL2. */
#define ICH_HCR_EN (ABI_U64(1) << 0)
#define ICH_HCR_UIE (ABI_U64(1) << 1) /* maintenance interrupt while at most one list register is in use */
#define ICH_HCR_LRENPIE (ABI_U64(1) << 2) /* ... while EOIcount isn't zero */
#define ICH_HCR_NPIE (ABI_U64(1) << 3)    /* ... while no list register is (only) pending */
#define ICH_HCR_EOICOUNT(hcr) ((unsigned int)((hcr) >> 27) & 0x1f)

/* ICH_VTR_EL2 (each but IDbits is one less than the number), ICC_CTLR_EL1. */
#define ICH_VTR_LIST_REGS(vtr) ((unsigned int)(vtr)&0x1f)
#define ICH_VTR_IDBITS(vtr) ((unsigned int)((vtr) >> 23) & 7) /* 0: 16 bits, else 24 */
#define ICH_VTR_PREBITS(vtr) ((unsigned int)((vtr) >> 26) & 7)
#define ICH_VTR_PRIBITS(vtr) ((unsigned int)((vtr) >> 29) & 7)
#define ICC_CTLR_EXT_RANGE (ABI_U64(1) << 19)

/* Interrupts of the architecture's timers (BSA). */
#define INTID_VIRTUAL_TIMER 27
#define INTID_PHYSICAL_TIMER 30

/* --- Caches: CTR_EL0 (D24.2.34) ------------------------------------------------------------------------------ */

#define CTR_IMIN(ctr) ((ctr)&0xf) /* log2 of the words of the smallest line */
#define CTR_L1IP(ctr) ((ctr) >> 14 & 3)
#define CTR_L1IP_PIPT 3
#define CTR_DMIN(ctr) ((ctr) >> 16 & 0xf)
#define CTR_IDC (ABI_U64(1) << 28) /* fetches see what was written without a clean */
#define CTR_DIC (ABI_U64(1) << 29) /* instruction caches follow by themselves */

/* --- ID registers: the lowest bit of a field of four (D24.2.79 and following) --------------------------------------- */

#define PFR0_EL0 0
#define PFR0_EL1 4
#define PFR0_EL3 12
#define PFR0_FP 16
#define PFR0_ADVSIMD 20
#define PFR0_GIC 24
#define PFR0_SVE 32
#define PFR0_MPAM 40
#define PFR0_DIT 48
#define PFR0_CSV2 56
#define PFR0_CSV3 60

#define PFR1_BT 0
#define PFR1_SSBS 4
#define PFR1_MTE 8
#define PFR1_SME 24
#define PFR1_NMI 36

#define DFR0_DEBUG_VER 0
#define DFR0_PMU_VER 8
#define DFR0_BRPS 12
#define DFR0_WRPS 20
#define DFR0_DOUBLE_LOCK 36
#define DFR0_HPMN0 60
#define PMU_VER_OTHER 0xf /* not Arm's */

#define ISAR0_SHA2 12
#define ISAR0_TME 24

#define ISAR1_APA 4
#define ISAR1_API 8
#define ISAR1_LS64 60

#define ISAR2_WFXT 0
#define ISAR2_RPRES 4
#define ISAR2_GPA3 8
#define ISAR2_APA3 12
#define ISAR2_BC 20
#define ISAR2_PAC_FRAC 24
#define ISAR2_CLRBHB 28
#define ISAR2_CSSC 52

#define MMFR0_PARANGE 0
#define MMFR0_ASIDBITS 4
#define MMFR0_BIGEND 8
#define MMFR0_SNSMEM 12
#define MMFR0_BIGENDEL0 16
#define MMFR0_TGRAN16 20
#define MMFR0_TGRAN64 24
#define MMFR0_TGRAN4 28
#define MMFR0_EXS 44
#define MMFR0_FGT 56
#define MMFR0_ECV 60
#define PARANGE_40_BITS 2
#define PARANGE_48_BITS 5

#define MMFR1_HAFDBS 0
#define MMFR1_VMIDBITS 4
#define MMFR1_VH 8
#define MMFR1_HPDS 12
#define MMFR1_PAN 20
#define MMFR1_SPECSEI 24
#define MMFR1_ETS 36
#define MMFR1_HCX 40
#define MMFR1_NTLBPA 48
#define MMFR1_ECBHB 60

#define MMFR2_CNP 0
#define MMFR2_UAO 4
#define MMFR2_LSM 8
#define MMFR2_VARANGE 16
#define MMFR2_CCIDX 20
#define MMFR2_ST 28
#define MMFR2_AT 32
#define MMFR2_IDS 36
#define MMFR2_FWB 40
#define MMFR2_TTL 48
#define MMFR2_BBM 52
#define MMFR2_E0PD 60

#endif
