/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a request. compose() fills the body from the store, send_portion() posts all of it or
 * the portion that split has arrived at, sink_answer.c looks at the answer and settles what is
 * answered for. After a failure the body is forgotten and composed anew when it is time: so live
 * data are first again, and nothing but the spans has to be right. */
#include "ship/sink_state.h"

#include <errno.h>
#include <stdlib.h>

#include "base/container.h"

enum {
	QUIET = 16, /* a stream that said nothing so often is looked at only now and then */
	QUIET_TURNS = 8,
};

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

/* --- when --- */

void sink_forget_request(struct sink *sink)
{
	fill_begin(&sink->fill);
	split_begin(&sink->split, 0);
}

static void wait_until(struct sink *sink, struct instant at)
{
	sink->not_before = at;
	timer_at(sink->world->loop, &sink->again, at);
}

void sink_wait(struct sink *sink, int64_t ns)
{
	sink_forget_request(sink);
	wait_until(sink, instant_add(sink_now(sink), ns));
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
		sink_forget_request(sink);
	return error;
}

/* Fills the body: live rows of all streams, each time beginning with another, then holes. */
static int compose(struct sink *sink)
{
	struct instant at = sink_now(sink);
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
void sink_next(struct sink *sink)
{
	int error = 0;

	if (sink->is_stopping || sink->is_sending || sink_now(sink).ns < sink->not_before.ns)
		return;
	if (post_secret_error(sink->post)) {
		/* Told before there are data, and no server is asked without a key: it may count
		 * that as guessing. */
		problem_begin(&sink->problems, &sink->problems.now, MATTER_SECRET, 0,
			post_secret_error(sink->post), NULL, NULL, NULL);
		sink_wait(sink, sink->world->pace->hold_ns);
		return;
	}
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
	sink_wait(sink, sink->world->pace->first_retry_ns);
}

static void again(struct timer *timer, struct instant at)
{
	struct sink *sink = CONTAINER(timer, struct sink, again);

	(void)at;
	if (sink->problems.now.matter == MATTER_KEY || sink->problems.now.matter == MATTER_SECRET) {
		int error = post_read_secret(sink->post); /* somebody may have put it right */

		if (!error && sink->problems.now.matter == MATTER_SECRET)
			problem_end(&sink->problems, &sink->problems.now);
	}
	sink_next(sink);
}

void sink_go(struct sink *sink, bool has_news)
{
	tracks_flush(&sink->tracks, sink->world->keep);
	if (sink->world->reader && (has_news || !sink->is_idle))
		sink_next(sink);
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
		.done = sink_answered,
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
		error = post_new(world->transfers, &options, &sink->post);
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
