/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Sentences and pulses, played: who must agree with whom before it is a claim, and which second a pulse
 * begins, whatever the receiver takes to print it. */
#include "keep/wall_gps.h"

#include <stdlib.h>

#include "keep/wall_pps.h"
#include "support/cmocka_all.h"
#include "support/draw.h"

#define S ((int64_t)NS_PER_S)
#define MS ((int64_t)NS_PER_MS)

static const int64_t wall_ns = 1795859100 * S; /* 2026-11-28; board time begins there */
static const int64_t phase_ns = 123456789; /* the second begins at this fraction of board time */

static const struct anchor nothing;

/* The sentence of second i, printed `late_ns` behind it; 100 ms were taken off. */
static struct anchor sentence(int64_t i, int64_t late_ns)
{
	return (struct anchor){
		{i * S + phase_ns + late_ns - 100 * MS}, {wall_ns + i * S}, S / 2, ANCHOR_GPS};
}

static struct wall_pulse pulse(int64_t i)
{
	return (struct wall_pulse){(uint32_t)i, {i * S + phase_ns}, 300};
}

static void three_sentences_must_agree(void **state)
{
	struct wall_gps gps = {0};
	struct anchor said = nothing, claim;

	(void)state;
	for (int i = 0; i < 2; i++) {
		said = sentence(i, 150 * MS);
		assert_false(wall_gps_hear(&gps, &said, &claim));
	}
	said = sentence(2, 320 * MS); /* wobble */
	assert_true(wall_gps_hear(&gps, &said, &claim));
	assert_int_equal(claim.source, ANCHOR_GPS);
	assert_int_equal(claim.at.ns, said.at.ns);
	assert_int_equal(claim.wall.ns, said.wall.ns);
	assert_int_equal(claim.uncertainty_ns, S / 2);
}

static void who_jumps_or_pauses_begins_anew(void **state)
{
	struct wall_gps gps = {0};
	struct anchor said, claim;

	(void)state;
	for (int i = 0; i < 30; i++) {
		said = sentence(i, 150 * MS);
		said.wall.ns += i / 2 * 7 * 86400 * S; /* weeks counted anew each 2 s */
		assert_false(wall_gps_hear(&gps, &said, &claim));
	}
	for (int i = 100; i < 200; i += 11) {
		said = sentence(i, 150 * MS);
		assert_false(wall_gps_hear(&gps, &said, &claim));
	}
	said = sentence(199, 150 * MS);
	assert_false(wall_gps_hear(&gps, &said, &claim)); /* twice the same is once */
	said = sentence(199, 150 * MS);
	assert_false(wall_gps_hear(&gps, &said, &claim));
}

static void what_agrees_is_claimed_once_an_hour(void **state)
{
	struct wall_gps gps = {0};
	struct anchor said, claim;
	struct draw draw = {7};
	unsigned n = 0;

	(void)state;
	for (int i = 0; i < 10 * 3600; i++) {
		said = sentence(i, draw_between(&draw, 50 * MS, 220 * MS));
		n += wall_gps_hear(&gps, &said, &claim);
	}
	assert_int_equal(n, 10);
}

static void a_pulse_is_of_the_second_that_is_printed_behind_it(void **state)
{
	static const int64_t late_ms[] = {20, 60, 100, 250, 500, 700, 900};

	(void)state;
	for (size_t k = 0; k < sizeof late_ms / sizeof *late_ms; k++) {
		struct wall_gps gps = {0};
		struct anchor said, claim = nothing;
		bool is_claimed = false;

		for (int i = 0; i < 5 && !is_claimed; i++) {
			struct wall_pulse edge = pulse(i);

			wall_gps_pulse(&gps, &edge);
			said = sentence(i, late_ms[k] * MS);
			is_claimed = wall_gps_hear(&gps, &said, &claim);
		}
		assert_true(is_claimed);
		assert_int_equal(claim.source, ANCHOR_PPS);
		assert_int_equal(claim.uncertainty_ns, 10300);
		/* board time and wall time agree to the nanosecond, as was put in */
		assert_int_equal(claim.wall.ns - claim.at.ns, wall_ns - phase_ns);
	}
}

/* Main may be busy: then the next pulse has come before the sentence is looked at. */
static void the_pulse_before_the_newest_is_remembered(void **state)
{
	struct wall_gps gps = {0};
	struct anchor said, claim = nothing;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct wall_pulse now = pulse(i), next = pulse(i + 1);

		wall_gps_pulse(&gps, &now);
		wall_gps_pulse(&gps, &next);
		said = sentence(i, 700 * MS);
		if (wall_gps_hear(&gps, &said, &claim))
			break;
	}
	assert_int_equal(claim.source, ANCHOR_PPS);
	assert_int_equal(claim.wall.ns - claim.at.ns, wall_ns - phase_ns);
}

static void a_pulse_that_is_not_steady_is_left_alone(void **state)
{
	struct wall_gps gps = {0};
	struct anchor said, claim = nothing;
	unsigned n = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct wall_pulse edge = pulse(i);

		edge.at.ns += i % 2 * 2 * MS; /* chatter */
		wall_gps_pulse(&gps, &edge);
		wall_gps_pulse(&gps, &edge); /* the same again is no pulse */
		said = sentence(i, 200 * MS);
		n += wall_gps_hear(&gps, &said, &claim);
	}
	assert_int_equal(n, 1);
	assert_int_equal(claim.source, ANCHOR_GPS);
}

