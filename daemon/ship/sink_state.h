/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a sink share. Inside ship/sink*.c only. */
#pragma once

#include "ship/backoff.h"
#include "ship/fill.h"
#include "ship/problem.h"
#include "ship/sink.h"
#include "ship/split.h"

enum {
	REQUEST_LINES = 5000,
	REQUEST_BYTES = 512 * 1024,
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

static inline struct instant sink_now(const struct sink *sink)
{
	return clock_now(sink->world->clock);
}

/* The next portion or request, if it is time and none is under way. */
void sink_next(struct sink *sink);

/* Composes the next request anew, from the newest rows on. */
void sink_forget_request(struct sink *sink);
void sink_wait(struct sink *sink, int64_t ns); /* the same, not before */

/* As post calls it with the answer, or with what went wrong: does what it says, and goes on. */
void sink_answered(void *self, const struct post_result *result);
