/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The driver `gmc-geiger` against a counter that the test plays. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/kit_rig.h"

static struct rig rig;
static size_t heard;

static int set_up(void **unused)
{
	(void)unused;
	memset(&rig, 0, sizeof(rig));
	heard = 0;
	kit_rig_open(&rig, kit_rig_read_folder(KITLOG_SOURCE "/kits/gmc-geiger"), true);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	kit_rig_close(&rig);
	return 0;
}

/* Waits until this command was sent, and answers. */
static void expect(const char *command, const void *answer, size_t n)
{
	size_t length = strlen(command);

	for (int i = 0; i < 500 && rig.n_sent < heard + length; i++)
		rig_pass_ms(&rig, 10);
	assert_int_equal(rig.n_sent, heard + length);
	assert_memory_equal(rig.sent + heard, command, length);
	heard = rig.n_sent;
	rig_feed(&rig, answer, n);
}

static void start_counter(const char *version)
{
	expect("<HEARTBEAT0>>", "\x00\x05", 2); /* a beat that was under way */
	expect("<GETVER>>", version, strlen(version));
	expect("<GETSERIAL>>", "\xf4\x88\x00\x7e\xb0\x07\x11", 7);
	expect("<HEARTBEAT1>>", "", 0);
}

static void beat(const void *bytes, size_t n)
{
	rig_feed(&rig, bytes, n);
	rig_pass_ms(&rig, 1000);
}

static void counts_of_16_bits_are_rows_and_the_counter_keeps_its_name(void **unused)
{
	(void)unused;
	start_counter("GMC-300Re 4.22");
	assert_string_equal(rig_device(&rig)->identity, "gmc:f488007eb00711");
	beat("\x00\x1c", 2);
	beat("\xc0\x03", 2); /* the two highest bits are not counts */
	assert_int_equal(rig.n_rows, 2);
	assert_true(rig.rows[0].values[0] == 28 && rig.rows[1].values[0] == 3);
	assert_true(isnan(kit_rig_value(&rig, "cpm")));
}

static void the_minute_is_summed_from_the_tenth_second_on(void **unused)
{
	(void)unused;
	start_counter("GMC-320Re 4.09");
	for (int i = 0; i < 70; i++)
		beat(i < 10 ? "\x00\x0a" : "\x00\x02", 2);
	assert_true(isnan(rig.rows[8].values[1]));
	assert_true(rig.rows[9].values[1] == 600);
	assert_true(rig.rows[59].values[1] == 10 * 10 + 50 * 2);
	assert_true(kit_rig_value(&rig, "cpm") == 120);
	assert_true(fabs(kit_rig_value(&rig, "dose") - 120 * 0.0065) < 1e-9);
}

static void counts_of_32_bits_are_rows(void **unused)
{
	(void)unused;
	start_counter("GMC-600+Re 1.14");
	beat("\x00\x01\x00\x00", 4);
	rig_feed(&rig, "\x00\x00", 2); /* one in two reads */
	rig_pass_ms(&rig, 5);
	beat("\x00\x07", 2);
	assert_int_equal(rig.n_rows, 2);
	assert_true(rig.rows[0].values[0] == 65536 && rig.rows[1].values[0] == 7);
}

static void a_counter_that_sends_fewer_bits_than_its_name_says_is_understood(void **unused)
{
	(void)unused;
	start_counter("GMC-500Re 1.00");
	for (int i = 0; i < 5; i++)
		beat("\x00\x09", 2);
	assert_in_range(rig.n_rows, 4, 5);
	assert_true(kit_rig_value(&rig, "counts") == 9);
}

static void a_lost_byte_costs_one_beat(void **unused)
{
	(void)unused;
	start_counter("GMC-300Re 4.22");
	beat("\x00\x05", 2);
	beat("\x05", 1);
	beat("\x00\x06", 2);
	beat("\x00\x07", 2);
	assert_int_equal(rig.n_rows, 3);
	assert_true(rig.rows[1].values[0] == 6 && rig.rows[2].values[0] == 7);
}

