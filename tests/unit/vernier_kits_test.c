/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vernier's Go! devices against the frames of their fact sheet: what is asked, in which order, and
 * what becomes of the answers, also of those that do not come. */
#include <math.h>
#include <string.h>

#include "kits/protocols/dds.h"
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

static void expect(const char *hex)
{
	usb_bench_expect(&bench, 8, hex);
}

static const struct rig_row *row(size_t back)
{
	assert_true(bench.rig.n_rows > back);
	return &bench.rig.rows[bench.rig.n_rows - 1 - back];
}

#define assert_near(value, expected, by) assert_true(fabs((value) - (expected)) <= (by))

/* The record that the fact sheet gives for an emulator: serial number 12345, pages C, F, K. */
static const char record_hex[] =
	"01 3C 39 30 00 09 12 01 54 65 6D 70 65 72 61 74 75 72 65 00 00 00 00 00 00 00 00 00 54 65 "
	"6D 70 00 00 00 00 00 00 00 00 00 22 0A 01 00 00 00 3F 00 00 00 3F B4 00 00 00 00 0E 01 00 "
	"00 20 C1 00 00 DC 42 05 02 00 00 00 80 C3 CD CC CC 42 00 00 00 00 28 43 29 00 00 00 00 66 "
	"66 D6 C3 EC 51 38 43 00 00 00 00 28 46 29 00 00 00 00 33 33 89 41 CD CC CC 42 00 00 00 00 "
	"28 4B 29 00 00 00 00 B3";

static void get_record(uint8_t *ret_record)
{
	assert_int_equal(usb_bench_from_hex(record_hex, ret_record, DDS_BYTES), DDS_BYTES);
}

/* As the device sends n bytes of memory: the first packet holds 6, the others 7. */
static void say_memory(uint8_t command, const uint8_t *bytes, size_t n)
{
	size_t at = 0;

	while (at < n) {
		bool is_first = at == 0;
		size_t most = is_first ? 6 : 7, part = n - at < most ? n - at : most;
		uint8_t report[8] = {0};

		report[0] = (uint8_t)(0x40 | (is_first ? 0x08 : 0) | (at + part == n ? 0x10 : 0) |
			(part + is_first));
		if (is_first)
			report[1] = command;
		memcpy(report + 1 + is_first, bytes + at, part);
		rig_report(&bench.rig, report, 8);
		at += part;
	}
}

/* --- the record --- */

static int no_bench(void **unused)
{
	(void)unused;
	return 0;
}

static void a_record_gives_the_page_in_degrees_celsius(void **unused)
{
	uint8_t record[DDS_BYTES];
	struct dds dds;

	(void)unused;
	get_record(record);
	record[69] = 2; /* kelvin in use */
	record[127] ^= 2;
	assert_true(dds_read(record, &dds));
	assert_int_equal(dds.sensor, 60);
	assert_int_equal(dds.serial, 12345);
	assert_string_equal(dds.unit, "C");
	assert_string_equal(dds.name, "Temperature");
	assert_near(dds_value(&dds, 2.5), 0, 1e-4);
}

static void a_checksum_burned_the_wrong_way_round_is_taken(void **unused)
{
	uint8_t record[DDS_BYTES];
	struct dds dds;

	(void)unused;
	get_record(record);
	record[5] = 0xff; /* no date that would do instead */
	record[127] = 0xb3 ^ 0x09 ^ 0xff;
	assert_true(dds_read(record, &dds));
	record[127] = (uint8_t)~record[127];
	assert_true(dds_read(record, &dds));
	record[127] = 0x5d;
	assert_false(dds_read(record, &dds));
	record[5] = 0x09;
	assert_true(dds_read(record, &dds)); /* a date is good enough */
}

static void blank_and_impossible_records_are_refused(void **unused)
{
	uint8_t record[DDS_BYTES];
	struct dds dds;

	(void)unused;
	memset(record, 0xff, sizeof(record));
	assert_false(dds_read(record, &dds));
	memset(record, 0, sizeof(record));
	assert_false(dds_read(record, &dds));
	get_record(record);
	record[68] = 3; /* a page that would lie outside */
	assert_false(dds_read(record, &dds));
	get_record(record);
	record[68] = 0;
	record[69] = 1;
	assert_false(dds_read(record, &dds));
}

