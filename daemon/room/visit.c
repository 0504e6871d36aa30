/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/visit.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/container.h"
#include "base/text.h"
#include "room/pinned_key.h"

enum { CONNECT_MS = 2000, URL_TEXT = 320, COOKIE_TEXT = 64 };

struct visit {
	struct visit_options options;
	struct transfer transfer;
	struct curl_slist *headers;
	struct instant sent, came;
	bool has_come, asks_certificate;
	char token[VISIT_TOKEN], certificate[VISIT_CERTIFICATE];
	char *body;
	size_t n, room;
};

static enum visit_trouble trouble_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return VISIT_ANSWERED;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
		return VISIT_NO_CONNECTION;
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return VISIT_NO_TRUST;
	case CURLE_OPERATION_TIMEDOUT:
		return VISIT_TOO_SLOW;
	default:
		return VISIT_BROKEN;
	}
}

/* What was shown, of the board itself: the first of the chain. */
static void take_certificate(struct visit *visit)
{
	struct curl_certinfo *shown = NULL;

	if (!visit->asks_certificate ||
		curl_easy_getinfo(visit->transfer.easy, CURLINFO_CERTINFO, &shown) || !shown ||
		shown->num_of_certs < 1)
		return;
	for (const struct curl_slist *one = shown->certinfo[0]; one; one = one->next) {
		size_t n = strlen(one->data);

		if (strncmp(one->data, "Cert:", 5) == 0 && n < sizeof visit->certificate)
			memcpy(visit->certificate, one->data + 5, n - 4);
	}
}

static void finish(struct transfer *transfer, CURLcode code)
{
	struct visit *visit = CONTAINER(transfer, struct visit, transfer);
	struct visit_answer answer = {.trouble = trouble_of(code),
		.body = visit->body ? visit->body : "",
		.n = visit->n,
		.sent = visit->sent,
		.came = visit->came,
		.token = visit->token,
		.certificate = visit->certificate};
	curl_off_t retry_after = 0;
	long status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
	answer.status = (int)status;
	answer.retry_after_s = retry_after > 3600 ? 3600 : (long)retry_after;
	take_certificate(visit);
	visit->options.done(visit->options.self, &answer);
}

void visit_read_token(const char *line, size_t n, char token[VISIT_TOKEN])
{
	static const char name[] = "Set-Cookie: kitlog=";
	size_t length = sizeof name - 1, end;

	if (n <= length || strncasecmp(line, name, length) != 0)
		return;
	for (end = length; end < n && isxdigit((unsigned char)line[end]);)
		end++;
	/* What is no board's goes into no file and no header. */
	if (end < n && strchr("; \r\n", line[end]) && end - length < VISIT_TOKEN) {
		memcpy(token, line + length, end - length);
		token[end - length] = '\0';
	}
}

/* Its first line is the first byte of the answer. */
static size_t take_header(char *bytes, size_t size, size_t n, void *self)
{
	struct visit *visit = self;

	if (!visit->has_come)
		visit->came = clock_now(visit->options.clock);
	visit->has_come = true;
	visit_read_token(bytes, size * n, visit->token);
	return size * n;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *self)
{
	struct visit *visit = self;
	size_t all = size * n, need = visit->n + all + 1;

	if (need > VISIT_ANSWER)
		return 0; /* curl gives up: it is no board that says so much */
	if (need > visit->room) {
		size_t room = need < 4096 ? 4096 : 2 * need;
		char *longer = realloc(visit->body, room);

		if (!longer)
			return 0;
		visit->body = longer;
		visit->room = room;
	}
	memcpy(visit->body + visit->n, bytes, all);
	visit->n += all;
	visit->body[visit->n] = '\0';
	return all;
}

