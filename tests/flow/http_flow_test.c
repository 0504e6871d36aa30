/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server with handlers of the test's own, on a loopback port and a clock that the test moves:
 * what it refuses, how long it waits, how it streams, and that it never keeps a port or a
 * connection it should not. */
#include "share/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "share/pages.h"
#include "support/browser.h"
#include "support/cmocka_all.h"

static struct clock fake;
static struct loop *loop;
static struct http *http;
static unsigned port;
static struct request *waiting;
static struct pages *pages;
static bool is_teacher;

/* --- handlers --- */

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
	(void)self;
	waiting = request;
	request_wait(request);
}

struct counter {
	struct source source;
	unsigned next, end;
	bool is_paused, is_closed, fails;
};
static struct counter counter;

static ssize_t read_counter(struct source *source, char *bytes, size_t room)
{
	struct counter *c = (struct counter *)(void *)source;

	if (c->is_paused)
		return 0;
	if (c->next == c->end)
		return c->fails ? SOURCE_FAILED : SOURCE_END;
	memset(bytes, 'a' + (int)(c->next++ % 26), room < 1000 ? room : 1000);
	return room < 1000 ? (ssize_t)room : 1000;
}

static void counter_closed(struct source *source)
{
	((struct counter *)(void *)source)->is_closed = true;
}

static void handle_stream(void *self, struct request *request)
{
	(void)self;
	request_answer_source(request, 200, "text/plain", &counter.source);
}

static void handle_nothing(void *self, struct request *request)
{
	(void)self;
	pages_answer(pages, request, request_path(request));
}

static bool ask_teacher(void *self, const struct request *request)
{
	(void)self;
	(void)request;
	return is_teacher;
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

static struct http_options options_for(unsigned wanted_port)
{
	static char *const names[] = {"physics.example"};

	return (struct http_options){.clock = &fake,
		.loop = loop,
		.listen = "127.0.0.1",
		.port = wanted_port,
		.board = "kitlog-3b2",
		.names = names,
		.n_names = 1,
		.routes = ROUTES,
		.n_routes = sizeof ROUTES / sizeof *ROUTES,
		.otherwise = handle_nothing,
		.is_teacher = ask_teacher};
}

static int set_up(void **unused)
{
	char why[256];

	(void)unused;
	fake = (struct clock){.is_fake = true, .frozen_ns = 1000 * (int64_t)NS_PER_S};
	counter = (struct counter){.source = {.read = read_counter, .closed = counter_closed}};
	waiting = NULL;
	is_teacher = false;
	assert_int_equal(loop_open(&fake, &loop), 0);
	struct http_options options = options_for(0);
	if (http_open(&options, &http, why, sizeof why) < 0)
		fail_msg("%s", why);
	port = http_port(http);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	http_close(http, 100);
	loop_close(loop);
	pages_close(pages);
	pages = NULL;
	return 0;
}

/* Time passes second by second, as the sweep sees it. */
static void pass(int seconds)
{
	for (int i = 0; i < seconds; i++) {
		fake.frozen_ns += NS_PER_S;
		loop_turn(loop, 0);
		loop_turn(loop, 0);
	}
}

/* --- requests --- */

static void a_request_reaches_its_handler_with_everything_it_asked(void **unused)
{
	struct browser b;

	(void)unused;
	assert_int_equal(browser_get(loop, port, "/echo/17?q=a%20b", &b), 200);
	assert_string_equal(browser_body(&b), "id=17 q=a b n=0 body=");
	browser_close(&b);
	assert_int_equal(browser_ask(loop, port, "POST", "/echo/x",
				 "Content-Type: application/json\r\n", "{\"a\":1}", &b),
		200);
	assert_string_equal(browser_body(&b), "id=x q=(none) n=7 body={\"a\":1}");
	browser_close(&b);
}

static void every_answer_says_what_a_browser_may_do_with_it(void **unused)
{
	struct browser b;

	(void)unused;
	browser_get(loop, port, "/echo/1", &b);
	assert_true(browser_has(&b, "Content-Security-Policy: default-src 'self'"));
	assert_true(browser_has(&b, "frame-ancestors 'none'"));
	assert_true(browser_has(&b, "X-Content-Type-Options: nosniff"));
	assert_true(browser_has(&b, "Cache-Control: no-store"));
	assert_false(browser_has(&b, "Access-Control-"));
	browser_close(&b);
}

static void what_cannot_be_answered_is_refused_in_words(void **unused)
{
	static const struct {
		const char *method, *path, *head, *body;
		int status;
		const char *code;
	} CASES[] = {
		{"GET", "/nothing", "", NULL, 404, "no_such_path"},
		{"POST", "/nothing", "", "", 404, "no_such_path"},
		{"DELETE", "/wait", "", NULL, 405, "wrong_method"},
		{"OPTIONS", "/echo/1", "", NULL, 405, "wrong_method"},
		{"POST", "/echo/1", "", "{}", 415, "not_json"},
		{"POST", "/echo/1", "Content-Type: application/jsonx\r\n", "{}", 415, "not_json"},
		{"POST", "/echo/1", "Content-Type: text/plain\r\n", "{}", 415, "not_json"},
		{"POST", "/secret", "Content-Type: application/json\r\n", "{}", 401,
			"teacher_only"},
	};
	struct browser b;

	(void)unused;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		assert_int_equal(browser_ask(loop, port, CASES[i].method, CASES[i].path,
					 CASES[i].head, CASES[i].body, &b),
			CASES[i].status);
		if (!browser_has(&b, CASES[i].code))
			fail_msg("%s %s: %s", CASES[i].method, CASES[i].path, b.got);
		assert_true(browser_has(&b, "\"zh\":") && browser_has(&b, "\"en\":"));
		browser_close(&b);
	}
	is_teacher = true;
	assert_int_equal(browser_ask(loop, port, "POST", "/secret",
				 "Content-Type: application/json; charset=utf-8\r\n", "{}", &b),
		200);
	browser_close(&b);
}

