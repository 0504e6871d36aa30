/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board that prints lines, and what becomes of them: the words of the tests of the family `lines`
 * (unit/lines_*_test.c), on a rig (support/rig.h) where nobody else listens. */
#pragma once

#include "support/cmocka_all.h"
#include "support/rig.h"

/* A test with a board that is plugged in, and has not spoken yet. */
#define BOARD_TEST(name) cmocka_unit_test_setup_teardown(name, lines_board_plug, lines_board_unplug)

extern struct rig board;

int lines_board_plug(void **unused);
int lines_board_unplug(void **unused);

/* It prints each line, 100 ms apart. */
void say_lines(const char *const *lines, size_t n);
void say_often(const char *line, unsigned times);

/* Its one stream, as it was described last. */
const struct stream *stream_now(void);

/* Row i has these values and no more; NaN: none. */
void assert_row(size_t i, size_t n, const double *values);
#define ASSERT_ROW(i, ...) \
	assert_row(i, sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__})
