/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes on at one port, with families made of wishes: whatever a test wants a family to do, it
 * does while it is fed a byte. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sense/describe.h"
#include "support/cmocka_all.h"
#include "support/rig.h"

/* --- families that do as they are told --- */

static void (*wish)(struct kit *kit); /* of the family `first`, at its next byte */
static size_t first_heard, second_heard, first_uses = SIZE_MAX;
static unsigned ticks, opens, orders;
static uint8_t newest_byte;

static size_t decode_first(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	size_t used = n < first_uses ? n : first_uses;

	(void)state;
	first_heard += used;
	newest_byte = bytes[n - 1];
	if (wish) {
		void (*now)(struct kit *) = wish;

		wish = NULL;
		now(kit);
	}
	return used;
}

static size_t decode_second(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	(void)kit;
	(void)state;
	(void)bytes;
	second_heard += n;
	return n;
}

static void count_open(struct kit *kit, void *state)
{
	(void)kit;
	assert_int_equal(*(int *)state, 0);
	*(int *)state = 1;
	opens++;
}

static void count_tick(struct kit *kit, void *state, struct instant now)
{
	(void)kit;
	(void)state;
	(void)now;
	ticks++;
}

static int take_order(struct kit *kit, void *state, enum kit_order order, unsigned argument)
{
	(void)kit;
	(void)state;
	assert_int_equal(order, KIT_IDENTIFY);
	orders += argument;
	return 0;
}

static const struct kit_family first = {.name = "first",
	.state_size = sizeof(int),
	.open = count_open,
	.decode = decode_first,
	.tick = count_tick,
	.order = take_order};
static const struct kit_family second = {.name = "second", .decode = decode_second};
static const struct kit_family *const families[] = {&first, &second};

static struct rig rig;

static int set_up(void **unused)
{
	(void)unused;
	memset(&rig, 0, sizeof(rig));
	wish = NULL;
	first_heard = second_heard = 0;
	first_uses = SIZE_MAX;
	ticks = opens = orders = 0;
	rig_open(&rig, families, 2);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	rig_close(&rig);
	return 0;
}

static void let(void (*what)(struct kit *kit))
{
	wish = what;
	rig_say(&rig, "x");
	assert_null(wish);
}

/* A device with one stream of two channels; more of it by the caller. */
static struct device plain_device(void)
{
	struct device device = {.kit = "toy", .identity = "link:toy", .n_streams = 1};
	struct stream *stream = &device.streams[0];

	strcpy(stream->name, "main");
	stream->n_channels = 2;
	for (unsigned i = 0; i < 2; i++) {
		snprintf(stream->channels[i].id, sizeof(stream->channels[i].id), "v%u", i);
		strcpy(stream->channels[i].name_zh, "值");
		strcpy(stream->channels[i].name_en, "Value");
	}
	return device;
}

static void describe(struct kit *kit)
{
	struct device device = plain_device();

	kit_claim(kit);
	assert_int_equal(kit_describe(kit, &device), 0);
}

static void describe_with_clock(struct kit *kit)
{
	struct device device = plain_device();

	device.streams[0].stamps = STAMP_DEVICE;
	device.streams[0].period_ns = NS_PER_MS;
	kit_claim(kit);
	assert_int_equal(kit_describe(kit, &device), 0);
}

static double row_value;

static void send_row(struct kit *kit)
{
	double values[] = {row_value++, -1};

	kit_row(kit, 0, kit_arrival(kit, 0), values);
}

static const struct gap *newest_gap(void)
{
	assert_true(rig.n_gaps > 0);
	return &rig.gaps[rig.n_gaps - 1];
}

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

/* --- devices --- */

