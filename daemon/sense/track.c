/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batching is a bargain between the cost of a record and the age of a row: full, or 20 ms old, or
 * nothing more to come soon, whichever is first. */
#include "sense/track.h"

#include <math.h>
#include <string.h>

enum {
	BATCH_AGE_MS = 20,
	SILENCE_LEAST_MS = 6000,
	SILENCE_PERIODS = 5,
	/* An uncertainty that grew is told at once, one that shrank costs a word. There is one each 5 s,
	 * and 8 at the most to begin with: a map that finds its feet, or a stall now and then, is told
	 * row by row; a board that stumbles all day does not fill its card with words about it, and
	 * says the larger one meanwhile. */
	WORD_S = 5,
	WORDS = 8,
};

void track_open(struct track *track, const struct stream *stream, struct registry *registry,
	enum gap_reason reason, struct instant now)
{
	struct stream_left left;

	track->period_ns = stream->period_ns;
	track->is_event = stream->kind == STREAM_CLOCK ||
		(stream->stamps == STAMP_KERNEL && stream->period_ns == 0);
	if (track->stream == stream->id)
		return;
	track->stream = stream->id;
	track->n_channels = stream->n_channels;
	left = registry_left(registry, stream->id);
	track->last_ns = left.last_ns;
	track->seen_ns = now.ns;
	track->spacing_ns = track->silence_ns = 0;
	track->uncertain_ns = 0;
	track->spoken_ns = INT64_MIN;
	track->is_known = left.absent.from.ns != 0;
	track->owed = left.absent.reason ? left.absent.reason : reason;
	if (!track->is_known)
		track->owed = (enum gap_reason)0;
	track->owed_rows = track->told_rows = left.absent.lost_rows;
	track->owed_ns = now.ns;
	track->from_ns = track->is_known ? left.absent.from.ns : now.ns;
	track->told_ns = left.absent.to.ns;
	track->is_silent = track->is_doubtful = false;
	track->is_fresh = true;
	track->batch.stream = stream->id;
	track->batch.n_channels = stream->n_channels;
	track->batch.n_rows = 0;
	track->batch.has_ticks = 0;
	memset(&track->batch.piece, 0, sizeof(track->batch.piece));
}

void track_flush(struct track *track, struct outlet *outlet, struct instant now)
{
	if (track->batch.n_rows == 0)
		return;
	outlet_batch(outlet, now, &track->batch);
	track->batch.n_rows = 0;
	if (track->is_fresh)
		outlet_hurry(outlet);
	track->is_fresh = false;
}

/* How many rows the stream's period has room for between two; 0: nobody knows. */
static uint64_t rows_between(const struct track *track, int64_t from_ns, int64_t to_ns)
{
	int64_t period_ns = track->period_ns, n;

	if (period_ns <= 0)
		return 0;
	n = (to_ns - from_ns + period_ns / 2) / period_ns - 1;
	return n > 0 ? (uint64_t)n : 0;
}

/* What a silence lacks is counted by the period, and it lacks at least what was counted one by
 * one. */
static uint64_t missing_rows(const struct track *track, int64_t to_ns)
{
	uint64_t rows = 0;

	if (track->owed == GAP_SILENT)
		rows = rows_between(track, track->from_ns, to_ns);
	return rows > track->owed_rows ? rows : track->owed_rows;
}

static void tell_gap(struct track *track, struct outlet *outlet, struct instant now, int64_t to_ns)
{
	struct gap gap = {
		.stream = track->stream,
		.reason = track->owed,
		.from.ns = track->from_ns < to_ns ? track->from_ns : to_ns,
		.to.ns = to_ns,
		.lost_rows = missing_rows(track, to_ns),
	};

	track_flush(track, outlet, now);
	outlet_gap(outlet, now, &gap);
	track->told_ns = to_ns;
	track->told_rows = gap.lost_rows;
	track->is_known = true;
}

static void owe_no_more(struct track *track)
{
	track->owed = (enum gap_reason)0;
	track->owed_rows = track->told_rows = 0;
	track->told_ns = 0;
}

/* What is owed ends at `to_ns`, where the next one begins. */
static void end_gap(struct track *track, struct outlet *outlet, struct instant now, int64_t to_ns)
{
	tell_gap(track, outlet, now, to_ns);
	track->from_ns = to_ns;
	owe_no_more(track);
}

/* Twice as long ago as the last time, but not at once, and each minute. What was owed before the
 * silence is told by itself: it did not last so long. */
