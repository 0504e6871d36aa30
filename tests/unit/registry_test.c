/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who keeps a number, who gets a new one, and what happens when the tables are full. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sense/registry.h"
#include "support/cmocka_all.h"

static struct registry *registry;

static int set_up(void **unused)
{
	(void)unused;
	return registry_new(&registry);
}

static int tear_down(void **unused)
{
	(void)unused;
	registry_free(registry);
	return 0;
}

static struct device device_with(const char *identity, const char *channel)
{
	struct device device = {.kit = "test", .n_streams = 1};
	struct stream *stream = &device.streams[0];

	snprintf(device.identity, sizeof(device.identity), "%s", identity);
	snprintf(stream->name, sizeof(stream->name), "main");
	stream->n_channels = 1;
	snprintf(stream->channels[0].id, sizeof(stream->channels[0].id), "%s", channel);
	return device;
}

static struct device numbered(const char *identity, const char *channel)
{
	struct device device = device_with(identity, channel);

	registry_number(registry, &device);
	return device;
}

static void devices_and_stickers_count_from_one_in_order_of_appearance(void **unused)
{
	(void)unused;
	struct device a = numbered("link:a", "x"), b = numbered("link:b", "x"),
		      a2 = numbered("link:a", "x");

	assert_int_equal(a.id, 1);
	assert_int_equal(a.sticker, 1);
	assert_int_equal(b.id, 2);
	assert_int_equal(b.sticker, 2);
	assert_int_equal(a2.id, a.id);
	assert_int_equal(a2.sticker, a.sticker);
	assert_int_equal(a.streams[0].device, a.id);
	assert_int_equal(a2.streams[0].id, a.streams[0].id);
	assert_true(a.streams[0].id > 0 && a.streams[0].id != b.streams[0].id);
}

static void other_channels_are_another_stream_and_old_ones_come_back(void **unused)
{
	(void)unused;
	struct device a = numbered("link:a", "x"), other = numbered("link:a", "y"),
		      back = numbered("link:a", "x");

	assert_int_equal(other.id, a.id);
	assert_true(other.streams[0].id != a.streams[0].id);
	assert_int_equal(back.streams[0].id, a.streams[0].id);
}

static void what_the_store_knows_keeps_its_numbers(void **unused)
{
	struct device stored = device_with("usb:2341:0043:7", "t"), seen;

	(void)unused;
	stored.id = 40;
	stored.sticker = 13;
	stored.streams[0].id = 900;
	stored.streams[0].device = 40;
	assert_int_equal(registry_learn(registry, &stored), 0);
	seen = numbered("usb:2341:0043:7", "t");
	assert_int_equal(seen.id, 40);
	assert_int_equal(seen.sticker, 13);
	assert_int_equal(seen.streams[0].id, 900);
	seen = numbered("link:new", "t");
	assert_int_equal(seen.id, 41);
	assert_int_equal(seen.sticker, 14);
	assert_int_equal(seen.streams[0].id, 901);
}

static void no_device_continues_rows_that_have_lost_theirs(void **unused)
{
	(void)unused;
	registry_reserve_streams(registry, 12);
	assert_int_equal(numbered("link:new", "t").streams[0].id, 13);
	registry_reserve_streams(registry, 5);
	assert_int_equal(numbered("link:other", "t").streams[0].id, 14);
}

static void half_a_device_is_not_learnt(void **unused)
{
	struct device device = device_with("link:a", "x");

	(void)unused;
	assert_int_equal(registry_learn(registry, &device), -EINVAL);
	device.id = device.sticker = 1;
	device.identity[0] = '\0';
	assert_int_equal(registry_learn(registry, &device), -EINVAL);
}

static void when_full_the_least_recently_seen_gives_way_and_no_number_repeats(void **unused)
{
	char identity[32];
	struct device first = numbered("link:first", "x"), again;

	(void)unused;
	for (int i = 1; i < REGISTRY_DEVICES; i++) {
		snprintf(identity, sizeof(identity), "link:%d", i);
		numbered(identity, "x");
	}
	assert_int_equal(
		numbered("link:first", "x").id, first.id); /* still there, and now the newest */
	assert_int_equal(numbered("link:more", "x").id,
		REGISTRY_DEVICES + 1); /* takes the place of link:1 */
	again = numbered("link:1", "x");
	assert_int_equal(again.id, REGISTRY_DEVICES + 2);
	assert_int_equal(again.sticker, REGISTRY_DEVICES + 2);
	assert_int_equal(numbered("link:first", "x").sticker, first.sticker);
	assert_int_equal(numbered("link:400", "x").id, 401);
}

