/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agents, each with peers that the test plays, and all three together; the model is played. Messages; the database.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "agents.h"

/* --- The model: it says what it was asked, and how often -------------------------------------------------- */

static struct {
	char prompts[2][2 * MESSAGE_TEXT];
	unsigned int calls;
	bool fails;
} played;

bool infer_text(struct infer *infer, const char *prompt, unsigned int tokens, char *text, size_t size,
		uint64_t *digest)
{
	(void)infer;
	snprintf(played.prompts[played.calls++ % 2], sizeof(played.prompts[0]), "%s", prompt);
	snprintf(text, size, "word%u\n", tokens);
	*digest += 1;
	return !played.fails;
}

/* --- Transports ------------------------------------------------------------------------------------------- */

struct ends {
	struct transport *here, *there;
	int fd; /* of `there` */
};

static struct ends connected(void)
{
	struct ends ends;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	ends.fd = fds[1];
	assert_int_equal(transport_socket(fds[0], &ends.here), 0);
	assert_int_equal(transport_socket(fds[1], &ends.there), 0);
	return ends;
}

static void part(struct ends *ends)
{
	ends->here->close(ends->here);
	if (ends->there != NULL)
		ends->there->close(ends->there);
}

static void hang_up(struct ends *ends)
{
	ends->there->close(ends->there);
	ends->there = NULL;
}

static void say(struct transport *to, enum message_kind kind, uint32_t number, const char *text)
{
	struct message message;

	assert_true(message_make(&message, kind, number, text));
	assert_int_equal(transport_say(to, &message), 0);
}

static void hear(struct transport *from, enum message_kind kind, uint32_t number, const char *text)
{
	struct message message;

	assert_int_equal(transport_hear(from, kind, &message), 0);
	assert_int_equal(message.number, number);
	assert_string_equal(message.text, text);
}

/* --- Messages --------------------------------------------------------------------------------------------- */

static void test_message_there_and_back(void **state)
{
	uint8_t bytes[MESSAGE_MAX];
	char longest[MESSAGE_TEXT + 2];
	struct message made, got;

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[MESSAGE_TEXT + 1] = '\0';
	assert_false(message_make(&made, MESSAGE_FACT, 1, longest));
	longest[MESSAGE_TEXT] = '\0';
	assert_true(message_make(&made, MESSAGE_FACT, 0x01020304, longest));
	assert_int_equal(message_encode(&made, bytes), MESSAGE_MAX);
	assert_memory_equal(bytes, "\3\1\2\3\4aa", 7);
	assert_true(message_decode(bytes, MESSAGE_MAX, &got));
	assert_int_equal(got.kind, MESSAGE_FACT);
	assert_int_equal(got.number, 0x01020304);
	assert_string_equal(got.text, longest);
}

static void test_message_not_printable(void **state)
{
	struct message made;

	(void)state;
	assert_true(message_make(&made, MESSAGE_ANSWER, 1, "a\x01\x7f\xc3\xa9~ z"));
	assert_string_equal(made.text, "a????~ z");
}

/* Each byte that can't be, each length. */
static void test_message_refused(void **state)
{
	uint8_t bytes[MESSAGE_MAX + 1];
	struct message got;

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	bytes[0] = MESSAGE_REQUEST;
	for (size_t size = 0; size < MESSAGE_HEADER; size++)
		assert_false(message_decode(bytes, size, &got));
	assert_true(message_decode(bytes, MESSAGE_HEADER, &got));
	assert_false(message_decode(bytes, MESSAGE_MAX + 1, &got));
	for (unsigned int kind = 0; kind < 256; kind++) {
		bytes[0] = (uint8_t)kind;
		assert_int_equal(message_decode(bytes, MESSAGE_HEADER + 1, &got),
				 kind >= MESSAGE_REQUEST && kind < MESSAGE_END);
	}
	bytes[0] = MESSAGE_END;
	assert_true(message_decode(bytes, MESSAGE_HEADER, &got));
	bytes[0] = MESSAGE_FACT;
	for (unsigned int byte = 0; byte < 256; byte++) {
		bytes[MESSAGE_HEADER + 2] = (uint8_t)byte;
		assert_int_equal(message_decode(bytes, MESSAGE_HEADER + 4, &got), byte >= ' ' && byte <= '~');
	}
}

/* --- The database ----------------------------------------------------------------------------------------- */

