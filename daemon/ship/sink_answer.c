/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came back: an answer decides over the portion that was sent, and when there is to be more.
 *
 * What is guaranteed. A row is settled only by the server's 2xx, or by standing in quarantine (of
 * lines that are all older than the server keeps data one stands for the lot; its words say how
 * many). Until keep has committed that (at most a second), a crash sends the row again, identical
 * to the byte; a lost answer likewise. InfluxDB overwrites a point by itself: exactly one remains.
 * VictoriaMetrics keeps both, with the same stamp and value, unless it runs with
 * -dedup.minScrapeInterval=1ms. The same holds for what halving repeats after a 400: the good lines
 * of InfluxDB's "partial write" are stored a second time over themselves; VictoriaMetrics does not
 * refuse lines that we can write.
 *
 * A stream of which every line is refused (a field that is an integer over there, say, or a 400
 * that is about no line at all, as of a port that wants https) is held after REFUSED_IN_ROW lines
 * in quarantine: they are taken back from there, its data wait for a person, and the other streams
 * go on. */
#include "ship/sink_state.h"

#include <string.h>

#include "base/text.h"
#include "ship/answer.h"

enum {
	LEAST_BYTES = 4096, /* no smaller for slowness: a minute is enough for it on any line */
	GROW_AFTER = 100,   /* requests taken, a larger one is tried after a 413 */
	ORDER_RETRY_NS = 100 * NS_PER_MS,
};

/* A person must put something right. */
static void hold(struct sink *sink, enum matter matter, int status, const char *words)
{
	int error = matter == MATTER_KEY ? post_read_secret(sink->post) : 0;

	problem_begin(&sink->problems, &sink->problems.now, error ? MATTER_SECRET : matter, status,
		error, words, NULL, NULL);
	sink_wait(sink, sink->world->pace->hold_ns);
}

static void retry(
	struct sink *sink, enum matter matter, const struct post_result *result, const char *words)
{
	const char *what = matter == MATTER_REDIRECT ? result->location : result->what;

	problem_begin(
		&sink->problems, &sink->problems.now, matter, result->status, 0, words, what, NULL);
	sink->retries++;
	sink_wait(sink, backoff_next(&sink->backoff, result->retry_after_ns));
}

static int quarantine(struct sink *sink, size_t line, int status, const char *words)
{
	const struct piece *piece = fill_piece(&sink->fill, line);
	struct quarantined entry = {.status = status,
		.at = body_stamp(sink->fill.body, line),
		.stream = piece->track->stream};
	size_t n, most = sizeof(entry.line) - 1;
	const char *text = body_text(sink->fill.body, line, line + 1, &n);
	int error;

	if (n && text[n - 1] == '\n')
		n--;
	memcpy(entry.line, text, n < most ? n : most);
	text_copy(entry.sink, sizeof(entry.sink), sink->config->name);
	text_copy(entry.words, sizeof(entry.words), words);
	error = keep_order_quarantined(sink->world->keep, &entry);
	if (error)
		return error;
	sink->quarantined++;
	problem_begin(&sink->problems, &sink->problems.aside, MATTER_SET_ASIDE, status, 0, words,
		NULL, NULL);
	return 0;
}

/* The portion is settled, taken or set aside. */
static void settle(struct sink *sink)
{
	fill_settle(&sink->fill, sink->portion_to);
	tracks_flush(&sink->tracks, sink->world->keep);
}

/* Every line of this stream is refused: it waits, the others go on. */
static void hold_track(struct sink *sink, struct track *track, int status, const char *words)
{
	track->held_until = instant_add(sink_now(sink), sink->world->pace->hold_ns);
	if (track->n_refused && !track->is_taking_back) {
		sink->quarantined -= track->refused_in_row;
		if (!sink->quarantined)
			sink->problems.aside.matter = MATTER_NONE;
		track_take_back(track);
		tracks_flush(&sink->tracks, sink->world->keep);
	}
	problem_begin(&sink->problems, &sink->problems.held, MATTER_STREAM, status, 0, words, NULL,
		track->series);
	sink_forget_request(sink);
}

/* A 413 may have been a proxy's mood or a limit that was raised since, and a slow network may be a
 * busy hour: try larger ones now and then. */
static void limit_size(struct sink *sink, size_t bytes)
{
	sink->most_bytes = bytes < REQUEST_BYTES ? bytes : REQUEST_BYTES;
	sink->taken_in_row = 0;
	sink->problems.is_smaller &= sink->most_bytes < REQUEST_BYTES;
	body_limit(sink->fill.body, sink->most_bytes);
}

/* The server took a line of it. */
static void release_track(struct sink *sink, struct track *track)
{
	if (track->refused_in_row >= REFUSED_IN_ROW)
		problem_end(&sink->problems, &sink->problems.held);
	track_release(track);
}

