/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replaying: what the driver must send is compared to the byte, what comes out is a text that does
 * not depend on the machine, and an hour takes no time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sense/replay.h"
#include "support/cmocka_all.h"
#include "support/toy_probe.h"

static struct model model;

/* --- playing --- */

#define HEAD "kit: toy-probe\nmade: by hand\n\n"

static struct report report;
static struct replay_outcome outcome;
static char *text;

static int play_with(const struct replay_options *options, const char *events)
{
	struct recording *recording;
	size_t n;
	int result;

	free(text);
	text = NULL;
	memset(&report, 0, sizeof report);
	memset(&outcome, 0, sizeof outcome);
	report.file = "toy.txt";
	result = recording_open_text(events, strlen(events), &report, &recording);
	if (result < 0)
		return result;
	result = replay_run(options, recording, &outcome, &text, &n);
	recording_close(recording);
	if (result == 0)
		assert_int_equal(n, strlen(text));
	return result;
}

static void play(const struct model_form *form, const char *events)
{
	struct replay_options options = {
		.model = &model, .families = toy_probe_families, .n_families = TOY_PROBE_FAMILIES};

	model = toy_probe_model(form);
	assert_int_equal(play_with(&options, events), 0);
}

static void assert_plays(const char *events, const char *expected)
{
	play(&toy_probe_form, events);
	if (outcome.failed_line)
		fail_msg("line %d: %s", outcome.failed_line, outcome.failure);
	assert_string_equal(text, expected);
}

static void assert_fails(
	const struct model_form *form, const char *events, int at, const char *sentence)
{
	play(form, events);
	if (outcome.failed_line != at || !strstr(outcome.failure, sentence))
		fail_msg("line %d: %s", outcome.failed_line, outcome.failure);
}

/* --- promises --- */

static void a_polled_kit_gives_its_values_errors_gap_and_counters(void **state)
{
	(void)state;
	assert_plays(HEAD "0.000 plug\n"
			  "0.100 > 51\n"
			  "0.110 < A5\n"
			  "0.120 < 29\n"
			  "1.100 > 51\n"
			  "1.110 < 5A\n"
			  "2.100 > 51\n"
			  "2.110 < A5 C8\n"
			  "2.500 unplug\n",
		"0.110000000 device toy-probe temp=Cel\n"
		"0.120000000 temp 20.5\n"
		"1.110000000 error busy\n"
		"2.110000000 gap wire\n"
		"2.110000000 temp 100 out-of-range\n"
		"2.500000000 gap unplugged\n"
		"2.500000000 end bytes 5 rows 2 bad 1 lost 0\n");
	assert_int_equal(outcome.values, 2);
	assert_int_equal(outcome.flagged, 1);
	assert_int_equal(outcome.events, 9);
}

/* A board wakes a driver some milliseconds late, and so it stands in a capture. */
static void a_driver_that_was_woken_late_is_woken_as_late_again(void **state)
{
	(void)state;
	assert_plays(HEAD "0.003 plug\n0.1171 > 51\n0.118 < A5 02\n1.1291 > 51\n1.13 < A5 02\n",
		"0.118000000 device toy-probe temp=Cel\n"
		"0.118000000 temp 1\n"
		"1.130000000 temp 1\n"
		"1.130000000 end bytes 4 rows 2 bad 0 lost 0\n");
}

static void what_is_not_sent_fails_at_its_line(void **state)
{
	(void)state;
	assert_fails(&toy_probe_form, HEAD "0 plug\n0.05 > 51\n0.06 < A5 01\n", 5,
		"the driver does not send \"> 51\"");
	assert_fails(&toy_probe_form, HEAD "0 plug\n0.05 > 51\n", 5, "does not send \"> 51\"");
	assert_fails(&toy_probe_form, HEAD "0 plug\n0.1 > 52\n", 5,
		"the driver sends \"> 51\" where \"> 52\" is recorded");
	assert_fails(&toy_probe_form, HEAD "0 plug\n0.1 > 51 00\n", 5, "where \"> 51 00\"");
	assert_fails(&toy_probe_form, HEAD "0 plug\n0.2 < A5 01\n", 5,
		"the driver sends \"> 51\", which is not recorded before this line");
	assert_fails(&toy_probe_form, HEAD "0 plug\n0.2 note the end\n", 5, "not recorded before");
}

