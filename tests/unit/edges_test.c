/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edges at known instants become the values that the formulas of kits/protocols/edges*.c promise,
 * stamped where they say; where edges are missing, nothing is made up. The kits are the real ones.
 * Vectors: free fall and pendulum as computed for g = 9.80665 m/s2. */
#include <math.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/edges_rig.h"

#define KIT(name) KITLOG_SOURCE "/kits/" name

static struct edges_rig rig;

static int unplug(void **state)
{
	(void)state;
	edges_rig_close(&rig);
	return 0;
}

static void up(const char *id, double us)
{
	edges_rig_move(&rig, id, true, us);
}

static void down(const char *id, double us)
{
	edges_rig_move(&rig, id, false, us);
}

static void pass_gate(const char *id, double us, double for_us)
{
	up(id, us);
	down(id, us + for_us);
}

static void assert_near(double value, double expected, double within)
{
	if (!(fabs(value - expected) <= within)) {
		print_error("%.12g is not %.12g\n", value, expected);
		fail();
	}
}

/* The next value of a channel and its stamp, exactly. */
static void assert_next(const char *channel, size_t *at, double value, double us)
{
	double got_us, got = edges_rig_next(&rig, channel, at, &got_us);

	assert_near(got, value, 0);
	assert_near(got_us, us, 0);
}

static void assert_gap(uint64_t n_lost)
{
	assert_true(rig.rig.n_gaps > 0);
	assert_int_equal(rig.rig.gaps[rig.rig.n_gaps - 1].reason, GAP_WIRE);
	assert_int_equal(rig.rig.gaps[rig.rig.n_gaps - 1].lost_rows, n_lost);
}

static void assert_trouble(const char *word)
{
	assert_string_equal(rig_health(&rig.rig).trouble, word);
}

/* --- the kit as a device --- */

static void kit_is_known_by_its_chip_and_pins(void **state)
{
	const struct device *device;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogate-one"));
	device = rig_device(&rig.rig);
	assert_string_equal(device->identity, "gpio:bench:17,27");
	assert_string_equal(device->kit, "photogate-one");
	assert_string_equal(device->family, "edges");
	assert_int_equal(device->n_streams, 1);
	assert_int_equal(device->streams[0].stamps, STAMP_KERNEL);
	assert_int_equal(device->streams[0].period_ns, 0);
}

/* --- gate --- */

static void gate_gives_speed_at_the_middle_of_the_pass(void **state)
{
	size_t time = 0, speed = 0, count = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogate-one"));
	pass_gate("gate", 100000, 12500);
	pass_gate("gate", 300000, 25000);
	assert_next("time", &time, 0.0125, 106250);
	assert_next("speed", &speed, 2, 106250);
	assert_next("count", &count, 1, 106250);
	assert_next("time", &time, 0.025, 312500);
	assert_next("speed", &speed, 1, 312500);
	assert_next("count", &count, 2, 312500);
}

static void gate_measures_from_first_edge_to_first_edge(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogate-one"));
	up("gate", 0);
	down("gate", 41);
	up("gate", 80);
	down("gate", 12500);
	up("gate", 12530);
	down("gate", 12560);
	assert_next("time", &at, 0.0125, 6250);
	assert_int_equal(edges_rig_count(&rig, "time"), 1);
}

static void gate_ignores_what_is_shorter_than_any_flag(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogate-one"));
	pass_gate("gate", 1000, 100);
	pass_gate("gate", 500000, 10000);
	assert_next("time", &at, 0.01, 505000);
	assert_int_equal(edges_rig_count(&rig, "time"), 1);
	assert_int_equal(rig.rig.n_gaps, 0);
}

static void gate_reports_no_pass_that_misses_edges(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogate-one"));
	up("gate", 0);
	edges_rig_lose(&rig, "gate", false, 50000, 2);
	assert_int_equal(edges_rig_count(&rig, "time"), 0);
	assert_trouble("edges-lost");
	assert_int_equal(rig_health(&rig.rig).lost_rows, 2);
	pass_gate("gate", 400000, 10000);
	assert_next("time", &at, 0.01, 405000);
	assert_gap(2);
	assert_trouble("");
}

