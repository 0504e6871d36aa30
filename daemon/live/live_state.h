/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What live remembers, for live.c, which follows the feed, and live_tell.c, which says what there
 * is. */
#pragma once

#include "live/current.h"
#include "live/live.h"

enum { MOST_DEVICES = 2 * DEVICE_MAX, MOST_PORTS = DEVICE_MAX };

struct seen {
	struct device device;
	struct feed_health health;
	bool has_health, is_gone;
	struct instant since;                    /* plugged in or restarted */
	uint64_t gone_at;                        /* order of leaving */
	struct current *streams[DEVICE_STREAMS]; /* NULL: not shown */
	int64_t uncertain_ns[DEVICE_STREAMS];    /* the newest stamps; 0: nothing told yet */
	uint64_t n_rows, counted_rows;           /* arrived; of which the last health event knew */
};

struct live {
	struct live_options options;
	struct seen *seen[MOST_DEVICES];
	size_t n;
	uint64_t n_gone;
	struct {
		char path[64];
		enum device_state state;
		char trouble[FEED_WORD]; /* of what is not described yet */
	} ports[MOST_PORTS];
	size_t n_ports;
	struct feed_punctual punctual;
	bool has_punctual;
	struct timer frame; /* armed while something waits to be sent */
	struct instant last_frame, counted_at;
	bool has_news; /* of devices */
};
