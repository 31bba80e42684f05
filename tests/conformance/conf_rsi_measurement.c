/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_MEASUREMENT_READ and RSI_MEASUREMENT_EXTEND (A7.1.2, B5.3.7, B5.3.8). The RIM is the host's doing and checked with
 * that.
 */
#include "conf_vm.h"

#define REMS 4
#define WORDS 8 /* of a measurement */

static struct vm_registers read_measurement(struct vm *vm, unsigned int rec, uint64_t index)
{
	struct vm_registers in = { { RSI_MEASUREMENT_READ, index } };

	for (unsigned int i = 2; i < 31; i++)
		in.x[i] = UINT64_C(0x5a5a) << i;
	return vm_smc_wide(vm, rec, &in);
}

/* The value counts up in bytes from `first`. */
static uint64_t extend(struct vm *vm, uint64_t index, uint64_t size, uint8_t first)
{
	struct vm_registers in = { { RSI_MEASUREMENT_EXTEND, index, size } };

	for (unsigned int i = 0; i < RSI_MEASUREMENT_SIZE; i++)
		((uint8_t *)&in.x[3])[i] = (uint8_t)(first + i);
	return vm_smc_wide(vm, 0, &in).x[0];
}

static bool same(const struct vm_registers *a, const struct vm_registers *b)
{
	return memcmp(&a->x[1], &b->x[1], WORDS * sizeof(a->x[0])) == 0;
}

static bool is_zero(const struct vm_registers *a, unsigned int from)
{
	for (unsigned int i = from; i < WORDS; i++)
		if (a->x[1 + i] != 0)
			return false;
	return true;
}

static void initial(void)
{
	struct vm_registers r;
	struct vm vm;

	vm_start(&vm, NULL);
	r = read_measurement(&vm, 0, 0);
	conf_check("RSI_MEASUREMENT_READ", "RIM: status", r.x[0], RSI_SUCCESS);
	conf_check_true("A7.1.1", "the RIM is not zero", !is_zero(&r, 0));
	conf_check_true("B5.3.8", "a SHA-256 measurement ends after 32 bytes; what follows is zero",
			is_zero(&r, 4));
	for (uint64_t i = 1; i <= REMS; i++) {
		r = read_measurement(&vm, 0, i);
		conf_check("RSI_MEASUREMENT_READ", conf_text("REM %lu: status", i), r.x[0], RSI_SUCCESS);
		conf_check_true("IMDQRP", conf_text("REM %lu is zero at first", i), is_zero(&r, 0));
	}
	vm_end(&vm);
}

static void bounds(void)
{
	static const uint64_t indexes[] = {
		5, 6, 255, 256, UINT32_MAX, ABI_U64(1) << 32, ABI_U64(1) << 63, UINT64_MAX
	};
	struct vm_registers before[1 + REMS];
	struct vm vm;

	vm_start(&vm, NULL);
	for (uint64_t i = 0; i <= REMS; i++)
		before[i] = read_measurement(&vm, 0, i);
	for (unsigned int i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
		conf_check("RSI_MEASUREMENT_READ.index_bound", conf_text("index 0x%lx", indexes[i]),
			   read_measurement(&vm, 0, indexes[i]).x[0], RSI_ERROR_INPUT);
		conf_check("RSI_MEASUREMENT_EXTEND.index_bound", conf_text("index 0x%lx", indexes[i]),
			   extend(&vm, indexes[i], 32, 1), RSI_ERROR_INPUT);
	}
	conf_check("RSI_MEASUREMENT_EXTEND.index_bound", "index 0, the RIM", extend(&vm, 0, 32, 1),
		   RSI_ERROR_INPUT);
	conf_check("RSI_MEASUREMENT_EXTEND.size_bound", "65 bytes", extend(&vm, 1, 65, 1), RSI_ERROR_INPUT);
	conf_check("RSI_MEASUREMENT_EXTEND.size_bound", "2^32 bytes", extend(&vm, 1, ABI_U64(1) << 32, 1),
		   RSI_ERROR_INPUT);
	conf_check("RSI_MEASUREMENT_EXTEND.size_bound", "2^64 - 1 bytes", extend(&vm, 1, UINT64_MAX, 1),
		   RSI_ERROR_INPUT);
	for (uint64_t i = 0; i <= REMS; i++) {
		struct vm_registers after = read_measurement(&vm, 0, i);

		conf_check_true("RWZYBV", conf_text("measurement %lu is as before the failures", i),
				same(&before[i], &after));
	}
	vm_end(&vm);
}

/* H(H(0 || v) || v), v the bytes 1 to 64, with zeros of the algorithm's length to begin with. */
struct vector {
	const char *name;
	enum rmi_hash_algorithm hash_algo;
	unsigned int feature;
	uint64_t words[2][WORDS];
};