static void gate_takes_an_edge_behind_a_loss_for_a_new_pass(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogate-one"));
	up("gate", 0);
	edges_rig_lose(&rig, "gate", true, 50000, 1);
	down("gate", 60000);
	assert_next("time", &at, 0.01, 55000);
	assert_gap(1);
}

static void gate_notices_a_loss_that_nobody_counted(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("photogate-one"));
	up("gate", 0);
	up("gate", 50000);
	assert_trouble("edges-lost");
	assert_int_equal(rig_health(&rig.rig).lost_rows, 1);
}

static void gate_in_the_sun_says_so(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("photogate-one"));
	pass_gate("gate", 0, 2000001);
	assert_int_equal(edges_rig_count(&rig, "time"), 0);
	assert_trouble("blocked-too-long");
}

static void gate_that_was_blocked_from_the_beginning_waits(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("photogate-one"));
	down("gate", 1000);
	assert_int_equal(edges_rig_count(&rig, "time"), 0);
	assert_trouble("");
}

/* --- two gates --- */

/* From 1 m/s to 2 m/s: a flag of 25 mm, gates 0.5 m apart. */
static void cross(const char *first, const char *second, double us)
{
	pass_gate(first, us, 25000);
	pass_gate(second, us + 400000, 12500);
}

static void two_gates_give_one_row_a_crossing(void **state)
{
	size_t at[5] = {0};
	double us = 1000000, row = us + 412500;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	cross("gate1", "gate2", us);
	assert_next("time", &at[0], 0.4, row);
	assert_next("speed", &at[1], 1.25, row);
	assert_next("speed1", &at[2], 1, row);
	assert_next("speed2", &at[3], 2, row);
	/* 1 m/s more in 406.25 ms - 12.5 ms, to 1e-5 as the resolution asks */
	assert_next("acceleration", &at[4], 2.53968, row);
	assert_int_equal(rig.rig.n_rows, 1);
}

static void two_gates_do_not_mind_the_direction(void **state)
{
	size_t time = 0, speed1 = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	cross("gate2", "gate1", 100000);
	cross("gate1", "gate2", 2000000);
	assert_next("time", &time, 0.4, 512500);
	assert_next("speed1", &speed1, 1, 512500);
	assert_next("time", &time, 0.4, 2412500);
	assert_next("speed1", &speed1, 1, 2412500);
}

static void two_gates_take_a_flag_longer_than_their_distance(void **state)
{
	size_t at[3] = {0};

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	up("gate1", 0);
	up("gate2", 10000);
	down("gate1", 25000);
	down("gate2", 35000);
	assert_next("time", &at[0], 0.01, 35000);
	assert_next("speed1", &at[1], 1, 35000);
	assert_next("acceleration", &at[2], 0, 35000);
}

static void two_gates_forget_who_turned_back(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	pass_gate("gate1", 500000, 25000);
	cross("gate1", "gate2", 2600000);
	assert_next("time", &at, 0.4, 3012500);
	assert_int_equal(edges_rig_count(&rig, "time"), 1);
}

/* The second gate sees the first flag, or the second one if the first turned back. */
static void two_gates_give_nothing_of_two_flags_on_their_way(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	pass_gate("gate1", 300000, 25000); /* the second flag */
	assert_trouble("overtaken");
	pass_gate("gate2", 400000, 12500); /* the first one, or not */
	pass_gate("gate2", 700000, 12500);
	cross("gate1", "gate2", 1000000); /* close behind, perhaps with one still between */
	cross("gate2", "gate1", 2000000);
	assert_int_equal(edges_rig_count(&rig, "time"), 0);
	assert_trouble("overtaken");
	cross("gate1", "gate2", 2412501 + 2000000); /* all is quiet */
	assert_next("time", &at, 0.4, 2825001 + 2000000);
	assert_int_equal(edges_rig_count(&rig, "time"), 1);
	assert_trouble("");
}

