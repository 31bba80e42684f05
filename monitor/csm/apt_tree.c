/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AVL trees over APT entries, linked by entry index (apt.h). No recursion: the path from the root has a bound.
 */
#include "csm/apt.h"

struct apt_key apt_entry_key(const struct apt_entry *e)
{
	if (e->kind == APT_REGION)
		return apt_region_key(e->as_region.id);
	return apt_rid_key((enum apt_kind)e->kind, e->peer, e->kind == APT_PEER ? 0 : e->n);
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_keys(const struct apt_key *a, const struct apt_key *b)
{
	/* The identifier first: it is what differs nearly always. What concerns one realm lies together, by kind. */
	if (a->a != b->a)
		return compare_u64(a->a, b->a);
	if (a->b != b->b)
		return compare_u64(a->b, b->b);
	if (a->kind != b->kind)
		return compare_u64(a->kind, b->kind);
	return compare_u64(a->n, b->n);
}

static int compare_entries(enum apt_tree tree, const struct apt_entry *a, const struct apt_entry *b)
{
	struct apt_key ka, kb;

	if (tree == APT_BY_IPA)
		return compare_u64(a->base, b->base);
	ka = apt_entry_key(a);
	kb = apt_entry_key(b);
	return compare_keys(&ka, &kb);
}

static struct apt_link *link_of(struct apt *apt, enum apt_tree tree, uint32_t index)
{
	return &apt_entry(apt, index)->link[tree];
}

static uint32_t height(struct apt *apt, enum apt_tree tree, uint32_t index)
{
	return index == APT_NONE ? 0 : link_of(apt, tree, index)->height;
}

static void update_height(struct apt *apt, enum apt_tree tree, struct apt_link *l)
{
	uint32_t a = height(apt, tree, l->child[0]);
	uint32_t b = height(apt, tree, l->child[1]);

	l->height = 1 + (a > b ? a : b);
}

/* The child on side `side` takes the place of *slot, which becomes its child on the other side. */
static void rotate(struct apt *apt, enum apt_tree tree, uint32_t *slot, unsigned int side)
{
	uint32_t top = *slot;
	struct apt_link *down = link_of(apt, tree, top);
	uint32_t rising = down->child[side];
	struct apt_link *up = link_of(apt, tree, rising);

	down->child[side] = up->child[!side];
	up->child[!side] = top;
	*slot = rising;
	update_height(apt, tree, down);
	update_height(apt, tree, up);
}

static void rebalance(struct apt *apt, enum apt_tree tree, uint32_t *slot)
{
	struct apt_link *l = link_of(apt, tree, *slot);
	uint32_t h[2] = { height(apt, tree, l->child[0]), height(apt, tree, l->child[1]) };
	unsigned int side = h[1] > h[0];
	struct apt_link *heavy;

	if (h[side] <= h[!side] + 1) {
		update_height(apt, tree, l);
		return;
	}
	heavy = link_of(apt, tree, l->child[side]);
	if (height(apt, tree, heavy->child[side]) < height(apt, tree, heavy->child[!side]))
		rotate(apt, tree, &l->child[side], !side);
	rotate(apt, tree, slot, side);
}

bool apt_tree_insert(struct apt *apt, enum apt_tree tree, uint32_t *root, struct apt_entry *e)
{
	uint32_t *path[APT_MAX_DEPTH];
	unsigned int depth = 0;

	path[0] = root;
	while (*path[depth] != APT_NONE) {
		struct apt_entry *at = apt_entry(apt, *path[depth]);
		int order = compare_entries(tree, e, at);

		if (order == 0)
			return false;
		REQUIRE(depth + 1 < APT_MAX_DEPTH);
		path[++depth] = &at->link[tree].child[order > 0];
	}
	*path[depth] = e->index;
	e->link[tree] = (struct apt_link){ { APT_NONE, APT_NONE }, 1 };
	while (depth-- > 0)
		rebalance(apt, tree, path[depth]);
	return true;
}

void apt_tree_remove(struct apt *apt, enum apt_tree tree, uint32_t *root, struct apt_entry *e)
{
	struct apt_link *gone = &e->link[tree];
	uint32_t *path[APT_MAX_DEPTH];
	unsigned int depth = 0;
	unsigned int at;

	path[0] = root;
	while (*path[depth] != e->index) {
		struct apt_entry *here = apt_entry(apt, *path[depth]);

		REQUIRE(here != NULL && depth + 2 < APT_MAX_DEPTH);
		path[depth + 1] = &here->link[tree].child[compare_entries(tree, e, here) > 0];
		depth++;
	}
	at = depth;
	if (gone->child[0] == APT_NONE || gone->child[1] == APT_NONE) {
		*path[at] = gone->child[gone->child[0] == APT_NONE];
	} else {
		struct apt_link *heir;
		uint32_t next;

		/* The next entry in order has no left child: it takes the place. */
		path[++depth] = &gone->child[1];
		while (link_of(apt, tree, *path[depth])->child[0] != APT_NONE) {
			REQUIRE(depth + 1 < APT_MAX_DEPTH);
			path[depth + 1] = &link_of(apt, tree, *path[depth])->child[0];
			depth++;
		}
		next = *path[depth];
		heir = link_of(apt, tree, next);
		*path[depth] = heir->child[1];
		*heir = *gone;
		*path[at] = next;
		path[at + 1] = &heir->child[1];
	}
	while (depth-- > 0)
		rebalance(apt, tree, path[depth]);
}

uint32_t apt_tree_find(struct apt *apt, uint32_t root, const struct apt_key *key)
{
	uint32_t at = root;

	while (at != APT_NONE) {
		const struct apt_entry *e = apt_entry(apt, at);
		struct apt_key k = apt_entry_key(e);
		int order = compare_keys(key, &k);

		if (order == 0)
			break;
		at = e->link[APT_BY_KEY].child[order > 0];
	}
	return at;
}

uint32_t apt_tree_ceiling(struct apt *apt, uint32_t root, const struct apt_key *key)
{
	uint32_t best = APT_NONE;

	for (uint32_t at = root; at != APT_NONE;) {
		const struct apt_entry *e = apt_entry(apt, at);
		struct apt_key k = apt_entry_key(e);
		int order = compare_keys(key, &k);

		if (order <= 0)
			best = at;
		at = e->link[APT_BY_KEY].child[order > 0];
	}
	return best;
}

uint32_t apt_tree_floor(struct apt *apt, uint32_t root, uint64_t addr)
{
	uint32_t best = APT_NONE;
	uint32_t at = root;

	while (at != APT_NONE) {
		const struct apt_entry *e = apt_entry(apt, at);

		if (e->base <= addr)
			best = at;
		at = e->link[APT_BY_IPA].child[e->base <= addr];
	}
	return best;
}

void apt_tree_descend(struct apt *apt, uint32_t from, struct apt_walk *w)
{
	for (uint32_t at = from; at != APT_NONE; at = link_of(apt, APT_BY_KEY, at)->child[0]) {
		REQUIRE(w->depth < APT_MAX_DEPTH);
		w->path[w->depth++] = at;
	}
}

struct apt_entry *apt_walk_next(struct apt *apt, struct apt_walk *w)
{
	struct apt_entry *e;

	if (w->depth == 0)
		return NULL;
	e = apt_entry(apt, w->path[--w->depth]);
	apt_tree_descend(apt, e->link[APT_BY_KEY].child[1], w);
	return e;
}
