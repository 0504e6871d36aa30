/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real sense thread and the real ports on ptys: boards that print, the virtual kit, unplugging and
 * storms of it, one port under two names. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/desk.h"

/* --- boards that print --- */

static void a_board_on_a_pty_becomes_rows(void **state)
{
	struct desk *desk = *state;
	int master = desk_plug_pty(desk), spoken = 0;
	char line[32];

	desk_open_port(desk);
	AWAIT(desk_port(desk).is_open);
	AWAIT((snprintf(line, sizeof(line), "%d,2\n", spoken++), desk_say(master, line),
		desk->n_rows >= 20));
	assert_string_equal(desk->device.family, "lines");
	assert_int_equal(desk->device.sticker, 1);
	assert_int_equal(desk->device.streams[0].n_channels, 2);
	assert_true(desk->last.values[0] >= 15);
	assert_true(desk->rises);
	assert_true(desk->n_urgent >= 1);
	AWAIT(desk->health.state == DEVICE_READY && desk->health.rows > 0);
	/* Each tick is held against when it was due, each turn against the clock. */
	AWAIT(desk->punctual.late.n >= 50 && desk->punctual.turn.n >= 50);
	assert_in_range(desk->punctual.late.most, 1, DESK_PATIENCE_S * (int64_t)NS_PER_S);
	assert_in_range(desk->punctual.turn.most, 1, DESK_PATIENCE_S * (int64_t)NS_PER_S);
	assert_true(desk->punctual.late.p50 <= desk->punctual.late.p999);
	assert_int_equal(desk->punctual.late_minute.n, desk->punctual.late.n);
	close(master);
	AWAIT(desk->n_gone == 1);
	AWAIT(!desk_port(desk).is_open && desk_port(desk).problem[0]);
	assert_non_null(strstr(desk_port(desk).problem, "; "));
}

/* A link in /dev/serial may come to lead to a port that is open by its own name. */
static void one_port_under_two_names_is_opened_once_and_said(void **state)
{
	struct desk *desk = *state;
	struct port_status status[2] = {{.speed = 1}};
	int master = desk_plug_pty(desk);
	char yaml[300], path[80], again[80];

	snprintf(path, sizeof(path), "%s/kit", desk->folder);
	snprintf(again, sizeof(again), "%s/again", desk->folder);
	snprintf(yaml, sizeof(yaml),
		"serial:\n  scan: no\n  ports:\n    - {path: %s}\n    - {path: %s}\n", path, again);
	desk_open(desk, yaml);
	AWAIT((ports_status(desk->ports, status, 2), status[0].is_open));
	assert_non_null(strstr(status[1].problem, "plug it in"));
	assert_int_equal(symlink(path, again), 0);
	AWAIT((ports_status(desk->ports, status, 2),
		strstr(status[1].problem, "under another name")));
	assert_non_null(strstr(status[1].problem, "; take one of the two out"));
	assert_true(status[0].is_open && !status[1].is_open);
	assert_string_equal(status[0].problem, "");
	close(master);
}

static void a_port_named_twice_is_one(void **state)
{
	struct desk *desk = *state;
	struct port_status status[2];
	int master = desk_plug_pty(desk);
	char yaml[300], path[80], again[80];

	snprintf(path, sizeof(path), "%s/kit", desk->folder);
	snprintf(again, sizeof(again), "%s/again", desk->folder);
	assert_int_equal(symlink(path, again), 0);
	snprintf(yaml, sizeof(yaml),
		"serial:\n  scan: no\n  ports:\n    - {path: %s}\n    - {path: %s}\n", again, path);
	desk_open(desk, yaml);
	assert_int_equal(ports_status(desk->ports, status, 2), 1);
	assert_string_equal(status[0].path, again);
	AWAIT((ports_status(desk->ports, status, 2), status[0].is_open));
	close(master);
}

