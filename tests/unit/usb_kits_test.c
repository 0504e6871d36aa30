/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The simple USB kits, each with its own kit.yaml, against the bytes that owners of the instruments
 * published: CO2 monitors of both generations, TEMPer thermometers, the sound level meter. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/usb_bench.h"

static struct usb_bench bench;

static int tear_down(void **unused)
{
	(void)unused;
	usb_bench_close(&bench);
	return 0;
}

static void say(const char *hex)
{
	usb_bench_say(&bench, 8, hex);
}

static void pass_ms(int64_t ms)
{
	rig_pass_ms(&bench.rig, ms);
}

#define assert_value(channel, expected) \
	assert_true(fabs(usb_bench_value(&bench, channel) - (expected)) < 1e-9)

/* --- CO2 monitors --- */

static void start_monitor(void)
{
	usb_bench_open(&bench, "co2-zytemp", 0xa052);
	assert_int_equal(bench.rig.n_controls, 1);
	rig_answer(&bench.rig, 0, NULL, 0);
}

static void a_monitor_is_sent_its_key_as_a_feature_report(void **unused)
{
	static const uint8_t key[8];
	const struct rig_control *control = &bench.rig.controls[0];

	(void)unused;
	start_monitor();
	assert_int_equal(control->request.type, 0x21);
	assert_int_equal(control->request.request, 0x09);
	assert_int_equal(control->request.value, 0x0300);
	assert_int_equal(control->n, 8);
	assert_memory_equal(control->bytes, key, 8);
	usb_bench_expect_nothing(&bench);
}

static void a_monitor_that_falls_silent_is_sent_its_key_again(void **unused)
{
	(void)unused;
	start_monitor();
	pass_ms(9900);
	assert_int_equal(bench.rig.n_controls, 1);
	pass_ms(200);
	assert_int_equal(bench.rig.n_controls, 2);
	rig_answer(&bench.rig, -EPIPE, NULL, 0);
	assert_int_equal(bench.rig.n_controls, 2);
	pass_ms(1100); /* refused: soon again */
	assert_int_equal(bench.rig.n_controls, 3);
	rig_answer(&bench.rig, 0, NULL, 0);
	say("50 04 57 AB 0D");
	pass_ms(9000);
	assert_int_equal(bench.rig.n_controls, 3);
}

static void the_old_generation_is_unscrambled_and_gives_a_row_a_turn(void **unused)
{
	(void)unused;
	start_monitor();
	say("6C A4 A2 B6 5D 9A 9C 08");           /* 1111 ppm */
	say("CE A4 32 B6 CF 9A 9C 68");           /* 25.0375 degrees */
	say("05 A4 2A B6 97 9A 9C 60");           /* 29.54 % */
	assert_int_equal(bench.rig.n_devices, 0); /* more might come */
	say("E9 A4 A2 B6 52 9A 9C 80");           /* 775 ppm: the second turn */
	assert_int_equal(bench.rig.n_rows, 1);
	assert_value("co2", 1111);
	assert_value("temp", 25.0375);
	assert_value("humidity", 29.54);
	say("9D A4 32 B6 CE 9A 9C 38");
	say("05 A4 2A B6 97 9A 9C 60"); /* the last of this turn: not waited for more */
	assert_int_equal(bench.rig.n_rows, 2);
	assert_value("co2", 775);
	assert_value("temp", 22.6625);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 0);
}

static void the_new_generation_speaks_plainly(void **unused)
{
	(void)unused;
	start_monitor();
	say("71 04 00 75 0D"); /* the monitor's own business */
	say("50 04 65 B9 0D");
	say("57 1E 3F B4 0D");
	say("42 12 9E F2 0D");
	say("50 04 65 B9 0D");
	assert_int_equal(bench.rig.n_rows, 1);
	assert_value("co2", 1125);
	assert_value("temp", 24.725);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 0);
}

static void a_monitor_without_humidity_has_no_such_channel(void **unused)
{
	(void)unused;
	start_monitor();
	say("50 04 65 B9 0D");
	say("42 12 9E F2 0D");
	say("41 00 00 41 0D");
	say("50 04 65 B9 0D");
	assert_int_equal(rig_device(&bench.rig)->streams[0].n_channels, 2);
	say("41 0B 8A D6 0D"); /* it has, after all */
	say("50 04 65 B9 0D");
	assert_int_equal(rig_device(&bench.rig)->streams[0].n_channels, 3);
	assert_value("humidity", 29.54);
}

