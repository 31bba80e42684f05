/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The GIC's virtual CPU interface (Arm IHI0069; DEN0137 A6.1): the host's list registers in, and out.
 */
#include "port/aarch64/percpu.h"
#include "run/aarch64/context.h"
#include "run/run.h"

#define INTID_LAST_SPI 1019
#define INTID_EPPI_FIRST 1056
#define INTID_EPPI_LAST 1119
#define INTID_ESPI_FIRST 4096
#define INTID_ESPI_LAST 5119
#define INTID_LPI_FIRST 8192

/* Constant after boot. */
static struct {
	unsigned int num_lrs;
	unsigned int num_ap;    /* active priority registers of each group */
	uint64_t priority_zero; /* priority bits that are not implemented */
	uint64_t intid_limit;
	bool extended_range;
} gic;

/* The host's own, while a realm runs: which priorities the realm has active is nobody else's to know. */
static struct gic_state host_gic[PORT_MAX_CPUS];

void gic_init(void)
{
	uint64_t vtr = read_sysreg("ich_vtr_el2");
	unsigned int pri_bits = ICH_VTR_PRIBITS(vtr) + 1;
	unsigned int pre_bits = ICH_VTR_PREBITS(vtr) + 1;

	gic.num_lrs = ICH_VTR_LIST_REGS(vtr) + 1;
	if (gic.num_lrs > RMI_NUM_LRS)
		gic.num_lrs = RMI_NUM_LRS;
	gic.num_ap = pre_bits <= 5 ? 1 : 1U << (pre_bits - 5);
	gic.priority_zero = ICH_LR_PRIORITY_MASK >> pri_bits;
	gic.intid_limit = UINT64_C(1) << (ICH_VTR_IDBITS(vtr) == 0 ? 16 : 24);
	gic.extended_range = (read_sysreg("icc_ctlr_el1") & ICC_CTLR_EXT_RANGE) != 0;
}

/*
 * The cases of a switch over the number of list registers, from the last one down; each goes on in the next. (The
 * instruction needs the register's name.)
 */
/* clang-format off */
#define EACH_LR(f, lr) \
	f(15, lr) f(14, lr) f(13, lr) f(12, lr) f(11, lr) f(10, lr) f(9, lr) f(8, lr) \
	f(7, lr) f(6, lr) f(5, lr) f(4, lr) f(3, lr) f(2, lr) f(1, lr) f(0, lr)
/* clang-format on */

#define LR_LOAD(n, lr)                                     \
	case (n) + 1:                                      \
		write_sysreg("ich_lr" #n "_el2", (lr)[n]); \
		__attribute__((fallthrough));

static void load_lrs(const uint64_t *lr)
{
	switch (gic.num_lrs) {
		EACH_LR(LR_LOAD, lr)
	default:
		break;
	}
}

/* Nothing of them stays behind. */
#define LR_TAKE(n, lr)                                     \
	case (n) + 1:                                      \
		(lr)[n] = read_sysreg("ich_lr" #n "_el2"); \
		write_sysreg("ich_lr" #n "_el2", 0);       \
		__attribute__((fallthrough));

static void take_lrs(uint64_t *lr)
{
	switch (gic.num_lrs) {
		EACH_LR(LR_TAKE, lr)
	default:
		break;
	}
}

#define AP_LOAD(n, s)                                     \
	write_sysreg("ich_ap0r" #n "_el2", (s)->ap0r[n]); \
	write_sysreg("ich_ap1r" #n "_el2", (s)->ap1r[n]);
#define AP_SAVE(n, s)                                     \
	(s)->ap0r[n] = read_sysreg("ich_ap0r" #n "_el2"); \
	(s)->ap1r[n] = read_sysreg("ich_ap1r" #n "_el2");
/* There are one, two or four of each group. */
/* clang-format off */
#define EACH_AP(f, s) \
	f(0, s) \
	if (gic.num_ap > 1) { \
		f(1, s) \
		if (gic.num_ap > 2) { \
			f(2, s) f(3, s) \
		} \
	}
/* clang-format on */

static void load_state(const struct gic_state *s)
{
	write_sysreg("ich_vmcr_el2", s->vmcr);
	EACH_AP(AP_LOAD, s)
}

static void save_state(struct gic_state *s)
{
	s->vmcr = read_sysreg("ich_vmcr_el2");
	EACH_AP(AP_SAVE, s)
}

void gic_load(const struct gic_state *s, const struct rmi_rec_enter *enter)
{
	save_state(&host_gic[this_cpu()->index]);
	load_state(s);
	load_lrs(enter->gicv3_lrs);
	write_sysreg("ich_hcr_el2", (enter->gicv3_hcr & RMI_GICV3_HCR_ENTER_MASK) | ICH_HCR_EN);
}

void gic_save(struct gic_state *s, struct rmi_rec_exit *exit)
{
	exit->gicv3_misr = read_sysreg("ich_misr_el2");
	exit->gicv3_hcr = read_sysreg("ich_hcr_el2") & RMI_GICV3_HCR_EXIT_MASK;
	save_state(s);
	exit->gicv3_vmcr = s->vmcr;
	/* Disabled, the interface raises no maintenance interrupt at the host. */
	write_sysreg("ich_hcr_el2", 0);
	take_lrs(exit->gicv3_lrs);
	load_state(&host_gic[this_cpu()->index]);
}

static bool intid_is_valid(uint64_t intid)
{
	if (intid <= INTID_LAST_SPI || (intid >= INTID_LPI_FIRST && intid < gic.intid_limit))
		return true;
	return gic.extended_range && ((intid >= INTID_EPPI_FIRST && intid <= INTID_EPPI_LAST) ||
				      (intid >= INTID_ESPI_FIRST && intid <= INTID_ESPI_LAST));
}

static bool lr_is_valid(uint64_t lr)
{
	uint64_t priority = lr >> ICH_LR_PRIORITY_SHIFT & ICH_LR_PRIORITY_MASK;

	return !(lr & ICH_LR_HW) && !(priority & gic.priority_zero) && !(lr & ICH_LR_PINTID & ~ICH_LR_EOI) &&
	       intid_is_valid(lr & ICH_LR_VINTID);
}

bool run_gic_is_valid(const struct rmi_rec_enter *enter)
{
	const uint64_t *lr = enter->gicv3_lrs;

	if ((enter->gicv3_hcr & ~RMI_GICV3_HCR_ENTER_MASK) != 0)
		return false;
	for (unsigned int i = 0; i < gic.num_lrs; i++) {
		if ((lr[i] & RMI_GICV3_LR_STATE) == 0)
			continue;
		if (!lr_is_valid(lr[i]))
			return false;
		for (unsigned int j = 0; j < i; j++) {
			if ((lr[j] & RMI_GICV3_LR_STATE) != 0 && ((lr[i] ^ lr[j]) & ICH_LR_VINTID) == 0)
				return false;
		}
	}
	return true;
}
