/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* On a busy board the sense thread may hear that a kit has come again before it hears that it was
 * pulled out. It is the same device then, with the same sticker, and its end is told before its
 * beginning. The thread's body on a clock that the test moves, pipes for ports, the real families. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "data/feed.h"
#include "sense/port.h"
#include "sense/sense.h"
#include "sense/transport_stream.h"
#include "support/cmocka_all.h"

enum { PORTS = 2, TOLD = 16 };

static struct {
	struct clock clock;
	struct registry *registry;
	struct ring *keep, *to_main;
	struct sense *sense;
	struct transport *transports[PORTS];
	int to[PORTS]; /* the kits' ends; -1: pulled out */
	struct {
		enum feed_kind kind; /* FEED_DEVICE, FEED_GONE */
		uint32_t device, sticker;
	} told[TOLD];
	size_t n_told;
	size_t n_unplugged; /* gaps of that reason */
} board;

static int set_up(void **unused)
{
	(void)unused;
	memset(&board, 0, sizeof board);
	board.clock = (struct clock){.is_fake = true, .frozen_ns = 100 * (int64_t)NS_PER_S};
	board.to[0] = board.to[1] = -1;
	assert_int_equal(registry_new(&board.registry), 0);
	assert_int_equal(ring_new(1 << 16, &board.keep), 0);
	assert_int_equal(ring_new(1 << 16, &board.to_main), 0);
	struct sense_options options = {.clock = &board.clock,
		.registry = board.registry,
		.feed_keep = board.keep,
		.feed_main = board.to_main};

	assert_int_equal(sense_new(&options, &board.sense), 0);
	return 0;
}

static void pull_out(unsigned number)
{
	close(board.to[number]);
	board.to[number] = -1;
}

static int tear_down(void **unused)
{
	(void)unused;
	sense_stop(board.sense);
	sense_free(board.sense);
	for (unsigned i = 0; i < PORTS; i++) {
		if (board.transports[i])
			board.transports[i]->class->close(board.transports[i]);
		if (board.to[i] >= 0)
			pull_out(i);
	}
	ring_free(board.keep);
	ring_free(board.to_main);
	registry_free(board.registry);
	return 0;
}

/* A socket is a place on the board: what is plugged in there without a serial number is known by it,
 * whatever name the kernel gives it this time. */
static void plug_in(unsigned number, const char *path)
{
	struct kit_port about = {.uncertainty_ns = NS_PER_MS, .socket = "usb-1.2"};
	int ends[2];

	strcpy(about.path, path);
	assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	board.to[number] = ends[1];
	assert_int_equal(
		transport_stream_new(&(struct port){.fd = ends[0]}, &board.transports[number]), 0);
	assert_int_equal(sense_add(board.sense, number, board.transports[number], &about), 0);
}

static void say(unsigned number)
{
	static const char lines[] = "1,2\n3,4\n5,6\n7,8\n";

	assert_int_equal(write(board.to[number], lines, sizeof lines - 1), sizeof lines - 1);
}

static void turn(void)
{
	struct feed_record record;

	board.clock.frozen_ns += 100 * NS_PER_MS;
	assert_true(sense_turn(board.sense, 0) >= 0);
	for (; feed_peek(board.keep, &record); ring_drop(board.keep)) {
		board.n_unplugged += record.kind == FEED_GAP && record.gap.reason == GAP_UNPLUGGED;
		if (record.kind != FEED_DEVICE && record.kind != FEED_GONE)
			continue;
		assert_true(board.n_told < TOLD);
		board.told[board.n_told].kind = record.kind;
		if (record.kind == FEED_DEVICE) {
			board.told[board.n_told].device = record.device->id;
			board.told[board.n_told].sticker = record.device->sticker;
		}
		board.n_told++;
	}
}

static void what_speaks_before_its_old_plug_is_known_to_be_out_is_the_same_device(void **unused)
{
	struct sense_notice notice;

	(void)unused;
	plug_in(0, "/dev/ttyACM0");
	turn();
	say(0);
	turn();
	assert_int_equal(board.n_told, 1);
	plug_in(1, "/dev/ttyACM1");
	turn();
	say(1); /* is ready first, so it is heard first */
	pull_out(0);
	turn();
	assert_int_equal(board.n_told, 3);
	assert_int_equal(board.told[1].kind, FEED_GONE);
	assert_int_equal(board.told[2].kind, FEED_DEVICE);
	assert_int_equal(board.told[2].device, board.told[0].device);
	assert_int_equal(board.told[2].sticker, board.told[0].sticker);
	assert_true(board.n_unplugged >= 1);
	/* Main is told once that the old one may be closed. */
	assert_true(sense_next_notice(board.sense, &notice));
	assert_int_equal(notice.kind, SENSE_CLOSED);
	assert_int_equal(notice.slot, 0);
	turn();
	assert_false(sense_next_notice(board.sense, &notice));
	assert_int_equal(board.n_told, 3);
}

static void two_that_are_there_at_once_are_two_devices(void **unused)
{
	(void)unused;
	plug_in(0, "/dev/ttyACM0");
	turn();
	say(0);
	turn();
	plug_in(1, "/dev/ttyACM1");
	turn();
	say(1);
	turn();
	assert_int_equal(board.n_told, 2);
	assert_int_equal(board.told[1].kind, FEED_DEVICE);
	assert_int_not_equal(board.told[1].sticker, board.told[0].sticker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_speaks_before_its_old_plug_is_known_to_be_out_is_the_same_device,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			two_that_are_there_at_once_are_two_devices, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
