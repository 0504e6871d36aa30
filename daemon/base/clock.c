/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking the kernel for the time, and who vouches for it. What the kinds of time are and why they
 * never mix is told in clock.h. */
#include "base/clock.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <time.h>

enum { SECONDS_PER_DAY = 86400, PAIR_TRIES = 9 };

static int64_t kernel_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

struct instant clock_now(const struct clock *clock)
{
	if (clock->is_fake)
		return (struct instant){clock->frozen_ns};
	return clock_from_monotonic(clock, kernel_ns(CLOCK_MONOTONIC));
}

int64_t clock_to_monotonic(const struct clock *clock, struct instant at)
{
	return at.ns - clock->base_ns;
}

struct instant clock_from_monotonic(const struct clock *clock, int64_t monotonic_ns)
{
	return (struct instant){monotonic_ns + clock->base_ns};
}

struct anchor clock_pair(const struct clock *clock, enum anchor_source source)
{
	struct anchor pair = {.uncertainty_ns = INT64_MAX, .source = source};

	/* Each try brackets the wall clock by two looks at board time. A preemption inside makes
	 * the bracket wide; the tightest of a few is some hundred nanoseconds. */
	for (int i = 0; i < PAIR_TRIES; i++) {
		struct instant before = clock_now(clock);
		struct wall wall = {kernel_ns(CLOCK_REALTIME)};
		int64_t width = instant_since(clock_now(clock), before);
		int64_t half = width / 2 + width % 2;

		if (half < pair.uncertainty_ns) {
			pair.at = instant_add(before, width / 2);
			pair.wall = wall;
			pair.uncertainty_ns = half;
		}
	}
	return pair;
}

