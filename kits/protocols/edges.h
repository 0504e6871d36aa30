/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the family `edges` share: the plan that kit.yaml became, the state of one kit,
 * and what a mode of it is. The family is described in edges.c. */
#pragma once

#include "kits/protocols/edges_filter.h"
#include "sense/kit.h"

enum { EDGES_LINES = 2 };

/* What a mode may need to know from the kit's settings, in base units. */
enum edges_setting {
	EDGES_FLAG,     /* m: width of what goes through a gate */
	EDGES_SPACING,  /* m: from gate to gate */
	EDGES_BAR,      /* m: from leading edge to leading edge of a picket fence */
	EDGES_DIAMETER, /* m: of a wheel */
	EDGES_MARKS,    /* on a wheel: magnets, holes, spokes */
	EDGES_AIR,      /* Cel */
	EDGES_DEAD,     /* s: in which a Geiger tube notices nothing */
	EDGES_SETTINGS,
};

/* What a channel may read. Ends with name NULL. */
struct edges_output {
	const char *name, *unit; /* base unit: s m m/s m/s2 Hz 1 */
	unsigned settings;       /* bits: those it cannot do without */
	enum {
		EDGES_EITHER,
		EDGES_EACH,  /* comes with each event: has no rate */
		EDGES_WINDOW /* is taken over a time: must have a rate */
	} when;
};

struct edges;

struct edges_mode {
	const char *name;
	unsigned n_lines, n_outputs_of_board; /* lines; of these, first, the ones that we drive */
	const struct edges_output *outputs;
	bool needs_rate, needs_timeout;

	/* A line changed for good. `line` is its place behind `lines:`. */
	void (*change)(struct kit *kit, struct edges *edges, unsigned line,
		const struct edges_change *change);
	/* Edges of a line are missing: nothing that was under way may be reported. */
	void (*lost)(struct edges *edges, unsigned line);
	void (*tick)(struct kit *kit, struct edges *edges, struct instant now); /* may be NULL */
};

extern const struct edges_mode edges_gate, edges_two_gates, edges_pendulum, edges_picket_fence,
	edges_counter, edges_wheel, edges_ultrasonic, edges_button;

extern const struct model_form edges_form;

/* One mode of one kit, const: what its kit.yaml became. */
struct edges_plan {
	const struct edges_mode *mode;
	unsigned lines[EDGES_LINES]; /* indices of the model's */
	int64_t ignore_ns, timeout_ns, longest_ns;
	int64_t window_ns;            /* of what is taken over a time; 0: nothing is */
	int settings[EDGES_SETTINGS]; /* indices of the model's; -1: not there */
	double setting_factors[EDGES_SETTINGS];
	size_t n_channels;
	struct edges_channel {
		unsigned output; /* index in mode->outputs */
		bool is_windowed;
		double factor; /* from the output's unit to the channel's */
	} channels[MODEL_CHANNELS];
};

/* --- the state of each mode --- */

struct edges_passes { /* gate, pendulum, picket-fence */
	bool is_blocked;
	struct instant blocked;     /* since */
	uint64_t n;                 /* passes in this series */
	struct instant first, last; /* when they began */
	uint64_t total;
	double sums[5], products[3]; /* of the fit of a picket fence */
};

struct edges_crossing { /* two-gates */
	bool is_under_way, has_left[2], has_reached;
	const char *unclear;                /* why nobody knows who is between; NULL: it is known */
	unsigned from;                      /* the gate it came through first */
	struct instant blocked[2], left[2]; /* first gate, second gate */
	struct instant newest;              /* change at either */
};

struct edges_pulses { /* counter, wheel, button */
	uint64_t n;
	bool has_last;
	struct instant last;
	bool is_damaged; /* this window misses edges */
	uint64_t n_window;
	struct instant window_end;
	bool has_reference; /* newest pulse of an earlier window */
	struct instant reference;
};

struct edges_echo { /* ultrasonic */
	enum { ECHO_IDLE, ECHO_AWAITED, ECHO_UNDER_WAY } state;
	bool is_high;
	struct instant next, asked, began;
};

struct edges {
	const struct edges_plan *plan;
	double settings[EDGES_SETTINGS];
	struct instant begun, newest; /* newest: edge */
	struct edges_line lines[EDGES_LINES];
	union {
		struct edges_passes passes;
		struct edges_crossing crossing;
		struct edges_pulses pulses;
		struct edges_echo echo;
	};
};

/* --- for the modes --- */

/* How long after an instant it is certain that no edge before it is still on its way: the transport
 * holds edges for some milliseconds, and a tick comes each 20. */
enum { EDGES_SLACK_MS = 50 };

/* Notes a value for the channels that read this output; is_windowed: for those with a rate, or for
 * those without. */
void edges_put(struct kit *kit, const struct edges *edges, unsigned output, bool is_windowed,
	double value);

/* Seconds, exact up to a thousand hours. */
double edges_s(struct instant later, struct instant earlier);
struct instant edges_middle(struct instant later, struct instant earlier);

/* Further apart than the kit's timeout; never, when it has none. */
bool edges_is_over_time(const struct edges *edges, struct instant later, struct instant earlier);

/* Sentences of the words that the modes say (sense/vocabulary.h). */
extern const struct model_trouble edges_troubles[];
