/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/limits.h"

#include <math.h>

#include "data/flag.h"

static struct limits mapped(
	const struct channel *channel, const struct calibration_map *map, struct limits raw)
{
	if (!map)
		return raw;
	double a = calibration_value(map, channel->resolution, raw.least);
	double b = calibration_value(map, channel->resolution, raw.most);

	return calibration_falls(map) ? (struct limits){b, a} : (struct limits){a, b};
}

struct limits limits_by(const struct channel *channel, const struct calibration_map *map)
{
	struct limits raw;

	if (!flag_limits(channel->low, channel->high, channel->resolution, &raw.least, &raw.most))
		return (struct limits){NAN, NAN};
	return mapped(channel, map, raw);
}

struct limits range_by(const struct channel *channel, const struct calibration_map *map)
{
	if (!(channel->low < channel->high))
		return (struct limits){NAN, NAN};
	return mapped(channel, map, (struct limits){channel->low, channel->high});
}
