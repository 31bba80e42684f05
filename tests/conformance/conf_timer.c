/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's timers and counters (A6.2).
 */
#include "conf_vm.h"

#include "board/gic.h"

#define ICC_PMR_EL1 SYSREG(3, 0, 4, 6, 0)
#define ICC_IGRPEN1_EL1 SYSREG(3, 0, 12, 12, 7)

#define LR_PENDING (ABI_U64(1) << 62)
#define LR_GROUP1 (ABI_U64(1) << 60)
#define LR_PRIORITY(p) ((uint64_t)(p) << 48)

#define CTL_ENABLE 1
#define CTL_IMASK 2
#define CTL_ISTATUS 4

/* The two timers. */
static const struct timer {
	const char *name;
	unsigned int ctl, cval;
	uint32_t intid;
} timers[] = {
	{ "virtual timer", SYSREG(3, 3, 14, 3, 1), SYSREG(3, 3, 14, 3, 2), 27 },
	{ "physical timer", SYSREG(3, 3, 14, 2, 1), SYSREG(3, 3, 14, 2, 2), 30 },
};

static uint64_t ctl_of(const struct vm *vm, const struct timer *t)
{
	return t->intid == 27 ? vm_exit(vm, 0)->cntv_ctl : vm_exit(vm, 0)->cntp_ctl;
}

static uint64_t cval_of(const struct vm *vm, const struct timer *t)
{
	return t->intid == 27 ? vm_exit(vm, 0)->cntv_cval : vm_exit(vm, 0)->cntp_cval;
}

static uint64_t milliseconds(uint64_t n)
{
	return sysreg_read(cntfrq_el0) / 1000 * n;
}

/* The realm's own count: it reads the counter that it is told about. */
static uint64_t now(struct vm *vm)
{
	uint64_t r[6];

	vm_do(vm, 0, r, CONFORM_COUNTERS);
	return r[2];
}

static void set(struct vm *vm, const struct timer *t, uint64_t cval, uint64_t ctl)
{
	vm_write(vm, 0, t->cval, cval);
	vm_write(vm, 0, t->ctl, ctl);
}

/*
 * Times below are so far apart that a machine which stalls for a moment does not mix them up.
 */

/* --- Counters --------------------------------------------------------------------------------------------- */

static void counters(void)
{
	uint64_t last = 0, before, after, r[6];
	unsigned int back = 0, apart = 0, outside = 0;
	struct vm vm;

	vm_start(&vm, NULL);
	for (unsigned int i = 0; i < 20; i++) {
		before = counter_now();
		vm_do(&vm, 0, r, CONFORM_COUNTERS);
		after = counter_now();
		back += r[0] < last;
		last = r[2];
		apart += r[1] < r[0] || r[2] < r[1];
		outside += r[0] < before || r[2] > after;
	}
	conf_check("RRJZRP", "counters that went back", back, 0);
	conf_check("RJSMQP", "CNTPCT_EL0 that was not between two of CNTVCT_EL0", apart, 0);
	conf_check("XYCDMW", "counters that are not the machine's", outside, 0);
	vm_end(&vm);
}

/* --- Registers -------------------------------------------------------------------------------------------- */

/* Values of the realm in the record and over exits; those of the host and of another realm beside them. */
static void registers(void)
{
	struct vm a, b;

	vm_start(&a, NULL);
	vm_start(&b, NULL);
	for (unsigned int i = 0; i < 2; i++) {
		const struct timer *t = &timers[i];
		uint64_t far_a = UINT64_C(0x7123456789abcdef) + i, far_b = UINT64_C(0x7fedcba987654321) + i;

		set(&a, t, far_a, CTL_ENABLE);
		set(&b, t, far_b, CTL_IMASK);
		sysreg_write(cntv_cval_el0, UINT64_C(0x1111));
		sysreg_write(cntp_cval_el0, UINT64_C(0x2222));
		conf_check("RVWQDH", conf_text("%s: cval in the record", t->name), cval_of(&a, t), far_a);
		conf_check("RVWQDH", conf_text("%s: ctl in the record", t->name), ctl_of(&a, t), CTL_ENABLE);
		conf_check("RVWQDH", conf_text("%s of another realm: cval in the record", t->name),
			   cval_of(&b, t), far_b);
		conf_check("RVWQDH", conf_text("%s of another realm: ctl in the record", t->name),
			   ctl_of(&b, t), CTL_IMASK);
		conf_check("RLKNDV", conf_text("%s: CVAL as the realm reads it", t->name),
			   vm_read(&a, 0, t->cval).value, far_a);
		conf_check("RLKNDV", conf_text("%s: CTL as the realm reads it", t->name),
			   vm_read(&a, 0, t->ctl).value, CTL_ENABLE);
		conf_check("RLKNDV", conf_text("%s: CVAL as the other realm reads it", t->name),
			   vm_read(&b, 0, t->cval).value, far_b);
		conf_check("RLKNDV", conf_text("%s: CTL as the other realm reads it", t->name),
			   vm_read(&b, 0, t->ctl).value, CTL_IMASK);
	}
	vm_end(&b);
	vm_end(&a);
}

