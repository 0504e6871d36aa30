/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which record holds when: against a model that looks at every record for every stamp. */
#include "keep/correction.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/draw.h"

static const struct stream stream = {
	.id = 1, .n_channels = 2, .channels = {{.id = "t"}, {.id = "p"}}};

static struct calibration shift(
	uint32_t id, const char *channel, double by, int64_t from, int64_t to)
{
	struct calibration c = {.id = id,
		.kind = CALIBRATION_OFFSET,
		.from = {from},
		.to = {to},
		.ship_from = {from},
		.map = {.n = 1, .raw = {0}, .truth = {by}}};

	strcpy(c.channel, channel);
	return c;
}

static struct calibration withdrawal(uint32_t id, const char *channel, uint32_t of, int64_t at)
{
	struct calibration c = {.id = id,
		.refers = of,
		.kind = CALIBRATION_WITHDRAWAL,
		.from = {at},
		.to = {INT64_MAX},
		.ship_from = {at}};

	strcpy(c.channel, channel);
	return c;
}

static double value_at(const struct correction *correction, uint32_t channel, int64_t at)
{
	double values[2] = {100, 100};

	correction_apply(correction, 1, &at, values);
	return values[channel];
}

static struct correction *correction;

static int tear_down(void **state)
{
	(void)state;
	correction_free(correction);
	correction = NULL;
	return 0;
}

static void begin(enum correction_rule rule, const struct calibration *records, size_t n)
{
	tear_down(NULL);
	assert_int_equal(correction_new(&stream, rule, &correction), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(correction_add(correction, &records[i]), 0);
}

static void the_last_made_of_those_that_hold_applies(void **state)
{
	const struct calibration records[] = {
		shift(1, "t", 1, 1000, INT64_MAX),
		shift(2, "t", 2, 2000, INT64_MAX),
		shift(3, "t", 3, 500, 1500), /* used for a run of the past as well */
		shift(4, "other", 9, 0, INT64_MAX),
	};

	(void)state;
	begin(CORRECTION_READ, records, 4);
	assert_true(value_at(correction, 0, 499) == 100);
	assert_true(value_at(correction, 0, 500) == 103);
	assert_true(value_at(correction, 0, 1499) == 103);
	assert_true(value_at(correction, 0, 1500) == 101);
	assert_true(value_at(correction, 0, 2000) == 102);
	assert_true(value_at(correction, 1, 2000) == 100);
	assert_int_equal(correction_next(correction, (struct instant){0}).ns, 500);
	assert_int_equal(correction_next(correction, (struct instant){500}).ns, 1500);
	assert_int_equal(correction_next(correction, (struct instant){2000}).ns, INT64_MAX);
}

static void what_is_withdrawn_lets_the_one_below_be_seen(void **state)
{
	const struct calibration records[] = {
		shift(1, "t", 1, 1000, INT64_MAX),
		shift(2, "t", 2, 2000, INT64_MAX),
		withdrawal(3, "t", 2, 3000),
		withdrawal(4, "t", 99, 3000),
	};

	(void)state;
	begin(CORRECTION_READ, records, 4);
	assert_true(value_at(correction, 0, 2500) == 101);
	assert_true(value_at(correction, 0, 3500) == 101);
	begin(CORRECTION_SHIP, records, 4);
	assert_true(value_at(correction, 0, 2500) == 102); /* so it was sent */
	assert_true(value_at(correction, 0, 2999) == 102);
	assert_true(value_at(correction, 0, 3000) == 101);
}

static void nothing_to_say_is_said(void **state)
{
	const struct calibration records[] = {
		shift(1, "t", 1, 1000, INT64_MAX), withdrawal(2, "t", 1, 2000)};

	(void)state;
	begin(CORRECTION_READ, records, 0);
	assert_false(correction_is_any(correction));
	begin(CORRECTION_READ, records, 2);
	assert_false(correction_is_any(correction));
	begin(CORRECTION_SHIP, records, 2);
	assert_true(correction_is_any(correction));
}

/* --- against the model --- */

enum { RECORDS = 24, STAMPS = 64, STEP = 10 };

static struct calibration draw_record(struct draw *draws, uint32_t id, int64_t now)
{
	int64_t from = (int64_t)draw_below(draws, STAMPS) * STEP;
	int64_t to = draw_below(draws, 2) ? INT64_MAX
					  : from + STEP * (1 + (int64_t)draw_below(draws, 20));
	struct calibration c = id > 1 && draw_below(draws, 4) == 0
		? withdrawal(id, "t", 1 + (uint32_t)draw_below(draws, id - 1), now)
		: shift(id, "t", id, from, to);

	c.ship_from.ns = now;
	return c;
}

static double model(
	enum correction_rule rule, const struct calibration *records, size_t n, int64_t at)
{
	double by = 0;

	for (size_t i = 0; i < n; i++) {
		const struct calibration *c = &records[i];
		bool holds = c->kind != CALIBRATION_WITHDRAWAL && c->from.ns <= at &&
			at < c->to.ns && (rule == CORRECTION_READ || c->ship_from.ns <= at);

		for (size_t k = i + 1; k < n && holds; k++)
			if (records[k].kind == CALIBRATION_WITHDRAWAL &&
				records[k].refers == c->id &&
				(rule == CORRECTION_READ || records[k].ship_from.ns <= at))
				holds = false;
		if (holds)
			by = c->map.truth[0];
	}
	return 100 + by;
}

static void every_stamp_has_the_record_of_the_model(void **state)
{
	struct calibration records[RECORDS];

	(void)state;
	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct draw draws = {seed};

		for (uint32_t i = 0; i < RECORDS; i++)
			records[i] = draw_record(&draws, i + 1, (int64_t)i * 20);
		for (int rule = CORRECTION_READ; rule <= CORRECTION_SHIP; rule++) {
			begin((enum correction_rule)rule, records, RECORDS);
			for (int64_t at = 0; at < STAMPS * STEP; at += STEP / 2)
				assert_true(value_at(correction, 0, at) ==
					model((enum correction_rule)rule, records, RECORDS, at));
		}
	}
}

