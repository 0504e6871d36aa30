/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map from a device's ticks to board time, made afterwards. Pure; any thread; an object belongs
 * to one.
 *
 * The live map (sense/timebase.h) knows only what was before; a stamp once given stays. When a run
 * is over, what came after counts too, and the window of a line lies around the instant instead of
 * behind it. Each exchange of a ping is two bounds: the device had its tick not before the question
 * was sent, and not after the answer was received. The tightest of each direction (the lower
 * envelopes of both delays; sense/timebase.h is the essay) are two lines, robust ones (Theil 1950,
 * Sen 1968); the truth is between them, behind the one by what the path always takes to the device,
 * before the other by what it takes back. What is presumed of these floors is weighed by how far
 * each may be out. A window is as long as the clock stays straight in it: of some lengths the one
 * counts whose line says least uncertainty, the clock's bend included.
 *
 * A clock that went backwards or leapt begins a new segment; nothing is joined across. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the path between board and device takes at least, in each direction; and how far that
 * presumption may be out, at 95 %. Both doubts 0: nothing is known, and all between the two bounds is
 * doubted. */
struct refine_path {
	int64_t to_ns, to_doubt_ns;
	int64_t from_ns, from_doubt_ns;
};

/* One exchange, or half of one. Ticks are microseconds of the device, unwrapped. */
struct refine_pair {
	int64_t sent_ns, received_ns; /* board time; received_ns is always known */
	int64_t tick_in, tick_out;    /* the question came in; the answer left */
	bool has_sent;                /* else only tick_out and received_ns mean something */
};

struct refine_node {
	int64_t tick, at_ns;    /* board time there */
	int64_t uncertainty_ns; /* 95 % */
};

/* Between two nodes straight; before the first and behind the last no longer than REFINE_REACH_S. */
struct refine_segment {
	struct refine_node *nodes;
	size_t n;
};

struct refine_map {
	struct refine_segment *segments; /* in the order of time */
	size_t n;
};

enum {
	REFINE_STEP_S = 8,    /* between two nodes */
	REFINE_MARGIN_S = 64, /* so far beyond a range its pairs count */
	REFINE_REACH_S = 30,
};

/* From pairs in the order of received_ns. The nodes are the same whichever pairs are further away
 * than REFINE_MARGIN_S. 0, -ENOMEM. Then refine_map_free. */
int refine_map_new(const struct refine_pair *pairs, size_t n, const struct refine_path *path,
	struct refine_map *ret_map);
void refine_map_free(struct refine_map *map);

/* Board time of a tick that was stamped `about_ns`, to tell the segments apart. False: nothing is
 * known that is within near_ns of that stamp. */
bool refine_map_at(const struct refine_map *map, int64_t tick, int64_t about_ns, int64_t near_ns,
	int64_t *ret_at_ns, int64_t *ret_uncertainty_ns);
