/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a request. compose() fills the body from the store, send_portion() posts all of it or
 * the portion that split has arrived at, done() looks at the answer, settles what is answered for,
 * and goes on. After a failure the body is forgotten and composed anew when it is time: so live
 * data are first again, and nothing but the spans has to be right.
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
#include "ship/sink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/text.h"
#include "ship/answer.h"
#include "ship/backoff.h"
#include "ship/fill.h"
#include "ship/problem.h"
#include "ship/split.h"

enum {
	REQUEST_LINES = 5000,
	REQUEST_BYTES = 512 * 1024,
	LEAST_BYTES = 4096, /* no smaller for slowness: a minute is enough for it on any line */
	GROW_AFTER = 100,   /* requests taken, a larger one is tried after a 413 */
	QUIET = 16,         /* a stream that said nothing so often is looked at only now and then */
	QUIET_TURNS = 8,
	ORDER_RETRY_NS = 100 * NS_PER_MS,
};

struct sink {
	const struct sink_world *world;
	const struct config_sink *config;
	struct post *post;
	struct backoff backoff;
	struct split split;
	struct fill fill;
	struct timer again;
	struct instant not_before; /* of the next request */
	struct tracks tracks;
	size_t turn;
	bool is_sending, is_stopping;
	bool is_idle; /* the last look found nothing to send */
	struct problems problems;
	size_t portion_from, portion_to, portion_bytes;
	size_t most_bytes; /* of a request */
	unsigned taken_in_row;
	uint64_t lines_sent, requests, bytes_sent, retries, behind, quarantined;
	int last_http;
	struct instant last_success;
};

static struct instant now(const struct sink *sink)
{
	return clock_now(sink->world->clock);
}

static int count_quarantined(void *self, const struct quarantined *line)
{
	struct sink *sink = self;

	(void)line;
	sink->quarantined++;
	return 0;
}

int sink_load(struct sink *sink)
{
	int error = tracks_load(&sink->tracks, sink->world->reader);

	sink->quarantined = 0;
	return error ? error
		     : reader_quarantined(
			       sink->world->reader, sink->config->name, count_quarantined, sink);
}

int sink_add_series(struct sink *sink, const struct series *series)
{
	return tracks_add_series(&sink->tracks, series);
}

/* --- after an answer --- */

static void forget_request(struct sink *sink)
{
	fill_begin(&sink->fill);
	split_begin(&sink->split, 0);
}

static void wait_until(struct sink *sink, struct instant at)
{
	sink->not_before = at;
	timer_at(sink->world->loop, &sink->again, at);
}

static void wait_for(struct sink *sink, int64_t ns)
{
	forget_request(sink);
	wait_until(sink, instant_add(now(sink), ns));
}

/* A person must put something right. */
static void hold(struct sink *sink, enum matter matter, int status, const char *words)
{
	int error = matter == MATTER_KEY ? post_read_secret(sink->post) : 0;

	problem_begin(&sink->problems, &sink->problems.now, error ? MATTER_SECRET : matter, status,
		error, words, NULL, NULL);
	wait_for(sink, sink->world->pace->hold_ns);
}

static void retry(
	struct sink *sink, enum matter matter, const struct post_result *result, const char *words)
{
	const char *what = matter == MATTER_REDIRECT ? result->location : result->what;

	problem_begin(
		&sink->problems, &sink->problems.now, matter, result->status, 0, words, what, NULL);
	sink->retries++;
	wait_for(sink, backoff_next(&sink->backoff, result->retry_after_ns));
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
	track->held_until = instant_add(now(sink), sink->world->pace->hold_ns);
	if (track->n_refused && !track->is_taking_back) {
		sink->quarantined -= track->refused_in_row;
		if (!sink->quarantined)
			sink->problems.aside.matter = MATTER_NONE;
		track_take_back(track);
		tracks_flush(&sink->tracks, sink->world->keep);
	}
	problem_begin(&sink->problems, &sink->problems.held, MATTER_STREAM, status, 0, words, NULL,
		track->series);
	forget_request(sink);
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
	sink->last_success = now(sink);
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
		wait_for(sink, ORDER_RETRY_NS); /* keep is busy; the line will be refused again */
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

/* A whole request has a minute. On an uplink that needs longer it would never get through, however
 * often. */
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
	if (result->status == 429)
		return MATTER_BUSY;
	if (result->status >= 500)
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

static void next(struct sink *sink);

static void done(void *self, const struct post_result *result)
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
	switch (answer_classify(result->status, result->content_type, words)) {
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
		retry(sink, why_later(result), result, words);
		break;
	}
	next(sink);
}