static void two_gates_need_no_pause_between_flags_that_do_not_meet(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	for (int i = 0; i < 5; i++)
		cross(i % 2 ? "gate2" : "gate1", i % 2 ? "gate1" : "gate2", i * 450000);
	assert_int_equal(edges_rig_count(&rig, "time"), 5);
	assert_trouble("");
}

static void two_gates_report_no_crossing_that_misses_edges(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	edges_rig_lose(&rig, "gate2", true, 400000, 1);
	down("gate2", 412500);
	assert_int_equal(edges_rig_count(&rig, "time"), 0);
	assert_trouble("edges-lost");
}

/* Behind a lost edge nobody knows whom the second gate sees, nor when that one was at the first. */
static void two_gates_wait_for_quiet_behind_a_lost_edge(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	up("gate1", 0); /* its falling edge is lost */
	pass_gate("gate1", 300000, 25000);
	pass_gate("gate2", 400000, 25000); /* the first one, or the second */
	cross("gate1", "gate2", 1000000);
	assert_int_equal(edges_rig_count(&rig, "time"), 0);
	assert_trouble("edges-lost");
	cross("gate1", "gate2", 3500000);
	assert_next("time", &at, 0.4, 3912500);
	assert_trouble("");
}

static void two_gates_give_no_time_from_the_middle_of_a_flag(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	up("gate1", 0);
	up("gate1", 25000); /* it fell and rose, unseen */
	down("gate1", 26000);
	pass_gate("gate2", 400000, 25000);
	assert_int_equal(edges_rig_count(&rig, "time"), 0);
	assert_trouble("edges-lost");
}

/* It was quiet before, but not in what is missing. */
static void two_gates_are_not_quiet_where_edges_are_missing(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	pass_gate("gate2", 0, 25000);
	edges_rig_lose(&rig, "gate1", true, 5000000, 2);
	down("gate1", 5025000);
	pass_gate("gate2", 5400000, 25000);
	assert_int_equal(edges_rig_count(&rig, "time"), 0);
	assert_trouble("edges-lost");
}

static void two_gates_give_the_time_to_who_stops_in_the_second(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	up("gate2", 400000);
	edges_rig_pass(&rig, 3000000);
	assert_next("time", &at, 0.4, 400000);
	assert_int_equal(edges_rig_count(&rig, "speed2"), 0);
}

static void two_gates_wait_no_longer_than_their_timeout(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	pass_gate("gate2", 2000001, 25000);
	assert_int_equal(edges_rig_count(&rig, "time"), 0);
}

static void two_gates_give_the_time_to_who_is_followed_closely(void **state)
{
	size_t at = 0, speed = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	up("gate2", 400000);
	up("gate1", 410000); /* the next one */
	down("gate2", 425000);
	down("gate1", 435000);
	pass_gate("gate2", 910000, 25000);
	assert_next("time", &at, 0.4, 400000);
	assert_next("speed", &speed, 1.25, 400000);
	assert_next("time", &at, 0.5, 935000);
	assert_int_equal(edges_rig_count(&rig, "speed2"), 1);
}

static void two_gates_say_who_was_overtaken_or_turned_back(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	pass_gate("gate1", 2500000, 25000); /* long after its timeout: nobody misses it */
	assert_trouble("");
	pass_gate("gate1", 3000000, 25000);
	assert_trouble("overtaken");
	assert_int_equal(edges_rig_count(&rig, "time"), 0);
}

/* --- pendulum --- */