static void known(const void *argument)
{
	const struct vector *v = argument;
	struct vm vm;

	if (host_feature(&rmm, v->feature, 1) == 0) {
		conf_skip("RemExtend", conf_text("%s is not offered", v->name));
		return;
	}
	vm_start(&vm, &(struct vm_options){ .hash_algo = v->hash_algo });
	for (uint64_t index = 1; index <= REMS; index++) {
		for (unsigned int n = 0; n < 2; n++) {
			struct vm_registers r;

			conf_check("RSI_MEASUREMENT_EXTEND", conf_text("%s, REM %lu: status", v->name, index),
				   extend(&vm, index, 64, 1), RSI_SUCCESS);
			r = read_measurement(&vm, 0, index);
			conf_check_true("RSI_MEASUREMENT_EXTEND.realm_meas",
					conf_text("%s, REM %lu after %u values of 64 bytes: 0x%lx ...",
						  v->name, index, n + 1, r.x[1]),
					memcmp(&r.x[1], v->words[n], sizeof(v->words[n])) == 0);
		}
	}
	vm_end(&vm);
}

static const struct vector vectors[] = {
	{ "SHA-256",
	  RMI_HASH_SHA_256,
	  RMI_FEATURE0_HASH_SHA_256_SHIFT,
	  { { 0xfa9109ef5524b843, 0x7f3be581329b3722, 0xc4b7c7689816d144, 0xe2fd6e8e6d3f2820 },
	    { 0x1744dfc24aad6731, 0x24ce6a8c41463ef0, 0x0d397fdefe72088a, 0x26b0c1fd35247c22 } } },
	{ "SHA-512",
	  RMI_HASH_SHA_512,
	  RMI_FEATURE0_HASH_SHA_512_SHIFT,
	  { { 0xdfd30803747056fd, 0x5ffd2c7449b8b3e0, 0x4cf74b3b36c51b77, 0xd3bc8417243adb84,
	      0xe52edcb6842aaea6, 0x9202112787b95a1f, 0xff63fec11cbbd8e7, 0x2bdadeda1c5b9c84 },
	    { 0x0965da70d88cf4d3, 0x832ab68827bf45e3, 0x15c7d94f7c5f35e6, 0x548207d941c0f7b5,
	      0x178085abdc2a0844, 0x8bfb16f39c331a5f, 0xa91307ae1e899d15, 0xfafcc1a03470b5ac } } },
};

/* How a value shorter than 64 bytes is padded is left open; that the bytes behind it don't count is not. */
static void sizes(void)
{
	struct vm_registers a, b, last = { { 0 } };
	struct vm vm;

	vm_start(&vm, NULL);
	for (uint64_t size = 0; size <= RSI_MEASUREMENT_SIZE; size++) {
		struct vm_registers in = { { RSI_MEASUREMENT_EXTEND, 1, size } };

		memset(&in.x[3], 0x11, RSI_MEASUREMENT_SIZE);
		vm_smc_wide(&vm, 0, &in);
		memset((uint8_t *)&in.x[3] + size, 0x22, RSI_MEASUREMENT_SIZE - size);
		in.x[1] = 2;
		vm_smc_wide(&vm, 0, &in);
		a = read_measurement(&vm, 0, 1);
		b = read_measurement(&vm, 0, 2);
		conf_check_true("RSI_MEASUREMENT_EXTEND.realm_meas",
				conf_text("%lu bytes: what is behind them does not count", size),
				same(&a, &b));
		conf_check_true("RSI_MEASUREMENT_EXTEND.realm_meas",
				conf_text("%lu bytes: the REM changed", size), !same(&a, &last));
		last = a;
	}
	a = read_measurement(&vm, 0, 3);
	b = read_measurement(&vm, 0, 4);
	conf_check_true("RSI_MEASUREMENT_EXTEND.realm_meas", "the other REMs are still zero",
			is_zero(&a, 0) && is_zero(&b, 0));
	vm_end(&vm);
}

/* Measurements are the realm's, not the REC's, nor another realm's. */
static void whose(void)
{
	struct vm_registers a, b, c, rim;
	struct vm one, two;

	vm_start(&one, NULL);
	vm_start(&two, NULL);
	rim = read_measurement(&one, 0, 0);
	b = read_measurement(&two, 0, 0);
	conf_check_true("A7.1.1", "two realms made alike have one RIM", same(&rim, &b));
	conf_check("RSI_MEASUREMENT_EXTEND", "status", extend(&one, 3, 48, 9), RSI_SUCCESS);
	a = read_measurement(&one, 0, 3);
	b = read_measurement(&two, 0, 3);
	c = read_measurement(&one, 0, 0);
	conf_check_true("RSI_MEASUREMENT_EXTEND.footprint", "REM 3 of this realm changed", !is_zero(&a, 0));
	conf_check_true("RSI_MEASUREMENT_EXTEND.footprint", "REM 3 of the other realm did not",
			is_zero(&b, 0));
	conf_check_true("IFQHFC", "the RIM of this realm did not", same(&rim, &c));
	vm_end(&two);
	vm_end(&one);
}

CONF_GROUP(rsi_measurement, .about = "RSI_MEASUREMENT_READ and EXTEND")
{
	conf_case(initial);
	conf_case(bounds);
	for (unsigned int i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		conf_case_with(known, &vectors[i]);
	conf_case(sizes);
	conf_case(whose);
}