static void a_device_is_announced_before_its_rows_and_at_once(void **unused)
{
	struct feed_record record;

	(void)unused;
	wish = describe;
	conversation_feed(rig.kit, "x", 1, clock_now(&rig.clock));
	wish = send_row;
	conversation_feed(rig.kit, "x", 1, clock_now(&rig.clock));
	conversation_tick(rig.kit, instant_add(clock_now(&rig.clock), 20 * NS_PER_MS));
	assert_true(feed_peek(rig.keep, &record));
	assert_int_equal(record.kind, FEED_DEVICE);
	assert_string_equal(record.device->port, "/dev/ttyTEST");
	assert_string_equal(record.device->family, "first");
	assert_int_equal(record.device->sticker, 1);
	ring_drop(rig.keep);
	assert_true(feed_peek(rig.keep, &record));
	assert_int_equal(record.kind, FEED_BATCH);
	rig_collect(&rig);
	assert_int_equal(rig.n_urgent, 1);
}

static void without_identity_it_is_the_adapter_or_the_socket(void **unused)
{
	struct kit_port port = {.socket = "pci-0000:00:14.0-usb-0:1:1.0"};
	char identity[IDENTITY_TEXT];

	(void)unused;
	describe_identity(&port, identity);
	assert_string_equal(identity, "port:pci-0000:00:14.0-usb-0:1:1.0");
	port.usb_vendor = 0x2341;
	port.usb_product = 0x43;
	strcpy(port.usb_serial, "7583 33");
	describe_identity(&port, identity);
	assert_string_equal(identity, "usb:2341:0043:7583_33");
	for (size_t i = 0; i < 4; i++) { /* what adapters say that have none */
		static const char *const blanks[] = {"0001", "0", "00000000", "1234567890"};

		strcpy(port.usb_serial, blanks[i]);
		describe_identity(&port, identity);
		assert_string_equal(identity, "port:pci-0000:00:14.0-usb-0:1:1.0");
	}
}

static bool always_taken(void *self, const struct kit *kit, const char *identity)
{
	(void)self;
	(void)kit;
	return strchr(identity, '@') == NULL;
}

static void two_adapters_with_one_serial_number_are_two_devices(void **unused)
{
	(void)unused;
	rig.host.is_taken = always_taken;
	let(describe);
	assert_non_null(strstr(rig_device(&rig)->identity, "link:toy@"));
}

static bool never_taken(void *self, const struct kit *kit, const char *identity)
{
	(void)self;
	(void)kit;
	(void)identity;
	return false;
}

static void the_second_of_two_stays_itself_when_the_first_is_unplugged(void **unused)
{
	(void)unused;
	rig.host.is_taken = always_taken;
	let(describe);
	rig.host.is_taken = never_taken;
	let(describe); /* again, as after a new label */
	assert_non_null(strstr(rig_device(&rig)->identity, "link:toy@"));
	assert_int_equal(rig_device(&rig)->id, rig.devices[0].id);
	assert_int_equal(rig.n_gone, 0);
	rig_unplug(&rig);
	rig_plug(&rig);
	let(describe);
	assert_string_equal(rig_device(&rig)->identity, "link:toy");
}

static void describe_other(struct kit *kit)
{
	struct device device = plain_device();

	strcpy(device.identity, "link:other");
	assert_int_equal(kit_describe(kit, &device), 0);
}

static void another_board_at_the_same_cable_ends_the_first(void **unused)
{
	(void)unused;
	let(describe);
	let(send_row);
	rig_pass_ms(&rig, 100);
	let(describe_other);
	assert_int_equal(rig.n_gone, 1);
	assert_int_equal(rig.gone[0], rig.devices[0].id);
	assert_int_equal(rig_device(&rig)->sticker, 2);
	assert_int_equal(newest_gap()->reason, GAP_UNPLUGGED);
}

