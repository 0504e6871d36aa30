/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a lesson says of a run stands in its files: what it calculates, and whether the run was good enough. */
#include <stdio.h>
#include <string.h>

#include "class/shelf.h"
#include "data/feed.h"
#include "export/import.h"
#include "export/zip_out.h"
#include "support/classroom_site.h"

static const char warmth[] = "lesson: warmth\n"
			     "title: {zh: 冷热, en: Warmth}\n"
			     "stage: [junior]\n"
			     "subject: physics\n"
			     "question: {zh: 差多少, en: How much}\n"
			     "needs:\n"
			     "  - {id: a, quantity: temperature, unit: Cel}\n"
			     "  - {id: b, quantity: temperature, unit: Cel}\n"
			     "record:\n"
			     "  mode: time\n"
			     "  rate: 10 Hz\n"
			     "  typed:\n"
			     "    - {id: m, name: {zh: 质量, en: Mass}, unit: kg, range: [0, 99]}\n"
			     "formulas:\n"
			     "  - {id: d, name: {zh: =差, en: Difference}, unit: K, is: a - b}\n"
			     "  - {id: sq, name: {zh: 平方, en: Square}, unit: K2, is: a^2}\n"
			     "  - {id: H, name: {zh: 热, en: Heat}, unit: J, is: m * a}\n"
			     "  - {id: e, name: {zh: 两倍, en: Twice}, unit: K, is: 2 * d}\n"
			     "accept:\n"
			     "  - {channel: a, least: 5 samples, otherwise: {zh: 再记, en: More}}\n"
			     "  - {channel: d, range: [-1, 1], otherwise: {zh: 查查, en: Look}}\n"
			     "safety:\n"
			     "  - {zh: 小心, en: Take care}\n";

static void plug(struct site *site, uint32_t id)
{
	struct device device = site_device(id, "temperature");

	strcpy(device.streams[0].channels[0].quantity, "temperature");
	assert_int_equal(store_add_device(site->store, &device), 0);
	assert_int_equal(feed_put_device(site->feed, clock_now(&site->clock), &device), 0);
	web_feed(site->web);
}

/* Group 1 has kit 2 for `a`, which was dealt first, and kit 1 for `b`, whose rows come between. */
static void measure(struct site *site)
{
	site_log_in(site);
	plug(site, 1);
	plug(site, 2);
	json_decref(class_post(site, "/api/v1/sessions",
		"{\"title\":\"\",\"lesson\":\"warmth\",\"groups\":2}", 201));
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[2,1]}"));
	site_keep_rows(site, 10, 800 * S, S / 10, 4);
	site_keep_rows(site, 20, 800 * S + S / 20, S / 10, 2);
	site_keep_rows(site, 20, 800 * S + S / 20 * 19, S / 10, 1); /* 0.8 s behind */
	site_keep_turns(site);
	json_decref(class_act(site,
		"{\"do\":\"start\",\"groups\":[1],\"from_us\":799000000,\"to_us\":805000000}"));
	site_keep_turns(site);
}

static const char head[] =
	"\xEF\xBB\xBF"
	"time_s,clock,\"1 温度 temperature/°C\",\"1 气压\",\"2 温度 temperature/°C\",\"2 气压\","
	"\"'=差 Difference/K [= a - b; a: 2 温度; b: 1 温度]\",\"平方 Square/K² [= a^2; a: 2 温度]\","
	"\"两倍 Twice/K [= 2 * d; d: a - b]\",gap,gap_until_s\r\n";

/* On the line between two values that are near, none over a hole, and none of what was typed. */
static void a_file_has_what_the_lesson_calculates_of_one_kit_or_two(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = class_put_lesson(site, "warmth", warmth);
	char wanted[2048];

	measure(site);
	snprintf(wanted, sizeof wanted,
		"%s1,,0,1013.25,,,,,,,\r\n"
		"1.05,,,,0,1013.25,-0.125,0,-0.25,,\r\n"
		"1.1,,0.25,,,,-0.125,,-0.25,,\r\n"
		"1.15,,,,0.25,,-0.125,0.0625,-0.25,,\r\n"
		"1.2,,0.5,1013.25,,,,,,,\r\n"
		"1.3,,0.75,,,,,,,,\r\n"
		"1.95,,,,0,1013.25,,0,,,\r\n",
		head);
	site_exports(site, "/api/v1/export?run=1", wanted);
	site_exports(site, "/api/v1/export?run=1&stream=20&to_us=800100000",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",\"平方 Square/K² [= a^2; a: 温度]\",gap,"
		"gap_until_s\r\n"
		"1.05,,0,1013.25,0,,\r\n");
	site_exports(site, "/api/v1/export?run=1&stream=20&to_us=800100000&values=raw",
		"\xEF\xBB\xBF"
		"time_s,clock,\"温度 temperature/°C\",\"气压\",gap,gap_until_s\r\n"
		"1.05,,0,1013.25,,\r\n");
	class_take_lesson(site, shelf);
}