static void a_foreign_host_name_is_refused_before_anything_else(void **unused)
{
	static const struct {
		const char *host;
		int status;
	} CASES[] = {{"Host: evil.example\r\n", 421}, {"Host: kitlog-3b2.local\r\n", 200},
		{"Host: physics.example:99\r\n", 200}, {"Host: 10.0.0.7\r\n", 200}};
	char status[32];
	struct browser b;

	(void)unused;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		browser_open(&b, loop, port);
		browser_send(
			&b, "GET /echo/1 HTTP/1.1\r\nConnection: close\r\n%s\r\n", CASES[i].host);
		snprintf(status, sizeof status, "HTTP/1.1 %d ", CASES[i].status);
		browser_wait(&b, status);
		browser_close(&b);
	}
	browser_open(&b, loop, port);
	browser_send(&b, "GET /echo/1 HTTP/1.0\r\n\r\n"); /* none at all */
	browser_wait(&b, " 421 ");
	browser_close(&b);
}

static void a_person_gets_a_refusal_as_a_page(void **unused)
{
	struct browser b;

	(void)unused;
	assert_int_equal(browser_ask(loop, port, "GET", "/refuse",
				 "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n", NULL, &b),
		409);
	assert_true(browser_has(&b, "Content-Type: text/html; charset=utf-8\r\n"));
	assert_true(browser_has(&b, "Content-Security-Policy: default-src 'self'"));
	assert_true(browser_has(&b, "<h1>不行 &lt;b>&amp;amp;</h1>"));
	assert_true(browser_has(&b, "no &lt;script>"));
	assert_true(browser_has(&b, "href=\"/\""));
	assert_false(browser_has(&b, "<script"));
	browser_close(&b);
	assert_int_equal(
		browser_ask(loop, port, "GET", "/refuse", "Accept: */*\r\n", NULL, &b), 409);
	assert_true(browser_has(&b, "{\"error\":{\"code\":\"never\""));
	browser_close(&b);
}

static void a_body_of_64_kib_is_taken_and_one_byte_more_is_not(void **unused)
{
	char *body = malloc(REQUEST_BODY_BYTES + 2);
	struct browser b;

	(void)unused;
	memset(body, 'x', REQUEST_BODY_BYTES + 1);
	body[REQUEST_BODY_BYTES + 1] = '\0';
	assert_int_equal(browser_ask(loop, port, "POST", "/echo/1",
				 "Content-Type: application/json\r\n", body, &b),
		413);
	browser_close(&b);
	body[REQUEST_BODY_BYTES] = '\0';
	assert_int_equal(browser_ask(loop, port, "POST", "/echo/1",
				 "Content-Type: application/json\r\n", body, &b),
		200);
	assert_true(browser_has(&b, "n=65536"));
	browser_close(&b);
	free(body);
}

static void a_connection_is_used_again(void **unused)
{
	struct browser b;

	(void)unused;
	browser_open(&b, loop, port);
	for (int i = 0; i < 3; i++) {
		browser_send(&b, "GET /echo/%d HTTP/1.1\r\nHost: localhost\r\n\r\n", i);
		browser_wait(&b, "body=");
		browser_forget(&b);
	}
	browser_close(&b);
}

