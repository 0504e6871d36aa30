/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `link` against the firmware itself: each sample that a board took is a row, or is told as
 * lost, by whose fault. */
#include <math.h>

#include "support/cmocka_all.h"
#include "support/link_bench.h"

/* From the first frame that was heard on, though nobody knew yet what it meant. */
static void what_a_board_streams_before_it_is_described_is_kept(void **unused)
{
	double replugged_us;

	(void)unused;
	link_bench_pass_ms(2000);
	rig_unplug(&link_bench.rig);
	link_bench_pass_ms(500); /* to nobody */
	rig_plug(&link_bench.rig);
	link_bench.rig.n_rows = link_bench.rig.n_gaps = 0;
	replugged_us = link_bench_micros();
	link_bench.is_deaf = true; /* to the first questions: 0.6 s */
	link_bench_pass_ms(500);
	link_bench.is_deaf = false;
	link_bench_pass_ms(1500);
	assert_true(link_bench_first_us() <= replugged_us + 25000);
	link_bench_check_none_missing(link_bench_first_us());
	assert_int_equal(link_bench_lost(GAP_WIRE) + link_bench_lost(GAP_DEVICE), 0);
}

/* More than can wait. */
static void what_a_board_streams_for_long_before_it_is_described_is_counted(void **unused)
{
	(void)unused;
	link_bench_pass_ms(2000);
	rig_unplug(&link_bench.rig);
	rig_plug(&link_bench.rig);
	link_bench.rig.n_rows = link_bench.rig.n_gaps = 0;
	link_bench.is_deaf = true;
	link_bench_pass_ms(5000);
	link_bench.is_deaf = false;
	link_bench_pass_ms(1500);
	assert_in_range(rig_health(&link_bench.rig).lost_rows, 2000, 2500);
	link_bench_check_none_missing(link_bench_first_us());
}

/* A HELLO that was under way for long looks like a new start, and is none. */
static void an_old_announcement_costs_no_sample(void **unused)
{
	struct link_hello hello = {.protocol = LINK_PROTOCOL,
		.max_body = 254,
		.streams = 2,
		.uid = {0x6b, 0x74, 0, 0, 0, 0, 0, 1},
		.model = LINK_TEXT("Test Cup")};
	uint8_t payload[LINK_PAYLOAD_MAX], wire[LINK_WIRE_MAX];
	struct link_frame frame = {
		.type = LINK_HELLO, .seq = 77, .stream = LINK_NO_STREAM, .payload = payload};

	(void)unused;
	link_bench_pass_ms(3000);
	frame.size = link_write_hello(&hello, payload);
	rig_feed(&link_bench.rig, wire, link_encode(&frame, wire));
	link_bench.is_deaf = true; /* so that it is not described at once */
	link_bench_pass_ms(250);
	link_bench.is_deaf = false;
	link_bench_pass_ms(2000);
	link_bench_check_none_missing(link_bench_first_us());
	assert_int_equal(link_bench_lost(GAP_WIRE) + link_bench_lost(GAP_DEVICE), 0);
}

/* The number of the first sample is known: what is lost before the first that comes is no secret. */
static void samples_lost_right_after_a_start_are_counted(void **unused)
{
	double begun_us;
	uint64_t lost = 0;

	(void)unused;
	link_bench_pass_ms(15);
	assert_int_equal(link_bench.rig.n_devices, 1);
	begun_us = link_bench_micros();
	link_bench.knobs.cut_frames = 12;
	link_bench_pass_ms(2000);
	assert_true(link_bench_lost(GAP_WIRE) > 0);
	assert_true(link_bench_first_us() - begun_us > 40000);
	for (size_t i = 0; i < link_bench.rig.n_gaps; i++)
		if (link_bench.rig.gaps[i].stream == link_bench_stream("quick")->id)
			lost += link_bench.rig.gaps[i].lost_rows;
	link_bench_check_none_missing(link_bench_first_us() - 2000 * (double)lost);
	assert_int_equal(link_bench_lost(GAP_WIRE), rig_health(&link_bench.rig).lost_rows);
}

/* Its frames were heard, and before they could be understood it was switched off and on. */
static void samples_of_before_a_start_are_told_as_such(void **unused)
{
	(void)unused;
	link_bench_pass_ms(2000);
	rig_unplug(&link_bench.rig);
	rig_plug(&link_bench.rig);
	link_bench.rig.n_rows = link_bench.rig.n_gaps = 0;
	link_bench.is_deaf = true;
	link_bench_pass_ms(250);
	link_bench_power_on();
	link_bench.is_deaf = false;
	link_bench_pass_ms(2000);
	assert_true(link_bench_check_quick(link_bench.powered_ns, 60 * NS_PER_US) >= 800);
	assert_true(link_bench_first_us() < 250000);
	assert_in_range(link_bench_lost(GAP_RESET), 110, 140);
	assert_int_equal(link_bench_lost(GAP_WIRE) + link_bench_lost(GAP_DEVICE), 0);
}

