/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A module that the test plays (fake_module.h).
 */
#define _GNU_SOURCE
#include "fake_module.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox.h"

struct fake fake;

static int device = -1, realm = -1, rec_fds[8];
static struct caec_host_run pages[8][CAEC_HOST_RUN_SIZE / sizeof(struct caec_host_run)];
static size_t position;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void fake_reset(void)
{
	fake = (struct fake){ .is_there = true };
	device = realm = -1;
	memset(rec_fds, -1, sizeof(rec_fds));
	memset(pages, 0, sizeof(pages));
	position = 0;
}

/* --- Descriptors ------------------------------------------------------------------------------------------ */

int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
	va_list more;
	unsigned int mode;

	va_start(more, flags);
	mode = (flags & O_CREAT) != 0 ? va_arg(more, unsigned int) : 0;
	va_end(more);
	if (strcmp(path, "/dev/caec") != 0)
		return __real_open(path, flags, mode);
	if (!fake.is_there) {
		errno = ENOENT;
		return -1;
	}
	device = eventfd(0, EFD_CLOEXEC);
	return device;
}

int __wrap_open64(const char *path, int flags, ...)
{
	return __wrap_open(path, flags);
}

static int number_of(int fd)
{
	for (int i = 0; i < 8; i++)
		if (rec_fds[i] == fd)
			return i;
	return -1;
}

void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t size, int protection, int flags, int fd, off_t offset);

/* A run page is memory that nobody unmaps: munmap() of what was never mapped there would hit something else. */
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	int n = fd >= 0 ? number_of(fd) : -1;
	void *page;

	if (n < 0)
		return __real_mmap(at, size, protection, flags, fd, offset);
	page = __real_mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(pages[n], &page, sizeof(page));
	return page;
}

void *__wrap_mmap64(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	return __wrap_mmap(at, size, protection, flags, fd, offset);
}

static struct caec_host_run *page_of(int n)
{
	struct caec_host_run *page;

	memcpy(&page, pages[n], sizeof(page)); /* NOLINT(bugprone-sizeof-expression): a pointer is copied */
	return page;
}

/* --- The realm -------------------------------------------------------------------------------------------- */

/* The realm goes on from the last exit: what it read, or that it got an abort. */
static void check_answer(const struct caec_host_run *run)
{
	const struct fake_exit *last;

	if (position == 0)
		return;
	last = &fake.script[position - 1];
	if (last->reason != CAEC_HOST_EXIT_MMIO)
		return;
	if ((run->mmio.abort != 0) != last->aborts ||
	    (!last->is_write && !last->aborts && run->mmio.data != last->data))
		fake.mismatches++;
}

/* A process that masks signals would be waited for for ever: nobody kicks, so the test has failed. */
static int sleep_until_kicked(const struct caec_host_run *run)
{
	for (unsigned int i = 0; __atomic_load_n(&run->immediate_exit, __ATOMIC_SEQ_CST) == 0; i++) {
		if (i == 30000)
			_exit(1);
		usleep(1000);
	}
	errno = EINTR;
	return -1;
}

/* The realm sleeps until there is an interrupt for it; at most for a while. */
static void await_irq(void)
{
	for (unsigned int i = 0; i < 3000; i++) {
		bool level;

		pthread_mutex_lock(&lock);
		level = fake.irq_level[fake.waits_for];
		pthread_mutex_unlock(&lock);
		if (level)
			return;
		usleep(1000);
	}
	fake.mismatches++;
}

static int run_rec(int n)
{
	struct caec_host_run *run = page_of(n);
	const struct fake_exit *next;

	if (n != 0)
		return sleep_until_kicked(run);
	check_answer(run);
	if (position == fake.script_count)
		return sleep_until_kicked(run);
	next = &fake.script[position++];
	run->exit_reason = next->reason;
	if (next->reason == CAEC_HOST_EXIT_NONE)
		await_irq();
	if (next->reason == CAEC_HOST_EXIT_ERROR)
		run->error = fake.error;
	else if (next->reason == CAEC_HOST_EXIT_INTR)
		return sleep_until_kicked(run);
	else
		run->mmio = (struct caec_host_run_mmio){ .ipa = next->ipa,
							 .data = next->is_write ? next->data : 0,
							 .size = next->size,
							 .is_write = next->is_write };
	return 0;
}

/* --- ioctl() ---------------------------------------------------------------------------------------------- */

static int populate(const struct caec_host_populate *populate)
{
	if (fake.loaded_bytes == 0)
		fake.loaded_first = populate->ipa;
	fake.loaded_bytes += populate->size;
	return 0;
}

static int create_rec(struct caec_host_create_rec *rec)
{
	rec->fd = eventfd(0, EFD_CLOEXEC);
	rec_fds[fake.rec_count] = rec->fd;
	fake.recs[fake.rec_count++] = *rec;
	return 0;
}

static int create_realm(struct caec_host_create *create)
{
	fake.create = *create;
	realm = eventfd(0, EFD_CLOEXEC);
	create->fd = realm;
	create->num_bps = create->num_bps != 0 ? create->num_bps : 5;
	create->num_wps = create->num_wps != 0 ? create->num_wps : 3;
	return 0;
}

static int serve(unsigned long request, void *argument)
{
	switch (request) {
	case CAEC_HOST_CREATE_REALM:
		return create_realm(argument);
	case CAEC_HOST_POPULATE:
		return populate(argument);
	case CAEC_HOST_CREATE_REC:
		return create_rec(argument);
	case CAEC_HOST_CSM_POLICY:
		fake.policy = *(struct caec_host_csm_policy *)argument;
		return 0;
	case CAEC_HOST_SET_SHARED:
		fake.shared = *(struct caec_host_shared *)argument;
		return 0;
	case CAEC_HOST_IRQ_LINE:
		fake.irq_level[((struct caec_host_irq *)argument)->intid % 96] =
			((struct caec_host_irq *)argument)->level == CAEC_HOST_IRQ_HIGH;
		return 0;
	case CAEC_HOST_CSM_ENTRY:
		errno = ENOENT;
		return -1;
	default:
		return 0;
	}
}

int __wrap_ioctl(int fd, unsigned long request, ...);
int __real_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list more;
	void *argument;
	int result;

	va_start(more, request);
	argument = va_arg(more, void *);
	va_end(more);
	if (_IOC_TYPE(request) != 0xca)
		return __real_ioctl(fd, request, argument);
	if (request == CAEC_HOST_RUN)
		return run_rec(number_of(fd));
	pthread_mutex_lock(&lock);
	if (fake.call_count < sizeof(fake.calls) / sizeof(fake.calls[0]))
		fake.calls[fake.call_count++] = request;
	if (fake.refuses != 0 && fake.refused == request) {
		errno = fake.refuses;
		result = -1;
	} else {
		result = serve(request, argument);
	}
	pthread_mutex_unlock(&lock);
	return result;
}

/* --- The sandbox ------------------------------------------------------------------------------------------ */

bool __wrap_sandbox_enter(const struct config *config, const struct sandbox_user *user, struct fault *fault);

/* Has a test of its own; what this test does afterwards it would not let it do. */
bool __wrap_sandbox_enter(const struct config *config, const struct sandbox_user *user, struct fault *fault)
{
	(void)config;
	(void)user;
	(void)fault;
	return true;
}
