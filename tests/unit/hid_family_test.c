/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The families hid and usb as a kit.yaml alone uses them: what starts a device, which report gives
 * which value, and what a maintainer reads who made a mistake in their keys. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sense/catalogue.h"
#include "support/cmocka_all.h"
#include "support/usb_bench.h"

static struct usb_bench bench;

static int tear_down(void **unused)
{
	(void)unused;
	usb_bench_close(&bench);
	return 0;
}

static void start(void)
{
	usb_bench_open(&bench, "tests/data/usb-kits/test-piece", 1);
}

#define assert_value(channel, expected) \
	assert_true(fabs(usb_bench_value(&bench, channel) - (expected)) < 1e-9)

static void steps_are_sent_one_after_the_other(void **unused)
{
	(void)unused;
	start();
	assert_int_equal(bench.rig.n_controls, 1);
	assert_memory_equal(bench.rig.controls[0].bytes, "\x01\x02", 2);
	usb_bench_expect_nothing(&bench); /* the feature report is not over */
	rig_answer(&bench.rig, 0, NULL, 0);
	usb_bench_expect(&bench, 3, "03 04 05");
	assert_int_equal(bench.rig.n_controls, 2);
	assert_memory_equal(bench.rig.controls[1].bytes, "\x06", 1);
	rig_answer(&bench.rig, 0, NULL, 0);
	rig_pass_ms(&bench.rig, 400);
	assert_int_equal(bench.rig.n_controls, 2);
	rig_pass_ms(&bench.rig, 200); /* silent for 500 ms: again */
	assert_int_equal(bench.rig.n_controls, 3);
}

static void a_report_gives_the_channels_that_it_is_for(void **unused)
{
	(void)unused;
	start();
	usb_bench_say(&bench, 8, "50 00 FA 00 00 00 30 12");
	assert_value("a", 25);
	assert_value("c", 0x23);
	assert_true(isnan(usb_bench_value(&bench, "b")));
	usb_bench_say(&bench, 8, "51 00 FA 00 00 00 A0 40");
	assert_value("b", 5);
	assert_value("a", 25);                                  /* as before */
	assert_int_equal(rig_device(&bench.rig)->n_streams, 3); /* one for each condition */
}

static void a_report_of_another_length_is_refused(void **unused)
{
	(void)unused;
	start();
	usb_bench_say(&bench, 7, "50 00 FA");
	usb_bench_say(&bench, 9, "50 00 FA");
	assert_int_equal(bench.rig.n_rows, 0);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 2);
	assert_string_equal(rig_health(&bench.rig).trouble, "length");
}

/* --- mistakes --- */

static void expect_mistake(const char *family, const char *channel, const char *sentence)
{
	char yaml[1024], *said;
	struct report report = {.file = "F"};
	struct arena arena = arena_of(256 * 1024);
	struct model *model;

	snprintf(yaml, sizeof yaml,
		"kit: a\nname: {zh: 甲, en: A}\nmatch: [{usb: 1209:0001}]\n%s\nrate: 1 Hz\nchannels:\n"
		"  - {id: x, name: {zh: 甲, en: A}, quantity: temperature, unit: Cel, range: [0, 1], "
		"resolution: 1, %s}\n",
		family, channel);
	assert_int_equal(
		model_read(yaml, strlen(yaml), "a", catalogue_forms(), &arena, &report, &model),
		-EINVAL);
	said = report_text(&report);
	if (!said || !strstr(said, sentence))
		fail_msg("\"%s\" is not in: %s", sentence, said);
	free(said);
	arena_free(&arena);
}

static int no_bench(void **unused)
{
	(void)unused;
	return 0;
}

static void mistakes_are_named_with_their_place(void **unused)
{
	(void)unused;
	expect_mistake("hid: {report: 8}", "from: u16be@7",
		"from: bytes 7 to 8 lie outside the 8 bytes of a report");
	expect_mistake("hid: {report: 8}", "from: u17be@1", "from: \"u17be@1\" is not ");
	expect_mistake(
		"hid: {report: 8}", "from: u8@1, when: u8@8 = 1", "when: bytes 8 to 8 lie outside");
	expect_mistake("hid: {report: 65}", "from: u8@1", "\"65\" is not between 1 and 64");
	expect_mistake("hid: {report: 8, start: [01 02]}", "from: u8@1",
		"\"01 02\" is not feature or output and bytes");
	expect_mistake(
		"hid: {report: 8, start: [feature 01 ..]}", "from: u8@1", "is not feature or");
	expect_mistake("hid: {report: 8, silence: long}", "from: u8@1", "\"long\" is not a time");
	expect_mistake("usb: {ask: C0 04 00 00 00 00 02}", "from: u8@1",
		"is not a request of 8 bytes that brings 1 to 64");
	expect_mistake("usb: {ask: 40 04 00 00 00 00 02 00}", "from: u8@1", "is not a request");
	expect_mistake(
		"usb: {ask: C0 04 00 00 00 00 02 00}", "from: u16le@1", "outside the 2 bytes");
	expect_mistake(
		"usb: {every: 1 ms}", "from: u8@1", "\"1 ms\" is not a time of at least 10 ms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(steps_are_sent_one_after_the_other, tear_down),
		cmocka_unit_test_teardown(a_report_gives_the_channels_that_it_is_for, tear_down),
		cmocka_unit_test_teardown(a_report_of_another_length_is_refused, tear_down),
		cmocka_unit_test_teardown(mistakes_are_named_with_their_place, no_bench),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
