/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CSM notifications on the machine: RSI_CSM_NOTIFY in one realm, the host's doorbell, RSI_CSM_PENDING in the other; and
 * what a host that plays with the doorbell can't do.
 */
#include "machine.h"
#include "puppet/csm_realms.h"

#define ICC_PMR_EL1 SYSREG(3, 0, 4, 6, 0)
#define ICC_IAR1_EL1 SYSREG(3, 0, 12, 12, 0)
#define ICC_EOIR1_EL1 SYSREG(3, 0, 12, 12, 1)
#define ICC_IGRPEN1_EL1 SYSREG(3, 0, 12, 12, 7)
#define INTID_NONE 1023

/* RSI_CSM_NOTIFY's roles. */
#define PROVIDER 0
#define CONSUMER 1

/* Milliseconds after which a realm that sleeps gives up. */
#define PATIENCE 5000

/* --- Words of the realms ----------------------------------------------------------------------------------- */

static uint64_t notify(struct test_realm *realm, struct csm_rid peer, uint64_t n, uint64_t role)
{
	return realm_smc(realm, RSI_CSM_NOTIFY, peer.lo, peer.hi, n, role).x[0];
}

static uint64_t pending(struct test_realm *realm)
{
	struct script_result r = realm_smc(realm, RSI_CSM_PENDING, 0);

	CHECK_EQ(r.x[0], RSI_SUCCESS);
	return r.x[1];
}

/* The realm's entry at `index` is the one for `n` of `peer`. */
static void check_entry(struct test_realm *realm, uint64_t index, enum csm_role role, struct csm_rid peer,
			uint64_t n)
{
	uint64_t x[18] = { RSI_CSM_QUERY, index };

	CHECK(index != CSM_INDEX_NONE);
	realm_smc_wide(realm, x);
	CHECK_EQ(x[0], RSI_SUCCESS);
	CHECK_EQ(x[1], role);
	CHECK(x[3] == peer.lo && x[4] == peer.hi && x[5] == n);
}

static uint64_t read_register(struct test_realm *realm, unsigned int number)
{
	uint64_t value;

	CHECK_EQ(realm_read_sysreg(realm, number, &value), 0);
	return value;
}

/* From here on the realm takes interrupts, by looking. */
static void take_interrupts(struct test_realm *realm)
{
	CHECK_EQ(realm_write_sysreg(realm, ICC_PMR_EL1, 0xff), 0);
	CHECK_EQ(realm_write_sysreg(realm, ICC_IGRPEN1_EL1, 1), 0);
}

static uint64_t acknowledge(struct test_realm *realm)
{
	return read_register(realm, ICC_IAR1_EL1);
}

static void end_interrupt(struct test_realm *realm, uint64_t intid)
{
	CHECK_EQ(realm_write_sysreg(realm, ICC_EOIR1_EL1, intid), 0);
}

static void setup(struct puppet_csm_setup *s)
{
	puppet_csm_setup(s, 1, CSM_PERM_RW);
	take_interrupts(s->c);
	CHECK_EQ(acknowledge(s->c), INTID_NONE);
}

static void end(struct puppet_csm_setup *s)
{
	realm_end(s->c);
	realm_end(s->p);
}

static uint64_t ticks_of_ms(uint64_t ms)
{
	return ms * sysreg_read(cntfrq_el0) / 1000;
}

/* --- Somebody waits ---------------------------------------------------------------------------------------- */

/* Until the realm's REC 0 has run for a while on its CPU, and is where its step takes it. */
static void let_it_settle(struct test_realm *realm)
{
	uint64_t until;

	CHECK(WAIT_FOR(__atomic_load_n(&realm->realm.recs[0].runner, __ATOMIC_ACQUIRE) != 0));
	until = counter_now() + ticks_of_ms(50);
	while (counter_now() < until)
		__asm__ volatile("yield");
}

