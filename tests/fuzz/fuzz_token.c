/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fuzz target for attestation tokens as the monitor makes them: EL3 hands out a platform token in any parts, or fails at one; a
 * realm extends its measurements, shares memory, asks for a token and reads it in any pieces, with interrupts in between. A token
 * that is read to its end is one for other people's code (tests/token): encoding, claims, signature; and has in it what went in.
 */
#include "chance.h"
#include "target.h"
#include "token_world.h"

#define BUFFER WORLD_RAM
#define CALLS_MAX 400U

static struct chance chance;
static struct world_realm r;
static uint8_t bytes[TOKEN_ROOM];

/* --- EL3 ---------------------------------------------------------------------------------------------------- */

/* The platform token is the input's, or as it was; its parts are. */
static void change_platform(void)
{
	struct sim_el3 *el3 = sim_el3();

	sim_el3_reset();
	el3->part_max = 1 + choose(&chance, GRANULE_SIZE);
	el3->busy = choose(&chance, 3);
	if (choose(&chance, 2) == 0)
		el3->token_size = choose(&chance, SIM_PLATFORM_TOKEN_MAX + 1);
	for (size_t i = 0; i < el3->token_size && i < 64; i++)
		el3->token[i] = (uint8_t)choose(&chance, 256);
	if (choose(&chance, 8) == 0)
		el3->fails_at = choose(&chance, SIM_PLATFORM_TOKEN_MAX);
	if (choose(&chance, 16) == 0)
		el3->part_max = 0;
	el3->never_ends = choose(&chance, 16) == 0;
	el3->has_key = choose(&chance, 16) != 0;
	if (choose(&chance, 8) == 0)
		memset(el3->key, (int)choose(&chance, 256), sizeof(el3->key));
}

/* --- The realm ---------------------------------------------------------------------------------------------- */

static void extend(void)
{
	uint64_t x[18] = { RSI_MEASUREMENT_EXTEND, choose(&chance, 6), choose(&chance, 70),
			   choose_word(&chance) };
	uint64_t status = world_smc_args(&r, x).x[0];

	EXPECT((status == RSI_SUCCESS) == (x[1] >= 1 && x[1] < RSI_NUM_MEASUREMENTS && x[2] <= 64));
}

/* With itself it can't; with nobody else here. What is in a token's claim is the region's. */
static void create_region(void)
{
	uint64_t size = PAGES(1 + choose(&chance, 3));

	(void)world_smc(&r, RSI_CSM_CREATE, WORLD_CSM + PAGES(choose(&chance, 16)), size, 0);
}

static void check_token(size_t size, unsigned int seed)
{
	const struct sim_el3 *el3 = sim_el3();
	uint8_t challenge[64];
	struct token t;
	const char *wrong = token_open(&t, bytes, size);

	if (wrong != NULL)
		fprintf(stderr, "the token: %s\n", wrong);
	EXPECT(wrong == NULL);
	fill_challenge(challenge, seed);
	EXPECT(t.challenge.size == 64 && memcmp(t.challenge.at, challenge, 64) == 0);
	EXPECT(t.platform.size == el3->token_size && memcmp(t.platform.at, el3->token, el3->token_size) == 0);
	token_close(&t);
}

/* In any pieces, any of which may be refused. */
static void read_token(void)
{
	unsigned int seed = choose(&chance, 256);
	uint64_t size = token_init(&r, seed), length = 0;
	struct smc_regs out = { { RSI_INCOMPLETE } };

	for (unsigned int i = 0; i < CALLS_MAX && out.x[0] == RSI_INCOMPLETE; i++) {
		uint64_t offset = choose(&chance, 2) ? 0 : choose(&chance, GRANULE_SIZE + 2);
		uint64_t room = choose(&chance, 2) ? GRANULE_SIZE - (offset & (GRANULE_SIZE - 1))
						   : choose(&chance, GRANULE_SIZE + 2);

		sim_irq_after(choose(&chance, 4) ? -1 : (long)choose(&chance, 4));
		out = token_continue(&r, BUFFER, offset, room);
		sim_irq_after(-1);
		if (out.x[0] == RSI_ERROR_INPUT) {
			EXPECT(offset >= GRANULE_SIZE || room > GRANULE_SIZE - offset);
			out.x[0] = RSI_INCOMPLETE;
			continue;
		}
		EXPECT(out.x[1] <= room && out.x[1] <= size - length);
		memcpy(bytes + length, realm_bytes(&r, BUFFER) + offset, out.x[1]);
		length += out.x[1];
	}
	EXPECT((out.x[0] == RSI_ERROR_UNKNOWN) == (!attest_is_ready() && out.x[0] != RSI_INCOMPLETE));
	if (out.x[0] != RSI_SUCCESS)
		return;
	EXPECT(length == size);
	check_token(size, seed);
}

static void check_boot(enum attest_boot result)
{
	const struct sim_el3 *el3 = sim_el3();

	EXPECT(attest_is_ready() == (result == ATTEST_BOOT_OK));
	EXPECT(!el3->in_use);
	if (result == ATTEST_BOOT_OK)
		EXPECT(el3->has_key && el3->token_size <= ATTEST_PLATFORM_MAX && attest_head().size != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	setenv("CMOCKA_TEST_ABORT", "1", 0);
	chance = chance_of_input(data, size);
	world_reset();
	change_platform();
	check_boot(attest_boot());
	world_realm(&r, &(struct world_options){ .apt = 1, .hash_algo = (uint8_t)choose(&chance, 2) });
	world_ram(&r, BUFFER, PAGES(1));
	world_populate(&r, BUFFER, GRANULE_SIZE);
	world_activate(&r);
	for (unsigned int i = choose(&chance, 4); i != 0; i--)
		extend();
	if (choose(&chance, 2) == 0)
		create_region();
	read_token();
	world_end(&r);
	world_check_all_back();
	return 0;
}
