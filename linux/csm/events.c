// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * What peers did: doorbells, and changes of state. The monitor's marks are what is true; the
 * interrupt is a hint that a host may drop. So it is looked for at each interrupt, before anybody
 * sleeps, and once a second while there are objects.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/workqueue.h>

#include "csm.h"

/* A peer that rings without end keeps nobody here for longer. */
#define MAX_RINGS 1024

static void tell(struct csm_object *object, struct csm_peer *peer, u32 event)
{
	peer->events |= event;
	WRITE_ONCE(object->news, true);
	wake_up_interruptible_poll(&object->wait, EPOLLIN | EPOLLRDNORM);
	blocking_notifier_call_chain(&object->chain, event, NULL);
}

/* A fault that is under way has mapped its page before this goes on, or finds that it must not. */
static void gone(struct csm_object *object)
{
	down_write(&object->gone_lock);
	WRITE_ONCE(object->gone, true);
	up_write(&object->gone_lock);
	if (object->flags & CAEC_CSM_SIGBUS)
		unmap_mapping_range(object->file->f_mapping, 0, 0, 1);
	wake_up_interruptible_poll(&object->wait, EPOLLIN | EPOLLHUP);
}

static bool is_entry_of(const struct csm_object *object, const struct csm_peer *peer,
			const struct caec_csm_entry *entry)
{
	if (entry->n != peer->n || !csm_rid_equal(&entry->peer, &peer->rid))
		return false;
	return object->role == CAEC_CSM_ROLE_CONSUMER
		       ? entry->role == CAEC_CSM_ROLE_CONSUMER
		       : entry->role == CAEC_CSM_ROLE_SHARE && entry->id == object->id;
}

static void change(struct csm_object *object, struct csm_peer *peer, u32 state)
{
	bool was = peer->state == CAEC_CSM_STATE_ATTACHED, is = state == CAEC_CSM_STATE_ATTACHED;

	if (peer->state == state)
		return;
	peer->state = state;
	if (is && !was)
		tell(object, peer, CAEC_CSM_EVENT_ATTACHED);
	if (was && !is) {
		if (object->role == CAEC_CSM_ROLE_CONSUMER)
			gone(object);
		tell(object, peer, CAEC_CSM_EVENT_GONE);
	}
}

/* The peer's entry is mostly where it was. */
static bool look_up(const struct csm_object *object, struct csm_peer *peer, struct caec_csm_entry *entry)
{
	u64 from;

	entry->index = READ_ONCE(peer->index);
	if (!csm_call_query(entry) && is_entry_of(object, peer, entry))
		return true;
	for (from = 0;; from = entry->index) {
		entry->index = from;
		if (csm_call_query(entry))
			return false;
		if (is_entry_of(object, peer, entry)) {
			WRITE_ONCE(peer->index, from);
			return true;
		}
	}
}

void csm_events_refresh_one(struct csm_object *object)
{
	struct caec_csm_entry entry;
	struct csm_peer *peer;

	mutex_lock(&object->lock);
	list_for_each_entry(peer, &object->peers, node)
		change(object, peer, look_up(object, peer, &entry) ? entry.state : CAEC_CSM_STATE_REVOKED);
	mutex_unlock(&object->lock);
}

void csm_events_refresh(void)
{
	struct csm_object *object;

	mutex_lock(&csm_lock);
	list_for_each_entry(object, &csm_objects, node)
		csm_events_refresh_one(object);
	mutex_unlock(&csm_lock);
}

/* What a mark means is for the entry to say: a ring, or an end. */
static void heard(struct csm_object *object, const struct caec_csm_entry *entry)
{
	struct csm_peer *peer;

	mutex_lock(&object->lock);
	list_for_each_entry(peer, &object->peers, node) {
		if (!is_entry_of(object, peer, entry))
			continue;
		tell(object, peer, CAEC_CSM_EVENT_RUNG);
		change(object, peer, entry->state);
	}
	mutex_unlock(&object->lock);
}

void csm_events_scan(void)
{
	struct caec_csm_entry entry = {};
	struct csm_object *object;

	mutex_lock(&csm_lock);
	for (int i = 0; i < MAX_RINGS && !csm_call_pending(&entry.index); i++) {
		if (csm_call_query(&entry))
			continue;
		list_for_each_entry(object, &csm_objects, node)
			heard(object, &entry);
	}
	mutex_unlock(&csm_lock);
}

bool csm_events_is_attached(struct csm_object *object, const struct caec_csm_rid *rid, u64 n)
{
	struct csm_peer peer = { .rid = *rid, .n = n };
	struct caec_csm_entry entry;

	return look_up(object, &peer, &entry) && entry.state == CAEC_CSM_STATE_ATTACHED;
}

/*
 * An attachment has one peer for good, so that no lock is needed. Whoever waits for the news hears
 * of it by the ticker.
 */
bool csm_events_is_gone(struct csm_object *object)
{
	struct caec_csm_entry entry;
	struct csm_peer *peer;

	if (object->role != CAEC_CSM_ROLE_CONSUMER || READ_ONCE(object->gone))
		return READ_ONCE(object->gone);
	peer = list_first_entry(&object->peers, struct csm_peer, node);
	return !look_up(object, peer, &entry) || entry.state != CAEC_CSM_STATE_ATTACHED;
}

bool csm_events_take(struct csm_object *object, struct caec_csm_event *event)
{
	struct csm_peer *peer;
	bool found = false;

	mutex_lock(&object->lock);
	WRITE_ONCE(object->news, false);
	list_for_each_entry(peer, &object->peers, node) {
		if (!peer->events)
			continue;
		if (found) {
			WRITE_ONCE(object->news, true);
			break;
		}
		*event = (struct caec_csm_event){ .events = peer->events, .peer = peer->rid, .n = peer->n };
		peer->events = 0;
		found = true;
	}
	mutex_unlock(&object->lock);
	return found;
}

static void tick(struct work_struct *work);
static DECLARE_DELAYED_WORK(ticker, tick);

static void tick(struct work_struct *work)
{
	csm_events_scan();
	csm_events_refresh();
	if (!list_empty(&csm_objects))
		csm_events_start();
}

void csm_events_start(void)
{
	schedule_delayed_work(&ticker, HZ);
}

void csm_events_stop(void)
{
	cancel_delayed_work_sync(&ticker);
}
