/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines as they are told, sorted by their stamps at the end: streams are flushed one after the
 * other, a text diff wants one line of time. */
#include "sense/expect.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/flag.h"
#include "sense/recording.h"

enum { LINE = 1024 };

struct expect_line {
	int64_t at_ns;
	size_t from, n; /* in chars */
};

struct expect {
	struct ring *ring;
	struct instant start, plugged;
	int64_t warm_up_ns;
	struct device device;
	bool has_device, is_out_of_memory;
	uint64_t n_values, n_flagged;
	char *chars;
	size_t n_chars, room_chars;
	struct expect_line *lines;
	size_t n_lines, room_lines;
};

int expect_new(
	struct ring *ring, struct instant start, int64_t warm_up_ns, struct expect **ret_expect)
{
	struct expect *expect = calloc(1, sizeof *expect);

	if (!expect)
		return -ENOMEM;
	expect->ring = ring;
	expect->start = expect->plugged = start;
	expect->warm_up_ns = warm_up_ns;
	*ret_expect = expect;
	return 0;
}

void expect_free(struct expect *expect)
{
	if (!expect)
		return;
	free(expect->chars);
	free(expect->lines);
	free(expect);
}

/* --- lines --- */

static bool grow(void **array, size_t *room, size_t needed, size_t size)
{
	size_t more = *room ? *room * 2 : 4096;
	void *grown;

	if (needed <= *room)
		return true;
	while (more < needed)
		more *= 2;
	grown = realloc(*array, more * size);
	if (!grown)
		return false;
	*array = grown;
	*room = more;
	return true;
}

static void add_line(struct expect *expect, struct instant at, const struct text *words)
{
	char buffer[32];
	struct text time = text_over(buffer, sizeof buffer);
	int64_t at_ns = instant_since(at, expect->start);
	size_t from = expect->n_chars;

	recording_write_time(&time, at_ns);
	if (!grow((void **)&expect->chars, &expect->room_chars,
		    from + time.length + words->length + 2, 1) ||
		!grow((void **)&expect->lines, &expect->room_lines, expect->n_lines + 1,
			sizeof *expect->lines)) {
		expect->is_out_of_memory = true;
		return;
	}
	memcpy(expect->chars + from, time.at, time.length);
	from += time.length;
	expect->chars[from++] = ' ';
	memcpy(expect->chars + from, words->at, words->length);
	from += words->length;
	expect->chars[from++] = '\n';
	expect->lines[expect->n_lines++] =
		(struct expect_line){at_ns, expect->n_chars, from - expect->n_chars};
	expect->n_chars = from;
}

static const struct stream *find_stream(const struct expect *expect, uint32_t id)
{
	for (uint32_t i = 0; expect->has_device && i < expect->device.n_streams; i++)
		if (expect->device.streams[i].id == id)
			return &expect->device.streams[i];
	return NULL;
}

static bool is_ambiguous(const struct expect *expect, const struct stream *own, const char *id)
{
	for (uint32_t i = 0; i < expect->device.n_streams; i++) {
		const struct stream *other = &expect->device.streams[i];

		for (uint32_t j = 0; other != own && j < other->n_channels; j++)
			if (other->kind == STREAM_DATA && strcmp(other->channels[j].id, id) == 0)
				return true;
	}
	return false;
}

static void add_channel(struct text *words, const struct expect *expect,
	const struct stream *stream, const struct channel *channel)
{
	if (is_ambiguous(expect, stream, channel->id))
		text_addf(words, "%s.", stream->name);
	text_add(words, channel->id);
}

/* --- records --- */

static void take_device(struct expect *expect, struct instant at, const struct device *device)
{
	char buffer[LINE * 4];
	struct text words = text_over(buffer, sizeof buffer);

	expect->device = *device;
	expect->has_device = true;
	text_addf(&words, "device %s", device->kit);
	for (uint32_t i = 0; i < device->n_streams; i++) {
		const struct stream *stream = &expect->device.streams[i];

		for (uint32_t j = 0; stream->kind == STREAM_DATA && j < stream->n_channels; j++) {
			const struct channel *channel = &stream->channels[j];

			text_add_char(&words, ' ');
			add_channel(&words, expect, stream, channel);
			text_addf(&words, "=%s", channel->unit);
		}
	}
	add_line(expect, at, &words);
}

