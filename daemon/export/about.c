/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times are decimal microseconds with as many digits as they need, so that they read back to the same
 * nanosecond; those of calibrations and uncertainties, which only programs read, are nanoseconds. */
#include "export/about.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "live/json.h"
#include "live/json_tree.h"

void about_clear(struct about *about)
{
	for (size_t i = 0; i < about->n_streams; i++) {
		free(about->streams[i].calibrations);
		free(about->streams[i].uncertainties);
	}
	free(about->streams);
	free(about->marks);
	free(about->gaps);
	json_decref(about->readings);
	json_decref(about->prediction);
	json_decref(about->accept);
	*about = (struct about){.n_streams = 0};
}

uint32_t about_reading_group(const struct about *about, size_t reading)
{
	json_int_t group = json_integer_value(
		json_object_get(json_array_get(about->readings, reading), "group"));

	return group > 0 && group <= ABOUT_GROUPS ? (uint32_t)group : 0;
}

uint32_t about_group(const struct about *about)
{
	return about->n_streams > 0 ? about->streams[0].group : about_reading_group(about, 0);
}

uint32_t about_only_group(const struct about *about)
{
	uint32_t group = about_group(about);

	for (size_t i = 0; i < about->n_streams; i++)
		if (about->streams[i].group != group)
			return 0;
	for (size_t i = 0; i < json_array_size(about->readings); i++)
		if (about_reading_group(about, i) != group)
			return 0;
	return group;
}

/* -1500 is -1.5 */
static void add_us(struct text *text, int64_t ns)
{
	int64_t rest = ns % NS_PER_US;

	if (ns < 0)
		text_add_char(text, '-');
	text_add_int(text, ns < 0 ? -(ns / NS_PER_US) : ns / NS_PER_US);
	if (rest == 0)
		return;
	text_addf(text, ".%03d", (int)(rest < 0 ? -rest : rest));
	while (!text->is_cut && text->at[text->length - 1] == '0')
		text->at[--text->length] = '\0';
}

static void add_string(struct text *text, const char *name, const char *value)
{
	text_addf(text, "\"%s\":", name);
	text_add_json(text, value);
}

static void add_number(struct text *text, const char *name, double value)
{
	text_addf(text, ",\"%s\":", name);
	json_number(text, value);
}

static void add_channel(struct text *text, const struct channel *channel)
{
	bool has_range = channel->low < channel->high;

	text_add_char(text, '{');
	add_string(text, "id", channel->id);
	text_add(text, ",\"name\":");
	json_words(text, channel->name_zh, channel->name_en);
	text_add_char(text, ',');
	add_string(text, "quantity", channel->quantity);
	text_add_char(text, ',');
	add_string(text, "unit", channel->unit);
	add_number(text, "resolution", channel->resolution);
	if (has_range) {
		add_number(text, "low", channel->low);
		add_number(text, "high", channel->high);
	} else {
		text_add(text, ",\"low\":null,\"high\":null");
	}
	text_add_char(text, '}');
}

static void add_ns_or_null(struct text *text, const char *name, struct instant at)
{
	if (at.ns == INT64_MAX)
		text_addf(text, ",\"%s\":null", name);
	else
		text_addf(text, ",\"%s\":%" PRId64, name, at.ns);
}

static void add_calibration(struct text *text, const struct calibration *calibration)
{
	text_addf(text, "{\"id\":%u,\"refers\":%u,", calibration->id, calibration->refers);
	add_string(text, "kind", calibration_kind_name(calibration->kind));
	text_add_char(text, ',');
	add_string(text, "channel", calibration->channel);
	text_add_char(text, ',');
	add_string(text, "name", calibration->name);
	text_addf(text, ",\"wall_ns\":%" PRId64, calibration->wall_ns);
	add_ns_or_null(text, "made_ns", calibration->made);
	add_ns_or_null(text, "from_ns", calibration->from);
	add_ns_or_null(text, "to_ns", calibration->to);
	text_add(text, ",\"points\":[");
	for (uint32_t i = 0; i < calibration->map.n; i++) {
		text_add(text, i > 0 ? ",[" : "[");
		json_number(text, calibration->map.raw[i]);
		text_add_char(text, ',');
		json_number(text, calibration->map.truth[i]);
		text_add_char(text, ']');
	}
	text_add(text, "]}");
}

/* Behind what it is called. */
static void add_stream(struct text *text, const struct about_stream *of)
{
	const struct stream *stream = &of->stream;

	if (of->group > 0)
		text_addf(text, ",\"group\":%u,", of->group);
	else
		text_add(text, ",\"group\":null,");
	add_string(text, "kit", of->kit);
	text_add(text, ",\"device\":{");
	add_string(text, "identity", of->identity);
	text_add_char(text, ',');
	add_string(text, "model", of->model);
	text_addf(text, ",\"sticker\":%u},", of->sticker);
	add_string(text, "name", stream->name);
	text_addf(text, ",\"stamps\":\"%s\",\"period_us\":", stamp_source_name(stream->stamps));
	add_us(text, stream->period_ns);
	text_add(text, ",\"channels\":[");
	for (uint32_t c = 0; c < stream->n_channels; c++) {
		text_add(text, c > 0 ? ",\n    " : "\n    ");
		add_channel(text, &stream->channels[c]);
	}
	text_add_char(text, ']');
}

