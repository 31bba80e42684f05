/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading the boot manifest (manifest.h). It comes from EL3, which we trust, by way of loaders that may be
 * wrong: versions, sums and bounds are checked all the same.
 */
#include "port/aarch64/manifest.h"

#include <string.h>

#define TEXT_OF(number) #number
#define NUMBER(macro) TEXT_OF(macro)
#define TOO_MANY_BANKS "has more than " NUMBER(GRANULE_MAX_BANKS) " banks of DRAM"

struct list {
	uint64_t count;
	uint64_t pa; /* of the array */
	uint64_t checksum;
};

struct manifest_page {
	uint32_t version; /* minor [15:0], major [30:16] */
	uint32_t padding;
	uint64_t plat_data;
	struct list dram;
	struct list consoles;
};

struct bank {
	uint64_t base;
	uint64_t size;
};

struct console {
	uint64_t base;
	uint64_t pages;
	uint64_t name;
	uint64_t clock;
	uint64_t baud;
	uint64_t flags;
};

/* The list's array, if it lies in the page. */
static const void *list_array(const void *page, uint64_t page_pa, const struct list *l, size_t entry)
{
	uint64_t offset = l->pa - page_pa;

	if (l->count > GRANULE_SIZE / entry || offset > GRANULE_SIZE ||
	    l->count * entry > GRANULE_SIZE - offset || offset % sizeof(uint64_t) != 0)
		return NULL;
	return (const uint8_t *)page + offset;
}

static uint64_t sum_words(const void *array, size_t bytes)
{
	uint64_t sum = 0, word;

	for (size_t i = 0; i < bytes; i += sizeof(word)) {
		memcpy(&word, (const uint8_t *)array + i, sizeof(word));
		sum += word;
	}
	return sum;
}

/* All words of the list and its array add up to zero. */
static bool sum_is_right(const struct list *l, uint64_t array_sum)
{
	return l->count + l->pa + l->checksum + array_sum == 0;
}

/* NULL, or what is wrong. */
static const char *read_banks(const void *page, uint64_t page_pa, const struct list *l, struct manifest *m)
{
	const struct bank *banks = list_array(page, page_pa, l, sizeof(*banks));

	if (l->count == 0)
		return "names no DRAM";
	if (banks == NULL || !sum_is_right(l, sum_words(banks, l->count * sizeof(*banks))))
		return "has a list of DRAM that is damaged";
	if (l->count > GRANULE_MAX_BANKS)
		return TOO_MANY_BANKS;
	for (size_t i = 0; i < l->count; i++)
		m->bank[i] = (struct granule_bank){ pa(banks[i].base), banks[i].size };
	m->num_banks = l->count;
	return NULL;
}

/* The consoles, at least one; NULL: the list is empty, or damaged. */
static const struct console *sound_consoles(const void *page, uint64_t page_pa, const struct list *l)
{
	const struct console *consoles = list_array(page, page_pa, l, sizeof(*consoles));
	uint64_t sum, names = 0;

	if (l->count == 0 || consoles == NULL)
		return NULL;
	sum = sum_words(consoles, l->count * sizeof(*consoles));
	for (size_t i = 0; i < l->count; i++)
		names += consoles[i].name;
	/*
	 * The interface sums the whole array. TF-A 2.12 has a port that leaves the names out; an RMM that is to boot
	 * there has to take that too.
	 */
	return sum_is_right(l, sum) || sum_is_right(l, sum - names) ? consoles : NULL;
}

uint32_t manifest_version(const void *page)
{
	return ((const struct manifest_page *)page)->version;
}

uint64_t manifest_console(const void *page, uint64_t page_pa)
{
	const struct console *first =
		sound_consoles(page, page_pa, &((const struct manifest_page *)page)->consoles);

	/* Another kind gets no log. */
	return first != NULL && memcmp(&first->name, "pl011", sizeof("pl011")) == 0 ? first->base : 0;
}

const char *manifest_read(const void *page, uint64_t page_pa, struct manifest *m)
{
	const struct manifest_page *p = page;

	if (p->consoles.count != 0 && sound_consoles(page, page_pa, &p->consoles) == NULL)
		return "has a list of consoles that is damaged";
	return read_banks(page, page_pa, &p->dram, m);
}
