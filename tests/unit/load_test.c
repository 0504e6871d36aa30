/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading a description of another format than the configuration: it has what kits and lessons need
 * (numbers with a point, lists of choices, lists of fixed length, optional families behind
 * pointers), and shows that tree, schema and load know no format. Words with a meaning are tested
 * here too. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "data/load.h"
#include "data/word.h"
#include "support/cmocka_all.h"

struct name {
	char *zh, *en;
};

struct quantity {
	char *id;
	struct name name;
	double range[2], resolution;
	int8_t offset;
	uint32_t calibrate;
};

struct family {
	unsigned slave;
};

struct toy {
	struct name name;
	struct family *modbus, *lines; /* exactly one */
	struct quantity *channels;
	unsigned n_channels;
};

/* clang-format off */
static const cyaml_strval_t ways[] = {{"offset", 1}, {"two-point", 2}, {"table", 4}};
static const cyaml_schema_value_t number = {CYAML_VALUE_FLOAT(CYAML_FLAG_DEFAULT, double)};
static const cyaml_schema_field_t name_keys[] = {
	CYAML_FIELD_STRING_PTR("zh", CYAML_FLAG_POINTER, struct name, zh, 0, 40),
	CYAML_FIELD_STRING_PTR("en", CYAML_FLAG_POINTER, struct name, en, 0, 40),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t quantity_keys[] = {
	CYAML_FIELD_STRING_PTR("id", CYAML_FLAG_POINTER, struct quantity, id, 0, 24),
	CYAML_FIELD_MAPPING("name", CYAML_FLAG_DEFAULT, struct quantity, name, name_keys),
	CYAML_FIELD_SEQUENCE_FIXED("range", CYAML_FLAG_DEFAULT, struct quantity, range, &number, 2),
	CYAML_FIELD_FLOAT("resolution", CYAML_FLAG_DEFAULT, struct quantity, resolution),
	CYAML_FIELD_INT("offset", CYAML_FLAG_OPTIONAL, struct quantity, offset),
	CYAML_FIELD_FLAGS("calibrate", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct quantity, calibrate, ways, 3),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t quantity = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct quantity, quantity_keys)};
static const cyaml_schema_field_t family_keys[] = {
	CYAML_FIELD_UINT("slave", CYAML_FLAG_DEFAULT, struct family, slave),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t toy_keys[] = {
	CYAML_FIELD_MAPPING("name", CYAML_FLAG_DEFAULT, struct toy, name, name_keys),
	CYAML_FIELD_MAPPING_PTR("modbus", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct toy, modbus, family_keys),
	CYAML_FIELD_MAPPING_PTR("lines", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct toy, lines, family_keys),
	CYAML_FIELD_SEQUENCE_COUNT("channels", CYAML_FLAG_POINTER, struct toy, channels, n_channels, &quantity, 1, 4),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t toy_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct toy, toy_keys)};
/* clang-format on */

static const char *check_name(const char *word)
{
	return strchr(word, '!') ? "a name without !" : NULL;
}

static const struct rule toy_rules[] = {
	{.path = "channels[].resolution", .low = 1e-9, .high = __builtin_inf()},
	{.path = "modbus.slave", .low = 1, .high = 254},
	{.path = "*.zh", .check = check_name},
	{.path = NULL},
};

static void check_toy(const void *data, const struct tree *tree, struct report *report)
{
	const struct toy *toy = data;

	if (!toy->modbus && !toy->lines)
		load_mistake(tree, report, "", "no family; expected modbus or lines");
	for (unsigned i = 0; i < toy->n_channels; i++) {
		char path[32];

		snprintf(path, sizeof path, "channels[%u].range", i);
		if (toy->channels[i].range[0] >= toy->channels[i].range[1])
			load_mistake(tree, report, path, "range: %g is not below %g",
				toy->channels[i].range[0], toy->channels[i].range[1]);
	}
}

static const struct format toy_format = {
	.schema = &toy_schema, .rules = toy_rules, .check = check_toy};

#define TOY "name: {zh: 玩具, en: Toy}\nmodbus: {slave: 0x0C}\nchannels:\n"
#define CHANNEL "  - {id: t, name: {zh: 温度, en: T}, range: [-20, 80], resolution: 0.01"

