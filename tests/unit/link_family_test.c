/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `link` against the firmware itself: a board is found, described, listened to, and its clock
 * is mapped. What gets lost on the way is in link_losses_test.c. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "support/cmocka_all.h"
#include "support/link_bench.h"

static void a_board_is_found_described_and_switched_on_by_itself(void **unused)
{
	const struct device *device;
	const struct channel *water;

	(void)unused;
	link_bench_pass_ms(
		20); /* its first HELLO, the question, the answer: nothing has to be asked twice */
	device = rig_device(&link_bench.rig);
	assert_string_equal(device->identity, "link:6b74000000000001");
	assert_string_equal(device->kit, "test-cup");
	assert_string_equal(device->model, "Test Cup");
	assert_string_equal(device->family, "link");
	assert_int_equal(device->n_streams, 3);
	assert_int_equal(device->streams[2].kind, STREAM_CLOCK);
	assert_int_equal(link_bench_stream("cup")->period_ns, 100 * NS_PER_MS);
	assert_int_equal(link_bench_stream("cup")->stamps, STAMP_DEVICE);
	water = &link_bench_stream("cup")->channels[0];
	assert_string_equal(water->id, "water");
	assert_string_equal(water->name_zh, "水温");
	assert_string_equal(water->unit, "Cel");
	assert_true(water->resolution == 0.0625);
	assert_true(water->low == -55 && water->high == 125);
	/* A board's Chinese word is the name, and the id is plain. */
	assert_string_equal(link_bench_stream("quick")->channels[1].id, "c2");
	assert_string_equal(link_bench_stream("quick")->channels[1].name_zh, "左");
	assert_string_equal(link_bench_stream("quick")->channels[1].unit, "");
	assert_true(link_bench_stream("quick")->channels[1].resolution == 100);

	link_bench_pass_ms(1980);
	assert_true(link_bench_rows(link_bench_stream("cup")->id) >= 17);
	for (size_t i = 0; i < link_bench.rig.n_rows; i++)
		if (link_bench.rig.rows[i].stream == link_bench_stream("cup")->id)
			assert_true(link_bench.rig.rows[i].values[0] == 25.0625);
	assert_true(link_bench_check_quick(0, 60 * NS_PER_US) >= 850);
	assert_int_equal(rig_health(&link_bench.rig).lost_rows, 0);
	assert_int_equal(rig_health(&link_bench.rig).bad_frames, 0);
	assert_int_equal(link_bench.rig.n_gaps, 0);
	assert_int_equal(link_bench.rig.n_devices, 1);
}

static void a_wrong_clock_is_mapped_to_ours(void **unused)
{
	int64_t settled_ns;

	(void)unused;
	link_bench.skew_ppm = 150;
	link_bench_pass_ms(12000);
	settled_ns = link_bench.rig.clock.frozen_ns;
	link_bench.rig.n_rows = 0;
	link_bench_pass_ms(18000);
	assert_true(link_bench_check_quick(settled_ns, 60 * NS_PER_US) >= 8900);
	assert_true(abs(rig_health(&link_bench.rig).rate_ppb + 150000) < 5000);
	assert_true(rig_health(&link_bench.rig).uncertainty_ns < 300 * NS_PER_US);
}

static void a_board_that_already_streams_is_found_when_we_come_back(void **unused)
{
	uint32_t device, quick;

	(void)unused;
	link_bench_pass_ms(2000);
	device = rig_device(&link_bench.rig)->id;
	quick = link_bench_stream("quick")->id;
	rig_unplug(&link_bench.rig); /* the daemon stops listening; the board goes on */
	rig_plug(&link_bench.rig);
	link_bench.rig.n_rows = 0;
	link_bench_pass_ms(2000);
	assert_int_equal(rig_device(&link_bench.rig)->id, device);
	assert_int_equal(link_bench_stream("quick")->id, quick);
	assert_true(link_bench_check_quick(0, 60 * NS_PER_US) >= 800);
	assert_int_equal(link_bench_lost(GAP_WIRE) + link_bench_lost(GAP_DEVICE), 0);
}

