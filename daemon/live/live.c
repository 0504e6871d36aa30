/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices of this boot are remembered when they are gone, so that their charts keep their names;
 * when there are too many, the one that went first is forgotten. */
#include "live/live_state.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "live/current.h"
#include "live/json.h"

/* At least so long from one frame to the next: main looks at the feed as often. */
static const int64_t FRAME_NS = 25 * (int64_t)NS_PER_MS;

/* --- finding --- */

static struct seen *find(const struct live *live, uint32_t id)
{
	for (size_t i = 0; i < live->n; i++)
		if (live->seen[i]->device.id == id)
			return live->seen[i];
	return NULL;
}

static struct seen *find_stream(const struct live *live, uint32_t id, uint32_t *ret_index)
{
	for (size_t i = 0; i < live->n; i++)
		for (uint32_t k = 0; k < live->seen[i]->device.n_streams; k++)
			if (live->seen[i]->device.streams[k].id == id) {
				*ret_index = k;
				return live->seen[i];
			}
	return NULL;
}

const struct device *live_device(const struct live *live, uint32_t id, bool *ret_is_gone)
{
	const struct seen *seen = find(live, id);

	if (!seen)
		return NULL;
	*ret_is_gone = seen->is_gone;
	return &seen->device;
}

const struct stream *live_stream(const struct live *live, uint32_t id)
{
	uint32_t k;
	const struct seen *seen = find_stream(live, id, &k);

	return seen && seen->device.streams[k].kind == STREAM_DATA ? &seen->device.streams[k]
								   : NULL;
}

const struct recent *live_recent(const struct live *live, uint32_t stream)
{
	uint32_t k;
	const struct seen *seen = find_stream(live, stream, &k);

	return seen && seen->streams[k] ? &seen->streams[k]->recent : NULL;
}

double live_value(const struct live *live, uint32_t stream, uint32_t channel, struct instant at)
{
	uint32_t k;
	const struct seen *seen = find_stream(live, stream, &k);

	return seen && !seen->is_gone && seen->streams[k]
		? current_value(seen->streams[k], channel, at)
		: NAN;
}

const struct device *live_device_named(const struct live *live, const char *identity)
{
	for (size_t i = 0; i < live->n; i++)
		if (strcmp(live->seen[i]->device.identity, identity) == 0)
			return &live->seen[i]->device;
	return NULL;
}

const struct device *live_device_of(const struct live *live, uint32_t stream)
{
	uint32_t k;
	const struct seen *seen = find_stream(live, stream, &k);

	return seen ? &seen->device : NULL;
}

void live_streams(const struct live *live,
	void (*visit)(void *self, const struct device *device, const struct stream *stream),
	void *self)
{
	for (size_t i = 0; i < live->n; i++)
		for (uint32_t k = 0; k < live->seen[i]->device.n_streams; k++)
			if (live->seen[i]->streams[k] && !live->seen[i]->is_gone)
				visit(self, &live->seen[i]->device,
					&live->seen[i]->device.streams[k]);
}

/* --- sending --- */

static void send_rows(struct live *live)
{
	struct text *text = NULL;

	for (size_t i = 0; i < live->n; i++) {
		struct seen *seen = live->seen[i];

		for (uint32_t k = 0; k < seen->device.n_streams; k++) {
			struct condense *rows = seen->streams[k] ? &seen->streams[k]->rows : NULL;

			if (!rows || rows->n == 0)
				continue;
			if (text && text->size - text->length < CONDENSE_TEXT + 8) {
				text_add_char(text, ']');
				events_send(live->options.events);
				text = NULL;
			}
			if (!text)
				text = events_begin(live->options.events, "rows");
			text_add_char(text, text->at[text->length - 1] == '}' ? ',' : '[');
			condense_json(rows, seen->device.streams[k].id, text);
			condense_reset(rows, rows->n_channels);
		}
	}
	if (text) {
		text_add_char(text, ']');
		events_send(live->options.events);
	}
}

