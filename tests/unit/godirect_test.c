/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Go Direct: the maker's published commands to the byte, and a device made of the published layouts
 * that answers them, in whole reports and in pieces, interrupted, late, wrong and not at all. */
#include <math.h>
#include <string.h>

#include "kits/protocols/godirect.h"
#include "support/cmocka_all.h"
#include "support/usb_bench.h"

static struct usb_bench bench;
static uint8_t counter; /* of the device */

static int tear_down(void **unused)
{
	(void)unused;
	usb_bench_close(&bench);
	counter = 0;
	return 0;
}

#define assert_near(value, expected) assert_true(fabs((value) - (expected)) < 1e-6)

/* --- the device --- */

/* In reports of at most `most` bytes each. */
static void send_pieces(const uint8_t *packet, size_t n, size_t most)
{
	for (size_t at = 0; at < n; at += most) {
		uint8_t report[GODIRECT_REPORT] = {0};
		size_t part = n - at < most ? n - at : most;

		report[0] = (uint8_t)part;
		memcpy(report + 1, packet + at, part);
		rig_report(&bench.rig, report, sizeof(report));
	}
}

static void finish(uint8_t *packet, size_t n)
{
	packet[1] = (uint8_t)n;
	packet[2] = counter++;
	packet[3] = godirect_sum(packet, n);
}

/* The command that was sent next, checked for its form. */
static const uint8_t *next_command(uint8_t code)
{
	const uint8_t *report = bench.rig.sent + bench.taken;

	assert_true(bench.rig.n_sent >= bench.taken + GODIRECT_REPORT);
	bench.taken += GODIRECT_REPORT;
	assert_int_equal(report[1], 0x58);
	assert_int_equal(report[0], report[2]);
	assert_int_equal(report[4], godirect_sum(report + 1, report[2]));
	assert_int_equal(report[5], code);
	return report + 1;
}

/* An answer to it with n bytes of payload. */
static size_t make_answer(
	const uint8_t *command, const void *payload, size_t n, uint8_t *ret_packet)
{
	ret_packet[0] = 0x98;
	ret_packet[4] = command[4];
	ret_packet[5] = command[2];
	memcpy(ret_packet + 6, payload, n);
	finish(ret_packet, n + 6);
	return n + 6;
}

static void answer(uint8_t code, const void *payload, size_t n)
{
	uint8_t packet[256];

	send_pieces(packet, make_answer(next_command(code), payload, n, packet), 63);
}

static void put_f64(uint8_t *bytes, double value)
{
	memcpy(bytes, &value, sizeof(value));
}

/* GET_SENSOR_INFO's payload: offsets are those of the packet less its head. */
static void make_sensor(uint8_t number, const char *name, const char *unit, bool is_aperiodic,
	uint8_t excludes, uint8_t *ret)
{
	memset(ret, 0, 148);
	ret[0] = number;
	ret[2] = 7; /* an id */
	ret[7] = is_aperiodic;
	strcpy((char *)ret + 8, name);
	strcpy((char *)ret + 68, unit);
	put_f64(ret + 100, 0.01);
	put_f64(ret + 108, -40);
	put_f64(ret + 116, 125);
	ret[124] = 0x10; /* at least 10 000 us */
	ret[125] = 0x27;
	ret[136] = 0xa0; /* usually 100 000 us */
	ret[137] = 0x86;
	ret[138] = 0x01;
	ret[144] = excludes;
}

static void answer_sensor(
	uint8_t number, const char *name, const char *unit, bool is_aperiodic, uint8_t excludes)
{
	uint8_t sensor[148];

	make_sensor(number, name, unit, is_aperiodic, excludes, sensor);
	assert_int_equal(bench.rig.sent[bench.taken + 6], number);
	answer(GODIRECT_SENSOR, sensor, sizeof(sensor));
}

static void answer_until_sensors(uint8_t defaults, uint8_t available)
{
	uint8_t info[152] = {0}, mask[4] = {defaults};

	usb_bench_open(&bench, "vernier-go-direct", 0x0010);
	answer(GODIRECT_INIT, "", 1);
	strcpy((char *)info, "GDX-TMP");
	strcpy((char *)info + 16, "0A1B2C3D");
	answer(GODIRECT_INFO, info, sizeof(info));
	answer(GODIRECT_DEFAULT, mask, sizeof(mask));
	mask[0] = available;
	answer(GODIRECT_AVAILABLE, mask, sizeof(mask));
}

