/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hostile host, at realms that run: identities used again, entries with what no host may say, exits that say too much,
 * interrupts at the wrong moment.
 */
#include "attack.h"

#define ICC_PMR_EL1 SYSREG(3, 0, 4, 6, 0)
#define ICC_IAR1_EL1 SYSREG(3, 0, 12, 12, 0)
#define ICC_EOIR1_EL1 SYSREG(3, 0, 12, 12, 1)
#define ICC_IGRPEN1_EL1 SYSREG(3, 0, 12, 12, 7)

static struct rmi_rec_run *run_of(struct test_realm *realm)
{
	return realm->realm.recs[0].run;
}

static uint64_t enter(struct test_realm *realm)
{
	return host_rmi_rec_enter(&rmm, realm->realm.recs[0].pa, realm->realm.recs[0].run_pa);
}

/* --- Identities ----------------------------------------------------------------------------------------- */

/* The RD in every role of a granule, in one command that names it twice, too. */
void attack_rd_in_every_role(void)
{
	struct test_realm *realm = victim("A");
	uint64_t rd = realm->realm.rd, rec = realm->realm.recs[0].pa, ns = test_granule();

	CHECK_OK(host_make_tables(&realm->realm, CSM_WINDOW, GRANULE_SIZE, 3));
	CHECK_RMI(host_rmi_data_create_unknown(&rmm, rd, rd, CSM_WINDOW), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rtt_create(&rmm, rd, rd, CSM_WINDOW + 0x40000000, 2), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_create(&rmm, rd, rd, ns), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_realm_create(&rmm, rd, ns), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_csm_apt_extend(&rmm, rd, rd), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_enter(&rmm, rd, ns), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_enter(&rmm, rec, rec), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_destroy(&rmm, rd), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_realm_destroy(&rmm, rec), RMI_ERROR_INPUT);
	check_aborts(realm, CSM_WINDOW);
	check_victim(realm);
	test_granule_free(ns);
	realm_end(realm);
}

void attack_destroy_live_realm(void)
{
	struct test_realm *realm = victim("A");

	CHECK_EQ(rmi_result_status(host_rmi_realm_destroy(&rmm, realm->realm.rd)), RMI_ERROR_REALM);
	check_out_of_reach(realm->realm.rd);
	CHECK_RMI(host_rmi_realm_activate(&rmm, realm->realm.rd), RMI_ERROR_REALM);
	check_victim(realm);
	realm_end(realm);
}

/* The same RD, tables, VMID and addresses for another realm: what the first had cached is not the second's. */
void attack_reuse_vmid(void)
{
	struct test_realm *first = victim("A"), *second;
	uint64_t ram = test_ram(first), rd = first->realm.rd;
	uint16_t vmid = first->realm.vmid;

	CHECK_EQ(read_word(first, ram), SECRET);
	realm_end(first);
	rmm.last_vmid = (uint16_t)(vmid - 1);
	second = puppet_csm_realm("B");
	CHECK_EQ(second->realm.vmid, vmid);
	CHECK_EQ(second->realm.rd, rd);
	CHECK_EQ(read_word(second, ram), 0);
	CHECK_EQ(second->faults != 0, true);
	realm_end(second);
}

/* Those of a realm that could be made, were the VMID and the table the host's to give. */
static struct rmi_realm_params params_with(uint16_t vmid, uint64_t table)
{
	return (struct rmi_realm_params){ .s2sz = 39,
					  .num_bps = 1,
					  .num_wps = 1,
					  .vmid = vmid,
					  .rtt_base = table,
					  .rtt_level_start = 1,
					  .rtt_num_start = 1 };
}

void attack_share_vmid(void)
{
	struct test_realm *realm = victim("A");
	struct rmi_realm_params *params = (void *)(uintptr_t)test_granule();
	uint64_t rd, table;

	CHECK_OK(host_granule_alloc(&rmm, &rd));
	CHECK_OK(host_granule_alloc(&rmm, &table));
	*params = params_with(realm->realm.vmid, table);
	CHECK_RMI(host_rmi_realm_create(&rmm, rd, (uint64_t)(uintptr_t)params), RMI_ERROR_INPUT);
	/* Nothing else was wrong with it. */
	params->vmid = 0x7a7a;
	CHECK_OK(host_rmi_realm_create(&rmm, rd, (uint64_t)(uintptr_t)params));
	CHECK_OK(host_rmi_realm_destroy(&rmm, rd));
	CHECK_OK(host_granule_free(&rmm, rd));
	CHECK_OK(host_granule_free(&rmm, table));
	test_granule_free((uint64_t)(uintptr_t)params);
	check_victim(realm);
	realm_end(realm);
}

