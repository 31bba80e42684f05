/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of the NS-EL2 program. One that fails ends the run with verdict_fail(); one that returns
 * has passed.
 */
#ifndef HOST_BOARD_COMMAND_H
#define HOST_BOARD_COMMAND_H

void attack_main(const char *argument);      /* tests/attack: all, those named, or "from ID" */
void bench_main(const char *argument);       /* instruction counts (bench/) */
void conformance_main(const char *argument); /* tests/conformance: one group, or which there are */
void demo_main(const char *argument);        /* the story that `./caec demo` tells */
/* tests/machine: "realms N" or "preempt SECONDS", for longer than the tests of that name */
void endurance_main(const char *argument);
void linux_main(const char *argument);   /* Debian's kernel in realms */
void list_main(const char *argument);    /* tests/machine: the tests, one per line */
void owners_main(const char *argument);  /* tenant realms for owners at the console */
void measure_main(const char *argument); /* tests/machine: descriptions and RIMs of many realms */
void test_main(const char *argument);    /* one of them */

#endif
