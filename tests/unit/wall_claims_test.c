/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The kernel's clocks, played: what is worth an anchor, what is a step, what was a sleep. */
#include "keep/wall_claims.h"
#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)
#define MS ((int64_t)NS_PER_MS)

static const int64_t wall_ns = 1795859100 * S; /* 2026-11-28 */

/* A board whose clock NTP disciplines, `at_s` after its start. */
static struct wall_evidence ntp_at(int64_t at_s)
{
	return (struct wall_evidence){
		.pair = {{at_s * S}, {wall_ns + at_s * S}, 200, ANCHOR_NTP},
		.is_vouched = true,
		.source = ANCHOR_NTP,
		.uncertainty_ns = 5 * MS,
		.maxerror_ns = 20 * MS,
	};
}

static struct wall_finding look(struct wall_claims *claims, struct wall_evidence evidence)
{
	struct wall_finding finding;

	wall_claims_look(claims, &evidence, &finding);
	return finding;
}

static void the_hour_is_claimed_at_once_and_then_each_hour(void **state)
{
	struct wall_claims claims = {0};
	unsigned n = 0;

	(void)state;
	struct wall_finding first = look(&claims, ntp_at(0));
	assert_int_equal(first.n_anchors, 1);
	assert_int_equal(first.anchors[0].uncertainty_ns, 5 * MS);
	assert_int_equal(first.anchors[0].source, ANCHOR_NTP);
	for (int64_t at_s = 10; at_s <= 24 * 3600; at_s += 10) {
		struct wall_finding finding = look(&claims, ntp_at(at_s));
		assert_int_equal(finding.stepped_ns, 0);
		assert_int_equal(finding.slept_ns, 0);
		n += finding.n_anchors;
	}
	assert_int_equal(n, 24);
}

static void nobody_vouches_nothing_is_claimed(void **state)
{
	struct wall_claims claims = {0};
	struct wall_evidence evidence = ntp_at(0);

	(void)state;
	evidence.is_vouched = false;
	assert_int_equal(look(&claims, evidence).n_anchors, 0);
	assert_int_equal(look(&claims, ntp_at(10)).n_anchors, 1);
}

static void a_step_is_claimed_at_once_and_its_size_told(void **state)
{
	static const int64_t steps_ns[] = {365 * 86400 * S, -365 * 86400 * S, S, -S, 2 * MS};

	(void)state;
	for (size_t i = 0; i < sizeof steps_ns / sizeof *steps_ns; i++) {
		struct wall_claims claims = {0};
		struct wall_evidence after = ntp_at(10);

		look(&claims, ntp_at(0));
		after.pair.wall.ns += steps_ns[i];
		struct wall_finding finding = look(&claims, after);
		assert_int_equal(finding.stepped_ns, steps_ns[i]);
		assert_int_equal(finding.n_anchors, 1);
		assert_int_equal(finding.anchors[0].wall.ns, after.pair.wall.ns);
		assert_int_equal(finding.slept_ns, 0);
		after.pair.at.ns += 10 * S;
		after.pair.wall.ns += 10 * S;
		assert_int_equal(look(&claims, after).n_anchors, 0);
	}
}

static void noise_of_reading_is_no_step(void **state)
{
	struct wall_claims claims = {0};
	struct wall_evidence evidence = ntp_at(10);

	(void)state;
	look(&claims, ntp_at(0));
	evidence.pair.wall.ns += MS / 2;
	struct wall_finding finding = look(&claims, evidence);
	assert_int_equal(finding.stepped_ns, 0);
	assert_int_equal(finding.n_anchors, 0);
}

static void who_knows_it_better_is_heard_at_once(void **state)
{
	struct wall_claims claims = {0};
	struct wall_evidence rtc = ntp_at(0), better = ntp_at(30);

	(void)state;
	rtc.source = ANCHOR_RTC;
	rtc.uncertainty_ns = S;
	assert_int_equal(look(&claims, rtc).anchors[0].source, ANCHOR_RTC);
	assert_int_equal(look(&claims, ntp_at(10)).anchors[0].source, ANCHOR_NTP);
	assert_int_equal(look(&claims, ntp_at(20)).n_anchors, 0);
	better.uncertainty_ns = 2 * MS;
	assert_int_equal(look(&claims, better).n_anchors, 1);
}

static void a_sleep_is_told_apart_from_a_step(void **state)
{
	struct wall_claims claims = {0};
	struct wall_evidence woken = ntp_at(20);
	const int64_t slept_ns = 8 * 3600 * S;

	(void)state;
	look(&claims, ntp_at(0));
	look(&claims, ntp_at(10));
	woken.pair.wall.ns += slept_ns + 300 * MS; /* the kernel asked a battery clock */
	woken.asleep_ns = slept_ns;
	woken.is_vouched = false;
	struct wall_finding finding = look(&claims, woken);
	assert_int_equal(finding.slept_ns, slept_ns);
	assert_int_equal(finding.stepped_ns, 0);
	assert_int_equal(finding.slept.reason, GAP_SUSPENDED);
	assert_int_equal(finding.slept.stream, 0);
	assert_int_equal(finding.slept.to.ns, 20 * S);
	assert_true(finding.slept.from.ns < 20 * S && finding.slept.from.ns > 10 * S);
	assert_int_equal(finding.n_anchors, 1);
	assert_int_equal(finding.anchors[0].source, ANCHOR_CARRIED);
	assert_int_equal(finding.anchors[0].at.ns, 20 * S);
	assert_int_equal(finding.anchors[0].wall.ns, slept_ns); /* the map knows the rest */
	assert_int_equal(finding.anchors[0].uncertainty_ns, S);
	woken.pair.at.ns += 10 * S;
	woken.pair.wall.ns += 10 * S;
	assert_int_equal(look(&claims, woken).slept_ns, 0);
}

