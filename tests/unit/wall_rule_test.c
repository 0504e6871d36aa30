/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The rule of wall time, without a card: boots and claims in, hours out. */
#include <stdlib.h>

#include "keep/wall_map.h"
#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)
#define MS ((int64_t)NS_PER_MS)
#define HOUR (3600 * S)
#define DAY (24 * HOUR)
#define NOW (1800000000 * S) /* wall time of board time 0 */

static struct wall_map *map;
static int64_t taken_ns;

static int begin(void **state)
{
	(void)state;
	taken_ns = 0;
	assert_int_equal(wall_map_new(&map), 0);
	return wall_map_add_boot(map, 1, (struct instant){0}, 0);
}

static int end(void **state)
{
	(void)state;
	wall_map_free(map);
	return 0;
}

/* A claim made when all rows before `at_ns` were taken. */
static enum wall_verdict claim(uint32_t boot, int64_t at_ns, int64_t wall_ns,
	int64_t uncertainty_ns, enum anchor_source source)
{
	struct anchor anchor = {{at_ns}, {wall_ns}, uncertainty_ns, source};
	enum wall_verdict verdict;

	taken_ns = at_ns > taken_ns ? at_ns : taken_ns;
	assert_int_equal(
		wall_map_add_anchor(map, boot, &anchor, (struct instant){taken_ns}, &verdict), 0);
	return verdict;
}

static int64_t wall_at(int64_t at_ns)
{
	struct wall wall = {-1};

	return wall_map_at(map, (struct instant){at_ns}, &wall, NULL) ? wall.ns : -1;
}

static int64_t uncertainty_at(int64_t at_ns)
{
	struct wall wall;
	struct anchor anchor;

	assert_true(wall_map_at(map, (struct instant){at_ns}, &wall, &anchor));
	return anchor.uncertainty_ns;
}

static void a_better_claim_takes_over_and_one_that_agrees_confirms(void **state)
{
	(void)state;
	assert_int_equal(claim(1, 10 * S, NOW + 10 * S, S, ANCHOR_BROWSER), WALL_RULES);
	/* within its second, but not within the millisecond of who is surer */
	assert_int_equal(claim(1, 20 * S, NOW + 20 * S + 300 * MS, MS, ANCHOR_NTP), WALL_RULES);
	assert_int_equal(wall_at(20 * S - 1), NOW + 20 * S - 1);
	assert_int_equal(wall_at(20 * S), NOW + 20 * S + 300 * MS);
	assert_int_equal(claim(1, 30 * S, NOW + 30 * S + 300 * MS, MS, ANCHOR_NTP), WALL_CONFIRMS);
	assert_int_equal(claim(1, 40 * S, NOW + 40 * S, S, ANCHOR_BROWSER), WALL_CONFIRMS);
	assert_int_equal(wall_at(50 * S), NOW + 50 * S + 300 * MS);
}

static void a_claim_that_is_hardly_better_moves_nothing(void **state)
{
	(void)state;
	assert_int_equal(claim(1, 10 * S, NOW + 10 * S, S, ANCHOR_BROWSER), WALL_RULES);
	assert_int_equal(
		claim(1, 20 * S, NOW + 20 * S + 800 * MS, 600 * MS, ANCHOR_BROWSER), WALL_CONFIRMS);
	assert_int_equal(wall_at(20 * S), NOW + 20 * S);
	assert_int_equal(
		claim(1, 30 * S, NOW + 30 * S + 300 * MS, 200 * MS, ANCHOR_BROWSER), WALL_RULES);
	assert_int_equal(wall_at(30 * S), NOW + 30 * S + 300 * MS);
}

