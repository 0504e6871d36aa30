/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device whose clock drifts and wanders, behind a path that is late as real ones are, heard by a
 * device-clock map: what it stamps is compared with the truth, which is known here. Delays are those
 * of published and simulated paths (a tty with its receive time-out, full-speed USB with its frames,
 * an FTDI with its latency timer); what of them is constant is drawn anew for each run, up to 40 % off
 * what is presumed, so that no figure rests on a presumption being true. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sense/timebase.h"

enum world_path {
	WORLD_UART,
	WORLD_CDC,
	WORLD_FTDI_1,
	WORLD_FTDI_16,
	WORLD_UART_ALONE, /* nobody can be asked: it speaks, ten times a second */
	WORLD_CDC_ALONE,
	WORLD_PATHS
};

/* Zero means: no such trouble. */
struct world {
	enum world_path path;
	uint64_t seed;
	double seconds, settle_s; /* figures are of what comes after settle_s */
	double rate_ppm, wander_us,
		wander_s;          /* clock: constant rate, sine of this amplitude and period */
	double warm_ppm, warm_s;   /* and a hand that warms it, from a third of the run on */
	double outliers;           /* share of messages that are some ms late */
	double drops;              /* share of messages that are lost */
	double start_ticks;        /* counter when we plug it in */
	double jump_at_s, jump_ms; /* the device's clock leaps */
	double restart_at_s;       /* the device starts again at 0 and says so */
	double silent_from_s, silent_s;
	int32_t known_ppb;
};

/* Errors of many runs, the constant part of them included. */
struct world_errors {
	double *us;
	size_t n, room;
};

struct world_outcome {
	size_t n, covered;  /* stamps, and those that are within what the map says of itself */
	double width_us;    /* sum of what it says */
	double spacing_ppm; /* worst mean spacing over 10 s */
	double first_piece_s;
	unsigned pieces, segments;
	bool rises;
};

/* One run. `map`, `arrival`, `recursive` (RLS with 30 s half-time) get the errors of the same
 * samples; the last two may be NULL. */
struct world_outcome world_run(const struct world *world, struct world_errors *map,
	struct world_errors *arrival, struct world_errors *recursive);

/* What is presumed of a path, as the daemon does. */
struct fit_path world_presumed(enum world_path path);
const char *world_name(enum world_path path);

void errors_add(struct world_errors *errors, double us);
/* Of their size, whatever the sign: 0.5 is the median. Sorts them. */
double errors_part(struct world_errors *errors, double part);
double errors_bias(struct world_errors *errors); /* the median with its sign; before errors_part */
void errors_free(struct world_errors *errors);

double world_uniform(uint64_t *state);
