/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board that prints is found, and every line of it becomes a row: when it is a kit, how rows are
 * stamped, what does no harm. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/lines_board.h"

static void a_board_that_prints_numbers_is_a_kit(void **unused)
{
	(void)unused;
	say_often("21.5,40\r\n", 4);
	assert_int_equal(board.n_devices, 1);
	assert_string_equal(rig_device(&board)->kit, "text-board");
	assert_string_equal(rig_device(&board)->identity, "port:bench");
	assert_int_equal(stream_now()->n_channels, 2);
	assert_string_equal(stream_now()->channels[0].id, "c1");
	assert_string_equal(stream_now()->channels[1].name_zh, "数值 2");
	say_often("22.5,41\r\n", 1);
	assert_int_equal(board.n_rows, 5); /* those of the finding too */
	ASSERT_ROW(0, 21.5, 40);
	ASSERT_ROW(4, 22.5, 41);
	assert_int_equal(board.n_sent, 0); /* never says a word */
}

static void stamps_are_the_arrival_of_the_last_byte(void **unused)
{
	(void)unused;
	say_often("1\n", 3);
	rig_say(&board, "2");
	rig_pass_ms(&board, 30);
	board.clock.frozen_ns += 499; /* to the nearest microsecond */
	rig_say(&board, "3\n");
	rig_pass_ms(&board, 100);
	assert_int_equal(board.n_rows, 4);
	assert_int_equal(board.rows[3].stamp_ns, NS_PER_S + 430 * NS_PER_MS);
	ASSERT_ROW(3, 23);
}

static void lines_that_come_together_are_set_apart_by_the_wire(void **unused)
{
	struct kit_port port = board.port;

	(void)unused;
	rig_unplug(&board);
	board.port.speed = 9600;
	board.port.has_wire = true;
	rig_plug(&board);
	board.port = port;
	rig_pass_ms(&board, 100);
	rig_say(&board, "10\n11\n12\n13\n");
	rig_pass_ms(&board, 100);
	assert_int_equal(board.n_rows, 4);
	for (size_t i = 1; i < 4; i++) /* 3 bytes of 10 bits at 9600 bit/s */
		assert_int_equal(
			board.rows[i].stamp_ns - board.rows[i - 1].stamp_ns, 3125 * NS_PER_US);
	rig_unplug(&board);
	board.port.speed = 9600; /* said to native USB, where it means nothing */
	rig_plug(&board);
	rig_pass_ms(&board, 100);
	rig_say(&board, "10\n11\n12\n13\n");
	rig_pass_ms(&board, 100);
	for (size_t i = 5; i < 8; i++)
		assert_int_equal(board.rows[i].stamp_ns - board.rows[i - 1].stamp_ns, NS_PER_US);
}

static void slow_boards_are_found_after_two_lines_and_two_seconds(void **unused)
{
	(void)unused;
	rig_say(&board, "Temp: 21.5 C\n");
	rig_pass_ms(&board, 1500);
	rig_say(&board, "Temp: 21.6 C\n");
	rig_pass_ms(&board, 400);
	assert_int_equal(board.n_devices, 0);
	rig_pass_ms(&board, 200);
	assert_int_equal(board.n_devices, 1);
	assert_string_equal(stream_now()->channels[0].unit, "Cel");
	assert_string_equal(stream_now()->channels[0].quantity, "temperature");
	rig_pass_ms(&board, 100);
	assert_int_equal(board.n_rows, 2);
}

static void half_a_line_at_the_start_is_thrown_away(void **unused)
{
	(void)unused;
	rig_unplug(&board);
	rig_plug(&board);
	rig_say(&board, "5,40\n"); /* of "21.5,40" */
	rig_pass_ms(&board, 100);
	say_often("22.5,41\n", 4);
	assert_int_equal(board.n_rows, 4);
	ASSERT_ROW(0, 22.5, 41);
}

static void a_banner_and_a_few_strange_lines_do_no_harm(void **unused)
{
	static const char *const lines[] = {"\r\n", "Booting v1.2\r\n", "sensor ok\r\n", "1,2\r\n",
		"1,2\r\n", "warning!\r\n", "1,2\r\n", "1,2\r\n", "1,2\r\n", "low battery\r\n",
		"3,4\r\n"};

	(void)unused;
	say_lines(lines, sizeof(lines) / sizeof(lines[0]));
	assert_int_equal(board.n_devices, 1);
	ASSERT_ROW(board.n_rows - 1, 3, 4);
	assert_int_equal(rig_health(&board).bad_frames, 1);
}

static void half_of_the_lines_being_numbers_is_not_enough(void **unused)
{
	(void)unused;
	for (int i = 0; i < 20; i++) {
		rig_say(&board, "17\n");
		rig_say(&board, "the answer\n");
		rig_pass_ms(&board, 300);
	}
	assert_int_equal(board.n_devices, 0);
}

/* Half a minute of them. */
static void say_a_new_label_in_every_line(void)
{
	char line[64];

	for (int i = 0; i < 600; i++) {
		snprintf(line, sizeof(line), "line %d: %d\n", i, i % 7);
		rig_say(&board, line);
		rig_pass_ms(&board, 50);
	}
}

