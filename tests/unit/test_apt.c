/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Access Policy Table as a data structure: it finds what was put in, whatever came and went before.
 */
#include "world.h"

#include "csm/apt.h"

static struct granule *new_granule(void)
{
	return granule_find(pa(world_delegated()));
}

/* An empty one; its root in *root if that is wanted. */
static struct apt *new_apt(struct granule **root)
{
	struct granule *g;

	world_reset();
	g = new_granule();
	apt_init(g);
	if (root != NULL)
		*root = g;
	return apt_of(g);
}

static struct apt_entry *add(struct apt *apt, uint64_t number)
{
	struct apt_entry *e;

	/* An extension may be taken for a directory and hold no entry: then it takes another. */
	while (!apt_has_room(apt, 1))
		assert_true(apt_extend(apt, new_granule()));
	e = apt_alloc(apt, number % 2 ? APT_REGION : APT_CONSUMER);
	if (e->kind == APT_REGION)
		e->as_region.id = number;
	e->peer = (struct csm_rid){ number * UINT64_C(0x9e3779b97f4a7c15), number };
	e->n = number % 3;
	e->base = number * UINT64_C(7919) % UINT64_C(1000003) * GRANULE_SIZE;
	e->size = GRANULE_SIZE;
	assert_true(apt_insert(apt, e));
	return e;
}

static void check_found(struct apt *apt, struct apt_entry *e)
{
	assert_ptr_equal(apt_find(apt, apt_entry_key(e)), e);
	assert_ptr_equal(apt_find_ipa(apt, e->base), e);
	assert_ptr_equal(apt_find_ipa(apt, e->base + GRANULE_SIZE - 1), e);
}

/* Heights as AVL wants them; returns the height, counts the entries. */
static uint32_t check_tree(struct apt *apt, enum apt_tree tree, uint32_t index, uint32_t *count)
{
	struct apt_entry *e = apt_entry(apt, index);
	uint32_t left, right, height;

	if (e == NULL)
		return 0;
	left = check_tree(apt, tree, e->link[tree].child[0], count);
	right = check_tree(apt, tree, e->link[tree].child[1], count);
	assert_true(left <= right + 1 && right <= left + 1);
	height = 1 + (left > right ? left : right);
	assert_int_equal(e->link[tree].height, height);
	(*count)++;
	return height;
}

/* Puts in and takes out at random (a fixed seed), and looks for everything now and then. */
static void test_random(void **state)
{
	static struct apt_entry *live[20000];
	uint64_t number = 0, random = 1;
	uint32_t count = 0;
	struct apt *apt;

	(void)state;
	apt = new_apt(NULL);
	for (unsigned int round = 0; round < 60000; round++) {
		random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
		if (count < 20000 && (round < 15000 || (random >> 60) % 2 == 0)) {
			live[count++] = add(apt, number++);
		} else if (count > 0) {
			uint32_t at = (uint32_t)(random >> 33) % count;

			check_found(apt, live[at]);
			apt_remove(apt, live[at]);
			live[at] = live[--count];
		}
		if (round % 10000 == 0) {
			uint32_t seen = 0;

			check_tree(apt, APT_BY_IPA, apt_any_range(apt)->index, &seen);
			assert_int_equal(seen, count);
			for (uint32_t i = 0; i < count; i++)
				check_found(apt, live[i]);
		}
	}
	while (count > 0)
		apt_remove(apt, live[--count]);
	assert_null(apt_any_range(apt));
}

/* The host of a realm takes from one side: what is left is as balanced as ever. */
static void test_one_sided(void **state)
{
	enum { ENTRIES = 64 };
	struct apt_entry *live[ENTRIES];

	(void)state;
	for (unsigned int side = 0; side < 2; side++) {
		struct apt *apt = new_apt(NULL);

		for (uint64_t i = 0; i < ENTRIES; i++)
			live[i] = add(apt, i);
		for (unsigned int gone = 0; gone < ENTRIES - 1; gone++) {
			uint32_t seen = 0;

			apt_remove(apt, live[side ? ENTRIES - 1 - gone : gone]);
			check_tree(apt, APT_BY_IPA, apt_any_range(apt)->index, &seen);
			assert_int_equal(seen, ENTRIES - 1 - gone);
		}
	}
}

