/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames are counted references, so that one that is half sent to a slow reader outlives its place
 * in the ring. Frame n stands at kept[n % FRAMES]; ids are "EPOCH-n".
 *
 * Two bounds on what is kept: by age, and by bytes, for a board with many fast streams. */
#include "http/events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

enum { FRAMES = 1024, KEPT_BYTES = 4 << 20 };

struct frame {
	unsigned references;
	struct instant at;
	size_t n;
	char bytes[];
};

struct viewer {
	struct source source;
	struct events *events;
	struct viewer *next, *previous;
	uint64_t next_frame;
	uint64_t replay_end; /* frames before it are a replay: may be old */
	struct frame *frame; /* being sent */
	size_t sent;
};

struct events {
	struct events_options options;
	struct frame *kept[FRAMES];
	uint64_t oldest, next; /* numbers of frames; oldest == next: none kept */
	size_t bytes;
	struct viewer *viewers;
	unsigned n_viewers;
	struct text text; /* of the event being written */
	char *buffer;
};

/* --- frames --- */

static struct frame *frame_new(const struct text *text, struct instant at)
{
	struct frame *frame = malloc(sizeof *frame + text->length);

	if (!frame)
		return NULL;
	frame->references = 1;
	frame->at = at;
	frame->n = text->length;
	memcpy(frame->bytes, text->at, text->length);
	return frame;
}

static void frame_release(struct frame *frame)
{
	if (frame && --frame->references == 0)
		free(frame);
}

static void drop_oldest(struct events *events)
{
	struct frame **place = &events->kept[events->oldest++ % FRAMES];

	events->bytes -= (*place)->n;
	frame_release(*place);
	*place = NULL;
}

static void keep(struct events *events, struct frame *frame)
{
	int64_t horizon_ns = frame->at.ns - EVENTS_KEPT_S * (int64_t)NS_PER_S;

	while (events->oldest < events->next &&
		(events->next - events->oldest == FRAMES || events->bytes + frame->n > KEPT_BYTES ||
			events->kept[events->oldest % FRAMES]->at.ns < horizon_ns))
		drop_oldest(events);
	events->kept[events->next++ % FRAMES] = frame;
	events->bytes += frame->n;
}

static int publish(struct events *events)
{
	struct frame *frame = frame_new(&events->text, clock_now(events->options.clock));

	if (!frame)
		return -ENOMEM;
	keep(events, frame);
	for (struct viewer *v = events->viewers; v; v = v->next)
		source_wake(&v->source);
	return 0;
}

static void begin(struct events *events, uint64_t id, const char *name)
{
	text_addf(&events->text,
		"id: %llx-%llu\nevent: %s\ndata: ", (unsigned long long)events->options.epoch,
		(unsigned long long)id, name);
}

struct text *events_begin(struct events *events, const char *name)
{
	text_reset(&events->text);
	begin(events, events->next, name);
	return &events->text;
}

int events_send(struct events *events)
{
	text_add(&events->text, "\n\n");
	return events->text.is_cut ? -EMSGSIZE : publish(events);
}

void events_ping(struct events *events)
{
	text_reset(&events->text);
	text_add(&events->text, ": ping\n\n");
	publish(events);
}

/* --- readers --- */

/* Puts a reader at the newest place, with what it needs to start from there. Each event of this has
 * the id before the next frame: a reader that breaks off here comes back to the same place. */
static void greet(struct viewer *viewer, const char *reset)
{
	struct events *events = viewer->events;
	uint64_t id = events->next - 1;

	text_reset(&events->text);
	if (reset) {
		begin(events, id, "reset");
		text_addf(&events->text, "{\"reason\":\"%s\"}\n\n", reset);
	}
	begin(events, id, "hello");
	events->options.hello(events->options.self, &events->text);
	text_add(&events->text, "\n\n");
	begin(events, id, "devices");
	events->options.devices(events->options.self, &events->text);
	text_add(&events->text, "\n\n");
	frame_release(viewer->frame);
	viewer->frame = events->text.is_cut
		? NULL
		: frame_new(&events->text, clock_now(events->options.clock));
	viewer->sent = 0;
	viewer->next_frame = events->next;
	viewer->replay_end = events->next;
}

