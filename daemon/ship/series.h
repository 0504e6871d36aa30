/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a stream is called at a time-series store. Made once per stream; a row then costs its
 * numbers.
 *
 *     measurement   the kit                              text-board
 *     tags          board    name of this board          kitlog-3b2
 *                   board_id which one of that name      5f1c09ab
 *                       (keep/boot_name.h: boards get the same name easily)
 *                   device   the number on the sticker   3
 *                   stream   its name, unless "main"     light
 *                   session  the class whose it was      七（3）班
 *                   group    its number in there         3
 *                   lesson   what was taught             pendulum
 *                   hour_lap  nearly never: keep/wall_map.h   1
 *     fields        the channels' ids                    t, p
 *                   stamp_u_us, at most once a minute    1000
 *                       95 of 100 stamps are within so many microseconds (stated.h)
 *
 * All tags are bounded sets: a session is called by the label of its class, never by its number, and a
 * run is found by its time. A device that no group has at that instant has none of these three
 * (data/tenancy.h says why a line that is sent once more has the same). Two streams of one
 * device may have channels of the same id: the tag `stream` keeps them apart, and since it depends
 * on nothing but the stream itself, no later stream changes how an older one is called. A channel
 * called stamp_u_us keeps its name, and ours gets a "_". A channel
 * whose id is a name that stores use themselves ("time"), or one of our tags, gets "_value" behind
 * it: InfluxDB 1 drops a field "time", and InfluxDB 3 refuses a field that is called like a tag. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "data/device.h"

struct tenant; /* data/tenancy.h */

enum { SERIES_HEAD = 1024, SERIES_KEYS = (STREAM_CHANNELS + 1) * 64 };

struct series {
	uint32_t stream, device, n_channels, sticker;
	char kit[32], board[256], name[NAME_TEXT]; /* name: of the stream */
	size_t head_length;
	char head[SERIES_HEAD]; /* "text-board,board=kitlog-3b2,device=3" */
	const char *keys[STREAM_CHANNELS +
		1]; /* into key_text, escaped; behind the channels' stamp_u_us */
	char key_text[SERIES_KEYS];
};

/* 0, or -EINVAL and *ret_why a static sentence, or -ENOSPC for names that are too long. */
int series_init(struct series *series, const char *board, const struct device *device,
	const struct stream *stream, const char **ret_why);

/* line_add_row of a row of it; uncertainty_ns goes with it if it is not 0. */
int series_add_row(const struct series *series, struct text *text, const double *values,
	int64_t uncertainty_ns, struct wall stamp);

/* The same of one of several boards of that name (0: nobody knows of which), while it had a tenant (NULL: none), and in an hour that was passed before, when the clock was
 * false (lap 0: it was not): another series, so that its points cannot take the place of those. Borrows the
 * keys of the first. -ENOSPC, -EINVAL. */
int series_of(const struct series *series, const struct tenant *tenant, unsigned lap,
	uint32_t board, struct series *ret_series);

/* The one that was made last: rows mostly come with the same tenant, lap and board. Zero at first, or to forget. */
struct series_called {
	const struct series *of;
	const struct tenant *tenant;
	unsigned lap;
	uint32_t board;
	struct series series;
};
/* How a series is called then; NULL: its names are too long. Lent until the next call. */
const struct series *series_call(struct series_called *called, const struct series *of,
	const struct tenant *tenant, unsigned lap, uint32_t board);
