/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SVE in realms, where the RMM offers it: the length that the host asked for, and registers of the realm's own (A3.1.3).
 */
#include "conf_vm.h"

#define CPACR_EL1 SYSREG(3, 0, 1, 0, 2)
#define CPACR_FP_SVE 0x330000
#define ZCR_EL1 SYSREG(3, 0, 1, 2, 0)
#define ID_AA64PFR0_EL1 SYSREG(3, 0, 0, 4, 0)

#define MAX_BYTES 256 /* of a vector register */

/* z0-z31, p0-p15 and FFR, as CONFORM_SVE_LOAD wants them. */
#define REGISTERS(vl) ((vl)*32 + (vl) / 8 * 17)

static uint8_t in[2][REGISTERS(MAX_BYTES)], out[REGISTERS(MAX_BYTES) + 8];

static bool offered(void)
{
	if (host_feature(&rmm, RMI_FEATURE0_SVE_EN_SHIFT, 1) != 0)
		return true;
	conf_skip("IKJVLJ", "SVE is not offered");
	return false;
}

static unsigned int max_sve_vl(void)
{
	return host_feature(&rmm, RMI_FEATURE0_SVE_VL_SHIFT, RMI_FEATURE0_SVE_VL_WIDTH);
}

static void start(struct vm *vm, unsigned int sve_vl)
{
	vm_start(vm, &(struct vm_options){ .flags = RMI_REALM_FLAG_SVE, .sve_vl = sve_vl });
	vm_write(vm, 0, CPACR_EL1, CPACR_FP_SVE);
	conf_check("IZJSMJ", "ZCR_EL1 in a realm with SVE: fault", vm_write(vm, 0, ZCR_EL1, 0xf), 0);
}

static uint64_t length(struct vm *vm)
{
	uint64_t r[6];

	vm_do(vm, 0, r, CONFORM_SVE, CONFORM_SVE_LENGTH, 0);
	conf_check("IZJSMJ", "RDVL in a realm with SVE: fault", r[1], 0);
	return r[0];
}

/* --- Length ----------------------------------------------------------------------------------------------- */

static void lengths(void)
{
	for (unsigned int sve_vl = 0; sve_vl <= max_sve_vl(); sve_vl++) {
		struct vm vm;
		uint64_t vl;

		start(&vm, sve_vl);
		conf_check("RJGHYJ", "ID_AA64PFR0_EL1.SVE",
			   vm_read(&vm, 0, ID_AA64PFR0_EL1).value >> 32 & 0xf, 1);
		vl = length(&vm);
		/* A CPU may lack lengths that are not powers of two. */
		conf_check_true("IVNLNH", conf_text("sve_vl %u: %lu bytes with ZCR_EL1.LEN 15", sve_vl, vl),
				vl <= (sve_vl + 1) * 16 &&
					(vl == (sve_vl + 1) * 16 || (sve_vl & (sve_vl + 1)) != 0));
		vm_write(&vm, 0, ZCR_EL1, 0);
		conf_check("IVNLNH", conf_text("sve_vl %u: bytes with ZCR_EL1.LEN 0", sve_vl), length(&vm),
			   16);
		conf_check("GYKRWG", "ZCR_EL1", vm_read(&vm, 0, ZCR_EL1).value, 0);
		vm_end(&vm);
	}
}

/* Longer than there is: not cut, refused. */
static void too_long(void)
{
	struct host_realm_config config = {
		.name = "vm",
		.flags = RMI_REALM_FLAG_SVE,
		.sve_vl = max_sve_vl() + 1,
		.ram_base = REALM_IMAGE_IPA,
		.ram_size = VM_RAM_SIZE,
	};
	static struct host_realm realm;

	if (max_sve_vl() == 15) {
		conf_skip("RFZZDS", "the longest length that there can be is offered");
		return;
	}
	conf_check_status("RFZZDS", conf_text("sve_vl %u", max_sve_vl() + 1),
			  host_realm_create(&rmm, &realm, &config), RMI_ERROR_INPUT);
}

/* --- Registers -------------------------------------------------------------------------------------------- */

static uint64_t buffer(const struct vm *vm)
{
	return vm_ram(vm) + 0x40000;
}

/* Any pattern will do for Z and P, but FFR is to be a run of ones from the bottom. */
static void fill(uint8_t *bytes, uint64_t vl, unsigned int seed)
{
	for (unsigned int i = 0; i < REGISTERS(vl); i++)
		bytes[i] = (uint8_t)(i * 13 + seed * 7 + (i >> 8));
	memset(&bytes[vl * 32 + vl / 8 * 16], 0, vl / 8);
	bytes[vl * 32 + vl / 8 * 16] = 0x11;
}