static void a_sleep_without_an_hour_tells_how_long_it_was(void **state)
{
	struct wall_claims claims = {0};
	struct wall_evidence nobody = ntp_at(0);

	(void)state;
	nobody.is_vouched = false;
	look(&claims, nobody);
	nobody.pair.at.ns += 10 * S;
	nobody.pair.wall.ns += 70 * S;
	nobody.asleep_ns = 60 * S;
	struct wall_finding finding = look(&claims, nobody);
	assert_int_equal(finding.slept_ns, 60 * S);
	assert_int_equal(finding.n_anchors, 1);
	assert_int_equal(finding.anchors[0].source, ANCHOR_CARRIED);
	assert_int_equal(finding.anchors[0].wall.ns, 60 * S);
	assert_int_equal(finding.anchors[0].at.ns, 10 * S);
}

static void after_a_sleep_ntp_is_doubted_until_a_server_answers(void **state)
{
	struct wall_claims claims = {0};
	struct wall_evidence woken = ntp_at(10);

	(void)state;
	look(&claims, ntp_at(0));
	woken.asleep_ns = 60 * S;
	woken.pair.wall.ns += 60 * S;
	struct wall_finding finding = look(&claims, woken);
	assert_int_equal(finding.n_anchors, 2);
	assert_int_equal(finding.anchors[0].source, ANCHOR_CARRIED);
	assert_int_equal(finding.anchors[1].source, ANCHOR_NTP);
	assert_int_equal(finding.anchors[1].uncertainty_ns, S + 5 * MS);

	woken.pair.at.ns += 10 * S;
	woken.pair.wall.ns += 10 * S;
	woken.maxerror_ns += 5 * MS; /* it grows: nobody answered yet */
	assert_int_equal(look(&claims, woken).n_anchors, 0);
	woken.pair.at.ns += 10 * S;
	woken.pair.wall.ns += 10 * S;
	woken.maxerror_ns = 15 * MS;
	finding = look(&claims, woken);
	assert_int_equal(finding.n_anchors, 1);
	assert_int_equal(finding.anchors[0].uncertainty_ns, 5 * MS);
}

static void a_board_that_slept_before_kitlogd_began_has_not_slept(void **state)
{
	struct wall_claims claims = {0};
	struct wall_evidence first = ntp_at(0), second = ntp_at(10);

	(void)state;
	first.asleep_ns = second.asleep_ns = 3600 * S;
	assert_int_equal(look(&claims, first).slept_ns, 0);
	second.asleep_ns += 9 * MS; /* two clocks read one after the other */
	assert_int_equal(look(&claims, second).slept_ns, 0);
}

static void a_clock_set_by_hand_is_no_longer_the_battery_clocks(void **state)
{
	struct wall_claims claims = {0};
	struct wall_evidence rtc = ntp_at(0);

	(void)state;
	rtc.source = ANCHOR_RTC;
	rtc.uncertainty_ns = S;
	look(&claims, rtc);
	rtc.pair.at.ns += 10 * S;
	rtc.pair.wall.ns += 3610 * S;
	struct wall_finding finding = look(&claims, rtc);
	assert_int_equal(finding.anchors[0].source, ANCHOR_PERSON);
	assert_int_equal(finding.anchors[0].uncertainty_ns, 60 * S);
}

static void what_is_slewed_fast_is_doubted_until_a_server_answers(void **state)
{
	struct wall_claims claims = {0};
	struct wall_evidence at = ntp_at(0);

	(void)state;
	at.rate_ppb = 400000; /* a crystal may need that */
	look(&claims, at);
	for (int64_t s = 10; s <= 3600; s += 10) {
		at = ntp_at(s);
		at.rate_ppb = s <= 100 ? 400000 : s <= 130 ? -50000000 : 0;
		at.maxerror_ns += s * MS;
		struct wall_finding finding = look(&claims, at);
		assert_int_equal(finding.n_anchors, s == 3600);
		if (s == 3600) /* from the look before it was seen to the one when it was over */
			assert_int_equal(finding.anchors[0].uncertainty_ns, 5 * MS + 40 * 50 * MS);
	}
	at = ntp_at(3610);
	struct wall_finding finding = look(&claims, at);
	assert_int_equal(finding.n_anchors, 1);
	assert_int_equal(finding.anchors[0].uncertainty_ns, 5 * MS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hour_is_claimed_at_once_and_then_each_hour),
		cmocka_unit_test(nobody_vouches_nothing_is_claimed),
		cmocka_unit_test(a_step_is_claimed_at_once_and_its_size_told),
		cmocka_unit_test(noise_of_reading_is_no_step),
		cmocka_unit_test(who_knows_it_better_is_heard_at_once),
		cmocka_unit_test(a_sleep_is_told_apart_from_a_step),
		cmocka_unit_test(a_sleep_without_an_hour_tells_how_long_it_was),
		cmocka_unit_test(after_a_sleep_ntp_is_doubted_until_a_server_answers),
		cmocka_unit_test(a_board_that_slept_before_kitlogd_began_has_not_slept),
		cmocka_unit_test(what_is_slewed_fast_is_doubted_until_a_server_answers),
		cmocka_unit_test(a_clock_set_by_hand_is_no_longer_the_battery_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
