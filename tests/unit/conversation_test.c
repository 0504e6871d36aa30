/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes on at one port: who hears, who may speak, whose language it is, at which speed. */
#include <errno.h>
#include <string.h>

#include "support/wishes.h"

/* --- sniffing --- */

static void all_families_hear_the_same_until_one_claims(void **unused)
{
	(void)unused;
	rig_say(&rig, "abc");
	assert_int_equal(first_heard, 3);
	assert_int_equal(second_heard, 3);
	let(kit_claim);
	rig_say(&rig, "def");
	assert_int_equal(first_heard, 7);
	assert_int_equal(second_heard, 3); /* not even the byte at which the other one claimed */
}

static int refusal;

static void speak(struct kit *kit)
{
	struct device device = plain_device();

	refusal = kit_send(kit, "hello", 5);
	if (refusal == -EPERM)
		assert_int_equal(kit_describe(kit, &device), -EPERM);
}

static void nobody_speaks_before_it_claims(void **unused)
{
	(void)unused;
	let(speak);
	assert_int_equal(refusal, -EPERM);
	assert_int_equal(rig.n_sent, 0);
	assert_int_equal(rig.n_devices, 0);
	let(send_row);
	assert_int_equal(rig_health(&rig).rows, 0);
	let(kit_claim);
	let(speak);
	assert_int_equal(refusal, 0);
	assert_memory_equal(rig.sent, "hello", 5);
}

static void what_is_not_used_comes_again_in_front(void **unused)
{
	(void)unused;
	first_uses = 0;
	rig_say(&rig, "abc");
	assert_int_equal(first_heard, 0);
	assert_int_equal(second_heard, 3);
	first_uses = SIZE_MAX;
	rig_say(&rig, "d");
	assert_int_equal(first_heard, 4);
	assert_int_equal(second_heard, 4);
}

static void bytes_that_nobody_uses_are_bounded_and_counted(void **unused)
{
	static uint8_t bytes[3 * KIT_BUFFER_BYTES];

	(void)unused;
	let(kit_claim);
	first_heard = 0;
	first_uses = 0;
	bytes[sizeof(bytes) - 1] = 'z';
	rig_feed(&rig, bytes, sizeof(bytes));
	assert_true(rig_health(&rig).bad_frames >= 1);
	first_uses = SIZE_MAX;
	rig_say(&rig, "!");
	assert_int_equal(first_heard, KIT_BUFFER_BYTES + 1); /* the newest ones */
	assert_int_equal(newest_byte, '!');
}

/* --- garbage, speeds --- */

static void feed_noise(size_t n)
{
	static uint64_t state = 7;
	uint8_t bytes[64];

	for (size_t i = 0; i < n; i += sizeof(bytes)) {
		for (size_t k = 0; k < sizeof(bytes); k++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			bytes[k] = (uint8_t)(state >> 56);
		}
		rig_feed(&rig, bytes, sizeof(bytes));
		rig_pass_ms(&rig, 10);
	}
}

static void bytes_that_make_no_sense_are_a_state(void **unused)
{
	(void)unused;
	assert_int_equal(rig_health(&rig).state, DEVICE_LISTENING);
	feed_noise(64 * 600);
	assert_int_equal(rig_health(&rig).state, DEVICE_GARBLED);
	rig_pass_ms(&rig, 6000);
	assert_int_equal(rig_health(&rig).state, DEVICE_LISTENING);
}

static void plug_with_speed(unsigned speed, bool is_fixed)
{
	rig_unplug(&rig);
	rig.port.speed = speed;
	rig.port.speed_is_fixed = is_fixed;
	rig_plug(&rig);
}

static void speeds_are_tried_in_the_order_of_their_frequency(void **unused)
{
	static const unsigned order[] = {9600, 57600, 19200, 38400, 230400, 250000, 74880, 4800,
		2400, 1000000, 115200, 9600};

	(void)unused;
	plug_with_speed(115200, false);
	feed_noise(64 * 1000);
	assert_true(rig.n_speeds >= 12);
	for (size_t i = 0; i < 12; i++)
		assert_int_equal(rig.speeds[i], order[i]);
	assert_true(opens > 12); /* families begin anew at each speed */
}