/* --- the next request --- */

static bool is_due(const struct track *track, struct instant at, size_t turn)
{
	if (!track->series || at.ns < track->held_until.ns)
		return false;
	return track->quiet < QUIET || turn % QUIET_TURNS == 0;
}

static void warn_too_fast(struct sink *sink, const struct track *track)
{
	struct problem *fast = &sink->problems.fast;

	if (sink->config->kind == SINK_VICTORIAMETRICS && track->is_too_fast && !fast->matter)
		problem_begin(
			&sink->problems, fast, MATTER_TOO_FAST, 0, 0, NULL, NULL, track->series);
}

/* Rows that came after a claim which the map does not know yet must not go out by it. Ship reads the
 * map again soon. */
static int drop_if_late(struct sink *sink)
{
	bool is_current = true;
	int error = 0;

	if (body_lines(sink->fill.body))
		error = reader_wall_map_is_current(
			sink->world->reader, sink->world->map, &is_current);
	if (error || !is_current)
		forget_request(sink);
	return error;
}

/* Fills the body: live rows of all streams, each time beginning with another, then holes. */
static int compose(struct sink *sink)
{
	struct instant at = now(sink);
	size_t turn = sink->turn++, n = sink->tracks.n;
	int error = 0;

	sink->fill.reader = sink->world->reader;
	sink->fill.map = sink->world->map;
	sink->fill.tenants = sink->world->tenants;
	sink->problems.waits_for_time = false;
	fill_begin(&sink->fill);
	for (size_t i = 0; i < n && !error; i++) {
		struct track *track = sink->tracks.list[(i + turn) % n];

		if (!is_due(track, at, turn))
			continue;
		error = fill_live(&sink->fill, track, at);
		sink->problems.waits_for_time |= track->waits_for_time;
		warn_too_fast(sink, track);
	}
	for (size_t i = 0; i < n && !error; i++) {
		struct track *track = sink->tracks.list[(i + turn) % n];

		if (track->series && at.ns >= track->held_until.ns)
			error = fill_holes(&sink->fill, track);
	}
	sink->problems.has_no_hour = tracks_are_dark(&sink->tracks);
	split_begin(&sink->split, body_lines(sink->fill.body));
	tracks_flush(&sink->tracks, sink->world->keep); /* a jump, an empty hole */
	if (error && error != -ENOSPC)
		return error;
	error = drop_if_late(sink);
	if (error)
		return error;
	if (sink->problems.now.matter == MATTER_CARD)
		problem_end(&sink->problems, &sink->problems.now);
	return 0;
}

/* The next portion, halved without asking while it is larger than the server is known to take. */
static void find_portion(struct sink *sink)
{
	do {
		split_portion(&sink->split, &sink->portion_from, &sink->portion_to);
		body_text(sink->fill.body, sink->portion_from, sink->portion_to,
			&sink->portion_bytes);
	} while (sink->portion_bytes > sink->most_bytes && split_halve(&sink->split, false));
}

static int send_portion(struct sink *sink)
{
	const char *bytes;
	size_t n;
	int error;

	find_portion(sink);
	error = body_encode(sink->fill.body, sink->portion_from, sink->portion_to, &bytes, &n);
	if (!error)
		error = post_send(sink->post, bytes, n);
	if (error)
		return error;
	sink->is_sending = true;
	sink->bytes_sent += n;
	return 0;
}

/* Whatever comes next: another portion of the request, another request, or a rest. */
static void next(struct sink *sink)
{
	int error = 0;

	if (sink->is_stopping || sink->is_sending || now(sink).ns < sink->not_before.ns)
		return;
	if (!split_portion(&sink->split, &sink->portion_from, &sink->portion_to)) {
		error = compose(sink);
		sink->is_idle =
			!split_portion(&sink->split, &sink->portion_from, &sink->portion_to);
	}
	if (!error && !sink->is_idle)
		error = send_portion(sink);
	if (!error)
		return;
	problem_begin(
		&sink->problems, &sink->problems.now, MATTER_CARD, 0, error, NULL, NULL, NULL);
	wait_for(sink, sink->world->pace->first_retry_ns);
}