static void a_kit_that_begins_to_do_so_makes_no_more_streams(void **unused)
{
	(void)unused;
	say_often("T:1\n", 6);
	say_a_new_label_in_every_line();
	assert_int_equal(board.n_devices, 1);
	assert_int_equal(rig_health(&board).state, DEVICE_TEXT);
	say_often("T:1\n", 6);
	assert_int_equal(rig_health(&board).state, DEVICE_READY);
}

static void a_new_label_in_every_line_is_text_and_no_device(void **unused)
{
	(void)unused;
	say_a_new_label_in_every_line();
	assert_int_equal(board.n_devices, 0);
	assert_int_equal(rig_health(&board).state, DEVICE_TEXT);
}

static void more_numbers_than_channels_are_text_and_no_device(void **unused)
{
	(void)unused;
	for (int i = 0; i < 120; i++) {
		rig_say(&board, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n");
		rig_pass_ms(&board, 50);
	}
	assert_int_equal(board.n_devices, 0);
	assert_int_equal(rig_health(&board).state, DEVICE_TEXT);
}

static void a_board_that_says_one_of_many_labels_a_line_is_a_kit(void **unused)
{
	static const char *const lines[] = {"t:1\n", "h:2\n", "p:3\n", "l:4\n", "c:5\n", "v:6\n"};

	(void)unused;
	for (int i = 0; i < 4; i++)
		say_lines(lines, 6);
	assert_int_equal(stream_now()->n_channels, 6);
}

static void carriage_return_alone_ends_a_line(void **unused)
{
	(void)unused;
	say_often("1 2\r", 5);
	assert_int_equal(board.n_rows, 5);
}

static void long_lines_and_binary_are_refused_and_forgotten(void **unused)
{
	static uint8_t noise[10000];

	(void)unused;
	say_often("1,2\n", 4);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 7 % 251 == '\n' ? 'x' : i * 7 % 251);
	for (size_t i = 0; i < sizeof(noise); i++)
		if (noise[i] == '\n' || noise[i] == '\r')
			noise[i] = 0;
	rig_feed(&board, noise, sizeof(noise));
	rig_say(&board, "7,8\n"); /* the end of the long line */
	rig_say(&board, "3,4\n");
	rig_pass_ms(&board, 100);
	assert_int_equal(board.n_rows, 5);
	ASSERT_ROW(4, 3, 4);
	assert_true(rig_health(&board).bad_frames >= 1);
}

static void the_quick_way_reads_what_the_slow_way_reads(void **unused)
{
	char line[64];

	(void)unused;
	for (int i = 0; i < 1000; i++) {
		snprintf(line, sizeof(line), "T=%.2f C, H=%d%%\r\n", i * 0.37 - 100, i);
		rig_say(&board, line);
		if (i % 100 == 50)
			rig_say(&board, "T=nan C, H=1%\r\n");
		if (i % 100 == 70)
			rig_say(&board, "H=2%, T=3 C\r\n");
		rig_pass_ms(&board, 1);
	}
	rig_pass_ms(&board, 100);
	assert_int_equal(board.n_rows, 1020);
	for (size_t i = 0, next = 0; i < board.n_rows; i++) {
		double t = board.rows[i].values[0], h = board.rows[i].values[1];

		if (isnan(t))
			assert_true(h == 1);
		else if (t == 3 && h == 2)
			continue;
		else {
			snprintf(line, sizeof(line), "%.2f", (double)next * 0.37 - 100);
			assert_true(t == strtod(line, NULL) && h == (double)next);
			next++;
		}
	}
	assert_int_equal(rig_health(&board).bad_frames, 0);
}

static void ten_thousand_rows_at_once_rise_strictly(void **unused)
{
	(void)unused;
	say_often("1 2 3\n", 4);
	for (int i = 0; i < 10000; i++)
		rig_say(&board, "1 2 3\n");
	rig_pass_ms(&board, 100);
	assert_int_equal(board.n_rows, 10004);
	for (size_t i = 1; i < board.n_rows; i++)
		assert_true(board.rows[i].stamp_ns > board.rows[i - 1].stamp_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(a_board_that_prints_numbers_is_a_kit),
		BOARD_TEST(stamps_are_the_arrival_of_the_last_byte),
		BOARD_TEST(lines_that_come_together_are_set_apart_by_the_wire),
		BOARD_TEST(slow_boards_are_found_after_two_lines_and_two_seconds),
		BOARD_TEST(half_a_line_at_the_start_is_thrown_away),
		BOARD_TEST(a_banner_and_a_few_strange_lines_do_no_harm),
		BOARD_TEST(half_of_the_lines_being_numbers_is_not_enough),
		BOARD_TEST(a_new_label_in_every_line_is_text_and_no_device),
		BOARD_TEST(a_kit_that_begins_to_do_so_makes_no_more_streams),
		BOARD_TEST(more_numbers_than_channels_are_text_and_no_device),
		BOARD_TEST(a_board_that_says_one_of_many_labels_a_line_is_a_kit),
		BOARD_TEST(carriage_return_alone_ends_a_line),
		BOARD_TEST(long_lines_and_binary_are_refused_and_forgotten),
		BOARD_TEST(the_quick_way_reads_what_the_slow_way_reads),
		BOARD_TEST(ten_thousand_rows_at_once_rise_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
