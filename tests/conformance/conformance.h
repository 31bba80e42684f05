/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The conformance suite: checks of an RMM against DEN0137 1.0-rel0, from NS-EL2 and from realms. It knows
 * the specification and nothing else: no CSM, nothing of how our own monitor does it. So it can be run
 * against any RMM 1.0 (`./caec conformance --rmm FILE`).
 *
 * A group is booted by itself (`conformance GROUP`), and made of cases:
 *
 *	static void delegate_align(void)
 *	{
 *		uint64_t pa = conf_granule();
 *
 *		conf_check_status("RMI_GRANULE_DELEGATE.gran_align", "not aligned",
 *				  host_rmi_granule_delegate(&rmm, pa + 8), RMI_ERROR_INPUT);
 *		conf_check_status("RMI_GRANULE_DELEGATE", "aligned", host_rmi_granule_delegate(&rmm, pa), RMI_SUCCESS);
 *	}
 *
 *	CONF_GROUP(granule, .about = "who owns a granule")
 *	{
 *		conf_case(delegate_align);
 *	}
 *
 * Each conf_check*() prints one line, `ok   RULE  text` or `FAIL RULE  text: got X, expected Y`, and says
 * whether it held. RULE is the specification's: a rule's label (RXXXXX), COMMAND.condition, COMMAND.footprint,
 * COMMAND.[first<second] for an order of two conditions, or the command's name for its success.
 * A check that fails stops nothing; where going on makes no sense, conf_need*() leaves the case. What a case
 * leaves behind stays behind: the machine is turned off after the group.
 *
 * What the specification leaves open is not checked, or with conf_check_any(); what this RMM doesn't offer
 * is a conf_skip().
 */
#ifndef TESTS_CONFORMANCE_H
#define TESTS_CONFORMANCE_H

#include "board/console.h"
#include "board/cpu.h"
#include "common/format.h"
#include "board/memory.h"
#include "board/rmm.h"
#include "board/smp.h"
#include "common/string.h"
#include "lib/rmi_call.h"

struct conf_group {
	const char *name;
	void (*run)(void);
	const char *about; /* a few words */
	unsigned int smp;  /* CPUs it needs; 0: one */
	bool slow;         /* takes minutes: runs only if it is named */
};

/* CONF_GROUP(name, .about = "...", .smp = 2) { conf_case(...); ... } */
#define CONF_GROUP(group_name, ...)                                                          \
	static void group_name##_group_run(void);                                            \
	static const struct conf_group group_name##_group = { .name = #group_name,           \
							      .run = group_name##_group_run, \
							      __VA_ARGS__ };                 \
	static const struct conf_group *const group_name##_group_entry                       \
		__attribute__((section("conf_groups"), used)) = &group_name##_group;         \
	static void group_name##_group_run(void)

/* Runs `body` until it returns or a conf_need*() in it fails. Cases may be nested. This CPU only. */
void conf_case(void (*body)(void));

/* The same for a body with an argument: one case per row of a table. */
void conf_case_with(void (*body)(const void *argument), const void *argument);

/* --- Checks ------------------------------------------------------------------------------------------ */

/* Numbers; shown in hexadecimal. */
bool conf_check(const char *rule, const char *text, uint64_t actual, uint64_t expected);
bool conf_check_true(const char *rule, const char *text, bool condition);

/* RmiCommandReturnCode, whole: the index too (rmi_result(RMI_ERROR_RTT, 2)). Shown by name. */
bool conf_check_status(const char *rule, const char *text, uint64_t actual, uint64_t expected);

/* One of several: conf_check_any("RXXXXX", "text", value, 0, 1). */
#define conf_check_any(rule, text, actual, ...)                               \
	conf_check_set(rule, text, actual, (const uint64_t[]){ __VA_ARGS__ }, \
		       sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))
#define conf_check_status_any(rule, text, actual, ...)                               \
	conf_check_status_set(rule, text, actual, (const uint64_t[]){ __VA_ARGS__ }, \
			      sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))
bool conf_check_set(const char *rule, const char *text, uint64_t actual, const uint64_t *expected,
		    size_t count);
bool conf_check_status_set(const char *rule, const char *text, uint64_t actual, const uint64_t *expected,
			   size_t count);

/* The same, and leaves the case if the check fails. */
#define conf_need(...) conf_leave_unless(conf_check(__VA_ARGS__))
#define conf_need_true(...) conf_leave_unless(conf_check_true(__VA_ARGS__))
#define conf_need_status(...) conf_leave_unless(conf_check_status(__VA_ARGS__))
void conf_leave_unless(bool condition);

/*
 * For what a case only needs in order to get somewhere: leaves the case if it isn't RMI_SUCCESS, as a
 * failed check; no line if it is.
 */
void conf_expect_ok(const char *rule, const char *text, uint64_t result);

/* Not offered by this RMM, so not checked. Counted apart. */
void conf_skip(const char *rule, const char *text);

/* A formatted text for the checks above; good until the eighth call after it. */
const char *conf_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "RMI_ERROR_RTT 2", as a check shows a status. Good as long as a conf_text(). */
const char *conf_status_name(uint64_t result);

/* --- Granules ---------------------------------------------------------------------------------------- */

/* A Non-secure granule, zeroed; leaves the case if there is none. */
uint64_t conf_granule(void);

/* `count` of them (a power of two), aligned to their size. */
uint64_t conf_granules(unsigned int count);

/* The same, delegated. */
uint64_t conf_delegated(void);
uint64_t conf_delegated_run(unsigned int count);

/* A run of granules goes back to us and is free again; a failed check if it doesn't. */
void conf_take_back(uint64_t pa, unsigned int count);

/* The content of a Non-secure granule. */
static inline void *conf_content(uint64_t pa)
{
	return (void *)(uintptr_t)pa;
}

#endif
