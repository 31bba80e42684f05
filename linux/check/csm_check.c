/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * csm-check: what /dev/csm promises (docs/linux-csm.md), tried by a program in the realm. One line per expectation; the
 * last says how many were not met. tests/check/linux-csm runs it.
 *
 *	csm-check local                     what one realm can try alone
 *	csm-check fill ID VALUE             a kept region's bytes
 *	csm-check attach RID N SIZE HOW     an attachment's rules, and its end: HOW is zeros or sigbus
 *	csm-check netpeer RID N ROUNDS HOW  a peer of csm_net that means harm: HOW is lie, fuzz or revoke
 *	csm-check code ID                   code in a kept region
 *	csm-check run RID N SIZE            that, where it may be run and not written
 *	csm-check mapped FILE               a mapping of FILE, in place, is a SIGBUS soon after its provider has revoked
 *	csm-check inplace FILE BASE SIZE    FILE's pages lie in [BASE, BASE + SIZE), none of it in the page cache
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "expect.h"
#include "random.h"

#define PATTERN 0xa5

static bool all_are(const uint8_t *p, uint64_t size, uint8_t value)
{
	for (uint64_t i = 0; i < size; i++)
		if (p[i] != value)
			return false;
	return true;
}

static bool is_listed(uint64_t id)
{
	struct caec_csm_entry e = { 0 };

	while (csm_query(csm, &e) == 0)
		if (e.role == CAEC_CSM_ROLE_REGION && e.id == id)
			return true;
	return false;
}

/* The frame behind an address, 0 if there is none. */
static uint64_t frame_of(const void *address)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	if (pread(fd, &entry, 8, (off_t)((uintptr_t)address / PAGE * 8)) != 8)
		entry = 0;
	close(fd);
	return entry >> 63 ? entry & ((UINT64_C(1) << 55) - 1) : 0;
}

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static bool refused(const struct csm *o, size_t size, int protection, int flags, off_t offset, int error)
{
	void *p = mmap(NULL, size, protection, flags, o->fd, offset);
	bool right = p == MAP_FAILED && errno == error;

	if (p != MAP_FAILED)
		munmap(p, size);
	return right;
}

/* --- One realm -------------------------------------------------------------------------------------------- */

static void check_mapping(struct csm *o)
{
	volatile uint8_t *p;
	long before;

	expect("a region can be mapped", csm_map(o) == 0);
	before = faults();
	expect("it is zero", all_are(o->base, o->size, 0));
	expect("and was mapped by blocks of 2 MiB", faults() - before <= 8);
	p = o->base;
	p[o->size - 1] = 1;
	expect("the last byte is the region's", ((uint8_t *)o->base)[o->size - 1] == 1);
	expect("a private mapping is refused", refused(o, o->size, PROT_READ, MAP_PRIVATE, 0, EINVAL));
	expect("a mapping beyond its end is refused",
	       refused(o, o->size + PAGE, PROT_READ, MAP_SHARED, 0, ENXIO) &&
		       refused(o, PAGE, PROT_READ, MAP_SHARED, (off_t)o->size, ENXIO) &&
		       refused(o, PAGE, PROT_READ, MAP_SHARED, (off_t)(INT64_MAX / PAGE * PAGE), ENXIO));
}

static void check_fork(struct csm *o)
{
	volatile uint8_t *p = o->base;
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		p[5] = 77;
		_exit(0);
	}
	waitpid(child, &status, 0);
	expect("a child writes to the same memory, and its end is not the region's",
	       status == 0 && p[5] == 77 && is_listed(o->id));
}

static void check_mremap(struct csm *o)
{
	uint8_t *p = mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, o->fd, 0), *q;
	void *room = mmap(NULL, 4 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[PAGE] = 9;
	q = mremap(p, 2 * MIB, 4 * MIB, MREMAP_MAYMOVE);
	expect("a mapping can't grow", q == MAP_FAILED);
	q = mremap(p, 2 * MIB, 2 * MIB, MREMAP_MAYMOVE | MREMAP_FIXED, room);
	expect("it can move", q == room && q[PAGE] == 9);
	expect("and shrink", mremap(q, 2 * MIB, PAGE, 0) == q);
	munmap(q, PAGE);
	munmap((uint8_t *)room + 2 * MIB, 2 * MIB);
}

