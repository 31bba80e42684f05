/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command `measure`: builds realms of many kinds and prints, of each, its description and the RIM that it reads
 * itself (RSI_MEASUREMENT_READ). tests/check/measure holds caec-measure against that.
 */
#include "puppet/script.h"

#include "board/command.h"
#include "board/describe.h"
#include "common/format.h"

#define MIB ABI_U64(0x100000)
#define GIB ABI_U64(0x40000000)
#define MAX_PIECES 4
#define MAX_MORE 2

/* A piece is a part of the realm image: for the RMM any content is as good as another. */
struct part {
	uint64_t ipa;
	uint32_t offset, size;
	bool unmeasured;
};

/* Realm programs run at REALM_IMAGE_IPA and use RAM up to 1 MiB from there. Zero: the default. */
struct kind {
	uint64_t flags;
	unsigned int ipa_bits, sve_vl, pmu_num_ctrs, num_bps, num_wps;
	enum rmi_hash_algorithm hash_algo;
	uint64_t below; /* RAM begins that much below the image, which is then a piece as any */
	uint64_t ram_size;
	struct host_range more[MAX_MORE];
	unsigned int recs;
	uint64_t x7;
	struct part parts[MAX_PIECES];
};

static const struct kind kinds[] = {
	{ .ram_size = 2 * MIB },
	{ .ram_size = 2 * MIB, .hash_algo = RMI_HASH_SHA_512 },
	/* RAM by pages, by 2 MiB, by 1 GiB; from the middle of a table to that of another. */
	{ .ram_size = 2 * MIB - GRANULE_SIZE },
	{ .ram_size = 2 * MIB + GRANULE_SIZE, .hash_algo = RMI_HASH_SHA_512 },
	{ .ram_size = 7 * MIB + 3 * GRANULE_SIZE },
	{ .ram_size = GIB + 4 * MIB + 5 * GRANULE_SIZE },
	{ .ram_size = 3 * GIB, .hash_algo = RMI_HASH_SHA_512 },
	{ .below = 3 * GRANULE_SIZE, .ram_size = 5 * MIB },
	{ .below = 2 * MIB + GRANULE_SIZE, .ram_size = 6 * MIB + GRANULE_SIZE },
	{ .below = GIB + 6 * MIB, .ram_size = 2 * GIB + 9 * MIB, .hash_algo = RMI_HASH_SHA_512 },
	/* Starting levels and concatenated tables. */
	{ .ipa_bits = 33, .ram_size = GIB + 2 * MIB },
	{ .ipa_bits = 34, .ram_size = GIB + 3 * MIB, .below = MIB, .hash_algo = RMI_HASH_SHA_512 },
	{ .ipa_bits = 39, .ram_size = GIB + 3 * MIB },
	{ .ipa_bits = 44, .ram_size = GIB + 3 * MIB },
	{ .ipa_bits = 48, .ram_size = 4 * GIB, .below = GIB },
	/* Parameters, registers, RECs. */
	{ .ram_size = 2 * MIB, .num_bps = 1, .num_wps = 2 },
	{ .ram_size = 2 * MIB, .flags = RMI_REALM_FLAG_SVE, .sve_vl = 1 },
	{ .ram_size = 2 * MIB,
	  .flags = RMI_REALM_FLAG_PMU,
	  .pmu_num_ctrs = 3,
	  .hash_algo = RMI_HASH_SHA_512 },
	{ .ram_size = 2 * MIB, .flags = RMI_REALM_FLAG_SVE | RMI_REALM_FLAG_PMU, .pmu_num_ctrs = 1 },
	{ .ram_size = 2 * MIB, .recs = 3, .x7 = 0xfedcba9876543210 },
	/* Sizes of what is loaded, around pages; the order of pieces; up to the end of RAM. */
	{ .ram_size = 3 * MIB, .parts = { { 0x80100000, 5, 1, false } } },
	{ .ram_size = 3 * MIB, .parts = { { 0x80100000, 0, 4095, false }, { 0x80101000, 0, 4096, false } } },
	{ .ram_size = 3 * MIB, .parts = { { 0x80101000, 0, 4096, false }, { 0x80100000, 0, 4095, false } } },
	{ .ram_size = 3 * MIB,
	  .hash_algo = RMI_HASH_SHA_512,
	  .parts = { { 0x80200000, 100, 4097, false },
		     { 0x80110000, 0, 20000, false },
		     { 0x802ff000, 77, 4000, false } } },
	{ .below = MIB,
	  .ram_size = 3 * MIB,
	  .parts = { { 0x7ff00000, 1, 8191, false }, { 0x801fe000, 3, 8192, false } } },
	/*
	 * As other hosts lay realms out: a device tree at the start of RAM, firmware outside RAM, an initial RAM disk that
	 * begins somewhere in a page; pages of which the content is not measured.
	 */
	{ .below = 2 * MIB,
	  .ram_size = 6 * MIB,
	  .more = { { 0, 2 * MIB } },
	  .parts = { { 0x7fe00000, 9, 5000, false },
		     { 0, 3, 8000, false },
		     { 0x80200104, 7, 9000, false } } },
	{ .ram_size = 3 * MIB,
	  .hash_algo = RMI_HASH_SHA_512,
	  .more = { { 0x40000000, 2 * MIB + 3 * GRANULE_SIZE }, { 0x8000, GRANULE_SIZE } },
	  .parts = { { 0x80100000, 0, 4097, true },
		     { 0x8ffc, 5, 4, false },
		     { 0x80180ff0, 0, 0x20, true } } },
	{ .ram_size = 3 * MIB, .parts = { { 0x80100000, 0, 4097, true }, { 0x80102001, 0, 4095, false } } },
};