/* C has begun to wait on CPU 1; P notifies it; C finds out who it was, and was not woken by anything else. */
static void ring_sleeper(struct puppet_csm_setup *s)
{
	struct script_result r;
	uint64_t notified;

	let_it_settle(s->c);
	CHECK_EQ(notify(s->p, s->c_rid, s->n, PROVIDER), RSI_SUCCESS);
	notified = counter_now();
	r = script_end(s->c, 0);
	CHECK(counter_now() - notified < ticks_of_ms(PATIENCE / 2));
	CHECK_EQ(r.x[0], HOST_DOORBELL_INTID);
	CHECK(r.x[1] > 0 && r.x[1] < 100);
	CHECK_EQ(r.x[2], RSI_SUCCESS);
	check_entry(s->c, r.x[3], CSM_ROLE_CONSUMER, s->p_rid, s->n);
	CHECK(puppet_csm_event_of(s->p, CSM_EVENT_NOTIFY)->argument == s->c->realm.rd);
	CHECK_EQ(pending(s->c), CSM_INDEX_NONE);
	CHECK_EQ(pending(s->p), CSM_INDEX_NONE);
}

MACHINE_TEST(csm_notify_wakes, .smp = 2)
{
	struct puppet_csm_setup s;

	setup(&s);
	for (unsigned int i = 0; i < 3; i++) {
		script_begin(s.c, 0, 1, SCRIPT_AWAIT_DOORBELL, PATIENCE);
		ring_sleeper(&s);
	}
	end(&s);
}

/* WFI is the host's: it sleeps on behalf of the realm until there is something for it. */
static enum host_action sleep_for(struct test_realm *realm)
{
	const uint64_t end = counter_now() + ticks_of_ms(PATIENCE);

	++*(uint64_t *)realm->owner;
	timer_preempt_after(ticks_of_ms(PATIENCE));
	while (!host_csm_was_rung(&realm->realm.recs[0]) && counter_now() < end) {
		wfi();
		gic_handle();
	}
	timer_stop();
	return HOST_RESUME;
}

MACHINE_TEST(csm_notify_wakes_trapped_wfi, .smp = 2)
{
	struct puppet_csm_setup s;
	uint64_t sleeps = 0;

	setup(&s);
	s.c->realm.recs[0].trap_wfi = true;
	s.c->idle = sleep_for;
	s.c->owner = &sleeps;
	for (unsigned int i = 0; i < 3; i++) {
		script_begin(s.c, 0, 1, SCRIPT_AWAIT_DOORBELL, PATIENCE);
		ring_sleeper(&s);
	}
	CHECK(sleeps >= 3 && sleeps < 10);
	end(&s);
}

/* C computes, with interrupts on: nothing but the kick makes it exit. */
MACHINE_TEST(csm_notify_kicks, .smp = 2)
{
	struct puppet_csm_setup s;
	struct script_result r;
	unsigned int interrupts;

	setup(&s);
	interrupts = s.c->interrupts;
	script_begin(s.c, 0, 1, CONFORM_INTERRUPTS, ticks_of_ms(PATIENCE), 1, 0);
	let_it_settle(s.c);
	CHECK_EQ(__atomic_load_n(&s.c->interrupts, __ATOMIC_RELAXED), interrupts);
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
	r = script_end(s.c, 0);
	CHECK_EQ(r.x[0], 1);
	CHECK_EQ(r.x[1], HOST_DOORBELL_INTID);
	CHECK_EQ(s.c->interrupts, interrupts + 1);
	check_entry(s.c, pending(s.c), CSM_ROLE_CONSUMER, s.p_rid, s.n);
	end(&s);
}

/* --- Nobody runs the realm --------------------------------------------------------------------------------- */

/* An edge: any number of rings are one until it is taken, and from then on another one; the other way just so. */
MACHINE_TEST(csm_notify_is_an_edge)
{
	struct puppet_csm_setup s;

	setup(&s);
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
	CHECK_EQ(acknowledge(s.c), HOST_DOORBELL_INTID);
	check_entry(s.c, pending(s.c), CSM_ROLE_CONSUMER, s.p_rid, s.n);
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
	CHECK_EQ(acknowledge(s.c), INTID_NONE); /* active */
	end_interrupt(s.c, HOST_DOORBELL_INTID);
	CHECK_EQ(acknowledge(s.c), HOST_DOORBELL_INTID);
	end_interrupt(s.c, HOST_DOORBELL_INTID);
	CHECK_EQ(acknowledge(s.c), INTID_NONE);
	check_entry(s.c, pending(s.c), CSM_ROLE_CONSUMER, s.p_rid, s.n);
	CHECK_EQ(pending(s.c), CSM_INDEX_NONE);

	take_interrupts(s.p);
	CHECK_EQ(notify(s.c, s.p_rid, s.n, CONSUMER), RSI_SUCCESS);
	CHECK_EQ(acknowledge(s.p), HOST_DOORBELL_INTID);
	end_interrupt(s.p, HOST_DOORBELL_INTID);
	check_entry(s.p, pending(s.p), CSM_ROLE_SHARE, s.c_rid, s.n);
	CHECK_EQ(acknowledge(s.c), INTID_NONE);
	end(&s);
}

