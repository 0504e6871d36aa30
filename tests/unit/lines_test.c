/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What boards print, and what becomes of it: one test per habit of boards. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/quantity.h"
#include "kits/protocols/lines_parse.h"
#include "support/cmocka_all.h"
#include "support/rig.h"

extern const struct kit_family kit_family_lines;

static const struct kit_family *const only_lines[] = {&kit_family_lines};

static struct rig rig;

static int set_up(void **unused)
{
	(void)unused;
	memset(&rig, 0, sizeof(rig));
	rig_open(&rig, only_lines, 1);
	rig_pass_ms(&rig, 100); /* the board speaks when we already listen */
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	rig_close(&rig);
	return 0;
}

/* Says each line, 100 ms apart. */
static void say_lines(const char *const *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		rig_say(&rig, lines[i]);
		rig_pass_ms(&rig, 100);
	}
}

static void say_often(const char *line, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		say_lines(&line, 1);
}

static const struct stream *stream_now(void)
{
	const struct device *device = rig_device(&rig);

	assert_int_equal(device->n_streams, 1);
	assert_string_equal(device->family, "lines");
	return &device->streams[0];
}

static void assert_row(size_t i, size_t n, const double *values)
{
	assert_true(i < rig.n_rows);
	assert_int_equal(rig.rows[i].n, n);
	for (size_t c = 0; c < n; c++) {
		if (isnan(values[c]))
			assert_true(isnan(rig.rows[i].values[c]));
		else
			assert_true(rig.rows[i].values[c] == values[c]);
	}
}

#define ASSERT_ROW(i, ...) \
	assert_row(i, sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__})

/* --- one line --- */

static enum lines_kind parse(const char *line, struct lines_reading *ret_reading)
{
	return lines_parse(line, strlen(line), ret_reading);
}

static void numbers_are_found_by_position(void **unused)
{
	static const struct {
		const char *line;
		unsigned n;
		double values[4];
	} cases[] = {
		{"10", 1, {10}},
		{"10 20\t30", 3, {10, 20, 30}},
		{"10,20,30", 3, {10, 20, 30}},
		{"10, 20, 30,", 3, {10, 20, 30}},
		{"-1.5;+2e3;.5", 3, {-1.5, 2000, .5}},
		{"21,5;40,2", 2, {21.5, 40.2}},
		{"21,5\t40,2", 2, {21.5, 40.2}},
		{"21,5", 2, {21, 5}},
		{"1,2,3 ", 3, {1, 2, 3}},
		{"(12, -34, 1008)", 3, {12, -34, 1008}},
		{"(0.5,)", 1, {0.5}},
		{"[1, 2]", 2, {1, 2}},
		{"21.5 C", 1, {21.5}},
		{"21.5C 40%", 2, {21.5, 40}},
		{"12.3 cm | 4", 2, {12.3, 4}},
		{"12:34:56 21.5", 1, {21.5}},
		{"-0.00", 1, {-0.0}},
		{"1 nan 3", 3, {1, NAN, 3}},
		{"inf,-inf,ovf,None", 4, {NAN, NAN, NAN, NAN}},
	};
	struct lines_reading reading;

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].line, &reading), LINES_POSITIONAL);
		assert_int_equal(reading.n, cases[i].n);
		for (unsigned v = 0; v < reading.n; v++)
			assert_true(reading.items[v].value == cases[i].values[v] ||
				(isnan(reading.items[v].value) && isnan(cases[i].values[v])));
	}
}