static void tell_silence(struct track *track, struct outlet *outlet, struct instant now)
{
	int64_t least_ns = SILENCE_LEAST_MS * (int64_t)NS_PER_MS;
	int64_t most_ns = SILENCE_TOLD_MS * (int64_t)NS_PER_MS;
	int64_t wait_ns = track->told_ns - track->from_ns;

	wait_ns = wait_ns < least_ns ? least_ns : wait_ns < most_ns ? wait_ns : most_ns;
	if (track->owed == GAP_SILENT && track->told_ns && now.ns - track->told_ns < wait_ns)
		return;
	if (track->owed && track->owed != GAP_SILENT)
		end_gap(track, outlet, now, track->owed_ns);
	track_owe(track, now, GAP_SILENT, 0);
	tell_gap(track, outlet, now, now.ns);
}

/* Quick to grow, slow to shrink: rows that come in bursts are as far apart as the bursts. A silence
 * is no spacing unless another one as long follows it soon: then it is a sensor that speaks once a
 * minute. */
static void learn_spacing(struct track *track, int64_t spacing_ns)
{
	int64_t at_least_ns = spacing_ns;

	if (track->is_silent) {
		if (track->silence_ns < spacing_ns)
			at_least_ns = track->silence_ns;
		track->silence_ns = spacing_ns;
	} else {
		track->silence_ns -= track->silence_ns / 16;
	}
	track->spacing_ns = at_least_ns > track->spacing_ns
		? at_least_ns
		: track->spacing_ns - (track->spacing_ns - at_least_ns) / 16;
}

/* Late is a row that comes half a distance after it is due: the wire alone delays less. */
static void settle_doubt(struct track *track, int64_t stamp_ns)
{
	int64_t usual_ns = track->period_ns > 0 ? track->period_ns : track->spacing_ns;
	int64_t since_ns = stamp_ns - track->last_ns;
	bool is_late = track->last_ns && usual_ns > 0 && since_ns / 3 > usual_ns / 2;

	if (track->is_doubtful && is_late && !track->is_event && !track->owed)
		track_owe(track, (struct instant){stamp_ns}, GAP_WIRE,
			rows_between(track, track->last_ns, stamp_ns));
	track->is_doubtful = false;
}

/* What is told is never below what holds, and above it by a quarter at most, but for what WORDS keeps
 * back. A growth is told with an eighth to spare, so that an uncertainty that creeps is not told with
 * each row; the first, and one that shrank, as it is: most ports have one that never changes. */
static void tell_uncertainty(struct track *track, struct outlet *outlet, struct instant now,
	int64_t stamp_ns, int64_t ns)
{
	int64_t told_ns = track->uncertain_ns, spent_ns;
	bool is_grown = ns > told_ns;
	struct uncertainty uncertainty = {track->stream, {stamp_ns}, ns};

	if (!is_grown && told_ns <= ns + ns / 4)
		return;
	spent_ns = now.ns - WORDS * WORD_S * (int64_t)NS_PER_S;
	if (spent_ns < track->spoken_ns)
		spent_ns = track->spoken_ns;
	if (!is_grown && spent_ns > now.ns - WORD_S * (int64_t)NS_PER_S)
		return;
	track->spoken_ns = is_grown ? spent_ns : spent_ns + WORD_S * (int64_t)NS_PER_S;
	if (is_grown && told_ns)
		uncertainty.ns += (ns + 7) / 8;
	track->uncertain_ns = uncertainty.ns;
	outlet_uncertainty(outlet, now, &uncertainty);
}

static uint32_t append(struct track *track, struct outlet *outlet, struct instant now,
	int64_t stamp_ns, int64_t uncertainty_ns, const double *values)
{
	struct batch *batch = &track->batch;
	double *to;
	uint32_t row;

	if (uncertainty_ns > 0)
		tell_uncertainty(track, outlet, now, stamp_ns, uncertainty_ns);
	settle_doubt(track, stamp_ns);
	if (track->owed)
		end_gap(track, outlet, now, stamp_ns);
	if (batch->n_rows == 0)
		track->batch_ns = now.ns;
	row = batch->n_rows++;
	to = batch->values + row * track->n_channels;
	batch->stamps_ns[row] = stamp_ns;
	for (uint32_t i = 0; i < track->n_channels; i++)
		to[i] = isfinite(values[i]) ? values[i] : NAN;

	learn_spacing(track, now.ns - track->seen_ns);
	track->seen_ns = now.ns;
	track->last_ns = track->from_ns = stamp_ns;
	track->is_silent = false;
	track->is_known = true;
	return row;
}

static void send_if_full(struct track *track, struct outlet *outlet, struct instant now)
{
	if (track->batch.n_rows == BATCH_ROWS)
		track_flush(track, outlet, now);
}

