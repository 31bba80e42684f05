/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages by a local socket and by TLS, with peers that break the rules and a host that changes what it carries.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "transport.h"

struct side {
	int fd;
	bool serves;
	struct transport *transport;
	int error;
	pthread_t thread;
};

static void *open_side(void *argument)
{
	struct side *s = argument;

	s->error = transport_tls(s->fd, s->serves, &s->transport);
	return NULL;
}

/* Both ends at once: they wait for each other. */
static void shake_hands(struct side sides[2])
{
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&sides[i].thread, NULL, open_side, &sides[i]), 0);
	for (unsigned int i = 0; i < 2; i++)
		pthread_join(sides[i].thread, NULL);
}

static void open_tls(struct transport *ends[2])
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	struct side sides[2] = { { .fd = fds[0], .serves = true }, { .fd = fds[1] } };

	shake_hands(sides);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(sides[i].error, 0);
		ends[i] = sides[i].transport;
	}
}

static void open_sockets(struct transport *ends[2])
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(transport_socket(fds[i], &ends[i]), 0);
}

/* All lengths, both ways; several wait. Then one end goes. */
static void carries(void open_both(struct transport *ends[2]))
{
	static const size_t sizes[] = { 1, MESSAGE_HEADER, 255, 256, 257, MESSAGE_MAX };
	uint8_t sent[MESSAGE_MAX], got[MESSAGE_MAX];
	struct transport *ends[2];
	size_t size;

	open_both(ends);
	for (size_t i = 0; i < MESSAGE_MAX; i++)
		sent[i] = (uint8_t)(i * 7 + i / 256);
	for (unsigned int from = 0; from < 2; from++) {
		for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			assert_int_equal(ends[from]->send(ends[from], sent + i, sizes[i] - (i == 5 ? i : 0)),
					 0);
		for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			assert_int_equal(ends[1 - from]->receive(ends[1 - from], got, &size), 0);
			assert_int_equal(size, sizes[i] - (i == 5 ? i : 0));
			assert_memory_equal(got, sent + i, size);
		}
	}
	ends[0]->close(ends[0]);
	assert_int_equal(ends[1]->receive(ends[1], got, &size), -EPIPE);
	ends[1]->close(ends[1]);
}

static void test_socket(void **state)
{
	(void)state;
	carries(open_sockets);
}

static void test_tls(void **state)
{
	(void)state;
	carries(open_tls);
}

static void test_socket_too_long(void **state)
{
	uint8_t bytes[MESSAGE_MAX + 1] = { 0 }, got[MESSAGE_MAX];
	struct transport *ends[2];
	size_t size;

	(void)state;
	open_sockets(ends);
	assert_int_equal(ends[0]->send(ends[0], bytes, sizeof(bytes)), 0);
	assert_int_equal(ends[1]->receive(ends[1], got, &size), -EPROTO);
	for (unsigned int i = 0; i < 2; i++)
		ends[i]->close(ends[i]);
}

static void test_tls_too_long(void **state)
{
	uint8_t bytes[MESSAGE_MAX + 1] = { 0 };
	struct transport *ends[2];

	(void)state;
	open_tls(ends);
	assert_int_equal(ends[0]->send(ends[0], bytes, sizeof(bytes)), -EMSGSIZE);
	for (unsigned int i = 0; i < 2; i++)
		ends[i]->close(ends[i]);
}

/* A host between the two: what it carries is another in one bit. Nothing of it is taken. */
struct host {
	int from[2], to[2];
	bool changes;
	pthread_t thread;
};

static void *carry(void *argument)
{
	struct host *h = argument;
	uint8_t bytes[4096];
	ssize_t got;

	while ((got = read(h->from[1], bytes, sizeof(bytes))) > 0) {
		if (__atomic_load_n(&h->changes, __ATOMIC_ACQUIRE))
			bytes[got - 1] ^= 1;
		if (write(h->to[1], bytes, (size_t)got) != got)
			break;
	}
	shutdown(h->to[1], SHUT_WR);
	return NULL;
}

