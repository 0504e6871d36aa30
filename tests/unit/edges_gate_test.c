/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edges at known instants become the values that the formulas of kits/protocols/edges_gate.c promise,
 * stamped where they say; where edges are missing, nothing is made up. The kits are the real ones.
 * Vectors: free fall and pendulum as computed for g = 9.80665 m/s2. */
#include "support/edges_bench.h"

static void kit_is_known_by_its_chip_and_pins(void **state)
{
	const struct device *device;

	(void)state;
	edges_rig_open_kit(&bench, KIT("photogate-one"));
	device = rig_device(&bench.rig);
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
	edges_rig_open_kit(&bench, KIT("photogate-one"));
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
	edges_rig_open_kit(&bench, KIT("photogate-one"));
	up("gate", 0);
	down("gate", 41);
	up("gate", 80);
	down("gate", 12500);
	up("gate", 12530);
	down("gate", 12560);
	assert_next("time", &at, 0.0125, 6250);
	assert_int_equal(edges_rig_count(&bench, "time"), 1);
}

static void gate_ignores_what_is_shorter_than_any_flag(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("photogate-one"));
	pass_gate("gate", 1000, 100);
	pass_gate("gate", 500000, 10000);
	assert_next("time", &at, 0.01, 505000);
	assert_int_equal(edges_rig_count(&bench, "time"), 1);
	assert_int_equal(bench.rig.n_gaps, 0);
}

static void gate_reports_no_pass_that_misses_edges(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("photogate-one"));
	up("gate", 0);
	edges_rig_lose(&bench, "gate", false, 50000, 2);
	assert_int_equal(edges_rig_count(&bench, "time"), 0);
	assert_trouble("edges-lost");
	assert_int_equal(rig_health(&bench.rig).lost_rows, 2);
	pass_gate("gate", 400000, 10000);
	assert_next("time", &at, 0.01, 405000);
	assert_gap(2);
	assert_trouble("");
}

static void gate_takes_an_edge_behind_a_loss_for_a_new_pass(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("photogate-one"));
	up("gate", 0);
	edges_rig_lose(&bench, "gate", true, 50000, 1);
	down("gate", 60000);
	assert_next("time", &at, 0.01, 55000);
	assert_gap(1);
}

static void gate_notices_a_loss_that_nobody_counted(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("photogate-one"));
	up("gate", 0);
	up("gate", 50000);
	assert_trouble("edges-lost");
	assert_int_equal(rig_health(&bench.rig).lost_rows, 1);
}

static void gate_in_the_sun_says_so(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("photogate-one"));
	pass_gate("gate", 0, 2000001);
	assert_int_equal(edges_rig_count(&bench, "time"), 0);
	assert_trouble("blocked-too-long");
}

static void gate_that_was_blocked_from_the_beginning_waits(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("photogate-one"));
	down("gate", 1000);
	assert_int_equal(edges_rig_count(&bench, "time"), 0);
	assert_trouble("");
}

/* --- pendulum --- */

static void pendulum_skips_one_pass_and_counts_none_twice(void **state)
{
	const double period = 2006409, half = 900000; /* 1 m; the gate is not in the middle */
	size_t at = 0, count = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("pendulum-gate"));
	for (int k = 0; k < 4; k++) {
		pass_gate("gate", 1000 + k * period, 10000);
		pass_gate("gate", 1000 + k * period + half, 10000);
	}
	for (int k = 1; k < 4; k++) {
		assert_next("period", &at, 2.006409, 1000 + k * period);
		assert_next("count", &count, k, 1000 + k * period);
	}
	assert_int_equal(edges_rig_count(&bench, "period"), 3);
}

static void pendulum_gives_the_speed_of_the_bob(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("pendulum-gate"));
	pass_gate("gate", 1000, 10000);
	assert_next("speed", &at, 2, 6000);
}

static void pendulum_begins_anew_behind_a_loss(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("pendulum-gate"));
	pass_gate("gate", 0, 10000);
	pass_gate("gate", 1000000, 10000);
	edges_rig_lose(&bench, "gate", true, 4000000, 2);
	down("gate", 4010000);
	pass_gate("gate", 5000000, 10000);
	pass_gate("gate", 6000000, 10000);
	assert_next("period", &at, 2, 6000000);
	assert_int_equal(edges_rig_count(&bench, "period"), 1);
}

