/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock: board time against the kernel's, pairs with the wall clock, and the hour as text,
 * which is held against the C library's calendar over all years that an int64 of nanoseconds can
 * name. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "base/clock.h"
#include "support/cmocka_all.h"
#include "support/draw.h"

static int64_t kernel(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * (int64_t)NS_PER_S + now.tv_nsec;
}

static void clock_now_is_the_kernels_monotonic_time_plus_the_base(void **state)
{
	const struct clock clock = {.base_ns = 1000 * (int64_t)NS_PER_S};
	int64_t before = kernel(CLOCK_MONOTONIC);
	struct instant now = clock_now(&clock);
	int64_t after = kernel(CLOCK_MONOTONIC);

	(void)state;
	assert_in_range(now.ns, before + clock.base_ns, after + clock.base_ns);
	assert_int_equal(clock_to_monotonic(&clock, now), now.ns - clock.base_ns);
	assert_int_equal(clock_from_monotonic(&clock, before).ns, before + clock.base_ns);
}

static void a_fake_clock_stands_where_it_was_put(void **state)
{
	struct clock clock = {.is_fake = true, .frozen_ns = 42};

	(void)state;
	assert_int_equal(clock_now(&clock).ns, 42);
	clock.frozen_ns = 43;
	assert_int_equal(clock_now(&clock).ns, 43);
}

static void a_pair_holds_both_clocks_within_its_uncertainty(void **state)
{
	const struct clock clock = {.base_ns = -7};
	int64_t before = kernel(CLOCK_REALTIME) - kernel(CLOCK_MONOTONIC);
	struct anchor pair = clock_pair(&clock, ANCHOR_NTP);
	int64_t offset = pair.wall.ns - clock_to_monotonic(&clock, pair.at);

	(void)state;
	assert_int_equal(pair.source, ANCHOR_NTP);
	assert_in_range(pair.uncertainty_ns, 1, 10 * NS_PER_MS);
	/* The two clocks keep their distance for a moment; two reads in a row are some us apart. */
	assert_true(offset - before < 50 * NS_PER_MS && before - offset < 50 * NS_PER_MS);
}

static void trust_names_its_source_and_uncertainty_or_is_refused(void **state)
{
	enum anchor_source source = 0;
	int64_t uncertainty_ns = 0;
	struct clock_evidence evidence;

	clock_ask_kernel(&evidence);
	assert_true(evidence.wall_s > 0);
	bool is_trusted = clock_trust_of(&evidence, &source, &uncertainty_ns);

	(void)state;
	if (is_trusted) {
		assert_true(source == ANCHOR_NTP || source == ANCHOR_RTC);
		assert_true(uncertainty_ns > 0);
	} else { /* nothing is written on refusal */
		assert_int_equal(source, 0);
		assert_int_equal(uncertainty_ns, 0);
	}
}