static void damage_is_counted_and_gives_no_value(void **unused)
{
	(void)unused;
	start_monitor();
	say("50 04 57 AC 0D"); /* sum */
	say("50 04 57 AB 0C"); /* end */
	usb_bench_say(&bench, 7, "50 04 57 AB 0D");
	assert_int_equal(rig_health(&bench.rig).bad_frames, 3);
	say("50 04 65 B9 0D");
	assert_int_equal(bench.rig.n_rows, 0);
	say("50 04 65 B9 0D");
	assert_value("co2", 1125);
}

static void a_monitor_is_known_by_its_socket_since_its_serial_number_is_a_version(void **unused)
{
	(void)unused;
	start_monitor();
	say("50 04 65 B9 0D");
	say("50 04 65 B9 0D");
	assert_string_equal(rig_device(&bench.rig)->identity, "port:dwc2-usb-1");
	assert_string_equal(rig_device(&bench.rig)->kit, "co2-zytemp");
}

/* --- TEMPer --- */

static void expect_question_after(int64_t ms)
{
	pass_ms(ms);
	usb_bench_expect(&bench, 8, "01 80 33 01");
}

static void start_temper(uint16_t product, const char *version, const char *more)
{
	usb_bench_open(&bench, "temper", product);
	usb_bench_expect(&bench, 8, "01 86 FF 01");
	say(version);
	if (more)
		say(more);
	expect_question_after(more ? 0 : 300); /* at once, or when no more comes */
}

static void a_first_temper_counts_in_256ths(void **unused)
{
	(void)unused;
	start_temper(0x7401, "54 45 4D 50 65 72 31 46", "31 2E 34 00 00 00 00 00");
	say("80 02 19 B0 65 72 31 46");
	assert_value("temp", 25.6875);
	expect_question_after(1020);
	say("80 02 FF C0 65 72 31 46");
	assert_value("temp", -0.25);
	pass_ms(100);
	assert_int_equal(rig_device(&bench.rig)->streams[0].n_channels, 1);
}

static void a_temper_with_two_sensors_gives_two_channels(void **unused)
{
	(void)unused;
	start_temper(0x7401, "54 45 4D 50 65 72 32 56", "31 2E 33 00 00 00 00 00");
	say("80 04 1D 10 1D 60 32 46");
	assert_value("temp", 29.0625);
	assert_value("external", 29.375);
	assert_int_equal(rig_device(&bench.rig)->streams[0].n_channels, 2);
}

static void a_temper_with_a_probe_says_so_in_a_second_report(void **unused)
{
	(void)unused;
	start_temper(0x2107, "54 45 4D 50 65 72 58 5F", "56 33 2E 33 20 20 20 20");
	say("80 80 09 98 4E 20 00 00");
	say("80 01 07 C9 4E 20 00 00");
	assert_value("temp", 24.56);
	assert_value("external", 19.93);
	assert_int_equal(rig_device(&bench.rig)->streams[0].n_channels, 2);
}

static void a_second_report_that_does_not_come_is_not_waited_for(void **unused)
{
	(void)unused;
	start_temper(0xa001, "54 45 4D 50 65 72 48 55", "4D 5F 56 34 2E 31 00 00");
	say("80 20 09 39 10 36 00 00");
	pass_ms(600);
	assert_value("temp", 23.61);
	assert_value("humidity", 41.5);
	assert_int_equal(rig_device(&bench.rig)->streams[0].n_channels, 2);
}

static void a_version_that_nobody_knows_is_read_as_the_newest(void **unused)
{
	(void)unused;
	start_temper(0xa001, "54 45 4D 50 65 72 5A 39", NULL);
	say("80 80 09 E9 4E 20 00 00");
	say("80 01 09 08 4E 20 00 00");
	assert_value("temp", 25.37);
	assert_value("external", 23.12);
}

static void a_temper_that_says_nothing_is_asked_again(void **unused)
{
	(void)unused;
	start_temper(0x7401, "54 45 4D 50 65 72 31 46", NULL);
	expect_question_after(1020);
	assert_true(rig_health(&bench.rig).unanswered > 0);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 0);
	assert_int_equal(bench.rig.n_devices, 0);
}

/* Read as the newest of its id it would tell 26 degrees. */
static void a_temper_that_is_late_with_its_version_is_read_right(void **unused)
{
	(void)unused;
	usb_bench_open(&bench, "temper", 0x7401);
	usb_bench_expect(&bench, 8, "01 86 FF 01");
	for (int i = 0; i < 2; i++) {
		pass_ms(1020);
		usb_bench_expect(&bench, 8, "01 86 FF 01");
	}
	say("54 45 4D 50 65 72 31 46");
	say("5F 48 31 56 31 2E 35 46");
	expect_question_after(0);
	say("80 04 1A 00 10 00 31 46");
	assert_value("temp", 24.53625);
}