/* The next frame for this reader, or NULL when it has everything. */
static struct frame *next_frame(struct viewer *viewer)
{
	struct events *events = viewer->events;
	int64_t horizon_ns = clock_now(events->options.clock).ns - EVENTS_LAG_S * (int64_t)NS_PER_S;

	if (viewer->next_frame == events->next)
		return NULL;
	if (viewer->next_frame < events->oldest ||
		(viewer->next_frame >= viewer->replay_end &&
			events->kept[viewer->next_frame % FRAMES]->at.ns < horizon_ns)) {
		greet(viewer, "slow");
		return viewer->frame;
	}
	viewer->frame = events->kept[viewer->next_frame++ % FRAMES];
	viewer->frame->references++;
	viewer->sent = 0;
	return viewer->frame;
}

static ssize_t read_viewer(struct source *source, char *ret_bytes, size_t room)
{
	struct viewer *viewer = (struct viewer *)(void *)source; /* its first member */
	size_t n = 0;

	while (n < room && (viewer->frame || next_frame(viewer))) {
		struct frame *frame = viewer->frame;
		size_t piece = frame->n - viewer->sent;

		if (piece > room - n)
			piece = room - n;
		memcpy(ret_bytes + n, frame->bytes + viewer->sent, piece);
		n += piece;
		viewer->sent += piece;
		if (viewer->sent == frame->n) {
			frame_release(frame);
			viewer->frame = NULL;
		}
	}
	return (ssize_t)n;
}

static void viewer_left(struct source *source)
{
	struct viewer *viewer = (struct viewer *)(void *)source;
	struct events *events = viewer->events;

	if (viewer->next)
		viewer->next->previous = viewer->previous;
	if (viewer->previous)
		viewer->previous->next = viewer->next;
	else
		events->viewers = viewer->next;
	events->n_viewers--;
	frame_release(viewer->frame);
	free(viewer);
}

/* "EPOCH-n" of this life whose successor is still kept. */
static bool can_resume(const struct events *events, const char *last_id, uint64_t *ret_next)
{
	unsigned long long epoch, id;
	char end;

	if (sscanf(last_id, "%16llx-%20llu%c", &epoch, &id, &end) != 2 ||
		epoch != events->options.epoch || id >= events->next || id + 1 < events->oldest)
		return false;
	*ret_next = id + 1;
	return true;
}

void events_answer(struct events *events, struct request *request)
{
	const char *last_id = request_header(request, "Last-Event-ID");
	struct viewer *viewer = calloc(1, sizeof *viewer);

	if (!viewer) {
		request_refuse(request, 503, "no_memory", "板子内存不够。关掉几个页面再试。",
			"The board is out of memory. Close some pages and try again.");
		return;
	}
	viewer->source = (struct source){.read = read_viewer, .closed = viewer_left};
	viewer->events = events;
	viewer->replay_end = events->next;
	if (!last_id || !can_resume(events, last_id, &viewer->next_frame))
		greet(viewer, last_id ? "unknown_id" : NULL);
	viewer->next = events->viewers;
	if (viewer->next)
		viewer->next->previous = viewer;
	events->viewers = viewer;
	events->n_viewers++;
	request_add_header(request, "X-Accel-Buffering", "no");
	request_answer_source(request, 200, "text/event-stream", &viewer->source);
}

unsigned events_viewers(const struct events *events)
{
	return events->n_viewers;
}

/* --- opening --- */

int events_new(const struct events_options *options, struct events **ret_events)
{
	struct events *events = calloc(1, sizeof *events);

	if (!events)
		return -ENOMEM;
	events->options = *options;
	events->oldest = events->next = 1;
	events->buffer = malloc(EVENT_BYTES);
	if (!events->buffer) {
		events_free(events);
		return -ENOMEM;
	}
	events->text = text_over(events->buffer, EVENT_BYTES);
	*ret_events = events;
	return 0;
}

void events_free(struct events *events)
{
	if (!events)
		return;
	while (events->oldest < events->next)
		drop_oldest(events);
	free(events->buffer);
	free(events);
}
