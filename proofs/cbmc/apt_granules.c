/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An APT's granules (csm/apt.c): how a new table begins, and one goes at each place where its directory changes its form: the first
 * extensions, the last that the root has, the first of a directory granule, the last, and the first of the next.
 */
#include "prove.h"

#include "csm/apt.c"

#define DIRECTORY_OF(page) (((page)-DIRECT_PAGES) / (uint32_t)DIRECTORY_PAGES)

static struct apt apt;
static struct granule root, page_granule, directory_granule[2], other;
static uint32_t directory[2][DIRECTORY_PAGES];

struct granule *granule_at(uint32_t index)
{
	switch (index) {
	case 1000:
		return &page_granule;
	case 2000:
	case 2001:
		return &directory_granule[index - 2000];
	default:
		return &other;
	}
}

struct pa granule_pa(const struct granule *g)
{
	return pa(g == &root ? 1 : g == &page_granule ? 2 : g == &directory_granule[0] ? 3 : 4);
}

void *port_mem(struct pa where)
{
	switch (where.v) {
	case 1:
		return &apt;
	case 2:
		return NULL; /* nobody looks at its entries */
	case 3:
		return directory[0];
	default:
		return directory[1];
	}
}

/* With so many extensions, and the directory granules that they need. Some entries are free. */
static void build_table(uint32_t pages)
{
	apt.num_pages = pages;
	apt.num_directories = pages <= DIRECT_PAGES ? 0 : DIRECTORY_OF(pages - 1) + 1;
	for (uint32_t i = 0; i < apt.num_directories; i++)
		apt.directory[i] = 2000 + i;
	apt.free = 3;
	apt.num_free = 7;
	apt.tree[APT_BY_KEY] = 0; /* peers that are counted */
	apt.tree[APT_BY_IPA] = APT_NONE;
}

/* What came last goes first; nothing is found in the table any more. */
static void shrink_one(uint32_t pages)
{
	bool last_of_directory = pages > DIRECT_PAGES && (pages - DIRECT_PAGES) % DIRECTORY_PAGES == 1;
	uint32_t directories;

	build_table(pages);
	directories = apt.num_directories;
	*page_ref(&apt, pages - 1) = 1000;
	CLAIM(apt_shrink(&root) == &page_granule && apt.num_pages == pages - 1);
	CLAIM(apt.tree[APT_BY_KEY] == APT_NONE && !apt_has_room(&apt, 1) && apt.free == APT_NONE);
	if (last_of_directory)
		CLAIM(apt_shrink(&root) == &directory_granule[directories - 1]);
	CLAIM(apt.num_directories == directories - last_of_directory);
	CLAIM(apt_num_granules(&apt) == 1 + apt.num_pages + apt.num_directories);
}

static const uint32_t places[] = { 0,
				   1,
				   DIRECT_PAGES - 1,
				   DIRECT_PAGES,
				   DIRECT_PAGES + 1,
				   DIRECT_PAGES + DIRECTORY_PAGES - 1,
				   DIRECT_PAGES + DIRECTORY_PAGES };

void prove_shrink(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++)
		shrink_one(places[i] + 1);
	build_table(0);
	CLAIM(apt_shrink(&root) == &root && apt.tree[APT_BY_KEY] == APT_NONE && !apt_has_room(&apt, 1));
}

/* A new table: all entries of the root are free, and nothing is found. */
void prove_init(void)
{
	apt_init(&root);
	CLAIM(apt.tree[APT_BY_KEY] == APT_NONE && apt.tree[APT_BY_IPA] == APT_NONE);
	CLAIM(apt_pending_first(&apt) == NULL && apt.pending_last == APT_NONE);
	CLAIM(apt_num_granules(&apt) == 1 && apt_num_slots(&apt) == ROOT_ENTRIES);
	for (uint32_t i = 0; i < ROOT_ENTRIES; i++) {
		CLAIM(apt_has_room(&apt, ROOT_ENTRIES - i) && !apt_has_room(&apt, ROOT_ENTRIES - i + 1));
		CLAIM(apt_alloc(&apt, APT_PEER)->index == i);
	}
	CLAIM(!apt_has_room(&apt, 1));
}