/* Another's tables as one's own. */
void attack_share_tables(void)
{
	struct test_realm *realm = victim("A");
	struct rmi_realm_params *params = (void *)(uintptr_t)test_granule();
	uint64_t rd;

	CHECK_OK(host_granule_alloc(&rmm, &rd));
	*params = params_with(0x7a7b, realm->realm.start_pa);
	CHECK_RMI(host_rmi_realm_create(&rmm, rd, (uint64_t)(uintptr_t)params), RMI_ERROR_INPUT);
	params->rtt_base = rd;
	CHECK_RMI(host_rmi_realm_create(&rmm, rd, (uint64_t)(uintptr_t)params), RMI_ERROR_INPUT);
	params->rtt_base = pa_of(realm, test_ram(realm));
	CHECK_RMI(host_rmi_realm_create(&rmm, rd, (uint64_t)(uintptr_t)params), RMI_ERROR_INPUT);
	check_victim(realm);
	CHECK_OK(host_granule_free(&rmm, rd));
	test_granule_free((uint64_t)(uintptr_t)params);
	realm_end(realm);
}

/* --- Parameters that change while they are read --------------------------------------------------------- */

struct flicker {
	volatile uint64_t *word;
	uint64_t a, b;
	volatile bool stop;
};

static void flicker(void *argument)
{
	struct flicker *f = argument;

	while (!f->stop) {
		*f->word = f->a;
		*f->word = f->b;
	}
}

/* Either the one or the other: a realm is made of what was checked. */
void attack_change_parameters(void)
{
	struct rmi_realm_params *params = (void *)(uintptr_t)test_granule();
	struct test_realm *realm = victim("A");
	uint64_t rd, table, result, made = 0, params_pa = (uint64_t)(uintptr_t)params;
	struct flicker f = { .word = &params->rtt_base, .b = realm->realm.start_pa };

	CHECK_OK(host_granule_alloc(&rmm, &rd));
	CHECK_OK(host_granule_alloc(&rmm, &table));
	f.a = table;
	*params = params_with(0x7a7c, table);
	cpu_run(1, flicker, &f);
	for (unsigned int i = 0; i < 200; i++) {
		result = host_rmi_realm_create(&rmm, rd, params_pa);
		CHECK(result == RMI_SUCCESS || result == RMI_ERROR_INPUT);
		if (result != RMI_SUCCESS)
			continue;
		made++;
		CHECK_RMI(host_rmi_granule_undelegate(&rmm, table), RMI_ERROR_INPUT);
		CHECK_OK(host_rmi_realm_destroy(&rmm, rd));
	}
	f.stop = true;
	cpu_wait(1);
	CHECK(made != 0);
	check_victim(realm);
	CHECK_OK(host_granule_free(&rmm, rd));
	CHECK_OK(host_granule_free(&rmm, table));
	test_granule_free(params_pa);
	realm_end(realm);
}

/* The run page changes all the time while the realm runs: what it holds is the realm's only where it was asked for. */
void attack_change_run_page(void)
{
	struct test_realm *realm = victim("A");
	struct window w = open_window(realm);
	struct rmi_rec_run *run = run_of(realm);
	struct script_result r;

	script(realm, SCRIPT_FP_LOAD, 11);
	spin_on_cpu1(realm, w.ipa, 1);
	for (unsigned int round = 0; round < 100; round++) {
		memset(&run->enter, round % 2 != 0 ? 0xff : 0x5a, sizeof(run->enter));
		memset(&run->exit, 0xa5, sizeof(run->exit));
	}
	memset(&run->enter, 0, sizeof(run->enter));
	words_of(w.pa)[0] = 1;
	r = script_end(realm, 0);
	CHECK_EQ(r.x[0], 1);
	CHECK_EQ(r.x[1], 0);
	CHECK_EQ(script(realm, SCRIPT_FP_CHECK, 11).x[0], 0);
	check_victim(realm);
	realm_end(realm);
	close_window(&w);
}

