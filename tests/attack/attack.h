/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The attack suite: what a hostile host and hostile realms do to realms, to the monitor and to each other, on the whole
 * machine. attacks.def has a row for each; this is what they are made of.
 *
 * An attack fails the suite where a CHECK does: either the monitor gave something away, or it changed what it should have
 * left alone, or it did not let somebody do what is theirs. Each looks at the effect: the fault taken, what is read
 * afterwards, granules and their content. After each of them every granule is back and zero.
 */
#ifndef TESTS_ATTACK_H
#define TESTS_ATTACK_H

#include <caec/arm.h>

#include "puppet/csm_realms.h"

/* void attack_ID(void) of each row. */
#define ATTACK(id, attacker, invariant, goal, steps, seen) void attack_##id(void);
#include "attacks.def"
#undef ATTACK

#define SECRET ABI_U64(0x5ec2e75ec2e75ec2)

/* A realm with an APT and SECRET in the first word of test_ram(). */
struct test_realm *victim(const char *name);
void check_victim(struct test_realm *realm);

/* P shares `pages` with C at CSM_WINDOW, SECRET in the first word. */
void share_secret(struct puppet_csm_setup *s, uint64_t pages, enum csm_permission permission);
/* Both read SECRET there. */
void check_shared(struct puppet_csm_setup *s);
void end_both(struct puppet_csm_setup *s);

/* Handlers of a host that does no more for the realm there. */
enum host_action stop_at_fault(struct test_realm *realm, uint64_t ipa);
enum host_action stop_at_interrupt(struct test_realm *realm);

/* Where the realm's page lies; it must have one. */
uint64_t pa_of(struct test_realm *realm, uint64_t ipa);

/* NS-EL2 can neither read nor write it. */
void check_out_of_reach(uint64_t pa);

/* Reads that must work, and must take an external abort. */
uint64_t read_word(struct test_realm *realm, uint64_t ipa);
void check_aborts(struct test_realm *realm, uint64_t ipa);

/* RESERVE and ATTACH; the result of the one that failed. */
uint64_t take_share(struct test_realm *realm, struct csm_rid provider, uint64_t n, uint64_t base,
		    uint64_t size);

/* RESERVE with flag RAM. */
uint64_t reserve_as_ram(struct test_realm *realm, struct csm_rid provider, uint64_t n, uint64_t base,
			uint64_t size);

/* A Non-secure page at the first unprotected IPA: what a realm and its host talk through while it runs. */
struct window {
	uint64_t ipa, pa;
};
struct window open_window(struct test_realm *realm);
void close_window(struct window *window);

/* The realm's REC 0 spins on CPU 1 until the word at `ipa` is `value` or the access faults. It does by now. */
void spin_on_cpu1(struct test_realm *realm, uint64_t ipa, uint64_t value);

#endif
