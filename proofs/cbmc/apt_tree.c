/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The trees of the Access Policy Table (csm/apt.c, csm/apt_tree.c) against a set. ENTRIES entries, in every order in which
 * they can come, and then STEPS removals or insertions of any. The trees only compare keys, so ENTRIES + 1 values stand for
 * all: prove_comparison() has the keys themselves.
 */
#include "prove.h"

#include "csm/apt.c"
#include "csm/apt_tree.c"

#define VALUES (ENTRIES + 1)

static struct apt root;
static struct granule granule;

void *port_mem(struct pa addr)
{
	(void)addr;
	return &root;
}

struct pa granule_pa(const struct granule *g)
{
	CLAIM(g == &granule);
	return pa(0);
}

struct granule *granule_at(uint32_t index)
{
	(void)index;
	CLAIM(false); /* ENTRIES are in the root */
	return &granule;
}

uint32_t granule_index(const struct granule *g)
{
	(void)g;
	return 0;
}

static struct apt_key any_key(void)
{
	return (struct apt_key){ (enum apt_kind)any_from_to(APT_REGION, APT_PEER), any_u64(), any_u64(), any_u64() };
}

/* Keys have one order. */
void prove_comparison(void)
{
	struct apt_key a = any_key(), b = any_key(), c = any_key();
	int ab = compare_keys(&a, &b), bc = compare_keys(&b, &c);

	CLAIM(ab == -compare_keys(&b, &a));
	CLAIM((ab == 0) == (a.kind == b.kind && a.a == b.a && a.b == b.b && a.n == b.n));
	CLAIM(!(ab < 0 && bc < 0) || compare_keys(&a, &c) < 0);
	CLAIM(compare_u64(a.a, b.a) == (a.a > b.a) - (a.a < b.a));
}

static bool is_in[VALUES];    /* the set */
static uint32_t where[VALUES]; /* its entries */

static struct apt_key key_of(unsigned int value)
{
	return apt_region_key(value);
}

static void insert(unsigned int value)
{
	struct apt_entry *e;

	CLAIM(apt_has_room(&root, 1));
	e = apt_alloc(&root, APT_PEER);
	e->peer.lo = value;
	e->peer.hi = 0;
	if (is_in[value]) {
		CLAIM(!apt_tree_insert(&root, APT_BY_KEY, &root.tree[APT_BY_KEY], e));
		add_free(&root, e->index);
		return;
	}
	CLAIM(apt_tree_insert(&root, APT_BY_KEY, &root.tree[APT_BY_KEY], e));
	is_in[value] = true;
	where[value] = e->index;
}

static void remove(unsigned int value)
{
	struct apt_entry *e = apt_entry(&root, where[value]);

	if (!is_in[value])
		return;
	apt_tree_remove(&root, APT_BY_KEY, &root.tree[APT_BY_KEY], e);
	add_free(&root, e->index);
	is_in[value] = false;
}

static unsigned int any_value(void)
{
	return (unsigned int)any_from_to(0, VALUES - 1);
}

/* The height of what hangs from `index`, at most `left` high; it is balanced, and each entry knows its height. */
static uint32_t checked_height(uint32_t index)
{
	struct apt_link *l;
	uint32_t a, b;

	if (index == APT_NONE)
		return 0;
	l = link_of(&root, APT_BY_KEY, index);
	a = checked_height(l->child[0]);
	b = checked_height(l->child[1]);
	CLAIM(a <= b + 1 && b <= a + 1);
	CLAIM(l->height == 1 + (a > b ? a : b));
	return l->height;
}

/* What was put in is found, exactly, from any key on; the walk has all of it in order. */
static void check(void)
{
	unsigned int value = any_value(), count = 0, last = 0;
	struct apt_key key = { APT_PEER, value, 0, 0 };
	uint32_t found = apt_tree_find(&root, root.tree[APT_BY_KEY], &key);
	struct apt_walk w;
	struct apt_entry *e;

	(void)key_of;
	CLAIM(is_in[value] ? found == where[value] : found == APT_NONE);
	apt_walk_begin(&root, &w);
	while ((e = apt_walk_next(&root, &w)) != NULL) {
		CLAIM(e->peer.lo < VALUES && is_in[e->peer.lo] && where[e->peer.lo] == e->index);
		CLAIM(count == 0 || e->peer.lo > last);
		last = (unsigned int)e->peer.lo;
		count++;
	}
	for (unsigned int i = 0; i < VALUES; i++)
		count -= is_in[i];
	CLAIM(count == 0);
	checked_height(root.tree[APT_BY_KEY]);
}

void prove_tree(void)
{
	apt_init(&granule);
	for (unsigned int i = 0; i < ENTRIES; i++)
		insert(any_value());
	for (unsigned int i = 0; i < STEPS; i++) {
		if (any_bool())
			insert(any_value());
		else
			remove(any_value());
	}
	check();
}
