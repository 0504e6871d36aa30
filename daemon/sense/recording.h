/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording: what a device and the board said to each other, as text that people can read, write
 * by hand and send by mail. `kitlog kit record` makes one, sense/replay.h plays it.
 *
 *     kit: xy-md02
 *     made: by hand from the published frames
 *
 *     0.000000000 plug
 *     0.010000000 > 01 04 00 01 00 02 20 0B
 *     0.031250000 < 01 04 04 01 31
 *     2.040000000 unplug
 *
 * UTF-8. First lines `key: value`, then an empty line, then one event a line. `#` begins a comment
 * line. Times are seconds since the recording began, at most nine decimals, and never go back.
 *
 *     < BYTES                 came: one read, as the kernel gave it; of USB one report or packet; of
 *                             a file of the kernel its text
 *     > BYTES                 was sent
 *     >f BYTES   <f BYTES     a HID feature report was set; came, since it was asked for (>c ... get)
 *     >c TT RR VVVV IIII BYTES|get N   a USB control request: type, request, value, index in hex
 *     <c BYTES|error WORD     its answer; WORD: refused, timeout, gone, busy,
 *                             failed; of a file of the kernel it comes unasked
 *     edge LINE up|down [lost N]       a GPIO line became active, inactive
 *     pulse LINE US           a pulse was sent on one, so many microseconds long
 *     plug   unplug   note TEXT
 *
 * BYTES are pairs of hex digits, or `text` and characters with \r \n \t \\ \xHH.
 *
 * One owner. Reads in pieces: memory does not grow with the length of the file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "data/report.h"
#include "sense/kit.h"

struct recording;

enum {
	RECORDING_BYTES = 4096, /* of one event */
	RECORDING_LINE = 16384, /* one line of text, closed by NUL */
};

enum recording_kind {
	RECORDING_RECEIVED = 0,
	RECORDING_SENT,
	RECORDING_FEATURE_RECEIVED,
	RECORDING_FEATURE_SENT,
	RECORDING_CONTROL,
	RECORDING_ANSWER,
	RECORDING_EDGE,
	RECORDING_PULSE,
	RECORDING_PLUG,
	RECORDING_UNPLUG,
	RECORDING_NOTE,
};

struct recording_event {
	int64_t at_ns; /* since the recording began */
	int line;      /* in the file, from 1 */
	enum recording_kind kind;
	bool is_text;               /* the bytes are written as text */
	char id[24];                /* EDGE, PULSE: of the line */
	bool is_up;                 /* EDGE: it became active */
	uint32_t n_lost;            /* EDGE */
	unsigned us;                /* PULSE */
	struct kit_control control; /* CONTROL */
	bool is_get;                /* CONTROL: n bytes are wanted */
	int error;                  /* ANSWER, FEATURE_RECEIVED: -errno, 0 */
	size_t n;
	uint8_t bytes[RECORDING_BYTES]; /* also of NOTE */
};

/* Opens a file (NAME.txt, or NAME.txt.zst compressed by zstd) or `n` bytes of memory, which is
 * borrowed; and reads its first lines. 0; -EINVAL with mistakes in the report; -errno of the file
 * with a sentence there; -ENOMEM. The report is borrowed until recording_close. */
int recording_open(const char *path, struct report *report, struct recording **ret_recording);
int recording_open_text(
	const char *text, size_t n, struct report *report, struct recording **ret_recording);
void recording_close(struct recording *recording);

/* What stands behind `key:` in the first lines; "" when it is not there. */
const char *recording_header(const struct recording *recording, const char *key);

struct report *recording_report(const struct recording *recording); /* as given at opening */

/* The next event: 1; 0 at the end; -EINVAL: a line with a mistake, which is in the report; one may
 * go on behind it. */
int recording_next(struct recording *recording, struct recording_event *ret_event);

/* Are these bytes better read as text than as hex? Printable, and a line's end or eight of them: the
 * pieces of a binary frame may be letters by chance. */
bool recording_is_text(const uint8_t *bytes, size_t n);

/* Appends the event as a line. What is read back is the same event. */
void recording_write(struct text *text, const struct recording_event *event);

/* "12.345678901", with a sign when negative. */
void recording_write_time(struct text *text, int64_t ns);
