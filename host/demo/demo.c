/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `./caec demo`: the story's frame, and its peaceful chapters.
 */
#include "demo.h"

#include "board/command.h"

#define MESSAGES 400

/* --- Realms ------------------------------------------------------------------------------------------ */

static bool identify(struct test_realm *realm, struct csm_rid *rid)
{
	struct script_result r = script(realm, DEMO_IDENTIFY);

	*rid = (struct csm_rid){ r.x[1], r.x[2] };
	return claim(r.x[0] == RSI_SUCCESS && (rid->lo | rid->hi) != 0,
		     "%s finds CSM 1.0; its identifier is %016lx%016lx", realm->realm.name, rid->hi, rid->lo);
}

static bool differ(struct csm_rid a, struct csm_rid b)
{
	return a.lo != b.lo || a.hi != b.hi;
}

static struct test_realm *start(const char *name, enum realm_program program)
{
	return realm_start(program, &(struct realm_options){ .name = name, .apt_granules = 1 });
}

static bool start_realms(struct demo *d)
{
	bool found;

	chapter("Three realms start: P provides memory, C will use it, I is a stranger to both.");
	d->p = start("P", REALM_PROGRAM_PROVIDER);
	d->c = start("C", REALM_PROGRAM_CONSUMER);
	d->i = start("I", REALM_PROGRAM_INTRUDER);
	found = identify(d->p, &d->p_rid);
	found = identify(d->c, &d->c_rid) && found;
	found = identify(d->i, &d->i_rid) && found;
	return claim(differ(d->p_rid, d->c_rid) && differ(d->p_rid, d->i_rid) && differ(d->c_rid, d->i_rid),
		     "no two identifiers are the same") &&
	       found;
}

/* --- Sharing ----------------------------------------------------------------------------------------- */

/* How many pages of the range are mapped in the realm, by what the RMM tells its host. */
static unsigned int pages_mapped(struct test_realm *realm, uint64_t base)
{
	unsigned int mapped = 0;
	uint64_t pa;

	for (uint64_t at = 0; at < DEMO_SIZE; at += GRANULE_SIZE)
		if (host_translate(&realm->realm, base + at, &pa) == RMI_SUCCESS)
			mapped++;
	return mapped;
}

static bool create(struct demo *d, uint64_t base, uint64_t *id)
{
	struct script_result r = script(d->p, DEMO_CREATE, base, DEMO_SIZE);
	unsigned int pages = pages_mapped(d->p, base);

	*id = r.x[1];
	return claim(r.x[0] == RSI_SUCCESS && pages == DEMO_PAGES,
		     "P creates a region at 0x%lx (status 0x%lx), and the host gives it %u pages", base,
		     r.x[0], pages);
}

static bool share(struct demo *d, uint64_t id, enum csm_permission permission, uint64_t *n)
{
	struct script_result r = script(d->p, DEMO_SHARE, id, d->c_rid.lo, d->c_rid.hi, permission);

	*n = r.x[1];
	return claim(r.x[0] == RSI_SUCCESS, "P shares it with C, %s: share number %lu (status 0x%lx)",
		     permission == CSM_PERM_RO ? "to read only" : "to read and write", r.x[1], r.x[0]);
}

static bool attach(struct demo *d, uint64_t n, uint64_t base, enum csm_permission permission)
{
	struct script_result r = script(d->c, DEMO_ATTACH, d->p_rid.lo, d->p_rid.hi, n, base, DEMO_SIZE);

	return claim(r.x[0] == RSI_SUCCESS && r.x[1] == RSI_SUCCESS && r.x[2] == permission &&
			     r.x[3] == DEMO_PAGES && r.x[4] == 0,
		     "C attaches share %lu at 0x%lx: status 0x%lx, permission %lu, %lu pages, %lu holes", n,
		     base, r.x[1], r.x[2], r.x[3], r.x[4]);
}

