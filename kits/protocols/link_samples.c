/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DATA frames of a board become rows with its ticks, and holes in its count become gaps. */
#include <math.h>
#include <string.h>

#include "kits/protocols/link_state.h"

enum { HELD_HEAD = 6 /* stream, size, t_us */ };

/* value = (raw * mantissa + offset) * 10^exp10. While the whole part is below 2^53 (any 16-bit
 * channel, and any 32-bit one that no sensor exceeds), it and the power are exact doubles and the
 * division rounds once: the result is the double nearest to the decimal number the board means. */
double link_value(const struct board_channel *channel, int64_t raw)
{
	static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
		1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
	double whole = (double)(raw * channel->mantissa + channel->offset);

	return channel->exp10 < 0 ? whole / powers[-channel->exp10]
				  : whole * powers[channel->exp10];
}

/* One sample of a stream; false when its sensor did not answer. */
static bool read_sample(const struct link *link, const struct board_stream *stream,
	const uint8_t *at, double *ret_values)
{
	bool has_any = false;

	for (unsigned i = 0; i < stream->n_channels; i++) {
		const struct board_channel *channel = &link->channel[stream->first_channel + i];
		int32_t raw = link_read_raw(at, channel->width);
		bool is_missing = raw == (channel->width == 2 ? LINK_MISSING_2 : LINK_MISSING_4);

		ret_values[i] = is_missing ? NAN : link_value(channel, raw);
		has_any |= !is_missing;
		at += channel->width;
	}
	return has_any;
}

/* Samples that no frame carried. */
static void count_hole(struct kit *kit, struct board_stream *stream, uint32_t index)
{
	uint32_t jump = index - stream->index;

	if (stream->has_index && jump != 0 && jump < UINT32_MAX / 2)
		kit_lost(kit, stream->described_as, jump,
			stream->has_lost_frames ? GAP_WIRE : GAP_DEVICE);
	stream->has_index = true;
	stream->has_lost_frames = false;
}

void link_take_data(
	struct kit *kit, struct link *link, const struct link_frame *frame, bool is_void)
{
	struct board_stream *stream =
		&link->stream[frame->stream < BOARD_STREAMS ? frame->stream : 0];
	struct link_data data;
	unsigned size = 0;

	if (frame->stream >= link->hello.streams || stream->described_as >= BOARD_STREAMS)
		return;
	for (unsigned i = 0; i < stream->n_channels; i++)
		size += link->channel[stream->first_channel + i].width;
	if (!link_read_data(frame, &data) || data.size % size != 0) {
		kit_reject(kit);
		return;
	}
	if (stream->is_off && !is_void) {
		stream->is_off = false;
		stream->has_index = true;
		stream->index = 0;
	}
	count_hole(kit, stream, data.index);

	uint32_t n = data.size / size;
	stream->index = data.index + n;
	if (is_void)
		kit_lost(kit, stream->described_as, n, GAP_RESET);
	for (uint32_t k = 0; k < n && !is_void; k++) {
		double values[STREAM_CHANNELS];

		if (read_sample(link, stream, data.samples + k * size, values))
			kit_row_at_tick(kit, stream->described_as,
				frame->t_us + k * stream->period_us, values);
		else
			kit_lost(kit, stream->described_as, 1, GAP_DEVICE);
	}
}

void link_hold(struct link *link, const struct link_frame *frame)
{
	uint8_t *to = link->held + link->n_held;

	if (link->n_held + HELD_HEAD + frame->size > BOARD_HELD_BYTES) {
		if (frame->stream < BOARD_STREAMS)
			link->stream[frame->stream].has_lost_frames = true;
		return;
	}
	to[0] = frame->stream;
	to[1] = frame->size;
	memcpy(to + 2, &frame->t_us, sizeof frame->t_us);
	memcpy(to + HELD_HEAD, frame->payload, frame->size);
	link->n_held = (uint16_t)(link->n_held + HELD_HEAD + frame->size);
}

void link_take_held(struct kit *kit, struct link *link)
{
	for (size_t at = 0; at < link->n_held;) {
		const uint8_t *from = link->held + at;
		struct link_frame frame = {.type = LINK_DATA,
			.stream = from[0],
			.size = from[1],
			.payload = from + HELD_HEAD};

		memcpy(&frame.t_us, from + 2, sizeof frame.t_us);
		link_take_data(kit, link, &frame,
			frame.stream < BOARD_STREAMS && link->stream[frame.stream].is_off);
		at += HELD_HEAD + frame.size;
	}
	link->n_held = 0;
}
