/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz target for cold boot: the manifest and what EL3 says in registers. It boots, or says why not; what it then tracks and
 * maps is what the manifest has, without an alias of what is the monitor's own. The input is written over a manifest that is
 * good, as changes at places; then its sums may be made right, which chance never would.
 */
#include "boot_world.h"
#include "chance.h"
#include "target.h"

#define CHANGES_MAX 64U

static struct chance chance;

/* Numbers that matter, or any. */
static uint64_t any_number(void)
{
	const uint64_t numbers[] = { DRAM,
				     IMAGE_PA,
				     IMAGE_PA + IMAGE_SIZE,
				     SHARED_PA,
				     UINT64_MAX - 0xfff,
				     3 * GIB,
				     21 * GIB,
				     UART,
				     GRANULE_SIZE,
				     UINT64_C(1) << LAYOUT_PA_BITS,
				     1,
				     0,
				     GRANULE_MAX_BANKS,
				     MIB };
	uint64_t number = numbers[choose(&chance, sizeof(numbers) / sizeof(numbers[0]))];

	switch (choose(&chance, 4)) {
	case 0:
		return choose_word(&chance);
	case 1:
		return number + GRANULE_SIZE * (uint64_t)choose(&chance, 1U << 16);
	case 2:
		return number - GRANULE_SIZE * (uint64_t)choose(&chance, 256);
	default:
		return number;
	}
}

static void change_args(void)
{
	uint64_t number = any_number();

	switch (choose(&chance, 8)) {
	case 0:
		boot.args.version = number;
		break;
	case 1:
		boot.args.cpus = number;
		break;
	case 2:
		boot.args.shared_pa = number;
		break;
	case 3:
		boot.max_maps = choose(&chance, BOOT_MAPS_MAX);
		break;
	default:
		break;
	}
}

/* Of the fields, mostly; else of the whole page. */
static void change_page(void)
{
	size_t words = choose(&chance, 4) ? offsetof(struct boot_page, rest) / 8 : GRANULE_SIZE / 8;
	size_t at = 8 * choose(&chance, (uint32_t)words);
	uint64_t number = any_number();

	memcpy((uint8_t *)&page + at, &number, sizeof(number));
}

/* Sums as they ought to be, where the lists can be summed. */
static void seal(void)
{
	if (page.dram.count <= GRANULE_MAX_BANKS + 1)
		boot_seal();
}

static void check_bank(const struct granule_bank *bank)
{
	uint64_t last = bank->base.v + bank->size - GRANULE_SIZE;

	EXPECT(granule_find(bank->base) != NULL && granule_find(pa(last)) != NULL);
	EXPECT(granule_pa(granule_find(pa(last))).v == last);
	EXPECT(granule_state(granule_find(pa(last))) == GRANULE_UNDELEGATED);
}

/* What the manifest says, as it is in its page. */
static void check_booted(void)
{
	uint64_t table = IMAGE_PA + IMAGE_SIZE, granules = 0;
	struct manifest m;

	EXPECT(manifest_read(&page, boot.args.shared_pa, &m) == NULL);
	EXPECT(m.num_banks >= 1 && m.num_banks <= GRANULE_MAX_BANKS);
	for (size_t i = 0; i < m.num_banks; i++) {
		check_bank(&m.bank[i]);
		granules += m.bank[i].size / GRANULE_SIZE;
	}
	EXPECT(granules <= sizeof(granule_table) / sizeof(granule_table[0]));
	EXPECT(!has_alias(IMAGE_PA, table + granules * sizeof(struct granule)));
	EXPECT(!has_alias(boot.args.shared_pa, boot.args.shared_pa + GRANULE_SIZE));
	EXPECT(strstr(boot.lines, "error: ") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	boot_reset();
	chance = chance_of_input(data, size);
	change_args();
	for (unsigned int i = 0; i < CHANGES_MAX && !chance_is_over(&chance); i++) {
		change_page();
		if (choose(&chance, 2) == 0)
			seal();
	}
	if (cold_boot(&boot.args, &page) == BOOT_SUCCESS)
		check_booted();
	else
		EXPECT(!boot.has_console || strstr(boot.lines, "error: ") != NULL);
	return 0;
}
