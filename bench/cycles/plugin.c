/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The plug-in of QEMU: hands each instruction and each access to count.c. For a machine whose vCPUs take turns (-icount).
 *
 *   -plugin caec-cycles.so,out=FILE,space=NAME:FIRST:LAST,...    addresses in hexadecimal
 *
 * Until the first mark is executed only marks are looked at, so that a system boots in its usual time.
 */
#include <stdlib.h>
#include <string.h>

#include "count.h"
#include "qemu_plugin.h"

#define EXPORTED __attribute__((visibility("default")))

EXPORTED extern const int qemu_plugin_version;
const int qemu_plugin_version = QEMU_PLUGIN_API;
EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv);

/* docs/evaluation.md states them. */
static const struct sizes sizes = {
	.l1 = UINT64_C(64) << 10,
	.l1_ways = 4,
	.l2 = UINT64_C(1) << 20,
	.l2_ways = 8,
	.llc = UINT64_C(32) << 20,
	.llc_ways = 16,
};
static struct counter counter;
static qemu_plugin_id_t self;
static bool counting;

/* What is known when an instruction is translated fits in a pointer: bits 55 to 63 of an address are the same. */
#define KIND_SHIFT 56

static void *pack(unsigned int kind, uint64_t address)
{
	uint64_t low = address & ((UINT64_C(1) << KIND_SHIFT) - 1);

	return (void *)(uintptr_t)(low | (uint64_t)kind << KIND_SHIFT);
}

static uint64_t address_of(uint64_t packed)
{
	return (uint64_t)((int64_t)(packed << 8) >> 8);
}

static qemu_plugin_tb_trans_cb translated;

static void begin(qemu_plugin_id_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
}

static void executed(unsigned int vcpu, void *data)
{
	uint64_t packed = (uintptr_t)data;

	counter_instruction(&counter, vcpu, (unsigned int)(packed >> KIND_SHIFT), address_of(packed));
	if (counting || packed >> KIND_SHIFT < FIRST_MARK)
		return;
	counting = true;
	qemu_plugin_reset(self, begin); /* all is translated anew */
}

static void accessed(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
	struct qemu_plugin_hwaddr *physical = qemu_plugin_get_hwaddr(info, address);

	(void)data;
	if (physical != NULL && !qemu_plugin_hwaddr_is_io(physical))
		counter_access(&counter, vcpu, qemu_plugin_hwaddr_phys_addr(physical),
			       1U << qemu_plugin_mem_size_shift(info), qemu_plugin_mem_is_store(info));
}

static void instruction(struct qemu_plugin_insn *insn)
{
	uint32_t word = 0;
	unsigned int kind;

	(void)qemu_plugin_insn_data(insn, &word, sizeof(word));
	kind = decode(word);
	if (!counting && kind < FIRST_MARK)
		return;
	qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, QEMU_PLUGIN_CB_NO_REGS,
					       pack(kind, qemu_plugin_insn_vaddr(insn)));
	if (counting)
		qemu_plugin_register_vcpu_mem_cb(insn, accessed, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW,
						 NULL);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < count; i++)
		instruction(qemu_plugin_tb_get_insn(tb, i));
}

/* NAME:FIRST:LAST. The name is for who reads the command line: counts are told by order. */
static bool take_space(const char *text)
{
	const char *first = strchr(text, ':'), *last = first == NULL ? NULL : strchr(first + 1, ':');

	return last != NULL &&
	       counter_space(&counter, strtoull(first + 1, NULL, 16), strtoull(last + 1, NULL, 16));
}

static int refuse(const char *what)
{
	fprintf(stderr, "caec-cycles: %s; out=FILE,space=NAME:FIRST:LAST,...\n", what);
	return -1;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
	FILE *out = NULL;

	if (strcmp(info->target_name, "aarch64") != 0 || !info->system_emulation)
		return refuse("this is not a machine of AArch64");
	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], "out=", 4) == 0)
			out = fopen(argv[i] + 4, "w");
	if (out == NULL)
		return refuse("no file to write");
	counter_begin(&counter, &sizes, out);
	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], "space=", 6) == 0 && !take_space(argv[i] + 6))
			return refuse(argv[i]);
	self = id;
	begin(id);
	return 0;
}
