/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The protocol of confidential shared memory (docs/csm.md) between two realms, a host and the hardware, in all
 * interleavings. Each realm is provider of one region and consumer of the other's, so that every pair of commands meets in
 * both directions.
 *
 * What is one step of the monitor under its locks is one step here, in the order in which the code takes locks, looks,
 * lets go, and looks again (monitor/csm). A call that goes on after INCOMPLETE is a realm that makes the same step again,
 * or does not: calls may be left in the middle at any point. The host is the adversary: it does whatever its interface
 * allows at any moment, which includes ending realms and making new ones in their granules. So is each realm.
 *
 * Bounds: two realms at a time, each of which lives GENS times; regions of PAGES pages; share numbers below NUMBERS.
 * Not here: blocks, sizes, permissions, PENDING, RIPAS but for the two endings (they are in tests/ and other proofs).
 *
 * A TLB is taken to cache each translation the moment it is there, and to drop it when it is told to: more than that no
 * hardware does. What is done under the locks is one step, as nobody else looks at it: but for the tables of C, whose lock
 * P's host takes, too, and which therefore are read and written in one piece. So others come in between exactly where a
 * lock is taken or left.
 *
 * What is held: reach() after whatever changes a mapping, a page or a share; the other assertions; no deadlock (an end state in
 * which anybody waits). Each FAULT_... takes one rule away, and must be found (proofs/spin/run).
 */
#ifndef PAGES
#define PAGES 2
#endif
#ifndef GENS
#define GENS 2
#endif
#ifndef NUMBERS
#define NUMBERS 2
#endif

/* With PROVIDER each realm has one role: fewer states, so more of the rest. */
#ifdef PROVIDER
#define MAY_PROVIDE(x) (x == PROVIDER)
#define MAY_CONSUME(x) (x != PROVIDER)
#else
#define MAY_PROVIDE(x) true
#define MAY_CONSUME(x) true
#endif

mtype = { NONE, CREATING, CREATED, DESTROYING, OFFERED, RESERVED, ATTACHED, REVOKED, BROKEN };
mtype = { NS, DELEGATED, DATA };
mtype = { EMPTY, SHARED, OWN };

typedef Realm {
	bool locked;       /* the lock of its RD's granule */
	bool alive;        /* the granule is an RD */
	byte gen;          /* which realm it is: its RID is (granule, gen) */
	bool rec;          /* has a REC */
	bool inside;       /* the REC is in a call */
	bool apt;

	mtype region;
	mtype page[PAGES]; /* the physical pages of its region, and */
	bool ref[PAGES];   /* whether the consumer's mapping is counted */

	mtype share;       /* of its region, to the other realm */
	byte share_gen;
	byte share_n;
	byte next_n;       /* for the realm count_gen */
	byte count_gen;
	bool linked;       /* has a consumer */
	byte share_cursor;

	mtype cons;        /* its range for the other realm's region */
	byte cons_gen;
	byte cons_n;
	bool ram;          /* reserved with flag RAM */
	bool ending;       /* the provider takes it back, or has */
	bool mapping;      /* ATTACH is mapping */
	byte cons_cursor;

	mtype map[PAGES];  /* what its tables hold there */
	bool tlb[PAGES];   /* a PE may have cached P's page there */
};

Realm r[2];

#define OTHER(x) (1 - (x))
#ifdef FAULT_LOCK_ORDER /* one's own first, as in the published prototype: never the other's */
#define FIRST + 2 <
#else
#define FIRST <
#endif
#define IS(x, g) (r[x].alive && r[x].gen == (g))

/* The rest of an atomic that begins with this runs once the lock is had. */
#define lock(x)   !r[x].locked -> r[x].locked = true
#define unlock(x) r[x].locked = false

inline unlock_pair(self, found, here)
{
	if
	:: here -> unlock(self)
	:: else
	fi;
	if
	:: found -> unlock(OTHER(self))
	:: else
	fi
}

/* Locks the other realm's RD and looks again whether it is `pg`. */
inline lock_other(x, pg, found)
{
	lock(x);
	if
#ifndef FAULT_RID_LOOKED_AT_ONCE
	:: !IS(x, pg) -> unlock(x); found = false
#endif
	:: else
	fi
}

/*
 * csm_lock_pair: both RDs in ascending order. `found`: the registry, which holds no lock, had the other as `pg`; after
 * lock_last: it still is. Not `here`: `self` has gone. lock_last begins an atomic that goes on with what is done under the locks.
 */