/* The kernel writes "1" into hctosys of the battery clock from which it took the time at boot. */
static bool was_set_by_battery_clock(void)
{
	glob_t found;
	bool was_set = false;

	if (glob("/sys/class/rtc/rtc*/hctosys", 0, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc && !was_set; i++) {
		FILE *file = fopen(found.gl_pathv[i], "re");

		if (!file)
			continue;
		was_set = fgetc(file) == '1';
		fclose(file);
	}
	globfree(&found);
	return was_set;
}

/* adjtimex's STA_UNSYNC is cleared by whoever disciplines the clock (chrony, systemd-timesyncd,
 * ntpd) and set again by the kernel when they fall silent for long. Below 0 the kernel did not
 * answer (a sandbox forbids the call): then nobody vouches for the clock. */
static bool is_disciplined(const struct clock_evidence *evidence)
{
	return evidence->ntp_state >= 0 && evidence->ntp_state != TIME_ERROR &&
		!(evidence->ntp_status & STA_UNSYNC);
}

static int64_t offset_ns(const struct clock_evidence *evidence)
{
	return evidence->ntp_status & STA_NANO ? evidence->ntp_offset
					       : evidence->ntp_offset * NS_PER_US;
}

/* 95 %, of three parts:
 * - what scatters: twice the estimated error, which is one standard deviation (RFC 5905's PSI, chronyd's
 *   offset_sd);
 * - what is known, and still to be slewed: systemd-timesyncd says "synchronised" with 0.4 s to go;
 * - what the answers' way was longer than the way back, which no estimate sees: half of the way at most.
 *   The kernel's bound holds that half (RFC 5905's LAMBDA: root delay / 2 + root dispersion), but grows
 *   by 500 ppm between two answers, so beyond 20 ms, of 40 ms to a server on the Internet, it says nothing
 *   of the way any more.
 * systemd-timesyncd estimates nothing, and its bound starts at 0 with each answer: then 20 ms at least. */
static int64_t ntp_uncertainty_ns(const struct clock_evidence *evidence)
{
	const int64_t way_ns = 20 * (int64_t)NS_PER_MS,
		      bound_ns = evidence->ntp_maxerror_us * NS_PER_US;
	int64_t known_ns = llabs(offset_ns(evidence));

	if (evidence->ntp_esterror_us > 0)
		return known_ns + 2 * evidence->ntp_esterror_us * NS_PER_US +
			(bound_ns < way_ns ? bound_ns : way_ns);
	return known_ns + (bound_ns > way_ns ? bound_ns : way_ns);
}

/* A battery clock loses or gains up to two seconds a day (20 ppm), and nobody says when it was set: a
 * month ago. */
static const int64_t battery_clock_ns = 60 * (int64_t)NS_PER_S;

void clock_ask_kernel(struct clock_evidence *ret_evidence)
{
	struct timex ntp = {.modes = 0};
	int state = adjtimex(&ntp);

	*ret_evidence = (struct clock_evidence){
		.wall_s = kernel_ns(CLOCK_REALTIME) / NS_PER_S,
		.ntp_state = state,
		.ntp_status = ntp.status,
		.ntp_esterror_us = ntp.esterror,
		.ntp_maxerror_us = ntp.maxerror,
		.was_set_by_battery_clock = was_set_by_battery_clock(),
		.ntp_offset = ntp.offset,
		.ntp_constant = ntp.constant,
		.ntp_freq = ntp.freq,
		.ntp_tick = ntp.tick,
	};
}

bool clock_trust_of(const struct clock_evidence *evidence, enum anchor_source *ret_source,
	int64_t *ret_uncertainty_ns)
{
	bool is_possible = evidence->wall_s >= CLOCK_OLDEST_WALL_S;

	if (is_possible && is_disciplined(evidence)) {
		*ret_source = ANCHOR_NTP;
		*ret_uncertainty_ns = ntp_uncertainty_ns(evidence);
		return true;
	}
	if (evidence->is_said_right) { /* the map refuses what cannot be, and says so */
		*ret_source = ANCHOR_SYSTEM;
		*ret_uncertainty_ns = NS_PER_S;
		return true;
	}
	if (is_possible && evidence->was_set_by_battery_clock) {
		*ret_source = ANCHOR_RTC;
		*ret_uncertainty_ns = battery_clock_ns;
		return true;
	}
	return false;
}

int64_t clock_rate_ppb(const struct clock_evidence *evidence)
{
	const int64_t tick_us = 10000, pll_shift = 2; /* kernel: 1 / USER_HZ; SHIFT_PLL */
	int64_t shift = pll_shift + evidence->ntp_constant;

	if (evidence->ntp_state < 0) /* it did not answer */
		return 0;
	shift = shift < 0 ? 0 : shift > 62 ? 62 : shift;
	return evidence->ntp_freq * 1000 / 65536 +
		(evidence->ntp_tick - tick_us) * (NS_PER_S / tick_us) +
		offset_ns(evidence) / ((int64_t)1 << shift);
}

const char *anchor_source_name(enum anchor_source source)
{
	switch (source) {
	case ANCHOR_SYSTEM:
		return "system";
	case ANCHOR_NTP:
		return "ntp";
	case ANCHOR_RTC:
		return "rtc";
	case ANCHOR_GPS:
		return "gps";
	case ANCHOR_PPS:
		return "pps";
	case ANCHOR_BROWSER:
		return "browser";
	case ANCHOR_PERSON:
		return "person";
	case ANCHOR_CARRIED:
		return "carried";
	case ANCHOR_BETWEEN:
		return "between";
	}
	return "unknown";
}

/* Writes value with exactly n digits, from the right. */
static char *put_digits(char *at, int64_t value, int n)
{
	for (int i = n - 1; i >= 0; i--) {
		at[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return at + n;
}

struct date {
	int64_t year, month, day;
};

/* Days since 1970 to a Gregorian date, for all days that an int64 of ns can name (1677 to 2262).
 * Counted from March, so that the leap day is a year's last day and months have a regular length:
 * 153 days in each five of them. */
static struct date date_of(int64_t days)
{
	enum { DAYS_PER_400_YEARS = 146097, DAYS_TO_1970_FROM_MARCH_1600 = 135080 };
	int64_t day = days + DAYS_TO_1970_FROM_MARCH_1600;
	int64_t year = (day * 400 + 591) / DAYS_PER_400_YEARS;
	int64_t day_of_year = day - (365 * year + year / 4 - year / 100 + year / 400);

	if (day_of_year < 0) {
		year--;
		day_of_year = day - (365 * year + year / 4 - year / 100 + year / 400);
	}

	int64_t month = (5 * day_of_year + 2) / 153; /* 0: March */

	return (struct date){
		.year = 1600 + year + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = day_of_year - (153 * month + 2) / 5 + 1,
	};
}

char *wall_text(struct wall wall, int digits, char *ret_text)
{
	int64_t seconds = wall.ns / NS_PER_S, fraction = wall.ns % NS_PER_S;
	char *at = ret_text;

	if (fraction < 0) { /* before 1970: round down, as a clock does */
		fraction += NS_PER_S;
		seconds--;
	}
	int64_t days = seconds / SECONDS_PER_DAY, second = seconds % SECONDS_PER_DAY;
	if (second < 0) {
		second += SECONDS_PER_DAY;
		days--;
	}
	struct date date = date_of(days);

	at = put_digits(at, date.year, 4);
	*at++ = '-';
	at = put_digits(at, date.month, 2);
	*at++ = '-';
	at = put_digits(at, date.day, 2);
	*at++ = 'T';
	at = put_digits(at, second / 3600, 2);
	*at++ = ':';
	at = put_digits(at, second / 60 % 60, 2);
	*at++ = ':';
	at = put_digits(at, second % 60, 2);
	if (digits > 0) {
		*at++ = '.';
		for (int i = digits; i < 9; i++)
			fraction /= 10;
		at = put_digits(at, fraction, digits < 9 ? digits : 9);
	}
	*at++ = 'Z';
	*at = '\0';
	return ret_text;
}