static void plugging_twice_and_silence_between_are_told(void **state)
{
	(void)state;
	assert_plays(HEAD "0.0 plug\n0.1 > 51\n0.2 < A5 02\n0.3 unplug\n"
			  "5.0 plug\n5.1 > 51\n5.2 < A5 04\n5.3 unplug\n",
		"0.200000000 device toy-probe temp=Cel\n"
		"0.200000000 temp 1\n"
		"0.300000000 gap unplugged\n"
		"5.200000000 device toy-probe temp=Cel\n"
		"5.200000000 gap unplugged\n"
		"5.200000000 temp 2\n"
		"5.300000000 gap unplugged\n"
		"5.300000000 end bytes 4 rows 2 bad 0 lost 0\n");
	assert_fails(&toy_probe_form, HEAD "0 plug\n0.01 plug\n", 5, "plugged in already");
	assert_fails(&toy_probe_form, HEAD "0 unplug\n", 4, "not plugged in");
}

static void warm_up_is_flagged_and_not_hidden(void **state)
{
	struct replay_options options = {
		.model = &model, .families = toy_probe_families, .n_families = TOY_PROBE_FAMILIES};

	(void)state;
	model = toy_probe_model(&toy_probe_form);
	model.warm_up_ns = NS_PER_S;
	assert_int_equal(play_with(&options,
				 HEAD "0 plug\n0.1 > 51\n0.2 < A5 C8\n1.1 > 51\n"
				      "1.2 < A5 02\n"),
		0);
	assert_non_null(strstr(text, "0.200000000 temp 100 warm-up,out-of-range\n"));
	assert_non_null(strstr(text, "1.200000000 temp 1\n"));
}

static void edges_of_a_line_and_pulses_on_it_are_played(void **state)
{
	(void)state;
	play(&toy_gate_form,
		HEAD "0 edge gate1 up\n0 pulse gate1 10\n"
		     "0.000041 edge gate1 down lost 2\n0.000041 pulse gate1 10\n");
	assert_int_equal(outcome.failed_line, 0);
	assert_string_equal(text,
		"0.000000000 device toy-probe temp=Cel\n"
		"0.000000000 temp 0.5\n"
		"0.000041000 gap device lost 2\n"
		"0.000041000 temp 0\n"
		"0.000041000 end bytes 0 rows 2 bad 0 lost 2\n");
	assert_fails(&toy_gate_form, HEAD "0 edge gate2 up\n", 4, "no such line");
	assert_fails(&toy_gate_form, HEAD "0 edge gate1 up\n0 pulse gate1 11\n", 5, "where");
}

static void requests_of_usb_are_answered_from_the_recording(void **state)
{
	(void)state;
	play(&toy_sister_form,
		HEAD "0 plug\n0 >f 01 02\n0 >c C0 04 0001 0000 get 1\n0.01 <c 14\n"
		     "0.02 < 00 28\n");
	if (outcome.failed_line)
		fail_msg("line %d: %s", outcome.failed_line, outcome.failure);
	assert_string_equal(text,
		"0.000000000 device toy-probe temp=Cel\n"
		"0.010000000 temp 10\n"
		"0.020000000 temp 20\n"
		"0.020000000 end bytes 3 rows 2 bad 0 lost 0\n");
	play(&toy_sister_form, HEAD "0 plug\n0 >f 01 02\n0.01 <c error refused\n");
	assert_int_equal(outcome.failed_line, 0);
	assert_non_null(strstr(text, "0.010000000 error refused\n"));
	assert_fails(&toy_sister_form, HEAD "0 plug\n0 >f 01 03\n", 5, "where \">f 01 03\"");
	assert_fails(&toy_sister_form, HEAD "0 plug\n0 >f 01 02\n0 >c C0 04 0002 0000 get 1\n", 6,
		"where");
}

static void a_wire_takes_the_time_of_its_bytes(void **state)
{
	(void)state;
	assert_plays("kit: toy-probe\nmade: so\nserial: 1200 8N1\n\n"
		     "0 plug\n0.1 > 51\n0.2 < A5 02 00 00 00\n",
		"0.175000000 temp 1\n"
		"0.200000000 device toy-probe temp=Cel\n"
		"0.200000000 end bytes 5 rows 1 bad 0 lost 0\n");
}

