/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* run.json: what is written reads back to the same, and what is wrong is named. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/about.h"
#include "support/cmocka_all.h"

static char room[2][1 << 16];

static const char *written(const struct about *about, int which)
{
	struct text text = text_over(room[which], sizeof room[which]);

	about_write(about, &text);
	assert_false(text.is_cut);
	return text.at;
}

static struct about_stream a_stream(void)
{
	static struct calibration calibration = {.id = 7,
		.kind = CALIBRATION_TWO_POINT,
		.channel = "t",
		.name = "冰水",
		.made = {-5000000001},
		.wall_ns = 1800000000123456789,
		.from = {-1},
		.to = {INT64_MAX},
		.map = {2, {0.1, 99.7}, {0, 100}}};
	static struct uncertainty uncertainty = {0, {-3}, 80200};
	struct about_stream of = {.file = "g3-1-text-board-main.csv",
		.group = 3,
		.identity = "usb:1 \"x\"",
		.kit = "text-board",
		.model = "模型",
		.sticker = 4,
		.stream = {.name = "main",
			.stamps = STAMP_DEVICE,
			.period_ns = 16666667,
			.n_channels = 2},
		.n_calibrations = 1,
		.n_uncertainties = 1};

	of.calibrations = malloc(sizeof calibration);
	*of.calibrations = calibration;
	of.uncertainties = malloc(sizeof uncertainty);
	*of.uncertainties = uncertainty;
	of.stream.channels[0] = (struct channel){.id = "t",
		.name_zh = "温度",
		.name_en = "temperature",
		.unit = "Cel",
		.quantity = "temperature",
		.resolution = 0.1,
		.low = -40,
		.high = 125};
	of.stream.channels[1] = (struct channel){.id = "p", .name_zh = "p"};
	of.needs[0] = (struct about_need){.id = "T", .channel = "t"};
	of.needs[1] = (struct about_need){.id = "old"};
	return of;
}

static void what_is_written_reads_back_to_the_same(void **state)
{
	static const struct mark mark = {.at = {1500}, .author = "kit 3", .text = "<b>&\n\"铃\""};
	struct about about = {.title = "七（3）班",
			     .lesson = "pendulum",
			     .lesson_digest = "00000000deadbeef",
			     .board = "test",
			     .has_wall = true,
			     .wall_from = {1800000000123456000},
			     .wall_uncertainty_ns = 20000001,
			     .wall_source = ANCHOR_NTP,
			     .duration_ns = 36000000000001},
		     again;
	struct about_stream stream = a_stream();
	struct mark marks[] = {mark};
	struct about_gap gaps[] = {{0, {0, GAP_WIRE, {1000000001}, {2000000000}, 12}},
		{1, {0, GAP_STOPPED, {0}, {5}, 0}}};
	struct about_fault fault;

	(void)state;
	about.streams = &stream;
	about.n_streams = 1;
	about.marks = marks;
	about.n_marks = 1;
	about.gaps = gaps;
	about.n_gaps = 2;
	about.readings = json_pack("[{s:i,s:f,s:{s:f},s:{s:f}}]", "group", 3, "at_us", 1.5, "typed",
		"L", 0.1, "values", "4 main:t", 0.30000000000000004);
	about.prediction = json_pack("{s:[[f,f],[f,f]]}", "points", 0.5, 20.1, 60.5, 18.25);
	about.accept = json_pack("[{s:s, s:n, s:f, s:b, s:{s:s, s:s}}]", "channel", "T", "name",
		"value", 0.1 + 0.2, "holds", 0, "otherwise", "zh", "再记", "en", "More");
	const char *first = written(&about, 0);
	if (about_read(first, strlen(first), &again, &fault) != 0)
		fail_msg("%s", fault.en);
	assert_string_equal(written(&again, 1), first);
	assert_int_equal(again.streams[0].stream.period_ns, 16666667);
	assert_int_equal(again.duration_ns, about.duration_ns);
	assert_int_equal(again.gaps[0].gap.from.ns, 1000000001);
	assert_int_equal(again.gaps[1].stream, 1); /* of all */
	assert_string_equal(again.marks[0].text, mark.text);
	assert_int_equal(again.streams[0].calibrations[0].to.ns, INT64_MAX);
	assert_string_equal(again.streams[0].calibrations[0].stream, "main");
	assert_non_null(strstr(first, "{\"L\":0.1}"));
	assert_non_null(strstr(first, "\"needs\":[{\"id\":\"T\",\"channel\":\"t\"},\"old\"]"));
	assert_true(json_equal(again.readings, about.readings));
	assert_true(json_equal(again.prediction, about.prediction));
	assert_true(json_equal(again.accept, about.accept));
	about_clear(&again);
	json_decref(about.readings);
	json_decref(about.prediction);
	json_decref(about.accept);
	free(stream.calibrations);
	free(stream.uncertainties);
}

/* The least that is a package, with one thing put in place of another. */
static void a_fault_is_of_one_language(void **unused)
{
	struct about about;
	struct about_fault fault;

	(void)unused;
	assert_int_equal(about_read("{", 1, &about, &fault), -EBADMSG);
	assert_string_equal(fault.zh, "run.json 第 1 行不是 JSON；再导出一次这个包。");
}

