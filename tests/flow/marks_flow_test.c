/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a kit's rows to marks in the store: the part of main (live/marks.h), keep's orders and the
 * reader, on a fake clock. The kit is the push button of kits/. */
#include <math.h>
#include <string.h>

#include "live/marks.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"

enum { FEED_BYTES = 1 << 20, PRESS = 0, STATE = 2 };

static struct bench bench;
static struct clock clock_fake;
static struct ring *feed;
static struct keep *keep;
static struct catalogue *catalogue;
static struct device button;
static struct marks marks;
static struct mark told[100], kept[100];
static size_t n_told, n_kept;

static void tell(void *self, const struct mark *mark)
{
	(void)self;
	assert_true(n_told < 100);
	told[n_told++] = *mark;
}

static int begin(void **state)
{
	static const char *const folders[] = {KITLOG_SOURCE "/kits"};

	(void)state;
	bench_open(&bench, 0);
	clock_fake = (struct clock){.is_fake = true, .frozen_ns = bench.now.ns};
	if (ring_new(FEED_BYTES, &feed) || catalogue_open(folders, 1, &catalogue))
		return -1;
	n_told = 0;
	button = (struct device){.id = 3, .sticker = 7, .kit = "push-button", .n_streams = 1};
	button.streams[0] = (struct stream){.id = 1,
		.n_channels = 3,
		.channels = {{.id = "press"}, {.id = "held"}, {.id = "state"}}};
	const struct keep_options options = {&clock_fake, bench.store, feed, NS_PER_S};
	if (keep_new(&options, &keep))
		return -1;
	marks = (struct marks){.keep = keep, .catalogue = catalogue, .made = tell};
	return 0;
}

static int end(void **state)
{
	(void)state;
	keep_free(keep);
	ring_free(feed);
	catalogue_close(catalogue);
	bench_close(&bench);
	return 0;
}

/* n rows so far apart; what is given is in that channel alone. */
static void say_of(
	const struct device *device, unsigned channel, int64_t from_s, uint32_t n, int64_t apart_ms)
{
	int64_t stamps[BATCH_ROWS];
	double values[BATCH_ROWS * 3];
	struct feed_record rows = {.kind = FEED_BATCH};

	for (uint32_t i = 0; i < n; i++) {
		stamps[i] = from_s * NS_PER_S + 1234567 + (int64_t)i * apart_ms * NS_PER_MS;
		for (unsigned c = 0; c < 3; c++)
			values[3 * i + c] = c == channel ? 1.0 + i : NAN;
	}
	rows.batch.stream = 1;
	rows.batch.n_channels = 3;
	rows.batch.n_rows = n;
	rows.batch.stamps_ns = stamps;
	rows.batch.values = values;
	marks_take(&marks, device, &device->streams[0], &rows);
}

static void say(unsigned channel, int64_t from_s, uint32_t n)
{
	say_of(&button, channel, from_s, n, 200);
}

static int note(void *self, const struct mark *mark)
{
	(void)self;
	assert_true(n_kept < 100);
	kept[n_kept++] = *mark;
	return 0;
}

/* What is on the card after the next commit. */
static void commit(void)
{
	for (int i = 0; i < 2; i++) {
		keep_turn(keep, bench.now);
		bench.now = instant_add(bench.now, NS_PER_S);
	}
	n_kept = 0;
	assert_int_equal(reader_marks(bench.reader, (struct instant){0},
				 (struct instant){INT64_MAX}, note, NULL),
		0);
}

static void a_press_is_a_mark_in_the_store_at_its_instant(void **state)
{
	(void)state;
	assert_int_equal(marks_load(&marks, bench.reader), 0);
	say(PRESS, 5, 2);
	say(STATE, 6, 3); /* is not what the kit.yaml calls a mark */
	commit();
	assert_int_equal(n_kept, 2);
	assert_int_equal(kept[0].id, 1);
	assert_int_equal(kept[0].at.ns, INT64_C(5001234567));
	assert_string_equal(kept[0].author, "kit 7");
	assert_string_equal(kept[0].text, "按钮 / Push button");
	assert_int_equal(kept[1].at.ns, INT64_C(5201234567));
	assert_int_equal(n_told, 2);
	assert_memory_equal(&told[1], &kept[1], sizeof told[1]);
}

