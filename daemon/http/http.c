/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libmicrohttpd's epoll descriptor is watched by our loop, and MHD_get_timeout is asked after each run:
 * left out, connections stay on its ready list and every event comes one period late (measured). Whoever
 * publishes runs it directly, in the same turn.
 */
#include "http/http.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/container.h"
#include "base/text.h"
#include "http/listener.h"

#define LOG_TAG "http"
#include "base/log.h"

/* 9 us and 21 KB a client were measured; a class, its teacher and a bench fit many times over. Per
 * address: a whole class may sit behind one access point that translates addresses, and a browser
 * opens six connections: 60 of them fit, and some are left for others. */
enum { MOST_CONNECTIONS = 512, MOST_PER_ADDRESS = 448 };
/* Above so many, who is slow gives way to who comes (connection.h). libmicrohttpd accepts some before it closes those
 * that gave way: so far below the limits that only streams reach them. */
enum { MOST_UNDISTURBED = 384 };
enum { INACTIVITY_S = 20, CONNECTION_BYTES = 16384 };
/* While a TLS handshake waits for the other side, libmicrohttpd (0.9.75, 1.0.1) takes its socket for ready and asks to
 * be run at once, again and again. After so many turns in which no socket stirred it is run each few milliseconds. */
enum { TURNS_AT_ONCE = 8, PACE_MS = 5 };

struct http {
	struct http_options options;
	struct MHD_Daemon *daemon;
	int listener; /* until the daemon has it */
	unsigned port;
	struct connections connections;
	struct watch watch;
	struct timer again; /* libmicrohttpd's time-out */
	unsigned turns;     /* that it asked for at once since a socket stirred */
	struct timer sweep;
};

/* --- requests --- */

static bool is_of_type(const struct request *request, const char *wanted)
{
	const char *type = request_header(request, "Content-Type");
	size_t n = strlen(wanted);

	return type && strncasecmp(type, wanted, n) == 0 && strchr("; \t", type[n]);
}

static bool is_for_file(const struct http_options *options, const struct request *request)
{
	return options->uploads && strcmp(request_path(request), options->upload_path) == 0;
}

/* No page of another site can send either without asking first, which nobody answers. */
static bool is_type_right(const struct http_options *options, const struct request *request)
{
	return is_of_type(request, "application/json") ||
		(is_for_file(options, request) && is_of_type(request, "application/zip"));
}

static void refuse_method(struct request *request, const char *allowed)
{
	request_add_header(request, "Allow", allowed);
	request_refuse(request, 405, "wrong_method", "这个地址不接受这种操作。",
		"This address does not take that method.");
}

/* Gives the request to the one who answers it, or says why nobody does. */
static void dispatch(struct http *http, struct request *request, const char *method, bool is_whole)
{
	const struct http_options *o = &http->options;
	struct route_arguments arguments;
	const char *allowed;
	const struct route *route = route_find(
		o->routes, o->n_routes, method, request_path(request), &arguments, &allowed);
	bool is_get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

	if (!host_is_ours(request_header(request, "Host"), o->board, o->names, o->n_names))
		request_refuse(request, 421, "wrong_host",
			"这块板子不叫这个名字。用它的 IP 地址打开，或把名字写进 http.names。",
			"This board does not have that name. Open it by its IP address, or add the "
			"name to http.names.");
	else if (!is_whole)
		request_refuse(request, 413, "too_large", "内容太大，最多 64 KiB。",
			"The body is too large: at most 64 KiB.");
	else if (!route && allowed)
		refuse_method(request, allowed);
	else if (!route && !is_get)
		request_refuse(request, 404, "no_such_path", "没有这个地址。", "No such address.");
	else if (!route)
		o->otherwise(o->self, request);
	else if (strcmp(method, "POST") == 0 && !is_type_right(o, request))
		request_refuse(request, 415, "not_json",
			"内容要用 application/json；文件要用 application/zip。",
			"Send the body as application/json, a file as application/zip.");
	else if (route->needs_teacher && !o->is_teacher(o->self, request))
		request_refuse(request, 401, "teacher_only", "先输入老师的 PIN。",
			"Enter the teacher's PIN first.");
	else {
		if (o->came)
			o->came(o->self, request);
		request_set_arguments(request, &arguments);
		route->handle(o->self, request);
	}
}