static void refuses(const char *what, const char *instead, const char *sentence)
{
	static const char good[] =
		"{\"kitlog_package\":1,\"title\":\"\",\"origin\":\"simulation\",\"wall_from_us\":null,"
		"\"duration_us\":5000000,\"groups\":[{\"number\":1}],\"streams\":[{\"file\":\"g1-gate.csv\","
		"\"group\":1,\"kit\":\"gate\",\"device\":{\"identity\":\"a\",\"sticker\":1},"
		"\"name\":\"main\",\"stamps\":\"kernel\",\"period_us\":0,\"channels\":[{\"id\":\"t\","
		"\"name\":{\"zh\":\"周期\",\"en\":\"Period\"},\"unit\":\"s\",\"resolution\":1e-6,"
		"\"low\":null,\"high\":null}],\"calibrations\":[]}],\"readings\":[],\"marks\":[],"
		"\"gaps\":[{\"stream_file\":\"g1-gate.csv\",\"from_us\":1,\"to_us\":2,\"reason\":\"wire\"}]}";
	char *at = strstr(good, what);
	struct text text = text_over(room[0], sizeof room[0]);
	struct about_fault fault = {"", ""};
	struct about about;

	assert_non_null(at);
	text_add_bytes(&text, good, (size_t)(at - good));
	text_add(&text, instead);
	text_add(&text, at + strlen(what));
	int r = about_read(text.at, text.length, &about, &fault);
	assert_string_equal(fault.en, sentence);
	assert_int_equal(r, *sentence ? -EBADMSG : 0);
	assert_true(*sentence == '\0' || strstr(fault.zh, "run.json"));
	if (r == 0)
		about_clear(&about);
}

static void what_is_wrong_is_named(void **state)
{
	(void)state;
	refuses("\"title\"", "\"title\"", "");
	refuses("\"zh\":\"周期\",", "", "");
	refuses("_package\":1", "_package\":2",
		"In run.json, kitlog_package is wrong: expected 1, the only version that this board "
		"knows.");
	refuses("\"g1-gate.csv\",\"group\"", "\"../../gate.csv\",\"group\"",
		"In run.json, streams[0].file is wrong: expected a file name such as g1-main.csv.");
	refuses("\"group\":1,", "\"group\":1.5,",
		"In run.json, streams[0].group is wrong: expected a whole number.");
	refuses("\"id\":\"t\"", "\"id\":\"T\"",
		"In run.json, streams[0].channels[0].id is wrong: expected an id such as "
		"temperature.");
	refuses("\"readings\":[]", "\"readings\":[{\"at_us\":1,\"typed\":{\"L\":\"=1\"}}]",
		"In run.json, readings[0].typed is wrong: expected names with numbers, as {\"L\": "
		"0.5}.");
	refuses("\"readings\":[]", "\"prediction\":{\"choice\":-1}",
		"In run.json, prediction is wrong: expected one of choice, value, points.");
	refuses("\"readings\":[]", "\"prediction\":{\"choice\":9223372036854775807}",
		"In run.json, prediction is wrong: expected one of choice, value, points.");
	refuses("\"readings\":[]", "\"prediction\":{\"choice\":98}", "");
	refuses("\"readings\":[]", "\"accept\":[{\"channel\":\"T\",\"holds\":1}]",
		"In run.json, accept[0].holds is wrong: expected channel, holds, otherwise and numbers.");
	refuses("\"readings\":[]", "\"prediction\":{\"points\":[[1,2],[3]]}",
		"In run.json, prediction is wrong: expected one of choice, value, points.");
	refuses("\"readings\":[]", "\"prediction\":{\"value\":2}", "");
	refuses("\"resolution\":1e-6", "\"resolution\":-1",
		"In run.json, streams[0].channels[0].resolution is wrong: expected a number from 0 "
		"to 1000000000000.");
	refuses("\"channels\":[", "\"channels\":[],\"other\":[",
		"In run.json, streams[0].channels is wrong: expected a list of 1 to 16 channels.");
	refuses("\"stamps\":\"kernel\"", "\"stamps\":\"sun\"",
		"In run.json, streams[0].stamps is wrong: expected arrival, device or kernel.");
	refuses("5000000", "0", "In run.json, duration_us is wrong: expected a number above 0.");
	refuses("\"to_us\":2", "\"to_us\":0",
		"In run.json, gaps[0].to_us is wrong: expected no earlier than from_us.");
	refuses("\"stream_file\":\"g1-gate.csv\"", "\"stream_file\":\"other.csv\"",
		"In run.json, gaps[0].stream_file is wrong: expected a file of streams.");
	refuses("\"channels\":[",
		"\"needs\":[{\"id\":\"T\",\"channel\":\"t\"},\"U\"],\"channels\":[", "");
	refuses("\"channels\":[", "\"needs\":[{\"id\":\"T\",\"channel\":\"x\"}],\"channels\":[",
		"In run.json, streams[0].needs is wrong: expected ids of the lesson's needs, at most 8, or with a "
		"channel of the stream, as {\"id\": \"T\", \"channel\": \"t\"}.");
	refuses("\"title\":\"\"", "\"title\":5",
		"In run.json, title is wrong: expected text of at most 95 bytes.");
	refuses("\"calibrations\":[]", "\"calibrations\":[{\"id\":1,\"kind\":\"magic\"}]",
		"In run.json, streams[0].calibrations[0].kind is wrong: expected offset, two-point, "
		"table or withdrawal.");
	refuses("]}", "]", "run.json, line 1, is no JSON: '}' expected near ']'.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_is_of_one_language),
		cmocka_unit_test(what_is_written_reads_back_to_the_same),
		cmocka_unit_test(what_is_wrong_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