inline lock_first(self, sg, pg, found, here)
{
	atomic {
		if
		:: found && OTHER(self) FIRST self -> lock_other(OTHER(self), pg, found)
		:: else
		fi
	};
	atomic {
		lock(self);
		here = IS(self, sg);
		if
		:: !here && found && OTHER(self) FIRST self -> unlock(OTHER(self))
		:: else
		fi;
		if
		:: !here -> found = false; unlock(self)
		:: else
		fi
	}
}

inline lock_last(self, pg, found)
{
	if
	:: found && !(OTHER(self) FIRST self) -> lock_other(OTHER(self), pg, found)
	:: else
	fi
}

/* P's share names the realm C, under the number that C's range names, and C's range names the realm P. */
#define SHARE_OF(p, c) (r[p].share != NONE && r[p].share_gen == r[c].gen && r[p].share_n == r[c].cons_n)
#define RANGE_OF(c, p) (r[c].cons != NONE && r[c].cons_gen == r[p].gen && r[c].cons_n == r[p].share_n)

/* --- Mappings (map.c): P's RD is locked, and C has not gone ---------------------------------------------------- */

/* What a PE reaches through C's tables and TLBs it may reach (I1, I2, I5). */
#define CONSENT(p, c) (r[p].alive && r[c].alive && r[p].linked && SHARE_OF(p, c) && RANGE_OF(c, p))

inline reach(c, i)
{
	assert(!r[c].tlb[i] || r[OTHER(c)].page[i] == DATA && CONSENT(OTHER(c), c));
	assert(r[c].map[i] != OWN || r[c].cons == NONE || r[c].ending) /* none of its own where it looks for P's */
}

#if PAGES == 1
#define reach_all(c)   reach(c, 0)
#define NONE_MAPPED(p) (!r[p].ref[0])
#else
#define reach_all(c)   reach(c, 0); reach(c, 1)
#define NONE_MAPPED(p) (!r[p].ref[0] && !r[p].ref[1])
#endif

inline map_page(c, i)
{
	if
	:: r[c].map[i] == EMPTY && r[OTHER(c)].page[i] == DATA ->
		r[OTHER(c)].ref[i] = true;
		r[c].map[i] = SHARED;
		r[c].tlb[i] = true;
		reach(c, i)
	:: else
	fi
}

inline unmap_page(c, i)
{
	if
	:: r[c].map[i] == SHARED ->
		r[c].map[i] = EMPTY;
		reach(c, i);
#ifndef FAULT_NO_TLBI
		r[c].tlb[i] = false;
#endif
		r[OTHER(c)].ref[i] = false
	:: else
	fi
}

/* The share has no mapping any more: back to OFFERED, unless REVOKE waits to collect it. */
inline detached(p)
{
	r[p].linked = false;
	if
	:: r[p].share != REVOKED -> r[p].share = OFFERED
	:: else
	fi
}

/* What means nothing any more is made equal, so that equal states are one. */
inline drop_share(p)
{
	r[p].share = NONE;
	r[p].share_gen = 0;
	r[p].share_n = 0;
	r[p].share_cursor = 0
}

inline drop_consumer(c)
{
	r[c].cons = NONE;
	r[c].cons_gen = 0;
	r[c].cons_n = 0;
	r[c].ram = false;
	r[c].ending = false;
	r[c].mapping = false;
	r[c].cons_cursor = 0
}

/* csm_share_close: one page a step, under both locks. */
inline close_share(p, found)
{
	if
	:: r[p].linked ->
		assert(found && RANGE_OF(OTHER(p), p));
		if
		:: r[p].share != REVOKED ->
			r[p].share = REVOKED;
			r[p].share_cursor = 0;
			r[OTHER(p)].ending = true
		:: else
		fi;
		unmap_page(OTHER(p), r[p].share_cursor);
		r[p].share_cursor++;
		if
		:: r[p].share_cursor == PAGES ->
			r[OTHER(p)].cons = REVOKED;
			r[OTHER(p)].mapping = false;
			r[OTHER(p)].cons_cursor = 0;
			r[p].linked = false
		:: else
		fi
	:: else
	fi;
	if
	:: !r[p].linked -> drop_share(p); reach_all(OTHER(p))
	:: else
	fi
}

