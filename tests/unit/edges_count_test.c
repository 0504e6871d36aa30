/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edges at known instants become the values that the formulas of kits/protocols/edges_count.c promise,
 * stamped where they say; where edges are missing, nothing is made up. The kits are the real ones. */
#include <math.h>

#include "support/edges_bench.h"

/* --- counter --- */

static void counter_counts_every_pulse_and_its_rate(void **state)
{
	size_t count = 0, rate = 0, frequency = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("pulse-counter"));
	for (int i = 0; i < 3000; i++) /* 1 kHz */
		pass_gate("pulse", 500 + i * 1000, 100);
	edges_rig_pass(&bench, 4200000);
	for (int second = 1; second <= 3; second++) {
		assert_next("count", &count, 1000 * second, second * 1e6);
		assert_next("rate", &rate, 1000, second * 1e6);
	}
	assert_next("rate", &rate, 0, 4e6);
	assert_next("frequency", &frequency, 1000, 2e6);
	assert_next("frequency", &frequency, 1000, 3e6);
	assert_int_equal(edges_rig_count(&bench, "frequency"), 2); /* the first has no reference */
}

static void counter_gives_no_rate_where_edges_are_missing(void **state)
{
	size_t rate = 0, count = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("pulse-counter"));
	for (int i = 0; i < 10; i++)
		pass_gate("pulse", 50000 + i * 100000, 100);
	edges_rig_lose(&bench, "pulse", true, 1500000, 6);
	down("pulse", 1500100);
	edges_rig_pass(&bench, 3100000);
	assert_next("rate", &rate, 10, 1e6);
	assert_next("rate", &rate, 0, 3e6);
	assert_next("count", &count, 10, 1e6);
	assert_next("count", &count, 11, 2e6);
	assert_int_equal(rig_health(&bench.rig).lost_rows, 6);
}

static const char tube[] =
	"kit: tube\n"
	"name: {zh: 管, en: Tube}\n"
	"gpio: [{id: pulse, pin: 6, active: low}]\n"
	"edges: {mode: counter, lines: [pulse]}\n"
	"settings: [{id: dead_time, name: {zh: 死, en: Dead}, unit: us, value: 100, range: [0, 1000]}]\n"
	"channels:\n"
	"  - {id: rate, name: {zh: 率, en: Rate}, quantity: count-rate, unit: /s, range: [0, 1e6],"
	" resolution: 0.001, from: rate, rate: 1 Hz}\n";

static void counter_adds_what_the_tube_slept_through(void **state)
{
	size_t rate = 0;
	double us;

	(void)state;
	edges_rig_open(&bench, tube);
	for (int i = 0; i < 1000; i++)
		pass_gate("pulse", 500 + i * 1000, 100);
	edges_rig_pass(&bench, 1100000);
	assert_near(edges_rig_next(&bench, "rate", &rate, &us), 1000 / 0.9, 1e-6);
}

static void counter_does_not_guess_more_than_it_saw(void **state)
{
	(void)state;
	edges_rig_open(&bench, tube);
	for (int i = 0; i < 3001; i++)
		pass_gate("pulse", 100 + i * 300, 100);
	edges_rig_pass(&bench, 1100000);
	assert_int_equal(edges_rig_count(&bench, "rate"), 0);
	assert_trouble("too-fast-for-the-tube");
}

static void tube_gives_counts_and_dose(void **state)
{
	size_t cpm = 0, dose = 0, interval = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&bench, KIT("geiger-tube"));
	for (int i = 0; i < 50; i++)
		pass_gate("pulse", 100000 + i * 200000, 150);
	edges_rig_pass(&bench, 10100000);
	/* 300 a minute, and 50 * 190 us dead in 10 s */
	assert_near(edges_rig_next(&bench, "cpm", &cpm, &us), 300 / (1 - 50 * 190e-6 / 10), 1e-3);
	assert_near(us, 1e7, 0);
	assert_near(edges_rig_next(&bench, "dose", &dose, &us), 300 / 175.0, 2e-3);
	assert_next("interval", &interval, 0.2, 300000);
}

static void rain_falls_by_tips_and_by_the_hour(void **state)
{
	size_t rain = 0, intensity = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&bench, KIT("rain-gauge"));
	for (int i = 0; i < 5; i++) {
		up("bucket", 1e6 + i * 1e7);
		down("bucket", 1e6 + i * 1e7 + 2000); /* the reed bounces */
		up("bucket", 1e6 + i * 1e7 + 3000);
		down("bucket", 1e6 + i * 1e7 + 90000);
	}
	edges_rig_pass(&bench, 60100000);
	for (int i = 1; i <= 5; i++)
		assert_near(edges_rig_next(&bench, "rain", &rain, &us), 0.2794 * i, 1e-4);
	assert_near(us, 1e6 + 4e7, 0);
	assert_near(edges_rig_next(&bench, "intensity", &intensity, &us), 5 * 0.2794 * 60, 1e-3);
	assert_near(us, 6e7, 0);
}

static void cups_give_wind(void **state)
{
	size_t wind = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&bench, KIT("anemometer"));
	for (int i = 0; i < 15; i++)
		pass_gate("cups", 100000 + i * 200000, 50000); /* 5 a second: 12 km/h */
	edges_rig_pass(&bench, 3100000);
	assert_near(edges_rig_next(&bench, "wind", &wind, &us), 12 / 3.6, 1e-4);
	assert_near(us, 3e6, 0);
}

/* --- wheel --- */

static void wheel_turns(void **state)
{
	size_t speed = 0, rate = 0, turns = 0, distance = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&bench, KIT("hall-wheel"));
	for (int i = 0; i < 9; i++) /* 4 magnets, 2 turns a second */
		pass_gate("hall", 1000 + i * 125000, 10000);
	for (int i = 0; i < 8; i++) {
		assert_near(edges_rig_next(&bench, "speed", &speed, &us), M_PI * 0.065 * 2, 1e-6);
		assert_near(us, 1000 + i * 125000 + 62500, 0);
		assert_next("rate", &rate, 120, us);
	}
	for (int i = 0; i < 9; i++)
		assert_next("turns", &turns, i * 0.25, 1000 + i * 125000);
	for (int i = 0; i < 9; i++)
		assert_near(edges_rig_next(&bench, "distance", &distance, &us),
			M_PI * 0.065 * i * 0.25, 1e-6);
}

static void wheel_that_stands_says_so_once(void **state)
{
	size_t at = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&bench, KIT("hall-wheel"));
	pass_gate("hall", 0, 10000);
	pass_gate("hall", 125000, 10000);
	edges_rig_pass(&bench, 5000000);
	edges_rig_next(&bench, "speed", &at, &us);
	assert_next("speed", &at, 0, 2125000);
	assert_int_equal(edges_rig_count(&bench, "speed"), 2);
	pass_gate("hall", 6000000, 10000); /* where it stood is no interval */
	assert_int_equal(edges_rig_count(&bench, "speed"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EDGES_TEST(counter_counts_every_pulse_and_its_rate),
		EDGES_TEST(counter_gives_no_rate_where_edges_are_missing),
		EDGES_TEST(counter_adds_what_the_tube_slept_through),
		EDGES_TEST(counter_does_not_guess_more_than_it_saw),
		EDGES_TEST(tube_gives_counts_and_dose),
		EDGES_TEST(rain_falls_by_tips_and_by_the_hour),
		EDGES_TEST(cups_give_wind),
		EDGES_TEST(wheel_turns),
		EDGES_TEST(wheel_that_stands_says_so_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
