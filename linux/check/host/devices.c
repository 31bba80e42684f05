/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shared memory, interrupts, timers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

/* --- Shared memory ----------------------------------------------------------------------------------------- */

static int make_memfd(uint64_t size)
{
	int fd = memfd_create("shared", MFD_ALLOW_SEALING | MFD_CLOEXEC);

	expect("a memfd", fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	return fd;
}

static struct caec_host_shared shared(int fd, uint64_t ipa, uint64_t size)
{
	return (struct caec_host_shared){ .version = CAEC_HOST_VERSION, .ipa = ipa, .size = size, .fd = fd };
}

static void check_ranges(struct test_realm *realm, int fd)
{
	struct caec_host_shared s = shared(fd, PAYLOAD_SHARED, MIB);
	int sealed = make_memfd(MIB), reading = open("/dev/null", O_RDWR);

#define REFUSED(what, error, change)                                                              \
	do {                                                                                      \
		s = shared(fd, PAYLOAD_SHARED + 16 * MIB, MIB);                                   \
		change;                                                                           \
		expect_error("shared: " what, ioctl(realm->fd, CAEC_HOST_SET_SHARED, &s), error); \
	} while (0)
	expect("shared: sealed", fcntl(sealed, F_ADD_SEALS, F_SEAL_WRITE) == 0);
	REFUSED("in protected memory", EINVAL, s.ipa = PAYLOAD_RAM);
	REFUSED("beyond the end", EINVAL, s.ipa = (PAYLOAD_ALIAS << 1) - PAGE);
	REFUSED("not a page", EINVAL, s.offset = 1);
	REFUSED("nothing", EINVAL, s.size = 0);
	REFUSED("over the GIC", EEXIST, s.ipa = PAYLOAD_GIC_DIST);
	REFUSED("no memfd", EINVAL, s.fd = reading);
	REFUSED("no file", EBADF, s.fd = -1);
	REFUSED("sealed against writing", EPERM, s.fd = sealed);
	REFUSED("nothing to remove", ENOENT, s.flags = CAEC_HOST_SHARED_REMOVE; s.fd = -1);
	close(sealed);
	close(reading);
}

static void check_shared(void)
{
	const struct wish wish = { .name = "shared", .task = TASK_SHARED, .arguments = { 8 } };
	struct test_realm realm = realm_make(&wish);
	int fd = make_memfd(MIB);
	uint64_t *memory = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct caec_host_shared s = shared(fd, PAYLOAD_SHARED, MIB);
	bool same = true;

	check_ranges(&realm, fd);
	for (unsigned int i = 0; i < 8; i++)
		memory[i * 512] = i * 0x1111;
	expect("a memfd is shared", ioctl(realm.fd, CAEC_HOST_SET_SHARED, &s) == 0);
	expect_error("twice", ioctl(realm.fd, CAEC_HOST_SET_SHARED, &s), EEXIST);
	expect_error("sealed afterwards", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
	expect_eq("the realm writes there", realm_run(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	for (unsigned int i = 0; i < 8; i++)
		same = same && memory[i * 512] == ~(i * UINT64_C(0x1111));
	expect("and user space sees it", same);
	expect_eq("as many pages are pinned", stats_of(&realm).shared_pages, 8);
	s = shared(-1, PAYLOAD_SHARED, MIB);
	s.flags = CAEC_HOST_SHARED_REMOVE;
	expect("it is taken away", ioctl(realm.fd, CAEC_HOST_SET_SHARED, &s) == 0);
	expect_eq("nothing is pinned", stats_of(&realm).shared_pages, 0);
	realm_close(&realm);
	munmap(memory, MIB);
	close(fd);
}

/* The file ends before the range: what the realm touches is not there. */
static void check_hole(void)
{
	const struct wish wish = { .name = "hole", .task = TASK_SHARED, .arguments = { 8 } };
	struct test_realm realm = realm_make(&wish);
	int fd = make_memfd(2 * PAGE);
	struct caec_host_shared s = shared(fd, PAYLOAD_SHARED, MIB);

	expect("a short memfd is shared", ioctl(realm.fd, CAEC_HOST_SET_SHARED, &s) == 0);
	expect_eq("its end is the realm's", realm_run(&realm), CAEC_HOST_EXIT_ERROR);
	expect_eq("for want of memory", realm.runs[0]->error.why, CAEC_HOST_ERROR_MEMORY);
	expect_eq("there", realm.runs[0]->error.ipa, PAYLOAD_SHARED + 2 * PAGE);
	realm_close(&realm);
	close(fd);
}

static void check_ripas(void)
{
	const struct wish wish = { .name = "ripas", .task = TASK_RIPAS };
	struct test_realm realm = realm_make(&wish);
	int fd = make_memfd(16 * MIB);
	struct caec_host_shared s = shared(fd, PAYLOAD_ALIAS + PAYLOAD_RAM, 16 * MIB);

	expect("RAM's alias is shared", ioctl(realm.fd, CAEC_HOST_SET_SHARED, &s) == 0);
	expect_eq("RIPAS", realm_run(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	expect_eq("it gives memory up", realm.out[0], 0);
	expect_eq("shares the alias", realm.out[1], 0x2222);
	expect_eq("takes it back", realm.out[2], 0);
	expect_eq("which is empty", realm.out[3], 0);
	expect_eq("and its own", realm.out[4], 0x3333);
	expect_eq("nothing is pinned", stats_of(&realm).shared_pages, 0);
	realm_close(&realm);
	close(fd);
}

/* --- Interrupts -------------------------------------------------------------------------------------------- */

static int event = -1;

static void pulse(struct test_realm *realm)
{
	struct caec_host_irq irq = { .version = CAEC_HOST_VERSION,
				     .intid = PAYLOAD_SPI,
				     .level = CAEC_HOST_IRQ_PULSE };
	uint64_t one = 1;

	if (event >= 0)
		expect("an eventfd", write(event, &one, sizeof(one)) == sizeof(one));
	else
		expect("an edge", ioctl(realm->fd, CAEC_HOST_IRQ_LINE, &irq) == 0);
}

static void expect_spis(struct test_realm *realm, const char *how)
{
	realm->heard = pulse;
	expect_eq(how, realm_run(realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	expect_eq(how, realm->said, 4);
	expect_eq(how, realm->out[3], PAYLOAD_SPI);
}

static void check_lines(void)
{
	const struct wish wish = { .name = "lines", .task = TASK_SPI, .arguments = { 3 } };
	struct test_realm realm = realm_make(&wish);
	struct caec_host_irq irq = { .version = CAEC_HOST_VERSION, .intid = 31 };

	expect_error("a PPI is no line", ioctl(realm.fd, CAEC_HOST_IRQ_LINE, &irq), EINVAL);
	irq.intid = 96;
	expect_error("nor what is beyond", ioctl(realm.fd, CAEC_HOST_IRQ_LINE, &irq), EINVAL);
	expect_spis(&realm, "three interrupts by a line");
	realm_close(&realm);
}

static void check_irqfd(void)
{
	const struct wish wish = { .name = "irqfd", .task = TASK_SPI, .arguments = { 3 } };
	struct test_realm realm = realm_make(&wish);
	struct caec_host_irqfd set = { .version = CAEC_HOST_VERSION, .intid = PAYLOAD_SPI };

	event = eventfd(0, EFD_CLOEXEC);
	set.fd = caec;
	expect_error("irqfd: not an eventfd", ioctl(realm.fd, CAEC_HOST_IRQFD, &set), EINVAL);
	set.fd = event;
	set.flags = CAEC_HOST_EVENTFD_REMOVE;
	expect_error("irqfd: nothing to remove", ioctl(realm.fd, CAEC_HOST_IRQFD, &set), ENOENT);
	set.flags = 0;
	expect("irqfd", ioctl(realm.fd, CAEC_HOST_IRQFD, &set) == 0);
	expect_spis(&realm, "three interrupts by an eventfd");
	set.flags = CAEC_HOST_EVENTFD_REMOVE;
	expect("irqfd: removed", ioctl(realm.fd, CAEC_HOST_IRQFD, &set) == 0);
	close(event);
	event = -1;
	realm_close(&realm);
}

static void check_ioeventfd(void)
{
	const struct wish wish = { .name = "ioeventfd", .task = TASK_SPI, .arguments = { 0, 1 } };
	struct test_realm realm = realm_make(&wish);
	struct caec_host_ioeventfd set = { .version = CAEC_HOST_VERSION,
					   .fd = eventfd(0, EFD_NONBLOCK),
					   .size = 4,
					   .ipa = PAYLOAD_DEVICE + PAYLOAD_BELL,
					   .flags = CAEC_HOST_EVENTFD_MATCH,
					   .data = 1 };
	uint64_t count = 0;

	expect("ioeventfd", ioctl(realm.fd, CAEC_HOST_IOEVENTFD, &set) == 0);
	expect_error("ioeventfd: twice", ioctl(realm.fd, CAEC_HOST_IOEVENTFD, &set), EEXIST);
	expect_eq("a doorbell is no exit", realm_run(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	expect("and is heard", read(set.fd, &count, sizeof(count)) == sizeof(count) && count == 1);
	expect_eq("and counted", stats_of(&realm).counts[CAEC_HOST_COUNT_EVENTFD], 1);
	realm_close(&realm);
	close(set.fd);
}

/* --- Timers ------------------------------------------------------------------------------------------------ */

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void check_timer(bool awake)
{
	uint64_t frequency = bench_frequency(), begin, took;
	const struct wish wish = { .name = "timer",
				   .task = TASK_TIMER,
				   .arguments = { 20, frequency / 100, awake } };
	struct test_realm realm = realm_make(&wish);

	begin = now_us();
	expect_eq("timers", realm_run(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	took = now_us() - begin;
	expect_eq("each interrupt is the timer's", realm.said, 1);
	expect("20 sleeps of 10 ms take 200 ms", realm.out[0] >= frequency / 5 && took >= 200000);
	printf("       20 %s of 10 ms: %llu us by the realm, %llu us here\n", awake ? "loops" : "sleeps",
	       (unsigned long long)(realm.out[0] * 1000000 / frequency), (unsigned long long)took);
	expect("and not much more", realm.out[0] < 5 * frequency);
	realm_close(&realm);
}

void check_devices(void)
{
	check_shared();
	check_hole();
	check_ripas();
	check_lines();
	check_irqfd();
	check_ioeventfd();
	check_timer(false);
	check_timer(true);
}