static void pendulum_skips_one_pass_and_counts_none_twice(void **state)
{
	const double period = 2006409, half = 900000; /* 1 m; the gate is not in the middle */
	size_t at = 0, count = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("pendulum-gate"));
	for (int k = 0; k < 4; k++) {
		pass_gate("gate", 1000 + k * period, 10000);
		pass_gate("gate", 1000 + k * period + half, 10000);
	}
	for (int k = 1; k < 4; k++) {
		assert_next("period", &at, 2.006409, 1000 + k * period);
		assert_next("count", &count, k, 1000 + k * period);
	}
	assert_int_equal(edges_rig_count(&rig, "period"), 3);
}

static void pendulum_gives_the_speed_of_the_bob(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("pendulum-gate"));
	pass_gate("gate", 1000, 10000);
	assert_next("speed", &at, 2, 6000);
}

static void pendulum_begins_anew_behind_a_loss(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("pendulum-gate"));
	pass_gate("gate", 0, 10000);
	pass_gate("gate", 1000000, 10000);
	edges_rig_lose(&rig, "gate", true, 4000000, 2);
	down("gate", 4010000);
	pass_gate("gate", 5000000, 10000);
	pass_gate("gate", 6000000, 10000);
	assert_next("period", &at, 2, 6000000);
	assert_int_equal(edges_rig_count(&rig, "period"), 1);
}

static void pendulum_that_was_stopped_begins_anew(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("pendulum-gate"));
	pass_gate("gate", 0, 10000);
	pass_gate("gate", 1000000, 10000);
	pass_gate("gate", 7000000, 10000);
	assert_int_equal(edges_rig_count(&rig, "period"), 0);
}

/* --- picket fence --- */

static const double falls_us[] = {0, 62137, 100652, 131198, 157313, 180499, 201566, 221006};

static void fence_falls_with_g(void **state)
{
	size_t position = 0, speed = 0, acceleration = 0;
	double us, a = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("picket-fence"));
	for (int i = 0; i < 8; i++)
		pass_gate("gate", 1000 + falls_us[i], 2000);
	for (int i = 0; i < 8; i++)
		assert_near(edges_rig_next(&rig, "position", &position, &us), 0.05 * i, 1e-9);
	for (int i = 1; i < 8; i++) {
		double v = edges_rig_next(&rig, "speed", &speed, &us);

		assert_near(us, 1000 + (falls_us[i - 1] + falls_us[i]) / 2, 0);
		/* The mean over an interval is the speed at its middle. */
		assert_near(v, 0.5 + 9.80665 * (us - 1000) / 1e6, 5e-4);
	}
	for (int i = 3; i < 8; i++)
		a = edges_rig_next(&rig, "acceleration", &acceleration, &us);
	assert_near(a, 9.80665, 1e-3); /* the instants are rounded to 1 us */
	assert_int_equal(edges_rig_count(&rig, "acceleration"), 5);
}

static void fence_dropped_again_begins_anew(void **state)
{
	size_t at = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&rig, KIT("picket-fence"));
	for (int drop = 0; drop < 2; drop++)
		for (int i = 0; i < 8; i++)
			pass_gate("gate", 1000 + drop * 5e6 + falls_us[i], 2000);
	for (int i = 0; i < 16; i++)
		assert_near(edges_rig_next(&rig, "position", &at, &us), 0.05 * (i % 8), 1e-9);
	assert_int_equal(edges_rig_count(&rig, "speed"), 14);
}

/* --- counter --- */

static void counter_counts_every_pulse_and_its_rate(void **state)
{
	size_t count = 0, rate = 0, frequency = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("pulse-counter"));
	for (int i = 0; i < 3000; i++) /* 1 kHz */
		pass_gate("pulse", 500 + i * 1000, 100);
	edges_rig_pass(&rig, 4200000);
	for (int second = 1; second <= 3; second++) {
		assert_next("count", &count, 1000 * second, second * 1e6);
		assert_next("rate", &rate, 1000, second * 1e6);
	}
	assert_next("rate", &rate, 0, 4e6);
	assert_next("frequency", &frequency, 1000, 2e6);
	assert_next("frequency", &frequency, 1000, 3e6);
	assert_int_equal(edges_rig_count(&rig, "frequency"), 2); /* the first has no reference */
}

