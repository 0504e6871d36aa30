/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The limits are far beyond what instruments are wrong by, and below what one digit too many or a
 * swapped pair makes of a typical range. */
#include "data/calibration_doubt.h"

#include <math.h>

static const double most_beyond = 0.1; /* of the range: a reading behind its end */
static const double most_moved = 0.25; /* of the range */
/* Where no range is known, the numbers may be counts that become degrees: as flat as a converter has
 * bits, but not steep. */
static const double most_slope = 100;
static const double most_times = 10; /* the reading itself, by one point */

static bool is_known(double low, double high)
{
	return low < high;
}

static double moved(const struct calibration_question *example)
{
	return fabs(example->value - example->raw);
}

static void keep_farther(
	const struct calibration_map *map, double raw, struct calibration_question *kept)
{
	struct calibration_question other = {kept->doubt, raw, calibration_line(map, raw)};

	if (moved(&other) > moved(kept))
		*kept = other;
}

/* Corners are at the points: between two, and between them and the ends, a map is straight. */
static struct calibration_question farthest_point(const struct calibration_map *map)
{
	struct calibration_question kept = {CALIBRATION_PLAIN, map->raw[0], map->truth[0]};

	for (uint32_t i = 1; i < map->n; i++)
		keep_farther(map, map->raw[i], &kept);
	return kept;
}

static bool is_beyond(double raw, double low, double high)
{
	double slack = (high - low) * most_beyond;

	return is_known(low, high) && (raw < low - slack || raw > high + slack);
}

static bool is_steep(const struct calibration_map *map)
{
	for (uint32_t i = 1; i < map->n; i++)
		if (map->truth[i] - map->truth[i - 1] >
			most_slope * (map->raw[i] - map->raw[i - 1]))
			return true;
	return false;
}

/* The example is a point, as it was typed, unless only an end of the range is far. */
static struct calibration_question asked_within(
	const struct calibration_map *map, double low, double high)
{
	double most = (high - low) * most_moved;
	struct calibration_question asked = farthest_point(map);
	bool is_point_far = moved(&asked) > most;

	if (!is_point_far) {
		keep_farther(map, low, &asked);
		keep_farther(map, high, &asked);
	}
	asked.doubt = !is_point_far && calibration_falls(map) ? CALIBRATION_FALLS
		: moved(&asked) > most                        ? CALIBRATION_FAR
							      : CALIBRATION_PLAIN;
	return asked;
}

static struct calibration_question asked_without_range(const struct calibration_map *map)
{
	struct calibration_question asked = farthest_point(map);
	bool is_far = map->n > 1 ? is_steep(map)
				 : asked.raw != 0 && moved(&asked) > fabs(asked.raw) * most_times;

	asked.doubt = calibration_falls(map) ? CALIBRATION_FALLS
		: is_far                     ? CALIBRATION_FAR
					     : CALIBRATION_PLAIN;
	return asked;
}

struct calibration_question calibration_question_of(
	const struct calibration_map *map, double low, double high)
{
	for (uint32_t i = 0; i < map->n; i++)
		if (is_beyond(map->raw[i], low, high))
			return (struct calibration_question){
				CALIBRATION_UNHEARD, map->raw[i], map->truth[i]};
	return is_known(low, high) ? asked_within(map, low, high) : asked_without_range(map);
}

struct calibration_question calibration_question_of_zero(
	double raw, double value, double low, double high)
{
	struct calibration_question question = {CALIBRATION_PLAIN, raw, value};
	double most = (high - low) * (value == 0 ? 1 : most_moved);
	bool is_too_far = is_known(low, high)
		? moved(&question) > most
		: value != 0 && raw != 0 && moved(&question) > fabs(raw) * most_times;

	if (is_beyond(raw, low, high))
		question.doubt = CALIBRATION_OUTSIDE;
	else if (is_too_far)
		question.doubt = CALIBRATION_FAR;
	return question;
}
