/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/limits.h"

#include <math.h>

#include "base/number.h"
#include "data/flag.h"
#include "share/json.h"

enum { PIECE_JSON = 40 + 3 * NUMBER_TEXT };

struct limits limits_by(const struct channel *channel, const struct calibration_map *map)
{
	struct limits limits;

	if (!flag_limits(
		    channel->low, channel->high, channel->resolution, &limits.least, &limits.most))
		return (struct limits){NAN, NAN};
	if (!map)
		return limits;
	double a = calibration_value(map, channel->resolution, limits.least);
	double b = calibration_value(map, channel->resolution, limits.most);

	return calibration_falls(map) ? (struct limits){b, a} : (struct limits){a, b};
}

void limits_json(struct text *text, const struct channel *channel,
	const struct correction *correction, uint32_t index, struct instant from)
{
	struct limits last = {0};
	bool is_first = true;

	text_add_char(text, '[');
	for (struct instant at = from; at.ns < INT64_MAX; at = correction_next(correction, at)) {
		struct limits now = limits_by(channel, correction_at(correction, index, at, NULL));
		bool is_same = now.least == last.least && now.most == last.most;

		if (!is_first && (is_same || (isnan(now.least) && isnan(last.least))))
			continue;
		text_addf(text, "%s{\"from_us\":%lld,\"least\":", is_first ? "" : ",",
			(long long)instant_us(at));
		json_number(text, now.least);
		text_add(text, ",\"most\":");
		json_number(text, now.most);
		text_add_char(text, '}');
		last = now;
		is_first = false;
	}
	text_add_char(text, ']');
}

size_t limits_json_size(const struct correction *correction, struct instant from)
{
	size_t n = 0;

	for (struct instant at = from; at.ns < INT64_MAX; at = correction_next(correction, at))
		n++;
	return n * PIECE_JSON;
}
