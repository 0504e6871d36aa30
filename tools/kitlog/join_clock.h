/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the clocks of two boards stand to each other, so that their rows can be put on one line of time.
 * Pure. All times are whole nanoseconds; board time and a board's hour are as its API tells them, in
 * microseconds, so that each is 1 us uncertain.
 *
 * Two ways, of which the more certain one is taken:
 *
 *     by pings     Each board is asked what time it is (NTP's on-wire exchange, RFC 5905 section 8,
 *                  with one instant at the board instead of two). The answer was true at some instant
 *                  between question and answer, so it is off by half the round trip at most, however
 *                  unequal the two ways are. That is how the clocks stand now; the rows are older, and
 *                  two crystals drift apart meanwhile by JOIN_DRIFT_PPM of that age.
 *     by the hour  Each board knows what hour it was when its run began, give or take. That needs no
 *                  common boot, and is how the clocks stood then. Where pings deny it, somebody told a
 *                  board a false hour.
 *
 * JOIN_DRIFT_PPM: boards' crystals are sold as good to 20 or 30 ppm each; the difference of two such,
 * evenly spread, is within 1.55 * 30 = 47 ppm in 95 of 100 pairs. NTP may slew a clock by more, but it
 * does so to bring it nearer to the hour, and then the second way is the better one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { JOIN_DRIFT_PPM = 50, JOIN_NAME = 64 };

/* One board, and the run of it that is joined. */
struct join_clock {
	char name[JOIN_NAME];
	int64_t from_ns, to_ns; /* of the run, in board time */
	bool is_this_boot;      /* the board has not been off since it began */
	bool is_imported;       /* its time is of another board: only the hour tells */

	bool has_hour; /* it is known what hour it was at from_ns */
	int64_t hour_ns, hour_uncertainty_ns;
	bool is_disciplined; /* by NTP: it keeps the hour throughout the run */

	int64_t asked_ns; /* the quickest ping: this computer's monotonic clock, the middle */
	int64_t told_ns;  /* board time in the answer */
	int64_t round_trip_ns;
};

enum join_way { JOIN_BY_PINGS = 1, JOIN_BY_HOUR };

struct join_offset {
	int64_t ns;             /* board time of the other minus that of the first */
	int64_t uncertainty_ns; /* at least 95 % */
	enum join_way way;
	int64_t denied_ns; /* the boards' hours differ by so much, and should not; 0: they do not */
};

/* -ENODATA: neither way is open. */
int join_clock_compare(const struct join_clock *first, const struct join_clock *other,
	struct join_offset *ret_offset);

/* Where the zero of the other's run lies on the first's line of time. */
int64_t join_clock_zero(const struct join_clock *first, const struct join_clock *other,
	const struct join_offset *offset);