static void pendulum_that_was_stopped_begins_anew(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("pendulum-gate"));
	pass_gate("gate", 0, 10000);
	pass_gate("gate", 1000000, 10000);
	pass_gate("gate", 7000000, 10000);
	assert_int_equal(edges_rig_count(&bench, "period"), 0);
}

/* --- picket fence --- */

static const double falls_us[] = {0, 62137, 100652, 131198, 157313, 180499, 201566, 221006};

static void fence_falls_with_g(void **state)
{
	size_t position = 0, speed = 0, acceleration = 0;
	double us, a = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("picket-fence"));
	for (int i = 0; i < 8; i++)
		pass_gate("gate", 1000 + falls_us[i], 2000);
	for (int i = 0; i < 8; i++)
		assert_near(edges_rig_next(&bench, "position", &position, &us), 0.05 * i, 1e-9);
	for (int i = 1; i < 8; i++) {
		double v = edges_rig_next(&bench, "speed", &speed, &us);

		assert_near(us, 1000 + (falls_us[i - 1] + falls_us[i]) / 2, 0);
		/* The mean over an interval is the speed at its middle. */
		assert_near(v, 0.5 + 9.80665 * (us - 1000) / 1e6, 5e-4);
	}
	for (int i = 3; i < 8; i++)
		a = edges_rig_next(&bench, "acceleration", &acceleration, &us);
	assert_near(a, 9.80665, 1e-3); /* the instants are rounded to 1 us */
	assert_int_equal(edges_rig_count(&bench, "acceleration"), 5);
}

static void fence_dropped_again_begins_anew(void **state)
{
	size_t at = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&bench, KIT("picket-fence"));
	for (int drop = 0; drop < 2; drop++)
		for (int i = 0; i < 8; i++)
			pass_gate("gate", 1000 + drop * 5e6 + falls_us[i], 2000);
	for (int i = 0; i < 16; i++)
		assert_near(edges_rig_next(&bench, "position", &at, &us), 0.05 * (i % 8), 1e-9);
	assert_int_equal(edges_rig_count(&bench, "speed"), 14);
}

/* --- button --- */

static void button_gives_the_instant_of_the_press(void **state)
{
	size_t press = 0, held = 0, is_held = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("push-button"));
	up("button", 1000000);
	for (int i = 1; i < 6; i++) /* it bounces, at both ends */
		edges_rig_move(&bench, "button", i % 2 == 0, 1000000 + i * 700);
	up("button", 1004900);
	down("button", 1250000);
	up("button", 1251000);
	down("button", 1252000);
	assert_next("press", &press, 1, 1000000);
	assert_next("held", &held, 0.25, 1250000);
	assert_next("state", &is_held, 1, 1000000);
	assert_next("state", &is_held, 0, 1250000);
	assert_int_equal(edges_rig_count(&bench, "press"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EDGES_TEST(kit_is_known_by_its_chip_and_pins),
		EDGES_TEST(gate_gives_speed_at_the_middle_of_the_pass),
		EDGES_TEST(gate_measures_from_first_edge_to_first_edge),
		EDGES_TEST(gate_ignores_what_is_shorter_than_any_flag),
		EDGES_TEST(gate_reports_no_pass_that_misses_edges),
		EDGES_TEST(gate_takes_an_edge_behind_a_loss_for_a_new_pass),
		EDGES_TEST(gate_notices_a_loss_that_nobody_counted),
		EDGES_TEST(gate_in_the_sun_says_so),
		EDGES_TEST(gate_that_was_blocked_from_the_beginning_waits),
		EDGES_TEST(pendulum_skips_one_pass_and_counts_none_twice),
		EDGES_TEST(pendulum_gives_the_speed_of_the_bob),
		EDGES_TEST(pendulum_begins_anew_behind_a_loss),
		EDGES_TEST(pendulum_that_was_stopped_begins_anew),
		EDGES_TEST(fence_falls_with_g),
		EDGES_TEST(fence_dropped_again_begins_anew),
		EDGES_TEST(button_gives_the_instant_of_the_press),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
