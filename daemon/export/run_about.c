/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/run_about.h"

#include <stdlib.h>
#include <string.h>

#include "export/import.h"

int run_about(
	struct reader *reader, const struct run_about_options *options, struct about *ret_about)
{
	char *bytes;
	size_t n;
	int r;

	if (!options->import)
		return about_collect(reader, &options->own, ret_about);
	r = import_about(options->directory, options->import, ret_about, &bytes, &n);
	if (r == 0)
		free(bytes);
	return r;
}

static bool says_need(const struct about_stream *of, const char *id)
{
	for (size_t i = 0; i < LESSON_NEEDS; i++)
		if (strcmp(of->needs[i], id) == 0)
			return true;
	return false;
}

static bool is_taken(const struct need_channel *channels, size_t n, const struct stream *stream,
	uint32_t channel)
{
	for (size_t i = 0; i < n; i++)
		if (channels[i].stream == stream->id && channels[i].channel == channel)
			return true;
	return false;
}

/* As data/serving.c: the channel that the need names, else the first that fits and is left. */
static void serve(const struct about_stream *of, const struct lesson_need *need, size_t n,
	struct need_channel *channels)
{
	const struct stream *stream = &of->stream;
	struct need_channel *to = &channels[n];

	for (uint32_t c = 0; c < stream->n_channels; c++) {
		const struct channel *channel = &stream->channels[c];
		bool is_named = need->channel && strcmp(need->channel, channel->id) == 0;
		struct text key = text_over(to->key, sizeof to->key);

		if (!lesson_need_fits(need, channel->quantity, channel->unit) ||
			is_taken(channels, n, stream, c) || (to->stream && !is_named))
			continue;
		to->stream = stream->id;
		to->channel = c;
		text_addf(&key, "%u %s:%s", of->sticker, stream->name, channel->id);
	}
}

/* Of an import about a class several kits serve the same need: whose is none of a column's business. */
static void find_channels(const struct about *about, const struct lesson *lesson,
	struct need_channel channels[LESSON_NEEDS])
{
	for (size_t i = 0; i < lesson->n_needs; i++) {
		const struct about_stream *found = NULL;
		size_t n = 0;

		channels[i] = (struct need_channel){.stream = 0};
		for (size_t s = 0; s < about->n_streams; s++)
			if (says_need(&about->streams[s], lesson->needs[i].id)) {
				found = &about->streams[s];
				n++;
			}
		if (n == 1)
			serve(found, &lesson->needs[i], i, channels);
	}
}

int run_need_channels(struct reader *reader, const struct run_about_options *options,
	const struct lesson *lesson, struct need_channel ret_channels[LESSON_NEEDS])
{
	struct about about;
	char *bytes;
	size_t n;
	int r;

	if (!options->import)
		return need_channels_find(reader, options->own.run, lesson, ret_channels);
	r = import_about(options->directory, options->import, &about, &bytes, &n);
	if (r < 0)
		return r;
	find_channels(&about, lesson, ret_channels);
	about_clear(&about);
	free(bytes);
	return 0;
}

int run_readings(struct reader *reader, const struct run_about_options *options,
	const struct about *about, const struct lesson *lesson, struct typed_table **ret_table)
{
	struct typed_lesson by = {.lesson = lesson};
	int r = 0;

	if (lesson)
		r = run_need_channels(reader, options, lesson, by.channels);
	return r == 0 ? typed_table_new(about, &by, ret_table) : r;
}