int visit_new(const struct visit_options *options, struct visit **ret_visit)
{
	struct visit *visit = calloc(1, sizeof *visit);
	CURLcode code = CURLE_OK;
	CURL *easy;

	if (!visit)
		return -ENOMEM;
	visit->options = *options;
	visit->transfer.done = finish;
	visit->transfer.easy = easy = curl_easy_init();
	if (!easy) {
		visit_free(visit);
		return -ENOMEM;
	}
#define SET(option, value) code = code ? code : curl_easy_setopt(easy, CURLOPT_##option, value)
	SET(NOSIGNAL, 1L);
	SET(PROTOCOLS_STR, "http,https");
	SET(FOLLOWLOCATION, 0L);
	SET(PROXY, ""); /* a board in the same room, whatever the environment says */
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(USERAGENT, "kitlog/" KITLOG_VERSION);
	SET(CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	SET(QUICK_EXIT, 1L);
	SET(SSL_VERIFYPEER, 0L); /* see set_trust */
	SET(SSL_VERIFYHOST, 0L);
	SET(HEADERFUNCTION, take_header);
	SET(HEADERDATA, visit);
	SET(WRITEFUNCTION, take_body);
	SET(WRITEDATA, visit);
#undef SET
	if (code) {
		visit_free(visit);
		return -ENOMEM;
	}
	*ret_visit = visit;
	return 0;
}

void visit_free(struct visit *visit)
{
	if (!visit)
		return;
	transfer_drop(&visit->transfer);
	curl_easy_cleanup(visit->transfer.easy);
	curl_slist_free_all(visit->headers);
	free(visit->body);
	free(visit);
}

/* Whoever has the key of the certificate that is known is believed, whatever else that certificate says. */
static CURLcode set_trust(struct visit *visit, const struct visit_question *question)
{
	CURL *easy = visit->transfer.easy;
	char pin[PINNED_KEY_TEXT];
	CURLcode code;

	if (question->certificate && pinned_key_of(question->certificate, pin) < 0)
		text_copy(pin, sizeof pin, "sha256//"); /* nobody's */
	visit->asks_certificate = question->asks_certificate;
	code = curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, question->certificate ? pin : NULL);
	if (!code)
		code = curl_easy_setopt(
			easy, CURLOPT_CERTINFO, question->asks_certificate ? 1L : 0L);
	/* A connection that shows what is asked for is one of its own. */
	if (!code)
		code = curl_easy_setopt(
			easy, CURLOPT_FRESH_CONNECT, question->asks_certificate ? 1L : 0L);
	return code;
}

static CURLcode set_question(struct visit *visit, const struct visit_question *question)
{
	CURL *easy = visit->transfer.easy;
	char url[URL_TEXT], cookie[COOKIE_TEXT] = "";
	CURLcode code;

	snprintf(url, sizeof url, "%s%s", question->base, question->path);
	if (question->token)
		snprintf(cookie, sizeof cookie, "kitlog=%s", question->token);
	code = curl_easy_setopt(easy, CURLOPT_URL, url);
	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, question->most_ms);
	if (!code)
		code = curl_easy_setopt(easy, CURLOPT_COOKIE, *cookie ? cookie : NULL);
	if (!code)
		code = curl_easy_setopt(
			easy, CURLOPT_CUSTOMREQUEST, question->is_delete ? "DELETE" : NULL);
	if (code)
		return code;
	if (!question->body)
		return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	code = curl_easy_setopt(easy, CURLOPT_POST, 1L);
	if (!code)
		code = curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(question->body));
	return code ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, question->body);
}

static int set_headers(struct visit *visit)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	struct curl_slist *longer = headers ? curl_slist_append(headers, "Expect:") : NULL;

	if (!longer) {
		curl_slist_free_all(headers);
		return -ENOMEM;
	}
	visit->headers = longer;
	return curl_easy_setopt(visit->transfer.easy, CURLOPT_HTTPHEADER, longer) ? -ENOMEM : 0;
}

int visit_begin(struct visit *visit, const struct visit_question *question)
{
	if (visit_is_under_way(visit))
		return -EBUSY;
	if (set_question(visit, question) || set_trust(visit, question) ||
		(!visit->headers && set_headers(visit)))
		return -ENOMEM;
	visit->n = 0;
	visit->token[0] = visit->certificate[0] = '\0';
	visit->has_come = false;
	visit->sent = visit->came = clock_now(visit->options.clock);
	return transfer_begin(visit->options.transfers, &visit->transfer);
}

bool visit_is_under_way(const struct visit *visit)
{
	return visit->transfer.transfers != NULL;
}