static void test_tls_changed(void **state)
{
	int one[2], two[2];
	uint8_t bytes[64] = "text", got[MESSAGE_MAX];
	size_t size;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, one), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, two), 0);
	struct host there = { { one[0], one[1] }, { two[0], two[1] }, false, 0 };
	struct host back = { { two[0], two[1] }, { one[0], one[1] }, false, 0 };
	struct side sides[2] = { { .fd = one[0], .serves = true }, { .fd = two[0] } };

	assert_int_equal(pthread_create(&there.thread, NULL, carry, &there), 0);
	assert_int_equal(pthread_create(&back.thread, NULL, carry, &back), 0);
	shake_hands(sides);
	assert_int_equal(sides[0].error, 0);
	assert_int_equal(sides[0].transport->send(sides[0].transport, bytes, sizeof(bytes)), 0);
	assert_int_equal(sides[1].transport->receive(sides[1].transport, got, &size), 0);
	assert_int_equal(size, sizeof(bytes));
	__atomic_store_n(&there.changes, true, __ATOMIC_RELEASE);
	assert_int_equal(sides[0].transport->send(sides[0].transport, bytes, sizeof(bytes)), 0);
	assert_int_equal(sides[1].transport->receive(sides[1].transport, got, &size), -EPROTO);
	for (unsigned int i = 0; i < 2; i++)
		sides[i].transport->close(sides[i].transport);
	pthread_join(there.thread, NULL);
	pthread_join(back.thread, NULL);
	close(one[1]);
	close(two[1]);
}

/* A host that lets the stream end, within a record or before one: the peer is gone, and nothing else was said. */
static void test_tls_cut(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		static const uint8_t begun[] = { 0x17, 3, 3, 0, 100, 1, 2, 3 };
		int fds[2];
		uint8_t got[MESSAGE_MAX];
		size_t size;

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
		struct side sides[2] = { { .fd = fds[0], .serves = true }, { .fd = fds[1] } };

		shake_hands(sides);
		assert_int_equal(sides[1].error, 0);
		if (i == 1)
			assert_int_equal(write(fds[0], begun, sizeof(begun)), sizeof(begun));
		shutdown(fds[0], SHUT_WR);
		assert_int_equal(sides[1].transport->receive(sides[1].transport, got, &size), -EPIPE);
		for (unsigned int side = 0; side < 2; side++)
			sides[side].transport->close(sides[side].transport);
	}
}

/* Who does not speak TLS, who says nothing: no transport. */
static void test_tls_no_handshake(void **state)
{
	struct transport *transport;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		int fds[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
		if (i == 0)
			assert_int_equal(write(fds[1], "csm-pair 1 hello 00\n", 20), 20);
		shutdown(fds[1], SHUT_WR);
		assert_int_equal(transport_tls(fds[0], true, &transport), -EPROTO);
		close(fds[1]);
	}
}

/* A host in the peer's place: it has no key, but a certificate of its own making. */
static SSL_CTX *impostor_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();

	assert_true(context != NULL && key != NULL && certificate != NULL);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	assert_int_equal(X509_set_pubkey(certificate, key), 1);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(SSL_CTX_use_certificate(context, certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return context;
}

static void *accept_anybody(void *argument)
{
	SSL *tls = argument;

	SSL_accept(tls);
	return NULL;
}

static void test_tls_impostor(void **state)
{
	SSL_CTX *context = impostor_context();
	SSL *tls = SSL_new(context);
	struct transport *transport;
	pthread_t thread;
	int fds[2], error;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(SSL_set_fd(tls, fds[0]), 1);
	assert_int_equal(pthread_create(&thread, NULL, accept_anybody, tls), 0);
	error = transport_tls(fds[1], false, &transport);
	pthread_join(thread, NULL);
	if (error == 0)
		transport->close(transport);
	SSL_free(tls);
	SSL_CTX_free(context);
	close(fds[0]);
	assert_int_equal(error, -EPROTO);
}

static void test_message_by_transport(void **state)
{
	struct transport *ends[2];
	struct message message;

	(void)state;
	open_sockets(ends);
	assert_true(message_make(&message, MESSAGE_FACT, 9, "a fact"));
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(transport_say(ends[0], &message), 0);
	assert_int_equal(transport_hear(ends[1], MESSAGE_FACT, &message), 0);
	assert_string_equal(message.text, "a fact");
	assert_int_equal(transport_hear(ends[1], 0, &message), 0);
	assert_int_equal(transport_hear(ends[1], MESSAGE_ANSWER, &message), -EPROTO);
	assert_int_equal(ends[0]->send(ends[0], (const uint8_t *)"\0text", 6), 0);
	assert_int_equal(transport_hear(ends[1], 0, &message), -EPROTO);
	for (unsigned int i = 0; i < 2; i++)
		ends[i]->close(ends[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_socket),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_socket_too_long),
		cmocka_unit_test(test_tls_too_long),
		cmocka_unit_test(test_tls_changed),
		cmocka_unit_test(test_tls_cut),
		cmocka_unit_test(test_tls_no_handshake),
		cmocka_unit_test(test_tls_impostor),
		cmocka_unit_test(test_message_by_transport),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
