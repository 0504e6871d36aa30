/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report tells, out of the store. Inside export/paper*.c only. Work thread. */
#pragma once

#include "keep/store.h"
#include "class/class_point.h"
#include "export/paper.h"
#include "export/paper_chart.h"
#include "export/typed_table.h"

struct paper_channel {
	struct chart_point *points; /* owned; seconds from the run's begin */
	size_t n_points, room;
	uint64_t n; /* of readings */
	double first, last, min, max, sum;
	bool is_meant; /* the lesson takes the mean of it, then of n_meant readings: */
	uint64_t n_meant;
	double mean, squares; /* of the differences from it */
	char *by;             /* which calibrations; NULL: none */
};
struct paper_stream {
	struct paper_channel channels[STREAM_CHANNELS];
	int64_t worst_ns; /* of its stamps, 95 %; 0: unknown */
};
struct paper_data {
	const struct paper_options *options;
	struct about about;
	struct need_channel needs[LESSON_NEEDS]; /* of the lesson, by their channels */
	struct typed_table *readings;            /* NULL: none; owned */
	bool has_point;                          /* of the run, among those of the class: */
	struct class_point point;
	struct class_point
		unsure; /* of it, as far as the means of what was measured are: s / sqrt(n); 0: not known */
	bool has_fit; /* then the next is what came of it */
	struct fit_result fit;
	struct channel fit_channel;
	double fit_low, fit_high;     /* x of its first and last point */
	struct paper_stream *streams; /* about.n_streams; owned */
};

/* 0; -ENOENT: nothing has a part in the run; -ENODATA: there is no such channel to fit; or as the store
 * says. */
int paper_gather(struct paper_data *data, const struct paper_options *options, struct instant kept,
	struct reader *reader, const atomic_bool *is_cancelled);
void paper_clear(struct paper_data *data);

/* paper_write.c: the whole page. */
void paper_write(const struct paper_data *data, struct text *text);