/* What was sent with the records there were is what would be sent with all that are made later. */
static void no_later_record_changes_what_was_shipped(void **state)
{
	struct calibration records[RECORDS];
	double sent[STAMPS];

	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct draw draws = {seed};

		for (uint32_t i = 0; i < RECORDS; i++)
			records[i] = draw_record(&draws, i + 1, (int64_t)(i + 1) * 20);
		for (size_t n = 0; n <= RECORDS; n++) {
			int64_t known =
				(int64_t)(n + 1) * 20; /* where record n + 1 begins to count */
			size_t rows = (size_t)(known + STEP - 1) / STEP;

			begin(CORRECTION_SHIP, records, n);
			for (size_t i = 0; i < rows && i < STAMPS; i++) {
				double value = value_at(correction, 0, (int64_t)i * STEP);

				if (n > 0 && (int64_t)i * STEP < known - 20)
					assert_true(value == sent[i]);
				sent[i] = value;
			}
		}
	}
}

static void rows_of_a_block_are_corrected_each_by_its_own(void **state)
{
	const struct calibration records[] = {shift(1, "t", 1, 20, INT64_MAX),
		shift(2, "t", 2, 40, INT64_MAX), shift(3, "p", -100, 30, 50)};
	const int64_t stamps[] = {10, 20, 30, 40, 50};
	double values[] = {0, 0, 0, 0, 0, 0, NAN, 0, 0, 0};

	(void)state;
	begin(CORRECTION_READ, records, 3);
	correction_apply(correction, 5, stamps, values);
	assert_true(values[0] == 0 && values[2] == 1 && values[4] == 1);
	assert_true(isnan(values[6]) && values[8] == 2);
	assert_true(values[1] == 0 && values[3] == 0 && values[5] == -100 && values[7] == -100 &&
		values[9] == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_last_made_of_those_that_hold_applies, tear_down),
		cmocka_unit_test_teardown(what_is_withdrawn_lets_the_one_below_be_seen, tear_down),
		cmocka_unit_test_teardown(nothing_to_say_is_said, tear_down),
		cmocka_unit_test_teardown(every_stamp_has_the_record_of_the_model, tear_down),
		cmocka_unit_test_teardown(no_later_record_changes_what_was_shipped, tear_down),
		cmocka_unit_test_teardown(rows_of_a_block_are_corrected_each_by_its_own, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