static void a_sensor_that_was_pulled_out_is_no_row_of_nothing(void **unused)
{
	(void)unused;
	link_bench_pass_ms(2000);
	link_bench.knobs.is_cup_absent = true;
	link_bench_pass_ms(2000);
	assert_null(link_bench_stream("cup")); /* a channel on a screen is a promise */
	assert_non_null(link_bench_stream("quick"));
	for (size_t i = 0; i < link_bench.rig.n_rows; i++)
		for (uint32_t c = 0;
			link_bench.rig.rows[i].has_tick && c < link_bench.rig.rows[i].n; c++)
			assert_true(isfinite(link_bench.rig.rows[i].values[c]) != 0);
	link_bench.knobs.is_cup_absent = false;
	link_bench.rig.n_rows = 0;
	link_bench_pass_ms(2000);
	assert_non_null(link_bench_stream("cup"));
	assert_true(link_bench_rows(link_bench_stream("cup")->id) >= 15);
	assert_int_equal(link_bench.rig.n_gone, 0);
}

static void what_is_lost_while_asking_is_asked_again(void **unused)
{
	(void)unused;
	for (int i = 0; i < 12; i++) {
		link_bench.knobs.cut_frames = 2; /* of what it answers each time */
		link_bench.is_deaf = i % 3 == 0;
		link_bench_pass_ms(250);
	}
	link_bench.is_deaf = false;
	link_bench.knobs.cut_frames = 0;
	link_bench_pass_ms(2000);
	assert_string_equal(rig_device(&link_bench.rig)->kit, "test-cup");
	assert_true(link_bench_check_quick(0, 100 * NS_PER_US) >= 500);
}

static void identify_lights_the_board(void **unused)
{
	(void)unused;
	assert_int_equal(conversation_order(link_bench.rig.kit, KIT_IDENTIFY, 20), -EOPNOTSUPP);
	link_bench_pass_ms(1000);
	assert_int_equal(link_bench.knobs.lights, 0);
	assert_int_equal(conversation_order(link_bench.rig.kit, KIT_IDENTIFY, 20), 0);
	link_bench_pass_ms(1000);
	assert_true(link_bench.knobs.lights > 0);
}

static void nothing_is_said_to_a_board_that_has_not_spoken_link(void **unused)
{
	uint8_t noise[4096];
	uint64_t state = 11;

	(void)unused;
	link_bench.knobs.is_mute = true;
	for (int i = 0; i < 200; i++) {
		for (size_t k = 0; k < sizeof(noise); k++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			noise[k] = (uint8_t)(state >> 56);
		}
		rig_feed(&link_bench.rig, noise, sizeof(noise));
	}
	link_bench_pass_ms(1000);
	assert_int_equal(link_bench.rig.n_sent, 0);
}

static void a_board_that_answers_no_ping_is_not_flooded(void **unused)
{
	size_t sent;

	(void)unused;
	link_bench_pass_ms(500);
	assert_int_equal(link_bench.rig.n_devices, 1);
	link_bench.knobs.is_mute = true;
	link_bench_pass_ms(1000);
	sent = link_bench.rig.n_sent;
	link_bench_pass_ms(10000);
	/* Three pings of 23 bytes and a question a second are no flood; 60 a second would be. */
	assert_true(link_bench.rig.n_sent - sent < 10 * 150);
}

/* STAT each second is heard as a word of its clock, beside the pings. */
static void a_board_is_heard_also_when_nobody_asks(void **unused)
{
	uint32_t clock = 0;
	size_t heard = 0;

	(void)unused;
	link_bench_pass_ms(5500);
	for (uint32_t i = 0; i < rig_device(&link_bench.rig)->n_streams; i++)
		if (rig_device(&link_bench.rig)->streams[i].kind == STREAM_CLOCK)
			clock = rig_device(&link_bench.rig)->streams[i].id;
	for (size_t i = 0; i < link_bench.rig.n_rows; i++) {
		const struct rig_row *row = &link_bench.rig.rows[i];
		double late_us =
			(double)(row->stamp_ns - link_bench.powered_ns) / 1000 - row->values[1];

		if (row->stream != clock || !isnan(row->values[0]))
			continue;
		assert_true(isnan(row->values[2]));
		assert_true(late_us >= -1 && late_us <= 2 * LINK_WIRE_US);
		heard++;
	}
	assert_in_range(heard, 4, 6);
}

