/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A lock to spin on. There is no WFE in the loop: QEMU takes it for a no-op.
 */
#ifndef HOST_BOARD_SPINLOCK_H
#define HOST_BOARD_SPINLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct spinlock {
	uint32_t word;
};

static inline bool spin_try_lock(struct spinlock *lock)
{
	return __atomic_exchange_n(&lock->word, 1, __ATOMIC_ACQUIRE) == 0;
}

static inline void spin_lock(struct spinlock *lock)
{
	while (!spin_try_lock(lock))
		while (__atomic_load_n(&lock->word, __ATOMIC_RELAXED) != 0)
			__asm__ volatile("yield");
}

/* Takes the lock by force in the end: for the last words of a program. */
static inline void spin_lock_patiently(struct spinlock *lock, unsigned int tries)
{
	while (tries-- > 0 && !spin_try_lock(lock))
		__asm__ volatile("yield");
}

static inline void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
}

#endif