static void check_lifetime(struct csm *o)
{
	uint64_t id = o->id, before = window_free();
	uint8_t *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, o->fd, 0);

	memset(o->base, PATTERN, o->size);
	csm_close(o);
	expect("a region lives as long as one page of it is mapped", is_listed(id) && p[0] == PATTERN);
	munmap(p, PAGE);
	expect("and ends with its last mapping", !is_listed(id) && window_free() > before);
	expect("one in its place can be made", csm_create(csm, 4 * MIB, 0, o) == 0 && csm_map(o) == 0);
	expect("and nothing of the first is in it", all_are(o->base, o->size, 0));
	csm_close(o);
}

static void check_kill(void)
{
	uint64_t before = window_free(), during = 0;
	int pipes[2], status;
	pid_t child;

	if (pipe(pipes) != 0)
		exit(1);
	child = fork();
	if (child == 0) {
		struct csm o;

		if (csm_create(csm, 2 * MIB, CAEC_CSM_DAX, &o) != 0 || write(pipes[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(pipes[0], &status, 1) == 1)
		during = window_free();
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	expect("what a killed program had is given back", during < before && window_free() == before);
}

static void check_keep(void)
{
	uint64_t before = window_free();
	struct csm o, again;
	uint64_t id;

	expect("a kept region is made", csm_create(csm, 2 * MIB, CAEC_CSM_KEEP, &o) == 0);
	id = o.id;
	csm_close(&o);
	expect("it outlives its descriptor, and is found", csm_find_region(csm, id, &again) == 0);
	expect("until it is kept no longer", csm_keep(&again, false) == 0);
	csm_close(&again);
	expect("then it is gone", csm_find_region(csm, id, &again) == -ENOENT && window_free() == before);
}

static void on_alarm(int number)
{
	(void)number;
}

/* Signals fall into the middle of calls that the monitor gives back half done. */
static void check_signals(void)
{
	const struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { { 0, 0 }, { 0, 0 } };
	uint64_t before = window_free();
	bool good = true;

	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 4; i++) {
		struct csm o;

		good &= csm_create(csm, 8 * MIB, 0, &o) == 0;
		close(o.fd);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	expect("signals do not break a call that is under way", good && window_free() == before);
}

static void check_local(void)
{
	struct caec_csm_info info;
	struct csm o;

	expect("this realm has an identifier", csm_info(csm, &info) == 0 && (info.rid.lo | info.rid.hi) != 0);
	expect("a region of no size is refused", csm_create(csm, 0, 0, &o) == -EINVAL);
	expect("nor one of half a page", csm_create(csm, 2048, 0, &o) == -EINVAL);
	expect("nor one with unknown flags", csm_create(csm, PAGE, 0x80, &o) == -EINVAL);
	expect("nor one larger than the window",
	       csm_create(csm, UINT64_MAX / PAGE * PAGE, 0, &o) == -ENOSPC &&
		       csm_create(csm, info.window_size + PAGE, 0, &o) == -ENOSPC);
	expect("a region can be made", csm_create(csm, 4 * MIB, 0, &o) == 0);
	check_mapping(&o);
	check_fork(&o);
	check_mremap(&o);
	check_lifetime(&o);
	check_kill();
	check_keep();
	check_signals();
}

/* --- An attachment ---------------------------------------------------------------------------------------- */

static void fill(uint64_t id, int value)
{
	struct csm o = { 0 };

	expect("the region is there", csm_find_region(csm, id, &o) == 0 && csm_map(&o) == 0);
	if (o.base != NULL)
		memset(o.base, value, o.size);
}

static sigjmp_buf escape;

static void on_bus(int number)
{
	(void)number;
	siglongjmp(escape, 1);
}

/* True: the load was a SIGBUS. */
static bool bus_error(const volatile uint8_t *p)
{
	if (sigsetjmp(escape, 1) != 0)
		return true;
	(void)*p;
	return false;
}

/* The kernel copies from the mapping, over and over, while the share ends. False: something else than data or zeros. */
static bool copy_until_gone(const struct csm *o, bool sigbus)
{
	static uint8_t buffer[65536];
	struct pollfd poller = { .fd = o->fd, .events = POLLIN };
	int sink = memfd_create("sink", 0);
	bool good = true;

	for (uint64_t at = 0; good; at = (at + sizeof(buffer)) % o->size) {
		ssize_t got = pwrite(sink, (uint8_t *)o->base + at, sizeof(buffer), 0);

		/* Where an access is a SIGBUS the kernel copies up to there, or nothing. */
		if (got != (ssize_t)sizeof(buffer))
			good = sigbus && (got > 0 || (got < 0 && errno == EFAULT));
		if (pread(sink, buffer, sizeof(buffer), 0) >= got)
			for (ssize_t i = 0; i < got; i++)
				good &= buffer[i] == PATTERN || buffer[i] == 0;
		if (poll(&poller, 1, 0) == 1 && (poller.revents & POLLHUP) != 0)
			break;
	}
	close(sink);
	return good;
}

static bool gone_is_told(const struct csm *o)
{
	struct caec_csm_event event;
	bool gone = false;

	while (csm_wait(o, 10000, &event) == 0)
		gone |= (event.events & CAEC_CSM_EVENT_GONE) != 0;
	return gone && csm_wait(o, 0, &event) == -EPIPE;
}

static void check_attach(const struct caec_csm_rid *provider, uint64_t n, uint64_t size, bool sigbus)
{
	uint64_t before = window_free();
	struct csm o, second;

	expect("another size than the region's is refused",
	       csm_attach(csm, provider, n, size + PAGE, 0, &o) == -EACCES && window_free() == before);
	expect("another number is refused", csm_attach(csm, provider, n + 1000, size, 0, &o) == -EACCES);
	expect("the share can be attached",
	       csm_attach(csm, provider, n, size, sigbus ? CAEC_CSM_SIGBUS : 0, &o) == 0);
	expect("not twice", csm_attach(csm, provider, n, size, 0, &second) == -EBUSY);
	expect("it is read-only", o.permission == CAEC_CSM_RO &&
					  refused(&o, size, PROT_READ | PROT_WRITE, MAP_SHARED, 0, EACCES) &&
					  refused(&o, size, PROT_READ | PROT_EXEC, MAP_SHARED, 0, EACCES));
	expect("it can be mapped", csm_map(&o) == 0);
	expect("what the provider wrote is there", all_are(o.base, size, PATTERN));
	expect("mprotect() gives no more than the share",
	       mprotect(o.base, size, PROT_READ | PROT_WRITE) != 0 && errno == EACCES &&
		       mprotect(o.base, size, PROT_READ | PROT_EXEC) != 0 && errno == EACCES);
	puts("READY");
	fflush(stdout);
	expect("while it ends the kernel copies data or zeros", copy_until_gone(&o, sigbus));
	expect("that it ended is told", gone_is_told(&o));
	signal(SIGBUS, on_bus);
	if (sigbus)
		expect("an access is a SIGBUS", bus_error(o.base) && bus_error((uint8_t *)o.base + size - 1));
	else
		expect("it reads zeros", !bus_error(o.base) && all_are(o.base, size, 0));
	csm_close(&o);
	expect("nothing is left of it", window_free() == before);
	expect("and it can't be had again", csm_attach(csm, provider, n, size, 0, &o) < 0);
}

/* --- A network's peer ------------------------------------------------------------------------------------- */

#define NET_SIZE (2 * MIB)
#define PATIENCE_S 60
#define ROUND_S 5

struct net_peer {
	struct csm own, theirs;
	struct channel tx, rx;
	struct caec_csm_rid rid;
	uint64_t own_n;
};

static time_t seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static bool attach_soon(struct net_peer *p, uint64_t n)
{
	time_t end = seconds() + PATIENCE_S;

	while (csm_attach(csm, &p->rid, n, NET_SIZE, 0, &p->theirs) != 0) {
		if (seconds() > end)
			return false;
		usleep(50000);
	}
	return csm_map(&p->theirs) == 0;
}

/* The interface attaches what this side has shared when it hears that its own region is attached. */
static bool is_attached_soon(const struct net_peer *p)
{
	time_t end = seconds() + PATIENCE_S;
	struct caec_csm_event event;

	csm_notify(&p->theirs, NULL, 0);
	while (seconds() < end)
		if (csm_wait(&p->own, 1000, &event) == 0 && (event.events & CAEC_CSM_EVENT_ATTACHED) != 0)
			return true;
	return false;
}

static bool net_peer_begin(struct net_peer *p, uint64_t n)
{
	if (csm_create(csm, NET_SIZE, 0, &p->own) != 0 || csm_map(&p->own) != 0 ||
	    csm_share(&p->own, &p->rid, CAEC_CSM_RO, NULL, &p->own_n) != 0)
		return false;
	return attach_soon(p, n) && is_attached_soon(p) &&
	       channel_open_two(&p->tx, &p->rx, p->own.base, NET_SIZE, p->theirs.base, NET_SIZE);
}

/* A bell is no end: it goes on waiting, for `patience` seconds. */
static bool net_is_gone(const struct net_peer *p, time_t patience)
{
	struct pollfd poller = { .fd = p->theirs.fd, .events = POLLIN };
	time_t end = seconds() + patience;
	struct caec_csm_event event;

	do {
		if (poll(&poller, 1, patience == 0 ? 0 : 1000) == 1)
			csm_wait(&p->theirs, 0, &event);
		if (poller.revents & POLLHUP)
			return true;
	} while (seconds() < end);
	return false;
}

/* A frame as long as it says, with something in it that some protocol might listen to. */
static void send_noise(struct net_peer *p)
{
	static const uint8_t types[][2] = { { 8, 0 }, { 8, 6 }, { 0x86, 0xdd }, { 0x81, 0 }, { 0, 3 } };
	uint64_t r = random_value();
	size_t length = 14 + (r % 8 == 0 ? (r >> 8) % 65525 : (r >> 8) % 1501);
	uint8_t *frame;
	void *to;

	if (channel_reserve(&p->tx, length, &to) != CHANNEL_OK)
		return;
	frame = to;
	for (size_t i = 0; i < length && i < 128; i++)
		frame[i] = (uint8_t)(random_value() >> 13);
	memset(frame, 0xff, 6);
	memcpy(frame + 12, types[(r >> 32) % 5], 2);
	if (length > 14 && (r >> 40) % 4 != 0)
		frame[14] = (uint8_t)((r >> 32) % 5 == 2 ? 0x60 : 0x45);
	channel_commit(&p->tx);
}

/* Indexes, flags, lengths: near the truth as often as far from it. */
static void write_lie(struct net_peer *p)
{
	struct channel_ring *ring = p->own.base;
	uint64_t r = random_value(), word = random_value();
	uint64_t *words[] = { &ring->head, &ring->tail, &ring->producer_sleeps, &ring->consumer_sleeps };
	uint64_t value = r % 4 == 0 ? p->tx.own + r % 1024 : r % 4 == 1 ? p->rx.own + word % 64 : word;

	if (r % 3 == 0)
		*(volatile uint64_t *)words[(r >> 8) % 4] = value;
	else
		*(volatile uint64_t *)(void *)&ring
			 ->data[(p->tx.own - (r >> 8) % 4096) % p->tx.capacity & ~7U] = value;
}

/* Each round with a link of its own; it ends when the interface gives it up, or in time. */
static void net_round(struct net_peer *p, const char *how, uint64_t n)
{
	time_t end = seconds() + ROUND_S;
	uint64_t polite = random_value() % 128;

	expect("the interface and this program attach each other's region", net_peer_begin(p, n));
	if (strcmp(how, "lie") == 0) {
		void *to;

		if (channel_reserve(&p->tx, 13, &to) == CHANNEL_OK)
			channel_commit(&p->tx);
		csm_notify(&p->theirs, NULL, 0);
		expect("the interface lets go of one whose message is no frame", net_is_gone(p, PATIENCE_S));
	}
	for (uint64_t i = 0; strcmp(how, "fuzz") == 0 && seconds() < end && !net_is_gone(p, 0); i++) {
		for (int j = 0; j < 64; j++) {
			send_noise(p);
			if (i * 64 > polite && random_value() % 16 == 0)
				write_lie(p);
		}
		csm_notify(&p->theirs, NULL, 0);
	}
	if (strcmp(how, "revoke") == 0) {
		expect("the share can be revoked", csm_revoke(&p->own, &p->rid, p->own_n) == 0);
		expect("then the interface lets go", net_is_gone(p, PATIENCE_S));
	}
}

static void check_net_peer(const struct caec_csm_rid *rid, uint64_t n, uint64_t rounds, const char *how)
{
	uint64_t before = window_free();

	for (uint64_t i = 0; i < rounds; i++) {
		struct net_peer p = { .rid = *rid, .own = { .fd = -1 }, .theirs = { .fd = -1 } };

		net_round(&p, how, n + i);
		csm_close(&p.theirs);
		csm_close(&p.own);
	}
	expect("all is given back", window_free() == before);
}

/* --- Code ------------------------------------------------------------------------------------------------- */

/* mov w0, #42; ret */
static const uint32_t answer[] = { 0x52800540, 0xd65f03c0 };

static void code(uint64_t id)
{
	struct csm o = { 0 };

	expect("the region is there", csm_find_region(csm, id, &o) == 0 && csm_map(&o) == 0);
	if (o.base != NULL)
		memcpy(o.base, answer, sizeof(answer));
}

static void check_run(const struct caec_csm_rid *provider, uint64_t n, uint64_t size)
{
	struct csm o;
	void *p;

	expect("a share to read and execute can be attached",
	       csm_attach(csm, provider, n, size, 0, &o) == 0 && o.permission == CAEC_CSM_RX);
	p = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_SHARED, o.fd, 0);
	expect("it can be mapped to be executed", p != MAP_FAILED);
	expect("and not to be written",
	       refused(&o, size, PROT_READ | PROT_WRITE, MAP_SHARED, 0, EACCES) &&
		       refused(&o, size, PROT_WRITE | PROT_EXEC, MAP_SHARED, 0, EACCES));
	if (p == MAP_FAILED)
		return;
	__builtin___clear_cache(p, (char *)p + sizeof(answer));
	expect("what the provider wrote is executed", ((int (*)(void))(uintptr_t)p)() == 42);
	expect("mprotect() does not make it writable",
	       mprotect(p, size, PROT_READ | PROT_WRITE) != 0 && errno == EACCES);
	munmap(p, size);
	csm_close(&o);
}

/* --- Files in place --------------------------------------------------------------------------------------- */

static uint64_t cached_bytes(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	unsigned long long kib = 0;
	char line[128];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "Cached: %llu", &kib) == 1)
			break;
	if (file != NULL)
		fclose(file);
	return kib * 1024;
}