static void who_is_trusted_less_is_refused_unless_a_clock_could_have_drifted_so(void **state)
{
	(void)state;
	claim(1, 10 * S, NOW + 10 * S, 10 * MS, ANCHOR_NTP);
	assert_int_equal(claim(1, 20 * S, NOW + 80 * S, S, ANCHOR_BROWSER), WALL_CONTRADICTS);
	assert_int_equal(wall_at(30 * S), NOW + 30 * S);
	assert_int_equal(wall_map_news(map).n_refused, 1);
	/* 400 ppm in 10 days: 345 s, where 50 ppm are 43 s */
	int64_t at = 10 * S + 10 * DAY, drifted = 10 * DAY / 2500;
	assert_int_equal(uncertainty_at(at), 10 * MS + 10 * DAY / 20000);
	assert_int_equal(claim(1, at, NOW + at + drifted, S, ANCHOR_BROWSER), WALL_RULES);
	assert_int_equal(wall_at(at), NOW + at + drifted);
	/* and what was before is known to have been that uncertain */
	assert_true(uncertainty_at(at - 1) >= drifted);
	assert_in_range(uncertainty_at(10 * S + 5 * DAY), drifted / 2, drifted / 2 + 2 * S);
}

/* In this start, and of an earlier one by the next start. */
static void a_slip_of_who_types_is_set_right_by_the_next_telephone(void **state)
{
	const int64_t year = 365 * DAY;

	(void)state;
	claim(1, 10 * S, NOW + year, 300 * S, ANCHOR_PERSON);
	assert_int_equal(claim(1, 20 * S, NOW + 20 * S, 2 * S, ANCHOR_BROWSER), WALL_RULES);
	assert_int_equal(wall_at(30 * S), NOW + 30 * S);
	assert_int_equal(claim(1, 40 * S, NOW + year, 300 * S, ANCHOR_PERSON), WALL_CONTRADICTS);
	assert_int_equal(wall_at(50 * S), NOW + 50 * S);
}

static void the_year_that_somebody_typed_binds_no_telephone_in_the_next_start(void **state)
{
	const int64_t year = 365 * DAY;

	(void)state;
	claim(1, 10 * S, NOW + year, 300 * S, ANCHOR_PERSON);
	assert_int_equal(wall_map_add_boot(map, 2, (struct instant){1000 * S}, 0), 0);
	assert_int_equal(claim(2, 1010 * S, NOW + 1010 * S, 2 * S, ANCHOR_BROWSER), WALL_RULES);
	assert_int_equal(wall_at(1020 * S), NOW + 1020 * S);
}

static void wall_time_gives_back_a_little_at_half_speed_and_a_lot_at_once(void **state)
{
	(void)state;
	claim(1, 10 * S, NOW + 10 * S, S, ANCHOR_BROWSER);
	claim(1, 20 * S, NOW + 15 * S, MS, ANCHOR_NTP); /* 5 s back */
	for (int64_t at = 20 * S; at < 20 * S + 1000; at += 2)
		assert_true(wall_at(at) > wall_at(at - 2));
	assert_int_equal(wall_at(20 * S), NOW + 20 * S);
	assert_int_equal(wall_at(24 * S), NOW + 22 * S);
	assert_int_equal(uncertainty_at(24 * S), 3 * S + MS + 200000);
	assert_true(wall_map_is_squeezed(map, (struct instant){30 * S - 2}));
	assert_int_equal(wall_map_next(map, (struct instant){20 * S}).ns, 30 * S);
	assert_int_equal(wall_at(30 * S), NOW + 25 * S);
	assert_false(wall_map_is_squeezed(map, (struct instant){30 * S}));
	assert_int_equal(wall_at(100 * S), NOW + 95 * S);
	assert_int_equal(wall_map_news(map).n_steps_back, 0);
	assert_int_equal(claim(1, 100 * S, NOW - DAY, MS, ANCHOR_NTP), WALL_RULES);
	assert_int_equal(wall_at(100 * S - 1), NOW + 95 * S - 1);
	assert_int_equal(wall_at(100 * S), NOW - DAY);
	assert_int_equal(wall_map_news(map).n_steps_back, 1);
	assert_int_equal(wall_map_news(map).back_ns, DAY + 95 * S);
}

static void an_hour_that_is_passed_twice_has_laps(void **state)
{
	(void)state;
	claim(1, 10 * S, NOW + 10 * S, S, ANCHOR_BROWSER);
	claim(1, 3600 * S, NOW, MS, ANCHOR_NTP); /* an hour back */
	assert_int_equal(wall_map_lap(map, (struct instant){3600 * S - 1}), 0);
	assert_int_equal(wall_map_lap(map, (struct instant){3600 * S}), 1);
	assert_int_equal(wall_map_lap(map, (struct instant){7200 * S - 1}), 1);
	assert_int_equal(wall_map_lap(map, (struct instant){7200 * S}), 0);
	claim(1, 7000 * S, NOW + 100 * S, MS, ANCHOR_NTP);
	assert_int_equal(wall_map_lap(map, (struct instant){7000 * S}), 2);
	assert_int_equal(wall_map_lap(map, (struct instant){6999 * S}), 1);
}