static struct connection *connection_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* A file is taken from a teacher only, and only where one is expected; any other body is small. */
static void expect_file(struct http *http, struct request *request, const char *method)
{
	const struct http_options *o = &http->options;
	struct upload *upload;

	if (is_for_file(o, request) && strcmp(method, "POST") == 0 &&
		is_of_type(request, "application/zip") && o->is_teacher(o->self, request) &&
		upload_new(o->uploads, request_mhd(request), request_connection(request),
			&upload) == 0)
		request_take_upload(request, upload);
}

/* libmicrohttpd calls three times or more: the head is there, pieces of the body, all is there; and
 * once again after a wait. */
static enum MHD_Result on_request(void *self, struct MHD_Connection *mhd, const char *path,
	const char *method, const char *version, const char *data, size_t *n, void **context)
{
	struct http *http = self;
	struct request *request = *context;

	(void)version;
	if (!request) {
		struct connection *connection = connection_of(mhd);

		if (!connection)
			return MHD_NO;
		request = request_new(mhd, connection, http->options.clock, path);
		*context = request;
		if (!request)
			return MHD_NO;
		connection_enter(connection, CONNECTION_BODY, clock_now(http->options.clock));
		expect_file(http, request, method);
		return MHD_YES;
	}
	if (*n > 0) {
		*n -= request_take_body(request, data, *n);
		return MHD_YES;
	}
	if (request_upload(request) && !upload_finish(request_upload(request)))
		return MHD_YES;
	if (!request_is_answered(request))
		dispatch(http, request, method, request_is_whole(request));
	return request_send(request);
}

static void on_completed(
	void *self, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode why)
{
	struct http *http = self;
	struct request *request = *context;

	(void)mhd;
	(void)why;
	if (!request)
		return;
	connection_enter(
		request_connection(request), CONNECTION_HEAD, clock_now(http->options.clock));
	request_free(request);
	*context = NULL;
}

static void on_connection(void *self, struct MHD_Connection *mhd, void **context,
	enum MHD_ConnectionNotificationCode code)
{
	struct http *http = self;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		int fd =
			MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
		struct instant now = clock_now(http->options.clock);

		connections_make_room(&http->connections, MOST_UNDISTURBED - 1, now);
		*context = connection_new(&http->connections, fd, now);
		if (http->options.tls)
			tls_greet(http->options.tls, mhd, *context);
	} else {
		connection_free(&http->connections, *context);
		*context = NULL;
	}
}

/* It writes a line for every reader that leaves: tracing. */
static void on_log(void *self, const char *format, va_list arguments)
{
	char words[256];

	(void)self;
	vsnprintf(words, sizeof words, format, arguments);
	words[strcspn(words, "\n")] = '\0';
	log_debug("libmicrohttpd: %s", words);
}

/* --- the loop --- */

static bool is_answering(const struct http *http)
{
	for (const struct connection *c = http->connections.first; c; c = c->next)
		if (c->phase == CONNECTION_ANSWER && !c->is_shut)
			return true;
	return false;
}

void http_run(struct http *http)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	MHD_run(http->daemon);
	if (MHD_get_timeout(http->daemon, &wait_ms) == MHD_YES) {
		if (wait_ms == 0 && http->options.tls && ++http->turns > TURNS_AT_ONCE &&
			!is_answering(http))
			wait_ms = PACE_MS;
		int64_t wait_ns =
			wait_ms > 60000 ? 60 * (int64_t)NS_PER_S : (int64_t)wait_ms * NS_PER_MS;

		timer_at(http->options.loop, &http->again,
			instant_add(clock_now(http->options.clock), wait_ns));
	} else {
		timer_cancel(&http->again);
	}
}