static void counter_gives_no_rate_where_edges_are_missing(void **state)
{
	size_t rate = 0, count = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("pulse-counter"));
	for (int i = 0; i < 10; i++)
		pass_gate("pulse", 50000 + i * 100000, 100);
	edges_rig_lose(&rig, "pulse", true, 1500000, 6);
	down("pulse", 1500100);
	edges_rig_pass(&rig, 3100000);
	assert_next("rate", &rate, 10, 1e6);
	assert_next("rate", &rate, 0, 3e6);
	assert_next("count", &count, 10, 1e6);
	assert_next("count", &count, 11, 2e6);
	assert_int_equal(rig_health(&rig.rig).lost_rows, 6);
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
	edges_rig_open(&rig, tube);
	for (int i = 0; i < 1000; i++)
		pass_gate("pulse", 500 + i * 1000, 100);
	edges_rig_pass(&rig, 1100000);
	assert_near(edges_rig_next(&rig, "rate", &rate, &us), 1000 / 0.9, 1e-6);
}

static void counter_does_not_guess_more_than_it_saw(void **state)
{
	(void)state;
	edges_rig_open(&rig, tube);
	for (int i = 0; i < 3001; i++)
		pass_gate("pulse", 100 + i * 300, 100);
	edges_rig_pass(&rig, 1100000);
	assert_int_equal(edges_rig_count(&rig, "rate"), 0);
	assert_trouble("too-fast-for-the-tube");
}

static void tube_gives_counts_and_dose(void **state)
{
	size_t cpm = 0, dose = 0, interval = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&rig, KIT("geiger-tube"));
	for (int i = 0; i < 50; i++)
		pass_gate("pulse", 100000 + i * 200000, 150);
	edges_rig_pass(&rig, 10100000);
	/* 300 a minute, and 50 * 190 us dead in 10 s */
	assert_near(edges_rig_next(&rig, "cpm", &cpm, &us), 300 / (1 - 50 * 190e-6 / 10), 1e-3);
	assert_near(us, 1e7, 0);
	assert_near(edges_rig_next(&rig, "dose", &dose, &us), 300 / 175.0, 2e-3);
	assert_next("interval", &interval, 0.2, 300000);
}

static void rain_falls_by_tips_and_by_the_hour(void **state)
{
	size_t rain = 0, intensity = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&rig, KIT("rain-gauge"));
	for (int i = 0; i < 5; i++) {
		up("bucket", 1e6 + i * 1e7);
		down("bucket", 1e6 + i * 1e7 + 2000); /* the reed bounces */
		up("bucket", 1e6 + i * 1e7 + 3000);
		down("bucket", 1e6 + i * 1e7 + 90000);
	}
	edges_rig_pass(&rig, 60100000);
	for (int i = 1; i <= 5; i++)
		assert_near(edges_rig_next(&rig, "rain", &rain, &us), 0.2794 * i, 1e-4);
	assert_near(us, 1e6 + 4e7, 0);
	assert_near(edges_rig_next(&rig, "intensity", &intensity, &us), 5 * 0.2794 * 60, 1e-3);
	assert_near(us, 6e7, 0);
}

static void cups_give_wind(void **state)
{
	size_t wind = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&rig, KIT("anemometer"));
	for (int i = 0; i < 15; i++)
		pass_gate("cups", 100000 + i * 200000, 50000); /* 5 a second: 12 km/h */
	edges_rig_pass(&rig, 3100000);
	assert_near(edges_rig_next(&rig, "wind", &wind, &us), 12 / 3.6, 1e-4);
	assert_near(us, 3e6, 0);
}

/* --- wheel --- */