static void test_database(void **state)
{
	char name[] = "/tmp/caec-agents-XXXXXX", fact[64], other[64], again[64];
	struct database *database;
	unsigned int asked;

	(void)state;
	close(mkstemp(name));
	database = database_open(name);
	assert_non_null(database);
	assert_true(database_find(database, "aaa", fact, sizeof(fact), &asked));
	assert_int_equal(asked, 1);
	assert_int_equal(strlen(fact), 14);
	assert_true(database_find(database, "aab", other, sizeof(other), &asked));
	assert_int_equal(asked, 1);
	assert_string_not_equal(fact, other);
	assert_true(database_find(database, "aar", again, sizeof(again), &asked)); /* the 17th after aaa */
	assert_int_equal(asked, 2);
	assert_string_equal(other, again);
	assert_false(database_find(database, "aaa", fact, 14, &asked)); /* does not fit */
	database_close(database);
	/* It is kept, and not filled twice. */
	database = database_open(name);
	assert_non_null(database);
	assert_true(database_find(database, "aaa", again, sizeof(again), &asked));
	assert_int_equal(asked, 2);
	database_close(database);
	unlink(name);
	assert_null(database_open("/nosuch/database"));
}

/* What is asked for is a value, whatever is in it; behind the last word the first one is found. */
static void test_database_hostile(void **state)
{
	static const char *const words[] = { "zzz'; DROP TABLE facts; --", "~' OR '1'='1", "zz\"", "~",
					     "zzz%" };
	struct database *database = database_open(":memory:");
	char first[64], fact[64];
	unsigned int asked;

	(void)state;
	assert_non_null(database);
	assert_true(database_find(database, "", first, sizeof(first), &asked));
	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_true(database_find(database, words[i], fact, sizeof(fact), &asked));
		assert_string_equal(fact, first);
		assert_int_equal(asked, i + 2);
	}
	database_close(database);
}

/* --- The tool --------------------------------------------------------------------------------------------- */

static int tool_hears(enum message_kind kind, const char *text)
{
	struct database *database = database_open(":memory:");
	struct ends ends = connected();
	int error;

	say(ends.there, MESSAGE_QUESTION, 7, "aaa");
	say(ends.there, kind, 8, text);
	if (kind == MESSAGE_QUESTION)
		say(ends.there, MESSAGE_END, 0, "");
	error = agent_tool(ends.here, database);
	hear(ends.there, MESSAGE_FACT, 7, "1:fyyb lxwc rwud");
	if (kind == MESSAGE_QUESTION)
		hear(ends.there, MESSAGE_FACT, 8, "2:fyyb lxwc rwud");
	part(&ends);
	database_close(database);
	return error;
}

static void test_tool(void **state)
{
	(void)state;
	assert_int_equal(tool_hears(MESSAGE_QUESTION, "aaa"), 0);
	assert_int_equal(tool_hears(MESSAGE_END, ""), 0);
	assert_int_equal(tool_hears(MESSAGE_REQUEST, "aaa"), -EPROTO);
	assert_int_equal(tool_hears(MESSAGE_ANSWER, "aaa"), -EPROTO);
}

static void test_tool_is_left(void **state)
{
	struct database *database = database_open(":memory:");
	struct ends ends = connected();

	(void)state;
	hang_up(&ends);
	assert_int_equal(agent_tool(ends.here, database), -EPIPE);
	part(&ends);
	database_close(database);
}

/* --- The model -------------------------------------------------------------------------------------------- */

/* The front end asks, and the tool has answered already. */
static int model_hears(struct ends *front, struct ends *tool, enum message_kind asks, enum message_kind fact,
		       uint32_t number, const char *text)
{
	memset(&played, 0, sizeof(played));
	*front = connected();
	*tool = connected();
	say(front->there, asks, 3, asks == MESSAGE_END ? "" : "who is it");
	say(front->there, MESSAGE_END, 0, "");
	say(tool->there, fact, number, text);
	return agent_model(front->here, tool->here, NULL, 5);
}

static void test_model(void **state)
{
	struct ends front, tool;

	(void)state;
	assert_int_equal(model_hears(&front, &tool, MESSAGE_REQUEST, MESSAGE_FACT, 3, "12:3 of them"), 0);
	hear(tool.there, MESSAGE_QUESTION, 3, "word5?");
	hear(tool.there, MESSAGE_END, 0, "");
	hear(front.there, MESSAGE_ANSWER, 3, "word5? / 12:3 of them / word5? / cbf29ce484222327");
	assert_string_equal(played.prompts[0], "who is it");
	assert_string_equal(played.prompts[1], "who is it 3 of them"); /* not how often it was asked */
	part(&front);
	part(&tool);
}

static void test_model_hostile_tool(void **state)
{
	static const struct {
		enum message_kind kind;
		uint32_t number;
		const char *text;
	} lies[] = {
		{ MESSAGE_FACT, 4, "1:fact" },  { MESSAGE_ANSWER, 3, "1:fact" }, { MESSAGE_END, 3, "" },
		{ MESSAGE_FACT, 3, "fact" },    { MESSAGE_FACT, 3, "12" },       { MESSAGE_FACT, 3, "" },
		{ MESSAGE_FACT, 3, "1 :fact" }, { MESSAGE_FACT, 3, ":fact" },
	};
	struct ends front, tool;

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		assert_int_equal(model_hears(&front, &tool, MESSAGE_REQUEST, lies[i].kind, lies[i].number,
					     lies[i].text),
				 -EPROTO);
		assert_int_equal(played.calls, 1);
		part(&front);
		part(&tool);
	}
}

