/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device-clock map: how the time of a device becomes the time of the board.
 *
 * WHERE THE DELAYS COME FROM. A sample is taken by the device at its own tick and read by us later:
 * never earlier, at least by a floor that belongs to the path (interrupt, wire), and by a tail that
 * belongs to the moment: a UART's FIFO time-out (0 to 0.35 ms at 115200), the wait for the next
 * frame of USB (0 to 1 ms), an FTDI's latency timer (1 or 16 ms), our own scheduling (now and then
 * tens of ms). The mean of such delays is far from their floor and moves with the load: averages
 * and least squares keep it as an error, and one outlier bends a line that hundreds of samples
 * made straight.
 *
 * THE CORRIDOR. A message to the device, sent at s and there at its tick d, says that board time
 * at d was not before s; one from the device says that it was not after its arrival. Each is a
 * hard bound, whatever the path did. Per stretch of time (a bucket) the tightest of each direction
 * is kept by itself: the two messages need not belong to one exchange. So the offset lies in a
 * corridor, whose lower wall are the quickest questions and whose upper one the quickest answers.
 * (Cristian 1989 bounds a clock by one exchange; NTP, RFC 5905 section 8, and Lab Streaming Layer
 * take the middle of the exchange with the smallest round trip. That is biased where a quick
 * exchange is quick in one direction: on USB an answer that leaves at once has always just missed
 * a frame, so the smallest round trip is 0.35 ms off to one side. Both walls for themselves, and
 * messages at a random phase, meet each direction's own floor. Hulls of one-way delays: Moon,
 * Skelly, Towsley 1999; Zhang, Liu, Xia 2002.)
 *
 * RANDOM PHASE. Pings go out at random gaps, our firmware answers 0 to 2 ms later at random and
 * sends STAT, which says when it left, up to 10 ms late: nothing beats with a frame of 1 ms.
 *
 * ONE DIRECTION ONLY. A board that prints its own millis() can be heard and not asked: it has the
 * upper wall alone, and the map is that wall less the presumed floor.
 *
 * WHAT NO EXCHANGE CAN SEE is how the constant part of the delay is shared between the directions.
 * It is presumed by kind of port (sense/port_floor.c) and centres the map; how far the presumption
 * may be out is in the uncertainty, but never more than half the corridor. Where nothing is
 * presumed (a pty), half the corridor is doubted.
 *
 * THE LINE (sense/timebase_fit.c). Along each wall runs the line of the median slope (Theil 1950,
 * Sen 1968) through the best bucket of each few neighbours: 29 % of them may lie (Siegel's
 * repeated medians bear 50 % and cost a little precision). The rate is that of both walls, each
 * weighing by how little it scatters. A wall's level is a low rank of its residuals (a seventh),
 * put back by what order statistics say of exponential tails (Renyi 1953), and by more where the low
 * ones spread as the sum of two waits does. There are five pings a bucket, so that old and new ones
 * are equally good. Buckets begin at a
 * quarter of a second; when 32 are full, two become one, up to 4 s: short at first, when any rate
 * is news, two minutes later, when noise is what is left. A rate of few seconds is drawn towards
 * the known one (an earlier plugging in, or zero), each weighing by its doubt, unless the corridor
 * excludes that.
 *
 * A CLOCK THAT BENDS, as a ceramic resonator does when a hand warms it: when the newest buckets lie
 * beside the line by more than chance does, older ones are forgotten; what the rate still changes
 * from fit to fit is led by. A rate beyond 5000 ppm in spite of the corridor is no clock: there is
 * no map, and rows are stamped by arrival.
 *
 * PIECES. Stamps that were given away are never changed, must rise, and their spacing must be
 * true: an estimate is not jumped to but steered to, by a piece that starts where the old one is
 * at the newest tick and whose rate is the estimated one and at most 100 ppm more or less (5000 in
 * the first five seconds of a window, while the rate itself is learnt). Data that were under way have older
 * ticks: they are stamped by the piece that ruled then, so the map is one continuous rising
 * function of the tick. Outside of the corridor by more than 20 ms is no drift but another clock:
 * a new segment, of which the rate is kept. So is a tick that falls.
 *
 * SILENCE. When nothing is told for longer than steering takes, the map goes on by the rate alone,
 * and is doubted by the rate's doubt, and 1 ppm for the temperature of a room, times the silence.
 * After two minutes, if that is longer than was ever listened, the next exchanges are a new window
 * of the same segment.
 *
 * UNWRAPPING. The counter wraps each 71.6 minutes. A tick is the one nearest to where the counter
 * must be by now, so silences of days do no harm.
 *
 * UNCERTAINTY is an interval that holds 95 of 100 stamps: the doubt of the floors, and what chance
 * leaves in the line, together; and the error that is still being steered away, the bend, the
 * rate's doubt until the next piece, and how far the newest buckets lie beyond a wall, where no
 * delay can be, added. An exchange that denies what is stated is looked at without delay.
 *
 * WHAT IT GIVES, bias included, in tests/unit/timebase_truth_test.c (20 runs of 10 minutes per
 * path, -200 .. 200 ppm, wandering by 0.5 ppm, 1.5 % of messages ms late, each floor up to 40 %
 * off what is presumed), from the tenth second on, in us:
 *
 *                          raw arrival    RLS 30 s   kitlog
 *                                p95         p95   p50   p95   stated   within it
 *     UART 115200                479         384    10    23       44     100.0 %
 *     USB CDC, 1 ms frames      1180        1205    18    59       99      99.4 %
 *     FTDI, timer 1 ms          1369        1380    28    81      141     100.0 %
 *     FTDI, timer 16 ms        15548        8763    46   140      270      99.8 %
 *     UART, never asked          590         486    36    76       98      99.9 %
 *     CDC, never asked          1180        1204    29    60       89      99.8 %
 *     UART, 30 ppm in 600 s      479         384    22   104      140      98.6 %
 *     UART, warmed by 20 ppm     479         384    12    71       86      98.2 %
 *
 * (Raw arrival, and recursive least squares with that half-time, as Lab Streaming Layer smooths:
 * both keep the mean delay as a bias.) Before that: within 0.35 ms (UART) and 0.6 ms (USB) from
 * the first second on, and the first stamp comes after 0.15 s.
 *
 * All arithmetic is in integers. Pure: no clock, no allocation; one struct per device, sense
 * thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/batch.h"
