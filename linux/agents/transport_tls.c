/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS 1.3 over a stream of bytes: AES-256-GCM, a key that both have, Diffie-Hellman besides. Before each message is its length, two
 * bytes, in the same record. Made to be compared with: where the key would come from is not shown here.
 */
#include "transport.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#define PREFIX 2U

struct by_tls {
	struct transport transport; /* first */
	SSL_CTX *context;
	SSL *tls;
	int fd;
};

static const char suite[] = "TLS_AES_256_GCM_SHA384";
static const unsigned char suite_number[] = { 0x13, 0x02 };
static const unsigned char who[] = "agent";
static const unsigned char key[48] = "the same for both: it is there to be compared";

/* --- The key that both have ------------------------------------------------------------------------------- */

static SSL_SESSION *session_of_key(SSL *tls)
{
	SSL_SESSION *session = SSL_SESSION_new();
	const SSL_CIPHER *cipher = SSL_CIPHER_find(tls, suite_number);

	if (session != NULL && cipher != NULL &&
	    SSL_SESSION_set1_master_key(session, key, sizeof(key)) == 1 &&
	    SSL_SESSION_set_cipher(session, cipher) == 1 &&
	    SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) == 1)
		return session;
	SSL_SESSION_free(session);
	return NULL;
}

static int client_key(SSL *tls, const EVP_MD *digest, const unsigned char **id, size_t *length,
		      SSL_SESSION **session)
{
	(void)digest;
	*id = who;
	*length = sizeof(who);
	*session = session_of_key(tls);
	return *session != NULL;
}

static int server_key(SSL *tls, const unsigned char *id, size_t length, SSL_SESSION **session)
{
	*session = NULL;
	if (length == sizeof(who) && memcmp(id, who, length) == 0)
		*session = session_of_key(tls);
	return 1;
}

/* --- Messages --------------------------------------------------------------------------------------------- */

static int send_message(struct transport *transport, const uint8_t *bytes, size_t size)
{
	struct by_tls *t = (struct by_tls *)transport;
	uint8_t record[PREFIX + MESSAGE_MAX] = { (uint8_t)(size >> 8), (uint8_t)size };
	size_t done;

	if (size > MESSAGE_MAX)
		return -EMSGSIZE;
	memcpy(record + PREFIX, bytes, size);
	return SSL_write_ex(t->tls, record, PREFIX + size, &done) == 1 ? 0 : -EPIPE;
}

/* Why nothing could be read: what came is no record of the peer's, or nothing more comes. */
static int read_error(SSL *tls)
{
	bool broken = SSL_get_error(tls, 0) == SSL_ERROR_SSL &&
		      ERR_GET_REASON(ERR_peek_last_error()) != SSL_R_UNEXPECTED_EOF_WHILE_READING;

	return broken ? -EPROTO : -EPIPE;
}

static int read_all(SSL *tls, uint8_t *bytes, size_t size)
{
	size_t got;

	for (; size != 0; bytes += got, size -= got)
		if (SSL_read_ex(tls, bytes, size, &got) != 1)
			return read_error(tls);
	return 0;
}

static int receive_message(struct transport *transport, uint8_t bytes[MESSAGE_MAX], size_t *size)
{
	struct by_tls *t = (struct by_tls *)transport;
	uint8_t prefix[PREFIX];
	int error = read_all(t->tls, prefix, PREFIX);

	if (error != 0)
		return error;
	*size = (size_t)prefix[0] << 8 | prefix[1];
	return *size > MESSAGE_MAX ? -EPROTO : read_all(t->tls, bytes, *size);
}

static void close_tls(struct transport *transport)
{
	struct by_tls *t = (struct by_tls *)transport;

	SSL_shutdown(t->tls);
	SSL_free(t->tls);
	SSL_CTX_free(t->context);
	close(t->fd);
	free(t);
}

static void say_nothing_at_the_end(struct by_tls *t)
{
	if (t->tls != NULL)
		SSL_set_quiet_shutdown(t->tls, 1);
	close_tls(&t->transport);
}

static bool prepare(struct by_tls *t)
{
	t->context = SSL_CTX_new(TLS_method());
	if (t->context == NULL || SSL_CTX_set_min_proto_version(t->context, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(t->context, suite) != 1 || SSL_CTX_set_num_tickets(t->context, 0) != 1)
		return false;
	SSL_CTX_set_psk_use_session_callback(t->context, client_key);
	SSL_CTX_set_psk_find_session_callback(t->context, server_key);
	t->tls = SSL_new(t->context);
	return t->tls != NULL && SSL_set_fd(t->tls, t->fd) == 1;
}

/* By the key: a client would take any certificate in its place, and here nobody has one. */
static bool shake_hands(SSL *tls, bool serves)
{
	return (serves ? SSL_accept(tls) : SSL_connect(tls)) == 1 && SSL_session_reused(tls) == 1;
}

int transport_tls(int fd, bool serves, struct transport **transport)
{
	struct by_tls *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		close(fd);
		return -ENOMEM;
	}
	*t = (struct by_tls){ .transport = { send_message, receive_message, close_tls }, .fd = fd };
	if (!prepare(t) || !shake_hands(t->tls, serves)) {
		say_nothing_at_the_end(t);
		return -EPROTO;
	}
	*transport = &t->transport;
	return 0;
}
