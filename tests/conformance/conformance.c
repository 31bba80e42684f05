/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The runner: `conformance` names the groups, `conformance GROUP` runs one.
 */
#include "conformance.h"

#include "board/command.h"
#include "record.h"

extern const struct conf_group *const conf_groups_begin[], *const conf_groups_end[];

static struct {
	unsigned int passed, failed, skipped;
} counts;

/* --- Cases ------------------------------------------------------------------------------------------- */

/* Where conf_leave() goes to. */
struct way_out {
	void *registers[5]; /* GCC's __builtin_setjmp() */
	struct way_out *outer;
};

static struct way_out *way_out;

/* The body is called from a function of its own: __builtin_longjmp() must not end where it begins. */
static void __attribute__((noinline)) call(void (*body)(const void *), const void *argument)
{
	body(argument);
}

void __attribute__((noinline)) conf_case_with(void (*body)(const void *argument), const void *argument)
{
	struct way_out here = { .outer = way_out };

	way_out = &here;
	if (__builtin_setjmp(here.registers) == 0)
		call(body, argument);
	way_out = way_out->outer;
}

static void call_plain(const void *argument)
{
	void (*const *body)(void) = argument;

	(*body)();
}

void conf_case(void (*body)(void))
{
	conf_case_with(call_plain, &body);
}

void __attribute__((noinline)) conf_leave_unless(bool condition)
{
	if (condition)
		return;
	if (way_out == NULL)
		verdict_fail("a check that matters failed outside any case");
	__builtin_longjmp(way_out->registers, 1);
}

/* --- Texts ------------------------------------------------------------------------------------------- */

#define TEXTS 16 /* twice what the header promises: a check needs some itself */
#define TEXT_MAX 160

static char *next_text(void)
{
	static char texts[TEXTS][TEXT_MAX];
	static unsigned int next;

	return texts[next++ % TEXTS];
}

const char *conf_text(const char *format, ...)
{
	char *text = next_text();
	va_list arguments;

	va_start(arguments, format);
	format_va(text, TEXT_MAX, format, arguments);
	va_end(arguments);
	return text;
}

const char *conf_status_name(uint64_t result)
{
	unsigned int status = rmi_result_status(result), index = rmi_result_index(result);

	if (result >> 16 != 0 || status > RMI_ERROR_RTT)
		return conf_text("0x%lx", result);
	if (status == RMI_ERROR_REALM || status == RMI_ERROR_RTT || index != 0)
		return conf_text("%s %d", host_result_name(status), (int)(int8_t)index);
	return host_result_name(status);
}

static const char *number_name(uint64_t value)
{
	return conf_text("0x%lx", value);
}

/* --- Checks ------------------------------------------------------------------------------------------ */

static void passed(const char *rule, const char *text)
{
	counts.passed++;
	print("ok   %s  %s\n", rule, text);
}

static void failed(const char *rule, const char *text, const char *got, const char *expected)
{
	counts.failed++;
	print("FAIL %s  %s: got %s, expected %s\n", rule, text, got, expected);
}

static bool check_set(const char *rule, const char *text, uint64_t actual, const uint64_t *expected,
		      size_t count, const char *(*name)(uint64_t))
{
	char all[TEXT_MAX];
	size_t length = 0;

	for (size_t i = 0; i < count; i++) {
		if (actual == expected[i]) {
			passed(rule, text);
			return true;
		}
	}
	for (size_t i = 0; i < count && length < sizeof(all); i++)
		length += format_text(all + length, sizeof(all) - length, "%s%s", i != 0 ? " or " : "",
				      name(expected[i]));
	failed(rule, text, name(actual), all);
	return false;
}

bool conf_check_set(const char *rule, const char *text, uint64_t actual, const uint64_t *expected,
		    size_t count)
{
	return check_set(rule, text, actual, expected, count, number_name);
}

bool conf_check_status_set(const char *rule, const char *text, uint64_t actual, const uint64_t *expected,
			   size_t count)
{
	return check_set(rule, text, actual, expected, count, conf_status_name);
}

bool conf_check(const char *rule, const char *text, uint64_t actual, uint64_t expected)
{
	return conf_check_set(rule, text, actual, &expected, 1);
}

bool conf_check_status(const char *rule, const char *text, uint64_t actual, uint64_t expected)
{
	return conf_check_status_set(rule, text, actual, &expected, 1);
}

bool conf_check_true(const char *rule, const char *text, bool condition)
{
	if (condition)
		passed(rule, text);
	else
		failed(rule, text, "false", "true");
	return condition;
}

void conf_expect_ok(const char *rule, const char *text, uint64_t result)
{
	if (result != RMI_SUCCESS) {
		failed(rule, text, conf_status_name(result), host_result_name(RMI_SUCCESS));
		conf_leave_unless(false);
	}
}

void conf_skip(const char *rule, const char *text)
{
	counts.skipped++;
	print("skip %s  %s\n", rule, text);
}

/* --- Granules ---------------------------------------------------------------------------------------- */

uint64_t conf_granules(unsigned int count)
{
	uint64_t pa = memory_alloc(count);

	if (pa == 0)
		verdict_fail("no more memory for a run of %u granules", count);
	memset(conf_content(pa), 0, (size_t)count * GRANULE_SIZE);
	return pa;
}

uint64_t conf_granule(void)
{
	return conf_granules(1);
}

uint64_t conf_delegated_run(unsigned int count)
{
	uint64_t pa = conf_granules(count);

	for (unsigned int i = 0; i < count; i++)
		conf_expect_ok("RMI_GRANULE_DELEGATE", "a Non-secure granule",
			       host_rmi_granule_delegate(&rmm, pa + i * GRANULE_SIZE));
	return pa;
}

uint64_t conf_delegated(void)
{
	return conf_delegated_run(1);
}

void conf_take_back(uint64_t pa, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		uint64_t one = pa + i * GRANULE_SIZE;

		conf_expect_ok("RMI_GRANULE_UNDELEGATE", conf_text("granule 0x%lx comes back", one),
			       host_rmi_granule_undelegate(&rmm, one));
		memory_free(one);
	}
}

/* --- Commands ---------------------------------------------------------------------------------------- */

static void list(void)
{
	for (const struct conf_group *const *g = conf_groups_begin; g < conf_groups_end; g++)
		print("GROUP %s smp=%u %s %s\n", (*g)->name, (*g)->smp != 0 ? (*g)->smp : 1,
		      (*g)->slow ? "slow" : "-", (*g)->about);
}

static const struct conf_group *find(const char *name)
{
	for (const struct conf_group *const *g = conf_groups_begin; g < conf_groups_end; g++)
		if (strcmp((*g)->name, name) == 0)
			return *g;
	return NULL;
}

/* The verdict is about whether the group came to its end; tools/conformance counts the checks. */
void conformance_main(const char *argument)
{
	const struct conf_group *group;

	if (*argument == '\0') {
		list();
		return;
	}
	group = find(argument);
	if (group == NULL)
		verdict_fail("there is no group '%s'", argument);
	if (cpu_count() < group->smp)
		verdict_fail("%s needs %u CPUs", group->name, group->smp);
	rmm_init();
	if (group->smp <= 1)
		conf_record_begin();
	conf_case(group->run);
	if (group->smp <= 1)
		conf_record_end(group->name);
	print("END  %s: %u passed, %u failed, %u skipped\n", group->name, counts.passed, counts.failed,
	      counts.skipped);
}