static void taken(struct sink *sink)
{
	size_t n = sink->portion_to - sink->portion_from;

	for (size_t i = 0; i < sink->fill.n_pieces; i++) {
		const struct piece *piece = &sink->fill.pieces[i];

		if (piece->first_line < sink->portion_to &&
			piece->first_line + piece->n_lines > sink->portion_from)
			release_track(sink, piece->track);
	}
	sink->lines_sent += n;
	sink->behind -= sink->behind < n ? sink->behind : n;
	sink->last_success = sink_now(sink);
	backoff_reset(&sink->backoff);
	problem_end(&sink->problems, &sink->problems.now);
	if (sink->most_bytes < REQUEST_BYTES && ++sink->taken_in_row >= GROW_AFTER)
		limit_size(sink, 2 * sink->most_bytes);
	split_taken(&sink->split);
	settle(sink);
}

static void bad_lines(struct sink *sink, int status, const char *words)
{
	size_t n = sink->portion_to - sink->portion_from;
	const struct piece *piece = fill_piece(&sink->fill, sink->portion_from);
	struct track *track = piece->track;
	bool is_expired = answer_is_all_expired(words, n);

	if (!is_expired && split_halve(&sink->split, true))
		return;
	if (!is_expired && track->refused_in_row >= REFUSED_IN_ROW) {
		hold_track(sink, track, status, words);
		return;
	}
	if (track->is_taking_back || quarantine(sink, sink->portion_from, status, words)) {
		sink_wait(sink, ORDER_RETRY_NS); /* keep is busy; the line will be refused again */
		return;
	}
	if (!is_expired)
		track_refuse(track, piece->from,
			instant_add(body_stamp(sink->fill.body, sink->portion_from), 1));
	split_set_aside(&sink->split);
	settle(sink);
}

static void too_large(struct sink *sink, const char *words)
{
	size_t lines = sink->portion_to - sink->portion_from;

	if (split_halve(&sink->split, false)) {
		sink->problems.is_smaller = true;
		/* Half, and a line: so that the other half, a little longer, is not halved
		 * again. */
		limit_size(sink, sink->portion_bytes / 2 + sink->portion_bytes / lines);
		return;
	}
	limit_size(sink, REQUEST_BYTES); /* no size helps, so there is none to remember */
	hold(sink, MATTER_LINE_TOO_LARGE, 413, words);
}

/* A whole request has a minute, or what a server grants (408). On an uplink that needs longer it would
 * never get through, however often. */
static void too_slow(struct sink *sink)
{
	size_t half = sink->portion_bytes / 2;

	if (sink->portion_bytes > LEAST_BYTES)
		limit_size(sink, half > LEAST_BYTES ? half : LEAST_BYTES);
}

static enum matter why_refused(int status)
{
	return status == 401 ? MATTER_KEY : status == 403 ? MATTER_RIGHT : MATTER_NOT_FOUND;
}

static enum matter why_later(const struct post_result *result)
{
	if (answer_is_page(result->content_type) &&
		(result->status < 300 || result->status == 400 || result->status == 422))
		return MATTER_PAGE;
	if (result->status == 408)
		return MATTER_GAVE_UP;
	if (result->status == 429)
		return MATTER_BUSY;
	if (result->status >= 500 || (result->status >= 200 && result->status < 300))
		return MATTER_SERVER;
	if (result->status >= 300 && result->status < 400)
		return MATTER_REDIRECT;
	return MATTER_STRANGE;
}

static enum matter why_broken(enum post_trouble trouble)
{
	switch (trouble) {
	case POST_NO_NAME:
		return MATTER_NO_NAME;
	case POST_NO_CONNECTION:
		return MATTER_NO_CONNECTION;
	case POST_NO_TRUST:
		return MATTER_NO_TRUST;
	case POST_TOO_SLOW:
		return MATTER_TOO_SLOW;
	default:
		return MATTER_BROKEN;
	}
}

void sink_answered(void *self, const struct post_result *result)
{
	struct sink *sink = self;
	char words[256];

	sink->is_sending = false;
	sink->requests++;
	sink->last_http = result->status;
	if (result->trouble) {
		if (result->trouble == POST_TOO_SLOW)
			too_slow(sink);
		retry(sink, why_broken(result->trouble), result, "");
		return;
	}
	answer_words(result->body, result->n, words, sizeof(words));
	switch (answer_classify(result->status, result->content_type, words,
		answer_tells_error(result->body, result->n))) {
	case ANSWER_TAKEN:
		taken(sink);
		break;
	case ANSWER_BAD_LINES:
		bad_lines(sink, result->status, words);
		break;
	case ANSWER_TOO_LARGE:
		too_large(sink, words);
		break;
	case ANSWER_REFUSED:
		hold(sink, why_refused(result->status), result->status, words);
		break;
	case ANSWER_LATER:
		if (result->status == 408)
			too_slow(sink);
		retry(sink, why_later(result), result, words);
		break;
	}
	sink_next(sink);
}
