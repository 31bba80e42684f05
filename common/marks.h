/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Marks in benchmarks, for the plug-in of QEMU that counts (bench/cycles). A mark is a hint that no CPU knows, so it does
 * nothing. It stands outside of what is timed: of a piece, what is counted begins after the next read of the clock, and ends
 * with the ISB before the one after that. So a figure is the same with the plug-in and without.
 */
#ifndef COMMON_MARKS_H
#define COMMON_MARKS_H

#define MARK_SENDER 112   /* the next timed piece runs on the sender's core */
#define MARK_RECEIVER 113 /* the same, on the receiver's */
#define MARK_DROP 114     /* forget what was counted; caches stay as they are */
#define MARK_ROW 115      /* what was counted is a row: print it and begin again */
#define MARK_ALL 116      /* from here on all that the machine executes, by anybody, without caches */
#define MARK_ALL_END 117

#define MARK_FIRST MARK_SENDER
#define MARK_LAST MARK_ALL_END

#define MARK(number) __asm__ volatile("hint %0" : : "i"(number) : "memory")

#endif
