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
 * A pulse is claimed each ten minutes, or when it is further off than the map expects of a quartz, which
 * is what this one was seen to drift (50 ppm at first): six anchors an hour, 144 a day. So between two of
 * them a stamp is stated to what 50 ppm make of five minutes, 15 ms, though the pulse is good to 10 us. A
 * rate measured between two of them would do better; but a piece of the map is board time and a constant
 * (wall_map_next), which exports, pages and whoever looks up a row by its hour count on, and with a rate
 * the rows that are sent before the next pulse would still have the last one's. Who wants better
 * disciplines the kernel's clock by the pulse (chrony's refclock PPS); then board time runs right itself.
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
	int64_t drift_ppb; /* that this board's clock was seen to have; 0: less than 50 ppm */
};

/* A pulse, once or again; in order. */
void wall_gps_pulse(struct wall_gps *gps, const struct wall_pulse *pulse);

/* What a sentence said, and whether that is worth an anchor: by its pulse where there is one, else by
 * itself. After the pulses of before it. */
bool wall_gps_hear(struct wall_gps *gps, const struct anchor *sentence, struct anchor *ret_anchor);