/* How often the INTID is among the first eight that CONFORM_INTERRUPTS reports. */
static unsigned int has_taken(const struct script_result *r, uint32_t intid)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < 8; i++)
		count += (uint32_t)(r->x[1 + i / 2] >> 32 * (i % 2)) == intid;
	return count;
}

/* All list registers are in use: it comes as soon as there is one, without any other reason to exit. */
MACHINE_TEST(csm_notify_finds_no_room)
{
	struct puppet_csm_setup s;
	struct script_result r;
	unsigned int registers =
		host_feature(&rmm, RMI_FEATURE0_GICV3_NUM_LRS_SHIFT, RMI_FEATURE0_GICV3_NUM_LRS_WIDTH) + 1;

	CHECK(registers <= HOST_VCPU_IRQS);
	setup(&s);
	for (uint32_t i = 0; i < registers; i++)
		CHECK(host_rec_interrupt(&s.c->realm.recs[0], 50 + i));
	CHECK_EQ(pending(s.c), CSM_INDEX_NONE);
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
	r = script(s.c, CONFORM_INTERRUPTS, ticks_of_ms(1000), registers + 1, 0);
	CHECK_EQ(r.x[0], registers + 1);
	for (uint32_t i = 0; i < registers; i++)
		CHECK_EQ(has_taken(&r, 50 + i), 1);
	CHECK_EQ(has_taken(&r, HOST_DOORBELL_INTID), 1);
	check_entry(s.c, pending(s.c), CSM_ROLE_CONSUMER, s.p_rid, s.n);
	end(&s);
}

/* --- A host that does not do what it should ---------------------------------------------------------------- */

static bool drop(struct test_realm *realm, const struct host_csm_request *request)
{
	return request->event == CSM_EVENT_NOTIFY || host_csm_serve(&realm->realm, request) == RMI_SUCCESS;
}

static bool refuse_notify(struct test_realm *realm, const struct host_csm_request *request)
{
	return request->event != CSM_EVENT_NOTIFY && host_csm_serve(&realm->realm, request) == RMI_SUCCESS;
}

static bool ring_twice(struct test_realm *realm, const struct host_csm_request *request)
{
	/* NOLINTNEXTLINE(misc-redundant-expression): two calls */
	return host_csm_serve(&realm->realm, request) == RMI_SUCCESS &&
	       host_csm_serve(&realm->realm, request) == RMI_SUCCESS;
}

/* What the host keeps to itself the monitor says to whoever asks, and once. */
MACHINE_TEST(csm_notify_dropped)
{
	static bool (*const hosts[])(struct test_realm *, const struct host_csm_request *) = {
		drop,
		refuse_notify,
	};
	struct puppet_csm_setup s;

	setup(&s);
	for (unsigned int i = 0; i < 2; i++) {
		s.p->csm = hosts[i];
		CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
		CHECK_EQ(acknowledge(s.c), INTID_NONE);
		check_entry(s.c, pending(s.c), CSM_ROLE_CONSUMER, s.p_rid, s.n);
		CHECK_EQ(pending(s.c), CSM_INDEX_NONE);
		/* Late: the realm has looked by then. */
		CHECK_OK(host_csm_ring(&rmm, s.c->realm.rd, 0));
		CHECK_EQ(acknowledge(s.c), HOST_DOORBELL_INTID);
		end_interrupt(s.c, HOST_DOORBELL_INTID);
		CHECK_EQ(pending(s.c), CSM_INDEX_NONE);
	}
	end(&s);
}