/* CVAL in the past, by CTL: what is asserted is told as it is. */
static void expired(void)
{
	static const struct {
		uint64_t ctl, shown;
		const char *what;
	} states[] = {
		{ 0, 0, "off" },
		{ CTL_IMASK, CTL_IMASK, "off, masked" },
		{ CTL_ENABLE | CTL_IMASK, CTL_ENABLE | CTL_IMASK | CTL_ISTATUS, "on, masked" },
		{ CTL_ENABLE, CTL_ENABLE | CTL_ISTATUS, "on" },
	};

	for (unsigned int i = 0; i < 2; i++) {
		const struct timer *t = &timers[i];
		struct vm vm;

		vm_start(&vm, NULL);
		for (unsigned int s = 0; s < sizeof(states) / sizeof(states[0]); s++) {
			unsigned int irqs = vm.irqs;
			/* ISTATUS says nothing of a timer that is off. */
			uint64_t care = (states[s].ctl & CTL_ENABLE) != 0 ? 7 : 3, r[6];

			set(&vm, t, 1, states[s].ctl);
			conf_check("RVWQDH", conf_text("%s, expired, %s: ctl", t->name, states[s].what),
				   ctl_of(&vm, t) & care, states[s].shown);
			conf_check_true("RSVCMR",
					conf_text("%s, expired, %s: %u exits for it", t->name, states[s].what,
						  vm.irqs - irqs),
					states[s].ctl == CTL_ENABLE ? vm.irqs - irqs <= 1 : vm.irqs == irqs);
			/* The host knows by now: it is not told again. */
			irqs = vm.irqs;
			vm_do(&vm, 0, r, CONFORM_WAIT, milliseconds(3));
			conf_check("IVRWGS",
				   conf_text("%s, expired, %s: further exits", t->name, states[s].what),
				   vm.irqs - irqs, 0);
		}
		vm_end(&vm);
	}
}

/* --- Assertion -------------------------------------------------------------------------------------------- */

/* It expires while the realm runs: one exit, at the right time, and then the realm makes progress. */
static void asserted(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		const struct timer *t = &timers[i];
		uint64_t cval, r[6];
		unsigned int irqs;
		struct vm vm;

		vm_start(&vm, NULL);
		cval = now(&vm) + milliseconds(200);
		set(&vm, t, cval, CTL_ENABLE);
		conf_check("RVWQDH", conf_text("%s, armed: ctl", t->name), ctl_of(&vm, t), CTL_ENABLE);
		vm.want_irq = true;
		vm_begin(&vm, 0, CONFORM_WAIT, milliseconds(300));
		conf_check_true("RSVCMR", conf_text("%s: not before it expires", t->name),
				counter_now() >= cval);
		vm_record(&vm, 0, "RSVCMR", conf_text("%s expires", t->name),
			  &(struct rmi_rec_exit){ .exit_reason = RMI_EXIT_IRQ });
		conf_check("RVWQDH", conf_text("%s, expired: ctl", t->name), ctl_of(&vm, t),
			   CTL_ENABLE | CTL_ISTATUS);
		conf_check("RVWQDH", conf_text("%s, expired: cval", t->name), cval_of(&vm, t), cval);
		gic_handle();
		vm.want_irq = false;
		irqs = vm.irqs;
		vm_finish(&vm, 0, r);
		conf_check("IVRWGS", conf_text("%s: further exits while it is asserted", t->name),
			   vm.irqs - irqs, 0);
		conf_check_true("IVRWGS", conf_text("%s: the realm gets to its end", t->name),
				r[0] >= milliseconds(300));

		/* Armed again, and not asserted at the last exit: the host has to hear of it again. */
		cval = now(&vm) + milliseconds(150);
		vm_write(&vm, 0, t->cval, cval);
		conf_check("RVWQDH", conf_text("%s, armed again: ctl", t->name), ctl_of(&vm, t), CTL_ENABLE);
		irqs = vm.irqs;
		vm_do(&vm, 0, r, CONFORM_WAIT, milliseconds(250));
		conf_check("RSVCMR", conf_text("%s, expired again: exits for it", t->name), vm.irqs - irqs,
			   1);
		vm_end(&vm);
	}
}

