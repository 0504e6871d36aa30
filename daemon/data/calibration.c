/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps of points and straight lines, see calibration.h. */
#include "data/calibration.h"

#include <math.h>
#include <string.h>

#include "data/rounding.h"

/* Beyond, a double has no digits left to calibrate. */
static const double greatest = 1e12;

static const char *const kind_names[] = {
	[CALIBRATION_OFFSET] = "offset",
	[CALIBRATION_TWO_POINT] = "two-point",
	[CALIBRATION_TABLE] = "table",
	[CALIBRATION_WITHDRAWAL] = "withdrawal",
};

const char *calibration_kind_name(enum calibration_kind kind)
{
	return kind >= CALIBRATION_OFFSET && kind <= CALIBRATION_WITHDRAWAL ? kind_names[kind]
									    : "unknown";
}

enum calibration_kind calibration_kind_of(const char *word)
{
	for (int kind = CALIBRATION_OFFSET; kind <= CALIBRATION_TABLE; kind++)
		if (strcmp(word, kind_names[kind]) == 0)
			return (enum calibration_kind)kind;
	return 0;
}

enum calibration_kind calibration_kind_for(uint32_t n_points)
{
	return n_points <= 1    ? CALIBRATION_OFFSET
		: n_points == 2 ? CALIBRATION_TWO_POINT
				: CALIBRATION_TABLE;
}

/* ---------------------------------------------------------------- checking */

static bool is_count_right(uint32_t n, enum calibration_kind kind)
{
	switch (kind) {
	case CALIBRATION_OFFSET:
		return n == 1;
	case CALIBRATION_TWO_POINT:
		return n == 2;
	case CALIBRATION_TABLE:
		return n >= 2 && n <= CALIBRATION_POINTS;
	case CALIBRATION_WITHDRAWAL:
		return n == 0;
	}
	return false;
}

static bool is_usable(double x)
{
	return isfinite(x) && fabs(x) <= greatest;
}

/* Of the line that ends at a point. */
static double slope_behind(const struct calibration_map *map, uint32_t i)
{
	return (map->truth[i] - map->truth[i - 1]) / (map->raw[i] - map->raw[i - 1]);
}

static enum calibration_fault find_fault(
	const struct calibration_map *map, enum calibration_kind kind)
{
	if (!is_count_right(map->n, kind))
		return CALIBRATION_COUNT;
	for (uint32_t i = 0; i < map->n; i++)
		if (!is_usable(map->raw[i]) || !is_usable(map->truth[i]))
			return CALIBRATION_NUMBER;
	for (uint32_t i = 1; i < map->n; i++) {
		if (map->raw[i] <= map->raw[i - 1] || !isfinite(slope_behind(map, i)))
			return CALIBRATION_SAME_RAW;
		if (!isnormal(slope_behind(map, i)) || /* flat, or as good as */
			(map->truth[i] > map->truth[i - 1]) != (map->truth[1] > map->truth[0]))
			return CALIBRATION_TURNS;
	}
	return CALIBRATION_SOUND;
}

static void swap(double *a, double *b)
{
	double held = *a;

	*a = *b;
	*b = held;
}

enum calibration_fault calibration_map_sort(struct calibration_map *map, enum calibration_kind kind)
{
	for (uint32_t i = 1; i < map->n && map->n <= CALIBRATION_POINTS; i++)
		for (uint32_t k = i; k > 0 && map->raw[k] < map->raw[k - 1]; k--) {
			swap(&map->raw[k], &map->raw[k - 1]);
			swap(&map->truth[k], &map->truth[k - 1]);
		}
	return find_fault(map, kind);
}

struct calibration_words calibration_fault_words(enum calibration_fault fault)
{
	switch (fault) {
	case CALIBRATION_SOUND:
		break;
	case CALIBRATION_COUNT:
		return (struct calibration_words){
			"单点（offset）要一个点，两点（two-point）要两个点，多点表（table）要 2 到 16 个点。",
			"offset takes one point, two-point takes two, table takes 2 to 16."};
	case CALIBRATION_NUMBER:
		return (struct calibration_words){"每个点要有读数和实际值，都是一万亿以内的数。",
			"Each point needs what was read and what is true, both numbers up to 1e12."};
	case CALIBRATION_SAME_RAW:
		return (struct calibration_words){
			"有两个点的读数相同，定不出直线。换一个明显不同的读数再量。",
			"Two points have the same reading, and no line goes through them. "
			"Take one of them where the reading is clearly different."};
	case CALIBRATION_TURNS:
		return (struct calibration_words){
			"读数增大时，实际值要一直增大或一直减小。检查这些点有没有写反或写错。",
			"As the reading grows, the true value must only grow or only shrink. "
			"Check the points for a swapped or mistyped number."};
	}
	return (struct calibration_words){"", ""};
}

static bool is_closed(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

bool calibration_is_sound(const struct calibration *c)
{
	return c->id > 0 && is_closed(c->identity, sizeof c->identity) && c->identity[0] &&
		is_closed(c->stream, sizeof c->stream) && c->stream[0] &&
		is_closed(c->channel, sizeof c->channel) && c->channel[0] &&
		is_closed(c->name, sizeof c->name) && c->from.ns < c->to.ns && c->refers < c->id &&
		(c->kind != CALIBRATION_WITHDRAWAL || c->refers > 0) &&
		find_fault(&c->map, c->kind) == CALIBRATION_SOUND;
}

/* ---------------------------------------------------------------- the map */

double calibration_line(const struct calibration_map *map, double raw)
{
	double value;

	if (map->n == 0)
		return raw;
	if (map->n == 1) {
		value = raw + (map->truth[0] - map->raw[0]);
	} else {
		uint32_t i = 1;

		while (i < map->n - 1 && raw > map->raw[i])
			i++;
		/* From the nearer of the two points: at both it is exactly what was given. */
		uint32_t near = map->raw[i] - raw < raw - map->raw[i - 1] ? i : i - 1;
		value = map->truth[near] + (raw - map->raw[near]) * slope_behind(map, i);
	}
	return isfinite(value) ? value : NAN;
}

enum { DIGITS = 14 };

/* The factor for so many digits, the first of which is that of the greatest number. */
static double rounding_of_size(double greatest_part)
{
	double factor = 1e14;

	for (int i = 0; i < DIGITS && greatest_part >= 1; i++) {
		greatest_part /= 10;
		factor /= 10;
	}
	return factor;
}

/* Nobody wants to read -0. */
static double round_by(double value, double resolution, double greatest_part)
{
	return rounding_apply(
		       resolution > 0 ? rounding_of(resolution) : rounding_of_size(greatest_part),
		       value) +
		0.0;
}

double calibration_round(double value, double resolution)
{
	return isfinite(value) ? round_by(value, resolution, fabs(value)) : NAN;
}

double calibration_value(const struct calibration_map *map, double resolution, double raw)
{
	double value = calibration_line(map, raw), greatest_part = fabs(raw);

	if (map->n == 0 || isnan(value))
		return value;
	for (uint32_t i = 0; i < map->n && !(resolution > 0); i++)
		greatest_part = fmax(greatest_part, fmax(fabs(map->raw[i]), fabs(map->truth[i])));
	return round_by(value, resolution, greatest_part);
}

bool calibration_falls(const struct calibration_map *map)
{
	return map->n > 1 && map->truth[1] < map->truth[0];
}

void calibration_shift(struct calibration_map *map, double by)
{
	for (uint32_t i = 0; i < map->n; i++)
		map->truth[i] += by;
}