static void a_fixed_speed_and_a_port_without_one_are_left_alone(void **unused)
{
	(void)unused;
	plug_with_speed(9600, true);
	feed_noise(64 * 300);
	plug_with_speed(0, false);
	feed_noise(64 * 300);
	assert_int_equal(rig.n_speeds, 0);
}

static void the_path_says_how_uncertain_an_arrival_is(void **unused)
{
	(void)unused;
	rig_unplug(&rig);
	rig.port.uncertainty_ns = 16 * NS_PER_MS; /* an FTDI chip that would not be told */
	rig_plug(&rig);
	let(describe);
	assert_int_equal(rig_health(&rig).uncertainty_ns, 16 * NS_PER_MS);
}

static void text_that_nobody_understands_is_at_the_right_speed(void **unused)
{
	(void)unused;
	plug_with_speed(9600, false);
	for (int i = 0; i < 300; i++) {
		rig_say(&rig, "press any key to go on, 按任意键\r\n");
		rig_pass_ms(&rig, 20);
	}
	assert_int_equal(rig.n_speeds, 0);
	assert_int_equal(rig_health(&rig).state, DEVICE_TEXT);
}

static void a_claim_is_forgotten_after_ten_seconds_of_nonsense(void **unused)
{
	unsigned before;

	(void)unused;
	let(describe);
	let(send_row);
	before = opens;
	second_heard = 0;
	feed_noise(64 * 900);
	assert_int_equal(opens, before);
	feed_noise(64 * 200);
	assert_true(opens > before);
	assert_true(second_heard > 0);
	let(describe); /* and found again: the same device, no end was told */
	assert_int_equal(rig.n_gone, 0);
	assert_int_equal(rig_device(&rig)->id, rig.devices[0].id);
}

/* --- ticks, orders, the end --- */

static void wake_in_7_ms(struct kit *kit)
{
	kit_wake_at(kit, instant_add(kit_now(kit), 7 * NS_PER_MS));
}

static void families_are_ticked_and_woken_when_they_wish(void **unused)
{
	unsigned before;

	(void)unused;
	let(kit_claim);
	before = ticks;
	rig_pass_ms(&rig, 1000);
	assert_int_equal(ticks - before, 50);
	let(wake_in_7_ms);
	assert_int_equal(conversation_wake(rig.kit).ns - rig.clock.frozen_ns, 7 * NS_PER_MS);
	before = ticks;
	rig_pass_ms(&rig, 7);
	assert_int_equal(ticks - before, 1);
	assert_int_equal(conversation_wake(rig.kit).ns, INT64_MAX);
}

static void orders_reach_the_one_that_claimed(void **unused)
{
	(void)unused;
	assert_int_equal(conversation_order(rig.kit, KIT_IDENTIFY, 5), -EOPNOTSUPP);
	let(kit_claim);
	assert_int_equal(conversation_order(rig.kit, KIT_IDENTIFY, 5), 0);
	assert_int_equal(orders, 5);
}

static void stopping_sends_what_is_pending_and_tells_no_end(void **unused)
{
	(void)unused;
	let(describe);
	let(send_row);
	conversation_stop(rig.kit, clock_now(&rig.clock));
	rig_collect(&rig);
	assert_int_equal(rig.n_rows, 1);
	assert_int_equal(rig.n_gone, 0);
	assert_int_equal(rig.n_gaps, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WISHES_TEST(all_families_hear_the_same_until_one_claims),
		WISHES_TEST(nobody_speaks_before_it_claims),
		WISHES_TEST(what_is_not_used_comes_again_in_front),
		WISHES_TEST(bytes_that_nobody_uses_are_bounded_and_counted),
		WISHES_TEST(bytes_that_make_no_sense_are_a_state),
		WISHES_TEST(speeds_are_tried_in_the_order_of_their_frequency),
		WISHES_TEST(a_fixed_speed_and_a_port_without_one_are_left_alone),
		WISHES_TEST(the_path_says_how_uncertain_an_arrival_is),
		WISHES_TEST(text_that_nobody_understands_is_at_the_right_speed),
		WISHES_TEST(a_claim_is_forgotten_after_ten_seconds_of_nonsense),
		WISHES_TEST(families_are_ticked_and_woken_when_they_wish),
		WISHES_TEST(orders_reach_the_one_that_claimed),
		WISHES_TEST(stopping_sends_what_is_pending_and_tells_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
