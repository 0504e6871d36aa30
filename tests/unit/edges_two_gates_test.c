/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edges at known instants become the values that the formulas of kits/protocols/edges_two_gates.c promise,
 * stamped where they say; where edges are missing, nothing is made up. The kits are the real ones. */
#include "support/edges_bench.h"

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
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	cross("gate1", "gate2", us);
	assert_next("time", &at[0], 0.4, row);
	assert_next("speed", &at[1], 1.25, row);
	assert_next("speed1", &at[2], 1, row);
	assert_next("speed2", &at[3], 2, row);
	/* 1 m/s more in 406.25 ms - 12.5 ms, to 1e-5 as the resolution asks */
	assert_next("acceleration", &at[4], 2.53968, row);
	assert_int_equal(bench.rig.n_rows, 1);
}

static void two_gates_do_not_mind_the_direction(void **state)
{
	size_t time = 0, speed1 = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("photogates-two"));
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
	edges_rig_open_kit(&bench, KIT("photogates-two"));
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
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	pass_gate("gate1", 500000, 25000);
	cross("gate1", "gate2", 2600000);
	assert_next("time", &at, 0.4, 3012500);
	assert_int_equal(edges_rig_count(&bench, "time"), 1);
}

/* The second gate sees the first flag, or the second one if the first turned back. */
static void two_gates_give_nothing_of_two_flags_on_their_way(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	pass_gate("gate1", 300000, 25000); /* the second flag */
	assert_trouble("overtaken");
	pass_gate("gate2", 400000, 12500); /* the first one, or not */
	pass_gate("gate2", 700000, 12500);
	cross("gate1", "gate2", 1000000); /* close behind, perhaps with one still between */
	cross("gate2", "gate1", 2000000);
	assert_int_equal(edges_rig_count(&bench, "time"), 0);
	assert_trouble("overtaken");
	cross("gate1", "gate2", 2412501 + 2000000); /* all is quiet */
	assert_next("time", &at, 0.4, 2825001 + 2000000);
	assert_int_equal(edges_rig_count(&bench, "time"), 1);
	assert_trouble("");
}

static void two_gates_need_no_pause_between_flags_that_do_not_meet(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	for (int i = 0; i < 5; i++)
		cross(i % 2 ? "gate2" : "gate1", i % 2 ? "gate1" : "gate2", i * 450000);
	assert_int_equal(edges_rig_count(&bench, "time"), 5);
	assert_trouble("");
}

static void two_gates_report_no_crossing_that_misses_edges(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	edges_rig_lose(&bench, "gate2", true, 400000, 1);
	down("gate2", 412500);
	assert_int_equal(edges_rig_count(&bench, "time"), 0);
	assert_trouble("edges-lost");
}

/* Behind a lost edge nobody knows whom the second gate sees, nor when that one was at the first. */
static void two_gates_wait_for_quiet_behind_a_lost_edge(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	up("gate1", 0); /* its falling edge is lost */
	pass_gate("gate1", 300000, 25000);
	pass_gate("gate2", 400000, 25000); /* the first one, or the second */
	cross("gate1", "gate2", 1000000);
	assert_int_equal(edges_rig_count(&bench, "time"), 0);
	assert_trouble("edges-lost");
	cross("gate1", "gate2", 3500000);
	assert_next("time", &at, 0.4, 3912500);
	assert_trouble("");
}

static void two_gates_give_no_time_from_the_middle_of_a_flag(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	up("gate1", 0);
	up("gate1", 25000); /* it fell and rose, unseen */
	down("gate1", 26000);
	pass_gate("gate2", 400000, 25000);
	assert_int_equal(edges_rig_count(&bench, "time"), 0);
	assert_trouble("edges-lost");
}

/* It was quiet before, but not in what is missing. */
static void two_gates_are_not_quiet_where_edges_are_missing(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	pass_gate("gate2", 0, 25000);
	edges_rig_lose(&bench, "gate1", true, 5000000, 2);
	down("gate1", 5025000);
	pass_gate("gate2", 5400000, 25000);
	assert_int_equal(edges_rig_count(&bench, "time"), 0);
	assert_trouble("edges-lost");
}

static void two_gates_give_the_time_to_who_stops_in_the_second(void **state)
{
	size_t at = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	up("gate2", 400000);
	edges_rig_pass(&bench, 3000000);
	assert_next("time", &at, 0.4, 400000);
	assert_int_equal(edges_rig_count(&bench, "speed2"), 0);
}

static void two_gates_wait_no_longer_than_their_timeout(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	pass_gate("gate2", 2000001, 25000);
	assert_int_equal(edges_rig_count(&bench, "time"), 0);
}

static void two_gates_give_the_time_to_who_is_followed_closely(void **state)
{
	size_t at = 0, speed = 0;

	(void)state;
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	up("gate2", 400000);
	up("gate1", 410000); /* the next one */
	down("gate2", 425000);
	down("gate1", 435000);
	pass_gate("gate2", 910000, 25000);
	assert_next("time", &at, 0.4, 400000);
	assert_next("speed", &speed, 1.25, 400000);
	assert_next("time", &at, 0.5, 935000);
	assert_int_equal(edges_rig_count(&bench, "speed2"), 1);
}

static void two_gates_say_who_was_overtaken_or_turned_back(void **state)
{
	(void)state;
	edges_rig_open_kit(&bench, KIT("photogates-two"));
	pass_gate("gate1", 0, 25000);
	pass_gate("gate1", 2500000, 25000); /* long after its timeout: nobody misses it */
	assert_trouble("");
	pass_gate("gate1", 3000000, 25000);
	assert_trouble("overtaken");
	assert_int_equal(edges_rig_count(&bench, "time"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EDGES_TEST(two_gates_give_one_row_a_crossing),
		EDGES_TEST(two_gates_do_not_mind_the_direction),
		EDGES_TEST(two_gates_take_a_flag_longer_than_their_distance),
		EDGES_TEST(two_gates_forget_who_turned_back),
		EDGES_TEST(two_gates_give_nothing_of_two_flags_on_their_way),
		EDGES_TEST(two_gates_need_no_pause_between_flags_that_do_not_meet),
		EDGES_TEST(two_gates_report_no_crossing_that_misses_edges),
		EDGES_TEST(two_gates_wait_for_quiet_behind_a_lost_edge),
		EDGES_TEST(two_gates_give_no_time_from_the_middle_of_a_flag),
		EDGES_TEST(two_gates_are_not_quiet_where_edges_are_missing),
		EDGES_TEST(two_gates_give_the_time_to_who_stops_in_the_second),
		EDGES_TEST(two_gates_wait_no_longer_than_their_timeout),
		EDGES_TEST(two_gates_give_the_time_to_who_is_followed_closely),
		EDGES_TEST(two_gates_say_who_was_overtaken_or_turned_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
