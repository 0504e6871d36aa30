/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `lines`: a board that prints numbers is a kit.
 *
 * What boards print (lines_parse.h lists it): numbers by position, label:value and label=value in
 * any order and number, with units in prose, tuples, MakeCode's lines padded with spaces, a header
 * of names in front of numbers. Around that: boot banners, debug messages, half a line at the
 * start.
 *
 * Finding. A first line that was under way when we began to listen is thrown away. Five lines are
 * kept; as soon as four of the last five (or, two seconds after the first, all of at least two) are
 * numbers of one kind, it is ours. Lines with labels are believed only when one of the labels came
 * before: a board that makes a new one each time ("line 17: 3") would get a channel a line and a
 * stream every ten seconds. Channels are what those lines name; then they are read again, as rows.
 *
 * Afterwards. A line is a row; channels it does not mention are NaN. A header, or five lines in a
 * row of another make, or a new label met twice, make another description. Whatever else comes is
 * counted and does no harm. Stamp: when the last byte of the line came, or what the board's own
 * millis() says if it prints that (lines_time.c).
 *
 * A line whose form was seen before is read by comparing what stands between its numbers
 * (lines_form): that is the path that 20 000 rows a second take. */
#include <string.h>

#include "kits/protocols/lines_state.h"

enum {
	UNDER_WAY_MS =
		50, /* bytes of a line that had begun come sooner than this, over any adapter */
};

static void on_tick(struct kit *kit, void *state, struct instant now)
{
	struct lines *lines = state;

	if (!lines->is_ours)
		lines_look_again(kit, lines, now);
}

/* --- bytes --- */

static void on_open(struct kit *kit, void *state)
{
	struct lines *lines = state;

	lines->opened = kit_arrival(kit, 0);
	if (kit_is_claimed(kit) && lines_has_names(kit)) {
		lines->is_ours = true;
		lines_describe(kit, lines);
	}
}

static void on_line(
	struct kit *kit, struct lines *lines, const char *line, size_t n, struct instant arrival)
{
	if (!lines->has_begun || lines->is_long || n > LINES_LINE_MAX) {
		lines->has_begun = true;
		lines->is_long = false;
		return;
	}
	if (lines->is_ours)
		lines_take(kit, lines, line, n, arrival);
	else
		lines_keep(kit, lines, line, n, arrival);
}

static size_t end_of_line(const char *text, size_t n)
{
	const char *newline = memchr(text, '\n', n);
	size_t within = newline ? (size_t)(newline - text) : n;
	const char *carriage = memchr(text, '\r', within);

	return carriage ? (size_t)(carriage - text) : within;
}

static size_t decode(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	struct lines *lines = state;
	const char *text = (const char *)bytes;
	size_t at = 0;

	if (!lines->has_bytes)
		lines->has_begun = instant_since(kit_arrival(kit, n), lines->opened) >
			UNDER_WAY_MS * (int64_t)NS_PER_MS;
	lines->has_bytes = true;
	while (at < n) {
		size_t size;

		if (lines->form.n > 0 && !lines->is_long) {
			double values[STREAM_CHANNELS];

			size = lines_form_read(&lines->form, text + at, n - at, values);
			if (size) {
				at += size;
				lines->other_make = 0;
				lines_put(kit, lines, values, kit_arrival(kit, n - at));
				continue;
			}
		}
		size = end_of_line(text + at, n - at);
		if (at + size == n) {
			if (size <= LINES_LINE_MAX)
				break; /* the rest is to come */
			/* No line is that long: throw away up to its end. */
			if (!lines->is_long)
				kit_reject(kit);
			lines->is_long = true;
			return n;
		}
		on_line(kit, lines, text + at, size, kit_arrival(kit, n - at - size - 1));
		at += size + 1;
	}
	return at;
}

KIT_FAMILY(lines) = {
	.name = "lines",
	.state_size = sizeof(struct lines),
	.form = &lines_model_form,
	.open = on_open,
	.decode = decode,
	.tick = on_tick,
};

_Static_assert(sizeof(struct lines) <= KIT_STATE_BYTES, "the state of lines is too large");