static void answer_start(uint8_t mask)
{
	const uint8_t *command;

	answer(GODIRECT_PERIOD, "", 1);
	command = bench.rig.sent + bench.taken + 1;
	assert_int_equal(command[7], mask);
	answer(GODIRECT_START, "", 1);
}

static void start_thermometer(void)
{
	answer_until_sensors(0x02, 0x06);
	answer_sensor(1, "Temperature", "°C", false, 0);
	answer_start(0x02);
}

static void say(const char *hex)
{
	uint8_t report[GODIRECT_REPORT] = {0};
	size_t n = usb_bench_from_hex(hex, report + 1, sizeof(report) - 1);

	report[0] = (uint8_t)n;
	rig_report(&bench.rig, report, sizeof(report));
	rig_pass_ms(&bench.rig, 25);
}

/* --- packets --- */

static int no_bench(void **unused)
{
	(void)unused;
	return 0;
}

static void commands_are_those_that_the_maker_sends(void **unused)
{
	static const char *const expected[] = {
		"19 58 19 FE 3F 1A A5 4A 06 49 07 48 08 47 09 46 0A 45 0B 44 0C 43 0D 42 0E 41",
		"05 58 05 FD AF 55",
		"05 58 05 FC AF 56",
		"05 58 05 FB A9 51",
		"06 58 06 FA A9 50 01",
		"0F 58 0F F9 A1 1B FF 00 A0 86 01 00 00 00 00 00",
		"13 58 13 F8 7D 18 FF 01 02 00 00 00 00 00 00 00 00 00 00 00",
	};

	(void)unused;
	start_thermometer();
	bench.taken = 0;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		usb_bench_expect(&bench, GODIRECT_REPORT, expected[i]);
	usb_bench_expect_nothing(&bench);
}

static void packets_are_found_in_any_split(void **unused)
{
	uint8_t packet[154];
	size_t length;

	(void)unused;
	for (size_t i = 0; i < sizeof(packet); i++)
		packet[i] = (uint8_t)(i | 1);
	packet[1] = sizeof(packet);
	for (size_t most = 1; most <= 63; most++) {
		struct godirect_inbox inbox = {0};
		const uint8_t *found = NULL;

		for (size_t at = 0; at < sizeof(packet); at += most) {
			uint8_t report[GODIRECT_REPORT] = {0};
			size_t part = sizeof(packet) - at < most ? sizeof(packet) - at : most;

			assert_null(found);
			report[0] = (uint8_t)part;
			memcpy(report + 1, packet + at, part);
			found = godirect_take(&inbox, report, sizeof(report), &length);
		}
		assert_non_null(found);
		assert_int_equal(length, sizeof(packet));
		assert_memory_equal(found, packet, length);
		assert_null(godirect_take(&inbox, NULL, 0, &length));
	}
}

/* --- what becomes of it --- */

static void a_thermometer_says_itself_what_it_is(void **unused)
{
	const struct device *device;
	const struct channel *channel;

	(void)unused;
	start_thermometer();
	device = rig_device(&bench.rig);
	channel = &device->streams[0].channels[0];
	assert_string_equal(device->identity, "usb:08f7:0010:0A1B2C3D");
	assert_string_equal(device->model, "GDX-TMP");
	assert_int_equal(device->n_streams, 1);
	assert_int_equal(device->streams[0].period_ns, 100 * NS_PER_MS);
	assert_int_equal(device->streams[0].n_channels, 1);
	assert_string_equal(channel->id, "temperature");
	assert_string_equal(channel->unit, "Cel");
	assert_string_equal(channel->name_zh, "温度");
	assert_near(channel->low, -40);
	assert_near(channel->resolution, 0.01);
	say("20 0D 00 33 06 02 00 01 00 00 00 BC 41");
	assert_near(usb_bench_value(&bench, "temperature"), 23.5);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 0);
}