static void add_needs(struct text *text, const struct about_stream *of)
{
	text_add(text, ",\"needs\":[");
	for (size_t i = 0; i < LESSON_NEEDS && of->needs[i].id[0]; i++) {
		const struct about_need *need = &of->needs[i];

		text_add(text, i > 0 ? "," : "");
		if (!need->channel[0]) {
			text_add_json(text, need->id);
			continue;
		}
		text_add_char(text, '{');
		add_string(text, "id", need->id);
		text_add_char(text, ',');
		add_string(text, "channel", need->channel);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

static void add_history(struct text *text, const struct about_stream *of)
{
	text_add(text, ",\"calibrations\":[");
	for (size_t i = 0; i < of->n_calibrations; i++) {
		text_add(text, i > 0 ? ",\n    " : "\n    ");
		add_calibration(text, &of->calibrations[i]);
	}
	text_add(text, "],\"uncertainties\":[");
	for (size_t i = 0; i < of->n_uncertainties; i++)
		text_addf(text, "%s{\"from_ns\":%" PRId64 ",\"ns\":%" PRId64 "}", i > 0 ? "," : "",
			of->uncertainties[i].from.ns, of->uncertainties[i].ns);
	text_add_char(text, ']');
}

static void add_groups(struct text *text, const struct about *about)
{
	bool is_told[ABOUT_GROUPS + 1] = {true};
	size_t n_readings = json_array_size(about->readings);
	const char *between = "";

	text_add(text, ",\n\"groups\":[");
	for (size_t i = 0; i < about->n_streams + n_readings; i++) {
		uint32_t group = i < about->n_streams
			? about->streams[i].group
			: about_reading_group(about, i - about->n_streams);

		if (is_told[group])
			continue;
		is_told[group] = true;
		text_addf(text, "%s{\"number\":%u}", between, group);
		between = ",";
	}
	text_add_char(text, ']');
}

static void add_marks(struct text *text, const struct about *about)
{
	text_add(text, ",\n\"marks\":[");
	for (size_t i = 0; i < about->n_marks; i++) {
		text_add(text, i > 0 ? ",\n  {\"at_us\":" : "\n  {\"at_us\":");
		add_us(text, about->marks[i].at.ns);
		text_add_char(text, ',');
		add_string(text, "author", about->marks[i].author);
		text_add_char(text, ',');
		add_string(text, "text", about->marks[i].text);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

static void add_gaps(struct text *text, const struct about *about)
{
	text_add(text, ",\n\"gaps\":[");
	for (size_t i = 0; i < about->n_gaps; i++) {
		const struct about_gap *of = &about->gaps[i];

		text_add(text, i > 0 ? ",\n  {\"stream_file\":" : "\n  {\"stream_file\":");
		if (of->stream < about->n_streams)
			text_add_json(text, about->streams[of->stream].file);
		else
			text_add(text, "null");
		text_add(text, ",\"from_us\":");
		add_us(text, of->gap.from.ns);
		text_add(text, ",\"to_us\":");
		add_us(text, of->gap.to.ns);
		text_addf(text, ",\"reason\":\"%s\",\"lost_rows\":%" PRIu64 "}",
			gap_reason_name(of->gap.reason), of->gap.lost_rows);
	}
	text_add_char(text, ']');
}

static void add_readings(struct text *text, const struct about *about)
{
	text_add(text, ",\n\"readings\":[");
	for (size_t i = 0; i < json_array_size(about->readings); i++) {
		text_add(text, i > 0 ? ",\n  " : "\n  ");
		json_tree(text, json_array_get(about->readings, i));
	}
	text_add(text, "],\n\"accept\":");
	json_tree(text, about->accept);
	text_add(text, ",\n\"prediction\":");
	json_tree(text, about->prediction);
}

static void add_wall(struct text *text, const struct about *about)
{
	if (!about->has_wall) {
		text_add(text, ",\n\"wall_from_us\":null");
		return;
	}
	text_addf(text, ",\n\"wall_from_us\":%" PRId64 ",\"wall_uncertainty_us\":",
		about->wall_from.ns / NS_PER_US);
	add_us(text, about->wall_uncertainty_ns);
	if (about->wall_source)
		text_addf(text, ",\"wall_source\":\"%s\"", anchor_source_name(about->wall_source));
}

void about_write(const struct about *about, struct text *text)
{
	text_add(text, "{\"kitlog_package\":1,\n");
	add_string(text, "title", about->title);
	text_add_char(text, ',');
	add_string(text, "lesson", about->lesson);
	if (about->lesson_digest[0]) {
		text_add_char(text, ',');
		add_string(text, "lesson_digest", about->lesson_digest);
	}
	if (about->number > 0)
		text_addf(text, ",\"number\":%u", about->number);
	text_addf(text, ",\"origin\":\"%s\",", about->is_simulated ? "simulation" : "board");
	add_string(text, "board", about->board);
	add_wall(text, about);
	text_add(text, ",\"duration_us\":");
	add_us(text, about->duration_ns);
	add_groups(text, about);
	text_add(text, ",\n\"streams\":[");
	for (size_t i = 0; i < about->n_streams; i++) {
		text_add(text, i > 0 ? ",\n  {" : "\n  {");
		add_string(text, "file", about->streams[i].file);
		add_stream(text, &about->streams[i]);
		add_needs(text, &about->streams[i]);
		add_history(text, &about->streams[i]);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
	add_readings(text, about);
	add_marks(text, about);
	add_gaps(text, about);
	text_add(text, "}\n");
}

void about_write_streams(const struct about *about, struct text *text)
{
	text_add_char(text, '[');
	for (size_t i = 0; i < about->n_streams; i++) {
		text_addf(text, i > 0 ? ",{\"id\":%u" : "{\"id\":%u", about->streams[i].stream.id);
		add_stream(text, &about->streams[i]);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}