static bool share_memory(struct demo *d)
{
	uint64_t p_pa = 0, c_pa = 0;

	chapter("P shares two regions with C. (The host passes the identifiers on: it can't use them.)");
	if (!create(d, DEMO_P_REGION, &d->region) || !share(d, d->region, CSM_PERM_RW, &d->region_n) ||
	    !create(d, DEMO_P_SECOND, &d->second) || !share(d, d->second, CSM_PERM_RO, &d->second_n) ||
	    !attach(d, d->region_n, DEMO_C_REGION, CSM_PERM_RW) ||
	    !attach(d, d->second_n, DEMO_C_SECOND, CSM_PERM_RO))
		return false;
	host_translate(&d->p->realm, DEMO_P_REGION + DEMO_SECRET_AT, &p_pa);
	host_translate(&d->c->realm, DEMO_C_REGION + DEMO_SECRET_AT, &c_pa);
	d->secret_pa = p_pa;
	return claim(p_pa != 0 && p_pa == c_pa, "the last page is the same granule in both: 0x%lx, 0x%lx",
		     p_pa, c_pa);
}

/* --- Messages ---------------------------------------------------------------------------------------- */

static void exchange_messages(struct demo *d)
{
	struct script_result p, c;

	chapter("P and C run on a CPU each and exchange messages through channels in the region; every byte "
		"is checked.");
	script_begin(d->c, 0, 1, DEMO_TALK, DEMO_C_REGION, DEMO_SIZE, MESSAGES);
	p = script(d->p, DEMO_TALK, DEMO_P_REGION, DEMO_SIZE, MESSAGES);
	c = script_end(d->c, 0);
	claim(c.x[0] == MESSAGES && c.x[1] == 0, "C got %lu messages as P sent them, %lu otherwise", c.x[0],
	      c.x[1]);
	claim(p.x[0] == MESSAGES && p.x[1] == 0, "P got %lu replies as C sent them, %lu otherwise", p.x[0],
	      p.x[1]);
	claim(p.x[2] != 0 && p.x[2] == c.x[2], "%lu bytes there, %lu bytes back, in %lu ms", c.x[2], p.x[2],
	      p.x[3] * 1000 / p.x[4]);
}

/* --- The end ----------------------------------------------------------------------------------------- */

static void detach(struct demo *d, uint64_t n, const char *what)
{
	struct script_result r = script(d->c, DEMO_DETACH, d->p_rid.lo, d->p_rid.hi, n);

	claim(r.x[0] == RSI_SUCCESS, "C detaches the %s region: status 0x%lx", what, r.x[0]);
}

static void destroy(struct demo *d, uint64_t id, const char *what)
{
	struct script_result r = script(d->p, DEMO_DESTROY, id);

	claim(r.x[0] == RSI_SUCCESS, "P destroys its %s region: status 0x%lx", what, r.x[0]);
}

static void tear_down(struct demo *d)
{
	uint64_t value = 0, esr;

	chapter("All is taken down, and the host gets every granule back.");
	detach(d, d->region_n, "first");
	detach(d, d->second_n, "second");
	destroy(d, d->region, "first");
	destroy(d, d->second, "second");
	realm_end(d->i);
	realm_end(d->c);
	realm_end(d->p);
	claim(rmm.delegated == 0, "granules that are still the RMM's: %lu", rmm.delegated);
	claim(rmm.not_wiped == 0, "granules that came back with anything in them: %lu", rmm.not_wiped);
	claim(memory_in_use() == 0, "granules that the host has in use: %lu", memory_in_use());
	esr = probe_read64(d->secret_pa, &value);
	claim(esr == 0 && is_zero_granule(d->secret_pa),
	      "the host reads the granule that held the secret: 0x%lx, and all of it is zero", value);
}

void demo_main(const char *argument)
{
	static struct demo demo;

	if (*argument != '\0')
		verdict_fail("demo takes no argument");
	if (cpu_count() < 2)
		verdict_fail("the demo needs two CPUs");
	rmm_init();
	print("Confidential shared memory between realms. TF-A runs at EL3, CAEC's monitor at R-EL2, this "
	      "host at\n"
	      "NS-EL2, the realms at R-EL1; QEMU checks granule protection on every access, as hardware "
	      "would.\n");
	if (start_realms(&demo) && share_memory(&demo)) {
		exchange_messages(&demo);
		demo_host_reads_and_writes(&demo);
		demo_host_commands(&demo);
		demo_intruder(&demo);
		demo_read_only(&demo);
		demo_revoke(&demo);
		demo_local();
		tear_down(&demo);
	}
	story_ends();
}
