/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Disks of caec-vmm: files, with the thread that serves them.
 */
#include "virtio_world.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"

#define SECTOR VIRTIO_BLOCK_SECTOR
#define SECTORS 64
#define HEADER_AT (DATA + 14 * PAGE - 7)
#define STATUS_AT (DATA + 15 * PAGE - 1)

static unsigned int syncs;
static bool sync_fails;
static size_t write_most = SIZE_MAX;

int __wrap_fdatasync(int fd);
int __real_fdatasync(int fd);

int __wrap_fdatasync(int fd)
{
	__atomic_add_fetch(&syncs, 1, __ATOMIC_SEQ_CST);
	return sync_fails ? -1 : __real_fdatasync(fd);
}

/* A file system may write less than it is asked to. */
ssize_t __wrap_pwrite(int fd, const void *from, size_t size, off_t offset);
ssize_t __real_pwrite(int fd, const void *from, size_t size, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *from, size_t size, off_t offset);

ssize_t __wrap_pwrite(int fd, const void *from, size_t size, off_t offset)
{
	return __real_pwrite(fd, from, size < write_most ? size : write_most, offset);
}

ssize_t __wrap_pwrite64(int fd, const void *from, size_t size, off_t offset)
{
	return __wrap_pwrite(fd, from, size, offset);
}

struct machine {
	struct vworld w;
	struct disk disk;
	pthread_mutex_t lock;
	struct config_disk config;
	struct fault fault;
	char path[64];
};

static struct device_place place_of(struct machine *m)
{
	return (struct device_place){ BASE, INTID, &m->w.platform, &m->lock };
}

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));
	uint8_t sector[SECTOR];
	FILE *file;
	int fd;

	vworld_init(&m->w);
	pthread_mutex_init(&m->lock, NULL);
	strcpy(m->path, "/tmp/caec-disk-XXXXXX");
	fd = mkstemp(m->path);
	file = fdopen(fd, "wb");
	for (unsigned int i = 0; i < SECTORS; i++) {
		memset(sector, (int)i, sizeof(sector));
		assert_int_equal(fwrite(sector, 1, SECTOR, file), SECTOR);
	}
	fclose(file);
	disk_init(&m->disk);
	m->config.path = m->path;
	syncs = 0;
	sync_fails = false;
	write_most = SIZE_MAX;
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	disk_close(&m->disk);
	unlink(m->path);
	vworld_free(&m->w);
	free(m);
	return 0;
}

static struct vworld *open_disk(struct machine *m, bool read_only)
{
	struct device_place place = place_of(m);

	m->config.read_only = read_only;
	assert_true(disk_open(&m->disk, &m->config, &place, &m->fault));
	assert_true(disk_start(&m->disk, &m->fault));
	m->w.device = &m->disk.block.virtio.device;
	pthread_mutex_lock(&m->lock);
	start(&m->w, 1, 16);
	pthread_mutex_unlock(&m->lock);
	return &m->w;
}

/* Until the thread has given the buffer back. */
static void await_used(struct machine *m)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	for (unsigned int i = 0; i < 10000; i++) {
		bool there;

		pthread_mutex_lock(&m->lock);
		there = peek16(&m->w, m->w.queues[0].used + 2) != m->w.queues[0].used_idx;
		pthread_mutex_unlock(&m->lock);
		if (there)
			return;
		nanosleep(&moment, NULL);
	}
	fail_msg("the thread does not answer");
}

