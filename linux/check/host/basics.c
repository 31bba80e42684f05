/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arguments that are wrong; what a realm does that user space serves.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "check.h"

/* --- Arguments --------------------------------------------------------------------------------------------- */

static void check_create(void)
{
	const struct wish wish = { .name = "arguments" };
	unsigned int most = info().rmi_features & 0xff; /* S2SZ */
	struct caec_host_create c;

#define REFUSED(what, error, change)                                                           \
	do {                                                                                   \
		c = creation(&wish);                                                           \
		change;                                                                        \
		expect_error("create: " what, ioctl(caec, CAEC_HOST_CREATE_REALM, &c), error); \
	} while (0)
	REFUSED("version", EINVAL, c.version++);
	REFUSED("flags", EINVAL, c.flags = 1U << 31);
	REFUSED("no REC", EINVAL, c.recs = 0);
	REFUSED("RECs", EINVAL, c.recs = CAEC_HOST_MAX_RECS + 1);
	REFUSED("reserved", EINVAL, c.reserved[3] = 1);
	REFUSED("no name", EINVAL, c.name[0] = 0);
	REFUSED("name", EINVAL, c.name[1] = '/');
	REFUSED("name without end", EINVAL, memset(c.name, 'a', sizeof(c.name)));
	REFUSED("IPA bits", EINVAL, c.ipa_bits = 31);
	/* 48 is the most that may be asked for, whatever is there. */
	REFUSED("more IPA bits than there are", most < 48 ? EOPNOTSUPP : EINVAL, c.ipa_bits = most + 1);
	REFUSED("more breakpoints than there are", EOPNOTSUPP, c.num_bps = 64);
	REFUSED("more watchpoints than there are", EOPNOTSUPP, c.num_wps = 64);
	REFUSED("hash", EINVAL, c.hash = 2);
	REFUSED("GIC in protected memory", EINVAL, c.gic_dist = 0x8000000);
	REFUSED("GIC beyond the end", EINVAL, c.gic_redist = (PAYLOAD_ALIAS << 1) - 0x10000);
	REFUSED("GIC frames overlap", EINVAL, c.gic_redist = c.gic_dist);
	REFUSED("vector length without SVE", EINVAL, c.sve_vl = 1);
	REFUSED("memory", EINVAL, c.memory = 4097);
	expect_error("create: pointer", ioctl(caec, CAEC_HOST_CREATE_REALM, 8), EFAULT);
	expect_error("no such ioctl", ioctl(caec, CAEC_HOST_RUN), ENOTTY);
}

static void check_order(void)
{
	const struct wish wish = { .name = "order", .recs = 2 }, same = { .name = "order" };
	struct test_realm realm = realm_make(&wish), other;
	struct caec_host_range range = { .version = CAEC_HOST_VERSION, .ipa = PAYLOAD_RAM, .size = PAGE };
	struct caec_host_create_rec rec = { .version = CAEC_HOST_VERSION, .mpidr = 2 };

	expect_error("a name is one realm's", realm_try(&other, &same) ? 0 : -1, EEXIST);
	expect_error("RIPAS of an active realm", ioctl(realm.fd, CAEC_HOST_INIT_RIPAS, &range), EBUSY);
	expect_error("a REC for an active realm", ioctl(realm.fd, CAEC_HOST_CREATE_REC, &rec), EBUSY);
	expect_error("active twice", ioctl(realm.fd, CAEC_HOST_ACTIVATE), EBUSY);
	expect_error("a run page of two pages",
		     mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, realm.recs[0], 0) == MAP_FAILED ? -1 : 0,
		     EINVAL);
	expect_error("a private run page",
		     mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, realm.recs[0], 0) == MAP_FAILED ? -1 : 0,
		     EINVAL);
	realm_close(&realm);
}

