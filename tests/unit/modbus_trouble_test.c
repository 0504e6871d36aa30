/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `modbus` against a probe that is silent, late, damaged, or says no: each is told apart and
 * counted once, and no answer is taken for another. */
#include <math.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/modbus_bench.h"

static void nobody_damage_and_refusal_are_told_apart(void **unused)
{
	uint8_t damaged[sizeof(MODBUS_ANSWER)];

	(void)unused;
	modbus_bench_open("", "");
	modbus_bench_pass_until_asked(1);
	rig_pass_ms(&modbus_rig, 900);
	modbus_bench_check("timeout", 1, 0);

	modbus_bench_pass_until_asked(2);
	memcpy(damaged, MODBUS_ANSWER, sizeof(damaged));
	damaged[4] ^= 1;
	MODBUS_SAY(damaged);
	rig_pass_ms(&modbus_rig, 900);
	modbus_bench_check("checksum", 1, 1);

	modbus_bench_pass_until_asked(3);
	MODBUS_SAY(MODBUS_REFUSAL);
	modbus_bench_check("exception-2", 1, 2);

	modbus_bench_pass_until_asked(4);
	MODBUS_SAY(MODBUS_ANSWER);
	rig_pass_ms(&modbus_rig, 100);
	modbus_bench_check("", 1, 2);
	assert_int_equal(modbus_rig.n_rows, 1);
}

/* What came is a row or is counted as bad, each once. */
static void an_answer_that_comes_too_late_is_counted_once(void **unused)
{
	(void)unused;
	modbus_bench_open("", "");
	modbus_bench_pass_until_asked(1);
	rig_pass_ms(&modbus_rig, 700);
	modbus_bench_check("timeout", 1, 0);
	rig_feed(&modbus_rig, MODBUS_ANSWER, 5);
	rig_pass_ms(&modbus_rig, 20);
	rig_feed(&modbus_rig, MODBUS_ANSWER + 5, sizeof(MODBUS_ANSWER) - 5);
	modbus_bench_check("timeout", 1, 1);

	modbus_bench_pass_until_asked(2);
	MODBUS_SAY(MODBUS_ANSWER);
	rig_pass_ms(&modbus_rig, 100);
	modbus_bench_check("", 1, 1);
	assert_int_equal(modbus_rig.n_rows, 1);
}

static void two_refusals_in_a_round_are_two_bad_frames(void **unused)
{
	(void)unused;
	modbus_bench_open("", MODBUS_ENERGY);
	modbus_bench_pass_until_asked(1);
	MODBUS_SAY(MODBUS_REFUSAL);
	modbus_bench_pass_until_asked(2);
	MODBUS_SAY(MODBUS_REFUSAL);
	rig_pass_ms(&modbus_rig, 100);
	modbus_bench_check("exception-2", 0, 2);
}

/* An adapter that hears itself is nobody: the probe has no power. Damage behind the echo is damage. */
static void an_echo_alone_is_a_timeout(void **unused)
{
	(void)unused;
	modbus_bench_open("", "");
	for (size_t i = 1; i <= 2; i++) {
		modbus_bench_pass_until_asked(i);
		rig_feed(&modbus_rig, MODBUS_ASK_BOTH, 3);
		rig_feed(&modbus_rig, MODBUS_ASK_BOTH + 3, sizeof(MODBUS_ASK_BOTH) - 3);
		rig_pass_ms(&modbus_rig, 900);
		assert_string_equal(rig_health(&modbus_rig).trouble, "timeout");
	}
	modbus_bench_pass_until_asked(3);
	MODBUS_SAY(MODBUS_ASK_BOTH);
	rig_feed(&modbus_rig, MODBUS_ANSWER, 5);
	rig_pass_ms(&modbus_rig, 900);
	assert_string_equal(rig_health(&modbus_rig).trouble, "checksum");
}

static void a_late_answer_is_not_taken_for_the_next(void **unused)
{
	(void)unused;
	modbus_bench_open("", "");
	modbus_bench_pass_until_asked(1);
	rig_feed(&modbus_rig, MODBUS_ANSWER, 5); /* breaks off */
	modbus_bench_pass_until_asked(2);
	rig_feed(&modbus_rig, MODBUS_ANSWER + 5, sizeof(MODBUS_ANSWER) - 5);
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(modbus_rig.n_rows, 0);
	MODBUS_SAY(MODBUS_ANSWER);
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(modbus_rig.n_rows, 1);
}

static void what_is_refused_is_absent_from_the_row(void **unused)
{
	(void)unused;
	modbus_bench_open("", MODBUS_ENERGY);
	modbus_bench_pass_until_asked(1);
	MODBUS_SAY(MODBUS_ANSWER);
	modbus_bench_pass_until_asked(2);
	MODBUS_SAY(MODBUS_REFUSAL);
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(modbus_rig.n_rows, 1);
	assert_true(isnan(kit_rig_value(&modbus_rig, "energy")));
	assert_true(kit_rig_value(&modbus_rig, "humidity") == 54.6);
}

/* The rows of the block that answers do not hide the one that is refused. */
static void a_refused_block_is_told_beside_the_others_rows(void **unused)
{
	(void)unused;
	modbus_bench_open("", MODBUS_ENERGY);
	modbus_bench_pass_until_asked(1);
	MODBUS_SAY(MODBUS_ANSWER);
	modbus_bench_pass_until_asked(2);
	MODBUS_SAY(MODBUS_REFUSAL);
	rig_pass_ms(&modbus_rig, 100);
	assert_int_equal(modbus_rig.n_rows, 1);
	assert_string_equal(rig_health(&modbus_rig).trouble, "exception-2");
}

/* Nothing is wrong with the speed of a probe that says no. */
static void refusals_alone_are_understood(void **unused)
{
	struct feed_health health;

	(void)unused;
	modbus_bench_open("", "");
	for (size_t seen = 0, i = 0; i < 3000; i++) {
		rig_pass_ms(&modbus_rig, 10);
		if (modbus_bench_questions() > seen)
			MODBUS_SAY(MODBUS_REFUSAL);
		seen = modbus_bench_questions();
	}
	health = rig_health(&modbus_rig);
	assert_true(health.bytes > 100);
	assert_int_equal(health.state, DEVICE_SILENT);
	assert_string_equal(health.trouble, "exception-2");
}

#define MODBUS_TEST(name) \
	cmocka_unit_test_setup_teardown(name, modbus_bench_begin, modbus_bench_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODBUS_TEST(nobody_damage_and_refusal_are_told_apart),
		MODBUS_TEST(an_answer_that_comes_too_late_is_counted_once),
		MODBUS_TEST(two_refusals_in_a_round_are_two_bad_frames),
		MODBUS_TEST(an_echo_alone_is_a_timeout),
		MODBUS_TEST(a_late_answer_is_not_taken_for_the_next),
		MODBUS_TEST(what_is_refused_is_absent_from_the_row),
		MODBUS_TEST(a_refused_block_is_told_beside_the_others_rows),
		MODBUS_TEST(refusals_alone_are_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
