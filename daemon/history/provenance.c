/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A correction knows numbers of records; their names are asked for one by one. */
#include "history/provenance.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

enum { WORDS = 384, MOST = 3 };

struct ids {
	uint32_t ids[MOST];
	unsigned n;
	bool has_more;
};

static void note(struct ids *ids, uint32_t id)
{
	for (unsigned i = 0; i < ids->n; i++)
		if (ids->ids[i] == id)
			return;
	if (ids->n == MOST)
		ids->has_more = true;
	else
		ids->ids[ids->n++] = id;
}

static struct ids ids_in(const struct correction *correction, uint32_t channel, struct instant from,
	struct instant to)
{
	struct ids ids = {.n = 0};

	for (struct instant at = from; at.ns < to.ns; at = correction_next(correction, at)) {
		uint32_t id;

		if (correction_at(correction, channel, at, &id))
			note(&ids, id);
	}
	return ids;
}

static void add_record(struct text *text, const struct calibration *calibration)
{
	time_t seconds = (time_t)(calibration->wall_ns / NS_PER_S);
	struct tm tm;
	char date[16];

	text_addf(text, "#%u %s", calibration->id,
		calibration->name[0] ? calibration->name
				     : calibration_kind_name(calibration->kind));
	if (calibration->wall_ns && localtime_r(&seconds, &tm) &&
		strftime(date, sizeof date, "%Y-%m-%d", &tm) > 0)
		text_addf(text, " %s", date);
}

int provenance_in_words(struct reader *reader, const struct correction *correction,
	uint32_t channel, struct instant from, struct instant to, char **ret_words)
{
	struct ids ids = ids_in(correction, channel, from, to);
	struct calibration calibration;
	char room[WORDS];
	struct text text = text_over(room, sizeof room);
	char *words = NULL;

	for (unsigned i = 0; i < ids.n; i++) {
		int r = reader_calibration(reader, ids.ids[i], &calibration);

		if (r < 0)
			return r;
		text_add(&text, i > 0 ? "; " : "");
		add_record(&text, &calibration);
	}
	if (ids.has_more)
		text_add(&text, "; …");
	if (ids.n > 0 && !(words = strdup(room)))
		return -ENOMEM;
	*ret_words = words;
	return 0;
}
