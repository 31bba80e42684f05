/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host that issues commands at random, from two CPUs at once, on the same few granules and addresses: nothing
 * stops, nothing waits for ever, and in the end the host gets every granule back, empty, by itself (csm.md I9).
 */
#include "machine.h"
#include "puppet/script.h"

#define POOL 20U
#define ROUNDS 15000U

static uint64_t pool[POOL];
static const uint64_t ipas[] = { 0, 0x1000, 0x200000, 0x201000, 0x40000000 };
#define IPAS (sizeof(ipas) / sizeof(ipas[0]))

struct attacker {
	uint64_t random;
	struct rmi_realm_params *realm;
	struct rmi_rec_params *rec;
	unsigned int succeeded;
};

static unsigned int pick(struct attacker *a, unsigned int limit)
{
	a->random = a->random * ABI_U64(6364136223846793005) + ABI_U64(1442695040888963407);
	return (unsigned int)(a->random >> 33) % limit;
}

static uint64_t any(struct attacker *a)
{
	return pool[pick(a, POOL)];
}

static uint64_t create_realm(struct attacker *a)
{
	a->realm->s2sz = 39;
	a->realm->num_bps = 1;
	a->realm->num_wps = 1;
	a->realm->vmid = (uint16_t)(1 + pick(a, 4));
	a->realm->rtt_base = any(a);
	a->realm->rtt_level_start = 1;
	a->realm->rtt_num_start = 1;
	return host_rmi_realm_create(&rmm, any(a), (uint64_t)(uintptr_t)a->realm);
}

static uint64_t create_rec(struct attacker *a)
{
	uint64_t rd = any(a), count;
	unsigned int first = pick(a, POOL);

	a->rec->mpidr = pick(a, 2);
	if (host_rmi_rec_aux_count(&rmm, rd, &count) != RMI_SUCCESS)
		count = 1;
	/* Several at random would hardly ever be different from each other, and all delegated. */
	a->rec->num_aux = count;
	for (unsigned int i = 0; i < count; i++)
		a->rec->aux[i] = pool[(first + i) % POOL];
	return host_rmi_rec_create(&rmm, rd, any(a), (uint64_t)(uintptr_t)a->rec);
}

static uint64_t one_command(struct attacker *a)
{
	uint64_t g = any(a), ipa = ipas[pick(a, IPAS)], x, y;
	int64_t level = 2 + (int64_t)pick(a, 2);
	struct host_rmi_csm_doorbell doorbell;

	switch (pick(a, 18)) {
	case 0:
	case 1:
	case 2:
		return host_rmi_granule_delegate(&rmm, g);
	case 3:
		return host_rmi_granule_undelegate(&rmm, g);
	case 4:
		return create_realm(a);
	case 5:
		return create_rec(a);
	case 6:
		return host_rmi_rec_destroy(&rmm, g);
	case 7:
		return host_rmi_realm_destroy(&rmm, g);
	case 8:
	case 9:
		return host_rmi_rtt_create(&rmm, g, any(a), ipa & ~ABI_U64(0x1fffff), level);
	case 10:
		return host_rmi_rtt_destroy(&rmm, g, ipa & ~ABI_U64(0x1fffff), level, &x, &y);
	case 11:
		return host_rmi_rtt_fold(&rmm, g, ipa & ~ABI_U64(0x1fffff), level, &x);
	case 12:
	case 13:
		return host_rmi_data_create_unknown(&rmm, g, any(a), ipa);
	case 14:
		return host_rmi_data_destroy(&rmm, g, ipa, &x, &y);
	case 15:
		return host_rmi_csm_apt_create(&rmm, g, any(a));
	case 16:
		return host_rmi_csm_apt_destroy(&rmm, g, &x, &y, &doorbell);
	default:
		return host_rmi_rtt_init_ripas(&rmm, g, ipa, ipa + GRANULE_SIZE, &x);
	}
}

static void attack(void *argument)
{
	struct attacker *a = argument;

	for (unsigned int i = 0; i < ROUNDS; i++)
		a->succeeded += one_command(a) == RMI_SUCCESS;
}

/* Tries everything on a granule that may help to get it or another one back. */
static void take_back(uint64_t g)
{
	struct host_rmi_csm_doorbell doorbell;
	uint64_t x, y;

	host_rmi_rec_destroy(&rmm, g);
	for (unsigned int i = 0; i < IPAS; i++) {
		host_rmi_data_destroy(&rmm, g, ipas[i], &x, &y);
	}
	for (int64_t level = 3; level >= 2; level--) {
		for (unsigned int i = 0; i < IPAS; i++)
			host_rmi_rtt_destroy(&rmm, g, ipas[i] & ~(host_level_size(level - 1) - 1), level, &x,
					     &y);
	}
	while (host_rmi_csm_apt_destroy(&rmm, g, &x, &y, &doorbell) == RMI_SUCCESS && y != 0)
		;
	host_rmi_realm_destroy(&rmm, g);
	host_rmi_granule_undelegate(&rmm, g);
}

MACHINE_TEST(stress_commands, .smp = 2)
{
	static struct attacker a[2];
	unsigned int left = POOL;

	for (unsigned int i = 0; i < POOL; i++)
		pool[i] = test_granule();
	for (unsigned int i = 0; i < 2; i++) {
		a[i].random = 77 + i;
		a[i].realm = (void *)(uintptr_t)test_granule();
		a[i].rec = (void *)(uintptr_t)test_granule();
	}
	cpu_run(1, attack, &a[1]);
	attack(&a[0]);
	cpu_wait(1);
	/* How many succeed depends on the race; that each granule was delegated once does not. */
	CHECK(a[0].succeeded + a[1].succeeded > POOL);

	for (unsigned int pass = 0; left > 0; pass++) {
		CHECK(pass < 20);
		left = 0;
		for (unsigned int i = 0; i < POOL; i++) {
			uint64_t value;

			take_back(pool[i]);
			left += probe_read64(pool[i], &value) != 0;
		}
	}
	for (unsigned int i = 0; i < POOL; i++) {
		CHECK(is_zero_granule(pool[i]));
		test_granule_free(pool[i]);
	}
	for (unsigned int i = 0; i < 2; i++) {
		test_granule_free((uint64_t)(uintptr_t)a[i].realm);
		test_granule_free((uint64_t)(uintptr_t)a[i].rec);
	}
}