static uint8_t request(struct machine *m, uint32_t type, uint64_t sector, uint32_t bytes)
{
	struct part parts[3] = { { HEADER_AT, 16, 0 },
				 { DATA, bytes, type == VIRTIO_BLK_T_OUT ? 0 : D_WRITE },
				 { STATUS_AT, 1, D_WRITE } };
	const uint32_t header[2] = { type, 0 };
	uint32_t id, length;
	uint8_t status;

	if (bytes == 0)
		parts[1] = parts[2];
	pthread_mutex_lock(&m->lock);
	poke(&m->w, HEADER_AT, header, sizeof(header));
	poke(&m->w, HEADER_AT + 8, &sector, sizeof(sector));
	*at(&m->w, STATUS_AT) = 0xee;
	offer(&m->w, 0, parts, bytes == 0 ? 2 : 3);
	kick(&m->w, 0);
	pthread_mutex_unlock(&m->lock);
	await_used(m);
	pthread_mutex_lock(&m->lock);
	assert_true(take_used(&m->w, 0, &id, &length));
	status = *at(&m->w, STATUS_AT);
	set_reg(&m->w, R_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	pthread_mutex_unlock(&m->lock);
	return status;
}

static void test_read(void **state)
{
	struct machine *m = *state;
	struct vworld *w = open_disk(m, true);

	assert_int_equal(reg(w, R_CONFIG), SECTORS);
	assert_int_equal(request(m, VIRTIO_BLK_T_IN, 7, 3 * SECTOR), VIRTIO_BLK_S_OK);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(*at(w, DATA + i * SECTOR + 100), 7 + i);
	assert_int_equal(request(m, VIRTIO_BLK_T_OUT, 7, SECTOR), VIRTIO_BLK_S_IOERR);
}

static void test_write(void **state)
{
	struct machine *m = *state;
	struct vworld *w = open_disk(m, false);
	uint8_t got[SECTOR];
	int fd;

	write_most = 100; /* piecewise, all the same */
	memset(at(w, DATA), 'w', SECTOR);
	assert_int_equal(request(m, VIRTIO_BLK_T_OUT, SECTORS - 1, SECTOR), VIRTIO_BLK_S_OK);
	fd = open(m->path, O_RDONLY);
	assert_int_equal(pread(fd, got, SECTOR, (SECTORS - 1) * SECTOR), SECTOR);
	assert_memory_equal(got, at(w, DATA), SECTOR);
	assert_int_equal(pread(fd, got, SECTOR, (SECTORS - 2) * SECTOR), SECTOR);
	assert_int_equal(got[SECTOR - 1], SECTORS - 2);
	close(fd);
}

/* A flush that ends well has been one. */
static void test_flush(void **state)
{
	struct machine *m = *state;

	open_disk(m, false);
	assert_int_equal(request(m, VIRTIO_BLK_T_FLUSH, 0, 0), VIRTIO_BLK_S_OK);
	assert_int_equal(__atomic_load_n(&syncs, __ATOMIC_SEQ_CST), 1);
	sync_fails = true;
	assert_int_equal(request(m, VIRTIO_BLK_T_FLUSH, 0, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(__atomic_load_n(&syncs, __ATOMIC_SEQ_CST), 2);
}

/* Somebody cuts the file short while it is a disk. */
static void test_file_shrinks(void **state)
{
	struct machine *m = *state;
	struct vworld *w = open_disk(m, true);

	assert_int_equal(truncate(m->path, 10 * SECTOR), 0);
	memset(at(w, DATA), 0x77, 2 * SECTOR);
	assert_int_equal(request(m, VIRTIO_BLK_T_IN, 9, 2 * SECTOR), VIRTIO_BLK_S_IOERR);
	assert_int_equal(*at(w, DATA), 0x77);
	assert_int_equal(request(m, VIRTIO_BLK_T_IN, 9, SECTOR), VIRTIO_BLK_S_OK);
}

/* A disk that can be written to has one owner; those that only read are as many as they like. */
static void test_locks(void **state)
{
	struct machine *m = *state;
	struct device_place place = place_of(m);
	struct disk other;

	open_disk(m, false);
	for (unsigned int read_only = 0; read_only < 2; read_only++) {
		m->config.read_only = read_only;
		disk_init(&other);
		assert_false(disk_open(&other, &m->config, &place, &m->fault));
		assert_int_equal(m->fault.status, VMM_FAILURE);
		disk_close(&other);
	}
	disk_close(&m->disk);
	open_disk(m, true);
	disk_init(&other);
	assert_true(disk_open(&other, &m->config, &place, &m->fault));
	disk_close(&other);
	m->config.read_only = false;
	disk_init(&other);
	assert_false(disk_open(&other, &m->config, &place, &m->fault));
	disk_close(&other);
}

static void test_no_disk(void **state)
{
	static char paths[3][32] = { "/tmp", "/dev/null", "/nowhere/at/all" };
	static const enum vmm_status statuses[] = { VMM_FAILURE, VMM_MALFORMED, VMM_FAILURE };
	struct machine *m = *state;
	struct device_place place = place_of(m);

	for (unsigned int i = 0; i < 3; i++) {
		m->config.path = paths[i];
		m->config.read_only = false;
		m->fault.status = VMM_OK;
		assert_false(disk_open(&m->disk, &m->config, &place, &m->fault));
		assert_int_equal(m->fault.status, statuses[i]);
		assert_non_null(strstr(m->fault.text, paths[i]));
		disk_close(&m->disk);
	}
	assert_int_equal(truncate(m->path, SECTOR - 1), 0);
	m->config.path = m->path;
	assert_false(disk_open(&m->disk, &m->config, &place, &m->fault));
}

/* A driver that resets the device again and again while the thread works; ASan watches. */
static void test_resets(void **state)
{
	struct machine *m = *state;
	struct vworld *w = open_disk(m, false);
	struct part parts[3] = { { HEADER_AT, 16, 0 }, { DATA, SECTOR, D_WRITE }, { STATUS_AT, 1, D_WRITE } };
	static const uint32_t header[4];

	for (unsigned int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&m->lock);
		poke(w, HEADER_AT, header, sizeof(header));
		for (unsigned int n = 0; n < 1 + i % 4; n++)
			offer(w, 0, parts, 3);
		kick(w, 0);
		if (i % 3 == 0)
			start(w, 1, 16);
		pthread_mutex_unlock(&m->lock);
		if (i % 3 == 1)
			await_used(m);
		pthread_mutex_lock(&m->lock);
		if (i % 3 != 0)
			start(w, 1, 16);
		assert_int_equal(reg(w, R_STATUS) & S_NEEDS_RESET, 0);
		pthread_mutex_unlock(&m->lock);
	}
	assert_int_equal(request(m, VIRTIO_BLK_T_IN, 1, SECTOR), VIRTIO_BLK_S_OK);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flush, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file_shrinks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_locks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_resets, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
