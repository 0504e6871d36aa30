/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edges at known instants become the values that the formulas of kits/protocols/edges_echo.c promise,
 * stamped where they say; where edges are missing, nothing is made up. The kits are the real ones. */
#include "support/edges_bench.h"

static void echo(double us, double for_us)
{
	edges_rig_pass(&bench, us);
	pass_gate("echo", us + 450, for_us);
}

static void ranger_asks_ten_times_a_second_and_measures(void **state)
{
	size_t at = 0, time = 0;
	double us;

	(void)state;
	edges_rig_open_kit(&bench, KIT("hc-sr04"));
	for (unsigned i = 0; i < 10; i++) {
		echo(40000 + i * 100000, 1166);
		assert_int_equal(bench.n_pulses, i + 1);
	}
	assert_int_equal(bench.pulse_line, 0);
	assert_in_range(bench.pulse_us, 10, 50);
	for (unsigned i = 0; i < 10; i++) {
		assert_near(edges_rig_next(&bench, "distance", &at, &us), 0.200094, 1e-6);
		assert_near(us, 40450 + i * 100000 + 583, 0);
		assert_next("echo", &time, 1.166, us);
	}
}

static void ranger_says_when_nothing_comes_back(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("hc-sr04"));
	edges_rig_pass(&bench, 40000);
	echo(40000, 38000);
	assert_int_equal(edges_rig_count(&bench, "distance"), 0);
	assert_trouble("no-echo");
}

static void ranger_says_when_nobody_is_there(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("hc-sr04"));
	edges_rig_pass(&bench, 1000000);
	assert_trouble("no-answer");
}

static void ranger_that_is_stuck_is_not_asked_again(void **state)
{
	struct feed_health health;
	unsigned n_pulses;
	uint64_t bad;

	(void)state;
	edges_rig_open_kit(&bench, KIT("hc-sr04"));
	edges_rig_pass(&bench, 40000);
	up("echo", 40450);
	edges_rig_pass(&bench, 1000000);
	n_pulses = bench.n_pulses;
	bad = rig_health(&bench.rig).bad_frames;
	edges_rig_pass(&bench, 3000000);
	assert_int_equal(bench.n_pulses, n_pulses);
	assert_trouble("stuck-high");
	health = rig_health(&bench.rig);
	assert_int_equal(health.bad_frames, bad); /* nothing came */
	assert_in_range(health.unanswered, 20, 30);
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
	edges_rig_open(&bench, yaml);
	edges_rig_pass(&bench, 340000);
	assert_int_equal(bench.n_pulses, 2);
	assert_trouble("no-answer");
	pass_gate("echo", 340450, 1166);
	assert_near(edges_rig_next(&bench, "distance", &at, &us), 0.200094, 1e-6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EDGES_TEST(ranger_asks_ten_times_a_second_and_measures),
		EDGES_TEST(ranger_says_when_nothing_comes_back),
		EDGES_TEST(ranger_says_when_nobody_is_there),
		EDGES_TEST(ranger_that_is_stuck_is_not_asked_again),
		EDGES_TEST(ranger_without_a_timeout_asks_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
