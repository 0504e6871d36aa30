/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who speaks plain HTTP to a secure board is sent to the same place by https, and nothing that a
 * stranger writes gets into the answer's head. */
#include <stdio.h>
#include <string.h>

#include "http/plain.h"
#include "support/cmocka_all.h"

static char answer[PLAIN_HEAD + 1024];

static size_t answer_to(const char *head)
{
	answer[0] = '\0';
	size_t n = plain_answer(head, strlen(head), answer, sizeof answer);

	assert_int_equal(n, strlen(answer));
	return n;
}

static void assert_sent_to(const char *head, const char *place)
{
	char line[300];

	snprintf(line, sizeof line, "\r\nLocation: %s\r\n", place);
	assert_true(answer_to(head) > 0);
	assert_memory_equal(answer, "HTTP/1.1 307 ", 13);
	assert_non_null(strstr(answer, line));
}

static void assert_refused(const char *head)
{
	assert_true(answer_to(head) > 0);
	assert_memory_equal(answer, "HTTP/1.1 426 ", 13);
	assert_null(strstr(answer, "Location"));
}

static void a_page_is_sent_on_to_the_same_place(void **unused)
{
	(void)unused;
	assert_sent_to(
		"GET / HTTP/1.1\r\nHost: board.local:8080\r\n\r\n", "https://board.local:8080/");
	assert_sent_to("HEAD /x?a=b&c HTTP/1.0\r\nAccept: */*\r\nhost:\t[::1]:80 \r\n\r\n",
		"https://[::1]:80/x?a=b&c");
	assert_non_null(strstr(answer, "\r\nContent-Length: "));
}

static void what_brings_something_is_refused(void **unused)
{
	(void)unused;
	assert_refused("POST /api/v1/login HTTP/1.1\r\nHost: a\r\n\r\n{\"pin\":\"1234\"}");
	assert_refused("GETX / HTTP/1.1\r\nHost: a\r\n\r\n");
}

static void nothing_foreign_gets_into_the_answer(void **unused)
{
	(void)unused;
	assert_refused("GET / HTTP/1.1\r\n\r\n");
	assert_refused("GET / HTTP/1.1\r\nHost: \r\n\r\n");
	assert_refused("GET / HTTP/1.1\r\nHost: a\nb\r\n\r\n");
	assert_refused("GET / HTTP/1.1\r\nHost: a/b@c\r\n\r\n");
	assert_refused("GET http://other/ HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_refused("GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_refused("GET /\nSet-Cookie:a=b HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_refused("GET \r\nHost: a\r\n\r\n");
	assert_refused("G\r\n\r\n");
}

static void a_head_is_waited_for_and_not_for_ever(void **unused)
{
	char head[PLAIN_HEAD + 1];

	(void)unused;
	assert_int_equal(answer_to("GET / HTTP/1.1\r\nHost: a\r\n"), 0);
	memset(head, 'a', sizeof head);
	assert_int_equal(plain_answer(head, PLAIN_HEAD - 1, answer, sizeof answer), 0);
	assert_true(plain_answer(head, PLAIN_HEAD, answer, sizeof answer) > 0);
	assert_memory_equal(answer, "HTTP/1.1 426 ", 13);
	/* The longest path there is room for. */
	memcpy(head, "GET /", 5);
	memcpy(head + PLAIN_HEAD - 23, " HTTP/1.1\r\nHost: a\r\n\r\n", 22);
	size_t n = plain_answer(head, PLAIN_HEAD - 1, answer, sizeof answer);

	assert_int_equal(n, strlen(answer));
	assert_memory_equal(answer, "HTTP/1.1 307 ", 13);
	assert_non_null(strstr(answer, "write https in place of http."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_sent_on_to_the_same_place),
		cmocka_unit_test(what_brings_something_is_refused),
		cmocka_unit_test(nothing_foreign_gets_into_the_answer),
		cmocka_unit_test(a_head_is_waited_for_and_not_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
