/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows become the lines that a server is to get, under the names that series.h promises, and gzip
 * gives them back. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "ship/body.h"
#include "support/cmocka_all.h"

static struct device board_with(
	const char *kit, const char *stream, const char *const *ids, uint32_t n)
{
	struct device device = {.id = 7, .sticker = 3, .n_streams = 1};

	snprintf(device.kit, sizeof(device.kit), "%s", kit);
	device.streams[0] = (struct stream){.id = 70, .device = 7, .n_channels = n};
	snprintf(device.streams[0].name, sizeof(device.streams[0].name), "%s", stream);
	for (uint32_t i = 0; i < n; i++)
		snprintf(device.streams[0].channels[i].id, sizeof(device.streams[0].channels[i].id),
			"%s", ids[i]);
	return device;
}

static void make_series(
	struct series *series, const char *stream, const char *const *ids, uint32_t n)
{
	struct device device = board_with("text-board", stream, ids, n);
	const char *why;

	assert_int_equal(series_init(series, "kitlog-3b2", &device, &device.streams[0], &why), 0);
}

static struct body *make_body(size_t lines, size_t bytes, bool is_gzipped)
{
	struct body *body;

	assert_int_equal(body_new(lines, bytes, is_gzipped, &body), 0);
	return body;
}

static void assert_text(const struct body *body, size_t from, size_t to, const char *expected)
{
	size_t n;
	const char *text = body_text(body, from, to, &n);

	assert_int_equal(n, strlen(expected));
	assert_memory_equal(text, expected, n);
}

static void body_writes_rows_as_lines(void **state)
{
	static const char *const ids[] = {"t", "p"};
	struct body *body = make_body(100, 16384, false);
	struct series series;

	(void)state;
	make_series(&series, "main", ids, 2);
	body_add(body, &series, (struct instant){11}, (double[]){21.5, 1013.25}, 0,
		(struct wall){1700000000000000001});
	body_add(body, &series, (struct instant){12}, (double[]){NAN, 0.1}, 0,
		(struct wall){1700000000000000002});
	assert_int_equal(body_lines(body), 2);
	assert_text(body, 0, 2,
		"text-board,board=kitlog-3b2,device=3 t=21.5,p=1013.25 1700000000000000001\n"
		"text-board,board=kitlog-3b2,device=3 p=0.1 1700000000000000002\n");
	assert_text(body, 1, 2, "text-board,board=kitlog-3b2,device=3 p=0.1 1700000000000000002\n");
	assert_text(body, 1, 1, "");
	assert_int_equal(body_stamp(body, 1).ns, 12);
	body_reset(body);
	assert_int_equal(body_lines(body), 0);
	body_free(body);
}

static void streams_of_a_device_do_not_collide(void **state)
{
	static const char *const ids[] = {"t"};
	struct series main, light;

	(void)state;
	make_series(&main, "main", ids, 1);
	make_series(&light, "light", ids, 1);
	assert_string_equal(main.head, "text-board,board=kitlog-3b2,device=3");
	assert_string_equal(light.head, "text-board,board=kitlog-3b2,device=3,stream=light");
}

static void names_that_stores_keep_for_themselves_get_another(void **state)
{
	static const char *const ids[] = {"time", "device", "board", "board_value", "x"};
	struct series series;

	(void)state;
	make_series(&series, "main", ids, 5);
	assert_string_equal(series.keys[0], "time_value");
	assert_string_equal(series.keys[1], "device_value");
	assert_string_equal(series.keys[2], "board_value_");
	assert_string_equal(series.keys[3], "board_value");
	assert_string_equal(series.keys[4], "x");
}

static void the_uncertainty_of_a_stamp_is_a_field_beside_the_channels(void **state)
{
	static const char *const ids[] = {"t", "stamp_u_us"};
	struct body *body = make_body(100, 16384, false);
	struct series series;

	(void)state;
	make_series(&series, "main", ids, 1);
	body_add(body, &series, (struct instant){11}, (double[]){21.5}, 1000, (struct wall){5});
	body_add(body, &series, (struct instant){12}, (double[]){21.5}, 0, (struct wall){6});
	body_add(body, &series, (struct instant){13}, (double[]){NAN}, 1000, (struct wall){7});
	make_series(&series, "main", ids, 2);
	body_add(body, &series, (struct instant){14}, (double[]){1, 2}, 3005123456,
		(struct wall){8});
	assert_text(body, 0, body_lines(body),
		"text-board,board=kitlog-3b2,device=3 t=21.5,stamp_u_us=1 5\n"
		"text-board,board=kitlog-3b2,device=3 t=21.5 6\n"
		"text-board,board=kitlog-3b2,device=3 t=1,stamp_u_us=2,stamp_u_us_=3005123.456 8\n");
	body_free(body);
}