/* Laps are tags in a database, which suffers from many. */
static void a_step_back_is_one_lap_whatever_is_told_in_it(void **state)
{
	(void)state;
	claim(1, 10 * S, NOW + 10 * S, S, ANCHOR_BROWSER);
	claim(1, DAY, NOW, MS, ANCHOR_NTP); /* a day back */
	unsigned lap = wall_map_lap(map, (struct instant){DAY});
	assert_int_not_equal(lap, 0);
	for (int64_t i = 1; i < 140; i++) {
		int64_t at = DAY + i * 600 * S;

		claim(1, at, NOW + at - DAY + (i % 3 - 1) * i * 15 * MS, MS, ANCHOR_NTP);
		assert_int_equal(wall_map_lap(map, (struct instant){at}), lap);
	}
	claim(1, 2 * DAY - S, NOW + 10 * S, MS, ANCHOR_NTP);
	assert_int_not_equal(wall_map_lap(map, (struct instant){2 * DAY}), lap);
	assert_int_not_equal(wall_map_lap(map, (struct instant){2 * DAY}), 0);
}

/* Who watches notices a sleep a moment late, and the store has taken rows meanwhile. */
static void rows_between_a_sleep_and_its_telling_are_doubted_by_all_of_it(void **state)
{
	const struct anchor first = {{1000 * S}, {8 * HOUR}, MS, ANCHOR_CARRIED};
	const struct anchor second = {{1003 * S}, {HOUR}, MS, ANCHOR_CARRIED};

	(void)state;
	claim(1, 10 * S, NOW + 10 * S, MS, ANCHOR_NTP);
	wall_map_add_anchor(map, 1, &first, (struct instant){1004 * S}, NULL);
	wall_map_add_anchor(map, 1, &second, (struct instant){1005 * S}, NULL);
	assert_true(uncertainty_at(997 * S) < S);
	assert_true(uncertainty_at(999 * S) >= 8 * HOUR);  /* before it was seen */
	assert_true(uncertainty_at(1000 * S) >= 8 * HOUR); /* before the store heard */
	assert_true(uncertainty_at(1003 * S) >= 9 * HOUR);
	assert_int_equal(wall_at(1003 * S), NOW + 1003 * S); /* it has gone out */
	assert_true(uncertainty_at(1004 * S) >= HOUR);
	assert_int_equal(wall_at(1005 * S), NOW + 1005 * S + 9 * HOUR);
	assert_true(uncertainty_at(1005 * S) < S);
}

static void a_sleep_before_the_hour_is_doubted_likewise(void **state)
{
	(void)state;
	claim(1, 1000 * S, 8 * HOUR, MS, ANCHOR_CARRIED);
	claim(1, 2000 * S, NOW + 2000 * S, MS, ANCHOR_NTP);
	assert_true(uncertainty_at(997 * S) < S);
	assert_true(uncertainty_at(999 * S) >= 8 * HOUR);
	assert_true(uncertainty_at(1000 * S) < S);
}

static void a_claim_earlier_than_what_is_known_to_be_past_is_refused(void **state)
{
	(void)state;
	assert_int_equal(claim(1, 10 * S, 1000 * S, S, ANCHOR_SYSTEM), WALL_TOO_EARLY);
	claim(1, 20 * S, NOW + 20 * S, MS, ANCHOR_NTP);
	assert_int_equal(wall_map_add_boot(map, 2, (struct instant){DAY}, 0), 0);
	assert_int_equal(claim(2, DAY + S, NOW + DAY - HOUR, S, ANCHOR_RTC), WALL_TOO_EARLY);
	assert_int_equal(wall_at(DAY + S), -1);
	/* The same rank: believed when it still says so an hour later. */
	assert_int_equal(claim(2, DAY + 2 * S, NOW - 10 * DAY, MS, ANCHOR_NTP), WALL_TOO_EARLY);
	assert_int_equal(wall_at(DAY + 2 * S), -1);
	assert_int_equal(claim(2, DAY + 1800 * S, NOW - 10 * DAY + 1798 * S, MS, ANCHOR_NTP),
		WALL_TOO_EARLY);
	assert_int_equal(
		claim(2, DAY + 3602 * S, NOW - 10 * DAY + HOUR, MS, ANCHOR_NTP), WALL_RULES);
	assert_int_equal(wall_at(DAY + 2 * S), NOW - 10 * DAY);
}

