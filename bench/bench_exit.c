/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exits of a REC and the way back in, with nothing but the SMC and what the exit wants done on our side. Standard RMI.
 */
#include "bench.h"

#define COUNT 100U
#define DEVICE ABI_U64(0x1000) /* from the unprotected half's base: nothing is mapped there */

static struct host_rec *rec;

static void enter(void)
{
	CHECK_OK(host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa));
}

/* The realm begins a step that exits without end, as far as this is concerned. Up to its first exit. */
static struct test_realm *begin(const struct realm_options *options, uint64_t step, uint64_t a, uint64_t b)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, options);

	rec = &realm->realm.recs[0];
	/* Once around, so that its memory is there. */
	CHECK(script(realm, BENCH_CLOCK).x[0] != 0);
	enter();
	CHECK_EQ(rec->run->exit.imm, HOSTCALL_ASK);
	rec->run->enter.gprs[0] = step;
	rec->run->enter.gprs[1] = a;
	rec->run->enter.gprs[2] = b;
	enter();
	return realm;
}

static void host_call(const char *name, const struct realm_options *options, enum bench_use use)
{
	struct test_realm *realm = begin(options, BENCH_HOST_CALL, 10 * COUNT, use);

	CHECK_EQ(rec->run->exit.imm, HOSTCALL_YIELD);
	bench_row(name, MEASURE(COUNT, host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa)), COUNT, 0);
	CHECK_EQ(rec->run->exit.exit_reason, RMI_EXIT_HOST_CALL);
	CHECK_EQ(rec->run->exit.imm, HOSTCALL_YIELD);
	realm_end(realm);
}

/* The host's vectors: allowed at EL2, and a value in each of z0's bytes. */
static inline void use_sve(uint64_t byte)
{
	__asm__ volatile(".arch_extension sve\n\tdup z0.b, %w0" : : "r"(byte));
}

static uint64_t used_sve(uint64_t half)
{
	uint64_t vector[4];

	__asm__ volatile(".arch_extension sve\n\tstr z0, [%0]" : : "r"(vector) : "memory");
	return vector[half];
}

/* Both sides have vectors of 256 bits to lose, each time. */
static void host_call_both(const struct realm_options *options)
{
	const uint64_t byte = 0xa5, word = ABI_U64(0xa5a5a5a5a5a5a5a5), cptr = sysreg_read(cptr_el2);
	struct test_realm *realm;

	sysreg_write(cptr_el2, ABI_U64(0x32ff)); /* neither TZ nor TFP */
	isb();
	sysreg_write(s3_4_c1_c2_0, 1); /* ZCR_EL2: 256 bits */
	isb();
	realm = begin(options, BENCH_HOST_CALL, 10 * COUNT, BENCH_USE_SVE);
	bench_row("rec_enter_host_call_exit_sve_256_both",
		  MEASURE(COUNT, (use_sve(byte), host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa))), COUNT, 0);
	CHECK_EQ(rec->run->exit.imm, HOSTCALL_YIELD);
	CHECK_EQ(used_sve(0), word);
	CHECK_EQ(used_sve(3), word);
	realm_end(realm);
	sysreg_write(cptr_el2, cptr);
	isb();
}

static void vectors(void)
{
	const struct realm_options sve = { .flags = RMI_REALM_FLAG_SVE, .sve_vl = 1 };

	host_call("rec_enter_host_call_exit_fp", NULL, BENCH_USE_FP);
	if (host_feature(&rmm, RMI_FEATURE0_SVE_EN_SHIFT, 1) != 0) {
		host_call("rec_enter_host_call_exit_sve_256", &sve, BENCH_USE_SVE);
		host_call_both(&sve);
	}
}

static void mmio_answer(void)
{
	rec->run->enter.flags = RMI_REC_ENTER_FLAG_EMUL_MMIO;
	host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa);
}

static void mmio(const char *name, uint64_t step)
{
	const uint64_t base = ABI_U64(1) << (HOST_DEFAULT_IPA_BITS - 1);
	struct test_realm *realm = begin(NULL, step, base + DEVICE, 10 * COUNT);

	CHECK_EQ(rec->run->exit.exit_reason, RMI_EXIT_SYNC);
	CHECK_EQ(host_exit_ipa(&rec->run->exit), base + DEVICE);
	bench_row(name, MEASURE(COUNT, mmio_answer()), COUNT, 0);
	CHECK_EQ(rec->run->exit.exit_reason, RMI_EXIT_SYNC);
	CHECK_EQ(host_exit_ipa(&rec->run->exit), base + DEVICE);
	rec->run->enter.flags = 0;
	realm_end(realm);
}

