/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines out of a source, the first ones as `key: value`, the others as events. A mistake is one
 * sentence with its place; reading goes on behind it, so that all of a file are seen at once. */
#include "sense/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sense/recording_event.h"
#include "sense/recording_source.h"

/* kit .. made as FORMATS has them; the others say how the device was plugged in, where that decides
 * what it is taken for (sense/replay.h). */
static const char *const keys[] = {"kit", "captured", "made", "by", "device", "host", "tool",
	"unit", "licence", "usb", "product", "serial", "slaves", "settings"};

enum { N_KEYS = sizeof keys / sizeof *keys, VALUE = 200, PIECE = 16384 };

struct recording {
	struct recording_source *source;
	struct report *report;
	char values[N_KEYS][VALUE];
	int number; /* of the newest line */
	int64_t newest_ns;
	size_t from, to; /* unread, in piece */
	bool is_over;
	char line[RECORDING_LINE];
	char piece[PIECE];
};

/* --- lines --- */

static int refill(struct recording *recording)
{
	long got = recording_source_read(recording->source, recording->piece, PIECE);

	if (got == -EBADMSG)
		report_add(recording->report, 0, 0,
			"the file is cut short or not compressed by zstd; copy it again");
	else if (got < 0)
		report_add(recording->report, 0, 0, "%s; try again, or use a copy",
			strerror((int)-got));
	if (got < 0) {
		recording->is_over = true;
		return (int)got;
	}
	recording->from = 0;
	recording->to = (size_t)got;
	recording->is_over = got == 0;
	return 0;
}

/* Appends to the line what the piece has of it. True: the line is whole. */
static bool take_piece(struct recording *recording, size_t *n)
{
	const char *start = recording->piece + recording->from;
	size_t left = recording->to - recording->from;
	const char *stop = memchr(start, '\n', left);
	size_t part = stop ? (size_t)(stop - start) : left;

	if (*n + part < sizeof recording->line)
		memcpy(recording->line + *n, start, part);
	*n += part;
	recording->from += part + (stop != NULL);
	return stop != NULL;
}

/* The next line without its newline: 1; 0 at the end; -EINVAL: it is none, and that is said;
 * another -errno of the source, said too. */
static int next_line(struct recording *recording)
{
	size_t n = 0;
	bool is_any = false, is_whole = false;

	while (!is_whole && !recording->is_over) {
		if (recording->from == recording->to) {
			int error = refill(recording);

			if (error < 0)
				return error;
			continue;
		}
		is_any = true;
		is_whole = take_piece(recording, &n);
	}
	if (!is_any)
		return 0;
	recording->number++;
	if (n >= sizeof recording->line || memchr(recording->line, '\0', n)) {
		report_add(recording->report, recording->number, 1,
			"this line is longer than %d bytes or has a NUL in it; make two events of "
			"it",
			RECORDING_LINE - 1);
		return -EINVAL;
	}
	if (n > 0 && recording->line[n - 1] == '\r')
		n--; /* an editor of another system */
	recording->line[n] = '\0';
	return 1;
}

/* --- the first lines --- */

static int read_key(struct recording *recording)
{
	char *line = recording->line, *colon = strchr(line, ':');
	size_t n = colon ? (size_t)(colon - line) : 0;

	for (size_t i = 0; colon && i < N_KEYS; i++) {
		if (strlen(keys[i]) != n || strncmp(keys[i], line, n) != 0)
			continue;
		text_copy(recording->values[i], VALUE, colon + 1 + strspn(colon + 1, " "));
		return 0;
	}
	report_add(recording->report, recording->number, 1,
		"\"%.40s\" is no first line; expected kit: NAME, captured: DATE or made: HOW, also by, "
		"device, host, tool, unit, licence, usb, product, serial, slaves, settings, and an "
		"empty line before the first event",
		line);
	return -EINVAL;
}

static int read_header(struct recording *recording)
{
	int result, before = recording->report->count;

	while ((result = next_line(recording)) == 1 && recording->line[0])
		if (recording->line[0] != '#' && read_key(recording) < 0)
			return -EINVAL;
	if (result < 0)
		return result;
	if (!*recording_header(recording, "kit"))
		report_add(recording->report, 1, 1,
			"the line kit: NAME is missing; write which kit this is");
	if (!*recording_header(recording, "captured") && !*recording_header(recording, "made"))
		report_add(recording->report, 1, 1,
			"neither captured: DATE (from a real device) nor made: HOW (by hand or "
			"simulator) is here; write one of them");
	return recording->report->count == before ? 0 : -EINVAL;
}

const char *recording_header(const struct recording *recording, const char *key)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if (strcmp(keys[i], key) == 0)
			return recording->values[i];
	return "";
}

/* --- opening --- */

static int start(
	struct recording_source *source, struct report *report, struct recording **ret_recording)
{
	struct recording *recording = calloc(1, sizeof *recording);
	int error;

	if (!recording) {
		recording_source_close(source);
		return -ENOMEM;
	}
	recording->source = source;
	recording->report = report;
	error = read_header(recording);
	if (error < 0) {
		recording_close(recording);
		return error;
	}
	*ret_recording = recording;
	return 0;
}

int recording_open(const char *path, struct report *report, struct recording **ret_recording)
{
	struct recording_source *source;
	int error = recording_source_file(path, &source);

	if (error < 0) {
		report_add(report, 0, 0, "%s; check the name", strerror(-error));
		return error;
	}
	return start(source, report, ret_recording);
}

int recording_open_text(
	const char *text, size_t n, struct report *report, struct recording **ret_recording)
{
	struct recording_source *source;
	int error = recording_source_text(text, n, &source);

	return error < 0 ? error : start(source, report, ret_recording);
}

void recording_close(struct recording *recording)
{
	if (!recording)
		return;
	recording_source_close(recording->source);
	free(recording);
}

struct report *recording_report(const struct recording *recording)
{
	return recording->report;
}

/* --- events --- */

static int read_event(struct recording *recording, struct recording_event *ret_event)
{
	const char *word, *expected;
	int column;

	expected = recording_read_event(recording->line, ret_event, &word, &column);
	if (expected) {
		report_add(recording->report, recording->number, column, "\"%.40s\" is not %s",
			word, expected);
		return -EINVAL;
	}
	ret_event->line = recording->number;
	if (ret_event->at_ns < recording->newest_ns) {
		char buffer[32];
		struct text before = text_over(buffer, sizeof buffer);

		recording_write_time(&before, recording->newest_ns);
		report_add(recording->report, recording->number, 1,
			"time goes back; the event before is at %s", before.at);
		return -EINVAL;
	}
	recording->newest_ns = ret_event->at_ns;
	return 1;
}

int recording_next(struct recording *recording, struct recording_event *ret_event)
{
	for (;;) {
		int result = next_line(recording);

		if (result != 1)
			return result == -EINVAL ? -EINVAL : result < 0 ? result : 0;
		if (recording->line[0] && recording->line[0] != '#')
			return read_event(recording, ret_event);
	}
}
