/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is stated of a stream's stamps while its rows are gone through in order: how uncertain they are,
 * and of which rows a store is told. That is once a minute: of the first row of its stream in each whole
 * minute of board time. It hangs on nothing but what the card has, so a row that is sent again is the
 * same again, in whatever request. One thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/text.h"
#include "data/device.h"
#include "keep/store.h"

/* Zero-initialised; good for one reading after the other. */
struct stated {
	struct uncertainty *told; /* private, by time */
	size_t n, room, at;
	int64_t minute; /* of the newest row that was gone through; -1: of none */
};

/* For rows with from <= stamp < to. `before` is a row of the stream with none between it and `from`, or
 * 0: then the card is asked. Within reader_hold, so that rows and what is stated are of one time. 0 or
 * -errno. */
int stated_begin(struct stated *stated, struct reader *reader, uint32_t stream, struct instant from,
	struct instant to, struct instant before);
void stated_clear(struct stated *stated);

/* Nanoseconds, 95 %, of the stamp of a row, which is not before the last one asked for; 0: unknown. */
int64_t stated_ns(struct stated *stated, struct instant stamp);
/* The largest of all; 0: unknown. */
int64_t stated_worst_ns(const struct stated *stated);
/* Of the rows with from <= stamp < to only: raises *worst_ns to it. The card is asked whether there are
 * any. 0 or -errno. */
int stated_raise(const struct stated *stated, struct reader *reader, uint32_t stream,
	struct instant from, struct instant to, int64_t *worst_ns);

/* For a file: "±0.08 ms", of one or two digits and never less than it is; "设备时钟 device clock". */
void stated_add_span(struct text *text, int64_t ns);
const char *stated_source(enum stamp_source source);

/* Goes through the next row: true of the first in its minute. */
bool stated_is_first(struct stated *stated, struct instant stamp);
