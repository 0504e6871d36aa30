/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What boards print, line by line: one case per habit of boards. */
#include <math.h>
#include <string.h>

#include "data/quantity.h"
#include "kits/protocols/lines_parse.h"
#include "support/cmocka_all.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_found_by_position),
		cmocka_unit_test(labels_and_units_are_found),
		cmocka_unit_test(prose_banners_and_noise_are_not_readings),
		cmocka_unit_test(units_come_out_of_names),
		cmocka_unit_test(quantities_have_names_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