static void a_temper_without_a_version_is_read_as_its_id_says(void **unused)
{
	(void)unused;
	usb_bench_open(&bench, "temper", 0x7401);
	usb_bench_expect(&bench, 8, "01 86 FF 01");
	for (int i = 0; i < 2; i++) {
		pass_ms(1020);
		usb_bench_expect(&bench, 8, "01 86 FF 01");
	}
	expect_question_after(1020);
	say("80 02 19 B0 65 72 31 46");
	assert_value("temp", 25.6875);
}

/* --- the sound level meter --- */

static void the_meter_is_asked_by_its_control_request(void **unused)
{
	const struct rig_control *control = &bench.rig.controls[0];

	(void)unused;
	usb_bench_open(&bench, "ws1361", 0x05dc);
	pass_ms(20);
	assert_int_equal(bench.rig.n_controls, 1);
	assert_int_equal(control->request.type, 0xc0);
	assert_int_equal(control->request.request, 4);
	assert_int_equal(control->n, 2);
	rig_answer(&bench.rig, 0, "\x00\x19", 2);
	pass_ms(25);
	assert_value("level", 55.6);
	assert_value("c_weighting", 0);
	pass_ms(1000);
	assert_int_equal(bench.rig.n_controls, 2); /* one at a time */
	rig_answer(&bench.rig, 0, "\xa9\x59", 2);
	assert_value("level", 72.5);
	assert_value("slow", 1);
	pass_ms(260);
	rig_answer(&bench.rig, 0, "\x00\x20", 2);
	assert_value("level", 30);
	assert_value("c_weighting", 1);
}

static void a_missed_request_is_repeated_three_times_and_then_left_for_the_next_turn(void **unused)
{
	(void)unused;
	usb_bench_open(&bench, "ws1361", 0x05dc);
	pass_ms(20);
	rig_answer(&bench.rig, -EPIPE, NULL, 0);
	rig_answer(&bench.rig, 0, "\x00", 1);
	assert_int_equal(bench.rig.n_controls, 3);
	rig_answer(&bench.rig, -ETIMEDOUT, NULL, 0);
	assert_int_equal(bench.rig.n_controls, 3);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 2);
	assert_int_equal(rig_health(&bench.rig).unanswered, 1);
	pass_ms(260);
	assert_int_equal(bench.rig.n_controls, 4);
	rig_answer(&bench.rig, 0, "\x00\x19", 2);
	assert_value("level", 55.6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_monitor_is_sent_its_key_as_a_feature_report, tear_down),
		cmocka_unit_test_teardown(
			a_monitor_that_falls_silent_is_sent_its_key_again, tear_down),
		cmocka_unit_test_teardown(
			the_old_generation_is_unscrambled_and_gives_a_row_a_turn, tear_down),
		cmocka_unit_test_teardown(
			a_monitor_without_humidity_has_no_such_channel, tear_down),
		cmocka_unit_test_teardown(the_new_generation_speaks_plainly, tear_down),
		cmocka_unit_test_teardown(damage_is_counted_and_gives_no_value, tear_down),
		cmocka_unit_test_teardown(
			a_monitor_is_known_by_its_socket_since_its_serial_number_is_a_version,
			tear_down),
		cmocka_unit_test_teardown(a_first_temper_counts_in_256ths, tear_down),
		cmocka_unit_test_teardown(a_temper_with_two_sensors_gives_two_channels, tear_down),
		cmocka_unit_test_teardown(
			a_temper_with_a_probe_says_so_in_a_second_report, tear_down),
		cmocka_unit_test_teardown(
			a_second_report_that_does_not_come_is_not_waited_for, tear_down),
		cmocka_unit_test_teardown(
			a_version_that_nobody_knows_is_read_as_the_newest, tear_down),
		cmocka_unit_test_teardown(a_temper_that_says_nothing_is_asked_again, tear_down),
		cmocka_unit_test_teardown(
			a_temper_that_is_late_with_its_version_is_read_right, tear_down),
		cmocka_unit_test_teardown(
			a_temper_without_a_version_is_read_as_its_id_says, tear_down),
		cmocka_unit_test_teardown(the_meter_is_asked_by_its_control_request, tear_down),
		cmocka_unit_test_teardown(
			a_missed_request_is_repeated_three_times_and_then_left_for_the_next_turn,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
