/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A region's list of shares (csm/share.c): every list of up to SHARES, attached or not, bound or not; one goes, or a step of taking
 * the region apart drops those in front that nobody uses. Share i has index i; the code tells an index only from APT_NONE and from
 * where a page's release goes on: so these lists stand for all.
 */
#include "prove.h"

#include "csm/share.c"

struct apt {
	struct apt_entry entry[SHARES + 1]; /* 0: the region */
	struct apt_rim rim[SHARES + 1];
};

static struct apt apt;
static bool is_gone[SHARES + 1];
static uint32_t num_gone, num_freed;

void *port_mem(struct pa where)
{
	(void)where;
	return &apt;
}

struct apt_entry *apt_entry(struct apt *table, uint32_t index)
{
	CLAIM(table == &apt && (index == APT_NONE || (index <= SHARES && !is_gone[index])));
	return index == APT_NONE ? NULL : &apt.entry[index];
}

void apt_remove(struct apt *table, struct apt_entry *e)
{
	CLAIM(table == &apt && e->kind == APT_SHARE && !is_gone[e->index]);
	CLAIM(e->as_share.consumer == APT_NONE); /* I5: what may be mapped keeps its entry */
	is_gone[e->index] = true;
	num_gone++;
}

struct apt_rim *apt_find_rim(struct apt *table, uint32_t index)
{
	CLAIM(table == &apt && (index == APT_NONE || index <= SHARES));
	return index == APT_NONE ? NULL : &apt.rim[index];
}

void apt_free_rim(struct apt *table, struct apt_rim *rim)
{
	CLAIM(table == &apt && !is_gone[rim->index]);
	num_freed++;
}

/* Each share has its own RIM, if it is bound, and a consumer, if it is attached. */
static void build_list(uint32_t count, uint32_t attached, uint32_t bound, uint32_t release)
{
	num_gone = num_freed = 0;
	apt.entry[0] = (struct apt_entry){ .kind = APT_REGION };
	apt.entry[0].as_region = (struct apt_region){ .first = count == 0 ? APT_NONE : 1,
						      .last = count == 0 ? APT_NONE : count,
						      .release = release == 0 ? APT_NONE : release };
	for (uint32_t i = 1; i <= count; i++) {
		is_gone[i] = false;
		apt.rim[i] = (struct apt_rim){ .kind = APT_RIM, .index = i };
		apt.entry[i] = (struct apt_entry){ .kind = APT_SHARE, .index = i };
		apt.entry[i].as_share =
			(struct apt_share){ .next = i < count ? i + 1 : APT_NONE,
					    .prev = i > 1 ? i - 1 : APT_NONE,
					    .rim = (bound >> i & 1) != 0 ? i : APT_NONE,
					    .consumer = (attached >> i & 1) != 0 ? 0 : APT_NONE };
	}
}

/* Those that are not gone, in their order, both ways; a release goes on at `release`, or behind it. */
static void list_is_whole(uint32_t count, uint32_t release)
{
	uint32_t prev = APT_NONE, next = apt.entry[0].as_region.first;

	while (release != 0 && release <= count && is_gone[release])
		release++;
	CLAIM(apt.entry[0].as_region.release == (release == 0 || release > count ? APT_NONE : release));
	for (uint32_t i = 1; i <= count; i++) {
		if (is_gone[i])
			continue;
		CLAIM(next == i && apt.entry[i].as_share.prev == prev);
		prev = i;
		next = apt.entry[i].as_share.next;
	}
	CLAIM(next == APT_NONE && apt.entry[0].as_region.last == prev);
}

static void remove_one(uint32_t count, uint32_t gone, uint32_t bound, uint32_t release)
{
	build_list(count, 0, bound, release);
	csm_share_remove(&apt, &apt.entry[gone]);
	CLAIM(is_gone[gone] && num_gone == 1 && num_freed == (bound >> gone & 1));
	list_is_whole(count, release);
}

/* Shares 1 and 3 are bound, or share 2 is. */
void prove_remove(void)
{
	for (uint32_t count = 1; count <= SHARES; count++) {
		for (uint32_t release = 0; release <= count; release++) {
			for (uint32_t gone = 1; gone <= count; gone++)
				remove_one(count, gone, release % 2 == 0 ? 2 + 8 : 4, release);
		}
	}
}

/* I8: no more than so many in a step; and none behind the first that is attached. */
static void drop(uint32_t count, uint32_t attached)
{
	uint32_t free = 0;

	while (free < count && free < CSM_STEP_REMOVALS && (attached >> (free + 1) & 1) == 0)
		free++;
	build_list(count, attached, 0, 0);
	drop_offered(&apt, &apt.entry[0]);
	CLAIM(num_gone == free && (free == 0 || is_gone[free]));
	list_is_whole(count, 0);
}

void prove_drop(void)
{
	for (uint32_t count = 0; count <= SHARES; count++) {
		for (uint32_t attached = 0; attached < UINT32_C(2) << count; attached += 2)
			drop(count, attached);
	}
}