/* csm_region_close: a step. The other realm's lock may come before one's own: look, let go, lock both, look again. */
inline close_region(p, sg, pg, found, here)
{
	atomic {
		lock(p);
		pg = GENS;
		if
		:: IS(p, sg) && r[p].apt && r[p].region != NONE ->
			r[p].region = DESTROYING;
			if
			:: r[p].share != NONE && !r[p].linked -> drop_share(p)
			:: else
			fi;
			if
			:: r[p].share == NONE -> r[p].region = NONE
			:: else -> pg = r[p].share_gen
			fi
		:: else
		fi;
		unlock(p);
		found = pg != GENS && IS(OTHER(p), pg)
	};
	if
	:: pg != GENS ->
		lock_first(p, sg, pg, found, here);
		atomic {
			lock_last(p, pg, found);
			if
			:: here && r[p].apt && r[p].region != NONE && r[p].share != NONE && r[p].share_gen == pg ->
				close_share(p, found)
			:: else
			fi;
			unlock_pair(p, found, here)
		}
	:: else
	fi
}

/* --- What a realm asks for ------------------------------------------------------------------------------------- */

inline create(me)
{
	if /* in two steps: the host is asked between them */
	:: r[me].apt && r[me].region == NONE && MAY_PROVIDE(me) -> r[me].region = CREATING
	:: r[me].apt && r[me].region == CREATING -> r[me].region = CREATED
	:: else
	fi
}

inline share_region(me, g, found)
{
	if
	:: r[me].apt && found && r[me].region == CREATED && r[me].share == NONE ->
		if /* numbers for one realm are never used twice */
		:: r[me].count_gen != g -> r[me].count_gen = g; r[me].next_n = 0
		:: else
		fi;
		if
		:: r[me].next_n < NUMBERS ->
			r[me].share_gen = g;
			r[me].share_n = r[me].next_n;
			r[me].next_n++;
			r[me].share = OFFERED
		:: else
		fi
	:: else
	fi
}

inline reserve(me, g, n, i)
{
	if
	:: r[me].apt && r[me].cons == NONE && MAY_CONSUME(me) ->
		i = 0;
		do /* a range that is empty */
		:: i < PAGES && r[me].map[i] == EMPTY -> i++
		:: else -> break
		od;
		if
		:: i == PAGES ->
			r[me].cons_gen = g;
			r[me].cons_n = n;
			r[me].ending = false;
			r[me].cons = CREATING;
			if
			:: r[me].ram = true
			:: r[me].ram = false
			fi
		:: else
		fi;
		i = 0
	:: r[me].apt && r[me].cons == CREATING -> r[me].cons = RESERVED
	:: else
	fi
}

/* First the link, then a page at a time. */
inline attach(me, found)
{
	if
	:: r[me].apt && (r[me].cons == RESERVED || r[me].cons == ATTACHED) && found && r[OTHER(me)].apt &&
#ifndef FAULT_NO_CONSENT
	   SHARE_OF(OTHER(me), me) && r[OTHER(me)].share != REVOKED &&
#endif
	   r[OTHER(me)].region == CREATED ->
		if
		:: !r[me].mapping ->
			if
			:: !r[OTHER(me)].linked -> r[OTHER(me)].linked = true; r[OTHER(me)].share = ATTACHED
			:: else
			fi;
			r[me].cons = ATTACHED;
			r[me].mapping = true;
			r[me].cons_cursor = 0
		:: else ->
			map_page(me, r[me].cons_cursor);
			r[me].cons_cursor++;
			if
			:: r[me].cons_cursor == PAGES -> r[me].mapping = false; r[me].cons_cursor = 0
			:: else
			fi
		fi
	:: else
	fi
}

inline detach(me, found)
{
	if
	:: !r[me].apt || r[me].cons == NONE
	:: r[me].apt && r[me].cons != NONE && found && SHARE_OF(OTHER(me), me) && r[OTHER(me)].linked ->
		if
		:: r[me].cons != DESTROYING -> r[me].cons = DESTROYING; r[me].mapping = false; r[me].cons_cursor = 0
		:: else
		fi;
		if
		:: r[OTHER(me)].share == ATTACHED -> r[OTHER(me)].share = BROKEN
		:: else
		fi;
		unmap_page(me, r[me].cons_cursor);
		r[me].cons_cursor++;
		if
		:: r[me].cons_cursor == PAGES -> detached(OTHER(me)); drop_consumer(me)
		:: else
		fi
	:: else -> drop_consumer(me)
	fi
}

inline forget()
{
	g = 0;
	n = 0;
	found = false;
	here = false;
	r[me].inside = false
}

#define RUNS(me) (r[me].alive && r[me].rec)