static void learning_when_full_is_refused_but_its_numbers_stay_taken(void **unused)
{
	char identity[32];
	struct device device;

	(void)unused;
	for (int i = 0; i < REGISTRY_DEVICES; i++) {
		snprintf(identity, sizeof(identity), "link:%d", i);
		numbered(identity, "x");
	}
	device = device_with("link:from-the-store", "x");
	device.id = device.sticker = 5000;
	device.streams[0].id = 9000;
	assert_int_equal(registry_learn(registry, &device), -ENOSPC);
	device = numbered("link:new", "z");
	assert_int_equal(device.id, 5001);
	assert_int_equal(device.streams[0].id, 9001);
}

static const struct stream_left left = {
	.last_ns = 77,
	.absent = {.reason = GAP_UNPLUGGED, .from = {77}, .to = {80}, .lost_rows = 5},
};

static void rates_and_how_streams_were_left_are_remembered(void **unused)
{
	(void)unused;
	struct device a = numbered("link:a", "x"), b = numbered("link:b", "x");

	assert_int_equal(registry_rate_ppb(registry, a.id), 0);
	registry_set_rate_ppb(registry, a.id, -41234);
	assert_int_equal(registry_rate_ppb(registry, a.id), -41234);
	assert_int_equal(registry_rate_ppb(registry, b.id), 0);
	registry_set_left(registry, b.streams[0].id, &left);
	assert_int_equal(registry_left(registry, b.streams[0].id).last_ns, 77);
	assert_int_equal(registry_left(registry, b.streams[0].id).absent.lost_rows, 5);
	assert_int_equal(registry_left(registry, a.streams[0].id).last_ns, 0);
	assert_int_equal(registry_left(registry, 12345).last_ns, 0);
	registry_set_left(registry, 12345, &left); /* nobody's: no harm */
	registry_set_rate_ppb(registry, 0, 1);
	assert_int_equal(registry_rate_ppb(registry, 0), 0);
}

static void fingerprints_differ_exactly_where_streams_do(void **unused)
{
	struct device a = device_with("link:a", "x"), b;

	(void)unused;
	for (int what = 0; what < 10; what++) {
		struct stream *stream = &b.streams[0];
		struct channel *channel = &stream->channels[0];

		b = a;
		switch (what) {
		case 0:
			snprintf(stream->name, sizeof(stream->name), "other");
			break;
		case 1:
			stream->stamps = STAMP_DEVICE;
			break;
		case 2:
			stream->kind = STREAM_CLOCK;
			break;
		case 3:
			snprintf(channel->id, sizeof(channel->id), "y");
			break;
		case 4:
			snprintf(channel->unit, sizeof(channel->unit), "Cel");
			break;
		case 5:
			snprintf(channel->quantity, sizeof(channel->quantity), "co2");
			break;
		case 6:
			channel->resolution = 0.1;
			break;
		case 7:
			channel->resolution = -0.0;
			break; /* equal */
		case 8:
			stream->period_ns = 7;
			break; /* the same stream at another rate */
		case 9:
			snprintf(channel->name_en, sizeof(channel->name_en), "better");
			break;
		}
		assert_int_equal(stream_is_same(&a.streams[0], stream), what >= 7);
		assert_int_equal(
			stream_fingerprint(&a.streams[0]) == stream_fingerprint(stream), what >= 7);
	}
}

static void cleared_it_is_as_new(void **unused)
{
	(void)unused;
	struct device a = numbered("link:a", "x"), b;

	numbered("link:b", "y");
	registry_set_left(registry, a.streams[0].id, &left);
	registry_set_rate_ppb(registry, a.id, 7);
	registry_clear(registry);
	b = numbered("link:b", "y");
	assert_int_equal(b.id, 1);
	assert_int_equal(b.sticker, 1);
	assert_int_equal(b.streams[0].id, 1);
	assert_int_equal(registry_left(registry, 1).last_ns, 0);
	assert_int_equal(registry_rate_ppb(registry, 1), 0);
	assert_int_equal(numbered("link:a", "x").id, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			devices_and_stickers_count_from_one_in_order_of_appearance, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			other_channels_are_another_stream_and_old_ones_come_back, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_the_store_knows_keeps_its_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			no_device_continues_rows_that_have_lost_theirs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(half_a_device_is_not_learnt, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			when_full_the_least_recently_seen_gives_way_and_no_number_repeats, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			learning_when_full_is_refused_but_its_numbers_stay_taken, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			rates_and_how_streams_were_left_are_remembered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cleared_it_is_as_new, set_up, tear_down),
		cmocka_unit_test(fingerprints_differ_exactly_where_streams_do),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
