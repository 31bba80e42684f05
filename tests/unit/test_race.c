/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a command has looked at may be another by the time that it holds the lock. The other PE is played by wrappers
 * (-Wl,--wrap) that act at one point of a command: behind a look into the registry, before a lock, behind an unlock.
 * A command answers then as if the other PE had been first: with an error, having changed nothing; never with a stop.
 */
#include "csm_world.h"

#include "csm/apt.h"
#include "model/realm.h"

bool __real_granule_lock(struct granule *g, enum granule_state expected);
bool __wrap_granule_lock(struct granule *g, enum granule_state expected);
void __real_granule_unlock(struct granule *g);
void __wrap_granule_unlock(struct granule *g);
struct granule *__real_registry_find(struct csm_rid rid);
struct granule *__wrap_registry_find(struct csm_rid rid);

/* --- The other PE -------------------------------------------------------------------------------------------- */

enum point {
	NOWHERE,
	BEFORE_LOCK,
	AFTER_UNLOCK,
	AFTER_FIND,
};

static struct {
	enum point point; /* NOWHERE: it has acted */
	uint64_t pa;      /* the granule that the lock is of, or 0: any */
	unsigned int skip;
	void (*act)(void);
} other;

/* At the point for the granule, when it has come there `skip` times. */
static void expect(enum point point, uint64_t granule, unsigned int skip, void (*act)(void))
{
	other.point = point;
	other.pa = granule;
	other.skip = skip;
	other.act = act;
}

static void come_to(enum point point, const struct granule *g)
{
	struct sim_pe pe = { .number = 1 };

	if (other.point != point || (other.pa != 0 && granule_pa(g).v != other.pa) || other.skip-- != 0)
		return;
	other.point = NOWHERE;
	sim_run_as(&pe);
	other.act();
	sim_run_as(NULL);
}

bool __wrap_granule_lock(struct granule *g, enum granule_state expected)
{
	come_to(BEFORE_LOCK, g);
	return __real_granule_lock(g, expected);
}

void __wrap_granule_unlock(struct granule *g)
{
	__real_granule_unlock(g);
	sim_unlocked();
	come_to(AFTER_UNLOCK, g);
}

struct granule *__wrap_registry_find(struct csm_rid rid)
{
	struct granule *g = __real_registry_find(rid);

	if (g != NULL)
		come_to(AFTER_FIND, g);
	return g;
}

/* The command, and that the other PE has acted in it. */
#define raced(command)                                  \
	({                                              \
		uint64_t result_ = (command);           \
		assert_int_equal(other.point, NOWHERE); \
		result_;                                \
	})

/* --- What it does -------------------------------------------------------------------------------------------- */

static struct csm_world w;
static struct world_realm heir; /* has the RD's granule of one that is gone */
static uint64_t spare;          /* a granule of the host's, delegated */

static void end_c(void)
{
	world_end(&w.c);
}

/* The realm's life ends, and another's begins in the same RD. */
static void replace(struct world_realm *r)
{
	uint64_t rd = r->rd, others[WORLD_GRANULES / 4], next;
	unsigned int count = 0;

	world_end(r);
	while ((next = world_ns()) != rd)
		others[count++] = next;
	/* world_realm() takes the parameters' page and the table's before the RD: those freed last. */
	while (count > 2)
		world_free(others[--count]);
	world_free(rd);
	while (count > 0)
		world_free(others[--count]);
	world_realm(&heir, &(struct world_options){ .apt = 1 });
	assert_int_equal(heir.rd, rd);
}

static void replace_c(void)
{
	replace(&w.c);
}

static void lose_spare(void)
{
	world_undelegate(spare);
}

/* --- Two realms (pair.c) --------------------------------------------------------------------------------- */

/* P, C and X, of which P's RD lies above or below C's. P has offered C a region twice, as 0 and 1. */
static void offer(bool above)
{
	struct world_realm p, c;

	csm_realms(&w);
	p = above ? w.p : w.x; /* addresses go down */
	c = above ? w.x : w.p;
	w.x = w.c;
	w.p = p;
	w.c = c;
	w.p_rid = rid_of(&w.p);
	w.c_rid = rid_of(&w.c);
	w.x_rid = rid_of(&w.x);
	assert_true(above == (w.p.rd > w.c.rd));
	csm_offer(&w, 4, CSM_PERM_RW);
	assert_int_equal(status_of(&w.p, say_share(w.id, w.c_rid, CSM_PERM_RW, 0)), RSI_SUCCESS);
}

