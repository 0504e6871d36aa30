/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history/stated.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const int64_t minute_ns = 60 * (int64_t)NS_PER_S;

static int take(void *self, const struct uncertainty *uncertainty)
{
	struct stated *stated = self;

	if (stated->n == stated->room) {
		size_t room = stated->room ? stated->room * 2 : 16;
		void *grown = realloc(stated->told, room * sizeof *stated->told);

		if (!grown)
			return -ENOMEM;
		stated->told = grown;
		stated->room = room;
	}
	stated->told[stated->n++] = *uncertainty;
	return 0;
}

static int find_one(void *self, const struct rows *rows)
{
	(void)self;
	(void)rows;
	return 1;
}

/* Is there a row of the minute in which `from` is, before it? */
static int look_back(
	struct stated *stated, struct reader *reader, uint32_t stream, struct instant from)
{
	struct instant start = {from.ns / minute_ns * minute_ns};
	int found = 0;

	if (from.ns > start.ns)
		found = reader_rows(reader, stream, start, from, find_one, NULL);
	if (found < 0)
		return found;
	stated->minute = found ? from.ns / minute_ns : -1;
	return 0;
}

int stated_begin(struct stated *stated, struct reader *reader, uint32_t stream, struct instant from,
	struct instant to, struct instant before)
{
	int r;

	stated->n = stated->at = 0;
	r = reader_uncertainty(reader, stream, from, to, take, stated);
	if (r < 0)
		return r;
	if (before.ns) {
		stated->minute = before.ns / minute_ns;
		return 0;
	}
	return look_back(stated, reader, stream, from);
}

void stated_clear(struct stated *stated)
{
	free(stated->told);
	*stated = (struct stated){.told = NULL};
}

int64_t stated_ns(struct stated *stated, struct instant stamp)
{
	while (stated->at + 1 < stated->n && stated->told[stated->at + 1].from.ns <= stamp.ns)
		stated->at++;
	return stated->at < stated->n && stated->told[stated->at].from.ns <= stamp.ns
		? stated->told[stated->at].ns
		: 0;
}

int64_t stated_worst_ns(const struct stated *stated)
{
	int64_t worst_ns = 0;

	for (size_t i = 0; i < stated->n; i++)
		if (stated->told[i].ns > worst_ns)
			worst_ns = stated->told[i].ns;
	return worst_ns;
}

int stated_raise(const struct stated *stated, struct reader *reader, uint32_t stream,
	struct instant from, struct instant to, int64_t *worst_ns)
{
	int found = 0;

	for (size_t i = 0; i < stated->n && found >= 0; i++) {
		struct instant begin = stated->told[i].from;
		struct instant end = i + 1 < stated->n ? stated->told[i + 1].from : to;

		begin = begin.ns > from.ns ? begin : from;
		end = end.ns < to.ns ? end : to;
		if (stated->told[i].ns <= *worst_ns || begin.ns >= end.ns)
			continue;
		found = reader_rows(reader, stream, begin, end, find_one, NULL);
		if (found > 0)
			*worst_ns = stated->told[i].ns;
	}
	return found < 0 ? found : 0;
}

bool stated_is_first(struct stated *stated, struct instant stamp)
{
	int64_t minute = stamp.ns / minute_ns;
	bool is_first = minute != stated->minute;

	stated->minute = minute;
	return is_first;
}

void stated_add_span(struct text *text, int64_t ns)
{
	static const struct {
		double ns;
		const char *name;
	} units[] = {{NS_PER_S, "s"}, {NS_PER_MS, "ms"}};
	size_t unit = ns < NS_PER_S ? 1 : 0;
	double value = (double)ns / units[unit].ns;
	int digits = value < 0.1 ? 3 : value < 1 ? 2 : value < 10 ? 1 : 0;
	double scale = pow(10, digits);

	text_addf(text, "±%.*f %s", digits, ceil(value * scale - 1e-9) / scale, units[unit].name);
}

const char *stated_source(enum stamp_source source)
{
	switch (source) {
	case STAMP_DEVICE:
		return "设备时钟 device clock";
	case STAMP_ARRIVAL:
		return "收到时 on arrival";
	case STAMP_KERNEL:
		return "内核 kernel";
	}
	return "";
}