static void wrong_descriptions_are_refused(void **unused)
{
	(void)unused;
	for (int what = 0; what < 15; what++) {
		struct device device = plain_device();
		struct stream *stream = &device.streams[0];
		struct channel *channel = &stream->channels[1];

		switch (what) {
		case 0:
			device.n_streams = 0;
			break;
		case 1:
			device.n_streams = DEVICE_STREAMS + 1;
			break;
		case 2:
			strcpy(device.kit, "Toy");
			break;
		case 3:
			device.kit[0] = '\0';
			break;
		case 4:
			stream->n_channels = STREAM_CHANNELS + 1;
			break;
		case 5:
			stream->n_channels = 0;
			break;
		case 6:
			strcpy(channel->id, "v0");
			break; /* twice */
		case 7:
			strcpy(channel->id, "1v");
			break;
		case 8:
			channel->name_zh[0] = '\0';
			break;
		case 9:
			strcpy(channel->name_en, "a\nb");
			break;
		case 10:
			strcpy(channel->unit, "\xff");
			break;
		case 11:
			memset(channel->name_zh, 'a', sizeof(channel->name_zh));
			break; /* not closed */
		case 12:
			channel->resolution = -1;
			break;
		case 13:
			channel->low = 1;
			channel->high = 0;
			break;
		case 14:
			stream->kind = (enum stream_kind)7;
			break;
		}
		assert_int_equal(describe_check(&device), -EINVAL);
	}
	struct device device = plain_device();
	assert_int_equal(describe_check(&device), 0);
}

/* --- rows --- */

static void slow_rows_are_sent_at_once_and_quick_ones_within_40_ms(void **unused)
{
	(void)unused;
	let(describe);
	for (int i = 0; i < 5; i++) {
		rig_pass_ms(&rig, 1000);
		let(send_row);
	}
	assert_true(rig.n_rows >= 4); /* the first one waits for a tick */
	rig_pass_ms(&rig, 40);
	assert_int_equal(rig.n_rows, 5);
	for (int i = 0; i < 5000; i++) {
		let(send_row);
		rig_pass_ms(&rig, 1);
	}
	assert_true(rig.n_rows >= 5005 - 41);
	rig_pass_ms(&rig, 40);
	assert_int_equal(rig.n_rows, 5005);
	for (size_t i = 0; i < rig.n_rows; i++)
		assert_true(rig.rows[i].values[0] - rig.rows[0].values[0] == (double)i);
}

static void send_infinities(struct kit *kit)
{
	double values[] = {INFINITY, -INFINITY};

	kit_row(kit, 0, kit_arrival(kit, 0), values);
}

static void an_infinity_is_a_value_that_was_not_given(void **unused)
{
	(void)unused;
	let(describe);
	let(send_infinities);
	rig_pass_ms(&rig, 40);
	assert_int_equal(rig.n_rows, 1);
	assert_true(isnan(rig.rows[0].values[0]) && isnan(rig.rows[0].values[1]));
}

static void stamps_rise_even_when_rows_come_at_once(void **unused)
{
	(void)unused;
	let(describe);
	for (int i = 0; i < 300; i++)
		let(send_row);
	rig_pass_ms(&rig, 40);
	assert_int_equal(rig.n_rows, 300);
	for (size_t i = 1; i < 300; i++)
		assert_int_equal(rig.rows[i].stamp_ns - rig.rows[i - 1].stamp_ns, NS_PER_US);
}

/* --- gaps --- */

static void unplugging_is_told_on_the_way_and_when_it_is_back(void **unused)
{
	uint32_t device, stream;
	int64_t last_ns, back_ns;

	(void)unused;
	let(describe);
	let(send_row);
	rig_pass_ms(&rig, 100);
	device = rig_device(&rig)->id;
	stream = rig.rows[0].stream;
	last_ns = rig.rows[0].stamp_ns;
	rig_unplug(&rig);
	assert_int_equal(rig.n_gone, 1);
	assert_int_equal(rig.gone[0], device);
	assert_int_equal(rig.n_gaps, 1);
	assert_int_equal(rig.gaps[0].reason, GAP_UNPLUGGED);
	assert_int_equal(rig.gaps[0].stream, stream);
	assert_int_equal(rig.gaps[0].from.ns, last_ns);
	assert_int_equal(rig.gaps[0].to.ns, rig.clock.frozen_ns);

	rig_pass_ms(&rig, 5000);
	rig_plug(&rig);
	let(describe);
	rig_pass_ms(&rig, 500);
	back_ns = rig.clock.frozen_ns;
	let(send_row);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig_device(&rig)->id, device);
	assert_int_equal(rig_device(&rig)->sticker, 1);
	assert_int_equal(rig.rows[1].stream, stream);
	assert_int_equal(rig.n_gaps, 2);
	assert_int_equal(rig.gaps[1].reason, GAP_UNPLUGGED);
	assert_int_equal(rig.gaps[1].from.ns, last_ns);
	assert_int_equal(rig.gaps[1].to.ns, back_ns);
}