static void end_without_c(void)
{
	world_end(&w.x);
	world_end(&w.p);
	world_check_all_back();
}

/* SHARE(C) while C goes: its share numbers must not begin again as long as shares with them exist. */
static void test_share(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		offer(i & 1);
		expect(AFTER_FIND, w.c.rd, 0, i & 2 ? replace_c : end_c);
		assert_int_equal(raced(status_of(&w.p, say_share(w.id, w.c_rid, CSM_PERM_RW, 0))),
				 RSI_CSM_ERROR_DENIED);
		if (i & 2)
			world_end(&heir);
		end_without_c();
	}
}

/* And if a number did come twice, by a fault that we don't know: an error, not a stop, and the first share is whole. */
static void test_share_twice(void **state)
{
	struct apt *apt;

	(void)state;
	offer(true);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	apt = apt_of(realm_of(granule_find(pa(w.p.rd)))->apt);
	apt_remove(apt, apt_find(apt, apt_rid_key(APT_PEER, w.c_rid, 0)));
	assert_int_equal(status_of(&w.p, say_share(w.id, w.c_rid, CSM_PERM_RO, 0)), RSI_ERROR_STATE);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), w.size / GRANULE_SIZE);
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
	csm_end(&w);
}

/* Every call that names a peer, as the peer's RD becomes another realm's. */
static void test_peer_replaced(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		offer(i & 1);
		expect(AFTER_FIND, w.c.rd, 0, replace_c);
		assert_int_equal(raced(status_of(&w.p, say_peer_measurement(w.c_rid, 0))),
				 RSI_CSM_ERROR_DENIED);
		world_end(&heir);
		end_without_c();

		offer(i & 1);
		expect(AFTER_FIND, w.c.rd, 0, replace_c);
		assert_int_equal(raced(status_of(&w.p, say_notify(w.c_rid, w.n, 0))), RSI_CSM_ERROR_DENIED);
		world_end(&heir);
		end_without_c();

		/* Nothing of C's is left in the share: P takes it back all the same. */
		offer(i & 1);
		expect(AFTER_FIND, w.c.rd, 0, replace_c);
		assert_int_equal(raced(status_of(&w.p, say_revoke(w.c_rid, w.n))), RSI_SUCCESS);
		world_end(&heir);
		expect(NOWHERE, 0, 0, NULL);
		end_without_c();
	}
}

static void end_p(void)
{
	world_end(&w.p);
}

static void test_provider_gone(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		offer(i & 1);
		assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)),
				 RSI_SUCCESS);
		expect(AFTER_FIND, w.p.rd, 0, end_p);
		assert_int_equal(raced(status_of(&w.c, say_attach(w.p_rid, w.n))), RSI_CSM_ERROR_DENIED);
		assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
		world_end(&w.x);
		world_end(&w.c);
		world_check_all_back();
	}
}

/* --- The host's operations (host_operations.c): the realm whose range it is goes, or the range does ---------------------- */

static void attach(bool above)
{
	offer(above);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
}

static void detach(void)
{
	assert_int_equal(status_of(&w.c, say_detach(w.p_rid, w.n)), RSI_SUCCESS);
}

/* The same share, in another range that begins where the former did. */
static void move(void)
{
	detach();
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size / 2, 0)), RSI_SUCCESS);
}

/* In another range, which begins elsewhere. */
static void move_away(void)
{
	detach();
	assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM + PAGES(8), w.size, 0)),
			 RSI_SUCCESS);
}

static void test_unmap_fill(void **state)
{
	const uint64_t operations[] = { RMI_CSM_UNMAP, RMI_CSM_FILL };
	void (*const acts[])(void) = { detach, move, move_away };

	(void)state;
	for (unsigned int i = 0; i < 12; i++) {
		uint64_t operation = operations[i & 1];

		/* The RD is looked at, let go, and looked at again with P's. */
		attach(i & 2);
		expect(AFTER_UNLOCK, w.c.rd, 0, i & 4 ? replace_c : end_c);
		assert_int_equal(raced(rmi(RMI_CSM, operation, w.c.rd, WORLD_CSM)), RMI_ERROR_INPUT);
		if (i & 4)
			world_end(&heir);
		end_without_c();

		attach(i & 2);
		expect(AFTER_UNLOCK, w.c.rd, 0, acts[i / 4]);
		assert_int_equal(raced(rmi(RMI_CSM, operation, w.c.rd, WORLD_CSM)), RMI_ERROR_INPUT);
		csm_end(&w);
	}
}