static void wheel_turns(void **state)
{
	size_t speed = 0, rate = 0, turns = 0, distance = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&rig, KIT("hall-wheel"));
	for (int i = 0; i < 9; i++) /* 4 magnets, 2 turns a second */
		pass_gate("hall", 1000 + i * 125000, 10000);
	for (int i = 0; i < 8; i++) {
		assert_near(edges_rig_next(&rig, "speed", &speed, &us), M_PI * 0.065 * 2, 1e-6);
		assert_near(us, 1000 + i * 125000 + 62500, 0);
		assert_next("rate", &rate, 120, us);
	}
	for (int i = 0; i < 9; i++)
		assert_next("turns", &turns, i * 0.25, 1000 + i * 125000);
	for (int i = 0; i < 9; i++)
		assert_near(edges_rig_next(&rig, "distance", &distance, &us),
			M_PI * 0.065 * i * 0.25, 1e-6);
}

static void wheel_that_stands_says_so_once(void **state)
{
	size_t at = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&rig, KIT("hall-wheel"));
	pass_gate("hall", 0, 10000);
	pass_gate("hall", 125000, 10000);
	edges_rig_pass(&rig, 5000000);
	edges_rig_next(&rig, "speed", &at, &us);
	assert_next("speed", &at, 0, 2125000);
	assert_int_equal(edges_rig_count(&rig, "speed"), 2);
	pass_gate("hall", 6000000, 10000); /* where it stood is no interval */
	assert_int_equal(edges_rig_count(&rig, "speed"), 2);
}

/* --- ultrasonic --- */

static void echo(double us, double for_us)
{
	edges_rig_pass(&rig, us);
	pass_gate("echo", us + 450, for_us);
}

static void ranger_asks_ten_times_a_second_and_measures(void **state)
{
	size_t at = 0, time = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&rig, KIT("hc-sr04"));
	for (unsigned i = 0; i < 10; i++) {
		echo(40000 + i * 100000, 1166);
		assert_int_equal(rig.n_pulses, i + 1);
	}
	assert_int_equal(rig.pulse_line, 0);
	assert_in_range(rig.pulse_us, 10, 50);
	for (unsigned i = 0; i < 10; i++) {
		assert_near(edges_rig_next(&rig, "distance", &at, &us), 0.200094, 1e-6);
		assert_near(us, 40450 + i * 100000 + 583, 0);
		assert_next("echo", &time, 1.166, us);
	}
}

static void ranger_says_when_nothing_comes_back(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("hc-sr04"));
	edges_rig_pass(&rig, 40000);
	echo(40000, 38000);
	assert_int_equal(edges_rig_count(&rig, "distance"), 0);
	assert_trouble("no-echo");
}

static void ranger_says_when_nobody_is_there(void **state)
{
	(void)state;
	edges_rig_open_kit(&rig, KIT("hc-sr04"));
	edges_rig_pass(&rig, 1000000);
	assert_trouble("no-answer");
}

static void ranger_that_is_stuck_is_not_asked_again(void **state)
{
	unsigned n_pulses;

	(void)state;
	edges_rig_open_kit(&rig, KIT("hc-sr04"));
	edges_rig_pass(&rig, 40000);
	up("echo", 40450);
	edges_rig_pass(&rig, 1000000);
	n_pulses = rig.n_pulses;
	edges_rig_pass(&rig, 3000000);
	assert_int_equal(rig.n_pulses, n_pulses);
	assert_trouble("stuck-high");
}

/* One echo that does not come costs one row, also where kit.yaml names no timeout. */
static void ranger_without_a_timeout_asks_again(void **state)
{
	static const char yaml[] =
		"kit: ranger\nname: {zh: 测距, en: Ranger}\ngpio:\n"
		"  - {id: trigger, pin: 23, output: yes}\n  - {id: echo, pin: 24}\n"
		"edges: {mode: ultrasonic, lines: [trigger, echo]}\nrate: 10 Hz\nchannels:\n"
		"  - {id: distance, name: {zh: 距离, en: Distance}, quantity: distance, unit: m,"
		" range: [0.02, 4], resolution: 0.001, accuracy: 0.003, from: distance}\n";
	size_t at = 0;
	double us;

	(void)state;
	edges_rig_open(&rig, yaml);
	edges_rig_pass(&rig, 340000);
	assert_int_equal(rig.n_pulses, 2);
	assert_trouble("no-answer");
	pass_gate("echo", 340450, 1166);
	assert_near(edges_rig_next(&rig, "distance", &at, &us), 0.200094, 1e-6);
}