#include "sense/timebase_fit.h"

struct timebase_pair {
	struct instant sent, received;
	int64_t device_received, device_sent; /* unwrapped ticks */
};

enum {
	TIMEBASE_PIECES = 8,
	TIMEBASE_QUICK_PINGS = 8, /* before the first piece */
};

struct timebase { /* private */
	struct fit_path path;
	int64_t step_ns;                       /* half of it is doubted in each stamp */
	struct fit_bucket bucket[FIT_BUCKETS]; /* oldest first */
	unsigned n_buckets;
	int64_t bucket_ns, bucket_ends_ns; /* length and end of the open one */
	struct fit_bucket open;
	int64_t trip_ns, open_trip_ns; /* smallest round trip of the last bucket, of the open one */

	bool has_tick;
	int64_t last_tick;        /* newest seen: reference of unwrapping ... */
	struct instant last_seen; /* ... and when */
	int64_t last_told_tick;   /* newest of a pair, to notice a clock that goes backwards */
	struct instant last_told;
	unsigned pairs;  /* since it was begun, or was silent for long */
	unsigned spoken; /* of them, one-way ones */

	struct clock_piece piece[TIMEBASE_PIECES]; /* newest last */
	unsigned n_pieces;
	uint32_t segment;
	/* When nothing is told any more: */
	int64_t steered_tick; /* the newest piece is where it should be, */
	int64_t coast_ns;     /* the map goes on by its rate alone, or is doubted more, */
	int64_t coast_ppb;    /* for its rate is so sure (95 %) */
	int64_t settled_ns;   /* and it was so sure itself */

	int32_t rate_ppb;       /* best knowledge, from earlier segments too; 0: none */
	struct fit_known known; /* of that, what was known when the buckets began */
	bool is_sure;           /* it was measured for long enough to say how it changes: */
	int64_t sure_ppb, bend; /* when last looked at; ppb per second */
	int64_t off_ns;         /* the newest buckets say that the line is so far off, */
	int64_t said_off_ns;    /* and the last one alone */
	bool is_clock;          /* not too far out to be one */
};

/* known_rate_ppb: remembered from an earlier plugging in; 0: none. path: what is presumed of it;
 * copied. */
void timebase_init(struct timebase *base, int32_t known_rate_ppb, const struct fit_path *path);

/* Half of so many microseconds is doubted in each stamp: kit_clock_step. */
void timebase_set_step(struct timebase *base, unsigned step_us);

/* 32-bit device microseconds -> 64-bit ticks: the nearest to where the counter must be by now,
 * going by the newest tick seen and the time since. Right after a silence of five days even if the
 * clock is 5000 ppm out, and of months once its rate is known. */
int64_t timebase_unwrap(const struct timebase *base, uint32_t tick, struct instant now);

/* A row with this tick was believed: pieces to come rule from later ticks only. (timebase_pair and
 * timebase_heard see their ticks by themselves.) */
void timebase_advance(struct timebase *base, int64_t tick, struct instant now);

/* To be called before rows that arrive now are stamped: when nothing was told for longer than steering
 * takes, the map goes on by the rate alone, and is doubted by what the clock may have gained or lost
 * since, until half as much time again has passed. */
void timebase_coast(struct timebase *base, struct instant now);

/* Feeds a ping. Returns true when the piece changed (timebase_piece has news for ticks from now on,
 * or is NULL because the pair opened a new segment). */
bool timebase_pair(struct timebase *base, const struct timebase_pair *pair);

/* Feeds a word that nobody asked for: it left at this tick, by the device's clock, and arrived
 * then. Returns as timebase_pair does. */
bool timebase_heard(struct timebase *base, int64_t tick, struct instant arrival);

/* A new segment: the device restarted. Stamps wait for the next pairs. */
void timebase_restart(struct timebase *base);

/* False while its rate is beyond CLOCK_RATE_MOST_PPB for certain. Then there is no piece. */
bool timebase_is_clock(const struct timebase *base);

/* The piece in force; NULL before the first pairs of the segment (8, or half a second of them). */
const struct clock_piece *timebase_piece(const struct timebase *base);

/* The piece that rules at a tick: an older one for a tick older than the newest piece, so that data
 * still on its way when the piece changed are stamped as they would have been before. NULL
 * likewise. */
const struct clock_piece *timebase_piece_at(const struct timebase *base, int64_t tick);

/* The gap to leave before the next ping: 8 quick ones at first (5-25 ms), some 0.2 s apart while
 * the rate is being learnt, then about five a bucket and at last 0.75 s apart; random, so that they never beat with a USB
 * frame. `random` is the caller's random number. */
int64_t timebase_next_ping_ns(const struct timebase *base, uint32_t random);

int64_t timebase_round_trip_ns(
	const struct timebase *base); /* smallest of the last bucket; 0: none yet */

/* What is known of the rate, to be remembered for the next plugging in; 0: nothing yet. */
int32_t timebase_rate_ppb(const struct timebase *base);