static void sets_of_a_packet_are_a_period_apart(void **unused)
{
	const struct rig_row *rows;

	(void)unused;
	answer_until_sensors(0x06, 0x06);
	answer_sensor(1, "Force", "N", false, 0);
	answer_sensor(2, "X acceleration", "m/s²", false, 0);
	answer_start(0x06);
	say("20 19 00 B5 06 06 00 02 00 00 00 80 3F 00 00 20 C0 00 00 A0 3F 00 00 30 C0");
	rows = bench.rig.rows;
	assert_int_equal(bench.rig.n_rows, 2);
	assert_near(rows[0].values[0], 1);
	assert_near(rows[0].values[1], -2.5);
	assert_near(rows[1].values[0], 1.25);
	assert_near(rows[1].values[1], -2.75);
	assert_int_equal(rows[1].stamp_ns - rows[0].stamp_ns, 100 * NS_PER_MS);
	assert_string_equal(rig_device(&bench.rig)->streams[0].channels[0].quantity, "force");
	assert_string_equal(
		rig_device(&bench.rig)->streams[0].channels[1].quantity, "acceleration");
}

static void single_wide_and_whole_values_find_their_channel(void **unused)
{
	(void)unused;
	answer_until_sensors(0x28, 0x28);
	answer_sensor(3, "Force", "N", false, 0);
	answer_sensor(5, "Counts", "", false, 0);
	answer_start(0x28);
	say("20 10 00 FB 08 00 03 02 00 00 00 3F 00 00 40 3F");
	assert_near(usb_bench_value(&bench, "force"), 0.75);
	say("20 0C 00 65 09 00 05 01 2A 00 00 00");
	assert_near(usb_bench_value(&bench, "counts"), 42);
	say("20 0F 00 4E 07 00 00 02 00 01 00 C3 F5 1C 41"); /* a sensor that we did not ask for */
	assert_int_equal(bench.rig.n_rows, 3);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 0);
}

static void events_are_a_stream_of_their_own(void **unused)
{
	const struct device *device;

	(void)unused;
	answer_until_sensors(0x12, 0x12);
	answer_sensor(1, "Gate", "", true, 0);
	answer_sensor(4, "Temperature", "C", false, 0);
	answer_start(0x12);
	device = rig_device(&bench.rig);
	assert_int_equal(device->n_streams, 2);
	assert_string_equal(device->streams[0].name, "main");
	assert_string_equal(device->streams[0].channels[0].id, "temperature");
	assert_int_equal(device->streams[1].period_ns, 0);
	say("20 0C 00 3A 0B 00 01 01 01 00 00 00");
	assert_near(usb_bench_value(&bench, "gate"), 1);
	assert_true(isnan(usb_bench_value(&bench, "temperature")));
	say("20 0C 00 5C 0A 00 04 01 CD CC 4C 3C");
	assert_near(usb_bench_value(&bench, "temperature"), 0.0125);
}

static void of_sensors_that_exclude_each_other_the_first_is_taken(void **unused)
{
	(void)unused;
	answer_until_sensors(0x06, 0x06);
	answer_sensor(1, "Force", "N", false, 0x04);
	answer_sensor(2, "Force wide", "N", false, 0x02);
	answer_start(0x02);
	assert_int_equal(rig_device(&bench.rig)->streams[0].n_channels, 1);
}

static void measurements_between_the_pieces_of_an_answer_do_no_harm(void **unused)
{
	uint8_t sensor[148], packet[256], values[13] = {0x20, 13, 0, 0, 6, 2, 0, 1};
	size_t n;

	(void)unused;
	answer_until_sensors(0x02, 0x02);
	make_sensor(1, "Temperature", "°C", false, 0, sensor);
	n = make_answer(next_command(GODIRECT_SENSOR), sensor, sizeof(sensor), packet);
	finish(values, sizeof(values));
	send_pieces(packet, 63, 63);
	send_pieces(values, sizeof(values), 63);
	send_pieces(packet + 63, n - 63, 63);
	answer_start(0x02);
	assert_int_equal(rig_device(&bench.rig)->streams[0].n_channels, 1);
	assert_int_equal(bench.rig.n_rows, 0);
}