MACHINE_TEST(csm_notify_duplicated)
{
	struct puppet_csm_setup s;

	setup(&s);
	s.p->csm = ring_twice;
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
	CHECK_EQ(acknowledge(s.c), HOST_DOORBELL_INTID);
	CHECK_OK(host_csm_ring(&rmm, s.c->realm.rd, 0));
	end_interrupt(s.c, HOST_DOORBELL_INTID);
	check_entry(s.c, pending(s.c), CSM_ROLE_CONSUMER, s.p_rid, s.n);
	CHECK_EQ(acknowledge(s.c), HOST_DOORBELL_INTID);
	end_interrupt(s.c, HOST_DOORBELL_INTID);
	CHECK_EQ(pending(s.c), CSM_INDEX_NONE);
	end(&s);
}

/* The host rings, or injects the interrupt, and no peer did: PENDING knows better, and the channel goes on working. */
MACHINE_TEST(csm_notify_made_up)
{
	struct puppet_csm_setup s;

	setup(&s);
	for (unsigned int i = 0; i < 10; i++) {
		if (i % 2 == 0)
			CHECK_OK(host_csm_ring(&rmm, s.c->realm.rd, 0));
		else
			CHECK(host_rec_interrupt(&s.c->realm.recs[0], HOST_DOORBELL_INTID));
		CHECK_EQ(acknowledge(s.c), HOST_DOORBELL_INTID);
		CHECK_EQ(pending(s.c), CSM_INDEX_NONE);
		end_interrupt(s.c, HOST_DOORBELL_INTID);
	}
	CHECK_EQ(host_csm_ring(&rmm, s.c->realm.rd + GRANULE_SIZE, 0), HOST_ERROR_RMM);
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
	CHECK_EQ(acknowledge(s.c), HOST_DOORBELL_INTID);
	check_entry(s.c, pending(s.c), CSM_ROLE_CONSUMER, s.p_rid, s.n);
	end(&s);
}

/* --- The realm that is notified goes ----------------------------------------------------------------------- */

static bool end_the_peer(struct test_realm *realm, const struct host_csm_request *request)
{
	struct test_realm *peer = realm->owner;

	if (request->event == CSM_EVENT_NOTIFY && peer != NULL) {
		realm->owner = NULL;
		realm_end(peer);
	}
	return host_csm_serve(&realm->realm, request) == RMI_SUCCESS;
}

/* Between NOTIFY's exit and the ring: who notified has done its part. */
MACHINE_TEST(csm_notify_to_one_that_goes)
{
	struct script_result share;
	struct puppet_csm_setup s;

	setup(&s);
	s.p->csm = end_the_peer;
	s.p->owner = s.c;
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
	CHECK(s.p->owner == NULL);
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_CSM_ERROR_DENIED);
	/* That the share has no consumer any more is news, once. */
	share = realm_smc(s.p, RSI_CSM_QUERY, pending(s.p));
	CHECK_EQ(share.x[0], RSI_SUCCESS);
	CHECK_EQ(share.x[3], s.c_rid.lo);
	CHECK_EQ(share.x[4], s.c_rid.hi);
	CHECK_EQ(share.x[5], s.n);
	CHECK_EQ(pending(s.p), CSM_INDEX_NONE);
	realm_end(s.p);
}

static unsigned int rings;

static void count_ring(struct host_realm *realm)
{
	CHECK(host_realm_find_locked(&rmm, realm->rd) == realm);
	rings++;
}

/* A realm whose interrupt controller is its host's own: that is told, REC 0 is not. */
MACHINE_TEST(csm_notify_own_doorbell)
{
	struct puppet_csm_setup s;

	setup(&s);
	s.c->realm.doorbell = count_ring;
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
	CHECK_EQ(rings, 2);
	CHECK(!host_csm_was_rung(&s.c->realm.recs[0]));
	CHECK_EQ(acknowledge(s.c), INTID_NONE);
	check_entry(s.c, pending(s.c), CSM_ROLE_CONSUMER, s.p_rid, s.n);
	end(&s);
}

