/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waiting for a peer in WFI, and channels whose ends sleep. An interrupt only says "look": what is true is in the ring,
 * and who has news is what RSI_CSM_PENDING says.
 */
#include <caec/arm.h>

#include "doorbell.h"

#include "lib/channel.h"
#include "lib/csm.h"
#include "bare/program.h"
#include "common/string.h"

/* ICC_PMR_EL1, ICC_IAR1_EL1, ICC_EOIR1_EL1, ICC_IGRPEN1_EL1. */
#define ICC_PMR "S3_0_C4_C6_0"
#define ICC_IAR1 "S3_0_C12_C12_0"
#define ICC_EOIR1 "S3_0_C12_C12_1"
#define ICC_IGRPEN1 "S3_0_C12_C12_7"

#define INTID_NONE 1023

#define MESSAGE_MAX 256
/* Sleeps in a row that the timer ended, after which the peer counts as gone. */
#define GIVE_UP 2000
/* Every so many messages each end stops until the other one sleeps, or both may be as fast and none ever does. */
#define STOP_EVERY 64
#define STOP_MS 1000

static uint64_t after_ms(uint64_t ms)
{
	return ticks() + ms * ticks_per_second() / 1000;
}

/* --- Interrupts: masked in PSTATE, they end WFI all the same ---------------------------------------------- */

static void take_interrupts(void)
{
	__asm__ volatile("msr " ICC_PMR ", %0; msr " ICC_IGRPEN1 ", %1; isb" : : "r"(0xffUL), "r"(1UL));
}

static uint64_t acknowledge(void)
{
	uint64_t intid;

	__asm__ volatile("mrs %0, " ICC_IAR1 "; dsb sy" : "=r"(intid) : : "memory");
	if (intid != INTID_NONE)
		__asm__ volatile("msr " ICC_EOIR1 ", %0; isb" : : "r"(intid) : "memory");
	return intid;
}

static void set_timer(uint64_t at, uint64_t ctl)
{
	__asm__ volatile("msr cntv_cval_el0, %0; msr cntv_ctl_el0, %1; isb" : : "r"(at), "r"(ctl) : "memory");
}

/*
 * The INTID of an interrupt, taken and ended; 0: there was none until `end`. One may have come before the first WFI; a
 * timer's that is left over from the last time is none.
 */
static uint64_t await_interrupt(uint64_t end, uint64_t *wfis)
{
	uint64_t intid = INTID_NONE;

	take_interrupts();
	set_timer(end, 1);
	while ((intid == INTID_NONE || intid == INTID_VIRTUAL_TIMER) && ticks() < end) {
		__asm__ volatile("dsb sy; wfi" ::: "memory");
		++*wfis;
		intid = acknowledge();
	}
	set_timer(end, 0);
	return intid == INTID_NONE || intid == INTID_VIRTUAL_TIMER ? 0 : intid;
}

void doorbell_await(const uint64_t a[6], uint64_t r[6])
{
	r[0] = await_interrupt(after_ms(a[0]), &r[1]);
	r[2] = realm_csm_pending(0, &r[3]);
}

/* --- Channels ---------------------------------------------------------------------------------------------- */

struct talker {
	struct channel channel;
	struct csm_rid peer;
	uint64_t n, ms;
	enum csm_role role;
	uint64_t good, sleeps, timeouts, notified, pending;
	unsigned int silent; /* timeouts since the last message */
	enum channel_result result;
	enum csm_error error;
};

static bool open_channel(struct talker *t, enum csm_role role, const uint64_t a[6])
{
	*t = (struct talker){ .peer = { a[3], a[4] }, .n = a[5], .ms = a[2] >> 32, .role = role };
	if (!channel_open(&t->channel, (void *)a[0], a[1]) || channel_longest(&t->channel) < MESSAGE_MAX)
		t->result = CHANNEL_TOO_LONG;
	return t->result == CHANNEL_OK;
}

