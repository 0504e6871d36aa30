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

static struct about_need *need_of(struct about_stream *of, const char *id)
{
	for (size_t i = 0; i < LESSON_NEEDS; i++)
		if (strcmp(of->needs[i].id, id) == 0)
			return &of->needs[i];
	return NULL;
}

/* Of an import about a class several kits serve the same need: whose is none of a column's business. */
static bool says_alone(struct about *about, size_t stream, const char *id)
{
	for (size_t s = 0; s < about->n_streams; s++)
		if (!need_of(&about->streams[s], id) != (s != stream))
			return false;
	return true;
}

/* Among the channels of one stream by the rule of all (data/serving.h): a channel that is named comes first. */
static void serve(struct about *about, size_t stream, const struct lesson *lesson,
	struct need_channel channels[LESSON_NEEDS])
{
	struct about_stream *of = &about->streams[stream];
	struct device device = {.sticker = of->sticker, .n_streams = 1, .streams = {of->stream}};
	const struct device *devices[] = {&device};
	struct lesson_need needs[LESSON_NEEDS];
	struct lesson part = *lesson;
	struct serving serving[LESSON_NEEDS];
	size_t which[LESSON_NEEDS];

	part.needs = needs;
	part.n_needs = 0;
	for (size_t i = 0; i < lesson->n_needs; i++) {
		if (!says_alone(about, stream, lesson->needs[i].id))
			continue;
		struct lesson_need *need = &needs[part.n_needs];
		struct about_need *said = need_of(of, lesson->needs[i].id);

		*need = lesson->needs[i];
		if (said->channel[0])
			need->channel = said->channel;
		which[part.n_needs++] = i;
	}
	serving_find(&part, devices, 1, 0, serving);
	for (size_t i = 0; i < part.n_needs; i++)
		channels[which[i]] = need_channel_of(&serving[i]);
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
	memset(ret_channels, 0, LESSON_NEEDS * sizeof *ret_channels);
	for (size_t s = 0; s < about.n_streams; s++)
		serve(&about, s, lesson, ret_channels);
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
