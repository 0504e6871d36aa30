/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What HTTP answers mean, with the answers that real servers gave (InfluxDB 1.6.7, VictoriaMetrics
 * 1.79 and 1.112) and those that InfluxDB 2 and 3 document. */
#include <string.h>

#include "ship/answer.h"
#include "support/cmocka_all.h"

static void answer_classes_follow_the_status(void **state)
{
	static const struct {
		int status;
		enum answer answer;
	} rows[] = {
		{200, ANSWER_TAKEN},
		{204, ANSWER_TAKEN},
		{299, ANSWER_TAKEN},
		{400, ANSWER_BAD_LINES},
		{422, ANSWER_BAD_LINES},
		{413, ANSWER_TOO_LARGE},
		{401, ANSWER_REFUSED},
		{403, ANSWER_REFUSED},
		{404, ANSWER_REFUSED},
		{429, ANSWER_LATER},
		{500, ANSWER_LATER},
		{502, ANSWER_LATER},
		{503, ANSWER_LATER},
		{504, ANSWER_LATER},
		{599, ANSWER_LATER},
		{0, ANSWER_LATER},
		{100, ANSWER_LATER},
		{301, ANSWER_LATER},
		{302, ANSWER_LATER},
		{307, ANSWER_LATER},
		{402, ANSWER_LATER},
		{405, ANSWER_LATER},
		{408, ANSWER_LATER},
		{418, ANSWER_LATER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(answer_classify(rows[i].status, NULL, "", false), rows[i].answer);
}

static void answer_takes_no_web_page_for_success(void **state)
{
	(void)state;
	assert_int_equal(answer_classify(200, "text/html; charset=utf-8", "", false), ANSWER_LATER);
	assert_int_equal(answer_classify(200, "Text/HTML", "", false), ANSWER_LATER);
	assert_int_equal(answer_classify(204, "application/json", "", false), ANSWER_TAKEN);
}

/* InfluxDB 1: "understood the request but could not complete it". */
static void answer_takes_no_error_for_success(void **state)
{
	const char *told = " {\"results\":[{\"error\":\"timeout\"}]}";

	(void)state;
	assert_int_equal(answer_classify(200, "application/json", "timeout", true), ANSWER_LATER);
	assert_int_equal(answer_classify(204, NULL, "", true), ANSWER_LATER);
	assert_true(answer_tells_error(told, strlen(told)));
	for (const char *const *all = (const char *const[]){"", "OK", "{}", "{\"error\":\"\"}",
		     "{\"error\": null}", "\"error\": \"none\"", "{\"errors\":\"x\"}", NULL};
		*all; all++)
		assert_false(answer_tells_error(*all, strlen(*all)));
}

/* nginx: "400 The plain HTTP request was sent to HTTPS port". */
static void answer_takes_no_web_page_for_a_judgement_of_lines(void **state)
{
	(void)state;
	assert_int_equal(answer_classify(400, "text/html", "a web page", false), ANSWER_LATER);
	assert_int_equal(answer_classify(422, "text/html", "a web page", false), ANSWER_LATER);
	assert_int_equal(answer_classify(400, "application/json", "bad", false), ANSWER_BAD_LINES);
	assert_int_equal(answer_classify(401, "text/html", "", false), ANSWER_REFUSED);
	assert_int_equal(answer_classify(404, "text/html", "", false), ANSWER_REFUSED);
	assert_int_equal(answer_classify(413, "text/html", "", false), ANSWER_TOO_LARGE);
}

static void says(const char *body, const char *words)
{
	char said[160];

	answer_words(body, strlen(body), said, sizeof(said));
	assert_string_equal(said, words);
}

static void answer_finds_the_words_of_each_server(void **state)
{
	(void)state;
	says("{\"error\":\"database not found: \\\"nosuch\\\"\"}\n",
		"database not found: \"nosuch\"");
	says("{\"code\":\"not found\",\"message\":\"bucket \\\"kitlog\\\" not found\"}",
		"bucket \"kitlog\" not found");
	says("{\"error\":\"partial write of line protocol occurred\",\"data\":[{\"original_line\":"
	     "\"a\",\"line_number\":1,\"error_message\":\"invalid field value\"}]}",
		"invalid field value");
	says("cannot parse influx line protocol data: incorrect\n influx line \"x\"\n",
		"cannot parse influx line protocol data: incorrect influx line \"x\"");
	says("  <html><body>hello</body></html>", "a web page");
	says("", "");
	says("{\"other\": 3}", "{\"other\": 3}");
	says("{\"message\" :  \"a\\n\\tb\\\\c\"}", "a b\\c");
}

static void answer_words_survive_being_cut_and_mangled(void **state)
{
	char small[16], said[160];

	(void)state;
	says("{\"error\":\"no closing quo", "no closing quo");
	says("{\"error\":\"ends in a backslash\\", "ends in a backslash\\");
	says("{\"error\"", "{\"error\"");
	answer_words("\xff\xfe\x01garbage", 10, said, sizeof(said));
	assert_string_equal(said, "unreadable words");
	/* "数据库不存在" in 16 bytes: five characters, none of them half. */
	answer_words("数据库不存在", strlen("数据库不存在"), small, sizeof(small));
	assert_string_equal(small, "数据库不存");
	answer_words("0123456789abcdefghij", 20, small, sizeof(small));
	assert_string_equal(small, "0123456789abcde");
}

static void answer_knows_when_all_lines_are_too_old(void **state)
{
	const char *words = "partial write: points beyond retention policy dropped=17";

	(void)state;
	assert_true(answer_is_all_expired(words, 17));
	assert_false(answer_is_all_expired(words, 18));
	assert_false(answer_is_all_expired("partial write: field type conflict dropped=17", 17));
	assert_false(answer_is_all_expired("", 0));
	words = "failure writing points to database: partial write: dropped 300 points outside "
		"retention policy of duration 168h0m0s - oldest point ...";
	assert_true(answer_is_all_expired(words, 300));
	assert_false(answer_is_all_expired(words, 30));
	assert_false(answer_is_all_expired("points beyond retention policy were dropped", 0));
}

static void answer_hears_of_old_lines_in_a_500(void **state)
{
	(void)state;
	assert_int_equal(
		answer_classify(500, "application/json",
			"unexpected error writing points to database: partial write: points "
			"beyond retention policy dropped=1",
			false),
		ANSWER_BAD_LINES);
	assert_int_equal(answer_classify(500, "application/json", "timeout", false), ANSWER_LATER);
	assert_int_equal(
		answer_classify(503, NULL, "beyond retention policy", false), ANSWER_LATER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answer_classes_follow_the_status),
		cmocka_unit_test(answer_takes_no_web_page_for_success),
		cmocka_unit_test(answer_takes_no_error_for_success),
		cmocka_unit_test(answer_takes_no_web_page_for_a_judgement_of_lines),
		cmocka_unit_test(answer_finds_the_words_of_each_server),
		cmocka_unit_test(answer_words_survive_being_cut_and_mangled),
		cmocka_unit_test(answer_knows_when_all_lines_are_too_old),
		cmocka_unit_test(answer_hears_of_old_lines_in_a_500),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
