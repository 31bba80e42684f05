/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What of building a realm is measured, and in which order (DEN0137 A7.1.1). Pure: nothing here knows a host or an RMM.
 * host_realm_build() goes by this plan, and so does whoever computes the Realm Initial Measurement that an image will
 * get (measure/).
 *
 * The order: REALM_CREATE with host_plan_params(); then the steps: RIPAS RAM for all of RAM, range by range, each
 * ascending; the pages of the pieces, piece by piece as the configuration has them, each ascending; REC 0. The other RECs are not runnable, so
 * not measured. The configuration is *complete*: no field that is zero for "as the host sees fit".
 */
#ifndef HOST_LIB_PLAN_H
#define HOST_LIB_PLAN_H

#include "realm.h"

#define HOST_LEVEL_PAGE 3

/* Bytes that one entry of a table at `level` covers. */
static inline uint64_t host_level_size(int64_t level)
{
	return ABI_U64(1) << (GRANULE_SHIFT + 9 * (3 - (unsigned int)level));
}

static inline uint64_t host_align_down(uint64_t value, uint64_t size)
{
	return value & ~(size - 1);
}

/* Where the entry of `level` that has `ipa` ends. */
static inline uint64_t host_level_end(uint64_t ipa, int64_t level)
{
	return host_align_down(ipa, host_level_size(level)) + host_level_size(level);
}

/* [base, base + size) is made of granules and lies within [0, limit). */
static inline bool host_range_is_valid(uint64_t base, uint64_t size, uint64_t limit)
{
	return (base | size) % GRANULE_SIZE == 0 && size != 0 && base < limit && size <= limit - base;
}

/*
 * The deepest starting level that up to 16 concatenated tables can do (DEN0137 A5.5): fewer levels to walk, fewer
 * granules to lend. False: no level can.
 */
bool host_geometry(unsigned int ipa_bits, int64_t *start_level, unsigned int *start_count);

/*
 * RIPAS RAM from `base` on: by the largest entries that are aligned and end at or before `top`. Each entry is measured
 * by itself. Returns the end of the first run of entries of one `*level` in one table.
 */
uint64_t host_ripas_run(int64_t start_level, uint64_t base, uint64_t top, int64_t *level);

/* The measured fields of REALM_CREATE's parameters; the others are left alone. */
void host_plan_params(const struct host_realm_config *config, struct rmi_realm_params *params);

/* The image, if there is one, and the pieces, in the order in which they are loaded. */
unsigned int host_piece_count(const struct host_realm_config *config);
struct host_piece host_piece(const struct host_realm_config *config, unsigned int n);

enum host_step_kind { HOST_STEP_RIPAS, HOST_STEP_DATA, HOST_STEP_REC };

struct host_step {
	enum host_step_kind kind;
	uint64_t base, top;  /* RIPAS: a run; DATA: a page */
	int64_t level;       /* RIPAS: of the entries */
	const void *content; /* DATA: `size` bytes of a piece, zeroes behind them, and `before` them */
	size_t size, before;
	bool unmeasured; /* DATA: of the content the RIM says nothing */
};

struct host_plan {
	const struct host_realm_config *config;
	int64_t start_level;
	enum host_step_kind kind; /* of the next step */
	bool done;
	unsigned int range, piece;
	uint64_t at; /* RIPAS: an IPA; DATA: bytes of the piece that are done */
};

/* What is wrong with a complete configuration, for people, and with which of its pieces. */
struct host_fault {
	const char *what; /* NULL: nothing that this side can tell */
	unsigned int count, piece[2];
};

struct host_fault host_plan_fault(const struct host_realm_config *config);

/* `config` is without fault and outlives the plan. */
void host_plan_begin(struct host_plan *plan, const struct host_realm_config *config);

/* The next step; false: that was all. */
bool host_plan_next(struct host_plan *plan, struct host_step *step);

/* A page with `size` bytes of content behind `before` zeroes, filled up with zeroes. */
static inline void host_fill_page(void *page, size_t before, const void *content, size_t size)
{
	__builtin_memset(page, 0, before);
	__builtin_memcpy((uint8_t *)page + before, content, size);
	__builtin_memset((uint8_t *)page + before + size, 0, GRANULE_SIZE - before - size);
}

#endif
