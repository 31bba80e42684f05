/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Links of libcsm over two regions, each of which one side may read and no more; the kernel is played: bells are counted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "libcsm.h"
#include "transport.h"

#define SIZE 65536

/* The kernel, in libcsm's place. */
int __wrap_csm_notify(const struct csm *o, const struct caec_csm_rid *peer, uint64_t n);
int __wrap_csm_wait(const struct csm *o, int timeout, struct caec_csm_event *event);
int __wrap_csm_open(void);
int __wrap_csm_find_region(int fd, uint64_t id, struct csm *o);
int __wrap_csm_find_attachment(int fd, const struct caec_csm_rid *provider, uint64_t n, struct csm *o);
int __wrap_csm_map(struct csm *o);
void __wrap_csm_close(struct csm *o);

/* Two views of each region: its owner's, and one that can only be read. */
struct world {
	struct csm own[2], theirs[2];
	struct csm_link links[2];
};

static const struct caec_csm_rid rids[2] = { { 1, 0 }, { 2, 0 } };

extern int csm; /* which programs of libcsm have */
int csm = -1;

/* The kernel: who was rung, by what; what a sleeper hears. */
static const struct csm *rung;
static unsigned int bells;
static struct caec_csm_event next_event;
static int next_error;
static void (*meanwhile)(void);

int __wrap_csm_notify(const struct csm *o, const struct caec_csm_rid *peer, uint64_t n)
{
	(void)peer, (void)n;
	rung = o;
	bells++;
	return next_error;
}

int __wrap_csm_wait(const struct csm *o, int timeout, struct caec_csm_event *event)
{
	(void)o;
	assert_true(timeout > 0);
	*event = next_event;
	if (meanwhile != NULL)
		meanwhile();
	return 0;
}

/* --- What the realm has: region 3, and share 7 of the second realm ------------------------------------------ */

static struct csm *region, *attachment;

int __wrap_csm_open(void)
{
	return dup(0);
}

int __wrap_csm_find_region(int fd, uint64_t id, struct csm *o)
{
	(void)fd;
	*o = *region;
	return id == 3 ? 0 : -ENOENT;
}

int __wrap_csm_find_attachment(int fd, const struct caec_csm_rid *provider, uint64_t n, struct csm *o)
{
	(void)fd;
	*o = *attachment;
	return n == 7 && provider->lo == 2 && provider->hi == 0 ? 0 : -ENOENT;
}

int __wrap_csm_map(struct csm *o)
{
	(void)o;
	return 0;
}

void __wrap_csm_close(struct csm *o)
{
	*o = (struct csm){ .fd = -1 };
}

static void map_twice(struct csm *own, struct csm *theirs)
{
	int fd = memfd_create("region", 0);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, SIZE), 0);
	own->base = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	theirs->base = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	assert_true(own->base != MAP_FAILED && theirs->base != MAP_FAILED);
	*own = (struct csm){
		.role = CAEC_CSM_ROLE_REGION, .permission = CAEC_CSM_RW, .size = SIZE, .base = own->base
	};
	*theirs = (struct csm){
		.role = CAEC_CSM_ROLE_CONSUMER, .permission = CAEC_CSM_RO, .size = SIZE, .base = theirs->base
	};
}

static struct world *set_up(void)
{
	static struct world w;

	for (unsigned int i = 0; i < 2; i++)
		map_twice(&w.own[i], &w.theirs[1 - i]);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(csm_link_open_two(&w.links[i], &w.own[i], &rids[1 - i], 5 + i, &w.theirs[i]),
				 0);
	region = &w.own[0];
	attachment = &w.theirs[0];
	bells = 0;
	rung = NULL;
	next_error = 0;
	next_event = (struct caec_csm_event){ 0 };
	meanwhile = NULL;
	return &w;
}

static void tear_down(struct world *w)
{
	for (unsigned int i = 0; i < 2; i++) {
		munmap(w->own[i].base, SIZE);
		munmap(w->theirs[i].base, SIZE);
	}
}

/* --- What is wanted to open one --------------------------------------------------------------------------- */