static void the_round_trip_is_what_nobody_knows_of_the_delay(void **unused)
{
	(void)unused;
	rig_unplug(&link_bench.rig);
	link_bench.rig.port.has_wire = true;
	link_bench.rig.port.speed =
		1000000; /* 23 bytes are 230 us there: more than the 200 us of this wire */
	rig_plug(&link_bench.rig);
	link_bench_pass_ms(2000);
	assert_in_range(
		rig_health(&link_bench.rig).round_trip_ns, 150 * NS_PER_US, 250 * NS_PER_US);
	rig_unplug(&link_bench.rig);
	link_bench.rig.port.speed = 3000000; /* 77 us each way of the 100 */
	rig_plug(&link_bench.rig);
	link_bench_power_on();
	link_bench_pass_ms(2000);
	assert_in_range(rig_health(&link_bench.rig).round_trip_ns, 30 * NS_PER_US, 100 * NS_PER_US);
}

static void say(uint8_t type, uint8_t stream, const uint8_t *payload, uint8_t size)
{
	static uint8_t seq;
	const struct link_frame frame = {
		.type = type, .seq = seq++, .stream = stream, .payload = payload, .size = size};
	uint8_t wire[LINK_WIRE_MAX];

	rig_feed(&link_bench.rig, wire, link_encode(&frame, wire));
}

static void say_hello(uint8_t streams)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	const struct link_hello hello = {.protocol = LINK_PROTOCOL,
		.max_body = 128,
		.streams = streams,
		.uid = {1},
		.model = LINK_TEXT("test")};

	say(LINK_HELLO, LINK_NO_STREAM, payload, link_write_hello(&hello, payload));
}

static void say_stream(uint8_t number, const char *name)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	const struct link_text text = link_text(name);
	const struct link_stream head = {.channels = 1,
		.flags = LINK_STREAM_ON | LINK_STREAM_PRESENT,
		.period_us = 1000,
		.period_min_us = 1000,
		.period_max_us = 1000,
		.name = text};
	const struct link_channel channel = {.part = 1,
		.width = 2,
		.mantissa = 1,
		.max = 1,
		.step = 1,
		.name = text,
		.quantity = text,
		.unit = LINK_TEXT("1")};

	say(LINK_DESC, number, payload, link_write_stream(&head, payload));
	say(LINK_DESC, number, payload, link_write_channel(&channel, payload));
}

static void a_board_that_says_it_has_more_streams_is_described_anew(void **unused)
{
	static const uint8_t sample[] = {0, 0, 0, 0, 7, 0};

	(void)unused;
	say_hello(1);
	say_stream(0, "one");
	assert_int_equal(rig_device(&link_bench.rig)->n_streams, 2); /* with the clock's */
	say_hello(2);
	say(LINK_DATA, 1, sample, sizeof(sample)); /* of what nobody has described yet */
	say_stream(0, "one");
	say_stream(1, "two");
	assert_int_equal(rig_device(&link_bench.rig)->n_streams, 3);
}

#define LINK_TEST(name) cmocka_unit_test_setup_teardown(name, link_bench_open, link_bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINK_TEST(a_board_is_found_described_and_switched_on_by_itself),
		LINK_TEST(a_wrong_clock_is_mapped_to_ours),
		LINK_TEST(a_board_that_already_streams_is_found_when_we_come_back),
		LINK_TEST(a_sensor_that_was_pulled_out_is_no_row_of_nothing),
		LINK_TEST(what_is_lost_while_asking_is_asked_again),
		LINK_TEST(a_board_that_says_it_has_more_streams_is_described_anew),
		LINK_TEST(identify_lights_the_board),
		LINK_TEST(nothing_is_said_to_a_board_that_has_not_spoken_link),
		LINK_TEST(a_board_that_answers_no_ping_is_not_flooded),
		LINK_TEST(a_board_is_heard_also_when_nobody_asks),
		LINK_TEST(the_round_trip_is_what_nobody_knows_of_the_delay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
