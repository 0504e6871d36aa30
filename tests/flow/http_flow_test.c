/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reaches a handler, what is refused before one sees it, and the port, which is never shared and
 * free again at once. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/http_bench.h"

static void a_request_reaches_its_handler_with_everything_it_asked(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	assert_int_equal(browser_get(bench->loop, bench->port, "/echo/17?q=a%20b", &b), 200);
	assert_string_equal(browser_body(&b), "id=17 q=a b n=0 body=");
	browser_close(&b);
	assert_int_equal(browser_ask(bench->loop, bench->port, "POST", "/echo/x",
				 "Content-Type: application/json\r\n", "{\"a\":1}", &b),
		200);
	assert_string_equal(browser_body(&b), "id=x q=(none) n=7 body={\"a\":1}");
	browser_close(&b);
}

static void every_answer_says_what_a_browser_may_do_with_it(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	browser_get(bench->loop, bench->port, "/echo/1", &b);
	assert_true(browser_has(&b, "Content-Security-Policy: default-src 'self'"));
	assert_true(browser_has(&b, "frame-ancestors 'none'"));
	assert_true(browser_has(&b, "X-Content-Type-Options: nosniff"));
	assert_true(browser_has(&b, "Cache-Control: no-store"));
	assert_false(browser_has(&b, "Access-Control-"));
	browser_close(&b);
}

static void what_cannot_be_answered_is_refused_in_words(void **state)
{
	struct http_bench *bench = *state;
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

	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		assert_int_equal(browser_ask(bench->loop, bench->port, CASES[i].method,
					 CASES[i].path, CASES[i].head, CASES[i].body, &b),
			CASES[i].status);
		if (!browser_has(&b, CASES[i].code))
			fail_msg("%s %s: %s", CASES[i].method, CASES[i].path, b.got);
		assert_true(browser_has(&b, "\"zh\":") && browser_has(&b, "\"en\":"));
		browser_close(&b);
	}
	bench->is_teacher = true;
	assert_int_equal(browser_ask(bench->loop, bench->port, "POST", "/secret",
				 "Content-Type: application/json; charset=utf-8\r\n", "{}", &b),
		200);
	browser_close(&b);
}

static void a_foreign_host_name_is_refused_before_anything_else(void **state)
{
	struct http_bench *bench = *state;
	static const struct {
		const char *host;
		int status;
	} CASES[] = {{"Host: evil.example\r\n", 421}, {"Host: kitlog-3b2.local\r\n", 200},
		{"Host: physics.example:99\r\n", 200}, {"Host: 10.0.0.7\r\n", 200}};
	char status[32];
	struct browser b;

	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		browser_open(&b, bench->loop, bench->port);
		browser_send(
			&b, "GET /echo/1 HTTP/1.1\r\nConnection: close\r\n%s\r\n", CASES[i].host);
		snprintf(status, sizeof status, "HTTP/1.1 %d ", CASES[i].status);
		browser_wait(&b, status);
		browser_close(&b);
	}
	browser_open(&b, bench->loop, bench->port);
	browser_send(&b, "GET /echo/1 HTTP/1.0\r\n\r\n"); /* none at all */
	browser_wait(&b, " 421 ");
	browser_close(&b);
}

static void a_person_gets_a_refusal_as_a_page(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	assert_int_equal(browser_ask(bench->loop, bench->port, "GET", "/refuse",
				 "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n", NULL, &b),
		409);
	assert_true(browser_has(&b, "Content-Type: text/html; charset=utf-8\r\n"));
	assert_true(browser_has(&b, "Content-Security-Policy: default-src 'self'"));
	assert_true(browser_has(&b, "<h1>不行 &lt;b>&amp;amp;</h1>"));
	assert_true(browser_has(&b, "no &lt;script>"));
	assert_true(browser_has(&b, "href=\"/\""));
	assert_false(browser_has(&b, "<script"));
	browser_close(&b);
	assert_int_equal(browser_ask(bench->loop, bench->port, "GET", "/refuse", "Accept: */*\r\n",
				 NULL, &b),
		409);
	assert_true(browser_has(&b, "{\"error\":{\"code\":\"never\""));
	browser_close(&b);
}