static void report(const struct talker *t, uint64_t r[6])
{
	r[0] = t->good;
	r[1] = t->sleeps;
	r[2] = t->timeouts;
	r[3] = t->notified;
	r[4] = t->pending;
	r[5] = (uint64_t)t->result | (uint64_t)t->error << 8;
}

static bool goes_on(const struct talker *t)
{
	return t->error == CSM_OK && t->silent < GIVE_UP;
}

/* Between channel_sleep_*() and channel_awake_*(). */
static void sleep(struct talker *t)
{
	uint64_t index = 0, wfis = 0;

	t->sleeps++;
	if (await_interrupt(after_ms(t->ms), &wfis) == 0) {
		t->timeouts++;
		t->silent++;
	}
	while (t->error == CSM_OK && index != CSM_INDEX_NONE) {
		t->error = realm_csm_pending(0, &index);
		t->pending += t->error == CSM_OK && index != CSM_INDEX_NONE;
	}
}

static void passed(struct talker *t, bool wake)
{
	t->silent = 0;
	if (!wake)
		return;
	t->notified++;
	t->error = realm_csm_notify(&t->peer, t->n, t->role);
}

static size_t length_of(uint64_t i)
{
	return (size_t)(i * 1009 % (MESSAGE_MAX + 1));
}

static uint8_t byte_of(uint64_t i, size_t at)
{
	return (uint8_t)(i * 167 + (i >> 8) * 13 + at * 31);
}

static void let_peer_sleep(const uint64_t *sleeps)
{
	uint64_t end = after_ms(STOP_MS);

	while (__atomic_load_n(sleeps, __ATOMIC_RELAXED) == 0 && ticks() < end)
		;
	/* It has said so; now it does. */
	end = ticks() + ticks_per_second() / 20000;
	while (ticks() < end)
		;
}

static void send(struct talker *t, uint64_t i)
{
	void *to;

	if (i % STOP_EVERY == 0)
		let_peer_sleep(&t->channel.ring->consumer_sleeps);

	while ((t->result = channel_reserve(&t->channel, length_of(i), &to)) == CHANNEL_WAIT && goes_on(t)) {
		if (channel_sleep_producer(&t->channel))
			sleep(t);
		channel_awake_producer(&t->channel);
	}
	if (t->result != CHANNEL_OK)
		return;
	for (size_t at = 0; at < length_of(i); at++)
		((uint8_t *)to)[at] = byte_of(i, at);
	passed(t, channel_commit(&t->channel));
	t->good++;
}

static void receive(struct talker *t, uint64_t i)
{
	const void *from;
	size_t length;
	bool good;

	/* Half a round later: the ring holds less than that, so that the two never wait for each other. */
	if (i % STOP_EVERY == STOP_EVERY / 2)
		let_peer_sleep(&t->channel.ring->producer_sleeps);

	while ((t->result = channel_next(&t->channel, &from, &length)) == CHANNEL_WAIT && goes_on(t)) {
		if (channel_sleep_consumer(&t->channel))
			sleep(t);
		channel_awake_consumer(&t->channel);
	}
	if (t->result != CHANNEL_OK)
		return;
	good = length == length_of(i);
	for (size_t at = 0; good && at < length; at++)
		good = ((const uint8_t *)from)[at] == byte_of(i, at);
	t->good += good;
	passed(t, channel_release(&t->channel));
}

void doorbell_send(const uint64_t a[6], uint64_t r[6])
{
	struct talker t;

	if (open_channel(&t, CSM_ROLE_SHARE, a))
		for (uint64_t i = 0; i < (uint32_t)a[2] && t.result == CHANNEL_OK && goes_on(&t); i++)
			send(&t, i);
	report(&t, r);
}

void doorbell_receive(const uint64_t a[6], uint64_t r[6])
{
	struct talker t;

	if (open_channel(&t, CSM_ROLE_CONSUMER, a))
		for (uint64_t i = 0; i < (uint32_t)a[2] && t.result == CHANNEL_OK && goes_on(&t); i++)
			receive(&t, i);
	report(&t, r);
}
