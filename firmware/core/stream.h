/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A source on its schedule: asks it for its samples and packs them into DATA frames.
 *
 * Sample n is due at first + n * period, computed by adding, so it never drifts, whatever the
 * super-loop is late; the 32-bit clock may wrap. A frame is sent when the next sample would come
 * later than STREAM_LATENCY_US after the frame's first, when it is full, and before a hole. When
 * the line has no room, samples wait in the source as long as it can keep them; then they are
 * lost, which is counted here and shows as a jump of the index.
 */
#pragma once

#include "core/sender.h"

#define STREAM_LATENCY_US 20000u

#define STREAM_DATA_HEAD 4 /* the index */
#ifndef STREAM_BATCH_MAX   /* bytes of samples in one frame */
#define STREAM_BATCH_MAX (LINK_PAYLOAD_MAX - STREAM_DATA_HEAD)
#endif
_Static_assert(STREAM_DATA_HEAD + STREAM_BATCH_MAX <= LINK_PAYLOAD_MAX, "a batch is one frame");

struct stream {
	const struct source *source;
	uint8_t number;
	uint8_t sample_size;
	bool is_on;
	bool is_pending; /* a sample is due and its source has not got it yet */
	uint32_t period_us;
	uint32_t due_us; /* when sample `index` is due */
	uint32_t index;
	uint32_t
		hole; /* samples from `index` on that are lost, once the batch before them is sent */
	uint32_t lost; /* since power-on */

	uint32_t batch_us; /* instant and index of the batch's first sample */
	uint32_t batch_index;
	uint8_t batch_size;
	uint8_t batch[STREAM_BATCH_MAX];
};

void stream_init(struct stream *stream, const struct source *source, uint8_t number);

/* Carries out a SET: flushes, then starts, stops or changes. Needs sender_has_room. Returns
 * LINK_OK or LINK_BAD_PERIOD. */
enum link_code stream_set(struct stream *stream, const struct link_set *set, struct sender *sender);

/* The super-loop's part: takes what is due, sends what is ripe. Never waits. */
void stream_task(struct stream *stream, struct sender *sender);

/* How long stream_task has nothing to do, at most `limit_us`. */
uint32_t stream_idle_us(const struct stream *stream, uint32_t now_us, uint32_t limit_us);

/* Description as it is now. */
struct link_stream stream_describe(const struct stream *stream);