static void an_answer_to_another_question_is_not_taken(void **unused)
{
	uint8_t command[8] = {0, 0, 0x55, 0, GODIRECT_INIT}, packet[64];

	(void)unused;
	usb_bench_open(&bench, "vernier-go-direct", 0x0010);
	next_command(GODIRECT_INIT);
	send_pieces(packet, make_answer(command, "", 1, packet), 63);
	usb_bench_expect_nothing(&bench);
	rig_pass_ms(&bench.rig, 2020);
	next_command(GODIRECT_INIT);
	assert_true(rig_health(&bench.rig).bad_frames > 0);
}

static void a_device_whose_sums_are_good_is_held_to_them(void **unused)
{
	(void)unused;
	start_thermometer();
	say("20 0D 00 34 06 02 00 01 00 00 00 BC 41");
	assert_int_equal(bench.rig.n_rows, 0);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 1);
	say("20 0D 00 33 06 02 00 01 00 00 00 BC 41");
	assert_int_equal(bench.rig.n_rows, 1);
}

static void a_packet_that_holds_less_than_it_says_gives_nothing(void **unused)
{
	uint8_t packet[13] = {0x20, 13, 0, 0, 6, 2, 0, 2};

	(void)unused;
	start_thermometer();
	finish(packet, sizeof(packet));
	send_pieces(packet, sizeof(packet), 63);
	rig_pass_ms(&bench.rig, 25);
	assert_int_equal(bench.rig.n_rows, 0);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 1);
}

static void what_the_device_dropped_is_a_gap(void **unused)
{
	uint8_t packet[6] = {0x20, 6, 0, 0, GODIRECT_DROPPED};

	(void)unused;
	start_thermometer();
	say("20 0D 00 33 06 02 00 01 00 00 00 BC 41");
	finish(packet, sizeof(packet));
	send_pieces(packet, sizeof(packet), 63);
	say("20 0D 00 33 06 02 00 01 00 00 00 BC 41");
	assert_int_equal(bench.rig.n_gaps, 1);
	assert_int_equal(bench.rig.gaps[0].reason, GAP_DEVICE);
}

static void texts_that_are_none_do_not_hide_a_device(void **unused)
{
	(void)unused;
	answer_until_sensors(0x02, 0x02);
	answer_sensor(1, "Temp\xc2rature \xff in the very long room beside ours",
		"\xb0"
		"C",
		false, 0);
	answer_start(0x02);
	assert_string_equal(rig_device(&bench.rig)->streams[0].channels[0].name_en,
		"Temprature  in the very long room beside ours");
	assert_string_equal(rig_device(&bench.rig)->streams[0].channels[0].unit, "Cel");
}

static void silence_begins_everything_anew(void **unused)
{
	(void)unused;
	start_thermometer();
	say("20 0D 00 33 06 02 00 01 00 00 00 BC 41");
	rig_pass_ms(&bench.rig, 2300);
	usb_bench_expect_nothing(&bench);
	rig_pass_ms(&bench.rig, 200);
	next_command(GODIRECT_INIT);
}

#define ON_BENCH(test) cmocka_unit_test_teardown(test, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(packets_are_found_in_any_split, no_bench),
		ON_BENCH(commands_are_those_that_the_maker_sends),
		ON_BENCH(a_thermometer_says_itself_what_it_is),
		ON_BENCH(sets_of_a_packet_are_a_period_apart),
		ON_BENCH(single_wide_and_whole_values_find_their_channel),
		ON_BENCH(events_are_a_stream_of_their_own),
		ON_BENCH(of_sensors_that_exclude_each_other_the_first_is_taken),
		ON_BENCH(measurements_between_the_pieces_of_an_answer_do_no_harm),
		ON_BENCH(an_answer_to_another_question_is_not_taken),
		ON_BENCH(a_device_whose_sums_are_good_is_held_to_them),
		ON_BENCH(a_packet_that_holds_less_than_it_says_gives_nothing),
		ON_BENCH(what_the_device_dropped_is_a_gap),
		ON_BENCH(texts_that_are_none_do_not_hide_a_device),
		ON_BENCH(silence_begins_everything_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
