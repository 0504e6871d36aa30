/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ship thread: every sink gets every sample once.
 *
 * A sink is a cursor over the store; there is no second queue. The thread reads rows behind the
 * cursor with its own reader, writes them as line protocol, gzips, posts with libcurl (multi,
 * keep-alive) and, only after the server's 2xx, orders keep to move the cursor. So a lost answer
 * resends what was under way, a crash also what was answered since keep's last commit (1 s), and a
 * resent point is identical to the byte: InfluxDB then has one, VictoriaMetrics two of the same
 * unless it deduplicates. What is delivered is remembered under the sink's name: another server
 * needs another name. Values go as the calibrations said that held when they were recorded; what is
 * made or withdrawn later changes nothing of what was sent (keep/correction.h).
 *
 *   2xx              answered for
 *   400, 422         halve until the offending lines stand alone; those go to quarantine with the server's
 *                    words, the rest is stored. (InfluxDB's "partial write" has stored the good lines.)
 *                    A stream of which 16 lines in a row are refused is held and the others go on: then
 *                    something is wrong over there, and a person must look. Those 16 leave quarantine
 *                    and wait with the rest
 *                    Lines older than the server keeps data (400, at InfluxDB 2.0 500) are settled at once,
 *                    one of them in quarantine for all
 *   413              halve, and remember the size; after 100 requests try twice as much
 *   not done in 60 s, 408   likewise, down to 4 KiB: on a slow uplink a large request would never be done
 *   401, 403, 404    hold everything and say so; look again each minute
 *   429, 5xx, other, network   retry for ever: full jitter 1 s .. 60 s, Retry-After honoured (at most 10 min)
 *
 * Live data first: when a sink comes back after an outage, the range it missed becomes a hole that
 * is filled behind the live data. Data whose wall time nobody has told wait; those of a boot that
 * ended before anybody told it stay on the board, and the sentence says so. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/ring.h"
#include "data/config.h"
#include "keep/keep.h"

struct ship;

/* How long things may take. Tests shorten them. */
struct ship_pace {
	int64_t hold_ns;                       /* 60 s: after a refusal, until we look again */
	int64_t late_ns;                       /* 30 s: live data older than this become a hole */
	int64_t first_retry_ns, most_retry_ns; /* 1 s, 60 s: the window of the jitter */
	long connect_ms, request_ms;           /* 10 s, 60 s: time-outs */
	long stall_s;                          /* 30 s without progress is a failure */
	int64_t tick_ns;                       /* 1 s: states are published */
};

struct ship_options {
	const struct clock *clock;
	const struct config *config;  /* sinks, board, data; lives longer than ship */
	struct keep *keep;            /* orders and notices (keep_listen is called by ship_new) */
	const struct ship_pace *pace; /* NULL: the figures above */
};
int ship_new(const struct ship_options *options, struct ship **ret_ship); /* before keep_start */
int ship_start(struct ship *ship);
void ship_stop(struct ship *ship); /* waits for what is under way, at most 2 s */
void ship_free(struct ship *ship);

enum sink_state {
	SINK_IDLE = 1, /* nothing to send */
	SINK_SENDING = 2,
	SINK_WAITING = 3, /* retrying: network, 429, 5xx */
	SINK_REFUSED = 4, /* 401 403 404: holds everything */
	SINK_NO_TIME = 5, /* data wait for wall time, or never had one */
};

struct sink_status {
	char name[32];
	char kind[20]; /* "influxdb1" */
	char url[160];
	enum sink_state state;
	char sentence[256]; /* one plain sentence, English; empty when all is well */
	char sentence_zh[256];
	int last_http; /* 0: none */
	uint64_t rows_sent, requests, bytes_sent, retries;
	uint64_t rows_behind;   /* not yet answered for: backlog (estimate from the store) */
	struct instant counted; /* all that was durable by then counts in that; 0: not yet */
	uint64_t quarantined;   /* entries */
	int64_t retry_in_ns;    /* 0: not waiting */
	struct instant last_success;
};

/* Copies of the states as of about a second ago; main thread (ship publishes them without a lock).
 * Returns how many sinks there are. */
size_t ship_status(struct ship *ship, struct sink_status *ret_status, size_t most);
