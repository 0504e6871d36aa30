/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a chart asks for: few rows as they are, many as columns that hold them all, with gaps and the
 * hour as far as it is known. */
#include "support/site.h"

static void few_rows_come_as_they_are_with_their_gaps(void **state)
{
	struct site *site = *state;
	int64_t from_ns = 500 * S;

	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, from_ns, S / 10, 5);
	site_keep_gap(site, 10, GAP_UNPLUGGED, from_ns + 4 * S / 10, from_ns + 2 * S, 16);
	site_keep_rows(site, 10, from_ns + 20 * S, S / 10, 1);
	site_keep_turns(site);
	json_t *columns = site_get(
		site, "/api/v1/streams/10/columns?from_us=500000000&to_us=510000000&columns=100");
	json_t *channel = json_array_get(json_object_get(columns, "channels"), 0);

	assert_true(json_is_true(json_object_get(columns, "is_raw")));
	assert_null(json_object_get(columns, "n"));
	assert_int_equal(json_array_size(json_object_get(columns, "t_us")), 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(
			json_integer_value(json_array_get(json_object_get(columns, "t_us"), i)),
			500000000 + (int64_t)i * 100000);
		assert_true(json_number_value(json_array_get(json_object_get(channel, "y"), i)) ==
			site_value((int64_t)i));
	}
	channel = json_array_get(json_object_get(columns, "channels"), 1);
	assert_true(json_is_null(json_array_get(json_object_get(channel, "y"), 1)));
	json_t *gap = json_array_get(json_object_get(columns, "gaps"), 0);
	assert_string_equal(json_string_value(json_object_get(gap, "reason")), "unplugged");
	assert_int_equal(site_number(gap, "lost_rows"), 16);
	json_decref(columns);
}

static int64_t first_gap_ends_us(struct site *site, const char *path)
{
	json_t *columns = site_get(site, path);
	json_t *gaps = json_object_get(columns, "gaps");
	int64_t to_us =
		json_array_size(gaps) == 1 ? site_number(json_array_get(gaps, 0), "to_us") : 0;

	json_decref(columns);
	return to_us;
}

/* It is noted when it begins; what the card knows of no row behind is in it too. */
static void what_is_away_is_so_until_it_is_back(void **state)
{
	struct site *site = *state;

	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 500 * S, S / 10, 1);
	site_keep_gap(site, 10, GAP_UNPLUGGED, 500 * S, 501 * S, 0);
	site_keep_turns(site);
	assert_in_range(first_gap_ends_us(site, "/api/v1/streams/10/columns?from_us=0"), 990000000,
		site->clock.frozen_ns / US + 1000000);
	assert_in_range(first_gap_ends_us(site,
				"/api/v1/streams/10/columns?from_us=600000000&to_us=610000000"),
		990000000, site->clock.frozen_ns / US + 1000000);
	site_keep_rows(site, 10, 700 * S, S / 10, 1);
	site_keep_gap(site, 10, GAP_UNPLUGGED, 500 * S, 700 * S, 0);
	site_keep_turns(site);
	assert_int_equal(
		first_gap_ends_us(site, "/api/v1/streams/10/columns?from_us=0"), 700000000);
	assert_int_equal(
		first_gap_ends_us(site, "/api/v1/streams/10/columns?from_us=800000000"), 0);
}

/* A silence is noted again each minute: nobody knows of one that is not, whether it goes on. */
static void a_silence_lasts_until_it_would_have_been_noted_again(void **state)
{
	struct site *site = *state;

	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 500 * S, S / 10, 1);
	site_keep_gap(site, 10, GAP_SILENT, 500 * S, 520 * S, 199);
	site_keep_turns(site);
	assert_int_equal(
		first_gap_ends_us(site, "/api/v1/streams/10/columns?from_us=0"), 580000000);
}

static void assert_piece(const json_t *columns, size_t i, int64_t from_us, int64_t wall_us)
{
	json_t *piece = json_array_get(json_object_get(columns, "wall"), i);

	assert_int_equal(site_number(piece, "from_us"), from_us);
	if (wall_us)
		assert_int_equal(site_number(piece, "wall_us"), wall_us);
	else
		assert_true(json_is_null(json_object_get(piece, "wall_us")));
}

static void columns_tell_how_exact_their_stamps_are_at_worst(void **state)
{
	struct site *site = *state;

	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 990 * S, S, 8);
	site_keep_turns(site);
	json_t *columns = site_get(site, "/api/v1/streams/10/columns?from_us=990000000");

	assert_true(json_is_null(json_object_get(columns, "uncertainty_us"))); /* of former times */
	assert_string_equal(json_string_value(json_object_get(columns, "stamps")), "arrival");
	json_decref(columns);
	store_add_uncertainty(site->store, &(struct uncertainty){10, {990 * S}, 80500});
	store_add_uncertainty(site->store, &(struct uncertainty){10, {992 * S}, 3 * S});
	store_add_uncertainty(site->store, &(struct uncertainty){10, {994 * S}, 80500});
	site_keep_turns(site);
	columns = site_get(site, "/api/v1/streams/10/columns?from_us=990000000");
	assert_true(json_number_value(json_object_get(columns, "uncertainty_us")) == 3e6);
	json_decref(columns);
	columns = site_get(site, "/api/v1/streams/10/columns?from_us=995000000&to_us=997000000");
	assert_true(json_number_value(json_object_get(columns, "uncertainty_us")) == 80.5);
	json_decref(columns);
}