static int load_toy(const char *yaml, struct arena *arena, struct report *report, void **ret_data)
{
	struct tree tree;
	int r = tree_read(yaml, strlen(yaml), report, &tree);

	if (r == 0)
		r = load(&toy_format, &tree, arena, report, ret_data);
	tree_free(&tree);
	return r;
}

static void assert_says(const char *yaml, const char *expected)
{
	struct report report = {.file = "toy"};
	struct arena arena = arena_of(1 << 20);
	void *data = NULL;

	assert_int_equal(load_toy(yaml, &arena, &report, &data), -EINVAL);
	assert_null(data);
	assert_false(report.is_dispute);
	char *said = report_text(&report);
	assert_string_equal(said, expected);
	free(said);
	arena_free(&arena);
}

static void a_good_file_fills_the_struct(void **state)
{
	static const char yaml[] =
		TOY CHANNEL ", offset: -128, calibrate: [table, offset]}\n" CHANNEL "}\n";
	struct report report = {.file = "toy"};
	struct arena arena = arena_of(1 << 20);
	void *data = NULL;

	(void)state;
	assert_int_equal(load_toy(yaml, &arena, &report, &data), 0);
	const struct toy *toy = data;
	assert_string_equal(toy->name.zh, "玩具");
	assert_int_equal(toy->modbus->slave, 12);
	assert_null(toy->lines);
	assert_int_equal(toy->n_channels, 2);
	assert_true(toy->channels[0].range[0] == -20 && toy->channels[0].range[1] == 80);
	assert_true(toy->channels[1].resolution == 0.01);
	assert_int_equal(toy->channels[0].offset, -128);
	assert_int_equal(toy->channels[0].calibrate, 1 | 4);
	assert_int_equal(toy->channels[1].calibrate, 0);
	arena_free(&arena);
}

static void each_kind_of_value_has_its_sentence(void **state)
{
	(void)state;
	assert_says("", "toy:1:1: the file is empty\n");
	assert_says(TOY CHANNEL "}\n  - {id: u}\n",
		"toy:5:5: this entry of channels: the key \"name\" is missing\n"
		"toy:5:5: this entry of channels: the key \"range\" is missing\n"
		"toy:5:5: this entry of channels: the key \"resolution\" is missing\n");
	assert_says(TOY CHANNEL ", offset: 128}\n",
		"toy:4:80: offset: \"128\" is not between -128 and 127\n");
	assert_says(TOY CHANNEL ", offset: 0.5}\n",
		"toy:4:80: offset: \"0.5\" is not a whole number such as 12 or 0x0C\n");
	assert_says(TOY CHANNEL ", calibrate: offset}\n",
		"toy:4:83: calibrate: \"offset\" is not a list; write [offset]\n");
	assert_says(TOY CHANNEL ", calibrate: [ofset]}\n",
		"toy:4:84: calibrate: \"ofset\" is not offset, two-point or table; did you mean offset?\n");
	assert_says("name: {zh: a!, en: a!}\nmodbus: {slave: 300}\nchannels: []\n",
		"toy:1:12: zh: \"a!\" is not a name without !\n"
		"toy:2:17: slave: \"300\" is not between 1 and 254\n"
		"toy:3:11: channels: 0 entries; expected at least 1\n");
	assert_says("name: {zh: a, en: a}\nchannels:\n" CHANNEL "}\n",
		"toy:1:1: no family; expected modbus or lines\n");
}

