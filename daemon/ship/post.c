/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ship/post.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/text.h"

/* A store's answer has some hundred bytes, a proxy's page some thousand. Whoever goes on for a megabyte gives no
 * answer, and would be read for a minute. (Of heads libcurl takes 300 KB by itself.) */
enum { ANSWER_KEPT = 1024, ANSWER_BYTES = 1 << 20, SECRET_TEXT = 512, URL_TEXT = 1024 };

struct post {
	struct transfers *transfers;
	struct post_options options;
	struct transfer transfer;
	CURL *easy; /* the transfer's */
	struct curl_slist *headers;
	char url[URL_TEXT];
	char host[128];
	char secret[SECRET_TEXT];
	int secret_error; /* of reading it last */
	char trouble[CURL_ERROR_SIZE];
	char answer[ANSWER_KEPT];
	size_t answer_n, answer_bytes; /* kept; that came */
};

/* --- transfers that ended --- */

/* Whoever is switched off is silent, too: it is not he who is slow with an answer. */
static enum post_trouble why_late(CURL *easy)
{
	curl_off_t named_us = 0, connected_us = 0;

	curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &named_us);
	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
	return connected_us > 0 ? POST_TOO_SLOW : named_us > 0 ? POST_NO_CONNECTION : POST_NO_NAME;
}

static enum post_trouble trouble_of(CURL *easy, CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return POST_ANSWERED;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return POST_NO_NAME;
	case CURLE_COULDNT_CONNECT:
		return POST_NO_CONNECTION;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return POST_NO_TRUST;
	case CURLE_OPERATION_TIMEDOUT:
		return why_late(easy);
	default:
		return POST_BROKEN;
	}
}

static void finish(struct transfer *transfer, CURLcode code)
{
	struct post *post = CONTAINER(transfer, struct post, transfer);
	struct post_result result = {.trouble = trouble_of(post->easy, code)};
	char *content_type = NULL, *location = NULL;
	curl_off_t retry_after = 0;
	long status = 0;

	curl_easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(post->easy, CURLINFO_CONTENT_TYPE, &content_type);
	curl_easy_getinfo(post->easy, CURLINFO_REDIRECT_URL, &location);
	curl_easy_getinfo(post->easy, CURLINFO_RETRY_AFTER, &retry_after);
	result.what = post->answer_bytes > ANSWER_BYTES ? "its answer has no end"
		: *post->trouble                        ? post->trouble
							: curl_easy_strerror(code);
	result.status = (int)status;
	result.content_type = content_type;
	result.location = location;
	/* A server may ask for years; what is more than a day is a day here. */
	result.retry_after_ns = (retry_after > 86400 ? 86400 : retry_after) * NS_PER_S;
	result.body = post->answer;
	result.n = post->answer_n;
	post->options.done(post->options.self, &result);
}

/* --- one sink's place --- */

static size_t take_answer(char *bytes, size_t size, size_t n, void *self)
{
	struct post *post = self;
	size_t room = sizeof(post->answer) - post->answer_n, all = size * n;

	memcpy(post->answer + post->answer_n, bytes, all < room ? all : room);
	post->answer_n += all < room ? all : room;
	post->answer_bytes += all;
	return post->answer_bytes > ANSWER_BYTES
		? 0
		: all; /* 0 breaks off; the rest is read and forgotten */
}

static void add_parameter(CURL *easy, struct text *url, const char *key, const char *value)
{
	char *escaped;

	if (!value)
		return;
	escaped = curl_easy_escape(easy, value, 0);
	text_addf(url, "&%s=%s", key, escaped ? escaped : "");
	curl_free(escaped);
}

/* Where each kind of server takes lines:
 *   InfluxDB 1         /write?db=
 *   InfluxDB 2         /api/v2/write?org=&bucket=
 *   InfluxDB 3         /api/v2/write?bucket=<database>, the way it documents for writers of version 2.
 *                      (Its own /api/v3/write_lp exists on version 3 only and takes the same lines.)
 *   VictoriaMetrics    /write; a db would become a label */
static int write_url(struct post *post)
{
	const struct config_sink *sink = post->options.sink;
	struct text url = text_over(post->url, sizeof(post->url));
	size_t n = strlen(sink->url);
	const char *host = strstr(sink->url, "://");

	while (n && sink->url[n - 1] == '/')
		n--;
	text_add_bytes(&url, sink->url, n);
	switch (sink->kind) {
	case SINK_INFLUXDB1:
		text_add(&url, "/write?precision=ns");
		add_parameter(post->easy, &url, "db", sink->database);
		break;
	case SINK_INFLUXDB2:
		text_add(&url, "/api/v2/write?precision=ns");
		add_parameter(post->easy, &url, "org", sink->org);
		add_parameter(post->easy, &url, "bucket", sink->bucket);
		break;
	case SINK_INFLUXDB3:
		text_add(&url, "/api/v2/write?precision=ns");
		add_parameter(post->easy, &url, "bucket", sink->database);
		break;
	case SINK_VICTORIAMETRICS:
		text_add(&url, "/write?precision=ns");
		break;
	}
	host = host ? host + 3 : sink->url;
	n = strcspn(host, "/");
	snprintf(post->host, sizeof(post->host), "%.*s", (int)n, host);
	return url.is_cut ? -ENAMETOOLONG : 0;
}

