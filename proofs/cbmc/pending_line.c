/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The line of entries that have news (csm/apt.c): every line of up to ENTRIES entries, and each operation on it, for each entry. The
 * code tells an index only from APT_NONE: so the line is entries 0, 1, 2, ... and stands for all.
 */
#include "prove.h"

#include "csm/apt.c"

static struct apt apt;

void *port_mem(struct pa where)
{
	(void)where;
	return NULL;
}

void apt_tree_remove(struct apt *table, enum apt_tree tree, uint32_t *top, struct apt_entry *e)
{
	CLAIM(table == &apt && top == &apt.tree[tree] && e->kind != APT_FREE);
}

static struct apt_pending *at(uint32_t i)
{
	return &apt.slot[i].entry.pending;
}

static void build_line(uint32_t count)
{
	apt.free = APT_NONE;
	apt.num_free = 0;
	apt.pending_first = count == 0 ? APT_NONE : 0;
	apt.pending_last = count == 0 ? APT_NONE : count - 1;
	for (uint32_t i = 0; i <= ENTRIES; i++) {
		apt.slot[i].entry = (struct apt_entry){ .kind = APT_SHARE, .index = i };
		if (i < count)
			*at(i) = (struct apt_pending){ i + 1 < count ? i + 1 : APT_NONE,
						       i > 0 ? i - 1 : APT_NONE, 1 };
	}
}

/* The line is 0, 1, ... to before `count`, but for `gone`, and `last` behind it (APT_NONE: none). */
static void line_is(uint32_t count, uint32_t gone, uint32_t last)
{
	uint32_t prev = APT_NONE, next = apt.pending_first;

	for (uint32_t i = 0; i <= ENTRIES; i++) {
		bool in = (i < count && i != gone) || i == last;

		CLAIM(at(i)->is_listed == in);
		if (!in)
			continue;
		CLAIM(next == i && at(i)->prev == prev);
		prev = i;
		next = at(i)->next;
	}
	CLAIM(next == APT_NONE && apt.pending_last == prev);
	CLAIM(apt_pending_first(&apt) ==
	      (apt.pending_first == APT_NONE ? NULL : &apt.slot[apt.pending_first].entry));
}

/* Whoever has news already keeps its place: twice is once. */
void prove_add(void)
{
	for (uint32_t count = 0; count <= ENTRIES; count++) {
		for (uint32_t i = 0; i <= count; i++) {
			build_line(count);
			apt_pending_add(&apt, &apt.slot[i].entry);
			line_is(count, APT_NONE, i);
			apt_pending_add(&apt, &apt.slot[i].entry);
			line_is(count, APT_NONE, i);
		}
	}
}

void prove_take(void)
{
	for (uint32_t count = 0; count <= ENTRIES; count++) {
		for (uint32_t i = 0; i <= count; i++) {
			build_line(count);
			apt_pending_remove(&apt, &apt.slot[i].entry);
			line_is(count, i, APT_NONE);
		}
	}
}

/* An entry that goes has no news any more. */
void prove_gone(void)
{
	for (uint32_t count = 0; count <= ENTRIES; count++) {
		for (uint32_t i = 0; i <= count; i++) {
			build_line(count);
			apt_remove(&apt, &apt.slot[i].entry);
			line_is(count, i, APT_NONE);
			CLAIM(apt.slot[i].entry.kind == APT_FREE && apt.free == i && apt.num_free == 1);
		}
	}
}