/* In the order in which things happened: the rows belong to the devices as they were. */
static void send_frame(struct live *live)
{
	timer_cancel(&live->frame);
	live->last_frame = clock_now(live->options.clock);
	send_rows(live);
	if (live->has_news) {
		struct text *text = events_begin(live->options.events, "devices");

		live->has_news = false;
		text_add(text, "{\"devices\":");
		live_devices_json(live, text);
		text_add_char(text, '}');
		events_send(live->options.events);
		if (live->options.changed)
			live->options.changed(live->options.self);
	}
	live->options.sent(live->options.self);
}

static void on_frame(struct timer *timer, struct instant now)
{
	(void)now;
	send_frame(CONTAINER(timer, struct live, frame));
}

static void send_soon(struct live *live)
{
	struct instant due = instant_add(live->last_frame, FRAME_NS);

	if (due.ns <= clock_now(live->options.clock).ns)
		send_frame(live);
	else if (!live->frame.loop)
		timer_at(live->options.loop, &live->frame, due);
}

static void send_gap(struct live *live, const struct gap *gap)
{
	send_rows(live);
	json_gap(events_begin(live->options.events, "gap"), gap);
	events_send(live->options.events);
}

/* --- the feed --- */

static void forget(struct live *live, size_t i)
{
	for (size_t k = 0; k < DEVICE_STREAMS; k++)
		current_free(live->seen[i]->streams[k]);
	free(live->seen[i]);
	live->seen[i] = live->seen[--live->n];
}

/* Room for one more, at the cost of the device that left first. */
static struct seen *make_seen(struct live *live)
{
	if (live->n == MOST_DEVICES) {
		size_t first = 0;

		for (size_t i = 1; i < live->n; i++)
			if (live->seen[i]->is_gone &&
				(!live->seen[first]->is_gone ||
					live->seen[i]->gone_at < live->seen[first]->gone_at))
				first = i;
		forget(live, first);
	}
	struct seen *seen = calloc(1, sizeof *seen);

	if (seen)
		live->seen[live->n++] = seen;
	return seen;
}

static void correct(struct live *live, struct seen *seen)
{
	for (uint32_t k = 0; k < seen->device.n_streams; k++) {
		struct correction *correction = NULL;

		if (!seen->streams[k] || !live->options.calibrations)
			continue;
		if (calibrations_correction(live->options.calibrations, &seen->device,
			    &seen->device.streams[k], &correction) == 0)
			current_correct_by(seen->streams[k], correction);
	}
}

void live_recalibrate(struct live *live)
{
	send_rows(live);
	for (size_t i = 0; i < live->n; i++)
		correct(live, live->seen[i]);
	live->has_news = true;
	/* By the timer: whoever calls may be within a request, and `sent` runs the server. */
	if (!live->frame.loop)
		timer_at(live->options.loop, &live->frame, clock_now(live->options.clock));
}

/* Streams keep their rows and last values as long as they are the same stream. */
static void take_device(struct live *live, const struct device *device, struct instant at)
{
	struct seen *seen = find(live, device->id);

	bool is_new = !seen || seen->is_gone;

	send_rows(live);
	if (!seen)
		seen = make_seen(live);
	if (!seen)
		return; /* no memory for a picture of it; its data are kept all the same */
	if (is_new) {
		seen->since = at;
		seen->has_health = false;
	}
	for (uint32_t k = 0; k < DEVICE_STREAMS; k++) {
		const struct stream *stream = &device->streams[k];
		bool is_shown = k < device->n_streams && stream->kind == STREAM_DATA;

		if (k >= device->n_streams || stream->id != seen->device.streams[k].id)
			seen->uncertain_ns[k] = 0;
		if (is_shown && seen->streams[k] && stream->id == seen->device.streams[k].id)
			continue;
		current_free(seen->streams[k]);
		seen->streams[k] = is_shown ? current_new(stream) : NULL;
	}
	seen->device = *device;
	correct(live, seen);
	seen->is_gone = false;
	live->has_news = true;
}

static void take_gone(struct live *live, uint32_t id)
{
	struct seen *seen = find(live, id);

	if (!seen)
		return;
	seen->is_gone = true;
	seen->gone_at = live->n_gone++;
	live->has_news = true;
}

