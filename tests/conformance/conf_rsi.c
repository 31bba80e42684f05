/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_VERSION, RSI_FEATURES, RSI_REALM_CONFIG; ids that are no call; registers that are no outputs (B1.1, B1.2, B2,
 * B5.3). Measurements, RIPAS, tokens and host calls have files of their own.
 */
#include "conf_vm.h"

#define MAJOR(version) ((version) >> 16)

/* --- Versions --------------------------------------------------------------------------------------------- */

static void version(void)
{
	struct vm vm;
	struct vm_smc s;

	vm_start(&vm, NULL);
	s = vm_smc(&vm, 0, RSI_VERSION, RSI_ABI_VERSION);
	conf_check("B5.3.10", "1.0 asked for: status", s.x[0], RSI_SUCCESS);
	conf_check("B5.3.10", "1.0 asked for: lower revision", s.x[1], RSI_ABI_VERSION);
	conf_check_true("B5.3.10", conf_text("1.0 asked for: higher revision, 0x%lx", s.x[2]),
			s.x[2] >= RSI_ABI_VERSION);
	for (unsigned int i = 0; i < 2; i++) {
		/* Of a major number that there is not yet. */
		uint64_t asked = (MAJOR(s.x[2]) + 1) << 16 | i, higher = s.x[2];
		struct vm_smc n = vm_smc(&vm, 0, RSI_VERSION, asked);

		conf_check("B5.3.10", conf_text("0x%lx asked for: status", asked), n.x[0], RSI_ERROR_INPUT);
		conf_check("B5.3.10", conf_text("0x%lx asked for: lower revision", asked), n.x[1], higher);
		conf_check("B5.3.10", conf_text("0x%lx asked for: higher revision", asked), n.x[2], higher);
	}
	for (unsigned int i = 0; i < 2; i++) {
		struct vm_smc n = vm_smc(&vm, 0, RSI_VERSION, i * 9);

		conf_check("B5.3.10", conf_text("0.%u asked for: status", i * 9), n.x[0], RSI_ERROR_INPUT);
		conf_check("B5.3.10", conf_text("0.%u asked for: lower revision", i * 9), n.x[1], n.x[2]);
	}
	vm_end(&vm);
}

static void features(void)
{
	static const uint64_t indexes[] = { 0, 1, 2, 100, UINT32_MAX, UINT64_MAX };
	struct vm vm;

	vm_start(&vm, NULL);
	for (unsigned int i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
		struct vm_smc s = vm_smc(&vm, 0, RSI_FEATURES, indexes[i]);

		conf_check("B5.3.3", conf_text("index 0x%lx: status", indexes[i]), s.x[0], RSI_SUCCESS);
		conf_check("B5.3.3", conf_text("index 0x%lx: value", indexes[i]), s.x[1], 0);
	}
	vm_end(&vm);
}

/* --- REALM_CONFIG ----------------------------------------------------------------------------------------- */

static struct rsi_realm_config config;

/* The page is full of rubbish before. */
static void check_config(struct vm *vm, uint8_t hash_algo, uint8_t rpv)
{
	uint64_t ipa = vm_ram(vm) + 0x4000, r[6];
	unsigned int wrong = 0, rubbish = 0;
	const uint8_t *byte = (const uint8_t *)&config;

	vm_do(vm, 0, r, SCRIPT_FILL, ipa, GRANULE_SIZE, 77);
	conf_check("RSI_REALM_CONFIG", "status", vm_smc(vm, 0, RSI_REALM_CONFIG, ipa).x[0], RSI_SUCCESS);
	vm_copy_out(vm, &config, ipa, sizeof(config));
	conf_check("RSI_REALM_CONFIG", "ipa_width", config.ipa_width, vm->realm->ipa_bits);
	conf_check("RSI_REALM_CONFIG", "hash_algo", config.hash_algo, hash_algo);
	for (unsigned int i = 0; i < sizeof(config.rpv); i++)
		wrong += config.rpv[i] != (uint8_t)(rpv + i);
	conf_check("IMFRXD", "bytes of the RPV that are not the host's", wrong, 0);
	for (unsigned int i = 0; i < sizeof(config); i++)
		rubbish += (i < 0x9 ? 0 : byte[i] != 0) && (i < 0x200 || i >= 0x240);
	conf_check("B5.4.5", "bytes between the fields that are not zero (MBZ)", rubbish, 0);
}

static void realm_config(void)
{
	static const struct vm_options all[] = {
		{ .hash_algo = RMI_HASH_SHA_256, .rpv = 1 },
		{ .hash_algo = RMI_HASH_SHA_512, .rpv = 99 },
		{ .hash_algo = RMI_HASH_SHA_256, .rpv = 200, .ipa_bits = 34 },
	};

	for (unsigned int i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		unsigned int shift = all[i].hash_algo == RMI_HASH_SHA_512 ? RMI_FEATURE0_HASH_SHA_512_SHIFT
									  : RMI_FEATURE0_HASH_SHA_256_SHIFT;
		struct vm vm;

		if (host_feature(&rmm, shift, 1) == 0) {
			conf_skip("RSI_REALM_CONFIG", "a hash algorithm that is not offered");
			continue;
		}
		vm_start(&vm, &all[i]);
		check_config(&vm, (uint8_t)all[i].hash_algo, all[i].rpv);
		vm_end(&vm);
	}
}