static void a_thermistor_is_computed_as_the_maker_does(void **unused)
{
	struct dds dds;

	(void)unused;
	assert_true(dds_of_probe(10, &dds));
	assert_near(dds_value(&dds, 2.5 + 4681 * 2.5 / 32768), 25.01, 0.005);
	assert_near(dds_value(&dds, 2.5 - 6554 * 2.5 / 32768), 41.87, 0.005);
	assert_true(isfinite(dds_value(&dds, 0)));
	assert_true(isfinite(dds_value(&dds, 5)));
	assert_false(dds_of_probe(0, &dds));
	dds.equation = 99;
	assert_true(isnan(dds_value(&dds, 1)));
}

/* --- Go!Temp --- */

static void start_temp(bool has_record)
{
	uint8_t record[DDS_BYTES];

	get_record(record);
	usb_bench_open(&bench, "vernier-go-temp", 2);
	expect("1A");
	say("01 05 40 0B"); /* of an earlier program: not ours */
	say("9A 1A");
	expect("20");
	say("5F 20 12 09 39 30 00 00");
	expect("17 00 80");
	if (has_record)
		say_memory(0x17, record, DDS_BYTES);
	else
		say("7A 17 35");
	expect("1B 42 0F");
	say("5A 1B");
	expect("18");
	say("5A 18");
	assert_int_equal(bench.rig.n_rows, 0);
	usb_bench_expect_nothing(&bench);
}

static void a_thermometer_is_started_step_by_step_and_named_by_its_serial_number(void **unused)
{
	(void)unused;
	start_temp(true);
	assert_string_equal(rig_device(&bench.rig)->identity, "usb:08f7:0002:0912-12345");
	say("01 00 40 0B");
	assert_near(usb_bench_value(&bench, "temp"), 22.5, 1e-4);
	say("01 08 00 FB");
	assert_near(usb_bench_value(&bench, "temp"), -10, 1e-4);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 0);
}

static void several_values_of_a_packet_are_a_period_apart(void **unused)
{
	int64_t came_ns;

	(void)unused;
	start_temp(true);
	came_ns = bench.rig.clock.frozen_ns;
	say("03 07 80 0C 81 0C 7F 0C");
	assert_int_equal(bench.rig.n_rows, 3);
	assert_near(row(2)->values[0], 25.0, 1e-3);
	assert_near(row(1)->values[0], 25.0078, 1e-3);
	assert_near(row(0)->values[0], 24.9922, 1e-3);
	assert_int_equal(row(0)->stamp_ns, came_ns - 20 * NS_PER_MS); /* less kit.yaml's latency */
	assert_near((double)(row(0)->stamp_ns - row(1)->stamp_ns), 499968e3, 1e3);
}

static void a_thermometer_without_calibration_is_read_by_the_makers_constant(void **unused)
{
	(void)unused;
	start_temp(false);
	say("01 00 40 0B");
	assert_near(usb_bench_value(&bench, "temp"), 22.5, 1e-9);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 1);
}

static void a_device_that_powers_up_is_asked_again_until_it_answers(void **unused)
{
	(void)unused;
	usb_bench_open(&bench, "vernier-go-temp", 2);
	expect("1A");
	say("BA 1A 40");
	usb_bench_expect_nothing(&bench);
	rig_pass_ms(&bench.rig, 420);
	expect("1A");
	rig_pass_ms(&bench.rig, 420);
	expect("1A");
	say("9A 1A");
	expect("20");
}

static void an_answer_that_does_not_come_begins_everything_anew(void **unused)
{
	(void)unused;
	usb_bench_open(&bench, "vernier-go-temp", 2);
	expect("1A");
	say("9A 1A");
	expect("20");
	say("5F 1B 12 09 39 30"); /* to another command */
	say("47 01 02 03 04");    /* goes on with nothing */
	usb_bench_expect_nothing(&bench);
	rig_pass_ms(&bench.rig, 1020);
	expect("1A");
}

static void a_thermometer_that_falls_silent_is_started_anew(void **unused)
{
	(void)unused;
	start_temp(true);
	say("01 00 40 0B");
	rig_pass_ms(&bench.rig, 3300);
	usb_bench_expect_nothing(&bench);
	rig_pass_ms(&bench.rig, 500);
	expect("1A");
	say("01 00 40 0B"); /* not before it has started */
	assert_int_equal(bench.rig.n_rows, 1);
}