static void labels_and_units_are_found(void **unused)
{
	static const struct {
		const char *line;
		unsigned n;
		const char *labels[3], *units[3];
		double values[3];
	} cases[] = {
		{"temp:21", 1, {"temp"}, {""}, {21}},
		{"Temp:21.5,RH:40", 2, {"Temp", "RH"}, {"", ""}, {21.5, 40}},
		{"Temp:21.5\tRH:40", 2, {"Temp", "RH"}, {"", ""}, {21.5, 40}},
		{"a:0.10, b:0.99, c:1.2,", 3, {"a", "b", "c"}, {"", "", ""}, {.1, .99, 1.2}},
		{"T=21.5 C RH=40%", 2, {"T", "RH"}, {"C", "%"}, {21.5, 40}},
		{"Distance: 12.3 cm", 1, {"Distance"}, {"cm"}, {12.3}},
		{"Humidity: 40.00 %  Temperature: 21.50 C", 2, {"Humidity", "Temperature"},
			{"%", "C"}, {40, 21.5}},
		{"Analog reading = 512", 1, {"Analog reading"}, {""}, {512}},
		{"Variable 1:5", 1, {"Variable 1"}, {""}, {5}},
		{"温度:21.5", 1, {"温度"}, {""}, {21.5}},
		{"温度: 21.5°C 湿度: 40%", 2, {"温度", "湿度"}, {"°C", "%"}, {21.5, 40}},
		{"t=1,5 h=2,5", 2, {"t", "h"}, {"", ""}, {1.5, 2.5}},
		{"Time: 12:34:56 Temp: 20", 1, {"Temp"}, {""}, {20}},
		{"ok, temp: nan", 1, {"temp"}, {""}, {NAN}},
		{"Temp: 21.5 degrees C", 1, {"Temp"}, {""}, {21.5}},
		{"Distance: 12 pulses", 1, {"Distance"}, {""}, {12}},
		{"Temperature: 21.50 *C", 1, {"Temperature"}, {"*C"}, {21.5}},
		{"T: 21.5 \xb0"
		 "C RH: 40 %",
			2, {"T", "RH"},
			{"\xb0"
			 "C",
				"%"},
			{21.5, 40}},
		{"T: 21.5 \xff", 1, {"T"}, {""}, {21.5}},
		{"T:21.5 Status: OK", 1, {"T"}, {""}, {21.5}},
		{"Temp: 21.5 degrees\tRH: 40 of 100", 2, {"Temp", "RH"}, {"", ""}, {21.5, 40}},
		{"led=on temp=20.5", 1, {"temp"}, {""}, {20.5}},
		{"T: 20 Status: OK RH: 40", 2, {"T", "RH"}, {"", ""}, {20, 40}},
		{"T: -- Soil moisture: 40", 1, {"Soil moisture"}, {""}, {40}},
		{"Temp: RH:40", 1, {"RH"}, {""}, {40}},
		{"Temp\t=\t21.5", 1, {"Temp"}, {""}, {21.5}},
	};
	struct lines_reading reading;

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].line, &reading), LINES_LABELLED);
		assert_int_equal(reading.n, cases[i].n);
		for (unsigned v = 0; v < reading.n; v++) {
			const struct lines_item *item = &reading.items[v];

			assert_int_equal(item->label.n, strlen(cases[i].labels[v]));
			assert_memory_equal(item->label.at, cases[i].labels[v], item->label.n);
			assert_int_equal(item->unit.n, strlen(cases[i].units[v]));
			assert_memory_equal(item->unit.at, cases[i].units[v], item->unit.n);
			assert_true(item->value == cases[i].values[v] ||
				(isnan(item->value) && isnan(cases[i].values[v])));
		}
	}
}

static void prose_banners_and_noise_are_not_readings(void **unused)
{
	static const char *const lines[] = {
		">>> ",
		"MicroPython v1.19.1 on 2022-06-18; Raspberry Pi Pico",
		"Traceback (most recent call last):",
		"192.168.1.1",
		"12abc",
		"0x1f",
		"1..2",
		"--5",
		"temp:",
		":5",
		"=5",
		"{\"t\":1",
		"1 temp:5",
		"temp:5 7",
		"temp:5 :7",
		"temp:warm",
		"temp:warm 20",
		"Status: all is well",
		"21.5 degrees",
		"ets Jun  8 2016 00:22:57",
		"rst:0x1 (POWERON_RESET),boot:0x13",
		"\x1b]0;wifi\x1b\\",
		"temp:2\x01",
		"T\xff:5",
		"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
	};
	struct lines_reading reading;

	(void)unused;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		enum lines_kind kind = parse(lines[i], &reading);

		assert_true(kind == LINES_UNKNOWN || kind == LINES_HEADER);
	}
	assert_int_equal(parse("", &reading), LINES_EMPTY);
	assert_int_equal(parse(" \t ", &reading), LINES_EMPTY);
	assert_int_equal(lines_parse("1\0002", 3, &reading), LINES_UNKNOWN);
}