/* The run page becomes the Realm world's while the realm runs: the record is lost, the realm is not. */
void attack_delegate_run_page(void)
{
	struct test_realm *realm = victim("A");
	struct window w = open_window(realm);
	struct host_rec *rec = &realm->realm.recs[0];

	spin_on_cpu1(realm, w.ipa, 1);
	CHECK_RMI(host_rmi_granule_delegate(&rmm, rec->run_pa), RMI_SUCCESS);
	words_of(w.pa)[0] = 1;
	cpu_wait(1);
	CHECK_EQ(realm->scripts[0].stop, HOST_STOP_ERROR);
	CHECK_EQ(realm->scripts[0].error, RMI_ERROR_INPUT);
	CHECK_OK(host_rmi_granule_undelegate(&rmm, rec->run_pa));
	CHECK(is_zero_granule(rec->run_pa));
	realm_end(realm);
	close_window(&w);
}

/* --- Entries -------------------------------------------------------------------------------------------- */

/* Entries that no host may make, at a moment when a realm waits for an answer. All are refused, and it waits on. */
void attack_enter_with_garbage(void)
{
	struct test_realm *realm = victim("A");
	struct rmi_rec_enter *e = &run_of(realm)->enter, good;

	memcpy(&good, e, sizeof(good));
#define REFUSED(field, value)                   \
	e->field = (value);                     \
	CHECK_RMI(enter(realm), RMI_ERROR_REC); \
	memcpy(e, &good, sizeof(good))
	REFUSED(flags, RMI_REC_ENTER_FLAG_EMUL_MMIO);
	REFUSED(gicv3_hcr, ABI_U64(1) << 0);
	REFUSED(gicv3_hcr, ABI_U64(1) << 63);
	REFUSED(gicv3_lrs[0],
		ABI_U64(0xe000000000000028)); /* HW: a physical interrupt's end is the realm's */
#undef REFUSED
	check_victim(realm);
	realm_end(realm);
}

/* Works, and looks at its registers, until so many interrupts have come: on a loaded machine they come late. */
static void work_for(struct test_realm *realm, uint64_t counter, uint64_t interrupts)
{
	for (unsigned int i = 0; i < 1000 && realm->interrupts < interrupts; i++)
		CHECK_EQ(script(realm, SCRIPT_WORK, 7 + i, 4, 100000, counter).x[0], 0);
	timer_stop();
	CHECK(realm->interrupts >= interrupts);
}

/* At an interrupt's exit: registers that the next entry must not set. */
static enum host_action put_registers(struct test_realm *realm)
{
	for (unsigned int i = 0; i < RMI_NUM_GPRS; i++)
		run_of(realm)->enter.gprs[i] = 0xbad0 + i;
	if (realm->interrupts < 20)
		timer_preempt_after(sysreg_read(cntfrq_el0) / 2000);
	return HOST_RESUME;
}

void attack_inject_registers(void)
{
	struct test_realm *realm = victim("A");
	struct window w = open_window(realm);

	realm->interrupt = put_registers;
	timer_preempt_after(sysreg_read(cntfrq_el0) / 2000);
	work_for(realm, w.ipa, 5);
	check_victim(realm);
	realm_end(realm);
	close_window(&w);
}

/* Abort and value for an access to the realm's own memory. */
static enum host_action answer_wrongly(struct test_realm *realm, uint64_t ipa)
{
	struct rmi_rec_enter *e = &run_of(realm)->enter;

	e->flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	e->gprs[0] = 0xbad;
	CHECK_RMI(enter(realm), RMI_ERROR_REC);
	e->flags = RMI_REC_ENTER_FLAG_INJECT_SEA;
	realm->fault = NULL;
	CHECK_OK(host_serve_fault(&realm->realm, ipa));
	return HOST_RESUME;
}

void attack_answer_private_fault(void)
{
	struct test_realm *realm = victim("A");
	uint64_t ipa = test_ram(realm) + 8 * GRANULE_SIZE;

	realm->fault = answer_wrongly;
	CHECK_EQ(read_word(realm, ipa), 0);
	CHECK(realm->fault == NULL);
	check_victim(realm);
	realm_end(realm);
}

