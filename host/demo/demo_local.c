/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The demo's last act: no owner in the loop. A and B are of one kind: same image, same parameters, so the same RIM, which each
 * can read of itself. The monitor tells each what the other one's is. L is of another kind: one parameter differs.
 */
#include "demo.h"

#include "board/gic.h"

#define WORD UINT64_C(0x10ca1a77e57)
#define OTHER_KIND 1
#define PATIENCE 3000 /* ms */

struct trio {
	struct test_realm *a, *b, *l;
	struct csm_rid a_rid, b_rid, l_rid;
	uint64_t id; /* A's region */
};

static struct test_realm *start(const char *name, uint64_t kind)
{
	return realm_start(REALM_PROGRAM_PEER,
			   &(struct realm_options){ .name = name, .argument = kind, .apt_granules = 1 });
}

static struct csm_rid rid_of(struct test_realm *realm)
{
	struct script_result r = script(realm, DEMO_IDENTIFY);

	return (struct csm_rid){ r.x[1], r.x[2] };
}

/* A measurement's first bytes, as they are written. */
static uint64_t shown(uint64_t bytes)
{
	return __builtin_bswap64(bytes);
}

/* The realm asks what `rid` is, with memory shared between the two. */
static struct script_result ask(struct test_realm *realm, struct csm_rid rid)
{
	return script(realm, DEMO_CHECK_PEER, rid.lo, rid.hi);
}

static struct script_result attach(struct test_realm *realm, struct csm_rid provider, uint64_t n)
{
	return script(realm, DEMO_ATTACH, provider.lo, provider.hi, n, DEMO_C_REGION, DEMO_SIZE);
}

/* --- Chapters ---------------------------------------------------------------------------------------- */

static uint64_t own_kind(struct trio *t)
{
	struct script_result r;
	uint64_t value, n;

	chapter("No owners: A and B share with their own kind. Each reads its own measurement, and the "
		"monitor "
		"compares.");
	r = script(t->a, DEMO_CREATE, DEMO_P_REGION, DEMO_SIZE);
	t->id = r.x[1];
	r = script(t->a, DEMO_SHARE_OWN_KIND, t->id, t->b_rid.lo, t->b_rid.hi, CSM_PERM_RW);
	n = r.x[1];
	claim(r.x[0] == RSI_SUCCESS, "A shares with B, if B is what A is: status 0x%lx", r.x[0]);
	r = ask(t->b, t->a_rid);
	claim(r.x[0] == RSI_SUCCESS && r.x[1] == 1 && r.x[2] == r.x[3] && r.x[2] != 0,
	      "B asks what A is before it attaches: %016lx..., as B itself", shown(r.x[3]));
	r = attach(t->b, t->a_rid, n);
	claim(r.x[1] == RSI_SUCCESS && r.x[3] == DEMO_PAGES, "B attaches: status 0x%lx, %lu pages", r.x[1],
	      r.x[3]);
	r = ask(t->a, t->b_rid);
	claim(r.x[0] == RSI_SUCCESS && r.x[1] == 1, "A asks what B is: %016lx..., as A itself",
	      shown(r.x[3]));
	realm_write64(t->a, DEMO_P_REGION, WORD);
	claim(realm_read64(t->b, DEMO_C_REGION, &value) == 0 && value == WORD,
	      "what A writes, B reads: 0x%lx", value);
	return n;
}

static void look_alike(struct trio *t)
{
	struct script_result r;
	uint64_t n, id, value, esr;

	chapter("The host says that L is B. L has B's image, and one other parameter.");
	r = script(t->a, DEMO_SHARE_OWN_KIND, t->id, t->l_rid.lo, t->l_rid.hi, CSM_PERM_RW);
	n = r.x[1];
	claim(r.x[0] == RSI_SUCCESS,
	      "A can't know: it shares with the identifier of L, if that is of its kind");
	r = attach(t->l, t->a_rid, n);
	claim(r.x[0] == RSI_SUCCESS && r.x[1] == RSI_CSM_ERROR_DENIED, "the monitor refuses L: status 0x%lx",
	      r.x[1]);
	esr = realm_read64(t->l, DEMO_C_REGION, &value);
	claim(is_external_abort(esr) && value != WORD,
	      "L reads where it would be: external abort (ESR 0x%lx)", esr);
	r = ask(t->a, t->l_rid);
	claim(r.x[0] == RSI_SUCCESS && r.x[1] == 0 && r.x[3] != 0,
	      "A asks what it is: %016lx..., not its kind", shown(r.x[3]));

	r = script(t->l, DEMO_CREATE, DEMO_P_REGION, DEMO_SIZE);
	id = r.x[1];
	r = script(t->l, DEMO_SHARE, id, t->b_rid.lo, t->b_rid.hi, CSM_PERM_RW);
	claim(r.x[0] == RSI_SUCCESS, "L offers memory to B: status 0x%lx", r.x[0]);
	r = ask(t->b, t->l_rid);
	claim(r.x[0] == RSI_SUCCESS && r.x[1] == 0,
	      "B asks what L is, and has nothing to do with it: %016lx...", shown(r.x[3]));
	r = ask(t->l, t->a_rid);
	claim(r.x[0] == RSI_SUCCESS && r.x[1] == 0,
	      "who is offered memory may ask as well, so L knows what A is");
	script(t->l, DEMO_DESTROY, id);
	r = ask(t->b, t->l_rid);
	claim(r.x[0] == RSI_CSM_ERROR_DENIED, "with nothing between them B learns nothing of L: status 0x%lx",
	      r.x[0]);
}

/* REC 0 of the realm sleeps in WFI: until its thread has been in there for a while. */
static void settle(struct test_realm *realm)
{
	uint64_t until = counter_now() + sysreg_read(cntfrq_el0) / 20;

	while (__atomic_load_n(&realm->realm.recs[0].runner, __ATOMIC_ACQUIRE) == 0)
		;
	while (counter_now() < until)
		;
}

static void doorbell(struct trio *t, uint64_t n)
{
	struct script_result r, notified;

	chapter("B sleeps on a CPU of its own until A notifies it. The host rings B's doorbell; it can't "
		"make news up.");
	script_begin(t->b, 0, 1, SCRIPT_AWAIT_DOORBELL, PATIENCE);
	settle(t->b);
	host_csm_ring(&rmm, t->b->realm.rd, 0);
	r = script_end(t->b, 0);
	claim(r.x[0] == HOST_DOORBELL_INTID && r.x[2] == RSI_SUCCESS && r.x[3] == CSM_INDEX_NONE,
	      "the host rings: B wakes, asks the monitor, and knows that nobody notified it");
	script_begin(t->b, 0, 1, SCRIPT_AWAIT_DOORBELL, PATIENCE);
	settle(t->b);
	notified = script(t->a, DEMO_NOTIFY, t->b_rid.lo, t->b_rid.hi, n);
	r = script_end(t->b, 0);
	claim(notified.x[0] == RSI_SUCCESS && r.x[0] == HOST_DOORBELL_INTID && r.x[3] != CSM_INDEX_NONE,
	      "A notifies it: B wakes, and the monitor says that it was A (entry %lu)", r.x[3]);
}

void demo_local(void)
{
	struct trio t = { .a = start("A", 0), .b = start("B", 0), .l = start("L", OTHER_KIND) };
	uint64_t n;

	t.a_rid = rid_of(t.a);
	t.b_rid = rid_of(t.b);
	t.l_rid = rid_of(t.l);
	n = own_kind(&t);
	look_alike(&t);
	doorbell(&t, n);
	realm_end(t.l);
	realm_end(t.b);
	realm_end(t.a);
}
