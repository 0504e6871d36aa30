/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bench in which the truth about time is known. The real firmware core on a clock of which everything
 * is known (truth_board.h) talks over a simulated path (truth_path.h), in both directions and in
 * virtual time, with the real conversation and the real family `link`. What comes out of the outlet is
 * held against the instants at which the samples were taken.
 *
 * Zero-initialise, fill in `plan`, truth_open, truth_run, truth_close. One thread; what goes wrong here
 * fails the test by cmocka's asserts. The same plan and seed give the same run again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/feed.h"
#include "keep/refine.h"
#include "link/link.h"
#include "sense/conversation.h"
#include "support/truth_board.h"
#include "support/truth_path.h"

enum { TRUTH_EVENTS = 8, TRUTH_TICK_MS = 20 };

enum truth_event_kind {
	TRUTH_NOTHING = 0,
	TRUTH_STALL,  /* this board reads nothing and asks nothing for so long; what came waits */
	TRUTH_CUT,    /* what either says is lost; both go on */
	TRUTH_RESET,  /* the other board starts anew, as by its button */
	TRUTH_UNPLUG, /* for so long; it is powered by the plug */
};

struct truth_plan {
	enum truth_port port;
	struct truth_clock clock; /* power_ns is set by the bench; start_us of each start anew */
	uint32_t period_us;       /* of its samples */
	double outliers;          /* share of transfers that come ms late */
	double dropped, flipped;  /* share of bytes that get lost, or come as others */
	int64_t loop_ns;  /* longest turn of the other board's loop; 0: it has nothing else */
	double floors;    /* times what they would be: nobody presumed such a path; 0: once */
	bool is_in_step;  /* the host's frames are exactly 1 ms: beats */
	unsigned tick_ms; /* how often the conversation is ticked; 0: TRUTH_TICK_MS */
	struct {
		enum truth_event_kind kind;
		double at_s, for_s; /* since the plugging in */
	} event[TRUTH_EVENTS];      /* in order of time */
};

/* What became of a sample. */
struct truth_sample {
	int64_t true_ns;
	int64_t age_ns;   /* how long the map has had at that time since it had to begin anew */
	int64_t read_ns;  /* a read returned with it; 0: never */
	int64_t stamp_ns; /* 0: no row came of it */
	int64_t tick;     /* of that row */
	int64_t uncertainty_ns; /* as it was told to whoever reads the records; 0: not at all */
	uint32_t segment;
	uint16_t rows; /* how many came: 1 is right */
};

struct truth {
	struct truth_plan plan;
	uint64_t seed;
	struct clock clock; /* the fake one; its instants are the truth */
	int64_t began_ns;

	struct truth_sample *samples; /* by number */
	size_t n_samples, samples_room;
	struct refine_pair *pairs; /* raw, as the clock stream has them */
	size_t n_pairs, pairs_room;
	struct uncertainty *told; /* of the samples' stream, as they came */
	size_t n_told, told_room;
	int64_t last_stamp_ns;
	uint64_t n_falling; /* rows whose stamp did not rise */
	uint64_t n_strange; /* rows of no sample */
	uint64_t gap_rows;  /* as gaps tell: how many are missing */
	struct gap last_gap;
	size_t n_gaps, n_resets;
	uint64_t n_segments;
	uint32_t last_segment;

	/* For who wants the records too: they are left in `keep` when it is the test's. */
	struct ring *keep;
	bool keeps_itself;

	/* The parts. */
	struct registry *registry;
	struct ring *to_main;
	struct outlet *outlet;
	struct conversation_host host;
	struct kit *kit;
	struct kit_port port;
	struct truth_path path;
	struct truth_board *board;
	struct draw draw;
	struct link_decoder sniffer;
	struct device device;          /* as it was announced last */
	uint32_t stream, clock_stream; /* of its samples, and pairs; 0: not yet described */
	struct truth_lane *to_board, *to_host;
	size_t next_event;
	int64_t anew_ns, tick_ns, stall_ends_ns, cut_ends_ns, plug_ns;
	bool is_plugged;
};

/* Plugs in, at 1 s of the clock, or where it stands if it was set. */
void truth_open(struct truth *truth, const struct truth_plan *plan, uint64_t seed);

/* So many seconds pass, with all that happens in them. */
void truth_run(struct truth *truth, double seconds);

/* Something happens now; the plan has what is known beforehand. */
void truth_happen(struct truth *truth, enum truth_event_kind kind, double for_s);

/* Sense stops: what is under way comes out. */
void truth_stop(struct truth *truth);
void truth_close(struct truth *truth);
