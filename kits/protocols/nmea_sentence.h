/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sentence of NMEA 0183, as satellite receivers print them:
 *
 *     $GPGGA,123519.00,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*69
 *
 * Two letters of talker, three of type, fields between commas, and behind * the exclusive or of all
 * between $ and *, as two hex digits. Pure; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

enum { NMEA_SENTENCE_MOST = 120, NMEA_FIELDS = 24 }; /* 82 by the standard; receivers exceed it */

struct nmea_field {
	const char *at; /* into the sentence */
	size_t n;       /* 0: empty */
};

struct nmea_sentence {
	char type[4]; /* "GGA" */
	unsigned n;
	struct nmea_field fields[NMEA_FIELDS]; /* behind the type; those beyond n are empty */
};

enum nmea_verdict { NMEA_GOOD, NMEA_DAMAGED, NMEA_OTHER };

/* A line without its end, from '$' on. NMEA_DAMAGED: it looks like a sentence and its checksum says
 * no. NMEA_OTHER: it does not, or has no checksum. */
enum nmea_verdict nmea_read(const char *line, size_t n, struct nmea_sentence *ret_sentence);

/* Numbers in fields; NaN when a field is empty or no number. */
double nmea_number(struct nmea_field field);
double nmea_time(struct nmea_field field); /* "hhmmss.ss": seconds of the day */
/* The instant that a sentence names: "hhmmss.ss", and a date as RMC has it ("ddmmyy", of this century) or
 * as ZDA has it. False: there is none, or it is a leap second, which has no number of its own in
 * `struct wall`. */
bool nmea_wall_rmc(struct nmea_field time, struct nmea_field date, struct wall *ret_wall);
bool nmea_wall_zda(struct nmea_field time, struct nmea_field day, struct nmea_field month,
	struct nmea_field year, struct wall *ret_wall);
/* "4807.038" and "N": degrees, south and west negative. */
double nmea_angle(struct nmea_field field, struct nmea_field side);
