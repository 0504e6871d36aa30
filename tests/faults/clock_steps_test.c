/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The wall clock is set back and forth at random (1970, 2038, an hour, a second, a decade), the
 * board sleeps, reboots, loses its power, and is told the hour rightly and wrongly meanwhile.
 * However that goes: no stored stamp changes and rows stay in order; what was shipped is sent again
 * as the very same, and no point takes the place of another (support/life.c checks these as it
 * goes); and hours go back where the map tells a step back, or between two boots, and nowhere else.
 *
 * Half of the scripts are honest: whatever the clock says, who vouches for it tells the truth.
 * There every hour is within its stated uncertainty of the truth, and none goes back.
 *
 * 16 scripts; KITLOG_LONG=1: 2 000. The fixed ways are tests/flow/clock_cases_test.c's, the
 * kernel's own clock is set in tests/vm/clock_test.py. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/draw.h"
#include "support/life.h"

enum { MOST_BOOTS = 20, STEPS = 24 };

static struct draw chance;
static struct {
	unsigned long steps, sets, rows, waiting, backward, steps_back;
} counts;

static double between(double low, double high)
{
	return low + (high - low) * (double)(draw(&chance) >> 11) * 0x1p-53;
}

/* By how much the clock is wrong from now on. */
static double wrong_by(void)
{
	static const double often_s[] = {1, -1, 3600, -3600, 86400, -86400,
		-(LIFE_BEGIN_NS / 1e9), /* 1970 */
		2147483648. - LIFE_BEGIN_NS / 1e9 /* 2038 */};
	uint64_t n = sizeof often_s / sizeof *often_s, which = draw_below(&chance, n + 4);

	return which < n        ? often_s[which]
		: which < n + 2 ? between(-2, 2)
				: between(-10, 10) * 365 * 86400;
}

static void set_clock(struct life *life, bool is_honest)
{
	bool is_right = draw_below(&chance, 3) == 0;

	counts.sets++;
	life_set(life, is_right ? 0 : wrong_by());
	if (is_honest)
		life_look(life, is_right, false, false);
	else
		life_look(life, draw_below(&chance, 2), draw_below(&chance, 2),
			draw_below(&chance, 2));
}

static void tell(struct life *life, bool is_honest)
{
	static const enum anchor_source sources[] = {
		ANCHOR_NTP, ANCHOR_GPS, ANCHOR_BROWSER, ANCHOR_PERSON};
	enum anchor_source source = sources[draw_below(&chance, 4)];
	double uncertainty_s = source == ANCHOR_NTP ? 0.005 : source == ANCHOR_PERSON ? 60 : 1.2;
	double error_s = is_honest || draw_below(&chance, 2)
		? between(-uncertainty_s, uncertainty_s)
		: wrong_by();

	life_tell(life, source, 0, error_s, uncertainty_s);
}

static void take_step(struct life *life, bool is_honest, unsigned *boots)
{
	uint64_t what = draw_below(&chance, 12);

	counts.steps++;
	if (what < 4) {
		set_clock(life, is_honest);
	} else if (what < 6) {
		tell(life, is_honest);
	} else if (what < 8) {
		life_sleep(life, between(1, 8 * 3600), draw_below(&chance, 2) ? 1 : 0);
	} else if (what == 8) {
		life_restart(life);
	} else if (what == 9) {
		/* A clock that NTP answers for is kept within 1 ppm (keep/wall_map.h, 5). */
		life_drift(life, is_honest ? between(-1, 1) : between(-40, 40));
	} else if (*boots < MOST_BOOTS) {
		life_off(life, between(1, 7200), what == 10);
		++*boots;
	}
	life_run(life, draw_below(&chance, 2) ? between(1, 20) : between(60, 7200));
}

static void run_script(uint64_t number)
{
	uint64_t seed = chance.state;
	bool is_honest = draw_below(&chance, 2);
	unsigned boots = 1;
	struct life *life;

	life_new(&life, LIFE_BEGIN_NS);
	for (int i = 0; i < STEPS; i++)
		take_step(life, is_honest, &boots);
	struct life_outcome got = life_outcome(life);
	life_free(life);
	counts.rows += got.rows;
	counts.waiting += got.waiting;
	counts.backward += got.backward;
	counts.steps_back += got.n_steps_back;
	if (got.backward > got.n_steps_back + boots - 1 ||
		(is_honest && (got.false_hours || got.backward)))
		fail_msg("KITLOG_SEED=%lu, script %lu: %u rows, %u false hours, %u backward, %u "
			 "steps back, %u boots",
			(unsigned long)seed, (unsigned long)number, got.rows, got.false_hours,
			got.backward, got.n_steps_back, boots);
}

static void no_step_of_the_clock_changes_a_stamp(void **state)
{
	uint64_t n = getenv("KITLOG_LONG") ? 2000 : 16;

	(void)state;
	for (uint64_t i = 0; i < n; i++)
		run_script(i);
	print_message(
		"%lu scripts of %lu steps, the clock was set %lu times; %lu rows, %lu of them without an "
		"hour; %lu times back, %lu of them by a step in a boot\n",
		(unsigned long)n, counts.steps, counts.sets, counts.rows, counts.waiting,
		counts.backward, counts.steps_back);
	assert_true(counts.sets > 0 && counts.waiting < counts.rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_step_of_the_clock_changes_a_stamp),
	};
	const char *given = getenv("KITLOG_SEED");

	chance.state = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	print_message("KITLOG_SEED=%lu\n", (unsigned long)chance.state);
	setenv("TMPDIR", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", 1); /* no card is needed */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