static void realm_config_errors(void)
{
	struct vm vm;
	uint64_t ipa;

	vm_start(&vm, NULL);
	ipa = vm_ram(&vm) + 0x4000;
	for (unsigned int offset = 1; offset < GRANULE_SIZE; offset *= 2)
		conf_check("RSI_REALM_CONFIG.addr_align", conf_text("offset %u", offset),
			   vm_smc(&vm, 0, RSI_REALM_CONFIG, ipa + offset).x[0], RSI_ERROR_INPUT);
	conf_check("RSI_REALM_CONFIG.addr_bound", "first unprotected page, mapped",
		   vm_smc(&vm, 0, RSI_REALM_CONFIG, vm_shared(&vm)).x[0], RSI_ERROR_INPUT);
	conf_check("RSI_REALM_CONFIG.addr_bound", "last page of the IPA space",
		   vm_smc(&vm, 0, RSI_REALM_CONFIG, 2 * vm_unprotected(&vm) - GRANULE_SIZE).x[0],
		   RSI_ERROR_INPUT);
	conf_check("RSI_REALM_CONFIG.addr_bound", "outside the IPA space",
		   vm_smc(&vm, 0, RSI_REALM_CONFIG, 2 * vm_unprotected(&vm)).x[0], RSI_ERROR_INPUT);
	conf_check("RSI_REALM_CONFIG.addr_bound", "the last granule of 64 bits",
		   vm_smc(&vm, 0, RSI_REALM_CONFIG, -(uint64_t)GRANULE_SIZE).x[0], RSI_ERROR_INPUT);
	vm_end(&vm);
}

/* The page is not there: the host supplies it, and the call is made then. */
static void realm_config_missing(void)
{
	struct host_rmi_rtt_entry entry = { 0 };
	struct vm vm;
	uint64_t ipa, r[6];

	vm_start(&vm, NULL);
	ipa = vm_hole(&vm) + 0x8000;
	conf_expect_ok("RMI_RTT_READ_ENTRY", "an IPA",
		       host_rmi_rtt_read_entry(&rmm, vm.realm->rd, ipa, 3, &entry));
	vm_begin(&vm, 0, SCRIPT_SMC, RSI_REALM_CONFIG, ipa);
	vm_record(&vm, 0, "RRYVFL", "structure at RIPAS RAM, UNASSIGNED",
		  &(struct rmi_rec_exit){
			  .exit_reason = RMI_EXIT_SYNC,
			  .esr = (uint64_t)EC_DATA_ABORT_LOWER << 26 | 0x4 | (uint64_t)entry.level,
			  .hpfar = ipa >> 12 << 4,
		  });
	conf_expect_ok("set-up", "a page", host_populate(vm.realm, ipa, GRANULE_SIZE));
	vm_finish(&vm, 0, r);
	conf_check("RSI_REALM_CONFIG", "with the page there: status", r[0], RSI_SUCCESS);
	vm_copy_out(&vm, &config, ipa, sizeof(config));
	conf_check("RSI_REALM_CONFIG", "with the page there: ipa_width", config.ipa_width,
		   vm.realm->ipa_bits);
	vm_end(&vm);
}

/* --- Registers -------------------------------------------------------------------------------------------- */

struct call {
	const char *name;
	uint64_t x[6];
	unsigned int outputs; /* x0 ... */
};

/*
 * RKBWJD has registers that are no outputs read zero, SMCCC has them preserved; what neither allows is a third value. From
 * x18 on they are the caller's (SMCCC).
 */
static void check_registers(struct vm *vm, const struct call *c)
{
	struct vm_registers in, out;
	unsigned int neither = 0, lost = 0;

	for (unsigned int i = 0; i < 31; i++)
		in.x[i] = UINT64_C(0xabcd000000000001) * (i + 1);
	for (unsigned int i = 0; i < 6; i++)
		if (i == 0 || c->x[i] != 0)
			in.x[i] = c->x[i];
	out = vm_smc_wide(vm, 0, &in);
	for (unsigned int i = c->outputs; i < 18; i++)
		neither += out.x[i] != 0 && out.x[i] != in.x[i];
	for (unsigned int i = 18; i < 31; i++)
		lost += out.x[i] != in.x[i];
	conf_check("RKBWJD", conf_text("%s: registers to x17 that are neither zero nor as before", c->name),
		   neither, 0);
	conf_check("IRTRYT", conf_text("%s: registers from x18 on that changed", c->name), lost, 0);
}

