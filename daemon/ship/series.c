/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of a stream at a store, escaped once. */
#include "ship/series.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "data/line.h"
#include "data/tenancy.h"

static bool is_reserved(const char *id)
{
	static const char *const words[] = {"time", "board", "board_id", "device", "stream",
		"session", "group", "lesson", "hour_lap"};

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

/* A backslash at the end of a name is refused (data/line.h); a label may have any. */
static void write_label(const char *label, char *ret_text, size_t size)
{
	struct text text = text_over(ret_text, size);

	for (; *label; label++) {
		if (*label == '\\')
			text_add(&text, "＼");
		else
			text_add_char(&text, *label);
	}
}

/* The tags, sorted there; an empty one is left out. */
static int write_head(struct series *series, const struct tenant *tenant, unsigned lap,
	uint32_t board, const char **ret_why)
{
	struct text head = text_over(series->head, sizeof(series->head));
	char sticker[12], group[12] = "", turn[12] = "", id[12] = "", label[3 * SESSION_TITLE] = "";
	const struct line_tag tags[] = {
		{"board", series->board},
		{"board_id", id},
		{"device", sticker},
		{"stream", strcmp(series->name, "main") ? series->name : ""},
		{"session", label},
		{"group", group},
		{"lesson", tenant ? tenant->lesson : ""},
		{"hour_lap", turn},
	};

	snprintf(sticker, sizeof(sticker), "%u", series->sticker);
	if (board)
		snprintf(id, sizeof(id), "%08" PRIx32, board);
	if (lap)
		snprintf(turn, sizeof(turn), "%u", lap);
	if (tenant) {
		if (tenant->group)
			snprintf(group, sizeof(group), "%u", tenant->group);
		write_label(tenant->label, label, sizeof(label));
	}
	int error = line_add_head(&head, series->kit, tags, sizeof(tags) / sizeof(*tags), ret_why);
	series->head_length = head.length;
	return error;
}

int series_init(struct series *series, const char *board, const struct device *device,
	const struct stream *stream, const char **ret_why)
{
	struct text keys = text_over(series->key_text, sizeof(series->key_text));
	int error;

	*ret_why = "its names are too long";
	series->stream = stream->id;
	series->device = device->id;
	series->n_channels = stream->n_channels;
	series->sticker = device->sticker;
	text_copy(series->kit, sizeof(series->kit), device->kit);
	text_copy(series->name, sizeof(series->name), stream->name);
	error = text_copy(series->board, sizeof(series->board), board) ? 0 : -ENOSPC;
	if (!error)
		error = write_head(series, NULL, 0, 0, ret_why);
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

int series_of(const struct series *series, const struct tenant *tenant, unsigned lap,
	uint32_t board, struct series *ret_series)
{
	const char *why;

	*ret_series = *series; /* the keys stay where they are */
	return write_head(ret_series, tenant, lap, board, &why);
}

const struct series *series_call(struct series_called *called, const struct series *of,
	const struct tenant *tenant, unsigned lap, uint32_t board)
{
	if (!lap && !tenant && !board)
		return of;
	if (called->of == of && called->tenant == tenant && called->lap == lap &&
		called->board == board)
		return &called->series;
	called->of = NULL;
	if (series_of(of, tenant, lap, board, &called->series))
		return NULL;
	called->of = of;
	called->tenant = tenant;
	called->lap = lap;
	called->board = board;
	return &called->series;
}