static void boots_between_get_the_middle_if_little_is_left(void **state)
{
	(void)state;
	claim(1, 20 * S, NOW + 20 * S, MS, ANCHOR_NTP);
	wall_map_add_boot(map, 2, (struct instant){100 * S}, 0);
	wall_map_add_boot(map, 3, (struct instant){200 * S}, 0);
	wall_map_add_boot(map, 4, (struct instant){300 * S}, 0);
	assert_int_equal(wall_at(150 * S), -1);
	claim(4, 310 * S, NOW + 310 * S + 1200 * S, MS, ANCHOR_NTP);
	assert_int_equal(wall_at(150 * S), NOW + 750 * S);
	assert_int_equal(wall_at(250 * S), NOW + 850 * S);
	assert_in_range(uncertainty_at(150 * S), 600 * S, 601 * S);
	/* A person comes too late, and what was sent stays. */
	struct anchor late = {{110 * S}, {NOW + 300 * S}, 60 * S, ANCHOR_PERSON};
	assert_int_equal(wall_map_judge(map, &late), WALL_PAST);
	claim(2, 110 * S, NOW + 300 * S, 60 * S, ANCHOR_PERSON);
	assert_int_equal(wall_at(150 * S), NOW + 750 * S);
}

static void boots_with_days_between_wait_for_a_person(void **state)
{
	(void)state;
	claim(1, 20 * S, NOW + 20 * S, MS, ANCHOR_NTP);
	wall_map_add_boot(map, 2, (struct instant){100 * S}, 0);
	wall_map_add_boot(map, 3, (struct instant){200 * S}, 0);
	wall_map_add_boot(map, 4, (struct instant){300 * S}, 0);
	claim(4, 310 * S, NOW + 10 * DAY, MS, ANCHOR_NTP);
	assert_int_equal(wall_at(150 * S), -1);
	assert_int_equal(claim(3, 200 * S, NOW - DAY, 60 * S, ANCHOR_PERSON), WALL_TOO_EARLY);
	assert_int_equal(claim(3, 200 * S, NOW + 11 * DAY, 60 * S, ANCHOR_PERSON), WALL_TOO_LATE);
	assert_int_equal(claim(3, 200 * S, NOW + 1000 * S, 60 * S, ANCHOR_PERSON), WALL_RULES);
	assert_int_equal(wall_at(250 * S), NOW + 1050 * S);
	assert_int_equal(wall_at(150 * S), NOW + 550 * S); /* and 2 is between 1 and 3 now */
}

/* A store that could not be opened left out a day of board time. */
static void board_time_that_was_left_out_is_not_time_that_ran(void **state)
{
	(void)state;
	claim(1, 20 * S, NOW + 20 * S, MS, ANCHOR_NTP);
	wall_map_add_boot(map, 2, (struct instant){DAY + 100 * S}, DAY);
	assert_int_equal(claim(2, DAY + 110 * S, NOW + 300 * S, MS, ANCHOR_NTP), WALL_RULES);
	assert_int_equal(wall_at(DAY + 100 * S), NOW + 290 * S);
	wall_map_add_boot(map, 3, (struct instant){2 * DAY}, 0);
	assert_int_equal(claim(3, 2 * DAY, NOW + DAY - 2000 * S, MS, ANCHOR_NTP), WALL_TOO_EARLY);
}