static void test_open(void **state)
{
	struct world *w = set_up();
	struct csm own = w->own[0], theirs = w->theirs[0];
	struct csm_link link;

	(void)state;
	assert_int_equal(csm_link_open_two(&link, &theirs, &rids[1], 1, &theirs), -EINVAL);
	assert_int_equal(csm_link_open_two(&link, &own, &rids[1], 1, &own), -EINVAL);
	own.base = NULL;
	assert_int_equal(csm_link_open_two(&link, &own, &rids[1], 1, &theirs), -EINVAL);
	own.base = w->own[0].base;
	theirs.base = NULL;
	assert_int_equal(csm_link_open_two(&link, &own, &rids[1], 1, &theirs), -EINVAL);
	theirs = w->theirs[0];
	theirs.size = 64; /* no room for a ring */
	assert_int_equal(csm_link_open_two(&link, &own, &rids[1], 1, &theirs), -EINVAL);
	tear_down(w);
}

/* --- Messages: a store to what the peer owns would be a fault here ---------------------------------------- */

static void test_both_ways(void **state)
{
	struct world *w = set_up();
	char text[32], got[32];
	size_t length;

	(void)state;
	for (unsigned int i = 0; i < 5000; i++) {
		unsigned int from = i % 2;

		memset(text, (int)('a' + i % 26), sizeof(text));
		assert_int_equal(csm_link_send(&w->links[from], text, 1 + i % sizeof(text)), 0);
		assert_int_equal(csm_link_receive(&w->links[1 - from], got, sizeof(got), &length), 0);
		assert_int_equal(length, 1 + i % sizeof(text));
		assert_memory_equal(got, text, length);
	}
	assert_int_equal(bells, 0); /* nobody slept */
	tear_down(w);
}

static struct world *sleepers;

static void send_meanwhile(void)
{
	assert_int_equal(csm_link_send(&sleepers->links[1], "x", 1), 0);
	meanwhile = NULL;
}

/* Who sleeps is rung, as the provider of what the other has attached. */
static void test_bell(void **state)
{
	struct world *w = set_up();
	char got[8];
	size_t length;

	(void)state;
	sleepers = w;
	meanwhile = send_meanwhile;
	assert_int_equal(csm_link_receive(&w->links[0], got, sizeof(got), &length), 0);
	assert_int_equal(length, 1);
	assert_int_equal(bells, 1);
	assert_ptr_equal(rung, &w->theirs[1]);
	tear_down(w);
}

/* Only the end of this link's own share is this link's end. */
static void test_gone(void **state)
{
	static const struct caec_csm_event other[] = {
		{ .events = CAEC_CSM_EVENT_GONE, .n = 6, .peer = { 2, 0 } },
		{ .events = CAEC_CSM_EVENT_GONE, .n = 5, .peer = { 3, 0 } },
	};
	struct world *w = set_up();
	char got[8];
	size_t length;

	(void)state;
	sleepers = w;
	for (unsigned int i = 0; i < 4; i++) { /* each, and once more: it would be known then */
		next_event = i % 2 == 0 ? other[i / 2] : (struct caec_csm_event){ 0 };
		meanwhile = send_meanwhile;
		assert_int_equal(csm_link_receive(&w->links[0], got, sizeof(got), &length), 0);
	}
	next_event = (struct caec_csm_event){ .events = CAEC_CSM_EVENT_GONE, .n = 5, .peer = { 2, 0 } };
	assert_int_equal(csm_link_receive(&w->links[0], got, sizeof(got), &length), -EPIPE);
	tear_down(w);
}

/* What came before the peer went is still received; what is sent to it is not taken. */
static void test_gone_after(void **state)
{
	struct world *w = set_up();
	struct channel_ring *ring = w->own[1].base;
	char got[8];
	size_t length;

	(void)state;
	ring->consumer_sleeps = 1; /* in the consumer's line of 1's region: 1 sleeps */
	next_error = -EACCES;
	assert_int_equal(csm_link_send(&w->links[0], "x", 1), -EPIPE);
	next_error = 0;
	assert_int_equal(csm_link_send(&w->links[1], "y", 1), 0);
	next_error = -EKEYREVOKED;
	assert_int_equal(csm_link_receive(&w->links[0], got, sizeof(got), &length), 0);
	assert_int_equal(got[0], 'y');
	tear_down(w);
}