static void marks_wait_for_the_store_and_get_the_next_numbers(void **state)
{
	(void)state;
	assert_int_equal(marks_load(&marks, bench.reader), 0);
	say(PRESS, 1, 3);
	commit();

	marks = (struct marks){
		.keep = keep, .catalogue = catalogue, .made = tell}; /* a new start */
	n_told = 0;
	say(PRESS, 10, 2);
	commit();
	assert_int_equal(n_kept, 3); /* nobody knows a number yet */
	assert_int_equal(n_told, 0);
	assert_int_equal(marks_load(&marks, bench.reader), 0);
	commit();
	assert_int_equal(n_kept, 5);
	assert_int_equal(n_told, 2);
	for (size_t i = 0; i < n_kept; i++)
		assert_int_equal(kept[i].id, i + 1);
}

static void those_that_wait_for_too_long_are_no_more_than_there_is_room_for(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		say(PRESS, 10 + 3 * i, 10);
	assert_int_equal(marks_load(&marks, bench.reader), 0);
	commit();
	assert_int_equal(n_kept, MARKS_WAITING);
	assert_int_equal(kept[0].at.ns, INT64_C(10001234567));
}

/* Of the kit of this sticker. */
static size_t kept_of(const char *author)
{
	size_t n = 0;

	for (size_t i = 0; i < n_kept; i++)
		n += strcmp(kept[i].author, author) == 0;
	return n;
}

static void a_button_that_is_stood_on_takes_no_marks_from_another(void **state)
{
	struct device other = button;

	(void)state;
	other.id = 4;
	other.sticker = 9;
	assert_int_equal(marks_load(&marks, bench.reader), 0);
	for (int64_t s = 5; s < 8; s++) {
		say_of(&button, PRESS, s, 25, 20);
		say_of(&other, PRESS, s, 1, 20);
	}
	commit();
	assert_int_equal(kept_of("kit 7"), 3 * MARKS_A_SECOND);
	assert_int_equal(kept_of("kit 9"), 3);
	assert_int_equal(marks.devices[0].device, 3);
	assert_int_not_equal(marks.devices[0].flood.hash, 0);
	assert_int_equal(marks.devices[1].device, 4);
	assert_int_equal(marks.devices[1].flood.hash, 0);
	say_of(&button, PRESS, 8, 1, 20);
	assert_int_not_equal(marks.devices[0].flood.hash, 0);
	say_of(&button, PRESS, 9, 1, 20); /* behind a quiet second */
	assert_int_equal(marks.devices[0].flood.hash, 0);
}

/* Devices come and go as long as the board runs. */
static void more_devices_than_are_remembered_make_marks(void **state)
{
	(void)state;
	assert_int_equal(marks_load(&marks, bench.reader), 0);
	for (int i = 0; i < MARKS_DEVICES + 10; i++) {
		button.id = (uint32_t)(3 + i);
		say_of(&button, PRESS, 5 + i, 1, 20);
	}
	commit();
	assert_int_equal(n_kept, MARKS_DEVICES + 10);
	assert_int_equal(marks.devices[0].device, 3 + MARKS_DEVICES);
}

static void a_kit_that_nobody_described_makes_none(void **state)
{
	(void)state;
	assert_int_equal(marks_load(&marks, bench.reader), 0);
	strcpy(button.kit, "some-board");
	say(PRESS, 1, 3);
	marks.catalogue = NULL;
	strcpy(button.kit, "push-button");
	say(PRESS, 3, 3);
	commit();
	assert_int_equal(n_kept, 0);
}

int main(void)
{
#define MARKS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		MARKS_TEST(a_press_is_a_mark_in_the_store_at_its_instant),
		MARKS_TEST(marks_wait_for_the_store_and_get_the_next_numbers),
		MARKS_TEST(those_that_wait_for_too_long_are_no_more_than_there_is_room_for),
		MARKS_TEST(a_button_that_is_stood_on_takes_no_marks_from_another),
		MARKS_TEST(more_devices_than_are_remembered_make_marks),
		MARKS_TEST(a_kit_that_nobody_described_makes_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