void attack_run_twice(void)
{
	struct test_realm *realm = victim("A");
	struct window w = open_window(realm);
	uint64_t other = test_granule();

	spin_on_cpu1(realm, w.ipa, 1);
	CHECK_RMI(host_rmi_rec_enter(&rmm, realm->realm.recs[0].pa, other), RMI_ERROR_REC);
	CHECK(is_zero_granule(other));
	CHECK_RMI(host_rmi_rec_destroy(&rmm, realm->realm.recs[0].pa), RMI_ERROR_REC);
	CHECK_EQ(rmi_result_status(host_rmi_realm_destroy(&rmm, realm->realm.rd)), RMI_ERROR_REALM);
	words_of(w.pa)[0] = 1;
	CHECK_EQ(script_end(realm, 0).x[0], 1);
	check_victim(realm);
	realm_end(realm);
	test_granule_free(other);
	close_window(&w);
}

/* --- What exits tell ------------------------------------------------------------------------------------ */

static void check_says_nothing(const struct rmi_rec_exit *exit)
{
	for (unsigned int i = 0; i < RMI_NUM_GPRS; i++)
		CHECK_EQ(exit->gprs[i], 0);
	CHECK_EQ(exit->far, 0);
	CHECK_EQ(exit->imm, 0);
	CHECK_EQ(exit->csm_base, 0);
	CHECK_EQ(exit->ripas_base, 0);
}

void attack_read_registers_at_interrupt(void)
{
	struct test_realm *realm = victim("A");
	struct window w = open_window(realm);
	struct script_result r;

	realm->interrupt = stop_at_interrupt;
	timer_preempt_after(sysreg_read(cntfrq_el0) / 200);
	CHECK(!script_try(realm, 0, &r, SCRIPT_SPIN, w.ipa, 1));
	CHECK_EQ(run_of(realm)->exit.exit_reason, RMI_EXIT_IRQ);
	CHECK_EQ(run_of(realm)->exit.esr, 0);
	CHECK_EQ(run_of(realm)->exit.hpfar, 0);
	check_says_nothing(&run_of(realm)->exit);
	words_of(w.pa)[0] = 1;
	CHECK_EQ(realm_run(realm, 0), HOST_STOP_HANDLER);
	CHECK(realm->scripts[0].done);
	realm_end(realm);
	close_window(&w);
}

void attack_read_registers_at_fault(void)
{
	struct test_realm *realm = victim("A");
	struct script_result r;

	realm->fault = stop_at_fault;
	CHECK(!script_try(realm, 0, &r, SCRIPT_WRITE64, test_ram(realm) + 0x9128, SECRET));
	CHECK_EQ(run_of(realm)->exit.exit_reason, RMI_EXIT_SYNC);
	CHECK_EQ(run_of(realm)->exit.hpfar, (test_ram(realm) + 0x9000) >> 8); /* the page, and no more */
	check_says_nothing(&run_of(realm)->exit);
	realm_end(realm);
}

/* Vector registers, EL1's and thread registers on the PE that the realm has just left. */
void attack_read_registers_left(void)
{
	struct test_realm *realm = victim("A");
	uint64_t vectors[64], tpidr, pattern = SECRET;

	__asm__ volatile("msr cptr_el2, %0\n\tisb" : : "r"(UINT64_C(0x32ff)));
	__asm__ volatile(".arch_extension simd\n\tmovi v0.2d, #0\n\tmovi v7.2d, #0\n\tmovi v31.2d, #0" ::);
	__asm__ volatile("msr tpidr_el0, %0\n\tmsr sp_el0, %0" : : "r"(UINT64_C(0x5000)));
	script(realm, SCRIPT_FP_LOAD, 3);
	CHECK_EQ(realm_write_sysreg(realm, SYSREG(3, 3, 13, 0, 2), pattern), 0); /* TPIDR_EL0 */
	__asm__ volatile(".arch_extension simd\n\tstp q0, q7, [%0]\n\tstr q31, [%0, #32]"
			 :
			 : "r"(vectors)
			 : "memory");
	__asm__ volatile("mrs %0, tpidr_el0" : "=r"(tpidr));
	for (unsigned int i = 0; i < 6; i++)
		CHECK_EQ(vectors[i], 0);
	CHECK_EQ(tpidr, 0x5000);
	CHECK_EQ(script(realm, SCRIPT_FP_CHECK, 3).x[0], 0);
	CHECK_EQ(script(realm, SCRIPT_SYSREG, SYSREG(3, 3, 13, 0, 2)).x[0], SECRET);
	realm_end(realm);
}

/* --- Interrupts ----------------------------------------------------------------------------------------- */

static enum host_action storm_on(struct test_realm *realm)
{
	/* Not for ever: a loaded machine may be slower than the interrupts. */
	if (realm->interrupts < 300)
		timer_preempt_after(sysreg_read(cntfrq_el0) / 20000);
	return HOST_RESUME;
}

