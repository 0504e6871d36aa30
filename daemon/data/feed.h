/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sense tells the others, as records in a ring (base/ring.h): one ring to keep, one to main,
 * the same records in the same order in both.
 *
 * A device is announced whole before its first batch and again whenever something of it changes
 * (channels, port); FEED_GONE ends it. Batches are packed to their used size. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/histogram.h"
#include "base/ring.h"
#include "data/batch.h"
#include "data/device.h"

enum feed_kind {
	FEED_BATCH = 1,
	FEED_DEVICE = 2, /* here is a device, with everything known of it */
	FEED_GONE = 3,   /* it was unplugged */
	FEED_GAP = 4,
	FEED_HEALTH = 5,      /* numbers of one device for the status page, about once a second */
	FEED_PUNCTUAL = 6,    /* how punctual the sense thread is, about once a second */
	FEED_UNCERTAINTY = 7, /* of a stream's stamps; before the batch with its first row */
	FEED_HOUR = 20,       /* a device said what hour it is */
};

enum device_state {
	DEVICE_LISTENING = 1, /* open, not yet understood */
	DEVICE_READY = 2,
	DEVICE_SILENT = 3,  /* no reading for longer than it should take */
	DEVICE_GARBLED = 4, /* bytes arrive, but no family understands them */
	DEVICE_TEXT = 5,    /* the same, and they are text: the speed is right */
};

enum { FEED_WORD = 24 };

struct feed_health {
	uint32_t device;        /* 0 when none is described: then `port` says which */
	uint32_t state;         /* enum device_state */
	uint64_t bytes, rows;   /* since it was opened */
	uint64_t bad_frames;    /* that came, and were damaged or not understood */
	uint64_t unanswered;    /* questions to it that nothing came of */
	uint64_t lost_rows;     /* missing, by the device's own count or by sequence numbers */
	int64_t uncertainty_ns; /* of the stamps now */
	int64_t round_trip_ns;  /* smallest ping of the last bucket; 0: none */
	int32_t rate_ppb;       /* of the device clock against the board's */
	char port[64];
	char trouble
		[FEED_WORD]; /* the newest since a row came, as a word: "timeout"; empty: none */
	char stream_trouble[DEVICE_STREAMS][FEED_WORD]; /* the same of each stream alone */
};

/* Nanoseconds; since the start, and of the last minute (sense/punctual.h). */
struct feed_punctual {
	struct spread late, late_minute; /* a timer ran so long after it was due */
	struct spread turn, turn_minute; /* one turn of the loop took so long */
};

/* A record as read from a ring: borrowed, valid until ring_drop. */
struct feed_record {
	enum feed_kind kind;
	struct instant at; /* when sense wrote it */
	union {
		const struct device *device; /* FEED_DEVICE */
		uint32_t gone;               /* FEED_GONE: device.id */
		struct gap gap;
		const struct feed_health *health;
		const struct feed_punctual *punctual;
		struct uncertainty uncertainty;
		struct anchor hour;
		struct { /* FEED_BATCH: like struct batch, in place */
			uint32_t stream, n_channels, n_rows, has_ticks;
			struct clock_piece piece;
			const int64_t *stamps_ns;
			const int64_t *ticks; /* NULL without ticks */
			const double *values;
		} batch;
	};
};

/* Writers return 0 or -ENOSPC when the ring is full. */
int feed_put_batch(struct ring *ring, struct instant at, const struct batch *batch);
int feed_put_device(struct ring *ring, struct instant at, const struct device *device);
int feed_put_gone(struct ring *ring, struct instant at, uint32_t device);
int feed_put_gap(struct ring *ring, struct instant at, const struct gap *gap);
int feed_put_health(struct ring *ring, struct instant at, const struct feed_health *health);
int feed_put_punctual(struct ring *ring, struct instant at, const struct feed_punctual *punctual);
int feed_put_uncertainty(
	struct ring *ring, struct instant at, const struct uncertainty *uncertainty);
int feed_put_hour(struct ring *ring, struct instant at, const struct anchor *hour);

/* The oldest record, or false when the ring is empty. Then ring_drop(ring). */
bool feed_peek(struct ring *ring, struct feed_record *ret_record);
