/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Building and running realms with the payload.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

extern const uint8_t payload[], payload_end[];

int caec = -1;

struct caec_host_create creation(const struct wish *wish)
{
	struct caec_host_create create = {
		.version = CAEC_HOST_VERSION,
		.flags = wish->csm ? CAEC_HOST_REALM_CSM : 0,
		.ipa_bits = PAYLOAD_IPA_BITS,
		.recs = wish->recs ? wish->recs : 1,
		.memory = wish->memory ? wish->memory : 16 * MIB,
		.gic_dist = PAYLOAD_GIC_DIST,
		.gic_redist = PAYLOAD_GIC_REDIST,
	};

	snprintf(create.name, sizeof(create.name), "%s", wish->name);
	return create;
}

static bool load(const struct test_realm *realm, uint64_t ram)
{
	struct caec_host_range range = { .version = CAEC_HOST_VERSION, .ipa = PAYLOAD_RAM, .size = ram };
	struct caec_host_populate populate = {
		.version = CAEC_HOST_VERSION,
		.ipa = PAYLOAD_RAM,
		.size = (uint64_t)(payload_end - payload),
		.content = (uintptr_t)payload,
	};

	return ioctl(realm->fd, CAEC_HOST_INIT_RIPAS, &range) == 0 &&
	       ioctl(realm->fd, CAEC_HOST_POPULATE, &populate) == 0;
}

static bool add_rec(struct test_realm *realm, const struct wish *wish)
{
	struct caec_host_create_rec create = {
		.version = CAEC_HOST_VERSION,
		.flags = realm->count == 0 ? CAEC_HOST_REC_RUNNABLE : 0,
		.mpidr = realm->count,
		.pc = realm->count == 0 ? PAYLOAD_RAM : 0,
	};

	if (realm->count == 0) {
		create.gprs[0] = wish->task;
		memcpy(&create.gprs[1], wish->arguments, sizeof(wish->arguments));
	}
	if (ioctl(realm->fd, CAEC_HOST_CREATE_REC, &create) != 0)
		return false;
	realm->recs[realm->count] = create.fd;
	realm->runs[realm->count] =
		mmap(NULL, CAEC_HOST_RUN_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, create.fd, 0);
	return realm->runs[realm->count++] != MAP_FAILED;
}

bool realm_try(struct test_realm *realm, const struct wish *wish)
{
	struct caec_host_create create = creation(wish);

	*realm = (struct test_realm){ .fd = -1 };
	if (ioctl(caec, CAEC_HOST_CREATE_REALM, &create) != 0)
		return false;
	realm->fd = create.fd;
	if (!load(realm, wish->ram ? wish->ram : create.memory))
		return false;
	for (unsigned int i = 0; i < create.recs; i++)
		if (!add_rec(realm, wish))
			return false;
	return ioctl(realm->fd, CAEC_HOST_ACTIVATE) == 0;
}

struct test_realm realm_make(const struct wish *wish)
{
	struct test_realm realm;
	bool made = realm_try(&realm, wish);

	if (!made)
		fprintf(stderr, "%s: %s\n", wish->name, strerror(errno));
	expect("a realm is made", made);
	if (!made)
		exit(1);
	return realm;
}

void realm_close(struct test_realm *realm)
{
	for (unsigned int i = 0; i < realm->count; i++) {
		if (realm->runs[i] != NULL && realm->runs[i] != MAP_FAILED)
			munmap(realm->runs[i], CAEC_HOST_RUN_SIZE);
		close(realm->recs[i]);
	}
	if (realm->fd >= 0)
		close(realm->fd);
	*realm = (struct test_realm){ .fd = -1 };
}

int rec_run(struct test_realm *realm, unsigned int rec)
{
	return ioctl(realm->recs[rec], CAEC_HOST_RUN);
}

bool device_serve(struct test_realm *realm, unsigned int rec)
{
	struct caec_host_run *run = realm->runs[rec];

	if (run->exit_reason != CAEC_HOST_EXIT_MMIO)
		return false;
	if (run->mmio.ipa == PAYLOAD_DEVICE + PAYLOAD_IN && !run->mmio.is_write) {
		run->mmio.data = realm->in != NULL ? *realm->in++ : 0;
	} else if (run->mmio.ipa == PAYLOAD_DEVICE + PAYLOAD_OUT && run->mmio.is_write) {
		realm->out[realm->said % 64] = run->mmio.data;
		realm->said++;
		if (realm->heard != NULL)
			realm->heard(realm);
	} else {
		return false;
	}
	return true;
}

uint32_t realm_run(struct test_realm *realm)
{
	for (;;) {
		if (rec_run(realm, 0) != 0)
			return CAEC_HOST_EXIT_INTR;
		if (!device_serve(realm, 0))
			return realm->runs[0]->exit_reason;
	}
}

uint32_t run_to_end(struct test_realm *realm)
{
	uint32_t why;

	do {
		why = realm_run(realm);
	} while (why == CAEC_HOST_EXIT_INTR && errno == EINTR);
	return why;
}

bool realm_run_until(struct test_realm *realm, unsigned int said)
{
	while (realm->said < said)
		if (rec_run(realm, 0) != 0 ? errno != EINTR : !device_serve(realm, 0))
			return false;
	return true;
}

static void *run_other(void *argument)
{
	struct runner *runner = argument;

	for (;;) {
		if (rec_run(runner->realm, runner->rec) != 0) {
			if (errno != EBUSY && errno != EINTR)
				return NULL;
			usleep(1000);
		} else if (!device_serve(runner->realm, runner->rec)) {
			return NULL;
		}
	}
}

void realm_run_others(struct test_realm *realm)
{
	for (unsigned int i = 1; i < realm->count; i++) {
		realm->others[i] = (struct runner){ .realm = realm, .rec = i };
		pthread_create(&realm->others[i].thread, NULL, run_other, &realm->others[i]);
	}
}

void realm_join_others(struct test_realm *realm)
{
	for (unsigned int i = 1; i < realm->count; i++)
		pthread_join(realm->others[i].thread, NULL);
}

struct caec_host_stats stats_of(const struct test_realm *realm)
{
	struct caec_host_stats stats = { .version = CAEC_HOST_VERSION };

	expect("statistics", ioctl(realm->fd, CAEC_HOST_STATS, &stats) == 0);
	return stats;
}

struct caec_host_info info(void)
{
	struct caec_host_info info = { .version = CAEC_HOST_VERSION };

	expect("information", ioctl(caec, CAEC_HOST_INFO, &info) == 0);
	return info;
}

uint64_t mem_free(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	unsigned long kib = 0;
	char line[128];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "MemFree: %lu", &kib) == 1)
			break;
	if (file != NULL)
		fclose(file);
	return (uint64_t)kib << 10;
}

void settle(void)
{
	struct caec_host_info now;

	for (unsigned int i = 0; i < 500; i++) {
		now = (struct caec_host_info){ .version = CAEC_HOST_VERSION };
		if (ioctl(caec, CAEC_HOST_INFO, &now) == 0 && now.granules == 0 && now.realms == 0)
			break;
		usleep(20000);
	}
	expect_eq("no realm is left", now.realms, 0);
	expect_eq("every page is back", now.granules, 0);
	expect_eq("none is lost", now.lost, 0);
}