static void exports_lines(struct site *site, const char *path, const char *lines)
{
	char wanted[2048];

	snprintf(wanted, sizeof wanted, "%s%s", head, lines);
	site_exports(site, path, wanted);
}

/* What the other kit measured just before and after the part counts as in the whole file; what it measured outside
 * of the run does not. */
static void a_part_of_a_run_calculates_what_the_whole_does(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = class_put_lesson(site, "warmth", warmth);

	measure(site);
	exports_lines(site, "/api/v1/export?run=1&from_us=800050000&to_us=800110000",
		"0,,,,0,1013.25,-0.125,0,-0.25,,\r\n"
		"0.05,,0.25,,,,-0.125,,-0.25,,\r\n");
	exports_lines(site, "/api/v1/export?run=1&from_us=800150000&to_us=800200000",
		"0,,,,0.25,,-0.125,0.0625,-0.25,,\r\n");
	json_decref(class_act(site,
		"{\"do\":\"start\",\"groups\":[1],\"from_us\":800050000,\"to_us\":800150000}"));
	site_keep_turns(site);
	exports_lines(site, "/api/v1/export?run=2",
		"0,,,,0,1013.25,,0,,,\r\n"
		"0.05,,0.25,,,,,,,,\r\n");
	class_take_lesson(site, shelf);
}

/* ---------------------------------------------------------------- of an import */

static const char three_warmths[] = "lesson: warmth\n"
				    "title: {zh: 冷热, en: Warmth}\n"
				    "stage: [junior]\n"
				    "subject: physics\n"
				    "question: {zh: 差多少, en: How much}\n"
				    "needs:\n"
				    "  - {id: a, quantity: temperature}\n"
				    "  - {id: b, quantity: temperature, unit: Cel}\n"
				    "  - {id: c, quantity: temperature, unit: K}\n"
				    "record:\n"
				    "  mode: time\n"
				    "  rate: 10 Hz\n"
				    "formulas:\n"
				    "  - {id: e, name: {zh: 两倍, en: Twice}, unit: K, is: 2 * a}\n"
				    "safety:\n"
				    "  - {zh: 小心, en: Take care}\n";

static void plug_two(struct site *site, uint32_t id, const char *unit, const char *other)
{
	struct device device = site_device(id, "temperature");
	struct channel *channels = device.streams[0].channels;

	strcpy(channels[0].quantity, "temperature");
	strcpy(channels[0].unit, unit);
	strcpy(channels[1].quantity, other ? "temperature" : "pressure");
	strcpy(channels[1].unit, other ? other : "Pa");
	assert_int_equal(store_add_device(site->store, &device), 0);
	assert_int_equal(feed_put_device(site->feed, clock_now(&site->clock), &device), 0);
	web_feed(site->web);
}

static void import(struct site *site, const void *package, size_t n)
{
	struct browser b;

	browser_open(&b, site->loop, site->port);
	browser_send(&b,
		"POST /api/v1/import HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
		"Content-Type: application/zip\r\n%sContent-Length: %zu\r\n\r\n",
		site->cookie, n);
	browser_send_bytes(&b, package, n);
	browser_wait_closed(&b);
	if (!browser_has(&b, "HTTP/1.1 201"))
		fail_msg("%s", b.got);
	browser_close(&b);
}

/* As its package leaves and comes back; of HTTP/1.0 there are no chunks. */
static void import_run(struct site *site, uint32_t run)
{
	struct browser b;
	const char *body;

	browser_open(&b, site->loop, site->port);
	browser_send(&b, "GET /api/v1/runs/%u/package HTTP/1.0\r\nHost: 127.0.0.1\r\n%s\r\n", run,
		site->cookie);
	browser_wait_closed(&b);
	assert_true(browser_has(&b, " 200 OK"));
	body = strstr(b.got, "\r\n\r\n") + 4;
	import(site, body, b.n - (size_t)(body - b.got));
	browser_close(&b);
}

