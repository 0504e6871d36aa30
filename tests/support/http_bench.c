/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP server on a bench, see support/http_bench.h. */
#include "support/http_bench.h"

#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/text.h"

static void handle_echo(void *self, struct request *request)
{
	size_t n;
	const char *body = request_body(request, &n), *query = request_query(request, "q");
	char buffer[256];
	struct text text = text_over(buffer, sizeof buffer);

	(void)self;
	text_addf(&text, "id=%s q=%s n=%zu body=%.20s", request_argument(request, 0),
		query ? query : "(none)", n, body);
	request_answer(request, 200, "text/plain", text.at, text.length);
}

static void handle_wait(void *self, struct request *request)
{
	struct http_bench *bench = self;

	bench->waiting = request;
	request_wait(request);
}

static struct http_counter *counter_of(struct source *source)
{
	return CONTAINER(source, struct http_counter, source);
}

static ssize_t read_counter(struct source *source, char *bytes, size_t room)
{
	struct http_counter *c = counter_of(source);

	if (c->is_paused)
		return 0;
	if (c->next == c->end)
		return c->fails ? SOURCE_FAILED : SOURCE_END;
	memset(bytes, 'a' + (int)(c->next++ % 26), room < 1000 ? room : 1000);
	return room < 1000 ? (ssize_t)room : 1000;
}

static void counter_closed(struct source *source)
{
	counter_of(source)->is_closed = true;
}

static void handle_stream(void *self, struct request *request)
{
	struct http_bench *bench = self;

	request_answer_source(request, 200, "text/plain", &bench->counter.source);
}

static void handle_nothing(void *self, struct request *request)
{
	struct http_bench *bench = self;

	pages_answer(bench->pages, request, request_path(request));
}

static bool ask_teacher(void *self, const struct request *request)
{
	const struct http_bench *bench = self;

	(void)request;
	return bench->is_teacher;
}

static void handle_refuse(void *self, struct request *request)
{
	(void)self;
	request_refuse(request, 409, "never", "不行 <b>&amp;", "no <script>");
}

static const struct route ROUTES[] = {
	{"GET", "/refuse", false, handle_refuse},
	{"GET", "/echo/{id}", false, handle_echo},
	{"POST", "/echo/{id}", false, handle_echo},
	{"POST", "/secret", true, handle_echo},
	{"GET", "/wait", false, handle_wait},
	{"GET", "/stream", false, handle_stream},
};

struct http_options http_bench_options(struct http_bench *bench, unsigned port)
{
	static char *const names[] = {"physics.example"};

	return (struct http_options){.clock = &bench->clock,
		.loop = bench->loop,
		.listen = "127.0.0.1",
		.port = port,
		.board = "kitlog-3b2",
		.names = names,
		.n_names = 1,
		.routes = ROUTES,
		.n_routes = sizeof ROUTES / sizeof *ROUTES,
		.otherwise = handle_nothing,
		.is_teacher = ask_teacher,
		.self = bench};
}

int http_bench_set_up(void **ret_bench)
{
	struct http_bench *bench = calloc(1, sizeof *bench);
	char why[256];

	assert_non_null(bench);
	*ret_bench = bench;
	bench->clock = (struct clock){.is_fake = true, .frozen_ns = 1000 * (int64_t)NS_PER_S};
	bench->counter.source = (struct source){.read = read_counter, .closed = counter_closed};
	assert_int_equal(loop_open(&bench->clock, &bench->loop), 0);
	struct http_options options = http_bench_options(bench, 0);
	if (http_open(&options, &bench->http, why, sizeof why) < 0)
		fail_msg("%s", why);
	bench->port = http_port(bench->http);
	return 0;
}

int http_bench_tear_down(void **state)
{
	struct http_bench *bench = *state;

	http_close(bench->http, 100);
	loop_close(bench->loop);
	pages_close(bench->pages);
	free(bench);
	return 0;
}

void http_bench_pass(struct http_bench *bench, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		bench->clock.frozen_ns += NS_PER_S;
		loop_turn(bench->loop, 0);
		loop_turn(bench->loop, 0);
	}
}
