/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Storage of the Access Policy Table (apt.h).
 *
 * The root granule holds the first entries and a directory of extension granules: 256 of them directly, more
 * through directory granules of 1,024 each. An extension becomes a directory granule when the next one
 * would have no place; the host needs not know.
 */
#include "csm/apt.h"

#define ROOT_ENTRIES 15U
#define PAGE_ENTRIES 32U
#define DIRECT_PAGES 256U
#define DIRECTORIES 256U
#define DIRECTORY_PAGES (GRANULE_SIZE / sizeof(uint32_t))
#define MAX_PAGES (DIRECT_PAGES + DIRECTORIES * (uint32_t)DIRECTORY_PAGES)

struct apt_slot {
	struct apt_entry entry;
	uint8_t unused[128 - sizeof(struct apt_entry)];
};

struct apt {
	uint32_t num_pages;       /* extensions that hold entries */
	uint32_t num_directories; /* extensions that are directories */
	uint32_t num_free;
	uint32_t free;            /* first free entry */
	uint32_t tree[APT_TREES]; /* roots */
	uint64_t next_id;
	uint32_t peer_hand;
	uint32_t pending_first; /* the list of notified entries */
	uint32_t pending_last;
	uint32_t page[DIRECT_PAGES]; /* granule indexes */
	uint32_t directory[DIRECTORIES];
	_Alignas(8) struct apt_slot slot[ROOT_ENTRIES];
};
_Static_assert(sizeof(struct apt) <= GRANULE_SIZE, "the root must fit a granule");
_Static_assert(sizeof(struct apt_slot) * PAGE_ENTRIES == GRANULE_SIZE, "entries must fill a granule");

/* The place where the directory keeps page number `page`. */
static uint32_t *page_ref(struct apt *apt, uint32_t page)
{
	uint32_t *directory;

	if (page < DIRECT_PAGES)
		return &apt->page[page];
	page -= DIRECT_PAGES;
	directory = granule_mem(granule_at(apt->directory[page / DIRECTORY_PAGES]));
	return &directory[page % DIRECTORY_PAGES];
}

/* Of an entry that there is. */
static struct apt_entry *entry_at(struct apt *apt, uint32_t index)
{
	struct apt_slot *slots;

	if (index < ROOT_ENTRIES)
		return &apt->slot[index].entry;
	index -= ROOT_ENTRIES;
	slots = granule_mem(granule_at(*page_ref(apt, index / PAGE_ENTRIES)));
	return &slots[index % PAGE_ENTRIES].entry;
}

struct apt_entry *apt_entry(struct apt *apt, uint32_t index)
{
	return index == APT_NONE ? NULL : entry_at(apt, index);
}

uint32_t apt_num_slots(const struct apt *apt)
{
	return ROOT_ENTRIES + apt->num_pages * PAGE_ENTRIES;
}

uint32_t apt_num_granules(const struct apt *apt)
{
	return 1 + apt->num_pages + apt->num_directories;
}

static void add_free(struct apt *apt, uint32_t index)
{
	struct apt_entry *e = entry_at(apt, index);

	*e = (struct apt_entry){ .kind = APT_FREE, .index = index, .as_free.next = apt->free };
	apt->free = index;
	apt->num_free++;
}

void apt_init(struct granule *root)
{
	struct apt *apt = apt_of(root);

	apt->free = APT_NONE;
	apt->pending_first = APT_NONE;
	apt->pending_last = APT_NONE;
	for (unsigned int i = 0; i < APT_TREES; i++)
		apt->tree[i] = APT_NONE;
	for (uint32_t i = ROOT_ENTRIES; i > 0; i--)
		add_free(apt, i - 1);
}

bool apt_extend(struct apt *apt, struct granule *g)
{
	uint32_t page = apt->num_pages;

	if (page == MAX_PAGES)
		return false;
	if (page >= DIRECT_PAGES && (page - DIRECT_PAGES) / DIRECTORY_PAGES == apt->num_directories) {
		apt->directory[apt->num_directories++] = granule_index(g);
		return true;
	}
	*page_ref(apt, page) = granule_index(g);
	apt->num_pages++;
	for (uint32_t i = PAGE_ENTRIES; i > 0; i--)
		add_free(apt, ROOT_ENTRIES + page * PAGE_ENTRIES + i - 1);
	return true;
}

struct granule *apt_shrink(struct granule *root)
{
	struct apt *apt = apt_of(root);
	uint32_t pages_with_directory = DIRECT_PAGES + (apt->num_directories - 1) * (uint32_t)DIRECTORY_PAGES;

	REQUIRE(apt->tree[APT_BY_IPA] == APT_NONE);
	/* Nothing is looked up any more; what is left in the other tree are share numbers. */
	apt->tree[APT_BY_KEY] = APT_NONE;
	apt->free = APT_NONE;
	apt->num_free = 0;
	if (apt->num_directories > 0 && apt->num_pages <= pages_with_directory)
		return granule_at(apt->directory[--apt->num_directories]);
	if (apt->num_pages > 0) {
		apt->num_pages--;
		return granule_at(*page_ref(apt, apt->num_pages));
	}
	return root;
}