static void describe_twice_a_second(struct kit *kit)
{
	struct device device = plain_device();

	device.streams[0].period_ns = NS_PER_S / 2;
	kit_claim(kit);
	assert_int_equal(kit_describe(kit, &device), 0);
}

static void get_no_answer(struct kit *kit)
{
	kit_error(kit, "timeout");
}

static void readings_that_went_wrong_are_a_gap_with_their_number(void **unused)
{
	int64_t last_ns;

	(void)unused;
	let(describe_twice_a_second);
	let(send_row);
	last_ns = rig.clock.frozen_ns;
	rig_pass_ms(&rig, 500);
	let(get_no_answer);
	rig_pass_ms(&rig, 500);
	let(get_no_answer);
	rig_pass_ms(&rig, 540);
	let(send_row);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_gaps, 1);
	assert_int_equal(rig.gaps[0].reason, GAP_WIRE);
	assert_int_equal(rig.gaps[0].from.ns, last_ns);
	assert_int_equal(rig.gaps[0].to.ns, last_ns + INT64_C(1540) * NS_PER_MS);
	assert_int_equal(rig.gaps[0].lost_rows, 2);
	assert_int_equal(rig_health(&rig).bad_frames, 2);
}

static void what_went_wrong_and_cost_no_reading_is_no_gap(void **unused)
{
	(void)unused;
	let(describe_twice_a_second);
	let(send_row);
	rig_pass_ms(&rig, 250);
	let(get_no_answer);
	rig_pass_ms(&rig, 350);
	let(send_row);
	rig_pass_ms(&rig, 900); /* late, but nothing went wrong since */
	let(send_row);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_gaps, 0);
}

static void without_a_period_nobody_knows_how_many_went_wrong(void **unused)
{
	(void)unused;
	let(describe);
	for (int i = 0; i < 4; i++) {
		let(send_row);
		rig_pass_ms(&rig, 500);
	}
	let(get_no_answer);
	rig_pass_ms(&rig, 500);
	let(send_row);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_gaps, 1);
	assert_int_equal(rig.gaps[0].reason, GAP_WIRE);
	assert_int_equal(rig.gaps[0].lost_rows, 0);
}

static void silence_is_a_state_and_then_a_gap(void **unused)
{
	int64_t last_ns;

	(void)unused;
	let(describe);
	let(send_row);
	last_ns = rig.clock.frozen_ns;
	rig_pass_ms(&rig, 5900);
	assert_int_equal(rig_health(&rig).state, DEVICE_READY);
	rig_pass_ms(&rig, 200);
	assert_int_equal(rig_health(&rig).state, DEVICE_SILENT);
	assert_int_equal(rig.n_gaps, 0);
	rig_pass_ms(&rig, 3000);
	let(send_row);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig_health(&rig).state, DEVICE_READY);
	assert_int_equal(rig.n_gaps, 1);
	assert_int_equal(rig.gaps[0].reason, GAP_SILENT);
	assert_int_equal(rig.gaps[0].from.ns, last_ns);
	assert_int_equal(rig.gaps[0].to.ns, last_ns + INT64_C(9100) * NS_PER_MS);
}

static void a_slow_sensor_may_be_silent_for_five_of_its_periods(void **unused)
{
	(void)unused;
	let(describe);
	for (int i = 0; i < 4; i++) {
		let(send_row);
		rig_pass_ms(&rig, 5000);
	}
	rig_pass_ms(&rig, 15000);
	assert_int_equal(rig_health(&rig).state, DEVICE_READY);
	rig_pass_ms(&rig, 6000);
	assert_int_equal(rig_health(&rig).state, DEVICE_SILENT);
}

