/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages from memory, as they were at the start: by short names, packed, not sent twice, and nothing
 * else of the disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/http_bench.h"

static void put(const char *folder, const char *name, const char *words)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(words, file);
	fclose(file);
}

/* "let twice", by gzip -n. */
static const char TWICE[] = "\037\213\010\000\000\000\000\000\002\003\313\111\055\121\050"
			    "\051\317\114\116\005\000\371\272\152\025\011\000\000\000";

static void put_packed(const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fwrite(TWICE, 1, sizeof TWICE - 1, file);
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
	struct http_bench *bench;
	char folder[] = "/tmp/kitlog-pages-XXXXXX", js[64];

	http_bench_set_up(state);
	bench = *state;
	assert_non_null(mkdtemp(folder));
	snprintf(js, sizeof js, "%s/js", folder);
	mkdir(js, 0700);
	put(folder, "index.html", "<p>students");
	put(folder, "teacher.html", "<p>teacher");
	put(folder, "js/a.js", "let plain");
	put(folder, "js/a.js.gz", "packed");
	put(folder, "js/b.js", "let twice");
	put_packed(folder, "js/b.js.gz");
	put(folder, ".hidden", "secret");
	put(folder, "orphan.gz", "packed");
	assert_int_equal(pages_open(folder, &bench->pages), 0);
	put(folder, "index.html", "changed later"); /* the pages are what was there at start */
	static const char *const NAMES[] = {"index.html", "teacher.html", "js/a.js", "js/a.js.gz",
		"js/b.js", "js/b.js.gz", ".hidden", "orphan.gz", "js", ""};
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		drop(folder, NAMES[i]);
	return 0;
}

static void pages_are_found_by_their_short_names(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	assert_int_equal(browser_get(bench->loop, bench->port, "/", &b), 200);
	assert_string_equal(browser_body(&b), "<p>students");
	assert_true(browser_has(&b, "Content-Type: text/html; charset=utf-8"));
	assert_true(browser_has(&b, "Cache-Control: no-cache"));
	browser_close(&b);
	assert_int_equal(browser_get(bench->loop, bench->port, "/teacher", &b), 200);
	browser_close(&b);
	assert_int_equal(browser_get(bench->loop, bench->port, "/js/a.js", &b), 200);
	assert_string_equal(browser_body(&b), "let plain");
	assert_true(browser_has(&b, "Content-Type: text/javascript"));
	browser_close(&b);
}

static void packed_pages_go_to_those_who_take_them(void **state)
{
	struct http_bench *bench = *state;
	struct browser b;

	browser_ask(bench->loop, bench->port, "GET", "/js/a.js", "Accept-Encoding: gzip, br\r\n",
		NULL, &b);
	assert_string_equal(browser_body(&b), "packed");
	assert_true(browser_has(&b, "Content-Encoding: gzip"));
	browser_close(&b);
	browser_ask(bench->loop, bench->port, "GET", "/js/a.js", "Accept-Encoding: gzip;q=0\r\n",
		NULL, &b);
	assert_string_equal(browser_body(&b), "let plain");
	browser_close(&b);
}

/* Of the two files one is in memory. */
static void packed_pages_are_unpacked_for_those_who_do_not_take_them(void **state)
{
	struct http_bench *bench = *state;
	char tag[32];
	struct browser b;

	browser_ask(
		bench->loop, bench->port, "GET", "/js/b.js", "Accept-Encoding: gzip\r\n", NULL, &b);
	assert_memory_equal(browser_body(&b), TWICE, sizeof TWICE - 1);
	snprintf(tag, sizeof tag, "%.24s", strstr(b.got, "ETag: "));
	browser_close(&b);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(browser_get(bench->loop, bench->port, "/js/b.js", &b), 200);
		assert_string_equal(browser_body(&b), "let twice");
		assert_true(browser_has(&b, "Content-Type: text/javascript"));
		assert_true(browser_has(&b, "Cache-Control: no-cache"));
		assert_true(browser_has(&b, "Vary: Accept-Encoding"));
		assert_true(browser_has(&b, tag));
		assert_false(browser_has(&b, "Content-Encoding"));
		browser_close(&b);
	}
}

static void a_page_that_the_browser_has_is_not_sent_again(void **state)
{
	struct http_bench *bench = *state;
	char head[128];
	struct browser b;

	browser_get(bench->loop, bench->port, "/js/a.js", &b);
	const char *tag = strstr(b.got, "ETag: ");
	assert_non_null(tag);
	snprintf(head, sizeof head, "If-None-Match: %.18s\r\n", tag + 6);
	browser_close(&b);
	assert_int_equal(
		browser_ask(bench->loop, bench->port, "GET", "/js/a.js", head, NULL, &b), 304);
	browser_close(&b);
	assert_int_equal(
		browser_ask(bench->loop, bench->port, "GET", "/teacher", head, NULL, &b), 200);
	browser_close(&b);
}

static void nothing_but_the_pages_is_served(void **state)
{
	struct http_bench *bench = *state;
	static const char *const PATHS[] = {"/../etc/passwd", "/js/../../etc/passwd",
		"/%2e%2e/etc/passwd", "/js/%2e%2e%2f%2e%2e%2fetc/passwd", "//etc/passwd",
		"/.hidden", "/js", "/js/", "/orphan", "/orphan.gz", "/js/a.js.gz", "/js\\a.js",
		"/index", "/js/a.js%00.html", "/%00"};
	struct browser b;

	for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
		int status = browser_get(bench->loop, bench->port, PATHS[i], &b);

		if (strcmp(PATHS[i], "/index") == 0 || strcmp(PATHS[i], "/js/a.js%00.html") == 0 ||
			strcmp(PATHS[i], "/%00") == 0)
			assert_int_equal(status, 200); /* a page by its name, cut at NUL */
		else if (status != 404)
			fail_msg("%s: %d", PATHS[i], status);
		assert_false(browser_has(&b, "root:") || browser_has(&b, "secret"));
		browser_close(&b);
	}
}

#define PAGES_TEST(test) cmocka_unit_test_setup_teardown(test, with_pages, http_bench_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAGES_TEST(pages_are_found_by_their_short_names),
		PAGES_TEST(packed_pages_go_to_those_who_take_them),
		PAGES_TEST(packed_pages_are_unpacked_for_those_who_do_not_take_them),
		PAGES_TEST(a_page_that_the_browser_has_is_not_sent_again),
		PAGES_TEST(nothing_but_the_pages_is_served),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