static void check_inplace(const char *path, uint64_t base, uint64_t size)
{
	int fd = open(path, O_RDONLY);
	uint64_t before = cached_bytes(), frame, sum = 0;
	struct stat status = { 0 };
	const uint8_t *p;
	bool inside = true;

	fstat(fd, &status);
	p = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
	expect("the file can be mapped", p != MAP_FAILED);
	if (p == MAP_FAILED)
		return;
	for (uint64_t at = 0; at < (uint64_t)status.st_size; at += PAGE) {
		sum += p[at];
		frame = frame_of(p + at) * PAGE;
		inside &= frame >= base && frame - base < size;
	}
	expect("each of its page frames lies in the attachment", inside && status.st_size > 0);
	expect("the page cache has not grown by it", cached_bytes() < before + (uint64_t)status.st_size / 4);
	printf("SUM %llu\n", (unsigned long long)sum);
}

/* --- A file in place whose provider revokes --------------------------------------------------------------- */

static void check_mapped(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat status = { 0 };
	const volatile uint8_t *p = MAP_FAILED;
	time_t end = seconds() + PATIENCE_S;
	bool gone = false;

	if (fd >= 0 && fstat(fd, &status) == 0)
		p = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
	expect("a file in place can be mapped", p != MAP_FAILED);
	if (p == MAP_FAILED)
		return;
	for (off_t at = 0; at < status.st_size; at += PAGE)
		(void)p[at];
	signal(SIGBUS, on_bus);
	puts("READY");
	fflush(stdout);
	while (!gone && seconds() < end) {
		gone = bus_error(p);
		usleep(1000);
	}
	expect("when its provider has revoked an access to what was there is a SIGBUS", gone);
	expect("to its end, too", bus_error(p + status.st_size - 1));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct caec_csm_rid provider;

	csm = csm_open();
	if (csm < 0) {
		printf("NOT OK /dev/csm: %s\n", csm_error_text(csm));
		return 1;
	}
	if (strcmp(what, "local") == 0)
		check_local();
	else if (strcmp(what, "fill") == 0 && argc == 4)
		fill(strtoull(argv[2], NULL, 0), (int)strtoul(argv[3], NULL, 0));
	else if (strcmp(what, "code") == 0 && argc == 3)
		code(strtoull(argv[2], NULL, 0));
	else if (strcmp(what, "run") == 0 && argc == 5 && csm_rid_parse(argv[2], &provider))
		check_run(&provider, strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0));
	else if (strcmp(what, "attach") == 0 && argc == 6 && csm_rid_parse(argv[2], &provider))
		check_attach(&provider, strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0),
			     strcmp(argv[5], "sigbus") == 0);
	else if (strcmp(what, "netpeer") == 0 && argc == 6 && csm_rid_parse(argv[2], &provider))
		check_net_peer(&provider, strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0), argv[5]);
	else if (strcmp(what, "inplace") == 0 && argc == 5)
		check_inplace(argv[2], strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0));
	else if (strcmp(what, "mapped") == 0 && argc == 3)
		check_mapped(argv[2]);
	else
		return 2;
	return expect_end();
}
