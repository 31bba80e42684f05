/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The APT's trees (csm/apt_tree.c) against a sorted list: every balanced tree of up to ENTRIES entries, and each operation on it.
 * The code only compares keys, and in one order (`order`): so entry i has key 2i + 1, and these stand for all. Trees are built
 * one after the other: CBMC gives no verdict in time where links are open.
 */
#include "prove.h"

#include "csm/apt_tree.c"

static struct apt_entry entries[ENTRIES + 1];
static uint32_t root;
static uint32_t size; /* entries that the tree begins with */

struct apt_entry *apt_entry(struct apt *apt, uint32_t index)
{
	(void)apt;
	CLAIM(index == APT_NONE || index <= size);
	return index == APT_NONE ? NULL : &entries[index];
}

void *port_mem(struct pa where)
{
	(void)where;
	return NULL;
}

static struct apt_link *link_at(uint32_t i)
{
	return &entries[i].link[TREE];
}

static uint64_t key_of(uint32_t i)
{
	return entries[i].base;
}

static void set_entry(uint32_t i, uint64_t key)
{
	entries[i] = (struct apt_entry){ .kind = APT_REGION, .index = i, .base = key };
	entries[i].as_region.id = key;
}

/* Of a balanced tree of so many entries: the fewest that the root can have on a side. All from there on are possible. */
static uint32_t fewest_on_a_side(uint32_t count)
{
	static const uint32_t fewest[] = { 0, 0, 0, 1, 1, 1, 2, 2, 2 };

	return fewest[count];
}

/* The balanced tree of entries from `low` to before `high` that the number stands for; what is left of the number is for others. */
static uint32_t build(uint32_t low, uint32_t high, uint32_t *number)
{
	uint32_t fewest, tops, top, left, right, h[2];

	if (low == high)
		return APT_NONE;
	fewest = fewest_on_a_side(high - low);
	tops = high - low - 2 * fewest;
	top = low + fewest + *number % tops;
	*number /= tops;
	left = build(low, top, number);
	right = build(top + 1, high, number);
	h[0] = left == APT_NONE ? 0 : link_at(left)->height;
	h[1] = right == APT_NONE ? 0 : link_at(right)->height;
	*link_at(top) = (struct apt_link){ { left, right }, 1 + (h[0] > h[1] ? h[0] : h[1]) };
	return top;
}

/* Numbers of the balanced trees of so many entries end before it; not each stands for one. */
static uint32_t numbers(uint32_t count)
{
	static const uint32_t product[] = { 1, 1, 2, 1, 4, 12, 4, 24 };

	return product[count];
}

/* Tree `number` of so many entries; false: there is none. */
static bool build_tree(uint32_t count, uint32_t number)
{
	size = count;
	for (uint32_t i = 0; i < count; i++)
		set_entry(i, 2 * i + 1);
	root = build(0, count, &number);
	return number == 0;
}

static uint32_t last; /* the entry that came before, in the order from left to right */
static uint32_t seen;

/* Its height, if it is balanced, knows its heights, and its keys ascend; else -1. */
static int height_of(uint32_t top, int room)
{
	int left, right;

	if (top == APT_NONE)
		return 0;
	if (room == 0)
		return -1;
	left = height_of(link_at(top)->child[0], room - 1);
	if (last != APT_NONE && key_of(last) >= key_of(top))
		return -1;
	last = top;
	seen++;
	right = height_of(link_at(top)->child[1], room - 1);
	if (left < 0 || right < 0 || left - right > 1 || right - left > 1)
		return -1;
	return (uint32_t)(left > right ? left : right) + 1 == link_at(top)->height ? (int)link_at(top)->height
										   : -1;
}

static bool is_list_of(uint32_t count)
{
	last = APT_NONE;
	seen = 0;
	return height_of(root, 5) >= 0 && seen == count;
}

/* By the book. */
static bool is_in(uint32_t i)
{
	uint32_t at = root;

	while (at != APT_NONE && at != i)
		at = link_at(at)->child[key_of(i) > key_of(at)];
	return at == i;
}

/* One with key `key` goes in if and only if none has it; nobody else is lost, or comes. */
static void insert_one(uint32_t count, uint64_t key)
{
	bool is_new = key % 2 == 0;

	set_entry(count, key);
	CLAIM(apt_tree_insert(NULL, TREE, &root, &entries[count]) == is_new);
	CLAIM(is_list_of(count + is_new));
	for (uint32_t i = 0; i < count; i++)
		CLAIM(is_in(i));
	CLAIM(is_in(count) == is_new);
}

static void remove_one(uint32_t count, uint32_t gone)
{
	apt_tree_remove(NULL, TREE, &root, &entries[gone]);
	CLAIM(is_list_of(count - 1));
	for (uint32_t i = 0; i < count; i++)
		CLAIM(is_in(i) == (i != gone));
}

/* Of entries with keys 1, 3, 5, ...: the one with the key; the first not before it; the last not behind it. */
static void find_one(uint32_t count, uint64_t key)
{
	struct apt_key k = apt_region_key(key);
	uint32_t half = (uint32_t)key / 2;

	CLAIM(apt_tree_find(NULL, root, &k) == (key % 2 == 1 ? half : APT_NONE));
	CLAIM(apt_tree_ceiling(NULL, root, &k) == (half < count ? half : APT_NONE));
}

static void floor_one(uint64_t addr)
{
	CLAIM(apt_tree_floor(NULL, root, addr) == (addr == 0 ? APT_NONE : ((uint32_t)addr - 1) / 2));
}

static void insert_each(uint32_t count, uint32_t number)
{
	for (uint64_t key = 0; key <= 2 * count; key++) {
		build_tree(count, number);
		insert_one(count, key);
	}
}

static void remove_each(uint32_t count, uint32_t number)
{
	for (uint32_t gone = 0; gone < count; gone++) {
		build_tree(count, number);
		remove_one(count, gone);
	}
}

static void find_each(uint32_t count, uint32_t number)
{
	(void)number;
	for (uint64_t key = 0; key <= 2 * count; key++) {
		if (TREE == APT_BY_KEY)
			find_one(count, key);
		else
			floor_one(key);
	}
}

static void each_tree(uint32_t least, uint32_t most, void (*each)(uint32_t count, uint32_t number))
{
	for (uint32_t count = least; count <= most; count++) {
		for (uint32_t number = 0; number < numbers(count); number++) {
			if (build_tree(count, number))
				each(count, number);
		}
	}
}

void prove_insert(void)
{
	each_tree(0, ENTRIES - 1, insert_each);
}

void prove_remove(void)
{
	each_tree(1, ENTRIES, remove_each);
}

void prove_find(void)
{
	each_tree(0, ENTRIES, find_each);
}

static struct apt_key any_key(void)
{
	return (struct apt_key){ (enum apt_kind)any_from_to(APT_FREE, APT_RIM), any_u64(), any_u64(),
				 any_u64() };
}

static int sign(int i)
{
	return i < 0 ? -1 : i > 0;
}

/* Any keys have one order; only what is the same is equal. */
void prove_order(void)
{
	struct apt_key a = any_key(), b = any_key(), c = any_key();

	CLAIM(sign(compare_keys(&a, &b)) == -sign(compare_keys(&b, &a)));
	CLAIM((compare_keys(&a, &b) == 0) == (a.kind == b.kind && a.a == b.a && a.b == b.b && a.n == b.n));
	CLAIM(compare_keys(&a, &b) > 0 || compare_keys(&b, &c) > 0 || compare_keys(&a, &c) <= 0);
}