int post_read_secret(struct post *post)
{
	const struct config_sink *sink = post->options.sink;
	struct curl_slist *headers = NULL, *longer;
	char token[SECRET_TEXT + 32] = "";
	const char *lines[4] = {
		"Content-Type: text/plain; charset=utf-8",
		"Expect:", /* no extra round trip before each body */
	};
	size_t n = 2;
	int error = sink->secret
		? config_read_secret(sink->secret, post->secret, sizeof(post->secret))
		: 0;

	post->secret_error = error;
	if (error)
		post->secret[0] = '\0';
	if (sink->gzip)
		lines[n++] = "Content-Encoding: gzip";
	if (sink->secret && (sink->kind == SINK_INFLUXDB2 || sink->kind == SINK_INFLUXDB3)) {
		snprintf(token, sizeof(token), "Authorization: %s %s",
			sink->kind == SINK_INFLUXDB2 ? "Token" : "Bearer", post->secret);
		lines[n++] = token;
	} else if (sink->user) {
		curl_easy_setopt(post->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(post->easy, CURLOPT_USERNAME, sink->user);
		curl_easy_setopt(post->easy, CURLOPT_PASSWORD, post->secret);
	}
	for (size_t i = 0; i < n; i++) {
		longer = curl_slist_append(headers, lines[i]);
		if (!longer) {
			curl_slist_free_all(headers);
			return -ENOMEM;
		}
		headers = longer;
	}
	curl_easy_setopt(post->easy, CURLOPT_HTTPHEADER, headers);
	curl_slist_free_all(post->headers);
	post->headers = headers;
	return error;
}

int post_secret_error(const struct post *post)
{
	return post->secret_error;
}

static int set_options(struct post *post)
{
	const struct post_options *options = &post->options;
	CURL *easy = post->easy;
	CURLcode code = CURLE_OK;

#define SET(option, value) code = code ? code : curl_easy_setopt(easy, CURLOPT_##option, value)
	SET(URL, post->url);
	SET(ERRORBUFFER, post->trouble);
	SET(NOSIGNAL, 1L);
	SET(POST, 1L);
	SET(PROTOCOLS_STR, "http,https");
	SET(FOLLOWLOCATION, 0L);
	SET(SSL_VERIFYPEER, 1L);
	SET(SSL_VERIFYHOST, 2L);
	if (options->sink->ca) { /* in place of the system's, of which Debian also has a folder */
		SET(CAINFO, options->sink->ca);
		SET(CAPATH, NULL);
	}
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(USERAGENT, "kitlog/" KITLOG_VERSION);
	SET(TCP_KEEPALIVE, 1L);
	SET(CONNECTTIMEOUT_MS, options->connect_ms);
	SET(TIMEOUT_MS, options->request_ms);
	SET(LOW_SPEED_LIMIT, 16L); /* bytes a second: less is a server that hangs */
	SET(LOW_SPEED_TIME, options->stall_s);
	SET(WRITEFUNCTION, take_answer);
	SET(WRITEDATA, post);
#undef SET
	return code ? -EINVAL : 0;
}

int post_new(
	struct transfers *transfers, const struct post_options *options, struct post **ret_post)
{
	struct post *post = calloc(1, sizeof(*post));
	int error = -ENOMEM;

	if (!post)
		return -ENOMEM;
	post->transfers = transfers;
	post->options = *options;
	post->easy = curl_easy_init();
	post->transfer = (struct transfer){.easy = post->easy, .done = finish};
	if (!post->easy)
		goto fail;
	error = write_url(post);
	if (!error)
		error = set_options(post);
	if (error)
		goto fail;
	post_read_secret(post); /* what is wrong with it stops what would be sent */
	*ret_post = post;
	return 0;
fail:
	post_free(post);
	return error;
}

void post_free(struct post *post)
{
	if (!post)
		return;
	transfer_drop(&post->transfer);
	curl_easy_cleanup(post->easy);
	curl_slist_free_all(post->headers);
	free(post);
}

int post_send(struct post *post, const char *bytes, size_t n)
{
	post->answer_n = post->answer_bytes = 0;
	post->trouble[0] = '\0';
	curl_easy_setopt(post->easy, CURLOPT_POSTFIELDS, bytes);
	curl_easy_setopt(post->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
	return transfer_begin(post->transfers, &post->transfer);
}

/* Freeing a handle joins the thread that asks for the name, which may take minutes; left alone, it
 * ends by itself, or with the process. */
void post_hurry(struct post *post)
{
	curl_easy_setopt(post->easy, CURLOPT_QUICK_EXIT, 1L);
}

const char *post_host(const struct post *post)
{
	return post->host;
}