static void a_thermometer_that_refuses_its_number_later_is_the_same(void **unused)
{
	(void)unused;
	start_temp(true);
	rig_pass_ms(&bench.rig, 3800);
	expect("1A");
	say("9A 1A");
	expect("20");
	say("7A 20 35");
	expect("17 00 80");
	say("7A 17 35");
	expect("1B 42 0F");
	say("5A 1B");
	expect("18");
	say("5A 18");
	say("01 00 40 0B");
	assert_int_equal(bench.rig.n_rows, 1);
	for (size_t i = 0; i < bench.rig.n_devices; i++)
		assert_string_equal(bench.rig.devices[i].identity, "usb:08f7:0002:0912-12345");
	assert_int_equal(bench.rig.n_gone, 0);
}

static void a_memory_that_never_ends_is_cut(void **unused)
{
	uint8_t memory[300] = {0};

	(void)unused;
	usb_bench_open(&bench, "vernier-go-temp", 2);
	say("9A 1A");
	say("5F 20 12 09 39 30 00 00");
	bench.taken = bench.rig.n_sent;
	say_memory(0x17, memory, sizeof(memory));
	expect("1A");
}

static void a_thermometer_that_is_looked_for_is_green_for_as_long_as_asked(void **unused)
{
	(void)unused;
	start_temp(true);
	assert_int_equal(conversation_order(bench.rig.kit, KIT_IDENTIFY, 20), 0);
	expect("1D 80 10");
	say("5A 1D");
	say("01 00 40 0B");
	rig_pass_ms(&bench.rig, 1900);
	usb_bench_expect_nothing(&bench);
	rig_pass_ms(&bench.rig, 100);
	expect("1D 00 04");
	say("5A 1D");
	say("01 00 40 0B");
	rig_pass_ms(&bench.rig, 2000);
	usb_bench_expect_nothing(&bench);
}

/* --- Go!Motion --- */

static void a_ranger_gives_metres(void **unused)
{
	(void)unused;
	usb_bench_open(&bench, "vernier-go-motion", 4);
	expect("1A 02");
	say("9A 1A");
	expect("1B 32");
	say("5A 1B");
	expect("18");
	say("5A 18");
	say("01 05 87 D6 12 00 00 00");
	assert_near(usb_bench_value(&bench, "distance"), 1.234567, 1e-6);
	say("01 06 87 D6 12 00 01 00"); /* a velocity: not asked for */
	assert_int_equal(bench.rig.n_rows, 1);
	assert_string_equal(rig_device(&bench.rig)->identity, "port:dwc2-usb-1");
}

/* --- Go!Link --- */

static void start_link(const char *correction, const char *probe)
{
	uint8_t bytes[20] = {0};

	usb_bench_open(&bench, "vernier-go-link", 3);
	expect("1A 01");
	say("9A 1A");
	expect("20");
	say("5F 20 12 09 01 00 00 00");
	expect("17 00 14");
	usb_bench_from_hex(correction, bytes, sizeof(bytes));
	say_memory(0x17, bytes, sizeof(bytes));
	expect("28");
	say(probe);
}

static void begin_to_measure(void)
{
	expect("1B 64");
	say("5A 1B");
	expect("18");
	say("5A 18");
}

static void a_probe_with_a_number_is_read_by_the_calibration_of_its_kind(void **unused)
{
	const struct device *device;

	(void)unused;
	start_link("01 00", "5D 28 0A 00 00 00");
	expect("2A 02");
	say("5A 2A");
	begin_to_measure();
	say("01 01 49 12"); /* 4681 */
	device = rig_device(&bench.rig);
	assert_string_equal(device->model, "Stainless Temp");
	assert_string_equal(device->streams[0].channels[0].quantity, "temperature");
	assert_string_equal(device->streams[0].channels[0].unit, "Cel");
	assert_string_equal(device->streams[0].channels[0].name_zh, "温度");
	assert_near(usb_bench_value(&bench, "stainless_temp"), 25.01, 0.005);
	assert_near(usb_bench_value(&bench, "probe_voltage"), 2.857143, 1e-4);
}

