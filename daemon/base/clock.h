/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time in kitlog, and the only place where its kinds meet.
 *
 * Board time (`struct instant`) is what every stamp, run, gap and cursor is made of: nanoseconds
 * on the board's own line of time. It is CLOCK_MONOTONIC of the running boot plus a base that
 * keep/store chose when the boot was first seen, so that it grows through all boots, never steps
 * and never repeats. (A stamp "monotonic ns + boot number" is the same information; one number
 * sorts, compares and subtracts without a second look.) What it does not know is the hour: while
 * the board is off, board time stands still but for a mark of one second.
 *
 * Wall time (`struct wall`) is nanoseconds since 1970 UTC. Boards have no clock battery, so wall
 * time is a claim of somebody else (`struct anchor`) and is attached when data are read or
 * shipped, never stored in a sample.
 *
 * The two are structs so that the compiler refuses to mix them. Nanoseconds are integers always:
 * a double holds only 53 bits, which is 0.2 us in 1970's count of ns.
 *
 * Any thread; nothing here keeps state but the caller's structs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { NS_PER_US = 1000, NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

struct instant {
	int64_t ns;
};
struct wall {
	int64_t ns;
};

/* Where "now" comes from. Daemon: the kernel plus the boot's base. Tests: a number they move. */
struct clock {
	int64_t base_ns;   /* board time minus CLOCK_MONOTONIC */
	int64_t frozen_ns; /* with is_fake: what clock_now says */
	bool is_fake;
};

struct instant clock_now(const struct clock *clock);

/* Board time as CLOCK_MONOTONIC ns, for timerfd and clock_nanosleep; and back. */
int64_t clock_to_monotonic(const struct clock *clock, struct instant at);
struct instant clock_from_monotonic(const struct clock *clock, int64_t monotonic_ns);

static inline struct instant instant_add(struct instant a, int64_t ns)
{
	return (struct instant){a.ns + ns};
}

static inline int64_t instant_since(struct instant later, struct instant earlier)
{
	return later.ns - earlier.ns;
}

/* Who said what time it is. Numbers are stored: append only. */
enum anchor_source {
	ANCHOR_SYSTEM = 1, /* the kernel's wall clock, trusted because the configuration says so */
	ANCHOR_NTP = 2,    /* the kernel's wall clock while adjtimex says it is disciplined */
	ANCHOR_RTC = 3,    /* the kernel's wall clock, set from a battery clock at boot */
	ANCHOR_GPS = 4,    /* a GPS receiver's sentence, stamped on arrival */
	ANCHOR_PPS = 5,    /* its pulse each second, stamped by the kernel; a sentence says which */
	ANCHOR_BROWSER = 6, /* the clock of a teacher's computer or telephone */
	ANCHOR_PERSON = 7,  /* somebody said when it was */
	ANCHOR_CARRIED = 8, /* an anchor of before a suspend, and how long it took */
	ANCHOR_BETWEEN = 9, /* nobody told: after the boot before and before the one behind */
};

/* One claim: at this instant it was that hour, give or take (95 %). What follows from all claims is told
 * in keep/wall_map.h. */
struct anchor {
	struct instant at;
	struct wall wall;
	int64_t uncertainty_ns;
	enum anchor_source source;
};

/* Takes the pair (board time, CLOCK_REALTIME) as simultaneously as user space can: the tightest of
 * several brackets. Whether the wall clock deserves trust is clock_trust_of's answer, not
 * this one's. */
struct anchor clock_pair(const struct clock *clock, enum anchor_source source);

/* 2026-01-01, in seconds since 1970. A clock that says less is wrong, whoever vouches for it: this
 * program did not exist yet. It catches battery clocks that lost their battery and fell back to
 * their first year, boards that begin in 1970, and satellite receivers that are 1024 weeks behind. */
enum { CLOCK_OLDEST_WALL_S = 1767225600 };

/* What the kernel says of its wall clock. Reads a file: not for the sense thread. */
struct clock_evidence {
	int64_t wall_s;                           /* the wall clock: seconds since 1970 */
	int ntp_state, ntp_status;                /* adjtimex(2): what it returned, its status */
	int64_t ntp_esterror_us, ntp_maxerror_us; /* 0: not estimated */
	bool was_set_by_battery_clock;
	bool is_said_right;   /* by the configuration; the kernel does not know */
	int64_t ntp_offset;   /* still to be slewed: ns if the status says STA_NANO, else us */
	int64_t ntp_constant; /* how slowly: kernel/time/ntp.c */
	int64_t ntp_freq;     /* 2^-16 ppm */
	int64_t ntp_tick;     /* us in a hundredth of a second */
};
void clock_ask_kernel(struct clock_evidence *ret_evidence);

/* Whether that is to be believed: adjtimex(2) says "synchronised", or a battery clock set it at boot
 * (/sys/class/rtc/.../hctosys), or somebody said that it is right. Returns true and what to write into an
 * anchor; the uncertainty (95 %) is by the kernel's estimate for NTP, a minute for a battery clock, a
 * second for what somebody said. Pure. */
bool clock_trust_of(const struct clock_evidence *evidence, enum anchor_source *ret_source,
	int64_t *ret_uncertainty_ns);

/* By how much the kernel is told to run its clocks fast, in 1e-9, CLOCK_MONOTONIC too: freq and tick, and
 * the offset, of which it slews a part each second (kernel/time/ntp.c, ntp_offset_chunk). A crystal's own
 * error, which that corrects as well, is below 500 ppm; more is a slew. Pure. */
enum { CLOCK_SLEW_PPB = 500000 };
int64_t clock_rate_ppb(const struct clock_evidence *evidence);

const char *anchor_source_name(enum anchor_source source); /* "ntp" */

/* "2026-11-22T23:17:02.000001Z": ISO 8601 UTC with `digits` (0-9) decimals, written into a buffer
 * of at least WALL_TEXT bytes. Works for any int64. */
enum { WALL_TEXT = 40 };
char *wall_text(struct wall wall, int digits, char *ret_text);