static void a_sleep_is_carried_over(void **state)
{
	(void)state;
	/* nobody knew the hour yet */
	claim(1, 1000 * S, 8 * HOUR, MS, ANCHOR_CARRIED);
	assert_int_equal(wall_at(500 * S), -1);
	claim(1, 2000 * S, NOW + 2000 * S, MS, ANCHOR_NTP);
	assert_int_equal(wall_at(1000 * S), NOW + 1000 * S);
	assert_int_equal(wall_at(1000 * S - 1), NOW + 1000 * S - 8 * HOUR - 1);
	/* with the hour, and with the length only */
	claim(1, 3000 * S, NOW + 3000 * S + HOUR, MS, ANCHOR_CARRIED);
	assert_int_equal(wall_at(3000 * S - 1), NOW + 3000 * S - 1);
	assert_int_equal(wall_at(3000 * S), NOW + 3000 * S + HOUR);
	claim(1, 4000 * S, 60 * S, MS, ANCHOR_CARRIED);
	assert_int_equal(wall_at(4000 * S), NOW + 4000 * S + HOUR + 60 * S);
	/* it has the trust of who told the hour before */
	assert_int_equal(claim(1, 4010 * S, NOW, S, ANCHOR_BROWSER), WALL_CONTRADICTS);
}

static void uncertainty_grows_with_the_distance_to_who_vouches(void **state)
{
	(void)state;
	claim(1, HOUR, NOW + HOUR, 5 * MS, ANCHOR_NTP);
	assert_int_equal(uncertainty_at(HOUR), 5 * MS);
	assert_int_equal(uncertainty_at(0), 5 * MS + 180 * MS); /* 50 ppm */
	assert_int_equal(uncertainty_at(2 * HOUR), 5 * MS + 180 * MS);
	claim(1, 2 * HOUR, NOW + 2 * HOUR, 5 * MS, ANCHOR_NTP);
	/* 1 ppm between two of a disciplined clock */
	assert_int_equal(uncertainty_at(3 * HOUR / 2), 5 * MS + 1800000);
	/* lost for two days: it may have been slewed before it came back */
	claim(1, 50 * HOUR, NOW + 50 * HOUR, 5 * MS, ANCHOR_NTP);
	assert_int_equal(uncertainty_at(50 * HOUR - S), 5 * MS + (48 * HOUR - S) / 20000);
	assert_int_equal(uncertainty_at(50 * HOUR), 5 * MS);
	/* a receiver of satellites measures the clock as it was */
	claim(1, 98 * HOUR, NOW + 98 * HOUR, 500 * MS, ANCHOR_GPS);
	assert_int_equal(uncertainty_at(98 * HOUR - 1000 * S), 500 * MS + 50 * MS);
}

static void what_turned_out_false_is_doubted(void **state)
{
	(void)state;
	claim(1, 10 * S, NOW + 4 * 365 * DAY, S, ANCHOR_BROWSER);
	claim(1, 20 * S, NOW + 4 * 365 * DAY + 10 * S, S, ANCHOR_BROWSER);
	assert_int_equal(uncertainty_at(5 * S), S + 250000);
	claim(1, 100 * S, NOW + 100 * S, MS, ANCHOR_NTP);
	assert_true(uncertainty_at(5 * S) >= 4 * 365 * DAY - 10 * S);
	assert_int_equal(uncertainty_at(100 * S), MS);
	/* NTP had said it twice before a step: until then it was right */
	claim(1, 200 * S, NOW + 200 * S, MS, ANCHOR_NTP);
	claim(1, 300 * S, NOW + 299 * S, MS, ANCHOR_NTP);
	assert_in_range(uncertainty_at(150 * S), MS, MS + 100000);
	assert_int_equal(uncertainty_at(250 * S), S + MS);
}

static void claims_at_the_ends_of_an_int64_do_no_harm(void **state)
{
	(void)state;
	claim(1, 10 * S, INT64_MAX - 10, S, ANCHOR_NTP);
	assert_int_equal(wall_at(10 * S + 10), INT64_MAX);
	assert_int_equal(wall_at(10 * S + 11), -1);
	assert_int_equal(wall_at(INT64_MIN), INT64_MAX - 10 - 10 * S + INT64_MIN);
	assert_int_equal(claim(1, 20 * S, INT64_MIN, S, ANCHOR_NTP), WALL_TOO_EARLY);
	claim(1, 20 * S, NOW, INT64_MAX, ANCHOR_NTP);
	claim(1, INT64_MAX, NOW, INT64_MAX, ANCHOR_BROWSER);
	claim(1, INT64_MIN, NOW, -5, ANCHOR_GPS);
	for (int64_t at = INT64_MIN / 2; at < INT64_MAX / 4 * 3; at += INT64_MAX / 8)
		wall_at(at);
}

