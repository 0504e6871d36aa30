/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Fifty ways in which a board may be told the hour. In each: no stored stamp changes; every point is
 * sent once, or waits for an hour; none takes the place of another (support/life.c checks these
 * as it goes); hours rise, and are within the stated uncertainty of the truth. */
#include <stdlib.h>

#include "support/life.h"
#include "support/cmocka_all.h"

#define MINUTE 60.
#define HOUR 3600.
#define DAY 86400.
#define YEAR (365 * DAY)

enum op {
	DO_RUN = 1,
	DO_OFF,
	DO_CUT,
	DO_RESTART,
	DO_SLEEP,
	DO_DRIFT,
	DO_LEAP,
	DO_SET,
	DO_SLEW,
	DO_LOOK,
	DO_TELL,
	DO_PERSON,
	DO_STARTS
};

/* Whom kitlogd looks at the kernel's clock with. */
enum look { NOBODY, SYNCHRONISED, BATTERY, VOUCHED };

struct step {
	enum op op;
	double a, b; /* seconds; TELL: error and uncertainty */
	int n;       /* TELL: source; PERSON: boot; LOOK: look */
};

enum { STEPS = 16 };

struct clock_case {
	const char *name;
	struct step steps[STEPS];
	unsigned waiting; /* rows that have no hour in the end */
	unsigned n_refused, n_steps_back;
	unsigned backward;       /* steps back that are seen in rows: of a boot, too */
	bool has_laps, is_false; /* is_false: nobody ever tells the truth */
	int64_t begin_ns;        /* 0: LIFE_BEGIN_NS */
};

/* clang-format off */
#define STEP(op_, a_) {.op = op_, .a = (a_)}
#define RUN(seconds) STEP(DO_RUN, seconds)
#define OFF(seconds) STEP(DO_OFF, seconds)
#define CUT(seconds) STEP(DO_CUT, seconds)
#define RESTART() STEP(DO_RESTART, 0)
#define SLEEP(seconds) STEP(DO_SLEEP, seconds)
#define SLEEP_LATE(seconds, late) {.op = DO_SLEEP, .a = (seconds), .b = (late)}
#define DRIFT(ppm) STEP(DO_DRIFT, ppm)
#define LEAP(seconds) STEP(DO_LEAP, seconds)
#define SET(error) STEP(DO_SET, error)
#define SLEW(seconds) STEP(DO_SLEW, seconds)
#define LOOK(look_) {.op = DO_LOOK, .n = look_}
#define TELL(source, error, uncertainty) {.op = DO_TELL, .a = (error), .b = (uncertainty), .n = source}
#define PERSON(boot, error, uncertainty) {.op = DO_PERSON, .a = (error), .b = (uncertainty), .n = boot}
#define STARTS(n_, run, off) {.op = DO_STARTS, .a = (run), .b = (off), .n = n_}
#define BROWSER(error) TELL(ANCHOR_BROWSER, error, 1.2)
#define NTP_OFF(error) TELL(ANCHOR_NTP, error, .005)
#define NTP NTP_OFF(0)
/* clang-format on */