/* Three starts: the hour of the first is told, that of the second never, then again. */
static void columns_tell_the_hour_start_by_start(void **state)
{
	struct site *site = *state;
	struct anchor anchor = {.at = {1000 * S}, .wall = {1790000000 * S}, .source = ANCHOR_NTP};
	int64_t second_ns, third_ns;
	uint32_t boot;

	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, 990 * S, S, 2);
	assert_int_equal(store_add_anchor(site->store, &anchor), 0);
	site_keep_turns(site);
	assert_int_equal(store_begin_boot(site->store, "boot-2", 0, &boot, &second_ns), 0);
	site_keep_rows(site, 10, second_ns + S, S, 2);
	site_keep_turns(site);
	assert_int_equal(store_begin_boot(site->store, "boot-3", 0, &boot, &third_ns), 0);
	anchor = (struct anchor){
		.at = {third_ns + S}, .wall = {1800000000 * S}, .source = ANCHOR_NTP};
	assert_int_equal(store_add_anchor(site->store, &anchor), 0);
	site_keep_rows(site, 10, third_ns + S, S, 2);
	site->clock.frozen_ns = third_ns + 100 * S;
	site_keep_turns(site);
	json_t *columns = site_get(site, "/api/v1/streams/10/columns?from_us=990000000");

	assert_int_equal(json_array_size(json_object_get(columns, "wall")), 3);
	assert_piece(columns, 0, 990000000, 1789999990000000);
	assert_piece(columns, 1, second_ns / US, 0);
	assert_piece(columns, 2, third_ns / US, 1799999999000000);
	assert_int_equal(site_number(columns, "durable_us"), site->clock.frozen_ns / US + S / US);
	json_decref(columns);
	columns = site_get(site, "/api/v1/streams/10/columns?from_us=0&to_us=5");
	assert_int_equal(json_array_size(json_object_get(columns, "wall")), 1);
	assert_piece(columns, 0, 0, 1789999000000000);
	json_decref(columns);
}

static void many_rows_come_as_columns_that_hold_them_all(void **state)
{
	struct site *site = *state;
	const int64_t n = 20000, from_ns = 500 * S;
	json_t *value;
	size_t i;
	int64_t rows = 0, before = 0;

	site_plug(site, 1, "temperature");
	site_keep_rows(site, 10, from_ns, S / 100, n);
	site_keep_turns(site);
	json_t *columns = site_get(site, "/api/v1/streams/10/columns?columns=200&to_us=700000000");
	json_t *t = json_object_get(columns, "t_us");
	json_t *channel = json_array_get(json_object_get(columns, "channels"), 0);

	assert_true(json_is_false(json_object_get(columns, "is_raw")));
	assert_in_range(json_array_size(t), 20, 400);
	json_array_foreach(json_object_get(columns, "n"), i, value) rows +=
		json_integer_value(value);
	assert_int_equal(rows, n);
	json_array_foreach(t, i, value)
	{
		assert_true(json_integer_value(value) > before);
		before = json_integer_value(value);
		double least =
			json_number_value(json_array_get(json_object_get(channel, "min"), i));
		double mean =
			json_number_value(json_array_get(json_object_get(channel, "mean"), i));
		double most = json_number_value(json_array_get(json_object_get(channel, "max"), i));
		assert_true(
			least <= mean && mean <= most && least >= 0 && most <= site_value(4999));
	}
	json_decref(columns);
}

static void columns_refuse_what_they_cannot_give(void **state)
{
	struct site *site = *state;

	site_refuses(site, "GET", "/api/v1/streams/10/columns", NULL, 404, "not_found");
	site_refuses(site, "GET", "/api/v1/streams/0/columns", NULL, 404, "not_found");
	site_refuses(site, "GET", "/api/v1/streams/1e1/columns", NULL, 404, "not_found");
	site_refuses(
		site, "GET", "/api/v1/streams/10/columns?columns=0", NULL, 400, "bad_parameter");
	site_refuses(
		site, "GET", "/api/v1/streams/10/columns?columns=4001", NULL, 400, "bad_parameter");
	site_refuses(
		site, "GET", "/api/v1/streams/10/columns?from_us=1.5", NULL, 400, "bad_parameter");
	site_refuses(
		site, "GET", "/api/v1/streams/10/columns?from_us=-1", NULL, 400, "bad_parameter");
	site_refuses(site, "GET", "/api/v1/streams/10/columns?from_us=9223372036854775807", NULL,
		400, "bad_parameter");
	site_refuses(
		site, "GET", "/api/v1/streams/10/columns?from_us=", NULL, 400, "bad_parameter");
	site_refuses(site, "GET", "/api/v1/streams/10/columns?from_us=5&to_us=5", NULL, 400,
		"bad_parameter");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(few_rows_come_as_they_are_with_their_gaps),
		SITE_TEST(what_is_away_is_so_until_it_is_back),
		SITE_TEST(a_silence_lasts_until_it_would_have_been_noted_again),
		SITE_TEST(columns_tell_the_hour_start_by_start),
		SITE_TEST(columns_tell_how_exact_their_stamps_are_at_worst),
		SITE_TEST(many_rows_come_as_columns_that_hold_them_all),
		SITE_TEST(columns_refuse_what_they_cannot_give),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
