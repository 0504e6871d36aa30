/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A matching of needs and channels that grows need by need: what is served once stays served, perhaps by
 * something else (H. W. Kuhn, Naval Research Logistics Quarterly 2 (1955) 83). */
#include "data/serving.h"

#include <stdbool.h>
#include <string.h>

struct table {
	const struct lesson *lesson;
	const struct device *const *devices;
	size_t n_devices;
	uint32_t shared;
	struct serving *seats;       /* by need */
	bool is_alone;               /* rule 2 holds */
	bool stays_apart;            /* rule 1 holds for who moves */
	bool may_ask;                /* who sits to move */
	bool is_asked[LESSON_NEEDS]; /* to move, in this search */
};

enum { NOBODY = LESSON_NEEDS, SEVERAL };

/* By both rules; without the second; both times without the first for it alone; without any. */
enum { PASSES = 5 };

/* Whose place it would be: the need that sits there. */
static unsigned sitter(const struct table *table, struct serving place)
{
	unsigned found = NOBODY;

	for (unsigned i = 0; i < table->lesson->n_needs; i++) {
		const struct serving *seat = &table->seats[i];

		if (seat->stream &&
			(table->is_alone ? seat->device == place.device
					 : seat->stream == place.stream &&
						seat->channel == place.channel))
			found = found == NOBODY ? i : SEVERAL;
	}
	return found;
}

static bool sit(struct table *table, unsigned need, bool is_apart);

static bool sit_there(struct table *table, unsigned need, struct serving place, bool may_ask)
{
	unsigned there = sitter(table, place);

	if (there != NOBODY) {
		if (!may_ask || there == SEVERAL || table->is_asked[there])
			return false;
		table->is_asked[there] = true;
		if (!sit(table, there, table->stays_apart))
			return false;
	}
	table->seats[need] = place;
	return true;
}

/* On the first channel of a device that fits and is of this rank. */
static bool sit_at(struct table *table, unsigned need, const struct device *device, unsigned rank,
	bool may_ask)
{
	const struct lesson_need *of = &table->lesson->needs[need];

	for (uint32_t s = 0; s < device->n_streams; s++) {
		const struct stream *stream = &device->streams[s];

		for (uint32_t c = 0; stream->kind == STREAM_DATA && c < stream->n_channels; c++) {
			const struct channel *channel = &stream->channels[c];

			if (lesson_need_fits(of, channel->quantity, channel->unit) &&
				lesson_need_rank(of, device->kit, channel->id) == rank &&
				sit_there(
					table, need, (struct serving){device, stream, c}, may_ask))
				return true;
		}
	}
	return false;
}

/* What is free goes first. `is_apart`: rule 1 holds for it. */
static bool sit(struct table *table, unsigned need, bool is_apart)
{
	const struct lesson_need *of = &table->lesson->needs[need];
	unsigned ranks = 2 * (unsigned)(of->n_kits + 1);

	for (unsigned try = 0; try < (table->may_ask ? 4 : 2) * ranks; try++) {
		bool may_ask = try >= 2 * ranks, is_odd = try / ranks % 2;

		for (size_t d = 0; d < table->n_devices; d++) {
			bool is_shared = d < 32 && table->shared >> d & 1u;

			if ((is_shared != (of->groups_share > 1)) == is_odd &&
				!(is_apart && is_odd) &&
				sit_at(table, need, table->devices[d], try % ranks, may_ask))
				return true;
		}
	}
	return false;
}

static bool has_what_groups_share(const struct lesson *lesson)
{
	for (unsigned i = 0; i < lesson->n_needs; i++)
		if (lesson->needs[i].groups_share > 1)
			return true;
	return false;
}

void serving_find(const struct lesson *lesson, const struct device *const *devices,
	size_t n_devices, uint32_t shared, struct serving ret_serving[LESSON_NEEDS])
{
	struct table table = {.lesson = lesson,
		.devices = devices,
		.n_devices = n_devices,
		.shared = has_what_groups_share(lesson) ? shared : 0,
		.seats = ret_serving};

	memset(ret_serving, 0, LESSON_NEEDS * sizeof *ret_serving);
	for (unsigned pass = 0; pass < 2 * PASSES; pass++) {
		unsigned level = pass % PASSES;
		bool is_optional = pass >= PASSES;

		table.is_alone = level == 0 || level == 2;
		table.stays_apart = table.shared && level < PASSES - 1;
		table.may_ask = !is_optional;
		for (unsigned i = 0; i < lesson->n_needs; i++) {
			memset(table.is_asked, 0, sizeof table.is_asked);
			if (lesson->needs[i].is_optional == is_optional && !ret_serving[i].stream)
				sit(&table, i, table.shared && level < 2);
		}
	}
}