bool apt_has_room(const struct apt *apt, uint32_t count)
{
	return apt->num_free >= count;
}

struct apt_entry *apt_alloc(struct apt *apt, enum apt_kind kind)
{
	struct apt_entry *e = apt_entry(apt, apt->free);

	REQUIRE(e != NULL && e->kind == APT_FREE);
	apt->free = e->as_free.next;
	apt->num_free--;
	*e = (struct apt_entry){ .kind = (uint8_t)kind, .index = e->index };
	if (kind == APT_REGION)
		e->as_region =
			(struct apt_region){ .first = APT_NONE, .last = APT_NONE, .release = APT_NONE };
	if (kind == APT_SHARE)
		e->as_share = (struct apt_share){ .region = APT_NONE,
						  .next = APT_NONE,
						  .prev = APT_NONE,
						  .rim = APT_NONE,
						  .consumer = APT_NONE };
	return e;
}

struct apt_rim *apt_alloc_rim(struct apt *apt)
{
	return (struct apt_rim *)apt_alloc(apt, APT_RIM);
}

struct apt_rim *apt_find_rim(struct apt *apt, uint32_t index)
{
	return (struct apt_rim *)apt_entry(apt, index);
}

void apt_free_rim(struct apt *apt, struct apt_rim *rim)
{
	add_free(apt, rim->index);
}

static bool has_ipa(const struct apt_entry *e)
{
	return e->kind == APT_REGION || e->kind == APT_CONSUMER;
}

bool apt_insert(struct apt *apt, struct apt_entry *e)
{
	bool keyed = apt_tree_insert(apt, APT_BY_KEY, &apt->tree[APT_BY_KEY], e);

	if (keyed && (!has_ipa(e) || apt_tree_insert(apt, APT_BY_IPA, &apt->tree[APT_BY_IPA], e)))
		return true;
	if (keyed)
		apt_tree_remove(apt, APT_BY_KEY, &apt->tree[APT_BY_KEY], e);
	add_free(apt, e->index);
	return false;
}

void apt_remove(struct apt *apt, struct apt_entry *e)
{
	apt_tree_remove(apt, APT_BY_KEY, &apt->tree[APT_BY_KEY], e);
	if (has_ipa(e))
		apt_tree_remove(apt, APT_BY_IPA, &apt->tree[APT_BY_IPA], e);
	apt_pending_remove(apt, e);
	add_free(apt, e->index);
}

struct apt_entry *apt_find(struct apt *apt, struct apt_key key)
{
	return apt_entry(apt, apt_tree_find(apt, apt->tree[APT_BY_KEY], &key));
}

struct apt_entry *apt_find_from(struct apt *apt, struct apt_key key)
{
	return apt_entry(apt, apt_tree_ceiling(apt, apt->tree[APT_BY_KEY], &key));
}

struct apt_entry *apt_find_ipa(struct apt *apt, uint64_t addr)
{
	return apt_entry(apt, apt_tree_floor(apt, apt->tree[APT_BY_IPA], addr));
}

struct apt_entry *apt_any_range(struct apt *apt)
{
	return apt_entry(apt, apt->tree[APT_BY_IPA]);
}

void apt_walk_begin(struct apt *apt, struct apt_walk *w)
{
	w->depth = 0;
	apt_tree_descend(apt, apt->tree[APT_BY_KEY], w);
}

uint64_t apt_new_id(struct apt *apt)
{
	return ++apt->next_id;
}

uint32_t *apt_peer_hand(struct apt *apt)
{
	return &apt->peer_hand;
}

/* --- Notified entries --------------------------------------------------------------------------------- */

void apt_pending_add(struct apt *apt, struct apt_entry *e)
{
	struct apt_entry *last = apt_entry(apt, apt->pending_last);

	if (e->pending.is_listed)
		return;
	e->pending.is_listed = 1;
	e->pending.next = APT_NONE;
	e->pending.prev = apt->pending_last;
	if (last != NULL)
		last->pending.next = e->index;
	else
		apt->pending_first = e->index;
	apt->pending_last = e->index;
}

struct apt_entry *apt_pending_first(struct apt *apt)
{
	return apt_entry(apt, apt->pending_first);
}

void apt_pending_remove(struct apt *apt, struct apt_entry *e)
{
	struct apt_entry *next, *prev;

	if (!e->pending.is_listed)
		return;
	next = apt_entry(apt, e->pending.next);
	prev = apt_entry(apt, e->pending.prev);
	if (next != NULL)
		next->pending.prev = e->pending.prev;
	else /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): apt_entry() found the neighbours in `apt` */
		apt->pending_last = e->pending.prev;
	if (prev != NULL)
		prev->pending.next = e->pending.next;
	else
		apt->pending_first = e->pending.next;
	e->pending.is_listed = 0;
}