/* An interrupt as soon as the last is dealt with, while a realm works. */
void attack_interrupt_storm(void)
{
	struct test_realm *realm = victim("A");
	uint64_t before = realm->interrupts;
	struct window w = open_window(realm);

	realm->interrupt = storm_on;
	timer_preempt_after(1);
	work_for(realm, w.ipa, before + 20);
	CHECK(words_of(w.pa)[0] >= 4);
	check_victim(realm);
	realm_end(realm);
	close_window(&w);
}

/* All virtual interrupts that there is room for, again and again, that the realm doesn't want. */
void attack_virtual_storm(void)
{
	struct test_realm *realm = victim("A");

	for (unsigned int round = 0; round < 50; round++) {
		for (uint32_t intid = 32; intid < 40; intid++)
			host_rec_interrupt(&realm->realm.recs[0], intid);
		check_victim(realm);
	}
	realm_end(realm);
}

static void take_interrupts(struct test_realm *realm)
{
	CHECK_EQ(realm_write_sysreg(realm, ICC_PMR_EL1, 0xff), 0);
	CHECK_EQ(realm_write_sysreg(realm, ICC_IGRPEN1_EL1, 1), 0);
}

static uint64_t acknowledge(struct test_realm *realm)
{
	uint64_t intid;

	CHECK_EQ(realm_read_sysreg(realm, ICC_IAR1_EL1, &intid), 0);
	return intid;
}

/* A realm with an active interrupt on the PE before must not hold back another's (active priorities). */
void attack_active_priority(void)
{
	struct test_realm *a = victim("A"), *b = victim("B");

	take_interrupts(a);
	take_interrupts(b);
	CHECK(host_rec_interrupt(&a->realm.recs[0], 40));
	CHECK_EQ(acknowledge(a), 40); /* active from here on */
	CHECK(host_rec_interrupt(&b->realm.recs[0], 41));
	CHECK_EQ(acknowledge(b), 41);
	CHECK(host_rec_interrupt(&a->realm.recs[0], 42));
	CHECK_EQ(acknowledge(a), 1023); /* A's own is in the way, as it was */
	CHECK_EQ(realm_write_sysreg(a, ICC_EOIR1_EL1, 40), 0);
	CHECK_EQ(acknowledge(a), 42);
	realm_end(b);
	realm_end(a);
}

/* --- Instruction caches, holes -------------------------------------------------------------------------- */

/* A granule with code of one realm becomes another's: that one runs its own. */
void attack_stale_code(void)
{
	static const uint32_t first[] = { 0xd2800540, 0xd65f03c0 };  /* mov x0, #42; ret */
	static const uint32_t second[] = { 0xd28000e0, 0xd65f03c0 }; /* mov x0, #7; ret */
	struct test_realm *a = puppet_csm_realm("A"), *b;
	uint64_t pa, at = test_ram(a), data, top;
	struct script_result r;

	CHECK(realm_execute(a, &r, first, 2));
	CHECK_EQ(r.x[0], 42);
	pa = pa_of(a, at);
	/* From A straight to B. */
	CHECK_OK(host_rmi_data_destroy(&rmm, a->realm.rd, at, &data, &top));
	CHECK_EQ(data, pa);
	b = puppet_csm_realm("B");
	CHECK_OK(host_make_tables(&b->realm, at, GRANULE_SIZE, 3));
	CHECK_OK(host_rmi_data_create_unknown(&rmm, b->realm.rd, pa, at));
	CHECK(realm_execute(b, &r, second, 2));
	CHECK_EQ(r.x[0], 7);
	CHECK_EQ(pa_of(b, at), pa);
	realm_end(b);
	realm_end(a);
}

/* No memory answers there (tests/machine/test_run.c). */
#define BUS_HOLE ABI_U64(0x0e000000)

void attack_bus_hole(void)
{
	struct test_realm *realm = victim("A"), *other = victim("B");
	uint64_t ipa = host_unprotected_base(&realm->realm);

	CHECK_OK(host_map_unprotected(&realm->realm, ipa, BUS_HOLE, GRANULE_SIZE, HOST_UNPROTECTED_WB_RW));
	check_aborts(realm, ipa);
	check_victim(realm);
	check_victim(other);
	realm_end(other);
	realm_end(realm);
}