#define IN_ORDER 54U

/* Key number i: first the RID, its low half before the high one, then the kind, then the number. */
static struct apt_key key_in_order(uint64_t i)
{
	return apt_rid_key(i / 3 % 2 ? APT_CONSUMER : APT_SHARE, (struct csm_rid){ i / 18, i / 6 % 3 },
			   i % 3);
}

/* Put in in any order they come out in that of their keys; so does what is asked for from a key on. */
static void test_order(void **state)
{
	struct apt_entry *e[IN_ORDER];
	struct apt_walk walk;
	struct apt *apt;

	(void)state;
	apt = new_apt(NULL);
	for (uint64_t at = 0; at < IN_ORDER; at++) {
		uint64_t i = at * 23 % IN_ORDER;
		struct apt_key key = key_in_order(i);

		while (!apt_has_room(apt, 1))
			assert_true(apt_extend(apt, new_granule()));
		e[i] = apt_alloc(apt, key.kind);
		e[i]->peer = (struct csm_rid){ key.a, key.b };
		e[i]->n = key.n;
		e[i]->base = PAGES(i);
		assert_true(apt_insert(apt, e[i]));
	}
	apt_walk_begin(apt, &walk);
	for (uint64_t i = 0; i < IN_ORDER; i++) {
		struct apt_key above = key_in_order(i);

		above.n++;
		assert_ptr_equal(apt_walk_next(apt, &walk), e[i]);
		assert_ptr_equal(apt_find_from(apt, key_in_order(i)), e[i]);
		assert_ptr_equal(apt_find_from(apt, above), i + 1 < IN_ORDER ? e[i + 1] : NULL);
	}
	assert_null(apt_walk_next(apt, &walk));
}

/* Who goes and is not in the line leaves those alone that wait in it. */
static void test_pending(void **state)
{
	struct apt_entry *waits[3], *idle;
	struct apt *apt;

	(void)state;
	apt = new_apt(NULL);
	for (uint64_t i = 0; i < ARRAY_SIZE(waits); i++) {
		waits[i] = add(apt, i);
		apt_pending_add(apt, waits[i]);
	}
	assert_int_equal(waits[0]->index, 0); /* as a link reads that was never set */
	idle = add(apt, 3);
	apt_pending_remove(apt, idle);
	for (unsigned int i = 0; i < ARRAY_SIZE(waits); i++) {
		assert_ptr_equal(apt_pending_first(apt), waits[i]);
		apt_pending_remove(apt, waits[i]);
	}
	assert_null(apt_pending_first(apt));
}

/* A key, or an IPA, that is there already: the new entry is not, and the old one still is. */
static void test_twice(void **state)
{
	struct apt_entry *e, *again;
	struct apt_walk walk;
	uint32_t seen = 0;
	struct apt *apt;

	(void)state;
	apt = new_apt(NULL);
	for (uint64_t n = 0; n < 2; n++) {
		e = apt_alloc(apt, APT_SHARE);
		e->n = n;
		assert_true(apt_insert(apt, e));
	}
	e = add(apt, 1); /* on top of one tree, at the bottom of the other */
	again = apt_alloc(apt, APT_REGION);
	again->as_region.id = e->as_region.id;
	again->base = e->base + GRANULE_SIZE;
	assert_false(apt_insert(apt, again));
	again = apt_alloc(apt, APT_REGION);
	again->as_region.id = 0;
	again->base = e->base;
	assert_false(apt_insert(apt, again));
	again = apt_alloc(apt, APT_SHARE);
	assert_false(apt_insert(apt, again));
	assert_true(apt_has_room(apt, 12));
	assert_false(apt_has_room(apt, 13));
	check_found(apt, e);
	assert_null(apt_find(apt, apt_region_key(0)));
	check_tree(apt, APT_BY_IPA, apt_any_range(apt)->index, &seen);
	assert_int_equal(seen, 1);
	apt_walk_begin(apt, &walk);
	for (seen = 0; apt_walk_next(apt, &walk) != NULL;)
		seen++;
	assert_int_equal(seen, 3);
}

