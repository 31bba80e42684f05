/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words of a litmus test on the monitor's own C. A test NAME is made of
 *
 *	START(NAME)          what is before, by itself
 *	PE(NAME, 0), ...     what each PE does, all at once; returns something
 *	FORBIDDEN(NAME)      whether an outcome must not be: of the PEs' results p0, p1, p2 and memory at the end
 *	SEEN(NAME)           whether an outcome is one that the test is about: it must be possible
 *
 * The file is compiled as the firmware is, and run as it was compiled (run).
 */
#ifndef LITMUS_H
#define LITMUS_H

#include <stdbool.h>
#include <stdint.h>

#define START(name)              \
	void name##_start(void); \
	void name##_start(void)

#define PE(name, number)                \
	uint64_t name##_##number(void); \
	uint64_t name##_##number(void)

#define FORBIDDEN(name)                                                                   \
	bool name##_forbidden(uint64_t p0, uint64_t p1, uint64_t p2);                     \
	bool name##_forbidden([[maybe_unused]] uint64_t p0, [[maybe_unused]] uint64_t p1, \
			      [[maybe_unused]] uint64_t p2)

#define SEEN(name)                                                                   \
	bool name##_seen(uint64_t p0, uint64_t p1, uint64_t p2);                     \
	bool name##_seen([[maybe_unused]] uint64_t p0, [[maybe_unused]] uint64_t p1, \
			 [[maybe_unused]] uint64_t p2)

/* An access that stays where it is and what it is, and orders nothing. */
#define LOAD(place) __atomic_load_n(&(place), __ATOMIC_RELAXED)
#define STORE(place, value) __atomic_store_n(&(place), value, __ATOMIC_RELAXED)

#endif