static void again(struct timer *timer, struct instant at)
{
	struct sink *sink = CONTAINER(timer, struct sink, again);

	(void)at;
	if (sink->problems.now.matter == MATTER_KEY || sink->problems.now.matter == MATTER_SECRET)
		post_read_secret(sink->post); /* somebody may have put it right */
	next(sink);
}

void sink_go(struct sink *sink, bool has_news)
{
	tracks_flush(&sink->tracks, sink->world->keep);
	if (sink->world->reader && (has_news || !sink->is_idle))
		next(sink);
}

void sink_stop(struct sink *sink)
{
	sink->is_stopping = true;
	post_hurry(sink->post);
}

bool sink_is_settled(const struct sink *sink)
{
	return !sink->is_sending && tracks_are_flushed(&sink->tracks);
}

/* --- for people --- */

void sink_count_behind(struct sink *sink, bool is_time)
{
	if (is_time || sink->behind == 0)
		sink->behind = tracks_behind(&sink->tracks, sink->world->reader);
}

static enum sink_state state(const struct sink *sink)
{
	if (sink->problems.now.matter)
		return problems_are_refusal(&sink->problems) ? SINK_REFUSED : SINK_WAITING;
	if (!sink->is_idle)
		return SINK_SENDING;
	if (sink->problems.held.matter)
		return SINK_REFUSED;
	return sink->problems.waits_for_time || sink->problems.has_no_hour ? SINK_NO_TIME
									   : SINK_IDLE;
}

static const char *kind_name(enum sink_kind kind)
{
	switch (kind) {
	case SINK_INFLUXDB1:
		return "influxdb1";
	case SINK_INFLUXDB2:
		return "influxdb2";
	case SINK_INFLUXDB3:
		return "influxdb3";
	case SINK_VICTORIAMETRICS:
		return "victoriametrics";
	}
	return "";
}

void sink_report(const struct sink *sink, struct sink_status *ret_status)
{
	struct sink_status status = {
		.state = state(sink),
		.last_http = sink->last_http,
		.rows_sent = sink->lines_sent,
		.requests = sink->requests,
		.bytes_sent = sink->bytes_sent,
		.retries = sink->retries,
		.rows_behind = sink->behind,
		.quarantined = sink->quarantined,
		.last_success = sink->last_success,
	};

	if (sink->not_before.ns > now(sink).ns)
		status.retry_in_ns = instant_since(sink->not_before, now(sink));
	text_copy(status.name, sizeof(status.name), sink->config->name);
	text_copy(status.kind, sizeof(status.kind), kind_name(sink->config->kind));
	text_copy(status.url, sizeof(status.url), sink->config->url);
	problems_in_words(
		&sink->problems, status.sentence, status.sentence_zh, sizeof(status.sentence));
	*ret_status = status;
}

/* --- life --- */

int sink_new(const struct sink_world *world, const struct config_sink *config, uint64_t seed,
	struct sink **ret_sink)
{
	const struct ship_pace *pace = world->pace;
	struct sink *sink = calloc(1, sizeof(*sink));
	struct post_options options = {
		.sink = config,
		.connect_ms = pace->connect_ms,
		.request_ms = pace->request_ms,
		.stall_s = pace->stall_s,
		.done = done,
		.self = sink,
	};
	int error;

	if (!sink)
		return -ENOMEM;
	sink->world = world;
	sink->config = config;
	sink->again.due = again;
	sink->tracks.sink = config->name;
	sink->fill.late_ns = pace->late_ns;
	backoff_init(&sink->backoff, pace->first_retry_ns, pace->most_retry_ns, seed);
	error = body_new(REQUEST_LINES, REQUEST_BYTES, config->gzip, &sink->fill.body);
	if (!error)
		error = post_new(world->poster, &options, &sink->post);
	if (error) {
		sink_free(sink);
		return error;
	}
	sink->problems.sink = config;
	sink->problems.host = post_host(sink->post);
	sink->most_bytes = REQUEST_BYTES;
	*ret_sink = sink;
	return 0;
}

void sink_free(struct sink *sink)
{
	if (!sink)
		return;
	timer_cancel(&sink->again);
	post_free(sink->post);
	body_free(sink->fill.body);
	stated_clear(&sink->fill.stated);
	tracks_free(&sink->tracks);
	free(sink);
}