static void a_body_of_64_kib_is_taken_and_one_byte_more_is_not(void **state)
{
	struct http_bench *bench = *state;
	char *body = malloc(REQUEST_BODY_BYTES + 2);
	struct browser b;

	memset(body, 'x', REQUEST_BODY_BYTES + 1);
	body[REQUEST_BODY_BYTES + 1] = '\0';
	assert_int_equal(browser_ask(bench->loop, bench->port, "POST", "/echo/1",
				 "Content-Type: application/json\r\n", body, &b),
		413);
	browser_close(&b);
	body[REQUEST_BODY_BYTES] = '\0';
	assert_int_equal(browser_ask(bench->loop, bench->port, "POST", "/echo/1",
				 "Content-Type: application/json\r\n", body, &b),
		200);
	assert_true(browser_has(&b, "n=65536"));
	browser_close(&b);
	free(body);
}

static void a_connection_is_used_again(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	browser_open(&b, bench->loop, bench->port);
	for (int i = 0; i < 3; i++) {
		browser_send(&b, "GET /echo/%d HTTP/1.1\r\nHost: localhost\r\n\r\n", i);
		browser_wait(&b, "body=");
		browser_forget(&b);
	}
	browser_close(&b);
}

/* They all sit behind an access point that translates addresses; a browser opens six
 * connections. */
static void a_class_at_one_address_gets_its_answers(void **state)
{
	struct http_bench *bench = *state;
	static struct browser browsers[30 * 6];
	const size_t n = sizeof browsers / sizeof *browsers;

	for (size_t i = 0; i < n; i++) {
		browser_open(&browsers[i], bench->loop, bench->port);
		browser_send(&browsers[i], "GET /echo/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
		loop_turn(bench->loop, 0);
	}
	for (size_t i = 0; i < n; i++)
		browser_wait(&browsers[i], "HTTP/1.1 200 ");
	for (size_t i = 0; i < n; i++)
		browser_close(&browsers[i]);
}

static void an_answer_may_come_later(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	browser_open(&b, bench->loop, bench->port);
	browser_send_get(&b, "/wait");
	while (!bench->waiting)
		browser_turn(&b);
	http_bench_pass(bench, 30); /* our own slowness is not the browser's fault */
	assert_false(b.is_closed);
	request_answer(bench->waiting, 200, "text/plain", "late", 4);
	http_run(bench->http);
	browser_wait(&b, "late");
	browser_close(&b);
}

/* --- the port --- */

static void a_taken_port_is_a_sentence_and_never_shared(void **state)
{
	struct http_bench *bench = *state;
	struct http_options options = http_bench_options(bench, bench->port);
	struct http *second = NULL;
	char why[256], wanted[256];

	assert_int_equal(http_open(&options, &second, why, sizeof why), -EADDRINUSE);
	assert_null(second);
	snprintf(wanted, sizeof wanted,
		"http: 127.0.0.1:%u is taken by another program; choose another http.port, or stop that "
		"program",
		bench->port);
	assert_string_equal(why, wanted);
	options.listen = "203.0.113.77";
	assert_int_equal(http_open(&options, &second, why, sizeof why), -EADDRNOTAVAIL);
	assert_non_null(strstr(why, "is no address of this board; set http.listen to 127.0.0.1"));
	options.listen = "nonsense";
	assert_int_equal(http_open(&options, &second, why, sizeof why), -EADDRNOTAVAIL);
}

static void a_port_is_free_again_at_once(void **state)
{
	struct http_bench *bench = *state;
	struct http_options options = http_bench_options(bench, bench->port);
	struct browser b;
	char why[256];

	browser_get(bench->loop, bench->port, "/echo/1", &b); /* leaves a connection in TIME_WAIT */
	browser_close(&b);
	http_close(bench->http, 100);
	bench->http = NULL;
	if (http_open(&options, &bench->http, why, sizeof why) < 0)
		fail_msg("%s", why);
	assert_int_equal(browser_get(bench->loop, bench->port, "/echo/2", &b), 200);
	browser_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HTTP_TEST(a_request_reaches_its_handler_with_everything_it_asked),
		HTTP_TEST(every_answer_says_what_a_browser_may_do_with_it),
		HTTP_TEST(what_cannot_be_answered_is_refused_in_words),
		HTTP_TEST(a_foreign_host_name_is_refused_before_anything_else),
		HTTP_TEST(a_person_gets_a_refusal_as_a_page),
		HTTP_TEST(a_body_of_64_kib_is_taken_and_one_byte_more_is_not),
		HTTP_TEST(a_connection_is_used_again),
		HTTP_TEST(a_class_at_one_address_gets_its_answers),
		HTTP_TEST(an_answer_may_come_later),
		HTTP_TEST(a_taken_port_is_a_sentence_and_never_shared),
		HTTP_TEST(a_port_is_free_again_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