static void a_board_that_starts_anew_is_a_gap_and_goes_on(void **unused)
{
	uint32_t quick, segment;
	size_t before;

	(void)unused;
	link_bench_pass_ms(3000);
	quick = link_bench_stream("quick")->id;
	segment = link_bench.rig.rows[link_bench.rig.n_rows - 1].piece.segment;
	before = link_bench.rig.n_gaps;
	link_bench_power_on();
	link_bench.rig.n_rows = 0;
	link_bench_pass_ms(3000);
	assert_int_equal(link_bench_stream("quick")->id, quick);
	assert_true(link_bench_check_quick(link_bench.powered_ns, 60 * NS_PER_US) >= 1200);
	assert_true(link_bench.rig.n_gaps >= before + 2); /* of both streams */
	for (size_t i = before; i < link_bench.rig.n_gaps; i++)
		assert_int_equal(link_bench.rig.gaps[i].reason, GAP_RESET);
	for (size_t i = 0; i < link_bench.rig.n_rows; i++)
		if (link_bench.rig.rows[i].has_tick &&
			link_bench.rig.rows[i].stamp_ns > link_bench.powered_ns)
			assert_true(link_bench.rig.rows[i].piece.segment != segment);
	assert_int_equal(link_bench.rig.n_gone, 0);
}

/* Its HELLOs are lost, and a ping of ours silences it: then its uptime gives it away. */
static void a_restart_that_nobody_heard_is_noticed_by_its_uptime(void **unused)
{
	(void)unused;
	link_bench_pass_ms(5000);
	link_bench_power_on();
	link_bench.knobs.is_mute = true;
	link_bench_pass_ms(1900);
	assert_true(model_board_has_host(link_bench.board));
	link_bench.knobs.is_mute = false;
	link_bench.rig.n_rows = 0;
	link_bench_pass_ms(4000);
	assert_true(link_bench_check_quick(link_bench.powered_ns, 60 * NS_PER_US) >= 500);
}

static void frames_lost_on_the_wire_are_told_as_such_and_counted(void **unused)
{
	(void)unused;
	link_bench_pass_ms(2000);
	link_bench.knobs.cut_frames = 3;
	link_bench_pass_ms(1000);
	assert_true(link_bench_lost(GAP_WIRE) > 0);
	assert_int_equal(link_bench_lost(GAP_DEVICE), 0);
	assert_int_equal(link_bench_lost(GAP_WIRE), rig_health(&link_bench.rig).lost_rows);
	link_bench_check_none_missing(link_bench_first_us());
}

static void samples_the_board_lost_are_its_own_fault(void **unused)
{
	(void)unused;
	link_bench_pass_ms(2000);
	link_bench.knobs.lost_samples = 7;
	link_bench_pass_ms(1000);
	assert_int_equal(link_bench_lost(GAP_DEVICE), 7);
	assert_int_equal(link_bench_lost(GAP_WIRE), 0);
}

static void noise_between_frames_is_counted_and_does_no_harm(void **unused)
{
	uint8_t noise[200];
	uint64_t state = 3;

	(void)unused;
	link_bench_pass_ms(1000);
	link_bench.rig.n_rows = 0;
	for (int i = 0; i < 50; i++) {
		for (size_t k = 0; k < sizeof(noise); k++) {
			state = state * 6364136223846793005u + 1;
			noise[k] = (uint8_t)(state >> 56);
		}
		noise[sizeof(noise) - 1] = 0;
		rig_feed(&link_bench.rig, noise, sizeof(noise));
		link_bench_pass_ms(40);
	}
	assert_true(rig_health(&link_bench.rig).bad_frames >= 50);
	assert_true(link_bench_check_quick(0, 60 * NS_PER_US) >= 900);
	assert_int_equal(rig_health(&link_bench.rig).lost_rows, 0);
}

#define LINK_TEST(name) cmocka_unit_test_setup_teardown(name, link_bench_open, link_bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINK_TEST(what_a_board_streams_before_it_is_described_is_kept),
		LINK_TEST(what_a_board_streams_for_long_before_it_is_described_is_counted),
		LINK_TEST(an_old_announcement_costs_no_sample),
		LINK_TEST(samples_lost_right_after_a_start_are_counted),
		LINK_TEST(samples_of_before_a_start_are_told_as_such),
		LINK_TEST(a_board_that_starts_anew_is_a_gap_and_goes_on),
		LINK_TEST(a_restart_that_nobody_heard_is_noticed_by_its_uptime),
		LINK_TEST(frames_lost_on_the_wire_are_told_as_such_and_counted),
		LINK_TEST(samples_the_board_lost_are_its_own_fault),
		LINK_TEST(noise_between_frames_is_counted_and_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