static void units_come_out_of_names(void **unused)
{
	static const struct {
		const char *label, *name, *unit;
	} cases[] = {
		{"temp_C", "temp", "Cel"},
		{"temp (C)", "temp", "Cel"},
		{"temp [°C]", "temp", "Cel"},
		{"time_ms", "time", "ms"},
		{"light_lux", "light", "lx"},
		{"soil_moisture", "soil_moisture", ""},
		{"x", "x", ""},
		{"_C", "_C", ""},
		{"(C)", "(C)", ""},
		{"a (thing)", "a (thing)", ""},
		{"气压(hPa)", "气压", "hPa"},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char name[LINES_LABEL_MAX], unit[UNIT_TEXT];

		lines_split_unit(
			(struct lines_word){cases[i].label, strlen(cases[i].label)}, name, unit);
		assert_string_equal(name, cases[i].name);
		assert_string_equal(unit, cases[i].unit);
	}
}

/* --- a board --- */

static void a_board_that_prints_numbers_is_a_kit(void **unused)
{
	(void)unused;
	say_often("21.5,40\r\n", 4);
	assert_int_equal(rig.n_devices, 1);
	assert_string_equal(rig_device(&rig)->kit, "text-board");
	assert_string_equal(rig_device(&rig)->identity, "port:bench");
	assert_int_equal(stream_now()->n_channels, 2);
	assert_string_equal(stream_now()->channels[0].id, "c1");
	assert_string_equal(stream_now()->channels[1].name_zh, "数值 2");
	say_often("22.5,41\r\n", 1);
	assert_int_equal(rig.n_rows, 5); /* those of the finding too */
	ASSERT_ROW(0, 21.5, 40);
	ASSERT_ROW(4, 22.5, 41);
	assert_int_equal(rig.n_sent, 0); /* never says a word */
}

static void stamps_are_the_arrival_of_the_last_byte(void **unused)
{
	(void)unused;
	say_often("1\n", 3);
	rig_say(&rig, "2");
	rig_pass_ms(&rig, 30);
	rig.clock.frozen_ns += 499; /* to the nearest microsecond */
	rig_say(&rig, "3\n");
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 4);
	assert_int_equal(rig.rows[3].stamp_ns, NS_PER_S + 430 * NS_PER_MS);
	ASSERT_ROW(3, 23);
}

static void lines_that_come_together_are_set_apart_by_the_wire(void **unused)
{
	struct kit_port port = rig.port;

	(void)unused;
	rig_unplug(&rig);
	rig.port.speed = 9600;
	rig.port.has_wire = true;
	rig_plug(&rig);
	rig.port = port;
	rig_pass_ms(&rig, 100);
	rig_say(&rig, "10\n11\n12\n13\n");
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 4);
	for (size_t i = 1; i < 4; i++) /* 3 bytes of 10 bits at 9600 bit/s */
		assert_int_equal(rig.rows[i].stamp_ns - rig.rows[i - 1].stamp_ns, 3125 * NS_PER_US);
	rig_unplug(&rig);
	rig.port.speed = 9600; /* said to native USB, where it means nothing */
	rig_plug(&rig);
	rig_pass_ms(&rig, 100);
	rig_say(&rig, "10\n11\n12\n13\n");
	rig_pass_ms(&rig, 100);
	for (size_t i = 5; i < 8; i++)
		assert_int_equal(rig.rows[i].stamp_ns - rig.rows[i - 1].stamp_ns, NS_PER_US);
}

static void slow_boards_are_found_after_two_lines_and_two_seconds(void **unused)
{
	(void)unused;
	rig_say(&rig, "Temp: 21.5 C\n");
	rig_pass_ms(&rig, 1500);
	rig_say(&rig, "Temp: 21.6 C\n");
	rig_pass_ms(&rig, 400);
	assert_int_equal(rig.n_devices, 0);
	rig_pass_ms(&rig, 200);
	assert_int_equal(rig.n_devices, 1);
	assert_string_equal(stream_now()->channels[0].unit, "Cel");
	assert_string_equal(stream_now()->channels[0].quantity, "temperature");
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 2);
}