/* A point is shipped, for ever, with the hour that was believed here. */
static void trust_follows_the_evidence(void **state)
{
	enum { NOW = 1800000000, YEAR_2026 = 1767225600, NOBODY = 0 };
	static const struct {
		struct clock_evidence evidence;
		int source; /* NOBODY: not trusted */
		int64_t uncertainty_us;
	} cases[] = {
#define KERNEL(wall, state, status, esterror, maxerror, battery) \
	.wall_s = wall, .ntp_state = state, .ntp_status = status, .ntp_esterror_us = esterror, \
	.ntp_maxerror_us = maxerror, .was_set_by_battery_clock = battery
		/* disciplined, with an estimate, and the way: the bound, 20 ms at most */
		{{KERNEL(NOW, TIME_OK, STA_PLL, 200, 1500, false)}, ANCHOR_NTP, 1900},
		{{KERNEL(NOW, TIME_OK, STA_PLL, 200, 90000, false)}, ANCHOR_NTP, 20400},
		{{KERNEL(NOW, TIME_INS, STA_PLL | STA_INS, 7, 0, false)}, ANCHOR_NTP, 14},
		{{KERNEL(NOW, TIME_OK, STA_PLL, 200, 0, true)}, ANCHOR_NTP, 400},
		/* without one: the bound, at least 20 ms */
		{{KERNEL(NOW, TIME_OK, STA_PLL, 0, 90000, false)}, ANCHOR_NTP, 90000},
		{{KERNEL(NOW, TIME_OK, STA_PLL, 0, 20001, false)}, ANCHOR_NTP, 20001},
		{{KERNEL(NOW, TIME_OK, STA_PLL, 0, 0, false)}, ANCHOR_NTP, 20000},
		/* still to be slewed, in us or ns, either way */
		{{KERNEL(NOW, TIME_OK, STA_PLL, 0, 0, false), .ntp_offset = 400000}, ANCHOR_NTP,
			420000},
		{{KERNEL(NOW, TIME_OK, STA_PLL | STA_NANO, 0, 0, false), .ntp_offset = -400000000},
			ANCHOR_NTP, 420000},
		{{KERNEL(NOW, TIME_OK, STA_PLL | STA_NANO, 100, 50, false), .ntp_offset = 7000},
			ANCHOR_NTP, 257},
		/* not disciplined, or nobody knows */
		{{KERNEL(NOW, TIME_ERROR, STA_UNSYNC, 0, 16000000, false)}, NOBODY, 0},
		{{KERNEL(NOW, TIME_ERROR, STA_PLL, 200, 0, false)}, NOBODY, 0},
		{{KERNEL(NOW, TIME_OK, STA_PLL | STA_UNSYNC, 200, 0, false)}, NOBODY, 0},
		{{KERNEL(NOW, -1, 0, 0, 0, false)}, NOBODY, 0},
		/* a battery clock set it */
		{{KERNEL(NOW, TIME_ERROR, STA_UNSYNC, 0, 0, true)}, ANCHOR_RTC, 60000000},
		{{KERNEL(NOW, -1, 0, 0, 0, true)}, ANCHOR_RTC, 60000000},
		/* somebody says that it is right: more than a battery clock, less than NTP */
		{{KERNEL(NOW, TIME_ERROR, STA_UNSYNC, 0, 0, true), .is_said_right = true},
			ANCHOR_SYSTEM, 1000000},
		{{KERNEL(NOW, -1, 0, 0, 0, false), .is_said_right = true}, ANCHOR_SYSTEM, 1000000},
		{{KERNEL(NOW, TIME_OK, STA_PLL, 200, 0, false), .is_said_right = true}, ANCHOR_NTP,
			400},
		{{KERNEL(0, TIME_OK, STA_PLL, 200, 0, true), .is_said_right = true}, ANCHOR_SYSTEM,
			1000000},
		/* earlier than this program, whoever vouches for it */
		{{KERNEL(YEAR_2026, TIME_OK, STA_PLL, 200, 0, true)}, ANCHOR_NTP, 400},
		{{KERNEL(YEAR_2026 - 1, TIME_OK, STA_PLL, 200, 0, true)}, NOBODY, 0},
		{{KERNEL(YEAR_2026 - 1, TIME_ERROR, STA_UNSYNC, 0, 0, true)}, NOBODY, 0},
		{{KERNEL(0, TIME_OK, STA_PLL, 200, 0, false)}, NOBODY, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum anchor_source source = 0;
		int64_t uncertainty_ns = 0;
		bool is_trusted = clock_trust_of(&cases[i].evidence, &source, &uncertainty_ns);

		assert_int_equal(is_trusted, cases[i].source != NOBODY);
		assert_int_equal(source, cases[i].source);
		assert_int_equal(uncertainty_ns, cases[i].uncertainty_us * NS_PER_US);
	}
}

static void the_kernels_rate_is_of_freq_tick_and_what_is_to_be_slewed(void **state)
{
	struct clock_evidence evidence = {.ntp_state = TIME_OK, .ntp_tick = 10000};

	(void)state;
	assert_int_equal(clock_rate_ppb(&evidence), 0);
	evidence.ntp_freq = -20 * 65536;
	assert_int_equal(clock_rate_ppb(&evidence), -20000);
	evidence.ntp_tick = 10833; /* chronyd at its most */
	assert_int_equal(clock_rate_ppb(&evidence), 83300000 - 20000);
	evidence.ntp_tick = 10000;
	evidence.ntp_constant = 1; /* systemd-timesyncd: an eighth of 0.4 s each second */
	evidence.ntp_status = STA_NANO;
	evidence.ntp_offset = -400000000;
	assert_int_equal(clock_rate_ppb(&evidence), -50000000 - 20000);
	evidence.ntp_status = 0;
	evidence.ntp_offset = 400000;
	assert_int_equal(clock_rate_ppb(&evidence), 50000000 - 20000);
	evidence.ntp_state = -1; /* it did not answer */
	assert_int_equal(clock_rate_ppb(&evidence), 0);
}

static void sources_have_names(void **state)
{
	(void)state;
	assert_string_equal(anchor_source_name(ANCHOR_SYSTEM), "system");
	assert_string_equal(anchor_source_name(ANCHOR_NTP), "ntp");
	assert_string_equal(anchor_source_name(ANCHOR_RTC), "rtc");
	assert_string_equal(anchor_source_name((enum anchor_source)99), "unknown");
}

static void assert_text(int64_t ns, int digits, const char *expected)
{
	char text[WALL_TEXT];

	assert_ptr_equal(wall_text((struct wall){ns}, digits, text), text);
	assert_string_equal(text, expected);
}

static void wall_text_is_iso_8601_with_the_digits_asked_for(void **state)
{
	(void)state;
	assert_text(0, 0, "1970-01-01T00:00:00Z");
	assert_text(1, 9, "1970-01-01T00:00:00.000000001Z");
	assert_text(1234567891234567890, 3, "2009-02-13T23:31:31.234Z");
	assert_text(1234567891234567890, 6, "2009-02-13T23:31:31.234567Z");
	assert_text(951782399999999999, 9, "2000-02-28T23:59:59.999999999Z");
	assert_text(951782400000000000, 1, "2000-02-29T00:00:00.0Z");
	assert_text(4107542400000000000, 0, "2100-03-01T00:00:00Z"); /* no leap day in 2100 */
}

static void wall_text_rounds_down_also_before_1970(void **state)
{
	(void)state;
	assert_text(-1, 9, "1969-12-31T23:59:59.999999999Z");
	assert_text(-1, 0, "1969-12-31T23:59:59Z");
	assert_text(-1000000000, 3, "1969-12-31T23:59:59.000Z");
}

static void wall_text_holds_at_both_ends_of_int64(void **state)
{
	(void)state;
	assert_text(INT64_MAX, 9, "2262-04-11T23:47:16.854775807Z");
	assert_text(INT64_MIN, 9, "1677-09-21T00:12:43.145224192Z");
}

/* Against the C library's calendar, which on some 32-bit boards ends in 2038; ours does not. */
static void check_text(int64_t ns, int64_t seconds)
{
	time_t told = (time_t)seconds;
	char expected[WALL_TEXT];
	struct tm tm;

	if (told != seconds)
		return;
	gmtime_r(&told, &tm);
	strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &tm);
	assert_text(ns, 0, expected);
}