static void a_counter_that_stops_is_asked_anew(void **unused)
{
	(void)unused;
	start_counter("GMC-300Re 4.22");
	beat("\x00\x05", 2);
	rig_pass_ms(&rig, 2100);
	assert_string_equal(rig_health(&rig).trouble, "timeout");
	start_counter("GMC-300Re 4.22");
	beat("\x00\x06", 2);
	assert_int_equal(rig.n_rows, 2);
}

static void a_minute_is_not_summed_across_a_silence(void **unused)
{
	(void)unused;
	start_counter("GMC-300Re 4.22");
	for (int i = 0; i < 12; i++)
		beat("\x00\x0a", 2);
	assert_true(kit_rig_value(&rig, "cpm") == 600);
	rig_pass_ms(&rig, 2100);
	start_counter("GMC-300Re 4.22");
	beat("\x00\x02", 2);
	assert_true(isnan(rig.rows[12].values[1]));
	for (int i = 0; i < 9; i++)
		beat("\x00\x02", 2);
	assert_true(kit_rig_value(&rig, "cpm") == 120);
}

static void an_old_one_without_serial_number_counts_all_the_same(void **unused)
{
	(void)unused;
	expect("<HEARTBEAT0>>", "", 0);
	for (int i = 0; i < 3; i++) {
		expect("<GETVER>>", "GMC-280Re 2.10", 14);
		expect("<GETSERIAL>>", "", 0);
	}
	expect("<GETVER>>", "GMC-280Re 2.10", 14);
	expect("<HEARTBEAT1>>", "", 0);
	beat("\x00\x05", 2);
	assert_int_equal(rig.n_rows, 1);
	assert_string_equal(rig_device(&rig)->identity, "port:bench");
}

static void one_that_is_late_with_its_number_is_the_same_device(void **unused)
{
	(void)unused;
	expect("<HEARTBEAT0>>", "", 0);
	expect("<GETVER>>", "GMC-300Re 4.22", 14);
	expect("<GETSERIAL>>", "\xf4\x88\x00", 3);
	/* It stands still, which is no sign of old firmware. */
	for (int i = 0; i < 3; i++) {
		expect("<GETVER>>", "", 0);
		expect("<HEARTBEAT0>>", "", 0);
	}
	expect("<GETVER>>", "GMC-300Re 4.22", 14);
	expect("<GETSERIAL>>", "GMC-300Re 4.22", 14);
	rig_feed(&rig, "\xf4\x88\x00\x7e\xb0\x07\x11", 7);
	expect("<HEARTBEAT1>>", "", 0);
	beat("\x00\x05", 2);
	/* It stops, and is silent about its number for a while. */
	rig_pass_ms(&rig, 2100);
	expect("<HEARTBEAT0>>", "", 0);
	for (int i = 0; i < 5; i++) {
		expect("<GETVER>>", "GMC-300Re 4.22", 14);
		expect("<GETSERIAL>>", "", 0);
	}
	expect("<GETVER>>", "GMC-300Re 4.22", 14);
	expect("<GETSERIAL>>", "\xf4\x88\x00\x7e\xb0\x07\x11", 7);
	expect("<HEARTBEAT1>>", "", 0);
	beat("\x00\x05", 2);
	assert_int_equal(rig.n_rows, 2);
	for (size_t i = 0; i < rig.n_devices; i++)
		assert_string_equal(rig.devices[i].identity, "gmc:f488007eb00711");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_of_16_bits_are_rows_and_the_counter_keeps_its_name),
		TEST(the_minute_is_summed_from_the_tenth_second_on),
		TEST(counts_of_32_bits_are_rows),
		TEST(a_counter_that_sends_fewer_bits_than_its_name_says_is_understood),
		TEST(a_lost_byte_costs_one_beat),
		TEST(a_counter_that_stops_is_asked_anew),
		TEST(a_minute_is_not_summed_across_a_silence),
		TEST(an_old_one_without_serial_number_counts_all_the_same),
		TEST(one_that_is_late_with_its_number_is_the_same_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