static void destroy_apt_of(struct world_realm *r)
{
	struct smc_regs out;

	do {
		out = world_rmi(RMI_CSM, RMI_CSM_APT_DESTROY, r->rd);
		assert_int_equal(out.x[0], RMI_SUCCESS);
		if (out.x[1] != 0)
			world_undelegate(out.x[1]);
	} while (out.x[2] != 0);
	r->apt = false;
}

static void destroy_apt_of_c(void)
{
	destroy_apt_of(&w.c);
}

static void destroy_apt_of_p(void)
{
	destroy_apt_of(&w.p);
}

static const struct csm_rid nobody = { 1, 2 };

static void detach_from_nobody(void)
{
	assert_int_equal(status_of(&w.c, say_detach(nobody, 0)), RSI_SUCCESS);
}

/* A range whose provider is gone, or never was, goes; or all that C has. */
static void test_unmap_reservation(void **state)
{
	(void)state;
	for (uint64_t operation = RMI_CSM_UNMAP; operation <= RMI_CSM_FILL; operation++) {
		csm_realms(&w);
		assert_int_equal(status_of(&w.c, say_reserve(nobody, 0, WORLD_CSM, PAGES(4), 0)),
				 RSI_SUCCESS);
		expect(AFTER_UNLOCK, w.c.rd, 0, detach_from_nobody);
		assert_int_equal(raced(rmi(RMI_CSM, operation, w.c.rd, WORLD_CSM)), RMI_ERROR_INPUT);
		assert_int_equal(status_of(&w.c, say_reserve(nobody, 0, WORLD_CSM, PAGES(4), 0)),
				 RSI_SUCCESS);
		world_end_recs(&w.c);
		expect(AFTER_UNLOCK, w.c.rd, 0, destroy_apt_of_c);
		assert_int_equal(raced(rmi(RMI_CSM, operation, w.c.rd, WORLD_CSM)), RMI_ERROR_INPUT);
		csm_end(&w);
	}
}

/* A step of the other PE's. */
static void step_apt_of_p(void)
{
	assert_int_equal(rmi(RMI_CSM, RMI_CSM_APT_DESTROY, w.p.rd), RMI_SUCCESS);
}

static void test_apt_destroy_consumer(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		offer(i & 1);
		assert_int_equal(status_of(&w.c, say_reserve(w.p_rid, w.n, WORLD_CSM, w.size, 0)),
				 RSI_SUCCESS);
		world_end_recs(&w.c);
		expect(AFTER_UNLOCK, w.c.rd, 0, i & 2 ? destroy_apt_of_c : end_c);
		assert_int_equal(raced(rmi(RMI_CSM, RMI_CSM_APT_DESTROY, w.c.rd)),
				 i & 2 ? RMI_SUCCESS : RMI_ERROR_INPUT);
		if (i & 2)
			world_end(&w.c);
		end_without_c();
	}
}

/* APT_DESTROY of a provider lets go of its RD twice: before it looks at a region, and before it takes the peer's lock. */
static void test_apt_destroy_region(void **state)
{
	void (*const acts[])(void) = { end_p, destroy_apt_of_p, step_apt_of_p };

	(void)state;
	for (unsigned int i = 0; i < 12; i++) {
		void (*act)(void) = acts[i % 3];

		attach(i & 1);
		world_end_recs(&w.p);
		expect(AFTER_UNLOCK, w.p.rd, i >= 6, act);
		assert_int_equal(raced(rmi(RMI_CSM, RMI_CSM_APT_DESTROY, w.p.rd)), RMI_SUCCESS);
		if (act != end_p)
			world_end(&w.p);
		assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
		world_end(&w.c);
		world_end(&w.x);
		world_check_all_back();
	}
}

/* --- DESTROY, by one REC, while another REC of the realm is at work -------------------------------------------- */

/* One call of P's REC 1, to its end. */
static uint64_t call_on_rec1(struct smc_regs command)
{
	struct rmi_rec_exit exit;
	struct smc_regs out;

	for (bool left = world_smc_exits(&w.p, 1, command.x, &out, &exit); left;)
		left = world_resume(&w.p, 1, 0, &out, &exit);
	return out.x[0];
}

static void revoke_first(void)
{
	assert_int_equal(call_on_rec1(say_revoke(w.c_rid, w.n)), RSI_SUCCESS);
}

