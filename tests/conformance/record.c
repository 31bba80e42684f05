/* SPDX-License-Identifier: BSD-3-Clause */
#include "record.h"

#include "board/console.h"
#include "board/rmm.h"

static struct host_ops recording;
static const struct host_ops *before;
static uint64_t commands, digest;

/* FNV-1a, a word at a time. */
static void add(uint64_t word)
{
	digest = (digest ^ word) * ABI_U64(0x100000001b3);
}

static bool is_time(size_t offset)
{
	return offset == offsetof(struct rmi_rec_exit, cntp_cval) ||
	       offset == offsetof(struct rmi_rec_exit, cntv_cval);
}

/* But for what the realm wrote to its timers: it takes the time from the counter. */
static void add_exit(const struct rmi_rec_run *run)
{
	const uint64_t *word = (const uint64_t *)(const void *)&run->exit;

	for (size_t i = 0; i < sizeof(run->exit) / sizeof(*word); i++)
		if (!is_time(i * sizeof(*word)))
			add(word[i]);
}

static void smc_recorded(void *context, struct host_rmi_regs *regs)
{
	uint64_t fid = regs->x[0], run = regs->x[2];

	before->smc(context, regs);
	commands++;
	add(fid);
	for (unsigned int i = 0; i <= 4; i++)
		add(regs->x[i]);
	if (fid == RMI_REC_ENTER && regs->x[0] == RMI_SUCCESS)
		add_exit((const struct rmi_rec_run *)(uintptr_t)run);
}

void conf_record_begin(void)
{
	before = rmm.ops;
	recording = *before;
	recording.smc = smc_recorded;
	digest = ABI_U64(0xcbf29ce484222325);
	rmm.ops = &recording;
}

void conf_record_end(const char *group)
{
	print("CALLS %s: %lu commands, answers 0x%lx\n", group, commands, digest);
}