static void series_refuses_a_board_that_cannot_be_a_tag(void **state)
{
	static const char *const ids[] = {"t"};
	struct device device = board_with("text-board", "main", ids, 1);
	struct series series;
	const char *why = NULL;

	(void)state;
	assert_int_equal(
		series_init(&series, "bad\xff", &device, &device.streams[0], &why), -EINVAL);
	assert_non_null(why);
}

static void body_says_nothing_of_a_row_without_numbers(void **state)
{
	static const char *const ids[] = {"t"};
	struct body *body = make_body(100, 16384, false);
	struct series series;

	(void)state;
	make_series(&series, "main", ids, 1);
	assert_int_equal(
		body_add(body, &series, (struct instant){1}, (double[]){NAN}, 0, (struct wall){5}),
		0);
	assert_int_equal(body_lines(body), 0);
	body_free(body);
}

static void body_is_bounded_in_lines_and_bytes(void **state)
{
	static const char *const ids[] = {"t"};
	struct body *body = make_body(3, 16384, false);
	struct series series;
	size_t n;

	(void)state;
	make_series(&series, "main", ids, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(body_add(body, &series, (struct instant){i}, (double[]){1}, 0,
					 (struct wall){i}),
			0);
	assert_int_equal(
		body_add(body, &series, (struct instant){3}, (double[]){1}, 0, (struct wall){3}),
		-ENOSPC);
	body_free(body);

	body = make_body(10000, 16384, false);
	for (int i = 0; body_add(body, &series, (struct instant){i}, (double[]){1}, 0,
				(struct wall){i}) == 0;
		i++)
		;
	body_text(body, 0, body_lines(body), &n);
	assert_in_range(n, 16384 - 50, 16384);
	/* After a 413 the bound is lower, but one line always goes. */
	body_reset(body);
	body_limit(body, 10);
	assert_int_equal(
		body_add(body, &series, (struct instant){0}, (double[]){1}, 0, (struct wall){0}),
		0);
	assert_int_equal(
		body_add(body, &series, (struct instant){1}, (double[]){1}, 0, (struct wall){1}),
		-ENOSPC);
	assert_int_equal(body_lines(body), 1);
	body_free(body);
}

static void body_gzips_any_portion_so_that_it_reads_back(void **state)
{
	static const char *const ids[] = {"t", "p", "q"};
	struct body *body = make_body(5000, 512 * 1024, true);
	static char back[512 * 1024];
	struct series series;

	(void)state;
	make_series(&series, "main", ids, 3);
	for (int round = 0; round < 3; round++) {
		body_reset(body);
		for (int i = 0; i < 4000; i++)
			body_add(body, &series, (struct instant){i},
				(double[]){21.5 + i * 0.01, sin(i), i}, 0,
				(struct wall){1700000000000000000 + (int64_t)i * 1000003});
		for (size_t from = 0; from < 4000; from += 1999) {
			size_t to = from + 1999 < 4000 ? from + 1999 : 4000, n, packed_n;
			const char *text = body_text(body, from, to, &n), *packed;
			z_stream stream = {0};

			assert_int_equal(body_encode(body, from, to, &packed, &packed_n), 0);
			assert_true(packed_n < n);
			inflateInit2(&stream, 15 + 16);
			stream.next_in = (Bytef *)(uintptr_t)packed;
			stream.avail_in = (uInt)packed_n;
			stream.next_out = (Bytef *)back;
			stream.avail_out = sizeof(back);
			assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
			assert_int_equal(stream.total_out, n);
			assert_memory_equal(back, text, n);
			inflateEnd(&stream);
		}
	}
	body_free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(body_writes_rows_as_lines),
		cmocka_unit_test(streams_of_a_device_do_not_collide),
		cmocka_unit_test(names_that_stores_keep_for_themselves_get_another),
		cmocka_unit_test(the_uncertainty_of_a_stamp_is_a_field_beside_the_channels),
		cmocka_unit_test(series_refuses_a_board_that_cannot_be_a_tag),
		cmocka_unit_test(body_says_nothing_of_a_row_without_numbers),
		cmocka_unit_test(body_is_bounded_in_lines_and_bytes),
		cmocka_unit_test(body_gzips_any_portion_so_that_it_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