static const struct clock_case cases[] = {
	/* clang-format off */
	{.name = "NTP from the start", .steps = {NTP, RUN(HOUR), NTP, RUN(HOUR), NTP}},
	{.name = "NTP after an hour", .steps = {RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "nobody ever", .steps = {RUN(DAY)}, .waiting = 20},
	{.name = "NTP lost for five days, then slewed back", .steps = {NTP, RUN(HOUR), NTP, DRIFT(20), RUN(5 * DAY), DRIFT(0), SLEW(HOUR), NTP, RUN(HOUR), NTP}},
	{.name = "NTP lost for five days, then stepped back", .steps = {NTP, RUN(HOUR), NTP, DRIFT(20), RUN(5 * DAY), DRIFT(0), NTP, RUN(HOUR)}},
	{.name = "NTP lost for five days, then stepped forward", .steps = {NTP, RUN(HOUR), NTP, DRIFT(-20), RUN(5 * DAY), DRIFT(0), NTP, RUN(HOUR)}},
	{.name = "+500 ppm for days, NTP, then browsers", .steps = {NTP, DRIFT(500), RUN(DAY), BROWSER(.5), RUN(DAY), BROWSER(-.5), RUN(DAY), BROWSER(0), RUN(HOUR)}},
	{.name = "-500 ppm for days, NTP, then browsers", .steps = {NTP, DRIFT(-500), RUN(DAY), BROWSER(.5), RUN(DAY), BROWSER(-.5), RUN(DAY), BROWSER(0), RUN(HOUR)}},
	{.name = "+500 ppm for three days, NTP at last", .steps = {DRIFT(500), NTP, RUN(3 * DAY), NTP, RUN(HOUR)}},
	{.name = "-500 ppm for three days, NTP at last", .steps = {DRIFT(-500), NTP, RUN(3 * DAY), NTP, RUN(HOUR)}},
	{.name = "+500 ppm, another start, NTP", .steps = {DRIFT(500), NTP, RUN(3 * DAY), OFF(MINUTE), DRIFT(0), NTP, RUN(HOUR)}, .is_false = true},
	{.name = "-1 year by a browser, then NTP", .steps = {BROWSER(-YEAR), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "+1 year by a browser, then NTP", .steps = {BROWSER(YEAR), RUN(HOUR), NTP, RUN(HOUR)}, .n_steps_back = 1, .backward = 1},
	{.name = "+4 years by a browser, 10 s before NTP", .steps = {BROWSER(4 * YEAR), RUN(10), NTP, RUN(HOUR)}, .n_steps_back = 1, .backward = 1},
	{.name = "+4 years by a browser, NTP after the next start", .steps = {BROWSER(4 * YEAR), RUN(HOUR), OFF(DAY), NTP, RUN(HOUR)}, .backward = 1, .is_false = true},
	{.name = "+4 years by a browser, a right one after the next start", .steps = {BROWSER(4 * YEAR), RUN(HOUR), OFF(DAY), BROWSER(0), RUN(HOUR / 2), BROWSER(.1), RUN(HOUR), BROWSER(0), RUN(HOUR)}, .n_refused = 2, .backward = 1, .is_false = true},
	{.name = "an hour too late by a browser, then NTP: hours pass twice", .steps = {BROWSER(HOUR), RUN(HOUR), NTP, RUN(2 * HOUR)}, .n_steps_back = 1, .backward = 1, .has_laps = true},
	{.name = "+1 s by a step of NTP", .steps = {NTP_OFF(-1), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "-1 s by a step of NTP", .steps = {NTP_OFF(1), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "a browser 1 s behind, then NTP", .steps = {BROWSER(-1), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "a browser 1 s ahead, then NTP", .steps = {BROWSER(1), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "a browser 5 min behind, then NTP", .steps = {BROWSER(-300), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "a browser 5 min ahead, then NTP: squeezed", .steps = {BROWSER(300), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "a browser 9:59 ahead, then NTP: squeezed", .steps = {BROWSER(599), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "a browser 10:05 ahead, then NTP: a step back", .steps = {BROWSER(605), RUN(HOUR), NTP, RUN(HOUR)}, .n_steps_back = 1, .backward = 1, .has_laps = true},
	{.name = "two browsers that differ by a minute", .steps = {BROWSER(60), RUN(HOUR), BROWSER(0), RUN(HOUR)}},
	{.name = "NTP, then a browser 3 min off", .steps = {NTP, RUN(HOUR), BROWSER(180), RUN(HOUR), NTP}, .n_refused = 1},
	{.name = "RTC, then NTP", .steps = {SET(3), LOOK(BATTERY), RUN(HOUR), SET(0), LOOK(SYNCHRONISED), RUN(HOUR)}},
	{.name = "RTC with a dead battery, of 2000", .steps = {SET(-27 * YEAR), LOOK(BATTERY), RUN(HOUR)}, .waiting = 20},
	{.name = "RTC with a dead battery, earlier than the last NTP", .steps = {NTP, RUN(HOUR), OFF(DAY), SET(-200 * DAY), LOOK(BATTERY), RUN(HOUR)}, .waiting = 20, .n_refused = 1},
	{.name = "GPS, then NTP", .steps = {TELL(ANCHOR_GPS, .3, .5), RUN(HOUR), TELL(ANCHOR_GPS, .2, .5), NTP, RUN(HOUR)}},
	{.name = "GPS, then its pulse each hour, and a drift", .steps = {DRIFT(30), TELL(ANCHOR_GPS, .3, .5), RUN(HOUR), TELL(ANCHOR_PPS, 0, 1e-5), RUN(HOUR), TELL(ANCHOR_PPS, 0, 1e-5), RUN(HOUR), TELL(ANCHOR_PPS, 0, 1e-5), RUN(HOUR)}},
	{.name = "NTP, then GPS 18 s off after a cold start", .steps = {NTP, RUN(HOUR), TELL(ANCHOR_GPS, 18, .5), RUN(HOUR)}, .n_refused = 1},
	{.name = "a leap second is inserted", .steps = {LOOK(SYNCHRONISED), RUN(HOUR), LOOK(SYNCHRONISED), LEAP(1), LOOK(SYNCHRONISED), RUN(4), LOOK(SYNCHRONISED), RUN(HOUR)}},
	{.name = "a leap second is left out", .steps = {LOOK(SYNCHRONISED), RUN(HOUR), LOOK(SYNCHRONISED), LEAP(-1), LOOK(SYNCHRONISED), RUN(4), LOOK(SYNCHRONISED), RUN(HOUR)}},
	{.name = "a leap second is noticed 10 s late", .steps = {LOOK(SYNCHRONISED), RUN(HOUR), LOOK(SYNCHRONISED), LEAP(1), RUN(10), LOOK(SYNCHRONISED), RUN(HOUR)}},
	{.name = "19 January 2038, 03:14:07", .steps = {NTP, RUN(HOUR), RUN(60), NTP, RUN(HOUR)}, .begin_ns = (INT32_MAX - 3630ll) * NS_PER_S},
	{.name = "the end of an int64, in 2262", .steps = {NTP, RUN(HOUR), RUN(HOUR)}, .waiting = 20, .begin_ns = INT64_MAX - 3601ll * NS_PER_S},
	{.name = "a start in 1970, then NTP", .steps = {SET(-57 * YEAR), LOOK(NOBODY), RUN(HOUR), SET(0), LOOK(SYNCHRONISED), RUN(HOUR)}},
	{.name = "a start in 1970, wall_clock: system", .steps = {SET(-57 * YEAR), LOOK(VOUCHED), RUN(HOUR)}, .waiting = 20, .n_refused = 1},
	{.name = "a start at the saved time", .steps = {NTP, RUN(HOUR), OFF(DAY), SET(-DAY), LOOK(NOBODY), RUN(HOUR)}, .waiting = 20},
	{.name = "a start at the saved time, then NTP", .steps = {NTP, RUN(HOUR), OFF(DAY), SET(-DAY), LOOK(NOBODY), RUN(HOUR), SET(0), LOOK(SYNCHRONISED), RUN(HOUR)}},
	{.name = "a start at the saved time, wall_clock: system, then NTP", .steps = {NTP, RUN(HOUR), OFF(DAY), SET(-DAY), LOOK(VOUCHED), RUN(HOUR), SET(0), LOOK(SYNCHRONISED), RUN(HOUR)}},
	{.name = "wall_clock: system", .steps = {LOOK(VOUCHED), RUN(HOUR), LOOK(VOUCHED), RUN(DAY)}},
	{.name = "asleep for 8 h, with NTP", .steps = {NTP, RUN(HOUR), SLEEP(8 * HOUR), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "asleep for 8 h, without NTP", .steps = {BROWSER(.5), RUN(HOUR), SLEEP(8 * HOUR), RUN(HOUR)}},
	{.name = "asleep for 8 h, rows before it is told", .steps = {NTP, RUN(HOUR), SLEEP_LATE(8 * HOUR, 1), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "asleep for 8 h and again, rows before it is told", .steps = {NTP, RUN(HOUR), SLEEP_LATE(8 * HOUR, 1), SLEEP_LATE(HOUR, 1), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "asleep for 8 h before the hour, rows before it is told", .steps = {RUN(HOUR), SLEEP_LATE(8 * HOUR, 1), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "asleep for 8 h before anybody told the hour", .steps = {RUN(HOUR), SLEEP(8 * HOUR), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "ten short starts offline, then NTP", .steps = {NTP, RUN(120), STARTS(10, 120, 10), OFF(30), NTP, RUN(120)}},
	{.name = "ten starts offline with days between", .steps = {NTP, RUN(120), STARTS(10, 120, DAY), OFF(30), NTP, RUN(120)}, .waiting = 200},
	{.name = "ten starts offline with days between, a person tells of one", .steps = {NTP, RUN(120), STARTS(10, 120, DAY), OFF(30), NTP, RUN(120), PERSON(5, 20, 60)}, .waiting = 180},
	{.name = "a person tells of a start before any hour was known", .steps = {RUN(120), OFF(60), RUN(120), OFF(60), NTP, RUN(120), PERSON(1, -20, 60)}},
	{.name = "a person is a day off, for a past start", .steps = {NTP, RUN(120), OFF(DAY), RUN(120), OFF(60), NTP, RUN(120), PERSON(2, DAY, 60)}, .waiting = 20, .n_refused = 1},
	{.name = "the power is cut in the middle", .steps = {NTP, RUN(HOUR), CUT(30), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "the power is cut before anybody told the hour", .steps = {NTP, RUN(HOUR), OFF(30), RUN(60), CUT(30), RUN(60), CUT(30), NTP, RUN(60)}},
	{.name = "the power is cut just after a step", .steps = {BROWSER(300), RUN(HOUR), NTP, RUN(60), CUT(30), NTP, RUN(HOUR)}, .backward = 0},
	{.name = "NTP an hour behind for two, then the power is cut", .steps = {NTP, RUN(60), NTP_OFF(-HOUR), RUN(2 * HOUR), CUT(30), RUN(60)}, .waiting = 20, .has_laps = true, .n_steps_back = 1, .backward = 1, .is_false = true},
	{.name = "set by hand, and nobody vouches for it", .steps = {LOOK(SYNCHRONISED), RUN(HOUR), SET(HOUR), LOOK(NOBODY), RUN(HOUR)}},
	{.name = "set by hand, wall_clock: system", .steps = {SET(-HOUR), LOOK(VOUCHED), RUN(HOUR), SET(0), LOOK(VOUCHED), RUN(HOUR)}},
	{.name = "two steps within a second", .steps = {NTP_OFF(5), RUN(HOUR), NTP_OFF(-3), RUN(.5), NTP, RUN(HOUR)}},
	{.name = "two steps back within a second", .steps = {NTP_OFF(8), RUN(HOUR), NTP_OFF(3), RUN(.5), NTP, RUN(HOUR)}},
	{.name = "kitlogd restarts", .steps = {NTP, RUN(HOUR), RESTART(), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "kitlogd restarts, and only then the hour is told", .steps = {RUN(HOUR), RESTART(), RUN(HOUR), NTP, RUN(HOUR)}},
	{.name = "NTP false by years for a start, then right", .steps = {NTP_OFF(YEAR), RUN(HOUR), OFF(DAY), NTP, RUN(HOUR / 2), NTP, RUN(HOUR), NTP, RUN(HOUR)}, .n_refused = 2, .backward = 1, .is_false = true},
	{.name = "a month without network", .steps = {NTP, RUN(HOUR), NTP, DRIFT(40), RUN(30 * DAY), DRIFT(0), OFF(60), NTP, RUN(HOUR)}},
	/* clang-format on */
};

static void look(struct life *life, int at)
{
	life_look(life, at == SYNCHRONISED, at == BATTERY, at == VOUCHED);
}

static void take(struct life *life, const struct step *step)
{
	switch (step->op) {
	case DO_RUN:
		life_run(life, step->a);
		break;
	case DO_OFF:
	case DO_CUT:
		life_off(life, step->a, step->op == DO_CUT);
		break;
	case DO_RESTART:
		life_restart(life);
		break;
	case DO_SLEEP:
		life_sleep(life, step->a, step->b);
		break;
	case DO_DRIFT:
		life_drift(life, step->a);
		break;
	case DO_LEAP:
		life_leap(life, (int)step->a);
		break;
	case DO_SET:
		life_set(life, step->a);
		break;
	case DO_SLEW:
		life_slew(life, step->a);
		break;
	case DO_LOOK:
		look(life, step->n);
		break;
	case DO_TELL:
		life_tell(life, (enum anchor_source)step->n, 0, step->a, step->b);
		break;
	case DO_PERSON:
		life_tell(life, ANCHOR_PERSON, (uint32_t)step->n, step->a, step->b);
		break;
	case DO_STARTS:
		for (int i = 0; i < step->n; i++) {
			life_off(life, step->b, false);
			life_run(life, step->a);
		}
		break;
	}
}

static int differences(const struct clock_case *one, const struct life_outcome *got)
{
	return (got->waiting != one->waiting) + (got->n_refused != one->n_refused) +
		(got->n_steps_back != one->n_steps_back) + (got->backward != one->backward) +
		((got->lapped > 0) != one->has_laps) + ((got->false_hours > 0) != one->is_false);
}

static void fifty_ways_to_be_told_the_hour(void **state)
{
	unsigned n_bad = 0, n = sizeof cases / sizeof *cases;

	(void)state;
	assert_true(n >= 50);
	for (unsigned i = 0; i < n; i++) {
		const struct clock_case *one = &cases[i];
		struct life *life;

		life_new(&life, one->begin_ns ? one->begin_ns : LIFE_BEGIN_NS);
		for (int s = 0; s < STEPS && one->steps[s].op; s++)
			take(life, &one->steps[s]);
		struct life_outcome got = life_outcome(life);
		bool is_bad = differences(one, &got) > 0;

		n_bad += is_bad;
		print_message("%s %2u %s: %u rows, %u wait, %u false, %u backward, %u in laps; %u "
			      "refused, %u steps back\n",
			is_bad ? "BAD" : "ok ", i + 1, one->name, got.rows, got.waiting,
			got.false_hours, got.backward, got.lapped, got.n_refused, got.n_steps_back);
		life_free(life);
	}
	assert_int_equal(n_bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fifty_ways_to_be_told_the_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