static void test_model_hostile_front(void **state)
{
	static const enum message_kind kinds[] = { MESSAGE_QUESTION, MESSAGE_FACT, MESSAGE_ANSWER };
	struct ends front, tool;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		assert_int_equal(model_hears(&front, &tool, kinds[i], MESSAGE_FACT, 3, "1:fact"), -EPROTO);
		assert_int_equal(played.calls, 0);
		part(&front);
		part(&tool);
	}
}

/* The longest there is, everywhere: cut, and nothing else. */
static void test_model_longest(void **state)
{
	char text[MESSAGE_TEXT + 1];
	struct ends front, tool;
	struct message answer;

	(void)state;
	memset(text, 'f', sizeof(text) - 1);
	text[MESSAGE_TEXT] = '\0';
	text[1] = ':';
	text[0] = '1';
	assert_int_equal(model_hears(&front, &tool, MESSAGE_REQUEST, MESSAGE_FACT, 3, text), 0);
	assert_int_equal(transport_hear(front.there, MESSAGE_ANSWER, &answer), 0);
	assert_non_null(strstr(answer.text, " / cbf29ce484222327"));
	assert_int_equal(strlen(played.prompts[1]), strlen("who is it ") + MESSAGE_TEXT - 2);
	part(&front);
	part(&tool);
}

static void test_model_fails(void **state)
{
	struct ends front = connected(), tool = connected();

	(void)state;
	memset(&played, 0, sizeof(played));
	played.fails = true;
	say(front.there, MESSAGE_REQUEST, 0, "x");
	assert_int_equal(agent_model(front.here, tool.here, NULL, 5), -EIO);
	part(&front);
	part(&tool);
}

/* --- The front end ---------------------------------------------------------------------------------------- */

static void test_front_hostile_model(void **state)
{
	static const struct {
		enum message_kind kind;
		uint32_t number;
	} lies[] = { { MESSAGE_ANSWER, 1 }, { MESSAGE_FACT, 0 }, { MESSAGE_REQUEST, 0 }, { MESSAGE_END, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct ends ends = connected();

		say(ends.there, lies[i].kind, lies[i].number, lies[i].kind == MESSAGE_END ? "" : "text");
		assert_int_equal(agent_front(ends.here, 1), -EPROTO);
		part(&ends);
	}
}

static void test_front_is_left(void **state)
{
	struct ends ends = connected();

	(void)state;
	hang_up(&ends);
	assert_int_equal(agent_front(ends.here, 1), -EPIPE);
	part(&ends);
}

/* --- All three -------------------------------------------------------------------------------------------- */

struct agent {
	struct transport *one, *two;
	struct database *database;
	int error;
};

static void *run_model(void *argument)
{
	struct agent *a = argument;

	a->error = agent_model(a->one, a->two, NULL, 4);
	return NULL;
}

static void *run_tool(void *argument)
{
	struct agent *a = argument;

	a->error = agent_tool(a->one, a->database);
	return NULL;
}

static void test_pipeline(void **state)
{
	struct ends front = connected(), tool = connected();
	struct agent model = { front.there, tool.here, NULL, 1 };
	struct agent looks_up = { tool.there, NULL, database_open(":memory:"), 1 };
	pthread_t threads[2];

	(void)state;
	memset(&played, 0, sizeof(played));
	assert_int_equal(pthread_create(&threads[0], NULL, run_model, &model), 0);
	assert_int_equal(pthread_create(&threads[1], NULL, run_tool, &looks_up), 0);
	assert_int_equal(agent_front(front.here, 2), 0);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	assert_int_equal(model.error, 0);
	assert_int_equal(looks_up.error, 0);
	assert_int_equal(played.calls, 3 * 4 * 2); /* rounds, requests, twice each */
	database_close(looks_up.database);
	part(&front);
	part(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_there_and_back),
		cmocka_unit_test(test_message_not_printable),
		cmocka_unit_test(test_message_refused),
		cmocka_unit_test(test_database),
		cmocka_unit_test(test_database_hostile),
		cmocka_unit_test(test_tool),
		cmocka_unit_test(test_tool_is_left),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_model_hostile_tool),
		cmocka_unit_test(test_model_hostile_front),
		cmocka_unit_test(test_model_longest),
		cmocka_unit_test(test_model_fails),
		cmocka_unit_test(test_front_hostile_model),
		cmocka_unit_test(test_front_is_left),
		cmocka_unit_test(test_pipeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