static void one_silence_does_not_hide_the_next(void **unused)
{
	(void)unused;
	let(describe);
	for (int silence = 0; silence < 3; silence++) {
		for (int i = 0; i < 20; i++) {
			let(send_row);
			rig_pass_ms(&rig, 500);
		}
		assert_int_equal(rig_health(&rig).state, DEVICE_READY);
		rig_pass_ms(&rig, 20000);
		assert_int_equal(rig_health(&rig).state, DEVICE_SILENT);
	}
	assert_int_equal(rig.n_gaps, 2);
}

static void who_speaks_once_a_minute_is_not_silent_for_ever(void **unused)
{
	(void)unused;
	let(describe);
	for (int i = 0; i < 4; i++) {
		let(send_row);
		let(send_row); /* two lines each time */
		rig_pass_ms(&rig, 60000);
	}
	assert_int_equal(rig_health(&rig).state, DEVICE_READY);
}

static void describe_100_ms(struct kit *kit)
{
	struct device device = plain_device();

	device.streams[0].period_ns = 100 * NS_PER_MS;
	kit_claim(kit);
	assert_int_equal(kit_describe(kit, &device), 0);
}

static void a_known_period_says_what_silence_is(void **unused)
{
	(void)unused;
	let(describe_100_ms);
	for (int i = 0; i < 4; i++) {
		let(send_row);
		rig_pass_ms(&rig, 5000); /* late, again and again */
	}
	assert_int_equal(rig_health(&rig).state, DEVICE_READY);
	rig_pass_ms(&rig, 1500);
	assert_int_equal(rig_health(&rig).state, DEVICE_SILENT);
}

static void lose_three(struct kit *kit)
{
	kit_lost(kit, 0, 3, GAP_WIRE);
}

static void lost_rows_are_a_gap_in_front_of_the_next_one(void **unused)
{
	(void)unused;
	let(describe);
	let(send_row);
	rig_pass_ms(&rig, 50);
	let(lose_three);
	rig_pass_ms(&rig, 50);
	assert_int_equal(rig.n_gaps, 0);
	let(send_row);
	rig_pass_ms(&rig, 50);
	assert_int_equal(rig.n_gaps, 1);
	assert_int_equal(rig.gaps[0].reason, GAP_WIRE);
	assert_int_equal(rig.gaps[0].lost_rows, 3);
	assert_int_equal(rig.gaps[0].from.ns, rig.rows[0].stamp_ns);
	assert_int_equal(rig.gaps[0].to.ns, rig.rows[1].stamp_ns);
	assert_int_equal(rig_health(&rig).lost_rows, 3);
}

/* --- the device's clock --- */

static struct {
	int64_t ahead_us; /* of the device's clock */
	unsigned pings;
} device;

static uint32_t tick_now(const struct kit *kit)
{
	return (uint32_t)(kit_now(kit).ns / NS_PER_US + device.ahead_us);
}

static void answer_ping(struct kit *kit)
{
	struct instant now = kit_now(kit);
	uint32_t tick = tick_now(kit);

	device.pings++;
	kit_pair(kit, instant_add(now, -200 * NS_PER_US), tick - 100, tick - 100, now);
}

/* The newest row that carries a tick: the pairs of the clock do not. */
static const struct rig_row *newest_tick_row(void)
{
	size_t i = rig.n_rows;

	while (i > 0 && !rig.rows[i - 1].has_tick)
		i--;
	assert_true(i > 0);
	return &rig.rows[i - 1];
}

static void send_row_at_tick(struct kit *kit)
{
	double values[] = {row_value++, 0};

	kit_row_at_tick(kit, 0, tick_now(kit), values);
}

static void restart(struct kit *kit)
{
	kit_restarted(kit);
}