/* How many anchors a day's pulses make on a board whose clock is off by so much, and how far the last
 * anchor is off at worst. */
static unsigned claims_of_a_day(int64_t ppm, int64_t *ret_worst_ns)
{
	struct wall_gps gps = {0};
	struct anchor claim = nothing;
	unsigned n = 0;

	*ret_worst_ns = 0;
	for (int64_t i = 0; i < 86400; i++) {
		int64_t drifted = i * ppm * NS_PER_US;
		struct wall_pulse edge = pulse(i);
		struct anchor said = sentence(i, 200 * MS);

		edge.at.ns += drifted;
		said.at.ns += drifted;
		wall_gps_pulse(&gps, &edge);
		n += wall_gps_hear(&gps, &said, &claim);
		int64_t off =
			n ? llabs((claim.wall.ns - claim.at.ns) - (said.wall.ns - edge.at.ns)) : 0;
		*ret_worst_ns = off > *ret_worst_ns ? off : *ret_worst_ns;
	}
	assert_int_equal(claim.source, ANCHOR_PPS);
	return n;
}

static void a_day_of_pulses_is_a_few_anchors_an_hour(void **state)
{
	static const int64_t drifts_ppm[] = {0, 20, -20, 45, 60, 100, -200, 450, -700};

	(void)state;
	for (size_t i = 0; i < sizeof drifts_ppm / sizeof *drifts_ppm; i++) {
		int64_t worst_ns, ppm = drifts_ppm[i];
		unsigned n = claims_of_a_day(ppm, &worst_ns);

		assert_in_range(n, 144, 160);
		assert_true(worst_ns <= llabs(ppm) * 600 * NS_PER_US);
	}
}

static void a_pulse_that_the_map_does_not_expect_is_claimed_at_once(void **state)
{
	struct wall_gps gps = {0};
	struct anchor claim = nothing;
	unsigned n = 0;

	(void)state;
	for (int64_t i = 0; i < 120; i++) {
		struct wall_pulse edge = pulse(i);
		struct anchor said = sentence(i, 200 * MS);

		said.wall.ns += i >= 100 ? S : 0; /* it has heard of a leap second */
		wall_gps_pulse(&gps, &edge);
		n += wall_gps_hear(&gps, &said, &claim);
		if (i == 99)
			assert_int_equal(n, 1);
	}
	assert_int_equal(claim.wall.ns - claim.at.ns, wall_ns + S - phase_ns);
}

static void a_fraction_of_a_second_has_no_pulse(void **state)
{
	struct wall_gps gps = {0};
	struct anchor said, claim = nothing;

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct wall_pulse edge = pulse(i);

		wall_gps_pulse(&gps, &edge);
		said = sentence(i, 200 * MS); /* of a receiver that prints five times a second */
		said.wall.ns += 200 * MS;
		said.at.ns += 200 * MS;
		if (wall_gps_hear(&gps, &said, &claim))
			break;
	}
	assert_int_equal(claim.source, ANCHOR_GPS);
}

/* A record of a kernel's: assert 1795859101.000012345 #42. */
static void the_kernels_stamp_comes_into_board_time(void **state)
{
	const int64_t stamp_ns = 1795859101 * S + 12345;
	const struct anchor now = {{500 * S}, {stamp_ns + 400 * MS}, 250, ANCHOR_PPS};
	const struct anchor late = {{502 * S}, {stamp_ns + 2001 * MS}, 250, ANCHOR_PPS};
	const struct anchor stepped = {{500 * S}, {stamp_ns - 1}, 250, ANCHOR_PPS};
	struct wall_pulse placed;

	(void)state;
	assert_true(wall_pps_place(42, stamp_ns, &now, &placed));
	assert_int_equal(placed.at.ns, 500 * S - 400 * MS);
	assert_int_equal(placed.sequence, 42);
	assert_int_equal(placed.uncertainty_ns, 250);
	assert_false(wall_pps_place(42, stamp_ns, &late, &placed));
	assert_false(wall_pps_place(42, stamp_ns, &stepped, &placed));
	assert_false(wall_pps_place(0, 0, &now, &placed)); /* none was ever captured */
	assert_false(wall_pps_place(0, INT64_MIN, &now, &placed));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_sentences_must_agree),
		cmocka_unit_test(who_jumps_or_pauses_begins_anew),
		cmocka_unit_test(what_agrees_is_claimed_once_an_hour),
		cmocka_unit_test(a_pulse_is_of_the_second_that_is_printed_behind_it),
		cmocka_unit_test(the_pulse_before_the_newest_is_remembered),
		cmocka_unit_test(a_pulse_that_is_not_steady_is_left_alone),
		cmocka_unit_test(a_day_of_pulses_is_a_few_anchors_an_hour),
		cmocka_unit_test(a_pulse_that_the_map_does_not_expect_is_claimed_at_once),
		cmocka_unit_test(a_fraction_of_a_second_has_no_pulse),
		cmocka_unit_test(the_kernels_stamp_comes_into_board_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