/* An interrupt of ours is pending at each entry: the realm doesn't get to its first instruction. */
static void irq(void)
{
	struct test_realm *realm = begin(NULL, BENCH_HOST_CALL, 10 * COUNT, BENCH_USE_NOTHING);
	uint64_t all, own;

	own = MEASURE(COUNT, (gic_kick(cpu_id()), gic_handle()));
	all = MEASURE(COUNT,
		      (gic_kick(cpu_id()), host_rmi_rec_enter(&rmm, rec->pa, rec->run_pa), gic_handle()));
	CHECK_EQ(rec->run->exit.exit_reason, RMI_EXIT_IRQ);
	bench_row("rec_enter_irq_exit", all - own, COUNT, 0);
	realm_end(realm);
}

/* --- 1 GiB ----------------------------------------------------------------------------------------------- */

#define GIGABYTE ABI_U64(0x40000000)
#define BLOCK ABI_U64(0x200000)

/* Every entry of the 1 GiB is written; the tables are there, and `pa` is what each of them says. */
static void map(struct test_realm *realm, uint64_t base, uint64_t pa, int64_t level, uint64_t size,
		const char *name)
{
	uint64_t rd = realm->realm.rd, top, start = bench_now(), end;

	for (uint64_t at = 0; at < GIGABYTE; at += size)
		if (host_rmi_rtt_map_unprotected(&rmm, rd, base + at, level, pa | HOST_UNPROTECTED_WB_RW) !=
		    RMI_SUCCESS)
			verdict_fail("mapping 0x%lx", base + at);
	end = bench_now();
	bench_row(name, end - start, 1, 0);
	bench_row_n("rtt_map_each", size, "bytes", end - start, GIGABYTE / size);
	for (uint64_t at = 0; at < GIGABYTE; at += size)
		if (host_rmi_rtt_unmap_unprotected(&rmm, rd, base + at, level, &top) != RMI_SUCCESS)
			verdict_fail("unmapping 0x%lx", base + at);
}

/* One table's worth of a realm's own pages, as they are added when it is touched: the table and each page delegated. */
static void protected_pages(void)
{
	const uint64_t ipa = ABI_U64(0x40000000), pages = BLOCK / GRANULE_SIZE;
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, NULL);
	uint64_t start;

	CHECK_OK(host_make_tables(&realm->realm, ipa, BLOCK, 2));
	start = bench_now();
	CHECK_OK(host_populate(&realm->realm, ipa, BLOCK));
	bench_row_n("host_populate", pages, "pages_and_table", bench_now() - start, 1);
	realm_end(realm);
}

static void gigabyte(void)
{
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, NULL);
	uint64_t base = host_unprotected_base(&realm->realm), pa = memory_alloc(1), start;

	CHECK(pa != 0);
	CHECK_OK(host_make_tables(&realm->realm, base, GIGABYTE, 2));
	/* A block wants an aligned address; what is mapped there does not matter, nobody looks. */
	map(realm, base, host_align_down(pa, BLOCK), 2, BLOCK, "rtt_map_1_gib_by_blocks");
	start = bench_now();
	CHECK_OK(host_make_tables(&realm->realm, base, GIGABYTE, 3));
	bench_row("rtt_create_tables_for_1_gib", bench_now() - start, 1, 0);
	map(realm, base, pa, 3, GRANULE_SIZE, "rtt_map_1_gib_by_pages");
	realm_end(realm);
	memory_free(pa);
}

/* From REALM_CREATE, with everything that our host does for it, to the exit of the realm's first call. */
static void first_instruction(void)
{
	uint64_t start = bench_now();
	struct test_realm *realm = realm_start(REALM_PROGRAM_BENCH, NULL);

	CHECK_EQ(realm_run(realm, 0), HOST_STOP_HANDLER);
	bench_row("realm_create_to_first_call", bench_now() - start, 1, 0);
	print("BENCH realm_image %lu pages\n",
	      ((uint64_t)(realm_image_end - realm_image_begin) + GRANULE_SIZE - 1) / GRANULE_SIZE);
	realm_end(realm);
}

void bench_exit(void)
{
	vectors();
	mmio("rec_enter_mmio_read_exit", BENCH_LOAD);
	mmio("rec_enter_mmio_write_exit", BENCH_STORE);
	irq();
	first_instruction();
	protected_pages();
	gigabyte();
}
