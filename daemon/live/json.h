/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nouns of the API as JSON, in one place, so that an event and an answer say the same thing the
 * same way. Instants are whole microseconds of board time; what is not a number is null. Pure. */
#pragma once

#include "base/clock.h"
#include "base/text.h"
#include "data/batch.h"
#include "data/device.h"
#include "data/feed.h"
#include "data/model.h"
#include "keep/store.h"
#include "live/calibrations.h"
#include "live/trouble.h"

static inline int64_t instant_us(struct instant at)
{
	return at.ns / NS_PER_US;
}

void json_number(struct text *text, double value);
/* [first, ..., last] of a table row by row: every `stride`-th value from `values` on. */
void json_numbers(struct text *text, const double *values, size_t stride, size_t n);
/* Nanoseconds as microseconds; null for 0, which is: unknown. */
void json_uncertainty(struct text *text, int64_t ns);
void json_bool(struct text *text, bool value);
void json_text(struct text *text, const char *value); /* a string; null for "" */
/* {"zh":...,"en":...} or null when both are empty. */
void json_words(struct text *text, const char *zh, const char *en);
void json_id(struct text *text, const char *name, uint32_t id); /* ,"session":7, null for 0 */
/* {"zh":...,"en":...},...: mistakes in files, the lines of a text, in English. */
void json_mistakes(struct text *text, const char *lines);

/* What is known of a device beside its description; of its channels stream by stream
 * (STREAM_CHANNELS apart). */
struct channel_news {
	double last;                  /* the newest value; NaN: none */
	const struct calibration *by; /* what holds; NULL: nothing */
	bool is_overdue;
	const struct model_accuracy *accuracy; /* NULL: unknown */
	struct calibration_rules rules;
};
struct stream_news {
	struct trouble_words problem; /* empty: none */
	int64_t uncertainty_ns;       /* of its newest stamps, 95 %; 0: unknown */
};
struct device_news {
	const char *name_zh, *name_en;    /* the kit's */
	bool is_described;                /* a kit.yaml says more of it */
	const char *state;                /* "ready", "silent", "gone" */
	const struct feed_health *health; /* NULL: none yet */
	struct trouble_words problem;     /* empty: none */
	struct instant warming_until;     /* 0: it needs no warming up */
	const struct stream_news *streams;
	const struct channel_news *channels;
};
void json_device(struct text *text, const struct device *device, const struct device_news *news);

/* [{"from_us":...,"least":...,"most":...}, ...]: those from `from` on, then wherever they become
 * others. */
void json_limits(struct text *text, const struct channel *channel,
	const struct correction *correction, uint32_t index, struct instant from);

/* Bytes that this takes at most. */
size_t json_limits_size(const struct correction *correction, struct instant from);

void json_gap(struct text *text, const struct gap *gap);

/* What is known of a calibration beside its record. */
struct calibration_news {
	uint32_t sticker; /* 0: the device is not known in this boot */
	bool is_withdrawn;
	bool is_current;     /* its channel is by it now */
	bool is_overdue;     /* it is older than such a one is good for */
	int64_t wall_due_ns; /* when it will be; 0: never, or nobody knows */
};
void json_calibration(struct text *text, const struct calibration *calibration,
	const struct calibration_news *news);

/* wall_us of the start is null unless `wall` is given; so is how uncertain that is. */
void json_run(
	struct text *text, const struct run *run, const struct wall *wall, int64_t uncertainty_ns);