static void check_new(void)
{
	const struct wish wish = { .name = "new", .recs = 2 };
	struct caec_host_create create = creation(&wish);
	struct caec_host_create_rec rec = { .version = CAEC_HOST_VERSION, .mpidr = 1 };
	struct caec_host_range range = { .version = CAEC_HOST_VERSION, .ipa = PAYLOAD_RAM, .size = PAGE };
	struct caec_host_populate content = { .version = CAEC_HOST_VERSION,
					      .ipa = PAYLOAD_RAM,
					      .size = PAGE };
	uint8_t page[PAGE] = { 0 };

	expect("create", ioctl(caec, CAEC_HOST_CREATE_REALM, &create) == 0);
	expect_error("RECs in order", ioctl(create.fd, CAEC_HOST_CREATE_REC, &rec), EINVAL);
	rec.mpidr = 0;
	expect("a REC", ioctl(create.fd, CAEC_HOST_CREATE_REC, &rec) == 0);
	expect_error("not active", ioctl(rec.fd, CAEC_HOST_RUN), EINVAL);
	expect_error("RECs are missing", ioctl(create.fd, CAEC_HOST_ACTIVATE), EINVAL);
	content.content = 8;
	expect_error("content that is not there", ioctl(create.fd, CAEC_HOST_POPULATE, &content), EFAULT);
	content.content = (uintptr_t)page;
	range.ipa = PAYLOAD_ALIAS;
	expect_error("RAM in the unprotected half", ioctl(create.fd, CAEC_HOST_INIT_RIPAS, &range), EINVAL);
	range.ipa = PAYLOAD_RAM;
	expect("RAM", ioctl(create.fd, CAEC_HOST_INIT_RIPAS, &range) == 0);
	expect("content", ioctl(create.fd, CAEC_HOST_POPULATE, &content) == 0);
	expect_error("content twice", ioctl(create.fd, CAEC_HOST_POPULATE, &content), EBUSY);
	content.size = PAYLOAD_ALIAS;
	expect_error("content without end", ioctl(create.fd, CAEC_HOST_POPULATE, &content), EINVAL);
	close(create.fd);
	expect_eq("a REC keeps its realm", info().realms, 1);
	close(rec.fd);
}

void check_arguments(void)
{
	struct caec_host_info none = { .version = CAEC_HOST_VERSION, .reserved = 1 };

	expect_error("info: reserved", ioctl(caec, CAEC_HOST_INFO, &none), EINVAL);
	expect_eq("RMI 1.0", info().rmi_version, 0x10000);
	expect("CSM", info().csm_features != 0);
	check_create();
	check_order();
	check_new();
}

/* --- Tasks ------------------------------------------------------------------------------------------------- */

