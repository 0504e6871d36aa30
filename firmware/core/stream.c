/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedule and the batches: see stream.h for the promises. */
#include "core/stream.h"

#define START_US 2000u     /* from SET to the first sample: hardware timers need a future */
#define PENDING_US 200u    /* how soon a pending source is asked again */
#define SAMPLES_AT_ONCE 32 /* per turn of the super-loop, so that a long backlog starves nobody */

#define RAW_MAX_2 INT16_MAX
#define RAW_MIN_2 (-INT16_MAX) /* one below is LINK_MISSING_2 */

/* a - b on the wrapping clock: right as long as they are within 35 minutes. */
static int32_t apart(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

void stream_init(struct stream *stream, const struct source *source, uint8_t number)
{
	memset(stream, 0, sizeof(*stream));
	stream->source = source;
	stream->number = number;
	stream->period_us = source->period_us;
	for (uint8_t i = 0; i < source->n_channels; i++)
		stream->sample_size = (uint8_t)(stream->sample_size + source->channels[i].width);
}

/* Sends the batch; false if it has to wait for room. */
static bool flush(struct stream *stream, struct sender *sender)
{
	struct link_data data = {
		.index = stream->batch_index, .samples = stream->batch, .size = stream->batch_size};
	struct link_frame frame = {.type = LINK_DATA,
		.stream = stream->number,
		.t_us = stream->batch_us,
		.payload = sender->payload};

	if (stream->batch_size == 0)
		return true;
	if (!sender_has_room(sender))
		return false;
	frame.size = link_write_data(&data, sender->payload);
	sender_send(sender, frame);
	stream->batch_size = 0;
	return true;
}

static int32_t fit(int32_t raw, uint8_t width)
{
	if (raw == SOURCE_MISSING)
		return width == 2 ? LINK_MISSING_2 : LINK_MISSING_4;
	if (width == 2 && raw > RAW_MAX_2)
		return RAW_MAX_2;
	if (width == 2 && raw < RAW_MIN_2)
		return RAW_MIN_2;
	return raw;
}

static void append(struct stream *stream, const struct sample *sample)
{
	if (stream->batch_size == 0) {
		stream->batch_us = sample->t_us;
		stream->batch_index = stream->index;
	}
	for (uint8_t i = 0; i < stream->source->n_channels; i++) {
		uint8_t width = stream->source->channels[i].width;

		link_write_raw(
			fit(sample->raws[i], width), width, stream->batch + stream->batch_size);
		stream->batch_size = (uint8_t)(stream->batch_size + width);
	}
}

static void advance(struct stream *stream, uint32_t samples)
{
	stream->index += samples;
	stream->due_us += samples * stream->period_us;
}

static void count_lost(struct stream *stream, uint32_t samples)
{
	stream->lost = samples > UINT32_MAX - stream->lost ? UINT32_MAX : stream->lost + samples;
}

/* The index may jump only when the batch before the hole has left. */
static bool close_hole(struct stream *stream, struct sender *sender)
{
	uint32_t hole = stream->hole;

	if (hole == 0)
		return true;
	if (!flush(stream, sender))
		return false;
	count_lost(stream, hole);
	stream->hole = 0;
	advance(stream, hole);
	return true;
}

/* Sensors that set the pace: each sample is a frame of its own. */
static void take_self_paced(struct stream *stream, struct sender *sender)
{
	struct sample sample;

	if (!sender_has_room(sender) || !close_hole(stream, sender))
		return;
	switch (stream->source->read(stream->source->self, &sample)) {
	case SAMPLE_PENDING:
		break;
	case SAMPLE_LOST:
		stream->hole = 1;
		break;
	case SAMPLE_TAKEN:
		append(stream, &sample);
		flush(stream, sender);
		advance(stream, 1);
		break;
	}
}

/* Deals with the sample that is due. False when nothing more can be done in this turn. */
static bool take_due(struct stream *stream, struct sender *sender, uint32_t now_us)
{
	struct sample sample;
	int32_t late_us;

	if (!close_hole(stream, sender))
		return false;
	late_us = apart(now_us, stream->due_us);
	if (late_us < 0)
		return false;
	if (stream->source->pace == PACE_ASKED && (uint32_t)late_us >= stream->period_us) {
		stream->hole = (uint32_t)late_us / stream->period_us;
		return true;
	}
	if (stream->batch_size + stream->sample_size > STREAM_BATCH_MAX && !flush(stream, sender))
		return false;
	sample.t_us = stream->due_us;
	switch (stream->source->read(stream->source->self, &sample)) {
	case SAMPLE_PENDING:
		stream->is_pending = true;
		return false;
	case SAMPLE_LOST:
		stream->hole = 1;
		return true;
	case SAMPLE_TAKEN:
		break;
	}
	sample.t_us = stream->due_us;
	append(stream, &sample);
	advance(stream, 1);
	return true;
}

/* Waiting longer would bring no sample within the latency we promise. */
static bool is_ripe(const struct stream *stream, uint32_t now_us)
{
	return stream->batch_size > 0 &&
		(apart(stream->due_us, stream->batch_us) >= (int32_t)STREAM_LATENCY_US ||
			apart(now_us, stream->batch_us) >= (int32_t)STREAM_LATENCY_US);
}

void stream_task(struct stream *stream, struct sender *sender)
{
	uint32_t now_us = sender->board->micros(sender->board->self);

	if (!stream->is_on)
		return;
	if (stream->source->pace == PACE_SELF) {
		take_self_paced(stream, sender);
		return;
	}
	stream->is_pending = false;
	for (uint8_t i = 0; i < SAMPLES_AT_ONCE; i++)
		if (!take_due(stream, sender, now_us))
			break;
	if (is_ripe(stream, now_us))
		flush(stream, sender);
}

/* When there is something to do: a source that keeps its samples is asked for a whole frame. */
static uint32_t wake_us(const struct stream *stream)
{
	if (stream->source->pace != PACE_TIMED || stream->period_us >= STREAM_LATENCY_US)
		return stream->due_us;
	return (stream->batch_size > 0 ? stream->batch_us : stream->due_us) + STREAM_LATENCY_US -
		stream->period_us;
}

uint32_t stream_idle_us(const struct stream *stream, uint32_t now_us, uint32_t limit_us)
{
	int32_t wait_us = apart(wake_us(stream), now_us);

	if (!stream->is_on)
		return limit_us;
	if (stream->is_pending || stream->source->pace == PACE_SELF)
		wait_us = PENDING_US;
	if (wait_us < 0)
		return 0;
	return (uint32_t)wait_us < limit_us ? (uint32_t)wait_us : limit_us;
}

static void stop(struct stream *stream)
{
	if (stream->is_on && stream->source->stop)
		stream->source->stop(stream->source->self);
	stream->is_on = false;
}

static void start(struct stream *stream, uint32_t first_us)
{
	stream->is_on = true;
	stream->is_pending = false;
	stream->due_us = first_us;
	stream->index = 0;
	stream->hole = 0;
	if (stream->source->start)
		stream->source->start(stream->source->self, first_us, stream->period_us);
}

enum link_code stream_set(struct stream *stream, const struct link_set *set, struct sender *sender)
{
	const struct source *source = stream->source;
	uint32_t period_us = set->period_us ? set->period_us : stream->period_us;

	if (period_us < source->period_min_us || period_us > source->period_max_us)
		return LINK_BAD_PERIOD;
	if (set->is_on == stream->is_on && period_us == stream->period_us)
		return LINK_OK;
	stream_task(stream, sender); /* what is due still belongs to the old setting */
	if (!flush(stream, sender))
		count_lost(stream, stream->batch_size / stream->sample_size);
	stream->batch_size = 0;
	stop(stream);
	stream->period_us = period_us;
	if (set->is_on)
		start(stream, sender->board->micros(sender->board->self) + START_US);
	return LINK_OK;
}

struct link_stream stream_describe(const struct stream *stream)
{
	const struct source *source = stream->source;
	bool is_present = !source->is_present || source->is_present(source->self);

	return (struct link_stream){
		.channels = source->n_channels,
		.flags = (uint8_t)((stream->is_on ? LINK_STREAM_ON : 0) |
			(is_present ? LINK_STREAM_PRESENT : 0) |
			(source->pace == PACE_SELF ? LINK_STREAM_SELF_PACED : 0)),
		.period_us = stream->period_us,
		.period_min_us = source->period_min_us,
		.period_max_us = source->period_max_us,
		.name = link_text(source->name),
	};
}