static void add_value(struct expect *expect, struct instant stamp, const struct stream *stream,
	const struct channel *channel, double value)
{
	char buffer[LINE];
	struct text words = text_over(buffer, sizeof buffer);
	unsigned flags = flag_of_age(instant_since(stamp, expect->plugged), expect->warm_up_ns) |
		flag_of_value(value, channel->low, channel->high, channel->resolution);

	add_channel(&words, expect, stream, channel);
	text_add_char(&words, ' ');
	if (isfinite(value))
		text_add_double(&words, value);
	else
		text_add_char(&words, '-');
	if (flags)
		text_add_char(&words, ' ');
	flag_add_words(&words, flags);
	expect->n_values += isfinite(value) != 0;
	expect->n_flagged += (flags & FLAG_OUT_OF_RANGE) != 0;
	add_line(expect, stamp, &words);
}

static void take_batch(struct expect *expect, const struct feed_record *record)
{
	const struct stream *stream = find_stream(expect, record->batch.stream);

	if (!stream || stream->kind != STREAM_DATA)
		return;
	for (uint32_t row = 0; row < record->batch.n_rows; row++)
		for (uint32_t i = 0; i < stream->n_channels; i++)
			add_value(expect, (struct instant){record->batch.stamps_ns[row]}, stream,
				&stream->channels[i],
				record->batch.values[row * stream->n_channels + i]);
}

static void take_gap(struct expect *expect, struct instant at, const struct gap *gap)
{
	char buffer[LINE];
	struct text words = text_over(buffer, sizeof buffer);
	const struct stream *stream = find_stream(expect, gap->stream);
	uint32_t n_data = 0;

	if (stream && stream->kind != STREAM_DATA)
		return;
	if (gap->reason == GAP_RESET && gap->to.ns > expect->plugged.ns)
		expect->plugged = gap->to; /* it begins to warm up again */
	for (uint32_t i = 0; i < expect->device.n_streams; i++)
		n_data += expect->device.streams[i].kind == STREAM_DATA;
	text_addf(&words, "gap %s", gap_reason_name(gap->reason));
	if (gap->lost_rows > 0)
		text_addf(&words, " lost %llu", (unsigned long long)gap->lost_rows);
	if (stream && n_data > 1)
		text_addf(&words, " %s", stream->name);
	add_line(expect, at, &words);
}

void expect_collect(struct expect *expect)
{
	struct feed_record record;

	while (feed_peek(expect->ring, &record)) {
		if (record.kind == FEED_BATCH)
			take_batch(expect, &record);
		else if (record.kind == FEED_DEVICE)
			take_device(expect, record.at, record.device);
		else if (record.kind == FEED_GAP)
			take_gap(expect, record.at, &record.gap);
		ring_drop(expect->ring);
	}
}

void expect_plugged(struct expect *expect, struct instant at)
{
	expect_collect(expect); /* of the plugging before */
	expect->plugged = at;
}

void expect_error(struct expect *expect, struct instant at, const char *word)
{
	char buffer[LINE];
	struct text words = text_over(buffer, sizeof buffer);

	text_addf(&words, "error %s", word);
	add_line(expect, at, &words);
}

void expect_end(struct expect *expect, struct instant at, const struct feed_health *totals)
{
	char buffer[LINE];
	struct text words = text_over(buffer, sizeof buffer);

	text_addf(&words, "end bytes %llu rows %llu bad %llu", (unsigned long long)totals->bytes,
		(unsigned long long)totals->rows, (unsigned long long)totals->bad_frames);
	if (totals->unanswered > 0)
		text_addf(&words, " unanswered %llu", (unsigned long long)totals->unanswered);
	text_addf(&words, " lost %llu", (unsigned long long)totals->lost_rows);
	add_line(expect, at, &words);
}

uint64_t expect_values(const struct expect *expect)
{
	return expect->n_values;
}

uint64_t expect_flagged(const struct expect *expect)
{
	return expect->n_flagged;
}

/* --- the whole --- */

static int by_time(const void *a, const void *b)
{
	const struct expect_line *left = a, *right = b;

	if (left->at_ns != right->at_ns)
		return left->at_ns < right->at_ns ? -1 : 1;
	return left->from < right->from ? -1 : 1; /* as told */
}

char *expect_text(struct expect *expect, size_t *ret_n)
{
	char *text = expect->is_out_of_memory ? NULL : malloc(expect->n_chars + 1);
	size_t n = 0;

	if (!text)
		return NULL;
	if (expect->n_lines > 0)
		qsort(expect->lines, expect->n_lines, sizeof *expect->lines, by_time);
	for (size_t i = 0; i < expect->n_lines; i++) {
		memcpy(text + n, expect->chars + expect->lines[i].from, expect->lines[i].n);
		n += expect->lines[i].n;
	}
	text[n] = '\0';
	*ret_n = n;
	return text;
}
