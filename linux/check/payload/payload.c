/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm of host-check (payload.h). MMU off, interrupts masked: WFI ends all the same, and the GIC is asked.
 */
#include "payload.h"

#include <caec/psci.h>

#include "realm/lib/csm.h"
#include "realm/lib/rsi.h"
#include "realm/lib/smc.h"

#define SYSREG_READ(name)                                                    \
	({                                                                   \
		uint64_t value_;                                             \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)::"memory"); \
		value_;                                                      \
	})
#define SYSREG_WRITE(name, value) \
	__asm__ volatile("msr " #name ", %0\n\tisb" ::"r"((uint64_t)(value)) : "memory")

#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define READ(name) SYSREG_READ(name)
#define WRITE(name, value) SYSREG_WRITE(name, value)

#define SPURIOUS 1020
#define BLOCK 0x200000UL

static void write64(uint64_t address, uint64_t value)
{
	__asm__ volatile("str %x0, [%1]" ::"r"(value), "r"(address) : "memory");
}

static uint64_t read64(uint64_t address)
{
	uint64_t value;

	__asm__ volatile("ldr %x0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static void write32(uint64_t address, uint32_t value)
{
	__asm__ volatile("str %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

static uint32_t read32(uint64_t address)
{
	uint32_t value;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static void tell(uint64_t value)
{
	write64(PAYLOAD_DEVICE + PAYLOAD_OUT, value);
}

static uint64_t ask(void)
{
	return read64(PAYLOAD_DEVICE + PAYLOAD_IN);
}

static void wfi(void)
{
	__asm__ volatile("dsb sy\n\twfi" ::: "memory");
}

static void psci(uint64_t function)
{
	smc_call(function, 0, 0, 0, 0, 0);
}

/* --- Devices ----------------------------------------------------------------------------------------------- */

static void do_mmio(void)
{
	uint64_t address = PAYLOAD_DEVICE + PAYLOAD_IN, value;

	__asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	tell(value);
	__asm__ volatile("ldrh %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	tell(value);
	__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	tell(value);
	tell(read64(address));
	__asm__ volatile("ldrsb %x0, [%1]" : "=r"(value) : "r"(address) : "memory");
	tell(value);
	__asm__ volatile("strb %w0, [%1]" ::"r"(0x1234UL), "r"(PAYLOAD_DEVICE) : "memory");
	ask(); /* this one is to abort */
}

static struct rsi_host_call call __attribute__((aligned(256)));

static void do_call(void)
{
	call.imm = 7;
	for (unsigned int i = 0; i < 31; i++)
		call.gprs[i] = i + 100;
	realm_rsi_host_call(&call);
	for (unsigned int i = 0; i < 31; i++)
		tell(call.gprs[i]);
}

static void do_shared(uint64_t words)
{
	for (uint64_t i = 0; i < words; i++) {
		uint64_t at = PAYLOAD_SHARED + i * 4096;

		write64(at, ~read64(at));
	}
	tell(words);
}

static void do_exit(enum payload_exit kind)
{
	switch (kind) {
	case EXIT_NONE:
		break;
	case EXIT_READ:
		ask();
		break;
	case EXIT_WRITE:
		tell(0);
		break;
	case EXIT_CALL:
		realm_rsi_host_call(&call);
		break;
	case EXIT_GIC:
		read32(PAYLOAD_GIC_DIST + 4);
		break;
	case EXIT_BELL:
		write32(PAYLOAD_DEVICE + PAYLOAD_BELL, 1);
		break;
	}
}

static void do_exits(enum payload_exit kind, uint64_t count, uint64_t times)
{
	while (times-- > 0) {
		tell(PAYLOAD_BEGIN);
		for (uint64_t i = 0; i < count; i++)
			do_exit(kind);
		tell(PAYLOAD_END);
	}
}

/* --- Interrupts -------------------------------------------------------------------------------------------- */

static void gic_begin(void)
{
	uint64_t sgi_base = PAYLOAD_GIC_REDIST + 0x10000;

	write32(PAYLOAD_GIC_REDIST + 0x14, 0); /* GICR_WAKER */
	write32(sgi_base + 0x80, 0xffffffff);  /* group 1 */
	write32(sgi_base + 0x100, 1U << 27);
	write32(PAYLOAD_GIC_DIST, 0x13 & ~1U);
	/* SPIs: group 1, edge, to REC 0, enabled. */
	write32(PAYLOAD_GIC_DIST + 0x84, 0xffffffff);
	write32(PAYLOAD_GIC_DIST + 0xc00 + 4 * (PAYLOAD_SPI / 16), 0xaaaaaaaa);
	write64(PAYLOAD_GIC_DIST + 0x6000 + 8 * PAYLOAD_SPI, 0);
	write32(PAYLOAD_GIC_DIST + 0x104, 1U << (PAYLOAD_SPI - 32) | 1U << (40 - 32));
	WRITE(ICC_SRE_EL1, 7);
	WRITE(ICC_PMR_EL1, 0xff);
	WRITE(ICC_IGRPEN1_EL1, 1);
}

static uint64_t await_interrupt_in(bool sleep)
{
	uint64_t intid;

	for (;;) {
		intid = READ(ICC_IAR1_EL1) & 0xffffff;
		if (intid < SPURIOUS)
			return intid;
		if (sleep)
			wfi();
	}
}

static uint64_t await_interrupt(void)
{
	return await_interrupt_in(true);
}

static void end_interrupt(uint64_t intid)
{
	WRITE(ICC_EOIR1_EL1, intid);
}

static void do_timer(uint64_t times, uint64_t ticks, bool awake)
{
	uint64_t begin, end;

	gic_begin();
	begin = READ(cntvct_el0);
	for (uint64_t i = 0; i < times; i++) {
		WRITE(cntv_tval_el0, ticks);
		WRITE(cntv_ctl_el0, 1);
		if (await_interrupt_in(!awake) != 27)
			tell(~0UL);
		WRITE(cntv_ctl_el0, 0);
		end_interrupt(27);
	}
	end = READ(cntvct_el0);
	tell(end - begin);
}

static void do_spi(uint64_t times, bool rings)
{
	gic_begin();
	tell(0);
	if (rings)
		write32(PAYLOAD_DEVICE + PAYLOAD_BELL, 1);
	for (uint64_t i = 0; i < times; i++) {
		uint64_t intid = await_interrupt();

		end_interrupt(intid);
		tell(intid);
	}
}

/* --- Memory ------------------------------------------------------------------------------------------------ */

static void do_touch(uint64_t bytes, uint64_t step, bool for_ever)
{
	/* NOLINTNEXTLINE(bugprone-infinite-loop): the host ends it */
	do {
		for (uint64_t at = 0; at < bytes; at += step)
			write64(PAYLOAD_RAM + 2 * BLOCK + at, at);
		tell(bytes);
	} while (for_ever);
}

static void change(uint64_t base, enum rsi_ripas ripas)
{
	uint64_t done = base;

	tell(realm_rsi_change_ipa_state(base, base + BLOCK, ripas, 0, &done));
}

static void do_ripas(void)
{
	uint64_t base = PAYLOAD_RAM + BLOCK;

	write64(base, 0x1111);
	change(base, RSI_EMPTY);
	write64(PAYLOAD_ALIAS + base, 0x2222);
	tell(read64(PAYLOAD_ALIAS + base));
	change(base, RSI_RAM);
	tell(read64(base)); /* what was given up is lost */
	write64(base, 0x3333);
	tell(read64(base));
}

/* --- RECs -------------------------------------------------------------------------------------------------- */

static volatile uint64_t counts[16];

/* Until it has counted to a thousand, and the others know. */
void payload_secondary(void)
{
	uint64_t index = READ(mpidr_el1) & 15;

	for (uint64_t i = 1; i <= 1000; i++)
		counts[index] = i;
	psci(PSCI_CPU_OFF);
}

static void do_cpus(uint64_t count)
{
	uint64_t sum = 0;

	for (uint64_t i = 1; i < count; i++)
		if (smc_call(PSCI_CPU_ON, i, PAYLOAD_RAM, 0, 0, 0).x[0] != 0)
			tell(~0UL);
	for (uint64_t i = 1; i < count; i++) {
		while (counts[i] < 1000)
			;
		sum += counts[i];
		while (smc_call(PSCI_AFFINITY_INFO, i, 0, 0, 0, 0).x[0] != 1)
			;
	}
	tell(sum);
}

/* --- Confidential shared memory ---------------------------------------------------------------------------- */

static struct csm_rid meet(void)
{
	struct csm_rid own = { 0 }, peer;
	uint64_t features;

	gic_begin();
	tell(realm_csm_find(&features));
	tell(realm_csm_realm_id(&own));
	tell(own.lo);
	tell(own.hi);
	peer.lo = ask();
	peer.hi = ask();
	return peer;
}

static void hear(void)
{
	uint64_t intid = await_interrupt(), index;

	end_interrupt(intid);
	tell(intid);
	tell(realm_csm_pending(0, &index));
}

/* x1: size of the region. */
static void do_provider(uint64_t size)
{
	struct csm_rid peer = meet();
	uint64_t id = 0, n = ~0UL;

	tell(realm_csm_create(PAYLOAD_WINDOW, size, &id));
	write64(PAYLOAD_WINDOW + size - 8, 0x5ec2e7);
	tell(realm_csm_share(id, &peer, CSM_PERM_RW, &n));
	tell(n);
	hear(); /* the consumer has written its answer */
	tell(read64(PAYLOAD_WINDOW));
	ask();
	tell(realm_csm_destroy(id));
}

static void do_consumer(uint64_t size)
{
	struct realm_csm_attachment attachment = { 0 };
	struct csm_rid peer = meet();
	uint64_t base = PAYLOAD_WINDOW + 0x40000000;

	tell(realm_csm_reserve(&peer, 0, base, size, CSM_RESERVE_FLAG_RAM));
	tell(realm_csm_attach(&peer, 0, &attachment));
	tell(attachment.pages);
	tell(read64(base + size - 8));
	write64(base, 0xa2525e2);
	tell(realm_csm_notify(&peer, 0, CSM_ROLE_CONSUMER));
	ask();
	tell(read64(base + size - 8));
	tell(realm_csm_detach(&peer, 0));
}

/* --- The task ---------------------------------------------------------------------------------------------- */

static void do_task(uint64_t task, uint64_t x1, uint64_t x2, uint64_t x3)
{
	switch ((enum payload_task)task) {
	case TASK_RESET:
		psci(PSCI_SYSTEM_RESET);
		break;
	case TASK_MMIO:
		do_mmio();
		break;
	case TASK_CALL:
		do_call();
		break;
	case TASK_SHARED:
		do_shared(x1);
		break;
	case TASK_TIMER:
		do_timer(x1, x2, x3 != 0);
		break;
	case TASK_SPI:
		do_spi(x1, x2 != 0);
		break;
	case TASK_TOUCH:
		do_touch(x1, x2, x3 != 0);
		break;
	case TASK_SPIN:
		tell(0);
		for (;;)
			__asm__ volatile("" ::: "memory");
	case TASK_CPUS:
		do_cpus(x1);
		break;
	case TASK_RIPAS:
		do_ripas();
		break;
	case TASK_OUTSIDE:
		read32(x1);
		break;
	case TASK_EXEC:
		((void (*)(void))x1)();
		break;
	case TASK_EXITS:
		do_exits((enum payload_exit)x1, x2, x3);
		break;
	case TASK_PROVIDER:
		do_provider(x1);
		break;
	case TASK_CONSUMER:
		do_consumer(x1);
		break;
	default:
		break;
	}
}

void payload_main(uint64_t task, uint64_t x1, uint64_t x2, uint64_t x3)
{
	do_task(task, x1, x2, x3);
	psci(PSCI_SYSTEM_OFF);
	for (;;)
		;
}