proctype realm(byte me)
{
	byte g, n, i;
	bool found, here;

	/* It may name any realm that there is, was or will be, and any number. */
end:	do
	:: atomic { RUNS(me) && !r[me].locked && MAY_PROVIDE(me) -> create(me) }
	:: atomic {
		RUNS(me) && !r[me].locked && MAY_CONSUME(me) ->
		select(g : 0 .. GENS - 1);
		select(n : 0 .. NUMBERS - 1);
		lock(me);
		if
		:: RUNS(me) -> reserve(me, g, n, i)
		:: else
		fi;
		unlock(me);
		g = 0;
		n = 0
	   }
	:: atomic { /* SHARE; REVOKE, a step */
		RUNS(me) && MAY_PROVIDE(me) && r[me].region != NONE -> r[me].inside = true;
		select(g : 0 .. GENS - 1);
		select(n : 0 .. NUMBERS - 1);
		found = IS(OTHER(me), g)
	   };
		lock_first(me, r[me].gen, g, found, here);
		atomic {
			lock_last(me, g, found);
			assert(here);
			if
			:: r[me].apt && r[me].share != NONE && r[me].share_gen == g && r[me].share_n == n ->
				close_share(me, found)
			:: else -> share_region(me, g, found)
			fi;
			unlock_pair(me, found, here);
			forget()
		}
	:: atomic { /* ATTACH, DETACH: a step. Of whom nobody else changes, while there is a REC. */
		RUNS(me) && r[me].cons != NONE -> r[me].inside = true;
		g = r[me].cons_gen;
		found = IS(OTHER(me), g)
	   };
		lock_first(me, r[me].gen, g, found, here);
		atomic {
			lock_last(me, g, found);
			assert(here);
			if
			:: true -> attach(me, found)
			:: true -> detach(me, found)
			fi;
			unlock_pair(me, found, here);
			forget()
		}
	:: atomic { RUNS(me) && MAY_PROVIDE(me) && r[me].region != NONE -> r[me].inside = true }; /* DESTROY, a step */
		close_region(me, r[me].gen, g, found, here);
		atomic { true -> forget() }
	od
}

/* --- What the host asks for ------------------------------------------------------------------------------------ */

/* A page of x's region goes to the Realm address space, or leaves it: then nothing may reach it (I2). */
inline delegate(x, i)
{
	if
	:: MAY_PROVIDE(x) && r[x].page[i] == NS -> r[x].page[i] = DELEGATED
	:: r[x].page[i] == DELEGATED -> r[x].page[i] = NS; reach(OTHER(x), i)
	:: else
	fi
}

/* DATA_CREATE_UNKNOWN in x's region: its consumer gets it, too. */
inline data_create(x, i)
{
	if
	:: r[x].alive && r[x].page[i] == DELEGATED ->
		r[x].page[i] = DATA;
		if
		:: r[x].apt && r[x].share == ATTACHED && r[x].linked -> map_page(OTHER(x), i)
		:: else
		fi
	:: else
	fi
}

inline data_destroy(x, i)
{
	if
	:: r[x].alive && r[x].page[i] == DATA ->
#ifndef FAULT_DESTROY_KEEPS_CONSUMER
		if
		:: r[x].apt && r[x].linked -> unmap_page(OTHER(x), i)
		:: else
		fi;
#endif
		assert(!r[x].ref[i]);
		r[x].page[i] = DELEGATED;
		reach(OTHER(x), i)
	:: else
	fi
}

/* DATA_CREATE_UNKNOWN in x's range: a page of its own, once the provider takes its back; DATA_DESTROY of that. */
inline own_page(x, i)
{
	if
	:: r[x].alive && r[x].map[i] == EMPTY && r[x].cons != NONE && r[x].ram &&
#ifndef FAULT_OWN_PAGE_EARLY
	   r[x].ending && r[x].cons != DESTROYING &&
#endif
	   true -> r[x].map[i] = OWN; reach(x, i)
	:: r[x].alive && r[x].map[i] == OWN -> r[x].map[i] = EMPTY
	:: else
	fi
}

inline csm_unmap(x, i)
{
	if
	:: r[x].cons == ATTACHED -> r[x].cons = BROKEN; r[x].mapping = false; r[x].cons_cursor = 0
	:: else
	fi;
	if
	:: r[OTHER(x)].share == ATTACHED -> r[OTHER(x)].share = BROKEN
	:: else
	fi;
	unmap_page(x, i);
	if
	:: NONE_MAPPED(OTHER(x)) && r[OTHER(x)].share == BROKEN && !r[x].ram -> detached(OTHER(x))
	:: else
	fi
}

/* APT_DESTROY of a consumer range: refused while anything is mapped. */
inline apt_drop_consumer(x, found)
{
	if
	:: found && SHARE_OF(OTHER(x), x) && r[OTHER(x)].linked ->
		if
		:: NONE_MAPPED(OTHER(x)) -> detached(OTHER(x)); drop_consumer(x)
		:: else
		fi
	:: else -> drop_consumer(x)
	fi
}