static void half_a_line_at_the_start_is_thrown_away(void **unused)
{
	(void)unused;
	rig_unplug(&rig);
	rig_plug(&rig);
	rig_say(&rig, "5,40\n"); /* of "21.5,40" */
	rig_pass_ms(&rig, 100);
	say_often("22.5,41\n", 4);
	assert_int_equal(rig.n_rows, 4);
	ASSERT_ROW(0, 22.5, 41);
}

static void a_banner_and_a_few_strange_lines_do_no_harm(void **unused)
{
	static const char *const lines[] = {"\r\n", "Booting v1.2\r\n", "sensor ok\r\n", "1,2\r\n",
		"1,2\r\n", "warning!\r\n", "1,2\r\n", "1,2\r\n", "1,2\r\n", "low battery\r\n",
		"3,4\r\n"};

	(void)unused;
	say_lines(lines, sizeof(lines) / sizeof(lines[0]));
	assert_int_equal(rig.n_devices, 1);
	ASSERT_ROW(rig.n_rows - 1, 3, 4);
	assert_int_equal(rig_health(&rig).bad_frames, 1);
}

static void half_of_the_lines_being_numbers_is_not_enough(void **unused)
{
	(void)unused;
	for (int i = 0; i < 20; i++) {
		rig_say(&rig, "17\n");
		rig_say(&rig, "the answer\n");
		rig_pass_ms(&rig, 300);
	}
	assert_int_equal(rig.n_devices, 0);
}

/* Half a minute of them. */
static void say_a_new_label_in_every_line(void)
{
	char line[64];

	for (int i = 0; i < 600; i++) {
		snprintf(line, sizeof(line), "line %d: %d\n", i, i % 7);
		rig_say(&rig, line);
		rig_pass_ms(&rig, 50);
	}
}

static void a_kit_that_begins_to_do_so_makes_no_more_streams(void **unused)
{
	(void)unused;
	say_often("T:1\n", 6);
	say_a_new_label_in_every_line();
	assert_int_equal(rig.n_devices, 1);
	assert_int_equal(rig_health(&rig).state, DEVICE_TEXT);
	say_often("T:1\n", 6);
	assert_int_equal(rig_health(&rig).state, DEVICE_READY);
}

static void a_new_label_in_every_line_is_text_and_no_device(void **unused)
{
	(void)unused;
	say_a_new_label_in_every_line();
	assert_int_equal(rig.n_devices, 0);
	assert_int_equal(rig_health(&rig).state, DEVICE_TEXT);
}