/* A peer that writes what can't be into its own region. */
static void test_lies(void **state)
{
	static const uint64_t heads[] = { 1, 7, UINT64_MAX, 1 << 20 };
	char got[8];
	size_t length;

	(void)state;
	for (unsigned int i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct world *w = set_up();
		struct channel_ring *ring = w->own[1].base;

		ring->head = heads[i];
		assert_int_equal(csm_link_receive(&w->links[0], got, sizeof(got), &length), -EPROTO);
		tear_down(w);
	}
}

static void test_too_long(void **state)
{
	static char text[SIZE];
	struct world *w = set_up();
	char got[8];
	size_t length;

	(void)state;
	assert_int_equal(csm_link_send(&w->links[0], text, sizeof(text)), -EMSGSIZE);
	assert_int_equal(csm_link_send(&w->links[0], text, 9), 0);
	assert_int_equal(csm_link_receive(&w->links[1], got, sizeof(got), &length), -EMSGSIZE);
	tear_down(w);
}

/* --- A transport over it ---------------------------------------------------------------------------------- */

#define PEER "00000000000000000000000000000002"

static void test_transport(void **state)
{
	struct world *w = set_up();
	struct transport *transport;
	uint8_t got[MESSAGE_MAX];
	char text[MESSAGE_MAX + 1] = "text";
	size_t size;

	(void)state;
	assert_int_equal(transport_csm("3," PEER ",5,7", &transport), 0);
	assert_int_equal(csm_link_send(&w->links[1], text, 4), 0);
	assert_int_equal(transport->receive(transport, got, &size), 0);
	assert_int_equal(size, 4);
	assert_memory_equal(got, text, 4);
	assert_int_equal(transport->send(transport, got, 4), 0);
	assert_int_equal(csm_link_receive(&w->links[1], text, sizeof(text), &size), 0);
	assert_int_equal(size, 4);
	/* No agent sends so long a message. */
	assert_int_equal(csm_link_send(&w->links[1], text, MESSAGE_MAX + 1), 0);
	assert_int_equal(transport->receive(transport, got, &size), -EPROTO);
	transport->close(transport);
	/* A peer that gives more than an agent needs. */
	attachment->permission = CAEC_CSM_RW;
	assert_int_equal(transport_csm("3," PEER ",5,7", &transport), -EPERM);
	tear_down(w);
}

static void test_transport_names(void **state)
{
	static const char *const names[] = {
		"",
		"3",
		"3," PEER,
		"3," PEER ",5",
		"3," PEER ",5,",
		"3," PEER ",5,7,",
		"3," PEER ",5,7 ",
		"-3," PEER ",5,7",
		" 3," PEER ",5,7",
		"3,0" PEER ",5,7",
		"3,0000000000000000000000000000002,5,7",
		"3," PEER ",99999999999999999999,7",
		"3,0000000000000000000000000000000g,5,7",
		"3;" PEER ",5,7",
	};
	struct world *w = set_up();
	struct transport *transport;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(transport_csm(names[i], &transport), -EINVAL);
	assert_int_equal(transport_csm("4," PEER ",5,7", &transport), -ENOENT);
	assert_int_equal(transport_csm("3," PEER ",5,8", &transport), -ENOENT);
	tear_down(w);
}

/* By name. */
static void test_transport_open(void **state)
{
	static const struct {
		const char *name;
		int error;
	} names[] = {
		{ "", -EINVAL },
		{ "csm", -EINVAL },
		{ "tls:/nosuch", -EINVAL },
		{ "csm:4", -EINVAL },
		{ "csm:4," PEER ",5,7", -ENOENT },
		{ "tls-server:/nosuch", -ENOENT },
		{ "tls-client:/nosuch", -ENOENT },
		{ "tls-client:vsock:2:", -ENOENT }, /* no such file, then */
	};
	struct world *w = set_up();
	struct transport *transport;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(transport_open(names[i].name, &transport), names[i].error);
	assert_int_equal(transport_open("csm:3," PEER ",5,7", &transport), 0);
	transport->close(transport);
	tear_down(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_bell),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_gone_after),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_transport),
		cmocka_unit_test(test_transport_names),
		cmocka_unit_test(test_transport_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