/* Masked or off, there is none. */
static void silent(void)
{
	static const uint64_t ctls[] = { 0, CTL_IMASK, CTL_ENABLE | CTL_IMASK };

	for (unsigned int i = 0; i < 2; i++) {
		struct vm vm;
		uint64_t r[6];

		vm_start(&vm, NULL);
		for (unsigned int c = 0; c < sizeof(ctls) / sizeof(ctls[0]); c++) {
			unsigned int irqs = vm.irqs;

			set(&vm, &timers[i], now(&vm) + milliseconds(2), ctls[c]);
			vm_do(&vm, 0, r, CONFORM_WAIT, milliseconds(10));
			conf_check("RSVCMR",
				   conf_text("%s expires with CTL %lu: exits", timers[i].name, ctls[c]),
				   vm.irqs - irqs, 0);
		}
		vm_end(&vm);
	}
}

/* Both at once, and the host's own in between. */
static void together(void)
{
	struct vm vm;
	uint64_t r[6];

	vm_start(&vm, NULL);
	set(&vm, &timers[0], now(&vm) + milliseconds(150), CTL_ENABLE);
	set(&vm, &timers[1], now(&vm) + milliseconds(450), CTL_ENABLE);
	vm.irqs = 0;
	timer_preempt_after(milliseconds(300));
	vm_do(&vm, 0, r, CONFORM_WAIT, milliseconds(700));
	conf_check("RFKCHX", "exits for two timers of the realm and one of the host", vm.irqs, 3);
	conf_check("RVWQDH", "virtual timer: ctl", vm_exit(&vm, 0)->cntv_ctl, CTL_ENABLE | CTL_ISTATUS);
	conf_check("RVWQDH", "physical timer: ctl", vm_exit(&vm, 0)->cntp_ctl, CTL_ENABLE | CTL_ISTATUS);
	vm_end(&vm);
}

/* From expiry over the host's injection to the realm's handler, which masks the timer. */
static void delivered(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		const struct timer *t = &timers[i];
		struct vm vm;
		uint64_t r[6];

		vm_start(&vm, NULL);
		vm_write(&vm, 0, ICC_PMR_EL1, 0xff);
		vm_write(&vm, 0, ICC_IGRPEN1_EL1, 1);
		set(&vm, t, now(&vm) + milliseconds(200), CTL_ENABLE);
		vm.want_irq = true;
		vm_begin(&vm, 0, CONFORM_INTERRUPTS, milliseconds(1000), 1, 0);
		conf_need("RSVCMR", conf_text("%s expires: exit reason", t->name),
			  vm_exit(&vm, 0)->exit_reason, RMI_EXIT_IRQ);
		gic_handle();
		vm.want_irq = false;
		vm_enter_of(&vm, 0)->gicv3_lrs[0] = LR_PENDING | LR_GROUP1 | LR_PRIORITY(0xa0) | t->intid;
		vm_resume(&vm, 0);
		memcpy(vm_enter_of(&vm, 0)->gicv3_lrs, vm_exit(&vm, 0)->gicv3_lrs,
		       sizeof(vm_exit(&vm, 0)->gicv3_lrs));
		vm_finish(&vm, 0, r);
		conf_check("RWNFRW", conf_text("%s: interrupts that the realm took", t->name), r[0], 1);
		conf_check("RWNFRW", conf_text("%s: INTID", t->name), r[1], t->intid);
		conf_check("RQKZXD", conf_text("%s: state in the list register", t->name),
			   vm_exit(&vm, 0)->gicv3_lrs[0] & RMI_GICV3_LR_STATE, 0);
		conf_check("RVWQDH", conf_text("%s, masked by the handler: ctl", t->name), ctl_of(&vm, t),
			   CTL_ENABLE | CTL_IMASK | CTL_ISTATUS);
		vm_end(&vm);
	}
}

/* A timer of one realm, expired, is nothing to another. */
static void between_realms(void)
{
	struct vm a, b;
	uint64_t r[6];

	vm_start(&a, NULL);
	vm_start(&b, NULL);
	set(&a, &timers[0], 1, CTL_ENABLE);
	set(&a, &timers[1], 1, CTL_ENABLE);
	b.irqs = 0;
	vm_do(&b, 0, r, CONFORM_WAIT, milliseconds(5));
	conf_check("GYKRWG", "exits of a realm while another's timers are expired", b.irqs, 0);
	conf_check("RVWQDH", "its own virtual timer: ctl", vm_exit(&b, 0)->cntv_ctl & 3, 0);
	conf_check("RVWQDH", "its own physical timer: ctl", vm_exit(&b, 0)->cntp_ctl & 3, 0);
	a.irqs = 0;
	vm_do(&a, 0, r, CONFORM_WAIT, milliseconds(5));
	conf_check("IVRWGS", "exits of the realm whose timers are expired, and known", a.irqs, 0);
	vm_end(&b);
	vm_end(&a);
}

CONF_GROUP(timer, .about = "timers and counters of realms")
{
	conf_case(counters);
	conf_case(registers);
	conf_case(expired);
	conf_case(asserted);
	conf_case(silent);
	conf_case(together);
	conf_case(delivered);
	conf_case(between_realms);
}
