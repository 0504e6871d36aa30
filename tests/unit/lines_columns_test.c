/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which numbers of a board's lines are one channel: by header, by label, by place, and what happens
 * when that changes. */
#include <math.h>

#include "support/lines_board.h"

static void a_header_names_the_columns(void **unused)
{
	static const char *const lines[] = {"time_ms,temp_C,light (lux)\n", "1000,21.5,300\n",
		"2000,21.6,301\n", "3000,21.7,302\n", "4000,21.8,303\n"};

	(void)unused;
	say_lines(lines, 5);
	assert_int_equal(stream_now()->n_channels, 3);
	assert_string_equal(stream_now()->channels[0].id, "time");
	assert_string_equal(stream_now()->channels[0].unit, "ms");
	assert_string_equal(stream_now()->channels[1].id, "temp");
	assert_string_equal(stream_now()->channels[1].unit, "Cel");
	assert_string_equal(stream_now()->channels[2].id, "light");
	assert_string_equal(stream_now()->channels[2].name_en, "light");
	assert_string_equal(stream_now()->channels[2].unit, "lx");
	assert_int_equal(board.n_rows, 4);
}

static void a_changed_header_makes_a_new_stream_of_the_same_device(void **unused)
{
	static const char *const lines[] = {"temp_C,hum\n", "1,2\n", "1,2\n", "1,2\n", "1,2\n",
		"temp_C,co2\n", "3,4\n", "3,4\n"};
	uint32_t stream, device;

	(void)unused;
	say_lines(lines, 5);
	stream = stream_now()->id;
	device = rig_device(&board)->id;
	say_lines(lines + 5, 3);
	assert_int_equal(rig_device(&board)->id, device);
	assert_true(stream_now()->id != stream);
	assert_string_equal(stream_now()->channels[1].id, "co2");
	assert_int_equal(board.rows[board.n_rows - 1].stream, stream_now()->id);
	ASSERT_ROW(4, 3, 4);
	say_lines(lines, 2); /* and back: the old stream goes on */
	assert_int_equal(stream_now()->id, stream);
}

static void a_message_with_a_comma_is_no_header(void **unused)
{
	static const char *const lines[] = {
		"1,2\n", "1,2\n", "1,2\n", "1,2\n", "Sensor error, trying again\n", "3,4\n"};

	(void)unused;
	say_lines(lines, 6);
	assert_int_equal(board.n_devices, 1);
	ASSERT_ROW(4, 3, 4);
}

static void the_same_header_again_changes_nothing(void **unused)
{
	static const char *const lines[] = {
		"a,b\n", "1,2\n", "1,2\n", "1,2\n", "1,2\n", "a,b\n", "3,4\n"};

	(void)unused;
	say_lines(lines, 7);
	assert_int_equal(board.n_devices, 1);
	assert_int_equal(board.n_rows, 5);
}

static void makecode_prints_one_label_a_line_padded_to_32_bytes(void **unused)
{
	static const char *const lines[] = {
		"temp:21                       \r\n", "light:80                      \r\n"};

	(void)unused;
	for (int i = 0; i < 3; i++)
		say_lines(lines, 2);
	assert_int_equal(board.n_devices, 1);
	assert_int_equal(stream_now()->n_channels, 2);
	assert_int_equal(board.n_rows, 6);
	ASSERT_ROW(0, 21, NAN);
	ASSERT_ROW(1, NAN, 80);
	ASSERT_ROW(5, NAN, 80);
}

static void labels_keep_their_channel_in_any_order(void **unused)
{
	(void)unused;
	say_often("a:1 b:2\n", 4);
	say_often("b:4 a:3\n", 1);
	say_often("b:5\n", 1);
	assert_int_equal(board.n_devices, 1);
	ASSERT_ROW(4, 3, 4);
	ASSERT_ROW(5, NAN, 5);
}