static void load(struct vm *vm, const uint8_t *bytes, uint64_t vl)
{
	uint64_t r[6];

	vm_copy_in(vm, buffer(vm), bytes, (REGISTERS(vl) + 7) & ~UINT64_C(7));
	vm_do(vm, 0, r, CONFORM_SVE, CONFORM_SVE_LOAD, buffer(vm));
	conf_check("GXRMHP", "registers loaded: fault", r[1], 0);
	vm_do(vm, 0, r, SCRIPT_FILL, buffer(vm), 3 * GRANULE_SIZE, 9);
}

static void check(struct vm *vm, const uint8_t *bytes, uint64_t vl, const char *what)
{
	unsigned int changed = 0;
	uint64_t r[6];

	vm_do(vm, 0, r, CONFORM_SVE, CONFORM_SVE_STORE, buffer(vm));
	vm_copy_out(vm, out, buffer(vm), (REGISTERS(vl) + 7) & ~UINT64_C(7));
	for (unsigned int i = 0; i < REGISTERS(vl); i++)
		changed += out[i] != bytes[i];
	conf_check("GXRMHP", conf_text("%s: bytes of z0-z31, p0-p15, FFR that changed", what), changed, 0);
}

/* The host's own, as long as they come. */
static void host_fill(uint64_t *vl)
{
	sysreg_write(cptr_el2, UINT64_C(0x32ff));
	isb();
	sysreg_write(s3_4_c1_c2_0, UINT64_C(0xf)); /* ZCR_EL2 */
	isb();
	fill(in[1], MAX_BYTES, 77);
	__asm__ volatile(
		".arch_extension sve\n\trdvl %0, #1\n\tldr z0, [%1]\n\tldr z15, [%2]\n\tldr z31, [%3]\n\t"
		"ptrue p3.h\n\tptrue p0.d\n\twrffr p0.b"
		: "=&r"(*vl)
		: "r"(&in[1][0]), "r"(&in[1][MAX_BYTES]), "r"(&in[1][2 * MAX_BYTES])
		: "memory");
}

static void host_check(uint64_t vl)
{
	static const unsigned int at[] = { 0, MAX_BYTES, 2 * MAX_BYTES };
	uint64_t predicate[4] = { 0 }, ffr[4] = { 0 };
	unsigned int changed = 0;

	__asm__ volatile(
		".arch_extension sve\n\tstr z0, [%0]\n\tstr z15, [%1]\n\tstr z31, [%2]\n\tstr p3, [%3]\n\t"
		"rdffr p0.b\n\tstr p0, [%4]"
		:
		: "r"(&out[at[0]]), "r"(&out[at[1]]), "r"(&out[at[2]]), "r"(predicate), "r"(ffr)
		: "memory");
	for (unsigned int i = 0; i < 3; i++)
		for (unsigned int n = 0; n < vl; n++)
			changed += out[at[i] + n] != in[1][at[i] + n];
	conf_check("IRTRYT", "bytes of the host's z0, z15, z31 that changed (SMCCC)", changed, 0);
	conf_check("IRTRYT", "the host's p3, low half", predicate[0] & 0xffff, 0x5555);
	conf_check("IRTRYT", "the host's FFR, low half", ffr[0] & 0xffff, 0x0101);
}

static void whose(void)
{
	uint64_t long_vl, host_vl, r[6];
	static uint8_t other[REGISTERS(MAX_BYTES)];
	struct vm a, b, plain;

	start(&a, 0);
	start(&b, max_sve_vl());
	vm_start(&plain, NULL);
	long_vl = length(&b);
	fill(in[0], 16, 1);
	fill(other, long_vl, 2);
	host_fill(&host_vl);
	load(&a, in[0], 16);
	load(&b, other, long_vl);
	vm_do(&plain, 0, r, SCRIPT_FP_LOAD, 3);
	vm_smc(&b, 0, RSI_MEASUREMENT_EXTEND, 1, 64, 1);
	check(&a, in[0], 16, "a realm of the shortest length");
	check(&b, other, long_vl, "a realm of the longest length");
	check(&a, in[0], 16, "the first one again");
	vm_do(&plain, 0, r, SCRIPT_FP_CHECK, 3);
	conf_check("GXRMHP", "halves of q0-q31 that changed in a realm without SVE", r[0], 0);
	host_check(host_vl < MAX_BYTES ? host_vl : MAX_BYTES);
	vm_end(&plain);
	vm_end(&b);
	vm_end(&a);
}

CONF_GROUP(sve, .about = "SVE in realms")
{
	if (!offered()) {
		conf_check("RVHFHD", "RmiFeatureRegister0.SVE_VL where SVE is not offered", max_sve_vl(), 0);
		return;
	}
	conf_case(lengths);
	conf_case(too_long);
	conf_case(whose);
}
