/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `lines` in formats of its own: JSON lines, what a kit.yaml wants of them, and what is
 * said of what was found. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kits/protocols/lines_parse.h"
#include "support/cmocka_all.h"
#include "support/kit_rig.h"

static struct rig rig;

static int set_up(void **unused)
{
	(void)unused;
	memset(&rig, 0, sizeof(rig));
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	kit_rig_close(&rig);
	return 0;
}

static void say_often(const char *line, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		rig_say(&rig, line);
		rig_pass_ms(&rig, 100);
	}
}

/* --- JSON --- */

static void numbers_in_json_are_found_with_their_nearest_key(void **unused)
{
	static const struct {
		const char *line;
		unsigned n;
		const char *labels[4];
		double values[4];
	} cases[] = {
		{"{\"t\":1234,\"temp\":21.5}", 2, {"t", "temp"}, {1234, 21.5}},
		{" { \"temp\" : -2e1 , \"ok\" : true } ", 2, {"temp", "ok"}, {-20, 1}},
		{"{\"pins\":[1,0],\"imu\":{\"ax\":0.1}}", 3, {"pins", "pins", "ax"}, {1, 0, 0.1}},
		{"{\"name\":\"a{b\\\"c\",\"x\":null,\"y\":2}", 2, {"x", "y"}, {NAN, 2}},
		{"{\"1\":5,\"温度\":3}", 1, {"温度"}, {3}},
		{"{\"a\":{\"b\":{\"c\":{\"d\":4}}}}", 1, {"d"}, {4}},
	};
	struct lines_reading reading;

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(lines_parse(cases[i].line, strlen(cases[i].line), &reading),
			LINES_LABELLED);
		assert_int_equal(reading.n, cases[i].n);
		for (unsigned v = 0; v < reading.n; v++) {
			const struct lines_item *item = &reading.items[v];

			assert_int_equal(item->label.n, strlen(cases[i].labels[v]));
			assert_memory_equal(item->label.at, cases[i].labels[v], item->label.n);
			assert_true(item->value == cases[i].values[v] ||
				(isnan(item->value) && isnan(cases[i].values[v])));
		}
	}
}

static void what_is_not_json_is_no_reading(void **unused)
{
	static const char *const lines[] = {"{}", "{\"t\"}", "{\"t\":}", "{\"t\":1,}", "{\"t\":1]",
		"{\"t\":1}}", "{t:1}", "{\"t\":0x10}", "{\"t\":\"1}", "{\"t\\\":1}", "{{\"t\":1}}",
		"{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":4}}}}}",
		"{\"a\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}", "{\"s\":\"text\"}"};
	struct lines_reading reading;

	(void)unused;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (lines_parse(lines[i], strlen(lines[i]), &reading) != LINES_UNKNOWN)
			fail_msg("%s", lines[i]);
}

static void json_lines_are_rows(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	rig_pass_ms(&rig, 100);
	say_often("{\"t\":5,\"temp\":21.5,\"pins\":[1,0]}\r\n", 6);
	say_often("{\"temp\":22,\"t\":6}\r\n", 1);
	assert_int_equal(rig.n_rows, 7);
	assert_string_equal(rig_device(&rig)->family, "lines");
	assert_int_equal(rig_device(&rig)->streams[0].n_channels, 4);
	assert_string_equal(rig_device(&rig)->streams[0].channels[3].id, "pins_2");
	assert_true(rig.rows[5].values[1] == 21.5 && rig.rows[5].values[2] == 1);
	assert_true(rig.rows[6].values[0] == 6 && isnan(rig.rows[6].values[3]));
}

/* --- what was found --- */

static void the_device_says_which_speed_and_format_were_found(void **unused)
{
	static const struct {
		const char *header, *line, *model;
	} cases[] = {
		{"", "Temp:21.5,RH:40\n", "text-board (9600 bit/s, labels)"},
		{"", "21.5 40\n", "text-board (9600 bit/s, columns)"},
		{"temp,rh\n", "1,2\n", "text-board (9600 bit/s, csv)"},
		{"", "(12, -34)\n", "text-board (9600 bit/s, tuple)"},
		{"", "{\"a\":1}\n", "text-board (9600 bit/s, json)"},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rig.port.speed = 9600;
		rig.port.has_wire = true;
		rig_open_all(&rig);
		rig_pass_ms(&rig, 100);
		rig_say(&rig, cases[i].header);
		say_often(cases[i].line, 6);
		assert_string_equal(rig_device(&rig)->model, cases[i].model);
		rig_close(&rig);
	}
	rig_open_all(&rig);
}

/* --- with a kit.yaml --- */

#define HEAD "kit: board\nname: {zh: 板, en: Board}\nserial: auto\nrate: 10 Hz\n"
#define CHANNELS(temp, light) \
	"channels:\n" \
	"  - {id: temp, name: {zh: 温度, en: T}, quantity: temperature, unit: Cel, range: [-40, 60], " \
	"resolution: 0.1, from: " temp "}\n" \
	"  - {id: light, name: {zh: 光, en: L}, quantity: voltage, unit: V, range: [0, 5], " \
	"resolution: 0.01, from: " light ", scale: 0.01}\n"

static void open_kit(const char *yaml, bool is_sure)
{
	kit_rig_open(&rig, kit_rig_read(yaml), is_sure);
	rig_pass_ms(&rig, 100);
}

