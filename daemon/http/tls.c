/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each session is given its credentials when it comes, so that new files need no new server and end
 * nobody's event stream. Credentials must outlive their sessions, and a telephone may be connected
 * for weeks: all that were ever read stay until the end, which is a few KiB for each renewal. */
#include "http/tls.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "http/certificate.h"
#include "http/plain.h"

#define LOG_TAG "http"
#include "base/log.h"

enum { WHY_TEXT = 640, ANSWER_TEXT = PLAIN_HEAD + 1024 };

/* Forward secrecy only: a key that is stolen one day opens nothing that was said before. */
static const char PRIORITIES[] = "NORMAL:-RSA:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

struct tls {
	const char *certificate, *key;
	struct certificate *newest;
	char why[WHY_TEXT]; /* the files cannot be used; "": they can */
	char told[WHY_TEXT];
	struct log_state state, end;
};

/* --- opening and reading again --- */

static bool is_same(const struct certificate *one, const struct certificate *other)
{
	return one && one->n == other->n && memcmp(one->bytes, other->bytes, one->n) == 0;
}

static void use(struct tls *tls, struct certificate *it)
{
	it->before = tls->newest;
	tls->newest = it;
}

void tls_reread(struct tls *tls)
{
	struct certificate *it = NULL;

	if (certificate_take(tls->certificate, tls->key, &it, tls->why, sizeof tls->why) < 0) {
		log_state_set(&tls->state, LOG_WARN, LOG_TAG, "%s; until then %s", tls->why,
			tls->newest && !tls->newest->is_stand_in
				? "the certificate of before serves on"
				: "the board shows a certificate of its own, of which browsers warn");
		return;
	}
	tls->why[0] = '\0';
	log_state_clear(&tls->state, LOG_TAG, "%s is in use", tls->certificate);
	if (is_same(tls->newest, it))
		certificate_free(it);
	else
		use(tls, it);
}

int tls_open(const char *certificate, const char *key, struct tls **ret_tls)
{
	struct tls *tls = calloc(1, sizeof *tls);
	struct certificate *stand_in = NULL;
	int failed = tls ? 0 : -ENOMEM;

	if (failed)
		return failed;
	tls->certificate = certificate;
	tls->key = key;
	tls_reread(tls);
	if (!tls->newest)
		failed = certificate_make(&stand_in);
	if (failed) {
		tls_close(tls);
		return failed;
	}
	if (stand_in)
		use(tls, stand_in);
	*ret_tls = tls;
	return 0;
}

void tls_close(struct tls *tls)
{
	if (!tls)
		return;
	for (struct certificate *at = tls->newest, *before; at; at = before) {
		before = at->before;
		certificate_free(at);
	}
	free(tls);
}

/* --- what is wrong --- */

const char *tls_problem(struct tls *tls, time_t now)
{
	struct text text = text_over(tls->told, sizeof tls->told);

	if (*tls->why)
		text_add(&text, tls->why);
	else
		certificate_write_end(&text, tls->certificate, tls->newest, now);
	return tls->told;
}

void tls_watch(struct tls *tls, time_t now)
{
	if (*tls->why) {
		tls_reread(tls);
		return;
	}
	const char *problem = tls_problem(tls, now);

	if (*problem)
		log_state_set(&tls->end, LOG_WARN, LOG_TAG, "%s", problem);
	else
		tls->end = (struct log_state){0};
}

char *tls_check(const char *certificate, const char *key, time_t now)
{
	struct certificate *it = NULL;
	char why[WHY_TEXT] = "";
	struct text text = text_over(why, sizeof why);

	if (certificate_take(certificate, key, &it, why, sizeof why) == 0)
		certificate_write_end(&text, certificate, it, now);
	certificate_free(it);
	return strdup(why);
}

/* --- connections --- */

/* libmicrohttpd wants to know at its start where certificates come from. Each session has been given
 * its own before anybody asks for this one. */
static int have_none(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
	const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **ret_chain,
	unsigned *ret_n, gnutls_privkey_t *ret_key)
{
	(void)session;
	(void)authorities;
	(void)n_authorities;
	(void)algorithms;
	(void)n_algorithms;
	(void)ret_chain;
	(void)ret_n;
	(void)ret_key;
	return -1;
}

const struct MHD_OptionItem *tls_options(void)
{
	static struct MHD_OptionItem options[] = {
		{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, NULL},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, NULL},
		{MHD_OPTION_END, 0, NULL},
	};
	gnutls_certificate_retrieve_function2 *none = have_none;

	/* C has no cast from a function to a pointer of which no compiler warns. */
	memcpy(&options[0].ptr_value, &none, sizeof none);
	options[1].ptr_value = (void *)(uintptr_t)PRIORITIES;
	return options;
}

/* Answers who speaks plain HTTP; the head stays in the socket until it is complete. True: it was
 * TLS, or is neither, which GnuTLS will say. */
static bool is_for_tls(struct connection *connection, const char *head, size_t n)
{
	char answer[ANSWER_TEXT], gone[PLAIN_HEAD];

	if (head[0] == TLS_FIRST_BYTE || head[0] < 'A' || head[0] > 'Z')
		return true;
	size_t length = plain_answer(head, n, answer, sizeof answer);
	if (length == 0) {
		errno = EAGAIN;
		return false;
	}
	/* What is left unread would make the kernel tear the answer up on closing. */
	recv(connection->fd, gone, sizeof gone, MSG_DONTWAIT);
	send(connection->fd, answer, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(connection->fd, SHUT_WR);
	errno = ECONNRESET; /* for GnuTLS it is over */
	return false;
}

/* As GnuTLS's own, but for the first bytes. */
static ssize_t pull(gnutls_transport_ptr_t self, void *bytes, size_t n)
{
	struct connection *connection = self;
	char head[PLAIN_HEAD];

	if (!connection->is_greeted) {
		ssize_t got = recv(connection->fd, head, sizeof head, MSG_PEEK | MSG_DONTWAIT);

		if (got <= 0)
			return got;
		if (!is_for_tls(connection, head, (size_t)got))
			return -1;
		connection->is_greeted = true;
	}
	return recv(connection->fd, bytes, n, 0);
}

void tls_greet(struct tls *tls, struct MHD_Connection *mhd, struct connection *connection)
{
	gnutls_session_t session =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session;

	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, tls->newest->credentials);
	if (!connection)
		return; /* memory is out: it is closed at its first request */
	gnutls_transport_set_ptr2(
		session, connection, (gnutls_transport_ptr_t)(intptr_t)connection->fd);
	gnutls_transport_set_pull_function(session, pull);
}