static void more_numbers_than_channels_are_text_and_no_device(void **unused)
{
	(void)unused;
	for (int i = 0; i < 120; i++) {
		rig_say(&rig, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n");
		rig_pass_ms(&rig, 50);
	}
	assert_int_equal(rig.n_devices, 0);
	assert_int_equal(rig_health(&rig).state, DEVICE_TEXT);
}

static void a_board_that_says_one_of_many_labels_a_line_is_a_kit(void **unused)
{
	static const char *const lines[] = {"t:1\n", "h:2\n", "p:3\n", "l:4\n", "c:5\n", "v:6\n"};

	(void)unused;
	for (int i = 0; i < 4; i++)
		say_lines(lines, 6);
	assert_int_equal(stream_now()->n_channels, 6);
}

static void a_header_names_the_columns(void **unused)
{
	static const char *const lines[] = {"time_ms,temp_C,light (lux)\n", "1000,21.5,300\n",
		"2000,21.6,301\n", "3000,21.7,302\n", "4000,21.8,303\n"};

	(void)unused;
	say_lines(lines, 5);
	assert_int_equal(stream_now()->n_channels, 3);
	assert_string_equal(stream_now()->channels[0].id, "time");
	assert_string_equal(stream_now()->channels[0].unit, "ms");
	assert_string_equal(stream_now()->channels[1].id, "temp");
	assert_string_equal(stream_now()->channels[1].unit, "Cel");
	assert_string_equal(stream_now()->channels[2].id, "light");
	assert_string_equal(stream_now()->channels[2].name_en, "light");
	assert_string_equal(stream_now()->channels[2].unit, "lx");
	assert_int_equal(rig.n_rows, 4);
}

static void a_changed_header_makes_a_new_stream_of_the_same_device(void **unused)
{
	static const char *const lines[] = {"temp_C,hum\n", "1,2\n", "1,2\n", "1,2\n", "1,2\n",
		"temp_C,co2\n", "3,4\n", "3,4\n"};
	uint32_t stream, device;

	(void)unused;
	say_lines(lines, 5);
	stream = stream_now()->id;
	device = rig_device(&rig)->id;
	say_lines(lines + 5, 3);
	assert_int_equal(rig_device(&rig)->id, device);
	assert_true(stream_now()->id != stream);
	assert_string_equal(stream_now()->channels[1].id, "co2");
	assert_int_equal(rig.rows[rig.n_rows - 1].stream, stream_now()->id);
	ASSERT_ROW(4, 3, 4);
	say_lines(lines, 2); /* and back: the old stream goes on */
	assert_int_equal(stream_now()->id, stream);
}

static void a_message_with_a_comma_is_no_header(void **unused)
{
	static const char *const lines[] = {
		"1,2\n", "1,2\n", "1,2\n", "1,2\n", "Sensor error, trying again\n", "3,4\n"};

	(void)unused;
	say_lines(lines, 6);
	assert_int_equal(rig.n_devices, 1);
	ASSERT_ROW(4, 3, 4);
}

static void the_same_header_again_changes_nothing(void **unused)
{
	static const char *const lines[] = {
		"a,b\n", "1,2\n", "1,2\n", "1,2\n", "1,2\n", "a,b\n", "3,4\n"};

	(void)unused;
	say_lines(lines, 7);
	assert_int_equal(rig.n_devices, 1);
	assert_int_equal(rig.n_rows, 5);
}

static void makecode_prints_one_label_a_line_padded_to_32_bytes(void **unused)
{
	static const char *const lines[] = {
		"temp:21                       \r\n", "light:80                      \r\n"};

	(void)unused;
	for (int i = 0; i < 3; i++)
		say_lines(lines, 2);
	assert_int_equal(rig.n_devices, 1);
	assert_int_equal(stream_now()->n_channels, 2);
	assert_int_equal(rig.n_rows, 6);
	ASSERT_ROW(0, 21, NAN);
	ASSERT_ROW(1, NAN, 80);
	ASSERT_ROW(5, NAN, 80);
}

static void labels_keep_their_channel_in_any_order(void **unused)
{
	(void)unused;
	say_often("a:1 b:2\n", 4);
	say_often("b:4 a:3\n", 1);
	say_often("b:5\n", 1);
	assert_int_equal(rig.n_devices, 1);
	ASSERT_ROW(4, 3, 4);
	ASSERT_ROW(5, NAN, 5);
}

static void equal_labels_are_columns_of_their_own(void **unused)
{
	(void)unused;
	say_often("T: 21.5 T: 22.0\n", 4);
	assert_int_equal(stream_now()->n_channels, 2);
	assert_string_equal(stream_now()->channels[0].id, "t");
	assert_string_equal(stream_now()->channels[1].id, "t_2");
	ASSERT_ROW(3, 21.5, 22);
	say_often("T: 23.5\n", 1);
	ASSERT_ROW(4, 23.5, NAN);
}

static void several_new_labels_are_believed_one_after_the_other(void **unused)
{
	(void)unused;
	say_often("T:1\n", 4);
	say_often("T:1 T:2 h:3\n", 3);
	assert_int_equal(stream_now()->n_channels, 3);
	ASSERT_ROW(rig.n_rows - 1, 1, 2, 3);
}

static void a_new_label_is_believed_when_met_twice(void **unused)
{
	(void)unused;
	say_often("a:1 b:2\n", 4);
	say_often("a:1 q:2\n", 1); /* perhaps a damaged byte */
	assert_int_equal(rig.n_devices, 1);
	say_often("a:1 b:2\n", 1);
	say_often("a:1 b:2 c:3\n", 2);
	assert_int_equal(rig.n_devices, 2);
	assert_int_equal(stream_now()->n_channels, 3);
	ASSERT_ROW(rig.n_rows - 1, 1, 2, 3);
}

static void chinese_labels_are_names_and_get_plain_ids(void **unused)
{
	(void)unused;
	say_often("温度:21.5 湿度:40\n", 4);
	assert_string_equal(stream_now()->channels[0].id, "c1");
	assert_string_equal(stream_now()->channels[0].name_zh, "温度");
	assert_string_equal(stream_now()->channels[0].quantity, "temperature");
	assert_string_equal(stream_now()->channels[1].id, "c2");
	assert_string_equal(stream_now()->channels[1].quantity, "humidity");
}

static void ids_are_unique(void **unused)
{
	(void)unused;
	say_lines((const char *const[]){"temp,Temp,TEMP,c_1\n", "1,2,3,4\n", "1,2,3,4\n",
			  "1,2,3,4\n", "1,2,3,4\n"},
		5);
	assert_string_equal(stream_now()->channels[0].id, "temp");
	assert_string_equal(stream_now()->channels[1].id, "temp_2");
	assert_string_equal(stream_now()->channels[2].id, "temp_3");
	assert_string_equal(stream_now()->channels[3].id, "c_1");
}

static void another_sketch_is_noticed_after_five_lines(void **unused)
{
	(void)unused;
	say_often("1,2\n", 5);
	say_often("7\n", 4); /* rows with a hole, at first */
	assert_int_equal(rig.n_devices, 1);
	ASSERT_ROW(rig.n_rows - 1, 7, NAN);
	say_often("7\n", 1);
	assert_int_equal(rig.n_devices, 2);
	assert_int_equal(stream_now()->n_channels, 1);
	ASSERT_ROW(rig.n_rows - 1, 7);
	say_often("speed:3\n", 5);
	assert_int_equal(rig.n_devices, 3);
	assert_string_equal(stream_now()->channels[0].id, "speed");
}

static void carriage_return_alone_ends_a_line(void **unused)
{
	(void)unused;
	say_often("1 2\r", 5);
	assert_int_equal(rig.n_rows, 5);
}

static void long_lines_and_binary_are_refused_and_forgotten(void **unused)
{
	static uint8_t noise[10000];

	(void)unused;
	say_often("1,2\n", 4);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 7 % 251 == '\n' ? 'x' : i * 7 % 251);
	for (size_t i = 0; i < sizeof(noise); i++)
		if (noise[i] == '\n' || noise[i] == '\r')
			noise[i] = 0;
	rig_feed(&rig, noise, sizeof(noise));
	rig_say(&rig, "7,8\n"); /* the end of the long line */
	rig_say(&rig, "3,4\n");
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 5);
	ASSERT_ROW(4, 3, 4);
	assert_true(rig_health(&rig).bad_frames >= 1);
}