static size_t image_size(void)
{
	return (size_t)(realm_image_end - realm_image_begin);
}

/* What is loaded, and the names under which tests/check/measure cuts it from realm.bin: "OFFSET-SIZE". */
struct pieces {
	struct host_piece piece[MAX_PIECES + 1];
	char name[MAX_PIECES + 1][32];
	const char *names[MAX_PIECES + 2];
	unsigned int count;
};

static void add_piece(struct pieces *p, uint64_t ipa, uint32_t offset, size_t size, bool unmeasured)
{
	CHECK(offset <= image_size() && size <= image_size() - offset);
	p->piece[p->count] = (struct host_piece){ ipa, realm_image_begin + offset, size, unmeasured };
	format_text(p->name[p->count], sizeof(p->name[0]), "%u-%lu", offset, (uint64_t)size);
	p->count++;
}

static void choose_pieces(const struct kind *k, struct pieces *p)
{
	p->count = 0;
	if (k->below != 0)
		add_piece(p, REALM_IMAGE_IPA, 0, image_size(), false);
	for (unsigned int i = 0; i < MAX_PIECES && k->parts[i].size != 0; i++)
		add_piece(p, k->parts[i].ipa, k->parts[i].offset, k->parts[i].size, k->parts[i].unmeasured);
	p->names[0] = "realm.bin";
	for (unsigned int i = 0; i < p->count; i++)
		p->names[(k->below == 0) + i] = p->name[i];
}

static struct host_realm_config config_of(const struct kind *k, const struct pieces *p)
{
	struct host_realm_config config = {
		.name = "measured",
		.flags = k->flags,
		.ipa_bits = k->ipa_bits,
		.sve_vl = k->sve_vl,
		.pmu_num_ctrs = k->pmu_num_ctrs,
		.num_bps = k->num_bps,
		.num_wps = k->num_wps,
		.hash_algo = k->hash_algo,
		.ram_base = REALM_IMAGE_IPA - k->below,
		.ram_size = k->ram_size,
		.more_ram = k->more,
		.more_ram_count = k->more[0].size == 0   ? 0
				  : k->more[1].size == 0 ? 1
							 : 2,
		.pieces = p->piece,
		.piece_count = p->count,
		.recs = k->recs,
		.entry = REALM_IMAGE_IPA,
		.gprs = { REALM_PROGRAM_SCRIPT, 0, 0, 3, 0x44, 0, 0, k->x7 },
	};

	config = host_complete(&rmm, &config);
	config.gprs[2] = config.ipa_bits;
	if (k->below == 0) {
		config.image = realm_image_begin;
		config.image_size = image_size();
	}
	return config;
}

static void print_rim(const struct host_realm_config *config, struct test_realm *realm)
{
	unsigned int words = config->hash_algo == RMI_HASH_SHA_256 ? 4 : 8;
	uint64_t x[18] = { RSI_MEASUREMENT_READ, 0 };
	char hex[2 * RSI_MEASUREMENT_SIZE + 1];

	realm_smc_wide(realm, x);
	CHECK_EQ(x[0], RSI_SUCCESS);
	for (unsigned int i = 0; i < 8; i++) {
		if (i < words)
			format_text(hex + 16 * i, 17, "%016lx", __builtin_bswap64(x[1 + i]));
		else
			CHECK_EQ(x[1 + i], 0);
	}
	print("RIM %s\n", hex);
}

void measure_main(const char *argument)
{
	static struct pieces pieces;

	CHECK(*argument == '\0');
	rmm_init();
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct host_realm_config config;
		struct test_realm *realm;

		choose_pieces(&kinds[i], &pieces);
		config = config_of(&kinds[i], &pieces);
		print("REALM %u\n", i);
		describe(&config, pieces.names);
		realm = realm_start_as(&config);
		print_rim(&config, realm);
		realm_end(realm);
	}
	print("REALMS %lu\n", (uint64_t)(sizeof(kinds) / sizeof(kinds[0])));
	CHECK_EQ(rmm.delegated, 0);
}