static void destroy_first(void)
{
	assert_int_equal(call_on_rec1(say(RSI_CSM_DESTROY, w.id)), RSI_SUCCESS);
}

/* C and X are attached to the region of P, which has two RECs. */
static void attach_both(void)
{
	const uint64_t on[18] = { PSCI_CPU_ON, 1, WORLD_RAM, 0 };
	struct rmi_rec_exit exit;
	struct smc_regs out;

	csm_realms(&w);
	world_end(&w.p);
	world_realm(&w.p, &(struct world_options){ .apt = 1, .recs = 2 });
	world_activate(&w.p);
	w.p_rid = rid_of(&w.p);
	assert_true(world_smc_exits(&w.p, 0, on, &out, &exit));
	assert_int_equal(rmi(RMI_PSCI_COMPLETE, w.p.rec[0], w.p.rec[1], PSCI_SUCCESS), RMI_SUCCESS);
	csm_offer(&w, 4, CSM_PERM_RW);
	assert_int_equal(csm_attach(&w).x[0], RSI_SUCCESS);
	assert_int_equal(status_of(&w.p, say_share(w.id, w.x_rid, CSM_PERM_RO, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.x, say_reserve(w.p_rid, 0, WORLD_CSM, w.size, 0)), RSI_SUCCESS);
	assert_int_equal(status_of(&w.x, say_attach(w.p_rid, 0)), RSI_SUCCESS);
}

/* And P begins anew: its shares have the places in the table that the former had. */
static void begin_anew(void)
{
	destroy_first();
	assert_int_equal(call_on_rec1(say(RSI_CSM_CREATE, WORLD_CSM + PAGES(8), w.size, 0)), RSI_SUCCESS);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(call_on_rec1(say_share(w.id + 1, w.c_rid, CSM_PERM_RO, 0)), RSI_SUCCESS);
}

/* What DESTROY looked at is gone: it takes nothing of what is there instead. */
static void test_destroy_and_anew(void **state)
{
	(void)state;
	for (unsigned int look = 0; look < 3; look++) {
		attach_both();
		expect(AFTER_UNLOCK, w.p.rd, look, begin_anew);
		assert_int_equal(raced(smc(&w.p, RSI_CSM_DESTROY, w.id)), RSI_ERROR_INPUT);
		for (uint64_t n = w.n + 1; n <= w.n + 2; n++)
			assert_int_equal(status_of(&w.p, say_revoke(w.c_rid, n)), RSI_SUCCESS);
		csm_end(&w);
	}
}

static void test_destroy(void **state)
{
	void (*const acts[])(void) = { revoke_first, destroy_first };

	(void)state;
	/* Of its looks at P: has_csm(), that there is a region, whom the first share names. */
	for (unsigned int look = 0; look < 3; look++) {
		for (unsigned int i = 0; i < 2; i++) {
			bool gone = acts[i] == destroy_first;

			attach_both();
			expect(AFTER_UNLOCK, w.p.rd, look, acts[i]);
			assert_int_equal(raced(smc(&w.p, RSI_CSM_DESTROY, w.id)),
					 gone ? RSI_ERROR_INPUT : RSI_SUCCESS);
			assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 0);
			assert_int_equal(pages_reached(&w.x, WORLD_CSM, w.size), 0);
			assert_int_equal(csm_state(&w.c, CSM_ROLE_CONSUMER), CSM_STATE_REVOKED);
			assert_int_equal(csm_state(&w.x, CSM_ROLE_CONSUMER), CSM_STATE_REVOKED);
			csm_end(&w);
		}
	}
}

static void give_up_range(void)
{
	assert_int_equal(call_on_rec1(say_detach(nobody, 0)), RSI_SUCCESS);
}

/* RESERVE finds its range gone behind its first step: the host's answer was about that one, and of the next it is asked. */
static void test_reserve_anew(void **state)
{
	const struct smc_regs reserve = say_reserve(nobody, 0, WORLD_CSM + PAGES(8), PAGES(4), 0);
	struct rmi_rec_exit exit;
	struct smc_regs out;

	(void)state;
	attach_both();
	assert_true(world_smc_exits(&w.p, 0, reserve.x, &out, &exit));
	expect(AFTER_UNLOCK, w.p.rd, 1, give_up_range);
	assert_true(raced(world_resume(&w.p, 0, 0, &out, &exit)));
	assert_int_equal(exit.csm_event, CSM_EVENT_C_REALM);
	assert_false(world_resume(&w.p, 0, 0, &out, &exit));
	assert_int_equal(out.x[0], RSI_SUCCESS);
	csm_end(&w);
}