static void rows_wait_for_the_map_and_get_their_true_stamps(void **unused)
{
	int64_t true_ns[5];

	(void)unused;
	device.ahead_us = 4294967296 - 1050000; /* wraps in the middle */
	let(describe_with_clock);
	assert_int_equal(rig_device(&rig)->n_streams, 2);
	assert_int_equal(rig_device(&rig)->streams[1].kind, STREAM_CLOCK);
	for (int i = 0; i < 5; i++) {
		true_ns[i] = rig.clock.frozen_ns;
		let(send_row_at_tick);
		rig_pass_ms(&rig, 20);
	}
	assert_int_equal(rig.n_rows, 0);
	assert_int_equal(rig_health(&rig).uncertainty_ns, rig.port.uncertainty_ns);
	for (int i = 0; i < 8; i++) {
		let(answer_ping);
		rig_pass_ms(&rig, 10);
	}
	rig_pass_ms(&rig, 100);
	size_t n = 0;
	for (size_t i = 0; i < rig.n_rows; i++) {
		const struct rig_row *row = &rig.rows[i];

		if (row->stream != rig_device(&rig)->streams[0].id)
			continue;
		assert_true(row->has_tick);
		assert_int_equal(row->stamp_ns, clock_piece_stamp(&row->piece, row->tick));
		assert_true(llabs(row->stamp_ns - true_ns[n]) < 2 * NS_PER_US);
		n++;
	}
	assert_int_equal(n, 5);
	assert_int_equal(rig.n_rows, 5 + 8); /* and the raw pairs */
	assert_true(rig_health(&rig).uncertainty_ns > 0);
	assert_int_equal(rig_health(&rig).round_trip_ns, 200 * NS_PER_US);
}

static void the_raw_pairs_are_kept(void **unused)
{
	(void)unused;
	device.ahead_us = 0;
	let(describe_with_clock);
	let(answer_ping);
	rig_pass_ms(&rig, 50);
	assert_int_equal(rig.n_rows, 1);
	assert_int_equal(rig.rows[0].stamp_ns, NS_PER_S);
	assert_true(rig.rows[0].values[CLOCK_TRIP] == 200 * NS_PER_US);
	assert_true(rig.rows[0].values[CLOCK_RECEIVED] == 1000000 - 100);
	assert_true(rig.rows[0].values[CLOCK_PAUSE] == 0);
}

static void a_restart_is_a_gap_and_a_new_segment(void **unused)
{
	uint32_t segment;

	(void)unused;
	device.ahead_us = 0;
	let(describe_with_clock);
	for (int i = 0; i < 8; i++)
		let(answer_ping);
	let(send_row_at_tick);
	rig_pass_ms(&rig, 100);
	segment = newest_tick_row()->piece.segment;
	let(restart);
	device.ahead_us = -rig.clock.frozen_ns / NS_PER_US;
	let(send_row_at_tick);
	rig_pass_ms(&rig, 20);
	for (int i = 0; i < 8; i++)
		let(answer_ping);
	rig_pass_ms(&rig, 100);
	assert_int_equal(newest_gap()->reason, GAP_RESET);
	assert_true(newest_tick_row()->piece.segment > segment);
	assert_int_equal(rig_health(&rig).rows, 2);
}

/* A clock that leaps back and says nothing of it: its rows would go back in time. */
static void rows_that_would_not_rise_are_counted_not_kept(void **unused)
{
	int64_t last_ns = 0;

	(void)unused;
	device.ahead_us = 0;
	let(describe_with_clock);
	for (int i = 0; i < 8; i++)
		let(answer_ping);
	let(send_row_at_tick);
	rig_pass_ms(&rig, 1);
	device.ahead_us = -500000;
	let(send_row_at_tick);
	rig_pass_ms(&rig, 100);
	for (size_t i = 0; i < rig.n_rows; i++) {
		if (!rig.rows[i].has_tick)
			continue;
		assert_true(rig.rows[i].stamp_ns > last_ns);
		last_ns = rig.rows[i].stamp_ns;
	}
	assert_int_equal(rig_health(&rig).rows, 1);
	assert_int_equal(rig_health(&rig).lost_rows, 1);
	device.ahead_us = 0;
	let(send_row_at_tick);
	rig_pass_ms(&rig, 100);
	assert_int_equal(newest_gap()->lost_rows, 1);
}

static void complain(struct kit *kit)
{
	kit_error(kit, "checksum");
	kit_stream_error(kit, 0, "timeout");
}

