/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Self-hosted debug (DEN0137 A3.1.4; DDI0487 D2). Breakpoints and watchpoints are switched for RECs that use
 * them: a REC's first access is trapped; from then on it has the registers on each entry until it has turned all
 * of them off. The host's stay where they are otherwise, out of force because MDSCR_EL1 is the realm's.
 */
#include "run/aarch64/context.h"

#include "port/aarch64/percpu.h"

#define MDSCR_IN_USE (MDSCR_MDE | MDSCR_KDE | MDSCR_SS)

struct host_debug {
	struct debug_state state;
	uint64_t os_lock;
};

static struct host_debug host_debug[PORT_MAX_CPUS];

/* Constant after boot: what the hardware has, and whatever it has is switched. */
static unsigned int num_bps, num_wps;

/* One list. */
/* clang-format off */
#define NUMBERED_16(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15)
/* clang-format on */

#define SAVE_BP(n)                                           \
	if (num_bps > (n)) {                                 \
		s->bvr[n] = read_sysreg("dbgbvr" #n "_el1"); \
		s->bcr[n] = read_sysreg("dbgbcr" #n "_el1"); \
	}
#define SAVE_WP(n)                                           \
	if (num_wps > (n)) {                                 \
		s->wvr[n] = read_sysreg("dbgwvr" #n "_el1"); \
		s->wcr[n] = read_sysreg("dbgwcr" #n "_el1"); \
	}
#define LOAD_BP(n)                                           \
	if (num_bps > (n)) {                                 \
		write_sysreg("dbgbvr" #n "_el1", s->bvr[n]); \
		write_sysreg("dbgbcr" #n "_el1", s->bcr[n]); \
	}
#define LOAD_WP(n)                                           \
	if (num_wps > (n)) {                                 \
		write_sysreg("dbgwvr" #n "_el1", s->wvr[n]); \
		write_sysreg("dbgwcr" #n "_el1", s->wcr[n]); \
	}

static void save(struct debug_state *s)
{
	NUMBERED_16(SAVE_BP)
	NUMBERED_16(SAVE_WP)
}

static void load(const struct debug_state *s)
{
	NUMBERED_16(LOAD_BP)
	NUMBERED_16(LOAD_WP)
}

void debug_init(void)
{
	uint64_t dfr0 = read_sysreg("id_aa64dfr0_el1");

	num_bps = id_field(dfr0, DFR0_BRPS) + 1;
	num_wps = id_field(dfr0, DFR0_WRPS) + 1;
}

void debug_give(struct run_context *c)
{
	struct host_debug *h = &host_debug[this_cpu()->index];

	h->os_lock = (read_sysreg("oslsr_el1") & OSLSR_OSLK) != 0;
	save(&h->state);
	load(&c->debug);
	write_sysreg("oslar_el1", c->os_lock);
	write_sysreg("mdcr_el2", read_sysreg("mdcr_el2") & ~MDCR_TDA);
	c->debug_live = true;
}

/* Registers beyond those that the realm was promised are the next owner's; it finds its own in them. */
void debug_take_back(struct run_context *c)
{
	const struct host_debug *h = &host_debug[this_cpu()->index];
	uint64_t enabled = 0;

	save(&c->debug);
	load(&h->state);
	write_sysreg("oslar_el1", h->os_lock);
	write_sysreg("mdcr_el2", read_sysreg("mdcr_el2") | MDCR_TDA);
	c->debug_live = false;
	for (unsigned int i = 0; i < num_bps; i++)
		enabled |= c->debug.bcr[i];
	for (unsigned int i = 0; i < num_wps; i++)
		enabled |= c->debug.wcr[i];
	c->debug_in_use = (enabled & DBGCR_E) || (c->el1.mdscr & MDSCR_IN_USE);
}

void debug_set_os_lock(struct run_context *c, uint64_t value)
{
	c->os_lock = value & OSLAR_OSLK;
	if (c->debug_live)
		write_sysreg("oslar_el1", c->os_lock);
}
