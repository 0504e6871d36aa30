/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A satellite receiver's sentences, and the pulse that some give at each second, become claims of the
 * hour.
 *
 * Sentences: three in a row must agree to half a second, which a receiver that is just waking up, or
 * that has counted its weeks wrong, does not always do. They are printed up to 0.5 s late (kits/
 * protocols/nmea.c): +-0.5 s.
 *
 * Pulse: the kernel stamps its edge by interrupt (RFC 2783), which is late by some microseconds, 10 us
 * in 95 of 100 cases (gpsd's time service howto gives 1 us for the kernel's own discipline and 20 us
 * of jitter for user space). It does not say which second it begins; the sentence that is printed
 * less than a second behind it does.
 *
 * Pure: instants are parameters. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "keep/wall_claims.h"

enum { WALL_GPS_AGREE = 3 };

struct wall_pulse {
	uint32_t sequence;      /* as the kernel counts them */
	struct instant at;      /* of the edge */
	int64_t uncertainty_ns; /* of bringing the kernel's stamp into board time */
};

struct wall_gps {
	unsigned n_sentences;            /* that agreed, the last one included */
	struct anchor heard;             /* the last one */
	unsigned n_pulses;               /* a second apart from each other, the last one included */
	struct wall_pulse pulse, before; /* the last two */
	struct wall_pace pace_sentences, pace_pulses;
};

/* A pulse, once or again; in order. */
void wall_gps_pulse(struct wall_gps *gps, const struct wall_pulse *pulse);

/* What a sentence said, and whether that is worth an anchor: by its pulse where there is one, else by
 * itself. After the pulses of before it. */
bool wall_gps_hear(struct wall_gps *gps, const struct anchor *sentence, struct anchor *ret_anchor);