static void a_smart_probe_is_read_by_its_own_factory_calibration(void **unused)
{
	uint8_t record[DDS_BYTES];

	(void)unused;
	get_record(record);
	start_link("01 00", "5D 28 3C 00 00 00");
	expect("27 00 80");
	say_memory(0x27, record, DDS_BYTES);
	expect("2A 02");
	say("5A 2A");
	begin_to_measure();
	say("01 01 40 0B");
	assert_near(usb_bench_value(&bench, "temperature"), 22.5, 1e-4);
}

static void the_adapters_own_correction_is_applied(void **unused)
{
	(void)unused;
	/* 10 V: offset 0, slope 1; 5 V: offset -16, slope 1.0009765625 */
	start_link("01 9C 12 09 00 00 FF F0 3F 80 00 00 3F 80 20 00", "5D 28 0E 00 00 00");
	expect("2A 02");
	say("5A 2A");
	begin_to_measure();
	say("01 01 00 40"); /* 16384 - 16 = 16368, times slope 16384 */
	assert_near(usb_bench_value(&bench, "probe_voltage"), 3.75, 1e-9);
}

static void a_probe_of_ten_volts_uses_the_other_input(void **unused)
{
	(void)unused;
	start_link("01 00", "5D 28 0B 00 00 00"); /* 30 V */
	expect("2A 01");
	say("5A 2A");
	begin_to_measure();
	say("01 01 00 40");
	assert_near(usb_bench_value(&bench, "voltage"), 15, 1e-9);
	assert_near(usb_bench_value(&bench, "probe_voltage"), 5, 1e-9);
}

static void a_probe_that_cannot_tell_is_a_voltage(void **unused)
{
	(void)unused;
	start_link("01 00", "5D 28 00 00 00 00");
	expect("2A 02");
	say("5A 2A");
	begin_to_measure();
	say("01 01 00 00");
	assert_int_equal(rig_device(&bench.rig)->streams[0].n_channels, 1);
	assert_near(usb_bench_value(&bench, "probe_voltage"), 2.5, 1e-9);
}

static void measure_for(int tenths)
{
	for (int i = 0; i < tenths; i++) {
		say("01 01 00 00");
		rig_pass_ms(&bench.rig, 75);
	}
}

static void another_probe_is_noticed_within_a_second(void **unused)
{
	(void)unused;
	a_probe_that_cannot_tell_is_a_voltage(NULL);
	measure_for(8);
	usb_bench_expect_nothing(&bench);
	measure_for(4);
	expect("28");
	say("5D 28 00 00 00 00"); /* the same */
	usb_bench_expect_nothing(&bench);
	measure_for(11);
	expect("28");
	say("5D 28 0A 00 00 00");
	expect("1A 01");
}

#define ON_BENCH(test) cmocka_unit_test_teardown(test, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_record_gives_the_page_in_degrees_celsius, no_bench),
		cmocka_unit_test_teardown(a_checksum_burned_the_wrong_way_round_is_taken, no_bench),
		cmocka_unit_test_teardown(blank_and_impossible_records_are_refused, no_bench),
		cmocka_unit_test_teardown(a_thermistor_is_computed_as_the_maker_does, no_bench),
		ON_BENCH(a_thermometer_is_started_step_by_step_and_named_by_its_serial_number),
		ON_BENCH(several_values_of_a_packet_are_a_period_apart),
		ON_BENCH(a_thermometer_without_calibration_is_read_by_the_makers_constant),
		ON_BENCH(a_device_that_powers_up_is_asked_again_until_it_answers),
		ON_BENCH(an_answer_that_does_not_come_begins_everything_anew),
		ON_BENCH(a_thermometer_that_falls_silent_is_started_anew),
		ON_BENCH(a_thermometer_that_refuses_its_number_later_is_the_same),
		ON_BENCH(a_memory_that_never_ends_is_cut),
		ON_BENCH(a_thermometer_that_is_looked_for_is_green_for_as_long_as_asked),
		ON_BENCH(a_ranger_gives_metres),
		ON_BENCH(a_probe_with_a_number_is_read_by_the_calibration_of_its_kind),
		ON_BENCH(a_smart_probe_is_read_by_its_own_factory_calibration),
		ON_BENCH(the_adapters_own_correction_is_applied),
		ON_BENCH(a_probe_of_ten_volts_uses_the_other_input),
		ON_BENCH(a_probe_that_cannot_tell_is_a_voltage),
		ON_BENCH(another_probe_is_noticed_within_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
