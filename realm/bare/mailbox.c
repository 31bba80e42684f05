/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A mailbox in shared memory.
 */
#include "mailbox.h"

#include "string.h"

void mailbox_open(struct mailbox *mailbox, uint64_t base, uint64_t size)
{
	*mailbox = (struct mailbox){
		.slot = (struct mailbox_slot *)base,
		.capacity = size > sizeof(struct mailbox_slot) ? size - sizeof(struct mailbox_slot) : 0,
	};
}

/* FNV-1a's idea, a word at a time; the length is part of it. */
static uint64_t checksum_of(const void *message, size_t length)
{
	const uint8_t *byte = message;
	uint64_t sum = UINT64_C(0xcbf29ce484222325) ^ length;

	while (length != 0) {
		uint64_t word = 0;
		size_t part = length < sizeof(word) ? length : sizeof(word);

		memcpy(&word, byte, part);
		sum = (sum ^ word) * UINT64_C(0x100000001b3);
		sum ^= sum >> 32;
		byte += part;
		length -= part;
	}
	return sum;
}

enum mailbox_result mailbox_send(struct mailbox *mailbox, const void *message, size_t length)
{
	struct mailbox_slot *slot = mailbox->slot;

	if (length > mailbox->capacity)
		return MAILBOX_TOO_LONG;
	if (__atomic_load_n(&slot->taken, __ATOMIC_ACQUIRE) != mailbox->sequence)
		return MAILBOX_WAIT;
	memcpy(slot->data, message, length);
	__atomic_store_n(&slot->length, length, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->checksum, checksum_of(message, length), __ATOMIC_RELAXED);
	__atomic_store_n(&slot->sequence, ++mailbox->sequence, __ATOMIC_RELEASE);
	return MAILBOX_OK;
}

enum mailbox_result mailbox_receive(struct mailbox *mailbox, void *message, size_t size, size_t *length)
{
	struct mailbox_slot *slot = mailbox->slot;
	uint64_t sequence = __atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE), claimed, checksum;
	enum mailbox_result result = MAILBOX_OK;

	if (sequence == mailbox->sequence)
		return MAILBOX_WAIT;
	if (sequence != mailbox->sequence + 1)
		return MAILBOX_BAD_SEQUENCE;
	claimed = __atomic_load_n(&slot->length, __ATOMIC_RELAXED);
	checksum = __atomic_load_n(&slot->checksum, __ATOMIC_RELAXED);
	if (claimed > mailbox->capacity || claimed > size) {
		result = MAILBOX_BAD_LENGTH;
	} else {
		memcpy(message, slot->data, claimed);
		*length = claimed;
		if (checksum_of(message, claimed) != checksum)
			result = MAILBOX_BAD_CHECKSUM;
	}
	mailbox->sequence = sequence;
	__atomic_store_n(&slot->taken, sequence, __ATOMIC_RELEASE);
	return result;
}