static void registers(void)
{
	struct vm vm;

	vm_start(&vm, NULL);
	{
		const struct call calls[] = {
			{ "RSI_VERSION", { RSI_VERSION, RSI_ABI_VERSION }, 3 },
			{ "RSI_VERSION of 9.9", { RSI_VERSION, 0x90009 }, 3 },
			{ "RSI_FEATURES", { RSI_FEATURES }, 2 },
			{ "RSI_MEASUREMENT_READ", { RSI_MEASUREMENT_READ, 1 }, 9 },
			{ "RSI_MEASUREMENT_EXTEND", { RSI_MEASUREMENT_EXTEND, 1, 64 }, 1 },
			{ "RSI_REALM_CONFIG", { RSI_REALM_CONFIG, vm_ram(&vm) }, 1 },
			{ "RSI_IPA_STATE_GET",
			  { RSI_IPA_STATE_GET, vm_ram(&vm), vm_ram(&vm) + GRANULE_SIZE },
			  3 },
			{ "RSI_REALM_CONFIG, refused", { RSI_REALM_CONFIG, 1 }, 1 },
			{ "an unknown id", { 0xc40001af }, 1 },
		};

		for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
			check_registers(&vm, &calls[i]);
	}
	vm_end(&vm);
}

/* --- Ids that are no call --------------------------------------------------------------------------------- */

static void unknown(void)
{
	static const uint64_t ids[] = {
		/* The RMI is for the host. */
		RMI_VERSION,
		RMI_GRANULE_DELEGATE,
		RMI_GRANULE_UNDELEGATE,
		RMI_DATA_CREATE,
		RMI_REALM_ACTIVATE,
		RMI_REALM_CREATE,
		RMI_REALM_DESTROY,
		RMI_REC_CREATE,
		RMI_REC_ENTER,
		RMI_RTT_CREATE,
		RMI_PSCI_COMPLETE,
		RMI_FEATURES,
		RMI_RTT_SET_RIPAS,
		/* EL3's interface for the RMM, and the answer of the RMM to EL3. */
		0xc40001b0,
		0xc40001b1,
		0xc40001b2,
		0xc40001cf,
		0xc400018f,
		/* Next to RSI, as SMC32, as a yielding call, as HVC ids, of other owners. */
		0xc400019a,
		0xc40001af,
		0x84000190,
		0x44000190,
		0x04000190,
		0x86000000,
		0xc6000000,
		0xbf00ff01,
		0x8400ff01,
		0xc3000000,
		0xffffffff,
		0,
	};
	struct vm vm;

	vm_start(&vm, NULL);
	for (unsigned int i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		conf_check("RYLFMD", conf_text("SMC 0x%lx", ids[i]),
			   vm_smc(&vm, 0, ids[i], 0x60000000, vm.realm->rd).x[0], SMCCC_NOT_SUPPORTED);
	vm_end(&vm);
}

/* What is wanted depends on what the CPU has, offered to realms or not. */
static void smccc(void)
{
	bool sve = (sysreg_read(id_aa64pfr0_el1) >> 32 & 0xf) != 0;
	bool sme = (sysreg_read(id_aa64pfr1_el1) >> 24 & 0xf) != 0;
	struct vm vm;
	int64_t version;

	vm_start(&vm, NULL);
	version = (int64_t)vm_smc(&vm, 0, SMCCC_VERSION).x[0];
	conf_check_true("RNNFPH", conf_text("SMCCC_VERSION, 0x%lx, is 1.2 or more", version),
			version >= SMCCC_VERSION_1_2);
	if (sve)
		conf_check_true("RVXJJQ",
				conf_text("SMCCC_VERSION, 0x%lx, is 1.3 or more on a CPU with SVE", version),
				version >= SMCCC_VERSION_1_3);
	if (sme)
		conf_check_true("RJNVJQ",
				conf_text("SMCCC_VERSION, 0x%lx, is 1.4 or more on a CPU with SME", version),
				version >= SMCCC_VERSION_1_4);
	if (version >= SMCCC_VERSION_1_3) {
		conf_check("XKCMSY", "RSI_VERSION with the SVE hint in its id",
			   vm_smc(&vm, 0, RSI_VERSION | SMCCC_SVE_HINT, RSI_ABI_VERSION).x[0], RSI_SUCCESS);
		conf_check_true("XKCMSY", "PSCI_VERSION with the SVE hint in its id",
				(int64_t)vm_smc(&vm, 0, PSCI_VERSION | SMCCC_SVE_HINT).x[0] >=
					PSCI_VERSION_1_1);
	}
	vm_end(&vm);
}

CONF_GROUP(rsi, .about = "RSI_VERSION, FEATURES, REALM_CONFIG, unused ids and registers")
{
	conf_case(version);
	conf_case(features);
	conf_case(realm_config);
	conf_case(realm_config_errors);
	conf_case(realm_config_missing);
	conf_case(registers);
	conf_case(unknown);
	conf_case(smccc);
}