static void equal_labels_are_columns_of_their_own(void **unused)
{
	(void)unused;
	say_often("T: 21.5 T: 22.0\n", 4);
	assert_int_equal(stream_now()->n_channels, 2);
	assert_string_equal(stream_now()->channels[0].id, "t");
	assert_string_equal(stream_now()->channels[1].id, "t_2");
	ASSERT_ROW(3, 21.5, 22);
	say_often("T: 23.5\n", 1);
	ASSERT_ROW(4, 23.5, NAN);
}

static void several_new_labels_are_believed_one_after_the_other(void **unused)
{
	(void)unused;
	say_often("T:1\n", 4);
	say_often("T:1 T:2 h:3\n", 3);
	assert_int_equal(stream_now()->n_channels, 3);
	ASSERT_ROW(board.n_rows - 1, 1, 2, 3);
}

static void a_new_label_is_believed_when_met_twice(void **unused)
{
	(void)unused;
	say_often("a:1 b:2\n", 4);
	say_often("a:1 q:2\n", 1); /* perhaps a damaged byte */
	assert_int_equal(board.n_devices, 1);
	say_often("a:1 b:2\n", 1);
	say_often("a:1 b:2 c:3\n", 2);
	assert_int_equal(board.n_devices, 2);
	assert_int_equal(stream_now()->n_channels, 3);
	ASSERT_ROW(board.n_rows - 1, 1, 2, 3);
}

static void chinese_labels_are_names_and_get_plain_ids(void **unused)
{
	(void)unused;
	say_often("温度:21.5 湿度:40\n", 4);
	assert_string_equal(stream_now()->channels[0].id, "c1");
	assert_string_equal(stream_now()->channels[0].name_zh, "温度");
	assert_string_equal(stream_now()->channels[0].quantity, "temperature");
	assert_string_equal(stream_now()->channels[1].id, "c2");
	assert_string_equal(stream_now()->channels[1].quantity, "humidity");
}

static void ids_are_unique(void **unused)
{
	(void)unused;
	say_lines((const char *const[]){"temp,Temp,TEMP,c_1\n", "1,2,3,4\n", "1,2,3,4\n",
			  "1,2,3,4\n", "1,2,3,4\n"},
		5);
	assert_string_equal(stream_now()->channels[0].id, "temp");
	assert_string_equal(stream_now()->channels[1].id, "temp_2");
	assert_string_equal(stream_now()->channels[2].id, "temp_3");
	assert_string_equal(stream_now()->channels[3].id, "c_1");
}

static void another_sketch_is_noticed_after_five_lines(void **unused)
{
	(void)unused;
	say_often("1,2\n", 5);
	say_often("7\n", 4); /* rows with a hole, at first */
	assert_int_equal(board.n_devices, 1);
	ASSERT_ROW(board.n_rows - 1, 7, NAN);
	say_often("7\n", 1);
	assert_int_equal(board.n_devices, 2);
	assert_int_equal(stream_now()->n_channels, 1);
	ASSERT_ROW(board.n_rows - 1, 7);
	say_often("speed:3\n", 5);
	assert_int_equal(board.n_devices, 3);
	assert_string_equal(stream_now()->channels[0].id, "speed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(a_header_names_the_columns),
		BOARD_TEST(a_changed_header_makes_a_new_stream_of_the_same_device),
		BOARD_TEST(a_message_with_a_comma_is_no_header),
		BOARD_TEST(the_same_header_again_changes_nothing),
		BOARD_TEST(makecode_prints_one_label_a_line_padded_to_32_bytes),
		BOARD_TEST(labels_keep_their_channel_in_any_order),
		BOARD_TEST(equal_labels_are_columns_of_their_own),
		BOARD_TEST(several_new_labels_are_believed_one_after_the_other),
		BOARD_TEST(a_new_label_is_believed_when_met_twice),
		BOARD_TEST(chinese_labels_are_names_and_get_plain_ids),
		BOARD_TEST(ids_are_unique),
		BOARD_TEST(another_sketch_is_noticed_after_five_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
