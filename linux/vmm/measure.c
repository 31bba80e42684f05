/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `caec-vmm measure`: the Realm Initial Measurement of a realm, before there is one (docs/measurement.md).
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "measured.h"
#include "run.h"

static const char *hash_name(const struct config *config)
{
	return config->hash == RMI_HASH_SHA_512 ? "sha-512" : "sha-256";
}

/* --- For caec-measure ------------------------------------------------------------------------------------ */

static bool cannot_write(const char *path, struct fault *fault)
{
	return fault_set(fault, VMM_FAILURE, "cannot write '%.300s': %s", path, strerror(errno));
}

static bool save_tree(const struct boot *boot, const char *path, struct fault *fault)
{
	FILE *file = fopen(path, "wb");
	bool ok;

	if (file == NULL)
		return cannot_write(path, fault);
	ok = fwrite(boot->dtb, 1, boot->dtb_size, file) == boot->dtb_size;
	return (fclose(file) == 0 && ok) || cannot_write(path, fault);
}

static void describe_load(FILE *file, const char *path, const struct host_piece *piece)
{
	char absolute[PATH_MAX];

	fprintf(file, "load %s@0x%llx\n", realpath(path, absolute) != NULL ? absolute : path,
		(unsigned long long)piece->ipa);
}

static void describe(FILE *file, const struct boot *boot, const struct config *config)
{
	const struct host_realm_config *realm = &boot->realm;

	fprintf(file, "hash %s\nipa-bits %u\nnum-bps %u\nnum-wps %u\n", hash_name(config), realm->ipa_bits,
		realm->num_bps, realm->num_wps);
	fprintf(file, "ram-base 0x%llx\nram-size 0x%llx\nentry 0x%llx\nx0 0x%llx\n",
		(unsigned long long)realm->ram_base, (unsigned long long)realm->ram_size,
		(unsigned long long)realm->entry, (unsigned long long)realm->gprs[0]);
	describe_load(file, config->kernel, &boot->pieces[0]);
	if (config->initrd != NULL)
		describe_load(file, config->initrd, &boot->pieces[1]);
	fprintf(file, "load tree@0x%llx\n", (unsigned long long)boot->pieces[realm->piece_count - 1].ipa);
}

static bool save_description(const struct boot *boot, const struct config *config, const char *path,
			     struct fault *fault)
{
	FILE *file = fopen(path, "w");
	bool ok;

	if (file == NULL)
		return cannot_write(path, fault);
	describe(file, boot, config);
	ok = ferror(file) == 0;
	return (fclose(file) == 0 && ok) || cannot_write(path, fault);
}

static bool save_all(const struct boot *boot, const struct config *config, const char *folder,
		     struct fault *fault)
{
	char tree[PATH_MAX], description[PATH_MAX];

	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		return cannot_write(folder, fault);
	snprintf(tree, sizeof(tree), "%s/tree", folder);
	snprintf(description, sizeof(description), "%s/description", folder);
	return save_tree(boot, tree, fault) && save_description(boot, config, description, fault);
}

/* --- The measurement ------------------------------------------------------------------------------------- */

bool measured_as_expected(const struct rim *rim, const struct config *config, struct fault *fault)
{
	char is[2 * RIM_MAX_SIZE + 1];

	if (config->rim_size == 0)
		return true;
	if (rim->size == config->rim_size && memcmp(rim->value, config->rim, rim->size) == 0)
		return true;
	measured_text(rim, is);
	return fault_set(fault, VMM_POLICY,
			 "the realm's measurement would be %s, which is not what is expected", is);
}

void measured_text(const struct rim *rim, char text[2 * RIM_MAX_SIZE + 1])
{
	for (size_t i = 0; i < rim->size; i++)
		snprintf(text + 2 * i, 3, "%02x", rim->value[i]);
}

static int print(const struct rim *rim, const struct config *config, bool json)
{
	char text[2 * RIM_MAX_SIZE + 1];

	measured_text(rim, text);
	if (json)
		printf("{\"rim\": \"%s\", \"hash\": \"%s\", \"extensions\": %llu}\n", text, hash_name(config),
		       (unsigned long long)rim->extensions);
	else
		puts(text);
	return fflush(stdout) != 0 ? VMM_FAILURE : VMM_OK;
}

int run_measure(const struct config *config, bool json, const char *save)
{
	static struct boot boot;
	struct fault fault = { VMM_OK, "" };
	int status = VMM_OK;
	struct rim rim = { .size = 0 };
	bool ok = boot_make(&boot, config, &fault);

	if (boot.realm.num_bps == 0)
		boot.realm.num_bps = RIM_DEFAULT_NUM_BPS;
	if (boot.realm.num_wps == 0)
		boot.realm.num_wps = RIM_DEFAULT_NUM_WPS;
	if (ok)
		rim = rim_compute(&boot.realm, NULL);
	ok = ok && measured_as_expected(&rim, config, &fault) &&
	     (save == NULL || save_all(&boot, config, save, &fault));
	if (ok)
		status = print(&rim, config, json);
	boot_free(&boot);
	return ok ? status : fault_report(&fault);
}