/* Whatever comes, what had an hour keeps it, and hour and lap together rise or are new. */
static void no_claim_moves_what_was_shipped(void **state)
{
	enum { ROWS = 400 };
	static int64_t walls[ROWS];
	static unsigned laps[ROWS];
	static const enum anchor_source sources[] = {ANCHOR_SYSTEM, ANCHOR_NTP, ANCHOR_RTC,
		ANCHOR_GPS, ANCHOR_PPS, ANCHOR_BROWSER, ANCHOR_PERSON, ANCHOR_CARRIED};
	unsigned shipped = 0, dark = 0, lapped = 0;

	for (unsigned seed = 1; seed <= 300; seed++) {
		uint32_t boot = 1;

		srand(seed);
		end(state);
		begin(state);
		for (int i = 0; i < ROWS; i++)
			walls[i] = -1;
		for (int n = 0; n < ROWS; n++) {
			int64_t now = n * 10 * S;

			if (rand() % 60 == 0)
				wall_map_add_boot(map, ++boot, (struct instant){now}, 0);
			if (rand() % 8 == 0) {
				int64_t error = rand() % 4 ? rand() % 2000 * MS - 1000 * MS
							   : (rand() % 8000 - 4000) * S;
				uint32_t of = rand() % 5 ? boot : 1 + (uint32_t)rand() % boot;
				struct anchor anchor = {
					.at = {of == boot ? now - rand() % 20 * S
							  : rand() % (n + 1) * 10 * S},
					.uncertainty_ns = rand() % 2000 * MS,
					.source = sources[rand() % 8]};

				anchor.wall.ns = NOW + anchor.at.ns + boot * 600 * S + error;
				assert_int_equal(wall_map_add_anchor(map, of, &anchor,
							 (struct instant){now}, NULL),
					0);
			}
			for (int i = 0; i <= n; i++) {
				int64_t wall = wall_at(i * 10 * S);
				unsigned lap = wall_map_lap(map, (struct instant){i * 10 * S});

				if (walls[i] != -1) {
					assert_int_equal(wall, walls[i]);
					assert_int_equal(lap, laps[i]);
				}
				walls[i] = wall;
				laps[i] = lap;
			}
		}
		for (int i = 0; i < ROWS; i++) {
			shipped += walls[i] != -1;
			dark += walls[i] == -1;
			lapped += walls[i] != -1 && laps[i];
			for (int j = 0; j < i && walls[i] != -1; j++)
				assert_false(walls[j] == walls[i] && laps[j] == laps[i]);
		}
	}
	assert_true(shipped > 10000 && dark > 1000 && lapped > 1000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_better_claim_takes_over_and_one_that_agrees_confirms),
		TEST(a_claim_that_is_hardly_better_moves_nothing),
		TEST(who_is_trusted_less_is_refused_unless_a_clock_could_have_drifted_so),
		TEST(a_slip_of_who_types_is_set_right_by_the_next_telephone),
		TEST(the_year_that_somebody_typed_binds_no_telephone_in_the_next_start),
		TEST(wall_time_gives_back_a_little_at_half_speed_and_a_lot_at_once),
		TEST(an_hour_that_is_passed_twice_has_laps),
		TEST(a_step_back_is_one_lap_whatever_is_told_in_it),
		TEST(rows_between_a_sleep_and_its_telling_are_doubted_by_all_of_it),
		TEST(a_sleep_before_the_hour_is_doubted_likewise),
		TEST(a_claim_earlier_than_what_is_known_to_be_past_is_refused),
		TEST(boots_between_get_the_middle_if_little_is_left),
		TEST(boots_with_days_between_wait_for_a_person),
		TEST(board_time_that_was_left_out_is_not_time_that_ran),
		TEST(a_sleep_is_carried_over),
		TEST(uncertainty_grows_with_the_distance_to_who_vouches),
		TEST(what_turned_out_false_is_doubted),
		TEST(claims_at_the_ends_of_an_int64_do_no_harm),
		TEST(no_claim_moves_what_was_shipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