static void numbers_with_a_point_are_read_strictly(void **state)
{
	static const char *const wrong[] = {
		"0.1 °C", "nan", "inf", "0x10", "1,5", "1/100", "0.1.1"};
	char yaml[400], said[400];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		bool is_number = wrong[i][0] >= '0' && wrong[i][0] <= '9';

		snprintf(yaml, sizeof yaml,
			TOY
			"  - {id: t, name: {zh: a, en: T}, range: [-20, 80], resolution: \"%s\"}\n",
			wrong[i]);
		snprintf(said, sizeof said, "toy:4:65: resolution: \"%s\" is not %s\n", wrong[i],
			strchr(wrong[i], ',') ? "a number with a point, such as 0.01"
				: strchr(wrong[i], '/')
				? "a plain number; divide, and write it as 0.01"
				: is_number
				? "a plain number; drop what follows the digits (the unit is known)"
				: "a number such as 0.1");
		assert_says(yaml, said);
	}
	assert_says(TOY "  - {id: t, name: {zh: a, en: T}, range: [-20, 80], resolution: 0}\n",
		"toy:4:65: resolution: \"0\" is not at least 1e-09\n");
	assert_says(TOY "  - {id: t, name: {zh: a, en: T}, range: [80, -20], resolution: 1}\n",
		"toy:4:42: range: 80 is not below -20\n");
	assert_says(TOY "  - {id: t, name: {zh: a, en: T}, range: [80], resolution: 1}\n",
		"toy:4:42: range: 1 entry; expected exactly 2, such as [-20, 80]\n");
}

static void memory_that_runs_out_is_no_dispute(void **state)
{
	static const char yaml[] = TOY CHANNEL "}\n";
	struct report report = {.file = "toy"};
	struct arena arena = arena_of(64);
	void *data = NULL;

	(void)state;
	assert_int_equal(load_toy(yaml, &arena, &report, &data), -ENOMEM);
	assert_false(report.is_dispute);
	arena_free(&arena);
}

static void whole_numbers_are_decimal_or_hex_and_nothing_else(void **state)
{
	static const char *const wrong[] = {"", "-", "+1", "010", "00", "0x", "0xG", "0X1", "1 ",
		" 1", "1.0", "1e3", "9223372036854775808", "0x1000000000000000", "yes", "-0x",
		"--1"};
	int64_t value = -7;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_non_null(word_whole(wrong[i], &value));
	assert_int_equal(value, -7);
	assert_null(word_whole("0", &value));
	assert_int_equal(value, 0);
	assert_null(word_whole("-0x0c", &value));
	assert_int_equal(value, -12);
	assert_null(word_whole("-9223372036854775808", &value));
	assert_true(value == INT64_MIN);
}

static void times_need_a_unit(void **state)
{
	static const char *const wrong[] = {
		"", "5", "s", "-1 s", "1 S", "1 sec", "1  ss", "1e30 d", "nan s", "1,5 s", "1 s "};
	static const struct {
		const char *word;
		int64_t ns;
	} good[] = {
		{"0 s", 0},
		{"300 us", 300000},
		{"20ms", 20000000},
		{"1.5 min", 90 * (int64_t)NS_PER_S},
		{"2 h", 7200 * (int64_t)NS_PER_S},
		{"7 d", 604800 * (int64_t)NS_PER_S},
		{"0.1 us", 100},
	};
	int64_t ns = -7;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_non_null(word_duration(wrong[i], &ns));
	assert_int_equal(ns, -7);
	assert_string_equal(
		word_duration("99999999 d", &ns), "a time of at most 36500 d, which are 100 years");
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_null(word_duration(good[i].word, &ns));
		assert_int_equal(ns, good[i].ns);
	}
}

static void the_nearest_word_is_near(void **state)
{
	static const char *const words[] = {"rate", "max_rate", "range", "id", "resolution"};
	static const struct {
		const char *typed, *meant;
	} pairs[] = {
		{"maxrate", "max_rate"},
		{"Max-Rate", "max_rate"},
		{"raet", "rate"},
		{"resolutoin", "resolution"},
		{"rnge", "range"},
		{"xy", NULL},
		{"", NULL},
		{"temperature", NULL},
		{"a word that is longer than any that we have", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		const char *near = word_nearest(pairs[i].typed, words, 5);

		if (pairs[i].meant)
			assert_string_equal(near, pairs[i].meant);
		else
			assert_null(near);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_file_fills_the_struct),
		cmocka_unit_test(each_kind_of_value_has_its_sentence),
		cmocka_unit_test(numbers_with_a_point_are_read_strictly),
		cmocka_unit_test(memory_that_runs_out_is_no_dispute),
		cmocka_unit_test(whole_numbers_are_decimal_or_hex_and_nothing_else),
		cmocka_unit_test(times_need_a_unit),
		cmocka_unit_test(the_nearest_word_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