/* --- button --- */

static void button_gives_the_instant_of_the_press(void **state)
{
	size_t press = 0, held = 0, is_held = 0;

	(void)state;
	edges_rig_open_kit(&rig, KIT("push-button"));
	up("button", 1000000);
	for (int i = 1; i < 6; i++) /* it bounces, at both ends */
		edges_rig_move(&rig, "button", i % 2 == 0, 1000000 + i * 700);
	up("button", 1004900);
	down("button", 1250000);
	up("button", 1251000);
	down("button", 1252000);
	assert_next("press", &press, 1, 1000000);
	assert_next("held", &held, 0.25, 1250000);
	assert_next("state", &is_held, 1, 1000000);
	assert_next("state", &is_held, 0, 1250000);
	assert_int_equal(edges_rig_count(&rig, "press"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, unplug)
	const struct CMUnitTest tests[] = {
		TEST(kit_is_known_by_its_chip_and_pins),
		TEST(gate_gives_speed_at_the_middle_of_the_pass),
		TEST(gate_measures_from_first_edge_to_first_edge),
		TEST(gate_ignores_what_is_shorter_than_any_flag),
		TEST(gate_reports_no_pass_that_misses_edges),
		TEST(gate_takes_an_edge_behind_a_loss_for_a_new_pass),
		TEST(gate_notices_a_loss_that_nobody_counted),
		TEST(gate_in_the_sun_says_so),
		TEST(gate_that_was_blocked_from_the_beginning_waits),
		TEST(two_gates_give_one_row_a_crossing),
		TEST(two_gates_do_not_mind_the_direction),
		TEST(two_gates_take_a_flag_longer_than_their_distance),
		TEST(two_gates_forget_who_turned_back),
		TEST(two_gates_give_nothing_of_two_flags_on_their_way),
		TEST(two_gates_need_no_pause_between_flags_that_do_not_meet),
		TEST(two_gates_report_no_crossing_that_misses_edges),
		TEST(two_gates_wait_for_quiet_behind_a_lost_edge),
		TEST(two_gates_give_no_time_from_the_middle_of_a_flag),
		TEST(two_gates_are_not_quiet_where_edges_are_missing),
		TEST(two_gates_give_the_time_to_who_stops_in_the_second),
		TEST(two_gates_wait_no_longer_than_their_timeout),
		TEST(two_gates_give_the_time_to_who_is_followed_closely),
		TEST(two_gates_say_who_was_overtaken_or_turned_back),
		TEST(pendulum_skips_one_pass_and_counts_none_twice),
		TEST(pendulum_gives_the_speed_of_the_bob),
		TEST(pendulum_begins_anew_behind_a_loss),
		TEST(pendulum_that_was_stopped_begins_anew),
		TEST(fence_falls_with_g),
		TEST(fence_dropped_again_begins_anew),
		TEST(counter_counts_every_pulse_and_its_rate),
		TEST(counter_gives_no_rate_where_edges_are_missing),
		TEST(counter_adds_what_the_tube_slept_through),
		TEST(counter_does_not_guess_more_than_it_saw),
		TEST(tube_gives_counts_and_dose),
		TEST(rain_falls_by_tips_and_by_the_hour),
		TEST(cups_give_wind),
		TEST(wheel_turns),
		TEST(wheel_that_stands_says_so_once),
		TEST(ranger_asks_ten_times_a_second_and_measures),
		TEST(ranger_says_when_nothing_comes_back),
		TEST(ranger_says_when_nobody_is_there),
		TEST(ranger_that_is_stuck_is_not_asked_again),
		TEST(ranger_without_a_timeout_asks_again),
		TEST(button_gives_the_instant_of_the_press),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