static void channels_of_a_kit_yaml_come_by_label(void **unused)
{
	(void)unused;
	open_kit(HEAD "lines: {format: labels}\n" CHANNELS("Temp", "Light"), false);
	say_often("Light:250 Temp:21.5 Other:9\n", 5);
	assert_string_equal(rig_device(&rig)->kit, "board");
	assert_string_equal(rig_device(&rig)->streams[0].channels[0].id, "temp");
	assert_int_equal(rig.n_rows, 5);
	assert_true(rig.rows[4].values[0] == 21.5 && rig.rows[4].values[1] == 2.5);
	say_often("Temp:22\n", 1);
	assert_true(rig.rows[5].values[0] == 22 && isnan(rig.rows[5].values[1]));
	say_often("Other:22\n", 1);
	assert_int_equal(rig.n_rows, 6);
	assert_int_equal(rig_health(&rig).bad_frames, 1);
}

static void channels_of_a_kit_yaml_come_by_place(void **unused)
{
	(void)unused;
	open_kit(HEAD
		"lines: {format: columns, separator: \";\"}\n" CHANNELS("column 3", "column 1"),
		true);
	assert_int_equal(rig.n_devices, 1); /* it was named: no doubt */
	say_often("100;7;21,5\n", 3);
	say_often("1 2 3\n", 1); /* another separator */
	assert_int_equal(rig.n_rows, 3);
	assert_true(rig.rows[2].values[0] == 21.5 && rig.rows[2].values[1] == 1);
}

static void channels_of_a_kit_yaml_come_by_the_names_of_a_header(void **unused)
{
	(void)unused;
	open_kit(HEAD "lines: {format: csv}\n" CHANNELS("temp", "light"), false);
	say_often("time_ms,light,temp_C\n", 1);
	say_often("100,50,20.5\n", 4);
	assert_int_equal(rig.n_rows, 4);
	assert_true(rig.rows[3].values[0] == 20.5 && rig.rows[3].values[1] == 0.5);
	say_often("temp_C,light\n", 1); /* taught anew */
	say_often("19.5,60\n", 2);
	assert_int_equal(rig.n_rows, 6);
	assert_true(rig.rows[5].values[0] == 19.5 && rig.rows[5].values[1] == 0.6);
}

static void a_board_that_says_none_of_the_names_is_not_that_kit(void **unused)
{
	(void)unused;
	open_kit(HEAD "lines: {format: auto}\n" CHANNELS("Temp", "Light"), false);
	say_often("Humidity:40\n", 8);
	assert_string_equal(rig_device(&rig)->kit, "text-board");
}

static void lines_of_another_format_than_wanted_are_left_alone(void **unused)
{
	(void)unused;
	open_kit(HEAD "lines: {format: tuple}\n" CHANNELS("column 1", "column 2"), true);
	say_often("1,2\n", 2);
	say_often("(21.5, 100)\n", 2);
	say_often("temp:3\n", 2);
	assert_int_equal(rig.n_rows, 2);
	assert_int_equal(rig_health(&rig).bad_frames, 4);
}

static void keys_that_contradict_each_other_are_told(void **unused)
{
	static const struct {
		const char *yaml, *says;
	} cases[] = {
		{HEAD "lines: {discover: yes}\n" CHANNELS("a", "b"),
			"discover: the channels are listed; leave out discover, or channels"},
		{HEAD "lines: {format: auto}\n", "channels"},
		{HEAD "lines: {format: cvs, discover: yes}\n", "did you mean csv?"},
		{HEAD "lines: {separator: \"x\", discover: yes}\n", "separator: \"x\" is not "},
		{HEAD "lines: {format: csv}\n" CHANNELS("column 17", "b"),
			"from: \"column 17\" is not a label"},
		{HEAD "lines: {format: csv}\n" CHANNELS("9", "b"), "from: \"9\" is not a label"},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!strstr(kit_rig_mistakes(cases[i].yaml), cases[i].says))
			fail_msg("%s\n%s", cases[i].says, kit_rig_mistakes(cases[i].yaml));
}

static void makecode_micropython_and_arduino_are_one_kit(void **unused)
{
	static const char *const lines[] = {"temp:21                       \r\n",
		"(21, 1013.2)\r\n", "Temp:21.5\tRH:40\r\n", "1;2\n", "{\"a\":1}\n"};

	(void)unused;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		kit_rig_open(&rig, kit_rig_read_folder(KITLOG_SOURCE "/kits/text-board"), false);
		rig_pass_ms(&rig, 100);
		say_often(lines[i], 6);
		assert_string_equal(rig_device(&rig)->kit, "text-board");
		assert_int_equal(rig.n_rows, 6);
		kit_rig_close(&rig);
	}
	rig_open_all(&rig);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_in_json_are_found_with_their_nearest_key),
		cmocka_unit_test(what_is_not_json_is_no_reading),
		TEST(json_lines_are_rows),
		TEST(the_device_says_which_speed_and_format_were_found),
		TEST(channels_of_a_kit_yaml_come_by_label),
		TEST(channels_of_a_kit_yaml_come_by_place),
		TEST(channels_of_a_kit_yaml_come_by_the_names_of_a_header),
		TEST(a_board_that_says_none_of_the_names_is_not_that_kit),
		TEST(lines_of_another_format_than_wanted_are_left_alone),
		cmocka_unit_test(keys_that_contradict_each_other_are_told),
		TEST(makecode_micropython_and_arduino_are_one_kit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