inline realm_destroy(x, i)
{
	if
	:: r[x].alive && !r[x].apt && !r[x].rec ->
		i = 0;
		do
		:: i < PAGES && r[x].map[i] == EMPTY && r[x].page[i] != DATA -> i++
		:: else -> break
		od;
		if
		:: i == PAGES -> r[x].alive = false; r[x].next_n = 0; r[x].count_gen = 0; reach_all(x);
			reach_all(OTHER(x))
		:: else
		fi
	:: else
	fi
}

/* Another realm, in the same granule. */
inline realm_create(x)
{
	if
	:: !r[x].alive && r[x].gen + 1 < GENS -> r[x].gen++; r[x].alive = true; r[x].rec = true
	:: else
	fi
}

/* What concerns a range of x's and the realm on its other side: looked at alone, then, with both locks, again. */
#define STILL(x, g, n) (r[x].apt && r[x].cons != NONE && r[x].cons_gen == g && r[x].cons_n == n)

inline host_forget()
{
	g = 0;
	sg = 0;
	n = 0;
	i = 0;
	x = 0;
	found = false;
	here = false
}

/* What needs x's lock alone. */
inline alone(x, i)
{
	if
	:: true -> data_create(x, i)
	:: true -> data_destroy(x, i)
	:: true -> own_page(x, i)
	:: true -> r[x].apt = r[x].apt || r[x].alive /* APT_CREATE */
	:: true -> realm_destroy(x, i)
	:: true -> realm_create(x)
	fi
}

proctype host()
{
	byte x, i, g, sg, n;
	bool found, here;

end:	do
	:: atomic { select(x : 0 .. 1); select(i : 0 .. PAGES - 1); delegate(x, i); x = 0; i = 0 }
	:: atomic { /* REC_DESTROY */
		select(x : 0 .. 1);
		r[x].rec = r[x].rec && r[x].inside;
		x = 0
	   }
	:: atomic {
		select(x : 0 .. 1);
		select(i : 0 .. PAGES - 1);
		lock(x);
		alone(x, i);
		unlock(x);
		x = 0;
		i = 0
	   }
	:: atomic {
		select(x : 0 .. 1);
		select(i : 0 .. PAGES - 1);
		lock(x);
		here = r[x].alive && r[x].apt && r[x].cons != NONE;
		sg = r[x].gen;
		g = r[x].cons_gen;
		n = r[x].cons_n;
		unlock(x);
		found = IS(OTHER(x), g)
	   };
		if
		:: here ->
			lock_first(x, sg, g, found, here);
			atomic {
				lock_last(x, g, found);
				if
				:: here && STILL(x, g, n) && !r[x].rec -> apt_drop_consumer(x, found)
				:: here && STILL(x, g, n) && found && SHARE_OF(OTHER(x), x) && r[OTHER(x)].linked ->
					csm_unmap(x, i)
				:: here && STILL(x, g, n) && found && SHARE_OF(OTHER(x), x) && r[OTHER(x)].linked &&
				   r[OTHER(x)].share == ATTACHED -> map_page(x, i) /* CSM_FILL */
				:: else
				fi;
				unlock_pair(x, found, here);
				host_forget()
			}
		:: else -> atomic { true -> host_forget() }
		fi
	:: atomic { /* APT_DESTROY of what else there is */
		select(x : 0 .. 1);
		lock(x);
		sg = r[x].gen;
		here = r[x].alive && r[x].apt && !r[x].rec && r[x].region != NONE;
		if
		:: r[x].alive && r[x].apt && !r[x].rec && r[x].cons == NONE &&
#ifndef FAULT_APT_WITH_SHARES
		   r[x].region == NONE &&
#endif
		   true -> r[x].apt = false; r[x].region = NONE; drop_share(x); reach_all(OTHER(x))
		:: else
		fi;
		unlock(x)
	   };
		if
		:: here -> close_region(x, sg, g, found, here)
		:: else
		fi;
		atomic { true -> host_forget() }
	od
}

init {
	byte x, i;

	d_step {
		x = 0;
		do
		:: x < 2 ->
			r[x].alive = true;
			r[x].rec = true;
			r[x].apt = true;
			r[x].region = NONE;
			r[x].share = NONE;
			r[x].cons = NONE;
			i = 0;
			do
			:: i < PAGES -> r[x].page[i] = NS; r[x].map[i] = EMPTY; i++
			:: else -> break
			od;
			x++
		:: else -> break
		od;
		x = 0;
		i = 0
	}
	atomic {
		run realm(0);
		run realm(1);
		run host()
	}
}