/* `c` is served by the one channel that it can be, for which `a` gave way to the second of the other kit. */
static void a_run_that_comes_back_is_calculated_as_it_was(void **state)
{
	static const char wanted[] =
		"\xEF\xBB\xBF"
		"time_s,clock,\"1 温度 temperature/°C\",\"1 气压/°C\",\"2 温度 temperature/K\",\"2 气压/Pa\","
		"\"两倍 Twice/K [= 2 * a; a: 1 气压]\",gap,gap_until_s\r\n"
		"1,,0,1013.25,,,2026.5,,\r\n"
		"2,,,,0,1013.25,,,\r\n";
	struct site *site = *state;
	struct shelf *shelf = class_put_lesson(site, "warmth", three_warmths);
	char path[64];

	site_log_in(site);
	plug_two(site, 1, "Cel", "Cel");
	plug_two(site, 2, "K", NULL);
	json_decref(class_post(site, "/api/v1/sessions",
		"{\"title\":\"\",\"lesson\":\"warmth\",\"groups\":1}", 201));
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[2,1]}"));
	site_keep_rows(site, 10, 800 * S, S / 10, 1);
	site_keep_rows(site, 20, 801 * S, S / 10, 1);
	site_keep_turns(site);
	json_decref(class_act(site,
		"{\"do\":\"start\",\"groups\":[1],\"from_us\":799000000,\"to_us\":805000000}"));
	site_keep_turns(site);
	site_exports(site, "/api/v1/export?run=1", wanted);
	import_run(site, 1);
	snprintf(path, sizeof path, "/api/v1/export?run=%u", import_run_id(1));
	site_exports(site, path, wanted);
	class_take_lesson(site, shelf);
}

/* Somebody wrote it by hand: which channel is which goes by the rule that the pages go by. */
static void a_sample_that_names_no_channel_is_served_by_the_rule(void **state)
{
	static const char about[] =
		"{\"kitlog_package\":1,\"title\":\"\",\"lesson\":\"warmth\",\"origin\":\"board\","
		"\"wall_from_us\":null,\"duration_us\":1000000,\"streams\":[{\"file\":\"a.csv\","
		"\"group\":1,\"needs\":[\"a\",\"b\"],\"kit\":\"text-board\",\"device\":"
		"{\"identity\":\"x\",\"sticker\":1},\"name\":\"main\",\"stamps\":\"arrival\","
		"\"period_us\":100000,\"channels\":["
		"{\"id\":\"c0\",\"name\":{\"zh\":\"冷\"},\"quantity\":\"temperature\",\"unit\":\"Cel\"},"
		"{\"id\":\"c1\",\"name\":{\"zh\":\"热\"},\"quantity\":\"temperature\",\"unit\":\"K\"}"
		"],\"calibrations\":[]}],\"marks\":[],\"gaps\":[]}";
	static const char rows[] = "t_ns,c0,c1\n0,20,293\n";
	struct site *site = *state;
	struct shelf *shelf = class_put_lesson(site, "warmth", three_warmths);
	struct zip_out *zip;
	const void *bytes;
	char path[64];
	size_t n;

	site_log_in(site);
	assert_int_equal(zip_out_new(&zip), 0);
	assert_int_equal(zip_out_begin(zip, "a.csv"), 0);
	assert_int_equal(zip_out_add(zip, rows, sizeof rows - 1), 0);
	assert_int_equal(zip_out_begin(zip, "run.json"), 0);
	assert_int_equal(zip_out_add(zip, about, sizeof about - 1), 0);
	assert_int_equal(zip_out_end(zip), 0);
	bytes = zip_out_take(zip, &n);
	import(site, bytes, n);
	zip_out_free(zip);
	snprintf(path, sizeof path, "/api/v1/export?run=%u", import_run_id(1));
	site_exports(site, path,
		"\xEF\xBB\xBF"
		"time_s,clock,\"冷/°C\",\"热/K\",\"两倍 Twice/K [= 2 * a; a: 热]\",gap,gap_until_s\r\n"
		"0,,20,293,586,,\r\n");
	class_take_lesson(site, shelf);
}

/* ---------------------------------------------------------------- beside the rows */