/* A realm with two RECs hears of its peer in the second, when it says so. */
MACHINE_TEST(csm_notify_other_rec)
{
	struct puppet_csm_setup s = { .size = GRANULE_SIZE };
	struct script_result r;
	uint64_t entry;

	s.p = puppet_csm_realm("P");
	s.c = realm_start(REALM_PROGRAM_SCRIPT,
			  &(struct realm_options){ .name = "C", .apt_granules = 1, .recs = 2 });
	s.p_rid = puppet_csm_rid_of(s.p);
	s.c_rid = puppet_csm_rid_of(s.c);
	CHECK_EQ(puppet_csm_create(s.p, CSM_WINDOW, s.size, &s.id), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_share(s.p, s.id, s.c_rid, CSM_PERM_RW, &s.n), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_reserve(s.c, s.p_rid, s.n, CSM_WINDOW, s.size), RSI_SUCCESS);
	CHECK_EQ(puppet_csm_attach(s.c, s.p_rid, s.n, &r), RSI_SUCCESS);
	entry = script(s.c, SCRIPT_SYSREG, SCRIPT_SECONDARY_ENTRY).x[0];
	CHECK_EQ(realm_smc(s.c, PSCI_CPU_ON, 1, entry, 1).x[0], PSCI_SUCCESS);
	take_interrupts(s.c);
	CHECK_EQ(script_rec(s.c, 1, SCRIPT_SYSREG, ICC_PMR_EL1, 1, 0xff).x[1], 0);
	CHECK_EQ(script_rec(s.c, 1, SCRIPT_SYSREG, ICC_IGRPEN1_EL1, 1, 1).x[1], 0);

	CHECK_EQ(realm_smc(s.c, RSI_CSM_DOORBELL, 1).x[0], RSI_SUCCESS);
	CHECK_EQ(notify(s.p, s.c_rid, s.n, PROVIDER), RSI_SUCCESS);
	CHECK(!host_csm_was_rung(&s.c->realm.recs[0]));
	CHECK(host_csm_was_rung(&s.c->realm.recs[1]));
	CHECK_EQ(acknowledge(s.c), INTID_NONE);
	CHECK_EQ(script_rec(s.c, 1, SCRIPT_SYSREG, ICC_IAR1_EL1).x[0], HOST_DOORBELL_INTID);
	CHECK_EQ(script_rec(s.c, 1, SCRIPT_SYSREG, ICC_EOIR1_EL1, 1, HOST_DOORBELL_INTID).x[1], 0);
	check_entry(s.c, pending(s.c), CSM_ROLE_CONSUMER, s.p_rid, s.n);

	/* That the share ends is news, too, and rings there as well. */
	CHECK_EQ(puppet_csm_revoke(s.p, s.c_rid, s.n), RSI_SUCCESS);
	CHECK_EQ(acknowledge(s.c), INTID_NONE);
	CHECK_EQ(script_rec(s.c, 1, SCRIPT_SYSREG, ICC_IAR1_EL1).x[0], HOST_DOORBELL_INTID);
	CHECK_EQ(script_rec(s.c, 1, SCRIPT_SYSREG, ICC_EOIR1_EL1, 1, HOST_DOORBELL_INTID).x[1], 0);
	check_entry(s.c, pending(s.c), CSM_ROLE_CONSUMER, s.p_rid, s.n);
	CHECK_EQ(puppet_csm_state_of(s.c, CSM_ROLE_CONSUMER), CSM_STATE_REVOKED);
	realm_end(s.c);
	realm_end(s.p);
}

struct ringer {
	uint64_t rd;
	uint64_t found, gone;
	bool over;
};

static void ring_on(void *argument)
{
	struct ringer *ringer = argument;

	while (!__atomic_load_n(&ringer->over, __ATOMIC_ACQUIRE)) {
		if (host_csm_ring(&rmm, __atomic_load_n(&ringer->rd, __ATOMIC_ACQUIRE), 0) == RMI_SUCCESS)
			ringer->found++;
		else
			ringer->gone++;
	}
}

/* Another CPU rings all the time while realms come, run, and go. */
MACHINE_TEST(csm_notify_while_realms_go, .smp = 2)
{
	struct ringer ringer = { 0 };

	cpu_run(1, ring_on, &ringer);
	for (unsigned int i = 0; i < 8; i++) {
		struct test_realm *realm = puppet_csm_realm("R");

		take_interrupts(realm);
		__atomic_store_n(&ringer.rd, realm->realm.rd, __ATOMIC_RELEASE);
		CHECK(WAIT_FOR(host_csm_was_rung(&realm->realm.recs[0])));
		CHECK_EQ(acknowledge(realm), HOST_DOORBELL_INTID);
		CHECK_EQ(pending(realm), CSM_INDEX_NONE);
		realm_end(realm);
	}
	__atomic_store_n(&ringer.over, true, __ATOMIC_RELEASE);
	cpu_wait(1);
	gic_handle(); /* kicks that came for nothing */
	CHECK(ringer.found >= 8 && ringer.gone > 0);
}

