/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A realm's configuration on the console (describe.h).
 */
#include "describe.h"

#include "console.h"

static void describe_flags(uint64_t flags)
{
	static const char *const names[8] = {
		"none", "lpa2", "sve", "lpa2,sve", "pmu", "lpa2,pmu", "sve,pmu", "lpa2,sve,pmu",
	};

	_Static_assert(RMI_REALM_FLAG_LPA2 == 1 && RMI_REALM_FLAG_SVE == 2 && RMI_REALM_FLAG_PMU == 4, "");
	print("DESCRIPTION flags %s\n", names[flags & 7]);
}

static void describe_pieces(const struct host_realm_config *config, const char *const *files)
{
	unsigned int n = 0;

	if (config->image_size != 0)
		print("DESCRIPTION image %s\n", files[n++]);
	for (; n < host_piece_count(config); n++) {
		struct host_piece piece = host_piece(config, n);

		print("DESCRIPTION load%s %s@0x%lx\n", piece.unmeasured ? "-unmeasured" : "", files[n],
		      piece.ipa);
	}
}

void describe(const struct host_realm_config *config, const char *const *files)
{
	print("DESCRIPTION hash %s\n", config->hash_algo == RMI_HASH_SHA_256 ? "sha-256" : "sha-512");
	describe_flags(config->flags);
	print("DESCRIPTION ipa-bits %u\n", config->ipa_bits);
	print("DESCRIPTION sve-vl %u\n", config->sve_vl);
	print("DESCRIPTION pmu-num-ctrs %u\n", config->pmu_num_ctrs);
	print("DESCRIPTION num-bps %u\n", config->num_bps);
	print("DESCRIPTION num-wps %u\n", config->num_wps);
	print("DESCRIPTION ram-base 0x%lx\n", config->ram_base);
	print("DESCRIPTION ram-size 0x%lx\n", config->ram_size);
	for (unsigned int i = 0; i < config->more_ram_count; i++)
		print("DESCRIPTION ram 0x%lx+0x%lx\n", config->more_ram[i].base, config->more_ram[i].size);
	print("DESCRIPTION entry 0x%lx\n", config->entry);
	for (unsigned int i = 0; i < 8; i++)
		print("DESCRIPTION x%u 0x%lx\n", i, config->gprs[i]);
	describe_pieces(config, files);
}