static void the_quick_way_reads_what_the_slow_way_reads(void **unused)
{
	char line[64];

	(void)unused;
	for (int i = 0; i < 1000; i++) {
		snprintf(line, sizeof(line), "T=%.2f C, H=%d%%\r\n", i * 0.37 - 100, i);
		rig_say(&rig, line);
		if (i % 100 == 50)
			rig_say(&rig, "T=nan C, H=1%\r\n");
		if (i % 100 == 70)
			rig_say(&rig, "H=2%, T=3 C\r\n");
		rig_pass_ms(&rig, 1);
	}
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1020);
	for (size_t i = 0, next = 0; i < rig.n_rows; i++) {
		double t = rig.rows[i].values[0], h = rig.rows[i].values[1];

		if (isnan(t))
			assert_true(h == 1);
		else if (t == 3 && h == 2)
			continue;
		else {
			snprintf(line, sizeof(line), "%.2f", (double)next * 0.37 - 100);
			assert_true(t == strtod(line, NULL) && h == (double)next);
			next++;
		}
	}
	assert_int_equal(rig_health(&rig).bad_frames, 0);
}

static void ten_thousand_rows_at_once_rise_strictly(void **unused)
{
	(void)unused;
	say_often("1 2 3\n", 4);
	for (int i = 0; i < 10000; i++)
		rig_say(&rig, "1 2 3\n");
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 10004);
	for (size_t i = 1; i < rig.n_rows; i++)
		assert_true(rig.rows[i].stamp_ns > rig.rows[i - 1].stamp_ns);
}

