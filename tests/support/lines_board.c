/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/lines_board.h"

#include <math.h>
#include <string.h>

extern const struct kit_family kit_family_lines;

static const struct kit_family *const only_lines[] = {&kit_family_lines};

struct rig board;

int lines_board_plug(void **unused)
{
	(void)unused;
	memset(&board, 0, sizeof(board));
	rig_open(&board, only_lines, 1);
	rig_pass_ms(&board, 100); /* the board speaks when we already listen */
	return 0;
}

int lines_board_unplug(void **unused)
{
	(void)unused;
	rig_close(&board);
	return 0;
}

void say_lines(const char *const *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		rig_say(&board, lines[i]);
		rig_pass_ms(&board, 100);
	}
}

void say_often(const char *line, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		say_lines(&line, 1);
}

const struct stream *stream_now(void)
{
	const struct device *device = rig_device(&board);

	assert_int_equal(device->n_streams, 1);
	assert_string_equal(device->family, "lines");
	return &device->streams[0];
}

void assert_row(size_t i, size_t n, const double *values)
{
	assert_true(i < board.n_rows);
	assert_int_equal(board.rows[i].n, n);
	for (size_t c = 0; c < n; c++) {
		if (isnan(values[c]))
			assert_true(isnan(board.rows[i].values[c]));
		else
			assert_true(board.rows[i].values[c] == values[c]);
	}
}