static void take_batch(struct live *live, const struct feed_record *record)
{
	uint32_t k;
	struct seen *seen = find_stream(live, record->batch.stream, &k);
	struct current *current = seen ? seen->streams[k] : NULL;

	if (!current || record->batch.n_channels != current->rows.n_channels)
		return; /* a clock stream */
	current_add(current, record);
	if (live->options.marks)
		marks_take(live->options.marks, &seen->device, &seen->device.streams[k], record);
	if (live->options.took)
		live->options.took(live->options.self, &seen->device.streams[k], current, record);
	seen->n_rows += record->batch.n_rows;
}

static void take_port(struct live *live, const struct feed_health *health)
{
	const char *path = health->port;
	size_t i = 0;

	while (i < live->n_ports && strcmp(live->ports[i].path, path) != 0)
		i++;
	if (i == MOST_PORTS)
		i = 0; /* more names than can be open at once: the first has long been closed */
	else if (i == live->n_ports)
		live->n_ports++;
	text_copy(live->ports[i].path, sizeof live->ports[i].path, path);
	live->ports[i].state = (enum device_state)health->state;
	text_copy(live->ports[i].trouble, FEED_WORD, health->trouble);
}

static void take_uncertainty(struct live *live, const struct uncertainty *uncertainty)
{
	uint32_t k;
	struct seen *seen = find_stream(live, uncertainty->stream, &k);

	if (seen)
		seen->uncertain_ns[k] = uncertainty->ns;
}

/* What restarted warms up anew, as exports have it (history/warming.h). */
static void take_gap(struct live *live, const struct gap *gap)
{
	uint32_t k;
	struct seen *seen = gap->reason == GAP_RESET ? find_stream(live, gap->stream, &k) : NULL;

	if (seen && gap->to.ns > seen->since.ns) {
		seen->since = gap->to;
		live->has_news = true;
	}
	send_gap(live, gap);
}

static void take_health(struct live *live, const struct feed_health *health)
{
	struct seen *seen = find(live, health->device);

	take_port(live, health);
	if (!seen)
		return;
	live->has_news |= !seen->has_health || seen->health.state != health->state ||
		memcmp(seen->health.trouble, health->trouble, sizeof health->trouble) != 0 ||
		memcmp(seen->health.stream_trouble, health->stream_trouble,
			sizeof health->stream_trouble) != 0;
	seen->health = *health;
	seen->has_health = true;
}

void live_feed(struct live *live)
{
	struct feed_record record;
	bool has_any = false;

	while (feed_peek(live->options.feed, &record)) {
		has_any = true;
		switch (record.kind) {
		case FEED_BATCH:
			take_batch(live, &record);
			break;
		case FEED_DEVICE:
			take_device(live, record.device, record.at);
			break;
		case FEED_GONE:
			take_gone(live, record.gone);
			break;
		case FEED_GAP:
			take_gap(live, &record.gap);
			break;
		case FEED_HOUR:
			if (live->options.wallwatch)
				wallwatch_hear(live->options.wallwatch, &record.hour);
			break;
		case FEED_UNCERTAINTY:
			take_uncertainty(live, &record.uncertainty);
			break;
		case FEED_HEALTH:
			take_health(live, record.health);
			break;
		case FEED_PUNCTUAL:
			live->punctual = *record.punctual;
			live->has_punctual = true;
			break;
		}
		ring_drop(live->options.feed);
	}
	if (has_any)
		send_soon(live);
}

/* --- opening --- */

int live_new(const struct live_options *options, struct live **ret_live)
{
	struct live *live = calloc(1, sizeof *live);

	if (!live)
		return -ENOMEM;
	live->options = *options;
	live->frame.due = on_frame;
	live->last_frame = live->counted_at = clock_now(options->clock);
	*ret_live = live;
	return 0;
}

void live_free(struct live *live)
{
	if (!live)
		return;
	timer_cancel(&live->frame);
	while (live->n > 0)
		forget(live, live->n - 1);
	free(live);
}