/* --- RECs (rmi_rec.c) ---------------------------------------------------------------------------------------- */

static void test_rec_create(void **state)
{
	struct world_realm r;
	uint64_t params_pa, rec, aux[RMI_MAX_AUX];
	struct rmi_rec_params *p;

	(void)state;
	/* Each granule in its turn, the REC's among them, is the host's again by the time it is locked. */
	for (unsigned int i = 0; i <= REALM_REC_AUX_COUNT; i++) {
		world_reset();
		world_realm(&r, NULL);
		params_pa = world_ns();
		p = world_mem(params_pa);
		p->mpidr = 1;
		p->num_aux = REALM_REC_AUX_COUNT;
		rec = world_delegated();
		world_take_aux(aux);
		memcpy(p->aux, aux, sizeof(aux));
		spare = i == REALM_REC_AUX_COUNT ? rec : aux[i];
		expect(BEFORE_LOCK, spare, 0, lose_spare);
		assert_int_equal(raced(rmi(RMI_REC_CREATE, r.rd, rec, params_pa)), RMI_ERROR_INPUT);
		/* None of the others has a lock left, or a REC's state: they can be taken. */
		if (spare != rec)
			world_undelegate(rec);
		for (unsigned int k = 0; k < REALM_REC_AUX_COUNT; k++) {
			if (aux[k] != spare)
				world_undelegate(aux[k]);
		}
		world_free(params_pa);
		world_end(&r);
		world_check_all_back();
	}
}

static void destroy_rec_of_c(void)
{
	world_end_recs(&w.c);
}

static void create_rec(struct world_realm *r, uint64_t rec)
{
	uint64_t params_pa = world_ns();
	struct rmi_rec_params *p = world_mem(params_pa);

	assert_int_equal(rmi(RMI_GRANULE_DELEGATE, rec), RMI_SUCCESS);
	r->rec[0] = rec;
	p->mpidr = 1; /* 0 was that of the one before */
	p->num_aux = REALM_REC_AUX_COUNT;
	world_take_aux(r->aux[0]);
	memcpy(p->aux, r->aux[0], sizeof(p->aux));
	assert_int_equal(rmi(RMI_REC_CREATE, r->rd, rec, params_pa), RMI_SUCCESS);
	world_free(params_pa);
	r->num_recs = 1;
}

/* The REC's granule becomes a REC of X, which is new and has none. */
static void give_rec_to_x(void)
{
	uint64_t rec = w.c.rec[0], other_granules[8];
	unsigned int count = 0;

	world_end_recs(&w.c);
	while ((other_granules[count] = world_ns()) != rec)
		count++;
	while (count > 0)
		world_free(other_granules[--count]);
	create_rec(&w.x, rec);
}

/* X without a REC, and NEW. */
static void renew_x(void)
{
	world_end(&w.x);
	world_realm(&w.x, &(struct world_options){ .apt = 1 });
	world_end_recs(&w.x);
}

/* What RMI_REC_ENTER does under the lock. */
static void run_rec_of_c(void)
{
	granule_get(granule_find(pa(w.c.rec[0])), 1);
}

static void test_rec_destroy(void **state)
{
	uint64_t rec;

	(void)state;
	/* The REC is looked at, let go, and looked at again with its RD: it is gone, with the realm or without. */
	for (unsigned int i = 0; i < 2; i++) {
		csm_realms(&w);
		rec = w.c.rec[0];
		expect(AFTER_UNLOCK, rec, 0, i ? end_c : destroy_rec_of_c);
		assert_int_equal(raced(rmi(RMI_REC_DESTROY, rec)), RMI_ERROR_INPUT);
		if (i == 0)
			world_end(&w.c);
		end_without_c();
	}
	/* It is another realm's. */
	csm_realms(&w);
	renew_x();
	rec = w.c.rec[0];
	expect(AFTER_UNLOCK, rec, 0, give_rec_to_x);
	assert_int_equal(raced(rmi(RMI_REC_DESTROY, rec)), RMI_ERROR_INPUT);
	assert_int_equal(w.x.rec[0], rec);
	csm_end(&w);
}