static void on_ready(struct watch *watch, uint32_t events)
{
	struct http *http = CONTAINER(watch, struct http, watch);

	(void)events;
	http->turns = 0;
	http_run(http);
}

static void on_again(struct timer *timer, struct instant now)
{
	(void)now;
	http_run(CONTAINER(timer, struct http, again));
}

static void on_sweep(struct timer *timer, struct instant now)
{
	struct http *http = CONTAINER(timer, struct http, sweep);
	unsigned n = connections_sweep(&http->connections, now);

	if (n > 0) {
		log_debug("closed %u connections that were too slow", n);
		http_run(http);
	}
}

/* --- opening --- */

static struct MHD_Daemon *start(struct http *http)
{
	static const struct MHD_OptionItem none = {MHD_OPTION_END, 0, NULL};
	bool is_secure = http->options.tls;

	/* The logger comes first, so that it hears of the other options. */
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
			(is_secure ? MHD_USE_TLS : 0U),
		0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, on_log, http,
		MHD_OPTION_LISTEN_SOCKET, http->listener, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)MOST_CONNECTIONS, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		(unsigned)MOST_PER_ADDRESS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)INACTIVITY_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, http, MHD_OPTION_ARRAY, is_secure ? tls_options() : &none,
		MHD_OPTION_END);
}

int http_open(
	const struct http_options *options, struct http **ret_http, char *ret_why, size_t size)
{
	struct http *http = calloc(1, sizeof *http);
	int r = -ENOMEM;

	text_copy(ret_why, size, "http: out of memory; stop other programs");
	if (!http)
		return r;
	http->options = *options;
	http->listener = -1;
	http->watch.ready = on_ready;
	http->again.due = on_again;
	http->sweep.due = on_sweep;
	r = listener_open(
		options->listen, options->port, &http->listener, &http->port, ret_why, size);
	if (r < 0)
		goto fail;
	r = -ENOMEM;
	http->daemon = start(http);
	if (!http->daemon)
		goto fail;
	http->listener = -1;
	r = watch_add(options->loop, &http->watch,
		MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, EPOLLIN);
	if (r < 0)
		goto fail;
	timer_every(options->loop, &http->sweep, NS_PER_S);
	text_copy(ret_why, size, "");
	*ret_http = http;
	return 0;
fail:
	http_close(http, 0);
	return r;
}

unsigned http_port(const struct http *http)
{
	return http->port;
}

/* --- closing --- */

static void finish_answers(struct http *http, int wait_ms)
{
	int fd = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	const struct clock kernel = {0};
	struct instant end = instant_add(clock_now(&kernel), (int64_t)wait_ms * NS_PER_MS);

	MHD_run(http->daemon);
	while (is_answering(http) && clock_now(&kernel).ns < end.ns) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};

		poll(&ready, 1, 10);
		MHD_run(http->daemon);
	}
}

/* MHD_stop_daemon aborts the program when a connection is suspended (measured with 0.9.75 and
 * 1.0.1). */
static void resume_all(struct http *http)
{
	for (struct connection *c = http->connections.first; c; c = c->next)
		if (c->source)
			source_wake(c->source);
}

void http_close(struct http *http, int wait_ms)
{
	if (!http)
		return;
	timer_cancel(&http->sweep);
	timer_cancel(&http->again);
	watch_remove(&http->watch);
	if (http->daemon) {
		int listener = MHD_quiesce_daemon(http->daemon);

		if (listener >= 0)
			close(listener);
		finish_answers(http, wait_ms);
		resume_all(http);
		MHD_stop_daemon(http->daemon);
	}
	if (http->listener >= 0)
		close(http->listener);
	free(http);
}
