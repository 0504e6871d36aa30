/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch: stamped samples of one stream, some rows of them, as they travel from sense to
 * everybody.
 *
 * A row is one sampling instant: a stamp and a value per channel. Values are doubles in the
 * channel's unit, finite, or NaN, which means "this channel said nothing in this row" (a line with
 * fewer numbers, a division by zero in a sketch), never an invalid reading. Stamps rise strictly
 * within a stream, for ever.
 *
 * When the device has its own clock, the row also has its tick (device microseconds, unwrapped to
 * 64 bits, growing within a segment) and the batch carries the piece of the clock map that made the
 * stamps. stamp == clock_piece_stamp(piece, tick) then holds exactly for every row, which is why
 * the store may keep ticks and pieces instead of stamps. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/device.h"

enum { BATCH_ROWS = 128 };

/* Crystals are off by 100 ppm, an Uno's ceramic resonator by 0.5 %. What is further off is no
 * clock. */
enum {
	CLOCK_RATE_MOST_PPB = 5000000,
	CLOCK_PIECE_MOST_PPB = 2 * CLOCK_RATE_MOST_PPB, /* of a piece, which steers besides */
};

/* A straight piece of the map from device ticks to board time (sense/timebase.h makes them):
 *     stamp = origin + (tick - origin_tick) * 1000 ns * (1 + rate_ppb / 1e9)
 * in integers, rounded to nearest, so that everybody who computes it gets the same nanosecond.
 * A piece is never changed; a better estimate is a new piece for later ticks. */
struct clock_piece {
	int64_t origin_tick;
	int64_t origin_ns;       /* board time */
	int32_t rate_ppb;        /* |rate| <= CLOCK_PIECE_MOST_PPB */
	uint32_t uncertainty_ns; /* 95 % of the stamps are within it, the path's delay included */
	uint32_t segment; /* counts restarts of the device clock; ticks compare only within one */
};

int64_t clock_piece_stamp(const struct clock_piece *piece, int64_t tick);

struct batch {
	uint32_t stream;          /* stream.id */
	uint32_t n_channels;      /* as in the stream */
	uint32_t n_rows;          /* <= BATCH_ROWS */
	uint32_t has_ticks;       /* 0 or 1 */
	struct clock_piece piece; /* when has_ticks */
	int64_t stamps_ns[BATCH_ROWS];
	int64_t ticks[BATCH_ROWS];
	/* row by row: values[row * n_channels + channel] */
	double values[BATCH_ROWS * STREAM_CHANNELS];
};

/* From this stamp on, until the next one that says so, the stamps of a stream are within so many
 * nanoseconds of the truth, in 95 of 100 cases. */
struct uncertainty {
	uint32_t stream;
	struct instant from;
	int64_t ns;
};

/* Why rows are missing. Numbers are stored: append only. */
enum gap_reason {
	GAP_UNPLUGGED = 1,  /* the device went away */
	GAP_WIRE = 2,       /* frames damaged or lost between device and board */
	GAP_DEVICE = 3,     /* the device itself says that it lost samples */
	GAP_RING = 4,       /* this board could not keep up: a ring was full */
	GAP_STOPPED = 5,    /* kitlogd was not running */
	GAP_RESET = 6,      /* the device restarted */
	GAP_STORE = 7,      /* the card was full or refused to write */
	GAP_EXPIRED = 8,    /* removed to make room */
	GAP_SILENT = 9,     /* plugged in, but no reading came */
	GAP_SUSPENDED = 10, /* the board slept */
};

struct gap {
	uint32_t stream; /* 0: all streams */
	enum gap_reason reason;
	struct instant from, to; /* open ends: the last stamp before, the first stamp after */
	uint64_t lost_rows;      /* 0: unknown */
};

/* Is it the same gap, told again? Then it is the whole of what is known of it, and `before` is no
 * more: a silence is told while it lasts, an unplugging when it begins and when it is over, with what
 * was lost before it. Those of other reasons are told once. */
bool gap_holds(const struct gap *gap, const struct gap *before);

/* While a silence lasts it is told again after so long at the latest: who finds it untold for longer
 * knows that nobody watches any more. */
enum { SILENCE_TOLD_MS = 60000 };

/* "unplugged": a stable word for the API and files. */
const char *gap_reason_name(enum gap_reason reason);