/* Of what was typed, and what the kits said then; nobody weighed the second time. */
static void readings_have_what_the_lesson_calculates_of_them(void **state)
{
	struct site *site = *state;
	struct shelf *shelf = class_put_lesson(site, "warmth", warmth);

	measure(site);
	json_decref(class_post(site, "/api/v1/sessions/1/groups/1/readings",
		"{\"typed\":{\"m\":0.1},\"at_us\":800150000}", 201));
	json_decref(class_post(site, "/api/v1/sessions/1/groups/1/readings",
		"{\"typed\":{\"x\":3},\"at_us\":800150000}", 201));
	json_decref(class_act(
		site, "{\"do\":\"reveal\",\"on\":true}")); /* site_exports is a stranger */
	site_keep_turns(site);
	site_exports(site, "/api/v1/export?run=1&of=readings",
		"\xEF\xBB\xBF"
		"time_s,clock,group,\"质量 Mass/kg\",\"x\",\"1 温度 temperature/°C\",\"1 气压\","
		"\"2 温度 temperature/°C\",\"2 气压\","
		"\"'=差 Difference/K [= a - b; a: 2 温度; b: 1 温度]\","
		"\"平方 Square/K² [= a^2; a: 2 温度]\",\"热 Heat/J [= m * a; a: 2 温度]\","
		"\"两倍 Twice/K [= 2 * d; d: a - b]\"\r\n"
		"1.15,,1,0.1,,0.25,1013.25,0.25,1013.25,0,0.0625,0.025,0\r\n"
		"1.15,,1,,3,0.25,1013.25,0.25,1013.25,0,0.0625,,0\r\n");
	class_take_lesson(site, shelf);
}

static void ask_report(struct site *site, const char *cookie, struct browser *b)
{
	char teacher[96];

	strcpy(teacher, site->cookie);
	strcpy(site->cookie, cookie);
	assert_int_equal(site_ask(site, "GET", "/api/v1/runs/1/report?language=en", NULL, b), 200);
	strcpy(site->cookie, teacher);
}

/* What it found is its group's and the teacher's until it is revealed; that it is too short is nobody's secret. */
static void a_report_says_whether_the_run_was_good_enough(void **state)
{
	static const char asked[] = "<td>at least 5 samples</td><td>3 samples, ",
			  verdict[] = "<td>not good enough: More</td>",
			  found[] = "; -0.291667 K</td><td>good enough</td>";
	struct site *site = *state;
	struct shelf *shelf = class_put_lesson(site, "warmth", warmth);
	struct browser b;

	measure(site);
	for (int is_teacher = 0; is_teacher < 2; is_teacher++) {
		char cookie[96];

		strcpy(cookie, is_teacher ? site->cookie : "");
		ask_report(site, cookie, &b);
		assert_true(browser_has(&b, "<h2>Good enough?</h2>"));
		assert_true(browser_has(&b, asked));
		assert_true(browser_has(&b, verdict));
		assert_true(browser_has(&b, "<td>Difference</td><td>-1 to 1 K</td>"));
		assert_int_equal(browser_has(&b, found), is_teacher);
		browser_close(&b);
	}
	class_take_lesson(site, shelf);
}

/* It may be read again meanwhile, and the one before is freed once nobody holds it. */
static void a_file_holds_its_lesson_while_it_is_made(void **state)
{
	static const char *const files[] = {"/api/v1/export?run=1",
		"/api/v1/export?run=1&format=xlsx", "/api/v1/export?run=1&of=readings",
		"/api/v1/runs/1/package", "/api/v1/runs/1/report"};
	struct site *site = *state;
	struct shelf *shelf = class_put_lesson(site, "warmth", warmth);
	const struct lesson *lesson = shelf_find(shelf, "warmth");

	measure(site);
	json_decref(class_post(site, "/api/v1/sessions/1/groups/1/readings",
		"{\"typed\":{\"m\":0.1},\"at_us\":800150000}", 201));
	site_keep_turns(site);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		bool was_held = false;
		struct browser b;

		while (lesson_is_held(lesson)) /* the run is being judged */
			assert_true(loop_turn(site->loop, 50) >= 0);
		browser_open(&b, site->loop, site->port);
		browser_send(&b,
			"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n",
			files[i], site->cookie);
		for (int turns = 0; turns < 1000 && !b.is_closed; turns++) {
			browser_turn(&b);
			was_held |= lesson_is_held(lesson);
		}
		browser_wait_closed(&b);
		assert_true(browser_has(&b, "200 OK"));
		browser_close(&b);
		assert_true(was_held);
		assert_false(lesson_is_held(lesson));
	}
	class_take_lesson(site, shelf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_file_has_what_the_lesson_calculates_of_one_kit_or_two),
		SITE_TEST(a_part_of_a_run_calculates_what_the_whole_does),
		SITE_TEST(a_run_that_comes_back_is_calculated_as_it_was),
		SITE_TEST(a_sample_that_names_no_channel_is_served_by_the_rule),
		SITE_TEST(a_report_says_whether_the_run_was_good_enough),
		SITE_TEST(a_file_holds_its_lesson_while_it_is_made),
		SITE_TEST(readings_have_what_the_lesson_calculates_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
