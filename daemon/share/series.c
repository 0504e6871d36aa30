/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of a stream at a store, escaped once. */
#include "share/series.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "data/line.h"

static bool is_reserved(const char *id)
{
	static const char *const words[] = {
		"time", "board", "device", "stream", "session", "group", "lesson", "hour_lap"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(id, words[i]))
			return true;
	return false;
}

static bool has_channel(const struct stream *stream, const char *id)
{
	for (uint32_t i = 0; i < stream->n_channels; i++)
		if (!strcmp(stream->channels[i].id, id))
			return true;
	return false;
}

/* `channel` n_channels: how uncertain the stamps are. */
static int add_key(struct series *series, struct text *keys, const struct stream *stream,
	uint32_t channel, const char **ret_why)
{
	bool is_ours = channel == stream->n_channels;
	char id[sizeof(stream->channels->id) + 16];
	int error;

	snprintf(id, sizeof(id), "%s", is_ours ? "stamp_u_us" : stream->channels[channel].id);
	if (is_reserved(id))
		strcat(id, "_value");
	if (is_ours || is_reserved(stream->channels[channel].id))
		while (has_channel(stream, id) && strlen(id) < sizeof(id) - 1)
			strcat(id, "_");
	series->keys[channel] = keys->at + keys->length;
	error = line_add_key(keys, id, ret_why);
	if (error)
		return error;
	/* The next key begins behind this one's NUL. */
	if (keys->length + 1 >= keys->size)
		return -ENOSPC;
	keys->length++;
	keys->at[keys->length] = '\0';
	return 0;
}

int series_init(struct series *series, const char *board, const struct device *device,
	const struct stream *stream, const char **ret_why)
{
	struct text head = text_over(series->head, sizeof(series->head));
	struct text keys = text_over(series->key_text, sizeof(series->key_text));
	char sticker[12];
	struct line_tag tags[] = {
		{"board", board},
		{"device", sticker},
		{"stream", strcmp(stream->name, "main") ? stream->name : ""},
	};
	int error;

	*ret_why = "its names are too long";
	snprintf(sticker, sizeof(sticker), "%u", device->sticker);
	series->stream = stream->id;
	series->n_channels = stream->n_channels;
	series->sticker = device->sticker;
	text_copy(series->kit, sizeof(series->kit), device->kit);
	error = line_add_head(&head, device->kit, tags, sizeof(tags) / sizeof(*tags), ret_why);
	series->head_length = head.length;
	for (uint32_t i = 0; !error && i <= stream->n_channels; i++)
		error = add_key(series, &keys, stream, i, ret_why);
	return error;
}

int series_add_row(const struct series *series, struct text *text, const double *values,
	int64_t uncertainty_ns, struct wall stamp)
{
	double all[STREAM_CHANNELS + 1];
	size_t n = series->n_channels;
	bool is_empty = true;

	for (size_t i = 0; i < n && uncertainty_ns; i++)
		is_empty &= isnan(values[i]);
	if (!uncertainty_ns || is_empty) /* a row that says nothing is no point */
		return line_add_row(
			text, series->head, series->head_length, series->keys, values, n, stamp);
	memcpy(all, values, n * sizeof *values);
	all[n] = (double)uncertainty_ns / NS_PER_US;
	return line_add_row(
		text, series->head, series->head_length, series->keys, all, n + 1, stamp);
}

int series_in_lap(const struct series *series, unsigned lap, struct series *ret_series)
{
	struct text head;

	*ret_series = *series; /* the keys stay where they are */
	head = text_over(ret_series->head, sizeof(ret_series->head));
	text_addf(&head, "%s,hour_lap=%u", series->head, lap);
	ret_series->head_length = head.length;
	return head.is_cut ? -ENOSPC : 0;
}
