/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kit.yaml of the family `edges` may say wrongly is one sentence at its place, with the next
 * step. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/model.h"
#include "kits/protocols/edges.h"
#include "support/cmocka_all.h"

/* Reads a kit with these lines; says what is wrong. */
static void assert_said(const char *edges, const char *more, const char *channel, const char *said)
{
	static const struct model_form *const forms[] = {&edges_form};
	static const struct model_forms all = {.forms = forms, .n_forms = 1};
	struct arena arena = arena_of(1 << 20);
	struct report report = {.file = "F"};
	struct model *model;
	char yaml[2000];
	int failed;

	snprintf(yaml, sizeof yaml,
		"kit: k\n"
		"name: {zh: 门, en: Gate}\n"
		"gpio:\n"
		"  - {id: a, pin: 1}\n"
		"  - {id: b, pin: 2, output: yes}\n"
		"edges: {%s}\n"
		"%s"
		"channels:\n"
		"  - {id: x, name: {zh: 值, en: Value}, %s, range: [0, 9], resolution: 0.1}\n",
		edges, more, channel);
	failed = model_read(yaml, strlen(yaml), NULL, &all, &arena, &report, &model);
	char *text = report_text(&report);

	assert_non_null(text);
	if (!strstr(text, said) || (*said && failed != -EINVAL) || (!*said && failed)) {
		print_error("%sdoes not say: %s\n", text, said);
		fail();
	}
	free(text);
	arena_free(&arena);
}

#define TIME "quantity: time, unit: s, from: time"
#define FLAG(unit) \
	"settings: [{id: flag, name: {zh: 宽, en: Width}, unit: " unit \
	", value: 2, range: [1, 9]}]\n"

static void good_kits_are_taken(void **state)
{
	(void)state;
	assert_said("mode: gate, lines: [a], ignore: 300 us, timeout: 2 s", "", TIME, "");
	assert_said("mode: gate, lines: [a]", FLAG("cm"),
		"quantity: speed, unit: km/h, from: speed", "");
	assert_said("mode: ultrasonic, lines: [b, a]", "rate: 10 Hz\n",
		"quantity: distance, unit: cm, from: distance", "");
	assert_said("mode: counter, lines: [a]", "",
		"quantity: rain, unit: mm, from: count, scale: 0.2794", "");
}

static void lines_are_those_of_gpio(void **state)
{
	(void)state;
	assert_said("mode: gate, lines: [c]", "", TIME,
		"F:6:29: lines: \"c\" is not the id of a line under gpio\n");
	assert_said("mode: gate, lines: [b]", "", TIME,
		"lines: \"b\" is read; take output: yes from it under gpio\n");
	assert_said("mode: two-gates, lines: [a]", "", TIME, "lines: 1 given; two-gates needs 2\n");
	assert_said("mode: two-gates, lines: [a, a]", "", TIME,
		"timeout: two-gates needs the longest time from gate to gate; for instance "
		"timeout: 2 s\n");
	assert_said("mode: ultrasonic, lines: [a, b]", "rate: 1 Hz\n",
		"quantity: distance, unit: m, from: distance",
		"lines: \"a\" is driven by the board; add output: yes to it under gpio\n");
}

static void words_are_those_that_are_known(void **state)
{
	(void)state;
	assert_said("mode: gates, lines: [a]", "", TIME, "did you mean gate?");
	assert_said("mode: gate, lines: [a], ignore: 300", "", TIME,
		"ignore: \"300\" is not a time with its unit");
	assert_said("mode: gate, lines: [a]", "", "quantity: time, unit: s, from: tine",
		"F:8:70: from: \"tine\" is nothing that gate gives; expected one of: "
		"time, speed, count; did you mean time?\n");
	assert_said("mode: gate, lines: [a], ignore: 2 s, timeout: 1 s", "", TIME,
		"timeout: \"1 s\" is not longer than ignore\n");
}

static void units_are_those_of_what_is_measured(void **state)
{
	(void)state;
	assert_said("mode: button, lines: [a]", "", "quantity: time, unit: s, from: press",
		"unit: press is in 1, and \"s\" is none of its units; write 1, or add a scale\n");
	assert_said("mode: gate, lines: [a]", FLAG("s"), TIME,
		"unit: \"s\" is no unit of flag; write m or what it is made of\n");
}

static void settings_that_are_needed_are_asked_for(void **state)
{
	(void)state;
	assert_said("mode: gate, lines: [a]", "", "quantity: speed, unit: m/s, from: speed",
		"from: speed needs the setting flag (in m); add it under settings\n");
}

static void rates_are_where_they_belong(void **state)
{
	(void)state;
	assert_said("mode: counter, lines: [a]", "", "quantity: count-rate, unit: /s, from: rate",
		"from: rate is taken over a time; add a rate such as rate: 1 Hz\n");
	assert_said("mode: gate, lines: [a]", "rate: 1 Hz\n", TIME,
		"from: time comes with each event; take the rate away\n");
	assert_said("mode: ultrasonic, lines: [b, a]", "rate: 20 Hz\n",
		"quantity: distance, unit: m, from: distance",
		"rate: echoes ring for 60 ms; ask at 16 Hz at most\n");
	assert_said("mode: counter, lines: [a]", "",
		"quantity: count-rate, unit: /s, from: rate, rate: 1 Hz, range: [0, 1], resolution: 1}\n"
		"  - {id: y, name: {zh: 值, en: Value}, quantity: count, unit: \"1\", from: count, rate: 2 Hz",
		"from: count has another rate than the channels before; give them one\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_kits_are_taken),
		cmocka_unit_test(lines_are_those_of_gpio),
		cmocka_unit_test(words_are_those_that_are_known),
		cmocka_unit_test(units_are_those_of_what_is_measured),
		cmocka_unit_test(settings_that_are_needed_are_asked_for),
		cmocka_unit_test(rates_are_where_they_belong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