static void mistakes_of_a_recording_are_in_its_report(void **state)
{
	static const struct {
		const char *events, *sentence;
	} cases[] = {
		{HEAD "0 plug\n1 bang\n", "\"bang\" is not an event"},
		{"kit: a\nmade: b\nserial: fast\n\n0 plug\n", "serial: \"fast\" is not"},
		{"kit: a\nmade: b\nusb: 04d9\n\n0 plug\n", "usb: \"04d9\" is not"},
		{"kit: a\nmade: b\nslaves: 1 255\n\n0 plug\n", "slaves: \"255\" is not an address"},
		{"kit: a\nmade: b\nsettings: flag=2\n\n0 plug\n", "settings: \"flag\" is not a"},
	};
	struct replay_options options = {
		.model = &model, .families = toy_probe_families, .n_families = TOY_PROBE_FAMILIES};

	(void)state;
	model = toy_probe_model(&toy_probe_form);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(play_with(&options, cases[i].events), -EINVAL);
		assert_int_equal(report.count, 1);
		if (!strstr(report.mistakes[0].text, cases[i].sentence))
			fail_msg("%s", report.mistakes[0].text);
	}
}

static void a_damaged_recording_is_played_to_its_end_when_asked(void **state)
{
	struct replay_options options = {.model = &model,
		.families = toy_probe_families,
		.n_families = TOY_PROBE_FAMILIES,
		.is_lenient = true,
		.is_timed = true};

	(void)state;
	model = toy_probe_model(&toy_probe_form);
	assert_int_equal(play_with(&options, HEAD "0 plug\n0.05 > 52\n0.2 < A5 02\n9 < 5A\n"), 0);
	assert_int_equal(outcome.failed_line, 0);
	assert_int_equal(outcome.events, 4);
	assert_true(outcome.longest_ns > 0 && outcome.longest_line > 0);
	assert_non_null(strstr(text, "9.000000000 error busy\n"));
}

static double time_of_play(const char *events)
{
	struct timespec before, after;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	play(&toy_probe_form, events);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	return (double)(after.tv_sec - before.tv_sec) +
		(double)(after.tv_nsec - before.tv_nsec) / 1e9;
}

/* A sanitizer's program is ten to twenty times slower, and nobody waits for it. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const double most_seconds = 60;
#else
static const double most_seconds = 1;
#endif

/* 20 readings a second, 72 000 of them. */
static void an_hour_replays_in_under_a_second(void **state)
{
	enum { READINGS = 72000 };
	char *events = malloc(READINGS * 24 + 20000 * 24);
	size_t n = (size_t)sprintf(events, HEAD "0 plug\n");
	double seconds = most_seconds;

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		if (i % 20 == 2)
			n += (size_t)sprintf(events + n, "%d.1 > 51\n", i / 20);
		n += (size_t)sprintf(
			events + n, "%d.%03d < A5 %02X\n", i / 20, i % 20 * 50 + 1, i % 100);
	}
	/* A busy machine takes processor time away, too; it does not give any. */
	for (int i = 0; i < 5 && seconds >= most_seconds; i++)
		seconds = time_of_play(events);
	free(events);
	if (outcome.failed_line)
		fail_msg("line %d: %s", outcome.failed_line, outcome.failure);
	assert_int_equal(outcome.values, READINGS);
	print_message("an hour in %.3f s\n", seconds);
	assert_true(seconds < most_seconds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_polled_kit_gives_its_values_errors_gap_and_counters),
		cmocka_unit_test(a_driver_that_was_woken_late_is_woken_as_late_again),
		cmocka_unit_test(what_is_not_sent_fails_at_its_line),
		cmocka_unit_test(plugging_twice_and_silence_between_are_told),
		cmocka_unit_test(warm_up_is_flagged_and_not_hidden),
		cmocka_unit_test(edges_of_a_line_and_pulses_on_it_are_played),
		cmocka_unit_test(requests_of_usb_are_answered_from_the_recording),
		cmocka_unit_test(a_wire_takes_the_time_of_its_bytes),
		cmocka_unit_test(mistakes_of_a_recording_are_in_its_report),
		cmocka_unit_test(a_damaged_recording_is_played_to_its_end_when_asked),
		cmocka_unit_test(an_hour_replays_in_under_a_second),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(text);
	return failed;
}
