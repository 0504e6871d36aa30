/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who compares a told value with the limits of its time says of it what the device's value says. */
#include "live/limits.h"

#include <math.h>

#include "data/flag.h"
#include "live/json.h"
#include "support/cmocka_all.h"

static const struct channel channel = {.id = "t", .low = -20, .high = 80, .resolution = 0.1};

static bool is_outside(const struct limits *limits, double value)
{
	return value < limits->least || value > limits->most;
}

static void a_calibrated_value_is_out_of_its_limits_when_the_raw_one_is_out_of_range(void **unused)
{
	static const struct calibration_map maps[] = {
		{.n = 1, .raw = {0}, .truth = {0.3}},
		{.n = 2, .raw = {0, 100}, .truth = {32, 212}},
		{.n = 2, .raw = {0, 10}, .truth = {7, -4}},
		{.n = 2, .raw = {0, 100}, .truth = {0, 10}},
		{.n = 3, .raw = {0, 10, 20}, .truth = {0, 1, 40}},
	};
	unsigned n_outside = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
		struct limits limits = limits_by(&channel, &maps[i]);

		assert_true(limits.least < limits.most);
		for (int tenths = -250; tenths < 900; tenths++) {
			double raw = tenths / 10.0;
			bool is_flagged = flag_of_value(raw, channel.low, channel.high,
						  channel.resolution) != 0;

			assert_int_equal(is_flagged,
				is_outside(&limits,
					calibration_value(&maps[i], channel.resolution, raw)));
			n_outside += is_flagged;
		}
	}
	assert_true(n_outside > 100);
}

static void an_unknown_range_has_no_limits(void **unused)
{
	const struct channel unknown = {.id = "t", .low = 5, .high = 5};
	struct limits limits = limits_by(&unknown, NULL);

	(void)unused;
	assert_true(isnan(limits.least) && isnan(limits.most));
	assert_false(is_outside(&limits, 1e300));
}

static struct calibration shift(uint32_t id, const char *of, double by, int64_t from, int64_t to)
{
	struct calibration c = {.id = id,
		.kind = CALIBRATION_OFFSET,
		.from = {from * NS_PER_S},
		.to = {to == INT64_MAX ? to : to * NS_PER_S},
		.map = {.n = 1, .raw = {0}, .truth = {by}}};

	text_copy(c.channel, sizeof c.channel, of);
	return c;
}

static void limits_are_told_from_where_they_are_others(void **unused)
{
	const struct stream stream = {.id = 1, .n_channels = 2, .channels = {channel, {.id = "p"}}};
	const struct calibration records[] = {shift(1, "t", 1, 10, INT64_MAX),
		shift(2, "p", 5, 12, INT64_MAX), shift(3, "t", 0, 20, 30)};
	struct correction *correction;
	const struct instant from = {5 * (int64_t)NS_PER_S};
	char buffer[1024];
	struct text text = text_over(buffer, sizeof buffer);

	(void)unused;
	assert_int_equal(correction_new(&stream, CORRECTION_READ, &correction), 0);
	for (size_t i = 0; i < sizeof records / sizeof *records; i++)
		assert_int_equal(correction_add(correction, &records[i]), 0);
	json_limits(&text, &stream.channels[0], correction, 0, from);
	assert_string_equal(buffer,
		"[{\"from_us\":5000000,\"least\":-20.05,\"most\":80.05},"
		"{\"from_us\":10000000,\"least\":-19.05,\"most\":81.05},"
		"{\"from_us\":20000000,\"least\":-20.05,\"most\":80.05},"
		"{\"from_us\":30000000,\"least\":-19.05,\"most\":81.05}]");
	assert_true(text.length <= json_limits_size(correction, from));
	text = text_over(buffer, sizeof buffer);
	json_limits(&text, &stream.channels[1], correction, 1, from);
	assert_string_equal(buffer, "[{\"from_us\":5000000,\"least\":null,\"most\":null}]");
	correction_free(correction);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_calibrated_value_is_out_of_its_limits_when_the_raw_one_is_out_of_range),
		cmocka_unit_test(an_unknown_range_has_no_limits),
		cmocka_unit_test(limits_are_told_from_where_they_are_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
