/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hostile ioctls: what would be right, with some fields of it changed. Most of what is tried so gets past the first checks.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define DISKS 256

enum target { DEVICE, REGION, BLOCK, NET, TARGETS };

union argument {
	uint64_t words[32];
	struct caec_csm_info info;
	struct caec_csm_create create;
	struct caec_csm_attach attach;
	struct caec_csm_open open;
	struct caec_csm_entry entry;
	struct caec_csm_measurement measurement;
	struct caec_csm_object object;
	struct caec_csm_share share;
	struct caec_csm_peer peer;
	struct caec_csm_keep keep;
	struct caec_csm_blk blk;
	struct caec_csm_net net;
};

static struct {
	int fd[TARGETS];
	struct csm region;
	struct caec_csm_rid own;
	const struct share *share;
	uint64_t n;    /* of the last share that was made */
	uint8_t *edge; /* the last byte of a page with nothing behind it, and one more */
} at;

/* --- What would be right ---------------------------------------------------------------------------------- */

static void right_create(union argument *in)
{
	in->create.size = PAGE;
}

static void right_attach(union argument *in)
{
	in->attach.provider = at.share != NULL ? at.share->provider : at.own;
	in->attach.n = at.share != NULL ? at.share->n : 0;
	in->attach.size = at.share != NULL ? at.share->size : PAGE;
}

static void right_open(union argument *in)
{
	in->open.id = at.region.id;
}

static void right_measurement(union argument *in)
{
	in->measurement.peer = at.share != NULL ? at.share->provider : at.own;
}

static void right_share(union argument *in)
{
	in->share.permission = CAEC_CSM_RO;
	in->share.peer = at.share != NULL ? at.share->provider : at.own;
}

static void right_peer(union argument *in)
{
	in->peer.peer = at.share != NULL ? at.share->provider : at.own;
	in->peer.n = at.n;
}

static void right_keep(union argument *in)
{
	in->keep.keep = random_word() % 2;
}

static void right_blk(union argument *in)
{
	in->blk.fd = at.region.fd;
}

static void right_net(union argument *in)
{
	in->net.fd = at.region.fd;
	strcpy(in->net.name, "fuzz0");
	in->net.peer = at.share != NULL ? at.share->provider : at.own;
	in->net.own_n = at.n;
	in->net.peer_size = 2 * MIB;
}

static void right_anyway(union argument *in)
{
	(void)in;
}