/* Share numbers stay when all ranges are gone. Nobody may look for anything on granules that the host has back. */
static void test_shrink_forgets(void **state)
{
	const struct apt_key first = { APT_REGION, 0, 0, 0 };
	struct granule *root;
	struct apt_walk walk;
	struct apt *apt;

	(void)state;
	apt = new_apt(&root);
	assert_true(apt_extend(apt, new_granule()));
	for (uint64_t i = 0; i < 40; i++) {
		struct apt_entry *e = apt_alloc(apt, APT_PEER);

		e->peer.lo = i;
		assert_true(apt_insert(apt, e));
	}
	assert_non_null(apt_find_from(apt, first));
	assert_true(apt_has_room(apt, 1));
	assert_ptr_not_equal(apt_shrink(root), root);
	assert_null(apt_find_from(apt, first));
	assert_false(apt_has_room(apt, 1));
	apt_walk_begin(apt, &walk);
	assert_null(apt_walk_next(apt, &walk));
}

/* Each entry is there once, in a place of its own. */
static void use_all(struct apt *apt)
{
	for (uint32_t i = 0; i < apt_num_slots(apt); i++) {
		struct apt_entry *e = apt_alloc(apt, APT_RIM);

		assert_ptr_equal(apt_entry(apt, e->index), e);
	}
	assert_false(apt_has_room(apt, 1));
	for (uint32_t i = 0; i < apt_num_slots(apt); i++)
		apt_free_rim(apt, apt_find_rim(apt, i));
}

/* All granules go back, each once, the root last; what the host has back it may write to. */
static void shrink_after(unsigned int extensions, uint32_t directories)
{
	static bool given[WORLD_GRANULES];
	struct granule *root, *g;
	uint32_t held, released = 0;
	struct apt *apt;

	apt = new_apt(&root);
	for (unsigned int i = 0; i < extensions; i++) {
		g = new_granule();
		given[granule_index(g)] = true;
		assert_true(apt_extend(apt, g));
	}
	assert_int_equal(apt_num_slots(apt), 15 + (extensions - directories) * 32);
	held = apt_num_granules(apt);
	assert_int_equal(held, extensions + 1);
	use_all(apt);
	for (uint64_t i = 0; i < 1000; i++)
		add(apt, i);
	while (apt_any_range(apt) != NULL)
		apt_remove(apt, apt_any_range(apt));
	do {
		assert_int_equal(apt_num_granules(apt), held - released);
		g = apt_shrink(root);
		released++;
		assert_true(g == root || given[granule_index(g)]);
		given[granule_index(g)] = false;
		if (g != root)
			memset(granule_mem(g), 0xff, GRANULE_SIZE);
	} while (g != root);
	assert_int_equal(released, held);
}

/* 256 direct pages, then one directory for each 1,024. */
static void test_shrink(void **state)
{
	(void)state;
	shrink_after(100, 0);
	shrink_after(300, 1);
	shrink_after(1400, 2);
}

static void test_root_only(void **state)
{
	struct apt *apt;

	(void)state;
	apt = new_apt(NULL);
	assert_true(apt_has_room(apt, 15));
	assert_false(apt_has_room(apt, 16));
	assert_null(apt_find_ipa(apt, UINT64_MAX));
	assert_null(apt_find(apt, apt_region_key(1)));
	assert_int_equal(apt_new_id(apt), 1);
	assert_int_equal(apt_new_id(apt), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_root_only),      cmocka_unit_test(test_random),
		cmocka_unit_test(test_one_sided),      cmocka_unit_test(test_order),
		cmocka_unit_test(test_pending),        cmocka_unit_test(test_twice),
		cmocka_unit_test(test_shrink_forgets), cmocka_unit_test(test_shrink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