/* Another PE runs it. */
static void test_rec_destroy_running(void **state)
{
	(void)state;
	csm_realms(&w);
	expect(AFTER_UNLOCK, w.c.rec[0], 0, run_rec_of_c);
	assert_int_equal(raced(rmi(RMI_REC_DESTROY, w.c.rec[0])), RMI_ERROR_REC);
	granule_put(granule_find(pa(w.c.rec[0])), 1);
	csm_end(&w);
}

/* --- Granules that a command takes ------------------------------------------------------------------------------ */

/* Each finds the granule DELEGATED, and locks it behind the RD: it may be the host's again by then. */
static void test_granule_taken(void **state)
{
	struct world_realm r;
	uint64_t src, before;

	(void)state;
	for (unsigned int command = 0; command < 5; command++) {
		const struct world_options options = { .apt = command == 4 };

		world_reset();
		world_realm(&r, &options);
		world_ram(&r, WORLD_RAM, PAGES(2));
		src = world_ns();
		spare = world_delegated();
		/* The other PE's own traces: the granule goes. */
		before = world_fingerprint();
		expect(BEFORE_LOCK, spare, 0, lose_spare);
		switch (command) {
		case 0:
			assert_int_equal(raced(rmi(RMI_DATA_CREATE, r.rd, spare, WORLD_RAM, src, 0)),
					 RMI_ERROR_INPUT);
			break;
		case 1:
			assert_int_equal(raced(rmi(RMI_DATA_CREATE_UNKNOWN, r.rd, spare, WORLD_RAM)),
					 RMI_ERROR_INPUT);
			break;
		case 2:
			assert_int_equal(raced(rmi(RMI_RTT_CREATE, r.rd, spare, WORLD_CSM, 2)),
					 RMI_ERROR_INPUT);
			break;
		case 3:
			assert_int_equal(raced(rmi(RMI_CSM, RMI_CSM_APT_CREATE, r.rd, spare)),
					 RMI_ERROR_INPUT);
			break;
		default:
			assert_int_equal(raced(rmi(RMI_CSM, RMI_CSM_APT_EXTEND, r.rd, spare)),
					 RMI_ERROR_INPUT);
			break;
		}
		assert_int_equal(rmi(RMI_GRANULE_DELEGATE, spare), RMI_SUCCESS);
		assert_int_equal(world_fingerprint(), before);
		assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, spare), RMI_SUCCESS);
		world_free(src);
		world_end(&r);
		world_check_all_back();
	}
}

/* --- Blocks (map.c) ---------------------------------------------------------------------------------------------- */

static void split_c(void)
{
	assert_int_equal(rmi(RMI_RTT_CREATE, w.c.rd, world_delegated(), WORLD_CSM, 3), RMI_SUCCESS);
}

/* A page of P goes while C's host splits the block that holds it: it goes from C, too. */
static void test_block_recounted(void **state)
{
	struct smc_regs out;

	(void)state;
	contiguous_region(&w);
	world_fold(&w.c, WORLD_CSM);
	/* P's RD is locked by then; the tables' lock of C is what the page's way out waits for. */
	expect(BEFORE_LOCK, w.c.rtt, 0, split_c);
	out = world_rmi(RMI_DATA_DESTROY, w.p.rd, WORLD_CSM + PAGES(7));
	assert_int_equal(other.point, NOWHERE);
	assert_int_equal(out.x[0], RMI_SUCCESS);
	assert_int_equal(rmi(RMI_GRANULE_UNDELEGATE, out.x[1]), RMI_SUCCESS);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM + PAGES(7), PAGES(1)), 0);
	assert_int_equal(pages_reached(&w.c, WORLD_CSM, w.size), 511);
	assert_int_equal(smc(&w.p, RSI_CSM_DESTROY, w.id), RSI_SUCCESS);
	contiguous_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_share_twice),
		cmocka_unit_test(test_peer_replaced),
		cmocka_unit_test(test_provider_gone),
		cmocka_unit_test(test_unmap_fill),
		cmocka_unit_test(test_unmap_reservation),
		cmocka_unit_test(test_apt_destroy_consumer),
		cmocka_unit_test(test_apt_destroy_region),
		cmocka_unit_test(test_destroy),
		cmocka_unit_test(test_destroy_and_anew),
		cmocka_unit_test(test_reserve_anew),
		cmocka_unit_test(test_rec_create),
		cmocka_unit_test(test_rec_destroy),
		cmocka_unit_test(test_rec_destroy_running),
		cmocka_unit_test(test_granule_taken),
		cmocka_unit_test(test_block_recounted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