static void a_row_by_the_clock_of_its_device_ends_the_trouble(void **unused)
{
	(void)unused;
	let(describe_with_clock);
	let(complain);
	rig_pass_ms(&rig, 2000);
	assert_string_equal(rig_health(&rig).trouble, "checksum");
	assert_string_equal(rig_health(&rig).stream_trouble[0], "timeout");
	let(send_row_at_tick);
	rig_pass_ms(&rig, 2000);
	assert_string_equal(rig_health(&rig).trouble, "");
	assert_string_equal(rig_health(&rig).stream_trouble[0], "");
}

static void send_row_of_tomorrow(struct kit *kit)
{
	double values[] = {-1, 0};

	kit_row_at_tick(kit, 0, tick_now(kit) + 600000000, values);
}

static void a_row_from_the_future_is_damage_and_holds_nothing_up(void **unused)
{
	(void)unused;
	device.ahead_us = 0;
	let(describe_with_clock);
	for (int i = 0; i < 8; i++)
		let(answer_ping);
	let(send_row_at_tick);
	rig_pass_ms(&rig, 10);
	let(send_row_of_tomorrow);
	for (int i = 0; i < 50; i++) {
		rig_pass_ms(&rig, 100);
		let(answer_ping);
		let(send_row_at_tick);
	}
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig_health(&rig).rows, 51);
	assert_int_equal(rig_health(&rig).lost_rows, 1);
	assert_int_equal(rig.gaps[0].reason, GAP_WIRE);
	assert_true(newest_tick_row()->stamp_ns <= rig.clock.frozen_ns);
	assert_true(newest_tick_row()->piece.origin_ns <= rig.clock.frozen_ns);
}

static void rows_that_never_met_a_map_are_told_at_the_end(void **unused)
{
	(void)unused;
	device.ahead_us = 0;
	for (int end = 0; end < 3; end++) {
		let(describe_with_clock);
		for (int i = 0; i < 7; i++)
			let(send_row_at_tick);
		if (end == 0)
			let(describe_other);
		else if (end == 1)
			rig_unplug(&rig);
		else
			conversation_stop(rig.kit, clock_now(&rig.clock));
		rig_collect(&rig);
		assert_int_equal(rig.n_rows, 0);
		assert_int_equal(rig.n_gaps, end + 1);
		assert_int_equal(newest_gap()->reason, end == 2 ? GAP_STOPPED : GAP_UNPLUGGED);
		assert_int_equal(newest_gap()->lost_rows, 7);
		assert_int_equal(newest_gap()->to.ns, rig.clock.frozen_ns);
		if (end > 0)
			rig_plug(&rig);
	}
}

static uint32_t tick_of_a_bad_clock(const struct kit *kit)
{
	return (uint32_t)(kit_now(kit).ns / NS_PER_US * 101 / 100);
}

static void answer_ping_badly(struct kit *kit)
{
	struct instant now = kit_now(kit);
	uint32_t tick = tick_of_a_bad_clock(kit);

	kit_pair(kit, instant_add(now, -200 * NS_PER_US), tick - 100, tick - 100, now);
}

static void send_row_at_bad_tick(struct kit *kit)
{
	double values[] = {row_value++, 0};

	kit_row_at_tick(kit, 0, tick_of_a_bad_clock(kit), values);
}

static void a_clock_that_is_none_is_stamped_by_arrival(void **unused)
{
	int64_t last_ns;

	(void)unused;
	let(describe_with_clock);
	for (int i = 0; i < 100; i++) {
		let(answer_ping_badly);
		let(send_row_at_bad_tick);
		last_ns = rig.clock.frozen_ns;
		rig_pass_ms(&rig, 50);
	}
	assert_int_equal(rig_health(&rig).rows, 100);
	assert_int_equal(rig_health(&rig).lost_rows, 0);
	assert_int_equal(rig_health(&rig).rate_ppb, 0);
	assert_true(rig_health(&rig).uncertainty_ns >= NS_PER_MS);
	assert_int_equal(rig.n_gaps, 0);
	assert_int_equal(rig.n_rows, 200);
	for (size_t i = 0; i < rig.n_rows; i++)
		if (rig.rows[i].n == 2) /* and not a pair */
			assert_true(!rig.rows[i].has_tick || rig.rows[i].stamp_ns < 2 * NS_PER_S);
	assert_int_equal(rig.rows[rig.n_rows - 1].stamp_ns, last_ns);
}