static void ten_storms_of_unplugging_keep_device_stream_and_order(void **state)
{
	struct desk *desk = *state;
	uint32_t device = 0, stream = 0;

	desk_open_port(desk);
	for (unsigned storm = 0; storm < 10; storm++) {
		int master = desk_plug_pty(desk);
		uint64_t before = desk->n_rows;

		AWAIT(desk_port(desk).is_open);
		AWAIT((desk_say(master, "t:1 h:2\n"), desk->n_rows >= before + 8));
		if (storm == 0) {
			device = desk->device.id;
			stream = desk->device.streams[0].id;
		}
		assert_int_equal(desk->device.id, device);
		assert_int_equal(desk->device.sticker, 1);
		assert_int_equal(desk->device.streams[0].id, stream);
		if (storm % 2)
			desk_say(master, "t:1 h"); /* in mid-line */
		close(master);
		AWAIT(desk->n_gone == storm + 1);
	}
	assert_true(desk->rises);
	/* Each time: on the way, and when it was back. */
	assert_int_equal(desk->n_gaps, 10 + 9);
	for (size_t i = 0; i < desk->n_gaps; i++)
		assert_int_equal(desk->gaps[i].reason, GAP_UNPLUGGED);
}

/* --- the virtual kit --- */

static void the_virtual_kit_comes_goes_and_comes_back_as_the_same(void **state)
{
	struct desk *desk = *state;
	uint32_t device, stream;

	desk_start_virtual(desk, "80");
	desk_open_port(desk);
	AWAIT(desk->n_rows >= 100);
	assert_string_equal(desk->device.identity, "link:6b74000000000042");
	assert_string_equal(desk->device.kit, "virtual-wave");
	device = desk->device.id;
	stream = desk->device.streams[0].id;
	AWAIT(desk->health.state == DEVICE_READY && desk->health.uncertainty_ns > 0 &&
		desk->health.round_trip_ns > 0);
	desk_end_virtual(desk);
	AWAIT(desk->n_gone == 1);
	uint64_t before = desk->n_rows;
	desk_start_virtual(desk, "80");
	AWAIT(desk->n_rows >= before + 100);
	assert_int_equal(desk->device.id, device);
	assert_int_equal(desk->device.sticker, 1);
	assert_int_equal(desk->device.streams[0].id, stream);
	assert_true(desk->rises);
	assert_true(desk->n_gaps >= 2);
	assert_int_equal(sense_order(desk->sense, device, KIT_IDENTIFY, 1), 0);
	desk_end_virtual(desk);
	AWAIT(desk->n_gone == 2);
}

/* A ceramic resonator may be half a per cent off: an Uno's is a clock like any other. */
static void a_resonator_keeps_its_ticks(void **state)
{
	struct desk *desk = *state;

	desk_start_virtual(desk, "4900");
	desk_open_port(desk);
	/* The first estimates may be anywhere up to the bound. On a machine so busy that pings take
	 * tens of milliseconds they may be beyond it for a moment, and rows without ticks are right. */
	AWAIT(desk->health.rate_ppb < -4700000 && desk->health.rate_ppb > -CLOCK_RATE_MOST_PPB);
	uint64_t before = desk->n_rows - desk->n_rows_with_ticks;

	AWAIT(desk->n_rows >= before + 100);
	assert_int_equal(desk->n_rows - desk->n_rows_with_ticks, before);
	assert_true(desk->rises);
	desk_end_virtual(desk);
	AWAIT(desk->n_gone == 1);
	assert_int_equal(desk->n_rows - desk->n_rows_with_ticks, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(a_board_on_a_pty_becomes_rows),
		DESK_TEST(one_port_under_two_names_is_opened_once_and_said),
		DESK_TEST(a_port_named_twice_is_one),
		DESK_TEST(ten_storms_of_unplugging_keep_device_stream_and_order),
		DESK_TEST(the_virtual_kit_comes_goes_and_comes_back_as_the_same),
		DESK_TEST(a_resonator_keeps_its_ticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