static void wall_text_agrees_with_the_calendar_of_the_c_library(void **state)
{
	struct draw random = {1};

	(void)state;
	for (int i = 0; i < 200000; i++) {
		int64_t ns = i == 0 ? INT64_MIN : (int64_t)draw(&random);

		check_text(ns, ns / NS_PER_S - (ns % NS_PER_S < 0));
	}
}

static void wall_text_agrees_on_every_day_of_these_centuries(void **state)
{
	(void)state;
	for (int64_t day = -106750; day < 106750; day++)
		check_text(day * 86400 * NS_PER_S, day * 86400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_now_is_the_kernels_monotonic_time_plus_the_base),
		cmocka_unit_test(a_fake_clock_stands_where_it_was_put),
		cmocka_unit_test(a_pair_holds_both_clocks_within_its_uncertainty),
		cmocka_unit_test(trust_names_its_source_and_uncertainty_or_is_refused),
		cmocka_unit_test(trust_follows_the_evidence),
		cmocka_unit_test(the_kernels_rate_is_of_freq_tick_and_what_is_to_be_slewed),
		cmocka_unit_test(sources_have_names),
		cmocka_unit_test(wall_text_is_iso_8601_with_the_digits_asked_for),
		cmocka_unit_test(wall_text_rounds_down_also_before_1970),
		cmocka_unit_test(wall_text_holds_at_both_ends_of_int64),
		cmocka_unit_test(wall_text_agrees_with_the_calendar_of_the_c_library),
		cmocka_unit_test(wall_text_agrees_on_every_day_of_these_centuries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