/* A batch has one piece of the map, or rows without ticks. */
static void begin_batch_of(struct track *track, struct outlet *outlet, struct instant now,
	const struct clock_piece *piece)
{
	struct batch *batch = &track->batch;

	if (batch->has_ticks == (piece != NULL) &&
		(!piece ||
			(batch->piece.origin_tick == piece->origin_tick &&
				batch->piece.segment == piece->segment)))
		return;
	track_flush(track, outlet, now);
	batch->has_ticks = piece != NULL;
	batch->piece = piece ? *piece : (struct clock_piece){0};
}

void track_row(struct track *track, struct outlet *outlet, struct instant now,
	struct instant arrival, int64_t uncertainty_ns, const double *values)
{
	int64_t stamp = (arrival.ns + NS_PER_US / 2) / NS_PER_US * NS_PER_US;

	if (stamp <= track->last_ns)
		stamp = track->last_ns / NS_PER_US * NS_PER_US + NS_PER_US;
	begin_batch_of(track, outlet, now, NULL);
	append(track, outlet, now, stamp, uncertainty_ns, values);
	send_if_full(track, outlet, now);
}

void track_row_exact(struct track *track, struct outlet *outlet, struct instant now,
	struct instant stamp, int64_t uncertainty_ns, const double *values)
{
	int64_t stamp_ns = stamp.ns > track->last_ns ? stamp.ns : track->last_ns + 1;

	append(track, outlet, now, stamp_ns, uncertainty_ns, values);
	send_if_full(track, outlet, now);
}

bool track_row_at_tick(struct track *track, struct outlet *outlet, struct instant now,
	const struct clock_piece *piece, int64_t tick, const double *values)
{
	int64_t stamp = clock_piece_stamp(piece, tick);
	uint32_t row;

	if (stamp <= track->last_ns) {
		track_owe(track, now, GAP_WIRE, 1);
		return false;
	}
	begin_batch_of(track, outlet, now, piece);
	row = append(track, outlet, now, stamp, piece->uncertainty_ns, values);
	track->batch.ticks[row] = tick;
	send_if_full(track, outlet, now);
	return true;
}

/* What was told stands as it is, and what was missing since then is left to what comes next. */
static void let_stand(struct track *track, struct instant now)
{
	uint64_t rows = missing_rows(track, now.ns), told = track->told_rows;

	track->from_ns = track->told_ns;
	owe_no_more(track);
	track->owed_rows = rows > told ? rows - told : 0;
}

void track_owe(struct track *track, struct instant now, enum gap_reason reason, uint64_t rows)
{
	if (reason == GAP_RESET && track->told_ns)
		let_stand(track, now);
	if (!track->owed)
		track->owed_ns = now.ns;
	if (!track->owed || reason == GAP_RESET)
		track->owed = reason;
	track->owed_rows += rows;
}

void track_doubt(struct track *track)
{
	track->is_doubtful = true;
}

void track_end_burst(struct track *track, struct outlet *outlet, struct instant now)
{
	if (track->spacing_ns >= BATCH_AGE_MS * (int64_t)NS_PER_MS)
		track_flush(track, outlet, now);
}

static bool is_missed(const struct track *track)
{
	return track->last_ns || track->period_ns > 0 || track->is_doubtful;
}

void track_tick(struct track *track, struct outlet *outlet, struct instant now)
{
	int64_t period = track->period_ns > 0 ? track->period_ns : track->spacing_ns;
	int64_t limit = SILENCE_PERIODS * period;

	if (track->batch.n_rows > 0 &&
		(now.ns - track->batch_ns >= BATCH_AGE_MS * (int64_t)NS_PER_MS ||
			now.ns - track->seen_ns >= track->spacing_ns))
		track_flush(track, outlet, now);
	if (limit < SILENCE_LEAST_MS * (int64_t)NS_PER_MS)
		limit = SILENCE_LEAST_MS * (int64_t)NS_PER_MS;
	if (!track->is_event && now.ns - track->seen_ns > limit)
		track->is_silent = true;
	if (track->is_silent && is_missed(track))
		tell_silence(track, outlet, now);
}

void track_close(struct track *track, struct outlet *outlet, struct registry *registry,
	enum gap_reason reason, struct instant now)
{
	int64_t end_ns = now.ns > track->last_ns ? now.ns : track->last_ns;
	struct stream_left left = {.last_ns = track->last_ns};

	if (!track->stream)
		return;
	track_flush(track, outlet, now);
	if (!reason)
		settle_doubt(track, end_ns);
	if (track->owed == GAP_SILENT || (track->owed && !reason))
		end_gap(track, outlet, now, end_ns);
	if (reason && (track->owed || track->is_known)) {
		track->owed = reason;
		tell_gap(track, outlet, now, end_ns);
	}
	if (track->is_known)
		left.absent = (struct gap){track->stream, track->owed, {track->from_ns},
			{track->told_ns}, track->told_rows};
	registry_set_left(registry, track->stream, &left);
	track->stream = 0;
}
