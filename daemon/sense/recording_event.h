/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of a recording, and back. For recording.c alone. Pure. */
#pragma once

#include "sense/recording.h"

/* Reads "0.031250000 < 01 04" (closed by NUL). Returns NULL when it is good, else what was expected
 * at *ret_column (from 1), such that "WORD" is not EXPECTED is a sentence; ret_word is WORD. On
 * success ret_event is written, but for `line`. */
const char *recording_read_event(const char *line, struct recording_event *ret_event,
	const char **ret_word, int *ret_column);

const char *recording_kind_word(enum recording_kind kind); /* "<c" */
const char *recording_error_word(int error);               /* -EPIPE: "refused" */