static void check_off(void)
{
	const struct wish off = { .name = "off" }, reset = { .name = "reset", .task = TASK_RESET };
	struct test_realm realm = realm_make(&off);

	expect_eq("SYSTEM_OFF", realm_run(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	expect_eq("and it stays off", realm_run(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	expect_eq("state", stats_of(&realm).state, CAEC_HOST_STATE_OFF);
	realm_close(&realm);
	realm = realm_make(&reset);
	expect_eq("SYSTEM_RESET", realm_run(&realm), CAEC_HOST_EXIT_SYSTEM_RESET);
	realm_close(&realm);
}

static void check_mmio(void)
{
	static const uint64_t in[] = {
		0x1122334455667788, 0x1122334455667788, 0x1122334455667788, 0x1122334455667788, 0x80, 0
	};
	const struct wish wish = { .name = "mmio", .task = TASK_MMIO };
	struct test_realm realm = realm_make(&wish);
	struct caec_host_run *run = realm.runs[0];

	realm.in = in;
	while (realm.said < 6 && rec_run(&realm, 0) == 0 && device_serve(&realm, 0))
		;
	expect_eq("a byte", realm.out[0], 0x88);
	expect_eq("two", realm.out[1], 0x7788);
	expect_eq("four", realm.out[2], 0x55667788);
	expect_eq("eight", realm.out[3], 0x1122334455667788);
	expect_eq("a byte, sign-extended", realm.out[4], 0xffffffffffffff80);
	expect_eq("a byte written", realm.out[5], 0x34);
	expect("a read to abort", rec_run(&realm, 0) == 0 && run->exit_reason == CAEC_HOST_EXIT_MMIO);
	run->mmio.abort = 2;
	expect_error("an answer that is none", rec_run(&realm, 0), EINVAL);
	run->mmio.abort = 1;
	expect("it aborts", rec_run(&realm, 0) == 0 && run->mmio.ipa == PAYLOAD_DEVICE + PAYLOAD_PANIC);
	expect_eq("with an external abort", run->mmio.data, 0x96000210);
	expect_eq("MMIO counted", stats_of(&realm).counts[CAEC_HOST_COUNT_MMIO], realm.said + 7);
	realm_close(&realm);
}

static void check_call(void)
{
	const struct wish wish = { .name = "call", .task = TASK_CALL };
	struct test_realm realm = realm_make(&wish);
	struct caec_host_run *run = realm.runs[0];
	bool same = true;

	expect_eq("a host call", realm_run(&realm), CAEC_HOST_EXIT_HOST_CALL);
	expect_eq("its immediate", run->call.imm, 7);
	for (unsigned int i = 0; i < 31; i++) {
		same = same && run->call.gprs[i] == i + 100;
		run->call.gprs[i] *= 2;
	}
	expect("its registers", same);
	expect_eq("and off", realm_run(&realm), CAEC_HOST_EXIT_SYSTEM_OFF);
	for (unsigned int i = 0; i < 31; i++)
		same = same && realm.out[i] == 2 * (i + 100);
	expect("and back", same);
	realm_close(&realm);
}

static void check_errors(void)
{
	struct wish wish = { .name = "outside", .task = TASK_OUTSIDE, .arguments = { 0x1000 } };
	struct test_realm realm = realm_make(&wish);

	expect_eq("a load where no RAM is ends in the realm", realm_run(&realm), CAEC_HOST_EXIT_MMIO);
	expect_eq("as an external abort", realm.runs[0]->mmio.data, 0x96000210);
	realm_close(&realm);
	wish = (struct wish){ .name = "exec", .task = TASK_EXEC, .arguments = { PAYLOAD_SHARED } };
	realm = realm_make(&wish);
	expect_eq("code in unprotected memory ends in the realm", realm_run(&realm), CAEC_HOST_EXIT_MMIO);
	expect_eq("as an abort", realm.runs[0]->mmio.data >> 26, 0x21);
	realm_close(&realm);
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void set_alarm(long microseconds)
{
	struct itimerval timer = { .it_value = { .tv_usec = microseconds } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void check_signals(void)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct wish spin = { .name = "spin", .task = TASK_SPIN },
			  wait = { .name = "wait", .task = TASK_SPI, .arguments = { 1 } };
	struct test_realm realm = realm_make(&spin);
	uint64_t begin = bench_ticks(), inside;

	sigaction(SIGALRM, &action, NULL);
	set_alarm(100000);
	expect_eq("a signal takes it out of a loop", realm_run(&realm), CAEC_HOST_EXIT_INTR);
	inside = stats_of(&realm).counts[CAEC_HOST_COUNT_TICKS];
	expect("it was in the realm for most of the time", inside > bench_frequency() / 20);
	expect("and no longer than that", inside <= bench_ticks() - begin);
	set_alarm(100000);
	expect_error("again", rec_run(&realm, 0), EINTR);
	realm.runs[0]->immediate_exit = 1;
	expect_error("so does its own wish", rec_run(&realm, 0), EINTR);
	realm_close(&realm);
	realm = realm_make(&wait);
	set_alarm(300000);
	expect_eq("a signal takes it out of its sleep", realm_run(&realm), CAEC_HOST_EXIT_INTR);
	expect("it did sleep", stats_of(&realm).counts[CAEC_HOST_COUNT_SLEEPS] != 0);
	realm_close(&realm);
}

void check_tasks(void)
{
	check_off();
	check_mmio();
	check_call();
	check_errors();
	check_signals();
}