/* They all sit behind an access point that translates addresses; a browser opens six
 * connections. */
static void a_class_at_one_address_gets_its_answers(void **unused)
{
	static struct browser browsers[30 * 6];
	const size_t n = sizeof browsers / sizeof *browsers;

	(void)unused;
	for (size_t i = 0; i < n; i++) {
		browser_open(&browsers[i], loop, port);
		browser_send(&browsers[i], "GET /echo/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
		loop_turn(loop, 0);
	}
	for (size_t i = 0; i < n; i++)
		browser_wait(&browsers[i], "HTTP/1.1 200 ");
	for (size_t i = 0; i < n; i++)
		browser_close(&browsers[i]);
}

static void an_answer_may_come_later(void **unused)
{
	struct browser b;

	(void)unused;
	browser_open(&b, loop, port);
	browser_send(&b, "GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
	while (!waiting)
		browser_turn(&b);
	pass(30); /* our own slowness is not the browser's fault */
	assert_false(b.is_closed);
	request_answer(waiting, 200, "text/plain", "late", 4);
	http_run(http);
	browser_wait(&b, "late");
	browser_close(&b);
}

/* --- slowness --- */

static void a_head_that_does_not_come_is_not_waited_for(void **unused)
{
	struct browser slow, silent;

	(void)unused;
	browser_open(&slow, loop, port);
	browser_open(&silent, loop, port);
	browser_send(&slow, "GET /echo/1 HTTP/1.1\r\nHost: localhost\r\nX: ");
	browser_turn(&silent);
	for (int i = 0; i < 9; i++) { /* a byte a second, which defeats an inactivity time-out */
		browser_send(&slow, "x");
		browser_turn(&slow);
		pass(1);
	}
	assert_false(slow.is_closed || silent.is_closed);
	pass(3);
	browser_wait_closed(&slow);
	browser_wait_closed(&silent);
	browser_close(&slow);
	browser_close(&silent);
}

static void a_body_that_trickles_is_not_waited_for(void **unused)
{
	struct browser b;

	(void)unused;
	browser_open(&b, loop, port);
	browser_send(&b,
		"POST /echo/1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
		"Content-Length: 60000\r\n\r\n");
	for (int i = 0; i < 19; i++) {
		browser_send(&b, "x");
		browser_turn(&b);
		pass(1);
	}
	assert_false(b.is_closed);
	pass(3);
	browser_wait_closed(&b);
	browser_close(&b);
}

static void a_connection_that_was_used_gets_a_new_deadline(void **unused)
{
	struct browser b;

	(void)unused;
	browser_open(&b, loop, port);
	for (int i = 0; i < 4; i++) {
		pass(8);
		browser_send(&b, "GET /echo/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
		browser_wait(&b, "body=");
		browser_forget(&b);
	}
	pass(12);
	browser_wait_closed(&b);
	browser_close(&b);
}

static void a_reader_that_stops_reading_a_stream_is_closed(void **unused)
{
	struct browser b;
	int64_t turns = 0;

	(void)unused;
	counter.end = 1u << 30;
	browser_open_narrow(&b, loop, port);
	browser_send(&b, "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
	for (unsigned before = 1; before != counter.next; turns++) { /* until nothing moves */
		before = counter.next;
		for (int i = 0; i < 20; i++)
			loop_turn(loop, 1);
	}
	/* The socket's options keep what waits in the kernel small: far less than the 365 KB it
	 * takes by itself. */
	assert_in_range(counter.next, 1, 200);
	pass(9);
	assert_false(counter.is_closed);
	pass(4);
	for (int i = 0; i < 100 && !counter.is_closed; i++)
		loop_turn(loop, 10);
	assert_true(counter.is_closed);
	browser_close(&b);
}

/* --- streams --- */

static void a_stream_is_sent_to_its_end(void **unused)
{
	struct browser b;

	(void)unused;
	counter.end = 500;
	assert_int_equal(browser_get(loop, port, "/stream", &b), 200);
	assert_int_equal(strlen(browser_body(&b)), 500000);
	assert_true(counter.is_closed);
	browser_close(&b);
}

static void the_head_alone_may_be_asked_for(void **unused)
{
	struct browser b;

	(void)unused;
	counter.end = 1u << 30;
	assert_int_equal(browser_ask(loop, port, "HEAD", "/stream", "", NULL, &b), 200);
	assert_string_equal(browser_body(&b), "");
	assert_true(counter.is_closed);
	browser_close(&b);
	assert_int_equal(browser_ask(loop, port, "HEAD", "/echo/1", "", NULL, &b), 200);
	assert_true(browser_has(&b, "Content-Length: 23"));
	browser_close(&b);
}

static void a_stream_may_pause_and_takes_no_time_meanwhile(void **unused)
{
	struct browser b;

	(void)unused;
	counter.end = 1;
	counter.is_paused = true;
	browser_open(&b, loop, port);
	browser_send(&b, "GET /stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	browser_wait(&b, "\r\n\r\n");
	int ran = 0;
	for (int i = 0; i < 20; i++)
		ran += loop_turn(loop, 2);
	assert_true(
		ran <= 2); /* a paused stream that is asked again and again would keep it busy */
	pass(60);
	assert_false(b.is_closed);
	counter.is_paused = false;
	source_wake(&counter.source);
	http_run(http);
	browser_wait(&b, "aaaaaaaa");
	browser_wait_closed(&b);
	assert_true(counter.is_closed);
	browser_close(&b);
}

static void a_stream_that_fails_is_seen_to_be_broken(void **unused)
{
	struct browser b;

	(void)unused;
	counter.end = 3;
	counter.fails = true;
	assert_int_equal(browser_get(loop, port, "/stream", &b), 200);
	assert_false(browser_has(&b, "\r\n0\r\n\r\n")); /* the end of a chunked body */
	browser_close(&b);
}

static void a_reader_that_leaves_closes_its_source(void **unused)
{
	struct browser b;

	(void)unused;
	counter.end = 1u << 30;
	browser_open(&b, loop, port);
	browser_send(&b, "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
	browser_wait(&b, "aaaa");
	browser_close(&b);
	for (int i = 0; i < 1000 && !counter.is_closed; i++)
		loop_turn(loop, 5);
	assert_true(counter.is_closed);
}

static void closing_ends_paused_streams_too(void **unused)
{
	struct browser b;

	(void)unused;
	counter.is_paused = true;
	browser_open(&b, loop, port);
	browser_send(&b, "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
	browser_wait(&b, "\r\n\r\n");
	http_close(http, 100); /* libmicrohttpd would abort the program */
	http = NULL;
	assert_true(counter.is_closed);
	browser_close(&b);
}

/* --- the port --- */

static void a_taken_port_is_a_sentence_and_never_shared(void **unused)
{
	struct http_options options = options_for(port);
	struct http *second = NULL;
	char why[256], wanted[256];

	(void)unused;
	assert_int_equal(http_open(&options, &second, why, sizeof why), -EADDRINUSE);
	assert_null(second);
	snprintf(wanted, sizeof wanted,
		"http: 127.0.0.1:%u is taken by another program; choose another http.port, or stop that "
		"program",
		port);
	assert_string_equal(why, wanted);
	options.listen = "203.0.113.77";
	assert_int_equal(http_open(&options, &second, why, sizeof why), -EADDRNOTAVAIL);
	assert_non_null(strstr(why, "is no address of this board; set http.listen to 127.0.0.1"));
	options.listen = "nonsense";
	assert_int_equal(http_open(&options, &second, why, sizeof why), -EADDRNOTAVAIL);
}

static void a_port_is_free_again_at_once(void **unused)
{
	struct http_options options = options_for(port);
	struct browser b;
	char why[256];

	(void)unused;
	browser_get(loop, port, "/echo/1", &b); /* leaves a connection in TIME_WAIT */
	browser_close(&b);
	http_close(http, 100);
	http = NULL;
	if (http_open(&options, &http, why, sizeof why) < 0)
		fail_msg("%s", why);
	assert_int_equal(browser_get(loop, port, "/echo/2", &b), 200);
	browser_close(&b);
}

/* --- pages --- */

static void put(const char *folder, const char *name, const char *words)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(words, file);
	fclose(file);
}

static void drop(const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	remove(path);
}

static int with_pages(void **state)
{
	char folder[] = "/tmp/kitlog-pages-XXXXXX", js[64];

	set_up(state);
	assert_non_null(mkdtemp(folder));
	snprintf(js, sizeof js, "%s/js", folder);
	mkdir(js, 0700);
	put(folder, "index.html", "<p>students");
	put(folder, "teacher.html", "<p>teacher");
	put(folder, "js/a.js", "let plain");
	put(folder, "js/a.js.gz", "packed");
	put(folder, ".hidden", "secret");
	put(folder, "orphan.gz", "packed");
	assert_int_equal(pages_open(folder, &pages), 0);
	put(folder, "index.html", "changed later"); /* the pages are what was there at start */
	static const char *const NAMES[] = {"index.html", "teacher.html", "js/a.js", "js/a.js.gz",
		".hidden", "orphan.gz", "js", ""};
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		drop(folder, NAMES[i]);
	return 0;
}

static void pages_are_found_by_their_short_names(void **unused)
{
	struct browser b;

	(void)unused;
	assert_int_equal(browser_get(loop, port, "/", &b), 200);
	assert_string_equal(browser_body(&b), "<p>students");
	assert_true(browser_has(&b, "Content-Type: text/html; charset=utf-8"));
	assert_true(browser_has(&b, "Cache-Control: no-cache"));
	browser_close(&b);
	assert_int_equal(browser_get(loop, port, "/teacher", &b), 200);
	browser_close(&b);
	assert_int_equal(browser_get(loop, port, "/js/a.js", &b), 200);
	assert_string_equal(browser_body(&b), "let plain");
	assert_true(browser_has(&b, "Content-Type: text/javascript"));
	browser_close(&b);
}

static void packed_pages_go_to_those_who_take_them(void **unused)
{
	struct browser b;

	(void)unused;
	browser_ask(loop, port, "GET", "/js/a.js", "Accept-Encoding: gzip, br\r\n", NULL, &b);
	assert_string_equal(browser_body(&b), "packed");
	assert_true(browser_has(&b, "Content-Encoding: gzip"));
	browser_close(&b);
	browser_ask(loop, port, "GET", "/js/a.js", "Accept-Encoding: gzip;q=0\r\n", NULL, &b);
	assert_string_equal(browser_body(&b), "let plain");
	browser_close(&b);
}

static void a_page_that_the_browser_has_is_not_sent_again(void **unused)
{
	char head[128];
	struct browser b;

	(void)unused;
	browser_get(loop, port, "/js/a.js", &b);
	const char *tag = strstr(b.got, "ETag: ");
	assert_non_null(tag);
	snprintf(head, sizeof head, "If-None-Match: %.18s\r\n", tag + 6);
	browser_close(&b);
	assert_int_equal(browser_ask(loop, port, "GET", "/js/a.js", head, NULL, &b), 304);
	browser_close(&b);
	assert_int_equal(browser_ask(loop, port, "GET", "/teacher", head, NULL, &b), 200);
	browser_close(&b);
}

static void nothing_but_the_pages_is_served(void **unused)
{
	static const char *const PATHS[] = {"/../etc/passwd", "/js/../../etc/passwd",
		"/%2e%2e/etc/passwd", "/js/%2e%2e%2f%2e%2e%2fetc/passwd", "//etc/passwd",
		"/.hidden", "/js", "/js/", "/orphan", "/orphan.gz", "/js/a.js.gz", "/js\\a.js",
		"/index", "/js/a.js%00.html", "/%00"};
	struct browser b;

	(void)unused;
	for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
		int status = browser_get(loop, port, PATHS[i], &b);

		if (strcmp(PATHS[i], "/index") == 0 || strcmp(PATHS[i], "/js/a.js%00.html") == 0 ||
			strcmp(PATHS[i], "/%00") == 0)
			assert_int_equal(status, 200); /* a page by its name, cut at NUL */
		else if (status != 404)
			fail_msg("%s: %d", PATHS[i], status);
		assert_false(browser_has(&b, "root:") || browser_has(&b, "secret"));
		browser_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_request_reaches_its_handler_with_everything_it_asked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			every_answer_says_what_a_browser_may_do_with_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_answered_is_refused_in_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_foreign_host_name_is_refused_before_anything_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_person_gets_a_refusal_as_a_page, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_body_of_64_kib_is_taken_and_one_byte_more_is_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_connection_is_used_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_class_at_one_address_gets_its_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_answer_may_come_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_head_that_does_not_come_is_not_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_body_that_trickles_is_not_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_connection_that_was_used_gets_a_new_deadline, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_reader_that_stops_reading_a_stream_is_closed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_stream_is_sent_to_its_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_head_alone_may_be_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_stream_may_pause_and_takes_no_time_meanwhile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_stream_that_fails_is_seen_to_be_broken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_reader_that_leaves_closes_its_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(closing_ends_paused_streams_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_taken_port_is_a_sentence_and_never_shared, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_port_is_free_again_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			pages_are_found_by_their_short_names, with_pages, tear_down),
		cmocka_unit_test_setup_teardown(
			packed_pages_go_to_those_who_take_them, with_pages, tear_down),
		cmocka_unit_test_setup_teardown(
			a_page_that_the_browser_has_is_not_sent_again, with_pages, tear_down),
		cmocka_unit_test_setup_teardown(
			nothing_but_the_pages_is_served, with_pages, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