/* What succeeds at all here: a bell and a network need a peer that does its part. */
static struct command {
	unsigned long number;
	enum target target;
	enum { NEVER, WITH_PEER, ALONE } succeeds;
	void (*right)(union argument *in);
	unsigned long good, bad;
} commands[] = {
	{ CAEC_CSM_INFO, DEVICE, ALONE, right_anyway, 0, 0 },
	{ CAEC_CSM_CREATE, DEVICE, ALONE, right_create, 0, 0 },
	{ CAEC_CSM_ATTACH, DEVICE, WITH_PEER, right_attach, 0, 0 },
	{ CAEC_CSM_OPEN, DEVICE, ALONE, right_open, 0, 0 },
	{ CAEC_CSM_QUERY, DEVICE, ALONE, right_anyway, 0, 0 },
	{ CAEC_CSM_MEASUREMENT, DEVICE, WITH_PEER, right_measurement, 0, 0 },
	{ CAEC_CSM_OBJECT, REGION, ALONE, right_anyway, 0, 0 },
	{ CAEC_CSM_SHARE, REGION, WITH_PEER, right_share, 0, 0 },
	{ CAEC_CSM_REVOKE, REGION, WITH_PEER, right_peer, 0, 0 },
	{ CAEC_CSM_NOTIFY, REGION, NEVER, right_peer, 0, 0 },
	{ CAEC_CSM_SET_KEEP, REGION, ALONE, right_keep, 0, 0 },
	{ CAEC_CSM_BLK_ADD, BLOCK, ALONE, right_blk, 0, 0 },
	{ CAEC_CSM_BLK_REMOVE, BLOCK, ALONE, right_anyway, 0, 0 },
	{ CAEC_CSM_NET_UP, NET, NEVER, right_net, 0, 0 },
	{ CAEC_CSM_NET_DOWN, NET, NEVER, right_net, 0, 0 },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* --- What is wrong with it -------------------------------------------------------------------------------- */

static void spoil(union argument *in, size_t size)
{
	size_t width = random_word() % 2 == 0 ? 4 : 8, where = random_word() % size / width * width;
	uint64_t value = random_value();

	if (random_word() % 8 == 0)
		value = (uint64_t)at.fd[random_word() % TARGETS];
	memcpy((uint8_t *)in + where, &value, where + width <= size ? width : size - where);
}

/* Where the argument lies: as a rule where it can be read. */
static void *place(union argument *in, size_t size)
{
	switch (random_word() % 32) {
	case 0:
		return (void *)random_value();
	case 1:
		return (void *)(UINT64_C(0xffff) << 48 | random_word() >> 16);
	case 2: /* the end of it is not there */
		return at.edge - random_word() % size;
	case 3: /* not written to */
		return (void *)(uintptr_t) "read only, and longer than no argument at all is: padding, "
					   "padding, padding";
	default:
		return in;
	}
}

/* The other process may have been first. */
static void net_down(const char name[16])
{
	struct caec_csm_net net = { .version = CAEC_CSM_VERSION, .fd = -1 };

	memcpy(net.name, name, sizeof(net.name));
	ioctl(at.fd[NET], CAEC_CSM_NET_DOWN, &net);
}

/* What it made goes at once; so does what it kept. */
static void give_back(const struct command *command, const union argument *in)
{
	struct csm o = { .fd = command->number == CAEC_CSM_CREATE   ? in->create.fd
			       : command->number == CAEC_CSM_ATTACH ? in->attach.fd
			       : command->number == CAEC_CSM_OPEN   ? in->open.fd
								    : -1 };

	if (command->number == CAEC_CSM_SHARE)
		at.n = in->share.n;
	if (command->number == CAEC_CSM_NET_UP)
		net_down(in->net.name);
	if (o.fd <= 2 || o.fd == at.region.fd)
		return;
	csm_keep(&o, command->number == CAEC_CSM_OPEN);
	close(o.fd);
}

static void try_ioctl(void)
{
	struct command *command = &commands[random_word() % COMMANDS];
	size_t size = _IOC_SIZE(command->number);
	unsigned long number = command->number;
	union argument in = { 0 };
	int fd = at.fd[command->target];
	void *where;

	((uint32_t *)&in)[0] = CAEC_CSM_VERSION;
	command->right(&in);
	for (uint64_t spoilt = random_word() % 4; spoilt > 0; spoilt--)
		spoil(&in, size);
	if (random_word() % 16 == 0)
		number ^= 1UL << random_word() % 32;
	if (random_word() % 16 == 0)
		fd = at.fd[random_word() % TARGETS];
	where = place(&in, size);
	if (ioctl(fd, number, where) != 0) {
		command->bad++;
	} else if (number == command->number && where == &in) {
		command->good++;
		give_back(command, &in);
	}
}

static void try_mmap(int fd)
{
	static const int kinds[] = { MAP_SHARED, MAP_PRIVATE, MAP_SHARED | MAP_POPULATE,
				     MAP_SHARED | MAP_LOCKED, MAP_SHARED_VALIDATE | MAP_SYNC };
	int flags = kinds[random_word() % (sizeof(kinds) / sizeof(kinds[0]))],
	    protection = (int)(random_word() % 8);
	size_t length = random_value() % (64 * MIB);
	void *p = mmap(NULL, length, protection, flags, fd, (off_t)random_value());

	if (p != MAP_FAILED && munmap(p, length) != 0)
		expect("what is mapped can be unmapped", false);
}

/* The other calls on the same files. */
static void try_file(void)
{
	int fd = at.fd[random_word() % TARGETS];
	struct pollfd poller = { .fd = fd, .events = (short)random_word() };
	void *hostile = (void *)random_value();
	static uint8_t buffer[4096];
	size_t length = random_value() % sizeof(buffer);

	try_mmap(fd);
	poll(&poller, 1, 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (read(fd, random_word() % 4 == 0 ? hostile : buffer, length) < 0 && write(fd, buffer, length) < 0)
		lseek(fd, (off_t)random_value(), (int)(random_word() % 8));
}

/* --- Runs ------------------------------------------------------------------------------------------------- */

static void run(unsigned long count, uint64_t seed)
{
	seed_random(seed);
	for (unsigned long i = 0; i < count; i++) {
		if (random_word() % 8 == 0)
			try_file();
		else
			try_ioctl();
	}
}

static void remove_disks(void)
{
	for (uint32_t minor = 0; minor < DISKS; minor++) {
		struct caec_csm_blk blk = { .version = CAEC_CSM_VERSION, .minor = minor };

		ioctl(at.fd[BLOCK], CAEC_CSM_BLK_REMOVE, &blk);
	}
}

/* A fuzzer that never gets past the first check would find nothing. */
static void expect_both_outcomes(void)
{
	bool good = true, bad = true;

	for (size_t i = 0; i < COMMANDS; i++) {
		bool can = commands[i].succeeds == ALONE ||
			   (commands[i].succeeds == WITH_PEER && at.share != NULL);

		good &= !can || commands[i].good != 0;
		bad &= commands[i].bad != 0;
		if ((can && commands[i].good == 0) || commands[i].bad == 0)
			printf("ioctl %zu: %lu succeeded, %lu failed\n", i, commands[i].good,
			       commands[i].bad);
	}
	expect("each ioctl succeeded now and then", good);
	expect("and failed now and then", bad);
}

static void make_edge(void)
{
	uint8_t *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p != MAP_FAILED)
		munmap(p + PAGE, PAGE);
	at.edge = p + PAGE;
}

void fuzz_ioctl(unsigned long count, const struct share *attachable)
{
	uint64_t before = window_free();
	struct caec_csm_info info;
	int status = 1;
	pid_t other;

	at.share = attachable;
	make_edge();
	expect("a region to try it on",
	       csm_info(csm, &info) == 0 && csm_create(csm, 2 * MIB, CAEC_CSM_DAX, &at.region) == 0);
	at.own = info.rid;
	at.fd[DEVICE] = csm;
	at.fd[REGION] = at.region.fd;
	at.fd[BLOCK] = open("/dev/csmblk-control", O_RDWR);
	at.fd[NET] = open("/dev/csmnet-control", O_RDWR);
	other = fork();
	run(count, other == 0 ? 2 : 1);
	if (other == 0)
		_exit(0);
	waitpid(other, &status, 0);
	expect("hostile arguments end no program", status == 0);
	expect_both_outcomes();
	remove_disks();
	expect("the region can be given up", csm_keep(&at.region, false) == 0);
	csm_close(&at.region);
	expect("hostile arguments leave nothing behind", window_free() == before);
}