/* --- Channels whose ends sleep ----------------------------------------------------------------------------- */

#define MESSAGES ABI_U64(3000)

struct conversation {
	struct script_result p, c;
};

/* P sends on this CPU, C receives on the other. */
static void converse(struct puppet_csm_setup *s, uint64_t messages, uint64_t ms, struct conversation *t)
{
	uint64_t count = messages | ms << 32;

	script_begin(s->c, 0, 1, SCRIPT_RECEIVE, CSM_WINDOW, s->size, count, s->p_rid.lo, s->p_rid.hi, s->n);
	t->p = script(s->p, SCRIPT_SEND, CSM_WINDOW, s->size, count, s->c_rid.lo, s->c_rid.hi, s->n);
	t->c = script_end(s->c, 0);
	gic_handle(); /* a kick may have come after P's last exit */
	CHECK_EQ(t->p.x[5], 0);
	CHECK_EQ(t->c.x[5], 0);
	CHECK_EQ(t->p.x[0], messages);
	CHECK_EQ(t->c.x[0], messages);
	/* Both did sleep, and ring. */
	CHECK(t->p.x[1] > 10 && t->c.x[1] > 10);
	CHECK(t->p.x[3] > 10 && t->c.x[3] > 10);
}

/* No wake-up is lost: nobody's timer runs out. */
MACHINE_TEST(csm_channel_sleeps, .smp = 2)
{
	struct puppet_csm_setup s;
	struct conversation t;

	setup(&s);
	take_interrupts(s.p);
	converse(&s, MESSAGES, PATIENCE, &t);
	CHECK_EQ(t.p.x[2], 0);
	CHECK_EQ(t.c.x[2], 0);
	CHECK(t.p.x[4] > 10 && t.c.x[4] > 10);
	end(&s);
}

MACHINE_TEST(csm_channel_rung_twice, .smp = 2)
{
	struct puppet_csm_setup s;
	struct conversation t;

	setup(&s);
	s.p->csm = ring_twice;
	s.c->csm = ring_twice;
	converse(&s, MESSAGES, PATIENCE, &t);
	CHECK_EQ(t.p.x[2], 0);
	CHECK_EQ(t.c.x[2], 0);
	end(&s);
}

/* Nobody is ever woken by a ring: the ends look now and then of themselves, and nothing is lost, marks included. */
MACHINE_TEST(csm_channel_rings_dropped, .smp = 2)
{
	struct puppet_csm_setup s;
	struct conversation t;

	setup(&s);
	s.p->csm = drop;
	s.c->csm = drop;
	converse(&s, 1000, 2, &t);
	CHECK_EQ(t.p.x[2], t.p.x[1]);
	CHECK_EQ(t.c.x[2], t.c.x[1]);
	CHECK(t.p.x[4] > 10 && t.c.x[4] > 10);
	end(&s);
}

/* Now and then one of them gets through. */
static bool drop_most(struct test_realm *realm, const struct host_csm_request *request)
{
	uint64_t *count = realm->owner;

	if (request->event == CSM_EVENT_NOTIFY && ++*count % 3 != 0)
		return true;
	return host_csm_serve(&realm->realm, request) == RMI_SUCCESS;
}

MACHINE_TEST(csm_channel_rings_mostly_dropped, .smp = 2)
{
	struct puppet_csm_setup s;
	struct conversation t;
	uint64_t p_count = 0, c_count = 0;

	setup(&s);
	s.p->csm = drop_most;
	s.p->owner = &p_count;
	s.c->csm = drop_most;
	s.c->owner = &c_count;
	converse(&s, 1000, 2, &t);
	CHECK_EQ(p_count, t.p.x[3]);
	CHECK_EQ(c_count, t.c.x[3]);
	end(&s);
}