static void a_device_that_never_answers_pings_is_bounded(void **unused)
{
	(void)unused;
	device.ahead_us = 0;
	let(describe_with_clock);
	for (int i = 0; i < 20000; i++) {
		rig.clock.frozen_ns += NS_PER_MS;
		let(send_row_at_tick);
	}
	assert_int_equal(rig.n_rows, 0);
	assert_true(rig_health(&rig).lost_rows > 10000);
	for (int i = 0; i < 8; i++)
		let(answer_ping);
	rig_pass_ms(&rig, 100);
	assert_true(rig.n_rows > 1000); /* those that waited */
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

#define KIT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		KIT_TEST(all_families_hear_the_same_until_one_claims),
		KIT_TEST(nobody_speaks_before_it_claims),
		KIT_TEST(what_is_not_used_comes_again_in_front),
		KIT_TEST(bytes_that_nobody_uses_are_bounded_and_counted),
		KIT_TEST(a_device_is_announced_before_its_rows_and_at_once),
		cmocka_unit_test(without_identity_it_is_the_adapter_or_the_socket),
		KIT_TEST(two_adapters_with_one_serial_number_are_two_devices),
		KIT_TEST(the_second_of_two_stays_itself_when_the_first_is_unplugged),
		KIT_TEST(another_board_at_the_same_cable_ends_the_first),
		cmocka_unit_test(wrong_descriptions_are_refused),
		KIT_TEST(slow_rows_are_sent_at_once_and_quick_ones_within_40_ms),
		KIT_TEST(an_infinity_is_a_value_that_was_not_given),
		KIT_TEST(stamps_rise_even_when_rows_come_at_once),
		KIT_TEST(unplugging_is_told_on_the_way_and_when_it_is_back),
		KIT_TEST(readings_that_went_wrong_are_a_gap_with_their_number),
		KIT_TEST(what_went_wrong_and_cost_no_reading_is_no_gap),
		KIT_TEST(without_a_period_nobody_knows_how_many_went_wrong),
		KIT_TEST(silence_is_a_state_and_then_a_gap),
		KIT_TEST(a_slow_sensor_may_be_silent_for_five_of_its_periods),
		KIT_TEST(one_silence_does_not_hide_the_next),
		KIT_TEST(who_speaks_once_a_minute_is_not_silent_for_ever),
		KIT_TEST(a_known_period_says_what_silence_is),
		KIT_TEST(lost_rows_are_a_gap_in_front_of_the_next_one),
		KIT_TEST(rows_wait_for_the_map_and_get_their_true_stamps),
		KIT_TEST(the_raw_pairs_are_kept),
		KIT_TEST(a_restart_is_a_gap_and_a_new_segment),
		KIT_TEST(rows_that_would_not_rise_are_counted_not_kept),
		KIT_TEST(a_row_by_the_clock_of_its_device_ends_the_trouble),
		KIT_TEST(a_row_from_the_future_is_damage_and_holds_nothing_up),
		KIT_TEST(rows_that_never_met_a_map_are_told_at_the_end),
		KIT_TEST(a_clock_that_is_none_is_stamped_by_arrival),
		KIT_TEST(a_device_that_never_answers_pings_is_bounded),
		KIT_TEST(bytes_that_make_no_sense_are_a_state),
		KIT_TEST(speeds_are_tried_in_the_order_of_their_frequency),
		KIT_TEST(a_fixed_speed_and_a_port_without_one_are_left_alone),
		KIT_TEST(the_path_says_how_uncertain_an_arrival_is),
		KIT_TEST(text_that_nobody_understands_is_at_the_right_speed),
		KIT_TEST(a_claim_is_forgotten_after_ten_seconds_of_nonsense),
		KIT_TEST(families_are_ticked_and_woken_when_they_wish),
		KIT_TEST(orders_reach_the_one_that_claimed),
		KIT_TEST(stopping_sends_what_is_pending_and_tells_no_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