static void quantities_have_names_in_both_languages(void **unused)
{
	(void)unused;
	assert_string_equal(quantity_find("co2")->zh, "二氧化碳");
	assert_string_equal(quantity_of_label("Temp2")->id, "temperature");
	assert_string_equal(quantity_of_label("室内温度")->id, "temperature");
	assert_string_equal(quantity_of_label("相对湿度")->id, "humidity");
	assert_string_equal(quantity_of_label("加速度x")->id, "acceleration");
	assert_string_equal(quantity_of_label("角速度")->id, "angular-speed");
	assert_string_equal(quantity_of_label("压力")->id, "pressure");
	assert_null(quantity_of_label("电力"));
	assert_null(quantity_of_label("h"));
	assert_null(quantity_of_label("foo"));
	assert_null(quantity_of_label(""));
	assert_null(quantity_find("foo"));
	assert_string_equal(unit_of_text("°C", strlen("°C")), "Cel");
	assert_null(unit_of_text("Humidity", 8));
	assert_null(unit_of_text("", 0));
}

#define BOARD_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_found_by_position),
		cmocka_unit_test(labels_and_units_are_found),
		cmocka_unit_test(prose_banners_and_noise_are_not_readings),
		cmocka_unit_test(units_come_out_of_names),
		cmocka_unit_test(quantities_have_names_in_both_languages),
		BOARD_TEST(a_board_that_prints_numbers_is_a_kit),
		BOARD_TEST(stamps_are_the_arrival_of_the_last_byte),
		BOARD_TEST(lines_that_come_together_are_set_apart_by_the_wire),
		BOARD_TEST(slow_boards_are_found_after_two_lines_and_two_seconds),
		BOARD_TEST(half_a_line_at_the_start_is_thrown_away),
		BOARD_TEST(a_banner_and_a_few_strange_lines_do_no_harm),
		BOARD_TEST(half_of_the_lines_being_numbers_is_not_enough),
		BOARD_TEST(a_new_label_in_every_line_is_text_and_no_device),
		BOARD_TEST(a_kit_that_begins_to_do_so_makes_no_more_streams),
		BOARD_TEST(more_numbers_than_channels_are_text_and_no_device),
		BOARD_TEST(a_board_that_says_one_of_many_labels_a_line_is_a_kit),
		BOARD_TEST(a_header_names_the_columns),
		BOARD_TEST(a_changed_header_makes_a_new_stream_of_the_same_device),
		BOARD_TEST(a_message_with_a_comma_is_no_header),
		BOARD_TEST(the_same_header_again_changes_nothing),
		BOARD_TEST(makecode_prints_one_label_a_line_padded_to_32_bytes),
		BOARD_TEST(labels_keep_their_channel_in_any_order),
		BOARD_TEST(equal_labels_are_columns_of_their_own),
		BOARD_TEST(several_new_labels_are_believed_one_after_the_other),
		BOARD_TEST(a_new_label_is_believed_when_met_twice),
		BOARD_TEST(chinese_labels_are_names_and_get_plain_ids),
		BOARD_TEST(ids_are_unique),
		BOARD_TEST(another_sketch_is_noticed_after_five_lines),
		BOARD_TEST(carriage_return_alone_ends_a_line),
		BOARD_TEST(long_lines_and_binary_are_refused_and_forgotten),
		BOARD_TEST(the_quick_way_reads_what_the_slow_way_reads),
		BOARD_TEST(ten_thousand_rows_at_once_rise_strictly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
